/* supervision_test.c -- verdicts over a tree: exact stop and start sets, in order.
 *
 *   0 root            0 | 1 2 3 4 | 5 6
 *     1 left              1 2 | 3 4
 *       2 deep                  3 4
 *     3 right                         5 6
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include "supervision.h"

enum { ROOT, LEFT, DEEP, RIGHT, N_SUPS, N = 7 };

static motet__sup sups[N_SUPS];
static uint32_t owner[N];
static uint8_t temporary[N];
static uint64_t times[N_SUPS][4];
static motet__window windows[N_SUPS];
static motet__tree tree;

static int fresh(void **state)
{
    (void)state;
    static const motet__sup s[N_SUPS] = {{MOTET__ONE_FOR_ONE, MOTET__NO_SUP, 0, 7},
                                         {MOTET__ONE_FOR_ONE, ROOT, 1, 5},
                                         {MOTET__ONE_FOR_ONE, LEFT, 3, 5},
                                         {MOTET__ONE_FOR_ONE, ROOT, 5, 7}};
    static const uint32_t o[N] = {ROOT, LEFT, LEFT, DEEP, DEEP, RIGHT, RIGHT};
    memcpy(sups, s, sizeof s);
    memcpy(owner, o, sizeof o);
    memset(temporary, 0, sizeof temporary);
    for (int i = 0; i < N_SUPS; i++) {
        motet__window_init(&windows[i], times[i], 2, 100);
    }
    tree = (motet__tree){N_SUPS, N, sups, owner, temporary};
    return 0;
}

static void limit(int sup, uint32_t n)
{
    motet__window_init(&windows[sup], times[sup], n, 100);
}

/* The verdict as text: "stop 2 1 start 1 2". */
static void expect(uint32_t failed, uint64_t now, const char *want)
{
    uint32_t stop[N], start[N];
    motet__verdict v = motet__supervise(&tree, windows, failed, false, now);
    uint32_t n = motet__verdict_sets(&tree, &v, stop, start);
    char text[128];
    int at = snprintf(text, sizeof text, "stop");
    for (uint32_t i = 0; i < v.hi - v.lo; i++) {
        at += snprintf(text + at, sizeof text - (size_t)at, " %u", (unsigned)stop[i]);
    }
    at += snprintf(text + at, sizeof text - (size_t)at, " start");
    for (uint32_t i = 0; i < n; i++) {
        at += snprintf(text + at, sizeof text - (size_t)at, " %u", (unsigned)start[i]);
    }
    assert_string_equal(text, want);
    assert_int_equal(v.sup == MOTET__NO_SUP, strcmp(want, "stop 6 5 4 3 2 1 0 start") == 0);
}

static void one_for_one(void **state)
{
    (void)state;
    expect(0, 1, "stop 0 start 0");
    expect(2, 1, "stop 2 start 2");
    expect(4, 1, "stop 4 start 4");
}

static void one_for_all(void **state)
{
    (void)state;
    sups[DEEP].strategy = sups[RIGHT].strategy = MOTET__ONE_FOR_ALL;
    expect(3, 1, "stop 4 3 start 3 4");
    expect(6, 1, "stop 6 5 start 5 6");
}

static void one_for_all_takes_the_supervisors_below(void **state)
{
    (void)state;
    sups[LEFT].strategy = MOTET__ONE_FOR_ALL;
    expect(1, 1, "stop 4 3 2 1 start 1 2 3 4");
}

static void rest_for_one(void **state)
{
    (void)state;
    sups[LEFT].strategy = MOTET__REST_FOR_ONE;
    expect(2, 1, "stop 4 3 2 start 2 3 4");
    sups[RIGHT].strategy = MOTET__REST_FOR_ONE;
    expect(6, 1, "stop 6 start 6");
}

static void temporary_is_never_restarted_and_not_counted(void **state)
{
    (void)state;
    temporary[2] = 1;
    limit(LEFT, 0);
    expect(2, 1, "stop 2 start");
    assert_int_equal(windows[LEFT].n, 0);
}

static void a_temporary_sibling_stops_for_good(void **state)
{
    (void)state;
    sups[RIGHT].strategy = MOTET__ONE_FOR_ALL;
    temporary[5] = 1;
    expect(6, 1, "stop 6 5 start 6");
}

