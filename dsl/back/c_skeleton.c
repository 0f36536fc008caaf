/* c_skeleton.c -- user-owned files: A_handlers.c, a stub for each handler, and S_main.c.
 *
 * They compile and run as they are: each stub says on stderr what is missing and fails its actor.
 */
#include "c_gen.h"
#include "skel/handlers.c.h"
#include "skel/main.c.h"

static void emit_stub(struct c_gen *g, struct emit *e, const struct c_handler *h)
{
    bool hook = strcmp(h->returns, "void") == 0;
    emit(e, "\n/* ${about}${hint} */\n${returns} ${name}(${parameters})\n{\n    ${unused}\n", "about", h->about, "hint",
         h->hint ? arena_printf(g->a, "\n * %s", h->hint) : "", "returns", h->returns, "name", h->name, "parameters",
         h->parameters, "unused", h->unused);
    if (!hook)
        emit(e, "    return missing(\"${name}\");\n", "name", h->name);
    emit(e, "}\n");
}

/* Only for an actor with a handler that can fail: an unused function would not compile. */
static const char *const missing_function =
    "\nstatic motet_status missing(const char *handler)\n{\n"
    "    fprintf(stderr, \"${actor}: handler %s is not written yet\\n\", handler);\n    return MOTET_FAIL;\n}\n";

static bool acts(const struct c_actor *a)
{
    for (uint32_t i = 0; i < a->faces.n; i++)
        if (a->faces.at[i].receives.n > 0 || a->faces.at[i].makers.n > 0)
            return true;
    return false;
}

static const char *expanded(struct c_gen *g, const char *template, const char *actor)
{
    struct emit e = emit_begin(g->a);
    emit(&e, template, "actor", actor);
    const char *text = arena_strndup(g->a, buf_cstr(&e.out), e.out.n);
    emit_end(&e);
    return text;
}

void c_render_handlers(struct c_gen *g, const struct c_actor *a)
{
    const struct actor_decl *d = &a->type->decl->as.actor;
    struct emit e = c_file_begin(g);
    emit_set(&e, "actor", a->low);
    emit_set(&e, "ACTOR", a->up);
    emit_set(&e, "Name", a->type->name);
    emit_set(&e, "missing", acts(a) ? expanded(g, missing_function, a->low) : "");
    bool state = d->has_state && d->state.n > 0;
    emit(&e, skel_handlers_c, "state", state ? arena_printf(g->a, "    struct %s_state state;\n", a->low) : "");
    for (uint32_t i = 0; i < a->faces.n; i++) {
        c_handler_vec handlers = c_handlers(g, a, &a->faces.at[i]);
        for (uint32_t k = 0; k < handlers.n; k++)
            emit_stub(g, &e, &handlers.at[k]);
    }
    c_file_end(g, &e, arena_printf(g->a, "%s_handlers.c", a->low), true);
}

/* Is the actor a child of the system? */
static bool runs_in(const struct c_gen *g, const struct c_actor *a, const struct system *s)
{
    for (uint32_t i = 0; i < s->n_children; i++)
        if (&g->ir->actors[s->children[i].actor] == a->type)
            return true;
    return false;
}

static const char *source_files(struct c_gen *g, const struct c_system *s)
{
    const char *text = arena_printf(g->a, "%s_sessions.c %s.c", g->low, s->low);
    for (uint32_t i = 0; i < g->ir->n_actors; i++)
        if (runs_in(g, &g->actors[i], s->type))
            text = arena_printf(g->a, "%s \\\n *         %s.c %s_handlers.c", text, g->actors[i].low, g->actors[i].low);
    return text;
}

void c_render_main(struct c_gen *g, const struct c_system *s)
{
    struct emit e = c_file_begin(g);
    const char *opens = s->type->n_wires ? "" : "    (void)sys; /* no wire, no session */";
    for (uint32_t i = 0; i < s->type->n_wires; i++)
        opens = arena_printf(g->a, "%s%s    if (e == MOTET_OK)\n        e = %s_open_%s(sys, 0, NULL);", opens,
                             i ? "\n" : "", s->low, s->wires[i].low);
    emit(&e, skel_main_c, "system", s->low, "System", s->type->name, "sources", source_files(g, s), "opens", opens);
    c_file_end(g, &e, arena_printf(g->a, "%s_main.c", s->low), true);
}
