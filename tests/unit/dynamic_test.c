/* dynamic_test.c -- children that are started at run time: their restarts, their ends, and their group. */
#include "supervised_kit.h"

enum { GROUP, OTHER };

/* `a` is a group, `b` a child beside it. */
static void ready(motet_restart restart)
{
    sk_ready(2);
    sk.children[GROUP].dynamic = true;
    sk.children[GROUP].restart = restart;
}

static motet_dynamic begin(motet_ref *ref)
{
    motet_dynamic d;
    assert_int_equal(motet_dynamic_start(sk.sys, GROUP, NULL, NULL, &d, ref), MOTET_OK);
    return d;
}

static bool is_up(motet_dynamic d)
{
    motet_ref ref;
    return motet_dynamic_ref(sk.sys, d, &ref) == MOTET_OK;
}

static void tell(motet_dynamic d, enum sk_order order, int status)
{
    motet_ref ref;
    assert_int_equal(motet_dynamic_ref(sk.sys, d, &ref), MOTET_OK);
    sk_tell_ref(ref, order, status);
}

/* ---- what is refused ---- */

static void what_is_no_group_takes_no_children(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk_start();
    motet_dynamic d;
    motet_ref ref;
    assert_int_equal(motet_dynamic_start(sk.sys, OTHER, &sk.type, NULL, &d, &ref), MOTET_EINVAL);
    assert_int_equal(motet_dynamic_start(sk.sys, 7, &sk.type, NULL, &d, &ref), MOTET_EINVAL);
    motet_dynamic_options o = {.restart = (motet_restart)9};
    assert_int_equal(motet_dynamic_start(sk.sys, GROUP, &sk.type, &o, &d, &ref), MOTET_EINVAL);
    motet_actor_type deaf = sk.type;
    deaf.receive = NULL;
    assert_int_equal(motet_dynamic_start(sk.sys, GROUP, &deaf, NULL, &d, &ref), MOTET_EINVAL);
    assert_int_equal(motet_child_ref(sk.sys, GROUP, 0, &ref), MOTET_EINVAL);
    assert_int_equal(motet_dynamic_ref(sk.sys, (motet_dynamic){0, 0}, &ref), MOTET_EGONE);
    assert_int_equal(motet_dynamic_ref(sk.sys, (motet_dynamic){UINT32_MAX, 1}, &ref), MOTET_EGONE);
    assert_int_equal(motet_dynamic_stop(sk.sys, (motet_dynamic){3, 9}), MOTET_EGONE);
    assert_int_equal(motet_dynamic_list(sk.sys, OTHER, NULL, 0), 0);
    sk_stop();
}

static void a_group_is_one_and_plays_no_roles(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.children[GROUP].count = 2;
    assert_int_equal(motet_system_start(&sk.spec, &sk.options, &sk.sys), MOTET_EINVAL);
    sk.children[GROUP].count = 1;
    sk.type.isolated = true;
    assert_int_equal(motet_system_start(&sk.spec, &sk.options, &sk.sys), MOTET_EINVAL);
}

static motet_status refuse(const motet_start *start)
{
    return strcmp(start->name, "R") == 0 ? 77 : MOTET_DONE;
}

static void an_init_that_fails_at_first_starts_nothing(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.on_init = refuse;
    sk_start();
    motet_dynamic d;
    assert_int_equal(motet_dynamic_start(sk.sys, GROUP, NULL, NULL, &d, NULL), MOTET_EINIT);
    assert_int_equal(motet_dynamic_list(sk.sys, GROUP, NULL, 0), 0);
    assert_int_equal(sk_stop().crashes, 0);
}

/* ---- restarts ---- */

