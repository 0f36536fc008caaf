/* poison.h -- lets AddressSanitizer see that memory is free though its pool keeps it: a use after the end is then found
 * as it would be with malloc and free. Nothing otherwise. */
#ifndef MOTET_MEM_POISON_H
#define MOTET_MEM_POISON_H
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define MOTET__ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MOTET__ASAN 1
#endif
#endif

#ifdef MOTET__ASAN
#include <sanitizer/asan_interface.h>

static inline void motet__poison(void *p, size_t size)
{
    __asan_poison_memory_region(p, size);
}

static inline void motet__unpoison(void *p, size_t size)
{
    __asan_unpoison_memory_region(p, size);
}
#else
static inline void motet__poison(void *p, size_t size)
{
    (void)p;
    (void)size;
}

static inline void motet__unpoison(void *p, size_t size)
{
    (void)p;
    (void)size;
}
#endif

#endif
