/* posix.c -- core/port.h on POSIX threads and the monotonic clock. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "port.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#endif

#include <motet/error.h>

struct motet__lock {
    pthread_mutex_t m;
};

struct motet__cond {
    pthread_cond_t c;
};

struct motet__thread {
    pthread_t id;
    void (*run)(void *);
    void *arg;
};

motet__lock *motet__lock_new(void)
{
    motet__lock *l = malloc(sizeof *l);
    if (l && pthread_mutex_init(&l->m, NULL) != 0) {
        free(l);
        return NULL;
    }
    return l;
}

void motet__lock_free(motet__lock *l)
{
    if (l) {
        pthread_mutex_destroy(&l->m);
        free(l);
    }
}

void motet__lock_take(motet__lock *l)
{
    int e = pthread_mutex_lock(&l->m);
    MOTET_REQUIRE(e == 0);
}

void motet__lock_release(motet__lock *l)
{
    int e = pthread_mutex_unlock(&l->m);
    MOTET_REQUIRE(e == 0);
}

motet__cond *motet__cond_new(void)
{
    motet__cond *c = malloc(sizeof *c);
    pthread_condattr_t attr;
    if (!c || pthread_condattr_init(&attr) != 0) {
        free(c);
        return NULL;
    }
    int e = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (e == 0) {
        e = pthread_cond_init(&c->c, &attr);
    }
    pthread_condattr_destroy(&attr);
    if (e != 0) {
        free(c);
        return NULL;
    }
    return c;
}

void motet__cond_free(motet__cond *c)
{
    if (c) {
        pthread_cond_destroy(&c->c);
        free(c);
    }
}

void motet__cond_wait(motet__cond *c, motet__lock *l, uint64_t deadline)
{
    if (deadline == MOTET__NEVER) {
        pthread_cond_wait(&c->c, &l->m);
        return;
    }
    struct timespec at = {.tv_sec = (time_t)(deadline / 1000000000u), .tv_nsec = (long)(deadline % 1000000000u)};
    pthread_cond_timedwait(&c->c, &l->m, &at);
}

void motet__cond_signal(motet__cond *c)
{
    pthread_cond_signal(&c->c);
}

void motet__cond_broadcast(motet__cond *c)
{
    pthread_cond_broadcast(&c->c);
}

static void *thread_main(void *arg)
{
    motet__thread *t = arg;
    t->run(t->arg);
    return NULL;
}

motet__thread *motet__thread_start(void (*run)(void *), void *arg)
{
    motet__thread *t = malloc(sizeof *t);
    if (!t) {
        return NULL;
    }
    t->run = run;
    t->arg = arg;
    /* Signals are the program's business: its own threads get them, ours are born with all of them blocked. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int e = pthread_create(&t->id, NULL, thread_main, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (e != 0) {
        free(t);
        return NULL;
    }
    return t;
}

void motet__thread_join(motet__thread *t)
{
    pthread_join(t->id, NULL);
    free(t);
}

void motet__thread_pin(unsigned core)
{
    cpu_set_t may, one;
    if (sched_getaffinity(0, sizeof may, &may) != 0 || CPU_COUNT(&may) == 0) {
        return;
    }
    core %= (unsigned)CPU_COUNT(&may);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &may) && core-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(i, &one);
            pthread_setaffinity_np(pthread_self(), sizeof one, &one);
            return;
        }
    }
}

/* ThreadSanitizer follows atomic operations and knows nothing of barriers. */
#if defined(__SANITIZE_THREAD__)
#define KNOWS_BARRIERS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KNOWS_BARRIERS 0
#endif
#endif
#if !defined(KNOWS_BARRIERS) && defined(__linux__) && defined(SYS_membarrier)
#define KNOWS_BARRIERS 1
#endif

bool motet__barrier_ready(void)
{
#if KNOWS_BARRIERS
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

void motet__barrier(bool two_sided)
{
#if KNOWS_BARRIERS
    if (!two_sided) {
        int e = (int)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
        MOTET_REQUIRE(e == 0);
    }
#else
    (void)two_sided;
#endif
}

uint64_t motet__random(void)
{
    uint64_t r;
    if (getrandom(&r, sizeof r, 0) != sizeof r) {
        r = motet__clock() * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)getpid();
    }
    return r;
}

void motet__sleep(uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    nanosleep(&t, NULL);
}

uint64_t motet__clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

unsigned motet__core_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    int n = CPU_COUNT(&set);
    return n > 0 ? (unsigned)n : 1;
}

void motet__pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

void motet__yield(void)
{
    sched_yield();
}
