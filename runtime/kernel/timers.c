/* timers.c -- see timers.h. */
#include "timers.h"

/* Whether the timer `a` fires before `b`. */
static bool before(const motet__timers *t, uint32_t a, uint32_t b)
{
    return t->when[a] < t->when[b] || (t->when[a] == t->when[b] && a < b);
}

static void put(motet__timers *t, uint32_t position, uint32_t id)
{
    t->order[position] = id;
    t->place[id] = position;
}

static void sift_up(motet__timers *t, uint32_t p)
{
    while (p > 0u) {
        uint32_t up = (p - 1u) / 2u, id = t->order[p], parent = t->order[up];
        if (!before(t, id, parent)) {
            break;
        }
        put(t, up, id);
        put(t, p, parent);
        p = up;
    }
}

static void sift_down(motet__timers *t, uint32_t p)
{
    for (;;) {
        uint32_t c = 2u * p + 1u;
        if (c >= t->n) {
            break;
        }
        if (c + 1u < t->n && before(t, t->order[c + 1u], t->order[c])) {
            c = c + 1u;
        }
        uint32_t id = t->order[p], child = t->order[c];
        if (!before(t, child, id)) {
            break;
        }
        put(t, p, child);
        put(t, c, id);
        p = c;
    }
}

void motet__timers_init(motet__timers *t, uint32_t size, uint64_t *when, uint32_t *order, uint32_t *place)
{
    t->size = size;
    t->n = 0;
    t->when = when;
    t->order = order;
    t->place = place;
    for (uint32_t i = 0; i < size; i++) {
        place[i] = MOTET__UNARMED;
    }
}

void motet__timers_arm(motet__timers *t, uint32_t id, uint64_t when)
{
    if (t->place[id] != MOTET__UNARMED) {
        motet__timers_cancel(t, id);
    }
    uint32_t p = t->n;
    t->n = t->n + 1u;
    t->when[id] = when;
    put(t, p, id);
    sift_up(t, p);
}

void motet__timers_cancel(motet__timers *t, uint32_t id)
{
    uint32_t p = t->place[id];
    if (p == MOTET__UNARMED) {
        return;
    }
    t->place[id] = MOTET__UNARMED;
    t->n = t->n - 1u;
    if (p == t->n) {
        return;
    }
    uint32_t last = t->order[t->n];
    put(t, p, last);
    sift_up(t, p);
    sift_down(t, t->place[last]);
}

bool motet__timers_first(const motet__timers *t, uint32_t *id, uint64_t *when)
{
    if (t->n == 0) {
        return false;
    }
    *id = t->order[0];
    *when = t->when[t->order[0]];
    return true;
}
