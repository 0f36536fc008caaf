/* automaton.h -- a role's local automaton as constant tables.
 *
 * Generated code defines them, the kernel steps through them. A label is an action of this role: send or receive,
 * with which peer, which message. `next[state * n_labels + label]` is the target, or MOTET_NONE where the automaton
 * has no such edge. State 0 is initial.
 */
#ifndef MOTET_AUTOMATON_H
#define MOTET_AUTOMATON_H
#include <stdint.h>

#define MOTET_NONE UINT16_MAX

typedef enum motet_dir { MOTET_SEND = 0, MOTET_RECEIVE = 1 } motet_dir;

typedef struct motet_label {
    uint16_t dir;        /* motet_dir */
    uint16_t peer;       /* role number in the session type */
    uint16_t message;    /* index in the session type's messages */
    uint16_t peer_label; /* MOTET_SEND: the matching receive label in the peer's automaton, MOTET_NONE if it has none */
} motet_label;

typedef enum motet_state_kind {
    MOTET_AT_END = 0,     /* no edges */
    MOTET_AT_SEND = 1,    /* this role acts: one send, or a choice among several */
    MOTET_AT_RECEIVE = 2, /* waits for one of several messages */
    MOTET_AT_REST = 3,    /* as MOTET_AT_RECEIVE, but the session may also be over for this role */
    MOTET_AT_BOTH = 4     /* acts as in MOTET_AT_SEND, and receives meanwhile; each send outlives each receive */
} motet_state_kind;

typedef struct motet_state {
    uint16_t kind;  /* motet_state_kind */
    uint16_t maker; /* MOTET_AT_SEND, MOTET_AT_BOTH: which maker of the role's produce() is called; else 0 */
    uint32_t line;  /* in the protocol file, for reports; 0 when unknown */
} motet_state;

typedef struct motet_automaton {
    uint16_t n_states, n_labels;
    const motet_state *states;
    const motet_label *labels;
    const uint16_t *next;
} motet_automaton;

#endif
