#include "ltl_atoms.h"

bool ltl_is_atom(const struct ltl *f)
{
    return f->kind == LTL_SENT || f->kind == LTL_RECEIVED || f->kind == LTL_DONE || f->kind == LTL_CRASHED ||
           f->kind == LTL_RESTARTED;
}

bool ltl_same_atom(const struct ltl *a, const struct ltl *b)
{
    return a->kind == b->kind && a->name.name == b->name.name && a->session.name == b->session.name &&
           a->role.base.name == b->role.base.name && a->role.indexed == b->role.indexed &&
           a->role.index == b->role.index && a->has_index == b->has_index && a->index == b->index;
}

static bool role_matches(const struct model *m, const struct ltl *atom, uint32_t participant)
{
    const struct model_participant *who = &m->participants[participant];
    const struct session_type *session = &m->ir->sessions[m->runs[who->run].session];
    const struct role *role = &session->roles[who->role];
    if (atom->session.name != NULL && atom->session.name != session->name)
        return false;
    return atom->role.base.name == role->base && (!atom->role.indexed || atom->role.index == role->index);
}

static bool child_matches(const struct model *m, const struct ltl *atom, uint32_t instance)
{
    const struct instance *i = &m->system->instances[instance];
    return m->system->children[i->child].name == atom->name.name && (!atom->has_index || atom->index == i->index);
}

struct place { /* among the members of a supervisor, in start order; instances of a family one by one */
    bool below;
    uint32_t member, index;
};

/* Where instance `i` stands below supervisor `s`. */
static struct place place_of(const struct system *sys, uint32_t s, uint32_t i)
{
    uint32_t child = sys->instances[i].child, under = sys->children[child].supervisor, via = IR_NONE;
    while (under != s && under != IR_NONE) {
        via = under;
        under = sys->supervisors[under].parent;
    }
    struct place p = {under == s, 0, via == IR_NONE ? sys->instances[i].index : 0};
    for (uint32_t k = 0; p.below && k < sys->supervisors[s].n_members; k++) {
        const struct member *mb = &sys->supervisors[s].members[k];
        if (mb->is_supervisor ? mb->index == via : via == IR_NONE && mb->index == child)
            p.member = k;
    }
    return p;
}

/* Does the restart after this crash reach instance `i`? */
static bool reaches(const struct system *sys, const struct step *crash, uint32_t i)
{
    const struct child *c = &sys->children[sys->instances[crash->instance].child];
    uint32_t s = c->supervisor;
    bool ends = crash->directive == DIRECTIVE_DEFAULT && c->restart == RESTART_TEMPORARY;
    if (ends || crash->directive == DIRECTIVE_STOP || crash->directive == DIRECTIVE_RESUME)
        return false;
    for (uint32_t k = 0; k < crash->outcome && s != IR_NONE; k++)
        s = sys->supervisors[s].parent;
    if (s == IR_NONE)
        return false;
    struct place failed = place_of(sys, s, crash->instance), it = place_of(sys, s, i);
    bool same = it.member == failed.member && it.index == failed.index;
    bool later = it.member > failed.member || (it.member == failed.member && it.index > failed.index);
    switch (sys->supervisors[s].strategy) {
    case ONE_FOR_ONE: return it.below && same;
    case ONE_FOR_ALL: return it.below;
    case REST_FOR_ONE: return it.below && (same || later);
    }
    return false;
}

static bool is_restart(const struct semantics *s, const struct ltl *atom, const struct step *step,
                       const uint8_t *after)
{
    const struct model *m = semantics_model(s);
    for (uint32_t i = 0; i < m->system->n_instances; i++)
        if (child_matches(m, atom, i) && reaches(m->system, step, i) && semantics_instance_up(s, after, i))
            return true;
    return false;
}

bool ltl_is_event(const struct semantics *s, const struct ltl *atom, const struct step *step, const uint8_t *after)
{
    const struct model *m = semantics_model(s);
    if (step->kind == STEP_CRASH)
        return atom->kind == LTL_CRASHED ? child_matches(m, atom, step->instance)
                                         : atom->kind == LTL_RESTARTED && is_restart(s, atom, step, after);
    if (step->kind == STEP_EVENT || atom->kind != (step->kind == STEP_RECEIVE ? LTL_RECEIVED : LTL_SENT))
        return false; /* what gets lost was sent */
    const struct message *messages = m->ir->messages;
    uint32_t declared = messages[step_edge(m, step)->message].base; /* whatever values it stands for */
    return messages[declared].name == atom->name.name && role_matches(m, atom, step_participant(m, step));
}

bool ltl_is_done(const struct semantics *s, const struct ltl *atom, const uint8_t *state)
{
    const struct model *m = semantics_model(s);
    for (uint32_t r = 0; r < m->n_runs; r++)
        if (m->ir->sessions[m->runs[r].session].name == atom->name.name && !semantics_run_complete(s, state, r))
            return false;
    return true;
}
