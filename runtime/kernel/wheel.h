/* wheel.h -- any number of timers: a hierarchical wheel, exact to the nanosecond.
 *
 * A time is read as 11 digits in base 64. A timer stands at the level of the highest digit in which its due time
 * differs from the wheel's time, in the slot of its own digit there; one that is due now stands at level 0. So all
 * timers of a lower level are due before all of a higher one, those of a lower slot before those of a higher one, and
 * those of one slot at level 0 at the same nanosecond. No slot is ever sorted and no time is stepped through: the
 * occupancy words name the first slot, and when the clock reaches a slot above level 0, the wheel's time moves into
 * it and its timers move down, each by a level at least. So a timer moves at most 10 times.
 *
 * What is promised:
 *   (1) A timer comes out only when its due time is reached, and motet__wheel_advance does not return NULL while one
 *       is armed that counts as due at the clock value or before.
 *   (2) Each call takes out the timer that counts as due earliest, of several with the same time the one armed first.
 *       A timer counts as due at its due time, or at the wheel's time when it was armed if that was later: what is
 *       armed for the past comes after what was due before it was armed. The wheel's time is where the last call left
 *       it: at the clock value if it returned NULL, else at the time at which the returned timer counted as due.
 *   (3) Between two calls any timer may be armed or cancelled, the returned one too. A caller that answers every
 *       timer by arming one that is due already never sees NULL.
 *   (4) Arming and cancelling are O(1); a call with nothing to do is a compare; others are O(levels) a timer,
 *       amortized, however far the clock has jumped. While the clock is behind the wheel's time, nothing comes out.
 *
 * Invariants: (1) bit s of occupied[k] is set if and only if head[64 k + s] is not NULL, bit k of levels if and only
 * if occupied[k] is not 0; (2) a slot is a circle in order of arming, and its timers' `slot` names it; (3) a timer is
 * where the digits of the time at which it counts as due put it, as said above; (4) earliest[i] of an occupied slot
 * is a time within the slot, and none of its timers counts as due before; one does at that time, unless one of the
 * slot has been cancelled; (5) no slot begins before `open`, nor is `open` before the wheel's time; (6) count is the
 * number of timers.
 */
#ifndef MOTET_KERNEL_WHEEL_H
#define MOTET_KERNEL_WHEEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOTET__WHEEL_BITS 6u    /* of a digit */
#define MOTET__WHEEL_LEVELS 11u /* digits of a time */
#define MOTET__WHEEL_SLOTS 656u /* 64 a level; the top digit has 4 bits, so 16 there */
#define MOTET__TIMER_OFF 0u     /* so that a zeroed timer is one that is not armed */

/* Embedded in the owner's record, which must stay where it is while the timer is armed. Before first use `slot` is
 * MOTET__TIMER_OFF; the rest may be anything. The owner may read `due` and, by motet__timer_armed, `slot`. */
typedef struct motet__timer {
    struct motet__timer *next, *prev; /* in the slot's circle, while armed */
    uint64_t due;                     /* ns, as it was armed; kept when the timer comes out or is cancelled */
    uint32_t slot;                    /* index of its slot + 1, or MOTET__TIMER_OFF */
} motet__timer;

typedef struct motet__wheel {
    uint64_t now;  /* the wheel's time */
    uint64_t open; /* before this clock value no slot has to be looked at */
    uint64_t count;
    uint32_t levels; /* which levels have an occupied slot */
    uint64_t occupied[MOTET__WHEEL_LEVELS];
    motet__timer *head[MOTET__WHEEL_SLOTS]; /* the first armed of the slot; its `prev` is the last one */
    uint64_t earliest[MOTET__WHEEL_SLOTS];  /* of occupied slots only */
} motet__wheel;

