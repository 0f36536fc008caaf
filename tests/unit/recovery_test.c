/* recovery_test.c -- does everything come back? What the root gives up, and runs that are stuck while others go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model_kit.h"
#include "recovery.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct semantics *s;
    struct exploration *e;
    struct state_graph *g;
    struct recovery r;
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

static void decide(struct world *w, uint32_t runs)
{
    w->s = semantics_new(w->a, kit_model(w->k, runs, 1));
    w->e = explore_graph(w->a, w->s, &(struct budget){0, 0}, &w->g);
    assert_non_null(w->g);
    assert_true(recovery_check(w->g, &w->r));
}

static void assert_found(struct world *w, bool gave_up, bool stuck)
{
    assert_int_equal(w->e->result[SAFETY_GAVE_UP], gave_up ? VERDICT_VIOLATED : VERDICT_HOLDS);
    assert_int_equal(w->r.stuck, stuck);
}

/* Both roles under one supervisor. */
static void two_children(struct world *w, uint32_t intensity, enum restart_type a, enum restart_type b, uint32_t crashes)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, intensity);
    kit_child(w->k, root, "a", 1, a);
    kit_child(w->k, root, "b", 1, b);
    kit_crashes(w->k, crashes, IR_NONE);
}

static void ask_and_answer(struct world *w)
{
    kit_role(w->k, "A", "0 B!ask 1, 1 B?tell 2");
    kit_role(w->k, "B", "0 A?ask 1, 1 A!tell 2");
}

/* Goes on for ever with z, or stops in the middle with x. */
static void may_get_stuck(struct world *w)
{
    kit_role(w->k, "A", "0 B!z 0, 0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?z 0, 0 A?x 1, 1 A?y 2, 2 A!y 3");
}

/* ---- who gives up ---- */

static void a_root_that_has_restarts_left_does_not_give_up(void **ctx)
{
    struct world *w = *ctx;
    ask_and_answer(w);
    two_children(w, 2, RESTART_PERMANENT, RESTART_TRANSIENT, 2);
    decide(w, 1);
    assert_found(w, false, false);
}

static void one_crash_more_than_its_intensity_is_too_much(void **ctx)
{
    struct world *w = *ctx;
    ask_and_answer(w);
    two_children(w, 2, RESTART_PERMANENT, RESTART_TRANSIENT, 3);
    decide(w, 1);
    assert_found(w, true, false);
    assert_int_equal(w->e->trail[SAFETY_GAVE_UP].n, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(w->e->trail[SAFETY_GAVE_UP].steps[i].kind, STEP_CRASH);
    struct replay again = replay(w->a, w->s, w->e->trail[SAFETY_GAVE_UP].steps, 3);
    assert_true(again.ok && again.broken[SAFETY_GAVE_UP]);
}

static void a_child_that_is_told_to_stop_need_not_run(void **ctx)
{
    struct world *w = *ctx;
    ask_and_answer(w);
    two_children(w, 0, RESTART_PERMANENT, RESTART_TEMPORARY, 1);
    for (int r = 0; r < REASONS; r++)
        w->k->children[0].decide[r] = DIRECTIVE_STOP;
    decide(w, 1);
    assert_found(w, false, false);
}

static void a_supervisor_below_the_root_may_give_up(void **ctx)
{
    struct world *w = *ctx;
    ask_and_answer(w);
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1), below = kit_supervisor(w->k, root, ONE_FOR_ALL, 0);
    kit_child(w->k, below, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, below, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, IR_NONE);
    decide(w, 1);
    assert_found(w, false, false);
}

/* ---- who is stuck ---- */

static void a_run_that_is_stuck_beside_one_that_goes_on_is_found(void **ctx)
{
    struct world *w = *ctx;
    may_get_stuck(w);
    two_children(w, 1, RESTART_PERMANENT, RESTART_PERMANENT, 1);
    w->k->crashes[0].count = 0;
    decide(w, 2);
    assert_found(w, false, true);
    assert_int_equal(state_graph_trail(w->g, w->a, w->r.state).n, 2); /* x comes, y never will */
}

/* The crash that is left would start it anew. */
static void a_crash_is_no_way_on(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A?y 2, 2 A!y 3");
    two_children(w, 1, RESTART_PERMANENT, RESTART_PERMANENT, 1);
    decide(w, 1);
    assert_found(w, false, true);
    struct trail t = state_graph_trail(w->g, w->a, w->r.state);
    assert_int_equal(t.n, 2);
    assert_int_not_equal(t.steps[0].kind, STEP_CRASH);
    assert_int_not_equal(t.steps[1].kind, STEP_CRASH);
}

static void a_run_that_was_closed_asks_for_nothing(void **ctx)
{
    struct world *w = *ctx;
    ask_and_answer(w);
    two_children(w, 1, RESTART_PERMANENT, RESTART_TEMPORARY, 1);
    decide(w, 1);
    assert_found(w, false, false);
}

static void a_run_at_its_end_asks_for_nothing(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B!x 2");
    kit_role(w->k, "B", "0 A?x 1"); /* and an orphan is left */
    two_children(w, 1, RESTART_PERMANENT, RESTART_PERMANENT, 1);
    decide(w, 1);
    assert_int_equal(w->e->result[SAFETY_ORPHAN], VERDICT_VIOLATED);
    assert_found(w, false, false);
}

/* A catches the crash of B and goes on with C; where it does not tell C, that one waits for B. */
static void a_crash_that_is_caught_must_be_told(void **ctx)
{
    struct world *w = *ctx;
    for (int told = 0; told < 2; told++) {
        state_graph_free(w->g);
        w->k = kit_new(w->a);
        kit_named_role(w->k, "A");
        kit_crash_of(w->k, "B", "A", 0);
        kit_role(w->k, "A", told ? "0 B?y 1, 0 @0 2, 2 C!!z 1" : "0 B?y 1, 0 @0 1");
        kit_role(w->k, "B", "0 C!x 1, 1 A!y 2");
        kit_role(w->k, "C", told ? "0 B?x 1, 0 A??z 1, 1 A??z 2, 1 end" : "0 B?x 1");
        uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
        kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
        uint32_t b = kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
        kit_child(w->k, root, "c", 1, RESTART_PERMANENT);
        kit_crashes(w->k, 1, b);
        decide(w, 1);
        assert_found(w, false, !told);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_root_that_has_restarts_left_does_not_give_up),
        T(one_crash_more_than_its_intensity_is_too_much),
        T(a_child_that_is_told_to_stop_need_not_run),
        T(a_supervisor_below_the_root_may_give_up),
        T(a_run_that_is_stuck_beside_one_that_goes_on_is_found),
        T(a_crash_is_no_way_on),
        T(a_run_that_was_closed_asks_for_nothing),
        T(a_run_at_its_end_asks_for_nothing),
        T(a_crash_that_is_caught_must_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
