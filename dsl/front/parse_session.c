/* parse_session.c -- sessions: role lists and global types.
 *
 * Three statements are chains of blocks: `choice` joined by `or`, `par` by `and`, `try` by `catch` and its events. A
 * block of such a chain that is not closed ends where the next one is announced.
 */
#include "parser_internal.h"

static void parse_statement(struct parser *p, void *ctx);

static struct block parse_body(struct parser *p)
{
    struct block b = {0};
    struct span lo = p->tok.at;
    parse_block(p, "statements", parse_statement, &b.stmts);
    b.at = since(p, lo);
    return b;
}

/* ---- A -> B: M; ---- */

static const char interaction_shape[] = "a message is sent as `A -> B: M;`";

/* Does the next statement start here, on a line of its own, where this one has not ended? */
static bool next_starts(const struct parser *p) { return p->tok.first && at_name(p) && is_arrow(p->ahead.kind); }

static bool wrong_arrow(const struct parser *p)
{
    bool split = at(p, T_MINUS) && p->ahead.kind == T_GT; /* "- >" */
    return split || at(p, T_FAT_ARROW) || at(p, T_LONG_ARROW) || at(p, T_BACK_ARROW);
}

static void parse_arrow(struct parser *p)
{
    if (accept(p, T_ARROW))
        return;
    if (at(p, T_BACK_ARROW)) {
        slip(p, p->tok.at, "write the sender first: `B -> A: M;`", "`<-` is not an arrow of this language");
    } else if (wrong_arrow(p)) {
        slip(p, p->tok.at, "write `->`", "`%s` is not an arrow of this language",
             at(p, T_MINUS) ? "- >" : token_spelling(p->tok.kind));
    } else {
        help(p, fail_expected(p, "`->` after the sending role"), "%s", interaction_shape);
        return;
    }
    if (at(p, T_MINUS))
        advance(p);
    advance(p);
}

static void parse_message_colon(struct parser *p)
{
    if (accept(p, T_COLON))
        return;
    if (at(p, T_COLON_EQ) || at(p, T_EQ) || at(p, T_COLON_COLON)) {
        slip(p, p->tok.at, "write `A -> B: M;`", "the message stands behind `:`, not behind `%s`",
             token_spelling(p->tok.kind));
        advance(p);
        return;
    }
    help(p, fail_expected(p, "`:` and a message after the receiving role"), "%s", interaction_shape);
}

/* Payloads are declared once, with the message. */
void no_payload_here(struct parser *p, struct ident *message)
{
    if (at(p, T_LPAREN) || at(p, T_LT)) {
        help(p, fail_at(p, p->tok.at, "a message's fields do not stand here"),
             "declare them once, at the top level: `message %s { name: type; }`", message->name ? message->name : "M");
    } else if (at(p, T_LBRACE) || at(p, T_LBRACKET)) {
        help(p, fail_at(p, p->tok.at, "neither a message's fields nor conditions stand here in `%s`",
                        token_spelling(p->tok.kind)),
             "fields are declared with the message; a condition is written as `A -> B: M where ...;`");
    }
}

/* Reports what is missing before the next statement. */
static bool cut_short(struct parser *p, const char *what)
{
    if (!next_starts(p))
        return false;
    fail_expected(p, what);
    p->panic = false;
    return true;
}

/* `A -> B, C: M;` and `A -> {B, C}: M;`: skipped. */
static bool several_receivers(struct parser *p)
{
    if (!at(p, T_COMMA) && !at(p, T_LBRACE))
        return false;
    help(p, fail_at(p, p->tok.at, "an interaction has one receiver"),
         "write one for each, or `foreach p in P { A -> p: M; }` for a family");
    if (at(p, T_LBRACE))
        skip_block(p);
    p->panic = true; /* up to the `;` */
    return true;
}

