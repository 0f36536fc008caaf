/* chart.c -- see chart.h.
 *
 *     A          B          C
 *     │          │          │
 *     ●───Ping──▷│          │     a.proto-session:7
 *     │┄┄┄Ping┄┄▶●          │     a.proto-session:7
 *
 * An interrupt has a double line, a message that nobody will receive ends in a cross; a diamond is an event that its
 * participant catches.
 *
 * A row is an array of cells, a character each, so that arrows may cross columns; names are ASCII, so that a byte is a
 * cell too. Only participants that act or wait get a column.
 */
#include "chart.h"

#include "buf.h"

enum {
    LEAST_PITCH = 10, /* cells from column to column */
    MOST_PITCH = 30,
    HEAD_ROWS = 80, /* of a long story the first and the last rows are shown */
    TAIL_ROWS = 60
};

enum cell {
    C_BLANK, C_LIFE, C_ACT, C_CRASH, C_SOLID, C_DOTTED, C_INTO_R, C_INTO_L, C_OUT_R, C_OUT_L, C_CROSS,
    C_DOUBLE, /* of an interrupt */
    C_EVENT,
    C_LOST
};

static const char *const unicode_cells[] = {" ", "│", "●", "✗", "─", "┄", "▷", "◁", "▶", "◀", "┼", "═", "◆", "✗"};
static const char *const ascii_cells[] = {" ", "|", "*", "X", "-", ".", ">", "<", ">", "<", "+", "=", "#", "x"};

struct chart {
    struct buf *out;
    struct arena *a;
    const struct story *story;
    const struct chart_style *style;
    const struct model *m;
    struct events events;
    struct reasons reasons;
    uint32_t *column; /* [participants] or IR_NONE */
    uint32_t n_columns, pitch, width;
    uint32_t *of_column; /* [n_columns] participant */
    unsigned char *cells; /* [width] enum cell, or a character from 32 on */
};

/* ---- columns ---- */

static void note_actor(bool *seen, uint32_t p)
{
    if (p != IR_NONE)
        seen[p] = true;
}

static void choose_columns(struct chart *c)
{
    uint32_t n = c->m->n_participants;
    bool *seen = ARENA_ARRAY(c->a, bool, n);
    for (uint32_t i = 0; i < c->events.n; i++) {
        note_actor(seen, c->events.at[i].from);
        note_actor(seen, c->events.at[i].to);
        for (uint32_t k = 0; k < c->events.at[i].n_catchers; k++)
            note_actor(seen, c->events.at[i].catchers[k]);
    }
    for (uint32_t i = 0; i < c->reasons.n; i++) {
        note_actor(seen, c->reasons.at[i].wait.participant);
        note_actor(seen, c->reasons.at[i].wait.peer);
    }
    c->column = ARENA_ARRAY(c->a, uint32_t, n);
    c->of_column = ARENA_ARRAY(c->a, uint32_t, n);
    for (uint32_t p = 0; p < n; p++) {
        c->column[p] = seen[p] ? c->n_columns : IR_NONE;
        if (seen[p])
            c->of_column[c->n_columns++] = p;
    }
}

/* The smallest distance at which names and labels fit; false when the chart is then too wide. */
static bool choose_pitch(struct chart *c)
{
    size_t most = LEAST_PITCH;
    for (uint32_t i = 0; i < c->n_columns; i++) {
        size_t n = strlen(c->m->participants[c->of_column[i]].name) + 2;
        most = n > most ? n : most;
    }
    for (uint32_t i = 0; i < c->events.n; i++) {
        size_t n = c->events.at[i].message ? strlen(c->events.at[i].message) + 6 : 0;
        most = n > most ? n : most;
    }
    if (most > MOST_PITCH)
        return false;
    c->pitch = (uint32_t)most;
    c->width = c->pitch * c->n_columns;
    c->cells = arena_alloc(c->a, c->width + 1);
    return c->width <= c->style->width;
}

static uint32_t cell_of(const struct chart *c, uint32_t participant)
{
    return c->column[participant] * c->pitch + c->pitch / 2;
}

/* ---- rows ---- */

static void indent(struct chart *c)
{
    buf_puts(c->out, c->style->indent);
}

