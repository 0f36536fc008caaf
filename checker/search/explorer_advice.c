/* explorer_advice.c -- which parts of the state there were too many of, and what could be done about it.
 *
 * Counts how many different values each part of the state took in the states that were visited, or in a sample of
 * them. The parts multiply, as far as they are independent.
 */
#include "buf.h"
#include "explorer_private.h"
#include "semantics_private.h"

#include <stdlib.h>

enum {
    SAMPLE = 20000, /* states that are looked at */
    MOST = 4096,    /* values that are told apart; a power of 2 */
    TOP = 3         /* of each kind of parts so many are named */
};

struct count { /* of the values of a part */
    uint32_t part, n;
};

struct counting {
    const struct search *x;
    const struct semantics *s;
    uint64_t *seen; /* [2 * MOST] */
};

typedef uint64_t value_fn(const struct semantics *s, const uint8_t *state, uint32_t part);

/* ---- parts and their values ---- */

static uint64_t mix(uint64_t h, uint64_t value) { return (h ^ value) * 0x9e3779b97f4a7c15u ^ h >> 29; }

static uint64_t participant_value(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    return semantics_at(s, state, p);
}

static uint64_t lane_value(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    uint32_t n = semantics_lane_length(s, state, lane);
    uint64_t h = n;
    for (uint32_t i = 0; i < n; i++)
        h = mix(mix(h, semantics_lane_message(s, state, lane, i)), semantics_message_phase(s, state, lane, i));
    return h;
}

static uint64_t run_value(const struct semantics *s, const uint8_t *state, uint32_t run)
{
    const struct run_bits *r = &s->runs[run];
    uint64_t h = 0;
    for (uint32_t i = 0; i < r->n_words; i++)
        h = mix(h, load_word(state, r->offset + 8 * i) & r->mask[i]);
    return h;
}

/* Budgets, restart counts, who is up. */
static uint64_t crash_value(const struct semantics *s, const uint8_t *state, uint32_t part)
{
    uint64_t h = part;
    for (uint32_t i = 0; i < s->m->n_crashes; i++)
        h = mix(h, get(state, s->left[i]));
    for (uint32_t i = 0; i < s->m->system->n_supervisors; i++)
        h = mix(h, get(state, s->counts[i]));
    for (uint32_t i = 0; i < s->m->system->n_instances; i++)
        h = mix(h, get(state, s->gone[i]));
    return h;
}

/* ---- counting ---- */

static bool add_value(uint64_t *seen, uint64_t value)
{
    uint64_t key = value + 1 ? value + 1 : 1; /* 0 is free */
    for (uint64_t at = mix(7, key) >> 20;; at++) {
        uint64_t *slot = &seen[at & (2 * MOST - 1)];
        if (*slot == key)
            return false;
        if (*slot == 0) {
            *slot = key;
            return true;
        }
    }
}

static uint32_t count_values(struct counting *c, value_fn *value, uint32_t part)
{
    uint32_t chunks = atomic_load(&c->x->n_chunks), n = 0;
    uint64_t states = atomic_load(&c->x->found), stride = states / SAMPLE + 1;
    memset(c->seen, 0, 2 * MOST * sizeof *c->seen);
    for (uint64_t i = 0; i < (uint64_t)chunks << CHUNK_BITS && n < MOST; i += stride)
        if ((i & (CHUNK - 1)) < store_filled(c->x, (uint32_t)(i >> CHUNK_BITS)))
            n += add_value(c->seen, value(c->s, state_at(c->x, (uint32_t)i), part));
    return n;
}

/* The parts with most values, at most TOP; returns how many. */
static uint32_t top_parts(struct counting *c, value_fn *value, uint32_t n_parts, struct count *top)
{
    uint32_t n = 0;
    for (uint32_t part = 0; part < n_parts; part++) {
        struct count now = {part, count_values(c, value, part)};
        if (now.n < 2)
            continue;
        if (n == TOP && now.n <= top[TOP - 1].n)
            continue;
        uint32_t at = n < TOP ? n++ : TOP - 1;
        for (; at > 0 && top[at - 1].n < now.n; at--)
            top[at] = top[at - 1];
        top[at] = now;
    }
    return n;
}

