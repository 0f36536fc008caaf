/* session.c -- participants: a role's automaton, stepped by its actor; the end of a session instance.
 *
 * A turn ends when the participant has to wait (for a message, for room in a lane, for motet_session_resume), when its
 * quantum is used up, or when it has closed. Each wait has its waker: the lane's writer, the lane's reader, the user.
 * `ready` is cleared before a turn looks at anything, so a wake-up after that look queues the participant again.
 *
 * Completion: a participant at its end, or at rest with nothing to read, is not active. Whoever makes the count of
 * active ones 0 looks at all lanes; if they are empty, and nobody came back from rest meanwhile (which changes the
 * word), the session is completed. If one is not empty, its reader has been woken and will look in its turn; when that
 * reader has ended, the message is an orphan, and the session aborts.
 */
#include "isolate.h"

#include <stdio.h>
#include <string.h>

enum { QUANTUM = 32 };

enum turn {
    TURN_ON,
    TURN_WAITS,
    TURN_YIELDS, /* goes on, once others had theirs */
    TURN_CLOSED,
    TURN_FAILED
};

void motet__session_wake(motet_session *p)
{
    /* acq_rel: what the waker did before (a push, a credit, an outcome) is visible to the turn whose exchange to 0
     * follows this one; partner: the exchange in motet__session_run. */
    if (atomic_exchange_explicit(&p->ready, 1, memory_order_acq_rel) == 0) {
        motet__post(p->actor->sys, p->actor->actor, &p->link);
    }
}

static void wake_all(motet__block *b)
{
    for (uint16_t r = 0; r < b->wire->session->n_roles; r++) {
        motet__session_wake(&b->parts[r]);
    }
}

void motet__block_abort(motet__block *b, motet_abort_reason why)
{
    uint64_t word = atomic_load_explicit(&b->word, memory_order_relaxed);
    do {
        if (MOTET__OUTCOME(word) != 0) {
            return;
        }
        /* acq_rel: one outcome is decided; partner: the other changes of `word`, and outcome(). */
    } while (!atomic_compare_exchange_weak_explicit(&b->word, &word, word | (uint64_t)why << 56, memory_order_acq_rel,
                                                    memory_order_relaxed));
    wake_all(b);
}

static unsigned outcome(motet__block *b)
{
    /* acquire: partner of the change that decided it. */
    return MOTET__OUTCOME(atomic_load_explicit(&b->word, memory_order_acquire));
}

/* ---- completion ---- */

/* Whether all lanes are empty; *orphan: one is not, and its reader has ended. */
static bool lanes_empty(motet__block *b, bool *orphan)
{
    bool empty = true;
    *orphan = false;
    for (uint16_t i = 0; i < b->wire->n_lanes; i++) {
        const motet__lane *l = &b->lanes[i];
        if (!motet__lane_empty(l)) {
            empty = false;
            /* relaxed: ordered by `word`, which the reader changed after it set this. */
            if (atomic_load_explicit(&b->parts[l->to].ended, memory_order_relaxed)) {
                *orphan = true;
            }
        }
    }
    return empty;
}

/* `word` is what it became when the last active participant left. */
static void try_complete(motet__worker *w, motet__block *b, uint64_t word)
{
    bool orphan;
    if (lanes_empty(b, &orphan)) {
        uint64_t done = word | (uint64_t)MOTET__COMPLETED << 56;
        /* acq_rel: as in motet__block_abort. It fails when one came back from rest since, or on an abort. */
        if (atomic_compare_exchange_strong_explicit(&b->word, &word, done, memory_order_acq_rel,
                                                    memory_order_relaxed)) {
            wake_all(b);
        }
    } else if (orphan) {
        motet__count(&w->counts.fidelity, 1);
        motet__block_abort(b, MOTET_ABORT_FIDELITY);
    }
}

static void leave_active(motet__worker *w, motet_session *p)
{
    p->passive = true;
    /* acq_rel: release hands on what this participant pushed and popped, acquire takes what those before it did: the
     * last one sees all of it. Partners: the other changes of `word`. */
    uint64_t word = atomic_fetch_sub_explicit(&p->block->word, MOTET__ACTIVE_ONE, memory_order_acq_rel);
    word -= MOTET__ACTIVE_ONE;
    if (MOTET__ACTIVE(word) == 0 && MOTET__OUTCOME(word) == 0) {
        try_complete(w, p->block, word);
    }
}

