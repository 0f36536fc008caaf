/* semantics_phase.c -- steps that are more than a lane that blocks: phases, events, interrupts, lanes that drop, shared
 * mailboxes, lost messages. See semantics.h.
 *
 * Only edges marked `special` come here. A phase is a number of four bits a level, level 0 highest, so that numbers
 * compare as phases do; in the state it leaves out levels that no event of the model has.
 */
#include "semantics_private.h"

enum {
    LEVEL_BITS = 4,
    COUNTER_MAX = (1 << LEVEL_BITS) - 1,
    GROUPS = 1 << LEVEL_BITS * (IR_MAX_TRY_DEPTH - 1), /* what the levels above the last can be */
    MOST_GAP = 2
};
_Static_assert(LEVEL_BITS * IR_MAX_TRY_DEPTH <= 16, "a phase takes two bytes");

/* ---- tables ---- */

static bool drops_or_shares(const struct model_lane *l)
{
    return l->policy == POLICY_DROP_NEWEST || l->policy == POLICY_DROP_OLDEST || l->pool != IR_NONE;
}

static void mark_edges(struct semantics *s, uint32_t p)
{
    const struct model *m = s->m;
    const struct model_run *run = &m->runs[m->participants[p].run];
    const struct automaton *au = m->participants[p].automaton;
    for (uint32_t i = 0; i < au->n_edges; i++) {
        struct edge_row *e = &s->edges[m->edge_base[p] + i];
        e->special = run->phased || (e->dir == DIR_SEND && e->lane != IR_NONE && drops_or_shares(&m->lanes[e->lane]));
        if (e->dir != DIR_EVENT)
            continue;
        const struct session_event *ev = &m->ir->sessions[run->session].events[au->edges[i].message];
        e->event = (uint8_t)ev->kind;
        e->label = (uint8_t)ev->level;
        if (run->phased && ev->level >= s->levels)
            s->levels = ev->level + 1;
    }
}

static void mark_groups(struct semantics *s, uint32_t p)
{
    const struct state_row *rows = &s->states[s->state_base[p]];
    for (uint32_t q = 0; q < s->m->participants[p].automaton->n_states; q++)
        for (uint32_t i = rows[q].first_group; i < rows[q].first_group + rows[q].n_groups; i++)
            for (uint32_t e = s->groups[i].first; e < s->groups[i].first + s->groups[i].n; e++)
                s->groups[i].special |= s->edges[e].special;
}

static void index_pools(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    s->pools = ARENA_ARRAY(a, uint32_t *, m->n_pools);
    s->n_pool_lanes = ARENA_ARRAY(a, uint32_t, m->n_pools);
    for (uint32_t i = 0; i < m->n_pools; i++) {
        s->pools[i] = ARENA_ARRAY(a, uint32_t, m->n_lanes);
        for (uint32_t l = 0; l < m->n_lanes; l++)
            if (m->lanes[l].pool == i)
                s->pools[i][s->n_pool_lanes[i]++] = l;
    }
}

void semantics__build_phases(struct semantics *s, struct arena *a)
{
    const struct model *m = s->m;
    for (uint32_t p = 0; p < m->n_participants; p++) {
        mark_edges(s, p);
        mark_groups(s, p);
    }
    if (m->n_pools)
        index_pools(s, a);
    if (!m->phased)
        return;
    s->phases = ARENA_ARRAY(a, struct number, m->n_participants);
    s->phase_width = s->levels <= 2 ? 1 : 2;
    s->phase_shift = s->levels <= 2 ? 2 * LEVEL_BITS : 0;
}

/* ---- phases ---- */

static bool is_phased(const struct semantics *s, uint32_t p)
{
    return s->phases && s->phases[p].mask != 0;
}

static uint32_t phase_of(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    return get(state, s->phases[p]) << s->phase_shift;
}

static void set_phase(const struct semantics *s, uint8_t *state, uint32_t p, uint32_t phase)
{
    put(state, s->phases[p], phase >> s->phase_shift);
}

