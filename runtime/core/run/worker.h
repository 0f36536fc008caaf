/* worker.h -- a worker: a core (what its gate guards) and the thread that runs it.
 *
 * All of the core is touched by whoever is inside its gate (gate.h), nearly always the worker's own thread. Functions
 * here that take a worker must be called inside its gate.
 */
#ifndef MOTET_CORE_WORKER_H
#define MOTET_CORE_WORKER_H
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "actor.h"
#include "depot.h"
#include "gate.h"
#include "pipe.h"
#include "pool.h"
#include "port.h"
#include "sim.h"
#include "wheel.h"

enum { MOTET__WORKERS = 64, MOTET__THREADS = 64, MOTET__CORES = MOTET__WORKERS + MOTET__THREADS };
enum { MOTET__WORDS = MOTET__CORES / 64 };

typedef struct motet__outbox { /* blocks and messages of sessions on their way home */
    motet__message *first, *last;
    uint32_t n;
} motet__outbox;

typedef struct motet__counts { /* written inside the gate, read by anybody: relaxed */
    _Atomic uint64_t messages, dropped, fidelity, blocked, lost, refused, resumed; /* of sessions */
    _Atomic uint64_t idle_ns, signals_lost, dead, spawned, ended, failed, moved, parks, mail_lost, mail_refused;
} motet__counts;

enum { MOTET__STACKS = 6 }; /* those of a worker, but for letters: the core keeps some of these to itself */

typedef enum motet__rest { MOTET__BUSY, MOTET__SPINNING, MOTET__PARKED } motet__rest;

typedef struct motet__secret { /* of a system's refs (seal.c) */
    uint64_t mask, factor; /* factor is odd */
} motet__secret;

struct motet_ctx { /* motet__worker */
    motet__gate gate;
    motet__secret secret;             /* as in sys, and the next as well: what every send needs */
    _Atomic(unsigned char *) *chunks; /* of the actors */
    motet_system *sys;
    motet_sim *sim;           /* as sys->sim */
    uint16_t index;
    bool own_thread;          /* belongs to one actor: takes part in no moving */
    motet__actor *resident;   /* that one, once it was placed here */
    _Atomic bool retired;     /* and that one has ended */

    /* the run queue, and the turn */
    motet__actor *run_first, *run_last;
    _Atomic uint32_t n_runnable; /* in the run queue; others read it */
    _Atomic uint64_t turns;      /* others read it, to see how it goes on */
    motet__actor *current;    /* whose callback runs, or whose turn it is */
    uint32_t left;            /* mail that its turn may still handle */
    uint32_t batch;           /* the most that a turn handles */
    motet__link *in_hand;     /* the mail that is being handled; NULL when it is embedded */
    jmp_buf *fail_to;         /* where motet_fail goes */
    motet_status fail_status;
    motet_session *participant; /* whose handler runs, when it is a session's */
    motet__message *message;  /* in its hands */
    uint16_t state_before;    /* of the participant, before that message */
    bool asking;              /* its handler is a maker */
    motet_mail told;          /* what handle_told shows: the rest of it stays as it is */
    bool sampling;            /* the turn is timed, for all until the next look at the clock */
    bool any_dirty;           /* one of its pipes has something unpublished */
    uint32_t crossed;         /* parcels put into pipes since the last look at the clock */
    uint64_t last_monitor;

    /* memory */
    motet__stack nodes, actors, dues, tiny, small, mores, letters; /* of the depots of these names (core.h) */
    motet__pool pool;
    motet__outbox *outboxes;  /* [n_cores] by home */

    /* time */
    uint64_t now;             /* when the clock was last read */
    uint32_t until_look, look_every; /* turns, until it is read again */
    uint32_t seen_turns, turn_ns; /* at the last look: turns, and how long they took */
    bool much;                /* there was a backlog */
    motet__wheel wheel;
    _Atomic uint64_t wheel_next; /* not later than the first of its timers; others read it, to see what waits */

    /* traffic with others */
    motet__pipe **out;        /* [n_cores] made when needed */
    uint64_t dirty[MOTET__WORDS]; /* pipes with something unpublished */
    motet__counts counts;

