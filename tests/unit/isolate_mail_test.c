/* isolate_mail_test.c -- the context of an actor in a process of its own: mail, asks, timers, monitors, behaviours work
 * there as in one process, each failure of its callbacks is one, and what cannot work is refused.
 */
#include "isolate_kit.h"

enum { /* tags: what b is to do */
    ECHO = 1,
    DIE,
    FAIL_NOW,
    BREAK_A_RULE,
    LEAVE,
    TELL_A,
    TELL_A_BLOCK,
    ASK_A,
    BOTH_TIMERS,
    TICK,
    WATCH,
    LINK,
    KILL,
    LEARN,
    FORGET,
    PUT_ASIDE,
    TAKE_BACK,
    SPAWN,
    WEAKEN,
    FLOOD_A,
    SEND_FROM_THREAD,
    WHO,
    TO_A = 100,
    ASKED_OF_A
};

static struct mail_seen {
    _Atomic uint64_t told, asked, replies, no_replies, ticks, downs, exits, learned, aside, a_told, a_bytes, wrong, why;
    _Atomic int64_t status, error, more, refused;
    _Atomic uint64_t kept;
    motet_ref self;
} *saw; /* shared */

struct b_state {
    struct isolated_state base;
    uint64_t timer, ticks, aside;
    motet_system *system;
};

static motet_status b_mail(void *self, motet_ctx *ctx, const motet_mail *m);

static void note(motet_err e)
{
    atomic_store(&saw->error, e);
}

static motet_ref a_ref(struct b_state *me)
{
    motet_ref a;
    motet_err e = motet_child_ref(me->system, 0, 0, &a);
    atomic_fetch_add(&saw->wrong, e != MOTET_OK);
    return a;
}

/* ---- what b does ---- */

static motet_status learned_mail(void *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->tag == FORGET) {
        motet_unbecome(ctx);
        return MOTET_DONE;
    }
    atomic_fetch_add(&saw->learned, 1);
    return m->kind == MOTET_ASKED ? b_mail(self, ctx, m) : MOTET_DONE;
}

static void tell_a_block(struct b_state *me, motet_ctx *ctx)
{
    unsigned char *block = motet_block_new(ctx, 5000);
    memset(block, 7, 5000);
    note(motet_tell_block(ctx, a_ref(me), TO_A, block));
    block = motet_system_block(motet_system_of(ctx), 5000);
    motet_err sent = motet_send_block(me->system, a_ref(me), TO_A, block, 0);
    atomic_fetch_add(&saw->wrong, sent != MOTET_OK || motet_system_of(ctx) != me->system);
    block = motet_block_new(ctx, 10);
    motet_err e = motet_tell_block(ctx, MOTET_NOBODY, TO_A, block);
    atomic_store(&saw->more, e);
    motet_block_drop(ctx, block); /* it is still ours */
}

static void start_timers(struct b_state *me, motet_ctx *ctx)
{
    uint64_t never;
    note(motet_timer_start(ctx, FX_MS, FX_MS, TICK, &me->timer));
    motet_err e = motet_timer_start(ctx, 1000 * FX_SECOND, 0, TICK, &never);
    atomic_fetch_add(&saw->wrong, e != MOTET_OK || !motet_timer_cancel(ctx, never) || motet_timer_cancel(ctx, never));
}

static void tick(struct b_state *me, motet_ctx *ctx, const motet_mail *m)
{
    atomic_fetch_add(&saw->wrong, m->kind != MOTET_TIMER || m->id != me->timer);
    if (++me->ticks == 3) {
        atomic_fetch_add(&saw->wrong, !motet_timer_cancel(ctx, me->timer));
    }
    atomic_fetch_add(&saw->ticks, 1);
}

static void put_aside(struct b_state *me, motet_ctx *ctx)
{
    if (me->aside++ == 0) {
        note(motet_stash(ctx));
    } else {
        atomic_fetch_add(&saw->aside, 1);
    }
}

static void weaken(struct b_state *me, motet_ctx *ctx)
{
    motet_ref weak;
    note(motet_ref_attenuate(me->system, a_ref(me), MOTET_MAY_WATCH, &weak));
    atomic_store(&saw->more, motet_tell(ctx, weak, TO_A, NULL, 0));
}

static void flood(struct b_state *me, motet_ctx *ctx)
{
    motet_ref a = a_ref(me);
    motet_err e = MOTET_OK;
    for (int i = 0; i < 1000 && e == MOTET_OK && !motet_is_blocked(ctx); i++) {
        e = motet_tell(ctx, a, TO_A, NULL, 0);
    }
    note(e);
    atomic_store(&saw->more, motet_is_blocked(ctx));
}