static void put_place(struct chart *c, struct span at)
{
    if (c->style->color)
        buf_puts(c->out, "\x1b[2m");
    buf_puts(c->out, source_where(c->m->ir->sources, at));
    if (c->style->color)
        buf_puts(c->out, "\x1b[0m");
}

/* Returns how many blank cells were left away at the end. */
static uint32_t put_cells(struct chart *c)
{
    const char *const *glyphs = c->style->ascii ? ascii_cells : unicode_cells;
    uint32_t n = c->width;
    while (n > 0 && c->cells[n - 1] == C_BLANK)
        n--;
    for (uint32_t i = 0; i < n; i++) {
        bool red = (c->cells[i] == C_CRASH || c->cells[i] == C_LOST || c->cells[i] == C_EVENT) && c->style->color;
        if (red)
            buf_puts(c->out, "\x1b[31m");
        if (c->cells[i] < ' ')
            buf_puts(c->out, glyphs[c->cells[i]]);
        else
            buf_putc(c->out, (char)c->cells[i]);
        if (red)
            buf_puts(c->out, "\x1b[0m");
    }
    return c->width - n;
}

static void clear_cells(struct chart *c)
{
    memset(c->cells, C_BLANK, c->width);
    for (uint32_t i = 0; i < c->n_columns; i++)
        c->cells[cell_of(c, c->of_column[i])] = C_LIFE;
}

static void put_text(struct chart *c, uint32_t at, const char *text, size_t n)
{
    for (size_t i = 0; i < n && at + i < c->width; i++)
        c->cells[at + i] = (unsigned char)text[i];
}

static void draw_header(struct chart *c)
{
    memset(c->cells, C_BLANK, c->width);
    for (uint32_t i = 0; i < c->n_columns; i++) {
        name n = c->m->participants[c->of_column[i]].name;
        size_t len = strlen(n);
        uint32_t middle = i * c->pitch + c->pitch / 2;
        put_text(c, middle - (uint32_t)len / 2, n, len);
    }
    indent(c);
    put_cells(c);
    buf_putc(c->out, '\n');
}

static void draw_blank(struct chart *c)
{
    clear_cells(c);
    indent(c);
    put_cells(c);
    buf_putc(c->out, '\n');
}

static enum cell line_of(const struct event *e)
{
    return e->kind == STEP_RECEIVE ? C_DOTTED : e->interrupt ? C_DOUBLE : C_SOLID;
}

static enum cell tip_of(const struct event *e, bool right)
{
    if (e->lost)
        return C_LOST;
    if (e->kind == STEP_RECEIVE)
        return right ? C_OUT_R : C_OUT_L;
    return right ? C_INTO_R : C_INTO_L;
}

/* The arrow of a message between two lifelines; its acting end is a dot, its label stands in the middle of the gap next
 * to the sender. */
static void place_arrow(struct chart *c, const struct event *e)
{
    uint32_t from = cell_of(c, e->from), to = cell_of(c, e->to);
    bool right = from < to;
    uint32_t lo = (right ? from : to) + 1, hi = right ? to : from; /* the cells between */
    for (uint32_t i = lo; i < hi; i++)
        c->cells[i] = c->cells[i] == C_LIFE ? C_CROSS : (unsigned char)line_of(e);
    c->cells[right ? hi - 1 : lo] = (unsigned char)tip_of(e, right);
    c->cells[e->kind == STEP_RECEIVE ? to : from] = C_ACT;
    uint32_t n = (uint32_t)strlen(e->message), gap = c->pitch - 1;
    uint32_t start = right ? from + 1 : from - gap; /* of the gap next to the sender */
    put_text(c, start + (gap - n) / 2, e->message, n);
}

static void place_crash(struct chart *c, const struct event *e)
{
    for (uint32_t i = 0; i < c->n_columns; i++)
        if (c->m->participants[c->of_column[i]].instance == e->instance)
            c->cells[cell_of(c, c->of_column[i])] = C_CRASH;
    for (uint32_t i = 0; i < e->n_catchers; i++)
        c->cells[cell_of(c, e->catchers[i])] = C_EVENT;
}

