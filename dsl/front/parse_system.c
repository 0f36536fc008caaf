/* parse_system.c -- actors, systems with their supervision trees and wires, and verify blocks. */
#include "parser_internal.h"

enum { MOST = INT32_MAX }; /* where no smaller number is meant */

/* Reports a setting that stands twice in one block. */
static void once(struct parser *p, const struct opt_u64 *earlier, const char *word)
{
    if (earlier->given)
        label(p, fail_at(p, p->tok.at, "`%s` is given twice", word), earlier->at, "the first one");
}

/* At `word`: `word N`. */
static void parse_setting(struct parser *p, struct opt_u64 *o, uint64_t lo, uint64_t hi)
{
    const char *word = token_spelling(p->tok.kind);
    struct span from = p->tok.at;
    once(p, o, word);
    p->panic = false; /* the setting itself can be read all the same */
    advance(p);
    no_assignment(p, word);
    o->given = true;
    o->value = expect_number(p, arena_printf(p->a, "the number behind `%s`", word), lo, hi);
    o->at = since(p, from);
}

/* ---- actors ---- */

/* The words behind `mailbox K`. */
static void parse_policy(struct parser *p)
{
    if (at(p, K_SHARED)) {
        reserved(p, "`shared`");
        return;
    }
    if (at(p, K_FAIL) || at(p, K_DROP_NEWEST) || at(p, K_DROP_OLDEST)) {
        reserved(p, arena_printf(p->a, "`%s`", token_spelling(p->tok.kind)));
        return;
    }
    accept(p, K_BLOCK);
    expect_semi(p, "a mailbox");
}

static bool parse_reserved_actor_item(struct parser *p)
{
    switch (p->tok.kind) {
    case K_INBOX:
    case K_ISOLATION:
    case K_INVARIANT:
    case K_REQUIRES:
    case K_ENSURES:
    case K_DECIDE: reserved(p, arena_printf(p->a, "`%s`", token_spelling(p->tok.kind))); return true;
    case K_ON: reserved(p, "`on ... requires ... ensures ...`"); return true;
    default: return false;
    }
}

static void parse_actor_item(struct parser *p, void *ctx)
{
    struct actor_decl *a = ctx;
    if (parse_reserved_actor_item(p))
        return;
    switch (ITEM_KIND(p, "`mailbox`, `sessions` or `state`", K_MAILBOX, K_SESSIONS, K_STATE)) {
    case K_MAILBOX:
        parse_setting(p, &a->mailbox, 1, UINT16_MAX);
        parse_policy(p);
        break;
    case K_SESSIONS:
        parse_setting(p, &a->sessions, 1, MOST);
        expect_semi(p, "`sessions`");
        break;
    case K_STATE:
        if (a->has_state)
            slip(p, p->tok.at, "put all fields into one", "`state` is given twice");
        a->has_state = true;
        advance(p);
        parse_fields(p, &a->state, "the state");
        break;
    default: break;
    }
}

static struct plays parse_plays(struct parser *p)
{
    struct plays x = {.session = expect_name(p, "a session and the role played in it, as `S.R`")};
    if (!accept(p, T_DOT))
        help(p, fail_expected(p, "`.` and a role of the session"), "write `plays S.R`");
    x.role = expect_role(p, "a role of the session");
    return x;
}

void parse_actor(struct parser *p, struct decl *d)
{
    if (!accept(p, K_PLAYS))
        help(p, fail_expected(p, "`plays` and a role"), "write `actor NAME plays S.R { ... }`");
    do {
        struct plays x = parse_plays(p);
        vec_push(p->a, d->as.actor.plays, x);
    } while (accept(p, T_COMMA));
    if (!accept(p, T_SEMI))
        parse_block(p, "the settings of the actor, or `;`", parse_actor_item, &d->as.actor);
}

/* ---- supervisors and children ---- */

static struct supervisor_decl *parse_supervisor(struct parser *p);