static void intensity_escalates_to_the_parent(void **state)
{
    (void)state;
    expect(3, 1, "stop 3 start 3");
    expect(4, 2, "stop 4 start 4");
    expect(3, 3, "stop 4 3 start 3 4"); /* deep ended: left restarts it whole */
    assert_int_equal(windows[DEEP].n, 0);
    assert_int_equal(windows[LEFT].n, 1);
    expect(3, 4, "stop 3 start 3"); /* deep counts afresh */
}

static void the_parent_applies_its_own_strategy(void **state)
{
    (void)state;
    limit(DEEP, 0);
    sups[LEFT].strategy = MOTET__ONE_FOR_ALL;
    expect(4, 1, "stop 4 3 2 1 start 1 2 3 4");
    sups[LEFT].strategy = MOTET__REST_FOR_ONE;
    expect(4, 2, "stop 4 3 start 3 4");
}

static void escalation_passes_several_levels(void **state)
{
    (void)state;
    limit(DEEP, 0);
    limit(LEFT, 0);
    sups[ROOT].strategy = MOTET__REST_FOR_ONE;
    expect(4, 1, "stop 6 5 4 3 2 1 start 1 2 3 4 5 6");
}

static void the_root_gives_up(void **state)
{
    (void)state;
    limit(DEEP, 0);
    limit(LEFT, 0);
    limit(ROOT, 0);
    expect(4, 1, "stop 6 5 4 3 2 1 0 start");
}

static void a_temporary_child_of_a_restarted_supervisor_starts(void **state)
{
    (void)state;
    limit(DEEP, 0);
    temporary[4] = 1;
    expect(3, 1, "stop 4 3 start 3 4");
}

static void the_window_slides(void **state)
{
    (void)state;
    expect(5, 0, "stop 5 start 5");
    expect(5, 60, "stop 5 start 5");
    expect(5, 101, "stop 5 start 5");
    expect(5, 150, "stop 6 5 start 5 6"); /* 60 and 101 are in the span */
}

static void windows_of_others_are_left_alone(void **state)
{
    (void)state;
    expect(5, 1, "stop 5 start 5");
    expect(3, 1, "stop 3 start 3");
    expect(1, 1, "stop 1 start 1");
    assert_int_equal(windows[RIGHT].n, 1);
    assert_int_equal(windows[DEEP].n, 1);
    assert_int_equal(windows[LEFT].n, 1);
    assert_int_equal(windows[ROOT].n, 0);
}

static void a_parent_with_the_same_range_is_not_cleared(void **state)
{
    (void)state;
    /* deep as the only member of left */
    sups[LEFT].lo = 3;
    owner[1] = owner[2] = ROOT;
    sups[DEEP].strategy = MOTET__ONE_FOR_ALL;
    limit(DEEP, 1);
    expect(3, 1, "stop 4 3 start 3 4");
    expect(3, 2, "stop 4 3 start 3 4"); /* decided by left */
    expect(3, 3, "stop 4 3 start 3 4"); /* decided by deep, with all of left's range */
    assert_int_equal(windows[LEFT].n, 1);
}

static void below_is_strict_and_transitive(void **state)
{
    (void)state;
    assert_true(motet__sup_below(&tree, DEEP, ROOT));
    assert_true(motet__sup_below(&tree, DEEP, LEFT));
    assert_false(motet__sup_below(&tree, LEFT, LEFT));
    assert_false(motet__sup_below(&tree, LEFT, DEEP));
    assert_false(motet__sup_below(&tree, RIGHT, LEFT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_for_one, fresh),
        cmocka_unit_test_setup(one_for_all, fresh),
        cmocka_unit_test_setup(one_for_all_takes_the_supervisors_below, fresh),
        cmocka_unit_test_setup(rest_for_one, fresh),
        cmocka_unit_test_setup(temporary_is_never_restarted_and_not_counted, fresh),
        cmocka_unit_test_setup(a_temporary_sibling_stops_for_good, fresh),
        cmocka_unit_test_setup(intensity_escalates_to_the_parent, fresh),
        cmocka_unit_test_setup(the_parent_applies_its_own_strategy, fresh),
        cmocka_unit_test_setup(escalation_passes_several_levels, fresh),
        cmocka_unit_test_setup(the_root_gives_up, fresh),
        cmocka_unit_test_setup(a_temporary_child_of_a_restarted_supervisor_starts, fresh),
        cmocka_unit_test_setup(the_window_slides, fresh),
        cmocka_unit_test_setup(windows_of_others_are_left_alone, fresh),
        cmocka_unit_test_setup(a_parent_with_the_same_range_is_not_cleared, fresh),
        cmocka_unit_test_setup(below_is_strict_and_transitive, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
