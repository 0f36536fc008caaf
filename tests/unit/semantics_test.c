/* semantics_test.c -- the step relation on models by hand: each rule, and each thing that can be wrong with a state. */
#include "semantics_kit.h"

/* ---- sends and receives ---- */

static void ping_pong(struct world *w, uint32_t runs, uint32_t capacity)
{
    kit_role(w->k, "A", "0 B!Ping 1, 1 B?Pong 2");
    kit_role(w->k, "B", "0 A?Ping 1, 1 A!Pong 2");
    begin(w, runs, capacity);
}

static void a_send_needs_room(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    begin(w, 1, 2);
    take(w, "A", '!', "M");
    take(w, "A", '!', "M");
    assert_int_equal(count_steps(w), 1); /* only the receive is left */
    assert_int_equal(w->steps[0].kind, STEP_RECEIVE);
    take(w, "B", '?', "M");
    assert_int_equal(count_steps(w), 2);
}

static void a_receive_needs_its_message_at_the_head(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w, 1, 1);
    struct step receive = {.kind = STEP_RECEIVE, .edge = w->m->edge_base[1]};
    assert_false(semantics_enabled(w->s, w->state, &receive));
    take(w, "A", '!', "Ping");
    assert_true(semantics_enabled(w->s, w->state, &receive));
}

static void a_step_of_another_state_is_not_enabled(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w, 1, 1);
    assert_false(semantics_enabled(w->s, w->state, &(struct step){.kind = STEP_SEND, .edge = w->m->edge_base[1] + 1}));
}

static void nonsense_steps_are_not_enabled(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w, 1, 1);
    assert_false(semantics_enabled(w->s, w->state, &(struct step){.kind = STEP_SEND, .edge = 4}));
    assert_false(semantics_enabled(w->s, w->state, &(struct step){.kind = STEP_RECEIVE})); /* edge 0 sends */
    assert_false(semantics_enabled(w->s, w->state, &(struct step){.kind = STEP_CRASH}));
}

static void lanes_are_first_in_first_out(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 1 B!Y 2");
    kit_role(w->k, "B", "0 A?Y 1, 0 A?X 0, 1 A?X 1, 1 A?Y 1");
    begin(w, 1, 4);
    take(w, "A", '!', "X");
    take(w, "A", '!', "Y");
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 2);
    assert_string_equal(w->k->messages[semantics_lane_message(w->s, w->state, 0, 0)].name, "X");
    assert_string_equal(w->k->messages[semantics_lane_message(w->s, w->state, 0, 1)].name, "Y");
    assert_int_equal(count_steps(w), 1); /* only X */
    take(w, "B", '?', "X");
    take(w, "B", '?', "Y");
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 0);
}

static void equal_states_have_equal_bytes(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 0, 0 B!Y 0");
    kit_role(w->k, "B", "0 A?X 0, 0 A?Y 0");
    begin(w, 1, 3);
    uint8_t *first = arena_alloc(w->a, semantics_size(w->s));
    memcpy(first, w->state, semantics_size(w->s));
    take(w, "A", '!', "Y");
    take(w, "A", '!', "Y");
    take(w, "B", '?', "Y");
    assert_memory_not_equal(first, w->state, semantics_size(w->s));
    take(w, "B", '?', "Y");
    assert_memory_equal(first, w->state, semantics_size(w->s));
}

static void order_across_lanes_is_free(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 C!M 1");
    kit_role(w->k, "B", "0 C!M 1");
    kit_role(w->k, "C", "0 A?M 1, 0 B?M 1, 1 A?M 2, 1 B?M 2");
    begin(w, 1, 1);
    take(w, "A", '!', "M");
    take(w, "B", '!', "M");
    assert_int_equal(count_steps(w), 2);
}

static void codes_name_each_step(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w, 1, 1);
    assert_int_equal(semantics_n_codes(w->s), 4);
    for (uint32_t c = 0; c < 4; c++) {
        struct step t = semantics_decode(w->s, c);
        assert_int_equal(semantics_code(w->s, &t), c);
    }
}

/* ---- what is wrong with a state ---- */

static void waiting_for_each_other_is_a_deadlock(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?X 1, 1 B!Y 2");
    kit_role(w->k, "B", "0 A?Y 1, 1 A!X 2");
    begin(w, 1, 1);
    assert_true(semantics_is_deadlock(w->s, w->state));
}

