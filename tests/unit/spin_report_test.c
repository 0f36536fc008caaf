/* spin_report_test.c -- reports that must not count as success, and accounts of trails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"
#include "spin_report.h"
#include "spin_trail.h"

#define HEAD "(Spin Version 6.5.2 -- 6 December 2019)\n\t+ Partial Order Reduction\n\n"
#define SCOPE                                                                                                          \
    "\tnever claim         \t- (not selected)\n\tassertion violations\t+\n"                                             \
    "\tcycle checks       \t- (disabled by -DSAFETY)\n\tinvalid end states\t+\n\n"
#define FULL "Full statespace search for:\n" SCOPE
#define ERRORS(n) "State-vector 88 byte, depth reached 31, errors: " #n "\n"
#define STATES "       63 states, stored\n        9 states, matched\n"
#define TAIL "\n\n\npan: elapsed time 0 seconds\n"

static struct arena *arena;

static struct spin_report read(const char *text)
{
    return spin_report_read(arena, text);
}

static void never_holds(const char *text)
{
    assert_false(read(text).exhaustive);
}

static void a_whole_report_without_errors_is_exhaustive(void **s)
{
    (void)s;
    struct spin_report r = read(HEAD FULL ERRORS(0) STATES TAIL);
    assert_null(r.problem);
    assert_true(r.exhaustive && r.assertions && r.end_states && !r.cycles && r.claim == NULL);
    assert_int_equal(r.states, 63);
}

/* Several cores: what they print has their number before it. */
#define CPU_TAIL "\n\ncpu0: elapsed time 1.67 seconds (63 states visited)\ncpu0: rate 52456.3 states/second\n"

static void a_whole_report_of_several_cores_is_exhaustive(void **s)
{
    (void)s;
    struct spin_report r = read("cpu1: Depth=      60 States= 2.95e+04 Transitions= 9.52e+04\n" HEAD FULL ERRORS(0)
                                STATES CPU_TAIL);
    assert_null(r.problem);
    assert_true(r.exhaustive);
    assert_int_equal(r.states, 63);
}

static void an_error_of_one_of_several_cores_needs_no_summary(void **s)
{
    (void)s;
    struct spin_report r = read("cpu1: pan:1: assertion violated 0 (at depth 37)\npan: wrote model.pml.cpu1_trail\n"
                                "cpu1: pan: wrote trailfile\ncpu1: stop - uerror\n" CPU_TAIL);
    assert_null(r.problem);
    assert_int_equal(r.finding, FINDING_ASSERTION);
    assert_false(r.exhaustive);
}

static void several_cores_that_give_up_are_not_exhaustive(void **s)
{
    (void)s;
    assert_non_null(read("cpu0: Give Up\ncpu1: Give Up\n" CPU_TAIL).problem);
    never_holds(HEAD FULL ERRORS(0) STATES "cpu0: pan: out of memory\n" CPU_TAIL);
    never_holds(HEAD FULL ERRORS(0) STATES "cpu: elapsed time 1 seconds\n");
}

static void a_part_of_a_report_is_a_problem(void **s)
{
    (void)s;
    static const char *const parts[] = {"", "\n", "errors: 0\n", "hello\n", HEAD, HEAD FULL, HEAD FULL ERRORS(0),
                                        HEAD FULL ERRORS(0) STATES, ERRORS(0) STATES TAIL, FULL STATES TAIL,
                                        FULL ERRORS(0) TAIL};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct spin_report r = read(parts[i]);
        assert_false(r.exhaustive);
        assert_non_null(r.problem);
    }
}

static void a_search_that_was_cut_short_is_not_exhaustive(void **s)
{
    (void)s;
    never_holds("Interrupted\n" HEAD FULL ERRORS(0) STATES TAIL);
    never_holds("Warning: Search not completed\n" FULL ERRORS(0) STATES TAIL);
    never_holds("error: max search depth too small\n" HEAD FULL ERRORS(0) STATES TAIL);
    never_holds("pan: reached -DMEMLIM bound\n" FULL ERRORS(0) STATES TAIL);
    never_holds("pan: out of memory\n" FULL ERRORS(0) STATES TAIL);
    assert_int_equal(read("Interrupted\n" FULL ERRORS(0) STATES TAIL).stop, STOP_TIME);
    assert_int_equal(read("error: max search depth too small\n" FULL ERRORS(0) STATES TAIL).stop, STOP_DEPTH);
    assert_int_equal(read("pan: reached -DMEMLIM bound\n" FULL ERRORS(0) STATES TAIL).stop, STOP_MEMORY);
    assert_int_equal(read("pan: out of memory\n").stop, STOP_MEMORY);
}

