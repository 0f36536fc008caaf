/* lints_test.c -- warnings that the text and its automata show: each where it is due, and none where it is not. */
#include "compiled.h"

#include "lints.h"

static struct compiled lint(const char *text)
{
    struct compiled c = compile_clean(text);
    lints_check(c.ir, c.d);
    diags_sort(c.d);
    return c;
}

static void assert_lints(const char *text, const char *want)
{
    struct compiled c = lint(text);
    assert_string_equal(codes(&c), want);
    assert_int_equal(c.d->n_errors, 0);
    compiled_free(&c);
}

static void assert_lint_says(const char *text, const char *part)
{
    struct compiled c = lint(text);
    assert_says(&c, part);
    compiled_free(&c);
}

#define LINTS(name, text, want)                                                                                        \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_lints(text, want);                                                                                      \
    }

#define S(body) "session S(role A, role B) {\n" body "\n}"

/* ---- roles ---- */

LINTS(silent_role, "message M;\nsession S(role A, role B,\n role C) { A -> B: M; }", "W0207:3")
LINTS(silent_family, "message M;\nsession S(role A, role B,\n role P[3]) { A -> B: M; }", "W0207:3")
LINTS(silent_members, "message M;\nsession S(role A,\n role P[3]) { A -> P[1]: M; }", "W0207:3 W0207:3")
LINTS(silent_local,
      "message M;\nlocal A = B!M . end;\nlocal B = A?M . end;\nlocal C = end;\nsession S(A, B, C);", "W0207:5")
LINTS(all_take_part, "message M;\nsession S(role A, role P[2]) { foreach p in P { A -> p: M; } }", "")

static void family_says_so(void **state)
{
    (void)state;
    assert_lint_says("message M; session S(role A, role B, role P[3]) { A -> B: M; }",
                     "family `P` takes part in nothing");
    assert_lint_says("message M; session S(role A, role P[2]) { A -> P[1]: M; }", "role `P[0]` takes part in nothing");
}

/* ---- messages ---- */

LINTS(unused_message, "message M;\nmessage N;\n" S("A -> B: M;"), "W0208:2")
LINTS(used_by_a_local_type, "message M;\nmessage N;\nlocal X = ?N . end;\n" S("A -> B: M;"), "")
LINTS(only_messages, "message M;\nmessage N;", "")
LINTS(an_inbox_takes_any, "message M;\nmessage N;\n" S("A -> B: M;") "\nactor X plays S.A { inbox 4; }", "")

/* A file with nothing but leftovers is told so 200 times, and not more. */
static void not_without_end(void **state)
{
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "message m%d; ", i);
    buf_puts(&b, "session S(role A, role B) { A -> B: m0; }");
    struct compiled c = lint(buf_cstr(&b));
    assert_int_equal(c.d->n, 200);
    assert_int_equal(c.d->n_errors, 0);
    buf_free(&b);
    compiled_free(&c);
}

/* ---- recursion ---- */

LINTS(endless, "message M;\n" S("rec X { A -> B: M; continue X; }"), "W0210:3")
LINTS(endless_in_all_branches, "message M; message N;\n"
      S("rec X { choice at A { A -> B: M; continue X; } or { A -> B: N; continue X; } }"), "W0210:3")
LINTS(endless_within, "message M; message N; message O;\n"
      S("choice at A {\n A -> B: M; } or {\n A -> B: N;\n rec Y { A -> B: O; continue Y; } }"),
      "W0210:6")
LINTS(the_outer_one_alone, "message M; message N;\n"
      S("rec X { A -> B: M;\n rec Y { choice at A { A -> B: M; continue Y; } or { A -> B: N; continue X; } } }"),
      "W0210:3")
LINTS(endless_by_do, "message M; message N;\n"
      S("choice at A { A -> B: M; do S(A, B); } or { A -> B: N; do S(A, B); }"), "W0210:2")
LINTS(do_with_an_end, "message M; message N;\n"
      S("choice at A { A -> B: M; do S(A, B); } or { A -> B: N; }"), "")
LINTS(an_event_ends_do, "message M; message N;\n"
      S("try { A -> B: M; do S(A, B); } catch cancel at A { A -> B: N; }"), "")
LINTS(a_branch_leads_out, "message M; message N;\n"
      S("rec X { choice at A { A -> B: M; continue X; } or { A -> B: N; } }"), "")
LINTS(out_by_the_outer_one, "message M; message N; message O;\n"
      S("rec X { choice at A { A -> B: M;\n"
        "rec Y { choice at A { A -> B: M; continue Y; } or { A -> B: N; continue X; } }\n"
        "} or { A -> B: O; } }"), "")
