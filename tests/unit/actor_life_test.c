/* actor_life_test.c -- how actors begin and end: init, exit, stop, kill, failures; links and monitors. */
#include "actor_kit.h"

enum { DOWNS, EXITS, MAIL, STATUS, SEEN, MORE };
enum { T_STOP = 1, T_KILL, T_FAIL, T_RETURN, T_REQUIRE, T_EXIT, T_NUMBER, T_LINK, T_GO, T_KNOW };

/* Does to itself, or to kit.ref[0], what the tag says. */
static motet_status obey(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    if (m->tag == T_KNOW) {
        kit_count(MORE);
        return MOTET_DONE;
    }
    switch (m->kind == MOTET_TOLD ? m->tag : 0) {
    case T_STOP: kit_check(motet_stop(ctx, motet_self(ctx)) == MOTET_OK); break;
    case T_KILL: kit_check(motet_kill(ctx, motet_self(ctx)) == MOTET_OK); break;
    case T_FAIL: motet_fail(ctx, 77);
    case T_RETURN: return 78;
    case T_REQUIRE: MOTET_REQUIRE(m->tag == 0); break;
    case T_EXIT: motet_exit(ctx); break;
    case T_LINK: kit_check(motet_link(ctx, kit.ref[0]) == MOTET_OK); break;
    default: break;
    }
    kit_note(m->tag);
    kit_count(m->kind == MOTET_DOWN ? DOWNS : m->kind == MOTET_EXIT ? EXITS : MAIL);
    if (m->kind == MOTET_DOWN || m->kind == MOTET_EXIT) {
        atomic_store(&kit.count[STATUS], (uint64_t)(int64_t)m->status);
    }
    return MOTET_DONE;
}

static const struct kit_script obeying = {.receive = obey};

static motet_status last_status(void)
{
    return (motet_status)(int64_t)kit_got(STATUS);
}

/* ---- init ---- */

static motet_status fails(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    (void)ctx;
    return MOTET_FAIL;
}

static motet_status fails_by_motet_fail(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    motet_fail(ctx, MOTET_FAIL);
}

static motet_status fails_by_require(struct kit_self *self, motet_ctx *ctx)
{
    (void)ctx;
    MOTET_REQUIRE(self == NULL);
    return MOTET_DONE;
}

static motet_status kills_itself(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_kill(ctx, motet_self(ctx)) == MOTET_OK);
    return MOTET_DONE;
}

static motet_status exits(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    motet_exit(ctx);
    return MOTET_DONE;
}

static void spawn_fails(motet_status (*init)(struct kit_self *, motet_ctx *), uint64_t finis)
{
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = init};
    motet_ref ref = {1, 1, 1, 1};
    assert_int_equal(kit_try_spawn(sys, &kit_plain, &script, &ref), MOTET_EINIT);
    assert_true(motet_ref_same(ref, MOTET_NOBODY));
    assert_int_equal(atomic_load(&kit.finis), finis);
    kit_stop(sys);
}

static void an_init_that_fails_is_not_followed_by_fini(void **state)
{
    (void)state;
    spawn_fails(fails, 0);
}

static void an_init_may_fail_by_motet_fail(void **state)
{
    (void)state;
    spawn_fails(fails_by_motet_fail, 0);
}

static void an_init_may_fail_by_a_broken_requirement(void **state)
{
    (void)state;
    spawn_fails(fails_by_require, 0);
}

static void an_actor_that_is_killed_in_its_init_ends_with_fini(void **state)
{
    (void)state;
    spawn_fails(kills_itself, 1);
}

static void an_actor_may_exit_in_its_init(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = exits};
    motet_ref ref = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, ref, 1), MOTET_EGONE);
    assert_int_equal(atomic_load(&kit.finis), 1);
    kit_stop(sys);
}

static motet_status begins_much(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    uint64_t id;
    kit_check(motet_tell(ctx, motet_self(ctx), 1, NULL, 0) == MOTET_OK);
    kit_check(motet_timer_start(ctx, 1, 1, 1, &id) == MOTET_OK);
    kit_check(motet_monitor(ctx, kit.ref[0], &id) == MOTET_OK);
    kit_check(motet_ask(ctx, kit.ref[0], T_NUMBER, NULL, 0, KIT_SECOND, &id) == MOTET_OK);
    return MOTET_FAIL;
}

