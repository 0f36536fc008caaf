/* wire.c -- the plan that all sessions of a wire share, computed once from the tables, and blocks laid out by it.
 *
 * There is a lane for each ordered pair of roles that some send label uses. A block is one piece of memory: the
 * participants, the lanes, the slots of all lanes, what the participants' refinements remember.
 */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static const motet_role_type *find_role(const motet_actor_type *actor, const motet_session_type *session, uint16_t r)
{
    for (uint16_t i = 0; i < actor->n_roles; i++) {
        if (actor->roles[i].session == session && actor->roles[i].role == r) {
            return &actor->roles[i];
        }
    }
    return NULL;
}

/* Binds the role to its candidates. */
static motet_err bind_role(motet_system *sys, motet__wire *wire, uint16_t r, const motet_bind *bind)
{
    const motet_session_type *s = wire->session;
    if (bind->child >= sys->spec->n_children || sys->spec->children[bind->child].dynamic) {
        return MOTET_EINVAL;
    }
    const motet_child_spec *child = &sys->spec->children[bind->child];
    motet__role *role = &wire->roles[r];
    role->type = find_role(child->actor, s, r);
    if (!role->type || !role->type->automaton || !role->type->receive || !role->type->produce) {
        return MOTET_EINVAL;
    }
    role->automaton = role->type->automaton;
    if (!motet__automaton_valid(role->automaton, s->n_roles, s->n_messages) ||
        (!bind->any && bind->instance >= child->count)) {
        return MOTET_EINVAL;
    }
    role->first = sys->child_first[bind->child] + (bind->any ? 0 : bind->instance);
    role->count = bind->any ? child->count : 1;
    return MOTET_OK;
}

static uint16_t find_lane(const motet__wire *wire, uint16_t from, uint16_t to)
{
    for (uint16_t i = 0; i < wire->n_lanes; i++) {
        if (wire->lanes[i].from == from && wire->lanes[i].to == to) {
            return i;
        }
    }
    return MOTET_NONE;
}

/* Whether a send label agrees with the peer's receive label that it names. */
static bool labels_agree(const motet__wire *wire, uint16_t r, const motet_label *l)
{
    const motet_automaton *peer = wire->roles[l->peer].automaton;
    if (l->peer_label == MOTET_NONE) {
        return true;
    }
    if (l->peer_label >= peer->n_labels) {
        return false;
    }
    const motet_label *q = &peer->labels[l->peer_label];
    return q->dir == MOTET_RECEIVE && q->peer == r && q->message == l->message;
}

/* Gives every send label of the role its lane. */
static motet_err plan_sends(motet_system *sys, motet__wire *wire, uint16_t r)
{
    motet__role *role = &wire->roles[r];
    const motet_automaton *a = role->automaton;
    for (uint16_t l = 0; l < a->n_labels; l++) {
        const motet_label *label = &a->labels[l];
        role->lane_of[l] = MOTET_NONE;
        if (label->dir != MOTET_SEND) {
            continue;
        }
        if (!labels_agree(wire, r, label)) {
            return MOTET_EINVAL;
        }
        uint16_t lane = find_lane(wire, r, label->peer);
        if (lane == MOTET_NONE) {
            lane = wire->n_lanes++;
            const motet_actor_type *reader = sys->actors[wire->roles[label->peer].first].type;
            uint32_t room = reader->shared ? reader->mailbox : motet__sim_room(sys->sim, reader->mailbox);
            wire->lanes[lane] = (motet__lane_shape){.from = r,
                                                    .to = label->peer,
                                                    .capacity = room,
                                                    .policy = (uint8_t)reader->policy,
                                                    .shared = reader->shared};
        }
        role->lane_of[l] = lane;
    }
    return MOTET_OK;
}

/* For every state of the role: the lanes that it reads, and the largest payload that it sends. */
static void plan_states(motet__wire *wire, uint16_t r)
{
    motet__role *role = &wire->roles[r];
    const motet_automaton *a = role->automaton;
    uint32_t n = 0;
    for (uint16_t s = 0; s < a->n_states; s++) {
        role->reads[s] = n;
        for (uint16_t i = 0; i < wire->n_lanes; i++) {
            if (wire->lanes[i].to == r && motet__step_meets(a, s, MOTET_RECEIVE, wire->lanes[i].from)) {
                role->read_lanes[n++] = i;
            }
        }
        for (uint16_t l = 0; l < a->n_labels; l++) {
            uint32_t size = wire->session->messages[a->labels[l].message].size;
            if (a->labels[l].dir == MOTET_SEND && motet__step(a, s, l) != MOTET_NONE && size > role->room[s]) {
                role->room[s] = size;
            }
        }
    }
    role->reads[a->n_states] = n;
}

