/* promela_test.c -- the rendering itself: names, lines and steps, limits. What it means is spin_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spin_kit.h"

struct world {
    struct arena *a;
    struct kit *k;
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
    arena_free(w->a);
    free(w);
    return 0;
}

static struct promela render(struct world *w, const struct model *m)
{
    struct promela p;
    assert_true(promela_render(w->a, m, &p));
    assert_null(p.problem);
    return p;
}

static void has(const struct promela *p, const char *part)
{
    if (strstr(p->text, part) == NULL)
        fail_msg("no \"%s\" in\n%s", part, p->text);
}

static const char *line_of(struct world *w, const struct promela *p, uint32_t line)
{
    const char *at = p->text;
    for (uint32_t i = 1; i < line; i++) {
        at = strchr(at, '\n');
        assert_non_null(at);
        at++;
    }
    return arena_strndup(w->a, at, strcspn(at, "\n"));
}

/* ---- limits ---- */

static struct model *ping(struct world *w, uint32_t capacity)
{
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    return kit_model(w->k, 1, capacity);
}

static void refused(struct world *w, const struct model *m, const char *why)
{
    struct promela p;
    assert_false(promela_render(w->a, m, &p));
    assert_non_null(p.problem);
    assert_null(p.text);
    if (strstr(p.problem, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", p.problem, why);
}

static void a_lane_beyond_a_byte_is_refused(void **ctx)
{
    struct world *w = *ctx;
    refused(w, ping(w, 256), "256 messages");
    w->k = kit_new(w->a);
    render(w, ping(w, 255));
}

static void too_many_participants_are_refused(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    render(w, kit_model(w->k, 125, 1));
    refused(w, kit_model(w->k, 126, 1), "252 participants");
}

static void too_many_lanes_are_refused(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 C!x 2");
    kit_role(w->k, "B", "0 C!x 1, 1 A?x 2");
    kit_role(w->k, "C", "0 A?x 1, 1 B?x 2, 2 A!x 3");
    refused(w, kit_model(w->k, 70, 1), "280 lanes");
}

static void a_large_state_is_refused(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1, 1 B?x 2");
    kit_role(w->k, "B", "0 A!x 1, 1 A?x 2");
    render(w, kit_model(w->k, 100, 255));
    kit_role(w->k, "C", "0 D!x 1, 1 D?x 2");
    kit_role(w->k, "D", "0 C!x 1, 1 C?x 2");
    refused(w, kit_model(w->k, 62, 255), "bytes");
}

static void too_many_ways_to_crash_are_refused(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_child(w->k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1000, IR_NONE);
    refused(w, kit_model(w->k, 1, 1), "crash budgets");
}

static void too_many_events_are_refused(void **ctx)
{
    struct world *w = *ctx;
    struct model *m = ping(w, 1);
    struct ltl *all = ltl_op(w->k, LTL_TRUE, NULL, NULL);
    for (uint32_t i = 0; i < 31; i++) {
        struct ltl *f = ltl_event(w->k, LTL_SENT, "A", "x");
        f->role.indexed = true;
        f->role.index = i;
        all = ltl_op(w->k, LTL_OR, all, f);
    }
    kit_ltl(w->k, m, all);
    refused(w, m, "different events");
}

/* ---- names ---- */

static void names_never_meet(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "P1", "0 Q!x 1");
    kit_role(w->k, "P2", "0 Q!x 1");
    kit_role(w->k, "Q", "0 P1?x 1, 1 P2?x 2");
    struct model *m = kit_model(w->k, 1, 1);
    m->participants[0].name = "P[1]";
    m->participants[2].name = "P_1"; /* the kit numbers roles by their first mention */
    struct promela p = render(w, m);
    has(&p, "active proctype p_P_1()");
    has(&p, "active proctype p_P_1__2()");
    has(&p, "chan c_P_1_Q = ");
    has(&p, "chan c_P_1__2_Q = ");
}

static void words_of_promela_are_no_danger(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "active", "0 end!chan 1");
    kit_role(w->k, "end", "0 active?chan 1");
    struct promela p = render(w, kit_model(w->k, 1, 1));
    has(&p, "active proctype p_active()");
    has(&p, "c_active_end!m_chan");
    assert_null(strstr(p.text, "proctype end"));
}

static void runs_have_names_of_their_own(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    struct promela p = render(w, kit_model(w->k, 2, 1));
    has(&p, "p_S_1_A()");
    has(&p, "p_S_2_A()");
}

/* ---- lines ---- */