static void *send_in_a_thread(void *state)
{
    struct b_state *me = state;
    atomic_store(&saw->refused, motet_send(me->system, saw->self, ECHO, NULL, 0, 0));
    return NULL;
}

static void send_from_thread(struct b_state *me)
{
    pthread_t t;
    atomic_store(&saw->more, motet_send(me->system, saw->self, WHO, NULL, 0, 0));
    if (pthread_create(&t, NULL, send_in_a_thread, me) == 0) {
        pthread_join(t, NULL);
    }
}

static motet_ref ref_in(const motet_mail *m)
{
    motet_ref r = MOTET_NOBODY;
    if (m->size == sizeof r) {
        memcpy(&r, m->data, sizeof r);
    }
    return r;
}

static motet_status obey(struct b_state *me, motet_ctx *ctx, const motet_mail *m)
{
    uint64_t id = 0;
    motet_ref other;
    switch (m->tag) {
    case DIE: fault(); break;
    case FAIL_NOW: motet_fail(ctx, 9);
    case BREAK_A_RULE: MOTET_REQUIRE(m->tag != BREAK_A_RULE); break;
    case LEAVE: motet_exit(ctx); break;
    case TELL_A: note(motet_tell(ctx, a_ref(me), TO_A, m->data, m->size)); break;
    case TELL_A_BLOCK: tell_a_block(me, ctx); break;
    case ASK_A: note(motet_ask(ctx, a_ref(me), ASKED_OF_A, "abc", 4, 30 * FX_SECOND, &id)); break;
    case BOTH_TIMERS: start_timers(me, ctx); break;
    case TICK: tick(me, ctx, m); break;
    case WATCH: note(motet_monitor(ctx, ref_in(m), &id)); break;
    case LINK: note(motet_link(ctx, ref_in(m))); break;
    case KILL: note(motet_kill(ctx, ref_in(m))); break;
    case LEARN: note(motet_become(ctx, learned_mail)); break;
    case PUT_ASIDE: put_aside(me, ctx); break;
    case TAKE_BACK: motet_unstash(ctx); break;
    case SPAWN: atomic_store(&saw->more, motet_spawn(ctx, &fx.actors[0], NULL, &other)); break;
    case WEAKEN: weaken(me, ctx); break;
    case FLOOD_A: flood(me, ctx); break;
    case SEND_FROM_THREAD: send_from_thread(me); break;
    case WHO: saw->self = motet_self(ctx); break;
    default: break;
    }
    return MOTET_DONE;
}

static motet_status b_mail(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct b_state *me = self;
    atomic_fetch_add(&saw->wrong, getpid() != atomic_load(&seen->pid));
    switch (m->kind) {
    case MOTET_TOLD: atomic_fetch_add(&saw->told, 1); break;
    case MOTET_ASKED:
        atomic_fetch_add(&saw->asked, 1);
        note(motet_reply(ctx, m->from, m->id, m->data, m->size));
        return MOTET_DONE;
    case MOTET_REPLY:
        atomic_fetch_add(&saw->wrong, m->size != 4 || memcmp(m->data, "xyz", 4) != 0);
        atomic_fetch_add(&saw->replies, 1);
        return MOTET_DONE;
    case MOTET_NO_REPLY:
        atomic_store(&saw->why, m->why);
        atomic_fetch_add(&saw->no_replies, 1);
        return MOTET_DONE;
    case MOTET_DOWN:
        atomic_store(&saw->status, m->status);
        atomic_fetch_add(&saw->downs, 1);
        return MOTET_DONE;
    case MOTET_EXIT: atomic_fetch_add(&saw->exits, 1); return MOTET_DONE;
    case MOTET_TIMER: break;
    }
    return obey(me, ctx, m);
}

static motet_status b_init(void *self, const motet_start *start)
{
    struct b_state *me = self;
    me->system = start->system;
    saw->self = motet_self(start->ctx);
    return isolated_init(self, start);
}

/* ---- what a does: in the parent ---- */

static motet_status a_mail(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    if (m->kind == MOTET_ASKED) {
        return motet_reply(ctx, m->from, m->id, "xyz", 4) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
    }
    while (atomic_load(&saw->kept)) { /* until it is let go */
        nap();
    }
    atomic_fetch_add(&saw->a_bytes, m->size);
    atomic_fetch_add(&saw->a_told, 1);
    return MOTET_DONE;
}

