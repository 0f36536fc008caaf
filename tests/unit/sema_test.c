/* sema_test.c -- names, types and well-formedness: each rule refused, its neighbour accepted. */
#include "compiled.h"

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(text, want);                                                                                      \
    }

#define MN "message M; message N;\n"

/* ---- names ---- */

ERRORS(duplicate_message, "message M;\nmessage M;", "E0201:2")
ERRORS(types_and_messages_share_names, "enum M { a }\nmessage M;", "E0201:2")
ERRORS(session_and_actor_may_share_a_name, MN "session A(role X, role Y) { X -> Y: M; }\nactor A plays A.X { }", "")
ERRORS(session_and_system_may_not, MN "session A(role X, role Y) { X -> Y: M; }\nactor B plays A.X {}\n"
       "system A { supervisor r one_for_one { child b: B; } }", "E0201:4")
ERRORS(duplicate_field, "message M { a: u8; b: u8;\n a: u8; }", "E0201:2")
ERRORS(duplicate_value, "enum E { a, b,\n a }", "E0201:2")
ERRORS(duplicate_role, MN "session S(role A, role B,\n role A) { A -> B: M; }", "E0201:3")
ERRORS(unknown_message, "message M;\nsession S(role A, role B) {\n A -> B: N; }", "E0202:3")
ERRORS(unknown_role, MN "session S(role A, role B) {\n A -> C: M; }", "E0202:3")
ERRORS(message_is_no_type, MN "message O {\n f: M; }", "E0202:3")
ERRORS(unknown_ref_role, MN "session S(role A, role B) { A -> B: M; }\nmessage O { f: ref<S.C>; }", "E0202:3")

static void unknown_name_suggests_the_right_kind(void **state)
{
    (void)state;
    struct compiled c = compile("message Prepare;\nenum Prepara { a }\nsession S(role A, role B) { A -> B: Prepar; }");
    assert_string_equal(codes(&c), "E0202:3");
    assert_says(&c, "did you mean `Prepare`?");
    compiled_free(&c);
}

static void duplicate_shows_the_first(void **state)
{
    (void)state;
    struct compiled c = compile("message M;\nmessage M;");
    assert_int_equal(c.d->at[0]->labels.n, 1);
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[0].at.lo).line, 1);
    compiled_free(&c);
}

/* ---- types ---- */

ERRORS(struct_in_itself, "struct S {\n a: S; }", "E0203:2")
ERRORS(structs_in_each_other, "struct S { a: T; }\nstruct T { b: optional<list<S, 3>>; }", "E0203:2")
ERRORS(struct_twice_is_no_recursion, "struct S { a: u8; }\nstruct T { b: S; c: S; }\nmessage M { t: T; s: S; }", "")
ERRORS(message_too_large, "message M { a: u64[1048576];\n b: list<u64[1024], 1024>; c: list<string<1024>, 1024>; }",
       "E0106:1")
ERRORS(product_of_bounds_does_not_wrap, "message M { a: list<list<list<u8, 65536>, 65536>, 65536>; }", "E0106:1")

static void tags_given_first_then_the_smallest_free(void **state)
{
    (void)state;
    struct compiled c = compile_clean("message A; message B = 0; message C; message D = 2; message E;");
    const uint16_t want[] = {1, 0, 3, 2, 4};
    for (int i = 0; i < 5; i++)
        assert_int_equal(c.ir->messages[i].tag, want[i]);
    compiled_free(&c);
}
ERRORS(tag_twice, "message A = 7;\nmessage B = 7;", "E0205:2")

/* ---- sessions ---- */

