/* domains_test.c -- values become labels and states: the automata that come out, their limits, and a model of them. */
#include "compiled.h"
#include "domains.h"

#define AUCTION                                                                                                        \
    "message Offer { price: u8; }\nmessage Bid { amount: u8; }\nmessage Pass;\n"                                       \
    "session S(role A, role B) { A -> B: Offer; choice at B { B -> A: Bid where amount > Offer.price; } or { "         \
    "B -> A: Pass; } }\n"

/* The automaton of a role of session S in the scope of the first verify block. */
static void assert_expanded(const char *text, const char *role, const char *want)
{
    struct compiled c = compile_clean(text);
    struct compiled x = c;
    x.ir = (struct ir *)(uintptr_t)domains_expand(c.ir, &c.ir->verifies[0], c.d);
    assert_non_null(x.ir);
    assert_string_equal(automaton_text(&x, session_named(&x, "S"), role), want);
    compiled_free(&c);
}

#define EXPANDED(name, text, role, want)                                                                               \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_expanded(text, role, want);                                                                             \
    }

EXPANDED(a_label_for_each_value, AUCTION "verify S { domain Offer.price in 1..2; }", "A",
         "0: B!Offer{price=1}>1 B!Offer{price=2}>1 / 1: B?Bid>2 B?Pass>2 / 2*:")
EXPANDED(a_state_for_each_value_that_matters, AUCTION "verify S { domain Offer.price in 0..1; domain Bid.amount in 1..2; }",
         "B", "0: A?Offer{price=0}>1 A?Offer{price=1}>2 / 1: A!Pass>3 A!Bid{amount=1}>3 A!Bid{amount=2}>3 / "
         "2: A!Pass>3 A!Bid{amount=2}>3 / 3*:")
EXPANDED(the_receiver_knows_as_much, AUCTION "verify S { domain Offer.price in 0..1; domain Bid.amount in 1..2; }", "A",
         "0: B!Offer{price=0}>1 B!Offer{price=1}>2 / 1: B?Pass>3 B?Bid{amount=1}>3 B?Bid{amount=2}>3 / "
         "2: B?Pass>3 B?Bid{amount=2}>3 / 3*:")
EXPANDED(without_all_values_it_is_no_constraint, AUCTION "verify S { domain Bid.amount in 0..1; }", "B",
         "0: A?Offer>1 / 1: A!Pass>2 A!Bid{amount=0}>2 A!Bid{amount=1}>2 / 2*:")
EXPANDED(no_value_left_is_no_end, "message M { x: u8; }\nsession S(role A, role B) { A -> B: M where x > 3; }\n"
         "verify S { domain M.x in 0..3; }", "A", "0:")
EXPANDED(enums_and_truths_have_names, "enum Why { disk, net }\nmessage M { why: Why; ok: bool; }\n"
         "session S(role A, role B) { A -> B: M where ok -> why == net; }\n"
         "verify S { domain M.why in 0..1; domain M.ok in 0..1; }", "A",
         "0: B!M{why=disk,ok=false}>1 B!M{why=net,ok=false}>1 B!M{why=net,ok=true}>1 / 1*:")
EXPANDED(the_last_value_counts, "message N { x: u8; }\nmessage M { y: u8; }\nsession S(role A, role B) { A -> B: N; "
         "A -> B: N where x > 0; A -> B: M where y == N.x; }\nverify S { domain N.x in 0..1; domain M.y in 0..1; }", "A",
         "0: B!N{x=0}>1 B!N{x=1}>1 / 1: B!N{x=1}>2 / 2: B!M{y=1}>3 / 3*:")
EXPANDED(a_third_role_need_not_know, "message N { x: u8; }\nmessage M { y: u8; }\nsession S(role A, role B, role C) { "
         "A -> B: N; A -> B: M where y > N.x; B -> C: N; }\nverify S { domain N.x in 0..1; domain M.y in 0..1; }", "C",
         "0: B?N{x=0}>1 B?N{x=1}>1 / 1*:")
EXPANDED(values_in_a_loop, "message N { x: u8; }\nmessage Q;\nsession S(role A, role B) { rec X { A -> B: N; choice at B { "
         "B -> A: N where x > 0; continue X; } or { B -> A: Q; } } }\nverify S { domain N.x in 0..1; }", "B",
         "0: A?N{x=0}>1 A?N{x=1}>1 / 1: A!Q>2 A!N{x=1}>0 / 2*:")
