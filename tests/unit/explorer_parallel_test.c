/* explorer_parallel_test.c -- whatever the number of workers, the explorer says the same: counts, verdicts, trails.
 *
 * MOTET_RANDOM=n in the environment takes n random models instead of some hundred.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "explorer.h"
#include "spin_random.h"

enum { MODELS = 400 };

static const struct budget little = {0, 1 << 20}, enough = {0, 64 << 20}; /* several workers fill several chunks */

static struct exploration *with_workers(struct arena *a, const struct semantics *s, uint32_t n, const struct budget *b)
{
    return explore_with(a, s, b, &(struct explore_options){.workers = n, .parallel_from = 1});
}

static bool same_trail(const struct semantics *s, const struct trail *a, const struct trail *b)
{
    for (uint32_t i = 0; i < a->n && i < b->n; i++)
        if (semantics_code(s, &a->steps[i]) != semantics_code(s, &b->steps[i]))
            return false;
    return a->n == b->n;
}

static void assert_same(const struct semantics *s, const struct exploration *x, const struct exploration *y)
{
    assert_true(y->complete);
    assert_int_equal(x->states, y->states);
    assert_int_equal(x->transitions, y->transitions);
    assert_int_equal(x->expanded, y->expanded);
    assert_int_equal(x->depth, y->depth);
    assert_memory_equal(x->taken, y->taken, semantics_n_codes(s) * sizeof *x->taken);
    for (int k = 0; k < SAFETY_KINDS; k++) {
        assert_int_equal(x->result[k], y->result[k]);
        assert_true(same_trail(s, &x->trail[k], &y->trail[k]));
    }
}

static void random_models_have_the_same_states_for_any_number_of_workers(void **ctx)
{
    const char *text = getenv("MOTET_RANDOM");
    uint64_t n = text && *text ? strtoull(text, NULL, 10) : MODELS, judged = 0, violated = 0;
    (void)ctx;
    for (uint64_t seed = 0; seed < n; seed++) {
        struct arena *a = arena_new(0);
        struct semantics *s = semantics_new(a, random_model(kit_new(a), seed));
        struct exploration *x = explore(a, s, &little);
        for (uint32_t workers = 1; x->complete && workers <= 4; workers *= 2)
            assert_same(s, x, with_workers(a, s, workers, &enough));
        judged += x->complete;
        violated += x->result[SAFETY_DEADLOCK] == VERDICT_VIOLATED;
        arena_free(a);
    }
    assert_true(2 * judged >= n);
    assert_true(violated > n / 10 && violated < n);
}

/* 5^n states: n independent pairs. */
static struct semantics *pairs(struct arena *a, uint32_t n)
{
    struct kit *k = kit_new(a);
    kit_role(k, "A", "0 B!M 1, 1 B?M 2, 2 B!M 0");
    kit_role(k, "B", "0 A?M 1, 1 A!M 2, 2 A?M 0");
    return semantics_new(a, kit_model(k, n, 1));
}

/* The table grows and chunks fill while all workers are at it. */
static void workers_wait_for_each_other_when_there_is_no_room(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct semantics *s = pairs(a, 6);
    struct exploration *x = explore(a, s, &(struct budget){0, 0});
    assert_true(x->states > 40000);
    assert_same(s, x, with_workers(a, s, 3, &(struct budget){0, 0}));
    arena_free(a);
}

static void a_budget_ends_all_workers(void **ctx)
{
    (void)ctx;
    struct arena *a = arena_new(0);
    struct budget small = {0, 4 << 20}, brief = {1e-9, 0};
    struct exploration *x = with_workers(a, pairs(a, 8), 4, &small);
    assert_false(x->complete);
    assert_true(x->states > 1000 && x->bytes <= small.bytes);
    assert_string_equal(x->stopped, "the memory budget was used up");
    x = with_workers(a, pairs(a, 8), 4, &brief);
    assert_false(x->complete);
    assert_string_equal(x->stopped, "the time budget was used up");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_models_have_the_same_states_for_any_number_of_workers),
        cmocka_unit_test(workers_wait_for_each_other_when_there_is_no_room),
        cmocka_unit_test(a_budget_ends_all_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
