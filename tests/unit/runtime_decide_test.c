/* runtime_decide_test.c -- what a supervisor does depends on why a child failed, and the child learns of it. */
#include "runtime_fixture.h"

enum { M0 };

static _Atomic int fail_with; /* what b answers to the value 2, once */
static _Atomic int told;      /* the failure that b's restarted incarnation heard of */

/* ---- a sends M0 to b with the values 0 .. 4, and both are done ---- */

static motet_status number(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)message;
    *value = fx_slot(s)->n++;
    return MOTET_DONE;
}

static motet_status fails_at_two(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    (void)s;
    (void)message;
    return value == 2 ? atomic_exchange(&fail_with, MOTET_DONE) : MOTET_DONE;
}

static motet_status listen(struct fx_instance *self, const motet_start *start)
{
    if (self->child == 1) {
        atomic_store(&told, start->failure);
    }
    return MOTET_DONE;
}

static void five_messages(motet_status status, motet_directive directive)
{
    for (uint16_t i = 0; i < 5; i++) {
        fx_send(0, i, 1, M0, (uint16_t)(i + 1u));
        fx_take(1, i, 0, M0, (uint16_t)(i + 1u));
    }
    fx_ready(2, 1);
    fx.on_produce = number;
    fx.on_receive = fails_at_two;
    fx.on_init = listen;
    atomic_store(&fail_with, status);
    atomic_store(&told, 99);
    fx.children[1].decide[motet_status_reason(status)] = directive;
}

static motet_system *run_one(void)
{
    motet_system *sys = fx_start(2);
    fx_open(sys, 1, 0);
    fx_idle(sys);
    return sys;
}

static motet_err one_more(motet_system *sys)
{
    motet_err e = motet_session_open(sys, 0, 0, NULL);
    fx_idle(sys);
    return e;
}

static void statuses_have_reasons(void **state)
{
    (void)state;
    assert_int_equal(motet_status_reason(MOTET_FAIL), MOTET_BY_ERROR);
    assert_int_equal(motet_status_reason(77), MOTET_BY_ERROR);
    assert_int_equal(motet_status_reason(MOTET_FAIL_TIMEOUT), MOTET_BY_TIMEOUT);
    assert_int_equal(motet_status_reason(MOTET_FAIL_PROTOCOL_VIOLATION), MOTET_BY_PROTOCOL_VIOLATION);
    assert_int_equal(motet_status_reason(MOTET_FAIL_FATAL), MOTET_BY_FATAL);
}

static void as_usual_restarts(void **state)
{
    (void)state;
    five_messages(77, MOTET_AS_USUAL);
    motet_system *sys = run_one();
    assert_int_equal(atomic_load(&told), 77);
    assert_int_equal(one_more(sys), MOTET_OK);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(s.failures[MOTET_BY_ERROR], 1);
    assert_int_equal(s.failures[MOTET_BY_TIMEOUT], 0);
}

static void restart_restarts(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL_TIMEOUT, MOTET_RESTART);
    motet_system *sys = run_one();
    assert_int_equal(atomic_load(&told), MOTET_FAIL_TIMEOUT);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.restarts, 1);
    assert_int_equal(s.failures[MOTET_BY_TIMEOUT], 1);
}

static void resume_drops_the_message_and_nothing_else(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL, MOTET_RESUME);
    fx.roles[1].states[4].kind = MOTET_AT_REST; /* of five messages one is dropped: it may rest with four */
    motet_system *sys = run_one();
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.resumed, 1);
    assert_int_equal(s.crashes, 0);
    assert_int_equal(s.restarts, 0);
    assert_int_equal(s.completed, 1);
    assert_int_equal(fx_get(&fx.received[1]), 5);
    assert_int_equal(atomic_load(&told), MOTET_DONE);
}

static void a_reason_without_a_rule_is_as_usual(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL_FATAL, MOTET_AS_USUAL);
    fx.children[1].decide[MOTET_BY_ERROR] = MOTET_RESUME;
    motet_system *sys = run_one();
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.resumed, 0);
    assert_int_equal(s.restarts, 1);
}

static motet_status fails_to_make(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    if (fx_slot(s)->n == 2 && motet_session_role(s).role == 0) {
        motet_status status = atomic_exchange(&fail_with, MOTET_DONE);
        if (status != MOTET_DONE) {
            return status;
        }
    }
    return number(self, s, message, value);
}

static void a_maker_that_is_resumed_is_asked_after_a_resume(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL, MOTET_AS_USUAL);
    fx.children[0].decide[MOTET_BY_ERROR] = MOTET_RESUME;
    fx.on_produce = fails_to_make;
    fx.on_receive = NULL;
    uint64_t id;
    motet_system *sys = fx_start(1);
    assert_int_equal(motet_session_open(sys, 0, 0, &id), MOTET_OK);
    assert_int_equal(motet_system_wait_idle(sys, 20 * FX_MS), MOTET_ETIME);
    assert_int_equal(motet_session_resume(sys, id, 0), MOTET_OK);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.resumed, 1);
    assert_int_equal(s.crashes, 0);
}

