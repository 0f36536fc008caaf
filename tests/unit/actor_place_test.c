/* actor_place_test.c -- where actors run: workers, threads of their own, moves; order meanwhile; idleness. */
#include "actor_kit.h"

enum { GOT, HUNG, SEEN, MORE, OUT_OF_ORDER };
enum { T_GO = 1, T_HANG, T_COUNT, T_KILL, T_SPAWN, T_ALL };

static motet_status hang_or_count(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    if (m->tag == T_HANG) {
        kit_count(HUNG);
        kit_hang();
    } else {
        kit_count(GOT);
    }
    return MOTET_DONE;
}

static const struct kit_script counting = {.receive = hang_or_count};

/* ---- a handler that hangs ---- */

static motet_system *start_with_a_hanging_worker(void)
{
    motet_system *sys = kit_start(2);
    motet_ref hanging = kit_spawn_on(sys, &kit_plain, &counting, 0);
    assert_int_equal(kit_send(sys, hanging, T_HANG), MOTET_OK);
    kit_await(HUNG, 1);
    return sys;
}

static void spawn_two(motet_ctx *ctx)
{
    motet_spawn_options o = {.arg = &counting};
    kit_check(motet_spawn(ctx, &kit_plain, &o, &kit.ref[0]) == MOTET_OK);
    kit_check(motet_spawn(ctx, &kit_plain, &o, &kit.ref[1]) == MOTET_OK);
}

static void mail_behind_a_handler_that_hangs_is_taken_over(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    kit_do_on(sys, 0, spawn_two);
    motet_ref hanging = kit_spawn_on(sys, &kit_plain, &counting, 0);
    assert_int_equal(kit_send(sys, hanging, T_HANG), MOTET_OK);
    kit_await(HUNG, 1);
    assert_int_equal(kit_send(sys, kit.ref[0], T_COUNT), MOTET_OK);
    kit_await(GOT, 1);
    assert_int_equal(kit_send(sys, kit.ref[1], T_COUNT), MOTET_OK);
    kit_await(GOT, 2);
    kit_stop(sys);
}

static void tell_both(motet_ctx *ctx)
{
    kit_check(motet_tell(ctx, kit.ref[0], T_COUNT, NULL, 0) == MOTET_OK);
    kit_check(motet_tell(ctx, kit.ref[1], T_COUNT, NULL, 0) == MOTET_OK);
}

static void mail_of_another_worker_is_taken_over_too(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    kit_do_on(sys, 0, spawn_two);
    motet_ref hanging = kit_spawn_on(sys, &kit_plain, &counting, 0);
    assert_int_equal(kit_send(sys, hanging, T_HANG), MOTET_OK);
    kit_await(HUNG, 1);
    kit_do_on(sys, 1, tell_both);
    kit_await(GOT, 2);
    kit_stop(sys);
}

static motet_status timer_init(struct kit_self *self, motet_ctx *ctx)
{
    kit_check(motet_timer_start(ctx, 20 * KIT_MS, 0, T_COUNT, &self->id) == MOTET_OK);
    return MOTET_DONE;
}

static void spawn_timed(motet_ctx *ctx)
{
    static const struct kit_script timed = {.init = timer_init, .receive = hang_or_count};
    motet_spawn_options o = {.arg = &timed};
    kit_check(motet_spawn(ctx, &kit_plain, &o, &kit.ref[0]) == MOTET_OK);
}

static void timers_behind_a_handler_that_hangs_fire(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    motet_ref hanging = kit_spawn_on(sys, &kit_plain, &counting, 0);
    kit_do_on(sys, 0, spawn_timed);
    assert_int_equal(kit_send(sys, hanging, T_HANG), MOTET_OK);
    kit_await(GOT, 1);
    kit_stop(sys);
}

static void spawns_from_outside_are_taken_over(void **state)
{
    (void)state;
    motet_system *sys = start_with_a_hanging_worker();
    motet_ref ref = kit_spawn(sys, &counting);
    assert_int_equal(kit_send(sys, ref, T_COUNT), MOTET_OK);
    kit_await(GOT, 1);
    ref = kit_spawn_on(sys, &kit_plain, &counting, 0);
    kit_stop(sys);
}

