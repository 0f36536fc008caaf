/* handlers_test.c -- try ... catch: which events a role may catch where, whom a message of the catcher takes along,
 * what the protocol is behind it. The automata were worked out by hand. "P!!M", "P??M": on the interrupt lane;
 * "@timeout": an event.
 */
#include "compiled.h"

#define M8 "message M; message N; message O; message L; message R; message Abort; message Retry; message Bye;\n"
#define AB M8 "session S(role A, role B) {\n"
#define ABC M8 "session S(role A, role B, role C) {\n"

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

ERRORS(untold_and_receives_from_another, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort;\n"
       " B -> C: O; }\n}", "E0323:4")
ERRORS(untold_and_sends, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort;\n C -> A: O; }\n}",
       "E0323:4")
ERRORS(untold_and_acts_behind_the_handler, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; "
      "}\n"
       "C -> A: O; }", "E0323:4")
ERRORS(untold_in_one_branch_of_the_handler, ABC "try { A -> B: M; B -> C: N; } catch timeout 1s at B { choice at B {\n"
       "B -> A: Abort; A -> C: O; } or {\n B -> C: Abort; B -> A: Abort; A -> C: L; } } }", "E0323:4")
ERRORS(untold_in_the_second_try, ABC "try { A -> B: M; B -> C: N; C -> A: O; } catch timeout 1s at A { A -> B: Abort; "
      "}\n"
       "try {\n B -> C: L; C -> B: R; } catch timeout 1s at B { B -> C: Bye; } }", "E0323:5")
ERRORS(a_choice_at_the_dead, ABC "try { A -> B: M; B -> A: N; } catch crash B at A { A -> C: Abort; }\n"
       "choice at B { B -> C: O; } or { B -> C: L; } }", "E0324:4")
ERRORS(a_branch_that_only_tells_the_dead, ABC "try { A -> B: M; B -> A: N; A -> C: O; } catch crash C at A {\n"
       "choice at A\n { A -> C: N; } or { A -> B: Abort; } } }", "E0304:5")
ERRORS(a_loop_that_only_tells_the_dead, ABC "rec X {\n try { A -> B: M; B -> A: N; continue X; } catch crash A at B "
      "{\n"
       "B -> C: Abort; continue X; } } }", "E0210:3")
ERRORS(a_catcher_without_a_part, ABC "try { A -> B: M; }\ncatch timeout 1s at C { C -> A: Abort; C -> B: Abort; } }",
       "E0325:4")
ERRORS(the_same_crash_by_two_names, M8 "session S(role A, role P[2]) { foreach p in P { try { A -> p: M; p -> A: N; "
      "}\n"
       "catch crash p at A, crash P[0] at A { A -> P[1]: Abort; } } }", "E0219:3")
ERRORS(too_deep_through_do, M8 "session T(role A, role B) { try { try { try { try { A -> B: M; B -> A: N; }\n"
       "catch cancel at A { A -> B: Abort; } } catch cancel at A { A -> B: Abort; } } catch cancel at A { A -> B: "
       "Abort; } } catch cancel at A { A -> B: Abort; } }\n"
       "session S(role A, role B) { try { do T(A, B); } catch cancel at A { A -> B: Abort; } }", "E0309:2")
/* B does not know whether it is called back from the first body or from the second. */
ERRORS(one_interrupt_from_two_bodies, AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort;\n"
       "B -> A: O; }\ntry { A -> B: L; B -> A: R; } catch timeout 1s at A { A -> B: Abort;\nB -> A: Bye; } }",
       "E0301:4")