static void parse_backoff(struct parser *p, struct child_decl *c)
{
    struct span from = p->last;
    c->backoff_min = (struct opt_u64){true, expect_duration(p, "the shortest backoff"), from};
    if (!accept(p, T_DOT_DOT))
        help(p, fail_expected(p, "`..` and the longest backoff"), "write `backoff 10ms..1s`");
    c->backoff_max = (struct opt_u64){true, expect_duration(p, "the longest backoff"), from};
    c->backoff_min.at = c->backoff_max.at = since(p, from);
}

static void parse_shutdown(struct parser *p, struct child_decl *c)
{
    struct span from = p->last;
    c->shutdown = (struct opt_u64){true, expect_duration(p, "the time for a shutdown"), from};
    c->shutdown.at = since(p, from);
}

static void parse_child_option(struct parser *p, struct child_decl *c)
{
    enum token_kind kind = ITEM_KIND(p, "`permanent`, `transient`, `temporary`, `shutdown`, `backoff` or `;`",
                                     K_PERMANENT, K_TRANSIENT, K_TEMPORARY, K_SHUTDOWN, K_BACKOFF);
    if (kind == T_EOF)
        return;
    if (kind == K_SHUTDOWN)
        once(p, &c->shutdown, "shutdown");
    else if (kind == K_BACKOFF)
        once(p, &c->backoff_min, "backoff");
    p->panic = false;
    advance(p);
    switch (kind) {
    case K_PERMANENT: c->restart = RESTART_PERMANENT; break;
    case K_TRANSIENT: c->restart = RESTART_TRANSIENT; break;
    case K_TEMPORARY: c->restart = RESTART_TEMPORARY; break;
    case K_SHUTDOWN: parse_shutdown(p, c); break;
    default: parse_backoff(p, c); break;
    }
}

/* child ... decide { ... } | child ... { decide { ... } } */
static void parse_child_decide(struct parser *p)
{
    bool braces = accept(p, T_LBRACE);
    reserved(p, "`decide`");
    if (braces)
        accept(p, T_RBRACE);
    accept(p, T_SEMI);
}

/* child NAME[k]: Actor permanent shutdown D backoff D..D; */
static void parse_child(struct parser *p, struct child_decl *c)
{
    advance(p);
    c->name = expect_name(p, "the name of a child");
    c->family = optional_index(p, "the size of a child family", 1, FRONT_MAX_FAMILY, &c->size);
    if (at(p, T_EQ) || at(p, T_COLON_EQ)) {
        slip(p, p->tok.at, "write `child name: Actor;`", "a child's actor stands behind `:`, not behind `%s`",
             token_spelling(p->tok.kind));
        advance(p);
    } else if (!accept(p, T_COLON)) {
        help(p, fail_expected(p, "`:` and the child's actor"), "write `child name: Actor;`");
    }
    c->actor = expect_name(p, "an actor");
    while (at_name(p) && !p->panic && !(p->tok.first && at(p, T_NAME)))
        parse_child_option(p, c);
    if (at(p, K_DECIDE) || (at(p, T_LBRACE) && p->ahead.kind == K_DECIDE))
        parse_child_decide(p);
    else
        expect_semi(p, "a child");
}

static void parse_member(struct parser *p, void *ctx)
{
    struct supervisor_decl *s = ctx;
    struct child_decl c = {.name = {NULL, p->tok.at}};
    if (at(p, K_DECIDE)) {
        reserved(p, "`decide`");
        return;
    }
    switch (ITEM_KIND(p, "`child` or `supervisor`", K_CHILD, K_SUPERVISOR)) {
    case K_CHILD: parse_child(p, &c); break;
    case K_SUPERVISOR:
        c.supervisor = parse_supervisor(p);
        c.name = c.supervisor->name;
        break;
    default: return;
    }
    vec_push(p->a, s->children, c);
}

