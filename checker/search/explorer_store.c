/* explorer_store.c -- the set of visited states.
 *
 * States lie in chunks, which belong to one worker each while they fill. The table is open addressing with linear
 * probing over numbers of states, with half of the hash beside them, so that a probe rarely looks at another state
 * than the right one. A state is written before its number is put into the table by a compare-and-swap; from then on
 * it never changes. The table grows only between two runs of the workers, and is made anew from the states.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "explorer_private.h"

#include <stdlib.h>
#include <sys/mman.h>

enum {
    FIRST_SLOTS = 1 << 12,
    FIRST_CHUNKS = 16,
    HUGE_PAGE = 2 << 20
};

/* Multiply and fold over words of 8 bytes. */
uint64_t store_hash(const uint8_t *state, size_t size)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word;
        memcpy(&word, state + i, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 29;
}

bool store_charge(struct search *x, uint64_t bytes)
{
    uint64_t now = atomic_fetch_add(&x->bytes, bytes) + bytes;
    if (x->budget->bytes && now > x->budget->bytes) {
        atomic_fetch_sub(&x->bytes, bytes);
        return search_spent(x, "the memory budget was used up");
    }
    if (now > x->e->bytes && x->n_active <= 1) /* with more workers it is noted when they have come back */
        x->e->bytes = now;
    return true;
}

void store_return(struct search *x, uint64_t bytes)
{
    atomic_fetch_sub(&x->bytes, bytes);
}

/* ---- the table ---- */

/* Zeroed. Large ones on large pages: nearly each probe is at another place. */
static void *new_table(uint64_t bytes)
{
    if (bytes < HUGE_PAGE)
        return calloc(1, bytes);
    void *p = aligned_alloc(HUGE_PAGE, bytes);
    if (p) {
        madvise(p, bytes, MADV_HUGEPAGE);
        memset(p, 0, bytes);
    }
    return p;
}

/* Of a table that nobody else sees. */
static void put_slot(struct search *x, uint32_t index)
{
    uint64_t h = store_hash(state_at(x, index), x->size), mask = x->n_slots - 1, at = h & mask;
    while (atomic_load_explicit(&x->slots[at], memory_order_relaxed))
        at = (at + 1) & mask;
    atomic_store_explicit(&x->slots[at], (h & ~(uint64_t)UINT32_MAX) | ((uint64_t)index + 1), memory_order_relaxed);
}

static uint64_t room_of(uint64_t n_slots) { return n_slots / 4 * 3; }
static uint64_t last_room_of(uint64_t n_slots) { return n_slots / 16 * 15; }

uint32_t store_filled(const struct search *x, uint32_t chunk)
{
    for (uint32_t i = 0; i < x->n_workers; i++)
        if (x->workers[i].end && (x->workers[i].end - 1) >> CHUNK_BITS == chunk)
            return x->workers[i].next - (chunk << CHUNK_BITS);
    return CHUNK;
}

static bool grow_table(struct search *x)
{
    uint64_t n = x->n_slots ? 2 * x->n_slots : FIRST_SLOTS, old = x->n_slots;
    uint64_t extra = (n - old) * sizeof *x->slots;
    if (!store_charge(x, extra))
        return false;
    free((void *)x->slots); /* it is made anew from the states: the two never stand side by side */
    x->slots = new_table(n * sizeof *x->slots);
    x->n_slots = x->slots ? n : 0;
    if (!x->slots)
        return search_spent(x, "the system has no more memory");
    x->room = room_of(n);
    for (uint32_t c = 0; c < atomic_load(&x->n_chunks); c++)
        for (uint32_t i = 0, end = store_filled(x, c); i < end; i++)
            put_slot(x, (c << CHUNK_BITS) + i);
    return true;
}

/* The table cannot be made larger within the budget: it may become fuller. */
static bool use_last_room(struct search *x, uint64_t needed)
{
    uint64_t more = x->n_slots ? x->n_slots * sizeof *x->slots : FIRST_SLOTS * sizeof *x->slots;
    bool too_much = x->budget->bytes && atomic_load(&x->bytes) + more > x->budget->bytes;
    if (!too_much || last_room_of(x->n_slots) < needed)
        return false;
    x->room = last_room_of(x->n_slots);
    return true;
}

static bool grow_chunk_array(struct search *x)
{
    uint32_t cap = x->cap_chunks ? 2 * x->cap_chunks : FIRST_CHUNKS;
    struct chunk *chunks = realloc(x->chunks, cap * sizeof *chunks);
    if (!chunks)
        return search_spent(x, "the system has no more memory");
    x->chunks = chunks;
    x->cap_chunks = cap;
    return true;
}

