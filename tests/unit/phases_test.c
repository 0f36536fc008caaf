/* phases_test.c -- events, interrupts and phases in the step relation: each rule on models by hand, and random walks
 * beside a plain second implementation whose counters grow without end. */
#include "semantics_kit.h"

/* A asks, B answers; A may time out and says Stop, which B acknowledges by Bye. */
static void ask_with_timeout(struct world *w, uint32_t capacity)
{
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!Ask 1, 1 B?Answer 2, 1 @0 3, 3 B!!Stop 4, 4 B?Bye 5");
    kit_role(w->k, "B", "0 A?Ask 1, 0 A??Stop 3, 1 A!Answer 2, 1 A??Stop 3, 2 A??Stop 3, 2 end, 3 A!Bye 4");
    begin(w, 1, capacity);
}

static uint32_t phase(const struct world *w, const char *who)
{
    for (uint32_t p = 0; p < w->m->n_participants; p++)
        if (strcmp(w->m->participants[p].name, who) == 0)
            return semantics_phase(w->s, w->state, p);
    fail_msg("no %s", who);
    return 0;
}

static uint32_t in_lane(const struct world *w, uint32_t from, uint32_t to, bool interrupt)
{
    return semantics_lane_length(w->s, w->state, kit_lane_of_kind(w->m, from, to, interrupt));
}

/* ---- events ---- */

static void a_timeout_needs_a_catcher_that_waits(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!Ask 1, 0 @0 2, 1 B!Ask 3, 1 @0 2");
    kit_role(w->k, "B", "0 A?Ask 1");
    begin(w, 1, 1);
    assert_null(find_step(w, "A", '@', "timeout")); /* it can send */
    take(w, "A", '!', "Ask");
    assert_non_null(find_step(w, "A", '@', "timeout")); /* no room: it waits */
    take(w, "B", '?', "Ask");
    assert_null(find_step(w, "A", '@', "timeout"));
}

static void a_cancel_may_come_at_any_time(void **ctx)
{
    struct world *w = *ctx;
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!Ask 1, 0 @0 1");
    kit_role(w->k, "B", "0 A?Ask 1");
    begin(w, 1, 1);
    assert_non_null(find_step(w, "A", '@', "cancel"));
    assert_non_null(find_step(w, "A", '!', "Ask"));
}

static void a_crash_is_no_event_of_its_own(void **ctx)
{
    struct world *w = *ctx;
    kit_crash_of(w->k, "B", "A", 0);
    kit_role(w->k, "A", "0 B?M 1, 0 @0 1");
    kit_role(w->k, "B", "0 end, 0 A?M 0");
    begin(w, 1, 1);
    assert_int_equal(count_steps(w), 0);
    assert_true(semantics_is_deadlock(w->s, w->state));
}

static void an_event_raises_the_phase_of_its_catcher(void **ctx)
{
    struct world *w = *ctx;
    ask_with_timeout(w, 2);
    take(w, "A", '!', "Ask");
    take(w, "A", '@', "timeout");
    assert_true(phase(w, "A") > phase(w, "B"));
}

static void who_waits_with_a_timeout_is_in_no_deadlock(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?M 1, 0 @0 2");
    kit_role(w->k, "B", "0 end, 0 A?M 0");
    begin(w, 1, 1);
    assert_false(semantics_is_deadlock(w->s, w->state));
    take(w, "A", '@', "timeout");
    assert_false(semantics_is_deadlock(w->s, w->state));
    assert_true(semantics_run_complete(w->s, w->state, 0));
}

/* ---- interrupts ---- */

static void an_interrupt_takes_its_receiver_along(void **ctx)
{
    struct world *w = *ctx;
    ask_with_timeout(w, 2);
    take(w, "A", '!', "Ask");
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "Stop");
    take(w, "B", '?', "Stop");
    assert_int_equal(phase(w, "A"), phase(w, "B"));
    assert_int_equal(in_lane(w, 0, 1, false), 0); /* Ask was dropped: B is past it */
    take(w, "B", '!', "Bye");
    take(w, "A", '?', "Bye");
    assert_true(semantics_run_complete(w->s, w->state, 0));
}

