#include "check_capacity.h"

#include "buf.h"
#include "capacity.h"
#include "progress.h"
#include "schedule.h"

enum { WAY_MAX = 12 }; /* steps of the way to a witness that are told */

struct capacities {
    const struct unit *u;
    const struct check_options *o;
    struct report *r;
    struct property p; /* in the making */
};

static struct model *model_with(const struct unit *u, uint32_t session, uint32_t room)
{
    struct model *m = model_of_session(u->ir, session, NULL, room, u->diags);
    if (!m)
        return NULL;
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        m->lanes[l].capacity = room;
        m->lanes[l].policy = POLICY_BLOCK;
        m->lanes[l].pool = IR_NONE;
    }
    m->n_pools = 0;
    return m;
}

/* ---- why there is no answer ---- */

static const char *message_of(const struct model *m, const struct step *s)
{
    return m->ir->messages[step_edge(m, s)->message].name;
}

static struct step step_of(enum step_kind kind, uint32_t edge)
{
    return (struct step){ .kind = kind, .edge = edge };
}

/* "after A!M, B?M" */
static const char *way_to(struct arena *a, const struct state_graph *g, uint32_t state)
{
    struct trail t = state_graph_trail(g, a, state);
    struct buf b = { 0 };
    buf_puts(&b, t.n ? "after " : "at the start");
    for (uint32_t i = 0; i < t.n && i < WAY_MAX; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", step_text(a, semantics_model(g->s), &t.steps[i]));
    if (t.n > WAY_MAX)
        buf_printf(&b, ", and %u more steps", t.n - WAY_MAX);
    const char *text = arena_strndup(a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static const char *why_small(const struct capacities *k, const struct state_graph *g, const struct capacity *c,
                             uint32_t room)
{
    const struct model *m = semantics_model(g->s);
    struct step s = step_of(STEP_SEND, c->edge);
    const struct edge *e = step_edge(m, &s);
    uint32_t p = step_participant(m, &s);
    return arena_printf(k->u->a, "with room for %u, %s %s send `%s` to %s (%s) %s", room, m->participants[p].name,
                        c->never ? "can never" : "can, unless the others choose what has room, never",
                        message_of(m, &s), m->participants[model_peer(m, p, e->peer)].name,
                        source_where(k->u->sources, e->at), way_to(k->u->a, g, c->state));
}

static const char *why_race(const struct capacities *k, const struct state_graph *g, const struct capacity *c)
{
    const struct model *m = semantics_model(g->s);
    struct step one = step_of(STEP_RECEIVE, c->edge), other = step_of(STEP_RECEIVE, c->other);
    uint32_t p = step_participant(m, &one);
    return arena_printf(k->u->a, "%s takes `%s` of %s (%s) or `%s` of %s, whichever comes first, and room may decide "
                                 "which does, %s",
                        m->participants[p].name, message_of(m, &one),
                        m->participants[model_peer(m, p, step_edge(m, &one)->peer)].name,
                        source_where(k->u->sources, step_edge(m, &one)->at), message_of(m, &other),
                        m->participants[model_peer(m, p, step_edge(m, &other)->peer)].name,
                        way_to(k->u->a, g, c->state));
}

/* ---- one size after the other ---- */

/* Room is enough: what holds with it holds with more. */
static void conclude(struct capacities *k, const struct exploration *e, const struct state_graph *g,
                     const struct progress *progress, uint32_t room)
{
    struct arena *a = k->u->a;
    struct story *story = ARENA_NEW(a, struct story);
    int broken = 0;
    while (broken < SAFETY_KINDS && e->result[broken] != VERDICT_VIOLATED)
        broken++;
    k->p.scope = arena_printf(a, "1 session on its own, all lanes hold %u, or each holds that or more", room);
    k->p.engines[0].result = VERDICT_HOLDS;
    if (broken == SAFETY_KINDS && !progress->broken[PROGRESS])
        return;
    struct trail t = broken < SAFETY_KINDS ? e->trail[broken] : state_graph_trail(g, a, progress->state[PROGRESS]);
    *story = (struct story){ g->s, t, IR_NONE, (enum safety)broken };
    k->p.engines[0].result = VERDICT_VIOLATED;
    k->p.story = story;
    k->p.elsewhere = true;
}

/* True when there is an answer, or there never will be one. */
static bool try_room(struct capacities *k, uint32_t session, uint32_t room)
{
    struct arena *a = k->u->a;
    const struct budget budget = { (double)k->o->seconds, k->o->mib << 20 };
    struct engine_result *answer = &k->p.engines[0];
    struct state_graph *g;
    struct progress progress;
    struct capacity c = { 0 };
    struct model *m = model_with(k->u, session, room);
    if (!m)
        return true;
    answer->why = capacity_unsuited(a, m);
    if (answer->why) {
        answer->why = arena_printf(a, "no rule tells it where %s", answer->why);
        return true;
    }
    const struct exploration *e = explore_graph(a, semantics_new(a, m), &budget, &g);
    answer->states = e->states;
    answer->seconds += e->seconds;
    bool known = g && capacity_check(a, g, &c) && progress_check(g, &progress);
    if (!known)
        answer->why = arena_printf(a, "%s, with room for %u", g ? "the system has no more memory" : e->stopped, room);
    else if (c.answer == CAPACITY_ENOUGH)
        conclude(k, e, g, &progress, room);
    else
        answer->why = c.answer == CAPACITY_RACE ? why_race(k, g, &c) : why_small(k, g, &c, room);
    state_graph_free(g);
    return !known || c.answer != CAPACITY_TOO_SMALL;
}

void check_any_capacity(const struct unit *u, const struct check_options *o, struct report *r)
{
    for (uint32_t i = 0; i < u->ir->n_sessions; i++) {
        const struct session_type *t = &u->ir->sessions[i];
        if (!t->usable || t->decl->imported)
            continue;
        struct capacities k = { .u = u, .o = o, .r = r };
        k.p = (struct property){ .title = "any-capacity", .subject = t->name, .n_engines = 1 };
        k.p.engines[0] = (struct engine_result){ .engine = "explorer", .result = VERDICT_INCONCLUSIVE };
        uint32_t room = 1;
        while (!try_room(&k, i, room) && room < o->any_capacity)
            room++;
        property_conclude(&k.p, u->a);
        vec_push(u->a, r->properties, k.p);
    }
}
