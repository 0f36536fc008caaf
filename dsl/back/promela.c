#include "promela.h"

#include <ctype.h>
#include <string.h>

#include "ltl_promela.h"
#include "promela_parts.h"

/* SPIN counts processes, channels and message names in a byte and needs a few for itself. */
enum { MAX_PROCESSES = 250, MAX_CHANNELS = 250, MAX_MESSAGES = 250, MAX_CAPACITY = 255, MAX_STATES = 16000,
       MAX_EDGES = 16000, MAX_VECTOR = 80000 };

/* ---- lines ---- */

void pml_step(struct pml *p, struct step s)
{
    for (; p->counted < p->text.n; p->counted++)
        p->line += p->text.p[p->counted] == '\n';
    vec_push(p->a, p->lines, (struct step_line){p->line, s});
}

void pml_end_line(struct pml *p, struct span at)
{
    const struct sources *sources = p->m->ir->sources;
    if (sources != NULL && at.hi > at.lo) {
        const char *where = source_where(sources, at), *slash = strrchr(where, '/');
        buf_puts(&p->text, " /* ");
        for (const char *c = slash ? slash + 1 : where; *c != '\0'; c++)
            buf_putc(&p->text, iscntrl((unsigned char)*c) ? '?' : *c);
        buf_puts(&p->text, " */");
    }
    buf_putc(&p->text, '\n');
}

/* ---- names ---- */

static bool taken(const char *s, const char *const *used, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (used[i] != NULL && strcmp(used[i], s) == 0)
            return true;
    return false;
}

const char *pml_name(struct arena *a, const char *prefix, const char *s, const char *const *used, uint32_t n)
{
    char *clean = arena_printf(a, "%s%s", prefix, s);
    char *end = clean;
    for (const char *c = clean; *c != '\0'; c++) /* "P[1]" -> "P_1", "Tpc#2.P[1]" -> "Tpc_2_P_1" */
        if (isalnum((unsigned char)*c) || *c == '_')
            *end++ = *c;
        else if (end != clean && end[-1] != '_' && c[1] != '\0')
            *end++ = '_';
    *end = '\0';
    const char *result = clean;
    for (uint32_t i = 2; taken(result, used, n); i++)
        result = arena_printf(a, "%s__%u", clean, i);
    return result;
}

static void choose_names(struct pml *p)
{
    const struct model *m = p->m;
    p->participant = ARENA_ARRAY(p->a, const char *, m->n_participants);
    for (uint32_t i = 0; i < m->n_participants; i++)
        p->participant[i] = pml_name(p->a, "", m->participants[i].name, p->participant, i);
    p->lane = ARENA_ARRAY(p->a, const char *, m->n_lanes);
    for (uint32_t i = 0; i < m->n_lanes; i++) {
        const struct model_lane *l = &m->lanes[i];
        const char *both = arena_printf(p->a, "%s_%s", p->participant[l->from], p->participant[l->to]);
        p->lane[i] = pml_name(p->a, "c_", both, p->lane, i);
    }
    p->message = ARENA_ARRAY(p->a, const char *, m->ir->n_messages);
    for (uint32_t i = 0; i < m->n_lanes; i++)
        for (uint32_t k = 0; k < m->lanes[i].n_labels; k++) {
            uint32_t message = m->lanes[i].labels[k];
            if (p->message[message] == NULL)
                p->message[message] = arena_printf(p->a, "m_%s", m->ir->messages[message].name);
        }
}

/* ---- limits ---- */

static uint32_t count_messages(const struct pml *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->m->ir->n_messages; i++)
        n += p->message[i] != NULL;
    return n;
}

/* Bytes of a state, at most; SPIN's own limit, if nothing is said, is 1024. */
static uint64_t vector_size(const struct model *m)
{
    uint64_t n = 2048 + 64 * (uint64_t)m->n_participants;
    for (uint32_t i = 0; i < m->n_lanes; i++)
        n += m->lanes[i].capacity + 32;
    if (m->system != NULL)
        n += 8 * ((uint64_t)m->system->n_instances + m->system->n_supervisors + m->n_crashes);
    return n;
}

