/* report_test.c -- conclusions from two engines, and the report as text and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "buf.h"
#include "json.h"
#include "model_kit.h"
#include "report.h"

struct world {
    struct arena *a;
    struct report r;
    struct buf out;
};

static int setup(void **ctx)
{
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    struct sources *sources = sources_new(w->a);
    sources_add(sources, "a.proto-session", "x\n", 2);
    w->r = (struct report){.a = w->a, .path = "a.proto-session", .sources = sources, .diags = diags_new(w->a)};
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

static struct engine_result says(const char *engine, enum verdict v)
{
    return (struct engine_result){engine, v, false, 1234, 0.25, v == VERDICT_INCONCLUSIVE ? "no time" : NULL, NULL};
}

static struct property *add(struct world *w, struct engine_result x, struct engine_result y)
{
    struct property p = {.title = "fidelity", .subject = "S", .n_engines = 2, .engines = {x, y}};
    property_conclude(&p, w->a);
    vec_push(w->a, w->r.properties, p);
    return &vec_last(w->r.properties);
}

static const char *text(struct world *w)
{
    struct chart_style style = {true, false, 100, ""};
    report_render_text(&w->r, &w->out, &style);
    return buf_cstr(&w->out);
}

static void assert_has(const char *all, const char *part)
{
    if (!strstr(all, part))
        fail_msg("\"%s\" is not in:\n%s", part, all);
}

/* ---- conclusions ---- */

static void engines_that_differ_are_an_error(void **ctx)
{
    struct world *w = *ctx;
    struct property *p = add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_VIOLATED));
    assert_string_equal(p->error, "the engines disagree: explorer says holds, SPIN says violated");
    p = add(w, says("explorer", VERDICT_VIOLATED), says("spin", VERDICT_HOLDS));
    assert_non_null(p->error);
}

static void engines_that_agree_conclude(void **ctx)
{
    struct world *w = *ctx;
    assert_int_equal(add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_HOLDS))->result, VERDICT_HOLDS);
    assert_int_equal(add(w, says("explorer", VERDICT_VIOLATED), says("spin", VERDICT_VIOLATED))->result,
                     VERDICT_VIOLATED);
}

static void one_definite_answer_is_enough(void **ctx)
{
    struct world *w = *ctx;
    struct property *p = add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_INCONCLUSIVE));
    assert_int_equal(p->result, VERDICT_HOLDS);
    assert_null(p->error);
    p = add(w, says("explorer", VERDICT_INCONCLUSIVE), says("spin", VERDICT_VIOLATED));
    assert_int_equal(p->result, VERDICT_VIOLATED);
}

static void no_definite_answer_is_inconclusive(void **ctx)
{
    struct world *w = *ctx;
    struct property *p = add(w, says("explorer", VERDICT_INCONCLUSIVE), says("spin", VERDICT_INCONCLUSIVE));
    assert_int_equal(p->result, VERDICT_INCONCLUSIVE);
}

static void no_engine_is_inconclusive(void **ctx)
{
    struct world *w = *ctx;
    struct property p = {.title = "fidelity", .subject = "S"};
    property_conclude(&p, w->a);
    assert_int_equal(p.result, VERDICT_INCONCLUSIVE);
}

static void a_failed_engine_is_an_error_whatever_the_other_says(void **ctx)
{
    struct world *w = *ctx;
    struct engine_result broken = {"spin", VERDICT_INCONCLUSIVE, true, 0, 0, "it fell over\nbadly", NULL};
    assert_string_equal(add(w, says("explorer", VERDICT_HOLDS), broken)->error, "SPIN failed: it fell over badly");
}

static void verdicts_outweigh_each_other(void **ctx)
{
    struct world *w = *ctx;
    assert_int_equal(report_verdict(&w->r), REPORT_HOLDS);
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_HOLDS));
    assert_int_equal(report_verdict(&w->r), REPORT_HOLDS);
    add(w, says("explorer", VERDICT_INCONCLUSIVE), says("spin", VERDICT_INCONCLUSIVE));
    assert_int_equal(report_verdict(&w->r), REPORT_INCONCLUSIVE);
    add(w, says("explorer", VERDICT_VIOLATED), says("spin", VERDICT_VIOLATED));
    assert_int_equal(report_verdict(&w->r), REPORT_VIOLATED);
    w->r.wrong = true;
    assert_int_equal(report_verdict(&w->r), REPORT_ERROR);
}

/* ---- text ---- */

static void a_line_a_property_and_a_verdict(void **ctx)
{
    struct world *w = *ctx;
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_HOLDS));
    assert_string_equal(text(w), "a.proto-session\n"
                                 "  holds         fidelity  S  explorer 1,234 states, SPIN 1,234 states, 0.50 s\n"
                                 "holds: a.proto-session, 1 of 1 property holds\n");
}

static void an_engine_that_gave_up_says_why(void **ctx)
{
    struct world *w = *ctx;
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_INCONCLUSIVE));
    const char *t = text(w);
    assert_has(t, "SPIN 1,234 states (not all)");
    assert_has(t, "      SPIN: no time\n");
}

