/* progress_test.c -- what only the graph of all states tells: progress, the unfinished, leftovers, starvation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model_kit.h"
#include "progress.h"
#include "starvation.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct exploration *e;
    struct state_graph *g;
    struct progress p;
    struct starvation s;
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

static void decide(struct world *w, uint32_t capacity)
{
    struct semantics *s = semantics_new(w->a, kit_model(w->k, 1, capacity));
    w->e = explore_graph(w->a, s, &(struct budget){0, 0}, &w->g);
    assert_non_null(w->g);
    assert_true(progress_check(w->g, &w->p));
    assert_true(starvation_check(w->g, &w->s));
}

static void assert_broken(struct world *w, bool progress, bool unfinished, bool leftovers, bool starves)
{
    assert_int_equal(w->p.broken[PROGRESS], progress);
    assert_int_equal(w->p.broken[NO_UNFINISHED], unfinished);
    assert_int_equal(w->p.broken[NO_LEFTOVERS], leftovers);
    assert_int_equal(w->s.found, starves);
}

/* ---- the graph ---- */

static void the_graph_has_every_state_and_step(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B!N 0");
    kit_role(w->k, "B", "0 A?M 1, 1 A?N 0");
    decide(w, 2);
    assert_int_equal(w->g->n, w->e->states);
    assert_int_equal(w->g->n_steps, w->e->transitions);
    assert_int_equal(w->g->first[0], 0);
    assert_int_equal(w->g->first[w->g->n], w->g->n_steps);
    for (uint32_t i = 0; i < w->g->n; i++) {
        uint8_t *next = arena_alloc(w->a, semantics_size(w->g->s));
        for (uint64_t e = w->g->first[i]; e < w->g->first[i + 1]; e++) {
            struct step s = semantics_decode(w->g->s, w->g->code[e]);
            assert_true(semantics_enabled(w->g->s, state_graph_state(w->g, i), &s));
            semantics_apply(w->g->s, state_graph_state(w->g, i), &s, next);
            assert_memory_equal(next, state_graph_state(w->g, w->g->target[e]), semantics_size(w->g->s));
        }
    }
}

static void the_way_to_a_state_replays(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2");
    kit_role(w->k, "B", "0 A?M 1, 1 A!N 2");
    decide(w, 1);
    for (uint32_t i = 0; i < w->g->n; i++) {
        struct trail t = state_graph_trail(w->g, w->a, i);
        struct replay r = replay(w->a, w->g->s, t.steps, t.n);
        assert_true(r.ok);
        assert_memory_equal(r.state, state_graph_state(w->g, i), semantics_size(w->g->s));
    }
}

static void a_search_that_stops_has_no_graph(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    struct semantics *s = semantics_new(w->a, kit_model(w->k, 1, 3));
    w->e = explore_graph(w->a, s, &(struct budget){0, 100}, &w->g);
    assert_null(w->g);
    assert_false(w->e->complete);
}

/* ---- progress ---- */

static void a_deadlock_breaks_progress(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?M 1, 1 B!N 2");
    kit_role(w->k, "B", "0 A?N 1, 1 A!M 2");
    decide(w, 1);
    assert_broken(w, true, false, false, false);
    assert_int_equal(w->p.state[PROGRESS], 0);
}

/* No state is without a step, and C waits in vain. */
static void one_that_waits_beside_a_loop_breaks_progress(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    kit_role(w->k, "C", "0 A?N 1");
    decide(w, 1);
    assert_broken(w, true, false, false, true);
}

static void a_message_that_nobody_takes_breaks_progress(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B!N 2");
    kit_role(w->k, "B", "0 A?M 1");
    decide(w, 2);
    assert_broken(w, true, false, true, false);
}

/* B may rest, and nobody tells it that the end has come. */
static void who_is_not_told_of_the_end_is_unfinished(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0, 0 C!N 1");
    kit_role(w->k, "B", "0 A?M 0, 0 end");
    kit_role(w->k, "C", "0 A?N 1");
    decide(w, 1);
    assert_broken(w, false, true, false, true);
}

static void all_is_well(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2");
    kit_role(w->k, "B", "0 A?M 1, 1 A!N 2");
    decide(w, 1);
    assert_broken(w, false, false, false, false);
}

