/* core.h -- the runtime's structures, and who may touch what.
 *
 * Four owners, and nothing is shared but through them:
 *   a worker   its core: its actors, run queue, pools, timers (worker.h), guarded by its gate (gate.h)
 *   an actor   whoever is in its turn: the user's state, its participants
 *   a lane     its writer and its reader (lane.h)
 *   control    the lock `control`: lifecycle of the tree's children, supervision, opening and ending of sessions
 * User callbacks run outside the gate and with no lock held. Lock order: moving, gates by index, control, a child's
 * room, grow or inject_lock, park.
 *
 * Life of a session instance (a block): 1 control binds its roles to children, all of them at once, and wakes those
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

#include "actor.h"
#include "lane.h"
#include "poison.h"
#include "pool.h"
#include "port.h"
#include "sim.h"
#include "step.h"
#include "supervision.h"
#include "timers.h"
#include "window.h"
#include "worker.h"

#define MOTET__NO_ACTOR UINT32_MAX
#define MOTET__MS UINT64_C(1000000)

typedef struct motet__block motet__block;
typedef struct motet__wire motet__wire;

/* Where a thread that is no worker's waits for an answer; shared by those that wait at the same time. */
enum { MOTET__WAITS = 16 };
typedef struct motet__wait {
    motet__lock *lock;
    motet__cond *done;
} motet__wait;

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
    uint32_t n_opens;          /* accepted ones */
    motet__child **chosen;     /* [n_roles] scratch of an open */
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
    motet__link link;        /* in its actor's mailbox; first */
    _Atomic uint32_t ready;  /* 1: in the mailbox, or on its way, or closed for good: no wake-up queues it */
    _Atomic uint32_t resumed; /* motet_session_resume was called since the last question */
    _Atomic uint32_t ended;  /* it stands at its end; set before it leaves the active ones in block->word */
    uint16_t role, state;
    uint16_t out_label;      /* of pending */
    uint16_t cursor;         /* where the search for a message begins, among several lanes */
    bool touched;            /* one of its handlers has been called */
    bool later;              /* produce answered MOTET_LATER */
    bool passive;            /* counted as not active in block->word */
    bool closed;             /* ended; its memory may go once it is out of the mailbox */
    bool blocked;            /* suspended on a full lane */
    bool sends_first;        /* MOTET_AT_BOTH: what the next turn tries first */
    uint8_t refused;         /* motet_refusal: what became of the last answer */
    bool queued, granted;    /* in room's queue; given a place there. Under the lock of `room` */
    bool first_of_actor;     /* the one that counts against the actor's `sessions`; control */
    motet__block *block;
    motet__child *actor;
    const motet__role *plan;
    motet__message *pending; /* produced, without room in its lane yet */
    motet__lane *unsettled;  /* popped in this turn */
    motet__child *room;      /* whose shared mailbox it may wait for; NULL: none */
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
    _Atomic uint32_t refs; /* participants that are not closed and out of their mailboxes */
    motet_session *parts;  /* [n_roles] */
    motet__lane *lanes;    /* [n_lanes] */
};

/* ---- children: actors of the supervision tree ---- */

typedef enum motet__phase {
    MOTET__DOWN,     /* not started, or stopped; may have its start timer armed */
    MOTET__STARTING, /* told to run init */
    MOTET__UP,
    MOTET__FAILING,  /* a handler failed: it ends its sessions, then itself */
    MOTET__EXITING, /* motet_exit, or motet_stop: likewise */
    MOTET__STOPPING, /* told to end its sessions and itself */
    MOTET__FAILED,   /* ended by itself; its supervisor has not decided yet. No failure: `failure` is MOTET_DONE */
    MOTET__GONE      /* ended for good */
} motet__phase;

typedef struct motet__pace { /* of restarts: the last delay, and since when it is up; 0: it is not */
    uint64_t delay, up_since;
} motet__pace;

typedef struct motet__dynamic motet__dynamic;
typedef struct motet__group motet__group;

typedef enum motet__after { /* the verdict that stopped it ... */
    MOTET__UNDECIDED,   /* is still being carried out */
    MOTET__START_AGAIN, /* starts it */
    MOTET__STAY_AWAY    /* does not */
} motet__after;

