/* ast_print_systems.c -- actors, systems and verify blocks; see ast_print.c. */
#include "ast_print_internal.h"
#include "words.h"

/* ---- actors and systems ---- */

/* "mailbox 2 shared drop_newest" */
static void room(struct printer *w, const char *word, const struct opt_u64 *n, bool shared, enum policy policy)
{
    if (!n->given)
        return;
    buf_printf(w->out, "  %s %llu%s", word, (unsigned long long)n->value, shared ? " shared" : "");
    if (policy != POLICY_BLOCK)
        buf_printf(w->out, " %s", word_policy(policy));
    buf_puts(w->out, ";\n");
}

static void conditions(struct printer *w, const char *word, const expr_vec *v)
{
    for (uint32_t i = 0; i < v->n; i++) {
        buf_printf(w->out, " %s ", word);
        print_expr(w, v->at[i]);
    }
}

static void contract(struct printer *w, const struct contract *k)
{
    buf_puts(w->out, "  on ");
    print_ident(w, &k->session);
    buf_putc(w->out, '.');
    print_role(w, &k->role);
    buf_putc(w->out, '.');
    print_ident(w, &k->message);
    conditions(w, "requires", &k->requires);
    conditions(w, "ensures", &k->ensures);
    buf_puts(w->out, ";\n");
}

void print_actor(struct printer *w, const struct actor_decl *a)
{
    for (uint32_t i = 0; i < a->plays.n; i++) {
        buf_puts(w->out, i ? ", " : " plays ");
        print_ident(w, &a->plays.at[i].session);
        buf_putc(w->out, '.');
        print_role(w, &a->plays.at[i].role);
    }
    buf_puts(w->out, " {\n");
    room(w, "mailbox", &a->mailbox, a->shared, a->policy);
    room(w, "inbox", &a->inbox, false, a->inbox_policy);
    if (a->sessions.given)
        buf_printf(w->out, "  sessions %llu;\n", (unsigned long long)a->sessions.value);
    if (a->has_state) {
        buf_puts(w->out, "  state ");
        w->level++;
        print_fields(w, &a->state);
        w->level--;
    }
    for (uint32_t i = 0; i < a->invariants.n; i++) {
        buf_puts(w->out, "  invariant ");
        print_expr(w, a->invariants.at[i]);
        buf_puts(w->out, ";\n");
    }
    for (uint32_t i = 0; i < a->contracts.n; i++)
        contract(w, &a->contracts.at[i]);
    if (a->isolated)
        buf_puts(w->out, "  isolation process;\n");
    buf_puts(w->out, "}\n");
}

static void supervisor(struct printer *w, const struct supervisor_decl *s);

/* Ends behind the `}`. */
static void decide(struct printer *w, const decide_vec *rules)
{
    buf_puts(w->out, "decide {\n");
    for (uint32_t i = 0; i < rules->n; i++) {
        const struct decide_rule *r = &rules->at[i];
        print_line(w);
        buf_printf(w->out, "  %s: %s;\n", r->any ? "_" : word_reason(r->reason), word_directive(r->directive));
    }
    print_line(w);
    buf_putc(w->out, '}');
}

static void child(struct printer *w, const struct child_decl *c)
{
    if (c->supervisor) {
        supervisor(w, c->supervisor);
        return;
    }
    print_line(w);
    buf_puts(w->out, "child ");
    print_ident(w, &c->name);
    if (c->family)
        buf_printf(w->out, "[%u]", c->size);
    buf_puts(w->out, ": ");
    print_ident(w, &c->actor);
    buf_printf(w->out, " %s", word_restart(c->restart));
    if (c->shutdown.given) {
        buf_puts(w->out, " shutdown ");
        word_duration(w->out, c->shutdown.value);
    }
    if (c->backoff_min.given) {
        buf_puts(w->out, " backoff ");
        word_duration(w->out, c->backoff_min.value);
        buf_puts(w->out, "..");
        word_duration(w->out, c->backoff_max.value);
    }
    if (c->decide.n) {
        buf_putc(w->out, ' ');
        decide(w, &c->decide);
    }
    buf_puts(w->out, ";\n");
}

static void supervisor(struct printer *w, const struct supervisor_decl *s)
{
    print_line(w);
    buf_puts(w->out, "supervisor ");
    print_ident(w, &s->name);
    buf_printf(w->out, " %s intensity %u in ", word_strategy(s->strategy), s->intensity);
    word_duration(w->out, s->window);
    buf_puts(w->out, " {\n");
    w->level++;
    if (s->decide.n) {
        print_line(w);
        decide(w, &s->decide);
        buf_putc(w->out, '\n');
    }
    for (uint32_t i = 0; i < s->children.n; i++)
        child(w, &s->children.at[i]);
    w->level--;
    print_line(w);
    buf_puts(w->out, "}\n");
}

