/* actor.h -- actor types: generated tables that bind roles to a user's handlers.
 *
 * All callbacks of one actor instance run one at a time; never two at once, though the thread may change.
 */
#ifndef MOTET_ACTOR_H
#define MOTET_ACTOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context.h"
#include "session.h"

/* How one actor type plays one role. receive and produce are generated dispatchers, which call handlers by name. */
typedef struct motet_role_type {
    const motet_session_type *session;
    uint16_t role; /* role number in the session type */
    const motet_automaton *automaton;
    /* A message with that MOTET_RECEIVE label arrived, which the automaton allows. `payload` is the message's
     * struct, owned by the runtime, valid during the call; NULL when the message has no fields. */
    motet_status (*receive)(void *self, motet_session *s, uint16_t label, const void *payload);
    /* The participant stands in a MOTET_AT_SEND state: fill `out`. MOTET_LATER postpones. */
    motet_status (*produce)(void *self, motet_session *s, uint16_t state, motet_out *out);
    /* Exactly one of these two is called, once, for each participant that receive or produce was called for; both
     * may be NULL. on_done: this role's part is complete. on_abort: the session is lost; also called on an actor that
     * failed, for each of its sessions, before fini. */
    void (*on_done)(void *self, motet_session *s);
    void (*on_abort)(void *self, motet_session *s, motet_abort_reason why);
    /* Refinements; all 0 where the role has none, or they are not compiled in (motet/check.h). What a participant
     * remembers of the session's messages is `memory`, zeroed at first. holds: NULL, or what is broken when this
     * message is sent or received in this state. learn: it was. */
    size_t memory_size;
    const char *(*holds)(const void *memory, uint16_t state, uint16_t label, const void *payload);
    void (*learn)(void *memory, uint16_t label, const void *payload);
} motet_role_type;

typedef struct motet_start {
    const char *name;     /* of the instance: "participant[2]" */
    uint32_t index;       /* in its family */
    uint32_t incarnation; /* 0 at first, one more after each restart */
    void *env;            /* motet_options.env */
    motet_status failure; /* what ended the last incarnation; MOTET_DONE: nothing, or another's failure */
    struct motet_system *system; /* that it is in, for motet_session_open and motet_session_resume */
    motet_ctx *ctx;       /* for what init itself does */
    const void *arg;      /* motet_spawn_options.arg; NULL for a child of the tree */
} motet_start;

/* What becomes of a message for which a mailbox has no room. */
typedef enum motet_policy {
    MOTET_BLOCK,       /* its sender waits, in that session alone */
    MOTET_REFUSE,      /* its sender is asked again: motet_session_refused */
    MOTET_DROP_NEWEST, /* it is lost */
    MOTET_DROP_OLDEST  /* the one that waits longest in its lane is lost */
} motet_policy;

/* For motet_actor_type.state_at: where the user's struct T has its member `state`, which must be an S. */
#define MOTET_STATE_AT(T, S) (offsetof(T, state) + 0 * sizeof(((T *)0)->state = *(const S *)0))

typedef struct motet_actor_type {
    const char *name;
    size_t state_size; /* of the user's struct, zeroed before init */
    uint32_t mailbox;  /* room in each lane into this actor, in messages; 1 .. 65535 */
    uint32_t sessions; /* most sessions at once; 0: no limit. An open past it waits. */
    uint16_t n_roles;
    const motet_role_type *roles;
    motet_status (*init)(void *self, const motet_start *start); /* non-zero: the start failed, as a crash */
    void (*fini)(void *self); /* before a restart and at the end; also after a crash. Not after a failed init. */
    motet_policy policy;
    bool shared; /* `mailbox` is the room of all lanes into an instance together; not with MOTET_DROP_OLDEST */
    size_t state_at; /* for generated code: where in the user's struct the state of the protocol file stands */
    /* mail outside of sessions; NULL: it takes none, and what is sent to it is a dead letter */
    motet_receive receive;
    uint32_t inbox;            /* room for mail that is told or asked; 0: MOTET_INBOX_DEFAULT; at most 2^29 - 1 */
    motet_policy inbox_policy;
    bool isolated;   /* each instance's callbacks run in a process of its own, whose death is the instance's failure */
    bool traps_exits;          /* the end of a linked actor is mail, MOTET_EXIT */
} motet_actor_type;

enum { MOTET_INBOX_DEFAULT = 1024 };

#endif
