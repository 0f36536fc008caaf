/* promela_vars.c -- the encoding with variables, for models in which somebody is moved from outside.
 *
 * Where each participant stands and what is in each lane are global variables and each step is one d_step, so that
 * the process `crashes` can act as supervisor, and a participant that leaves the body of a `try` can clear its lanes,
 * in one transition. A lane is its length len_L, its messages msg_L[] (unless there is only one that it can carry) and, in a
 * session with phases, their phases age_L(); what is behind the length is 0, so that equal states have equal bytes.
 * SPIN reduces nothing here. Scratch variables are hidden: they are no part of the state.
 *
 * The process `watch` looks for what nobody sees from where it stands: a participant cannot tell by itself that it
 * waits for ever.
 */
#include "ltl_promela.h"
#include "promela_parts.h"

/* ---- declarations ---- */

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
    uint32_t gone = gone_value(m);
    buf_printf(&p->text, "/* Where each participant stands; GONE when one that its run needs is gone for good. */\n"
                         "#define GONE %u\n", gone);
    for (uint32_t i = 0; i < m->n_participants; i++)
        buf_printf(&p->text, "%s pc_%s;\n", gone > 255 ? "int" : "byte", p->participant[i]);
    if (m->n_lanes > 0)
        buf_puts(&p->text, "\n/* What is in each lane, the head first. */\n");
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        buf_printf(&p->text, "byte len_%s;", p->lane[l]);
        if (m->lanes[l].n_labels > 1)
            buf_printf(&p->text, " mtype msg_%s[%u];", p->lane[l], pml_capacity(m, l));
        buf_putc(&p->text, '\n');
    }
    if (m->loss != 0)
        buf_printf(&p->text, "%s loss = %u; /* messages that may still get lost */\n", m->loss < 256 ? "byte" : "int",
                   m->loss);
    buf_puts(&p->text, "hidden short k, j;\n");
}

static void put_step_macros(struct pml *p)
{
    buf_printf(&p->text, "\n/* A step: with formulas to check, ev says which of their events it is. */\n"
                         "#ifdef LTL\n#define EVENT(event) ; ev = (event)%s\n"
                         "#else\n#define EVENT(event)\n#endif\n", ltl_tick(p->events));
    buf_printf(&p->text, "#define READY (%s%s%s)\n"
                         "#define AT(who, state) (READY && pc_##who == state)\n", p->crashes ? "settled" : "",
               p->crashes && p->levels ? " && " : "", p->levels ? "!too_far" : "");
}

static void put_watch_macros(struct pml *p)
{
    buf_puts(&p->text,
             "\n/* Every lane that the state reads has a head that it does not take. */\n"
             "#ifdef CHECK_FIDELITY\n"
             "#define UNEXPECTED(who, state, heads) :: atomic { pc_##who == state && heads -> assert(false) }\n"
             "#else\n"
             "#define UNEXPECTED(who, state, heads)\n"
             "#endif\n"
             "\n/* A message to a participant that is done. To one that could take another: once nothing moves. */\n"
             "#ifdef CHECK_ORPHANS\n"
             "#define ORPHAN(who, state, left) :: atomic { pc_##who == state && left -> assert(false) }\n"
             "#define LEFT_OVER(who, state, left) :: atomic { timeout && pc_##who == state && left -> assert(false) }\n"
             "#else\n"
             "#define ORPHAN(who, state, left)\n"
             "#define LEFT_OVER(who, state, left)\n"
             "#endif\n");
}

/* ---- lanes ---- */

static void put_append(struct pml *p, uint32_t l)
{
    const char *lane = p->lane[l];
    if (p->m->lanes[l].n_labels > 1)
        buf_printf(&p->text, "msg_%s[len_%s] = message; ", lane, lane);
    if (pml_lane_phased(p, l))
        buf_printf(&p->text, "age_%s(len_%s) = phase_%s + 1; ", lane, lane, p->participant[p->m->lanes[l].from]);
    buf_printf(&p->text, "len_%s++", lane);
}

