/* context.c -- context.h: what callbacks may ask for, but for signals, timers and spawning. */
#include "isolate.h"

enum { CLASSES = 16 };

motet_ref motet_self(motet_ctx *w)
{
    const motet__actor *a = w->current;
    if (motet__is_isolated) {
        return motet__isolated_self();
    }
    return motet__ref_make(w->sys, a->slot, motet__generation(a), MOTET_MAY_ALL);
}

motet_system *motet_system_of(motet_ctx *w)
{
    return motet__is_isolated ? motet__isolated_system() : w->sys;
}

uint64_t motet_now(motet_ctx *w)
{
    return w->now;
}

bool motet_is_blocked(motet_ctx *w)
{
    motet__enter(w);
    bool blocked = w->current->flags & MOTET__SUSPENDED;
    motet__leave(w);
    return blocked;
}

/* ---- sending ---- */

static inline motet_err check_send(const motet__worker *w, motet_ref to, uint32_t tag)
{
    if (__builtin_expect(tag >> 24 >= CLASSES, 0)) {
        return MOTET_EINVAL;
    }
    return motet__ref_check(&w->secret, to, MOTET_MAY_SEND(tag >> 24));
}

/* What check_send refused. */
static motet_err refused(motet__worker *w, motet_ref to, motet_mail_kind kind, uint32_t tag, size_t size, motet_err e)
{
    if (e == MOTET_EGONE) {
        motet__enter(w);
        motet__dead_ref(w->sys, w, (motet_dead_letter){to, kind, tag, size, e});
        motet__leave(w);
    }
    return e;
}

/* Puts the payload where it belongs in the parcel, in a block when it is too large. */
motet_err motet__parcel_fill(motet_system *sys, motet__worker *w, motet__parcel *p, size_t at, const void *data,
                             size_t size)
{
    if (size <= MOTET_INLINE - at) {
        if (size > 0) {
            memcpy(p->bytes + at, data, size);
        }
        p->size = (uint16_t)size;
        return MOTET_OK;
    }
    void *block = w ? motet__payload_new(w, size) : motet__payload_common(sys, size);
    if (!block) {
        return MOTET_ENOMEM;
    }
    memcpy(block, data, size);
    motet__block_bytes b = {block, size};
    memcpy(p->bytes + at, &b, sizeof b);
    p->flags |= MOTET__BLOCK;
    return MOTET_OK;
}

/* Hands on a block as it is. */
static void fill_block(motet__parcel *p, void *block)
{
    motet__block_bytes b = {block, motet__payload_size(block)};
    memcpy(p->bytes + motet__payload_at(p->kind), &b, sizeof b);
    p->flags |= MOTET__BLOCK;
}

/* Of a block that another process has a copy of. */
static motet_err copied(motet__worker *w, void *block, motet_err e)
{
    if (e == MOTET_OK) {
        motet_block_drop(w, block);
    }
    return e;
}

/* Whatever a tell may meet. */
static __attribute__((noinline)) motet_err tell_slowly(motet__worker *w, motet_ref to, uint32_t tag, const void *data,
                                                       size_t size)
{
    if (motet__is_isolated) { /* where the quick way finds nobody */
        return motet__isolated_tell(to, tag, data, size);
    }
    motet__parcel p = {.to = {to.slot, to.generation}, .kind = MOTET__TOLD, .tag = tag};
    motet_err e = check_send(w, to, tag);
    if (e != MOTET_OK) {
        return refused(w, to, MOTET_TOLD, tag, size, e);
    }
    motet__enter(w);
    e = motet__parcel_fill(w->sys, w, &p, 0, data, size);
    if (e == MOTET_OK) {
        e = motet__dispatch(w, &p);
        if (e != MOTET_OK) {
            motet__payload_drop(w, &p);
        }
    }
    motet__leave(w);
    return e;
}

/* memcpy of a few bytes, without a call. */
static inline void copy_small(unsigned char *to, const unsigned char *from, size_t size)
{
    for (; size >= 8; size -= 8, to += 8, from += 8) {
        memcpy(to, from, 8);
    }
    for (; size > 0; size--) {
        *to++ = *from++;
    }
}

/* The way that has to be fast: small, to an actor of this worker with room that nobody else counts. False: not that.
 * It calls nothing, so that it needs no frame. */
