/* model_kit.h -- models by hand, for the tests of the checker: no file, no parser, no projection.
 *
 *   struct kit *k = kit_new(arena);
 *   kit_role(k, "A", "0 B!Ping 1, 1 B?Pong 2");   states are numbers; one without edges is final
 *   kit_role(k, "B", "0 A?Ping 1, 1 A!Pong 2, 2 end");   "N end": final though it has (receive) edges
 *   struct model *m = kit_model(k, 1, 2);         one run, lanes of capacity 2
 *
 * Interrupts are written twice: "0 B!!Stop 1", "3 A??Stop 4". Events: kit_timeout(k, "A", level), kit_cancel and
 * kit_crash_of return a number that an edge names, "0 @0 5"; kit_model then adds phases and interrupt lanes.
 *
 * Roles and messages are numbered by their first mention. The i-th edge described, from 1, has its place in the source
 * at line i. Supervision: kit_supervisor, kit_child in start order, the root first; the roles are bound to the
 * instances in the same order.
 */
#ifndef MOTET_TESTS_MODEL_KIT_H
#define MOTET_TESTS_MODEL_KIT_H
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

enum { KIT_ROLES = 16, KIT_MESSAGES = 16, KIT_EDGES = 64, KIT_LINES = 256, KIT_MEMBERS = 8, KIT_EVENTS = 16 };

struct kit_edge {
    uint32_t state;
    struct edge edge;
};

struct kit {
    struct arena *a;
    struct ir ir;
    struct session_type session;
    struct role roles[KIT_ROLES];
    struct automaton automata[KIT_ROLES];
    uint32_t n_roles;
    struct message messages[KIT_MESSAGES];
    struct session_event events[KIT_EVENTS];
    uint32_t lines; /* edges described so far */
    struct system system;
    struct supervisor supervisors[KIT_MEMBERS];
    struct child children[KIT_MEMBERS];
    struct instance instances[KIT_ROLES];
    struct verify verify;
    struct verify_crash crashes[4];
};

static inline struct kit *kit_new(struct arena *a)
{
    struct kit *k = ARENA_NEW(a, struct kit);
    struct sources *sources = sources_new(a);
    char text[KIT_LINES * 2 + 1] = "";
    for (int i = 0; i < KIT_LINES; i++)
        strcat(text, "-\n");
    sources_add(sources, "kit.proto-session", text, strlen(text));
    k->a = a;
    k->session = (struct session_type){.name = "S", .by_locals = true, .roles = k->roles, .locals = k->automata,
                                       .events = k->events, .implementable = true, .usable = true, .initiator = IR_NONE};
    k->ir = (struct ir){.a = a, .sources = sources, .module = "kit", .messages = k->messages, .n_sessions = 1,
                        .sessions = &k->session};
    k->system = (struct system){.name = "Sys", .supervisors = k->supervisors, .children = k->children,
                                .instances = k->instances};
    k->verify.crashes = k->crashes;
    return k;
}

static inline uint16_t kit_named_role(struct kit *k, const char *text)
{
    for (uint32_t i = 0; i < k->n_roles; i++)
        if (strcmp(k->roles[i].name, text) == 0)
            return (uint16_t)i;
    char *copy = arena_strndup(k->a, text, strlen(text));
    k->roles[k->n_roles] = (struct role){.name = copy, .base = copy};
    k->session.n_roles = k->n_roles + 1;
    return (uint16_t)k->n_roles++;
}

static inline uint16_t kit_message(struct kit *k, const char *text)
{
    for (uint32_t i = 0; i < k->ir.n_messages; i++)
        if (strcmp(k->messages[i].name, text) == 0)
            return (uint16_t)i;
    k->messages[k->ir.n_messages] =
        (struct message){.name = arena_strndup(k->a, text, strlen(text)), .base = k->ir.n_messages};
    return (uint16_t)k->ir.n_messages++;
}

static inline int kit_edge_order(const void *x, const void *y)
{
    const struct kit_edge *a = x, *b = y;
    if (a->state != b->state)
        return a->state < b->state ? -1 : 1;
    if (a->edge.dir != b->edge.dir)
        return a->edge.dir < b->edge.dir ? -1 : 1;
    if (a->edge.peer != b->edge.peer)
        return a->edge.peer < b->edge.peer ? -1 : 1;
    if (a->edge.interrupt != b->edge.interrupt)
        return a->edge.interrupt ? 1 : -1;
    return a->edge.message < b->edge.message ? -1 : a->edge.message > b->edge.message;
}

/* ---- events ---- */

