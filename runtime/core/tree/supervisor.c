/* supervisor.c -- carries out what kernel/supervision decides: one thing at a time, each in its actor's context.
 *
 * Under control stand: at most one verdict being carried out (first its stops, in order, then all its starts are
 * armed as timers at one time, so that they fire in order), at most one actor in flight (told to start or to stop,
 * not yet done), a queue of failures to be decided, and the start timers. A failure is decided before any further
 * start, so the successors of a child that failed to start are not started before its supervisor has spoken.
 * motet__sup_advance does the next thing until it has to wait; whoever ends a wait calls it.
 *
 * A verdict that affects the failed child alone has nothing to stop: its start is ordered at once. When the child's own
 * context asks (motet__sup_ended), it starts right there.
 *
 * A stop that is late is not waited for any longer: the child is `killed`, and the next is stopped. It ends when its
 * callback returns, as it would have; only then it may start again, and only then a stop of the system is complete.
 *
 * Nothing here calls the user: actors run init and fini themselves and report back.
 */
#include "backoff.h"
#include "isolate.h"

#include <inttypes.h>
#include <stdio.h>

#define DEFAULT_SHUTDOWN_NS UINT64_C(5000000000)

/* ---- verdicts ---- */

/* From backoff_min, doubling up to backoff_max; from the start again once it ran for longer than backoff_max. Chance
 * shortens it, by the share that the spec allows. */
uint64_t motet__restart_delay(const motet_system *sys, const motet_child_spec *s, motet__pace *pace, uint32_t who,
                              uint32_t incarnation, uint64_t now)
{
    uint64_t max = s->backoff_max_ns < s->backoff_min_ns ? s->backoff_min_ns : s->backoff_max_ns;
    if (max == 0) {
        return motet__sim_delay(sys->sim);
    }
    bool settled = pace->up_since != 0 && now - pace->up_since > max;
    pace->delay = motet__backoff_next(s->backoff_min_ns, max, pace->delay, settled);
    uint64_t chance = motet__backoff_draw(sys->seed, who, incarnation);
    return motet__backoff_jitter(pace->delay, s->jitter_percent, chance) + motet__sim_delay(sys->sim);
}

/* A group counts as no actor. */
static bool is_group(const motet__child *a)
{
    return a->group != NULL;
}

static uint64_t later(uint64_t now, uint64_t by)
{
    return by < MOTET__NEVER - now ? now + by : MOTET__NEVER;
}

static void adopt(motet_system *sys, motet__verdict v, uint64_t start_at)
{
    motet__supervisor *sup = &sys->sup;
    sup->planned = true;
    sup->verdict = v;
    sup->start_at = start_at;
    sup->n_stop = v.hi - v.lo;
    sup->n_start = motet__verdict_sets(&sup->tree, &v, sup->stop, sup->start);
    sup->at_stop = 0;
    for (uint32_t i = v.lo; i < v.hi; i++) {
        motet__timers_cancel(&sup->timers, i);
        sys->actors[i].doomed = true;
        sys->actors[i].after = MOTET__UNDECIDED;
    }
}

static motet__child *next_failed(motet__supervisor *sup)
{
    motet__child *a = sup->failed_first;
    if (a) {
        sup->failed_first = a->next_failed;
        sup->failed_last = sup->failed_first ? sup->failed_last : NULL;
        a->next_failed = NULL;
        a->queued = false;
    }
    return a;
}

static void queue_failure(motet__supervisor *sup, motet__child *a)
{
    if (a->queued) {
        return;
    }
    a->queued = true;
    if (sup->failed_last) {
        sup->failed_last->next_failed = a;
    } else {
        sup->failed_first = a;
    }
    sup->failed_last = a;
}

static void go(motet__child *a)
{
    motet__child_enter(a, MOTET__GONE);
    motet__event_of(a, MOTET_EVENT_GONE, a->failure, 0);
    motet__opens_kick(a->sys); /* those that wait for it are lost */
}

