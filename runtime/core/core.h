/* core.h -- the runtime's structures, and who may touch what.
 *
 * Four owners, and nothing is shared but through them:
 *   control    the lock `control`: lifecycle of actors, supervision, opening and ending of sessions
 *   an actor   whoever runs it (a worker, one at a time): its state, its inbox's tail, its participants
 *   a lane     its writer and its reader (lane.h)
 *   a worker   its thread: pool, outboxes, counters (written by it alone)
 * User callbacks run in the actor's context and with no lock held. Lock order: control, then an actor's room, then
 * park or shared.
 *
 * Life of a session instance (a block): 1 control binds its roles to actors, all of them at once, and wakes those
 * that act first; 2 participants step; 3 its outcome is decided exactly once, by a change of `word`: completed when
 * nobody is active and all lanes are empty, or aborted; 4 every participant is told by its own actor, and closes;
 * 5 the last one to close ends the block under control.
 */
#ifndef MOTET_CORE_CORE_H
#define MOTET_CORE_CORE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <motet/motet.h>

#include "lane.h"
#include "pool.h"
#include "port.h"
#include "queue.h"
#include "step.h"
#include "supervision.h"
#include "timers.h"
#include "window.h"

#define MOTET__NO_ACTOR UINT32_MAX
#define MOTET__MS UINT64_C(1000000)

typedef struct motet__actor motet__actor;
typedef struct motet__block motet__block;
typedef struct motet__wire motet__wire;
typedef struct motet__worker motet__worker;

/* ---- wires: what all sessions of one wire share; constant after the start but for the fields under control ---- */

typedef struct motet__role {
    const motet_role_type *type;
    const motet_automaton *automaton;
    uint32_t first, count; /* candidate actors: first .. first+count-1 */
    uint32_t turn;         /* control: where the search for one begins, when count > 1 */
    uint32_t *room;        /* [n_states] largest payload that the state can send */
    uint32_t *reads;       /* [n_states + 1] the state's lanes are read_lanes[reads[s] .. reads[s+1]-1] */
    uint16_t *read_lanes;
    uint16_t *lane_of;     /* [n_labels] the lane that a send label writes; MOTET_NONE for a receive label */
} motet__role;

typedef struct motet__lane_shape {
    uint16_t from, to;
    uint32_t capacity;
    uint8_t policy; /* motet_policy */
    bool shared;
} motet__lane_shape;

typedef struct motet__open { /* an accepted open: waiting while block is NULL */
    struct motet__open *next_in_bucket, *next_waiting;
    uint64_t id, arg; /* ids grow, so they order the waiting ones too */
    motet__wire *wire;
    motet__block *block;
} motet__open;

struct motet__wire {
    const motet_session_type *session;
    motet__role *roles; /* [session->n_roles] */
    uint16_t n_lanes;
    motet__lane_shape *lanes;
    /* control: */
    motet__block_pool blocks;
    motet__open *first, *last; /* waiting opens, in order */
    motet__actor **chosen;     /* [n_roles] scratch of an open */
};

/* ---- session instances ---- */

/* block.word: who is active, and the outcome. One word, so that completion and abort exclude each other. */
#define MOTET__ACTIVE_ONE UINT64_C(1)             /* bits 0 .. 31: participants that are not at rest or ended */
#define MOTET__ACTIVE(w) ((uint32_t)(w))
#define MOTET__WAKING_ONE (UINT64_C(1) << 32)     /* bits 32 .. 55: how often one came back from rest */
#define MOTET__WAKING_MASK (UINT64_C(0xffffff) << 32)
#define MOTET__OUTCOME(w) ((unsigned)((w) >> 56)) /* bits 56 .. 63: 0, a motet_abort_reason, or: */
enum { MOTET__COMPLETED = 0x80 };