static void a_search_of_bits_or_hashes_is_not_exhaustive(void **s)
{
    (void)s;
    never_holds(HEAD "Bit statespace search for:\n" SCOPE ERRORS(0) STATES TAIL);
    never_holds(HEAD "Hash-Compact 4 search for:\n" SCOPE ERRORS(0) STATES TAIL);
    never_holds(HEAD "\t+ Hash Compact\n" FULL ERRORS(0) STATES TAIL);
}

static void what_is_not_understood_is_a_problem(void **s)
{
    (void)s;
    assert_non_null(read("pan:1: VECTORSZ is too small, edit pan.h (at depth 0)\n" FULL ERRORS(1) STATES TAIL).problem);
    assert_non_null(read("pan: error: too many processes\n" FULL ERRORS(0) STATES TAIL).problem);
    assert_non_null(read("pan: something new\n" FULL ERRORS(0) STATES TAIL).problem);
    assert_non_null(read("pan:1: something new (at depth 3)\n" FULL ERRORS(1) STATES TAIL).problem);
    assert_non_null(read(FULL "State-vector 88 byte, depth reached 31, errors: many\n" STATES TAIL).problem);
    assert_non_null(read(FULL "State-vector 88 byte, depth reached 31\n" STATES TAIL).problem);
    assert_non_null(read(FULL ERRORS(0) "       x states, stored\n" TAIL).problem);
}

static void errors_and_findings_must_agree(void **s)
{
    (void)s;
    assert_non_null(read(FULL ERRORS(1) STATES TAIL).problem);
    assert_non_null(read("pan:1: invalid end state (at depth 3)\n" FULL ERRORS(0) STATES TAIL).problem);
    assert_non_null(read(FULL ERRORS(0) ERRORS(0) STATES TAIL).problem);
}

static void no_states_is_no_search(void **s)
{
    (void)s;
    struct spin_report r = read(FULL ERRORS(0) "        0 states, stored\n" TAIL);
    assert_false(r.exhaustive);
    assert_non_null(r.problem);
}

static void findings_are_told_apart(void **s)
{
    (void)s;
    assert_int_equal(read("pan:1: invalid end state (at depth 3)\n" FULL ERRORS(1) STATES TAIL).finding,
                     FINDING_END_STATE);
    assert_int_equal(read("pan:1: assertion violated 0 (at depth 3)\n" FULL ERRORS(1) STATES TAIL).finding,
                     FINDING_ASSERTION);
    assert_int_equal(read("pan:1: acceptance cycle (at depth 3)\n" FULL ERRORS(1) STATES TAIL).finding, FINDING_CYCLE);
    never_holds("pan:1: invalid end state (at depth 3)\n" FULL ERRORS(1) STATES TAIL);
}

static void a_wide_selection_is_no_problem(void **ctx)
{
    (void)ctx;
    assert_null(read("pan: warning, line 451, too many stmnt types (24) in selection\n" FULL ERRORS(0) STATES TAIL).problem);
    assert_non_null(read("pan: warning, line 451, something new\n" FULL ERRORS(0) STATES TAIL).problem);
}

static void the_claim_and_fairness_are_read(void **s)
{
    (void)s;
    struct spin_report r = read("pan: ltl formula l_a\nFull statespace search for:\n"
                                "\tnever claim         \t+ (l_a)\n"
                                "\tassertion violations\t+ (if within scope of claim)\n"
                                "\tacceptance   cycles \t+ (fairness enabled)\n"
                                "\tinvalid end states\t- (disabled by never claim)\n" ERRORS(0)
                                "        7 states, stored (8 visited)\n" TAIL);
    assert_null(r.problem);
    assert_true(r.exhaustive && r.cycles && r.fair && !r.end_states);
    assert_string_equal(r.claim, "l_a");
}

static void a_claim_that_never_accepts_is_known(void **s)
{
    (void)s;
    struct spin_report r = read("pan: ltl formula l_a\n"
                                "warning: no accept labels are defined, so option -a has no effect (ignored)\n"
                                "Full statespace search for:\n"
                                "\tnever claim         \t+ (l_a)\n"
                                "\tassertion violations\t+ (if within scope of claim)\n"
                                "\tacceptance   cycles \t- (not selected)\n"
                                "\tinvalid end states\t- (disabled by never claim)\n" ERRORS(0)
                                "        7 states, stored\n" TAIL);
    assert_null(r.problem);
    assert_true(r.exhaustive && r.no_acceptance && !r.cycles);
    assert_false(read(FULL ERRORS(0) STATES TAIL).no_acceptance);
}

static void large_counts_are_read(void **s)
{
    (void)s;
    assert_int_equal(read(FULL ERRORS(0) " 1.2345678e+08 states, stored\n" TAIL).states, 123456780);
    assert_int_equal(read("Depth=      57 States=    2e+06 Transitions= 7.15e+06 Memory=   191.496\n").states, 2000000);
}