static void order_start(motet_system *sys, motet__child *a)
{
    motet__supervisor *sup = &sys->sup;
    sup->in_flight = a->number;
    a->incarnation += a->ordered;
    a->ordered = true;
    sup->temporary[a->number] = a->spec->restart == MOTET_TEMPORARY && !is_group(a) ? MOTET__TEMPORARY : 0;
    motet__child_enter(a, MOTET__STARTING);
    if (a != sup->here) {
        motet__child_wake(a);
    }
}

/* A verdict about the failed child alone. Starts that are due already go first. */
static void restart_alone(motet_system *sys, motet__child *a, uint64_t now, uint64_t delay)
{
    motet__supervisor *sup = &sys->sup;
    a->doomed = false;
    sup->temporary[a->number] = 0;
    if (delay == 0 && sup->timers.n == 0) {
        order_start(sys, a);
    } else {
        motet__child_enter(a, MOTET__DOWN);
        motet__timers_arm(&sup->timers, a->number, later(now, delay));
    }
}

static void report_escalation(motet_system *sys, const motet__child *a, uint32_t by)
{
    if (!sys->events) {
        return;
    }
    for (uint32_t s = sys->sup.owner[a->number]; s != by; s = sys->sup.sups[s].parent) {
        motet__event(sys, (motet_event){.kind = MOTET_EVENT_ESCALATED,
                                        .supervisor = sys->spec->supervisors[sys->sup.spec_of[s]].name,
                                        .child = a->name,
                                        .instance = a->index,
                                        .incarnation = a->incarnation,
                                        .status = a->failure});
    }
}

/* `a` has failed, or ended by itself where it should not have. */
static void judge(motet_system *sys, motet__child *a)
{
    motet__supervisor *sup = &sys->sup;
    uint64_t now = motet__system_clock(sys);
    motet_directive directive =
        a->failure == MOTET_DONE || is_group(a) ? MOTET_AS_USUAL : a->spec->decide[motet_status_reason(a->failure)];
    if (directive == MOTET_STOP) {
        sup->temporary[a->number] |= MOTET__STOPPED;
    }
    bool escalate = directive == MOTET_ESCALATE || a->escalates;
    a->escalates = false;
    motet__verdict v = motet__supervise(&sup->tree, sup->windows, a->number, escalate, now);
    report_escalation(sys, a, v.sup);
    if (v.sup == MOTET__NO_SUP) {
        sys->gave_up = true;
        motet__event_of(a, MOTET_EVENT_GAVE_UP, a->failure, 0);
    }
    bool alone = v.hi - v.lo == 1 && v.sup != MOTET__NO_SUP;
    if (alone && !motet__verdict_starts(&sup->tree, &v, a->number)) {
        go(a);
        return;
    }
    uint64_t delay = motet__restart_delay(sys, a->spec, &a->pace, a->number, a->incarnation, now);
    if (delay > 0) {
        motet__event_of(a, MOTET_EVENT_DELAYED, a->failure, delay);
    }
    if (alone) {
        restart_alone(sys, a, now, delay);
    } else {
        adopt(sys, v, later(now, delay));
    }
}

/* Decides what is to be done next; false when there is nothing to decide. */
static bool decide(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    if (sup->planned || sup->stopped) {
        return false;
    }
    if (sup->stopping) {
        adopt(sys, (motet__verdict){.sup = MOTET__NO_SUP, .lo = 0, .hi = sys->n_actors}, 0);
        sup->final = true;
        return true;
    }
    motet__child *a = next_failed(sup);
    if (!a) {
        return false;
    }
    if (motet__child_phase(a) == MOTET__FAILED) { /* else another verdict has covered it meanwhile */
        if (a->failure == MOTET_DONE && !a->escalates && a->spec->restart != MOTET_PERMANENT) {
            go(a);
        } else {
            judge(sys, a);
        }
    }
    return true;
}

