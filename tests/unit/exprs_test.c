/* exprs_test.c -- refinements, contracts, invariants and domains: names and types; each rule broken, its neighbour
 * accepted. Then what expressions mean. */
#include "compiled.h"
#include "expr.h"

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(text, want);                                                                                      \
    }

#define TYPES                                                                                                          \
    "enum Why { disk, net }\nenum Day { mon, tue }\nstruct Item { size: u16; why: Why; }\n"                            \
    "message M { n: u32; i: i16; ok: bool; why: Why; day: Day; item: Item; text: string<20>; data: bytes<9>; "         \
    "f: f64; l: list<u8, 7>; a: u8[4]; o: optional<u8>; small: u8; }\nmessage N { n: u64; x: u8; }\nmessage O { x: u8; }\n"
/* The refinement stands in line 9. */
#define WHERE(e) TYPES "session S(role A, role B) { A -> B: N; B -> A: O;\nA -> B: M where\n" e "; }"
#define REFINED(name, e, want) ERRORS(name, WHERE(e), want)

/* ---- names ---- */

REFINED(own_field, "n > 3", "")
REFINED(own_field_with_its_message, "M.n > 3", "")
REFINED(field_of_an_earlier_message, "n <= N.n", "")
REFINED(nested_field, "item.size > 3 && M.item.size < 9", "")
REFINED(unknown_field, "m > 3", "E0202:9")
REFINED(unknown_field_of_a_message, "N.m > 3", "E0202:9")
REFINED(unknown_nested_field, "item.length > 3", "E0202:9")
REFINED(no_fields_in_a_number, "n.size > 3", "E0241:9")
REFINED(bare_field_of_two_messages, "x > 3", "E0243:9")
REFINED(field_of_one_of_two, "N.x > O.x", "")
ERRORS(bare_field_of_one_message, "message M { n: u8; }\nmessage N { x: u8; }\n"
       "session S(role A, role B) { A -> B: N; A -> B: M where n > x; }", "")
ERRORS(message_of_another_session, "message M { n: u8; }\nmessage N { x: u8; }\n"
       "session S(role A, role B) { A -> B: M where\nn > N.x; }", "E0245:4")
ERRORS(message_of_an_inserted_session, "message M { n: u8; }\nmessage N { x: u8; }\nsession T(role A, role B) { A -> B: N; }\n"
       "session S(role A, role B) { do T(A, B); A -> B: M where n > N.x; }", "")

static void a_misspelt_field_is_suggested(void **state)
{
    (void)state;
    struct compiled c = compile("message Order { amount: u8; }\nsession S(role A, role B) { A -> B: Order where amuont > 0; }");
    assert_string_equal(codes(&c), "E0202:2");
    assert_says(&c, "did you mean `amount`?");
    compiled_free(&c);
}

/* ---- enums ---- */

REFINED(enum_value_by_its_enum, "why == Why.disk", "")
REFINED(enum_value_alone, "why == disk", "")
REFINED(enum_value_first, "net != why", "")
REFINED(nested_enum, "item.why == why && item.why != net", "")
REFINED(value_of_another_enum, "why == mon", "E0202:9")
REFINED(two_enums, "why == day", "E0240:9")
REFINED(unknown_enum_value, "why == Why.paper", "E0202:9")
REFINED(enums_have_no_order, "why < Why.net", "E0240:9 E0240:9")
REFINED(enum_is_no_number, "why == 1", "E0240:9")

/* ---- truth and numbers ---- */

REFINED(bool_alone, "ok", "")
REFINED(bool_compared, "ok == (n > 3)", "")
REFINED(bool_is_no_number, "ok > 0", "E0240:9")
REFINED(number_is_no_truth, "n", "E0240:9")
REFINED(number_beside_and, "n && ok", "E0240:9")
REFINED(not_of_a_number, "!n", "E0240:9")
REFINED(sum_of_a_truth, "n + ok > 3", "E0240:9")
REFINED(number_with_truth, "n == ok", "E0240:9")
REFINED(signed_and_unsigned_mix, "i < n && -i < n - 70000", "")
REFINED(one_mistake_is_reported_once, "(n && ok) || (ok && true)", "E0240:9")

/* ---- types ---- */

REFINED(floats_are_refused, "f > 1", "E0241:9")
REFINED(strings_are_refused, "text == text", "E0241:9 E0241:9")
REFINED(structs_are_refused, "item == M.item", "E0241:9 E0241:9")
REFINED(optionals_are_refused, "o == 1", "E0241:9")
REFINED(lengths, "len(text) > 0 && len(M.data) < 9 && len(l) == 7", "")
REFINED(no_length_of_a_number, "len(n) > 0", "E0241:9")
REFINED(no_length_of_an_array, "len(a) > 0", "E0241:9")

/* ---- numbers that decide ---- */

