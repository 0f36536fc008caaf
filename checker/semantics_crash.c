/* semantics_crash.c -- crashes: who may, what the supervisors do, how the runs are settled. See semantics.h. */
#include "semantics_private.h"

/* ---- supervision, worked out once ---- */

static bool is_temporary(const struct system *sys, uint32_t instance)
{
    return sys->children[sys->instances[instance].child].restart == RESTART_TEMPORARY;
}

/* All below supervisor `v` start fresh. */
static void restart_fresh(const struct system *sys, uint32_t v, struct effect *e)
{
    e->fresh[v] = true;
    for (uint32_t i = 0; i < sys->supervisors[v].n_members; i++) {
        const struct member *b = &sys->supervisors[v].members[i];
        if (b->is_supervisor) {
            restart_fresh(sys, b->index, e);
            continue;
        }
        const struct child *c = &sys->children[b->index];
        for (uint32_t k = 0; k < c->size; k++)
            e->affected[c->first_instance + k] = e->revived[c->first_instance + k] = true;
    }
}

/* What supervisor `v` restarts when its member failed: the instance `failed`, or the supervisor `below`. */
static void restart_members(const struct system *sys, uint32_t v, uint32_t failed, uint32_t below, struct effect *e)
{
    const struct supervisor *sup = &sys->supervisors[v];
    bool met = false;
    for (uint32_t i = 0; i < sup->n_members; i++) {
        const struct member *b = &sup->members[i];
        uint32_t size = b->is_supervisor ? 1 : sys->children[b->index].size;
        for (uint32_t k = 0; k < size; k++) {
            uint32_t instance = b->is_supervisor ? IR_NONE : sys->children[b->index].first_instance + k;
            bool it = below == IR_NONE ? instance == failed : b->is_supervisor && b->index == below;
            met |= it;
            bool hit = it || sup->strategy == ONE_FOR_ALL || (sup->strategy == REST_FOR_ONE && met);
            if (hit && b->is_supervisor)
                restart_fresh(sys, b->index, e);
            else if (hit) {
                e->affected[instance] = true;
                e->stopped[instance] = is_temporary(sys, instance);
            }
        }
    }
}

static void build_chain(struct semantics *s, struct arena *a, uint32_t instance)
{
    const struct system *sys = s->m->system;
    uint32_t own = sys->children[sys->instances[instance].child].supervisor, n = 0;
    for (uint32_t v = own; v != IR_NONE; v = sys->supervisors[v].parent)
        n++;
    s->chain_len[instance] = n;
    s->chains[instance] = ARENA_ARRAY(a, uint32_t, n);
    n = 0;
    for (uint32_t v = own; v != IR_NONE; v = sys->supervisors[v].parent)
        s->chains[instance][n++] = v;
}

static struct effect *effect_of(const struct semantics *s, uint32_t instance, uint32_t outcome)
{
    return &s->effects[instance * s->n_outcomes + outcome];
}

static void build_effects(struct semantics *s, struct arena *a, uint32_t instance)
{
    const struct system *sys = s->m->system;
    uint32_t n = is_temporary(sys, instance) ? 0 : s->chain_len[instance];
    for (uint32_t k = 0; k <= n; k++) {
        struct effect *e = effect_of(s, instance, k);
        e->possible = true;
        e->affected = ARENA_ARRAY(a, bool, sys->n_instances);
        e->stopped = ARENA_ARRAY(a, bool, sys->n_instances);
        e->revived = ARENA_ARRAY(a, bool, sys->n_instances);
        e->fresh = ARENA_ARRAY(a, bool, sys->n_supervisors);
        if (k < n)
            restart_members(sys, s->chains[instance][k], instance, k ? s->chains[instance][k - 1] : IR_NONE, e);
    }
}

void semantics__build_supervision(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    const struct system *sys = m->system;
    if (!sys || m->n_crashes == 0)
        return;
    s->left = ARENA_ARRAY(a, struct number, m->n_crashes);
    s->counts = ARENA_ARRAY(a, struct number, sys->n_supervisors);
    s->gone = ARENA_ARRAY(a, struct number, sys->n_instances);
    s->chains = ARENA_ARRAY(a, uint32_t *, sys->n_instances);
    s->chain_len = ARENA_ARRAY(a, uint32_t, sys->n_instances);
    for (uint32_t i = 0; i < sys->n_instances; i++) {
        build_chain(s, a, i);
        s->n_outcomes = s->chain_len[i] + 1 > s->n_outcomes ? s->chain_len[i] + 1 : s->n_outcomes;
    }
    s->effects = ARENA_ARRAY(a, struct effect, (size_t)sys->n_instances * s->n_outcomes);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        build_effects(s, a, i);
    s->max_steps += sys->n_instances * s->n_outcomes;
}