ERRORS(handlers_that_the_told_cannot_tell_apart, AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A {\n"
       "A -> B: Abort;\nB -> A: O; } catch cancel at A { A -> B: Abort; B -> A: L; } }", "E0301:5")
ERRORS(a_choice_in_a_handler_is_one, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; "
       "A -> C: Abort; choice at A { A -> B: O;\nB -> C: O; } or { A -> B: O; C -> B: L; } } }", "E0305:4")
ERRORS(a_handler_in_which_one_must_guess, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> C: Abort;\n"
       "choice at A { A -> B: O;\nC -> A: O; } or { A -> B: L; C -> A: L; } } }", "E0301:5")

static void what_the_untold_does_is_explained(void **state)
{
    (void)state;
    struct compiled c = compile(ABC "try { A -> B: M; B -> A: N; }\ncatch crash B at A {\n C -> A: O; } }");
    assert_string_equal(codes(&c), "E0323:5");
    assert_says(&c, "`C` sends `O` to `A` before `A` has told it of the crash of `B`");
    assert_says(&c, "`A` catches it here, and `C` is still in the body");
    assert_says(&c, "let `A` send `C` a message in the handler, before line 5");
    compiled_free(&c);
}

static void a_failure_in_a_handler_starts_there(void **state)
{
    (void)state;
    struct compiled c = compile(AB "A -> B: R;\ntry { A -> B: M; B -> A: N; } catch timeout 1s at A {\n"
                                   "A -> B: Abort;\nB -> A: O; } catch cancel at A {\nA -> B: Abort;\nB -> A: L; } }");
    assert_string_equal(codes(&c), "E0301:6");
    assert_says(&c, "`B` has seen the same so far: it received `Abort` from `A`");
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[0].at.lo).line, 5);
    compiled_free(&c);
}

/* ---- one try ---- */

#define ONCE AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; } }"
LOCAL(the_catcher_may_catch_while_it_acts_in_the_body, ONCE, "A",
      "0: B!M>1 @timeout>2 / 1: B?N>3 @timeout>2 / 2: B!!Abort>3 / 3*:")
LOCAL(others_may_be_taken_along_until_they_act_again, ONCE, "B",
      "0: A?M>1 A??Abort>2 / 1: A!N>3 A??Abort>2 / 2*: / 3*: A??Abort>2")

#define BEHIND AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; } A -> B: O; }"
LOCAL(behind_the_body_the_catcher_catches_no_more, BEHIND, "A",
      "0: B!M>1 @timeout>2 / 1: B?N>3 @timeout>2 / 2: B!!Abort>3 / 3: B!O>4 / 4*:")

/* All of those who act behind it were told: it goes on as it would have. */
#define ALL_TOLD ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> C: Abort; A -> B: Abort; }\n"         \
                     "A -> B: O; B -> C: L; }"
LOCAL(told_in_the_handler_by_another_way, ALL_TOLD, "B",
      "0: A?M>1 A??Abort>2 / 1: A!N>3 A??Abort>2 / 2: A?O>4 / 3: A?O>4 A??Abort>2 / 4: C!L>5 / 5*:")
LOCAL(told_before_it_has_a_part, ALL_TOLD, "C", "0: A??Abort>1 B?L>2 / 1: B?L>2 / 2*:")

/* The first message to C behind the handler is what tells it. */
LOCAL(told_behind_the_handler, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; } A -> C: O; "
      "}",
      "C", "0: A?O>1 A??O>1 / 1*:")
LOCAL(telling_behind_the_handler, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; } "
      "A -> C: O; }", "A", "0: B!M>1 @timeout>2 / 1: B?N>3 @timeout>2 / 2: B!!Abort>4 / 3: C!O>5 / 4: C!!O>5 / 5*:")
/* Nothing is left to do for C in this handler, so that nobody tells it. */
LOCAL(never_told, ABC "try { A -> B: M; B -> C: N; C -> A: O; } catch timeout 1s at A { A -> B: Abort; } }", "C",
      "0: B?N>1 / 1: A!O>2 / 2*:")

/* ---- retry ---- */

#define RETRY M8 "session S(role C, role P) { rec X { try { C -> P: M; P -> C: N; } catch timeout 1s at C { choice "   \
                 "at C { "                                                                                             \
                 "C -> P: Retry; continue X; } or { C -> P: Bye; } } } }"
LOCAL(retry_at_the_client, RETRY, "C",
      "0: P!M>1 @timeout>2 / 1: P?N>3 @timeout>2 / 2: P!!Retry>0 P!!Bye>3 / 3*:")
LOCAL(retry_at_the_server, RETRY, "P", "0: C?M>1 C??Retry>0 C??Bye>2 / 1: C!N>3 C??Retry>0 C??Bye>2 / 2*: / "
      "3*: C??Retry>0 C??Bye>2")

/* A body that is left by `continue` ends as one that is left at its end: B may still be called back. */
#define LOOP AB "rec X { A -> B: R; try { A -> B: M; B -> A: N; continue X; } catch timeout 1s at A { A -> B: "        \
                 "Abort; } } }"
LOCAL(continue_out_of_a_body, LOOP, "B",
      "0: A?R>1 / 1: A?M>2 A??Abort>3 / 2: A!N>4 A??Abort>3 / 3*: / 4: A?R>1 A??Abort>3")
