/* spin_steps_test.c -- what a step can be besides sending and receiving, in both engines: mailboxes that drop or are
 * shared, losses, what a supervisor decides, try with catch; and renderings of them that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spin_kit.h"

struct world {
    struct arena *a;
    struct kit *k;
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

static enum spin_answer as_spin(enum verdict v)
{
    return v == VERDICT_HOLDS ? SPIN_HOLDS : v == VERDICT_VIOLATED ? SPIN_VIOLATED : SPIN_INCONCLUSIVE;
}

/* Do both engines say the same, of `text` in place of the rendering? */
static bool agree(struct world *w, const struct engines *e, const struct spin_model *text)
{
    struct exploration *x = explore(w->a, e->s, &plenty);
    struct spin_result n = spin_count(w->a, e->s, text, &plenty);
    if (n.answer != SPIN_HOLDS || n.states != x->states + (e->m->n_crashes != 0))
        return false;
    struct spin_check *c = spin_check(w->a, e->s, text, &plenty);
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (c->safety[k].answer != as_spin(x->result[k]))
            return false;
    return true;
}

enum { D = 1 << SAFETY_DEADLOCK, F = 1 << SAFETY_FIDELITY, O = 1 << SAFETY_ORPHAN, G = 1 << SAFETY_GAVE_UP };

/* Both engines agree, and exactly the properties in `broken` are violated. */
static void expect(struct world *w, const struct model *m, uint32_t broken)
{
    struct engines e = engines_new(w->a, m);
    struct exploration *x = explore(w->a, e.s, &plenty);
    for (int k = 0; k < SAFETY_KINDS; k++)
        assert_int_equal(x->result[k], broken & 1u << k ? VERDICT_VIOLATED : VERDICT_HOLDS);
    if (!agree(w, &e, &e.spin))
        fail_msg("the engines disagree on\n%s", e.text.text);
}

/* ---- mailboxes ---- */

static struct model *two_for_one(struct world *w, enum policy policy)
{
    kit_role(w->k, "A", "0 B!x 1, 1 B!y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A?y 2");
    struct model *m = kit_model(w->k, 1, 1);
    m->lanes[0].policy = policy;
    return m;
}

static void a_mailbox_that_fails_waits_as_one_that_blocks(void **ctx)
{
    struct world *w = *ctx;
    expect(w, two_for_one(w, POLICY_FAIL), 0);
}

static void what_is_dropped_as_the_newest_never_comes(void **ctx)
{
    struct world *w = *ctx;
    expect(w, two_for_one(w, POLICY_DROP_NEWEST), D);
}

static void what_is_dropped_as_the_oldest_leaves_the_next_at_the_head(void **ctx)
{
    struct world *w = *ctx;
    expect(w, two_for_one(w, POLICY_DROP_OLDEST), D | F);
}

/* With room for one in all, B's message may keep out the one that C's receiver wants first. */
static struct model *shared_mailbox(struct world *w, uint32_t capacity, enum policy policy)
{
    kit_role(w->k, "A", "0 C!x 1");
    kit_role(w->k, "B", "0 C!y 1");
    kit_role(w->k, "C", "0 A?x 1, 1 B?y 2");
    struct model *m = kit_model(w->k, 1, capacity);
    m->pools = ARENA_ARRAY(w->a, struct model_pool, 1);
    m->pools[m->n_pools++] = (struct model_pool){IR_NONE, capacity};
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        m->lanes[l].pool = 0;
        m->lanes[l].policy = policy;
    }
    return m;
}

static void a_shared_mailbox_may_be_full_of_what_has_to_wait(void **ctx)
{
    struct world *w = *ctx;
    expect(w, shared_mailbox(w, 1, POLICY_BLOCK), D);
    w->k = kit_new(w->a);
    expect(w, shared_mailbox(w, 2, POLICY_BLOCK), 0);
    w->k = kit_new(w->a);
    expect(w, shared_mailbox(w, 1, POLICY_DROP_NEWEST), D);
}

static void a_shared_mailbox_cannot_drop_its_oldest(void **ctx)
{
    struct world *w = *ctx;
    struct promela p;
    assert_false(promela_render(w->a, shared_mailbox(w, 1, POLICY_DROP_OLDEST), &p));
    assert_non_null(strstr(p.problem, "oldest"));
}

static void no_more_messages_are_lost_than_may_be(void **ctx)
{
    struct world *w = *ctx;
    for (uint32_t loss = 0; loss < 3; loss++) {
        w->k = kit_new(w->a);
        w->k->verify.loss = loss;
        kit_role(w->k, "A", "0 B!x 1, 1 B!x 2, 2 B!x 3");
        kit_role(w->k, "B", "0 A?x 1, 1 A?x 2, 2 end");
        expect(w, kit_model(w->k, 1, 3), loss == 2 ? D | O : O);
    }
}

