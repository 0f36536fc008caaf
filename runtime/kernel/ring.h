/* ring.h -- positions in a bounded ring of any capacity.
 *
 * A ring has `capacity` slots and two positions, head (next to read) and tail (next to write), each in
 * 0 .. 2*capacity-1: a position names its slot and the lap's parity, so that a full ring differs from an empty one
 * without a count that both sides would have to write. The positions are the caller's, which may keep them in
 * atomics (core/lane.h): nothing here reads or writes memory.
 */
#ifndef MOTET_KERNEL_RING_H
#define MOTET_KERNEL_RING_H
#include <stdint.h>

#define MOTET__RING_MAX 65535u /* largest capacity */

/*@ predicate ring_capacity(integer c) = 1 <= c <= MOTET__RING_MAX;
    predicate ring_position(integer c, integer p) = 0 <= p < 2 * c;
    logic integer ring_used(integer c, integer h, integer t) = h <= t ? t - h : t + 2 * c - h;
    predicate ring_shape(integer c, integer h, integer t) =
        ring_capacity(c) && ring_position(c, h) && ring_position(c, t) && ring_used(c, h, t) <= c;
    logic integer ring_slot_of(integer c, integer p) = p < c ? p : p - c;
    logic integer ring_after(integer c, integer p) = p + 1 < 2 * c ? p + 1 : 0; */

/* How many slots are in use. */
/*@ requires shape: ring_shape(capacity, head, tail);
    terminates \true; exits \false; assigns \nothing;
    ensures count: \result == ring_used(capacity, head, tail);
    ensures bound: \result <= capacity; */
static inline uint32_t motet__ring_count(uint32_t capacity, uint32_t head, uint32_t tail)
{
    return head <= tail ? tail - head : tail + 2u * capacity - head;
}

/* The slot of a position. */
/*@ requires capacity: ring_capacity(capacity);
    requires position: ring_position(capacity, position);
    terminates \true; exits \false; assigns \nothing;
    ensures slot: \result == ring_slot_of(capacity, position);
    ensures bound: \result < capacity; */
static inline uint32_t motet__ring_slot(uint32_t capacity, uint32_t position)
{
    return position < capacity ? position : position - capacity;
}

/* The position after `position`. */
/*@ requires capacity: ring_capacity(capacity);
    requires position: ring_position(capacity, position);
    terminates \true; exits \false; assigns \nothing;
    ensures next: \result == ring_after(capacity, position);
    ensures bound: ring_position(capacity, \result); */
static inline uint32_t motet__ring_next(uint32_t capacity, uint32_t position)
{
    return position + 1u < 2u * capacity ? position + 1u : 0u;
}

#endif
