/* mail.h -- what reaches an actor outside of sessions, and the payloads that it carries.
 *
 * A small payload (up to MOTET_INLINE bytes; MOTET_INLINE_ASKED when it is asked) travels in the message itself. A
 * larger one lies in a block: counted, handed on without copying, read-only once it was sent.
 */
#ifndef MOTET_MAIL_H
#define MOTET_MAIL_H
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "ref.h"

enum { MOTET_INLINE = 48, MOTET_INLINE_ASKED = 32 };

typedef enum motet_mail_kind {
    MOTET_TOLD,     /* motet_tell, motet_send */
    MOTET_ASKED,    /* motet_ask, motet_call: answer with motet_reply */
    MOTET_REPLY,    /* to the ask whose number is `id` */
    MOTET_NO_REPLY, /* the ask `id` got none: `why` is MOTET_ETIME; MOTET_EGONE; MOTET_EFULL: it was dropped for a newer
                     * message; MOTET_ENOMEM */
    MOTET_TIMER,    /* the timer `id` fired */
    MOTET_DOWN,     /* what monitor `id` watched has ended, with `status`; `from` is its ref */
    MOTET_EXIT      /* an actor linked to this one, which traps exits, ended; as MOTET_DOWN, `id` is 0 */
} motet_mail_kind;

typedef struct motet_mail {
    motet_mail_kind kind;
    uint32_t tag;     /* the sender's, or the timer's */
    uint64_t id;      /* see kinds; of MOTET_ASKED: for motet_reply */
    const void *data; /* the payload, aligned for any type, valid during the call; NULL when it has no bytes */
    size_t size;
    /* MOTET_ASKED: who asks, without any rights; MOTET_DOWN, MOTET_EXIT: who ended; else MOTET_NOBODY */
    motet_ref from;
    /* MOTET_DOWN, MOTET_EXIT: the motet_status with which it ended; MOTET_DONE: it was stopped, or ended by itself */
    int status;
    motet_err why;    /* MOTET_NO_REPLY */
} motet_mail;

#endif
