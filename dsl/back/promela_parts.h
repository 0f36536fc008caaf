/* promela_parts.h -- what the files of the Promela renderer share. Private to them.
 *
 * Every name that comes from the protocol has a prefix (p_ process, c_ lane, m_ message, pc_ state, phase_ phase,
 * len_ msg_ age_ what is in a lane, l_ claim), so that it is never a word of Promela, and is unique in its class.
 */
#ifndef MOTET_DSL_PROMELA_PARTS_H
#define MOTET_DSL_PROMELA_PARTS_H
#include "buf.h"
#include "promela.h"

struct ltl_events;

struct pml {
    struct arena *a;
    const struct model *m;
    struct promela *out;
    struct buf text;
    size_t counted; /* bytes of `text` whose line ends are in `line` */
    uint32_t line;  /* of the end of those bytes */
    VEC(struct step_line) lines;
    const char **participant; /* [participants]: "P_1", a part of longer names */
    const char **lane;        /* [lanes]: "c_C_P_1" */
    const char **message;     /* [ir.messages]: "m_Commit"; NULL where no lane carries it */
    const struct ltl_events *events; /* NULL without formulas */
    bool crashes;             /* there is a crash budget */
    bool vars;                /* the encoding with variables; else the one with labels */
    uint32_t levels;          /* counters of a phase; 0 where no run is phased */
};

/* ---- promela.c ---- */

/* The line being written performs `s`. */
void pml_step(struct pml *p, struct step s);
/* A comment with the source position, if there is one, and the end of the line. */
void pml_end_line(struct pml *p, struct span at);
/* `s` as a part of a Promela name that is not yet in used[0..n). */
const char *pml_name(struct arena *a, const char *prefix, const char *s, const char *const *used, uint32_t n);
/* The bits of ev after a step: 0 without formulas. */
uint32_t pml_event(const struct pml *p, const struct step *s);
/* Writes a macro for each run: it is true when the run is complete. */
void pml_complete_macro(struct pml *p, uint32_t run);
/* "end_S3", the label of a state */
const char *pml_state_label(struct pml *p, uint32_t who, uint32_t state);
/* How many messages are in the lane, as an expression. */
const char *pml_length(struct pml *p, uint32_t lane);
/* The most messages that the lane can hold. */
uint32_t pml_capacity(const struct model *m, uint32_t lane);
/* Is there room for one more, where the lane or the mailbox that it belongs to has an end; as a condition. */
const char *pml_room(struct pml *p, uint32_t lane);

/* ---- promela_heads.c: messages that stand where they must not ---- */

/* Can the edge ever happen? Not when it receives what nobody sends there. */
bool pml_possible(const struct model *m, uint32_t who, uint32_t e);
/* Is the label `message` taken from `lane` in that state of participant `who`? *reads: is the lane read at all? */
bool pml_takes(const struct model *m, uint32_t who, uint32_t state, uint32_t lane, uint32_t message, bool *reads);
/* The lanes that a state reads, with the interrupt lanes or without; returns how many. `lanes` has room for all. */
uint32_t pml_lanes_read(const struct model *m, uint32_t who, uint32_t state, bool interrupts, uint32_t *lanes);
/* Do the lane's messages have phases? */
bool pml_lane_phased(const struct pml *p, uint32_t lane);
/* "the message is at the head of the lane, and its receiver's phase allows to take it", as a condition. */
const char *pml_head(struct pml *p, uint32_t lane, uint32_t message);

/* The lanes that an unexpected reception in that state needs; 0 when there cannot be one: the state can do something
 * else than receive, reads nothing, or takes every message of some lane. */
uint32_t pml_unexpected_lanes(const struct model *m, uint32_t who, uint32_t state, uint32_t *lanes);
/* When the state is an unexpected reception: every lane that it reads has a head without an edge; as a condition.
 * NULL when that cannot be. */
const char *pml_unexpected(struct pml *p, uint32_t who, uint32_t state);

/* ---- promela_labels.c: the encoding with labels ---- */

void labels_text(struct pml *p);

/* ---- promela_vars.c: the encoding with variables ---- */

void vars_text(struct pml *p);
/* "A or B can be sent in that state", as a condition. NULL when nothing ever is. */
const char *vars_send_possible(struct pml *p, uint32_t who, uint32_t state);

/* ---- promela_phase.c: try and catch, for the encoding with variables ---- */

uint32_t phase_levels(const struct model *m);
const char *phase_type(const struct pml *p); /* of a variable that holds a phase */
const struct session_event *phase_event(const struct pml *p, uint32_t who, const struct edge *edge);
void phase_variables(struct pml *p);
void phase_inlines(struct pml *p);
/* When a message that is sent to the lane is dropped at once: as a condition, or NULL. */
const char *phase_stale(struct pml *p, uint32_t lane);
/* Statements, each followed by "; ". The last two are d_steps of their own. */
void phase_raise(struct pml *p, uint32_t who, uint32_t level);
void phase_purge(struct pml *p, uint32_t who);
void phase_rebase(struct pml *p, uint32_t run);
void phase_watch(struct pml *p); /* an option of the process `watch` */

/* ---- promela_crash.c: crashes, for the encoding with variables ---- */

/* Why the crash budgets cannot be rendered, or NULL. */
const char *crash_problem(struct arena *a, const struct model *m);
/* Can a participant of the run be gone while others go on? */
bool crash_leaves_others(const struct pml *p, uint32_t run);
void crash_variables(struct pml *p);
void crash_runs(struct pml *p);    /* what becomes of each run */
void crash_process(struct pml *p);
void crash_watch(struct pml *p); /* options of the process `watch` */

#endif
