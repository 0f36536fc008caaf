/* verdict.h -- the three answers to "does it hold?", in the order in which they outweigh each other in a summary. */
#ifndef MOTET_CHECKER_VERDICT_H
#define MOTET_CHECKER_VERDICT_H

enum verdict {
    VERDICT_HOLDS,        /* exhaustive, in the stated scope */
    VERDICT_INCONCLUSIVE, /* a budget ran out first: never a success */
    VERDICT_VIOLATED      /* there is a counterexample */
};

#endif
