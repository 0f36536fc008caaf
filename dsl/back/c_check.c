/* c_check.c -- what can keep a correct protocol from becoming C: names that collide, and the limits of the tables. */
#include "c_gen.h"

/* ---- names ---- */

static void claim_fields(struct c_gen *g, const char *owner, const field_vec *fields)
{
    const char *scope = arena_printf(g->a, "%s.", owner);
    for (uint32_t i = 0; i < fields->n; i++) {
        const struct ident *f = &fields->at[i].name;
        c_claim(g, scope, f->name, f->at, "field `%s`", f->name);
    }
}

static void claim_enum(struct c_gen *g, const struct decl *d)
{
    const char *low = c_snake(g->a, d->name.name), *up = c_upper(g->a, low);
    c_claim(g, "", arena_printf(g->a, "%s_%s", g->low, low), d->name.at, "enum `%s`", d->name.name);
    for (uint32_t i = 0; i < d->as.enum_.values.n; i++) {
        const struct ident *v = &d->as.enum_.values.at[i];
        c_claim(g, "", arena_printf(g->a, "%s_%s_%s", g->up, up, c_upper(g->a, c_snake(g->a, v->name))), v->at,
                "value `%s` of enum `%s`", v->name, d->name.name);
    }
}

static void claim_record(struct c_gen *g, const struct decl *d, const char *kind, const field_vec *fields)
{
    const char *cname = arena_printf(g->a, "%s_%s", g->low, c_snake(g->a, d->name.name));
    c_claim(g, "", cname, d->name.at, "%s `%s`", kind, d->name.name);
    claim_fields(g, arena_printf(g->a, "%s %s", kind, d->name.name), fields);
}

static void claim_session(struct c_gen *g, const struct c_session *s)
{
    struct span at = s->type->decl->name.at;
    c_claim(g, "", arena_printf(g->a, "%s_session", s->low), at, "session `%s`", s->type->name);
    for (uint32_t r = 0; r < s->type->n_roles; r++) {
        const struct role *role = &s->type->roles[r];
        if (role->index == 0)
            c_claim(g, "", arena_printf(g->a, "%s_ROLE_%s", s->up, c_upper(g->a, c_snake(g->a, role->base))), role->at,
                    "role `%s` of session `%s`", role->base, s->type->name);
    }
}

/* Which branches an actor chooses among shows only after projection: a collision is told at the messages. */
static void claim_choice(struct c_gen *g, const struct c_actor *a, const struct c_face *f, const struct c_maker *m)
{
    struct span at = a->type->decl->name.at;
    const char *type = arena_printf(g->a, "%s%s", f->low, m->name), *scope = arena_printf(g->a, "%s.", type);
    c_claim(g, "", type, at, "the choice of `%s` named `%s`", a->type->name, m->name);
    c_claim(g, scope, "tag", at, "the tag of each choice");
    for (uint32_t i = 0; i < m->branches.n; i++) {
        const struct message *message = &g->ir->messages[m->branches.at[i].message];
        c_claim(g, scope, m->branches.at[i].low, message->decl->name.at, "message `%s`", message->name);
    }
}

static void claim_tags(struct c_gen *g, const struct c_face *f)
{
    for (uint32_t i = 0; i < f->tags.n; i++) {
        const struct message *m = &g->ir->messages[f->tags.at[i].message];
        c_claim(g, "", f->tags.at[i].tag, m->decl->name.at, "the choice of message `%s`", m->name);
    }
}

static void claim_handler(struct c_gen *g, const struct c_actor *a, const struct c_face *f, const char *verb,
                          const char *about)
{
    c_claim(g, "", arena_printf(g->a, "%s%s%s", f->low, verb, about), a->type->decl->name.at,
            "handler `%s%s` of actor `%s`", verb, about, a->type->name);
}

