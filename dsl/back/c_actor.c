/* c_actor.c -- A.h and A.c: the handlers' prototypes, the tables, and the dispatcher between them and the runtime.
 *
 * The runtime owns the step of the automaton; the dispatcher turns a label into a call by name and a state that sends
 * into a question to the user. It never decides what may happen: that is in the tables.
 */
#include "c_gen.h"

/* ---- A.h ---- */

static const char *plays_text(struct c_gen *g, const struct c_actor *a)
{
    const char *text = "";
    for (uint32_t i = 0; i < a->type->n_plays; i++) {
        const struct actor_plays *p = &a->type->plays[i];
        const struct session_type *s = &g->ir->sessions[p->session];
        text = arena_printf(g->a, "%s%s%s.%s", text, i ? ", " : "", s->name, s->roles[p->first_role].base);
    }
    return text;
}

static void emit_choice(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_maker *k)
{
    emit(e, "\nstruct ${f}${name} {\n    enum ${f}branch tag;\n", "f", f->low, "name", k->name);
    for (uint32_t i = 0; i < k->branches.n; i++)
        if (c_has_fields(g, k->branches.at[i].message))
            emit(e, "    ${module}_${message} ${member};\n", "module", g->low, "message",
                 g->message[k->branches.at[i].message], "member", k->branches.at[i].low);
    emit(e, "};\n");
}

static void emit_choices(struct c_gen *g, struct emit *e, const struct c_face *f)
{
    if (f->tags.n == 0)
        return;
    emit(e, "\n/* Choices: the tag says which branch is taken, the member of that branch what is sent. */\n"
            "enum ${f}branch {\n", "f", f->low);
    for (uint32_t i = 0; i < f->tags.n; i++)
        emit(e, "    ${tag}${first}${comma}\n", "tag", f->tags.at[i].tag, "first", i == 0 ? " = 1" : "", "comma",
             i + 1 < f->tags.n ? "," : "");
    emit(e, "};\n");
    for (uint32_t i = 0; i < f->makers.n; i++)
        if (f->makers.at[i].choice)
            emit_choice(g, e, f, &f->makers.at[i]);
}

static void emit_prototypes(struct emit *e, const c_handler_vec *handlers)
{
    for (uint32_t i = 0; i < handlers->n; i++) {
        const struct c_handler *h = &handlers->at[i];
        emit(e, "\n/* ${about} */\n${returns} ${name}(${parameters});\n", "about", h->about, "returns", h->returns,
             "name", h->name, "parameters", h->parameters);
    }
}

static void emit_state(struct c_gen *g, struct emit *e, const struct c_actor *a)
{
    const struct actor_decl *d = &a->type->decl->as.actor;
    emit(e, "\n/* The state of one ${Name}: define it where you define the handlers. */\nstruct ${actor};\n");
    if (!d->has_state || d->state.n == 0)
        return;
    emit(e, "\n/* What the protocol file says of it. */\nstruct ${actor}_state {\n");
    c_emit_fields(g, e, &d->state);
    emit(e, "};\n");
    if (c_checks_state(a))
        emit(e, "/* Contracts or invariants speak of it: struct ${actor} has it as a member named `state`. */\n");
}

/* What differs from a mailbox that blocks, with room for each lane. */
static const char *policy_text(const struct actor *a)
{
    switch (a->policy) {
    case POLICY_BLOCK: return a->shared ? ".shared = true, " : "";
    case POLICY_FAIL: return a->shared ? ".policy = MOTET_REFUSE, .shared = true, " : ".policy = MOTET_REFUSE, ";
    case POLICY_DROP_NEWEST:
        return a->shared ? ".policy = MOTET_DROP_NEWEST, .shared = true, " : ".policy = MOTET_DROP_NEWEST, ";
    case POLICY_DROP_OLDEST: return ".policy = MOTET_DROP_OLDEST, ";
    }
    return "";
}

static const char *inbox_text(struct emit *e, const struct c_actor *a)
{
    static const char *const policies[] = {[POLICY_BLOCK] = "MOTET_BLOCK",
                                           [POLICY_FAIL] = "MOTET_REFUSE",
                                           [POLICY_DROP_NEWEST] = "MOTET_DROP_NEWEST",
                                           [POLICY_DROP_OLDEST] = "MOTET_DROP_OLDEST"};
    if (a->type->inbox == 0)
        return "";
    return arena_printf(e->a, "\\\n        .receive = %s__mail, .inbox = %u, .inbox_policy = %s, ", a->low, a->type->inbox,
                        policies[a->type->inbox_policy]);
}

