/* explorer_test.c -- exhaustive search: verdicts, shortest trails, counts, budgets, replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "explorer.h"
#include "model_kit.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct semantics *s;
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

static struct exploration *run_with(struct world *w, uint32_t runs, uint32_t capacity, struct budget b)
{
    w->s = semantics_new(w->a, kit_model(w->k, runs, capacity));
    return explore(w->a, w->s, &b);
}

static struct exploration *run(struct world *w, uint32_t runs, uint32_t capacity)
{
    return run_with(w, runs, capacity, (struct budget){0, 0});
}

/* The trail leads, step by step, to a state that has the property broken. */
static void trail_replays(struct world *w, const struct exploration *e, enum safety k)
{
    struct replay r = replay(w->a, w->s, e->trail[k].steps, e->trail[k].n);
    assert_true(r.ok);
    assert_true(r.broken[k]);
}

/* Each of four sends two messages to the next before it takes two from the one before. */
static void ring_of_four(struct kit *k)
{
    kit_role(k, "A", "0 B!M 1, 1 B!M 2, 2 D?M 3, 3 D?M 4");
    kit_role(k, "B", "0 C!M 1, 1 C!M 2, 2 A?M 3, 3 A?M 4");
    kit_role(k, "C", "0 D!M 1, 1 D!M 2, 2 B?M 3, 3 B?M 4");
    kit_role(k, "D", "0 A!M 1, 1 A!M 2, 2 C?M 3, 3 C?M 4");
}

static void a_ring_with_room_for_one_deadlocks(void **ctx)
{
    struct world *w = *ctx;
    ring_of_four(w->k);
    struct exploration *e = run(w, 1, 1);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_VIOLATED);
    assert_int_equal(e->result[SAFETY_FIDELITY], VERDICT_HOLDS);
    assert_int_equal(e->result[SAFETY_ORPHAN], VERDICT_HOLDS);
    assert_int_equal(e->trail[SAFETY_DEADLOCK].n, 4); /* each sends once: nothing shorter gets there */
    assert_int_equal(e->states, 16);
    assert_int_equal(e->transitions, 32);
    trail_replays(w, e, SAFETY_DEADLOCK);
}

static void a_ring_with_room_for_two_holds(void **ctx)
{
    struct world *w = *ctx;
    ring_of_four(w->k);
    struct exploration *e = run(w, 1, 2);
    for (int k = 0; k < SAFETY_KINDS; k++)
        assert_int_equal(e->result[k], VERDICT_HOLDS);
    assert_true(e->complete);
    assert_int_equal(e->expanded, e->states);
}

static void fidelity_is_found_by_a_shortest_trail(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 1 B!X 1, 1 B!Bad 2, 0 B!Y 3, 3 B!Bad 2");
    kit_role(w->k, "B", "0 A?X 0, 0 A?Y 0, 0 end");
    struct exploration *e = run(w, 1, 4);
    assert_int_equal(e->result[SAFETY_FIDELITY], VERDICT_VIOLATED);
    assert_int_equal(e->trail[SAFETY_FIDELITY].n, 3); /* send, receive, send Bad */
    trail_replays(w, e, SAFETY_FIDELITY);
}

static void orphans_are_found(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 1 B!X 2");
    kit_role(w->k, "B", "0 A?X 1");
    struct exploration *e = run(w, 1, 1);
    assert_int_equal(e->result[SAFETY_ORPHAN], VERDICT_VIOLATED);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_HOLDS);
    assert_int_equal(e->trail[SAFETY_ORPHAN].n, 3);
    trail_replays(w, e, SAFETY_ORPHAN);
}

static void a_broken_initial_state_has_an_empty_trail(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?X 1");
    kit_role(w->k, "B", "0 A?X 1");
    struct exploration *e = run(w, 1, 1);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_VIOLATED);
    assert_int_equal(e->trail[SAFETY_DEADLOCK].n, 0);
    assert_int_equal(e->states, 1);
    trail_replays(w, e, SAFETY_DEADLOCK);
}

static void independent_runs_multiply_the_states(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B?M 0");
    kit_role(w->k, "B", "0 A?M 1, 1 A!M 0");
    assert_int_equal(run(w, 1, 1)->states, 4);
    struct exploration *e = run(w, 3, 1);
    assert_int_equal(e->states, 64);
    assert_int_equal(e->transitions, 3 * 64);
}

static void a_crash_budget_multiplies_the_states(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 9);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 2, IR_NONE);
    kit_role(w->k, "A", "0 B!M 1, 1 B?M 0");
    kit_role(w->k, "B", "0 A?M 1, 1 A!M 0");
    struct exploration *e = run(w, 1, 1);
    assert_int_equal(e->states, 3 * 4); /* the restart count goes with the budget */
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_HOLDS);
}

