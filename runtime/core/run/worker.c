/* worker.c -- a worker's loop: arrivals, timers, turns; what it does when there is nothing to do.
 *
 * An idle worker spins for a while, then parks. It is woken for what only it can do: something was published or
 * injected for it. One of the idle ones watches the others from time to time, and takes actors from one with a
 * backlog, or from one whose handler does not return. A busy worker wakes somebody only on a backlog that outweighs
 * the waking.
 *
 * No wake-up is lost. Whoever has something for a worker makes it visible (arrivals, injected) and then looks whether
 * the worker rests; the worker says that it parks and then looks at both once more: all of it seq_cst, so that one of
 * the two sees the other.
 */
#include "core.h"

enum { LOOK_EVERY = 64, LOOK_NS = 64000, WAKE_NS = 200000, STEAL_NS = 100000, CROSS_NS = 100, LEAST_SPIN = 32 };
#define STUCK_NS (2 * MOTET__MS)
#define WATCH_MIN_NS MOTET__MS
#define WATCH_BUSY_NS (8 * MOTET__MS)
#define WATCH_IDLE_NS (128 * MOTET__MS)

_Thread_local motet__worker *motet__self;

/* ---- publishing and waking ---- */

void motet__worker_wake(motet__worker *w)
{
    motet__sim_point(w->sim);
    /* seq_cst: after what it is woken for became visible; partner: the store in park. */
    if (atomic_load_explicit(&w->rest, memory_order_seq_cst) != MOTET__PARKED) {
        return;
    }
    motet__lock_take(w->park);
    bool first = !w->awoken;
    w->awoken = true;
    motet__lock_release(w->park);
    if (first) { /* behind the lock, which it needs itself to wake up */
        motet__cond_signal(w->wake);
    }
}

void motet__worker_nudge(motet__worker *w)
{
    motet__worker_news(w);
    motet__worker_wake(w);
}

static void publish(motet__worker *w, uint32_t to)
{
    motet__pipe *p = w->out[to];
    motet__worker *v = w->sys->cores[to];
    if (motet__pipe_publish(p, &w->letters)) {
        motet__sim_point(w->sim);
        /* release: the publication; partner: the exchange in motet__take_arrivals. */
        atomic_fetch_or_explicit(&v->arrivals[w->index / 64], UINT64_C(1) << w->index % 64, memory_order_release);
        motet__sim_point(w->sim);
        motet__worker_news(v);
        motet__worker_wake(v);
    }
    if (!p->spill_first) {
        w->dirty[to / 64] &= ~(UINT64_C(1) << to % 64);
    }
    if (w->letters.n > MOTET__KEEP) {
        motet__records_spill(w, &w->letters, &w->sys->letters);
    }
}

static void flush(motet__worker *w)
{
    w->any_dirty = false;
    for (uint32_t i = 0; i < MOTET__WORDS; i++) {
        for (uint64_t dirty = w->dirty[i]; dirty != 0; dirty &= dirty - 1u) {
            publish(w, i * 64 + (uint32_t)__builtin_ctzll(dirty));
        }
        w->any_dirty |= w->dirty[i] != 0;
    }
}

void motet__worker_flush(motet__worker *w)
{
    if (w->any_dirty) {
        flush(w);
    }
}

/* ---- the clock ---- */

static uint32_t runnable(const motet__worker *w)
{
    return atomic_load_explicit(&w->n_runnable, memory_order_relaxed);
}

static void wake_somebody(motet_system *sys)
{
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        if (atomic_load_explicit(&sys->cores[i]->rest, memory_order_seq_cst) == MOTET__PARKED) {
            motet__worker_wake(sys->cores[i]);
            return;
        }
    }
}

/* A backlog that two looks in a row find, and that outweighs waking. */
static void mind_backlog(motet__worker *w)
{
    bool much = (uint64_t)runnable(w) * w->turn_ns > WAKE_NS || motet__sim_fault(w->sim, MOTET_SIM_MOVE);
    if (much && w->much && w->sys->n_workers > 1) {
        wake_somebody(w->sys);
    }
    w->much = much;
}

/* Where most of the time goes into messages to another worker, two cores do less than one: the higher of the two gives
 * what it has to the other. (What is left of its actors moves when it is idle, to whoever sends to them.) */
