/* system.c -- a system's start, its questions, its stop. */
#include "isolate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORKERS = 64, MOST_MAILBOX = 65535 };

void motet__system_changed(motet_system *sys)
{
    motet__cond_broadcast(sys->changed);
}

/* ---- start ---- */

static motet_err check_children(const motet_system_spec *spec, uint32_t *n_actors)
{
    uint64_t n = 0;
    for (uint16_t i = 0; i < spec->n_children; i++) {
        const motet_child_spec *c = &spec->children[i];
        if (!c->actor || c->count == 0 || c->actor->mailbox == 0 || c->actor->mailbox > MOST_MAILBOX ||
            c->actor->policy > MOTET_DROP_OLDEST || (c->actor->shared && c->actor->policy == MOTET_DROP_OLDEST)) {
            return MOTET_EINVAL;
        }
        n += c->count;
    }
    *n_actors = (uint32_t)n;
    return n < UINT32_MAX ? MOTET_OK : MOTET_ELIMIT;
}

static uint32_t worker_count(const motet_options *o)
{
    uint32_t n = o && o->workers ? o->workers : motet__core_count();
    return n < MOST_WORKERS ? n : MOST_WORKERS;
}

/* Everything that is one allocation or one object of the port. */
static motet_err make_tables(motet_system *sys)
{
    sys->workers = aligned_alloc(64, sys->n_workers * sizeof *sys->workers);
    sys->actors = calloc(sys->n_actors + 1u, sizeof *sys->actors);
    sys->child_first = calloc(sys->spec->n_children + 1u, sizeof *sys->child_first);
    sys->wires = calloc(sys->n_wires + 1u, sizeof *sys->wires);
    sys->queue = calloc(sys->n_wires + 1u, sizeof *sys->queue);
    sys->shared = motet__lock_new();
    sys->park = motet__lock_new();
    sys->control = motet__lock_new();
    sys->sleeping = motet__cond_new();
    sys->watch = motet__cond_new();
    sys->changed = motet__cond_new();
    if (sys->workers) {
        memset(sys->workers, 0, sys->n_workers * sizeof *sys->workers);
    }
    return sys->workers && sys->actors && sys->child_first && sys->wires && sys->queue && sys->shared && sys->park &&
                   sys->control && sys->sleeping && sys->watch && sys->changed
               ? MOTET_OK
               : MOTET_ENOMEM;
}

static motet_err make_workers(motet_system *sys)
{
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        motet__worker *w = &sys->workers[i];
        w->sys = sys;
        w->index = w->victim = i;
        motet__pool_init(&w->pool, (uint16_t)i);
        motet__runq_init(&w->runq);
        w->outboxes = calloc(sys->n_workers, sizeof *w->outboxes);
        if (!w->outboxes) {
            return MOTET_ENOMEM;
        }
    }
    return MOTET_OK;
}

static motet_err make_actor(motet_system *sys, motet__actor *a)
{
    a->sys = sys;
    motet__inbox_init(&a->inbox);
    size_t room = strlen(a->spec->name) + 16;
    a->name = malloc(room);
    a->state = calloc(1, a->type->state_size + 1u);
    a->room = a->type->shared ? motet__lock_new() : NULL;
    if (!a->name || !a->state || (a->type->shared && !a->room)) {
        return MOTET_ENOMEM;
    }
    if (a->spec->family) {
        snprintf(a->name, room, "%s[%u]", a->spec->name, (unsigned)a->index);
    } else {
        snprintf(a->name, room, "%s", a->spec->name);
    }
    return MOTET_OK;
}

static motet_err make_parts(motet_system *sys)
{
    motet_err e = make_tables(sys);
    e = e == MOTET_OK ? make_workers(sys) : e;
    e = e == MOTET_OK ? motet__sup_init(sys) : e;
    for (uint32_t i = 0; i < sys->n_actors && e == MOTET_OK; i++) {
        e = make_actor(sys, &sys->actors[i]);
    }
    for (uint32_t i = 0; i < sys->n_wires && e == MOTET_OK; i++) {
        e = motet__wire_init(sys, &sys->wires[i], &sys->spec->wires[i]);
    }
    motet__block_pool_init(&sys->opens, sizeof(motet__open));
    atomic_init(&sys->next_due, MOTET__NEVER);
    return e;
}

static void free_system(motet_system *sys)
{
    for (uint32_t i = 0; sys->wires && i < sys->n_wires; i++) {
        motet__wire_fini(&sys->wires[i]);
    }
    for (uint32_t i = 0; sys->actors && i < sys->n_actors; i++) {
        free(sys->actors[i].name);
        free(sys->actors[i].state);
        if (sys->actors[i].room) {
            motet__lock_free(sys->actors[i].room);
        }
    }
    for (uint32_t i = 0; sys->workers && i < sys->n_workers; i++) {
        motet__pool_fini(&sys->workers[i].pool);
        free(sys->workers[i].outboxes);
    }
    motet__sup_fini(sys);
    motet__isolate_end(sys->isolate);
    motet__block_pool_fini(&sys->opens);
    free(sys->buckets);
    free(sys->queue);
    free(sys->wires);
    free(sys->child_first);
    free(sys->actors);
    free(sys->workers);
    motet__cond_free(sys->changed);
    motet__cond_free(sys->watch);
    motet__cond_free(sys->sleeping);
    motet__lock_free(sys->control);
    motet__lock_free(sys->park);
    motet__lock_free(sys->shared);
    free(sys);
}

static void join_workers(motet_system *sys)
{
    motet__sched_quit(sys);
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        if (sys->workers[i].thread) {
            motet__thread_join(sys->workers[i].thread);
        }
    }
}

