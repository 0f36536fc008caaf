/* bounce.c -- what nobody will handle: dead letters, dropped mail, and whoever has to hear of it.
 *
 * Every payload is released here, and every ask that comes to nothing is answered here, so that neither leaks.
 */
#include "core.h"

static motet__parcel parcel_of(const motet__link *l)
{
    motet__parcel p = {.to = {0, 0}};
    memcpy(&p.kind, &l->kind, sizeof p - offsetof(motet__parcel, kind));
    return p;
}

void motet__payload_drop(motet__worker *w, const motet__parcel *p)
{
    if (p->flags & MOTET__BLOCK) {
        motet__block_bytes b;
        memcpy(&b, p->bytes + motet__payload_at(p->kind), sizeof b);
        motet__payload_release(w, b.block);
    }
}

static void say(motet__worker *w, motet__name to, motet__kind kind, motet__ended e)
{
    motet__parcel p = {.to = to, .kind = (uint8_t)kind};
    memcpy(p.bytes, &e, sizeof e);
    motet__send(w, &p);
}

static void no_reply(motet__worker *w, const motet__parcel *p, motet_err why)
{
    motet__asking asking;
    memcpy(&asking, p->bytes, sizeof asking);
    motet__parcel reply = {.to = asking.asker, .kind = MOTET__REPLY, .tag = (uint32_t)why};
    memcpy(reply.bytes, &asking.id, sizeof asking.id);
    motet__send(w, &reply);
}

/* ---- dead letters ---- */

static size_t payload_size(const motet__parcel *p)
{
    motet__block_bytes b = {.size = p->size};
    if (p->flags & MOTET__BLOCK) {
        memcpy(&b, p->bytes + motet__payload_at(p->kind), sizeof b);
    }
    return b.size;
}

void motet__dead_ref(motet_system *sys, motet__worker *w, motet_dead_letter letter)
{
    if (w) {
        motet__count(&w->counts.dead, 1);
    } else {
        atomic_fetch_add_explicit(&sys->outside_dead, 1, memory_order_relaxed); /* relaxed: statistics */
    }
    if (sys->on_dead_letter) {
        letter.to = letter.to.slot ? motet__ref_make(sys, letter.to.slot, letter.to.generation, 0) : MOTET_NOBODY;
        sys->on_dead_letter(sys->env, &letter);
    }
}

void motet__dead(motet__worker *w, const motet__parcel *p, motet_err why)
{
    motet__dead_ref(w->sys, w,
                    (motet_dead_letter){.to = {.slot = p->to.slot, .generation = p->to.generation},
                                        .kind = p->kind == MOTET__ASKED ? MOTET_ASKED : MOTET_TOLD,
                                        .tag = p->tag,
                                        .size = payload_size(p),
                                        .why = why});
}

/* ---- what is to be released, and answered ---- */

void motet__parcel_discard(motet__worker *w, const motet__parcel *p, motet_err why)
{
    motet__payload_drop(w, p);
    if (p->kind == MOTET__ASKED) {
        no_reply(w, p, why);
    }
}

void motet__mail_discard(motet__worker *w, motet__actor *a, motet__link *l, motet_err why)
{
    if (l->flags & MOTET__PLACED) {
        motet__place_free(w, a);
    }
    if (l->kind == MOTET__DUE) {
        motet__due_gone(w, l);
        return;
    }
    motet__parcel p = parcel_of(l);
    motet__node_free(w, l);
    motet__parcel_discard(w, &p, why);
}

static void bounce_signal(motet__worker *w, const motet__parcel *p)
{
    motet__ended e;
    memcpy(&e, p->bytes, sizeof e);
    switch (p->kind) {
    case MOTET__WATCH: /* it has ended already */
        say(w, e.who, MOTET__ENDED, (motet__ended){p->to, e.id, MOTET_FAIL_GONE});
        break;
    case MOTET__WANT:
        say(w, e.who, MOTET__ROOM, (motet__ended){p->to, 0, MOTET_FAIL_GONE});
        break;
    case MOTET__ROOM:
        if (e.status == MOTET_DONE) {
            say(w, e.who, MOTET__ROOM_BACK, (motet__ended){p->to, 0, MOTET_DONE});
        }
        break;
    default:
        break;
    }
}

void motet__bounce(motet__worker *w, const motet__parcel *p, motet_err why)
{
    if (p->kind <= MOTET__ASKED) {
        motet__dead(w, p, why);
    }
    if (motet__is_mail(p->kind)) {
        motet__parcel_discard(w, p, why);
    } else {
        bounce_signal(w, p);
    }
}

void motet__mail_bounce(motet__worker *w, motet__actor *a, motet__link *l)
{
    if (l->kind <= MOTET__ASKED) {
        motet__parcel p = parcel_of(l);
        p.to = (motet__name){a->slot, motet__generation(a)};
        motet__dead(w, &p, MOTET_EGONE);
    }
    motet__mail_discard(w, a, l, MOTET_EGONE);
}
