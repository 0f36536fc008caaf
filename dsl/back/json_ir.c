/* json_ir.c -- see json_ir.h. One function an object of docs/json.md. */
#include "json_ir.h"

#include <string.h>

#include "ast_print.h"
#include "buf.h"
#include "json.h"
#include "ltl_text.h"
#include "source.h"
#include "words.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void put_line(struct json *j, const struct ir *ir, struct span at)
{
    json_uint(j, "line", source_position(ir->sources, at.file, at.lo).line);
    if (at.file != ir->file->source && at.file < ir->sources->n)
        json_string(j, "in", base_name(ir->sources->at[at.file]->path));
}

static void put_expr(struct json *j, const char *key, const struct expr *e)
{
    struct buf text = { 0 };
    ast_print_expr(e, &text);
    json_string(j, key, buf_cstr(&text));
    buf_free(&text);
}

static void put_exprs(struct json *j, const char *key, const expr_vec *all)
{
    json_open_array(j, key);
    for (uint32_t i = 0; i < all->n; i++)
        put_expr(j, NULL, all->at[i]);
    json_close_array(j);
}

static void put_indices(struct json *j, const char *key, const struct index_list *list)
{
    json_open_array(j, key);
    for (uint32_t i = 0; i < list->n; i++)
        json_uint(j, NULL, list->at[i]);
    json_close_array(j);
}

static void put_doc(struct json *j, const char *doc)
{
    if (doc)
        json_string(j, "doc", doc);
}

/* ---- payload types ---- */

static const char *kind_text(const struct type *t)
{
    switch (t->kind) {
    case TY_POISON: return "poison";
    case TY_BOOL: return "bool";
    case TY_U8: return "u8";
    case TY_U16: return "u16";
    case TY_U32: return "u32";
    case TY_U64: return "u64";
    case TY_I8: return "i8";
    case TY_I16: return "i16";
    case TY_I32: return "i32";
    case TY_I64: return "i64";
    case TY_F32: return "f32";
    case TY_F64: return "f64";
    case TY_STRING: return "string";
    case TY_BYTES: return "bytes";
    case TY_ARRAY: return "array";
    case TY_LIST: return "list";
    case TY_OPTIONAL: return "optional";
    case TY_NAMED: return t->decl && t->decl->kind == D_ENUM ? "enum" : "struct";
    case TY_REF: return "ref";
    }
    return "poison";
}

static void put_type(struct json *j, const char *key, const struct type *t)
{
    json_open_object(j, key);
    json_string(j, "kind", kind_text(t));
    if (t->kind == TY_NAMED)
        json_string(j, "name", t->decl->name.name);
    if (t->kind == TY_REF) {
        json_string(j, "session", t->decl->name.name);
        json_string(j, "role", t->role.name);
    }
    if (t->kind == TY_STRING || t->kind == TY_BYTES || t->kind == TY_ARRAY || t->kind == TY_LIST)
        json_uint(j, "bound", t->bound);
    if (t->elem)
        put_type(j, "element", t->elem);
    json_close_object(j);
}