static void who_has_not_taken_the_interrupt_may_go_on(void **ctx)
{
    struct world *w = *ctx;
    ask_with_timeout(w, 2);
    take(w, "A", '!', "Ask");
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "Stop");
    take(w, "B", '?', "Ask");
    take(w, "B", '!', "Answer");
    assert_int_equal(in_lane(w, 1, 0, false), 0); /* dropped: A has moved on */
    take(w, "B", '?', "Stop");
    take(w, "B", '!', "Bye");
    take(w, "A", '?', "Bye");
    assert_true(semantics_run_complete(w->s, w->state, 0));
}

static void an_event_drops_what_is_outdated(void **ctx)
{
    struct world *w = *ctx;
    ask_with_timeout(w, 2);
    take(w, "A", '!', "Ask");
    take(w, "B", '?', "Ask");
    take(w, "B", '!', "Answer");
    assert_int_equal(in_lane(w, 1, 0, false), 1);
    take(w, "A", '@', "timeout");
    assert_int_equal(in_lane(w, 1, 0, false), 0);
}

static void an_outdated_send_never_blocks(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?M 0, 0 @0 1");
    kit_role(w->k, "B", "0 A!M 0");
    begin(w, 1, 1);
    take(w, "B", '!', "M");
    assert_null(find_step(w, "B", '!', "M"));
    take(w, "A", '@', "timeout");
    for (int i = 0; i < 5; i++) {
        const struct step *send = find_step(w, "B", '!', "M");
        assert_int_equal(semantics_fate(w->s, w->state, send->edge), FATE_OUTDATED);
        take(w, "B", '!', "M");
        assert_int_equal(in_lane(w, 1, 0, false), 0);
    }
}

static void a_message_of_a_later_phase_waits(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 0, 0 @0 1, 1 B!M 2, 2 B!!Stop 3");
    kit_role(w->k, "B", "0 A?M 1, 0 A??Stop 2, 2 A?M 3");
    begin(w, 1, 1);
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "M");
    assert_null(find_step(w, "B", '?', "M")); /* although its state has the edge */
    take(w, "A", '!', "Stop");
    take(w, "B", '?', "Stop");
    take(w, "B", '?', "M");
    assert_int_equal(semantics_at(w->s, w->state, 1), 3);
}

static void an_interrupt_has_room_of_its_own(void **ctx)
{
    struct world *w = *ctx;
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!M 0, 0 @0 1, 1 B!!Stop 2");
    kit_role(w->k, "B", "0 A?M 0, 0 A??Stop 1");
    begin(w, 1, 1);
    take(w, "A", '!', "M");
    assert_null(find_step(w, "A", '!', "M"));
    take(w, "A", '@', "cancel");
    take(w, "A", '!', "Stop");
    assert_int_equal(in_lane(w, 0, 1, true), 1);
}

static void interrupt_and_message_of_one_name_are_two_things(void **ctx)
{
    struct world *w = *ctx;
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!M 2, 0 @0 1, 1 B!!M 2");
    kit_role(w->k, "B", "0 A?M 1, 0 A??M 2");
    begin(w, 1, 1);
    take(w, "A", '@', "cancel");
    take(w, "A", '!', "M");
    take(w, "B", '?', "M");
    assert_int_equal(semantics_at(w->s, w->state, 1), 2);
}

static void an_early_interrupt_waits_for_its_state(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!Go 1, 1 B?X 2, 1 @0 3, 3 B!!Stop 4");
    kit_role(w->k, "B", "0 A?Go 1, 1 A??Stop 2, 1 A!X 3");
    begin(w, 1, 2);
    take(w, "A", '!', "Go");
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "Stop");
    assert_null(find_step(w, "B", '?', "Stop"));
    take(w, "B", '?', "Go");
    take(w, "B", '?', "Stop");
}

/* ---- nesting ---- */

/* B catches at level 1, A at level 0; C is told by both. */
static void nested(struct world *w)
{
    kit_named_role(w->k, "A");
    kit_timeout(w->k, "B", 1);
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 C?Z 0, 0 @1 1, 1 B!!Quit 2, 2 C!!Quit 3");
    kit_role(w->k, "B", "0 C?X 1, 0 @0 2, 0 A??Quit 9, 2 C!!Retry 0, 2 A??Quit 9");
    kit_role(w->k, "C", "0 B!X 1, 0 B??Retry 0, 0 A??Quit 9, 1 B??Retry 0, 1 A??Quit 9, 1 B!Y 2, 2 B??Retry 0");
    begin(w, 1, 4);
}

