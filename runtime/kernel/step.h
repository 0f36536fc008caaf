/* step.h -- one step of a role's local automaton, and what its tables must satisfy.
 *
 * The automaton is a constant two-dimensional table (motet/automaton.h); a step is one load. Indices from outside
 * are checked against the table's bounds, so that no label, however it came about, reads past it.
 */
#ifndef MOTET_KERNEL_STEP_H
#define MOTET_KERNEL_STEP_H
#include <stdbool.h>
#include <stdint.h>

#include <motet/automaton.h>

/*@ predicate automaton_readable{L}(motet_automaton *a) =
        \valid_read(a) && 1 <= a->n_states < MOTET_NONE && a->n_labels < MOTET_NONE &&
        \valid_read(a->states + (0 .. a->n_states - 1)) &&
        \valid_read(a->labels + (0 .. a->n_labels - 1)) &&
        \valid_read(a->next + (0 .. a->n_states * a->n_labels - 1));
    predicate automaton_targets{L}(motet_automaton *a) =
        \forall integer i; 0 <= i < a->n_states * a->n_labels ==>
            a->next[i] == MOTET_NONE || a->next[i] < a->n_states; */

/* The target of that edge; MOTET_NONE when the automaton has no such edge, state or label. */
/*@ requires readable: automaton_readable(a);
    terminates \true; exits \false; assigns \nothing;
    behavior inside:
        assumes state < a->n_states && label < a->n_labels;
        ensures table: \result == a->next[state * a->n_labels + label];
    behavior outside:
        assumes state >= a->n_states || label >= a->n_labels;
        ensures none: \result == MOTET_NONE;
    complete behaviors; disjoint behaviors; */
static inline uint16_t motet__step(const motet_automaton *a, uint16_t state, uint16_t label)
{
    if (state >= a->n_states || label >= a->n_labels) {
        return MOTET_NONE;
    }
    /*@ assert row: state * a->n_labels <= (a->n_states - 1) * a->n_labels; */
    /*@ assert cell: state * a->n_labels + label < a->n_states * a->n_labels; */
    return a->next[(uint32_t)state * a->n_labels + label];
}

/* Whether the state has an edge that receives from (or sends to) that peer. */
bool motet__step_meets(const motet_automaton *a, uint16_t state, motet_dir dir, uint16_t peer);

/* Whether the tables keep their invariants, for a role of a session type with so many roles and messages:
 * (1) targets, peers and messages are in range; (2) edges of an AT_SEND state are sends and
 * there is at least one, those of AT_RECEIVE and AT_REST are receives, with at least one in AT_RECEIVE; (3) AT_END
 * has none; (4) AT_BOTH has both, and each of its sends is also one of every state that a receive leads to, so that
 * what is to be sent stays so whatever arrives meanwhile. */
bool motet__automaton_valid(const motet_automaton *a, uint16_t n_roles, uint16_t n_messages);

#endif