static const char *lane_problem(struct arena *a, const struct model *m)
{
    for (uint32_t i = 0; i < m->n_lanes; i++) {
        const struct model_lane *l = &m->lanes[i];
        if (l->capacity > MAX_CAPACITY)
            return arena_printf(a, "the lane from %s to %s holds %u messages; SPIN's channels hold at most %d",
                                m->participants[l->from].name, m->participants[l->to].name, l->capacity, MAX_CAPACITY);
    }
    if (vector_size(m) > MAX_VECTOR)
        return arena_printf(a, "a state of the model takes up to %llu bytes; at most %d are supported",
                            (unsigned long long)vector_size(m), MAX_VECTOR);
    return NULL;
}

static const char *find_problem(const struct pml *p)
{
    const struct model *m = p->m;
    if (m->n_participants > MAX_PROCESSES)
        return arena_printf(p->a, "%u participants; SPIN runs at most %d processes", m->n_participants, MAX_PROCESSES);
    if (m->n_lanes > MAX_CHANNELS)
        return arena_printf(p->a, "%u lanes; SPIN has at most %d channels", m->n_lanes, MAX_CHANNELS);
    if (count_messages(p) > MAX_MESSAGES)
        return arena_printf(p->a, "%u different messages; SPIN names at most %d", count_messages(p), MAX_MESSAGES);
    for (uint32_t i = 0; i < m->n_participants; i++) {
        const struct automaton *am = m->participants[i].automaton;
        if (am->n_states > MAX_STATES || am->n_edges > MAX_EDGES)
            return arena_printf(p->a, "the automaton of %s has %u states and %u edges; SPIN takes about %d of each",
                                m->participants[i].name, am->n_states, am->n_edges, MAX_STATES);
    }
    const char *problem = lane_problem(p->a, m);
    if (problem == NULL && p->crashes)
        problem = crash_problem(p->a, m);
    if (problem == NULL)
        problem = ltl_problem(p->a, m);
    return problem;
}

/* ---- shared pieces ---- */

uint32_t pml_event(const struct pml *p, const struct step *s)
{
    return p->events ? ltl_events_of(p->events, s) : 0;
}

bool pml_possible(const struct model *m, uint32_t who, uint32_t e)
{
    uint32_t lane = m->lane_of[m->edge_base[who] + e];
    if (lane == IR_NONE)
        return false;
    for (uint32_t k = 0; k < m->lanes[lane].n_labels; k++)
        if (m->lanes[lane].labels[k] == m->participants[who].automaton->edges[e].message)
            return true;
    return false;
}

bool pml_takes(const struct model *m, uint32_t who, uint32_t state, uint32_t lane, uint32_t message, bool *reads)
{
    const struct automaton *am = m->participants[who].automaton;
    const struct state *st = &am->states[state];
    *reads = false;
    for (uint32_t e = st->first; e < st->first + st->n; e++)
        if (am->edges[e].dir == DIR_RECEIVE && m->lane_of[m->edge_base[who] + e] == lane) {
            *reads = true;
            if (am->edges[e].message == message)
                return true;
        }
    return false;
}

static const char *state_label(struct pml *p, uint32_t who, uint32_t state)
{
    bool final = p->m->participants[who].automaton->states[state].final;
    return arena_printf(p->a, "%sS%u", final ? "end_" : "", state);
}

/* In which states is participant `who` final, as a condition. */
static void put_final(struct pml *p, uint32_t who)
{
    const struct automaton *am = p->m->participants[who].automaton;
    const char *sep = "";
    buf_putc(&p->text, '(');
    for (uint32_t s = 0; s < am->n_states; s++) {
        if (!am->states[s].final)
            continue;
        if (p->crashes)
            buf_printf(&p->text, "%spc_%s == %u", sep, p->participant[who], s);
        else
            buf_printf(&p->text, "%sp_%s@%s", sep, p->participant[who], state_label(p, who, s));
        sep = " || ";
    }
    buf_puts(&p->text, *sep == '\0' ? "false)" : ")");
}

