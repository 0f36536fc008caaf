/* pool.c -- see pool.h. */
#include "pool.h"

#include "poison.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 32, CHUNK = 16 * 1024 };

/* The smallest class whose messages have room for the payload; MOTET__CLASSES when it is too large for any. */
static uint32_t class_of(size_t size)
{
    size_t whole = sizeof(motet__message) + size;
    uint32_t c = 0;
    while (c < MOTET__CLASSES && ((size_t)SMALLEST << c) < whole) {
        c++;
    }
    return c;
}

static size_t payload_room(const motet__message *m)
{
    return ((size_t)SMALLEST << m->size_class) - sizeof *m;
}

static void free_chunks(motet__chunk *c)
{
    while (c) {
        motet__chunk *next = c->next;
        free(c);
        c = next;
    }
}

void motet__pool_init(motet__pool *p, uint16_t home)
{
    memset(p, 0, sizeof *p);
    p->home = home;
}

void motet__pool_fini(motet__pool *p)
{
    free_chunks(p->chunks);
    memset(p, 0, sizeof *p);
}

static motet__message *take(motet__pool *p, uint32_t c)
{
    if (c == MOTET__CLASSES || !p->free[c]) {
        return NULL;
    }
    motet__message *m = p->free[c];
    p->free[c] = m->next;
    m->next = NULL;
    motet__unpoison(m->payload, payload_room(m));
    return m;
}

motet__message *motet__pool_take(motet__pool *p, size_t size)
{
    return take(p, class_of(size));
}

motet__message *motet__pool_take_any(motet__pool *p, size_t size)
{
    uint32_t c = class_of(size);
    while (c < MOTET__CLASSES && !p->free[c]) {
        c++;
    }
    return take(p, c);
}

int motet__pool_grow(motet__pool *p, size_t size)
{
    uint32_t c = class_of(size);
    if (c == MOTET__CLASSES) {
        return -1;
    }
    size_t each = (size_t)SMALLEST << c, n = each < CHUNK ? CHUNK / each : 1;
    motet__chunk *chunk = malloc(sizeof *chunk + n * each);
    if (!chunk) {
        return -1;
    }
    chunk->next = p->chunks;
    chunk->n = (uint32_t)n;
    chunk->size_class = c;
    p->chunks = chunk;
    for (size_t i = 0; i < n; i++) {
        motet__message *m = (motet__message *)(void *)(chunk->bytes + i * each);
        m->home = p->home;
        m->size_class = (uint8_t)c;
        m->use = MOTET__AS_MESSAGE;
        motet__pool_put(p, m);
    }
    return 0;
}

int motet__pool_reserve(motet__pool *p, size_t size, uint32_t n)
{
    uint32_t c = class_of(size), have = 0;
    for (motet__message *m = c < MOTET__CLASSES ? p->free[c] : NULL; m; m = m->next) {
        have++;
    }
    while (have < n) {
        if (motet__pool_grow(p, size) != 0) {
            return -1;
        }
        size_t each = (size_t)SMALLEST << c;
        have += each < CHUNK ? (uint32_t)(CHUNK / each) : 1;
    }
    return 0;
}

void motet__pool_forget(motet__message *m)
{
    motet__poison(m->payload, payload_room(m));
}

void motet__pool_put(motet__pool *p, motet__message *m)
{
    m->next = p->free[m->size_class];
    p->free[m->size_class] = m;
    motet__pool_forget(m);
}

void motet__pool_missing(motet__pool *p, uint64_t n[MOTET__USES], uint64_t bytes[MOTET__USES])
{
    for (uint32_t c = 0; c < MOTET__CLASSES; c++) {
        for (motet__message *m = p->free[c]; m; m = m->next) {
            m->use = MOTET__USES;
        }
    }
    for (motet__chunk *chunk = p->chunks; chunk; chunk = chunk->next) {
        size_t each = (size_t)SMALLEST << chunk->size_class;
        for (uint32_t i = 0; i < chunk->n; i++) {
            const motet__message *m = (const motet__message *)(const void *)(chunk->bytes + i * each);
            if (m->use < MOTET__USES) {
                n[m->use]++;
                bytes[m->use] += each;
            }
        }
    }
}

void motet__block_pool_init(motet__block_pool *p, size_t size)
{
    p->size = size;
    p->free = NULL;
    p->chunks = NULL;
}

void motet__block_pool_fini(motet__block_pool *p)
{
    free_chunks(p->chunks);
    motet__block_pool_init(p, 0);
}

void *motet__block_reuse(motet__block_pool *p)
{
    void *block = p->free;
    if (block) {
        p->free = *(void **)block;
    }
    return block;
}

void *motet__block_new(motet__block_pool *p)
{
    motet__chunk *chunk = calloc(1, sizeof *chunk + p->size);
    if (!chunk) {
        return NULL;
    }
    chunk->next = p->chunks;
    p->chunks = chunk;
    return chunk->bytes;
}

void motet__block_free(motet__block_pool *p, void *block)
{
    *(void **)block = p->free;
    p->free = block;
}

uint32_t motet__block_missing(const motet__block_pool *p)
{
    uint32_t n = 0;
    for (const motet__chunk *c = p->chunks; c; c = c->next) {
        n++;
    }
    for (void *const *block = p->free; block && n > 0; block = *block) {
        n--;
    }
    return n;
}
