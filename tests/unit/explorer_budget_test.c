/* explorer_budget_test.c -- a memory budget is kept: by the process, not only by the explorer's own count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explorer.h"
#include "model_kit.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHADOWED 1 /* the sanitizers need memory of their own */
#else
#define SHADOWED 0
#endif

enum { BUDGET_MIB = 48, SLACK_MIB = 3, UNDECIDED = 3 };

static long peak_mib(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_maxrss / 1024;
}

/* 8^n states: n independent pairs. */
static struct semantics *pairs(struct arena *a, uint32_t n)
{
    struct kit *k = kit_new(a);
    kit_role(k, "A", "0 B!M 1, 1 B?M 2, 2 B!M 3, 3 B?M 0");
    kit_role(k, "B", "0 A?M 1, 1 A!M 2, 2 A?M 3, 3 A!M 0");
    return semantics_new(a, kit_model(k, n, 1));
}

/* The child's exit status: UNDECIDED when the search ended within its budget, and so did the process. */
static int search_within(uint32_t workers, uint32_t reduce)
{
    struct arena *a = arena_new(0);
    struct semantics *s = pairs(a, 9);
    long before = peak_mib();
    struct budget b = {0, (uint64_t)BUDGET_MIB << 20};
    struct explore_options o = {.workers = workers, .reduce = reduce, .full_first = reduce ? 100000 : 0};
    struct exploration *e = explore_with(a, s, &b, &o);
    bool kept = peak_mib() - before <= BUDGET_MIB + SLACK_MIB;
    bool used = e->bytes > b.bytes / 2 && e->states > 100000;
    return !e->complete && e->advice && used && kept ? UNDECIDED : 1;
}

static void assert_kept(uint32_t workers, uint32_t reduce)
{
    int status = 0;
    if (SHADOWED)
        skip();
    pid_t pid = fork();
    if (pid == 0)
        _exit(search_within(workers, reduce));
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), UNDECIDED);
}

static void one_worker_keeps_the_budget(void **ctx)
{
    (void)ctx;
    assert_kept(1, 0);
}

static void several_workers_keep_it_together(void **ctx)
{
    (void)ctx;
    assert_kept(3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_keeps_the_budget),
        cmocka_unit_test(several_workers_keep_it_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