/* where E. Other notations have other words for it. */
static void parse_refinement(struct parser *p, struct stmt *s)
{
    static const enum token_kind where[] = {K_WHERE};
    bool other = at_habit(p, where, 1);
    if (other)
        slip(p, p->tok.at, "write `where`", "a refinement starts with `where`, not with `%s`", p->tok.name);
    if (!other && !at(p, K_WHERE))
        return;
    advance(p);
    s->where = parse_expr(p);
    if (at(p, K_IN))
        help(p, fail_at(p, p->tok.at, "`in` is not an operator of expressions"), "write `1 <= x && x <= 4`");
}

static void end_interaction(struct parser *p)
{
    if (!at(p, T_COMMA) || p->ahead.first || !names_something(p->ahead.kind)) {
        expect_semi(p, "a statement");
        return;
    }
    advance(p);
    if (is_arrow(p->ahead.kind))
        slip(p, p->last, "write `;`", "a statement ends with `;`, not with a comma");
    else
        help(p, fail_at(p, p->last, "an interaction has one message"), "write one for each: `A -> B: M; A -> B: N;`");
}

static void parse_interaction(struct parser *p, struct stmt *s)
{
    s->kind = ST_MESSAGE;
    s->from = expect_role(p, "the sending role");
    if (at(p, T_COLON) && names_something(p->ahead.kind))
        help(p, fail_at(p, p->tok.at, "an interaction starts with its sender, not with its message"),
             "write `A -> B: %s;`", s->from.base.name ? s->from.base.name : "M");
    parse_arrow(p);
    if (cut_short(p, "the receiving role") || (!p->panic && several_receivers(p)))
        return;
    s->to = expect_role(p, "the receiving role");
    if (!p->panic && several_receivers(p))
        return;
    if (at(p, T_SEMI) || (p->tok.first && !at(p, T_COLON))) {
        help(p, fail_expected(p, "`:` and a message after the receiving role"), "%s", interaction_shape);
        accept(p, T_SEMI);
        p->panic = false;
        return;
    }
    parse_message_colon(p);
    if (cut_short(p, "the name of a message"))
        return;
    s->message = expect_name(p, "the name of a message");
    no_payload_here(p, &s->message);
    parse_refinement(p, s);
    end_interaction(p);
}

/* ---- the others ---- */

/* What joins the branches of a statement. */
struct joint {
    enum token_kind word, other; /* and the one of the other statement, which may stand here by mistake */
    const char *statement, *shape;
};
static const struct joint choice_joint = {K_OR, K_AND, "a choice", "choice at A { ... } or { ... }"};
static const struct joint par_joint = {K_AND, K_OR, "`par`", "par { ... } and { ... }"};

/* A block that may end, unclosed, where `next` stands. */
static struct block parse_body_before(struct parser *p, enum token_kind next)
{
    p->ender = next;
    struct block b = parse_body(p);
    p->ender = T_EOF;
    return b;
}

/* What joins branches elsewhere. */
static bool other_joint(const struct parser *p)
{
    static const enum token_kind or[] = {K_OR};
    return at_habit(p, or, 1) || at(p, T_OR) || at(p, T_OR_OR) || at(p, T_AND) || at(p, T_AND_AND) || at(p, T_PLUS);
}

/* The word between branches; one block right after another lacks it. */
static bool accept_joint(struct parser *p, const struct joint *j)
{
    const char *word = token_spelling(j->word);
    if (at(p, T_LBRACE) && !p->panic) {
        slip(p, p->tok.at, arena_printf(p->a, "write `%s`", j->shape), "expected `%s` before the next branch", word);
        return true;
    }
    if ((at(p, j->other) || other_joint(p)) && p->ahead.kind == T_LBRACE) {
        slip(p, p->tok.at, arena_printf(p->a, "write `%s`", j->shape), "the branches of %s are joined by `%s`",
             j->statement, word);
        advance(p);
        return true;
    }
    return accept(p, j->word);
}

