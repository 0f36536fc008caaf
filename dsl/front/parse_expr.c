/* parse_expr.c -- expressions of refinements, contracts and invariants, by precedence climbing.
 *
 * From loose to tight: -> (right), ||, &&, comparisons (which do not chain), + and -, * / and %, the unary ! and -.
 * Words may stand for the signs as in formulas. What nests in the result counts as nesting, as do chains of one
 * operator.
 */
#include "parser_internal.h"

enum level { IMPLIES, OR, AND, COMPARE, SUM, PRODUCT, UNARY };

static struct expr *parse_level(struct parser *p, enum level level);

static struct expr *new_expr(struct parser *p, enum expr_kind kind, struct span at)
{
    struct expr *e = ARENA_NEW(p->a, struct expr);
    e->kind = kind;
    e->at = at;
    return e;
}

static struct expr *one_token(struct parser *p, enum expr_kind kind)
{
    struct expr *e = new_expr(p, kind, p->tok.at);
    e->number = p->tok.value;
    advance(p);
    return e;
}

/* ---- values ---- */

/* NAME { '.' NAME } */
static void parse_path(struct parser *p, struct expr *e)
{
    struct span from = p->tok.at;
    do {
        struct ident part = expect_name(p, e->path.n ? "a name after `.`" : "the name of a value");
        if (!part.name)
            e->kind = EX_POISON;
        vec_push(p->a, e->path, part);
    } while (e->kind != EX_POISON && accept(p, T_DOT));
    e->at = since(p, from);
    if (at(p, T_LBRACKET))
        help(p, fail_at(p, p->tok.at, "elements of lists and arrays cannot be named in an expression"),
             "`len(...)` is the number of elements");
}

/* len(path) | old(path) */
static struct expr *parse_call(struct parser *p, enum expr_kind kind)
{
    struct expr *e = new_expr(p, kind, p->tok.at);
    struct span from = p->tok.at;
    advance(p);
    struct span open = p->tok.at;
    advance(p);
    parse_path(p, e);
    expect_close(p, T_RPAREN, open);
    e->at = since(p, from);
    return e;
}

static struct expr *parse_parentheses(struct parser *p)
{
    struct span open = p->tok.at;
    advance(p);
    struct expr *e = parse_level(p, IMPLIES);
    expect_close(p, T_RPAREN, open);
    e->at = since(p, open);
    return e;
}

static struct expr *unknown_call(struct parser *p)
{
    struct expr *e = new_expr(p, EX_POISON, p->tok.at);
    struct diag *g = fail_at(p, p->tok.at, "there is no function `%s`", p->tok.name);
    help(p, g, "the functions are `len(x)`, of strings, bytes and lists, and `old(x)`, in `ensures`");
    return e;
}

static struct expr *parse_primary(struct parser *p)
{
    bool call = p->ahead.kind == T_LPAREN;
    switch (p->tok.kind) {
    case T_NUMBER: return one_token(p, EX_NUMBER);
    case T_LPAREN: return parse_parentheses(p);
    case K_TRUE: return one_token(p, EX_TRUE);
    case K_FALSE: return one_token(p, EX_FALSE);
    case T_DURATION:
        slip(p, p->tok.at, "write a number in the unit of the field", "expressions have no durations");
        return one_token(p, EX_POISON);
    case T_STRING:
        slip(p, p->tok.at, "its length can be compared: `len(x) > 0`", "expressions have no strings");
        p->lost = true; /* what it is compared with is no mistake of its own */
        return one_token(p, EX_POISON);
    default: break;
    }
    if (call && (at(p, K_LEN) || at(p, K_OLD)))
        return parse_call(p, at(p, K_LEN) ? EX_LEN : EX_OLD);
    if (call && at_name(p))
        return unknown_call(p);
    struct expr *e = new_expr(p, EX_NAME, p->tok.at);
    if (at_name(p)) {
        parse_path(p, e);
        return e;
    }
    fail_expected(p, "a value: a number, the name of a field, `len(x)`, `true`, `false` or `(`");
    e->kind = EX_POISON;
    return e;
}

/* ---- operators ---- */

static struct expr *parse_unary(struct parser *p)
{
    struct span from = p->tok.at;
    bool negates = at(p, T_MINUS), nots = at(p, T_NOT) || at(p, K_NOT);
    struct expr *e;
    if (!enter(p))
        e = new_expr(p, EX_POISON, from);
    else if (negates || nots) {
        advance(p);
        e = new_expr(p, negates ? EX_NEGATE : EX_NOT, from);
        e->left = parse_unary(p);
        e->at = since(p, from);
    } else {
        e = parse_primary(p);
    }
    leave(p);
    return e;
}

