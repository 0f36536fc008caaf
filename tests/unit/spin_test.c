/* spin_test.c -- SPIN against the explorer, on models by hand; changed renderings; false tools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spin_kit.h"
#include "tools_kit.h"

static enum spin_answer as_spin(enum verdict v)
{
    return v == VERDICT_HOLDS ? SPIN_HOLDS : v == VERDICT_VIOLATED ? SPIN_VIOLATED : SPIN_INCONCLUSIVE;
}

/* Do both engines say the same of every property, and count the same states? */
static bool agree(struct world *w, const struct engines *e, const struct spin_model *text)
{
    struct exploration *x = explore(w->a, e->s, &plenty);
    struct spin_check *c = spin_check(w->a, e->s, text, &plenty);
    struct spin_result n = spin_count(w->a, e->s, text, &plenty);
    bool same = n.answer == SPIN_HOLDS && n.states == x->states + (e->m->n_crashes != 0);
    for (int k = 0; k < SAFETY_KINDS; k++)
        same = same && c->safety[k].answer == as_spin(x->result[k]);
    return same;
}

static void expect_agreement(struct world *w, const struct model *m)
{
    struct engines e = engines_new(w->a, m);
    if (!agree(w, &e, &e.spin))
        fail_msg("the engines disagree on\n%s", e.text.text);
}

static struct spin_check *check(struct world *w, const struct model *m)
{
    struct engines e = engines_new(w->a, m);
    return spin_check(w->a, e.s, &e.spin, &plenty);
}

static void all_are(const struct spin_check *c, enum spin_answer answer)
{
    for (int k = 0; k < SAFETY_KINDS; k++) {
        assert_int_equal(c->safety[k].answer, answer);
        if (answer != SPIN_HOLDS && answer != SPIN_VIOLATED)
            assert_non_null(c->safety[k].why);
    }
}

/* ---- verdicts ---- */

/* The measured model takes one more step for the decision, which can be either of two: 63 and 217 states there. */
static void two_phase_commit_has_the_states_that_were_measured(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 3);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    struct spin_check *c = spin_check(w->a, e.s, &e.spin, &plenty);
    all_are(c, SPIN_HOLDS);
    assert_int_equal(c->safety[0].states, 63 - 2);
    assert_int_equal(spin_count(w->a, e.s, &e.spin, &plenty).states, 217 - 2);
    assert_int_equal(explore(w->a, e.s, &plenty)->states, 217 - 2);
}

static void a_deadlock_is_found_and_replays(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2, 2 B?z 3");
    kit_role(w->k, "B", "0 A?x 1, 1 A!y 2, 2 A?x 3");
    struct spin_check *c = check(w, kit_model(w->k, 1, 1));
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_VIOLATED);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].trail.n, 4);
    assert_int_equal(c->safety[SAFETY_FIDELITY].answer, SPIN_HOLDS);
    assert_int_equal(c->safety[SAFETY_ORPHAN].answer, SPIN_HOLDS);
}

static void a_deadlock_at_the_start_has_an_empty_trail(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?x 1, 1 B!y 2");
    kit_role(w->k, "B", "0 A?y 1, 1 A!x 2");
    struct spin_check *c = check(w, kit_model(w->k, 1, 1));
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_VIOLATED);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].trail.n, 0);
}

static void an_unexpected_message_is_found_and_replays(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 0 B!y 1, 1 B?ok 0");
    kit_role(w->k, "B", "0 A?x 1, 1 A!ok 0");
    struct spin_check *c = check(w, kit_model(w->k, 1, 1));
    assert_int_equal(c->safety[SAFETY_FIDELITY].answer, SPIN_VIOLATED);
    assert_true(c->safety[SAFETY_FIDELITY].trail.n > 0);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_VIOLATED);
    assert_int_equal(c->safety[SAFETY_ORPHAN].answer, SPIN_HOLDS);
}

static void an_orphan_is_found_and_replays(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B!y 2");
    kit_role(w->k, "B", "0 A?x 1");
    struct spin_check *c = check(w, kit_model(w->k, 1, 2));
    assert_int_equal(c->safety[SAFETY_ORPHAN].answer, SPIN_VIOLATED);
    assert_int_equal(c->safety[SAFETY_FIDELITY].answer, SPIN_HOLDS);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
}