static void everyone_at_end_is_no_deadlock(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w, 1, 1);
    take(w, "A", '!', "Ping");
    take(w, "B", '?', "Ping");
    take(w, "B", '!', "Pong");
    assert_false(semantics_run_complete(w->s, w->state, 0));
    take(w, "A", '?', "Pong");
    assert_int_equal(count_steps(w), 0);
    assert_false(semantics_is_deadlock(w->s, w->state));
    assert_true(semantics_run_complete(w->s, w->state, 0));
}

static void resting_at_an_end_with_receives_is_no_deadlock(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 0, 0 end");
    begin(w, 1, 1);
    take(w, "A", '!', "M");
    assert_false(semantics_orphan(w->s, w->state, NULL)); /* B still takes it */
    take(w, "B", '?', "M");
    assert_false(semantics_is_deadlock(w->s, w->state));
    assert_true(semantics_run_complete(w->s, w->state, 0));
}

static void a_message_without_an_edge_violates_fidelity(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 0 B!Y 1");
    kit_role(w->k, "B", "0 A?X 1");
    begin(w, 1, 1);
    struct violation v;
    assert_false(semantics_fidelity_violation(w->s, w->state, &v));
    take(w, "A", '!', "Y");
    assert_true(semantics_fidelity_violation(w->s, w->state, &v));
    assert_int_equal(v.participant, 1);
    assert_int_equal(v.lane, 0);
    assert_string_equal(w->k->messages[v.message].name, "Y");
    assert_true(semantics_is_deadlock(w->s, w->state)); /* Y cannot be taken */
}

static void an_early_message_is_no_violation(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 C!Late 1");
    kit_role(w->k, "B", "0 C!Go 1, 0 C!Other 1");
    kit_role(w->k, "C", "0 A?Soon 1, 0 B?Go 1, 1 A?Late 2");
    begin(w, 1, 1);
    take(w, "A", '!', "Late");
    assert_false(semantics_fidelity_violation(w->s, w->state, NULL)); /* Go may still come */
    take(w, "B", '!', "Other");
    struct violation v;
    assert_true(semantics_fidelity_violation(w->s, w->state, &v)); /* now nothing can */
    assert_string_equal(w->m->participants[v.participant].name, "C");
}

static void a_participant_that_can_send_violates_nothing(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!Y 1");
    kit_role(w->k, "B", "0 A!Z 1, 0 A?X 1");
    begin(w, 1, 1);
    take(w, "A", '!', "Y");
    assert_false(semantics_fidelity_violation(w->s, w->state, NULL));
}

static void a_message_to_one_that_rests_is_an_orphan_when_nothing_moves(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1");
    kit_role(w->k, "B", "0 C?Y 1, 0 end, 1 A?X 2");
    kit_role(w->k, "C", "0 B!Y 1, 0 A!Never 1");
    begin(w, 1, 1);
    take(w, "A", '!', "X");
    assert_false(semantics_orphan(w->s, w->state, NULL)); /* C can still send Y, and then B takes X */
    take(w, "C", '!', "Never");
    struct violation v;
    assert_true(semantics_orphan(w->s, w->state, &v)); /* A, which is done, has one too, and comes first */
    assert_int_equal(v.participant, 0);
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 1, waits), 1);
    assert_int_equal(waits[0].kind, WAIT_ORPHAN);
}

static void a_lane_that_the_state_does_not_read_is_no_violation(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!Y 1");
    kit_role(w->k, "B", "0 C?X 1, 1 A?Y 2");
    kit_role(w->k, "C", "0 B!X 1");
    begin(w, 1, 1);
    take(w, "A", '!', "Y");
    assert_false(semantics_fidelity_violation(w->s, w->state, NULL));
    assert_false(semantics_orphan(w->s, w->state, NULL));
}

static void a_message_left_at_an_end_is_an_orphan(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 1 B!X 2");
    kit_role(w->k, "B", "0 A?X 1");
    begin(w, 1, 1);
    take(w, "A", '!', "X");
    take(w, "B", '?', "X");
    assert_false(semantics_orphan(w->s, w->state, NULL));
    take(w, "A", '!', "X");
    struct violation v;
    assert_true(semantics_orphan(w->s, w->state, &v));
    assert_int_equal(v.participant, 1);
    assert_false(semantics_fidelity_violation(w->s, w->state, NULL)); /* B reads nothing any more */
    assert_false(semantics_is_deadlock(w->s, w->state));
}

