/* format.c -- laying out pieces on lines.
 *
 * A file is a row of units: declarations, and in their blocks fields, statements, items, branches. A unit ends with
 * its `;`, its `,` or its last `}`. All blocks of a unit are laid out alike: on the unit's one line, if there was no
 * line end in them and the line is short enough, else with each unit in them on a line of its own. Text outside of
 * blocks is filled into lines.
 *
 * Invariants: (1) every decision depends only on the tokens, on which comments stand on which token's line, on whether
 * a unit's blocks will have a line end, and on blank lines; formatting changes none of these, so that doing it twice
 * changes nothing; (2) line comments and those at the end of a line take no part in what fits; (3) blanks are written
 * together with what follows them, so that no line ends in one.
 */
#include "format.h"

#include "buf.h"
#include "format_pieces.h"
#include "parser_internal.h"

enum {
    WIDTH = 100,
    INDENT = 2,
    HANG = 4,       /* of the lines that continue one */
    LEAST_ROOM = 40 /* deep inside blocks a line may pass WIDTH to hold this much */
};

enum { MAX_STOPS = 2 };

/* A declaration on one line, as far as aligning needs to know. Bytes and columns count from 0, bytes from the start of
 * the text. */
struct row {
    size_t start;
    uint32_t end_column; /* without the comments behind it */
    uint32_t n_stops;
    struct {
        size_t at;
        uint32_t column;
    } stops[MAX_STOPS];
    enum token_kind keyword;
    bool joins; /* the row before is on the line before, and of the same keyword */
};

/* Where writing stands; a copy of it is a place to return to. */
struct pen {
    size_t n; /* bytes of the output */
    uint32_t column;
    uint32_t indent;              /* of the line that is to begin */
    bool line_start;              /* nothing is on the line yet */
    bool must_end;                /* a line comment is on it */
    bool over;                    /* some token passed the limit */
    const struct piece *last;     /* on this line */
    const struct piece *last_token;
    uint32_t n_stops;
};

struct layout {
    struct arena *a;
    struct pieces p;
    struct buf *out;
    struct pen pen;
    uint32_t base; /* the indentation of the current unit */
    struct row row;
    const struct piece *stops[MAX_STOPS]; /* the pieces that are aligned, of the current declaration */
    VEC(struct row) rows;
};

/* ---- columns ---- */

/* The column after `c`, which stands at `column`: tabs go to multiples of 8, bytes within a character count nothing. */
static uint32_t next_column(uint32_t column, char c)
{
    if (c == '\t')
        return (column / 8 + 1) * 8;
    return column + (((unsigned char)c & 0xc0) != 0x80);
}

static uint32_t source_column(const struct pieces *p, uint32_t at)
{
    uint32_t line = at, column = 0;
    while (line > 0 && p->text[line - 1] != '\n')
        line--;
    for (; line < at; line++)
        column = next_column(column, p->text[line]);
    return column;
}

/* ---- writing ---- */

static void put(struct layout *l, const char *s, size_t n)
{
    buf_putn(l->out, s, n);
    for (size_t i = 0; i < n; i++)
        l->pen.column = s[i] == '\n' ? 0 : next_column(l->pen.column, s[i]);
    l->pen.n = l->out->n;
}

static void put_blanks(struct layout *l, uint32_t n)
{
    buf_repeat(l->out, ' ', n);
    l->pen.column += n;
    l->pen.n = l->out->n;
}

static void return_to(struct layout *l, const struct pen *to)
{
    l->pen = *to;
    l->out->n = to->n;
    if (l->out->p)
        l->out->p[to->n] = '\0';
}

/* Ends the line, unless nothing was written at all. */
static void new_line(struct layout *l, uint32_t indent)
{
    if (l->pen.n)
        put(l, "\n", 1);
    l->pen.column = 0;
    l->pen.indent = indent;
    l->pen.line_start = true;
    l->pen.must_end = false;
    l->pen.last = NULL;
}

