/* global_test.c -- expansion (families, foreach, do, recursion) and the deterministic global automaton. */
#include "compiled.h"

#define M3 "message M; message N; message O;\n"
#define AB M3 "session S(role A, role B) {\n"
#define ABC M3 "session S(role A, role B, role C) {\n"

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(text, want);                                                                                      \
    }

/* "0: A>B:M>1 / 1*:" of session S. */
static void assert_global(const char *text, const char *want)
{
    struct compiled c = compile_clean(text);
    const struct session_type *t = session_named(&c, "S");
    const char *got = "";
    for (uint32_t s = 0; s < t->global->n_states; s++) {
        const struct global_state *g = &t->global->states[s];
        got = arena_printf(c.a, "%s%s%u%s:", got, s ? " / " : "", s, g->final ? "*" : "");
        for (uint32_t i = g->first; i < g->first + g->n; i++) {
            const struct global_edge *e = &t->global->edges[i];
            got = arena_printf(c.a, "%s %s>%s:%s>%u", got, t->roles[e->from].name, t->roles[e->to].name,
                               c.ir->messages[e->message].name, e->target);
        }
    }
    assert_string_equal(got, want);
    compiled_free(&c);
}

#define GLOBAL(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_global(text, want);                                                                                     \
    }

GLOBAL(sequence, AB "A -> B: M; B -> A: N; }", "0: A>B:M>1 / 1: B>A:N>2 / 2*:")
GLOBAL(nothing_at_all, AB "}", "0*:")
GLOBAL(choice_and_what_follows, AB "choice at A { A -> B: M; } or { A -> B: N; } B -> A: O; }",
       "0: A>B:M>1 A>B:N>1 / 1: B>A:O>2 / 2*:")
GLOBAL(nested_choice_of_one_chooser, AB "choice at A { choice at A { A -> B: M; } or { A -> B: N; } } or { A -> B: "
       "O; } }",
       "0: A>B:M>1 A>B:N>1 A>B:O>1 / 1*:")
GLOBAL(loop, AB "rec X { choice at A { A -> B: M; continue X; } or { A -> B: N; } } }",
       "0: A>B:M>0 A>B:N>1 / 1*:")
GLOBAL(loop_for_ever, AB "rec X { A -> B: M; B -> A: N; continue X; } }", "0: A>B:M>1 / 1: B>A:N>0")
GLOBAL(body_that_falls_out, AB "rec X { A -> B: M; } B -> A: N; }", "0: A>B:M>1 / 1: B>A:N>2 / 2*:")
GLOBAL(outer_loop, AB "rec X { A -> B: M; rec Y { choice at B { B -> A: M; continue X; } or { B -> A: N; continue Y; } "
       "or { B -> A: O; } } } }", "0: A>B:M>1 / 1: B>A:M>0 B>A:N>1 B>A:O>2 / 2*:")
GLOBAL(empty_branch_before_a_send, AB "choice at A { A -> B: M; } or { } A -> B: N; }",
       "0: A>B:M>1 A>B:N>2 / 1: A>B:N>2 / 2*:")
GLOBAL(branches_merge_while_alike, AB "choice at A { A -> B: M; A -> B: N; } or { A -> B: M; A -> B: O; } }",
       "0: A>B:M>1 / 1: A>B:N>2 A>B:O>2 / 2*:")
GLOBAL(foreach_in_order, M3 "session S(role A, role P[2]) { foreach p in P { A -> p: M; } foreach p in P { p -> A: "
       "N; } }",
       "0: A>P[0]:M>1 / 1: A>P[1]:M>2 / 2: P[0]>A:N>3 / 3: P[1]>A:N>4 / 4*:")
GLOBAL(choice_in_foreach, M3 "session S(role A, role P[2]) { foreach p in P { choice at p { p -> A: M; } or { p -> "
       "A: N; } } }",
       "0: P[0]>A:M>1 P[0]>A:N>1 / 1: P[1]>A:M>2 P[1]>A:N>2 / 2*:")
GLOBAL(continue_in_foreach, M3 "session S(role A, role P[2]) { rec X { foreach p in P { choice at A { A -> p: M; } or "
       "{ A -> p: N; continue X; } } } }", "0: A>P[0]:M>1 A>P[0]:N>0 / 1: A>P[1]:M>2 A>P[1]:N>0 / 2*:")

/* ---- do ---- */