struct motet_session { /* a participant */
    motet__link link;        /* in its actor's inbox; first */
    _Atomic uint32_t ready;  /* 1: in the inbox, or closed for good: no wake-up queues it */
    _Atomic uint32_t resumed; /* motet_session_resume was called since the last question */
    _Atomic uint32_t ended;  /* it stands at its end; set before it leaves the active ones in block->word */
    uint16_t role, state;
    uint16_t out_label;      /* of pending */
    uint16_t cursor;         /* where the search for a message begins, among several lanes */
    bool touched;            /* one of its handlers has been called */
    bool later;              /* produce answered MOTET_LATER */
    bool passive;            /* counted as not active in block->word */
    bool closed;             /* ended; its memory may go once it is out of the inbox */
    bool blocked;            /* suspended on a full lane */
    bool sends_first;        /* MOTET_AT_BOTH: what the next turn tries first */
    uint8_t refused;         /* motet_refusal: what became of the last answer */
    bool queued, granted;    /* in room's queue; given a place there. Under the lock of `room` */
    bool first_of_actor;     /* the one that counts against the actor's `sessions`; control */
    motet__block *block;
    motet__actor *actor;
    const motet__role *plan;
    motet__message *pending; /* produced, without room in its lane yet */
    motet__lane *unsettled;  /* popped in this turn */
    motet__actor *room;      /* whose shared mailbox it may wait for; NULL: none */
    motet_session *prev_waiting, *next_waiting; /* in its queue; under its lock */
    void *memory;            /* what refinements remember */
    void *slot;              /* the user's */
    motet_session *prev, *next; /* in actor->sessions_open; control */
};

struct motet__block {
    void *pool_link;       /* of the wire's block pool; first */
    motet__wire *wire;
    motet__open *open;
    uint64_t id, arg;
    _Atomic uint64_t word;
    _Atomic uint32_t refs; /* participants that are not closed and out of their inboxes */
    motet_session *parts;  /* [n_roles] */
    motet__lane *lanes;    /* [n_lanes] */
};

/* ---- actors ---- */

typedef enum motet__phase {
    MOTET__DOWN,     /* not started, or stopped; may have its start timer armed */
    MOTET__STARTING, /* told to run init */
    MOTET__UP,
    MOTET__FAILING,  /* a handler failed: it ends its sessions, then itself */
    MOTET__STOPPING, /* told to end its sessions and itself */
    MOTET__FAILED,   /* ended by failure; its supervisor has not decided yet */
    MOTET__GONE      /* ended for good */
} motet__phase;

struct motet__actor {
    motet_system *sys;
    const motet_actor_type *type;
    const motet_child_spec *spec;
    motet__inbox inbox;         /* ready participants */
    _Atomic uint32_t scheduled; /* 1: in a run queue or running */
    _Atomic uint32_t phase;     /* motet__phase; written under control */
    _Atomic uint32_t held;      /* participants not closed; grows under control, shrinks in the actor's context */
    void *state;                /* the user's */
    motet__actor *run_next;     /* in the shared queue */
    motet__lock *room;          /* of a shared mailbox, else NULL; the next three are under it */
    uint32_t used;              /* places */
    motet_session *waiting_first, *waiting_last;
    /* control: */
    char *name;
    uint32_t number, index;     /* in start order; in the family */
    uint32_t incarnation;
    bool ordered, tried;        /* its first start was ordered; has been tried */
    bool doomed;                /* about to be stopped: joins no session */
    bool queued;                /* in the supervisor's queue of failures */
    motet_status failure;       /* of its last incarnation, until the next one is up */
    uint32_t sessions;          /* open ones */
    uint64_t stamp, claim;      /* marks of one open, of one pass over the waiting ones */
    motet_session *sessions_open;
    uint64_t delay, up_since;   /* restart backoff */
    motet__actor *next_failed;
};

/* ---- workers ---- */

typedef struct motet__outbox { /* messages on their way home */
    motet__message *first, *last;
    uint32_t n;
} motet__outbox;

typedef struct motet__counts { /* written by the worker alone, read by anybody: relaxed */
    _Atomic uint64_t messages, dropped, fidelity, blocked, lost, refused, resumed;
} motet__counts;

