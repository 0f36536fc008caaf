/* runtime_crash_test.c -- failing actors: what their sessions hear, what their supervisors do; the books balance. */
#include "runtime_fixture.h"

enum { PREPARE, YES, NO, COMMIT, ABORT, DONE, N_MESSAGES };
enum { COORDINATOR = 0, PARTICIPANTS = 3 };

/* Two-phase commit: role 0 coordinates, 1 .. 3 vote. Votes are collected in order. */
static void two_phase_commit(void)
{
    const uint16_t n = PARTICIPANTS, votes = n, decide = 2 * n, dones = 3 * n, aborts = 4 * n, end = 5 * n;
    for (uint16_t i = 0; i < n; i++) {
        uint16_t p = (uint16_t)(i + 1), last = i + 1 == n;
        fx_send(0, i, p, PREPARE, (uint16_t)(i + 1));
        fx_take(0, (uint16_t)(votes + i), p, YES, (uint16_t)(votes + i + 1));
        fx_take(0, (uint16_t)(votes + i), p, NO, (uint16_t)(votes + i + 1));
        fx_send(0, (uint16_t)(decide + i), p, COMMIT, (uint16_t)(decide + i + 1));
        fx_take(0, (uint16_t)(dones + i), p, DONE, last ? end : (uint16_t)(dones + i + 1));
        fx_send(0, i == 0 ? decide : (uint16_t)(aborts + i), p, ABORT, last ? end : (uint16_t)(aborts + i + 1));
        fx_take(p, 0, 0, PREPARE, 1);
        fx_send(p, 1, 0, YES, 2);
        fx_send(p, 1, 0, NO, 2);
        fx_take(p, 2, 0, COMMIT, 3);
        fx_take(p, 2, 0, ABORT, 4);
        fx_send(p, 3, 0, DONE, 4);
    }
    fx.roles[0].states[aborts].kind = MOTET_AT_END; /* not used: the first abort is sent from `decide` */
    fx_ready(PARTICIPANTS + 1, N_MESSAGES);
}

/* The coordinator's slot counts the No votes. */
static motet_status decide(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    uint64_t arg = motet_session_arg(s);
    uint16_t role = motet_session_role(s).role;
    *value = arg;
    if (role == 0) {
        static const uint16_t by_count[] = {PREPARE, PREPARE, PREPARE};
        uint64_t n = fx_slot(s)->n & 0xff, noes = fx_slot(s)->n >> 8;
        fx_slot(s)->n++;
        *message = n < 3 ? by_count[n] : noes > 0 ? ABORT : COMMIT;
    } else if (fx_slot(s)->n++ == 0) {
        *message = arg % 7 == role ? NO : YES;
    }
    return MOTET_DONE;
}

static motet_status count_noes(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    if (value != motet_session_arg(s)) {
        atomic_fetch_add(&fx.wrong, 1); /* a message of another session */
    }
    fx_slot(s)->n += message == NO ? 1u << 8 : 0;
    return MOTET_DONE;
}

static void commit_kit(void)
{
    two_phase_commit();
    fx.on_produce = decide;
    fx.on_receive = count_noes;
}

static void without_crash_all_transactions_complete(void **state)
{
    (void)state;
    commit_kit();
    motet_system *sys = fx_start(2);
    for (uint64_t i = 0; i < 200; i++) {
        fx_open(sys, 1, i);
    }
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 200);
    assert_int_equal(s.crashes, 0);
}

/* ---- one crash ---- */

static _Atomic uint64_t crashes_left, crash_child, incarnations;

/* The instance of child `crash_child` fails at its first message, as often as crashes_left says. */
static motet_status fail_some(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    uint64_t left = atomic_load(&crashes_left);
    if (self->child == atomic_load(&crash_child) && left > 0) {
        atomic_store(&crashes_left, left - 1); /* one actor only: no race */
        return MOTET_FAIL;
    }
    return count_noes(self, s, message, value);
}

static void crashing(uint64_t child, uint64_t times)
{
    commit_kit();
    atomic_store(&crash_child, child);
    atomic_store(&crashes_left, times);
    fx.on_receive = fail_some;
}

