/* model_test.c -- actors and systems in the IR, and what is flattened into models: participants, lanes, capacities. */
#include "compiled.h"

#define TPC "message Ask; message Yes; message No; message Go;\n"                                                      \
            "session Tpc(role C, role P[2]) { foreach p in P { C -> p: Ask; } foreach p in P { choice at p {" \
            " p -> C: Yes; } or { p -> C: No; } } }\n"

static struct model *model_named(struct compiled *c, uint32_t capacity)
{
    struct model *m = model_of_session(c->ir, 0, c->ir->n_verifies ? &c->ir->verifies[0] : NULL, capacity, c->d);
    assert_non_null(m);
    return m;
}

static const struct model_lane *lane(const struct model *m, const char *from, const char *to)
{
    for (uint32_t i = 0; i < m->n_lanes; i++)
        if (strcmp(m->participants[m->lanes[i].from].name, from) == 0 &&
            strcmp(m->participants[m->lanes[i].to].name, to) == 0)
            return &m->lanes[i];
    return NULL;
}

/* Each edge uses the lane between its participants, and its label is one of the lane's. */
static void assert_lanes_match_edges(const struct model *m)
{
    for (uint32_t p = 0; p < m->n_participants; p++)
        for (uint32_t i = 0; i < m->participants[p].automaton->n_edges; i++) {
            const struct edge *e = &m->participants[p].automaton->edges[i];
            uint32_t id = m->edge_base[p] + i;
            struct step s = {.kind = STEP_SEND, .edge = id};
            assert_int_equal(step_participant(m, &s), p);
            assert_ptr_equal(step_edge(m, &s), e);
            if (m->lane_of[id] == IR_NONE)
                continue;
            const struct model_lane *l = &m->lanes[m->lane_of[id]];
            assert_int_equal(l->interrupt, e->interrupt);
            assert_int_equal(e->dir == DIR_SEND ? l->from : l->to, p);
            assert_int_equal(e->dir == DIR_SEND ? l->to : l->from, model_peer(m, p, e->peer));
            if (e->dir == DIR_SEND) {
                uint32_t k = 0;
                while (k < l->n_labels && l->labels[k] != e->message)
                    k++;
                assert_true(k < l->n_labels);
            }
        }
}

static void a_session_without_actors_has_the_given_capacity(void **state)
{
    (void)state;
    struct compiled c = compile_clean(TPC);
    struct model *m = model_named(&c, 3);
    assert_string_equal(m->subject, "Tpc");
    assert_int_equal(m->n_participants, 3);
    assert_int_equal(m->n_runs, 1);
    assert_int_equal(m->n_lanes, 4);
    assert_string_equal(m->participants[2].name, "P[1]");
    assert_int_equal(m->participants[2].instance, IR_NONE);
    assert_int_equal(lane(m, "C", "P[0]")->capacity, 3);
    assert_int_equal(lane(m, "C", "P[0]")->n_labels, 1);
    assert_int_equal(lane(m, "P[1]", "C")->n_labels, 2);
    assert_true(lane(m, "P[1]", "C")->labels[0] < lane(m, "P[1]", "C")->labels[1]);
    assert_null(lane(m, "P[0]", "P[1]"));
    assert_true(m->fair_weak);
    assert_lanes_match_edges(m);
    compiled_free(&c);
}

static void a_session_has_the_smallest_mailbox_of_its_actors(void **state)
{
    (void)state;
    struct compiled c = compile_clean(TPC "actor Big plays Tpc.C { mailbox 9; } actor Small plays Tpc.C { mailbox "
       "5; }\n"
                                          "actor First plays Tpc.P[0] { }");
    struct model *m = model_named(&c, 2);
    assert_int_equal(lane(m, "P[0]", "C")->capacity, 5);
    assert_int_equal(lane(m, "C", "P[0]")->capacity, DEFAULT_MAILBOX);
    assert_int_equal(lane(m, "C", "P[1]")->capacity, 2);
    compiled_free(&c);
}

