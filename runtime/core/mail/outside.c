/* outside.c -- calls from threads that are no workers: spawn, send, ask.
 *
 * What needs a worker's core is done by a worker, in a call that the thread waits for.
 */
#include "isolate.h"

struct motet__call {
    struct motet__call *next;
    void (*run)(motet__worker *w, void *arg); /* inside the worker's core */
    void *arg;
    motet__wait *wait;
    bool done; /* under its lock */
};

/* Where to wait; the others that wait there are woken too, so that nothing has to be made for it. */
static motet__wait *a_wait(motet_system *sys)
{
    return &sys->waits[atomic_fetch_add_explicit(&sys->next_wait, 1, memory_order_relaxed) % MOTET__WAITS];
}

static void settle(motet__wait *wait, bool *done)
{
    motet__lock_take(wait->lock);
    *done = true;
    motet__cond_broadcast(wait->done);
    motet__lock_release(wait->lock);
}

static void wait_for(motet_system *sys, motet__wait *wait, const bool *done)
{
    motet__lock_take(wait->lock);
    while (!*done) {
        motet__system_wait(sys, wait->done, wait->lock, MOTET__NEVER);
    }
    motet__lock_release(wait->lock);
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
        settle(c->wait, &c->done);
        c = next;
    }
}

bool motet__calls_take(motet__worker *w, motet__worker *v)
{
    motet__lock_take(v->inject_lock);
    struct motet__call *first = v->calls_first, *last = v->calls_last;
    v->calls_first = v->calls_last = NULL;
    atomic_store_explicit(&v->called, 0, memory_order_relaxed); /* relaxed: under the lock */
    motet__lock_release(v->inject_lock);
    if (!first) {
        return false;
    }
    motet__lock_take(w->inject_lock);
    last->next = w->calls_first;
    w->calls_last = w->calls_first ? w->calls_last : last;
    w->calls_first = first;
    atomic_store_explicit(&w->called, 1, memory_order_relaxed); /* relaxed: `news` publishes it */
    motet__worker_news(w);
    motet__lock_release(w->inject_lock);
    return true;
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
static void call_and_wait(motet__worker *w, void (*run)(motet__worker *w, void *arg), void *arg)
{
    struct motet__call c = {.run = run, .arg = arg, .wait = a_wait(w->sys)};
    call(w, &c);
    wait_for(w->sys, c.wait, &c.done);
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
    s->e = motet__spawn(w, &(motet__spawning){.type = s->type, .options = s->options}, s->out);
}

/* The worker with the least to do; the first of them, so that few actors share a core. */
motet__worker *motet__least_busy(motet_system *sys)
{
    motet__worker *best = sys->cores[0];
    if (motet__sim_fault(sys->sim, MOTET_SIM_MOVE)) {
        return sys->cores[sys->sim->ops->choose(sys->sim, sys->n_workers)];
    }
    for (uint32_t i = 1; i < sys->n_workers; i++) {
        motet__worker *w = sys->cores[i];
        if (atomic_load_explicit(&w->n_runnable, memory_order_relaxed) + MOTET__KEEP / 64 <
            atomic_load_explicit(&best->n_runnable, memory_order_relaxed)) {
            best = w;
        }
    }
    return best;
}

void motet__do(motet_system *sys, const motet_spawn_options *options, void (*run)(motet__worker *w, void *arg),
               void *arg)
{
    motet__worker *w = motet__come(sys);
    if (w) {
        run(w, arg);
        motet__go(w);
        return;
    }
    bool placed = options && options->placement == MOTET_ON_WORKER && options->worker < sys->n_workers;
    call_and_wait(placed ? sys->cores[options->worker] : motet__least_busy(sys), run, arg);
}

motet_err motet_system_spawn(motet_system *sys, const motet_actor_type *type, const motet_spawn_options *options,
                             motet_ref *out)
{
    if (motet__is_isolated) {
        *out = MOTET_NOBODY;
        return motet__isolated_refuse("motet_system_spawn");
    }
    if (motet__self && motet__self->sys == sys) {
        return motet_spawn(motet__self, type, options, out);
    }
    struct spawn s = {type, options, out, MOTET_EINVAL};
    *out = MOTET_NOBODY;
    motet__do(sys, options, spawn, &s);
    return s.e;
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

/* A parcel without its payload: `given` a block, or `size` bytes to be copied. */
struct load {
    void *given;
    const void *data;
    size_t size;
};

static motet_err load(motet_system *sys, motet__parcel *p, const struct load *l)
{
    if (!l->given) {
        return motet__parcel_fill(sys, NULL, p, 0, l->data, l->size);
    }
    motet__block_bytes b = {l->given, l->size};
    memcpy(p->bytes, &b, sizeof b);
    p->flags |= MOTET__BLOCK;
    return MOTET_OK;
}

/* Of a parcel that was not sent: what was given stays the caller's, unless it is `lost`. */
static void unload(motet_system *sys, const motet__parcel *p, const struct load *l, bool lost)
{
    if (p->flags & MOTET__BLOCK && (lost || !l->given)) {
        motet__block_bytes b;
        memcpy(&b, p->bytes, sizeof b);
        motet__payload_release_outside(sys, b.block);
    }
}

/* Takes all the memory first, so that a place is taken only for what will be sent. */
static motet_err send_loaded(motet_system *sys, motet__parcel *p, const struct load *l, uint64_t deadline)
{
    motet_policy policy = MOTET_BLOCK;
    motet__letter *letter = motet__letter_take(sys);
    motet_err e = letter ? load(sys, p, l) : MOTET_ENOMEM;
    if (e == MOTET_OK) {
        e = reserve(sys, p, deadline, &policy);
    }
    if (e == MOTET_OK) {
        letter->parcel = *p;
        motet__inject(sys, letter);
        return e;
    }
    bool lost = e == MOTET_EFULL && policy == MOTET_DROP_NEWEST;
    unload(sys, p, l, lost);
    if (letter) {
        motet__letter_put(sys, letter);
    }
    if (lost) {
        atomic_fetch_add_explicit(&sys->outside_lost, 1, memory_order_relaxed); /* relaxed: statistics */
    }
    return lost ? MOTET_OK : e;
}

static motet_err send(motet_system *sys, motet_ref to, uint32_t tag, const struct load *l, uint64_t timeout_ns)
{
    motet__parcel p = {.to = {to.slot, to.generation}, .kind = MOTET__TOLD, .tag = tag};
    if (tag >> 28 != 0) {
        return MOTET_EINVAL;
    }
    motet_err e = motet__ref_check(&sys->secret, to, MOTET_MAY_SEND(tag >> 24));
    e = e == MOTET_OK ? send_loaded(sys, &p, l, motet__deadline(sys, timeout_ns)) : e;
    if (e == MOTET_EGONE) {
        motet__dead_ref(sys, NULL, (motet_dead_letter){to, MOTET_TOLD, tag, l->size, e});
    }
    return e;
}

motet_err motet_send(motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns)
{
    if (motet__is_isolated) {
        return motet__isolated_send(sys, to, tag, data, size);
    }
    if (motet__self && motet__self->sys == sys) {
        return motet_tell(motet__self, to, tag, data, size);
    }
    return send(sys, to, tag, &(struct load){.data = data, .size = size}, timeout_ns);
}

motet_err motet_send_block(motet_system *sys, motet_ref to, uint32_t tag, void *block, uint64_t timeout_ns)
{
    if (motet__is_isolated) {
        motet_err told = motet__isolated_send(sys, to, tag, block, motet__payload_size(block));
        if (told == MOTET_OK) {
            motet_system_drop(sys, block);
        }
        return told;
    }
    if (motet__self && motet__self->sys == sys) {
        return motet_tell_block(motet__self, to, tag, block);
    }
    return send(sys, to, tag, &(struct load){.given = block, .size = motet__payload_size(block)}, timeout_ns);
}

void *motet_system_block(motet_system *sys, size_t size)
{
    sys = motet__is_isolated ? motet__isolated_memory() : sys;
    motet__worker *w = motet__come(sys);
    void *block = w ? motet__payload_new(w, size) : motet__payload_common(sys, size);
    motet__go(w);
    return block;
}

void motet_system_drop(motet_system *sys, void *block)
{
    if (!block) {
        return;
    }
    sys = motet__is_isolated ? motet__isolated_memory() : sys;
    motet__worker *w = motet__come(sys);
    if (w) {
        motet__payload_release(w, block);
    } else {
        motet__payload_release_outside(sys, block);
    }
    motet__go(w);
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
    motet__wait *wait;
    bool done; /* under its lock */
    motet_err e, failed; /* the answer; the asking */
};

static motet_status hear(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct question *q = *(struct question **)self;
    size_t taken = m->size < q->room ? m->size : q->room;
    q->e = m->kind == MOTET_REPLY ? MOTET_OK : m->why;
    if (m->kind == MOTET_REPLY) {
        *q->got = m->size;
        q->e = m->size <= q->room ? MOTET_OK : MOTET_ELIMIT;
    }
    if (m->kind == MOTET_REPLY && taken > 0) {
        memcpy(q->answer, m->data, taken);
    }
    motet_exit(ctx);
    return MOTET_DONE;
}

/* Answered, or the system stops. */
static void let_know(void *self)
{
    struct question *q = *(struct question **)self;
    settle(q->wait, &q->done); /* q may be gone */
}

static motet_status put(void *self, const motet_start *start)
{
    struct question *q = (struct question *)(uintptr_t)start->arg;
    uint64_t id;
    *(struct question **)self = q;
    q->failed = motet_ask(start->ctx, q->to, q->tag, q->data, q->size, q->timeout_ns, &id);
    return q->failed == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
}

const motet_actor_type motet__asker = {
    .name = "asker", .state_size = sizeof(struct question *), .init = put, .receive = hear, .fini = let_know};

motet_err motet_call(motet_system *sys, motet_ref to, uint32_t tag, const void *data, size_t size, uint64_t timeout_ns,
                     void *answer, size_t *answer_size)
{
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_call");
    }
    MOTET_REQUIRE(!motet__self || motet__self->sys != sys);
    struct question q = {.to = to, .tag = tag, .data = data, .size = size, .timeout_ns = timeout_ns, .answer = answer,
                         .room = *answer_size, .got = answer_size, .wait = a_wait(sys), .e = MOTET_EGONE};
    motet_ref ref;
    motet_spawn_options o = {.arg = &q};
    motet_err e = motet_system_spawn(sys, &motet__asker, &o, &ref);
    if (e == MOTET_EINIT) {
        return q.failed;
    }
    if (e == MOTET_OK) {
        wait_for(sys, q.wait, &q.done);
        e = q.e;
    }
    return e;
}
