/* symmetry.c -- see symmetry.h. Runs of one shape have the same layout, from a word of their own on
 * (semantics_layout.c): to swap two of them is to swap their words. */
#include "symmetry_private.h"

struct symmetry {
    const struct semantics *s;
    bool of_runs;
    uint32_t n_swaps;
    struct member_swap *swaps;
    uint32_t *class_of; /* [runs] the first run that is interchangeable with it */
    uint32_t *first_edge; /* [runs + 1] */
};

/* ---- which runs are alike ---- */

static uint32_t end_of_run(const struct model *m, uint32_t run)
{
    return run + 1 < m->n_runs ? m->runs[run + 1].first_participant : m->n_participants;
}

static bool same_number(struct number a, struct number b, uint32_t shift)
{
    return a.mask == b.mask && (a.mask == 0 || (a.shift == b.shift && a.offset + shift == b.offset));
}

static bool same_fifo(const struct fifo *a, const struct fifo *b, uint32_t shift)
{
    return a->bits == b->bits && (a->bits == 0 || (a->shift == b->shift && a->n_words == b->n_words &&
                                                   a->per_word == b->per_word && a->offset + shift == b->offset));
}

static bool same_participants(const struct semantics *s, uint32_t p, uint32_t q, uint32_t shift)
{
    const struct model_participant *a = &s->m->participants[p], *b = &s->m->participants[q];
    return a->role == b->role && a->instance == b->instance && a->automaton == b->automaton &&
           same_number(s->at[p], s->at[q], shift) && (!s->phases || same_number(s->phases[p], s->phases[q], shift));
}

static bool same_labels(const struct model_lane *a, const struct model_lane *b)
{
    return a->n_labels == b->n_labels && memcmp(a->labels, b->labels, a->n_labels * sizeof *a->labels) == 0;
}

/* The lanes of the two edges, which are the same edge of two runs. */
static bool same_lanes(const struct semantics *s, uint32_t e, uint32_t f, uint32_t shift)
{
    uint32_t i = s->m->lane_of[e], k = s->m->lane_of[f];
    if (i == IR_NONE || k == IR_NONE)
        return i == k;
    const struct model_lane *a = &s->m->lanes[i], *b = &s->m->lanes[k];
    const struct lane *x = &s->lanes[i], *y = &s->lanes[k];
    return a->capacity == b->capacity && a->policy == b->policy && a->pool == b->pool && same_labels(a, b) &&
           same_number(x->length, y->length, shift) && same_fifo(&x->labels, &y->labels, shift) &&
           same_fifo(&x->phases, &y->phases, shift);
}

/* Do the words of this run hold nothing else? */
static bool has_own_words(const struct semantics *s, uint32_t run)
{
    const struct run_bits *r = &s->runs[run];
    for (uint32_t i = 0; i < s->m->n_runs; i++)
        if (i != run && s->runs[i].offset < r->offset + 8 * r->n_words &&
            r->offset < s->runs[i].offset + 8 * s->runs[i].n_words)
            return false;
    return s->m->n_runs > 1;
}

static bool interchangeable(const struct symmetry *y, uint32_t a, uint32_t b)
{
    const struct semantics *s = y->s;
    const struct model *m = s->m;
    uint32_t p = m->runs[a].first_participant, q = m->runs[b].first_participant;
    uint32_t n = end_of_run(m, a) - p, shift = s->runs[b].offset - s->runs[a].offset;
    bool alike = m->runs[a].session == m->runs[b].session && m->runs[a].phased == m->runs[b].phased &&
                 end_of_run(m, b) - q == n && s->runs[a].n_words == s->runs[b].n_words && has_own_words(s, a) &&
                 has_own_words(s, b);
    for (uint32_t i = 0; alike && i < n; i++)
        alike = same_participants(s, p + i, q + i, shift);
    uint32_t edges = alike ? y->first_edge[a + 1] - y->first_edge[a] : 0;
    for (uint32_t e = 0; alike && e < edges; e++)
        alike = same_lanes(s, y->first_edge[a] + e, y->first_edge[b] + e, shift);
    return alike;
}

struct symmetry *symmetry_new(struct arena *a, const struct semantics *s)
{
    const struct model *m = s->m;
    struct symmetry *y = ARENA_NEW(a, struct symmetry);
    *y = (struct symmetry){.s = s, .class_of = ARENA_ARRAY(a, uint32_t, m->n_runs),
                           .first_edge = ARENA_ARRAY(a, uint32_t, m->n_runs + 1)};
    for (uint32_t r = 0; r < m->n_runs; r++)
        y->first_edge[r] = m->edge_base[m->runs[r].first_participant];
    y->first_edge[m->n_runs] = m->n_edges;
    for (uint32_t r = 0; r < m->n_runs; r++) {
        y->class_of[r] = r;
        for (uint32_t k = 0; k < r && y->class_of[r] == r; k++)
            if (y->class_of[k] == k && interchangeable(y, k, r)) {
                y->class_of[r] = k;
                y->of_runs = true;
            }
    }
    y->swaps = symmetry__member_swaps(a, s, &y->n_swaps);
    return y->of_runs || y->n_swaps ? y : NULL;
}

