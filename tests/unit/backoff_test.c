/* backoff_test.c -- delays of restarts at their limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "backoff.h"

static void it_doubles_up_to_its_maximum(void **state)
{
    (void)state;
    assert_int_equal(motet__backoff_next(3, 10, 0, false), 3);
    assert_int_equal(motet__backoff_next(3, 10, 3, false), 6);
    assert_int_equal(motet__backoff_next(3, 10, 6, false), 10);
    assert_int_equal(motet__backoff_next(3, 10, 10, false), 10);
    assert_int_equal(motet__backoff_next(3, UINT64_MAX, UINT64_MAX, false), UINT64_MAX);
}

static void it_begins_anew(void **state)
{
    (void)state;
    assert_int_equal(motet__backoff_next(3, 10, 10, true), 3);
}

static void a_maximum_below_the_minimum_is_the_minimum(void **state)
{
    (void)state;
    assert_int_equal(motet__backoff_next(7, 2, 7, false), 7);
}

static void jitter_keeps_within_its_share(void **state)
{
    (void)state;
    for (uint64_t chance = 0; chance < 5000; chance++) {
        assert_in_range(motet__backoff_jitter(1000, 25, chance), 750, 1000);
        assert_in_range(motet__backoff_jitter(1000, 100, chance), 0, 1000);
    }
    assert_int_equal(motet__backoff_jitter(1000, 0, 77), 1000);
    assert_int_equal(motet__backoff_jitter(1000, 25, 250), 750);
    assert_int_equal(motet__backoff_jitter(99, 100, UINT64_MAX), 99);
}

static void draws_differ_by_seed_by_child_and_by_incarnation(void **state)
{
    (void)state;
    uint64_t d = motet__backoff_draw(1, 2, 3);
    assert_int_equal(d, motet__backoff_draw(1, 2, 3));
    assert_int_not_equal(d, motet__backoff_draw(2, 2, 3));
    assert_int_not_equal(d, motet__backoff_draw(1, 3, 3));
    assert_int_not_equal(d, motet__backoff_draw(1, 2, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_doubles_up_to_its_maximum),
        cmocka_unit_test(it_begins_anew),
        cmocka_unit_test(a_maximum_below_the_minimum_is_the_minimum),
        cmocka_unit_test(jitter_keeps_within_its_share),
        cmocka_unit_test(draws_differ_by_seed_by_child_and_by_incarnation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