REFINED(above_the_type, "small < 256", "E0242:9")
REFINED(the_largest_is_within, "small < 255", "")
REFINED(below_the_type, "n > -1", "E0242:9")
REFINED(below_zero_is_within_signed, "i > -32768", "")
REFINED(below_a_signed_type, "-32769 < i", "E0242:9")
REFINED(length_above_the_bound, "len(text) != 21", "E0242:9")
REFINED(divisor_zero, "n / 0 == 1", "E0246:9")
REFINED(divisor_that_may_be_zero, "n % N.n == 1", "E0246:9")
REFINED(divisor, "n % 2 == 1 && n / 0x10 == 4", "")
REFINED(old_in_a_refinement, "old(n) > 3", "E0244:9")

/* ---- contracts and invariants ---- */

#define ACTOR(body) TYPES "session S(role A, role B) { A -> B: N; B -> A: O; }\nactor P plays S.B { state { n: u64; sum: u8; why: Why; }\n" body " }"

ERRORS(invariant, ACTOR("invariant state.n <= 100 && sum > 0;"), "")
ERRORS(invariant_of_a_number, ACTOR("invariant sum;"), "E0240:9")
ERRORS(invariant_over_a_message, ACTOR("invariant x > 3;"), "E0202:9")
ERRORS(contract, ACTOR("on S.B.N requires x > 3 && sum < 9 ensures old(sum) <= sum && N.n > state.n && why == disk;"), "")
ERRORS(bare_name_of_both, ACTOR("on S.B.N requires n > 3;"), "E0243:9")
ERRORS(old_in_requires, ACTOR("on S.B.N requires old(sum) > 3;"), "E0244:9")
ERRORS(old_of_a_message, ACTOR("on S.B.N ensures old(x) > 3;"), "E0244:9")
ERRORS(contract_on_another_role, ACTOR("on S.A.O requires true;"), "E0247:9")
ERRORS(contract_on_what_it_sends, ACTOR("on S.B.O requires true;"), "E0247:9")
ERRORS(contract_over_another_message, ACTOR("on S.B.N requires M.i > 3;"), "E0245:9")
ERRORS(contract_on_an_unknown_message, ACTOR("on S.B.Nope requires true;"), "E0202:9")

/* ---- domains ---- */

#define VERIFY(body) TYPES "session S(role A, role B) { A -> B: M; B -> A: O; }\nverify S {\n" body " }"

ERRORS(domains, VERIFY("domain M.n in 0..3; domain M.ok in 0..1; domain M.why in 0..1; domain O.x in 250..255;"), "")
ERRORS(domain_of_an_unknown_field, VERIFY("domain M.m in 0..3;"), "E0202:9")
ERRORS(domain_of_a_signed_field, VERIFY("domain M.i in 0..3;"), "E0248:9")
ERRORS(domain_of_a_text, VERIFY("domain M.text in 0..3;"), "E0248:9")
ERRORS(domain_above_the_type, VERIFY("domain O.x in 0..256;"), "E0248:9")
ERRORS(domain_above_an_enum, VERIFY("domain M.why in 0..2;"), "E0248:9")
ERRORS(empty_domain, VERIFY("domain O.x in 3..2;"), "E0248:9")
ERRORS(domain_too_large, VERIFY("domain M.n in 0..1000;"), "E0248:9")
ERRORS(domain_twice, VERIFY("domain O.x in 0..1; domain O.x in 0..1;"), "E0201:9")
ERRORS(domain_of_a_message_elsewhere, VERIFY("domain N.x in 0..1;"), "E0248:9")

/* ---- what expressions mean ---- */

struct values { /* by the name of the field */
    const char *field;
    int64_t value;
};

static bool read_value(void *ctx, const struct expr *e, int64_t *out)
{
    for (const struct values *v = ctx; v->field; v++)
        if (strcmp(v->field, e->path.at[e->path.n - 1].name) == 0) {
            *out = v->value;
            return true;
        }
    return false;
}

static enum truth truth_in(const char *e, struct values *values)
{
    struct arena *a = arena_new(0);
    char *text = arena_printf(a, "enum Why { disk, net }\nmessage M { n: u32; i: i64; ok: bool; why: Why; }\n"
                                 "session S(role A, role B) { A -> B: M where %s; }", e);
    struct compiled c = compile_clean(text);
    enum truth t = expr_truth(session_named(&c, "S")->global->edges[0].where, read_value, values);
    compiled_free(&c);
    arena_free(a);
    return t;
}

static void values_decide(void **state)
{
    (void)state;
    struct values v[] = {{"n", 7}, {"i", -7}, {"ok", 1}, {"why", 1}, {NULL, 0}};
    static const char *const holds[] = {
        "n == 7", "n > 6 && n < 8", "n >= 7 && n <= 7", "n != 6", "-n == i", "n + i == 0", "n - 9 == -2", "2 * n == 14",
        "i / 2 == -3", "i % 2 == -1", "n % 4 == 3", "ok", "!(n < 7)", "ok -> n == 7", "n < 7 -> false", "n < 7 || ok",
        "why == net", "why != Why.disk", "ok == (n == 7)", "n + 2 * 3 == 13", "true"};
    for (size_t k = 0; k < sizeof holds / sizeof *holds; k++) {
        if (truth_in(holds[k], v) != TRUTH_TRUE)
            fail_msg("%s", holds[k]);
        struct arena *a = arena_new(0);
        if (truth_in(arena_printf(a, "!(%s)", holds[k]), v) != TRUTH_FALSE)
            fail_msg("not %s", holds[k]);
        arena_free(a);
    }
}

