/* c_refuse_test.c -- C names, and what does not become C. What the refusals look like from outside is tested in
 * tests/cli/gen_c_constructs.sh. */
#include "c_kit.h"

/* ---- names ---- */

static void humps_become_underscores(void **state)
{
    (void)state;
    assert_string_equal(c_snake(arena, "Coordinator"), "coordinator");
    assert_string_equal(c_snake(arena, "HTTPServer2Go"), "http_server2_go");
    assert_string_equal(c_snake(arena, "already_snake"), "already_snake");
    assert_string_equal(c_snake(arena, "__A__b_"), "a_b");
    assert_string_equal(c_snake(arena, "two-phase"), "two_phase");
    assert_string_equal(c_snake(arena, "4ring"), "x4ring");
    assert_string_equal(c_snake(arena, "_"), "x");
}

static void two_messages_with_one_c_name_are_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("message FooBar { x: u8; }\nmessage Foo_Bar { x: u8; }", "Buyer -> Seller: FooBar;"), E0521,
           "message `FooBar` and message `Foo_Bar` would both be `shop_foo_bar` in C");
}

static void the_refusal_points_at_both(void **state)
{
    (void)state;
    refuse(PROTOCOL("message FooBar { x: u8; }\nmessage Foo_Bar { x: u8; }", "Buyer -> Seller: FooBar;"), E0521, "");
    assert_int_equal(source_position(sources, 0, diags->at[0]->at.lo).line, 3);
    assert_int_equal(diags->at[0]->labels.n, 1);
    assert_int_equal(source_position(sources, 0, diags->at[0]->labels.at[0].at.lo).line, 2);
    assert_non_null(strstr(diags->at[0]->help, "rename"));
}

static void a_message_and_a_struct_with_one_c_name_are_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("struct item { x: u8; }\nmessage Item { i: item; }", "Buyer -> Seller: Item;"), E0521,
           "struct `item` and message `Item`");
}

static void enum_constants_that_meet_are_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("enum A { b_c }\nenum A_b { c }\nmessage M { a: A; }", "Buyer -> Seller: M;"), E0521,
           "`SHOP_A_B_C`");
}

static void a_field_named_like_a_keyword_is_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("message M { register: u8; }", "Buyer -> Seller: M;"), E0522,
           "field `register` would be `register` in C, which is a word of C");
}

static void a_field_with_a_reserved_underscore_is_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("message M { _Bool: u8; }", "Buyer -> Seller: M;"), E0522, "reserved for the compiler");
}

static void a_branch_named_like_a_keyword_is_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("message Break;\nmessage Go;",
                    "choice at Buyer { Buyer -> Seller: Break; } or { Buyer -> Seller: Go; }"),
           E0522, "message `Break`");
}

static void a_branch_named_tag_is_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("message Tag;\nmessage Go;",
                    "choice at Buyer { Buyer -> Seller: Tag; } or { Buyer -> Seller: Go; }"),
           E0521, "message `Tag`");
}

static void an_actor_named_like_a_header_is_refused(void **state)
{
    (void)state;
    refuse("message M;\nsession S(role A, role B) { A -> B: M; }\nactor String plays S.A {}\n", E0522,
           "a header of C or POSIX");
}

static void an_actor_and_a_system_share_the_files(void **state)
{
    (void)state;
    refuse("message M;\nsession S(role A, role B) { A -> B: M; }\nactor Store plays S.A {}\nactor Other plays S.B {}\n"
           "system STORE { supervisor r one_for_one { child a: Store permanent; child b: Other permanent; }\n"
           "  wire S(A = a, B = b); }\n",
           E0521, "the files of actor `Store` and the files of system `STORE`");
}

static void names_of_the_library_are_refused(void **state)
{
    (void)state;
    refuse("module motet;\nmessage Session;\nsession S(role A, role B) { A -> B: Session; }\n", E0522,
           "a name of the library");
}

/* A macro stands for something else wherever it is named, also behind a dot. */
static void fields_named_as_macros_are_refused(void **state)
{
    (void)state;
    struct ir *ir = compile(
        PROTOCOL("message M { UINT8_MAX: u8; INTPTR_MIN: u8; SIZE_MAX: u8; PRIu64: u8; MOTET_NONE: u8; }",
                 "Buyer -> Seller: M;"));
    assert_false(c_render(ir, outputs, diags));
    assert_int_equal(diags->n_errors, 5);
}

static void fields_named_nearly_as_macros_are_not(void **state)
{
    (void)state;
    generate(PROTOCOL("message M { NO: u8; PRINT: u8; INT: u8; }", "Buyer -> Seller: M where NO > 0;"));
    has("customer.c", "m->NO");
    lacks("customer.c", "#define NO");
}

static void every_collision_of_a_file_is_told(void **state)
{
    (void)state;
    struct ir *ir = compile(PROTOCOL("message FooBar { int: u8; }\nmessage Foo_Bar { for: u8; }",
                                     "Buyer -> Seller: FooBar;"));
    assert_false(c_render(ir, outputs, diags));
    assert_int_equal(diags->n_errors, 3);
}

