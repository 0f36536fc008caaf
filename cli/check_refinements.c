#include "check_refinements.h"

#include "buf.h"
#include "domains.h"
#include "expr.h"
#include "refine.h"

/* ---- the property ---- */

static void cannot_ask(const struct unit *u, struct report *r, const struct refine_check *x)
{
    struct span nowhere = { 0, 0, 0 };
    r->wrong = true;
    if (x->missing) {
        struct diag *d = diag_add(u->diags, E0503, nowhere, "%s is not installed, and the file has refinements",
                                  x->missing);
        diag_help(u->diags, d, "install the Debian package `%s`", x->package);
    } else {
        diag_add(u->diags, E0503, nowhere, "refinements cannot be checked: %s", x->trouble);
    }
}

void check_refinements(const struct unit *u, const struct check_options *o, struct report *r)
{
    const struct refine_check *x = refine_check(u->a, u->ir, (double)o->seconds, o->mib << 20, u->diags);
    if (x->missing || x->trouble) {
        cannot_ask(u, r, x);
        return;
    }
    for (uint32_t i = 0; i < x->n; i++) {
        const struct refine_session *s = &x->sessions[i];
        struct property p = { .title = "refinements", .subject = u->ir->sessions[s->session].name, .n_engines = 1 };
        p.engines[0] = (struct engine_result){ .engine = "z3", .result = s->result, .why = s->why,
                                               .seconds = i == 0 ? x->seconds : 0 };
        property_conclude(&p, u->a);
        vec_push(u->a, r->properties, p);
    }
}

/* ---- notes ---- */

struct unmodelled { /* fields of one subject without a domain */
    struct arena *a;
    const struct verify *v;
    VEC(const struct expr *) values;
};

static bool add_value(void *ctx, const struct expr *value)
{
    struct unmodelled *m = ctx;
    if (domains_cover(m->v, value))
        return true;
    for (uint32_t i = 0; i < m->values.n; i++)
        if (expr_same_value(m->values.at[i], value))
            return true;
    vec_push(m->a, m->values, value);
    return true;
}

static void add_session(struct unmodelled *m, const struct session_type *t)
{
    for (uint32_t e = 0; t->global && e < t->global->n_edges; e++)
        if (t->global->edges[e].where)
            expr_each_value(t->global->edges[e].where, add_value, m);
}

static void put_field(struct buf *b, const struct expr *value)
{
    const field_vec *fields = &value->message->as.message.fields;
    buf_printf(b, "%s%s", value->kind == EX_LEN ? "len(" : "", value->message->name.name);
    for (uint32_t i = 0; i < value->fields.n; i++) {
        const struct field *f = &fields->at[value->fields.at[i]];
        buf_printf(b, ".%s", f->name.name);
        if (i + 1 < value->fields.n)
            fields = &f->type->decl->as.struct_.fields;
    }
    buf_puts(b, value->kind == EX_LEN ? ")" : "");
}

static void add_note(const struct unit *u, struct report *r, struct buf *b)
{
    const char *text = arena_strndup(u->a, buf_cstr(b), b->n);
    buf_free(b);
    for (uint32_t i = 0; i < r->notes.n; i++)
        if (strcmp(r->notes.at[i], text) == 0)
            return;
    vec_push(u->a, r->notes, text);
}

static void note_fields(const struct unit *u, struct report *r, const struct unmodelled *m, const char *subject)
{
    struct buf b = { 0 };
    if (!m->values.n)
        return;
    buf_printf(&b, "the model of %s does not know ", subject);
    for (uint32_t i = 0; i < m->values.n; i++) {
        buf_puts(&b, i == 0 ? "" : i + 1 < m->values.n ? ", " : " and ");
        put_field(&b, m->values.at[i]);
    }
    buf_puts(&b, ": without a `domain` in its verify block no refinement over it restricts what is explored");
    add_note(u, r, &b);
}

/* After a crash, what is left of an aborted session may take room in a mailbox that all sessions share. */
static void note_shared_mailboxes(const struct unit *u, struct report *r, const struct verify *v,
                                  const struct system *s)
{
    bool crashes = false;
    for (uint32_t i = 0; v && v->loss == 0 && i < v->n_crashes; i++)
        crashes |= v->crashes[i].count > 0;
    for (uint32_t i = 0; crashes && i < s->n_children; i++) {
        const struct actor *a = &u->ir->actors[s->children[i].actor];
        struct buf b = { 0 };
        if (!a->shared || a->policy != POLICY_DROP_NEWEST)
            continue;
        buf_printf(&b, "after a crash the shared mailbox of %s may drop messages because of those that are left of an "
                       "aborted session: the model only knows that with a `loss` in the verify block", a->name);
        add_note(u, r, &b);
    }
}

static void note_subject(const struct unit *u, struct report *r, const struct verify *v, bool of_system, uint32_t subject)
{
    const struct ir *ir = u->ir;
    struct unmodelled m = { .a = u->a, .v = v };
    if (!of_system)
        add_session(&m, &ir->sessions[subject]);
    for (uint32_t w = 0; of_system && w < ir->systems[subject].n_wires; w++)
        add_session(&m, &ir->sessions[ir->systems[subject].wires[w].session]);
    note_fields(u, r, &m, of_system ? ir->systems[subject].name : ir->sessions[subject].name);
    if (of_system)
        note_shared_mailboxes(u, r, v, &ir->systems[subject]);
}

static bool is_verified(const struct ir *ir, bool of_system, uint32_t subject)
{
    for (uint32_t i = 0; i < ir->n_verifies; i++)
        if (ir->verifies[i].of_system == of_system && ir->verifies[i].subject == subject)
            return true;
    return false;
}

static bool is_wired(const struct ir *ir, uint32_t session)
{
    for (uint32_t i = 0; i < ir->n_systems; i++)
        for (uint32_t w = 0; w < ir->systems[i].n_wires; w++)
            if (ir->systems[i].wires[w].session == session)
                return true;
    return false;
}

static bool has_contracts(const struct ir *ir)
{
    for (uint32_t i = 0; i < ir->n_actors; i++)
        if (ir->actors[i].decl->as.actor.contracts.n || ir->actors[i].decl->as.actor.invariants.n)
            return true;
    return false;
}

void note_unmodelled(const struct unit *u, struct report *r)
{
    const struct ir *ir = u->ir;
    for (uint32_t i = 0; i < ir->n_verifies; i++)
        note_subject(u, r, &ir->verifies[i], ir->verifies[i].of_system, ir->verifies[i].subject);
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        if (ir->sessions[i].usable && !ir->sessions[i].decl->imported && !is_wired(ir, i) && !is_verified(ir, false, i))
            note_subject(u, r, NULL, false, i);
    for (uint32_t i = 0; i < ir->n_systems; i++)
        if (!is_verified(ir, true, i))
            note_subject(u, r, NULL, true, i);
    if (has_contracts(ir)) {
        struct buf b = { 0 };
        buf_puts(&b, "contracts and invariants of actors are checked when they run, and are no part of the model");
        add_note(u, r, &b);
    }
}