static void expand_reports_what_the_predicates_say(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 0 B!Y 1");
    kit_role(w->k, "B", "0 A?X 1");
    begin(w, 1, 1);
    take(w, "A", '!', "Y");
    uint32_t codes[8], broken;
    assert_int_equal(semantics_expand(w->s, w->state, codes, &broken), 0);
    assert_int_equal(broken, 1u << SAFETY_FIDELITY | 1u << SAFETY_DEADLOCK);
}

/* ---- who waits ---- */

static void a_full_lane_makes_its_sender_wait(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B!M 2");
    kit_role(w->k, "B", "0 A!N 1, 1 A!N 2");
    begin(w, 1, 1);
    take(w, "A", '!', "M");
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 1, waits), 0); /* B can still send */
    take(w, "B", '!', "N");
    assert_int_equal(semantics_waits(w->s, w->state, 0, waits), 1);
    assert_int_equal(waits[0].kind, WAIT_FULL);
    assert_int_equal(waits[0].peer, 1);
    assert_int_equal(waits[0].edge, 1);
    assert_true(semantics_max_waits(w->s) >= 1);
}

static void an_empty_lane_makes_its_reader_wait(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?M 1, 0 B?N 1, 0 C?M 1");
    kit_role(w->k, "B", "0 A?M 1, 1 A!M 1");
    kit_role(w->k, "C", "0 end");
    begin(w, 1, 1);
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 0, waits), 2);
    assert_int_equal(waits[0].kind, WAIT_EMPTY);
    assert_int_equal(waits[0].n_edges, 2);
    assert_int_equal(waits[1].kind, WAIT_EMPTY);
    assert_int_equal(waits[1].peer, 2);
    assert_int_equal(waits[1].lane, IR_NONE); /* C never sends */
}

static void an_unexpected_head_makes_its_reader_wait(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!Y 1");
    kit_role(w->k, "B", "0 A?X 1");
    begin(w, 1, 1);
    take(w, "A", '!', "Y");
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 1, waits), 1);
    assert_int_equal(waits[0].kind, WAIT_UNEXPECTED);
    assert_string_equal(w->k->messages[waits[0].message].name, "Y");
    assert_int_equal(semantics_waits(w->s, w->state, 0, waits), 0); /* A is done */
}

/* ---- runs ---- */

static void runs_are_independent(void **ctx)
{
    struct world *w = *ctx;
    ping_pong(w, 2, 1);
    take(w, "S#2.A", '!', "Ping");
    assert_int_equal(count_steps(w), 2); /* the other A, and B of run 2 */
    take(w, "S#2.B", '?', "Ping");
    take(w, "S#2.B", '!', "Pong");
    take(w, "S#2.A", '?', "Pong");
    assert_true(semantics_run_complete(w->s, w->state, 1));
    assert_false(semantics_run_complete(w->s, w->state, 0));
}

/* ---- crashes ---- */

/* A and B on one_for_one; budget of one crash of any. */
static void supervised(struct world *w, enum strategy strategy, uint32_t intensity, enum restart_type restart,
                       uint32_t crashes)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, strategy, intensity);
    kit_child(w->k, root, "a", 1, restart);
    kit_child(w->k, root, "b", 1, restart);
    kit_crashes(w->k, crashes, IR_NONE);
    ping_pong(w, 1, 1);
}

static void a_crash_resets_the_run(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 3, RESTART_PERMANENT, 2);
    take(w, "A", '!', "Ping");
    crash(w, 1, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 0);
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 0);
    assert_true(semantics_instance_up(w->s, w->state, 1));
}

static void a_crash_leaves_a_complete_run(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 3, RESTART_PERMANENT, 1);
    take(w, "A", '!', "Ping");
    take(w, "B", '?', "Ping");
    take(w, "B", '!', "Pong");
    take(w, "A", '?', "Pong");
    crash(w, 0, 0);
    assert_true(semantics_run_complete(w->s, w->state, 0));
}

static void a_crash_needs_a_budget(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 3, RESTART_PERMANENT, 1);
    assert_int_equal(count_steps(w), 3);
    crash(w, 0, 0);
    assert_false(can_crash(w, 0, 0));
    assert_int_equal(count_steps(w), 1);
}

