/* lexer.c -- one token at a time, by hand.
 *
 * Invariants: (1) every call advances or returns T_EOF; (2) spans lie within the file and do not overlap;
 * (3) punctuation is matched in the order of tokens.def, so the longest spelling wins.
 */
#include "lexer.h"

#include <stdarg.h>
#include <stdio.h>

enum { KEYWORD_SLOTS = 512 };
_Static_assert(TOKEN_KINDS < KEYWORD_SLOTS / 2, "the keyword table is at most half full");

static const struct {
    const char *spelling;
    enum token_class class;
} tokens[TOKEN_KINDS] = {
#define TOKEN(kind, class, spelling) [kind] = {spelling, class},
#include "tokens.def"
#undef TOKEN
};

const char *token_spelling(enum token_kind kind) { return tokens[kind].spelling; }
enum token_class token_class(enum token_kind kind) { return tokens[kind].class; }

/* ---- reporting ---- */

struct diag *front_error(struct lexer *x, enum diag_code code, struct span at, const char *fmt, ...)
{
    if (x->stopped)
        return ARENA_NEW(x->a, struct diag); /* nobody will see it */
    if (++x->n_errors > FRONT_MAX_ERRORS) {
        x->stopped = true;
        return diag_add(x->d, E0106, at, "more than %d errors in this file; what follows is not reported",
                        FRONT_MAX_ERRORS);
    }
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *text = arena_alloc(x->a, n < 0 ? 1 : (size_t)n + 1);
    if (n > 0)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return diag_add(x->d, code, at, "%s", text);
}

const char *token_describe(struct lexer *x, const struct token *t)
{
    enum { SHOWN = 40 };
    uint32_t n = t->at.hi - t->at.lo;
    const char *text = x->src->text + t->at.lo;
    const char *dots = n > SHOWN ? "..." : "";
    int shown = (int)(n > SHOWN ? SHOWN : n);
    switch (token_class(t->kind)) {
    case TC_SPECIAL:
        if (t->kind == T_EOF || t->kind == T_STRING || t->tainted)
            return token_spelling(t->kind);
        return arena_printf(x->a, "%s `%.*s%s`", token_spelling(t->kind) + 2, shown, text, dots);
    case TC_KEYWORD:
        return arena_printf(x->a, "keyword `%s`", token_spelling(t->kind));
    case TC_PUNCT:
    case TC_WORD:
        break;
    }
    return arena_printf(x->a, "`%s`", token_spelling(t->kind));
}

static struct span span_from(const struct lexer *x, uint32_t lo) { return (struct span){x->file, lo, x->pos}; }

/* ---- keywords ---- */

static struct keyword *keyword_slot(struct keyword *table, name n)
{
    size_t i = ((uintptr_t)n >> 4) % KEYWORD_SLOTS;
    while (table[i].name && table[i].name != n)
        i = (i + 1) % KEYWORD_SLOTS;
    return &table[i];
}

static bool is_word(enum token_kind kind) { return token_class(kind) >= TC_KEYWORD; }

void lexer_init(struct lexer *x, struct arena *a, struct interner *names, const struct sources *s, uint32_t source,
                struct diags *d)
{
    *x = (struct lexer){.a = a, .names = names, .d = d, .src = s->at[source], .file = source, .line_start = true};
    x->keywords = ARENA_ARRAY(a, struct keyword, KEYWORD_SLOTS);
    for (int k = 0; k < TOKEN_KINDS; k++) {
        if (!is_word((enum token_kind)k))
            continue;
        name n = intern_cstr(names, token_spelling((enum token_kind)k));
        *keyword_slot(x->keywords, n) = (struct keyword){n, (enum token_kind)k};
    }
    if (x->src->size >= 3 && memcmp(x->src->text, "\xef\xbb\xbf", 3) == 0)
        x->pos = 3; /* a byte order mark */
}

/* ---- characters ---- */

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_name_byte(int c) { return is_letter(c) || is_digit(c); }
static bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
/* Starts nothing in the language. */
static bool is_junk(int c) { return c < ' ' ? !is_blank(c) : c >= 0x7f || strchr("#$@\\^`~'", c) != NULL; }

/* The byte `ahead` places on; -1 past the end. */
static int byte(const struct lexer *x, uint32_t ahead)
{
    return ahead < x->src->size - x->pos ? (unsigned char)x->src->text[x->pos + ahead] : -1;
}

static bool here(const struct lexer *x, const char *s)
{
    size_t n = strlen(s);
    return n <= x->src->size - x->pos && memcmp(x->src->text + x->pos, s, n) == 0;
}

/* ---- comments and blanks ---- */

