/* send.c -- the ways of a message: within a worker, between workers, from outside; and room in inboxes.
 *
 * Within a worker a message is a node in the mailbox. To another worker it is a parcel in a pipe, from outside an
 * entry of `inject`; its owner makes a node of it. An actor that moved meanwhile has it sent on.
 *
 * Room. The places of an inbox are counted by its owner (`used`) until somebody else sends to it; from then on, for as
 * long as the incarnation lives, they are counted in the word `inbox`, where whoever sends takes the place beforehand.
 * So N places never hold N + 1 messages and none is refused while there is room, and actors that share a worker
 * pay for no atomic operation. An inbox that drops its oldest is the owner's business alone: it drops on arrival.
 *
 * A sender without room, where inboxes block, keeps its message (more->waiting) and sends MOTET__WANT. The owner hands
 * the next free place to whoever waits longest, without freeing it in between, and says MOTET__ROOM.
 */
#include "core.h"

#include <stdlib.h>

struct motet__injected {
    struct motet__injected *next;
    motet__parcel parcel;
};

static motet__parcel signal_to(motet__name to, motet__kind kind, motet__name who, int32_t status)
{
    motet__parcel p = {.to = to, .kind = (uint8_t)kind};
    motet__ended e = {.who = who, .status = status};
    memcpy(p.bytes, &e, sizeof e);
    return p;
}

/* ---- room ---- */

/* Takes a place in an inbox whose places are counted in the word; *word is what it was before. */
static bool take_shared(motet__actor *a, uint64_t *word)
{
    do {
        uint32_t room = atomic_load_explicit(&a->room, memory_order_relaxed); /* relaxed: ordered by `inbox` */
        if (MOTET__INBOX_USED(*word) >= room) {
            return false;
        }
        /* acquire on failure: partner of the release in motet__actor_new: the room belongs to the generation. */
    } while (!atomic_compare_exchange_weak_explicit(&a->inbox, word, *word + 1u, memory_order_acq_rel,
                                                    memory_order_acquire));
    return true;
}

/* The owner's. */
static bool take_place(motet__actor *a)
{
    if (a->flags & MOTET__SHARED) {
        uint64_t word = atomic_load_explicit(&a->inbox, memory_order_relaxed);
        return take_shared(a, &word);
    }
    if (a->used >= atomic_load_explicit(&a->room, memory_order_relaxed)) {
        return false;
    }
    a->used++;
    return true;
}

/* Hands the free place to the first who waits; false: nobody waits. */
static bool hand_on(motet__worker *w, motet__actor *a)
{
    motet__link *l = a->more ? a->more->want_first : NULL;
    if (!l) {
        return false;
    }
    a->more->want_first = l->next;
    motet__ended e;
    memcpy(&e, ((motet__node *)(void *)l)->bytes, sizeof e);
    motet__node_free(w, l);
    motet__parcel p = signal_to(e.who, MOTET__ROOM, (motet__name){a->slot, motet__generation(a)}, MOTET_DONE);
    motet__send(w, &p);
    return true;
}

void motet__place_free(motet__worker *w, motet__actor *a)
{
    if (hand_on(w, a)) {
        return;
    }
    if (a->flags & MOTET__SHARED) {
        atomic_fetch_sub_explicit(&a->inbox, 1, memory_order_relaxed); /* relaxed: a count alone */
    } else {
        a->used--;
    }
}

/* Somebody wants room: gives it at once, or puts him into the queue. */
void motet__place_want(motet__worker *w, motet__actor *a, const motet__parcel *p)
{
    motet__ended e;
    memcpy(&e, p->bytes, sizeof e);
    motet__name self = {a->slot, motet__generation(a)};
    motet__more *more = motet__more_of(w, a);
    motet__node *n = more && !more->want_first && take_place(a) ? NULL : motet__node_new(w);
    if (!more || (!n && more->want_first)) { /* no memory: as if it were gone */
        motet__parcel gone = signal_to(e.who, MOTET__ROOM, self, MOTET_FAIL_GONE);
        motet__send(w, &gone);
        return;
    }
    if (!n) {
        motet__parcel room = signal_to(e.who, MOTET__ROOM, self, MOTET_DONE);
        motet__send(w, &room);
        return;
    }
    memcpy(n->bytes, p->bytes, sizeof n->bytes);
    n->link.next = NULL;
    if (more->want_first) {
        more->want_last->next = &n->link;
    } else {
        more->want_first = &n->link;
    }
    more->want_last = &n->link;
}