/* The lines of a comment without the blanks at their ends; those after the first move as far as the first. */
static void put_comment(struct layout *l, struct extent at)
{
    const char *text = l->p.text;
    bool tall = memchr(text + at.lo, '\n', at.hi - at.lo) != NULL;
    uint32_t was = tall ? source_column(&l->p, at.lo) : 0, is = l->pen.column;
    for (uint32_t lo = at.lo; lo < at.hi;) {
        const char *nl = memchr(text + lo, '\n', at.hi - lo);
        uint32_t hi = nl ? (uint32_t)(nl - text) : at.hi, end = hi, column = 0;
        while (end > lo && is_blank_byte(text[end - 1]))
            end--;
        if (lo != at.lo) {
            for (; lo < end && is_blank_byte(text[lo]); lo++)
                column = text[lo] == ' ' || text[lo] == '\t' ? next_column(column, text[lo]) : column;
            put(l, "\n", 1);
            put_blanks(l, end > lo && column + is > was ? column + is - was : 0);
        }
        put(l, text + lo, end - lo);
        lo = hi + 1;
    }
}

/* Is there a blank before `p`, which follows something on its line? */
static bool blank_before(const struct layout *l, const struct piece *p)
{
    const struct piece *x = l->pen.last;
    if (x->kind == PIECE_TOKEN && p->kind == PIECE_TOKEN)
        return blank_between(x, p);
    if (p->kind != PIECE_TOKEN)
        return !(is_token(x, T_LPAREN) || is_token(x, T_LBRACKET));
    return !(p->token == T_SEMI || p->token == T_COMMA || p->token == T_COLON || p->token == T_RPAREN ||
             p->token == T_RBRACKET);
}

/* The indentation of a line that continues the unit with `p`. */
static uint32_t hanging(const struct layout *l, const struct piece *p) { return l->base + (p->continues ? 0 : HANG); }

static uint32_t limit_of(const struct layout *l) { return l->base + LEAST_ROOM > WIDTH ? l->base + LEAST_ROOM : WIDTH; }

static void note_stop(struct layout *l, const struct piece *p)
{
    uint32_t i = l->pen.n_stops;
    if (i == MAX_STOPS || l->stops[i] != p)
        return;
    l->row.stops[i].at = l->pen.n;
    l->row.stops[i].column = l->pen.column;
    l->pen.n_stops = i + 1;
}

/* The next piece, on the same line as the one before wherever it can be. */
static void emit(struct layout *l, const struct piece *p)
{
    bool own_line = p->kind == PIECE_LINE_COMMENT && p->newlines && !l->pen.line_start;
    if (l->pen.must_end || own_line)
        new_line(l, hanging(l, p));
    if (l->pen.line_start)
        put_blanks(l, l->pen.indent);
    else if (blank_before(l, p))
        put_blanks(l, 1);
    l->pen.line_start = false;
    l->pen.last = p;
    if (p->kind != PIECE_TOKEN) {
        put_comment(l, p->at);
        l->pen.must_end = p->kind == PIECE_LINE_COMMENT;
        return;
    }
    note_stop(l, p);
    put(l, l->p.text + p->at.lo, p->at.hi - p->at.lo);
    l->pen.last_token = p;
    l->pen.over |= l->pen.column > limit_of(l);
}

/* Pieces lo..hi without line ends but those that comments need. Stops early where a line is too long. */
static bool emit_flat(struct layout *l, uint32_t lo, uint32_t hi)
{
    l->pen.over = false;
    for (; lo < hi && !l->pen.over; lo++)
        emit(l, &l->p.at[lo]);
    return !l->pen.over;
}

/* The end of the pieces from i on between which no line may end, where only breaks up to `rank` may be used. *next gets
 * the best rank of a break among them, which is worse. */
static uint32_t chunk_end(const struct layout *l, uint32_t rank, uint32_t i, uint32_t hi, uint32_t *next)
{
    const struct piece *last = NULL;
    *next = BREAK_NEVER;
    for (; i < hi; i++) {
        const struct piece *p = &l->p.at[i];
        if (p->kind != PIECE_TOKEN)
            continue;
        uint32_t r = last ? break_rank(last, p) : BREAK_NEVER;
        if (r <= rank)
            return i;
        *next = r < *next ? r : *next;
        last = p;
    }
    return hi;
}