/* ---- limits ---- */

static void a_mailbox_past_sixteen_bits_is_refused(void **state)
{
    (void)state;
    struct ir *ir = compile(small_protocol);
    ir->actors[0].mailbox = 65536;
    refuse_ir(ir, E0523, "places in a mailbox of actor `Customer`: 65536, and generated C holds at most 65535");
}

static void a_choice_too_large_for_a_stack_is_refused(void **state)
{
    (void)state;
    refuse(PROTOCOL("message A { b: bytes<700000>; }\nmessage B { b: bytes<400000>; }",
                    "choice at Buyer { Buyer -> Seller: A; } or { Buyer -> Seller: B; }"),
           E0523, "bytes of all branches of the choice `a_or_b` of actor `Customer`: 1100032");
}

static void a_mixed_choice_is_refused(void **state)
{
    (void)state;
    refuse("message M;\nmessage N;\nlocal A = mixed{ !M . end, ?N . end };\nlocal B = dual A;\n"
           "session S(A, B);\nactor Peer plays S.A {}\n",
           E0524, "actor `Peer` can send here or receive instead; generated C cannot offer both");
}

/* ---- what has no C ---- */

static void refused_at(uint32_t line)
{
    assert_int_equal(source_position(sources, 0, diags->at[0]->at.lo).line, line);
    assert_true(diags->at[0]->notes.n >= 2);
}

#define ONE_MESSAGE "module m;\nmessage X { a: u8; }\nsession S(role A, role B) { A -> B: X; }\n"

static void an_event_is_refused(void **state)
{
    (void)state;
    refuse("module m;\nmessage X;\nmessage Y;\nsession S(role A, role B) {\n"
           "  try { A -> B: X; B -> A: Y; } catch\n    timeout 2s at A { A -> B: Y; }\n}\nactor L plays S.A;\n",
           E0526, "session `S` catches `timeout` here");
    refused_at(6);
}

static void each_of_them_is_told(void **state)
{
    (void)state;
    struct ir *ir = compile("module m;\nmessage X;\n"
                            "session S(role A, role B) { try { A -> B: X; } catch timeout 2s at B { B -> A: X; } }\n"
                            "session T(role A, role B) { try { A -> B: X; } catch timeout 2s at B { B -> A: X; } }\n"
                            "actor L plays S.A, T.A;\n");
    assert_false(c_render(ir, outputs, diags));
    assert_int_equal(diags->n_errors, 2);
}

static void states_past_sixteen_bits_are_refused(void **state)
{
    (void)state;
    struct ir *ir = compile(small_protocol);
    struct automaton *m = &ir->sessions[0].locals[1];
    m->states = ARENA_ARRAY(arena, struct state, 65536);
    m->n_states = 65536;
    m->n_edges = 0;
    refuse_ir(ir, E0523, "states of role `Seller`: 65536");
}

static void a_table_too_large_to_write_is_refused(void **state)
{
    (void)state;
    enum { STATES = 5000 };
    struct ir *ir = compile(small_protocol);
    struct automaton *m = &ir->sessions[0].locals[1];
    m->states = ARENA_ARRAY(arena, struct state, STATES);
    m->edges = ARENA_ARRAY(arena, struct edge, STATES);
    for (uint32_t i = 0; i < STATES; i++) { /* one label each: a peer of its own, not itself */
        m->edges[i] = (struct edge){.dir = DIR_RECEIVE, .peer = (uint16_t)(i + 2), .target = i};
        m->states[i] = (struct state){.first = i, .n = 1};
    }
    m->n_states = m->n_edges = STATES;
    refuse_ir(ir, E0523, "states times actions of role `Seller`: 25000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(humps_become_underscores),
        TEST(two_messages_with_one_c_name_are_refused),
        TEST(the_refusal_points_at_both),
        TEST(a_message_and_a_struct_with_one_c_name_are_refused),
        TEST(enum_constants_that_meet_are_refused),
        TEST(a_field_named_like_a_keyword_is_refused),
        TEST(a_field_with_a_reserved_underscore_is_refused),
        TEST(a_branch_named_like_a_keyword_is_refused),
        TEST(a_branch_named_tag_is_refused),
        TEST(an_actor_named_like_a_header_is_refused),
        TEST(an_actor_and_a_system_share_the_files),
        TEST(names_of_the_library_are_refused),
        TEST(fields_named_as_macros_are_refused),
        TEST(fields_named_nearly_as_macros_are_not),
        TEST(every_collision_of_a_file_is_told),
        TEST(a_mailbox_past_sixteen_bits_is_refused),
        TEST(a_choice_too_large_for_a_stack_is_refused),
        TEST(a_mixed_choice_is_refused),
        TEST(an_event_is_refused),
        TEST(each_of_them_is_told),
        TEST(states_past_sixteen_bits_are_refused),
        TEST(a_table_too_large_to_write_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