/* B's message may overtake C's: early, not wrong. In the second model nobody ever takes it. */
static void an_early_message_is_no_violation(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!go 1, 1 C!go 2");
    kit_role(w->k, "B", "0 A?go 1, 1 D!one 2");
    kit_role(w->k, "C", "0 A?go 1, 1 D!two 2");
    kit_role(w->k, "D", "0 B?one 1, 0 C?other 3, 1 C?two 2");
    const struct model *m = kit_model(w->k, 1, 1);
    all_are(check(w, m), SPIN_HOLDS);
    expect_agreement(w, m);
}

static void all_heads_wrong_is_a_violation(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "B", "0 D!one 1, 1 D!two 2");
    kit_role(w->k, "C", "0 D!one 1, 1 D!two 2");
    kit_role(w->k, "D", "0 B?two 1, 0 C?two 2, 1 C?one 2, 0 end");
    const struct model *m = kit_model(w->k, 1, 1);
    struct spin_check *c = check(w, m);
    assert_int_equal(c->safety[SAFETY_FIDELITY].answer, SPIN_VIOLATED);
    assert_int_equal(c->safety[SAFETY_FIDELITY].trail.n, 2);
    expect_agreement(w, m);
}

static void what_is_left_over_at_rest_is_an_orphan(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1, 1 C?y 2, 1 A?x 2, 1 end");
    kit_role(w->k, "C", "0 B!z 1, 0 B!y 1");
    const struct model *m = kit_model(w->k, 1, 1);
    struct spin_check *c = check(w, m);
    assert_int_equal(c->safety[SAFETY_ORPHAN].answer, SPIN_VIOLATED);
    assert_int_equal(c->safety[SAFETY_FIDELITY].answer, SPIN_HOLDS);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_HOLDS);
    expect_agreement(w, m);
}

/* Four in a ring, each sends two and then receives two. */
static void capacity_decides_about_the_ring(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B!x 2, 2 D?x 3, 3 D?x 4");
    kit_role(w->k, "B", "0 C!x 1, 1 C!x 2, 2 A?x 3, 3 A?x 4");
    kit_role(w->k, "C", "0 D!x 1, 1 D!x 2, 2 B?x 3, 3 B?x 4");
    kit_role(w->k, "D", "0 A!x 1, 1 A!x 2, 2 C?x 3, 3 C?x 4");
    assert_int_equal(check(w, kit_model(w->k, 1, 1))->safety[SAFETY_DEADLOCK].answer, SPIN_VIOLATED);
    all_are(check(w, kit_model(w->k, 1, 2)), SPIN_HOLDS);
}

/* ---- crashes ---- */

static uint32_t supervised_commit(struct world *w, enum strategy strategy, enum restart_type restart)
{
    kit_role(w->k, "C", "0 P!ask 1, 1 Q!ask 2, 2 P?yes 3, 3 Q?yes 4");
    kit_role(w->k, "P", "0 C?ask 1, 1 C!yes 2");
    kit_role(w->k, "Q", "0 C?ask 1, 1 C!yes 2");
    uint32_t root = kit_supervisor(w->k, IR_NONE, strategy, 1);
    kit_child(w->k, root, "c", 1, RESTART_PERMANENT);
    return kit_child(w->k, root, "p", 2, restart);
}

static void each_strategy_agrees(void **ctx)
{
    struct world *w = *ctx;
    for (int strategy = ONE_FOR_ONE; strategy <= REST_FOR_ONE; strategy++) {
        w->k = kit_new(w->a);
        kit_crashes(w->k, 2, supervised_commit(w, (enum strategy)strategy, RESTART_PERMANENT));
        expect_agreement(w, kit_model(w->k, 1, 1));
    }
}

static void a_temporary_child_agrees(void **ctx)
{
    struct world *w = *ctx;
    supervised_commit(w, ONE_FOR_ALL, RESTART_TEMPORARY);
    kit_crashes(w->k, 2, IR_NONE);
    expect_agreement(w, kit_model(w->k, 1, 1));
}