static void claim_face(struct c_gen *g, const struct c_actor *a, const struct c_face *f)
{
    for (uint32_t i = 0; i < f->receives.n; i++)
        claim_handler(g, a, f, "on_", g->message[f->receives.at[i]]);
    for (uint32_t i = 0; i < f->makers.n; i++) {
        const struct c_maker *m = &f->makers.at[i];
        claim_handler(g, a, f, m->choice ? "choose_" : "make_", m->name);
        if (m->choice)
            claim_choice(g, a, f, m);
    }
    if (f->tags.n > 0)
        claim_handler(g, a, f, "branch", "");
    claim_tags(g, f);
    claim_handler(g, a, f, "completed", "");
    claim_handler(g, a, f, "aborted", "");
}

static bool claim_file(struct c_gen *g, const char *stem, struct span at, const char *kind, const char *of)
{
    return c_claim(g, "file ", stem, at, "the files of %s `%s`", kind, of);
}

static void claim_actor(struct c_gen *g, const struct c_actor *a)
{
    struct span at = a->type->decl->name.at;
    static const char *const own[] = {"", "_actor", "_state", "_init", "_fini"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!c_claim(g, "", arena_printf(g->a, "%s%s", a->low, own[i]), at, "actor `%s`", a->type->name))
            return; /* the other names would only repeat it */
    if (a->type->inbox > 0)
        c_claim(g, "", arena_printf(g->a, "%s_mail", a->low), at, "actor `%s`", a->type->name);
    c_claim(g, "", arena_printf(g->a, "%s_ACTOR", a->up), at, "actor `%s`", a->type->name);
    if (!claim_file(g, a->low, at, "actor", a->type->name))
        return;
    claim_file(g, arena_printf(g->a, "%s_handlers", a->low), at, "actor", a->type->name);
    if (a->type->decl->as.actor.has_state)
        claim_fields(g, arena_printf(g->a, "%s_state", a->low), &a->type->decl->as.actor.state);
    for (uint32_t i = 0; i < a->faces.n; i++)
        claim_face(g, a, &a->faces.at[i]);
}

static void claim_system(struct c_gen *g, const struct c_system *s)
{
    struct span at = s->type->decl->name.at;
    if (!c_claim(g, "", arena_printf(g->a, "%s_spec", s->low), at, "system `%s`", s->type->name) ||
        !claim_file(g, s->low, at, "system", s->type->name))
        return;
    claim_file(g, arena_printf(g->a, "%s_main", s->low), at, "system", s->type->name);
    for (uint32_t i = 0; i < s->type->n_wires; i++) {
        const struct c_wire *w = &s->wires[i];
        const char *names[] = {arena_printf(g->a, "%s_WIRE_%s", s->up, w->up),
                               arena_printf(g->a, "%s_open_%s", s->low, w->low),
                               arena_printf(g->a, "%s_resume_%s", s->low, w->low)};
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            c_claim(g, "", names[n], w->wire->at, "the wire of `%s` in system `%s`", w->session->type->name,
                    s->type->name);
    }
}

void c_claim_all(struct c_gen *g)
{
    const struct file *file = g->ir->file;
    struct span top = file->module.at;
    uint32_t before = g->d->n_errors;
    claim_file(g, arena_printf(g->a, "%s_messages", g->low), top, "module", g->module);
    claim_file(g, arena_printf(g->a, "%s_sessions", g->low), top, "module", g->module);
    for (uint32_t i = 0; i < file->decls.n; i++) {
        const struct decl *d = file->decls.at[i];
        if (d->kind == D_ENUM)
            claim_enum(g, d);
        else if (d->kind == D_STRUCT)
            claim_record(g, d, "struct", &d->as.struct_.fields);
    }
    for (uint32_t i = 0; i < g->ir->n_messages; i++)
        claim_record(g, g->ir->messages[i].decl, "message", c_fields(g, i));
    for (uint32_t i = 0; i < g->ir->n_sessions; i++)
        claim_session(g, &g->sessions[i]);
    bool clean = g->d->n_errors == before; /* handlers repeat the names of messages, and their errors */
    for (uint32_t i = 0; clean && i < g->ir->n_actors; i++)
        claim_actor(g, &g->actors[i]);
    for (uint32_t i = 0; i < g->ir->n_systems; i++)
        claim_system(g, &g->systems[i]);
}

/* ---- limits ---- */

