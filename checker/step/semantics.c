/* semantics.c -- see semantics.h.
 *
 * Layout of a packed state: see semantics_layout.c. Invariants: (1) what is behind the last message of a lane is 0, and
 * so is the padding: equal states have equal bytes; (2) a participant that is GONE has all its number's bits set, phase
 * 0, and no message in its lanes; (3) what a crash does to the supervision tree depends on the state only through the
 * counts, so that who is affected is worked out once, for each instance and outcome (struct effect).
 */
#include "semantics_private.h"

/* ---- the automata as rows ---- */

static uint8_t label_of(const struct model_lane *l, uint16_t message)
{
    for (uint32_t i = 0; i < l->n_labels; i++)
        if (l->labels[i] == message)
            return (uint8_t)i;
    return NO_LABEL;
}

static struct edge_row edge_row(const struct semantics *s, uint32_t p, uint32_t edge)
{
    const struct model *m = s->m;
    const struct edge *e = &m->participants[p].automaton->edges[edge];
    uint32_t lane = m->lane_of[m->edge_base[p] + edge];
    struct edge_row row = {.dir = (uint8_t)e->dir, .label = NO_LABEL, .lane = lane, .target = e->target,
                           .participant = p};
    if (lane != IR_NONE)
        row.label = label_of(&m->lanes[lane], e->message);
    return row;
}

static void index_lanes(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    s->lanes_in = ARENA_ARRAY(a, uint32_t *, m->n_participants);
    s->n_lanes_in = ARENA_ARRAY(a, uint32_t, m->n_participants);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        s->n_lanes_in[m->lanes[l].to]++;
    for (uint32_t p = 0; p < m->n_participants; p++) {
        s->lanes_in[p] = ARENA_ARRAY(a, uint32_t, s->n_lanes_in[p]);
        s->n_lanes_in[p] = 0;
    }
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        uint32_t to = m->lanes[l].to;
        s->lanes_in[to][s->n_lanes_in[to]++] = l;
    }
}

/* Where a group of the edge stands among those of its state. */
static uint32_t rank(const struct edge *e)
{
    return e->dir == DIR_SEND ? 0 : e->dir == DIR_EVENT ? 3 : e->interrupt ? 2 : 1;
}

static bool same_group(const struct edge *a, const struct edge *b)
{
    return a->dir == b->dir && (a->dir == DIR_EVENT || (a->peer == b->peer && a->interrupt == b->interrupt));
}

static void count_group(struct state_row *row, uint32_t which, struct group g)
{
    bool read = g.lane != IR_NONE;
    row->n_groups++;
    row->n_sends += which == 0;
    row->reads += which <= 1;
    row->n_lanes += which == 1 && read;
    row->n_watch += (which == 1 || which == 2) && read;
}

static struct group group_of(const struct semantics *s, uint32_t first, uint32_t n)
{
    return (struct group){first, n, s->edges[first].lane, s->edges[first].dir, false};
}

/* Appends the groups of one state to s->groups. */
static void group_edges(struct semantics *s, uint32_t p, const struct state *q, struct state_row *row, uint32_t *n)
{
    const struct edge *edges = s->m->participants[p].automaton->edges;
    uint32_t base = s->m->edge_base[p];
    row->final = q->final;
    row->first_group = *n;
    for (uint32_t which = 0; which < 4; which++)
        for (uint32_t i = q->first, k; i < q->first + q->n; i = k) {
            for (k = i + 1; k < q->first + q->n && same_group(&edges[i], &edges[k]); k++)
                ;
            if (rank(&edges[i]) != which)
                continue;
            s->groups[*n] = group_of(s, base + i, k - i);
            count_group(row, which, s->groups[(*n)++]);
        }
}

static void mark_heads(const struct automaton *au, struct state_row *rows)
{
    rows[0].head = true;
    for (uint32_t q = 0; q < au->n_states; q++)
        for (uint32_t e = au->states[q].first; e < au->states[q].first + au->states[q].n; e++)
            rows[au->edges[e].target].head |= au->edges[e].target <= q;
}