static void nested_supervisors_and_two_budgets_agree(void **ctx)
{
    struct world *w = *ctx;
    for (uint32_t intensity = 0; intensity < 2; intensity++) {
        w->k = kit_new(w->a);
        kit_role(w->k, "A", "0 B!x 1, 1 B?y 0");
        kit_role(w->k, "B", "0 A?x 1, 1 A!y 0, 0 end");
        uint32_t root = kit_supervisor(w->k, IR_NONE, REST_FOR_ONE, 1);
        kit_child(w->k, root, "a", 1, RESTART_TEMPORARY);
        uint32_t below = kit_supervisor(w->k, root, ONE_FOR_ONE, intensity);
        kit_crashes(w->k, 2, kit_child(w->k, below, "b", 1, RESTART_PERMANENT));
        kit_crashes(w->k, 1, IR_NONE);
        expect_agreement(w, kit_model(w->k, 2, 1));
    }
}

static void each_violation_is_found_under_crashes(void **ctx)
{
    struct world *w = *ctx;
    static const char *const b[] = {"0 A?x 1, 1 A!y 2, 2 A?x 3", "0 A?x 1, 1 A!z 2", "0 A!y 1, 1 A!y 2"};
    for (int i = 0; i < 3; i++) {
        w->k = kit_new(w->a);
        kit_role(w->k, "A", i == 2 ? "0 B?y 1" : "0 B!x 1, 1 B?y 2");
        kit_role(w->k, "B", b[i]);
        uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
        kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
        kit_crashes(w->k, 1, kit_child(w->k, root, "b", 1, RESTART_PERMANENT));
        const struct model *m = kit_model(w->k, 1, 1);
        struct engines e = engines_new(w->a, m);
        assert_int_equal(explore(w->a, e.s, &plenty)->result[i], VERDICT_VIOLATED);
        expect_agreement(w, m);
    }
}

/* ---- the commands at the head of the text do what they say ---- */

/* Runs each in the test's folder; returns how many found no error. */
static int successes(struct world *w, const char *text)
{
    int n = 0;
    FILE *f = fopen(arena_printf(w->a, "%s/FILE.pml", w->dir), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    for (const char *p = text; (p = strstr(p, "\n *   spin ")) != NULL; p++) {
        const char *command = p + 6;
        n += system(arena_printf(w->a, "cd %s && %.*s 2>&1 | grep -q 'errors: 0$'", w->dir,
                                 (int)strcspn(command, "\n"), command)) == 0;
    }
    return n;
}

static void the_commands_of_the_text_work(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 2);
    struct model *m = kit_model(w->k, 1, 255); /* states beyond SPIN's usual size */
    kit_ltl(w->k, m, ltl_op(w->k, LTL_EVENTUALLY, ltl_event(w->k, LTL_RECEIVED, "C", "Ack"), NULL));
    kit_ltl(w->k, m, ltl_op(w->k, LTL_EVENTUALLY, ltl_event(w->k, LTL_RECEIVED, "C", "No"), NULL));
    assert_int_equal(successes(w, engines_new(w->a, m).text.text), 4 + 1);
}

/* ---- a rendering that is not what it must be ---- */

/* The text with `from`, which is there, replaced by `to` once, lines kept. */
static const char *replaced(struct arena *a, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    return arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void a_lost_assertion_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 0 B!y 1, 1 B?ok 0");
    kit_role(w->k, "B", "0 A?x 1, 1 A!ok 0");
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    assert_true(agree(w, &e, &e.spin));
    struct spin_model m = spin_model_of(&e.text, replaced(w->a, e.text.text, "UNEXPECTED(c_A_B, m_y)", ""));
    assert_false(agree(w, &e, &m));
}

static void a_changed_capacity_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 2);
    kit_role(w->k, "X", "0 Y!x 1, 1 Y!x 2");
    kit_role(w->k, "Y", "0 X?x 1, 1 X?x 2");
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 2));
    assert_true(agree(w, &e, &e.spin));
    struct spin_model m = spin_model_of(&e.text, replaced(w->a, e.text.text, "c_X_Y = [2]", "c_X_Y = [1]"));
    assert_false(agree(w, &e, &m));
}

static void a_lost_send_is_noticed(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 2);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    struct spin_model m =
        spin_model_of(&e.text, replaced(w->a, e.text.text, "STEP(c_C_P2!m_Abort, 0)", "skip"));
    assert_false(agree(w, &e, &m));
}