static inline uint32_t kit_event(struct kit *k, enum event_kind kind, const char *catcher, uint32_t who, uint32_t level)
{
    static const char *const names[] = {"timeout", "crash", "cancel"};
    uint32_t lo = 2 * k->lines, i = k->session.n_events++;
    k->events[i] = (struct session_event){.kind = kind, .catcher = kit_named_role(k, catcher), .who = who,
                                          .after_ns = 1000000000, .level = level, .name = names[kind],
                                          .at = {0, lo, lo + 1}};
    return i;
}

static inline uint32_t kit_timeout(struct kit *k, const char *catcher, uint32_t level)
{
    return kit_event(k, EV_TIMEOUT, catcher, IR_NONE, level);
}

static inline uint32_t kit_cancel(struct kit *k, const char *catcher, uint32_t level)
{
    return kit_event(k, EV_CANCEL, catcher, IR_NONE, level);
}

static inline uint32_t kit_crash_of(struct kit *k, const char *who, const char *catcher, uint32_t level)
{
    return kit_event(k, EV_CRASH, catcher, kit_named_role(k, who), level);
}

/* ---- automata ---- */

/* " 0 B!Ping 1", " 0 B!!Ping 1", " 0 @2 1" into *e; false when it is none of these. */
static inline bool kit_edge_of(struct kit *k, const char *p, uint32_t who, struct kit_edge *e)
{
    unsigned from, to, event;
    char peer[16], message[17], dir;
    uint32_t lo = 2 * k->lines;
    *e = (struct kit_edge){0};
    if (sscanf(p, " %u %15[A-Za-z0-9]%c%16s %u", &from, peer, &dir, message, &to) == 5) {
        e->edge.dir = dir == '!' ? DIR_SEND : DIR_RECEIVE;
        e->edge.interrupt = message[0] == dir;
        e->edge.peer = kit_named_role(k, peer);
        e->edge.message = kit_message(k, message + e->edge.interrupt);
    } else if (sscanf(p, " %u @%u %u", &from, &event, &to) == 3) {
        e->edge = (struct edge){.dir = DIR_EVENT, .peer = (uint16_t)who, .message = (uint16_t)event};
    } else {
        return false;
    }
    e->state = from;
    e->edge.target = to;
    e->edge.at = (struct span){0, lo, lo + 1};
    k->lines++;
    return true;
}

static inline void kit_role(struct kit *k, const char *role, const char *text)
{
    struct kit_edge edges[KIT_EDGES];
    bool end[KIT_EDGES] = {false};
    uint32_t n = 0, n_states = 1, who = kit_named_role(k, role);
    for (const char *p = text; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        unsigned from, to = 0;
        if (kit_edge_of(k, p, who, &edges[n])) {
            from = edges[n].state;
            to = edges[n++].edge.target;
        } else if (sscanf(p, " %u end", &from) == 1) {
            end[from] = true;
        } else {
            abort();
        }
        n_states = from >= n_states ? from + 1 : n_states;
        n_states = to >= n_states ? to + 1 : n_states;
    }
    qsort(edges, n, sizeof *edges, kit_edge_order);
    struct automaton *au = &k->automata[who];
    *au = (struct automaton){n_states, n, ARENA_ARRAY(k->a, struct state, n_states), ARENA_ARRAY(k->a, struct edge, n)};
    for (uint32_t i = n; i-- > 0;) {
        au->edges[i] = edges[i].edge;
        au->states[edges[i].state].first = i;
        au->states[edges[i].state].n++;
        au->states[edges[i].state].at = edges[i].edge.at;
    }
    for (uint32_t q = 0; q < n_states; q++)
        au->states[q].final = end[q] || au->states[q].n == 0;
}

/* ---- supervision ---- */

static inline uint32_t kit_supervisor(struct kit *k, uint32_t parent, enum strategy strategy, uint32_t intensity)
{
    uint32_t v = k->system.n_supervisors++;
    k->supervisors[v] = (struct supervisor){.name = "sup", .strategy = strategy, .intensity = intensity,
                                            .parent = parent,
                                            .members = ARENA_ARRAY(k->a, struct member, KIT_MEMBERS)};
    if (parent != IR_NONE)
        k->supervisors[parent].members[k->supervisors[parent].n_members++] = (struct member){true, v};
    return v;
}

static inline uint32_t kit_child(struct kit *k, uint32_t supervisor, const char *child, uint32_t size,
                                 enum restart_type restart)
{
    uint32_t c = k->system.n_children++;
    struct supervisor *sup = &k->supervisors[supervisor];
    k->children[c] = (struct child){.name = child, .size = size, .family = size > 1, .restart = restart,
                                    .first_instance = k->system.n_instances, .supervisor = supervisor};
    sup->members[sup->n_members++] = (struct member){false, c};
    for (uint32_t i = 0; i < size; i++)
        k->instances[k->system.n_instances++] =
            (struct instance){size > 1 ? arena_printf(k->a, "%s[%u]", child, (unsigned)i) : child, c, i};
    return c;
}