/* The oldest mail that takes a place is lost, for the newest. */
static void drop_oldest(motet__worker *w, motet__actor *a)
{
    motet__link *before = NULL, *l = a->first;
    while (l && !(l->flags & MOTET__PLACED)) {
        before = l;
        l = l->next;
    }
    if (!l) {
        return; /* all of it is stashed, or in hand */
    }
    motet__mail_unlink(a, before, l);
    motet__count(&w->counts.mail_lost, 1);
    motet__mail_discard(w, a, l, MOTET_EFULL);
}

/* ---- arriving ---- */

/* The owner's, after nobody else has sent here for a while: counts places by itself again. */
void motet__unshare(motet__actor *a)
{
    uint64_t word = atomic_load_explicit(&a->inbox, memory_order_relaxed), none;
    do {
        none = word & ~(MOTET__INBOX_SHARED | MOTET__INBOX_USED(word));
        /* relaxed: a count alone. What was reserved and is on its way is counted, and arrives as such. */
    } while (!atomic_compare_exchange_weak_explicit(&a->inbox, &word, none, memory_order_relaxed,
                                                    memory_order_relaxed));
    a->used = MOTET__INBOX_USED(word);
    a->flags &= (uint8_t)~MOTET__SHARED;
}

static void mail_arrives(motet__worker *w, motet__actor *a, const motet__parcel *p)
{
    uint8_t flags = p->flags;
    if (p->kind <= MOTET__ASKED && !(flags & MOTET__PLACED)) { /* an inbox that drops its oldest */
        if (!take_place(a)) {
            drop_oldest(w, a);
            if (!take_place(a)) {
                motet__count(&w->counts.mail_lost, 1);
                motet__parcel_discard(w, p, MOTET_EFULL);
                return;
            }
        }
        flags |= MOTET__PLACED;
    }
    motet__node *n = motet__node_new(w);
    if (!n) {
        if (flags & MOTET__PLACED) {
            motet__place_free(w, a);
        }
        motet__bounce(w, p);
        return;
    }
    memcpy(&n->link.kind, &p->kind, sizeof *n - offsetof(motet__node, link.kind));
    n->link.flags = flags;
    motet__mail_push(a, &n->link);
    motet__actor_ready(w, a);
}

static void cross(motet__worker *w, uint64_t owner, const motet__parcel *p);

static void embedded_arrives(motet__worker *w, motet__actor *a, motet__link *l)
{
    motet__mail_push(a, l);
    if (l->kind == MOTET__POKE && (a->flags & MOTET__SUSPENDED)) {
        motet__unsuspend(w, a, true);
    }
    motet__actor_ready(w, a);
}

static motet__link *link_in(const motet__parcel *p)
{
    motet__link *l;
    memcpy(&l, p->bytes, sizeof l);
    return l;
}

void motet__arrive(motet__worker *w, const motet__parcel *p)
{
    motet__actor *a = motet__actor_at(w->sys, p->to.slot);
    uint64_t owner = motet__slot_owner(a);
    if (owner == w->index) {
        a->quiet = 0;
    }
    if (owner != w->index) {
        cross(w, owner, p);
    } else if (motet__is_embedded(p->kind)) {
        embedded_arrives(w, a, link_in(p));
    } else if (motet__generation(a) != p->to.generation) {
        motet__bounce(w, p);
    } else if (motet__is_mail(p->kind)) {
        mail_arrives(w, a, p);
    } else {
        motet__signal(w, a, p);
    }
}

/* ---- between workers ---- */

/* To another worker; what finds no memory is lost, and accounted for. */
static void cross(motet__worker *w, uint64_t owner, const motet__parcel *p)
{
    if (!w->out[owner]) {
        w->out[owner] = motet__pipe_new();
    }
    if (!w->out[owner] || !motet__pipe_put(w->out[owner], p)) {
        motet__bounce(w, p);
        return;
    }
    w->dirty[owner / 64] |= UINT64_C(1) << owner % 64;
    w->any_dirty = true;
    w->crossed++;
}

void motet__send(motet__worker *w, const motet__parcel *p)
{
    motet__actor *a = motet__actor_at(w->sys, p->to.slot);
    uint64_t owner = motet__slot_owner(a);
    if (owner == w->index || motet__adopt(w, a, false)) {
        motet__arrive(w, p);
    } else {
        cross(w, owner, p);
    }
}

