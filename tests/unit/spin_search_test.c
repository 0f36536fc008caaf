/* spin_search_test.c -- how SPIN searches: with which compiler, on how many cores, and how much of the states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spin_kit.h"
#include "spin_random.h"
#include "tools_kit.h"

static struct engines two_phase_commit(struct world *w, uint32_t n)
{
    kit_two_phase_commit(w->k, n);
    return engines_new(w->a, kit_model(w->k, 1, 1));
}

/* ---- compilers ---- */

static void a_quick_compiler_that_fails_is_passed_over(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 2);
    tool(w, "tcc", "exit 1");
    prefer_own_tools(w);
    assert_int_equal(spin_check(w->a, e.s, &e.spin, &plenty)->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

static void a_quick_compiler_that_only_preprocesses_is_passed_over(void **ctx)
{
    struct world *w = *ctx;
    struct engines e = two_phase_commit(w, 2);
    tool(w, "tcc", "case \" $* \" in *' -E '*) exec gcc -E -x c \"$3\";; esac; echo no; exit 1");
    prefer_own_tools(w);
    assert_int_equal(spin_check(w->a, e.s, &e.spin, &plenty)->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

/* States as counted by the verifier that the compilers on PATH make, for some random models. */
static void count_random(struct world *w, uint64_t *states, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct engines e = engines_new(w->a, random_model(kit_new(w->a), 100 + i));
        struct spin_result r = spin_count(w->a, e.s, &e.spin, &(struct budget){60, (uint64_t)256 << 20});
        states[i] = r.answer == SPIN_HOLDS ? r.states : 0;
    }
}

static void all_compilers_count_the_same(void **ctx)
{
    enum { MODELS = 8 };
    struct world *w = *ctx;
    uint64_t quick[MODELS], usual[MODELS], counted = 0;
    count_random(w, quick, MODELS);
    tool(w, "tcc", "exit 1");
    prefer_own_tools(w);
    count_random(w, usual, MODELS);
    for (uint32_t i = 0; i < MODELS; i++) {
        assert_int_equal(quick[i], usual[i]);
        counted += quick[i] > 0;
    }
    assert_true(counted > MODELS / 2);
}

/* A chain of more steps than the first search can follow. */
static void long_runs_are_followed_to_their_end(void **ctx)
{
    struct world *w = *ctx;
    const char *a = "0 B!x 1, 1 C!x 0", *b = "0 A?x 0", *c = "0 A?x 0";
    kit_role(w->k, "A", a);
    kit_role(w->k, "B", b);
    kit_role(w->k, "C", c);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 200));
    struct spin_result r = spin_count(w->a, e.s, &e.spin, &plenty);
    assert_int_equal(r.answer, SPIN_HOLDS);
    assert_int_equal(r.states, explore(w->a, e.s, &plenty)->states);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_quick_compiler_that_fails_is_passed_over),
        T(a_quick_compiler_that_only_preprocesses_is_passed_over),
        T(all_compilers_count_the_same),
        T(long_runs_are_followed_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
