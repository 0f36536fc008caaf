/* session.h -- session types, and what a handler may ask of the session it works in.
 *
 * A motet_session is one participant: one role of one session instance, held by one actor instance. The pointer is
 * valid during the callback that receives it and may be used only by that callback's thread; to name the session
 * elsewhere use its id.
 */
#ifndef MOTET_SESSION_H
#define MOTET_SESSION_H
#include <stdint.h>

#include "automaton.h"
#include "error.h"

struct motet_ctx;
typedef struct motet_session motet_session;

typedef struct motet_peer {
    uint16_t role;  /* generated constant of the role or family */
    uint16_t index; /* which member of the family; 0 for a single role */
} motet_peer;

typedef struct motet_role_info {
    const char *name;    /* "P[1]" */
    motet_peer as_peer;  /* how handlers see this role */
} motet_role_info;

typedef struct motet_message_type {
    const char *name;
    uint16_t tag;  /* on the wire */
    uint32_t size; /* of its struct; 0 for a message without fields */
} motet_message_type;

typedef struct motet_session_type {
    const char *name;
    uint16_t n_roles, n_messages;
    uint16_t initiator; /* the role that sends first, or MOTET_NONE when several may; opening a session wakes them */
    const motet_role_info *roles;
    const motet_message_type *messages;
} motet_session_type;

/* What a handler returns. Any other value than the first two fails the actor with that value. */
typedef int motet_status;
enum {
    MOTET_DONE = 0,   /* handled; what was to be sent is filled in */
    MOTET_LATER = -1, /* makers and choosers only: ask again after motet_session_resume */
    MOTET_FAIL = 1,   /* fails the actor by an error; use any value > 1 of your own to say more */
    MOTET_FAIL_TIMEOUT = -2,            /* something took too long */
    MOTET_FAIL_PROTOCOL_VIOLATION = -3, /* what came, or was to be sent, breaks the protocol */
    MOTET_FAIL_FATAL = -4,              /* trying again is of no use */
    MOTET_FAIL_KILLED = -5,             /* motet_kill */
    MOTET_FAIL_LINKED = -6,             /* an actor that this one was linked to ended by a failure */
    MOTET_FAIL_GONE = -7,               /* of a monitor: the actor had ended before it was watched */
    MOTET_FAIL_NOMEM = -8               /* of a monitor or link: there was no memory to watch the actor */
};

/* Why an actor failed, as a supervisor's decisions tell failures apart. */
typedef enum motet_reason {
    MOTET_BY_ERROR,
    MOTET_BY_TIMEOUT,
    MOTET_BY_PROTOCOL_VIOLATION,
    MOTET_BY_FATAL,
    MOTET_REASONS
} motet_reason;

/* The reason that a status stands for: MOTET_BY_ERROR for all that are not named above. */
motet_reason motet_status_reason(motet_status status);

typedef enum motet_abort_reason {
    MOTET_ABORT_CRASH = 1,    /* an actor that plays in the session crashed */
    MOTET_ABORT_FIDELITY = 2, /* a message arrived that the automaton does not allow */
    MOTET_ABORT_STOP = 3      /* an actor that plays in it, or the system, was stopped */
} motet_abort_reason;

/* Where a maker puts what is to be sent. The runtime zeroes `payload` before the call. */
typedef struct motet_out {
    uint16_t label; /* MOTET_SEND label of the state */
    void *payload;  /* room for the largest message that the state can send, aligned for any */
} motet_out;

/* Why what a maker gave was not sent. */
typedef enum motet_refusal {
    MOTET_NOT_REFUSED = 0,
    MOTET_FULL = 1,  /* no room in a mailbox that is declared `fail` */
    MOTET_BROKEN = 2 /* it breaks the refinement (`where`) of its message */
} motet_refusal;

uint64_t motet_session_id(const motet_session *s);   /* unique in the process, never 0; the same for all participants */
uint64_t motet_session_arg(const motet_session *s);  /* what motet_session_open was given */
motet_peer motet_session_role(const motet_session *s); /* the role that this participant plays */
/* For makers and choosers: whether this question is repeated because the last answer was refused, and why. After
 * MOTET_FULL any answer will do: the same message, another branch, or MOTET_LATER, which then also waits for room.
 * After MOTET_BROKEN the same mistake once more fails the actor. */
motet_refusal motet_session_refused(const motet_session *s);
/* A slot for the actor's own per-session data: NULL at first, kept until on_done or on_abort returns. Not owned. */
void **motet_session_slot(motet_session *s);
/* The context of the callback that was given `s`. */
struct motet_ctx *motet_session_ctx(motet_session *s);

#endif
