/* ltl_search_test.c -- formulas decided in process: small runs by hand, and random ones against what single runs say.
 * MOTET_RANDOM=n takes n random models, MOTET_SEED=n starts at another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lasso.h"
#include "ltl_search.h"
#include "spin_random.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct model *m;
    struct state_graph *g;
    struct ltl_answer answer;
};

static int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->k = kit_new(w->a);
    *ctx = w;
    return 0;
}

static int teardown(void **ctx)
{
    struct world *w = *ctx;
    state_graph_free(w->g);
    arena_free(w->a);
    free(w);
    return 0;
}

static void begin(struct world *w, uint32_t capacity)
{
    w->m = kit_model(w->k, 1, capacity);
    explore_graph(w->a, semantics_new(w->a, w->m), &(struct budget){0, 0}, &w->g);
    assert_non_null(w->g);
}

static enum verdict decide(struct world *w, const struct ltl *f, bool fair)
{
    w->answer = ltl_search(w->a, w->g, f, fair, &(struct budget){0, 0});
    if (w->answer.failed)
        fail_msg("%s", w->answer.why);
    return w->answer.result;
}

#define HOLDS(w, f, fair) assert_int_equal(decide(w, f, fair), VERDICT_HOLDS)
#define BREAKS(w, f, fair) assert_int_equal(decide(w, f, fair), VERDICT_VIOLATED)

static struct ltl *always(struct world *w, struct ltl *f) { return ltl_op(w->k, LTL_ALWAYS, f, NULL); }
static struct ltl *eventually(struct world *w, struct ltl *f) { return ltl_op(w->k, LTL_EVENTUALLY, f, NULL); }
static struct ltl *not(struct world *w, struct ltl *f) { return ltl_op(w->k, LTL_NOT, f, NULL); }
static struct ltl *sent(struct world *w, const char *r, const char *m) { return ltl_event(w->k, LTL_SENT, r, m); }
static struct ltl *got(struct world *w, const char *r, const char *m) { return ltl_event(w->k, LTL_RECEIVED, r, m); }
static struct ltl *implies(struct world *w, struct ltl *l, struct ltl *r) { return ltl_op(w->k, LTL_IMPLIES, l, r); }

/* ---- runs that end ---- */

static void ping_pong(struct world *w)
{
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2");
    kit_role(w->k, "B", "0 A?M 1, 1 A!N 2");
    begin(w, 1);
}

static void what_happens_once_is_true_once(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    HOLDS(w, eventually(w, sent(w, "A", "M")), false);
    HOLDS(w, ltl_op(w->k, LTL_NEXT, sent(w, "A", "M"), NULL), false);
    BREAKS(w, sent(w, "A", "M"), false); /* at the start nothing has happened */
    BREAKS(w, always(w, not(w, sent(w, "A", "M"))), false);
    HOLDS(w, always(w, implies(w, sent(w, "A", "M"), ltl_op(w->k, LTL_NEXT, got(w, "B", "M"), NULL))), false);
    HOLDS(w, always(w, not(w, sent(w, "B", "M"))), false);
}

static void a_run_that_ends_stays_where_it_is(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    HOLDS(w, eventually(w, always(w, ltl_done(w->k))), false);
    HOLDS(w, eventually(w, always(w, not(w, got(w, "A", "N")))), false);
    BREAKS(w, always(w, eventually(w, got(w, "A", "N"))), false);
    assert_int_equal(w->answer.trail.n, 4);
    assert_int_equal(w->answer.cycle, 4);
}

static void until_and_weak_until(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    HOLDS(w, ltl_op(w->k, LTL_UNTIL, not(w, sent(w, "B", "N")), got(w, "B", "M")), false);
    BREAKS(w, ltl_op(w->k, LTL_UNTIL, not(w, got(w, "B", "M")), sent(w, "B", "N")), false);
    BREAKS(w, ltl_op(w->k, LTL_UNTIL, not(w, sent(w, "B", "M")), sent(w, "B", "M")), false); /* never comes */
    HOLDS(w, ltl_op(w->k, LTL_WEAK_UNTIL, not(w, sent(w, "B", "M")), sent(w, "B", "M")), false);
    HOLDS(w, ltl_op(w->k, LTL_IFF, eventually(w, sent(w, "A", "M")), eventually(w, got(w, "A", "N"))), false);
    BREAKS(w, ltl_op(w->k, LTL_IFF, eventually(w, sent(w, "A", "M")), sent(w, "A", "M")), false);
}

/* ---- runs that do not ---- */

/* A and B go round for ever; C wants to tell D something. */
static void two_pairs(struct world *w)
{
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    kit_role(w->k, "C", "0 D!N 1");
    kit_role(w->k, "D", "0 C?N 1");
    begin(w, 1);
}

static void who_can_always_act_does_so_under_fairness_alone(void **ctx)
{
    struct world *w = *ctx;
    two_pairs(w);
    struct ltl *f = eventually(w, got(w, "D", "N"));
    HOLDS(w, f, true);
    BREAKS(w, f, false);
    assert_true(w->answer.cycle < w->answer.trail.n);
    BREAKS(w, eventually(w, ltl_done(w->k)), true); /* A and B never end */
    HOLDS(w, always(w, eventually(w, sent(w, "A", "M"))), true);
    HOLDS(w, always(w, eventually(w, sent(w, "A", "M"))), false);
}

/* A can always act, and has a choice: no fairness makes it take the way out. */
static void choices_are_not_fair(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0, 0 B!Stop 1");
    kit_role(w->k, "B", "0 A?M 0, 0 A?Stop 1");
    begin(w, 2);
    BREAKS(w, eventually(w, sent(w, "A", "Stop")), true);
    HOLDS(w, always(w, implies(w, sent(w, "A", "Stop"), eventually(w, got(w, "B", "Stop")))), true);
}