LOCAL(continue_out_of_a_body_at_the_catcher, LOOP, "A",
      "0: B!R>1 / 1: B!M>2 @timeout>3 / 2: B?N>0 @timeout>3 / 3: B!!Abort>4 / 4*:")

/* ---- two-phase commit ---- */

#define TPC M8 "message Yes; message No; message Prepare; message Commit; message Done;\n"                             \
               "session S(role C, role P[2]) { foreach p in P { C -> p: Prepare; }\n"                                  \
               "try { foreach p in P { choice at p { p -> C: Yes; } or { p -> C: No; } }\n"                            \
               "choice at C { foreach p in P { C -> p: Commit; } foreach p in P { p -> C: Done; } }\n"                 \
               "or { foreach p in P { C -> p: Abort; } } } catch timeout 2s at C, crash P at C {\n"                    \
               "foreach p in P { C -> p: Abort; } } }"
LOCAL(commit_at_a_participant, TPC, "P[0]", "0: C?Prepare>1 / 1: C!Yes>2 C!No>2 C??Abort>3 / "
      "2: C?Abort>4 C?Commit>5 C??Abort>3 / 3*: / 4*: C??Abort>3 / 5: C!Done>4 C??Abort>3")
LOCAL(commit_at_the_coordinator, TPC, "C",
      "0: P[0]!Prepare>1 / 1: P[1]!Prepare>2 / "
      "2: P[0]?Yes>3 P[0]?No>3 @timeout>4 @crash_P[0]>5 @crash_P[1]>6 / "
      "3: P[1]?Yes>7 P[1]?No>7 @timeout>4 @crash_P[0]>5 @crash_P[1]>6 / "
      "4: P[0]!!Abort>5 / 5: P[1]!!Abort>8 / 6: P[0]!!Abort>8 / "
      "7: P[0]!Abort>9 P[0]!Commit>10 @timeout>4 @crash_P[0]>5 @crash_P[1]>6 / 8*: / "
      "9: P[1]!Abort>8 @timeout>4 @crash_P[0]>5 @crash_P[1]>6 / "
      "10: P[1]!Commit>11 @timeout>4 @crash_P[0]>5 @crash_P[1]>6 / "
      "11: P[0]?Done>12 @timeout>4 @crash_P[0]>5 @crash_P[1]>6 / "
      "12: P[1]?Done>8 @timeout>4 @crash_P[0]>5 @crash_P[1]>6")

/* ---- the dead ---- */

#define DEAD ABC "try { A -> B: M; B -> C: N; C -> A: O; } catch crash B at A { A -> C: Abort; C -> B: L; B -> A: "    \
                 "R; C -> A: Bye; } }"
LOCAL(the_dead_are_skipped_by_the_catcher, DEAD, "A",
      "0: B!M>1 @crash_B>2 / 1: C?O>3 @crash_B>2 / 2: C!!Abort>4 / 3*: / 4: C?Bye>3")
LOCAL(the_dead_are_skipped_by_others, DEAD, "C",
      "0: A??Abort>1 B?N>2 / 1: A!Bye>3 / 2: A!O>4 A??Abort>1 / 3*: / 4*: A??Abort>1")
LOCAL(the_dead_follow_nobody, DEAD, "B", "0: A?M>1 / 1: C!N>2 / 2*:")

/* From then on the loop goes without C. */
#define ONE_LESS ABC "rec X { try { A -> B: M; B -> C: N; C -> A: O; continue X; } catch crash C at A { A -> B: "      \
                 "Abort; continue X; } } }"
LOCAL(a_loop_with_one_less, ONE_LESS, "A", "0: B!M>1 @crash_C>2 / 1: C?O>0 @crash_C>2 / 2: B!!Abort>3 / 3: B!M>3")
LOCAL(a_loop_with_one_less_at_another, ONE_LESS, "B", "0: A?M>1 A??Abort>2 / 1: C!N>0 A??Abort>2 / 2: A?M>2")

/* ---- one after another, and in a foreach ---- */

#define TWICE AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; }\n"                            \
                 "try { A -> B: O; B -> A: L; } catch timeout 1s at A { A -> B: Abort; } }"
LOCAL(two_bodies_at_the_catcher, TWICE, "A", "0: B!M>1 @timeout>2 / 1: B?N>3 @timeout>2 / 2: B!!Abort>3 / "
      "3: B!O>4 @timeout>5 / 4: B?L>6 @timeout>5 / 5: B!!Abort>6 / 6*:")