struct motet__child {
    motet_system *sys;
    const motet_actor_type *type;
    const motet_child_spec *spec;
    motet__actor *actor;        /* for good; each incarnation has its own generation */
    motet__group *group;        /* it is no actor of the user's, but a group of dynamic children; else NULL */
    motet__link poke;           /* its mail when its phase changed */
    _Atomic uint32_t poked;     /* 1: `poke` is in the mailbox or on its way */
    _Atomic uint32_t phase;     /* motet__phase; written under control */
    _Atomic uint32_t held;      /* participants not closed; grows under control, shrinks in the actor's context */
    void *state;                /* the user's */
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
    bool escalates;             /* its failure is its supervisor's, whatever the rules say */
    bool killed;                /* its stop is late, and not waited for any longer */
    uint8_t after;              /* what comes when a killed one has ended: motet__after */
    motet_status failure;       /* of its last incarnation, until the next one is up */
    uint32_t sessions;          /* open ones */
    uint64_t stamp, claim;      /* marks of one open, of one pass over the waiting ones */
    motet_session *sessions_open;
    motet__pace pace;
    motet__child *next_failed;
};

/* ---- the system ---- */

/* Bits of supervisor.temporary. Both are 0 while the instance is to start: the start of a temporary one, with its
 * supervisor, is no restart, and what befalls others before it does not take it away. */
enum { MOTET__TEMPORARY = 1, MOTET__STOPPED = 2 };

typedef struct motet__supervisor { /* under control */
    motet__tree tree;
    motet__sup *sups;
    uint16_t *spec_of;     /* by number: its index in the spec */
    uint32_t *owner;
    uint8_t *temporary;    /* bits: by restart type; by decision */
    motet__window *windows;
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
    motet__child *here;    /* whose context the caller is in: not to be woken */
    uint32_t n_ending, n_tried; /* actors on their way down by themselves; those that were started once */
    uint32_t n_killed;     /* those that are killed and have not ended */
    motet__child *failed_first, *failed_last;
    bool stopping, stopped; /* motet_system_stop was called; all actors have ended */
} motet__supervisor;

struct motet_system {
    const motet_system_spec *spec;
    motet_sim *sim;            /* NULL: it has threads */
    struct motet__isolate *isolate; /* NULL: no actor runs in a process of its own */
    void *env;
    uint32_t n_workers, n_actors, n_wires;
    motet__child *actors;      /* in start order */
    _Atomic uint32_t *turns;   /* [n_children] whose turn it is in a pool */
    uint32_t *child_first;     /* [n_children] number of a child's first instance */
    motet__wire *wires;

    /* cores: those of the workers, then those of actors with threads of their own */
    motet__worker *cores[MOTET__CORES];
    _Atomic uint32_t n_cores;
    bool two_sided;            /* no one-sided barrier is to be had (gate.h) */
    bool holding;              /* somebody holds all others outside; read inside a gate */
    bool pin;                  /* each worker to a core of the machine */
    uint64_t spin_ns;          /* how long an idle worker looks for work before it parks */
    _Atomic bool fixed;        /* no memory is allocated any more */
    motet__secret secret;      /* of the seals of refs */
    uint64_t seed;             /* of the chance in delays */
    void (*on_dead_letter)(void *env, const motet_dead_letter *letter);
    motet__lock *moving;       /* one thread at a time moves actors, or adds a core */
    motet__lock *grow;         /* the depots */
    motet__depot nodes, actor_records, dues, tiny, small, mores, letters;
    motet__stack outside_letters; /* under grow: of threads that are no workers */
    motet__lock *common;       /* the pool `commons`: what other threads send, and what workers lack in fixed mode */
    motet__pool commons;
    motet__wait waits[MOTET__WAITS];
    _Atomic uint32_t next_wait;
    _Atomic uint32_t watcher;  /* 1: an idle worker looks at the others from time to time */
    _Atomic uint32_t n_busy;   /* workers that are not idle */
    _Atomic uint64_t outside_lost, outside_dead; /* messages of threads that are no workers' */
    _Atomic uint32_t quit;
    _Atomic uint64_t next_due; /* earliest timer of the tree; MOTET__NEVER: none */
    _Atomic bool told;         /* events wait to be told */
    struct motet__dynamics *dynamics; /* NULL: there is no group */
    struct motet__events *events; /* NULL: nobody wants to know */

