/* actor_behaviour_test.c -- become, stash, timers. */
#include "actor_kit.h"

enum { FIRED, SEEN, FULL, OTHER };
enum { T_GO = 1, T_PUSH, T_POP, T_WHO, T_FAIL, T_STASH, T_UNSTASH, T_CANCEL, T_TICK, T_EXIT };

/* ---- become ---- */

#define BEHAVIOUR(n, next)                                                          \
    static motet_status behave_##n(void *self, motet_ctx *ctx, const motet_mail *m) \
    {                                                                               \
        (void)self;                                                                 \
        switch (m->tag) {                                                           \
        case T_PUSH: kit_count(motet_become(ctx, next) == MOTET_ELIMIT ? FULL : SEEN); break; \
        case T_POP: motet_unbecome(ctx); break;                                     \
        case T_WHO: kit_note(n); break;                                             \
        case T_FAIL: return MOTET_FAIL;                                             \
        default: break;                                                             \
        }                                                                           \
        kit_count(OTHER);                                                           \
        return MOTET_DONE;                                                          \
    }

static motet_status behave_1(void *self, motet_ctx *ctx, const motet_mail *m);
BEHAVIOUR(9, behave_1)
BEHAVIOUR(8, behave_9)
BEHAVIOUR(7, behave_8)
BEHAVIOUR(6, behave_7)
BEHAVIOUR(5, behave_6)
BEHAVIOUR(4, behave_5)
BEHAVIOUR(3, behave_4)
BEHAVIOUR(2, behave_3)
BEHAVIOUR(1, behave_2)

static const motet_actor_type changing = {.name = "changing", .receive = behave_1};

static motet_ref start_changing(motet_system **sys)
{
    motet_ref ref;
    *sys = kit_start(kit_workers());
    assert_int_equal(motet_system_spawn(*sys, &changing, NULL, &ref), MOTET_OK);
    return ref;
}

static void send_all(motet_system *sys, motet_ref to, const uint32_t *tags, size_t n)
{
    uint64_t before = kit_got(OTHER);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(kit_send(sys, to, tags[i]), MOTET_OK);
    }
    kit_await(OTHER, before + n);
}

static void nothing_is_left_to_go_back_to_at_first(void **state)
{
    (void)state;
    motet_system *sys;
    motet_ref ref = start_changing(&sys);
    send_all(sys, ref, (uint32_t[]){T_POP, T_POP, T_WHO}, 3);
    assert_int_equal(kit.log[0], 1);
    kit_stop(sys);
}

static void behaviours_nest_8_deep_and_no_deeper(void **state)
{
    (void)state;
    motet_system *sys;
    motet_ref ref = start_changing(&sys);
    for (int i = 0; i < 10; i++) {
        send_all(sys, ref, (uint32_t[]){T_PUSH, T_WHO}, 2);
    }
    assert_int_equal(kit_got(SEEN), 8);
    assert_int_equal(kit_got(FULL), 2);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(kit.log[i], i < 8 ? i + 2 : 9);
    }
    for (int i = 0; i < 10; i++) {
        send_all(sys, ref, (uint32_t[]){T_POP, T_WHO}, 2);
    }
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(kit.log[10 + i], i < 8 ? 8 - i : 1);
    }
    kit_stop(sys);
}

static void another_incarnation_of_the_slot_begins_as_its_type_says(void **state)
{
    (void)state;
    motet_system *sys;
    motet_ref ref = start_changing(&sys);
    send_all(sys, ref, (uint32_t[]){T_PUSH, T_PUSH}, 2);
    assert_int_equal(kit_send(sys, ref, T_FAIL), MOTET_OK);
    kit_await_end(sys, 1);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(motet_system_spawn(sys, &changing, NULL, &ref), MOTET_OK);
        send_all(sys, ref, (uint32_t[]){T_WHO}, 1);
        assert_int_equal(kit.log[i], 1);
    }
    kit_stop(sys);
}

/* ---- stash ---- */

struct text {
    uint32_t n;
    char more[60]; /* so that half of them come in blocks */
};