/* { ... } JOINT { ... } JOINT { ... } */
static void parse_branches(struct parser *p, struct stmt *s, const struct joint *j)
{
    uint32_t errors = p->lex.n_errors;
    do {
        struct block b = parse_body_before(p, j->word);
        vec_push(p->a, s->blocks, b);
    } while (accept_joint(p, j));
    if (s->blocks.n < 2 && p->lex.n_errors == errors)
        help(p, fail_at(p, s->at, "%s needs at least two branches", j->statement), "write `%s`", j->shape);
    p->panic = false;
}

static void parse_choice(struct parser *p, struct stmt *s)
{
    s->kind = ST_CHOICE;
    advance(p);
    if (!accept(p, K_AT))
        help(p, fail_expected(p, "`at` and the role that decides"), "write `%s`", choice_joint.shape);
    s->from = expect_role(p, "the role that decides");
    parse_branches(p, s, &choice_joint);
}

static void parse_rec(struct parser *p, struct stmt *s)
{
    s->kind = ST_REC;
    advance(p);
    s->name = expect_name(p, "the name of the recursion");
    if (at(p, T_COLON) || at(p, T_DOT)) {
        slip(p, p->tok.at, "leave it out: `rec X { ... }`", "no `%s` stands behind the name of a recursion",
             token_spelling(p->tok.kind));
        advance(p);
    }
    struct block b = parse_body(p);
    vec_push(p->a, s->blocks, b);
}

static void parse_continue(struct parser *p, struct stmt *s)
{
    s->kind = ST_CONTINUE;
    advance(p);
    s->name = expect_name(p, "the name of the recursion");
    expect_semi(p, "a statement");
}

/* `do S(A as X)`, as Scribble has it. */
static void no_renaming(struct parser *p, bool *said)
{
    if (!at(p, K_AS) || !names_something(p->ahead.kind))
        return;
    if (!*said)
        slip(p, p->tok.at, "leave out `as` and the name behind it",
             "the roles of a `do` are given in the order in which the session declares them");
    *said = true;
    advance(p);
    advance(p);
}

static void parse_do(struct parser *p, struct stmt *s)
{
    s->kind = ST_DO;
    advance(p);
    s->name = expect_name(p, "the name of a session");
    struct span open = p->tok.at;
    if (at(p, T_LT))
        help(p, fail_expected(p, "`(` and the roles that take part"), "write `do S(A, B);`");
    if (expect(p, T_LPAREN, "`(` and the roles that take part")) {
        bool said = false;
        do {
            struct role_ref r = expect_role(p, "a role");
            push_limited(p, s->args, FRONT_MAX_ROLES, "roles of a session", r);
            no_renaming(p, &said);
            if (missing_comma(p, "a role"))
                continue;
            if (!at(p, T_COMMA) && !at(p, T_RPAREN) && !at(p, T_SEMI))
                fail_expected(p, "`,` or `)` after a role");
            sync_list(p, T_RPAREN);
        } while (accept(p, T_COMMA) || (!p->panic && at_name(p)));
        expect_close(p, T_RPAREN, open);
    }
    expect_semi(p, "a statement");
}

static void parse_foreach(struct parser *p, struct stmt *s)
{
    s->kind = ST_FOREACH;
    advance(p);
    s->name = expect_name(p, "a name for the member of the family");
    if (at(p, T_COLON) || at(p, T_EQ) || at(p, K_OF)) {
        slip(p, p->tok.at, "write `foreach p in P { ... }`", "the family of a `foreach` stands behind `in`");
        advance(p);
    } else if (!accept(p, K_IN)) {
        help(p, fail_expected(p, "`in` and a role family"), "write `foreach p in P { ... }`");
    }
    if (at(p, T_NUMBER))
        help(p, fail_expected(p, "a role family"), "the session declares it: `role P[3]`");
    s->family = expect_name(p, "a role family");
    struct block b = parse_body(p);
    vec_push(p->a, s->blocks, b);
}

