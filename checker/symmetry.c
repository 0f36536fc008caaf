/* symmetry.c -- see symmetry.h. Runs of one shape have the same layout, from a word of their own on (semantics_layout.c):
 * to swap two of them is to swap their words. */
#include "symmetry.h"

#include "semantics_private.h"

struct symmetry {
    const struct semantics *s;
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
        if (i != run && s->runs[i].offset < r->offset + 8 * r->n_words && r->offset < s->runs[i].offset + 8 * s->runs[i].n_words)
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
    bool any = false;
    *y = (struct symmetry){s, ARENA_ARRAY(a, uint32_t, m->n_runs), ARENA_ARRAY(a, uint32_t, m->n_runs + 1)};
    for (uint32_t r = 0; r < m->n_runs; r++)
        y->first_edge[r] = m->edge_base[m->runs[r].first_participant];
    y->first_edge[m->n_runs] = m->n_edges;
    for (uint32_t r = 0; r < m->n_runs; r++) {
        y->class_of[r] = r;
        for (uint32_t k = 0; k < r && y->class_of[r] == r; k++)
            if (y->class_of[k] == k && interchangeable(y, k, r)) {
                y->class_of[r] = k;
                any = true;
            }
    }
    return any ? y : NULL;
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

void symmetry_normalise(const struct symmetry *y, uint8_t *state, uint32_t *perm)
{
    for (uint32_t r = 0; r < y->s->m->n_runs; r++)
        for (uint32_t at = r, k; (k = before(y, at)) != IR_NONE && compare_runs(y->s, state, k, at) > 0; at = k) {
            swap_runs(y->s, state, k, at);
            if (perm) {
                uint32_t run = perm[k];
                perm[k] = perm[at];
                perm[at] = run;
            }
        }
}

/* ---- steps ---- */

/* Where the edges of a code start among the codes of its kind, or IR_NONE when it has none. */
static uint32_t codes_of_edges(const struct semantics *s, uint32_t code)
{
    if (code < s->loss_codes)
        return 0;
    if (code < s->crash_codes)
        return s->loss_codes;
    return code >= s->resume_codes ? s->resume_codes : IR_NONE;
}

uint32_t symmetry_code(const struct symmetry *y, uint32_t code, const uint32_t *perm)
{
    uint32_t base = codes_of_edges(y->s, code), run = 0;
    if (base == IR_NONE)
        return code;
    while (code - base >= y->first_edge[run + 1])
        run++;
    return code - y->first_edge[run] + y->first_edge[perm[run]];
}

static void close_kind(const struct symmetry *y, bool *taken)
{
    for (uint32_t r = 0; r < y->s->m->n_runs; r++) /* into the first of the class, and out of it again */
        for (uint32_t e = y->first_edge[r]; e < y->first_edge[r + 1]; e++)
            taken[y->first_edge[y->class_of[r]] + e - y->first_edge[r]] |= taken[e];
    for (uint32_t r = 0; r < y->s->m->n_runs; r++)
        for (uint32_t e = y->first_edge[r]; e < y->first_edge[r + 1]; e++)
            taken[e] = taken[y->first_edge[y->class_of[r]] + e - y->first_edge[r]];
}

void symmetry_close(const struct symmetry *y, bool *taken)
{
    const struct semantics *s = y->s;
    close_kind(y, taken);
    if (s->crash_codes > s->loss_codes)
        close_kind(y, taken + s->loss_codes);
    if (s->n_codes > s->resume_codes)
        close_kind(y, taken + s->resume_codes);
}
