/* parser.h -- text to AST; docs/language.md is the grammar. */
#ifndef MOTET_DSL_PARSER_H
#define MOTET_DSL_PARSER_H
#include "ast.h"
#include "diag.h"

enum {
    FRONT_MAX_DEPTH = 200,     /* nested blocks, types, formulas */
    FRONT_MAX_CHAIN = 4096,    /* actions of one local type in a row */
    FRONT_MAX_BOUND = 1 << 24, /* of string, bytes, list and array */
    FRONT_MAX_FAMILY = 4096,   /* members of a role family or of a child family */
    FRONT_MAX_DECLS = 65536,   /* declarations of a file */
    FRONT_MAX_FIELDS = 1000,   /* of a message, a struct, a state */
    FRONT_MAX_VALUES = 4096,   /* of an enum */
    FRONT_MAX_ROLES = 250,     /* named in one list */
    FRONT_MAX_LIST = 1000      /* things of one kind in one block: wires, properties, handlers, ... */
};

/* Parses file `source` of `s`, reporting every syntax error in it to `d`. Never returns NULL: what could not be parsed
 * is left out or poison. The result lives in `a`. */
struct file *parse_file(struct arena *a, struct interner *names, const struct sources *s, uint32_t source,
                        struct diags *d);

#endif