static bool consume(struct parser *p, enum expr_kind is, enum expr_kind *kind)
{
    *kind = is;
    advance(p);
    return true;
}

/* A sign of other languages, reported and read as what it stands for there. */
static bool misspelt(struct parser *p, const char *right, enum expr_kind is, enum expr_kind *kind)
{
    slip(p, p->tok.at, arena_printf(p->a, "write `%s`", right), "`%s` is not an operator of expressions",
         token_spelling(p->tok.kind));
    return consume(p, is, kind);
}

static bool accept_comparison(struct parser *p, enum expr_kind *kind)
{
    switch (p->tok.kind) {
    case T_LT: return consume(p, EX_LT, kind);
    case T_LE: return consume(p, EX_LE, kind);
    case T_GT: return consume(p, EX_GT, kind);
    case T_GE: return consume(p, EX_GE, kind);
    case T_EQ_EQ: return consume(p, EX_EQ, kind);
    case T_NE: return consume(p, EX_NE, kind);
    case T_EQ:
        if (p->ahead.kind != T_LT && p->ahead.kind != T_GT)
            return misspelt(p, "==", EX_EQ, kind);
        *kind = p->ahead.kind == T_LT ? EX_LE : EX_GE;
        slip(p, p->tok.at, p->ahead.kind == T_LT ? "write `<=`" : "write `>=`", "`=%s` is not an operator of expressions",
             token_spelling(p->ahead.kind));
        advance(p);
        advance(p);
        return true;
    case T_COLON_EQ:
    case T_IFF: return misspelt(p, "==", EX_EQ, kind);
    case T_BACK_ARROW:
        slip(p, p->tok.at, "put a blank between `<` and `-`", "`<-` is not an operator of expressions");
        p->tok.kind = T_MINUS; /* of the operand */
        *kind = EX_LT;
        return true;
    default: return false;
    }
}

/* Consumes an operator of that level, if one is here. */
static bool accept_binary(struct parser *p, enum level level, enum expr_kind *kind)
{
    enum token_kind k = p->tok.kind;
    switch (level) {
    case IMPLIES:
        if (k == T_FAT_ARROW)
            return misspelt(p, "->", EX_IMPLIES, kind);
        return (k == T_ARROW || k == K_IMPLIES) && consume(p, EX_IMPLIES, kind);
    case OR:
        if (k == T_OR)
            return misspelt(p, "||", EX_OR, kind);
        return (k == T_OR_OR || k == K_OR) && consume(p, EX_OR, kind);
    case AND:
        if (k == T_AND)
            return misspelt(p, "&&", EX_AND, kind);
        return (k == T_AND_AND || k == K_AND) && consume(p, EX_AND, kind);
    case COMPARE: return accept_comparison(p, kind);
    case SUM: return (k == T_PLUS || k == T_MINUS) && consume(p, k == T_PLUS ? EX_ADD : EX_SUB, kind);
    case PRODUCT:
        if (k != T_STAR && k != T_SLASH && k != T_PERCENT)
            return false;
        return consume(p, k == T_STAR ? EX_MUL : k == T_SLASH ? EX_DIV : EX_MOD, kind);
    case UNARY: break;
    }
    return false;
}

/* `0 < x < 5` would compare a truth value with 5. */
static void no_chain(struct parser *p, const struct expr *left)
{
    enum token_kind k = p->tok.kind;
    bool compares = k == T_LT || k == T_LE || k == T_GT || k == T_GE || k == T_EQ_EQ || k == T_NE;
    if (compares)
        help(p, fail_at(p, p->tok.at, "comparisons do not chain"), "write `%.*s && ...`, with both of them whole",
             (int)(left->at.hi - left->at.lo), p->lex.src->text + left->at.lo);
}

static struct expr *parse_level(struct parser *p, enum level level)
{
    if (level == UNARY)
        return parse_unary(p);
    struct span from = p->tok.at;
    struct expr *left = parse_level(p, level + 1);
    uint32_t depth = p->depth;
    enum expr_kind kind;
    while (!p->panic && accept_binary(p, level, &kind)) {
        if (!enter(p))
            break;
        struct expr *e = new_expr(p, kind, from);
        e->left = left;
        e->right = parse_level(p, level == IMPLIES ? level : level + 1);
        e->at = since(p, from);
        left = e;
        if (level == COMPARE && !p->panic) {
            no_chain(p, e);
            break;
        }
    }
    p->depth = depth;
    return left;
}

struct expr *parse_expr(struct parser *p) { return parse_level(p, IMPLIES); }
