/* c_checks.c -- what generated code checks while it runs, between `#if MOTET_CHECKS`: refinements of messages,
 * contracts and invariants of an actor.
 *
 * A refinement is checked by the runtime, which calls `holds` of a class with a state and a label before it sends or
 * delivers, and `learn` after. A participant remembers of earlier messages exactly what the refinements of its own
 * role speak of (struct c_known). Contracts stand around the call of a handler, invariants behind every one.
 */
#include "c_gen.h"
#include "expr.h"

/* ---- what a participant remembers ---- */

static bool know(void *ctx, const struct expr *e)
{
    struct c_known *k = ctx;
    if (e->ref != REF_SESSION)
        return true;
    for (uint32_t i = 0; i < k->values.n; i++)
        if (expr_same_value(k->values.at[i], e))
            return true;
    vec_push(k->a, k->values, e);
    return true;
}

const char *c_known_name(const struct c_known *k, const struct expr *e)
{
    uint32_t i = 0;
    while (i < k->values.n && !expr_same_value(k->values.at[i], e))
        i++;
    const char *message = c_snake(k->a, e->message->name.name);
    const struct field *f = &e->message->as.message.fields.at[e->fields.at[0]];
    return arena_printf(k->a, "%s_%s_%u", message, f->name.name, i); /* the number keeps them apart */
}

static struct c_known known_of(struct c_gen *g, const struct automaton *m)
{
    struct c_known k = {.a = g->a};
    for (uint32_t i = 0; i < m->n_edges; i++)
        if (m->edges[i].where)
            expr_each_value(m->edges[i].where, know, &k);
    return k;
}

static void emit_memory(struct emit *e, const struct c_known *k)
{
    if (k->values.n == 0)
        return;
    emit(e, "\n/* what the last of each message said */\nstruct ${class}__known {\n");
    for (uint32_t i = 0; i < k->values.n; i++)
        emit(e, "    ${type} ${name};\n", "type", c_expr_is_signed(k->values.at[i]) ? "int64_t" : "uint64_t", "name",
             c_known_name(k, k->values.at[i]));
    emit(e, "};\n");
}

static void emit_learning(struct c_gen *g, struct emit *e, const struct c_label *l, uint32_t number,
                          const struct c_known *k)
{
    const struct decl *message = g->ir->messages[l->message].decl;
    bool any = false;
    for (uint32_t i = 0; i < k->values.n; i++) {
        const struct expr *v = k->values.at[i];
        if (v->message != message)
            continue;
        if (!any)
            emit(e, "    case ${n}: {\n        const ${module}_${message} *m = payload;\n", "n", emit_num(e, number),
                 "module", g->low, "message", g->message[l->message]);
        any = true;
        emit(e, "        known->${name} = ${value};\n", "name", c_known_name(k, v), "value", c_expr_payload(g, v));
    }
    if (any)
        emit(e, "        break;\n    }\n");
}

static void emit_learn(struct c_gen *g, struct emit *e, const c_label_vec *labels, const struct c_known *k)
{
    if (k->values.n == 0)
        return;
    emit(e, "\nstatic void ${class}__learn(void *memory, uint16_t label, const void *payload)\n{\n"
            "    struct ${class}__known *known = memory;\n    switch (label) {\n");
    for (uint32_t i = 0; i < labels->n; i++)
        emit_learning(g, e, &labels->at[i], i, k);
    emit(e, "    default:\n        break;\n    }\n}\n");
}

/* ---- refinements ---- */

/* "state == 1 || state == 4": the states in which the action is refined by `where`; NULL: in all that have it. */
static const char *states_of(struct c_gen *g, const struct automaton *m, const struct edge *like)
{
    const char *text = NULL;
    bool all = true;
    for (uint32_t s = 0; s < m->n_states; s++)
        for (uint32_t i = 0; i < m->states[s].n; i++) {
            const struct edge *x = &m->edges[m->states[s].first + i];
            if (x->dir != like->dir || x->peer != like->peer || x->message != like->message)
                continue;
            if (expr_same(x->where, like->where))
                text = arena_printf(g->a, "%s%sstate == %u", text ? text : "", text ? " || " : "", s);
            else
                all = false;
        }
    return all ? NULL : text;
}