static motet_status sends_and_hangs(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_check(motet_tell(ctx, kit.ref[0], T_COUNT, NULL, 0) == MOTET_OK);
    kit_count(HUNG);
    kit_hang();
    return MOTET_DONE;
}

static void one_with_a_thread_is_heard_while_it_hangs(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = sends_and_hangs};
    kit.ref[0] = kit_spawn(sys, &counting);
    motet_ref ref = kit_spawn_own(sys, &script);
    assert_int_equal(kit_send(sys, ref, T_GO), MOTET_OK);
    kit_await(GOT, 1);
    kit_stop(sys);
}

/* While the first worker hangs and has something queued, the second one kills an actor there: the kill is settled by
 * whoever steals. */
static motet_status kill_other(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_check(motet_kill(ctx, kit.ref[0]) == MOTET_OK);
    kit_check(motet_tell(ctx, kit.ref[1], T_COUNT, NULL, 0) == MOTET_OK);
    return MOTET_DONE;
}

static void one_that_is_killed_while_its_worker_hangs_ends_in_time(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    struct kit_script killer = {.receive = kill_other};
    kit_do_on(sys, 0, spawn_two);
    motet_ref by = kit_spawn_on(sys, &kit_plain, &killer, 1);
    motet_ref hanging = kit_spawn_on(sys, &kit_plain, &counting, 0);
    assert_int_equal(kit_send(sys, hanging, T_HANG), MOTET_OK);
    kit_await(HUNG, 1);
    assert_int_equal(kit_send(sys, by, T_GO), MOTET_OK);
    kit_await(GOT, 1);
    kit_await_end(sys, 2);
    kit_stop(sys);
}

/* ---- order, while the sender moves ---- */

static motet_status in_order(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)ctx;
    uint64_t n;
    memcpy(&n, m->data, sizeof n);
    if (n != self->n++) {
        kit_count(OUT_OF_ORDER);
    }
    kit_count(GOT);
    return MOTET_DONE;
}

static motet_status tell_in_init(struct kit_self *self, motet_ctx *ctx)
{
    for (; self->id < 3; self->id++) {
        kit_check(motet_tell(ctx, kit.ref[0], T_COUNT, &self->id, sizeof self->id) == MOTET_OK);
    }
    kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
    return MOTET_DONE;
}

static motet_status tell_again(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)m;
    kit_check(motet_tell(ctx, kit.ref[0], T_COUNT, &self->id, sizeof self->id) == MOTET_OK);
    self->id++;
    kit_count(SEEN);
    return MOTET_DONE;
}

static motet_status spawn_and_dawdle(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    struct kit_script moving = {.init = tell_in_init, .receive = tell_again};
    motet_spawn_options o = {.arg = &moving,
                             .placement = m->tag == T_SPAWN ? MOTET_OWN_THREAD : MOTET_ON_WORKER,
                             .worker = kit_workers() > 1 ? 1 : 0};
    motet_ref ref;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_OK);
    uint64_t until = kit_clock() + 100 * KIT_MS; /* or the worker is alone */
    while (kit_got(SEEN) == 0 && kit_clock() < until) {
        kit_nap(10000);
    }
    kit_nap(2 * KIT_MS);
    return MOTET_DONE;
}

static void what_init_told_comes_before_what_the_placed_actor_tells(void **state)
{
    (void)state;
    for (uint32_t tag = T_SPAWN; tag <= T_ALL; tag++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(kit_workers());
        struct kit_script ordered = {.receive = in_order}, spawning = {.receive = spawn_and_dawdle};
        kit.ref[0] = kit_spawn_on(sys, &kit_plain, &ordered, kit_workers() > 1 ? 1 : 0);
        motet_ref by = kit_spawn_on(sys, &kit_plain, &spawning, 0);
        assert_int_equal(kit_send(sys, by, tag), MOTET_OK);
        kit_await(GOT, 4);
        kit_stop(sys);
        assert_int_equal(kit_got(OUT_OF_ORDER), 0);
    }
}

/* Wanderers: each tells every collector numbers in order, and itself to go on. Some hog their worker, so that others
 * are stolen; collectors are slow, so that pipes fill. */
enum { WANDERERS = 24, COLLECTORS = 4, ROUNDS = 400 };
static motet_ref collectors[COLLECTORS];

