/* schedule.c -- see schedule.h. */
#include "schedule.h"

#include <string.h>

static const char *edge_text(struct arena *a, const struct model *m, const struct step *step)
{
    const struct edge *e = step_edge(m, step);
    uint32_t self = step_participant(m, step);
    name who = m->participants[self].name;
    if (e->dir == DIR_EVENT) {
        const struct session_type *t = &m->ir->sessions[m->runs[m->participants[self].run].session];
        return arena_printf(a, "%s catches %s", who, t->events[e->message].name);
    }
    name peer = m->participants[model_peer(m, self, e->peer)].name, message = m->ir->messages[e->message].name;
    if (e->interrupt)
        return e->dir == DIR_SEND ? arena_printf(a, "%s interrupts %s with %s", who, peer, message)
                                  : arena_printf(a, "%s is interrupted by %s with %s", who, peer, message);
    return e->dir == DIR_SEND ? arena_printf(a, "%s sends %s to %s", who, message, peer)
                              : arena_printf(a, "%s takes %s from %s", who, message, peer);
}

/* "worker crashes (stop, pool gives up, root gives up)" */
static const char *crash_text(struct arena *a, const struct model *m, const struct step *step)
{
    static const char *const directives[] = {
        [DIRECTIVE_DEFAULT] = "", [DIRECTIVE_RESTART] = "restart", [DIRECTIVE_RESUME] = "resume",
        [DIRECTIVE_STOP] = "stop", [DIRECTIVE_ESCALATE] = "escalate"};
    const struct system *sys = m->system;
    name instance = sys->instances[step->instance].name;
    const char *text = directives[step->directive];
    uint32_t v = sys->children[sys->instances[step->instance].child].supervisor;
    if (step->directive == DIRECTIVE_RESUME) {
        const struct edge *e = step_edge(m, step);
        uint32_t self = step_participant(m, step);
        return arena_printf(a, "%s resumes without %s from %s", instance, m->ir->messages[e->message].name,
                            m->participants[model_peer(m, self, e->peer)].name);
    }
    for (uint32_t k = 0; k < step->outcome && v != IR_NONE; k++) {
        text = arena_printf(a, "%s%s%s gives up", text, *text ? ", " : "", sys->supervisors[v].name);
        v = sys->supervisors[v].parent;
    }
    return *text ? arena_printf(a, "%s crashes (%s)", instance, text) : arena_printf(a, "%s crashes", instance);
}

const char *step_text(struct arena *a, const struct model *m, const struct step *step)
{
    if (step->kind == STEP_CRASH)
        return crash_text(a, m, step);
    const char *text = edge_text(a, m, step);
    return step->kind == STEP_LOSS ? arena_printf(a, "%s, which is lost", text) : text;
}

bool step_named(struct arena *a, const struct semantics *s, const uint8_t *state, const char *text, struct step *out)
{
    struct step *steps = ARENA_ARRAY(a, struct step, semantics_max_steps(s));
    uint32_t n = semantics_steps(s, state, steps);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(step_text(a, semantics_model(s), &steps[i]), text) == 0) {
            *out = steps[i];
            return true;
        }
    return false;
}