static uint32_t message_phase(const struct semantics *s, const uint8_t *state, const struct lane *l, uint32_t i)
{
    return fifo_get(state, &l->phases, i) << s->phase_shift;
}

static uint32_t shift_of(uint32_t level) { return LEVEL_BITS * (IR_MAX_TRY_DEPTH - 1 - level); }
static uint32_t counter(uint32_t phase, uint32_t level) { return phase >> shift_of(level) & COUNTER_MAX; }

/* The levels above, as a number; and with this one. */
static uint32_t above(uint32_t phase, uint32_t level) { return phase >> shift_of(level) >> LEVEL_BITS; }

/* Its counter of the level one up, where it can be, and the deeper ones 0. */
static uint32_t raised(uint32_t phase, uint32_t level)
{
    uint32_t with = phase >> shift_of(level);
    return (counter(phase, level) < COUNTER_MAX ? with + 1 : with) << shift_of(level);
}

bool semantics__at_limit(const struct semantics *s, const uint8_t *state)
{
    for (uint32_t p = 0; p < s->m->n_participants; p++) {
        uint32_t x = is_phased(s, p) ? phase_of(s, state, p) : 0;
        if (x & x >> 1 & x >> 2 & x >> 3 & 0x1111)
            return true;
    }
    return false;
}

uint32_t semantics_phase(const struct semantics *s, const uint8_t *state, uint32_t participant)
{
    return is_phased(s, participant) ? phase_of(s, state, participant) : 0;
}

uint32_t semantics_message_phase(const struct semantics *s, const uint8_t *state, uint32_t lane, uint32_t i)
{
    return s->lanes[lane].phased ? message_phase(s, state, &s->lanes[lane], i) : 0;
}

bool semantics__head_due(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    const struct lane *l = &s->lanes[lane];
    uint32_t own = phase_of(s, state, s->m->lanes[lane].to), its = message_phase(s, state, l, 0);
    return l->interrupt ? its > own : its == own;
}

/* ---- lanes of phased runs ---- */

static void clear_behind(uint8_t *state, const struct lane *l, uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < n; i++) {
        fifo_set(state, &l->phases, i, 0);
        fifo_set(state, &l->labels, i, 0);
    }
    put(state, l->length, from);
}

/* Keeps the messages, from `first` on, with a phase of at least `least`. */
static void keep_messages(const struct semantics *s, uint8_t *state, const struct lane *l, uint32_t first,
                          uint32_t least)
{
    uint32_t n = get(state, l->length), kept = 0;
    for (uint32_t i = first; i < n; i++) {
        if (message_phase(s, state, l, i) < least)
            continue;
        fifo_set(state, &l->phases, kept, fifo_get(state, &l->phases, i));
        fifo_set(state, &l->labels, kept, fifo_get(state, &l->labels, i));
        kept++;
    }
    clear_behind(state, l, kept, n);
}

static void remove_head(const struct semantics *s, uint8_t *state, const struct lane *l)
{
    if (l->phased)
        keep_messages(s, state, l, 1, 0);
    else
        semantics__lane_remove(state, l);
}

static void purge(const struct semantics *s, uint8_t *state, uint32_t q)
{
    for (uint32_t i = 0; i < s->n_lanes_in[q]; i++)
        keep_messages(s, state, &s->lanes[s->lanes_in[q][i]], 0, phase_of(s, state, q));
}

/* ---- rebasing ---- */

struct occurring { /* which counters of a level occur in each group, a bit each */
    uint16_t live[GROUPS], any[GROUPS];
};

static void note(uint16_t *groups, uint32_t phase, uint32_t level)
{
    groups[above(phase, level)] |= (uint16_t)(1u << counter(phase, level));
}

static bool is_retired(const struct state_row *row) { return row->n_groups == 0; }

