/* system.h -- a supervision tree of actors, wired to session types, on a pool of worker threads. */
#ifndef MOTET_SYSTEM_H
#define MOTET_SYSTEM_H
#include <stdbool.h>
#include <stdint.h>

#include "actor.h"
#include "event.h"
#include "sim.h"

typedef enum motet_strategy { MOTET_ONE_FOR_ONE, MOTET_ONE_FOR_ALL, MOTET_REST_FOR_ONE } motet_strategy;
/* What a supervisor does about a failure. */
typedef enum motet_directive {
    MOTET_AS_USUAL,    /* what the restart type says */
    MOTET_RESTART,     /* the same, said aloud */
    MOTET_RESUME,      /* no failure: the message is dropped, state and sessions stay. Of an init: as usual */
    MOTET_STOP,        /* not started again, as a temporary child; until its supervisor is itself restarted */
    MOTET_ESCALATE     /* the supervisor fails */
} motet_directive;

/* Whether a child is started again: always; after a failure, not after a normal end (motet_exit, motet_stop); never. */
typedef enum motet_restart { MOTET_PERMANENT, MOTET_TRANSIENT, MOTET_TEMPORARY } motet_restart;

/* For motet_child_spec.shutdown_ns: its stop is not waited for at all; it is waited for without a limit. */
#define MOTET_BRUTAL UINT64_C(1)
#define MOTET_FOREVER UINT64_MAX

typedef struct motet_child_spec {
    const char *name;
    const motet_actor_type *actor;
    uint32_t count;        /* instances: 1, or the size of the family */
    bool family;           /* instances are named "name[i]" */
    uint16_t supervisor;   /* index in the spec's supervisors */
    motet_restart restart;
    /* How long its stop is waited for; 0: 5 s. Then it is killed: that is told, and the others are stopped. */
    uint64_t shutdown_ns;
    uint64_t backoff_min_ns, backoff_max_ns; /* delay before a restart, doubling from min to max; 0, 0: none */
    bool dynamic;          /* no actor, but a group of those that are started at run time; see motet/dynamic.h */
    uint8_t jitter_percent; /* the delay is shortened by chance, by up to that part of it: 0 .. 100 */
    motet_directive decide[MOTET_REASONS];   /* by why it failed */
} motet_child_spec;

typedef struct motet_member {
    bool is_supervisor;
    uint16_t index; /* in supervisors or in children */
} motet_member;

typedef struct motet_supervisor_spec {
    const char *name;
    motet_strategy strategy;
    uint32_t intensity; /* more than this many restarts within the window end the supervisor */
    uint64_t window_ns;
    uint16_t parent;    /* MOTET_NONE for the root, which is number 0 */
    uint16_t n_members;
    const motet_member *members; /* in start order; stopped in reverse */
} motet_supervisor_spec;

typedef struct motet_bind {
    uint16_t child;    /* index in children */
    uint16_t instance; /* which of its instances; ignored when any */
    bool any;          /* one of the instances, in turn */
} motet_bind;

typedef struct motet_wire_spec {
    const motet_session_type *session;
    const motet_bind *bind; /* [session->n_roles] */
} motet_wire_spec;

typedef struct motet_system_spec {
    const char *name;
    uint16_t n_supervisors, n_children, n_wires;
    const motet_supervisor_spec *supervisors;
    const motet_child_spec *children;
    const motet_wire_spec *wires;
} motet_system_spec;

/* What was told or asked and nobody will handle. */
typedef struct motet_dead_letter {
    motet_ref to;         /* whom it was for, without rights */
    motet_mail_kind kind; /* MOTET_TOLD or MOTET_ASKED */
    uint32_t tag;
    size_t size;          /* of its payload */
    motet_err why;        /* MOTET_EGONE: no such actor any more; MOTET_ENOMEM: it was accepted, and found no memory */
} motet_dead_letter;

