/* crashes.h -- a storm of supervised crashes: children of the tree and dynamic ones that crash all the time, while
 * sessions are opened between them; at the end every session, participant, incarnation and record is accounted for. */
#ifndef MOTET_TESTS_CRASHES_H
#define MOTET_TESTS_CRASHES_H
#include "runtime_fixture.h"

#include <stdio.h>
#include <time.h>

enum { CR_GROUP = 4, CR_DYNAMIC = 8 };
enum { CR_ESCALATION = MOTET_REST_FOR_ONE + 1 }; /* a shape besides the strategies */

static _Atomic int64_t cr_left;           /* crashes still to come */
static _Atomic uint64_t cr_inits, cr_finis; /* of dynamic children */

static inline void cr_tell_itself(motet_ctx *ctx)
{
    motet_err e = motet_tell(ctx, motet_self(ctx), 1, NULL, 0);
    assert_int_equal(e, MOTET_OK);
}

static inline bool cr_goes_on(void)
{
    return atomic_load(&cr_left) > 0 && atomic_fetch_sub(&cr_left, 1) > 0;
}

/* a opens sessions all the time, b crashes in them, c and d whenever they have started. */
static inline motet_status cr_init(struct fx_instance *self, const motet_start *start)
{
    if (self->child == 0 || (self->child > 1 && cr_goes_on())) {
        cr_tell_itself(start->ctx);
    }
    return MOTET_DONE;
}

static inline motet_status cr_open(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    motet_stats s;
    motet_system_stats(motet_system_of(ctx), &s);
    for (uint64_t n = s.open + s.waiting; n < 32; n++) {
        motet_err e = motet_session_open(motet_system_of(ctx), 0, 0, NULL);
        assert_true(e == MOTET_OK || e == MOTET_EGONE);
    }
    if (atomic_load(&cr_left) > 0) {
        cr_tell_itself(ctx);
    }
    return MOTET_DONE;
}

static inline motet_status cr_receive(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)message;
    (void)value;
    return self->child == 1 && motet_session_id(s) % 2 == 0 && cr_goes_on() ? MOTET_FAIL : MOTET_DONE;
}

/* By all the ways there are. */
static inline motet_status cr_crash(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    switch (motet_self(ctx).generation % 3u) {
    case 0: motet_fail(ctx, MOTET_FAIL_TIMEOUT);
    case 1: return 77;
    default: return MOTET_FAIL_FATAL;
    }
}

static inline motet_status cr_dynamic_init(void *self, const motet_start *start)
{
    (void)self;
    atomic_fetch_add(&cr_inits, 1);
    if (cr_goes_on()) {
        cr_tell_itself(start->ctx);
    }
    return MOTET_DONE;
}

static inline void cr_dynamic_fini(void *self)
{
    (void)self;
    atomic_fetch_add(&cr_finis, 1);
}

static const motet_actor_type cr_dynamic_type = {.name = "dynamic",
                                                 .state_size = 16,
                                                 .mailbox = 1,
                                                 .init = cr_dynamic_init,
                                                 .fini = cr_dynamic_fini,
                                                 .receive = cr_crash};

/* a, b, c, d talk in a ring; e is a group. `shape` is the strategy of them all; at CR_ESCALATION c and d stand under a
 * supervisor that allows nothing, so that each of their crashes is its parent's. */
static inline void cr_ready(int shape)
{
    static motet_member root[CR_GROUP + 1], sub[2];
    fx_setup(NULL);
    for (uint16_t r = 0; r < 4; r++) {
        uint16_t next = (uint16_t)((r + 1) % 4), before = (uint16_t)((r + 3) % 4);
        if (r == 0) {
            fx_send(0, 0, next, 0, 1);
            fx_take(0, 1, before, 0, 2);
        } else {
            fx_take(r, 0, before, 0, 1);
            fx_send(r, 1, next, 0, 2);
        }
    }
    fx_ready(4, 1);
    fx.on_init = cr_init;
    fx.on_receive = cr_receive;
    for (uint16_t r = 0; r < 4; r++) {
        fx.actors[r].receive = r == 0 ? cr_open : cr_crash;
        root[r] = (motet_member){false, r};
    }
    fx.children[CR_GROUP] =
        (motet_child_spec){.name = "group", .actor = &cr_dynamic_type, .count = 1, .dynamic = true};
    root[CR_GROUP] = (motet_member){false, CR_GROUP};
    fx.supervisors[0] = (motet_supervisor_spec){
        "root", shape < CR_ESCALATION ? (motet_strategy)shape : MOTET_ONE_FOR_ONE, 3, 0, MOTET_NONE, 5, root};
    fx.spec.n_children = 5;
    if (shape == CR_ESCALATION) {
        sub[0] = root[2];
        sub[1] = root[3];
        root[2] = (motet_member){true, 1};
        root[3] = root[CR_GROUP];
        fx.supervisors[0].n_members = 4;
        fx.supervisors[1] = (motet_supervisor_spec){"sub", MOTET_ONE_FOR_ALL, 0, 0, 0, 2, sub};
        fx.children[2].supervisor = fx.children[3].supervisor = 1;
        fx.spec.n_supervisors = 2;
    }
}

/* Those of a group that was stopped with its siblings are replaced. */
static inline void cr_fill(motet_system *sys)
{
    for (uint32_t n = motet_dynamic_list(sys, CR_GROUP, NULL, 0); n < CR_DYNAMIC; n++) {
        motet_err e = motet_dynamic_start(sys, CR_GROUP, NULL, NULL, NULL, NULL);
        assert_true(e == MOTET_OK || e == MOTET_EGONE);
    }
}

/* About `n` crashes; the books are closed. */
static inline motet_stats cr_storm(int shape, uint32_t workers, int64_t n)
{
    const struct timespec ms = {0, 1000000};
    cr_ready(shape);
    atomic_store(&cr_left, n);
    atomic_store(&cr_inits, 0);
    atomic_store(&cr_finis, 0);
    motet_system *sys = fx_start(workers);
    while (atomic_load(&cr_left) > 0) {
        motet_stats s;
        motet_system_stats(sys, &s);
        assert_false(s.gave_up);
        cr_fill(sys);
        nanosleep(&ms, NULL);
    }
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_false(s.gave_up);
    assert_int_equal(atomic_load(&cr_inits), atomic_load(&cr_finis));
    static const motet_leaks none;
    assert_memory_equal(&s.leaks, &none, sizeof none);
    return s;
}

#endif
