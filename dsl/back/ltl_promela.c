#include "ltl_promela.h"

#include "promela_parts.h"

enum { MAX_EVENTS = 30 }; /* bits of an int that are surely not its sign */

struct event {
    const struct ltl *atom; /* the first of its kind */
    const char *name;       /* of its macro */
};

struct ltl_events {
    const struct model *m;
    bool next; /* some formula says "next" */
    uint32_t n;
    struct event at[MAX_EVENTS];
};

/* ---- events ---- */

static bool is_event(const struct ltl *f)
{
    return f->kind == LTL_SENT || f->kind == LTL_RECEIVED || f->kind == LTL_CRASHED || f->kind == LTL_RESTARTED;
}

static bool same_event(const struct ltl *a, const struct ltl *b)
{
    return a->kind == b->kind && a->name.name == b->name.name && a->session.name == b->session.name &&
           a->role.base.name == b->role.base.name && a->role.indexed == b->role.indexed &&
           a->role.index == b->role.index && a->has_index == b->has_index && a->index == b->index;
}

static uint32_t find_event(const struct ltl_events *e, const struct ltl *atom)
{
    uint32_t i = 0;
    while (i < e->n && !same_event(e->at[i].atom, atom))
        i++;
    return i;
}

static const char *event_name(struct arena *a, const struct ltl *f)
{
    bool of_child = f->kind == LTL_CRASHED || f->kind == LTL_RESTARTED;
    const char *word = f->kind == LTL_SENT       ? "sent"
                       : f->kind == LTL_RECEIVED ? "received"
                       : f->kind == LTL_CRASHED  ? "crashed"
                                                 : "restarted";
    const char *who = of_child ? f->name.name : f->role.base.name;
    if (of_child ? f->has_index : f->role.indexed)
        who = arena_printf(a, "%s_%u", who, of_child ? f->index : f->role.index);
    if (f->session.name != NULL)
        who = arena_printf(a, "%s_%s", f->session.name, who);
    return of_child ? arena_printf(a, "%s_%s", word, who) : arena_printf(a, "%s_%s_%s", word, who, f->name.name);
}

/* False when there are more than MAX_EVENTS. */
static bool collect(struct ltl_events *e, struct arena *a, const struct ltl *f)
{
    if (f == NULL)
        return true;
    e->next = e->next || f->kind == LTL_NEXT;
    if (is_event(f) && find_event(e, f) == e->n) {
        const char *used[MAX_EVENTS];
        if (e->n == MAX_EVENTS)
            return false;
        for (uint32_t i = 0; i < e->n; i++)
            used[i] = e->at[i].name;
        e->at[e->n].atom = f;
        e->at[e->n].name = pml_name(a, "", event_name(a, f), used, e->n);
        e->n++;
    }
    return collect(e, a, f->left) && collect(e, a, f->right);
}

static bool collect_all(struct ltl_events *e, struct arena *a, const struct model *m)
{
    e->m = m;
    for (uint32_t i = 0; m->verify != NULL && i < m->verify->n_ltls; i++)
        if (!collect(e, a, m->verify->ltls[i].formula))
            return false;
    return true;
}

const char *ltl_problem(struct arena *a, const struct model *m)
{
    struct ltl_events e = {0};
    if (!collect_all(&e, a, m))
        return arena_printf(a, "the formulas speak of more than %d different events", MAX_EVENTS);
    return NULL;
}

const struct ltl_events *ltl_events_new(struct pml *p)
{
    const struct verify *v = p->m->verify;
    if (v == NULL || v->n_ltls == 0)
        return NULL;
    struct ltl_events *e = ARENA_NEW(p->a, struct ltl_events);
    collect_all(e, p->a, p->m);
    const char **claims = ARENA_ARRAY(p->a, const char *, v->n_ltls);
    for (uint32_t i = 0; i < v->n_ltls; i++)
        claims[i] = pml_name(p->a, "l_", v->ltls[i].name.name, claims, i);
    p->out->claims = claims;
    p->out->n_claims = v->n_ltls;
    return e;
}

/* ---- what a step is ---- */

static bool role_matches(const struct model *m, const struct ltl *atom, uint32_t participant)
{
    const struct model_participant *who = &m->participants[participant];
    const struct session_type *session = &m->ir->sessions[m->runs[who->run].session];
    const struct role *role = &session->roles[who->role];
    return (atom->session.name == NULL || atom->session.name == session->name) &&
           atom->role.base.name == role->base && (!atom->role.indexed || atom->role.index == role->index);
}

static bool instance_matches(const struct model *m, const struct ltl *atom, uint32_t instance)
{
    const struct instance *i = &m->system->instances[instance];
    return m->system->children[i->child].name == atom->name.name && (!atom->has_index || atom->index == i->index);
}

static bool event_matches(const struct model *m, const struct ltl *atom, const struct step *s)
{
    if (s->kind == STEP_CRASH)
        return atom->kind == LTL_CRASHED && instance_matches(m, atom, s->instance);
    if (s->kind == STEP_EVENT || atom->kind != (s->kind == STEP_RECEIVE ? LTL_RECEIVED : LTL_SENT))
        return false; /* what gets lost was sent */
    uint32_t who = 0; /* the last participant whose edges do not start after this one */
    while (who + 1 < m->n_participants && m->edge_base[who + 1] <= s->edge)
        who++;
    const struct edge *edge = &m->participants[who].automaton->edges[s->edge - m->edge_base[who]];
    uint32_t declared = m->ir->messages[edge->message].base; /* whatever values it stands for */
    return m->ir->messages[declared].name == atom->name.name && role_matches(m, atom, who);
}

