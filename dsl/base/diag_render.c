/* diag_render.c -- diagnostics as text with carets, and as JSON.
 *
 *   error[E0104]: message
 *     --> file:line:column
 *      |
 *    9 | source line
 *      |    ^^^^ label of the place itself
 *      = note: ...
 *      = help: ...
 *
 * Every labelled place is a mark on one source line; a span of several lines is marked on its first. Marks are shown
 * in the order of files (the diagnostic's own first) and lines. What reaches the terminal is clean: a tab becomes
 * blanks; control characters, bidirectional overrides and bytes that are not UTF-8 become U+FFFD; of a long line the
 * part around its first mark is shown.
 */
#include "buf.h"
#include "diag.h"
#include "json.h"

enum {
    TAB = 4,
    LINE_COLUMNS = 110, /* of source text shown at most */
    LEAD = 40           /* bytes shown before the first mark of a line that is cut */
};

struct mark {
    struct span at;
    const char *text; /* may be NULL or empty */
    bool primary;
    struct position pos;
    uint32_t from, to; /* display columns, from < to; set while its line is drawn */
};
typedef VEC(struct mark) mark_vec;

struct canvas {
    const struct sources *s;
    struct buf *out;
    bool color;
    int gutter; /* width of the line numbers */
};

enum style { PLAIN, BOLD, RED, YELLOW, BLUE, GREEN };

static void style(const struct canvas *c, enum style to)
{
    static const char *const escapes[] = {"\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1;32m"};
    if (c->color)
        buf_puts(c->out, escapes[to]);
}

static void styled(const struct canvas *c, enum style to, const char *text)
{
    style(c, to);
    buf_puts(c->out, text);
    style(c, PLAIN);
}

static bool nowhere(const struct sources *s, struct span at)
{
    return at.file >= s->n || (at.file == 0 && at.lo == 0 && at.hi == 0);
}

/* ---- one source line ---- */

