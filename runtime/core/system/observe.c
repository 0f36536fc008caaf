/* observe.c -- snapshots of actors and workers.
 *
 * The actors are read a slice of slots at a time, with everybody held outside of his core (move.c), so that nobody
 * moves meanwhile and each is seen once; the largest so far are kept in the caller's memory, as a heap whose first is
 * the least of them. Fields of control are read under control, which comes after gates.
 */
#include <motet/observe.h>

#include <inttypes.h>

#include "dynamic.h"

enum { SLICE = 1024, MOST_PRINTED = 100 };

/* ---- the order ---- */

static uint64_t key(const motet_actor_info *i, motet_order order)
{
    switch (order) {
    case MOTET_BY_BUSY: return i->busy_ns;
    case MOTET_BY_HANDLED: return i->handled;
    case MOTET_BY_WAITING: return i->waiting;
    case MOTET_BY_HIGH_WATER: return i->high_water;
    case MOTET_BY_RESTARTS: return i->restarts;
    default: return 0;
    }
}

/* Whether a comes before b. The slot is kept in ref, also of those that are down, until the end. */
static bool before(const motet_actor_info *a, const motet_actor_info *b, motet_order order)
{
    uint64_t ka = key(a, order), kb = key(b, order);
    return ka != kb ? ka > kb : a->ref.slot < b->ref.slot;
}

static void swap(motet_actor_info *a, motet_actor_info *b)
{
    motet_actor_info c = *a;
    *a = *b;
    *b = c;
}

/* heap[0 .. n - 1] is a heap, its last at the top, but for heap[i], which may have to sink. */
static void sink(motet_actor_info *heap, size_t n, size_t i, motet_order order)
{
    for (;;) {
        size_t last = i, left = 2 * i + 1, right = left + 1;
        last = left < n && before(&heap[last], &heap[left], order) ? left : last;
        last = right < n && before(&heap[last], &heap[right], order) ? right : last;
        if (last == i) {
            return;
        }
        swap(&heap[i], &heap[last]);
        i = last;
    }
}

