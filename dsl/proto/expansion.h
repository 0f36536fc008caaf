/* expansion.h -- what instantiate.c and interleave.c share: a session's text on its way to a graph of positions. */
#ifndef MOTET_DSL_EXPANSION_H
#define MOTET_DSL_EXPANSION_H
#include "proto.h"

struct branch { /* a branch of `par` that is being expanded, innermost first */
    const struct stmt *par;
    const struct branch *outer;
};

struct inlined { /* one `do` that was expanded, or is being */
    const struct decl *session;
    const uint32_t *roles;
    uint32_t cont, regions, entry;
    uint64_t hash;
};

struct expansion {
    struct builder *b;
    const struct session_type *t;
    struct nfa *nfa;
    VEC(struct inlined) memo;
    uint32_t *slots; /* memo + 1 */
    uint32_t n_slots;
    uint64_t steps;
    uint32_t depth;
    uint32_t regions, strand;    /* of the positions being made */
    const struct branch *branch; /* NULL: in no `par` */
    uint32_t n_pars;             /* instances so far */
    bool failed;
};

/* The number of a new position. At the limit it is reported, and the number is that of some other. */
uint32_t expansion_place(struct expansion *e, struct place p);

/* The branches of `par` that start and join at these positions, interleaved in all ways; then `cont`. */
uint32_t interleave(struct expansion *e, const struct stmt *par, const uint32_t *starts, uint32_t n, uint32_t cont);

#endif
