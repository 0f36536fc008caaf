/* actors.c -- actors that do anything that context.h offers, at random, and keep books of it. See chaos.h.
 *
 * An actor without a soul (there are only so many) takes part in nothing. What a crash interrupts is not owed: the books
 * are written where the runtime has said MOTET_OK. */
#include "chaos.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core.h"

typedef struct wild {
    soul *soul;
    uint64_t reserved;
} wild;

typedef struct work {
    uint32_t from, number, hops, check;
} work;

#define CHECK(w) ((w)->from * 31u + (w)->number * 17u + (w)->hops + 5u)

__attribute__((noinline)) void broken(const char *what, uint64_t a, uint64_t b)
{
    if (!world.broken) {
        world.broken = what;
        world.broken_a = a;
        world.broken_b = b;
    }
}

static uint32_t number_of(const soul *s)
{
    return (uint32_t)(s - world.souls);
}

static void trace(motet_ctx *ctx, const soul *s, const char *what, uint64_t a, uint64_t b)
{
    if (world.tell) {
        fprintf(stderr, "%12" PRIu64 " step %" PRIu64 " worker %u, soul %u: %s %" PRIu64 " %" PRIu64 "\n",
                motet_sim_now(world.sim), motet_sim_steps(world.sim), ctx->index, number_of(s), what, a, b);
    }
}

/* ---- books ---- */

static void owe(book *b, uint64_t id, uint64_t due, uint32_t whom, bool periodic)
{
    if (b->n < BOOK) {
        b->entries[b->n++] = (entry){id, due, whom, periodic};
    }
}

static entry *find(book *b, uint64_t id)
{
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->entries[i].id == id) {
            return &b->entries[i];
        }
    }
    return NULL;
}

static void settle(book *b, entry *e)
{
    *e = b->entries[--b->n];
}

static bool has_room(const book *b)
{
    return b->n < BOOK;
}

/* ---- coming and going ---- */

static soul *soul_new(motet_ctx *ctx)
{
    motet_ref ref = motet_self(ctx);
    soul *s = world.n_souls < SOULS ? &world.souls[world.n_souls++] : NULL;
    if (s) {
        memset(s, 0, sizeof *s);
        s->ref = ref;
        s->blocks = ctx->current->type->inbox_policy == MOTET_BLOCK;
        for (int r = 0; ctx->current->child && r < MOTET_REASONS; r++) {
            s->passed_over |= ctx->current->child->spec->decide[r] == MOTET_RESUME;
        }
        uint32_t at = below(PEERS);
        world.peers[at] = ref;
        world.peer_soul[at] = number_of(s);
    }
    return s;
}

motet_status wild_init(void *self, const motet_start *start)
{
    wild *me = self;
    if (me->soul || me->reserved) {
        broken("an actor's state is not zeroed", 0, 0);
    }
    if (!world.closing && below(32) == 0) {
        return MOTET_FAIL;
    }
    me->soul = soul_new(start->ctx);
    return MOTET_DONE;
}

void wild_fini(void *self)
{
    soul *s = ((wild *)self)->soul;
    if (!s) {
        return;
    }
    if (s->dead) {
        broken("an actor ends twice", number_of(s), 0);
    }
    s->dead = true;
    if (s->kept) {
        motet_system_drop(world.sys, s->kept);
        s->kept = NULL;
    }
}

/* ---- doing ---- */

static bool expected(motet_err e)
{
    return e == MOTET_OK || e == MOTET_EGONE || e == MOTET_EFULL || (e == MOTET_ENOMEM && world.lossy) ||
           e == MOTET_EINIT || e == MOTET_ELIMIT;
}

static void expect(motet_err e, const char *what)
{
    if (!expected(e)) {
        broken(what, (uint64_t)e, 0);
    }
}

typedef struct peer { /* taken at once: others may become peers while a call goes on */
    motet_ref ref;
    uint32_t soul;
} peer;

static peer some_peer(void)
{
    uint32_t i = below(PEERS);
    return (peer){world.peers[i], world.peer_soul[i]};
}