static void a_budget_of_one_child_is_not_for_another(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 5);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    uint32_t b = kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, b);
    ping_pong(w, 1, 1);
    assert_false(can_crash(w, 0, 0));
    assert_true(can_crash(w, 1, 0));
}

static void the_first_budget_that_fits_is_used(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 5);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    uint32_t b = kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, b);
    kit_crashes(w->k, 1, IR_NONE);
    ping_pong(w, 1, 1);
    crash(w, 1, 0); /* uses its own budget, not that of any */
    assert_true(can_crash(w, 0, 0));
    assert_true(can_crash(w, 1, 0));
    crash(w, 0, 0);
    assert_false(can_crash(w, 1, 0));
}

static void a_temporary_child_closes_its_runs(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 3, RESTART_TEMPORARY, 2);
    take(w, "A", '!', "Ping");
    assert_false(can_crash(w, 1, 1)); /* its supervisor never gives up for it */
    crash(w, 1, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), SEMANTICS_GONE);
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 0);
    assert_false(semantics_instance_up(w->s, w->state, 1));
    assert_true(semantics_instance_up(w->s, w->state, 0));
    assert_false(semantics_is_deadlock(w->s, w->state));
    assert_false(can_crash(w, 1, 0)); /* gone already */
    assert_true(can_crash(w, 0, 0));
}

static void a_temporary_sibling_stops_for_good(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ALL, 3);
    uint32_t a = kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_TEMPORARY);
    kit_crashes(w->k, 2, a);
    ping_pong(w, 1, 1);
    take(w, "A", '!', "Ping");
    crash(w, 0, 0);
    assert_true(semantics_instance_up(w->s, w->state, 0));
    assert_false(semantics_instance_up(w->s, w->state, 1));
    assert_int_equal(semantics_at(w->s, w->state, 0), SEMANTICS_GONE); /* its session cannot be opened again */
}

static void below_its_intensity_a_supervisor_restarts(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 1, RESTART_PERMANENT, 3);
    assert_true(can_crash(w, 0, 0));
    assert_false(can_crash(w, 0, 1));
}

static void at_its_intensity_a_supervisor_may_give_up(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 1, RESTART_PERMANENT, 3);
    crash(w, 0, 0);
    assert_true(can_crash(w, 0, 0));
    assert_true(can_crash(w, 0, 1));
    crash(w, 0, 1);
    assert_false(semantics_instance_up(w->s, w->state, 0));
    assert_false(semantics_instance_up(w->s, w->state, 1));
    assert_int_equal(semantics_at(w->s, w->state, 1), SEMANTICS_GONE);
    assert_int_equal(count_steps(w), 0);
    assert_false(semantics_is_deadlock(w->s, w->state));
}

static void intensity_zero_always_gives_up(void **ctx)
{
    struct world *w = *ctx;
    supervised(w, ONE_FOR_ONE, 0, RESTART_PERMANENT, 1);
    assert_false(can_crash(w, 0, 0));
    assert_true(can_crash(w, 0, 1));
}

/* One run of each of three pairs would be needed to see strategies apart; two runs, of A-B, and instance c aside. */
static void strategy_world(struct world *w, enum strategy strategy)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, strategy, 3);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "c", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, IR_NONE);
    ping_pong(w, 1, 1);
    take(w, "A", '!', "Ping");
}

static void one_for_one_restarts_only_the_failed(void **ctx)
{
    struct world *w = *ctx;
    strategy_world(w, ONE_FOR_ONE);
    crash(w, 2, 0); /* c plays in no run */
    assert_int_equal(semantics_at(w->s, w->state, 0), 1);
}

static void one_for_all_restarts_all(void **ctx)
{
    struct world *w = *ctx;
    strategy_world(w, ONE_FOR_ALL);
    crash(w, 2, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 0);
}

static void rest_for_one_restarts_the_later_ones(void **ctx)
{
    struct world *w = *ctx;
    strategy_world(w, REST_FOR_ONE);
    uint8_t *before = arena_alloc(w->a, semantics_size(w->s));
    memcpy(before, w->state, semantics_size(w->s));
    crash(w, 2, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 1); /* c is the last */
    memcpy(w->state, before, semantics_size(w->s));
    crash(w, 0, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 0);
}