/* Begins a line before piece i, if that is allowed and of use. */
static bool break_before(struct layout *l, uint32_t rank, uint32_t i)
{
    const struct piece *p = &l->p.at[i], *last = l->pen.last_token;
    if (l->pen.line_start || p->kind != PIECE_TOKEN || !last || break_rank(last, p) > rank)
        return false;
    new_line(l, hanging(l, p));
    return true;
}

/* Pieces lo..hi in as few lines as they need, with breaks up to `rank`, and worse ones within what is too long for a
 * line. */
static void fill(struct layout *l, uint32_t lo, uint32_t hi, uint32_t rank)
{
    for (uint32_t end, next; lo < hi; lo = end) {
        struct pen before = l->pen;
        end = chunk_end(l, rank, lo, hi, &next);
        if (emit_flat(l, lo, end))
            continue;
        return_to(l, &before);
        if (break_before(l, rank, lo)) {
            before = l->pen;
            if (emit_flat(l, lo, end))
                continue;
            return_to(l, &before);
        }
        if (next < BREAK_NEVER) {
            fill(l, lo, end, next);
            continue;
        }
        for (; lo < end; lo++)
            emit(l, &l->p.at[lo]);
    }
}

/* ---- units ---- */

static void units(struct layout *l, uint32_t lo, uint32_t hi, bool list, uint32_t indent);

/* The end of the row of comments at i that stand on one line; *leads: a token before hi follows them on it. */
static uint32_t comments_end(const struct layout *l, uint32_t i, uint32_t hi, bool *leads)
{
    uint32_t k = i;
    while (k < hi && l->p.at[k].kind != PIECE_TOKEN && (k == i || !l->p.at[k].newlines))
        k++;
    *leads = k < hi && l->p.at[k].kind == PIECE_TOKEN && !l->p.at[k].newlines;
    return k;
}

/* Writes the comments at i that belong to the line before them; returns what follows. */
static uint32_t trailing_comments(struct layout *l, uint32_t i, uint32_t hi)
{
    bool leads;
    if (i == hi || l->p.at[i].kind == PIECE_TOKEN || l->p.at[i].newlines)
        return i;
    uint32_t end = comments_end(l, i, hi, &leads);
    for (; !leads && i < end; i++)
        emit(l, &l->p.at[i]);
    return i;
}

static uint32_t next_token(const struct layout *l, uint32_t i, uint32_t hi)
{
    while (i < hi && l->p.at[i].kind != PIECE_TOKEN)
        i++;
    return i;
}

/* Lists end their units with commas: enums, the branches of local types and the names of an import. */
static bool is_list(const struct layout *l, uint32_t open)
{
    const struct piece *p = &l->p.at[open];
    if (p->area == AREA_LOCAL)
        return true;
    while (p > l->p.at) {
        p--;
        bool named = names_something(p->token) || p->token == T_DOT || p->token == T_STRING;
        if (p->kind == PIECE_TOKEN && !named)
            return p->token == K_ENUM || p->token == K_IMPORT;
    }
    return false;
}

static uint32_t unit_end(const struct layout *l, uint32_t i, uint32_t hi, bool list)
{
    uint32_t end = hi;
    for (; i < hi; i++) {
        const struct piece *p = &l->p.at[i];
        if (p->kind != PIECE_TOKEN)
            continue;
        if (p->token == T_SEMI || (list && p->token == T_COMMA))
            return i + 1;
        if (p->token == T_LBRACE) {
            i = p->match;
            uint32_t next = next_token(l, i + 1, hi);
            bool more = p->area == AREA_LOCAL || (next < hi && l->p.at[next].continues);
            if (!more)
                return i + 1;
        }
        end = i + 1;
    }
    return end;
}

static uint32_t next_open(const struct layout *l, uint32_t i, uint32_t hi)
{
    while (i < hi && !is_token(&l->p.at[i], T_LBRACE))
        i++;
    return i;
}

