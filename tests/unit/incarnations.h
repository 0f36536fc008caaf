/* incarnations.h -- a plain reference for crashes: nothing about them happens at once.
 *
 * semantics.h takes a crash, its notices and the restart as one step. Here each is a step of its own, and anything may
 * come between:
 *   CRASH      the instance is dead, and that is all: it takes no step, what is in its lanes and sent to them is
 *              lost, and the sessions in which it plays, unless complete, are marked as aborted. Its supervisor has
 *              yet to act.
 *   NOTICE     one live participant of an aborted session learns of it, and leaves. Until then it goes on as ever.
 *   SUPERVISE  the supervisors act on the oldest failure: they decide who is to be stopped and who to be started.
 *   STOP       one of those to be stopped is, with its sessions, as in a crash. Until then it goes on.
 *   START      one of those to be started is up, once all are stopped: a new incarnation, which is in no session.
 *   OPEN       the run has a new session, once all instances that play in it are up.
 *   ENTER      one participant begins in it, once it has left the one before, if its incarnation is that of the
 *              opening.
 *   DISCARD    a participant throws away the message at the head of a lane: it is of a session that is over for it.
 * A lane is one channel for all sessions of a run, and each message bears the number of its session: it is delivered to
 * a participant of that session alone. The room of a lane is counted for each session apart; that of a shared mailbox
 * is not.
 * Sends, receives and losses are those of semantics.h. Models with phases are not for this reference.
 *
 * What libmotet does is among this: a session has one word that says whether it is aborted, and a participant looks
 * there before each step (NOTICE); it has lanes of its own, which go with it (DISCARD); it is opened under one lock and
 * only with actors that are up (OPEN); failures are queued and one verdict is carried out at a time (SUPERVISE,
 * STOP, START).
 *
 * With a `breakage` one of the rules is left out, to see that it is missed.
 */
#ifndef MOTET_TESTS_INCARNATIONS_H
#define MOTET_TESTS_INCARNATIONS_H
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "semantics.h"

enum breakage {
    NOTHING_BROKEN,
    STALE_IS_TAKEN, /* messages are delivered whatever session they are of, and none is discarded */
    OPENS_EARLY,    /* a session is opened though an instance is still down, and that joins it later */
    NOBODY_IS_TOLD  /* no notices */
};

enum { REF_PARTICIPANTS = 8, REF_LANES = 24, REF_SLOTS = 16, REF_RUNS = 2, REF_INSTANCES = 4, REF_OUT = 255 };

enum ref_status { REF_UP, REF_DOOMED, REF_ENDING, REF_FAILED, REF_DOWN, REF_GONE };

struct ref_state { /* bytes alone: equal states have equal bytes */
    uint8_t at[REF_PARTICIPANTS];      /* in its automaton; REF_OUT: in no session */
    uint8_t session[REF_PARTICIPANTS]; /* that it is in, or was last */
    uint8_t opened_with[REF_PARTICIPANTS]; /* the incarnation with which its run's session was opened */
    uint8_t current[REF_RUNS];         /* the run's latest session */
    uint8_t aborted[REF_RUNS];         /* and whether it is */
    uint8_t length[REF_LANES];
    uint8_t lane[REF_LANES][REF_SLOTS]; /* session << 4 | label */
    uint8_t status[REF_INSTANCES], incarnation[REF_INSTANCES];
    uint8_t failed[REF_INSTANCES], n_failed; /* those that supervisors have yet to look at */
    uint8_t count[KIT_MEMBERS], left[4], loss;
};

struct reference {
    const struct model *m;
    enum breakage breakage;
    struct ref_state *states;
    uint32_t n, most;
    uint32_t *table, mask;   /* number + 1 */
    bool moved;              /* the state that is looked at has a step that is no crash and no loss */
    bool too_large;
    bool stale;              /* a message of another session was delivered */
    bool broken[SAFETY_KINDS];
};

/* ---- states ---- */

