/* event.c -- what supervisors did, on its way to the program.
 *
 * Under control events go into a ring; they are told outside of it, by one thread at a time, so in their order. Whoever
 * adds the first that waits lets a worker know, its own or the first, who looks between two turns.
 */
#include "core.h"

#include <stdlib.h>

typedef struct motet__events {
    motet_on_event on_event;
    uint32_t first, n;       /* control */
    uint64_t number;         /* control: of the last event */
    _Atomic bool telling;    /* a thread is in motet__events_tell */
    motet_event ring[MOTET_EVENTS];
} motet__events;

const char *motet_event_text(motet_event_kind kind)
{
    switch (kind) {
#define MOTET_EVENT(name, what) case MOTET_EVENT_##name: return what;
#include <motet/event.def>
#undef MOTET_EVENT
    default: return "unknown event";
    }
}

motet_err motet__events_init(motet_system *sys, motet_on_event on_event)
{
    sys->events = on_event ? calloc(1, sizeof *sys->events) : NULL;
    if (sys->events) {
        sys->events->on_event = on_event;
    }
    return on_event && !sys->events ? MOTET_ENOMEM : MOTET_OK;
}

void motet__events_fini(motet_system *sys)
{
    free(sys->events);
}

void motet__event(motet_system *sys, motet_event e)
{
    motet__events *q = sys->events;
    if (!q) {
        return;
    }
    e.number = ++q->number;
    if (q->n == MOTET_EVENTS) {
        return; /* lost: a gap in the numbers */
    }
    e.time_ns = motet__system_clock(sys);
    e.reason = motet_status_reason(e.status);
    q->ring[(q->first + q->n++) % MOTET_EVENTS] = e;
    /* seq_cst: before the look whether they are being told; partner: the store in motet__events_tell. */
    if (!atomic_exchange_explicit(&sys->told, true, memory_order_seq_cst)) {
        motet__worker *w = motet__self && motet__self->sys == sys ? motet__self : sys->cores[0];
        motet__worker_news(w);
        motet__worker_wake(w);
    }
}

void motet__event_of(motet__child *c, motet_event_kind kind, motet_status status, uint64_t delay_ns)
{
    motet_system *sys = c->sys;
    if (sys->events) {
        motet__event(sys, (motet_event){.kind = kind,
                                        .supervisor = sys->spec->supervisors[c->spec->supervisor].name,
                                        .child = c->name,
                                        .instance = c->index,
                                        .incarnation = c->incarnation,
                                        .status = status,
                                        .delay_ns = delay_ns});
    }
}

/* The next one; false: there is none. */
static bool next(motet_system *sys, motet_event *e)
{
    motet__events *q = sys->events;
    motet__lock_take(sys->control);
    bool some = q->n > 0;
    if (some) {
        *e = q->ring[q->first];
        q->first = (q->first + 1u) % MOTET_EVENTS;
        q->n--;
    } else {
        atomic_store_explicit(&sys->told, false, memory_order_relaxed); /* relaxed: under control */
    }
    motet__lock_release(sys->control);
    return some;
}

bool motet__events_wait(motet_system *sys)
{
    /* seq_cst: partners: the exchange in motet__event, the store below: one of the two sees that events wait and nobody
     * tells them. */
    return atomic_load_explicit(&sys->told, memory_order_seq_cst) &&
           !atomic_load_explicit(&sys->events->telling, memory_order_seq_cst);
}

void motet__events_tell(motet_system *sys)
{
    motet__events *q = sys->events;
    motet_event e;
    while (q && motet__events_wait(sys)) {
        /* acq_rel: the calls of on_event follow each other; partner: the store below. */
        if (atomic_exchange_explicit(&q->telling, true, memory_order_acq_rel)) {
            return;
        }
        while (next(sys, &e)) {
            q->on_event(sys->env, &e);
        }
        atomic_store_explicit(&q->telling, false, memory_order_seq_cst);
    }
}
