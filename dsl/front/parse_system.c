/* parse_system.c -- systems with their supervision trees and wires, and verify blocks. */
#include "parser_internal.h"

/* ---- decide ---- */

static enum token_kind parse_reason(struct parser *p, struct decide_rule *r)
{
    enum token_kind kind = ITEM_KIND(p, "`error`, `timeout`, `protocol_violation`, `fatal` or `_`", K_ERROR, K_TIMEOUT,
                                     K_PROTOCOL_VIOLATION, K_FATAL, K_OTHERS);
    r->any = kind == K_OTHERS;
    r->reason = kind == K_TIMEOUT              ? REASON_TIMEOUT
                : kind == K_PROTOCOL_VIOLATION ? REASON_PROTOCOL_VIOLATION
                : kind == K_FATAL              ? REASON_FATAL
                                               : REASON_ERROR;
    return kind;
}

static void parse_directive(struct parser *p, struct decide_rule *r)
{
    enum token_kind kind = ITEM_KIND(p, "`restart`, `resume`, `stop` or `escalate`", K_RESTART, K_RESUME, K_STOP,
                                     K_ESCALATE);
    if (kind != T_EOF)
        advance(p);
    r->directive = kind == K_RESUME ? DIRECTIVE_RESUME : kind == K_STOP ? DIRECTIVE_STOP
                   : kind == K_ESCALATE ? DIRECTIVE_ESCALATE : DIRECTIVE_RESTART;
}

static void check_reason_once(struct parser *p, const decide_vec *rules, const struct decide_rule *r)
{
    for (uint32_t i = 0; i < rules->n; i++) {
        const struct decide_rule *o = &rules->at[i];
        if (o->any != r->any || o->reason != r->reason)
            continue;
        struct diag *g = slip(p, p->tok.at, NULL, "`%s` is decided twice", token_spelling(p->tok.kind));
        label(p, g, o->at, "the first time");
        return;
    }
}

/* REASON: DIRECTIVE; */
static void parse_rule(struct parser *p, void *ctx)
{
    decide_vec *rules = ctx;
    struct decide_rule r = {.at = p->tok.at};
    if (parse_reason(p, &r) == T_EOF)
        return;
    check_reason_once(p, rules, &r);
    advance(p);
    if (at(p, T_EQ) || at(p, T_ARROW) || at(p, T_FAT_ARROW) || at(p, T_COLON_EQ)) {
        slip(p, p->tok.at, "write `timeout: stop;`", "what is done stands behind `:`, not behind `%s`",
             token_spelling(p->tok.kind));
        advance(p);
    } else if (!accept(p, T_COLON)) {
        help(p, fail_expected(p, "`:` and what is done"), "write `timeout: stop;`");
    }
    if (!p->panic)
        parse_directive(p, &r);
    expect_semi(p, "a rule of `decide`");
    r.at = since(p, r.at);
    vec_push(p->a, *rules, r);
}

/* At `decide`. */
static void parse_decide(struct parser *p, decide_vec *rules)
{
    if (rules->n)
        label(p, slip(p, p->tok.at, "put all rules into one", "`decide` is given twice"), rules->at[0].at,
              "the first one");
    advance(p);
    parse_block(p, "what is done about each reason", parse_rule, rules);
}

void parse_stray_decide(struct parser *p)
{
    decide_vec none = {0};
    slip(p, p->tok.at, "write it in the supervisor, or behind the options of the child",
         "what is done about a crash is decided by the supervisor");
    parse_decide(p, &none);
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
    if (at(p, K_RESTART) && names_something(p->ahead.kind)) {
        slip(p, p->tok.at, "leave it out", "no `restart` stands before how a child is restarted");
        advance(p);
    }
    enum token_kind kind = ITEM_KIND(p, "`permanent`, `transient`, `temporary`, `shutdown`, `backoff`, `decide` or `;`",
                                     K_PERMANENT, K_TRANSIENT, K_TEMPORARY, K_SHUTDOWN, K_BACKOFF, K_DECIDE);
    if (kind == T_EOF)
        return;
    if (kind == K_DECIDE) {
        parse_decide(p, &c->decide);
        return;
    }
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

/* child NAME[k]: Actor permanent shutdown D backoff D..D decide { ... }; */
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
    expect_semi(p, "a child");
}

static void parse_member(struct parser *p, void *ctx)
{
    struct supervisor_decl *s = ctx;
    struct child_decl c = {.name = {NULL, p->tok.at}};
    switch (ITEM_KIND(p, "`child`, `supervisor` or `decide`", K_CHILD, K_SUPERVISOR, K_DECIDE)) {
    case K_CHILD: parse_child(p, &c); break;
    case K_DECIDE: parse_decide(p, &s->decide); return;
    case K_SUPERVISOR:
        c.supervisor = parse_supervisor(p);
        c.name = c.supervisor->name;
        break;
    default: return;
    }
    push_limited(p, s->children, FRONT_MAX_FAMILY, "children of a supervisor", c);
}

