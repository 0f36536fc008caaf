/* supervisor.c -- carries out what kernel/supervision decides: one thing at a time, each in its actor's context.
 *
 * Under control stand: at most one verdict being carried out (first its stops, in order, then all its starts are
 * armed as timers at one time, so that they fire in order), at most one actor in flight (told to start or to stop,
 * not yet done), a queue of failures to be decided, and the start timers. A failure is decided before any further
 * start, so the successors of a child that failed to start are not started before its supervisor has spoken.
 * motet__sup_advance does the next thing until it has to wait; whoever ends a wait calls it.
 *
 * Nothing here calls the user: actors run init and fini themselves and report back.
 */
#include "isolate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_SHUTDOWN_NS UINT64_C(5000000000)

/* Bits of supervisor.temporary: by restart type; by decision. Both are 0 while the instance is to start: the start of a
 * temporary one, with its supervisor, is no restart, and what befalls others before it does not take it away. */
enum { TEMPORARY = 1, STOPPED = 2 };

/* ---- the tree ---- */

/* Numbers of supervisors in spec order are mapped to depth-first ones, and instances are numbered as they start. */
struct walk {
    motet_system *sys;
    uint32_t next_sup, next_actor;
    bool *seen_sup, *seen_child; /* by spec index */
};

static motet_err walk_child(struct walk *k, uint16_t child, uint32_t owner, uint16_t supervisor)
{
    motet_system *sys = k->sys;
    if (child >= sys->spec->n_children || k->seen_child[child]) {
        return MOTET_EINVAL;
    }
    k->seen_child[child] = true;
    const motet_child_spec *spec = &sys->spec->children[child];
    if (spec->supervisor != supervisor) {
        return MOTET_EINVAL;
    }
    sys->child_first[child] = k->next_actor;
    for (uint32_t i = 0; i < spec->count; i++) {
        motet__child *a = &sys->actors[k->next_actor];
        a->number = k->next_actor;
        a->index = i;
        a->spec = spec;
        a->type = spec->actor;
        sys->sup.owner[a->number] = owner;
        k->next_actor++;
    }
    return MOTET_OK;
}

/* Depth is bounded by the number of supervisors, each of which is walked once. */
static motet_err walk_supervisor(struct walk *k, uint16_t index, uint32_t parent)
{
    const motet_system_spec *spec = k->sys->spec;
    if (index >= spec->n_supervisors || k->seen_sup[index]) {
        return MOTET_EINVAL;
    }
    k->seen_sup[index] = true;
    const motet_supervisor_spec *s = &spec->supervisors[index];
    motet__supervisor *sup = &k->sys->sup;
    uint32_t number = k->next_sup++;
    motet_err e = s->strategy <= MOTET_REST_FOR_ONE ? MOTET_OK : MOTET_EINVAL;
    sup->sups[number] = (motet__sup){.strategy = (uint8_t)s->strategy, .parent = parent, .lo = k->next_actor};
    for (uint16_t i = 0; i < s->n_members && e == MOTET_OK; i++) {
        const motet_member *m = &s->members[i];
        if (!m->is_supervisor) {
            e = walk_child(k, m->index, number, index);
        } else if (m->index >= spec->n_supervisors || spec->supervisors[m->index].parent != index) {
            e = MOTET_EINVAL;
        } else {
            e = walk_supervisor(k, m->index, number);
        }
    }
    sup->sups[number].hi = k->next_actor;
    uint64_t *times = calloc((size_t)s->intensity + 1u, sizeof *times);
    motet__window_init(&sup->windows[number], times, times ? s->intensity : 0, s->window_ns);
    return e == MOTET_OK && !times ? MOTET_ENOMEM : e;
}

static motet_err walk_tree(motet_system *sys)
{
    const motet_system_spec *spec = sys->spec;
    struct walk k = {.sys = sys};
    k.seen_sup = calloc(spec->n_supervisors + 1u, sizeof *k.seen_sup);
    k.seen_child = calloc(spec->n_children + 1u, sizeof *k.seen_child);
    motet_err e = MOTET_ENOMEM;
    if (k.seen_sup && k.seen_child) {
        e = spec->supervisors[0].parent == MOTET_NONE ? walk_supervisor(&k, 0, MOTET__NO_SUP) : MOTET_EINVAL;
    }
    if (e == MOTET_OK && (k.next_sup != spec->n_supervisors || k.next_actor != sys->n_actors)) {
        e = MOTET_EINVAL; /* something is not reachable from the root */
    }
    free(k.seen_sup);
    free(k.seen_child);
    return e;
}