static void what_a_failed_init_began_is_undone(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit.ref[0] = kit_spawn(sys, &obeying);
    struct kit_script script = {.init = begins_much, .receive = obey};
    motet_ref ref;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(kit_try_spawn(sys, &kit_plain, &script, &ref), MOTET_EINIT);
    }
    kit_await(MAIL, 100); /* those who were asked; nobody else */
    assert_int_equal(kit_send(sys, kit.ref[0], T_EXIT), MOTET_OK);
    kit_await(MAIL, 101);
    motet_stats s = kit_stop(sys);
    assert_int_equal(s.dead_letters, 100);
    assert_int_equal(kit_got(DOWNS), 0);
}

static void spawn_in_init(motet_ctx *ctx)
{
    motet_ref ref = MOTET_NOBODY;
    motet_spawn_options o = {.arg = &obeying};
    kit_check(motet_spawn(ctx, &kit_plain, &o, &kit.ref[0]) == MOTET_OK);
    kit_check(motet_tell(ctx, kit.ref[0], T_NUMBER, NULL, 0) == MOTET_OK);
    struct kit_script bad = {.init = fails_by_motet_fail};
    o.arg = &bad;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_EINIT);
    kit_check(motet_tell(ctx, kit.ref[0], T_NUMBER, NULL, 0) == MOTET_OK);
}

static void an_init_may_spawn_and_survive_that_it_fails(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit_do(sys, spawn_in_init);
    kit_await(MAIL, 2);
    kit_stop(sys);
}

static motet_status stashes_in_init(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_stash(ctx) == MOTET_EINVAL);
    kit_check(motet_mail_block(ctx, NULL) == NULL);
    return MOTET_DONE;
}

static motet_status spawns_in_hand(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    struct kit_script inner = {.init = stashes_in_init};
    motet_spawn_options o = {.arg = &inner};
    motet_ref ref;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_OK);
    kit_check(m->size == 5 && memcmp(m->data, "stays", 5) == 0);
    kit_count(MAIL);
    return MOTET_DONE;
}

static void an_init_cannot_put_the_spawners_mail_aside(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = spawns_in_hand};
    motet_ref ref = kit_spawn(sys, &script);
    assert_int_equal(motet_send(sys, ref, 1, "stays", 5, KIT_SECOND), MOTET_OK);
    kit_await(MAIL, 1);
    kit_stop(sys);
}

static void types_that_contradict_themselves_are_refused(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    motet_ref ref;
    motet_actor_type deaf = {.name = "deaf"}, vast = kit_type(1u << 29, MOTET_BLOCK);
    motet_spawn_options nowhere = {.arg = &obeying, .placement = MOTET_ON_WORKER, .worker = 1};
    assert_int_equal(motet_system_spawn(sys, &deaf, NULL, &ref), MOTET_EINVAL);
    assert_int_equal(kit_try_spawn(sys, &vast, &obeying, &ref), MOTET_EINVAL);
    assert_int_equal(motet_system_spawn(sys, &kit_plain, &nowhere, &ref), MOTET_EINVAL);
    assert_true(motet_ref_same(ref, MOTET_NOBODY));
    kit_stop(sys);
}

/* ---- the ways to end ---- */

/* Follows what was said to that actor before; it counts MORE then. */
static void let_know(motet_ctx *ctx)
{
    (void)!motet_tell(ctx, kit.ref[0], T_KNOW, NULL, 0);
}

static motet_status watch_init(struct kit_self *self, motet_ctx *ctx)
{
    kit_check(motet_monitor(ctx, kit.ref[0], &self->id) == MOTET_OK);
    let_know(ctx);
    return MOTET_DONE;
}

static const struct kit_script watching = {.init = watch_init, .receive = obey};

