/* ast.h -- what a .proto-session file says, as written.
 *
 * The parser builds it, sema resolves names in it (the fields marked "sema:") and nothing changes it later.
 * Every node has the span of its source text. Poison: a name that could not be parsed is NULL, a type is
 * TY_POISON; passes skip poison without another diagnostic.
 */
#ifndef MOTET_DSL_AST_H
#define MOTET_DSL_AST_H
#include <stdbool.h>

#include "arena.h"
#include "intern.h"
#include "source.h"

struct ident {
    name name; /* NULL: poison */
    struct span at;
};

/* ---- payload types ---- */

enum type_kind {
    TY_POISON,
    TY_BOOL, TY_U8, TY_U16, TY_U32, TY_U64, TY_I8, TY_I16, TY_I32, TY_I64, TY_F32, TY_F64,
    TY_STRING,   /* string<bound>: at most `bound` bytes of text */
    TY_BYTES,    /* bytes<bound> */
    TY_ARRAY,    /* elem[bound]: exactly `bound` */
    TY_LIST,     /* list<elem, bound>: at most `bound` */
    TY_OPTIONAL, /* optional<elem> */
    TY_NAMED,    /* an enum or struct */
    TY_REF       /* ref<session.role> */
};

struct type {
    enum type_kind kind;
    struct span at;
    uint32_t bound;
    struct type *elem;
    struct ident name; /* TY_NAMED: the type; TY_REF: the session */
    struct ident role; /* TY_REF */
    const struct decl *decl; /* sema: TY_NAMED, TY_REF; NULL when unresolved */
};

struct field {
    struct ident name;
    struct type *type;
};
typedef VEC(struct field) field_vec;

/* ---- expressions: refinements, contracts, invariants ---- */

enum expr_kind {
    EX_POISON,
    EX_NUMBER, EX_TRUE, EX_FALSE,
    EX_NAME,  /* path: a value; see expr.ref */
    EX_LEN,   /* len(path): bytes of a string or bytes, elements of a list */
    EX_OLD,   /* old(path): a field of the state before the handler; in `ensures` only */
    EX_NOT, EX_NEGATE,
    EX_MUL, EX_DIV, EX_MOD, EX_ADD, EX_SUB,
    EX_LT, EX_LE, EX_GT, EX_GE, EX_EQ, EX_NE,
    EX_AND, EX_OR, EX_IMPLIES
};

enum expr_ref { /* sema: what a path means */
    REF_NONE,    /* unresolved */
    REF_PAYLOAD, /* a field of the message that the expression stands at */
    REF_SESSION, /* M.f: a field of the last M of the session, see struct expr.message */
    REF_STATE,   /* a field of the actor's state */
    REF_ENUM     /* a value of an enum: `number` is its index */
};

struct expr {
    enum expr_kind kind;
    struct span at;
    uint64_t number;              /* EX_NUMBER */
    VEC(struct ident) path;       /* EX_NAME, EX_LEN, EX_OLD: `a`, `M.a`, `state.a`, `a.b` */
    struct expr *left, *right;    /* unary operators use left */
    enum expr_ref ref;            /* sema */
    const struct decl *message;   /* sema: REF_SESSION, REF_PAYLOAD: the message; REF_ENUM: the enum */
    VEC(uint32_t) fields;         /* sema: the field, and those of structs within it, by position */
    const struct type *type;      /* sema: of a value; NULL for numbers and truth values */
    bool truth;                   /* sema: it is true or false, and no number */
};
typedef VEC(struct expr *) expr_vec;

/* ---- global types ---- */

/* A role as written: `A`, `P[2]`, or `p` bound by foreach. */
struct role_ref {
    struct ident base;
    bool indexed;
    uint32_t index;
    struct span at;
};
typedef VEC(struct role_ref) role_ref_vec;

enum stmt_kind { ST_MESSAGE, ST_CHOICE, ST_REC, ST_CONTINUE, ST_DO, ST_FOREACH, ST_PAR, ST_TRY };