static void a_crash_aborts_the_session_for_all_who_began(void **state)
{
    (void)state;
    crashing(2, 1);
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(s.actors, 4);
    assert_int_equal(fx_get(&fx.aborted[0]), 1);
    assert_int_equal(fx_get(&fx.aborted[2]), 1);
    assert_int_equal(fx_get(&fx.why[MOTET_ABORT_CRASH]), fx_sum(fx.aborted));
    fx_open(sys, 10, 1);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).completed, 10);
}

static motet_status see_incarnation(struct fx_instance *self, const motet_start *start)
{
    (void)self;
    if (strcmp(start->name, "b") == 0) {
        atomic_store(&incarnations, start->incarnation + 1u);
    }
    return MOTET_DONE;
}

static void a_restarted_instance_is_fresh_and_counted(void **state)
{
    (void)state;
    crashing(1, 2);
    fx.on_init = see_incarnation;
    motet_system *sys = fx_start(1);
    for (int i = 0; i < 3; i++) {
        fx_open(sys, 1, 1);
        fx_idle(sys);
    }
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.restarts, 2);
    assert_int_equal(fx_get(&incarnations), 3);
    assert_string_equal(fx.order, "+a0+b0+c0+d0-b0+b0-b0+b0-d0-c0-b0-a0");
}

static _Atomic uint64_t asked;

/* In the session with arg 1 the coordinator postpones, in the one with arg 2 it fails. */
static motet_status postpone_or_fail(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    if (motet_session_arg(s) <= 2) {
        atomic_fetch_add(&asked, 1);
        return motet_session_arg(s) == 1 ? MOTET_LATER : 77;
    }
    return decide(self, s, message, value);
}

static void a_maker_that_fails_aborts_all_sessions_of_its_actor(void **state)
{
    (void)state;
    atomic_store(&asked, 0);
    commit_kit();
    fx.on_produce = postpone_or_fail;
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 1);
    while (fx_get(&asked) == 0) {
    }
    fx_open(sys, 1, 2);
    fx_idle(sys);
    fx_open(sys, 1, 3);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.aborted, 2);
    assert_int_equal(s.completed, 1);
    assert_int_equal(fx_get(&fx.aborted[0]), 2);
}

static motet_status wrong_label(void *self, motet_session *s, uint16_t state, motet_out *out)
{
    if (motet_session_arg(s) == 1) {
        fx_touch(s);
        out->label = 999;
        return MOTET_DONE;
    }
    return fx_produce(self, s, state, out);
}

static void a_label_that_the_state_does_not_have_is_a_crash(void **state)
{
    (void)state;
    commit_kit();
    fx.role_types[0].produce = wrong_label;
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    fx_open(sys, 1, 2);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.completed, 1);
}

static void sessions_of_others_go_on(void **state)
{
    (void)state;
    /* a -> b and, on the same type, wired to another instance of b's family that does not fail */
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    fx.children[1].count = 2;
    fx.children[1].family = true;
    static motet_bind other[2];
    static motet_wire_spec wires[2];
    other[0] = fx.bind[0];
    other[1] = (motet_bind){1, 1, false};
    wires[0] = fx.wire;
    wires[1] = (motet_wire_spec){&fx.type, other};
    fx.spec.wires = wires;
    fx.spec.n_wires = 2;
    fx.children[1].restart = MOTET_TEMPORARY;
    atomic_store(&crash_child, 1);
    atomic_store(&crashes_left, 1);
    fx.on_receive = fail_some;
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 0);
    fx_idle(sys);
    assert_int_equal(motet_session_open(sys, 0, 0, NULL), MOTET_EGONE);
    assert_int_equal(motet_session_open(sys, 1, 0, NULL), MOTET_OK);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.restarts, 0);
}

/* ---- starting ---- */

static _Atomic uint64_t init_failures;
static const char *init_name;