static void mind_crossing(motet__worker *w, uint64_t passed)
{
    bool costly = (uint64_t)w->crossed * CROSS_NS * 2u > passed;
    w->crossed = 0;
    if (!costly || w->index == 0 || w->own_thread) {
        return;
    }
    for (uint32_t i = 0; i < w->index; i++) {
        bool busy = atomic_load_explicit(&w->sys->cores[i]->rest, memory_order_relaxed) == MOTET__BUSY;
        if (busy && w->out[i] && runnable(w) > 0) {
            motet__give(w, w->sys->cores[i]);
            return;
        }
    }
}

void motet__worker_look(motet__worker *w)
{
    w->now = motet__system_clock(w->sys);
}

static void look(motet__worker *w)
{
    uint64_t before = w->now;
    uint32_t turns = (uint32_t)atomic_load_explicit(&w->turns, memory_order_relaxed);
    motet__worker_look(w);
    uint64_t each = (w->now - before) / (turns - w->seen_turns > 0 ? turns - w->seen_turns : 1u);
    w->turn_ns = each < UINT32_MAX ? (uint32_t)each : UINT32_MAX;
    w->seen_turns = turns;
    w->look_every = each * LOOK_EVERY > LOOK_NS ? (uint32_t)(LOOK_NS / each) + 1u : LOOK_EVERY;
    w->until_look = w->sim ? motet__sim_look(w) : w->look_every;
    w->sampling = true;
    mind_backlog(w);
    mind_crossing(w, w->now - before);
    if (w->nodes.n > MOTET__KEEP) {
        motet__records_spill(w, &w->nodes, &w->sys->nodes);
    }
}

static bool tree_due(motet__worker *w)
{
    /* relaxed: control looks again. */
    return atomic_load_explicit(&w->sys->next_due, memory_order_relaxed) <= w->now;
}

static void mind_time(motet__worker *w)
{
    /* relaxed: written inside the gate. */
    if (atomic_load_explicit(&w->wheel_next, memory_order_relaxed) <= w->now) {
        motet__dues_fire(w, w->now);
    }
    if (tree_due(w)) {
        motet__sup_tick(w->sys);
    }
}

/* ---- the step ---- */

static void turn(motet__worker *w, motet__actor *a)
{
    /* One writer. relaxed: others only see that it goes on. */
    atomic_store_explicit(&w->turns, atomic_load_explicit(&w->turns, memory_order_relaxed) + 1u,
                          memory_order_relaxed);
    motet__turn(w, a);
}

static void tell(motet__worker *w)
{
    motet__leave(w);
    motet__events_tell(w->sys);
    motet__enter(w);
}

static void take_news(motet__worker *w)
{
    /* seq_cst: before the look at what came; partner: motet__worker_news. */
    atomic_exchange_explicit(&w->news, 0, memory_order_seq_cst);
    motet__take_arrivals(w);
    motet__take_injected(w);
    if (atomic_load_explicit(&w->called, memory_order_relaxed)) { /* relaxed: taken under the lock */
        motet__calls_run(w);
    }
    if (w->sys->events) {
        tell(w);
    }
    w->until_look = 1; /* timers may have been armed, or the system is to quit */
}

static inline bool step(motet__worker *w)
{
    if (atomic_load_explicit(&w->news, memory_order_relaxed)) { /* relaxed: exchanged then */
        take_news(w);
    }
    if (__builtin_expect(--w->until_look == 0, 0)) {
        look(w);
        mind_time(w);
        if (motet__quitting(w->sys)) {
            return false; /* though there may be work: some never ends */
        }
    }
    motet__actor *a = motet__run_pop(w);
    if (a) {
        turn(w, a);
    }
    motet__worker_flush(w);
    return a != NULL;
}

bool motet__worker_step(motet__worker *w)
{
    return step(w);
}

/* ---- idleness ---- */

static bool work_came(motet__worker *w)
{
    /* seq_cst: after the worker said that it parks; partner: motet__worker_news. */
    return atomic_load_explicit(&w->news, memory_order_seq_cst) || motet__quitting(w->sys);
}

static bool time_came(motet__worker *w, uint64_t now)
{
    /* seq_cst: after it said that it watches; partner: motet__system_rearm. */
    return w->idle_until <= now || atomic_load_explicit(&w->sys->next_due, memory_order_seq_cst) <= now;
}

