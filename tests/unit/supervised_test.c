/* supervised_test.c -- normal ends, stops with deadlines, jitter, and what is told of all that. */
#include "supervised_kit.h"

/* ---- normal ends ---- */

static void restarts_as(motet_restart restart)
{
    sk_ready(2);
    sk.children[0].restart = restart;
    sk_start();
}

/* `a` ends by itself, and is started again. */
static void a_permanent_child_that_exits_is_started_again(void **state)
{
    (void)state;
    restarts_as(MOTET_PERMANENT);
    sk_tell(0, SK_EXIT, 0);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(atomic_load(&sk.failure), MOTET_DONE);
    motet_stats s = sk_stop();
    assert_int_equal(s.crashes, 0);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(atomic_load(&sk.finis), 3);
    assert_string_equal(sk.log, "STARTED a, STARTED b, EXITED a, RESTARTED a, STOPPED b, STOPPED a");
}

static void its_ends_count_for_the_intensity(void **state)
{
    (void)state;
    restarts_as(MOTET_PERMANENT);
    for (uint32_t i = 1; i <= 3; i++) {
        sk_tell(0, SK_EXIT, 0);
        SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == i);
    }
    sk_tell(0, SK_EXIT, 0);
    SK_UNTIL(sk_seen(MOTET_EVENT_GAVE_UP) == 1);
    motet_stats s = sk_stop();
    assert_true(s.gave_up);
    assert_int_equal(s.crashes, 0);
}

static void is_gone_when_it_exits(motet_restart restart)
{
    restarts_as(restart);
    sk_tell(0, SK_EXIT, 0);
    SK_UNTIL(sk_seen(MOTET_EVENT_GONE) == 1);
    motet_ref ref;
    assert_int_equal(motet_child_ref(sk.sys, 0, 0, &ref), MOTET_EGONE);
    motet_stats s = sk_stop();
    assert_int_equal(s.crashes, 0);
    assert_int_equal(s.restarts, 0);
    assert_string_equal(sk.log, "STARTED a, STARTED b, EXITED a, GONE a, STOPPED b");
}

static void a_transient_child_that_exits_is_gone(void **state)
{
    (void)state;
    is_gone_when_it_exits(MOTET_TRANSIENT);
}

static void a_temporary_child_that_exits_is_gone(void **state)
{
    (void)state;
    is_gone_when_it_exits(MOTET_TEMPORARY);
}

static void a_transient_child_that_fails_is_started_again(void **state)
{
    (void)state;
    restarts_as(MOTET_TRANSIENT);
    sk_tell(0, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(atomic_load(&sk.failure), 77);
    assert_int_equal(sk_stop().crashes, 1);
}

static void what_has_exited_comes_with_its_siblings_unless_it_is_temporary(void **state)
{
    (void)state;
    sk_ready(3);
    sk.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    sk.children[0].restart = MOTET_TRANSIENT;
    sk.children[1].restart = MOTET_TEMPORARY;
    sk_start();
    sk_tell(0, SK_EXIT, 0);
    sk_tell(1, SK_EXIT, 0);
    SK_UNTIL(sk_seen(MOTET_EVENT_GONE) == 2);
    sk_tell(2, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 2);
    motet_ref ref;
    assert_int_equal(motet_child_ref(sk.sys, 0, 0, &ref), MOTET_OK);
    assert_int_equal(motet_child_ref(sk.sys, 1, 0, &ref), MOTET_EGONE);
    sk_stop();
}

static void motet_stop_is_a_normal_end(void **state)
{
    (void)state;
    restarts_as(MOTET_TRANSIENT);
    sk_tell(0, SK_NOTHING, 0);
    sk_deed(motet_stop, sk_ref(0));
    SK_UNTIL(sk_seen(MOTET_EVENT_GONE) == 1);
    assert_int_equal(atomic_load(&sk.handled), 1); /* what came before it */
    assert_int_equal(sk_stop().crashes, 0);
}

static void motet_kill_is_a_failure(void **state)
{
    (void)state;
    restarts_as(MOTET_TRANSIENT);
    sk_deed(motet_kill, sk_ref(0));
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(atomic_load(&sk.failure), MOTET_FAIL_KILLED);
    assert_int_equal(sk_stop().crashes, 1);
}

static motet_status exit_in_init(const motet_start *start)
{
    if (start->incarnation == 0 && strcmp(start->name, "a") == 0) {
        motet_exit(start->ctx);
    }
    return MOTET_DONE;
}

static void an_init_may_exit(void **state)
{
    (void)state;
    sk_ready(1);
    sk.on_init = exit_in_init;
    sk_start();
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    sk_stop();
    assert_string_equal(sk.log, "STARTED a, EXITED a, RESTARTED a, STOPPED a");
}

/* ---- failures of receive ---- */

static void receive_fails_by_return_by_motet_fail_and_by_require(void **state)
{
    (void)state;
    static const struct {
        enum sk_order order;
        int heard;
    } ways[] = {{SK_RETURN, 77}, {SK_FAIL, 77}, {SK_REQUIRE, MOTET_FAIL}};
    sk_ready(1);
    sk_start();
    for (uint32_t i = 0; i < 3; i++) {
        sk_tell(0, ways[i].order, 77);
        SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == i + 1);
        assert_int_equal(atomic_load(&sk.failure), ways[i].heard);
    }
    assert_int_equal(sk_stop().crashes, 3);
}

