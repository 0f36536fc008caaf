/* life.c -- how actors come and go that are not children of the tree.
 *
 * A slot's generation grows when its actor ends, so that all refs to it are stale, and mail still on its way bounces.
 */
#include "core.h"

/* ---- the user's state ---- */

enum { TINY = 16, SMALL = 32, MIDDLE = sizeof(motet__node) };

/* The records for a state of that size; NULL: it is a message of the pool. */
static motet__stack *state_records(motet__worker *w, size_t size, motet__depot **depot)
{
    *depot = size <= TINY ? &w->sys->tiny : size <= SMALL ? &w->sys->small : &w->sys->nodes;
    return size <= TINY ? &w->tiny : size <= SMALL ? &w->small : size <= MIDDLE ? &w->nodes : NULL;
}

static void *state_new(motet__worker *w, size_t size)
{
    motet__depot *depot;
    motet__stack *records = state_records(w, size, &depot);
    if (records) {
        void *state = motet__record_new(w, records, depot);
        motet__unpoison(state, state ? size : 0);
        return state ? memset(state, 0, size) : NULL;
    }
    motet__message *m = motet__message_new(w, size);
    if (!m) {
        return NULL;
    }
    m->use = MOTET__AS_STATE;
    return memset(m->payload, 0, size);
}

static void state_free(motet__worker *w, void *state, size_t size)
{
    motet__depot *depot;
    motet__stack *records = state_records(w, size, &depot);
    if (records) { /* the first words of a record that is free are its depot's */
        size_t whole = size <= TINY ? TINY : size <= SMALL ? SMALL : MIDDLE;
        motet__poison((unsigned char *)state + TINY, whole - TINY);
        motet__record_free(w, state, records, depot);
        return;
    }
    motet__message *m = (motet__message *)(void *)((unsigned char *)state - offsetof(motet__message, payload));
    m->use = MOTET__AS_MESSAGE;
    motet__message_free(w, m);
}

/* ---- coming ---- */

void motet__actor_begin(motet__actor *a, const motet_actor_type *type)
{
    a->type = type;
    a->receive = type->receive;
    a->flags &= MOTET__STAYING | MOTET__PINNED;
    a->used = 0;
    a->handled = a->busy_ns = 0;
    a->high_water = a->pending;
    uint32_t room = type->receive ? (type->inbox ? type->inbox : MOTET_INBOX_DEFAULT) : 0;
    room = motet__sim_room(motet__simulated, room);
    atomic_store_explicit(&a->room, room, memory_order_relaxed);
    /* release: the room; partner: the acquire in motet__place_reserve. */
    atomic_store_explicit(&a->inbox, MOTET__INBOX(motet__generation(a), type->inbox_policy), memory_order_release);
}

motet__actor *motet__actor_new(motet__worker *w, const motet_actor_type *type)
{
    motet__actor *a = motet__record_new(w, &w->actors, &w->sys->actor_records);
    if (!a) {
        return NULL;
    }
    if (motet__generation(a) == 0) {
        motet__generation_set(a, 1);
    }
    a->self = type->state_size > 0 ? state_new(w, type->state_size) : NULL;
    if (type->state_size > 0 && !a->self) {
        motet__stack_push(&w->actors, a);
        return NULL;
    }
    a->state = MOTET__IDLE;
    a->flags = 0;
    motet__own(a, w);
    motet__actor_begin(a, type);
    motet__count(&w->counts.spawned, 1);
    return a;
}

/* ---- going ---- */

static void stale(motet__actor *a)
{
    uint32_t next = motet__generation(a) + 1u;
    next = next ? next : 1u;
    motet__generation_set(a, next);
    /* relaxed: the word is of no incarnation that anybody knows, so no place is taken. */
    atomic_store_explicit(&a->inbox, MOTET__INBOX(next, MOTET_REFUSE), memory_order_relaxed);
    a->flags &= (uint8_t)~MOTET__SHARED;
}

static void clear_more(motet__worker *w, motet__actor *a)
{
    motet__more *more = a->more;
    if (more && more->waiting_set) {
        motet__parcel p = more->waiting;
        more->waiting_set = false;
        motet__bounce(w, &p, MOTET_EGONE);
    }
    a->more = NULL;
    if (more) {
        motet__record_free(w, more, &w->mores, &w->sys->mores);
    }
}