    _Alignas(64) _Atomic uint32_t news; /* one of the next three was set */
    _Atomic uint64_t arrivals[MOTET__WORDS]; /* from whom something was published */
    _Atomic(motet__message *) returned; /* messages that came home */
    _Atomic uint32_t injected, called;  /* something lies in `inject`, in `calls` */
    motet__lock *inject_lock;
    /* under inject_lock: */
    motet__letter *inject_first, *inject_last;
    motet__link *posted_first, *posted_last; /* embedded links; each is its own letter */
    struct motet__call *calls_first, *calls_last;
    _Atomic uint32_t rest;              /* motet__rest */
    motet__lock *park;
    motet__cond *wake;
    _Atomic uint64_t began, idle_since; /* for observe.c; the latter is 0 while it is busy */
    bool awoken;                        /* under park */
    motet__thread *thread;
    /* its thread's, while it is idle: */
    uint64_t idle_until;                /* its first timer */
    uint64_t spin_for;                  /* ns, before it parks */
    uint32_t looked_turns[MOTET__WORKERS];
    uint64_t looked_at;
    motet__stack hidden[MOTET__STACKS]; /* put aside, so that a simulated lack of memory is met */
};

extern _Thread_local motet__worker *motet__self; /* NULL outside of workers */

static inline void motet__count(_Atomic uint64_t *counter, uint64_t by)
{
    /* One writer: no read-modify-write is needed. */
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by, memory_order_relaxed);
}

/* ---- the run queue ---- */

static inline void motet__run_push(motet__worker *w, motet__actor *a)
{
    a->state = MOTET__QUEUED;
    a->run_next = NULL;
    if (w->run_first) {
        w->run_last->run_next = a;
    } else {
        w->run_first = a;
    }
    w->run_last = a;
    /* relaxed: those who read it only guess by it. */
    atomic_store_explicit(&w->n_runnable, atomic_load_explicit(&w->n_runnable, memory_order_relaxed) + 1u,
                          memory_order_relaxed);
}

static inline motet__actor *motet__run_pop(motet__worker *w)
{
    motet__actor *a = w->run_first;
    if (a) {
        w->run_first = a->run_next;
        if (w->run_first) {
            __builtin_prefetch(w->run_first);
        }
        atomic_store_explicit(&w->n_runnable, atomic_load_explicit(&w->n_runnable, memory_order_relaxed) - 1u,
                              memory_order_relaxed); /* relaxed: as above */
    }
    return a;
}

/* Takes it out of the run queue, if it is there. */
static inline void motet__run_remove(motet__worker *w, motet__actor *a)
{
    motet__actor *before = NULL, *at = w->run_first;
    if (a->state != MOTET__QUEUED) {
        return;
    }
    for (; at != a; at = at->run_next) {
        before = at;
    }
    if (before) {
        before->run_next = a->run_next;
    } else {
        w->run_first = a->run_next;
    }
    w->run_last = w->run_last == a ? before : w->run_last;
    a->state = MOTET__IDLE;
    atomic_store_explicit(&w->n_runnable, atomic_load_explicit(&w->n_runnable, memory_order_relaxed) - 1u,
                          memory_order_relaxed); /* relaxed: as above */
}

/* Mail came, or a suspension ended. */
static inline void motet__actor_ready(motet__worker *w, motet__actor *a)
{
    if (a->state == MOTET__IDLE && !(a->flags & MOTET__SUSPENDED)) {
        motet__run_push(w, a);
    }
}

/* ---- memory ---- */

void *motet__records_refill(motet__worker *w, motet__stack *s, motet__depot *d); /* memory.c; NULL: no memory */
void motet__records_spill(motet__worker *w, motet__stack *s, motet__depot *d);

enum { MOTET__BATCH_OF_MAIL = 128 };
enum { MOTET__KEEP = 2048 }; /* free records that a worker keeps to itself */

static inline void *motet__record_new(motet__worker *w, motet__stack *s, motet__depot *d) /* NULL: no memory */
{
    void *r = motet__stack_pop(s);
    return r ? r : motet__records_refill(w, s, d);
}

static inline void motet__record_free(motet__worker *w, void *r, motet__stack *s, motet__depot *d)
{
    motet__stack_push(s, r);
    if (__builtin_expect(s->n > MOTET__KEEP, 0)) {
        motet__records_spill(w, s, d);
    }
}

