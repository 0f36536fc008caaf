/* ir.h -- the system of automata: what every back end renders and every engine explores.
 *
 * A file becomes sessions (roles and their local automata), actors, systems (supervision tree, instances,
 * wires) and verify scopes. Nothing after this header knows syntax. Things are named by index in the array
 * that holds them. Everything lives in the compilation's arena and is constant once built.
 *
 * Invariants of an automaton: (1) state 0 is initial; (2) every state is reachable from it; (3) the edges of a
 * state stand together, sorted by (dir, peer, interrupt, message, event), no two with the same: it is deterministic;
 * (4) a state without edges is final, or its role can never act again in a protocol without end; a final state may
 * still have receive edges and events (the role may rest there) and has no send edge.
 *
 * try ... catch. A catcher leaves the body by a DIR_EVENT edge, which raises its phase at the event's level. The first
 * message of the handler to each other role is an interrupt: it has a lane of its own, and takes its receiver out of
 * the body. Both ends of such an interaction are edges with `interrupt` set. See docs/semantics.md.
 */
#ifndef MOTET_DSL_IR_H
#define MOTET_DSL_IR_H
#include <stdbool.h>

#include "ast.h"

#define IR_NONE UINT32_MAX

enum dir { DIR_SEND, DIR_RECEIVE, DIR_EVENT };

struct edge {
    enum dir dir;
    bool interrupt;   /* DIR_SEND, DIR_RECEIVE: on the interrupt lane */
    uint16_t peer;    /* role of the session; DIR_EVENT: the role itself */
    uint16_t message; /* index in ir.messages; DIR_EVENT: index in session_type.events */
    uint32_t target;
    struct span at; /* the interaction in the source */
    const struct expr *where; /* its refinement, or NULL */
};

struct state {
    uint32_t first, n; /* its edges */
    bool final;
    struct span at; /* where the role stands: the span of the first interaction or choice that it waits at, events and
                     * interrupts aside */
};

struct automaton {
    uint32_t n_states, n_edges;
    struct state *states;
    struct edge *edges;
};

struct global_edge {
    uint16_t from, to, message;
    bool interrupt; /* the first message of a handler to its receiver */
    uint32_t target;
    struct span at;
    const struct expr *where; /* its refinement, or NULL */
    uint32_t regions; /* index in global.regions: the bodies of `try` around it */
    uint32_t strand;  /* index in global.strands: the branches of `par` that it belongs to */
};

struct global_state {
    uint32_t first, n;
    bool final;
    uint32_t regions; /* index in global.regions: the bodies of `try` whose events may end them here, outermost first:
                       * the session is in the body, or just behind it */
};

/* An instance of a `try`: one expansion of its text, in one place of the protocol. */
struct try_region {
    const struct stmt *stmt;
    uint32_t level;     /* how many bodies are around it; 0: none */
    uint32_t catcher;   /* role */
    uint32_t n_handlers;
    struct handler {
        uint32_t event; /* in session_type.events */
        uint32_t start; /* global state */
        struct span at; /* the event in the source */
    } *handlers;
};

struct index_list {
    uint32_t n;
    uint32_t *at;
};

struct global { /* deterministic: one edge for each (from, to, message) of a state; state 0 initial */
    uint32_t n_states, n_edges;
    struct global_state *states;
    struct global_edge *edges;
    uint32_t n_tries;
    struct try_region *tries;
    uint32_t n_regions;
    struct index_list *regions; /* of tries, outermost first; list 0 is empty */
    uint32_t n_strands;
    struct index_list *strands; /* pairs (par instance, branch), outermost first; list 0 is empty */
};

/* An event that a role catches. Several `try`s, or places of one, may share it. */
struct session_event {
    enum event_kind kind;
    uint32_t catcher;  /* role */
    uint32_t who;      /* EV_CRASH: the role that crashed; else IR_NONE */
    uint64_t after_ns; /* EV_TIMEOUT */
    uint32_t level;    /* of its `try`: the phase's field that it raises; below IR_MAX_TRY_DEPTH */
    name name;         /* unique in the session: "timeout", "crash_P[1]", "timeout_2" */
    struct span at;
};
enum { IR_MAX_TRY_DEPTH = 4 };

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
    uint32_t n_events;         /* of all its `try`s */
    struct session_event *events;
    uint32_t initiator;        /* the role that sends first; IR_NONE when none or several may */
};

struct message {
    name name;
    uint16_t tag; /* on the wire */
    const struct decl *decl;
    uint32_t base; /* the message as declared; another index only for one that stands for certain values (`domain`) */
};

struct actor_plays {
    uint32_t session;
    uint32_t first_role, n_roles; /* a family, or one role */
};

struct actor {
    name name;
    const struct decl *decl;
    uint32_t mailbox;  /* capacity of each lane into it; when `shared`, of all its lanes together */
    bool shared;
    enum policy policy; /* of a full mailbox */
    uint32_t inbox;     /* room for messages outside sessions; 0: none are taken */
    enum policy inbox_policy;
    bool isolated;      /* it runs in a process of its own */
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
    enum directive decide[REASONS];          /* its own rules over those of its supervisor */
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
    uint32_t loss; /* most messages that get lost in transit, in all; 0: none */
    uint32_t n_domains;
    const struct domain *domains;
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
/* As above, on the interrupt lane. */
uint32_t automaton_find_interrupt(const struct automaton *m, uint32_t state, enum dir dir, uint32_t peer,
                                  uint32_t message);

#endif
