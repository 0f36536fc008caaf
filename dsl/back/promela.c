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

/* Messages as declared first: those that stand for values are named around them. */
static void name_messages(struct pml *p, bool declared)
{
    const struct model *m = p->m;
    for (uint32_t i = 0; i < m->n_lanes; i++)
        for (uint32_t k = 0; k < m->lanes[i].n_labels; k++) {
            uint32_t message = m->lanes[i].labels[k];
            const struct message *x = &m->ir->messages[message];
            if (p->message[message] != NULL || (x->base == message) != declared)
                continue;
            p->message[message] = declared ? arena_printf(p->a, "m_%s", x->name)
                                           : pml_name(p->a, "m_", x->name, p->message, m->ir->n_messages);
        }
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
    name_messages(p, true);
    name_messages(p, false);
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
    for (uint32_t i = 0; i < m->n_lanes; i++) /* a message with its phase takes 5 */
        n += (m->phased ? 5 : 1) * (uint64_t)m->lanes[i].capacity + 32;
    if (m->system != NULL)
        n += 8 * ((uint64_t)m->system->n_instances + m->system->n_supervisors + m->n_crashes);
    return n;
}

static const char *lane_problem(struct arena *a, const struct model *m)
{
    for (uint32_t i = 0; i < m->n_lanes; i++) {
        const struct model_lane *l = &m->lanes[i];
        if (l->pool != IR_NONE && l->policy == POLICY_DROP_OLDEST)
            return arena_printf(a, "which message is the oldest in the shared mailbox of %s is not known",
                                m->participants[l->to].name);
        if (pml_capacity(m, i) > MAX_CAPACITY)
            return arena_printf(a, "the lane from %s to %s holds %u messages; SPIN's channels hold at most %d",
                                m->participants[l->from].name, m->participants[l->to].name, pml_capacity(m, i),
                                MAX_CAPACITY);
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

const char *pml_state_label(struct pml *p, uint32_t who, uint32_t state)
{
    bool final = p->m->participants[who].automaton->states[state].final;
    return arena_printf(p->a, "%sS%u", final ? "end_" : "", state);
}

const char *pml_length(struct pml *p, uint32_t lane)
{
    return arena_printf(p->a, p->vars ? "len_%s" : "len(%s)", p->lane[lane]);
}

uint32_t pml_capacity(const struct model *m, uint32_t lane)
{
    uint32_t pool = m->lanes[lane].pool;
    return pool == IR_NONE ? m->lanes[lane].capacity : m->pools[pool].capacity;
}

const char *pml_room(struct pml *p, uint32_t lane)
{
    const struct model *m = p->m;
    uint32_t pool = m->lanes[lane].pool;
    if (pool == IR_NONE)
        return arena_printf(p->a, "%s < %u", pml_length(p, lane), m->lanes[lane].capacity);
    const char *sum = "";
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].pool == pool)
            sum = arena_printf(p->a, "%s%s%s", sum, *sum ? " + " : "", pml_length(p, l));
    return arena_printf(p->a, "%s < %u", sum, m->pools[pool].capacity);
}

/* In which states is participant `who` final, as a condition. Others may go on without one that is gone. */
static void put_final(struct pml *p, uint32_t who)
{
    const struct automaton *am = p->m->participants[who].automaton;
    const char *sep = "";
    buf_putc(&p->text, '(');
    if (p->vars && crash_leaves_others(p, p->m->participants[who].run)) {
        buf_printf(&p->text, "pc_%s == GONE", p->participant[who]);
        sep = " || ";
    }
    for (uint32_t s = 0; s < am->n_states; s++) {
        if (!am->states[s].final)
            continue;
        if (p->vars)
            buf_printf(&p->text, "%spc_%s == %u", sep, p->participant[who], s);
        else
            buf_printf(&p->text, "%sp_%s@%s", sep, p->participant[who], pml_state_label(p, who, s));
        sep = " || ";
    }
    buf_puts(&p->text, *sep == '\0' ? "false)" : ")");
}

/* Somebody is left. */
static void put_not_all_gone(struct pml *p, uint32_t run)
{
    const char *sep = "";
    buf_puts(&p->text, " && (");
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        if (p->m->participants[i].run == run) {
            buf_printf(&p->text, "%spc_%s != GONE", sep, p->participant[i]);
            sep = " || ";
        }
    buf_putc(&p->text, ')');
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
            buf_printf(&p->text, " && %s == 0", pml_length(p, i));
    if (p->vars && crash_leaves_others(p, run))
        put_not_all_gone(p, run);
    buf_puts(&p->text, ")\n");
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
    const char *safety = model_is_entangled(m) ? "-DSAFETY -DNOREDUCE" : "-DSAFETY";
    buf_printf(&p->text, "/* %s %s of %s: %u participants, %u lanes. Generated; change the protocol instead.\n *\n",
               m->system ? "System" : "Session", m->subject, m->ir->module ? m->ir->module : "a protocol",
               m->n_participants, m->n_lanes);
    buf_puts(&p->text, " * All of safety at once; then one property at a time: no deadlock, no message that its\n"
                       " * receiver does not expect, no message to a participant that is done.\n");
    put_command(p, "", arena_printf(p->a, "%s -q", safety));
    put_command(p, "-DONLY_DEADLOCK ", safety);
    put_command(p, "-DONLY_FIDELITY ", arena_printf(p->a, "%s -E", safety));
    put_command(p, "-DONLY_ORPHANS ", arena_printf(p->a, "%s -E", safety));
    if (p->crashes) {
        buf_puts(&p->text, " * The supervisors do not give up:\n");
        put_command(p, "-DONLY_RECOVERY ", arena_printf(p->a, "%s -E", safety));
    }
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
                       "#if defined(ONLY_DEADLOCK)\n"
                       "#define CHECK_DEADLOCK\n"
                       "#elif defined(ONLY_FIDELITY)\n"
                       "#define CHECK_FIDELITY\n"
                       "#elif defined(ONLY_ORPHANS)\n"
                       "#define CHECK_ORPHANS\n");
    buf_puts(&p->text, p->crashes ? "#elif defined(ONLY_RECOVERY)\n#define CHECK_RECOVERY\n" : "");
    buf_puts(&p->text, "#else\n"
                       "#define CHECK_DEADLOCK\n"
                       "#define CHECK_FIDELITY\n"
                       "#define CHECK_ORPHANS\n");
    buf_puts(&p->text, p->crashes ? "#define CHECK_RECOVERY\n" : "");
    buf_puts(&p->text, "#endif\n"
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

static void put_text(struct pml *p)
{
    put_header(p);
    put_messages(p);
    if (p->vars)
        vars_text(p);
    else
        labels_text(p);
    if (p->events)
        ltl_claims(p);
}

bool promela_render(struct arena *a, const struct model *m, struct promela *out)
{
    struct pml p = {.a = a, .m = m, .out = out, .line = 1, .crashes = model_has_crashes(m), .levels = phase_levels(m)};
    p.vars = p.crashes || p.levels != 0;
    *out = (struct promela){0};
    choose_names(&p);
    out->problem = find_problem(&p);
    if (out->problem != NULL)
        return false;
    p.events = ltl_events_new(&p);
    out->n_processes = m->n_participants + (p.vars ? 1 : 0) + (p.crashes ? 1 : 0) + (p.events ? 1 : 0);
    put_text(&p);
    out->text = arena_strndup(a, buf_cstr(&p.text), p.text.n);
    out->lines = p.lines.at;
    out->n_lines = p.lines.n;
    if (p.text.failed)
        out->problem = "out of memory";
    buf_free(&p.text);
    return out->problem == NULL;
}