/* An actor that is watched is sent that tag: how it ends, and how many callbacks failed. */
static void ends_with(uint32_t tag, motet_status status, uint64_t failed)
{
    for (uint32_t workers = 1; workers <= 2; workers++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(workers);
        kit.ref[0] = kit_spawn(sys, &obeying);
        kit_spawn_on(sys, &kit_plain, &watching, workers - 1);
        kit_await(MORE, 1);
        assert_int_equal(kit_send(sys, kit.ref[0], tag), MOTET_OK);
        kit_await(DOWNS, 1);
        assert_int_equal(last_status(), status);
        assert_int_equal(kit_send(sys, kit.ref[0], tag), MOTET_EGONE);
        motet_stats s = kit_stop(sys);
        assert_int_equal(s.failed, failed);
        assert_int_equal(kit_got(DOWNS), 1);
    }
}

static void a_stop_is_no_failure(void **state)
{
    (void)state;
    ends_with(T_STOP, MOTET_DONE, 0);
}

static void an_exit_is_no_failure(void **state)
{
    (void)state;
    ends_with(T_EXIT, MOTET_DONE, 0);
}

static void a_kill_is_told_as_such(void **state)
{
    (void)state;
    ends_with(T_KILL, MOTET_FAIL_KILLED, 0);
}

static void motet_fail_names_the_status(void **state)
{
    (void)state;
    ends_with(T_FAIL, 77, 1);
}

static void a_status_that_is_returned_is_a_failure(void **state)
{
    (void)state;
    ends_with(T_RETURN, 78, 1);
}

static void a_broken_requirement_fails_the_actor(void **state)
{
    (void)state;
    ends_with(T_REQUIRE, MOTET_FAIL, 1);
}

static motet_status stop_after_three(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_check(motet_tell(ctx, kit.ref[0], 1, NULL, 0) == MOTET_OK);
    kit_check(motet_tell(ctx, kit.ref[0], 2, NULL, 0) == MOTET_OK);
    kit_check(m->tag == T_KILL ? motet_kill(ctx, kit.ref[0]) == MOTET_OK : motet_stop(ctx, kit.ref[0]) == MOTET_OK);
    (void)!motet_tell(ctx, kit.ref[0], 3, NULL, 0);
    kit_count(SEEN);
    return MOTET_DONE;
}

static motet_status count_tags(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    kit_note(m->tag);
    kit_count(MAIL);
    return MOTET_DONE;
}

static void ends_after(uint32_t how, uint64_t handled)
{
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        kit_setup(NULL);
        motet_system *sys = kit_start(workers);
        struct kit_script counting = {.receive = count_tags}, stopping = {.receive = stop_after_three};
        kit.ref[0] = kit_spawn(sys, &counting);
        motet_ref by = kit_spawn(sys, &stopping);
        assert_int_equal(kit_send(sys, by, how), MOTET_OK);
        kit_await(SEEN, 1);
        kit_await_end(sys, 1);
        motet_stats s = kit_stop(sys);
        assert_int_equal(kit_got(MAIL), handled);
        assert_int_equal(s.dead_letters, 3 - handled);
    }
}

static void a_stop_comes_after_the_mail_before_it(void **state)
{
    (void)state;
    ends_after(T_STOP, 2);
}

static void a_kill_comes_before_any_mail(void **state)
{
    (void)state;
    /* Of another worker's actor some may be handled before the kill arrives; here all is of one turn and one batch. */
    ends_after(T_KILL, 0);
}

static motet_status fail_in_fini_receive(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    motet_exit(ctx);
    return MOTET_DONE;
}

static void require_in_fini(struct kit_self *self)
{
    kit_count(SEEN);
    atomic_fetch_add(&kit.finis, 1); /* kit_fini does not get there */
    MOTET_REQUIRE(self == NULL);
}

static void a_fini_that_fails_ends_its_actor_all_the_same(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = fail_in_fini_receive, .fini = require_in_fini};
    motet_ref ref = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, ref, 1), MOTET_OK);
    kit_await(SEEN, 1);
    kit_stop(sys);
}

static void kill_many_queued(motet_ctx *ctx)
{
    motet_spawn_options o = {.arg = &obeying};
    enum { N = 20000 };
    static motet_ref refs[N];
    for (int i = 0; i < N; i++) {
        kit_check(motet_spawn(ctx, &kit_plain, &o, &refs[i]) == MOTET_OK);
        kit_check(motet_tell(ctx, refs[i], T_NUMBER, NULL, 0) == MOTET_OK);
    }
    for (int i = N; i-- > 0;) {
        (void)!motet_kill(ctx, refs[i]); /* those that another worker took may have ended already */
        (void)!motet_kill(ctx, refs[i]);
    }
}

