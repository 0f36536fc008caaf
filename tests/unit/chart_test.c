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

/* ---- events, interrupts, what is lost ---- */

/* The trail of the steps named "A!M", "A@timeout", "A~M", one after another. */
static void follow(struct world *w, const struct model *m, const char *const *steps, uint32_t n)
{
    struct step *trail = ARENA_ARRAY(w->a, struct step, n);
    struct step *enabled = ARENA_ARRAY(w->a, struct step, semantics_max_steps(w->s));
    uint8_t *state = arena_alloc(w->a, semantics_size(w->s));
    semantics_initial(w->s, state);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t count = semantics_steps(w->s, state, enabled), k = 0;
        for (; k < count && enabled[k].kind != STEP_CRASH; k++) {
            const struct edge *e = step_edge(m, &enabled[k]);
            const char *what = enabled[k].kind == STEP_EVENT ? w->k->events[e->message].name
                                                             : w->k->messages[e->message].name;
            const char *text = arena_printf(w->a, "%s%c%s", m->participants[step_participant(m, &enabled[k])].name,
                                            "!?@~"[enabled[k].kind], what);
            if (strcmp(text, steps[i]) == 0)
                break;
        }
        if (strcmp(steps[i], "crash") == 0) /* the second instance */
            enabled[k = 0] = (struct step){.kind = STEP_CRASH, .instance = 1};
        else if (k == count || enabled[k].kind == STEP_CRASH)
            fail_msg("%s is not enabled", steps[i]);
        trail[i] = enabled[k];
        semantics_apply(w->s, state, &trail[i], state);
    }
    w->e = ARENA_NEW(w->a, struct exploration);
    w->e->trail[SAFETY_DEADLOCK] = (struct trail){n, trail};
}

#define FOLLOW(w, ...)                                                                                                 \
    do {                                                                                                               \
        static const char *const steps_[] = {__VA_ARGS__};                                                             \
        follow(w, semantics_model((w)->s), steps_, sizeof steps_ / sizeof *steps_);                                    \
    } while (0)

static void model(struct world *w, uint32_t capacity, enum policy policy)
{
    struct model *m = kit_model(w->k, 1, capacity);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        m->lanes[l].policy = m->lanes[l].interrupt ? POLICY_BLOCK : policy;
    w->s = semantics_new(w->a, m);
}

static void a_timeout_an_interrupt_and_what_they_drop(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!Ask 1, 1 B?Answer 2, 1 @0 3, 3 B!!Stop 4, 4 B?Never 5");
    kit_role(w->k, "B", "0 A?Ask 1, 0 A??Stop 3, 1 A!Answer 2, 1 A??Stop 3, 2 A??Stop 3, 2 end, 3 A!Bye 4");
    model(w, 2, POLICY_BLOCK);
    FOLLOW(w, "A!Ask", "A@timeout", "A!Stop", "B?Ask", "B!Answer", "B?Stop", "B!Bye");
    assert_string_equal(draw(w, SAFETY_DEADLOCK),
                        "      A           B\n"
                        "      |           |\n"
                        "      *----Ask--->|       kit.proto-session:1\n"
                        "      #           |       kit.proto-session:1  A times out after 1s\n"
                        "      *===Stop===>|       kit.proto-session:4  an interrupt\n"
                        "      |....Ask...>*       kit.proto-session:6\n"
                        "      |x-Answer---*       kit.proto-session:8  outdated and dropped, as A has moved on\n"
                        "      |...Stop...>*       kit.proto-session:10  interrupts B\n"
                        "      |<---Bye----*       kit.proto-session:11\n"
                        "      |           |\n"
                        "A  waits for Never from B     kit.proto-session:5\n"
                        "   the next message from B is Bye, which A does not take here\n");
}

