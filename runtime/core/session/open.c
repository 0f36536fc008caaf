/* open.c -- opening and ending of session instances, all under control.
 *
 * An open takes all the actors that it needs at once, or none and waits. The waiting opens of a wire form a queue, and
 * only its head is looked at: the later ones need the same actors. Among wires the oldest head goes first; a head that
 * waits for room under a `sessions` limit claims its actors against younger ones, so that it cannot starve, but one
 * that waits for a restart claims nothing.
 */
#include "core.h"

#include <stdlib.h>

/* Ids are unique in the process, so that an id of one system is never valid in another. */
static _Atomic uint64_t last_id;

/* ---- the table of accepted opens ---- */

static motet_err grow_table(motet_system *sys, uint32_t n)
{
    motet__open **buckets = calloc(n, sizeof(motet__open *));
    if (!buckets) {
        return MOTET_ENOMEM;
    }
    for (uint32_t i = 0; i < sys->n_buckets; i++) {
        for (motet__open *o = sys->buckets[i], *next; o; o = next) {
            next = o->next_in_bucket;
            o->next_in_bucket = buckets[o->id & (n - 1u)];
            buckets[o->id & (n - 1u)] = o;
        }
    }
    free(sys->buckets);
    sys->buckets = buckets;
    sys->n_buckets = n;
    return MOTET_OK;
}

static uint64_t new_id(motet_system *sys)
{
    return sys->sim ? sys->sim->ops->session_id(sys->sim)
                    : atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1u;
}

static motet__open *open_new(motet_system *sys, motet__wire *wire, uint64_t arg)
{
    if (sys->fixed && wire->n_opens >= sys->most_sessions) {
        return NULL;
    }
    uint32_t n = sys->n_buckets ? sys->n_buckets * 2u : 256u;
    if (sys->n_opens >= sys->n_buckets && !sys->fixed && grow_table(sys, n) != MOTET_OK && sys->n_buckets == 0) {
        return NULL;
    }
    if (motet__sim_fault(sys->sim, MOTET_SIM_MEMORY)) {
        return NULL;
    }
    motet__open *o = motet__block_reuse(&sys->opens);
    o = o || sys->fixed ? o : motet__block_new(&sys->opens);
    if (!o) {
        return NULL;
    }
    uint64_t id = new_id(sys);
    motet__open **bucket = &sys->buckets[id & (sys->n_buckets - 1u)];
    *o = (motet__open){.next_in_bucket = *bucket, .id = id, .arg = arg, .wire = wire};
    *bucket = o;
    sys->n_opens++;
    wire->n_opens++;
    return o;
}

bool motet__opens_reserve(motet_system *sys, uint64_t n)
{
    uint32_t buckets = 256;
    while (buckets < n && buckets < 1u << 30) {
        buckets *= 2u;
    }
    for (uint64_t i = 0; i < n; i++) {
        motet__open *o = motet__block_new(&sys->opens);
        if (!o) {
            return false;
        }
        motet__block_free(&sys->opens, o);
    }
    return grow_table(sys, buckets) == MOTET_OK;
}

static void open_free(motet_system *sys, motet__open *o)
{
    motet__open **at = &sys->buckets[o->id & (sys->n_buckets - 1u)];
    while (*at != o) {
        at = &(*at)->next_in_bucket;
    }
    *at = o->next_in_bucket;
    sys->n_opens--;
    o->wire->n_opens--;
    motet__block_free(&sys->opens, o);
}

motet__open *motet__open_find(motet_system *sys, uint64_t id)
{
    if (sys->n_buckets == 0) {
        return NULL;
    }
    motet__open *o = sys->buckets[id & (sys->n_buckets - 1u)];
    while (o && o->id != id) {
        o = o->next_in_bucket;
    }
    return o;
}

/* ---- choosing actors ---- */

static bool is_up(motet__child *a)
{
    return motet__child_phase(a) == MOTET__UP && !a->doomed;
}

/* Whether the actor may take part in the open that is marked by sys->stamp. */
static bool has_room(const motet_system *sys, motet__child *a)
{
    return a->stamp == sys->stamp ||
           (is_up(a) && (a->type->sessions == 0 || a->sessions < a->type->sessions) &&
            (sys->claim == 0 || a->claim != sys->claim));
}

