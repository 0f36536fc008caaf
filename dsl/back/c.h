/* c.h -- the C back end: payload structs, automata as tables, dispatchers, specs, and skeletons of user code.
 *
 * Files, for module M (the last component of the module's name), each actor A and each system S, in snake_case:
 *   M_messages.h              enums, structs and message structs
 *   M_sessions.h, .c          session types: roles and messages
 *   A.h, A.c                  handler prototypes; the automata that A plays and the dispatcher
 *   S.h, S.c                  the supervision tree, the wires, S_open_SESSION
 *   A_handlers.c, S_main.c    skeletons, user-owned
 */
#ifndef MOTET_DSL_C_H
#define MOTET_DSL_C_H
#include <stdbool.h>

#include "backend.h"

/* False, with at least one E05xx error in `d` and nothing added to `out`, when the file cannot be rendered: names that
 * collide in C, or a limit of the runtime's tables. Every session must be usable. */
bool c_render(const struct ir *ir, struct outputs *out, struct diags *d);

#endif
