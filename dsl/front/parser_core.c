/* parser_core.c -- tokens, expectations and recovery, shared by all parts of the parser. */
#include "parser_internal.h"

#include "habits.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- tokens ---- */

void advance(struct parser *p)
{
    p->item_ended = at(p, T_LBRACE) || at(p, T_RBRACE) || at(p, T_SEMI);
    if (p->item_ended)
        p->panic = false;
    p->last = p->tok.at;
    p->tok = p->ahead;
    if (p->tok.kind != T_EOF)
        p->ahead = lex_next(&p->lex);
    if (p->lex.stopped)
        p->tok.kind = p->ahead.kind = T_EOF;
}

bool accept(struct parser *p, enum token_kind kind)
{
    if (!at(p, kind))
        return false;
    advance(p);
    return true;
}

bool names_something(enum token_kind kind) { return kind == T_NAME || token_class(kind) == TC_WORD; }
bool at_name(const struct parser *p) { return names_something(p->tok.kind); }

bool at_habit(const struct parser *p, const enum token_kind *kinds, uint32_t n)
{
    return at(p, T_NAME) && p->tok.name && habit_kind(p->tok.name, kinds, n) != T_EOF;
}

const enum token_kind decl_starts[N_DECL_STARTS] = {
    K_ENUM, K_STRUCT, K_MESSAGE, K_LOCAL, K_SESSION, K_ACTOR, K_SYSTEM, K_VERIFY, K_MODULE, K_IMPORT, K_ASSERT};

bool is_decl_start(enum token_kind kind)
{
    for (int i = 0; i < N_DECL_STARTS; i++)
        if (kind == decl_starts[i])
            return true;
    return false;
}

bool is_arrow(enum token_kind kind)
{
    return kind == T_ARROW || kind == T_FAT_ARROW || kind == T_LONG_ARROW || kind == T_BACK_ARROW || kind == T_MINUS;
}

/* A keyword that names a role by mistake starts none. */
bool at_decl_line(const struct parser *p)
{
    return p->tok.first && is_decl_start(p->tok.kind) && !is_arrow(p->ahead.kind) && p->ahead.kind != T_COLON;
}

bool at_block_end(const struct parser *p) { return at(p, T_RBRACE) || at(p, T_EOF) || at_decl_line(p); }

/* A declaration inside a block by its indentation: then the block's `}` will follow somewhere. */
static bool indented(const struct parser *p)
{
    uint32_t lo = p->tok.at.lo;
    return at_decl_line(p) && lo > 0 && p->lex.src->text[lo - 1] != '\n';
}

struct span since(const struct parser *p, struct span lo)
{
    return p->last.hi >= lo.hi ? span_join(lo, p->last) : lo;
}

/* ---- errors ---- */

static const char *format(struct parser *p, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = arena_alloc(p->a, n < 0 ? 1 : (size_t)n + 1);
    if (n > 0)
        vsnprintf(text, (size_t)n + 1, fmt, ap);
    return text;
}

/* `text` becomes what `fmt` and the arguments after it say. */
#define FORMAT(text)                                                                                                   \
    const char *text;                                                                                                  \
    do {                                                                                                               \
        va_list ap_;                                                                                                   \
        va_start(ap_, fmt);                                                                                            \
        text = format(p, fmt, ap_);                                                                                    \
        va_end(ap_);                                                                                                   \
    } while (0)

/* One token, one diagnostic. */
static bool silent(struct parser *p)
{
    bool again = p->spoken_for == p->tok.at.lo + 1;
    bool quiet = p->panic || p->tok.tainted || again;
    p->spoken_for = p->tok.at.lo + 1;
    return quiet;
}

struct diag *fail_at(struct parser *p, struct span where, const char *fmt, ...)
{
    bool quiet = silent(p);
    p->n_fails++;
    p->panic = p->lost = true;
    if (quiet)
        return NULL;
    FORMAT(text);
    return front_error(&p->lex, E0104, where, "%s", text);
}

