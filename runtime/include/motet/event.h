/* event.h -- what supervisors did, told to the program: motet_options.on_event. */
#ifndef MOTET_EVENT_H
#define MOTET_EVENT_H
#include <stdint.h>

#include "session.h"

typedef enum motet_event_kind {
#define MOTET_EVENT(name, what) MOTET_EVENT_##name,
#include "event.def"
#undef MOTET_EVENT
    MOTET_EVENT_KINDS
} motet_event_kind;

/* Strings live as long as the system. */
typedef struct motet_event {
    motet_event_kind kind;
    const char *supervisor; /* of the child; of ESCALATED: the one that ended */
    const char *child;      /* the instance's name, as in motet_start.name; of a dynamic child: its type's */
    const char *group;      /* of a dynamic child: the name of its group; else NULL */
    uint32_t instance;      /* its number among those of its spec; of a dynamic child: motet_dynamic.number */
    uint32_t incarnation;
    motet_status status;    /* FAILED, ESCALATED, GAVE_UP: why. GONE: why it ended, MOTET_DONE when it was no failure */
    motet_reason reason;    /* that the status stands for */
    uint64_t delay_ns;      /* DELAYED */
    uint64_t time_ns;       /* when, by the system's clock */
    uint64_t number;        /* 1, 2, ...; a gap: so many were lost, for on_event took too long */
} motet_event;

/* Called for one event after the other, in their order, with no lock held and never twice at once: by a worker between
 * two turns, or by the thread that is in motet_system_stop. Whatever any thread may do it may, but wait for an actor
 * or to stop the system. While it runs its worker does nothing else and events wait, MOTET_EVENTS of them at most. */
typedef void (*motet_on_event)(void *env, const motet_event *event);
enum { MOTET_EVENTS = 1024 };

/* One lower-case phrase that goes on after the child's name; static storage. */
const char *motet_event_text(motet_event_kind kind);

#endif