/* ---- what is decided after a crash ---- */

static struct model *decided(struct world *w, enum directive d, enum restart_type restart)
{
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A!y 2");
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    uint32_t below = kit_supervisor(w->k, root, ONE_FOR_ONE, 2), b = kit_child(w->k, below, "b", 1, restart);
    for (int r = 0; r < REASONS; r++)
        w->k->children[b].decide[r] = d;
    kit_crashes(w->k, 2, b);
    return kit_model(w->k, 1, 1);
}

static void each_directive_agrees(void **ctx)
{
    struct world *w = *ctx;
    for (int d = DIRECTIVE_DEFAULT; d <= DIRECTIVE_ESCALATE; d++)
        for (int temporary = 0; temporary < 2; temporary++) {
            w->k = kit_new(w->a);
            expect(w, decided(w, (enum directive)d, temporary ? RESTART_TEMPORARY : RESTART_PERMANENT),
                   d == DIRECTIVE_RESUME ? D : d == DIRECTIVE_ESCALATE ? G : 0);
        }
}

/* ---- try and catch ---- */

/* A asks, B answers; A may give up waiting and tells B, which follows or does not. */
static struct model *impatient(struct world *w, const char *b, uint32_t runs)
{
    uint32_t t = kit_timeout(w->k, "A", 0);
    assert_int_equal(t, 0);
    kit_role(w->k, "A", "0 B!ask 1, 0 @0 3, 1 B?tell 2, 1 @0 3, 3 B!!stop 2");
    kit_role(w->k, "B", b);
    return kit_model(w->k, runs, 1);
}

static void a_timeout_that_is_told_is_safe(void **ctx)
{
    struct world *w = *ctx;
    expect(w, impatient(w, "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end", 1), 0);
    w->k = kit_new(w->a);
    expect(w, impatient(w, "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end", 2), 0);
}

static void a_role_that_is_deaf_at_first_hangs(void **ctx)
{
    struct world *w = *ctx;
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!ask 1, 0 @0 3, 1 B?tell 2, 1 @0 3, 3 B!!stop 2");
    kit_role(w->k, "B", "0 A?ask 1, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end");
    expect(w, kit_model(w->k, 1, 1), D);
}

static void a_role_that_is_deaf_at_its_end_leaves_an_orphan(void **ctx)
{
    struct world *w = *ctx;
    expect(w, impatient(w, "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3", 1), O);
}

/* Two levels, a loop, and a lane that holds messages of several phases. */
static void nested_events_in_a_loop_agree(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 1);
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!ask 1, 0 @0 2, 0 @1 3, 1 B?tell 0, 1 @0 2, 1 @1 3, 2 B!!again 0, 2 @1 3, 3 B!!stop 0");
    kit_role(w->k, "B", "0 A?ask 1, 0 A??again 0, 0 A??stop 0, 1 A!tell 0, 1 A??again 0, 1 A??stop 0, "
                        "0 C?note 0, 0 end");
    kit_role(w->k, "C", "0 B!note 1, 1 B!note 2");
    struct model *m = kit_model(w->k, 1, 2);
    struct engines e = engines_new(w->a, m);
    if (!agree(w, &e, &e.spin))
        fail_msg("the engines disagree on\n%s", e.text.text);
}

/* B's crash is caught by A, which goes on with C; where it is not caught, the run starts anew. */
static struct model *catches_a_crash(struct world *w)
{
    kit_crash_of(w->k, "B", "A", 0);
    kit_role(w->k, "A", "0 B!ask 1, 0 @0 4, 1 B?tell 2, 1 @0 4, 2 C!done 3, 4 C!!gone 3");
    kit_role(w->k, "B", "0 A?ask 1, 1 A!tell 2");
    kit_role(w->k, "C", "0 A?done 1, 0 A??gone 1");
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "c", 1, RESTART_TEMPORARY);
    kit_crashes(w->k, 2, IR_NONE);
    return kit_model(w->k, 1, 1);
}

static void a_crash_that_is_caught_agrees(void **ctx)
{
    struct world *w = *ctx;
    expect(w, catches_a_crash(w), G); /* two crashes, and one restart allowed */
}