static void mail_that_fails_may_be_passed_over(void **state)
{
    (void)state;
    sk_ready(1);
    sk.children[0].decide[MOTET_BY_ERROR] = MOTET_RESUME;
    sk_start();
    sk_tell(0, SK_RETURN, 77);
    sk_tell(0, SK_FAIL, 77);
    sk_tell(0, SK_REQUIRE, 0);
    sk_tell(0, SK_NOTHING, 0);
    SK_UNTIL(atomic_load(&sk.handled) == 4);
    motet_stats s = sk_stop();
    assert_int_equal(s.resumed, 3);
    assert_int_equal(s.crashes, 0);
    assert_int_equal(atomic_load(&sk.inits), 1);
}

/* ---- delays ---- */

static void crash_with_backoff(uint8_t percent, uint64_t seed)
{
    sk_ready(1);
    sk.children[0].backoff_min_ns = SK_MS;
    sk.children[0].backoff_max_ns = 4 * SK_MS;
    sk.children[0].jitter_percent = percent;
    sk.supervisors[0].intensity = 100;
    sk.options.seed = seed;
    sk_start();
    for (uint32_t i = 1; i <= 6; i++) {
        sk_tell(0, SK_RETURN, 77);
        SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == i);
    }
    sk_stop();
    assert_int_equal(sk.n_delays, 6);
}

static void a_jitter_of_more_than_all_is_refused(void **state)
{
    (void)state;
    sk_ready(1);
    sk.children[0].jitter_percent = 101;
    assert_int_equal(motet_system_start(&sk.spec, &sk.options, &sk.sys), MOTET_EINVAL);
}

static void jitter_shortens_by_no_more_than_its_share(void **state)
{
    (void)state;
    crash_with_backoff(25, 7);
    bool differs = false;
    for (uint32_t i = 0; i < 6; i++) {
        assert_in_range(sk.delays[i], SK_MS * 3 / 4, 4 * SK_MS);
        differs |= sk.delays[i] % SK_MS != 0;
    }
    assert_true(differs);
}

static void the_same_seed_gives_the_same_delays(void **state)
{
    uint64_t before[6];
    crash_with_backoff(100, 11);
    memcpy(before, sk.delays, sizeof before);
    sk_setup(state);
    crash_with_backoff(100, 11);
    assert_memory_equal(&before[0], &sk.delays[0], sizeof before[0]);
    sk_setup(state);
    crash_with_backoff(100, 12);
    assert_int_not_equal(before[0], sk.delays[0]);
}

static void without_jitter_the_delay_is_exact(void **state)
{
    (void)state;
    crash_with_backoff(0, 7);
    assert_int_equal(sk.delays[0], SK_MS);
}

/* ---- deadlines ---- */

static void a_late_child_does_not_hold_up_the_others(void **state)
{
    (void)state;
    sk_ready(3);
    sk.children[1].shutdown_ns = 5 * SK_MS;
    sk_start();
    sk_tell(1, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 200 * SK_MS, NULL), MOTET_ETIME);
    SK_UNTIL(atomic_load(&sk.finis) == 2); /* c, and a although b is still there */
    atomic_store(&sk.let_go, true);
    sk_stop();
    assert_int_equal(atomic_load(&sk.finis), 3);
    assert_string_equal(sk.log, "STARTED a, STARTED b, STARTED c, STOPPED c, LATE b, KILLED b, STOPPED a, STOPPED b");
}

