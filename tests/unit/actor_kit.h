/* actor_kit.h -- scripted actors for tests of what actors do outside of sessions.
 *
 * An actor's callbacks are those of its kit_script, found by motet_start.arg. Tests look at counters that callbacks
 * write and wait for them with a bound; what goes wrong in a callback is counted in kit.wrong. An alarm ends a test
 * that hangs. MOTET_TEST_WORKERS says how many workers tests have that do not care (2 by default).
 */
#ifndef MOTET_TESTS_ACTOR_KIT_H
#define MOTET_TESTS_ACTOR_KIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <motet/motet.h>

enum { KIT_LOG = 1 << 20, KIT_COUNTERS = 16, KIT_BOUND_S = 30, KIT_HANG_S = 300 };
#define KIT_MS UINT64_C(1000000)
#define KIT_SECOND UINT64_C(1000000000)

struct kit_self;

struct kit_script {
    motet_status (*init)(struct kit_self *self, motet_ctx *ctx);
    motet_status (*receive)(struct kit_self *self, motet_ctx *ctx, const motet_mail *m);
    void (*fini)(struct kit_self *self);
    void *data;
};

struct kit_self { /* the state of a scripted actor */
    struct kit_script script;
    uint64_t n, id;
    motet_ref peer;
    void *memory; /* allocated by init, freed by fini: an end without fini is a leak */
};

static struct kit {
    _Atomic uint64_t count[KIT_COUNTERS]; /* the test's */
    _Atomic uint64_t inits, finis, wrong;
    _Atomic uint32_t n_log;
    uint32_t log[KIT_LOG];
    _Atomic uint32_t go; /* what hanging handlers wait for */
    motet_ref ref[8];
} kit;

#define kit_check(cond) ((cond) ? (void)0 : kit_wrong(__FILE__, __LINE__, #cond))

static inline void kit_wrong(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: wrong: %s\n", file, line, what);
    atomic_fetch_add(&kit.wrong, 1);
}

static inline uint64_t kit_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * KIT_SECOND + (uint64_t)t.tv_nsec;
}

static inline void kit_nap(uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / KIT_SECOND), .tv_nsec = (long)(ns % KIT_SECOND)};
    nanosleep(&t, NULL);
}

static inline uint64_t kit_got(int counter)
{
    return atomic_load(&kit.count[counter]);
}

static inline uint64_t kit_count(int counter)
{
    return atomic_fetch_add(&kit.count[counter], 1);
}

static inline void kit_note(uint32_t what)
{
    uint32_t at = atomic_fetch_add(&kit.n_log, 1);
    if (at < KIT_LOG) {
        kit.log[at] = what;
    }
}

/* Whether the counter reaches n within the bound. */
static inline bool kit_reaches(int counter, uint64_t n)
{
    uint64_t until = kit_clock() + KIT_BOUND_S * KIT_SECOND;
    while (kit_got(counter) < n && kit_clock() < until) {
        kit_nap(50000);
    }
    return kit_got(counter) >= n;
}

#define kit_await(counter, n) assert_true(kit_reaches(counter, n))

/* A handler that hangs, until the test lets it go, or the bound. */
static inline void kit_hang(void)
{
    uint64_t until = kit_clock() + KIT_BOUND_S * KIT_SECOND;
    while (!atomic_load(&kit.go) && kit_clock() < until) {
        kit_nap(100000);
    }
    kit_check(atomic_load(&kit.go));
}

static inline motet_status kit_init(void *state, const motet_start *start)
{
    struct kit_self *self = state;
    self->script = *(const struct kit_script *)start->arg;
    kit_check(self->n == 0 && self->memory == NULL);
    motet_status status = self->script.init ? self->script.init(self, start->ctx) : MOTET_DONE;
    if (status == MOTET_DONE) {
        self->memory = malloc(16);
        atomic_fetch_add(&kit.inits, 1);
    }
    return status;
}

static inline motet_status kit_receive(void *state, motet_ctx *ctx, const motet_mail *m)
{
    struct kit_self *self = state;
    return self->script.receive ? self->script.receive(self, ctx, m) : MOTET_DONE;
}

static inline void kit_fini(void *state)
{
    struct kit_self *self = state;
    kit_check(self->memory != NULL);
    free(self->memory);
    if (self->script.fini) {
        self->script.fini(self);
    }
    atomic_fetch_add(&kit.finis, 1);
}

static inline motet_actor_type kit_type(uint32_t inbox, motet_policy policy)
{
    return (motet_actor_type){.name = "scripted",
                              .state_size = sizeof(struct kit_self),
                              .init = kit_init,
                              .receive = kit_receive,
                              .fini = kit_fini,
                              .inbox = inbox,
                              .inbox_policy = policy};
}

