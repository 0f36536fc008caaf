/* c_gen.h -- what the passes of the C back end share: the plan of the code, made before any text.
 *
 * c_plan.c turns the IR into sessions (their messages and label numbers), actors and faces; c_names.c gives out C
 * names and refuses those that collide. The renderers (c_types, c_tables, c_actor, c_system, c_skeleton) only print the
 * plan. Names that the plan makes up for internal use have a double underscore inside, which no name of a user has:
 * c_snake collapses underscores.
 *
 * A face is one actor's view of one session: the handlers that its user writes. It is made of
 *   receives   one handler a message, whoever sends it and in whatever state
 *   makers     one for each single message that the actor sends, and one for each set of alternatives among which it
 *              chooses; states with the same alternatives share theirs, so that names survive changes elsewhere
 *   classes    the automata: roles of the face whose tables differ at most in `peer_label` are one class and share
 *              states, transitions and callbacks
 */
#ifndef MOTET_DSL_C_GEN_H
#define MOTET_DSL_C_GEN_H
#include "c.h"
#include "emit.h"
#include "ir.h"

enum { C_WIDTH = 120, C_NONE = UINT16_MAX /* MOTET_NONE */ };

struct c_label { /* an action of a role; numbered by position */
    enum dir dir;
    uint16_t peer, message; /* role; index in ir.messages */
    struct span at;         /* of its first edge */
};
typedef VEC(struct c_label) c_label_vec;

struct c_session {
    const struct session_type *type;
    const char *low, *up;      /* "tpc", "TPC" */
    VEC(uint16_t) messages;    /* that any role sends or receives: indices in ir.messages, ascending */
    uint16_t *position;        /* [ir.n_messages]: in `messages`, or C_NONE */
    c_label_vec *labels;       /* [n_roles], ascending by (dir, peer, message) */
    uint16_t *peer;            /* [n_roles]: the number of the role or of its family */
    uint32_t n_peers;
};

struct c_branch {
    uint16_t message;
    const char *low;  /* "commit": the member of the choice struct */
    const char *tag;  /* "COORDINATOR_COMMIT"; NULL in a maker of a single message */
};

struct c_maker {
    const char *name; /* "prepare", "commit_or_abort" */
    bool choice;
    bool one_peer; /* all branches go to one role, which the chooser is told */
    VEC(struct c_branch) branches; /* in the order of the send edges of every state that asks it */
};

struct c_class {
    const char *name;     /* "tpc__c", "tpc__p": prefix of the tables */
    VEC(uint32_t) roles;  /* the first one stands for all */
    uint16_t *maker;      /* [n_states]: index in face.makers + 1, or 0 */
};

struct c_face {
    const struct c_session *session;
    const char *low, *up; /* "coordinator_"; with several sessions "bank_payment_" */
    VEC(uint16_t) receives;
    VEC(struct c_maker) makers;
    VEC(struct c_class) classes;
    VEC(struct c_branch) tags; /* the branches of all choices, each once */
};

struct c_actor {
    const struct actor *type;
    const char *low, *up;
    VEC(struct c_face) faces;
};

struct c_wire {
    const struct wire *wire;
    const struct c_session *session;
    const char *low, *up; /* "tpc"; "tpc_0", "tpc_1" where a session is wired more than once */
};

struct c_system {
    const struct system *type;
    const char *low, *up;
    struct c_wire *wires;
};

struct c_gen {
    const struct ir *ir;
    struct arena *a;
    struct diags *d;
    struct outputs *out;
    struct c_names *names;
    const char *module;   /* as written: "store.tpc" */
    const char *low, *up; /* "tpc", "TPC" */
    const char *file;     /* base name of the protocol file */
    const char **message; /* [ir.n_messages]: "yes" */
    struct c_session *sessions;
    struct c_actor *actors;
    struct c_system *systems;
};

/* ---- c_names.c ---- */

/* "HTTPServer2" as "http_server2"; never empty, a letter first, no double, leading or trailing underscore. */
const char *c_snake(struct arena *a, const char *s);
const char *c_upper(struct arena *a, const char *s);

struct c_names *c_names_new(struct c_gen *g);
/* Claims `cname` in `scope` ("" for the file scope of C) for what `what` describes ("message `Yes`"), declared at `at`.
 * False after E0521, which names both owners where it is taken, or E0522 where C or the library owns it. */