/* Everything behind the head moves up. */
static void put_take(struct pml *p, uint32_t l)
{
    const char *lane = p->lane[l];
    bool labels = p->m->lanes[l].n_labels > 1, ages = pml_lane_phased(p, l);
    buf_printf(&p->text, "inline take_%s()\n{\n    len_%s--;\n", lane, lane);
    if ((labels || ages) && pml_capacity(p->m, l) > 1) {
        buf_printf(&p->text, "    k = 0;\n    do\n    :: k < len_%s ->\n       ", lane);
        if (labels)
            buf_printf(&p->text, " msg_%s[k] = msg_%s[k + 1];", lane, lane);
        if (ages)
            buf_printf(&p->text, " age_%s(k) = age_%s(k + 1);", lane, lane);
        buf_puts(&p->text, " k++\n    :: else -> break\n    od;\n");
    }
    if (labels)
        buf_printf(&p->text, "    msg_%s[len_%s] = 0;\n", lane, lane);
    if (ages)
        buf_printf(&p->text, "    age_%s(len_%s) = 0;\n", lane, lane);
    buf_puts(&p->text, "    skip\n}\n");
}

static bool waits_for_room(const struct model_lane *l)
{
    return l->policy == POLICY_BLOCK || l->policy == POLICY_FAIL;
}

/* What a send does once it may: a stale message is dropped at once. */
static void put_send(struct pml *p, uint32_t l)
{
    const struct model_lane *lane = &p->m->lanes[l];
    const char *stale = phase_stale(p, l);
    buf_printf(&p->text, "inline send_%s(message)\n{\n    ", p->lane[l]);
    if (stale)
        buf_printf(&p->text, "if\n    :: %s -> skip\n    :: else -> ", stale);
    if (lane->policy == POLICY_DROP_NEWEST)
        buf_printf(&p->text, "if :: %s -> ", pml_room(p, l));
    else if (lane->policy == POLICY_DROP_OLDEST)
        buf_printf(&p->text, "if :: %s -> skip :: else -> take_%s() fi; ", pml_room(p, l), p->lane[l]);
    put_append(p, l);
    if (lane->policy == POLICY_DROP_NEWEST)
        buf_puts(&p->text, " :: else -> skip fi");
    buf_puts(&p->text, stale ? "\n    fi\n}\n" : "\n}\n");
}

static void put_clear(struct pml *p, uint32_t l)
{
    const char *lane = p->lane[l];
    if (p->m->lanes[l].n_labels <= 1 && !pml_lane_phased(p, l)) {
        buf_printf(&p->text, "inline clear_%s() { len_%s = 0 }\n", lane, lane);
        return;
    }
    buf_printf(&p->text, "inline clear_%s()\n{\n    d_step {\n    do\n    :: len_%s > 0 -> len_%s--;", lane, lane,
               lane);
    if (p->m->lanes[l].n_labels > 1)
        buf_printf(&p->text, " msg_%s[len_%s] = 0;", lane, lane);
    if (pml_lane_phased(p, l))
        buf_printf(&p->text, " age_%s(len_%s) = 0;", lane, lane);
    buf_puts(&p->text, " skip\n    :: else -> break\n    od;\n    skip\n    }\n}\n");
}

static void put_lanes(struct pml *p)
{
    buf_puts(&p->text, "\n/* ---- lanes ---- */\n\n");
    for (uint32_t l = 0; l < p->m->n_lanes; l++) {
        put_take(p, l);
        put_send(p, l);
        if (p->crashes)
            put_clear(p, l);
    }
}

/* ---- participants ---- */

/* When a send to the lane is possible, or NULL: always. */
static const char *send_guard(struct pml *p, uint32_t lane)
{
    const char *stale = phase_stale(p, lane);
    if (!waits_for_room(&p->m->lanes[lane]))
        return NULL;
    return stale ? arena_printf(p->a, "(%s || %s)", stale, pml_room(p, lane)) : pml_room(p, lane);
}

