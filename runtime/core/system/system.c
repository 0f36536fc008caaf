/* system.c -- a system's start, its questions, its stop. */
#include "isolate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPIN_NS = 50000, SPIN_SHORT_NS = 2000 };
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
        if (!c->actor || c->count == 0 || (c->actor->mailbox == 0 && c->actor->n_roles > 0) ||
            c->actor->mailbox > MOST_MAILBOX || c->actor->policy > MOTET_DROP_OLDEST || c->jitter_percent > 100 ||
            (c->actor->shared && c->actor->policy == MOTET_DROP_OLDEST) ||
            (c->dynamic && (c->count != 1 || c->actor->n_roles > 0 || c->actor->isolated))) {
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

bool motet__system_memory(motet_system *sys)
{
    sys->moving = motet__lock_new(sys->sim);
    sys->grow = motet__lock_new(sys->sim);
    sys->control = motet__lock_new(sys->sim);
    sys->changed = motet__cond_new(sys->sim);
    sys->common = motet__lock_new(sys->sim);
    motet__pool_init(&sys->commons, MOTET__COMMONS);
    bool depots = motet__depot_init(&sys->nodes, sizeof(motet__node), false) &&
                  motet__depot_init(&sys->actor_records, sizeof(motet__actor), true) &&
                  motet__depot_init(&sys->dues, MOTET__DUE_SIZE, true) &&
                  motet__depot_init(&sys->tiny, 16, false) && motet__depot_init(&sys->small, 32, false) &&
                  motet__depot_init(&sys->mores, MOTET__MORE_SIZE, false) &&
                  motet__depot_init(&sys->letters, MOTET__LETTER_SIZE, false);
    for (int i = 0; i < MOTET__WAITS; i++) {
        sys->waits[i] = (motet__wait){motet__lock_new(sys->sim), motet__cond_new(sys->sim)};
        depots = depots && sys->waits[i].lock && sys->waits[i].done;
    }
    return depots && sys->common && sys->moving && sys->grow && sys->control && sys->changed;
}

/* Everything that is one allocation or one object of the port. */
static motet_err make_tables(motet_system *sys)
{
    sys->actors = calloc(sys->n_actors + 1u, sizeof *sys->actors);
    sys->child_first = calloc(sys->spec->n_children + 1u, sizeof *sys->child_first);
    sys->turns = calloc(sys->spec->n_children + 1u, sizeof *sys->turns);
    sys->wires = calloc(sys->n_wires + 1u, sizeof *sys->wires);
    sys->queue = calloc(sys->n_wires + 1u, sizeof *sys->queue);
    bool memory = motet__system_memory(sys);
    bool tables = sys->actors && sys->child_first && sys->turns && sys->wires && sys->queue;
    return memory && tables ? MOTET_OK : MOTET_ENOMEM;
}

static motet_err make_cores(motet_system *sys)
{
    for (uint32_t i = 0; i < sys->n_workers; i++) {
        if (!motet__core_add(sys, false)) {
            return MOTET_ENOMEM;
        }
    }
    return MOTET_OK;
}

/* Its actor, which belongs to the first worker until another one sends to it. */
static bool make_child_actor(motet_system *sys, motet__child *c)
{
    motet__worker *w = sys->cores[0];
    motet__actor *a = motet__stack_pop(&w->actors);
    a = a ? a : motet__records_refill(w, &w->actors, &sys->actor_records);
    if (!a) {
        return false;
    }
    a->flags = MOTET__STAYING;
    a->child = c;
    a->self = c->state;
    a->type = c->type;
    motet__generation_set(a, 1);
    c->actor = a;
    c->poke.kind = MOTET__POKE;
    return true;
}

static motet_err make_child(motet_system *sys, motet__child *c)
{
    c->sys = sys;
    size_t room = strlen(c->spec->name) + 16;
    c->name = malloc(room);
    c->state = calloc(1, c->type->state_size + 1u);
    c->room = c->type->shared ? motet__lock_new(sys->sim) : NULL;
    if (!c->name || !c->state || (c->type->shared && !c->room) || !make_child_actor(sys, c)) {
        return MOTET_ENOMEM;
    }
    c->group = c->spec->dynamic ? motet__group_new(c) : NULL;
    if (c->spec->dynamic && !c->group) {
        return MOTET_ENOMEM;
    }
    if (c->spec->family) {
        snprintf(c->name, room, "%s[%u]", c->spec->name, (unsigned)c->index);
    } else {
        snprintf(c->name, room, "%s", c->spec->name);
    }
    return MOTET_OK;
}

static motet_err make_parts(motet_system *sys)
{
    motet_err e = make_tables(sys);
    e = e == MOTET_OK ? make_cores(sys) : e;
    e = e == MOTET_OK ? motet__sup_init(sys) : e;
    e = e == MOTET_OK ? motet__dynamics_init(sys) : e;
    for (uint32_t i = 0; i < sys->n_actors && e == MOTET_OK; i++) {
        e = make_child(sys, &sys->actors[i]);
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
        free(sys->actors[i].group);
        free(sys->actors[i].state);
        if (sys->actors[i].room) {
            motet__lock_free(sys->actors[i].room);
        }
    }
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
        motet__core_free(sys->cores[i]);
    }
    motet__depot_fini(&sys->nodes);
    motet__depot_fini(&sys->actor_records);
    motet__depot_fini(&sys->dues);
    motet__depot_fini(&sys->tiny);
    motet__depot_fini(&sys->small);
    motet__depot_fini(&sys->mores);
    motet__depot_fini(&sys->letters);
    motet__pool_fini(&sys->commons);
    for (int i = 0; i < MOTET__WAITS; i++) {
        motet__cond_free(sys->waits[i].done);
        motet__lock_free(sys->waits[i].lock);
    }
    motet__lock_free(sys->common);
    motet__sup_fini(sys);
    motet__events_fini(sys);
    motet__dynamics_fini(sys);
    motet__isolate_end(sys->isolate);
    motet__block_pool_fini(&sys->opens);
    free(sys->buckets);
    free(sys->queue);
    free(sys->wires);
    free(sys->child_first);
    free(sys->turns);
    free(sys->actors);
    motet__cond_free(sys->changed);
    motet__lock_free(sys->control);
    motet__lock_free(sys->grow);
    motet__lock_free(sys->moving);
    free(sys);
}

