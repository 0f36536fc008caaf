/* due.c -- timers of actors, and asks that wait for their answer.
 *
 * A record stands in its actor's list and in the wheel of its actor's owner. When it is due its own link goes into the
 * mailbox, so firing needs no memory. A record that is cancelled while its mail lies in the mailbox is marked, and
 * freed when the mail comes out. An ask is over by the first of: its answer, or its mail handled.
 */
#include "isolate.h"

static motet__actor *actor_of(const motet__due *d)
{
    return atomic_load_explicit(&d->actor, memory_order_relaxed);
}

static motet__due *due_new(motet__worker *w, motet__actor *a)
{
    motet__due *d = motet__record_new(w, &w->dues, &w->sys->dues);
    if (!d) {
        return NULL;
    }
    /* relaxed: see find. */
    atomic_store_explicit(&d->actor, a, memory_order_relaxed);
    d->posted = d->cancelled = d->ask = d->revives = false;
    d->period = 0;
    d->prev = NULL;
    d->next = a->dues;
    if (d->next) {
        d->next->prev = d;
    }
    a->dues = d;
    return d;
}

/* Off its actor's list and the wheel, and stale. Its link may still be in the mailbox. */
static void forget(motet__worker *w, motet__due *d)
{
    motet__wheel_cancel(&w->wheel, &d->timer);
    uint32_t generation = atomic_load_explicit(&d->generation, memory_order_relaxed);
    atomic_store_explicit(&d->generation, generation + 1u, memory_order_relaxed); /* relaxed: see find */
    if (d->prev) {
        d->prev->next = d->next;
    } else {
        actor_of(d)->dues = d->next;
    }
    if (d->next) {
        d->next->prev = d->prev;
    }
    atomic_store_explicit(&d->actor, NULL, memory_order_relaxed); /* relaxed: see find; a guessed id finds nothing */
}

static void due_free(motet__worker *w, motet__due *d)
{
    motet__record_free(w, d, &w->dues, &w->sys->dues);
}

static void cancel(motet__worker *w, motet__due *d)
{
    forget(w, d);
    if (d->posted) {
        d->cancelled = true; /* the mailbox has its link */
    } else {
        due_free(w, d);
    }
}

static void arm(motet__worker *w, motet__due *d, uint64_t at)
{
    motet__wheel_arm(&w->wheel, &d->timer, at);
    /* relaxed: one writer at a time, inside the gate. */
    if (at < atomic_load_explicit(&w->wheel_next, memory_order_relaxed)) {
        atomic_store_explicit(&w->wheel_next, at, memory_order_relaxed);
    }
    w->until_look = at <= w->now ? 1 : w->until_look;
}

static motet__due *due_of(motet__link *l)
{
    return (motet__due *)(void *)((unsigned char *)l - offsetof(motet__due, link));
}

/* By a number that may be stale, so that the record may be another worker's: both reads are atomic. relaxed: of a
 * record of `a` both were written by its owner. */
static motet__due *find(motet__worker *w, const motet__actor *a, uint64_t id)
{
    motet__due *d = (uint32_t)id != 0 ? motet__depot_at(&w->sys->dues, (uint32_t)id) : NULL;
    bool live = d && atomic_load_explicit(&d->generation, memory_order_relaxed) == (uint32_t)(id >> 32) &&
                actor_of(d) == a;
    return live ? d : NULL;
}

/* ---- firing ---- */

static void post(motet__worker *w, motet__due *d)
{
    d->posted = true;
    d->link = (motet__link){.kind = MOTET__DUE, .tag = d->link.tag};
    motet__mail_push(actor_of(d), &d->link);
    motet__actor_ready(w, actor_of(d));
}

/* The first of its times after `now`: those that have passed already count once. */
static uint64_t next_time(const motet__due *d, uint64_t now)
{
    uint64_t passed = now > d->timer.due ? (now - d->timer.due) / d->period : 0;
    uint64_t last = d->timer.due + passed * d->period;
    return d->period < MOTET__NEVER - last ? last + d->period : MOTET__NEVER - 1u;
}

/* A message that asks has waited for room for as long as its answer may take: it is lost. */
static void withdraw(motet__worker *w, motet__actor *a, const motet__due *d)
{
    motet__asking asking;
    if (!d->ask || !(a->flags & MOTET__SUSPENDED) || a->more->waiting.kind != MOTET__ASKED) {
        return;
    }
    memcpy(&asking, a->more->waiting.bytes, sizeof asking);
    if (asking.id == motet__due_id(d)) {
        motet__waiting_lost(w, a);
    }
}

static void fire(motet__worker *w, motet__due *d, uint64_t now)
{
    motet__actor *a = actor_of(d);
    if (d->period > 0) {
        arm(w, d, next_time(d, now));
    }
    withdraw(w, a, d);
    if (!d->posted) { /* else a period has passed in which the mail was not handled: it counts once */
        post(w, d);
    }
}