/* The phase of a retired participant that nobody live is behind of. */
static uint32_t lifted(uint32_t phase, uint32_t level, const struct occurring *o)
{
    uint32_t live = o->live[above(phase, level)], least = 0;
    while (live && !(live & 1u << least))
        least++;
    if (!live || counter(phase, level) >= least)
        return phase;
    return (above(phase, level) << LEVEL_BITS | least) << shift_of(level);
}

/* The phase with the gaps between the counters of its group closed. */
static uint32_t lowered(uint32_t phase, uint32_t level, const struct occurring *o)
{
    uint32_t group = above(phase, level), c = counter(phase, level), now = 0, last = COUNTER_MAX;
    if (!o->live[group])
        return phase;
    for (uint32_t i = 0; i <= c; i++) {
        if (!(o->any[group] & 1u << i))
            continue;
        now += i <= last ? 0 : i - last < MOST_GAP ? i - last : MOST_GAP;
        last = i;
    }
    return phase - ((c - now) << shift_of(level));
}

static void note_participants(const struct semantics *s, uint8_t *state, uint32_t first, uint32_t end, uint32_t level,
                              struct occurring *o)
{
    for (uint32_t p = first; p < end; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (row && !is_retired(row))
            note(o->live, phase_of(s, state, p), level);
        for (uint32_t k = 0; k < s->n_lanes_in[p]; k++) {
            const struct lane *l = &s->lanes[s->lanes_in[p][k]];
            for (uint32_t i = 0; i < get(state, l->length); i++)
                note(o->live, message_phase(s, state, l, i), level);
        }
    }
    memcpy(o->any, o->live, sizeof *o->any << LEVEL_BITS * level);
    for (uint32_t p = first; p < end; p++) {
        const struct state_row *row = row_of(s, state, p);
        if (!row || !is_retired(row))
            continue;
        set_phase(s, state, p, lifted(phase_of(s, state, p), level, o));
        note(o->any, phase_of(s, state, p), level);
    }
}

static void lower_participants(const struct semantics *s, uint8_t *state, uint32_t first, uint32_t end, uint32_t level,
                               const struct occurring *o)
{
    for (uint32_t p = first; p < end; p++) {
        if (row_of(s, state, p))
            set_phase(s, state, p, lowered(phase_of(s, state, p), level, o));
        for (uint32_t k = 0; k < s->n_lanes_in[p]; k++) {
            const struct lane *l = &s->lanes[s->lanes_in[p][k]];
            for (uint32_t i = 0; i < get(state, l->length); i++)
                fifo_set(state, &l->phases, i, lowered(message_phase(s, state, l, i), level, o) >> s->phase_shift);
        }
    }
}

static void rebase(const struct semantics *s, uint8_t *state, uint32_t run)
{
    const struct model *m = s->m;
    uint32_t first = m->runs[run].first_participant, end = first;
    while (end < m->n_participants && m->participants[end].run == run)
        end++;
    struct occurring o;
    for (uint32_t level = 0; level < s->levels; level++) {
        memset(o.live, 0, sizeof *o.live << LEVEL_BITS * level);
        note_participants(s, state, first, end, level, &o);
        lower_participants(s, state, first, end, level, &o);
    }
}

/* ---- sends ---- */

static bool has_room(const struct semantics *s, const uint8_t *state, uint32_t lane)
{
    uint32_t pool = s->m->lanes[lane].pool, n = 0;
    if (pool == IR_NONE)
        return get(state, s->lanes[lane].length) < s->lanes[lane].capacity;
    for (uint32_t i = 0; i < s->n_pool_lanes[pool]; i++)
        n += get(state, s->lanes[s->pools[pool][i]].length);
    return n < s->m->pools[pool].capacity;
}