/* ---- messages of sessions, and blocks (memory.c) ---- */

#define MOTET__COMMONS UINT16_MAX /* the home of what comes from sys->commons */

motet__message *motet__message_new(motet__worker *w, size_t size);
void motet__message_free(motet__worker *w, motet__message *m);
void motet__send_all_home(motet__worker *w);
void *motet__payload_new(motet__worker *w, size_t size);    /* with one reference; NULL: no memory */
enum { MOTET__BLOCK_HEAD = 16 };
void *motet__payload_common(motet_system *sys, size_t size); /* likewise, by a thread that is no worker's */
size_t motet__payload_size(const void *block);
void motet__payload_share(const void *block);
void motet__payload_release(motet__worker *w, void *block); /* one reference */
void motet__payload_release_outside(motet_system *sys, void *block); /* likewise, by a thread that is no worker's */
void motet__take_returned(motet__worker *w); /* what came home goes into the pool */

/* ---- turns (turn.c) ---- */

/* Runs `a`, which was taken from the run queue. */
void motet__turn(motet__worker *w, motet__actor *a);
/* Of a child that is up: handles one piece of its mail outside of sessions. */
motet_status motet__turn_mail(motet__worker *w, motet__actor *a, motet__link *l);
/* The callback that ran called motet_fail: goes on behind it. */
void motet__turn_failed(motet__worker *w);
/* Calls the user outside the gate; false: it called motet_fail, with w->fail_status. */
bool motet__guarded(motet__worker *w, void (*callback)(void *), void *arg);

/* ---- the loop (worker.c) ---- */

/* Whatever is to be done next: arrivals, timers, one turn. False: nothing is. */
bool motet__worker_step(motet__worker *w);
void motet__worker_main(void *worker);
/* Anyone: something for w became visible. */
static inline void motet__worker_news(motet__worker *w)
{
    /* seq_cst: after what it says, and before the look at whether w rests; partner: take_news and park (worker.c). */
    atomic_store_explicit(&w->news, 1, memory_order_seq_cst);
}
/* Reads the clock. */
void motet__worker_look(motet__worker *w);
/* Publishes what lies in its pipes, and wakes those who sleep. */
void motet__worker_flush(motet__worker *w);
/* Anyone: wakes w's thread if it sleeps, or is about to. What it is woken for must be visible already. */
void motet__worker_wake(motet__worker *w);
/* Anyone who changed w's core from outside: it is to look at its run queue and
 * its timers, if it is idle or about to be. */
void motet__worker_nudge(motet__worker *w);

/* ---- moving (move.c) ---- */

/* Holds all workers but `w`, which may be NULL, outside of their cores; nothing moves until _let_go. */
void motet__hold_all(motet_system *sys, motet__worker *w);
void motet__let_go(motet_system *sys, motet__worker *w);

/* Takes actors from v, or all that it can (`all`). True: there is something to run now. */
bool motet__steal(motet__worker *w, motet__worker *v, bool all);
/* Gives v all that it has to run. */
void motet__give(motet__worker *w, motet__worker *v);
/* The actor of an idle worker, to whom w is about to send: moves it to w, if that is cheap; `cheaply`: very cheap. */
bool motet__adopt(motet__worker *w, motet__actor *a, bool cheaply);
/* Moves an actor of w. */
void motet__place(motet__worker *w, motet__actor *a, motet__worker *to);
/* From now on the places of its inbox are counted in the word `inbox`. `w` may be NULL: a thread that
 * is no worker's. */
void motet__share(motet_system *sys, motet__worker *w, motet__actor *a);

/* ---- cores.c ---- */

/* A core with a thread, not started yet; under `moving`, or before the system runs. NULL: no memory. */
motet__worker *motet__core_add(motet_system *sys, bool own_thread);
bool motet__core_start(motet__worker *w);
void motet__core_ended(motet_system *sys); /* its thread has nothing more to do with the system, but to be joined */
void motet__core_free(motet__worker *w);
/* A core for one actor: a new one, or one whose actor has ended. */
MOTET_MUST_USE motet_err motet__core_for_actor(motet_system *sys, motet__worker *by, motet__worker **out);
void motet__core_retire(motet__worker *w);

#endif
