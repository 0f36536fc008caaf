/* report_junit.c -- JUnit XML: a suite a file, a case a property. What is violated is a failure; what has no verdict, an
 * inconclusive property included, is an error, since no reader takes that for success. */
#include "buf.h"
#include "report_document.h"

enum { CHART_WIDTH = 100 };

/* Text for an attribute or an element. XML 1.0 has no place for other control characters. */
static void put_text(struct buf *out, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '&')
            buf_puts(out, "&amp;");
        else if (c == '<')
            buf_puts(out, "&lt;");
        else if (c == '>')
            buf_puts(out, "&gt;");
        else if (c == '"')
            buf_puts(out, "&quot;");
        else
            buf_putc(out, c < 0x20 && c != '\n' && c != '\t' ? ' ' : (char)c);
    }
}

static void put_attribute(struct buf *out, const char *key, const char *value)
{
    buf_printf(out, " %s=\"", key);
    put_text(out, value);
    buf_putc(out, '"');
}

static double seconds_of(const struct property *p)
{
    double all = 0;
    for (uint32_t i = 0; i < p->n_engines; i++)
        all += p->engines[i].seconds;
    return all;
}

static void put_outcome(struct buf *out, const struct report *r, const struct finding *f)
{
    const char *element = f->verdict == REPORT_VIOLATED ? "failure" : "error";
    buf_printf(out, "      <%s", element);
    put_attribute(out, "type", report_verdict_word(f->verdict));
    put_attribute(out, "message", f->text);
    buf_putc(out, '>');
    if (f->p->story) {
        struct buf chart = {0};
        chart_draw(&chart, r->a, f->p->story, &(struct chart_style){.width = CHART_WIDTH, .indent = ""});
        put_text(out, "\n");
        put_text(out, buf_cstr(&chart));
        buf_free(&chart);
    }
    buf_printf(out, "</%s>\n", element);
}

static void put_case(struct buf *out, const struct report *r, const struct property *p)
{
    struct finding f;
    buf_puts(out, "    <testcase");
    put_attribute(out, "classname", p->subject);
    put_attribute(out, "name", p->scope ? arena_printf(r->a, "%s (%s)", p->title, p->scope) : p->title);
    buf_printf(out, " time=\"%.3f\"", seconds_of(p));
    if (!finding_of(r, p, &f)) {
        buf_puts(out, "/>\n");
        return;
    }
    buf_puts(out, ">\n");
    put_outcome(out, r, &f);
    buf_puts(out, "    </testcase>\n");
}

/* The file itself is a case: what is wrong with it has a place of its own. Diagnostics that explain a violation, and
 * warnings, are output of it. */
static void put_file_case(struct buf *out, const struct report *r)
{
    buf_puts(out, "    <testcase");
    put_attribute(out, "classname", r->path);
    put_attribute(out, "name", "the file");
    if (r->diags->n == 0 && !r->wrong) {
        buf_puts(out, "/>\n");
        return;
    }
    struct buf text = {0};
    diags_render_text(r->diags, r->sources, &text, false);
    buf_printf(out, ">\n      <%s", r->wrong ? "error type=\"error\"" : "system-out");
    if (r->wrong)
        put_attribute(out, "message", arena_printf(r->a, "%u error%s", r->diags->n_errors,
                                                   r->diags->n_errors == 1 ? "" : "s"));
    buf_puts(out, ">\n");
    put_text(out, buf_cstr(&text));
    buf_printf(out, "</%s>\n    </testcase>\n", r->wrong ? "error" : "system-out");
    buf_free(&text);
}

void junit_head(struct buf *out)
{
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"motet\">\n");
}

void junit_part(const struct report *r, struct buf *out)
{
    uint32_t failures = 0, errors = r->wrong;
    double seconds = 0;
    for (uint32_t i = 0; i < r->properties.n; i++) {
        const struct property *p = &r->properties.at[i];
        failures += !p->error && p->result == VERDICT_VIOLATED;
        errors += p->error || p->result == VERDICT_INCONCLUSIVE;
        seconds += seconds_of(p);
    }
    buf_puts(out, "  <testsuite");
    put_attribute(out, "name", r->path);
    buf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\" time=\"%.3f\">\n",
               r->properties.n + 1, failures, errors, seconds);
    put_file_case(out, r);
    for (uint32_t i = 0; i < r->properties.n; i++)
        put_case(out, r, &r->properties.at[i]);
    buf_puts(out, "  </testsuite>\n");
}

void junit_foot(struct buf *out)
{
    buf_puts(out, "</testsuites>\n");
}
