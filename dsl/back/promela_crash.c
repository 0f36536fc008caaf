/* promela_crash.c -- crashes and supervisors, for the encoding with variables.
 *
 * A crash is one atomic step of the process `crashes`: first what is decided about the child and its siblings, then, in
 * the same place for all crashes, what becomes of the runs. Everything that a supervisor does is known when the text is
 * written but three things, which are variables: which instances are gone, the restart counts, and what is left of the
 * budgets. The runs are told who was hit in hit[], which is scratch.
 *
 * How many crashes happen is settled by the first transition, from none to the whole budget, and then they must
 * happen. So nobody can wait for a crash that need not come: a deadlock with budget left is a deadlock under a
 * smaller budget, and fairness towards the process `crashes` forces nothing.
 */
#include "ltl_promela.h"
#include "promela_parts.h"

enum { MAX_SETTLEMENTS = 128 };

/* ---- the supervision tree ---- */

/* An instance's supervisors, its own first; *n gets how many. */
static uint32_t *chain_of(struct arena *a, const struct system *sys, uint32_t instance, uint32_t *n)
{
    uint32_t *chain = ARENA_ARRAY(a, uint32_t, sys->n_supervisors);
    *n = 0;
    for (uint32_t s = sys->children[sys->instances[instance].child].supervisor; s != IR_NONE;
         s = sys->supervisors[s].parent)
        chain[(*n)++] = s;
    return chain;
}

enum touch { UNTOUCHED, RESTARTED, FRESH }; /* FRESH: under a supervisor that starts anew; also up again when gone */

struct reach { /* what a restart affects */
    enum touch *instances;
    bool *supervisors; /* those whose count becomes 0 */
};

static void touch_supervisor(const struct system *sys, uint32_t supervisor, struct reach *r)
{
    const struct supervisor *s = &sys->supervisors[supervisor];
    r->supervisors[supervisor] = true;
    for (uint32_t i = 0; i < s->n_members; i++) {
        if (s->members[i].is_supervisor) {
            touch_supervisor(sys, s->members[i].index, r);
            continue;
        }
        const struct child *c = &sys->children[s->members[i].index];
        for (uint32_t k = 0; k < c->size; k++)
            r->instances[c->first_instance + k] = FRESH;
    }
}

/* Supervisor `s` restarts the member that failed: a supervisor below it, or the instance when that is IR_NONE. */
static void touch_members(const struct system *sys, uint32_t s, uint32_t failed, uint32_t instance, struct reach *r)
{
    const struct supervisor *sup = &sys->supervisors[s];
    bool reached = sup->strategy == ONE_FOR_ALL; /* members after this point are affected */
    bool only = sup->strategy == ONE_FOR_ONE;
    for (uint32_t i = 0; i < sup->n_members; i++) {
        const struct member *mb = &sup->members[i];
        if (mb->is_supervisor) {
            bool it = mb->index == failed;
            if (it || reached)
                touch_supervisor(sys, mb->index, r);
            reached = reached || (it && !only);
            continue;
        }
        const struct child *c = &sys->children[mb->index];
        for (uint32_t k = 0; k < c->size; k++) {
            bool it = failed == IR_NONE && c->first_instance + k == instance;
            if (it || reached)
                r->instances[c->first_instance + k] = RESTARTED;
            reached = reached || (it && !only);
        }
    }
}

/* ---- limits ---- */

const char *crash_problem(struct arena *a, const struct model *m)
{
    uint64_t n = 1;
    for (uint32_t b = 0; b < m->n_crashes && n <= MAX_SETTLEMENTS; b++)
        n *= (uint64_t)m->crashes[b].count + 1;
    if (n > MAX_SETTLEMENTS)
        return arena_printf(a, "the crash budgets can be used up in more than %d ways", MAX_SETTLEMENTS);
    return NULL;
}

bool crash_leaves_others(const struct pml *p, uint32_t run)
{
    const struct session_type *t = &p->m->ir->sessions[p->m->runs[run].session];
    for (uint32_t e = 0; p->crashes && p->m->runs[run].phased && e < t->n_events; e++)
        if (t->events[e].kind == EV_CRASH)
            return true;
    return false;
}

/* ---- variables ---- */

/* Can the supervisor ever have restarted as often as it may, with a crash left? Else its count decides nothing, and
 * would only tell states apart. */
