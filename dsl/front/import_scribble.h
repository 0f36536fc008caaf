/* import_scribble.h -- what the parts of the Scribble importer share. */
#ifndef MOTET_DSL_IMPORT_SCRIBBLE_H
#define MOTET_DSL_IMPORT_SCRIBBLE_H
#include "import_internal.h"

enum { OPAQUE_BYTES = 255 };

struct renamed { /* a role, or a recursion variable in scope */
    name written, given;
    struct renamed *next;
};

/* A protocol, known from its head. It is read when it turns out to be needed. */
struct scribble_protocol {
    struct ident written;
    uint32_t unit;
    uint32_t pos;       /* bytes; where to start reading */
    name given;         /* NULL: not needed yet */
    VEC(name) roles;    /* as written */
};

struct scribble_import { /* import a.b.c as d;   from a.b.c import P as Q; */
    name module, as;    /* NULL: not renamed */
    name member;        /* NULL: all of the module, under the module's name */
    struct span at;
    uint32_t unit;      /* NO_UNIT: it could not be read */
};
enum { NO_UNIT = -1 };

struct scribble_type { /* type <java> "java.lang.Integer" from "rt.jar" as Int; */
    name written;
    enum type_kind kind; /* TY_POISON: it means nothing here */
};

/* A module: one file. */
struct scribble_unit {
    uint32_t source;
    const char *id;
    name module; /* as written, dotted; or NULL */
    struct import_map protocols; /* by name: in scribble.protocols */
    VEC(struct scribble_import) imports;
    VEC(struct scribble_type) types;
};

struct named_args { /* do P(A as C, B as D): put in order once the roles of P are known */
    struct stmt *st;
    uint32_t protocol;
    VEC(struct ident) names; /* one an argument; name NULL: by position */
};

struct scribble {
    struct importer *x;
    VEC(struct scribble_unit) units; /* the file itself is number 0 */
    VEC(struct scribble_protocol) protocols;
    VEC(uint32_t) queue;         /* of protocols to read */
    VEC(struct named_args) named;
    struct import_map structs_by_name; /* payload types that are declared as structs, by index in structs */
    VEC(struct ident) structs;
    uint64_t total;              /* bytes of the modules read */
    struct renamed *roles, *variables; /* of the protocol being read */
    uint32_t unit;               /* in which it stands */
    uint32_t depth;
};

static inline struct ident given_ident(name given, struct ident written) { return (struct ident){given, written.at}; }

/* E0602 at the current token. */
void scribble_refuse(struct scribble *s, const char *what);
/* Skips the rest of what stands here, to behind its `;` or its blocks, or to the `}` of the block around it. */
void scribble_skip(struct scribble *s);

/* ---- import_scribble_apart.c ---- */

/* Puts what stands behind loops without an exit, and has nothing to do with them, beside them. False: the end of the
 * block cannot be reached. */
bool scribble_apart(struct importer *x, struct block *b);

/* ---- import_scribble_units.c ---- */

/* Reads the heads of the file and of all modules that it imports. */
void scribble_scan(struct scribble *s);
/* "a.b.c", at the current token. */
struct ident scribble_dotted(struct scribble *s, const char *what);
/* The protocol that a name, with or without its module, means in the current unit; NO_UNIT after an error. */
uint32_t scribble_protocol_named(struct scribble *s, struct ident written);
/* What a payload type declared as `written`, with or without its module, is here; TY_POISON: nothing known. */
enum type_kind scribble_type_named(const struct scribble *s, name written);

#endif
