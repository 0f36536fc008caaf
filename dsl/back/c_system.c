/* c_system.c -- S.h and S.c: the supervision tree and the wires as constant specs, and S_open_SESSION. */
#include "c_gen.h"

static const char *nanoseconds(struct emit *e, uint64_t ns)
{
    return ns > INT32_MAX ? arena_printf(e->a, "UINT64_C(%llu)", (unsigned long long)ns) : emit_num(e, ns);
}

/* ---- S.h ---- */

static void emit_wire_numbers(struct emit *e, const struct c_system *s)
{
    if (s->type->n_wires == 0)
        return;
    emit(e, "\n/* Wires, as motet_session_open takes them. */\nenum {\n");
    for (uint32_t i = 0; i < s->type->n_wires; i++)
        emit(e, "    ${S}_WIRE_${wire} = ${n}${comma}\n", "wire", s->wires[i].up, "n", emit_num(e, i), "comma",
             i + 1 < s->type->n_wires ? "," : "");
    emit(e, "};\n");
}

static void emit_wire_prototypes(struct emit *e, const struct c_wire *w)
{
    emit(e, "\n/* Opens a session ${Session}: any thread, never blocks. Handlers read `arg` by motet_session_arg.\n"
            " * *id (may be NULL) gets the session's id. Errors as of motet_session_open. */\n"
            "MOTET_MUST_USE motet_err ${s}_open_${wire}(motet_system *sys, uint64_t arg, uint64_t *id);\n"
            "\n/* Asks the participant again that answered MOTET_LATER: `role` is what motet_session_role told it. */\n"
            "MOTET_MUST_USE motet_err ${s}_resume_${wire}(motet_system *sys, uint64_t id, motet_peer role);\n",
         "Session", w->session->type->name, "wire", w->low);
}

static void render_header(struct c_gen *g, const struct c_system *s)
{
    struct emit e = c_file_begin(g);
    emit_set(&e, "s", s->low);
    emit_set(&e, "S", s->up);
    emit(&e, "/* ${s}.h -- system ${System}: its supervision tree and its wires.\n${generated} */\n"
             "#ifndef ${S}_H\n#define ${S}_H\n#include \"${low}_sessions.h\"\n",
         "System", s->type->name);
    emit_wire_numbers(&e, s);
    emit(&e, "\nextern const motet_system_spec ${s}_spec;\n");
    for (uint32_t i = 0; i < s->type->n_wires; i++)
        emit_wire_prototypes(&e, &s->wires[i]);
    emit(&e, "\n#endif\n");
    c_file_end(g, &e, arena_printf(g->a, "%s.h", s->low), false);
}

/* ---- S.c ---- */

static const char *restart_name(enum restart_type r)
{
    switch (r) {
    case RESTART_PERMANENT: return "MOTET_PERMANENT";
    case RESTART_TRANSIENT: return "MOTET_TRANSIENT";
    case RESTART_TEMPORARY: return "MOTET_TEMPORARY";
    }
    return "";
}

static const char *strategy_name(enum strategy s)
{
    switch (s) {
    case ONE_FOR_ONE: return "MOTET_ONE_FOR_ONE";
    case ONE_FOR_ALL: return "MOTET_ONE_FOR_ALL";
    case REST_FOR_ONE: return "MOTET_REST_FOR_ONE";
    }
    return "";
}

static void emit_includes(struct c_gen *g, struct emit *e, const struct system *t)
{
    for (uint32_t a = 0; a < g->ir->n_actors; a++)
        for (uint32_t i = 0; i < t->n_children; i++)
            if (t->children[i].actor == a) {
                emit(e, "#include \"${actor}.h\"\n", "actor", g->actors[a].low);
                break;
            }
}

static const char *directive_name(enum directive d)
{
    switch (d) {
    case DIRECTIVE_DEFAULT: return "MOTET_AS_USUAL";
    case DIRECTIVE_RESTART: return "MOTET_RESTART";
    case DIRECTIVE_RESUME: return "MOTET_RESUME";
    case DIRECTIVE_STOP: return "MOTET_STOP";
    case DIRECTIVE_ESCALATE: return "MOTET_ESCALATE";
    }
    return "";
}