/* An orphan for the time being: A goes on for ever, so that it is no leftover. */
static void leftovers_need_an_end(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 C!N 1");
    kit_role(w->k, "B", "0 C!O 1");
    kit_role(w->k, "C", "0 A?N 0");
    decide(w, 1);
    assert_int_equal(w->e->result[SAFETY_ORPHAN], VERDICT_VIOLATED);
    assert_false(w->p.broken[NO_LEFTOVERS]);
}

/* ---- starvation ---- */

/* A may choose the loop for ever; with fair choices it does not. */
static void an_unfair_choice_starves(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0, 0 B!N 1, 1 C!O 2");
    kit_role(w->k, "B", "0 A?M 0, 0 A?N 1");
    kit_role(w->k, "C", "0 A?O 1");
    decide(w, 1);
    assert_broken(w, false, false, false, true);
}

/* That A and B go round does not keep C from acting: it can, all the time. */
static void who_can_act_is_not_starved_by_others(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    kit_role(w->k, "C", "0 D!N 0");
    kit_role(w->k, "D", "0 C?N 0");
    decide(w, 1);
    assert_broken(w, false, false, false, false);
}

static void both_branches_serve_everyone(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 0 B!N 1, 1 C!O 0");
    kit_role(w->k, "B", "0 A?M 0, 0 A?N 0");
    kit_role(w->k, "C", "0 A?O 0");
    decide(w, 2);
    assert_broken(w, false, false, false, false);
}

/* C may take from B for ever, and what A sent waits. */
static void a_lane_may_be_passed_over_for_ever(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 C!M 1");
    kit_role(w->k, "B", "0 C!N 0");
    kit_role(w->k, "C", "0 A?M 0, 0 B?N 0");
    decide(w, 1);
    assert_false(w->p.broken[PROGRESS]);
    assert_true(w->s.found);
}

/* ---- events ---- */

static void what_an_event_outdates_has_found_its_end(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?Never 2, 0 @0 1");
    kit_role(w->k, "B", "0 A!X 1");
    decide(w, 1);
    assert_broken(w, false, false, false, false);
}

static void a_message_that_nothing_outdates_breaks_progress(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?Never 2, 0 @0 1");
    kit_role(w->k, "B", "0 C!X 1");
    kit_role(w->k, "C", NULL);
    decide(w, 1);
    assert_true(w->p.broken[PROGRESS]);
}

static void whom_only_an_interrupt_could_move_asks_for_nothing(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?M 0, 0 @0 1, 1 C!!Stop 2");
    kit_role(w->k, "B", "0 A!M 0");
    kit_role(w->k, "C", "0 A??Stop 1, 0 end");
    decide(w, 1);
    assert_broken(w, false, false, false, false);
}

static void who_waits_for_ever_times_out_at_some_time(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?M 1, 0 @0 1");
    kit_role(w->k, "B", "0 C!N 0");
    kit_role(w->k, "C", "0 B?N 0, 0 B?O 1, 1 A!M 2");
    decide(w, 1);
    assert_false(w->s.found);
}

static void without_a_timeout_it_starves(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?M 1");
    kit_role(w->k, "B", "0 C!N 0, 0 A!M 1");
    kit_role(w->k, "C", "0 B?N 0, 0 end");
    decide(w, 1);
    assert_true(w->s.found);
}

static void a_lane_that_is_emptied_again_and_again_does_not_starve(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?Never 2, 0 @0 1, 1 B!!Again 0");
    kit_role(w->k, "B", "0 A!X 1, 1 A??Again 0, 0 A??Again 0");
    decide(w, 1);
    assert_false(w->s.found);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_graph_has_every_state_and_step), T(the_way_to_a_state_replays), T(a_search_that_stops_has_no_graph),
        T(a_deadlock_breaks_progress), T(one_that_waits_beside_a_loop_breaks_progress),
        T(a_message_that_nobody_takes_breaks_progress), T(who_is_not_told_of_the_end_is_unfinished), T(all_is_well),
        T(leftovers_need_an_end), T(an_unfair_choice_starves), T(who_can_act_is_not_starved_by_others),
        T(both_branches_serve_everyone), T(a_lane_may_be_passed_over_for_ever),
        T(what_an_event_outdates_has_found_its_end),
        T(a_message_that_nothing_outdates_breaks_progress),
        T(whom_only_an_interrupt_could_move_asks_for_nothing),
        T(who_waits_for_ever_times_out_at_some_time),
        T(without_a_timeout_it_starves),
        T(a_lane_that_is_emptied_again_and_again_does_not_starve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