/* Numbers in tables are 16 bits wide and the last one means "none". A choice stands on a worker's stack. */
enum { MOST_NUMBERS = 65535, MOST_MAILBOX = 65535, MOST_TRANSITIONS = 1 << 24, MOST_CHOICE = 1 << 20 };

static void limit(struct c_gen *g, struct span at, uint64_t n, uint64_t most, const char *what)
{
    if (n <= most)
        return;
    struct diag *x = diag_add(g->d, E0523, at, "%s: %llu, and generated C holds at most %llu", what,
                              (unsigned long long)n, (unsigned long long)most);
    diag_note(g->d, x, "this limits C generation alone; the file can be checked and drawn");
    diag_help(g->d, x, "make it smaller, or split what it belongs to");
}

static void check_automaton(struct c_gen *g, const struct c_session *s, uint32_t r)
{
    const struct role *role = &s->type->roles[r];
    const struct automaton *m = &s->type->locals[r];
    uint64_t labels = s->labels[r].n;
    limit(g, role->at, m->n_states, MOST_NUMBERS, arena_printf(g->a, "states of role `%s`", role->name));
    limit(g, role->at, labels, MOST_NUMBERS, arena_printf(g->a, "different actions of role `%s`", role->name));
    limit(g, role->at, m->n_states * labels, MOST_TRANSITIONS,
          arena_printf(g->a, "states times actions of role `%s`", role->name));
}

static void check_session(struct c_gen *g, const struct c_session *s)
{
    const struct decl *d = s->type->decl;
    limit(g, d->name.at, s->type->n_roles, MOST_NUMBERS, arena_printf(g->a, "roles of session `%s`", s->type->name));
    for (uint32_t r = 0; r < s->type->n_roles; r++)
        check_automaton(g, s, r);
    for (uint32_t i = 0; i < s->messages.n; i++) {
        const struct message *m = &g->ir->messages[s->messages.at[i]];
        limit(g, m->decl->name.at, c_fields_size(c_fields(g, s->messages.at[i])), INT32_MAX,
              arena_printf(g->a, "bytes of message `%s`", m->name));
    }
}

static void check_choice(struct c_gen *g, const struct c_actor *a, const struct c_maker *m)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < m->branches.n; i++)
        size += c_fields_size(c_fields(g, m->branches.at[i].message)); /* each below 2^31 */
    if (m->choice)
        limit(g, a->type->decl->name.at, size, MOST_CHOICE,
              arena_printf(g->a, "bytes of all branches of the choice `%s` of actor `%s`", m->name, a->type->name));
}

/* A send of the state that is none any more after its receive `r`; NULL: there is none. */
static const struct edge *taken_away(const struct automaton *m, const struct state *s, const struct edge *r)
{
    for (const struct edge *e = &m->edges[s->first]; e->dir == DIR_SEND; e++) /* sends stand before `r` */
        if (automaton_find(m, r->target, DIR_SEND, e->peer, e->message) == IR_NONE)
            return e;
    return NULL;
}

/* The runtime asks a handler what to send and goes on receiving meanwhile. What the handler has given must still be
 * what the role may send when there is room for it: a receive that takes it away would make it come to nothing. */
static void check_mixed(struct c_gen *g, const struct c_actor *a, const struct automaton *m)
{
    for (uint32_t s = 0; s < m->n_states; s++) {
        const struct state *state = &m->states[s];
        const struct edge *send = NULL, *receive = NULL;
        for (uint32_t i = 0; i < state->n && !send; i++) {
            receive = &m->edges[state->first + i];
            send = receive->dir == DIR_RECEIVE ? taken_away(m, state, receive) : NULL;
        }
        if (!send)
            continue;
        struct diag *x = diag_add(g->d, E0524, send->at, "actor `%s` can send here or receive instead; generated C "
                                  "cannot offer both", a->type->name);
        diag_label(g->d, x, receive->at, "once it has received this, it must not send the other");
        diag_note(g->d, x, "a handler that was asked what to send could find that it came to nothing");
        diag_note(g->d, x, "this limits C generation alone; the file can be checked and drawn");
        diag_help(g->d, x, "let one of the two roles decide, or let this send stay possible after the receive");
    }
}