motet_err motet__sup_init(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    size_t n = sys->n_actors;
    sup->late_at = MOTET__NEVER;
    sup->in_flight = MOTET__NO_ACTOR;
    sup->sups = calloc(sys->spec->n_supervisors, sizeof *sup->sups);
    sup->windows = calloc(sys->spec->n_supervisors, sizeof *sup->windows);
    sup->owner = calloc(n + 1u, sizeof *sup->owner);
    sup->temporary = calloc(n + 1u, sizeof *sup->temporary);
    sup->stop = calloc(n + 1u, sizeof *sup->stop);
    sup->start = calloc(n + 1u, sizeof *sup->start);
    sup->when = calloc(n + 1u, sizeof *sup->when);
    sup->order = calloc(n + 1u, sizeof *sup->order);
    sup->place = calloc(n + 1u, sizeof *sup->place);
    if (!sup->sups || !sup->windows || !sup->owner || !sup->temporary || !sup->stop || !sup->start || !sup->when ||
        !sup->order || !sup->place) {
        return MOTET_ENOMEM;
    }
    motet__timers_init(&sup->timers, sys->n_actors, sup->when, sup->order, sup->place);
    sup->tree = (motet__tree){.n_sups = sys->spec->n_supervisors,
                              .n_instances = sys->n_actors,
                              .sups = sup->sups,
                              .owner = sup->owner,
                              .temporary = sup->temporary};
    return walk_tree(sys);
}

void motet__sup_fini(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    for (uint32_t i = 0; sup->windows && i < sys->spec->n_supervisors; i++) {
        free(sup->windows[i].at);
    }
    free(sup->sups);
    free(sup->windows);
    free(sup->owner);
    free(sup->temporary);
    free(sup->stop);
    free(sup->start);
    free(sup->when);
    free(sup->order);
    free(sup->place);
}

/* ---- verdicts ---- */

/* The delay before the actor's restart: from backoff_min, doubling up to backoff_max; from the start again once it
 * has run for longer than backoff_max. */
static uint64_t next_delay(motet__child *a, uint64_t now)
{
    uint64_t min = a->spec->backoff_min_ns, max = a->spec->backoff_max_ns;
    max = max < min ? min : max;
    bool settled = a->up_since != 0 && now - a->up_since > max;
    a->delay = settled || a->delay == 0 ? min : (a->delay > max / 2u ? max : a->delay * 2u);
    return a->delay;
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
        uint64_t now = motet__system_clock(sys);
        motet_directive directive = a->spec->decide[motet_status_reason(a->failure)];
        if (directive == MOTET_STOP) {
            sup->temporary[a->number] |= STOPPED;
        }
        motet__verdict v =
            motet__supervise(&sup->tree, sup->windows, a->number, directive == MOTET_ESCALATE, now);
        sys->gave_up = v.sup == MOTET__NO_SUP;
        adopt(sys, v, now + next_delay(a, now) + motet__sim_delay(sys->sim));
    }
    return true;
}

/* All are stopped: arms the starts; the affected ones that do not start again are gone. */
static void finish(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    for (uint32_t i = sup->verdict.lo; i < sup->verdict.hi; i++) {
        motet__child *a = &sys->actors[i];
        a->doomed = false;
        motet__child_enter(a, motet__verdict_starts(&sup->tree, &sup->verdict, i) ? MOTET__DOWN : MOTET__GONE);
    }
    for (uint32_t i = 0; i < sup->n_start; i++) {
        sup->temporary[sup->start[i]] = 0;
        motet__timers_arm(&sup->timers, sup->start[i], sup->start_at);
    }
    sup->planned = false;
    sup->stopped = sup->final;
    motet__opens_kick(sys); /* those that wait for one that is gone are lost */
}

/* ---- one step ---- */

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

static void order_stop(motet_system *sys, motet__child *a)
{
    sys->sup.late_at = motet__system_clock(sys) + shutdown_ns(a);
    sys->n_up--;
    motet__child_enter(a, MOTET__STOPPING);
    abort_sessions(a, MOTET_ABORT_STOP);
    motet__child_wake(a);
}

