/* automaton.c -- local automata: minimisation, numbering, look-up.
 *
 * Minimisation is partition refinement by the smaller half (Hopcroft 1971) on a partial automaton: the first
 * partition separates states that offer different actions or the same ones written at different places, so within a
 * block the successors by one label are comparable. What is written at one place has one refinement, too.
 */
#include "proto.h"

struct refinement {
    struct arena *a;
    const struct draft *d;
    uint32_t *first;  /* [n_states + 1] edges of a state in `order` */
    uint32_t *order;  /* edges by source and label */
    uint32_t *rfirst, *rorder; /* edges by target */
    uint32_t n_blocks;
    uint32_t *block_of, *elements, *place; /* of states; elements of a block stand together */
    uint32_t *begin, *end, *marked;        /* of blocks; the first `marked` elements are marked */
    u32_vec work, touched;
};

/* ---- edges in order ---- */

static int compare_labels(struct label x, struct label y)
{
    if (x.dir != y.dir)
        return x.dir < y.dir ? -1 : 1;
    if (x.peer != y.peer)
        return x.peer < y.peer ? -1 : 1;
    if (x.interrupt != y.interrupt)
        return x.interrupt ? 1 : -1;
    return x.message < y.message ? -1 : x.message > y.message;
}

static void sort_edges(const struct draft *d, uint32_t *at, uint32_t n, uint32_t *tmp)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, k = 0;
    sort_edges(d, at, half, tmp);
    sort_edges(d, at + half, n - half, tmp);
    while (i < half || j < n) {
        bool left = j == n || (i < half && compare_labels(d->edges.at[at[i]].label, d->edges.at[at[j]].label) <= 0);
        tmp[k++] = left ? at[i++] : at[j++];
    }
    memcpy(at, tmp, n * sizeof *at);
}

static void index_edges(struct refinement *r)
{
    const struct draft *d = r->d;
    uint32_t n = d->n_states;
    r->first = ARENA_ARRAY(r->a, uint32_t, n + 1);
    r->rfirst = ARENA_ARRAY(r->a, uint32_t, n + 1);
    r->order = ARENA_ARRAY(r->a, uint32_t, d->edges.n);
    r->rorder = ARENA_ARRAY(r->a, uint32_t, d->edges.n);
    uint32_t *fill = ARENA_ARRAY(r->a, uint32_t, n), *rfill = ARENA_ARRAY(r->a, uint32_t, n);
    for (uint32_t i = 0; i < d->edges.n; i++) {
        r->first[d->edges.at[i].source + 1]++;
        r->rfirst[d->edges.at[i].target + 1]++;
    }
    for (uint32_t i = 0; i < n; i++) {
        r->first[i + 1] += r->first[i];
        r->rfirst[i + 1] += r->rfirst[i];
        fill[i] = r->first[i];
        rfill[i] = r->rfirst[i];
    }
    for (uint32_t i = 0; i < d->edges.n; i++) {
        r->order[fill[d->edges.at[i].source]++] = i;
        r->rorder[rfill[d->edges.at[i].target]++] = i;
    }
    uint32_t *tmp = ARENA_ARRAY(r->a, uint32_t, d->edges.n);
    for (uint32_t i = 0; i < n; i++)
        sort_edges(d, r->order + r->first[i], r->first[i + 1] - r->first[i], tmp);
}

/* ---- the first partition ---- */

static uint64_t signature(const struct refinement *r, uint32_t s)
{
    uint64_t h = r->d->final[s] ? 0x51ed270b : 0x2545f491;
    for (uint32_t i = r->first[s]; i < r->first[s + 1]; i++) {
        const struct draft_edge *e = &r->d->edges.at[r->order[i]];
        uint64_t l = (uint64_t)e->label.dir << 33 | (uint64_t)e->label.interrupt << 32 |
                     (uint64_t)e->label.peer << 16 | e->label.message;
        h = (h ^ l) * 0x9e3779b97f4a7c15u;
        h = (h ^ (h >> 29) ^ ((uint64_t)e->at.lo << 32 | e->at.hi)) * 0xbf58476d1ce4e5b9u;
    }
    return h ^ (h >> 32);
}