static uint64_t wanted_states(const struct search *x, uint32_t n)
{
    return atomic_load_explicit(&x->found, memory_order_relaxed) + (uint64_t)n * x->n_workers;
}

static uint64_t wanted_chunks(const struct search *x, uint32_t n)
{
    return atomic_load_explicit(&x->n_chunks, memory_order_relaxed) + (uint64_t)x->n_workers * (n / CHUNK + 2);
}

bool store_has_room(const struct search *x, uint32_t n)
{
    return wanted_states(x, n) <= x->room && wanted_chunks(x, n) <= x->cap_chunks;
}

bool store_make_room(struct search *x, uint32_t n)
{
    uint64_t states = wanted_states(x, n);
    if (states >= NO_STATE || wanted_chunks(x, n) >= NO_STATE >> CHUNK_BITS)
        return search_stop(x, "more states than the explorer can count");
    while (x->room < states)
        if (!use_last_room(x, states) && !grow_table(x))
            return false;
    while (x->cap_chunks < wanted_chunks(x, n))
        if (!grow_chunk_array(x))
            return false;
    return true;
}

/* ---- states ---- */

static bool new_chunk(struct worker *w)
{
    struct search *x = w->x;
    size_t bytes = CHUNK * (x->size + sizeof(struct origin));
    if (w->end && w->next > w->range_from && !store_add_range(x, &w->found, w->range_from, w->next - w->range_from))
        return false;
    w->range_from = w->next; /* what was found so far is in w->found, also if there is no new chunk */
    if (!store_charge(x, bytes))
        return false;
    struct origin *memory = malloc(bytes);
    if (!memory)
        return search_spent(x, "the system has no more memory");
    uint32_t c = atomic_fetch_add(&x->n_chunks, 1);
    x->chunks[c] = (struct chunk){memory, 0};
    w->next = w->range_from = c << CHUNK_BITS;
    w->end = w->next + CHUNK;
    return true;
}

static bool same_state(const uint8_t *a, const uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t x, y;
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        if (x != y)
            return false;
    }
    return true;
}

void store_prefetch_candidate(const struct search *x, uint64_t hash)
{
    uint64_t slot = atomic_load_explicit(&x->slots[hash & (x->n_slots - 1)], memory_order_acquire);
    if (slot && slot >> 32 == hash >> 32)
        __builtin_prefetch(state_at(x, (uint32_t)slot - 1));
}

/* Writes the state to where the worker's next one goes; it is there for good when w->next moves on. */
static bool place(struct worker *w, const uint8_t *state, struct origin from)
{
    if (w->next == w->end && !new_chunk(w))
        return false;
    memcpy(state_at(w->x, w->next), state, w->x->size);
    *origin_at(w->x, w->next) = from;
    return true;
}

uint32_t store_insert(struct worker *w, const uint8_t *state, uint64_t hash, struct origin from)
{
    struct search *x = w->x;
    uint64_t mask = x->n_slots - 1, high = hash & ~(uint64_t)UINT32_MAX;
    bool placed = false;
    for (uint64_t at = hash & mask;; at = (at + 1) & mask) {
        uint64_t slot = atomic_load_explicit(&x->slots[at], memory_order_acquire);
        if (slot == 0) {
            if (!placed && !place(w, state, from))
                return NO_STATE;
            placed = true;
            uint64_t mine = high | ((uint64_t)w->next + 1);
            if (atomic_compare_exchange_strong_explicit(&x->slots[at], &slot, mine, memory_order_release,
                                                        memory_order_acquire)) {
                w->added++;
                return w->next++;
            }
        }
        uint32_t index = (uint32_t)slot - 1;
        if ((slot & ~(uint64_t)UINT32_MAX) == high && same_state(state_at(x, index), state, x->size))
            return index;
    }
}

bool store_add_range(struct search *x, struct ranges *r, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += RANGE) {
        if (r->n == r->cap) {
            uint32_t cap = r->cap ? 2 * r->cap : 64;
            struct range *at = realloc(r->at, cap * sizeof *at);
            if (!at)
                return search_spent(x, "the system has no more memory");
            r->at = at;
            r->cap = cap;
        }
        r->at[r->n++] = (struct range){first + i, n - i < RANGE ? n - i : RANGE};
    }
    return true;
}

void store_free_table(struct search *x)
{
    free((void *)x->slots);
    store_return(x, x->n_slots * sizeof *x->slots);
    x->slots = NULL;
    x->n_slots = 0;
}

void store_free_states(struct search *x)
{
    for (uint32_t i = 0; i < atomic_load(&x->n_chunks); i++)
        free(x->chunks[i].origins);
    free(x->chunks);
    atomic_store(&x->n_chunks, 0);
    x->chunks = NULL;
}
