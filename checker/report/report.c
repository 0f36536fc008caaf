/* report.c -- conclusions, and the report as text. */
#include "report.h"

#include "buf.h"

/* As it calls itself. */
static const char *engine_title(const struct engine_result *e)
{
    return strcmp(e->engine, "spin") == 0 ? "SPIN" : e->engine;
}

/* ---- conclusions ---- */

static bool definite(const struct engine_result *e)
{
    return !e->failed && e->result != VERDICT_INCONCLUSIVE;
}

static const char *disagreement(const struct property *p, struct arena *a)
{
    const struct engine_result *x = &p->engines[0], *y = &p->engines[1];
    return arena_printf(a, "the engines disagree: %s says %s, %s says %s", engine_title(x), verdict_word(x->result),
                        engine_title(y), verdict_word(y->result));
}

/* What a tool says may have several lines. */
static const char *one_line(char *text)
{
    for (char *p = text; *p; p++)
        if (*p == '\n')
            *p = ' ';
    return text;
}

void property_conclude(struct property *p, struct arena *a)
{
    p->result = VERDICT_INCONCLUSIVE;
    for (uint32_t i = 0; i < p->n_engines; i++) {
        const struct engine_result *e = &p->engines[i];
        if (e->failed)
            p->error = one_line(arena_printf(a, "%s failed: %s", engine_title(e), e->why));
        else if (definite(e))
            p->result = e->result;
    }
    bool both = p->n_engines == 2 && definite(&p->engines[0]) && definite(&p->engines[1]);
    if (both && p->engines[0].result != p->engines[1].result)
        p->error = disagreement(p, a);
}

const char *verdict_word(enum verdict v)
{
    switch (v) {
    case VERDICT_HOLDS:
        return "holds";
    case VERDICT_INCONCLUSIVE:
        return "inconclusive";
    case VERDICT_VIOLATED:
        return "violated";
    }
    return "?";
}

enum report_verdict report_verdict(const struct report *r)
{
    enum report_verdict v = REPORT_HOLDS;
    if (r->wrong || r->internal)
        return REPORT_ERROR;
    for (uint32_t i = 0; i < r->properties.n; i++) {
        const struct property *p = &r->properties.at[i];
        if (p->result == VERDICT_VIOLATED)
            return REPORT_VIOLATED;
        if (p->result == VERDICT_INCONCLUSIVE)
            v = REPORT_INCONCLUSIVE;
    }
    return v;
}

const char *report_verdict_word(enum report_verdict v)
{
    static const char *const words[] = {"holds", "inconclusive", "violated", "error"};
    return words[v];
}

/* ---- text ---- */

enum { VERDICT_WIDTH = 12 };

static const char *property_word(const struct property *p)
{
    return p->error ? "error" : verdict_word(p->result);
}

static const char *word_color(const char *word)
{
    return *word == 'h' ? "\x1b[32m" : *word == 'i' ? "\x1b[33m" : "\x1b[31m";
}

static void put_word(struct buf *out, const char *word, bool color, uint32_t width)
{
    if (color)
        buf_puts(out, word_color(word));
    buf_puts(out, word);
    if (color)
        buf_puts(out, "\x1b[0m");
    buf_repeat(out, ' ', width > strlen(word) ? width - strlen(word) : 0);
}

/* "1,234" */
static void put_grouped(struct buf *out, uint64_t n)
{
    if (n >= 1000) {
        put_grouped(out, n / 1000);
        buf_printf(out, ",%03u", (unsigned)(n % 1000));
    } else {
        buf_printf(out, "%u", (unsigned)n);
    }
}

static void put_engine(struct buf *out, const struct engine_result *e)
{
    buf_puts(out, engine_title(e));
    if (strcmp(e->engine, "z3") != 0) { /* a solver has no states to count */
        buf_putc(out, ' ');
        put_grouped(out, e->states);
        buf_puts(out, e->states == 1 ? " state" : " states");
    }
    if (e->reduction)
        buf_printf(out, " (%s)", e->reduction);
    if (e->failed)
        buf_puts(out, " (failed)");
    else if (e->result == VERDICT_INCONCLUSIVE)
        buf_puts(out, " (not all)");
}

