/* spin_private.h -- what the files of the SPIN driver share. Private to them.
 *
 * spin_build.c: the folder, the tools, from a model to a verifier that can be run.
 * spin.c: what is asked, what the answers are worth, which searches follow each other.
 */
#ifndef MOTET_CHECKER_SPIN_PRIVATE_H
#define MOTET_CHECKER_SPIN_PRIVATE_H
#include "process.h"
#include "spin.h"

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
    bool optimised, compressed, partial;
    uint32_t depth; /* below DEPTHS: how long a run it can follow */
};

struct driver {
    struct arena *a;
    const struct semantics *s;
    const struct spin_model *m;
    const struct budget *budget;
    uint32_t megabytes;
    const char *dir;
    const char *cc;
    const char *quick_cc; /* compiles in a tenth of the time what `cc` does without optimisation, equally fast; or NULL */
    const char *missing, *package;
    const char *translated; /* what pan.c was made with, "" for nothing special; NULL: there is none */
    bool compiled;          /* pan is pan.c, compiled for `how` */
    struct attempt how;
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
struct process_result command_run(struct driver *d, const struct command *c, double deadline);

struct spin_result spin_answer_of(enum spin_answer what, const char *why);
/* What went wrong with a tool that must succeed, as an answer; SPIN_HOLDS when nothing did. */
struct spin_result spin_judge_tool(struct driver *d, const char *tool, const struct process_result *r);

/* False: d->missing and d->package say what. */
bool spin_find_tools(struct driver *d);
/* Makes the folder with the model in it; else says why not. */
const char *spin_set_up(struct driver *d);
void spin_tear_down(struct driver *d);
void spin_discard(struct driver *d, const char *file);

/* Model to verifier source, unless that is what is there: one source serves all formulas. */
struct spin_result spin_translate(struct driver *d, const struct question *q, double deadline);
/* Verifier source to ./pan, unless that is what is there. */
struct spin_result spin_compile(struct driver *d, const struct question *q, const struct attempt *t, double deadline);

#endif
