/* runtime_observe_test.c -- snapshots of actors and workers: what stands in them, and that they hold up nobody. */
#include <stdio.h>
#include <time.h>

#include "runtime_fixture.h"

enum { PUT = 1, PASS, LOOK };
enum { MANY = 3000 };

static struct {
    _Atomic uint64_t got, gate, held, stopping;
    motet_ref next[MANY];
    motet_actor_info info[MANY + 64];
    size_t n;
} at;

static int reset(void **state)
{
    memset(&at, 0, sizeof at);
    return fx_setup(state);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

static void until(_Atomic uint64_t *counter, uint64_t n)
{
    for (int i = 0; i < 300000 && atomic_load(counter) < n; i++) {
        nap();
    }
    assert_true(atomic_load(counter) >= n);
}

static motet_status receive(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    atomic_fetch_add(&at.held, 1);
    while (atomic_load(&at.gate)) {
        nap();
    }
    if (m->tag == PASS && !atomic_load(&at.stopping)) {
        uint32_t to;
        memcpy(&to, m->data, sizeof to);
        if (motet_tell(ctx, at.next[to], PASS, &(uint32_t){(to * 7u + 1u) % MANY}, sizeof to) != MOTET_OK) {
            return MOTET_FAIL;
        }
    }
    if (m->tag == LOOK) {
        motet_top(m->size ? *(motet_system *const *)m->data : NULL, at.info, MANY, &at.n, MOTET_BY_AGE);
    }
    atomic_fetch_add(&at.got, 1);
    return MOTET_DONE;
}

static const motet_actor_type plain = {.name = "plain", .receive = receive};
static const motet_actor_type narrow = {.name = "narrow", .receive = receive, .inbox = 2};

static motet_system *start(uint32_t workers)
{
    motet_system *sys;
    motet_options o = {.workers = workers};
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    return sys;
}

static motet_ref spawn_on(motet_system *sys, const motet_actor_type *type, uint32_t worker)
{
    motet_ref ref;
    motet_spawn_options o = {.placement = MOTET_ON_WORKER, .worker = worker};
    assert_int_equal(motet_system_spawn(sys, type, &o, &ref), MOTET_OK);
    return ref;
}

static void put(motet_system *sys, motet_ref to, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        assert_int_equal(motet_send(sys, to, PUT, NULL, 0, 60 * FX_SECOND), MOTET_OK);
    }
}

static void look(motet_system *sys, size_t room, motet_order order)
{
    motet_top(sys, at.info, room, &at.n, order);
}

static const motet_actor_info *info_of(motet_ref ref)
{
    for (size_t i = 0; i < at.n; i++) {
        if (motet_ref_same(at.info[i].ref, ref)) {
            return &at.info[i];
        }
    }
    fail_msg("the actor is not in the snapshot");
    return NULL;
}

/* An actor that waits for nothing any more: its turn has ended. */
static void settled(motet_system *sys, motet_ref ref, uint64_t handled)
{
    for (int i = 0; i < 300000; i++) {
        look(sys, MANY, MOTET_BY_AGE);
        if (info_of(ref)->activity == MOTET_IS_IDLE && info_of(ref)->handled == handled) {
            return;
        }
        nap();
    }
    fail_msg("the actor does not come to rest");
}

static void no_actor_at_all(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    look(sys, 10, MOTET_BY_BUSY);
    assert_int_equal(at.n, 0);
    motet_system_stop(sys, NULL);
}

static void what_an_idle_actor_shows(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    motet_ref ref = spawn_on(sys, &plain, 1);
    put(sys, ref, 7);
    until(&at.got, 7);
    settled(sys, ref, 7);
    assert_int_equal(at.n, 1);
    const motet_actor_info *i = &at.info[0];
    assert_string_equal(i->name, "plain");
    assert_int_equal(i->worker, 1);
    assert_int_equal(i->waiting, 0);
    assert_int_equal(i->places, 0);
    assert_int_equal(i->room, MOTET_INBOX_DEFAULT);
    assert_true(i->high_water >= 1 && i->high_water <= 7);
    assert_int_equal(i->sessions + i->restarts, 0);
    assert_int_equal(motet_send(sys, i->ref, PUT, NULL, 0, 0), MOTET_OK); /* the ref is whole */
    motet_system_stop(sys, NULL);
}

static void a_handler_that_hangs_holds_up_no_snapshot(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 2; workers++) {
        reset(state);
        motet_system *sys = start(workers);
        atomic_store(&at.gate, 1);
        motet_ref ref = spawn_on(sys, &narrow, 0);
        put(sys, ref, 1);
        until(&at.held, 1);
        put(sys, ref, 1); /* the one in hand keeps its place until it is handled */
        look(sys, 10, MOTET_BY_BUSY);
        assert_int_equal(at.n, 1);
        assert_int_equal(at.info[0].activity, MOTET_IS_RUNNING);
        assert_int_equal(at.info[0].places, 2);
        assert_int_equal(at.info[0].room, 2);
        assert_int_equal(at.info[0].handled, 1);
        atomic_store(&at.gate, 0);
        until(&at.got, 2);
        motet_system_stop(sys, NULL);
    }
}