static const motet_actor_type bystander = {.name = "bystander", .receive = a_mail};

/* ---- the tests ---- */

static int mail_setup(void **state)
{
    isolated_setup(state);
    memset(saw, 0, sizeof *saw);
    fx.actors[0].receive = a_mail;
    fx.actors[1].receive = b_mail;
    fx.actors[1].init = b_init;
    fx.actors[1].state_size = sizeof(struct b_state);
    return 0;
}

static motet_ref b_ref(motet_system *sys)
{
    motet_ref b;
    motet_err e = MOTET_EGONE;
    for (int i = 0; i < MOST_WAITS && e != MOTET_OK; i++) { /* it may be between crash and restart */
        e = motet_child_ref(sys, 1, 0, &b);
        nap();
    }
    assert_int_equal(e, MOTET_OK);
    return b;
}

static void tell(motet_system *sys, uint32_t tag, const void *data, size_t size)
{
    assert_int_equal(motet_send(sys, b_ref(sys), tag, data, size, 30 * FX_SECOND), MOTET_OK);
}

/* All that was told before has been handled. */
static void settle(motet_system *sys)
{
    char answer[8];
    size_t n = sizeof answer;
    assert_int_equal(motet_call(sys, b_ref(sys), ECHO, "hi", 3, 30 * FX_SECOND, answer, &n), MOTET_OK);
    assert_int_equal(n, 3);
}

static void stop_well(motet_system *sys)
{
    isolated_stop(sys);
    assert_int_equal(atomic_load(&saw->wrong), 0);
}

static void a_fault_in_a_mail_handler_is_a_restart(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    motet_ref before = b_ref(sys);
    tell(sys, DIE, NULL, 0);
    await_restarts(sys, 1);
    assert_int_equal(motet_send(sys, before, ECHO, NULL, 0, 0), MOTET_EGONE);
    settle(sys);
    stop_well(sys);
}

static void an_ask_of_a_process_that_dies_is_answered(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    motet_ref first = b_ref(sys);
    tell(sys, DIE, NULL, 0);
    char answer[8];
    size_t n = sizeof answer;
    motet_err e = motet_call(sys, first, ECHO, "hi", 3, 30 * FX_SECOND, answer, &n);
    assert_int_equal(e, MOTET_EGONE);
    await_restarts(sys, 1);
    stop_well(sys);
}

static void motet_fail_fails_the_actor_and_the_process_ends_in_order(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    tell(sys, FAIL_NOW, NULL, 0);
    await_restarts(sys, 1);
    assert_int_equal(atomic_load(&seen->failure), 9);
    assert_int_equal(atomic_load(&seen->finis), 1);
    tell(sys, BREAK_A_RULE, NULL, 0);
    await_restarts(sys, 2);
    assert_int_equal(atomic_load(&seen->failure), MOTET_FAIL);
    assert_int_equal(atomic_load(&seen->finis), 2);
    stop_well(sys);
}

static void motet_exit_ends_it(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    tell(sys, LEAVE, NULL, 0);
    await(&seen->finis, 1);
    stop_well(sys);
}

static void what_cannot_be_done_there_is_refused(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    tell(sys, SPAWN, NULL, 0);
    settle(sys);
    assert_int_equal(atomic_load(&saw->more), MOTET_EINVAL);
    tell(sys, SEND_FROM_THREAD, NULL, 0);
    settle(sys);
    assert_int_equal(atomic_load(&saw->more), MOTET_OK); /* by the thread of the callback */
    assert_int_equal(atomic_load(&saw->refused), MOTET_EINVAL);
    stop_well(sys);
}

static void a_type_that_is_isolated_cannot_be_spawned(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    motet_actor_type type = bystander;
    motet_ref r;
    type.isolated = true;
    assert_int_equal(motet_system_spawn(sys, &type, NULL, &r), MOTET_EINVAL);
    stop_well(sys);
}

static void refs_are_judged_in_the_parent(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    tell(sys, WEAKEN, NULL, 0);
    settle(sys);
    assert_int_equal(atomic_load(&saw->more), MOTET_ERIGHTS);
    motet_ref b = b_ref(sys);
    assert_memory_equal(&b, &saw->self, sizeof b);
    stop_well(sys);
}

