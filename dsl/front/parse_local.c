/* parse_local.c -- local types.
 *
 * A local type is a chain of prefixes (`rec X`, `!M`, `dual`) and ends in a name, `end` or a set of branches; chains
 * are read in a loop, so only branches nest.
 */
#include "parser_internal.h"

static struct local *parse_local_type(struct parser *p);

static struct local *new_local(struct parser *p, enum local_kind kind)
{
    struct local *l = ARENA_NEW(p->a, struct local);
    l->kind = kind;
    l->at = p->tok.at;
    return l;
}

static const char branches_shape[] = "each branch is written in full: `+{ B!M . end, B!N . end }` for sends, "
                                     "`&{ B?M . end, B?N . end }` for receives";

static struct local *parse_action(struct parser *p)
{
    struct local *l = new_local(p, LT_ACTION);
    if (at_name(p))
        l->peer = expect_name(p, "a peer");
    l->send = at(p, T_NOT);
    advance(p);
    if (at(p, T_LBRACE))
        help(p, fail_expected(p, "the name of a message"), "%s", branches_shape);
    l->message = expect_name(p, "the name of a message");
    if (!at(p, T_LBRACE) && !at(p, T_LBRACKET))
        no_payload_here(p, &l->message);
    l->at = since(p, l->at);
    return l;
}

/* At `+`, `&` or `mixed`: `{ branch, branch ... }`. */
static struct local *parse_branches(struct parser *p, enum local_kind kind)
{
    struct local *l = new_local(p, kind);
    advance(p);
    struct span open = p->tok.at;
    if (!at(p, T_LBRACE)) {
        fail_expected(p, "`{` and the branches");
        return l;
    }
    if (!enter(p)) {
        skip_block(p);
        leave(p);
        return l;
    }
    advance(p);
    do {
        if (at(p, T_RBRACE) && l->branches.n)
            break; /* a final comma */
        struct local *branch = parse_local_type(p);
        vec_push(p->a, l->branches, branch);
        if (!at(p, T_COMMA) && !at(p, T_RBRACE) && !at_block_end(p))
            fail_expected(p, "`,` or `}` after a branch");
        sync_list(p, T_RBRACE);
    } while (accept(p, T_COMMA));
    expect_close(p, T_RBRACE, open);
    leave(p);
    l->at = since(p, l->at);
    return l;
}

static struct local *parse_parentheses(struct parser *p)
{
    struct span open = p->tok.at;
    struct local *l = NULL;
    if (enter(p)) {
        advance(p);
        l = parse_local_type(p);
        expect_close(p, T_RPAREN, open);
    }
    leave(p);
    return l ? l : new_local(p, LT_END);
}

static struct local *parse_prefix_name(struct parser *p, enum local_kind kind)
{
    struct local *l = new_local(p, kind);
    if (kind == LT_REC)
        advance(p);
    l->name = expect_name(p, kind == LT_REC ? "the name of the recursion" : "a local type");
    if (kind == LT_NAME && (at(p, T_AND) || at(p, T_PLUS)) && p->ahead.kind == T_LBRACE)
        help(p, fail_at(p, p->tok.at, "no peer stands before `%s{`", token_spelling(p->tok.kind)), "%s", branches_shape);
    l->at = since(p, l->at);
    return l;
}

static struct local *parse_keyword(struct parser *p, enum local_kind kind)
{
    struct local *l = new_local(p, kind);
    advance(p);
    return l;
}

/* One link of the chain. */
static struct local *parse_link(struct parser *p)
{
    bool acts = at(p, T_NOT) || at(p, T_QUESTION);
    bool peer_acts = at_name(p) && (p->ahead.kind == T_NOT || p->ahead.kind == T_QUESTION);
    if (acts || peer_acts)
        return parse_action(p);
    if (at(p, K_MIXED) && p->ahead.kind == T_LBRACE) /* elsewhere it is a name */
        return parse_branches(p, LT_MIXED);
    switch (p->tok.kind) {
    case T_PLUS: return parse_branches(p, LT_SELECT);
    case T_AND: return parse_branches(p, LT_BRANCH);
    case T_LPAREN: return parse_parentheses(p);
    case K_REC: return parse_prefix_name(p, LT_REC);
    case K_END: return parse_keyword(p, LT_END);
    case K_DUAL: return parse_keyword(p, LT_DUAL);
    default: break;
    }
    static const enum token_kind rec[] = {K_REC};
    if (at_habit(p, rec, 1) && names_something(p->ahead.kind)) {
        item_kind(p, rec, 1, "a local type");
        return parse_prefix_name(p, LT_REC);
    }
    if (at_name(p))
        return parse_prefix_name(p, LT_NAME);
    fail_expected(p, "a local type: an action such as `!M`, `+{...}`, `&{...}`, `rec`, `dual`, a name or `end`");
    return new_local(p, LT_END);
}