static const char *state_text(struct emit *e, const struct c_actor *a)
{
    if (!c_checks_state(a))
        return "";
    return arena_printf(e->a, "\\\n        .state_at = MOTET_STATE_AT(T, struct %s_state), ", a->low);
}

static void emit_actor_macro(struct emit *e, const struct c_actor *a)
{
    emit(e, "\n/* The actor's type. Define it beside the handlers, with the type of the state:\n"
            " *     const motet_actor_type ${actor}_actor = ${ACTOR}_ACTOR(struct ${actor}); */\n"
            "extern const motet_actor_type ${actor}_actor;\n"
            "#define ${ACTOR}_ACTOR(T) \\\n    { \\\n"
            "        .name = \"${Name}\", .state_size = sizeof(T), .mailbox = ${mailbox}, .sessions = ${sessions}, \\\n"
            "        .n_roles = sizeof ${actor}__roles / sizeof *${actor}__roles, .roles = ${actor}__roles, \\\n"
            "        .init = ${actor}__init, .fini = ${actor}__fini, ${policy}\\\n    }\n"
            "\n/* Of generated code, for the macro alone. */\n"
            "extern const motet_role_type ${actor}__roles[${roles}];\n"
            "motet_status ${actor}__init(void *self, const motet_start *start);\n"
            "void ${actor}__fini(void *self);\n",
         "mailbox", emit_num(e, a->type->mailbox), "sessions", emit_num(e, a->type->sessions), "policy",
         arena_printf(e->a, "%s%s%s%s", policy_text(a->type), a->type->isolated ? ".isolated = true, " : "",
                      inbox_text(e, a), state_text(e, a)));
    if (a->type->inbox > 0)
        emit(e, "motet_status ${actor}__mail(void *self, motet_ctx *ctx, const motet_mail *mail);\n");
}

static uint32_t count_roles(const struct c_actor *a)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->type->n_plays; i++)
        n += a->type->plays[i].n_roles;
    return n;
}

static void render_header(struct c_gen *g, const struct c_actor *a)
{
    struct emit e = c_file_begin(g);
    emit_set(&e, "actor", a->low);
    emit_set(&e, "ACTOR", a->up);
    emit_set(&e, "Name", a->type->name);
    emit_set(&e, "roles", emit_num(&e, count_roles(a)));
    emit(&e, "/* ${actor}.h -- actor ${Name} (plays ${plays}): the handlers that you write.\n"
             " * Receivers (_on_), makers (_make_) and choosers (_choose_) return MOTET_DONE; makers and choosers may\n"
             " * answer MOTET_LATER. Any other value fails the actor, and its supervisor acts.\n${generated} */\n"
             "#ifndef ${ACTOR}_H\n#define ${ACTOR}_H\n#include \"${low}_sessions.h\"\n",
         "plays", plays_text(g, a));
    emit_state(g, &e, a);
    c_handler_vec life = c_lifecycle(g, a);
    emit_prototypes(&e, &life);
    for (uint32_t i = 0; i < a->faces.n; i++) {
        const struct c_face *f = &a->faces.at[i];
        c_handler_vec handlers = c_handlers(g, a, f);
        emit(&e, "\n/* ---- session ${session} ---- */\n", "session", f->session->type->name);
        emit_choices(g, &e, f);
        emit_prototypes(&e, &handlers);
    }
    emit_actor_macro(&e, a);
    emit(&e, "\n#endif\n");
    c_file_end(g, &e, arena_printf(g->a, "%s.h", a->low), false);
}

/* ---- A.c ---- */