/* Whom `s` may send to. Inboxes that block make their senders wait, in a circle for ever: so only upwards. */
static bool may_send(const soul *s, peer p)
{
    return p.soul > number_of(s) || !world.souls[p.soul].blocks;
}

static void tell_work(soul *s, motet_ctx *ctx, uint32_t hops)
{
    peer p = some_peer();
    work w = {number_of(s), s->sent[p.soul] + 1u, hops, 0};
    w.check = CHECK(&w);
    if (!may_send(s, p)) {
        return;
    }
    motet_err e = motet_tell(ctx, p.ref, TAG_WORK, &w, sizeof w);
    trace(ctx, s, "tells", p.soul, w.number);
    trace(ctx, s, "  that is", (uint64_t)e, motet_is_blocked(ctx));
    expect(e, "a tell fails");
    s->sent[p.soul]++;
}

static void tell_block(soul *s, motet_ctx *ctx)
{
    peer p = some_peer();
    uint64_t *block = may_send(s, p) ? motet_block_new(ctx, 8 * (8 + below(40))) : NULL;
    if (!block) {
        return;
    }
    for (int i = 0; i < 8; i++) {
        block[i] = UINT64_C(0x600d) << 32 | (uint32_t)i;
    }
    bool twice = below(2) == 0 && !s->kept;
    if (twice) {
        s->kept = motet_block_share(ctx, block);
    }
    motet_err e = motet_tell_block(ctx, p.ref, TAG_BLOCK, block);
    expect(e, "a tell of a block fails");
    if (e != MOTET_OK) {
        motet_block_drop(ctx, block);
    }
}

static void ask(soul *s, motet_ctx *ctx)
{
    uint64_t id, timeout = 1 + below(20 * MS); /* one draw a line: their order is the program's */
    peer p = some_peer();
    if (!has_room(&s->asks) || !may_send(s, p)) {
        return;
    }
    motet_err e = motet_ask(ctx, p.ref, TAG_QUESTION, NULL, 0, timeout, &id);
    expect(e, "an ask fails");
    if (e == MOTET_OK) {
        owe(&s->asks, id, 0, 0, false);
    }
}

static bool start_timer(soul *s, motet_ctx *ctx)
{
    uint64_t id, delay = below(30 * MS), period = below(4) == 0 ? MS + below(10 * MS) : 0;
    uint64_t due = motet_sim_now(world.sim) + delay;
    if (!has_room(&s->timers)) {
        return false;
    }
    motet_err e = motet_timer_start(ctx, delay, period, TAG_TICK, &id);
    expect(e, "a timer cannot be started");
    if (e == MOTET_OK) {
        owe(&s->timers, id, due, 0, period > 0);
    }
    return e == MOTET_OK;
}

static void cancel_timer(soul *s, motet_ctx *ctx)
{
    if (s->timers.n > 0 && s->n_stashed == 0) {
        entry *e = &s->timers.entries[below(s->timers.n)];
        if (!motet_timer_cancel(ctx, e->id)) {
            broken("a timer that has not fired cannot be cancelled", e->id, e->due);
        }
        settle(&s->timers, e);
    }
}

static void monitor(soul *s, motet_ctx *ctx)
{
    uint64_t id;
    peer p = some_peer();
    if (!has_room(&s->monitors)) {
        return;
    }
    motet_err e = motet_monitor(ctx, p.ref, &id);
    if (p.ref.slot != 0) {
        expect(e, "a monitor fails");
    }
    if (e == MOTET_OK) {
        owe(&s->monitors, id, 0, p.soul, false);
    }
}

static void demonitor(soul *s, motet_ctx *ctx)
{
    if (s->monitors.n > 0) {
        entry *e = &s->monitors.entries[below(s->monitors.n)];
        motet_demonitor(ctx, world.souls[e->whom].ref, e->id);
        settle(&s->monitors, e);
    }
}

static void spawn(motet_ctx *ctx)
{
    motet_ref ref;
    motet_spawn_options o = {.link = below(4) == 0};
    o.placement = below(3) == 0 ? MOTET_ON_WORKER : MOTET_ANYWHERE;
    o.worker = below(world.workers);
    if (below(24) == 0) {
        o.placement = MOTET_OWN_THREAD;
    }
    expect(motet_spawn(ctx, &wild_types[below(WILD_TYPES)], &o, &ref), "a spawn fails");
}