static inline uint64_t ref_hash(const struct ref_state *s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *s; i++)
        h = (h ^ ((const uint8_t *)s)[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static inline void ref_visit(struct reference *x, const struct ref_state *s)
{
    uint32_t at = (uint32_t)ref_hash(s) & x->mask;
    for (; x->table[at]; at = (at + 1) & x->mask)
        if (memcmp(&x->states[x->table[at] - 1], s, sizeof *s) == 0)
            return;
    if (x->n == x->most) {
        x->too_large = true;
        return;
    }
    x->states[x->n++] = *s;
    x->table[at] = x->n;
}

static inline void ref_move(struct reference *x, const struct ref_state *next)
{
    x->moved = true;
    ref_visit(x, next);
}

/* ---- looking ---- */

static inline uint32_t ref_run(const struct reference *x, uint32_t p) { return x->m->participants[p].run; }
static inline uint32_t ref_instance(const struct reference *x, uint32_t p) { return x->m->participants[p].instance; }

static inline bool ref_acts(const struct ref_state *s, uint32_t instance)
{
    return s->status[instance] <= REF_ENDING;
}

static inline bool ref_present(const struct reference *x, const struct ref_state *s, uint32_t p)
{
    return s->at[p] != REF_OUT && ref_acts(s, ref_instance(x, p));
}

/* That session of the run is over. */
static inline bool ref_over(const struct ref_state *s, uint32_t run, uint32_t session)
{
    return session < s->current[run] || s->aborted[run];
}

static inline const struct state *ref_row(const struct reference *x, const struct ref_state *s, uint32_t p)
{
    return &x->m->participants[p].automaton->states[s->at[p]];
}

/* Who has not yet entered the run's session stands at its beginning. */
static inline bool ref_complete(const struct reference *x, const struct ref_state *s, uint32_t run)
{
    if (s->aborted[run])
        return false;
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        uint32_t at = s->session[p] == s->current[run] ? s->at[p] : 0;
        if (ref_run(x, p) == run && !x->m->participants[p].automaton->states[at].final)
            return false;
    }
    for (uint32_t l = 0; l < x->m->n_lanes; l++)
        for (uint32_t i = 0; i < s->length[l]; i++)
            if (ref_run(x, x->m->lanes[l].from) == run && s->lane[l][i] >> 4 == s->current[run])
                return false;
    return true;
}

/* ---- lanes ---- */

static inline uint8_t ref_message(const struct reference *x, uint32_t session, uint32_t lane, uint32_t message)
{
    uint32_t label = 0;
    while (x->m->lanes[lane].labels[label] != message)
        label++;
    return (uint8_t)(session << 4 | label);
}

static inline void ref_remove(struct ref_state *s, uint32_t lane, uint32_t i)
{
    uint8_t *at = s->lane[lane];
    s->length[lane]--;
    memmove(at + i, at + i + 1, s->length[lane] - i);
    at[s->length[lane]] = 0;
}

static inline uint32_t ref_own(const struct ref_state *s, uint32_t lane, uint32_t session)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->length[lane]; i++)
        n += s->lane[lane][i] >> 4 == session;
    return n;
}

static inline bool ref_room(const struct reference *x, const struct ref_state *s, uint32_t lane, uint32_t session)
{
    uint32_t pool = x->m->lanes[lane].pool, n = 0;
    if (pool == IR_NONE)
        return ref_own(s, lane, session) < x->m->lanes[lane].capacity;
    for (uint32_t l = 0; l < x->m->n_lanes; l++)
        n += x->m->lanes[l].pool == pool ? s->length[l] : 0;
    return n < x->m->pools[pool].capacity;
}

static inline void ref_append(struct ref_state *s, uint32_t lane, uint8_t message)
{
    if (s->length[lane] == REF_SLOTS)
        abort();
    s->lane[lane][s->length[lane]++] = message;
}

/* ---- steps of participants ---- */

static inline void ref_send(struct reference *x, const struct ref_state *s, uint32_t p, const struct edge *e,
                            uint32_t l)
{
    const struct model_lane *lane = &x->m->lanes[l];
    struct ref_state next = *s, lost = *s;
    uint32_t session = s->session[p];
    bool room = ref_room(x, s, l, session), oldest = lane->policy == POLICY_DROP_OLDEST && ref_own(s, l, session);
    next.at[p] = lost.at[p] = (uint8_t)e->target;
    if (!ref_acts(s, ref_instance(x, lane->to))) { /* into a dead instance's lane */
        ref_move(x, &next);
        return;
    }
    if (!room && oldest)
        for (uint32_t i = 0; i < next.length[l]; i++)
            if (next.lane[l][i] >> 4 == session) {
                ref_remove(&next, l, i);
                break;
            }
    if (room || oldest)
        ref_append(&next, l, ref_message(x, session, l, e->message));
    if (room || lane->policy == POLICY_DROP_NEWEST || lane->policy == POLICY_DROP_OLDEST)
        ref_move(x, &next);
    if ((room || oldest) && s->loss) {
        lost.loss--;
        ref_visit(x, &lost);
    }
}

