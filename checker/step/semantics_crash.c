/* semantics_crash.c -- crashes: who may, what the supervisors do, how the runs are settled. See semantics.h. */
#include "semantics_private.h"

enum { DIRECTIVES = DIRECTIVE_ESCALATE + 1 };

/* In the order of codes; without any STOP and ESCALATE only the first has codes. */
static const enum directive directives[DIRECTIVE_CODES] = {DIRECTIVE_DEFAULT, DIRECTIVE_STOP, DIRECTIVE_ESCALATE};

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

/* The same as lists. */
static void list_effect(const struct system *sys, struct arena *a, struct effect *e)
{
    e->changed = ARENA_ARRAY(a, uint32_t, sys->n_instances);
    e->reset = ARENA_ARRAY(a, uint32_t, sys->n_supervisors);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (e->stopped[i] || e->revived[i])
            e->changed[e->n_changed++] = i;
    for (uint32_t v = 0; v < sys->n_supervisors; v++)
        if (e->fresh[v])
            e->reset[e->n_reset++] = v;
}

static void build_effects(struct semantics *s, struct arena *a, uint32_t instance)
{
    const struct system *sys = s->m->system;
    uint32_t n = s->chain_len[instance];
    for (uint32_t k = 0; k <= n; k++) {
        struct effect *e = effect_of(s, instance, k);
        e->affected = ARENA_ARRAY(a, bool, sys->n_instances);
        e->stopped = ARENA_ARRAY(a, bool, sys->n_instances);
        e->revived = ARENA_ARRAY(a, bool, sys->n_instances);
        e->fresh = ARENA_ARRAY(a, bool, sys->n_supervisors);
        if (k < n)
            restart_members(sys, s->chains[instance][k], instance, k ? s->chains[instance][k - 1] : IR_NONE, e);
        list_effect(sys, a, e);
    }
}

static bool decides(const struct semantics *s, uint32_t instance, enum directive d)
{
    return s->decides[s->m->system->instances[instance].child * DIRECTIVES + d];
}

/* Which directives each child has for some reason. */
static void build_decides(struct semantics *s, struct arena *a)
{
    const struct system *sys = s->m->system;
    s->decides = ARENA_ARRAY(a, bool, (size_t)sys->n_children * DIRECTIVES);
    s->n_directives = 1;
    for (uint32_t c = 0; c < sys->n_children; c++)
        for (uint32_t r = 0; r < REASONS; r++) {
            enum directive d = sys->children[c].decide[r];
            d = d == DIRECTIVE_RESTART ? DIRECTIVE_DEFAULT : d;
            s->decides[c * DIRECTIVES + d] = true;
            s->resumes |= d == DIRECTIVE_RESUME;
            if (d == DIRECTIVE_STOP || d == DIRECTIVE_ESCALATE)
                s->n_directives = DIRECTIVE_CODES;
        }
}

static uint32_t first_that_must_run(const struct semantics *s)
{
    const struct system *sys = s->m->system;
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (!is_temporary(sys, i) && !decides(s, i, DIRECTIVE_STOP))
            return i;
    return IR_NONE;
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
    build_decides(s, a);
    s->must_run = first_that_must_run(s);
    s->max_steps += sys->n_instances * s->n_directives * s->n_outcomes;
}

