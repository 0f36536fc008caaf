/* proto.h -- what the passes of proto share. See ir_build.h for their order. */
#ifndef MOTET_DSL_PROTO_H
#define MOTET_DSL_PROTO_H
#include "ir_build.h"
#include "sets.h"

struct builder {
    struct arena *a;       /* of the compilation */
    struct arena *scratch; /* of the session being built */
    struct interner *names;
    const struct sources *sources;
    const struct file *f;
    struct diags *d;
    struct ir *ir;
};

static inline bool same_span(struct span a, struct span b) { return a.file == b.file && a.lo == b.lo && a.hi == b.hi; }
static inline bool before(struct span a, struct span b) { return a.lo != b.lo ? a.lo < b.lo : a.hi < b.hi; }

uint32_t ir__message_index(const struct builder *b, const struct decl *message);
uint32_t ir__session_index(const struct builder *b, const struct decl *session);
uint32_t ir__line(const struct builder *b, struct span at);
/* True when `code` was reported at this place before: sessions inlined by `do` are read more than once. */
bool ir__reported(const struct builder *b, enum diag_code code, struct span at);
/* Of a session's role declaration: its first role. */
uint32_t ir__first_role(const struct session_type *t, name base);

/* clean.c: the session may be projected although the file has errors. */
bool ir__session_clean(const struct builder *b, const struct decl *session);

/* ---- instantiate.c: positions ---- */

typedef VEC(uint32_t) u32_vec;

enum pos_kind { POS_EPSILON, POS_ACTION, POS_END };

struct place {
    enum pos_kind kind;
    uint16_t from, to, message; /* POS_ACTION; POS_EPSILON of a choice: from is the chooser */
    uint32_t target;            /* POS_ACTION */
    VEC(uint32_t) targets;      /* POS_EPSILON */
    const struct stmt *stmt;    /* what stands here; NULL at the end */
};

struct nfa {
    VEC(struct place) at;
    uint32_t start;
};

/* False after a diagnostic. */
bool instantiate(struct builder *b, const struct session_type *t, struct nfa *out);

/* ---- global.c ---- */

/* The deterministic global automaton, or NULL after a diagnostic. */
struct global *global_build(struct builder *b, const struct session_type *t, const struct nfa *nfa);

/* ---- project.c ---- */

/* All projections of `t->global` into `t->locals`. False after a diagnostic. */
bool project_session(struct builder *b, struct session_type *t);

/* Edges into and out of the global automaton's states, both ways. */
struct graph {
    const struct global *g;
    uint32_t *source;        /* [n_edges] */
    uint32_t *rfirst, *redge; /* the edges into state i: redge[rfirst[i] .. rfirst[i + 1] - 1] */
};

struct label { /* what one role sees of an interaction, or an event that it catches; see struct edge */
    enum dir dir;
    bool interrupt;
    uint16_t peer, message;
};

static inline bool same_label(struct label a, struct label b)
{
    return a.dir == b.dir && a.peer == b.peer && a.message == b.message && a.interrupt == b.interrupt;
}

/* The role takes part in the edge; then *out is its side of it. */
static inline bool edge_label(const struct global_edge *e, uint32_t role, struct label *out)
{
    if (e->from != role && e->to != role)
        return false;
    bool send = e->from == role;
    *out = (struct label){send ? DIR_SEND : DIR_RECEIVE, e->interrupt, send ? e->to : e->from, e->message};
    return true;
}

/* ---- explain.c: why a projection fails ---- */

struct told { /* one diagnostic, and the other roles that it holds for */
    struct diag *x;
    enum diag_code code;
    struct span at;
    u32_vec also;
};

struct explainer {
    struct builder *b;
    const struct session_type *t;
    const struct graph *graph;
    VEC(struct told) told;
};

/* After the actions in `view` role may stand in any of the global states `set`; from those in `bad` it cannot come
 * to `send` without acting otherwise before. */
void explain_send(struct explainer *e, uint32_t role, const struct label *view, uint32_t n_view,
                  const uint32_t *set, uint32_t n_set, const uint32_t *bad, uint32_t n_bad, struct label send);
/* In `set`, role may expect `early`, or take global edge path[0] first, along the rest of `path`, whose last edge
 * sends `early` without waiting for the role. */
void explain_receive(struct explainer *e, uint32_t role, const struct label *view, uint32_t n_view,
                     const uint32_t *set, uint32_t n_set, struct label early, const uint32_t *path, uint32_t n_path);
/* Adds to each diagnostic the roles that it holds for, too. */
void explain_finish(struct explainer *e);

/* ---- automaton.c ---- */

struct draft_edge {
    uint32_t source, target;
    struct label label;
    struct span at;
    const struct expr *where;
};

struct draft { /* a deterministic automaton in the making; state 0 initial */
    uint32_t n_states;
    bool *final;      /* [n_states] */
    struct span *end; /* [n_states] where a state without edges stands; may be NULL */
    VEC(struct draft_edge) edges;
};

/* Minimal up to source positions: two states are one when they offer the same actions, written at the same places,
 * and go on alike. States are numbered breadth first. */
void automaton_finish(struct arena *a, const struct draft *d, struct automaton *out);

/* ---- local.c ---- */

/* The automata of a session of local types. False after a diagnostic. */
bool local_session(struct builder *b, struct session_type *t);

#endif
