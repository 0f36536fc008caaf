/* c_tables.c -- constant tables: session types (M_sessions) and automata of a face.
 *
 * A label's `peer_label` depends on the member of a family that the role is, so each role has its own labels; states
 * and transitions are those of the class. `send_first` and `sends` give the send labels of a state in the order of
 * its edges, which is the order of a maker's branches: branch k of state s is sends[send_first[s] + k].
 */
#include "c_gen.h"

/* ---- sessions ---- */

static void emit_roles_enum(struct c_gen *g, struct emit *e, const struct c_session *s)
{
    emit(e, "/* Roles as handlers see them: a family has one number and its members an index. */\nenum {\n");
    for (uint32_t r = 0; r < s->type->n_roles; r++) {
        const struct role *role = &s->type->roles[r];
        if (role->index == 0)
            emit(e, "    ${up}_ROLE_${role} = ${n}${comma}\n", "role", c_upper(g->a, c_snake(g->a, role->base)), "n",
                 emit_num(e, s->peer[r]), "comma", s->peer[r] + 1u < s->n_peers ? "," : "");
    }
    emit(e, "};\n");
}

static void emit_messages_enum(struct c_gen *g, struct emit *e, const struct c_session *s)
{
    emit(e, "\n/* Messages by their number in the session; for generated code. */\nenum {\n");
    for (uint32_t i = 0; i < s->messages.n; i++)
        emit(e, "    ${up}__${message} = ${n}${comma}\n", "message", c_upper(g->a, g->message[s->messages.at[i]]), "n",
             emit_num(e, i), "comma", i + 1 < s->messages.n ? "," : "");
    emit(e, "};\n");
}

static void render_sessions_header(struct c_gen *g)
{
    struct emit e = c_file_begin(g);
    emit(&e, "/* ${low}_sessions.h -- session types of module ${module}.\n${generated} */\n"
             "#ifndef ${up}_SESSIONS_H\n#define ${up}_SESSIONS_H\n#include <motet/motet.h>\n\n"
             "#include \"${low}_messages.h\"\n\n"
             "#if MOTET_ABI != 2\n#error \"generated for another version of libmotet: generate again\"\n#endif\n");
    for (uint32_t i = 0; i < g->ir->n_sessions; i++) {
        const struct c_session *s = &g->sessions[i];
        uint32_t scope = emit_open(&e);
        emit_set(&e, "low", s->low);
        emit_set(&e, "up", s->up);
        emit(&e, "\n/* ---- session ${name} ---- */\n\n", "name", s->type->name);
        emit_roles_enum(g, &e, s);
        if (s->messages.n > 0)
            emit_messages_enum(g, &e, s);
        emit(&e, "\nextern const motet_session_type ${low}_session;\n");
        emit_close(&e, scope);
    }
    emit(&e, "\n#endif\n");
    c_file_end(g, &e, arena_printf(g->a, "%s_sessions.h", g->low), false);
}

/* The runtime wakes every role that begins with a send; the table names the first of them. */
static uint32_t initiator_of(const struct session_type *s)
{
    if (s->initiator != IR_NONE)
        return s->initiator;
    for (uint32_t r = 0; r < s->n_roles; r++) {
        const struct automaton *m = &s->locals[r];
        if (m->states[0].n > 0 && m->edges[m->states[0].first].dir == DIR_SEND)
            return r;
    }
    return 0;
}

static void emit_session_tables(struct c_gen *g, struct emit *e, const struct c_session *s)
{
    emit(e, "\nstatic const motet_role_info ${low}__roles[] = {\n");
    for (uint32_t r = 0; r < s->type->n_roles; r++) {
        const struct role *role = &s->type->roles[r];
        emit(e, "    {\"${name}\", {${up}_ROLE_${role}, ${index}}},\n", "name", role->name, "role",
             c_upper(g->a, c_snake(g->a, role->base)), "index", emit_num(e, role->index));
    }
    emit(e, "};\n\nstatic const motet_message_type ${low}__messages[] = {\n");
    for (uint32_t i = 0; i < s->messages.n; i++) {
        uint16_t m = s->messages.at[i];
        const char *type = arena_printf(g->a, "sizeof(%s_%s)", g->low, g->message[m]);
        emit(e, "    {\"${name}\", ${tag}, ${size}},\n", "name", g->ir->messages[m].name, "tag",
             emit_num(e, g->ir->messages[m].tag), "size", c_has_fields(g, m) ? type : "0");
    }
    if (s->messages.n == 0)
        emit(e, "    {\"\", 0, 0}, /* the session has none */\n");
    emit(e, "};\n\nconst motet_session_type ${low}_session = {\n    .name = \"${name}\",\n    .n_roles = ${roles},\n"
            "    .n_messages = ${messages},\n    .initiator = ${initiator},\n    .roles = ${low}__roles,\n"
            "    .messages = ${low}__messages,\n};\n",
         "name", s->type->name, "roles", emit_num(e, s->type->n_roles), "messages", emit_num(e, s->messages.n),
         "initiator", emit_num(e, initiator_of(s->type)));
}

