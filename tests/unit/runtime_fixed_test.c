/* runtime_fixed_test.c -- fixed mode: from the start to the stop the heap is never called, whatever the actors do; and
 * what finds no memory says so, and works again once there is some. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "heap_kit.h"
#include "runtime_fixture.h"

enum { M0, M1 };
enum { GO = 1, PART, WHOLE, QUESTION, LATER_ON, BYE, TICK };

static void expect_no_call(void)
{
    uint64_t n = heap_counted();
    if (n > 0) {
        fprintf(stderr, "%llu calls of the heap, the first from %p\n", (unsigned long long)n,
                (void *)atomic_load(&heap_caller));
    }
    assert_int_equal(n, 0);
}

static struct {
    _Atomic uint64_t helpers_ended, rounds, wholes, replies, ticks, downs, exits, stashed, errors, sessions;
} seen;

static bool clean(const motet_leaks *l)
{
    return !(l->actors | l->timers | l->mail | l->blocks | l->states | l->sessions | l->messages);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

/* Waits until *counter has reached n, for a minute at most. */
static void until(_Atomic uint64_t *counter, uint64_t n)
{
    for (int i = 0; i < 300000 && atomic_load(counter) < n; i++) {
        nap();
    }
    assert_true(atomic_load(counter) >= n);
}

/* ---- the heap is watched at all ---- */

static void the_heap_is_watched(void **state)
{
    (void)state;
    heap_count();
    void *volatile p = malloc(100);
    free(p);
    uint64_t n = heap_counted();
#ifdef HEAP_SANITIZED
    skip();
#endif
    assert_true(n >= 2);
}

/* ---- much of everything ---- */

static void must(motet_err e)
{
    if (e != MOTET_OK) {
        atomic_fetch_add(&seen.errors, 1);
    }
}

struct helper {
    uint64_t pad[12]; /* above what a node holds */
    uint32_t parts;
};

static motet_status helper_opened(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct helper *h = self;
    if (m->kind == MOTET_TOLD && m->tag == PART) {
        h->parts++;
        atomic_fetch_add(&seen.stashed, 1);
    } else if (m->kind == MOTET_TOLD && m->tag == WHOLE) {
        atomic_fetch_add(&seen.wholes, 1);
    } else if (m->kind == MOTET_ASKED) {
        must(motet_reply(ctx, m->from, m->id, m->data, m->size));
    } else if (m->kind == MOTET_TOLD && m->tag == BYE) {
        if (h->parts % 2 == 0) {
            motet_exit(ctx);
        } else {
            motet_fail(ctx, 7);
        }
    }
    return MOTET_DONE;
}

/* Puts aside what comes before the question. */
static motet_status helper_closed(void *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind != MOTET_ASKED) {
        must(motet_stash(ctx));
        return MOTET_DONE;
    }
    must(motet_become(ctx, helper_opened));
    motet_unstash(ctx);
    return helper_opened(self, ctx, m);
}

static void helper_fini(void *self)
{
    (void)self;
    atomic_fetch_add(&seen.helpers_ended, 1);
}

static const motet_actor_type helper = {
    .name = "helper", .state_size = sizeof(struct helper), .receive = helper_closed, .fini = helper_fini};

struct driver {
    motet_ref helper;
    uint64_t left, monitor, every;
    uint32_t at;
};

static void begin_round(struct driver *d, motet_ctx *ctx)
{
    char large[2000];
    uint64_t id;
    motet_spawn_options o = {
        .placement = MOTET_ON_WORKER, .worker = (uint32_t)(d->left / 2 % 2), .link = d->left % 3 == 0};
    memset(large, 1, sizeof large);
    must(motet_spawn(ctx, &helper, &o, &d->helper));
    must(motet_monitor(ctx, d->helper, &d->monitor));
    for (uint32_t i = 0; i < 2 + d->left % 2; i++) {
        must(motet_tell(ctx, d->helper, PART, "part", 5));
    }
    must(motet_tell(ctx, d->helper, WHOLE, large, sizeof large));
    void *block = motet_block_new(ctx, 1500);
    must(block ? MOTET_OK : MOTET_ENOMEM);
    if (block) {
        must(motet_tell_block(ctx, d->helper, WHOLE, motet_block_share(ctx, block)));
        must(motet_tell_block(ctx, d->helper, WHOLE, block));
    }
    must(motet_timer_start(ctx, 1000, 0, TICK, &id));
    must(motet_timer_start(ctx, 3600 * FX_SECOND, 0, LATER_ON, &id));
    if (!motet_timer_cancel(ctx, id)) {
        must(MOTET_EINVAL);
    }
    must(motet_ask(ctx, d->helper, QUESTION, large, d->left % 2 ? 20 : 200, 60 * FX_SECOND, &id));
    must(motet_tell(ctx, d->helper, BYE, NULL, 0));
}

