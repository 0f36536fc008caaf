/* spin_ltl_test.c -- formulas whose truth is known: with and without fairness, runs that end, crashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lasso.h"
#include "spin_kit.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct model *m;
    struct engines e;
    struct spin_check *c;
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
    arena_free(w->a);
    free(w);
    return 0;
}

#define ALWAYS(f) ltl_op(w->k, LTL_ALWAYS, f, NULL)
#define EVENTUALLY(f) ltl_op(w->k, LTL_EVENTUALLY, f, NULL)
#define NOT(f) ltl_op(w->k, LTL_NOT, f, NULL)
#define NEXT(f) ltl_op(w->k, LTL_NEXT, f, NULL)
#define OR(f, g) ltl_op(w->k, LTL_OR, f, g)
#define AND(f, g) ltl_op(w->k, LTL_AND, f, g)
#define IMPLIES(f, g) ltl_op(w->k, LTL_IMPLIES, f, g)
#define IFF(f, g) ltl_op(w->k, LTL_IFF, f, g)
#define UNTIL(f, g) ltl_op(w->k, LTL_UNTIL, f, g)
#define WEAK_UNTIL(f, g) ltl_op(w->k, LTL_WEAK_UNTIL, f, g)
#define SENT(r, x) ltl_event(w->k, LTL_SENT, r, x)
#define RECEIVED(r, x) ltl_event(w->k, LTL_RECEIVED, r, x)
#define DONE ltl_done(w->k)

/* Checks the formulas that were added; the answers are in w->c->ltl. */
static void check(struct world *w)
{
    w->e = engines_new(w->a, w->m);
    w->c = spin_check(w->a, w->e.s, &w->e.spin, &plenty);
    for (uint32_t i = 0; i < w->c->n_ltl; i++)
        if (w->c->ltl[i].why != NULL)
            print_message("%s: %s\n", w->e.text.claims[i], w->c->ltl[i].why);
}

static void expect(struct world *w, uint32_t i, enum spin_answer answer)
{
    assert_true(i < w->c->n_ltl);
    assert_int_equal(w->c->ltl[i].answer, answer);
    assert_true(w->c->ltl[i].states > 0);
}

static void ping_pong(struct world *w)
{
    kit_role(w->k, "A", "0 B!ping 1, 1 B?pong 0");
    kit_role(w->k, "B", "0 A?ping 1, 1 A!pong 0");
    w->m = kit_model(w->k, 1, 1);
}

static void request_or_quit(struct world *w)
{
    kit_role(w->k, "A", "0 B!ask 1, 0 B!quit 2, 1 B?tell 0");
    kit_role(w->k, "B", "0 A?ask 1, 0 A?quit 2, 1 A!tell 0");
    w->m = kit_model(w->k, 1, 1);
}

static void what_must_come_again_comes(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    kit_ltl(w->k, w->m, ALWAYS(EVENTUALLY(RECEIVED("B", "ping"))));
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(SENT("A", "ping"), EVENTUALLY(RECEIVED("A", "pong")))));
    kit_ltl(w->k, w->m, EVENTUALLY(DONE));
    check(w);
    expect(w, 0, SPIN_HOLDS);
    expect(w, 1, SPIN_HOLDS);
    expect(w, 2, SPIN_VIOLATED);
}

static void a_choice_that_is_never_made_is_a_cycle(void **ctx)
{
    struct world *w = *ctx;
    request_or_quit(w);
    kit_ltl(w->k, w->m, EVENTUALLY(SENT("A", "quit")));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    struct spin_result *r = &w->c->ltl[0];
    assert_true(r->cycle < r->trail.n);
    for (uint32_t i = r->cycle; i < r->trail.n; i++)
        assert_string_not_equal(w->k->messages[step_edge(w->m, &r->trail.steps[i])->message].name, "quit");
}

static void a_bad_prefix_is_enough(void **ctx)
{
    struct world *w = *ctx;
    request_or_quit(w);
    kit_ltl(w->k, w->m, ALWAYS(NOT(RECEIVED("B", "quit"))));
    kit_ltl(w->k, w->m, ALWAYS(NOT(RECEIVED("A", "quit"))));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    expect(w, 1, SPIN_HOLDS);
}

/* SPIN finds that out when it translates the negation, and then searches for no cycle. */
static void what_is_always_true_holds(void **ctx)
{
    struct world *w = *ctx;
    request_or_quit(w);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(ALWAYS(DONE), DONE)));
    check(w);
    expect(w, 0, SPIN_HOLDS);
}