static void emit_receive(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f)
{
    const char *checked = arena_printf(g->a, "%s__on__", f->session->low);
    if (f->receives.n == 0)
        return;
    c_emit_contracts(g, e, a, f);
    emit(e, "\nstatic motet_status ${s}__received(struct ${actor} *self, motet_session *s, const motet_label *l, "
            "const void *m)\n{\n    motet_peer from = ${s}_session.roles[l->peer].as_peer;\n"
            "    switch (l->message) {\n");
    for (uint32_t i = 0; i < f->receives.n; i++)
        emit(e, "    case ${S}__${MESSAGE}:\n        return ${on}${message}(self, s, from${m});\n", "MESSAGE",
             c_upper(g->a, g->message[f->receives.at[i]]), "message", g->message[f->receives.at[i]], "m",
             c_has_fields(g, f->receives.at[i]) ? ", m" : "", "on",
             c_has_contract(g, a, f, f->receives.at[i]) ? checked : arena_printf(g->a, "%son_", f->low));
    bool payload = false;
    for (uint32_t i = 0; i < f->receives.n; i++)
        payload |= c_has_fields(g, f->receives.at[i]);
    emit(e, "    default:\n${m}        return MOTET_FAIL;\n    }\n}\n", "m", payload ? "" : "        (void)m;\n");
}

/* The switch of one choice: the branch's position k among the send edges of the state. */
static void emit_choose(struct c_gen *g, struct emit *e, const struct c_maker *k)
{
    emit_set(e, "choice", k->name);
    emit(e, "\nstatic motet_status ${s}__choose__${choice}(struct ${actor} *self, motet_session *s, "
            "const struct ${s}__sender *from, uint16_t state, motet_out *out)\n{\n"
            "    struct ${f}${choice} pick = {0};\n"
            "    const uint16_t *label = &from->sends[from->first[state]];\n");
    if (k->one_peer)
        emit(e, "    motet_peer to = ${s}_session.roles[from->automaton->labels[label[0]].peer].as_peer;\n");
    emit(e, "    motet_status status = ${f}choose_${choice}(self, s, ${to}&pick);\n"
            "    if (status != MOTET_DONE)\n        return status;\n    switch (pick.tag) {\n",
         "to", k->one_peer ? "to, " : "");
    for (uint32_t i = 0; i < k->branches.n; i++) {
        const struct c_branch *b = &k->branches.at[i];
        emit(e, "    case ${tag}:\n        out->label = label[${i}];\n", "tag", b->tag, "i", emit_num(e, i));
        if (c_has_fields(g, b->message))
            emit(e, "        *(${module}_${message} *)out->payload = pick.${member};\n", "module", g->low, "message",
                 g->message[b->message], "member", b->low);
        emit(e, "        return MOTET_DONE;\n");
    }
    emit(e, "    default: /* no branch of this choice */\n        return MOTET_FAIL;\n    }\n}\n");
}

static void emit_made(struct c_gen *g, struct emit *e, const struct c_face *f)
{
    bool single = false;
    for (uint32_t i = 0; i < f->makers.n; i++)
        single |= !f->makers.at[i].choice;
    emit(e, "\nstatic motet_status ${s}__produced(struct ${actor} *self, motet_session *s, "
            "const struct ${s}__sender *from, uint16_t state, motet_out *out)\n{\n");
    if (single)
        emit(e, "    out->label = from->sends[from->first[state]];\n"
                "    motet_peer to = ${s}_session.roles[from->automaton->labels[out->label].peer].as_peer;\n");
    emit(e, "    switch (from->automaton->states[state].maker) {\n");
    for (uint32_t i = 0; i < f->makers.n; i++) {
        const struct c_maker *k = &f->makers.at[i];
        emit(e, "    case ${S}__MAKE__${MAKER}:\n        return ", "MAKER", c_upper(g->a, k->name));
        if (k->choice)
            emit(e, "${s}__choose__${name}(self, s, from, state, out);\n", "name", k->name);
        else
            emit(e, "${f}make_${name}(self, s, to${out});\n", "name", k->name, "out",
                 c_has_fields(g, k->branches.at[0].message) ? ", out->payload" : "");
    }
    emit(e, "    default:\n        return MOTET_FAIL;\n    }\n}\n");
}

static void emit_senders(struct c_gen *g, struct emit *e, const struct c_face *f)
{
    if (f->makers.n == 0)
        return;
    emit(e, "\nstruct ${s}__sender {\n    const motet_automaton *automaton;\n    const uint32_t *first;\n"
            "    const uint16_t *sends;\n};\n");
    for (uint32_t i = 0; i < f->makers.n; i++)
        if (f->makers.at[i].choice) {
            uint32_t scope = emit_open(e);
            emit_choose(g, e, &f->makers.at[i]);
            emit_close(e, scope);
        }
    emit_made(g, e, f);
}

