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
    MOTET__FRAME_INIT = 1, /* status: of the last incarnation; id: index; arg: incarnation; ref: itself; payload: the
                            * name */
    MOTET__FRAME_RECEIVE,  /* at: label; payload: the message */
    MOTET__FRAME_PRODUCE,  /* at: state */
    MOTET__FRAME_DONE,
    MOTET__FRAME_ABORT,    /* at: motet_abort_reason */
    MOTET__FRAME_MAIL,     /* at: motet_mail_kind; the fields of motet_mail: tag, id, ref, status, arg: why; payload */
    MOTET__FRAME_FINI,     /* the child ends after its answer */
    MOTET__FRAME_ANSWER,   /* status; arg: MOTET__EXITS; to PRODUCE at: label, payload: the message */
    /* child to parent, within a callback, as the functions of these names; answered by the parent's next ANSWER, with
     * status: motet_err, what else they give, and arg: MOTET__IS_BLOCKED */
    MOTET__FRAME_OPEN,     /* at: wire; arg; gives id */
    MOTET__FRAME_RESUME,   /* at: role in the session; id */
    MOTET__FRAME_TELL,     /* ref, tag, payload */
    MOTET__FRAME_ASK,      /* ref, tag, payload; arg: timeout; gives id */
    MOTET__FRAME_REPLY,    /* ref, id, payload */
    MOTET__FRAME_STOP,     /* ref */
    MOTET__FRAME_KILL,     /* ref */
    MOTET__FRAME_MONITOR,  /* ref; gives id */
    MOTET__FRAME_DEMONITOR, /* ref, id */
    MOTET__FRAME_LINK,     /* ref */
    MOTET__FRAME_UNLINK,   /* ref */
    MOTET__FRAME_STASH,
    MOTET__FRAME_UNSTASH,
    MOTET__FRAME_TIMER,    /* arg: delay; id: period; tag; gives id */
    MOTET__FRAME_CANCEL,   /* id; gives arg: whether it was still to come, in MOTET__WAS_TO_COME */
    MOTET__FRAME_CHILD_REF, /* at: child; arg: instance; gives ref */
    MOTET__FRAME_ATTENUATE  /* ref; arg: rights; gives ref */
} motet__frame_kind;

enum { MOTET__EXITS = 1, MOTET__IS_BLOCKED = 2, MOTET__WAS_TO_COME = 4 }; /* in an ANSWER's arg */

typedef struct motet__frame {
    _Alignas(16) uint32_t size; /* of the whole, this header included */
    uint16_t kind;
    uint16_t role;              /* which of the type's roles */
    uint16_t at, refused;
    int32_t status;
    uint32_t shadow;            /* the child's number for the participant; 0: it has none yet */
    uint32_t tag;
    uint64_t id, arg;           /* of the session, unless the kind says otherwise */
    motet_ref ref;
} motet__frame;                 /* and then the payload, aligned as this */

enum { MOTET__MOST_MAIL = 1 << 26 }; /* bytes of a payload outside of sessions */

/* What a child says besides its channel: motet_session_resume by another thread than that of its callbacks. */
typedef struct motet__said {
    uint64_t id;
    uint16_t role;
} motet__said;

typedef struct motet__isolated_type {
    motet_actor_type type;        /* what the core sees; first */
    const motet_actor_type *real; /* the program's */
    motet_role_type *roles;       /* of `type` */
    uint32_t longest;             /* longest frame about a session, or a start */
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

/* isolate_serve.c: does what the child asks within a callback, as the actor that `ctx` runs; *a gets the answer. False:
 * it asks what makes no sense. */
bool motet__isolate_serve(motet_system *sys, motet_ctx *ctx, const motet__frame *q, motet__frame *a);

/* isolate_child.c: the life of a child. */
void motet__isolate_child(void *isolate, uint32_t type, int channel);
/* By the thread of a callback: asks the parent, and returns the answer's status; *q becomes the answer. */
motet_err motet__isolate_ask(motet__frame *q, const void *data, size_t n);
bool motet__isolate_calls_back(void);               /* this is that thread */
bool motet__isolate_is_ours(const motet_system *sys); /* it is the actor's system; NULL stands for it */

/* isolate_ask.c: what the program calls in a child, in place of the functions of these names. */
motet_ref motet__isolated_self(void);
motet_system *motet__isolated_system(void); /* the actor's: a name for it, not to be looked into */
motet_system *motet__isolated_memory(void); /* where blocks come from in this process */
motet_err motet__isolated_tell(motet_ref to, uint32_t tag, const void *data, size_t size);
motet_err motet__isolated_ask(motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns,
                              uint64_t *id);
motet_err motet__isolated_reply(motet_ref from, uint64_t id, const void *data, size_t size);
/* STOP, KILL, MONITOR, DEMONITOR, LINK, UNLINK, STASH and UNSTASH; `id` may be NULL where there is none. */
motet_err motet__isolated_do(motet__frame_kind what, motet_ref who, uint64_t *id);
motet_err motet__isolated_timer(uint64_t delay_ns, uint64_t period_ns, uint32_t tag, uint64_t *id);
bool motet__isolated_cancel(uint64_t id);
motet_err motet__isolated_send(const motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size);
motet_err motet__isolated_child_ref(const motet_system *sys, uint16_t child, uint32_t instance, motet_ref *out);
motet_err motet__isolated_attenuate(const motet_system *sys, motet_ref ref, motet_rights rights, motet_ref *out);

#endif
