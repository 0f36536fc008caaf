/* backoff.c -- see backoff.h. */
#include "backoff.h"

uint64_t motet__backoff_next(uint64_t min, uint64_t max, uint64_t last, bool settled)
{
    uint64_t most = max < min ? min : max;
    if (settled || last == 0) {
        return min;
    }
    return last > most / 2u ? most : last * 2u;
}

uint64_t motet__backoff_jitter(uint64_t delay, uint32_t percent, uint64_t chance)
{
    uint64_t hundredth = delay / 100u;
    //@ assert whole: hundredth * 100 <= delay;
    //@ assert part: hundredth * percent <= hundredth * 100;
    uint64_t span = hundredth * percent;
    return delay - chance % (span + 1u);
}

/* The finalizer of splitmix64, over two words. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t motet__backoff_draw(uint64_t seed, uint32_t who, uint32_t incarnation)
{
    return mix(mix(seed) + ((uint64_t)who << 32 | incarnation));
}
