/* promela_heads.c -- unexpected and orphan messages as conditions on the heads of lanes, for all encodings. */
#include "promela_parts.h"

bool pml_lane_phased(const struct pml *p, uint32_t lane)
{
    return p->m->runs[p->m->participants[p->m->lanes[lane].from].run].phased;
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

uint32_t pml_lanes_read(const struct model *m, uint32_t who, uint32_t state, bool interrupts, uint32_t *lanes)
{
    uint32_t n = 0;
    for (uint32_t l = 0; l < m->n_lanes; l++) {
        bool reads = false;
        if (m->lanes[l].to == who && (interrupts || !m->lanes[l].interrupt))
            pml_takes(m, who, state, l, UINT32_MAX, &reads);
        if (reads)
            lanes[n++] = l;
    }
    return n;
}

const char *pml_head(struct pml *p, uint32_t lane, uint32_t message)
{
    const struct model_lane *l = &p->m->lanes[lane];
    const char *name_ = p->lane[lane], *head, *to = p->participant[l->to];
    if (!p->vars)
        return arena_printf(p->a, "%s?[%s]", name_, p->message[message]);
    if (l->n_labels <= 1)
        head = arena_printf(p->a, "len_%s > 0", name_);
    else
        head = arena_printf(p->a, "msg_%s[0] == %s", name_, p->message[message]); /* 0 where the lane is empty */
    if (!pml_lane_phased(p, lane))
        return head;
    return arena_printf(p->a, "(%s && age_%s(0) %s phase_%s + 1)", head, name_, l->interrupt ? ">" : "==", to);
}

/* "(lane?[a] || lane?[b])": the head of the lane has no edge in this state. */
static void put_refused(struct pml *p, struct buf *out, uint32_t who, uint32_t state, uint32_t l)
{
    const struct model_lane *lane = &p->m->lanes[l];
    const char *sep = "(";
    bool reads;
    for (uint32_t k = 0; k < lane->n_labels; k++)
        if (!pml_takes(p->m, who, state, l, lane->labels[k], &reads)) {
            buf_printf(out, "%s%s", sep, pml_head(p, l, lane->labels[k]));
            sep = " || ";
        }
    buf_putc(out, ')');
}

uint32_t pml_unexpected_lanes(const struct model *m, uint32_t who, uint32_t state, uint32_t *lanes)
{
    const struct automaton *am = m->participants[who].automaton;
    const struct state *st = &am->states[state];
    for (uint32_t e = st->first; e < st->first + st->n; e++)
        if (am->edges[e].dir == DIR_SEND)
            return 0;
    uint32_t n = pml_lanes_read(m, who, state, false, lanes);
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
    uint32_t *lanes = ARENA_ARRAY(p->a, uint32_t, p->m->n_lanes + 1), n = pml_unexpected_lanes(p->m, who, state, lanes);
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
