/* policies_test.c -- mailboxes that drop or are shared, messages that get lost, and what is decided about a crash, in the
 * step relation. */
#include "semantics_kit.h"

/* A counts to three; B takes what comes. */
static void counting(struct world *w, enum policy policy, uint32_t capacity)
{
    kit_role(w->k, "A", "0 B!One 1, 1 B!Two 2, 2 B!Three 3");
    kit_role(w->k, "B", "0 A?One 0, 0 A?Two 0, 0 A?Three 0, 0 end");
    w->m = kit_model(w->k, 1, capacity);
    w->m->lanes[0].policy = policy;
    begin_model(w);
}

static const char *message_at(const struct world *w, uint32_t lane, uint32_t i)
{
    return w->k->messages[semantics_lane_message(w->s, w->state, lane, i)].name;
}

/* ---- overflow ---- */

static void dropping_the_newest_loses_what_finds_no_room(void **ctx)
{
    struct world *w = *ctx;
    counting(w, POLICY_DROP_NEWEST, 1);
    take(w, "A", '!', "One");
    assert_int_equal(semantics_fate(w->s, w->state, find_step(w, "A", '!', "Two")->edge), FATE_NO_ROOM);
    take(w, "A", '!', "Two");
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 1);
    assert_string_equal(message_at(w, 0, 0), "One");
    take(w, "B", '?', "One");
    take(w, "A", '!', "Three");
    take(w, "B", '?', "Three");
}

static void dropping_the_oldest_makes_room(void **ctx)
{
    struct world *w = *ctx;
    counting(w, POLICY_DROP_OLDEST, 2);
    take(w, "A", '!', "One");
    take(w, "A", '!', "Two");
    assert_int_equal(semantics_fate(w->s, w->state, find_step(w, "A", '!', "Three")->edge), FATE_PUSHES_OUT);
    take(w, "A", '!', "Three");
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 2);
    assert_string_equal(message_at(w, 0, 0), "Two");
    assert_string_equal(message_at(w, 0, 1), "Three");
}

static void a_send_that_fails_waits_like_one_that_blocks(void **ctx)
{
    struct world *w = *ctx;
    counting(w, POLICY_FAIL, 1);
    take(w, "A", '!', "One");
    assert_null(find_step(w, "A", '!', "Two"));
    take(w, "B", '?', "One");
    take(w, "A", '!', "Two");
}

static void a_lane_with_room_drops_nothing(void **ctx)
{
    struct world *w = *ctx;
    counting(w, POLICY_DROP_OLDEST, 3);
    take(w, "A", '!', "One");
    assert_int_equal(semantics_fate(w->s, w->state, find_step(w, "A", '!', "Two")->edge), FATE_ARRIVES);
    take(w, "A", '!', "Two");
    take(w, "A", '!', "Three");
    assert_string_equal(message_at(w, 0, 0), "One");
}

/* ---- shared mailboxes ---- */

/* A and B send to C, whose two lanes share room for two. */
static void sharing(struct world *w, enum policy policy)
{
    kit_role(w->k, "A", NULL); /* the order of the roles */
    kit_role(w->k, "B", NULL);
    kit_role(w->k, "A", "0 C!M 1, 1 C!M 2");
    kit_role(w->k, "B", "0 C!N 1, 1 C!N 2");
    kit_role(w->k, "C", "0 A?M 1, 1 A?M 2, 2 B?N 3, 3 B?N 4");
    w->m = kit_model(w->k, 1, 2);
    w->m->n_pools = 1;
    w->m->pools = ARENA_NEW(w->a, struct model_pool);
    *w->m->pools = (struct model_pool){IR_NONE, 2};
    for (uint32_t l = 0; l < w->m->n_lanes; l++) {
        w->m->lanes[l].pool = 0;
        w->m->lanes[l].policy = policy;
    }
    begin_model(w);
}

