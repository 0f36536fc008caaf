/* explorer.c -- see explorer.h.
 *
 * States stand in the order in which they were found, which is the queue of the search too: `next` is the first that
 * was not expanded. They lie in chunks that never move. The hash table holds indices with some bits of the hash
 * beside them, so that a probe rarely looks at a state. Each state keeps its parent and the code of the step from
 * there: following the parents gives the trail.
 */
#include "explorer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHUNK_BITS = 12,
    CHUNK = 1 << CHUNK_BITS, /* states in a chunk */
    FIRST_SLOTS = 1 << 12,
    CLOCK_EVERY = 1 << 12 /* states expanded between two looks at the clock */
};

struct origin {
    uint32_t parent, code;
};

struct chunk {
    struct origin *origins; /* [CHUNK] */
    uint8_t *states;        /* [CHUNK * size] */
};

struct table {
    uint64_t *slots; /* hash bits 63..32, index + 1; 0: free */
    uint64_t n;      /* a power of 2 */
};

struct search {
    const struct semantics *s;
    const struct budget *budget;
    struct exploration *e;
    struct timespec start;
    size_t size;
    uint32_t crash_codes; /* codes from here on are crashes */
    struct chunk *chunks;
    uint32_t n_chunks, cap_chunks;
    struct table table;
    uint32_t found, next;
    uint32_t bad[SAFETY_KINDS]; /* the first state that breaks the property */
    uint32_t *codes;            /* [max steps], like the two below */
    uint8_t *successors;        /* max steps times size, and at least one */
    uint64_t *hashes;
    struct state_graph *graph;  /* NULL: steps are not kept */
    uint64_t cap_first, cap_target, cap_code;
};

static uint8_t *state_at(const struct search *x, uint32_t i)
{
    return x->chunks[i >> CHUNK_BITS].states + (size_t)(i & (CHUNK - 1)) * x->size;
}

static struct origin *origin_at(const struct search *x, uint32_t i)
{
    return &x->chunks[i >> CHUNK_BITS].origins[i & (CHUNK - 1)];
}

/* Multiply and fold over words of 8 bytes; states are padded to such. */
static uint64_t hash_state(const uint8_t *state, size_t size)
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

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

static bool stop(struct search *x, const char *why)
{
    x->e->stopped = why;
    return false;
}

/* May `bytes` more be used? */
static bool charge(struct search *x, uint64_t bytes)
{
    if (x->budget->bytes && x->e->bytes + bytes > x->budget->bytes)
        return stop(x, "the memory budget was used up");
    x->e->bytes += bytes;
    return true;
}

/* ---- the set of states ---- */

static bool grow_table(struct search *x)
{
    struct table new = {NULL, x->table.n ? x->table.n * 2 : FIRST_SLOTS};
    if (!charge(x, new.n * sizeof *new.slots))
        return false;
    new.slots = calloc(new.n, sizeof *new.slots);
    if (!new.slots)
        return stop(x, "the system has no more memory");
    for (uint64_t i = 0; i < x->found; i++) {
        uint64_t h = hash_state(state_at(x, (uint32_t)i), x->size), at = h & (new.n - 1);
        while (new.slots[at])
            at = (at + 1) & (new.n - 1);
        new.slots[at] = (h & ~(uint64_t)UINT32_MAX) | (i + 1);
    }
    free(x->table.slots);
    x->e->bytes -= x->table.n * sizeof *new.slots;
    x->table = new;
    return true;
}

static bool grow_chunks(struct search *x)
{
    size_t states = CHUNK * x->size, origins = CHUNK * sizeof(struct origin);
    if (!charge(x, states + origins))
        return false;
    if (x->n_chunks == x->cap_chunks) {
        uint32_t cap = x->cap_chunks ? x->cap_chunks * 2 : 16;
        struct chunk *chunks = realloc(x->chunks, cap * sizeof *chunks);
        if (!chunks)
            return stop(x, "the system has no more memory");
        x->chunks = chunks;
        x->cap_chunks = cap;
    }
    struct chunk b = {malloc(origins), malloc(states)};
    x->chunks[x->n_chunks++] = b; /* freed with the rest also where only one of the two is there */
    return b.origins && b.states ? true : stop(x, "the system has no more memory");
}

static bool add_state(struct search *x, const uint8_t *state, uint64_t slot, uint64_t hash, struct origin from)
{
    if (x->found == UINT32_MAX - 1)
        return stop(x, "more states than the explorer can count");
    if ((x->found & (CHUNK - 1)) == 0 && !grow_chunks(x))
        return false;
    memcpy(state_at(x, x->found), state, x->size);
    *origin_at(x, x->found) = from;
    x->table.slots[slot] = (hash & ~(uint64_t)UINT32_MAX) | (x->found + 1);
    x->found++;
    return x->found * 2 < x->table.n || grow_table(x);
}