LINTS(an_event_leads_out, "message M; message N;\n"
      S("try { rec X { A -> B: M; continue X; } } catch cancel at A { A -> B: N; }"), "")
LINTS(endless_local,
      "message M;\nlocal A = rec X . B!M . X;\nlocal B = rec X . A?M . X;\nsession S(A, B);", "W0210:2 W0210:3")
LINTS(local_with_an_end, "message M; message N;\nlocal A = rec X . +{ B!M . X, B!N . end };\n"
      "local B = dual A;\nsession S(A, B);", "")
LINTS(local_out_by_name, "message M; message N;\nlocal A = rec X . +{ B!M . X, B!N . Z };\nlocal Z = B?M . end;\n"
      "local B = dual A;\nsession S(A, B);", "")

/* ---- supervision ---- */

#define SYSTEM(head, child)                                                                                            \
    "message M;\nsession S(role A, role B) { A -> B: M; }\nactor L plays S.A;\nactor R plays S.B;\nsystem Y {\n"      \
    "supervisor root " head " {\nchild l: L permanent;\n" child "\n}\nwire S(A = l, B = r);\n}"

LINTS(never_so_many, SYSTEM("intensity 5 in 10s", "child r: R permanent backoff 3s..3s;"), "W0402:8")
LINTS(doubling_reaches_it, SYSTEM("intensity 3 in 6s", "child r: R permanent backoff 1s..1h;"), "W0402:8")
LINTS(just_within, SYSTEM("intensity 3 in 7s", "child r: R permanent backoff 1s..1h;"), "")
LINTS(capped, SYSTEM("intensity 4 in 10s", "child r: R permanent backoff 1s..3s;"), "")
LINTS(capped_and_too_long, SYSTEM("intensity 5 in 10s", "child r: R permanent backoff 1s..3s;"), "W0402:8")
LINTS(by_default, SYSTEM("", "child r: R permanent backoff 10ms..1s;"), "")
LINTS(no_backoff, SYSTEM("intensity 1000 in 1ms", "child r: R permanent;"), "")
LINTS(gives_up_at_once, SYSTEM("intensity 0 in 10s", "child r: R permanent backoff 1ms..2ms;"), "W0403:8")
LINTS(never_restarted, SYSTEM("intensity 3 in 10s", "child r: R temporary backoff 1ms..2ms;"), "W0403:8")
LINTS(stopped_instead,
      SYSTEM("intensity 3 in 10s", "child r: R permanent backoff 1ms..2ms decide { _: stop; };"), "W0403:8")
LINTS(restarted_by_decision,
      SYSTEM("intensity 3 in 10s", "child r: R temporary backoff 1ms..2ms decide { error: restart; };"), "")
LINTS(huge_numbers, SYSTEM("intensity 2000000000 in 1h", "child r: R permanent backoff 1000000h..1000000h;"), "W0402:8")

static void says_how_long(void **state)
{
    (void)state;
    assert_lint_says(SYSTEM("intensity 3 in 6s", "child r: R permanent backoff 1s..1h;"),
                     "with this backoff 3 restarts in a row take 7s at least");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_role), cmocka_unit_test(silent_family), cmocka_unit_test(silent_members),
        cmocka_unit_test(silent_local), cmocka_unit_test(all_take_part), cmocka_unit_test(family_says_so),
        cmocka_unit_test(unused_message), cmocka_unit_test(used_by_a_local_type), cmocka_unit_test(only_messages),
        cmocka_unit_test(an_inbox_takes_any), cmocka_unit_test(not_without_end),
        cmocka_unit_test(endless), cmocka_unit_test(endless_in_all_branches),
        cmocka_unit_test(endless_within), cmocka_unit_test(the_outer_one_alone), cmocka_unit_test(a_branch_leads_out), cmocka_unit_test(endless_by_do),
        cmocka_unit_test(do_with_an_end), cmocka_unit_test(an_event_ends_do),
        cmocka_unit_test(out_by_the_outer_one), cmocka_unit_test(an_event_leads_out), cmocka_unit_test(endless_local),
        cmocka_unit_test(local_with_an_end), cmocka_unit_test(local_out_by_name), cmocka_unit_test(never_so_many),
        cmocka_unit_test(doubling_reaches_it), cmocka_unit_test(just_within), cmocka_unit_test(capped),
        cmocka_unit_test(capped_and_too_long), cmocka_unit_test(by_default), cmocka_unit_test(no_backoff),
        cmocka_unit_test(gives_up_at_once), cmocka_unit_test(never_restarted), cmocka_unit_test(stopped_instead),
        cmocka_unit_test(restarted_by_decision), cmocka_unit_test(huge_numbers), cmocka_unit_test(says_how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