static bool gone(motet_system *sys, const motet__role *role)
{
    for (uint32_t i = 0; i < role->count; i++) {
        if (motet__child_phase(&sys->actors[role->first + i]) != MOTET__GONE) {
            return false;
        }
    }
    return true;
}

static bool some_role_gone(motet_system *sys, const motet__wire *wire)
{
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        if (gone(sys, &wire->roles[r])) {
            return true;
        }
    }
    return false;
}

static motet__child *choose(motet_system *sys, motet__role *role)
{
    for (uint32_t i = 0; i < role->count; i++) {
        motet__child *a = &sys->actors[role->first + (role->turn + i) % role->count];
        if (has_room(sys, a)) {
            return a;
        }
    }
    return NULL;
}

/* Fills wire->chosen; nothing is taken yet. */
static bool choose_all(motet_system *sys, motet__wire *wire)
{
    sys->stamp++;
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        motet__child *a = choose(sys, &wire->roles[r]);
        if (!a) {
            return false;
        }
        a->stamp = sys->stamp;
        wire->chosen[r] = a;
    }
    return true;
}

/* A head that only waits for room keeps its actors from younger opens in this pass. */
static void claim(motet_system *sys, motet__wire *wire)
{
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        if (wire->roles[r].count == 1 && !is_up(&sys->actors[wire->roles[r].first])) {
            return;
        }
    }
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        if (wire->roles[r].count == 1) {
            sys->actors[wire->roles[r].first].claim = sys->claim;
        }
    }
}

/* ---- starting ---- */

static void join(motet_system *sys, motet_session *p, motet__child *a)
{
    motet__role *role = &p->block->wire->roles[p->role];
    role->turn = role->count > 1 ? (a->number - role->first + 1u) % role->count : 0;
    p->actor = a;
    p->first_of_actor = a->stamp == sys->stamp;
    if (p->first_of_actor) {
        a->stamp = 0;
        a->sessions++;
    }
    p->prev = NULL;
    p->next = a->sessions_open;
    if (p->next) {
        p->next->prev = p;
    }
    a->sessions_open = p;
    if (!p->closed) {
        /* relaxed: the actor's context only compares it with 0 after its phase left UP, which control ordered. */
        atomic_fetch_add_explicit(&a->held, 1, memory_order_relaxed);
    }
}

/* Makes the session of `o` exist; false when there is no memory. wire->chosen is filled. */
static bool begin(motet_system *sys, motet__wire *wire, motet__open *o)
{
    motet__block *b =
        motet__sim_fault(sys->sim, MOTET_SIM_MEMORY) ? NULL : motet__wire_block(wire, sys->fixed);
    if (!b) {
        return false;
    }
    b->open = o;
    b->id = o->id;
    b->arg = o->arg;
    o->block = b;
    uint16_t n = wire->session->n_roles;
    for (uint16_t r = 0; r < n; r++) {
        join(sys, &b->parts[r], wire->chosen[r]);
    }
    sys->n_open++;
    for (uint16_t r = 0; r < n; r++) {
        if (motet__begins(b->parts[r].plan)) {
            motet__session_wake(&b->parts[r]);
        }
    }
    return true;
}

/* ---- waiting ---- */

/* Puts the wire where its head's id belongs; the entries before `from` are older. */
static void queue_wire(motet_system *sys, motet__wire *wire, uint32_t from)
{
    uint32_t i = sys->n_queue++;
    while (i > from && sys->queue[i - 1u]->first->id > wire->first->id) {
        sys->queue[i] = sys->queue[i - 1u];
        i--;
    }
    sys->queue[i] = wire;
}

static void enqueue(motet_system *sys, motet__wire *wire, motet__open *o)
{
    sys->n_waiting++;
    if (wire->first) {
        wire->last->next_waiting = o;
        wire->last = o;
        return;
    }
    wire->first = wire->last = o;
    queue_wire(sys, wire, 0);
}