static motet_status driver_receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct driver *d = self;
    switch (m->kind) {
    case MOTET_TOLD: memcpy(&d->left, m->data, sizeof d->left); begin_round(d, ctx); break;
    case MOTET_REPLY: atomic_fetch_add(&seen.replies, 1); break;
    case MOTET_TIMER: atomic_fetch_add(&seen.ticks, 1); break;
    case MOTET_EXIT: atomic_fetch_add(&seen.exits, 1); break;
    case MOTET_DOWN:
        atomic_fetch_add(&seen.downs, 1);
        atomic_fetch_add(&seen.rounds, 1);
        if (--d->left > 0) {
            begin_round(d, ctx);
        }
        break;
    default: must(MOTET_ETIME); break;
    }
    return MOTET_DONE;
}

static const motet_actor_type driver = {
    .name = "driver", .state_size = sizeof(struct driver), .receive = driver_receive, .traps_exits = true};

static motet_status echo(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    return m->kind == MOTET_ASKED && motet_reply(ctx, m->from, m->id, m->data, m->size) != MOTET_OK ? MOTET_FAIL
                                                                                                   : MOTET_DONE;
}

static const motet_actor_type echoing = {.name = "echo", .receive = echo};

/* Sessions whose handlers keep nothing: a sends M0, b answers M1, and fails now and then. */
static motet_status session_receive(void *self, motet_session *s, uint16_t label, const void *payload)
{
    (void)self;
    (void)label;
    (void)payload;
    return motet_session_role(s).role == 1 && motet_session_arg(s) % 50 == 49 ? MOTET_FAIL : MOTET_DONE;
}

static motet_status session_produce(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    (void)self;
    const struct fx_automaton *f = &fx.roles[motet_session_role(s).role];
    for (uint16_t l = 0; l < f->a.n_labels; l++) {
        if (f->next[state * f->a.n_labels + l] != MOTET_NONE && f->labels[l].dir == MOTET_SEND) {
            out->label = l;
        }
    }
    return MOTET_DONE;
}

static void session_tables(void)
{
    fx_send(0, 0, 1, M0, 1);
    fx_take(0, 1, 1, M1, 2);
    fx_take(1, 0, 0, M0, 1);
    fx_send(1, 1, 0, M1, 2);
    fx_ready(2, 2);
    fx.supervisors[0].intensity = 1000;
    for (int r = 0; r < 2; r++) {
        fx.role_types[r].receive = session_receive;
        fx.role_types[r].produce = session_produce;
        fx.role_types[r].on_done = NULL;
        fx.role_types[r].on_abort = NULL;
    }
}

