/* promela_crash.c -- the encoding for models with a crash budget.
 *
 * States of participants are global variables and each step is one d_step, so that the process `crashes` can act as
 * supervisor and reset whoever must be reset in one transition. Everything that a crash does is known when the text
 * is written but four things: which instances are gone, the restart counts, and what is left of the budgets, which
 * are variables, and which runs are complete, which COMPLETE_n tells.
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

/* ---- variables and macros ---- */

const char *crash_problem(struct arena *a, const struct model *m)
{
    uint64_t n = 1;
    for (uint32_t b = 0; b < m->n_crashes && n <= MAX_SETTLEMENTS; b++)
        n *= (uint64_t)m->crashes[b].count + 1;
    if (n > MAX_SETTLEMENTS)
        return arena_printf(a, "the crash budgets can be used up in more than %d ways", MAX_SETTLEMENTS);
    return NULL;
}

static const char *state_type(const struct automaton *am)
{
    return am->n_states < 255 ? "byte" : "int";
}

/* GONE is no state of anybody. */
static uint32_t gone_value(const struct model *m)
{
    uint32_t most = 255;
    for (uint32_t i = 0; i < m->n_participants; i++)
        if (m->participants[i].automaton->n_states >= 255)
            most = 1000000;
    return most;
}

static void put_variables(struct pml *p)
{
    const struct model *m = p->m;
    const struct system *sys = m->system;
    uint32_t gone = gone_value(m);
    buf_printf(&p->text, "\n/* Where each participant stands; GONE when one that its run needs is gone for good. */\n"
                         "#define GONE %u\n", gone);
    for (uint32_t i = 0; i < m->n_participants; i++)
        buf_printf(&p->text, "%s pc_%s;\n", gone > 255 ? "int" : state_type(m->participants[i].automaton),
                   p->participant[i]);
    buf_puts(&p->text, "\nbit settled; /* is it known how many crashes will happen? Nothing happens before. */\n");
    for (uint32_t b = 0; b < m->n_crashes; b++)
        buf_printf(&p->text, "byte budget_%u = %u; /* crashes of %s */\n", b, m->crashes[b].count,
                   m->crashes[b].child == IR_NONE ? "any child" : sys->children[m->crashes[b].child].name);
    for (uint32_t s = 0; s < sys->n_supervisors; s++)
        buf_printf(&p->text, "%s count_%u; /* restarts of supervisor %s, at most %u in its window */\n",
                   sys->supervisors[s].intensity < 255 ? "byte" : "int", s, sys->supervisors[s].name,
                   sys->supervisors[s].intensity);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        buf_printf(&p->text, "bit gone_%u; /* %s has ended for good */\n", i, sys->instances[i].name);
}

static void put_macros(struct pml *p)
{
    buf_printf(&p->text, "\n/* A step: with formulas to check, ev says which of their events it is. */\n"
                         "#ifdef LTL\n#define EVENT(event) ; ev = (event)%s\n", ltl_tick(p->events));
    buf_puts(&p->text,
             "#else\n"
             "#define EVENT(event)\n"
             "#endif\n"
             "#define SEND(who, at, lane, message, next, event) \\\n"
             "    d_step { settled && pc_##who == at && nfull(lane) -> lane!message; pc_##who = next EVENT(event) }\n"
             "#define RECEIVE(who, at, lane, message, next, event) \\\n"
             "    d_step { settled && pc_##who == at && lane?[message] -> \\\n"
             "        lane?message; pc_##who = next EVENT(event) }\n"
             "\n/* Every lane that the state reads has a head that it does not take. */\n"
             "#ifdef CHECK_FIDELITY\n"
             "#define UNEXPECTED(who, at, heads) :: atomic { pc_##who == at && heads -> assert(false) }\n"
             "#else\n"
             "#define UNEXPECTED(who, at, heads)\n"
             "#endif\n"
             "\n/* A message to a participant that is done. To one that could take another: once nothing moves,\n"
             " * which pan's -q sees too, when deadlock is looked for at the same time. */\n"
             "#ifdef CHECK_ORPHANS\n"
             "#define ORPHAN(who, at, lane, message) "
             ":: atomic { pc_##who == at && lane?[message] -> assert(false) }\n"
             "#else\n"
             "#define ORPHAN(who, at, lane, message)\n"
             "#endif\n"
             "#ifdef ONLY_ORPHANS\n"
             "#define LEFT_OVER(who, at, lane, waits) "
             ":: atomic { timeout && pc_##who == at && nempty(lane) && (waits) -> assert(false) }\n"
             "#else\n"
             "#define LEFT_OVER(who, at, lane, waits)\n"
             "#endif\n"
             "\n#define EMPTY(lane) do :: nempty(lane) -> lane?_ :: empty(lane) -> break od\n"
             "#define COUNT(count, intensity) count = (count < intensity -> count + 1 : count)\n");
}