/* Can the head of the lane be delivered to its reader where it stands? */
static inline bool ref_due(const struct reference *x, const struct ref_state *s, uint32_t p, uint32_t l)
{
    return s->length[l] && (x->breakage == STALE_IS_TAKEN || s->lane[l][0] >> 4 == s->session[p]);
}

static inline bool ref_fits(const struct reference *x, const struct ref_state *s, const struct edge *e, uint32_t l)
{
    return x->m->lanes[l].labels[s->lane[l][0] & 15] == e->message;
}

static inline bool ref_decides(const struct reference *x, uint32_t instance, enum directive d)
{
    const struct child *c = &x->m->system->children[x->m->system->instances[instance].child];
    for (int r = 0; r < REASONS; r++)
        if (c->decide[r] == d || (d == DIRECTIVE_DEFAULT && c->decide[r] == DIRECTIVE_RESTART))
            return true;
    return false;
}

/* The budget that a crash of the instance would use up, or IR_NONE. */
static inline uint32_t ref_budget(const struct reference *x, const struct ref_state *s, uint32_t instance)
{
    const struct model *m = x->m;
    for (uint32_t b = 0; b < m->n_crashes; b++)
        if (s->left[b] && (m->crashes[b].child == IR_NONE ||
                           m->crashes[b].child == m->system->instances[instance].child))
            return b;
    return IR_NONE;
}

static inline void ref_receive(struct reference *x, const struct ref_state *s, uint32_t p, const struct edge *e,
                               uint32_t l)
{
    uint32_t instance = ref_instance(x, p), budget = ref_budget(x, s, instance);
    if (!ref_due(x, s, p, l) || !ref_fits(x, s, e, l))
        return;
    struct ref_state next = *s;
    x->stale |= s->lane[l][0] >> 4 != s->session[p];
    ref_remove(&next, l, 0);
    if (budget != IR_NONE && s->status[instance] == REF_UP && ref_decides(x, instance, DIRECTIVE_RESUME)) {
        struct ref_state resumed = next;
        resumed.left[budget]--;
        ref_visit(x, &resumed);
    }
    next.at[p] = (uint8_t)e->target;
    ref_move(x, &next);
}

static inline void ref_participant(struct reference *x, const struct ref_state *s, uint32_t p)
{
    const struct automaton *au = x->m->participants[p].automaton;
    const struct state *row = ref_row(x, s, p);
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const struct edge *e = &au->edges[i];
        uint32_t l = x->m->lane_of[x->m->edge_base[p] + i];
        if (l == IR_NONE)
            continue;
        if (e->dir == DIR_SEND)
            ref_send(x, s, p, e, l);
        else
            ref_receive(x, s, p, e, l);
    }
}

/* ---- sessions ---- */

static inline void ref_discards(struct reference *x, const struct ref_state *s, uint32_t p)
{
    for (uint32_t l = 0; l < x->m->n_lanes; l++) {
        uint32_t session = s->lane[l][0] >> 4;
        if (x->m->lanes[l].to != p || !s->length[l] || x->breakage == STALE_IS_TAKEN)
            continue;
        if (session < s->session[p] || (s->at[p] == REF_OUT && ref_over(s, ref_run(x, p), session))) {
            struct ref_state next = *s;
            ref_remove(&next, l, 0);
            ref_move(x, &next);
        }
    }
}

