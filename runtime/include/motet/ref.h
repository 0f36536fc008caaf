/* ref.h -- refs: how an actor is named, and what whoever holds the ref may do to it.
 *
 * A ref names one incarnation of one actor, never another: after a restart or an end it is stale, and each use of it
 * says MOTET_EGONE. It carries rights, which can be taken away (motet_ref_attenuate) and never be added: a seal that
 * the system computes with a secret of its own covers name and rights, and a ref whose seal does not fit says
 * MOTET_ERIGHTS. The seal stops mistakes and forged bytes; it is no defence against code that reads the process's
 * memory. Refs are plain values: copy them, send them in messages. One of another system is stale or does not fit.
 */
#ifndef MOTET_REF_H
#define MOTET_REF_H
#include <stdbool.h>
#include <stdint.h>

typedef struct motet_ref {
    uint32_t slot, generation;
    uint32_t rights; /* motet_rights */
    uint32_t seal;
} motet_ref;

/* Bits 0 .. 15: which classes of messages may be told or asked; a tag's class is tag >> 24 (MOTET_TAG). */
typedef uint32_t motet_rights;
#define MOTET_MAY_SEND(class_) ((motet_rights)1 << (class_))
#define MOTET_MAY_SEND_ANY ((motet_rights)0xffff)
#define MOTET_MAY_STOP ((motet_rights)1 << 16)  /* motet_stop, motet_kill */
#define MOTET_MAY_WATCH ((motet_rights)1 << 17) /* motet_monitor */
#define MOTET_MAY_LINK ((motet_rights)1 << 18)  /* motet_link */
#define MOTET_MAY_ALL (MOTET_MAY_SEND_ANY | MOTET_MAY_STOP | MOTET_MAY_WATCH | MOTET_MAY_LINK)

/* A tag in a class 0 .. 15; `number` below 2^24. Plain small numbers are tags of class 0. */
#define MOTET_TAG(class_, number) ((uint32_t)(class_) << 24 | (uint32_t)(number))

#define MOTET_NOBODY ((motet_ref){0, 0, 0, 0}) /* no actor; every use says MOTET_EGONE */

static inline bool motet_ref_same(motet_ref a, motet_ref b) /* whether both name the same incarnation */
{
    return a.slot == b.slot && a.generation == b.generation;
}

#endif
