#include "coverage.h"

enum { WARNINGS_MAX = 100 };

/* An edge of a role's automaton, as it stands in the file. Several may be one place in the source. */
struct site {
    const struct edge *edge;
    uint32_t session, role;
    bool taken, reached; /* reached: some run came to the state that it leaves */
};

struct coverage {
    const struct unit *u;
    VEC(struct site) sites; /* of a role together, in the order of its edges */
    uint32_t **first;       /* [sessions][roles] in sites */
    bool *seen, *unknown;   /* [sessions] some model had it; of some not all is known */
    bool **possible;        /* [sessions][events] some model could let it happen */
};

static const struct session_type *session_of(const struct coverage *c, uint32_t i)
{
    return &c->u->ir->sessions[i];
}

static void add_role(struct coverage *c, uint32_t session, uint32_t role)
{
    const struct automaton *x = &session_of(c, session)->locals[role];
    c->first[session][role] = c->sites.n;
    for (uint32_t e = 0; e < x->n_edges; e++) {
        struct site s = { &x->edges[e], session, role, false, false };
        vec_push(c->u->a, c->sites, s);
    }
}

struct coverage *coverage_new(const struct unit *u)
{
    struct coverage *c = ARENA_NEW(u->a, struct coverage);
    uint32_t n = u->ir->n_sessions;
    c->u = u;
    c->first = ARENA_ARRAY(u->a, uint32_t *, n);
    c->possible = ARENA_ARRAY(u->a, bool *, n);
    c->seen = ARENA_ARRAY(u->a, bool, n);
    c->unknown = ARENA_ARRAY(u->a, bool, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct session_type *t = session_of(c, i);
        c->first[i] = ARENA_ARRAY(u->a, uint32_t, t->n_roles);
        c->possible[i] = ARENA_ARRAY(u->a, bool, t->n_events);
        for (uint32_t r = 0; t->usable && r < t->n_roles; r++)
            add_role(c, i, r);
    }
    return c;
}

/* ---- what a model says ---- */

/* The session of a run in the file; a model of domains has sessions of its own, with the same names. */
static uint32_t session_in_file(const struct coverage *c, const struct model *m, uint32_t run)
{
    name wanted = m->ir->sessions[m->runs[run].session].name;
    uint32_t i = 0;
    while (i < c->u->ir->n_sessions && session_of(c, i)->name != wanted)
        i++;
    return i;
}

static bool same_place(const struct edge *a, const struct edge *b)
{
    return a->at.file == b->at.file && a->at.lo == b->at.lo && a->dir == b->dir;
}

/* The edge of a model stands for all of the role's edges with its place, message and peer: where values are kept apart
 * it is one of several for the same. */
static bool stands_for(const struct model *m, const struct edge *of_model, const struct edge *e)
{
    bool event = e->dir == DIR_EVENT;
    return same_place(of_model, e) && of_model->peer == e->peer && of_model->interrupt == e->interrupt &&
           (event ? of_model->message : m->ir->messages[of_model->message].base) == e->message;
}

static void mark_taken(struct coverage *c, const struct model *m, uint32_t session, uint32_t p, uint32_t edge)
{
    uint32_t role = m->participants[p].role;
    const struct automaton *own = &session_of(c, session)->locals[role], *x = m->participants[p].automaton;
    struct site *sites = c->sites.at + c->first[session][role];
    if (own == x)
        sites[edge].taken = true;
    for (uint32_t e = 0; own != x && e < own->n_edges; e++)
        sites[e].taken |= stands_for(m, &x->edges[edge], &own->edges[e]);
}

static bool can_crash(const struct model *m, uint32_t run, uint32_t role)
{
    const struct model_participant *p = &m->participants[m->runs[run].first_participant + role];
    for (uint32_t i = 0; m->system && i < m->n_crashes; i++)
        if (m->crashes[i].count &&
            (m->crashes[i].child == IR_NONE || m->crashes[i].child == m->system->instances[p->instance].child))
            return true;
    return false;
}

static void mark_events(struct coverage *c, const struct model *m, uint32_t session, uint32_t run)
{
    const struct session_type *t = session_of(c, session);
    for (uint32_t e = 0; e < t->n_events; e++)
        c->possible[session][e] |= t->events[e].kind != EV_CRASH || can_crash(m, run, t->events[e].who);
}

void coverage_add(struct coverage *c, const struct model *m, const bool *taken)
{
    for (uint32_t run = 0; run < m->n_runs; run++) {
        uint32_t session = session_in_file(c, m, run);
        c->seen[session] = true;
        c->unknown[session] |= !taken;
        mark_events(c, m, session, run);
    }
    for (uint32_t p = 0; taken && p < m->n_participants; p++) {
        uint32_t session = session_in_file(c, m, m->participants[p].run);
        for (uint32_t e = 0; e < m->participants[p].automaton->n_edges; e++)
            if (taken[m->edge_base[p] + e])
                mark_taken(c, m, session, p, e);
    }
}