static bool count_matters(const struct model *m, uint32_t supervisor)
{
    uint64_t crashes = 0;
    for (uint32_t b = 0; b < m->n_crashes; b++)
        crashes += m->crashes[b].count;
    return crashes > m->system->supervisors[supervisor].intensity;
}

/* Writes an update of the supervisor's count, as a part of a d_step. */
static void put_count(struct pml *p, uint32_t supervisor, const char *update)
{
    buf_printf(&p->text, count_matters(p->m, supervisor) ? " %s;" : " TALLY(%s)", update);
}

void crash_variables(struct pml *p)
{
    const struct model *m = p->m;
    const struct system *sys = m->system;
    buf_puts(&p->text, "\nbit settled; /* is it known how many crashes will happen? Nothing happens before. */\n");
    for (uint32_t b = 0; b < m->n_crashes; b++)
        buf_printf(&p->text, "byte budget_%u = %u; /* crashes of %s */\n", b, m->crashes[b].count,
                   m->crashes[b].child == IR_NONE ? "any child" : sys->children[m->crashes[b].child].name);
    for (uint32_t s = 0; s < sys->n_supervisors; s++) {
        bool matters = count_matters(m, s);
        buf_puts(&p->text, matters ? "" : "#ifdef COUNT_STATES\n");
        buf_printf(&p->text, "%s count_%u; /* restarts of supervisor %s, at most %u in its window */\n",
                   sys->supervisors[s].intensity < 255 ? "byte" : "int", s, sys->supervisors[s].name,
                   sys->supervisors[s].intensity);
        buf_puts(&p->text, matters ? "" : "#endif /* it never comes to that */\n");
    }
    for (uint32_t i = 0; i < sys->n_instances; i++)
        buf_printf(&p->text, "bit gone_%u; /* %s has ended for good */\n", i, sys->instances[i].name);
    buf_printf(&p->text, "hidden byte hit[%u]; /* who is restarted */\n"
                         "hidden short dead; /* in the run: how many */\n"
                         "hidden byte caught;\n", sys->n_instances);
}

/* ---- runs ---- */

/* Clears the lanes of the run, or only those of one participant. */
static void put_clear(struct pml *p, uint32_t run, uint32_t only)
{
    for (uint32_t l = 0; l < p->m->n_lanes; l++) {
        const struct model_lane *lane = &p->m->lanes[l];
        if (p->m->participants[lane->from].run == run && (only == IR_NONE || lane->from == only || lane->to == only))
            buf_printf(&p->text, "clear_%s(); ", p->lane[l]);
    }
}

static void put_stand(struct pml *p, uint32_t who, const char *where)
{
    buf_printf(&p->text, "pc_%s = %s; ", p->participant[who], where);
    if (p->m->runs[p->m->participants[who].run].phased)
        buf_printf(&p->text, "phase_%s = 0; ", p->participant[who]);
}

static void put_all_at(struct pml *p, uint32_t run, const char *name_, const char *where)
{
    buf_printf(&p->text, "inline %s_%u()\n{\n    d_step { ", name_, run);
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        if (p->m->participants[i].run == run)
            put_stand(p, i, where);
    buf_puts(&p->text, "skip };\n    ");
    put_clear(p, run, IR_NONE);
    buf_puts(&p->text, "skip\n}\n");
}

/* All participants of a closed run are gone; where one cannot be gone alone, the first says it. */
static void put_closed_macro(struct pml *p, uint32_t run)
{
    uint32_t first = p->m->runs[run].first_participant;
    buf_printf(&p->text, "#define CLOSED_%u (pc_%s == GONE", run, p->participant[first]);
    for (uint32_t i = first + 1; crash_leaves_others(p, run) && i < p->m->n_participants; i++)
        if (p->m->participants[i].run == run)
            buf_printf(&p->text, " && pc_%s == GONE", p->participant[i]);
    buf_puts(&p->text, ")\n");
}

/* Some instance that plays in the run is gone. */
static void put_down_macro(struct pml *p, uint32_t run)
{
    bool *seen = ARENA_ARRAY(p->a, bool, p->m->system->n_instances);
    const char *sep = "";
    buf_printf(&p->text, "#define DOWN_%u (", run);
    for (uint32_t i = 0; i < p->m->n_participants; i++) {
        uint32_t instance = p->m->participants[i].instance;
        if (p->m->participants[i].run != run || seen[instance])
            continue;
        seen[instance] = true;
        buf_printf(&p->text, "%sgone_%u", sep, instance);
        sep = " || ";
    }
    buf_puts(&p->text, ")\n");
}