    motet__lock *control;
    motet__cond *changed;
    /* control: */
    motet__supervisor sup;
    motet__block_pool opens;
    motet__open **buckets;     /* by id, a power of two */
    uint32_t n_buckets, n_opens;
    uint32_t most_sessions;    /* in fixed mode: accepted ones, on each wire */
    motet__wire **queue;       /* [n_wires] wires with waiting opens, by the id of their first */
    uint32_t n_queue;
    uint64_t stamp, claim;
    uint64_t opened, completed, aborted, n_open, n_waiting, crashes, restarts, failures[MOTET_REASONS];
    uint32_t n_up, n_threads;
    bool gave_up;
};

/* What is to be spawned. */
typedef struct motet__spawning {
    const motet_actor_type *type;
    const motet_spawn_options *options; /* may be NULL */
    motet__group *group;                /* NULL: it is supervised by nobody; else: */
    motet_restart restart;
    struct motet_dynamic *child;        /* its name goes there */
} motet__spawning;

/* What the core hands to every init of a child. */
typedef struct motet__start {
    motet_start start; /* first */
    motet__child *actor;
} motet__start;

/* isolate_child.c: whether this is the process of an isolated actor, where no system is; then what the program asks of
 * one is for these, that ask the parent, or refuse. */
extern bool motet__is_isolated;
motet_err motet__isolated_open(const motet_system *sys, uint16_t wire, uint64_t arg, uint64_t *id);
motet_err motet__isolated_resume(const motet_system *sys, uint64_t id, uint16_t role);
motet_err motet__isolated_refuse(const char *what); /* MOTET_EINVAL, and says so */

/* child.c */
/* Anyone: the child is to look at its phase. A worker does so inside its gate. */
void motet__child_wake(motet__child *c);
/* In its turn: handles one piece of mail. */
motet_status motet__child_mail(motet__worker *w, motet__child *c, motet__link *l);
/* At the end of its turn. */
void motet__child_finish(motet__worker *w, motet__child *c);
/* By its owner: it failed, unless it is on its way down already. */
void motet__child_fail(motet__worker *w, motet__child *c, motet_status status);

/* session.c */
/* Anyone who knows that the block lives: makes the participant's actor look at it. */
void motet__session_wake(motet_session *p);
/* Decides the outcome, unless it is decided already, and wakes all. As _wake, the block must live. */
void motet__block_abort(motet__block *b, motet_abort_reason why);
/* In the actor's context: a turn of the participant. Non-zero: a handler failed, with that status. */
motet_status motet__session_run(motet__worker *w, motet_session *p);
/* The handler that ran (w->participant) called motet_fail. */
void motet__session_failed(motet__worker *w, motet_status status);

/* room.c: the room of an actor with a shared mailbox. Of what `p` waits for, in p's own context. */
/* A place for what p has pending: whether there is one. Where senders block, p is woken when it has been given one. */
bool motet__room_take(motet__child *a, motet_session *p);
/* Where senders are refused: whether there is still no room; then p is woken when there may be. */
bool motet__room_wait(motet__child *a, motet_session *p);
/* p waits no longer, and gives back what it did not use. */
void motet__room_leave(motet_session *p);
/* Anyone who took a message off: n places are free. */
void motet__room_give(motet__child *a, uint32_t n);

/* wire.c */
MOTET_MUST_USE motet_err motet__wire_init(motet_system *sys, motet__wire *wire, const motet_wire_spec *spec);
void motet__wire_fini(motet__wire *wire);
/* A block that stands at the session's start, in every field but open, id, arg and the actors. NULL: no memory. */
motet__block *motet__wire_block(motet__wire *wire, bool fixed);
bool motet__wire_reserve(motet__wire *wire, uint32_t n); /* blocks; false: no memory */

/* open.c: all under control, but for _end, which takes it. */
void motet__opens_kick(motet_system *sys);                  /* actors became available, or went for good */
void motet__block_end(motet__worker *w, motet__block *b);   /* all participants are closed */
motet__open *motet__open_find(motet_system *sys, uint64_t id);
bool motet__opens_reserve(motet_system *sys, uint64_t n);   /* before the system runs; false: no memory */