static void lanes_of_a_pool_have_room_together(void **ctx)
{
    struct world *w = *ctx;
    sharing(w, POLICY_BLOCK);
    take(w, "A", '!', "M");
    take(w, "B", '!', "N");
    assert_null(find_step(w, "A", '!', "M"));
    assert_null(find_step(w, "B", '!', "N"));
    take(w, "C", '?', "M");
    assert_non_null(find_step(w, "B", '!', "N"));
}

static void a_pool_full_of_what_must_wait_deadlocks(void **ctx)
{
    struct world *w = *ctx;
    sharing(w, POLICY_BLOCK);
    take(w, "B", '!', "N");
    take(w, "B", '!', "N");
    assert_true(semantics_is_deadlock(w->s, w->state));
    struct wait waits[8];
    assert_int_equal(semantics_waits(w->s, w->state, 0, waits), 1);
    assert_int_equal(waits[0].kind, WAIT_POOL);
    assert_int_equal(waits[0].peer, 2);
}

static void a_pool_may_drop_the_newest(void **ctx)
{
    struct world *w = *ctx;
    sharing(w, POLICY_DROP_NEWEST);
    take(w, "B", '!', "N");
    take(w, "B", '!', "N");
    take(w, "A", '!', "M");
    assert_int_equal(semantics_lane_length(w->s, w->state, kit_lane(w->m, 0, 2)), 0);
}

/* ---- loss ---- */

static void a_message_may_be_lost_within_the_budget(void **ctx)
{
    struct world *w = *ctx;
    w->k->verify.loss = 1;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    begin(w, 1, 1);
    take(w, "A", '~', "M");
    assert_int_equal(semantics_lane_length(w->s, w->state, 0), 0);
    assert_null(find_step(w, "A", '~', "M"));
    assert_non_null(find_step(w, "A", '!', "M"));
}

static void what_has_no_room_is_not_lost(void **ctx)
{
    struct world *w = *ctx;
    w->k->verify.loss = 2;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    begin(w, 1, 1);
    take(w, "A", '!', "M");
    assert_null(find_step(w, "A", '~', "M"));
}

static void receives_and_events_are_never_lost(void **ctx)
{
    struct world *w = *ctx;
    w->k->verify.loss = 3;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 2, 0 @0 1, 1 B!!Stop 2");
    kit_role(w->k, "B", "0 A!X 1, 0 A??Stop 1");
    begin(w, 1, 1);
    assert_non_null(find_step(w, "B", '~', "X"));
    take(w, "A", '@', "timeout");
    assert_null(find_step(w, "A", '~', "Stop")); /* nor are interrupts */
    assert_null(find_step(w, "B", '~', "X"));    /* nor what is dropped anyway */
    assert_consistent(w);
}

static void without_a_budget_nothing_is_lost(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1");
    begin(w, 1, 1);
    assert_false(semantics_enabled(w->s, w->state, &(struct step){.kind = STEP_LOSS}));
}

/* ---- decisions ---- */

/* root > sub > a, b, where a decides as given for errors; and A tells B something. */
static void deciding(struct world *w, enum directive d)
{
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    uint32_t sub = kit_supervisor(w->k, root, ONE_FOR_ONE, 2);
    uint32_t a = kit_child(w->k, sub, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, sub, "b", 1, RESTART_PERMANENT);
    for (uint32_t r = 0; r < REASONS; r++)
        w->k->children[a].decide[r] = d;
    kit_crashes(w->k, 2, IR_NONE);
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2, 2 B?O 3");
    kit_role(w->k, "B", "0 A?M 1, 1 A!N 2, 2 A!O 3");
    begin(w, 1, 1);
}

static void stop_ends_a_permanent_child(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_STOP);
    assert_false(can_crash(w, 0, 0));
    decide(w, 0, 0, DIRECTIVE_STOP);
    assert_false(semantics_instance_up(w->s, w->state, 0));
    assert_int_equal(semantics_at(w->s, w->state, 1), SEMANTICS_GONE); /* the run is closed */
}

