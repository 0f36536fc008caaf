/* send.c -- the ways of a message: within a worker, between workers, from outside; and room in inboxes.
 *
 * Within a worker a message is a node in the mailbox. To another worker it is a parcel in a pipe, from outside an
 * entry of `inject`; its owner makes a node of it. An actor that moved meanwhile has it sent on.
 *
 * Without memory (fixed mode, or the machine's end): what a callback sends says MOTET_ENOMEM. What was accepted and
 * finds none on arrival is a dead letter; a reply becomes MOTET_NO_REPLY, for which the ask has its record. Embedded
 * links need none on any way. Mail of users leaves the last letters of a worker to signals; one that finds none all
 * the same is lost, and counted.
 *
 * Room. The places of an inbox are counted by its owner (`used`) until somebody else sends to it; from then on, until
 * nobody else has for a while, they are counted in the word `inbox`, where whoever sends takes the place beforehand.
 * So N places never hold N + 1 messages and none is refused while there is room, and actors that share a worker
 * pay for no atomic operation. An inbox that drops its oldest is the owner's business alone: it drops on arrival.
 *
 * A sender without room, where inboxes block, keeps its message (more->waiting) and sends MOTET__WANT. At the end of
 * its turns the receiver takes places for those who wait longest, and says MOTET__ROOM.
 */
#include "core.h"

static motet__parcel signal_to(motet__name to, motet__kind kind, motet__name who, int32_t status)
{
    motet__parcel p = {.to = to, .kind = (uint8_t)kind};
    motet__ended e = {.who = who, .status = status};
    memcpy(p.bytes, &e, sizeof e);
    return p;
}

/* ---- room ---- */

/* The generation, and whether places are counted in the word: what must stay while a place is taken. */
static bool same_inbox(uint64_t a, uint64_t b)
{
    return (a ^ b) >> 31 == 0;
}

/* Takes a place in an inbox whose places are counted in the word; *word is what it was before. False: there is none, or
 * the inbox is not the same any more. */
