/* wheel.c -- see wheel.h. */
#include "wheel.h"

#define DIGIT 63u /* mask of a digit */

_Static_assert(sizeof(motet__timer) <= 32, "timers are embedded by the million");
_Static_assert(MOTET__WHEEL_LEVELS * MOTET__WHEEL_BITS >= 64, "any time has a place");

/* The level of a due time >= now: that of the highest digit in which they differ, 0 when they are equal. */
static uint32_t level_of(uint64_t now, uint64_t due)
{
    return (63u - (uint32_t)__builtin_clzll((now ^ due) | 1u)) / MOTET__WHEEL_BITS;
}

/* When slot `digit` of a level begins: the digits above are those of now, the ones below are 0. */
static uint64_t slot_begins(uint64_t now, uint32_t level, uint32_t digit)
{
    uint32_t shift = level * MOTET__WHEEL_BITS;
    return ((now >> shift & ~(uint64_t)DIGIT) | digit) << shift;
}

static void mark_occupied(motet__wheel *w, uint32_t level, uint32_t digit)
{
    w->occupied[level] |= UINT64_C(1) << digit;
    w->levels |= 1u << level;
}

static void mark_empty(motet__wheel *w, uint32_t level, uint32_t digit)
{
    w->occupied[level] &= ~(UINT64_C(1) << digit);
    if (w->occupied[level] == 0) {
        w->levels &= ~(1u << level);
    }
}

/* Links `t` as the last of a circle that `head` begins. */
static void link_last(motet__timer *head, motet__timer *t)
{
    t->next = head;
    t->prev = head->prev;
    head->prev->next = t;
    head->prev = t;
}

/* Puts `t` into the slot of the time `due`, which is not before the wheel's. */
static void place(motet__wheel *w, motet__timer *t, uint64_t due)
{
    uint32_t level = level_of(w->now, due);
    uint32_t digit = (uint32_t)(due >> level * MOTET__WHEEL_BITS & DIGIT);
    uint32_t i = level << MOTET__WHEEL_BITS | digit;
    t->slot = i + 1u;
    if (w->head[i] != NULL) {
        link_last(w->head[i], t);
        w->earliest[i] = due < w->earliest[i] ? due : w->earliest[i];
        return;
    }
    t->next = t;
    t->prev = t;
    w->head[i] = t;
    w->earliest[i] = due;
    mark_occupied(w, level, digit);
    uint64_t begins = slot_begins(w->now, level, digit);
    w->open = begins < w->open ? begins : w->open;
}

static void unlink_timer(motet__wheel *w, motet__timer *t)
{
    uint32_t i = t->slot - 1u;
    t->slot = MOTET__TIMER_OFF;
    w->count--;
    if (t->next == t) {
        w->head[i] = NULL;
        mark_empty(w, i >> MOTET__WHEEL_BITS, i & DIGIT);
        return;
    }
    t->next->prev = t->prev;
    t->prev->next = t->next;
    if (w->head[i] == t) {
        w->head[i] = t->next;
    }
}

/* Moves the wheel's time into the first slot, which is above level 0 and has begun, and the slot's timers down. All
 * levels below are empty, so that the order of arming within each slot stays. The time goes as far as it may, up to
 * the first of them that can be due: the further, the deeper the others drop. */
static void open_slot(motet__wheel *w, uint32_t level, uint32_t digit, uint64_t now)
{
    uint32_t i = level << MOTET__WHEEL_BITS | digit;
    motet__timer *t = w->head[i], *last = t->prev, *next;
    w->head[i] = NULL;
    mark_empty(w, level, digit);
    w->now = now < w->earliest[i] ? now : w->earliest[i];
    for (; t != last; t = next) {
        next = t->next;
        place(w, t, t->due);
    }
    place(w, last, last->due);
}

void motet__wheel_init(motet__wheel *w, uint64_t now)
{
    w->now = now;
    w->open = UINT64_MAX;
    w->count = 0;
    w->levels = 0;
    for (uint32_t k = 0; k < MOTET__WHEEL_LEVELS; k++) {
        w->occupied[k] = 0;
    }
    for (uint32_t i = 0; i < MOTET__WHEEL_SLOTS; i++) {
        w->head[i] = NULL;
        w->earliest[i] = UINT64_MAX;
    }
}

void motet__wheel_arm(motet__wheel *w, motet__timer *t, uint64_t due)
{
    t->due = due;
    w->count++;
    place(w, t, due > w->now ? due : w->now);
}

void motet__wheel_cancel(motet__wheel *w, motet__timer *t)
{
    if (motet__timer_armed(t)) {
        unlink_timer(w, t);
    }
}

uint64_t motet__wheel_next(const motet__wheel *w)
{
    if (w->levels == 0) {
        return UINT64_MAX;
    }
    uint32_t level = (uint32_t)__builtin_ctz(w->levels);
    uint32_t digit = (uint32_t)__builtin_ctzll(w->occupied[level]);
    return w->earliest[level << MOTET__WHEEL_BITS | digit];
}

motet__timer *motet__wheel_turn(motet__wheel *w, uint64_t now)
{
    w->open = UINT64_MAX;
    while (w->levels != 0) {
        uint32_t level = (uint32_t)__builtin_ctz(w->levels);
        uint32_t digit = (uint32_t)__builtin_ctzll(w->occupied[level]);
        uint64_t begins = slot_begins(w->now, level, digit);
        w->open = begins;
        if (begins > now) {
            break;
        }
        if (level == 0) {
            motet__timer *t = w->head[digit];
            w->now = begins;
            unlink_timer(w, t);
            return t;
        }
        open_slot(w, level, digit, now);
    }
    w->now = now; /* not before: now >= open */
    return NULL;
}