static void many_that_are_queued_may_be_killed(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit_do(sys, kill_many_queued);
    kit_await_end(sys, 20001);
    kit_stop(sys);
}

static void a_stop_of_the_system_ends_all_that_is_queued(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit_do(sys, kill_many_queued);
    kit_stop(sys);
}

static motet_status exit_at_once(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    motet_exit(ctx);
    return MOTET_FAIL;
}

static void a_failure_wins_over_an_exit(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = exit_at_once};
    kit.ref[0] = kit_spawn(sys, &script);
    kit_spawn(sys, &watching); /* which lets it know, and so ends it */
    kit_await(DOWNS, 1);
    assert_int_equal(last_status(), MOTET_FAIL);
    kit_stop(sys);
}

/* ---- monitors ---- */

static void of_what_has_ended_a_monitor_tells_at_once(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script gone = {.init = exits};
    kit.ref[0] = kit_spawn(sys, &gone);
    kit_spawn(sys, &watching);
    kit_await(DOWNS, 1);
    assert_int_equal(last_status(), MOTET_FAIL_GONE);
    kit_stop(sys);
}

static void monitor_nobody(motet_ctx *ctx)
{
    uint64_t id;
    kit_check(motet_monitor(ctx, MOTET_NOBODY, &id) == MOTET_EGONE);
    kit_check(motet_link(ctx, MOTET_NOBODY) == MOTET_EGONE);
    kit_check(motet_kill(ctx, MOTET_NOBODY) == MOTET_EGONE);
    kit_check(motet_stop(ctx, MOTET_NOBODY) == MOTET_EGONE);
    motet_demonitor(ctx, MOTET_NOBODY, 0);
    motet_demonitor(ctx, MOTET_NOBODY, 12345);
    motet_unlink(ctx, MOTET_NOBODY);
}

static void nobody_can_be_neither_watched_nor_ended(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit_do(sys, monitor_nobody);
    kit_stop(sys);
}

static motet_status watch_thrice(struct kit_self *self, motet_ctx *ctx)
{
    uint64_t other;
    kit_check(motet_monitor(ctx, kit.ref[0], &self->id) == MOTET_OK);
    kit_check(motet_monitor(ctx, kit.ref[0], &self->n) == MOTET_OK);
    kit_check(motet_monitor(ctx, kit.ref[0], &other) == MOTET_OK);
    kit_check(self->id != self->n && self->n != other && self->id != other);
    motet_demonitor(ctx, kit.ref[0], other);
    self->n = 0;
    return MOTET_DONE;
}

static void each_monitor_tells_once_and_one_that_was_removed_never(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = watch_thrice, .receive = obey};
    kit.ref[0] = kit_spawn(sys, &obeying);
    motet_ref watcher = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, kit.ref[0], T_EXIT), MOTET_OK);
    kit_await(DOWNS, 2);
    assert_int_equal(kit_send(sys, watcher, T_NUMBER), MOTET_OK);
    kit_await(MAIL, 2);
    kit_stop(sys);
    assert_int_equal(kit_got(DOWNS), 2);
}

/* Its notice lies in the mailbox behind this mail. */
static motet_status demonitor_queued(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_DOWN) {
        kit_count(DOWNS);
    } else if (m->tag == T_KILL) { /* the other one ends before T_GO, in the next turn of this one, is handled */
        for (int i = 0; i < 8; i++) {
            kit_check(motet_tell(ctx, motet_self(ctx), T_NUMBER, NULL, 0) == MOTET_OK);
        }
        kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
        kit_check(motet_kill(ctx, kit.ref[0]) == MOTET_OK);
    } else if (m->tag == T_GO) {
        kit_check(kit_got(DOWNS) == 0);
        motet_demonitor(ctx, kit.ref[0], self->id);
        kit_check(motet_tell(ctx, motet_self(ctx), T_STOP, NULL, 0) == MOTET_OK);
    } else if (m->tag == T_STOP) {
        kit_count(SEEN);
    }
    return MOTET_DONE;
}