static bool take_shared(motet__actor *a, uint64_t *word)
{
    uint64_t first = *word;
    do {
        if (!same_inbox(first, *word)) {
            return false;
        }
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

static uint32_t free_places(const motet__actor *a)
{
    uint32_t room = atomic_load_explicit(&a->room, memory_order_relaxed);
    uint32_t used = a->flags & MOTET__SHARED
                        ? MOTET__INBOX_USED(atomic_load_explicit(&a->inbox, memory_order_relaxed))
                        : a->used;
    return used < room ? room - used : 0;
}

/* Takes a place for the first who waits, and tells him. */
static void hand_on(motet__worker *w, motet__actor *a)
{
    motet__link *l = a->more->want_first;
    a->more->want_first = l->next;
    motet__ended e;
    memcpy(&e, ((motet__node *)(void *)l)->bytes, sizeof e);
    motet__node_free(w, l);
    motet__parcel p = signal_to(e.who, MOTET__ROOM, (motet__name){a->slot, motet__generation(a)}, MOTET_DONE);
    motet__send(w, &p);
}

/* To those who wait, in their order; to as many as can send SHARE each, so that they do not wait again at once. One at
 * least, if there is a place: he sends, and so there will be another turn. */
void motet__places_hand_out(motet__worker *w, motet__actor *a)
{
    enum { SHARE = 32 };
    for (uint32_t n = free_places(a) / SHARE + 1u; n > 0 && a->more && a->more->want_first && take_place(a); n--) {
        hand_on(w, a);
    }
}

void motet__place_free(motet__worker *w, motet__actor *a)
{
    if (a->flags & MOTET__SHARED) {
        atomic_fetch_sub_explicit(&a->inbox, 1, memory_order_relaxed); /* relaxed: a count alone */
    } else {
        a->used--;
    }
    if (w->current != a) { /* else at the end of its turn */
        motet__places_hand_out(w, a);
    }
}

/* Somebody wants room: gives it at once, or puts him into the queue. */
void motet__place_want(motet__worker *w, motet__actor *a, const motet__parcel *p)
{
    motet__ended e;
    memcpy(&e, p->bytes, sizeof e);
    motet__name self = {a->slot, motet__generation(a)};
    motet__more *more = motet__more_of(w, a);
    bool taken = more && !more->want_first && take_place(a);
    motet__node *n = more && !taken ? motet__node_new(w) : NULL;
    if (!n) { /* no memory for one who has to wait: as if it were gone */
        motet__parcel room = signal_to(e.who, MOTET__ROOM, self, taken ? MOTET_DONE : MOTET_FAIL_GONE);
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

/* False: no memory; nothing is done. */
static bool mail_arrives(motet__worker *w, motet__actor *a, const motet__parcel *p)
{
    uint8_t flags = p->flags;
    if (p->kind <= MOTET__ASKED && !(flags & MOTET__PLACED)) { /* an inbox that drops its oldest */
        if (!take_place(a)) {
            drop_oldest(w, a);
            if (!take_place(a)) {
                motet__count(&w->counts.mail_lost, 1);
                motet__parcel_discard(w, p, MOTET_EFULL);
                return true;
            }
        }
        flags |= MOTET__PLACED;
    }
    motet__node *n = motet__node_new(w);
    if (!n) {
        if (flags & MOTET__PLACED) {
            motet__place_free(w, a);
        }
        return false;
    }
    memcpy(&n->link.kind, &p->kind, sizeof *n - offsetof(motet__node, link.kind));
    n->link.flags = flags;
    motet__mail_push(a, &n->link);
    motet__actor_ready(w, a);
    return true;
}

/* Mail that was accepted finds no memory. */
static void mail_lost(motet__worker *w, motet__actor *a, const motet__parcel *p)
{
    uint64_t id;
    if (p->kind == MOTET__REPLY) {
        memcpy(&id, p->bytes, sizeof id);
        motet__ask_failed(w, a, id, MOTET_ENOMEM);
    } else if (p->kind == MOTET__STOP) {
        motet__signal(w, a, p);
    }
    motet__bounce(w, p, MOTET_ENOMEM);
}

static void send_far(motet__worker *w, uint64_t owner, const motet__parcel *p);

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
        send_far(w, owner, p);
    } else if (motet__is_embedded(p->kind)) {
        embedded_arrives(w, a, link_in(p));
    } else if (motet__generation(a) != p->to.generation) {
        motet__bounce(w, p, MOTET_EGONE);
    } else if (motet__is_mail(p->kind)) {
        if (!mail_arrives(w, a, p)) {
            mail_lost(w, a, p);
        }
    } else {
        motet__signal(w, a, p);
    }
}

/* ---- between workers ---- */

enum { LAST_LETTERS = 32 }; /* for signals */

static bool more_letters(motet__worker *w)
{
    motet__stack batch = {0};
    motet__lock_take(w->sys->grow);
    bool got = motet__depot_take(&w->sys->letters, &batch);
    motet__lock_release(w->sys->grow);
    while (batch.first) {
        motet__stack_push(&w->letters, motet__stack_pop(&batch));
    }
    return got;
}

static motet__pipe *pipe_to(motet__worker *w, uint64_t owner)
{
    if (!w->out[owner] && !w->sys->fixed) {
        w->out[owner] = motet__pipe_new();
    }
    return w->out[owner];
}

/* Whether mail of users can go there: a place in an inbox is taken only when it can. */
static bool can_cross(motet__worker *w, uint64_t owner)
{
    const motet__pipe *pipe = motet__sim_fault(w->sim, MOTET_SIM_MEMORY) ? NULL : pipe_to(w, owner);
    return pipe && (w->letters.n > LAST_LETTERS || motet__pipe_room(w->out[owner]) || more_letters(w));
}

/* To another worker. False: no memory. */
static bool cross(motet__worker *w, uint64_t owner, const motet__parcel *p)
{
    motet__pipe *pipe = pipe_to(w, owner);
    if (!pipe) {
        return false;
    }
    if (!motet__pipe_put(pipe, p)) {
        motet__letter *letter = motet__record_new(w, &w->letters, &w->sys->letters);
        if (!letter) {
            return false;
        }
        letter->parcel = *p;
        motet__pipe_spill(pipe, letter);
    }
    w->dirty[owner / 64] |= UINT64_C(1) << owner % 64;
    w->any_dirty = true;
    w->crossed++;
    if (w->own_thread) {
        motet__worker_flush(w); /* its handlers may block before their turn ends */
    }
    return true;
}

static void post_far(motet_system *sys, motet__actor *a, motet__link *l);

/* To another worker, whatever it takes. */
static void send_far(motet__worker *w, uint64_t owner, const motet__parcel *p)
{
    if (cross(w, owner, p)) {
        return;
    }
    if (motet__is_embedded(p->kind)) {
        post_far(w->sys, motet__actor_at(w->sys, p->to.slot), link_in(p));
        return;
    }
    if (!motet__is_mail(p->kind) || p->kind >= MOTET__REPLY) {
        motet__count(&w->counts.signals_lost, 1);
    }
    motet__bounce(w, p, MOTET_ENOMEM);
}

/* Whether `a` is w's, or becomes so; *owner is whose it is then. While w waited for others to be held, one of them may
 * have moved it: a message that took the way to its former owner would be overtaken. */
static inline bool is_here(motet__worker *w, motet__actor *a, bool cheaply, uint64_t *owner)
{
    *owner = motet__slot_owner(a);
    if (*owner == w->index || motet__adopt(w, a, cheaply)) {
        return true;
    }
    *owner = motet__slot_owner(a);
    return *owner == w->index;
}

static inline void send_on(motet__worker *w, const motet__parcel *p, bool cheaply)
{
    uint64_t owner;
    if (is_here(w, motet__actor_at(w->sys, p->to.slot), cheaply, &owner)) {
        motet__arrive(w, p);
    } else {
        send_far(w, owner, p);
    }
}

void motet__send(motet__worker *w, const motet__parcel *p)
{
    send_on(w, p, true);
}

void motet__send_adopting(motet__worker *w, const motet__parcel *p)
{
    send_on(w, p, false);
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

/* Under the lock: work for w came. */
static void injected(motet__worker *w)
{
    atomic_store_explicit(&w->injected, 1, memory_order_relaxed); /* relaxed: `news` publishes it */
    motet__worker_news(w);
}

motet__letter *motet__letter_take(motet_system *sys)
{
    motet__lock_take(sys->grow);
    bool got = sys->outside_letters.first || motet__depot_take(&sys->letters, &sys->outside_letters);
    motet__letter *letter = got ? motet__stack_pop(&sys->outside_letters) : NULL;
    motet__lock_release(sys->grow);
    return letter;
}

void motet__letter_put(motet_system *sys, motet__letter *letter)
{
    motet__lock_take(sys->grow);
    motet__stack_push(&sys->outside_letters, letter);
    motet__lock_release(sys->grow);
}

static bool inject_into(motet__worker *w, motet__actor *a, motet__letter *in)
{
    motet__lock_take(w->inject_lock);
    bool here = motet__slot_owner(a) == w->index;
    if (here) {
        in->next = NULL;
        if (w->inject_first) {
            w->inject_last->next = in;
        } else {
            w->inject_first = in;
        }
        w->inject_last = in;
        injected(w);
    }
    motet__lock_release(w->inject_lock);
    return here;
}

void motet__inject(motet_system *sys, motet__letter *letter)
{
    motet__actor *a = motet__actor_at(sys, letter->parcel.to.slot);
    motet__worker *w;
    do {
        w = sys->cores[motet__slot_owner(a)];
    } while (!inject_into(w, a, letter));
    motet__worker_wake(w);
}

static bool post_into(motet__worker *w, motet__actor *a, motet__link *l)
{
    motet__lock_take(w->inject_lock);
    bool here = motet__slot_owner(a) == w->index;
    if (here) {
        l->next = NULL;
        if (w->posted_first) {
            w->posted_last->next = l;
        } else {
            w->posted_first = l;
        }
        w->posted_last = l;
        injected(w);
    }
    motet__lock_release(w->inject_lock);
    return here;
}

/* An embedded link goes as it is: it needs no memory. */
static void post_far(motet_system *sys, motet__actor *a, motet__link *l)
{
    motet__worker *w;
    do {
        w = sys->cores[motet__slot_owner(a)];
    } while (!post_into(w, a, l));
    motet__worker_wake(w);
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

/* Whose mail it is. Timers of actors fire where their actor is, and are never posted. */
static motet__actor *actor_of(motet__link *l)
{
    return l->kind == MOTET__PARTICIPANT
               ? ((motet_session *)(void *)l)->actor->actor
               : ((motet__child *)(void *)((unsigned char *)l - offsetof(motet__child, poke)))->actor;
}

static void take_posted(motet__worker *w)
{
    motet__link *l = w->posted_first;
    w->posted_first = NULL;
    while (l) {
        motet__link *next = l->next;
        embedded_arrives(w, actor_of(l), l);
        l = next;
    }
}

/* Under the lock, so that nobody injects for an actor that is moving. Delivering calls no user and takes no other lock
 * than those of memory and parking. */
void motet__take_injected_locked(motet__worker *w)
{
    motet__letter *in = w->inject_first;
    w->inject_first = NULL;
    atomic_store_explicit(&w->injected, 0, memory_order_relaxed); /* relaxed: under the lock */
    take_posted(w);
    while (in) {
        motet__letter *next = in->next;
        motet__arrive(w, &in->parcel);
        motet__stack_push(&w->letters, in);
        in = next;
    }
    if (w->letters.n > MOTET__KEEP) {
        motet__records_spill(w, &w->letters, &w->sys->letters);
    }
}

void motet__post(motet_system *sys, motet__actor *a, motet__link *l)
{
    motet__worker *w = motet__self;
    if (!w || w->sys != sys) {
        post_far(sys, a, l);
    } else if (motet__slot_owner(a) == w->index || motet__adopt(w, a, true)) {
        embedded_arrives(w, a, l);
    } else {
        motet__parcel p = {.to = {a->slot, 0}, .kind = l->kind};
        memcpy(p.bytes, &l, sizeof l);
        send_far(w, motet__slot_owner(a), &p);
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

/* relaxed: ordered by `inbox`, or by the gate. */
static bool takes_none(const motet__actor *a)
{
    return atomic_load_explicit(&a->room, memory_order_relaxed) == 0;
}

static motet_err dispatch_here(motet__worker *w, motet__actor *a, motet__parcel *p)
{
    motet_policy policy = MOTET__INBOX_POLICY(atomic_load_explicit(&a->inbox, memory_order_relaxed));
    if (motet__generation(a) != p->to.generation || takes_none(a)) {
        return MOTET_EGONE;
    }
    if (policy != MOTET_DROP_OLDEST) {
        if (motet__sim_fault(w->sim, MOTET_SIM_ROOM) || !take_place(a)) {
            return no_room(w, p, policy);
        }
        p->flags |= MOTET__PLACED;
    }
    return mail_arrives(w, a, p) ? MOTET_OK : MOTET_ENOMEM;
}

/* Whether a message to the same actor waits for room already. A place that is free now would go to the later one, for
 * the signal that the first one waits may still be on its way. */
static bool would_overtake(const motet__actor *from, const motet__parcel *p)
{
    return from && (from->flags & MOTET__SUSPENDED) && from->more->waiting.to.slot == p->to.slot &&
           from->more->waiting.to.generation == p->to.generation;
}

/* MOTET_ETIME: its places are not counted where others can see it, or it has moved: look again. */
static motet_err dispatch_there(motet__worker *w, motet__actor *a, uint64_t owner, motet__parcel *p)
{
    motet_policy policy;
    if (!can_cross(w, owner)) {
        return MOTET_ENOMEM;
    }
    if (would_overtake(w->current, p)) {
        return no_room(w, p, MOTET_REFUSE);
    }
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

/* From elsewhere: takes a place for p, if the inbox is one where it is to be taken beforehand. MOTET_EGONE,
 * MOTET_EFULL; MOTET_ETIME: the places are counted by the owner alone. */
motet_err motet__place_reserve(motet__actor *a, motet__parcel *p, motet_policy *policy)
{
    /* acquire: partner of the release in motet__actor_new and motet__share. */
    uint64_t word = atomic_load_explicit(&a->inbox, memory_order_acquire);
    *policy = MOTET__INBOX_POLICY(word);
    for (;;) {
        if (word >> 32 != p->to.generation || takes_none(a)) {
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
        if (same_inbox(word, before)) {
            return MOTET_EFULL;
        }
    }
}

motet_err motet__dispatch(motet__worker *w, motet__parcel *p)
{
    motet__actor *a = motet__actor_at(w->sys, p->to.slot);
    motet_err e = MOTET_EGONE;
    do {
        uint64_t owner;
        if (!a || motet__generation(a) != p->to.generation) {
            e = MOTET_EGONE;
        } else if (is_here(w, a, false, &owner)) {
            e = dispatch_here(w, a, p);
        } else {
            e = dispatch_there(w, a, owner, p);
        }
    } while (e == MOTET_ETIME);
    if (e == MOTET_EGONE) {
        motet__dead(w, p, MOTET_EGONE);
    }
    return e;
}