/* ---- the graph, where it is kept ---- */

/* Room for one more element behind the first `n` of an array. */
static bool room(struct search *x, void **array, uint64_t *cap, uint64_t n, size_t size)
{
    uint64_t more = *cap ? *cap * 2 : CHUNK;
    if (n < *cap)
        return true;
    if (!charge(x, (more - *cap) * size))
        return false;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return stop(x, "the system has no more memory");
    *array = grown;
    *cap = more;
    return true;
}

/* Of each state, before its steps, and once behind the last one: states are expanded in order. */
static bool keep_first(struct search *x, uint64_t state)
{
    struct state_graph *g = x->graph;
    if (!room(x, (void **)&g->first, &x->cap_first, state, sizeof *g->first))
        return false;
    g->first[state] = g->n_steps;
    return true;
}

static bool keep_step(struct search *x, uint32_t target, uint32_t code)
{
    struct state_graph *g = x->graph;
    if (!room(x, (void **)&g->target, &x->cap_target, g->n_steps, sizeof *g->target) ||
        !room(x, (void **)&g->code, &x->cap_code, g->n_steps, sizeof *g->code))
        return false;
    g->target[g->n_steps] = target;
    g->code[g->n_steps++] = code;
    return true;
}

/* Adds the state unless it is known; *index gets its number. False: the search must stop. */
static bool visit(struct search *x, const uint8_t *state, uint64_t h, struct origin from, uint32_t *index)
{
    uint64_t mask = x->table.n - 1, at = h & mask;
    for (; x->table.slots[at]; at = (at + 1) & mask) {
        uint64_t slot = x->table.slots[at];
        bool maybe = slot >> 32 == h >> 32;
        *index = (uint32_t)slot - 1;
        if (maybe && memcmp(state_at(x, *index), state, x->size) == 0)
            return true;
    }
    *index = x->found;
    return add_state(x, state, at, h, from);
}

/* ---- the search ---- */

static void note_broken(struct search *x, uint32_t state, uint32_t broken)
{
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (broken & 1u << k && x->e->result[k] != VERDICT_VIOLATED) {
            x->e->result[k] = VERDICT_VIOLATED;
            x->bad[k] = state;
        }
}

static void note_caught(void *taken, uint32_t edge) { ((bool *)taken)[edge] = true; }

static void note_taken(struct search *x, uint32_t state, uint32_t code, const uint8_t *next)
{
    x->e->taken[code] = true;
    if (code >= x->crash_codes)
        semantics_caught(x->s, state_at(x, state), next, note_caught, x->e->taken);
}

/* The successors are made first and looked up then: meanwhile their slots are on the way from memory. */
static bool expand(struct search *x, uint32_t state)
{
    uint32_t broken, index, n = semantics_expand(x->s, state_at(x, state), x->codes, &broken);
    if (x->graph && !keep_first(x, state))
        return false;
    if (broken)
        note_broken(x, state, broken);
    if (broken & PHASE_LIMIT)
        return stop(x, "some role missed 15 events in a row (they are counted no further)");
    for (uint32_t i = 0; i < n; i++) {
        struct step step = semantics_decode(x->s, x->codes[i]);
        semantics_apply(x->s, state_at(x, state), &step, x->successors + i * x->size);
        x->hashes[i] = hash_state(x->successors + i * x->size, x->size);
        __builtin_prefetch(&x->table.slots[x->hashes[i] & (x->table.n - 1)]);
    }
    for (uint32_t i = 0; i < n; i++) {
        x->e->transitions++;
        note_taken(x, state, x->codes[i], x->successors + i * x->size);
        if (!visit(x, x->successors + i * x->size, x->hashes[i], (struct origin){state, x->codes[i]}, &index) ||
            (x->graph && !keep_step(x, index, x->codes[i])))
            return false;
    }
    return true;
}

static bool in_time(struct search *x)
{
    if (x->next % CLOCK_EVERY != CLOCK_EVERY - 1 || x->budget->seconds <= 0)
        return true;
    return seconds_since(&x->start) < x->budget->seconds ? true : stop(x, "the time budget was used up");
}

