/* report_json.c -- the report as JSON: the format is part of the program's interface (docs/json.md). */
#include "buf.h"
#include "json.h"
#include "report.h"

static const char *const step_words[] = {[STEP_SEND] = "send", [STEP_RECEIVE] = "receive", [STEP_EVENT] = "event",
                                         [STEP_LOSS] = "loss", [STEP_CRASH] = "crash"};
static const char *const wait_words[] = {
    [WAIT_FULL] = "full", [WAIT_EMPTY] = "empty", [WAIT_UNEXPECTED] = "unexpected", [WAIT_ORPHAN] = "orphan",
    [WAIT_POOL] = "shared-full", [WAIT_LATER] = "later-phase", [WAIT_INTERRUPT] = "interrupt",
    [WAIT_VALUES] = "values"};

static void put_place(struct json *out, const struct sources *s, struct span at)
{
    json_string(out, "file", s->at[at.file]->path);
    json_uint(out, "line", source_position(s, at.file, at.lo).line);
}

static void put_engine(struct json *out, const struct engine_result *e)
{
    json_open_object(out, NULL);
    json_string(out, "engine", e->engine);
    json_string(out, "result", e->failed ? "error" : verdict_word(e->result));
    json_uint(out, "states", e->states);
    if (e->reduction)
        json_string(out, "reduction", e->reduction);
    json_double(out, "seconds", e->seconds);
    if (e->why)
        json_string(out, "why", e->why);
    json_close_object(out);
}

static void put_event(struct json *out, const struct sources *s, const struct event *e)
{
    json_open_object(out, NULL);
    json_string(out, "kind", step_words[e->kind]);
    json_string(out, "from", e->from_name);
    json_string(out, "to", e->to_name);
    json_string(out, "message", e->message);
    if (e->event)
        json_string(out, "event", e->event);
    if (e->interrupt)
        json_bool(out, "interrupt", true);
    if (e->lost)
        json_bool(out, "lost", true);
    put_place(out, s, e->at);
    if (e->note)
        json_string(out, "note", e->note);
    json_close_object(out);
}

static void put_reason(struct json *out, const struct sources *s, const struct reason *r)
{
    json_open_object(out, NULL);
    json_string(out, "participant", r->participant);
    json_string(out, "kind", wait_words[r->wait.kind]);
    json_string(out, "peer", r->peer);
    json_open_array(out, "messages");
    for (uint32_t i = 0; i < r->n_messages; i++)
        json_string(out, NULL, r->messages[i]);
    json_close_array(out);
    json_string(out, "what", r->what);
    json_string(out, "why", r->why);
    if (r->at.hi > r->at.lo)
        put_place(out, s, r->at);
    json_close_object(out);
}

static void put_story(struct json *out, const struct report *r, const struct story *t)
{
    struct events es = events_of(r->a, t->s, &t->trail);
    bool in_state = t->cycle == IR_NONE;
    struct reasons rs = {0, NULL};
    if (in_state || t->cycle == es.n)
        rs = reasons_of(r->a, t->s, es.end, in_state ? t->broken : SAFETY_KINDS);
    json_open_object(out, "counterexample");
    json_open_array(out, "events");
    for (uint32_t i = 0; i < es.n; i++)
        put_event(out, r->sources, &es.at[i]);
    json_close_array(out);
    if (!in_state)
        json_uint(out, "cycle", t->cycle);
    json_open_array(out, "waiting");
    for (uint32_t i = 0; i < rs.n; i++)
        put_reason(out, r->sources, &rs.at[i]);
    json_close_array(out);
    json_close_object(out);
}

static void put_property(struct json *out, const struct report *r, const struct property *p)
{
    json_open_object(out, NULL);
    json_string(out, "name", p->title);
    json_string(out, "subject", p->subject);
    if (p->scope)
        json_string(out, "scope", p->scope);
    if (p->fairness)
        json_string(out, "fairness", p->fairness);
    json_string(out, "result", p->error ? "error" : verdict_word(p->result));
    if (p->error)
        json_string(out, "why", p->error);
    if (p->cached)
        json_bool(out, "cached", true);
    if (p->otherwise)
        json_string(out, "otherwise", p->otherwise);
    if (p->vacuous)
        json_string(out, "vacuous", p->vacuous);
    json_open_array(out, "engines");
    for (uint32_t i = 0; i < p->n_engines; i++)
        put_engine(out, &p->engines[i]);
    json_close_array(out);
    if (p->story)
        put_story(out, r, p->story);
    else
        json_null(out, "counterexample");
    json_close_object(out);
}

void report_render_json(const struct report *r, struct json *out)
{
    json_open_object(out, NULL);
    json_string(out, "file", r->path);
    json_string(out, "verdict", report_verdict_word(report_verdict(r)));
    json_open_array(out, "properties");
    for (uint32_t i = 0; i < r->properties.n; i++)
        put_property(out, r, &r->properties.at[i]);
    json_close_array(out);
    json_open_array(out, "notes");
    for (uint32_t i = 0; i < r->notes.n; i++)
        json_string(out, NULL, r->notes.at[i]);
    json_close_array(out);
    json_open_array(out, "diagnostics");
    diags_render_json(r->diags, r->sources, out);
    json_close_array(out);
    json_close_object(out);
}