static void a_monitor_is_removed_though_it_has_told_already(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script script = {.init = watch_init, .receive = demonitor_queued};
    kit.ref[0] = kit_spawn(sys, &obeying);
    motet_ref watcher = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, watcher, T_KILL), MOTET_OK);
    kit_await(SEEN, 1);
    kit_stop(sys);
    assert_int_equal(kit_got(DOWNS), 0);
}

static motet_status stash_downs(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_DOWN && self->n == 0) {
        kit_check(motet_stash(ctx) == MOTET_OK);
        kit_count(SEEN);
    } else if (m->kind == MOTET_DOWN) {
        kit_count(DOWNS);
    } else {
        self->n = 1;
        motet_demonitor(ctx, kit.ref[0], self->id);
        motet_unstash(ctx);
        kit_count(MAIL);
    }
    return MOTET_DONE;
}

static void a_monitor_is_removed_though_its_notice_was_put_aside(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = watch_init, .receive = stash_downs};
    kit.ref[0] = kit_spawn(sys, &obeying);
    motet_ref watcher = kit_spawn(sys, &script);
    kit_await(MORE, 1);
    assert_int_equal(kit_send(sys, kit.ref[0], T_EXIT), MOTET_OK);
    kit_await(SEEN, 1);
    assert_int_equal(kit_send(sys, watcher, T_NUMBER), MOTET_OK);
    kit_await(MAIL, 2);
    assert_int_equal(kit_send(sys, watcher, T_NUMBER), MOTET_OK);
    kit_await(MAIL, 3);
    kit_stop(sys);
    assert_int_equal(kit_got(DOWNS), 0);
}

static motet_status demonitor_zero(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->tag == T_GO) {
        for (int i = 0; i < 10; i++) {
            kit_check(motet_tell(ctx, motet_self(ctx), T_NUMBER, NULL, 0) == MOTET_OK);
        }
        for (int i = 0; i < 10; i++) {
            motet_demonitor(ctx, kit.ref[0], 0);
        }
    }
    return obey(self, ctx, m);
}

static motet_status link_init(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_link(ctx, kit.ref[0]) == MOTET_OK);
    let_know(ctx);
    return MOTET_DONE;
}

static void removing_monitor_0_takes_neither_mail_nor_links(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = link_init, .receive = demonitor_zero};
    kit.ref[0] = kit_spawn(sys, &obeying);
    motet_ref ref = kit_spawn_as(sys, &kit_trapping, &script);
    kit_await(MORE, 1);
    assert_int_equal(kit_send(sys, ref, T_GO), MOTET_OK);
    kit_await(MAIL, 11);
    assert_int_equal(kit_send(sys, kit.ref[0], T_EXIT), MOTET_OK);
    kit_await(EXITS, 1);
    kit_stop(sys);
}

static motet_status self_watch(struct kit_self *self, motet_ctx *ctx)
{
    kit_check(motet_monitor(ctx, motet_self(ctx), &self->id) == MOTET_OK);
    return MOTET_DONE;
}

static motet_status self_link(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_link(ctx, motet_self(ctx)) == MOTET_OK);
    return MOTET_DONE;
}

/* One that is tied to itself ends by that tag; then many that take its slot see no mail. */
static void tied_to_itself(const motet_actor_type *type, motet_status (*init)(struct kit_self *, motet_ctx *),
                           uint32_t tag)
{
    motet_system *sys = kit_start(1);
    struct kit_script script = {.init = init, .receive = obey};
    for (int i = 0; i < 200; i++) {
        motet_ref ref = kit_spawn_as(sys, type, &script);
        assert_int_equal(kit_send(sys, ref, tag), MOTET_OK);
        kit_await_end(sys, (uint64_t)i + 1);
    }
    for (int i = 0; i < 300; i++) {
        kit_spawn(sys, &obeying);
    }
    kit_stop(sys);
    assert_int_equal(kit_got(DOWNS), 0);
    assert_int_equal(kit_got(EXITS), 0);
}

static void one_that_watches_itself_ends_once_and_leaves_no_mail(void **state)
{
    (void)state;
    tied_to_itself(&kit_plain, self_watch, T_KILL);
    kit_setup(NULL);
    tied_to_itself(&kit_plain, self_watch, T_EXIT);
}

