/* promela_phase.c -- try and catch in the encoding with variables: phases, what leaving a body clears away, rebasing.
 *
 * A phase is one number, four bits a level of nesting, the outermost highest: phases compare as numbers. Those of the
 * participants stand in phase[], those of messages in age[], where 0 means that there is no message and anything
 * else is one more than the phase. phase_P and age_L(i) name a participant's and a lane's part of them; the arrays keep
 * the text short where all of a run is meant. What the statements here do is written in the header of the checker's
 * step relation (semantics.h), rule for rule. A participant that is gone has phase 0.
 *
 * SPIN takes some 2000 statements in a d_step, so what has no bound of its own is a sequence of d_steps within one
 * atomic, whose states in between are neither stored nor seen by formulas. (Nor may a d_step end with a loop.)
 *
 * Rebasing goes through the levels (`unit` is 16 to the power of the levels below), through the groups of phases that
 * agree above the level, and in each group through the counters that occur, in ascending order. A counter never becomes
 * larger, so what is renumbered already is never met again.
 */
#include "promela_parts.h"

enum { LEVEL = 16, LIMIT = 15 };

/* ---- what has phases ---- */

uint32_t phase_levels(const struct model *m)
{
    uint32_t levels = 0;
    for (uint32_t r = 0; r < m->n_runs; r++) {
        const struct session_type *t = &m->ir->sessions[m->runs[r].session];
        for (uint32_t e = 0; m->runs[r].phased && e < t->n_events; e++)
            levels = t->events[e].level >= levels ? t->events[e].level + 1 : levels;
    }
    return levels == 0 && m->phased ? 1 : levels;
}

const char *phase_type(const struct pml *p)
{
    return p->levels <= 2 ? "byte" : p->levels == 3 ? "short" : "int";
}

const struct session_event *phase_event(const struct pml *p, uint32_t who, const struct edge *edge)
{
    const struct model *m = p->m;
    return &m->ir->sessions[m->runs[m->participants[who].run].session].events[edge->message];
}

/* Of the counter of a level within a phase. */
static uint32_t unit(const struct pml *p, uint32_t level)
{
    uint32_t n = 1;
    for (uint32_t i = level + 1; i < p->levels; i++)
        n *= LEVEL;
    return n;
}

const char *phase_stale(struct pml *p, uint32_t lane)
{
    const struct model_lane *l = &p->m->lanes[lane];
    const char *from = p->participant[l->from], *to = p->participant[l->to];
    if (!pml_lane_phased(p, lane))
        return NULL;
    if (!crash_leaves_others(p, p->m->participants[l->from].run))
        return arena_printf(p->a, "phase_%s < phase_%s", from, to);
    return arena_printf(p->a, "pc_%s == GONE || phase_%s < phase_%s", to, from, to);
}

/* ---- declarations ---- */

static uint32_t phased_participants(const struct pml *p, uint32_t before)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < before; i++)
        n += p->m->runs[p->m->participants[i].run].phased;
    return n;
}

/* How many messages the phased lanes before this one can hold. */
static uint32_t slots_before(const struct pml *p, uint32_t before)
{
    uint32_t n = 0;
    for (uint32_t l = 0; l < before; l++)
        n += pml_lane_phased(p, l) ? pml_capacity(p->m, l) : 0;
    return n;
}

void phase_variables(struct pml *p)
{
    const struct model *m = p->m;
    uint32_t n = phased_participants(p, m->n_participants), slots = slots_before(p, m->n_lanes);
    buf_printf(&p->text, "\n/* The phases of participants that can be in the body of a `try`; those of messages. */\n"
                         "%s phase[%u];\n", phase_type(p), n);
    for (uint32_t i = 0; i < m->n_participants; i++)
        if (m->runs[m->participants[i].run].phased)
            buf_printf(&p->text, "#define phase_%s phase[%u]\n", p->participant[i], phased_participants(p, i));
    if (slots > 0)
        buf_printf(&p->text, "%s age[%u]; /* one more than the phase */\n", phase_type(p), slots);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (pml_lane_phased(p, l))
            buf_printf(&p->text, "#define age_%s(i) age[%u + (i)]\n", p->lane[l], slots_before(p, l));
    buf_printf(&p->text, "bit too_far; /* some counter is %d: nothing is followed up from here */\n"
                         "hidden byte kind[%u]; /* of participants: gone, live, retired */\n"
                         "hidden int unit, group, next, old, new;\n", LIMIT, n);
}

void phase_watch(struct pml *p)
{
    buf_puts(&p->text, "    :: atomic { too_far -> assert(!too_far) }\n");
}

