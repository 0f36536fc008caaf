/* parse_ltl.c -- formulas of linear temporal logic, by precedence climbing.
 *
 * From loose to tight: <->, -> (right), ||, &&, U and W (right), the unary operators. Chains of one operator are read
 * in a loop or by recursion; both count as nesting, since they nest in the result.
 */
#include "parser_internal.h"

enum level { IFF, IMPLIES, OR, AND, UNTIL, UNARY };

static struct ltl *parse_level(struct parser *p, enum level level);

static struct ltl *new_ltl(struct parser *p, enum ltl_kind kind, struct span at)
{
    struct ltl *f = ARENA_NEW(p->a, struct ltl);
    f->kind = kind;
    f->at = at;
    return f;
}

/* ---- atoms ---- */

/* sent(R, M) | sent(S.R, M) */
static void parse_event(struct parser *p, struct ltl *f)
{
    f->role = expect_role(p, "a role");
    if (!f->role.indexed && accept_dot(p)) {
        f->session = f->role.base;
        f->role = expect_role(p, "a role of the session");
    }
    if (!accept(p, T_COMMA))
        help(p, fail_expected(p, "`,` and a message"), "write `sent(R, M)`");
    f->name = expect_name(p, "the name of a message");
}

static struct ltl *parse_atom(struct parser *p, enum ltl_kind kind)
{
    struct ltl *f = new_ltl(p, kind, p->tok.at);
    advance(p);
    struct span open = p->tok.at;
    if (!expect(p, T_LPAREN, "`(`"))
        return f;
    if (kind == LTL_SENT || kind == LTL_RECEIVED)
        parse_event(p, f);
    else
        f->name = expect_name(p, kind == LTL_DONE ? "the name of a session" : "the name of a child");
    if (kind == LTL_CRASHED || kind == LTL_RESTARTED)
        f->has_index = optional_index(p, "the index of a child", 0, FRONT_MAX_FAMILY - 1, &f->index);
    expect_close(p, T_RPAREN, open);
    f->at = since(p, f->at);
    return f;
}

static struct ltl *parse_constant(struct parser *p, enum ltl_kind kind)
{
    struct ltl *f = new_ltl(p, kind, p->tok.at);
    advance(p);
    return f;
}

static struct ltl *parse_parentheses(struct parser *p)
{
    struct span open = p->tok.at;
    advance(p);
    struct ltl *f = parse_level(p, IFF);
    expect_close(p, T_RPAREN, open);
    f->at = since(p, open);
    return f;
}

static struct ltl *parse_primary(struct parser *p)
{
    static const char what[] = "a formula: `sent(R, M)`, `received(R, M)`, `done(S)`, `crashed(c)`, `restarted(c)`, "
                               "`true`, `false` or an operator";
    if (at(p, T_LPAREN))
        return parse_parentheses(p);
    bool atom = at_name(p) && (p->ahead.kind == T_LPAREN || !at(p, T_NAME)); /* a misspelt one needs its `(` */
    if (atom) {
        switch (ITEM_KIND(p, what, K_TRUE, K_FALSE, K_SENT, K_RECEIVED, K_DONE, K_CRASHED, K_RESTARTED)) {
        case K_TRUE: return parse_constant(p, LTL_TRUE);
        case K_FALSE: return parse_constant(p, LTL_FALSE);
        case K_SENT: return parse_atom(p, LTL_SENT);
        case K_RECEIVED: return parse_atom(p, LTL_RECEIVED);
        case K_DONE: return parse_atom(p, LTL_DONE);
        case K_CRASHED: return parse_atom(p, LTL_CRASHED);
        case K_RESTARTED: return parse_atom(p, LTL_RESTARTED);
        default: break;
        }
    }
    struct diag *g = fail_expected(p, what);
    if (at_name(p) && is_arrow(p->ahead.kind))
        help(p, g, "that A has sent M is `sent(A, M)`, that B has received it `received(B, M)`");
    p->forgiven += at(p, T_LBRACE); /* its `}` may be the formula's */
    return new_ltl(p, LTL_TRUE, p->tok.at);
}