/* The edge that `who` takes in that state when `dead` crashes: the deepest level, of several the first; or NULL. */
static const struct edge *catching_edge(struct pml *p, uint32_t who, uint32_t state, uint32_t dead)
{
    const struct automaton *am = p->m->participants[who].automaton;
    const struct edge *best = NULL;
    for (uint32_t e = am->states[state].first; e < am->states[state].first + am->states[state].n; e++) {
        if (am->edges[e].dir != DIR_EVENT)
            continue;
        const struct session_event *event = phase_event(p, who, &am->edges[e]);
        bool fits = event->kind == EV_CRASH && event->who == p->m->participants[dead].role;
        if (fits && (best == NULL || event->level > phase_event(p, who, best)->level))
            best = &am->edges[e];
    }
    return best;
}

/* "pc_R == 1 || pc_R == 4", where others catch the crash of `dead`; NULL when nobody ever does. */
static const char *who_catches(struct pml *p, uint32_t run, uint32_t dead)
{
    const char *text = NULL;
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        for (uint32_t s = 0; p->m->participants[i].run == run && s < p->m->participants[i].automaton->n_states; s++)
            if (i != dead && catching_edge(p, i, s, dead))
                text = arena_printf(p->a, "%s%spc_%s == %u", text ? text : "", text ? " || " : "",
                                    p->participant[i], s);
    return text;
}

/* Whoever catches the crash goes on without the dead one. Purging where nothing was raised changes nothing. */
static void put_handled(struct pml *p, uint32_t run, uint32_t dead)
{
    for (uint32_t i = 0; i < p->m->n_participants; i++) {
        const struct automaton *am = p->m->participants[i].automaton;
        bool open = false;
        for (uint32_t s = 0; i != dead && p->m->participants[i].run == run && s < am->n_states; s++) {
            const struct edge *edge = catching_edge(p, i, s, dead);
            if (edge == NULL)
                continue;
            buf_puts(&p->text, open ? "" : "            if\n");
            buf_printf(&p->text, "            :: d_step { pc_%s == %u -> pc_%s = %u; ", p->participant[i], s,
                       p->participant[i], edge->target);
            open = true;
            phase_raise(p, i, phase_event(p, i, edge)->level);
            buf_puts(&p->text, "skip }\n");
        }
        if (!open)
            continue;
        buf_puts(&p->text, "            :: else -> skip\n            fi;\n            ");
        phase_purge(p, i);
        buf_putc(&p->text, '\n');
    }
    buf_puts(&p->text, "            ");
    put_stand(p, dead, "GONE");
    put_clear(p, run, dead);
    buf_puts(&p->text, "caught = 1\n");
}

/* What becomes of a run in which some participant is dead: its instance was hit, or is gone. */
static void put_broken_run(struct pml *p, uint32_t run)
{
    const struct model *m = p->m;
    bool some = false;
    buf_puts(&p->text, "        d_step {\n            dead = 0; caught = 0;\n");
    for (uint32_t i = 0; i < m->n_participants; i++)
        if (m->participants[i].run == run)
            buf_printf(&p->text, "            dead = dead + (DEAD(%s, %u) -> 1 : 0);\n", p->participant[i],
                       m->participants[i].instance);
    buf_puts(&p->text, "        };\n        if\n        :: dead == 0 -> skip\n");
    for (uint32_t i = 0; crash_leaves_others(p, run) && i < m->n_participants; i++) {
        const char *by = m->participants[i].run == run ? who_catches(p, run, i) : NULL;
        if (by == NULL)
            continue;
        buf_printf(&p->text, "        :: dead == 1 && DEAD(%s, %u) && (%s) ->\n", p->participant[i],
                   m->participants[i].instance, by);
        put_handled(p, run, i);
        some = true;
    }
    buf_printf(&p->text, "        :: else -> if :: DOWN_%u -> close_%u() :: else -> reset_%u() fi\n        fi%s\n",
               run, run, run, some ? ";" : "");
    if (some) {
        buf_puts(&p->text, "        if :: caught -> ");
        phase_rebase(p, run);
        buf_puts(&p->text, "skip :: else -> skip fi\n");
    }
}