/* par { ... } and { ... } | par foreach p in P { ... } */
static void parse_par(struct parser *p, struct stmt *s)
{
    advance(p);
    if (at(p, K_FOREACH)) {
        s->parallel = true;
        parse_foreach(p, s);
        return;
    }
    s->kind = ST_PAR;
    parse_branches(p, s, &par_joint);
}

/* ---- try ---- */

static const char try_shape[] = "try { ... } catch timeout 2s at A { ... }";

static void parse_catcher(struct parser *p, struct catch_event *e, const char *event)
{
    const char *shape = arena_printf(p->a, "write `%s at A`", event);
    if (!accept(p, K_AT) && !p->panic)
        help(p, fail_expected(p, "`at` and the role that catches the event"), "%s", shape);
    if (!p->panic)
        e->catcher = expect_role(p, "the role that catches the event");
}

static bool starts_event(const struct parser *p) { return at(p, K_TIMEOUT) || at(p, K_CRASH) || at(p, K_CANCEL); }

static enum token_kind event_kind(struct parser *p)
{
    static const char what[] = "`timeout`, `crash` or `cancel`";
    if (at_name(p) && names_something(p->ahead.kind) && p->ahead.kind != K_TIMEOUT && p->ahead.kind != K_CRASH)
        return ITEM_KIND(p, what, K_TIMEOUT, K_CRASH, K_CANCEL);
    if (starts_event(p))
        return p->tok.kind;
    struct diag *g = fail_expected(p, what);
    help(p, g, at(p, T_LPAREN) ? "events stand without parentheses: `catch timeout 2s at A { ... }`"
                               : "an event is `timeout 2s at A`, `crash B at A` or `cancel at A`");
    return T_EOF;
}

/* timeout D at R | crash Q at R | cancel at R. False when none of them starts here. */
static bool parse_catch_event(struct parser *p, struct catch_event *e)
{
    e->at = p->tok.at;
    enum token_kind kind = event_kind(p);
    if (kind == T_EOF)
        return false;
    advance(p);
    if (kind == K_TIMEOUT) {
        e->kind = EV_TIMEOUT;
        if (at(p, K_AT))
            help(p, fail_expected(p, "the time after which it happens"), "write `timeout 2s at A`");
        e->after = expect_duration(p, "the time after which it happens");
        parse_catcher(p, e, "timeout 2s");
    } else if (kind == K_CRASH) {
        e->kind = EV_CRASH;
        e->who = expect_role(p, "the role that may crash");
        parse_catcher(p, e, "crash B");
    } else {
        e->kind = EV_CANCEL;
        parse_catcher(p, e, "cancel");
    }
    e->at = since(p, e->at);
    return true;
}

/* At `catch`: its events and its handler. */
static void parse_catch(struct parser *p, struct stmt *s)
{
    struct catch_clause c = {.at = p->tok.at};
    advance(p);
    do {
        struct catch_event e = {0};
        if (parse_catch_event(p, &e))
            push_limited(p, c.events, FRONT_MAX_LIST, "events of one handler", e);
        if (starts_event(p) && !p->panic)
            slip(p, p->tok.at, NULL, "expected `,` between two events");
        sync_list(p, T_LBRACE);
    } while (accept(p, T_COMMA) || (starts_event(p) && !p->panic));
    c.handler = parse_body_before(p, K_CATCH);
    c.at = since(p, c.at);
    push_limited(p, s->catches, FRONT_MAX_LIST, "handlers of one `try`", c);
}

/* At `catch`; without one before it, a misspelt one will do. */
static bool at_catch(struct parser *p, const struct stmt *s)
{
    static const enum token_kind word[] = {K_CATCH};
    const char *spelling = token_spelling(K_CATCH);
    bool near = !s->catches.n && at(p, T_NAME) && names_something(p->ahead.kind) && p->tok.name &&
                diag_nearest(p->tok.name, &spelling, 1);
    return near ? item_kind(p, word, 1, "`catch`") == K_CATCH : at(p, K_CATCH);
}

