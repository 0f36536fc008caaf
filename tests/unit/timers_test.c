/* timers_test.c -- the timer heap against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "timers.h"

enum { SIZE = 17 };
static uint64_t when[SIZE];
static uint32_t order[SIZE], place[SIZE];
static motet__timers t;

static int fresh(void **state)
{
    (void)state;
    motet__timers_init(&t, SIZE, when, order, place);
    return 0;
}

static void expect_first(uint32_t want_id, uint64_t want_when)
{
    uint32_t id;
    uint64_t w;
    assert_true(motet__timers_first(&t, &id, &w));
    assert_int_equal(id, want_id);
    assert_int_equal(w, want_when);
}

static void nothing_is_armed_at_first(void **state)
{
    (void)state;
    uint32_t id;
    uint64_t w;
    assert_false(motet__timers_first(&t, &id, &w));
    assert_false(motet__timers_armed(&t, 0));
}

static void cancelling_what_is_not_armed_changes_nothing(void **state)
{
    (void)state;
    motet__timers_arm(&t, 3, 10);
    motet__timers_cancel(&t, 4);
    motet__timers_cancel(&t, 4);
    expect_first(3, 10);
    assert_int_equal(t.n, 1);
}

static void the_earliest_is_first(void **state)
{
    (void)state;
    motet__timers_arm(&t, 1, 30);
    motet__timers_arm(&t, 2, 10);
    motet__timers_arm(&t, 3, 20);
    expect_first(2, 10);
    motet__timers_cancel(&t, 2);
    expect_first(3, 20);
    motet__timers_cancel(&t, 1);
    expect_first(3, 20);
}

static void equal_times_come_by_id(void **state)
{
    (void)state;
    for (uint32_t i = SIZE; i-- > 0;) {
        motet__timers_arm(&t, i, 7);
    }
    for (uint32_t i = 0; i < SIZE; i++) {
        expect_first(i, 7);
        motet__timers_cancel(&t, i);
    }
}

static void arming_again_moves_the_timer(void **state)
{
    (void)state;
    motet__timers_arm(&t, 1, 10);
    motet__timers_arm(&t, 2, 20);
    motet__timers_arm(&t, 1, 30);
    assert_int_equal(t.n, 2);
    expect_first(2, 20);
    motet__timers_arm(&t, 1, 5);
    expect_first(1, 5);
}

static void invariants_hold(void)
{
    for (uint32_t p = 0; p < t.n; p++) {
        assert_int_equal(place[order[p]], p);
        if (p > 0) {
            uint32_t up = order[(p - 1) / 2];
            assert_true(when[up] < when[order[p]] || (when[up] == when[order[p]] && up < order[p]));
        }
    }
}

static void it_agrees_with_an_array(void **state)
{
    (void)state;
    uint64_t model[SIZE], x = 99;
    uint32_t n = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        model[i] = UINT64_MAX;
    }
    for (int step = 0; step < 20000; step++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        uint32_t id = (uint32_t)(x >> 33) % SIZE;
        n -= model[id] != UINT64_MAX;
        if ((x >> 20) % 3 == 0) {
            motet__timers_cancel(&t, id);
            model[id] = UINT64_MAX;
        } else {
            model[id] = (x >> 50) % 32;
            motet__timers_arm(&t, id, model[id]);
            n++;
        }
        invariants_hold();
        assert_int_equal(t.n, n);
        uint32_t best = 0;
        for (uint32_t i = 1; i < SIZE; i++) {
            best = model[i] < model[best] ? i : best;
        }
        if (n > 0) {
            expect_first(best, model[best]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_armed_at_first, fresh),
        cmocka_unit_test_setup(cancelling_what_is_not_armed_changes_nothing, fresh),
        cmocka_unit_test_setup(the_earliest_is_first, fresh),
        cmocka_unit_test_setup(equal_times_come_by_id, fresh),
        cmocka_unit_test_setup(arming_again_moves_the_timer, fresh),
        cmocka_unit_test_setup(it_agrees_with_an_array, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
