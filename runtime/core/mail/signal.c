/* signal.c -- signals: kills, monitors and links, room. They take effect on arrival, inside the owner's core.
 *
 * Both ends of a monitor or link have a motet__peer, in no order. A monitor's number is unique in its watcher.
 */
#include "isolate.h"

motet__more *motet__more_of(motet__worker *w, motet__actor *a)
{
    if (!a->more) {
        a->more = motet__record_new(w, &w->mores, &w->sys->mores);
        if (a->more) {
            memset(a->more, 0, sizeof *a->more);
        }
    }
    return a->more;
}

/* ---- monitors and links ---- */

static motet__peer *peer_add(motet__worker *w, motet__actor *a, motet__name name, uint64_t id, bool watches)
{
    motet__more *more = motet__more_of(w, a);
    motet__peer *peer = more ? (motet__peer *)(void *)motet__node_new(w) : NULL;
    if (peer) {
        *peer = (motet__peer){.next = more->peers, .name = name, .id = id, .watches = watches};
        more->peers = peer;
    }
    return peer;
}

static bool peer_remove(motet__worker *w, motet__actor *a, motet__name name, uint64_t id, bool watches)
{
    for (motet__peer **at = a->more ? &a->more->peers : NULL; at && *at; at = &(*at)->next) {
        motet__peer *p = *at;
        if (p->id == id && p->watches == watches && p->name.slot == name.slot &&
            p->name.generation == name.generation) {
            *at = p->next;
            motet__node_free(w, (motet__link *)(void *)p);
            return true;
        }
    }
    return false;
}

static bool linked(const motet__actor *a, motet__name to)
{
    const motet__peer *p = a->more ? a->more->peers : NULL;
    while (p && (p->id != 0 || p->name.slot != to.slot || p->name.generation != to.generation)) {
        p = p->next;
    }
    return p != NULL;
}

static motet__name name_of(const motet__actor *a)
{
    return (motet__name){a->slot, motet__generation(a)};
}

static void say(motet__worker *w, motet__name to, motet__kind kind, motet__ended e)
{
    motet__parcel p = {.to = to, .kind = (uint8_t)kind};
    memcpy(p.bytes, &e, sizeof e);
    motet__send(w, &p);
}

void motet__peers_told(motet__worker *w, motet__actor *a, motet__name was, motet_status status)
{
    motet__more *more = a->more;
    while (more && more->peers) {
        motet__peer *p = more->peers;
        more->peers = p->next;
        bool told = !p->watches || p->id == 0;
        say(w, p->name, told ? MOTET__ENDED : MOTET__UNWATCH, (motet__ended){was, p->id, status});
        motet__node_free(w, (motet__link *)(void *)p);
    }
}

static void notice(motet__worker *w, motet__actor *a, motet_mail_kind kind, const motet__ended *e)
{
    motet__node *n = motet__node_new(w); /* there is one: that of the peer was freed just now */
    n->link = (motet__link){.kind = MOTET__NOTICE, .tag = kind};
    memcpy(n->bytes, e, sizeof *e);
    motet__mail_push(a, &n->link);
    motet__actor_ready(w, a);
}

/* It ends in its next turn: a signal may arrive while others are held, or in the midst of another one's end, where no
 * callback may run. */
static void kill(motet__worker *w, motet__actor *a, motet_status status)
{
    if (a->child) {
        motet__child_fail(w, a->child, status);
    } else if (!(a->flags & MOTET__KILLED)) {
        a->flags |= MOTET__KILLED;
        a->status = status;
        if (a->state == MOTET__IDLE) { /* suspended ones too */
            motet__run_push(w, a);
        }
    }
}

static void stop(motet__worker *w, motet__actor *a)
{
    if (a->child) {
        a->flags |= MOTET__LEAVING;
        motet__child_wake(a->child);
    } else {
        kill(w, a, MOTET_DONE);
    }
}

static void peer_ended(motet__worker *w, motet__actor *a, const motet__ended *e)
{
    if (!peer_remove(w, a, e->who, e->id, true)) {
        return; /* demonitored, or unlinked, meanwhile */
    }
    if (e->id != 0) {
        notice(w, a, MOTET_DOWN, e);
    } else if (a->type->traps_exits) {
        notice(w, a, MOTET_EXIT, e);
    } else if (e->status != MOTET_DONE) {
        kill(w, a, MOTET_FAIL_LINKED);
    }
}