static void no_finally(struct parser *p)
{
    if (!at(p, T_NAME) || p->ahead.kind != T_LBRACE || !p->tok.name || strcmp(p->tok.name, "finally") != 0)
        return;
    slip(p, p->tok.at, "write it behind the `try`", "a `try` has no `finally`: what stands behind it follows in any case");
    advance(p);
    parse_body(p);
}

/* try { ... } catch EVENT, EVENT { ... } catch ... */
static void parse_try(struct parser *p, struct stmt *s)
{
    uint32_t errors = p->lex.n_errors;
    s->kind = ST_TRY;
    advance(p);
    struct block b = parse_body_before(p, K_CATCH);
    vec_push(p->a, s->blocks, b);
    while (at_catch(p, s))
        parse_catch(p, s);
    no_finally(p);
    if (!s->catches.n && p->lex.n_errors == errors)
        help(p, fail_at(p, s->at, "a `try` needs at least one `catch`"), "write `%s`", try_shape);
    p->panic = false;
}

/* A branch or handler that belongs to nothing: reported, and its block parsed all the same. */
static void parse_lone_branch(struct parser *p)
{
    if (at(p, K_CATCH)) {
        struct stmt nothing = {0};
        slip(p, p->tok.at, arena_printf(p->a, "write `%s`", try_shape), "`catch` without a `try` before it");
        parse_catch(p, &nothing);
        return;
    }
    const struct joint *j = at(p, K_OR) ? &choice_joint : &par_joint;
    slip(p, p->tok.at, arena_printf(p->a, "write `%s`", j->shape), "`%s` without %s before it",
         token_spelling(j->word), j->statement);
    advance(p);
    if (at(p, T_LBRACE))
        parse_body(p);
}

static const enum token_kind statement_starts[] = {K_CHOICE, K_REC, K_CONTINUE, K_DO, K_FOREACH, K_PAR, K_TRY};
enum { N_STARTS = sizeof statement_starts / sizeof *statement_starts };

static enum token_kind no_statement(struct parser *p, const char *advice)
{
    struct diag *g = fail_at(p, p->tok.at, "expected a statement, found %s", token_describe(&p->lex, &p->tok));
    help(p, g, "%s", advice);
    return T_EOF;
}

/* "A B: M;", or a misspelt keyword. */
static enum token_kind two_names(struct parser *p)
{
    static const enum token_kind words[] = {K_CHOICE, K_CONTINUE, K_FOREACH};
    const char *spellings[] = {"choice", "continue", "foreach"};
    const char *near = p->tok.name ? diag_nearest(p->tok.name, spellings, 3) : NULL;
    return near ? item_kind(p, words, 3, "a statement") : T_NAME;
}

static enum token_kind statement_kind(struct parser *p)
{
    enum token_kind next = p->ahead.kind;
    bool sends = at_name(p) && (is_arrow(next) || next == T_LBRACKET || next == T_COLON);
    if (sends || is_arrow(p->tok.kind))
        return T_NAME;
    if (at_name(p) && (next == T_COLON_EQ || next == T_EQ)) {
        struct diag *g = fail_at(p, p->ahead.at, "expected `->` after the sending role, found `%s`",
                                 token_spelling(next));
        help(p, g, "%s", interaction_shape);
        return T_EOF;
    }
    if (at_name(p) && p->tok.name && next == T_SEMI)
        return no_statement(p, arena_printf(p->a, "write `continue %s;` to go back to the start of `rec %s`",
                                            p->tok.name, p->tok.name));
    if (at(p, T_NAME) && p->tok.name && !at_habit(p, statement_starts, N_STARTS)) {
        if (next == T_LPAREN)
            return no_statement(p, interaction_shape);
        if (next == T_NAME)
            return two_names(p);
    }
    return item_kind(p, statement_starts, N_STARTS, "a statement");
}