static void put_fields(struct json *j, const char *key, const field_vec *fields)
{
    json_open_array(j, key);
    for (uint32_t i = 0; i < fields->n; i++) {
        json_open_object(j, NULL);
        json_string(j, "name", fields->at[i].name.name);
        put_type(j, "type", fields->at[i].type);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_type_declaration(struct json *j, const struct ir *ir, const struct decl *d)
{
    json_open_object(j, NULL);
    json_string(j, "name", d->name.name);
    put_doc(j, d->doc);
    if (d->kind == D_ENUM) {
        json_string(j, "kind", "enum");
        json_open_array(j, "values");
        for (uint32_t i = 0; i < d->as.enum_.values.n; i++)
            json_string(j, NULL, d->as.enum_.values.at[i].name);
        json_close_array(j);
    } else {
        json_string(j, "kind", "struct");
        put_fields(j, "fields", &d->as.struct_.fields);
    }
    put_line(j, ir, d->name.at);
    json_close_object(j);
}

static void put_types(struct json *j, const struct ir *ir)
{
    json_open_array(j, "types");
    for (uint32_t i = 0; i < ir->file->decls.n; i++) {
        const struct decl *d = ir->file->decls.at[i];
        if (d->kind == D_ENUM || d->kind == D_STRUCT)
            put_type_declaration(j, ir, d);
    }
    json_close_array(j);
}

static void put_messages(struct json *j, const struct ir *ir)
{
    json_open_array(j, "messages");
    for (uint32_t i = 0; i < ir->n_messages; i++) {
        const struct message *m = &ir->messages[i];
        json_open_object(j, NULL);
        json_string(j, "name", m->name);
        put_doc(j, m->decl->doc);
        json_uint(j, "tag", m->tag);
        put_fields(j, "fields", &m->decl->as.message.fields);
        put_line(j, ir, m->decl->name.at);
        json_close_object(j);
    }
    json_close_array(j);
}

/* ---- sessions ---- */

static void put_roles(struct json *j, const struct ir *ir, const struct session_type *s)
{
    json_open_array(j, "roles");
    for (uint32_t i = 0; i < s->n_roles; i++) {
        const struct role *r = &s->roles[i];
        json_open_object(j, NULL);
        json_string(j, "name", r->name);
        json_string(j, "family", r->in_family ? r->base : NULL);
        if (r->in_family)
            json_uint(j, "index", r->index);
        put_line(j, ir, r->at);
        json_close_object(j);
    }
    json_close_array(j);
}

static const char *event_word(enum event_kind k)
{
    switch (k) {
    case EV_TIMEOUT: return "timeout";
    case EV_CRASH: return "crash";
    case EV_CANCEL: return "cancel";
    }
    return "";
}

static void put_events(struct json *j, const struct ir *ir, const struct session_type *s)
{
    json_open_array(j, "events");
    for (uint32_t i = 0; i < s->n_events; i++) {
        const struct session_event *e = &s->events[i];
        json_open_object(j, NULL);
        json_string(j, "name", e->name);
        json_string(j, "kind", event_word(e->kind));
        json_string(j, "catcher", s->roles[e->catcher].name);
        if (e->kind == EV_CRASH)
            json_string(j, "role", s->roles[e->who].name);
        if (e->kind == EV_TIMEOUT)
            json_uint(j, "after_ns", e->after_ns);
        json_uint(j, "level", e->level);
        put_line(j, ir, e->at);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_try(struct json *j, const struct ir *ir, const struct session_type *s, const struct try_region *t)
{
    json_open_object(j, NULL);
    json_string(j, "catcher", s->roles[t->catcher].name);
    json_uint(j, "level", t->level);
    json_open_array(j, "handlers");
    for (uint32_t i = 0; i < t->n_handlers; i++) {
        json_open_object(j, NULL);
        json_string(j, "event", s->events[t->handlers[i].event].name);
        json_uint(j, "start", t->handlers[i].start);
        json_close_object(j);
    }
    json_close_array(j);
    put_line(j, ir, t->stmt->at);
    json_close_object(j);
}

/* Pairs [par, branch]. */
static void put_strand(struct json *j, const struct index_list *strand)
{
    json_open_array(j, "strand");
    for (uint32_t i = 0; i + 1 < strand->n; i += 2) {
        json_open_array(j, NULL);
        json_uint(j, NULL, strand->at[i]);
        json_uint(j, NULL, strand->at[i + 1]);
        json_close_array(j);
    }
    json_close_array(j);
}

static void put_global_edge(struct json *j, const struct ir *ir, const struct session_type *s,
                            const struct global_edge *e)
{
    json_open_object(j, NULL);
    json_string(j, "from", s->roles[e->from].name);
    json_string(j, "to", s->roles[e->to].name);
    json_string(j, "message", ir->messages[e->message].name);
    if (e->interrupt)
        json_bool(j, "interrupt", true);
    if (e->where)
        put_expr(j, "where", e->where);
    if (e->regions)
        put_indices(j, "tries", &s->global->regions[e->regions]);
    if (e->strand)
        put_strand(j, &s->global->strands[e->strand]);
    json_uint(j, "target", e->target);
    put_line(j, ir, e->at);
    json_close_object(j);
}

static void put_global_state(struct json *j, const struct ir *ir, const struct session_type *s,
                             const struct global_state *q)
{
    json_open_object(j, NULL);
    json_bool(j, "final", q->final);
    if (q->regions)
        put_indices(j, "tries", &s->global->regions[q->regions]);
    json_open_array(j, "edges");
    for (uint32_t e = 0; e < q->n; e++)
        put_global_edge(j, ir, s, &s->global->edges[q->first + e]);
    json_close_array(j);
    json_close_object(j);
}

static void put_global(struct json *j, const struct ir *ir, const struct session_type *s)
{
    const struct global *g = s->global;
    if (!g) {
        json_null(j, "global");
        return;
    }
    json_open_object(j, "global");
    json_open_array(j, "states");
    for (uint32_t q = 0; q < g->n_states; q++)
        put_global_state(j, ir, s, &g->states[q]);
    json_close_array(j);
    json_open_array(j, "tries");
    for (uint32_t i = 0; i < g->n_tries; i++)
        put_try(j, ir, s, &g->tries[i]);
    json_close_array(j);
    json_close_object(j);
}

static void put_edge(struct json *j, const struct ir *ir, const struct session_type *s, const struct edge *e)
{
    json_open_object(j, NULL);
    if (e->dir == DIR_EVENT) {
        json_string(j, "action", "event");
        json_string(j, "event", s->events[e->message].name);
    } else {
        json_string(j, "action", e->dir == DIR_SEND ? "send" : "receive");
        json_string(j, "peer", s->roles[e->peer].name);
        json_string(j, "message", ir->messages[e->message].name);
    }
    if (e->interrupt)
        json_bool(j, "interrupt", true);
    if (e->where)
        put_expr(j, "where", e->where);
    json_uint(j, "target", e->target);
    put_line(j, ir, e->at);
    json_close_object(j);
}

static void put_local(struct json *j, const struct ir *ir, const struct session_type *s, uint32_t role)
{
    const struct automaton *m = &s->locals[role];
    json_open_object(j, NULL);
    json_string(j, "role", s->roles[role].name);
    json_open_array(j, "states");
    for (uint32_t q = 0; q < m->n_states; q++) {
        json_open_object(j, NULL);
        json_bool(j, "final", m->states[q].final);
        json_open_array(j, "edges");
        for (uint32_t e = 0; e < m->states[q].n; e++)
            put_edge(j, ir, s, &m->edges[m->states[q].first + e]);
        json_close_array(j);
        put_line(j, ir, m->states[q].at);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
}

static void put_session(struct json *j, const struct ir *ir, const struct session_type *s)
{
    json_open_object(j, NULL);
    json_string(j, "name", s->name);
    put_doc(j, s->decl->doc);
    json_string(j, "given_by", s->by_locals ? "local types" : "global type");
    json_bool(j, "implementable", s->implementable);
    json_bool(j, "usable", s->usable);
    json_string(j, "initiator", s->initiator == IR_NONE ? NULL : s->roles[s->initiator].name);
    put_roles(j, ir, s);
    put_events(j, ir, s);
    put_global(j, ir, s);
    json_open_array(j, "locals");
    for (uint32_t r = 0; s->usable && r < s->n_roles; r++)
        put_local(j, ir, s, r);
    json_close_array(j);
    put_line(j, ir, s->decl->name.at);
    json_close_object(j);
}

/* ---- actors ---- */

static void put_contract(struct json *j, const struct ir *ir, const struct contract *c)
{
    json_open_object(j, NULL);
    json_string(j, "session", c->session_decl->name.name);
    json_string(j, "role", c->role.indexed ? arena_printf(ir->a, "%s[%u]", c->role.base.name, c->role.index)
                                           : c->role.base.name);
    json_string(j, "message", c->message_decl->name.name);
    put_exprs(j, "requires", &c->requires);
    put_exprs(j, "ensures", &c->ensures);
    put_line(j, ir, c->at);
    json_close_object(j);
}

static void put_room(struct json *j, const struct actor *a)
{
    json_uint(j, "mailbox", a->mailbox);
    json_bool(j, "shared", a->shared);
    json_string(j, "policy", word_policy(a->policy));
    if (a->inbox) {
        json_uint(j, "inbox", a->inbox);
        json_string(j, "inbox_policy", word_policy(a->inbox_policy));
    } else {
        json_null(j, "inbox");
    }
}

static void put_actor(struct json *j, const struct ir *ir, const struct actor *a)
{
    json_open_object(j, NULL);
    json_string(j, "name", a->name);
    put_doc(j, a->decl->doc);
    json_open_array(j, "plays");
    for (uint32_t i = 0; i < a->n_plays; i++) {
        const struct session_type *s = &ir->sessions[a->plays[i].session];
        json_open_object(j, NULL);
        json_string(j, "session", s->name);
        json_open_array(j, "roles");
        for (uint32_t r = 0; r < a->plays[i].n_roles; r++)
            json_string(j, NULL, s->roles[a->plays[i].first_role + r].name);
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    put_room(j, a);
    if (a->sessions)
        json_uint(j, "sessions", a->sessions);
    else
        json_null(j, "sessions");
    json_string(j, "isolation", a->isolated ? "process" : "none");
    put_fields(j, "state", &a->decl->as.actor.state);
    put_exprs(j, "invariants", &a->decl->as.actor.invariants);
    json_open_array(j, "contracts");
    for (uint32_t i = 0; i < a->decl->as.actor.contracts.n; i++)
        put_contract(j, ir, &a->decl->as.actor.contracts.at[i]);
    json_close_array(j);
    put_line(j, ir, a->decl->name.at);
    json_close_object(j);
}

/* ---- systems ---- */

static void put_child(struct json *j, const struct ir *ir, const struct child *c)
{
    json_open_object(j, NULL);
    json_string(j, "child", c->name);
    json_string(j, "actor", ir->actors[c->actor].name);
    if (c->family)
        json_uint(j, "size", c->size);
    json_string(j, "restart", word_restart(c->restart));
    json_uint(j, "shutdown_ns", c->shutdown_ns);
    json_uint(j, "backoff_min_ns", c->backoff_min_ns);
    json_uint(j, "backoff_max_ns", c->backoff_max_ns);
    json_open_object(j, "decide");
    for (int r = 0; r < REASONS; r++)
        if (c->decide[r] != DIRECTIVE_DEFAULT)
            json_string(j, word_reason((enum fail_reason)r), word_directive(c->decide[r]));
    json_close_object(j);
    put_line(j, ir, c->at);
    json_close_object(j);
}

static void put_supervisor(struct json *j, const struct ir *ir, const struct system *sys, uint32_t i, const char *key)
{
    const struct supervisor *v = &sys->supervisors[i];
    json_open_object(j, key);
    json_string(j, "supervisor", v->name);
    json_string(j, "strategy", word_strategy(v->strategy));
    json_uint(j, "intensity", v->intensity);
    json_uint(j, "window_ns", v->window_ns);
    json_open_array(j, "members");
    for (uint32_t m = 0; m < v->n_members; m++) {
        if (v->members[m].is_supervisor)
            put_supervisor(j, ir, sys, v->members[m].index, NULL);
        else
            put_child(j, ir, &sys->children[v->members[m].index]);
    }
    json_close_array(j);
    json_close_object(j);
}

static void put_binding(struct json *j, const struct system *sys, const struct session_type *s, const struct wire *w,
                        uint32_t role)
{
    const struct instance *x = &sys->instances[w->bind[role]];
    json_open_object(j, NULL);
    json_string(j, "role", s->roles[role].name);
    if (w->any[role])
        json_string(j, "any", sys->children[x->child].name);
    else
        json_string(j, "instance", x->name);
    json_close_object(j);
}

static void put_wire(struct json *j, const struct ir *ir, const struct system *sys, const struct wire *w)
{
    const struct session_type *s = &ir->sessions[w->session];
    json_open_object(j, NULL);
    json_string(j, "session", s->name);
    json_open_array(j, "bindings");
    for (uint32_t r = 0; r < s->n_roles; r++)
        put_binding(j, sys, s, w, r);
    json_close_array(j);
    put_line(j, ir, w->at);
    json_close_object(j);
}

static void put_system(struct json *j, const struct ir *ir, const struct system *sys)
{
    json_open_object(j, NULL);
    json_string(j, "name", sys->name);
    put_doc(j, sys->decl->doc);
    put_supervisor(j, ir, sys, 0, "root");
    json_open_array(j, "instances");
    for (uint32_t i = 0; i < sys->n_instances; i++)
        json_string(j, NULL, sys->instances[i].name);
    json_close_array(j);
    json_open_array(j, "wires");
    for (uint32_t i = 0; i < sys->n_wires; i++)
        put_wire(j, ir, sys, &sys->wires[i]);
    json_close_array(j);
    put_line(j, ir, sys->decl->name.at);
    json_close_object(j);
}

/* ---- verify ---- */

static void put_ltl(struct json *j, const struct ir *ir, const struct ltl_decl *l)
{
    struct buf text = { 0 };
    ltl_text(l->formula, &text);
    json_open_object(j, NULL);
    json_string(j, "name", l->name.name);
    json_string(j, "formula", buf_cstr(&text));
    put_line(j, ir, l->at);
    json_close_object(j);
    buf_free(&text);
}

static void put_domain(struct json *j, const struct ir *ir, const struct domain *d)
{
    json_open_object(j, NULL);
    json_string(j, "message", d->decl->name.name);
    json_string(j, "field", d->field.name);
    json_uint(j, "lo", d->lo);
    json_uint(j, "hi", d->hi);
    put_line(j, ir, d->at);
    json_close_object(j);
}

static void put_verify(struct json *j, const struct ir *ir, const struct verify *v)
{
    json_open_object(j, NULL);
    json_string(j, "of", v->of_system ? "system" : "session");
    json_string(j, "subject", v->of_system ? ir->systems[v->subject].name : ir->sessions[v->subject].name);
    json_uint(j, "sessions", v->sessions);
    json_open_array(j, "crashes");
    for (uint32_t i = 0; i < v->n_crashes; i++) {
        uint32_t child = v->crashes[i].child;
        json_open_object(j, NULL);
        json_string(j, "child", child == IR_NONE ? NULL : ir->systems[v->subject].children[child].name);
        json_uint(j, "count", v->crashes[i].count);
        json_close_object(j);
    }
    json_close_array(j);
    json_uint(j, "loss", v->loss);
    json_open_array(j, "domains");
    for (uint32_t i = 0; i < v->n_domains; i++)
        put_domain(j, ir, &v->domains[i]);
    json_close_array(j);
    json_string(j, "fair", v->fair_weak ? "weak" : "none");
    json_open_array(j, "ltl");
    for (uint32_t i = 0; i < v->n_ltls; i++)
        put_ltl(j, ir, &v->ltls[i]);
    json_close_array(j);
    put_line(j, ir, v->at);
    json_close_object(j);
}

/* ---- the file ---- */

static void put_import(struct json *j, const struct ir *ir, const struct import_decl *x)
{
    json_open_object(j, NULL);
    if (x->path)
        json_string(j, "path", x->path);
    else
        json_string(j, "module", x->module.name);
    json_open_array(j, "names");
    for (uint32_t i = 0; i < x->names.n; i++) {
        json_open_object(j, NULL);
        json_string(j, "name", x->names.at[i].name.name);
        if (x->names.at[i].as.name)
            json_string(j, "as", x->names.at[i].as.name);
        json_close_object(j);
    }
    json_close_array(j);
    put_line(j, ir, x->at);
    json_close_object(j);
}

static void put_imports(struct json *j, const struct ir *ir)
{
    json_open_array(j, "imports");
    for (uint32_t i = 0; i < ir->file->imports.n; i++)
        put_import(j, ir, &ir->file->imports.at[i]);
    json_close_array(j);
}

static void put_local_type(struct json *j, const char *key, const struct local *l)
{
    struct buf text = { 0 };
    ast_print_local(l, &text);
    json_string(j, key, buf_cstr(&text));
    buf_free(&text);
}

static void put_assertions(struct json *j, const struct ir *ir)
{
    json_open_array(j, "assertions");
    for (uint32_t i = 0; i < ir->file->decls.n; i++) {
        const struct decl *d = ir->file->decls.at[i];
        if (d->kind != D_ASSERT)
            continue;
        json_open_object(j, NULL);
        put_local_type(j, "left", d->as.assert_.left);
        json_string(j, "relation", d->as.assert_.kind == ASSERT_SUBTYPE ? "<=" : "==");
        put_local_type(j, "right", d->as.assert_.right);
        put_line(j, ir, d->at);
        json_close_object(j);
    }
    json_close_array(j);
}

/* ---- the document ---- */

void json_ir(const struct ir *ir, struct buf *out)
{
    struct json j = json_begin(out);
    json_open_object(&j, NULL);
    json_uint(&j, "format", JSON_IR_FORMAT);
    json_string(&j, "module", ir->module);
    json_string(&j, "file", base_name(ir->sources->at[ir->file->source]->path));
    put_doc(&j, ir->file->doc);
    put_imports(&j, ir);
    put_types(&j, ir);
    put_messages(&j, ir);
    json_open_array(&j, "sessions");
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        put_session(&j, ir, &ir->sessions[i]);
    json_close_array(&j);
    json_open_array(&j, "actors");
    for (uint32_t i = 0; i < ir->n_actors; i++)
        put_actor(&j, ir, &ir->actors[i]);
    json_close_array(&j);
    json_open_array(&j, "systems");
    for (uint32_t i = 0; i < ir->n_systems; i++)
        put_system(&j, ir, &ir->systems[i]);
    json_close_array(&j);
    json_open_array(&j, "verify");
    for (uint32_t i = 0; i < ir->n_verifies; i++)
        put_verify(&j, ir, &ir->verifies[i]);
    json_close_array(&j);
    put_assertions(&j, ir);
    json_close_object(&j);
    json_end(&j);
}

void json_ir_render(const struct ir *ir, struct outputs *out)
{
    struct buf text = { 0 };
    json_ir(ir, &text);
    outputs_add(out, arena_printf(out->a, "%s.json", ir->module), &text, false);
    buf_free(&text);
}
