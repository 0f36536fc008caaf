/* report_sarif.c -- SARIF 2.1.0 (OASIS): one run; each finding and each diagnostic is a result.
 *
 * A counterexample is a code flow with a thread flow for each participant that acts; `executionOrder` tells how their
 * events interleave. Parts are written as members of the array "results" and joined by document_between.
 */
#include <string.h>

#include "buf.h"
#include "json.h"
#include "report_document.h"

enum { RESULTS_INDENT = 8 };

static const struct {
    const char *id, *text;
} rules[] = {
    {"implementable", "every role's projection exists"},
    {"deadlock-free", "no reachable state is without a step while some participant has not ended"},
    {"fidelity", "nobody is left with messages alone that its state does not expect"},
    {"no-orphans", "nobody ends with a message of its session in a lane"},
    {"recovery", "no supervisor gives up for good, and every session that is not closed can go on"},
    {"progress", "every message can still be received, and whoever can only receive can still act"},
    {"no-unfinished", "whoever could still receive can still act"},
    {"no-leftovers", "no message is in a lane when all are at their end"},
    {"no-starvation", "nobody waits for ever, however choices are made"},
    {"any-capacity", "from some capacity of its lanes on a session is safe with every larger one"},
    {"early-choice", "each role knows from the first message of a branch which branch that is"},
    {"refinements", "some values fulfil each refinement, whatever came before"},
    {"ltl", "a formula of a verify block"},
    {"subtype", "an assertion that one local type may stand in for another"},
    {"equal", "an assertion that two local types may stand in for each other"},
};

/* The rule of a property: its title up to the first blank. */
static const char *rule_of(struct arena *a, const struct property *p)
{
    size_t n = strcspn(p->title, " ");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strlen(rules[i].id) == n && memcmp(rules[i].id, p->title, n) == 0)
            return rules[i].id;
    return arena_strndup(a, p->title, n);
}

/* ---- places ---- */

