/* chart_test.c -- events and reasons in words, and the chart that shows them, on models by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buf.h"
#include "chart.h"
#include "model_kit.h"

struct world {
    struct arena *a;
    struct kit *k;
    struct semantics *s;
    struct exploration *e;
    struct buf out;
};

static int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->k = kit_new(w->a);
    *ctx = w;
    return 0;
}

static int teardown(void **ctx)
{
    struct world *w = *ctx;
    buf_free(&w->out);
    arena_free(w->a);
    free(w);
    return 0;
}

static void run(struct world *w, uint32_t runs, uint32_t capacity)
{
    w->s = semantics_new(w->a, kit_model(w->k, runs, capacity));
    w->e = explore(w->a, w->s, &(struct budget){0, 0});
}

static const char *draw_with(struct world *w, enum safety k, uint32_t cycle, struct chart_style style)
{
    struct story story = {w->s, w->e->trail[k], cycle, k};
    buf_free(&w->out);
    w->out = (struct buf){0};
    chart_draw(&w->out, w->a, &story, &style);
    return buf_cstr(&w->out);
}

static const char *draw(struct world *w, enum safety k)
{
    return draw_with(w, k, IR_NONE, (struct chart_style){true, false, 100, ""});
}

static struct reasons reasons(struct world *w, enum safety k)
{
    struct replay r = replay(w->a, w->s, w->e->trail[k].steps, w->e->trail[k].n);
    return reasons_of(w->a, w->s, r.state, k);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* ---- the picture ---- */

static void a_send_and_its_receive_are_rows_of_their_own(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!Ping 1, 1 B?Pong 2");
    kit_role(w->k, "B", "0 A?Ping 1, 1 A?Pong 2");
    run(w, 1, 1);
    assert_string_equal(draw(w, SAFETY_DEADLOCK),
                        "     A         B\n"
                        "     |         |\n"
                        "     *--Ping-->|      kit.proto-session:1\n"
                        "     |..Ping..>*      kit.proto-session:3\n"
                        "     |         |\n"
                        "A  waits for Pong from B     kit.proto-session:2\n"
                        "   B never sends anything to A\n"
                        "B  waits for Pong from A     kit.proto-session:4\n"
                        "   the lane A -> B is empty, and A itself waits for Pong from B\n");
}

static void arrows_cross_the_columns_between(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", NULL); /* the order of the columns */
    kit_role(w->k, "B", "0 C!N 1");
    kit_role(w->k, "A", "0 C!M 1");
    kit_role(w->k, "C", "0 B?N 1, 1 A?M 2, 2 A!M 3");
    run(w, 1, 1);
    const char *text = draw(w, SAFETY_ORPHAN);
    assert_has(text, "     *----M----+-------->|");
    assert_has(text, "     |....M....+........>*");
    assert_has(text, "     |<--------+----M----*");
}

static void utf8_is_the_default(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 end");
    run(w, 1, 1);
    struct chart_style style = {false, false, 100, ""};
    assert_has(draw_with(w, SAFETY_ORPHAN, IR_NONE, style), "●────M───▷│");
}

static void who_takes_no_part_gets_no_column(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 end");
    kit_role(w->k, "Idle", "0 end");
    run(w, 1, 1);
    assert_null(strstr(draw(w, SAFETY_ORPHAN), "Idle"));
}

static void too_wide_a_chart_becomes_a_list(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1, 1 A!M 2");
    run(w, 1, 1);
    struct chart_style style = {true, false, 15, "> "};
    const char *text = draw_with(w, SAFETY_ORPHAN, IR_NONE, style);
    assert_has(text, ">    1. A sends M to B");
    assert_has(text, ">    2. B takes M from A");
    assert_has(text, "kit.proto-session:3\n");
    assert_null(strchr(text, '*'));
}

static void long_names_become_a_list(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 end");
    w->k->messages[0].name = "AMessageWithAVeryLongNameIndeed";
    run(w, 1, 1);
    assert_has(draw(w, SAFETY_ORPHAN), "1. A sends AMessageWithAVeryLongNameIndeed to B");
}

static void an_empty_trail_says_so(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?M 1");
    kit_role(w->k, "B", "0 A?M 1");
    run(w, 1, 1);
    assert_has(draw(w, SAFETY_DEADLOCK), "(in the first state already)\n");
}

static void a_long_trail_is_cut_in_the_middle(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    run(w, 1, 1);
    struct step *steps = ARENA_ARRAY(w->a, struct step, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        steps[i] = (struct step){i % 2 ? STEP_RECEIVE : STEP_SEND, i % 2, 0, 0, DIRECTIVE_DEFAULT};
    w->e->trail[SAFETY_DEADLOCK] = (struct trail){1000, steps};
    const char *text = draw(w, SAFETY_DEADLOCK);
    assert_has(text, "-- 860 events are left out here\n");
    uint32_t lines = 0;
    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 3 + 140 + 1);
}

static void a_cycle_is_marked(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 0");
    kit_role(w->k, "B", "0 A?M 0");
    run(w, 1, 1);
    const struct step send = {.kind = STEP_SEND}, receive = {.kind = STEP_RECEIVE, .edge = 1};
    struct step steps[] = {send, receive, send, receive};
    w->e->trail[0] = (struct trail){4, steps};
    const char *text = draw_with(w, SAFETY_DEADLOCK, 2, (struct chart_style){true, false, 100, ""});
    const char *mark = strstr(text, "again and again");
    assert_non_null(mark);
    assert_non_null(strstr(mark, "*----M--->|"));
    assert_null(strstr(text, "nothing happens"));
}