/* False when the send is not enabled. */
static bool find_fate(const struct semantics *s, const uint8_t *state, const struct edge_row *e, enum fate *fate)
{
    const struct model_lane *ml = &s->m->lanes[e->lane];
    bool phased = s->lanes[e->lane].phased, full = !has_room(s, state, e->lane);
    bool oldest = ml->policy == POLICY_DROP_OLDEST && get(state, s->lanes[e->lane].length) > 0;
    *fate = FATE_ARRIVES;
    if (phased && !row_of(s, state, ml->to))
        *fate = FATE_GONE;
    else if (phased && phase_of(s, state, ml->from) < phase_of(s, state, ml->to))
        *fate = FATE_OUTDATED;
    else if (full && oldest)
        *fate = FATE_PUSHES_OUT;
    else if (full && (ml->policy == POLICY_DROP_NEWEST || ml->policy == POLICY_DROP_OLDEST))
        *fate = FATE_NO_ROOM;
    else
        return !full;
    return true;
}

enum fate semantics_fate(const struct semantics *s, const uint8_t *state, uint32_t edge)
{
    enum fate fate = FATE_ARRIVES;
    if (s->edges[edge].special)
        find_fate(s, state, &s->edges[edge], &fate);
    return fate;
}

static void append(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    const struct lane *l = &s->lanes[e->lane];
    if (l->phased)
        fifo_set(state, &l->phases, get(state, l->length), phase_of(s, state, e->participant) >> s->phase_shift);
    semantics__lane_append(state, l, e->label);
}

static void send(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    enum fate fate;
    find_fate(s, state, e, &fate);
    if (fate == FATE_PUSHES_OUT)
        remove_head(s, state, &s->lanes[e->lane]);
    if (fate == FATE_ARRIVES || fate == FATE_PUSHES_OUT)
        append(s, state, e);
    put(state, s->at[e->participant], e->target);
}

bool semantics__loss_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e)
{
    if (!s->m->loss || get(state, s->loss) == 0 || e->dir != DIR_SEND || s->lanes[e->lane].interrupt)
        return false;
    enum fate fate = semantics_fate(s, state, (uint32_t)(e - s->edges));
    return fate == FATE_ARRIVES || fate == FATE_PUSHES_OUT;
}

uint32_t semantics__loss_codes(const struct semantics *s, const uint8_t *state, const uint32_t *steps, uint32_t n,
                               uint32_t *codes)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++)
        if (semantics__loss_enabled(s, state, &s->edges[steps[i]]))
            codes[found++] = s->loss_codes + steps[i];
    return found;
}

/* ---- all special steps ---- */

static bool can_send(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    const struct state_row *row = row_of(s, state, p);
    for (uint32_t i = row->first_group; i < row->first_group + row->n_sends; i++)
        if (semantics__edge_enabled(s, state, &s->edges[s->groups[i].first])) /* all of a group use one lane */
            return true;
    return false;
}

static bool event_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e)
{
    if (e->event == EV_CRASH || counter(phase_of(s, state, e->participant), e->label) == COUNTER_MAX)
        return false;
    return e->event == EV_CANCEL || !can_send(s, state, e->participant);
}

bool semantics__special_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e)
{
    enum fate fate;
    if (e->dir == DIR_EVENT)
        return event_enabled(s, state, e);
    if (e->lane == IR_NONE || e->label == NO_LABEL)
        return false;
    if (e->dir == DIR_SEND)
        return find_fate(s, state, e, &fate);
    const struct lane *l = &s->lanes[e->lane];
    return get(state, l->length) > 0 && lane_head(state, l) == e->label && semantics__head_due(s, state, e->lane);
}

/* The participant takes an edge that brings it into another phase. */
static void enter_phase(const struct semantics *s, uint8_t *state, const struct edge_row *e, uint32_t phase)
{
    put(state, s->at[e->participant], e->target);
    set_phase(s, state, e->participant, phase);
    purge(s, state, e->participant);
}

static void receive(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    const struct lane *l = &s->lanes[e->lane];
    uint32_t phase = message_phase(s, state, l, 0);
    remove_head(s, state, l);
    put(state, s->at[e->participant], e->target);
    if (!l->interrupt)
        return;
    enter_phase(s, state, e, phase);
    rebase(s, state, s->m->participants[e->participant].run);
}

static void take_event(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    enter_phase(s, state, e, raised(phase_of(s, state, e->participant), e->label));
}