/* system.c */
/* Its locks, depots and pools, which need nothing of its spec. False: no memory. */
bool motet__system_memory(motet_system *sys);
void motet__system_quit(motet_system *sys);
void motet__system_rearm(motet_system *sys); /* next_due became earlier */
uint64_t motet__system_clock(const motet_system *sys);
uint64_t motet__deadline(const motet_system *sys, uint64_t timeout_ns); /* from now; MOTET__NEVER at most */
/* By a thread that is no worker's: waits, as motet__cond_wait. */
void motet__system_wait(motet_system *sys, motet__cond *c, motet__lock *l, uint64_t deadline);
void motet__system_sleep(motet_system *sys, uint64_t ns);
/* What has no way out: says so, and aborts the process. */
__attribute__((noreturn)) void motet__fatal(const char *what);

/* seal.c: refs */
motet_ref motet__ref_make(const motet_system *sys, uint32_t slot, uint32_t generation, motet_rights rights);
/* Both secrets are the system's; every bit of name and rights moves the upper half of the product. */
static inline uint32_t motet__seal(const motet__secret *secret, uint32_t slot, uint32_t generation, motet_rights rights)
{
    uint64_t name = (uint64_t)generation << 32 | slot;
    return (uint32_t)((name ^ secret->mask) * (secret->factor + 2u * (uint64_t)rights) >> 32);
}

/* Whether the seal fits, and the rights are all there. */
static inline motet_err motet__ref_check(const motet__secret *secret, motet_ref ref, motet_rights need)
{
    bool whole = motet__seal(secret, ref.slot, ref.generation, ref.rights) == ref.seal;
    return ref.slot == 0 ? MOTET_EGONE : whole && (ref.rights & need) == need ? MOTET_OK : MOTET_ERIGHTS;
}

/* send.c: by a worker inside its gate, unless it says otherwise */
/* Sends a message of the actor that runs: takes a place for it, or does what the policy says. MOTET_EGONE, MOTET_EFULL:
 * what it carries is still the caller's. */
motet_err motet__dispatch(motet__worker *w, motet__parcel *p);
/* Sends what needs no place, or has one. What nobody is there for any more bounces. */
void motet__send(motet__worker *w, const motet__parcel *p);
/* Likewise, from a callback: w may leave its core meanwhile, to adopt the actor. */
void motet__send_adopting(motet__worker *w, const motet__parcel *p);
/* Delivers what came for an actor of this worker. */
void motet__arrive(motet__worker *w, const motet__parcel *p);
/* An embedded link, which is not in use. Also by a thread that is no worker's. */
void motet__post(motet_system *sys, motet__actor *a, motet__link *l);
/* By a thread that is no worker's: a letter is taken, filled and injected, or put back. NULL: no memory. */
motet__letter *motet__letter_take(motet_system *sys);
void motet__letter_put(motet_system *sys, motet__letter *letter);
void motet__inject(motet_system *sys, motet__letter *letter);
void motet__take_injected(motet__worker *w);
void motet__take_injected_locked(motet__worker *w); /* with inject_lock taken */
void motet__take_arrivals(motet__worker *w);
void motet__drain(motet__worker *w, motet__pipe *p);
/* From elsewhere than its owner: takes a place for p, where it is to be taken beforehand; *policy is the inbox's.
 * MOTET_EGONE, MOTET_EFULL; MOTET_ETIME: only the owner counts them (motet__share). */
motet_err motet__place_reserve(motet__actor *a, motet__parcel *p, motet_policy *policy);
void motet__places_hand_out(motet__worker *w, motet__actor *a); /* to those who wait for room */
/* The place of a mail that left the mailbox is free. */
void motet__place_free(motet__worker *w, motet__actor *a);
void motet__unshare(motet__actor *a);
void motet__place_want(motet__worker *w, motet__actor *a, const motet__parcel *p);

/* bounce.c: what nobody will handle. _bounce makes a dead letter of what was told or asked, _discard does not. _drop
 * releases its block, if it has one. */