static const char *reason_name(enum fail_reason r)
{
    switch (r) {
    case REASON_ERROR: return "MOTET_BY_ERROR";
    case REASON_TIMEOUT: return "MOTET_BY_TIMEOUT";
    case REASON_PROTOCOL_VIOLATION: return "MOTET_BY_PROTOCOL_VIOLATION";
    case REASON_FATAL: return "MOTET_BY_FATAL";
    case REASONS: break;
    }
    return "";
}

/* The rules of `decide` that apply to the child, a line each. */
static const char *decisions(struct emit *e, const struct child *c)
{
    const char *text = "";
    for (int r = 0; r < REASONS; r++)
        if (c->decide[r] != DIRECTIVE_DEFAULT)
            text = arena_printf(e->a, "%s        .decide[%s] = %s,\n", text, reason_name((enum fail_reason)r),
                                directive_name(c->decide[r]));
    return text;
}

static void emit_children(struct c_gen *g, struct emit *e, const struct system *t)
{
    emit(e, "\nstatic const motet_child_spec children[] = {\n");
    for (uint32_t i = 0; i < t->n_children; i++) {
        const struct child *c = &t->children[i];
        emit(e,
             "    {\n        .name = \"${name}\",\n        .actor = &${actor}_actor,\n        .count = ${count},\n"
             "        .family = ${family},\n        .supervisor = ${supervisor},\n        .restart = ${restart},\n"
             "        .shutdown_ns = ${shutdown},\n        .backoff_min_ns = ${min},\n"
             "        .backoff_max_ns = ${max},\n${decide}    },\n",
             "name", c->name, "actor", g->actors[c->actor].low, "count", emit_num(e, c->size), "family",
             c->family ? "true" : "false", "supervisor", emit_num(e, c->supervisor), "restart",
             restart_name(c->restart), "shutdown", nanoseconds(e, c->shutdown_ns), "min",
             nanoseconds(e, c->backoff_min_ns), "max", nanoseconds(e, c->backoff_max_ns), "decide",
             decisions(e, c));
    }
    emit(e, "};\n");
}

static void emit_members(struct emit *e, const struct system *t, uint32_t index)
{
    const struct supervisor *v = &t->supervisors[index];
    emit(e, "\nstatic const motet_member members_${n}[] = {\n", "n", emit_num(e, index));
    for (uint32_t i = 0; i < v->n_members; i++) {
        const struct member *m = &v->members[i];
        name who = m->is_supervisor ? t->supervisors[m->index].name : t->children[m->index].name;
        emit(e, "    {${kind}, ${index}}, /* ${name} */\n", "kind", m->is_supervisor ? "true" : "false", "index",
             emit_num(e, m->index), "name", who);
    }
    emit(e, "};\n");
}

static void emit_supervisors(struct emit *e, const struct system *t)
{
    for (uint32_t i = 0; i < t->n_supervisors; i++)
        if (t->supervisors[i].n_members > 0)
            emit_members(e, t, i);
    emit(e, "\nstatic const motet_supervisor_spec supervisors[] = {\n");
    for (uint32_t i = 0; i < t->n_supervisors; i++) {
        const struct supervisor *v = &t->supervisors[i];
        emit(e,
             "    {\n        .name = \"${name}\",\n        .strategy = ${strategy},\n"
             "        .intensity = ${intensity},\n"
             "        .window_ns = ${window},\n        .parent = ${parent},\n        .n_members = ${n},\n"
             "        .members = ${members},\n    },\n",
             "name", v->name, "strategy", strategy_name(v->strategy), "intensity", emit_num(e, v->intensity), "window",
             nanoseconds(e, v->window_ns), "parent", v->parent == IR_NONE ? "MOTET_NONE" : emit_num(e, v->parent), "n",
             emit_num(e, v->n_members), "members", v->n_members ? arena_printf(e->a, "members_%u", i) : "NULL");
    }
    emit(e, "};\n");
}