/* Without NUL bytes, which would end the text. */
#define append(x, vec, from, to)                                                                                       \
    do {                                                                                                               \
        for (uint32_t i_ = (from); i_ < (to); i_++)                                                                    \
            if ((x)->src->text[i_])                                                                                    \
                vec_push((x)->a, vec, (x)->src->text[i_]);                                                             \
    } while (0)

static void keep_comment(struct lexer *x, uint32_t lo, bool block)
{
    if (x->keep_comments)
        vec_push(x->a, x->comments, (struct comment){span_from(x, lo), block});
}

/* `//`: an ordinary comment, `///`: doc of the next declaration, `//!`: doc of the file. `////` is ordinary. */
static void line_comment(struct lexer *x)
{
    bool file = byte(x, 2) == '!', doc = byte(x, 2) == '/' && byte(x, 3) != '/';
    uint32_t start = x->pos;
    x->pos += file || doc ? 3 : 2;
    uint32_t lo = byte(x, 0) == ' ' ? x->pos + 1 : x->pos;
    const char *nl = memchr(x->src->text + x->pos, '\n', x->src->size - x->pos);
    x->pos = nl ? (uint32_t)(nl - x->src->text) : x->src->size;
    keep_comment(x, start, false);
    uint32_t hi = x->pos;
    while (hi > lo && (is_blank(x->src->text[hi - 1]) || !x->src->text[hi - 1]))
        hi--;
    if (file) {
        if (x->file_doc.n)
            vec_push(x->a, x->file_doc, '\n');
        append(x, x->file_doc, lo, hi);
    } else if (doc) {
        if (x->doc.n)
            vec_push(x->a, x->doc, '\n');
        append(x, x->doc, lo, hi);
    }
}

static void block_comment(struct lexer *x)
{
    uint32_t lo = x->pos;
    x->pos += 2;
    while (x->pos < x->src->size && !here(x, "*/"))
        x->pos++;
    if (x->pos < x->src->size) {
        x->pos += 2;
        keep_comment(x, lo, true);
        return;
    }
    struct diag *g = front_error(x, E0102, (struct span){x->file, lo, lo + 2}, "this comment is not closed");
    diag_caret(x->d, g, "starts here");
    diag_help(x->d, g, "close it with `*/`; comments do not nest");
    x->tainted = true;
}

/* Returns whether a line end was passed. */
static bool skip_blanks(struct lexer *x)
{
    bool line_end = false;
    for (;;) {
        int c = byte(x, 0);
        if (is_blank(c)) {
            line_end |= c == '\n';
            x->pos++;
        } else if (c == '/' && byte(x, 1) == '/') {
            line_comment(x);
        } else if (c == '/' && byte(x, 1) == '*') {
            block_comment(x);
        } else {
            return line_end;
        }
    }
}

static const char *take_doc(struct lexer *x)
{
    const char *text = x->doc.n ? arena_strndup(x->a, x->doc.at, x->doc.n) : NULL;
    x->doc.n = 0;
    return text;
}

const char *lex_file_doc(struct lexer *x)
{
    return x->file_doc.n ? arena_strndup(x->a, x->file_doc.at, x->file_doc.n) : NULL;
}

/* ---- numbers and durations ---- */

static int digit_value(int c, unsigned base)
{
    int v = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    return v < (int)base ? v : -1;
}

/* Reads digits with single `_` between them from s[0..n); returns how many bytes, or 0 with *why set. */
static uint32_t digits(const char *s, uint32_t n, unsigned base, uint64_t *value, const char **why)
{
    uint32_t i = 0;
    *value = 0;
    for (; i < n; i++) {
        if (s[i] == '_') {
            bool between = i > 0 && s[i - 1] != '_' && i + 1 < n && digit_value(s[i + 1], base) >= 0;
            if (!between)
                return *why = "`_` may only stand between two digits", 0;
            continue;
        }
        int v = digit_value(s[i], base);
        if (v < 0)
            break;
        if (*value > (UINT64_MAX - (unsigned)v) / base)
            return *why = "it does not fit in 64 bits", 0;
        *value = *value * base + (unsigned)v;
    }
    if (i == 0)
        *why = "a hexadecimal number needs a digit after `0x`";
    return i;
}

static uint64_t unit_ns(const char *s, uint32_t n)
{
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {{"ns", 1},           {"us", 1000},         {"ms", 1000000},
                 {"s", 1000000000u}, {"m", 60000000000u}, {"h", 3600000000000u}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].unit) == n && memcmp(units[i].unit, s, n) == 0)
            return units[i].ns;
    return 0;
}

