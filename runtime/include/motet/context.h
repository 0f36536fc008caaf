/* context.h -- what an actor may do from within its callbacks.
 *
 * A motet_ctx is handed to `receive` and to `init` (motet_start.ctx); handlers of sessions get it by motet_session_ctx.
 * It is valid during that callback, on its thread. No call here waits.
 */
#ifndef MOTET_CONTEXT_H
#define MOTET_CONTEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail.h"
#include "session.h"

struct motet_actor_type;
typedef struct motet_ctx motet_ctx;

/* ---- itself ---- */

motet_ref motet_self(motet_ctx *ctx);              /* with all rights */
struct motet_system *motet_system_of(motet_ctx *ctx); /* that it is in */
/* the worker's clock, ns; read once in a while, so it may lag by a turn */
uint64_t motet_now(motet_ctx *ctx);
/* Ends this callback, and the actor, as a failure with `status` (neither MOTET_DONE nor MOTET_LATER). Does not return:
 * what the callback holds on its stack is not released. */
__attribute__((noreturn)) void motet_fail(motet_ctx *ctx, motet_status status);
/* The actor ends, without a failure, once this callback returned MOTET_DONE. */
void motet_exit(motet_ctx *ctx);

/* ---- sending ----
 *
 * MOTET_EGONE    the ref is stale: nothing was sent; counts as a dead letter
 * MOTET_ERIGHTS  the ref does not allow it
 * MOTET_EFULL    no room in an inbox that refuses, or in one that blocks while this actor has one message waiting
 *                already: nothing was sent
 * MOTET_ENOMEM   no memory for the message; nothing was sent
 *
 * Messages from one actor to another arrive in the order in which they were sent. To an inbox that blocks, a message
 * without room is accepted once: it waits with the sender, which gets no further mail until there was room for it. */

MOTET_MUST_USE motet_err motet_tell(motet_ctx *ctx, motet_ref to, uint32_t tag, const void *data, size_t size);
/* Whether a message of this actor waits for room: a handler that sends many stops here and goes on in a later turn. */
bool motet_is_blocked(motet_ctx *ctx);

/* The answer comes as MOTET_REPLY, or as MOTET_NO_REPLY after `timeout_ns`, or when the other has ended: exactly one of
 * them, with the number in *id. */
MOTET_MUST_USE motet_err motet_ask(motet_ctx *ctx, motet_ref to, uint32_t tag, const void *data, size_t size,
                                   uint64_t timeout_ns, uint64_t *id);
/* Answers mail of kind MOTET_ASKED by its `from` and `id`, at once or in a later callback. An answer that nobody waits
 * for any more, or a second one, is dropped without a word. */
MOTET_MUST_USE motet_err motet_reply(motet_ctx *ctx, motet_ref from, uint64_t id, const void *data, size_t size);

/* ---- payloads in blocks ----
 *
 * A reference to a block is owned by whoever got it, until it is sent or dropped; one that is neither is a leak, which
 * the system tells of when it stops. A block belongs to its system and may be used until then, by any thread. */

/* A block of `size` bytes, aligned for any type, not zeroed, with one reference; NULL: no memory. */
void *motet_block_new(motet_ctx *ctx, size_t size);
size_t motet_block_size(const void *block);
/* Drops one reference; NULL is passed over. */
void motet_block_drop(motet_ctx *ctx, void *block);
/* These hand the caller's reference on, without a copy; on any error the caller keeps it. Else as their likes above. */
MOTET_MUST_USE motet_err motet_tell_block(motet_ctx *ctx, motet_ref to, uint32_t tag, void *block);
MOTET_MUST_USE motet_err motet_ask_block(motet_ctx *ctx, motet_ref to, uint32_t tag, void *block, uint64_t timeout_ns,
                                         uint64_t *id);
MOTET_MUST_USE motet_err motet_reply_block(motet_ctx *ctx, motet_ref from, uint64_t id, void *block);
/* Another reference to a block; NULL to NULL. From then on it is read-only for all who hold it. */
void *motet_block_share(motet_ctx *ctx, const void *block);
/* The block in which the payload of the mail being handled came, still the runtime's: share it to keep it, or to hand
 * it on. NULL when it came in none. */
const void *motet_mail_block(motet_ctx *ctx, const motet_mail *mail);

/* ---- its life and that of others ---- */

typedef enum motet_placement {
    MOTET_ANYWHERE,  /* where it was spawned first; it moves with the load */
    MOTET_ON_WORKER, /* stays with the worker `worker` */
    MOTET_OWN_THREAD /* has a thread of its own: for handlers that block */
} motet_placement;

typedef struct motet_spawn_options {
    const void *arg;   /* motet_start.arg; read by init before motet_spawn returns */
    motet_placement placement;
    uint32_t worker;   /* MOTET_ON_WORKER: below the number of workers */
    bool link;         /* linked to the spawner from the start */
} motet_spawn_options;

/* Creates an actor and runs its init, which may fail: MOTET_EINIT. options may be NULL. */
MOTET_MUST_USE motet_err motet_spawn(motet_ctx *ctx, const struct motet_actor_type *type,
                                     const motet_spawn_options *options, motet_ref *out);
/* It ends after the mail that it has got so far. */
MOTET_MUST_USE motet_err motet_stop(motet_ctx *ctx, motet_ref who);
/* It ends before any other mail, with the status MOTET_FAIL_KILLED. A callback that runs is not interrupted. */
MOTET_MUST_USE motet_err motet_kill(motet_ctx *ctx, motet_ref who);
/* MOTET_DOWN will say when it ends; at once if it has. *id names the monitor. */
MOTET_MUST_USE motet_err motet_monitor(motet_ctx *ctx, motet_ref who, uint64_t *id);
void motet_demonitor(motet_ctx *ctx, motet_ref who, uint64_t id); /* no MOTET_DOWN of it comes after this */
/* When one of the two fails or is killed, so does the other, with MOTET_FAIL_LINKED, unless its type traps exits.
 * Linking to one that has ended already counts as its failure. */
MOTET_MUST_USE motet_err motet_link(motet_ctx *ctx, motet_ref who);
void motet_unlink(motet_ctx *ctx, motet_ref who);

/* ---- behaviour ---- */

typedef motet_status (*motet_receive)(void *self, motet_ctx *ctx, const motet_mail *mail);

/* From the next mail on `receive` handles it; motet_unbecome goes back to the one before. At most 8 deep:
 * MOTET_ELIMIT. */
MOTET_MUST_USE motet_err motet_become(motet_ctx *ctx, motet_receive receive);
void motet_unbecome(motet_ctx *ctx);
/* Puts the mail being handled aside; it keeps its place in the inbox's room. MOTET_EINVAL: of a timer, or in a callback
 * that handles none. */
MOTET_MUST_USE motet_err motet_stash(motet_ctx *ctx);
/* All that was put aside comes next, in its order. */
void motet_unstash(motet_ctx *ctx);

/* ---- timers: mail of kind MOTET_TIMER with `tag` ---- */

/* After `delay_ns`, never earlier, and then every `period_ns` (0: once). */
MOTET_MUST_USE motet_err motet_timer_start(motet_ctx *ctx, uint64_t delay_ns, uint64_t period_ns, uint32_t tag,
                                           uint64_t *id);
/* No mail of it comes after this. Whether it was still to come. */
bool motet_timer_cancel(motet_ctx *ctx, uint64_t id);

#endif
