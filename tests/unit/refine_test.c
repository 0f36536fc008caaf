/* refine_test.c -- which refinements can be fulfilled, where a role gets stuck, and what is left undecided; then random
 * protocols over few values, of which all runs with all values are explored: a role that z3 calls stuck is a deadlock there.
 */
#include "compiled.h"
#include "domains.h"
#include "explorer.h"
#include "refine.h"

#define NM "message N { x: u8; }\nmessage M { y: u8; }\nmessage L; message Q;\nenum Why { disk, net, power }\nmessage W { why: Why; ok: bool; }\n"
/* The body stands in line 7. */
#define AB(body) NM "session S(role A, role B) {\n" body "\n}"

static void assert_judged(const char *text, enum verdict want, const char *want_codes)
{
    struct compiled c = compile_clean(text);
    const struct refine_check *r = refine_check(c.a, c.ir, 60, 0, c.d);
    assert_null(r->missing);
    assert_null(r->trouble);
    assert_int_equal(r->n, 1);
    if (r->sessions[0].result != want || strcmp(codes(&c), want_codes) != 0) {
        struct buf b = {0};
        diags_render_text(c.d, c.sources, &b, false);
        print_error("%s: %s\n", r->sessions[0].why ? r->sessions[0].why : "", buf_cstr(&b));
        buf_free(&b);
    }
    assert_string_equal(codes(&c), want_codes);
    assert_int_equal(r->sessions[0].result, want);
    assert_true((r->sessions[0].result == VERDICT_INCONCLUSIVE) == (r->sessions[0].why != NULL));
    compiled_free(&c);
}

#define JUDGED(name, text, want, codes)                                                                                \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_judged(text, want, codes);                                                                              \
    }
#define HOLDS(name, text) JUDGED(name, text, VERDICT_HOLDS, "")
#define NEVER(name, text, line) JUDGED(name, text, VERDICT_VIOLATED, "E0341:" #line)
#define STUCK(name, text, line) JUDGED(name, text, VERDICT_VIOLATED, "E0342:" #line)
#define OPEN(name, text) JUDGED(name, text, VERDICT_INCONCLUSIVE, "")

/* ---- never ---- */

HOLDS(some_value_is_enough, AB("A -> B: M where y == 255;"))
NEVER(contradiction, AB("A -> B: M where y > 5 && y < 5;"), 7)
NEVER(by_the_type, AB("A -> B: M where y + 1 > 256;"), 7)
NEVER(by_an_earlier_refinement, AB("A -> B: N where x > 9;\nA -> B: M where y < N.x - 300;"), 8)
NEVER(only_by_an_earlier_refinement, AB("A -> B: N where x > 9;\nchoice at A { A -> B: M where N.x < 10; } or { A -> B: L; }"), 8)
NEVER(on_all_runs, AB("choice at A { A -> B: N where x < 5; A -> B: L; } or { A -> B: N where x < 5; A -> B: Q; }\n"
                      "choice at B { B -> A: M where N.x > 5; } or { B -> A: L; }"), 8)
HOLDS(on_one_run, AB("choice at A { A -> B: L; A -> B: N where x < 5; } or { A -> B: Q; A -> B: N where x > 4; }\n"
                     "choice at B { B -> A: M where N.x > 5; } or { B -> A: L; }"))
NEVER(enums_have_few_values, AB("A -> B: W where why != disk && why != net && why != power;"), 7)
HOLDS(enums_have_enough_values, AB("A -> B: W where why != disk && why != net && ok;"))
NEVER(truths, AB("A -> B: W where ok && !ok;"), 7)
NEVER(what_comes_after_is_not_reported_again, AB("A -> B: N where x > 5 && x < 5;\nA -> B: M where y > N.x; B -> A: W where !ok;"), 7)
NEVER(lengths_are_bounded, "message T { t: string<4>; n: u8; }\nsession S(role A, role B) {\nA -> B: T where len(t) * 2 > n + 8; }", 3)
NEVER(signed_fields, "message T { i: i8; }\nsession S(role A, role B) {\nA -> B: T where -i > 128; }", 3)
HOLDS(the_least_signed_value, "message T { i: i8; }\nsession S(role A, role B) {\nA -> B: T where -i > 127; }")
HOLDS(large_numbers, "message T { n: u64; i: i64; }\nsession S(role A, role B) {\n"
      "A -> B: T where n == 18446744073709551615 && i == -9223372036854775807 - 1; }")
