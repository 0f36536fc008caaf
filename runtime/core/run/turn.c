/* turn.c -- an actor's turn: a batch of its mail, one callback at a time, outside the gate.
 *
 * A turn handles what lay in the mailbox when it began, at most w->batch: so an actor that sends to itself, or a fast
 * sender, keeps nobody from his turn, and a sender on the same core finds the receiver's work done in batches too.
 *
 * motet_fail leaves a callback by a jump to the worker's loop, which goes on in motet__turn_failed. What was in hand is
 * named in the worker (in_hand, and for sessions participant and message) so that nothing is lost by the jump.
 */
#include "isolate.h"

enum { QUIET = 64 };

/* ---- one piece of mail ---- */

/* The mail as its handler sees it. */
static void show_payload(motet_mail *m, const motet__link *l, const unsigned char *bytes)
{
    if (l->flags & MOTET__BLOCK) {
        motet__block_bytes b;
        memcpy(&b, bytes, sizeof b);
        m->data = b.block;
        m->size = b.size;
    } else {
        m->data = l->size > 0 ? bytes : NULL;
        m->size = l->size;
    }
}

static bool show_answer(motet__worker *w, motet__actor *a, motet_mail *m, motet__node *n)
{
    memcpy(&m->id, n->bytes, sizeof m->id);
    m->kind = n->link.tag == MOTET_OK ? MOTET_REPLY : MOTET_NO_REPLY;
    m->why = (motet_err)n->link.tag;
    if (n->link.flags & MOTET__ANSWERED) { /* it was put aside */
        memcpy(&m->tag, n->bytes + MOTET__ASK_TAG_AT, sizeof m->tag);
        return true;
    }
    n->link.flags |= MOTET__ANSWERED;
    bool awaited = motet__ask_over(w, a, m->id, &m->tag);
    memcpy(n->bytes + MOTET__ASK_TAG_AT, &m->tag, sizeof m->tag);
    return awaited;
}

static void show_notice(motet__worker *w, motet_mail *m, const motet__node *n)
{
    motet__ended e;
    memcpy(&e, n->bytes, sizeof e);
    m->kind = (motet_mail_kind)n->link.tag;
    m->tag = 0;
    m->id = e.id;
    m->status = e.status;
    m->from = motet__ref_make(w->sys, e.who.slot, e.who.generation, MOTET_MAY_ALL);
}

/* False: there is nothing to be handled. */
static bool show(motet__worker *w, motet__actor *a, motet__link *l, motet_mail *m)
{
    motet__node *n = (motet__node *)(void *)l;
    switch ((motet__kind)l->kind) {
    case MOTET__TOLD:
        show_payload(m, l, n->bytes);
        return true;
    case MOTET__ASKED: {
        motet__asking asking;
        memcpy(&asking, n->bytes, sizeof asking);
        m->kind = MOTET_ASKED;
        m->id = asking.id;
        m->from = motet__ref_make(w->sys, asking.asker.slot, asking.asker.generation, 0);
        show_payload(m, l, n->bytes + sizeof asking);
        return true;
    }
    case MOTET__REPLY:
        show_payload(m, l, n->bytes + MOTET__ANSWER_AT);
        return show_answer(w, a, m, n);
    case MOTET__NOTICE:
        show_notice(w, m, n);
        return true;
    case MOTET__STOP:
        a->flags |= MOTET__LEAVING;
        return false;
    default:
        return motet__due_handled(w, l, m);
    }
}

/* Frees the mail in hand, with its place and its payload. */
static void put_down(motet__worker *w, motet__actor *a)
{
    motet__link *l = w->in_hand;
    w->in_hand = NULL;
    if (!l) {
        return; /* stashed, or embedded */
    }
    if (l->flags) {
        if (l->flags & MOTET__PLACED) {
            motet__place_free(w, a);
        }
        if (l->flags & MOTET__BLOCK) {
            motet__block_bytes b;
            memcpy(&b, ((motet__node *)(void *)l)->bytes + motet__payload_at(l->kind), sizeof b);
            motet__payload_release(w, b.block);
        }
    }
    motet__node_free(w, l);
}

