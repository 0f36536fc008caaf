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
    uint64_t work; /* so far, see IR_MAX_FILE_WORK */
    bool tired;    /* that it was too much is reported */
    const struct frame **open; /* [session] instantiate.c: its innermost frame, or NULL; it allocates them */
};

static inline bool same_span(struct span a, struct span b) { return a.file == b.file && a.lo == b.lo && a.hi == b.hi; }
static inline bool before(struct span a, struct span b) { return a.lo != b.lo ? a.lo < b.lo : a.hi < b.hi; }

uint32_t ir__line(const struct builder *b, struct span at);
/* True when `code` was reported at this place before: sessions inlined by `do` are read more than once. */
bool ir__reported(const struct builder *b, enum diag_code code, struct span at);
/* Of a session's role declaration: its first role. */
uint32_t ir__first_role(const struct session_type *t, name base);

/* clean.c: of each session, whether it may be projected although the file has errors. */
bool *ir__clean_sessions(const struct builder *b);

/* ---- instantiate.c: positions ---- */

typedef VEC(uint32_t) u32_vec;
typedef VEC(struct index_list) list_vec;

enum pos_kind {
    POS_EPSILON,
    POS_ACTION,
    POS_EXIT, /* the body of a `try` ends here: as epsilon, but one remembers having passed it */
    POS_JOIN, /* the end of a branch of `par`, before the branches are interleaved */
    POS_END
};

struct place {
    enum pos_kind kind;
    uint16_t from, to, message; /* POS_ACTION; POS_EPSILON of a choice: from is the chooser */
    bool interrupt;             /* POS_ACTION: the first message of a handler to its receiver */
    bool part;                  /* of one branch of `par` by itself: its copies in the interleaving count, not this */
    uint32_t target;            /* POS_ACTION */
    VEC(uint32_t) targets;      /* POS_EPSILON; POS_EXIT: one */
    uint32_t regions;           /* in nfa.regions */
    uint32_t strand;            /* in nfa.strands */
    uint32_t mode;              /* in nfa.modes */
    const struct stmt *stmt;    /* what stands here; NULL at the end */
};

struct role_set {
    uint64_t bits[4]; /* SEMA_MAX_ROLES fit */
};

static inline void role_add(struct role_set *s, uint32_t role) { s->bits[role / 64] |= UINT64_C(1) << (role % 64); }
static inline bool role_in(const struct role_set *s, uint32_t role) { return s->bits[role / 64] >> (role % 64) & 1; }
static inline bool roles_within(const struct role_set *small, const struct role_set *big)
{
    for (int i = 0; i < 4; i++)
        if (small->bits[i] & ~big->bits[i])
            return false;
    return true;
}

/* What an event that was caught means for the protocol from there on. */
struct mode {
    struct role_set dead; /* interactions to and from them are skipped */
    uint32_t catcher;     /* who raised it; IR_NONE: all know of it */
    struct role_set told; /* they know of it; the catcher does */
    uint32_t event;       /* in nfa.events; one of those that lead here: for messages */
};

struct nfa_handler {
    uint32_t event; /* in nfa.events */
    uint32_t start; /* position */
    struct span at; /* the event in the text */
};

struct nfa_try {
    const struct stmt *stmt;
    uint32_t level, catcher;
    VEC(struct nfa_handler) handlers;
};

/* List 0 of regions and of strands is empty, mode 0 the normal one, in which nobody is dead and nothing was caught. */
struct nfa {
    VEC(struct place) at;
    uint32_t start;
    VEC(struct nfa_try) tries;
    list_vec regions; /* lists of tries, outermost first */
    list_vec strands; /* lists of pairs: instance of `par`, branch */
    VEC(struct mode) modes;
    VEC(struct session_event) events;
};

/* `list` and one more element, or two for a strand. */
uint32_t list_extend(struct arena *a, list_vec *all, uint32_t list, const uint32_t *more, uint32_t n_more);
/* The strands lie in different branches of one `par`. */
bool strands_concurrent(const struct index_list *all, uint32_t a, uint32_t b);