/* ---- words ---- */

static void put_count(struct buf *b, uint32_t n, const char *what)
{
    buf_printf(b, "%s%u different %s", n >= MOST ? "more than " : "", n >= MOST ? MOST : n, what);
}

static void put_runs(struct counting *c, struct buf *b)
{
    struct count top[TOP] = {{0}};
    const struct model *m = c->s->m;
    if (m->n_runs < 2 || top_parts(c, run_value, m->n_runs, top) == 0)
        return;
    buf_printf(b, "%s%u sessions multiply, one with ", b->n ? "; " : "", m->n_runs);
    put_count(b, top[0].n, "states");
}

static void put_participants(struct counting *c, struct buf *b)
{
    struct count top[TOP] = {{0}};
    uint32_t n = top_parts(c, participant_value, c->s->m->n_participants, top);
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(b, "%s%s takes ", b->n ? i ? ", " : "; " : "", c->s->m->participants[top[i].part].name);
        put_count(b, top[i].n, "states");
    }
}

/* Returns the largest capacity of the lanes that are named. */
static uint32_t put_lanes(struct counting *c, struct buf *b)
{
    struct count top[TOP] = {{0}};
    const struct model *m = c->s->m;
    uint32_t n = top_parts(c, lane_value, m->n_lanes, top), capacity = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct model_lane *l = &m->lanes[top[i].part];
        buf_printf(b, "%s%slane %s -> %s takes ", b->n ? i ? ", " : "; " : "", l->interrupt ? "interrupt " : "",
                   m->participants[l->from].name, m->participants[l->to].name);
        put_count(b, top[i].n, "contents");
        capacity = l->capacity > capacity ? l->capacity : capacity;
    }
    return capacity;
}

static void put_crashes(struct counting *c, struct buf *b)
{
    if (c->s->effects == NULL)
        return;
    buf_puts(b, b->n ? "; " : "");
    buf_puts(b, "crashes multiply by ");
    put_count(b, count_values(c, crash_value, 0), "states of supervision");
}

static bool has_family(const struct model *m)
{
    for (uint32_t p = 0; p < m->n_participants; p++) {
        const struct session_type *t = &m->ir->sessions[m->runs[m->participants[p].run].session];
        if (strcmp(t->roles[m->participants[p].role].name, t->roles[m->participants[p].role].base) != 0)
            return true;
    }
    return false;
}

static void put_hint(struct buf *b, const char *hint)
{
    buf_printf(b, "%s%s", b->n ? ", " : "", hint);
}

static void put_hints(const struct counting *c, struct buf *b, uint32_t capacity)
{
    const struct model *m = c->s->m;
    uint32_t sessions = m->verify ? m->verify->sessions : 1;
    if (sessions > 1)
        put_hint(b, "`sessions 1`");
    if (c->s->effects)
        put_hint(b, "fewer `crashes`");
    if (m->loss)
        put_hint(b, "less `loss`");
    if (capacity > 1)
        put_hint(b, m->system ? "`mailbox 1`" : "--capacity=1");
    if (m->verify && m->verify->n_domains)
        put_hint(b, "smaller domains");
    if (has_family(m))
        put_hint(b, "a smaller family of roles");
    put_hint(b, "more --memory or --time");
}

const char *explorer_advice(const struct search *x, struct arena *a)
{
    struct counting c = {x, x->s, calloc(2 * MOST, sizeof *c.seen)};
    struct buf parts = {0}, hints = {0};
    if (!c.seen || atomic_load(&x->found) < 2) {
        free(c.seen);
        return NULL;
    }
    put_runs(&c, &parts);
    put_participants(&c, &parts);
    uint32_t capacity = put_lanes(&c, &parts);
    put_crashes(&c, &parts);
    put_hints(&c, &hints, capacity);
    const char *text = arena_printf(a, "too many states: %s. Try %s", buf_cstr(&parts),
                                    buf_cstr(&hints));
    buf_free(&parts);
    buf_free(&hints);
    free(c.seen);
    return text;
}