/* NOTICE, ENTER */
static inline void ref_changes_session(struct reference *x, const struct ref_state *s, uint32_t p)
{
    uint32_t run = ref_run(x, p), instance = ref_instance(x, p);
    struct ref_state next = *s;
    if (s->at[p] != REF_OUT && ref_over(s, run, s->session[p]) && x->breakage != NOBODY_IS_TOLD) {
        next.at[p] = REF_OUT;
        ref_move(x, &next);
    }
    bool same = s->incarnation[instance] == s->opened_with[p] || x->breakage == OPENS_EARLY;
    if (s->at[p] == REF_OUT && s->session[p] < s->current[run] && !s->aborted[run] && same) {
        next.session[p] = s->current[run];
        next.at[p] = 0;
        ref_move(x, &next);
    }
}

static inline void ref_open(struct reference *x, const struct ref_state *s, uint32_t run)
{
    struct ref_state next = *s;
    if (!s->aborted[run])
        return;
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        uint32_t status = s->status[ref_instance(x, p)];
        if (ref_run(x, p) != run)
            continue;
        if (status == REF_GONE || status == REF_ENDING || (status != REF_UP && x->breakage != OPENS_EARLY))
            return;
        next.opened_with[p] = s->incarnation[ref_instance(x, p)];
    }
    next.aborted[run] = 0;
    next.current[run]++;
    if (next.current[run] > 15)
        abort();
    ref_move(x, &next);
}

/* ---- crashes ---- */

/* The instance is dead, and its sessions aborted. A run that is complete needs it no more. */
static inline void ref_kill(const struct reference *x, struct ref_state *s, uint32_t instance, enum ref_status status)
{
    bool complete[REF_RUNS];
    for (uint32_t r = 0; r < x->m->n_runs; r++)
        complete[r] = ref_complete(x, s, r);
    s->status[instance] = (uint8_t)status;
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        uint32_t run = ref_run(x, p);
        if (ref_instance(x, p) != instance)
            continue;
        if (!complete[run])
            s->aborted[run] = 1;
        if (!complete[run] || s->session[p] < s->current[run])
            s->at[p] = REF_OUT;
        for (uint32_t l = 0; l < x->m->n_lanes; l++)
            while (x->m->lanes[l].to == p && s->length[l])
                ref_remove(s, l, 0);
    }
}

static inline void ref_crash(struct reference *x, const struct ref_state *s, uint32_t instance)
{
    struct ref_state next = *s;
    uint32_t budget = ref_budget(x, s, instance);
    bool dies = ref_decides(x, instance, DIRECTIVE_DEFAULT) || ref_decides(x, instance, DIRECTIVE_STOP) ||
                ref_decides(x, instance, DIRECTIVE_ESCALATE);
    if (s->status[instance] != REF_UP || budget == IR_NONE || !dies)
        return;
    next.left[budget]--;
    ref_kill(x, &next, instance, REF_FAILED);
    next.failed[next.n_failed++] = (uint8_t)instance;
    ref_visit(x, &next);
}

/* ---- supervisors ---- */

static inline bool ref_temporary(const struct reference *x, uint32_t instance)
{
    return x->m->system->children[x->m->system->instances[instance].child].restart == RESTART_TEMPORARY;
}

/* It is to be stopped, where it is not down already, and to come back or to end. */
static inline void ref_affect(struct ref_state *s, uint32_t instance, bool ends)
{
    uint8_t *status = &s->status[instance];
    if (*status == REF_UP)
        *status = ends ? REF_ENDING : REF_DOOMED;
    else if (*status != REF_GONE)
        *status = ends ? REF_GONE : REF_DOWN;
}

static inline void ref_fresh(const struct reference *x, struct ref_state *s, uint32_t v)
{
    const struct supervisor *sup = &x->m->system->supervisors[v];
    s->count[v] = 0;
    for (uint32_t i = 0; i < sup->n_members; i++) {
        if (sup->members[i].is_supervisor) {
            ref_fresh(x, s, sup->members[i].index);
            continue;
        }
        const struct child *c = &x->m->system->children[sup->members[i].index];
        for (uint32_t k = c->first_instance; k < c->first_instance + c->size; k++) {
            if (s->status[k] == REF_GONE)
                s->status[k] = REF_DOWN;
            ref_affect(s, k, false);
        }
    }
}