static motet_status fail_init(struct fx_instance *self, const motet_start *start)
{
    (void)self;
    uint64_t left = atomic_load(&init_failures);
    if (strcmp(start->name, init_name) == 0 && left > 0) {
        atomic_store(&init_failures, left - 1);
        return MOTET_FAIL;
    }
    return MOTET_DONE;
}

static void an_init_that_fails_is_tried_again(void **state)
{
    (void)state;
    commit_kit();
    init_name = "c";
    atomic_store(&init_failures, 2);
    fx.on_init = fail_init;
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.crashes, 2);
    assert_int_equal(s.restarts, 1);
    assert_string_equal(fx.order, "+a0+b0+d0+c0-d0-c0-b0-a0"); /* no fini after a failed init; d does not wait */
}

static void under_rest_for_one_the_later_ones_wait_for_a_failed_init(void **state)
{
    (void)state;
    commit_kit();
    init_name = "c";
    atomic_store(&init_failures, 2);
    fx.on_init = fail_init;
    fx.supervisors[0].strategy = MOTET_REST_FOR_ONE;
    motet_system *sys = fx_start(2);
    fx_idle(sys);
    fx_stop(sys);
    assert_string_equal(fx.order, "+a0+b0+c0+d0-d0-c0-b0-a0");
}

/* The last child is temporary. It has not been started yet when another init fails, so its start is no restart. */
static void start_behind_a_failed_init(motet_strategy strategy, const char *order)
{
    commit_kit();
    init_name = "c";
    atomic_store(&init_failures, 2);
    fx.on_init = fail_init;
    fx.supervisors[0].strategy = strategy;
    fx.children[3].restart = MOTET_TEMPORARY;
    motet_system *sys = fx_start(2);
    fx_idle(sys);
    fx_stop(sys);
    assert_string_equal(fx.order, order);
}

static void a_temporary_child_behind_a_failed_init_starts(void **state)
{
    (void)state;
    start_behind_a_failed_init(MOTET_REST_FOR_ONE, "+a0+b0+c0+d0-d0-c0-b0-a0");
}

static void a_temporary_child_behind_a_failed_init_starts_under_one_for_all(void **state)
{
    (void)state;
    start_behind_a_failed_init(MOTET_ONE_FOR_ALL, "+a0+b0-b0-a0+a0+b0-b0-a0+a0+b0+c0+d0-d0-c0-b0-a0");
}

static void an_init_that_fails_always_makes_the_system_give_up(void **state)
{
    (void)state;
    commit_kit();
    init_name = "c";
    atomic_store(&init_failures, 1000);
    fx.on_init = fail_init;
    motet_system *sys = fx_start(1);
    fx_idle(sys);
    assert_int_equal(motet_session_open(sys, 0, 1, NULL), MOTET_EGONE);
    motet_stats s = fx_stop(sys);
    assert_true(s.gave_up);
    assert_int_equal(s.crashes, 4); /* intensity 3 */
    assert_int_equal(s.actors, 0);
    assert_string_equal(fx.order, "+a0+b0+d0-d0-b0-a0");
}

/* ---- strategies ---- */

static void restart_order(motet_strategy strategy, uint64_t child, const char *want)
{
    crashing(child, 1);
    fx.supervisors[0].strategy = strategy;
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    fx.order[atomic_load(&fx.n_order)] = 0;
    assert_string_equal(fx.order, want);
    fx_open(sys, 5, 1);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).completed, 5);
}

static void one_for_one_restarts_the_child(void **state)
{
    (void)state;
    restart_order(MOTET_ONE_FOR_ONE, 1, "+a0+b0+c0+d0-b0+b0");
}

static void one_for_all_stops_in_reverse_and_starts_in_order(void **state)
{
    (void)state;
    restart_order(MOTET_ONE_FOR_ALL, 1, "+a0+b0+c0+d0-b0-d0-c0-a0+a0+b0+c0+d0");
}

static void rest_for_one_does_so_for_the_later_ones(void **state)
{
    (void)state;
    restart_order(MOTET_REST_FOR_ONE, 2, "+a0+b0+c0+d0-c0-d0+c0+d0");
}