struct stmt;
typedef VEC(struct stmt *) stmt_vec;

struct block {
    struct span at; /* with its braces */
    stmt_vec stmts;
};

enum event_kind { EV_TIMEOUT, EV_CRASH, EV_CANCEL };

struct catch_event {
    enum event_kind kind;
    struct span at;
    uint64_t after;         /* EV_TIMEOUT: ns */
    struct role_ref who;    /* EV_CRASH: whose; a family stands for any of its members */
    struct role_ref catcher;
};

struct catch_clause { /* catch EVENT, ... { handler } */
    VEC(struct catch_event) events;
    struct block handler;
    struct span at;
};

struct stmt {
    enum stmt_kind kind;
    struct span at;
    struct role_ref from, to;  /* ST_MESSAGE; ST_CHOICE: from is the chooser */
    struct ident message;      /* ST_MESSAGE */
    struct ident name;         /* ST_REC, ST_CONTINUE: the variable; ST_DO: the session; ST_FOREACH: the index */
    struct ident family;       /* ST_FOREACH */
    VEC(struct block) blocks;  /* ST_CHOICE: branches; ST_PAR: what is interleaved; ST_REC, ST_FOREACH, ST_TRY: one body */
    bool parallel;             /* ST_FOREACH: `par foreach`: the members' blocks are interleaved */
    VEC(struct catch_clause) catches; /* ST_TRY: at least one */
    struct expr *where;        /* ST_MESSAGE: its refinement, or NULL */
    role_ref_vec args;         /* ST_DO */
    const struct decl *decl;   /* sema: ST_MESSAGE: the message; ST_DO: the session; NULL when unresolved */
};

/* ---- local types ---- */

enum local_kind {
    LT_END,
    LT_NAME,   /* a rec variable, or another `local` declaration inlined */
    LT_REC,    /* rec name . next */
    LT_ACTION, /* [peer] !|? message . next */
    LT_SELECT, /* +{ branches }: this role chooses */
    LT_BRANCH, /* &{ branches }: a peer chooses */
    LT_MIXED,  /* mixed{ branches }: sends and receives, whichever can happen */
    LT_DUAL    /* dual next */
};

struct local {
    enum local_kind kind;
    struct span at;
    struct ident name;    /* LT_NAME, LT_REC */
    bool send;            /* LT_ACTION: ! or ? */
    struct ident peer;    /* LT_ACTION: name NULL where the session is binary and no peer is written */
    struct ident message; /* LT_ACTION */
    struct local *next;   /* LT_REC, LT_ACTION, LT_DUAL */
    VEC(struct local *) branches;
    const struct decl *decl; /* sema: LT_ACTION: the message; LT_NAME: the local declaration, NULL for a rec variable */
};

/* ---- linear temporal logic ---- */

enum ltl_kind {
    LTL_TRUE, LTL_FALSE, LTL_NOT, LTL_AND, LTL_OR, LTL_IMPLIES, LTL_IFF,
    LTL_NEXT, LTL_ALWAYS, LTL_EVENTUALLY, LTL_UNTIL, LTL_WEAK_UNTIL,
    LTL_SENT, LTL_RECEIVED, /* sent(R, M): the last step was R's send of M; received alike */
    LTL_DONE,               /* done(S): every participant of S is at end and its lanes are empty */
    LTL_CRASHED, LTL_RESTARTED /* crashed(child): the last step was that */
};

struct ltl {
    enum ltl_kind kind;
    struct span at;
    struct ltl *left, *right; /* unary operators use left */
    struct ident session;     /* sent(S.R, M): the session before the dot; else name NULL */
    struct role_ref role;     /* LTL_SENT, LTL_RECEIVED */
    struct ident name;        /* the message, session or child */
    bool has_index;           /* crashed(child[2]) */
    uint32_t index;
};

/* ---- declarations ---- */