static void draw_event(struct chart *c, const struct event *e)
{
    clear_cells(c);
    if (e->kind == STEP_CRASH)
        place_crash(c, e);
    else if (e->kind == STEP_EVENT)
        c->cells[cell_of(c, e->from)] = C_EVENT;
    else
        place_arrow(c, e);
    indent(c);
    buf_repeat(c->out, ' ', put_cells(c) + 2);
    put_place(c, e->at);
    if (e->note)
        buf_printf(c->out, "  %s", e->note);
    buf_putc(c->out, '\n');
}

/* The same without columns. */
static void list_event(struct chart *c, uint32_t i)
{
    const struct event *e = &c->events.at[i];
    struct buf text = {0};
    if (e->kind == STEP_RECEIVE)
        buf_printf(&text, "%s takes %s from %s", e->to_name, e->message, e->from_name);
    else if (e->kind == STEP_SEND || e->kind == STEP_LOSS)
        buf_printf(&text, "%s sends %s to %s", e->from_name, e->message, e->to_name);
    if (e->note)
        buf_printf(&text, "%s%s", text.n ? ": " : "", e->note);
    indent(c);
    buf_printf(c->out, "%4u. %-52s  ", i + 1, buf_cstr(&text));
    put_place(c, e->at);
    buf_putc(c->out, '\n');
    buf_free(&text);
}

static void put_line(struct chart *c, const char *text)
{
    indent(c);
    buf_printf(c->out, "%s\n", text);
}

static void draw_events(struct chart *c, bool columns)
{
    uint32_t n = c->events.n, skip = n > HEAD_ROWS + TAIL_ROWS ? n - HEAD_ROWS - TAIL_ROWS : 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i == c->story->cycle)
            put_line(c, "-- from here on again and again:");
        if (skip && i == HEAD_ROWS)
            put_line(c, arena_printf(c->a, "-- %u events are left out here", skip));
        if (skip && i >= HEAD_ROWS && i < HEAD_ROWS + skip)
            continue;
        if (columns)
            draw_event(c, &c->events.at[i]);
        else
            list_event(c, i);
    }
    if (n == 0)
        put_line(c, "(in the first state already)");
}

/*   North  waits to send Label to East  a.proto-session:9
 *          the lane North -> East is full (1 of 1: Part), and East itself waits to send Label to South */
static void draw_reasons(struct chart *c)
{
    size_t name_width = 0, what_width = 0;
    for (uint32_t i = 0; i < c->reasons.n; i++) {
        size_t n = strlen(c->reasons.at[i].participant), w = strlen(c->reasons.at[i].what);
        name_width = n > name_width ? n : name_width;
        what_width = w > what_width ? w : what_width;
    }
    for (uint32_t i = 0; i < c->reasons.n; i++) {
        const struct reason *r = &c->reasons.at[i];
        bool again = i > 0 && c->reasons.at[i - 1].wait.participant == r->wait.participant;
        indent(c);
        buf_printf(c->out, "%-*s  %s%s", (int)name_width, again ? "" : r->participant, again ? "or " : "", r->what);
        if (r->at.hi > r->at.lo) {
            buf_repeat(c->out, ' ', what_width - strlen(r->what) + (again ? 2 : 5));
            put_place(c, r->at);
        }
        buf_putc(c->out, '\n');
        indent(c);
        buf_printf(c->out, "%*s  %s\n", (int)name_width, "", r->why);
    }
}

void chart_draw(struct buf *out, struct arena *a, const struct story *story, const struct chart_style *style)
{
    struct chart c = {.out = out, .a = a, .story = story, .style = style, .m = semantics_model(story->s)};
    c.events = events_of(a, story->s, &story->trail);
    bool stuck = story->cycle == IR_NONE || story->cycle == c.events.n;
    if (stuck)
        c.reasons = reasons_of(a, story->s, c.events.end, story->cycle == IR_NONE ? story->broken : SAFETY_KINDS);
    choose_columns(&c);
    bool columns = c.n_columns > 0 && choose_pitch(&c);
    if (columns) {
        draw_header(&c);
        draw_blank(&c);
    }
    draw_events(&c, columns);
    if (columns)
        draw_blank(&c);
    if (story->cycle == c.events.n)
        put_line(&c, "-- nothing happens any more");
    draw_reasons(&c);
}