void motet__payload_drop(motet__worker *w, const motet__parcel *p);
void motet__dead(motet__worker *w, const motet__parcel *p, motet_err why);
/* Counts it and tells of it; letter.to may have any rights. `w` is NULL by a thread that is no worker's. */
void motet__dead_ref(motet_system *sys, motet__worker *w, motet_dead_letter letter);
void motet__bounce(motet__worker *w, const motet__parcel *p, motet_err why);
void motet__parcel_discard(motet__worker *w, const motet__parcel *p, motet_err why);
/* Of mail that left the mailbox of `a`. */
void motet__mail_bounce(motet__worker *w, motet__actor *a, motet__link *l);
void motet__mail_discard(motet__worker *w, motet__actor *a, motet__link *l, motet_err why);

/* signal.c */
void motet__signal(motet__worker *w, motet__actor *a, const motet__parcel *p);
/* `a`, which was `was`, has ended. */
void motet__peers_told(motet__worker *w, motet__actor *a, motet__name was, motet_status status);
motet__more *motet__more_of(motet__worker *w, motet__actor *a);                /* NULL: no memory */
MOTET_MUST_USE motet_err motet__link_to(motet__worker *w, motet__actor *a, motet__name to);
/* There is room for what waits, or (drop) there never will be. */
void motet__unsuspend(motet__worker *w, motet__actor *a, bool drop);
void motet__waiting_lost(motet__worker *w, motet__actor *a); /* what waits for room is given up */
/* To those who wait for room at `a`, which was `was`: there is nobody. */
void motet__wanting_gone(motet__worker *w, motet__actor *a, motet__name was);

/* context.c */
/* Puts a payload into a parcel, from byte `at` on; in a block when it is too large: of w, or, when w is NULL, of the
 * commons. */
MOTET_MUST_USE motet_err motet__parcel_fill(motet_system *sys, motet__worker *w, motet__parcel *p, size_t at,
                                            const void *data, size_t size);
void motet__unstash(motet__actor *a);

/* reserve.c */
/* What options->reserve asks for; in fixed mode also what grows otherwise. */
MOTET_MUST_USE motet_err motet__reserve(motet_system *sys, const motet_options *o);
void motet__set_fixed(motet_system *sys);

/* leaks.c */
/* What was not returned, when all actors have ended and no thread runs; says so on stderr. */
void motet__leaks(motet_system *sys, motet_leaks *out);

/* life.c */
MOTET_MUST_USE motet_err motet__spawn(motet__worker *w, const motet__spawning *s, motet_ref *out);
/* Runs init, when the type has one. start->arg, index, incarnation and failure are filled in. */
motet_status motet__actor_init(motet__worker *w, motet__actor *a, motet_start *start);
void motet__actor_fini(motet__worker *w, motet__actor *a);    /* runs fini, when the type has one */
void motet__actor_release(motet__worker *w, motet__actor *a); /* its slot is free; it is cleared */
/* A slot for `type`, owned by w; NULL: no memory. */
motet__actor *motet__actor_new(motet__worker *w, const motet_actor_type *type);
void motet__actor_begin(motet__actor *a, const motet_actor_type *type); /* an incarnation */
/* Ends `a`, which is no child of the tree, in its turn or out of it; its slot is free then. */
void motet__actor_end(motet__worker *w, motet__actor *a, motet_status status);
/* What an incarnation leaves behind: its mail bounces, its timers go, its peers are told, its refs are stale. */
void motet__actor_clear(motet__worker *w, motet__actor *a, motet_status status);

/* faults.c: by a worker that is simulated, but for _crash_behind */
bool motet__sim_crashes(motet__worker *w);        /* the callback that is to be called, or has returned, */
motet_status motet__sim_crash(motet__worker *w);  /* fails with this status; or does not return */
void motet__sim_crash_behind(void);               /* in a callback that cannot say so: perhaps it fails */
/* calls a->receive, or fails */
motet_status motet__sim_receive(motet__worker *w, motet__actor *a, const motet_mail *m);
bool motet__sim_refill(motet__worker *w, motet__stack *s); /* s is empty: it stays so, or is filled; false: as usual */
void motet__sim_unhide(motet__worker *w);         /* the free records that were put aside are where they belong */
uint32_t motet__sim_look(motet__worker *w);       /* before a turn; when to come back */
uint64_t motet__sim_delay(motet_sim *sim);        /* of a restart; sim may be NULL */
uint32_t motet__sim_room(motet_sim *sim, uint32_t room); /* what there is in place of it; sim may be NULL */

