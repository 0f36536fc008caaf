/* local_test.c -- sessions given by local types: automata, duality, recursion, what is refused. */
#include "compiled.h"

#define M4 "message M; message N; message O; message P;\n"

#define LOCAL(name, text, role, want)                                                                                  \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_local(M4 text, role, want);                                                                             \
    }

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(M4 text, want);                                                                                   \
    }

#define PAIR(a, b) "local A = " a ";\nlocal B = " b ";\nsession S(A, B);"

LOCAL(chain, PAIR("!M . ?N . end", "?M . !N . end"), "A", "0: B!M>1 / 1: B?N>2 / 2*:")
LOCAL(nothing, PAIR("end", "end"), "A", "0*:")
LOCAL(client_of_a_loop, PAIR("rec X . +{ !M . ?N . X, !O . end }", "dual A"), "A", "0: B!M>1 B!O>2 / 1: B?N>0 / 2*:")
LOCAL(dual_of_a_loop, PAIR("rec X . +{ !M . ?N . X, !O . end }", "dual A"), "B", "0: A?M>1 A?O>2 / 1: A!N>0 / 2*:")
LOCAL(dual_of_dual, PAIR("dual dual C", "dual A") " local C = !M . ?N . end;", "A", "0: B!M>1 / 1: B?N>2 / 2*:")
/* X is the whole type, so its dual is the whole dual type. */
LOCAL(dual_of_a_variable, PAIR("rec X . !M . dual X", "dual A"), "A", "0: B!M>1 / 1: B?M>0")
LOCAL(dual_names_the_peer_of_the_other, PAIR("B!M . B?N . end", "dual A"), "B", "0: A?M>1 / 1: A!N>2 / 2*:")
LOCAL(peers, "local A = B!M . C?N . end; local B = A?M . C!O . end; local C = B?O . A!N . end;\nsession S(A, B, "
       "C);", "C",
      "0: B?O>1 / 1: A!N>2 / 2*:")
LOCAL(choice_of_receivers, "local A = +{ B!M . C!M . end, C!N . B!N . end }; local B = &{ A?M . end, A?N . end };\n"
      "local C = &{ A?M . end, A?N . end }; session S(A, B, C);", "A", "0: B!M>1 C!N>2 / 1: C!M>3 / 2: B!N>3 / 3*:")
LOCAL(nested_choice_is_one, PAIR("+{ +{ !M . end, !N . end }, !O . end }", "dual A"), "A", "0: B!M>1 B!N>1 B!O>1 / 1*:")
LOCAL(named_branch, PAIR("+{ C, !N . end }", "dual A") " local C = rec X . !M . D; local D = ?O . A;", "A",
      "0: B!M>1 B!N>2 / 1: B?O>0 / 2*:")
LOCAL(declarations_in_a_circle, PAIR("!M . C", "dual A") " local C = ?N . A;", "B", "0: A?M>1 / 1: A!N>0")
LOCAL(inner_rec, PAIR("rec X . !M . rec Y . +{ !N . X, !O . Y, !P . end }", "dual A"), "A",
      "0: B!M>1 / 1: B!N>0 B!O>1 B!P>2 / 2*:")

ERRORS(select_starts_with_receive, PAIR("+{ !M . end,\n ?N . end }", "dual A"), "E0303:3")
ERRORS(branch_starts_with_send, PAIR("&{ ?M . end,\n !N . end }", "dual A"), "E0303:3")
ERRORS(mixed_through_a_name, PAIR("+{ !M . end,\n C }", "dual A") " local C = rec X . ?N . X;", "E0303:3")
ERRORS(mixed_through_dual, PAIR("+{ !M . end,\n dual !N . end }", "dual A"), "E0303:3")
LOCAL(mixed_choice, PAIR("mixed{ !M . end, ?N . end }", "dual A"), "A", "0: B!M>1 B?N>1 / 1*:")
LOCAL(dual_of_a_mixed_choice, PAIR("mixed{ !M . end, ?N . end }", "dual A"), "B", "0: A!N>1 A?M>1 / 1*:")
LOCAL(choices_in_a_mixed_choice, PAIR("mixed{ +{ !M . end, !N . end }, &{ ?O . end, ?P . end } }", "dual A"), "A",
      "0: B!M>1 B!N>1 B?O>1 B?P>1 / 1*:")