/* ---- trails ---- */

static const struct step_line table[] = {{17, {.kind = STEP_SEND, .edge = 3}},
                                         {20, {.kind = STEP_RECEIVE, .edge = 4}},
                                         {30, {.kind = STEP_CRASH, .instance = 1, .outcome = 2}}};

static struct spin_trail trail(const char *text)
{
    return spin_trail_read(arena, text, "model.pml", table, 3);
}

static void a_d_step_is_one_step(void **s)
{
    (void)s;
    struct spin_trail t = trail("  2:\tproc  0 (p_C:1) model.pml:17 (state 3)\t[c!m]\n"
                                "  2:\tproc  0 (p_C:1) model.pml:17 (state 2)\t[ev = 1]\n"
                                "  3:\tproc  2 (crashes:1) model.pml:30 (state 9)\t[((settled&&!(gone)))]\n"
                                "  3:\tproc  2 (crashes:1) model.pml:31 (state 9)\t[budget = 1]\n"
                                "  4:\tproc  1 (p_P:1) model.pml:20 (state 3)\t[c?m]\n"
                                "spin: trail ends after 4 steps\n");
    assert_null(t.problem);
    assert_int_equal(t.steps.n, 3);
    assert_int_equal(t.steps.steps[0].edge, 3);
    assert_int_equal(t.steps.steps[1].outcome, 2);
    assert_int_equal(t.steps.steps[2].kind, STEP_RECEIVE);
    assert_false(t.has_cycle);
}

static void where_processes_stand_is_no_step(void **s)
{
    (void)s;
    struct spin_trail t = trail("  1:\tproc  0 (p_C:1) model.pml:17 (state 3)\t[c!m]\n"
                                "spin: trail ends after 1 steps\n#processes: 2\n"
                                "  1:\tproc  1 (p_P:1) model.pml:20 (state 3)\n"
                                "  1:\tproc  0 (p_C:1) model.pml:17 (state 3) <valid end state>\n");
    assert_int_equal(t.steps.n, 1);
}

static void the_start_of_the_cycle_is_marked(void **s)
{
    (void)s;
    struct spin_trail t = trail("  2:\tproc  0 (p_C:1) model.pml:17 (state 3)\t[c!m]\n"
                                "  <<<<<START OF CYCLE>>>>>\n"
                                "  4:\tproc  1 (p_P:1) model.pml:20 (state 3)\t[c?m]\n"
                                "spin: trail ends after 4 steps\n");
    assert_true(t.has_cycle);
    assert_int_equal(t.cycle, 1);
    assert_int_equal(t.steps.n, 2);
}

static void an_account_that_breaks_off_is_a_problem(void **s)
{
    (void)s;
    assert_non_null(trail("").problem);
    assert_non_null(trail("spin: cannot find trail file\n").problem);
    assert_non_null(trail("  2:\tproc  0 (p_C:1) model.pml:17 (state 3)\t[c!m]\n").problem);
}

static void lines_of_other_files_and_claims_are_no_steps(void **s)
{
    (void)s;
    struct spin_trail t = trail("  2:\tproc  0 (p_C:1) other.pml:17 (state 3)\t[c!m]\n"
                                "  2:\tproc  - (l_a:1) _spin_nvr.tmp:17 (state 10)\t[(1)]\n"
                                "Never claim moves to line 17\t[(1)]\n"
                                "  3:\tproc  0 (p_C:1) model.pml:18 (state 3)\t[c!m]\n"
                                "spin: trail ends after 4 steps\n");
    assert_null(t.problem);
    assert_int_equal(t.steps.n, 0);
}

static int setup(void **s)
{
    (void)s;
    arena = arena_new(0);
    return 0;
}

static int teardown(void **s)
{
    (void)s;
    arena_free(arena);
    return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_whole_report_without_errors_is_exhaustive),
        T(a_whole_report_of_several_cores_is_exhaustive),
        T(an_error_of_one_of_several_cores_needs_no_summary),
        T(several_cores_that_give_up_are_not_exhaustive),
        T(a_part_of_a_report_is_a_problem),
        T(a_search_that_was_cut_short_is_not_exhaustive),
        T(a_search_of_bits_or_hashes_is_not_exhaustive),
        T(what_is_not_understood_is_a_problem),
        T(errors_and_findings_must_agree),
        T(no_states_is_no_search),
        T(findings_are_told_apart),
        T(the_claim_and_fairness_are_read),
        T(a_claim_that_never_accepts_is_known),
        T(large_counts_are_read),
        T(a_d_step_is_one_step),
        T(where_processes_stand_is_no_step),
        T(the_start_of_the_cycle_is_marked),
        T(an_account_that_breaks_off_is_a_problem),
        T(lines_of_other_files_and_claims_are_no_steps),
        T(a_wide_selection_is_no_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