struct diag *slip(struct parser *p, struct span where, const char *advice, const char *fmt, ...)
{
    if (silent(p))
        return NULL;
    FORMAT(text);
    struct diag *g = front_error(&p->lex, E0104, where, "%s", text);
    if (advice)
        diag_help(p->lex.d, g, "%s", advice);
    return g;
}

void help(struct parser *p, struct diag *g, const char *fmt, ...)
{
    if (!g)
        return;
    FORMAT(text);
    diag_help(p->lex.d, g, "%s", text);
}

void label(struct parser *p, struct diag *g, struct span where, const char *fmt, ...)
{
    if (!g)
        return;
    FORMAT(text);
    diag_label(p->lex.d, g, where, "%s", text);
}

void limit(struct parser *p, struct span where, const char *fmt, ...)
{
    if (p->panic)
        return;
    FORMAT(text);
    front_error(&p->lex, E0106, where, "%s", text);
}

bool has_room(struct parser *p, const void *list, uint32_t n, uint32_t max, const char *what)
{
    if (n < max)
        return true;
    if (p->full != list)
        limit(p, p->last, "more than %u %s", max, what);
    p->full = list;
    return false;
}

/* Where something is missing: at the current token, or behind the last one when the line ended in mid-item there. */
static struct span missing_place(const struct parser *p)
{
    bool cut_short = (p->tok.first || at(p, T_EOF)) && p->last.hi > p->last.lo && !p->item_ended;
    return cut_short ? (struct span){p->last.file, p->last.hi, p->last.hi} : p->tok.at;
}

struct diag *fail_expected(struct parser *p, const char *what)
{
    struct span where = missing_place(p);
    if (where.lo == p->tok.at.lo && !at(p, T_EOF))
        return fail_at(p, where, "expected %s, found %s", what, token_describe(&p->lex, &p->tok));
    return fail_at(p, where, "expected %s before %s", what,
                   at(p, T_EOF) ? "the end of the file" : "the end of this line");
}

/* ---- expectations ---- */

bool expect(struct parser *p, enum token_kind kind, const char *what)
{
    if (accept(p, kind))
        return true;
    fail_expected(p, what);
    return false;
}

bool expect_semi(struct parser *p, const char *what)
{
    if (accept(p, T_SEMI))
        return true;
    if (at(p, T_COMMA)) {
        slip(p, p->tok.at, "write `;`", "%s ends with `;`, not with a comma", what);
        advance(p);
        p->panic = false;
        return true;
    }
    bool forgotten = p->tok.first || at(p, T_RBRACE) || at(p, T_EOF);
    if (forgotten) {
        struct span where = {p->last.file, p->last.hi, p->last.hi};
        struct diag *g = slip(p, where, NULL, "expected `;` after %s", what);
        if (g)
            diag_caret(p->lex.d, g, "`;` is missing here");
        p->panic = false; /* as if it stood there */
        return false;
    }
    fail_at(p, p->tok.at, "expected `;` after %s, found %s", what, token_describe(&p->lex, &p->tok));
    return false;
}

bool missing_comma(struct parser *p, const char *after)
{
    bool next = !p->tok.first && (at_name(p) || at(p, K_ROLE));
    if (next)
        slip(p, p->tok.at, NULL, "expected `,` after %s, found %s", after, token_describe(&p->lex, &p->tok));
    return next && !p->panic;
}

bool expect_close(struct parser *p, enum token_kind close, struct span open)
{
    if (accept(p, close))
        return true;
    if (close == T_RBRACE && p->forgiven) {
        p->forgiven--;
        return false;
    }
    if (close == T_RBRACE)
        p->unclosed += indented(p);
    const char *want = token_spelling(close);
    struct span where = close == T_RBRACE ? p->tok.at : missing_place(p);
    struct diag *g = fail_at(p, where, "expected `%s` before %s", want,
                             where.lo == p->tok.at.lo ? token_describe(&p->lex, &p->tok) : "the end of this line");
    label(p, g, open, "this `%.1s` is not closed", p->lex.src->text + open.lo);
    return false;
}