static void crash_steps_do_not_hide_a_deadlock(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 9);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, IR_NONE);
    kit_role(w->k, "A", "0 B!M 1, 1 B?M 0");
    kit_role(w->k, "B", "0 A?M 1");
    kit_role(w->k, "B", "0 A?M 1, 1 A?M 0");
    struct exploration *e = run(w, 1, 1);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_VIOLATED);
    assert_int_equal(e->trail[SAFETY_DEADLOCK].n, 2);
    trail_replays(w, e, SAFETY_DEADLOCK);
}

/* ---- budgets ---- */

/* 5^8 states: eight independent pairs. */
static void many_states(struct kit *k)
{
    kit_role(k, "A", "0 B!M 1, 1 B?M 2, 2 B!M 0");
    kit_role(k, "B", "0 A?M 1, 1 A!M 2, 2 A?M 0");
}

static void a_memory_budget_ends_the_search_undecided(void **ctx)
{
    struct world *w = *ctx;
    many_states(w->k);
    struct exploration *e = run_with(w, 8, 1, (struct budget){0, 2 << 20});
    assert_false(e->complete);
    assert_non_null(e->stopped);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_INCONCLUSIVE);
    assert_true(e->states > 1000 && e->expanded < e->states);
    assert_true(e->bytes <= 2 << 20);
}

static void a_time_budget_ends_the_search_undecided(void **ctx)
{
    struct world *w = *ctx;
    many_states(w->k);
    struct exploration *e = run_with(w, 8, 1, (struct budget){1e-9, 0});
    assert_false(e->complete);
    assert_int_equal(e->result[SAFETY_ORPHAN], VERDICT_INCONCLUSIVE);
}

static void a_violation_outlives_a_budget(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B?M 2, 2 B!M 0, 0 B!Bad 0");
    kit_role(w->k, "B", "0 A?M 1, 1 A!M 2, 2 A?M 0");
    struct exploration *e = run_with(w, 8, 1, (struct budget){0, 2 << 20});
    assert_false(e->complete);
    assert_int_equal(e->result[SAFETY_FIDELITY], VERDICT_VIOLATED);
    assert_int_equal(e->result[SAFETY_ORPHAN], VERDICT_INCONCLUSIVE);
    trail_replays(w, e, SAFETY_FIDELITY);
}

static void a_budget_for_nothing_explores_nothing(void **ctx)
{
    struct world *w = *ctx;
    many_states(w->k);
    struct exploration *e = run_with(w, 1, 1, (struct budget){0, 1});
    assert_int_equal(e->states, 0);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_INCONCLUSIVE);
}

static void the_table_grows_without_losing_states(void **ctx)
{
    struct world *w = *ctx;
    many_states(w->k);
    uint64_t one = run(w, 1, 1)->states;
    assert_int_equal(run(w, 6, 1)->states, one * one * one * one * one * one);
}

/* ---- events ---- */

/* A is never told of anything; each of n others is told by the one before, and then raises a phase of its own. */
static void tower(struct kit *k, uint32_t n)
{
    for (char c = 'A'; c <= (char)('A' + n); c++)
        kit_role(k, (char[]){c, 0}, NULL);
    kit_role(k, "A", "0 B?X 0, 0 end");
    for (char c = 'B'; c <= (char)('A' + n); c++) {
        uint32_t event = kit_timeout(k, (char[]){c, 0}, 0);
        char text[128], first[32] = "";
        if (c > 'B')
            snprintf(first, sizeof first, "0 %c??T 1, 1 end, ", c - 1);
        snprintf(text, sizeof text, c < (char)('A' + n) ? "%s%u @%u 2, 2 %c!!T 3, 3 A?X 3, 3 end, 0 end"
                                                        : "%s%u @%u 2, 2 A?X 2, 2 end, 0 end",
                 first, c > 'B', event, c + 1);
        kit_role(k, (char[]){c, 0}, text);
    }
}

static void phases_are_counted_up_to_a_limit(void **ctx)
{
    struct world *w = *ctx;
    tower(w->k, 14);
    struct exploration *e = run(w, 1, 1);
    assert_true(e->complete);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_HOLDS);
}

static void beyond_the_limit_nothing_is_decided(void **ctx)
{
    struct world *w = *ctx;
    tower(w->k, 15);
    struct exploration *e = run(w, 1, 1);
    assert_false(e->complete);
    assert_non_null(strstr(e->stopped, "15 events"));
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_INCONCLUSIVE);
}

