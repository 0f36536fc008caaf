/* semantics_layout.c -- where in a state each number stands.
 *
 * A state is words of 64 bits, and a number the bits of one word that its largest value needs: the first place that
 * is free. What belongs to a run stands together, from a word of its own on where there are several runs, so that
 * runs of the same session on lanes of the same capacities have the same layout. In a run: participants, their
 * phases, lanes. Behind the runs: loss budget, crash budgets, restart counts, instances.
 *
 * A lane is its length and, where more than one message can travel on it, a queue of labels; in a run that has
 * phases, one of phases too. A queue that does not fit into a word starts a new one and goes on over several.
 */
#include "semantics_private.h"

struct layout {
    uint8_t *used; /* [cap] bits of each word that are taken */
    uint32_t n, cap, first; /* words; those before `first` are closed */
    struct arena *a;
};

enum { WORD = 64 };

static uint32_t bits_for(uint32_t largest)
{
    uint32_t n = 0;
    for (; largest; largest >>= 1)
        n++;
    return n;
}

/* Returns the new word's number. */
static uint32_t add_word(struct layout *y)
{
    if (y->n == y->cap) {
        uint8_t *more = ARENA_ARRAY(y->a, uint8_t, y->cap ? 2 * y->cap : 16);
        if (y->n)
            memcpy(more, y->used, y->n);
        y->cap = y->cap ? 2 * y->cap : 16;
        y->used = more;
    }
    y->used[y->n] = 0;
    return y->n++;
}

/* The word in which `bits` more were found; *shift is where. */
static uint32_t take_bits(struct layout *y, uint32_t bits, uint8_t *shift)
{
    uint32_t w = y->first;
    while (w < y->n && y->used[w] + bits > WORD)
        w++;
    if (w == y->n)
        add_word(y);
    *shift = y->used[w];
    y->used[w] = (uint8_t)(y->used[w] + bits);
    return w;
}

static struct number allot(struct layout *y, uint32_t largest)
{
    struct number f = {0};
    uint32_t bits = bits_for(largest);
    if (bits == 0)
        return f;
    f.offset = 8 * take_bits(y, bits, &f.shift);
    f.mask = UINT32_MAX >> (32 - bits);
    return f;
}

static struct fifo allot_fifo(struct layout *y, uint32_t n, uint32_t bits)
{
    struct fifo f = {.n_words = 1, .bits = (uint8_t)bits};
    if (bits == 0)
        return f;
    if (n * bits <= WORD) {
        f.offset = 8 * take_bits(y, n * bits, &f.shift);
        return f;
    }
    f.per_word = WORD / bits;
    f.n_words = (n + f.per_word - 1) / f.per_word;
    f.offset = 8 * y->n;
    for (uint32_t i = 0; i < f.n_words; i++)
        y->used[add_word(y)] = WORD;
    return f;
}

static void lay_out_run(struct semantics *s, struct layout *y, uint32_t run)
{
    const struct model *m = s->m;
    uint32_t first = m->runs[run].first_participant, end = first;
    for (; end < m->n_participants && m->participants[end].run == run; end++)
        s->at[end] = allot(y, m->participants[end].automaton->n_states); /* never that: so all ones is free for GONE */
    for (uint32_t p = first; m->runs[run].phased && p < end; p++)
        s->phases[p] = allot(y, (1u << 8 * s->phase_width) - 1);
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        const struct model_lane *ml = &m->lanes[l];
        if (m->participants[ml->from].run != run)
            continue;
        bool phased = m->runs[run].phased;
        s->lanes[l] = (struct lane){allot(y, ml->capacity),
                                    allot_fifo(y, ml->capacity, ml->n_labels ? bits_for(ml->n_labels - 1) : 0),
                                    allot_fifo(y, ml->capacity, phased ? 8 * s->phase_width : 0),
                                    ml->capacity, phased, ml->interrupt};
    }
}

static void lay_out_rest(struct semantics *s, struct layout *y)
{
    const struct model *m = s->m;
    if (m->loss)
        s->loss = allot(y, m->loss);
    if (!s->effects)
        return;
    for (uint32_t i = 0; i < m->n_crashes; i++)
        s->left[i] = allot(y, m->crashes[i].count);
    for (uint32_t i = 0; i < m->system->n_supervisors; i++)
        s->counts[i] = allot(y, m->system->supervisors[i].intensity);
    for (uint32_t i = 0; i < m->system->n_instances; i++)
        s->gone[i] = allot(y, 1);
}

/* ---- which bits are of a run ---- */

static void mark_number(uint64_t *words, uint32_t offset, struct number f)
{
    words[(f.offset - offset) / 8] |= (uint64_t)f.mask << f.shift;
}

static void mark_fifo(uint64_t *words, uint32_t offset, const struct fifo *f, uint32_t n)
{
    for (uint32_t i = 0; f->bits && i < n; i++)
        mark_number(words, offset, fifo_slot(f, i));
}

static void mark_run(const struct semantics *s, const struct layout *y, uint32_t run)
{
    const struct model *m = s->m;
    struct run_bits *r = &s->runs[run];
    *r = (struct run_bits){8 * y->first, y->n - y->first, ARENA_ARRAY(y->a, uint64_t, y->n - y->first),
                           ARENA_ARRAY(y->a, uint64_t, y->n - y->first)};
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++) {
        mark_number(r->mask, r->offset, s->at[p]);
        mark_number(r->gone, r->offset, s->at[p]);
        if (m->runs[run].phased)
            mark_number(r->mask, r->offset, s->phases[p]);
    }
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->participants[m->lanes[l].from].run == run) {
            mark_number(r->mask, r->offset, s->lanes[l].length);
            mark_fifo(r->mask, r->offset, &s->lanes[l].labels, s->lanes[l].capacity);
            mark_fifo(r->mask, r->offset, &s->lanes[l].phases, s->lanes[l].capacity);
        }
}

void semantics__lay_out(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    struct layout y = {.a = a};
    s->at = ARENA_ARRAY(a, struct number, m->n_participants);
    s->lanes = ARENA_ARRAY(a, struct lane, m->n_lanes);
    s->runs = ARENA_ARRAY(a, struct run_bits, m->n_runs);
    for (uint32_t run = 0; run < m->n_runs; run++) {
        y.first = y.n;
        lay_out_run(s, &y, run);
        mark_run(s, &y, run);
    }
    if (m->n_runs > 1)
        y.first = y.n;
    lay_out_rest(s, &y);
    s->size = y.n ? 8 * (size_t)y.n : 8;
}
