/* format_pieces.c -- reading pieces, and the rules for two tokens side by side. */
#include "format_pieces.h"

#include "parser_internal.h"

bool is_blank_byte(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* ---- reading ---- */

typedef VEC(struct piece) piece_vec;

_Static_assert(TOKEN_KINDS < 512 && FRONT_MAX_DEPTH < 2048, "both fit in their bit-fields");

static uint32_t newlines_between(const char *text, uint32_t lo, uint32_t hi)
{
    uint32_t n = 0;
    for (; lo < hi && n < 2; lo++)
        n += text[lo] == '\n';
    return n;
}

static void add(struct arena *a, piece_vec *v, const char *text, struct piece p)
{
    p.newlines = newlines_between(text, v->n ? vec_last(*v).at.hi : 0, p.at.lo);
    vec_push(a, *v, p);
}

static void match_braces(struct arena *a, piece_vec *v)
{
    VEC(uint32_t) open = {0};
    for (uint32_t i = 0; i < v->n; i++) {
        if (is_token(&v->at[i], T_LBRACE))
            vec_push(a, open, i);
        if (!is_token(&v->at[i], T_RBRACE) || !open.n)
            continue;
        v->at[i].match = open.at[--open.n];
        v->at[v->at[i].match].match = i;
    }
}

static bool names_event(enum token_kind k)
{
    return k == K_SENT || k == K_RECEIVED || k == K_DONE || k == K_CRASHED || k == K_RESTARTED;
}

/* What the scan for areas remembers. `ltl`, `invariant` and the like are names elsewhere: where they stand counts. */
struct area_scan {
    enum piece_area area;
    enum token_kind last[3]; /* the tokens before, the nearest first */
    enum token_kind decl;    /* the keyword of the declaration */
    uint32_t braces;         /* around here */
};

static bool ends_item(enum token_kind k) { return k == T_LBRACE || k == T_RBRACE || k == T_SEMI; }

static bool starts_formula(const struct area_scan *s)
{
    return s->last[1] == K_LTL && ends_item(s->last[2]);
}

/* Does an expression, or a contract with several, start with this word? */
static bool starts_expr(const struct area_scan *s, enum token_kind k)
{
    bool item = s->decl == K_ACTOR && s->braces == 1 && (ends_item(s->last[0]) || s->last[0] == K_WITH);
    return k == K_WHERE || (item && (k == K_INVARIANT || k == K_ON));
}

static void count_braces(struct area_scan *s, enum token_kind k)
{
    if (s->braces == 0 && token_class(k) == TC_KEYWORD)
        s->decl = k == K_PLAYS ? s->decl : k;
    if (k == T_LBRACE)
        s->braces++;
    else if (k == T_RBRACE && s->braces)
        s->braces--;
}

static enum piece_area area_of(struct area_scan *s, enum token_kind k)
{
    enum piece_area here = s->area;
    switch (s->area) {
    case AREA_PLAIN:
        if (k == K_LOCAL || k == K_ASSERT)
            here = s->area = AREA_LOCAL;
        else if (k == T_LBRACE && starts_formula(s))
            s->area = AREA_FORMULA;
        else if (starts_expr(s, k))
            s->area = AREA_EXPR;
        break;
    case AREA_LOCAL:
        if (k == T_SEMI)
            s->area = AREA_PLAIN;
        break;
    case AREA_EXPR:
        if (k == T_SEMI)
            here = s->area = AREA_PLAIN;
        break;
    case AREA_FORMULA:
        if (k == T_RBRACE)
            here = s->area = AREA_PLAIN;
        else if (k == T_LPAREN && names_event(s->last[0]))
            here = s->area = AREA_EVENT;
        break;
    case AREA_EVENT:
        if (k == T_RPAREN)
            s->area = AREA_FORMULA;
        break;
    }
    count_braces(s, k);
    s->last[2] = s->last[1];
    s->last[1] = s->last[0];
    s->last[0] = k;
    return here;
}

/* Is this sign before its operand, seen from the token before it? */
static bool is_prefix(const struct area_scan *s, enum token_kind k)
{
    enum token_kind before = s->last[0];
    bool operand = before == T_NUMBER || before == T_RPAREN || before == T_RBRACKET ||
                   (names_something(before) && before != K_REQUIRES && before != K_ENSURES && before != K_INVARIANT &&
                    before != K_NOT && before != K_IMPLIES);
    return k == T_NOT || (k == T_MINUS && !operand);
}

static void mark_areas(piece_vec *v)
{
    struct area_scan s = {0};
    uint32_t depth = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        struct piece *p = &v->at[i];
        if (p->kind != PIECE_TOKEN)
            continue;
        p->prefix = s.area == AREA_EXPR && is_prefix(&s, p->token);
        p->area = area_of(&s, p->token);
        depth -= p->token == T_RPAREN && depth > 0;
        p->depth = depth;
        depth += p->token == T_LPAREN;
    }
}

