/* backoff.h -- how long a restart is put off: doubling from a minimum to a maximum, and shortened by chance.
 *
 * Jitter only shortens, so the maximum stays one. The chance is a number that the caller draws, here by mixing what the
 * restart is (motet__backoff_draw): the same seed gives the same delays.
 */
#ifndef MOTET_KERNEL_BACKOFF_H
#define MOTET_KERNEL_BACKOFF_H
#include <stdbool.h>
#include <stdint.h>

/* The delay after `last` (0: there was none). `settled`: it has run for long enough to begin anew. A max below min
 * counts as min. */
/*@ terminates \true; exits \false; assigns \nothing;
    ensures first: settled || last == 0 ==> \result == min;
    ensures doubles: !settled && last != 0 && last <= (min < max ? max : min) / 2 ==> \result == 2 * last;
    ensures capped: !settled && last > (min < max ? max : min) / 2 ==> \result == (min < max ? max : min);
    ensures most: \result <= (min < max ? max : min); */
uint64_t motet__backoff_next(uint64_t min, uint64_t max, uint64_t last, bool settled);

/* `delay`, shortened by a part of at most `percent` hundredths of it. */
/*@ requires range: percent <= 100;
    terminates \true; exits \false; assigns \nothing;
    ensures least: delay - delay / 100 * percent <= \result;
    ensures most: \result <= delay;
    ensures none: percent == 0 ==> \result == delay; */
uint64_t motet__backoff_jitter(uint64_t delay, uint32_t percent, uint64_t chance);

/* The chance of the `incarnation`-th start of `who`. */
/*@ terminates \true; exits \false; assigns \nothing; */
uint64_t motet__backoff_draw(uint64_t seed, uint32_t who, uint32_t incarnation);

#endif
