/* recovery.c -- see recovery.h. One search backwards for each run, from the states in which it can move. */
#include "recovery.h"

#include "backward.h"

static bool by_participants(const struct step *s)
{
    return s->kind != STEP_CRASH && s->kind != STEP_LOSS;
}

/* Is step e one of the run's participants? */
static bool moves_run(const struct state_graph *g, uint64_t e, uint32_t run)
{
    const struct model *m = semantics_model(g->s);
    struct step s = semantics_decode(g->s, g->code[e]);
    return by_participants(&s) && m->participants[step_participant(m, &s)].run == run;
}

static bool needs_no_luck(void *ctx, uint32_t from, uint64_t e)
{
    const struct state_graph *g = ctx;
    struct step s = semantics_decode(g->s, g->code[e]);
    (void)from;
    return by_participants(&s);
}

static void mark_moving(struct backward *b, uint32_t run)
{
    const struct state_graph *g = b->g;
    backward_clear(b);
    for (uint32_t i = 0; i < g->n; i++)
        for (uint64_t e = g->first[i]; e < g->first[i + 1] && !b->reaches[i]; e++)
            if (moves_run(g, e, run))
                backward_mark(b, i);
    backward_spread(b, needs_no_luck, (void *)(uintptr_t)g);
}

static bool is_unfinished(const struct semantics *s, const uint8_t *state, uint32_t run)
{
    const struct model *m = semantics_model(s);
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++)
        if (semantics_at(s, state, p) != SEMANTICS_GONE && !semantics_is_final(s, state, p))
            return true;
    return false;
}

static void check_run(struct backward *b, uint32_t run, struct recovery *out)
{
    const struct state_graph *g = b->g;
    mark_moving(b, run);
    for (uint32_t i = 0; i < g->n && (!out->stuck || i < out->state); i++)
        if (!b->reaches[i] && is_unfinished(g->s, state_graph_state(g, i), run))
            *out = (struct recovery){true, i, run};
}

bool recovery_check(const struct state_graph *g, struct recovery *out)
{
    struct backward b;
    *out = (struct recovery){0};
    bool ok = backward_init(&b, g, true);
    for (uint32_t r = 0; ok && r < semantics_model(g->s)->n_runs; r++)
        check_run(&b, r, out);
    backward_fini(&b);
    return ok;
}