static size_t lanes_into(const motet__wire *wire, uint16_t r)
{
    size_t n = 0;
    for (uint16_t i = 0; i < wire->n_lanes; i++) {
        n += wire->lanes[i].to == r;
    }
    return n;
}

static motet_err plan_role_memory(motet__wire *wire, uint16_t r)
{
    motet__role *role = &wire->roles[r];
    size_t states = role->automaton->n_states, labels = role->automaton->n_labels;
    role->room = calloc(states, sizeof *role->room);
    role->reads = calloc(states + 1u, sizeof *role->reads);
    role->lane_of = calloc(labels + 1u, sizeof *role->lane_of);
    return role->room && role->reads && role->lane_of ? MOTET_OK : MOTET_ENOMEM;
}

/* At most one lane for each ordered pair, and no more than there are send labels. */
static size_t lanes_at_most(const motet__wire *wire)
{
    size_t labels = 0, n = wire->session->n_roles;
    for (size_t r = 0; r < n; r++) {
        labels += wire->roles[r].automaton->n_labels;
    }
    return labels < n * n ? labels : n * n;
}

static bool somebody_begins(const motet__wire *wire)
{
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        if (motet__begins(&wire->roles[r])) {
            return true;
        }
    }
    return false;
}

/* What the role's refinements remember, rounded up so that the next one's is aligned as well. */
static size_t memory_size(const motet__role *role)
{
    return (role->type->memory_size + 7u) & ~(size_t)7u;
}

static size_t block_size(const motet__wire *wire)
{
    size_t slots = 0;
    for (uint16_t i = 0; i < wire->n_lanes; i++) {
        slots += wire->lanes[i].capacity;
    }
    size_t memory = 0;
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        memory += memory_size(&wire->roles[r]);
    }
    return sizeof(motet__block) + wire->session->n_roles * sizeof(motet_session) +
           wire->n_lanes * sizeof(motet__lane) + slots * sizeof(motet__message *) + memory;
}

static motet_err plan_roles(motet_system *sys, motet__wire *wire)
{
    uint16_t n = wire->session->n_roles;
    motet_err e = MOTET_OK;
    size_t most = lanes_at_most(wire);
    wire->lanes = calloc(most + 1u, sizeof *wire->lanes);
    if (!wire->lanes || most >= MOTET_NONE) {
        return wire->lanes ? MOTET_ELIMIT : MOTET_ENOMEM;
    }
    for (uint16_t r = 0; r < n && e == MOTET_OK; r++) {
        e = plan_role_memory(wire, r);
        e = e == MOTET_OK ? plan_sends(sys, wire, r) : e;
    }
    for (uint16_t r = 0; r < n && e == MOTET_OK; r++) {
        motet__role *role = &wire->roles[r];
        role->read_lanes = calloc(role->automaton->n_states * lanes_into(wire, r) + 1u, sizeof *role->read_lanes);
        if (!role->read_lanes) {
            return MOTET_ENOMEM;
        }
        plan_states(wire, r);
    }
    return e;
}

motet_err motet__wire_init(motet_system *sys, motet__wire *wire, const motet_wire_spec *spec)
{
    const motet_session_type *s = spec->session;
    wire->session = s;
    if (!s || s->n_roles == 0 || s->n_roles == MOTET_NONE ||
        (s->initiator >= s->n_roles && s->initiator != MOTET_NONE)) {
        return MOTET_EINVAL;
    }
    wire->roles = calloc(s->n_roles, sizeof *wire->roles);
    wire->chosen = calloc(s->n_roles, sizeof *wire->chosen);
    if (!wire->roles || !wire->chosen) {
        return MOTET_ENOMEM;
    }
    motet_err e = MOTET_OK;
    for (uint16_t r = 0; r < s->n_roles && e == MOTET_OK; r++) {
        e = bind_role(sys, wire, r, &spec->bind[r]);
    }
    if (e == MOTET_OK && !somebody_begins(wire)) {
        e = MOTET_EINVAL;
    }
    e = e == MOTET_OK ? plan_roles(sys, wire) : e;
    if (e == MOTET_OK) {
        motet__block_pool_init(&wire->blocks, block_size(wire));
    }
    return e;
}