/* ---- enabled crashes ---- */

static uint32_t budget_for(const struct semantics *s, const uint8_t *state, uint32_t instance)
{
    const struct model *m = s->m;
    for (uint32_t i = 0; i < m->n_crashes; i++) {
        uint32_t child = m->crashes[i].child;
        bool matches = child == IR_NONE || child == m->system->instances[instance].child;
        if (matches && get(state, s->left[i]) > 0)
            return i;
    }
    return IR_NONE;
}

/* May the supervisors below level `outcome` all give up, and the one there restart? */
static bool outcome_possible(const struct semantics *s, const uint8_t *state, uint32_t instance, uint32_t outcome)
{
    if (outcome >= s->n_outcomes || !effect_of(s, instance, outcome)->possible)
        return false;
    if (is_temporary(s->m->system, instance))
        return true;
    for (uint32_t k = 0; k < outcome; k++) {
        uint32_t v = s->chains[instance][k];
        if (get(state, s->counts[v]) < s->m->system->supervisors[v].intensity)
            return false;
    }
    return outcome == s->chain_len[instance] ||
           s->m->system->supervisors[s->chains[instance][outcome]].intensity > 0;
}

static bool can_crash(const struct semantics *s, const uint8_t *state, uint32_t instance)
{
    return get(state, s->gone[instance]) == 0 && budget_for(s, state, instance) != IR_NONE;
}

bool semantics__crash_enabled(const struct semantics *s, const uint8_t *state, uint32_t instance, uint32_t outcome)
{
    return s->effects && instance < s->m->system->n_instances && can_crash(s, state, instance) &&
           outcome_possible(s, state, instance, outcome);
}

uint32_t semantics__crash_codes(const struct semantics *s, const uint8_t *state, uint32_t *codes)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->m->system->n_instances; i++) {
        if (!can_crash(s, state, i))
            continue;
        for (uint32_t k = 0; k < s->n_outcomes; k++)
            if (outcome_possible(s, state, i, k))
                codes[n++] = s->m->n_edges + i * s->n_outcomes + k;
    }
    return n;
}

/* ---- a crash ---- */

static void apply_supervision(const struct semantics *s, uint8_t *state, uint32_t instance, uint32_t outcome)
{
    const struct system *sys = s->m->system;
    const struct effect *e = effect_of(s, instance, outcome);
    if (is_temporary(sys, instance)) {
        put(state, s->gone[instance], 1);
        return;
    }
    bool root_gave_up = outcome == s->chain_len[instance];
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (root_gave_up || e->revived[i] || e->stopped[i])
            put(state, s->gone[i], root_gave_up || e->stopped[i]);
    for (uint32_t v = 0; v < sys->n_supervisors; v++)
        if (root_gave_up || e->fresh[v])
            put(state, s->counts[v], 0);
    if (root_gave_up)
        return;
    uint32_t v = s->chains[instance][outcome], c = get(state, s->counts[v]);
    if (c < sys->supervisors[v].intensity)
        put(state, s->counts[v], c + 1);
}

static void set_run(const struct semantics *s, uint8_t *state, uint32_t run, bool closed)
{
    const struct model *m = s->m;
    uint32_t first = m->runs[run].first_participant;
    for (uint32_t p = first; p < m->n_participants && m->participants[p].run == run; p++) {
        put(state, s->at[p], closed ? all_ones(s->at[p]) : 0);
        for (uint32_t i = 0; i < s->n_lanes_in[p]; i++)
            semantics__lane_clear(state, &s->lanes[s->lanes_in[p][i]]);
    }
}

static void settle_run(const struct semantics *s, uint8_t *state, uint32_t run, const bool *affected)
{
    const struct model *m = s->m;
    uint32_t first = m->runs[run].first_participant;
    bool gone = false, hit = !row_of(s, state, first); /* closed before */
    if (semantics_run_complete(s, state, run))
        return;
    for (uint32_t p = first; p < m->n_participants && m->participants[p].run == run; p++) {
        uint32_t i = m->participants[p].instance;
        gone |= get(state, s->gone[i]) != 0;
        hit |= affected[i];
    }
    if (gone || hit)
        set_run(s, state, run, gone);
}

void semantics__apply_crash(const struct semantics *s, uint8_t *state, const struct step *step)
{
    struct number left = s->left[budget_for(s, state, step->instance)];
    put(state, left, get(state, left) - 1);
    apply_supervision(s, state, step->instance, step->outcome);
    for (uint32_t r = 0; r < s->m->n_runs; r++)
        settle_run(s, state, r, effect_of(s, step->instance, step->outcome)->affected);
}

