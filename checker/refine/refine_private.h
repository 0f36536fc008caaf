/* refine_private.h -- what the files of the check of refinements share. */
#ifndef MOTET_CHECKER_REFINE_PRIVATE_H
#define MOTET_CHECKER_REFINE_PRIVATE_H
#include "expr.h"
#include "refine.h"
#include "solver.h"

/* A field, or a length, that refinements speak of: the constants of z3 stand for keys. */
struct key {
    const struct expr *sample; /* one use of it */
};

/* What of a run matters to refinements: a refined interaction, or one whose values they speak of, after others. */
struct history {
    uint32_t parent; /* IR_NONE at the start, which is history 0 */
    uint32_t edge;   /* the last interaction; unused at the start */
    uint32_t depth;  /* how many there are */
};

struct spot { /* a run: a history, and the state reached */
    uint32_t history, state;
    uint32_t from; /* the spot before; IR_NONE at the start */
    uint32_t edge; /* by which; IR_NONE: an event */
};

typedef VEC(uint32_t) number_vec;

struct subject { /* a session */
    struct arena *a;
    const struct ir *ir;
    uint32_t session;
    const struct session_type *t;
    const struct global *g;
    struct solver *solver;
    struct diags *d;
    struct refine_session *out;
    uint32_t *source;     /* [edges] */
    bool *spoken_of;      /* [messages]: by a refinement of another message */
    VEC(struct key) keys;
    VEC(struct history) histories;
    VEC(struct spot) spots;
    number_vec *spots_at; /* [states] */
    bool *incomplete;     /* [states]: runs to it were left out */
    VEC(const struct expr *) facts; /* the refinements, each once */
    uint64_t *known;      /* [states][words]: of facts; established by every run */
    uint64_t *by_message; /* [messages][words]: the facts that a new one makes old */
    uint64_t *by_event;   /* [tries][words]: those that an event may make void */
    uint32_t words;
};

/* Which constant stands for a value. */
struct naming {
    uint32_t payload; /* the history whose last message it is; IR_NONE: the message in question */
    uint32_t before;  /* the history that has the other messages; IR_NONE: whatever came last */
    bool all_current; /* the own message is one of those that came last, too */
};

/* ---- refine_runs.c ---- */

/* Fills in all but the solver's text. */
void refine__runs(struct subject *s);
bool refine__is_refined(const struct subject *s, uint32_t edge);

/* ---- refine_terms.c ---- */

uint32_t refine__key_of(const struct subject *s, const struct expr *value); /* IR_NONE: of none */
/* "s0_h12_3" */
const char *refine__constant(const struct subject *s, uint32_t history, uint32_t key);
/* Declarations and definitions: "s0_r12" is true when history 12 takes place with the values of its constants; "s0_w12" is
 * free, to say that it is the one. */
void refine__define(struct subject *s);
/* The refinement of the edge, for any message in question. */
const char *refine__fulfilled(const struct subject *s, uint32_t edge, uint32_t before);
/* No message in question fulfils the refinement of any edge of the state. */
const char *refine__stuck(const struct subject *s, uint32_t state, uint32_t before);
/* What every run to the state establishes of the messages that came last. */
const char *refine__established(const struct subject *s, uint32_t state);

/* ---- refine_report.c ---- */

void refine__report_unsatisfiable(struct subject *s, uint32_t edge, bool alone);
/* The run to `spot`, whose values are in the text `values` of z3. */
void refine__report_stuck(struct subject *s, uint32_t spot, const char *values);

#endif
