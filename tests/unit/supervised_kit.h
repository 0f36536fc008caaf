/* supervised_kit.h -- trees of actors without sessions, which do what their mail says; and what is told of them. */
#ifndef MOTET_TESTS_SUPERVISED_KIT_H
#define MOTET_TESTS_SUPERVISED_KIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <motet/motet.h>

#define SK_MS UINT64_C(1000000)
#define SK_SECOND UINT64_C(1000000000)

enum { SK_CHILDREN = 4 };

/* What an actor is told to do; the payload of RETURN, FAIL is a status. */
enum sk_order { SK_NOTHING = 1, SK_RETURN, SK_FAIL, SK_REQUIRE, SK_EXIT, SK_HANG };

static struct sk_kit {
    motet_actor_type type;
    motet_child_spec children[SK_CHILDREN];
    motet_member members[SK_CHILDREN], below[SK_CHILDREN];
    motet_supervisor_spec supervisors[2];
    motet_system_spec spec;
    motet_options options;
    motet_system *sys;
    /* hooks and what happened */
    motet_status (*on_init)(const motet_start *start);
    void (*on_fini)(void);
    _Atomic uint32_t inits, finis, handled, hanging;
    _Atomic int failure; /* that the last init was told of */
    _Atomic bool let_go; /* SK_HANG returns */
    _Atomic uint32_t events[MOTET_EVENT_KINDS];
    char log[8192]; /* "started a, failed a 77, ..."; read it when the system has stopped */
    uint64_t delays[64];
    uint32_t n_delays;
} sk;

static inline void sk_pause(void)
{
    const struct timespec ms = {0, 1000000};
    nanosleep(&ms, NULL);
}

/* Waits until it holds; never for longer than 20 s. */
#define SK_UNTIL(cond)                                                                                                \
    do {                                                                                                              \
        for (int sk_i = 0; sk_i < 20000 && !(cond); sk_i++) {                                                         \
            sk_pause();                                                                                               \
        }                                                                                                             \
        assert_true(cond);                                                                                            \
    } while (0)

static inline void sk_event(void *env, const motet_event *e)
{
    (void)env;
    static const char *const names[] = {
#define MOTET_EVENT(name, what) #name,
#include <motet/event.def>
#undef MOTET_EVENT
    };
    size_t at = strlen(sk.log);
    bool told = e->kind == MOTET_EVENT_ESCALATED;
    snprintf(sk.log + at, sizeof sk.log - at, "%s%s %s", at > 0 ? ", " : "", names[e->kind],
             told ? e->supervisor : e->child);
    if (e->status != MOTET_DONE) {
        at = strlen(sk.log);
        snprintf(sk.log + at, sizeof sk.log - at, " %d", e->status);
    }
    if (e->kind == MOTET_EVENT_DELAYED && sk.n_delays < 64) {
        sk.delays[sk.n_delays++] = e->delay_ns;
    }
    atomic_fetch_add(&sk.events[e->kind], 1);
}

static inline uint32_t sk_seen(motet_event_kind kind)
{
    return atomic_load(&sk.events[kind]);
}

static inline motet_status sk_init(void *self, const motet_start *start)
{
    (void)self;
    atomic_fetch_add(&sk.inits, 1);
    atomic_store(&sk.failure, start->failure);
    return sk.on_init ? sk.on_init(start) : MOTET_DONE;
}

static inline void sk_fini(void *self)
{
    (void)self;
    atomic_fetch_add(&sk.finis, 1);
    if (sk.on_fini) {
        sk.on_fini();
    }
}

static inline void sk_hang(void)
{
    atomic_fetch_add(&sk.hanging, 1);
    for (int i = 0; i < 20000 && !atomic_load(&sk.let_go); i++) {
        sk_pause();
    }
    atomic_fetch_sub(&sk.hanging, 1);
}

