/* outside.c -- calls from threads that are no workers: spawn, send, ask.
 *
 * What needs a worker's core is done by a worker, in a call that the thread waits for.
 */
#include "core.h"

struct motet__call {
    struct motet__call *next;
    void (*run)(motet__worker *w, void *arg); /* inside the worker's core */
    void *arg;
    motet__lock *lock;
    motet__cond *done_now;
    bool done; /* under lock */
};

static void finish(struct motet__call *c)
{
    motet__lock_take(c->lock);
    c->done = true;
    motet__cond_signal(c->done_now);
    motet__lock_release(c->lock);
}

void motet__calls_run(motet__worker *w)
{
    motet__lock_take(w->inject_lock);
    struct motet__call *c = w->calls_first;
    w->calls_first = w->calls_last = NULL;
    atomic_store_explicit(&w->called, 0, memory_order_relaxed); /* relaxed: under the lock */
    motet__lock_release(w->inject_lock);
    while (c) {
        struct motet__call *next = c->next;
        c->run(w, c->arg);
        finish(c);
        c = next;
    }
}

static void call(motet__worker *w, struct motet__call *c)
{
    motet__lock_take(w->inject_lock);
    c->next = NULL;
    if (w->calls_first) {
        w->calls_last->next = c;
    } else {
        w->calls_first = c;
    }
    w->calls_last = c;
    atomic_store_explicit(&w->called, 1, memory_order_relaxed); /* relaxed: `news` publishes it */
    motet__worker_news(w);
    motet__lock_release(w->inject_lock);
    motet__worker_wake(w);
}

/* Runs `run` in w's core, and waits until it is done. */
static motet_err call_and_wait(motet__worker *w, void (*run)(motet__worker *w, void *arg), void *arg)
{
    struct motet__call c = {.run = run, .arg = arg, .lock = motet__lock_new(), .done_now = motet__cond_new()};
    motet_err e = c.lock && c.done_now ? MOTET_OK : MOTET_ENOMEM;
    if (e == MOTET_OK) {
        call(w, &c);
        motet__lock_take(c.lock);
        while (!c.done) {
            motet__system_wait(w->sys, c.done_now, c.lock, MOTET__NEVER);
        }
        motet__lock_release(c.lock);
    }
    motet__cond_free(c.done_now);
    motet__lock_free(c.lock);
    return e;
}

/* ---- spawn ---- */

struct spawn {
    const motet_actor_type *type;
    const motet_spawn_options *options;
    motet_ref *out;
    motet_err e;
};

static void spawn(motet__worker *w, void *arg)
{
    struct spawn *s = arg;
    s->e = motet__spawn(w, s->type, s->options, s->out);
}

/* The worker with the least to do; the first of them, so that few actors share a core. */
static motet__worker *least_busy(motet_system *sys)
{
    motet__worker *best = sys->cores[0];
    for (uint32_t i = 1; i < sys->n_workers; i++) {
        motet__worker *w = sys->cores[i];
        if (atomic_load_explicit(&w->n_runnable, memory_order_relaxed) + MOTET__KEEP / 64 <
            atomic_load_explicit(&best->n_runnable, memory_order_relaxed)) {
            best = w;
        }
    }
    return best;
}

motet_err motet_system_spawn(motet_system *sys, const motet_actor_type *type, const motet_spawn_options *options,
                             motet_ref *out)
{
    if (motet__self && motet__self->sys == sys) {
        return motet_spawn(motet__self, type, options, out);
    }
    struct spawn s = {type, options, out, MOTET_OK};
    *out = MOTET_NOBODY;
    bool placed = options && options->placement == MOTET_ON_WORKER;
    if (placed && options->worker >= sys->n_workers) {
        return MOTET_EINVAL;
    }
    motet_err e = call_and_wait(placed ? sys->cores[options->worker] : least_busy(sys), spawn, &s);
    return e == MOTET_OK ? s.e : e;
}

/* ---- send ---- */

/* Takes a place; while there is none in an inbox that blocks, waits and tries again. */
static motet_err reserve(motet_system *sys, motet__parcel *p, uint64_t deadline, motet_policy *policy)
{
    motet__actor *a = motet__actor_at(sys, p->to.slot);
    uint64_t pause = 20000;
    for (;;) {
        motet_err e = a ? motet__place_reserve(a, p, policy) : MOTET_EGONE;
        if (e == MOTET_ETIME) {
            motet__share(sys, NULL, a);
        } else if (e != MOTET_EFULL || *policy != MOTET_BLOCK) {
            return e;
        } else if (motet__system_clock(sys) >= deadline) {
            return MOTET_ETIME;
        } else {
            motet__system_sleep(sys, pause);
            pause = pause < MOTET__MS ? pause * 2u : pause;
        }
    }
}