static void an_outer_event_outdates_inner_ones(void **ctx)
{
    struct world *w = *ctx;
    nested(w);
    take(w, "B", '@', "timeout");
    take(w, "B", '!', "Retry");
    take(w, "B", '@', "timeout");
    take(w, "B", '!', "Retry");
    assert_int_equal(in_lane(w, 1, 2, true), 2);
    take(w, "A", '@', "cancel");
    assert_true(phase(w, "A") > phase(w, "B"));
    take(w, "A", '!', "Quit");
    take(w, "A", '!', "Quit");
    take(w, "C", '?', "Quit");
    assert_int_equal(in_lane(w, 1, 2, true), 0); /* both are outdated */
    assert_int_equal(phase(w, "A"), phase(w, "C"));
    take(w, "B", '@', "timeout");
    const struct step *retry = find_step(w, "B", '!', "Retry");
    assert_int_equal(semantics_fate(w->s, w->state, retry->edge), FATE_OUTDATED);
    take(w, "B", '?', "Quit");
    assert_int_equal(phase(w, "A"), phase(w, "B"));
}

static void an_inner_event_leaves_the_outer_counter(void **ctx)
{
    struct world *w = *ctx;
    nested(w);
    take(w, "B", '@', "timeout");
    assert_int_equal(phase(w, "B") >> 12, phase(w, "A") >> 12);
    assert_int_equal(phase(w, "B") >> 8 & 15, 1);
}

/* ---- rebasing ---- */

static void counters_stay_small_in_a_loop(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 0, 0 @0 1, 1 B!!Again 0");
    kit_role(w->k, "B", "0 A!X 1, 0 A??Again 0, 1 A??Again 0");
    begin(w, 1, 2);
    uint8_t *before = arena_alloc(w->a, semantics_size(w->s));
    for (int i = 0; i < 100; i++) {
        memcpy(before, w->state, semantics_size(w->s));
        take(w, "A", '@', "timeout");
        take(w, "A", '!', "Again");
        take(w, "B", '?', "Again");
        assert_memory_equal(before, w->state, semantics_size(w->s));
    }
}

static void one_that_is_never_told_does_not_make_counters_grow(void **ctx)
{
    struct world *w = *ctx;
    uint32_t broken, codes[16];
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 0, 0 @0 1, 1 B!!Again 0, 1 C!!End 2");
    kit_role(w->k, "B", "0 A??Again 0, 0 A!X 0");
    kit_role(w->k, "C", "0 A??End 1, 0 end");
    begin(w, 1, 2);
    for (int i = 0; i < 50; i++) {
        take(w, "A", '@', "timeout");
        take(w, "A", '!', "Again");
        take(w, "B", '?', "Again");
        semantics_expand(w->s, w->state, codes, &broken);
        assert_int_equal(broken & PHASE_LIMIT, 0);
        assert_true(phase(w, "A") > phase(w, "C"));
    }
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "End");
    take(w, "C", '?', "End");
}

static void who_is_at_its_end_is_lifted(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 0, 0 @0 1, 1 B!M 2");
    kit_role(w->k, "B", NULL);
    begin(w, 1, 2);
    take(w, "A", '@', "timeout");
    assert_int_equal(phase(w, "A"), 0); /* A alone counts */
    assert_int_equal(phase(w, "B"), 0);
}

/* ---- what is wrong ---- */

static void no_handler_tells(struct world *w)
{
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 2, 0 @0 1, 1 C!!Stop 2");
    kit_role(w->k, "B", "0 C?Y 1, 1 A!X 2");
    kit_role(w->k, "C", "0 B!Y 1, 0 A??Stop 2, 1 A??Stop 2, 1 end");
    begin(w, 1, 1);
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "Stop");
    take(w, "C", '?', "Stop");
}

static void a_role_that_is_never_told_deadlocks(void **ctx)
{
    struct world *w = *ctx;
    no_handler_tells(w);
    assert_int_equal(count_steps(w), 0);
    assert_true(semantics_is_deadlock(w->s, w->state));
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 1, waits), 1);
    assert_int_equal(waits[0].kind, WAIT_EMPTY);
    assert_int_equal(waits[0].peer, 2);
}