struct numbered {
    uint64_t from, n;
};

static motet_status collect(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)ctx;
    struct numbered *seen = self->script.data, got;
    memcpy(&got, m->data, sizeof got);
    if (got.n != seen[got.from].n++) {
        kit_count(OUT_OF_ORDER);
    }
    if (kit_count(GOT) % 512 == 0) {
        kit_nap(200000);
    }
    return MOTET_DONE;
}

static motet_status wander(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    uint32_t me;
    memcpy(&me, m->data, sizeof me);
    struct numbered say = {me, self->n++};
    for (uint32_t i = 0; i < COLLECTORS; i++) {
        kit_check(motet_tell(ctx, collectors[i], T_COUNT, &say, sizeof say) == MOTET_OK);
    }
    if (self->n % 64 == me) {
        uint64_t until = kit_clock() + KIT_MS / 4;
        while (kit_clock() < until) {
        }
    }
    if (self->n < ROUNDS) {
        kit_check(motet_tell(ctx, motet_self(ctx), T_GO, &me, sizeof me) == MOTET_OK);
    }
    return MOTET_DONE;
}

static void a_sender_that_moves_is_not_overtaken_by_itself(void **state)
{
    (void)state;
    static struct numbered seen[COLLECTORS][WANDERERS];
    memset(seen, 0, sizeof seen);
    motet_system *sys = kit_start(kit_workers());
    motet_actor_type vast = kit_type(1u << 20, MOTET_BLOCK);
    for (uint32_t i = 0; i < COLLECTORS; i++) {
        struct kit_script script = {.receive = collect, .data = seen[i]};
        collectors[i] = i % 2 ? kit_spawn_on(sys, &vast, &script, i % kit_workers()) : kit_spawn_as(sys, &vast, &script);
    }
    struct kit_script wanderer = {.receive = wander};
    for (uint32_t i = 0; i < WANDERERS; i++) {
        motet_ref ref = kit_spawn(sys, &wanderer);
        assert_int_equal(motet_send(sys, ref, T_GO, &i, sizeof i, KIT_SECOND), MOTET_OK);
    }
    kit_await(GOT, (uint64_t)WANDERERS * COLLECTORS * ROUNDS);
    kit_stop(sys);
    assert_int_equal(kit_got(OUT_OF_ORDER), 0);
}

/* ---- threads of their own ---- */

static void ones_with_threads_may_hang_all_at_once(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(kit_send(sys, kit_spawn_own(sys, &counting), T_HANG), MOTET_OK);
    }
    kit_await(HUNG, 8);
    assert_int_equal(kit_send(sys, kit_spawn(sys, &counting), T_COUNT), MOTET_OK);
    kit_await(GOT, 1);
    kit_stop(sys);
}

static void more_threads_than_there_may_be_are_refused_and_used_again(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    motet_spawn_options o = {.arg = &counting, .placement = MOTET_OWN_THREAD};
    motet_ref ref = MOTET_NOBODY, last = MOTET_NOBODY;
    uint32_t n = 0;
    motet_err e;
    while ((e = motet_system_spawn(sys, &kit_plain, &o, &ref)) == MOTET_OK && n < 1000) {
        last = ref;
        n++;
    }
    assert_int_equal(e, MOTET_ELIMIT);
    assert_true(n >= 64);
    assert_true(motet_ref_same(ref, MOTET_NOBODY));
    assert_int_equal(motet_system_spawn(sys, &kit_plain, &o, &ref), MOTET_ELIMIT);
    struct kit_script killer = {.receive = kill_other};
    kit.ref[0] = last;
    kit.ref[1] = kit_spawn(sys, &counting);
    assert_int_equal(kit_send(sys, kit_spawn(sys, &killer), T_GO), MOTET_OK);
    kit_await_end(sys, 1);
    ref = kit_spawn_own(sys, &counting);
    assert_int_equal(kit_send(sys, ref, T_COUNT), MOTET_OK);
    kit_await(GOT, 2);
    kit_stop(sys);
}