static bool is_continuation(const struct piece *p, enum token_kind before, enum token_kind after)
{
    if (p->area != AREA_PLAIN)
        return false;
    bool joins = p->token == K_OR || p->token == K_AND || p->token == K_CATCH;
    bool ends = before == T_RBRACE && (p->token == T_SEMI || (p->token == K_WITH && after == K_INVARIANT));
    return joins || ends;
}

static enum token_kind token_before(const piece_vec *v, uint32_t i)
{
    while (i > 0 && v->at[i - 1].kind != PIECE_TOKEN)
        i--;
    return i > 0 ? v->at[i - 1].token : T_EOF;
}

static void mark_continuations(piece_vec *v)
{
    bool continues = false;
    enum token_kind after = T_EOF;
    for (uint32_t i = v->n; i-- > 0;) {
        const struct piece *p = &v->at[i];
        if (p->kind == PIECE_TOKEN) {
            continues = is_continuation(p, token_before(v, i), after);
            after = p->token;
        }
        v->at[i].continues = continues;
    }
}

static struct lexer lexer_of(struct arena *a, struct interner *names, const struct sources *s, uint32_t source)
{
    struct lexer x;
    lexer_init(&x, a, names, s, source, diags_new(a));
    x.keep_comments = true;
    return x;
}

/* How many pieces there are, so that millions of them are allocated but once. */
static uint32_t count_pieces(struct lexer *x)
{
    uint32_t n = 0;
    while (lex_next(x).kind != T_EOF)
        n++;
    return n + x->comments.n;
}

struct pieces pieces_read(struct arena *a, struct interner *names, const struct sources *s, uint32_t source)
{
    struct lexer first = lexer_of(a, names, s, source), x = lexer_of(a, names, s, source);
    const char *text = s->at[source]->text;
    piece_vec v = {.cap = count_pieces(&first)};
    v.at = ARENA_ARRAY(a, struct piece, v.cap);
    x.comments = first.comments;
    x.keep_comments = false;
    uint32_t done = 0; /* comments */
    for (bool more = true; more;) {
        struct token t = lex_next(&x);
        more = t.kind != T_EOF;
        for (; done < x.comments.n && (!more || x.comments.at[done].at.lo < t.at.lo); done++) {
            const struct comment *c = &x.comments.at[done];
            add(a, &v, text, (struct piece){.kind = c->block ? PIECE_BLOCK_COMMENT : PIECE_LINE_COMMENT,
                                            .at = {c->at.lo, c->at.hi}});
        }
        if (more)
            add(a, &v, text, (struct piece){.token = t.kind, .at = {t.at.lo, t.at.hi}});
    }
    match_braces(a, &v);
    mark_areas(&v);
    mark_continuations(&v);
    return (struct pieces){text, v.at, v.n};
}

/* ---- comparing ---- */

static uint32_t skip_blanks(const char *text, uint32_t lo, uint32_t hi)
{
    while (lo < hi && is_blank_byte(text[lo]))
        lo++;
    return lo;
}

static bool same_text(const char *s, struct extent x, const char *t, struct extent y)
{
    for (;;) {
        x.lo = skip_blanks(s, x.lo, x.hi);
        y.lo = skip_blanks(t, y.lo, y.hi);
        if (x.lo == x.hi || y.lo == y.hi)
            return x.lo == x.hi && y.lo == y.hi;
        if (s[x.lo++] != t[y.lo++])
            return false;
    }
}