/* Is it the first edge with that action and refinement? */
static bool is_first(const struct automaton *m, uint32_t edge)
{
    const struct edge *e = &m->edges[edge];
    for (uint32_t i = 0; i < edge; i++) {
        const struct edge *x = &m->edges[i];
        if (x->dir == e->dir && x->peer == e->peer && x->message == e->message && expr_same(x->where, e->where))
            return false;
    }
    return true;
}

/* What must hold all at once is checked one by one, so that a report names what does not. */
static void emit_parts(struct c_gen *g, struct emit *e, const struct c_expr_scope *scope, const char *guard,
                       const char *what, const struct expr *where)
{
    if (where->kind == EX_AND) {
        emit_parts(g, e, scope, guard, what, where->left);
        emit_parts(g, e, scope, guard, what, where->right);
        return;
    }
    emit(e, "        if (${guard}!(${truth}))\n            return ${text};\n", "guard", guard, "truth",
         c_expr_truth(g, scope, where), "text", c_expr_quoted(g, what, where, ""));
}

static void emit_refinement(struct c_gen *g, struct emit *e, const struct automaton *m, const struct edge *x,
                            const struct c_known *k)
{
    struct c_expr_scope scope = {.known = k};
    const char *states = states_of(g, m, x), *what = arena_printf(g->a, "%s where", g->ir->messages[x->message].name);
    emit_parts(g, e, &scope, states ? arena_printf(g->a, "(%s) && ", states) : "", what, x->where);
}

static bool speaks_of_payload(const struct automaton *m, const struct c_label *l)
{
    for (uint32_t i = 0; i < m->n_edges; i++) {
        const struct edge *x = &m->edges[i];
        if (x->where && x->dir == l->dir && x->peer == l->peer && x->message == l->message &&
            c_expr_uses(x->where, REF_PAYLOAD))
            return true;
    }
    return false;
}

static void emit_refinements(struct c_gen *g, struct emit *e, const struct automaton *m, const struct c_label *l,
                             uint32_t number, const struct c_known *k)
{
    bool any = false;
    for (uint32_t i = 0; i < m->n_edges; i++) {
        const struct edge *x = &m->edges[i];
        if (!x->where || x->dir != l->dir || x->peer != l->peer || x->message != l->message || !is_first(m, i))
            continue;
        if (!any)
            emit(e, "    case ${n}: { /* ${message} */\n", "n", emit_num(e, number), "message",
                 g->ir->messages[l->message].name);
        if (!any && speaks_of_payload(m, l))
            emit(e, "        const ${module}_${message} *m = payload;\n", "module", g->low, "message",
                 g->message[l->message]);
        any = true;
        emit_refinement(g, e, m, x, k);
    }
    if (any)
        emit(e, "        break;\n    }\n");
}

static void emit_holds(struct c_gen *g, struct emit *e, const struct automaton *m, const c_label_vec *labels,
                       const struct c_known *k, const char *class_name)
{
    emit(e, "\nstatic const char *${class}__holds(const void *memory, uint16_t state, uint16_t label, "
            "const void *payload)\n{\n${known}    (void)state, (void)payload;\n    switch (label) {\n",
         "known", k->values.n ? arena_printf(g->a, "    const struct %s__known *known = memory;\n", class_name)
                              : "    (void)memory;\n");
    for (uint32_t i = 0; i < labels->n; i++)
        emit_refinements(g, e, m, &labels->at[i], i, k);
    emit(e, "    default:\n        break;\n    }\n    return NULL;\n}\n");
}

bool c_is_refined(const struct automaton *m)
{
    for (uint32_t i = 0; i < m->n_edges; i++)
        if (m->edges[i].where)
            return true;
    return false;
}

const char *c_class_checks(struct c_gen *g, const struct c_face *f, const struct c_class *c)
{
    return c_is_refined(c_class_automaton(f, c)) ? arena_printf(g->a, "%s__CHECKS", c_upper(g->a, c->name))
                                                 : "0, NULL, NULL";
}

