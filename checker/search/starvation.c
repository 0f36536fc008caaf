/* starvation.c -- see starvation.h.
 *
 * For each lane and each participant: take the states in which it waits and the steps that do not serve it, and look
 * for a strongly connected part in which a fair run can stay: each participant has a step in it, or somewhere in it
 * none at all. Parts are found by Tarjan's algorithm, without recursion.
 */
#include "starvation.h"

#include <stdlib.h>
#include <string.h>

struct victim { /* the head of this lane, or, where that is IR_NONE, this participant */
    uint32_t lane, participant;
};

struct parts {
    const struct state_graph *g;
    const struct semantics *s;
    const struct model *m;
    struct victim victim;
    struct step *steps;   /* [semantics_max_steps] */
    bool *waits;          /* [n] the victim waits in the state */
    uint32_t *number;     /* [n] order of discovery from 1; 0: not seen */
    uint32_t *low;        /* [n] */
    uint32_t *stack;      /* [n] states whose part is not complete */
    uint32_t *way;        /* [n] states being followed */
    uint64_t *next;       /* [n] step of the state to follow next */
    uint32_t *part;       /* [n] the number of the complete part, from 1 */
    bool *acts, *rests;   /* [participants] in the part that is judged */
    uint32_t n_stack, n_parts, found;
    bool starves;
    uint32_t where;
};

static bool parts_init(struct parts *p, const struct state_graph *g)
{
    size_t n = (size_t)g->n + 1;
    *p = (struct parts){.g = g, .s = g->s, .m = semantics_model(g->s)};
    p->steps = calloc((size_t)semantics_max_steps(g->s) + 1, sizeof *p->steps);
    p->waits = calloc(n, sizeof *p->waits);
    p->number = calloc(n, sizeof *p->number);
    p->low = calloc(n, sizeof *p->low);
    p->stack = calloc(n, sizeof *p->stack);
    p->way = calloc(n, sizeof *p->way);
    p->next = calloc(n, sizeof *p->next);
    p->part = calloc(n, sizeof *p->part);
    p->acts = calloc((size_t)p->m->n_participants + 1, sizeof *p->acts);
    p->rests = calloc((size_t)p->m->n_participants + 1, sizeof *p->rests);
    return p->steps && p->waits && p->number && p->low && p->stack && p->way && p->next && p->part && p->acts &&
           p->rests;
}

static void parts_fini(struct parts *p)
{
    free(p->steps);
    free(p->waits);
    free(p->number);
    free(p->low);
    free(p->stack);
    free(p->way);
    free(p->next);
    free(p->part);
    free(p->acts);
    free(p->rests);
}

/* ---- the victim ---- */

static bool waits_in(const struct parts *p, const uint8_t *state)
{
    if (p->victim.lane != IR_NONE)
        return semantics_lane_length(p->s, state, p->victim.lane) > 0;
    return semantics_only_receives(p->s, state, p->victim.participant);
}

/* Budgets are never refilled: what uses them up is never part of a cycle. */
static bool serves(const struct parts *p, const struct step *s)
{
    if (s->kind == STEP_CRASH || s->kind == STEP_LOSS)
        return true;
    if (p->victim.lane != IR_NONE)
        return s->kind == STEP_RECEIVE && p->m->lane_of[s->edge] == p->victim.lane;
    return step_participant(p->m, s) == p->victim.participant;
}

/* Step e stays among the states and steps that do not help. A lane whose messages are dropped, as they are outdated,
 * is left with none, or with later ones, and then has been helped. */
static bool stays(const struct parts *p, uint32_t from, uint64_t e)
{
    struct step s = semantics_decode(p->s, p->g->code[e]);
    uint32_t lane = p->victim.lane, to = p->g->target[e];
    if (!p->waits[to] || serves(p, &s))
        return false;
    return lane == IR_NONE || !p->m->phased || (s.kind != STEP_EVENT && s.kind != STEP_RECEIVE) ||
           semantics_lane_length(p->s, state_graph_state(p->g, to), lane) >=
               semantics_lane_length(p->s, state_graph_state(p->g, from), lane);
}

/* ---- judging a part ---- */