#define PING "session Ping(role X, role Y) { X -> Y: M; Y -> X: N; }\n"
GLOBAL(do_inlines, M3 PING "session S(role A, role B) { do Ping(B, A); A -> B: O; }",
       "0: B>A:M>1 / 1: A>B:N>2 / 2: A>B:O>3 / 3*:")
GLOBAL(do_twice, M3 PING "session S(role A, role B) { do Ping(A, B); do Ping(B, A); }",
       "0: A>B:M>1 / 1: B>A:N>2 / 2: B>A:M>3 / 3: A>B:N>4 / 4*:")
GLOBAL(do_in_loop_is_shared, M3 PING "session S(role A, role B) { rec X { do Ping(A, B); continue X; } }",
       "0: A>B:M>1 / 1: B>A:N>0")
GLOBAL(do_of_itself_is_a_loop, AB "choice at A { A -> B: M; do S(A, B); } or { A -> B: N; } }",
       "0: A>B:M>0 A>B:N>1 / 1*:")
GLOBAL(do_of_itself_with_roles_swapped, AB "A -> B: M; do S(B, A); }", "0: A>B:M>1 / 1: B>A:M>0")
GLOBAL(do_of_each_other, M3 "session S(role A, role B) { A -> B: M; do T(B, A); }\n"
       "session T(role X, role Y) { choice at X { X -> Y: N; do S(Y, X); } or { X -> Y: O; } }",
       "0: A>B:M>1 / 1: B>A:N>0 B>A:O>2 / 2*:")
GLOBAL(do_of_a_family, M3 "session H(role X, role Q[2]) { foreach q in Q { X -> q: M; } }\n"
       "session S(role A, role P[2]) { do H(A, P); do H(A, P); }",
       "0: A>P[0]:M>1 / 1: A>P[1]:M>2 / 2: A>P[0]:M>3 / 3: A>P[1]:M>4 / 4*:")
GLOBAL(do_in_foreach, M3 PING "session S(role A, role P[2]) { foreach p in P { do Ping(A, p); } }",
       "0: A>P[0]:M>1 / 1: P[0]>A:N>2 / 2: A>P[1]:M>3 / 3: P[1]>A:N>4 / 4*:")

ERRORS(do_before_something, AB "choice at A { A -> B: M;\n do S(A, B); B -> A: M; } or { A -> B: N; } }", "E0306:4")
ERRORS(do_of_each_other_not_last, M3 "session S(role A, role B) { A -> B: M; do T(A, B);\n}\n"
       "session T(role A, role B) { A -> B: N;\n do S(A, B); A -> B: O; }", "E0306:5")
ERRORS(do_without_message, AB "do S(A, B); }", "E0210:2")
ERRORS(do_in_foreach_not_last, M3 "session S(role A, role P[2]) { foreach p in P { A -> p: M;\n do S(A, P); } "
       "}", "E0306:3")

/* ---- what is not well-formed ---- */

ERRORS(branch_by_another, ABC "choice at A { A -> B: M; }\n or { B -> A: N; } }", "E0304:4")
ERRORS(branch_by_another_through_do, M3 PING "session S(role A, role B) { choice at A { A -> B: O; } or { do "
       "Ping(B, A); } }",
       "E0304:3")
ERRORS(branch_by_another_through_rec, AB "choice at A { A -> B: M; } or { rec X {\n B -> A: N; } } }", "E0304:4")
ERRORS(branch_may_end, AB "choice at A { A -> B: M; } or\n { } }", "E0304:4")
ERRORS(branch_of_other_member, M3 "session S(role A, role P[2]) { foreach p in P { choice at p { p -> A: M; } or {\n"
       " P[0] -> A: N; } } }", "E0304:3")
ERRORS(same_start_different_senders, ABC "choice at A { A -> B: M;\n B -> C: N; } or { A -> B: M;\n C -> B: N; } }",
       "E0305:4")
ERRORS(same_start_then_end, ABC "choice at A { A -> B: M;\n B -> C: N; } or { A -> B: M; } }", "E0305:4")

static void ambiguity_is_explained(void **state)
{
    (void)state;
    struct compiled c = compile(ABC "A -> C: O;\nchoice at A {\n  A -> B: M;\n  B -> C: N;\n} or {\n  A -> B: M;\n} }");
    assert_string_equal(codes(&c), "E0305:6");
    assert_says(&c, "one branch goes on with `B -> C: N`, and another ends");
    assert_says(&c, "so far in both: `A -> C: O`, `A -> B: M`");
    assert_int_equal(c.d->at[0]->labels.n, 2);
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[0].at.lo).line, 5);
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[1].at.lo).line, 8);
    compiled_free(&c);
}