static void put_settle(struct pml *p, uint32_t run)
{
    put_closed_macro(p, run);
    put_down_macro(p, run);
    put_all_at(p, run, "close", "GONE");
    put_all_at(p, run, "reset", "0"); /* the run stands for a session opened anew */
    buf_printf(&p->text, "inline run_%u()\n{\n    if\n    :: COMPLETE_%u -> skip\n"
                         "    :: !COMPLETE_%u && CLOSED_%u -> if :: DOWN_%u -> skip :: else -> reset_%u() fi\n"
                         "    :: else ->\n", run, run, run, run, run, run);
    put_broken_run(p, run);
    buf_puts(&p->text, "    fi\n}\n");
}

void crash_runs(struct pml *p)
{
    buf_puts(&p->text, "\n/* ---- what a crash does to the runs ---- */\n\n"
                       "#define DEAD(who, instance) (pc_##who != GONE && (hit[instance] || gone_##instance))\n"
                       "#define COUNT(count, intensity) count = (count < intensity -> count + 1 : count)\n"
                       "#ifdef COUNT_STATES\n#define TALLY(count) count;\n#else\n#define TALLY(count)\n#endif\n"
                       "/* Every participant of the run is done and nothing is left in its lanes. */\n");
    for (uint32_t r = 0; r < p->m->n_runs; r++)
        pml_complete_macro(p, r);
    for (uint32_t r = 0; r < p->m->n_runs; r++)
        put_settle(p, r);
}

/* ---- crashes ---- */

static bool budget_matches(const struct model *m, uint32_t budget, uint32_t instance)
{
    return m->crashes[budget].child == IR_NONE || m->crashes[budget].child == m->system->instances[instance].child;
}

/* "budget_0 > 0 || budget_1 > 0": what every crash of the instance needs. NULL when no budget is for it. */
static const char *budget_left(struct pml *p, uint32_t instance)
{
    const struct model *m = p->m;
    const char *text = NULL;
    for (uint32_t b = 0; b < m->n_crashes; b++)
        if (m->crashes[b].count != 0 && budget_matches(m, b, instance))
            text = arena_printf(p->a, "%s%sbudget_%u > 0", text ? text : "", text ? " || " : "", b);
    return text;
}

/* "    :: d_step { ...": the line of a crash begins. The instance must have a budget. */
static void put_guard(struct pml *p, const struct step *s)
{
    pml_step(p, *s);
    buf_printf(&p->text, "        :: d_step { READY && !gone_%u && (%s)", s->instance, budget_left(p, s->instance));
}

/* Takes one from the first budget for the instance that is not used up. */
static void put_take(struct pml *p, uint32_t instance)
{
    const struct model *m = p->m;
    uint32_t last = IR_NONE, open = 0;
    buf_puts(&p->text, "            ");
    for (uint32_t b = 0; b < m->n_crashes; b++) {
        if (m->crashes[b].count == 0 || !budget_matches(m, b, instance))
            continue;
        if (last != IR_NONE) {
            buf_printf(&p->text, "if :: budget_%u > 0 -> budget_%u-- :: else -> ", last, last);
            open++;
        }
        last = b;
    }
    buf_printf(&p->text, "budget_%u--", last);
    while (open-- > 0)
        buf_puts(&p->text, " fi");
    buf_puts(&p->text, ";\n");
}

static bool is_temporary(const struct system *sys, uint32_t instance)
{
    return sys->children[sys->instances[instance].child].restart == RESTART_TEMPORARY;
}

/* What happened, for the formulas; ends the d_step. A temporary child is not restarted with others. */
static void put_crash_event(struct pml *p, const struct step *s, const struct reach *r)
{
    const struct system *sys = p->m->system;
    buf_printf(&p->text, "skip EVENT(%u", pml_event(p, s));
    for (uint32_t i = 0; r != NULL && p->events != NULL && i < sys->n_instances; i++) {
        bool stays_down = r->instances[i] == UNTOUCHED || (r->instances[i] == RESTARTED && is_temporary(sys, i));
        uint32_t bits = stays_down ? 0 : ltl_restarted(p->events, i);
        if (bits != 0)
            buf_printf(&p->text, " | %u", bits);
    }
    buf_puts(&p->text, ") }\n");
}