static motet_err send(motet_system *sys, motet__parcel *p, const void *data, size_t size, uint64_t deadline)
{
    motet_policy policy = MOTET_BLOCK;
    motet_err e = reserve(sys, p, deadline, &policy);
    if (e == MOTET_EFULL && policy == MOTET_DROP_NEWEST) {
        atomic_fetch_add_explicit(&sys->outside_lost, 1, memory_order_relaxed); /* relaxed: statistics */
        return MOTET_OK;
    }
    if (e == MOTET_EGONE) {
        atomic_fetch_add_explicit(&sys->outside_dead, 1, memory_order_relaxed); /* relaxed: statistics */
    }
    if (e != MOTET_OK) {
        return e;
    }
    e = motet__parcel_fill(NULL, p, 0, data, size);
    e = e == MOTET_OK ? motet__inject(sys, p) : e;
    if (e != MOTET_OK) {
        motet__place_unreserve(sys, p);
    }
    return e;
}

motet_err motet_send(motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns)
{
    if (motet__self && motet__self->sys == sys) {
        return motet_tell(motet__self, to, tag, data, size);
    }
    if (tag >> 28 != 0) {
        return MOTET_EINVAL;
    }
    motet_err e = motet__ref_check(sys, to, MOTET_MAY_SEND(tag >> 24));
    motet__parcel p = {.to = {to.slot, to.generation}, .kind = MOTET__TOLD, .tag = tag};
    return e == MOTET_OK ? send(sys, &p, data, size, motet__deadline(sys, timeout_ns)) : e;
}

/* ---- ask: by an actor that lives as long as the question ---- */

struct question {
    motet_ref to;
    uint32_t tag;
    const void *data;
    size_t size;
    uint64_t timeout_ns;
    void *answer;
    size_t room, *got;
    motet__lock *lock;
    motet__cond *answered;
    bool done;
    motet_err e;
};

static void settle_question(struct question *q, motet_err e)
{
    motet__lock_take(q->lock);
    q->e = e;
    q->done = true;
    motet__cond_signal(q->answered);
    motet__lock_release(q->lock);
}

static motet_status hear(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct question *q = *(struct question **)self;
    motet_err e = m->kind == MOTET_REPLY ? MOTET_OK : m->why;
    if (m->kind == MOTET_REPLY) {
        *q->got = m->size;
        memcpy(q->answer, m->data, m->size < q->room ? m->size : q->room);
        e = m->size <= q->room ? MOTET_OK : MOTET_ELIMIT;
    }
    motet_exit(ctx);
    settle_question(q, e);
    return MOTET_DONE;
}

static motet_status put(void *self, const motet_start *start)
{
    struct question *q = (struct question *)(uintptr_t)start->arg;
    uint64_t id;
    *(struct question **)self = q;
    q->e = motet_ask(start->ctx, q->to, q->tag, q->data, q->size, q->timeout_ns, &id);
    return q->e == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
}

static const motet_actor_type asker = {
    .name = "asker", .state_size = sizeof(struct question *), .init = put, .receive = hear};

motet_err motet_call(motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns,
                     void *answer, size_t *answer_size)
{
    MOTET_REQUIRE(!motet__self || motet__self->sys != sys);
    struct question q = {.to = to, .tag = tag, .data = data, .size = size, .timeout_ns = timeout_ns, .answer = answer,
                         .room = *answer_size, .got = answer_size, .lock = motet__lock_new(),
                         .answered = motet__cond_new(), .e = MOTET_ENOMEM};
    motet_ref ref;
    motet_spawn_options o = {.arg = &q};
    if (q.lock && q.answered) {
        motet_err e = motet_system_spawn(sys, &asker, &o, &ref);
        motet__lock_take(q.lock);
        while (e == MOTET_OK && !q.done) {
            motet__system_wait(sys, q.answered, q.lock, MOTET__NEVER);
        }
        motet__lock_release(q.lock);
        q.e = e == MOTET_OK || e == MOTET_EINIT ? q.e : e;
    }
    motet__cond_free(q.answered);
    motet__lock_free(q.lock);
    return q.e;
}