/* "!M; ?N; end" */
static bool semi_for_dot(const struct parser *p)
{
    bool action = p->ahead.kind == T_NOT || p->ahead.kind == T_QUESTION || p->ahead.kind == K_END;
    return at(p, T_SEMI) && !p->ahead.first && (action || names_something(p->ahead.kind));
}

/* The `.` behind an action or `rec X`. False where the type stops without `end`. *said: a `;` for it is reported. */
static bool parse_dot(struct parser *p, const struct local *before, bool *said)
{
    if (accept(p, T_DOT))
        return true;
    if (semi_for_dot(p)) {
        if (!*said)
            slip(p, p->tok.at, "write `.`", "the actions of a local type are joined by `.`, not by `;`");
        *said = true;
        advance(p);
        return true;
    }
    bool stops = at(p, T_SEMI) || at(p, T_COMMA) || at(p, T_RBRACE) || at(p, T_RPAREN);
    if (stops && before->kind == LT_ACTION) {
        struct span where = {p->last.file, p->last.hi, p->last.hi};
        slip(p, where, "write `. end` if nothing follows", "a local type cannot stop after an action");
        return false;
    }
    const char *after = before->kind == LT_REC ? "`.` after `rec` and its name" : "`.` and what follows this action";
    struct diag *g = fail_expected(p, after);
    if (before->kind == LT_REC)
        help(p, g, "write `rec X . T`");
    return false;
}

static struct local *parse_local_type(struct parser *p)
{
    struct local *first = NULL, **tail = &first;
    bool said = false;
    for (uint32_t n = 0;; n++) {
        bool whole = at(p, T_LPAREN); /* a type in parentheses brings its own rest */
        struct local *l = parse_link(p);
        *tail = l;
        if (whole || (l->kind != LT_REC && l->kind != LT_ACTION && l->kind != LT_DUAL))
            return first;
        tail = &l->next;
        bool more = l->kind == LT_DUAL || parse_dot(p, l, &said);
        if (more && n == FRONT_MAX_CHAIN) {
            limit(p, l->at, "more than %d actions in a row in one local type", FRONT_MAX_CHAIN);
            p->panic = true;
            more = false;
        }
        if (!more) {
            *tail = new_local(p, LT_END);
            return first;
        }
    }
}

/* assert T <= U; | assert T == U; */
void parse_assert(struct parser *p, struct decl *d)
{
    struct assert_decl *a = &d->as.assert_;
    a->left = parse_local_type(p);
    a->kind = at(p, T_LE) || at(p, T_LT) ? ASSERT_SUBTYPE : ASSERT_EQUAL;
    if (at(p, T_LT) || at(p, T_EQ)) {
        slip(p, p->tok.at, at(p, T_LT) ? "write `<=`" : "write `==`", "local types are not compared with `%s`",
             token_spelling(p->tok.kind));
        advance(p);
    } else if (at(p, T_GE) || at(p, T_GT)) {
        fail_at(p, p->tok.at, "local types are not compared with `%s`", token_spelling(p->tok.kind));
    } else if (!accept(p, T_LE) && !accept(p, T_EQ_EQ)) {
        help(p, fail_expected(p, "`<=` or `==` and a local type"), "write `assert T <= U;`: T may stand for U");
    }
    if (!p->panic)
        a->right = parse_local_type(p);
    expect_semi(p, "an assertion");
}

void parse_local(struct parser *p, struct decl *d)
{
    if (at(p, T_COLON) || at(p, T_COLON_EQ)) {
        slip(p, p->tok.at, "write `local T = ...;`", "a local type stands behind `=`, not behind `%s`",
             token_spelling(p->tok.kind));
        advance(p);
    } else {
        expect(p, T_EQ, "`=` and a local type");
    }
    d->as.local = parse_local_type(p);
    expect_semi(p, "a local type");
}