static void build_rows(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    uint32_t n_states = 0, n_groups = 0;
    for (uint32_t p = 0; p < m->n_participants; p++)
        n_states += m->participants[p].automaton->n_states;
    s->edges = ARENA_ARRAY(a, struct edge_row, m->n_edges);
    s->groups = ARENA_ARRAY(a, struct group, m->n_edges);
    s->states = ARENA_ARRAY(a, struct state_row, n_states);
    s->state_base = ARENA_ARRAY(a, uint32_t, m->n_participants);
    n_states = 0;
    for (uint32_t p = 0; p < m->n_participants; p++) {
        const struct automaton *au = m->participants[p].automaton;
        uint32_t most_edges = 0, most_groups = 0;
        s->state_base[p] = n_states;
        for (uint32_t e = 0; e < au->n_edges; e++)
            s->edges[m->edge_base[p] + e] = edge_row(s, p, e);
        mark_heads(au, &s->states[n_states]);
        for (uint32_t q = 0; q < au->n_states; q++) {
            struct state_row *row = &s->states[n_states++];
            group_edges(s, p, &au->states[q], row, &n_groups);
            most_edges = au->states[q].n > most_edges ? au->states[q].n : most_edges;
            most_groups = row->n_groups > most_groups ? row->n_groups : most_groups;
        }
        s->max_steps += most_edges;
        uint32_t waits = most_groups + s->n_lanes_in[p];
        s->max_waits = waits > s->max_waits ? waits : s->max_waits;
    }
}

/* The codes of steps: edges; losses, by edge; crashes; resumes, by edge. */
static void number_codes(struct semantics *s)
{
    const struct model *m = s->m;
    s->loss_codes = m->n_edges;
    s->crash_codes = s->loss_codes + (m->loss ? m->n_edges : 0);
    s->resume_codes = s->crash_codes + (s->effects ? m->system->n_instances * s->n_directives * s->n_outcomes : 0);
    s->n_codes = s->resume_codes + (s->resumes ? m->n_edges : 0);
    uint32_t of_edges = s->max_steps - (s->effects ? m->system->n_instances * s->n_directives * s->n_outcomes : 0);
    s->max_steps += (m->loss ? of_edges : 0) + (s->resumes ? of_edges : 0);
}

struct semantics *semantics_new(struct arena *a, const struct model *m)
{
    struct semantics *s = ARENA_NEW(a, struct semantics);
    s->m = m;
    index_lanes(s, a);
    build_rows(s, a);
    semantics__build_phases(s, a);
    semantics__build_supervision(s, a);
    semantics__lay_out(s, a);
    number_codes(s);
    return s;
}

const struct model *semantics_model(const struct semantics *s)
{
    return s->m;
}

size_t semantics_size(const struct semantics *s)
{
    return s->size;
}

uint32_t semantics_max_steps(const struct semantics *s)
{
    return s->max_steps;
}

void semantics_initial(const struct semantics *s, uint8_t *state)
{
    memset(state, 0, s->size);
    if (s->m->loss)
        put(state, s->loss, s->m->loss);
    if (s->effects)
        for (uint32_t i = 0; i < s->m->n_crashes; i++)
            put(state, s->left[i], s->m->crashes[i].count);
}

/* ---- lanes ---- */

void semantics__fifo_shift(uint8_t *state, const struct fifo *f, uint32_t n)
{
    if (f->bits == 0)
        return;
    if (f->n_words == 1) {
        uint64_t all = n * f->bits == 64 ? UINT64_MAX : ((uint64_t)1 << n * f->bits) - 1;
        uint64_t w = load_word(state, f->offset), queue = w >> f->shift & all;
        store_word(state, f->offset, (w & ~(all << f->shift)) | queue >> f->bits << f->shift);
        return;
    }
    for (uint32_t i = 0; i + 1 < n; i++)
        fifo_set(state, f, i, fifo_get(state, f, i + 1));
    fifo_set(state, f, n - 1, 0);
}

void semantics__lane_append(uint8_t *state, const struct lane *l, uint8_t label)
{
    uint32_t n = get(state, l->length);
    fifo_set(state, &l->labels, n, label);
    put(state, l->length, n + 1);
}

void semantics__lane_remove(uint8_t *state, const struct lane *l)
{
    uint32_t n = get(state, l->length);
    semantics__fifo_shift(state, &l->labels, n);
    put(state, l->length, n - 1);
}

void semantics__lane_clear(uint8_t *state, const struct lane *l)
{
    for (uint32_t i = 0; i < get(state, l->length); i++) {
        fifo_set(state, &l->labels, i, 0);
        fifo_set(state, &l->phases, i, 0);
    }
    put(state, l->length, 0);
}

/* ---- enabled steps ---- */