static void parse_statement(struct parser *p, void *ctx)
{
    if (at(p, K_OR) || at(p, K_AND) || at(p, K_CATCH)) {
        parse_lone_branch(p);
        return;
    }
    struct stmt *s = ARENA_NEW(p->a, struct stmt);
    s->at = p->tok.at;
    switch (statement_kind(p)) {
    case K_CHOICE: parse_choice(p, s); break;
    case K_REC: parse_rec(p, s); break;
    case K_CONTINUE: parse_continue(p, s); break;
    case K_DO: parse_do(p, s); break;
    case K_FOREACH: parse_foreach(p, s); break;
    case K_PAR: parse_par(p, s); break;
    case K_TRY: parse_try(p, s); break;
    case T_NAME: parse_interaction(p, s); break;
    default: return;
    }
    s->at = since(p, s->at);
    stmt_vec *stmts = ctx;
    vec_push(p->a, *stmts, s);
}

/* ---- session S(...) ---- */

struct parameter {
    struct role_decl role;
    bool keyword;  /* with `role` */
    bool reported; /* something was said about it already */
};
typedef VEC(struct parameter) parameter_vec;

/* *reported: where a missing comma was reported, so that nothing else is said about what stands there. */
static void parse_parameter(struct parser *p, parameter_vec *params, uint32_t *reported)
{
    struct parameter x = {.reported = p->tok.at.lo == *reported, .keyword = accept(p, K_ROLE)};
    x.role.name = expect_name(p, x.keyword ? "the name of a role" : "`role` and its name, or a local type");
    x.role.family = optional_index(p, "the size of a role family", 1, FRONT_MAX_FAMILY, &x.role.size);
    push_limited(p, *params, FRONT_MAX_ROLES, "roles of a session", x);
    *reported = p->tok.at.lo;
    if (missing_comma(p, "a role"))
        return;
    *reported = 0;
    if (!at(p, T_COMMA) && !at(p, T_RPAREN) && !at(p, T_LBRACE) && !at(p, T_SEMI))
        fail_expected(p, "`,` or `)` after a role");
    sync_list(p, T_RPAREN);
}

/* A global type declares its roles with `role`; a session of local types names them. */
static void check_parameters(struct parser *p, const parameter_vec *params, bool by_locals)
{
    for (uint32_t i = 0; i < params->n; i++) {
        const struct parameter *x = &params->at[i];
        if (!x->role.name.name || x->reported)
            continue;
        if (!by_locals && !x->keyword)
            slip(p, x->role.name.at, arena_printf(p->a, "write `role %s`", x->role.name.name),
                 "expected `role` before `%s`", x->role.name.name);
        else if (by_locals && x->keyword)
            slip(p, x->role.name.at,
                 "a global type follows in `{ ... }`; a session of local types names them without `role`",
                 "a session without a body lists local types, and `%s` is declared as a role", x->role.name.name);
        else if (by_locals && x->role.family)
            slip(p, x->role.name.at, "name one local type for each participant", "a local type cannot be a family");
        else
            continue;
        return; /* once a session */
    }
}

void parse_session(struct parser *p, struct decl *d)
{
    struct session_decl *s = &d->as.session;
    struct span open = p->tok.at;
    parameter_vec params = {0};
    uint32_t fails = p->n_fails, reported = 0;
    if (expect(p, T_LPAREN, "`(` and the roles of the session")) {
        do
            parse_parameter(p, &params, &reported);
        while (accept(p, T_COMMA) || (!p->panic && (at_name(p) || at(p, K_ROLE))));
        expect_close(p, T_RPAREN, open);
    }
    d->damaged = p->n_fails != fails || p->full == &params;
    for (uint32_t i = 0; i < params.n; i++)
        vec_push(p->a, s->roles, params.at[i].role);
    s->by_locals = !at(p, T_LBRACE) && (at(p, T_SEMI) || (params.n && !params.at[0].keyword));
    if (!p->panic)
        check_parameters(p, &params, s->by_locals);
    if (s->by_locals)
        expect_semi(p, "a session of local types");
    else
        s->body = parse_body(p);
}