/* A trail that the step relation does not have is no counterexample. */
static void a_trail_that_does_not_replay_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A!y 2");
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    struct spin_model m = spin_model_of(&e.text, replaced(w->a, e.text.text, "goto end_S2", "goto S0"));
    struct spin_check *c = spin_check(w->a, e.s, &m, &plenty);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_ERROR);
    assert_non_null(c->safety[SAFETY_DEADLOCK].why);
}

static void a_trail_without_the_violation_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A!y 2");
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    struct spin_model m =
        spin_model_of(&e.text, replaced(w->a, e.text.text, "STEP(c_A_B?m_x, 0)", "false"));
    struct spin_check *c = spin_check(w->a, e.s, &m, &plenty);
    assert_int_equal(c->safety[SAFETY_DEADLOCK].answer, SPIN_ERROR);
}

static void text_that_is_not_promela_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 1);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    struct spin_model m = spin_model_of(&e.text, "this is not Promela\n");
    all_are(spin_check(w->a, e.s, &m, &plenty), SPIN_ERROR);
}

/* ---- tools that are missing, lie or never end ---- */

static struct spin_check *check_small(struct world *w, const struct budget *b)
{
    kit_two_phase_commit(w->k, 1);
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 1));
    return spin_check(w->a, e.s, &e.spin, b);
}

static void without_spin_there_is_no_verdict(void **ctx)
{
    struct world *w = *ctx;
    setenv("PATH", w->dir, 1);
    unsetenv("CC");
    struct spin_check *c = check_small(w, &plenty);
    all_are(c, SPIN_NO_TOOL);
    assert_string_equal(c->package, "spin");
}

static void without_a_compiler_there_is_no_verdict(void **ctx)
{
    struct world *w = *ctx;
    tool(w, "spin", "exit 0");
    setenv("PATH", w->dir, 1);
    unsetenv("CC");
    struct spin_check *c = check_small(w, &plenty);
    all_are(c, SPIN_NO_TOOL);
    assert_string_equal(c->package, "gcc");
}

static void garbage_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    false_verifier(w, "echo garbage");
    all_are(check_small(w, &plenty), SPIN_ERROR);
}

static void silence_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    false_verifier(w, "exit 0");
    all_are(check_small(w, &plenty), SPIN_ERROR);
}

static void a_verifier_that_looks_for_nothing_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    false_verifier(w, "printf 'Full statespace search for:\\n\\tnever claim\\t- (none)\\n\\tassertion violations\\t-\\n"
                      "\\tinvalid end states\\t+\\n\\nState-vector 1 byte, depth reached 1, errors: 0\\n"
                      "  5 states, stored\\npan: elapsed time 0 seconds\\n'");
    all_are(check_small(w, &plenty), SPIN_ERROR);
}

static void a_report_that_breaks_off_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    false_verifier(w, "printf 'Full statespace search for:\\n\\tassertion violations\\t+\\n\\tinvalid end states\\t+\\n"
                      "State-vector 1 byte, depth reached 1, errors: 0\\n'; kill -SEGV $$");
    all_are(check_small(w, &plenty), SPIN_ERROR);
}

static void a_violation_without_a_trail_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    false_verifier(w, "printf 'pan:1: assertion violated 0 (at depth 3)\\nFull statespace search for:\\n"
                      "\\tassertion violations\\t+\\n\\tinvalid end states\\t';"
                      "case \"$*\" in *-E*) echo -;; *) echo +;; esac;"
                      "printf 'State-vector 1 byte, depth reached 1, errors: 1\\n  5 states, stored\\n"
                      "pan: elapsed time 0 seconds\\n'");
    struct spin_check *c = check_small(w, &plenty);
    for (int k = 0; k < SAFETY_GAVE_UP; k++) /* without crashes nobody asks for the last */
        assert_int_equal(c->safety[k].answer, SPIN_ERROR);
    assert_int_equal(c->safety[SAFETY_GAVE_UP].answer, SPIN_HOLDS);
}

static void one_that_never_ends_is_inconclusive(void **ctx)
{
    struct world *w = *ctx;
    false_verifier(w, "echo 'Depth=      57 States=    1e+06 Transitions= 3.52e+06'; exec sleep 1000");
    struct spin_check *c = check_small(w, &(struct budget){1, 0});
    all_are(c, SPIN_INCONCLUSIVE);
    assert_int_equal(c->safety[0].states, 1000000);
}