static void emit_wires(struct emit *e, const struct c_system *s)
{
    const struct system *t = s->type;
    for (uint32_t i = 0; i < t->n_wires; i++) {
        emit(e, "\nstatic const motet_bind ${wire}__bind[] = {\n", "wire", s->wires[i].low);
        for (uint32_t r = 0; r < s->wires[i].session->type->n_roles; r++) {
            const struct instance *in = &t->instances[t->wires[i].bind[r]];
            bool any = t->wires[i].any[r];
            emit(e, "    {${child}, ${instance}, ${any}}, /* ${role} = ${name} */\n", "child", emit_num(e, in->child),
                 "instance", emit_num(e, any ? 0 : in->index), "any", any ? "true" : "false", "role",
                 s->wires[i].session->type->roles[r].name, "name",
                 any ? arena_printf(e->a, "any %s", t->children[in->child].name) : in->name);
        }
        emit(e, "};\n");
    }
    if (t->n_wires == 0)
        return;
    emit(e, "\nstatic const motet_wire_spec wires[] = {\n");
    for (uint32_t i = 0; i < t->n_wires; i++)
        emit(e, "    {&${session}_session, ${wire}__bind},\n", "session", s->wires[i].session->low, "wire",
             s->wires[i].low);
    emit(e, "};\n");
}

static void emit_spec(struct emit *e, const struct system *t)
{
    emit(e, "\nconst motet_system_spec ${s}_spec = {\n    .name = \"${System}\",\n"
            "    .n_supervisors = ${supervisors},\n"
            "    .n_children = ${children},\n    .n_wires = ${wires},\n    .supervisors = supervisors,\n"
            "    .children = children,\n    .wires = ${wire_table},\n};\n",
         "System", t->name, "supervisors", emit_num(e, t->n_supervisors), "children", emit_num(e, t->n_children),
         "wires", emit_num(e, t->n_wires), "wire_table", t->n_wires ? "wires" : "NULL");
}

/* The first role of each peer, so that a peer of motet_session_role becomes a role number again. */
static void emit_wire_functions(struct c_gen *g, struct emit *e, const struct c_wire *w)
{
    const struct c_session *s = w->session;
    const char *first = "";
    for (uint32_t r = 0; r < s->type->n_roles; r++)
        if (s->type->roles[r].index == 0)
            first = arena_printf(g->a, "%s%s%u", first, r ? ", " : "", r);
    emit(e, "\nmotet_err ${s}_open_${wire}(motet_system *sys, uint64_t arg, uint64_t *id)\n{\n"
            "    return motet_session_open(sys, ${S}_WIRE_${WIRE}, arg, id);\n}\n"
            "\nmotet_err ${s}_resume_${wire}(motet_system *sys, uint64_t id, motet_peer role)\n{\n"
            "    static const uint16_t first[] = {${first}}; /* role of each peer, or first of its family */\n"
            "    MOTET_REQUIRE(role.role < sizeof first / sizeof *first);\n"
            "    return motet_session_resume(sys, id, (uint16_t)(first[role.role] + role.index));\n}\n",
         "wire", w->low, "WIRE", w->up, "first", first);
}

static void render_source(struct c_gen *g, const struct c_system *s)
{
    struct emit e = c_file_begin(g);
    emit_set(&e, "s", s->low);
    emit_set(&e, "S", s->up);
    emit(&e, "/* ${s}.c -- system ${System}: its supervision tree and its wires.\n${generated} */\n"
             "#include \"${s}.h\"\n\n#include <stddef.h>\n\n",
         "System", s->type->name);
    emit_includes(g, &e, s->type);
    emit_children(g, &e, s->type);
    emit_supervisors(&e, s->type);
    emit_wires(&e, s);
    emit_spec(&e, s->type);
    for (uint32_t i = 0; i < s->type->n_wires; i++)
        emit_wire_functions(g, &e, &s->wires[i]);
    c_file_end(g, &e, arena_printf(g->a, "%s.c", s->low), false);
}

void c_render_system(struct c_gen *g, const struct c_system *s)
{
    render_header(g, s);
    render_source(g, s);
}
