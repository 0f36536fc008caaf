/* pool_tell_test.c -- which instance of a child gets a message, while others are down. */
#include "supervised_kit.h"

enum { N = 4 };

static _Atomic uint32_t got[N]; /* by instance */
static _Atomic uint32_t wrong;

struct member {
    uint32_t index;
};

static motet_status begin(void *self, const motet_start *start)
{
    ((struct member *)self)->index = start->index;
    atomic_fetch_add(&sk.inits, 1);
    return MOTET_DONE;
}

static motet_status count(void *self, motet_ctx *ctx, const motet_mail *m)
{
    atomic_fetch_add(&got[((struct member *)self)->index], 1);
    return sk_receive(self, ctx, m);
}

static uint32_t total(void)
{
    uint32_t n = 0;
    for (int i = 0; i < N; i++) {
        n += atomic_load(&got[i]);
    }
    return n;
}

/* `a` is a pool of N, `b` a child of sessions alone. */
static void ready(void)
{
    uint64_t delay = sk.children[0].backoff_min_ns;
    sk_ready(2);
    sk.children[0].backoff_min_ns = sk.children[0].backoff_max_ns = delay;
    sk.supervisors[0].intensity = 100;
    static motet_actor_type member, deaf;
    member = sk.type;
    member.init = begin;
    member.receive = count;
    deaf = sk.type;
    deaf.receive = NULL;
    sk.children[0].actor = &member;
    sk.children[0].count = N;
    sk.children[0].family = true;
    sk.children[1].actor = &deaf;
    for (int i = 0; i < N; i++) {
        atomic_store(&got[i], 0);
    }
    atomic_store(&wrong, 0);
    sk_start();
}

static void send(motet_choice how, uint64_t key, enum sk_order order)
{
    motet_ref ref;
    assert_int_equal(motet_pool_pick(sk.sys, 0, how, key, &ref), MOTET_OK);
    sk_tell_ref(ref, order, 77);
}

static void what_is_no_pool_is_refused(void **state)
{
    (void)state;
    ready();
    motet_ref ref;
    assert_int_equal(motet_pool_pick(sk.sys, 1, MOTET_IN_TURN, 0, &ref), MOTET_EINVAL);
    assert_int_equal(motet_pool_pick(sk.sys, 9, MOTET_IN_TURN, 0, &ref), MOTET_EINVAL);
    assert_int_equal(motet_pool_pick(sk.sys, 0, (motet_choice)9, 0, &ref), MOTET_EINVAL);
    sk_stop();
}

static void in_turn_all_get_the_same(void **state)
{
    (void)state;
    ready();
    for (int i = 0; i < 5 * N; i++) {
        send(MOTET_IN_TURN, 0, SK_NOTHING);
    }
    SK_UNTIL(total() == 5 * N);
    for (int i = 0; i < N; i++) {
        assert_int_equal(atomic_load(&got[i]), 5);
    }
    sk_stop();
}

static void a_key_leads_to_one(void **state)
{
    (void)state;
    ready();
    for (int i = 0; i < 8; i++) {
        send(MOTET_BY_KEY, 42, SK_NOTHING);
    }
    SK_UNTIL(total() == 8);
    uint32_t some = 0;
    for (int i = 0; i < N; i++) {
        uint32_t n = atomic_load(&got[i]);
        assert_true(n == 0 || n == 8);
        some += n == 8;
    }
    assert_int_equal(some, 1);
    for (uint64_t key = 0; key < 200; key++) {
        send(MOTET_BY_KEY, key, SK_NOTHING);
    }
    SK_UNTIL(total() == 208);
    for (int i = 0; i < N; i++) {
        assert_true(atomic_load(&got[i]) > 20);
    }
    sk_stop();
}

static void the_least_loaded_is_one_that_does_not_hang(void **state)
{
    (void)state;
    ready();
    motet_ref ref;
    assert_int_equal(motet_child_ref(sk.sys, 0, 2, &ref), MOTET_OK);
    sk_tell_ref(ref, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    for (uint32_t i = 0; i < 20; i++) {
        send(MOTET_LEAST_LOADED, 0, SK_NOTHING);
        SK_UNTIL(total() == i + 2);
    }
    assert_int_equal(atomic_load(&got[2]), 1); /* the one that hangs has one in hand, and got no other */
    atomic_store(&sk.let_go, true);
    sk_stop();
}

static void fail_all_but(uint32_t spared)
{
    sk.children[0].backoff_min_ns = 60 * SK_SECOND;
    ready();
    for (uint32_t i = 0; i < N; i++) {
        motet_ref ref;
        assert_int_equal(motet_child_ref(sk.sys, 0, i, &ref), MOTET_OK);
        if (i != spared) {
            sk_tell_ref(ref, SK_RETURN, 77);
        }
    }
    SK_UNTIL(sk_seen(MOTET_EVENT_DELAYED) == N - (spared < N));
}

static void those_that_are_down_are_passed_over(void **state)
{
    (void)state;
    static const motet_choice ways[] = {MOTET_IN_TURN, MOTET_LEAST_LOADED, MOTET_BY_KEY};
    for (size_t i = 0; i < 3; i++) {
        sk_setup(state);
        fail_all_but(1);
        for (uint64_t k = 0; k < 10; k++) {
            send(ways[i], k, SK_NOTHING);
        }
        SK_UNTIL(atomic_load(&got[1]) == 10);
        sk_stop();
    }
}

static void when_all_are_down_there_is_nobody(void **state)
{
    (void)state;
    static const motet_choice ways[] = {MOTET_IN_TURN, MOTET_LEAST_LOADED, MOTET_BY_KEY};
    fail_all_but(N);
    for (size_t i = 0; i < 3; i++) {
        motet_ref ref;
        assert_int_equal(motet_pool_pick(sk.sys, 0, ways[i], 7, &ref), MOTET_EGONE);
    }
    sk_stop();
}

/* ---- from an actor, while members crash ---- */

enum { TOLD = 3000 };

static motet_err tell_many(motet_ctx *ctx, motet_ref who)
{
    (void)who;
    for (uint32_t i = 0; i < TOLD; i++) {
        int status = 77;
        motet_err e = motet_pool_tell(ctx, 0, (motet_choice)(i % 3), i, i % 50 == 0 ? SK_RETURN : SK_NOTHING, &status,
                                      sizeof status);
        if (e != MOTET_OK && e != MOTET_EGONE && e != MOTET_EFULL) {
            atomic_fetch_add(&wrong, 1);
        }
    }
    return MOTET_OK;
}

static void a_pool_goes_on_while_its_members_crash(void **state)
{
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        sk_setup(state);
        ready();
        sk_stop();
        sk.options.workers = workers;
        sk.supervisors[0].intensity = 100000;
        sk.options.on_event = NULL;
        sk_start();
        sk_deed(tell_many, MOTET_NOBODY);
        motet_stats s;
        motet_system_stats(sk.sys, &s);
        for (int i = 0; i < 20000 && s.restarts == 0; i++) {
            sk_pause();
            motet_system_stats(sk.sys, &s);
        }
        assert_true(s.restarts > 0);
        sk_stop();
        assert_int_equal(atomic_load(&wrong), 0);
        assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
    }
}

#define TEST(f) cmocka_unit_test_setup(f, sk_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_pool_is_refused),
        TEST(in_turn_all_get_the_same),
        TEST(a_key_leads_to_one),
        TEST(the_least_loaded_is_one_that_does_not_hang),
        TEST(those_that_are_down_are_passed_over),
        TEST(when_all_are_down_there_is_nobody),
        TEST(a_pool_goes_on_while_its_members_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
