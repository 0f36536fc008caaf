/* c_refuse.c -- what the language says and generated C cannot do: each such construct is refused by name and place,
 * before anything is planned. Nothing is left out in silence.
 */
#include "c_gen.h"

static void refuse(struct c_gen *g, struct span at, const char *what, const char *why)
{
    struct diag *x = diag_add(g->d, E0526, at, "%s", what);
    diag_note(g->d, x, "%s", why);
    diag_note(g->d, x, "this limits C generation alone; the file can be checked and drawn");
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
           "the runtime has no phases: it could not tell a message of the body from one of the handler");
}

static void refuse_refinements(struct c_gen *g, const struct session_type *s)
{
    for (uint32_t r = 0; r < s->n_roles; r++)
        for (uint32_t i = 0; i < s->locals[r].n_edges; i++) {
            const struct expr *where = s->locals[r].edges[i].where;
            if (!where)
                continue;
            refuse(g, where->at,
                   arena_printf(g->a, "session `%s` refines a message by `where`; generated C would not check it",
                                s->name),
                   "a message that breaks its refinement would be sent and delivered");
            return;
        }
}

/* ---- actors ---- */

static const char *policy_text(enum policy p)
{
    switch (p) {
    case POLICY_BLOCK: return "block";
    case POLICY_FAIL: return "fail";
    case POLICY_DROP_NEWEST: return "drop_newest";
    case POLICY_DROP_OLDEST: return "drop_oldest";
    }
    return "";
}

static void refuse_mailbox(struct c_gen *g, const struct actor *a, struct span at)
{
    if (a->policy != POLICY_BLOCK)
        refuse(g, at,
               arena_printf(g->a, "the mailbox of actor `%s` is `%s`; in generated C a full one blocks its sender",
                            a->name, policy_text(a->policy)),
               "the runtime suspends the session at a send without room");
    if (a->shared)
        refuse(g, at,
               arena_printf(g->a, "the mailbox of actor `%s` is `shared`; in generated C each lane has its own room",
                            a->name),
               "the runtime counts the places of each lane");
}

static void refuse_contracts(struct c_gen *g, const struct actor *a, const struct actor_decl *d)
{
    if (d->contracts.n > 0)
        refuse(g, d->contracts.at[0].at,
               arena_printf(g->a, "actor `%s` has a contract; generated C would not check it", a->name),
               "a handler that breaks it would go on");
    if (d->invariants.n > 0)
        refuse(g, d->invariants.at[0]->at,
               arena_printf(g->a, "actor `%s` has an invariant; generated C would not check it", a->name),
               "a handler that breaks it would go on");
}

static void refuse_actor(struct c_gen *g, const struct actor *a)
{
    const struct actor_decl *d = &a->decl->as.actor;
    struct span at = a->decl->name.at;
    refuse_mailbox(g, a, d->mailbox.given ? d->mailbox.at : at);
    if (a->inbox > 0)
        refuse(g, d->inbox.given ? d->inbox.at : at,
               arena_printf(g->a, "actor `%s` has an inbox; generated C has no messages outside sessions", a->name),
               "the runtime delivers messages of sessions alone");
    if (a->isolated)
        refuse(g, at,
               arena_printf(g->a, "actor `%s` is to run in a process of its own; generated C runs in one process",
                            a->name),
               "all actors of a system share the memory of its process, and a fault in one ends all");
    refuse_contracts(g, a, d);
}

/* ---- systems ---- */

static void refuse_decisions(struct c_gen *g, const struct system *s)
{
    for (uint32_t i = 0; i < s->n_children; i++)
        for (int reason = 0; reason < REASONS; reason++)
            if (s->children[i].decide[reason] != DIRECTIVE_DEFAULT) {
                refuse(g, s->children[i].at,
                       arena_printf(g->a, "what happens to child `%s` depends on why it fails (`decide`); generated C "
                                          "cannot tell", s->children[i].name),
                       "the runtime treats every failure alike");
                break;
            }
}

void c_refuse(struct c_gen *g)
{
    for (uint32_t i = 0; i < g->ir->n_sessions; i++) {
        refuse_events(g, &g->ir->sessions[i]);
        refuse_refinements(g, &g->ir->sessions[i]);
    }
    for (uint32_t i = 0; i < g->ir->n_actors; i++)
        refuse_actor(g, &g->ir->actors[i]);
    for (uint32_t i = 0; i < g->ir->n_systems; i++)
        refuse_decisions(g, &g->ir->systems[i]);
}
