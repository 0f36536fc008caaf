/* worker.c -- worker threads: run queues, stealing, parking; messages that go home.
 *
 * An actor that becomes ready is queued where it became ready, so that those who talk to each other share a core. A
 * parked worker is woken on a backlog, not for one actor: waking a core costs more than running the actor. What the
 * backlog rule leaves behind a handler that runs long is found by the watcher: whenever workers are parked, one of
 * them sleeps with a deadline, the next timer, or a short while if others are awake.
 *
 * No wake-up is lost. A pusher makes its push visible and then looks whether anybody sleeps; a worker counts itself
 * among the sleepers and then looks at all queues: all seq_cst, so one of the two sees the other. The pusher then
 * leaves the word `waking`, which a sleeper takes with it, under the lock, before it looks at the queues again; a
 * pusher that finds the word there already has pushed before that look.
 */
#include "core.h"

enum { SHARED_EVERY = 61, CLOCK_EVERY = 16, BACKLOG = 2, SPINS = 32, RETURN_BATCH = 32 };
#define WATCH_MIN_NS MOTET__MS
#define WATCH_MAX_NS (8 * MOTET__MS)

_Thread_local motet__worker *motet__self;

/* ---- run queues ---- */

static void notify(motet_system *sys)
{
    uint32_t none = 0;
    /* seq_cst: after the caller's push; partner: the increment in park, before its look at the queues. */
    if (atomic_load_explicit(&sys->sleepers, memory_order_seq_cst) == 0) {
        return;
    }
    /* seq_cst: partner: the exchange in may_leave; a failure here comes before it, and so the push as well. */
    if (!atomic_compare_exchange_strong_explicit(&sys->waking, &none, 1, memory_order_seq_cst,
                                                 memory_order_seq_cst)) {
        return;
    }
    motet__lock_take(sys->park);
    motet__cond_signal(sys->n_sleeping > 0 ? sys->sleeping : sys->watch);
    motet__lock_release(sys->park);
}

static void shared_push(motet_system *sys, motet__actor *a)
{
    a->run_next = NULL;
    motet__lock_take(sys->shared);
    if (sys->shared_last) {
        sys->shared_last->run_next = a;
    } else {
        sys->shared_first = a;
    }
    sys->shared_last = a;
    /* seq_cst: before the pusher's look at the sleepers; partner: work_visible. */
    atomic_fetch_add_explicit(&sys->shared_n, 1, memory_order_seq_cst);
    motet__lock_release(sys->shared);
}

static motet__actor *shared_pop(motet_system *sys)
{
    if (atomic_load_explicit(&sys->shared_n, memory_order_relaxed) == 0) { /* relaxed: park looks again */
        return NULL;
    }
    motet__lock_take(sys->shared);
    motet__actor *a = sys->shared_first;
    if (a) {
        sys->shared_first = a->run_next;
        sys->shared_last = sys->shared_first ? sys->shared_last : NULL;
        atomic_fetch_sub_explicit(&sys->shared_n, 1, memory_order_relaxed); /* relaxed: under the lock */
    }
    motet__lock_release(sys->shared);
    return a;
}

void motet__sched_push(motet_system *sys, motet__actor *a)
{
    motet__worker *w = motet__self;
    uint32_t backlog = BACKLOG;
    if (!w || w->sys != sys || !motet__runq_push(&w->runq, a, &backlog)) {
        shared_push(sys, a);
    }
    if (backlog >= BACKLOG) {
        notify(sys);
    }
}

static motet__actor *steal(motet__worker *w)
{
    motet_system *sys = w->sys;
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        w->victim = (w->victim + 1u) % sys->n_workers;
        motet__actor *a = motet__runq_pop(&sys->workers[w->victim].runq);
        if (a) {
            return a;
        }
    }
    return NULL;
}

static motet__actor *next_actor(motet__worker *w)
{
    motet__actor *a = NULL;
    if (w->ticks % SHARED_EVERY == 0) { /* so that a busy local queue cannot starve the shared one */
        a = shared_pop(w->sys);
    }
    a = a ? a : motet__runq_pop(&w->runq);
    a = a ? a : shared_pop(w->sys);
    return a ? a : steal(w);
}

static bool work_visible(motet_system *sys)
{
    /* seq_cst: partner: shared_push, and motet__runq_push for the queues below. */
    if (atomic_load_explicit(&sys->shared_n, memory_order_seq_cst) > 0) {
        return true;
    }
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        if (motet__runq_busy(&sys->workers[i].runq)) {
            return true;
        }
    }
    return false;
}

/* ---- time ---- */

static bool timer_due(motet_system *sys)
{
    uint64_t due = atomic_load_explicit(&sys->next_due, memory_order_relaxed); /* relaxed: control looks again */
    return due != MOTET__NEVER && due <= motet__clock();
}

void motet__sched_rearm(motet_system *sys)
{
    motet__lock_take(sys->park);
    motet__cond_signal(sys->watch);
    motet__lock_release(sys->park);
}

/* ---- parking; with `park` taken ---- */

static bool quitting(motet_system *sys)
{
    return atomic_load_explicit(&sys->quit, memory_order_acquire); /* acquire: partner of motet__sched_quit */
}

/* Whether this sleeper is the one to wake up. */
static bool may_leave(motet_system *sys)
{
    /* seq_cst: before the look at the queues that follows; partner: the compare-and-swap in notify. */
    return quitting(sys) || atomic_exchange_explicit(&sys->waking, 0, memory_order_seq_cst) != 0;
}