ERRORS(one_role, MN "session S(role A) { }", "E0216:2")
ERRORS(family_of_two_is_enough, MN "session S(role P[2]) { P[0] -> P[1]: M; }", "")
ERRORS(too_many_roles, MN "session S(role A, role P[250]) { A -> P[3]: M; }", "E0106:2")
ERRORS(self_send, MN "session S(role A, role B) {\n A -> A: M; }", "E0206:3")
ERRORS(self_send_of_a_member, MN "session S(role P[2]) {\n P[1] -> P[1]: M; }", "E0206:3")
ERRORS(self_send_in_foreach, MN "session S(role P[2]) {\n foreach p in P { p -> p: M; } }", "E0206:3")
ERRORS(self_send_in_one_round, MN "session S(role P[2]) { foreach p in P { foreach q in P {\n p -> q: M; } } }",
       "E0206:3")
ERRORS(family_alone, MN "session S(role A, role P[2]) {\n A -> P: M; }", "E0207:3")
ERRORS(foreach_over_single, MN "session S(role A, role B) {\n foreach p in A { p -> B: M; } }", "E0207:3")
ERRORS(index_too_large, MN "session S(role A, role P[2]) {\n A -> P[2]: M; }", "E0208:3")
ERRORS(index_on_single, MN "session S(role A, role B) {\n A[0] -> B: M; }", "E0208:3")
ERRORS(index_on_index, MN "session S(role A, role P[2]) {\n foreach p in P { A -> p[0]: M; } }", "E0208:3")
ERRORS(index_hides_role, MN "session S(role A, role P[2]) {\n foreach A in P { A -> P[0]: M; } }", "E0201:3")
ERRORS(continue_outside, MN "session S(role A, role B) { rec X { A -> B: M; }\n A -> B: N; choice at A { A -> B: M; "
       "continue X; } or { A -> B: N; } }", "E0209:3")
ERRORS(unguarded, MN "session S(role A, role B) { rec X {\n continue X; } }", "E0210:3")
ERRORS(unguarded_inner, MN "session S(role A, role B) { rec X { A -> B: M; rec Y { choice at A { A -> B: M; "
       "continue X; }"
       " or {\n continue Y; } } } }", "E0210:3")
ERRORS(guarded_through_choice, MN "session S(role A, role B) { rec X { choice at A { A -> B: M; } or { A -> B: N; } "
       "continue X; } }", "")
ERRORS(not_guarded_by_all_branches, MN "session S(role A, role B, role C) { rec X { choice at A { A -> B: M; } or { }\n"
       "continue X; } }", "E0210:3")
ERRORS(unreachable, MN "session S(role A, role B) { rec X { A -> B: M; continue X; }\n B -> A: M;\n B -> A: N; }",
       "E0211:3")
ERRORS(reachable_by_one_branch, MN "session S(role A, role B) { rec X { choice at A { A -> B: M; continue X; } or "
       "{ A -> B: N; } } B -> A: M; }", "")
ERRORS(foreach_that_never_goes_round, MN "session S(role A, role P[2]) { rec X {\n foreach p in P { A -> p: M; "
       "continue X; } } }", "E0211:3")
ERRORS(do_arity, MN "session H(role A, role B) { A -> B: M; }\nsession S(role A, role B) {\n do H(A); }", "E0212:4")
ERRORS(do_same_twice, MN "session H(role A, role B) { A -> B: M; }\nsession S(role A, role B) {\n do H(A, A); }",
       "E0212:4")
ERRORS(do_family_for_single, MN "session H(role A, role B) { A -> B: M; }\nsession S(role A, role P[2]) {\n do H(A, "
       "P); }",
       "E0212:4")
ERRORS(do_family_of_other_size, MN "session H(role A, role P[2]) { A -> P[1]: M; }\nsession S(role A, role P[3]) {\n "
       "do H(A, P); }", "E0212:4")
ERRORS(do_same_in_one_round, MN "session H(role A, role B) { A -> B: M; }\nsession S(role A, role P[2]) {\n"
       " foreach p in P { do H(p, P[1]); } }", "E0212:4")
ERRORS(do_of_local_types, MN "local A = !M . end; local B = ?M . end; session T(A, B);\n"
       "session S(role X, role Y) {\n do T(X, Y); }", "E0212:4")
ERRORS(unknown_session, MN "session S(role A, role B) {\n do H(A, B); }", "E0202:3")