void motet__drain(motet__worker *w, motet__pipe *p)
{
    for (const motet__parcel *next = motet__pipe_peek(p); next; next = motet__pipe_peek(p)) {
        motet__parcel taken = *next; /* its slot may be needed by what delivering it sends */
        motet__pipe_drop(p);
        motet__arrive(w, &taken);
    }
}

void motet__take_arrivals(motet__worker *w)
{
    for (uint32_t i = 0; i < MOTET__WORDS; i++) {
        /* acq_rel: before the look at the pipes; partner: publish in worker.c. */
        uint64_t from = atomic_exchange_explicit(&w->arrivals[i], 0, memory_order_acq_rel);
        for (; from != 0; from &= from - 1u) {
            motet__drain(w, w->sys->cores[i * 64 + (uint32_t)__builtin_ctzll(from)]->out[w->index]);
        }
    }
}

/* ---- from outside ---- */

static bool inject_into(motet__worker *w, motet__actor *a, const motet__parcel *p, motet_err *e)
{
    motet__lock_take(w->inject_lock);
    bool here = motet__slot_owner(a) == w->index;
    struct motet__injected *in = here ? w->inject_free : NULL;
    if (in) {
        w->inject_free = in->next;
    } else if (here) {
        in = w->sys->fixed ? NULL : malloc(sizeof *in);
    }
    *e = here && !in ? MOTET_ENOMEM : MOTET_OK;
    if (in) {
        in->next = NULL;
        in->parcel = *p;
        if (w->inject_first) {
            w->inject_last->next = in;
        } else {
            w->inject_first = in;
        }
        w->inject_last = in;
        atomic_store_explicit(&w->injected, 1, memory_order_relaxed); /* relaxed: `news` publishes it */
        motet__worker_news(w);
    }
    motet__lock_release(w->inject_lock);
    return here;
}

motet_err motet__inject(motet_system *sys, const motet__parcel *p)
{
    motet__actor *a = motet__actor_at(sys, p->to.slot);
    motet_err e;
    motet__worker *w;
    do {
        w = sys->cores[motet__slot_owner(a)];
    } while (!inject_into(w, a, p, &e));
    if (e == MOTET_OK) {
        motet__worker_wake(w);
    }
    return e;
}

void motet__take_injected(motet__worker *w)
{
    if (!atomic_load_explicit(&w->injected, memory_order_relaxed)) { /* relaxed: looked at again */
        return;
    }
    motet__lock_take(w->inject_lock);
    motet__take_injected_locked(w);
    motet__lock_release(w->inject_lock);
}

/* Under the lock, so that nobody injects for an actor that is moving. Delivering calls no user and takes no other lock
 * than those of memory and parking. */
void motet__take_injected_locked(motet__worker *w)
{
    struct motet__injected *in = w->inject_first;
    w->inject_first = NULL;
    atomic_store_explicit(&w->injected, 0, memory_order_relaxed); /* relaxed: under the lock */
    while (in) {
        struct motet__injected *next = in->next;
        motet__arrive(w, &in->parcel);
        in->next = w->inject_free;
        w->inject_free = in;
        in = next;
    }
}

void motet__inject_free(motet__worker *w)
{
    while (w->inject_free) {
        struct motet__injected *next = w->inject_free->next;
        free(w->inject_free);
        w->inject_free = next;
    }
}

void motet__post(motet_system *sys, motet__actor *a, motet__link *l)
{
    motet__worker *w = motet__self;
    bool inside = w && w->sys == sys;
    if (inside && (motet__slot_owner(a) == w->index || motet__adopt(w, a, true))) {
        embedded_arrives(w, a, l);
        return;
    }
    motet__parcel p = {.to = {a->slot, 0}, .kind = l->kind};
    memcpy(p.bytes, &l, sizeof l);
    if (inside) {
        cross(w, motet__slot_owner(a), &p);
    } else if (motet__inject(sys, &p) != MOTET_OK) {
        motet__fatal("no memory to wake an actor");
    }
}

/* ---- telling ---- */