/* A path as a URI reference: bytes that may not stand in one are escaped. */
static const char *uri_of(struct arena *a, const char *path)
{
    static const char plain[] = "-._~/!$&'()*+,;=@";
    struct buf b = {0};
    if (path[0] == '/')
        buf_puts(&b, "file://");
    for (const char *s = path; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (letter || strchr(plain, c))
            buf_putc(&b, (char)c);
        else
            buf_printf(&b, "%%%02X", (unsigned)c);
    }
    const char *text = arena_strndup(a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static void put_region(struct json *j, const struct sources *s, struct span at)
{
    struct position lo = source_position(s, at.file, at.lo), hi = source_position(s, at.file, at.hi);
    json_open_object(j, "region");
    json_uint(j, "startLine", lo.line);
    json_uint(j, "startColumn", lo.column);
    json_uint(j, "endLine", hi.line);
    json_uint(j, "endColumn", hi.column);
    json_close_object(j);
}

static void put_message(struct json *j, const char *text)
{
    json_open_object(j, "message");
    json_string(j, "text", text);
    json_close_object(j);
}

/* Members of a location: with a region where there is a place, else the file as a whole. */
static void put_place(struct json *j, const struct report *r, struct span at)
{
    bool placed = at.hi > at.lo;
    json_open_object(j, "physicalLocation");
    json_open_object(j, "artifactLocation");
    json_string(j, "uri", uri_of(r->a, placed ? r->sources->at[at.file]->path : r->path));
    json_close_object(j);
    if (placed)
        put_region(j, r->sources, at);
    json_close_object(j);
}

static void put_locations(struct json *j, const struct report *r, struct span at)
{
    json_open_array(j, "locations");
    json_open_object(j, NULL);
    put_place(j, r, at);
    json_close_object(j);
    json_close_array(j);
}

/* ---- code flows ---- */

static void put_flow_event(struct json *j, const struct report *r, const struct event *e, uint32_t order)
{
    json_open_object(j, NULL);
    json_open_object(j, "location");
    put_place(j, r, e->at);
    put_message(j, arena_printf(r->a, "%s %s", event_actor(e), event_words(r->a, e)));
    json_close_object(j);
    json_uint(j, "executionOrder", order);
    json_close_object(j);
}

static bool acted_before(const struct events *es, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (event_actor(&es->at[k]) == event_actor(&es->at[i]))
            return true;
    return false;
}

static void put_code_flow(struct json *j, const struct report *r, const struct events *es)
{
    json_open_array(j, "codeFlows");
    json_open_object(j, NULL);
    json_open_array(j, "threadFlows");
    for (uint32_t i = 0; i < es->n; i++) {
        if (acted_before(es, i))
            continue;
        json_open_object(j, NULL);
        json_string(j, "id", event_actor(&es->at[i]));
        json_open_array(j, "locations");
        for (uint32_t k = i; k < es->n; k++)
            if (event_actor(&es->at[k]) == event_actor(&es->at[i]))
                put_flow_event(j, r, &es->at[k], k + 1);
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    json_close_array(j);
}

/* ---- results ---- */

static void put_finding(struct json *j, const struct report *r, const struct finding *f)
{
    json_open_object(j, NULL);
    json_string(j, "ruleId", rule_of(r->a, f->p));
    json_string(j, "level", f->verdict == REPORT_INCONCLUSIVE ? "warning" : "error");
    put_message(j, f->text);
    put_locations(j, r, f->at);
    if (f->events.n)
        put_code_flow(j, r, &f->events);
    json_open_object(j, "properties");
    json_string(j, "verdict", report_verdict_word(f->verdict));
    json_string(j, "scope", f->p->scope);
    json_close_object(j);
    json_close_object(j);
}

static void put_diag(struct json *j, const struct report *r, const struct diag *x)
{
    json_open_object(j, NULL);
    json_string(j, "ruleId", diag_code_name(x->code));
    json_string(j, "level", diag_code_severity(x->code) == SEV_ERROR ? "error" : "warning");
    put_message(j, diag_prose(r, x));
    put_locations(j, r, x->at);
    if (x->labels.n) {
        json_open_array(j, "relatedLocations");
        for (uint32_t i = 0; i < x->labels.n; i++) {
            json_open_object(j, NULL);
            put_place(j, r, x->labels.at[i].at);
            put_message(j, x->labels.at[i].text);
            json_close_object(j);
        }
        json_close_array(j);
    }
    json_close_object(j);
}

/* The array's members without its brackets, indented to their place in the document. */
static void put_members(struct buf *out, const struct buf *array)
{
    const char *text = buf_cstr(array), *lo = strchr(text, '\n'), *hi = strrchr(text, ']');
    if (!lo || !hi)
        return;
    for (const char *line = lo + 1; line < hi;) {
        const char *end = strchr(line, '\n');
        buf_repeat(out, ' ', RESULTS_INDENT - 2);
        buf_putn(out, line, (size_t)(end - line));
        line = end + 1;
        if (line < hi)
            buf_putc(out, '\n');
    }
}

void sarif_part(const struct report *r, struct buf *out)
{
    struct buf array = {0};
    struct json j = json_begin(&array);
    struct finding f;
    json_open_array(&j, NULL);
    for (uint32_t i = 0; i < r->diags->n; i++)
        put_diag(&j, r, r->diags->at[i]);
    for (uint32_t i = 0; i < r->properties.n; i++)
        if (finding_of(r, &r->properties.at[i], &f))
            put_finding(&j, r, &f);
    json_close_array(&j);
    json_end(&j);
    put_members(out, &array);
    buf_free(&array);
}

/* ---- the document ---- */

static void put_rule(struct json *j, const char *id, const char *text)
{
    json_open_object(j, NULL);
    json_string(j, "id", id);
    json_open_object(j, "shortDescription");
    json_string(j, "text", text);
    json_close_object(j);
    json_close_object(j);
}

static void put_driver(struct json *j, const char *version)
{
    json_open_object(j, "tool");
    json_open_object(j, "driver");
    json_string(j, "name", "motet");
    json_string(j, "version", version);
    json_open_array(j, "rules");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        put_rule(j, rules[i].id, rules[i].text);
    for (uint32_t c = 0; c < DIAG_CODES; c++)
        put_rule(j, diag_code_name((enum diag_code)c), diag_code_title((enum diag_code)c));
    json_close_array(j);
    json_close_object(j);
    json_close_object(j);
}

/* Writes the whole document without results and cuts it where they belong; `foot` gets the rest. */
static void split(const char *version, struct buf *head, struct buf *foot)
{
    static const char mark[] = "\"results\": [";
    struct buf all = {0};
    struct json j = json_begin(&all);
    json_open_object(&j, NULL);
    json_string(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_string(&j, "version", "2.1.0");
    json_open_array(&j, "runs");
    json_open_object(&j, NULL);
    put_driver(&j, version);
    json_open_array(&j, "results");
    json_close_array(&j);
    json_close_object(&j);
    json_close_array(&j);
    json_close_object(&j);
    json_end(&j);
    const char *cut = strstr(buf_cstr(&all), mark) + sizeof mark - 1;
    if (head)
        buf_putn(head, all.p, (size_t)(cut - all.p));
    if (foot)
        buf_puts(foot, cut);
    buf_free(&all);
}

void sarif_head(const char *version, struct buf *out)
{
    split(version, out, NULL);
    buf_putc(out, '\n');
}

void sarif_foot(struct buf *out)
{
    buf_putc(out, '\n');
    buf_repeat(out, ' ', RESULTS_INDENT - 2);
    split("", NULL, out);
}