static void rest_for_one_at_the_last_child_is_one_for_one(void **state)
{
    (void)state;
    restart_order(MOTET_REST_FOR_ONE, 3, "+a0+b0+c0+d0-d0+d0");
}

static void a_temporary_sibling_is_stopped_and_not_started(void **state)
{
    (void)state;
    crashing(1, 1);
    fx.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    fx.children[3].restart = MOTET_TEMPORARY;
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    assert_int_equal(motet_session_open(sys, 0, 1, NULL), MOTET_EGONE);
    fx_stop(sys);
    assert_string_equal(fx.order, "+a0+b0+c0+d0-b0-d0-c0-a0+a0+b0+c0-c0-b0-a0");
}

static void a_transient_child_restarts_after_a_crash(void **state)
{
    (void)state;
    crashing(2, 1);
    fx.children[2].restart = MOTET_TRANSIENT;
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).restarts, 1);
}

/* ---- intensity and escalation ---- */

static void crash_times(motet_system *sys, uint64_t times)
{
    for (uint64_t i = 0; i < times; i++) {
        fx_open(sys, 1, 1);
        fx_idle(sys);
    }
}

static void as_many_restarts_as_the_intensity_are_allowed(void **state)
{
    (void)state;
    crashing(1, 3);
    motet_system *sys = fx_start(1);
    crash_times(sys, 3);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_false(s.gave_up);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.restarts, 3);
}

static void one_more_ends_the_system(void **state)
{
    (void)state;
    crashing(1, 4);
    motet_system *sys = fx_start(2);
    crash_times(sys, 4);
    assert_int_equal(motet_session_open(sys, 0, 1, NULL), MOTET_EGONE);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_true(s.gave_up);
    assert_int_equal(s.actors, 0);
    s = fx_stop(sys);
    assert_int_equal(s.aborted, 4);
    assert_int_equal(s.restarts, 3);
}

static void intensity_0_allows_no_restart(void **state)
{
    (void)state;
    crashing(3, 1);
    fx.supervisors[0].intensity = 0;
    motet_system *sys = fx_start(2);
    crash_times(sys, 1);
    assert_true(fx_stop(sys).gave_up);
    assert_string_equal(fx.order, "+a0+b0+c0+d0-d0-c0-b0-a0");
}

static void sessions_that_wait_when_the_system_gives_up_are_accounted_for(void **state)
{
    (void)state;
    crashing(1, 1);
    fx.supervisors[0].intensity = 0;
    fx.actors[0].sessions = 1;
    motet_system *sys = fx_start(1);
    uint64_t accepted = 0;
    for (int i = 0; i < 20; i++) {
        accepted += motet_session_open(sys, 0, 1, NULL) == MOTET_OK;
    }
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.opened, accepted);
    assert_int_equal(s.aborted, accepted);
}

/* root { a, inner { b, c }, d } */
static void nest(motet_strategy root, motet_strategy inner, uint32_t inner_intensity)
{
    static motet_member outer_members[3], inner_members[2];
    outer_members[0] = (motet_member){false, 0};
    outer_members[1] = (motet_member){true, 1};
    outer_members[2] = (motet_member){false, 3};
    inner_members[0] = (motet_member){false, 1};
    inner_members[1] = (motet_member){false, 2};
    fx.supervisors[0] = (motet_supervisor_spec){"root", root, 3, 10 * FX_SECOND, MOTET_NONE, 3, outer_members};
    fx.supervisors[1] =
        (motet_supervisor_spec){"inner", inner, inner_intensity, 10 * FX_SECOND, 0, 2, inner_members};
    fx.children[1].supervisor = fx.children[2].supervisor = 1;
    fx.spec.n_supervisors = 2;
}

static void escalation(motet_strategy root, const char *want)
{
    crashing(2, 1);
    nest(root, MOTET_ONE_FOR_ONE, 0);
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    fx_idle(sys);
    fx.order[atomic_load(&fx.n_order)] = 0;
    assert_string_equal(fx.order, want);
    fx_open(sys, 5, 1);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 5);
    assert_false(s.gave_up);
}