void pml_complete_macro(struct pml *p, uint32_t run)
{
    const struct model *m = p->m;
    buf_printf(&p->text, "#define COMPLETE_%u (", run);
    const char *sep = "";
    for (uint32_t i = 0; i < m->n_participants; i++) {
        if (m->participants[i].run != run)
            continue;
        buf_puts(&p->text, sep);
        put_final(p, i);
        sep = " && ";
    }
    for (uint32_t i = 0; i < m->n_lanes; i++)
        if (m->participants[m->lanes[i].from].run == run)
            buf_printf(&p->text, " && len(%s) == 0", p->lane[i]);
    buf_puts(&p->text, ")\n");
}

/* ---- the encoding with labels ---- */

/* Returns how many. */
static uint32_t put_actions_of(struct pml *p, uint32_t who, uint32_t state)
{
    const struct model *m = p->m;
    const struct automaton *am = m->participants[who].automaton;
    const struct state *st = &am->states[state];
    uint32_t n = 0;
    for (uint32_t e = st->first; e < st->first + st->n; e++) {
        const struct edge *edge = &am->edges[e];
        uint32_t id = m->edge_base[who] + e;
        if (!pml_possible(m, who, e))
            continue;
        n++;
        struct step s = {edge->dir == DIR_SEND ? STEP_SEND : STEP_RECEIVE, id, 0, 0};
        pml_step(p, s);
        buf_printf(&p->text, "    :: STEP(%s%c%s, %u); goto %s", p->lane[m->lane_of[id]],
                   edge->dir == DIR_SEND ? '!' : '?', p->message[edge->message], pml_event(p, &s),
                   state_label(p, who, edge->target));
        pml_end_line(p, edge->at);
    }
    return n;
}

/* The lanes that a state reads; returns how many. */
static uint32_t lanes_read(const struct model *m, uint32_t who, uint32_t state, uint32_t *lanes)
{
    uint32_t n = 0;
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        bool reads = false;
        if (m->lanes[l].to == who)
            pml_takes(m, who, state, l, UINT32_MAX, &reads);
        if (reads)
            lanes[n++] = l;
    }
    return n;
}

/* "(lane?[a] || lane?[b])": the head of the lane has no edge in this state. */
static void put_refused(struct pml *p, struct buf *out, uint32_t who, uint32_t state, uint32_t l)
{
    const struct model_lane *lane = &p->m->lanes[l];
    const char *sep = "(";
    bool reads;
    for (uint32_t k = 0; k < lane->n_labels; k++)
        if (!pml_takes(p->m, who, state, l, lane->labels[k], &reads)) {
            buf_printf(out, "%s%s?[%s]", sep, p->lane[l], p->message[lane->labels[k]]);
            sep = " || ";
        }
    buf_putc(out, ')');
}

/* The lanes that an unexpected reception in that state needs; 0 when there cannot be one: the state sends, reads
 * nothing, or takes every message of some lane. */
static uint32_t unexpected_lanes(const struct model *m, uint32_t who, uint32_t state, uint32_t *lanes)
{
    const struct automaton *am = m->participants[who].automaton;
    const struct state *st = &am->states[state];
    for (uint32_t e = st->first; e < st->first + st->n; e++)
        if (am->edges[e].dir == DIR_SEND)
            return 0;
    uint32_t n = lanes_read(m, who, state, lanes);
    bool reads;
    for (uint32_t i = 0; i < n; i++) {
        const struct model_lane *lane = &m->lanes[lanes[i]];
        uint32_t k = 0;
        while (k < lane->n_labels && pml_takes(m, who, state, lanes[i], lane->labels[k], &reads))
            k++;
        if (k == lane->n_labels)
            return 0;
    }
    return n;
}

const char *pml_unexpected(struct pml *p, uint32_t who, uint32_t state)
{
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, p->m->n_lanes), n = unexpected_lanes(p->m, who, state, lanes);
    if (n == 0)
        return NULL;
    struct buf out = {0};
    for (uint32_t i = 0; i < n; i++) {
        buf_puts(&out, i ? " && " : "");
        put_refused(p, &out, who, state, lanes[i]);
    }
    const char *text = arena_strndup(p->a, buf_cstr(&out), out.n);
    buf_free(&out);
    return text;
}