struct ident expect_name(struct parser *p, const char *what)
{
    struct ident id = {p->tok.name, p->tok.at};
    if (at_name(p)) {
        advance(p);
        return id;
    }
    bool keyword = token_class(p->tok.kind) == TC_KEYWORD;
    if (keyword && !p->tok.first && names_something(p->ahead.kind) == false) {
        slip(p, p->tok.at, arena_printf(p->a, "choose another name, for example `%s_`", p->tok.name),
             "`%s` is a keyword and cannot be %s", p->tok.name, what);
        advance(p);
        return (struct ident){NULL, id.at};
    }
    fail_expected(p, what);
    return (struct ident){NULL, id.at};
}

uint64_t expect_number(struct parser *p, const char *what, uint64_t lo, uint64_t hi)
{
    struct token t = p->tok;
    if (at(p, T_DURATION) && !t.tainted) {
        slip(p, t.at, "leave out the unit", "%s is a plain number, not a duration", what);
        advance(p);
        return lo;
    }
    if (!at(p, T_NUMBER)) {
        fail_expected(p, arena_printf(p->a, "a number: %s", what));
        return lo;
    }
    advance(p);
    if (t.tainted || (t.value >= lo && t.value <= hi))
        return t.tainted ? lo : t.value;
    limit(p, t.at, "%s must be %llu to %llu, this is %llu", what, (unsigned long long)lo, (unsigned long long)hi,
          (unsigned long long)t.value);
    return t.value < lo ? lo : hi;
}

uint64_t expect_duration(struct parser *p, const char *what)
{
    struct token t = p->tok;
    if (at(p, T_NUMBER)) {
        slip(p, t.at, "write a unit behind it: ns, us, ms, s, m or h", "%s is a duration and needs a unit", what);
        advance(p);
        return t.value;
    }
    if (!at(p, T_DURATION)) {
        fail_expected(p, arena_printf(p->a, "a duration such as `10ms`: %s", what));
        return 1;
    }
    advance(p);
    return t.value;
}

/* To behind the next `]` of this line, if there is one in this item. */
static void skip_brackets(struct parser *p)
{
    while (!at(p, T_RBRACKET) && !at(p, T_SEMI) && !at(p, T_LBRACE) && !at(p, T_RBRACE) && !at(p, T_EOF) && !p->tok.first)
        advance(p);
    accept(p, T_RBRACKET);
}

bool optional_index(struct parser *p, const char *what, uint32_t lo, uint32_t hi, uint32_t *index)
{
    struct span open = p->tok.at;
    if (!accept(p, T_LBRACKET))
        return false;
    if (at(p, T_NUMBER) || at(p, T_DURATION) || p->tok.first) {
        *index = (uint32_t)expect_number(p, what, lo, hi);
        expect_close(p, T_RBRACKET, open);
        return true;
    }
    struct diag *g = fail_expected(p, arena_printf(p->a, "a number: %s", what));
    help(p, g, lo ? "a size is fixed, and written as a number"
                  : "an index is a number; `foreach p in P { ... }` goes through the members of a family");
    skip_brackets(p);
    return false;
}

struct role_ref expect_role(struct parser *p, const char *what)
{
    struct role_ref r = {.base = expect_name(p, what)};
    r.at = r.base.at;
    if (r.base.name || at(p, T_LBRACKET))
        r.indexed = optional_index(p, "the index of a family member", 0, FRONT_MAX_FAMILY - 1, &r.index);
    if (r.indexed)
        r.at = since(p, r.base.at);
    return r;
}

bool accept_dot(struct parser *p)
{
    if (at(p, T_COLON_COLON)) {
        slip(p, p->tok.at, "write `.`", "names are joined by `.`, not by `::`");
        advance(p);
        return true;
    }
    return accept(p, T_DOT);
}

void no_assignment(struct parser *p, const char *setting)
{
    if (!at(p, T_EQ) && !at(p, T_COLON) && !at(p, T_COLON_EQ))
        return;
    const char *value = p->lex.src->text + p->ahead.at.lo;
    int n = p->ahead.kind == T_NUMBER || p->ahead.name ? (int)(p->ahead.at.hi - p->ahead.at.lo) : 0;
    slip(p, p->tok.at, arena_printf(p->a, "write `%s %.*s`", setting, n ? n : 3, n ? value : "..."),
         "`%s` takes its value without `%s`", setting, token_spelling(p->tok.kind));
    advance(p);
}