static void fork_before_common_messages_is_found(void **state)
{
    (void)state;
    struct compiled c = compile(ABC "choice at A {\n  A -> B: M; B -> A: N; A -> B: M;\n  B -> C: O;\n} or {\n"
                                    "  A -> B: M; B -> A: N; A -> B: M;\n  C -> B: O;\n} }");
    assert_string_equal(codes(&c), "E0305:5");
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[0].at.lo).line, 4);
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[1].at.lo).line, 7);
    compiled_free(&c);
}

static void too_large_is_refused_quickly(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role P[200]) { foreach a in P { foreach b in P { foreach c in P { foreach d "
       "in P {"
                 " A -> a: M; } } } } }", "E0309:2");
    assert_codes(M3 "session S(role A, role P[200]) { foreach a in P { foreach b in P { foreach c in P { foreach d "
       "in P {"
                 " } } } } }", "E0309:2");
}

/* Roles rotate in cycles of these lengths: the recursion closes after their least common multiple. */
static const char *rotating(struct buf *b, const int *cycles, int n)
{
    b->n = 0;
    buf_puts(b, M3 "session S(role A0");
    for (int c = 0; c < n; c++)
        for (int i = c == 0; i < cycles[c]; i++)
            buf_printf(b, ", role %c%d", 'A' + c, i);
    buf_puts(b, ") { A0 -> B0: M; do S(");
    for (int c = 0; c < n; c++)
        for (int i = 0; i < cycles[c]; i++)
            buf_printf(b, "%s%c%d", c || i ? ", " : "", 'A' + c, (i + 1) % cycles[c]);
    buf_puts(b, "); }");
    return buf_cstr(b);
}

static void recursion_with_roles_rotated_closes_or_is_too_deep(void **state)
{
    (void)state;
    struct buf b = {0};
    struct compiled c = compile(rotating(&b, (const int[]){2, 3, 5, 7, 11}, 5));
    assert_non_null(c.ir->sessions[0].global);
    assert_int_equal(c.ir->sessions[0].global->n_states, 2310);
    compiled_free(&c);
    assert_codes(rotating(&b, (const int[]){2, 3, 5, 7, 11, 13, 17, 19}, 8), "E0309:2");
    buf_free(&b);
}

static void a_session_with_an_error_is_not_usable_and_others_are(void **state)
{
    (void)state;
    struct compiled c = compile(M3 "session S(role A, role B) { choice at A { A -> B: M; } or { B -> A: N; } }\n"
                                   "session T(role A, role B) { A -> B: M; }");
    assert_false(session_named(&c, "S")->usable);
    assert_null(session_named(&c, "S")->global);
    assert_true(session_named(&c, "T")->usable);
    compiled_free(&c);
}

/* B decides between N and O, which A answers for by its choice. */
static void alike_and_then_another_decides_for_the_chooser(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role B) {\n choice at A { A -> B: M;\n B -> A: N; }\n"
                 "or { A -> B: M; B -> A: O; } }",
                 "E0305:4");
}

static void alike_and_then_another_decides_behind_a_third(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role B, role C) { choice at A { A -> B: M;\n B -> C: N; C -> A: N; }\n"
                 "or { A -> B: M; B -> C: O; C -> A: O; } }", "E0305:3");
}

static void alike_for_the_chooser_another_may_decide(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role B, role C) { choice at A { A -> B: M; B -> C: N; }\n"
                 "or { A -> B: M; B -> C: O; } }", "");
}

static void a_recursion_may_be_called_as_a_role(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role B) { rec A { choice at A { A -> B: M; continue A; }\n"
                 "or { A -> B: N; } } }", "");
    struct compiled c = compile_clean(M3 "session S(role A, role B) { rec A { A -> B: M; } }");
    assert_int_equal(session_named(&c, "S")->global->edges[0].to, 1);
    compiled_free(&c);
}

static void inlined_error_is_told_once(void **state)
{
    (void)state;
    assert_codes(M3 "session H(role A, role B) { choice at A { A -> B: M; } or {\n B -> A: N; } }\n"
                 "session S(role A, role B) { do H(A, B); do H(B, A); }", "E0304:3");
}

