/* heap_kit.h -- counts what a program asks of the heap, and of mmap: the program's own definitions of malloc and its
 * like stand before libc's, for libc's own calls too. Under a sanitizer, whose threads allocate as they start, nothing
 * is counted. */
#ifndef MOTET_TESTS_HEAP_KIT_H
#define MOTET_TESTS_HEAP_KIT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static _Atomic bool heap_counting;
static _Atomic uint64_t heap_calls;
static _Atomic uintptr_t heap_caller; /* of the first one that counts: for addr2line */

static inline void heap_called(const void *caller)
{
    if (atomic_load_explicit(&heap_counting, memory_order_relaxed) && atomic_fetch_add(&heap_calls, 1) == 0) {
        atomic_store(&heap_caller, (uintptr_t)caller);
    }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEAP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEAP_SANITIZED 1
#endif
#endif

#ifndef HEAP_SANITIZED
#include <sys/syscall.h>
#include <sys/types.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *p);
long syscall(long number, ...);

/* Prototypes, as the headers that have them may not be included. */
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);
void *memalign(size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **out, size_t alignment, size_t size);
void free(void *p);
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset);
int munmap(void *at, size_t size);

void *malloc(size_t size)
{
    heap_called(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    heap_called(__builtin_return_address(0));
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    heap_called(__builtin_return_address(0));
    return __libc_realloc(p, size);
}

void *memalign(size_t alignment, size_t size)
{
    heap_called(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    heap_called(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    heap_called(__builtin_return_address(0));
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12;
}

void free(void *p)
{
    heap_called(__builtin_return_address(0));
    __libc_free(p);
}

void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    heap_called(__builtin_return_address(0));
    return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}

int munmap(void *at, size_t size)
{
    heap_called(__builtin_return_address(0));
    return (int)syscall(SYS_munmap, at, size);
}
#endif

static inline void heap_count(void)
{
    atomic_store(&heap_calls, 0);
    atomic_store(&heap_counting, true);
}

/* Calls since heap_count. */
static inline uint64_t heap_counted(void)
{
    atomic_store(&heap_counting, false);
    return atomic_load(&heap_calls);
}

#endif