static motet_status stashing(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->tag == T_UNSTASH) {
        motet_unstash(ctx);
        self->n = 1;
    } else if (m->tag == T_STASH) {
        self->n = 0;
    } else if (m->tag == T_EXIT) {
        motet_exit(ctx);
    } else if (self->n == 0) {
        kit_check(motet_stash(ctx) == MOTET_OK);
        kit_check(motet_stash(ctx) == MOTET_EINVAL); /* once is enough */
        kit_check(motet_mail_block(ctx, m) == NULL);
    } else {
        uint32_t n;
        memcpy(&n, m->data, sizeof n);
        kit_check(m->size == (n % 2 ? sizeof(struct text) : sizeof n));
        kit_note(n);
    }
    kit_count(SEEN);
    return MOTET_DONE;
}

static const struct kit_script stasher = {.receive = stashing};

static motet_err send_n(motet_system *sys, motet_ref to, uint32_t n)
{
    struct text t = {.n = n};
    return motet_send(sys, to, T_GO, &t, n % 2 ? sizeof t : sizeof n, 0);
}

static void what_was_put_aside_comes_next_in_its_order(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref ref = kit_spawn(sys, &stasher);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(send_n(sys, ref, i), MOTET_OK);
    }
    assert_int_equal(kit_send(sys, ref, T_UNSTASH), MOTET_OK);
    for (uint32_t i = 10; i < 20; i++) {
        assert_int_equal(send_n(sys, ref, i), MOTET_OK);
    }
    kit_await(SEEN, 31);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(kit.log[i], i);
    }
    kit_stop(sys);
}

static void mail_that_was_put_aside_keeps_its_place(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_actor_type small = kit_type(4, MOTET_REFUSE);
    motet_ref ref = kit_spawn_as(sys, &small, &stasher);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(send_n(sys, ref, i), MOTET_OK);
        kit_await(SEEN, i + 1);
    }
    assert_int_equal(kit_send(sys, ref, T_STASH), MOTET_OK); /* the only place left */
    kit_await(SEEN, 4);
    motet_err e = MOTET_EFULL;
    for (uint64_t until = kit_clock() + KIT_SECOND; e == MOTET_EFULL && kit_clock() < until;) {
        e = send_n(sys, ref, 3); /* the mail in hand leaves its place after its handler */
    }
    assert_int_equal(e, MOTET_OK);
    kit_await(SEEN, 5);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(send_n(sys, ref, 9), MOTET_EFULL);
    }
    kit_stop(sys);
}

static void what_was_put_aside_is_a_dead_letter_at_the_end(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref ref = kit_spawn(sys, &stasher);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(send_n(sys, ref, i), MOTET_OK);
    }
    assert_int_equal(kit_send(sys, ref, T_EXIT), MOTET_OK);
    kit_await_end(sys, 1);
    ref = kit_spawn(sys, &stasher);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(send_n(sys, ref, i), MOTET_OK);
    }
    kit_await(SEEN, 21);
    assert_int_equal(kit_stop(sys).dead_letters, 20);
}

static motet_status stash_timer(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    kit_check(m->kind == MOTET_TIMER && motet_stash(ctx) == MOTET_EINVAL);
    kit_count(FIRED);
    return MOTET_DONE;
}

static motet_status one_timer(struct kit_self *self, motet_ctx *ctx)
{
    kit_check(motet_timer_start(ctx, KIT_MS, 0, T_TICK, &self->id) == MOTET_OK);
    return MOTET_DONE;
}

static void the_mail_of_a_timer_cannot_be_put_aside(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = one_timer, .receive = stash_timer};
    kit_spawn(sys, &script);
    kit_await(FIRED, 1);
    kit_stop(sys);
}

/* ---- timers ---- */

static motet_status on_timer(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TIMER) {
        kit_check(m->id == self->id && m->tag == T_TICK && m->size == 0 && m->data == NULL);
        kit_check(kit_clock() >= (uint64_t)(uintptr_t)self->peer.slot);
        kit_count(FIRED);
    } else if (m->tag == T_CANCEL) {
        kit_note(motet_timer_cancel(ctx, self->id));
        kit_note(motet_timer_cancel(ctx, self->id));
        kit_count(SEEN);
    } else if (m->tag == T_EXIT) {
        motet_exit(ctx);
    } else {
        kit_count(SEEN);
    }
    return MOTET_DONE;
}