static void a_spin_that_fails_is_an_error(void **ctx)
{
    struct world *w = *ctx;
    tool(w, "spin", "echo no licence; exit 1");
    prefer_own_tools(w);
    all_are(check_small(w, &plenty), SPIN_ERROR);
}

/* Five pairs on their own, unreduced: more states than fit into 16 MB. */
static void memory_that_runs_out_is_inconclusive(void **ctx)
{
    struct world *w = *ctx;
    for (int i = 0; i < 10; i++)
        kit_role(w->k, arena_printf(w->a, "%c", 'A' + i), arena_printf(w->a, "0 %c!x 1, 1 %c?x 2, 2 %c!x 3, 3 %c?x 0",
                                                                      'A' + (i ^ 1), 'A' + (i ^ 1), 'A' + (i ^ 1),
                                                                      'A' + (i ^ 1)));
    struct engines e = engines_new(w->a, kit_model(w->k, 1, 2));
    struct spin_result r = spin_count(w->a, e.s, &e.spin, &(struct budget){120, 16 << 20});
    assert_int_equal(r.answer, SPIN_INCONCLUSIVE);
    assert_non_null(r.why);
    assert_string_not_equal(r.why, "the time was up");
    assert_true(r.states > 1000);
}

/* ---- what is left behind ---- */

static void nothing_is_left_behind(void **ctx)
{
    struct world *w = *ctx;
    const char *tmp = own_tmp(w);
    all_are(check_small(w, &plenty), SPIN_HOLDS);
    assert_int_equal(entries(tmp), 0);
}

static void without_a_folder_there_is_no_verdict(void **ctx)
{
    struct world *w = *ctx;
    setenv("TMPDIR", arena_printf(w->a, "%s/nowhere", w->dir), 1);
    struct spin_check *c = check_small(w, &plenty);
    all_are(c, SPIN_NO_TOOL);
    assert_null(c->missing);
    assert_non_null(c->trouble);
}

static void nothing_is_left_behind_after_a_signal(void **ctx)
{
    struct world *w = *ctx;
    const char *tmp = own_tmp(w);
    const char *mark = arena_printf(w->a, "%s/runs", w->dir);
    false_verifier(w, arena_printf(w->a, "touch %s; exec sleep 1000", mark));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        check_small(w, &plenty);
        _exit(0);
    }
    for (int i = 0; i < 3000 && access(mark, F_OK) != 0; i++)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_int_equal(entries(tmp), 1);
    kill(child, SIGTERM);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_int_equal(entries(tmp), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(two_phase_commit_has_the_states_that_were_measured),
        T(a_deadlock_is_found_and_replays),
        T(a_deadlock_at_the_start_has_an_empty_trail),
        T(an_unexpected_message_is_found_and_replays),
        T(an_orphan_is_found_and_replays),
        T(an_early_message_is_no_violation),
        T(all_heads_wrong_is_a_violation),
        T(what_is_left_over_at_rest_is_an_orphan),
        T(capacity_decides_about_the_ring),
        T(each_strategy_agrees),
        T(a_temporary_child_agrees),
        T(nested_supervisors_and_two_budgets_agree),
        T(each_violation_is_found_under_crashes),
        T(the_commands_of_the_text_work),
        T(a_lost_assertion_is_noticed),
        T(a_changed_capacity_is_noticed),
        T(a_lost_send_is_noticed),
        T(a_trail_that_does_not_replay_is_an_error),
        T(a_trail_without_the_violation_is_an_error),
        T(text_that_is_not_promela_is_an_error),
        T(without_spin_there_is_no_verdict),
        T(without_a_compiler_there_is_no_verdict),
        T(garbage_is_an_error),
        T(silence_is_an_error),
        T(a_verifier_that_looks_for_nothing_is_an_error),
        T(a_report_that_breaks_off_is_an_error),
        T(a_violation_without_a_trail_is_an_error),
        T(one_that_never_ends_is_inconclusive),
        T(a_spin_that_fails_is_an_error),
        T(memory_that_runs_out_is_inconclusive),
        T(nothing_is_left_behind),
        T(without_a_folder_there_is_no_verdict),
        T(nothing_is_left_behind_after_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
