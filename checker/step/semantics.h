/* semantics.h -- the one step relation: what a model can do, and what is wrong with a state of it.
 *
 * A state is packed by bits into `semantics_size` bytes, the same for every state of a model, and is canonical: two
 * states are equal if and only if their bytes are. It holds
 *   - for each participant its automaton state, or GONE;
 *   - for each lane its messages in order, as positions in lane.labels;
 *   - in runs that are phased (model_run.phased): the phase of each participant and of each message in a lane;
 *   - with a loss budget: what is left of it;
 *   - with crash budgets: what each budget has left, each supervisor's restart count, each instance up or gone.
 *
 * Steps
 *   SEND     participant p, edge q!m. The first that applies:
 *              1. q is GONE:                      enabled; the message is dropped.
 *              2. phase(p) < phase(q):            enabled; the message is dropped. (1 and 2: in phased runs only)
 *              3. the lane has room:              enabled; appended, with phase(p).
 *              4. the lane drops its newest:      enabled; the message is dropped.
 *              5. the lane drops its oldest:      enabled; the head of the lane is dropped, the message appended.
 *              6. else:                           not enabled.
 *            The edge says which of the two lanes from p to q, the interrupt lane or the other. Room: fewer messages
 *            than the capacity; in a pool, all lanes of the pool together have fewer than the pool's. An interrupt
 *            lane has its own room and policy (to block).
 *   RECEIVE  participant q, edge p?m, m is at the head of the lane.
 *              Not an interrupt: the message's phase is q's own (or the run is not phased). Removes it.
 *              An interrupt: its phase is above q's. Removes it; phase(q) becomes the message's; then q purges,
 *              and the run is rebased.
 *   EVENT    participant r, edge of a timeout or a cancel. A timeout is enabled when no SEND of r's state is (so in a
 *            state without sends always); a cancel always. It is not enabled where the counter of its level is 15. r
 *            takes the edge; the counter of its level in phase(r) goes up by one and those of deeper levels become 0;
 *            then r purges, and the run is rebased. Events of kind crash are no steps of their own.
 *   LOSS     a SEND on a lane that is no interrupt lane, by which the message would be appended (3 or 5), while there
 *            is loss budget left: the sender moves on, the lane stays as it is, the budget goes down by one.
 *   CRASH    instance i is up, and some budget that matches i is not used up: the first such is decremented.
 *            Then, in the same atomic step, its supervisor acts and the runs are settled.
 *
 * Phases. A phase is a counter for each level of nesting, compared from level 0 on. All start at 0. An outdated
 * message is one whose phase is below its receiver's: there is never one in a lane, since
 *   - q purges: in all lanes into q, interrupt lanes too, the messages with a phase below q's are dropped;
 *   - messages that would be outdated are dropped when they are sent (2).
 * A message with a phase above its receiver's waits for the receiver to be interrupted. An interrupt with just its
 * receiver's phase is never taken: two catchers raised the same phase.
 * Rebasing keeps counters small, and changes how no two phases of the run compare. Entries are the phases of the
 * participants that are not GONE and of the messages in the run's lanes; those of participants whose state has no
 * edges are retired, the others live. For each level, outermost first, and for each group of entries that agree in
 * all levels above: where no entry is live, nothing; else
 *   - a retired entry whose counter is below that of every live one gets the least live counter, and 0 in deeper
 *     levels;
 *   - the counters u0 < u1 < ... that occur become 0, min(u1 - u0, 2), then each its predecessor's plus the
 *     difference to it, but at most 2.
 * A state in which some participant's counter is 15 (PHASE_LIMIT) is not followed up.
 *
 * Supervision. Why an instance crashes is not modelled: each reason is possible, so each directive that its child has
 * for some reason. `outcome` is how many supervisors give up, counted from the child's own upwards (level 0).
 *   DEFAULT (also: restart). A temporary child: outcome 0 only; i is gone, no count changes, nothing else restarts.
 *     Else, at each level, with c the supervisor's restart count and N its intensity:
 *       c < N       it restarts (c + 1);
 *       c = N > 0   two outcomes: it restarts, because the window has passed (c stays), or it gives up;
 *       N = 0       it gives up.
 *   STOP      outcome 0: as for a temporary child.
 *   ESCALATE  the child's supervisor gives up whatever its count: outcomes from 1 on; the rule above from level 1 on.
 *   RESUME    for each RECEIVE that is enabled at a participant of i (step.edge): its message is removed, and nothing
 *             else changes; outcome 0. No run is settled.
 *   A supervisor that gives up counts at its parent as the crash of a permanent member. When the root gives up,
 *   every instance is gone for good and every count is 0.
 *   A restart affects, by strategy, the member that failed, all members, or that one and those after it, where the
 *   instances of a child family are members of their own, in index order. The member that failed is up again; a
 *   temporary one that is affected with it is gone for good, as it is never restarted. An affected supervisor starts
 *   fresh: its count and those below it are 0 and all instances below it are up, the temporary ones too.
 * Runs. Then each run that is not complete is settled. The dead are its participants, not GONE yet, whose instance was
 *   affected or is gone.
 *     1. The run was closed (all are GONE): reset when all its instances are up; else nothing changes.
 *     2. Nobody is dead: nothing changes.
 *     3. Exactly one is dead, in role q, and some live participant stands in a state with an EVENT edge for the crash
 *        of q: each such takes that edge (the one of the deepest level, of several the first), raises its phase and
 *        purges, as for EVENT, in the order of participants; q becomes GONE; all lanes from and to q are emptied; the
 *        run is rebased.
 *     4. Else, a bound instance is gone: the run is closed (its participants GONE, its lanes empty).
 *     5. Else it is reset (its participants at 0 with phase 0, its lanes empty): the run now stands for a session
 *        opened anew.
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

/* All enabled steps, into `out[semantics_max_steps]`; returns how many. The order is fixed: by participant, and of
 * each its sends, receives, interrupts and events; then losses by edge; then crashes by instance, directive and
 * outcome; then crashes after which the instance resumes, by edge. */