NEVER(remainders, AB("A -> B: M where y % 4 == 3 && y % 2 == 0;"), 7)
NEVER(in_a_loop, AB("rec X { A -> B: N where x < 9; choice at B {\nB -> A: M where N.x > 9; continue X; } or { B -> A: L; } }"), 8)

/* ---- stuck ---- */

STUCK(largest_value, AB("A -> B: N;\nB -> A: M where y > N.x;"), 8)
HOLDS(largest_value_excluded, AB("A -> B: N where x < 255; B -> A: M where y > N.x;"))
HOLDS(another_branch, AB("A -> B: N; choice at B { B -> A: M where y > N.x; } or { B -> A: L; }"))
STUCK(no_branch_for_some_value, AB("A -> B: N; choice at B {\nB -> A: M where N.x > 5; } or { B -> A: W where N.x < 5; }"), 8)
HOLDS(a_branch_for_each_value, AB("A -> B: N; choice at B { B -> A: M where N.x > 5; } or { B -> A: W where N.x <= 5; }"))
STUCK(two_messages_together, AB("A -> B: N; B -> A: W;\nA -> B: M where y == N.x + 1 || W.ok;"), 8)
STUCK(in_the_second_round, AB("A -> B: N where x < 255; rec X {\nB -> A: M where y > N.x; A -> B: N where x > M.y || x == 255; "
                               "continue X; }"), 8)
HOLDS(each_round_anew, AB("rec X { A -> B: N where x < 255; B -> A: M where y > N.x; continue X; }"))
STUCK(products, AB("A -> B: N where x > 1;\nB -> A: M where y * 2 == N.x;"), 8)
STUCK(enum_that_is_missing, AB("A -> B: W; choice at B {\nB -> A: M where W.why == disk; } or { B -> A: N where W.why == net; }"), 8)
HOLDS(all_of_the_enum, AB("A -> B: W; choice at B { B -> A: M where W.why == disk; } or { B -> A: N where W.why != disk; }"))
HOLDS(an_event_may_help, AB("A -> B: N; try { B -> A: M where y > N.x; } catch timeout 1s at A { A -> B: L; }"))
STUCK(after_an_event, AB("A -> B: N; try { B -> A: L; } catch timeout 1s at A {\nA -> B: M where y > N.x; }"), 8)
STUCK(families, NM "session S(role A, role P[2]) { foreach p in P { A -> p: N;\np -> A: M where y > N.x; } }", 7)
STUCK(beside_par, NM "session S(role A, role B, role C) { A -> B: N; par { A -> C: L; } and {\nB -> A: M where y > N.x; } }", 7)

/* ---- undecided ---- */

OPEN(after_many_rounds, AB("A -> B: N where x == 0; rec X { choice at A { A -> B: N where x <= 200; B -> A: M where y <= N.x + 1 "
                           "&& y <= 3; continue X; } or { A -> B: W where N.x > 3 && false || N.x > 250; } }"))

/* ---- how it is told ---- */

static void assert_told(const char *text, const char *const *parts, size_t n)
{
    struct compiled c = compile_clean(text);
    refine_check(c.a, c.ir, 60, 0, c.d);
    for (size_t i = 0; i < n; i++)
        assert_says(&c, parts[i]);
    compiled_free(&c);
}

static void a_stuck_run_has_its_values(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "`B` may be stuck here: no values let it send `M`", "needs `y > N.x`",
        "it happens after `A -> B: L`, `A -> B: N` with x = 255, `B -> A: Q`", "exclude these values"};
    assert_told(AB("A -> B: L; A -> B: N; B -> A: Q; B -> A: M where y > N.x;"), parts, 4);
}

static void all_branches_are_named(void **state)
{
    (void)state;
    static const char *const parts[] = {"no values let it send `N` or `M`", "needs `W.why == net`", "why = power"};
    assert_told(AB("A -> B: W; choice at B { B -> A: N where W.why == disk; } or {\nB -> A: M where W.why == net; }"), parts, 3);
}