static void a_failure_restarts_it_in_place(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk_start();
    motet_ref before, after;
    motet_dynamic d = begin(&before), other = begin(NULL);
    sk_tell_ref(before, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(motet_dynamic_ref(sk.sys, d, &after), MOTET_OK);
    assert_false(motet_ref_same(before, after));
    assert_int_equal(motet_send(sk.sys, before, SK_NOTHING, NULL, 0, 0), MOTET_EGONE);
    assert_int_equal(atomic_load(&sk.failure), 77);
    tell(d, SK_NOTHING, 0);
    tell(other, SK_NOTHING, 0);
    SK_UNTIL(atomic_load(&sk.handled) == 3);
    motet_stats s = sk_stop();
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static void ends(motet_restart restart, enum sk_order order, bool again)
{
    ready(restart);
    sk_start();
    motet_dynamic d = begin(NULL);
    tell(d, order, 77);
    SK_UNTIL(sk_seen(again ? MOTET_EVENT_RESTARTED : MOTET_EVENT_GONE) == 1);
    assert_int_equal(is_up(d), again);
    assert_int_equal(motet_dynamic_list(sk.sys, GROUP, NULL, 0), again);
    sk_stop();
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static void restart_types_are_as_for_any_child(void **state)
{
    static const struct {
        motet_restart restart;
        enum sk_order order;
        bool again;
    } cases[] = {{MOTET_PERMANENT, SK_EXIT, true},  {MOTET_PERMANENT, SK_FAIL, true},
                 {MOTET_TRANSIENT, SK_EXIT, false}, {MOTET_TRANSIENT, SK_REQUIRE, true},
                 {MOTET_TEMPORARY, SK_EXIT, false}, {MOTET_TEMPORARY, SK_FAIL, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sk_setup(state);
        ends(cases[i].restart, cases[i].order, cases[i].again);
    }
}

static void its_own_restart_type_goes_before_the_groups(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk_start();
    motet_dynamic_options o = {.restart = MOTET_TEMPORARY};
    motet_dynamic d;
    assert_int_equal(motet_dynamic_start(sk.sys, GROUP, NULL, &o, &d, NULL), MOTET_OK);
    tell(d, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_GONE) == 1);
    sk_stop();
}

static void directives_are_the_groups(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.children[GROUP].decide[MOTET_BY_FATAL] = MOTET_STOP;
    sk.children[GROUP].decide[MOTET_BY_TIMEOUT] = MOTET_RESUME;
    sk_start();
    motet_dynamic d = begin(NULL);
    tell(d, SK_RETURN, MOTET_FAIL_TIMEOUT);
    tell(d, SK_FAIL, MOTET_FAIL_TIMEOUT);
    SK_UNTIL(atomic_load(&sk.handled) == 2);
    assert_true(is_up(d));
    tell(d, SK_RETURN, MOTET_FAIL_FATAL);
    SK_UNTIL(sk_seen(MOTET_EVENT_GONE) == 1);
    motet_stats s = sk_stop();
    assert_int_equal(s.resumed, 2);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.restarts, 0);
}

static void a_delay_is_kept(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.children[GROUP].backoff_min_ns = SK_MS;
    sk.children[GROUP].backoff_max_ns = 4 * SK_MS;
    sk_start();
    motet_dynamic d = begin(NULL);
    for (uint32_t i = 1; i <= 3; i++) {
        tell(d, SK_RETURN, 77);
        SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == i);
    }
    sk_stop();
    assert_int_equal(sk.n_delays, 3);
    assert_int_equal(sk.delays[0], SK_MS);
}

static void stopped_while_it_is_down_it_is_gone(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.children[GROUP].backoff_min_ns = sk.children[GROUP].backoff_max_ns = 60 * SK_SECOND;
    sk_start();
    motet_dynamic d = begin(NULL), other = begin(NULL);
    tell(d, SK_RETURN, 77);
    tell(other, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_DELAYED) == 2);
    assert_int_equal(motet_dynamic_stop(sk.sys, d), MOTET_OK);
    SK_UNTIL(motet_dynamic_list(sk.sys, GROUP, NULL, 0) == 1);
    sk_stop(); /* takes the other one along */
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static _Atomic uint32_t failures_left;

static motet_status fails_some_times(const motet_start *start)
{
    bool fails = start->incarnation > 0 && atomic_load(&failures_left) > 0 && atomic_fetch_sub(&failures_left, 1) > 0;
    return fails ? 78 : MOTET_DONE;
}

static void a_later_init_that_fails_is_one_more_failure(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.on_init = fails_some_times;
    atomic_store(&failures_left, 2);
    sk_start();
    motet_dynamic d = begin(NULL);
    tell(d, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(atomic_load(&sk.failure), 78);
    motet_stats s = sk_stop();
    assert_int_equal(s.crashes, 3);
    assert_false(s.gave_up);
}

static motet_status exits_in_init(const motet_start *start)
{
    if (start->incarnation > 0 && atomic_load(&failures_left) > 0 && atomic_fetch_sub(&failures_left, 1) > 0) {
        motet_exit(start->ctx);
    }
    return MOTET_DONE;
}

static void inits_that_exit_go_round_in_turns_of_their_own(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.supervisors[0].intensity = 100000;
    sk.on_init = exits_in_init;
    atomic_store(&failures_left, 20000);
    sk_start();
    motet_dynamic d = begin(NULL);
    tell(d, SK_EXIT, 0);
    SK_UNTIL(atomic_load(&failures_left) == 0);
    SK_UNTIL(is_up(d));
    motet_stats s = sk_stop();
    assert_int_equal(s.restarts, 20001);
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

/* ---- the supervisor ---- */

static void too_many_failures_end_the_supervisor(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.supervisors[0].intensity = 1;
    sk_start();
    motet_dynamic d = begin(NULL), other = begin(NULL);
    tell(d, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    tell(other, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_GAVE_UP) == 1);
    SK_UNTIL(motet_dynamic_list(sk.sys, GROUP, NULL, 0) == 0);
    motet_dynamic late;
    SK_UNTIL(motet_dynamic_start(sk.sys, GROUP, NULL, NULL, &late, NULL) == MOTET_EGONE);
    motet_stats s = sk_stop();
    assert_true(s.gave_up);
    assert_int_equal(s.crashes, 2);
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

/* root -- b, sub -- a (the group) */
static void nest(uint32_t intensity)
{
    ready(MOTET_PERMANENT);
    sk.supervisors[0].members = sk.below;
    sk.below[0] = (motet_member){false, OTHER};
    sk.below[1] = (motet_member){true, 1};
    sk.supervisors[1] =
        (motet_supervisor_spec){"sub", MOTET_ONE_FOR_ONE, intensity, 10 * SK_SECOND, 0, 1, &sk.members[GROUP]};
    sk.children[GROUP].supervisor = 1;
    sk.spec.n_supervisors = 2;
}

static void a_restarted_group_is_empty(void **state)
{
    (void)state;
    nest(0);
    sk_start();
    motet_dynamic d = begin(NULL), other = begin(NULL);
    tell(d, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_ESCALATED) == 1);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1); /* of the group itself */
    assert_int_equal(motet_dynamic_list(sk.sys, GROUP, NULL, 0), 0);
    assert_false(is_up(d) || is_up(other));
    tell(begin(NULL), SK_NOTHING, 0);
    SK_UNTIL(atomic_load(&sk.handled) == 2);
    motet_stats s = sk_stop();
    assert_int_equal(s.crashes, 1);
    assert_false(s.gave_up);
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static void escalate_ends_the_supervisor_at_once(void **state)
{
    (void)state;
    nest(5);
    sk.children[GROUP].decide[MOTET_BY_FATAL] = MOTET_ESCALATE;
    sk_start();
    motet_dynamic d = begin(NULL);
    begin(NULL);
    tell(d, SK_RETURN, MOTET_FAIL_FATAL);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(motet_dynamic_list(sk.sys, GROUP, NULL, 0), 0);
    sk_stop();
}

static void a_siblings_failure_stops_them_all_under_one_for_all(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    sk_start();
    motet_dynamic d = begin(NULL);
    sk_tell(OTHER, SK_RETURN, 77);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 2);
    assert_false(is_up(d));
    assert_int_equal(motet_dynamic_list(sk.sys, GROUP, NULL, 0), 0);
    sk_stop();
}

/* ---- stopping ---- */

static void a_stop_is_for_good(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk_start();
    motet_dynamic d = begin(NULL);
    assert_int_equal(motet_dynamic_stop(sk.sys, d), MOTET_OK);
    SK_UNTIL(motet_dynamic_list(sk.sys, GROUP, NULL, 0) == 0);
    assert_int_equal(motet_dynamic_stop(sk.sys, d), MOTET_EGONE);
    motet_stats s = sk_stop();
    assert_int_equal(s.crashes, 0);
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static void a_handle_is_never_anothers(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.options.workers = 1;
    sk_start();
    motet_dynamic d = begin(NULL), next;
    assert_int_equal(motet_dynamic_stop(sk.sys, d), MOTET_OK);
    SK_UNTIL(motet_dynamic_list(sk.sys, GROUP, NULL, 0) == 0);
    next = begin(NULL);
    assert_int_equal(next.number, d.number);
    assert_false(is_up(d));
    assert_true(is_up(next));
    sk_stop();
}

static void the_list_is_in_order(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk_start();
    motet_dynamic d[5], out[5];
    for (int i = 0; i < 5; i++) {
        d[i] = begin(NULL);
    }
    assert_int_equal(motet_dynamic_stop(sk.sys, d[2]), MOTET_OK);
    SK_UNTIL(motet_dynamic_list(sk.sys, GROUP, out, 3) == 4);
    assert_memory_equal(&out[0], &d[0], sizeof out[0]);
    assert_memory_equal(&out[1], &d[1], sizeof out[0]);
    assert_memory_equal(&out[2], &d[3], sizeof out[0]);
    sk_stop();
}

static void one_that_hangs_does_not_hold_up_the_tree(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk.children[GROUP].shutdown_ns = 5 * SK_MS;
    sk_start();
    motet_dynamic d = begin(NULL);
    begin(NULL);
    tell(d, SK_HANG, 0);
    SK_UNTIL(atomic_load(&sk.hanging) == 1);
    assert_int_equal(motet_system_stop_within(sk.sys, 200 * SK_MS, NULL), MOTET_ETIME);
    SK_UNTIL(sk_seen(MOTET_EVENT_LATE) == 1);
    atomic_store(&sk.let_go, true);
    sk_stop();
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static motet_dynamic from_within;

static motet_err start_one(motet_ctx *ctx, motet_ref who)
{
    (void)who;
    return motet_dynamic_start(motet_system_of(ctx), GROUP, NULL, NULL, &from_within, NULL);
}

static void an_actor_may_start_and_stop_them(void **state)
{
    (void)state;
    ready(MOTET_PERMANENT);
    sk_start();
    sk_deed(start_one, MOTET_NOBODY);
    assert_true(is_up(from_within));
    sk_stop();
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
}

static void motet_kill_is_a_failure_of_it(void **state)
{
    (void)state;
    ready(MOTET_TRANSIENT);
    sk_start();
    motet_ref ref;
    begin(&ref);
    sk_deed(motet_kill, ref);
    SK_UNTIL(sk_seen(MOTET_EVENT_RESTARTED) == 1);
    assert_int_equal(atomic_load(&sk.failure), MOTET_FAIL_KILLED);
    sk_stop();
}

/* ---- many ---- */

static void many_that_crash_on(uint32_t workers)
{
    enum { N = 500 };
    static motet_dynamic d[N];
    ready(MOTET_PERMANENT);
    sk.options.workers = workers;
    sk.options.on_event = NULL;
    sk.supervisors[0].intensity = 1000000;
    sk_start();
    for (uint32_t i = 0; i < N; i++) {
        d[i] = begin(NULL);
    }
    for (uint32_t i = 0; i < 4 * N; i++) {
        motet_ref ref;
        int status = 77;
        if (motet_dynamic_ref(sk.sys, d[i % N], &ref) == MOTET_OK) {
            motet_err e = motet_send(sk.sys, ref, i % 3 ? SK_RETURN : SK_EXIT, &status, sizeof status, SK_SECOND);
            assert_true(e == MOTET_OK || e == MOTET_EGONE);
        }
        if (i % 8 == 0) {
            motet_err e = motet_dynamic_stop(sk.sys, d[(i * 7) % N]);
            assert_true(e == MOTET_OK || e == MOTET_EGONE);
        }
    }
    motet_stats s;
    motet_system_stats(sk.sys, &s);
    for (int i = 0; i < 20000 && s.restarts == 0; i++) {
        sk_pause();
        motet_system_stats(sk.sys, &s);
    }
    s = sk_stop();
    assert_int_equal(atomic_load(&sk.inits), atomic_load(&sk.finis));
    assert_true(s.crashes > 0 && s.restarts > 0);
}

static void many_that_crash(void **state)
{
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        sk_setup(state);
        many_that_crash_on(workers);
    }
}

#define TEST(f) cmocka_unit_test_setup(f, sk_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_group_takes_no_children),
        TEST(a_group_is_one_and_plays_no_roles),
        TEST(an_init_that_fails_at_first_starts_nothing),
        TEST(a_failure_restarts_it_in_place),
        TEST(restart_types_are_as_for_any_child),
        TEST(its_own_restart_type_goes_before_the_groups),
        TEST(directives_are_the_groups),
        TEST(a_delay_is_kept),
        TEST(stopped_while_it_is_down_it_is_gone),
        TEST(a_later_init_that_fails_is_one_more_failure),
        TEST(inits_that_exit_go_round_in_turns_of_their_own),
        TEST(too_many_failures_end_the_supervisor),
        TEST(a_restarted_group_is_empty),
        TEST(escalate_ends_the_supervisor_at_once),
        TEST(a_siblings_failure_stops_them_all_under_one_for_all),
        TEST(a_stop_is_for_good),
        TEST(a_handle_is_never_anothers),
        TEST(the_list_is_in_order),
        TEST(one_that_hangs_does_not_hold_up_the_tree),
        TEST(an_actor_may_start_and_stop_them),
        TEST(motet_kill_is_a_failure_of_it),
        TEST(many_that_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
