/* dot.h -- drawings in Graphviz's language: global types, local automata, systems.
 *
 * A global type is drawn as a flow chart: blocks of interactions in a row, a diamond where a role chooses. A local
 * automaton is drawn as one: the state numbers are those that reports use. Members of a family whose automata are
 * equal share one drawing. A system is its supervision tree with the sessions that are wired to it below.
 *
 * Colour goes with the role, but nothing is said by colour alone: sends are solid and receives dashed, states in which
 * the role acts are filled and states in which it waits are white, so that a print in black says the same.
 */
#ifndef MOTET_DSL_DOT_H
#define MOTET_DSL_DOT_H
#include <stdbool.h>

#include "backend.h"
#include "ir.h"

enum dot_what { DOT_ALL, DOT_GLOBAL, DOT_LOCAL, DOT_SYSTEM };

struct dot_selection {
    enum dot_what what;
    const char *session; /* only of this session; NULL: of all. Excludes systems when what is DOT_ALL. */
    const char *role;    /* only this role or family, "P" or "P[1]"; NULL: all. Implies local automata. */
};

/* The selected drawings in one graph, side by side in rows. False, with nothing written, when none is selected. */
bool dot_document(const struct ir *ir, const struct dot_selection *sel, struct buf *out);

/* Every drawing in a file of its own: SESSION.global.dot, SESSION.ROLE.local.dot, SYSTEM.system.dot. */
void dot_render(const struct ir *ir, struct outputs *out);

#endif