static void what_contradicts_is_shown(void **state)
{
    (void)state;
    static const char *const parts[] = {"`A` can never send this `M`", "this holds before", "correct one of the refinements"};
    assert_told(AB("A -> B: N where x > 9;\nA -> B: M where N.x < 9;"), parts, 3);
    static const char *const alone[] = {"it is false for all values that the types of the fields allow"};
    assert_told(AB("A -> B: M where y < 1 && y > 3;"), alone, 1);
}

static void a_shortest_run_is_shown(void **state)
{
    (void)state;
    struct compiled c = compile_clean(AB("rec X { A -> B: N; choice at B { B -> A: W; continue X; } or { B -> A: L; A -> B: M where y > N.x; } }"));
    refine_check(c.a, c.ir, 60, 0, c.d);
    assert_says(&c, "it happens after `A -> B: N` with x = 255, `B -> A: L`");
    compiled_free(&c);
}

/* ---- when it runs ---- */

static void without_refinements_nothing_is_run(void **state)
{
    (void)state;
    char *path = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
    struct compiled c = compile_clean(AB("A -> B: M;"));
    setenv("PATH", "/nowhere", 1);
    const struct refine_check *r = refine_check(c.a, c.ir, 60, 0, c.d);
    if (path)
        setenv("PATH", path, 1);
    free(path);
    assert_int_equal(r->n, 0);
    assert_null(r->missing);
    compiled_free(&c);
}

static void with_refinements_it_is_missed(void **state)
{
    (void)state;
    char *path = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
    struct compiled c = compile_clean(AB("A -> B: M where y > 3;"));
    setenv("PATH", "/nowhere", 1);
    const struct refine_check *r = refine_check(c.a, c.ir, 60, 0, c.d);
    if (path)
        setenv("PATH", path, 1);
    free(path);
    assert_string_equal(r->missing, "z3");
    assert_string_equal(r->package, "z3");
    compiled_free(&c);
}

/* ---- against the explorer ---- */

enum { ROUNDS = 60, MESSAGES = 4 };

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

/* A comparison of a field of the message with a number, or with a field of one of the `known` first messages. */
static void put_comparison(struct buf *b, uint32_t known)
{
    static const char *const operators[] = {"<", "<=", ">", ">=", "==", "!="};
    static const char *const values[] = {"a", "b", "c"};
    if (known && below(3) == 0)
        buf_printf(b, "M%u.e %s %s", below(known), operators[4 + below(2)], values[below(3)]);
    else if (known && below(2))
        buf_printf(b, "n %s M%u.n + %u", operators[below(6)], below(known), below(2));
    else if (below(2))
        buf_printf(b, "n * 2 %s %u", operators[below(6)], 1 + below(4));
    else
        buf_printf(b, "e %s %s", operators[4 + below(2)], values[below(3)]);
}

/* Numbers stay below 3, so that the domains are all that is possible. */
static void put_message(struct buf *b, bool forth, char kind, uint32_t m)
{
    static const char *const joints[] = {" && ", " || ", " -> "};
    buf_printf(b, "%s: %c%u where n <= 2", forth ? "A -> B" : "B -> A", kind, m);
    if (below(4)) {
        buf_puts(b, " && (");
        put_comparison(b, m);
        if (below(2)) {
            buf_puts(b, joints[below(3)]);
            put_comparison(b, m);
        }
        buf_putc(b, ')');
    }
    buf_puts(b, ";\n");
}

/* Message m and what follows it, perhaps beside a message that ends the session. */
static void put_rest(struct buf *b, uint32_t m)
{
    bool forth = below(2), choice = below(3) == 0;
    if (m == MESSAGES)
        return;
    if (choice) {
        buf_printf(b, "choice at %c { ", forth ? 'A' : 'B');
        put_message(b, forth, 'X', m);
        buf_puts(b, "} or { ");
    }
    put_message(b, forth, 'M', m);
    put_rest(b, m + 1);
    buf_puts(b, choice ? "}\n" : "");
}