/* False after a diagnostic. */
bool instantiate(struct builder *b, const struct session_type *t, struct nfa *out);

/* modes.c: adds what follows when an event is caught: from each handler on, a copy of the positions for each mode. */
bool instantiate_modes(struct builder *b, const struct session_type *t, struct nfa *nfa);
/* Says who is dead in that mode, if anybody is. */
void mode_note(const struct builder *b, const struct session_type *t, const struct nfa *nfa, uint32_t mode,
               struct diag *x);

/* ---- global.c ---- */

/* The deterministic global automaton, or NULL after a diagnostic. */
struct global *global_build(struct builder *b, const struct session_type *t, const struct nfa *nfa);

/* Structural: the same text but for spaces. Both may be NULL. */
bool same_refinement(const struct expr *a, const struct expr *b);
/* Two interactions that look the same to `who` ("`A`", "others") have different refinements. */
void report_refinements(const struct builder *b, const struct session_type *t, const struct global_edge *one,
                        const struct global_edge *two, const char *who);

/* ---- project.c ---- */

/* All projections of `t->global` into `t->locals`. False after a diagnostic. */
bool project_session(struct builder *b, struct session_type *t);

/* ---- knowledge.c ---- */

/* Refinements in `t->global` speak only of what both of their roles know. False after a diagnostic. */
bool knowledge_check(struct builder *b, const struct session_type *t);

/* ---- domains.c ---- */

/* Reports domains of messages that the subject of `v` does not exchange. */
void ir__check_domains(struct builder *b, const struct verify *v);

/* Edges into and out of the global automaton's states, both ways. */
struct graph {
    const struct global *g;
    uint32_t *source;        /* [n_edges] */
    uint32_t *rfirst, *redge; /* the edges into state i: redge[rfirst[i] .. rfirst[i + 1] - 1] */
    struct strand_prefix { /* of a strand: its first n elements */
        uint32_t strand, n;
    } *confined; /* [n_edges] what the strands of all edges with that sender, receiver and message have in common; NULL
                  * without `par` */
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

struct draft_edge;

struct explainer {
    struct builder *b;
    const struct session_type *t;
    const struct graph *graph;
    VEC(struct told) told;
};

struct view { /* what a role has seen */
    struct label *labels;
    uint32_t n;
    const struct draft_edge *caught; /* it starts where the role caught this event; or NULL */
    bool followed;                   /* it starts with the interrupt by which the role followed one */
};

/* After what is in `view` role may stand in any of the global states `set`; from those in `bad` it cannot come
 * to `send` without acting otherwise before. */
void explain_send(struct explainer *e, uint32_t role, const struct view *view, const uint32_t *set, uint32_t n_set,
                  const uint32_t *bad, uint32_t n_bad, struct label send);
/* In `set`, role may expect `early`, or take global edge path[0] first, along the rest of `path`, whose last edge
 * sends `early` without waiting for the role. */
void explain_receive(struct explainer *e, uint32_t role, const struct view *view, const uint32_t *set, uint32_t n_set,
                     struct label early, const uint32_t *path, uint32_t n_path);
/* Adds to each diagnostic the roles that it holds for, too. */
void explain_finish(struct explainer *e);

/* ---- automaton.c ---- */

struct draft_edge {
    uint32_t source, target;
    struct label label;
    struct span at;
    const struct expr *where;
    uint32_t global; /* an edge of the global automaton that it stands for, where it stands for some */
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

/* The automaton of one local type, played by `role` of `t`, of which only the roles matter; `at` is its place where it
 * is empty. False after a diagnostic. */
bool local_automaton(struct builder *b, const struct session_type *t, uint32_t role, const struct local *l,
                     struct span at, struct automaton *out);
/* The automata of a session of local types. False after a diagnostic. */
bool local_session(struct builder *b, struct session_type *t);

#endif