static enum strategy parse_strategy(struct parser *p)
{
    if (at(p, T_NAME) && names_something(p->ahead.kind) && p->tok.name && strcmp(p->tok.name, "strategy") == 0) {
        slip(p, p->tok.at, "leave it out", "a supervisor's strategy stands right behind its name");
        advance(p);
    }
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
        if (at(p, T_NAME) && p->ahead.kind == T_DURATION) {
            slip(p, p->tok.at, "write `intensity 5 in 10s`", "the window of the intensity stands behind `in`");
            advance(p);
        } else if (!accept(p, K_IN)) {
            help(p, fail_expected(p, "`in` and the window of the intensity"), "write `intensity 5 in 10s`");
        }
        s->window = expect_duration(p, "the window of the restart intensity");
    }
    p->ender = K_WIRE;
    parse_block(p, "the children of the supervisor", parse_member, s);
    p->ender = T_EOF;
    s->at = since(p, from);
    return s;
}

/* ---- wires ---- */

/* *said: what is wrong with the bindings of this wire, which was reported. */
static struct binding parse_binding(struct parser *p, bool *said)
{
    struct binding b = {.role = expect_name(p, "a role and who plays it, as `R = child`")};
    if (b.role.name && (at(p, T_COMMA) || at(p, T_RPAREN))) {
        struct diag *g = *said ? NULL : fail_expected(p, "`=` and the child that plays the role");
        help(p, g, "a wire names each role and its child: `R = %s`", b.role.name);
        b.role.name = NULL;
        *said = p->panic = true;
        return b;
    }
    if (at(p, T_COLON) || at(p, T_COLON_EQ) || at(p, T_EQ_EQ)) {
        if (!*said)
            slip(p, p->tok.at, "write `R = child`", "a role is bound with `=`, not with `%s`",
                 token_spelling(p->tok.kind));
        *said = true;
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
        bool said = false;
        do {
            struct binding b = parse_binding(p, &said);
            push_limited(p, w->bindings, FRONT_MAX_ROLES, "roles of a session", b);
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
    switch (ITEM_KIND(p, "`supervisor` or `wire`", K_SUPERVISOR, K_WIRE, K_CHILD, K_DECIDE)) {
    case K_SUPERVISOR: {
        struct supervisor_decl *tree = parse_supervisor(p);
        push_limited(p, s->supervisors, FRONT_MAX_LIST, "supervisors", tree);
        break;
    }
    case K_WIRE:
        parse_wire(p, &w);
        push_limited(p, s->wires, FRONT_MAX_LIST, "wires of a system", w);
        break;
    case K_CHILD:
        slip(p, p->tok.at, "write `supervisor root one_for_one { child ...; }`", "a child stands in a supervisor");
        parse_child(p, &stray);
        break;
    case K_DECIDE: parse_stray_decide(p); break;
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
    push_limited(p, v->crashes, FRONT_MAX_LIST, "lines with `crashes`", b);
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
    if (at(p, T_LBRACE))
        help(p, fail_expected(p, "the name of the property"), "write `ltl NAME { formula }`");
    x.name = expect_name(p, "the name of the property");
    if (at(p, T_COLON) || at(p, T_EQ) || at(p, T_COLON_EQ)) {
        help(p, fail_expected(p, "`{` and a formula"), "write `ltl %s { formula }`", x.name.name ? x.name.name : "NAME");
        return;
    }
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
    push_limited(p, v->ltls, FRONT_MAX_LIST, "properties", x);
}

/* domain M.f in LO..HI; */
static void parse_domain(struct parser *p, struct verify_decl *v)
{
    static const char shape[] = "write `domain M.f in 0..3;`";
    struct domain k = {.at = p->tok.at};
    advance(p);
    k.message = expect_name(p, "a message and one of its fields, as `M.f`");
    if (!accept_dot(p))
        help(p, fail_expected(p, "`.` and a field of the message"), "%s", shape);
    k.field = expect_name(p, "a field of the message");
    if (!accept(p, K_IN))
        help(p, fail_expected(p, "`in` and the values that the model keeps apart"), "%s", shape);
    k.lo = expect_number(p, "the smallest value of a domain", 0, UINT64_MAX);
    if (!accept(p, T_DOT_DOT))
        help(p, fail_expected(p, "`..` and the largest value"), "%s", shape);
    k.hi = expect_number(p, "the largest value of a domain", 0, UINT64_MAX);
    expect_semi(p, "`domain`");
    k.at = since(p, k.at);
    push_limited(p, v->domains, FRONT_MAX_LIST, "domains", k);
}

static void parse_verify_item(struct parser *p, void *ctx)
{
    struct verify_decl *v = ctx;
    switch (ITEM_KIND(p, "`sessions`, `crashes`, `loss`, `domain`, `fair` or `ltl`", K_SESSIONS, K_CRASHES, K_LOSS,
                      K_DOMAIN, K_FAIR, K_LTL)) {
    case K_SESSIONS:
        parse_setting(p, &v->sessions, 1, UINT8_MAX);
        expect_semi(p, "`sessions`");
        break;
    case K_CRASHES: parse_crashes(p, v); break;
    case K_LOSS:
        parse_setting(p, &v->loss, 1, UINT8_MAX);
        expect_semi(p, "`loss`");
        break;
    case K_DOMAIN: parse_domain(p, v); break;
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
