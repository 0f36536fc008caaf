/* semantics_private.h -- the prepared tables and the packed state, for the files that make up the step relation. */
#ifndef MOTET_CHECKER_SEMANTICS_PRIVATE_H
#define MOTET_CHECKER_SEMANTICS_PRIVATE_H
#include "semantics.h"

struct number { /* a number within the state */
    uint32_t offset, width;
};

struct lane {
    struct number length;
    uint32_t slots; /* offset; unused when `plain` */
    uint32_t capacity;
    bool plain; /* one label only: the length says all */
};

enum { NO_LABEL = 255 };

struct edge_row {
    bool send;
    uint8_t label; /* position in the lane's labels; NO_LABEL where it is never sent */
    uint32_t lane; /* IR_NONE: no such lane */
    uint32_t target;
    uint32_t participant;
};

struct group { /* the edges of a state that write, or read, one lane */
    uint32_t first, n; /* model-wide edges */
};

struct state_row {
    bool final;
    uint32_t first_group, n_sends, n_groups; /* the groups that send stand first */
};

struct effect { /* of a crash with one outcome */
    bool possible;
    bool *affected; /* [instances] restarted */
    bool *stopped;  /* [instances] affected, and gone for good: temporary ones beside the member that failed */
    bool *revived;  /* [instances] up again whatever they were */
    bool *fresh;    /* [supervisors] count becomes 0 */
};

struct semantics {
    const struct model *m;
    size_t size;
    uint32_t max_steps, max_waits;
    struct number *at;     /* [participants] */
    struct lane *lanes;    /* [lanes] */
    struct number *left;   /* [crash budgets] */
    struct number *counts; /* [supervisors]; NULL without crashes, like all below */
    struct number *gone;   /* [instances] */
    uint32_t **chains;     /* [instances] supervisors from its own to the root */
    uint32_t *chain_len;   /* [instances] */
    uint32_t n_outcomes;   /* the longest chain + 1 */
    struct effect *effects; /* [instances * n_outcomes] */
    struct edge_row *edges; /* [model edges] */
    struct group *groups;
    struct state_row *states; /* of all participants; participant p's are at state_base[p] */
    uint32_t *state_base;
    uint32_t **lanes_in; /* [participants] the lanes that it reads, ascending */
    uint32_t *n_lanes_in;
};

/* ---- numbers ---- */

static inline uint32_t get(const uint8_t *state, struct number f)
{
    const uint8_t *p = state + f.offset;
    if (f.width == 1)
        return *p;
    if (f.width == 2)
        return (uint32_t)p[0] | (uint32_t)p[1] << 8;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put(uint8_t *state, struct number f, uint32_t value)
{
    uint8_t *p = state + f.offset;
    for (uint32_t i = 0; i < f.width; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static inline uint32_t all_ones(struct number f)
{
    return UINT32_MAX >> (32 - 8 * f.width);
}

/* ---- parts of a state ---- */

/* The row of participant p's state, or NULL when it is gone. */
static inline const struct state_row *row_of(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    uint32_t q = get(state, s->at[p]);
    return q == all_ones(s->at[p]) ? NULL : &s->states[s->state_base[p] + q];
}

static inline uint8_t lane_head(const uint8_t *state, const struct lane *l)
{
    return l->plain ? 0 : state[l->slots];
}

/* A message stands at the head of the lane that the group reads. */
static inline bool group_has_message(const struct semantics *s, const uint8_t *state, struct group g)
{
    uint32_t lane = s->edges[g.first].lane;
    return lane != IR_NONE && get(state, s->lanes[lane].length) > 0;
}

bool semantics__edge_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e);
/* Some send or receive of a participant in that state is enabled. */
bool semantics__can_act(const struct semantics *s, const uint8_t *state, const struct state_row *row);
/* `label` at the head of `lane` has a receive edge in that state. */
bool semantics__takes(const struct semantics *s, const struct state_row *row, uint32_t lane, uint8_t label);
void semantics__lane_clear(uint8_t *state, const struct lane *l);
/* The message at the head of a lane that is not empty, in ir.messages. */
uint32_t semantics__head(const struct semantics *s, const uint8_t *state, uint32_t lane);

/* ---- crashes (semantics_crash.c) ---- */

/* Who is affected by what, where the model has crash budgets; the layout comes after. */
void semantics__build_supervision(struct semantics *s, struct arena *a);
bool semantics__crash_enabled(const struct semantics *s, const uint8_t *state, uint32_t instance, uint32_t outcome);
/* The codes of all enabled crashes; returns how many. */
uint32_t semantics__crash_codes(const struct semantics *s, const uint8_t *state, uint32_t *codes);
void semantics__apply_crash(const struct semantics *s, uint8_t *state, const struct step *step);

#endif