static void it_tells_and_is_told(void **state)
{
    (void)state;
    static unsigned char big[300000];
    motet_system *sys = isolated_start();
    tell(sys, TELL_A, "12345", 5);
    tell(sys, TELL_A, big, sizeof big);
    tell(sys, TELL_A, NULL, 0);
    await(&saw->a_told, 3);
    assert_int_equal(atomic_load(&saw->a_bytes), 5 + sizeof big);
    tell(sys, TELL_A_BLOCK, NULL, 0);
    await(&saw->a_told, 5);
    settle(sys);
    assert_int_equal(atomic_load(&saw->a_bytes), 5 + sizeof big + 10000);
    assert_int_equal(atomic_load(&saw->more), MOTET_EGONE);
    stop_well(sys);
}

static void it_asks_and_is_asked(void **state)
{
    (void)state;
    static unsigned char big[300000], answer[sizeof big];
    motet_system *sys = isolated_start();
    tell(sys, ASK_A, NULL, 0);
    await(&saw->replies, 1);
    memset(big, 3, sizeof big);
    size_t n = sizeof answer;
    assert_int_equal(motet_call(sys, b_ref(sys), ECHO, big, sizeof big, 30 * FX_SECOND, answer, &n), MOTET_OK);
    assert_int_equal(n, sizeof big);
    assert_memory_equal(big, answer, n);
    stop_well(sys);
}

static void it_hears_of_a_full_inbox(void **state)
{
    (void)state;
    fx.actors[0].inbox = 4;
    motet_system *sys = isolated_start();
    atomic_store(&saw->kept, 1);
    tell(sys, FLOOD_A, NULL, 0);
    await(&saw->told, 1);
    for (int i = 0; i < MOST_WAITS && !atomic_load(&saw->more); i++) {
        nap();
    }
    assert_int_equal(atomic_load(&saw->more), 1);
    atomic_store(&saw->kept, 0);
    settle(sys);
    stop_well(sys);
}

static void its_timers_fire_and_can_be_cancelled(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    tell(sys, BOTH_TIMERS, NULL, 0);
    await(&saw->ticks, 3);
    settle(sys);
    assert_int_equal(atomic_load(&saw->ticks), 3);
    stop_well(sys);
}

static void it_watches_kills_and_is_linked(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    motet_ref one, two;
    assert_int_equal(motet_system_spawn(sys, &bystander, NULL, &one), MOTET_OK);
    assert_int_equal(motet_system_spawn(sys, &bystander, NULL, &two), MOTET_OK);
    tell(sys, WATCH, &one, sizeof one);
    tell(sys, KILL, &one, sizeof one);
    await(&saw->downs, 1);
    assert_int_equal(atomic_load(&saw->status), MOTET_FAIL_KILLED);
    tell(sys, LINK, &two, sizeof two);
    tell(sys, KILL, &two, sizeof two);
    await_restarts(sys, 1);
    assert_int_equal(atomic_load(&seen->failure), MOTET_FAIL_LINKED);
    stop_well(sys);
}

static void it_becomes_another_and_puts_mail_aside(void **state)
{
    (void)state;
    motet_system *sys = isolated_start();
    tell(sys, LEARN, NULL, 0);
    tell(sys, TELL_A, "x", 1); /* which it does not know now */
    tell(sys, FORGET, NULL, 0);
    tell(sys, TELL_A, "x", 1);
    await(&saw->a_told, 1);
    assert_int_equal(atomic_load(&saw->learned), 1);
    tell(sys, PUT_ASIDE, NULL, 0);
    settle(sys);
    assert_int_equal(atomic_load(&saw->aside), 0);
    tell(sys, TAKE_BACK, NULL, 0);
    settle(sys);
    assert_int_equal(atomic_load(&saw->aside), 1);
    stop_well(sys);
}

static int mail_group(void **state)
{
    saw = mmap(NULL, sizeof *saw, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(saw != MAP_FAILED);
    return isolated_group(state);
}

#define TEST(f) cmocka_unit_test_setup(f, mail_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fault_in_a_mail_handler_is_a_restart),
        TEST(an_ask_of_a_process_that_dies_is_answered),
        TEST(motet_fail_fails_the_actor_and_the_process_ends_in_order),
        TEST(motet_exit_ends_it),
        TEST(what_cannot_be_done_there_is_refused),
        TEST(a_type_that_is_isolated_cannot_be_spawned),
        TEST(refs_are_judged_in_the_parent),
        TEST(it_tells_and_is_told),
        TEST(it_asks_and_is_asked),
        TEST(it_hears_of_a_full_inbox),
        TEST(its_timers_fire_and_can_be_cancelled),
        TEST(it_watches_kills_and_is_linked),
        TEST(it_becomes_another_and_puts_mail_aside),
    };
    return cmocka_run_group_tests(tests, mail_group, NULL);
}