static void rise(motet_actor_info *heap, size_t i, motet_order order)
{
    while (i > 0 && before(&heap[(i - 1) / 2], &heap[i], order)) {
        swap(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

struct top {
    motet_actor_info *heap;
    size_t room, n, seen;
    motet_order order;
};

static void offer(struct top *t, const motet_actor_info *info)
{
    t->seen++;
    if (t->n < t->room) {
        t->heap[t->n++] = *info;
        rise(t->heap, t->n - 1, t->order);
    } else if (t->room > 0 && before(info, &t->heap[0], t->order)) {
        t->heap[0] = *info;
        sink(t->heap, t->n, 0, t->order);
    }
}

static void sort(struct top *t)
{
    for (size_t n = t->n; n > 1; n--) {
        swap(&t->heap[0], &t->heap[n - 1]);
        sink(t->heap, n - 1, 0, t->order);
    }
}

/* ---- one actor ---- */

static motet_activity activity(const motet__actor *a, const motet__dynamic *d)
{
    if ((a->child && motet__child_phase(a->child) != MOTET__UP) || (d && d->down)) {
        return MOTET_IS_DOWN;
    }
    return a->flags & MOTET__SUSPENDED    ? MOTET_IS_SUSPENDED
           : a->state == MOTET__RUNNING ? MOTET_IS_RUNNING
           : a->state == MOTET__QUEUED  ? MOTET_IS_QUEUED
                                        : MOTET_IS_IDLE;
}

static void take_name(motet_actor_info *i, const char *name)
{
    name = name ? name : "";
    size_t n = strlen(name);
    n = n < sizeof i->name ? n : sizeof i->name - 1u;
    memcpy(i->name, name, n);
    i->name[n] = '\0';
}

static motet_actor_info describe(const motet_system *sys, const motet__actor *a)
{
    const motet__dynamic *d = motet__dynamic_of(sys, a);
    uint64_t inbox = atomic_load_explicit(&a->inbox, memory_order_relaxed); /* relaxed: a count */
    motet_actor_info i = {
        .ref = motet__ref_make(sys, a->slot, motet__generation(a), MOTET_MAY_ALL),
        .activity = activity(a, d),
        .worker = (uint32_t)motet__slot_owner(a),
        .handled = a->handled,
        .busy_ns = a->busy_ns,
        .waiting = a->pending,
        .high_water = a->high_water > a->pending ? a->high_water : a->pending,
        .places = a->flags & MOTET__SHARED ? MOTET__INBOX_USED(inbox) : a->used,
        .room = atomic_load_explicit(&a->room, memory_order_relaxed), /* relaxed: held */
        .sessions = a->child ? a->child->sessions : 0,
        .restarts = a->child ? a->child->incarnation : d ? d->incarnation : 0,
    };
    take_name(&i, a->child ? a->child->name : a->type->name);
    return i;
}

/* ---- all of them ---- */

static uint32_t slots(motet_system *sys)
{
    motet__lock_take(sys->grow);
    uint32_t n = sys->actor_records.carved;
    motet__lock_release(sys->grow);
    return n;
}

static void read_slice(motet_system *sys, motet__worker *w, uint32_t first, uint32_t end, struct top *t)
{
    motet__hold_all(sys, w);
    motet__lock_take(sys->control);
    for (uint32_t i = first; i < end; i++) {
        const motet__actor *a = motet__actor_at(sys, i);
        if (a->type && !(a->child && a->child->group)) {
            motet_actor_info info = describe(sys, a);
            offer(t, &info);
        }
    }
    motet__lock_release(sys->control);
    motet__let_go(sys, w);
}

void motet_top(motet_system *sys, motet_actor_info *out, size_t room, size_t *n, motet_order order)
{
    MOTET_REQUIRE(!motet__is_isolated);
    struct top t = {.heap = out, .room = room, .order = order};
    motet__worker *w = motet__come(sys);
    uint32_t end = slots(sys);
    for (uint32_t first = 1; first < end; first += SLICE) {
        read_slice(sys, w, first, end - first > SLICE ? first + SLICE : end, &t);
    }
    motet__go(w);
    sort(&t);
    for (size_t i = 0; i < t.n; i++) {
        out[i].ref = out[i].activity == MOTET_IS_DOWN ? MOTET_NOBODY : out[i].ref;
    }
    *n = t.seen;
}

/* ---- workers ---- */

static uint64_t count(const _Atomic uint64_t *c)
{
    return atomic_load_explicit(c, memory_order_relaxed); /* relaxed: statistics */
}

static motet_worker_info describe_worker(const motet__worker *w, uint64_t now)
{
    uint64_t since = count(&w->idle_since), idle = count(&w->counts.idle_ns), began = count(&w->began);
    idle += since != 0 && now > since ? now - since : 0;
    uint64_t all = began != 0 && now > began ? now - began : 0;
    return (motet_worker_info){
        .own_thread = w->own_thread,
        .parked = atomic_load_explicit(&w->rest, memory_order_relaxed) == MOTET__PARKED,
        .runnable = atomic_load_explicit(&w->n_runnable, memory_order_relaxed),
        .turns = atomic_load_explicit(&w->turns, memory_order_relaxed),
        .parks = count(&w->counts.parks),
        .moved = count(&w->counts.moved),
        .idle_ns = idle,
        .busy_ns = all > idle ? all - idle : 0,
    };
}

void motet_workers(motet_system *sys, motet_worker_info *out, size_t room, size_t *n)
{
    MOTET_REQUIRE(!motet__is_isolated);
    uint64_t now = motet__system_clock(sys);
    *n = atomic_load_explicit(&sys->n_cores, memory_order_acquire); /* acquire: partner of the release in cores.c */
    for (size_t i = 0; i < *n && i < room; i++) {
        out[i] = describe_worker(sys->cores[i], now);
    }
}

/* ---- for people ---- */

static void print_workers(motet_system *sys, FILE *to)
{
    motet_worker_info workers[MOTET__CORES];
    size_t n;
    motet_workers(sys, workers, MOTET__CORES, &n);
    fprintf(to, "worker   busy  runnable         turns     parks     moved\n");
    for (size_t i = 0; i < n; i++) {
        const motet_worker_info *w = &workers[i];
        uint64_t all = w->busy_ns + w->idle_ns;
        fprintf(to, "%5zu%c  %4" PRIu64 "%%  %8" PRIu32 "  %12" PRIu64 "  %8" PRIu64 "  %8" PRIu64 "%s\n", i,
                w->own_thread ? '*' : ' ', all ? w->busy_ns / (all / 100u + 1u) : 0, w->runnable, w->turns, w->parks,
                w->moved, w->parked ? "  parked" : "");
    }
}

static void print_actor(FILE *to, const motet_actor_info *a)
{
    static const char *const activities[] = {"idle", "queued", "running", "suspended", "down"};
    fprintf(to,
            "%-24s  %-9s  %6" PRIu32 "  %12" PRIu64 "  %10.3f  %8" PRIu32 "  %8" PRIu32 "  %8" PRIu32 "/%-8" PRIu32
            "  %8" PRIu32 "  %8" PRIu32 "\n",
            a->name, activities[a->activity], a->worker, a->handled, (double)a->busy_ns / 1e6, a->waiting,
            a->high_water, a->places, a->room, a->sessions, a->restarts);
}

void motet_top_print(motet_system *sys, FILE *to, size_t most, motet_order order)
{
    motet_actor_info actors[MOST_PRINTED];
    size_t n;
    motet_top(sys, actors, most < MOST_PRINTED ? most : MOST_PRINTED, &n, order);
    print_workers(sys, to);
    fprintf(to, "\n%-24s  %-9s  worker       handled     busy ms   waiting      most", "actor", "is");
    fprintf(to, "     inbox/room      sessions  restarts\n");
    size_t shown = n < most ? n : most;
    shown = shown < MOST_PRINTED ? shown : MOST_PRINTED;
    for (size_t i = 0; i < shown; i++) {
        print_actor(to, &actors[i]);
    }
    if (shown < n) {
        fprintf(to, "... and %zu more\n", n - shown);
    }
}