enum decl_kind { D_ENUM, D_STRUCT, D_MESSAGE, D_LOCAL, D_SESSION, D_ACTOR, D_SYSTEM, D_VERIFY, D_ASSERT };

struct opt_u64 { /* a number that may be left out */
    bool given;
    uint64_t value; /* durations in nanoseconds */
    struct span at;
};

struct enum_decl {
    VEC(struct ident) values;
};

struct struct_decl {
    uint32_t order; /* sema: its place among the structs */ /* also a message's payload */
    field_vec fields;
};

struct message_decl {
    struct opt_u64 tag; /* message M = 2 {...} */
    field_vec fields;
    uint16_t tag_value; /* sema: the wire tag, given or by order; unique in the file */
};

struct role_decl {
    struct ident name;
    bool family;
    uint32_t size; /* role P[size] */
};

struct session_decl {
    bool by_locals;                 /* session S(A, B, ...); roles name local types */
    VEC(struct role_decl) roles;
    struct block body;              /* when !by_locals */
    uint32_t order;                 /* sema: its place among the sessions with a body */
    VEC(const struct decl *) locals; /* sema: when by_locals, one a role; NULL where unresolved */
};

struct plays {
    struct ident session;
    struct role_ref role;
    const struct decl *decl; /* sema: the session */
};

enum policy { POLICY_BLOCK, POLICY_FAIL, POLICY_DROP_NEWEST, POLICY_DROP_OLDEST };

struct contract { /* on S.R.Msg requires E ensures E; */
    struct ident session;
    struct role_ref role;
    struct ident message;
    expr_vec requires, ensures;
    struct span at;
    const struct decl *session_decl, *message_decl; /* sema */
};

struct actor_decl {
    VEC(struct plays) plays;
    struct opt_u64 mailbox;  /* lane capacity; with `shared` of all lanes together; default DEFAULT_MAILBOX */
    bool shared;
    enum policy policy;      /* when there is no room */
    struct opt_u64 inbox;    /* room for messages outside sessions; default: none are taken */
    enum policy inbox_policy;
    bool isolated;           /* isolation process */
    expr_vec invariants;     /* over the state */
    VEC(struct contract) contracts;
    struct opt_u64 sessions; /* most at once; default: no limit of its own */
    bool has_state;
    field_vec state;
};
enum { DEFAULT_MAILBOX = 4 };

enum strategy { ONE_FOR_ONE, ONE_FOR_ALL, REST_FOR_ONE };
enum restart_type { RESTART_PERMANENT, RESTART_TRANSIENT, RESTART_TEMPORARY };

/* decide { REASON: DIRECTIVE; ... }: what to do about a child that fails, by why it failed */
enum fail_reason { REASON_ERROR, REASON_TIMEOUT, REASON_PROTOCOL_VIOLATION, REASON_FATAL, REASONS };
enum directive {
    DIRECTIVE_DEFAULT, /* not said: as the restart type says */
    DIRECTIVE_RESTART, DIRECTIVE_RESUME, DIRECTIVE_STOP, DIRECTIVE_ESCALATE
};
struct decide_rule {
    bool any; /* `_`: all reasons that no other rule names */
    enum fail_reason reason;
    enum directive directive;
    struct span at;
};
typedef VEC(struct decide_rule) decide_vec;

struct supervisor_decl;
struct child_decl {
    struct ident name;
    bool family;
    uint32_t size;
    struct supervisor_decl *supervisor; /* a nested supervisor; then the rest is unused */
    struct ident actor;
    enum restart_type restart;
    struct opt_u64 shutdown;                 /* ns */
    struct opt_u64 backoff_min, backoff_max; /* ns; given together */
    decide_vec decide;                       /* over that of its supervisor */
    const struct decl *decl;                 /* sema: the actor */
};

struct supervisor_decl {
    struct ident name;
    enum strategy strategy;
    uint32_t intensity; /* at most this many restarts ... */
    uint64_t window;    /* ... within so many ns; defaults 3 in 5s */
    VEC(struct child_decl) children;
    decide_vec decide; /* for its direct children */
    struct span at;
};