uint32_t pml_orphans(struct pml *p, uint32_t who, uint32_t state, struct pml_orphan *out)
{
    const struct model *m = p->m;
    if (!m->participants[who].automaton->states[state].final)
        return 0;
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, m->n_lanes), n_read = lanes_read(m, who, state, lanes), n = 0;
    bool reads;
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        if (m->lanes[l].to != who || (n_read == 1 && lanes[0] == l))
            continue; /* what the only lane brings and the state does not take is unexpected, and no orphan */
        for (uint32_t k = 0; k < m->lanes[l].n_labels; k++)
            if (!pml_takes(m, who, state, l, m->lanes[l].labels[k], &reads))
                out[n++] = (struct pml_orphan){l, p->message[m->lanes[l].labels[k]], n_read > 0};
    }
    return n;
}

const char *pml_left_over(struct pml *p, uint32_t who, uint32_t state, const struct pml_orphan *o)
{
    const char *unexpected = pml_unexpected(p, who, state), *lane = p->lane[o->lane];
    return unexpected ? arena_printf(p->a, "%s?[%s] && !(%s)", lane, o->message, unexpected)
                      : arena_printf(p->a, "%s?[%s]", lane, o->message);
}

uint32_t pml_max_orphans(const struct model *m)
{
    uint32_t n = 1;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        n += m->lanes[l].n_labels;
    return n;
}

const char *pml_some_empty(struct pml *p, uint32_t who, uint32_t state)
{
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, p->m->n_lanes + 1), n = lanes_read(p->m, who, state, lanes);
    const char *text = "";
    for (uint32_t i = 0; i < n; i++)
        text = arena_printf(p->a, "%s%sempty(%s)", text, i ? " || " : "", p->lane[lanes[i]]);
    return text;
}

/* One lane: its wrong messages are received, which leaves the lane exclusive. Several: a condition on their heads. */
static void put_unexpected(struct pml *p, uint32_t who, uint32_t state)
{
    const struct model *m = p->m;
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, m->n_lanes + 1), n = unexpected_lanes(m, who, state, lanes);
    bool reads;
    if (n > 1)
        buf_printf(&p->text, "    ALL_UNEXPECTED(%s)\n", pml_unexpected(p, who, state));
    for (uint32_t k = 0; n == 1 && k < m->lanes[lanes[0]].n_labels; k++)
        if (!pml_takes(m, who, state, lanes[0], m->lanes[lanes[0]].labels[k], &reads))
            buf_printf(&p->text, "    UNEXPECTED(%s, %s)\n", p->lane[lanes[0]],
                       p->message[m->lanes[lanes[0]].labels[k]]);
}

/* SPIN allows exclusive use only of lanes that are not looked into without receiving from them. */
enum use {
    USE_EXCLUSIVE,
    USE_ASKED, /* whether it is empty, when orphans alone are looked for */
    USE_PEEKED
};

static const enum use *lane_uses(struct pml *p)
{
    const struct model *m = p->m;
    enum use *uses = ARENA_ARRAY(p->a, enum use, m->n_lanes + 1);
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, m->n_lanes + 1);
    for (uint32_t who = 0; who < m->n_participants; who++)
        for (uint32_t s = 0; s < m->participants[who].automaton->n_states; s++) {
            uint32_t n = m->participants[who].automaton->states[s].final ? lanes_read(m, who, s, lanes) : 0;
            for (uint32_t i = 0; i < n; i++)
                uses[lanes[i]] = uses[lanes[i]] == USE_PEEKED ? USE_PEEKED : USE_ASKED;
            n = unexpected_lanes(m, who, s, lanes);
            for (uint32_t i = 0; n > 1 && i < n; i++)
                uses[lanes[i]] = USE_PEEKED;
        }
    return uses;
}

static void put_wrong_heads(struct pml *p, uint32_t who, uint32_t state)
{
    put_unexpected(p, who, state);
    struct pml_orphan *orphans = ARENA_ARRAY(p->a, struct pml_orphan, pml_max_orphans(p->m));
    uint32_t n = pml_orphans(p, who, state, orphans);
    for (uint32_t i = 0; i < n; i++)
        if (!orphans[i].rests)
            buf_printf(&p->text, "    ORPHAN(%s, %s)\n", p->lane[orphans[i].lane], orphans[i].message);
        else if (i == 0 || orphans[i - 1].lane != orphans[i].lane)
            buf_printf(&p->text, "    LEFT_OVER(%s, %s)\n", p->lane[orphans[i].lane], pml_some_empty(p, who, state));
}