LOCAL(mixed_as_a_name, PAIR("mixed", "dual A") " local mixed = !M . mixed;", "A", "0: B!M>0")
ERRORS(mixed_branch_ends, PAIR("mixed{ !M . end,\n end }", "dual A"), "E0308:3")
ERRORS(mixed_inside_a_select, PAIR("+{ !M . end,\n mixed{ !N . end, ?O . end } }", "dual A"), "E0303:3")
ERRORS(mixed_two_ways_after_the_same, PAIR("mixed{ !M . end,\n !M . ?N . end }", "dual A"), "E0307:3")
ERRORS(branch_ends, PAIR("&{ ?M . end,\n end }", "dual A"), "E0308:3")
ERRORS(two_ways_after_the_same, PAIR("+{ !M . end,\n !M . ?N . end }", "dual A"), "E0307:3")
ERRORS(two_ways_through_a_name, PAIR("+{ !M . end,\n C }", "dual A") "\nlocal C = !M . ?N . end;", "E0307:6")

static void no_global_type_and_two_initiators(void **state)
{
    (void)state;
    struct compiled c = compile_clean(M4 PAIR("!M . ?N . end", "!N . ?M . end"));
    const struct session_type *t = session_named(&c, "S");
    assert_true(t->by_locals);
    assert_true(t->usable);
    assert_true(t->implementable);
    assert_null(t->global);
    assert_int_equal(t->initiator, IR_NONE);
    compiled_free(&c);
}

static void one_initiator(void **state)
{
    (void)state;
    struct compiled c = compile_clean(M4 PAIR("?M . end", "dual A"));
    assert_int_equal(session_named(&c, "S")->initiator, 1);
    compiled_free(&c);
}

static void spans_are_those_of_the_actions(void **state)
{
    (void)state;
    struct compiled c = compile_clean(M4 PAIR("!M .\n ?N . end", "dual A"));
    const struct automaton *a = &session_named(&c, "S")->locals[0];
    const struct edge *second = &a->edges[a->states[1].first];
    assert_int_equal(source_position(c.sources, 0, second->at.lo).line, 3);
    assert_memory_equal(c.sources->at[0]->text + second->at.lo, "?N", 2);
    assert_int_equal(second->at.hi - second->at.lo, 2);
    compiled_free(&c);
}

static void long_chain(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_puts(&b, M4 "local A = ");
    for (int i = 0; i < 4000; i++)
        buf_puts(&b, "!M . ");
    buf_puts(&b, "end; local B = dual A; session S(A, B);");
    struct compiled c = compile_clean(buf_cstr(&b));
    assert_int_equal(session_named(&c, "S")->locals[1].n_states, 4001);
    compiled_free(&c);
    buf_free(&b);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(chain), T(nothing), T(client_of_a_loop), T(dual_of_a_loop), T(dual_of_dual), T(dual_of_a_variable),
        T(dual_names_the_peer_of_the_other), T(peers), T(choice_of_receivers), T(nested_choice_is_one),
        T(named_branch), T(declarations_in_a_circle), T(inner_rec), T(select_starts_with_receive),
        T(branch_starts_with_send), T(mixed_through_a_name), T(mixed_through_dual), T(branch_ends),
        T(mixed_choice), T(dual_of_a_mixed_choice), T(choices_in_a_mixed_choice), T(mixed_as_a_name),
        T(mixed_branch_ends), T(mixed_inside_a_select), T(mixed_two_ways_after_the_same),
        T(two_ways_after_the_same), T(two_ways_through_a_name), T(no_global_type_and_two_initiators),
        T(one_initiator), T(spans_are_those_of_the_actions), T(long_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
