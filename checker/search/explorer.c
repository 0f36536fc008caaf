/* explorer.c -- see explorer.h. The search, level by level; see explorer_private.h. */
#include "explorer_private.h"

#include <pthread.h>
#include <stdlib.h>

enum { PARALLEL_FROM = 16 * RANGE }; /* states of a level from which on several workers are worth their start */

/* ---- levels ---- */

static void *worker_main(void *w)
{
    worker_run(w);
    return NULL;
}

/* Runs the workers 0 .. n_active - 1, this thread being the first. One that cannot be started is left out. */
static void run_workers(struct search *x)
{
    pthread_t *threads = calloc(x->n_active, sizeof *threads);
    uint32_t n = 1;
    for (; threads && n < x->n_active; n++)
        if (pthread_create(&threads[n], NULL, worker_main, &x->workers[n]) != 0)
            break;
    worker_run(&x->workers[0]);
    for (uint32_t i = 1; i < n; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    uint64_t bytes = atomic_load(&x->bytes);
    x->e->bytes = bytes > x->e->bytes ? bytes : x->e->bytes;
}

static bool some_out_of_room(const struct search *x)
{
    for (uint32_t i = 0; i < x->n_active; i++)
        if (x->workers[i].out_of_room)
            return true;
    return false;
}

static uint64_t level_states(const struct search *x)
{
    return x->level.n ? (uint64_t)(x->level.n - 1) * RANGE + x->level.at[x->level.n - 1].n : 0;
}

static bool run_level(struct search *x)
{
    bool parallel = x->n_workers > 1 && level_states(x) >= x->parallel_from;
    x->n_active = parallel ? x->n_workers : 1;
    x->ordered &= !parallel;
    atomic_store(&x->next_range, 0);
    do {
        if (!store_make_room(x, x->workers[0].batch.cap))
            return false;
        run_workers(x);
    } while (!search_stopped(x) && some_out_of_room(x));
    return !search_stopped(x);
}

static void note_bad(struct search *x)
{
    for (int k = 0; k < SAFETY_KINDS; k++)
        for (uint32_t i = 0; i < x->n_workers; i++)
            if (x->workers[i].bad[k] < x->bad[k] && x->e->result[k] != VERDICT_VIOLATED)
                x->bad[k] = x->workers[i].bad[k];
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (x->bad[k] != NO_STATE && x->e->result[k] != VERDICT_VIOLATED) {
            x->e->result[k] = VERDICT_VIOLATED;
            x->bad_ordered[k] = x->ordered;
        }
}

/* What was found so far is not of the level that begins now. */
static void begin_level(struct search *x)
{
    uint32_t n = atomic_load(&x->n_chunks);
    for (uint32_t c = x->level_chunks; c < n; c++)
        x->chunks[c].level_from = CHUNK;
    for (uint32_t i = 0; i < x->n_workers; i++)
        if (x->workers[i].end) /* what it filled when the last level began */
            x->chunks[x->workers[i].chunk].level_from = CHUNK;
    for (uint32_t i = 0; i < x->n_workers; i++) {
        struct worker *w = &x->workers[i];
        if (w->end == 0)
            continue;
        w->chunk = (w->end - 1) >> CHUNK_BITS;
        x->chunks[w->chunk].level_from = w->next - (w->chunk << CHUNK_BITS);
    }
    x->level_chunks = n;
}

/* What the workers found is what is expanded next. */
static bool next_level(struct search *x)
{
    x->level.n = 0;
    begin_level(x);
    for (uint32_t i = 0; i < x->n_workers; i++) {
        struct worker *w = &x->workers[i];
        for (uint32_t k = 0; k < w->found.n; k++)
            if (!store_add_range(x, &x->level, w->found.at[k].first, w->found.at[k].n))
                return false;
        if (w->next > w->range_from && !store_add_range(x, &x->level, w->range_from, w->next - w->range_from))
            return false;
        w->found.n = 0;
        w->range_from = w->next;
    }
    return x->level.n > 0;
}

static bool found_wanted(const struct search *x)
{
    uint32_t found = 0;
    for (int k = 0; k < SAFETY_KINDS; k++)
        found |= (uint32_t)(x->e->result[k] == VERDICT_VIOLATED) << k;
    return x->wanted && (x->wanted & ~found) == 0;
}

static bool add_initial(struct search *x)
{
    struct worker *w = &x->workers[0];
    if (!store_make_room(x, w->batch.cap))
        return false;
    semantics_initial(x->s, w->batch.states);
    struct origin none = {NO_STATE, NO_STATE};
    if (store_insert(w, w->batch.states, store_hash(w->batch.states, x->size), none) == NO_STATE)
        return false;
    atomic_store(&x->found, 1);
    w->added = 0;
    return true;
}

/* True when every reachable state was expanded. */
static bool run_search(struct search *x)
{
    if (!add_initial(x))
        return false;
    while (next_level(x)) {
        bool whole = run_level(x);
        note_bad(x);
        x->depth++;
        if (!whole || found_wanted(x))
            return false;
    }
    return !search_stopped(x) && (!x->graph || worker_end_graph(&x->workers[0]));
}

/* ---- what comes out ---- */

static struct trail codes_to(const struct search *x, struct arena *a, uint32_t state, uint32_t **codes)
{
    struct trail t = {0, NULL};
    for (uint32_t i = state; origin_at(x, i)->parent != NO_STATE; i = origin_at(x, i)->parent)
        t.n++;
    t.steps = ARENA_ARRAY(a, struct step, t.n);
    *codes = ARENA_ARRAY(a, uint32_t, t.n);
    uint32_t i = state;
    for (uint32_t k = t.n; k-- > 0; i = origin_at(x, i)->parent)
        (*codes)[k] = origin_at(x, i)->code;
    return t;
}

/* Each state on the way was replaced by its representative: a step is that of whom the one that took it stands for. */
static void undo_symmetry(const struct search *x, struct arena *a, uint32_t *codes, uint32_t n)
{
    uint32_t n_codes = semantics_n_codes(x->s), *meant = ARENA_ARRAY(a, uint32_t, n_codes);
    uint8_t *state = arena_alloc(a, x->size), *next = arena_alloc(a, x->size);
    for (uint32_t c = 0; c < n_codes; c++)
        meant[c] = c;
    semantics_initial(x->s, state);
    symmetry_normalise(x->symmetry, state, next, meant);
    for (uint32_t k = 0; k < n; k++) {
        semantics_apply_code(x->s, state, codes[k], next);
        codes[k] = meant[codes[k]];
        memcpy(state, next, x->size);
        symmetry_normalise(x->symmetry, state, next, meant);
    }
}

static struct trail trail_to(const struct search *x, struct arena *a, uint32_t state)
{
    uint32_t *codes;
    struct trail t = codes_to(x, a, state, &codes);
    if (x->symmetry)
        undo_symmetry(x, a, codes, t.n);
    for (uint32_t k = 0; k < t.n; k++)
        t.steps[k] = semantics_decode(x->s, codes[k]);
    return t;
}

static void add_up(struct search *x)
{
    struct exploration *e = x->e;
    for (uint32_t i = 0; i < x->n_workers; i++) {
        e->transitions += x->workers[i].transitions;
        e->expanded += x->workers[i].expanded;
        for (uint32_t c = 0; x->workers[i].taken && c < semantics_n_codes(x->s); c++)
            e->taken[c] |= x->workers[i].taken[c];
    }
    if (x->symmetry)
        symmetry_close(x->symmetry, e->taken);
    e->states = atomic_load(&x->found);
    e->depth = x->depth;
    e->seconds = seconds_since(&x->start);
    e->stopped = atomic_load(&x->stopped);
}

static void conclude(struct search *x, struct arena *a)
{
    struct exploration *e = x->e;
    add_up(x);
    if (atomic_load(&x->spent))
        e->advice = explorer_advice(x, a);
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (e->result[k] == VERDICT_VIOLATED)
            e->trail[k] = trail_to(x, a, x->bad[k]);
        else
            e->result[k] = e->complete ? VERDICT_HOLDS : VERDICT_INCONCLUSIVE;
}

static bool add_workers(struct search *x, uint32_t n)
{
    x->workers = calloc(n, sizeof *x->workers);
    if (!x->workers)
        return search_stop(x, "the system has no more memory");
    bool ok = true;
    for (x->n_workers = 0; ok && x->n_workers < n; x->n_workers++)
        ok = worker_init(&x->workers[x->n_workers], x);
    return ok;
}

static void free_workers(struct search *x)
{
    for (uint32_t i = 0; i < x->n_workers; i++)
        worker_fini(&x->workers[i]);
    free(x->workers);
    free(x->level.at);
    x->workers = NULL;
    x->level = (struct ranges){0};
}

static void search_init(struct search *x, struct arena *a, const struct semantics *s, const struct budget *b)
{
    *x = (struct search){.s = s, .budget = b, .size = semantics_size(s), .max_steps = semantics_max_steps(s),
                         .crash_codes = semantics_first_crash_code(s), .ordered = true,
                         .e = ARENA_NEW(a, struct exploration)};
    x->e->taken = ARENA_ARRAY(a, bool, semantics_n_codes(s));
    for (int k = 0; k < SAFETY_KINDS; k++)
        x->bad[k] = NO_STATE;
}

/* The states are still there afterwards. */
static void search(struct search *x, struct arena *a, uint32_t n_workers)
{
    clock_gettime(CLOCK_MONOTONIC, &x->start);
    x->e->complete = add_workers(x, n_workers) && run_search(x);
    conclude(x, a);
    free_workers(x);
    store_free_table(x);
}

struct exploration *explore(struct arena *a, const struct semantics *s, const struct budget *b)
{
    return explore_with(a, s, b, &(struct explore_options){0});
}

/* Properties that are broken, but the trail is not the one that is promised: with reduction it may be too long, and
 * which state several workers came upon first is a matter of chance. */
static uint32_t without_good_trail(const struct search *x)
{
    uint32_t found = 0;
    for (int k = 0; k < SAFETY_KINDS; k++)
        found |= (uint32_t)(x->e->result[k] == VERDICT_VIOLATED && (x->e->reduced || !x->bad_ordered[k])) << k;
    return found;
}

static struct budget what_is_left(const struct budget *b, const struct timespec *start)
{
    struct budget rest = *b;
    if (b->seconds > 0) /* never 0, which is no limit */
        rest.seconds = b->seconds - seconds_since(start) > 1e-9 ? b->seconds - seconds_since(start) : 1e-9;
    return rest;
}

/* A full search by one worker, as far as these properties need it. Where the budget does not reach for it, the trails
 * stay, which are as short unless there was reduction, and others the next time. */
static void settle_trails(struct search *x, struct arena *a, uint32_t kinds)
{
    struct budget rest = what_is_left(x->budget, &x->start);
    struct search y;
    search_init(&y, a, x->s, &rest);
    y.wanted = kinds;
    search(&y, a, 1);
    store_free_states(&y);
    for (int k = 0; k < SAFETY_KINDS; k++) {
        bool found = y.e->result[k] == VERDICT_VIOLATED;
        if (kinds & 1u << k && found)
            x->e->trail[k] = y.e->trail[k];
        x->e->longer[k] = kinds & 1u << k && !found && x->e->reduced;
    }
    x->e->seconds = seconds_since(&x->start);
    x->e->bytes = y.e->bytes > x->e->bytes ? y.e->bytes : x->e->bytes;
}

static void search_with(struct search *x, struct arena *a, const struct explore_options *o)
{
    x->parallel_from = o->parallel_from ? o->parallel_from : PARALLEL_FROM;
    search(x, a, o->workers ? o->workers : 1);
    store_free_states(x);
}

/* Which reductions are any use for this model. */
static uint32_t possible_reductions(struct arena *a, const struct semantics *s, uint32_t wanted)
{
    uint32_t order = semantics_can_take_alone(s) ? REDUCE_ORDER : 0;
    return wanted & (order | (symmetry_new(a, s) ? REDUCE_SYMMETRY : 0));
}

static struct exploration *explore_fully(struct arena *a, const struct semantics *s, const struct budget *b,
                                         const struct explore_options *o, uint64_t most_states)
{
    struct search x;
    search_init(&x, a, s, b);
    x.most_states = most_states;
    search_with(&x, a, o);
    uint32_t kinds = without_good_trail(&x);
    if (kinds)
        settle_trails(&x, a, kinds);
    return x.e;
}

/* What the full search found before it was given up is known. */
static uint32_t take_over(struct exploration *e, const struct exploration *full)
{
    uint32_t kinds = 0;
    for (int k = 0; full && k < SAFETY_KINDS; k++)
        if (full->result[k] == VERDICT_VIOLATED) {
            e->result[k] = VERDICT_VIOLATED;
            e->trail[k] = full->trail[k];
            kinds |= 1u << k;
        }
    return kinds;
}

static struct exploration *explore_reduced(struct arena *a, const struct semantics *s, const struct budget *b,
                                           const struct explore_options *o, uint32_t reduce,
                                           const struct exploration *full)
{
    struct search x;
    search_init(&x, a, s, b);
    x.alone = reduce & REDUCE_ORDER;
    x.symmetry = reduce & REDUCE_SYMMETRY ? symmetry_new(a, s) : NULL;
    x.e->reduced = reduce;
    search_with(&x, a, o);
    uint32_t kinds = without_good_trail(&x) & ~take_over(x.e, full);
    if (kinds)
        settle_trails(&x, a, kinds);
    return x.e;
}

struct exploration *explore_with(struct arena *a, const struct semantics *s, const struct budget *b,
                                 const struct explore_options *o)
{
    struct timespec start;
    struct exploration *full = NULL;
    uint32_t reduce = possible_reductions(a, s, o->reduce);
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (!reduce || o->full_first)
        full = explore_fully(a, s, b, o, reduce ? o->full_first : 0);
    bool no_time = b->seconds > 0 && seconds_since(&start) >= b->seconds;
    if (full && (!reduce || full->complete || no_time))
        return full;
    struct budget rest = what_is_left(b, &start);
    struct exploration *e = explore_reduced(a, s, &rest, o, reduce, full);
    e->seconds = seconds_since(&start);
    e->bytes = full && full->bytes > e->bytes ? full->bytes : e->bytes;
    return e;
}

struct exploration *explore_graph(struct arena *a, const struct semantics *s, const struct budget *b,
                                  struct state_graph **g)
{
    struct search *x = ARENA_NEW(a, struct search);
    search_init(x, a, s, b);
    x->graph = ARENA_NEW(a, struct state_graph);
    x->graph->s = s;
    x->graph->search = x;
    search(x, a, 1);
    x->graph->n = (uint32_t)x->e->states;
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
    store_free_states(g->search);
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
    r.broken[SAFETY_GAVE_UP] = semantics_gave_up(s, r.state);
    return r;
}
