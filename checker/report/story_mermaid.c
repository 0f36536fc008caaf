/* story_mermaid.c -- a counterexample as a sequence diagram in the language of Mermaid. A solid open arrow sends into a
 * lane, a dotted one takes from it, as in the chart for the terminal. */
#include "buf.h"
#include "frames.h"

/* Mermaid ends a text at `;` and reads `#` as an entity; both have entities of their own. */
static void put_text(struct buf *out, const char *s)
{
    for (; *s; s++) {
        if (*s == ';' || *s == '#')
            buf_printf(out, "#%u;", (unsigned)*s);
        else
            buf_putc(out, *s == '\n' ? ' ' : *s);
    }
}

static void put_event(struct buf *out, struct arena *a, const struct event *e)
{
    if (!e->message) {
        buf_puts(out, "  note over ");
        if (e->from == IR_NONE)
            buf_puts(out, "p0");
        else
            buf_printf(out, "p%u", e->from);
        buf_puts(out, ": ");
        put_text(out, event_words(a, e));
    } else {
        buf_printf(out, "  p%u%sp%u: ", e->from, e->kind == STEP_RECEIVE ? "--)" : "-)", e->to);
        put_text(out, e->message);
        if (e->note) {
            buf_puts(out, " (");
            put_text(out, e->note);
            buf_putc(out, ')');
        }
    }
    buf_putc(out, '\n');
}

void story_mermaid(struct buf *out, struct arena *a, const struct story *story, const char *title)
{
    const struct frames *f = frames_of(a, story);
    buf_puts(out, "---\ntitle: \"");
    put_text(out, title);
    buf_puts(out, "\"\n---\nsequenceDiagram\n");
    for (uint32_t p = 0; p < f->m->n_participants; p++) {
        buf_printf(out, "  participant p%u as ", p);
        put_text(out, f->m->participants[p].name);
        buf_putc(out, '\n');
    }
    bool open = false;
    for (uint32_t i = 0; i < f->events.n; i++) {
        if (i == story->cycle) {
            buf_puts(out, "  loop again and again\n");
            open = true;
        }
        put_event(out, a, &f->events.at[i]);
    }
    if (open)
        buf_puts(out, "  end\n");
    for (uint32_t i = 0; i < f->reasons.n; i++) {
        const struct reason *r = &f->reasons.at[i];
        buf_printf(out, "  note over p%u: ", r->wait.participant);
        put_text(out, arena_printf(a, "%s: %s", r->what, r->why));
        buf_putc(out, '\n');
    }
}
