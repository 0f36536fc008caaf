/* c_refuse.c -- what the language says and generated C cannot do: each such construct is refused by name and place,
 * before anything is planned. Nothing is left out in silence.
 */
#include "c_gen.h"

static void refuse(struct c_gen *g, struct span at, const char *what, const char *why, const char *instead)
{
    struct diag *x = diag_add(g->d, E0526, at, "%s", what);
    diag_note(g->d, x, "%s", why);
    diag_note(g->d, x, "this limits C generation alone; the file can be checked and drawn");
    diag_help(g->d, x, "%s", instead);
}

/* ---- sessions ---- */

static const char *event_text(enum event_kind kind)
{
    switch (kind) {
    case EV_TIMEOUT: return "timeout";
    case EV_CRASH: return "crash";
    case EV_CANCEL: return "cancel";
    }
    return "";
}

static void refuse_events(struct c_gen *g, const struct session_type *s)
{
    if (s->n_events == 0)
        return;
    const struct session_event *first = &s->events[0];
    refuse(g, first->at,
           arena_printf(g->a, "session `%s` catches `%s` here; generated C cannot leave a body of `try`", s->name,
                        event_text(first->kind)),
           "the runtime has no phases: it could not tell a message of the body from one of the handler",
           "let the roles say so: a `choice` whose branches are the outcomes; or let it fail: an actor that returns "
           "MOTET_FAIL_TIMEOUT aborts its sessions, and its supervisor decides what follows");
}

/* ---- systems ---- */

static bool somebody_begins(const struct session_type *s)
{
    for (uint32_t r = 0; r < s->n_roles; r++) {
        const struct state *first = &s->locals[r].states[0];
        if (first->n > 0 && s->locals[r].edges[first->first].dir == DIR_SEND) /* sends stand first */
            return true;
    }
    return false;
}

static void refuse_wires(struct c_gen *g, const struct system *sys)
{
    for (uint32_t i = 0; i < sys->n_wires; i++) {
        const struct session_type *s = &g->ir->sessions[sys->wires[i].session];
        if (somebody_begins(s))
            continue;
        refuse(g, sys->wires[i].at,
               arena_printf(g->a, "nobody begins session `%s`; generated C cannot open it", s->name),
               "the runtime begins a session by asking a role what it sends, and no role of this one sends first",
               "leave the wire out, or let a role send first");
    }
}

void c_refuse(struct c_gen *g)
{
    for (uint32_t i = 0; i < g->ir->n_sessions; i++)
        refuse_events(g, &g->ir->sessions[i]);
    for (uint32_t i = 0; i < g->ir->n_systems; i++)
        refuse_wires(g, &g->ir->systems[i]);
}