/* Of one that the verdict affects. */
static void settle(motet_system *sys, motet__child *a)
{
    motet__supervisor *sup = &sys->sup;
    bool starts = motet__verdict_starts(&sup->tree, &sup->verdict, a->number);
    a->doomed = false;
    if (a->killed) {
        a->after = starts ? MOTET__START_AGAIN : MOTET__STAY_AWAY;
    } else if (starts) {
        motet__child_enter(a, MOTET__DOWN);
        motet__timers_arm(&sup->timers, a->number, sup->start_at);
    } else if (motet__child_phase(a) != MOTET__GONE) {
        motet__child_enter(a, MOTET__GONE);
        if (!sup->final) {
            motet__event_of(a, MOTET_EVENT_GONE, a->failure, 0);
        }
    }
}

/* All are stopped, or killed: arms the starts; the affected ones that do not start again are gone. */
static void finish(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    for (uint32_t i = sup->verdict.lo; i < sup->verdict.hi; i++) {
        settle(sys, &sys->actors[i]);
    }
    for (uint32_t i = 0; i < sup->n_start; i++) {
        sup->temporary[sup->start[i]] = 0;
    }
    sup->planned = false;
    sup->stopped = sup->final;
    motet__opens_kick(sys); /* those that wait for one that is gone are lost */
}

/* ---- stops ---- */

static void abort_sessions(motet__child *a, motet_abort_reason why)
{
    for (motet_session *p = a->sessions_open; p; p = p->next) {
        motet__block_abort(p->block, why);
    }
}

static uint64_t shutdown_ns(const motet__child *a)
{
    return a->spec->shutdown_ns ? a->spec->shutdown_ns : DEFAULT_SHUTDOWN_NS;
}

/* What is in flight is not waited for any longer. */
static void give_up_on(motet_system *sys, motet__child *a)
{
    motet__supervisor *sup = &sys->sup;
    sup->in_flight = MOTET__NO_ACTOR;
    sup->late_at = MOTET__NEVER;
    sup->n_killed++;
    a->killed = true;
    a->after = MOTET__UNDECIDED;
    motet__event_of(a, MOTET_EVENT_KILLED, MOTET_DONE, 0);
    motet__isolate_late(a);
}

/* It is on its way down. */
static void wait_for(motet_system *sys, motet__child *a)
{
    sys->sup.in_flight = a->number;
    if (shutdown_ns(a) <= MOTET_BRUTAL) {
        give_up_on(sys, a);
    } else {
        sys->sup.late_at = later(motet__system_clock(sys), shutdown_ns(a));
    }
}

static void order_stop(motet_system *sys, motet__child *a)
{
    sys->n_up -= !is_group(a);
    motet__child_enter(a, MOTET__STOPPING);
    abort_sessions(a, MOTET_ABORT_STOP);
    motet__child_wake(a);
}

/* The next stop of the verdict; false when there is no verdict, or all that is left is to wait for killed ones. */
static bool stop_next(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    if (!sup->planned || (sup->final && sup->at_stop == sup->n_stop && sup->n_killed > 0)) {
        return false;
    }
    if (sup->at_stop == sup->n_stop) {
        finish(sys);
        return true;
    }
    motet__child *a = &sys->actors[sup->stop[sup->at_stop++]];
    motet__phase phase = motet__child_phase(a);
    if (phase == MOTET__UP) {
        order_stop(sys, a);
        wait_for(sys, a);
    } else if (phase == MOTET__FAILING || phase == MOTET__EXITING) { /* on its way down by itself */
        wait_for(sys, a);
    }
    return true;
}

static void report_late(motet_system *sys)
{
    motet__child *a = &sys->actors[sys->sup.in_flight];
    fprintf(stderr, "motet: %s: %s has not stopped within %" PRIu64 " ms\n", sys->spec->name, a->name,
            shutdown_ns(a) / MOTET__MS);
    motet__event_of(a, MOTET_EVENT_LATE, MOTET_DONE, 0);
    give_up_on(sys, a);
}