static void the_end_has_no_event(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    w->m = kit_model(w->k, 1, 1);
    kit_ltl(w->k, w->m, ALWAYS(EVENTUALLY(RECEIVED("B", "x"))));
    kit_ltl(w->k, w->m, EVENTUALLY(ALWAYS(NOT(RECEIVED("B", "x")))));
    kit_ltl(w->k, w->m, EVENTUALLY(ALWAYS(DONE)));
    kit_ltl(w->k, w->m, EVENTUALLY(AND(DONE, RECEIVED("B", "x"))));
    kit_ltl(w->k, w->m, NOT(DONE));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    assert_int_equal(w->c->ltl[0].cycle, w->c->ltl[0].trail.n);
    assert_int_equal(w->c->ltl[0].trail.n, 2);
    expect(w, 1, SPIN_HOLDS);
    expect(w, 2, SPIN_HOLDS);
    expect(w, 3, SPIN_HOLDS);
    expect(w, 4, SPIN_HOLDS);
}

/* The claim goes round in more than one step, the system in none. */
static void a_claim_may_go_round_where_nothing_moves(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    w->m = kit_model(w->k, 1, 1);
    kit_ltl(w->k, w->m, EVENTUALLY(ALWAYS(WEAK_UNTIL(SENT("A", "x"), RECEIVED("A", "x")))));
    kit_ltl(w->k, w->m, ALWAYS(EVENTUALLY(WEAK_UNTIL(SENT("A", "x"), RECEIVED("A", "x")))));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    expect(w, 1, SPIN_VIOLATED);
}

static void a_deadlock_is_an_end_too(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A?x 2");
    w->m = kit_model(w->k, 1, 1);
    kit_ltl(w->k, w->m, EVENTUALLY(DONE));
    kit_ltl(w->k, w->m, EVENTUALLY(RECEIVED("B", "x")));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    expect(w, 1, SPIN_HOLDS);
    assert_int_equal(w->c->safety[SAFETY_DEADLOCK].answer, SPIN_VIOLATED);
}

static void two_pairs(struct world *w)
{
    kit_role(w->k, "A", "0 B!x 0");
    kit_role(w->k, "B", "0 A?x 0");
    kit_role(w->k, "C", "0 D!y 0");
    kit_role(w->k, "D", "0 C?y 0");
    w->m = kit_model(w->k, 1, 1);
    kit_ltl(w->k, w->m, ALWAYS(EVENTUALLY(RECEIVED("D", "y"))));
}

static void weak_fairness_gives_everybody_a_turn(void **ctx)
{
    struct world *w = *ctx;
    two_pairs(w);
    check(w);
    expect(w, 0, SPIN_HOLDS);
}

static void without_fairness_somebody_may_starve(void **ctx)
{
    struct world *w = *ctx;
    two_pairs(w);
    w->m->fair_weak = false;
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    assert_false(lasso_is_fair(w->a, w->e.s, &(struct lasso){w->c->ltl[0].trail.n, w->c->ltl[0].trail.steps,
                                                            w->c->ltl[0].cycle}));
}

static void next_is_the_next_step(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(SENT("A", "ping"), NEXT(RECEIVED("B", "ping")))));
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(SENT("A", "ping"), NEXT(SENT("B", "pong")))));
    kit_ltl(w->k, w->m, NEXT(SENT("A", "ping")));
    kit_ltl(w->k, w->m, SENT("A", "ping"));
    check(w);
    expect(w, 0, SPIN_HOLDS);
    expect(w, 1, SPIN_VIOLATED);
    expect(w, 2, SPIN_HOLDS);
    expect(w, 3, SPIN_VIOLATED);
}

static void every_operator_has_its_meaning(void **ctx)
{
    struct world *w = *ctx;
    request_or_quit(w);
    kit_ltl(w->k, w->m, UNTIL(NOT(SENT("B", "tell")), RECEIVED("B", "quit")));
    kit_ltl(w->k, w->m, WEAK_UNTIL(NOT(SENT("B", "tell")), RECEIVED("B", "ask")));
    kit_ltl(w->k, w->m, UNTIL(NOT(SENT("B", "tell")), RECEIVED("B", "ask")));
    kit_ltl(w->k, w->m, IFF(EVENTUALLY(SENT("A", "quit")), EVENTUALLY(DONE)));
    kit_ltl(w->k, w->m, ltl_op(w->k, LTL_FALSE, NULL, NULL));
    kit_ltl(w->k, w->m, ltl_op(w->k, LTL_TRUE, NULL, NULL));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    expect(w, 1, SPIN_HOLDS);
    expect(w, 2, SPIN_VIOLATED);
    expect(w, 3, SPIN_HOLDS);
    expect(w, 4, SPIN_VIOLATED);
    expect(w, 5, SPIN_HOLDS);
}