static void render_sessions_source(struct c_gen *g)
{
    struct emit e = c_file_begin(g);
    emit(&e, "/* ${low}_sessions.c -- session types of module ${module}.\n${generated} */\n"
             "#include \"${low}_sessions.h\"\n");
    for (uint32_t i = 0; i < g->ir->n_sessions; i++) {
        uint32_t scope = emit_open(&e);
        emit_set(&e, "low", g->sessions[i].low);
        emit_set(&e, "up", g->sessions[i].up);
        emit_session_tables(g, &e, &g->sessions[i]);
        emit_close(&e, scope);
    }
    c_file_end(g, &e, arena_printf(g->a, "%s_sessions.c", g->low), false);
}

void c_render_sessions(struct c_gen *g)
{
    render_sessions_header(g);
    render_sessions_source(g);
}

/* ---- automata ---- */

static const char *line_text(struct c_gen *g, struct span at)
{
    uint32_t line = c_line(g, at);
    return line ? arena_printf(g->a, ", line %u", line) : "";
}

static void emit_labels(struct c_gen *g, struct emit *e, const struct c_session *s, const char *prefix, uint32_t role)
{
    emit(e, "\nstatic const motet_label ${prefix}_labels[] = {\n", "prefix", prefix);
    for (uint32_t i = 0; i < s->labels[role].n; i++) {
        const struct c_label *l = &s->labels[role].at[i];
        uint16_t matching = l->dir == DIR_SEND ? c_label_of(s, l->peer, DIR_RECEIVE, role, l->message) : C_NONE;
        emit(e, "    {${dir}, ${peer}, ${SESSION}__${message}, ${matching}}, /* ${n}: ${who}${mark}${what}${line} */\n",
             "dir", l->dir == DIR_SEND ? "MOTET_SEND" : "MOTET_RECEIVE", "peer", emit_num(e, l->peer), "SESSION", s->up,
             "message", c_upper(g->a, g->message[l->message]), "matching",
             matching == C_NONE ? "NO" : emit_num(e, matching), "n", emit_num(e, i), "who",
             s->type->roles[l->peer].name, "mark", l->dir == DIR_SEND ? "!" : "?", "what",
             g->ir->messages[l->message].name, "line", line_text(g, l->at));
    }
    if (s->labels[role].n == 0)
        emit(e, "    {MOTET_SEND, 0, 0, NO}, /* the role does nothing */\n");
    emit(e, "};\n");
}

static const char *kind_of(const struct automaton *m, const struct state *s)
{
    if (s->n == 0)
        return "MOTET_AT_END";
    if (m->edges[s->first].dir == DIR_SEND) /* sends stand first */
        return m->edges[s->first + s->n - 1].dir == DIR_SEND ? "MOTET_AT_SEND" : "MOTET_AT_BOTH";
    return s->final ? "MOTET_AT_REST" : "MOTET_AT_RECEIVE";
}

static void emit_states(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_class *c)
{
    const struct automaton *m = c_class_automaton(f, c);
    emit(e, "\nstatic const motet_state ${name}_states[] = {\n", "name", c->name);
    for (uint32_t i = 0; i < m->n_states; i++) {
        const char *maker = c->maker[i] ? arena_printf(g->a, "%s__MAKE__%s", f->session->up,
                                                       c_upper(g->a, f->makers.at[c->maker[i] - 1].name))
                                        : "0";
        emit(e, "    {${kind}, ${maker}, ${line}}, /* ${n} */\n", "kind", kind_of(m, &m->states[i]), "maker", maker,
             "line", emit_num(e, c_line(g, m->states[i].at)), "n", emit_num(e, i));
    }
    emit(e, "};\n");
}

static void emit_transitions(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_class *c)
{
    const struct automaton *m = c_class_automaton(f, c);
    const struct c_session *s = f->session;
    uint32_t role = c->roles.at[0], n_labels = s->labels[role].n;
    uint32_t *row = ARENA_ARRAY(g->a, uint32_t, n_labels + 1u);
    emit(e, "\n/* one row a state, one column a label */\nstatic const uint16_t ${name}_next[] = {\n", "name", c->name);
    for (uint32_t i = 0; i < m->n_states; i++) {
        for (uint32_t l = 0; l < n_labels; l++)
            row[l] = IR_NONE;
        for (uint32_t k = 0; k < m->states[i].n; k++) {
            const struct edge *x = &m->edges[m->states[i].first + k];
            row[c_label_of(s, role, x->dir, x->peer, x->message)] = x->target;
        }
        buf_puts(&e->out, "    ");
        for (uint32_t l = 0; l < n_labels; l++)
            buf_printf(&e->out, row[l] == IR_NONE ? "NO, " : "%u, ", row[l]);
        emit(e, "/* ${n} */\n", "n", emit_num(e, i));
    }
    if (n_labels == 0)
        emit(e, "    NO,\n");
    emit(e, "};\n");
}