bool semantics_gave_up(const struct semantics *s, const uint8_t *state)
{
    return s->effects && s->must_run != IR_NONE && get(state, s->gone[s->must_run]) != 0;
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

/* The instance ends for good, and that is all. */
static bool just_ends(const struct semantics *s, uint32_t instance, enum directive d)
{
    return d == DIRECTIVE_STOP || (d == DIRECTIVE_DEFAULT && is_temporary(s->m->system, instance));
}

/* May the supervisors below level `outcome` all give up, and the one there restart? */
static bool outcome_possible(const struct semantics *s, const uint8_t *state, uint32_t instance, enum directive d,
                             uint32_t outcome)
{
    if (!decides(s, instance, d) || outcome > s->chain_len[instance])
        return false;
    if (just_ends(s, instance, d))
        return outcome == 0;
    if (d == DIRECTIVE_ESCALATE && outcome == 0)
        return false;
    for (uint32_t k = d == DIRECTIVE_ESCALATE; k < outcome; k++) {
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

bool semantics__crash_enabled(const struct semantics *s, const uint8_t *state, const struct step *step)
{
    if (!s->effects || step->instance >= s->m->system->n_instances || !can_crash(s, state, step->instance))
        return false;
    if (step->directive == DIRECTIVE_RESUME) /* whether the receive is enabled, is for others to say */
        return decides(s, step->instance, DIRECTIVE_RESUME) && step->edge < s->m->n_edges &&
               s->m->participants[s->edges[step->edge].participant].instance == step->instance;
    return step->directive != DIRECTIVE_RESTART &&
           outcome_possible(s, state, step->instance, step->directive, step->outcome);
}

/* The receives at whose message an instance may fail and go on. */
static uint32_t resume_codes(const struct semantics *s, const uint8_t *state, const uint32_t *steps, uint32_t n,
                             uint32_t *codes)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct edge_row *e = &s->edges[steps[i]];
        uint32_t instance = s->m->participants[e->participant].instance;
        if (e->dir == DIR_RECEIVE && decides(s, instance, DIRECTIVE_RESUME) && can_crash(s, state, instance))
            codes[found++] = s->resume_codes + steps[i];
    }
    return found;
}

bool semantics__crashes_left(const struct semantics *s, const uint8_t *state)
{
    for (uint32_t i = 0; s->effects && i < s->m->n_crashes; i++)
        if (get(state, s->left[i]) > 0)
            return true;
    return false;
}

uint32_t semantics__crash_codes(const struct semantics *s, const uint8_t *state, const uint32_t *steps, uint32_t n,
                                uint32_t *codes)
{
    uint32_t found = 0;
    if (!semantics__crashes_left(s, state))
        return 0;
    for (uint32_t i = 0; i < s->m->system->n_instances; i++) {
        if (!can_crash(s, state, i))
            continue;
        for (uint32_t d = 0; d < s->n_directives; d++)
            for (uint32_t k = 0; k < s->n_outcomes; k++)
                if (outcome_possible(s, state, i, directives[d], k))
                    codes[found++] = s->crash_codes + (i * s->n_directives + d) * s->n_outcomes + k;
    }
    return s->resumes ? found + resume_codes(s, state, steps, n, codes + found) : found;
}

uint32_t semantics__crash_code(const struct semantics *s, const struct step *step)
{
    uint32_t d = 0;
    if (step->directive == DIRECTIVE_RESUME)
        return s->resume_codes + step->edge;
    while (d + 1 < s->n_directives && directives[d] != step->directive)
        d++;
    return s->crash_codes + (step->instance * s->n_directives + d) * s->n_outcomes + step->outcome;
}

struct step semantics__decode_crash(const struct semantics *s, uint32_t code)
{
    if (code >= s->resume_codes) {
        uint32_t edge = code - s->resume_codes;
        return (struct step){STEP_CRASH, edge, s->m->participants[s->edges[edge].participant].instance, 0,
                             DIRECTIVE_RESUME};
    }
    code -= s->crash_codes;
    uint32_t row = code / s->n_outcomes;
    return (struct step){STEP_CRASH, 0, row / s->n_directives, code % s->n_outcomes,
                         directives[row % s->n_directives]};
}

/* ---- a crash ---- */

/* The root gave up. */
static void stop_all(const struct semantics *s, uint8_t *state)
{
    for (uint32_t i = 0; i < s->m->system->n_instances; i++)
        put(state, s->gone[i], 1);
    for (uint32_t v = 0; v < s->m->system->n_supervisors; v++)
        put(state, s->counts[v], 0);
}

static void apply_supervision(const struct semantics *s, uint8_t *state, uint32_t instance, uint32_t outcome)
{
    const struct effect *e = effect_of(s, instance, outcome);
    if (outcome == s->chain_len[instance]) {
        stop_all(s, state);
        return;
    }
    for (uint32_t i = 0; i < e->n_changed; i++)
        put(state, s->gone[e->changed[i]], e->stopped[e->changed[i]]);
    for (uint32_t i = 0; i < e->n_reset; i++)
        put(state, s->counts[e->reset[i]], 0);
    uint32_t v = s->chains[instance][outcome], c = get(state, s->counts[v]);
    if (c < s->m->system->supervisors[v].intensity)
        put(state, s->counts[v], c + 1);
}

/* Closed, or at its start; with empty lanes. */
static void set_run(const struct semantics *s, uint8_t *state, uint32_t run, bool closed)
{
    const struct run_bits *r = &s->runs[run];
    for (uint32_t i = 0; i < r->n_words; i++) {
        uint64_t rest = load_word(state, r->offset + 8 * i) & ~r->mask[i];
        store_word(state, r->offset + 8 * i, rest | (closed ? r->gone[i] : 0));
    }
}

struct casualties {
    uint32_t n, last; /* participants that died just now; the last of them */
    bool closed;      /* the run was closed before */
    bool gone;        /* an instance of the run is gone */
};

/* `affected`: the instances that were restarted, or NULL. */
static struct casualties count_dead(const struct semantics *s, const uint8_t *state, uint32_t run,
                                    const bool *affected)
{
    const struct model *m = s->m;
    struct casualties c = {0, IR_NONE, true, false};
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++) {
        uint32_t i = m->participants[p].instance;
        bool live = row_of(s, state, p) != NULL, gone = get(state, s->gone[i]) != 0;
        c.gone |= gone;
        c.closed &= !live;
        if (live && (gone || (affected && affected[i]))) {
            c.n++;
            c.last = p;
        }
    }
    return c;
}

static void settle_run(const struct semantics *s, uint8_t *state, uint32_t run, const bool *affected)
{
    if (semantics_run_complete(s, state, run))
        return;
    struct casualties c = count_dead(s, state, run, affected);
    bool caught = c.n == 1 && s->m->runs[run].phased && semantics__catch_crash(s, state, c.last);
    if (!caught && (c.n > 0 || c.closed))
        set_run(s, state, run, c.gone);
}

void semantics__apply_crash(const struct semantics *s, uint8_t *state, const struct step *step)
{
    const bool *affected = NULL;
    struct number left = s->left[budget_for(s, state, step->instance)];
    put(state, left, get(state, left) - 1);
    if (step->directive == DIRECTIVE_RESUME) {
        semantics__drop_head(s, state, s->edges[step->edge].lane);
        return;
    }
    if (just_ends(s, step->instance, step->directive)) {
        put(state, s->gone[step->instance], 1);
    } else {
        apply_supervision(s, state, step->instance, step->outcome);
        affected = effect_of(s, step->instance, step->outcome)->affected;
    }
    for (uint32_t r = 0; r < s->m->n_runs; r++)
        settle_run(s, state, r, affected);
}