static void done_means_all_runs(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    w->m = kit_model(w->k, 2, 1);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(DONE, ALWAYS(NOT(SENT("A", "x"))))));
    kit_ltl(w->k, w->m, EVENTUALLY(DONE));
    check(w);
    expect(w, 1, SPIN_HOLDS);
    expect(w, 0, SPIN_HOLDS);
}

/* ---- crashes ---- */

struct children {
    uint32_t a, b;
};

static struct children supervised(struct world *w, enum strategy strategy, uint32_t intensity, uint32_t crashes)
{
    kit_role(w->k, "A", "0 B!ping 1, 1 B?pong 0");
    kit_role(w->k, "B", "0 A?ping 1, 1 A!pong 0");
    uint32_t root = kit_supervisor(w->k, IR_NONE, strategy, intensity);
    struct children c = {kit_child(w->k, root, "a", 1, RESTART_PERMANENT), 0};
    c.b = kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, crashes, c.b);
    w->m = kit_model(w->k, 1, 1);
    return c;
}

static void a_crash_may_come_and_need_not(void **ctx)
{
    struct world *w = *ctx;
    struct children c = supervised(w, ONE_FOR_ONE, 1, 1);
    kit_ltl(w->k, w->m, EVENTUALLY(ltl_child(w->k, LTL_CRASHED, c.b)));
    kit_ltl(w->k, w->m, ALWAYS(NOT(ltl_child(w->k, LTL_CRASHED, c.b))));
    kit_ltl(w->k, w->m, ALWAYS(NOT(ltl_child(w->k, LTL_CRASHED, c.a))));
    kit_ltl(w->k, w->m, EVENTUALLY(RECEIVED("B", "ping")));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    expect(w, 1, SPIN_VIOLATED);
    expect(w, 2, SPIN_HOLDS);
    expect(w, 3, SPIN_HOLDS);
}

static void work_goes_on_after_a_restart(void **ctx)
{
    struct world *w = *ctx;
    struct children c = supervised(w, ONE_FOR_ONE, 1, 1);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(ltl_child(w->k, LTL_CRASHED, c.b), EVENTUALLY(RECEIVED("B", "ping")))));
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(ltl_child(w->k, LTL_CRASHED, c.b), ltl_child(w->k, LTL_RESTARTED, c.b))));
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(ltl_child(w->k, LTL_CRASHED, c.b), ltl_child(w->k, LTL_RESTARTED, c.a))));
    check(w);
    expect(w, 0, SPIN_HOLDS);
    expect(w, 1, SPIN_HOLDS);
    expect(w, 2, SPIN_VIOLATED);
}

static void one_for_all_restarts_all(void **ctx)
{
    struct world *w = *ctx;
    struct children c = supervised(w, ONE_FOR_ALL, 1, 1);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(ltl_child(w->k, LTL_CRASHED, c.b), ltl_child(w->k, LTL_RESTARTED, c.a))));
    check(w);
    expect(w, 0, SPIN_HOLDS);
}

static void work_ends_when_the_root_gives_up(void **ctx)
{
    struct world *w = *ctx;
    struct children c = supervised(w, ONE_FOR_ONE, 1, 2);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(ltl_child(w->k, LTL_CRASHED, c.b), EVENTUALLY(RECEIVED("B", "ping")))));
    check(w);
    expect(w, 0, SPIN_VIOLATED);
    const struct spin_result *r = &w->c->ltl[0];
    assert_int_equal(r->cycle, r->trail.n);
    assert_int_equal(r->trail.steps[r->trail.n - 1].kind, STEP_CRASH);
    assert_int_equal(r->trail.steps[r->trail.n - 1].outcome, 1);
}

static void next_counts_only_steps_of_the_system(void **ctx)
{
    struct world *w = *ctx;
    struct children c = supervised(w, ONE_FOR_ONE, 1, 2);
    struct ltl *crash = ltl_child(w->k, LTL_CRASHED, c.b);
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(SENT("A", "ping"), NEXT(OR(RECEIVED("B", "ping"), crash)))));
    kit_ltl(w->k, w->m, NEXT(OR(SENT("A", "ping"), crash)));
    kit_ltl(w->k, w->m, ALWAYS(IMPLIES(SENT("A", "ping"), NEXT(RECEIVED("B", "ping")))));
    check(w);
    expect(w, 0, SPIN_HOLDS);
    expect(w, 1, SPIN_HOLDS);
    expect(w, 2, SPIN_VIOLATED);
}

