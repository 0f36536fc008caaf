/* remarks.h -- the comments of an imported file, and its blank lines, kept for the text that it becomes.
 *
 * The importer collects them as it skips them. When the text is printed, each is put above the statement or declaration
 * that it stands above, or behind the one that it stands behind on its line.
 */
#ifndef MOTET_DSL_REMARKS_H
#define MOTET_DSL_REMARKS_H
#include <stdbool.h>

#include "arena.h"
#include "source.h"

struct buf;

enum { REMARK_OWN_LINE = UINT32_MAX };

struct remark {
    struct span at;
    uint32_t after;   /* where what stands before it on its line ends, or REMARK_OWN_LINE */
    const char *text; /* without marks; lines end in '\n' but for the last */
    bool is_doc;      /* is printed as documentation */
    bool printed;
};

struct remarks {
    struct arena *a;
    const struct sources *s;
    VEC(struct remark) all;   /* by file and place: files are read one after the other, the first time */
    VEC(uint32_t) known_upto; /* of each file: what stands before this byte has been collected */
};

struct remarks *remarks_new(struct arena *a, const struct sources *s);

/* ---- for the importer ---- */

/* The comment at `at`, marks included; its lines may begin with `mark`. One that is known is not added again. */
void remarks_add(struct remarks *r, struct span at, uint32_t after, char mark);
void remarks_are_doc(struct remarks *r, struct span at); /* those within */
void remarks_move(struct remarks *r, struct span from, uint32_t to); /* to lines of their own at `to`, before them */

/* ---- for the printer ---- */

struct remark_cursor { /* goes through those of one part of a file; all zero: there are none */
    struct remarks *r;
    uint32_t next, end;
    const struct remark *last; /* that the last call of remarks_above printed, or NULL */
};

/* To those within `at` that are neither documentation nor printed; `r` may be NULL. */
struct remark_cursor remarks_within(struct remarks *r, struct span at);
/* Prints those that stand before the byte `lo` on lines of their own, with the empty lines above them that they have
 * there unless `out` is at the start of a block. */
void remarks_above(struct remark_cursor *c, uint32_t lo, struct buf *out, size_t indent);
/* Prints the next one behind what is printed, on its line, if it stands behind what ends at `hi`; or anywhere before
 * `lo`, unless on a line of its own. */
void remark_behind(struct remark_cursor *c, uint32_t hi, struct buf *out);
void remark_opening(struct remark_cursor *c, uint32_t lo, struct buf *out);
/* Prints an empty line where there is one above `at`, unless `out` is at the start of a block. */
void remarks_blank(const struct remark_cursor *c, struct span at, struct buf *out);
/* Is there an empty line below what remarks_above printed last, when it did? */
bool remarks_blank_below(const struct remark_cursor *c);
/* Behind the last one before `lo` with an empty line below it; 0: there is none. */
uint32_t remarks_apart(const struct remark_cursor *c, uint32_t lo);
/* Prints all that are left, at the end of the text. */
void remarks_rest(struct remark_cursor *c, struct buf *out);

#endif