static void stop_is_for_good(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL_FATAL, MOTET_STOP);
    motet_system *sys = run_one();
    assert_int_equal(one_more(sys), MOTET_EGONE);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.restarts, 0);
    assert_int_equal(s.crashes, 1);
    assert_false(s.gave_up);
    assert_int_equal(fx_get(&fx.finis[1]), 1);
}

static void a_stopped_child_is_not_started_by_a_siblings_failure(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL_FATAL, MOTET_STOP);
    fx.supervisors[0].strategy = MOTET_ONE_FOR_ALL;
    fx.children[2] = fx.children[1]; /* c plays b's role on a second wire, and its failure is an usual one */
    fx.children[2].name = fx_names[2];
    fx.children[2].decide[MOTET_BY_FATAL] = MOTET_AS_USUAL;
    fx.members[2] = (motet_member){false, 2};
    fx.supervisors[0].n_members = fx.spec.n_children = 3;
    motet_wire_spec wires[2] = {fx.wire, fx.wire};
    motet_bind bind[2] = {{0, 0, false}, {2, 0, false}};
    wires[1].bind = bind;
    fx.spec.n_wires = 2;
    fx.spec.wires = wires;
    motet_system *sys = run_one();
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.actors, 2); /* all that share the supervisor, but for b, go on */
    assert_int_equal(s.restarts, 0);
    atomic_store(&fail_with, MOTET_FAIL_FATAL);
    assert_int_equal(motet_session_open(sys, 1, 0, NULL), MOTET_OK);
    fx_idle(sys);
    motet_system_stats(sys, &s);
    assert_int_equal(s.actors, 2);
    assert_int_equal(s.restarts, 2);
    assert_int_equal(fx_get(&fx.inits[1]), 1);
    fx_stop(sys);
}

static void escalate_ends_the_supervisor(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL_PROTOCOL_VIOLATION, MOTET_ESCALATE);
    motet_system *sys = run_one();
    motet_stats s = fx_stop(sys);
    assert_true(s.gave_up);
    assert_int_equal(s.restarts, 0);
}

/* b under a supervisor of its own, below the root. */
static void nest(motet_directive directive, motet_status status)
{
    static motet_member root[2], sub[1];
    five_messages(status, directive);
    root[0] = (motet_member){false, 0};
    root[1] = (motet_member){true, 1};
    sub[0] = (motet_member){false, 1};
    fx.supervisors[0].n_members = 2;
    fx.supervisors[0].members = root;
    fx.supervisors[1] = (motet_supervisor_spec){"sub", MOTET_ONE_FOR_ONE, 0, FX_SECOND, 0, 1, sub};
    fx.children[1].supervisor = 1;
    fx.spec.n_supervisors = 2;
}

static void the_parent_restarts_what_was_escalated(void **state)
{
    (void)state;
    nest(MOTET_ESCALATE, MOTET_FAIL_PROTOCOL_VIOLATION);
    motet_system *sys = run_one();
    assert_int_equal(one_more(sys), MOTET_OK);
    motet_stats s = fx_stop(sys);
    assert_false(s.gave_up);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.restarts, 1);
}

static void a_temporary_child_escalates_too(void **state)
{
    (void)state;
    nest(MOTET_ESCALATE, MOTET_FAIL_PROTOCOL_VIOLATION);
    fx.children[1].restart = MOTET_TEMPORARY;
    motet_system *sys = run_one();
    assert_int_equal(one_more(sys), MOTET_OK); /* a restarted supervisor starts temporary children too */
    assert_int_equal(fx_stop(sys).restarts, 1);
}

static motet_status init_fails_once(struct fx_instance *self, const motet_start *start)
{
    listen(self, start);
    return self->child == 1 ? atomic_exchange(&fail_with, MOTET_DONE) : MOTET_DONE;
}

static void an_init_cannot_be_resumed(void **state)
{
    (void)state;
    five_messages(MOTET_FAIL_TIMEOUT, MOTET_RESUME);
    fx.on_receive = NULL;
    fx.on_init = init_fails_once;
    motet_system *sys = run_one();
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.resumed, 0);
    assert_int_equal(s.failures[MOTET_BY_TIMEOUT], 1);
    assert_int_equal(atomic_load(&told), MOTET_FAIL_TIMEOUT);
}

#define TEST(f) cmocka_unit_test_setup(f, fx_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statuses_have_reasons),
        TEST(as_usual_restarts),
        TEST(restart_restarts),
        TEST(resume_drops_the_message_and_nothing_else),
        TEST(a_reason_without_a_rule_is_as_usual),
        TEST(a_maker_that_is_resumed_is_asked_after_a_resume),
        TEST(stop_is_for_good),
        TEST(a_stopped_child_is_not_started_by_a_siblings_failure),
        TEST(escalate_ends_the_supervisor),
        TEST(the_parent_restarts_what_was_escalated),
        TEST(a_temporary_child_escalates_too),
        TEST(an_init_cannot_be_resumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