static void put_state(struct pml *p, uint32_t who, uint32_t state)
{
    buf_printf(&p->text, "%s:\n    if\n", state_label(p, who, state));
    if (put_actions_of(p, who, state) == 0)
        buf_puts(&p->text, "    :: false\n"); /* a place to stand */
    put_wrong_heads(p, who, state);
    buf_puts(&p->text, "    fi;\n");
}

static void put_exclusive(struct pml *p, uint32_t who, const enum use *uses, enum use use, const char *condition)
{
    const struct model *m = p->m;
    bool open = false;
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        if (uses[l] != use || (m->lanes[l].from != who && m->lanes[l].to != who))
            continue;
        if (!open)
            buf_printf(&p->text, "#if %s\n", condition);
        open = true;
        buf_printf(&p->text, "    %s %s;\n", m->lanes[l].from == who ? "xs" : "xr", p->lane[l]);
    }
    if (open)
        buf_puts(&p->text, "#endif\n");
}

static void put_process(struct pml *p, uint32_t who, const enum use *uses)
{
    const struct model *m = p->m;
    const struct automaton *am = m->participants[who].automaton;
    buf_printf(&p->text, "\nactive proctype p_%s() /* %s */\n{\n", p->participant[who], m->participants[who].name);
    put_exclusive(p, who, uses, USE_EXCLUSIVE, "!defined(LTL)");
    put_exclusive(p, who, uses, USE_ASKED, "!defined(LTL) && !defined(ONLY_ORPHANS)");
    for (uint32_t s = 0; s < am->n_states; s++)
        put_state(p, who, s);
    buf_puts(&p->text, "}\n");
}

static void label_macros(struct pml *p)
{
    buf_printf(&p->text, "\n/* A step: with formulas to check, ev says which of their events it is. */\n"
                         "#ifdef LTL\n"
                         "#define STEP(action, event) d_step { action; ev = event%s }\n", ltl_tick(p->events));
    buf_puts(&p->text, "#else\n"
                       "#define STEP(action, event) action\n"
                       "#endif\n"
                       "\n/* Every lane that the state reads has a head that it does not take. */\n"
                       "#ifdef CHECK_FIDELITY\n"
                       "#define UNEXPECTED(lane, message) :: atomic { lane?message -> assert(false) }\n"
                       "#define ALL_UNEXPECTED(heads) :: atomic { heads -> assert(false) }\n"
                       "#else\n"
                       "#define UNEXPECTED(lane, message)\n"
                       "#define ALL_UNEXPECTED(heads)\n"
                       "#endif\n"
                       "\n/* A message to a participant that is done. To one that could take another: once nothing\n"
                       " * moves, which pan's -q sees too, when deadlock is looked for at the same time. */\n"
                       "#ifdef CHECK_ORPHANS\n"
                       "#define ORPHAN(lane, message) :: atomic { lane?message -> assert(false) }\n"
                       "#else\n"
                       "#define ORPHAN(lane, message)\n"
                       "#endif\n"
                       "#ifdef ONLY_ORPHANS\n"
                       "#define LEFT_OVER(lane, waits) \\\n"
                       "    :: atomic { timeout && nempty(lane) && (waits) -> assert(false) }\n"
                       "#else\n"
                       "#define LEFT_OVER(lane, waits)\n"
                       "#endif\n");
}

/* ---- the whole text ---- */

static void put_command(struct pml *p, const char *define, const char *options)
{
    buf_printf(&p->text, " *   spin %s-search -m1000000 -DVECTORSZ=%llu %s FILE.pml\n", define,
               (unsigned long long)vector_size(p->m), options);
}