/* What the runtime calls, for one class. Members of a class agree in all that is read here. */
static void emit_callbacks(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f,
                           const struct c_class *c)
{
    bool kept = c_has_invariants(a);
    emit_set(e, "kept", kept ? arena_printf(g->a, "%s__kept(self, ", a->low) : "");
    emit_set(e, "end", kept ? ")" : "");
    emit_set(e, "class", c->name);
    emit_set(e, "first", c_first_labels(g, f, c));
    emit(e, "\nstatic motet_status ${class}_receive(void *self, motet_session *s, uint16_t label, "
            "const void *payload)\n{\n");
    if (c_class_does(f, c, DIR_RECEIVE))
        emit(e, "    return ${kept}${s}__received(self, s, &${first}_labels[label], payload)${end};\n}\n");
    else
        emit(e, "    (void)self, (void)s, (void)label, (void)payload;\n"
                "    return MOTET_FAIL; /* it receives nothing */\n}\n");
    emit(e, "\nstatic motet_status ${class}_produce(void *self, motet_session *s, uint16_t state, "
            "motet_out *out)\n{\n");
    if (c_class_does(f, c, DIR_SEND))
        emit(e, "    static const struct ${s}__sender sender = {&${first}_automaton, ${class}_first, ${class}_sends};\n"
                "    return ${kept}${s}__produced(self, s, &sender, state, out)${end};\n}\n");
    else
        emit(e, "    (void)self, (void)s, (void)state, (void)out;\n    return MOTET_FAIL; /* it sends nothing */\n}\n");
}

static void emit_face(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f)
{
    uint32_t scope = emit_open(e);
    emit_set(e, "s", f->session->low);
    emit_set(e, "S", f->session->up);
    emit_set(e, "f", f->low);
    c_emit_tables(g, e, f);
    emit(e, "\n/* ---- session ${name}: dispatch ---- */\n", "name", f->session->type->name);
    emit_receive(g, e, a, f);
    emit_senders(g, e, f);
    for (uint32_t i = 0; i < f->classes.n; i++) {
        emit_callbacks(g, e, a, f, &f->classes.at[i]);
        c_emit_class_checks(g, e, f, &f->classes.at[i]);
    }
    emit(e, "\nstatic void ${s}__completed(void *self, motet_session *s)\n{\n    ${f}completed(self, s);\n}\n"
            "\nstatic void ${s}__aborted(void *self, motet_session *s, motet_abort_reason why)\n{\n"
            "    ${f}aborted(self, s, why);\n}\n");
    emit_close(e, scope);
}

/* What stands before a call after which the actor's invariants have to hold. */
static const char *kept(struct c_gen *g, const struct c_actor *a)
{
    return c_has_invariants(a) ? arena_printf(g->a, "%s__kept(self, ", a->low) : "";
}

static void render_source(struct c_gen *g, const struct c_actor *a)
{
    struct emit e = c_file_begin(g);
    emit_set(&e, "actor", a->low);
    emit_set(&e, "Name", a->type->name);
    emit(&e, "/* ${actor}.c -- actor ${Name}: its automata as tables, and what calls the handlers.\n"
             " * Line numbers are those of ${file}.\n${generated} */\n#include \"${actor}.h\"\n\n"
             "enum { NO = MOTET_NONE };\n");
    c_emit_state_checks(g, &e, a);
    for (uint32_t i = 0; i < a->faces.n; i++)
        emit_face(g, &e, a, &a->faces.at[i]);
    emit(&e, "\n/* ---- for the runtime ---- */\n");
    c_emit_role_types(g, &e, a);
    emit(&e, "\nmotet_status ${actor}__init(void *self, const motet_start *start)\n{\n"
             "    return ${init}${actor}_init(self, start)${end};\n}\n"
             "\nvoid ${actor}__fini(void *self)\n{\n    ${actor}_fini(self);\n}\n",
         "init", kept(g, a), "end", c_has_invariants(a) ? ")" : "");
    if (a->type->inbox > 0)
        emit(&e, "\nmotet_status ${actor}__mail(void *self, motet_ctx *ctx, const motet_mail *mail)\n{\n"
                 "    return ${kept}${actor}_mail(self, ctx, mail)${end};\n}\n",
             "kept", kept(g, a), "end", c_has_invariants(a) ? ")" : "");
    c_file_end(g, &e, arena_printf(g->a, "%s.c", a->low), false);
}

void c_render_actor(struct c_gen *g, const struct c_actor *a)
{
    render_header(g, a);
    render_source(g, a);
}