/* Supervisor v restarts the instance that failed, or the supervisor `below`, and whom its strategy adds. */
static inline void ref_restart(const struct reference *x, struct ref_state *s, uint32_t v, uint32_t failed,
                               uint32_t below)
{
    const struct supervisor *sup = &x->m->system->supervisors[v];
    bool after = false;
    for (uint32_t i = 0; i < sup->n_members; i++) {
        const struct member *b = &sup->members[i];
        const struct child *c = &x->m->system->children[b->is_supervisor ? 0 : b->index];
        for (uint32_t k = 0; k < (b->is_supervisor ? 1 : c->size); k++) {
            bool it = b->is_supervisor ? b->index == below : below == IR_NONE && c->first_instance + k == failed;
            bool hit = it || sup->strategy == ONE_FOR_ALL || (sup->strategy == REST_FOR_ONE && after);
            after |= it;
            if (hit && b->is_supervisor)
                ref_fresh(x, s, b->index);
            else if (hit)
                ref_affect(s, c->first_instance + k, !it && ref_temporary(x, c->first_instance + k));
        }
    }
}

static inline void ref_give_up(const struct reference *x, struct ref_state *s)
{
    for (uint32_t v = 0; v < x->m->system->n_supervisors; v++)
        s->count[v] = 0;
    for (uint32_t i = 0; i < x->m->system->n_instances; i++)
        ref_affect(s, i, true);
}

/* From the failed instance's own supervisor upwards: each restarts, or gives up. */
static inline void ref_climb(struct reference *x, const struct ref_state *s, uint32_t failed, bool escalates)
{
    const struct system *sys = x->m->system;
    uint32_t v = sys->children[sys->instances[failed].child].supervisor, below = IR_NONE;
    for (; v != IR_NONE; below = v, v = sys->supervisors[v].parent) {
        struct ref_state next = *s;
        bool told = escalates && below == IR_NONE;
        if (!told && sys->supervisors[v].intensity > 0) { /* the window has passed, where it matters */
            next.count[v] = (uint8_t)(s->count[v] + (s->count[v] < sys->supervisors[v].intensity));
            ref_restart(x, &next, v, failed, below);
            ref_move(x, &next);
        }
        if (!told && s->count[v] < sys->supervisors[v].intensity)
            return;
    }
    struct ref_state next = *s;
    ref_give_up(x, &next);
    ref_move(x, &next);
}

static inline bool ref_stopping(const struct reference *x, const struct ref_state *s)
{
    for (uint32_t i = 0; i < x->m->system->n_instances; i++)
        if (s->status[i] == REF_DOOMED || s->status[i] == REF_ENDING)
            return true;
    return false;
}

static inline void ref_supervise(struct reference *x, const struct ref_state *s)
{
    if (!s->n_failed || ref_stopping(x, s))
        return;
    struct ref_state next = *s, ended = *s;
    uint32_t i = s->failed[0];
    memmove(next.failed, next.failed + 1, REF_INSTANCES - 1);
    next.failed[REF_INSTANCES - 1] = 0;
    next.n_failed--;
    if (s->status[i] != REF_FAILED) { /* what was decided about another covers it */
        ref_move(x, &next);
        return;
    }
    ended = next;
    ended.status[i] = REF_GONE;
    bool restarts = ref_decides(x, i, DIRECTIVE_DEFAULT);
    if (ref_decides(x, i, DIRECTIVE_STOP) || (restarts && ref_temporary(x, i)))
        ref_move(x, &ended);
    if (restarts && !ref_temporary(x, i))
        ref_climb(x, &next, i, false);
    if (ref_decides(x, i, DIRECTIVE_ESCALATE))
        ref_climb(x, &next, i, true);
}

/* STOP, START */
static inline void ref_instance_moves(struct reference *x, const struct ref_state *s, uint32_t i)
{
    struct ref_state next = *s;
    if (s->status[i] == REF_DOOMED || s->status[i] == REF_ENDING) {
        ref_kill(x, &next, i, s->status[i] == REF_DOOMED ? REF_DOWN : REF_GONE);
        ref_move(x, &next);
    } else if (s->status[i] == REF_DOWN && !ref_stopping(x, s)) {
        next.status[i] = REF_UP;
        next.incarnation[i]++;
        ref_move(x, &next);
    }
}

/* ---- what is wrong ---- */

