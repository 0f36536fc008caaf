/* parse_actor.c -- actors: what they play, their mailboxes and state, and what must hold of it. */
#include "parser_internal.h"

#include "words.h"

/* ---- settings ---- */

void once(struct parser *p, const struct opt_u64 *earlier, const char *word)
{
    if (earlier->given)
        label(p, fail_at(p, p->tok.at, "`%s` is given twice", word), earlier->at, "the first one");
}

void parse_setting(struct parser *p, struct opt_u64 *o, uint64_t lo, uint64_t hi)
{
    const char *word = token_spelling(p->tok.kind);
    struct span from = p->tok.at;
    once(p, o, word);
    p->panic = false; /* the setting itself can be read all the same */
    advance(p);
    no_assignment(p, word);
    bool parentheses = at(p, T_LPAREN) && p->ahead.kind == T_NUMBER;
    if (parentheses) {
        slip(p, p->tok.at, arena_printf(p->a, "write `%s N`", word), "the number behind `%s` has no parentheses", word);
        advance(p);
    }
    o->given = true;
    o->value = expect_number(p, arena_printf(p->a, "the number behind `%s`", word), lo, hi);
    if (parentheses)
        accept(p, T_RPAREN);
    o->at = since(p, from);
}

/* ---- mailboxes ---- */

/* What happens when there is no room; nothing written is `block`. */
static enum policy parse_policy(struct parser *p)
{
    bool policy = at(p, K_BLOCK) || at(p, K_FAIL) || at(p, K_DROP_NEWEST) || at(p, K_DROP_OLDEST);
    if (!policy && (!at_name(p) || p->tok.first || p->panic))
        return POLICY_BLOCK;
    enum token_kind kind = ITEM_KIND(p, "`block`, `fail`, `drop_newest`, `drop_oldest` or `;`", K_BLOCK, K_FAIL,
                                     K_DROP_NEWEST, K_DROP_OLDEST);
    if (kind != T_EOF)
        advance(p);
    switch (kind) {
    case K_FAIL: return POLICY_FAIL;
    case K_DROP_NEWEST: return POLICY_DROP_NEWEST;
    case K_DROP_OLDEST: return POLICY_DROP_OLDEST;
    default: return POLICY_BLOCK;
    }
}

/* mailbox K [shared] [POLICY]; */
static void parse_mailbox(struct parser *p, struct actor_decl *a)
{
    parse_setting(p, &a->mailbox, 1, UINT16_MAX);
    a->shared = accept(p, K_SHARED);
    a->policy = parse_policy(p);
    if (at(p, K_SHARED) && !p->panic) {
        slip(p, p->tok.at, arena_printf(p->a, "write `shared %s`", word_policy(a->policy)),
             "`shared` stands before the policy");
        a->shared = true;
        advance(p);
    }
    expect_semi(p, "a mailbox");
}

static void parse_inbox(struct parser *p, struct actor_decl *a)
{
    parse_setting(p, &a->inbox, 1, UINT16_MAX);
    if (at(p, K_SHARED)) {
        slip(p, p->tok.at, "leave it out", "an inbox is one for all senders anyway");
        advance(p);
    }
    a->inbox_policy = parse_policy(p);
    expect_semi(p, "an inbox");
}

static void parse_isolation(struct parser *p, struct actor_decl *a)
{
    if (a->isolated)
        slip(p, p->tok.at, "leave it out", "`isolation` is given twice");
    advance(p);
    no_assignment(p, "isolation");
    if (ITEM_KIND(p, "`process`", K_PROCESS) != T_EOF)
        advance(p);
    a->isolated = true;
    expect_semi(p, "`isolation`");
}

/* ---- state and contracts ---- */

/* At `invariant`. */
static void parse_invariant(struct parser *p, struct actor_decl *a)
{
    advance(p);
    if (at(p, T_COLON)) {
        slip(p, p->tok.at, "leave it out", "no `:` stands behind `invariant`");
        advance(p);
    }
    struct expr *e = parse_expr(p);
    push_limited(p, a->invariants, FRONT_MAX_LIST, "invariants", e);
    expect_semi(p, "an invariant");
}

/* state { fields } [with invariant E;] */
static void parse_state(struct parser *p, struct actor_decl *a)
{
    if (a->has_state)
        slip(p, p->tok.at, "put all fields into one", "`state` is given twice");
    a->has_state = true;
    advance(p);
    p->ender = K_STATE;
    parse_fields(p, &a->state, "the state");
    p->ender = T_EOF;
    if (!accept(p, K_WITH))
        return;
    if (at(p, K_INVARIANT))
        parse_invariant(p, a);
    else
        help(p, fail_expected(p, "`invariant` and a condition"), "write `state { x: u8; } with invariant x <= 100;`");
}

