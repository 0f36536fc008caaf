/* model_kit.h -- models by hand, for the tests of the checker: no file, no parser, no projection.
 *
 *   struct kit *k = kit_new(arena);
 *   kit_role(k, "A", "0 B!Ping 1, 1 B?Pong 2");   states are numbers; one without edges is final
 *   kit_role(k, "B", "0 A?Ping 1, 1 A!Pong 2, 2 end");   "N end": final though it has (receive) edges
 *   struct model *m = kit_model(k, 1, 2);         one run, lanes of capacity 2
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

enum { KIT_ROLES = 16, KIT_MESSAGES = 16, KIT_EDGES = 64, KIT_LINES = 256, KIT_MEMBERS = 8 };

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
                                       .implementable = true, .usable = true, .initiator = IR_NONE};
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
    return a->edge.message < b->edge.message ? -1 : a->edge.message > b->edge.message;
}

static inline void kit_role(struct kit *k, const char *role, const char *text)
{
    struct kit_edge edges[KIT_EDGES];
    bool end[KIT_EDGES] = {false};
    uint32_t n = 0, n_states = 1, who = kit_named_role(k, role);
    for (const char *p = text; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        unsigned from, to = 0;
        char peer[16], message[16], dir;
        if (sscanf(p, " %u %15[A-Za-z0-9]%c%15s %u", &from, peer, &dir, message, &to) == 5) {
            uint32_t lo = 2 * k->lines++;
            edges[n++] = (struct kit_edge){from, {dir == '!' ? DIR_SEND : DIR_RECEIVE, kit_named_role(k, peer),
                                                  kit_message(k, message), to, {0, lo, lo + 1}}};
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

static inline void kit_add_lanes(struct kit *k, struct model *m, uint32_t first, uint32_t capacity)
{
    for (uint32_t from = 0; from < k->n_roles; from++)
        for (uint32_t to = 0; to < k->n_roles; to++) {
            uint16_t *labels = ARENA_ARRAY(k->a, uint16_t, KIT_MESSAGES);
            uint32_t n = 0;
            for (uint32_t msg = 0; msg < k->ir.n_messages; msg++)
                for (uint32_t e = 0; e < k->automata[from].n_edges; e++) {
                    const struct edge *x = &k->automata[from].edges[e];
                    if (x->dir == DIR_SEND && x->peer == to && x->message == msg) {
                        labels[n++] = (uint16_t)msg;
                        break;
                    }
                }
            if (n)
                m->lanes[m->n_lanes++] = (struct model_lane){
                    .from = first + from, .to = first + to, .capacity = capacity, .pool = IR_NONE,
                    .n_labels = n, .labels = labels};
        }
}

static inline uint32_t kit_lane(const struct model *m, uint32_t from, uint32_t to)
{
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].from == from && m->lanes[l].to == to)
            return l;
    return IR_NONE;
}

static inline struct model *kit_model(struct kit *k, uint32_t runs, uint32_t capacity)
{
    struct model *m = ARENA_NEW(k->a, struct model);
    uint32_t n = k->n_roles * runs;
    *m = (struct model){.ir = &k->ir, .subject = "S", .n_participants = n, .n_runs = runs, .fair_weak = true};
    m->participants = ARENA_ARRAY(k->a, struct model_participant, n);
    m->edge_base = ARENA_ARRAY(k->a, uint32_t, n);
    m->runs = ARENA_ARRAY(k->a, struct model_run, runs);
    m->lanes = ARENA_ARRAY(k->a, struct model_lane, (size_t)runs * k->n_roles * k->n_roles);
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
        m->runs[r] = (struct model_run){0, r * k->n_roles, of_system ? 0 : IR_NONE};
        kit_add_lanes(k, m, r * k->n_roles, capacity);
    }
    m->lane_of = ARENA_ARRAY(k->a, uint32_t, m->n_edges);
    for (uint32_t p = 0; p < n; p++)
        for (uint32_t e = 0; e < m->participants[p].automaton->n_edges; e++) {
            const struct edge *x = &m->participants[p].automaton->edges[e];
            uint32_t peer = m->runs[m->participants[p].run].first_participant + x->peer;
            m->lane_of[m->edge_base[p] + e] = x->dir == DIR_SEND ? kit_lane(m, p, peer) : kit_lane(m, peer, p);
        }
    return m;
}

#endif