typedef struct motet_options {
    uint32_t workers; /* threads, 1 .. 64; 0: one for each core that the process may use */
    void *env;        /* handed to every init as motet_start.env; not owned */
    motet_sim *sim;   /* NULL: threads, and the machine's clock; else it is simulated (motet/sim.h) */
    uint64_t callback_ns; /* the longest that a callback of an isolated actor may take; 0: no limit */
    /* What supervisors do is told to it, with `env`; NULL: nothing is recorded. */
    motet_on_event on_event;
    uint64_t seed;    /* of what is left to chance in supervision: the same seed, the same delays; 0: a random one */
    bool pin;         /* worker i stays on the i-th of the cores that the process may use */
    /* Called once for each dead letter, as stats.dead_letters counts them: by the worker that finds it, by the thread
     * that sends or, for what lies in mailboxes then, by the one that stops the system. It may be called by several
     * threads at once, in the middle of the runtime's work: it must not wait, nor call anything of motet/. */
    void (*on_dead_letter)(void *env, const motet_dead_letter *letter);
    /* Once the system has started no memory is allocated or freed: what is reserved has to do, and what finds none
     * fails (MOTET_ENOMEM). Only the restart of an isolated actor allocates. */
    bool fixed;
    struct {
        uint32_t actors, messages, timers; /* that exist at the same time; a timer or an ask counts as a timer */
        size_t state_size;                 /* the largest state of an actor that is spawned, when above 64 bytes */
        uint32_t blocks;                   /* for each worker, of up to block_size bytes */
        size_t block_size;
        uint32_t outside_blocks;           /* sent by threads that are no workers, of up to block_size bytes */
        uint32_t sessions;                 /* accepted at the same time, on each wire: open or waiting to be */
        /* for each worker and size; 0: all that `sessions` can have in their lanes */
        uint32_t session_messages;
        uint32_t threads;                  /* actors with MOTET_OWN_THREAD */
    } reserve;
} motet_options;

typedef struct motet_system motet_system;

/* Starts workers and all actors in the order of the tree. On error nothing runs and *out is NULL.
 * `spec` and all it points to must outlive the system; NULL: no tree, all actors are spawned. options may be NULL. */
MOTET_MUST_USE motet_err motet_system_start(const motet_system_spec *spec, const motet_options *options,
                                            motet_system **out);

/* Opens one session on that wire: any thread, never blocks on actors. While an actor is between crash and restart, or
 * holds its `sessions` already, the open waits in order. MOTET_EGONE when one has ended for good or the system stops.
 * *id (may be NULL) gets the session's id. */
MOTET_MUST_USE motet_err motet_session_open(motet_system *sys, uint16_t wire, uint64_t arg, uint64_t *id);

/* Makes the participant that answered MOTET_LATER be asked again. Any thread; a stale id is MOTET_EGONE. */
MOTET_MUST_USE motet_err motet_session_resume(motet_system *sys, uint64_t id, uint16_t role);

/* Waits until no session is open or waiting to be opened, and no restart is pending. MOTET_ETIME after `timeout_ns`. */
MOTET_MUST_USE motet_err motet_system_wait_idle(motet_system *sys, uint64_t timeout_ns);

/* ---- from threads that are no workers; in a callback they do what their likes of context.h do ---- */

/* init runs on a worker; waits for it. */
MOTET_MUST_USE motet_err motet_system_spawn(motet_system *sys, const motet_actor_type *type,
                                            const motet_spawn_options *options, motet_ref *out);
/* The errors of motet_tell. To an inbox that blocks it waits for room, at most `timeout_ns`: MOTET_ETIME. */
MOTET_MUST_USE motet_err motet_send(motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size,
                                    uint64_t timeout_ns);
/* Sends the caller's reference to a block; on any error the caller keeps it. Else as motet_send. */
MOTET_MUST_USE motet_err motet_send_block(motet_system *sys, motet_ref to, uint32_t tag, void *block,
                                          uint64_t timeout_ns);
