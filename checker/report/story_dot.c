/* story_dot.c -- a counterexample as a space-time diagram in Graphviz's language: a line for each participant, downwards
 * in time, an arrow from each send to the receive that takes its message (Lamport, "Time, Clocks, and the Ordering of
 * Events", 1978). A message that nobody takes ends in a box: it is still in its lane, or was lost. */
#include "buf.h"
#include "frames.h"

static void put_quoted(struct buf *out, const char *s)
{
    buf_putc(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *s == '\n' ? ' ' : *s);
    }
    buf_putc(out, '"');
}

/* The participant on whose line the event stands; of a crash each that the instance plays. */
static bool acts(const struct frames *f, const struct event *e, uint32_t p)
{
    if (e->kind == STEP_CRASH)
        return f->m->participants[p].instance == e->instance;
    return p == (e->kind == STEP_RECEIVE ? e->to : e->from);
}

/* Places in inches: a column a participant, a row an event. */
static double column(uint32_t p) { return 2.2 * p; }
static double row(uint32_t i) { return -0.42 * (i + 1.5); }

static void put_place(struct buf *out, double x, double y)
{
    buf_printf(out, "pos=\"%.2f,%.2f!\", ", x, y);
}

static void put_event_node(struct buf *out, struct arena *a, const struct frames *f, uint32_t i, uint32_t p)
{
    const struct event *e = &f->events.at[i];
    bool plain = e->message && !e->note;
    buf_printf(out, "  e%u_%u [", i, p);
    put_place(out, column(p), row(i));
    if (plain) {
        buf_puts(out, "shape=point, width=0.08");
    } else {
        buf_puts(out, e->kind == STEP_CRASH ? "color=red3, fontcolor=red3, " : "");
        buf_puts(out, "shape=note, style=filled, fillcolor=white, label=");
        put_quoted(out, event_words(a, e));
    }
    buf_puts(out, ", tooltip=");
    put_quoted(out, arena_printf(a, "%s %s", source_where(f->m->ir->sources, e->at), event_words(a, e)));
    buf_puts(out, "];\n");
}

static void put_life(struct buf *out, const char *from, const char *to)
{
    buf_printf(out, "  %s -> %s [style=dotted, arrowhead=none];\n", from, to);
}

/* One line of life: its events in a row, and what it waits for at the end. */
static void put_line(struct buf *out, struct arena *a, const struct frames *f, uint32_t p)
{
    const char *last = arena_printf(a, "p%u", p);
    uint32_t waits = 0;
    buf_printf(out, "  p%u [", p);
    put_place(out, column(p), 0);
    buf_puts(out, "shape=box, style=bold, label=");
    put_quoted(out, f->m->participants[p].name);
    buf_puts(out, "];\n");
    for (uint32_t i = 0; i < f->events.n; i++) {
        if (!acts(f, &f->events.at[i], p))
            continue;
        put_event_node(out, a, f, i, p);
        const char *here = arena_printf(a, "e%u_%u", i, p);
        put_life(out, last, here);
        last = here;
    }
    for (uint32_t i = 0; i < f->reasons.n; i++) {
        if (f->reasons.at[i].wait.participant != p)
            continue;
        const char *here = arena_printf(a, "w%u", i);
        buf_printf(out, "  %s [", here);
        put_place(out, column(p), row(f->events.n + 1 + waits++ + (p & 1))); /* neighbours have room for their words */
        buf_puts(out, "shape=box, style=rounded, color=red3, height=0.3, label=");
        put_quoted(out, f->reasons.at[i].what);
        buf_puts(out, ", tooltip=");
        put_quoted(out, f->reasons.at[i].why);
        buf_puts(out, "];\n");
        put_life(out, last, here);
        last = here;
    }
}

static bool still_in_lane(const struct frames *f, const struct event *e)
{
    return e->lane != IR_NONE && semantics_lane_length(f->story->s, f->events.end, e->lane) > 0;
}

static void put_message(struct buf *out, struct arena *a, const struct frames *f, uint32_t i)
{
    const struct event *e = &f->events.at[i];
    if (f->match[i] != FRAME_NONE) {
        buf_printf(out, "  e%u_%u -> e%d_%u [label=", i, e->from, (int)f->match[i], e->to);
        put_quoted(out, e->message);
        buf_puts(out, "];\n");
        return;
    }
    buf_printf(out, "  m%u [", i);
    put_place(out, column(e->from) + (e->to > e->from ? 1.1 : -1.1), row(i) - 0.15);
    buf_puts(out, "shape=box, style=dashed, height=0.25, fontsize=10, label=");
    put_quoted(out, arena_printf(a, "%s to %s: %s", e->message, e->to_name,
                                 still_in_lane(f, e) ? "not taken" : "lost"));
    buf_printf(out, "];\n  e%u_%u -> m%u [style=dashed];\n", i, e->from, i);
}

void story_dot(struct buf *out, struct arena *a, const struct story *story, const char *title)
{
    const struct frames *f = frames_of(a, story);
    buf_puts(out, "digraph counterexample {\n  layout=neato; splines=false; labelloc=t; label=");
    put_quoted(out, title);
    buf_puts(out, ";\n  fontname=\"Helvetica\"; node [fontname=\"Helvetica\", fontsize=11]; "
                  "edge [fontname=\"Helvetica\", fontsize=10];\n");
    for (uint32_t p = 0; p < f->m->n_participants; p++)
        put_line(out, a, f, p);
    for (uint32_t i = 0; i < f->events.n; i++) {
        enum step_kind kind = f->events.at[i].kind;
        if (kind == STEP_SEND || kind == STEP_LOSS)
            put_message(out, a, f, i);
    }
    buf_puts(out, "}\n");
}
