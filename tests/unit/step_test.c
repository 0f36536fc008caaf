/* step_test.c -- the automaton step, and the tables that it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "step.h"

#define N MOTET_NONE
/* 0 -!0-> 1 or -!1-> 2;  1 -?2-> 0;  2 end;  3 rests on ?2 */
static motet_state states[4];
static motet_label labels[3];
static uint16_t next[12];
static motet_automaton a = {4, 3, states, labels, next};

static int fresh(void **state)
{
    (void)state;
    static const motet_state s[4] = {{MOTET_AT_SEND, 0, 1}, {MOTET_AT_RECEIVE, 0, 2}, {MOTET_AT_END, 0, 0},
                                     {MOTET_AT_REST, 0, 0}};
    static const motet_label l[3] = {{MOTET_SEND, 1, 0, N}, {MOTET_SEND, 2, 1, N}, {MOTET_RECEIVE, 1, 1, N}};
    static const uint16_t t[12] = {1, 2, N, N, N, 0, N, N, N, N, N, 2};
    memcpy(states, s, sizeof s);
    memcpy(labels, l, sizeof l);
    memcpy(next, t, sizeof t);
    a = (motet_automaton){4, 3, states, labels, next};
    return 0;
}

static void a_state_or_label_outside_has_no_edge(void **state)
{
    (void)state;
    assert_int_equal(motet__step(&a, 4, 0), N);
    assert_int_equal(motet__step(&a, 0, 3), N);
    assert_int_equal(motet__step(&a, N, 0), N);
    assert_int_equal(motet__step(&a, 0, N), N);
}

static void a_step_is_what_the_table_says(void **state)
{
    (void)state;
    assert_int_equal(motet__step(&a, 0, 0), 1);
    assert_int_equal(motet__step(&a, 0, 1), 2);
    assert_int_equal(motet__step(&a, 0, 2), N);
    assert_int_equal(motet__step(&a, 1, 2), 0);
    assert_int_equal(motet__step(&a, 2, 2), N);
    assert_int_equal(motet__step(&a, 3, 2), 2);
}

static void meets_knows_direction_and_peer(void **state)
{
    (void)state;
    assert_true(motet__step_meets(&a, 0, MOTET_SEND, 2));
    assert_false(motet__step_meets(&a, 0, MOTET_RECEIVE, 1));
    assert_true(motet__step_meets(&a, 1, MOTET_RECEIVE, 1));
    assert_false(motet__step_meets(&a, 1, MOTET_RECEIVE, 2));
    assert_false(motet__step_meets(&a, 2, MOTET_RECEIVE, 1));
}

static void a_good_table_is_valid(void **state)
{
    (void)state;
    assert_true(motet__automaton_valid(&a, 3, 2));
}

static void a_table_without_states_is_not(void **state)
{
    (void)state;
    a.n_states = 0;
    assert_false(motet__automaton_valid(&a, 3, 2));
}

static void peers_and_messages_must_exist(void **state)
{
    (void)state;
    assert_false(motet__automaton_valid(&a, 2, 2));
    assert_false(motet__automaton_valid(&a, 3, 1));
    labels[0].dir = 2;
    assert_false(motet__automaton_valid(&a, 3, 2));
}

static void targets_must_exist(void **state)
{
    (void)state;
    next[0] = 4;
    assert_false(motet__automaton_valid(&a, 3, 2));
}

static void edges_must_fit_the_kind_of_state(void **state)
{
    static const uint16_t wrong[4][3] = {
        {MOTET_AT_END, MOTET_AT_RECEIVE, MOTET_AT_REST},    /* 0 sends */
        {MOTET_AT_END, MOTET_AT_SEND, 4},                   /* 1 receives */
        {MOTET_AT_SEND, MOTET_AT_RECEIVE, 77},              /* 2 has no edge */
        {MOTET_AT_END, MOTET_AT_SEND, N},                   /* 3 receives */
    };
    for (int s = 0; s < 4; s++) {
        for (int k = 0; k < 3; k++) {
            fresh(state);
            states[s].kind = wrong[s][k];
            assert_false(motet__automaton_valid(&a, 3, 2));
        }
    }
}

static void a_state_that_sends_and_receives_is_refused(void **state)
{
    (void)state;
    next[2] = 0;
    assert_false(motet__automaton_valid(&a, 3, 2));
    states[0].kind = MOTET_AT_RECEIVE;
    assert_false(motet__automaton_valid(&a, 3, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_state_or_label_outside_has_no_edge, fresh),
        cmocka_unit_test_setup(a_step_is_what_the_table_says, fresh),
        cmocka_unit_test_setup(meets_knows_direction_and_peer, fresh),
        cmocka_unit_test_setup(a_good_table_is_valid, fresh),
        cmocka_unit_test_setup(a_table_without_states_is_not, fresh),
        cmocka_unit_test_setup(peers_and_messages_must_exist, fresh),
        cmocka_unit_test_setup(targets_must_exist, fresh),
        cmocka_unit_test_setup(edges_must_fit_the_kind_of_state, fresh),
        cmocka_unit_test_setup(a_state_that_sends_and_receives_is_refused, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
