/* spin_random_test.c -- SPIN and the explorer say the same of random models, and of formulas about them.
 *
 * MOTET_RANDOM=n in the environment takes n models instead of a few; MOTET_SEED=n starts at another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ltl_search.h"
#include "spin_random.h"

enum { MODELS = 24, FORMULAS = 12, MOST_STATES = 40000 };

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static enum spin_answer as_spin(enum verdict v)
{
    return v == VERDICT_HOLDS ? SPIN_HOLDS : v == VERDICT_VIOLATED ? SPIN_VIOLATED : SPIN_INCONCLUSIVE;
}

/* Small enough to be searched in no time; else NULL. */
static struct exploration *explore_small(struct arena *a, const struct semantics *s)
{
    static const struct budget little = {10, (uint64_t)16 << 20};
    struct exploration *x = explore(a, s, &little);
    return x->complete && x->states <= MOST_STATES ? x : NULL;
}

/* What the engines disagree on, or NULL. */
static const char *difference(struct arena *a, const struct engines *e, const struct exploration *x,
                              const struct spin_model *text)
{
    static const char *const names[SAFETY_KINDS] = {"deadlock", "fidelity", "orphans", "giving up"};
    struct spin_result n = spin_count(a, e->s, text, &plenty);
    uint64_t states = x->states + (e->m->n_crashes != 0);
    if (n.answer != SPIN_HOLDS)
        return arena_printf(a, "the count: %s", n.why);
    if (n.states != states)
        return arena_printf(a, "the count: %lu states, not %lu", (unsigned long)n.states, (unsigned long)states);
    struct spin_check *c = spin_check(a, e->s, text, &plenty);
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (c->safety[k].answer != as_spin(x->result[k]))
            return arena_printf(a, "%s: %s where the explorer says %s", names[k],
                                c->safety[k].answer == SPIN_HOLDS      ? "holds"
                                : c->safety[k].answer == SPIN_VIOLATED ? "violated"
                                                                       : c->safety[k].why,
                                x->result[k] == VERDICT_HOLDS ? "holds" : "violated");
    return NULL;
}

static void random_models_agree(void **ctx)
{
    uint64_t first = number_from("MOTET_SEED", 0), n = number_from("MOTET_RANDOM", MODELS), judged = 0, failed = 0;
    (void)ctx;
    for (uint64_t seed = first; seed < first + n; seed++) {
        struct arena *a = arena_new(0);
        struct engines e = engines_new(a, random_model(kit_new(a), seed));
        struct exploration *x = explore_small(a, e.s);
        const char *difference_ = x ? difference(a, &e, x, &e.spin) : NULL;
        judged += x != NULL;
        failed += difference_ != NULL;
        if (difference_ != NULL)
            print_message("model %lu: %s\n", (unsigned long)seed, difference_);
        arena_free(a);
    }
    assert_true(2 * judged >= n);
    assert_int_equal(failed, 0);
}

/* ---- formulas: both engines say the same; the trails of both are judged when they are made or read ---- */

/* What the engines disagree on, or NULL. */
static const char *formula_difference(struct arena *a, const struct engines *e, const struct state_graph *g,
                                      const struct ltl *f, const struct spin_result *spin)
{
    struct ltl_answer x = ltl_search(a, g, f, e->m->fair_weak, &plenty);
    if (spin->answer != SPIN_HOLDS && spin->answer != SPIN_VIOLATED)
        return arena_printf(a, "SPIN: %s", spin->why);
    if (x.failed || x.result == VERDICT_INCONCLUSIVE)
        return arena_printf(a, "the explorer: %s", x.why);
    return as_spin(x.result) == spin->answer ? NULL
           : spin->answer == SPIN_HOLDS      ? "SPIN says that it holds"
                                             : "SPIN says that it is violated";
}

static void random_formulas_agree(void **ctx)
{
    uint64_t first = number_from("MOTET_SEED", 0), n = number_from("MOTET_RANDOM", FORMULAS), failed = 0;
    (void)ctx;
    for (uint64_t number = first; number < first + n; number++) {
        struct arena *a = arena_new(0);
        struct kit *k = kit_new(a);
        struct model *m = number % 3 ? random_model(k, number) : random_pairs(k, number);
        uint64_t seed = number + 77;
        m->fair_weak = number % 2;
        for (int i = 0; i < 4; i++)
            kit_ltl(k, m, random_formula(k, m, 2, &seed));
        struct engines e = engines_new(a, m);
        struct state_graph *g = NULL;
        if (explore_small(a, e.s) != NULL)
            explore_graph(a, e.s, &plenty, &g);
        struct spin_check *c = g ? spin_check(a, e.s, &e.spin, &plenty) : NULL;
        for (uint32_t i = 0; c && i < c->n_ltl; i++) {
            const char *difference_ = formula_difference(a, &e, g, k->verify.ltls[i].formula, &c->ltl[i]);
            failed += difference_ != NULL;
            if (difference_ != NULL)
                print_message("model %lu, formula %u: %s\n", (unsigned long)number, i, difference_);
        }
        state_graph_free(g);
        arena_free(a);
    }
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_models_agree),
        cmocka_unit_test(random_formulas_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