/* ---- par, try ---- */

#define AB MN "session S(role A, role B, role P[2]) {\n"

ERRORS(par_is_reached_when_all_branches_end, AB "par { A -> B: M; } and { rec X { B -> A: M; continue X; } }\n A -> B: N; }",
       "E0211:4")
ERRORS(par_branches_do_not_guard_each_other, AB "par { A -> B: M; } and { rec X {\n continue X; } } }", "E0210:4")
ERRORS(continue_leaves_par, AB "rec X { A -> B: M; par { A -> B: N; } and {\n continue X; } } }", "E0220:4")
ERRORS(continue_leaves_par_foreach, AB "rec X { A -> B: M; par foreach p in P {\n continue X; } } }", "E0220:4")
ERRORS(continue_within_a_branch, AB "par { rec X { A -> B: M; continue X; } } and { B -> A: M; } }", "")
ERRORS(par_foreach_over_single, AB "par\n foreach p in A { p -> B: M; } }", "E0207:4")
ERRORS(unknown_catcher, AB "try { A -> B: M; } catch timeout 1s at\n Aa { } }", "E0202:4")
ERRORS(unknown_crashed, AB "try { A -> B: M; } catch crash\n Bb at A { } }", "E0202:4")
ERRORS(family_as_catcher, AB "try { A -> B: M; } catch cancel at\n P { } }", "E0207:4")
ERRORS(member_as_catcher, AB "try { A -> P[1]: M; } catch cancel at P[1] { } }", "")
ERRORS(family_crashes, AB "try { P[1] -> A: M; } catch crash P at A { } }", "")
ERRORS(index_crashes, AB "foreach p in P { try { A -> p: M; } catch crash p at A { } } }", "")
ERRORS(two_catchers, AB "try { A -> B: M; } catch cancel at A,\n timeout 1s at B { } }", "E0217:4")
ERRORS(two_catchers_in_two_clauses, AB "try { A -> B: M; } catch cancel at A { }\n catch timeout 1s at B { } }",
       "E0217:4")
ERRORS(members_are_different_catchers, AB "try { A -> B: M; } catch cancel at P[0],\n timeout 1s at P[1] { } }", "E0217:4")
ERRORS(own_crash, AB "try { A -> B: M; } catch\n crash A at A { } }", "E0218:4")
ERRORS(own_crash_in_a_family, AB "try { A -> B: M; } catch\n crash P at P[0] { } }", "E0218:4")
ERRORS(own_crash_by_index, AB "foreach p in P { try { p -> B: M; } catch\n crash P at p { } } }", "E0218:4")
ERRORS(sibling_crashes, AB "try { P[0] -> B: M; } catch crash P[1] at P[0] { } }", "")
ERRORS(timeout_twice, AB "try { A -> B: M; } catch timeout 1s at A { }\n catch timeout 2s at A { } }", "E0219:4")
ERRORS(member_and_family_crash, AB "try { A -> B: M; } catch crash P[1] at A { }\n catch crash P at A { } }", "E0219:4")
ERRORS(two_members_crash, AB "try { A -> B: M; } catch crash P[1] at A { } catch crash P[0] at A { } }", "")
ERRORS(timeout_of_nothing, AB "try { A -> B: M; } catch\n timeout 0s at A { } }", "E0204:4")
ERRORS(empty_try, AB "\ntry { } catch cancel at A { A -> B: M; } }", "E0211:4")
ERRORS(a_handler_ends_the_loop_of_a_body, AB "try { rec X { A -> B: M; continue X; } } catch cancel at A { } A -> B: N; }", "")
ERRORS(no_way_out_of_try, AB "rec X { try { A -> B: M; continue X; } catch cancel at A { A -> B: N; continue X; } }\n A -> B: N; }",
       "E0211:4")
ERRORS(a_handler_is_not_guarded_by_the_body, AB "rec X { try { A -> B: M; } catch cancel at A {\n continue X; } } }",
       "E0210:4")