static motet_status sends_two(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    for (int i = 0; i < 10; i++) {
        if (motet_tell(ctx, at.next[0], PUT, NULL, 0) != MOTET_OK) {
            break;
        }
    }
    atomic_fetch_add(&at.got, 1);
    return MOTET_DONE;
}

static void one_that_waits_for_room_is_suspended(void **state)
{
    (void)state;
    static const motet_actor_type sender = {.name = "sender", .receive = sends_two};
    motet_system *sys = start(2);
    atomic_store(&at.gate, 1);
    at.next[0] = spawn_on(sys, &narrow, 0);
    motet_ref from = spawn_on(sys, &sender, 1);
    put(sys, from, 1);
    until(&at.got, 1);
    until(&at.held, 1);
    look(sys, MANY, MOTET_BY_AGE);
    for (int i = 0; i < 300000 && info_of(from)->activity != MOTET_IS_SUSPENDED; i++) {
        nap();
        look(sys, MANY, MOTET_BY_AGE);
    }
    assert_int_equal(info_of(from)->activity, MOTET_IS_SUSPENDED);
    atomic_store(&at.gate, 0);
    motet_system_stop(sys, NULL);
}

static void the_first_ones_come_in_order(void **state)
{
    (void)state;
    enum { ACTORS = 50, ROOM = 8 };
    motet_system *sys = start(1);
    for (uint32_t i = 0; i < ACTORS; i++) {
        at.next[i] = spawn_on(sys, &plain, 0);
        put(sys, at.next[i], i * 37 % ACTORS);
    }
    until(&at.got, ACTORS * (ACTORS - 1) / 2);
    look(sys, ROOM, MOTET_BY_HANDLED);
    assert_int_equal(at.n, ACTORS);
    for (uint64_t i = 0; i < ROOM; i++) {
        assert_int_equal(at.info[i].handled, ACTORS - 1 - i);
    }
    assert_int_equal(at.info[ROOM].name[0], '\0'); /* no more than there is room for */
    look(sys, ROOM, MOTET_BY_RESTARTS);
    for (uint32_t i = 0; i < ROOM; i++) {
        assert_true(motet_ref_same(at.info[i].ref, at.next[i])); /* all are equal: by age */
    }
    look(sys, 0, MOTET_BY_WAITING);
    assert_int_equal(at.n, ACTORS);
    motet_system_stop(sys, NULL);
}

static void long_names_are_cut(void **state)
{
    (void)state;
    static const motet_actor_type wordy = {
        .name = "a name that is longer than what a snapshot has room for, by far", .receive = receive};
    motet_system *sys = start(1);
    spawn_on(sys, &wordy, 0);
    look(sys, 1, MOTET_BY_AGE);
    assert_int_equal(strlen(at.info[0].name), MOTET_NAME_ROOM - 1);
    assert_memory_equal(at.info[0].name, wordy.name, MOTET_NAME_ROOM - 1);
    motet_system_stop(sys, NULL);
}

static void each_is_seen_once_while_all_move(void **state)
{
    (void)state;
    for (uint32_t workers = 2; workers <= 3; workers++) {
        reset(state);
        motet_system *sys = start(workers);
        for (uint32_t i = 0; i < MANY; i++) {
            assert_int_equal(motet_system_spawn(sys, &plain, NULL, &at.next[i]), MOTET_OK);
        }
        for (uint32_t i = 0; i < 200; i++) {
            assert_int_equal(motet_send(sys, at.next[i], PASS, &i, sizeof i, 0), MOTET_OK);
        }
        for (int k = 0; k < 50; k++) {
            look(sys, MANY + 64, MOTET_BY_AGE);
            assert_int_equal(at.n, MANY);
            for (uint32_t i = 1; i < MANY; i++) {
                assert_true(at.info[i - 1].ref.slot < at.info[i].ref.slot);
            }
        }
        atomic_store(&at.stopping, 1);
        motet_stats s;
        motet_system_stop(sys, &s);
        assert_int_equal(s.failed, 0);
    }
}

static void a_callback_may_look(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    motet_ref refs[2] = {spawn_on(sys, &plain, 0), spawn_on(sys, &plain, 1)};
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(motet_send(sys, refs[i % 2], LOOK, &sys, sizeof sys, 0), MOTET_OK);
        until(&at.got, i + 1);
        assert_int_equal(at.n, 2);
        assert_int_equal(info_of(refs[i % 2])->activity, MOTET_IS_RUNNING);
    }
    motet_system_stop(sys, NULL);
}

/* ---- children ---- */

static motet_status not_at_first(struct fx_instance *self, const motet_start *start)
{
    (void)self;
    return start->incarnation < 2 && start->name[0] == 'b' ? MOTET_FAIL : MOTET_DONE;
}

static motet_status later(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)s;
    (void)message;
    (void)value;
    atomic_fetch_add(&at.got, 1);
    return atomic_load(&at.stopping) ? MOTET_DONE : MOTET_LATER;
}

