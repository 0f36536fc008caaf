/* sets.c -- a hash table of sets. The hash does not depend on order, and two sets are compared by the marks of the
 * one under construction, so nothing is ever sorted. */
#include "sets.h"

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
    return x ^ (x >> 32);
}

void sets_init(struct sets *s, struct arena *a, uint32_t bound)
{
    *s = (struct sets){.a = a, .n_slots = 64};
    s->slots = ARENA_ARRAY(a, uint32_t, s->n_slots);
    s->mark = ARENA_ARRAY(a, uint32_t, bound);
}

void sets_begin(struct sets *s)
{
    s->stamp++; /* wraps only after 2^32 sets, far beyond the limits of a projection */
    s->current.n = 0;
}

bool sets_put(struct sets *s, uint32_t element)
{
    if (s->mark[element] == s->stamp)
        return false;
    s->mark[element] = s->stamp;
    vec_push(s->a, s->current, element);
    s->work++;
    return true;
}

static bool is_current(const struct sets *s, const struct set *x, uint64_t hash)
{
    if (x->hash != hash || x->n != s->current.n)
        return false;
    for (uint32_t i = 0; i < x->n; i++)
        if (!sets_has(s, x->at[i]))
            return false;
    return true;
}

static void grow(struct sets *s)
{
    s->n_slots *= 2;
    s->slots = ARENA_ARRAY(s->a, uint32_t, s->n_slots);
    for (uint32_t i = 0; i < s->all.n; i++) {
        uint32_t k = (uint32_t)s->all.at[i].hash & (s->n_slots - 1);
        while (s->slots[k])
            k = (k + 1) & (s->n_slots - 1);
        s->slots[k] = i + 1;
    }
}

uint32_t sets_intern(struct sets *s)
{
    uint64_t hash = mix(s->current.n);
    for (uint32_t i = 0; i < s->current.n; i++)
        hash += mix(s->current.at[i] + 1);
    uint32_t k = (uint32_t)hash & (s->n_slots - 1);
    for (; s->slots[k]; k = (k + 1) & (s->n_slots - 1))
        if (is_current(s, &s->all.at[s->slots[k] - 1], hash))
            return s->slots[k] - 1;
    struct set x = {s->current.n, ARENA_ARRAY(s->a, uint32_t, s->current.n), hash};
    if (x.n)
        memcpy(x.at, s->current.at, x.n * sizeof *x.at);
    vec_push(s->a, s->all, x);
    s->slots[k] = s->all.n;
    if (s->all.n * 2 >= s->n_slots)
        grow(s);
    return s->all.n - 1;
}