/* ---- operators ---- */

/* Consumes a unary operator, if one is here. */
static bool accept_unary(struct parser *p, enum ltl_kind *kind)
{
    static const enum token_kind words[] = {K_ALWAYS, K_EVENTUALLY};
    uint32_t tokens = 1;
    if (at_habit(p, words, 2))
        item_kind(p, words, 2, "an operator");
    switch (p->tok.kind) {
    case T_NOT:
    case K_NOT: *kind = LTL_NOT; break;
    case K_X:
    case K_NEXT: *kind = LTL_NEXT; break;
    case K_ALWAYS: *kind = LTL_ALWAYS; break;
    case K_EVENTUALLY: *kind = LTL_EVENTUALLY; break;
    case T_LBRACKET:
        *kind = LTL_ALWAYS;
        tokens = p->ahead.kind == T_RBRACKET ? 2 : 0;
        break;
    case T_LT:
        *kind = LTL_EVENTUALLY;
        tokens = p->ahead.kind == T_GT ? 2 : 0;
        break;
    default: return false;
    }
    for (uint32_t i = 0; i < tokens; i++)
        advance(p);
    return tokens > 0;
}

static struct ltl *parse_unary(struct parser *p)
{
    struct span from = p->tok.at;
    enum ltl_kind kind;
    struct ltl *f;
    if (!enter(p))
        f = new_ltl(p, LTL_TRUE, from);
    else if (accept_unary(p, &kind)) {
        f = new_ltl(p, kind, from);
        f->left = parse_unary(p);
        f->at = since(p, from);
    } else {
        f = parse_primary(p);
    }
    leave(p);
    return f;
}

/* Consumes an operator of that level, if one is here. */
static bool accept_binary(struct parser *p, enum level level, enum ltl_kind *kind)
{
    if (at(p, T_OR) || at(p, T_AND)) {
        bool or = at(p, T_OR);
        if (level != (or ? OR : AND))
            return false;
        slip(p, p->tok.at, or ? "write `||`" : "write `&&`", "`%s` is not an operator of formulas", or ? "|" : "&");
        *kind = or ? LTL_OR : LTL_AND;
        advance(p);
        return true;
    }
    switch (level) {
    case IFF: *kind = LTL_IFF; return accept(p, T_IFF);
    case IMPLIES:
        *kind = LTL_IMPLIES;
        if (at(p, T_FAT_ARROW))
            slip(p, p->tok.at, "write `->`", "`=>` is not an operator of formulas");
        return accept(p, T_ARROW) || accept(p, K_IMPLIES) || accept(p, T_FAT_ARROW);
    case OR: *kind = LTL_OR; return accept(p, T_OR_OR) || accept(p, K_OR);
    case AND: *kind = LTL_AND; return accept(p, T_AND_AND) || accept(p, K_AND);
    case UNTIL:
        *kind = at(p, K_U) || at(p, K_UNTIL) ? LTL_UNTIL : LTL_WEAK_UNTIL;
        return accept(p, K_U) || accept(p, K_UNTIL) || accept(p, K_W) || accept(p, K_WEAK_UNTIL);
    case UNARY: break;
    }
    return false;
}

static struct ltl *parse_level(struct parser *p, enum level level)
{
    if (level == UNARY)
        return parse_unary(p);
    struct span from = p->tok.at;
    struct ltl *left = parse_level(p, level + 1);
    bool to_the_right = level == IMPLIES || level == UNTIL;
    uint32_t depth = p->depth;
    enum ltl_kind kind;
    while (!p->panic && accept_binary(p, level, &kind)) {
        if (!enter(p))
            break;
        struct ltl *f = new_ltl(p, kind, from);
        f->left = left;
        f->right = parse_level(p, to_the_right ? level : level + 1);
        f->at = since(p, from);
        left = f;
    }
    p->depth = depth;
    return left;
}

struct ltl *parse_formula(struct parser *p) { return parse_level(p, IFF); }