EXPANDED(events_keep_what_is_known, "message N { x: u8; }\nmessage M { y: u8; }\nmessage L;\nsession S(role A, role B) { "
         "A -> B: N; try { B -> A: L; } catch timeout 1s at A { A -> B: M where y == N.x; } }\n"
         "verify S { domain N.x in 0..1; domain M.y in 0..1; }", "A",
         "0: B!N{x=0}>1 B!N{x=1}>2 / 1: B?L>3 @timeout>4 / 2: B?L>3 @timeout>5 / 3*: / 4: B!!M{y=0}>3 / 5: B!!M{y=1}>3")

static void without_domains_nothing_changes(void **state)
{
    (void)state;
    struct compiled c = compile_clean(AUCTION "verify S { sessions 2; }");
    assert_ptr_equal(domains_expand(c.ir, &c.ir->verifies[0], c.d), c.ir);
    assert_ptr_equal(domains_expand(c.ir, NULL, c.d), c.ir);
    compiled_free(&c);
}

static void labels_know_what_they_stand_for(void **state)
{
    (void)state;
    struct compiled c = compile_clean(AUCTION "verify S { domain Offer.price in 0..1; }");
    const struct ir *x = domains_expand(c.ir, &c.ir->verifies[0], c.d);
    assert_int_equal(x->n_messages, 5);
    for (uint32_t i = 0; i < x->n_messages; i++)
        assert_int_equal(x->messages[i].base, i < 3 ? i : 0);
    assert_int_equal(c.ir->n_messages, 3);
    compiled_free(&c);
}

static void other_sessions_stay_as_they_are(void **state)
{
    (void)state;
    struct compiled c = compile_clean(AUCTION "session T(role A, role B) { A -> B: Offer; }\n"
                                      "verify S { domain Offer.price in 0..1; }");
    const struct ir *x = domains_expand(c.ir, &c.ir->verifies[0], c.d);
    assert_ptr_equal(x->sessions[1].locals, c.ir->sessions[1].locals);
    assert_ptr_not_equal(x->sessions[0].locals, c.ir->sessions[0].locals);
    compiled_free(&c);
}

static void too_many_tuples_are_refused_by_name(void **state)
{
    (void)state;
    struct compiled c = compile_clean("message M { x: u8; y: u8; z: u8; }\nsession S(role A, role B) { A -> B: M; }\n"
                                      "verify S { domain M.x in 0..99; domain M.y in 0..99; domain M.z in 0..99; }");
    assert_null(domains_expand(c.ir, &c.ir->verifies[0], c.d));
    assert_string_equal(codes(&c), "E0309:3");
    assert_says(&c, "more than 1000 messages");
    compiled_free(&c);
}

static void too_many_states_are_refused_by_name(void **state)
{
    (void)state;
    struct compiled c = compile_clean(
        "message K { x: u16; }\nmessage L { x: u16; }\nmessage M { x: u16; }\nsession S(role A, role B) { A -> B: K; A -> B: L; "
        "A -> B: M where x == K.x + L.x; }\n"
        "verify S { domain K.x in 0..299; domain L.x in 0..299; domain M.x in 0..599; }");
    assert_null(domains_expand(c.ir, &c.ir->verifies[0], c.d));
    assert_string_equal(codes(&c), "E0309:5");
    compiled_free(&c);
}

static void coverage_needs_all_values(void **state)
{
    (void)state;
    struct compiled c = compile_clean(AUCTION "verify S { domain Offer.price in 0..1; }\n"
                                      "verify S { domain Offer.price in 0..1; domain Bid.amount in 0..1; }");
    const struct expr *where = NULL;
    for (uint32_t e = 0; e < c.ir->sessions[0].global->n_edges; e++)
        where = c.ir->sessions[0].global->edges[e].where ? c.ir->sessions[0].global->edges[e].where : where;
    assert_non_null(where);
    assert_false(domains_cover(NULL, where));
    assert_false(domains_cover(&c.ir->verifies[0], where));
    assert_true(domains_cover(&c.ir->verifies[1], where));
    compiled_free(&c);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_label_for_each_value), T(a_state_for_each_value_that_matters), T(the_receiver_knows_as_much),
        T(without_all_values_it_is_no_constraint), T(no_value_left_is_no_end), T(enums_and_truths_have_names),
        T(the_last_value_counts), T(a_third_role_need_not_know), T(values_in_a_loop), T(events_keep_what_is_known),
        T(without_domains_nothing_changes), T(labels_know_what_they_stand_for), T(other_sessions_stay_as_they_are),
        T(too_many_tuples_are_refused_by_name), T(too_many_states_are_refused_by_name), T(coverage_needs_all_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