static void put_header(struct pml *p)
{
    const struct model *m = p->m;
    buf_printf(&p->text, "/* %s %s of %s: %u participants, %u lanes. Generated; change the protocol instead.\n *\n",
               m->system ? "System" : "Session", m->subject, m->ir->module ? m->ir->module : "a protocol",
               m->n_participants, m->n_lanes);
    buf_puts(&p->text, " * All of safety at once; then one property at a time: no deadlock, no message that its\n"
                       " * receiver does not expect, no message to a participant that is done.\n");
    put_command(p, "", "-DSAFETY -q");
    put_command(p, "-DONLY_DEADLOCK ", "-DSAFETY");
    put_command(p, "-DONLY_FIDELITY ", "-DSAFETY -E");
    put_command(p, "-DONLY_ORPHANS ", "-DSAFETY -E");
    if (p->out->n_claims > 0)
        buf_puts(&p->text, " * The formulas:\n");
    for (uint32_t i = 0; i < p->out->n_claims; i++)
        put_command(p, "-DLTL ", arena_printf(p->a, "-DNOREDUCE -DNFAIR=%u -a %s-ltl %s",
                                              (p->out->n_processes + 2) / 4 + 1, m->fair_weak ? "-f " : "",
                                              p->out->claims[i]));
    buf_puts(&p->text, " *\n"
                       " * \"errors: 0\" is what to look for: spin exits with 0 whatever it finds. After an error,\n"
                       " * `spin -t -p FILE.pml`, with the same -D before it, shows the way there.\n"
                       " */\n"
                       "#if !defined(LTL) && !defined(COUNT_STATES)\n"
                       "#if !defined(ONLY_DEADLOCK) && !defined(ONLY_ORPHANS)\n"
                       "#define CHECK_FIDELITY\n"
                       "#endif\n"
                       "#if !defined(ONLY_DEADLOCK) && !defined(ONLY_FIDELITY)\n"
                       "#define CHECK_ORPHANS\n"
                       "#endif\n"
                       "#if !defined(ONLY_FIDELITY) && !defined(ONLY_ORPHANS)\n"
                       "#define CHECK_DEADLOCK\n"
                       "#endif\n"
                       "#endif\n\n");
}

static void put_messages(struct pml *p)
{
    uint32_t column = 0;
    if (count_messages(p) == 0)
        return;
    for (uint32_t i = 0; i < p->m->ir->n_messages; i++) {
        if (p->message[i] == NULL)
            continue;
        if (column == 0)
            buf_puts(&p->text, "mtype = {\n    ");
        else
            buf_puts(&p->text, column % 6 == 0 ? ",\n    " : ", ");
        buf_puts(&p->text, p->message[i]);
        column++;
    }
    buf_puts(&p->text, "\n};\n\n");
}

static void put_lanes(struct pml *p)
{
    for (uint32_t i = 0; i < p->m->n_lanes; i++)
        buf_printf(&p->text, "chan %s = [%u] of { mtype };\n", p->lane[i], p->m->lanes[i].capacity);
}

static void put_text(struct pml *p)
{
    put_header(p);
    put_messages(p);
    put_lanes(p);
    if (p->events)
        ltl_declare(p);
    if (p->crashes) {
        crash_declare(p);
        crash_processes(p);
    } else {
        label_macros(p);
        const enum use *uses = lane_uses(p);
        for (uint32_t i = 0; i < p->m->n_participants; i++)
            put_process(p, i, uses);
    }
    if (p->events)
        ltl_claims(p);
}

static bool has_budget(const struct model *m)
{
    for (uint32_t i = 0; i < m->n_crashes; i++)
        if (m->crashes[i].count != 0)
            return true;
    return false;
}

bool promela_render(struct arena *a, const struct model *m, struct promela *out)
{
    struct pml p = {.a = a, .m = m, .out = out, .line = 1, .crashes = has_budget(m)};
    *out = (struct promela){0};
    choose_names(&p);
    out->problem = find_problem(&p);
    if (out->problem != NULL)
        return false;
    p.events = ltl_events_new(&p);
    out->n_processes = m->n_participants + (p.crashes ? 2 : 0) + (p.events ? 1 : 0);
    put_text(&p);
    out->text = arena_strndup(a, buf_cstr(&p.text), p.text.n);
    out->lines = p.lines.at;
    out->n_lines = p.lines.n;
    if (p.text.failed)
        out->problem = "out of memory";
    buf_free(&p.text);
    return out->problem == NULL;
}