const char *vars_send_possible(struct pml *p, uint32_t who, uint32_t state)
{
    const struct automaton *am = p->m->participants[who].automaton;
    const char *all = NULL;
    for (uint32_t e = am->states[state].first; e < am->states[state].first + am->states[state].n; e++) {
        if (am->edges[e].dir != DIR_SEND || !pml_possible(p->m, who, e))
            continue;
        const char *one = send_guard(p, p->m->lane_of[p->m->edge_base[who] + e]);
        if (one == NULL)
            return "true";
        all = all ? arena_printf(p->a, "%s || %s", all, one) : one;
    }
    return all;
}

/* "    :: d_step { AT(A, 0)": the line of a step begins. */
static void put_at(struct pml *p, struct step s, uint32_t who, uint32_t state)
{
    pml_step(p, s);
    buf_printf(&p->text, "    :: d_step { AT(%s, %u)", p->participant[who], state);
}

static void put_go(struct pml *p, uint32_t who, const struct step *s, const struct edge *edge)
{
    buf_printf(&p->text, "pc_%s = %u EVENT(%u) }", p->participant[who], edge->target, pml_event(p, s));
    pml_end_line(p, edge->at);
}

/* The message would be in the lane, were it not lost on its way. */
static void put_arrives(struct pml *p, uint32_t lane)
{
    const char *stale = phase_stale(p, lane);
    if (p->m->lanes[lane].policy != POLICY_DROP_OLDEST)
        buf_printf(&p->text, " && %s", pml_room(p, lane));
    if (stale)
        buf_printf(&p->text, " && !(%s)", stale);
}

static void put_send_edge(struct pml *p, uint32_t who, uint32_t state, uint32_t id, const struct edge *edge)
{
    uint32_t lane = p->m->lane_of[id];
    const char *guard = send_guard(p, lane);
    struct step s = {.kind = STEP_SEND, .edge = id}, lost = {.kind = STEP_LOSS, .edge = id};
    put_at(p, s, who, state);
    buf_printf(&p->text, "%s%s -> send_%s(%s); ", guard ? " && " : "", guard ? guard : "", p->lane[lane],
               p->message[edge->message]);
    put_go(p, who, &s, edge);
    if (p->m->loss == 0 || edge->interrupt)
        return;
    put_at(p, lost, who, state);
    put_arrives(p, lane);
    buf_puts(&p->text, " && loss > 0 -> loss--; ");
    put_go(p, who, &lost, edge);
}

static void put_receive_edge(struct pml *p, uint32_t who, uint32_t state, uint32_t id, const struct edge *edge)
{
    uint32_t lane = p->m->lane_of[id];
    struct step s = {.kind = STEP_RECEIVE, .edge = id};
    put_at(p, s, who, state);
    buf_printf(&p->text, " && %s -> ", pml_head(p, lane, edge->message));
    if (edge->interrupt)
        buf_printf(&p->text, "phase_%s = age_%s(0) - 1; ", p->participant[who], p->lane[lane]);
    buf_printf(&p->text, "take_%s(); ", p->lane[lane]);
    put_go(p, who, &s, edge);
}

static void put_event_edge(struct pml *p, uint32_t who, uint32_t state, uint32_t id, const struct edge *edge)
{
    const struct session_event *event = phase_event(p, who, edge);
    if (event->kind == EV_CRASH || !p->m->runs[p->m->participants[who].run].phased)
        return; /* the process `crashes` takes it, if anybody does */
    const char *sends = event->kind == EV_TIMEOUT ? vars_send_possible(p, who, state) : NULL;
    struct step s = {.kind = STEP_EVENT, .edge = id};
    put_at(p, s, who, state);
    if (sends)
        buf_printf(&p->text, " && !(%s)", sends);
    buf_puts(&p->text, " -> ");
    phase_raise(p, who, event->level);
    put_go(p, who, &s, edge);
}

/* Does the edge lead out of the body of a `try`? */
static bool leaves(const struct edge *edge)
{
    return edge->dir == DIR_EVENT || (edge->dir == DIR_RECEIVE && edge->interrupt);
}

static void put_edge(struct pml *p, uint32_t who, uint32_t state, uint32_t e)
{
    const struct edge *edge = &p->m->participants[who].automaton->edges[e];
    uint32_t id = p->m->edge_base[who] + e;
    if (edge->dir == DIR_EVENT)
        put_event_edge(p, who, state, id, edge);
    else if (!pml_possible(p->m, who, e))
        return;
    else if (edge->dir == DIR_SEND)
        put_send_edge(p, who, state, id, edge);
    else
        put_receive_edge(p, who, state, id, edge);
}

