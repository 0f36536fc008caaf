/* semantics_private.h -- the prepared tables and the packed state, for the files that make up the step relation. */
#ifndef MOTET_CHECKER_SEMANTICS_PRIVATE_H
#define MOTET_CHECKER_SEMANTICS_PRIVATE_H
#include "semantics.h"

#include <string.h>

struct number { /* a number within the state: some bits of one of its words */
    uint32_t offset; /* of the word, in bytes */
    uint32_t mask;   /* 0: there is none */
    uint8_t shift;
};

struct fifo { /* numbers of the same width, one after the other from a bit on; they fill one word after the other */
    uint32_t offset, n_words;
    uint32_t per_word; /* where n_words is more than 1; then shift is 0 */
    uint8_t shift, bits; /* bits 0: they are all 0, and take no place */
};

struct lane {
    struct number length;
    struct fifo labels; /* the positions of the messages in model_lane.labels */
    struct fifo phases; /* the phase of each message, where `phased` */
    uint32_t capacity;
    bool phased, interrupt;
};

enum { NO_LABEL = 255 };

struct edge_row {
    uint8_t dir;     /* enum dir */
    uint8_t label;   /* position in the lane's labels; NO_LABEL where it is never sent; DIR_EVENT: the level */
    bool special;    /* there is more to it than the rules of a lane that blocks: see semantics_phase.c */
    uint8_t event;   /* DIR_EVENT: enum event_kind */
    uint32_t lane;   /* IR_NONE: no such lane */
    uint32_t target;
    uint32_t participant;
};

struct group { /* the edges of a state that write, or read, one lane; or all its events */
    uint32_t first, n; /* model-wide edges */
    uint32_t lane;     /* of them all; IR_NONE as in the edges */
    uint8_t dir;       /* of them all */
    bool special;      /* some of them is */
};

/* The groups of a state: sends, then receives, then interrupts that it takes, then events. */
struct state_row {
    bool final;
    bool head; /* the initial state, and in each cycle some state */
    uint32_t first_group, n_sends, n_groups;
    uint32_t reads;   /* of its groups 0 .. reads - 1, those from n_sends on are receives */
    uint32_t n_lanes; /* lanes that these receives read */
    uint32_t n_watch; /* with those of interrupts */
};

struct effect { /* of a crash with one outcome, after which the member that failed is restarted */
    bool *affected; /* [instances] restarted */
    bool *stopped;  /* [instances] affected, and gone for good: temporary ones beside the member that failed */
    bool *revived;  /* [instances] up again whatever they were */
    bool *fresh;    /* [supervisors] count becomes 0 */
    uint32_t n_changed, *changed; /* instances: those that are stopped or revived */
    uint32_t n_reset, *reset;     /* supervisors: those that are fresh */
};

struct run_bits { /* the bits of a state that are of one run: participants, phases and lanes */
    uint32_t offset, n_words;
    uint64_t *mask; /* [n_words] */
    uint64_t *gone; /* [n_words] those of them that are set when all its participants are GONE */
};

/* Directives in the order of step codes; RESUME has codes of its own. */
enum { DIRECTIVE_CODES = 3 };

struct semantics {
    const struct model *m;
    size_t size;
    uint32_t max_steps, max_waits;
    struct number *at;     /* [participants] */
    struct lane *lanes;    /* [lanes] */
    struct number *phases; /* [participants], width 0 in runs that are not phased; NULL without phases */
    uint32_t levels;       /* how many levels phases have: all deeper counters are always 0 */
    uint32_t phase_width, phase_shift; /* of a phase in the state, and what it leaves out on the right */
    uint32_t **pools;      /* [pools] the lanes of each; NULL without pools */
    uint32_t *n_pool_lanes;
    struct run_bits *runs; /* [runs] */
    struct number loss;    /* what is left of the loss budget, where the model has one */
    uint32_t loss_codes, crash_codes, resume_codes, n_codes; /* where each kind of codes starts */
    struct number *left;   /* [crash budgets] */
    struct number *counts; /* [supervisors]; NULL without crashes, like all below */
    struct number *gone;   /* [instances] */
    uint32_t **chains;     /* [instances] supervisors from its own to the root */
    uint32_t *chain_len;   /* [instances] */
    uint32_t n_outcomes;   /* the longest chain + 1 */
    uint32_t n_directives; /* 1, or DIRECTIVE_CODES where some child decides */
    bool *decides;         /* [children * directives] the child has it for some reason */
    bool resumes;          /* some child does */
    uint32_t must_run;      /* the first instance that is gone only when the root gave up; IR_NONE: there is none */
    struct effect *effects; /* [instances * n_outcomes] */
    struct edge_row *edges; /* [model edges] */
    struct group *groups;
    struct state_row *states; /* of all participants; participant p's are at state_base[p] */
    uint32_t *state_base;
    uint32_t **lanes_in; /* [participants] the lanes that it reads, ascending */
    uint32_t *n_lanes_in;
};

/* ---- numbers ---- */

static inline uint64_t load_word(const uint8_t *state, uint32_t offset)
{
    uint64_t w;
    memcpy(&w, state + offset, sizeof w);
    return w;
}

static inline void store_word(uint8_t *state, uint32_t offset, uint64_t w)
{
    memcpy(state + offset, &w, sizeof w);
}