static void check_self(struct c_gen *g, const struct c_actor *a, const struct automaton *m, uint32_t role)
{
    for (uint32_t e = 0; e < m->n_edges; e++) {
        if (m->edges[e].peer != role)
            continue;
        struct diag *x = diag_add(g->d, E0525, m->edges[e].at, "actor `%s` has no lane to itself in generated C",
                                  a->type->name);
        diag_note(g->d, x, "this limits C generation alone; the file can be checked and drawn");
        diag_help(g->d, x, "leave this interaction out: a role needs no message to know what it does itself");
    }
}

/* ---- expressions ---- */

enum { MOST_BITS = 255 }; /* of a motet_int, without its sign */

static void check_expr(struct c_gen *g, const struct expr *e)
{
    limit(g, e->at, c_expr_bits(e), MOST_BITS, "bits that a number in this expression may need");
}

static void check_refinements(struct c_gen *g, const struct automaton *m)
{
    VEC(const struct expr *) seen = {0};
    for (uint32_t i = 0; i < m->n_edges; i++) {
        const struct expr *where = m->edges[i].where;
        bool known = !where;
        for (uint32_t k = 0; k < seen.n; k++)
            known |= seen.at[k] == where;
        if (known)
            continue;
        vec_push(g->a, seen, where);
        check_expr(g, where);
    }
}

static void check_contracts(struct c_gen *g, const struct c_actor *a)
{
    const struct actor_decl *d = &a->type->decl->as.actor;
    for (uint32_t i = 0; i < d->contracts.n; i++) {
        const struct contract *k = &d->contracts.at[i];
        for (uint32_t x = 0; x < k->requires.n; x++)
            check_expr(g, k->requires.at[x]);
        for (uint32_t x = 0; x < k->ensures.n; x++)
            check_expr(g, k->ensures.at[x]);
    }
    for (uint32_t i = 0; i < d->invariants.n; i++)
        check_expr(g, d->invariants.at[i]);
}

/* ---- actors and systems ---- */

static void check_actor(struct c_gen *g, const struct c_actor *a)
{
    check_contracts(g, a);
    limit(g, a->type->decl->name.at, a->type->mailbox, MOST_MAILBOX,
          arena_printf(g->a, "places in a mailbox of actor `%s`", a->type->name));
    for (uint32_t f = 0; f < a->faces.n; f++) {
        const struct c_face *face = &a->faces.at[f];
        for (uint32_t i = 0; i < face->makers.n; i++)
            check_choice(g, a, &face->makers.at[i]);
        for (uint32_t i = 0; i < face->classes.n; i++) {
            const struct automaton *m = c_class_automaton(face, &face->classes.at[i]);
            check_mixed(g, a, m);
            check_refinements(g, m);
            check_self(g, a, m, face->classes.at[i].roles.at[0]);
        }
    }
}

static void check_system(struct c_gen *g, const struct c_system *s)
{
    const struct system *t = s->type;
    struct span at = t->decl->name.at;
    limit(g, at, t->n_supervisors, MOST_NUMBERS, arena_printf(g->a, "supervisors of system `%s`", t->name));
    limit(g, at, t->n_children, MOST_NUMBERS, arena_printf(g->a, "children of system `%s`", t->name));
    limit(g, at, t->n_wires, MOST_NUMBERS, arena_printf(g->a, "wires of system `%s`", t->name));
    for (uint32_t i = 0; i < t->n_children; i++)
        limit(g, t->children[i].at, t->children[i].size, MOST_NUMBERS,
              arena_printf(g->a, "instances of child `%s`", t->children[i].name));
}

void c_check_limits(struct c_gen *g)
{
    for (uint32_t i = 0; i < g->ir->n_sessions; i++)
        check_session(g, &g->sessions[i]);
    for (uint32_t i = 0; i < g->ir->n_actors; i++)
        check_actor(g, &g->actors[i]);
    for (uint32_t i = 0; i < g->ir->n_systems; i++)
        check_system(g, &g->systems[i]);
}