/* Was there a line end in the blocks of the unit, the first of which opens at `open`? One in an empty block is none. */
static bool was_broken(const struct layout *l, uint32_t open, uint32_t hi)
{
    uint32_t last = open;
    for (uint32_t k = open; k < hi; k = next_open(l, l->p.at[k].match + 1, hi))
        last = l->p.at[k].match;
    for (uint32_t k = open + 1; k <= last; k++) {
        const struct piece *p = &l->p.at[k];
        bool empty = is_token(p, T_RBRACE) && p->match == k - 1;
        bool tall = p->kind == PIECE_BLOCK_COMMENT && memchr(l->p.text + p->at.lo, '\n', p->at.hi - p->at.lo);
        if ((p->newlines && !empty) || tall)
            return true;
    }
    return false;
}

/* What follows the `{` at `open`, through its `}`. */
static void block(struct layout *l, uint32_t open, uint32_t indent)
{
    uint32_t close = l->p.at[open].match;
    if (close > open + 1) {
        uint32_t first = trailing_comments(l, open + 1, close);
        units(l, first, close, is_list(l, open), indent + INDENT);
        new_line(l, indent);
    }
    emit(l, &l->p.at[close]);
}

/* One unit, on a line that holds nothing yet. */
static void unit(struct layout *l, uint32_t lo, uint32_t hi)
{
    uint32_t outer = l->base, open = next_open(l, lo, hi);
    struct pen before = l->pen;
    l->base = l->pen.indent;
    bool flat = open < hi && !was_broken(l, open, hi) && emit_flat(l, lo, hi);
    if (!flat) {
        return_to(l, &before);
        for (; open < hi; open = next_open(l, lo, hi)) {
            fill(l, lo, open + 1, 0);
            block(l, open, l->base);
            lo = l->p.at[open].match + 1;
        }
        fill(l, lo, hi, 0);
    }
    l->base = outer;
}

/* Begins a line for what stands at i, after a blank one where there was one. Comments alone on a line are written at
 * once; returns what follows them. */
static uint32_t begin_line(struct layout *l, uint32_t i, uint32_t hi, bool first, uint32_t indent)
{
    bool leads;
    if (!first && l->p.at[i].newlines > 1)
        new_line(l, 0);
    new_line(l, indent);
    uint32_t end = comments_end(l, i, hi, &leads);
    for (; !leads && i < end; i++)
        emit(l, &l->p.at[i]);
    return i;
}

/* The units and comments between lo and hi, each from a new line on. */
static void units(struct layout *l, uint32_t lo, uint32_t hi, bool list, uint32_t indent)
{
    for (uint32_t i = lo; i < hi;) {
        uint32_t from = begin_line(l, i, hi, i == lo, indent);
        if (from > i) {
            i = from;
            continue;
        }
        uint32_t end = unit_end(l, i, hi, list);
        unit(l, i, end);
        i = trailing_comments(l, end, hi);
    }
}

/* ---- declarations, and what is aligned in them ---- */

/* Sets the pieces of declaration lo..hi that are aligned with those of its neighbours. */
static void find_stops(struct layout *l, uint32_t lo, uint32_t hi)
{
    enum token_kind keyword = l->p.at[lo].token;
    uint32_t n = 0;
    bool braces = keyword == K_MESSAGE || keyword == K_STRUCT || keyword == K_ENUM || keyword == K_ACTOR;
    memset(l->stops, 0, sizeof l->stops);
    for (; lo < hi && n < MAX_STOPS; lo++) {
        const struct piece *p = &l->p.at[lo];
        bool last = keyword == K_LOCAL ? is_token(p, T_EQ) : braces && is_token(p, T_LBRACE);
        if (last || is_token(p, K_PLAYS))
            l->stops[n++] = p;
        if (last)
            return;
    }
}

/* Writes the declaration at lo and the comments behind it; returns what follows. *joinable: whether the one before is
 * a row, and then whether this one is. */