static inline bool tell_quickly(motet__worker *w, motet_ref to, uint32_t tag, const void *data, size_t size)
{
    if (!motet__gate_enter_quickly(&w->gate)) {
        return false;
    }
    motet__actor *a = motet__actor_in(w->chunks, to.slot);
    motet__node *n = (motet__node *)w->nodes.first;
    /* acquire: as motet__slot_owner. */
    bool here = a && n &&
                atomic_load_explicit(&a->place, memory_order_acquire) == MOTET__PLACE(to.generation, w->index) &&
                a->used < atomic_load_explicit(&a->room, memory_order_relaxed);
    if (__builtin_expect(here, 1)) {
        motet__stack_pop(&w->nodes);
        motet__unpoison(n->bytes, sizeof n->bytes);
        n->link.kind = MOTET__TOLD;
        n->link.flags = MOTET__PLACED;
        n->link.size = (uint16_t)size;
        n->link.tag = tag;
        copy_small(n->bytes, data, size);
        a->used++;
        motet__mail_push(a, &n->link);
        motet__actor_ready(w, a);
    }
    motet__leave(w);
    return here;
}

motet_err motet_tell(motet_ctx *w, motet_ref to, uint32_t tag, const void *data, size_t size)
{
    bool sound = tag >> 24 < CLASSES && size <= MOTET_INLINE &&
                 (to.rights >> (tag >> 24) & 1u) != 0 &&
                 motet__seal(&w->secret, to.slot, to.generation, to.rights) == to.seal; /* as motet__ref_check */
    if (__builtin_expect(sound && tell_quickly(w, to, tag, data, size), 1)) {
        return MOTET_OK;
    }
    return tell_slowly(w, to, tag, data, size);
}

motet_err motet_tell_block(motet_ctx *w, motet_ref to, uint32_t tag, void *block)
{
    if (motet__is_isolated) {
        return copied(w, block, motet__isolated_tell(to, tag, block, motet__payload_size(block)));
    }
    motet_err e = check_send(w, to, tag);
    if (e != MOTET_OK) {
        return refused(w, to, MOTET_TOLD, tag, motet__payload_size(block), e);
    }
    motet__parcel p = {.to = {to.slot, to.generation}, .kind = MOTET__TOLD, .tag = tag};
    fill_block(&p, block);
    motet__enter(w);
    e = motet__dispatch(w, &p);
    motet__leave(w);
    return e;
}

/* Asks with a copy of `data`, or, where it is given, with `block`, which stays the caller's on an error. */
static motet_err ask(motet__worker *w, motet__parcel *p, const void *data, size_t size, void *block,
                     uint64_t timeout_ns, uint64_t *id)
{
    motet__actor *from = w->current;
    motet__asking asking = {{from->slot, motet__generation(from)}, motet__ask_new(w, from, p->tag, timeout_ns)};
    if (asking.id == 0) {
        return MOTET_ENOMEM;
    }
    *id = asking.id;
    memcpy(p->bytes, &asking, sizeof asking);
    motet_err e = MOTET_OK;
    if (block) {
        fill_block(p, block);
    } else {
        e = motet__parcel_fill(w->sys, w, p, sizeof asking, data, size);
    }
    if (e == MOTET_OK) {
        e = motet__dispatch(w, p);
        if (e != MOTET_OK && !block) {
            motet__payload_drop(w, p);
        }
    }
    if (e != MOTET_OK) {
        motet__ask_over(w, from, asking.id, &p->tag);
    }
    return e;
}

static motet_err check_ask(motet__worker *w, motet_ref to, uint32_t tag, const void *data, size_t size, void *block,
                           uint64_t timeout_ns, uint64_t *id)
{
    motet_err e = check_send(w, to, tag);
    *id = 0;
    if (e != MOTET_OK) {
        return refused(w, to, MOTET_ASKED, tag, size, e);
    }
    motet__parcel p = {.to = {to.slot, to.generation}, .kind = MOTET__ASKED, .tag = tag};
    motet__enter(w);
    e = ask(w, &p, data, size, block, timeout_ns, id);
    motet__leave(w);
    return e;
}

motet_err motet_ask(motet_ctx *w, motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns,
                    uint64_t *id)
{
    if (motet__is_isolated) {
        return motet__isolated_ask(to, tag, data, size, timeout_ns, id);
    }
    return check_ask(w, to, tag, data, size, NULL, timeout_ns, id);
}

motet_err motet_ask_block(motet_ctx *w, motet_ref to, uint32_t tag, void *block, uint64_t timeout_ns, uint64_t *id)
{
    size_t size = motet__payload_size(block);
    if (motet__is_isolated) {
        return copied(w, block, motet__isolated_ask(to, tag, block, size, timeout_ns, id));
    }
    return check_ask(w, to, tag, NULL, size, block, timeout_ns, id);
}

