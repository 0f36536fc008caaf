/* Simulation: the same seed gives the same run, other seeds other runs; time is virtual; strategies and faults. */
#include "runtime_fixture.h"

#include <stdio.h>

#include <motet/sim.h>

/* ---- a run: some actors that send each other numbers, ask, and set timers ---- */

enum { ACTORS = 6, TAG_PEERS = 1, TAG_NUMBER = 2, TAG_ASK = 3, TAG_TICK = 4 };

struct peer {
    motet_ref peers[ACTORS];
    uint64_t heard, answered, unanswered, ticks;
};

static struct {
    uint64_t heard, answered, unanswered, ticks, begun, ended;
} world;

static motet_status peer_init(void *self, const motet_start *start)
{
    (void)self;
    (void)start;
    world.begun++;
    return MOTET_DONE;
}

static void peer_fini(void *self)
{
    (void)self;
    world.ended++;
}

static motet_status on_number(struct peer *me, motet_ctx *ctx, uint64_t n)
{
    uint64_t id;
    world.heard++;
    if (n == 0) {
        return MOTET_DONE;
    }
    n--;
    motet_err e = motet_tell(ctx, me->peers[n % ACTORS], TAG_NUMBER, &n, sizeof n);
    if (e == MOTET_OK && n % 4 == 0) {
        e = motet_ask(ctx, me->peers[(n + 1) % ACTORS], TAG_ASK, NULL, 0, FX_MS, &id);
    }
    if (e == MOTET_OK && n % 8 == 0) {
        e = motet_timer_start(ctx, FX_MS, 0, TAG_TICK, &id);
    }
    return e == MOTET_OK || e == MOTET_EGONE || e == MOTET_EFULL || e == MOTET_ENOMEM ? MOTET_DONE : MOTET_FAIL;
}

static motet_status peer_receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    struct peer *me = self;
    uint64_t n;
    switch (m->kind) {
    case MOTET_TOLD:
        if (m->tag == TAG_PEERS) {
            memcpy(me->peers, m->data, sizeof me->peers);
            return MOTET_DONE;
        }
        memcpy(&n, m->data, sizeof n);
        return on_number(me, ctx, n);
    case MOTET_ASKED: {
        motet_err e = motet_reply(ctx, m->from, m->id, NULL, 0);
        return e == MOTET_OK || e == MOTET_ENOMEM ? MOTET_DONE : MOTET_FAIL;
    }
    case MOTET_REPLY: world.answered++; break;
    case MOTET_NO_REPLY: world.unanswered++; break;
    case MOTET_TIMER: world.ticks++; break;
    default: break;
    }
    return MOTET_DONE;
}

static const motet_actor_type peer_type = {.name = "peer",
                                           .state_size = sizeof(struct peer),
                                           .init = peer_init,
                                           .fini = peer_fini,
                                           .receive = peer_receive,
                                           .inbox = 8};

struct outcome {
    uint64_t hash, steps, now;
    motet_stats stats;
    unsigned char *schedule;
    size_t size;
    bool diverged;
    uint64_t faults[MOTET_SIM_FAULTS];
};

static struct outcome run_with(uint64_t seed, motet_sim_options o, uint32_t workers)
{
    struct outcome out = {0};
    motet_system *sys;
    motet_ref peers[ACTORS];
    memset(&world, 0, sizeof world);
    o.most_steps = o.most_steps ? o.most_steps : 2000000;
    motet_sim *sim = motet_sim_new(seed, &o);
    assert_non_null(sim);
    motet_options options = {.workers = workers, .sim = sim};
    assert_int_equal(motet_system_start(NULL, &options, &sys), MOTET_OK);
    for (uint32_t i = 0; i < ACTORS; i++) {
        motet_spawn_options where = {.placement = MOTET_ANYWHERE};
        if (motet_system_spawn(sys, &peer_type, &where, &peers[i]) != MOTET_OK) {
            peers[i] = MOTET_NOBODY;
        }
    }
    for (uint32_t i = 0; i < ACTORS; i++) {
        motet_err e = motet_send(sys, peers[i], TAG_PEERS, peers, sizeof peers, FX_SECOND);
        uint64_t n = 40 + i;
        e = e == MOTET_OK ? motet_send(sys, peers[i], TAG_NUMBER, &n, sizeof n, FX_SECOND) : e;
        assert_true(e == MOTET_OK || o.faults != 0);
    }
    motet_sim_sleep(sim, 100 * FX_MS);
    motet_system_stop(sys, &out.stats);
    out.hash = motet_sim_hash(sim);
    out.steps = motet_sim_steps(sim);
    out.now = motet_sim_now(sim);
    out.diverged = motet_sim_diverged(sim);
    for (int f = 0; f < MOTET_SIM_FAULTS; f++) {
        out.faults[f] = motet_sim_faults(sim, (motet_sim_fault)f);
    }
    const void *schedule = motet_sim_schedule(sim, &out.size);
    if (out.size > 0) {
        out.schedule = malloc(out.size);
        memcpy(out.schedule, schedule, out.size);
    }
    motet_sim_free(sim);
    return out;
}

