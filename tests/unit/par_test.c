/* par_test.c -- branches that take turns: expansion, strands, what counts as a choice and what does not. */
#include "compiled.h"

#define M5 "message M; message N; message O; message L; message Bye;\n"
#define AB M5 "session S(role A, role B) {\n"
#define ABC M5 "session S(role A, role B, role C) {\n"

#define LOCAL(name, text, role, want)                                                                                  \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_local(text, role, want);                                                                                \
    }

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(text, want);                                                                                      \
    }

/* ---- what is refused ---- */

ERRORS(an_interaction_of_two_branches, AB "par { A -> B: M; } and {\n B -> A: N; A -> B: M; } }", "E0320:4")
ERRORS(one_of_all_members, M5 "session S(role A, role P[2]) { par foreach p in P {\n A -> P[1]: M; } }", "E0320:3")
ERRORS(an_interaction_behind_do, M5 "session H(role X, role Y) { X -> Y: M; }\n"
       "session S(role A, role B) { par { do H(A, B); } and {\n A -> B: M; } }", "E0320:4")
ERRORS(continue_out_of_a_branch, AB "rec X { par { A -> B: M;\n continue X; } and { A -> B: N; } } }", "E0220:4")
ERRORS(recursion_out_of_a_branch, AB "par { A -> B: M;\n do S(A, B); } and { A -> B: N; } }", "E0321:4")
ERRORS(recursion_out_through_another, M5 "session S(role A, role B) { par { A -> B: M; do T(A, B); } and "
       "{ A -> B: N; } }\nsession T(role A, role B) { A -> B: O;\n do S(A, B); }", "E0321:2 E0321:4")
ERRORS(a_try_in_a_branch, AB "par { A -> B: M; } and {\n try { A -> B: N; } catch timeout 1s at B { B -> A: O; } } }",
       "E0322:4")
ERRORS(a_choice_within_a_branch_is_one, ABC "par { choice at A { A -> B: M;\n B -> C: N; } or { A -> B: M;\n"
       " C -> B: O; } } and { C -> A: L; } }", "E0305:4")
ERRORS(a_branch_by_another, AB "par { choice at A { A -> B: M; } or {\n B -> A: N; } } and { A -> B: O; } }",
       "E0304:4")
ERRORS(an_empty_branch_before_anothers_send, AB "par { choice at A { A -> B: M; } or\n { } } and { A -> B: N; }\n"
       " B -> A: O; }", "E0304:4")
/* C, which is in the other branch, too, must still know which way A went. */
ERRORS(a_send_not_told, ABC "par { choice at A { A -> B: M;\n C -> B: N; } or { A -> B: O; } } and "
       "{ C -> B: L; } }", "E0301:4")
/* X may send L of the next round while M of this one is on its way. */
ERRORS(a_send_of_the_next_round, M5 "session S(role A, role X, role C, role B) { rec R { par {\n X -> C: L; } and { "
       "choice at A { A -> X: M; } or { A -> B: N; } } continue R; } }", "E0303:3")
/* Within one branch M can still overtake N. */
ERRORS(overtaking_within_a_branch, M5 "session S(role A, role B, role C, role D) { par { choice at A { A -> B: L; "
       "A -> C: L; B -> D: M; C -> D: M; } or { A -> B: O; A -> C: O; C -> D: M;\n B -> D: M; } } and "
       "{ D -> A: N; } }", "E0302:3")

/* ---- what is not ---- */

LOCAL(turns_of_one_sender, AB "par { A -> B: M; } and { A -> B: N; } }", "A",
      "0: B!M>1 B!N>2 / 1: B!N>3 / 2: B!M>3 / 3*:")
LOCAL(turns_of_one_receiver, AB "par { A -> B: M; } and { A -> B: N; } }", "B",
      "0: A?M>1 A?N>2 / 1: A?N>3 / 2: A?M>3 / 3*:")
LOCAL(sending_while_waiting, ABC "par { A -> B: M; } and { C -> A: N; } }", "A",
      "0: B!M>1 C?N>2 / 1: C?N>3 / 2: B!M>3 / 3*:")
LOCAL(others_see_one_branch, ABC "par { A -> B: M; B -> A: N; } and { A -> C: M; C -> A: O; } }", "C",
      "0: A?M>1 / 1: A!O>2 / 2*:")
LOCAL(what_follows_waits_for_all, ABC "par { A -> B: M; } and { A -> C: N; } A -> B: Bye; }", "A",
      "0: B!M>1 C!N>2 / 1: C!N>3 / 2: B!M>3 / 3: B!Bye>4 / 4*:")
LOCAL(messages_of_different_senders_wait_for_each_other, ABC "par { A -> C: M; } and { B -> C: N; } A -> C: Bye; }",
      "C", "0: A?M>1 B?N>2 / 1: B?N>3 / 2: A?M>3 / 3: A?Bye>4 / 4*:")
LOCAL(a_choice_beside_a_branch, AB "par { choice at A { A -> B: M; } or { A -> B: N; } } and { B -> A: O; } }", "A",
      "0: B!M>1 B!N>1 B?O>2 / 1: B?O>3 / 2: B!M>3 B!N>3 / 3*:")
LOCAL(a_branch_may_do_nothing, AB "par { choice at A { A -> B: M; } or { } } and { B -> A: N; } A -> B: O; }", "A",
      "0: B!M>1 B?N>2 / 1: B?N>3 / 2: B!M>3 B!O>4 / 3: B!O>4 / 4*:")