/* Over 3 numbers and 3 values of an enum, and with all of them as domains. */
static char *random_protocol(struct arena *a)
{
    struct buf b = {0}, body = {0};
    put_rest(&body, 0);
    buf_puts(&b, "enum E { a, b, c }\n");
    for (uint32_t m = 0; m < MESSAGES; m++)
        buf_printf(&b, "message M%u { n: u8; e: E; }\nmessage X%u { n: u8; e: E; }\n", m, m);
    buf_printf(&b, "session S(role A, role B) {\n%s}\nverify S {", buf_cstr(&body));
    for (uint32_t m = 0; m < 2 * MESSAGES; m++) {
        const char *which = arena_printf(a, "%c%u", m < MESSAGES ? 'M' : 'X', m % MESSAGES);
        if (strstr(buf_cstr(&body), arena_printf(a, ": %s", which)))
            buf_printf(&b, " domain %s.n in 0..2; domain %s.e in 0..2;", which, which);
    }
    buf_puts(&b, " }\n");
    char *text = arena_strndup(a, buf_cstr(&b), b.n);
    buf_free(&b);
    buf_free(&body);
    return text;
}

static bool deadlocks(struct compiled *c)
{
    const struct ir *x = domains_expand(c->ir, &c->ir->verifies[0], c->d);
    assert_non_null(x);
    const struct model *m = model_of_session(x, 0, &x->verifies[0], 1, c->d);
    const struct budget plenty = {60, 0};
    const struct exploration *e = explore(c->a, semantics_new(c->a, m), &plenty);
    assert_int_not_equal(e->result[SAFETY_DEADLOCK], VERDICT_INCONCLUSIVE);
    assert_int_equal(e->result[SAFETY_FIDELITY], VERDICT_HOLDS);
    assert_int_equal(e->result[SAFETY_ORPHAN], VERDICT_HOLDS);
    return e->result[SAFETY_DEADLOCK] == VERDICT_VIOLATED;
}

static void z3_and_the_explorer_agree_on_random_protocols(void **state)
{
    (void)state;
    uint32_t stuck = 0, fine = 0, never = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        seed = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
        struct arena *a = arena_new(0);
        char *text = random_protocol(a);
        struct compiled c = compile(text);
        if (c.d->n_errors)
            fail_msg("round %u: %s\n%s", i, codes(&c), text);
        bool deadlock = deadlocks(&c);
        const struct refine_check *r = refine_check(c.a, c.ir, 60, 0, c.d);
        assert_int_not_equal(r->sessions[0].result, VERDICT_INCONCLUSIVE);
        bool is_stuck = strstr(codes(&c), "E0342"), is_never = strstr(codes(&c), "E0341");
        if ((is_stuck && !deadlock) || (deadlock && !is_stuck && !is_never))
            fail_msg("round %u: z3 says \"%s\", the explorer %s\n%s", i, codes(&c), deadlock ? "deadlock" : "none", text);
        stuck += is_stuck;
        never += is_never;
        fine += !is_stuck && !is_never;
        compiled_free(&c);
        arena_free(a);
    }
    assert_true(stuck >= 5 && fine >= 5 && never >= 5); /* the protocols are worth comparing */
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(some_value_is_enough), T(contradiction), T(by_the_type), T(by_an_earlier_refinement),
        T(only_by_an_earlier_refinement), T(on_all_runs), T(on_one_run), T(enums_have_few_values),
        T(enums_have_enough_values), T(truths), T(what_comes_after_is_not_reported_again), T(lengths_are_bounded),
        T(signed_fields), T(the_least_signed_value), T(large_numbers), T(remainders), T(in_a_loop), T(largest_value),
        T(largest_value_excluded), T(another_branch), T(no_branch_for_some_value), T(a_branch_for_each_value),
        T(two_messages_together), T(in_the_second_round), T(each_round_anew), T(products), T(enum_that_is_missing),
        T(all_of_the_enum), T(an_event_may_help), T(after_an_event), T(families), T(beside_par), T(after_many_rounds),
        T(a_stuck_run_has_its_values), T(all_branches_are_named), T(what_contradicts_is_shown),
        T(a_shortest_run_is_shown), T(without_refinements_nothing_is_run), T(with_refinements_it_is_missed),
        T(z3_and_the_explorer_agree_on_random_protocols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