static struct outcome run(uint64_t seed, uint32_t workers)
{
    return run_with(seed, (motet_sim_options){0}, workers);
}

static void a_system_runs_without_threads(void **state)
{
    (void)state;
    struct outcome o = run(1, 2);
    assert_int_equal(world.begun, ACTORS);
    assert_int_equal(world.ended, ACTORS);
    assert_true(world.heard > 100);
    assert_true(world.answered > 0);
    assert_true(world.ticks > 0);
    const motet_leaks none = {0};
    assert_memory_equal(&o.stats.leaks, &none, sizeof none);
    assert_true(o.steps > 1000);
}

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct outcome a = run(seed, 1 + seed % 4), b = run(seed, 1 + seed % 4);
        assert_int_equal(a.hash, b.hash);
        assert_int_equal(a.steps, b.steps);
        assert_int_equal(a.now, b.now);
    }
}

static void another_seed_gives_another_run(void **state)
{
    (void)state;
    struct outcome a = run(1, 2), b = run(2, 2);
    assert_int_not_equal(a.hash, b.hash);
    assert_int_not_equal(a.steps, b.steps);
}

/* ---- what simulation found ---- */

enum { OVERTAKING = 300 };

static struct {
    motet_ref sink;
    uint64_t last, accepted;
    bool wrong;
} order;

static motet_status swallow(void *self, motet_ctx *ctx, const motet_mail *m)
{
    uint64_t n;
    (void)self;
    (void)ctx;
    memcpy(&n, m->data, sizeof n);
    order.wrong |= n <= order.last;
    order.last = n;
    return MOTET_DONE;
}

static motet_status pour(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    for (uint64_t n = order.accepted + 1; n <= order.accepted + 6; n++) {
        motet_err e = motet_tell(ctx, order.sink, 0, &n, sizeof n);
        assert_true(e == MOTET_OK || e == MOTET_EFULL);
    }
    order.accepted += 6;
    return MOTET_DONE;
}

static void no_message_overtakes_one_that_waits_for_room(void **state)
{
    static const motet_actor_type sink = {.name = "sink", .receive = swallow, .inbox = 1};
    static const motet_actor_type source = {.name = "source", .receive = pour};
    (void)state;
    for (uint64_t seed = 1; seed <= OVERTAKING; seed++) {
        motet_sim *sim = motet_sim_new(seed, NULL);
        motet_system *sys;
        motet_ref from;
        motet_options options = {.workers = 2, .sim = sim};
        motet_spawn_options at = {.placement = MOTET_ON_WORKER};
        memset(&order, 0, sizeof order);
        assert_int_equal(motet_system_start(NULL, &options, &sys), MOTET_OK);
        assert_int_equal(motet_system_spawn(sys, &sink, &at, &order.sink), MOTET_OK);
        at.worker = 1;
        assert_int_equal(motet_system_spawn(sys, &source, &at, &from), MOTET_OK);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(motet_send(sys, from, 0, NULL, 0, FX_SECOND), MOTET_OK);
        }
        motet_sim_sleep(sim, FX_SECOND);
        motet_system_stop(sys, NULL);
        motet_sim_free(sim);
        assert_false(order.wrong);
        assert_true(order.last > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_system_runs_without_threads),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
        cmocka_unit_test(another_seed_gives_another_run),
        cmocka_unit_test(no_message_overtakes_one_that_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
