/* report_github.c -- workflow commands of GitHub Actions: each finding becomes an annotation at its line.
 *
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions: in a message %, CR and LF are
 * escaped, in a property `:` and `,` as well.
 */
#include "buf.h"
#include "report_document.h"

enum { CHART_WIDTH = 100 };

static void put_escaped(struct buf *out, const char *s, bool property)
{
    for (; *s; s++) {
        if (*s == '%' || *s == '\r' || *s == '\n' || (property && (*s == ':' || *s == ',')))
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
        else
            buf_putc(out, *s);
    }
}

static void put_head(struct buf *out, const char *command, const struct report *r, struct span at, const char *title)
{
    bool placed = at.hi > at.lo || at.lo > 0;
    struct position pos = placed ? source_position(r->sources, at.file, at.lo) : (struct position){1, 1};
    buf_printf(out, "::%s file=", command);
    put_escaped(out, placed ? r->sources->at[at.file]->path : r->path, true);
    buf_printf(out, ",line=%u,col=%u,title=", pos.line, pos.column);
    put_escaped(out, title, true);
    buf_puts(out, "::");
}

static void put_finding(const struct report *r, const struct finding *f, struct buf *out)
{
    put_head(out, f->verdict == REPORT_INCONCLUSIVE ? "warning" : "error", r, f->at,
             arena_printf(r->a, "%s: %s", f->p->subject, f->p->title));
    put_escaped(out, f->text, false);
    if (f->p->story) {
        struct buf chart = {0};
        chart_draw(&chart, r->a, f->p->story, &(struct chart_style){.width = CHART_WIDTH, .indent = ""});
        put_escaped(out, "\n\n", false);
        put_escaped(out, buf_cstr(&chart), false);
        buf_free(&chart);
    }
    buf_putc(out, '\n');
}

static void put_diag(const struct report *r, const struct diag *x, struct buf *out)
{
    bool error = diag_code_severity(x->code) == SEV_ERROR;
    put_head(out, error ? "error" : "warning", r, x->at, diag_code_name(x->code));
    put_escaped(out, diag_prose(r, x), false);
    buf_putc(out, '\n');
}

void github_part(const struct report *r, struct buf *out)
{
    struct finding f;
    for (uint32_t i = 0; i < r->diags->n; i++)
        put_diag(r, r->diags->at[i], out);
    for (uint32_t i = 0; i < r->properties.n; i++)
        if (finding_of(r, &r->properties.at[i], &f))
            put_finding(r, &f, out);
    buf_printf(out, "%s: %s\n", report_verdict_word(report_verdict(r)), r->path);
}
