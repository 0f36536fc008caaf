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

static motet_actor_type peer_type = {.name = "peer",
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

static void free_schedule(struct outcome *o)
{
    free(o->schedule);
    o->schedule = NULL;
}

/* ---- strategies ---- */

static void each_strategy_runs(void **state)
{
    static const motet_sim_strategy strategies[] = {MOTET_SIM_RANDOM, MOTET_SIM_PCT, MOTET_SIM_ROUND_ROBIN};
    uint64_t hashes[3];
    (void)state;
    for (int i = 0; i < 3; i++) {
        motet_sim_options o = {.strategy = strategies[i], .depth = 5, .length = 5000};
        hashes[i] = run_with(3, o, 3).hash;
        assert_true(world.heard > 30);
        assert_int_equal(world.begun, world.ended);
        assert_int_equal(hashes[i], run_with(3, o, 3).hash);
    }
    assert_int_not_equal(hashes[0], hashes[1]);
    assert_int_not_equal(hashes[1], hashes[2]);
}

static void pct_changes_its_mind_at_so_many_points(void **state)
{
    (void)state;
    uint64_t differ = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        motet_sim_options few = {.strategy = MOTET_SIM_PCT, .depth = 1, .length = 2000};
        motet_sim_options many = {.strategy = MOTET_SIM_PCT, .depth = 20, .length = 2000};
        differ += run_with(seed, few, 3).hash != run_with(seed, many, 3).hash;
    }
    assert_int_equal(differ, 10);
}

static void a_recorded_schedule_replays_the_same_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        motet_sim_options o = {.strategy = seed % 2 ? MOTET_SIM_PCT : MOTET_SIM_RANDOM,
                               .faults = seed > 5 ? MOTET_SIM_ALL_FAULTS : 0, .record = true};
        struct outcome first = run_with(seed, o, 2);
        assert_true(first.size > 100);
        o.strategy = MOTET_SIM_REPLAY;
        o.replay = first.schedule;
        o.replay_size = first.size;
        struct outcome again = run_with(seed, o, 2);
        assert_int_equal(first.hash, again.hash);
        assert_int_equal(first.steps, again.steps);
        assert_false(again.diverged);
        assert_int_equal(first.size, again.size);
        assert_memory_equal(first.schedule, again.schedule, first.size);
        free_schedule(&first);
        free_schedule(&again);
    }
}

static void another_schedule_is_another_run_and_says_so(void **state)
{
    (void)state;
    motet_sim_options o = {.record = true};
    struct outcome first = run_with(1, o, 2);
    o.strategy = MOTET_SIM_REPLAY;
    o.record = false;
    o.replay = first.schedule;
    o.replay_size = first.size / 2;
    struct outcome half = run_with(1, o, 2);
    assert_true(half.diverged);
    assert_int_not_equal(first.hash, half.hash);
    free_schedule(&first);
}

/* ---- time ---- */

static void an_hour_passes_in_no_time(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers += 3) {
        motet_sim *sim = motet_sim_new(1, NULL);
        motet_system *sys;
        motet_options options = {.workers = workers, .sim = sim};
        assert_int_equal(motet_system_start(NULL, &options, &sys), MOTET_OK);
        uint64_t before = motet_sim_now(sim), steps = motet_sim_steps(sim);
        motet_sim_sleep(sim, 3600 * FX_SECOND);
        assert_true(motet_sim_now(sim) >= before + 3600 * FX_SECOND);
        assert_true(motet_sim_now(sim) < before + 3601 * FX_SECOND);
        assert_true(motet_sim_steps(sim) - steps < 3000000);
        motet_system_stop(sys, NULL);
        motet_sim_free(sim);
    }
}

static void steps_are_taken_one_by_one(void **state)
{
    (void)state;
    motet_sim *sim = motet_sim_new(1, NULL);
    motet_system *sys;
    motet_options options = {.workers = 2, .sim = sim};
    assert_int_equal(motet_system_start(NULL, &options, &sys), MOTET_OK);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(motet_sim_run(sim, 7), 7);
        assert_true(motet_sim_step(sim));
    }
    motet_system_stop(sys, NULL);
    motet_sim_free(sim);
}