static motet_status spawn_bad_and_good(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    motet_spawn_options o = {.arg = &counting};
    motet_ref ref;
    o.placement = MOTET_ON_WORKER;
    for (o.worker = 1; o.worker < 130; o.worker++) { /* of which there is but worker 0 */
        kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_EINVAL);
    }
    o.placement = MOTET_ANYWHERE;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &kit.ref[0]) == MOTET_OK);
    kit_check(motet_tell(ctx, kit.ref[0], T_COUNT, NULL, 0) == MOTET_OK);
    kit_hang();
    return MOTET_DONE;
}

static void what_one_with_a_thread_spawns_does_not_wait_for_it(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script script = {.receive = spawn_bad_and_good};
    assert_int_equal(kit_send(sys, kit_spawn_own(sys, &script), T_GO), MOTET_OK);
    kit_await(GOT, 1);
    kit_stop(sys);
}

static motet_status init_fails(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    (void)ctx;
    return MOTET_FAIL;
}

static motet_status spawn_failing(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    struct kit_script bad = {.init = init_fails};
    motet_spawn_options o = {.arg = &bad};
    motet_ref ref;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_EINIT);
    o.placement = MOTET_OWN_THREAD;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_EINIT);
    kit_count(SEEN);
    return MOTET_DONE;
}

static void a_thread_serves_one_actor_though_its_spawns_fail(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script script = {.receive = spawn_failing};
    motet_ref first = kit_spawn_own(sys, &script);
    assert_int_equal(kit_send(sys, first, T_GO), MOTET_OK);
    kit_await(SEEN, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(kit_send(sys, kit_spawn_own(sys, &counting), T_HANG), MOTET_OK);
    }
    kit_await(HUNG, 3);
    assert_int_equal(kit_send(sys, first, T_GO), MOTET_OK);
    kit_await(SEEN, 2);
    kit_stop(sys);
}

static motet_status exit_at_once(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_count(SEEN);
    motet_exit(ctx);
    return MOTET_DONE;
}

static motet_status tell_itself(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
    return MOTET_DONE;
}

static void threads_come_and_go(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = tell_itself, .receive = exit_at_once};
    for (uint64_t i = 1; i <= 300; i++) {
        kit_spawn_own(sys, &script);
        kit_await(SEEN, i);
    }
    kit_stop(sys);
}

/* ---- placed on workers; idle ones wake ---- */

static void mail_of_init_wakes_the_worker_on_which_the_actor_is_placed(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = tell_itself, .receive = exit_at_once};
    for (uint64_t i = 1; i <= 1000; i++) {
        kit_spawn_on(sys, &kit_plain, &script, (uint32_t)i % kit_workers());
        kit_await(SEEN, i);
    }
    kit_stop(sys);
}

static motet_status short_timer(struct kit_self *self, motet_ctx *ctx)
{
    kit_check(motet_timer_start(ctx, 50000, 0, T_GO, &self->id) == MOTET_OK);
    return MOTET_DONE;
}

static void a_timer_of_init_wakes_the_worker_on_which_the_actor_is_placed(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = short_timer, .receive = exit_at_once};
    for (uint64_t i = 1; i <= 500; i++) {
        kit_spawn_on(sys, &kit_plain, &script, (uint32_t)i % kit_workers());
        kit_await(SEEN, i);
    }
    kit_stop(sys);
}

static void an_idle_worker_wakes_for_mail_from_outside(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref ref[4];
    for (uint32_t i = 0; i < 4; i++) {
        ref[i] = kit_spawn_on(sys, &kit_plain, &counting, i % kit_workers());
    }
    for (uint64_t i = 1; i <= 400; i++) {
        if (i % 4 == 0) {
            kit_nap(i * 1000); /* so that it spins, parks, or is about to */
        }
        assert_int_equal(kit_send(sys, ref[i % 4], T_COUNT), MOTET_OK);
        kit_await(GOT, i);
    }
    kit_stop(sys);
}

static motet_status pass_on(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)m;
    (void)ctx;
    motet_ref *ring = self->script.data;
    if (kit_count(GOT) < 20000) {
        kit_check(motet_tell(ctx, ring[self->n++ % 2], T_GO, NULL, 0) == MOTET_OK);
    }
    return MOTET_DONE;
}

