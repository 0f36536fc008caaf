/* events.h -- steps and stuck states in words: who, what, where in the source, and why nothing moves.
 *
 * Values only; the chart and the reports lay them out.
 */
#ifndef MOTET_CHECKER_EVENTS_H
#define MOTET_CHECKER_EVENTS_H
#include "explorer.h"

struct event {
    enum step_kind kind;
    uint32_t from, to;  /* participants; STEP_EVENT: the catcher and IR_NONE; STEP_CRASH: IR_NONE */
    uint32_t lane;      /* or IR_NONE */
    uint32_t instance;  /* STEP_CRASH; else IR_NONE */
    name from_name, to_name; /* STEP_CRASH: the instance, NULL */
    name message;       /* STEP_EVENT, STEP_CRASH: NULL */
    name event;         /* STEP_EVENT: its name in the session, "timeout"; else NULL */
    struct span at;     /* the interaction; the event in its `catch`; the child's declaration */
    const char *note;   /* STEP_EVENT, STEP_CRASH: what happens, a full clause; else what is special, or NULL */
    bool interrupt;     /* the message goes on the interrupt lane: the first of a handler to its receiver */
    bool lost;          /* STEP_SEND, STEP_LOSS: nobody will receive it; the note says why */
    uint32_t n_catchers; /* STEP_CRASH: the participants that catch it; they stand in catchers */
    uint32_t *catchers;
};

struct events {
    uint32_t n;
    struct event *at;
    const uint8_t *end; /* the state after them */
    bool ok;            /* every step was enabled; else the events end before the first that was not */
};

struct events events_of(struct arena *a, const struct semantics *s, const struct trail *t);

/* One reason why a participant is stuck. */
struct reason {
    struct wait wait;
    name participant, peer;
    uint32_t n_messages; /* it would send or take one of these; WAIT_ORPHAN: the one left behind */
    name *messages;
    struct span at;    /* where it stands, or {0,0,0} */
    const char *what;  /* "waits to send M to B" */
    const char *why;   /* "the lane A -> B is full (1 of 1: M), and B itself waits to send N to C" */
};

struct reasons {
    uint32_t n;
    struct reason *at; /* those of one participant stand together */
};

/* Of a deadlock, or with SAFETY_KINDS for `broken`: why each stuck participant is stuck. Of a state that breaks
 * fidelity or has an orphan: what its reader waits for. */
struct reasons reasons_of(struct arena *a, const struct semantics *s, const uint8_t *state, enum safety broken);

#endif