uint32_t semantics_steps(const struct semantics *s, const uint8_t *state, struct step *out);
bool semantics_enabled(const struct semantics *s, const uint8_t *state, const struct step *step);
/* The state after an enabled step. `next` may be `state`. */
void semantics_apply(const struct semantics *s, const uint8_t *state, const struct step *step, uint8_t *next);

/* The same for a step by its code; `next` is not `state`. */
void semantics_apply_code(const struct semantics *s, const uint8_t *state, uint32_t code, uint8_t *next);

/* A step as one number below semantics_n_codes, and back. */
uint32_t semantics_n_codes(const struct semantics *s);
uint32_t semantics_code(const struct semantics *s, const struct step *step);
struct step semantics_decode(const struct semantics *s, uint32_t code);
/* All codes from it on are crashes, or there are none. */
uint32_t semantics_first_crash_code(const struct semantics *s);

/* ---- partial-order reduction (semantics_alone.c) ---- */

/* Can semantics_alone ever tell something of this model? */
bool semantics_can_take_alone(const struct semantics *s);
/* Where the steps that participant `p` has now can be taken before all others, without losing a deadlock, an unexpected
 * message or an orphan that could come later: their codes, and how many there are. Else 0. It is for the search to see
 * that no other step is put off for ever. */
uint32_t semantics_alone(const struct semantics *s, const uint8_t *state, uint32_t p, uint32_t *codes);
/* The participant sends, and stands at its start or where a cycle may be closed: better let what is under way come
 * to an end first, or one goes all the way round while each of the others takes a step. */
bool semantics_starts_anew(const struct semantics *s, const uint8_t *state, uint32_t p);

/* Calls `tell` with each edge (model-wide) by which a participant caught a crash in the crash step that led from
 * `state` to `next`. */
void semantics_caught(const struct semantics *s, const uint8_t *state, const uint8_t *next,
                      void (*tell)(void *ctx, uint32_t edge), void *ctx);

/* ---- what is wrong with a state ---- */

enum safety { /* the properties of single states; see the predicates below */
    SAFETY_DEADLOCK,
    SAFETY_FIDELITY,
    SAFETY_ORPHAN,
    SAFETY_GAVE_UP, /* of systems with crashes; what mailboxes hold does not matter to it. A part of recovery.h */
    SAFETY_KINDS
};

enum { PHASE_LIMIT = 1u << SAFETY_KINDS }; /* no property: a phase counter is at its end, see above */

/* As semantics_steps, with the step codes instead of the steps, and a bit 1 << SAFETY_x in *broken for each
 * predicate that holds of the state, and perhaps PHASE_LIMIT: what the explorer asks of each state, in one go. */
uint32_t semantics_expand(const struct semantics *s, const uint8_t *state, uint32_t *codes, uint32_t *broken);

/* No send, no receive and no event is enabled, and some participant is neither final nor gone. */
bool semantics_is_deadlock(const struct semantics *s, const uint8_t *state);

struct violation {
    uint32_t participant; /* whose turn it is to take the message */
    uint32_t lane;
    uint32_t message; /* the head of the lane, in ir.messages */
};
/* A participant's state has receives that are no interrupts and no sends, and every lane that they read has at its
 * head a message of the participant's own phase without an edge there: an unspecified reception (Brand, Zafiropulo,
 * "On Communicating Finite-State Machines", 1983). While another lane that it reads is empty, a head that has no edge
 * yet may only be early; so is a head of a later phase: it counts as an empty lane. That an event or an interrupt
 * could end the wait is no excuse. The first such by participant and lane; `v` may be NULL. */