/* The kind that the current word was meant to be, by spelling or by habit; T_EOF when none is near. */
static enum token_kind nearest_kind(struct parser *p, const enum token_kind *kinds, uint32_t n)
{
    if (!p->tok.name)
        return T_EOF;
    const char **spellings = ARENA_ARRAY(p->a, const char *, n);
    for (uint32_t i = 0; i < n; i++)
        spellings[i] = token_spelling(kinds[i]);
    const char *near = diag_nearest(p->tok.name, spellings, n);
    for (uint32_t i = 0; near && i < n; i++)
        if (spellings[i] == near)
            return kinds[i];
    return habit_kind(p->tok.name, kinds, n);
}

enum token_kind item_kind(struct parser *p, const enum token_kind *kinds, uint32_t n, const char *what)
{
    for (uint32_t i = 0; i < n; i++)
        if (at(p, kinds[i]))
            return kinds[i];
    enum token_kind near = nearest_kind(p, kinds, n);
    const char *found = token_describe(&p->lex, &p->tok);
    if (near == T_EOF) {
        fail_at(p, p->tok.at, "expected %s, found %s", what, found);
        return T_EOF;
    }
    slip(p, p->tok.at, arena_printf(p->a, "did you mean `%s`?", token_spelling(near)), "expected %s, found %s", what,
         found);
    p->tok.kind = near;
    return near;
}

/* ---- recovery ---- */

void skip_block(struct parser *p)
{
    uint32_t depth = 0;
    do {
        if (at(p, T_LBRACE))
            depth++;
        else if (at(p, T_RBRACE))
            depth--;
        advance(p);
    } while (depth > 0 && !at(p, T_EOF) && !at_decl_line(p));
    p->unclosed += indented(p) ? depth : 0;
}

/* The block with which a damaged item ends, and a `;` that was meant to end it. */
void skip_last_block(struct parser *p)
{
    skip_block(p);
    if (at(p, T_SEMI) && !p->tok.first)
        advance(p);
}

void skip_to_close(struct parser *p)
{
    while (!at_block_end(p)) {
        if (at(p, T_LBRACE))
            skip_block(p);
        else
            advance(p);
    }
}

static bool continues_block(const struct parser *p) { return at(p, K_OR) || at(p, K_AND) || at(p, K_CATCH); }

/* Does an item of some block seem to start here? */
bool starts_item(const struct parser *p)
{
    if (token_class(p->tok.kind) >= TC_KEYWORD)
        return !continues_block(p);
    enum token_kind next = p->ahead.kind;
    return at(p, T_NAME) && (next == T_ARROW || next == T_FAT_ARROW || next == T_LONG_ARROW || next == T_COLON ||
                             next == T_LBRACKET);
}

static bool at_item_line(const struct parser *p) { return p->tok.first && starts_item(p); }

void sync_item(struct parser *p)
{
    if (!p->panic)
        return;
    while (!at_block_end(p) && !at_item_line(p)) {
        if (at(p, T_LBRACE)) {
            skip_last_block(p);
            if (!continues_block(p))
                break;
        } else if (accept(p, T_SEMI)) {
            break;
        } else {
            advance(p);
        }
    }
    p->panic = false;
}

void settle(struct parser *p)
{
    if (p->lost)
        diags_mute(p->lex.d, (struct span){p->item.file, p->item.lo, p->last.hi});
    p->lost = false;
}

void skip_item(struct parser *p)
{
    if (at(p, T_LBRACE)) {
        skip_last_block(p);
    } else if (!accept(p, T_SEMI)) {
        advance(p);
        p->panic = true;
        sync_item(p);
    }
}

