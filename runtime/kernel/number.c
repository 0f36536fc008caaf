/* number.c -- motet/check.h's numbers: two's complement, 256 bits, least significant word first. */
#include <motet/check.h>

#include <stdbool.h>

enum { WORDS = MOTET_INT_WORDS, BITS = 64 * MOTET_INT_WORDS };

static bool negative(const motet_int *a)
{
    return a->word[WORDS - 1] >> 63;
}

motet_int motet_int_of_u(uint64_t n)
{
    return (motet_int){{n}};
}

motet_int motet_int_of_i(int64_t n)
{
    motet_int a = {{(uint64_t)n}};
    for (int i = 1; i < WORDS; i++) {
        a.word[i] = n < 0 ? UINT64_MAX : 0;
    }
    return a;
}

motet_int motet_int_add(motet_int a, motet_int b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        uint64_t sum = a.word[i] + carry;
        carry = sum < carry;
        sum += b.word[i];
        carry += sum < b.word[i];
        a.word[i] = sum;
    }
    return a;
}

motet_int motet_int_negate(motet_int a)
{
    for (int i = 0; i < WORDS; i++) {
        a.word[i] = ~a.word[i];
    }
    return motet_int_add(a, motet_int_of_u(1));
}

motet_int motet_int_sub(motet_int a, motet_int b)
{
    return motet_int_add(a, motet_int_negate(b));
}

/* a * b of single words; the upper word goes to *high. */
static uint64_t product(uint64_t a, uint64_t b, uint64_t *high)
{
    uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (middle & UINT32_MAX);
    *high = a1 * b1 + (middle >> 32) + (other >> 32);
    return other << 32 | (low & UINT32_MAX);
}

/* Modulo 2^256, so that the signs take care of themselves. */
motet_int motet_int_mul(motet_int a, motet_int b)
{
    motet_int sum = {{0}};
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int k = 0; i + k < WORDS; k++) {
            uint64_t high, low = product(a.word[i], b.word[k], &high);
            low += carry;
            high += low < carry;
            sum.word[i + k] += low;
            carry = high + (sum.word[i + k] < low);
        }
    }
    return sum;
}

/* Divides a >= 0, bit by bit; the remainder goes to *rest. */
static motet_int divide(motet_int a, uint64_t divisor, uint64_t *rest)
{
    motet_int quotient = {{0}};
    uint64_t r = 0;
    for (int bit = BITS - 1; bit >= 0; bit--) {
        bool carry = r >> 63;
        r = r << 1 | (a.word[bit / 64] >> bit % 64 & 1);
        if (carry || r >= divisor) {
            r -= divisor;
            quotient.word[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
    *rest = r;
    return quotient;
}

motet_int motet_int_div(motet_int a, uint64_t divisor)
{
    uint64_t rest;
    bool below = negative(&a);
    motet_int quotient = divide(below ? motet_int_negate(a) : a, divisor, &rest);
    return below ? motet_int_negate(quotient) : quotient;
}

motet_int motet_int_mod(motet_int a, uint64_t divisor)
{
    uint64_t rest;
    bool below = negative(&a);
    divide(below ? motet_int_negate(a) : a, divisor, &rest);
    return below ? motet_int_negate(motet_int_of_u(rest)) : motet_int_of_u(rest);
}

int motet_int_compare(motet_int a, motet_int b)
{
    if (negative(&a) != negative(&b)) {
        return negative(&a) ? -1 : 1;
    }
    for (int i = WORDS - 1; i >= 0; i--) {
        if (a.word[i] != b.word[i]) {
            return a.word[i] < b.word[i] ? -1 : 1;
        }
    }
    return 0;
}
