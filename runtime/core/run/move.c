/* move.c -- actors change their worker: taken from one that has too much, or from an idle one by whoever sends to them.
 *
 * Order. A message must not overtake one that the same sender sent before. What is on its way to an actor lies in the
 * pipes into its owner, or in what its owner got from outside; what it sent itself lies in the pipes out of its owner.
 * So before an actor moves all of these are emptied into the mailboxes, with everybody who could put more there held
 * outside of his core. A worker that gets something that way is nudged: it may be about to park, and sees no arrival.
 *
 * Keeping actors that talk to each other on one core is worth more than keeping all cores busy: an idle worker's
 * actor moves to the one that sends to it, and an idle worker takes actors only where more work waits than moving and
 * waking cost.
 */
#include "core.h"

/* ---- holding others outside ---- */

static uint32_t n_cores(const motet_system *sys)
{
    return atomic_load_explicit(&sys->n_cores, memory_order_acquire); /* acquire: partner of the release in cores.c */
}

/* One mover at a time. `w`, which may be NULL, waits outside of its own core, so that no other mover waits for it. */
static void lock_moving(motet_system *sys, motet__worker *w)
{
    if (w) {
        motet__leave(w);
    }
    motet__lock_take(sys->moving);
    if (w) {
        motet__enter(w);
    }
}

void motet__hold_all(motet_system *sys, motet__worker *w)
{
    bool biased = false;
    lock_moving(sys, w);
    for (uint32_t i = 0; i < n_cores(sys); i++) {
        if (sys->cores[i] != w) {
            motet__gate_want(&sys->cores[i]->gate);
            biased |= sys->cores[i]->gate.biased;
        }
    }
    if (biased) {
        motet__barrier(sys->two_sided);
    }
    for (uint32_t i = 0; i < n_cores(sys); i++) {
        if (sys->cores[i] != w) {
            motet__gate_force(&sys->cores[i]->gate);
        }
    }
    sys->holding = true;
}

void motet__let_go(motet_system *sys, motet__worker *w)
{
    sys->holding = false;
    for (uint32_t i = n_cores(sys); i-- > 0;) {
        if (sys->cores[i] != w) {
            motet__gate_open(&sys->cores[i]->gate);
        }
    }
    motet__lock_release(sys->moving);
}

/* ---- what is on its way ---- */

/* Empties the pipe from `from` to `to`; whether there was anything. */
static bool empty_pipe(motet__worker *from, motet__worker *to)
{
    motet__pipe *p = from->out[to->index];
    bool any = false;
    for (bool more = p != NULL; more; any |= more) {
        motet__pipe_publish(p, &from->letters);
        more = motet__pipe_peek(p) != NULL;
        motet__drain(to, p);
    }
    return any;
}

/* Empties all pipes into v and out of v once; whether there was anything. */
static bool empty_pipes(motet__worker *w, motet__worker *v)
{
    motet_system *sys = v->sys;
    bool came = false, went = false;
    for (uint32_t i = 0; i < n_cores(sys); i++) {
        motet__worker *x = sys->cores[i];
        came |= empty_pipe(x, v);
        if (empty_pipe(v, x)) {
            went = true;
            if (x != w) {
                motet__worker_nudge(x);
            }
        }
    }
    if (came && v != w) {
        motet__worker_nudge(v);
    }
    return came || went;
}

/* Until they are empty: room that arrives lets a message go that waited for it. All are held; `w` is who holds them. */
static void settle(motet__worker *w, motet__worker *v)
{
    while (empty_pipes(w, v)) {
    }
}

static void move(motet__actor *a, motet__worker *from, motet__worker *to)
{
    motet__dues_move(a, from, to);
    motet__own(a, to);
    motet__count(&to->counts.moved, 1);
}

/* ---- taking ---- */

/* Every second one that may move, or all of them, from v's run queue to w's. */
static void take_runnable(motet__worker *v, motet__worker *w, bool all)
{
    motet__actor *a = v->run_first;
    v->run_first = NULL;
    atomic_store_explicit(&v->n_runnable, 0, memory_order_relaxed);
    for (bool take = true; a;) {
        motet__actor *next = a->run_next;
        if (take && !(a->flags & MOTET__PINNED)) {
            move(a, v, w);
            motet__run_push(w, a);
        } else {
            motet__run_push(v, a);
        }
        take = all || !take;
        a = next;
    }
}

bool motet__steal(motet__worker *w, motet__worker *v, bool all)
{
    if (v->own_thread) {
        return false;
    }
    motet__hold_all(w->sys, w);
    settle(w, v);
    if (all) {
        motet__dues_fire(v, motet__system_clock(v->sys));
    }
    motet__lock_take(v->inject_lock); /* until they have moved, so that nobody injects for them here */
    motet__take_injected_locked(v);
    take_runnable(v, w, all);
    motet__lock_release(v->inject_lock);
    if (v->run_first) {
        motet__worker_nudge(v); /* it may have become idle meanwhile */
    }
    motet__worker_flush(v);
    motet__let_go(w->sys, w);
    return w->run_first != NULL || (all && motet__calls_take(w, v));
}