static void watch(motet__worker *w, motet__actor *a, const motet__ended *e)
{
    if (e->id == 0 && linked(a, e->who)) {
        return; /* to each other at the same time, or to itself: once is enough */
    }
    if (!peer_add(w, a, e->who, e->id, e->id == 0)) { /* as if it had ended */
        say(w, e->who, MOTET__ENDED, (motet__ended){name_of(a), e->id, MOTET_FAIL_NOMEM});
    }
}

/* ---- room ---- */

void motet__unsuspend(motet__worker *w, motet__actor *a, bool drop)
{
    motet__parcel p = a->more->waiting;
    a->more->waiting_set = false;
    a->flags &= (uint8_t)~MOTET__SUSPENDED;
    if (drop) {
        motet__bounce(w, &p, MOTET_EGONE);
    } else {
        motet__send(w, &p);
    }
    if (a->pending > 0) {
        motet__actor_ready(w, a);
    }
}

void motet__waiting_lost(motet__worker *w, motet__actor *a)
{
    motet__parcel p = a->more->waiting;
    a->more->waiting_set = false;
    a->flags &= (uint8_t)~MOTET__SUSPENDED;
    motet__count(&w->counts.mail_lost, 1);
    motet__payload_drop(w, &p);
    if (a->pending > 0 || a->flags & MOTET__LEAVING) {
        motet__actor_ready(w, a);
    }
}

static void room_came(motet__worker *w, motet__actor *a, const motet__ended *e)
{
    motet__more *more = a->more;
    bool mine = more && more->waiting_set && more->waiting.to.slot == e->who.slot &&
                more->waiting.to.generation == e->who.generation;
    if (mine) {
        more->waiting.flags |= e->status == MOTET_DONE ? MOTET__PLACED : 0;
        motet__unsuspend(w, a, e->status != MOTET_DONE);
    } else if (e->status == MOTET_DONE) {
        say(w, e->who, MOTET__ROOM_BACK, (motet__ended){name_of(a), 0, MOTET_DONE});
    }
}

void motet__wanting_gone(motet__worker *w, motet__actor *a, motet__name was)
{
    while (a->more && a->more->want_first) {
        motet__link *l = a->more->want_first;
        a->more->want_first = l->next;
        motet__ended e;
        memcpy(&e, ((motet__node *)(void *)l)->bytes, sizeof e);
        motet__node_free(w, l);
        say(w, e.who, MOTET__ROOM, (motet__ended){was, 0, MOTET_FAIL_GONE});
    }
}

void motet__signal(motet__worker *w, motet__actor *a, const motet__parcel *p)
{
    motet__ended e;
    memcpy(&e, p->bytes, sizeof e);
    switch ((motet__kind)p->kind) {
    case MOTET__KILL: kill(w, a, e.status); break;
    case MOTET__STOP: stop(w, a); break; /* as mail it had no memory */
    case MOTET__WATCH: watch(w, a, &e); break;
    case MOTET__UNWATCH: peer_remove(w, a, e.who, e.id, e.id == 0); break;
    case MOTET__ENDED: peer_ended(w, a, &e); break;
    case MOTET__WANT: motet__place_want(w, a, p); break;
    case MOTET__ROOM: room_came(w, a, &e); break;
    case MOTET__ROOM_BACK: motet__place_free(w, a); break;
    default: break;
    }
}

/* ---- by the actor that runs ---- */

static motet_err send_signal(motet_ctx *w, motet_ref to, motet_rights need, motet__kind kind, uint64_t id)
{
    motet_err e = motet__ref_check(&w->secret, to, need);
    motet__actor *a = e == MOTET_OK ? motet__actor_at(w->sys, to.slot) : NULL;
    if (e == MOTET_OK && (!a || motet__generation(a) != to.generation)) {
        e = MOTET_EGONE;
    }
    if (e == MOTET_OK) {
        motet_status how = kind == MOTET__KILL ? MOTET_FAIL_KILLED : MOTET_DONE;
        say(w, (motet__name){to.slot, to.generation}, kind, (motet__ended){name_of(w->current), id, how});
    }
    return e;
}

motet_err motet_kill(motet_ctx *w, motet_ref who)
{
    if (motet__is_isolated) {
        return motet__isolated_do(MOTET__FRAME_KILL, who, NULL);
    }
    motet__enter(w);
    motet_err e = send_signal(w, who, MOTET_MAY_STOP, MOTET__KILL, 0);
    motet__leave(w);
    return e;
}