static void several_runs_are_numbered(void **state)
{
    (void)state;
    struct compiled c = compile_clean(TPC "verify Tpc { sessions 2; fair none; }");
    struct model *m = model_named(&c, 2);
    assert_int_equal(m->n_runs, 2);
    assert_int_equal(m->n_participants, 6);
    assert_string_equal(m->participants[0].name, "Tpc#1.C");
    assert_string_equal(m->participants[5].name, "Tpc#2.P[1]");
    assert_int_equal(m->runs[1].first_participant, 3);
    assert_int_equal(model_peer(m, 4, 0), 3);
    assert_false(m->fair_weak);
    assert_lanes_match_edges(m);
    compiled_free(&c);
}

static void a_lane_that_nobody_fills_does_not_exist(void **state)
{
    (void)state;
    struct compiled c = compile_clean("message M; message N; local A = B?M . end; local B = A?N . end; session S(A, "
       "B);");
    struct model *m = model_named(&c, 2);
    assert_int_equal(m->n_lanes, 0);
    assert_int_equal(m->n_edges, 2);
    assert_int_equal(m->lane_of[0], IR_NONE);
    assert_lanes_match_edges(m);
    compiled_free(&c);
}

static void too_many_labels_in_a_lane(void **state)
{
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 256; i++)
        buf_printf(&b, "message M%d; ", i);
    buf_puts(&b, "session S(role A, role B) { ");
    for (int i = 0; i < 254; i++)
        buf_printf(&b, "A -> B: M%d; ", i);
    buf_puts(&b, "} session T(role A, role B) { do S(A, B); A -> B: M255; }");
    struct compiled c = compile_clean(buf_cstr(&b));
    assert_non_null(model_of_session(c.ir, 0, NULL, 1, c.d));
    assert_null(model_of_session(c.ir, 1, NULL, 1, c.d));
    assert_string_equal(codes(&c), "E0408:1");
    compiled_free(&c);
    buf_free(&b);
}

#define STORE TPC "actor Coordinator plays Tpc.C { mailbox 2; } actor Member plays Tpc.P { mailbox 3; sessions 7; }\n" \
    "system Store { supervisor root rest_for_one intensity 5 in 10s {\n"                                               \
"child c: Coordinator permanent; supervisor inner one_for_all { child p[2]: Member transient backoff 10ms..1s; }\n" \
    "child spare[3]: Member temporary; } wire Tpc(C = c, P = p); }\n"

static void a_system_keeps_its_tree(void **state)
{
    (void)state;
    struct compiled c = compile_clean(STORE);
    const struct system *s = &c.ir->systems[0];
    assert_int_equal(s->n_supervisors, 2);
    assert_int_equal(s->n_children, 3);
    assert_int_equal(s->n_instances, 6);
    assert_int_equal(s->supervisors[0].parent, IR_NONE);
    assert_int_equal(s->supervisors[0].strategy, REST_FOR_ONE);
    assert_int_equal(s->supervisors[0].intensity, 5);
    assert_int_equal(s->supervisors[0].window_ns, UINT64_C(10000000000));
    assert_int_equal(s->supervisors[0].n_members, 3);
    assert_true(s->supervisors[0].members[1].is_supervisor);
    assert_int_equal(s->supervisors[0].members[1].index, 1);
    assert_int_equal(s->supervisors[0].members[2].index, 2);
    assert_int_equal(s->supervisors[1].parent, 0);
    assert_int_equal(s->children[1].supervisor, 1);
    assert_int_equal(s->children[1].restart, RESTART_TRANSIENT);
    assert_int_equal(s->children[1].backoff_min_ns, 10000000);
    assert_int_equal(s->children[1].backoff_max_ns, 1000000000);
    assert_int_equal(s->children[2].first_instance, 3);
    assert_string_equal(s->instances[2].name, "p[1]");
    assert_int_equal(s->instances[5].index, 2);
    assert_int_equal(c.ir->actors[1].sessions, 7);
    assert_int_equal(c.ir->actors[1].plays[0].first_role, 1);
    assert_int_equal(c.ir->actors[1].plays[0].n_roles, 2);
    compiled_free(&c);
}