static void nothing_is_allocated_between_start_and_stop(void **state)
{
    (void)state;
    enum { ROUNDS = 400, SESSIONS = 600 };
    memset(&seen, 0, sizeof seen);
    session_tables();
    motet_options o = {.workers = 2,
                       .fixed = true,
                       .reserve = {.actors = 64,
                                   .messages = 4000,
                                   .timers = 64,
                                   .state_size = sizeof(struct helper),
                                   .blocks = 64,
                                   .block_size = 2000,
                                   .outside_blocks = 16,
                                   .sessions = 20,
                                   .threads = 1}};
    motet_system *sys;
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), MOTET_OK);
    heap_count();
    motet_ref drivers[2], echoer, own;
    for (uint32_t i = 0; i < 2; i++) {
        motet_spawn_options on = {.placement = MOTET_ON_WORKER, .worker = i};
        must(motet_system_spawn(sys, &driver, &on, &drivers[i]));
        must(motet_send(sys, drivers[i], GO, &(uint64_t){ROUNDS}, sizeof(uint64_t), 0));
    }
    must(motet_system_spawn(sys, &echoing, NULL, &echoer));
    must(motet_system_spawn(sys, &echoing, &(motet_spawn_options){.placement = MOTET_OWN_THREAD}, &own));
    for (uint64_t i = 0; i < SESSIONS; i++) {
        motet_err e = motet_session_open(sys, 0, i, NULL);
        if (e == MOTET_ENOMEM) {
            must(motet_system_wait_idle(sys, 60 * FX_SECOND)); /* others wait, or are open */
            i--;
        }
        char large[1000] = "", answer[1000];
        size_t room = sizeof answer;
        if (i % 20 == 0) {
            motet_ref to = i % 40 ? echoer : own;
            must(motet_call(sys, to, QUESTION, large, sizeof large, 60 * FX_SECOND, answer, &room));
        }
        void *block = NULL;
        for (int k = 0; k < 100000 && !(block = motet_system_block(sys, 500)); k++) {
            nap(); /* until the others were handled */
        }
        must(block ? motet_send_block(sys, echoer, WHOLE, block, 60 * FX_SECOND) : MOTET_ENOMEM);
    }
    until(&seen.rounds, 2 * ROUNDS);
    until(&seen.ticks, 2 * ROUNDS);
    must(motet_system_wait_idle(sys, 60 * FX_SECOND));
    expect_no_call();
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(atomic_load(&seen.errors), 0);
    assert_int_equal(atomic_load(&seen.replies), 2 * ROUNDS);
    assert_int_equal(atomic_load(&seen.wholes), 3 * 2 * ROUNDS);
    assert_true(atomic_load(&seen.exits) > 0);
    assert_int_equal(s.opened, SESSIONS);
    assert_true(s.aborted > 0 && s.completed > s.aborted && s.crashes > 0);
    assert_true(clean(&s.leaks));
    assert_int_equal(s.signals_lost, 0);
}

/* ---- when there is no more ---- */

/* Takes all it can of everything, says what it got, and gives it back. */
static struct {
    uint64_t actors, timers, messages, blocks, monitors, again;
    motet_err actor_e, timer_e, message_e, monitor_e;
    void *held[4096];
    motet_ref target;
    _Atomic uint64_t greedy, heard, gate;
} most;

static motet_status count_told(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    while (atomic_load(&most.gate)) {
        nap();
    }
    atomic_fetch_add(&most.heard, m->kind == MOTET_TOLD);
    return MOTET_DONE;
}

static const motet_actor_type counting = {.name = "counting", .receive = count_told, .inbox = 1u << 20};

static motet_status greedy_receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    static motet_ref refs[100000];
    uint64_t n = 0, id = 0;
    if (m->kind != MOTET_TOLD) {
        return MOTET_DONE;
    }
    while ((most.timer_e = motet_timer_start(ctx, 3600 * FX_SECOND, 0, 0, &id)) == MOTET_OK) {
        most.timers++;
    }
    while (most.blocks < 4096 && (most.held[most.blocks] = motet_block_new(ctx, 1000))) {
        most.blocks++;
    }
    for (uint64_t i = 0; i < most.blocks; i++) {
        motet_block_drop(ctx, most.held[i]);
    }
    while ((most.message_e = motet_tell(ctx, most.target, PART, "x", 1)) == MOTET_OK) {
        most.messages++;
    }
    while (n < 100000 && (most.actor_e = motet_spawn(ctx, &counting, NULL, &refs[n])) == MOTET_OK) {
        n++;
    }
    most.actors += n;
    for (uint64_t i = 0; i < n; i++) {
        if (motet_kill(ctx, refs[i]) != MOTET_OK) {
            atomic_fetch_add(&seen.errors, 1);
        }
    }
    atomic_fetch_add(&most.greedy, 1);
    motet_exit(ctx);
    return MOTET_DONE;
}

static const motet_actor_type greedy = {.name = "greedy", .receive = greedy_receive};