bool semantics_fidelity_violation(const struct semantics *s, const uint8_t *state, struct violation *v);
/* A participant is final, the head of a lane into it (interrupt lanes too) cannot be taken in its state, because it
 * has no edge for it or not for one of that phase, and nothing can change that: its state reads no lane, with
 * interrupts or without, or no participant can act. What is an unexpected reception is not an orphan as well. */
bool semantics_orphan(const struct semantics *s, const uint8_t *state, struct violation *v);

/* Some instance that must run is gone: its child is not temporary and no reason to crash makes it stop. So the root
 * supervisor gave up. */
bool semantics_gave_up(const struct semantics *s, const uint8_t *state);

/* Every participant of the run is final or GONE, but not all are GONE, and every lane of the run is empty. */
bool semantics_run_complete(const struct semantics *s, const uint8_t *state, uint32_t run);

/* ---- looking into a state ---- */

uint32_t semantics_at(const struct semantics *s, const uint8_t *state, uint32_t participant); /* or SEMANTICS_GONE */
bool semantics_is_final(const struct semantics *s, const uint8_t *state, uint32_t participant); /* final, not gone */
/* It stands in a state with receives that are no interrupts and without sends. */
bool semantics_only_receives(const struct semantics *s, const uint8_t *state, uint32_t participant);
uint32_t semantics_lane_length(const struct semantics *s, const uint8_t *state, uint32_t lane);
/* The i-th message from the head, in ir.messages; i below the length. */
uint32_t semantics_lane_message(const struct semantics *s, const uint8_t *state, uint32_t lane, uint32_t i);
bool semantics_instance_up(const struct semantics *s, const uint8_t *state, uint32_t instance);
/* A phase as one number that compares as the phase does: 4 bits a level, level 0 highest. 0 in runs without phases. */
uint32_t semantics_phase(const struct semantics *s, const uint8_t *state, uint32_t participant);
uint32_t semantics_message_phase(const struct semantics *s, const uint8_t *state, uint32_t lane, uint32_t i);

enum fate { /* of the message of an enabled SEND */
    FATE_ARRIVES,
    FATE_GONE,      /* its receiver is gone */
    FATE_OUTDATED,  /* its receiver is in a later phase */
    FATE_NO_ROOM,   /* it is dropped as the newest */
    FATE_PUSHES_OUT /* it takes the place of the oldest, which is dropped */
};
enum fate semantics_fate(const struct semantics *s, const uint8_t *state, uint32_t edge);

/* ---- who waits for what, and why ---- */

enum wait_kind {
    WAIT_FULL,       /* would send; the lane has no room */
    WAIT_EMPTY,      /* would receive; the lane is empty, or nobody can ever send there (lane IR_NONE) */
    WAIT_UNEXPECTED, /* would receive; the head of the lane is a message that it does not take here */
    WAIT_ORPHAN,     /* is done; a message is left in the lane */
    WAIT_POOL,       /* would send; the lanes that share the receiver's mailbox have no room */
    WAIT_LATER,      /* would receive; the head of the lane is of a later phase, of which it has not been told */
    WAIT_INTERRUPT,  /* was interrupted; the interrupt is one that it does not take here */
    WAIT_VALUES      /* has no action: no value of the domains fulfils a refinement; peer is the participant itself */
};

struct wait {
    enum wait_kind kind;
    uint32_t participant;
    uint32_t peer;    /* the participant at the other end of the lane */
    uint32_t lane;    /* or IR_NONE */
    uint32_t edge;    /* model-wide; the first edge of this kind and peer; IR_NONE for WAIT_ORPHAN, WAIT_INTERRUPT */
    uint32_t n_edges; /* the edges of this kind and peer stand together */
    uint32_t message; /* WAIT_UNEXPECTED, _ORPHAN, _LATER, _INTERRUPT: the head of the lane; else IR_NONE */
};

/* Why participant `p` cannot act in `state`: an entry for each direction and peer that it waits on, and one for
 * each orphan when it is final, or each interrupt that it does not take. That it waits to be interrupted is said only
 * where it waits for nothing else. None when it can act, is gone, or is done and nothing is left for it. At most
 * semantics_max_waits entries. */
uint32_t semantics_waits(const struct semantics *s, const uint8_t *state, uint32_t p, struct wait *out);
uint32_t semantics_max_waits(const struct semantics *s);

#endif
