/* lint_file.c -- see lint_file.h. The warnings that the text and its automata show are of dsl/proto/lints.c; here are
 * those that ask the explorer. A search that finds too much, or anything broken, warns of nothing. */
#include "lint_file.h"

#include "explorer.h"
#include "lints.h"
#include "words.h"

static const struct budget small = { 0, 48 << 20 }; /* in bytes and not in seconds: a warning must not come and go */

struct explored_lints {
    const struct unit *u;
    uint32_t capacity;
    struct diags *ignored; /* limits that the check itself reports */
};

static bool is_safe(const struct exploration *e)
{
    for (uint32_t k = 0; k < SAFETY_KINDS; k++)
        if (e->result[k] != VERDICT_HOLDS)
            return false;
    return true;
}

static struct model *model_of(const struct explored_lints *l, uint32_t session)
{
    return model_of_session(l->u->ir, session, NULL, l->capacity, l->ignored);
}

/* ---- branches that are never taken, of sessions given by local types: their branches need not fit ---- */

enum { MISSED_MAX = 100 }; /* more are not looked at */
typedef VEC(const struct edge *) edge_vec;

struct takings { /* of all sessions: a local type may be part of several */
    edge_vec taken, missed;
    VEC(uint32_t) session, role; /* of those missed */
};

/* What happened in some run, by edge of the model, and who was where, by state. */
static void mark_runs(const struct state_graph *g, const struct model *m, bool *fired, bool **seen)
{
    for (uint64_t i = 0; i < g->n_steps; i++) {
        struct step s = semantics_decode(g->s, g->code[i]);
        if (s.kind == STEP_SEND || s.kind == STEP_RECEIVE || s.kind == STEP_EVENT)
            fired[s.edge] = true;
    }
    for (uint32_t i = 0; i < g->n; i++)
        for (uint32_t p = 0; p < m->n_participants; p++) {
            uint32_t at = semantics_at(g->s, state_graph_state(g, i), p);
            if (at != SEMANTICS_GONE)
                seen[p][at] = true;
        }
}

static void collect_takings(const struct explored_lints *l, const struct model *m, const struct state_graph *g,
                            uint32_t session, struct takings *out)
{
    struct arena *a = l->u->a;
    bool *fired = ARENA_ARRAY(a, bool, m->n_edges), **seen = ARENA_ARRAY(a, bool *, m->n_participants);
    for (uint32_t p = 0; p < m->n_participants; p++)
        seen[p] = ARENA_ARRAY(a, bool, m->participants[p].automaton->n_states);
    mark_runs(g, m, fired, seen);
    for (uint32_t p = 0; p < m->n_participants; p++) {
        const struct automaton *x = m->participants[p].automaton;
        for (uint32_t q = 0; q < x->n_states; q++)
            for (uint32_t e = x->states[q].first; e < x->states[q].first + x->states[q].n; e++) {
                if (fired[m->edge_base[p] + e]) {
                    vec_push(a, out->taken, &x->edges[e]);
                } else if (seen[p][q] && x->edges[e].dir == DIR_RECEIVE) {
                    vec_push(a, out->missed, &x->edges[e]);
                    vec_push(a, out->session, session);
                    vec_push(a, out->role, m->participants[p].role);
                }
            }
    }
}

static bool is_taken(const struct takings *t, const struct edge *e)
{
    for (uint32_t i = 0; i < t->taken.n; i++)
        if (t->taken.at[i]->at.lo == e->at.lo && t->taken.at[i]->at.file == e->at.file)
            return true;
    return false;
}

static void lint_branches(const struct explored_lints *l)
{
    const struct ir *ir = l->u->ir;
    struct takings t = { .session = { 0 } };
    for (uint32_t i = 0; i < ir->n_sessions; i++) {
        const struct session_type *s = &ir->sessions[i];
        struct state_graph *g = NULL;
        struct model *m = s->usable && s->by_locals && !s->decl->imported ? model_of(l, i) : NULL;
        const struct semantics *sem = m ? semantics_new(l->u->a, m) : NULL;
        if (m && is_safe(explore_graph(l->u->a, sem, &small, &g)) && g)
            collect_takings(l, m, g, i, &t);
        state_graph_free(g);
    }
    for (uint32_t i = 0; i < t.missed.n && i < MISSED_MAX; i++) {
        const struct edge *e = t.missed.at[i];
        const struct session_type *s = &ir->sessions[t.session.at[i]];
        if (is_taken(&t, e))
            continue;
        struct diag *w = diag_add(l->u->diags, W0301, e->at, "`%s` never receives `%s` from `%s` here",
                                  s->roles[t.role.at[i]].name, ir->messages[e->message].name, s->roles[e->peer].name);
        diag_note(l->u->diags, w, "in no run of session `%s`, with lanes that hold %u, is this branch taken", s->name,
                  l->capacity);
        diag_help(l->u->diags, w, "leave the branch out, or let `%s` send it", s->roles[e->peer].name);
    }
}