static void a_supervisor_that_gives_up_is_restarted_with_its_children(void **state)
{
    (void)state;
    escalation(MOTET_ONE_FOR_ONE, "+a0+b0+c0+d0-c0-b0+b0+c0");
}

static void and_with_the_later_ones_under_rest_for_one(void **state)
{
    (void)state;
    escalation(MOTET_REST_FOR_ONE, "+a0+b0+c0+d0-c0-d0-b0+b0+c0+d0");
}

static void and_with_all_under_one_for_all(void **state)
{
    (void)state;
    escalation(MOTET_ONE_FOR_ALL, "+a0+b0+c0+d0-c0-d0-b0-a0+a0+b0+c0+d0");
}

static void a_temporary_child_below_a_restarted_supervisor_starts_again(void **state)
{
    (void)state;
    crashing(2, 1);
    nest(MOTET_ONE_FOR_ONE, MOTET_ONE_FOR_ONE, 0);
    fx.children[1].restart = MOTET_TEMPORARY;
    motet_system *sys = fx_start(2);
    fx_open(sys, 2, 1);
    fx_idle(sys);
    fx.order[atomic_load(&fx.n_order)] = 0;
    assert_string_equal(fx.order, "+a0+b0+c0+d0-c0-b0+b0+c0");
    fx_stop(sys);
}

static void a_restarted_supervisor_counts_afresh(void **state)
{
    (void)state;
    crashing(2, 5);
    nest(MOTET_ONE_FOR_ONE, MOTET_ONE_FOR_ONE, 1);
    motet_system *sys = fx_start(1);
    crash_times(sys, 5); /* every second one is the supervisor's end: 1, then up, 1, up, 1 */
    motet_stats s = fx_stop(sys);
    assert_false(s.gave_up);
    assert_int_equal(s.restarts, 3 + 2 * 2);
}

static void escalation_ends_at_the_root(void **state)
{
    (void)state;
    crashing(2, 1);
    nest(MOTET_ONE_FOR_ONE, MOTET_ONE_FOR_ONE, 0);
    fx.supervisors[0].intensity = 0;
    motet_system *sys = fx_start(2);
    crash_times(sys, 1);
    assert_true(fx_stop(sys).gave_up);
    assert_string_equal(fx.order, "+a0+b0+c0+d0-c0-d0-b0-a0");
}

/* ---- between crash and restart ---- */

static void an_open_waits_for_the_restart(void **state)
{
    (void)state;
    crashing(1, 1);
    fx.children[1].backoff_min_ns = fx.children[1].backoff_max_ns = 20 * FX_MS;
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    motet_stats s;
    do { /* the session aborts at once, the restart is pending */
        motet_system_stats(sys, &s);
    } while (s.aborted == 0);
    fx_open(sys, 10, 1);
    fx_idle(sys); /* waits for the restart as well */
    s = fx_stop(sys);
    assert_int_equal(s.completed, 10);
    assert_int_equal(s.restarts, 1);
}

static void a_stop_does_not_wait_for_a_restart(void **state)
{
    (void)state;
    crashing(1, 1);
    fx.children[1].backoff_min_ns = fx.children[1].backoff_max_ns = 3600 * FX_SECOND;
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 1);
    motet_stats s;
    do {
        motet_system_stats(sys, &s);
    } while (s.aborted == 0);
    fx_open(sys, 3, 1);
    assert_int_equal(motet_system_wait_idle(sys, FX_MS), MOTET_ETIME);
    s = fx_stop(sys);
    assert_int_equal(s.aborted, 4);
    assert_int_equal(s.restarts, 0);
}

static void any_passes_over_an_instance_that_is_down(void **state)
{
    (void)state;
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    fx.children[1].count = 3;
    fx.children[1].family = true;
    fx.children[1].backoff_min_ns = 3600 * FX_SECOND;
    fx.bind[1].any = true;
    atomic_store(&crash_child, 1);
    atomic_store(&crashes_left, 1);
    fx.on_receive = fail_some;
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 0);
    motet_stats s;
    do {
        motet_system_stats(sys, &s);
    } while (s.aborted == 0);
    fx_open(sys, 20, 0);
    do {
        motet_system_stats(sys, &s);
    } while (s.completed < 20);
    fx_stop(sys);
}