bool c_claim(struct c_gen *g, const char *scope, const char *cname, struct span at, const char *what, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- c_refuse.c, c_plan.c, c_check.c ---- */

/* E0526 for each construct that generated C cannot do. */
void c_refuse(struct c_gen *g);
void c_plan(struct c_gen *g);
/* Claims every name that the plan gives to C. */
void c_claim_all(struct c_gen *g);
/* E0523 for each limit of motet/automaton.h, motet/session.h or motet/system.h that the plan passes; E0524 for each
 * state in which an actor could send or receive, E0525 for each action of an actor with itself. */
void c_check_limits(struct c_gen *g);

const struct automaton *c_class_automaton(const struct c_face *f, const struct c_class *c);
/* Whether roles of the class ever send, or receive. */
bool c_class_does(const struct c_face *f, const struct c_class *c, enum dir dir);
bool c_has_fields(const struct c_gen *g, uint32_t message);
const field_vec *c_fields(const struct c_gen *g, uint32_t message);
uint32_t c_line(const struct c_gen *g, struct span at); /* 0 for nowhere */
/* The position of an action among the role's labels, or C_NONE. */
uint16_t c_label_of(const struct c_session *s, uint32_t role, enum dir dir, uint32_t peer, uint32_t message);

/* ---- renderers ---- */

void c_render_messages(struct c_gen *g);
void c_render_sessions(struct c_gen *g);
void c_render_actor(struct c_gen *g, const struct c_actor *actor);
void c_render_system(struct c_gen *g, const struct c_system *system);
void c_render_handlers(struct c_gen *g, const struct c_actor *actor);
void c_render_main(struct c_gen *g, const struct c_system *system);

/* c_types.c: "uint64_t tx;" for each field, indented by four. */
void c_emit_fields(struct c_gen *g, struct emit *e, const field_vec *fields);
/* The largest size that the C struct of these fields can have on any common ABI; saturates at UINT64_MAX. */
uint64_t c_fields_size(const field_vec *fields);

/* c_tables.c: labels, states and transitions of a face's classes; role types. */
void c_emit_tables(struct c_gen *g, struct emit *e, const struct c_face *f);
/* Prefix of the labels and the automaton of the class's first role. */
const char *c_first_labels(struct c_gen *g, const struct c_face *f, const struct c_class *c);
/* The table A__roles, which the actor's type points to. */
void c_emit_role_types(struct c_gen *g, struct emit *e, const struct c_actor *a);

/* ---- c_expr.c: expressions ---- */

struct c_known { /* what a participant remembers of earlier messages, for the refinements of its role */
    struct arena *a;
    VEC(const struct expr *) values; /* REF_SESSION, each once */
};

struct c_expr_scope { /* what stands for the values: `m`, `known`, `state`, `old` */
    const struct c_known *known;
    const field_vec *state;
};

const char *c_expr_truth(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e);
const char *c_expr_payload(struct c_gen *g, const struct expr *e); /* the value in the message `m` that the path names */
bool c_expr_is_signed(const struct expr *e);
/* The most bits, without a sign, that a number in it may need. */
uint32_t c_expr_bits(const struct expr *e);
/* A C string: "shop.proto-session:12: WHAT `price > 0`THEN". */
const char *c_expr_quoted(struct c_gen *g, const char *what, const struct expr *e, const char *then);

/* ---- c_checks.c: refinements, contracts, invariants ---- */

bool c_expr_uses(const struct expr *e, enum expr_ref ref);
const char *c_known_name(const struct c_known *k, const struct expr *e); /* of the member that holds it */
bool c_is_refined(const struct automaton *m);
/* `holds` and `learn` of a class, and the last members of its role types. */
void c_emit_class_checks(struct c_gen *g, struct emit *e, const struct c_face *f, const struct c_class *c);
const char *c_class_checks(struct c_gen *g, const struct c_face *f, const struct c_class *c);
/* Functions S__on__MESSAGE, which stand around handlers with contracts. */
void c_emit_contracts(struct c_gen *g, struct emit *e, const struct c_actor *a, const struct c_face *f);
bool c_has_contract(const struct c_gen *g, const struct c_actor *a, const struct c_face *f, uint32_t message);
/* A__state, where checks speak of the state, and A__kept, where there are invariants. */
void c_emit_state_checks(struct c_gen *g, struct emit *e, const struct c_actor *a);
bool c_checks_state(const struct c_actor *a);
bool c_has_invariants(const struct c_actor *a);

/* c_handlers.c: what the user writes for one face, in the order in which it is declared. */
struct c_handler {
    const char *name;       /* "coordinator_on_yes" */
    const char *returns;    /* "motet_status" or "void" */
    const char *parameters; /* "struct coordinator *self, motet_session *s" */
    const char *unused;     /* a statement for each parameter that a stub leaves alone, a line each */
    const char *about;      /* when it is called and what may follow */
    const char *hint;       /* for the stub: how to fill what is to be filled, or NULL */
};
typedef VEC(struct c_handler) c_handler_vec;
c_handler_vec c_handlers(struct c_gen *g, const struct c_actor *actor, const struct c_face *f);
/* init and fini, which belong to the actor */
c_handler_vec c_lifecycle(struct c_gen *g, const struct c_actor *actor);

/* Starts a file: its opening comment. Ends one: wraps, adds to the outputs, frees. */
struct emit c_file_begin(struct c_gen *g);
void c_file_end(struct c_gen *g, struct emit *e, const char *file_name, bool user_owned);

#endif