/* The child ends for good, and nobody else is concerned. */
static void put_stop(struct pml *p, const struct step *s)
{
    put_guard(p, s);
    buf_printf(&p->text, " -> /* %s crashes and stays down */\n", p->m->system->instances[s->instance].name);
    put_take(p, s->instance);
    buf_printf(&p->text, "            gone_%u = 1; ", s->instance);
    put_crash_event(p, s, NULL);
}

static void put_restart(struct pml *p, const struct step *step, const uint32_t *chain)
{
    const struct system *sys = p->m->system;
    uint32_t outcome = step->outcome, instance = step->instance;
    const struct supervisor *s = &sys->supervisors[chain[outcome]];
    struct reach r = {ARENA_ARRAY(p->a, enum touch, sys->n_instances), ARENA_ARRAY(p->a, bool, sys->n_supervisors)};
    touch_members(sys, chain[outcome], outcome == 0 ? IR_NONE : chain[outcome - 1], instance, &r);
    buf_printf(&p->text, " -> /* %s crashes; %s restarts */\n", sys->instances[instance].name, s->name);
    put_take(p, instance);
    buf_puts(&p->text, "           ");
    put_count(p, chain[outcome], arena_printf(p->a, "COUNT(count_%u, %u)", chain[outcome], s->intensity));
    for (uint32_t k = 0; k < sys->n_supervisors; k++)
        if (r.supervisors[k])
            put_count(p, k, arena_printf(p->a, "count_%u = 0", k));
    for (uint32_t i = 0; i < sys->n_instances; i++) {
        if (r.instances[i] == FRESH)
            buf_printf(&p->text, " gone_%u = 0;", i);
        else if (r.instances[i] == RESTARTED && is_temporary(sys, i))
            buf_printf(&p->text, " gone_%u = 1;", i);
        if (r.instances[i] != UNTOUCHED)
            buf_printf(&p->text, " hit[%u] = 1;", i);
    }
    buf_putc(&p->text, ' ');
    put_crash_event(p, step, &r);
}

static void put_end(struct pml *p, const struct step *s)
{
    const struct system *sys = p->m->system;
    buf_printf(&p->text, " -> /* %s crashes; the system ends */\n", sys->instances[s->instance].name);
    put_take(p, s->instance);
    buf_puts(&p->text, "           ");
    for (uint32_t k = 0; k < sys->n_supervisors; k++)
        put_count(p, k, arena_printf(p->a, "count_%u = 0", k));
    for (uint32_t i = 0; i < sys->n_instances; i++)
        buf_printf(&p->text, " gone_%u = 1;", i);
    buf_putc(&p->text, ' ');
    put_crash_event(p, s, NULL);
}

/* The crash after which `outcome` supervisors give up. Who is told to (escalate) does so whatever its count. */
static void put_outcome(struct pml *p, const struct step *s, const uint32_t *chain, uint32_t n)
{
    const struct system *sys = p->m->system;
    if (s->outcome < n && sys->supervisors[chain[s->outcome]].intensity == 0)
        return; /* it cannot but give up */
    for (uint32_t k = s->directive == DIRECTIVE_ESCALATE; k < s->outcome; k++)
        if (!count_matters(p->m, chain[k]))
            return; /* it never does */
    put_guard(p, s);
    for (uint32_t k = s->directive == DIRECTIVE_ESCALATE; k < s->outcome; k++)
        buf_printf(&p->text, " && count_%u == %u", chain[k], sys->supervisors[chain[k]].intensity);
    if (s->outcome < n)
        put_restart(p, s, chain);
    else
        put_end(p, s);
}

/* The message that would be received next is lost, and the instance goes on. */
static void put_resume(struct pml *p, uint32_t instance)
{
    const struct model *m = p->m;
    for (uint32_t who = 0; who < m->n_participants; who++) {
        const struct automaton *am = m->participants[who].automaton;
        for (uint32_t q = 0; m->participants[who].instance == instance && q < am->n_states; q++)
            for (uint32_t e = am->states[q].first; e < am->states[q].first + am->states[q].n; e++) {
                if (am->edges[e].dir != DIR_RECEIVE || !pml_possible(m, who, e))
                    continue;
                uint32_t id = m->edge_base[who] + e, lane = m->lane_of[id];
                struct step s = {STEP_CRASH, id, instance, 0, DIRECTIVE_RESUME};
                put_guard(p, &s);
                buf_printf(&p->text, " && AT(%s, %u) && %s -> /* %s crashes and goes on */\n", p->participant[who], q,
                           pml_head(p, lane, am->edges[e].message), m->system->instances[instance].name);
                put_take(p, instance);
                buf_printf(&p->text, "            take_%s(); ", p->lane[lane]);
                put_crash_event(p, &s, NULL);
            }
    }
}