/* Whether work waits with v: in its run queue, or, while it is in a callback, for it to look, at its timers too. */
static bool has_work(motet__worker *v, uint64_t now)
{
    bool busy = atomic_load_explicit(&v->rest, memory_order_relaxed) == MOTET__BUSY; /* relaxed: a guess, as all here */
    return runnable(v) > 0 || (busy && (atomic_load_explicit(&v->news, memory_order_relaxed) ||
                                        atomic_load_explicit(&v->wheel_next, memory_order_relaxed) <= now));
}

/* Who has had more than STEAL_NS of work waiting since the last look, judging by what he has done meanwhile. */
static motet__worker *overloaded(motet__worker *w, uint64_t now, bool *stuck)
{
    uint64_t passed = now - w->looked_at;
    motet__worker *found = NULL;
    for (uint32_t i = 0; i < w->sys->n_workers; i++) {
        motet__worker *v = w->sys->cores[i];
        uint32_t turns = (uint32_t)atomic_load_explicit(&v->turns, memory_order_relaxed);
        uint32_t done = turns - w->looked_turns[i];
        w->looked_turns[i] = turns;
        bool much = done == 0 ? passed > STUCK_NS && has_work(v, now) : passed / done * runnable(v) > STEAL_NS;
        much |= runnable(v) > 0 && motet__sim_fault(w->sim, MOTET_SIM_MOVE);
        if (v != w && much && w->looked_at != 0) {
            found = v;
            *stuck = done == 0;
        }
    }
    w->looked_at = now;
    return found;
}

static bool look_around(motet__worker *w)
{
    bool stuck = false;
    motet__worker *v =
        w->own_thread || w->sys->n_workers == 1 ? NULL : overloaded(w, motet__system_clock(w->sys), &stuck);
    if (!v) {
        return false;
    }
    motet__gate_bias(&w->gate);
    bool got = motet__steal(w, v, stuck);
    motet__worker_flush(w); /* settling may have sent something on by this worker's own pipes */
    got = got || w->any_dirty;
    if (!got) {
        motet__gate_unbias(&w->gate);
    }
    return got;
}

/* For as long as it pays: longer each time that something came meanwhile, shorter when not, down to a few looks. On a
 * machine that is busy otherwise whoever would send is not running, and spinning only keeps him from it. */
static bool spin_for_work(motet__worker *w, uint64_t begun)
{
    for (uint64_t now = begun; now - begun < w->spin_for;) {
        for (uint32_t i = 0; i < 32; i++) {
            if (work_came(w)) {
                return true;
            }
            motet__pause();
        }
        now = motet__system_clock(w->sys);
        if (time_came(w, now)) {
            return true;
        }
    }
    return false;
}

/* True: there is something to do. *inside: it was taken from another one, and the gate is biased again. */
static bool spin(motet__worker *w, bool *inside)
{
    look_around(w); /* from now on */
    bool came = spin_for_work(w, motet__system_clock(w->sys));
    uint64_t least = w->sys->spin_ns / LEAST_SPIN, next = came ? w->spin_for * 2u : w->spin_for / 2u;
    w->spin_for = next > w->sys->spin_ns ? w->sys->spin_ns : next < least ? least : next;
    *inside = !came && look_around(w);
    return came || *inside;
}

static bool others_busy(const motet_system *sys)
{
    return atomic_load_explicit(&sys->n_busy, memory_order_relaxed) > 0; /* relaxed: looked at again in a while */
}

/* When to look around next: the watcher soon, and then less and less often; the others from time to time, for the
 * watcher may be gone. */
static uint64_t next_look(motet__worker *w, bool watching, uint64_t *patience)
{
    if (w->own_thread || w->sys->n_workers == 1) {
        return MOTET__NEVER;
    }
    uint64_t most = others_busy(w->sys) ? WATCH_BUSY_NS : WATCH_IDLE_NS;
    *patience = watching && *patience * 2u < most ? *patience * 2u : most;
    return motet__system_clock(w->sys) + *patience;
}

static uint64_t sleep_until(motet__worker *w, bool watching, uint64_t *patience)
{
    uint64_t until = next_look(w, watching, patience);
    until = until < w->idle_until ? until : w->idle_until;
    if (watching) {
        /* relaxed: motet__system_rearm wakes the watcher. */
        uint64_t due = atomic_load_explicit(&w->sys->next_due, memory_order_relaxed);
        until = until < due ? until : due;
    }
    return until;
}