static void exhaust(uint32_t workers, uint32_t target_on)
{
    memset(&most, 0, sizeof most);
    memset(&seen, 0, sizeof seen);
    motet_options o = {.workers = workers,
                       .fixed = true,
                       .reserve = {.actors = 100, .messages = 500, .timers = 30, .blocks = 20, .block_size = 1000}};
    motet_system *sys;
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    heap_count();
    motet_spawn_options there = {.placement = MOTET_ON_WORKER, .worker = target_on};
    motet_spawn_options here = {.placement = MOTET_ON_WORKER};
    must(motet_system_spawn(sys, &counting, &there, &most.target));
    for (uint64_t i = 1; i <= 3; i++) { /* as often as it is given back */
        motet_ref ref;
        if (target_on != 0) {
            atomic_store(&most.gate, 1); /* it handles nothing meanwhile */
        }
        must(motet_system_spawn(sys, &greedy, &here, &ref));
        must(motet_send(sys, ref, GO, NULL, 0, 0));
        until(&most.greedy, i);
        atomic_store(&most.gate, 0);
        assert_int_equal(most.timer_e, MOTET_ENOMEM);
        assert_int_equal(most.actor_e, MOTET_ENOMEM);
        assert_int_equal(most.message_e, MOTET_ENOMEM);
        assert_true(most.timers >= 30 * i && most.actors >= 98 * i && most.messages >= 500 * i);
        assert_true(most.blocks >= 20);
        most.blocks = 0;
        until(&most.heard, most.messages);
    }
    expect_no_call();
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(atomic_load(&seen.errors), 0);
    assert_true(clean(&s.leaks));
}

static void what_finds_no_memory_says_so_on_one_worker(void **state)
{
    (void)state;
    exhaust(1, 0);
}

static void what_finds_no_memory_says_so_between_two_workers(void **state)
{
    (void)state;
    exhaust(2, 1);
}

/* ---- replies and monitors without memory ---- */

static struct {
    _Atomic uint64_t settled, right;
    motet_ref hog, sink, other;
    uint64_t monitor;
} poor;

/* Nothing is left for a further message on this worker. */
static void use_up(motet_ctx *ctx)
{
    while (motet_tell(ctx, poor.sink, PART, NULL, 0) == MOTET_OK) {
    }
}

static motet_status hog_receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    if (m->kind == MOTET_ASKED) {
        use_up(ctx);
        return motet_reply(ctx, m->from, m->id, NULL, 0) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
    }
    return MOTET_DONE;
}

static motet_status asks_the_hog(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    uint64_t id;
    if (m->kind == MOTET_TOLD) {
        return motet_ask(ctx, poor.hog, QUESTION, NULL, 0, 3600 * FX_SECOND, &id) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
    }
    atomic_fetch_add(&poor.right, m->kind == MOTET_NO_REPLY && m->why == MOTET_ENOMEM);
    atomic_fetch_add(&poor.settled, 1);
    return MOTET_DONE;
}

/* Has room for one end of a monitor, and none for the other. */
static motet_status watches(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    uint64_t id;
    if (m->kind == MOTET_TOLD) {
        bool right = motet_monitor(ctx, poor.other, &id) == MOTET_OK;
        use_up(ctx);
        right = right && motet_link(ctx, poor.sink) == MOTET_ENOMEM;
        right = right && motet_ask(ctx, poor.hog, QUESTION, NULL, 0, 1, &id) == MOTET_ENOMEM;
        right = right && motet_monitor(ctx, poor.sink, &poor.monitor) == MOTET_ENOMEM;
        motet_demonitor(ctx, poor.other, (uint64_t)0); /* of another number: frees nothing */
        right = right && motet_stop(ctx, poor.hog) == MOTET_OK; /* ends it all the same */
        atomic_fetch_add(&poor.right, right);
        atomic_fetch_add(&poor.settled, 1);
    }
    return MOTET_DONE;
}

static motet_system *start_poor(const motet_actor_type *type)
{
    static const motet_actor_type hog = {.name = "hog", .receive = hog_receive},
                                  other = {.name = "other", .receive = echo};
    memset(&poor, 0, sizeof poor);
    memset(&most, 0, sizeof most);
    motet_options o = {.workers = 1, .fixed = true, .reserve = {.actors = 10, .messages = 100, .timers = 10}};
    motet_system *sys;
    motet_ref ref;
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &hog, NULL, &poor.hog), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &counting, NULL, &poor.sink), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &other, NULL, &poor.other), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, type, NULL, &ref), MOTET_OK);
    assert_int_equal(motet_send(sys, ref, GO, NULL, 0, 0), MOTET_OK);
    until(&poor.settled, 1);
    assert_int_equal(atomic_load(&poor.right), 1);
    return sys;
}

static void a_reply_without_memory_is_no_reply(void **state)
{
    (void)state;
    static const motet_actor_type asker = {.name = "asker", .receive = asks_the_hog};
    motet_stats s;
    motet_system_stop(start_poor(&asker), &s);
    assert_true(clean(&s.leaks));
}

