/* promela_parts.h -- what the files of the Promela renderer share. Private to them.
 *
 * Every name that comes from the protocol has a prefix (p_ process, c_ channel, m_ message, pc_ state, l_ claim), so
 * that it is never a word of Promela, and is unique in its class.
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
    bool crashes;
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
/* Can the edge ever happen? Not when it receives what nobody sends there. */
bool pml_possible(const struct model *m, uint32_t who, uint32_t e);
/* Is the label `message` taken from `lane` in that state of participant `who`? *reads: is the lane read at all? */
bool pml_takes(const struct model *m, uint32_t who, uint32_t state, uint32_t lane, uint32_t message, bool *reads);

/* When the state is an unexpected reception: every lane that it reads has a head without an edge; as a condition.
 * NULL when that cannot be: the state sends, reads nothing, or takes every message of some lane. */
const char *pml_unexpected(struct pml *p, uint32_t who, uint32_t state);

struct pml_orphan {
    uint32_t lane;
    const char *message;
    bool rests; /* the state reads other lanes: it counts once nothing moves */
};
/* The messages that are orphans in that state, into out[pml_max_orphans]; returns how many. */
uint32_t pml_orphans(struct pml *p, uint32_t who, uint32_t state, struct pml_orphan *out);
/* The condition for one that `rests`: the message is there, and the state is no unexpected reception. */
const char *pml_left_over(struct pml *p, uint32_t who, uint32_t state, const struct pml_orphan *o);
uint32_t pml_max_orphans(const struct model *m);
/* "empty(a) || empty(b)" over the lanes that the state reads. Once nothing moves it says that the state is no
 * unexpected reception: that is the other violation, and then what is left over is none of its own. */
const char *pml_some_empty(struct pml *p, uint32_t who, uint32_t state);

/* ---- promela_crash.c ---- */

/* Why the crash budgets cannot be rendered, or NULL. */
const char *crash_problem(struct arena *a, const struct model *m);
void crash_declare(struct pml *p);   /* variables and macros */
void crash_processes(struct pml *p); /* participants, crashes, the watch on deadlocks */

#endif
