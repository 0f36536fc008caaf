/* promela_labels.c -- the encoding with labels, for models in which participants alone act.
 *
 * A participant is a process and a state a label; lanes are channels. Where nobody but its sender writes to a lane and
 * nobody but its receiver looks into it, SPIN is told so, which is what its reduction lives on: then a step is a plain
 * send or receive, and a wrong message is received before it is complained about. A lane that loses messages, or
 * shares its room with others, is looked into by its senders and cannot be exclusive.
 */
#include "ltl_promela.h"
#include "promela_parts.h"

/* ---- how lanes are used ---- */

/* SPIN allows exclusive use only of lanes that are not looked into without receiving from them. */
enum use {
    USE_EXCLUSIVE,
    USE_ASKED, /* whether it is empty, when orphans alone are looked for */
    USE_PEEKED
};

/* Sending to the lane asks how many messages there are. */
static bool counted(const struct model *m, uint32_t l)
{
    enum policy policy = m->lanes[l].policy;
    return m->loss != 0 || m->lanes[l].pool != IR_NONE || policy == POLICY_DROP_NEWEST || policy == POLICY_DROP_OLDEST;
}

static const enum use *lane_uses(struct pml *p)
{
    const struct model *m = p->m;
    enum use *uses = ARENA_ARRAY(p->a, enum use, m->n_lanes + 1);
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, m->n_lanes + 1);
    for (uint32_t l = 0; l < m->n_lanes; l++)
        uses[l] = counted(m, l) ? USE_PEEKED : USE_EXCLUSIVE;
    for (uint32_t who = 0; who < m->n_participants; who++)
        for (uint32_t s = 0; s < m->participants[who].automaton->n_states; s++) {
            uint32_t n = m->participants[who].automaton->states[s].final ? pml_lanes_read(m, who, s, false, lanes) : 0;
            for (uint32_t i = 0; i < n; i++)
                uses[lanes[i]] = uses[lanes[i]] == USE_PEEKED ? USE_PEEKED : USE_ASKED;
            n = pml_unexpected_lanes(m, who, s, lanes);
            for (uint32_t i = 0; n > 1 && i < n; i++)
                uses[lanes[i]] = USE_PEEKED;
        }
    return uses;
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

/* ---- steps ---- */

static void put_send(struct pml *p, uint32_t lane, const char *message, uint32_t event)
{
    const struct model_lane *l = &p->m->lanes[lane];
    const char *to = p->lane[lane];
    switch (l->policy) {
    case POLICY_BLOCK:
    case POLICY_FAIL: /* the failed send leaves the state, and the code may try again */
        if (l->pool != IR_NONE)
            buf_printf(&p->text, "SEND_POOLED(%s, %s, %s, %u)", pml_room(p, lane), to, message, event);
        else
            buf_printf(&p->text, "STEP(%s!%s, %u)", to, message, event);
        break;
    case POLICY_DROP_NEWEST:
        buf_printf(&p->text, "SEND_OR_DROP(%s, %s, %s, %u)", pml_room(p, lane), to, message, event);
        break;
    case POLICY_DROP_OLDEST:
        buf_printf(&p->text, "DROP_AND_SEND(%s, %s, %s, %u)", pml_room(p, lane), to, message, event);
        break;
    }
}

static void put_target(struct pml *p, uint32_t who, const struct edge *edge)
{
    buf_printf(&p->text, "; goto %s", pml_state_label(p, who, edge->target));
    pml_end_line(p, edge->at);
}

/* The message is lost on its way: possible where it would be in the lane. */
static void put_loss(struct pml *p, uint32_t who, uint32_t lane, uint32_t id, const struct edge *edge)
{
    enum policy policy = p->m->lanes[lane].policy;
    struct step s = {.kind = STEP_LOSS, .edge = id};
    pml_step(p, s);
    buf_printf(&p->text, "    :: LOSE(%s, %u)", policy == POLICY_DROP_OLDEST ? "true" : pml_room(p, lane),
               pml_event(p, &s));
    put_target(p, who, edge);
}

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
        struct step s = {.kind = edge->dir == DIR_SEND ? STEP_SEND : STEP_RECEIVE, .edge = id};
        pml_step(p, s);
        buf_puts(&p->text, "    :: ");
        if (edge->dir == DIR_SEND)
            put_send(p, m->lane_of[id], p->message[edge->message], pml_event(p, &s));
        else
            buf_printf(&p->text, "STEP(%s?%s, %u)", p->lane[m->lane_of[id]], p->message[edge->message],
                       pml_event(p, &s));
        put_target(p, who, edge);
        if (edge->dir == DIR_SEND && m->loss != 0)
            put_loss(p, who, m->lane_of[id], id, edge);
    }
    return n;
}

/* ---- wrong heads ---- */

struct orphan {
    uint32_t lane, message;
    bool rests; /* the state reads other lanes: it counts once nothing moves */
};

/* The messages that are orphans in that state, into out[max_orphans]; returns how many. */
static uint32_t orphans_of(struct pml *p, uint32_t who, uint32_t state, struct orphan *out)
{
    const struct model *m = p->m;
    if (!m->participants[who].automaton->states[state].final)
        return 0;
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, m->n_lanes + 1), n = 0;
    uint32_t n_read = pml_lanes_read(m, who, state, false, lanes);
    bool reads;
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        if (m->lanes[l].to != who || (n_read == 1 && lanes[0] == l))
            continue; /* what the only lane brings and the state does not take is unexpected, and no orphan */
        for (uint32_t k = 0; k < m->lanes[l].n_labels; k++)
            if (!pml_takes(m, who, state, l, m->lanes[l].labels[k], &reads))
                out[n++] = (struct orphan){l, m->lanes[l].labels[k], n_read > 0};
    }
    return n;
}