static void put_engines(struct buf *out, const struct property *p)
{
    double seconds = 0;
    for (uint32_t i = 0; i < p->n_engines; i++) {
        buf_puts(out, i ? ", " : "");
        put_engine(out, &p->engines[i]);
        seconds += p->engines[i].seconds;
    }
    if (p->cached)
        buf_puts(out, ", cached");
    else if (seconds > 0)
        buf_printf(out, ", %.2f s", seconds);
}

static void put_reasons(struct buf *out, const struct property *p)
{
    if (p->error)
        buf_printf(out, "      %s\n", p->error);
    for (uint32_t i = 0; i < p->n_engines; i++)
        if (p->engines[i].result == VERDICT_INCONCLUSIVE && !p->engines[i].failed && p->engines[i].why)
            buf_printf(out, "      %s: %s\n", engine_title(&p->engines[i]), p->engines[i].why);
}

/* What a verdict on a formula leaves open. */
static void put_remarks(struct buf *out, const struct property *p)
{
    bool weak = p->fairness && strcmp(p->fairness, "weak") == 0;
    if (p->otherwise)
        buf_printf(out, "      %s under weak fairness, %s without fairness\n",
                   weak ? verdict_word(p->result) : p->otherwise, weak ? p->otherwise : verdict_word(p->result));
    else if (weak && strncmp(p->title, "ltl ", 4) != 0) /* of formulas the scope tells */
        buf_puts(out, "      under weak fairness to participants, whatever they choose\n");
    if (p->vacuous)
        buf_printf(out, "      vacuous: %s\n", p->vacuous);
}

static void put_property(const struct report *r, const struct property *p, struct buf *out, int title_width,
                         int subject_width, const struct chart_style *style)
{
    buf_puts(out, "  ");
    put_word(out, property_word(p), style->color, VERDICT_WIDTH);
    buf_printf(out, "  %-*s  %-*s  ", title_width, p->title, subject_width, p->subject);
    put_engines(out, p);
    while (out->n && out->p[out->n - 1] == ' ')
        out->p[--out->n] = '\0';
    buf_putc(out, '\n');
    put_reasons(out, p);
    put_remarks(out, p);
    if (p->story) {
        buf_putc(out, '\n');
        chart_draw(out, r->a, p->story, style);
        buf_putc(out, '\n');
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void put_verdict(const struct report *r, struct buf *out, bool color)
{
    uint32_t n = r->properties.n, holds = 0;
    for (uint32_t i = 0; i < n; i++)
        holds += r->properties.at[i].result == VERDICT_HOLDS && !r->properties.at[i].error;
    put_word(out, report_verdict_word(report_verdict(r)), color, 0);
    buf_printf(out, ": %s, ", r->path);
    if (n == 0)
        buf_puts(out, "nothing was checked\n");
    else
        buf_printf(out, "%u of %u %s\n", holds, n, n == 1 ? "property holds" : "properties hold");
}

void report_render_text(const struct report *r, struct buf *out, const struct chart_style *style)
{
    int title_width = 0, subject_width = 0;
    const struct property *before = NULL;
    for (uint32_t i = 0; i < r->properties.n; i++) {
        int t = (int)strlen(r->properties.at[i].title), s = (int)strlen(r->properties.at[i].subject);
        title_width = t > title_width ? t : title_width;
        subject_width = s > subject_width ? s : subject_width;
    }
    buf_printf(out, "%s\n", r->path);
    for (uint32_t i = 0; i < r->properties.n; i++) {
        const struct property *p = &r->properties.at[i];
        bool same = before && same_text(p->subject, before->subject) && same_text(p->scope, before->scope);
        if (p->scope && !same)
            buf_printf(out, "  %s: %s\n", p->subject, p->scope);
        put_property(r, p, out, title_width, subject_width, style);
        before = p;
    }
    for (uint32_t i = 0; i < r->notes.n; i++)
        buf_printf(out, "  note: %s\n", r->notes.at[i]);
    put_verdict(r, out, style->color);
}