/* ---- purging ---- */

/* Drops the messages of phases before the receiver's. */
static void put_purge_lane(struct pml *p, uint32_t l)
{
    const char *lane = p->lane[l], *to = p->participant[p->m->lanes[l].to];
    bool labels = p->m->lanes[l].n_labels > 1;
    buf_printf(&p->text, "    d_step {\n"
                         "        k = 0; j = 0;\n"
                         "        do\n"
                         "        :: k < len_%s && age_%s(k) > phase_%s ->\n"
                         "            age_%s(j) = age_%s(k);", lane, lane, to, lane, lane);
    if (labels)
        buf_printf(&p->text, " msg_%s[j] = msg_%s[k];", lane, lane);
    buf_printf(&p->text, " j++; k++\n"
                         "        :: k < len_%s && age_%s(k) <= phase_%s -> k++\n"
                         "        :: else -> break\n"
                         "        od;\n"
                         "        len_%s = j;\n"
                         "        do\n"
                         "        :: j < k -> age_%s(j) = 0;", lane, lane, to, lane, lane);
    if (labels)
        buf_printf(&p->text, " msg_%s[j] = 0;", lane);
    buf_puts(&p->text, " j++\n        :: else -> break\n        od;\n        skip\n    };\n");
}

static void put_purge(struct pml *p, uint32_t who)
{
    buf_printf(&p->text, "inline purge_%s()\n{\n", p->participant[who]);
    for (uint32_t l = 0; l < p->m->n_lanes; l++)
        if (p->m->lanes[l].to == who)
            put_purge_lane(p, l);
    buf_puts(&p->text, "    skip\n}\n");
}

void phase_purge(struct pml *p, uint32_t who)
{
    buf_printf(&p->text, "purge_%s(); ", p->participant[who]);
}

void phase_raise(struct pml *p, uint32_t who, uint32_t level)
{
    const char *name_ = p->participant[who];
    buf_printf(&p->text, "phase_%s = (phase_%s / %u + 1) * %u; ", name_, name_, unit(p, level), unit(p, level));
}

/* ---- rebasing ---- */

/* Where the participant stands in a state without edges, as a condition. */
static const char *retired(struct pml *p, uint32_t who)
{
    const struct automaton *am = p->m->participants[who].automaton;
    const char *text = NULL;
    for (uint32_t s = 0; s < am->n_states; s++)
        if (am->states[s].n == 0)
            text = arena_printf(p->a, "%s%spc_%s == %u", text ? text : "", text ? " || " : "", p->participant[who], s);
    return text ? text : "false";
}

static void put_kinds(struct pml *p, uint32_t run)
{
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        if (p->m->participants[i].run == run)
            buf_printf(&p->text, "        kind[%u] = (pc_%s == GONE -> ABSENT : (%s -> RETIRED : LIVE));\n",
                       phased_participants(p, i), p->participant[i], retired(p, i));
}

/* Applies a macro to the phases of the run's participants, if they are of that kind. */
static void put_phases(struct pml *p, uint32_t run, const char *kind, const char *macro)
{
    uint32_t first = p->m->runs[run].first_participant, end = first;
    while (end < p->m->n_participants && p->m->participants[end].run == run)
        end++;
    buf_printf(&p->text, "        j = %u;\n"
                         "        do\n"
                         "        :: j < %u -> %s(kind[j] %s, phase[j], phase[j]); j++\n"
                         "        :: else -> break\n"
                         "        od;\n",
               phased_participants(p, first), phased_participants(p, end), macro, kind);
}

/* Applies a macro to the phases of the messages in the run's lanes, which stand together. */
static void put_ages(struct pml *p, uint32_t run, const char *macro)
{
    uint32_t first = p->m->n_lanes, end = 0;
    for (uint32_t l = 0; l < p->m->n_lanes; l++)
        if (p->m->participants[p->m->lanes[l].from].run == run) {
            first = l < first ? l : first;
            end = l + 1;
        }
    if (slots_before(p, first) < slots_before(p, end))
        buf_printf(&p->text, "        k = %u;\n"
                             "        do\n"
                             "        :: k < %u -> %s(age[k] > 0, age[k] - 1, age[k]); k++\n"
                             "        :: else -> break\n"
                             "        od;\n", slots_before(p, first), slots_before(p, end), macro);
}

static void put_all(struct pml *p, uint32_t run, const char *macro)
{
    put_phases(p, run, "!= ABSENT", macro);
    put_ages(p, run, macro);
}

