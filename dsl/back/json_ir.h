/* json_ir.h -- the whole system of automata as JSON, for tools. docs/json.md is its schema.
 *
 * Objects refer to each other by name, states and edges by number. Arrays keep the order of the source. Positions are
 * line numbers in the file that is named at the top by its base name; in others they come with that of theirs.
 */
#ifndef MOTET_DSL_JSON_IR_H
#define MOTET_DSL_JSON_IR_H
#include "backend.h"
#include "ir.h"

enum { JSON_IR_FORMAT = 2 }; /* grows when a reader of the old text would be misled */

void json_ir(const struct ir *ir, struct buf *out);
/* One file, MODULE.json. */
void json_ir_render(const struct ir *ir, struct outputs *out);

#endif