static enum strategy parse_strategy(struct parser *p)
{
    if (!at_name(p) || at(p, K_INTENSITY))
        return ONE_FOR_ONE;
    enum token_kind kind = ITEM_KIND(p, "`one_for_one`, `one_for_all` or `rest_for_one`", K_ONE_FOR_ONE,
                                     K_ONE_FOR_ALL, K_REST_FOR_ONE);
    if (kind != T_EOF)
        advance(p);
    return kind == K_ONE_FOR_ALL ? ONE_FOR_ALL : kind == K_REST_FOR_ONE ? REST_FOR_ONE : ONE_FOR_ONE;
}

/* supervisor NAME strategy intensity N in D { members } */
static struct supervisor_decl *parse_supervisor(struct parser *p)
{
    struct supervisor_decl *s = ARENA_NEW(p->a, struct supervisor_decl);
    struct span from = p->tok.at;
    s->intensity = 3;
    s->window = 5000000000u;
    advance(p);
    s->name = expect_name(p, "the name of a supervisor");
    s->strategy = parse_strategy(p);
    if (at_name(p) && ITEM_KIND(p, "`intensity` or `{`", K_INTENSITY) == K_INTENSITY) {
        advance(p);
        no_assignment(p, "intensity");
        s->intensity = (uint32_t)expect_number(p, "the restart intensity", 0, MOST);
        if (!accept(p, K_IN))
            help(p, fail_expected(p, "`in` and the window of the intensity"), "write `intensity 5 in 10s`");
        s->window = expect_duration(p, "the window of the restart intensity");
    }
    p->ender = K_WIRE;
    parse_block(p, "the children of the supervisor", parse_member, s);
    p->ender = T_EOF;
    s->at = since(p, from);
    return s;
}

/* ---- wires ---- */

static struct binding parse_binding(struct parser *p)
{
    struct binding b = {.role = expect_name(p, "a role and who plays it, as `R = child`")};
    if (at(p, T_COLON) || at(p, T_COLON_EQ) || at(p, T_EQ_EQ)) {
        slip(p, p->tok.at, "write `R = child`", "a role is bound with `=`, not with `%s`", token_spelling(p->tok.kind));
        advance(p);
    } else if (!accept(p, T_EQ)) {
        help(p, fail_expected(p, "`=` and the child that plays the role"), "write `R = child`");
    }
    b.any = at(p, K_ANY) && names_something(p->ahead.kind);
    if (b.any)
        advance(p);
    b.child = expect_name(p, "a child");
    b.indexed = optional_index(p, "the index of a child", 0, FRONT_MAX_FAMILY - 1, &b.index);
    bool next = p->ahead.kind == T_EQ && missing_comma(p, "a binding");
    if (!next && !at(p, T_COMMA) && !at(p, T_RPAREN) && !at(p, T_SEMI))
        fail_expected(p, "`,` or `)` after a binding");
    return b;
}

static void parse_wire(struct parser *p, struct wire_decl *w)
{
    w->at = p->tok.at;
    advance(p);
    w->session = expect_name(p, "the session to wire");
    struct span open = p->tok.at;
    if (expect(p, T_LPAREN, "`(` and the bindings of the roles")) {
        do {
            struct binding b = parse_binding(p);
            vec_push(p->a, w->bindings, b);
            sync_list(p, T_RPAREN);
        } while (accept(p, T_COMMA) || (!p->panic && at_name(p)));
        expect_close(p, T_RPAREN, open);
    }
    expect_semi(p, "a wire");
    w->at = since(p, w->at);
}