static void wire(struct printer *w, const struct wire_decl *x)
{
    print_line(w);
    buf_puts(w->out, "wire ");
    print_ident(w, &x->session);
    buf_putc(w->out, '(');
    for (uint32_t i = 0; i < x->bindings.n; i++) {
        const struct binding *b = &x->bindings.at[i];
        buf_puts(w->out, i ? ", " : "");
        print_ident(w, &b->role);
        buf_puts(w->out, b->any ? " = any " : " = ");
        print_ident(w, &b->child);
        if (b->indexed)
            buf_printf(w->out, "[%u]", b->index);
    }
    buf_puts(w->out, ");\n");
}

void print_system(struct printer *w, const struct system_decl *s)
{
    buf_puts(w->out, " {\n");
    w->level++;
    for (uint32_t i = 0; i < s->supervisors.n; i++)
        supervisor(w, s->supervisors.at[i]);
    for (uint32_t i = 0; i < s->wires.n; i++)
        wire(w, &s->wires.at[i]);
    w->level--;
    buf_puts(w->out, "}\n");
}

/* ---- verify blocks ---- */

static void formula(struct printer *w, const struct ltl *f);

/* An operand: in parentheses where it is an operator itself. */
static void operand(struct printer *w, const struct ltl *f)
{
    bool binary = f->kind == LTL_AND || f->kind == LTL_OR || f->kind == LTL_IMPLIES || f->kind == LTL_IFF ||
                  f->kind == LTL_UNTIL || f->kind == LTL_WEAK_UNTIL;
    if (binary)
        buf_putc(w->out, '(');
    formula(w, f);
    if (binary)
        buf_putc(w->out, ')');
}

static void binary(struct printer *w, const struct ltl *f, const char *op)
{
    operand(w, f->left);
    buf_printf(w->out, " %s ", op);
    operand(w, f->right);
}

static void unary(struct printer *w, const struct ltl *f, const char *op)
{
    buf_puts(w->out, op);
    operand(w, f->left);
}

static void event(struct printer *w, const struct ltl *f, const char *word)
{
    buf_printf(w->out, "%s(", word);
    if (f->session.name) {
        print_ident(w, &f->session);
        buf_putc(w->out, '.');
    }
    if (f->role.base.name) {
        print_role(w, &f->role);
        buf_puts(w->out, ", ");
    }
    print_ident(w, &f->name);
    if (f->has_index)
        buf_printf(w->out, "[%u]", f->index);
    buf_putc(w->out, ')');
}

static void formula(struct printer *w, const struct ltl *f)
{
    switch (f->kind) {
    case LTL_TRUE: buf_puts(w->out, "true"); return;
    case LTL_FALSE: buf_puts(w->out, "false"); return;
    case LTL_NOT: unary(w, f, "!"); return;
    case LTL_AND: binary(w, f, "&&"); return;
    case LTL_OR: binary(w, f, "||"); return;
    case LTL_IMPLIES: binary(w, f, "->"); return;
    case LTL_IFF: binary(w, f, "<->"); return;
    case LTL_NEXT: unary(w, f, "X "); return;
    case LTL_ALWAYS: unary(w, f, "[] "); return;
    case LTL_EVENTUALLY: unary(w, f, "<> "); return;
    case LTL_UNTIL: binary(w, f, "U"); return;
    case LTL_WEAK_UNTIL: binary(w, f, "W"); return;
    case LTL_SENT: event(w, f, "sent"); return;
    case LTL_RECEIVED: event(w, f, "received"); return;
    case LTL_DONE: event(w, f, "done"); return;
    case LTL_CRASHED: event(w, f, "crashed"); return;
    case LTL_RESTARTED: event(w, f, "restarted"); return;
    }
}

void print_verify(struct printer *w, const struct verify_decl *v)
{
    buf_puts(w->out, " {\n");
    if (v->sessions.given)
        buf_printf(w->out, "  sessions %llu;\n", (unsigned long long)v->sessions.value);
    for (uint32_t i = 0; i < v->crashes.n; i++) {
        buf_printf(w->out, "  crashes %u", v->crashes.at[i].count);
        if (v->crashes.at[i].child.name)
            buf_printf(w->out, " of %s", v->crashes.at[i].child.name);
        buf_puts(w->out, ";\n");
    }
    if (v->loss.given)
        buf_printf(w->out, "  loss %llu;\n", (unsigned long long)v->loss.value);
    for (uint32_t i = 0; i < v->domains.n; i++) {
        const struct domain *k = &v->domains.at[i];
        buf_puts(w->out, "  domain ");
        print_ident(w, &k->message);
        buf_putc(w->out, '.');
        print_ident(w, &k->field);
        buf_printf(w->out, " in %llu..%llu;\n", (unsigned long long)k->lo, (unsigned long long)k->hi);
    }
    if (v->fair_given)
        buf_printf(w->out, "  fair %s;\n", v->fair_weak ? "weak" : "none");
    for (uint32_t i = 0; i < v->ltls.n; i++) {
        buf_puts(w->out, "  ltl ");
        print_ident(w, &v->ltls.at[i].name);
        buf_puts(w->out, " { ");
        formula(w, v->ltls.at[i].formula);
        buf_puts(w->out, " }\n");
    }
    buf_puts(w->out, "}\n");
}
