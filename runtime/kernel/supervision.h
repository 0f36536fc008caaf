/* supervision.h -- what a supervision tree does about one failure: which instances stop, which start, in what order.
 *
 * Instances are numbered in start order, depth first through the tree, so every supervisor, and every member of one,
 * covers a contiguous range of instances. All strategies then are ranges:
 *     one_for_one    the failed member
 *     rest_for_one   from the failed member to the end of its supervisor
 *     one_for_all    the whole supervisor
 * A failure that the window of a supervisor does not allow ends the supervisor: it fails in its turn, as a permanent
 * member of its parent. At the root the tree gives up.
 *
 * Invariants of a tree: (1) supervisors are numbered parents first, the root is 0; (2) a supervisor's range lies
 * within its parent's; (3) owner[i] is the supervisor whose direct member instance i is, and covers i.
 */
#ifndef MOTET_KERNEL_SUPERVISION_H
#define MOTET_KERNEL_SUPERVISION_H
#include <stdbool.h>
#include <stdint.h>

#include "window.h"

#define MOTET__NO_SUP UINT32_MAX

enum { MOTET__ONE_FOR_ONE, MOTET__ONE_FOR_ALL, MOTET__REST_FOR_ONE }; /* the order of motet_strategy */

typedef struct motet__sup {
    uint8_t strategy;
    uint32_t parent; /* MOTET__NO_SUP for the root */
    uint32_t lo, hi; /* its instances: lo .. hi-1 */
} motet__sup;

typedef struct motet__tree {
    uint32_t n_sups, n_instances;
    const motet__sup *sups;
    const uint32_t *owner;    /* [n_instances] */
    const uint8_t *temporary; /* [n_instances] not 0: not restarted, while its supervisor lives */
} motet__tree;

typedef struct motet__verdict {
    uint32_t sup;    /* the supervisor that decided; MOTET__NO_SUP when the tree gives up */
    uint32_t lo, hi; /* the affected instances */
} motet__verdict;

/*@ predicate tree_readable{L}(motet__tree *t) =
        \valid_read(t) && t->n_sups >= 1 && \valid_read(t->sups + (0 .. t->n_sups - 1)) &&
        \valid_read(t->owner + (0 .. t->n_instances - 1)) && \valid_read(t->temporary + (0 .. t->n_instances - 1));
    predicate tree_parents{L}(motet__tree *t) =
        t->sups[0].parent == MOTET__NO_SUP &&
        (\forall integer s; 0 < s < t->n_sups ==> t->sups[s].parent < s);
    predicate tree_ranges{L}(motet__tree *t) =
        (\forall integer s; 0 <= s < t->n_sups ==> t->sups[s].lo <= t->sups[s].hi <= t->n_instances) &&
        (\forall integer i; 0 <= i < t->n_instances ==> t->owner[i] < t->n_sups &&
            t->sups[t->owner[i]].lo <= i < t->sups[t->owner[i]].hi);
    predicate sup_affects(motet__sup s, integer lo, integer hi, integer i) =
        s.strategy == MOTET__ONE_FOR_ALL ? s.lo <= i < s.hi :
        s.strategy == MOTET__REST_FOR_ONE ? lo <= i < s.hi : lo <= i < hi;
    predicate verdict_starts{L}(motet__tree *t, motet__verdict *v, integer j) =
        v->lo <= j < v->hi && v->sup != MOTET__NO_SUP && (t->owner[j] != v->sup || t->temporary[j] == 0); */

/* The range that supervisor `s` restarts when its member with the instances lo .. hi-1 failed. */
/*@ requires \valid(out) && \valid_read(s) && \separated(s, out);
    requires member: s->lo <= lo <= hi <= s->hi;
    requires strategy: s->strategy <= MOTET__REST_FOR_ONE;
    terminates \true; exits \false; assigns out->lo, out->hi;
    ensures exact: \forall integer i; (out->lo <= i < out->hi) <==> sup_affects(*s, lo, hi, i); */
void motet__sup_range(const motet__sup *s, uint32_t lo, uint32_t hi, motet__verdict *out);

/* Whether supervisor `t` stands below `s` (t != s). */
/*@ requires tree_readable(tree) && tree_parents(tree) && t < tree->n_sups && s < tree->n_sups;
    terminates \true; exits \false; assigns \nothing;
    ensures strict: t <= s ==> \result == 0; */
bool motet__sup_below(const motet__tree *tree, uint32_t t, uint32_t s);

/* Decides about the failure of instance `i` at time `now`, and records it in the windows (one for each supervisor):
 * from i's supervisor upwards, the first whose window allows a restart decides; those passed on the way have ended.
 * The windows of the supervisors that are restarted by this are cleared. A temporary instance is affected alone.
 * `escalate`: i's supervisor ends whatever its window says; this goes before `temporary`. */
motet__verdict motet__supervise(const motet__tree *tree, motet__window *windows, uint32_t i, bool escalate,
                                uint64_t now);

/* Whether the verdict starts instance `j`, which it affects, again: a direct member of the deciding supervisor unless
 * it is temporary, and all that belong to a supervisor below it, which starts afresh. */
/*@ requires tree_readable(tree) && \valid_read(v) && j < tree->n_instances;
    terminates \true; exits \false; assigns \nothing;
    ensures rule: \result != 0 <==> verdict_starts(tree, v, j); */
bool motet__verdict_starts(const motet__tree *tree, const motet__verdict *v, uint32_t j);

/* Writes the affected instances in stop order (the reverse of start order) to stop[], and those to be started, in
 * start order, to start[]; each has room for hi - lo. Returns how many are started; hi - lo are stopped. */
/*@ requires tree_readable(tree) && \valid_read(v) && v->lo <= v->hi <= tree->n_instances;
    requires room: \valid(stop + (0 .. v->hi - v->lo - 1)) && \valid(start + (0 .. v->hi - v->lo - 1));
    requires apart: \separated(stop + (0 .. v->hi - v->lo - 1), start + (0 .. v->hi - v->lo - 1), tree, v,
        tree->owner + (0 .. tree->n_instances - 1), tree->temporary + (0 .. tree->n_instances - 1));
    terminates \true; exits \false;
    assigns stop[0 .. v->hi - v->lo - 1], start[0 .. v->hi - v->lo - 1];
    ensures count: \result <= v->hi - v->lo;
    ensures stop_all_in_reverse: \forall integer k; 0 <= k < v->hi - v->lo ==> stop[k] == v->hi - 1 - k;
    ensures start_in_order: \forall integer a, b; 0 <= a < b < \result ==> start[a] < start[b];
    ensures start_sound: \forall integer a; 0 <= a < \result ==>
        v->lo <= start[a] < v->hi && verdict_starts(tree, v, start[a]);
    ensures start_complete: \forall integer j; v->lo <= j < v->hi && verdict_starts(tree, v, j) ==>
        \exists integer a; 0 <= a < \result && start[a] == j; */
uint32_t motet__verdict_sets(const motet__tree *tree, const motet__verdict *v, uint32_t *stop, uint32_t *start);

#endif