static void escalate_makes_the_supervisor_give_up(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_ESCALATE);
    take(w, "A", '!', "M");
    assert_false(can_decide(w, 0, 0, DIRECTIVE_ESCALATE));
    assert_false(can_decide(w, 0, 2, DIRECTIVE_ESCALATE)); /* the root has not restarted anything yet */
    decide(w, 0, 1, DIRECTIVE_ESCALATE);
    assert_true(semantics_instance_up(w->s, w->state, 0));
    assert_int_equal(semantics_at(w->s, w->state, 0), 0);
    assert_true(can_decide(w, 0, 2, DIRECTIVE_ESCALATE)); /* and now it has */
}

static void restart_is_the_default(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_RESTART);
    assert_true(can_crash(w, 0, 0));
    assert_false(can_decide(w, 0, 0, DIRECTIVE_RESTART)); /* one name for one thing */
}

static void resume_loses_the_message_and_nothing_else(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_RESUME);
    take(w, "A", '!', "M");
    take(w, "B", '?', "M");
    take(w, "B", '!', "N");
    const struct step *n = find_step(w, "A", '?', "N");
    struct step t = {STEP_CRASH, n->edge, 0, 0, DIRECTIVE_RESUME};
    assert_true(semantics_enabled(w->s, w->state, &t));
    assert_consistent(w);
    semantics_apply(w->s, w->state, &t, w->state);
    assert_int_equal(semantics_at(w->s, w->state, 0), 1);
    assert_int_equal(semantics_lane_length(w->s, w->state, kit_lane(w->m, 1, 0)), 0);
    take(w, "B", '!', "O");
    assert_true(semantics_fidelity_violation(w->s, w->state, NULL));
}

static void resume_needs_a_message_at_hand(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_RESUME);
    uint32_t n = count_steps(w);
    for (uint32_t i = 0; i < n; i++)
        assert_false(w->steps[i].kind == STEP_CRASH && w->steps[i].instance == 0);
}

static void resume_uses_the_budget(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_RESUME);
    w->k->crashes[0].count = 1;
    semantics_initial(w->s, w->state);
    take(w, "A", '!', "M");
    take(w, "B", '?', "M");
    take(w, "B", '!', "N");
    struct step t = {STEP_CRASH, find_step(w, "A", '?', "N")->edge, 0, 0, DIRECTIVE_RESUME};
    semantics_apply(w->s, w->state, &t, w->state);
    assert_false(can_crash(w, 1, 0));
}

static void each_directive_for_some_reason_is_an_outcome(void **ctx)
{
    struct world *w = *ctx;
    deciding(w, DIRECTIVE_DEFAULT);
    w->k->children[0].decide[REASON_FATAL] = DIRECTIVE_ESCALATE;
    w->k->children[0].decide[REASON_TIMEOUT] = DIRECTIVE_STOP;
    begin_model(w);
    assert_true(can_crash(w, 0, 0));
    assert_true(can_decide(w, 0, 0, DIRECTIVE_STOP));
    assert_true(can_decide(w, 0, 1, DIRECTIVE_ESCALATE));
    assert_false(can_decide(w, 1, 0, DIRECTIVE_STOP)); /* b decides nothing */
    assert_consistent(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dropping_the_newest_loses_what_finds_no_room),
        TEST(dropping_the_oldest_makes_room),
        TEST(a_send_that_fails_waits_like_one_that_blocks),
        TEST(a_lane_with_room_drops_nothing),
        TEST(lanes_of_a_pool_have_room_together),
        TEST(a_pool_full_of_what_must_wait_deadlocks),
        TEST(a_pool_may_drop_the_newest),
        TEST(a_message_may_be_lost_within_the_budget),
        TEST(what_has_no_room_is_not_lost),
        TEST(receives_and_events_are_never_lost),
        TEST(without_a_budget_nothing_is_lost),
        TEST(stop_ends_a_permanent_child),
        TEST(escalate_makes_the_supervisor_give_up),
        TEST(restart_is_the_default),
        TEST(resume_loses_the_message_and_nothing_else),
        TEST(resume_needs_a_message_at_hand),
        TEST(resume_uses_the_budget),
        TEST(each_directive_for_some_reason_is_an_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