/* The labels of a state's send edges, for all states, and where each state's begin. */
static void emit_sends(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_class *c)
{
    const struct automaton *m = c_class_automaton(f, c);
    struct buf first = {0}, sends = {0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_states; i++) {
        buf_printf(&first, "%s%u", i ? ", " : "", n);
        for (uint32_t k = 0; k < m->states[i].n; k++) {
            const struct edge *x = &m->edges[m->states[i].first + k];
            if (x->dir != DIR_SEND)
                break;
            buf_printf(&sends, "%s%u", n++ ? ", " : "",
                       c_label_of(f->session, c->roles.at[0], x->dir, x->peer, x->message));
        }
    }
    emit(e, "\n/* the send labels of state s, in the order of its maker's branches, begin at sends[first[s]] */\n"
            "static const uint32_t ${name}_first[] = {\n    ${first}\n};\n"
            "static const uint16_t ${name}_sends[] = {\n    ${sends}\n};\n",
         "name", c->name, "first", arena_strndup(g->a, buf_cstr(&first), first.n), "sends",
         n ? arena_strndup(g->a, buf_cstr(&sends), sends.n) : "NO");
    buf_free(&first);
    buf_free(&sends);
}

static const char *labels_name(struct c_gen *g, const struct c_face *f, const struct c_class *c, uint32_t member)
{
    const struct role *role = &f->session->type->roles[c->roles.at[member]];
    if (c->roles.n == 1)
        return c->name;
    return arena_printf(g->a, "%s__%s__%u", f->session->low, c_snake(g->a, role->base), role->index);
}

const char *c_first_labels(struct c_gen *g, const struct c_face *f, const struct c_class *c)
{
    return labels_name(g, f, c, 0);
}

static void emit_class(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_class *c)
{
    const struct automaton *m = c_class_automaton(f, c);
    emit(e, "\n/* role ${role}${others} */\n", "role", f->session->type->roles[c->roles.at[0]].name, "others",
         c->roles.n > 1 ? arena_printf(g->a, " and %u more like it", c->roles.n - 1) : "");
    for (uint32_t i = 0; i < c->roles.n; i++)
        emit_labels(g, e, f->session, labels_name(g, f, c, i), c->roles.at[i]);
    emit_states(g, e, f, c);
    emit_transitions(g, e, f, c);
    if (c_class_does(f, c, DIR_SEND))
        emit_sends(g, e, f, c);
    for (uint32_t i = 0; i < c->roles.n; i++)
        emit(e, "\nstatic const motet_automaton ${labels}_automaton = {\n    .n_states = ${states},\n"
                "    .n_labels = ${n},\n    .states = ${name}_states,\n    .labels = ${labels}_labels,\n"
                "    .next = ${name}_next,\n};\n",
             "labels", labels_name(g, f, c, i), "states", emit_num(e, m->n_states), "n",
             emit_num(e, f->session->labels[c->roles.at[i]].n), "name", c->name);
}

void c_emit_tables(struct c_gen *g, struct emit *e, const struct c_face *f)
{
    emit(e, "\n/* ---- session ${name}: automata ---- */\n", "name", f->session->type->name);
    if (f->makers.n > 0)
        emit(e, "\n/* makers: what is asked in a state that sends */\nenum {\n");
    for (uint32_t i = 0; i < f->makers.n; i++)
        emit(e, "    ${S}__MAKE__${name} = ${n}${comma}\n", "S", f->session->up, "name",
             c_upper(g->a, f->makers.at[i].name), "n", emit_num(e, i + 1u), "comma", i + 1 < f->makers.n ? "," : "");
    if (f->makers.n > 0)
        emit(e, "};\n");
    for (uint32_t i = 0; i < f->classes.n; i++)
        emit_class(g, e, f, &f->classes.at[i]);
}

void c_emit_role_types(struct c_gen *g, struct emit *e, const struct c_actor *a)
{
    emit(e, "\nconst motet_role_type ${actor}__roles[] = {\n");
    for (uint32_t i = 0; i < a->faces.n; i++) {
        const struct c_face *f = &a->faces.at[i];
        for (uint32_t k = 0; k < f->classes.n; k++)
            for (uint32_t r = 0; r < f->classes.at[k].roles.n; r++)
                emit(e, "    {&${session}_session, ${role}, &${labels}_automaton, ${class}_receive, ${class}_produce, "
                        "${session}__completed, ${session}__aborted, ${checks}},\n",
                     "session", f->session->low, "role", emit_num(e, f->classes.at[k].roles.at[r]), "labels",
                     labels_name(g, f, &f->classes.at[k], r), "class", f->classes.at[k].name, "checks",
                     c_class_checks(g, f, &f->classes.at[k]));
    }
    emit(e, "};\n");
}
