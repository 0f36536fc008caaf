/* isolate.h -- actors whose callbacks run in a process of their own: the two sides, and what passes between them.
 *
 * In the parent such an actor is like any other: the core steps its automata, owns its messages, supervises it. Only
 * its type is another one, made here: the callbacks of that type (isolate.c) put their arguments into a frame, write
 * it to the actor's channel and wait for the answer; the child (isolate_child.c) reads it, calls the program's callback
 * and answers. So the seam is the table of callbacks, and no other part of the core knows of it.
 *
 *   1. Strictly in turn: one request, then one answer. While a callback runs the child may ask in its turn (open a
 *      session, resume a question), and gets an answer to each before it goes on.
 *   2. Neither side believes the other: sizes, kinds and numbers are checked where they arrive. A child that says what
 *      makes no sense is killed; one that is asked what makes no sense ends itself.
 *   3. The user's state, the slots of participants and what they lead to are in the child alone, and end with it.
 */
#ifndef MOTET_CORE_ISOLATE_H
#define MOTET_CORE_ISOLATE_H
#include "core.h"
#include "process.h"

typedef enum motet__frame_kind {
    /* parent to child: a callback; its answer is the child's next ANSWER */
    MOTET__FRAME_INIT = 1, /* status: of the last incarnation; id: index; arg: incarnation; payload: the name */
    MOTET__FRAME_RECEIVE,  /* at: label; payload: the message */
    MOTET__FRAME_PRODUCE,  /* at: state */
    MOTET__FRAME_DONE,
    MOTET__FRAME_ABORT,    /* at: motet_abort_reason */
    MOTET__FRAME_FINI,     /* the child ends after its answer */
    MOTET__FRAME_ANSWER,   /* status; to PRODUCE at: label, payload: the message */
    /* child to parent, within a callback; its answer is the parent's next ANSWER (status: motet_err; id) */
    MOTET__FRAME_OPEN,     /* at: wire; arg */
    MOTET__FRAME_RESUME    /* at: role in the session; id */
} motet__frame_kind;

typedef struct motet__frame {
    _Alignas(16) uint32_t size; /* of the whole, this header included */
    uint16_t kind;
    uint16_t role;              /* which of the type's roles */
    uint16_t at, refused;
    int32_t status;
    uint32_t shadow;            /* the child's number for the participant; 0: it has none yet */
    uint64_t id, arg;           /* of the session */
} motet__frame;                 /* and then the payload, aligned as this */

/* What a child says besides its channel: motet_session_resume by another thread than that of its callbacks. */
typedef struct motet__said {
    uint64_t id;
    uint16_t role;
} motet__said;

typedef struct motet__isolated_type {
    motet_actor_type type;        /* what the core sees; first */
    const motet_actor_type *real; /* the program's */
    motet_role_type *roles;       /* of `type` */
    uint32_t longest;             /* longest frame */
} motet__isolated_type;

typedef struct motet__isolate {
    motet_system *sys;
    void *env;                    /* motet_options.env */
    motet_system_spec spec;       /* the program's, with the types replaced */
    motet_child_spec *children;
    uint32_t n_types;
    motet__isolated_type *types;
    motet__spawner *spawner;
    uint64_t callback_ns;         /* longest a callback may take; 0: no limit */
} motet__isolate;

static inline const void *motet__frame_payload(const motet__frame *f)
{
    return f + 1;
}

static inline uint32_t motet__frame_payload_size(const motet__frame *f)
{
    return f->size - (uint32_t)sizeof *f;
}

/* What a message of that label carries, in bytes. The label is one of the role's. */
static inline uint32_t motet__label_size(const motet_role_type *r, uint16_t label)
{
    return r->session->messages[r->automaton->labels[label].message].size;
}

/* isolate.c. */
/* Replaces the types that are isolated in *spec, if there are any, and starts their spawner; *out is NULL where there
 * is none. While the process has no threads of the system's yet. */
MOTET_MUST_USE motet_err motet__isolate_begin(motet_system *sys, const motet_options *options,
                                              const motet_system_spec **spec, motet__isolate **out);
void motet__isolate_end(motet__isolate *iso); /* no actor runs any more; NULL is nothing */
/* In the actor's context: whether its process is gone, so that nothing but a restart helps. */
bool motet__isolate_lost(const motet__child *a);
/* Any thread: the actor is to end and does not: its process is killed, which ends a callback that it hangs in. */
void motet__isolate_late(const motet__child *a);

/* isolate_child.c: the life of a child. */
void motet__isolate_child(void *isolate, uint32_t type, int channel);

#endif