void motet__wire_fini(motet__wire *wire)
{
    for (uint16_t r = 0; wire->roles && r < wire->session->n_roles; r++) {
        free(wire->roles[r].room);
        free(wire->roles[r].reads);
        free(wire->roles[r].read_lanes);
        free(wire->roles[r].lane_of);
    }
    free(wire->roles);
    free(wire->chosen);
    free(wire->lanes);
    motet__block_pool_fini(&wire->blocks);
}

/* Where the parts of a new block lie. */
static void lay_out(motet__wire *wire, motet__block *b)
{
    uint16_t n = wire->session->n_roles;
    b->wire = wire;
    b->parts = (motet_session *)(void *)(b + 1);
    b->lanes = (motet__lane *)(void *)(b->parts + n);
    motet__message **slots = (motet__message **)(void *)(b->lanes + wire->n_lanes);
    for (uint16_t i = 0; i < wire->n_lanes; i++) {
        const motet__lane_shape *shape = &wire->lanes[i];
        b->lanes[i].from = shape->from;
        b->lanes[i].to = shape->to;
        b->lanes[i].capacity = shape->capacity;
        b->lanes[i].policy = shape->policy;
        b->lanes[i].shared = shape->shared;
        b->lanes[i].slots = slots;
        slots += shape->capacity;
    }
    unsigned char *memory = (unsigned char *)(void *)slots;
    for (uint16_t r = 0; r < n; r++) {
        b->parts[r].link.kind = MOTET__PARTICIPANT;
        b->parts[r].role = r;
        b->parts[r].block = b;
        b->parts[r].plan = &wire->roles[r];
        b->parts[r].memory = memory;
        memory += memory_size(&wire->roles[r]);
    }
}

/* The participant stands at its role's initial state. */
static void rewind_participant(motet_session *p)
{
    uint16_t kind = p->plan->automaton->states[0].kind;
    p->closed = kind == MOTET_AT_END; /* nothing to do: never run, never told */
    p->passive = kind == MOTET_AT_END || kind == MOTET_AT_REST;
    atomic_store_explicit(&p->ready, p->closed, memory_order_relaxed);
    atomic_store_explicit(&p->ended, p->closed, memory_order_relaxed);
    atomic_store_explicit(&p->resumed, 0, memory_order_relaxed);
    p->state = p->out_label = p->cursor = 0;
    p->touched = p->later = p->blocked = p->first_of_actor = false;
    p->sends_first = p->queued = p->granted = false;
    p->refused = MOTET_NOT_REFUSED;
    p->pending = NULL;
    p->unsettled = NULL;
    p->room = NULL;
    p->slot = NULL;
    memset(p->memory, 0, p->plan->type->memory_size);
}

static motet__block *new_block(motet__wire *wire)
{
    motet__block *b = motet__block_new(&wire->blocks);
    if (b) {
        lay_out(wire, b);
    }
    return b;
}

bool motet__wire_reserve(motet__wire *wire, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        motet__block *b = new_block(wire);
        if (!b) {
            return false;
        }
        motet__block_free(&wire->blocks, b);
    }
    return true;
}

motet__block *motet__wire_block(motet__wire *wire, bool fixed)
{
    motet__block *b = motet__block_reuse(&wire->blocks);
    b = b || fixed ? b : new_block(wire);
    if (!b) {
        return NULL;
    }
    uint32_t active = 0, refs = 0;
    for (uint16_t r = 0; r < wire->session->n_roles; r++) {
        rewind_participant(&b->parts[r]);
        active += !b->parts[r].passive;
        refs += !b->parts[r].closed;
    }
    for (uint16_t i = 0; i < wire->n_lanes; i++) {
        motet__lane_init(&b->lanes[i]);
    }
    /* relaxed, like all of the above: participants are published by the wake-ups that follow. */
    atomic_store_explicit(&b->word, active * MOTET__ACTIVE_ONE, memory_order_relaxed);
    atomic_store_explicit(&b->refs, refs, memory_order_relaxed);
    return b;
}