static void put_directive(struct pml *p, uint32_t instance, enum directive d)
{
    uint32_t n, *chain = chain_of(p->a, p->m->system, instance, &n);
    struct step s = {STEP_CRASH, 0, instance, 0, d};
    if (d == DIRECTIVE_STOP || (d == DIRECTIVE_DEFAULT && is_temporary(p->m->system, instance))) {
        put_stop(p, &s);
        return;
    }
    for (s.outcome = d == DIRECTIVE_ESCALATE; s.outcome <= n; s.outcome++)
        put_outcome(p, &s, chain, n);
}

/* Is that decided for some reason to crash? A restart is what happens when nothing is decided. */
static bool decided(const struct model *m, uint32_t instance, enum directive d)
{
    const struct child *c = &m->system->children[m->system->instances[instance].child];
    for (int r = 0; r < REASONS; r++)
        if (c->decide[r] == d || (d == DIRECTIVE_DEFAULT && c->decide[r] == DIRECTIVE_RESTART))
            return true;
    return false;
}

/* Every way to use up a part of the budgets, the whole of them last. */
static void put_settlements(struct pml *p)
{
    const struct model *m = p->m;
    uint32_t n = 1;
    for (uint32_t b = 0; b < m->n_crashes; b++)
        n *= m->crashes[b].count + 1;
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0)
            buf_puts(&p->text, "#ifndef COUNT_STATES\n");
        if (i == n - 1)
            buf_puts(&p->text, "#endif\n");
        buf_puts(&p->text, "    :: d_step { !settled -> ");
        uint32_t rest = i;
        for (uint32_t b = 0; b < m->n_crashes; b++) {
            buf_printf(&p->text, "budget_%u = %u; ", b, rest % (m->crashes[b].count + 1));
            rest /= m->crashes[b].count + 1;
        }
        buf_puts(&p->text, "settled = 1 }\n");
    }
}

static void put_crashes_of(struct pml *p, uint32_t instance)
{
    static const enum directive all[] = {DIRECTIVE_DEFAULT, DIRECTIVE_STOP, DIRECTIVE_ESCALATE};
    for (size_t d = 0; d < sizeof all / sizeof all[0]; d++)
        if (decided(p->m, instance, all[d]))
            put_directive(p, instance, all[d]);
}

void crash_process(struct pml *p)
{
    const struct model *m = p->m;
    const struct system *sys = m->system;
    buf_puts(&p->text, "\nactive proctype crashes()\n{\nend_crashes:\n    do\n");
    put_settlements(p);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (budget_left(p, i) && decided(m, i, DIRECTIVE_RESUME))
            put_resume(p, i);
    buf_puts(&p->text, "    :: atomic {\n        if\n");
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (budget_left(p, i))
            put_crashes_of(p, i);
    buf_puts(&p->text, "        :: false\n        fi;\n");
    for (uint32_t r = 0; r < m->n_runs; r++)
        buf_printf(&p->text, "        run_%u();\n", r);
    buf_printf(&p->text, "        d_step {\n            k = 0;\n            do\n"
                         "            :: k < %u -> hit[k] = 0; k++\n            :: else -> break\n            od;\n"
                         "            skip\n"
                         "        }\n    }\n    od\n}\n", sys->n_instances);
}

/* Is gone only when the root supervisor gave up, and then with all others: it is not temporary and never told to stop. */
static bool must_run(const struct model *m, uint32_t instance)
{
    return !is_temporary(m->system, instance) && !decided(m, instance, DIRECTIVE_STOP);
}

void crash_watch(struct pml *p)
{
    const struct system *sys = p->m->system;
    uint32_t i = 0;
    while (i < sys->n_instances && !must_run(p->m, i))
        i++;
    if (i < sys->n_instances)
        buf_printf(&p->text, "#ifdef CHECK_RECOVERY\n"
                             "    :: atomic { gone_%u -> assert(false) } /* %s gave up */\n"
                             "#endif\n", i, sys->supervisors[0].name);
}