/* "len_a + len_b > 0", over all lanes into the participant; NULL when there are none. */
static const char *something_left(struct pml *p, uint32_t who)
{
    const char *sum = NULL;
    for (uint32_t l = 0; l < p->m->n_lanes; l++)
        if (p->m->lanes[l].to == who)
            sum = arena_printf(p->a, "%s%slen_%s", sum ? sum : "", sum ? " + " : "", p->lane[l]);
    return sum ? arena_printf(p->a, "%s > 0", sum) : NULL;
}

static void put_wrong_heads(struct pml *p, uint32_t who, uint32_t state)
{
    const char *unexpected = pml_unexpected(p, who, state), *left = something_left(p, who);
    const char *name_ = p->participant[who];
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, p->m->n_lanes + 1);
    if (unexpected)
        buf_printf(&p->text, "    UNEXPECTED(%s, %u, %s)\n", name_, state, unexpected);
    if (!p->m->participants[who].automaton->states[state].final || left == NULL)
        return;
    if (pml_lanes_read(p->m, who, state, true, lanes) == 0)
        buf_printf(&p->text, "    ORPHAN(%s, %u, %s)\n", name_, state, left);
    else
        buf_printf(&p->text, "    LEFT_OVER(%s, %u, %s%s%s%s)\n", name_, state, left, unexpected ? " && !(" : "",
                   unexpected ? unexpected : "", unexpected ? ")" : "");
}

static void put_edges(struct pml *p, uint32_t who, bool that_leave)
{
    const struct automaton *am = p->m->participants[who].automaton;
    for (uint32_t s = 0; s < am->n_states; s++)
        for (uint32_t e = am->states[s].first; e < am->states[s].first + am->states[s].n; e++)
            if (leaves(&am->edges[e]) == that_leave)
                put_edge(p, who, s, e);
}

/* The steps out of bodies, with what follows from each of them in the same transition, written once. */
static void put_leaving(struct pml *p, uint32_t who)
{
    uint32_t before = p->lines.n;
    size_t start = p->text.n;
    buf_puts(&p->text, "    :: atomic {\n        if\n");
    put_edges(p, who, true);
    if (p->lines.n == before) {
        p->text.n = start;
        return;
    }
    buf_puts(&p->text, "        fi;\n        ");
    phase_purge(p, who);
    phase_rebase(p, p->m->participants[who].run);
    buf_puts(&p->text, "skip\n    }\n");
}

static void put_participant(struct pml *p, uint32_t who)
{
    const struct automaton *am = p->m->participants[who].automaton;
    buf_printf(&p->text, "\nactive proctype p_%s() /* %s */\n{\nend_loop:\n    do\n", p->participant[who],
               p->m->participants[who].name);
    put_edges(p, who, false);
    if (p->m->runs[p->m->participants[who].run].phased)
        put_leaving(p, who);
    for (uint32_t s = 0; s < am->n_states; s++)
        put_wrong_heads(p, who, s);
    buf_puts(&p->text, "    :: false\n    od\n}\n");
}

/* ---- the watch ---- */

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
    buf_puts(&p->text, ") -> assert(false) }\n#endif\n");
    if (p->crashes)
        crash_watch(p);
    if (p->levels)
        phase_watch(p);
    buf_puts(&p->text, "    :: false\n    od\n}\n");
}

/* ---- the whole ---- */

void vars_text(struct pml *p)
{
    put_variables(p);
    if (p->crashes)
        crash_variables(p);
    if (p->levels)
        phase_variables(p);
    if (p->events)
        ltl_declare(p);
    put_step_macros(p);
    put_watch_macros(p);
    put_lanes(p);
    if (p->levels)
        phase_inlines(p);
    if (p->crashes)
        crash_runs(p);
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        put_participant(p, i);
    if (p->crashes)
        crash_process(p);
    put_watch(p);
}
