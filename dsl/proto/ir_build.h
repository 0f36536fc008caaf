/* ir_build.h -- from a checked file to the system of automata.
 *
 * The passes, in order: instantiate (families, foreach, do and par become a graph of positions; what follows caught
 * events is added), global (the graph becomes a deterministic automaton), project (one automaton a role), local
 * (sessions given by local types), then actors, systems and verify blocks.
 */
#ifndef MOTET_DSL_IR_BUILD_H
#define MOTET_DSL_IR_BUILD_H
#include "diag.h"
#include "ir.h"

/* Only after sema_file returned true for `f`. Never NULL. A session with an error has usable = false; where its
 * projections could be built they are in `locals` nevertheless, for whoever draws or explains them. */
struct ir *ir_build(struct arena *a, struct interner *names, const struct sources *s, const struct file *f,
                    struct diags *d);

/* For a file in which errors were found, after sema_file: projects those sessions that no error touches, for the
 * sake of their own errors, so that one run reports all. */
void ir_check(struct arena *a, struct interner *names, const struct sources *s, const struct file *f, struct diags *d);

/* Limits, named in the E0309 diagnostic that reports them. */
enum {
    IR_MAX_POSITIONS = 1000000,   /* of a session, after expansion; also states of its global automaton */
    IR_MAX_INTERLEAVED = 200000,  /* stages of one `par` */
    IR_MAX_STATES = 65000,        /* of a local automaton */
    IR_MAX_EDGES = 60000,         /* of a local automaton */
    IR_MAX_SET_WORK = 64000000,   /* set elements handled when a role is projected */
    IR_MAX_AVAILABLE = 1000000,   /* steps of one search for overtaking messages */
    IR_MAX_FILE_WORK = 1000000000, /* set elements of all sessions together, positions counting as so many: */
    IR_WORK_OF_POSITION = 100
};

#endif