static void children_show_sessions_and_restarts(void **state)
{
    (void)state;
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    fx.on_init = not_at_first;
    fx.on_produce = later;
    motet_system *sys = fx_start(2);
    fx_idle(sys);
    fx_open(sys, 3, 0);
    until(&at.got, 3);
    look(sys, 10, MOTET_BY_RESTARTS);
    assert_int_equal(at.n, 2);
    assert_string_equal(at.info[0].name, "b");
    assert_int_equal(at.info[0].restarts, 2);
    assert_int_equal(at.info[0].sessions, 3);
    assert_int_equal(at.info[1].restarts, 0);
    assert_int_equal(at.info[1].sessions, 3);
    motet_system_stop(sys, NULL);
}

static void a_child_that_is_gone_is_down(void **state)
{
    (void)state;
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    fx.on_init = not_at_first;
    fx.children[1].restart = MOTET_TEMPORARY;
    motet_system *sys = fx_start(1);
    fx_idle(sys);
    look(sys, 10, MOTET_BY_AGE);
    assert_int_equal(at.info[0].activity, MOTET_IS_IDLE);
    assert_int_equal(at.info[1].activity, MOTET_IS_DOWN);
    assert_int_equal(at.info[1].ref.slot, 0);
    motet_system_stop(sys, NULL);
}

static motet_status fails_when_told(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    (void)m;
    return MOTET_FAIL;
}

static void dynamic_children_show_their_restarts_and_groups_do_not_show(void **state)
{
    (void)state;
    static const motet_actor_type failing = {.name = "failing", .receive = fails_when_told, .mailbox = 1};
    motet_child_spec group = {.name = "group", .actor = &failing, .count = 1, .dynamic = true};
    motet_member member = {false, 0};
    motet_supervisor_spec root = {"root", MOTET_ONE_FOR_ONE, 100, 10 * FX_SECOND, MOTET_NONE, 1, &member};
    motet_system_spec spec = {
        .name = "tree", .n_supervisors = 1, .supervisors = &root, .n_children = 1, .children = &group};
    motet_options o = {.workers = 2};
    motet_system *sys;
    motet_dynamic d;
    motet_ref ref;
    assert_int_equal(motet_system_start(&spec, &o, &sys), MOTET_OK);
    look(sys, 10, MOTET_BY_AGE);
    assert_int_equal(at.n, 0);
    assert_int_equal(motet_dynamic_start(sys, 0, NULL, NULL, &d, &ref), MOTET_OK);
    assert_int_equal(motet_send(sys, ref, PUT, NULL, 0, 0), MOTET_OK);
    at.info[0].restarts = 0;
    for (int i = 0; i < 300000 && at.info[0].restarts < 1; i++) {
        nap();
        look(sys, 10, MOTET_BY_AGE);
        assert_int_equal(at.n, 1);
    }
    assert_int_equal(at.info[0].restarts, 1);
    assert_string_equal(at.info[0].name, "failing");
    motet_system_stop(sys, NULL);
}

/* ---- workers ---- */

static void workers_add_up(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    put(sys, spawn_on(sys, &plain, 1), 100);
    until(&at.got, 100);
    motet_worker_info w[3] = {{.turns = 99}, {.turns = 99}, {.turns = 99}};
    size_t n;
    motet_workers(sys, w, 3, &n);
    assert_int_equal(n, 2);
    assert_true(w[1].turns >= 1);
    assert_int_equal(w[2].turns, 99);
    assert_false(w[0].own_thread);
    assert_true(w[1].busy_ns + w[1].idle_ns > 0);
    motet_workers(sys, w, 0, &n);
    assert_int_equal(n, 2);
    motet_system_stop(sys, NULL);
}

static void a_table_names_actors_and_workers(void **state)
{
    (void)state;
    char text[8000] = "";
    motet_system *sys = start(2);
    for (int i = 0; i < 5; i++) {
        spawn_on(sys, &plain, 0);
    }
    FILE *to = fmemopen(text, sizeof text, "w");
    motet_top_print(sys, to, 3, MOTET_BY_BUSY);
    fclose(to);
    assert_non_null(strstr(text, "runnable"));
    assert_non_null(strstr(text, "plain"));
    assert_non_null(strstr(text, "... and 2 more"));
    motet_system_stop(sys, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_actor_at_all, reset),
        cmocka_unit_test_setup(what_an_idle_actor_shows, reset),
        cmocka_unit_test_setup(a_handler_that_hangs_holds_up_no_snapshot, reset),
        cmocka_unit_test_setup(one_that_waits_for_room_is_suspended, reset),
        cmocka_unit_test_setup(the_first_ones_come_in_order, reset),
        cmocka_unit_test_setup(long_names_are_cut, reset),
        cmocka_unit_test_setup(each_is_seen_once_while_all_move, reset),
        cmocka_unit_test_setup(a_callback_may_look, reset),
        cmocka_unit_test_setup(children_show_sessions_and_restarts, reset),
        cmocka_unit_test_setup(a_child_that_is_gone_is_down, reset),
        cmocka_unit_test_setup(dynamic_children_show_their_restarts_and_groups_do_not_show, reset),
        cmocka_unit_test_setup(workers_add_up, reset),
        cmocka_unit_test_setup(a_table_names_actors_and_workers, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