static void answer(soul *s, motet_ctx *ctx, motet_ref from, uint64_t id)
{
    char bytes[60];
    memset(bytes, 'a', sizeof bytes);
    (void)s;
    expect(motet_reply(ctx, from, id, bytes, below(sizeof bytes)), "a reply fails");
}

static void open_session(void)
{
    motet_err e = motet_session_open(world.sys, (uint16_t)below(WIRES), 0, NULL);
    expect(e, "an open fails");
    world.opened += e == MOTET_OK;
}

static motet_status other_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    return wild_receive(self, ctx, mail);
}

static void change(soul *s, motet_ctx *ctx)
{
    if (below(2) == 0 && s->behaviours > 0) {
        motet_unbecome(ctx);
        s->behaviours--;
        return;
    }
    motet_err e = motet_become(ctx, below(2) ? other_receive : wild_receive);
    expect(e, "a become fails");
    s->behaviours += e == MOTET_OK;
}

/* One thing at random; a status other than MOTET_DONE fails the actor. */
static motet_status act(soul *s, motet_ctx *ctx, uint32_t hops)
{
    if (world.closing || world.budget == 0) {
        return MOTET_DONE;
    }
    world.budget--;
    switch (below(56)) {
    case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7: tell_work(s, ctx, hops); break;
    case 8: case 9: case 10: ask(s, ctx); break;
    case 11: case 12: case 13: tell_block(s, ctx); break;
    case 14: case 15: start_timer(s, ctx); break;
    case 16: cancel_timer(s, ctx); break;
    case 17: case 18: monitor(s, ctx); break;
    case 19: demonitor(s, ctx); break;
    case 20: expect(motet_link(ctx, some_peer().ref), "a link fails"); break;
    case 21: motet_unlink(ctx, some_peer().ref); break;
    case 22: case 23: spawn(ctx); break;
    case 24: expect(motet_stop(ctx, some_peer().ref), "a stop fails"); break;
    case 25: expect(motet_kill(ctx, some_peer().ref), "a kill fails"); break;
    case 26: case 27: case 28: case 29: open_session(); break;
    case 30: case 31: change(s, ctx); break;
    case 32: motet_exit(ctx); break;
    case 33: return 2;
    case 34: motet_fail(ctx, MOTET_FAIL_TIMEOUT); break;
    case 35: motet_unstash(ctx); break;
    case 36: resume_laters(); break;
    case 37:
        if (s->owes) {
            s->owes = false;
            answer(s, ctx, s->owed.from, s->owed.id);
        }
        break;
    default: tell_work(s, ctx, hops); break;
    }
    return MOTET_DONE;
}

/* ---- hearing ---- */

/* What the actor that runs has in its inbox, by the runtime's own books. */
static void check_room(motet_ctx *ctx)
{
    const motet__actor *a = ctx->current;
    uint64_t word = atomic_load(&a->inbox);
    uint32_t placed = ctx->in_hand && ctx->in_hand->flags & MOTET__PLACED;
    for (const motet__link *l = a->first; l; l = l->next) {
        placed += (l->flags & MOTET__PLACED) != 0;
    }
    for (const motet__link *l = a->more ? a->more->stash_first : NULL; l; l = l->next) {
        placed += (l->flags & MOTET__PLACED) != 0;
    }
    if (placed > atomic_load(&a->room)) {
        broken("an inbox holds more than it has room for", placed, atomic_load(&a->room));
    }
    if (a->flags & MOTET__SHARED && MOTET__INBOX_USED(word) > atomic_load(&a->room)) {
        broken("more places are taken than there are", MOTET__INBOX_USED(word), atomic_load(&a->room));
    }
}

/* Whether it comes back from the stash. */
static bool comes_again(soul *s, const work *w)
{
    for (uint32_t i = 0; i < s->n_stashed; i++) {
        if (s->stashed[i].from == w->from && s->stashed[i].number == w->number) {
            s->stashed[i] = s->stashed[--s->n_stashed];
            return true;
        }
    }
    return false;
}