/* The handler, from one of four places by the actor's slot: processors predict an indirect call by its place, and badly
 * when two targets alternate, as they do when two actors talk to each other. The marks keep compilers from merging. */
static inline motet_status call_receive(motet__worker *w, motet__actor *a, const motet_mail *m)
{
    motet_status status;
    if (a->slot & 1u) {
        if (a->slot & 2u) {
            status = a->receive(a->self, w, m);
            __asm__ volatile("# 3");
        } else {
            status = a->receive(a->self, w, m);
            __asm__ volatile("# 1");
        }
    } else if (a->slot & 2u) {
        status = a->receive(a->self, w, m);
        __asm__ volatile("# 2");
    } else {
        status = a->receive(a->self, w, m);
        __asm__ volatile("# 0");
    }
    return status;
}

static inline motet_status call(motet__worker *w, motet__actor *a, const motet_mail *m)
{
    motet__leave(w);
    motet_status status =
        __builtin_expect(w->sim != NULL, 0) ? motet__sim_receive(w, a, m) : call_receive(w, a, m);
    motet__enter(w);
    return status;
}

static motet_status handle_mail(motet__worker *w, motet__actor *a, motet__link *l)
{
    motet_mail m = {.kind = MOTET_TOLD, .tag = l->tag};
    bool embedded = l->kind == MOTET__DUE; /* which may be gone once it is shown */
    w->in_hand = embedded ? NULL : l;
    motet_status status = MOTET_DONE;
    if (show(w, a, l, &m)) {
        a->handled++;
        status = a->receive ? call(w, a, &m) : MOTET_DONE;
    }
    put_down(w, a);
    return status;
}

/* ---- the turn ---- */

/* Whether its supervisor passes over a failure outside of sessions: the mail is dropped, and the actor goes on. */
static bool passed_over(motet__worker *w, motet__actor *a, motet_status status)
{
    const motet__dynamic *d = a->child ? NULL : motet__dynamic_of(w->sys, a);
    const motet_child_spec *s = a->child ? a->child->spec : d ? motet__dynamic_spec(d) : NULL;
    if (!s || s->decide[motet_status_reason(status)] != MOTET_RESUME || (a->child && motet__isolate_lost(a->child))) {
        return false;
    }
    motet__count(&w->counts.failed, 1);
    motet__count(&w->counts.resumed, 1);
    return true;
}

static void fail(motet__worker *w, motet__actor *a, motet_status status)
{
    motet__count(&w->counts.failed, 1);
    if (a->child) {
        motet__child_fail(w, a->child, status);
    } else {
        a->flags |= MOTET__KILLED;
        a->status = status;
    }
}

/* Ends the actor, puts it back into the run queue, or lets it rest. */
static void finish_special(motet__worker *w, motet__actor *a)
{
    if (w->sampling) {
        w->sampling = false;
        a->busy_ns += (motet__system_clock(w->sys) - w->now) * w->look_every;
    }
    if (a->child) {
        motet__child_finish(w, a->child);
    }
    if (a->more) {
        motet__places_hand_out(w, a);
    }
    if (a->flags & MOTET__SHARED && ++a->quiet > QUIET) {
        motet__unshare(a);
    }
    bool waits = (a->flags & MOTET__SUSPENDED) != 0; /* what it has sent is sent, also when it leaves now */
    if (a->flags & MOTET__KILLED || (a->flags & MOTET__LEAVING && !waits)) {
        motet__actor_end(w, a, a->flags & MOTET__KILLED ? a->status : MOTET_DONE);
    } else if (a->first && !waits) {
        motet__run_push(w, a);
    } else {
        a->state = MOTET__IDLE;
    }
}

static inline void finish(motet__worker *w, motet__actor *a)
{
    w->current = NULL;
    if (__builtin_expect(w->sampling || (a->flags & ~MOTET__PLAIN) || a->more, 0)) {
        finish_special(w, a);
    } else if (a->first) {
        motet__run_push(w, a);
    } else {
        a->state = MOTET__IDLE;
    }
}

