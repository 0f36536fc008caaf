/* process.h -- runs a program within a time and a memory limit and keeps what it printed.
 *
 * Invariants: (1) the program leads a process group of its own and the whole group is gone when process_run returns;
 * (2) it reads nothing but the input that it is given; (3) standard output and standard error come back as one text, in
 * order.
 */
#ifndef MOTET_CHECKER_PROCESS_H
#define MOTET_CHECKER_PROCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum process_end {
    PROCESS_EXITED,      /* `status` is its exit status */
    PROCESS_SIGNALED,    /* `status` is the signal that ended it */
    PROCESS_TIMEOUT,     /* the time was up: it was asked to stop (SIGINT), then killed */
    PROCESS_NOT_FOUND,   /* there is no such program */
    PROCESS_INTERRUPTED, /* this process was told to stop meanwhile; see process_guard */
    PROCESS_FAILED       /* it could not be started; `status` is the errno */
};

struct process_limits {
    double seconds;  /* 0: no limit */
    uint64_t memory; /* bytes of address space; 0: no limit */
    size_t output;   /* bytes of output kept, what follows is dropped; 0: no limit */
};

struct process_result {
    enum process_end end;
    int status;
    struct buf output; /* the caller frees it */
    bool truncated;    /* there was more output than the limit */
    double seconds;
    int pid;           /* it was, and its group's; 0 when it could not be started */
};

/* Runs argv[0], found on PATH, in folder `dir` (NULL: here) and waits for its end. argv ends with NULL. */
struct process_result process_run(const char *const *argv, const char *dir, const struct process_limits *limits);

/* The same, with `n` bytes for the program to read from its standard input. What it does not read is no error. */
struct process_result process_run_with(const char *const *argv, const char *dir, const struct process_limits *limits,
                                       const char *input, size_t n);

struct process_job {
    const char *const *argv;
    const char *dir;
    struct process_limits limits;
    const char *input; /* or NULL */
    size_t n_input;
    struct process_result *result;
};

/* Is the result of one that has ended all that was wanted? */
typedef bool process_enough(void *ctx, const struct process_result *r);

enum { PROCESS_MOST = 64 };
/* Runs n <= PROCESS_MOST programs at the same time, and waits for the end of all; once `enough` (which may be NULL) is
 * true of one, the others are asked to stop, and end with PROCESS_TIMEOUT. */
void process_run_all(const struct process_job *jobs, uint32_t n, process_enough *enough, void *ctx);

/* Where that program is on PATH (a name with a slash is the path). False: there is none, or its path is too long. */
bool process_find(const char *program, char *path, size_t size);
/* Is there such a program on PATH (or at that path, when the name has a slash)? */
bool process_exists(const char *program);

/* Between begin and end, SIGINT, SIGTERM and SIGHUP end the program that process_run waits for instead of this
 * process, so that the caller can tidy up. `end` restores the handlers and raises the signal that came, if one did.
 * Not nested; one thread at a time. */
void process_guard_begin(void);
bool process_guard_interrupted(void);
void process_guard_end(void);

double process_clock(void); /* seconds, monotonic */
uint32_t process_cores(void); /* that there are; at least 1 */

#endif