static void a_formula_of_many_parts_has_no_answer(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    struct ltl *f = sent(w, "A", "M");
    for (int i = 0; i < 400; i++)
        f = ltl_op(w->k, LTL_UNTIL, i % 2 ? got(w, "B", "M") : sent(w, "B", "N"), f);
    assert_int_equal(decide(w, f, false), VERDICT_INCONCLUSIVE);
    assert_non_null(w->answer.why);
}

static void a_budget_that_runs_out_has_no_answer(void **ctx)
{
    struct world *w = *ctx;
    two_pairs(w);
    w->answer = ltl_search(w->a, w->g, eventually(w, got(w, "D", "N")), true, &(struct budget){0, 1000});
    assert_int_equal(w->answer.result, VERDICT_INCONCLUSIVE);
    assert_string_equal(w->answer.why, "the memory budget was used up");
}

/* ---- random models and formulas ---- */

enum { MODELS = 400, FORMULAS = 6, WALKS = 60, STEPS = 40, MOST_STATES = 5000 };

/* Some steps at random, until the run ends or, perhaps, comes back to a state that it has seen. */
static bool random_run(struct arena *a, const struct semantics *s, uint64_t *seed, struct lasso *l)
{
    size_t size = semantics_size(s);
    uint8_t *seen = arena_array(a, size, STEPS + 1);
    struct step *room = ARENA_ARRAY(a, struct step, semantics_max_steps(s) + 1), *steps = ARENA_ARRAY(a, struct step, STEPS);
    semantics_initial(s, seen);
    for (uint32_t i = 0; i < STEPS; i++) {
        uint32_t n = semantics_steps(s, seen + i * size, room);
        *l = (struct lasso){i, steps, i};
        if (n == 0)
            return true;
        steps[i] = room[random_below(seed, n)];
        semantics_apply(s, seen + i * size, &steps[i], seen + (i + 1) * size);
        for (uint32_t back = 0; back <= i; back++)
            if (memcmp(seen + back * size, seen + (i + 1) * size, size) == 0 && one_in(seed, 2)) {
                *l = (struct lasso){i + 1, steps, back};
                return true;
            }
    }
    return false;
}

struct tally {
    uint32_t holds, breaks, unfair, walks, unsure;
};

/* What was found against a formula was judged by the search itself; here, what holds must hold of random runs. */
static void judge_formula(struct arena *a, const struct state_graph *g, const struct ltl *f, uint64_t *seed,
                          uint64_t number, struct tally *t)
{
    static const struct budget little = {0, (uint64_t)64 << 20};
    struct ltl_answer fair = ltl_search(a, g, f, true, &little), any = ltl_search(a, g, f, false, &little);
    if (fair.failed || any.failed)
        fail_msg("model %lu: %s", (unsigned long)number, fair.failed ? fair.why : any.why);
    if (fair.result == VERDICT_INCONCLUSIVE || any.result == VERDICT_INCONCLUSIVE) {
        t->unsure++; /* a large automaton for a large formula */
        return;
    }
    assert_false(fair.result == VERDICT_VIOLATED && any.result == VERDICT_HOLDS);
    t->holds += any.result == VERDICT_HOLDS;
    t->breaks += fair.result == VERDICT_VIOLATED;
    t->unfair += fair.result != any.result;
    for (int i = 0; i < WALKS && fair.result == VERDICT_HOLDS; i++) {
        struct lasso l;
        if (!random_run(a, g->s, seed, &l) || !lasso_is_run(a, g->s, &l) || lasso_satisfies(a, g->s, &l, f))
            continue;
        t->walks++;
        if (any.result == VERDICT_HOLDS || lasso_is_fair(a, g->s, &l))
            fail_msg("model %lu: a run breaks what holds", (unsigned long)number);
    }
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_runs_keep_what_holds(void **ctx)
{
    uint64_t first = number_from("MOTET_SEED", 0), n = number_from("MOTET_RANDOM", MODELS);
    struct tally t = {0};
    (void)ctx;
    for (uint64_t number = first; number < first + n; number++) {
        struct arena *a = arena_new(0);
        struct kit *k = kit_new(a);
        struct model *m = number % 2 ? random_pairs(k, number) : random_model(k, number);
        struct state_graph *g;
        uint64_t seed = number + 99;
        explore_graph(a, semantics_new(a, m), &(struct budget){0, (uint64_t)8 << 20}, &g);
        for (int i = 0; g && g->n <= MOST_STATES && i < FORMULAS; i++)
            judge_formula(a, g, random_formula(k, m, 1 + random_below(&seed, 3), &seed), &seed, number, &t);
        state_graph_free(g);
        arena_free(a);
    }
    print_message("%u hold, %u are violated, %u without fairness alone; %u unfair runs met\n", t.holds, t.breaks,
                  t.unfair, t.walks);
    assert_true(t.unsure < n / 50);
    assert_true(t.holds > n / 2 && t.breaks > n / 2 && t.unfair > n / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_happens_once_is_true_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_that_ends_stays_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(until_and_weak_until, setup, teardown),
        cmocka_unit_test_setup_teardown(who_can_always_act_does_so_under_fairness_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(choices_are_not_fair, setup, teardown),
        cmocka_unit_test_setup_teardown(a_formula_of_many_parts_has_no_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_budget_that_runs_out_has_no_answer, setup, teardown),
        cmocka_unit_test(random_runs_keep_what_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