static void monitors_and_links_without_memory_are_refused(void **state)
{
    (void)state;
    static const motet_actor_type watcher = {.name = "watcher", .receive = watches};
    motet_system *sys = start_poor(&watcher);
    motet_err e = MOTET_OK;
    for (int i = 0; i < 300000 && e != MOTET_EGONE; i++) { /* the hog was stopped */
        e = motet_send(sys, poor.hog, PART, NULL, 0, 0);
        nap();
    }
    assert_int_equal(e, MOTET_EGONE);
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_true(clean(&s.leaks));
}

/* ---- sessions ---- */

static motet_status waits_at_the_gate(void *self, motet_session *s, uint16_t label, const void *payload)
{
    while (atomic_load(&most.gate)) {
        nap();
    }
    return session_receive(self, s, label, payload);
}

static void makers_without_memory_fail_their_actor(void **state)
{
    (void)state;
    enum { SESSIONS = 3000 };
    session_tables();
    fx.role_types[1].receive = waits_at_the_gate;
    fx.supervisors[0].intensity = 100000;
    fx.children[0].backoff_min_ns = fx.children[0].backoff_max_ns = FX_MS;
    motet_options o = {.workers = 2, .fixed = true, .reserve = {.sessions = SESSIONS, .session_messages = 1}};
    motet_system *sys;
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), MOTET_OK);
    atomic_store(&most.gate, 1);
    for (int i = 0; i < SESSIONS; i++) {
        assert_int_equal(motet_session_open(sys, 0, 0, NULL), MOTET_OK);
    }
    motet_stats s = {0};
    for (int i = 0; i < 300000 && s.crashes == 0; i++) {
        nap();
        motet_system_stats(sys, &s);
    }
    assert_true(s.crashes > 0);
    atomic_store(&most.gate, 0);
    assert_int_equal(motet_system_wait_idle(sys, 60 * FX_SECOND), MOTET_OK);
    assert_int_equal(motet_session_open(sys, 0, 0, NULL), MOTET_OK); /* and on it goes */
    assert_int_equal(motet_system_wait_idle(sys, 60 * FX_SECOND), MOTET_OK);
    motet_system_stop(sys, &s);
    assert_int_equal(s.opened, SESSIONS + 1);
    assert_true(s.completed > 0 && s.aborted > 0);
    assert_true(clean(&s.leaks));
}

static void sessions_past_the_reserve_are_refused(void **state)
{
    (void)state;
    session_tables();
    fx.actors[0].sessions = 1; /* so that the others wait */
    motet_options o = {.workers = 1, .fixed = true, .reserve = {.sessions = 3}};
    motet_system *sys;
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), MOTET_OK);
    for (int round = 0; round < 50; round++) {
        uint32_t n = 0;
        motet_err e = MOTET_OK;
        while (n < 10000 && e == MOTET_OK) {
            e = motet_session_open(sys, 0, 0, NULL);
            n += e == MOTET_OK;
        }
        assert_true(n >= 3);
        assert_true(e == MOTET_ENOMEM || n == 10000);
        assert_int_equal(motet_system_wait_idle(sys, 60 * FX_SECOND), MOTET_OK);
    }
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.aborted, 0);
    assert_true(clean(&s.leaks));
}

static void no_thread_past_the_reserve(void **state)
{
    (void)state;
    motet_options o = {.workers = 1, .fixed = true, .reserve = {.actors = 10, .threads = 2}};
    motet_spawn_options own = {.placement = MOTET_OWN_THREAD};
    motet_system *sys;
    motet_ref refs[3];
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &echoing, &own, &refs[0]), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &echoing, &own, &refs[1]), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &echoing, &own, &refs[2]), MOTET_ENOMEM);
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_true(clean(&s.leaks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_heap_is_watched, fx_setup),
        cmocka_unit_test_setup(nothing_is_allocated_between_start_and_stop, fx_setup),
        cmocka_unit_test_setup(what_finds_no_memory_says_so_on_one_worker, fx_setup),
        cmocka_unit_test_setup(what_finds_no_memory_says_so_between_two_workers, fx_setup),
        cmocka_unit_test_setup(a_reply_without_memory_is_no_reply, fx_setup),
        cmocka_unit_test_setup(monitors_and_links_without_memory_are_refused, fx_setup),
        cmocka_unit_test_setup(makers_without_memory_fail_their_actor, fx_setup),
        cmocka_unit_test_setup(sessions_past_the_reserve_are_refused, fx_setup),
        cmocka_unit_test_setup(no_thread_past_the_reserve, fx_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