/* root one_for_one 2 { sub one_for_one 1 { a, t temporary }, b } */
static void nested(struct world *w)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 2);
    uint32_t sub = kit_supervisor(w->k, root, ONE_FOR_ONE, 1);
    kit_child(w->k, sub, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, sub, "t", 1, RESTART_TEMPORARY);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 9, IR_NONE);
    ping_pong(w, 1, 1); /* A = a, B = t */
}

static void a_parent_restarts_a_supervisor_afresh(void **ctx)
{
    struct world *w = *ctx;
    nested(w);
    crash(w, 1, 0); /* t is gone and so is the run */
    assert_int_equal(semantics_at(w->s, w->state, 0), SEMANTICS_GONE);
    crash(w, 0, 0); /* sub: 1 of 1; the run stays closed */
    assert_int_equal(semantics_at(w->s, w->state, 0), SEMANTICS_GONE);
    crash(w, 0, 1); /* sub gives up, root restarts it: t is up again and the run opens anew */
    assert_true(semantics_instance_up(w->s, w->state, 1));
    assert_int_equal(semantics_at(w->s, w->state, 0), 0);
    assert_false(can_crash(w, 0, 1)); /* sub counts from 0 again */
}

static void giving_up_stops_where_a_parent_restarts(void **ctx)
{
    struct world *w = *ctx;
    nested(w);
    crash(w, 0, 0);
    assert_false(can_crash(w, 0, 2)); /* the root has restarts left */
    crash(w, 2, 0);
    crash(w, 2, 0); /* root: 2 of 2 */
    assert_true(can_crash(w, 0, 0));
    assert_true(can_crash(w, 0, 1));
    assert_true(can_crash(w, 0, 2));
    assert_false(can_crash(w, 2, 2)); /* b's chain is the root alone */
    crash(w, 0, 2);
    assert_false(semantics_instance_up(w->s, w->state, 2));
}

static void crash_codes_name_each_step(void **ctx)
{
    struct world *w = *ctx;
    nested(w);
    crash(w, 0, 0);
    uint32_t n = count_steps(w);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = semantics_code(w->s, &w->steps[i]);
        struct step back = semantics_decode(w->s, code);
        assert_true(code < semantics_n_codes(w->s));
        assert_memory_equal(&back, &w->steps[i], sizeof back);
        assert_true(semantics_enabled(w->s, w->state, &back));
    }
    assert_int_equal(n, 1 + 2 + 1 + 1); /* A sends; a with two outcomes, t, b */
}

/* ---- the functions agree with each other, on random models ---- */

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

/* A role of `n` states: in each either some sends or some receives, so that nothing is a mixed choice. */
static void random_role(struct kit *k, const char *role, const char *const *peers, uint32_t n, uint64_t *seed)
{
    char text[512] = "";
    for (uint32_t q = 0; q < n; q++) {
        char dir = random_below(seed, 2) ? '!' : '?';
        uint32_t used = 0;
        for (uint32_t i = 0; i < 3; i++) {
            uint32_t peer = random_below(seed, 2), message = random_below(seed, 2), bit = 1u << (2 * peer + message);
            if (used & bit)
                continue;
            used |= bit;
            size_t len = strlen(text);
            snprintf(text + len, sizeof text - len, "%s%u %s%cM%u %u", len ? ", " : "", q, peers[peer], dir, message,
                     random_below(seed, n + 1));
        }
    }
    kit_role(k, role, text);
}

static void random_model(struct world *w, uint64_t *seed)
{
    kit_role(w->k, "A", NULL);
    kit_role(w->k, "B", NULL);
    random_role(w->k, "A", (const char *const[]){"B", "C"}, 3, seed);
    random_role(w->k, "B", (const char *const[]){"A", "C"}, 3, seed);
    random_role(w->k, "C", (const char *const[]){"A", "B"}, 3, seed);
    if (random_below(seed, 2)) {
        uint32_t root = kit_supervisor(w->k, IR_NONE, (enum strategy)random_below(seed, 3), random_below(seed, 3));
        uint32_t sub = kit_supervisor(w->k, root, (enum strategy)random_below(seed, 3), random_below(seed, 3));
        kit_child(w->k, sub, "a", 1, RESTART_PERMANENT);
        kit_child(w->k, sub, "b", 1, random_below(seed, 2) ? RESTART_TEMPORARY : RESTART_TRANSIENT);
        kit_child(w->k, root, "c", 1, RESTART_PERMANENT);
        kit_crashes(w->k, 1 + random_below(seed, 3), IR_NONE);
    }
    begin(w, 1 + random_below(seed, 2), 1 + random_below(seed, 3));
}