static void one_that_is_linked_to_itself_ends_once_and_leaves_no_mail(void **state)
{
    (void)state;
    tied_to_itself(&kit_plain, self_link, T_KILL);
    kit_setup(NULL);
    tied_to_itself(&kit_trapping, self_link, T_FAIL);
}

static motet_status kill_idle(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_check(motet_kill(ctx, kit.ref[0]) == MOTET_OK);
    return MOTET_DONE;
}

static void an_idle_one_that_is_linked_to_itself_may_be_killed(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script script = {.init = self_link}, killer = {.receive = kill_idle};
    kit.ref[0] = kit_spawn(sys, &script);
    motet_ref by = kit_spawn(sys, &killer);
    assert_int_equal(kit_send(sys, by, 1), MOTET_OK);
    kit_await_end(sys, 1);
    kit_stop(sys);
}

/* ---- links ---- */

/* a is linked to b by a's doing; `which` of the two is sent `tag`; the other one is watched. */
static void linked_pair(uint32_t which, uint32_t tag, bool trapping, bool ends, motet_status status)
{
    for (uint32_t workers = 1; workers <= 2; workers++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(workers);
        motet_ref pair[2];
        pair[0] = kit_spawn_as(sys, trapping ? &kit_trapping : &kit_plain, &obeying);
        kit.ref[0] = pair[0];
        struct kit_script linking = {.init = link_init, .receive = obey};
        motet_spawn_options o = {.arg = &linking, .placement = MOTET_ON_WORKER, .worker = workers - 1};
        assert_int_equal(motet_system_spawn(sys, trapping ? &kit_trapping : &kit_plain, &o, &pair[1]), MOTET_OK);
        kit_await(MORE, 1);
        kit.ref[0] = pair[1 - which];
        if (ends) {
            kit_spawn(sys, &watching);
            kit_await(MORE, 2);
        }
        assert_int_equal(kit_send(sys, pair[which], tag), MOTET_OK);
        if (ends) {
            kit_await(DOWNS, 1);
        } else if (trapping) {
            kit_await(EXITS, 1);
        } else {
            kit_await_end(sys, 1);
            assert_int_equal(kit_send(sys, pair[1 - which], T_NUMBER), MOTET_OK);
            kit_await(MAIL, 2);
        }
        if (ends || trapping) {
            assert_int_equal(last_status(), status);
        }
        kit_stop(sys);
        assert_int_equal(kit_got(EXITS), trapping ? 1 : 0);
    }
}

static void a_failure_of_one_end_ends_the_other(void **state)
{
    (void)state;
    linked_pair(0, T_FAIL, false, true, MOTET_FAIL_LINKED);
    linked_pair(1, T_RETURN, false, true, MOTET_FAIL_LINKED);
}

static void a_kill_of_one_end_ends_the_other(void **state)
{
    (void)state;
    linked_pair(0, T_KILL, false, true, MOTET_FAIL_LINKED);
    linked_pair(1, T_KILL, false, true, MOTET_FAIL_LINKED);
}

static void an_exit_of_one_end_leaves_the_other(void **state)
{
    (void)state;
    linked_pair(0, T_EXIT, false, false, MOTET_DONE);
    linked_pair(1, T_STOP, false, false, MOTET_DONE);
}

static void one_that_traps_exits_gets_mail(void **state)
{
    (void)state;
    linked_pair(0, T_FAIL, true, false, 77);
    linked_pair(1, T_KILL, true, false, MOTET_FAIL_KILLED);
    linked_pair(0, T_EXIT, true, false, MOTET_DONE);
}

static motet_status unlink_again(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_link(ctx, kit.ref[0]) == MOTET_OK);
    kit_check(motet_link(ctx, kit.ref[0]) == MOTET_OK);
    motet_unlink(ctx, kit.ref[0]);
    let_know(ctx);
    return MOTET_DONE;
}