static void each_step_stands_on_a_line_of_its_own(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 2);
    const struct model *m = kit_model(w->k, 1, 1);
    struct promela p = render(w, m);
    assert_int_equal(p.n_lines, m->n_edges);
    for (uint32_t i = 0; i < p.n_lines; i++) {
        assert_true(i == 0 || p.lines[i - 1].line < p.lines[i].line);
        const struct edge *e = step_edge(m, &p.lines[i].step);
        const char *line = line_of(w, &p, p.lines[i].line);
        const char *action = arena_printf(w->a, "%cm_%s,", e->dir == DIR_SEND ? '!' : '?',
                                          w->k->messages[e->message].name);
        assert_non_null(strstr(line, action));
        assert_non_null(strstr(line, strrchr(source_where(m->ir->sources, e->at), ':')));
        assert_int_equal((p.lines[i].step.kind == STEP_SEND), (e->dir == DIR_SEND));
    }
}

static void each_crash_stands_on_a_line_of_its_own(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1");
    uint32_t root = kit_supervisor(w->k, IR_NONE, ONE_FOR_ONE, 1);
    kit_child(w->k, root, "a", 1, RESTART_PERMANENT);
    kit_crashes(w->k, 1, kit_child(w->k, root, "b", 1, RESTART_TEMPORARY));
    struct promela p = render(w, kit_model(w->k, 1, 1));
    uint32_t crashes = 0;
    for (uint32_t i = 0; i < p.n_lines; i++)
        if (p.lines[i].step.kind == STEP_CRASH) {
            crashes++;
            assert_int_equal(p.lines[i].step.instance, 1);
            assert_non_null(strstr(line_of(w, &p, p.lines[i].line), "b crashes and stays down"));
        }
    assert_int_equal(crashes, 1);
}

static void what_nobody_sends_is_no_step(void **ctx)
{
    struct world *w = *ctx;
    kit_role(w->k, "A", "0 B!x 1");
    kit_role(w->k, "B", "0 A?x 1, 0 A?never 2, 1 C?x 2");
    kit_role(w->k, "C", "0 end");
    struct promela p = render(w, kit_model(w->k, 1, 1));
    assert_int_equal(p.n_lines, 2);
    assert_null(strstr(p.text, "never,"));
}

static void sources_are_named_without_folders(void **ctx)
{
    struct world *w = *ctx;
    struct sources *sources = sources_new(w->a);
    sources_add(sources, "/home/of/some/user.proto-session", "-\n-\n-\n-\n", 8);
    w->k->ir.sources = sources;
    struct promela p = render(w, ping(w, 1));
    has(&p, "/* user.proto-session:1 */");
    assert_null(strstr(p.text, "/home"));
}

static void the_same_model_gives_the_same_text(void **ctx)
{
    struct world *w = *ctx;
    kit_two_phase_commit(w->k, 3);
    const struct model *m = kit_model(w->k, 1, 1);
    assert_string_equal(render(w, m).text, render(w, m).text);
}

static void no_line_ends_in_blanks(void **ctx)
{
    struct world *w = *ctx;
    struct model *m = ping(w, 1);
    kit_ltl(w->k, m, ltl_op(w->k, LTL_EVENTUALLY, ltl_done(w->k), NULL));
    struct promela p = render(w, m);
    assert_null(strstr(p.text, " \n"));
    assert_null(strstr(p.text, "\n\n\n"));
    assert_int_equal(p.text[strlen(p.text) - 1], '\n');
}

/* ---- what it can do is said at its head ---- */

static void the_commands_name_each_formula(void **ctx)
{
    struct world *w = *ctx;
    struct model *m = ping(w, 1);
    kit_ltl(w->k, m, ltl_op(w->k, LTL_EVENTUALLY, ltl_done(w->k), NULL));
    struct promela p = render(w, m);
    assert_int_equal(p.n_claims, 1);
    assert_string_equal(p.claims[0], "l_f0");
    has(&p, "-a -f -ltl l_f0 FILE.pml");
    has(&p, "ltl l_f0 { (<> (COMPLETE_0)) }");
    m->fair_weak = false;
    p = render(w, m);
    has(&p, "-a -ltl l_f0 FILE.pml");
}

static void without_formulas_nothing_remembers_events(void **ctx)
{
    struct world *w = *ctx;
    struct promela p = render(w, ping(w, 1));
    assert_null(strstr(p.text, "ev;"));
    assert_null(strstr(p.text, "at_rest"));
    assert_int_equal(p.n_processes, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_lane_beyond_a_byte_is_refused),
        T(too_many_participants_are_refused),
        T(too_many_lanes_are_refused),
        T(a_large_state_is_refused),
        T(too_many_ways_to_crash_are_refused),
        T(too_many_events_are_refused),
        T(names_never_meet),
        T(words_of_promela_are_no_danger),
        T(runs_have_names_of_their_own),
        T(each_step_stands_on_a_line_of_its_own),
        T(each_crash_stands_on_a_line_of_its_own),
        T(what_nobody_sends_is_no_step),
        T(sources_are_named_without_folders),
        T(the_same_model_gives_the_same_text),
        T(no_line_ends_in_blanks),
        T(the_commands_name_each_formula),
        T(without_formulas_nothing_remembers_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