static void what_is_not_known_decides_nothing(void **state)
{
    (void)state;
    struct values v[] = {{"n", 7}, {NULL, 0}};
    assert_int_equal(truth_in("i > 3", v), TRUTH_UNKNOWN);
    assert_int_equal(truth_in("n == 7 && i > 3", v), TRUTH_UNKNOWN);
    assert_int_equal(truth_in("n == 7 || i > 3", v), TRUTH_TRUE);
    assert_int_equal(truth_in("i > 3 && n != 7", v), TRUTH_FALSE);
    assert_int_equal(truth_in("i > 3 -> n == 7", v), TRUTH_TRUE);
    assert_int_equal(truth_in("!(i > 3)", v), TRUTH_UNKNOWN);
    assert_int_equal(truth_in("i * 0 == 0", v), TRUTH_UNKNOWN);
}

static void numbers_never_wrap(void **state)
{
    (void)state;
    struct values v[] = {{"n", UINT32_MAX}, {"i", INT64_MAX}, {NULL, 0}};
    assert_int_equal(truth_in("n + 1 > n", v), TRUTH_TRUE);
    assert_int_equal(truth_in("i + 1 > i", v), TRUTH_UNKNOWN);
    assert_int_equal(truth_in("i * i < 0", v), TRUTH_UNKNOWN);
}

static void ranges_of_types(void **state)
{
    (void)state;
    static const struct {
        enum type_kind kind;
        int64_t lo;
        uint64_t hi;
    } want[] = {{TY_U8, 0, 255}, {TY_U16, 0, 65535}, {TY_U32, 0, UINT32_MAX}, {TY_U64, 0, UINT64_MAX},
                {TY_I8, -128, 127}, {TY_I16, -32768, 32767}, {TY_I32, INT32_MIN, INT32_MAX},
                {TY_I64, INT64_MIN, INT64_MAX}};
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        struct type t = {.kind = want[k].kind};
        struct integer_range r;
        assert_true(type_integers(&t, &r));
        assert_true(r.lo == want[k].lo && r.hi == want[k].hi);
    }
    struct integer_range r;
    assert_false(type_integers(&(struct type){.kind = TY_BOOL}, &r));
    assert_false(type_integers(&(struct type){.kind = TY_F32}, &r));
    assert_true(type_values(&(struct type){.kind = TY_BOOL}, &r));
    assert_int_equal(r.hi, 1);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(own_field), T(own_field_with_its_message), T(field_of_an_earlier_message), T(nested_field), T(unknown_field),
        T(unknown_field_of_a_message), T(unknown_nested_field), T(no_fields_in_a_number), T(bare_field_of_two_messages),
        T(field_of_one_of_two), T(bare_field_of_one_message), T(message_of_another_session),
        T(message_of_an_inserted_session), T(a_misspelt_field_is_suggested), T(enum_value_by_its_enum),
        T(enum_value_alone), T(enum_value_first), T(nested_enum), T(value_of_another_enum), T(two_enums),
        T(unknown_enum_value), T(enums_have_no_order), T(enum_is_no_number), T(bool_alone), T(bool_compared),
        T(bool_is_no_number), T(number_is_no_truth), T(number_beside_and), T(not_of_a_number), T(sum_of_a_truth),
        T(number_with_truth), T(signed_and_unsigned_mix), T(one_mistake_is_reported_once), T(floats_are_refused),
        T(strings_are_refused), T(structs_are_refused), T(optionals_are_refused), T(lengths), T(no_length_of_a_number),
        T(no_length_of_an_array), T(above_the_type), T(the_largest_is_within), T(below_the_type),
        T(below_zero_is_within_signed), T(below_a_signed_type), T(length_above_the_bound), T(divisor_zero),
        T(divisor_that_may_be_zero), T(divisor), T(old_in_a_refinement), T(invariant), T(invariant_of_a_number),
        T(invariant_over_a_message), T(contract), T(bare_name_of_both), T(old_in_requires), T(old_of_a_message),
        T(contract_on_another_role), T(contract_on_what_it_sends), T(contract_over_another_message),
        T(contract_on_an_unknown_message), T(domains), T(domain_of_an_unknown_field), T(domain_of_a_signed_field),
        T(domain_of_a_text), T(domain_above_the_type), T(domain_above_an_enum), T(empty_domain), T(domain_too_large),
        T(domain_twice), T(domain_of_a_message_elsewhere), T(values_decide), T(what_is_not_known_decides_nothing),
        T(numbers_never_wrap), T(ranges_of_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