struct binding {
    struct ident role;
    bool any; /* `any child`: one of a family for each session */
    struct ident child;
    bool indexed;
    uint32_t index;
};

struct wire_decl {
    struct ident session;
    VEC(struct binding) bindings;
    struct span at;
    const struct decl *decl; /* sema: the session */
};

struct system_decl {
    VEC(struct supervisor_decl *) supervisors; /* top level; sema: exactly one */
    VEC(struct wire_decl) wires;
};

struct crash_budget {
    uint32_t count;
    struct ident child; /* name NULL: of any child */
    struct span at;
};

struct ltl_decl {
    struct ident name;
    struct ltl *formula;
    struct span at;
};

struct domain { /* domain M.f in lo..hi: the values of a field that the model keeps apart */
    struct ident message, field;
    uint64_t lo, hi; /* as written; fields of unsigned types, enums by position, and bool as 0..1 */
    struct span at;
    const struct decl *decl; /* sema: the message */
    uint32_t field_index;    /* sema */
};

struct verify_decl { /* the subject is decl.name: a system or a session */
    struct opt_u64 sessions; /* default 1 */
    VEC(struct crash_budget) crashes;
    struct opt_u64 loss;     /* most messages that get lost; default none */
    VEC(struct domain) domains;
    bool fair_given, fair_weak; /* default weak */
    VEC(struct ltl_decl) ltls;
    const struct decl *decl; /* sema: the subject */
};

enum assert_kind { ASSERT_SUBTYPE, ASSERT_EQUAL }; /* <= and == */

struct assert_decl { /* assert T <= U; the declaration has no name */
    enum assert_kind kind;
    struct local *left, *right;
};

struct import_name {
    struct ident name, as; /* as.name NULL: the same */
    bool used;             /* sema: the file names it somewhere */
};

struct import_decl { /* import a.b.c; import "path"; import a.b { X, Y as Z }; */
    struct ident module; /* dotted, one name; NULL when a path is given */
    const char *path;    /* as written, or NULL */
    bool selective;
    VEC(struct import_name) names;
    struct span at;
    bool used; /* sema: the file names something that it brings */
};

struct decl {
    enum decl_kind kind;
    struct ident name;
    struct span at;
    const char *doc; /* text of the /// lines directly before, or NULL */
    bool damaged;    /* a part was lost to a syntax error; of a session: of its list of roles */
    bool imported;   /* it stands in another file; checked there, not here */
    uint32_t nth;    /* ir_build: its place among the declarations of its kind */
    union {
        struct enum_decl enum_;
        struct struct_decl struct_;
        struct message_decl message;
        struct local *local;
        struct session_decl session;
        struct actor_decl actor;
        struct system_decl system;
        struct verify_decl verify;
        struct assert_decl assert_;
    } as;
};

/* A name that an import brings into a file. */
struct visible {
    name name;
    struct decl *decl;
    struct import_decl *import;
    struct import_name *item; /* NULL: the import brings all */
};

/* What the names in one file mean: its own declarations, and these. */
struct scope {
    uint32_t source;   /* the file; of one that a protocol of another tool imports, that protocol's */
    const char *label; /* the last part of its module's name, or of its path; NULL of files that are no modules */
    VEC(struct visible) names;
};

struct file {
    uint32_t source;
    const char *doc;      /* text of the //! lines, or NULL */
    bool damaged;         /* a declaration was lost to a syntax error: an unknown name may be no mistake of its own */
    struct ident module;  /* dotted, one name; NULL when not given */
    VEC(struct import_decl) imports;
    VEC(struct decl *) decls; /* in source order; once linked, those imported come first; after sema, those of these that
                               * are needed */
    VEC(struct scope) scopes; /* once linked, by source; without imports none */
    struct remarks *remarks;  /* of an imported file, else NULL: its comments, for ast_print */
};

#endif