static void parse_system_item(struct parser *p, void *ctx)
{
    struct system_decl *s = ctx;
    struct wire_decl w = {0};
    struct child_decl stray = {0};
    if (at(p, K_DECIDE)) {
        reserved(p, "`decide`");
        return;
    }
    switch (ITEM_KIND(p, "`supervisor` or `wire`", K_SUPERVISOR, K_WIRE, K_CHILD)) {
    case K_SUPERVISOR: {
        struct supervisor_decl *tree = parse_supervisor(p);
        vec_push(p->a, s->supervisors, tree);
        break;
    }
    case K_WIRE:
        parse_wire(p, &w);
        vec_push(p->a, s->wires, w);
        break;
    case K_CHILD:
        slip(p, p->tok.at, "write `supervisor root one_for_one { child ...; }`", "a child stands in a supervisor");
        parse_child(p, &stray);
        break;
    default: break;
    }
}

void parse_system(struct parser *p, struct decl *d)
{
    parse_block(p, "the supervisors and wires of the system", parse_system_item, &d->as.system);
}

/* ---- verify ---- */

static void parse_crashes(struct parser *p, struct verify_decl *v)
{
    struct crash_budget b = {.at = p->tok.at};
    advance(p);
    no_assignment(p, "crashes");
    b.count = (uint32_t)expect_number(p, "the number of crashes", 1, UINT8_MAX);
    if (accept(p, K_OF))
        b.child = expect_name(p, "the child that may crash");
    b.at = since(p, b.at);
    expect_semi(p, "`crashes`");
    vec_push(p->a, v->crashes, b);
}

static void parse_fair(struct parser *p, struct verify_decl *v)
{
    if (v->fair_given)
        fail_at(p, p->tok.at, "`fair` is given twice");
    p->panic = false;
    advance(p);
    no_assignment(p, "fair");
    enum token_kind kind = ITEM_KIND(p, "`weak` or `none`", K_WEAK, K_NONE);
    if (kind != T_EOF)
        advance(p);
    v->fair_given = true;
    v->fair_weak = kind != K_NONE;
    expect_semi(p, "`fair`");
}

/* ltl NAME { formula } */
static void parse_ltl(struct parser *p, struct verify_decl *v)
{
    struct ltl_decl x = {.at = p->tok.at};
    advance(p);
    x.name = expect_name(p, "the name of the property");
    struct span open = p->tok.at;
    bool forgotten = !at(p, T_LBRACE) && !p->tok.first && !p->panic;
    if (forgotten) {
        slip(p, p->tok.at, NULL, "expected `{` and a formula, found %s", token_describe(&p->lex, &p->tok));
        p->forgiven++;
    } else if (!expect(p, T_LBRACE, "`{` and a formula")) {
        return;
    }
    x.formula = parse_formula(p);
    if (!at(p, T_RBRACE)) {
        bool next = at(p, K_LTL) && names_something(p->ahead.kind); /* the `}` is missing */
        if (!at_block_end(p) && !next)
            fail_expected(p, "an operator or `}` after the formula");
        if (!next)
            skip_to_close(p);
    }
    expect_close(p, T_RBRACE, open);
    x.at = since(p, x.at);
    vec_push(p->a, v->ltls, x);
}

static void parse_verify_item(struct parser *p, void *ctx)
{
    struct verify_decl *v = ctx;
    if (at(p, K_LOSS) || at(p, K_DOMAIN)) {
        reserved(p, at(p, K_LOSS) ? "`loss`" : "`domain`");
        return;
    }
    switch (ITEM_KIND(p, "`sessions`, `crashes`, `fair` or `ltl`", K_SESSIONS, K_CRASHES, K_FAIR, K_LTL)) {
    case K_SESSIONS:
        parse_setting(p, &v->sessions, 1, UINT8_MAX);
        expect_semi(p, "`sessions`");
        break;
    case K_CRASHES: parse_crashes(p, v); break;
    case K_FAIR: parse_fair(p, v); break;
    case K_LTL: parse_ltl(p, v); break;
    default: break;
    }
}

void parse_verify(struct parser *p, struct decl *d)
{
    d->as.verify.fair_weak = true;
    parse_block(p, "what must hold", parse_verify_item, &d->as.verify);
}
