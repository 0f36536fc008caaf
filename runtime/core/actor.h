/* actor.h -- an actor as the scheduler sees it, and what lies in its mailbox.
 *
 * An actor is two cache lines, owned by one worker at a time. Only its owner (whoever is inside the owner's core, see
 * gate.h) reads or writes it, but for `place`, which anybody may read, and `inbox`. So a
 * message from an actor of the same worker costs no atomic operation. Whatever comes from elsewhere travels as a
 * motet__parcel through a pipe (pipe.h) or is injected (send.c), and is delivered by the owner.
 *
 * Two kinds of traffic: mail is queued and handled in its order; a signal (kill, monitor, room ...) takes effect when
 * it arrives, before any mail.
 *
 * Invariants: (1) an actor is in its owner's run queue if and only if `state` is QUEUED; (2) it is RUNNING if and only
 * if its owner is in its turn; (3) mail waits while IDLE only when it is suspended; (4) `used` counts the mail with
 * MOTET__PLACED in its mailbox and stash, and never passes `room`; with MOTET__SHARED set `inbox` does, and counts
 * what was reserved and is still on its way too, and `used` is MOTET__USED_ELSEWHERE, which is more than any room;
 * (5) its timers are in its owner's wheel.
 */
#ifndef MOTET_CORE_ACTOR_H
#define MOTET_CORE_ACTOR_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <motet/motet.h>

#include "wheel.h"

typedef struct motet__actor motet__actor;
typedef struct motet__child motet__child;
typedef struct motet_ctx motet__worker;

typedef enum motet__kind {
    /* mail */
    MOTET__TOLD,
    MOTET__ASKED,
    MOTET__REPLY,       /* tag: MOTET_OK, or why there is none; bytes: the ask's id, then the payload */
    MOTET__NOTICE,      /* MOTET_DOWN and MOTET_EXIT; bytes: motet__ended */
    MOTET__STOP,        /* motet_stop: what came before it is handled first */
    MOTET__DUE,         /* embedded in a motet__due */
    MOTET__PARTICIPANT, /* embedded in a motet_session */
    MOTET__POKE,        /* embedded in a motet__child: its phase changed */
    /* signals */
    MOTET__KILL,
    MOTET__WATCH,     /* bytes: motet__ended: the watcher, the monitor's id; to be told of the end */
    MOTET__UNWATCH,   /* likewise */
    MOTET__ENDED,     /* bytes: motet__ended: one that this one watches, or is linked to, ended */
    MOTET__WANT,      /* for room; bytes: motet__ended: who waits for it */
    MOTET__ROOM,      /* bytes: motet__ended: a place there is reserved; or, unless MOTET_DONE, its end */
    MOTET__ROOM_BACK  /* a reserved place that nobody uses */
} motet__kind;

static inline bool motet__is_mail(uint8_t kind)
{
    return kind < MOTET__KILL;
}

static inline bool motet__is_embedded(uint8_t kind)
{
    return kind >= MOTET__DUE && kind <= MOTET__POKE;
}

enum { /* flags of a link */
    MOTET__PLACED = 1, /* it takes a place in the inbox */
    MOTET__BLOCK = 2,  /* the payload is a block, named in `bytes` */
    MOTET__ANSWERED = 4 /* of MOTET__REPLY: it was shown, so that its ask is over; the tag lies at MOTET__ASK_TAG_AT */
};

typedef struct motet__link { /* an entry of a mailbox; the head of a node, a motet_session, a motet__due */
    struct motet__link *next;
    uint8_t kind, flags;
    uint16_t size; /* of the payload in `bytes` */
    uint32_t tag;
} motet__link;

typedef struct motet__node { /* 64 bytes, from the depot of nodes */
    motet__link link;
    _Alignas(16) unsigned char bytes[MOTET_INLINE];
} motet__node;

typedef struct motet__name {
    uint32_t slot, generation;
} motet__name;

typedef struct motet__parcel { /* on its way to an actor of another worker; 64 bytes, as a node with `to` for `next` */
    motet__name to;
    uint8_t kind, flags;
    uint16_t size;
    uint32_t tag;
    _Alignas(16) unsigned char bytes[MOTET_INLINE]; /* of the embedded kinds: the link's address */
} motet__parcel;

/* What lies in `bytes`, by kind. */
typedef struct motet__asking { /* MOTET__ASKED, before the payload */
    motet__name asker;
    uint64_t id;
} motet__asking;

typedef struct motet__block_bytes { /* with MOTET__BLOCK, at the payload's place */
    void *block;
    size_t size;
} motet__block_bytes;

enum { MOTET__ASK_TAG_AT = 8, MOTET__ANSWER_AT = 16 }; /* MOTET__ANSWERED; where the payload of a MOTET__REPLY begins */

typedef struct motet__ended { /* who, by which monitor, how */
    motet__name who;
    uint64_t id; /* of the monitor; 0: a link */
    int32_t status;
} motet__ended;

enum motet__state { MOTET__IDLE, MOTET__QUEUED, MOTET__RUNNING };

enum { /* flags of an actor */
    MOTET__PINNED = 1,     /* never moves */
    MOTET__SHARED = 2,     /* its inbox's places are counted in `inbox` */
    MOTET__SUSPENDED = 4,  /* a message of it waits for room: it gets no mail */
    MOTET__LEAVING = 8,    /* motet_exit, or a stop: ends after this callback */
    MOTET__KILLED = 16,    /* was killed, or failed: its turn ends it before any other mail, with `status` */
    MOTET__STAYING = 32,   /* a child of the tree: its slot is never given to another */
    MOTET__UNBORN = 64,    /* its init has not succeeded yet: no fini */
    MOTET__PLAIN = MOTET__PINNED /* with no other flag than these a turn has nothing special to do */
};