void c_emit_class_checks(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_class *c)
{
    const struct automaton *m = c_class_automaton(f, c);
    const c_label_vec *labels = &f->session->labels[c->roles.at[0]];
    if (!c_is_refined(m))
        return;
    struct c_known k = known_of(g, m);
    uint32_t scope = emit_open(e);
    emit_set(e, "class", c->name);
    emit_set(e, "CLASS", c_upper(g->a, c->name));
    emit(e, "\n#if MOTET_CHECKS\n");
    emit_memory(e, &k);
    emit_holds(g, e, m, labels, &k, c->name);
    emit_learn(g, e, labels, &k);
    emit(e, k.values.n ? "\n#define ${CLASS}__CHECKS sizeof(struct ${class}__known), ${class}__holds, ${class}__learn\n"
                       : "\n#define ${CLASS}__CHECKS 0, ${class}__holds, NULL\n");
    emit(e, "#else\n#define ${CLASS}__CHECKS 0, NULL, NULL\n#endif\n");
    emit_close(e, scope);
}

/* ---- contracts ---- */

static bool uses(void *ctx, const struct expr *e)
{
    return e->ref != *(const enum expr_ref *)ctx;
}

bool c_expr_uses(const struct expr *e, enum expr_ref ref)
{
    return !expr_each_value(e, uses, &ref);
}

static bool is_old(void *ctx, const struct expr *e)
{
    (void)ctx;
    return e->kind != EX_OLD;
}

static bool among(const expr_vec *all, enum expr_ref ref)
{
    for (uint32_t i = 0; i < all->n; i++)
        if (c_expr_uses(all->at[i], ref))
            return true;
    return false;
}

static const struct actor_decl *declared(const struct c_actor *a)
{
    return &a->type->decl->as.actor;
}

bool c_checks_state(const struct c_actor *a)
{
    const struct actor_decl *d = declared(a);
    bool checks = d->invariants.n > 0;
    for (uint32_t i = 0; i < d->contracts.n; i++)
        checks |= among(&d->contracts.at[i].requires, REF_STATE) || among(&d->contracts.at[i].ensures, REF_STATE);
    return checks;
}

static bool is_about(const struct c_gen *g, const struct contract *k, const struct c_face *f, uint32_t message)
{
    return k->session_decl == f->session->type->decl && k->message_decl == g->ir->messages[message].decl;
}

bool c_has_contract(const struct c_gen *g, const struct c_actor *a, const struct c_face *f, uint32_t message)
{
    const struct actor_decl *d = declared(a);
    for (uint32_t i = 0; i < d->contracts.n; i++)
        if (is_about(g, &d->contracts.at[i], f, message))
            return true;
    return false;
}

/* "motet_session_role(s).role == S_ROLE_P && ": where the face plays other roles, too, or the contract is for one
 * member of the family. */
static const char *only_for(struct c_gen *g, const struct c_face *f, const struct contract *k)
{
    const struct session_type *type = f->session->type;
    const char *text = "";
    bool others = false;
    for (uint32_t i = 0; i < f->classes.n; i++)
        for (uint32_t r = 0; r < f->classes.at[i].roles.n; r++)
            others |= strcmp(type->roles[f->classes.at[i].roles.at[r]].base, k->role.base.name) != 0;
    if (others)
        text = arena_printf(g->a, "motet_session_role(s).role == %s_ROLE_%s && ", f->session->up,
                            c_upper(g->a, c_snake(g->a, k->role.base.name)));
    if (k->role.indexed)
        text = arena_printf(g->a, "%smotet_session_role(s).index == %u && ", text, k->role.index);
    return text;
}

struct condition {
    const char *guard, *word; /* "requires" */
    const struct expr *expr;
    const struct c_expr_scope *scope;
};

static void emit_condition(struct c_gen *g, struct emit *e, struct condition c)
{
    if (c.expr->kind == EX_AND) {
        emit_condition(g, e, (struct condition){c.guard, c.word, c.expr->left, c.scope});
        emit_condition(g, e, (struct condition){c.guard, c.word, c.expr->right, c.scope});
        return;
    }
    emit(e, "    if (${guard}!(${truth}))\n        return motet_check_failed(\"${Name}\", ${text});\n", "guard",
         c.guard, "truth", c_expr_truth(g, c.scope, c.expr), "text",
         c_expr_quoted(g, c.word, c.expr, " does not hold"));
}