/* Decodes the character at s[0..n): its length in bytes; *shown is false where it must not reach the terminal. */
static uint32_t decode(const unsigned char *s, uint32_t n, bool *shown)
{
    *shown = s[0] >= 0x20 && s[0] < 0x7f;
    if (s[0] < 0x80)
        return 1;
    uint32_t len = s[0] < 0xc2 || s[0] > 0xf4 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (!len || len > n)
        return 1;
    uint32_t code = s[0] & (0xffu >> (len + 1));
    for (uint32_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 1;
        code = code << 6 | (s[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool valid = code >= least[len] && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    bool control = code < 0xa0 || code == 0x2028 || code == 0x2029;
    bool reorders = code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                    (code >= 0x2066 && code <= 0x2069);
    *shown = valid && !control && !reorders;
    return valid ? len : 1;
}

/* Sets from/to of the marks for a character that covers bytes [at, at + len) and columns [from, to). */
static void place_marks(struct mark *marks, uint32_t n, uint32_t at, uint32_t len, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < n; i++) {
        struct mark *m = &marks[i];
        if (m->at.lo >= at && m->at.lo < at + len)
            m->from = from;
        if (m->at.hi > at && m->at.lo < at + len)
            m->to = to;
    }
}

static uint32_t window_start(const char *line, uint32_t n, uint32_t first_mark)
{
    if (n <= LINE_COLUMNS || first_mark <= LEAD + 20)
        return 0;
    uint32_t at = first_mark - LEAD;
    while (at < first_mark && ((unsigned char)line[at] & 0xc0) == 0x80)
        at++;
    return at;
}

/* Writes the text of the line on which `marks` lie and gives each its columns. */
static void draw_source(struct canvas *c, struct mark *marks, uint32_t n_marks, uint32_t file, uint32_t line)
{
    uint32_t n, column = 0;
    const char *text = source_line(c->s, file, line, &n);
    uint32_t base = c->s->at[file]->line_starts[line - 1];
    uint32_t first = n_marks ? marks[0].at.lo - base : 0;
    uint32_t i = window_start(text, n, first), end;
    if (i > 0) {
        buf_puts(c->out, "...");
        column = 3;
    }
    for (uint32_t k = 0; k < n_marks; k++) /* until they are met: at the end of what is shown */
        marks[k].from = marks[k].to = UINT32_MAX;
    for (; i < n && column < LINE_COLUMNS; i += end) {
        bool shown;
        end = decode((const unsigned char *)text + i, n - i, &shown);
        uint32_t width = text[i] == '\t' ? TAB - column % TAB : 1;
        if (text[i] == '\t')
            buf_repeat(c->out, ' ', width);
        else if (shown)
            buf_putn(c->out, text + i, end);
        else
            buf_puts(c->out, "\xef\xbf\xbd");
        place_marks(marks, n_marks, base + i, end, column, column + width);
        column += width;
    }
    if (i < n)
        buf_puts(c->out, "...");
    for (uint32_t k = 0; k < n_marks; k++) {
        if (marks[k].from == UINT32_MAX)
            marks[k].from = column;
        if (marks[k].to == UINT32_MAX || marks[k].to <= marks[k].from)
            marks[k].to = marks[k].from + 1;
    }
    buf_putc(c->out, '\n');
}

/* ---- the rows below a line ---- */

static void gutter(const struct canvas *c, uint32_t line)
{
    style(c, BLUE);
    if (line)
        buf_printf(c->out, "%*u |", c->gutter, line);
    else
        buf_printf(c->out, "%*s |", c->gutter, "");
    style(c, PLAIN);
}

static bool labelled(const struct mark *m) { return m->text && *m->text; }
static enum style mark_style(const struct mark *m) { return m->primary ? RED : BLUE; }

static void pad_to(const struct canvas *c, uint32_t *column, uint32_t to)
{
    for (; *column < to; ++*column)
        buf_putc(c->out, ' ');
}

/* Underlines; where two marks cover a column the primary one wins, then the later one. Returns the width. */
static uint32_t draw_underlines(const struct canvas *c, const struct mark *marks, uint32_t n)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < n; i++)
        width = marks[i].to > width ? marks[i].to : width;
    for (uint32_t column = 0; column < width; column++) {
        const struct mark *on = NULL;
        for (uint32_t i = 0; i < n; i++)
            if (column >= marks[i].from && column < marks[i].to && !(on && on->primary))
                on = &marks[i];
        if (!on)
            buf_putc(c->out, ' ');
        else
            styled(c, mark_style(on), on->primary ? "^" : "-");
    }
    return width;
}

/* A row with a bar under each labelled mark before `until`; returns the column reached. */
static uint32_t draw_bars(const struct canvas *c, const struct mark *marks, uint32_t until)
{
    uint32_t column = 0;
    gutter(c, 0);
    buf_putc(c->out, ' ');
    for (uint32_t i = 0; i < until; i++) {
        if (!labelled(&marks[i]) || marks[i].from < column)
            continue;
        pad_to(c, &column, marks[i].from);
        styled(c, mark_style(&marks[i]), "|");
        column++;
    }
    return column;
}

/* The marks of one line, sorted by their start: underlines, the last label beside them, the others hanging below. */
static void draw_marks(const struct canvas *c, const struct mark *marks, uint32_t n)
{
    gutter(c, 0);
    buf_putc(c->out, ' ');
    uint32_t width = draw_underlines(c, marks, n), hanging = n;
    if (labelled(&marks[n - 1]) && marks[n - 1].to == width) {
        buf_putc(c->out, ' ');
        styled(c, mark_style(&marks[n - 1]), marks[n - 1].text);
        hanging = n - 1;
    }
    buf_putc(c->out, '\n');
    for (bool first = true; hanging > 0; hanging--) {
        const struct mark *m = &marks[hanging - 1];
        if (!labelled(m))
            continue;
        if (first) {
            draw_bars(c, marks, hanging);
            buf_putc(c->out, '\n');
            first = false;
        }
        uint32_t column = draw_bars(c, marks, hanging - 1);
        if (column > m->from) /* shares its column with a bar */
            buf_putc(c->out, ' ');
        pad_to(c, &column, m->from);
        styled(c, mark_style(m), m->text);
        buf_putc(c->out, '\n');
    }
}