/* No room: what becomes of the message, by the policy. The sender is the actor whose callback runs. */
static motet_err no_room(motet__worker *w, const motet__parcel *p, motet_policy policy)
{
    motet__actor *from = w->current;
    if (policy == MOTET_DROP_NEWEST) {
        motet__count(&w->counts.mail_lost, 1);
        motet__parcel_discard(w, p, MOTET_EFULL);
        return MOTET_OK;
    }
    motet__more *more =
        policy == MOTET_BLOCK && from && !(from->flags & MOTET__SUSPENDED) ? motet__more_of(w, from) : NULL;
    if (!more) {
        motet__count(&w->counts.mail_refused, 1);
        return MOTET_EFULL;
    }
    more->waiting = *p;
    more->waiting_set = true;
    from->flags |= MOTET__SUSPENDED;
    motet__parcel want = signal_to(p->to, MOTET__WANT, (motet__name){from->slot, motet__generation(from)}, MOTET_DONE);
    motet__send(w, &want);
    return MOTET_OK;
}

static motet_err dispatch_here(motet__worker *w, motet__actor *a, motet__parcel *p)
{
    motet_policy policy = MOTET__INBOX_POLICY(atomic_load_explicit(&a->inbox, memory_order_relaxed));
    if (motet__generation(a) != p->to.generation || !a->receive) {
        return MOTET_EGONE;
    }
    if (policy != MOTET_DROP_OLDEST) {
        if (!take_place(a)) {
            return no_room(w, p, policy);
        }
        p->flags |= MOTET__PLACED;
    }
    mail_arrives(w, a, p);
    return MOTET_OK;
}

/* MOTET_ETIME: its places are not counted where others can see it, or it has moved: look again. */
static motet_err dispatch_there(motet__worker *w, motet__actor *a, uint64_t owner, motet__parcel *p)
{
    motet_policy policy;
    motet_err e = motet__place_reserve(a, p, &policy);
    if (e == MOTET_ETIME) {
        motet__share(w->sys, w, a);
        return e;
    }
    if (e == MOTET_EFULL) {
        return no_room(w, p, policy);
    }
    if (e == MOTET_OK) {
        cross(w, owner, p);
    }
    return e;
}

/* From elsewhere: takes a place for p, if the inbox is one where it is to be taken beforehand. MOTET_EGONE, MOTET_EFULL;
 * MOTET_ETIME: the places are counted by the owner alone. */
motet_err motet__place_reserve(motet__actor *a, motet__parcel *p, motet_policy *policy)
{
    /* acquire: partner of the release in motet__actor_new and motet__share. */
    uint64_t word = atomic_load_explicit(&a->inbox, memory_order_acquire);
    *policy = MOTET__INBOX_POLICY(word);
    for (;;) {
        if (word >> 32 != p->to.generation) {
            return MOTET_EGONE;
        }
        if (*policy == MOTET_DROP_OLDEST) {
            return MOTET_OK;
        }
        if (!(word & MOTET__INBOX_SHARED)) {
            return MOTET_ETIME;
        }
        uint64_t before = word;
        if (take_shared(a, &word)) {
            p->flags |= MOTET__PLACED;
            return MOTET_OK;
        }
        if (word >> 32 == before >> 32) {
            return MOTET_EFULL;
        }
    }
}

void motet__place_unreserve(motet_system *sys, const motet__parcel *p)
{
    if (p->flags & MOTET__PLACED) {
        /* relaxed: a count alone. The place holds its incarnation's word, for only its owner begins another. */
        atomic_fetch_sub_explicit(&motet__actor_at(sys, p->to.slot)->inbox, 1, memory_order_relaxed);
    }
    if (p->flags & MOTET__BLOCK) {
        motet__block_bytes b;
        memcpy(&b, p->bytes + motet__payload_at(p->kind), sizeof b);
        motet__payload_release(NULL, b.block);
    }
}

motet_err motet__dispatch(motet__worker *w, motet__parcel *p)
{
    motet__actor *a = motet__actor_at(w->sys, p->to.slot);
    motet_err e = MOTET_EGONE;
    do {
        uint64_t owner = a ? motet__slot_owner(a) : 0;
        if (!a || motet__generation(a) != p->to.generation) {
            e = MOTET_EGONE;
        } else if (owner == w->index || motet__adopt(w, a, false)) {
            e = dispatch_here(w, a, p);
        } else {
            e = dispatch_there(w, a, owner, p);
        }
    } while (e == MOTET_ETIME);
    if (e == MOTET_EGONE) {
        motet__count(&w->counts.dead, 1);
    }
    return e;
}