/* due.c: timers and asks */
void motet__dues_fire(motet__worker *w, uint64_t now);       /* all that are due */
void motet__dues_free(motet__worker *w, motet__actor *a);
void motet__dues_move(motet__actor *a, motet__worker *from, motet__worker *to);
bool motet__due_handled(motet__worker *w, motet__link *l, motet_mail *mail); /* false: it was cancelled */
bool motet__revive_after(motet__worker *w, motet__actor *a, uint64_t delay); /* a dynamic child; false: no memory */
void motet__due_gone(motet__worker *w, motet__link *l);                      /* it leaves the mailbox unhandled */
uint64_t motet__ask_new(motet__worker *w, motet__actor *a, uint32_t tag, uint64_t timeout_ns); /* 0: no memory */
/* It is answered: whether it was still waited for; its tag. */
bool motet__ask_over(motet__worker *w, motet__actor *a, uint64_t id, uint32_t *tag);

/* There will be none, for the actor's worker has no memory for it. */
void motet__ask_failed(motet__worker *w, motet__actor *a, uint64_t id, motet_err why);

/* outside.c */
/* Runs `run` in a core where what is spawned by these options belongs: in a callback at once, else waits for it. */
void motet__do(motet_system *sys, const motet_spawn_options *options, void (*run)(motet__worker *w, void *arg),
               void *arg);
extern const motet_actor_type motet__asker; /* stands for a thread that waits in motet_call */
void motet__calls_run(motet__worker *w);
bool motet__calls_take(motet__worker *w, motet__worker *v); /* w takes v's over; false: there are none */
motet__worker *motet__least_busy(motet_system *sys);

/* tree.c */
MOTET_MUST_USE motet_err motet__sup_init(motet_system *sys);
void motet__sup_fini(motet_system *sys);

/* dynamic.c */
extern const motet_actor_type motet__group_type;
MOTET_MUST_USE motet_err motet__dynamics_init(motet_system *sys);
void motet__dynamics_fini(motet_system *sys);
bool motet__dynamics_reserve(motet_system *sys, uint32_t n); /* for slots up to n */
motet__group *motet__group_new(motet__child *c);             /* NULL: no memory; free() it */
/* The record of `a`, by its owner; NULL: it is no dynamic child. */
motet__dynamic *motet__dynamic_of(const motet_system *sys, const motet__actor *a);
const motet_child_spec *motet__dynamic_spec(const motet__dynamic *d);
/* The first incarnation, in place of motet__actor_init; *status: with which it failed. */
motet_err motet__dynamic_begin(motet__worker *w, motet__actor *a, const motet__spawning *s, motet_status *status);
/* One ends, or is to come back: the place of motet__actor_end. */
void motet__dynamic_end(motet__worker *w, motet__actor *a, motet__dynamic *d, motet_status status, bool killed);
void motet__group_stop(motet__worker *w, motet__group *g);   /* tells all of them */

/* event.c */
MOTET_MUST_USE motet_err motet__events_init(motet_system *sys, motet_on_event on_event);
void motet__events_fini(motet_system *sys);
/* Under control. `c`, supervisor, name and numbers are filled in from the child. */
void motet__event_of(motet__child *c, motet_event_kind kind, motet_status status, uint64_t delay_ns);
void motet__event(motet_system *sys, motet_event e); /* likewise; time and number are filled in */
bool motet__events_wait(motet_system *sys); /* whether somebody has to tell them */
/* Tells what waits, unless another thread does. Outside of gates and locks. */
void motet__events_tell(motet_system *sys);

/* supervisor.c */
void motet__sup_stop(motet_system *sys);                    /* under control */
void motet__sup_advance(motet_system *sys);                 /* under control: does what can be done now */
bool motet__sup_quiet(const motet_system *sys);             /* under control: nothing is pending */
/* These take control. */
void motet__sup_started(motet__child *a, motet_status status); /* after init */
void motet__sup_failed(motet__child *a, motet_status status);  /* a handler failed */
/* Under control: the group's supervisor ends, for a dynamic child ended so. */
void motet__sup_escalate(motet__child *group, motet_status status);
/* How long its next start is put off. */
uint64_t motet__restart_delay(const motet_system *sys, const motet_child_spec *s, motet__pace *pace, uint32_t who,
                              uint32_t incarnation, uint64_t now);