static void a_system_binds_instances_and_their_mailboxes(void **state)
{
    (void)state;
    struct compiled c = compile_clean(STORE "verify Store { sessions 2; crashes 1 of p; crashes 2; }");
    struct model *m = model_of_system(c.ir, 0, &c.ir->verifies[0], c.d);
    assert_non_null(m);
    assert_int_equal(m->n_runs, 2);
    assert_int_equal(m->participants[4].instance, 1);
    assert_int_equal(lane(m, "Tpc#1.C", "Tpc#1.P[0]")->capacity, 3);
    assert_int_equal(lane(m, "Tpc#2.P[1]", "Tpc#2.C")->capacity, 2);
    assert_null(lane(m, "Tpc#1.C", "Tpc#2.P[0]"));
    assert_int_equal(m->n_crashes, 2);
    assert_int_equal(m->crashes[0].child, 1);
    assert_int_equal(m->crashes[1].child, IR_NONE);
    assert_int_equal(m->crashes[1].count, 2);
    assert_lanes_match_edges(m);
    compiled_free(&c);
}

static void any_takes_one_of_the_family_for_each_session(void **state)
{
    (void)state;
    struct compiled c = compile_clean(
        "message M; session S(role A, role B) { A -> B: M; } session T(role A, role B) { A -> B: M; }\n"
        "actor X plays S.A, T.A { } actor Y plays S.B, T.B { }\n"
        "system W { supervisor r one_for_one { child x: X; child pool[2]: Y; }\n"
        "wire T(A = x, B = pool[1]); wire S(A = x, B = any pool); }\nverify W { sessions 3; }");
    struct model *m = model_of_system(c.ir, 0, &c.ir->verifies[0], c.d);
    assert_non_null(m);
    assert_int_equal(m->n_runs, 6);
    const uint32_t want[] = {2, 2, 2, 1, 2, 1};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(m->participants[2 * i].instance, 0);
        assert_int_equal(m->participants[2 * i + 1].instance, want[i]);
    }
    assert_string_equal(m->participants[7].name, "S#1.B");
    assert_string_equal(m->participants[5].name, "T#3.B");
    compiled_free(&c);
}

static void without_a_verify_block_one_run_of_each_wire(void **state)
{
    (void)state;
    struct compiled c = compile_clean(STORE);
    struct model *m = model_of_system(c.ir, 0, NULL, c.d);
    assert_non_null(m);
    assert_int_equal(m->n_runs, 1);
    assert_int_equal(m->n_crashes, 0);
    assert_string_equal(m->participants[0].name, "C");
    assert_string_equal(m->subject, "Store");
    compiled_free(&c);
}

static void the_module_is_named_after_the_file_or_by_it(void **state)
{
    (void)state;
    struct compiled c = compile_clean("message M;");
    assert_string_equal(c.ir->module, "test");
    compiled_free(&c);
    c = compile_clean("module shop.orders; message M;");
    assert_string_equal(c.ir->module, "shop.orders");
    compiled_free(&c);
}

/* ---- events, mailboxes ---- */

#define ASK "message Ask; message Answer; message Stop;\n"                                                             \
            "session S(role A, role B) { try { A -> B: Ask; B -> A: Answer; } catch "
#define STOP " at A { A -> B: Stop; } }\n"

static const struct model_lane *lane_of_kind(const struct model *m, bool interrupt)
{
    for (uint32_t i = 0; i < m->n_lanes; i++)
        if (m->lanes[i].interrupt == interrupt && m->lanes[i].from == 0)
            return &m->lanes[i];
    return NULL;
}

static void a_timeout_gives_interrupts_a_lane(void **state)
{
    (void)state;
    struct compiled c = compile_clean(ASK "timeout 1s" STOP);
    struct model *m = model_named(&c, 3);
    assert_true(m->phased && m->runs[0].phased);
    assert_int_equal(m->n_lanes, 3);
    const struct model_lane *stop = lane_of_kind(m, true);
    assert_int_equal(stop->n_labels, 1);
    assert_string_equal(c.ir->messages[stop->labels[0]].name, "Stop");
    assert_int_equal(stop->capacity, 3);
    assert_int_equal(lane_of_kind(m, false)->n_labels, 1);
    assert_lanes_match_edges(m);
    compiled_free(&c);
}