bool semantics__edge_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e)
{
    if (e->special)
        return semantics__special_enabled(s, state, e);
    if (e->lane == IR_NONE || e->label == NO_LABEL)
        return false;
    const struct lane *l = &s->lanes[e->lane];
    uint32_t n = get(state, l->length);
    return e->dir == DIR_SEND ? n < l->capacity : n > 0 && lane_head(state, l) == e->label;
}

static uint32_t special_enabled(const struct semantics *s, const uint8_t *state, const struct group *g, uint32_t *codes)
{
    uint32_t n = 0;
    for (uint32_t e = g->first; e < g->first + g->n; e++)
        if (semantics__edge_enabled(s, state, &s->edges[e]))
            codes[n++] = e;
    return n;
}

/* What one lane allows is found out once for all edges of the group. */
static uint32_t group_enabled(const struct semantics *s, const uint8_t *state, const struct group *g, uint32_t *codes)
{
    uint32_t n = 0;
    if (g->special)
        return special_enabled(s, state, g, codes);
    if (g->lane == IR_NONE)
        return 0;
    const struct lane *l = &s->lanes[g->lane];
    uint32_t length = get(state, l->length);
    if (g->dir == DIR_SEND) {
        for (uint32_t i = 0; length < l->capacity && i < g->n; i++)
            codes[n++] = g->first + i;
        return n;
    }
    uint8_t head = length ? lane_head(state, l) : NO_LABEL;
    for (uint32_t e = g->first; length && e < g->first + g->n; e++)
        if (s->edges[e].label == head)
            codes[n++] = e;
    return n;
}

bool semantics__can_act(const struct semantics *s, const uint8_t *state, const struct state_row *row)
{
    for (uint32_t i = 0; i < row->n_groups; i++) {
        struct group g = s->groups[row->first_group + i];
        for (uint32_t e = g.first; e < g.first + g.n; e++)
            if (semantics__edge_enabled(s, state, &s->edges[e]))
                return true;
    }
    return false;
}

static bool takes(const struct semantics *s, const struct state_row *row, uint32_t lane, uint8_t label)
{
    for (uint32_t i = row->first_group + row->n_sends; i < row->first_group + row->n_groups; i++) {
        struct group g = s->groups[i];
        if (g.lane != lane)
            continue;
        for (uint32_t e = g.first; e < g.first + g.n; e++)
            if (s->edges[e].label == label)
                return true;
    }
    return false;
}

bool semantics__takes_head(const struct semantics *s, const uint8_t *state, const struct state_row *row, uint32_t lane)
{
    const struct lane *l = &s->lanes[lane];
    return (!l->phased || semantics__head_due(s, state, lane)) && takes(s, row, lane, lane_head(state, l));
}

/* The first lane into p, which is final, whose head it will not take; or IR_NONE. */
static uint32_t orphan_lane(const struct semantics *s, const uint8_t *state, uint32_t p, const struct state_row *row)
{
    for (uint32_t i = 0; i < s->n_lanes_in[p]; i++) {
        uint32_t lane = s->lanes_in[p][i];
        if (get(state, s->lanes[lane].length) > 0 && !semantics__takes_head(s, state, row, lane))
            return lane;
    }
    return IR_NONE;
}

/* Of the lanes that the state reads, how many have a head that has no edge there. */
static uint32_t lanes_refused(const struct semantics *s, const uint8_t *state, const struct state_row *row)
{
    uint32_t n = 0;
    for (uint32_t i = row->first_group + row->n_sends; i < row->first_group + row->reads; i++) {
        struct group g = s->groups[i];
        n += group_has_message(s, state, g) && !semantics__takes_head(s, state, row, s->edges[g.first].lane);
    }
    return n;
}

static bool refuses_all(const struct state_row *row, uint32_t refused)
{
    return row->n_sends == 0 && row->n_lanes > 0 && refused == row->n_lanes;
}

/* Behind the n codes of the steps of participants: those of losses and crashes. Returns how many. */
static uint32_t more_codes(const struct semantics *s, const uint8_t *state, uint32_t *codes, uint32_t n)
{
    uint32_t losses = s->m->loss ? semantics__loss_codes(s, state, codes, n, codes + n) : 0;
    return losses + (s->effects ? semantics__crash_codes(s, state, codes, n, codes + n + losses) : 0);
}

