/* refine_runs.c -- the runs that are looked at, and what all runs establish.
 *
 * Two runs with the same history that reach the same state are one. Histories are found breadth first, so that the
 * first run that shows something is a short one.
 */
#include "refine_private.h"

enum { MAX_HISTORIES = 500, MAX_SPOTS = 200000, MAX_ROUNDS = 2 };

bool refine__is_refined(const struct subject *s, uint32_t edge) { return s->g->edges[edge].where != NULL; }

/* ---- keys and facts ---- */

static bool add_key(void *ctx, const struct expr *value)
{
    struct subject *s = ctx;
    if (refine__key_of(s, value) == IR_NONE)
        vec_push(s->a, s->keys, (struct key){value});
    for (uint32_t m = 0; value->ref == REF_SESSION && m < s->ir->n_messages; m++)
        if (s->ir->messages[m].decl == value->message)
            s->spoken_of[m] = true;
    return true;
}

static void add_fact(struct subject *s, const struct expr *where)
{
    for (uint32_t i = 0; i < s->facts.n; i++)
        if (s->facts.at[i] == where)
            return;
    vec_push(s->a, s->facts, where);
    expr_each_value(where, add_key, s);
}

static void read_edges(struct subject *s)
{
    for (uint32_t i = 0; i < s->g->n_states; i++)
        for (uint32_t e = s->g->states[i].first; e < s->g->states[i].first + s->g->states[i].n; e++) {
            s->source[e] = i;
            if (s->g->edges[e].where)
                add_fact(s, s->g->edges[e].where);
        }
}

/* ---- histories ---- */

static bool matters(const struct subject *s, const struct global_edge *e)
{
    return e->where || s->spoken_of[e->message];
}

static uint32_t rounds(const struct subject *s, uint32_t history, uint32_t edge)
{
    uint32_t n = 0;
    for (uint32_t h = history; h != 0; h = s->histories.at[h].parent)
        n += s->histories.at[h].edge == edge;
    return n;
}

static void leave_out(struct subject *s, uint32_t state) { s->incomplete[state] = true; }

static void add_spot(struct subject *s, uint32_t *mark, struct spot x)
{
    if (mark[x.state] == x.history + 1)
        return;
    if (s->spots.n >= MAX_SPOTS) {
        leave_out(s, x.state);
        return;
    }
    mark[x.state] = x.history + 1;
    vec_push(s->a, s->spots_at[x.state], s->spots.n);
    vec_push(s->a, s->spots, x);
}

/* What may come after a spot. A history that goes on gets its first spot when its turn comes: remember from where. */
static void follow(struct subject *s, uint32_t *mark, number_vec *starts, uint32_t spot)
{
    const struct spot x = s->spots.at[spot];
    const struct global_state *state = &s->g->states[x.state];
    for (uint32_t i = state->first; i < state->first + state->n; i++) {
        const struct global_edge *e = &s->g->edges[i];
        if (!matters(s, e)) {
            add_spot(s, mark, (struct spot){x.history, e->target, spot, i});
        } else if (s->histories.n >= MAX_HISTORIES || rounds(s, x.history, i) >= MAX_ROUNDS) {
            leave_out(s, e->target);
        } else {
            vec_push(s->a, s->histories, (struct history){x.history, i, s->histories.at[x.history].depth + 1});
            vec_push(s->a, *starts, spot);
        }
    }
    const struct index_list *regions = s->g->n_regions ? &s->g->regions[state->regions] : NULL;
    for (uint32_t r = 0; regions && r < regions->n; r++) {
        const struct try_region *t = &s->g->tries[regions->at[r]];
        for (uint32_t h = 0; h < t->n_handlers; h++)
            add_spot(s, mark, (struct spot){x.history, t->handlers[h].start, spot, IR_NONE});
    }
}

static void find_histories(struct subject *s)
{
    uint32_t *mark = ARENA_ARRAY(s->a, uint32_t, s->g->n_states); /* the history + 1 that was there last */
    number_vec starts = {0}; /* [histories]: the spot before its last interaction */
    vec_push(s->a, s->histories, (struct history){IR_NONE, IR_NONE, 0});
    vec_push(s->a, starts, IR_NONE);
    for (uint32_t h = 0; h < s->histories.n; h++) {
        uint32_t first = s->spots.n, edge = s->histories.at[h].edge;
        uint32_t state = h ? s->g->edges[edge].target : 0;
        add_spot(s, mark, (struct spot){h, state, starts.at[h], edge});
        for (uint32_t x = first; x < s->spots.n; x++)
            follow(s, mark, &starts, x);
    }
}

