/* step.c -- see step.h. */
#include "step.h"

bool motet__step_meets(const motet_automaton *a, uint16_t state, motet_dir dir, uint16_t peer)
{
    for (uint16_t l = 0; l < a->n_labels; l++) {
        if (motet__step(a, state, l) != MOTET_NONE && a->labels[l].dir == dir && a->labels[l].peer == peer) {
            return true;
        }
    }
    return false;
}

static bool label_valid(const motet_label *l, uint16_t n_roles, uint16_t n_messages)
{
    return l->dir <= MOTET_RECEIVE && l->peer < n_roles && l->message < n_messages;
}

/* Whether no receive of the state takes a send away. */
static bool sends_stay(const motet_automaton *a, uint16_t state)
{
    for (uint16_t r = 0; r < a->n_labels; r++) {
        uint16_t to = motet__step(a, state, r);
        if (a->labels[r].dir == MOTET_SEND || to == MOTET_NONE) {
            continue;
        }
        for (uint16_t l = 0; l < a->n_labels; l++) {
            if (a->labels[l].dir == MOTET_SEND && motet__step(a, state, l) != MOTET_NONE &&
                motet__step(a, to, l) == MOTET_NONE) {
                return false;
            }
        }
    }
    return true;
}

static bool state_valid(const motet_automaton *a, uint16_t state)
{
    uint16_t kind = a->states[state].kind;
    uint32_t sends = 0, receives = 0;
    for (uint16_t l = 0; l < a->n_labels; l++) {
        uint16_t to = motet__step(a, state, l);
        if (to == MOTET_NONE) {
            continue;
        }
        if (to >= a->n_states) {
            return false;
        }
        if (a->labels[l].dir == MOTET_SEND) {
            sends++;
        } else {
            receives++;
        }
    }
    switch (kind) {
    case MOTET_AT_BOTH: return sends > 0 && receives > 0 && sends_stay(a, state);
    case MOTET_AT_END: return sends == 0 && receives == 0;
    case MOTET_AT_SEND: return sends > 0 && receives == 0;
    case MOTET_AT_RECEIVE: return sends == 0 && receives > 0;
    case MOTET_AT_REST: return sends == 0;
    default: return false;
    }
}

bool motet__automaton_valid(const motet_automaton *a, uint16_t n_roles, uint16_t n_messages)
{
    if (a->n_states == 0 || a->n_states == MOTET_NONE || a->n_labels == MOTET_NONE) {
        return false;
    }
    for (uint16_t l = 0; l < a->n_labels; l++) {
        if (!label_valid(&a->labels[l], n_roles, n_messages)) {
            return false;
        }
    }
    for (uint16_t s = 0; s < a->n_states; s++) {
        if (!state_valid(a, s)) {
            return false;
        }
    }
    return true;
}