/* Takes the head of the wire at sys->queue[i] off; the wire goes on waiting behind i, or leaves the queue. */
static motet__open *dequeue(motet_system *sys, uint32_t i)
{
    motet__wire *wire = sys->queue[i];
    motet__open *o = wire->first;
    wire->first = o->next_waiting;
    sys->n_waiting--;
    sys->n_queue--;
    for (uint32_t k = i; k < sys->n_queue; k++) {
        sys->queue[k] = sys->queue[k + 1u];
    }
    if (wire->first) {
        queue_wire(sys, wire, i);
    } else {
        wire->last = NULL;
    }
    return o;
}

/* An accepted open that comes to nothing. */
static void lose(motet_system *sys, motet__open *o)
{
    sys->aborted++;
    open_free(sys, o);
}

void motet__opens_kick(motet_system *sys)
{
    sys->claim++;
    uint32_t i = 0;
    while (i < sys->n_queue) {
        motet__wire *wire = sys->queue[i];
        if (some_role_gone(sys, wire)) {
            lose(sys, dequeue(sys, i));
        } else if (choose_all(sys, wire)) {
            motet__open *o = dequeue(sys, i);
            if (!begin(sys, wire, o)) {
                lose(sys, o);
            }
        } else {
            claim(sys, wire);
            i++;
        }
    }
}

static motet_err open_on(motet_system *sys, motet__wire *wire, uint64_t arg, uint64_t *id)
{
    if (sys->sup.stopping || sys->gave_up || some_role_gone(sys, wire)) {
        return MOTET_EGONE;
    }
    motet__open *o = open_new(sys, wire, arg);
    if (!o) {
        return MOTET_ENOMEM;
    }
    uint64_t given = o->id;
    if (sys->n_queue == 0 && choose_all(sys, wire)) {
        if (!begin(sys, wire, o)) {
            open_free(sys, o);
            return MOTET_ENOMEM;
        }
    } else {
        enqueue(sys, wire, o);
        motet__opens_kick(sys);
    }
    sys->opened++;
    if (id) {
        *id = given;
    }
    return MOTET_OK;
}

motet_err motet_session_open(motet_system *sys, uint16_t wire, uint64_t arg, uint64_t *id)
{
    if (motet__is_isolated) {
        return motet__isolated_open(sys, wire, arg, id);
    }
    if (wire >= sys->n_wires) {
        return MOTET_EINVAL;
    }
    motet__worker *w = motet__come(sys);
    motet__lock_take(sys->control);
    motet_err e = open_on(sys, &sys->wires[wire], arg, id);
    motet__lock_release(sys->control);
    motet__go(w);
    return e;
}

/* ---- ending ---- */

static void leave(motet_session *p)
{
    if (p->prev) {
        p->prev->next = p->next;
    } else {
        p->actor->sessions_open = p->next;
    }
    if (p->next) {
        p->next->prev = p->prev;
    }
    if (p->first_of_actor) {
        p->actor->sessions--;
    }
}

static void drop_messages(motet__worker *w, motet__block *b)
{
    for (uint16_t i = 0; i < b->wire->n_lanes; i++) {
        motet__lane *l = &b->lanes[i];
        uint32_t n = 0;
        for (motet__message *m = motet__lane_peek(l); m; m = motet__lane_peek(l), n++) {
            motet__lane_pop(l);
            motet__message_free(w, m);
        }
        if (l->shared && n > 0) {
            motet__room_give(b->parts[l->to].actor, n);
        }
        motet__count(&w->counts.dropped, n);
    }
}

void motet__block_end(motet__worker *w, motet__block *b)
{
    motet_system *sys = w->sys;
    drop_messages(w, b);
    /* relaxed: the last release of the block ordered it. */
    unsigned how = MOTET__OUTCOME(atomic_load_explicit(&b->word, memory_order_relaxed));
    motet__lock_take(sys->control);
    for (uint16_t r = 0; r < b->wire->session->n_roles; r++) {
        leave(&b->parts[r]);
    }
    if (how == MOTET__COMPLETED) {
        sys->completed++;
    } else {
        sys->aborted++;
    }
    sys->n_open--;
    open_free(sys, b->open);
    motet__block_free(&b->wire->blocks, b);
    if (sys->n_queue > 0) {
        motet__opens_kick(sys);
    }
    motet__system_changed(sys);
    motet__lock_release(sys->control);
}
