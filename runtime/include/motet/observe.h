/* observe.h -- what actors and workers are doing: snapshots, by any thread, callbacks included.
 *
 * Nothing is allocated. What stands in one entry is of one moment; the entries of a snapshot are taken a thousand
 * actors at a time, and for each thousand all workers are held between two pieces of the runtime's own work, some 0.1
 * ms: callbacks go on meanwhile, and wait only when they call the runtime. Not in the process of an isolated actor.
 */
#ifndef MOTET_OBSERVE_H
#define MOTET_OBSERVE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "system.h"

enum { MOTET_NAME_ROOM = 48 };

typedef enum motet_activity {
    MOTET_IS_IDLE,      /* it has no mail */
    MOTET_IS_QUEUED,    /* it waits for its turn */
    MOTET_IS_RUNNING,   /* it is in its turn */
    MOTET_IS_SUSPENDED, /* a message of it waits for room in another's inbox */
    MOTET_IS_DOWN       /* a child of the tree that is not up: not started, failing, stopped, or gone for good */
} motet_activity;

typedef struct motet_actor_info {
    motet_ref ref;               /* with all rights; MOTET_NOBODY of one that is down */
    char name[MOTET_NAME_ROOM];  /* of its type, or "child[2]" of a child of the tree; cut when it is longer */
    motet_activity activity;
    uint32_t worker;             /* that it belongs to now */
    uint64_t handled;            /* by this incarnation: mail, and messages of sessions */
    /* in its turns; an estimate: about every 64th turn is timed, and counts for them all */
    uint64_t busy_ns;
    uint32_t waiting;            /* in its mailbox: mail, and participants of sessions that have something to do */
    uint32_t high_water;         /* the most that waited when a turn began */
    uint32_t places, room;       /* of its inbox: taken, also by what is on its way; in all */
    uint32_t sessions;           /* open ones that it plays in */
    uint32_t restarts;           /* of a child of the tree, a dynamic one too */
} motet_actor_info;

typedef enum motet_order { /* the largest first; equal ones as they were made */
    MOTET_BY_AGE,          /* those that were made first; slots that are used again are not in order */
    MOTET_BY_BUSY,
    MOTET_BY_HANDLED,
    MOTET_BY_WAITING,
    MOTET_BY_HIGH_WATER,
    MOTET_BY_RESTARTS
} motet_order;

/* The first `room` actors in that order, children that are down included: how many there are in all goes to *n, of
 * which out[0 .. min(*n, room) - 1] are filled. O(actors * log room). */
void motet_top(motet_system *sys, motet_actor_info *out, size_t room, size_t *n, motet_order order);

typedef struct motet_worker_info {
    bool own_thread;            /* belongs to one actor (MOTET_OWN_THREAD), or to none for now */
    bool parked;                /* its thread sleeps */
    uint32_t runnable;          /* actors that wait for their turn */
    uint64_t turns, parks;
    uint64_t moved;             /* actors that came from other workers */
    uint64_t busy_ns, idle_ns;  /* since it started; idle is looking for work too */
} motet_worker_info;

/* The first `room` of them; *n: how many there are. Holds nobody. */
void motet_workers(motet_system *sys, motet_worker_info *out, size_t room, size_t *n);

/* Both as tables, for people: the first `most` actors (100 at most). */
void motet_top_print(motet_system *sys, FILE *to, size_t most, motet_order order);

#endif
