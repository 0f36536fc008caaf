/* model.h -- one thing to check, flattened: participants, lanes, crash budget.
 *
 * The explorer and the Promela renderer both work from this and from nothing else, so that they cannot
 * disagree on what is checked. A model is built from one session type alone, or from a system with a verify scope.
 */
#ifndef MOTET_DSL_MODEL_H
#define MOTET_DSL_MODEL_H
#include "ir.h"

struct model_participant {
    uint32_t run;      /* session run, index in model.runs */
    uint32_t role;     /* in the session type */
    uint32_t instance; /* in the system; IR_NONE for a session checked alone */
    const struct automaton *automaton;
    name name; /* unique in the model: "P[1]", with several runs "Tpc#2.P[1]" */
};

struct model_lane { /* FIFO from one participant to another */
    uint32_t from, to; /* participants */
    bool interrupt;    /* for the first messages of handlers; then the policy is to block and there is no pool */
    uint32_t capacity; /* at least 1; in a pool, the pool's */
    enum policy policy; /* POLICY_FAIL: as POLICY_BLOCK, as a send that failed leaves everything as it was */
    uint32_t pool; /* in model.pools: the room that it shares with other lanes, and no more than that; or IR_NONE */
    uint32_t n_labels; /* the messages that `from` can ever send on it, ascending; at most 254 */
    uint16_t *labels;  /* message indices; a lane holds positions in this array */
};

struct model_pool { /* the mailbox of one instance that all lanes into it share, but for the interrupt lanes */
    uint32_t instance; /* IR_NONE for a session checked alone: of one participant */
    uint32_t capacity;
};

struct model_run { /* one instance of a session type */
    uint32_t session;           /* in ir.sessions */
    uint32_t first_participant; /* its participants stand together, by role */
    uint32_t wire;              /* in the system; IR_NONE for a session checked alone */
    bool phased; /* events can happen in it: its participants and messages have phases, and it has interrupt lanes */
};

struct model {
    const struct ir *ir;
    const struct system *system; /* NULL for a session checked alone */
    const struct verify *verify; /* NULL without a verify block */
    name subject;                /* the session's or the system's name */
    uint32_t n_participants, n_lanes, n_runs;
    struct model_participant *participants;
    struct model_lane *lanes;
    struct model_run *runs;
    uint32_t *edge_base; /* [n_participants]: an edge's model-wide id is edge_base[p] + its index in the automaton */
    uint32_t n_edges;    /* all of them */
    uint32_t *lane_of;   /* [n_edges]: the lane that the edge writes or reads; IR_NONE when nobody ever sends there */
    uint32_t n_pools;
    struct model_pool *pools;
    uint32_t loss;       /* most messages that get lost in transit */
    bool phased;         /* some run is */
    uint32_t n_crashes;  /* crash budgets in force */
    const struct verify_crash *crashes;
    bool fair_weak;
};

/* A session on its own. Lanes into a role are those of the actor that plays it (the one with the smallest mailbox
 * where several do); where none does they block and hold `capacity`. The session must be usable. Both return NULL
 * after an E03/E04 diagnostic when a limit is passed. */
struct model *model_of_session(const struct ir *ir, uint32_t session, const struct verify *v, uint32_t capacity,
                               struct diags *d);
/* A system in the scope of `v` (NULL: one run of each wire, no crash). */
struct model *model_of_system(const struct ir *ir, uint32_t system, const struct verify *v, struct diags *d);

/* The participant that plays `role` in the same run as participant `p`. */
uint32_t model_peer(const struct model *m, uint32_t p, uint32_t role);

/* May what a send does depend on more than its lane: on room that lanes share, on losses? Then no reduction that knows
 * only the writer and the reader of each lane may be used. */
bool model_is_entangled(const struct model *m);

/* Can any instance crash, in the scope? */
bool model_has_crashes(const struct model *m);

/* ---- steps: the alphabet in which explorer, SPIN and trails speak ---- */

enum step_kind {
    STEP_SEND,    /* edge = model-wide id */
    STEP_RECEIVE, /* edge = model-wide id */
    STEP_EVENT,   /* edge = model-wide id; a timeout or a cancel: a crash is caught within STEP_CRASH */
    STEP_LOSS,    /* edge = model-wide id of a send: it takes place and its message is lost */
    STEP_CRASH    /* instance crashes; its supervisor acts (see semantics.md) */
};

struct step {
    enum step_kind kind;
    uint32_t edge;     /* all but STEP_CRASH; there with DIRECTIVE_RESUME the receive whose message is lost, else 0 */
    uint32_t instance; /* STEP_CRASH */
    uint32_t outcome;  /* STEP_CRASH: how many supervisors give up, see supervision in semantics.h */
    enum directive directive; /* STEP_CRASH: what is decided; DIRECTIVE_DEFAULT stands for DIRECTIVE_RESTART too */
};

/* Line `line` of a rendering of the model performs `step`: how a trail of the rendering is read back. */
struct step_line {
    uint32_t line; /* from 1 */
    struct step step;
};

uint32_t step_participant(const struct model *m, const struct step *s); /* all but STEP_CRASH */
const struct edge *step_edge(const struct model *m, const struct step *s);

#endif