struct motet__worker {
    motet_system *sys;
    uint32_t index, ticks, victim;
    motet__thread *thread;
    motet__pool pool;
    motet__outbox *outboxes; /* [n_workers] */
    motet__counts counts;
    _Alignas(64) _Atomic(motet__message *) returned; /* messages that came home */
    motet__runq runq;
};

/* ---- the system ---- */

typedef struct motet__supervisor { /* under control */
    motet__tree tree;
    motet__sup *sups;
    uint32_t *owner;
    uint8_t *temporary;
    motet__window *windows;
    uint64_t *window_times;
    motet__timers timers;  /* by actor: its start */
    uint64_t late_at;      /* when the stop in flight is late; MOTET__NEVER: none, or reported */
    uint64_t *when;
    uint32_t *order, *place;
    bool planned, final;   /* a verdict is being carried out; it is the one that stops the system */
    motet__verdict verdict;
    uint64_t start_at;
    uint32_t *stop, *start;
    uint32_t n_stop, n_start, at_stop;
    uint32_t in_flight;    /* the actor that was told to start or stop, or MOTET__NO_ACTOR */
    uint32_t n_failing, n_tried; /* actors on their way down; those that were started once */
    motet__actor *failed_first, *failed_last;
    bool stopping, stopped; /* motet_system_stop was called; all actors have ended */
} motet__supervisor;

struct motet_system {
    const motet_system_spec *spec;
    struct motet__isolate *isolate; /* NULL: no actor runs in a process of its own */
    void *env;
    uint32_t n_workers, n_actors, n_wires;
    motet__worker *workers;
    motet__actor *actors;      /* in start order */
    uint32_t *child_first;     /* [n_children] number of a child's first instance */
    motet__wire *wires;

    /* scheduling */
    motet__lock *shared;       /* the shared run queue */
    motet__actor *shared_first, *shared_last;
    _Atomic uint32_t shared_n;
    motet__lock *park;
    motet__cond *sleeping, *watch; /* where workers park: most of them; the one that watches the clock */
    bool watching, unhurried;      /* park: somebody watches; without a deadline of its own */
    uint32_t n_sleeping;           /* park: those on `sleeping` */
    _Atomic uint32_t sleepers;     /* workers that park or are about to */
    _Atomic uint32_t waking;       /* 1: one parked worker is to wake up; it takes the 1 with it */
    _Atomic uint32_t quit;
    _Atomic uint64_t next_due;     /* earliest timer; MOTET__NEVER: none */

    motet__lock *control;
    motet__cond *changed;
    /* control: */
    motet__supervisor sup;
    motet__block_pool opens;
    motet__open **buckets;     /* by id, a power of two */
    uint32_t n_buckets, n_opens;
    motet__wire **queue;       /* [n_wires] wires with waiting opens, by the id of their first */
    uint32_t n_queue;
    uint64_t stamp, claim;
    uint64_t opened, completed, aborted, n_open, n_waiting, crashes, restarts, failures[MOTET_REASONS];
    uint32_t n_up;
    bool gave_up;
};

extern _Thread_local motet__worker *motet__self; /* NULL outside of workers */

/* What the core hands to every init. */
typedef struct motet__start {
    motet_start start; /* first */
    motet__actor *actor;
} motet__start;

/* isolate_child.c: whether this is the process of an isolated actor, where no system is; then what the program asks of
 * one is for these, that ask the parent, or refuse. */
extern bool motet__in_child;
motet_err motet__child_open(const motet_system *sys, uint16_t wire, uint64_t arg, uint64_t *id);
motet_err motet__child_resume(const motet_system *sys, uint64_t id, uint16_t role);
motet_err motet__child_refuse(const char *what); /* MOTET_EINVAL, and says so */

/* actor.c: in the actor's context, but for _wake (anyone). */
void motet__actor_wake(motet__actor *a);
void motet__actor_run(motet__worker *w, motet__actor *a);