static void an_interrupt_for_one_at_its_end_is_an_orphan(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 2, 0 @0 1, 1 B!!Stop 2");
    kit_role(w->k, "B", "0 A!X 1, 0 A??Stop 1");
    begin(w, 1, 1);
    take(w, "B", '!', "X");
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "Stop");
    struct violation v;
    assert_true(semantics_orphan(w->s, w->state, &v));
    assert_int_equal(v.participant, 1);
    assert_int_equal(v.lane, kit_lane_of_kind(w->m, 0, 1, true));
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 1, waits), 1);
    assert_int_equal(waits[0].kind, WAIT_ORPHAN);
}

static void an_interrupt_that_a_state_does_not_take_says_why_it_is_stuck(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 2, 0 @0 1, 1 B!!Stop 2");
    kit_role(w->k, "B", "0 A!X 1, 0 A??Stop 2, 1 A?Z 2");
    begin(w, 1, 1);
    take(w, "A", '@', "timeout");
    take(w, "B", '!', "X");
    take(w, "A", '!', "Stop");
    assert_true(semantics_is_deadlock(w->s, w->state));
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 1, waits), 2);
    assert_int_equal(waits[0].kind, WAIT_EMPTY);
    assert_int_equal(waits[1].kind, WAIT_INTERRUPT);
    assert_string_equal(w->k->messages[waits[1].message].name, "Stop");
}

static void a_head_of_a_later_phase_is_only_early(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 0, 0 @0 1, 1 B!Other 2");
    kit_role(w->k, "B", "0 A?M 1, 0 A??Stop 1");
    begin(w, 1, 1);
    take(w, "A", '@', "timeout");
    take(w, "A", '!', "Other");
    assert_false(semantics_fidelity_violation(w->s, w->state, NULL));
    assert_true(semantics_is_deadlock(w->s, w->state));
    struct wait waits[8];
    semantics_waits(w->s, w->state, 1, waits);
    assert_int_equal(waits[0].kind, WAIT_LATER);
}

static void an_unexpected_message_is_none_the_less_so_with_a_timeout(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "B", 0);
    kit_role(w->k, "A", "0 B!Other 1");
    kit_role(w->k, "B", "0 A?M 1, 0 @0 1");
    begin(w, 1, 1);
    take(w, "A", '!', "Other");
    assert_true(semantics_fidelity_violation(w->s, w->state, NULL));
}

static void interrupts_of_the_same_phase_are_never_taken(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_timeout(w->k, "B", 0);
    kit_role(w->k, "A", "0 B?X 1, 0 @0 1, 1 B!!Stop 2, 1 B??Halt 2, 2 B??Halt 3");
    kit_role(w->k, "B", "0 A?X 1, 0 @1 1, 1 A!!Halt 2, 1 A??Stop 2, 2 A??Stop 3");
    begin(w, 1, 1);
    take(w, "A", '@', "timeout");
    take(w, "B", '@', "timeout");
    take(w, "A", '!', "Stop");
    take(w, "B", '!', "Halt");
    assert_int_equal(count_steps(w), 0);
    assert_true(semantics_is_deadlock(w->s, w->state));
}

/* ---- crashes that are caught ---- */

static void a_client_with_a_backup(struct world *w, enum strategy strategy)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, strategy, 3);
    kit_child(w->k, root, "client", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "main", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "backup", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 2, IR_NONE);
    kit_named_role(w->k, "Client");
    kit_crash_of(w->k, "Main", "Client", 0);
    kit_role(w->k, "Client", "0 Main!Ask 1, 0 @0 3, 1 Main?Answer 2, 1 @0 3, 2 Backup!No 5, 2 @0 3, 3 Backup!!Help 4,"
                             "4 Backup?Answer 5");
    kit_role(w->k, "Main", "0 Client?Ask 1, 1 Client!Answer 2, 2 Client!Answer 3");
    kit_role(w->k, "Backup", "0 Client?No 1, 0 Client??Help 2, 2 Client!Answer 3, 2 Main!X 3");
    begin(w, 1, 1);
}