static void without_crashes_a_crash_handler_costs_nothing(void **state)
{
    (void)state;
    struct compiled c = compile_clean(ASK "crash B at A {} }\n");
    struct model *m = model_named(&c, 1);
    assert_false(m->phased);
    assert_null(lane_of_kind(m, true));
    compiled_free(&c);
}

#define SYSTEM                                                                                                         \
    "actor X plays S.A { mailbox 3 %s; }\nactor Y plays S.B { mailbox 2 %s; }\n"                                       \
    "system Sys { supervisor r one_for_one { child x: X permanent; child y: Y permanent; } wire S(A = x, B = y); }\n"

static struct model *system_model(struct compiled *c, const char *session, const char *a, const char *b,
                                  const char *verify)
{
    static char text[2048], system[1024];
    snprintf(system, sizeof system, SYSTEM, a, b);
    snprintf(text, sizeof text, "%s%s%s", session, system, verify);
    *c = compile_clean(text);
    struct model *m = model_of_system(c->ir, 0, c->ir->n_verifies ? &c->ir->verifies[0] : NULL, c->d);
    assert_non_null(m);
    return m;
}

static void lanes_have_the_policy_of_their_reader(void **state)
{
    (void)state;
    struct compiled c;
    struct model *m = system_model(&c, ASK "timeout 1s" STOP, "fail", "drop_oldest", "");
    assert_int_equal(lane(m, "B", "A")->policy, POLICY_FAIL);
    assert_int_equal(lane_of_kind(m, false)->policy, POLICY_DROP_OLDEST);
    assert_int_equal(lane_of_kind(m, true)->policy, POLICY_BLOCK);
    assert_int_equal(lane_of_kind(m, true)->pool, IR_NONE);
    compiled_free(&c);
}

static void a_shared_mailbox_is_one_pool_over_all_runs(void **state)
{
    (void)state;
    struct compiled c;
    struct model *m = system_model(&c, ASK "timeout 1s" STOP, "shared", "", "verify Sys { sessions 2; }\n");
    uint32_t in_pool = 0;
    assert_int_equal(m->n_pools, 1);
    assert_int_equal(m->pools[0].capacity, 3);
    assert_int_equal(m->pools[0].instance, m->participants[0].instance);
    for (uint32_t i = 0; i < m->n_lanes; i++) {
        in_pool += m->lanes[i].pool == 0;
        assert_int_equal(m->lanes[i].pool == 0, m->participants[m->lanes[i].to].role == 0 && !m->lanes[i].interrupt);
    }
    assert_int_equal(in_pool, 2);
    compiled_free(&c);
}

static void alone_each_participant_has_a_pool(void **state)
{
    (void)state;
    struct compiled c = compile_clean(ASK "timeout 1s" STOP "actor X plays S.A { mailbox 3 shared; }\n"
                                      "verify S { sessions 2; loss 4; }\n");
    struct model *m = model_named(&c, 1);
    assert_int_equal(m->n_pools, 2);
    assert_int_equal(m->pools[1].instance, IR_NONE);
    assert_int_equal(m->loss, 4);
    compiled_free(&c);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_session_without_actors_has_the_given_capacity), T(a_session_has_the_smallest_mailbox_of_its_actors),
        T(several_runs_are_numbered), T(a_lane_that_nobody_fills_does_not_exist), T(too_many_labels_in_a_lane),
        T(a_system_keeps_its_tree), T(a_system_binds_instances_and_their_mailboxes),
        T(any_takes_one_of_the_family_for_each_session), T(without_a_verify_block_one_run_of_each_wire),
        T(the_module_is_named_after_the_file_or_by_it), T(a_timeout_gives_interrupts_a_lane),
        T(without_crashes_a_crash_handler_costs_nothing), T(lanes_have_the_policy_of_their_reader),
        T(a_shared_mailbox_is_one_pool_over_all_runs), T(alone_each_participant_has_a_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