static uint32_t max_orphans(const struct model *m)
{
    uint32_t n = 1;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        n += m->lanes[l].n_labels;
    return n;
}

/* "empty(a) || empty(b)" over the lanes that the state reads. Once nothing moves it says that the state is no
 * unexpected reception: that is the other violation, and then what is left over is none of its own. */
static const char *some_empty(struct pml *p, uint32_t who, uint32_t state)
{
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, p->m->n_lanes + 1);
    uint32_t n = pml_lanes_read(p->m, who, state, false, lanes);
    const char *text = "";
    for (uint32_t i = 0; i < n; i++)
        text = arena_printf(p->a, "%s%sempty(%s)", text, i ? " || " : "", p->lane[lanes[i]]);
    return text;
}

/* One lane: its wrong messages are received, which leaves the lane exclusive. Several: a condition on their heads. */
static void put_unexpected(struct pml *p, uint32_t who, uint32_t state)
{
    const struct model *m = p->m;
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, m->n_lanes + 1), n = pml_unexpected_lanes(m, who, state, lanes);
    bool reads;
    if (n > 1)
        buf_printf(&p->text, "    ALL_UNEXPECTED(%s)\n", pml_unexpected(p, who, state));
    for (uint32_t k = 0; n == 1 && k < m->lanes[lanes[0]].n_labels; k++)
        if (!pml_takes(m, who, state, lanes[0], m->lanes[lanes[0]].labels[k], &reads))
            buf_printf(&p->text, "    UNEXPECTED(%s, %s)\n", p->lane[lanes[0]],
                       p->message[m->lanes[lanes[0]].labels[k]]);
}

static void put_wrong_heads(struct pml *p, uint32_t who, uint32_t state)
{
    put_unexpected(p, who, state);
    struct orphan *orphans = ARENA_ARRAY(p->a, struct orphan, max_orphans(p->m));
    uint32_t n = orphans_of(p, who, state, orphans);
    for (uint32_t i = 0; i < n; i++)
        if (!orphans[i].rests)
            buf_printf(&p->text, "    ORPHAN(%s, %s)\n", p->lane[orphans[i].lane], p->message[orphans[i].message]);
        else if (i == 0 || orphans[i - 1].lane != orphans[i].lane)
            buf_printf(&p->text, "    LEFT_OVER(%s, %s)\n", p->lane[orphans[i].lane], some_empty(p, who, state));
}

/* ---- processes ---- */

static void put_state(struct pml *p, uint32_t who, uint32_t state)
{
    buf_printf(&p->text, "%s:\n    if\n", pml_state_label(p, who, state));
    if (put_actions_of(p, who, state) == 0)
        buf_puts(&p->text, "    :: false\n"); /* a place to stand */
    put_wrong_heads(p, who, state);
    buf_puts(&p->text, "    fi;\n");
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

/* ---- declarations ---- */

static void put_lanes(struct pml *p)
{
    for (uint32_t i = 0; i < p->m->n_lanes; i++)
        buf_printf(&p->text, "chan %s = [%u] of { mtype };\n", p->lane[i], pml_capacity(p->m, i));
    if (p->m->loss != 0)
        buf_printf(&p->text, "%s loss = %u; /* messages that may still get lost */\n",
                   p->m->loss < 256 ? "byte" : "int", p->m->loss);
}

static void put_step_macros(struct pml *p)
{
    const char *tick = ltl_tick(p->events);
    buf_printf(&p->text, "\n/* A step: with formulas to check, ev says which of their events it is. */\n"
                         "#ifdef LTL\n"
                         "#define STEP(action, event) d_step { action; ev = event%s }\n"
                         "#define EVENT(event) ; ev = event%s\n"
                         "#else\n"
                         "#define STEP(action, event) action\n"
                         "#define EVENT(event)\n"
                         "#endif\n", tick, tick);
    bool some = false;
    for (uint32_t l = 0; l < p->m->n_lanes; l++)
        some = some || counted(p->m, l);
    if (some)
        buf_puts(&p->text, "\n/* Where the room is shared; where a message gets lost when there is none. */\n"
                           "#define SEND_POOLED(room, lane, message, event) \\\n"
                           "    d_step { room -> lane!message EVENT(event) }\n"
                           "#define SEND_OR_DROP(room, lane, message, event) \\\n"
                           "    d_step { if :: room -> lane!message :: else -> skip fi EVENT(event) }\n"
                           "#define DROP_AND_SEND(room, lane, message, event) \\\n"
                           "    d_step { if :: room -> skip :: else -> lane?_ fi; lane!message EVENT(event) }\n"
                           "#define LOSE(possible, event) d_step { loss > 0 && (possible) -> loss-- EVENT(event) }\n");
}

static void put_watch_macros(struct pml *p)
{
    buf_puts(&p->text, "\n/* Every lane that the state reads has a head that it does not take. */\n"
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

void labels_text(struct pml *p)
{
    put_lanes(p);
    if (p->events)
        ltl_declare(p);
    put_step_macros(p);
    put_watch_macros(p);
    const enum use *uses = lane_uses(p);
    for (uint32_t i = 0; i < p->m->n_participants; i++)
        put_process(p, i, uses);
}
