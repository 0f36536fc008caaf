/* c_backend_test.c -- what the C back end writes and lays out in tables. What the generated code does when it runs is
 * tested in tests/cli/gen_c.sh. */
#include "c_kit.h"

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
        struct ir *ir = compile(small_protocol);
        outputs = outputs_new(arena);
        sources = sources_new(arena);
        ir->actors[1].policy = cases[i].policy;
        ir->actors[1].shared = cases[i].shared;
        assert_true(c_render(ir, outputs, diags));
        has("vendor.h", cases[i].text);
        lacks("customer.h", ".policy");
    }
}

static void isolation_reaches_the_actors_type(void **state)
{
    (void)state;
    struct ir *ir = compile(small_protocol);
    ir->actors[1].isolated = true;
    assert_true(c_render(ir, outputs, diags));
    has("vendor.h", ".fini = vendor__fini, .isolated = true, \\\n");
    lacks("customer.h", ".isolated");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        TEST(isolation_reaches_the_actors_type),
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