static void a_brutal_stop_is_not_waited_for(void **state)
{
    (void)state;
    sk_ready(2);
    sk.children[1].shutdown_ns = MOTET_BRUTAL;
    sk_start();
    sk_tell(1, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 200 * SK_MS, NULL), MOTET_ETIME);
    SK_UNTIL(atomic_load(&sk.finis) == 1);
    assert_int_equal(sk_seen(MOTET_EVENT_LATE), 0);
    SK_UNTIL(sk_seen(MOTET_EVENT_KILLED) == 1);
    atomic_store(&sk.let_go, true);
    sk_stop();
}

static void for_ever_is_waited_for(void **state)
{
    (void)state;
    sk_ready(2);
    sk.children[1].shutdown_ns = MOTET_FOREVER;
    sk_start();
    sk_tell(1, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 50 * SK_MS, NULL), MOTET_ETIME);
    assert_int_equal(atomic_load(&sk.finis), 0);
    atomic_store(&sk.let_go, true);
    sk_stop();
    assert_int_equal(atomic_load(&sk.finis), 2);
    assert_int_equal(sk_seen(MOTET_EVENT_LATE), 0);
}

static void siblings_start_again_without_the_one_that_hangs(void **state)
{
    (void)state;
    sk_ready(3);
    sk.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    sk.children[1].shutdown_ns = 5 * SK_MS;
    sk_start();
    sk_tell(1, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    sk_tell(2, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 2);
    motet_ref ref;
    assert_int_equal(motet_child_ref(sk.sys, 1, 0, &ref), MOTET_EGONE);
    atomic_store(&sk.let_go, true);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 3);
    sk_tell(1, SK_NOTHING, 0);
    SK_UNTIL(atomic_load(&sk.handled) == 3);
    assert_int_equal(sk_stop().crashes, 1);
}

static void a_killed_child_that_another_verdict_meets_is_left_alone(void **state)
{
    (void)state;
    sk_ready(2);
    sk.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    sk.children[0].shutdown_ns = MOTET_BRUTAL;
    sk_start();
    sk_tell(0, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    for (uint32_t i = 1; i <= 3; i++) {
        sk_tell(1, SK_RETURN, 77);
        SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == i);
    }
    atomic_store(&sk.let_go, true);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 4);
    assert_int_equal(sk_seen(MOTET_EVENT_KILLED), 1);
    sk_stop();
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static motet_status hang_in_init(const motet_start *start)
{
    if (start->incarnation == 1) {
        sk_hang();
    }
    return MOTET_DONE;
}

static void an_init_that_hangs_holds_up_no_stop(void **state)
{
    (void)state;
    sk_ready(2);
    sk.on_init = hang_in_init;
    sk.children[1].shutdown_ns = 5 * SK_MS;
    sk_start();
    sk_tell(1, SK_RETURN, 77);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 200 * SK_MS, NULL), MOTET_ETIME);
    SK_UNTIL(atomic_load(&sk.finis) == 2);
    atomic_store(&sk.let_go, true);
    sk_stop();
    assert_int_equal(atomic_load(&sk.finis), atomic_load(&sk.inits));
}

static void a_spawned_actor_that_hangs_is_no_reason_to_hang(void **state)
{
    (void)state;
    sk_ready(1);
    sk_start();
    motet_ref ref;
    assert_int_equal(motet_system_spawn(sk.sys, &sk.type, NULL, &ref), MOTET_OK);
    sk_tell_ref(ref, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 50 * SK_MS, NULL), MOTET_ETIME);
    atomic_store(&sk.let_go, true);
    assert_int_equal(motet_system_stop_within(sk.sys, 20 * SK_SECOND, NULL), MOTET_OK);
    assert_int_equal(atomic_load(&sk.finis), 2);
}

static void one_worker_that_hangs_is_reported(void **state)
{
    (void)state;
    sk_ready(2);
    sk.options.workers = 1;
    sk.children[0].shutdown_ns = sk.children[1].shutdown_ns = 5 * SK_MS;
    sk_start();
    sk_tell(1, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 200 * SK_MS, NULL), MOTET_ETIME);
    SK_UNTIL(sk_seen(MOTET_EVENT_LATE) == 2); /* nobody is there who could run a's fini */
    atomic_store(&sk.let_go, true);
    sk_stop();
    assert_int_equal(atomic_load(&sk.finis), 2);
}

/* ---- events ---- */