/* After N both bodies may call B back, and it does not know which. */
LOCAL(two_bodies_at_another, TWICE, "B", "0: A?M>1 A??Abort>2 / 1: A!N>3 A??Abort>2 / 2: A?O>4 A??Abort>5 / "
      "3: A?O>4 A??Abort>6 / 4: A!L>7 A??Abort>5 / 5*: / 6*: A?O>4 A??Abort>5 / 7*: A??Abort>5")
#define EACH M8 "session S(role A, role P[2]) { foreach p in P { try { A -> p: M; p -> A: N; } catch timeout 1s at "   \
                 "A { "                                                                                                \
                "A -> p: Abort; } } }"
LOCAL(a_try_for_each_member, EACH, "P[1]",
      "0: A?M>1 A??M>1 A??Abort>2 / 1: A!N>3 A??Abort>2 / 2*: / 3*: A??Abort>2")
LOCAL(a_try_for_each_member_at_the_catcher, EACH, "A",
      "0: P[0]!M>1 @timeout>2 / 1: P[0]?N>3 @timeout>2 / 2: P[0]!!Abort>4 / 3: P[1]!M>5 @timeout>6 / "
      "4: P[1]!!M>5 @timeout>6 / 5: P[1]?N>7 @timeout>6 / 6: P[1]!!Abort>7 / 7*:")

/* ---- nested ---- */

#define NESTED ABC "try { A -> B: M; try { B -> C: N; C -> B: O; } catch timeout 1s at B { B -> C: Retry; C -> B: "    \
                 "Bye; }\n"                                                                                            \
                   "B -> A: L; } catch cancel at A { A -> B: Abort; A -> C: Abort; } }"
LOCAL(nested_at_the_outer_catcher, NESTED, "A",
      "0: B!M>1 @cancel>2 / 1: B?L>3 B??L>3 @cancel>2 / 2: B!!Abort>4 / 3*: / 4: C!!Abort>3")
LOCAL(nested_at_the_inner_catcher, NESTED, "B",
      "0: A?M>1 A??Abort>2 / 1: C!N>3 A??Abort>2 @timeout>4 / 2*: / 3: A??Abort>2 C?O>5 @timeout>4 / "
      "4: C!!Retry>6 A??Abort>2 / 5: A!L>7 A??Abort>2 / 6: A??Abort>2 C?Bye>8 / 7*: A??Abort>2 / 8: A!!L>7 A??Abort>2")
LOCAL(nested_at_another, NESTED, "C",
      "0: A??Abort>1 B?N>2 B??Retry>3 / 1*: / 2: B!O>4 A??Abort>1 B??Retry>3 / 3: B!Bye>5 A??Abort>1 / "
      "4*: A??Abort>1 B??Retry>3 / 5*: A??Abort>1")
#define IN_HANDLER AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A {\n"                                        \
                      "try { A -> B: O; B -> A: L; } catch timeout 2s at A { A -> B: Abort; } } }"
LOCAL(a_try_in_a_handler, IN_HANDLER, "A", "0: B!M>1 @timeout>2 / 1: B?N>3 @timeout>2 / 2: B!!O>4 @timeout_2>5 / 3*: "
      "/ "
      "4: B?L>3 @timeout_2>5 / 5: B!!Abort>3")
/* The second event may come before B was told of the first. */
LOCAL(a_try_in_a_handler_at_another, IN_HANDLER, "B", "0: A?M>1 A??O>2 A??Abort>3 / 1: A!N>4 A??O>2 A??Abort>3 / "
      "2: A!L>5 A??Abort>3 / 3*: / 4*: A??O>2 A??Abort>3 / 5*: A??Abort>3")
/* The crash of C ends the inner body where B is in that, else the outer one; behind either C is dead. */
LOCAL(the_inner_handler_of_a_crash_wins, ABC "try { A -> B: M; try { B -> C: N; C -> B: O; } catch crash C at B { "
      "B -> A: L; } B -> A: R; } catch crash C at B { B -> A: Abort; } }", "B",
      "0: A?M>1 @crash_C>2 / 1: C!N>3 @crash_C_2>4 / 2: A!!Abort>5 / 3: C?O>6 @crash_C_2>4 / 4: A!!L>7 / 5*: / "
      "6: A!R>5 @crash_C>2 / 7: A!R>5")