static void look_at(struct parts *p, uint32_t state)
{
    const struct state_graph *g = p->g;
    uint32_t n = semantics_steps(p->s, state_graph_state(g, state), p->steps);
    for (uint32_t q = 0; q < p->m->n_participants; q++) {
        bool able = false;
        for (uint32_t i = 0; i < n && !able; i++)
            able = p->steps[i].kind != STEP_CRASH && step_participant(p->m, &p->steps[i]) == q;
        p->rests[q] = p->rests[q] || !able;
    }
    for (uint64_t e = g->first[state]; e < g->first[state + 1]; e++) {
        struct step s = semantics_decode(p->s, g->code[e]);
        if (stays(p, state, e) && p->part[g->target[e]] == p->n_parts)
            p->acts[step_participant(p->m, &s)] = true;
    }
}

/* The part on stack[from ..], which is numbered n_parts. */
static void judge(struct parts *p, uint32_t from)
{
    uint32_t lowest = UINT32_MAX;
    bool moves = false, fair = true;
    memset(p->acts, 0, p->m->n_participants * sizeof *p->acts);
    memset(p->rests, 0, p->m->n_participants * sizeof *p->rests);
    for (uint32_t i = from; i < p->n_stack; i++) {
        look_at(p, p->stack[i]);
        lowest = p->stack[i] < lowest ? p->stack[i] : lowest;
    }
    for (uint32_t q = 0; q < p->m->n_participants; q++) {
        moves = moves || p->acts[q];
        fair = fair && (p->acts[q] || p->rests[q]);
    }
    if (!moves || !fair || (p->starves && p->where <= lowest))
        return;
    p->starves = true;
    p->where = lowest;
}

/* ---- parts ---- */

static void complete(struct parts *p, uint32_t state)
{
    uint32_t from = p->n_stack;
    p->n_parts++;
    do
        p->part[p->stack[--from]] = p->n_parts;
    while (p->stack[from] != state);
    judge(p, from);
    p->n_stack = from;
}

static void enter(struct parts *p, uint32_t state, uint32_t *depth)
{
    p->number[state] = p->low[state] = ++p->found;
    p->next[state] = p->g->first[state];
    p->stack[p->n_stack++] = state;
    p->way[(*depth)++] = state;
}

static void follow(struct parts *p, uint32_t root)
{
    uint32_t depth = 0;
    enter(p, root, &depth);
    while (depth) {
        uint32_t state = p->way[depth - 1];
        if (p->next[state] == p->g->first[state + 1]) {
            depth--;
            if (p->low[state] == p->number[state])
                complete(p, state);
            if (depth && p->low[state] < p->low[p->way[depth - 1]])
                p->low[p->way[depth - 1]] = p->low[state];
            continue;
        }
        uint64_t e = p->next[state]++;
        uint32_t to = p->g->target[e];
        if (!stays(p, state, e))
            continue;
        if (!p->number[to])
            enter(p, to, &depth);
        else if (!p->part[to] && p->number[to] < p->low[state])
            p->low[state] = p->number[to];
    }
}

static void search_for(struct parts *p, struct victim victim)
{
    const struct state_graph *g = p->g;
    p->victim = victim;
    p->n_stack = p->n_parts = p->found = 0;
    memset(p->number, 0, g->n * sizeof *p->number);
    memset(p->part, 0, g->n * sizeof *p->part);
    for (uint32_t i = 0; i < g->n; i++)
        p->waits[i] = waits_in(p, state_graph_state(g, i));
    for (uint32_t i = 0; i < g->n; i++)
        if (p->waits[i] && !p->number[i])
            follow(p, i);
}

bool starvation_check(const struct state_graph *g, struct starvation *out)
{
    struct parts p;
    bool ok = parts_init(&p, g);
    for (uint32_t l = 0; ok && l < p.m->n_lanes; l++)
        search_for(&p, (struct victim){l, IR_NONE});
    for (uint32_t q = 0; ok && q < p.m->n_participants; q++)
        search_for(&p, (struct victim){IR_NONE, q});
    *out = (struct starvation){p.starves, p.where};
    parts_fini(&p);
    return ok;
}