/*@ predicate timer_armed{L}(motet__timer *t) = t->slot != MOTET__TIMER_OFF;
    predicate timer_linked{L}(motet__timer *t) =
        \valid(t) && t->slot <= MOTET__WHEEL_SLOTS && \valid(t->next) && \valid(t->prev) &&
        t->next->prev == t && t->prev->next == t && t->next->slot == t->slot && t->prev->slot == t->slot;
    predicate wheel_heads{L}(motet__wheel *w) = \forall integer i; 0 <= i < MOTET__WHEEL_SLOTS &&
        w->head[i] != \null ==> timer_linked(w->head[i]) && w->head[i]->slot == i + 1;
    predicate wheel_empty{L}(motet__wheel *w) = w->count == 0 && w->levels == 0;
    predicate wheel_valid{L}(motet__wheel *w) =
        \valid(w) && wheel_heads(w) && (w->count == 0 <==> w->levels == 0) && w->levels < 2048; */

/* Makes an empty wheel whose time is `now`. */
/*@ requires \valid(w);
    terminates \true; exits \false; assigns *w;
    ensures valid: wheel_valid(w);
    ensures empty: wheel_empty(w) && w->now == now; */
void motet__wheel_init(motet__wheel *w, uint64_t now);

/* Arms `t`, which is not armed, for the clock value `due`; one that is reached already is due at once. */
/*@ requires valid: wheel_valid(w);
    requires off: \valid(t) && \separated(t, w) && !timer_armed(t);
    terminates \true; exits \false;
    ensures valid: wheel_valid(w);
    ensures armed: timer_armed(t) && timer_linked(t) && t->due == due;
    ensures count: w->count == \old(w->count) + 1 && w->now == \old(w->now); */
void motet__wheel_arm(motet__wheel *w, motet__timer *t, uint64_t due);

/* Takes `t` off the wheel; nothing happens when it is not armed. */
/*@ requires valid: wheel_valid(w) && \valid(t) && \separated(t, w);
    terminates \true; exits \false;
    ensures valid: wheel_valid(w);
    ensures off: !timer_armed(t) && w->now == \old(w->now);
    behavior armed:
        assumes timer_armed(t);
        requires linked: timer_linked(t) && w->count > 0;
        ensures count: w->count == \old(w->count) - 1;
    behavior already:
        assumes !timer_armed(t);
        assigns \nothing;
    complete behaviors; disjoint behaviors; */
void motet__wheel_cancel(motet__wheel *w, motet__timer *t);

/* The clock value at which motet__wheel_advance should be called next; UINT64_MAX when nothing is armed (or only for
 * that very value). Nothing comes out before it. It is when the first timer comes out, unless a timer that was armed
 * for about the same time has been cancelled; then it may be earlier, and once advance has returned NULL for it, the
 * next is later. One that the clock has reached means: now. */
/*@ requires valid: wheel_valid(w);
    terminates \true; exits \false; assigns \nothing;
    ensures none: wheel_empty(w) ==> \result == UINT64_MAX; */
uint64_t motet__wheel_next(const motet__wheel *w);

/* See below: the part of motet__wheel_advance that looks at slots. */
motet__timer *motet__wheel_turn(motet__wheel *w, uint64_t now);

/* Takes out one timer that is due at the clock value `now` and returns it, no longer armed; NULL when there is none,
 * and the wheel's time is `now` then (or stays, if it was later). To be called until NULL; leaving off earlier only
 * delays the rest. */
/*@ requires valid: wheel_valid(w);
    terminates \true; exits \false;
    ensures valid: wheel_valid(w);
    ensures off: \result != \null ==> !timer_armed(\result) && \result->due <= now && w->count == \old(w->count) - 1;
    ensures time: \result == \null ==> w->count == \old(w->count) && w->now == \max(now, \old(w->now)); */
static inline motet__timer *motet__wheel_advance(motet__wheel *w, uint64_t now)
{
    if (now < w->open) {
        w->now = now > w->now ? now : w->now;
        return NULL;
    }
    return motet__wheel_turn(w, now);
}

/* How many timers are armed. */
static inline uint64_t motet__wheel_count(const motet__wheel *w)
{
    return w->count;
}

static inline bool motet__timer_armed(const motet__timer *t)
{
    return t->slot != MOTET__TIMER_OFF;
}

#endif