/* [requires E | ensures E]... ; */
static void parse_conditions(struct parser *p, struct contract *k)
{
    while (at(p, K_REQUIRES) || at(p, K_ENSURES)) {
        expr_vec *conditions = at(p, K_REQUIRES) ? &k->requires : &k->ensures;
        advance(p);
        struct expr *e = parse_expr(p);
        push_limited(p, *conditions, FRONT_MAX_LIST, "conditions of a contract", e);
        if (at(p, T_COMMA) && (p->ahead.kind == K_REQUIRES || p->ahead.kind == K_ENSURES)) {
            slip(p, p->tok.at, "leave it out", "no comma stands between `requires` and `ensures`");
            advance(p);
        }
    }
    expect_semi(p, "a contract");
}

/* on S.R.M requires E ensures E; */
static void parse_contract(struct parser *p, struct actor_decl *a)
{
    static const char shape[] = "write `on S.R.M requires ... ensures ...;`";
    struct contract k = {.at = p->tok.at};
    advance(p);
    k.session = expect_name(p, "the session, role and message of the contract, as `S.R.M`");
    if (!accept_dot(p))
        help(p, fail_expected(p, "`.` and a role of the session"), "%s", shape);
    k.role = expect_role(p, "a role of the session");
    if (!accept_dot(p))
        help(p, fail_expected(p, "`.` and a message"), "%s", shape);
    k.message = expect_name(p, "a message");
    if (!at(p, K_REQUIRES) && !at(p, K_ENSURES))
        help(p, fail_expected(p, "`requires` or `ensures` and a condition"), "%s", shape);
    parse_conditions(p, &k);
    k.at = since(p, k.at);
    push_limited(p, a->contracts, FRONT_MAX_LIST, "contracts of an actor", k);
}

/* `requires` or `ensures` behind a `;`: reported, and read as part of the contract before it. */
static void parse_stray_condition(struct parser *p, struct actor_decl *a)
{
    struct contract none = {0};
    slip(p, p->tok.at, "write `on S.R.M requires ... ensures ...;`, with one `;` at its end",
         "`%s` without a message before it", token_spelling(p->tok.kind));
    parse_conditions(p, a->contracts.n ? &vec_last(a->contracts) : &none);
}

/* ---- actors ---- */

static void parse_actor_item(struct parser *p, void *ctx)
{
    struct actor_decl *a = ctx;
    switch (ITEM_KIND(p, "`mailbox`, `inbox`, `sessions`, `state`, `invariant`, `on` or `isolation`", K_MAILBOX,
                      K_INBOX, K_SESSIONS, K_STATE, K_INVARIANT, K_ON, K_ISOLATION, K_REQUIRES, K_ENSURES, K_DECIDE)) {
    case K_MAILBOX: parse_mailbox(p, a); break;
    case K_INBOX: parse_inbox(p, a); break;
    case K_SESSIONS:
        parse_setting(p, &a->sessions, 1, MOST);
        expect_semi(p, "`sessions`");
        break;
    case K_STATE: parse_state(p, a); break;
    case K_INVARIANT: parse_invariant(p, a); break;
    case K_ON: parse_contract(p, a); break;
    case K_ISOLATION: parse_isolation(p, a); break;
    case K_REQUIRES:
    case K_ENSURES: parse_stray_condition(p, a); break;
    case K_DECIDE: parse_stray_decide(p); break;
    default: break;
    }
}

static struct plays parse_plays(struct parser *p)
{
    struct plays x = {.session = expect_name(p, "a session and the role played in it, as `S.R`")};
    if (!accept_dot(p))
        help(p, fail_expected(p, "`.` and a role of the session"), "write `plays S.R`");
    x.role = expect_role(p, "a role of the session");
    return x;
}

void parse_actor(struct parser *p, struct decl *d)
{
    if (at(p, T_COLON)) {
        slip(p, p->tok.at, arena_printf(p->a, "write `actor %s plays S.R`", d->name.name ? d->name.name : "A"),
             "what an actor plays stands behind `plays`, not behind `:`");
        advance(p);
    } else if (!accept(p, K_PLAYS))
        help(p, fail_expected(p, "`plays` and a role"), "write `actor NAME plays S.R { ... }`");
    do {
        struct plays x = parse_plays(p);
        push_limited(p, d->as.actor.plays, FRONT_MAX_ROLES, "roles of an actor", x);
    } while (accept(p, T_COMMA));
    if (!accept(p, T_SEMI))
        parse_block(p, "the settings of the actor, or `;`", parse_actor_item, &d->as.actor);
}
