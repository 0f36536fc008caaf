/* solver.h -- questions to z3, many at once: SMT-LIB 2 text in, one answer each out.
 *
 * The caller writes declarations and definitions into `text` and questions between them. Invariant: only `sat`,
 * `unsat` and `unknown` are answers. Whatever else the solver says, or if it says too little, is an error.
 */
#ifndef MOTET_CHECKER_SOLVER_H
#define MOTET_CHECKER_SOLVER_H
#include "arena.h"
#include "process.h"

enum answer {
    ANSWER_SAT,
    ANSWER_UNSAT,
    ANSWER_UNKNOWN /* also: time or memory ran out before */
};

struct question {
    enum answer answer;
    bool wants_values;
    const char *values; /* when SAT and wanted: "((x 3) (y (- 1)) (b true))", on one line; else NULL */
};

struct solver {
    struct arena *a;
    struct buf text;
    VEC(struct question) questions;
};

enum solver_end {
    SOLVER_DONE,
    SOLVER_MISSING,     /* there is no z3 */
    SOLVER_FAILED,      /* `why` says how */
    SOLVER_INTERRUPTED  /* as PROCESS_INTERRUPTED */
};

struct solver_result {
    enum solver_end end;
    const char *why;
    double seconds;
};

void solver_init(struct solver *s, struct arena *a);
void solver_free(struct solver *s);
/* Can `condition` be true? `quantified`: it has quantifiers. `values` names the constants, between blanks, whose values
 * are wanted where it can; or is NULL. Returns the question's number. */
uint32_t solver_ask(struct solver *s, const char *condition, bool quantified, const char *values);
/* Runs z3 on all of it, unless no question was asked; `seconds` in all. */
struct solver_result solver_run(struct solver *s, double seconds, uint64_t memory);

/* The value of the constant `name` in the text of values: "3", "-1", "true"; or NULL. */
const char *solver_value(struct arena *a, const char *values, const char *name);

#endif