/* session.c */
/* Anyone who knows that the block lives: makes the participant's actor look at it. */
void motet__session_wake(motet_session *p);
/* Decides the outcome, unless it is decided already, and wakes all. As _wake, the block must live. */
void motet__block_abort(motet__block *b, motet_abort_reason why);
/* In the actor's context: a turn of the participant. Non-zero: a handler failed, with that status. */
motet_status motet__session_run(motet__worker *w, motet_session *p);

/* room.c: the room of an actor with a shared mailbox. Of what `p` waits for, in p's own context. */
/* A place for what p has pending: whether there is one. Where senders block, p is woken when it has been given one. */
bool motet__room_take(motet__actor *a, motet_session *p);
/* Where senders are refused: whether there is still no room; then p is woken when there may be. */
bool motet__room_wait(motet__actor *a, motet_session *p);
/* p waits no longer, and gives back what it did not use. */
void motet__room_leave(motet_session *p);
/* Anyone who took a message off: n places are free. */
void motet__room_give(motet__actor *a, uint32_t n);

/* wire.c */
MOTET_MUST_USE motet_err motet__wire_init(motet_system *sys, motet__wire *wire, const motet_wire_spec *spec);
void motet__wire_fini(motet__wire *wire);
/* A block that stands at the session's start, in every field but open, id, arg and the actors. NULL: no memory. */
motet__block *motet__wire_block(motet__wire *wire);

/* open.c: all under control, but for _end, which takes it. */
void motet__opens_kick(motet_system *sys);                  /* actors became available, or went for good */
void motet__block_end(motet__worker *w, motet__block *b);   /* all participants are closed */
motet__open *motet__open_find(motet_system *sys, uint64_t id);

/* worker.c */
void motet__sched_push(motet_system *sys, motet__actor *a); /* anyone: the actor is to be run */
void motet__sched_rearm(motet_system *sys);                 /* next_due became earlier */
void motet__sched_quit(motet_system *sys);
void motet__worker_main(void *worker);
motet__message *motet__message_new(motet__worker *w, size_t size);
void motet__message_free(motet__worker *w, motet__message *m);

/* supervisor.c */
MOTET_MUST_USE motet_err motet__sup_init(motet_system *sys);
void motet__sup_fini(motet_system *sys);
void motet__sup_advance(motet_system *sys);                 /* under control: does what can be done now */
bool motet__sup_quiet(const motet_system *sys);             /* under control: nothing is pending */
/* These take control. */
void motet__sup_started(motet__actor *a, motet_status status); /* after init */
void motet__sup_failed(motet__actor *a, motet_status status);  /* a handler failed */
void motet__sup_lost(motet__actor *a, uint32_t incarnation); /* any thread: its process has died */
void motet__sup_ended(motet__actor *a);                        /* its sessions are closed, fini has run */
void motet__sup_tick(motet_system *sys);                       /* next_due has come */

/* system.c: under control: wakes whoever waits for idleness, a start or a stop. */
void motet__system_changed(motet_system *sys);

static inline motet__phase motet__actor_phase(motet__actor *a)
{
    /* acquire: partner of motet__actor_enter; what was set up for the new phase is there. */
    return (motet__phase)atomic_load_explicit(&a->phase, memory_order_acquire);
}

static inline void motet__actor_enter(motet__actor *a, motet__phase phase)
{
    /* release: partner of motet__actor_phase. */
    atomic_store_explicit(&a->phase, (uint32_t)phase, memory_order_release);
}

/* Whether the role may send before it receives anything. */
static inline bool motet__begins(const motet__role *role)
{
    uint16_t kind = role->automaton->states[0].kind;
    return kind == MOTET_AT_SEND || kind == MOTET_AT_BOTH;
}

static inline void motet__count(_Atomic uint64_t *counter, uint64_t by)
{
    /* One writer: no read-modify-write is needed. */
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by, memory_order_relaxed);
}

#endif