static void an_error_is_not_counted_as_holding(void **ctx)
{
    struct world *w = *ctx;
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_VIOLATED));
    w->r.internal = true;
    const char *t = text(w);
    assert_has(t, "  error         fidelity");
    assert_has(t, "error: a.proto-session, 0 of 1 property holds\n");
}

static void a_scope_is_said_once(void **ctx)
{
    struct world *w = *ctx;
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_HOLDS))->scope = "2 sessions";
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_HOLDS))->scope = "2 sessions";
    const char *first = strstr(text(w), "  S: 2 sessions\n");
    assert_non_null(first);
    assert_null(strstr(first + 8, "2 sessions"));
}

static void nothing_checked_is_said(void **ctx)
{
    struct world *w = *ctx;
    w->r.wrong = true;
    assert_has(text(w), "error: a.proto-session, nothing was checked\n");
}

/* ---- JSON ---- */

static void json_has_the_fields_in_order(void **ctx)
{
    struct world *w = *ctx;
    struct json j = json_begin(&w->out);
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_INCONCLUSIVE));
    report_render_json(&w->r, &j);
    json_end(&j);
    const char *at = buf_cstr(&w->out);
    static const char *const parts[] = {
        "\"file\": \"a.proto-session\"", "\"verdict\": \"holds\"", "\"properties\": [", "\"name\": \"fidelity\"",
        "\"subject\": \"S\"", "\"result\": \"holds\"", "\"engines\": [", "\"engine\": \"explorer\"",
        "\"result\": \"holds\"", "\"states\": 1234", "\"seconds\": 0.25", "\"engine\": \"spin\"",
        "\"result\": \"inconclusive\"", "\"why\": \"no time\"", "\"counterexample\": null", "\"diagnostics\": ["};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = strstr(at, parts[i]);
        if (!at)
            fail_msg("no %s, or not in its place, in:\n%s", parts[i], buf_cstr(&w->out));
    }
}

static void json_names_an_error(void **ctx)
{
    struct world *w = *ctx;
    struct json j = json_begin(&w->out);
    add(w, says("explorer", VERDICT_HOLDS), says("spin", VERDICT_VIOLATED));
    w->r.internal = true;
    report_render_json(&w->r, &j);
    json_end(&j);
    assert_has(buf_cstr(&w->out), "\"verdict\": \"error\"");
    assert_has(buf_cstr(&w->out), "\"why\": \"the engines disagree");
}

static void json_tells_events_and_losses(void **ctx)
{
    struct world *w = *ctx;
    struct kit *k = kit_new(w->a);
    k->verify.loss = 1;
    kit_timeout(k, "A", 0);
    kit_role(k, "A", "0 B!M 1, 1 B?N 2, 1 @0 3, 3 B!!Stop 4, 4 B?Bye 5");
    kit_role(k, "B", "0 A?M 1, 0 A??Stop 2, 1 A!N 2, 1 A??Stop 2");
    const struct model *m = kit_model(k, 1, 1);
    struct semantics *s = semantics_new(w->a, m);
    struct step steps[] = {{.kind = STEP_LOSS}, {.kind = STEP_EVENT, .edge = 2}, {.kind = STEP_SEND, .edge = 3}};
    struct story story = {s, {3, steps}, IR_NONE, SAFETY_DEADLOCK};
    w->r.sources = k->ir.sources;
    add(w, says("explorer", VERDICT_VIOLATED), says("spin", VERDICT_VIOLATED))->story = &story;
    struct json j = json_begin(&w->out);
    report_render_json(&w->r, &j);
    json_end(&j);
    const char *at = buf_cstr(&w->out);
    static const char *const parts[] = {
        "\"kind\": \"loss\"", "\"message\": \"M\"", "\"lost\": true", "\"note\": \"lost in transit\"",
        "\"kind\": \"event\"", "\"from\": \"A\"", "\"to\": null", "\"message\": null", "\"event\": \"timeout\"",
        "\"note\": \"A times out after 1s\"", "\"kind\": \"send\"", "\"message\": \"Stop\"", "\"interrupt\": true"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = strstr(at, parts[i]);
        if (!at)
            fail_msg("no %s, or not in its place, in:\n%s", parts[i], buf_cstr(&w->out));
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(engines_that_differ_are_an_error),
        TEST(engines_that_agree_conclude),
        TEST(one_definite_answer_is_enough),
        TEST(no_definite_answer_is_inconclusive),
        TEST(no_engine_is_inconclusive),
        TEST(a_failed_engine_is_an_error_whatever_the_other_says),
        TEST(verdicts_outweigh_each_other),
        TEST(a_line_a_property_and_a_verdict),
        TEST(an_engine_that_gave_up_says_why),
        TEST(an_error_is_not_counted_as_holding),
        TEST(a_scope_is_said_once),
        TEST(nothing_checked_is_said),
        TEST(json_has_the_fields_in_order),
        TEST(json_names_an_error),
        TEST(json_tells_events_and_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
