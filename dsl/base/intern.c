/* intern.c -- an open-addressing table of strings in the arena. */
#include "intern.h"

#include "arena.h"

struct slot {
    const char *s;
    size_t n;
    uint64_t hash;
};

struct interner {
    struct arena *a;
    struct slot *slots;
    size_t n, cap; /* cap is a power of two; n <= cap / 2 */
};

static uint64_t hash_bytes(const char *s, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    return h;
}

struct interner *interner_new(struct arena *a)
{
    struct interner *in = ARENA_NEW(a, struct interner);
    in->a = a;
    in->cap = 256;
    in->slots = ARENA_ARRAY(a, struct slot, in->cap);
    return in;
}

static struct slot *find(struct slot *slots, size_t cap, const char *s, size_t n, uint64_t h)
{
    size_t i = h & (cap - 1);
    while (slots[i].s && !(slots[i].hash == h && slots[i].n == n && memcmp(slots[i].s, s, n) == 0))
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static void grow(struct interner *in)
{
    size_t cap = in->cap * 2;
    struct slot *slots = ARENA_ARRAY(in->a, struct slot, cap);
    for (size_t i = 0; i < in->cap; i++)
        if (in->slots[i].s)
            *find(slots, cap, in->slots[i].s, in->slots[i].n, in->slots[i].hash) = in->slots[i];
    in->slots = slots;
    in->cap = cap;
}

name intern(struct interner *in, const char *s, size_t n)
{
    if (in->n * 2 >= in->cap)
        grow(in);
    uint64_t h = hash_bytes(s, n);
    struct slot *slot = find(in->slots, in->cap, s, n, h);
    if (!slot->s) {
        *slot = (struct slot){arena_strndup(in->a, s, n), n, h};
        in->n++;
    }
    return slot->s;
}

name intern_cstr(struct interner *in, const char *s) { return intern(in, s, strlen(s)); }