/* ---- representatives ---- */

static int compare_runs(const struct semantics *s, const uint8_t *state, uint32_t a, uint32_t b)
{
    return memcmp(state + s->runs[a].offset, state + s->runs[b].offset, 8 * (size_t)s->runs[a].n_words);
}

static void swap_runs(const struct semantics *s, uint8_t *state, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < s->runs[a].n_words; i++) {
        uint64_t word = load_word(state, s->runs[a].offset + 8 * i);
        store_word(state, s->runs[a].offset + 8 * i, load_word(state, s->runs[b].offset + 8 * i));
        store_word(state, s->runs[b].offset + 8 * i, word);
    }
}

/* The last run before `run` of the same class, or IR_NONE. */
static uint32_t before(const struct symmetry *y, uint32_t run)
{
    for (uint32_t k = run; k-- > y->class_of[run];)
        if (y->class_of[k] == y->class_of[run])
            return k;
    return IR_NONE;
}

/* ---- steps ---- */

static uint32_t swapped_edge(const struct symmetry *y, const struct exchange *x, uint32_t edge)
{
    if (x->members)
        return x->members->edge[edge];
    uint32_t a = y->first_edge[x->a], b = y->first_edge[x->b], n = y->first_edge[x->a + 1] - a;
    return edge - a < n ? edge - a + b : edge - b < n ? edge - b + a : edge;
}

static uint32_t swapped_crash(const struct semantics *s, const struct exchange *x, uint32_t code)
{
    struct step step = semantics__decode_crash(s, code);
    if (x->members && x->members->a != x->members->b && step.instance == x->members->a)
        step.instance = x->members->b;
    else if (x->members && x->members->a != x->members->b && step.instance == x->members->b)
        step.instance = x->members->a;
    return semantics__crash_code(s, &step);
}

uint32_t symmetry__swapped_code(const struct symmetry *y, const struct exchange *x, uint32_t code)
{
    const struct semantics *s = y->s;
    if (code < s->loss_codes)
        return swapped_edge(y, x, code);
    if (code < s->crash_codes)
        return s->loss_codes + swapped_edge(y, x, code - s->loss_codes);
    if (code >= s->resume_codes)
        return s->resume_codes + swapped_edge(y, x, code - s->resume_codes);
    return swapped_crash(s, x, code);
}

/* The swap undoes itself: what a step stands for after it is what its image stood for before. */
static void swap_codes(const struct symmetry *y, const struct exchange *x, uint32_t *codes)
{
    for (uint32_t c = 0; c < y->s->n_codes; c++) {
        uint32_t image = symmetry__swapped_code(y, x, c);
        if (image > c) {
            uint32_t was = codes[c];
            codes[c] = codes[image];
            codes[image] = was;
        }
    }
}

/* ---- representatives ---- */

/* Members change places as long as that makes the state smaller. */
static void sort_members(const struct symmetry *y, uint8_t *state, uint8_t *scratch, uint32_t *codes)
{
    for (bool again = y->n_swaps > 0; again;) {
        again = false;
        for (uint32_t i = 0; i < y->n_swaps; i++) {
            symmetry__swap_members(y->s, &y->swaps[i], state, scratch);
            if (memcmp(scratch, state, y->s->size) >= 0)
                continue;
            memcpy(state, scratch, y->s->size);
            if (codes)
                swap_codes(y, &(struct exchange){0, 0, &y->swaps[i]}, codes);
            again = true;
        }
    }
}

static void sort_runs(const struct symmetry *y, uint8_t *state, uint32_t *codes)
{
    for (uint32_t r = 0; r < y->s->m->n_runs; r++)
        for (uint32_t at = r, k; (k = before(y, at)) != IR_NONE && compare_runs(y->s, state, k, at) > 0; at = k) {
            swap_runs(y->s, state, k, at);
            if (codes)
                swap_codes(y, &(struct exchange){k, at, NULL}, codes);
        }
}

void symmetry_normalise(const struct symmetry *y, uint8_t *state, uint8_t *scratch, uint32_t *codes)
{
    sort_members(y, state, scratch, codes);
    if (y->of_runs)
        sort_runs(y, state, codes);
}

/* ---- what was taken ---- */

static bool close_exchange(const struct symmetry *y, const struct exchange *x, bool *taken)
{
    bool more = false;
    for (uint32_t c = 0; c < y->s->n_codes; c++)
        if (taken[c] && !taken[symmetry__swapped_code(y, x, c)])
            more = taken[symmetry__swapped_code(y, x, c)] = true;
    return more;
}

void symmetry_close(const struct symmetry *y, bool *taken)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t r = 0; r < y->s->m->n_runs; r++)
            if (before(y, r) != IR_NONE)
                more |= close_exchange(y, &(struct exchange){before(y, r), r, NULL}, taken);
        for (uint32_t i = 0; i < y->n_swaps; i++)
            more |= close_exchange(y, &(struct exchange){0, 0, &y->swaps[i]}, taken);
    }
}