/* Before the participant takes a message at rest: a completion that is being decided now fails. */
static void join_active(motet_session *p)
{
    uint64_t word = atomic_load_explicit(&p->block->word, memory_order_relaxed), next;
    p->passive = false;
    do {
        next = (word & ~MOTET__WAKING_MASK) | ((word + MOTET__WAKING_ONE) & MOTET__WAKING_MASK);
        next += MOTET__ACTIVE_ONE;
        /* acq_rel: stands before the pop that follows, and so before an empty lane that try_complete may find. */
    } while (!atomic_compare_exchange_weak_explicit(&p->block->word, &word, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
}

/* ---- closing ---- */

static void release(motet__worker *w, motet__block *b)
{
    /* acq_rel: the last one sees all that the others did to the block; partners: each other. */
    if (atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1) {
        motet__block_end(w, b);
    }
}

/* Ends the participant. `ready` stays 1 from here on, so that nothing queues it again; where it is in the mailbox just
 * now, the block is released when it comes out. The block may be gone on return. */
static void close_participant(motet__worker *w, motet_session *p)
{
    p->closed = true;
    if (p->pending) {
        motet__message_free(w, p->pending);
        p->pending = NULL;
    }
    motet__room_leave(p);
    /* relaxed: read in this context alone, but for the increments under control. */
    atomic_fetch_sub_explicit(&p->actor->held, 1, memory_order_relaxed);
    /* acq_rel: partner of motet__session_wake: it finds the 1, or this finds its 1. */
    if (atomic_exchange_explicit(&p->ready, 1, memory_order_acq_rel) == 0) {
        release(w, p->block);
    }
}

static void on_done(void *participant)
{
    motet_session *p = participant;
    p->plan->type->on_done(p->actor->state, p);
    motet__sim_crash_behind();
}

/* A failure in there fails the actor, but the participant is closed all the same. */
static void call_done(motet__worker *w, motet_session *p)
{
    if (p->touched && p->plan->type->on_done && !motet__guarded(w, on_done, p)) {
        motet__child_fail(w, p->actor, w->fail_status);
    }
}

static void on_abort(void *participant)
{
    motet_session *p = participant;
    /* relaxed: whoever called this has looked at it. */
    unsigned how = MOTET__OUTCOME(atomic_load_explicit(&p->block->word, memory_order_relaxed));
    p->plan->type->on_abort(p->actor->state, p, (motet_abort_reason)how);
    motet__sim_crash_behind();
}

/* The outcome of the session is decided: tells the user. */
static void close_with(motet__worker *w, motet_session *p, unsigned how)
{
    if (how == MOTET__COMPLETED) {
        call_done(w, p);
    } else if (p->touched && p->plan->type->on_abort && !motet__guarded(w, on_abort, p)) {
        motet__child_fail(w, p->actor, w->fail_status);
    }
    close_participant(w, p);
}

/* ---- stepping ---- */

/* Gives the credits of this turn back. */
static void settle(motet_session *p)
{
    motet__lane *l = p->unsettled;
    p->unsettled = NULL;
    if (l && motet__lane_settle(l)) {
        motet__session_wake(&p->block->parts[l->from]);
    }
}

static enum turn at_end(motet__worker *w, motet_session *p)
{
    settle(p);
    call_done(w, p);
    atomic_store_explicit(&p->ended, 1, memory_order_relaxed); /* relaxed: leave_active publishes it */
    leave_active(w, p);
    close_participant(w, p);
    return TURN_CLOSED;
}

/* The lane to be served now, of those that the state reads, beginning behind the one served last: its head has an
 * edge; a lossy one is locked. A head without one may only be early, while another lane is still empty; *refused: all
 * have such a head. */
static motet__lane *lane_to_serve(motet_session *p, bool *refused)
{
    const motet__role *plan = p->plan;
    uint32_t first = plan->reads[p->state], n = plan->reads[p->state + 1u] - first, early = 0;
    *refused = false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (p->cursor + i) % n;
        motet__lane *l = &p->block->lanes[plan->read_lanes[first + at]];
        if (motet__lane_lossy(l)) {
            motet__lane_lock(l);
        }
        const motet__message *m = motet__lane_peek(l);
        if (m && motet__step(plan->automaton, p->state, m->label) != MOTET_NONE) {
            p->cursor = (uint16_t)(at + 1u);
            return l;
        }
        if (motet__lane_lossy(l)) {
            motet__lane_unlock(l);
        }
        early += m != NULL;
    }
    *refused = n > 0 && early == n;
    return NULL;
}

/* Takes the first message off the lane that is to be served. */
static motet__message *take_off(motet_session *p, motet__lane *l)
{
    motet__message *m = motet__lane_peek(l);
    if (p->passive) {
        join_active(p);
    }
    if (motet__lane_lossy(l)) {
        motet__lane_pop(l);
        motet__lane_unlock(l);
        return m;
    }
    if (p->unsettled != l && !l->shared) {
        settle(p);
        p->unsettled = l;
    }
    motet__lane_pop(l);
    if (l->shared) {
        motet__room_give(p->actor, 1);
    }
    return m;
}

static void report_broken(const motet_session *p, const char *did, const char *broken)
{
    fprintf(stderr, "motet: %s %s what breaks its refinement: %s\n", p->actor->name, did, broken);
}

/* Whether a failure with that status is passed over. */
static bool resumes(motet__worker *w, const motet_session *p, motet_status status)
{
    if (p->actor->spec->decide[motet_status_reason(status)] != MOTET_RESUME || motet__isolate_lost(p->actor)) {
        return false;
    }
    motet__count(&w->counts.resumed, 1);
    return true;
}

/* Around each call of a handler: `m` is in its hands, and would have to be freed if it does not return. */
static void hand_over(motet__worker *w, motet_session *p, motet__message *m, bool asking)
{
    w->participant = p;
    w->message = m;
    w->asking = asking;
    motet__leave(w);
}

static void take_back(motet__worker *w)
{
    motet__enter(w);
    w->participant = NULL;
}

/* In simulation: whether it fails, in place of the handler or behind it. */
static bool crashes(motet__worker *w, const motet_session *p, uint16_t at)
{
    if (__builtin_expect(w->sim == NULL, 1)) {
        return false;
    }
    w->sim->ops->note(w->sim, p->block->id, (uint32_t)p->role << 16 | at);
    return motet__sim_crashes(w);
}

void motet__session_failed(motet__worker *w, motet_status status)
{
    motet_session *p = w->participant;
    w->participant = NULL;
    motet__message_free(w, w->message);
    bool passed_over = resumes(w, p, status);
    if (w->asking) {
        p->later = passed_over;
    } else if (passed_over) {
        p->state = w->state_before;
    }
    settle(p);
    if (passed_over) {
        motet__session_wake(p);
    } else {
        motet__child_fail(w, p->actor, status);
    }
}

/* Steps by the message and calls its handler. */
static motet_status handle(motet__worker *w, motet_session *p, motet__message *m, const void *payload)
{
    const motet_role_type *type = p->plan->type;
    uint16_t before = p->state;
    p->state = motet__step(p->plan->automaton, before, m->label);
    p->later = false; /* where the role acts as well, what has come may change the answer */
    p->refused = MOTET_NOT_REFUSED;
    motet__count(&w->counts.messages, 1);
    p->actor->actor->handled++;
    hand_over(w, p, m, false);
    w->state_before = before;
    bool instead = crashes(w, p, m->label);
    p->touched |= !instead;
    motet_status status = instead ? motet__sim_crash(w) : type->receive(p->actor->state, p, m->label, payload);
    status = status == MOTET_DONE && crashes(w, p, m->label) ? motet__sim_crash(w) : status;
    take_back(w);
    if (status == MOTET_DONE) {
        if (type->learn) {
            type->learn(p->memory, m->label, payload);
        }
        return status;
    }
    if (!resumes(w, p, status)) {
        return status;
    }
    p->state = before;
    return MOTET_DONE;
}

/* Hands the message, which has an edge, to its handler, unless it breaks its refinement. */
static enum turn deliver(motet__worker *w, motet_session *p, motet__message *m, motet_status *status)
{
    const motet_role_type *type = p->plan->type;
    bool fields = type->session->messages[p->plan->automaton->labels[m->label].message].size > 0;
    const void *payload = fields ? m->payload : NULL;
    const char *broken = type->holds ? type->holds(p->memory, p->state, m->label, payload) : NULL;
    if (broken) {
        report_broken(p, "received", broken);
        motet__count(&w->counts.fidelity, 1);
        motet__block_abort(p->block, MOTET_ABORT_FIDELITY);
    } else {
        *status = handle(w, p, m, payload);
    }
    motet__message_free(w, m);
    return *status == MOTET_DONE ? TURN_ON : TURN_FAILED;
}

static enum turn at_receive(motet__worker *w, motet_session *p, uint16_t kind, motet_status *status)
{
    bool refused;
    motet__lane *l = lane_to_serve(p, &refused);
    if (l) {
        return deliver(w, p, take_off(p, l), status);
    }
    if (refused && kind != MOTET_AT_BOTH) { /* there, what is sent may lead to where they are expected */
        motet__count(&w->counts.fidelity, 1);
        motet__block_abort(p->block, MOTET_ABORT_FIDELITY);
        return TURN_ON;
    }
    settle(p);
    if (kind == MOTET_AT_REST && !p->passive) {
        leave_active(w, p);
    }
    return TURN_WAITS;
}

static motet__lane *out_lane(const motet_session *p)
{
    return &p->block->lanes[p->plan->lane_of[p->out_label]];
}

/* After MOTET_FULL: whether there is still no room; then the participant is woken when there may be. */
static bool still_full(motet_session *p)
{
    motet__lane *l = out_lane(p);
    return l->shared ? motet__room_wait(p->block->parts[l->to].actor, p) : motet__lane_wait(l);
}

/* Whether the answer MOTET_LATER still holds. */
static bool postponed(motet_session *p)
{
    if (!p->later || atomic_load_explicit(&p->resumed, memory_order_relaxed)) {
        return false;
    }
    if (p->refused != MOTET_FULL || still_full(p)) {
        return true;
    }
    p->refused = MOTET_NOT_REFUSED;
    return false;
}

/* The answer is not sent: the user is asked again, in a later turn. */
static enum turn refuse(motet__worker *w, motet_session *p, motet_refusal why)
{
    p->refused = (uint8_t)why;
    motet__count(&w->counts.refused, 1);
    return TURN_YIELDS;
}

/* Whether `m` may be sent, as far as refinements go; *t is what follows when not. */
static bool may_send(motet__worker *w, motet_session *p, uint16_t label, motet__message *m, motet_status *status,
                     enum turn *t)
{
    const motet_role_type *type = p->plan->type;
    bool fields = type->session->messages[p->plan->automaton->labels[label].message].size > 0;
    const char *broken =
        type->holds ? type->holds(p->memory, p->state, label, fields ? m->payload : NULL) : NULL;
    if (!broken) {
        return true;
    }
    if (p->refused != MOTET_BROKEN) {
        *t = refuse(w, p, MOTET_BROKEN);
        return false;
    }
    report_broken(p, "was to send", broken);
    *status = MOTET_FAIL_PROTOCOL_VIOLATION;
    *t = TURN_FAILED;
    return false;
}

/* The user answered with a status other than MOTET_DONE. */
static enum turn no_answer(motet__worker *w, motet_session *p, motet_status *status)
{
    p->later = *status == MOTET_LATER || resumes(w, p, *status);
    if (!p->later) {
        return TURN_FAILED;
    }
    *status = MOTET_DONE;
    return TURN_ON; /* looks once more whether it has to wait */
}

static bool is_send(const motet_automaton *a, uint16_t state, uint16_t label)
{
    return motet__step(a, state, label) != MOTET_NONE && a->labels[label].dir == MOTET_SEND;
}

/* Asks the user for the message to be sent. TURN_ON: it is pending, or the participant is to look again. */
static enum turn ask(motet__worker *w, motet_session *p, motet_status *status)
{
    if (postponed(p)) {
        return TURN_WAITS;
    }
    motet__room_leave(p);
    /* Cleared before the question, so that a resume during or after it counts. acq_rel: acquire sees what the user did
     * before motet_session_resume; partner: the store there. */
    atomic_exchange_explicit(&p->resumed, 0, memory_order_acq_rel);
    uint32_t room = p->plan->room[p->state];
    motet__message *m = motet__message_new(w, room);
    if (!m) {
        *status = MOTET_FAIL;
        return TURN_FAILED;
    }
    memset(m->payload, 0, room);
    const motet_automaton *a = p->plan->automaton;
    motet_out out = {.label = MOTET_NONE, .payload = m->payload};
    hand_over(w, p, m, true);
    bool instead = crashes(w, p, p->state);
    p->touched |= !instead;
    *status = instead ? motet__sim_crash(w) : p->plan->type->produce(p->actor->state, p, p->state, &out);
    *status = *status == MOTET_DONE && crashes(w, p, out.label) ? motet__sim_crash(w) : *status;
    take_back(w);
    if (*status == MOTET_DONE && !is_send(a, p->state, out.label)) {
        *status = MOTET_FAIL_PROTOCOL_VIOLATION;
    }
    enum turn t = TURN_ON;
    if (*status != MOTET_DONE) {
        t = no_answer(w, p, status);
    } else if (may_send(w, p, out.label, m, status, &t)) {
        m->label = a->labels[out.label].peer_label;
        p->later = false;
        p->out_label = out.label;
        p->pending = m;
        return TURN_ON;
    }
    motet__message_free(w, m);
    return t;
}

static void lose(motet__worker *w, motet__message *m)
{
    motet__count(&w->counts.lost, 1);
    motet__message_free(w, m);
}

/* Whether there is room for what is pending; in a shared mailbox it is then taken. */
static bool has_room(motet_session *p, motet__lane *l)
{
    if (l->shared) {
        return motet__room_take(p->block->parts[l->to].actor, p);
    }
    return motet__lane_lossy(l) || motet__lane_room(l);
}

/* Appends what is pending and wakes the reader. */
static void put(motet__worker *w, motet_session *p, motet__lane *l)
{
    if (motet__lane_lossy(l)) {
        motet__message *oldest = motet__lane_push_lossy(l, p->pending);
        if (oldest) {
            lose(w, oldest);
        }
    } else {
        motet__lane_push(l, p->pending);
    }
    motet__session_wake(&p->block->parts[l->to]);
}

/* There is no room: the participant waits, or the user is asked again. */
static enum turn find_full(motet__worker *w, motet_session *p, motet__lane *l)
{
    if (l->policy == MOTET_REFUSE) {
        motet__message_free(w, p->pending);
        p->pending = NULL;
        return refuse(w, p, MOTET_FULL);
    }
    if (!l->shared && !motet__lane_wait(l)) {
        return TURN_ON;
    }
    if (!p->blocked) {
        motet__count(&w->counts.blocked, 1);
    }
    p->blocked = true;
    return TURN_WAITS;
}

static enum turn at_send(motet__worker *w, motet_session *p, motet_status *status)
{
    if (!p->pending) {
        enum turn t = ask(w, p, status);
        if (t != TURN_ON || !p->pending) {
            return t;
        }
    }
    const motet_role_type *type = p->plan->type;
    motet__lane *l = out_lane(p);
    bool room = has_room(p, l);
    if (!room && l->policy != MOTET_DROP_NEWEST) {
        return find_full(w, p, l);
    }
    if (type->learn) { /* before it is the reader's; also of a message that is lost: it was sent */
        type->learn(p->memory, p->out_label, p->pending->payload);
    }
    p->state = motet__step(p->plan->automaton, p->state, p->out_label);
    if (room) {
        put(w, p, l);
    } else {
        lose(w, p->pending);
    }
    p->blocked = false;
    p->refused = MOTET_NOT_REFUSED;
    p->pending = NULL;
    return TURN_ON;
}

/* Where the role acts and receives: one of the two in turn, or the other when that one has to wait. */
static enum turn at_both(motet__worker *w, motet_session *p, motet_status *status)
{
    p->sends_first = !p->sends_first;
    bool sends = p->sends_first;
    enum turn t = sends ? at_send(w, p, status) : at_receive(w, p, MOTET_AT_BOTH, status);
    if (t != TURN_WAITS) {
        return t;
    }
    return sends ? at_receive(w, p, MOTET_AT_BOTH, status) : at_send(w, p, status);
}

static enum turn step(motet__worker *w, motet_session *p, motet_status *status)
{
    unsigned how = outcome(p->block);
    if (how != 0) {
        close_with(w, p, how);
        return TURN_CLOSED;
    }
    uint16_t kind = p->plan->automaton->states[p->state].kind;
    switch (kind) {
    case MOTET_AT_SEND: return at_send(w, p, status);
    case MOTET_AT_RECEIVE:
    case MOTET_AT_REST: return at_receive(w, p, kind, status);
    case MOTET_AT_BOTH: return at_both(w, p, status);
    default: return at_end(w, p);
    }
}

motet_status motet__session_run(motet__worker *w, motet_session *p)
{
    motet_status status = MOTET_DONE;
    if (p->closed) {
        release(w, p->block);
        return MOTET_DONE;
    }
    /* acq_rel: acquire sees what the wakers did before; partner: the exchange in motet__session_wake. */
    atomic_exchange_explicit(&p->ready, 0, memory_order_acq_rel);
    enum turn t = TURN_ON;
    for (int i = 0; i < QUANTUM && t == TURN_ON; i++) {
        t = step(w, p, &status);
    }
    if (t == TURN_CLOSED) {
        return MOTET_DONE; /* p may be gone */
    }
    settle(p);
    if (t == TURN_ON || t == TURN_YIELDS) {
        motet__session_wake(p);
    }
    return t == TURN_FAILED ? status : MOTET_DONE;
}

/* ---- what handlers may ask ---- */

uint64_t motet_session_id(const motet_session *s)
{
    return s->block->id;
}

uint64_t motet_session_arg(const motet_session *s)
{
    return s->block->arg;
}

motet_peer motet_session_role(const motet_session *s)
{
    return s->block->wire->session->roles[s->role].as_peer;
}

motet_refusal motet_session_refused(const motet_session *s)
{
    return (motet_refusal)s->refused;
}

void **motet_session_slot(motet_session *s)
{
    return &s->slot;
}