/* Whatever of the mail is not embedded in the tree's own. */
static void clear_mail(motet__worker *w, motet__actor *a)
{
    motet__link *kept = NULL, **end = &kept, *last = NULL;
    uint32_t n = 0;
    for (motet__link *l = motet__mail_pop(a); l; l = motet__mail_pop(a)) {
        if (l->kind == MOTET__PARTICIPANT || l->kind == MOTET__POKE) {
            l->next = NULL;
            *end = last = l;
            end = &l->next;
            n++;
        } else {
            motet__mail_bounce(w, a, l);
        }
    }
    a->first = kept;
    a->last = last;
    a->pending = n;
}

/* It is stale before anybody hears of it, so that nothing which that brings about comes back to it. */
void motet__actor_clear(motet__worker *w, motet__actor *a, motet_status status)
{
    motet__name was = {a->slot, motet__generation(a)};
    stale(a);
    motet__wanting_gone(w, a, was);
    motet__unstash(a);
    clear_mail(w, a);
    motet__dues_free(w, a);
    motet__peers_told(w, a, was, status);
    clear_more(w, a);
}

static void call_fini(void *actor)
{
    motet__actor *a = actor;
    a->type->fini(a->self);
    motet__sim_crash_behind();
}

void motet__actor_fini(motet__worker *w, motet__actor *a)
{
    if (!a->type->fini) {
        return;
    }
    motet__actor *before = w->current;
    motet__link *in_hand = w->in_hand;
    w->current = a;
    w->in_hand = NULL;
    motet__guarded(w, call_fini, a);
    w->in_hand = in_hand;
    w->current = before;
}

void motet__actor_release(motet__worker *w, motet__actor *a)
{
    if (a->self) {
        state_free(w, a->self, a->type->state_size);
        a->self = NULL;
    }
    motet__count(&w->counts.ended, 1);
    a->type = NULL;
    bool of_thread = w->own_thread && w->resident == a;
    motet__record_free(w, a, &w->actors, &w->sys->actor_records);
    if (of_thread) {
        motet__core_retire(w);
    }
}

void motet__actor_end(motet__worker *w, motet__actor *a, motet_status status)
{
    motet__dynamic *d = motet__dynamic_of(w->sys, a);
    bool killed = a->flags & MOTET__KILLED;
    a->state = MOTET__RUNNING; /* nothing puts it into the run queue any more, and a kill does nothing */
    a->flags |= MOTET__KILLED;
    if (d) {
        motet__dynamic_end(w, a, d, status, killed);
        return;
    }
    if (!(a->flags & MOTET__UNBORN)) {
        motet__actor_fini(w, a);
    }
    motet__actor_clear(w, a, status);
    motet__actor_release(w, a);
}

/* ---- spawning ---- */

struct init_call {
    motet__actor *a;
    const motet_start *start;
    motet_status status;
};

static void call_init(void *call)
{
    struct init_call *c = call;
    c->status = c->start->ctx->sim && motet__sim_crashes(c->start->ctx) ? motet__sim_crash(c->start->ctx)
                                                                        : c->a->type->init(c->a->self, c->start);
}

motet_status motet__actor_init(motet__worker *w, motet__actor *a, motet_start *start)
{
    motet__actor *before = w->current;
    motet__link *in_hand = w->in_hand; /* of the spawner's, for the spawner's */
    struct init_call c = {a, start, MOTET_FAIL};
    if (!a->type->init) {
        return MOTET_DONE;
    }
    start->name = a->type->name;
    start->env = w->sys->env;
    start->system = w->sys;
    start->ctx = w;
    w->current = a;
    w->in_hand = NULL;
    if (!motet__guarded(w, call_init, &c)) {
        c.status = w->fail_status;
    }
    w->in_hand = in_hand;
    w->current = before;
    return c.status;
}