ERRORS(retry, AB "rec X { try { A -> B: M; B -> A: M; } catch timeout 1s at A { A -> B: N; continue X; } } }", "")
ERRORS(try_five_deep, AB "try { try { try { try {\n try { A -> B: M; } catch cancel at A { }\n"
       "} catch cancel at A { } } catch cancel at A { } } catch cancel at A { } } catch cancel at A { } }", "E0106:4")
ERRORS(handlers_are_not_in_the_body, AB "try { A -> B: M; } catch cancel at A { try { A -> B: N; } catch cancel at A {\n"
       "try { A -> B: N; } catch cancel at A { try { A -> B: N; } catch cancel at A { try { A -> B: N; } catch cancel at A\n"
       "{ A -> B: N; } } } } } }", "")

ERRORS(par_branches_guard_what_follows, AB "rec X { par { A -> B: M; } and { } continue X; } }", "")

/* ---- local types ---- */

ERRORS(local_unguarded, "local A = rec X .\n X;", "E0210:2")
ERRORS(local_unguarded_by_dual, "local A = rec X .\n dual X;", "E0210:2")
ERRORS(locals_unguarded_together, "local A = B;\nlocal B = A;", "E0210:2")
ERRORS(locals_recursive_together, MN "local A = !M . B; local B = ?N . A; local C = dual A; session S(A, C);", "")
ERRORS(local_unknown_name, MN "local A = !M .\n Later;", "E0202:3")
ERRORS(local_unknown_message, MN "local A =\n !O . end;", "E0202:3")
ERRORS(local_shadows, MN "local A = rec X . !M .\n rec X . !N . X;", "E0201:3")
ERRORS(peer_missing, MN "local A = B!M . end; local B = A?M . C!M . end; local C =\n ?M . end;\nsession S(A, B, C);",
       "E0214:3")
ERRORS(peer_unknown, MN "local A =\n Bb!M . end; local B = A?M . end;\nsession S(A, B);", "E0202:3")
ERRORS(peer_self_of_three,
       MN "local A =\n A!M . A?M . end; local B = end; local C = end;\nsession S(A, B, C);", "W0206:3 W0206:3")
ERRORS(peer_self, MN "local A =\n A!M . end; local B = A?M . end;\nsession S(A, B);", "E0206:3")
ERRORS(unknown_local_in_session, MN "local A = !M . end;\nsession S(A, Bb);", "E0202:3")

/* ---- actors, systems, verify ---- */

#define SYS MN "session S(role A, role P[2]) { foreach p in P { A -> p: M; } }\n"                                      \
               "actor X plays S.A { } actor Y plays S.P { }\n"
#define TREE "supervisor r one_for_one { child x: X; child y[2]: Y; }"

ERRORS(good_system, SYS "system T { " TREE " wire S(A = x, P = y); }", "")
ERRORS(plays_unknown, MN "actor X plays S.A { }", "E0202:2")
ERRORS(plays_twice, MN "session S(role A, role B) { A -> B: M; }\nactor X plays S.A,\n S.A { }", "E0215:4")
ERRORS(plays_member_and_family, MN "session S(role P[2]) { P[0] -> P[1]: M; }\nactor X plays S.P,\n S.P[1] { "
       "}", "E0215:4")
ERRORS(two_roots, SYS "system T { " TREE "\nsupervisor q one_for_one { child z: X; } wire S(A = x, P = y); "
       "}", "E0401:5")
ERRORS(child_twice, SYS "system T { supervisor r one_for_one { child x: X;\n child x: Y; } }", "E0201:5")
ERRORS(nested_child_twice, SYS "system T { supervisor r one_for_one { child x: X; supervisor q one_for_all {\n"
       " child x: Y; } } }", "E0201:5")