/* `child` IR_NONE: of any */
static inline void kit_crashes(struct kit *k, uint32_t count, uint32_t child)
{
    k->crashes[k->verify.n_crashes++] = (struct verify_crash){child, count};
}

/* ---- the model ---- */

static inline uint32_t kit_labels(struct kit *k, uint32_t from, uint32_t to, bool interrupt, uint16_t *labels)
{
    uint32_t n = 0;
    for (uint32_t msg = 0; msg < k->ir.n_messages; msg++)
        for (uint32_t e = 0; e < k->automata[from].n_edges; e++) {
            const struct edge *x = &k->automata[from].edges[e];
            if (x->dir == DIR_SEND && x->peer == to && x->interrupt == interrupt && x->message == msg) {
                labels[n++] = (uint16_t)msg;
                break;
            }
        }
    return n;
}

static inline void kit_add_lanes(struct kit *k, struct model *m, uint32_t first, uint32_t capacity)
{
    for (uint32_t from = 0; from < k->n_roles; from++)
        for (uint32_t i = 0; i < 2 * k->n_roles; i++) {
            uint16_t *labels = ARENA_ARRAY(k->a, uint16_t, KIT_MESSAGES);
            uint32_t n = kit_labels(k, from, i / 2, i % 2, labels);
            if (n)
                m->lanes[m->n_lanes++] = (struct model_lane){
                    .from = first + from, .to = first + i / 2, .interrupt = i % 2, .capacity = capacity,
                    .pool = IR_NONE, .n_labels = n, .labels = labels};
        }
}

/* Of the lanes between two participants the one of that kind. */
static inline uint32_t kit_lane_of_kind(const struct model *m, uint32_t from, uint32_t to, bool interrupt)
{
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].from == from && m->lanes[l].to == to && m->lanes[l].interrupt == interrupt)
            return l;
    return IR_NONE;
}

static inline uint32_t kit_lane(const struct model *m, uint32_t from, uint32_t to)
{
    return kit_lane_of_kind(m, from, to, false);
}

static inline struct model *kit_model(struct kit *k, uint32_t runs, uint32_t capacity)
{
    struct model *m = ARENA_NEW(k->a, struct model);
    uint32_t n = k->n_roles * runs;
    *m = (struct model){.ir = &k->ir, .subject = "S", .n_participants = n, .n_runs = runs, .fair_weak = true};
    m->participants = ARENA_ARRAY(k->a, struct model_participant, n);
    m->edge_base = ARENA_ARRAY(k->a, uint32_t, n);
    m->runs = ARENA_ARRAY(k->a, struct model_run, runs);
    m->lanes = ARENA_ARRAY(k->a, struct model_lane, (size_t)runs * 2 * k->n_roles * k->n_roles);
    m->phased = k->session.n_events > 0;
    m->loss = k->verify.loss;
    bool of_system = k->system.n_supervisors > 0;
    if (of_system) {
        m->system = &k->system;
        m->verify = &k->verify;
        m->n_crashes = k->verify.n_crashes;
        m->crashes = k->crashes;
    }
    for (uint32_t p = 0; p < n; p++) {
        uint32_t run = p / k->n_roles, role = p % k->n_roles;
        name who = runs == 1 ? k->roles[role].name
                             : arena_printf(k->a, "S#%u.%s", (unsigned)run + 1, k->roles[role].name);
        m->participants[p] = (struct model_participant){run, role, of_system ? role : IR_NONE, &k->automata[role], who};
        m->edge_base[p] = m->n_edges;
        m->n_edges += k->automata[role].n_edges;
    }
    for (uint32_t r = 0; r < runs; r++) {
        m->runs[r] = (struct model_run){0, r * k->n_roles, of_system ? 0 : IR_NONE, m->phased};
        kit_add_lanes(k, m, r * k->n_roles, capacity);
    }
    m->lane_of = ARENA_ARRAY(k->a, uint32_t, m->n_edges);
    for (uint32_t p = 0; p < n; p++)
        for (uint32_t e = 0; e < m->participants[p].automaton->n_edges; e++) {
            const struct edge *x = &m->participants[p].automaton->edges[e];
            uint32_t peer = m->runs[m->participants[p].run].first_participant + x->peer;
            uint32_t *lane = &m->lane_of[m->edge_base[p] + e];
            *lane = x->dir == DIR_SEND ? kit_lane_of_kind(m, p, peer, x->interrupt)
                                       : kit_lane_of_kind(m, peer, p, x->interrupt);
            if (x->dir == DIR_EVENT)
                *lane = IR_NONE;
        }
    return m;
}

#endif