/* ---- faults ---- */

static void no_fault_happens_unless_asked_for(void **state)
{
    (void)state;
    struct outcome o = run(1, 3);
    for (int f = 0; f < MOTET_SIM_FAULTS; f++) {
        assert_int_equal(o.faults[f], 0);
    }
    assert_int_equal(o.stats.failed, 0);
    assert_int_equal(o.stats.signals_lost, 0);
}

/* Of 20 runs with that fault: what happened in all. */
static struct outcome with_fault(motet_sim_fault what)
{
    struct outcome all = {0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct outcome o = run_with(seed, (motet_sim_options){.faults = MOTET_SIM_BIT(what)}, 3);
        for (int f = 0; f < MOTET_SIM_FAULTS; f++) {
            assert_true(f == (int)what || o.faults[f] == 0);
        }
        all.faults[what] += o.faults[what];
        all.stats.failed += o.stats.failed;
        all.stats.moved += o.stats.moved;
        all.stats.mail_refused += o.stats.mail_refused;
        all.steps += o.steps;
        all.now += o.now;
    }
    assert_true(all.faults[what] > 0);
    return all;
}

static struct outcome without_fault(void)
{
    struct outcome all = {0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct outcome o = run(seed, 3);
        all.stats.moved += o.stats.moved;
        all.stats.mail_refused += o.stats.mail_refused;
        all.steps += o.steps;
        all.now += o.now;
    }
    return all;
}

static void crashes_happen(void **state)
{
    (void)state;
    assert_true(with_fault(MOTET_SIM_CRASH).stats.failed > 0);
}

static void memory_is_missing(void **state)
{
    (void)state;
    with_fault(MOTET_SIM_MEMORY);
}

static void rooms_are_smaller(void **state)
{
    (void)state;
    motet_actor_type before = peer_type;
    peer_type.inbox = 40;
    peer_type.inbox_policy = MOTET_REFUSE;
    assert_int_equal(without_fault().stats.mail_refused, 0);
    assert_true(with_fault(MOTET_SIM_ROOM).stats.mail_refused > 0);
    peer_type = before;
}

static void turns_are_smaller(void **state)
{
    (void)state;
    with_fault(MOTET_SIM_BATCH);
}

static void time_leaps(void **state)
{
    (void)state;
    assert_true(with_fault(MOTET_SIM_CLOCK).now > without_fault().now);
}

static void waits_end_without_cause(void **state)
{
    (void)state;
    with_fault(MOTET_SIM_SPURIOUS);
}

static void actors_move(void **state)
{
    (void)state;
    assert_true(with_fault(MOTET_SIM_MOVE).stats.moved > without_fault().stats.moved);
}

/* ---- sessions, the tree, and the world outside ---- */

static motet_status fails_once(struct fx_instance *self, const motet_start *start)
{
    (void)self;
    return start->incarnation == 0 ? MOTET_FAIL : MOTET_DONE;
}

static uint64_t restart_takes(uint32_t faults)
{
    fx_setup(NULL);
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    fx.on_init = fails_once;
    motet_sim *sim = motet_sim_new(5, &(motet_sim_options){.faults = faults, .one_in[MOTET_SIM_DELAY] = 1});
    motet_system *sys;
    motet_options options = {.workers = 2, .sim = sim};
    assert_int_equal(motet_system_start(&fx.spec, &options, &sys), MOTET_OK);
    fx_open(sys, 3, 0);
    fx_idle(sys);
    uint64_t now = motet_sim_now(sim);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 3);
    assert_int_equal(s.restarts, 2);
    motet_sim_free(sim);
    return now;
}