/* As motet_block_new and motet_block_drop: of any block of this system, before it stops. */
void *motet_system_block(motet_system *sys, size_t size);
void motet_system_drop(motet_system *sys, void *block);
/* Asks and waits for the answer: *answer_size is the room in `answer`, and then what the answer takes (MOTET_ELIMIT: it
 * was cut). MOTET_ETIME: none came. Not in a callback. */
MOTET_MUST_USE motet_err motet_call(motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size,
                                    uint64_t timeout_ns, void *answer, size_t *answer_size);
/* The present incarnation of a child of the tree; MOTET_EGONE while it is not up. Any thread. */
MOTET_MUST_USE motet_err motet_child_ref(motet_system *sys, uint16_t child, uint32_t instance, motet_ref *out);
/* A ref with those of its rights that are in `rights`; MOTET_ERIGHTS when its seal does not fit. Any thread. */
MOTET_MUST_USE motet_err motet_ref_attenuate(motet_system *sys, motet_ref ref, motet_rights rights, motet_ref *out);

/* What was not returned when the system stopped: all 0, but for blocks that the program kept. */
typedef struct motet_leaks {
    uint64_t actors, timers;
    uint64_t mail;     /* messages outside of sessions, on their way or in a mailbox; monitors and links */
    uint64_t blocks;   /* motet_block_new, motet_block_share: references that nobody dropped or sent */
    uint64_t states;   /* of actors */
    uint64_t sessions; /* and opens */
    uint64_t messages; /* of sessions */
} motet_leaks;

typedef struct motet_stats {
    uint64_t opened;        /* accepted by motet_session_open */
    uint64_t completed;     /* every participant reached its end */
    uint64_t aborted;       /* crash, fidelity violation or stop; opened = completed + aborted + open + waiting */
    uint64_t open, waiting; /* now */
    uint64_t messages;      /* delivered to handlers */
    uint64_t dropped;       /* messages of aborted sessions, never delivered */
    uint64_t lost;          /* messages that a full mailbox dropped, by its policy */
    uint64_t refused;       /* answers of makers that were not sent: motet_session_refused */
    uint64_t crashes, restarts;
    uint64_t failures[MOTET_REASONS]; /* the crashes by their reason */
    uint64_t resumed;       /* failures that MOTET_RESUME passed over; no crashes */
    uint64_t fidelity;      /* messages that an automaton did not allow */
    uint64_t blocked;       /* times a participant waited for room in a lane */
    uint32_t actors;        /* instances that run now */
    bool gave_up;           /* the root supervisor passed its restart intensity */
    uint64_t spawned, ended; /* actors that are no children of the tree */
    uint64_t failed;        /* of all actors: callbacks that failed outside of sessions */
    uint64_t dead_letters;  /* mail for actors that had ended */
    uint64_t mail_lost;     /* that a full inbox dropped, by its policy */
    uint64_t mail_refused;  /* sends that said MOTET_EFULL */
    uint64_t moved;         /* actors that went from one worker to another */
    uint64_t parks;         /* times a worker went to sleep */
    uint64_t signals_lost;  /* kills, notices, replies ... to another worker that found no memory; see `fixed` */
    motet_leaks leaks;      /* of motet_system_stop alone */
} motet_stats;

void motet_system_stats(motet_system *sys, motet_stats *out); /* any thread; a consistent picture once idle */

/* Stops all actors in reverse start order, open sessions abort with MOTET_ABORT_STOP, threads end, everything is freed.
 * Waits for callbacks that run, without a limit. Not from a callback. The last statistics go to *last (may be NULL);
 * what is not returned is told on stderr too. */
void motet_system_stop(motet_system *sys, motet_stats *last);

/* As motet_system_stop, but waits for `timeout_ns` at most: MOTET_ETIME when a callback has not returned by then. The
 * system is there still, stopping: call this or motet_system_stop again, or leave it as it is. */
MOTET_MUST_USE motet_err motet_system_stop_within(motet_system *sys, uint64_t timeout_ns, motet_stats *last);

#endif