static void sleep_watching(motet_system *sys)
{
    uint64_t patience = WATCH_MIN_NS;
    sys->watching = true;
    while (!may_leave(sys) && !timer_due(sys)) {
        uint64_t deadline = atomic_load_explicit(&sys->next_due, memory_order_relaxed); /* relaxed: rearm signals */
        /* relaxed: whoever leaves counts itself out and looks at `unhurried`, both under the lock. */
        bool alone = atomic_load_explicit(&sys->sleepers, memory_order_relaxed) == sys->n_workers;
        uint64_t look = alone ? MOTET__NEVER : motet__clock() + patience;
        sys->unhurried = alone;
        motet__cond_wait(sys->watch, sys->park, look < deadline ? look : deadline);
        if (!alone && work_visible(sys)) {
            break;
        }
        patience = patience * 2u < WATCH_MAX_NS ? patience * 2u : WATCH_MAX_NS;
    }
    sys->unhurried = false;
    sys->watching = false;
    if (sys->n_sleeping > 0) {
        motet__cond_signal(sys->sleeping); /* to watch instead */
    }
}

static void sleep_plainly(motet_system *sys)
{
    sys->n_sleeping++;
    motet__cond_wait(sys->sleeping, sys->park, MOTET__NEVER);
    sys->n_sleeping--;
}

static void park(motet__worker *w)
{
    motet_system *sys = w->sys;
    /* seq_cst: before the look at the queues; partner: the load in notify. */
    atomic_fetch_add_explicit(&sys->sleepers, 1, memory_order_seq_cst);
    bool work = work_visible(sys);
    motet__lock_take(sys->park);
    while (!work && sys->watching && !may_leave(sys)) {
        sleep_plainly(sys);
    }
    if (!work && !sys->watching) {
        sleep_watching(sys);
    }
    /* Under the lock and before the signal, so that the watcher does not count this one among the sleepers. relaxed:
     * in notify at worst a needless wake-up. */
    atomic_fetch_sub_explicit(&sys->sleepers, 1, memory_order_relaxed);
    if (sys->unhurried) {
        motet__cond_signal(sys->watch); /* one is awake now: the watcher has to look again by itself */
    }
    motet__lock_release(sys->park);
}

void motet__sched_quit(motet_system *sys)
{
    atomic_store_explicit(&sys->quit, 1, memory_order_release); /* release: partner of quitting() */
    motet__lock_take(sys->park);
    motet__cond_broadcast(sys->sleeping);
    motet__cond_broadcast(sys->watch);
    motet__lock_release(sys->park);
}

/* ---- messages ---- */

static void send_home(motet__worker *w, uint32_t home)
{
    motet__outbox *box = &w->outboxes[home];
    if (!box->first) {
        return;
    }
    _Atomic(motet__message *) *returned = &w->sys->workers[home].returned;
    motet__message *head = atomic_load_explicit(returned, memory_order_relaxed);
    do {
        box->last->next = head;
        /* release: the messages' links and the end of their use; partner: the exchange in take_returned. */
    } while (!atomic_compare_exchange_weak_explicit(returned, &head, box->first, memory_order_release,
                                                    memory_order_relaxed));
    *box = (motet__outbox){0};
}

static void send_all_home(motet__worker *w)
{
    for (uint32_t i = 0; i < w->sys->n_workers; i++) {
        send_home(w, i);
    }
}

static void take_returned(motet__worker *w)
{
    /* acquire: partner of the compare-and-swap in send_home. */
    motet__message *m = atomic_exchange_explicit(&w->returned, NULL, memory_order_acquire);
    while (m) {
        motet__message *next = m->next;
        motet__pool_put(&w->pool, m);
        m = next;
    }
}

motet__message *motet__message_new(motet__worker *w, size_t size)
{
    motet__message *m = motet__pool_take(&w->pool, size);
    if (!m) {
        take_returned(w);
        m = motet__pool_take(&w->pool, size);
    }
    if (!m && motet__pool_grow(&w->pool, size) == 0) {
        m = motet__pool_take(&w->pool, size);
    }
    return m;
}

void motet__message_free(motet__worker *w, motet__message *m)
{
    if (m->home == w->index) {
        motet__pool_put(&w->pool, m);
        return;
    }
    motet__outbox *box = &w->outboxes[m->home];
    m->next = box->first;
    box->first = m;
    box->last = box->last ? box->last : m;
    if (++box->n >= RETURN_BATCH) {
        send_home(w, m->home);
    }
}

/* ---- the thread ---- */

static void run_one(motet__worker *w, motet__actor *a)
{
    motet__actor_run(w, a);
    w->ticks++;
    if (w->ticks % CLOCK_EVERY == 0 && timer_due(w->sys)) {
        motet__sup_tick(w->sys);
    }
}

static void idle(motet__worker *w)
{
    if (timer_due(w->sys)) {
        motet__sup_tick(w->sys);
        return;
    }
    send_all_home(w);
    for (int i = 0; i < SPINS && w->sys->n_workers > 1; i++) {
        motet__pause();
        if (work_visible(w->sys)) {
            return;
        }
    }
    park(w);
}

void motet__worker_main(void *worker)
{
    motet__worker *w = worker;
    motet__self = w;
    while (!quitting(w->sys)) {
        motet__actor *a = next_actor(w);
        if (a) {
            run_one(w, a);
        } else {
            idle(w);
        }
    }
    motet__self = NULL;
}