enum { ENDS = MOTET__KILLED | MOTET__LEAVING | MOTET__SUSPENDED }; /* the turn */

static __attribute__((noinline)) bool handle_special(motet__worker *w, motet__actor *a, motet__link *l)
{
    motet_status status = a->child ? motet__child_mail(w, a->child, l) : motet__turn_mail(w, a, l);
    if (status != MOTET_DONE) {
        fail(w, a, status);
    }
    return !(a->flags & ENDS);
}

/* Small mail that was told: the way that has to be fast. False: the turn ends. */
static inline bool handle_told(motet__worker *w, motet__actor *a, motet__link *l)
{
    motet_mail *m = &w->told;
    m->tag = l->tag;
    m->size = l->size;
    m->data = l->size > 0 ? ((motet__node *)(void *)l)->bytes : NULL;
    w->in_hand = l;
    a->handled++;
    motet_status status = call(w, a, m);
    if (__builtin_expect(status != MOTET_DONE || a->used > MOTET__MOST_ROOM || w->in_hand != l, 0)) {
        put_down(w, a);
        if (status != MOTET_DONE && !passed_over(w, a, status)) {
            fail(w, a, status);
        }
    } else { /* as put_down, where nobody else counts places */
        w->in_hand = NULL;
        a->used--;
        motet__node_free(w, l);
    }
    return !(a->flags & ENDS);
}

static inline __attribute__((always_inline)) void run_batch(motet__worker *w, motet__actor *a)
{
    bool quick = !a->child && a->receive; /* neither changes in a turn */
    for (bool on = !(a->flags & ENDS); on && w->left > 0; w->left--) {
        motet__link *l = motet__mail_pop(a);
        if (__builtin_expect(!l, 0)) {
            break;
        }
        bool small = quick && l->kind == MOTET__TOLD && l->flags == MOTET__PLACED;
        on = __builtin_expect(small, 1) ? handle_told(w, a, l) : handle_special(w, a, l);
    }
    finish(w, a);
}

motet_status motet__turn_mail(motet__worker *w, motet__actor *a, motet__link *l)
{
    motet_status status = handle_mail(w, a, l);
    return status == MOTET_DONE || passed_over(w, a, status) ? MOTET_DONE : status;
}

void motet__turn(motet__worker *w, motet__actor *a)
{
    a->state = MOTET__RUNNING;
    w->current = a;
    w->left = a->pending < w->batch ? a->pending : w->batch;
    if (__builtin_expect(a->flags & MOTET__LEAVING, 0)) {
        w->left = 0;
    }
    a->high_water = a->pending > a->high_water ? a->pending : a->high_water;
    run_batch(w, a);
}

void motet__turn_failed(motet__worker *w)
{
    motet__actor *a = w->current;
    if (w->participant) {
        motet__session_failed(w, w->fail_status);
    } else {
        put_down(w, a);
        if (!passed_over(w, a, w->fail_status)) {
            fail(w, a, w->fail_status);
        }
    }
    run_batch(w, a);
}

/* ---- leaving a callback ---- */

void motet_fail(motet_ctx *w, motet_status status)
{
    motet__enter(w);
    if (!w->fail_to) {
        motet__fatal("motet_fail outside of a callback");
    }
    w->fail_status = status == MOTET_DONE || status == MOTET_LATER ? MOTET_FAIL : status;
    longjmp(*w->fail_to, 1);
}

bool motet__guarded(motet__worker *w, void (*callback)(void *), void *arg)
{
    jmp_buf here, *before = w->fail_to;
    bool done = false;
    w->fail_to = &here;
    if (setjmp(here) == 0) {
        motet__leave(w);
        callback(arg);
        motet__enter(w);
        done = true;
    }
    w->fail_to = before;
    return done;
}

void motet_exit(motet_ctx *w)
{
    motet__enter(w); /* others set flags of an actor that runs too: a kill, for instance, while mail is settled */
    w->current->flags |= MOTET__LEAVING;
    motet__leave(w);
}