static void a_caught_crash_leaves_the_run_alive(void **ctx)
{
    struct world *w = *ctx;
    a_client_with_a_backup(w, ONE_FOR_ONE);
    take(w, "Client", '!', "Ask");
    crash(w, 1, 0);
    assert_int_equal(semantics_at(w->s, w->state, 1), SEMANTICS_GONE);
    assert_int_equal(semantics_at(w->s, w->state, 0), 3);
    assert_int_equal(in_lane(w, 0, 1, false), 0);
    assert_true(semantics_instance_up(w->s, w->state, 1)); /* restarted, and no part of this run */
    take(w, "Client", '!', "Help");
    take(w, "Backup", '?', "Help");
    take(w, "Backup", '!', "Answer");
    assert_false(semantics_run_complete(w->s, w->state, 0));
    take(w, "Client", '?', "Answer");
    assert_true(semantics_run_complete(w->s, w->state, 0));
    assert_false(semantics_is_deadlock(w->s, w->state));
}

static void what_is_sent_to_the_dead_is_dropped(void **ctx)
{
    struct world *w = *ctx;
    a_client_with_a_backup(w, ONE_FOR_ONE);
    crash(w, 1, 0);
    take(w, "Client", '!', "Help");
    take(w, "Backup", '?', "Help");
    const struct step *x = find_step(w, "Backup", '!', "X");
    assert_int_equal(semantics_fate(w->s, w->state, x->edge), FATE_GONE);
    take(w, "Backup", '!', "X");
    assert_int_equal(in_lane(w, 2, 1, false), 0);
}

static void a_second_crash_of_the_dead_changes_nothing_in_the_run(void **ctx)
{
    struct world *w = *ctx;
    a_client_with_a_backup(w, ONE_FOR_ONE);
    crash(w, 1, 0);
    crash(w, 1, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 3);
    assert_int_equal(semantics_at(w->s, w->state, 1), SEMANTICS_GONE);
}

static void a_crash_that_nobody_catches_resets_the_run_with_its_dead(void **ctx)
{
    struct world *w = *ctx;
    a_client_with_a_backup(w, ONE_FOR_ONE);
    crash(w, 1, 0);
    crash(w, 2, 0);
    for (uint32_t p = 0; p < 3; p++) {
        assert_int_equal(semantics_at(w->s, w->state, p), 0);
        assert_int_equal(semantics_phase(w->s, w->state, p), 0);
    }
}

static void a_crash_outside_the_body_resets_the_run(void **ctx)
{
    struct world *w = *ctx;
    a_client_with_a_backup(w, ONE_FOR_ONE);
    take(w, "Client", '!', "Ask");
    take(w, "Main", '?', "Ask");
    take(w, "Main", '!', "Answer");
    take(w, "Client", '?', "Answer");
    take(w, "Client", '!', "No");
    crash(w, 1, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 0);
    assert_int_equal(semantics_at(w->s, w->state, 1), 0);
}

static void when_more_than_one_dies_nobody_catches(void **ctx)
{
    struct world *w = *ctx;
    a_client_with_a_backup(w, ONE_FOR_ALL);
    take(w, "Client", '!', "Ask");
    crash(w, 1, 0);
    for (uint32_t p = 0; p < 3; p++)
        assert_int_equal(semantics_at(w->s, w->state, p), 0);
}

static void the_deepest_handler_catches_a_crash(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_TEMPORARY);
    kit_crashes(w->k, 1, IR_NONE);
    kit_named_role(w->k, "A");
    kit_crash_of(w->k, "B", "A", 0);
    kit_crash_of(w->k, "B", "A", 1);
    kit_role(w->k, "A", "0 B?M 1, 0 @0 2, 0 @1 3");
    kit_role(w->k, "B", "0 A!M 1");
    begin(w, 1, 1);
    crash(w, 1, 0);
    assert_int_equal(semantics_at(w->s, w->state, 0), 3);
    assert_false(semantics_instance_up(w->s, w->state, 1));
}

/* ---- a second implementation ---- */

enum { MOST = 8 };

struct plain_message {
    uint16_t message;
    uint64_t phase; /* level 0 in the upper half, level 1 in the lower */
};

struct plain { /* counters are never rebased */
    uint32_t at[3];
    uint64_t phase[3];
    uint32_t n[3][3][2];
    struct plain_message lane[3][3][2][MOST];
};

static bool plain_sends(const struct plain *x, uint32_t p, const struct edge *e, uint32_t capacity)
{
    return x->phase[p] < x->phase[e->peer] || x->n[p][e->peer][e->interrupt] < capacity;
}