static inline bool ref_takes(const struct reference *x, const struct ref_state *s, uint32_t p, uint32_t l)
{
    const struct state *row = ref_row(x, s, p);
    for (uint32_t i = row->first; i < row->first + row->n; i++)
        if (x->m->lane_of[x->m->edge_base[p] + i] == l && ref_fits(x, s, &x->m->participants[p].automaton->edges[i], l))
            return true;
    return false;
}

/* It only receives, and every lane that it reads has a head that it does not take. *reads: lanes that it reads. */
static inline bool ref_refuses(const struct reference *x, const struct ref_state *s, uint32_t p, uint32_t *reads)
{
    const struct state *row = ref_row(x, s, p);
    bool refuses = true;
    *reads = 0;
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        uint32_t l = x->m->lane_of[x->m->edge_base[p] + i];
        if (x->m->participants[p].automaton->edges[i].dir == DIR_SEND)
            refuses = false;
        else if (l != IR_NONE) {
            ++*reads;
            refuses = refuses && ref_due(x, s, p, l) && !ref_takes(x, s, p, l);
        }
    }
    return refuses && *reads > 0;
}

static inline bool ref_leftover(const struct reference *x, const struct ref_state *s, uint32_t p)
{
    for (uint32_t l = 0; l < x->m->n_lanes; l++)
        if (x->m->lanes[l].to == p && ref_due(x, s, p, l) && !ref_takes(x, s, p, l))
            return true;
    return false;
}

static inline void ref_judge(struct reference *x, const struct ref_state *s)
{
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        uint32_t reads;
        if (!ref_present(x, s, p))
            continue;
        bool final = ref_row(x, s, p)->final;
        x->broken[SAFETY_DEADLOCK] |= !x->moved && !final;
        if (ref_over(s, ref_run(x, p), s->session[p]))
            continue; /* what becomes of an aborted session is nobody's concern */
        bool refuses = ref_refuses(x, s, p, &reads);
        x->broken[SAFETY_FIDELITY] |= refuses;
        x->broken[SAFETY_ORPHAN] |= final && !refuses && (reads == 0 || !x->moved) && ref_leftover(x, s, p);
    }
    for (uint32_t i = 0; i < x->m->system->n_instances; i++)
        x->broken[SAFETY_GAVE_UP] |= s->status[i] == REF_GONE && !ref_temporary(x, i) &&
                                     !ref_decides(x, i, DIRECTIVE_STOP);
}

/* ---- the whole ---- */

static inline void ref_expand(struct reference *x, const struct ref_state *s)
{
    x->moved = false;
    for (uint32_t p = 0; p < x->m->n_participants; p++) {
        if (ref_present(x, s, p))
            ref_participant(x, s, p);
        if (!ref_acts(s, ref_instance(x, p)))
            continue;
        ref_discards(x, s, p);
        ref_changes_session(x, s, p);
    }
    for (uint32_t r = 0; r < x->m->n_runs; r++)
        ref_open(x, s, r);
    ref_supervise(x, s);
    for (uint32_t i = 0; i < x->m->system->n_instances; i++) {
        ref_instance_moves(x, s, i);
        ref_crash(x, s, i);
    }
    ref_judge(x, s);
}

static inline struct ref_state ref_initial(const struct model *m)
{
    struct ref_state s = {.n_failed = 0};
    for (uint32_t p = 0; p < m->n_participants; p++)
        s.session[p] = 1;
    for (uint32_t r = 0; r < m->n_runs; r++)
        s.current[r] = 1;
    for (uint32_t b = 0; b < m->n_crashes; b++)
        s.left[b] = (uint8_t)m->crashes[b].count;
    s.loss = (uint8_t)m->loss;
    return s;
}

/* All that can happen, in up to `most` states; a power of 2. */
static inline struct reference reference_explore(const struct model *m, enum breakage breakage, uint32_t most)
{
    struct reference x = {.m = m, .breakage = breakage, .most = most, .mask = 2 * most - 1};
    struct ref_state first = ref_initial(m);
    x.states = calloc(most, sizeof *x.states);
    x.table = calloc(2 * (size_t)most, sizeof *x.table);
    if (!x.states || !x.table)
        abort();
    ref_visit(&x, &first);
    for (uint32_t i = 0; i < x.n && !x.too_large; i++) {
        struct ref_state s = x.states[i];
        ref_expand(&x, &s);
    }
    free(x.states);
    free(x.table);
    return x;
}

#endif