bool pieces_same(const struct pieces *x, const struct pieces *y)
{
    bool same = x->n == y->n;
    for (uint32_t i = 0; same && i < x->n; i++)
        same = x->at[i].kind == y->at[i].kind && x->at[i].token == y->at[i].token &&
               same_text(x->text, x->at[i].at, y->text, y->at[i].at);
    return same;
}

/* ---- two tokens side by side ---- */

/* What the second token asks for; false where the first one decides. */
static bool joined_by_second(const struct piece *x, const struct piece *y)
{
    switch (y->token) {
    case T_SEMI:
    case T_COMMA:
    case T_COLON:
    case T_RPAREN:
    case T_RBRACKET:
    case T_DOT_DOT: return true;
    case T_GT: return y->area != AREA_EXPR;
    case T_DOT: return y->area != AREA_LOCAL;
    case T_LT: return y->area != AREA_FORMULA && y->area != AREA_EXPR;
    case T_LBRACKET: return y->area != AREA_FORMULA;
    case T_LPAREN:
        return y->area == AREA_PLAIN || y->area == AREA_EVENT || (y->area == AREA_LOCAL && x->token == K_DUAL) ||
               (y->area == AREA_EXPR && (x->token == K_LEN || x->token == K_OLD));
    case T_LBRACE: return x->token == T_PLUS || x->token == T_AND;
    case T_RBRACE: return x->token == T_LBRACE;
    case T_NOT:
    case T_QUESTION: return y->area == AREA_LOCAL && names_something(x->token); /* the peer */
    default: return false;
    }
}

static bool joined_by_first(const struct piece *x)
{
    switch (x->token) {
    case T_DOT: return x->area != AREA_LOCAL;
    case T_LPAREN:
    case T_LBRACKET:
    case T_NOT:
    case T_DOT_DOT:
    case T_QUESTION: return true;
    case T_LT: return x->area != AREA_EXPR;
    case T_MINUS: return x->prefix;
    default: return false;
    }
}

bool blank_between(const struct piece *x, const struct piece *y)
{
    return !joined_by_second(x, y) && !joined_by_first(x);
}

enum { TIGHTEST = 7, NOT_BINARY };

/* How tightly an operator of formulas or expressions binds, from 0. */
static uint32_t tightness(const struct piece *x)
{
    bool expr = x->area == AREA_EXPR;
    switch (x->token) {
    case T_IFF: return 0;
    case T_ARROW:
    case K_IMPLIES: return 1;
    case T_OR_OR:
    case K_OR: return 2;
    case T_AND_AND:
    case K_AND: return 3;
    case K_U:
    case K_UNTIL:
    case K_W:
    case K_WEAK_UNTIL: return expr ? NOT_BINARY : 4;
    case T_LT: /* in formulas half of `<>` */
    case T_LE:
    case T_GT:
    case T_GE:
    case T_EQ_EQ:
    case T_NE: return expr ? 5 : NOT_BINARY;
    case T_PLUS:
    case T_MINUS: return x->prefix ? NOT_BINARY : 6;
    case T_STAR:
    case T_SLASH:
    case T_PERCENT: return TIGHTEST;
    default: return NOT_BINARY;
    }
}

static bool starts_clause(enum token_kind k)
{
    return k == K_PLAYS || k == K_WHERE || k == K_REQUIRES || k == K_ENSURES || k == K_INTENSITY || k == K_PERMANENT || k == K_TRANSIENT || k == K_TEMPORARY ||
           k == K_SHUTDOWN || k == K_BACKOFF;
}

uint32_t break_rank(const struct piece *x, const struct piece *y)
{
    bool good = false;
    uint32_t rank = x->depth * (TIGHTEST + 2);
    if (!blank_between(x, y) || y->continues)
        return BREAK_NEVER;
    switch (x->area) {
    case AREA_PLAIN: good = x->token == T_COMMA || starts_clause(y->token); break;
    case AREA_LOCAL: good = x->token == T_DOT || x->token == T_COMMA; break;
    case AREA_FORMULA:
        good = tightness(x) != NOT_BINARY;
        rank += tightness(x);
        break;
    case AREA_EXPR:
        good = y->token == K_REQUIRES || y->token == K_ENSURES || tightness(x) != NOT_BINARY;
        rank += tightness(x) == NOT_BINARY ? 0 : tightness(x) + 1;
        break;
    case AREA_EVENT: break;
    }
    return good ? rank : BREAK_BAD;
}