/* ---- one diagnostic ---- */

static bool mark_before(const struct mark *x, const struct mark *y, uint32_t home)
{
    if (x->at.file != y->at.file)
        return x->at.file == home || (y->at.file != home && x->at.file < y->at.file);
    if (x->pos.line != y->pos.line)
        return x->pos.line < y->pos.line;
    return x->pos.column < y->pos.column;
}

static void add_mark(const struct canvas *c, struct arena *a, mark_vec *marks, struct mark m, uint32_t home)
{
    if (nowhere(c->s, m.at))
        return;
    m.pos = source_position(c->s, m.at.file, m.at.lo);
    vec_push(a, *marks, m);
    for (uint32_t i = marks->n - 1; i > 0 && mark_before(&marks->at[i], &marks->at[i - 1], home); i--) {
        struct mark swap = marks->at[i];
        marks->at[i] = marks->at[i - 1];
        marks->at[i - 1] = swap;
    }
}

static void collect(struct canvas *c, struct arena *a, const struct diag *x, mark_vec *marks)
{
    add_mark(c, a, marks, (struct mark){.at = x->at, .text = x->label, .primary = true}, x->at.file);
    for (uint32_t i = 0; i < x->labels.n; i++)
        add_mark(c, a, marks, (struct mark){.at = x->labels.at[i].at, .text = x->labels.at[i].text}, x->at.file);
    c->gutter = 1;
    for (uint32_t i = 0; i < marks->n; i++) {
        int digits = 1;
        for (uint32_t k = marks->at[i].pos.line; k >= 10; k /= 10)
            digits++;
        c->gutter = digits > c->gutter ? digits : c->gutter;
    }
}

static void draw_line(struct canvas *c, struct mark *marks, uint32_t n, uint32_t file, uint32_t line)
{
    gutter(c, line);
    buf_putc(c->out, ' ');
    draw_source(c, marks, n, file, line);
    if (n)
        draw_marks(c, marks, n);
}

/* From the line shown last to the next one: nothing, the one line between, or dots. */
static void draw_gap(struct canvas *c, uint32_t file, uint32_t last, uint32_t next)
{
    if (next == last + 2)
        draw_line(c, NULL, 0, file, last + 1);
    else if (next > last + 2)
        buf_puts(c->out, "...\n");
}

static void draw_place(const struct canvas *c, const char *arrow, struct span at)
{
    struct position p = source_position(c->s, at.file, at.lo);
    buf_printf(c->out, "%*s", c->gutter, "");
    styled(c, BLUE, arrow);
    buf_printf(c->out, " %s:%u:%u\n", c->s->at[at.file]->path, p.line, p.column);
    gutter(c, 0);
    buf_putc(c->out, '\n');
}

static void draw_snippets(struct canvas *c, const struct diag *x, struct mark *marks, uint32_t n)
{
    uint32_t last = 0;
    for (uint32_t i = 0, end; i < n; i = end) {
        struct mark *m = &marks[i];
        for (end = i + 1; end < n && marks[end].at.file == m->at.file && marks[end].pos.line == m->pos.line; end++)
            ;
        bool new_file = i == 0 || marks[i - 1].at.file != m->at.file;
        if (new_file)
            draw_place(c, i == 0 ? "-->" : ":::", i == 0 ? x->at : m->at);
        else
            draw_gap(c, m->at.file, last, m->pos.line);
        draw_line(c, m, end - i, m->at.file, m->pos.line);
        last = m->pos.line;
    }
}