uint32_t ltl_events_of(const struct ltl_events *e, const struct step *s)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < e->n; i++)
        if (event_matches(e->m, e->at[i].atom, s))
            bits |= UINT32_C(1) << i;
    return bits;
}

uint32_t ltl_restarted(const struct ltl_events *e, uint32_t instance)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < e->n; i++)
        if (e->at[i].atom->kind == LTL_RESTARTED && instance_matches(e->m, e->at[i].atom, instance))
            bits |= UINT32_C(1) << i;
    return bits;
}

/* SPIN has no "next" unless it was compiled for it. A bit that changes with every step, also those of a system at
 * rest, says the same: from a state with tick, the next state is the first one without. The transition that settles
 * how many crashes there will be is no step and leaves all that formulas speak of as it is: they cannot see it. */
static void declare_next(struct pml *p)
{
    buf_puts(&p->text, "bit tick; /* changes with every step */\n"
                       "#define TICK ; tick = 1 - tick\n"
                       "#define NEXT(f) (((tick == 0) && ((tick == 0) U ((tick == 1) && (f)))) "
                       "|| ((tick == 1) && ((tick == 1) U ((tick == 0) && (f)))))\n");
}

void ltl_declare(struct pml *p)
{
    const struct ltl_events *e = p->events;
    const char *type = e->n <= 8 ? "byte" : e->n <= 15 ? "short" : "int";
    buf_printf(&p->text, "\n#ifdef LTL\n%s ev; /* the events that the last step was, a bit each */\n", type);
    for (uint32_t i = 0; i < e->n; i++)
        buf_printf(&p->text, "#define %s ((ev & %lu) != 0)\n", e->at[i].name, 1ul << i);
    if (e->next)
        declare_next(p);
    buf_puts(&p->text, "#endif\n");
}

const char *ltl_tick(const struct ltl_events *e)
{
    return e != NULL && e->next ? " TICK" : "";
}

/* ---- formulas ---- */

static const char *operator_of(enum ltl_kind kind)
{
    switch (kind) {
    case LTL_NOT: return "!";
    case LTL_NEXT: return "NEXT";
    case LTL_ALWAYS: return "[]";
    case LTL_EVENTUALLY: return "<>";
    case LTL_AND: return "&&";
    case LTL_OR: return "||";
    case LTL_IMPLIES: return "->";
    case LTL_IFF: return "<->";
    case LTL_UNTIL: return "U";
    case LTL_WEAK_UNTIL: return "W";
    case LTL_TRUE:
    case LTL_FALSE:
    case LTL_SENT:
    case LTL_RECEIVED:
    case LTL_DONE:
    case LTL_CRASHED:
    case LTL_RESTARTED: break;
    }
    return NULL;
}

static void put_done(struct pml *p, const struct ltl *f)
{
    const struct model *m = p->m;
    const char *sep = "";
    buf_putc(&p->text, '(');
    for (uint32_t r = 0; r < m->n_runs; r++)
        if (m->ir->sessions[m->runs[r].session].name == f->name.name) {
            buf_printf(&p->text, "%sCOMPLETE_%u", sep, r);
            sep = " && ";
        }
    buf_puts(&p->text, *sep == '\0' ? "true)" : ")");
}

static void put_formula(struct pml *p, const struct ltl *f)
{
    const char *op = operator_of(f->kind);
    if (f->kind == LTL_TRUE || f->kind == LTL_FALSE) {
        buf_puts(&p->text, f->kind == LTL_TRUE ? "true" : "false");
    } else if (f->kind == LTL_DONE) {
        put_done(p, f);
    } else if (op == NULL) {
        buf_puts(&p->text, p->events->at[find_event(p->events, f)].name);
    } else {
        buf_putc(&p->text, '(');
        if (f->right != NULL) {
            put_formula(p, f->left);
            buf_printf(&p->text, " %s ", op);
            put_formula(p, f->right);
        } else {
            buf_printf(&p->text, f->kind == LTL_NEXT ? "%s(" : "%s ", op);
            put_formula(p, f->left);
            buf_puts(&p->text, f->kind == LTL_NEXT ? ")" : "");
        }
        buf_putc(&p->text, ')');
    }
}

/* The step of a system at rest is always there, though it changes nothing from the second time on: under fairness SPIN
 * misses accepting cycles of more than one step of the claim where the system itself can do nothing. */
void ltl_claims(struct pml *p)
{
    const struct verify *v = p->m->verify;
    buf_puts(&p->text, "\n#ifdef LTL\n/* In the state in which a finished system stays, nothing has just happened. */\n"
                       "active proctype at_rest()\n{\nend_at_rest:\n    do\n    :: ");
    buf_puts(&p->text, p->events->next ? "d_step { timeout -> ev = 0 TICK }" : "timeout -> ev = 0");
    buf_puts(&p->text, "\n    od\n}\n\n");
    if (!p->crashes)
        for (uint32_t r = 0; r < p->m->n_runs; r++)
            pml_complete_macro(p, r);
    for (uint32_t i = 0; i < v->n_ltls; i++) {
        buf_printf(&p->text, "ltl %s { ", p->out->claims[i]);
        put_formula(p, v->ltls[i].formula);
        buf_puts(&p->text, " }");
        pml_end_line(p, v->ltls[i].at);
    }
    buf_puts(&p->text, "#endif\n");
}