static _Atomic uint64_t stopping_d, release_d;

static void hold_d(struct fx_instance *self)
{
    if (self->child == 3) {
        atomic_store(&stopping_d, 1);
        while (!atomic_load(&release_d)) {
        }
    }
}

/* a -> b and a -> c are wired; c fails, and one_for_all stops d, b and a, in this order. */
static void an_actor_that_is_to_be_stopped_joins_no_session(void **state)
{
    (void)state;
    atomic_store(&stopping_d, 0);
    atomic_store(&release_d, 0);
    atomic_store(&crash_child, 2);
    atomic_store(&crashes_left, 1);
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    static motet_bind to_c[2];
    static motet_wire_spec wires[2];
    to_c[0] = fx.bind[0];
    to_c[1] = (motet_bind){2, 0, false};
    wires[0] = fx.wire;
    wires[1] = (motet_wire_spec){&fx.type, to_c};
    fx.spec.wires = wires;
    fx.spec.n_wires = 2;
    for (uint16_t c = 2; c < 4; c++) {
        fx.children[c] = fx.children[1];
        fx.children[c].name = fx_names[c];
        fx.members[c] = (motet_member){false, c};
    }
    fx.spec.n_children = fx.supervisors[0].n_members = 4;
    fx.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    fx.on_receive = fail_some;
    fx.on_fini = hold_d;
    motet_system *sys = fx_start(2);
    assert_int_equal(motet_session_open(sys, 1, 0, NULL), MOTET_OK);
    while (!atomic_load(&stopping_d)) {
    }
    fx_open(sys, 1, 0); /* a and b are up still */
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.waiting, 1);
    atomic_store(&release_d, 1);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).completed, 1);
}

/* ---- stress ---- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

/* A callback in about 60 fails, chosen by a hash of the session, the role and the message. */
static motet_status fail_at_random(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    uint64_t h = mix(motet_session_arg(s) * 64 + motet_session_role(s).role * 8 + message);
    return h % 60 == 0 ? 5 : count_noes(self, s, message, value);
}

static motet_status fail_init_at_random(struct fx_instance *self, const motet_start *start)
{
    return start->incarnation > 0 && mix(start->incarnation * 8 + self->child) % 10 == 0 ? 6 : MOTET_DONE;
}

static void storm(uint32_t workers, motet_strategy strategy, uint32_t mailbox, uint32_t sessions_limit)
{
    commit_kit();
    fx.on_receive = fail_at_random;
    fx.on_init = fail_init_at_random;
    nest(strategy, strategy, 3);
    fx.supervisors[0].intensity = 1000000;
    fx.children[2].backoff_min_ns = 1000;
    fx.children[2].backoff_max_ns = 100000;
    for (int r = 0; r < 4; r++) {
        fx.actors[r].mailbox = mailbox;
        fx.actors[r].sessions = sessions_limit;
    }
    motet_system *sys = fx_start(workers);
    for (uint64_t i = 0; i < 1500; i++) {
        fx_open(sys, 1, i);
    }
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.opened, 1500);
    assert_int_equal(s.fidelity, 0);
    assert_false(s.gave_up);
    assert_true(s.completed > 0);
    assert_true(s.aborted > 0);
    assert_true(s.restarts > 0);
}

#define STORM(name, ...)                                                                                               \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        storm(__VA_ARGS__);                                                                                            \
    }

STORM(a_storm_on_one_worker, 1, MOTET_ONE_FOR_ONE, 2, 8)
STORM(a_storm_on_two_workers, 2, MOTET_ONE_FOR_ONE, 1, 8)
STORM(a_storm_on_four_workers_one_for_all, 4, MOTET_ONE_FOR_ALL, 2, 4)
STORM(a_storm_on_eight_workers_rest_for_one, 8, MOTET_REST_FOR_ONE, 1, 4)