ERRORS(unknown_actor, SYS "system T { supervisor r one_for_one {\n child x: Xx; } }", "E0202:5")
ERRORS(backoff_reversed, SYS "system T { supervisor r one_for_one {\n child x: X backoff 2s..1s; } }", "E0204:5")
ERRORS(role_unbound, SYS "system T { " TREE "\n wire S(A = x); }", "E0402:5")
ERRORS(role_bound_twice, SYS "system T { " TREE "\n wire S(A = x, P = y, A = x); }", "E0402:5")
ERRORS(unknown_child, SYS "system T { " TREE "\n wire S(A = xx, P = y); }", "E0202:5")
ERRORS(actor_plays_another, SYS "system T { " TREE "\n wire S(A = y, P = y); }", "E0403:5 E0402:5")
ERRORS(sizes_differ, SYS "system T { supervisor r one_for_one { child x: X; child y[3]: Y; }\n wire S(A = x, P = y); }",
       "E0404:5")
ERRORS(family_for_single, SYS "system T { supervisor r one_for_one { child x[2]: X; child y[2]: Y; }\n"
       " wire S(A = x, P = y); }", "E0404:5")
ERRORS(any_of_a_family, SYS "system T { supervisor r one_for_one { child x[2]: X; child y[2]: Y; }\n"
       " wire S(A = any x, P = y); }", "")
ERRORS(any_of_one, SYS "system T { " TREE "\n wire S(A = any x, P = y); }", "E0404:5")
ERRORS(any_for_a_family, SYS "system T { " TREE "\n wire S(A = x, P = any y); }", "E0404:5")
ERRORS(verify_unknown, MN "verify S { }", "E0202:2")
ERRORS(crash_in_session, SYS "verify S {\n crashes 1; }", "E0405:5")
ERRORS(crash_of_unknown, SYS "system T { " TREE " wire S(A = x, P = y); } verify T {\n crashes 1 of z; }", "E0202:5")
ERRORS(ltl_twice, SYS "verify S { ltl a { done(S) }\n ltl a { done(S) } }", "E0201:5")
ERRORS(atom_unknown_role, SYS "verify S {\n ltl a { sent(Q, M) } }", "E0202:5")
ERRORS(atom_unknown_message, SYS "verify S {\n ltl a { sent(A, O) } }", "E0202:5")
ERRORS(atom_never_sent, SYS "verify S {\n ltl a { sent(A, N) } }", "E0406:5")
ERRORS(atom_wrong_direction, SYS "verify S {\n ltl a { received(A, M) || sent(P, M) } }", "E0406:5 E0406:5")
ERRORS(atom_of_family, SYS "verify S { ltl a { received(P, M) && received(P[1], M) } }", "")
ERRORS(atom_member_too_large, SYS "verify S {\n ltl a { received(P[2], M) } }", "E0208:5")
ERRORS(atom_of_child, SYS "system T { " TREE " wire S(A = x, P = y); } verify T {\n ltl a { crashed(y[1]) } "
       "ltl b { restarted(y[2]) } ltl c { crashed(x[0]) } }", "E0208:5 E0208:5")
ERRORS(atom_ambiguous, SYS "session U(role A, role B) { A -> B: M; } actor Z plays U.A, U.B {}\n"
       "system T { supervisor r one_for_one { child x: X; child y[2]: Y; child u: Z; child v: Z; }\n"
       "wire S(A = x, P = y); wire U(A = u, B = v); }\nverify T {\n ltl a { sent(A, M) }\n ltl b { sent(U.A, M) } }",
       "E0407:8")
ERRORS(done_of_stranger, SYS "session U(role A, role B) { A -> B: M; }\nverify S {\n ltl a { done(U) } }", "E0202:6")

/* What a syntax error swallowed is not missed a second time; a slip of the pen is still told. */
ERRORS(no_cascade_from_a_lost_declaration, "message Prepare;\nmessage 7 { a: u8; }\nsession S(role A, role B) {\n A "
       "-> B: Zebra;\n"
       " A -> B: Prepar; }", "E0104:2 E0202:5")
ERRORS(no_cascade_from_a_damaged_role_list, MN "session S(role A, role !, role Client) {\n A -> Client: M; A -> "
       "Zebra: N; }",
       "E0104:2")