/* ---- what never happens ---- */

static void mark_reached(struct coverage *c, uint32_t session, uint32_t role)
{
    const struct automaton *x = &session_of(c, session)->locals[role];
    struct site *sites = c->sites.at + c->first[session][role];
    bool *reached = ARENA_ARRAY(c->u->a, bool, x->n_states);
    reached[0] = true;
    for (uint32_t e = 0; e < x->n_edges; e++)
        if (sites[e].taken)
            reached[x->edges[e].target] = true;
    for (uint32_t q = 0; q < x->n_states; q++)
        for (uint32_t e = x->states[q].first; e < x->states[q].first + x->states[q].n; e++)
            sites[e].reached = reached[q];
}

/* Does something happen at this place? A local type may be part of several sessions, a place of several states. */
static bool happens(const struct coverage *c, const struct edge *e)
{
    for (uint32_t i = 0; i < c->sites.n; i++)
        if ((c->sites.at[i].taken || c->unknown[c->sites.at[i].session]) && same_place(c->sites.at[i].edge, e))
            return true;
    return false;
}

static bool is_possible(const struct coverage *c, const struct site *s)
{
    struct edge send = *s->edge;
    send.dir = DIR_SEND;
    if (s->edge->dir == DIR_EVENT)
        return c->possible[s->session][s->edge->message];
    /* In a global type a receive stands at its send's place: where nothing is sent, that is what is told. */
    return s->edge->dir == DIR_SEND || session_of(c, s->session)->by_locals || happens(c, &send);
}

static void warn(const struct coverage *c, const struct site *s)
{
    const struct session_type *t = session_of(c, s->session);
    const struct edge *e = s->edge;
    struct diags *d = c->u->diags;
    name who = t->roles[s->role].name, peer = t->roles[e->peer].name;
    struct diag *w;
    if (e->dir == DIR_EVENT)
        w = diag_add(d, W0301, t->events[e->message].at, "`%s` never catches this", who);
    else
        w = diag_add(d, W0301, e->at, "`%s` never %s `%s` %s `%s` here", who,
                     e->dir == DIR_SEND ? "sends" : "receives", c->u->ir->messages[e->message].name,
                     e->dir == DIR_SEND ? "to" : "from", peer);
    diag_note(d, w, "`%s` gets to where it could, and does not in any run of session `%s` in the scopes that were "
                    "checked", who, t->name);
    if (e->dir == DIR_RECEIVE)
        diag_help(d, w, "leave the branch out, or let `%s` send it", peer);
    else
        diag_help(d, w, "leave the branch out, or make it possible");
}

static void note_crashes(const struct coverage *c, uint32_t session, struct report *r)
{
    const struct session_type *t = session_of(c, session);
    for (uint32_t e = 0; e < t->n_events; e++) {
        const struct session_event *v = &t->events[e];
        bool again = false; /* members of a family have one place */
        for (uint32_t k = 0; k < e; k++)
            again |= t->events[k].at.file == v->at.file && t->events[k].at.lo == v->at.lo;
        if (v->kind == EV_CRASH && !c->possible[session][e] && !again)
            vec_push(r->a, r->notes,
                     arena_printf(r->a, "what `%s` does when `%s` crashes (%s) was not explored: no scope lets it "
                                        "crash",
                                  t->roles[v->catcher].name, t->roles[v->who].base,
                                  source_where(c->u->sources, v->at)));
    }
}

/* Of another state, or of another member of a family. */
static bool was_told(const struct coverage *c, uint32_t site)
{
    for (uint32_t k = 0; k < site; k++)
        if (c->sites.at[k].reached && same_place(c->sites.at[k].edge, c->sites.at[site].edge))
            return true;
    return false;
}

void coverage_report(struct coverage *c, struct report *r)
{
    uint32_t warned = 0;
    for (uint32_t i = 0; i < c->u->ir->n_sessions; i++) {
        const struct session_type *t = session_of(c, i);
        if (!c->seen[i] || t->decl->imported)
            continue;
        note_crashes(c, i, r);
        for (uint32_t k = 0; k < t->n_roles && !c->unknown[i]; k++)
            mark_reached(c, i, k);
    }
    for (uint32_t i = 0; i < c->sites.n && warned < WARNINGS_MAX; i++) {
        const struct site *s = &c->sites.at[i];
        if (!s->reached || s->taken || was_told(c, i) || happens(c, s->edge) || !is_possible(c, s))
            continue;
        warn(c, s);
        warned++;
    }
}