void motet__system_quit(motet_system *sys)
{
    atomic_store_explicit(&sys->quit, 1, memory_order_seq_cst); /* seq_cst: before the look at whether one rests */
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_acquire); i++) {
        motet__worker_wake(sys->cores[i]);
    }
}

static void join_workers(motet_system *sys)
{
    motet__system_quit(sys);
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_acquire); i++) {
        if (sys->cores[i]->thread) {
            motet__thread_join(sys->cores[i]->thread);
        }
    }
}

static motet_err start_workers(motet_system *sys)
{
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
        if (!motet__core_start(sys->cores[i])) {
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
        motet__system_wait(sys, sys->changed, sys->control, MOTET__NEVER);
    }
    motet__lock_release(sys->control);
}

static uint64_t seed_of(const motet_system *sys, const motet_options *o)
{
    if (o && o->seed) {
        return o->seed;
    }
    return sys->sim ? sys->sim->ops->random(sys->sim) : motet__random();
}

static const motet_supervisor_spec lone_root = {.name = "root", .parent = MOTET_NONE};
static const motet_system_spec no_tree = {.name = "motet", .n_supervisors = 1, .supervisors = &lone_root};

static uint64_t chance(motet_system *sys)
{
    return sys->sim ? sys->sim->ops->random(sys->sim) : motet__random();
}

motet_err motet_system_start(const motet_system_spec *spec, const motet_options *options, motet_system **out)
{
    uint32_t n_actors = 0;
    *out = NULL;
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_system_start");
    }
    spec = spec ? spec : &no_tree;
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
    sys->on_dead_letter = options ? options->on_dead_letter : NULL;
    sys->n_workers = worker_count(options);
    sys->n_actors = n_actors;
    sys->n_wires = spec->n_wires;
    sys->sim = options ? options->sim : NULL;
    sys->two_sided = sys->sim || !motet__barrier_ready();
    sys->secret = (motet__secret){chance(sys), chance(sys) | 1u};
    sys->seed = seed_of(sys, options);
    sys->pin = options && options->pin;
    /* Spinning takes nothing from anybody while there is a core for each worker. */
    sys->spin_ns = sys->sim ? 0 : sys->n_workers <= motet__core_count() ? SPIN_NS : SPIN_SHORT_NS;
    e = motet__isolate_begin(sys, options, &sys->spec, &sys->isolate); /* before there are threads */
    e = e == MOTET_OK ? motet__events_init(sys, options ? options->on_event : NULL) : e;
    e = e == MOTET_OK ? make_parts(sys) : e;
    e = e == MOTET_OK ? motet__reserve(sys, options) : e;
    e = e == MOTET_OK && sys->sim && sys->isolate ? MOTET_EINVAL : e;
    e = e == MOTET_OK ? start_workers(sys) : e;
    if (e != MOTET_OK) {
        free_system(sys);
        return e;
    }
    if (sys->sim) {
        sys->sim->ops->begins(sys->sim, sys);
    }
    start_actors(sys);
    if (options && options->fixed) {
        motet__set_fixed(sys);
    }
    *out = sys;
    return MOTET_OK;
}