static motet_err start_workers(motet_system *sys)
{
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        sys->workers[i].thread = motet__thread_start(motet__worker_main, &sys->workers[i]);
        if (!sys->workers[i].thread) {
            join_workers(sys);
            return MOTET_ETHREAD;
        }
    }
    return MOTET_OK;
}

static void start_actors(motet_system *sys)
{
    motet__lock_take(sys->control);
    for (uint32_t i = 0; i < sys->n_actors; i++) {
        motet__timers_arm(&sys->sup.timers, i, 0); /* one time for all, so they start by number */
    }
    motet__sup_advance(sys);
    while (sys->sup.n_tried < sys->n_actors && !sys->gave_up) {
        motet__cond_wait(sys->changed, sys->control, MOTET__NEVER);
    }
    motet__lock_release(sys->control);
}

motet_err motet_system_start(const motet_system_spec *spec, const motet_options *options, motet_system **out)
{
    uint32_t n_actors = 0;
    *out = NULL;
    if (motet__in_child) {
        return motet__child_refuse("motet_system_start");
    }
    if (spec->n_supervisors == 0 || (options && options->workers > MOST_WORKERS)) {
        return MOTET_EINVAL;
    }
    motet_err e = check_children(spec, &n_actors);
    motet_system *sys = e == MOTET_OK ? calloc(1, sizeof *sys) : NULL;
    if (!sys) {
        return e == MOTET_OK ? MOTET_ENOMEM : e;
    }
    sys->spec = spec;
    sys->env = options ? options->env : NULL;
    sys->n_workers = worker_count(options);
    sys->n_actors = n_actors;
    sys->n_wires = spec->n_wires;
    e = motet__isolate_begin(sys, options, &sys->spec, &sys->isolate); /* before there are threads */
    e = e == MOTET_OK ? make_parts(sys) : e;
    e = e == MOTET_OK ? start_workers(sys) : e;
    if (e != MOTET_OK) {
        free_system(sys);
        return e;
    }
    start_actors(sys);
    *out = sys;
    return MOTET_OK;
}

/* ---- questions ---- */

motet_err motet_session_resume(motet_system *sys, uint64_t id, uint16_t role)
{
    motet_err e = MOTET_EGONE;
    if (motet__in_child) {
        return motet__child_resume(sys, id, role);
    }
    motet__lock_take(sys->control);
    motet__open *o = motet__open_find(sys, id);
    if (o && role >= o->wire->session->n_roles) {
        e = MOTET_EINVAL;
    } else if (o && o->block) {
        motet_session *p = &o->block->parts[role];
        /* release: what the caller did before is seen by the next question; partner: the exchange in ask. */
        atomic_store_explicit(&p->resumed, 1, memory_order_release);
        motet__session_wake(p);
        e = MOTET_OK;
    } else if (o) {
        e = MOTET_OK; /* not begun: it will be asked anyway */
    }
    motet__lock_release(sys->control);
    return e;
}

static bool is_idle(const motet_system *sys)
{
    return sys->n_open == 0 && sys->n_waiting == 0 && motet__sup_quiet(sys);
}

motet_err motet_system_wait_idle(motet_system *sys, uint64_t timeout_ns)
{
    if (motet__in_child) {
        return motet__child_refuse("motet_system_wait_idle");
    }
    uint64_t now = motet__clock();
    uint64_t deadline = timeout_ns < MOTET__NEVER - now ? now + timeout_ns : MOTET__NEVER;
    motet__lock_take(sys->control);
    while (!is_idle(sys) && motet__clock() < deadline) {
        motet__cond_wait(sys->changed, sys->control, deadline);
    }
    motet_err e = is_idle(sys) ? MOTET_OK : MOTET_ETIME;
    motet__lock_release(sys->control);
    return e;
}

static uint64_t count_of(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed); /* relaxed: statistics */
}

static void fill_stats(motet_system *sys, motet_stats *out)
{
    *out = (motet_stats){.opened = sys->opened,
                         .completed = sys->completed,
                         .aborted = sys->aborted,
                         .open = sys->n_open,
                         .waiting = sys->n_waiting,
                         .crashes = sys->crashes,
                         .restarts = sys->restarts,
                         .actors = sys->n_up,
                         .gave_up = sys->gave_up};
    for (int i = 0; i < MOTET_REASONS; i++) {
        out->failures[i] = sys->failures[i];
    }
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        const motet__counts *c = &sys->workers[i].counts;
        out->messages += count_of(&c->messages);
        out->dropped += count_of(&c->dropped);
        out->fidelity += count_of(&c->fidelity);
        out->blocked += count_of(&c->blocked);
        out->lost += count_of(&c->lost);
        out->refused += count_of(&c->refused);
        out->resumed += count_of(&c->resumed);
    }
}

void motet_system_stats(motet_system *sys, motet_stats *out)
{
    MOTET_REQUIRE(!motet__in_child);
    motet__lock_take(sys->control);
    fill_stats(sys, out);
    motet__lock_release(sys->control);
}

/* ---- stop ---- */

void motet_system_stop(motet_system *sys, motet_stats *last)
{
    MOTET_REQUIRE(!motet__in_child && (!motet__self || motet__self->sys != sys));
    motet__lock_take(sys->control);
    sys->sup.stopping = true;
    motet__sup_advance(sys);
    while (!sys->sup.stopped || sys->n_open > 0) {
        motet__cond_wait(sys->changed, sys->control, MOTET__NEVER);
    }
    if (last) {
        fill_stats(sys, last);
    }
    motet__lock_release(sys->control);
    join_workers(sys);
    free_system(sys);
}
