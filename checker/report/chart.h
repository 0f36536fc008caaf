/* chart.h -- a counterexample as a message sequence chart for the terminal.
 *
 * Time runs downwards, a column a participant. Lanes are asynchronous, so a send and its receive are rows of their
 * own: a solid arrow goes into the lane, a dotted one comes out of it. Each row ends with its place in the source.
 * Where the columns do not fit the width, the same is told as a numbered list. Below stands who waits for what.
 */
#ifndef MOTET_CHECKER_CHART_H
#define MOTET_CHECKER_CHART_H
#include "events.h"

struct buf;

struct chart_style {
    bool ascii;        /* no characters but ASCII */
    bool color;
    uint32_t width;    /* columns of the chart without the places */
    const char *indent; /* before each line */
};

/* What is drawn: `cycle` is the index of the first event that repeats for ever, the number of events when it stays
 * in the last state, IR_NONE for a violation in the end state (then `broken` says which). */
struct story {
    const struct semantics *s;
    struct trail trail;
    uint32_t cycle;
    enum safety broken;
};

void chart_draw(struct buf *out, struct arena *a, const struct story *story, const struct chart_style *style);

#endif