static motet_status on_work(soul *s, motet_ctx *ctx, const motet_mail *m)
{
    work w;
    memcpy(&w, m->data, sizeof w);
    trace(ctx, s, "gets work", w.from, w.number);
    if (m->size != sizeof w || w.check != CHECK(&w)) {
        broken("a message is not what was sent", w.from, w.number);
        return MOTET_DONE;
    }
    if (w.from < SOULS && !comes_again(s, &w)) {
        if (w.number <= s->last[w.from]) {
            broken("messages from one actor to another are out of order", w.number, s->last[w.from]);
        }
        s->last[w.from] = w.number;
    }
    /* What is put aside keeps its place, so that there may be no room for any mail but a timer's, which brings it back. */
    if (!world.closing && w.from < SOULS && below(16) == 0 && s->n_stashed < BOOK && start_timer(s, ctx)) {
        motet_err e = motet_stash(ctx);
        expect(e, "a stash fails");
        if (e == MOTET_OK) {
            s->stashed[s->n_stashed++] = (seen){w.from, w.number};
        }
        return MOTET_DONE;
    }
    motet_status status = MOTET_DONE;
    for (uint32_t i = 0; status == MOTET_DONE && i < 3; i++) {
        status = act(s, ctx, w.hops + 1u);
    }
    if (memcmp(&w, m->data, sizeof w) != 0) {
        broken("a message changes while it is handled", w.from, w.number);
    }
    return status;
}

static void check_block(const motet_mail *m)
{
    const uint64_t *block = m->data;
    for (int i = 0; i < 8; i++) {
        if (block[i] != (UINT64_C(0x600d) << 32 | (uint32_t)i)) {
            broken("a block is not what was sent", (uint64_t)i, block[i]);
        }
    }
}

static motet_status on_block(soul *s, motet_ctx *ctx, const motet_mail *m)
{
    check_block(m);
    motet_status status = act(s, ctx, 0);
    check_block(m);
    return status;
}

static motet_status on_question(soul *s, motet_ctx *ctx, const motet_mail *m)
{
    uint32_t how = below(8);
    if (how == 0 && !world.closing) {
        return MOTET_DONE; /* no answer */
    }
    if (how < 3 && !s->owes && !world.closing) {
        s->owes = true;
        s->owed.from = m->from;
        s->owed.id = m->id;
        return MOTET_DONE;
    }
    answer(s, ctx, m->from, m->id);
    return act(s, ctx, 0);
}

static void on_answer(soul *s, const motet_mail *m)
{
    entry *e = find(&s->asks, m->id);
    if (!e) {
        broken("an answer to what was not asked, or was answered", m->id, (uint64_t)m->why);
        return;
    }
    settle(&s->asks, e);
}

static void on_tick(soul *s, motet_ctx *ctx, const motet_mail *m)
{
    entry *e = find(&s->timers, m->id);
    motet_unstash(ctx);
    if (!e) {
        broken("a timer fires that has fired, or was cancelled", m->id, 0);
    } else if (motet_sim_now(world.sim) < e->due) {
        broken("a timer fires early", e->due, motet_sim_now(world.sim));
    } else if (!e->periodic) {
        settle(&s->timers, e);
    } else if (world.closing || below(4) == 0) {
        if (!motet_timer_cancel(ctx, e->id)) {
            broken("a periodic timer cannot be cancelled", e->id, 0);
        }
        settle(&s->timers, e);
    }
}

static void on_down(soul *s, const motet_mail *m)
{
    entry *e = find(&s->monitors, m->id);
    if (!e) {
        broken("a notice that was had already, or is not wanted any more", m->id, (uint64_t)m->status);
        return;
    }
    const soul *other = &world.souls[e->whom];
    if (!other->dead && motet_ref_same(other->ref, m->from) && m->status != MOTET_FAIL_NOMEM) {
        broken("a notice of the end of one that lives", e->whom, (uint64_t)m->status);
    }
    settle(&s->monitors, e);
}