static uint32_t declaration(struct layout *l, uint32_t lo, uint32_t hi, bool *joinable)
{
    const struct piece *first = &l->p.at[lo];
    bool joins = *joinable && first->newlines <= 1 && vec_last(l->rows).keyword == first->token;
    l->row = (struct row){.start = l->pen.n, .keyword = first->token, .joins = joins};
    l->pen.n_stops = 0;
    uint32_t end = unit_end(l, lo, hi, false);
    find_stops(l, lo, end);
    unit(l, lo, end);
    l->row.n_stops = l->pen.n_stops;
    l->row.end_column = l->pen.column;
    memset(l->stops, 0, sizeof l->stops);
    end = trailing_comments(l, end, hi);
    bool one_line = !l->out->failed && !memchr(l->out->p + l->row.start, '\n', l->pen.n - l->row.start);
    *joinable = one_line && first->kind == PIECE_TOKEN;
    if (*joinable)
        vec_push(l->a, l->rows, l->row);
    return end;
}

static void declarations(struct layout *l)
{
    bool joinable = false;
    for (uint32_t i = 0; i < l->p.n;) {
        uint32_t from = begin_line(l, i, l->p.n, i == 0, 0);
        if (from > i)
            joinable = false;
        i = from > i ? from : declaration(l, i, l->p.n, &joinable);
    }
    if (l->pen.n)
        new_line(l, 0);
}

/* How far stop k of the row moves to the right; the row's earlier stops have moved it by `shift`. */
struct shifts {
    uint32_t by[MAX_STOPS], total;
};

/* Aligns the first n stops of rows lo..hi. False when a row is too long then. */
static bool align_stops(const struct layout *l, uint32_t lo, uint32_t hi, uint32_t n, struct shifts *shifts)
{
    bool fits = true;
    memset(shifts + lo, 0, (hi - lo) * sizeof *shifts);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t column = 0;
        for (uint32_t i = lo; i < hi; i++)
            if (l->rows.at[i].n_stops > k && l->rows.at[i].stops[k].column + shifts[i].total > column)
                column = l->rows.at[i].stops[k].column + shifts[i].total;
        for (uint32_t i = lo; i < hi; i++)
            if (l->rows.at[i].n_stops > k) {
                shifts[i].by[k] = column - l->rows.at[i].stops[k].column - shifts[i].total;
                shifts[i].total += shifts[i].by[k];
                fits &= l->rows.at[i].end_column + shifts[i].total <= WIDTH;
            }
    }
    return fits;
}

/* Aligns as many stops as leave all rows short enough. */
static void align_rows(const struct layout *l, uint32_t lo, uint32_t hi, struct shifts *shifts)
{
    for (uint32_t n = MAX_STOPS; n && !align_stops(l, lo, hi, n, shifts); n--)
        if (n == 1)
            align_stops(l, lo, hi, 0, shifts);
}

/* The text with the rows of each run of neighbours aligned. */
static void put_aligned(const struct layout *l, const struct buf *text, struct buf *out)
{
    struct shifts *shifts = ARENA_ARRAY(l->a, struct shifts, l->rows.n + 1);
    for (uint32_t lo = 0, hi; lo < l->rows.n; lo = hi) {
        for (hi = lo + 1; hi < l->rows.n && l->rows.at[hi].joins; hi++)
            ;
        align_rows(l, lo, hi, shifts);
    }
    size_t done = 0;
    for (uint32_t i = 0; i < l->rows.n; i++)
        for (uint32_t k = 0; k < l->rows.at[i].n_stops; k++) {
            size_t at = l->rows.at[i].stops[k].at;
            buf_putn(out, text->p + done, at - done);
            buf_repeat(out, ' ', shifts[i].by[k]);
            done = at;
        }
    buf_putn(out, buf_cstr(text) + done, text->n - done);
}

/* ---- a file ---- */

static bool same_program(struct arena *a, struct interner *names, const struct pieces *p, const char *text, size_t n)
{
    struct sources *s = sources_new(a);
    struct pieces again = pieces_read(a, names, s, sources_add(s, "", text, n));
    return pieces_same(p, &again);
}

bool format_file(struct arena *a, struct interner *names, const struct sources *s, uint32_t source, struct buf *out)
{
    struct buf text = {0};
    struct layout l = {.a = a, .p = pieces_read(a, names, s, source), .out = &text};
    size_t from = out->n;
    declarations(&l);
    if (!text.failed)
        put_aligned(&l, &text, out);
    bool ok = !text.failed && !out->failed && same_program(a, names, &l.p, buf_cstr(out) + from, out->n - from);
    buf_free(&text);
    return ok;
}