static void an_end_that_stays_is_marked(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1, 1 A?M 2");
    run(w, 1, 1);
    const char *text = draw_with(w, SAFETY_DEADLOCK, 2, (struct chart_style){true, false, 100, ""});
    assert_has(text, "-- nothing happens any more\n");
    assert_has(text, "B  waits for M from A");
}

/* ---- crashes ---- */

static void a_crash_says_what_it_leads_to(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_TEMPORARY);
    kit_crashes(w->k, 3, IR_NONE);
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1");
    run(w, 1, 1);
    struct step steps[] = {{.kind = STEP_SEND}, {.kind = STEP_CRASH}, {.kind = STEP_CRASH, .instance = 1},
                           {.kind = STEP_CRASH, .outcome = 1}};
    struct events es = events_of(w->a, w->s, &(struct trail){4, steps});
    assert_true(es.ok);
    assert_string_equal(es.at[1].from_name, "a");
    assert_null(es.at[1].message);
    assert_string_equal(es.at[1].note, "a crashes; sup restarts it; S starts anew");
    assert_string_equal(es.at[2].note, "b crashes; it is temporary and stays down; S is closed");
    assert_string_equal(es.at[3].note, "a crashes; sup gives up; the system stops");
}

static void a_crash_is_a_row_of_the_chart(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 3, IR_NONE);
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1");
    run(w, 1, 1);
    struct step steps[] = {{.kind = STEP_SEND}, {.kind = STEP_CRASH, .instance = 1}};
    w->e->trail[0] = (struct trail){2, steps};
    const char *text = draw(w, SAFETY_DEADLOCK);
    assert_has(text, "     |         X ");
    assert_has(text, "b crashes; sup restarts it; S starts anew\n");
}

static void events_end_before_a_step_that_is_not_enabled(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1");
    run(w, 1, 1);
    struct step steps[] = {{.kind = STEP_SEND}, {.kind = STEP_SEND}};
    struct events es = events_of(w->a, w->s, &(struct trail){2, steps});
    assert_false(es.ok);
    assert_int_equal(es.n, 1);
}

/* ---- who waits, and why ---- */

static void a_full_lane_says_what_fills_it(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!X 1, 1 B!Y 2, 2 B!X 3");
    kit_role(w->k, "B", "0 C?Z 1, 1 A?X 2");
    kit_role(w->k, "C", "0 end");
    run(w, 1, 2);
    struct reasons r = reasons(w, SAFETY_DEADLOCK);
    assert_int_equal(r.n, 2);
    assert_string_equal(r.at[0].what, "waits to send X to B");
    assert_string_equal(r.at[0].why, "the lane A -> B is full (2 of 2: X, Y), and B itself waits for Z from C");
    assert_string_equal(r.at[1].why, "C never sends anything to B");
}

static void alternatives_are_listed(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B?X 1, 0 B?Y 1, 0 B?Z 1, 0 C?X 1");
    kit_role(w->k, "B", "0 A?X 1, 1 A!X 2");
    kit_role(w->k, "C", "0 end");
    run(w, 1, 1);
    assert_has(draw(w, SAFETY_DEADLOCK), "A  waits for X, Y or Z from B");
    assert_has(draw(w, SAFETY_DEADLOCK), "   or waits for X from C");
}

static void an_unexpected_message_is_named(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!Y 1");
    kit_role(w->k, "B", "0 A?X 1");
    run(w, 1, 1);
    struct reasons r = reasons(w, SAFETY_FIDELITY);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.at[0].wait.kind, WAIT_UNEXPECTED);
    assert_string_equal(r.at[0].why, "the next message from A is Y, which B does not take here");
}

static void a_violation_names_its_reader_alone(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!Y 1");
    kit_role(w->k, "B", "0 A?X 1");
    kit_role(w->k, "C", "0 D?X 1");
    kit_role(w->k, "D", "0 D2!X 1, 1 C!X 2");
    kit_role(w->k, "D2", "0 D?X 1");
    run(w, 1, 1);
    struct reasons r = reasons(w, SAFETY_FIDELITY); /* meanwhile C waits for D, which can go on */
    assert_int_equal(r.n, 1);
    assert_string_equal(r.at[0].participant, "B");
}

static void an_orphan_names_its_message(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 end");
    run(w, 1, 1);
    struct reasons r = reasons(w, SAFETY_ORPHAN);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.at[0].participant, "B");
    assert_string_equal(r.at[0].messages[0], "M");
    assert_string_equal(r.at[0].what, "is done");
    assert_string_equal(r.at[0].why, "M from A is left in the lane, and nobody will ever take it");
}

static void a_peer_that_is_done_is_called_done(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2");
    kit_role(w->k, "B", "0 A?M 1, 0 A?N 2, 2 A!N 1");
    run(w, 1, 1);
    struct reasons r = reasons(w, SAFETY_DEADLOCK);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.at[0].why, "the lane B -> A is empty, and B is done");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_send_and_its_receive_are_rows_of_their_own),
        TEST(arrows_cross_the_columns_between),
        TEST(utf8_is_the_default),
        TEST(who_takes_no_part_gets_no_column),
        TEST(too_wide_a_chart_becomes_a_list),
        TEST(long_names_become_a_list),
        TEST(an_empty_trail_says_so),
        TEST(a_long_trail_is_cut_in_the_middle),
        TEST(a_cycle_is_marked),
        TEST(an_end_that_stays_is_marked),
        TEST(a_crash_says_what_it_leads_to),
        TEST(a_crash_is_a_row_of_the_chart),
        TEST(events_end_before_a_step_that_is_not_enabled),
        TEST(a_full_lane_says_what_fills_it),
        TEST(alternatives_are_listed),
        TEST(an_unexpected_message_is_named),
        TEST(a_violation_names_its_reader_alone),
        TEST(an_orphan_names_its_message),
        TEST(a_peer_that_is_done_is_called_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
