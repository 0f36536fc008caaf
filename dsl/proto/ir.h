/* ir.h -- the system of automata: what every back end renders and every engine explores.
 *
 * A file becomes sessions (roles and their local automata), actors, systems (supervision tree, instances,
 * wires) and verify scopes. Nothing after this header knows syntax. Things are named by index in the array
 * that holds them. Everything lives in the compilation's arena and is constant once built.
 *
 * Invariants of an automaton: (1) state 0 is initial; (2) every state is reachable from it; (3) the edges of a
 * state stand together, sorted by (dir, peer, message), no two with the same triple: it is deterministic;
 * (4) a state without edges is final; a final state may still have receive edges (the role may rest there)
 * and has no send edge.
 */
#ifndef MOTET_DSL_IR_H
#define MOTET_DSL_IR_H
#include <stdbool.h>

#include "ast.h"

#define IR_NONE UINT32_MAX

enum dir { DIR_SEND, DIR_RECEIVE };

struct edge {
    enum dir dir;
    uint16_t peer;    /* role of the session */
    uint16_t message; /* index in ir.messages */
    uint32_t target;
    struct span at; /* the interaction in the source */
};

struct state {
    uint32_t first, n; /* its edges */
    bool final;
    struct span at; /* where the role stands: the span of the first interaction or choice that it waits at */
};

struct automaton {
    uint32_t n_states, n_edges;
    struct state *states;
    struct edge *edges;
};

struct global_edge {
    uint16_t from, to, message;
    uint32_t target;
    struct span at;
};

struct global_state {
    uint32_t first, n;
    bool final;
};

struct global { /* deterministic: one edge for each (from, to, message) of a state; state 0 initial */
    uint32_t n_states, n_edges;
    struct global_state *states;
    struct global_edge *edges;
};

struct role {
    name name;       /* "Buyer", or "P[1]" for a member of a family */
    name base;       /* "Buyer", "P" */
    bool in_family;
    uint16_t index;  /* 0 for a single role */
    struct span at;
};

struct session_type {
    name name;
    const struct decl *decl;
    bool by_locals; /* no global type; safety by exploration alone */
    uint32_t n_roles;
    struct role *roles;        /* members of a family stand together, by index */
    struct global *global;     /* NULL when by_locals or not well-formed */
    struct automaton *locals;  /* [n_roles]; all present when `usable` */
    bool implementable;        /* every projection exists (always true when by_locals) */
    bool usable;               /* the automata may be explored and rendered */
    uint32_t initiator;        /* the role that sends first; IR_NONE when none or several may */
};

struct message {
    name name;
    uint16_t tag; /* on the wire */
    const struct decl *decl;
};

struct actor_plays {
    uint32_t session;
    uint32_t first_role, n_roles; /* a family, or one role */
};

struct actor {
    name name;
    const struct decl *decl;
    uint32_t mailbox;  /* capacity of each lane into it */
    uint32_t sessions; /* most at once; 0: no limit */
    uint32_t n_plays;
    struct actor_plays *plays;
};

struct member { /* what a supervisor supervises, in start order */
    bool is_supervisor;
    uint32_t index; /* in system.supervisors or system.children */
};

struct supervisor {
    name name;
    enum strategy strategy;
    uint32_t intensity;
    uint64_t window_ns;
    uint32_t parent; /* IR_NONE at the root, which is supervisor 0 */
    uint32_t n_members;
    struct member *members;
};

struct child {
    name name;
    uint32_t actor;
    uint32_t size;           /* 1, or the size of the family */
    bool family;
    uint32_t first_instance; /* instances first .. first + size - 1 */
    uint32_t supervisor;
    enum restart_type restart;
    uint64_t shutdown_ns;
    uint64_t backoff_min_ns, backoff_max_ns; /* 0, 0: restart at once */
    struct span at;
};

struct instance {
    name name; /* "coordinator", "participant[2]" */
    uint32_t child;
    uint32_t index;
};

struct wire {
    uint32_t session;
    uint32_t *bind; /* [roles of the session]: instance; for `any`, the first of the family */
    bool *any;      /* [roles]: one of the child's family, chosen for each session instance */
    struct span at;
};

struct system {
    name name;
    const struct decl *decl;
    uint32_t n_supervisors, n_children, n_instances, n_wires;
    struct supervisor *supervisors;
    struct child *children;
    struct instance *instances;
    struct wire *wires;
};

struct verify_crash {
    uint32_t child; /* IR_NONE: any */
    uint32_t count;
};

struct verify {
    bool of_system;
    uint32_t subject; /* in ir.systems or ir.sessions */
    uint32_t sessions;
    uint32_t n_crashes;
    struct verify_crash *crashes;
    bool fair_weak;
    uint32_t n_ltls;
    const struct ltl_decl *ltls;
    struct span at;
};

struct diags;

struct ir {
    struct arena *a;
    struct interner *names;
    const struct sources *sources;
    const struct file *file;
    name module; /* the module's name, or the file's base name without extension */
    uint32_t n_messages, n_sessions, n_actors, n_systems, n_verifies;
    struct message *messages;
    struct session_type *sessions;
    struct actor *actors;
    struct system *systems;
    struct verify *verifies;
};

/* The edge of `state` with that triple, or IR_NONE. */
uint32_t automaton_find(const struct automaton *m, uint32_t state, enum dir dir, uint32_t peer, uint32_t message);

#endif