static void a_shortest_trail_has_events(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!Ask 1, 1 B?Yes 2, 1 @0 3, 3 B!!Stop 4");
    kit_role(w->k, "B", "0 A?Ask 1, 0 A??Stop 9, 1 A!Yes 2, 1 A??Stop 9, 2 A?Thanks 3");
    struct exploration *e = run(w, 1, 1);
    assert_int_equal(e->result[SAFETY_DEADLOCK], VERDICT_VIOLATED);
    trail_replays(w, e, SAFETY_DEADLOCK);
    assert_int_equal(e->trail[SAFETY_DEADLOCK].n, 4);
}

/* ---- what was taken ---- */

static uint32_t edge_of(struct world *w, uint32_t participant, uint32_t state, uint32_t i)
{
    const struct model *m = semantics_model(w->s);
    return m->edge_base[participant] + m->participants[participant].automaton->states[state].first + i;
}

static void edges_that_no_run_takes_are_known(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 1 B?Y 2, 1 B?Z 3");
    kit_role(w->k, "B", "0 A?X 1, 1 A!Y 2");
    struct exploration *e = run(w, 1, 1);
    assert_true(e->taken[edge_of(w, 0, 0, 0)]);
    assert_true(e->taken[edge_of(w, 0, 1, 0)]);
    assert_false(e->taken[edge_of(w, 0, 1, 1)]);
    assert_true(e->taken[edge_of(w, 1, 0, 0)]);
    assert_true(e->taken[edge_of(w, 1, 1, 0)]);
}

/* B may crash while A waits for it; where A does not wait any more nobody catches it. */
static void edges_that_catch_a_crash_are_taken_with_it(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 9);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "c", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, 1);
    uint32_t of_b = kit_crash_of(w->k, "B", "A", 0), of_c = kit_crash_of(w->k, "C", "A", 0);
    kit_role(w->k, "A", arena_printf(w->a, "0 B?X 1, 0 @%u 2, 0 @%u 3, 1 C!Z 4", of_b, of_c));
    kit_role(w->k, "B", "0 A!X 1");
    kit_role(w->k, "C", "0 A?Z 1, 0 end");
    struct exploration *e = run(w, 1, 1);
    assert_true(e->complete);
    assert_true(e->taken[edge_of(w, 0, 0, 1)]);
    assert_false(e->taken[edge_of(w, 0, 0, 2)]);
}

/* ---- replay ---- */

static void replay_names_the_step_that_is_not_enabled(void **ctx)
{
    struct world *w = *ctx;
    ring_of_four(w->k);
    struct exploration *e = run(w, 1, 1);
    struct step steps[3];
    steps[0] = e->trail[SAFETY_DEADLOCK].steps[0];
    steps[1] = e->trail[SAFETY_DEADLOCK].steps[0];
    steps[2] = e->trail[SAFETY_DEADLOCK].steps[1];
    struct replay r = replay(w->a, w->s, steps, 3);
    assert_false(r.ok);
    assert_int_equal(r.failed, 1);
    assert_false(r.broken[SAFETY_DEADLOCK]);
}

static void replay_of_nothing_judges_the_initial_state(void **ctx)
{
    struct world *w = *ctx;
    ring_of_four(w->k);
    run(w, 1, 1);
    struct replay r = replay(w->a, w->s, NULL, 0);
    assert_true(r.ok);
    assert_int_equal(r.failed, 0);
    for (int k = 0; k < SAFETY_KINDS; k++)
        assert_false(r.broken[k]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_ring_with_room_for_one_deadlocks),
        TEST(a_ring_with_room_for_two_holds),
        TEST(fidelity_is_found_by_a_shortest_trail),
        TEST(orphans_are_found),
        TEST(a_broken_initial_state_has_an_empty_trail),
        TEST(independent_runs_multiply_the_states),
        TEST(a_crash_budget_multiplies_the_states),
        TEST(crash_steps_do_not_hide_a_deadlock),
        TEST(a_memory_budget_ends_the_search_undecided),
        TEST(a_time_budget_ends_the_search_undecided),
        TEST(a_violation_outlives_a_budget),
        TEST(a_budget_for_nothing_explores_nothing),
        TEST(the_table_grows_without_losing_states),
        TEST(phases_are_counted_up_to_a_limit),
        TEST(beyond_the_limit_nothing_is_decided),
        TEST(a_shortest_trail_has_events),
        TEST(edges_that_no_run_takes_are_known),
        TEST(edges_that_catch_a_crash_are_taken_with_it),
        TEST(replay_names_the_step_that_is_not_enabled),
        TEST(replay_of_nothing_judges_the_initial_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