/* A file with errors of names still tells what is wrong with sessions that have none. */
static void sessions_without_errors_are_projected_beside_others(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role B) { A -> B: Unknown; choice at A { A -> B: M; } or { B -> A: N; } }\n"
                 "session T(role A, role B) { choice at A { A -> B: M; } or {\n B -> A: N; } }\n"
                 "session U(role A, role B) { do S(A, B); choice at A { A -> B: M; } or { B -> A: N; } }\n"
                 "local X = !M . end; local Y = &{ ?M . end,\n !N . end }; session V(X, Y);", "E0202:2 E0304:4 "
                 "E0303:7");
    assert_codes(M3 "session S(role A, role B) { A -> B: M\n }\n"
                 "session T(role A, role B) { choice at A { A -> B: M; } or {\n B -> A: N; } }", "E0104:2 E0304:5");
}

static void a_handler_with_an_error_keeps_its_session_from_projection(void **state)
{
    (void)state;
    assert_codes(M3 "session S(role A, role B) { try { A -> B: M; B -> A: N; } catch timeout 1s at A {\n"
                 " A -> B: Unknown; }\n"
                 "choice at A { A -> B: M; } or { B -> A: N; } }\n"
                 "session T(role A, role B) { par { choice at A { A -> B: M; } or {\n B -> A: N; } }\n"
                 "and { A -> B: O; } }",
                 "E0202:3 E0304:6");
}

/* As far as an interaction has several places, its refinements agree. */
static void refinements_of_one_interaction_agree(void **state)
{
    (void)state;
    assert_codes("message M { x: u32; } message N; message O;\nsession S(role A, role B) { choice at A { "
                 "A -> B: M where x > 1; A -> B: N; }\nor { A -> B: M where x > 2; A -> B: O; } }", "E0326:3");
    assert_codes("message M { x: u32; } message N; message O;\nsession S(role A, role B) { choice at A { "
                 "A -> B: M where x>1; A -> B: N; }\nor { A -> B: M where x > 1; A -> B: O; } }", "");
}

static void edges_carry_their_refinement(void **state)
{
    (void)state;
    struct compiled c = compile_clean("message M { x: u32; } message N;\nsession S(role A, role B) { "
                                      "A -> B: M where x > 1; B -> A: N; }");
    const struct session_type *t = session_named(&c, "S");
    const struct expr *where = t->decl->as.session.body.stmts.at[0]->where;
    assert_non_null(where);
    assert_ptr_equal(t->global->edges[0].where, where);
    assert_null(t->global->edges[1].where);
    assert_ptr_equal(t->locals[0].edges[0].where, where);
    assert_ptr_equal(t->locals[1].edges[0].where, where);
    compiled_free(&c);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(sequence), T(nothing_at_all), T(choice_and_what_follows), T(nested_choice_of_one_chooser), T(loop),
        T(loop_for_ever), T(body_that_falls_out), T(outer_loop), T(empty_branch_before_a_send),
        T(branches_merge_while_alike), T(foreach_in_order), T(choice_in_foreach), T(continue_in_foreach),
        T(do_inlines), T(do_twice), T(do_in_loop_is_shared), T(do_of_itself_is_a_loop),
        T(do_of_itself_with_roles_swapped), T(do_of_each_other), T(do_of_a_family), T(do_in_foreach),
        T(do_before_something), T(do_of_each_other_not_last), T(do_without_message), T(do_in_foreach_not_last),
        T(branch_by_another), T(branch_by_another_through_do), T(branch_by_another_through_rec), T(branch_may_end),
        T(branch_of_other_member), T(same_start_different_senders), T(same_start_then_end), T(ambiguity_is_explained),
        T(fork_before_common_messages_is_found), T(too_large_is_refused_quickly),
        T(recursion_with_roles_rotated_closes_or_is_too_deep),
        T(a_session_with_an_error_is_not_usable_and_others_are),
        T(alike_and_then_another_decides_for_the_chooser), T(alike_and_then_another_decides_behind_a_third),
        T(alike_for_the_chooser_another_may_decide), T(a_recursion_may_be_called_as_a_role),
        T(inlined_error_is_told_once), T(sessions_without_errors_are_projected_beside_others),
        T(a_handler_with_an_error_keeps_its_session_from_projection), T(refinements_of_one_interaction_agree),
        T(edges_carry_their_refinement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