/* ---- one step ---- */

/* Orders the first start if it is due. */
static bool start_next(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    uint32_t id;
    uint64_t when;
    if (sup->planned || !motet__timers_first(&sup->timers, &id, &when) || when > motet__system_clock(sys)) {
        return false;
    }
    motet__timers_cancel(&sup->timers, id);
    order_start(sys, &sys->actors[id]);
    return true;
}

/* Tells the workers when to come back. While an actor is in flight starts wait for it, so only lateness counts. */
static void publish_due(motet_system *sys)
{
    uint32_t id;
    uint64_t when = sys->sup.late_at;
    if (sys->sup.in_flight == MOTET__NO_ACTOR && !motet__timers_first(&sys->sup.timers, &id, &when)) {
        when = MOTET__NEVER;
    }
    /* relaxed: written under control alone, and a hint: whoever finds it due looks again under control. */
    uint64_t before = atomic_load_explicit(&sys->next_due, memory_order_relaxed);
    if (when != before) {
        atomic_store_explicit(&sys->next_due, when, memory_order_seq_cst); /* before the look for the watcher */
    }
    if (when < before) {
        motet__system_rearm(sys);
    }
}

/* Whether what is in flight is late. */
static bool is_late(const motet_system *sys)
{
    return sys->sup.late_at != MOTET__NEVER && sys->sup.late_at <= motet__system_clock(sys);
}

void motet__sup_advance(motet_system *sys)
{
    for (;;) {
        if (sys->sup.in_flight != MOTET__NO_ACTOR) {
            if (!is_late(sys)) {
                break;
            }
            report_late(sys);
        } else if (!stop_next(sys) && !decide(sys) && !start_next(sys)) {
            break;
        }
    }
    publish_due(sys);
    motet__system_changed(sys);
}

bool motet__sup_quiet(const motet_system *sys)
{
    const motet__supervisor *sup = &sys->sup;
    return sup->in_flight == MOTET__NO_ACTOR && !sup->planned && !sup->failed_first && sup->n_ending == 0 &&
           sup->n_killed == 0 && sup->timers.n == 0;
}

/* The system is to stop. What is in flight just now is not waited for longer than a stop would be. */
void motet__sup_stop(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    sup->stopping = true;
    if (sup->in_flight != MOTET__NO_ACTOR && sup->late_at == MOTET__NEVER) {
        sup->late_at = later(motet__system_clock(sys), shutdown_ns(&sys->actors[sup->in_flight]));
    }
    motet__sup_advance(sys);
}

/* ---- reports ---- */

static void landed(motet_system *sys, motet__child *a)
{
    if (sys->sup.in_flight == a->number) {
        sys->sup.in_flight = MOTET__NO_ACTOR;
        sys->sup.late_at = MOTET__NEVER;
    }
}

static void count_failure(motet__child *a, motet_status status)
{
    a->failure = status;
    a->sys->crashes++;
    a->sys->failures[motet_status_reason(status)]++;
    motet__event_of(a, MOTET_EVENT_FAILED, status, 0);
}

/* It is up, and ends by itself. */
static void ends(motet__child *a, motet__phase phase, motet_abort_reason why)
{
    a->sys->n_up -= !is_group(a);
    a->sys->sup.n_ending++;
    motet__child_enter(a, phase);
    abort_sessions(a, why);
}

/* The actor failed, unless it is known to have; under control. */
static void fail(motet__child *a, motet_status status)
{
    motet__phase phase = motet__child_phase(a);
    if (phase == MOTET__FAILING) {
        return; /* its process died as well */
    }
    count_failure(a, status);
    if (phase == MOTET__UP) {
        ends(a, MOTET__FAILING, MOTET_ABORT_CRASH);
    }
}