static void put_rebase_macros(struct pml *p)
{
    buf_printf(&p->text,
               "#define ABSENT 0\n"
               "#define LIVE 1\n"
               "#define RETIRED 2\n"
               "/* A phase's counter at the level of `unit`; what the levels above are. */\n"
               "#define COUNTER(phase) (((phase) / unit) %% %d)\n"
               "#define GROUP(phase) ((phase) / (unit * %d))\n"
               "#define LEAST(here, phase, variable) \\\n"
               "    if :: here && GROUP(phase) == group && COUNTER(phase) < old -> old = COUNTER(phase) \\\n"
               "    :: else -> skip fi\n"
               "#define LIFT(here, phase, variable) \\\n"
               "    if :: here && GROUP(phase) == group && COUNTER(phase) < old -> \\\n"
               "        variable = (group * %d + old) * unit \\\n"
               "    :: else -> skip fi\n"
               "#define RENUMBER(here, phase, variable) \\\n"
               "    if :: here && GROUP(phase) == group && COUNTER(phase) == old -> \\\n"
               "        variable = variable - (old - new) * unit \\\n"
               "    :: else -> skip fi\n"
               "#define ABOVE(here, phase, variable) \\\n"
               "    if :: here && GROUP(phase) == group && COUNTER(phase) > old && COUNTER(phase) < next -> \\\n"
               "        next = COUNTER(phase) \\\n"
               "    :: else -> skip fi\n"
               "#define NEXT_GROUP(here, phase, variable) \\\n"
               "    if :: here && GROUP(phase) > group && (next < 0 || GROUP(phase) < next) -> next = GROUP(phase) \\\n"
               "    :: else -> skip fi\n", LEVEL, LEVEL, LEVEL);
    buf_puts(&p->text, "#define AT_LIMIT(here, phase, variable) \\\n    if :: here && (");
    for (uint32_t level = 0; level < p->levels; level++)
        buf_printf(&p->text, "%s((phase) / %u) %% %d == %d", level ? " || " : "", unit(p, level), LEVEL, LIMIT);
    buf_puts(&p->text, ") -> too_far = 1 :: else -> skip fi\n");
}

/* The counters that occur in the group, from the least of those that are live: 0, and gaps of at most 2. */
static void put_renumber(struct pml *p, uint32_t run)
{
    buf_puts(&p->text, "        new = 0;\n        do\n        ::\n");
    put_all(p, run, "RENUMBER");
    buf_printf(&p->text, "        next = %d;\n", LEVEL);
    put_all(p, run, "ABOVE");
    buf_printf(&p->text, "        if\n"
                         "        :: next == %d -> break\n"
                         "        :: else -> new = new + (next - old > 2 -> 2 : next - old); old = next\n"
                         "        fi\n        od\n", LEVEL);
}

static void put_rebase(struct pml *p, uint32_t run)
{
    buf_printf(&p->text, "inline rebase_%u()\n{\n    d_step {\n", run);
    put_kinds(p, run);
    buf_printf(&p->text, "        unit = %u;\n        do\n        :: unit > 0 ->\n        group = 0;\n"
                         "        do\n        ::\n        old = %d;\n", unit(p, 0), LEVEL);
    put_phases(p, run, "== LIVE", "LEAST");
    put_ages(p, run, "LEAST");
    buf_printf(&p->text, "        if\n        :: old < %d ->\n", LEVEL);
    put_phases(p, run, "== RETIRED", "LIFT");
    put_renumber(p, run);
    buf_puts(&p->text, "        :: else -> skip\n        fi;\n        next = -1;\n");
    put_all(p, run, "NEXT_GROUP");
    buf_printf(&p->text, "        if :: next < 0 -> break :: else -> group = next fi\n        od;\n"
                         "        unit = unit / %d\n        :: else -> break\n        od;\n", LEVEL);
    put_phases(p, run, "!= ABSENT", "AT_LIMIT");
    buf_puts(&p->text, "        skip\n    }\n}\n");
}

void phase_rebase(struct pml *p, uint32_t run)
{
    buf_printf(&p->text, "rebase_%u(); ", run);
}

void phase_inlines(struct pml *p)
{
    const struct model *m = p->m;
    buf_puts(&p->text, "\n/* ---- leaving the body of a `try` ---- */\n\n");
    for (uint32_t i = 0; i < m->n_participants; i++)
        if (m->runs[m->participants[i].run].phased)
            put_purge(p, i);
    put_rebase_macros(p);
    for (uint32_t r = 0; r < m->n_runs; r++)
        if (m->runs[r].phased)
            put_rebase(p, r);
}