static void emit_conditions(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f,
                            uint32_t message, bool before)
{
    const struct actor_decl *d = declared(a);
    struct c_expr_scope scope = {.state = &d->state};
    for (uint32_t i = 0; i < d->contracts.n; i++) {
        const struct contract *k = &d->contracts.at[i];
        const expr_vec *all = before ? &k->requires : &k->ensures;
        for (uint32_t x = 0; x < all->n && is_about(g, k, f, message); x++)
            emit_condition(g, e, (struct condition){only_for(g, f, k), before ? "requires" : "ensures", all->at[x],
                                                    &scope});
    }
}

/* Which locals the wrapper of a handler needs. */
static void emit_locals(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f,
                        uint32_t message)
{
    const struct actor_decl *d = declared(a);
    bool state = false, old = false;
    for (uint32_t i = 0; i < d->contracts.n; i++) {
        const struct contract *k = &d->contracts.at[i];
        if (!is_about(g, k, f, message))
            continue;
        state |= among(&k->requires, REF_STATE) || among(&k->ensures, REF_STATE);
        for (uint32_t x = 0; x < k->ensures.n; x++)
            old |= !expr_each_value(k->ensures.at[x], is_old, NULL);
    }
    if (state)
        emit(e, "    const struct ${actor}_state *state = ${actor}__state(self);\n");
    if (old)
        emit(e, "    const struct ${actor}_state old = *state;\n");
}

static void emit_contract(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f,
                          uint32_t message)
{
    bool fields = c_has_fields(g, message);
    emit(e, "\nstatic motet_status ${s}__on__${message}(struct ${actor} *self, motet_session *s, motet_peer from${m})\n"
            "{\n#if MOTET_CHECKS\n",
         "message", g->message[message], "m",
         fields ? arena_printf(g->a, ", const %s_%s *m", g->low, g->message[message]) : "");
    emit_locals(g, e, a, f, message);
    emit_conditions(g, e, a, f, message, true);
    emit(e, "#endif\n    motet_status status = ${f}on_${message}(self, s, from${m});\n#if MOTET_CHECKS\n"
            "    if (status != MOTET_DONE)\n        return status;\n",
         "message", g->message[message], "m", fields ? ", m" : "");
    emit_conditions(g, e, a, f, message, false);
    emit(e, "#endif\n    return status;\n}\n");
}

void c_emit_contracts(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f)
{
    for (uint32_t i = 0; i < f->receives.n; i++)
        if (c_has_contract(g, a, f, f->receives.at[i]))
            emit_contract(g, e, a, f, f->receives.at[i]);
}

/* ---- invariants ---- */

bool c_has_invariants(const struct c_actor *a)
{
    return declared(a)->invariants.n > 0;
}

void c_emit_state_checks(struct c_gen *g, struct emit *e, const struct c_actor *a)
{
    const struct actor_decl *d = declared(a);
    struct c_expr_scope scope = {.state = &d->state};
    if (!c_checks_state(a))
        return;
    emit(e, "\n/* ---- the state, as the protocol file knows it ---- */\n\n#if MOTET_CHECKS\n"
            "static const struct ${actor}_state *${actor}__state(const void *self)\n{\n"
            "    const void *state = (const char *)self + ${actor}_actor.state_at;\n    return state;\n}\n#endif\n");
    if (d->invariants.n == 0)
        return;
    emit(e, "\n/* After each handler: a failure is what it was, and so is success while the invariants hold. */\n"
            "static motet_status ${actor}__kept(const void *self, motet_status status)\n{\n#if MOTET_CHECKS\n"
            "    const struct ${actor}_state *state = ${actor}__state(self);\n"
            "    if (status != MOTET_DONE && status != MOTET_LATER)\n        return status;\n");
    for (uint32_t i = 0; i < d->invariants.n; i++)
        emit_condition(g, e, (struct condition){"", "invariant", d->invariants.at[i], &scope});
    emit(e, "#else\n    (void)self;\n#endif\n    return status;\n}\n");
}
