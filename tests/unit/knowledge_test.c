/* knowledge_test.c -- what refinements may speak of: what both roles know, on every run. */
#include "compiled.h"

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(text, want);                                                                                      \
    }

#define M "message N { x: u8; }\nmessage M { y: u8; }\nmessage L; message R; message Q;\n"
/* The body stands in line 5. */
#define AB(body) M "session S(role A, role B) {\n" body "\n}"
#define ABC(body) M "session S(role A, role B, role C) {\n" body "\n}"

/* ---- sequences ---- */

ERRORS(known_after_it, AB("A -> B: N; A -> B: M where y > N.x;"), "")
ERRORS(known_to_the_receiver_as_well_as_to_the_sender, AB("A -> B: N; B -> A: M where y > N.x;"), "")
ERRORS(not_before_it, AB("A -> B: M where y > N.x; A -> B: N;"), "E0340:5")
ERRORS(receiver_was_no_part_of_it, ABC("A -> B: N;\nA -> C: M where y > N.x;"), "E0340:6")
ERRORS(sender_was_no_part_of_it, ABC("A -> B: N;\nC -> A: M where y > N.x;"), "E0340:6")
ERRORS(the_last_one_counts, ABC("A -> B: N; B -> C: N;\nA -> B: M where y > N.x;"), "E0340:6")
ERRORS(both_again_in_the_last_one, ABC("B -> C: N; A -> B: N; A -> B: M where y > N.x;"), "")
ERRORS(own_message_is_no_matter, ABC("A -> B: M where y > 3; B -> C: M where M.y > 4;"), "")

/* ---- branches and loops ---- */

ERRORS(in_one_branch_only, AB("choice at A { A -> B: N; } or { A -> B: L; }\nB -> A: M where y > N.x;"), "E0340:6")
ERRORS(in_both_branches, AB("choice at A { A -> B: L; A -> B: N; } or { A -> B: R; B -> A: N; } B -> A: M where y > N.x;"), "")
ERRORS(within_the_branch, AB("choice at A { A -> B: N; B -> A: M where y > N.x; } or { A -> B: L; }"), "")
ERRORS(next_round_knows, AB("A -> B: N; rec X { A -> B: M where y > N.x; B -> A: N; continue X; }"), "")
ERRORS(first_round_does_not, AB("rec X {\nA -> B: M where y > N.x; B -> A: N; continue X; }"), "E0340:6")
ERRORS(another_round_may_forget, ABC("A -> B: N; rec X {\nA -> B: M where y > N.x; B -> C: N; continue X; }"), "E0340:6")
ERRORS(members_know_only_the_last, M "session S(role A, role P[2]) {\nforeach p in P { A -> p: N; }\n"
       "foreach p in P { p -> A: M where y > N.x; } }", "E0340:6")
ERRORS(members_know_their_own_round, M "session S(role A, role P[2]) {\n"
       "foreach p in P { A -> p: N; p -> A: M where y > N.x; } }", "")

/* ---- par ---- */

ERRORS(before_par, ABC("A -> B: N; par { A -> B: M where y > N.x; } and { A -> C: L; }"), "")
ERRORS(within_one_branch_of_par, ABC("par { A -> B: N; A -> B: M where y > N.x; } and { A -> C: L; }"), "")
ERRORS(in_another_branch_of_par, ABC("A -> B: N; par {\nA -> B: M where y > N.x; } and { B -> A: N; }"), "E0340:6")
ERRORS(after_par, ABC("par { A -> B: N; } and { A -> C: L; } A -> B: M where y > N.x;"), "")

/* ---- try ---- */

ERRORS(before_try, AB("A -> B: N; try { B -> A: L; } catch timeout 1s at A { A -> B: M where y > N.x; }"), "")
ERRORS(within_the_body, AB("try { B -> A: N; A -> B: M where y > N.x; } catch timeout 1s at A { A -> B: Q; }"), "")
ERRORS(lost_with_the_body, AB("A -> B: N; try { B -> A: N; } catch timeout 1s at A {\nA -> B: M where y > N.x; }"), "E0340:6")
ERRORS(lost_before_what_follows, AB("A -> B: N; try { B -> A: N; A -> B: L; } catch timeout 1s at A { A -> B: Q; }\n"
       "A -> B: M where y > N.x;"), "E0340:6")

/* ---- how it is told ---- */

static void it_says_who_when_and_what_to_do(void **state)
{
    (void)state;
    struct compiled c = compile(ABC("A -> B: N;\nA -> C: L; C -> B: M where y > N.x;"));
    assert_string_equal(codes(&c), "E0340:6");
    assert_says(&c, "`C` cannot know `N.x` here");
    assert_says(&c, "the last `N` may be this one, between `A` and `B`");
    assert_says(&c, "for instance after `A -> B: N`, `A -> C: L`");
    assert_says(&c, "a message that `C` gets before this");
    compiled_free(&c);
}

static void it_says_what_an_event_may_have_lost(void **state)
{
    (void)state;
    struct compiled c = compile(AB("A -> B: N; try { B -> A: N; } catch timeout 1s at A { A -> B: M where y > N.x; }"));
    assert_says(&c, "an event may have ended the body of the `try` before that `N` arrived");
    compiled_free(&c);
}

static void a_session_that_lacks_knowledge_is_not_explored(void **state)
{
    (void)state;
    struct compiled c = compile(AB("A -> B: M where y > N.x; A -> B: N;"));
    assert_false(session_named(&c, "S")->usable);
    compiled_free(&c);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(known_after_it), T(known_to_the_receiver_as_well_as_to_the_sender), T(not_before_it),
        T(receiver_was_no_part_of_it), T(sender_was_no_part_of_it), T(the_last_one_counts),
        T(both_again_in_the_last_one), T(own_message_is_no_matter), T(in_one_branch_only), T(in_both_branches),
        T(within_the_branch), T(next_round_knows), T(first_round_does_not), T(another_round_may_forget),
        T(members_know_only_the_last), T(members_know_their_own_round), T(before_par), T(within_one_branch_of_par),
        T(in_another_branch_of_par), T(after_par), T(before_try), T(within_the_body), T(lost_with_the_body),
        T(lost_before_what_follows), T(it_says_who_when_and_what_to_do), T(it_says_what_an_event_may_have_lost),
        T(a_session_that_lacks_knowledge_is_not_explored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
