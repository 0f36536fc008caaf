/* posix.c -- core/port.h on POSIX threads and the monotonic clock. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "port.h"
#include "sim.h"

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
    motet_sim *sim; /* NULL: m; else taken */
    pthread_mutex_t m;
    bool taken;
};

struct motet__cond {
    motet_sim *sim; /* NULL: c; else its address alone */
    pthread_cond_t c;
};

struct motet__thread {
    motet_sim *sim; /* NULL: id; else simulated */
    pthread_t id;
    void *simulated;
    void (*run)(void *);
    void *arg;
};

_Thread_local motet_sim *motet__simulated;

motet__lock *motet__lock_new(motet_sim *sim)
{
    motet__lock *l = calloc(1, sizeof *l);
    if (l) {
        l->sim = sim;
    }
    if (l && !sim && pthread_mutex_init(&l->m, NULL) != 0) {
        free(l);
        return NULL;
    }
    return l;
}

void motet__lock_free(motet__lock *l)
{
    if (l && !l->sim) {
        pthread_mutex_destroy(&l->m);
    }
    free(l);
}

void motet__lock_take(motet__lock *l)
{
    if (__builtin_expect(l->sim != NULL, 0)) {
        l->sim->ops->lock_take(l->sim, &l->taken);
        return;
    }
    int e = pthread_mutex_lock(&l->m);
    MOTET_REQUIRE(e == 0);
}

void motet__lock_release(motet__lock *l)
{
    if (__builtin_expect(l->sim != NULL, 0)) {
        l->sim->ops->lock_release(l->sim, &l->taken);
        return;
    }
    int e = pthread_mutex_unlock(&l->m);
    MOTET_REQUIRE(e == 0);
}

motet__cond *motet__cond_new(motet_sim *sim)
{
    motet__cond *c = calloc(1, sizeof *c);
    pthread_condattr_t attr;
    if (c && sim) {
        c->sim = sim;
        return c;
    }
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
    if (c && !c->sim) {
        pthread_cond_destroy(&c->c);
    }
    free(c);
}

void motet__cond_wait(motet__cond *c, motet__lock *l, uint64_t deadline)
{
    if (c->sim) {
        c->sim->ops->cond_wait(c->sim, c, &l->taken, deadline);
        return;
    }
    if (deadline == MOTET__NEVER) {
        pthread_cond_wait(&c->c, &l->m);
        return;
    }
    struct timespec at = {.tv_sec = (time_t)(deadline / 1000000000u), .tv_nsec = (long)(deadline % 1000000000u)};
    pthread_cond_timedwait(&c->c, &l->m, &at);
}

void motet__cond_signal(motet__cond *c)
{
    if (c->sim) {
        c->sim->ops->cond_wake(c->sim, c, false);
        return;
    }
    pthread_cond_signal(&c->c);
}

void motet__cond_broadcast(motet__cond *c)
{
    if (c->sim) {
        c->sim->ops->cond_wake(c->sim, c, true);
        return;
    }
    pthread_cond_broadcast(&c->c);
}

static void *thread_main(void *arg)
{
    motet__thread *t = arg;
    t->run(t->arg);
    return NULL;
}

static bool simulate(motet__thread *t)
{
    t->simulated = t->sim->ops->thread_start(t->sim, t->run, t->arg);
    return t->simulated != NULL;
}

static bool start(motet__thread *t)
{
    /* Signals are the program's business: its own threads get them, ours are born with all of them blocked. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int e = pthread_create(&t->id, NULL, thread_main, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e == 0;
}

motet__thread *motet__thread_start(motet_sim *sim, void (*run)(void *), void *arg)
{
    motet__thread *t = calloc(1, sizeof *t);
    if (!t) {
        return NULL;
    }
    t->sim = sim;
    t->run = run;
    t->arg = arg;
    if (!(sim ? simulate(t) : start(t))) {
        free(t);
        return NULL;
    }
    return t;
}

void motet__thread_join(motet__thread *t)
{
    if (t->sim) {
        t->sim->ops->thread_join(t->sim, t->simulated);
    } else {
        pthread_join(t->id, NULL);
    }
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
    if (__builtin_expect(motet__simulated != NULL, 0)) {
        motet__simulated->ops->yield(motet__simulated);
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

void motet__yield(void)
{
    if (__builtin_expect(motet__simulated != NULL, 0)) {
        motet__simulated->ops->yield(motet__simulated);
        return;
    }
    sched_yield();
}

void motet__interleave(void)
{
    motet__sim_point(motet__simulated);
}
