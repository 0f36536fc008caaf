/* supervision.c -- see supervision.h. */
#include "supervision.h"

void motet__sup_range(const motet__sup *s, uint32_t lo, uint32_t hi, motet__verdict *out)
{
    out->lo = s->strategy == MOTET__ONE_FOR_ALL ? s->lo : lo;
    out->hi = s->strategy == MOTET__ONE_FOR_ONE ? hi : s->hi;
}

bool motet__sup_below(const motet__tree *tree, uint32_t t, uint32_t s)
{
    /*@ loop invariant below: t < tree->n_sups && (t == \at(t, Pre) || \at(t, Pre) > s);
        loop assigns t;
        loop variant t; */
    while (t > s) { /* parents have smaller numbers, so nothing at or before s is below it */
        t = tree->sups[t].parent;
        if (t == s) {
            return true;
        }
    }
    return false;
}

static void clear_restarted(const motet__tree *tree, motet__window *windows, const motet__verdict *v)
{
    for (uint32_t t = v->sup + 1u; t < tree->n_sups; t++) {
        const motet__sup *s = &tree->sups[t];
        if (s->lo >= v->lo && s->hi <= v->hi && motet__sup_below(tree, t, v->sup)) {
            motet__window_clear(&windows[t]);
        }
    }
}

motet__verdict motet__supervise(const motet__tree *tree, motet__window *windows, uint32_t i, bool escalate,
                                uint64_t now)
{
    motet__verdict v = {.sup = tree->owner[i], .lo = i, .hi = i + 1u};
    if (tree->temporary[i] && !escalate) {
        return v;
    }
    uint32_t lo = i, hi = i + 1u, s = tree->owner[i];
    for (;;) {
        bool ends = escalate && s == tree->owner[i];
        if (!ends && motet__window_record(&windows[s], now)) {
            v.sup = s;
            motet__sup_range(&tree->sups[s], lo, hi, &v);
            if (s != tree->owner[i] || tree->sups[s].strategy != MOTET__ONE_FOR_ONE) { /* else it is `i` alone */
                clear_restarted(tree, windows, &v);
            }
            return v;
        }
        lo = tree->sups[s].lo;
        hi = tree->sups[s].hi;
        if (tree->sups[s].parent == MOTET__NO_SUP) {
            break;
        }
        s = tree->sups[s].parent;
    }
    v.sup = MOTET__NO_SUP;
    v.lo = lo;
    v.hi = hi;
    return v;
}

bool motet__verdict_starts(const motet__tree *tree, const motet__verdict *v, uint32_t j)
{
    if (v->sup == MOTET__NO_SUP || j < v->lo || j >= v->hi) {
        return false;
    }
    return tree->owner[j] != v->sup || tree->temporary[j] == 0;
}

uint32_t motet__verdict_sets(const motet__tree *tree, const motet__verdict *v, uint32_t *stop, uint32_t *start)
{
    uint32_t n = 0;
    const uint32_t lo = v->lo, hi = v->hi;
    /*@ loop invariant range: lo <= j <= hi && n <= j - lo;
        loop invariant same: v->lo == lo && v->hi == hi;
        loop invariant stopped: \forall integer k; hi - j <= k < hi - lo ==> stop[k] == hi - 1 - k;
        loop invariant bounds: \forall integer a; 0 <= a < n ==> lo <= start[a] < j;
        loop invariant ordered: \forall integer a, b; 0 <= a < b < n ==> start[a] < start[b];
        loop invariant sound: \forall integer a; 0 <= a < n ==> verdict_starts(tree, v, start[a]);
        loop invariant complete: \forall integer x; lo <= x < j && verdict_starts(tree, v, x) ==>
            \exists integer a; 0 <= a < n && start[a] == x;
        loop assigns j, n, stop[0 .. hi - lo - 1], start[0 .. hi - lo - 1];
        loop variant hi - j; */
    for (uint32_t j = lo; j < hi; j++) {
        stop[hi - 1u - j] = j;
        //@ assert kept: \forall integer a; 0 <= a < n ==> start[a] == \at(start[a], LoopCurrent);
        if (motet__verdict_starts(tree, v, j)) {
            start[n] = j;
            //@ assert still: \forall integer a; 0 <= a < n ==> start[a] == \at(start[a], LoopCurrent);
            //@ assert added: start[n] == j;
            n = n + 1u;
        }
        /*@ assert earlier: \forall integer x; lo <= x < j && verdict_starts(tree, v, x) ==>
                \exists integer a; 0 <= a < n && start[a] == x; */
    }
    return n;
}
