/* window.c -- see window.h. The ring fills from index 0, so `oldest` moves only once it is full. */
#include "window.h"

void motet__window_init(motet__window *w, uint64_t *at, uint32_t limit, uint64_t span)
{
    w->at = at;
    w->limit = limit;
    w->span = span;
    w->n = 0;
    w->oldest = 0;
}

void motet__window_clear(motet__window *w)
{
    w->n = 0;
    w->oldest = 0;
}

bool motet__window_record(motet__window *w, uint64_t now)
{
    if (w->n < w->limit) {
        w->at[w->n] = now;
        w->n = w->n + 1u;
        return true;
    }
    if (w->limit == 0 || now - w->at[w->oldest] <= w->span) {
        return false;
    }
    w->at[w->oldest] = now;
    w->oldest = w->oldest + 1u < w->limit ? w->oldest + 1u : 0u;
    return true;
}