/* ---- mailboxes that drop what the protocol cannot miss ---- */

static bool plays(const struct actor *a, uint32_t session, uint32_t role)
{
    for (uint32_t i = 0; i < a->n_plays; i++)
        if (a->plays[i].session == session && role >= a->plays[i].first_role &&
            role < a->plays[i].first_role + a->plays[i].n_roles)
            return true;
    return false;
}

/* All lanes but those of the actor block; these do as `policy` says. */
static const struct exploration *explore_policy(const struct explored_lints *l, const struct actor *actor,
                                                uint32_t session, enum policy policy)
{
    struct model *m = model_of(l, session);
    for (uint32_t i = 0; m && i < m->n_lanes; i++) {
        bool its = plays(actor, session, m->participants[m->lanes[i].to].role);
        if (!m->lanes[i].interrupt)
            m->lanes[i].policy = its ? policy : POLICY_BLOCK;
        if (its && policy == POLICY_DROP_OLDEST)
            m->lanes[i].pool = IR_NONE; /* which is the oldest of several lanes is not known */
    }
    return m ? explore(l->u->a, semantics_new(l->u->a, m), &small) : NULL;
}

/* "drop_newest", which stands between the mailbox and the next `;`. */
static void fix_policy(const struct explored_lints *l, struct diag *w, const struct actor *actor)
{
    struct span at = actor->decl->as.actor.mailbox.at;
    const char *text = l->u->sources->at[at.file]->text, *word = word_policy(actor->policy);
    const char *end = strchr(text + at.hi, ';'), *found = strstr(text + at.hi, word);
    if (!found || !end || found > end)
        return;
    at.lo = (uint32_t)(found - text);
    at.hi = at.lo + (uint32_t)strlen(word);
    diag_fix(l->u->diags, w, at, word_policy(POLICY_BLOCK));
}

static void lint_policy(const struct explored_lints *l, const struct actor *actor, uint32_t session)
{
    static const char *const consequences[SAFETY_KINDS] = {
        [SAFETY_DEADLOCK] = "the others wait for ever for what would have followed",
        [SAFETY_FIDELITY] = "a message arrives that nobody expects",
        [SAFETY_ORPHAN] = "a message is left that nobody takes",
        [SAFETY_GAVE_UP] = NULL, /* there are no supervisors */
    };
    const struct exploration *e = explore_policy(l, actor, session, actor->policy);
    uint32_t broken = 0;
    while (e && broken < SAFETY_KINDS && e->result[broken] != VERDICT_VIOLATED)
        broken++;
    if (!e || broken == SAFETY_KINDS)
        return;
    const struct exploration *blocking = explore_policy(l, actor, session, POLICY_BLOCK);
    if (!is_safe(blocking))
        return; /* it is broken anyway */
    struct diags *d = l->u->diags;
    struct diag *w = diag_add(d, W0401, actor->decl->as.actor.mailbox.at,
                              "this mailbox may lose a message that session `%s` cannot miss",
                              l->u->ir->sessions[session].name);
    diag_note(d, w, "with `%s`, %s; with `block` this cannot happen", word_policy(actor->policy), consequences[broken]);
    diag_help(d, w, "write `block`, which is what a mailbox does when nothing is said");
    fix_policy(l, w, actor);
}

static void lint_policies(const struct explored_lints *l)
{
    const struct ir *ir = l->u->ir;
    for (uint32_t i = 0; i < ir->n_actors; i++) {
        const struct actor *a = &ir->actors[i];
        bool drops = a->policy == POLICY_DROP_NEWEST || a->policy == POLICY_DROP_OLDEST;
        for (uint32_t p = 0; drops && !a->decl->imported && p < a->n_plays; p++)
            if (ir->sessions[a->plays[p].session].usable)
                lint_policy(l, a, a->plays[p].session);
    }
}

void lint_file(const struct unit *u, bool explore, uint32_t capacity)
{
    if (!u->ir || unit_is_imported(u->path))
        return;
    lints_check(u->ir, u->diags);
    if (explore) {
        struct explored_lints l = { u, capacity, diags_new(u->a) };
        lint_branches(&l);
        lint_policies(&l);
    }
    diags_sort(u->diags);
}