/* ---- runs ---- */

/* Is instance `i` bound in run `r`? */
static bool bound(const struct model *m, uint32_t r, uint32_t i)
{
    for (uint32_t k = 0; k < m->n_participants; k++)
        if (m->participants[k].run == r && m->participants[k].instance == i)
            return true;
    return false;
}

static void put_all_at(struct pml *p, uint32_t run, const char *where)
{
    const char *sep = "";
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        if (p->m->participants[i].run == run) {
            buf_printf(&p->text, "%spc_%s = %s", sep, p->participant[i], where);
            sep = "; ";
        }
    for (uint32_t l = 0; l < p->m->n_lanes; l++)
        if (p->m->participants[p->m->lanes[l].from].run == run)
            buf_printf(&p->text, "; EMPTY(%s)", p->lane[l]);
    buf_putc(&p->text, '\n');
}

/* What becomes of a run after a crash; `hit`: an instance that plays in it was restarted. */
static void put_settle(struct pml *p, uint32_t run)
{
    const struct model *m = p->m;
    buf_printf(&p->text, "\ninline run_%u(hit)\n{\n    if\n    :: COMPLETE_%u -> skip\n    :: else ->\n        if\n"
                         "        :: ", run, run);
    const char *sep = "";
    for (uint32_t i = 0; i < m->system->n_instances; i++)
        if (bound(m, run, i)) {
            buf_printf(&p->text, "%sgone_%u", sep, i);
            sep = " || ";
        }
    buf_puts(&p->text, " -> /* closed */\n            ");
    put_all_at(p, run, "GONE");
    buf_printf(&p->text, "        :: else ->\n            if\n"
                         "            :: hit || pc_%s == GONE -> /* opened anew */\n"
                         "                ", p->participant[m->runs[run].first_participant]);
    put_all_at(p, run, "0");
    buf_puts(&p->text, "            :: else -> skip\n            fi\n        fi\n    fi\n}\n");
}