static inline uint32_t get(const uint8_t *state, struct number f)
{
    return (uint32_t)(load_word(state, f.offset) >> f.shift) & f.mask;
}

static inline void put(uint8_t *state, struct number f, uint32_t value)
{
    uint64_t w = load_word(state, f.offset) & ~((uint64_t)f.mask << f.shift);
    store_word(state, f.offset, w | (uint64_t)value << f.shift);
}

static inline uint32_t all_ones(struct number f)
{
    return f.mask;
}

/* ---- queues of numbers ---- */

/* The i-th element as a number of the state. */
static inline struct number fifo_slot(const struct fifo *f, uint32_t i)
{
    uint32_t word = f->n_words > 1 ? i / f->per_word : 0, at = f->n_words > 1 ? i % f->per_word : i;
    return (struct number){f->offset + 8 * word, (1u << f->bits) - 1, (uint8_t)(f->shift + at * f->bits)};
}

static inline uint32_t fifo_get(const uint8_t *state, const struct fifo *f, uint32_t i)
{
    return f->bits ? get(state, fifo_slot(f, i)) : 0;
}

static inline void fifo_set(uint8_t *state, const struct fifo *f, uint32_t i, uint32_t value)
{
    if (f->bits)
        put(state, fifo_slot(f, i), value);
}

/* All `n` elements move up by one, the first is lost, and the last becomes 0. */
void semantics__fifo_shift(uint8_t *state, const struct fifo *f, uint32_t n);

/* ---- parts of a state ---- */

/* The row of participant p's state, or NULL when it is gone. */
static inline const struct state_row *row_of(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    uint32_t q = get(state, s->at[p]);
    return q == all_ones(s->at[p]) ? NULL : &s->states[s->state_base[p] + q];
}

/* The phase of the head of a phased lane, which is not empty, is such that its reader may take it. */
bool semantics__head_due(const struct semantics *s, const uint8_t *state, uint32_t lane);

static inline uint8_t lane_head(const uint8_t *state, const struct lane *l)
{
    return (uint8_t)fifo_get(state, &l->labels, 0);
}

/* A message that may be taken now, as far as its phase goes, stands at the head of the lane that the group reads. */
static inline bool group_has_message(const struct semantics *s, const uint8_t *state, struct group g)
{
    uint32_t lane = g.lane;
    if (lane == IR_NONE || get(state, s->lanes[lane].length) == 0)
        return false;
    return !s->lanes[lane].phased || semantics__head_due(s, state, lane);
}

/* ---- the layout (semantics_layout.c) ---- */

void semantics__lay_out(struct semantics *s, struct arena *a);

/* ---- steps ---- */

bool semantics__edge_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e);
/* Some step of a participant in that state is enabled. */
bool semantics__can_act(const struct semantics *s, const uint8_t *state, const struct state_row *row);
/* The head of `lane`, which is not empty, can be taken by its reader, who is in that state. */
bool semantics__takes_head(const struct semantics *s, const uint8_t *state, const struct state_row *row, uint32_t lane);
void semantics__lane_append(uint8_t *state, const struct lane *l, uint8_t label);
void semantics__lane_remove(uint8_t *state, const struct lane *l);
void semantics__lane_clear(uint8_t *state, const struct lane *l);
/* The message at the head of a lane that is not empty, in ir.messages. */
uint32_t semantics__head(const struct semantics *s, const uint8_t *state, uint32_t lane);

/* ---- more than lanes that block (semantics_phase.c) ---- */

/* Which edges are `special`, and the tables for them; before the layout, which calls allot_phases. */
void semantics__build_phases(struct semantics *s, struct arena *a);
bool semantics__special_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e);
void semantics__apply_special(const struct semantics *s, uint8_t *state, const struct edge_row *e);
bool semantics__loss_enabled(const struct semantics *s, const uint8_t *state, const struct edge_row *e);
/* The codes of all losses; returns how many. `steps`: the codes of all enabled steps of participants. */
uint32_t semantics__loss_codes(const struct semantics *s, const uint8_t *state, const uint32_t *steps, uint32_t n,
                               uint32_t *codes);
/* The message at the head is lost. */
void semantics__drop_head(const struct semantics *s, uint8_t *state, uint32_t lane);
bool semantics__at_limit(const struct semantics *s, const uint8_t *state);
/* Who catches the crash of participant `dead`: live participants in its run. False when nobody does. */
bool semantics__catch_crash(const struct semantics *s, uint8_t *state, uint32_t dead);

/* ---- crashes (semantics_crash.c) ---- */

/* Who is affected by what, where the model has crash budgets; the layout comes after. */
void semantics__build_supervision(struct semantics *s, struct arena *a);
bool semantics__crashes_left(const struct semantics *s, const uint8_t *state); /* of some budget */
bool semantics__crash_enabled(const struct semantics *s, const uint8_t *state, const struct step *step);
struct step semantics__decode_crash(const struct semantics *s, uint32_t code);
uint32_t semantics__crash_code(const struct semantics *s, const struct step *step);
/* The codes of all enabled crashes; returns how many. `steps`: the codes of all enabled steps of participants. */
uint32_t semantics__crash_codes(const struct semantics *s, const uint8_t *state, const uint32_t *steps, uint32_t n,
                                uint32_t *codes);
void semantics__apply_crash(const struct semantics *s, uint8_t *state, const struct step *step);

#endif
