/* c_backend_test.c -- templates and line breaking; what the C back end refuses, names, and lays out in tables. What the
 * generated code does when it runs is tested in tests/cli/gen_c.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "c_gen.h"
#include "diag.h"
#include "ir_build.h"
#include "parser.h"
#include "sema.h"

/* ---- a compilation for each test ---- */

static struct arena *arena;
static struct sources *sources;
static struct diags *diags;
static struct outputs *outputs;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(0);
    sources = sources_new(arena);
    diags = diags_new(arena);
    outputs = outputs_new(arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct ir *compile(const char *text)
{
    struct interner *names = interner_new(arena);
    uint32_t source = sources_add(sources, "some/folder/shop.proto-session", text, strlen(text));
    struct file *file = parse_file(arena, names, sources, source, diags);
    assert_int_equal(diags->n_errors, 0);
    assert_true(sema_file(file, arena, names, diags));
    struct ir *ir = ir_build(arena, names, sources, file, diags);
    assert_int_equal(diags->n_errors, 0);
    return ir;
}

static const char *generated(const char *file)
{
    for (uint32_t i = 0; i < outputs->n; i++)
        if (strcmp(outputs->at[i].name, file) == 0)
            return outputs->at[i].text;
    fail_msg("no file %s", file);
    return "";
}

static void generate(const char *text)
{
    assert_true(c_render(compile(text), outputs, diags));
    assert_int_equal(diags->n_errors, 0);
}

static void has(const char *file, const char *text)
{
    if (!strstr(generated(file), text))
        fail_msg("%s lacks: %s\n%s", file, text, generated(file));
}

static void lacks(const char *file, const char *text)
{
    if (strstr(generated(file), text))
        fail_msg("%s has: %s\n%s", file, text, generated(file));
}

/* Rendering is refused, with exactly this error, and nothing is left half-made. */
static void refuse_ir(const struct ir *ir, enum diag_code code, const char *message)
{
    assert_false(c_render(ir, outputs, diags));
    assert_int_equal(outputs->n, 0);
    assert_int_equal(diags->n_errors, 1);
    assert_int_equal(diags->at[0]->code, code);
    if (!strstr(diags->at[0]->message, message))
        fail_msg("the message is: %s", diags->at[0]->message);
}

static void refuse(const char *text, enum diag_code code, const char *message)
{
    refuse_ir(compile(text), code, message);
}

/* Two roles and an actor for each, around messages and a body. */
#define PROTOCOL(messages, body)                                                                                       \
    "module shop;\n" messages "\nsession Buy(role Buyer, role Seller) {\n" body "\n}\n"                                \
    "actor Customer plays Buy.Buyer { mailbox 1; }\nactor Vendor plays Buy.Seller { mailbox 3; sessions 7; }\n"

/* ---- emit ---- */

static const char *text_of(struct emit *e)
{
    const char *text = arena_strndup(arena, buf_cstr(&e->out), e->out.n);
    emit_end(e);
    return text;
}

static void an_unbound_hole_shows(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit(&e, "int ${x};", "y", "1");
    assert_string_equal(e.unbound, "x");
    assert_string_equal(text_of(&e), "int @x@;");
}

static void bindings_of_a_call_end_with_it(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit_set(&e, "x", "outer");
    emit(&e, "${x} ", "x", "inner");
    emit(&e, "${x}");
    assert_null(e.unbound);
    assert_string_equal(text_of(&e), "inner outer");
}

static void a_scope_ends_with_its_bindings(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    uint32_t scope = emit_open(&e);
    emit_set(&e, "x", "1");
    emit_close(&e, scope);
    emit(&e, "${x}");
    assert_string_equal(e.unbound, "x");
    emit_end(&e);
}

static void values_are_not_expanded(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit(&e, "${x}", "x", "${x}%s");
    assert_string_equal(text_of(&e), "${x}%s");
}

static void lines_of_a_value_keep_the_indentation(void **state)
{
    (void)state;
    struct emit e = emit_begin(arena);
    emit(&e, "{\n    ${x}\n}", "x", "a {\n    b\n\n}");
    assert_string_equal(text_of(&e), "{\n    a {\n        b\n\n    }\n}");
}

static const char *wrapped(const char *text, uint32_t width)
{
    struct buf b = {0};
    buf_puts(&b, text);
    emit_wrap_c(&b, width);
    const char *copy = arena_strndup(arena, buf_cstr(&b), b.n);
    buf_free(&b);
    return copy;
}

static void short_lines_stay(void **state)
{
    (void)state;
    assert_string_equal(wrapped("int f(int a, int b);\n\n", 20), "int f(int a, int b);\n\n");
}

static void parameters_align_to_the_bracket(void **state)
{
    (void)state;
    assert_string_equal(wrapped("int f(int aaaa, int bbbb, int cccc);\n", 26),
                        "int f(int aaaa, int bbbb,\n      int cccc);\n");
}

static void a_name_that_leaves_no_room_breaks_after_the_bracket(void **state)
{
    (void)state;
    assert_string_equal(wrapped("int a_name_that_is_long(int aaaa, int bbbb);\n", 30),
                        "int a_name_that_is_long(\n        int aaaa, int bbbb);\n");
}

static void commas_in_strings_are_no_place_to_break(void **state)
{
    (void)state;
    assert_string_equal(wrapped("f(\"a, b, c, d, e, f\", ggggg);\n", 24), "f(\"a, b, c, d, e, f\",\n  ggggg);\n");
}

static void comments_break_between_words(void **state)
{
    (void)state;
    assert_string_equal(wrapped("    /* one two three four */\n", 20), "    /* one two\n     * three four */\n");
}

static void macros_stay_whole(void **state)
{
    (void)state;
    const char *macro = "#define F(a, b, c, d) \\\n    g(a, b, c, d, 1, 2, 3, 4)\n";
    assert_string_equal(wrapped(macro, 20), macro);
}

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

static const char *const small = PROTOCOL("message M { x: u8; }", "Buyer -> Seller: M;");

static void a_mailbox_past_sixteen_bits_is_refused(void **state)
{
    (void)state;
    struct ir *ir = compile(small);
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

static void an_inbox_is_refused(void **state)
{
    (void)state;
    refuse(ONE_MESSAGE "actor L plays S.A {\n  inbox 5;\n}\n", E0526, "actor `L` has an inbox");
    refused_at(5);
}

static void isolation_is_refused(void **state)
{
    (void)state;
    refuse(ONE_MESSAGE "actor R plays S.B {\n  isolation process;\n}\n", E0526,
           "actor `R` is to run in a process of its own");
    refused_at(5);
}

static void each_of_them_is_told(void **state)
{
    (void)state;
    struct ir *ir = compile(ONE_MESSAGE "actor L plays S.A { inbox 5; isolation process; }\n");
    assert_false(c_render(ir, outputs, diags));
    assert_int_equal(diags->n_errors, 2);
}

static void states_past_sixteen_bits_are_refused(void **state)
{
    (void)state;
    struct ir *ir = compile(small);
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
    struct ir *ir = compile(small);
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

/* ---- texts ---- */

static const char *const tpc =
    "module store.tpc;\nmessage Prepare { tx: u64; }\nmessage Yes { tx: u64; }\nmessage No;\n"
    "message Commit { tx: u64; }\nmessage Abort;\n"
    "session Tpc(role C, role P[2]) {\n"
    "  foreach p in P { C -> p: Prepare; }\n"
    "  foreach p in P { choice at p { p -> C: Yes; } or { p -> C: No; } }\n"
    "  choice at C { foreach p in P { C -> p: Commit; } } or { foreach p in P { C -> p: Abort; } }\n"
    "}\n"
    "actor Coordinator plays Tpc.C { mailbox 2; }\n"
    "actor Participant plays Tpc.P { mailbox 3; sessions 9; state { seen: u64; } }\n"
    "system Store {\n"
    "  supervisor root one_for_one intensity 5 in 10s {\n"
    "    child coordinator: Coordinator permanent;\n"
    "    supervisor sub rest_for_one { child participant[2]: Participant transient shutdown 3s backoff 10ms..1s; }\n"
    "  }\n"
    "  wire Tpc(C = coordinator, P = participant);\n"
    "}\n";

static void files_are_named_and_owned(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool user_owned;
    } expected[] = {
        {"tpc_messages.h", false}, {"tpc_sessions.h", false}, {"tpc_sessions.c", false},
        {"coordinator.h", false},  {"coordinator.c", false},  {"coordinator_handlers.c", true},
        {"participant.h", false},  {"participant.c", false},  {"participant_handlers.c", true},
        {"store.h", false},        {"store.c", false},        {"store_main.c", true},
    };
    generate(tpc);
    assert_int_equal(outputs->n, sizeof expected / sizeof *expected);
    for (uint32_t i = 0; i < outputs->n; i++) {
        assert_string_equal(outputs->at[i].name, expected[i].name);
        assert_int_equal(outputs->at[i].user_owned, expected[i].user_owned);
    }
}

static void texts_are_complete_and_say_nothing_of_the_machine(void **state)
{
    (void)state;
    generate(tpc);
    for (uint32_t i = 0; i < outputs->n; i++) {
        const char *text = outputs->at[i].text;
        assert_null(strchr(text, '@')); /* an unbound hole */
        assert_null(strstr(text, "${"));
        assert_null(strstr(text, "some/folder"));
        assert_null(strstr(text, " \n"));
        for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
            assert_in_range(end - line, 0, C_WIDTH);
        assert_int_equal(text[strlen(text) - 1], '\n');
        assert_int_equal(strlen(text), outputs->at[i].size);
    }
}

static void two_runs_give_the_same_bytes(void **state)
{
    (void)state;
    generate(tpc);
    struct outputs *first = outputs;
    outputs = outputs_new(arena);
    sources = sources_new(arena);
    generate(tpc);
    assert_int_equal(first->n, outputs->n);
    for (uint32_t i = 0; i < first->n; i++) {
        assert_string_equal(first->at[i].name, outputs->at[i].name);
        assert_string_equal(first->at[i].text, outputs->at[i].text);
    }
}

static void payload_types_are_bounded_values(void **state)
{
    (void)state;
    generate(PROTOCOL("enum Color { red, dark_blue }\n"
                      "message M { s: string<5>; b: bytes<6>; a: u8[3]; aa: i32[4][5]; l: list<u16, 7>;\n"
                      "  o: optional<f64>; e: Color; t: Inner; r: ref<Buy.Seller>; ls: list<string<2>, 3>; y: bool; }\n"
                      "struct Inner { deep: Deeper; }\nstruct Deeper { x: i64; }",
                      "Buyer -> Seller: M;"));
    const char *h = "shop_messages.h";
    has(h, "    struct {\n        uint32_t n;\n        char at[5];\n    } s;\n");
    has(h, "    struct {\n        uint32_t n;\n        uint8_t at[6];\n    } b;\n");
    has(h, "    uint8_t a[3];\n    int32_t aa[5][4];\n");
    has(h, "    struct {\n        uint32_t n;\n        uint16_t at[7];\n    } l;\n");
    has(h, "    struct {\n        bool has;\n        double value;\n    } o;\n");
    has(h, "    shop_color e;\n    shop_inner t;\n    struct {\n        uint64_t id;\n    } r;\n");
    has(h, "        struct {\n            uint32_t n;\n            char at[2];\n        } at[3];\n    } ls;\n"
           "    bool y;\n");
    has(h, "typedef enum shop_color {\n    SHOP_COLOR_RED,\n    SHOP_COLOR_DARK_BLUE\n} shop_color;\n");
    lacks(h, "union");
    assert_true(strstr(generated(h), "struct shop_deeper {") < strstr(generated(h), "struct shop_inner {"));
}

static void documentation_becomes_a_comment_that_cannot_end_early(void **state)
{
    (void)state;
    generate(PROTOCOL("/// One */ of /* many.\nmessage M { x: u8; }", "Buyer -> Seller: M;"));
    has("shop_messages.h", "One * / of / * many. */\ntypedef struct shop_m {");
}

static void a_role_that_never_sends_has_no_table_of_sends(void **state)
{
    (void)state;
    generate("module m;\nmessage Go;\nmessage Back;\n"
             "session S(role A, role W[2], role Idle) { A -> W[0]: Go; A -> W[1]: Go; W[0] -> A: Back; }\n"
             "actor Worker plays S.W {}\nactor Lazy plays S.Idle {}\n");
    has("worker.c", "s__w__0_sends[]");
    lacks("worker.c", "s__w__1_sends[]");
    has("worker.c", "return MOTET_FAIL; /* it sends nothing */");
    has("lazy.c", "/* the role does nothing */");
}

static void a_message_without_fields_has_no_struct_and_no_argument(void **state)
{
    (void)state;
    generate(tpc);
    lacks("tpc_messages.h", "struct tpc_no ");
    has("tpc_sessions.c", "{\"No\", 2, 0},");
    has("coordinator.h", "coordinator_on_no(struct coordinator *self, motet_session *s, motet_peer from);");
    has("coordinator.h", "coordinator_make_abort(struct coordinator *self, motet_session *s, motet_peer to);");
    has("coordinator.h", "struct coordinator_commit_or_abort {\n    enum coordinator_branch tag;\n"
                         "    tpc_commit commit;\n};");
}

static void handlers_of_one_session_have_the_actors_prefix(void **state)
{
    (void)state;
    generate(tpc);
    has("coordinator.h", "motet_status coordinator_on_yes(struct coordinator *self, motet_session *s, motet_peer from, "
                         "const tpc_yes *m);");
    has("coordinator.h", "motet_status coordinator_make_prepare(struct coordinator *self, motet_session *s, "
                         "motet_peer to, tpc_prepare *out);");
    has("coordinator.h", "coordinator_choose_commit_or_abort(");
    has("coordinator.h", "void coordinator_completed(struct coordinator *self, motet_session *s);");
}

static void handlers_of_several_sessions_name_theirs(void **state)
{
    (void)state;
    generate("module m;\nmessage Go;\nsession One(role A, role B) { A -> B: Go; }\n"
             "session Two(role A, role B) { B -> A: Go; }\nactor Bank plays One.A, Two.A {}\n");
    has("bank.h", "motet_status bank_one_make_go(");
    has("bank.h", "motet_status bank_two_on_go(");
    has("bank.h", "void bank_two_completed(");
    has("bank.h", "extern const motet_role_type bank__roles[2];");
}

static void states_with_the_same_alternatives_share_a_chooser(void **state)
{
    (void)state;
    generate(PROTOCOL("message Ask;\nmessage More;\nmessage Stop;",
                      "Buyer -> Seller: Ask;\n"
                      "choice at Buyer { Buyer -> Seller: More;\n"
                      "  choice at Buyer { Buyer -> Seller: More; } or { Buyer -> Seller: Stop; }\n"
                      "} or { Buyer -> Seller: Stop; }"));
    const char *first = strstr(generated("customer.h"), "customer_choose_more_or_stop(");
    assert_non_null(first);
    assert_null(strstr(first + strlen("customer_choose_"), "choose_"));
    has("customer.h", "Choose: More or Stop. In states 1 (line 7), 2 (line 8).");
}

static void branches_to_several_roles_say_to_whom(void **state)
{
    (void)state;
    generate("module m;\nmessage Job { n: u8; }\nmessage Skip;\n"
             "session S(role A, role W[2]) {\n"
             "  choice at A { A -> W[0]: Job; A -> W[1]: Skip; } or { A -> W[1]: Job; A -> W[0]: Skip; }\n}\n"
             "actor Boss plays S.A {}\n");
    has("boss.h", "boss_choose_job_to_w0_or_job_to_w1(struct boss *self, motet_session *s,");
    has("boss.h", "enum boss_branch {\n    BOSS_JOB_TO_W0 = 1,\n    BOSS_JOB_TO_W1\n};");
    lacks("boss.h", "choose_job_to_w0_or_job_to_w1(struct boss *self, motet_session *s, motet_peer to");
}

static void members_of_a_family_share_states_and_differ_in_peer_labels(void **state)
{
    (void)state;
    generate(tpc);
    const char *c = generated("participant.c");
    assert_non_null(strstr(c, "tpc__p__0_labels[]"));
    assert_non_null(strstr(c, "tpc__p__1_labels[]"));
    assert_non_null(strstr(c, "tpc__p_states[]"));
    assert_null(strstr(strstr(c, "_states[]") + 1, "_states[]"));
    has("coordinator.c", "/* 6: P[0]?Yes");
    has("coordinator.c", "/* 8: P[1]?Yes");
    has("participant.c", "{MOTET_SEND, 0, TPC__YES, 6}, /* 0: C!Yes");
    has("participant.c", "{MOTET_SEND, 0, TPC__YES, 8}, /* 0: C!Yes");
}

static void a_receive_that_nobody_expects_has_no_peer_label(void **state)
{
    (void)state;
    generate("module m;\nmessage X;\nmessage Y;\nlocal A = B!X . end;\nlocal B = A?Y . end;\nsession S(A, B);\n"
             "actor Left plays S.A {}\n");
    has("left.c", "{MOTET_SEND, 1, S__X, NO}, /* 0: B!X");
}

static void a_state_where_the_role_may_rest_is_marked(void **state)
{
    (void)state;
    generate("module m;\nmessage Tick;\nmessage Go;\nmessage Stop;\n"
             "session S(role A, role B, role Log) {\n"
             "  rec L { choice at A { A -> B: Go; A -> Log: Tick; continue L; } or { A -> B: Stop; } }\n}\n"
             "actor Logger plays S.Log {}\nactor Boss plays S.A {}\nactor Worker plays S.B {}\n");
    has("logger.c", "{MOTET_AT_REST, 0, 6}, /* 0 */");
    has("boss.c", "{MOTET_AT_SEND, S__MAKE__GO_OR_STOP, 6}, /* 0 */");
    has("worker.c", "{MOTET_AT_RECEIVE, 0, 6}, /* 0 */");
    has("worker.c", "{MOTET_AT_END, 0, ");
}

static void the_system_is_a_constant_spec(void **state)
{
    (void)state;
    generate(tpc);
    has("store.c", ".name = \"participant\",\n        .actor = &participant_actor,\n        .count = 2,\n"
                   "        .family = true,\n        .supervisor = 1,\n        .restart = MOTET_TRANSIENT,\n"
                   "        .shutdown_ns = UINT64_C(3000000000),\n        .backoff_min_ns = 10000000,\n"
                   "        .backoff_max_ns = 1000000000,\n");
    has("store.c", ".strategy = MOTET_REST_FOR_ONE");
    has("store.c", ".parent = MOTET_NONE");
    has("store.c", "{0, 0, false}, /* C = coordinator */\n    {1, 0, false}, /* P[0] = participant[0] */\n"
                   "    {1, 1, false}, /* P[1] = participant[1] */\n");
    has("store.h", "motet_err store_open_tpc(motet_system *sys, uint64_t arg, uint64_t *id);");
}

static void the_actors_limits_reach_its_type(void **state)
{
    (void)state;
    generate(tpc);
    has("participant.h", ".mailbox = 3, .sessions = 9, ");
    has("participant.h", "struct participant_state {\n    uint64_t seen;\n};");
    has("participant_handlers.c", "struct participant_state state;");
    lacks("coordinator_handlers.c", "_state state;");
}

static void policies_reach_the_actors_type(void **state)
{
    (void)state;
    static const struct {
        enum policy policy;
        bool shared;
        const char *text;
    } cases[] = {{POLICY_FAIL, false, ".policy = MOTET_REFUSE, \\\n"},
                 {POLICY_FAIL, true, ".policy = MOTET_REFUSE, .shared = true, \\\n"},
                 {POLICY_DROP_NEWEST, false, ".policy = MOTET_DROP_NEWEST, \\\n"},
                 {POLICY_DROP_NEWEST, true, ".policy = MOTET_DROP_NEWEST, .shared = true, \\\n"},
                 {POLICY_DROP_OLDEST, false, ".policy = MOTET_DROP_OLDEST, \\\n"},
                 {POLICY_BLOCK, true, ".fini = vendor__fini, .shared = true, \\\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ir *ir = compile(small);
        outputs = outputs_new(arena);
        sources = sources_new(arena);
        ir->actors[1].policy = cases[i].policy;
        ir->actors[1].shared = cases[i].shared;
        assert_true(c_render(ir, outputs, diags));
        has("vendor.h", cases[i].text);
        lacks("customer.h", ".policy");
    }
}

static void decisions_reach_the_spec(void **state)
{
    (void)state;
    generate("module m;\nmessage X;\nsession S(role A, role B) { A -> B: X; }\nactor L plays S.A;\nactor R plays S.B;\n"
             "system Y {\n  supervisor root one_for_one {\n    decide { timeout: resume; _: restart; }\n"
             "    child l: L;\n    child r: R decide { fatal: stop; protocol_violation: escalate; };\n  }\n"
             "  wire S(A = l, B = r);\n}\n");
    has("y.c", "        .decide[MOTET_BY_ERROR] = MOTET_RESTART,\n        .decide[MOTET_BY_TIMEOUT] = MOTET_RESUME,\n"
               "        .decide[MOTET_BY_PROTOCOL_VIOLATION] = MOTET_ESCALATE,\n"
               "        .decide[MOTET_BY_FATAL] = MOTET_STOP,\n");
}

static void a_role_of_par_sends_and_receives_in_one_state(void **state)
{
    (void)state;
    generate("module m;\nmessage X;\nmessage Y;\nsession S(role A, role B) {\n"
             "  par { A -> B: X; } and { B -> A: Y; }\n}\nactor L plays S.A;\n");
    has("l.c", "{MOTET_AT_BOTH, S__MAKE__X, 5}, /* 0 */");
    has("l_handlers.c", "motet_status l_make_x(");
    has("l_handlers.c", "motet_status l_on_y(");
}

/* ---- refinements, contracts, invariants ---- */

static const char *const haggle =
    "module shop;\nenum Why { dear, ugly }\nmessage Ask { most: u64; item: string<9>; }\n"
    "message Offer { price: u64; by: i8; }\n"
    "message No { why: Why; }\n"
    "session Buy(role Buyer, role Seller) {\n"
    "  Buyer -> Seller: Ask where len(item) > 0 && most != 7;\n"
    "  Seller -> Buyer: Offer where price <= Ask.most;\n"
    "  Buyer -> Seller: No where why == dear -> Offer.price * 2 > most + Offer.by;\n}\n"
    "actor Customer plays Buy.Buyer { state { spent: u64; }\n  invariant spent < 9;\n"
    "  on Buy.Buyer.Offer requires price > 0 ensures spent >= old(spent);\n}\nactor Vendor plays Buy.Seller;\n";

static void a_refinement_is_a_condition_for_both_ends(void **state)
{
    (void)state;
    generate(haggle);
    for (int i = 0; i < 2; i++) {
        const char *file = i ? "vendor.c" : "customer.c";
        has(file, "        if (!(motet_compare_u(m->item.n, 0u) > 0))\n"
                  "            return \"shop.proto-session:7: Ask where `len(item) > 0`\";\n"
                  "        if (!(motet_compare_u(m->most, 7u) != 0))\n");
        has(file, "        if (!(motet_compare_u(m->price, known->ask_most_0) <= 0))\n");
        has(file, "!(motet_compare_u(m->why,"); /* a long line is broken */
        has(file, "known->ask_most_0 = m->most;");
        has(file, "int64_t offer_by_");
    }
    has("vendor.c", " BUY__SELLER__CHECKS},\n");
}

static void arithmetic_is_of_numbers(void **state)
{
    (void)state;
    generate(haggle);
    has("vendor.c", "motet_int_compare(motet_int_mul(motet_int_of_u(known->offer_price_");
    has("vendor.c", "motet_int_of_i(known->offer_by_");
}

static void a_role_remembers_what_its_refinements_speak_of(void **state)
{
    (void)state;
    generate("module m;\nmessage X { a: u8; b: u8; }\nmessage Y { c: u8; }\nsession S(role A, role B, role C) {\n"
             "  A -> B: X;\n  B -> A: Y where c > b;\n  A -> C: Y;\n}\n"
             "actor L plays S.A;\nactor R plays S.B;\nactor Z plays S.C;\n");
    has("l.c", "struct s__a__known {\n    uint64_t x_b_0;\n};");
    has("r.c", "struct s__b__known {\n    uint64_t x_b_0;\n};");
    lacks("z.c", "MOTET_CHECKS");
    has("z.c", "s__aborted, 0, NULL, NULL},");
}

static void a_contract_stands_around_its_handler(void **state)
{
    (void)state;
    generate(haggle);
    has("customer.c", "        return buy__on__offer(self, s, from, m);\n");
    has("customer.c", "    if (!(motet_compare_u(m->price, 0u) > 0))\n        return motet_check_failed(\"Customer\", "
                      "\"shop.proto-session:13: requires `price > 0` does not hold\");\n"
                      "#endif\n    motet_status status = customer_on_offer(self, s, from, m);\n");
    has("customer.c", "    const struct customer_state old = *state;\n");
    has("customer.c", "    if (!(motet_compare_u(state->spent, old.spent) >= 0))\n");
    has("vendor.c", "        return vendor_on_ask(self, s, from, m);\n");
}

static void an_invariant_is_checked_after_every_handler(void **state)
{
    (void)state;
    generate(haggle);
    has("customer.c", "    return customer__kept(self, buy__received(");
    has("customer.c", "    return customer__kept(self, buy__produced(");
    has("customer.c", "    return customer__kept(self, customer_init(self, start));");
    has("customer.h", ".state_at = MOTET_STATE_AT(T, struct customer_state), ");
    lacks("vendor.h", ".state_at");
    lacks("vendor.c", "__kept");
}

static void makers_hear_that_they_may_be_refused(void **state)
{
    (void)state;
    generate("module m;\nmessage X { a: u8; }\nmessage Y;\nmessage Z;\nsession S(role A, role B) {\n"
             "  A -> B: X where a > 1;\n  A -> B: Y;\n  B -> A: Z;\n}\nactor L plays S.A;\n"
             "actor R plays S.B { mailbox 2 fail; }\n");
    has("l.h", "MOTET_BROKEN. */\nmotet_status l_make_x(");
    has("l.h", "MOTET_FULL. */\nmotet_status l_make_y(");
    lacks("r.h", "refused");
}

static void a_number_past_255_bits_is_refused(void **state)
{
    (void)state;
    refuse("module m;\nmessage X { a: u64; }\nsession S(role A, role B) {\n  A -> B: X where a * a * a * a > 1;\n}\n"
           "actor L plays S.A;\n",
           E0523, "bits that a number in this expression may need: 256");
}

static void stubs_fail_and_say_what_is_missing(void **state)
{
    (void)state;
    generate(tpc);
    has("participant_handlers.c", "    return missing(\"participant_choose_yes_or_no\");\n");
    has("participant_handlers.c", "/* Prepare arrived. In state 0 (line 8). Next: Yes or No to C. */\n");
    has("participant_handlers.c", "Set out->tag = PARTICIPANT_YES and fill out->yes, or another branch");
}

static void where_several_may_send_first_the_first_of_them_is_named(void **state)
{
    (void)state;
    generate("module m;\nmessage X;\nlocal L = B?X . end;\nlocal A = B!X . B?X . end;\n"
             "local B = A!X . L!X . A?X . end;\nsession S(L, A, B);\n");
    has("m_sessions.c", ".initiator = 1,");
}

static void an_actor_that_only_rests_has_no_unused_helper(void **state)
{
    (void)state;
    generate("module m;\nmessage X;\nsession S(role A, role B, role Idle) { A -> B: X; }\n"
             "actor Lazy plays S.Idle {}\n");
    lacks("lazy_handlers.c", "missing(const char");
    has("lazy_handlers.c", "void lazy_completed(");
}

static void a_file_without_actors_still_has_its_types(void **state)
{
    (void)state;
    generate("module m;\nmessage X { a: u8; }\nsession S(role A, role B) { A -> B: X; }\n");
    assert_int_equal(outputs->n, 3);
    has("m_sessions.c", ".initiator = 0,");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unbound_hole_shows),
        TEST(bindings_of_a_call_end_with_it),
        TEST(a_scope_ends_with_its_bindings),
        TEST(values_are_not_expanded),
        TEST(lines_of_a_value_keep_the_indentation),
        TEST(short_lines_stay),
        TEST(parameters_align_to_the_bracket),
        TEST(a_name_that_leaves_no_room_breaks_after_the_bracket),
        TEST(commas_in_strings_are_no_place_to_break),
        TEST(comments_break_between_words),
        TEST(macros_stay_whole),
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
        TEST(an_inbox_is_refused),
        TEST(isolation_is_refused),
        TEST(each_of_them_is_told),
        TEST(states_past_sixteen_bits_are_refused),
        TEST(a_table_too_large_to_write_is_refused),
        TEST(files_are_named_and_owned),
        TEST(texts_are_complete_and_say_nothing_of_the_machine),
        TEST(two_runs_give_the_same_bytes),
        TEST(payload_types_are_bounded_values),
        TEST(documentation_becomes_a_comment_that_cannot_end_early),
        TEST(a_role_that_never_sends_has_no_table_of_sends),
        TEST(a_message_without_fields_has_no_struct_and_no_argument),
        TEST(handlers_of_one_session_have_the_actors_prefix),
        TEST(handlers_of_several_sessions_name_theirs),
        TEST(states_with_the_same_alternatives_share_a_chooser),
        TEST(branches_to_several_roles_say_to_whom),
        TEST(members_of_a_family_share_states_and_differ_in_peer_labels),
        TEST(a_receive_that_nobody_expects_has_no_peer_label),
        TEST(a_state_where_the_role_may_rest_is_marked),
        TEST(the_system_is_a_constant_spec),
        TEST(the_actors_limits_reach_its_type),
        TEST(policies_reach_the_actors_type),
        TEST(decisions_reach_the_spec),
        TEST(a_role_of_par_sends_and_receives_in_one_state),
        TEST(a_refinement_is_a_condition_for_both_ends),
        TEST(arithmetic_is_of_numbers),
        TEST(a_role_remembers_what_its_refinements_speak_of),
        TEST(a_contract_stands_around_its_handler),
        TEST(an_invariant_is_checked_after_every_handler),
        TEST(makers_hear_that_they_may_be_refused),
        TEST(a_number_past_255_bits_is_refused),
        TEST(stubs_fail_and_say_what_is_missing),
        TEST(where_several_may_send_first_the_first_of_them_is_named),
        TEST(an_actor_that_only_rests_has_no_unused_helper),
        TEST(a_file_without_actors_still_has_its_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