/* ---- time ---- */

uint64_t motet__system_clock(const motet_system *sys)
{
    return __builtin_expect(sys->sim != NULL, 0) ? sys->sim->ops->clock(sys->sim) : motet__clock();
}

uint64_t motet__deadline(const motet_system *sys, uint64_t timeout_ns)
{
    uint64_t now = motet__system_clock(sys);
    return timeout_ns < MOTET__NEVER - now ? now + timeout_ns : MOTET__NEVER;
}

void motet__system_wait(motet_system *sys, motet__cond *c, motet__lock *l, uint64_t deadline)
{
    (void)sys;
    motet__cond_wait(c, l, deadline);
}

void motet__system_sleep(motet_system *sys, uint64_t ns)
{
    if (sys->sim) {
        sys->sim->ops->sleep(sys->sim, ns);
    } else {
        motet__sleep(ns);
    }
}

void motet__system_rearm(motet_system *sys)
{
    uint32_t watcher = atomic_load_explicit(&sys->watcher, memory_order_seq_cst); /* after the store of next_due */
    if (watcher > 0) {
        motet__worker_wake(sys->cores[watcher - 1u]);
    }
}

/* ---- questions ---- */

motet__worker *motet__come(motet_system *sys)
{
    motet__worker *w = motet__self && motet__self->sys == sys ? motet__self : NULL;
    if (w) {
        motet__enter(w);
    }
    return w;
}

void motet__go(motet__worker *w)
{
    if (w) {
        motet__leave(w);
    }
}

motet_err motet_child_ref(motet_system *sys, uint16_t child, uint32_t instance, motet_ref *out)
{
    if (motet__is_isolated) {
        return motet__isolated_child_ref(sys, child, instance, out);
    }
    *out = MOTET_NOBODY;
    if (child >= sys->spec->n_children || sys->spec->children[child].dynamic ||
        instance >= sys->spec->children[child].count) {
        return MOTET_EINVAL;
    }
    motet__worker *w = motet__come(sys);
    motet__lock_take(sys->control);
    motet__child *c = &sys->actors[sys->child_first[child] + instance];
    bool up = motet__child_phase(c) == MOTET__UP;
    if (up) {
        *out = motet__ref_make(sys, c->actor->slot, motet__generation(c->actor), MOTET_MAY_ALL);
    }
    motet__lock_release(sys->control);
    motet__go(w);
    return up ? MOTET_OK : MOTET_EGONE;
}

motet_err motet_session_resume(motet_system *sys, uint64_t id, uint16_t role)
{
    motet_err e = MOTET_EGONE;
    if (motet__is_isolated) {
        return motet__isolated_resume(sys, id, role);
    }
    motet__worker *w = motet__come(sys);
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
    motet__go(w);
    return e;
}

static bool is_idle(const motet_system *sys)
{
    return sys->n_open == 0 && sys->n_waiting == 0 && motet__sup_quiet(sys);
}

motet_err motet_system_wait_idle(motet_system *sys, uint64_t timeout_ns)
{
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_system_wait_idle");
    }
    uint64_t deadline = motet__deadline(sys, timeout_ns);
    motet__lock_take(sys->control);
    while (!is_idle(sys) && motet__system_clock(sys) < deadline) {
        motet__system_wait(sys, sys->changed, sys->control, deadline);
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
    /* relaxed: statistics */
    out->mail_lost = atomic_load_explicit(&sys->outside_lost, memory_order_relaxed);
    out->dead_letters = atomic_load_explicit(&sys->outside_dead, memory_order_relaxed);
    for (uint32_t i = 0; i < atomic_load_explicit(&sys->n_cores, memory_order_acquire); i++) {
        const motet__counts *c = &sys->cores[i]->counts;
        out->messages += count_of(&c->messages);
        out->dropped += count_of(&c->dropped);
        out->fidelity += count_of(&c->fidelity);
        out->blocked += count_of(&c->blocked);
        out->lost += count_of(&c->lost);
        out->refused += count_of(&c->refused);
        out->resumed += count_of(&c->resumed);
        out->spawned += count_of(&c->spawned);
        out->ended += count_of(&c->ended);
        out->failed += count_of(&c->failed);
        out->dead_letters += count_of(&c->dead);
        out->mail_lost += count_of(&c->mail_lost);
        out->mail_refused += count_of(&c->mail_refused);
        out->moved += count_of(&c->moved);
        out->parks += count_of(&c->parks);
        out->signals_lost += count_of(&c->signals_lost);
    }
}