/* C is never told and takes nothing: each message that A sends it is of one more phase. */
static void a_counter_at_its_end_is_no_verdict(void **ctx)
{
    struct world *w = *ctx;
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 @0 1, 1 C!x 0");
    kit_role(w->k, "C", "0 A?y 1, 0 A?x 0");
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 20));
    struct exploration *x = explore(w->a, e.s, &plenty);
    struct spin_check *c = spin_check(w->a, e.s, &e.spin, &plenty);
    for (int k = 0; k < SAFETY_KINDS; k++) {
        assert_int_equal(x->result[k], VERDICT_INCONCLUSIVE);
        assert_int_equal(c->safety[k].answer, SPIN_INCONCLUSIVE);
        assert_non_null(c->safety[k].why);
    }
}

/* ---- who gives up ---- */

/* b may end for good by itself; `a` may not, so it is down only when the root gave up. */
static struct model *storm(struct world *w, uint32_t intensity, enum restart_type a)
{
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ALL, intensity);
    kit_child(w->k, root, "b", 1, RESTART_TEMPORARY);
    kit_child(w->k, root, "a", 1, a);
    kit_crashes(w->k, 2, IR_NONE);
    return kit_model(w->k, 1, 1);
}

static void a_root_that_gives_up_is_seen_by_both(void **ctx)
{
    struct world *w = *ctx;
    for (uint32_t intensity = 0; intensity < 4; intensity++) {
        w->k = kit_new(w->a);
        expect(w, storm(w, intensity, RESTART_TRANSIENT), intensity < 2 ? G : 0);
    }
}

static void where_no_child_must_run_nobody_misses_one(void **ctx)
{
    struct world *w = *ctx;
    expect(w, storm(w, 0, RESTART_TEMPORARY), 0);
}

/* ---- a rendering that is not what it must be ---- */

/* The text with `from`, which is there, replaced by `to` once, lines kept. */
static struct spin_model changed(struct world *w, const struct engines *e, const char *from, const char *to)
{
    const char *at = strstr(e->text.text, from);
    assert_non_null(at);
    return spin_model_of(&e->text, arena_printf(w->a, "%.*s%s%s", (int)(at - e->text.text), e->text.text, to,
                                                at + strlen(from)));
}

static void expect_noticed(struct world *w, const struct model *m, const char *from, const char *to)
{
    struct engines e = engines_new(w->a, m);
    struct spin_model text = changed(w, &e, from, to);
    if (agree(w, &e, &text))
        fail_msg("nobody notices that \"%s\" became \"%s\"", from, to);
}

static void a_purge_that_is_left_out_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    const char *b = "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end";
    expect_noticed(w, impatient(w, b, 1), "purge_A(); rebase_0(); skip", "rebase_0(); skip");
}

static void a_raise_that_is_left_out_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    const char *b = "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end";
    expect_noticed(w, impatient(w, b, 1), "AT(A, 1) -> phase_A = (phase_A / 1 + 1) * 1; ", "AT(A, 1) -> ");
}

static void a_message_that_is_not_stale_at_once_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    const char *b = "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end";
    expect_noticed(w, impatient(w, b, 1), ":: phase_B < phase_A -> skip", ":: false -> skip");
}

static void a_crash_that_is_not_caught_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    expect_noticed(w, catches_a_crash(w), "dead == 1 && DEAD", "dead == 9 && DEAD");
}

static void a_root_that_is_not_watched_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    expect_noticed(w, storm(w, 1, RESTART_PERMANENT), "atomic { gone_1 ->", "atomic { false ->");
}

static void a_drop_that_waits_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    expect_noticed(w, two_for_one(w, POLICY_DROP_NEWEST), ":: else -> skip fi EVENT", "fi EVENT");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_mailbox_that_fails_waits_as_one_that_blocks),
        T(what_is_dropped_as_the_newest_never_comes),
        T(what_is_dropped_as_the_oldest_leaves_the_next_at_the_head),
        T(a_shared_mailbox_may_be_full_of_what_has_to_wait),
        T(a_shared_mailbox_cannot_drop_its_oldest),
        T(no_more_messages_are_lost_than_may_be),
        T(each_directive_agrees),
        T(a_timeout_that_is_told_is_safe),
        T(a_role_that_is_deaf_at_first_hangs),
        T(a_role_that_is_deaf_at_its_end_leaves_an_orphan),
        T(nested_events_in_a_loop_agree),
        T(a_crash_that_is_caught_agrees),
        T(a_counter_at_its_end_is_no_verdict),
        T(a_root_that_gives_up_is_seen_by_both),
        T(where_no_child_must_run_nobody_misses_one),
        T(a_root_that_is_not_watched_is_noticed),
        T(a_purge_that_is_left_out_is_noticed),
        T(a_raise_that_is_left_out_is_noticed),
        T(a_message_that_is_not_stale_at_once_is_noticed),
        T(a_crash_that_is_not_caught_is_noticed),
        T(a_drop_that_waits_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