/* After init: what came meanwhile may be handled. MOTET_EINIT: it was killed meanwhile, for good. */
static motet_err settle(motet__worker *w, motet__actor *a)
{
    if (a->flags & MOTET__KILLED) {
        bool supervised = motet__dynamic_of(w->sys, a) != NULL;
        motet__actor_end(w, a, a->status);
        return supervised ? MOTET_OK : MOTET_EINIT;
    }
    a->state = MOTET__IDLE;
    if (a->flags & MOTET__LEAVING) {
        motet__actor_end(w, a, MOTET_DONE);
    } else if (a->pending > 0) {
        motet__actor_ready(w, a);
    }
    return MOTET_OK;
}

/* *status: with which init failed. */
static motet_err init(motet__worker *w, motet__actor *a, const motet__spawning *s, motet_status *status)
{
    if (s->group) {
        return motet__dynamic_begin(w, a, s, status);
    }
    motet_start start = {.arg = s->options ? s->options->arg : NULL};
    *status = motet__actor_init(w, a, &start);
    return *status == MOTET_DONE ? MOTET_OK : MOTET_EINIT;
}

static motet_err begin(motet__worker *w, motet__actor *a, const motet__spawning *s)
{
    const motet_spawn_options *o = s->options;
    motet_err e = o && o->link && w->current
                      ? motet__link_to(w, w->current, (motet__name){a->slot, motet__generation(a)})
                      : MOTET_OK;
    motet_status status = MOTET_FAIL;
    e = e == MOTET_OK ? init(w, a, s, &status) : e;
    if (e != MOTET_OK) {
        motet__actor_end(w, a, status);
        return e;
    }
    a->flags &= (uint8_t)~MOTET__UNBORN;
    return settle(w, a);
}

static motet_err spawn_here(motet__worker *w, const motet__spawning *s, motet_ref *out)
{
    const motet_spawn_options *o = s->options;
    motet__actor *a = motet__actor_new(w, s->type);
    if (!a) {
        return MOTET_ENOMEM;
    }
    *out = motet__ref_make(w->sys, a->slot, motet__generation(a), MOTET_MAY_ALL);
    a->state = MOTET__RUNNING;
    a->flags |= MOTET__UNBORN | (o && o->placement != MOTET_ANYWHERE ? MOTET__PINNED : 0);
    motet_err e = begin(w, a, s);
    if (e != MOTET_OK) {
        *out = MOTET_NOBODY;
    }
    return e;
}

/* Where it is to be; of the thread of an actor of its own only that one is. */
static motet_err place_for(motet__worker *w, const motet_spawn_options *o, motet__worker **to)
{
    motet_placement where = o ? o->placement : MOTET_ANYWHERE;
    *to = w->own_thread ? motet__least_busy(w->sys) : w;
    if (where == MOTET_OWN_THREAD) {
        return motet__core_for_actor(w->sys, w, to);
    }
    if (where == MOTET_ON_WORKER) {
        if (o->worker >= w->sys->n_workers) {
            return MOTET_EINVAL;
        }
        *to = w->sys->cores[o->worker];
    }
    return MOTET_OK;
}

motet_err motet__spawn(motet__worker *w, const motet__spawning *s, motet_ref *out)
{
    const motet_actor_type *type = s->type;
    *out = MOTET_NOBODY;
    if (!type->receive || type->n_roles > 0 || type->isolated || type->inbox > MOTET__MOST_ROOM) {
        return MOTET_EINVAL;
    }
    if (motet__quitting(w->sys)) {
        return MOTET_EGONE; /* fini, in the midst of the system's end */
    }
    motet__worker *to;
    motet_err e = place_for(w, s->options, &to);
    if (e != MOTET_OK) {
        return e;
    }
    e = spawn_here(w, s, out);
    motet__actor *a = e == MOTET_OK ? motet__actor_at(w->sys, out->slot) : NULL;
    if (to == w) {
        return e;
    }
    if (a && motet__generation(a) == out->generation) {
        motet__place(w, a, to);
    } else if (to && to->own_thread) {
        motet__core_retire(to);
    }
    return e;
}

motet_err motet_spawn(motet_ctx *w, const motet_actor_type *type, const motet_spawn_options *o, motet_ref *out)
{
    if (motet__is_isolated) {
        *out = MOTET_NOBODY;
        return motet__isolated_refuse("motet_spawn");
    }
    motet__enter(w);
    motet_err e = motet__spawn(w, &(motet__spawning){.type = type, .options = o}, out);
    motet__leave(w);
    return e;
}