static void draw_remark(const struct canvas *c, const char *kind, const char *text)
{
    buf_printf(c->out, "%*s ", c->gutter, "");
    styled(c, BLUE, "=");
    buf_putc(c->out, ' ');
    styled(c, BOLD, kind);
    buf_printf(c->out, ": %s\n", text);
}

static void draw(struct canvas *c, struct arena *a, const struct diag *x)
{
    bool error = diag_code_severity(x->code) == SEV_ERROR;
    style(c, error ? RED : YELLOW);
    buf_printf(c->out, "%s[%s]", error ? "error" : "warning", diag_code_name(x->code));
    style(c, PLAIN);
    style(c, BOLD);
    buf_printf(c->out, ": %s", x->message);
    style(c, PLAIN);
    buf_putc(c->out, '\n');
    mark_vec marks = {0};
    collect(c, a, x, &marks);
    if (nowhere(c->s, x->at) && x->at.file < c->s->n)
        buf_printf(c->out, "%*s--> %s\n", c->gutter, "", c->s->at[x->at.file]->path);
    if (!nowhere(c->s, x->at))
        draw_snippets(c, x, marks.at, marks.n);
    for (uint32_t i = 0; i < x->notes.n; i++)
        draw_remark(c, "note", x->notes.at[i]);
    if (x->help)
        draw_remark(c, "help", x->help);
}

void diags_render_text(const struct diags *d, const struct sources *s, struct buf *out, bool color)
{
    struct canvas c = {.s = s, .out = out, .color = color};
    for (uint32_t i = 0; i < d->n; i++) {
        draw(&c, d->a, d->at[i]);
        buf_putc(out, '\n');
    }
}

/* ---- JSON ---- */

static void json_place(const struct sources *s, struct span at, struct json *out)
{
    bool some = at.file < s->n;
    struct position p = some ? source_position(s, at.file, at.lo) : (struct position){1, 1};
    json_string(out, "file", some ? s->at[at.file]->path : NULL);
    json_uint(out, "line", p.line);
    json_uint(out, "column", p.column);
}

static void json_labels(const struct diag *x, const struct sources *s, struct json *out)
{
    json_open_array(out, "labels");
    for (uint32_t i = 0; i < x->labels.n; i++) {
        json_open_object(out, NULL);
        json_string(out, "text", x->labels.at[i].text);
        json_place(s, x->labels.at[i].at, out);
        json_close_object(out);
    }
    json_close_array(out);
}

static void json_notes(const struct diag *x, struct json *out)
{
    json_open_array(out, "notes");
    for (uint32_t i = 0; i < x->notes.n; i++)
        json_string(out, NULL, x->notes.at[i]);
    json_close_array(out);
}

/* Both ends; the end is the column behind the last one that is replaced. */
static void json_fixes(const struct diag *x, const struct sources *s, struct json *out)
{
    json_open_array(out, "fixes");
    for (uint32_t i = 0; i < x->fixes.n; i++) {
        const struct diag_fix *f = &x->fixes.at[i];
        json_open_object(out, NULL);
        json_place(s, f->at, out);
        struct position end = source_position(s, f->at.file, f->at.hi);
        json_uint(out, "end_line", end.line);
        json_uint(out, "end_column", end.column);
        json_string(out, "text", f->text);
        json_close_object(out);
    }
    json_close_array(out);
}

void diags_render_json(const struct diags *d, const struct sources *s, struct json *out)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct diag *x = d->at[i];
        json_open_object(out, NULL);
        json_string(out, "code", diag_code_name(x->code));
        json_string(out, "severity", diag_code_severity(x->code) == SEV_ERROR ? "error" : "warning");
        json_string(out, "message", x->message);
        json_place(s, x->at, out);
        if (x->help)
            json_string(out, "help", x->help);
        if (x->notes.n)
            json_notes(x, out);
        if (x->labels.n)
            json_labels(x, s, out);
        if (x->fixes.n)
            json_fixes(x, s, out);
        json_close_object(out);
    }
}