motet_err motet_stop(motet_ctx *w, motet_ref who)
{
    if (motet__is_isolated) {
        return motet__isolated_do(MOTET__FRAME_STOP, who, NULL);
    }
    motet__enter(w);
    motet_err e = send_signal(w, who, MOTET_MAY_STOP, MOTET__STOP, 0);
    motet__leave(w);
    return e;
}

motet_err motet_monitor(motet_ctx *w, motet_ref who, uint64_t *id)
{
    if (motet__is_isolated) {
        *id = 0;
        return motet__isolated_do(MOTET__FRAME_MONITOR, who, id);
    }
    motet__enter(w);
    motet_err e = motet__ref_check(&w->secret, who, MOTET_MAY_WATCH);
    motet__name name = {who.slot, who.generation};
    *id = ++w->last_monitor << 8 | w->index;
    if (e == MOTET_OK && !peer_add(w, w->current, name, *id, true)) {
        e = MOTET_ENOMEM;
    }
    if (e == MOTET_OK) {
        say(w, name, MOTET__WATCH, (motet__ended){name_of(w->current), *id, MOTET_DONE});
    }
    motet__leave(w);
    return e;
}

static bool is_notice(const motet__link *l, uint64_t id)
{
    motet__ended e;
    if (l->kind != MOTET__NOTICE) {
        return false;
    }
    memcpy(&e, ((const motet__node *)(const void *)l)->bytes, sizeof e);
    return e.id == id;
}

/* The notice of that monitor, if it lies in the mailbox or was put aside. */
static void notice_drop(motet__worker *w, motet__actor *a, uint64_t id)
{
    motet__link *before = NULL, *l = a->first;
    for (; l && !is_notice(l, id); l = l->next) {
        before = l;
    }
    if (l) {
        motet__mail_unlink(a, before, l);
    } else if (a->more) {
        before = NULL;
        for (l = a->more->stash_first; l && !is_notice(l, id); l = l->next) {
            before = l;
        }
        if (l) {
            *(before ? &before->next : &a->more->stash_first) = l->next;
            a->more->stash_last = a->more->stash_last == l ? before : a->more->stash_last;
        }
    }
    if (l) {
        motet__node_free(w, l);
    }
}

void motet_demonitor(motet_ctx *w, motet_ref who, uint64_t id)
{
    if (motet__is_isolated) {
        (void)motet__isolated_do(MOTET__FRAME_DEMONITOR, who, &id);
        return;
    }
    motet__name name = {who.slot, who.generation};
    if (id == 0) {
        return; /* no monitor's number, but that of links */
    }
    motet__enter(w);
    if (peer_remove(w, w->current, name, id, true)) {
        say(w, name, MOTET__UNWATCH, (motet__ended){name_of(w->current), id, MOTET_DONE});
    } else {
        notice_drop(w, w->current, id);
    }
    motet__leave(w);
}

motet_err motet__link_to(motet__worker *w, motet__actor *a, motet__name to)
{
    if (!linked(a, to) && !peer_add(w, a, to, 0, true)) {
        return MOTET_ENOMEM;
    }
    say(w, to, MOTET__WATCH, (motet__ended){name_of(a), 0, MOTET_DONE});
    return MOTET_OK;
}

motet_err motet_link(motet_ctx *w, motet_ref who)
{
    if (motet__is_isolated) {
        return motet__isolated_do(MOTET__FRAME_LINK, who, NULL);
    }
    motet__enter(w);
    motet_err e = motet__ref_check(&w->secret, who, MOTET_MAY_LINK);
    e = e == MOTET_OK ? motet__link_to(w, w->current, (motet__name){who.slot, who.generation}) : e;
    motet__leave(w);
    return e;
}

void motet_unlink(motet_ctx *w, motet_ref who)
{
    if (motet__is_isolated) {
        (void)motet__isolated_do(MOTET__FRAME_UNLINK, who, NULL);
        return;
    }
    motet__enter(w);
    motet__name name = {who.slot, who.generation};
    if (peer_remove(w, w->current, name, 0, true)) {
        say(w, name, MOTET__UNWATCH, (motet__ended){name_of(w->current), 0, MOTET_DONE});
    }
    motet__leave(w);
}
