/* semantics.h -- the one step relation: what a model can do, and what is wrong with a state of it.
 *
 * A state is packed into `semantics_size` bytes, the same for every state of a model, and is canonical: two states
 * are equal if and only if their bytes are. It holds
 *   - for each participant its automaton state, or GONE;
 *   - for each lane its messages in order, as positions in lane.labels;
 *   - with crash budgets: what each budget has left, each supervisor's restart count, each instance up or gone.
 *
 * Steps
 *   SEND     the participant's state has the edge and the lane has room; appends to the lane.
 *   RECEIVE  the participant's state has the edge and its message is at the head of the lane; removes it.
 *   CRASH    instance i is up, and some budget that matches i is not used up: the first such is decremented.
 *            Then, in the same atomic step, its supervisor acts and the runs are settled.
 *
 * Supervision. `outcome` is how many supervisors give up, counted from the child's own upwards (level 0).
 *   A temporary child: outcome 0 only; i is gone, no count changes, nothing else is restarted.
 *   Else, at each level, with c the supervisor's restart count and N its intensity:
 *     c < N       it restarts (c + 1);
 *     c = N > 0   two outcomes: it restarts, because the window has passed (c stays), or it gives up;
 *     N = 0       it gives up.
 *   A supervisor that gives up counts at its parent as the crash of a permanent member. When the root gives up,
 *   every instance is gone for good and every count is 0.
 *   A restart affects, by strategy, the member that failed, all members, or that one and those after it, where the
 *   instances of a child family are members of their own, in index order. The member that failed is up again; a
 *   temporary one that is affected with it is gone for good, as it is never restarted. An affected supervisor starts
 *   fresh: its count and those below it are 0 and all instances below it are up, the temporary ones too.
 * Runs. Then each run that is not complete is settled: where a bound instance is gone, the run is closed (its
 *   participants GONE, its lanes empty); else where a bound instance was affected, or the run was closed, it is reset
 *   (its participants at 0, its lanes empty): the run now stands for a session opened anew; else nothing changes.
 */
#ifndef MOTET_CHECKER_SEMANTICS_H
#define MOTET_CHECKER_SEMANTICS_H
#include "model.h"

#define SEMANTICS_GONE UINT32_MAX

struct semantics; /* the model's tables, prepared; constant, lives in the arena; refers to the model */

struct semantics *semantics_new(struct arena *a, const struct model *m);
const struct model *semantics_model(const struct semantics *s);
size_t semantics_size(const struct semantics *s);        /* bytes of a state, a multiple of 8, at least 8 */
uint32_t semantics_max_steps(const struct semantics *s); /* no state enables more */

void semantics_initial(const struct semantics *s, uint8_t *state);

/* All enabled steps, into `out[semantics_max_steps]`; returns how many. The order is fixed: by participant and
 * edge, then crashes by instance and outcome. */
uint32_t semantics_steps(const struct semantics *s, const uint8_t *state, struct step *out);
bool semantics_enabled(const struct semantics *s, const uint8_t *state, const struct step *step);
/* The state after an enabled step. `next` may be `state`. */
void semantics_apply(const struct semantics *s, const uint8_t *state, const struct step *step, uint8_t *next);

/* A step as one number below semantics_n_codes, and back. */
uint32_t semantics_n_codes(const struct semantics *s);
uint32_t semantics_code(const struct semantics *s, const struct step *step);
struct step semantics_decode(const struct semantics *s, uint32_t code);

/* ---- what is wrong with a state ---- */

enum safety { /* the properties of single states; see the predicates below */
    SAFETY_DEADLOCK,
    SAFETY_FIDELITY,
    SAFETY_ORPHAN,
    SAFETY_KINDS
};

/* As semantics_steps, with the step codes instead of the steps, and a bit 1 << SAFETY_x in *broken for each
 * predicate that holds of the state: what the explorer asks of each state, in one go. */
uint32_t semantics_expand(const struct semantics *s, const uint8_t *state, uint32_t *codes, uint32_t *broken);

/* No send and no receive is enabled, and some participant is neither final nor gone. */
bool semantics_is_deadlock(const struct semantics *s, const uint8_t *state);

struct violation {
    uint32_t participant; /* whose turn it is to take the message */
    uint32_t lane;
    uint32_t message; /* the head of the lane, in ir.messages */
};
/* A participant can only receive, and every lane that its state reads has at its head a message without an edge
 * there: an unspecified reception (Brand, Zafiropulo, "On Communicating Finite-State Machines", 1983). While another
 * lane that it reads is empty, a head that has no edge yet may only be early. The first such by participant and lane;
 * `v` may be NULL. */
bool semantics_fidelity_violation(const struct semantics *s, const uint8_t *state, struct violation *v);
/* A participant is final, the head of a lane into it has no receive edge there, and nothing can change that: its
 * state reads no lane, or no participant can act. What is an unexpected reception is not an orphan as well. */
bool semantics_orphan(const struct semantics *s, const uint8_t *state, struct violation *v);

/* Every participant of the run is final and every lane of the run is empty. */
bool semantics_run_complete(const struct semantics *s, const uint8_t *state, uint32_t run);

/* ---- looking into a state ---- */

uint32_t semantics_at(const struct semantics *s, const uint8_t *state, uint32_t participant); /* or SEMANTICS_GONE */
bool semantics_is_final(const struct semantics *s, const uint8_t *state, uint32_t participant); /* final, not gone */
uint32_t semantics_lane_length(const struct semantics *s, const uint8_t *state, uint32_t lane);
/* The i-th message from the head, in ir.messages; i below the length. */
uint32_t semantics_lane_message(const struct semantics *s, const uint8_t *state, uint32_t lane, uint32_t i);
bool semantics_instance_up(const struct semantics *s, const uint8_t *state, uint32_t instance);

/* ---- who waits for what, and why ---- */

enum wait_kind {
    WAIT_FULL,       /* would send; the lane has no room */
    WAIT_EMPTY,      /* would receive; the lane is empty, or nobody can ever send there (lane IR_NONE) */
    WAIT_UNEXPECTED, /* would receive; the head of the lane is a message that it does not take here */
    WAIT_ORPHAN      /* is done; a message is left in the lane */
};

struct wait {
    enum wait_kind kind;
    uint32_t participant;
    uint32_t peer;    /* the participant at the other end of the lane */
    uint32_t lane;    /* or IR_NONE */
    uint32_t edge;    /* model-wide; the first edge of this direction and peer; IR_NONE for WAIT_ORPHAN */
    uint32_t n_edges; /* the edges of this direction and peer stand together */
    uint32_t message; /* WAIT_UNEXPECTED, WAIT_ORPHAN: the head of the lane; else IR_NONE */
};

/* Why participant `p` cannot act in `state`: an entry for each direction and peer that it waits on, and one for
 * each orphan when it is final. None when it can act, is gone, or is done and nothing is left for it. At most
 * semantics_max_waits entries. */
uint32_t semantics_waits(const struct semantics *s, const uint8_t *state, uint32_t p, struct wait *out);
uint32_t semantics_max_waits(const struct semantics *s);

#endif