/* ---- lassos by hand: what the trails are judged by ---- */

static struct step step_of(struct world *w, const char *who, enum dir dir, const char *message)
{
    for (uint32_t id = 0; id < w->m->n_edges; id++) {
        struct step s = {dir == DIR_SEND ? STEP_SEND : STEP_RECEIVE, id, 0, 0, DIRECTIVE_DEFAULT};
        const struct edge *e = step_edge(w->m, &s);
        if (e->dir == dir && strcmp(w->m->participants[step_participant(w->m, &s)].name, who) == 0 &&
            strcmp(w->k->messages[e->message].name, message) == 0)
            return s;
    }
    fail_msg("no such step");
    return (struct step){0};
}

static void a_cycle_must_come_back(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    struct semantics *s = semantics_new(w->a, w->m);
    struct step all[] = {step_of(w, "A", DIR_SEND, "ping"), step_of(w, "B", DIR_RECEIVE, "ping"),
                         step_of(w, "B", DIR_SEND, "pong"), step_of(w, "A", DIR_RECEIVE, "pong")};
    assert_true(lasso_is_run(w->a, s, &(struct lasso){4, all, 0}));
    assert_false(lasso_is_run(w->a, s, &(struct lasso){4, all, 1}));
    assert_false(lasso_is_run(w->a, s, &(struct lasso){3, all, 0}));
    assert_false(lasso_is_run(w->a, s, &(struct lasso){4, all, 4}));
    assert_false(lasso_is_run(w->a, s, &(struct lasso){3, all + 1, 0}));
}

static void formulas_are_judged_on_the_whole_cycle(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w);
    struct semantics *s = semantics_new(w->a, w->m);
    struct step all[] = {step_of(w, "A", DIR_SEND, "ping"), step_of(w, "B", DIR_RECEIVE, "ping"),
                         step_of(w, "B", DIR_SEND, "pong"), step_of(w, "A", DIR_RECEIVE, "pong")};
    struct lasso l = {4, all, 0};
    assert_true(lasso_satisfies(w->a, s, &l, ALWAYS(EVENTUALLY(SENT("A", "ping")))));
    assert_false(lasso_satisfies(w->a, s, &l, EVENTUALLY(ALWAYS(NOT(SENT("A", "ping"))))));
    assert_true(lasso_satisfies(w->a, s, &l, ALWAYS(IMPLIES(RECEIVED("A", "pong"), NEXT(SENT("A", "ping"))))));
    assert_false(lasso_satisfies(w->a, s, &l, UNTIL(NOT(RECEIVED("B", "ping")), RECEIVED("A", "pong"))));
    assert_true(lasso_satisfies(w->a, s, &l, WEAK_UNTIL(NOT(RECEIVED("B", "pong")), RECEIVED("B", "pong"))));
    assert_false(lasso_satisfies(w->a, s, &l, UNTIL(NOT(RECEIVED("B", "pong")), RECEIVED("B", "pong"))));
}

static void a_finite_run_is_extended_to_its_end(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    w->m = kit_model(w->k, 1, 1);
    struct semantics *s = semantics_new(w->a, w->m);
    struct step first = step_of(w, "A", DIR_SEND, "x");
    struct lasso l = lasso_extend(w->a, s, &first, 1, 10);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.cycle, 2);
    assert_true(lasso_is_run(w->a, s, &l));
    assert_null(lasso_extend(w->a, s, &first, 1, 0).steps);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(what_must_come_again_comes),
        T(a_choice_that_is_never_made_is_a_cycle),
        T(a_bad_prefix_is_enough), T(what_is_always_true_holds),
        T(the_end_has_no_event),
        T(a_claim_may_go_round_where_nothing_moves),
        T(a_deadlock_is_an_end_too),
        T(weak_fairness_gives_everybody_a_turn),
        T(without_fairness_somebody_may_starve),
        T(next_is_the_next_step),
        T(every_operator_has_its_meaning),
        T(done_means_all_runs),
        T(a_crash_may_come_and_need_not),
        T(work_goes_on_after_a_restart),
        T(one_for_all_restarts_all),
        T(work_ends_when_the_root_gives_up),
        T(next_counts_only_steps_of_the_system),
        T(a_cycle_must_come_back),
        T(formulas_are_judged_on_the_whole_cycle),
        T(a_finite_run_is_extended_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