static void a_timer_fires_once_and_not_early(void **state)
{
    (void)state;
    for (uint64_t delay = 0; delay < 3 * KIT_MS; delay = delay * 3 + 1) {
        kit_setup(NULL);
        motet_system *sys = kit_start(kit_workers());
        struct kit_script script = {.init = one_timer, .receive = on_timer};
        uint64_t begun = kit_clock();
        motet_ref ref = kit_spawn(sys, &script);
        kit_await(FIRED, 1);
        assert_true(kit_clock() - begun >= KIT_MS);
        assert_int_equal(kit_send(sys, ref, T_CANCEL), MOTET_OK);
        kit_await(SEEN, 1);
        assert_int_equal(kit.log[0], false); /* it has fired */
        kit_stop(sys);
        assert_int_equal(kit_got(FIRED), 1);
    }
}

static motet_status far_timer(struct kit_self *self, motet_ctx *ctx)
{
    kit_check(motet_timer_start(ctx, UINT64_MAX, UINT64_MAX, T_TICK, &self->id) == MOTET_OK);
    return MOTET_DONE;
}

static void a_timer_is_cancelled_before_it_fires(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = far_timer, .receive = on_timer};
    motet_ref ref = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, ref, T_CANCEL), MOTET_OK);
    kit_await(SEEN, 1);
    assert_int_equal(kit.log[0], true);
    assert_int_equal(kit.log[1], false);
    kit_stop(sys);
    assert_int_equal(kit_got(FIRED), 0);
}

/* The timer is due while its actor is in a handler, and its mail lies in the mailbox when it is cancelled. */
static motet_status cancel_late(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TIMER) {
        kit_count(FIRED);
    } else if (self->n++ < 50) {
        kit_nap(KIT_MS / 10);
        kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
        if (self->n == 1) {
            kit_check(motet_timer_start(ctx, 1, self->script.data ? 1 : 0, T_TICK, &self->id) == MOTET_OK);
            kit_nap(KIT_MS);
        }
        if (self->n == 2) {
            kit_note(motet_timer_cancel(ctx, self->id));
        }
    } else {
        kit_count(SEEN);
    }
    return MOTET_DONE;
}

static void a_timer_whose_mail_is_in_the_mailbox_is_cancelled(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(1);
        struct kit_script script = {.receive = cancel_late, .data = periodic ? &kit : NULL};
        assert_int_equal(kit_send(sys, kit_spawn(sys, &script), T_GO), MOTET_OK);
        kit_await(SEEN, 1);
        kit_stop(sys);
        assert_true(kit_got(FIRED) == 0 || (kit_got(FIRED) == 1 && !kit.log[0]) || periodic);
        assert_true(kit_got(FIRED) <= 1);
    }
}

static motet_status periodic(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TIMER) {
        kit_check(m->id == self->id);
        if (++self->n == 20) {
            kit_check(motet_timer_cancel(ctx, self->id));
            kit_check(!motet_timer_cancel(ctx, self->id));
            kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
        }
        kit_count(FIRED);
    } else {
        kit_count(SEEN);
    }
    return MOTET_DONE;
}

static motet_status start_period(struct kit_self *self, motet_ctx *ctx)
{
    uint64_t period = (uint64_t)(uintptr_t)self->script.data;
    kit_check(motet_timer_start(ctx, period, period, T_TICK, &self->id) == MOTET_OK);
    return MOTET_DONE;
}

static void a_periodic_timer_fires_until_its_own_handler_cancels_it(void **state)
{
    (void)state;
    for (uintptr_t period = 1; period < 4000000; period *= 100) {
        kit_setup(NULL);
        motet_system *sys = kit_start(kit_workers());
        struct kit_script script = {.init = start_period, .receive = periodic, .data = (void *)period};
        kit_spawn(sys, &script);
        kit_await(SEEN, 1);
        kit_stop(sys);
        assert_int_equal(kit_got(FIRED), 20);
    }
}

static void a_period_of_a_nanosecond_leaves_time_for_others(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script hectic = {.init = start_period, .data = (void *)(uintptr_t)1}, calm = {.receive = on_timer};
    kit_spawn(sys, &hectic);
    kit_nap(20 * KIT_MS);
    motet_ref ref = kit_spawn(sys, &calm);
    for (uint64_t i = 1; i <= 100; i++) {
        assert_int_equal(kit_send(sys, ref, T_GO), MOTET_OK);
        kit_await(SEEN, i);
    }
    kit_stop(sys);
}

