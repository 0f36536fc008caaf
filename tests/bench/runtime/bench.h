/* bench.h -- what the rows of motet-bench share.
 *
 * A row is one measurement. Its root actor is to it what main is to a program: it makes the other actors, runs a
 * warm-up, takes the time of the measured part from its start to the last word of the others, checks that all of it
 * happened, and says that the row is over. Everything runs as any user's program would: bounded inboxes that block,
 * refs that are checked, no option of the system set but the number of workers.
 *
 * A program that floods does so in turns: it stops where motet_is_blocked says so, and after BENCH_SLICE messages,
 * and goes on by a message to itself.
 */
#ifndef MOTET_BENCH_H
#define MOTET_BENCH_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <motet/motet.h>

enum {
    BENCH_SLICE = 100,    /* most messages, or actors, that one callback makes; what is told is handled as fast */
    BENCH_INBOX = 1000,   /* of the consumers of rows with a bound */
    BENCH_HUGE = 1u << 28 /* an inbox that is never full */
};

typedef struct bench bench;

typedef struct bench_row {
    const char *name;
    const char *text;                  /* what one operation is */
    uint64_t n;                        /* operations, unless the user says otherwise */
    uint32_t arg;                      /* actors or producers likewise; 0: the row has no ARG */
    uint32_t arg_least, arg_most;      /* how many of them the row can have; 0, 0: any number */
    uint32_t at_least;                 /* workers that it needs */
    const motet_actor_type *root;      /* started with the bench as its argument; NULL: `start` does it */
    bool latency;                      /* prints a LAT line: for rows that share a program */
    bool pinned;                       /* the root stays with worker 0, and who talks to it with worker 1 */
    uint32_t bound;                    /* rows that share a root: the inbox of its consumer */
    const motet_system_spec *spec;     /* the tree; NULL: none */
    void (*start)(bench *b);           /* on the main thread, once the system runs */
} bench_row;

struct bench {
    const bench_row *row;
    uint32_t workers, arg;
    uint64_t n;
    motet_system *sys;
    uint64_t t0;
    _Atomic uint64_t left; /* operations still to come, where the actors count them together */
};

uint64_t bench_clock(void); /* ns */
uint64_t bench_memory(void); /* bytes of the process that are in memory */

/* The measured part begins, and ends: prints the R line. */
void bench_begin(bench *b);
void bench_end(bench *b, uint64_t operations);
/* Sorts the n times and prints the LAT line. */
void bench_latency(uint32_t *times, uint64_t n);
/* The row is over; main stops the system. */
void bench_over(bench *b);

/* Ends the program with status 1 and a line that says what is wrong. */
__attribute__((noreturn)) void bench_fail(const char *what, uint64_t is, uint64_t should);
void *bench_alloc(size_t n, size_t size);

static inline void bench_check(const char *what, uint64_t is, uint64_t should)
{
    if (is != should) {
        bench_fail(what, is, should);
    }
}
#define BENCH_MUST(call) bench_check(#call, (call), MOTET_OK)

/* A message that is its tag and one number. */
static inline void bench_tell(motet_ctx *ctx, motet_ref to, uint32_t tag, uint64_t value)
{
    motet_err e = motet_tell(ctx, to, tag, &value, sizeof value);
    if (e != MOTET_OK) {
        bench_fail("motet_tell", e, MOTET_OK);
    }
}

static inline uint64_t bench_value(const motet_mail *mail)
{
    uint64_t value;
    memcpy(&value, mail->data, sizeof value);
    return value;
}

/* `state` is what the new actor's state begins as: BENCH_INIT copies it. */
static inline motet_ref bench_spawn(motet_ctx *ctx, const motet_actor_type *type, const void *state)
{
    motet_ref ref;
    BENCH_MUST(motet_spawn(ctx, type, &(motet_spawn_options){.arg = state}, &ref));
    return ref;
}

/* For whom a pinned row's root talks to. */
static inline motet_ref bench_spawn_other(motet_ctx *ctx, const bench *b, const motet_actor_type *type,
                                          const void *state)
{
    motet_ref ref;
    BENCH_MUST(motet_spawn(ctx, type, &(motet_spawn_options){.arg = state, .worker = b->row->pinned ? 1 : 0,
        .placement = b->row->pinned ? MOTET_ON_WORKER : MOTET_ANYWHERE}, &ref));
    return ref;
}

/* An init that takes the state from whoever spawns the actor. */
#define BENCH_INIT(type)                                                                                              \
    static motet_status type##_init(void *self, const motet_start *start)                                            \
    {                                                                                                                 \
        *(struct type *)self = *(const struct type *)start->arg;                                                      \
        return MOTET_DONE;                                                                                            \
    }

/* The init of a root, whose state begins with its bench and whose first mail is tag 0. */
#define BENCH_ROOT_INIT(type)                                                                                         \
    static motet_status type##_init(void *self, const motet_start *start)                                            \
    {                                                                                                                 \
        ((struct type *)self)->b = *(bench *const *)start->arg;                                                       \
        return motet_tell(start->ctx, motet_self(start->ctx), 0, NULL, 0) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;      \
    }

extern const motet_actor_type bench_pp, bench_ask, bench_ring, bench_count, bench_spawn1, bench_idle,
    bench_big, bench_cham, bench_rr, bench_rawsup;
extern const motet_system_spec bench_sup;
void bench_sup_start(bench *b);

/* Rows of sessions: the trees are generated, see sessions/. */
extern const motet_system_spec court_spec, works_spec, roundabout_spec;
void bench_court_start(bench *b);
void bench_works_start(bench *b);
void bench_roundabout_start(bench *b);

#endif