static bool alike(const struct refinement *r, uint32_t s, uint32_t t)
{
    uint32_t n = r->first[s + 1] - r->first[s];
    if (r->d->final[s] != r->d->final[t] || n != r->first[t + 1] - r->first[t])
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct draft_edge *x = &r->d->edges.at[r->order[r->first[s] + i]];
        const struct draft_edge *y = &r->d->edges.at[r->order[r->first[t] + i]];
        if (!same_label(x->label, y->label) || !same_span(x->at, y->at))
            return false;
    }
    return true;
}

static void first_partition(struct refinement *r)
{
    uint32_t n = r->d->n_states, cap = 16;
    while (cap < 2 * n)
        cap *= 2;
    uint32_t *slots = ARENA_ARRAY(r->a, uint32_t, cap); /* a state of the block, + 1 */
    for (uint32_t s = 0; s < n; s++) {
        uint32_t k = (uint32_t)signature(r, s) & (cap - 1);
        while (slots[k] && !alike(r, slots[k] - 1, s))
            k = (k + 1) & (cap - 1);
        if (!slots[k]) {
            slots[k] = s + 1;
            r->block_of[s] = r->n_blocks++;
        } else {
            r->block_of[s] = r->block_of[slots[k] - 1];
        }
        r->end[r->block_of[s]]++;
    }
    for (uint32_t b = 0, at = 0; b < r->n_blocks; b++) {
        r->begin[b] = at;
        at += r->end[b];
        r->end[b] = r->begin[b];
        vec_push(r->a, r->work, b);
    }
    for (uint32_t s = 0; s < n; s++) {
        uint32_t at = r->end[r->block_of[s]]++;
        r->elements[at] = s;
        r->place[s] = at;
    }
}

/* ---- refinement ---- */

static void mark(struct refinement *r, uint32_t s)
{
    uint32_t b = r->block_of[s], to = r->begin[b] + r->marked[b], other = r->elements[to];
    if (r->place[s] < to)
        return; /* marked before */
    r->elements[r->place[s]] = other;
    r->place[other] = r->place[s];
    r->elements[to] = s;
    r->place[s] = to;
    if (r->marked[b]++ == 0)
        vec_push(r->a, r->touched, b);
}

/* Marked and unmarked elements part; the smaller half becomes a new block and a splitter. */
static void split(struct refinement *r, uint32_t b)
{
    uint32_t middle = r->begin[b] + r->marked[b];
    r->marked[b] = 0;
    if (middle == r->end[b])
        return;
    uint32_t fresh = r->n_blocks++;
    if (middle - r->begin[b] <= r->end[b] - middle) {
        r->begin[fresh] = r->begin[b];
        r->end[fresh] = r->begin[b] = middle;
    } else {
        r->begin[fresh] = middle;
        r->end[fresh] = r->end[b];
        r->end[b] = middle;
    }
    for (uint32_t i = r->begin[fresh]; i < r->end[fresh]; i++)
        r->block_of[r->elements[i]] = fresh;
    vec_push(r->a, r->work, fresh);
}

static void refine_by(struct refinement *r, uint32_t block)
{
    u32_vec in = {0};
    for (uint32_t i = r->begin[block]; i < r->end[block]; i++) {
        uint32_t s = r->elements[i];
        for (uint32_t k = r->rfirst[s]; k < r->rfirst[s + 1]; k++)
            vec_push(r->a, in, r->rorder[k]);
    }
    if (!in.n)
        return;
    sort_edges(r->d, in.at, in.n, ARENA_ARRAY(r->a, uint32_t, in.n));
    for (uint32_t i = 0; i < in.n;) {
        struct label l = r->d->edges.at[in.at[i]].label;
        r->touched.n = 0;
        for (; i < in.n && same_label(r->d->edges.at[in.at[i]].label, l); i++)
            mark(r, r->d->edges.at[in.at[i]].source);
        for (uint32_t k = 0; k < r->touched.n; k++)
            split(r, r->touched.at[k]);
    }
}

/* ---- the result ---- */

