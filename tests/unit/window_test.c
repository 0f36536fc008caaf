/* window_test.c -- restart intensity against a list of all restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "window.h"

static uint64_t at[64];

static motet__window window(uint32_t limit, uint64_t span)
{
    motet__window w;
    motet__window_init(&w, at, limit, span);
    return w;
}

static void limit_0_allows_nothing(void **state)
{
    (void)state;
    motet__window w = window(0, 10);
    assert_false(motet__window_record(&w, 0));
    assert_false(motet__window_record(&w, 1000000));
}

static void one_more_than_the_limit_is_refused(void **state)
{
    (void)state;
    motet__window w = window(3, 10);
    assert_true(motet__window_record(&w, 5));
    assert_true(motet__window_record(&w, 5));
    assert_true(motet__window_record(&w, 6));
    assert_false(motet__window_record(&w, 7));
}

static void a_refused_restart_is_not_recorded(void **state)
{
    (void)state;
    motet__window w = window(1, 10);
    assert_true(motet__window_record(&w, 0));
    assert_false(motet__window_record(&w, 10));
    assert_true(motet__window_record(&w, 11));
}

static void the_edge_of_the_span_is_inside(void **state)
{
    (void)state;
    motet__window w = window(1, 10);
    assert_true(motet__window_record(&w, 100));
    assert_false(motet__window_record(&w, 110));
    assert_true(motet__window_record(&w, 111));
}

static void an_endless_span_never_forgets(void **state)
{
    (void)state;
    motet__window w = window(2, UINT64_MAX);
    assert_true(motet__window_record(&w, 0));
    assert_true(motet__window_record(&w, UINT64_MAX / 2));
    assert_false(motet__window_record(&w, UINT64_MAX));
}

static void clear_forgets(void **state)
{
    (void)state;
    motet__window w = window(1, 10);
    assert_true(motet__window_record(&w, 0));
    motet__window_clear(&w);
    assert_true(motet__window_record(&w, 0));
    assert_false(motet__window_record(&w, 0));
}

static void it_agrees_with_a_list_of_all_restarts(void **state)
{
    (void)state;
    static uint64_t all[2000];
    uint64_t x = 12345;
    for (uint32_t limit = 1; limit <= 5; limit++) {
        motet__window w = window(limit, 40);
        uint64_t now = 0;
        uint32_t n = 0;
        for (int i = 0; i < 2000; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            now += (x >> 40) % 25;
            uint32_t inside = 0;
            for (uint32_t k = 0; k < n; k++) {
                inside += now - all[k] <= 40;
            }
            assert_int_equal(motet__window_record(&w, now), inside < limit);
            if (inside < limit) {
                all[n++] = now;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limit_0_allows_nothing),
        cmocka_unit_test(one_more_than_the_limit_is_refused),
        cmocka_unit_test(a_refused_restart_is_not_recorded),
        cmocka_unit_test(the_edge_of_the_span_is_inside),
        cmocka_unit_test(an_endless_span_never_forgets),
        cmocka_unit_test(clear_forgets),
        cmocka_unit_test(it_agrees_with_a_list_of_all_restarts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