void semantics__apply_special(const struct semantics *s, uint8_t *state, const struct edge_row *e)
{
    switch ((enum dir)e->dir) {
    case DIR_SEND:
        send(s, state, e);
        break;
    case DIR_RECEIVE:
        receive(s, state, e);
        break;
    case DIR_EVENT:
        take_event(s, state, e);
        rebase(s, state, s->m->participants[e->participant].run);
        break;
    }
}

void semantics__drop_head(const struct semantics *s, uint8_t *state, uint32_t lane)
{
    remove_head(s, state, &s->lanes[lane]);
}

/* ---- crashes that are caught ---- */

/* The edge by which participant r catches the crash of `role` where it stands: of the deepest level, of several the
 * first; or NULL. */
static const struct edge_row *catching_edge(const struct semantics *s, const uint8_t *state, uint32_t r, uint32_t role)
{
    const struct model *m = s->m;
    const struct model_participant *who = &m->participants[r];
    const struct session_event *events = m->ir->sessions[m->runs[who->run].session].events;
    const struct state *at = &who->automaton->states[get(state, s->at[r])];
    const struct edge_row *best = NULL;
    for (uint32_t i = at->first; i < at->first + at->n; i++) {
        const struct edge *e = &who->automaton->edges[i];
        const struct edge_row *row = &s->edges[m->edge_base[r] + i];
        bool catches = e->dir == DIR_EVENT && events[e->message].kind == EV_CRASH && events[e->message].who == role;
        if (catches && (!best || row->label > best->label))
            best = row;
    }
    return best;
}

static void bury(const struct semantics *s, uint8_t *state, uint32_t dead)
{
    const struct model *m = s->m;
    put(state, s->at[dead], all_ones(s->at[dead]));
    set_phase(s, state, dead, 0);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].from == dead || m->lanes[l].to == dead)
            semantics__lane_clear(state, &s->lanes[l]);
}

bool semantics__catch_crash(const struct semantics *s, uint8_t *state, uint32_t dead)
{
    const struct model *m = s->m;
    uint32_t run = m->participants[dead].run;
    bool caught = false;
    for (uint32_t r = m->runs[run].first_participant; r < m->n_participants && m->participants[r].run == run; r++) {
        const struct edge_row *e =
            r != dead && row_of(s, state, r) ? catching_edge(s, state, r, m->participants[dead].role) : NULL;
        if (e)
            take_event(s, state, e);
        caught |= e != NULL;
    }
    if (!caught)
        return false;
    bury(s, state, dead);
    rebase(s, state, run);
    return true;
}

/* The participant of the run that is gone in `next` and was not in `state`, when there is just one; or IR_NONE. */
static uint32_t just_died(const struct semantics *s, const uint8_t *state, const uint8_t *next, uint32_t run)
{
    const struct model *m = s->m;
    uint32_t n = 0, dead = IR_NONE;
    for (uint32_t p = m->runs[run].first_participant; p < m->n_participants && m->participants[p].run == run; p++)
        if (row_of(s, state, p) && !row_of(s, next, p)) {
            n++;
            dead = p;
        }
    return n == 1 ? dead : IR_NONE;
}

void semantics_caught(const struct semantics *s, const uint8_t *state, const uint8_t *next,
                      void (*tell)(void *ctx, uint32_t edge), void *ctx)
{
    const struct model *m = s->m;
    for (uint32_t run = 0; run < m->n_runs; run++) {
        uint32_t dead = m->runs[run].phased ? just_died(s, state, next, run) : IR_NONE;
        for (uint32_t r = m->runs[run].first_participant;
             dead != IR_NONE && r < m->n_participants && m->participants[r].run == run; r++) {
            uint32_t role = m->participants[dead].role;
            const struct edge_row *e = row_of(s, next, r) ? catching_edge(s, state, r, role) : NULL;
            if (e)
                tell(ctx, (uint32_t)(e - s->edges));
        }
    }
}