motet_err motet_reply(motet_ctx *w, motet_ref from, uint64_t id, const void *data, size_t size)
{
    if (motet__is_isolated) {
        return motet__isolated_reply(from, id, data, size);
    }
    motet_err e = motet__ref_check(&w->secret, from, 0);
    if (e != MOTET_OK) {
        return e;
    }
    motet__parcel p = {.to = {from.slot, from.generation}, .kind = MOTET__REPLY, .tag = MOTET_OK};
    memcpy(p.bytes, &id, sizeof id);
    motet__enter(w);
    e = motet__parcel_fill(w->sys, w, &p, MOTET__ANSWER_AT, data, size);
    if (e == MOTET_OK) {
        motet__send_adopting(w, &p);
    }
    motet__leave(w);
    return e;
}

motet_err motet_reply_block(motet_ctx *w, motet_ref from, uint64_t id, void *block)
{
    if (motet__is_isolated) {
        return copied(w, block, motet__isolated_reply(from, id, block, motet__payload_size(block)));
    }
    motet_err e = motet__ref_check(&w->secret, from, 0);
    if (e != MOTET_OK) {
        return e;
    }
    motet__parcel p = {.to = {from.slot, from.generation}, .kind = MOTET__REPLY, .tag = MOTET_OK};
    memcpy(p.bytes, &id, sizeof id);
    fill_block(&p, block);
    motet__enter(w);
    motet__send_adopting(w, &p);
    motet__leave(w);
    return MOTET_OK;
}

/* ---- blocks ---- */

void *motet_block_new(motet_ctx *w, size_t size)
{
    motet__enter(w);
    void *block = motet__payload_new(w, size);
    motet__leave(w);
    return block;
}

void motet_block_drop(motet_ctx *w, void *block)
{
    if (block) {
        motet__enter(w);
        motet__payload_release(w, block);
        motet__leave(w);
    }
}

void *motet_block_share(motet_ctx *w, const void *block)
{
    (void)w;
    if (block) {
        motet__payload_share(block);
    }
    return (void *)(uintptr_t)block;
}

size_t motet_block_size(const void *block)
{
    return motet__payload_size(block);
}

const void *motet_mail_block(motet_ctx *w, const motet_mail *mail)
{
    return w->in_hand && (w->in_hand->flags & MOTET__BLOCK) ? mail->data : NULL;
}

/* ---- behaviour ---- */

motet_err motet_become(motet_ctx *w, motet_receive receive)
{
    motet__enter(w);
    motet__actor *a = w->current;
    motet__more *more = motet__more_of(w, a);
    motet_err e = !more ? MOTET_ENOMEM : more->depth == MOTET__BEHAVIOURS ? MOTET_ELIMIT : MOTET_OK;
    if (e == MOTET_OK) {
        more->before[more->depth++] = a->receive;
        a->receive = receive;
    }
    motet__leave(w);
    return e;
}

void motet_unbecome(motet_ctx *w)
{
    motet__enter(w);
    motet__actor *a = w->current;
    if (a->more && a->more->depth > 0) {
        a->receive = a->more->before[--a->more->depth];
    }
    motet__leave(w);
}

motet_err motet_stash(motet_ctx *w)
{
    if (motet__is_isolated) {
        return motet__isolated_do(MOTET__FRAME_STASH, MOTET_NOBODY, NULL);
    }
    motet__enter(w);
    motet__actor *a = w->current;
    motet__link *l = w->in_hand;
    motet__more *more = l ? motet__more_of(w, a) : NULL;
    motet_err e = more ? MOTET_OK : l ? MOTET_ENOMEM : MOTET_EINVAL;
    if (more) {
        l->next = NULL;
        if (more->stash_first) {
            more->stash_last->next = l;
        } else {
            more->stash_first = l;
        }
        more->stash_last = l;
        w->in_hand = NULL;
    }
    motet__leave(w);
    return e;
}

void motet__unstash(motet__actor *a)
{
    motet__more *more = a->more;
    if (!more || !more->stash_first) {
        return;
    }
    for (motet__link *l = more->stash_first; l; l = l->next) {
        a->pending++;
    }
    more->stash_last->next = a->first;
    a->last = a->first ? a->last : more->stash_last;
    a->first = more->stash_first;
    more->stash_first = more->stash_last = NULL;
}

void motet_unstash(motet_ctx *w)
{
    if (motet__is_isolated) {
        (void)motet__isolated_do(MOTET__FRAME_UNSTASH, MOTET_NOBODY, NULL);
        return;
    }
    motet__enter(w);
    motet__unstash(w->current);
    motet__leave(w);
}

motet_ctx *motet_session_ctx(motet_session *s)
{
    (void)s;
    return motet__self;
}