static bool become_watcher(motet__worker *w)
{
    uint32_t none = 0;
    /* seq_cst: after it said that it parks; partner: stop_watching: either this one sees that nobody watches, or that
     * one sees it parked. Before it looks at what is due; partner: motet__system_rearm. */
    return !w->own_thread && atomic_compare_exchange_strong_explicit(&w->sys->watcher, &none, w->index + 1u,
                                                                     memory_order_seq_cst, memory_order_seq_cst);
}

static void stop_watching(motet__worker *w)
{
    atomic_store_explicit(&w->sys->watcher, 0, memory_order_seq_cst); /* before the look for another one */
    if (atomic_load_explicit(&w->sys->next_due, memory_order_seq_cst) != MOTET__NEVER) {
        wake_somebody(w->sys); /* somebody has to mind that time, and this one may be busy then */
    }
}

static void park(motet__worker *w, bool *inside)
{
    uint64_t patience = WATCH_MIN_NS / 2;
    /* seq_cst: before the look at what came; partner: motet__worker_wake. */
    atomic_store_explicit(&w->rest, MOTET__PARKED, memory_order_seq_cst);
    bool watching = become_watcher(w);
    motet__count(&w->counts.parks, 1);
    while (!work_came(w) && !time_came(w, motet__system_clock(w->sys)) && !*inside) {
        watching = watching || become_watcher(w);
        motet__lock_take(w->park);
        bool awoken = w->awoken;
        if (!awoken) {
            motet__cond_wait(w->wake, w->park, sleep_until(w, watching, &patience));
            awoken = w->awoken;
        }
        w->awoken = false;
        motet__lock_release(w->park);
        *inside = look_around(w);
        if (awoken) {
            break;
        }
    }
    atomic_store_explicit(&w->rest, MOTET__BUSY, memory_order_relaxed);
    if (watching) {
        stop_watching(w);
    }
}

/* Whether all that it sent is published: what its pipes have no room for keeps a worker awake. Whoever is to make that
 * room may be held by somebody who wants to be let in here. */
static bool flushed(motet__worker *w)
{
    if (w->any_dirty) {
        motet__leave(w);
        motet__yield();
        motet__enter(w);
    }
    return !w->any_dirty;
}

static void idle(motet__worker *w)
{
    motet_system *sys = w->sys;
    motet__send_all_home(w);
    motet__worker_look(w);
    w->idle_until = atomic_load_explicit(&w->wheel_next, memory_order_relaxed); /* relaxed: inside the gate */
    if (time_came(w, w->now) || !flushed(w)) {
        return;
    }
    bool inside = false;
    uint64_t since = w->now;
    atomic_store_explicit(&w->idle_since, since, memory_order_relaxed); /* relaxed: statistics */
    atomic_store_explicit(&w->rest, MOTET__SPINNING, memory_order_relaxed); /* relaxed: a hint; the gate decides */
    atomic_fetch_sub_explicit(&sys->n_busy, 1, memory_order_relaxed);       /* relaxed: a hint */
    motet__gate_unbias(&w->gate);
    w->looked_at = 0;
    if (!spin(w, &inside)) {
        park(w, &inside);
    }
    atomic_fetch_add_explicit(&sys->n_busy, 1, memory_order_relaxed);
    if (!inside) {
        motet__gate_bias(&w->gate);
    }
    atomic_store_explicit(&w->rest, MOTET__BUSY, memory_order_relaxed);
    motet__worker_look(w);
    motet__count(&w->counts.idle_ns, w->now - since);
    atomic_store_explicit(&w->idle_since, 0, memory_order_relaxed); /* relaxed: statistics */
    w->until_look = 1;
}

/* ---- the thread ---- */

static void loop(motet__worker *w)
{
    do {
        while (step(w)) {
        }
        idle(w);
    } while (!motet__quitting(w->sys));
}

void motet__worker_main(void *worker)
{
    motet__worker *w = worker;
    jmp_buf failed;
    motet__self = w;
    if (w->sys->pin && !w->own_thread) {
        motet__thread_pin(w->index);
    }
    motet__gate_bias(&w->gate);
    motet__worker_look(w);
    atomic_store_explicit(&w->began, w->now, memory_order_relaxed); /* relaxed: statistics */
    w->fail_to = &failed;
    if (setjmp(failed) != 0) { /* motet_fail */
        motet__turn_failed(w);
    }
    loop(w);
    motet__gate_unbias(&w->gate);
    motet__self = NULL;
    motet__core_ended(w->sys);
}