static bool plain_enabled(const struct world *w, const struct plain *x, uint32_t p, const struct edge *e,
                          uint32_t capacity)
{
    const struct automaton *au = w->m->participants[p].automaton;
    if (e->dir == DIR_SEND)
        return plain_sends(x, p, e, capacity);
    if (e->dir == DIR_RECEIVE) {
        const struct plain_message *head = &x->lane[e->peer][p][e->interrupt][0];
        return x->n[e->peer][p][e->interrupt] > 0 && head->message == e->message &&
               (e->interrupt ? head->phase > x->phase[p] : head->phase == x->phase[p]);
    }
    for (uint32_t i = 0; i < au->states[x->at[p]].n; i++) {
        const struct edge *f = &au->edges[au->states[x->at[p]].first + i];
        if (f->dir == DIR_SEND && plain_sends(x, p, f, capacity))
            return false;
    }
    return true;
}

static void plain_purge(struct plain *x, uint32_t q)
{
    for (uint32_t from = 0; from < 3; from++)
        for (uint32_t kind = 0; kind < 2; kind++) {
            uint32_t kept = 0;
            for (uint32_t i = 0; i < x->n[from][q][kind]; i++)
                if (x->lane[from][q][kind][i].phase >= x->phase[q])
                    x->lane[from][q][kind][kept++] = x->lane[from][q][kind][i];
            x->n[from][q][kind] = kept;
        }
}

static void plain_take(const struct world *w, struct plain *x, uint32_t p, const struct edge *e)
{
    struct plain_message *lane = e->dir == DIR_RECEIVE ? x->lane[e->peer][p][e->interrupt]
                                                       : x->lane[p][e->peer][e->interrupt];
    if (e->dir == DIR_SEND && x->phase[p] >= x->phase[e->peer]) {
        lane[x->n[p][e->peer][e->interrupt]++] = (struct plain_message){e->message, x->phase[p]};
    } else if (e->dir == DIR_RECEIVE) {
        uint64_t phase = lane[0].phase;
        memmove(lane, lane + 1, --x->n[e->peer][p][e->interrupt] * sizeof *lane);
        x->phase[p] = phase;
        plain_purge(x, p);
    } else if (e->dir == DIR_EVENT) {
        x->phase[p] = w->k->events[e->message].level == 0 ? ((x->phase[p] >> 32) + 1) << 32 : x->phase[p] + 1;
        plain_purge(x, p);
    }
    x->at[p] = e->target;
}

/* The same steps are enabled, and the lanes hold the same. */
static void assert_same(struct world *w, const struct plain *x, uint32_t capacity)
{
    for (uint32_t p = 0; p < 3; p++) {
        const struct automaton *au = w->m->participants[p].automaton;
        assert_int_equal(semantics_at(w->s, w->state, p), x->at[p]);
        for (uint32_t i = 0; i < au->states[x->at[p]].n; i++) {
            uint32_t e = au->states[x->at[p]].first + i;
            struct step t = semantics_decode(w->s, w->m->edge_base[p] + e);
            bool there = w->m->lane_of[t.edge] != IR_NONE || t.kind == STEP_EVENT;
            assert_int_equal(semantics_enabled(w->s, w->state, &t),
                             there && plain_enabled(w, x, p, &au->edges[e], capacity));
        }
        for (uint32_t q = 0; q < 3; q++)
            assert_int_equal(x->phase[p] < x->phase[q],
                             semantics_phase(w->s, w->state, p) < semantics_phase(w->s, w->state, q));
    }
    for (uint32_t l = 0; l < w->m->n_lanes; l++) {
        const struct model_lane *ml = &w->m->lanes[l];
        assert_int_equal(semantics_lane_length(w->s, w->state, l), x->n[ml->from][ml->to][ml->interrupt]);
    }
}

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

