/* crashes.c -- `crashes N [WORKERS]`: N supervised crashes (10 million unless said), a quarter by each shape of the
 * tree, among sessions that they abort; says how many there were and how long they took, and fails when the books do
 * not balance. */
#include "../unit/crashes.h"

static int64_t each = 2500000;
static uint32_t workers = 2;

static void storm(int shape, const char *name)
{
    struct timespec t;
    motet_stats s = {0};
    uint64_t crashes = 0, restarts = 0, opened = 0, completed = 0, aborted = 0;
    clock_gettime(CLOCK_MONOTONIC, &t);
    double before = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
    while (crashes < (uint64_t)each) {
        s = cr_storm(shape, workers, each - (int64_t)crashes);
        crashes += s.crashes;
        restarts += s.restarts;
        opened += s.opened;
        completed += s.completed;
        aborted += s.aborted;
    }
    clock_gettime(CLOCK_MONOTONIC, &t);
    double took = (double)t.tv_sec + (double)t.tv_nsec / 1e9 - before;
    printf("%-12s %8llu crashes %9llu restarts %8llu sessions: %llu completed, %llu aborted; %.1f s, %.0f ns a crash\n",
           name, (unsigned long long)crashes, (unsigned long long)restarts, (unsigned long long)opened,
           (unsigned long long)completed, (unsigned long long)aborted, took, took / (double)crashes * 1e9);
    fflush(stdout);
}

static void all(void **state)
{
    (void)state;
    storm(MOTET_ONE_FOR_ONE, "one_for_one");
    storm(MOTET_ONE_FOR_ALL, "one_for_all");
    storm(MOTET_REST_FOR_ONE, "rest_for_one");
    storm(CR_ESCALATION, "escalation");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all)};
    each = argc > 1 ? (strtoll(argv[1], NULL, 10) + 3) / 4 : each;
    workers = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : workers;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