static void what_is_unlinked_goes_its_own_way(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit.ref[0] = kit_spawn(sys, &obeying);
    struct kit_script script = {.init = unlink_again, .receive = obey};
    motet_ref other = kit_spawn(sys, &script);
    kit_await(MORE, 1);
    assert_int_equal(kit_send(sys, kit.ref[0], T_FAIL), MOTET_OK);
    kit_await_end(sys, 1);
    assert_int_equal(kit_send(sys, other, T_NUMBER), MOTET_OK);
    kit_await(MAIL, 1);
    kit_stop(sys);
}

static motet_status link_told(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->tag == T_LINK) {
        motet_ref other = self->peer.slot ? self->peer : kit.ref[0];
        kit_check(motet_link(ctx, other) == MOTET_OK);
        kit_check(motet_tell(ctx, other, T_KNOW, NULL, 0) == MOTET_OK);
    } else if (m->tag == T_GO) {
        motet_unlink(ctx, kit.ref[0]);
        let_know(ctx);
    } else {
        return obey(self, ctx, m);
    }
    return MOTET_DONE;
}

static motet_status know_peer(struct kit_self *self, motet_ctx *ctx)
{
    (void)ctx;
    self->peer = kit.ref[1];
    return MOTET_DONE;
}

static void two_that_link_to_each_other_are_unlinked_by_one(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script first = {.receive = link_told}, second = {.init = know_peer, .receive = link_told};
    kit.ref[1] = kit_spawn(sys, &first);
    kit.ref[0] = kit_spawn(sys, &second);
    assert_int_equal(kit_send(sys, kit.ref[1], T_LINK), MOTET_OK);
    kit_await(MORE, 1);
    assert_int_equal(kit_send(sys, kit.ref[0], T_LINK), MOTET_OK);
    kit_await(MORE, 2);
    assert_int_equal(kit_send(sys, kit.ref[1], T_GO), MOTET_OK);
    kit_await(MORE, 3);
    assert_int_equal(kit_send(sys, kit.ref[0], T_FAIL), MOTET_OK);
    kit_await_end(sys, 1);
    assert_int_equal(kit_send(sys, kit.ref[1], T_NUMBER), MOTET_OK);
    kit_await(MAIL, 1);
    kit_stop(sys);
}

static void a_link_to_one_that_has_ended_ends_whoever_links(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script gone = {.init = exits};
    kit.ref[0] = kit_spawn(sys, &gone);
    motet_ref linker = kit_spawn(sys, &obeying);
    assert_int_equal(kit_send(sys, linker, T_LINK), MOTET_OK);
    kit_await_end(sys, 2);
    kit_stop(sys);
}

static motet_status spawn_linked(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind != MOTET_TOLD) {
        return obey(self, ctx, m);
    }
    struct kit_script bad = {.init = fails};
    motet_spawn_options o = {.arg = m->tag == T_GO ? &bad : &obeying, .link = true};
    motet_ref ref;
    kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == (m->tag == T_GO ? MOTET_EINIT : MOTET_OK));
    if (m->tag != T_GO) {
        kit_check(motet_tell(ctx, ref, m->tag, NULL, 0) == MOTET_OK);
    }
    kit_count(SEEN);
    return MOTET_DONE;
}

static void one_that_is_spawned_with_a_link_takes_the_spawner_with_it(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = spawn_linked};
    motet_ref ref = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, ref, T_FAIL), MOTET_OK);
    kit_await_end(sys, 2);
    kit_stop(sys);
}

static void the_end_of_a_linked_child_is_mail_for_one_that_traps(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = spawn_linked};
    motet_ref ref = kit_spawn_as(sys, &kit_trapping, &script);
    assert_int_equal(kit_send(sys, ref, T_FAIL), MOTET_OK);
    kit_await(EXITS, 1);
    assert_int_equal(last_status(), 77);
    assert_int_equal(kit_send(sys, ref, T_GO), MOTET_OK); /* its init fails */
    kit_await(EXITS, 2);
    kit_stop(sys);
}

static motet_status join_chain(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    if (kit.ref[0].slot != 0) {
        kit_check(motet_link(ctx, kit.ref[0]) == MOTET_OK);
    }
    kit.ref[0] = motet_self(ctx);
    return MOTET_DONE;
}

enum { CHAIN = 10000 };

