/* posix.c -- core/port.h on POSIX threads and the monotonic clock. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "port.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

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
