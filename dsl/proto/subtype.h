/* subtype.h -- may a role that behaves like one automaton stand in for one that behaves like another?
 *
 * Synchronous (Gay, Hole, "Subtyping for session types in the pi calculus", 2005), on pairs of states: the subtype
 * may leave out sends, and may take more messages from a peer on which the supertype waits alone. Where that says
 * no, asynchronous: the subtype may besides run ahead of the supertype, that is send before the supertype has taken
 * what comes first there, in whatever order on lanes to different peers (Ghilezan, Pantovic, Prokic, Scalas,
 * Yoshida, "Precise subtyping for asynchronous multiparty sessions", POPL 2021; bounded as by Cutner, Yoshida,
 * Vassor, PPoPP 2022).
 *
 * Asynchronous subtyping is undecidable, so the answer may be that it is not known. Yes is always right, for lanes
 * that have room: in each context in which the supertype is safe whatever its lanes hold, the subtype is safe from
 * some size of lanes on. With one peer `ahead` is such a size; with more it may take more, as sends to one peer wait
 * for those to another. A subtype that runs ahead without bound is never accepted, as no lane would be long enough.
 */
#ifndef MOTET_DSL_SUBTYPE_H
#define MOTET_DSL_SUBTYPE_H
#include "ir.h"

enum subtype_answer { SUBTYPE_YES, SUBTYPE_NO, SUBTYPE_UNKNOWN };

/* Why the answer is not yes: what comes behind the path. */
enum subtype_reason {
    SUBTYPE_FINE,
    SUBTYPE_SENDS,     /* the subtype sends `sub`; on some way the supertype does not come to that */
    SUBTYPE_LACKS,     /* the supertype may take `super`; the subtype does not */
    SUBTYPE_WAITS,     /* the subtype waits for `sub`; on some way the supertype acts first: `super` */
    SUBTYPE_ENDS,      /* the subtype has ended; the supertype goes on with `super` */
    SUBTYPE_GOES_ON,   /* the supertype has ended; the subtype goes on with `sub` */
    SUBTYPE_NEVER,     /* the subtype goes round for ever without the supertype's `super` */
    SUBTYPE_TOO_FAR,   /* unknown: it runs further ahead than SUBTYPE_MAX_AHEAD */
    SUBTYPE_TOO_LARGE, /* unknown: too many pairs to look at */
    SUBTYPE_BEYOND     /* unknown: states that read from several peers, both send and receive, or catch events */
};

enum { SUBTYPE_MAX_AHEAD = 24, SUBTYPE_MAX_PAIRS = 400000, SUBTYPE_MAX_WORK = 2000000 };

struct subtype_result {
    enum subtype_answer answer;
    uint32_t ahead; /* yes: the most actions of the supertype that the subtype puts off; 0: none, it is synchronous */
    enum subtype_reason reason;
    uint32_t pairs; /* looked at */
    uint32_t n_path;
    const struct edge **path; /* a shortest way of the subtype to where the reason holds */
    const struct edge *sub, *super; /* see the reasons; or NULL */
};

/* Roles and messages mean the same in both automata. The result lives in `a`. */
struct subtype_result subtype_check(struct arena *a, const struct automaton *sub, const struct automaton *super);
/* Only as far as `ahead` actions; 0: synchronous subtyping alone, where no is exact. */
struct subtype_result subtype_check_ahead(struct arena *a, const struct automaton *sub, const struct automaton *super,
                                          uint32_t ahead);

#endif