static void restarts_take_longer(void **state)
{
    (void)state;
    assert_true(restart_takes(MOTET_SIM_BIT(MOTET_SIM_DELAY)) > restart_takes(0));
}

static void numbers_of_sessions_begin_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        uint64_t id;
        fx_setup(NULL);
        fx_send(0, 0, 1, 0, 1);
        fx_take(1, 0, 0, 0, 1);
        fx_ready(2, 1);
        motet_sim *sim = motet_sim_new(1, NULL);
        motet_system *sys;
        motet_options options = {.workers = 1, .sim = sim};
        assert_int_equal(motet_system_start(&fx.spec, &options, &sys), MOTET_OK);
        assert_int_equal(motet_session_open(sys, 0, 0, &id), MOTET_OK);
        assert_int_equal(id, 1);
        fx_idle(sys);
        fx_stop(sys);
        motet_sim_free(sim);
    }
}

static void isolated_actors_are_refused(void **state)
{
    (void)state;
    fx_setup(NULL);
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    fx.actors[0].isolated = true;
    motet_sim *sim = motet_sim_new(1, NULL);
    motet_system *sys;
    motet_options options = {.workers = 1, .sim = sim};
    assert_int_equal(motet_system_start(&fx.spec, &options, &sys), MOTET_EINVAL);
    assert_null(sys);
    motet_sim_free(sim);
}

static struct {
    motet_sim *sim;
    uint64_t at;
} other;

static void sleep_a_second(void *arg)
{
    (void)arg;
    motet_sim_sleep(other.sim, FX_SECOND);
    other.at = motet_sim_now(other.sim);
}

static void other_threads_are_simulated_too(void **state)
{
    (void)state;
    other.sim = motet_sim_new(1, NULL);
    motet_sim_thread *t = motet_sim_thread_start(other.sim, sleep_a_second, NULL);
    assert_non_null(t);
    motet_sim_thread_join(other.sim, t);
    assert_true(other.at >= FX_SECOND);
    assert_true(motet_sim_now(other.sim) < other.at + FX_MS);
    motet_sim_free(other.sim);
}

static jmp_buf out;

static void jump(void *arg, motet_sim *sim, const char *what)
{
    (void)sim;
    *(const char **)arg = what;
    longjmp(out, 1);
}

static void a_run_that_takes_too_long_is_stuck(void **state)
{
    (void)state;
    static const char *what;
    static motet_sim *sim;
    what = NULL;
    motet_sim_options o = {.most_steps = 100, .stuck = jump, .arg = &what};
    sim = motet_sim_new(1, &o);
    if (setjmp(out) == 0) {
        for (int i = 0; i < 1000; i++) {
            motet_sim_sleep(sim, 1);
        }
    }
    assert_non_null(what);
    motet_sim_free(sim);
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
        cmocka_unit_test(each_strategy_runs),
        cmocka_unit_test(pct_changes_its_mind_at_so_many_points),
        cmocka_unit_test(a_recorded_schedule_replays_the_same_run),
        cmocka_unit_test(another_schedule_is_another_run_and_says_so),
        cmocka_unit_test(an_hour_passes_in_no_time),
        cmocka_unit_test(steps_are_taken_one_by_one),
        cmocka_unit_test(no_fault_happens_unless_asked_for),
        cmocka_unit_test(crashes_happen),
        cmocka_unit_test(memory_is_missing),
        cmocka_unit_test(rooms_are_smaller),
        cmocka_unit_test(turns_are_smaller),
        cmocka_unit_test(time_leaps),
        cmocka_unit_test(waits_end_without_cause),
        cmocka_unit_test(actors_move),
        cmocka_unit_test(restarts_take_longer),
        cmocka_unit_test(numbers_of_sessions_begin_anew),
        cmocka_unit_test(isolated_actors_are_refused),
        cmocka_unit_test(other_threads_are_simulated_too),
        cmocka_unit_test(a_run_that_takes_too_long_is_stuck),
        cmocka_unit_test(no_message_overtakes_one_that_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
