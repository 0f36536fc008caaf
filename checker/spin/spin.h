/* spin.h -- the second engine: SPIN on a rendering of the model, within a budget.
 *
 * Works in a folder of its own below TMPDIR, which is gone when it returns, also when a signal comes. It believes
 * neither exit statuses nor words alone: "holds" needs a report that is exhaustive in every respect
 * (spin_report.h), and "violated" a trail that replays in the step relation and ends in the violation.
 *
 * How a property is searched, cheapest first: compiled without optimisation for some seconds, which is all that
 * most models need (by tcc, where it is installed: that is as fast to search and takes a tenth of the time to compile);
 * then optimised, for the time that is left; then, when memory ran out, with compressed states; then by bitstate
 * hashing, which can still find an error and never says that there is none. See spin_how for other ways.
 */
#ifndef MOTET_CHECKER_SPIN_H
#define MOTET_CHECKER_SPIN_H
#include "explorer.h"

enum spin_answer {
    SPIN_HOLDS,
    SPIN_VIOLATED,
    SPIN_INCONCLUSIVE, /* `why`: which budget ran out */
    SPIN_ERROR,        /* `why`: SPIN could not do it, or did what it must not; never a verdict */
    SPIN_NO_TOOL       /* what it takes is missing; see spin_check.missing, .package and .trouble */
};

struct spin_model { /* what the renderer made of the model; see promela.h */
    const char *text;
    const struct step_line *lines; /* ascending */
    uint32_t n_lines;
    uint32_t n_processes;
    const char *const *claims; /* one for each formula of the model's verify block */
    uint32_t n_claims;
};

struct spin_result {
    enum spin_answer answer;
    const char *why;    /* NULL when it holds or is violated */
    uint64_t states;    /* stored in the search that decided it; with reduction, so fewer than the explorer's */
    double seconds;     /* compiling included */
    struct trail trail; /* SPIN_VIOLATED; not the shortest */
    uint32_t cycle;     /* a formula: trail.steps[cycle..] repeat for ever; equal to trail.n: it stays there */
};

enum spin_search {
    SPIN_EXHAUSTIVE, /* as above */
    SPIN_BITSTATE,   /* some bits a state: covers most of what does not fit into memory, and never says that it holds */
    SPIN_SWARM       /* many of these, of different hash functions, orders and depths, until the time is up: the same */
};

struct spin_how {
    enum spin_search search;
    uint32_t cores; /* at most PROCESS_MOST. 0: one, in a swarm all there are. Several for an exhaustive search: one
                     * verifier on them (SPIN's NCORE) once the first seconds did not do; for safety alone */
};

struct spin_check {
    struct spin_result safety[SAFETY_KINDS];
    struct spin_result *ltl; /* [n_ltl], in the order of verify->ltls; under weak fairness if model->fair_weak */
    uint32_t n_ltl;
    const char *missing; /* "spin", "a C compiler", or NULL */
    const char *package; /* the Debian package to install for it */
    const char *trouble; /* the machine gives no temporary folder: why; or NULL. Nothing was run then either */
    bool interrupted;    /* a signal came; it was raised again afterwards, and its handler returned */
    double seconds;
};

/* The budget holds for each search: one for the safety properties together, one more for each of them when that finds
 * an error, and one for each formula. Result and trails live in `a`. */
struct spin_check *spin_check(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b);

/* The same, otherwise than exhaustive on one core. */
struct spin_check *spin_check_how(struct arena *a, const struct semantics *s, const struct spin_model *m,
                                  const struct budget *b, const struct spin_how *how);

/* Counts the reachable states, without reduction and without looking for anything: comparable with the explorer's
 * count, to which it adds 1 when the model has a crash budget. SPIN_HOLDS when the count is complete. */
struct spin_result spin_count(struct arena *a, const struct semantics *s, const struct spin_model *m,
                              const struct budget *b);

#endif