static bool run_search(struct search *x)
{
    if (!grow_table(x))
        return false;
    uint32_t first;
    semantics_initial(x->s, x->successors);
    if (!visit(x, x->successors, hash_state(x->successors, x->size), (struct origin){UINT32_MAX, UINT32_MAX}, &first))
        return false;
    for (; x->next < x->found; x->next++)
        if (!in_time(x) || !expand(x, x->next))
            return false;
    return x->graph ? keep_first(x, x->found) : true;
}

static struct trail trail_to(const struct search *x, struct arena *a, uint32_t state)
{
    struct trail t = {0, NULL};
    for (uint32_t i = state; origin_at(x, i)->parent != UINT32_MAX; i = origin_at(x, i)->parent)
        t.n++;
    t.steps = ARENA_ARRAY(a, struct step, t.n);
    uint32_t i = state;
    for (uint32_t k = t.n; k-- > 0; i = origin_at(x, i)->parent)
        t.steps[k] = semantics_decode(x->s, origin_at(x, i)->code);
    return t;
}

static void conclude(struct search *x, struct arena *a)
{
    struct exploration *e = x->e;
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (e->result[k] == VERDICT_VIOLATED)
            e->trail[k] = trail_to(x, a, x->bad[k]);
        else
            e->result[k] = e->complete ? VERDICT_HOLDS : VERDICT_INCONCLUSIVE;
    e->states = x->found;
    e->expanded = x->next;
    e->seconds = seconds_since(&x->start);
}

static void free_states(struct search *x)
{
    for (uint32_t i = 0; i < x->n_chunks; i++) {
        free(x->chunks[i].origins);
        free(x->chunks[i].states);
    }
    free(x->chunks);
    x->n_chunks = 0;
    x->chunks = NULL;
}

static void search(struct search *x, struct arena *a)
{
    clock_gettime(CLOCK_MONOTONIC, &x->start);
    uint32_t most = semantics_max_steps(x->s);
    x->codes = ARENA_ARRAY(a, uint32_t, most);
    x->successors = arena_array(a, x->size, (size_t)most + 1);
    x->hashes = ARENA_ARRAY(a, uint64_t, most);
    x->crash_codes = semantics_first_crash_code(x->s);
    x->e->taken = ARENA_ARRAY(a, bool, semantics_n_codes(x->s));
    x->e->complete = run_search(x);
    conclude(x, a);
    free(x->table.slots);
    x->table.slots = NULL;
}

struct exploration *explore(struct arena *a, const struct semantics *s, const struct budget *b)
{
    struct search x = {.s = s, .budget = b, .size = semantics_size(s), .e = ARENA_NEW(a, struct exploration)};
    search(&x, a);
    free_states(&x);
    return x.e;
}

struct exploration *explore_graph(struct arena *a, const struct semantics *s, const struct budget *b,
                                  struct state_graph **g)
{
    struct search *x = ARENA_NEW(a, struct search);
    *x = (struct search){.s = s, .budget = b, .size = semantics_size(s), .e = ARENA_NEW(a, struct exploration)};
    x->graph = ARENA_NEW(a, struct state_graph);
    x->graph->s = s;
    x->graph->search = x;
    search(x, a);
    x->graph->n = x->found;
    *g = x->graph;
    if (!x->e->complete) {
        state_graph_free(*g);
        *g = NULL;
    }
    return x->e;
}

const uint8_t *state_graph_state(const struct state_graph *g, uint32_t i) { return state_at(g->search, i); }

struct trail state_graph_trail(const struct state_graph *g, struct arena *a, uint32_t i)
{
    return trail_to(g->search, a, i);
}

void state_graph_free(struct state_graph *g)
{
    if (!g)
        return;
    free_states(g->search);
    free(g->first);
    free(g->target);
    free(g->code);
    g->first = NULL;
    g->target = g->code = NULL;
}

/* ---- replay ---- */

struct replay replay(struct arena *a, const struct semantics *s, const struct step *steps, uint32_t n)
{
    struct replay r = {true, n, arena_alloc(a, semantics_size(s)), {false}};
    semantics_initial(s, r.state);
    for (uint32_t i = 0; i < n; i++) {
        if (!semantics_enabled(s, r.state, &steps[i])) {
            r.ok = false;
            r.failed = i;
            break;
        }
        semantics_apply(s, r.state, &steps[i], r.state);
    }
    r.broken[SAFETY_DEADLOCK] = semantics_is_deadlock(s, r.state);
    r.broken[SAFETY_FIDELITY] = semantics_fidelity_violation(s, r.state, NULL);
    r.broken[SAFETY_ORPHAN] = semantics_orphan(s, r.state, NULL);
    return r;
}