static void make_chain(motet_ctx *ctx)
{
    static const struct kit_script script = {.init = join_chain, .receive = obey};
    motet_ref ref;
    for (int i = 0; i < CHAIN; i++) {
        motet_spawn_options o = {.arg = &script};
        kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_OK);
    }
}

static void a_chain_of_ten_thousand_links_ends(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit_do(sys, make_chain);
    assert_int_equal(kit_send(sys, kit.ref[0], T_FAIL), MOTET_OK);
    kit_await_end(sys, CHAIN + 1);
    kit_stop(sys);
}

static motet_status join_star(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    kit_check(motet_link(ctx, kit.ref[0]) == MOTET_OK);
    return MOTET_DONE;
}

static void make_star(motet_ctx *ctx)
{
    static const struct kit_script script = {.init = join_star, .receive = obey};
    motet_ref ref;
    for (int i = 0; i < CHAIN; i++) {
        motet_spawn_options o = {.arg = &script};
        kit_check(motet_spawn(ctx, &kit_plain, &o, &ref) == MOTET_OK);
    }
}

static void ten_thousand_linked_to_one_end_with_it(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    kit.ref[0] = kit_spawn(sys, &obeying);
    kit_do(sys, make_star);
    assert_int_equal(kit_send(sys, kit.ref[0], T_KILL), MOTET_OK);
    kit_await_end(sys, CHAIN + 2);
    kit_stop(sys);
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(an_init_that_fails_is_not_followed_by_fini),
        kit_test(an_init_may_fail_by_motet_fail),
        kit_test(an_init_may_fail_by_a_broken_requirement),
        kit_test(an_actor_that_is_killed_in_its_init_ends_with_fini),
        kit_test(an_actor_may_exit_in_its_init),
        kit_test(what_a_failed_init_began_is_undone),
        kit_test(an_init_may_spawn_and_survive_that_it_fails),
        kit_test(an_init_cannot_put_the_spawners_mail_aside),
        kit_test(types_that_contradict_themselves_are_refused),
        kit_test(a_stop_is_no_failure),
        kit_test(an_exit_is_no_failure),
        kit_test(a_kill_is_told_as_such),
        kit_test(motet_fail_names_the_status),
        kit_test(a_status_that_is_returned_is_a_failure),
        kit_test(a_broken_requirement_fails_the_actor),
        kit_test(a_stop_comes_after_the_mail_before_it),
        kit_test(a_kill_comes_before_any_mail),
        kit_test(a_fini_that_fails_ends_its_actor_all_the_same),
        kit_test(many_that_are_queued_may_be_killed),
        kit_test(a_stop_of_the_system_ends_all_that_is_queued),
        kit_test(a_failure_wins_over_an_exit),
        kit_test(of_what_has_ended_a_monitor_tells_at_once),
        kit_test(nobody_can_be_neither_watched_nor_ended),
        kit_test(each_monitor_tells_once_and_one_that_was_removed_never),
        kit_test(a_monitor_is_removed_though_it_has_told_already),
        kit_test(a_monitor_is_removed_though_its_notice_was_put_aside),
        kit_test(removing_monitor_0_takes_neither_mail_nor_links),
        kit_test(one_that_watches_itself_ends_once_and_leaves_no_mail),
        kit_test(one_that_is_linked_to_itself_ends_once_and_leaves_no_mail),
        kit_test(an_idle_one_that_is_linked_to_itself_may_be_killed),
        kit_test(a_failure_of_one_end_ends_the_other),
        kit_test(a_kill_of_one_end_ends_the_other),
        kit_test(an_exit_of_one_end_leaves_the_other),
        kit_test(one_that_traps_exits_gets_mail),
        kit_test(what_is_unlinked_goes_its_own_way),
        kit_test(two_that_link_to_each_other_are_unlinked_by_one),
        kit_test(a_link_to_one_that_has_ended_ends_whoever_links),
        kit_test(one_that_is_spawned_with_a_link_takes_the_spawner_with_it),
        kit_test(the_end_of_a_linked_child_is_mail_for_one_that_traps),
        kit_test(a_chain_of_ten_thousand_links_ends),
        kit_test(ten_thousand_linked_to_one_end_with_it),
    };
    return cmocka_run_group_tests_name("actor life", tests, NULL, NULL);
}