void crash_declare(struct pml *p)
{
    put_variables(p);
    put_macros(p);
    buf_puts(&p->text, "\n/* Every participant of the run is done and nothing is left in its lanes. */\n");
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

/* "    :: d_step { ... ->": what every crash of the instance needs. False when no budget is for it. */
static bool put_guard(struct pml *p, uint32_t instance)
{
    const struct model *m = p->m;
    const char *sep = "";
    struct buf any = {0};
    for (uint32_t b = 0; b < m->n_crashes; b++)
        if (m->crashes[b].count != 0 && budget_matches(m, b, instance)) {
            buf_printf(&any, "%sbudget_%u > 0", sep, b);
            sep = " || ";
        }
    if (any.n != 0)
        buf_printf(&p->text, "    :: d_step { settled && !gone_%u && (%s)", instance, any.p);
    bool some = any.n != 0;
    buf_free(&any);
    return some;
}

/* Takes one from the first budget for the instance that is not used up. */
static void put_take(struct pml *p, uint32_t instance)
{
    const struct model *m = p->m;
    uint32_t last = IR_NONE, open = 0;
    buf_puts(&p->text, "        ");
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
static void put_crash_event(struct pml *p, struct step s, const struct reach *r)
{
    const struct system *sys = p->m->system;
    buf_printf(&p->text, "        skip EVENT(%u", pml_event(p, &s));
    for (uint32_t i = 0; r != NULL && p->events != NULL && i < sys->n_instances; i++) {
        bool stays_down = r->instances[i] == UNTOUCHED || (r->instances[i] == RESTARTED && is_temporary(sys, i));
        uint32_t bits = stays_down ? 0 : ltl_restarted(p->events, i);
        if (bits != 0)
            buf_printf(&p->text, " | %u", bits);
    }
    buf_puts(&p->text, ")\n    }\n");
}

static void put_runs(struct pml *p, const struct reach *r)
{
    const struct model *m = p->m;
    for (uint32_t run = 0; run < m->n_runs; run++) {
        bool hit = false;
        for (uint32_t i = 0; r != NULL && i < m->system->n_instances; i++)
            hit = hit || (r->instances[i] != UNTOUCHED && bound(m, run, i));
        buf_printf(&p->text, "        run_%u(%s);\n", run, hit ? "true" : "false");
    }
}

static void put_temporary(struct pml *p, uint32_t instance)
{
    struct step s = {STEP_CRASH, 0, instance, 0};
    pml_step(p, s);
    if (!put_guard(p, instance)) {
        p->lines.n--;
        return;
    }
    buf_printf(&p->text, " -> /* %s crashes and stays down */\n", p->m->system->instances[instance].name);
    put_take(p, instance);
    buf_printf(&p->text, "        gone_%u = 1;\n", instance);
    put_runs(p, NULL);
    put_crash_event(p, s, NULL);
}

static void put_restart(struct pml *p, uint32_t instance, const uint32_t *chain, uint32_t outcome)
{
    const struct system *sys = p->m->system;
    const struct supervisor *s = &sys->supervisors[chain[outcome]];
    struct reach r = {ARENA_ARRAY(p->a, enum touch, sys->n_instances), ARENA_ARRAY(p->a, bool, sys->n_supervisors)};
    touch_members(sys, chain[outcome], outcome == 0 ? IR_NONE : chain[outcome - 1], instance, &r);
    buf_printf(&p->text, " -> /* %s crashes; %s restarts */\n", sys->instances[instance].name, s->name);
    put_take(p, instance);
    buf_printf(&p->text, "        COUNT(count_%u, %u);", chain[outcome], s->intensity);
    for (uint32_t k = 0; k < sys->n_supervisors; k++)
        if (r.supervisors[k])
            buf_printf(&p->text, " count_%u = 0;", k);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        if (r.instances[i] == FRESH)
            buf_printf(&p->text, " gone_%u = 0;", i);
        else if (r.instances[i] == RESTARTED && is_temporary(sys, i))
            buf_printf(&p->text, " gone_%u = 1;", i);
    buf_putc(&p->text, '\n');
    put_runs(p, &r);
    put_crash_event(p, (struct step){STEP_CRASH, 0, instance, outcome}, &r);
}

static void put_end(struct pml *p, uint32_t instance, uint32_t outcome)
{
    const struct system *sys = p->m->system;
    buf_printf(&p->text, " -> /* %s crashes; the system ends */\n", sys->instances[instance].name);
    put_take(p, instance);
    buf_puts(&p->text, "       ");
    for (uint32_t k = 0; k < sys->n_supervisors; k++)
        buf_printf(&p->text, " count_%u = 0;", k);
    for (uint32_t i = 0; i < sys->n_instances; i++)
        buf_printf(&p->text, " gone_%u = 1;", i);
    buf_putc(&p->text, '\n');
    put_runs(p, NULL);
    put_crash_event(p, (struct step){STEP_CRASH, 0, instance, outcome}, NULL);
}

/* The crash after which `outcome` supervisors give up. */
static void put_outcome(struct pml *p, uint32_t instance, const uint32_t *chain, uint32_t n, uint32_t outcome)
{
    const struct system *sys = p->m->system;
    if (outcome < n && sys->supervisors[chain[outcome]].intensity == 0)
        return; /* it cannot but give up */
    pml_step(p, (struct step){STEP_CRASH, 0, instance, outcome});
    if (!put_guard(p, instance)) {
        p->lines.n--;
        return;
    }
    for (uint32_t k = 0; k < outcome; k++)
        buf_printf(&p->text, " && count_%u == %u", chain[k], sys->supervisors[chain[k]].intensity);
    if (outcome < n)
        put_restart(p, instance, chain, outcome);
    else
        put_end(p, instance, outcome);
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

static void put_crashes(struct pml *p)
{
    const struct system *sys = p->m->system;
    buf_puts(&p->text, "\nactive proctype crashes()\n{\nend_crashes:\n    do\n");
    put_settlements(p);
    for (uint32_t i = 0; i < sys->n_instances; i++) {
        uint32_t n, *chain = chain_of(p->a, sys, i, &n);
        if (is_temporary(sys, i)) {
            put_temporary(p, i);
            continue;
        }
        for (uint32_t outcome = 0; outcome <= n; outcome++)
            put_outcome(p, i, chain, n, outcome);
    }
    buf_puts(&p->text, "    od\n}\n");
}

/* ---- participants ---- */

static void put_edge(struct pml *p, uint32_t who, uint32_t state, uint32_t e)
{
    const struct model *m = p->m;
    const struct edge *edge = &m->participants[who].automaton->edges[e];
    uint32_t id = m->edge_base[who] + e;
    if (!pml_possible(m, who, e))
        return;
    struct step s = {edge->dir == DIR_SEND ? STEP_SEND : STEP_RECEIVE, id, 0, 0};
    pml_step(p, s);
    buf_printf(&p->text, "    :: %s(%s, %u, %s, %s, %u, %u)", edge->dir == DIR_SEND ? "SEND" : "RECEIVE",
               p->participant[who], state, p->lane[m->lane_of[id]], p->message[edge->message], edge->target,
               pml_event(p, &s));
    pml_end_line(p, edge->at);
}

static void put_wrong_heads(struct pml *p, uint32_t who, uint32_t state)
{
    const char *unexpected = pml_unexpected(p, who, state);
    if (unexpected)
        buf_printf(&p->text, "    UNEXPECTED(%s, %u, %s)\n", p->participant[who], state, unexpected);
    struct pml_orphan *orphans = ARENA_ARRAY(p->a, struct pml_orphan, pml_max_orphans(p->m));
    uint32_t n = pml_orphans(p, who, state, orphans);
    for (uint32_t i = 0; i < n; i++)
        if (!orphans[i].rests)
            buf_printf(&p->text, "    ORPHAN(%s, %u, %s, %s)\n", p->participant[who], state, p->lane[orphans[i].lane],
                       orphans[i].message);
        else if (i == 0 || orphans[i - 1].lane != orphans[i].lane)
            buf_printf(&p->text, "    LEFT_OVER(%s, %u, %s, %s)\n", p->participant[who], state,
                       p->lane[orphans[i].lane], pml_some_empty(p, who, state));
}

static void put_participant(struct pml *p, uint32_t who)
{
    const struct automaton *am = p->m->participants[who].automaton;
    buf_printf(&p->text, "\nactive proctype p_%s() /* %s */\n{\nend_loop:\n    do\n", p->participant[who],
               p->m->participants[who].name);
    for (uint32_t s = 0; s < am->n_states; s++) {
        for (uint32_t e = am->states[s].first; e < am->states[s].first + am->states[s].n; e++)
            put_edge(p, who, s, e);
        put_wrong_heads(p, who, s);
    }
    buf_puts(&p->text, "    :: false\n    od\n}\n");
}

/* Nothing can happen any more, and somebody is neither done nor gone. */
static void put_watch(struct pml *p)
{
    const struct model *m = p->m;
    buf_puts(&p->text, "\n/* A process cannot tell by itself that it stands where it may stay: this one looks. */\n"
                       "active proctype watch()\n{\nend_watch:\n    do\n#ifdef CHECK_DEADLOCK\n"
                       "    :: atomic { timeout && !(true");
    for (uint32_t i = 0; i < m->n_participants; i++) {
        const struct automaton *am = m->participants[i].automaton;
        buf_printf(&p->text, "\n        && (pc_%s == GONE", p->participant[i]);
        for (uint32_t s = 0; s < am->n_states; s++)
            if (am->states[s].final)
                buf_printf(&p->text, " || pc_%s == %u", p->participant[i], s);
        buf_putc(&p->text, ')');
    }
    buf_puts(&p->text, ") -> assert(false) }\n#endif\n    :: false\n    od\n}\n");
}

void crash_processes(struct pml *p)
{
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        put_participant(p, i);
    put_crashes(p);
    put_watch(p);
}