/* The next stop of the verdict; false when there is no verdict. */
static bool stop_next(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    if (!sup->planned) {
        return false;
    }
    if (sup->at_stop == sup->n_stop) {
        finish(sys);
        return true;
    }
    motet__child *a = &sys->actors[sup->stop[sup->at_stop++]];
    switch (motet__child_phase(a)) {
    case MOTET__UP:
        sup->in_flight = a->number;
        order_stop(sys, a);
        break;
    case MOTET__FAILING: /* on its way down by itself */
        sup->in_flight = a->number;
        break;
    default:
        break;
    }
    return true;
}

static void report_late(motet_system *sys)
{
    const motet__child *a = &sys->actors[sys->sup.in_flight];
    sys->sup.late_at = MOTET__NEVER;
    fprintf(stderr, "motet: %s: %s has not stopped within %" PRIu64 " ms\n", sys->spec->name, a->name,
            shutdown_ns(a) / MOTET__MS);
    motet__isolate_late(a);
}

/* Orders the first start if it is due. */
static bool start_next(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    uint32_t id;
    uint64_t when;
    if (!motet__timers_first(&sup->timers, &id, &when) || when > motet__system_clock(sys)) {
        return false;
    }
    motet__timers_cancel(&sup->timers, id);
    motet__child *a = &sys->actors[id];
    sup->in_flight = id;
    a->incarnation += a->ordered;
    a->ordered = true;
    sup->temporary[id] = a->spec->restart == MOTET_TEMPORARY ? TEMPORARY : 0;
    motet__child_enter(a, MOTET__STARTING);
    motet__child_wake(a);
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
    /* relaxed: a hint; whoever finds it due looks again under control. */
    uint64_t before = atomic_exchange_explicit(&sys->next_due, when, memory_order_relaxed);
    if (when < before) {
        motet__system_rearm(sys);
    }
}

void motet__sup_advance(motet_system *sys)
{
    while (sys->sup.in_flight == MOTET__NO_ACTOR) {
        if (!stop_next(sys) && !decide(sys) && !start_next(sys)) {
            break;
        }
    }
    if (sys->sup.late_at <= motet__system_clock(sys)) {
        report_late(sys);
    }
    publish_due(sys);
    motet__system_changed(sys);
}

bool motet__sup_quiet(const motet_system *sys)
{
    const motet__supervisor *sup = &sys->sup;
    return sup->in_flight == MOTET__NO_ACTOR && !sup->planned && !sup->failed_first && sup->n_failing == 0 &&
           sup->timers.n == 0;
}

/* The system is to stop. What is in flight just now is not waited for longer than a stop would be. */
void motet__sup_stop(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    sup->stopping = true;
    if (sup->in_flight != MOTET__NO_ACTOR && sup->late_at == MOTET__NEVER) {
        sup->late_at = motet__system_clock(sys) + shutdown_ns(&sys->actors[sup->in_flight]);
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
        a->sys->n_up--;
        a->sys->sup.n_failing++;
        motet__child_enter(a, MOTET__FAILING);
    }
    abort_sessions(a, MOTET_ABORT_CRASH);
}

void motet__sup_started(motet__child *a, motet_status status)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    landed(sys, a);
    sys->sup.n_tried += !a->tried;
    a->tried = true;
    if (status == MOTET_DONE) {
        sys->restarts += a->incarnation > 0;
        sys->n_up++;
        a->up_since = motet__system_clock(sys);
        a->failure = MOTET_DONE;
        motet__child_enter(a, MOTET__UP);
        if (motet__isolate_lost(a)) {
            fail(a, MOTET_FAIL); /* the news came before it was up */
        }
        motet__opens_kick(sys);
    } else {
        count_failure(a, status);
        a->up_since = 0;
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

void motet__sup_ended(motet__child *a)
{
    motet_system *sys = a->sys;
    motet__lock_take(sys->control);
    bool failed = motet__child_phase(a) == MOTET__FAILING, expected = sys->sup.in_flight == a->number;
    sys->sup.n_failing -= failed;
    motet__child_enter(a, failed ? MOTET__FAILED : MOTET__DOWN);
    landed(sys, a);
    if (failed && !expected) {
        queue_failure(&sys->sup, a);
    }
    motet__sup_advance(sys);
    motet__lock_release(sys->control);
}

void motet__sup_tick(motet_system *sys)
{
    motet__lock_take(sys->control);
    motet__sup_advance(sys);
    motet__lock_release(sys->control);
}
