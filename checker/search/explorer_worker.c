/* explorer_worker.c -- one worker of the explorer: expands states, and looks their successors up batch by batch. */
#include "explorer_private.h"
#include "watch.h"

#include <stdlib.h>

enum {
    BATCH = 192,         /* successors in a batch, unless one state can have more */
    CLOCK_EVERY = 1 << 12 /* states expanded between two looks at the clock */
};

bool worker_init(struct worker *w, struct search *x)
{
    uint32_t cap = x->max_steps + 1 > BATCH ? x->max_steps + 1 : BATCH;
    *w = (struct worker){.x = x};
    w->batch.cap = cap;
    w->batch.states = malloc(cap * x->size);
    w->batch.hashes = malloc(cap * sizeof *w->batch.hashes);
    w->batch.origins = malloc(cap * sizeof *w->batch.origins);
    w->codes = malloc(((size_t)x->max_steps + 1) * sizeof *w->codes);
    w->scratch = malloc(x->size);
    w->alone = malloc(((size_t)x->max_steps + 1) * sizeof *w->alone);
    w->taken = calloc(semantics_n_codes(x->s) + (size_t)1, sizeof *w->taken);
    for (int k = 0; k < SAFETY_KINDS; k++)
        w->bad[k] = NO_STATE;
    bool ok = w->batch.states && w->batch.hashes && w->batch.origins && w->codes && w->scratch && w->alone && w->taken;
    return ok ? true : search_spent(x, "the system has no more memory");
}

void worker_fini(struct worker *w)
{
    free(w->batch.states);
    free(w->batch.hashes);
    free(w->batch.origins);
    free(w->codes);
    free(w->scratch);
    free(w->alone);
    free(w->taken);
    free(w->found.at);
}

/* ---- what a state tells ---- */

static void note_broken(struct worker *w, uint32_t state, uint32_t broken)
{
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (broken & 1u << k && state < w->bad[k])
            w->bad[k] = state;
}

static void note_caught(void *taken, uint32_t edge) { ((bool *)taken)[edge] = true; }

static void note_taken(struct worker *w, const uint8_t *state, uint32_t code, const uint8_t *next)
{
    w->taken[code] = true;
    if (code >= w->x->crash_codes)
        semantics_caught(w->x->s, state, next, note_caught, w->taken);
}

/* ---- the graph, where it is kept; then there is one worker ---- */

/* Room for one more element behind the first `n` of an array. */
static bool room(struct search *x, void **array, uint64_t *cap, uint64_t n, size_t size)
{
    uint64_t more = *cap ? *cap * 2 : CHUNK;
    if (n < *cap)
        return true;
    if (!store_charge(x, (more - *cap) * size))
        return false;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return search_spent(x, "the system has no more memory");
    *array = grown;
    *cap = more;
    return true;
}

/* Of each state, before its steps, and once behind the last one: states are expanded in order. */
static bool keep_first(struct worker *w, uint32_t state)
{
    struct state_graph *g = w->x->graph;
    if (!room(w->x, (void **)&g->first, &w->x->cap_first, state, sizeof *g->first))
        return false;
    g->first[state] = g->n_steps + w->batch.n;
    return true;
}