void motet__sup_exits(motet__child *a);                        /* it ends by itself, without a failure */
void motet__sup_lost(motet__child *a, uint32_t incarnation); /* any thread: its process has died */
/* Its sessions are closed, fini has run. True: it is to start again at once. */
bool motet__sup_ended(motet__child *a);
void motet__sup_tick(motet_system *sys);                       /* next_due has come */

/* A worker comes into its core, from a callback; NULL: the thread is none of this system's. Pass it to _go. */
motet__worker *motet__come(motet_system *sys);
void motet__go(motet__worker *w);

/* system.c: under control: wakes whoever waits for idleness, a start or a stop. */
void motet__system_changed(motet_system *sys);

static inline motet__phase motet__child_phase(motet__child *a)
{
    /* acquire: partner of motet__child_enter; what was set up for the new phase is there. */
    return (motet__phase)atomic_load_explicit(&a->phase, memory_order_acquire);
}

static inline void motet__child_enter(motet__child *a, motet__phase phase)
{
    /* release: partner of motet__child_phase. */
    atomic_store_explicit(&a->phase, (uint32_t)phase, memory_order_release);
}

/* Whether the role may send before it receives anything. */
static inline bool motet__begins(const motet__role *role)
{
    uint16_t kind = role->automaton->states[0].kind;
    return kind == MOTET_AT_SEND || kind == MOTET_AT_BOTH;
}

static inline uint16_t motet__slot_owner(const motet__actor *a)
{
    /* acquire: partner of the release in motet__own: what moved with it is there. */
    return (uint16_t)atomic_load_explicit(&a->place, memory_order_acquire);
}

static inline uint32_t motet__generation(const motet__actor *a)
{
    return (uint32_t)(atomic_load_explicit(&a->place, memory_order_relaxed) >> 32); /* relaxed: its owner looks again */
}

/* By the owner, or whoever moves it: nobody else changes the word meanwhile. */
static inline void motet__own(motet__actor *a, const motet__worker *w)
{
    atomic_store_explicit(&a->place, MOTET__PLACE(motet__generation(a), w->index),
                          memory_order_release); /* release: partner of motet__slot_owner */
}

/* By the owner: another incarnation. */
static inline void motet__generation_set(motet__actor *a, uint32_t generation)
{
    /* release: as in motet__own. Whoever holds an older one is told by the owner at the latest. */
    atomic_store_explicit(&a->place, MOTET__PLACE(generation, motet__slot_owner(a)), memory_order_release);
}

enum { MOTET__ACTOR_SHIFT = 14 }; /* of a chunk of 2 MB */

/* As motet__depot_at, with its shift known. */
static inline motet__actor *motet__actor_in(_Atomic(unsigned char *) *chunks, uint32_t slot)
{
    _Static_assert((uint64_t)MOTET__CHUNKS << MOTET__ACTOR_SHIFT == UINT64_C(1) << 32, "any slot is in the table");
    /* acquire: partner of the release in grow (depot.c). */
    unsigned char *at = atomic_load_explicit(&chunks[slot >> MOTET__ACTOR_SHIFT], memory_order_acquire);
    return at ? (motet__actor *)(void *)at + (slot & ((1u << MOTET__ACTOR_SHIFT) - 1u)) : NULL;
}

static inline motet__actor *motet__actor_at(const motet_system *sys, uint32_t slot)
{
    return motet__actor_in(sys->actor_records.chunks, slot);
}

static inline motet__node *motet__node_new(motet__worker *w)
{
    motet__node *n = motet__record_new(w, &w->nodes, &w->sys->nodes);
    if (n) {
        motet__unpoison(n->bytes, sizeof n->bytes);
    }
    return n;
}

/* What is too much is given to the others at the next look at the clock. */
static inline void motet__node_free(motet__worker *w, motet__link *l)
{
    motet__poison(((motet__node *)(void *)l)->bytes, MOTET_INLINE);
    motet__stack_push(&w->nodes, l);
}

static inline bool motet__quitting(const motet_system *sys)
{
    return atomic_load_explicit(&sys->quit, memory_order_acquire); /* acquire: partner of motet__system_quit */
}

static inline void motet__enter(motet__worker *w)
{
    motet__gate_enter(&w->gate);
}

static inline void motet__leave(motet__worker *w)
{
    motet__gate_leave(&w->gate);
}

#endif