void motet_system_stats(motet_system *sys, motet_stats *out)
{
    MOTET_REQUIRE(!motet__is_isolated);
    motet__worker *w = motet__come(sys);
    motet__lock_take(sys->control);
    fill_stats(sys, out);
    motet__lock_release(sys->control);
    motet__go(w);
}

/* ---- stop ---- */

/* Makes everything the first worker's: no thread runs any more. From here on nothing is put into a run queue. */
static void gather(motet_system *sys)
{
    motet__worker *w = sys->cores[0];
    uint32_t n = atomic_load_explicit(&sys->n_cores, memory_order_relaxed);
    for (uint32_t i = 0; i < n; i++) {
        motet__take_injected(sys->cores[i]); /* while its actors are its own */
        while (motet__run_pop(sys->cores[i])) {
        }
    }
    for (uint32_t i = 1; i < sys->actor_records.carved; i++) {
        motet__actor *a = motet__actor_at(sys, i);
        if (!a) {
            break;
        }
        motet__worker *owner = sys->cores[motet__slot_owner(a)];
        a->state = MOTET__RUNNING;
        if (owner != w) {
            motet__dues_move(a, owner, w);
            motet__own(a, w);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            motet__pipe *p = sys->cores[i]->out[k];
            for (bool more = p != NULL; more;) {
                motet__pipe_publish(p, &sys->cores[i]->letters);
                more = motet__pipe_peek(p) != NULL;
                motet__drain(w, p);
            }
        }
    }
}

/* Ends the actors that were spawned. */
static void end_spawned(motet_system *sys)
{
    motet__worker *w = sys->cores[0], *before = motet__self;
    motet__self = w;
    motet__gate_bias(&w->gate);
    sys->holding = true; /* nothing moves any more */
    gather(sys);
    for (uint32_t i = 1; i < sys->actor_records.carved; i++) {
        motet__actor *a = motet__actor_at(sys, i);
        if (a->type && !a->child) {
            motet__actor_end(w, a, a->flags & MOTET__KILLED ? a->status : MOTET_DONE);
        } else if (a->child) {
            motet__actor_clear(w, a, MOTET_DONE);
        }
    }
    motet__gate_unbias(&w->gate);
    motet__self = before;
}

/* What remains of `timeout_ns`; under control. Meanwhile this thread minds the tree's time and its events: all workers
 * may be in callbacks that do not return. */
static void wait_to_stop(motet_system *sys, uint64_t deadline)
{
    /* relaxed: written under control. */
    uint64_t due = atomic_load_explicit(&sys->next_due, memory_order_relaxed);
    if (sys->events && motet__events_wait(sys)) {
        motet__lock_release(sys->control);
        motet__events_tell(sys);
        motet__lock_take(sys->control);
    } else if (due <= motet__system_clock(sys)) {
        motet__sup_advance(sys);
    } else {
        motet__system_wait(sys, sys->changed, sys->control, due < deadline ? due : deadline);
    }
}

static bool stop_actors(motet_system *sys, uint64_t deadline)
{
    motet__lock_take(sys->control);
    motet__sup_stop(sys);
    while ((!sys->sup.stopped || sys->n_open > 0) && motet__system_clock(sys) < deadline) {
        wait_to_stop(sys, deadline);
    }
    bool done = sys->sup.stopped && sys->n_open == 0;
    motet__lock_release(sys->control);
    return done;
}

/* False: some thread is in a callback still. */
static bool stop_threads(motet_system *sys, uint64_t deadline)
{
    motet__system_quit(sys);
    motet__lock_take(sys->control);
    while (sys->n_threads > 0 && motet__system_clock(sys) < deadline) {
        motet__system_wait(sys, sys->changed, sys->control, deadline);
    }
    bool done = sys->n_threads == 0;
    motet__lock_release(sys->control);
    return done;
}

motet_err motet_system_stop_within(motet_system *sys, uint64_t timeout_ns, motet_stats *last)
{
    MOTET_REQUIRE(!motet__is_isolated && (!motet__self || motet__self->sys != sys));
    uint64_t deadline = motet__deadline(sys, timeout_ns);
    if (!stop_actors(sys, deadline) || !stop_threads(sys, deadline)) {
        return MOTET_ETIME;
    }
    join_workers(sys);
    end_spawned(sys);
    if (sys->sim) {
        sys->sim->ops->ends(sys->sim, sys);
    }
    motet__events_tell(sys);
    motet_leaks leaks;
    motet__leaks(sys, &leaks);
    if (last) {
        fill_stats(sys, last);
        last->leaks = leaks;
    }
    free_system(sys);
    return MOTET_OK;
}

void motet_system_stop(motet_system *sys, motet_stats *last)
{
    motet_err e = motet_system_stop_within(sys, MOTET__NEVER, last);
    MOTET_REQUIRE(e == MOTET_OK);
}