void motet__dues_fire(motet__worker *w, uint64_t now)
{
    for (motet__timer *t = motet__wheel_advance(&w->wheel, now); t; t = motet__wheel_advance(&w->wheel, now)) {
        fire(w, (motet__due *)(void *)((unsigned char *)t - offsetof(motet__due, timer)), now);
    }
    /* relaxed: as in arm. */
    atomic_store_explicit(&w->wheel_next, motet__wheel_next(&w->wheel), memory_order_relaxed);
}

bool motet__revive_after(motet__worker *w, motet__actor *a, uint64_t delay)
{
    motet__due *d = due_new(w, a);
    if (d) {
        d->revives = true;
        if (delay == 0) {
            post(w, d);
        } else {
            motet__worker_look(w);
            arm(w, d, delay < MOTET__NEVER - w->now ? w->now + delay : MOTET__NEVER - 1u);
        }
    }
    return d != NULL;
}

/* ---- its mail ---- */

bool motet__due_handled(motet__worker *w, motet__link *l, motet_mail *mail)
{
    motet__due *d = due_of(l);
    d->posted = false;
    if (d->cancelled) {
        due_free(w, d);
        return false;
    }
    if (d->revives) { /* motet__dynamic_end, at the end of the turn, finds it down */
        d->actor->flags |= MOTET__LEAVING;
        cancel(w, d);
        return false;
    }
    mail->id = motet__due_id(d);
    mail->tag = d->link.tag;
    mail->kind = d->ask ? MOTET_NO_REPLY : MOTET_TIMER;
    mail->why = d->ask ? (motet_err)d->why : MOTET_OK;
    if (d->period == 0) {
        cancel(w, d);
    }
    return true;
}

void motet__due_gone(motet__worker *w, motet__link *l)
{
    motet__due *d = due_of(l);
    d->posted = false;
    if (d->cancelled) {
        due_free(w, d);
    }
}

void motet__dues_free(motet__worker *w, motet__actor *a)
{
    while (a->dues) {
        cancel(w, a->dues);
    }
}

void motet__dues_move(motet__actor *a, motet__worker *from, motet__worker *to)
{
    for (motet__due *d = a->dues; d; d = d->next) {
        if (motet__timer_armed(&d->timer)) {
            motet__wheel_cancel(&from->wheel, &d->timer);
            arm(to, d, d->timer.due);
        }
    }
}

/* ---- asks ---- */

uint64_t motet__ask_new(motet__worker *w, motet__actor *a, uint32_t tag, uint64_t timeout_ns)
{
    motet__due *d = due_new(w, a);
    if (!d) {
        return 0;
    }
    d->ask = true;
    d->why = MOTET_ETIME;
    d->link.tag = tag;
    if (timeout_ns < MOTET__NEVER - w->now) {
        arm(w, d, w->now + timeout_ns);
    }
    return motet__due_id(d);
}

bool motet__ask_over(motet__worker *w, motet__actor *a, uint64_t id, uint32_t *tag)
{
    motet__due *d = find(w, a, id);
    if (!d || !d->ask || d->posted) {
        return false;
    }
    *tag = d->link.tag;
    cancel(w, d);
    return true;
}

void motet__ask_failed(motet__worker *w, motet__actor *a, uint64_t id, motet_err why)
{
    motet__due *d = find(w, a, id);
    if (d && d->ask && !d->posted) {
        motet__wheel_cancel(&w->wheel, &d->timer);
        d->why = (uint8_t)why;
        post(w, d);
    }
}

/* ---- by the actor that runs ---- */

motet_err motet_timer_start(motet_ctx *w, uint64_t delay_ns, uint64_t period_ns, uint32_t tag, uint64_t *id)
{
    if (motet__is_isolated) {
        return motet__isolated_timer(delay_ns, period_ns, tag, id);
    }
    motet__enter(w);
    motet__worker_look(w); /* a timer is counted from now, and never early */
    motet__due *d = due_new(w, w->current);
    if (d) {
        d->link.tag = tag;
        d->period = period_ns;
        arm(w, d, delay_ns < MOTET__NEVER - w->now ? w->now + delay_ns : MOTET__NEVER - 1u);
        *id = motet__due_id(d);
    }
    motet__leave(w);
    return d ? MOTET_OK : MOTET_ENOMEM;
}

bool motet_timer_cancel(motet_ctx *w, uint64_t id)
{
    if (motet__is_isolated) {
        return motet__isolated_cancel(id);
    }
    motet__enter(w);
    motet__due *d = find(w, w->current, id);
    bool live = d && !d->ask;
    if (live) {
        cancel(w, d);
    }
    motet__leave(w);
    return live;
}
