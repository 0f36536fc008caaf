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

static void put_event_node(struct buf *out, struct arena *a, const struct frames *f, uint32_t i, uint32_t p)
{
    const struct event *e = &f->events.at[i];
    bool plain = e->message && !e->note;
    buf_printf(out, "  e%u_%u [group=p%u, ", i, p, p);
    if (plain) {
        buf_puts(out, "shape=point, width=0.08");
    } else {
        buf_puts(out, e->kind == STEP_CRASH ? "color=red3, fontcolor=red3, " : "");
        buf_puts(out, "shape=note, label=");
        put_quoted(out, event_words(a, e));
    }
    buf_puts(out, ", tooltip=");
    put_quoted(out, arena_printf(a, "%s %s", source_where(f->m->ir->sources, e->at), event_words(a, e)));
    buf_puts(out, "];\n");
}

/* One line of life: its events in a row, and what it waits for at the end. */
static void put_line(struct buf *out, struct arena *a, const struct frames *f, uint32_t p)
{
    const char *last = arena_printf(a, "p%u", p);
    buf_printf(out, "  p%u [group=p%u, shape=box, style=bold, label=", p, p);
    put_quoted(out, f->m->participants[p].name);
    buf_puts(out, "];\n");
    for (uint32_t i = 0; i < f->events.n; i++) {
        if (!acts(f, &f->events.at[i], p))
            continue;
        put_event_node(out, a, f, i, p);
        const char *here = arena_printf(a, "e%u_%u", i, p);
        buf_printf(out, "  %s -> %s [style=dotted, arrowhead=none, weight=100];\n", last, here);
        last = here;
    }
    for (uint32_t i = 0; i < f->reasons.n; i++) {
        if (f->reasons.at[i].wait.participant != p)
            continue;
        buf_printf(out, "  w%u [group=p%u, shape=box, style=rounded, color=red3, label=", i, p);
        put_quoted(out, f->reasons.at[i].what);
        buf_puts(out, ", tooltip=");
        put_quoted(out, f->reasons.at[i].why);
        buf_printf(out, "];\n  %s -> w%u [style=dotted, arrowhead=none, weight=100];\n", last, i);
        last = arena_printf(a, "w%u", i);
    }
}

static void put_message(struct buf *out, const struct frames *f, uint32_t i)
{
    const struct event *e = &f->events.at[i];
    bool taken = f->match[i] != FRAME_NONE;
    if (!taken) {
        bool lost = true;
        for (uint32_t k = 0; e->lane != IR_NONE && k < semantics_lane_length(f->story->s, f->events.end, e->lane); k++)
            lost = false;
        buf_printf(out, "  m%u [shape=box, style=dashed, label=\"%s\"];\n", i, lost ? "lost" : "not taken");
        buf_printf(out, "  e%u_%u -> m%u [style=dashed, ", i, e->from, i);
    } else {
        buf_printf(out, "  e%u_%u -> e%d_%u [", i, e->from, (int)f->match[i], e->to);
    }
    buf_puts(out, "label=");
    put_quoted(out, e->message);
    buf_puts(out, "];\n");
}

/* Events of different lines keep the order in which they happened. */
static void put_order(struct buf *out, const struct frames *f)
{
    uint32_t event = IR_NONE, line = 0;
    for (uint32_t i = 0; i < f->events.n; i++)
        for (uint32_t p = 0; p < f->m->n_participants; p++) {
            if (!acts(f, &f->events.at[i], p))
                continue;
            if (event != IR_NONE)
                buf_printf(out, "  e%u_%u -> e%u_%u [style=invis, weight=0];\n", event, line, i, p);
            event = i, line = p;
            break;
        }
}

void story_dot(struct buf *out, struct arena *a, const struct story *story, const char *title)
{
    const struct frames *f = frames_of(a, story);
    buf_puts(out, "digraph counterexample {\n  label=");
    put_quoted(out, title);
    buf_puts(out, ";\n  labelloc=t; ranksep=0.25; nodesep=0.6; splines=line;\n"
                  "  fontname=\"Helvetica\"; node [fontname=\"Helvetica\", fontsize=11]; "
                  "edge [fontname=\"Helvetica\", fontsize=10];\n");
    for (uint32_t p = 0; p < f->m->n_participants; p++)
        put_line(out, a, f, p);
    buf_puts(out, "  { rank=same;");
    for (uint32_t p = 0; p < f->m->n_participants; p++)
        buf_printf(out, " p%u;", p);
    buf_puts(out, " }\n");
    for (uint32_t p = 0; p + 1 < f->m->n_participants; p++)
        buf_printf(out, "  p%u -> p%u [style=invis];\n", p, p + 1);
    for (uint32_t i = 0; i < f->events.n; i++) {
        enum step_kind kind = f->events.at[i].kind;
        if (kind == STEP_SEND || kind == STEP_LOSS)
            put_message(out, f, i);
    }
    put_order(out, f);
    buf_puts(out, "}\n");
}
