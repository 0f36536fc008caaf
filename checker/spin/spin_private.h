/* spin_private.h -- what the files of the SPIN driver share. Private to them.
 *
 * spin_build.c: the folder, the tools, from a model to a verifier that can be run.
 * spin_run.c: one run of the verifier, and what its report is worth.
 * spin_swarm.c: many at once. spin.c: what is asked, which searches follow each other, trails.
 */
#ifndef MOTET_CHECKER_SPIN_PRIVATE_H
#define MOTET_CHECKER_SPIN_PRIVATE_H
#include "process.h"
#include "spin.h"
#include "spin_report.h"

#define SPIN_MODEL "model.pml"

struct question {
    const char *define;     /* chooses the property in the text; NULL: all of safety */
    bool end_states;        /* deadlock is an invalid end state, or among what is looked for */
    const char *claim;      /* a formula; NULL: safety */
    uint32_t ltl;           /* its index */
    enum safety safety;     /* the property, when one alone is asked */
    bool count;             /* no reduction */
};

enum { DEPTHS = 3 };
struct attempt { /* one way to search, within what is left of the budget */
    bool optimised, compressed;
    bool partial;   /* bitstate */
    bool random;    /* the order of processes and transitions */
    uint32_t cores; /* above 1: of one verifier */
    uint32_t depth; /* below DEPTHS: how long a run it can follow */
};

struct driver {
    struct arena *a;
    const struct semantics *s;
    const struct spin_model *m;
    const struct budget *budget;
    struct spin_how how;
    uint32_t megabytes;
    const char *dir;
    const char *cc;
    const char *quick_cc; /* compiles in a tenth of the time of `cc` what is as fast as without optimisation; or NULL */
    const char *missing, *package;
    const char *translated; /* what pan.c was made with, "" for nothing special; NULL: there is none */
    bool compiled;          /* pan is pan.c, compiled for `made_for` */
    struct attempt made_for;
};

enum { SPIN_MAX_ARGS = 24 };
struct command {
    const char *argv[SPIN_MAX_ARGS + 1];
    uint32_t n;
    size_t output; /* bytes of its output that are read; 0: enough for what is no trail */
};

/* NULL is no argument. */
void command_add(struct command *c, const char *word);
/* The arguments with which spin finds the preprocessor and the property. */
void command_add_property(struct driver *d, struct command *c, const struct question *q);
/* Is the verifier to be one for several cores? */
bool spin_on_cores(const struct driver *d, const struct question *q);
struct process_limits command_limits(const struct driver *d, const struct command *c, double deadline);
struct process_result command_run(struct driver *d, const struct command *c, double deadline);

struct spin_result spin_answer_of(enum spin_answer what, const char *why);
/* What went wrong with a tool that must succeed, as an answer; SPIN_HOLDS when nothing did. */
struct spin_result spin_judge_tool(struct driver *d, const char *tool, const struct process_result *r);

/* False: d->missing and d->package say what. */
bool spin_find_tools(struct driver *d);
/* Makes the folder with the model in it; else says why not. */
const char *spin_set_up(struct driver *d);
void spin_tear_down(struct driver *d);
/* What a verifier for several cores, which was killed, left: segments that process `creator` made. */
void spin_remove_shared_memory(int creator);
void spin_discard(struct driver *d, const char *file);

/* Model to verifier source, unless that is what is there: one source serves all formulas. */
struct spin_result spin_translate(struct driver *d, const struct question *q, double deadline);
/* Verifier source to ./pan, unless that is what is there. */
struct spin_result spin_compile(struct driver *d, const struct question *q, const struct attempt *t, double deadline);

/* How a verifier is run. */
struct run_options {
    const char *program; /* "./pan" */
    uint64_t depth;      /* of the longest run */
    uint32_t table;      /* 2 to the power of it: slots of the table, or its bits */
    uint32_t seed;       /* 0: as usual. Else of the hash function, and of the order if that is random */
    uint32_t hashes;     /* bitstate: functions; 0: as usual */
    bool reverse;        /* the order of transitions */
};

/* Steps of the longest run that such an attempt can follow. */
uint64_t spin_longest_run(const struct driver *d, const struct attempt *t);
/* So that the bits take up a quarter of the memory, or of a first search little. */
uint32_t spin_bitstate_table(const struct driver *d, bool first);
void command_add_search(struct command *c, struct driver *d, const struct question *q, const struct run_options *o);
/* What the run was worth. *why says which budget ran out when the answer is SPIN_INCONCLUSIVE. */
struct spin_result spin_judge_run(struct driver *d, const struct question *q, const struct attempt *t,
                                  const struct process_result *p, enum spin_stop *why);
struct spin_result spin_verify(struct driver *d, const struct question *q, const struct attempt *t, double deadline,
                               enum spin_stop *why);
const char *spin_stop_reason(enum spin_stop s);

/* Until `deadline` (0: none), or until a swarm adds nothing any more. The trail is where it usually is. */
struct spin_result spin_swarm(struct driver *d, const struct question *q, double deadline);

#endif
