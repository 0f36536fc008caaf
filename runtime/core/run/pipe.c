/* pipe.c -- see pipe.h. */
#include "pipe.h"

#include <stdlib.h>
#include <string.h>

static bool has_slot(motet__pipe *p)
{
    if (p->written - p->read_seen < MOTET__PIPE) {
        return true;
    }
    /* acquire: partner of the release in motet__pipe_drop: the slot was read. */
    p->read_seen = atomic_load_explicit(&p->read, memory_order_acquire);
    return p->written - p->read_seen < MOTET__PIPE;
}

bool motet__pipe_room(motet__pipe *p)
{
    return !p->spill_first && has_slot(p);
}

bool motet__pipe_put(motet__pipe *p, const motet__parcel *parcel)
{
    if (!motet__pipe_room(p)) {
        return false;
    }
    p->slots[p->written++ % MOTET__PIPE] = *parcel;
    return true;
}

void motet__pipe_spill(motet__pipe *p, motet__letter *letter)
{
    letter->next = NULL;
    if (p->spill_first) {
        p->spill_last->next = letter;
    } else {
        p->spill_first = letter;
    }
    p->spill_last = letter;
}

bool motet__pipe_publish(motet__pipe *p, motet__stack *free)
{
    while (p->spill_first && has_slot(p)) {
        motet__letter *letter = p->spill_first;
        p->slots[p->written++ % MOTET__PIPE] = letter->parcel;
        p->spill_first = letter->next;
        motet__stack_push(free, letter);
    }
    if (atomic_load_explicit(&p->tail, memory_order_relaxed) == p->written) {
        return false;
    }
    /* release: the slots; partner: the acquire in motet__pipe_peek. */
    atomic_store_explicit(&p->tail, p->written, memory_order_release);
    return true;
}

uint32_t motet__pipe_count(const motet__pipe *p)
{
    uint32_t n = p->written - atomic_load_explicit(&p->read, memory_order_relaxed);
    for (const motet__letter *l = p->spill_first; l; l = l->next) {
        n++;
    }
    return n;
}

bool motet__pipe_drained(const motet__pipe *p)
{
    /* acquire: partner of the release in motet__pipe_drop. */
    return !p->spill_first && atomic_load_explicit(&p->read, memory_order_acquire) == p->written;
}

motet__pipe *motet__pipe_new(void)
{
    motet__pipe *p = aligned_alloc(64, sizeof *p);
    if (p) {
        memset(p, 0, sizeof *p);
    }
    return p;
}

void motet__pipe_free(motet__pipe *p)
{
    free(p);
}