static void escalation_is_told(void **state)
{
    (void)state;
    sk_ready(2);
    sk.supervisors[0].members = sk.below;
    sk.below[0] = (motet_member){false, 0};
    sk.below[1] = (motet_member){true, 1};
    sk.supervisors[1] = (motet_supervisor_spec){"sub", MOTET_ONE_FOR_ONE, 0, SK_SECOND, 0, 1, &sk.members[1]};
    sk.children[1].supervisor = 1;
    sk.spec.n_supervisors = 2;
    sk_start();
    sk_tell(1, SK_RETURN, MOTET_FAIL_TIMEOUT);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    sk_stop();
    assert_string_equal(sk.log, "STARTED a, STARTED b, FAILED b -2, ESCALATED sub -2, RESTARTED b, STOPPED b, "
                                "STOPPED a");
}

static void giving_up_is_told(void **state)
{
    (void)state;
    sk_ready(1);
    sk.supervisors[0].intensity = 0;
    sk_start();
    sk_tell(0, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_GONE) == 1);
    sk_stop();
    assert_string_equal(sk.log, "STARTED a, FAILED a 77, ESCALATED root 77, GAVE_UP a 77, GONE a 77");
}

static _Atomic uint64_t last_number;
static _Atomic uint32_t unordered, at_once, inside;

static void check_order(void *env, const motet_event *e)
{
    (void)env;
    atomic_fetch_add(&at_once, atomic_fetch_add(&inside, 1) != 0);
    atomic_fetch_add(&unordered, atomic_exchange(&last_number, e->number) + 1 != e->number);
    atomic_fetch_add(&sk.events[e->kind], 1);
    atomic_fetch_sub(&inside, 1);
}

static void events_come_one_at_a_time_and_in_order(void **state)
{
    (void)state;
    atomic_store(&last_number, 0);
    sk_ready(4);
    sk.options.workers = 4;
    sk.options.on_event = check_order;
    sk.supervisors[0].intensity = 100000;
    sk_start();
    for (uint16_t i = 0; i < 200; i++) {
        motet_ref ref;
        if (motet_child_ref(sk.sys, i % 4u, 0, &ref) == MOTET_OK) {
            int status = 77;
            motet_err e = motet_send(sk.sys, ref, SK_RETURN, &status, sizeof status, SK_SECOND);
            assert_true(e == MOTET_OK || e == MOTET_EGONE);
        }
    }
    sk_idle();
    motet_stats s = sk_stop();
    assert_int_equal(atomic_load(&unordered), 0);
    assert_int_equal(atomic_load(&at_once), 0);
    assert_int_equal(sk_seen(MOTET_EVENT_FAILED), s.crashes);
    assert_int_equal(sk_seen(MOTET_EVENT_RESTARTED), s.restarts);
}

static void each_kind_has_a_text(void **state)
{
    (void)state;
    for (int k = 0; k < MOTET_EVENT_KINDS; k++) {
        assert_string_not_equal(motet_event_text((motet_event_kind)k), "unknown event");
    }
    assert_string_equal(motet_event_text(MOTET_EVENT_KINDS), "unknown event");
}

#define TEST(f) cmocka_unit_test_setup(f, sk_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_permanent_child_that_exits_is_started_again),
        TEST(its_ends_count_for_the_intensity),
        TEST(a_transient_child_that_exits_is_gone),
        TEST(a_temporary_child_that_exits_is_gone),
        TEST(a_transient_child_that_fails_is_started_again),
        TEST(what_has_exited_comes_with_its_siblings_unless_it_is_temporary),
        TEST(motet_stop_is_a_normal_end),
        TEST(motet_kill_is_a_failure),
        TEST(an_init_may_exit),
        TEST(receive_fails_by_return_by_motet_fail_and_by_require),
        TEST(mail_that_fails_may_be_passed_over),
        TEST(a_jitter_of_more_than_all_is_refused),
        TEST(jitter_shortens_by_no_more_than_its_share),
        TEST(the_same_seed_gives_the_same_delays),
        TEST(without_jitter_the_delay_is_exact),
        TEST(a_late_child_does_not_hold_up_the_others),
        TEST(a_brutal_stop_is_not_waited_for),
        TEST(for_ever_is_waited_for),
        TEST(siblings_start_again_without_the_one_that_hangs),
        TEST(a_killed_child_that_another_verdict_meets_is_left_alone),
        TEST(an_init_that_hangs_holds_up_no_stop),
        TEST(a_spawned_actor_that_hangs_is_no_reason_to_hang),
        TEST(one_worker_that_hangs_is_reported),
        TEST(escalation_is_told),
        TEST(giving_up_is_told),
        TEST(events_come_one_at_a_time_and_in_order),
        TEST(each_kind_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