static void six_errors_in_one_run(void **state)
{
    (void)state;
    assert_codes("message M;\nmessage M;\nstruct S { a: S; }\nsession T(role A, role B) {\n A -> C: M;\n A -> B: O;\n"
                 " A -> A: M;\n rec X { continue X; } }", "E0201:2 E0203:3 E0202:5 E0202:6 E0206:7 E0210:8");
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(duplicate_message), T(types_and_messages_share_names), T(session_and_actor_may_share_a_name),
        T(session_and_system_may_not), T(duplicate_field), T(duplicate_value), T(duplicate_role), T(unknown_message),
        T(unknown_role), T(message_is_no_type), T(unknown_ref_role), T(unknown_name_suggests_the_right_kind),
        T(duplicate_shows_the_first), T(struct_in_itself), T(structs_in_each_other), T(struct_twice_is_no_recursion),
        T(message_too_large), T(product_of_bounds_does_not_wrap), T(tags_given_first_then_the_smallest_free),
        T(tag_twice), T(one_role), T(family_of_two_is_enough), T(too_many_roles), T(self_send),
        T(self_send_of_a_member), T(self_send_in_foreach), T(self_send_in_one_round), T(family_alone),
        T(foreach_over_single), T(index_too_large), T(index_on_single), T(index_on_index), T(index_hides_role),
        T(continue_outside), T(unguarded), T(unguarded_inner), T(guarded_through_choice),
        T(not_guarded_by_all_branches), T(unreachable), T(reachable_by_one_branch), T(foreach_that_never_goes_round),
        T(do_arity), T(do_same_twice), T(do_family_for_single), T(do_family_of_other_size), T(do_same_in_one_round),
        T(do_of_local_types), T(unknown_session),
        T(par_is_reached_when_all_branches_end),
        T(par_branches_guard_what_follows), T(par_branches_do_not_guard_each_other), T(continue_leaves_par), T(continue_leaves_par_foreach),
        T(continue_within_a_branch), T(par_foreach_over_single), T(unknown_catcher), T(unknown_crashed),
        T(family_as_catcher), T(member_as_catcher), T(family_crashes), T(index_crashes), T(two_catchers),
        T(two_catchers_in_two_clauses), T(members_are_different_catchers), T(own_crash), T(own_crash_in_a_family),
        T(own_crash_by_index), T(sibling_crashes), T(timeout_twice), T(member_and_family_crash), T(two_members_crash),
        T(timeout_of_nothing), T(empty_try), T(a_handler_ends_the_loop_of_a_body), T(no_way_out_of_try),
        T(a_handler_is_not_guarded_by_the_body), T(retry), T(try_five_deep), T(handlers_are_not_in_the_body),
        T(local_unguarded), T(local_unguarded_by_dual),
        T(locals_unguarded_together), T(locals_recursive_together), T(local_unknown_name), T(local_unknown_message),
        T(local_shadows), T(peer_missing), T(peer_unknown), T(peer_self),
        T(peer_self_of_three), T(unknown_local_in_session), T(good_system),
        T(plays_unknown), T(plays_twice), T(plays_member_and_family), T(two_roots), T(child_twice),
        T(nested_child_twice), T(unknown_actor), T(backoff_reversed), T(role_unbound), T(role_bound_twice),
        T(unknown_child), T(actor_plays_another), T(sizes_differ), T(family_for_single), T(any_of_a_family),
        T(any_of_one), T(any_for_a_family), T(verify_unknown), T(crash_in_session), T(crash_of_unknown), T(ltl_twice),
        T(atom_unknown_role), T(atom_unknown_message), T(atom_never_sent), T(atom_wrong_direction), T(atom_of_family),
        T(atom_member_too_large), T(atom_of_child), T(atom_ambiguous),
        T(done_of_stranger), T(no_cascade_from_a_lost_declaration),
        T(no_cascade_from_a_damaged_role_list), T(six_errors_in_one_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