static void one_that_ends_leaves_its_timers(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    for (uint64_t i = 1; i <= 200; i++) {
        struct kit_script script = {.init = i % 2 ? one_timer : start_period,
                                    .receive = on_timer,
                                    .data = (void *)(uintptr_t)1000};
        motet_ref ref = kit_spawn(sys, &script);
        assert_int_equal(kit_send(sys, ref, T_EXIT), MOTET_OK);
        kit_await_end(sys, i);
    }
    kit_stop(sys);
}

enum { MANY = 20000 };

static motet_status many_timers(struct kit_self *self, motet_ctx *ctx)
{
    (void)self;
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t id;
        kit_check(motet_timer_start(ctx, i * i % 5000000, 0, (uint32_t)i, &id) == MOTET_OK);
        if (i % 4 == 0) {
            kit_check(motet_timer_cancel(ctx, id));
        }
    }
    return MOTET_DONE;
}

static motet_status count_timers(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    kit_check(m->kind == MOTET_TIMER && m->tag % 4 != 0);
    kit_count(FIRED);
    return MOTET_DONE;
}

static void many_timers_fire_each_once(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = many_timers, .receive = count_timers};
    for (int i = 0; i < 4; i++) {
        kit_spawn(sys, &script);
    }
    kit_await(FIRED, 4 * (MANY - MANY / 4));
    kit_stop(sys);
    assert_int_equal(kit_got(FIRED), 4 * (MANY - MANY / 4));
}

static void cancel_anything(motet_ctx *ctx)
{
    for (uint64_t i = 0; i < 1000; i++) {
        kit_check(!motet_timer_cancel(ctx, i));
        kit_check(!motet_timer_cancel(ctx, i << 32));
        kit_check(!motet_timer_cancel(ctx, UINT64_MAX - i));
        kit_check(!motet_timer_cancel(ctx, (UINT64_C(1) << 32) + i));
    }
}

static void ids_that_were_never_given_cancel_nothing(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.init = one_timer, .receive = on_timer};
    kit_do(sys, cancel_anything);
    for (int i = 0; i < 100; i++) {
        kit_spawn(sys, &script);
    }
    kit_do(sys, cancel_anything);
    kit_await(FIRED, 100);
    kit_stop(sys);
}

static motet_status cancel_forged(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)m;
    for (uint64_t i = 0; i < 4; i++) {
        kit_check(!motet_timer_cancel(ctx, self->id + (i << 32)));
    }
    kit_count(FIRED);
    return MOTET_DONE;
}

static void the_next_id_of_a_timer_that_fired_cancels_nothing(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    struct kit_script script = {.init = one_timer, .receive = cancel_forged};
    for (uint64_t i = 1; i <= 100; i++) {
        kit_spawn(sys, &script);
    }
    kit_await(FIRED, 100);
    kit_stop(sys);
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(nothing_is_left_to_go_back_to_at_first),
        kit_test(behaviours_nest_8_deep_and_no_deeper),
        kit_test(another_incarnation_of_the_slot_begins_as_its_type_says),
        kit_test(the_mail_of_a_timer_cannot_be_put_aside),
        kit_test(mail_that_was_put_aside_keeps_its_place),
        kit_test(what_was_put_aside_is_a_dead_letter_at_the_end),
        kit_test(what_was_put_aside_comes_next_in_its_order),
        kit_test(ids_that_were_never_given_cancel_nothing),
        kit_test(the_next_id_of_a_timer_that_fired_cancels_nothing),
        kit_test(a_timer_is_cancelled_before_it_fires),
        kit_test(a_timer_whose_mail_is_in_the_mailbox_is_cancelled),
        kit_test(a_timer_fires_once_and_not_early),
        kit_test(a_periodic_timer_fires_until_its_own_handler_cancels_it),
        kit_test(a_period_of_a_nanosecond_leaves_time_for_others),
        kit_test(one_that_ends_leaves_its_timers),
        kit_test(many_timers_fire_each_once),
    };
    return cmocka_run_group_tests_name("behaviour and timers", tests, NULL, NULL);
}