bool worker_end_graph(struct worker *w)
{
    return keep_first(w, (uint32_t)atomic_load(&w->x->found));
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

/* ---- the batch ---- */

/* False: the search is stopped, or there is no room, and the batch waits for it. */
static bool flush(struct worker *w)
{
    struct search *x = w->x;
    struct batch *b = &w->batch;
    if (!store_has_room(x, b->cap)) {
        w->out_of_room = true;
        return false;
    }
    for (uint32_t i = 0; i < b->n; i++)
        store_prefetch_candidate(x, b->hashes[i]);
    bool ok = true;
    for (uint32_t i = 0; ok && i < b->n; i++) {
        uint32_t index = store_insert(w, b->states + i * x->size, b->hashes[i], b->origins[i]);
        ok = index != NO_STATE && (!x->graph || keep_step(x, index, b->origins[i].code));
    }
    atomic_fetch_add_explicit(&x->found, w->added, memory_order_relaxed);
    w->added = 0;
    b->n = 0;
    return ok;
}

static void add_successor(struct worker *w, uint32_t state, const uint8_t *packed, uint32_t code)
{
    struct search *x = w->x;
    struct batch *b = &w->batch;
    uint8_t *next = b->states + b->n * x->size;
    semantics_apply_code(x->s, packed, code, next);
    note_taken(w, packed, code, next);
    if (x->symmetry)
        symmetry_normalise(x->symmetry, next, w->scratch, NULL);
    b->hashes[b->n] = store_hash(next, x->size);
    b->origins[b->n] = (struct origin){state, code};
    store_prefetch(x, b->hashes[b->n]);
    b->n++;
}

/* ---- expanding ---- */

static bool expand(struct worker *w, uint32_t state)
{
    struct search *x = w->x;
    const uint8_t *packed = state_at(x, state);
    uint32_t broken, n = semantics_expand(x->s, packed, w->codes, &broken);
    if (x->graph && !keep_first(w, state))
        return false;
    if (broken)
        note_broken(w, state, broken);
    if (broken & PHASE_LIMIT)
        return search_stop(x, "some role missed 15 events in a row (they are counted no further)");
    for (uint32_t i = 0; i < n; i++)
        add_successor(w, state, packed, w->codes[i]);
    w->transitions += n;
    w->expanded++;
    return true;
}

/* ---- with partial-order reduction ---- */

/* Looks each of these steps' successors up at once. *later: one of them is of the next level. */
static bool visit_now(struct worker *w, uint32_t state, const uint32_t *codes, uint32_t n, bool *later)
{
    struct search *x = w->x;
    bool ok = true;
    w->batch.n = 0;
    *later = false;
    for (uint32_t i = 0; i < n; i++)
        add_successor(w, state, state_at(x, state), codes[i]);
    for (uint32_t i = 0; ok && i < n; i++) {
        uint32_t index = store_insert(w, w->batch.states + i * x->size, w->batch.hashes[i], w->batch.origins[i]);
        ok = index != NO_STATE;
        *later |= ok && is_of_next_level(x, index);
    }
    w->batch.n = 0;
    return ok;
}

/* Takes the steps of participant `p` alone, where that is enough and one of them leads to a later level: so no step
 * is put off for ever, as levels do not end in a cycle. False: it does not do, or the search is stopped. */
static bool expand_alone(struct worker *w, uint32_t state, uint32_t p)
{
    struct search *x = w->x;
    bool later = false;
    uint32_t n = semantics_alone(x->s, state_at(x, state), p, w->alone);
    if (n == 0 || !visit_now(w, state, w->alone, n, &later) || !later)
        return false;
    w->transitions += n;
    return true;
}

static bool expand_someone_alone(struct worker *w, uint32_t state)
{
    const struct semantics *s = w->x->s;
    uint32_t n = semantics_model(s)->n_participants;
    for (int anew = 0; anew < 2; anew++)
        for (uint32_t p = 0; p < n; p++) {
            if (semantics_starts_anew(s, state_at(w->x, state), p) == anew && expand_alone(w, state, p))
                return true;
            if (search_stopped(w->x))
                return false;
        }
    return false;
}

static bool expand_reduced(struct worker *w, uint32_t state)
{
    struct search *x = w->x;
    bool later;
    uint32_t broken, n = semantics_expand(x->s, state_at(x, state), w->codes, &broken);
    if (broken)
        note_broken(w, state, broken);
    bool ok = true;
    if (!expand_someone_alone(w, state) && !search_stopped(x)) {
        ok = visit_now(w, state, w->codes, n, &later);
        w->transitions += n;
    }
    w->expanded++;
    atomic_fetch_add_explicit(&x->found, w->added, memory_order_relaxed);
    w->added = 0;
    return ok && !search_stopped(x);
}

static void tell(struct search *x)
{
    struct watch_news news = {.subject = semantics_model(x->s)->subject, .engine = "explorer",
                              .states = atomic_load_explicit(&x->found, memory_order_relaxed),
                              .bytes = atomic_load_explicit(&x->bytes, memory_order_relaxed), .depth = x->depth,
                              .seconds = seconds_since(&x->start)};
    watch_tell(&news);
}

static bool in_time(struct worker *w)
{
    struct search *x = w->x;
    if (++w->since_clock < CLOCK_EVERY)
        return true;
    w->since_clock = 0;
    if (w == x->workers) /* of this thread */
        tell(x);
    if (x->most_states && atomic_load_explicit(&x->found, memory_order_relaxed) > x->most_states)
        return search_stop(x, "there are more states than were asked for");
    if (x->budget->seconds > 0 && seconds_since(&x->start) >= x->budget->seconds)
        return search_spent(x, "the time budget was used up");
    return true;
}

/* Another range of the level, or false. */
static bool take_range(struct worker *w)
{
    struct search *x = w->x;
    uint32_t i = atomic_fetch_add(&x->next_range, 1);
    if (i >= x->level.n)
        return false;
    w->now = x->level.at[i];
    return true;
}

void worker_run(struct worker *w)
{
    struct search *x = w->x;
    w->out_of_room = false;
    while (!search_stopped(x)) {
        bool full = x->alone ? !store_has_room(x, w->batch.cap) : w->batch.n + x->max_steps > w->batch.cap;
        if (full && !flush(w))
            return;
        if (w->now.n == 0 && !take_range(w)) {
            flush(w);
            return;
        }
        if (!in_time(w) || !(x->alone ? expand_reduced : expand)(w, w->now.first))
            return;
        w->now.first++;
        w->now.n--;
    }
}