LOCAL(a_loop_beside_a_branch, AB "par { rec X { choice at A { A -> B: M; continue X; } or { A -> B: N; } } } and "
      "{ B -> A: O; } }", "B", "0: A!O>1 A?M>0 A?N>2 / 1: A?M>1 A?N>3 / 2: A!O>3 / 3*:")
LOCAL(par_in_par, AB "par { par { A -> B: M; } and { A -> B: N; } A -> B: O; } and { A -> B: L; } }", "A",
      "0: B!M>1 B!N>2 B!L>3 / 1: B!N>4 B!L>5 / 2: B!M>4 B!L>6 / 3: B!M>5 B!N>6 / 4: B!O>7 B!L>8 / 5: B!N>8 / "
      "6: B!M>8 / 7: B!L>9 / 8: B!O>9 / 9*:")
LOCAL(par_in_a_loop, AB "rec X { par { A -> B: M; } and { B -> A: N; } continue X; } }", "A",
      "0: B!M>1 B?N>2 / 1: B?N>0 / 2: B!M>0")
LOCAL(do_in_a_branch, M5 "session H(role X, role Y) { rec Z { choice at X { X -> Y: M; continue Z; } or { X -> Y: N; "
      "} } }\nsession S(role A, role B) { par { do H(A, B); } and { B -> A: O; } }", "A",
      "0: B!M>0 B!N>1 B?O>2 / 1: B?O>3 / 2: B!M>2 B!N>3 / 3*:")
LOCAL(recursion_within_a_branch, M5 "session H(role X, role Y) { choice at X { X -> Y: M; do H(X, Y); } or { X -> Y: "
      "N; } }\nsession S(role A, role B) { par { do H(A, B); } and { B -> A: O; } }", "A",
      "0: B!M>0 B!N>1 B?O>2 / 1: B?O>3 / 2: B!M>2 B!N>3 / 3*:")
LOCAL(members_of_a_family_take_turns, M5 "session S(role A, role P[2]) { par foreach p in P { A -> p: M; p -> A: N; } "
      "}", "A", "0: P[0]!M>1 P[1]!M>2 / 1: P[1]!M>3 P[0]?N>4 / 2: P[0]!M>3 P[1]?N>5 / 3: P[0]?N>6 P[1]?N>7 / "
      "4: P[1]!M>6 / 5: P[0]!M>7 / 6: P[1]?N>8 / 7: P[0]?N>8 / 8*:")
LOCAL(branches_without_anything, AB "par { } and { A -> B: M; } and { } A -> B: N; }", "A",
      "0: B!M>1 / 1: B!N>2 / 2*:")

/* ---- strands ---- */

static const struct global_edge *edge_of(const struct compiled *c, const struct session_type *t, const char *message)
{
    for (uint32_t i = 0; i < t->global->n_edges; i++)
        if (strcmp(c->ir->messages[t->global->edges[i].message].name, message) == 0)
            return &t->global->edges[i];
    fail_msg("no %s", message);
    return NULL;
}

static void strands_are_pairs_of_par_and_branch(void **state)
{
    (void)state;
    struct compiled c = compile_clean(AB "par { par { A -> B: M; } and { A -> B: N; } } and { A -> B: O; }\n"
                                         "A -> B: L; }");
    const struct session_type *t = session_named(&c, "S");
    const struct index_list *s = t->global->strands;
    const struct index_list *m = &s[edge_of(&c, t, "M")->strand], *n = &s[edge_of(&c, t, "N")->strand];
    const struct index_list *o = &s[edge_of(&c, t, "O")->strand];
    assert_int_equal(m->n, 4);
    assert_int_equal(o->n, 2);
    assert_int_equal(m->at[0], o->at[0]); /* the same par, other branches */
    assert_int_equal(m->at[1], 0);
    assert_int_equal(o->at[1], 1);
    assert_int_equal(m->at[2], n->at[2]);
    assert_int_not_equal(m->at[2], m->at[0]);
    assert_int_not_equal(m->at[3], n->at[3]);
    assert_int_equal(s[edge_of(&c, t, "L")->strand].n, 0);
    compiled_free(&c);
}

static void too_many_turns_are_refused_by_name(void **state)
{
    (void)state;
    struct compiled c = compile(M5 "session S(role A, role P[30]) {\n par foreach p in P { A -> p: M; p -> A: N; } }");
    assert_string_equal(codes(&c), "E0309:3");
    assert_says(&c, "the 30 branches of this `par` can take turns in too many ways");
    compiled_free(&c);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_interaction_of_two_branches), T(one_of_all_members), T(an_interaction_behind_do),
        T(continue_out_of_a_branch), T(recursion_out_of_a_branch), T(recursion_out_through_another),
        T(a_try_in_a_branch), T(a_choice_within_a_branch_is_one), T(a_branch_by_another),
        T(an_empty_branch_before_anothers_send), T(a_send_not_told), T(a_send_of_the_next_round),
        T(overtaking_within_a_branch), T(turns_of_one_sender), T(turns_of_one_receiver), T(sending_while_waiting),
        T(others_see_one_branch), T(what_follows_waits_for_all),
        T(messages_of_different_senders_wait_for_each_other), T(a_choice_beside_a_branch), T(a_branch_may_do_nothing),
        T(a_loop_beside_a_branch), T(par_in_par), T(par_in_a_loop), T(do_in_a_branch), T(recursion_within_a_branch),
        T(members_of_a_family_take_turns), T(branches_without_anything), T(strands_are_pairs_of_par_and_branch),
        T(too_many_turns_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
