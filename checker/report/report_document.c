/* report_document.c -- see report_document.h. */
#include "report_document.h"

#include "buf.h"
#include "json.h"

/* ---- findings ---- */

static struct span place_of(const struct finding *f)
{
    if (f->reasons.n && f->reasons.at[0].at.hi > f->reasons.at[0].at.lo)
        return f->reasons.at[0].at;
    return f->events.n ? f->events.at[f->events.n - 1].at : f->p->at;
}

static const char *why_of(const struct property *p, enum verdict v)
{
    for (uint32_t i = 0; i < p->n_engines; i++)
        if (p->engines[i].result == v && p->engines[i].why)
            return p->engines[i].why;
    return NULL;
}

static const char *sentence_of(const struct report *r, const struct finding *f)
{
    const struct property *p = f->p;
    const char *unsure = why_of(p, VERDICT_INCONCLUSIVE), *violated = why_of(p, VERDICT_VIOLATED);
    struct buf b = {0};
    buf_printf(&b, "%s of %s ", p->title, p->subject);
    if (f->verdict == REPORT_ERROR)
        buf_printf(&b, "has no verdict: %s", p->error);
    else if (f->verdict == REPORT_INCONCLUSIVE)
        buf_printf(&b, "is inconclusive: %s", unsure ? unsure : "a budget ran out");
    else
        buf_printf(&b, "is violated%s%s", violated ? ": " : "", violated ? violated : "");
    if (f->events.n)
        buf_printf(&b, " after %u event%s", f->events.n, f->events.n == 1 ? "" : "s");
    for (uint32_t i = 0; i < f->reasons.n; i++)
        buf_printf(&b, "%s %s %s: %s", i ? ";" : ".", f->reasons.at[i].participant, f->reasons.at[i].what,
                   f->reasons.at[i].why);
    const char *text = arena_strndup(r->a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

const char *diag_prose(const struct report *r, const struct diag *x)
{
    struct buf b = {0};
    buf_puts(&b, x->message);
    for (uint32_t i = 0; i < x->notes.n; i++)
        buf_printf(&b, "\nnote: %s", x->notes.at[i]);
    if (x->help)
        buf_printf(&b, "\nhelp: %s", x->help);
    const char *text = arena_strndup(r->a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static void tell_story(const struct report *r, struct finding *f)
{
    const struct story *t = f->p->story;
    bool in_state = t->cycle == IR_NONE;
    f->events = events_of(r->a, t->s, &t->trail);
    if (in_state || t->cycle == f->events.n)
        f->reasons = reasons_of(r->a, t->s, f->events.end, in_state ? t->broken : SAFETY_KINDS);
}

bool finding_of(const struct report *r, const struct property *p, struct finding *out)
{
    *out = (struct finding){.p = p};
    if (!p->error && p->result == VERDICT_HOLDS)
        return false;
    out->verdict = p->error                            ? REPORT_ERROR
                   : p->result == VERDICT_INCONCLUSIVE ? REPORT_INCONCLUSIVE
                                                       : REPORT_VIOLATED;
    if (p->story)
        tell_story(r, out);
    out->at = place_of(out);
    out->text = sentence_of(r, out);
    return true;
}

/* ---- documents ---- */

void document_head(enum report_format f, const char *version, struct buf *out)
{
    if (f == REPORT_SARIF)
        sarif_head(version, out);
    else if (f == REPORT_JUNIT)
        junit_head(out);
}

void document_part(enum report_format f, const struct report *r, const struct chart_style *style, struct buf *out)
{
    struct json j;
    switch (f) {
    case REPORT_TEXT: report_render_text(r, out, style); return;
    case REPORT_JSON:
        j = json_begin(out);
        report_render_json(r, &j);
        json_end(&j);
        return;
    case REPORT_SARIF: sarif_part(r, out); return;
    case REPORT_JUNIT: junit_part(r, out); return;
    case REPORT_GITHUB: github_part(r, out); return;
    }
}

const char *document_between(enum report_format f)
{
    return f == REPORT_SARIF ? ",\n" : "";
}

void document_foot(enum report_format f, struct buf *out)
{
    if (f == REPORT_SARIF)
        sarif_foot(out);
    else if (f == REPORT_JUNIT)
        junit_foot(out);
}