void sync_list(struct parser *p, enum token_kind close)
{
    if (!p->panic)
        return;
    uint32_t depth = 0;
    for (;; advance(p)) {
        if (depth == 0 && (at(p, T_COMMA) || at(p, close)))
            break;
        if (at(p, T_LBRACE) || at(p, T_SEMI) || at_block_end(p) || at_item_line(p))
            return; /* the list is not closed here: still in panic */
        if (at(p, T_LPAREN) || at(p, T_LBRACKET))
            depth++;
        else if (depth > 0 && (at(p, T_RPAREN) || at(p, T_RBRACKET)))
            depth--;
    }
    p->panic = false;
}

bool enter(struct parser *p)
{
    if (p->depth++ < FRONT_MAX_DEPTH)
        return true;
    if (!p->too_deep)
        limit(p, p->tok.at, "nested more than %d levels deep", FRONT_MAX_DEPTH);
    p->too_deep = true;
    p->panic = p->lost = true;
    p->n_fails++;
    return false;
}

void leave(struct parser *p) { p->depth--; }

/* No `{` where a block starts. After an error before it the rest of the line is searched for one; otherwise what stands
 * here instead is the error, and a block behind it belongs to something else. */
static bool find_block(struct parser *p, const char *what)
{
    bool search = p->panic;
    fail_expected(p, arena_printf(p->a, "`{` and %s", what));
    while (search && !at(p, T_LBRACE) && !at(p, T_SEMI) && !at(p, T_RBRACE) && !at(p, T_EOF) && !p->tok.first)
        advance(p);
    return at(p, T_LBRACE);
}

/* The `{` is missing, and what would follow it is here: reported, and the block read as if it stood there. */
static bool forgotten_brace(struct parser *p, const char *what)
{
    bool inside = !at_block_end(p) && !at(p, T_SEMI) && (p->tok.first || starts_item(p));
    if (p->panic || at(p, T_LBRACE) || continues_block(p) || is_decl_start(p->tok.kind) || !inside)
        return false;
    struct span where = p->tok.first ? (struct span){p->last.file, p->last.hi, p->last.hi} : p->tok.at;
    slip(p, where, NULL, "expected `{` and %s", what);
    p->forgiven++;
    return true;
}

/* Does the block end here, though it is not closed? Its fields (K_STATE) end at the next item of an actor. */
static bool at_ender(const struct parser *p, enum token_kind ender)
{
    if (ender != K_STATE)
        return ender && at(p, ender);
    bool item = at(p, K_MAILBOX) || at(p, K_INBOX) || at(p, K_SESSIONS) || at(p, K_STATE) || at(p, K_WITH) ||
                at(p, K_INVARIANT) || at(p, K_ON) || at(p, K_ISOLATION);
    return item && p->ahead.kind != T_COLON && (p->tok.first || p->item_ended);
}

static void parse_item(struct parser *p, void (*item)(struct parser *p, void *ctx), void *ctx)
{
    p->item = p->tok.at;
    if (at(p, T_SEMI)) {
        slip(p, p->tok.at, "leave it out", "stray `;`");
        advance(p);
        return;
    }
    if (at(p, T_LBRACE)) {
        p->forgiven++; /* its `}` may be this block's */
        fail_at(p, p->tok.at, "a block of its own cannot stand here");
        skip_item(p);
    } else {
        uint32_t before = p->tok.at.lo;
        item(p, ctx);
        if (p->tok.at.lo == before)
            skip_item(p);
        else
            sync_item(p);
    }
    settle(p);
}

void parse_block(struct parser *p, const char *what, void (*item)(struct parser *p, void *ctx), void *ctx)
{
    bool forgotten = forgotten_brace(p, what);
    if (!forgotten && !at(p, T_LBRACE) && !find_block(p, what)) {
        sync_item(p);
        return;
    }
    struct span open = forgotten ? p->last : p->tok.at;
    if (!enter(p)) {
        if (at(p, T_LBRACE))
            skip_block(p);
        leave(p);
        return;
    }
    enum token_kind ender = p->ender;
    p->ender = T_EOF;
    settle(p);
    if (!forgotten)
        advance(p);
    while (!at_block_end(p) && !at_ender(p, ender))
        parse_item(p, item, ctx);
    p->item = p->tok.at;
    expect_close(p, T_RBRACE, open);
    leave(p);
}