/* A message of another catcher in the handler: who was told by A waits for B, too. */
LOCAL(a_handler_with_another_catcher, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> C: Abort; "
      "A -> B: Abort; try { B -> C: L; C -> B: O; } catch timeout 1s at B { B -> C: Bye; B -> A: Bye; } } }", "C",
      "0*: A??Abort>1 / 1: B?L>2 B??Bye>3 / 2: B!O>4 B??Bye>3 / 3*: / 4*: B??Bye>3")

/* ---- do and par ---- */

LOCAL(do_in_the_last_place_of_a_body_leaves_it, AB "try { A -> B: M; do S(A, B); } catch timeout 1s at B { B -> A: "
      "Bye; "
      "} }", "A", "0: B!M>0 B??Bye>1 / 1*:")
LOCAL(do_with_roles_swapped_leaves_it, AB "try { A -> B: M; do S(B, A); } catch timeout 1s at B { B -> A: Bye; } "
      "}", "A",
      "0: B!M>1 B??Bye>2 / 1: B?M>0 B??Bye>2 @timeout_2>3 / 2*: / 3: B!!Bye>2")
LOCAL(do_within_a_body, AB "try { do T(A, B); A -> B: O; } catch timeout 1s at B { B -> A: Bye; } }\n"
      "session T(role X, role Y) { choice at X { X -> Y: M; do T(X, Y); } or { X -> Y: N; } }", "B",
      "0: A?M>0 A?N>1 @timeout>2 / 1: A?O>3 @timeout>2 / 2: A!!Bye>3 / 3*:")
ERRORS(do_of_itself_before_the_end_of_a_body, AB "try { A -> B: M;\ndo S(A, B); A -> B: N; } catch timeout 1s at B { "
       "B -> A: Bye; } }", "E0306:4")
#define PAR_IN_TRY ABC "try { par { A -> B: M; B -> A: N; } and { A -> C: O; } } catch timeout 1s at A { A -> B: "     \
                 "Abort; "                                                                                             \
                       "A -> C: Abort; } }"
LOCAL(par_in_a_body, PAR_IN_TRY, "A", "0: B!M>1 C!O>2 @timeout>3 / 1: C!O>4 B?N>5 @timeout>3 / 2: B!M>4 @timeout>3 / "
      "3: B!!Abort>6 / 4: B?N>7 @timeout>3 / 5: C!O>7 @timeout>3 / 6: C!!Abort>7 / 7*:")
LOCAL(par_in_a_body_at_another, PAR_IN_TRY, "C", "0: A?O>1 A??Abort>2 / 1*: A??Abort>2 / 2*:")
LOCAL(par_in_a_handler, ABC "try { A -> B: M; B -> A: N; } catch timeout 1s at A { par { A -> B: Abort; } and "
      "{ A -> C: Abort; } B -> C: O; } }", "A",
      "0: B!M>1 @timeout>2 / 1: B?N>3 @timeout>2 / 2: B!!Abort>4 C!!Abort>5 / 3*: / 4: C!!Abort>3 / 5: B!!Abort>3")

/* ---- events and regions ---- */

static void events_have_names_levels_and_places(void **state)
{
    (void)state;
    struct compiled c = compile_clean(M8 "session S(role A, role P[2]) {\n try { A -> P[0]: M;\n"
                                         "try { A -> P[0]: N; P[0] -> A: O; }\ncatch timeout 3ms at A,\n crash P at A "
                                         "{ "
                                         "A -> P[0]: Retry; }\n}\n catch timeout 1s at A { A -> P[0]: Abort; } }");
    const struct session_type *t = session_named(&c, "S");
    static const struct {
        const char *name;
        enum event_kind kind;
        uint32_t level, who, line;
        uint64_t after;
    } want[] = {{"timeout", EV_TIMEOUT, 0, IR_NONE, 8, 1000000000}, {"timeout_2", EV_TIMEOUT, 1, IR_NONE, 5, 3000000},
                {"crash_P[0]", EV_CRASH, 1, 1, 6, 0}, {"crash_P[1]", EV_CRASH, 1, 2, 6, 0}};
    assert_int_equal(t->n_events, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(t->events[i].name, want[i].name);
        assert_int_equal(t->events[i].kind, want[i].kind);
        assert_int_equal(t->events[i].catcher, 0);
        assert_int_equal(t->events[i].level, want[i].level);
        assert_int_equal(t->events[i].who, want[i].who);
        assert_int_equal(t->events[i].after_ns, want[i].after);
        assert_int_equal(source_position(c.sources, 0, t->events[i].at.lo).line, want[i].line);
    }
    compiled_free(&c);
}