/* The value of the number or duration s[0..n); NULL, or what is wrong with it. */
static const char *number_value(const char *s, uint32_t n, struct token *t)
{
    const char *why = NULL;
    bool hex = n >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    uint32_t skip = hex ? 2 : 0, used = digits(s + skip, n - skip, hex ? 16 : 10, &t->value, &why);
    if (!used)
        return why;
    if (!hex && s[0] == '0' && used > 1)
        return "a decimal number does not start with 0";
    s += skip + used;
    n -= skip + used;
    if (n == 0)
        return NULL;
    if (hex)
        return "it has a character that is not a hexadecimal digit";
    uint64_t ns = unit_ns(s, n);
    if (!ns)
        return "the unit of a duration is one of ns, us, ms, s, m, h";
    if (t->value > UINT64_MAX / ns)
        return "the duration does not fit in 64 bits of nanoseconds";
    t->value *= ns;
    t->kind = T_DURATION;
    return NULL;
}

static void number(struct lexer *x, struct token *t)
{
    uint32_t lo = x->pos;
    t->kind = T_NUMBER;
    while (is_name_byte(byte(x, 0)))
        x->pos++;
    bool fraction = byte(x, 0) == '.' && is_digit(byte(x, 1));
    const char *why = NULL;
    if (fraction) {
        for (x->pos++; is_name_byte(byte(x, 0));)
            x->pos++;
        why = "numbers have no fraction; a smaller unit helps: 1500ms for 1.5s";
    } else {
        why = number_value(x->src->text + lo, x->pos - lo, t);
    }
    if (!why)
        return;
    uint32_t n = x->pos - lo;
    struct diag *g = front_error(x, E0103, span_from(x, lo), "malformed number `%.*s%s`", (int)(n > 40 ? 40 : n),
                                 x->src->text + lo, n > 40 ? "..." : "");
    diag_caret(x->d, g, "%s", why);
    t->tainted = true;
    t->value = 1;
}

/* ---- names, strings, punctuation, junk ---- */

/* Signs as they are pasted from papers and word processors, and what to write for them. */
static const struct {
    const char *sign, *write;
} typographic[] = {
    {"\xe2\x89\xa4", "<="}, {"\xe2\x89\xa5", ">="}, {"\xe2\x89\xa0", "!="}, {"\xe2\x88\xa7", "&&"},
    {"\xe2\x88\xa8", "||"}, {"\xc2\xac", "!"},       {"\xc3\x97", "*"},       {"\xe2\x96\xa1", "[]"},
    {"\xe2\x97\x87", "<>"}, {"\xe2\x80\x93", "-"},  {"\xe2\x80\x94", "-"},  {"\xe2\x88\x92", "-"},
    {"\xe2\x80\xa6", ".."}, {"\xc2\xa0", " "},
};

static void describe_sign(struct lexer *x, struct span at)
{
    unsigned char c = (unsigned char)x->src->text[at.lo];
    struct diag *g = front_error(x, E0101, at, "unexpected byte 0x%02x: names and symbols are ASCII", c);
    for (size_t i = 0; i < sizeof typographic / sizeof *typographic; i++) {
        size_t n = strlen(typographic[i].sign);
        if (n <= x->src->size - at.lo && memcmp(x->src->text + at.lo, typographic[i].sign, n) == 0) {
            diag_help(x->d, g, *typographic[i].write == ' ' ? "write a blank" : "write `%s`", typographic[i].write);
            return;
        }
    }
    diag_help(x->d, g, "other characters may stand in comments only");
}

static void describe_junk(struct lexer *x, struct span at)
{
    unsigned char c = (unsigned char)x->src->text[at.lo];
    if (c > 0x7f) {
        describe_sign(x, at);
        return;
    }
    bool control = c < ' ' || c == 0x7f;
    struct diag *g = front_error(x, E0101, at, control ? "unexpected control character 0x%02x"
                                                       : "unexpected character `%c`", c);
    diag_help(x->d, g, c == '\''  ? "the language has no character constants"
                       : c == '#' ? "a comment starts with `//`"
                                  : "other characters may stand in comments only");
}

/* The bytes of a typographic arrow, or of a dash with `>` behind it; 0 where none is. */
static uint32_t arrow_here(const struct lexer *x)
{
    static const char *const arrows[] = {"\xe2\x86\x92", "\xe2\x9f\xb6", "\xe2\x87\x92", "\xe2\x80\x93>",
                                         "\xe2\x80\x94>", "\xe2\x88\x92>"};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (here(x, arrows[i]))
            return (uint32_t)strlen(arrows[i]);
    return 0;
}

/* A double quotation mark, opening or closing. */
static bool quote_here(const struct lexer *x)
{
    return here(x, "\xe2\x80\x9c") || here(x, "\xe2\x80\x9d") || here(x, "\xe2\x80\x9e");
}

static bool junk_here(const struct lexer *x)
{
    int c = byte(x, 0);
    return c >= 0 && is_junk(c) && !arrow_here(x) && !quote_here(x);
}