/* Blocks reachable from the initial state, breadth first; number[block], IR_NONE for none. */
static u32_vec number_blocks(struct refinement *r, uint32_t *number)
{
    u32_vec queue = {0};
    memset(number, 0xff, r->n_blocks * sizeof *number);
    vec_push(r->a, queue, r->block_of[0]);
    number[r->block_of[0]] = 0;
    for (uint32_t h = 0; h < queue.n; h++) {
        uint32_t s = r->elements[r->begin[queue.at[h]]];
        for (uint32_t i = r->first[s]; i < r->first[s + 1]; i++) {
            uint32_t to = r->block_of[r->d->edges.at[r->order[i]].target];
            if (number[to] != IR_NONE)
                continue;
            number[to] = queue.n;
            vec_push(r->a, queue, to);
        }
    }
    return queue;
}

/* What the role is to do in a state, unless an event takes it elsewhere. */
static bool own_step(const struct draft_edge *e)
{
    return e->label.dir == DIR_SEND || (e->label.dir == DIR_RECEIVE && !e->label.interrupt);
}

static void write_state(const struct refinement *r, uint32_t s, const uint32_t *number, struct automaton *out,
                        uint32_t into)
{
    struct state *st = &out->states[into];
    uint32_t steps = 0;
    *st = (struct state){out->n_edges, r->first[s + 1] - r->first[s], r->d->final[s], {0, 0, 0}};
    for (uint32_t i = r->first[s]; i < r->first[s + 1]; i++) {
        const struct draft_edge *e = &r->d->edges.at[r->order[i]];
        out->edges[out->n_edges++] = (struct edge){.dir = e->label.dir,
                                                   .interrupt = e->label.interrupt,
                                                   .peer = e->label.peer,
                                                   .message = e->label.message,
                                                   .target = number[r->block_of[e->target]],
                                                   .at = e->at,
                                                   .where = e->where};
        if (own_step(e) && (!steps++ || before(e->at, st->at)))
            st->at = e->at;
    }
    if (!steps && r->d->end && (st->final || !st->n))
        st->at = r->d->end[s];
    else if (!steps && st->n)
        st->at = out->edges[st->first].at;
}

void automaton_finish(struct arena *a, const struct draft *d, struct automaton *out)
{
    struct arena *scratch = arena_new(0);
    uint32_t n = d->n_states;
    struct refinement r = {.a = scratch, .d = d};
    uint32_t **of_states[] = {&r.block_of, &r.elements, &r.place, &r.begin, &r.end, &r.marked};
    for (size_t i = 0; i < sizeof of_states / sizeof *of_states; i++)
        *of_states[i] = ARENA_ARRAY(scratch, uint32_t, n);
    index_edges(&r);
    first_partition(&r);
    while (r.work.n)
        refine_by(&r, r.work.at[--r.work.n]);
    uint32_t *number = ARENA_ARRAY(scratch, uint32_t, n);
    u32_vec blocks = number_blocks(&r, number);
    uint32_t n_edges = 0;
    for (uint32_t i = 0; i < blocks.n; i++) {
        uint32_t s = r.elements[r.begin[blocks.at[i]]];
        n_edges += r.first[s + 1] - r.first[s];
    }
    *out = (struct automaton){.n_states = blocks.n,
                              .states = ARENA_ARRAY(a, struct state, blocks.n),
                              .edges = ARENA_ARRAY(a, struct edge, n_edges)};
    for (uint32_t i = 0; i < blocks.n; i++)
        write_state(&r, r.elements[r.begin[blocks.at[i]]], number, out, i);
    arena_free(scratch);
}

static uint32_t find_edge(const struct automaton *m, uint32_t state, struct label want)
{
    uint32_t lo = m->states[state].first, hi = lo + m->states[state].n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct edge *e = &m->edges[mid];
        int order = compare_labels((struct label){e->dir, e->interrupt, e->peer, e->message}, want);
        if (order == 0)
            return mid;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return IR_NONE;
}

uint32_t automaton_find(const struct automaton *m, uint32_t state, enum dir dir, uint32_t peer, uint32_t message)
{
    return find_edge(m, state, (struct label){dir, false, (uint16_t)peer, (uint16_t)message});
}

uint32_t automaton_find_interrupt(const struct automaton *m, uint32_t state, enum dir dir, uint32_t peer,
                                  uint32_t message)
{
    return find_edge(m, state, (struct label){dir, true, (uint16_t)peer, (uint16_t)message});
}