motet_status wild_receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    soul *s = ((wild *)self)->soul;
    world.handled++;
    if (!s) {
        return MOTET_DONE;
    }
    if (s->dead) {
        broken("mail for one that has ended", number_of(s), m->tag);
    }
    check_room(ctx);
    trace(ctx, s, "mail", (uint64_t)m->kind, m->id);
    switch (m->kind) {
    case MOTET_TOLD: return m->tag == TAG_BLOCK ? on_block(s, ctx, m) : on_work(s, ctx, m);
    case MOTET_ASKED: return on_question(s, ctx, m);
    case MOTET_REPLY:
    case MOTET_NO_REPLY: on_answer(s, m); break;
    case MOTET_TIMER: on_tick(s, ctx, m); break;
    case MOTET_DOWN: on_down(s, m); break;
    case MOTET_EXIT: break;
    }
    return act(s, ctx, 0);
}

#define WILD(name_, size_, ...) \
    {.name = name_, .state_size = size_, .init = wild_init, .fini = wild_fini, .receive = wild_receive, __VA_ARGS__}
const motet_actor_type wild_types[WILD_TYPES] = {
    WILD("tiny", sizeof(wild), .inbox = 1),
    WILD("blocking", sizeof(wild) + 10, .inbox = 2),
    WILD("refusing", sizeof(wild) + 40, .inbox = 3, .inbox_policy = MOTET_REFUSE),
    WILD("newest", sizeof(wild) + 100, .inbox = 4, .inbox_policy = MOTET_DROP_NEWEST, .traps_exits = true),
    WILD("oldest", sizeof(wild), .inbox = 4, .inbox_policy = MOTET_DROP_OLDEST),
    WILD("wide", sizeof(wild) + 500, .inbox = 64),
};

/* ---- from outside ---- */

static void send_work(void)
{
    work w = {UINT32_MAX, 1, 0, 0};
    w.check = CHECK(&w);
    motet_err e = motet_send(world.sys, some_peer().ref, TAG_WORK, &w, sizeof w, below(2) * MS);
    if (e != MOTET_ETIME) {
        expect(e, "a send fails");
    }
}

void spawn_outside(void)
{
    motet_ref ref;
    motet_spawn_options o = {.placement = below(3) == 0 ? MOTET_ON_WORKER : MOTET_ANYWHERE};
    o.worker = below(world.workers);
    expect(motet_system_spawn(world.sys, &wild_types[below(WILD_TYPES)], &o, &ref), "a spawn from outside fails");
}

static void call_outside(void)
{
    char answer_[64];
    size_t size = below(sizeof answer_);
    motet_err e = motet_call(world.sys, some_peer().ref, TAG_CALL, NULL, 0, MS + below(10 * MS), answer_, &size);
    if (e != MOTET_ETIME) {
        expect(e, "a call fails");
    }
}

void start_work(void)
{
    switch (below(8)) {
    case 0: spawn_outside(); break;
    case 1: call_outside(); break;
    case 2: case 3: open_session(); break;
    case 4: resume_laters(); break;
    default: send_work(); break;
    }
}

/* ---- the end ---- */

void check_souls(bool resumed)
{
    for (uint32_t i = 0; i < world.n_souls; i++) {
        soul *s = &world.souls[i];
        if (s->dead || (s->passed_over && resumed)) {
            continue;
        }
        if (s->asks.n > 0) {
            broken("an ask has no answer", i, s->asks.entries[0].id);
        }
        for (uint32_t k = 0; k < s->timers.n; k++) {
            if (!s->timers.entries[k].periodic) {
                broken("a timer has not fired", i, s->timers.entries[k].due);
            }
        }
        for (uint32_t k = 0; k < s->monitors.n; k++) {
            if (world.souls[s->monitors.entries[k].whom].dead && !world.lossy) {
                broken("an end of which one that watched has not heard", i, s->monitors.entries[k].whom);
            }
        }
    }
}

void check_all_dead(void)
{
    for (uint32_t i = 0; i < world.n_souls; i++) {
        if (!world.souls[i].dead) {
            broken("an actor has not ended", i, 0);
        }
    }
}