static void name_or_keyword(struct lexer *x, struct token *t)
{
    uint32_t lo = x->pos, junk = 0, junk_end = 0;
    for (; is_name_byte(byte(x, 0)) || junk_here(x); x->pos++)
        if (junk_here(x)) {
            junk = junk ? junk : x->pos + 1; /* + 1: it may be the first byte of the file */
            junk_end = x->pos + 1;
        }
    t->kind = T_NAME;
    if (junk) {
        describe_junk(x, (struct span){x->file, junk - 1, junk_end});
        t->tainted = true;
        return;
    }
    if (x->pos - lo > FRONT_MAX_NAME) {
        front_error(x, E0106, span_from(x, lo), "this name has %u bytes; at most %d are allowed", x->pos - lo,
                    FRONT_MAX_NAME);
        t->tainted = true;
        return;
    }
    t->name = intern(x->names, x->src->text + lo, x->pos - lo);
    const struct keyword *k = keyword_slot(x->keywords, t->name);
    if (k->name)
        t->kind = k->kind;
}

static void string(struct lexer *x, struct token *t)
{
    uint32_t lo = x->pos++;
    t->kind = T_STRING;
    for (int c; (c = byte(x, 0)) >= 0 && c != '\n'; x->pos++) {
        if (c == '"') {
            x->pos++;
            return;
        }
        if (c == '\\' && byte(x, 1) >= 0 && byte(x, 1) != '\n')
            x->pos++;
    }
    diag_help(x->d, front_error(x, E0102, (struct span){x->file, lo, lo + 1}, "this string is not closed"),
              "close it with `\"` on the same line");
    t->tainted = true;
}

static bool unicode_arrow(struct lexer *x, struct token *t)
{
    uint32_t n = arrow_here(x), lo = x->pos;
    if (!n)
        return false;
    x->pos += n;
    diag_help(x->d, front_error(x, E0101, span_from(x, lo), "unexpected character: a typographic arrow"),
              "write `->`");
    t->kind = T_ARROW;
    return true;
}

/* The quotation mark, and all up to the next one of this line. */
static bool quoted(struct lexer *x, struct token *t)
{
    if (!quote_here(x))
        return false;
    uint32_t lo = x->pos;
    struct diag *g = front_error(x, E0101, (struct span){x->file, lo, lo + 3},
                                 "unexpected character: a typographic quotation mark");
    diag_help(x->d, g, "write `\"`");
    do
        x->pos++;
    while (byte(x, 0) >= 0 && byte(x, 0) != '\n' && byte(x, 0) != '"' && !quote_here(x));
    x->pos += quote_here(x) ? 3 : byte(x, 0) == '"';
    t->kind = T_STRING;
    t->tainted = true;
    return true;
}

static bool punctuation(struct lexer *x, struct token *t)
{
    int c = byte(x, 0);
    for (int k = T_IFF; k <= T_QUESTION; k++) {
        const char *s = tokens[k].spelling;
        if (s[0] == c && here(x, s)) {
            x->pos += (uint32_t)strlen(s);
            t->kind = (enum token_kind)k;
            return true;
        }
    }
    return false;
}

/* Junk that touches a name is part of it (a mistyped name); other junk is reported and skipped. */
static bool skip_junk(struct lexer *x)
{
    uint32_t lo = x->pos;
    while (junk_here(x))
        x->pos++;
    if (x->src->text[lo] != '#' && is_letter(byte(x, 0))) {
        x->pos = lo;
        return false;
    }
    describe_junk(x, span_from(x, lo));
    bool comment = x->src->text[lo] == '#'; /* as it was meant: what follows its line is sound */
    while (comment && byte(x, 0) >= 0 && byte(x, 0) != '\n')
        x->pos++;
    x->tainted |= !comment;
    return true;
}

struct token lex_next(struct lexer *x)
{
    for (;;) {
        x->line_start |= skip_blanks(x);
        if (x->stopped)
            x->pos = x->src->size;
        struct token t = {.kind = T_EOF, .first = x->line_start, .tainted = x->tainted || x->stopped};
        uint32_t lo = x->pos;
        int c = byte(x, 0);
        if (c < 0)
            ;
        else if (is_digit(c))
            number(x, &t);
        else if (c == '"')
            string(x, &t);
        else if (is_letter(c))
            name_or_keyword(x, &t);
        else if (is_junk(c) && !unicode_arrow(x, &t) && !quoted(x, &t)) {
            if (skip_junk(x))
                continue;
            name_or_keyword(x, &t);
        } else if (!is_junk(c) && !punctuation(x, &t)) {
            x->pos++; /* not reached while is_junk and tokens.def cover all of ASCII */
            continue;
        }
        x->tainted = x->line_start = false;
        t.at = span_from(x, lo);
        t.doc = take_doc(x);
        return t;
    }
}
