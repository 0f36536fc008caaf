/* window.h -- restart intensity: at most `limit` restarts within any span of `span` nanoseconds.
 *
 * Only the last `limit` restarts can matter, so they stand in a ring, and one look at the oldest of them decides:
 * O(1) for each restart, however many there were. Times must not decrease.
 */
#ifndef MOTET_KERNEL_WINDOW_H
#define MOTET_KERNEL_WINDOW_H
#include <stdbool.h>
#include <stdint.h>

typedef struct motet__window {
    uint64_t *at;    /* [limit], the caller's; at[oldest], then the later ones, wrapping */
    uint32_t limit;  /* 0: no restart is ever allowed */
    uint32_t n;      /* entries in use */
    uint32_t oldest; /* index of the oldest entry */
    uint64_t span;
} motet__window;

/*@ predicate window_shape{L}(motet__window *w) =
        w->n <= w->limit && (w->limit == 0 ==> w->oldest == 0) && (w->limit > 0 ==> w->oldest < w->limit) &&
        (w->n < w->limit ==> w->oldest == 0);
    predicate window_valid{L}(motet__window *w) =
        \valid(w) && window_shape(w) && \valid(w->at + (0 .. w->limit - 1)) &&
        \separated(w, w->at + (0 .. w->limit - 1)); */

/*@ requires \valid(w) && \valid(at + (0 .. limit - 1)) && \separated(w, at + (0 .. limit - 1));
    terminates \true; exits \false; assigns *w;
    ensures valid: window_valid(w);
    ensures empty: w->n == 0 && w->limit == limit && w->span == span && w->at == at; */
void motet__window_init(motet__window *w, uint64_t *at, uint32_t limit, uint64_t span);

/* Forgets all restarts. */
/*@ requires window_valid(w);
    terminates \true; exits \false; assigns w->n, w->oldest;
    ensures valid: window_valid(w);
    ensures empty: w->n == 0; */
void motet__window_clear(motet__window *w);

/* Records a restart now and returns true; false, and nothing recorded, when `limit` restarts are in the span. */
/*@ requires valid: window_valid(w);
    requires monotone: w->n > 0 ==> w->at[w->oldest] <= now;
    terminates \true; exits \false; assigns w->n, w->oldest, w->at[0 .. w->limit - 1];
    ensures valid: window_valid(w);
    behavior refused:
        assumes w->n == w->limit && (w->limit == 0 || now - w->at[w->oldest] <= w->span);
        assigns \nothing;
        ensures no: \result == false;
    behavior room:
        assumes w->n < w->limit;
        ensures yes: \result == true;
        ensures count: w->n == \old(w->n) + 1;
        ensures last: w->at[\old(w->n)] == now;
        ensures keep: \forall integer i; 0 <= i < \old(w->n) ==> w->at[i] == \old(w->at[i]);
    behavior slides:
        assumes w->limit > 0 && w->n == w->limit && now - w->at[w->oldest] > w->span;
        ensures yes: \result == true;
        ensures count: w->n == \old(w->n);
        ensures last: w->at[\old(w->oldest)] == now;
        ensures turn: w->oldest == (\old(w->oldest) + 1 < w->limit ? \old(w->oldest) + 1 : 0);
        ensures keep: \forall integer i; 0 <= i < w->limit && i != \old(w->oldest) ==> w->at[i] == \old(w->at[i]);
    complete behaviors; disjoint behaviors; */
bool motet__window_record(motet__window *w, uint64_t now);

#endif