/* What a role sees is the event, not which text catches it: two such bodies share it. */
static void bodies_at_one_level_share_an_event(void **state)
{
    (void)state;
    struct compiled c = compile_clean(TWICE);
    assert_int_equal(session_named(&c, "S")->n_events, 1);
    compiled_free(&c);
    c = compile_clean(AB "try { A -> B: M; B -> A: N; } catch timeout 1s at A { A -> B: Abort; }\n"
                         "try { A -> B: O; B -> A: L; } catch timeout 2s at A { A -> B: Abort; } }");
    assert_int_equal(session_named(&c, "S")->n_events, 2);
    compiled_free(&c);
}

static void global_states_know_the_bodies_around_and_just_before(void **state)
{
    (void)state;
    struct compiled c = compile_clean(NESTED);
    const struct global *g = session_named(&c, "S")->global;
    const char *text = "";
    for (uint32_t s = 0; s < g->n_states; s++) {
        text = arena_printf(c.a, "%s%s%u", text, s ? " " : "", s);
        for (uint32_t i = 0; i < g->regions[g->states[s].regions].n; i++)
            text = arena_printf(c.a, "%s%c", text, 'a' + (int)g->regions[g->states[s].regions].at[i]);
    }
    /* M; N, and behind the cancel; O, and behind the timeout; ...; the end just behind the bodies */
    assert_string_equal(text, "0a 1ab 2 3ab 4a 5 6ab 7a 8 9a 10a");
    assert_int_equal(g->n_tries, 2);
    assert_int_equal(g->tries[0].level, 0);
    assert_int_equal(g->tries[0].catcher, 0);
    assert_int_equal(g->tries[0].handlers[0].start, 2);
    assert_int_equal(g->tries[1].level, 1);
    assert_int_equal(g->tries[1].catcher, 1);
    assert_int_equal(g->tries[1].handlers[0].start, 4);
    compiled_free(&c);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(untold_and_receives_from_another), T(untold_and_sends), T(untold_and_acts_behind_the_handler),
        T(untold_in_one_branch_of_the_handler), T(untold_in_the_second_try), T(a_choice_at_the_dead),
        T(a_branch_that_only_tells_the_dead), T(a_loop_that_only_tells_the_dead), T(a_catcher_without_a_part),
        T(the_same_crash_by_two_names), T(too_deep_through_do), T(one_interrupt_from_two_bodies),
        T(handlers_that_the_told_cannot_tell_apart), T(a_choice_in_a_handler_is_one),
        T(a_handler_in_which_one_must_guess), T(what_the_untold_does_is_explained),
        T(a_failure_in_a_handler_starts_there), T(the_catcher_may_catch_while_it_acts_in_the_body),
        T(others_may_be_taken_along_until_they_act_again), T(behind_the_body_the_catcher_catches_no_more),
        T(told_in_the_handler_by_another_way), T(told_before_it_has_a_part), T(told_behind_the_handler),
        T(telling_behind_the_handler), T(never_told), T(retry_at_the_client), T(retry_at_the_server),
        T(continue_out_of_a_body), T(continue_out_of_a_body_at_the_catcher), T(commit_at_a_participant),
        T(commit_at_the_coordinator), T(the_dead_are_skipped_by_the_catcher), T(the_dead_are_skipped_by_others),
        T(the_dead_follow_nobody), T(a_loop_with_one_less), T(a_loop_with_one_less_at_another),
        T(two_bodies_at_the_catcher), T(two_bodies_at_another), T(a_try_for_each_member),
        T(a_try_for_each_member_at_the_catcher), T(nested_at_the_outer_catcher), T(nested_at_the_inner_catcher),
        T(nested_at_another), T(a_try_in_a_handler), T(a_try_in_a_handler_at_another),
        T(the_inner_handler_of_a_crash_wins), T(a_handler_with_another_catcher),
        T(do_in_the_last_place_of_a_body_leaves_it), T(do_with_roles_swapped_leaves_it), T(do_within_a_body),
        T(do_of_itself_before_the_end_of_a_body), T(par_in_a_body), T(par_in_a_body_at_another), T(par_in_a_handler),
        T(events_have_names_levels_and_places), T(bodies_at_one_level_share_an_event),
        T(global_states_know_the_bodies_around_and_just_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