uint32_t semantics_expand(const struct semantics *s, const uint8_t *state, uint32_t *codes, uint32_t *broken)
{
    uint32_t n = 0, bad = 0;
    bool all_done = true, left_over = false;
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row)
            continue;
        uint32_t refused = 0;
        for (uint32_t i = 0; i < row->n_groups; i++) {
            const struct group *g = &s->groups[row->first_group + i];
            uint32_t enabled = group_enabled(s, state, g, codes + n);
            if (enabled == 0 && i >= row->n_sends && i < row->reads)
                refused += group_has_message(s, state, *g);
            n += enabled;
        }
        if (refuses_all(row, refused))
            bad |= 1u << SAFETY_FIDELITY;
        if (!row->final)
            all_done = false;
        else if (!refuses_all(row, refused) && orphan_lane(s, state, p, row) != IR_NONE) {
            left_over = true;
            if (row->n_watch == 0)
                bad |= 1u << SAFETY_ORPHAN;
        }
    }
    if (n == 0 && !all_done)
        bad |= 1u << SAFETY_DEADLOCK;
    if (n == 0 && left_over)
        bad |= 1u << SAFETY_ORPHAN;
    if (s->effects && semantics_gave_up(s, state))
        bad |= 1u << SAFETY_GAVE_UP;
    if (s->phases && semantics__at_limit(s, state))
        bad |= PHASE_LIMIT;
    *broken = bad;
    return n + more_codes(s, state, codes, n);
}

/* The edge leaves the state in which its participant stands, and is enabled. */
static bool enabled_here(const struct semantics *s, const uint8_t *state, uint32_t edge)
{
    const struct state_row *row = row_of(s, state, s->edges[edge].participant);
    if (!row)
        return false;
    for (uint32_t i = 0; i < row->n_groups; i++) {
        struct group g = s->groups[row->first_group + i];
        if (edge >= g.first && edge < g.first + g.n)
            return semantics__edge_enabled(s, state, &s->edges[edge]);
    }
    return false;
}

bool semantics_enabled(const struct semantics *s, const uint8_t *state, const struct step *step)
{
    static const uint8_t dirs[] = {[STEP_SEND] = DIR_SEND, [STEP_RECEIVE] = DIR_RECEIVE, [STEP_EVENT] = DIR_EVENT,
                                   [STEP_LOSS] = DIR_SEND, [STEP_CRASH] = DIR_RECEIVE};
    bool resumes = step->kind == STEP_CRASH && step->directive == DIRECTIVE_RESUME;
    if (step->kind == STEP_CRASH && !semantics__crash_enabled(s, state, step))
        return false;
    if (step->kind == STEP_CRASH && !resumes)
        return true;
    if (step->edge >= s->m->n_edges || s->edges[step->edge].dir != dirs[step->kind] ||
        !enabled_here(s, state, step->edge))
        return false;
    return step->kind != STEP_LOSS || semantics__loss_enabled(s, state, &s->edges[step->edge]);
}

/* ---- codes ---- */

uint32_t semantics_n_codes(const struct semantics *s)
{
    return s->n_codes;
}

uint32_t semantics_first_crash_code(const struct semantics *s)
{
    return s->crash_codes;
}

uint32_t semantics_code(const struct semantics *s, const struct step *step)
{
    if (step->kind == STEP_CRASH)
        return semantics__crash_code(s, step);
    return step->edge + (step->kind == STEP_LOSS ? s->loss_codes : 0);
}

struct step semantics_decode(const struct semantics *s, uint32_t code)
{
    static const enum step_kind kinds[] = {[DIR_SEND] = STEP_SEND, [DIR_RECEIVE] = STEP_RECEIVE,
                                           [DIR_EVENT] = STEP_EVENT};
    if (code < s->m->n_edges)
        return (struct step){kinds[s->edges[code].dir], code, 0, 0, DIRECTIVE_DEFAULT};
    if (code < s->crash_codes)
        return (struct step){STEP_LOSS, code - s->loss_codes, 0, 0, DIRECTIVE_DEFAULT};
    return semantics__decode_crash(s, code);
}

uint32_t semantics_steps(const struct semantics *s, const uint8_t *state, struct step *out)
{
    /* The codes stand in the same memory, packed to its front: from the back, none is overwritten before it is read. */
    unsigned char *codes = (unsigned char *)out;
    uint32_t broken, n = semantics_expand(s, state, (uint32_t *)out, &broken);
    for (uint32_t i = n; i-- > 0;) {
        uint32_t code;
        memcpy(&code, codes + i * sizeof code, sizeof code);
        out[i] = semantics_decode(s, code);
    }
    return n;
}

/* ---- taking a step ---- */

