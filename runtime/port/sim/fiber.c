/* fiber.c -- see fiber.h. A switch saves what a called function must preserve, and changes the stack pointer: a few
 * nanoseconds, where the C library's contexts make two system calls. Elsewhere than on x86-64 those do. */
#define _GNU_SOURCE /* MAP_STACK, ucontext */
#include "fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_TSAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef HAS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

static _Thread_local motet__fiber *coming, *leaving; /* of the switch in progress */

enum { GUARD = 4096, KEPT = 16 };

/* ---- what the sanitizers have to know ---- */

static void say_leave(motet__fiber *from, motet__fiber *to)
{
    leaving = from;
    coming = to;
#ifdef HAS_ASAN
    __sanitizer_start_switch_fiber(from->ended ? NULL : &from->shadow, to->bottom, to->bottom_size);
#endif
#ifdef HAS_TSAN
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
}

static void say_arrive(motet__fiber *self)
{
#ifdef HAS_ASAN
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(self->shadow, &bottom, &size);
    leaving->bottom = bottom;
    leaving->bottom_size = size;
#else
    (void)self;
#endif
}

__attribute__((noreturn)) static void enter(void)
{
    motet__fiber *self = coming;
    say_arrive(self);
    self->run(self->arg);
    abort();
}

/* ---- switching ---- */

#if defined(__x86_64__)

void motet__fiber_swap(void **from, void *to);

__asm__(".text\n"
        ".globl motet__fiber_swap\n"
        ".type motet__fiber_swap, @function\n"
        "motet__fiber_swap:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size motet__fiber_swap, .-motet__fiber_swap\n");

static void prepare(motet__fiber *f)
{
    uintptr_t *top = (uintptr_t *)(void *)((unsigned char *)f->stack + f->size);
    *--top = 0; /* where `enter` would return to */
    *--top = (uintptr_t)enter;
    for (int i = 0; i < 6; i++) {
        *--top = 0;
    }
    f->sp = top;
}

static void swap(motet__fiber *from, motet__fiber *to)
{
    motet__fiber_swap(&from->sp, to->sp);
}

#else

#include <ucontext.h>

static void prepare(motet__fiber *f)
{
    ucontext_t *c = f->sp;
    getcontext(c);
    c->uc_stack.ss_sp = f->stack;
    c->uc_stack.ss_size = f->size;
    c->uc_link = NULL;
    makecontext(c, enter, 0);
}

static void swap(motet__fiber *from, motet__fiber *to)
{
    swapcontext(from->sp, to->sp);
}

#endif

static bool make_context(motet__fiber *f)
{
#if defined(__x86_64__)
    (void)f;
    return true;
#else
    f->sp = malloc(sizeof(ucontext_t));
    return f->sp != NULL;
#endif
}

static void free_context(motet__fiber *f)
{
#if !defined(__x86_64__)
    free(f->sp);
#endif
    f->sp = NULL;
}

void motet__fiber_switch(motet__fiber *from, motet__fiber *to)
{
    say_leave(from, to);
    swap(from, to);
    say_arrive(from);
}

/* ---- stacks: a few are kept, for runs are short and many ---- */

static _Thread_local struct {
    void *stack[KEPT];
    size_t size;
    uint32_t n;
} kept;

static void *stack_new(size_t size)
{
    if (kept.n > 0 && kept.size == size) {
        void *again = kept.stack[--kept.n];
#ifdef HAS_ASAN
        __asan_unpoison_memory_region(again, size); /* the frames of its last user never returned */
#endif
        return again;
    }
    unsigned char *at = mmap(NULL, size + GUARD, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    mprotect(at, GUARD, PROT_NONE);
    return at + GUARD;
}

static void stack_free(void *stack, size_t size)
{
    if (kept.n < KEPT && (kept.n == 0 || kept.size == size)) {
        kept.size = size;
        kept.stack[kept.n++] = stack;
        return;
    }
    munmap((unsigned char *)stack - GUARD, size + GUARD);
}

bool motet__fiber_adopt(motet__fiber *f)
{
    memset(f, 0, sizeof *f);
#ifdef HAS_TSAN
    f->tsan = __tsan_get_current_fiber();
#endif
    return make_context(f);
}

bool motet__fiber_make(motet__fiber *f, size_t size, void (*run)(void *), void *arg)
{
    memset(f, 0, sizeof *f);
    f->size = (size + GUARD - 1u) / GUARD * GUARD;
    f->stack = stack_new(f->size);
    if (!f->stack || !make_context(f)) {
        motet__fiber_free(f);
        return false;
    }
    f->run = run;
    f->arg = arg;
    f->bottom = f->stack;
    f->bottom_size = f->size;
#ifdef HAS_TSAN
    f->tsan = __tsan_create_fiber(0);
#endif
    prepare(f);
    return true;
}

void motet__fiber_free(motet__fiber *f)
{
    if (f->stack) {
#ifdef HAS_TSAN
        __tsan_destroy_fiber(f->tsan);
#endif
        stack_free(f->stack, f->size);
    }
    free_context(f);
    f->stack = NULL;
}
