/* crashes_test.c -- storms of supervised crashes, over all strategies and with several numbers of workers; tests/stress
 * has the long version. */
#include "crashes.h"

static void storm(int shape)
{
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        motet_stats s = cr_storm(shape, workers, 3000);
        assert_true(s.crashes >= 1000);
        assert_true(s.restarts > 0);
    }
}

static void one_for_one(void **state)
{
    (void)state;
    storm(MOTET_ONE_FOR_ONE);
}

static void one_for_all(void **state)
{
    (void)state;
    storm(MOTET_ONE_FOR_ALL);
}

static void rest_for_one(void **state)
{
    (void)state;
    storm(MOTET_REST_FOR_ONE);
}

static void escalation(void **state)
{
    (void)state;
    storm(CR_ESCALATION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_for_one),
        cmocka_unit_test(one_for_all),
        cmocka_unit_test(rest_for_one),
        cmocka_unit_test(escalation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