static void check_state(struct world *w)
{
    uint32_t broken, n = count_steps(w), listed = 0;
    uint32_t *codes = ARENA_ARRAY(w->a, uint32_t, semantics_max_steps(w->s));
    assert_int_equal(semantics_expand(w->s, w->state, codes, &broken), n);
    assert_int_equal(!!(broken & 1u << SAFETY_DEADLOCK), semantics_is_deadlock(w->s, w->state));
    assert_int_equal(!!(broken & 1u << SAFETY_FIDELITY), semantics_fidelity_violation(w->s, w->state, NULL));
    assert_int_equal(!!(broken & 1u << SAFETY_ORPHAN), semantics_orphan(w->s, w->state, NULL));
    assert_int_equal(!!(broken & 1u << SAFETY_GAVE_UP), semantics_gave_up(w->s, w->state));
    for (uint32_t code = 0; code < semantics_n_codes(w->s); code++) {
        struct step t = semantics_decode(w->s, code);
        bool in_list = listed < n && codes[listed] == code; /* ascending */
        assert_int_equal(semantics_enabled(w->s, w->state, &t), in_list);
        listed += in_list;
    }
    assert_int_equal(listed, n);
}

static void random_models_are_consistent(void **ctx)
{
    for (uint64_t model = 0; model < 100; model++) {
        uint64_t seed = model;
        void *each;
        setup(&each);
        struct world *w = each;
        random_model(w, &seed);
        for (uint32_t i = 0; i < 60; i++) {
            check_state(w);
            uint32_t n = count_steps(w);
            if (n == 0)
                break;
            semantics_apply(w->s, w->state, &w->steps[random_below(&seed, n)], w->state);
        }
        teardown(&each);
    }
    (void)ctx;
}


int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_send_needs_room),
        TEST(a_receive_needs_its_message_at_the_head),
        TEST(a_step_of_another_state_is_not_enabled),
        TEST(nonsense_steps_are_not_enabled),
        TEST(lanes_are_first_in_first_out),
        TEST(equal_states_have_equal_bytes),
        TEST(order_across_lanes_is_free),
        TEST(codes_name_each_step),
        TEST(waiting_for_each_other_is_a_deadlock),
        TEST(everyone_at_end_is_no_deadlock),
        TEST(resting_at_an_end_with_receives_is_no_deadlock),
        TEST(a_message_without_an_edge_violates_fidelity),
        TEST(an_early_message_is_no_violation),
        TEST(a_participant_that_can_send_violates_nothing),
        TEST(a_message_to_one_that_rests_is_an_orphan_when_nothing_moves),
        TEST(a_lane_that_the_state_does_not_read_is_no_violation),
        TEST(a_message_left_at_an_end_is_an_orphan),
        TEST(expand_reports_what_the_predicates_say),
        TEST(a_full_lane_makes_its_sender_wait),
        TEST(an_empty_lane_makes_its_reader_wait),
        TEST(an_unexpected_head_makes_its_reader_wait),
        TEST(runs_are_independent),
        TEST(a_crash_resets_the_run),
        TEST(a_crash_leaves_a_complete_run),
        TEST(a_crash_needs_a_budget),
        TEST(a_budget_of_one_child_is_not_for_another),
        TEST(the_first_budget_that_fits_is_used),
        TEST(a_temporary_child_closes_its_runs),
        TEST(a_temporary_sibling_stops_for_good),
        TEST(below_its_intensity_a_supervisor_restarts),
        TEST(at_its_intensity_a_supervisor_may_give_up),
        TEST(intensity_zero_always_gives_up),
        TEST(one_for_one_restarts_only_the_failed),
        TEST(one_for_all_restarts_all),
        TEST(rest_for_one_restarts_the_later_ones),
        TEST(a_parent_restarts_a_supervisor_afresh),
        TEST(giving_up_stops_where_a_parent_restarts),
        TEST(crash_codes_name_each_step),
        TEST(random_models_are_consistent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