static void a_stop_in_the_middle_of_a_storm(void **state)
{
    (void)state;
    commit_kit();
    fx.on_receive = fail_at_random;
    nest(MOTET_REST_FOR_ONE, MOTET_ONE_FOR_ALL, 3);
    fx.supervisors[0].intensity = 1000000;
    motet_system *sys = fx_start(4);
    for (uint64_t i = 0; i < 500; i++) {
        fx_open(sys, 1, i);
    }
    assert_int_equal(fx_stop(sys).opened, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_crash_all_transactions_complete, fx_setup),
        cmocka_unit_test_setup(a_crash_aborts_the_session_for_all_who_began, fx_setup),
        cmocka_unit_test_setup(a_restarted_instance_is_fresh_and_counted, fx_setup),
        cmocka_unit_test_setup(a_maker_that_fails_aborts_all_sessions_of_its_actor, fx_setup),
        cmocka_unit_test_setup(a_label_that_the_state_does_not_have_is_a_crash, fx_setup),
        cmocka_unit_test_setup(sessions_of_others_go_on, fx_setup),
        cmocka_unit_test_setup(an_init_that_fails_is_tried_again, fx_setup),
        cmocka_unit_test_setup(under_rest_for_one_the_later_ones_wait_for_a_failed_init, fx_setup),
        cmocka_unit_test_setup(a_temporary_child_behind_a_failed_init_starts, fx_setup),
        cmocka_unit_test_setup(a_temporary_child_behind_a_failed_init_starts_under_one_for_all, fx_setup),
        cmocka_unit_test_setup(an_init_that_fails_always_makes_the_system_give_up, fx_setup),
        cmocka_unit_test_setup(one_for_one_restarts_the_child, fx_setup),
        cmocka_unit_test_setup(one_for_all_stops_in_reverse_and_starts_in_order, fx_setup),
        cmocka_unit_test_setup(rest_for_one_does_so_for_the_later_ones, fx_setup),
        cmocka_unit_test_setup(rest_for_one_at_the_last_child_is_one_for_one, fx_setup),
        cmocka_unit_test_setup(a_temporary_sibling_is_stopped_and_not_started, fx_setup),
        cmocka_unit_test_setup(a_transient_child_restarts_after_a_crash, fx_setup),
        cmocka_unit_test_setup(as_many_restarts_as_the_intensity_are_allowed, fx_setup),
        cmocka_unit_test_setup(one_more_ends_the_system, fx_setup),
        cmocka_unit_test_setup(intensity_0_allows_no_restart, fx_setup),
        cmocka_unit_test_setup(sessions_that_wait_when_the_system_gives_up_are_accounted_for, fx_setup),
        cmocka_unit_test_setup(a_supervisor_that_gives_up_is_restarted_with_its_children, fx_setup),
        cmocka_unit_test_setup(and_with_the_later_ones_under_rest_for_one, fx_setup),
        cmocka_unit_test_setup(and_with_all_under_one_for_all, fx_setup),
        cmocka_unit_test_setup(a_temporary_child_below_a_restarted_supervisor_starts_again, fx_setup),
        cmocka_unit_test_setup(a_restarted_supervisor_counts_afresh, fx_setup),
        cmocka_unit_test_setup(escalation_ends_at_the_root, fx_setup),
        cmocka_unit_test_setup(an_open_waits_for_the_restart, fx_setup),
        cmocka_unit_test_setup(a_stop_does_not_wait_for_a_restart, fx_setup),
        cmocka_unit_test_setup(any_passes_over_an_instance_that_is_down, fx_setup),
        cmocka_unit_test_setup(an_actor_that_is_to_be_stopped_joins_no_session, fx_setup),
        cmocka_unit_test_setup(a_storm_on_one_worker, fx_setup),
        cmocka_unit_test_setup(a_storm_on_two_workers, fx_setup),
        cmocka_unit_test_setup(a_storm_on_four_workers_one_for_all, fx_setup),
        cmocka_unit_test_setup(a_storm_on_eight_workers_rest_for_one, fx_setup),
        cmocka_unit_test_setup(a_stop_in_the_middle_of_a_storm, fx_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