static inline motet_status sk_receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    int status = 0;
    memcpy(&status, m->data ? m->data : &status, m->data ? sizeof status : 0);
    atomic_fetch_add(&sk.handled, 1);
    switch (m->tag) {
    case SK_RETURN: return status;
    case SK_FAIL: motet_fail(ctx, status);
    case SK_REQUIRE: MOTET_REQUIRE(m->tag != SK_REQUIRE); break;
    case SK_EXIT: motet_exit(ctx); break;
    case SK_HANG: sk_hang(); break;
    default: break;
    }
    return MOTET_DONE;
}

/* Children a, b, ... below one supervisor, one_for_one, intensity 3 in 10 s. */
static inline void sk_ready(uint16_t n)
{
    static const char *const names[SK_CHILDREN] = {"a", "b", "c", "d"};
    sk.type = (motet_actor_type){
        .name = "R", .state_size = 16, .mailbox = 1, .init = sk_init, .fini = sk_fini, .receive = sk_receive};
    for (uint16_t i = 0; i < n; i++) {
        sk.children[i] = (motet_child_spec){.name = names[i], .actor = &sk.type, .count = 1};
        sk.members[i] = (motet_member){false, i};
    }
    sk.supervisors[0] =
        (motet_supervisor_spec){"root", MOTET_ONE_FOR_ONE, 3, 10 * SK_SECOND, MOTET_NONE, n, sk.members};
    sk.spec = (motet_system_spec){.name = "kit",
                                  .n_supervisors = 1,
                                  .n_children = n,
                                  .supervisors = sk.supervisors,
                                  .children = sk.children};
    sk.options = (motet_options){.workers = 2, .on_event = sk_event, .seed = 7};
}

static inline void sk_start(void)
{
    assert_int_equal(motet_system_start(&sk.spec, &sk.options, &sk.sys), MOTET_OK);
}

static inline motet_ref sk_ref(uint16_t child)
{
    motet_ref ref = MOTET_NOBODY;
    assert_int_equal(motet_child_ref(sk.sys, child, 0, &ref), MOTET_OK);
    return ref;
}

static inline void sk_tell_ref(motet_ref to, enum sk_order order, int status)
{
    assert_int_equal(motet_send(sk.sys, to, order, &status, sizeof status, SK_SECOND), MOTET_OK);
}

static inline void sk_tell(uint16_t child, enum sk_order order, int status)
{
    sk_tell_ref(sk_ref(child), order, status);
}

static inline void sk_idle(void)
{
    assert_int_equal(motet_system_wait_idle(sk.sys, 20 * SK_SECOND), MOTET_OK);
}

/* Stops; each init that came to something has its fini. */
static inline motet_stats sk_stop(void)
{
    motet_stats s;
    motet_system_stop(sk.sys, &s);
    sk.sys = NULL;
    return s;
}

static inline int sk_setup(void **state)
{
    (void)state;
    memset(&sk, 0, sizeof sk);
    return 0;
}

/* ---- one actor that does something to another ---- */

struct sk_deed {
    motet_err (*what)(motet_ctx *ctx, motet_ref who);
    motet_ref who;
};

static inline motet_status sk_do(void *self, const motet_start *start)
{
    (void)self;
    const struct sk_deed *d = start->arg;
    motet_err e = d->what(start->ctx, d->who);
    motet_exit(start->ctx);
    return e == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
}

static inline motet_status sk_deaf(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    (void)m;
    return MOTET_DONE;
}

static inline void sk_deed(motet_err (*what)(motet_ctx *ctx, motet_ref who), motet_ref who)
{
    static const motet_actor_type doer = {.name = "doer", .init = sk_do, .receive = sk_deaf};
    struct sk_deed d = {what, who};
    motet_spawn_options o = {.arg = &d};
    motet_ref ref;
    assert_int_equal(motet_system_spawn(sk.sys, &doer, &o, &ref), MOTET_OK);
}

#endif