/* Three roles with a few states, where `event` is the event that one may catch, or none. */
static void random_role(struct kit *k, const char *role, const char *const *peers, uint32_t event, uint64_t *seed)
{
    char text[1024] = "";
    for (uint32_t q = 0; q < 3; q++) {
        uint32_t used = 0;
        for (uint32_t i = 0; i < 5; i++) {
            uint32_t peer = random_below(seed, 2), interrupt = random_below(seed, 2), message = random_below(seed, 2);
            bool send = random_below(seed, 2);
            uint32_t bit = 1u << (8 * send + 4 * interrupt + 2 * peer + message);
            if (used & bit)
                continue;
            used |= bit;
            size_t n = strlen(text);
            snprintf(text + n, sizeof text - n, "%s%u %s%c%sM%u %u", n ? ", " : "", q, peers[peer], send ? '!' : '?',
                     interrupt ? send ? "!" : "?" : "", message, random_below(seed, 3));
        }
        size_t n = strlen(text);
        if (event != IR_NONE && random_below(seed, 2))
            snprintf(text + n, sizeof text - n, ", %u @%u %u", q, event, random_below(seed, 3));
    }
    kit_role(k, role, text);
}

/* A catches at level 0 and B at level 1, so that counters of a level are ordered by who was first to raise them. */
static void random_walks_need_no_more_than_small_counters(void **ctx)
{
    uint32_t events = 0;
    for (uint64_t number = 0; number < 400; number++) {
        uint64_t seed = number;
        void *each;
        setup(&each);
        struct world *w = each;
        uint32_t capacity = 1 + random_below(&seed, 2);
        kit_timeout(w->k, "A", 0);
        kit_timeout(w->k, "B", 1);
        random_role(w->k, "A", (const char *const[]){"B", "C"}, 0, &seed);
        random_role(w->k, "B", (const char *const[]){"A", "C"}, 1, &seed);
        random_role(w->k, "C", (const char *const[]){"A", "B"}, IR_NONE, &seed);
        begin(w, 1, capacity);
        struct plain x = {{0}, {0}, {{{0}}}, {{{{{0}}}}}};
        for (uint32_t i = 0; i < 80; i++) {
            assert_same(w, &x, capacity);
            assert_consistent(w);
            uint32_t n = count_steps(w);
            if (n == 0)
                break;
            const struct step *t = &w->steps[random_below(&seed, n)];
            events += t->kind == STEP_EVENT;
            plain_take(w, &x, step_participant(w->m, t), step_edge(w->m, t));
            semantics_apply(w->s, w->state, t, w->state);
        }
        teardown(&each);
    }
    assert_true(events > 1000);
    (void)ctx;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_timeout_needs_a_catcher_that_waits),
        TEST(a_cancel_may_come_at_any_time),
        TEST(a_crash_is_no_event_of_its_own),
        TEST(an_event_raises_the_phase_of_its_catcher),
        TEST(who_waits_with_a_timeout_is_in_no_deadlock),
        TEST(an_interrupt_takes_its_receiver_along),
        TEST(who_has_not_taken_the_interrupt_may_go_on),
        TEST(an_event_drops_what_is_outdated),
        TEST(an_outdated_send_never_blocks),
        TEST(a_message_of_a_later_phase_waits),
        TEST(an_interrupt_has_room_of_its_own),
        TEST(interrupt_and_message_of_one_name_are_two_things),
        TEST(an_early_interrupt_waits_for_its_state),
        TEST(an_outer_event_outdates_inner_ones),
        TEST(an_inner_event_leaves_the_outer_counter),
        TEST(counters_stay_small_in_a_loop),
        TEST(one_that_is_never_told_does_not_make_counters_grow),
        TEST(who_is_at_its_end_is_lifted),
        TEST(a_role_that_is_never_told_deadlocks),
        TEST(an_interrupt_for_one_at_its_end_is_an_orphan),
        TEST(an_interrupt_that_a_state_does_not_take_says_why_it_is_stuck),
        TEST(a_head_of_a_later_phase_is_only_early),
        TEST(an_unexpected_message_is_none_the_less_so_with_a_timeout),
        TEST(interrupts_of_the_same_phase_are_never_taken),
        TEST(a_caught_crash_leaves_the_run_alive),
        TEST(what_is_sent_to_the_dead_is_dropped),
        TEST(a_second_crash_of_the_dead_changes_nothing_in_the_run),
        TEST(a_crash_that_nobody_catches_resets_the_run_with_its_dead),
        TEST(a_crash_outside_the_body_resets_the_run),
        TEST(when_more_than_one_dies_nobody_catches),
        TEST(the_deepest_handler_catches_a_crash),
        cmocka_unit_test(random_walks_need_no_more_than_small_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
