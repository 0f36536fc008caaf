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

static bool grow_spill(motet__pipe *p)
{
    uint32_t size = p->spill_size ? p->spill_size * 2u : MOTET__PIPE;
    motet__parcel *spill = size > 0 ? aligned_alloc(64, size * sizeof *spill) : NULL;
    if (!spill) {
        return false;
    }
    for (uint32_t i = 0; i < p->spill_n; i++) {
        spill[i] = p->spill[(p->spill_first + i) % p->spill_size];
    }
    free(p->spill);
    p->spill = spill;
    p->spill_first = 0;
    p->spill_size = size;
    return true;
}

static bool spill(motet__pipe *p, const motet__parcel *parcel)
{
    if (p->spill_n == p->spill_size && !grow_spill(p)) {
        return false;
    }
    p->spill[(p->spill_first + p->spill_n++) % p->spill_size] = *parcel;
    return true;
}

bool motet__pipe_put(motet__pipe *p, const motet__parcel *parcel)
{
    if (p->spill_n > 0 || !has_slot(p)) {
        return spill(p, parcel);
    }
    p->slots[p->written++ % MOTET__PIPE] = *parcel;
    return true;
}

bool motet__pipe_publish(motet__pipe *p)
{
    while (p->spill_n > 0 && has_slot(p)) {
        p->slots[p->written++ % MOTET__PIPE] = p->spill[p->spill_first++ % p->spill_size];
        p->spill_n--;
    }
    if (atomic_load_explicit(&p->tail, memory_order_relaxed) == p->written) {
        return false;
    }
    /* release: the slots; partner: the acquire in motet__pipe_peek. */
    atomic_store_explicit(&p->tail, p->written, memory_order_release);
    return true;
}

bool motet__pipe_drained(const motet__pipe *p)
{
    /* acquire: partner of the release in motet__pipe_drop. */
    return p->spill_n == 0 && atomic_load_explicit(&p->read, memory_order_acquire) == p->written;
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
    if (p) {
        free(p->spill);
        free(p);
    }
}