static void an_interrupt_says_what_it_outdates(void **ctx)
{
    struct world *w = *ctx;
    kit_cancel(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!M 1, 1 B!M 2, 2 @0 3, 3 B!!Stop 4");
    kit_role(w->k, "B", "0 A?M 0, 0 A??Stop 1, 1 A?X 2");
    model(w, 2, POLICY_BLOCK);
    FOLLOW(w, "A!M", "A!M", "A@cancel", "A!Stop", "B?Stop");
    const char *text = draw(w, SAFETY_DEADLOCK);
    assert_has(text, "  A cancels\n");
    assert_has(text, "  interrupts B; 2 messages to B are outdated and dropped\n");
}

static void a_dropped_message_ends_in_a_cross(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B!N 2");
    kit_role(w->k, "B", "0 A?N 1");
    model(w, 1, POLICY_DROP_NEWEST);
    FOLLOW(w, "A!M", "A!N");
    assert_has(draw(w, SAFETY_DEADLOCK), "*----N---x|      kit.proto-session:2  dropped, as there is no room\n");
    model(w, 1, POLICY_DROP_OLDEST);
    FOLLOW(w, "A!M", "A!N");
    assert_has(draw(w, SAFETY_DEADLOCK), "*----N--->|      kit.proto-session:2  drops M, the oldest in the lane\n");
}

static void a_lost_message_ends_in_a_cross(void **ctx)
{
    struct world *w = *ctx;
    w->k->verify.loss = 1;
    kit_role(w->k, "A", "0 B!M 1");
    kit_role(w->k, "B", "0 A?M 1");
    model(w, 1, POLICY_BLOCK);
    FOLLOW(w, "A~M");
    assert_has(draw(w, SAFETY_DEADLOCK), "*----M---x|      kit.proto-session:1  lost in transit\n");
}

static void a_list_tells_the_same(void **ctx)
{
    struct world *w = *ctx;
    w->k->verify.loss = 1;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B!M 1, 1 B?N 2, 1 @0 2");
    kit_role(w->k, "B", "0 A?M 1, 1 A!N 2");
    model(w, 1, POLICY_BLOCK);
    FOLLOW(w, "A~M", "A@timeout");
    const char *text = draw_with(w, SAFETY_DEADLOCK, IR_NONE, (struct chart_style){true, false, 10, ""});
    assert_has(text, "1. A sends M to B: lost in transit");
    assert_has(text, "2. A times out after 1s ");
}

static void a_caught_crash_marks_who_catches_it(void **ctx)
{
    struct world *w = *ctx;
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_TEMPORARY);
    kit_crashes(w->k, 1, IR_NONE);
    kit_named_role(w->k, "A");
    kit_crash_of(w->k, "B", "A", 0);
    kit_role(w->k, "A", "0 B?M 1, 0 @0 2, 2 B!X 3, 3 B?N 4");
    kit_role(w->k, "B", "0 A!M 1");
    model(w, 1, POLICY_BLOCK);
    FOLLOW(w, "crash", "A!X");
    const char *text = draw(w, SAFETY_DEADLOCK);
    assert_has(text, "     #         X ");
    assert_has(text, "  b crashes; it is temporary and stays down; A catches it in S\n");
    assert_has(text, "     *----X---x|      kit.proto-session:3  dropped, as B has crashed\n");
    assert_has(text, "the lane B -> A is empty, and B is gone\n");
}

static void reasons_name_later_phases_and_interrupts(void **ctx)
{
    struct world *w = *ctx;
    kit_timeout(w->k, "A", 0);
    kit_role(w->k, "A", "0 B?X 0, 0 @0 1, 1 B!M 2, 2 B!!Stop 3");
    kit_role(w->k, "B", "0 A?M 1");
    model(w, 1, POLICY_BLOCK);
    FOLLOW(w, "A@timeout", "A!M", "A!Stop");
    struct reasons r = reasons(w, SAFETY_DEADLOCK);
    assert_int_equal(r.n, 2);
    assert_string_equal(r.at[0].what, "waits for M from A");
    assert_string_equal(r.at[0].why, "the next message from A is M, sent after an event that B has not been told of");
    assert_string_equal(r.at[1].what, "does not take Stop from A");
    assert_string_equal(r.at[1].why, "it is an interrupt, and B is not, or no longer, where it takes it");
}

static void a_full_pool_is_named(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!M 1, 1 B!M 2");
    kit_role(w->k, "B", "0 A?N 1");
    struct model *m = kit_model(w->k, 1, 1);
    m->n_pools = 1;
    m->pools = &(struct model_pool){IR_NONE, 1};
    m->lanes[0].pool = 0;
    w->s = semantics_new(w->a, m);
    FOLLOW(w, "A!M");
    struct reasons r = reasons(w, SAFETY_DEADLOCK);
    assert_string_equal(r.at[0].what, "waits to send M to B");
    assert_has(r.at[0].why, "the mailbox that all lanes to B share is full (1 of 1), and B itself waits for N from A");
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
        TEST(a_timeout_an_interrupt_and_what_they_drop),
        TEST(an_interrupt_says_what_it_outdates),
        TEST(a_dropped_message_ends_in_a_cross),
        TEST(a_lost_message_ends_in_a_cross),
        TEST(a_list_tells_the_same),
        TEST(a_caught_crash_marks_who_catches_it),
        TEST(reasons_name_later_phases_and_interrupts),
        TEST(a_full_pool_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