void motet__give(motet__worker *w, motet__worker *v)
{
    motet__hold_all(w->sys, w);
    settle(w, w);
    motet__lock_take(w->inject_lock);
    motet__take_injected_locked(w);
    take_runnable(w, v, true);
    motet__lock_release(w->inject_lock);
    motet__let_go(w->sys, w);
    motet__worker_nudge(v);
}

/* ---- adopting ---- */

/* v is idle and nobody else is in its core. */
static bool adopt_from(motet__worker *w, motet__worker *v, motet__actor *a)
{
    motet__lock_take(v->inject_lock);
    bool may = motet__slot_owner(a) == v->index && a->state == MOTET__IDLE && !(a->flags & MOTET__PINNED) &&
               !v->inject_first && !v->posted_first;
    if (may) {
        move(a, v, w);
    }
    motet__lock_release(v->inject_lock);
    return may;
}

static bool drained(motet__worker *from, motet__worker *to)
{
    return !from->out[to->index] || motet__pipe_drained(from->out[to->index]);
}

/* Two workers alone: nobody else has a pipe into v, or out of it. What v has sent must have arrived, for what waits for
 * room with the actor may follow at once. */
static bool adopt_of_two(motet__worker *w, motet__worker *v, motet__actor *a)
{
    if (!motet__gate_try(&v->gate)) {
        return false;
    }
    bool may = drained(w, v) && drained(v, w) && adopt_from(w, v, a);
    motet__gate_open(&v->gate);
    return may;
}

/* Whether it may move, as far as a look into v's core can tell: without it, each message to an actor that stays would
 * hold everybody. */
static bool may_move(motet__worker *v, motet__actor *a)
{
    if (!motet__gate_try(&v->gate)) {
        return false;
    }
    bool may = motet__slot_owner(a) == v->index && !(a->flags & MOTET__PINNED);
    motet__gate_open(&v->gate);
    return may;
}

static bool adopt_of_many(motet__worker *w, motet__worker *v, motet__actor *a)
{
    if (!may_move(v, a)) {
        return false;
    }
    motet__hold_all(w->sys, w);
    bool may = !v->gate.biased; /* it is still idle */
    if (may) {
        settle(w, v);
        may = adopt_from(w, v, a);
    }
    motet__let_go(w->sys, w);
    return may;
}

bool motet__adopt(motet__worker *w, motet__actor *a, bool cheaply)
{
    motet_system *sys = w->sys;
    motet__worker *v = sys->cores[motet__slot_owner(a)];
    uint32_t rest = atomic_load_explicit(&v->rest, memory_order_relaxed); /* relaxed: the gate says for certain */
    if (rest == MOTET__BUSY || v->own_thread || w->own_thread || sys->holding) {
        return false;
    }
    if (n_cores(sys) == 2) {
        return adopt_of_two(w, v, a);
    }
    return rest == MOTET__PARKED && !cheaply && adopt_of_many(w, v, a);
}

void motet__place(motet__worker *w, motet__actor *a, motet__worker *to)
{
    motet__hold_all(w->sys, w);
    settle(w, w);
    motet__lock_take(w->inject_lock);
    motet__take_injected_locked(w);
    bool ready = a->state == MOTET__QUEUED;
    motet__run_remove(w, a);
    move(a, w, to);
    if (ready) {
        motet__run_push(to, a);
    }
    if (to->own_thread) {
        to->resident = a;
    }
    motet__lock_release(w->inject_lock);
    motet__let_go(w->sys, w);
    motet__worker_nudge(to); /* for its timers too */
}

/* ---- counting places where all can see them ---- */

void motet__share(motet_system *sys, motet__worker *w, motet__actor *a)
{
    lock_moving(sys, w);
    motet__worker *v = sys->cores[motet__slot_owner(a)];
    if (v != w) {
        motet__gate_want(&v->gate);
        if (v->gate.biased) {
            motet__barrier(sys->two_sided);
        }
        motet__gate_force(&v->gate);
        /* It may have been adopted before v's gate was ours (adopt_of_two): then the caller looks again. */
        if (motet__slot_owner(a) == v->index && !(a->flags & MOTET__SHARED) && a->type) {
            a->flags |= MOTET__SHARED;
            uint64_t word = atomic_load_explicit(&a->inbox, memory_order_relaxed);
            /* release: partner of the acquire in motet__place_reserve. */
            atomic_store_explicit(&a->inbox, (word | MOTET__INBOX_SHARED) + a->used, memory_order_release);
            a->used = MOTET__USED_ELSEWHERE;
        }
        motet__gate_open(&v->gate);
    }
    motet__lock_release(sys->moving);
}