typedef struct motet__due motet__due;
typedef struct motet__more motet__more;

struct motet__actor {
    motet__actor *run_next;       /* in the run queue, or a list of free ones */
    uint32_t slot;                /* constant */
    uint8_t state, flags;
    uint16_t quiet;               /* turns since something came from elsewhere; counted while MOTET__SHARED */
    motet__link *first, *last;    /* mail */
    _Atomic uint64_t place;       /* MOTET__PLACE; read by all who send */
    uint32_t used;
    _Atomic uint32_t room;        /* constant for an incarnation */
    uint32_t pending;             /* all mail, whether it takes a place or not */
    uint32_t high_water;          /* of `pending`, when a turn began */
    motet_receive receive;
    /* second line */
    void *self;                   /* the user's state */
    const motet_actor_type *type; /* NULL: the slot is free */
    motet__child *child;          /* of the supervision tree; else NULL */
    motet__due *dues;             /* timers and asks */
    motet__more *more;            /* what few actors have; from a depot, when needed */
    union {
        uint64_t handled;
        int32_t status;           /* with MOTET__KILLED, after which it handles nothing: how it ends */
    };
    uint64_t busy_ns;             /* in its turns; an estimate */
    _Atomic uint64_t inbox;       /* MOTET__INBOX */
};

/* The word `place`: bits 32 .. 63 the generation, of its present incarnation or of its next one; 0 .. 15 its owner's
 * index. In one word, so that a sender finds both right by one comparison. */
#define MOTET__PLACE(generation, owner) ((uint64_t)(generation) << 32 | (owner))

/* The word `inbox`: bits 32 .. 63 the generation, 31 whether places are counted here, 29 and 30 the policy, 0 .. 28 the
 * count. The generation is in it so that no place is taken in another's inbox. */
#define MOTET__INBOX(generation, policy) ((uint64_t)(generation) << 32 | (uint64_t)(policy) << 29)
#define MOTET__INBOX_SHARED (UINT64_C(1) << 31)
#define MOTET__INBOX_USED(word) ((uint32_t)(word) & 0x1fffffffu)
#define MOTET__INBOX_POLICY(word) ((motet_policy)((word) >> 29 & 3u))
enum { MOTET__MOST_ROOM = 0x1fffffff, MOTET__USED_ELSEWHERE = 0x20000000 };

_Static_assert(sizeof(motet__actor) == 128, "two cache lines");
_Static_assert(sizeof(motet__node) == 64 && sizeof(motet__parcel) == 64, "one cache line");

/* ---- what few have ---- */

typedef struct motet__peer { /* a monitor or link, at either end */
    struct motet__peer *next;
    motet__name name;
    uint64_t id; /* 0: a link */
    bool watches; /* at the end of the one who watches; links have it at both */
} motet__peer;

enum { MOTET__BEHAVIOURS = 8 };

struct motet__more {
    motet__parcel waiting;    /* while suspended: what waits for room; `to` says where */
    motet__link *want_first, *want_last; /* nodes of kind MOTET__WANT: who waits for room here, in order */
    motet__peer *peers;
    motet__link *stash_first, *stash_last;
    motet_receive before[MOTET__BEHAVIOURS];
    uint32_t depth;
    bool waiting_set;
};

enum { MOTET__MORE_SIZE = 256 };
_Static_assert(sizeof(struct motet__more) <= MOTET__MORE_SIZE, "a power of two, for the depot");

struct motet__due { /* a timer of the user, or an ask that waits; 128 bytes, numbered */
    void *free_link;
    uint32_t number;   /* constant */
    _Atomic uint32_t generation; /* its id is both; read by whoever has an id, however old */
    motet__timer timer;
    motet__link link;  /* for its mail: MOTET__DUE */
    _Atomic(motet__actor *) actor; /* likewise */
    motet__due *prev, *next; /* of the actor's */
    uint64_t period;   /* 0: once */
    bool ask;          /* the mail is MOTET_NO_REPLY */
    uint8_t why;       /* motet_err: of that */
    bool revives;      /* a dynamic child comes back */
    bool posted;       /* its mail is in the mailbox */
    bool cancelled;    /* since it was posted */
};

enum { MOTET__DUE_SIZE = 128 };
_Static_assert(sizeof(struct motet__due) <= MOTET__DUE_SIZE, "a power of two, for the depot");

static inline uint64_t motet__due_id(const motet__due *d)
{
    return (uint64_t)atomic_load_explicit(&d->generation, memory_order_relaxed) << 32 | d->number;
}

/* Where the payload begins in `bytes`. */
static inline size_t motet__payload_at(uint8_t kind)
{
    return kind == MOTET__ASKED ? sizeof(motet__asking) : kind == MOTET__REPLY ? MOTET__ANSWER_AT : 0;
}

_Static_assert(MOTET_INLINE - sizeof(motet__asking) == MOTET_INLINE_ASKED, "as the header says");

/* ---- the mailbox; by the owner ---- */

static inline void motet__mail_push(motet__actor *a, motet__link *l)
{
    l->next = NULL;
    if (a->first) {
        a->last->next = l;
    } else {
        a->first = l;
    }
    a->last = l;
    a->pending++;
}

/* Takes `l`, which comes after `before` (NULL: the first one), out of the middle. */
static inline void motet__mail_unlink(motet__actor *a, motet__link *before, motet__link *l)
{
    if (before) {
        before->next = l->next;
    } else {
        a->first = l->next;
    }
    a->last = a->last == l ? before : a->last;
    a->pending--;
}

static inline motet__link *motet__mail_pop(motet__actor *a)
{
    motet__link *l = a->first;
    if (l) {
        a->first = l->next;
        a->pending--;
    }
    return l;
}

#endif