static const motet_actor_type kit_plain = {.name = "scripted",
                                           .state_size = sizeof(struct kit_self),
                                           .init = kit_init,
                                           .receive = kit_receive,
                                           .fini = kit_fini};
static const motet_actor_type kit_trapping = {.name = "trapping",
                                              .state_size = sizeof(struct kit_self),
                                              .init = kit_init,
                                              .receive = kit_receive,
                                              .fini = kit_fini,
                                              .traps_exits = true};

static inline uint32_t kit_workers(void)
{
    const char *n = getenv("MOTET_TEST_WORKERS");
    return n && atoi(n) > 0 ? (uint32_t)atoi(n) : 2;
}

static inline int kit_setup(void **state)
{
    (void)state;
    memset(&kit, 0, offsetof(struct kit, log));
    atomic_store(&kit.go, 0);
    memset(kit.ref, 0, sizeof kit.ref);
    alarm(KIT_HANG_S);
    return 0;
}

static inline int kit_teardown(void **state)
{
    (void)state;
    alarm(0);
    return 0;
}

/* A program's argument names the tests that are to be run, with * and ?. */
static inline void kit_only(int argc, char **argv)
{
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
}

#define kit_test(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

static inline motet_system *kit_start(uint32_t workers)
{
    motet_system *sys = NULL;
    motet_options o = {.workers = workers};
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    return sys;
}

static inline motet_stats kit_stop(motet_system *sys)
{
    motet_stats s;
    atomic_store(&kit.go, 1);
    motet_system_stop(sys, &s);
    assert_int_equal(atomic_load(&kit.wrong), 0);
    assert_int_equal(atomic_load(&kit.inits), atomic_load(&kit.finis));
    assert_int_equal(s.spawned, s.ended);
    return s;
}

static inline motet_err kit_try_spawn(motet_system *sys, const motet_actor_type *type, const struct kit_script *script,
                                      motet_ref *out)
{
    motet_spawn_options o = {.arg = script};
    return motet_system_spawn(sys, type, &o, out);
}

static inline motet_ref kit_spawn_as(motet_system *sys, const motet_actor_type *type, const struct kit_script *script)
{
    motet_ref ref;
    assert_int_equal(kit_try_spawn(sys, type, script, &ref), MOTET_OK);
    return ref;
}

static inline motet_ref kit_spawn(motet_system *sys, const struct kit_script *script)
{
    return kit_spawn_as(sys, &kit_plain, script);
}

/* On a worker of that many, counted round. */
static inline motet_ref kit_spawn_on(motet_system *sys, const motet_actor_type *type, const struct kit_script *script,
                                     uint32_t worker)
{
    motet_spawn_options o = {.arg = script, .placement = MOTET_ON_WORKER, .worker = worker};
    motet_ref ref;
    assert_int_equal(motet_system_spawn(sys, type, &o, &ref), MOTET_OK);
    return ref;
}

static inline motet_ref kit_spawn_own(motet_system *sys, const struct kit_script *script)
{
    motet_spawn_options o = {.arg = script, .placement = MOTET_OWN_THREAD};
    motet_ref ref;
    assert_int_equal(motet_system_spawn(sys, &kit_plain, &o, &ref), MOTET_OK);
    return ref;
}

static inline motet_status kit_do_init(struct kit_self *self, motet_ctx *ctx)
{
    motet_exit(ctx);
    ((void (*)(motet_ctx *))self->script.data)(ctx);
    return MOTET_DONE;
}

/* Runs f as an actor of that worker, which ends with it; waits for it. */
static inline void kit_do_on(motet_system *sys, uint32_t worker, void (*f)(motet_ctx *ctx))
{
    struct kit_script once = {.init = kit_do_init, .data = (void *)f};
    kit_spawn_on(sys, &kit_plain, &once, worker);
}

static inline void kit_do(motet_system *sys, void (*f)(motet_ctx *ctx))
{
    struct kit_script once = {.init = kit_do_init, .data = (void *)f};
    kit_spawn(sys, &once);
}

static inline motet_err kit_send(motet_system *sys, motet_ref to, uint32_t tag)
{
    return motet_send(sys, to, tag, NULL, 0, KIT_BOUND_S * KIT_SECOND);
}

/* Waits until `who` has ended: its mailbox takes nothing any more. */
static inline void kit_await_end(motet_system *sys, uint64_t ended)
{
    motet_stats s;
    uint64_t until = kit_clock() + KIT_BOUND_S * KIT_SECOND;
    for (motet_system_stats(sys, &s); s.ended < ended && kit_clock() < until; motet_system_stats(sys, &s)) {
        kit_nap(50000);
    }
    assert_true(s.ended >= ended);
}

#endif