static void pinned_actors_on_all_workers_wake_each_other(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    static motet_ref next[8][2], refs[8];
    for (uint32_t i = 0; i < 8; i++) {
        struct kit_script script = {.receive = pass_on, .data = next[i]};
        refs[i] = kit_spawn_on(sys, &kit_plain, &script, i % kit_workers());
    }
    for (uint32_t i = 0; i < 8; i++) {
        next[i][0] = refs[(i + 1) % 8];
        next[i][1] = refs[(i + 3) % 8];
    }
    assert_int_equal(kit_send(sys, refs[0], T_GO), MOTET_OK);
    kit_await(GOT, 20001);
    kit_stop(sys);
}

/* ---- the end of the system ---- */

static void a_stop_drops_large_mail_from_outside(void **state)
{
    (void)state;
    static char large[5000];
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        kit_setup(NULL);
        motet_system *sys = kit_start(workers);
        for (uint32_t i = 0; i < 64; i++) {
            motet_ref ref = kit_spawn_on(sys, &kit_plain, &counting, i % workers);
            for (int k = 0; k < 8; k++) {
                assert_int_equal(motet_send(sys, ref, T_COUNT, large, sizeof large, KIT_SECOND), MOTET_OK);
            }
        }
        motet_stats s = kit_stop(sys);
        assert_int_equal(kit_got(GOT) + s.dead_letters, 64 * 8);
    }
}

static motet_status flood(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)m;
    (void)self;
    motet_ref ref;
    motet_spawn_options o = {.arg = &self->script};
    if (motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_OK) {
        (void)!motet_tell(ctx, ref, T_GO, NULL, 0);
    }
    (void)!motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0);
    kit_count(GOT);
    if (kit_got(GOT) > 200000) {
        motet_exit(ctx);
    }
    return MOTET_DONE;
}

static void a_system_may_be_stopped_while_everything_runs(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = flood};
    for (int i = 0; i < 8; i++) {
        assert_int_equal(kit_send(sys, kit_spawn(sys, &script), T_GO), MOTET_OK);
    }
    kit_await(GOT, 1000);
    kit_stop(sys);
}

static motet_ctx *fini_ctx;

static motet_status keep_ctx(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    fini_ctx = ctx;
    return MOTET_DONE;
}

static void spawn_in_fini(struct kit_self *self)
{
    (void)self;
    motet_ref ref;
    motet_spawn_options o = {.arg = &counting};
    kit_check(motet_spawn(fini_ctx, &kit_plain, &o, &ref) == MOTET_EGONE);
    kit_count(SEEN);
}

static void nothing_is_spawned_in_a_fini_at_the_systems_end(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script script = {.init = keep_ctx, .fini = spawn_in_fini};
    kit_spawn(sys, &script);
    kit_stop(sys);
    assert_int_equal(kit_got(SEEN), 1);
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(mail_behind_a_handler_that_hangs_is_taken_over),
        kit_test(mail_of_another_worker_is_taken_over_too),
        kit_test(timers_behind_a_handler_that_hangs_fire),
        kit_test(spawns_from_outside_are_taken_over),
        kit_test(one_with_a_thread_is_heard_while_it_hangs),
        kit_test(one_that_is_killed_while_its_worker_hangs_ends_in_time),
        kit_test(what_init_told_comes_before_what_the_placed_actor_tells),
        kit_test(a_sender_that_moves_is_not_overtaken_by_itself),
        kit_test(ones_with_threads_may_hang_all_at_once),
        kit_test(more_threads_than_there_may_be_are_refused_and_used_again),
        kit_test(what_one_with_a_thread_spawns_does_not_wait_for_it),
        kit_test(a_thread_serves_one_actor_though_its_spawns_fail),
        kit_test(threads_come_and_go),
        kit_test(mail_of_init_wakes_the_worker_on_which_the_actor_is_placed),
        kit_test(a_timer_of_init_wakes_the_worker_on_which_the_actor_is_placed),
        kit_test(an_idle_worker_wakes_for_mail_from_outside),
        kit_test(pinned_actors_on_all_workers_wake_each_other),
        kit_test(a_stop_drops_large_mail_from_outside),
        kit_test(a_system_may_be_stopped_while_everything_runs),
        kit_test(nothing_is_spawned_in_a_fini_at_the_systems_end),
    };
    return cmocka_run_group_tests_name("where actors run", tests, NULL, NULL);
}
