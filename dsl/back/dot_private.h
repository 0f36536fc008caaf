/* dot_private.h -- what the files of the DOT back end share: escaping, colours, clusters. */
#ifndef MOTET_DSL_DOT_PRIVATE_H
#define MOTET_DSL_DOT_PRIVATE_H
#include "buf.h"
#include "dot.h"

#define DOT_GREY "#5b6470"

/* One drawing, in a cluster of its own. Its nodes are named d<id>_..., so that drawings may share a graph. */
struct drawing {
    const struct ir *ir;
    struct buf *out;
    uint32_t id;
    /* Where the rows of a document hang together: the first node, and those with nothing of their own below. */
    const char *top;
    VEC(const char *) bottoms;
};

const char *dot_ink(const struct session_type *s, uint32_t role);  /* for text and lines */
const char *dot_tint(const struct session_type *s, uint32_t role); /* for areas behind black text */
uint32_t dot_role_base(const struct session_type *s, uint32_t role); /* the first member of its family, or itself */

void dot_html(struct buf *out, const char *text); /* escaped for a label between < and > */
void dot_html_role(struct buf *out, const struct session_type *s, uint32_t role, const char *text); /* in its ink */
void dot_small(struct buf *out, const char *text); /* escaped, small and grey */
/* "where amount > 0", small; `before` stands as it is before it. */
void dot_where(struct buf *out, const struct expr *e, const char *before);
/* "timeout 2s", "crash P[1]", "cancel" */
void dot_event(const struct drawing *d, const struct session_type *s, uint32_t event);
/* "P[0..2]" for members first..last of a family, else the role's name; in the arena of `ir`. */
const char *dot_role_range(const struct ir *ir, const struct session_type *s, uint32_t first, uint32_t last);

/* "d3_s7" in the arena. */
const char *dot_node(const struct drawing *d, const char *kind, uint32_t n);
void dot_bottom(struct drawing *d, const char *node);
/* Opens the cluster: a bold title, and what kind of thing that is. */
void dot_open_cluster(struct drawing *d, const char *title, const char *what);
void dot_start(struct drawing *d); /* the dot, d->top, from which the first arrow leads */
void dot_close_cluster(struct drawing *d);

/* ---- dot_flow.c: a global type as it is drawn ---- */

struct dot_way {
    uint32_t edge; /* of the global automaton; IR_NONE from a fork */
    uint32_t node; /* IR_NONE: it ends here, for another branch of a `par` never does */
};
struct dot_ways {
    struct dot_way *at;
    uint32_t n, cap;
};
struct dot_flow_node {
    uint32_t state, context;
    bool fork;  /* the ways are branches of `par` */
    bool final;
    struct dot_ways ways;
    uint32_t ways_in; /* two where a block begins here in any case */
    uint32_t last;    /* where there is one way in: the edge that leads in */
};
struct dot_flow { /* node 0 is the start; the starts of handlers follow */
    struct dot_flow_node *at;
    uint32_t n, cap;
};

struct dot_flow *dot_flow(struct arena *a, const struct global *g);
/* The node of a state outside of `par`. */
uint32_t dot_flow_node(const struct dot_flow *f, uint32_t state);

void dot_global(struct drawing *d, const struct session_type *s);
/* Roles first..last have equal automata. */
void dot_local(struct drawing *d, const struct session_type *s, uint32_t first, uint32_t last);
void dot_system(struct drawing *d, const struct system *sys);

#endif