static void apply_edge(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    if (e->special) {
        semantics__apply_special(s, state, e);
        return;
    }
    const struct lane *l = &s->lanes[e->lane];
    if (e->dir == DIR_SEND)
        semantics__lane_append(state, l, e->label);
    else
        semantics__lane_remove(state, l);
    put(state, s->at[e->participant], e->target);
}

static void apply_loss(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    put(state, s->loss, get(state, s->loss) - 1);
    put(state, s->at[e->participant], e->target);
}

void semantics_apply(const struct semantics *s, const uint8_t *state, const struct step *step, uint8_t *next)
{
    if (next != state)
        memcpy(next, state, s->size);
    if (step->kind == STEP_CRASH)
        semantics__apply_crash(s, next, step);
    else if (step->kind == STEP_LOSS)
        apply_loss(s, next, &s->edges[step->edge]);
    else
        apply_edge(s, next, &s->edges[step->edge]);
}

void semantics_apply_code(const struct semantics *s, const uint8_t *state, uint32_t code, uint8_t *next)
{
    memcpy(next, state, s->size);
    if (code < s->loss_codes) {
        apply_edge(s, next, &s->edges[code]);
    } else {
        struct step step = semantics_decode(s, code);
        semantics_apply(s, next, &step, next);
    }
}

/* ---- predicates ---- */

static bool nothing_moves(const struct semantics *s, const uint8_t *state)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (row && semantics__can_act(s, state, row))
            return false;
    }
    return true;
}

bool semantics_is_deadlock(const struct semantics *s, const uint8_t *state)
{
    if (!nothing_moves(s, state))
        return false;
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (row && !row->final)
            return true;
    }
    return false;
}

uint32_t semantics__head(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    return s->m->lanes[lane].labels[lane_head(state, &s->lanes[lane])];
}

static bool found(const struct semantics *s, const uint8_t *state, uint32_t p, uint32_t lane, struct violation *v)
{
    if (v)
        *v = (struct violation){p, lane, semantics__head(s, state, lane)};
    return true;
}

bool semantics_fidelity_violation(const struct semantics *s, const uint8_t *state, struct violation *v)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row || !refuses_all(row, lanes_refused(s, state, row)))
            continue;
        for (uint32_t i = row->first_group; i < row->first_group + row->n_groups; i++)
            if (s->edges[s->groups[i].first].lane != IR_NONE)
                return found(s, state, p, s->edges[s->groups[i].first].lane, v);
    }
    return false;
}

bool semantics_orphan(const struct semantics *s, const uint8_t *state, struct violation *v)
{
    bool still = nothing_moves(s, state);
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row || !row->final)
            continue;
        if (refuses_all(row, lanes_refused(s, state, row)) || (row->n_watch > 0 && !still))
            continue;
        uint32_t lane = orphan_lane(s, state, p, row);
        if (lane != IR_NONE)
            return found(s, state, p, lane, v);
    }
    return false;
}

bool semantics_run_complete(const struct semantics *s, const uint8_t *state, uint32_t run)
{
    const struct model *m = s->m;
    bool anyone = false;
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (row && !row->final)
            return false;
        anyone |= row != NULL;
        for (uint32_t i = 0; i < s->n_lanes_in[p]; i++)
            if (get(state, s->lanes[s->lanes_in[p][i]].length) > 0)
                return false;
    }
    return anyone;
}

/* ---- looking into a state ---- */

uint32_t semantics_at(const struct semantics *s, const uint8_t *state, uint32_t participant)
{
    uint32_t q = get(state, s->at[participant]);
    return q == all_ones(s->at[participant]) ? SEMANTICS_GONE : q;
}

bool semantics_is_final(const struct semantics *s, const uint8_t *state, uint32_t participant)
{
    const struct state_row *row = row_of(s, state, participant);
    return row && row->final;
}

bool semantics_only_receives(const struct semantics *s, const uint8_t *state, uint32_t participant)
{
    const struct state_row *row = row_of(s, state, participant);
    return row && row->n_sends == 0 && row->reads > 0;
}

uint32_t semantics_lane_length(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    return get(state, s->lanes[lane].length);
}

uint32_t semantics_lane_message(const struct semantics *s, const uint8_t *state, uint32_t lane, uint32_t i)
{
    const struct lane *l = &s->lanes[lane];
    return s->m->lanes[lane].labels[fifo_get(state, &l->labels, i)];
}

bool semantics_instance_up(const struct semantics *s, const uint8_t *state, uint32_t instance)
{
    return !s->effects || get(state, s->gone[instance]) == 0;
}