static void came_up(motet__child *a)
{
    motet_system *sys = a->sys;
    sys->restarts += a->incarnation > 0 && !is_group(a);
    sys->n_up += !is_group(a);
    a->pace.up_since = a->spec->backoff_max_ns || a->spec->backoff_min_ns ? motet__system_clock(sys) : 0;
    a->failure = MOTET_DONE;
    motet__child_enter(a, MOTET__UP);
    motet__event_of(a, a->incarnation > 0 ? MOTET_EVENT_RESTARTED : MOTET_EVENT_STARTED, MOTET_DONE, 0);
    if (motet__isolate_lost(a)) {
        fail(a, MOTET_FAIL); /* the news came before it was up */
    }
    motet__opens_kick(sys);
}

/* A killed one has ended. */
static void bury(motet__child *a)
{
    motet__supervisor *sup = &a->sys->sup;
    sup->n_killed--;
    a->killed = false;
    motet__child_enter(a, MOTET__DOWN);
    if (a->after == MOTET__START_AGAIN) {
        motet__timers_arm(&sup->timers, a->number, motet__system_clock(a->sys));
    } else if (a->after == MOTET__STAY_AWAY) {
        go(a);
    }
}

/* Its init was given up on, and has returned. */
static void came_late(motet__child *a, motet_status status)
{
    if (status == MOTET_DONE) {
        motet__child_enter(a, MOTET__STOPPING); /* fini is owed */
        motet__child_wake(a);
    } else {
        count_failure(a, status);
        bury(a);
    }
}

void motet__sup_started(motet__child *a, motet_status status)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    landed(sys, a);
    sys->sup.n_tried += !a->tried;
    a->tried = true;
    if (a->killed) {
        came_late(a, status);
    } else if (status == MOTET_DONE) {
        came_up(a);
    } else {
        count_failure(a, status);
        a->pace.up_since = 0;
        motet__child_enter(a, MOTET__FAILED);
        queue_failure(&sys->sup, a);
    }
    motet__sup_advance(sys);
    motet__lock_release(sys->control);
}

void motet__sup_failed(motet__child *a, motet_status status)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    fail(a, status);
    motet__lock_release(sys->control);
}

void motet__sup_escalate(motet__child *group, motet_status status)
{
    if (motet__child_phase(group) == MOTET__UP) {
        group->failure = status;
        group->escalates = true;
        ends(group, MOTET__FAILING, MOTET_ABORT_CRASH);
        motet__child_wake(group);
    }
}

void motet__sup_exits(motet__child *a)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    if (motet__child_phase(a) == MOTET__UP) {
        ends(a, MOTET__EXITING, MOTET_ABORT_STOP);
    }
    motet__lock_release(sys->control);
}

void motet__sup_lost(motet__child *a, uint32_t incarnation)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    if (a->incarnation == incarnation && motet__child_phase(a) == MOTET__UP) {
        fail(a, MOTET_FAIL);
        motet__child_wake(a);
    }
    motet__lock_release(sys->control);
}

bool motet__sup_ended(motet__child *a)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    motet__phase phase = motet__child_phase(a);
    bool by_itself = phase != MOTET__STOPPING, expected = sys->sup.in_flight == a->number;
    sys->sup.n_ending -= by_itself;
    if (phase != MOTET__FAILING) {
        motet__event_of(a, by_itself ? MOTET_EVENT_EXITED : MOTET_EVENT_STOPPED, MOTET_DONE, 0);
    }
    if (a->killed) {
        bury(a);
    } else {
        motet__child_enter(a, by_itself ? MOTET__FAILED : MOTET__DOWN);
        landed(sys, a);
        if (by_itself && !expected) {
            queue_failure(&sys->sup, a);
        }
    }
    sys->sup.here = a;
    motet__sup_advance(sys);
    sys->sup.here = NULL;
    bool again = motet__child_phase(a) == MOTET__STARTING;
    motet__lock_release(sys->control);
    return again;
}

void motet__sup_tick(motet_system *sys)
{
    motet__lock_take(sys->control);
    motet__sup_advance(sys);
    motet__lock_release(sys->control);
}