/* Where runs were left out, all that can come after is not fully known. */
static void spread_incomplete(struct subject *s)
{
    number_vec queue = {0};
    for (uint32_t i = 0; i < s->g->n_states; i++)
        if (s->incomplete[i])
            vec_push(s->a, queue, i);
    for (uint32_t h = 0; h < queue.n; h++) {
        const struct global_state *state = &s->g->states[queue.at[h]];
        for (uint32_t i = state->first; i < state->first + state->n; i++) {
            uint32_t to = s->g->edges[i].target;
            if (!s->incomplete[to])
                vec_push(s->a, queue, to);
            s->incomplete[to] = true;
        }
        const struct index_list *regions = s->g->n_regions ? &s->g->regions[state->regions] : NULL;
        for (uint32_t r = 0; regions && r < regions->n; r++) {
            const struct try_region *t = &s->g->tries[regions->at[r]];
            for (uint32_t k = 0; k < t->n_handlers; k++) {
                uint32_t to = t->handlers[k].start;
                if (!s->incomplete[to])
                    vec_push(s->a, queue, to);
                s->incomplete[to] = true;
            }
        }
    }
}

/* ---- what every run establishes ---- */

struct mention {
    const struct decl *message;
    bool found;
};

static bool is_mention(void *ctx, const struct expr *value)
{
    struct mention *m = ctx;
    m->found = m->found || value->message == m->message;
    return !m->found;
}

static bool mentions(const struct expr *where, const struct decl *message)
{
    struct mention m = {message, false};
    expr_each_value(where, is_mention, &m);
    return m.found;
}

/* A refinement is about the last messages as long as none of them is exchanged again. */
static void find_forgotten(struct subject *s)
{
    s->by_message = ARENA_ARRAY(s->a, uint64_t, (size_t)s->ir->n_messages * s->words);
    s->by_event = ARENA_ARRAY(s->a, uint64_t, (size_t)s->g->n_tries * s->words);
    for (uint32_t m = 0; m < s->ir->n_messages; m++)
        for (uint32_t i = 0; i < s->facts.n; i++)
            if (mentions(s->facts.at[i], s->ir->messages[m].decl))
                s->by_message[(size_t)m * s->words + i / 64] |= UINT64_C(1) << (i % 64);
    for (uint32_t e = 0; s->g->n_tries && e < s->g->n_edges; e++) {
        const struct index_list *l = &s->g->regions[s->g->edges[e].regions];
        for (uint32_t i = 0; i < l->n; i++)
            for (uint32_t w = 0; w < s->words; w++)
                s->by_event[(size_t)l->at[i] * s->words + w] |= s->by_message[(size_t)s->g->edges[e].message * s->words + w];
    }
}

/* known := here without what `forgotten` says. */
static void keep(const struct subject *s, uint64_t *known, const uint64_t *here, const uint64_t *forgotten)
{
    for (uint32_t w = 0; w < s->words; w++)
        known[w] = here[w] & ~forgotten[w];
}

static void learn(const struct subject *s, uint64_t *known, const struct expr *where)
{
    for (uint32_t i = 0; i < s->facts.n; i++)
        if (s->facts.at[i] == where)
            known[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Narrows what is known at `to`; true when that changed something. */
static bool meet(struct subject *s, uint32_t to, const uint64_t *known)
{
    bool changed = false;
    for (uint32_t w = 0; w < s->words; w++) {
        uint64_t *at = &s->known[(size_t)to * s->words + w];
        changed = changed || (*at & ~known[w]);
        *at &= known[w];
    }
    return changed;
}

static bool pass_on(struct subject *s, uint32_t state, uint64_t *known)
{
    const uint64_t *here = &s->known[(size_t)state * s->words];
    const struct global_state *st = &s->g->states[state];
    bool changed = false;
    for (uint32_t i = st->first; i < st->first + st->n; i++) {
        const struct global_edge *e = &s->g->edges[i];
        keep(s, known, here, &s->by_message[(size_t)e->message * s->words]);
        if (e->where)
            learn(s, known, e->where);
        changed = meet(s, e->target, known) || changed;
    }
    const struct index_list *regions = s->g->n_regions ? &s->g->regions[st->regions] : NULL;
    for (uint32_t r = 0; regions && r < regions->n; r++) {
        const struct try_region *t = &s->g->tries[regions->at[r]];
        keep(s, known, here, &s->by_event[(size_t)regions->at[r] * s->words]);
        for (uint32_t h = 0; h < t->n_handlers; h++)
            changed = meet(s, t->handlers[h].start, known) || changed;
    }
    return changed;
}

static void find_known(struct subject *s)
{
    s->words = (s->facts.n + 63) / 64;
    find_forgotten(s);
    s->known = ARENA_ARRAY(s->a, uint64_t, (size_t)s->g->n_states * s->words);
    memset(s->known, 0xff, (size_t)s->g->n_states * s->words * sizeof *s->known);
    memset(s->known, 0, s->words * sizeof *s->known); /* the start: nothing was exchanged */
    uint64_t *known = ARENA_ARRAY(s->a, uint64_t, s->words);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < s->g->n_states; i++)
            changed = pass_on(s, i, known) || changed;
    }
}

void refine__runs(struct subject *s)
{
    s->source = ARENA_ARRAY(s->a, uint32_t, s->g->n_edges);
    s->spoken_of = ARENA_ARRAY(s->a, bool, s->ir->n_messages);
    s->spots_at = ARENA_ARRAY(s->a, number_vec, s->g->n_states);
    s->incomplete = ARENA_ARRAY(s->a, bool, s->g->n_states);
    read_edges(s);
    find_histories(s);
    spread_incomplete(s);
    find_known(s);
}
