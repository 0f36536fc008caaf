/* actor_ask_test.c -- asks and their answers, exactly one each; calls from outside. */
#include "actor_kit.h"

enum { REPLIES, NONE, SEEN, ASKED, WRONG_WHY };
enum { T_GO = 1, T_ECHO, T_SILENT, T_TWICE, T_LATER, T_NOW, T_EXIT, T_KILL, T_LARGE, T_REFUSED };
enum { LARGE = 100000 };

/* Answers as its tag says. */
static motet_status answer(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    static unsigned char large[LARGE];
    kit_count(ASKED);
    if (m->tag == T_NOW) { /* the ask that was put off */
        kit_check(motet_reply(ctx, self->peer, self->id, "later", 5) == MOTET_OK);
        return MOTET_DONE;
    }
    switch (m->tag) {
    case T_ECHO: kit_check(motet_reply(ctx, m->from, m->id, m->data, m->size) == MOTET_OK); break;
    case T_TWICE:
        kit_check(motet_reply(ctx, m->from, m->id, "first", 5) == MOTET_OK);
        kit_check(motet_reply(ctx, m->from, m->id, "second", 6) == MOTET_OK);
        break;
    case T_LATER:
        self->peer = m->from;
        self->id = m->id;
        break;
    case T_EXIT: motet_exit(ctx); break;
    case T_KILL: return MOTET_FAIL;
    case T_LARGE: kit_check(motet_reply(ctx, m->from, m->id, large, sizeof large) == MOTET_OK); break;
    default: break;
    }
    return MOTET_DONE;
}

static const struct kit_script answering = {.receive = answer};

/* Asks what the tag says, and counts what comes. */
static motet_status ask(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TOLD) {
        uint64_t timeout = self->script.data ? *(uint64_t *)self->script.data : KIT_BOUND_S * KIT_SECOND;
        motet_err e = motet_ask(ctx, kit.ref[0], m->tag, "question", 8, timeout, &self->id);
        kit_check(e == MOTET_OK || e == MOTET_EGONE);
        kit_count(e == MOTET_OK ? SEEN : NONE);
        return MOTET_DONE;
    }
    kit_check(m->id == self->id);
    if (m->kind == MOTET_REPLY) {
        kit_check(m->why == MOTET_OK);
        kit_check(m->tag != T_TWICE || (m->size == 5 && memcmp(m->data, "first", 5) == 0));
        kit_check(m->tag != T_ECHO || (m->size == 8 && memcmp(m->data, "question", 8) == 0));
        kit_check(m->tag != T_LARGE || m->size == LARGE);
        kit_count(REPLIES);
    } else {
        kit_check(m->kind == MOTET_NO_REPLY);
        atomic_store(&kit.count[WRONG_WHY], (uint64_t)m->why);
        kit_count(NONE);
    }
    return MOTET_DONE;
}

static void asks_on_both_sides(uint32_t tag, uint64_t timeout, int counter, motet_err why)
{
    for (uint32_t workers = 1; workers <= 2; workers++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(workers);
        struct kit_script asking = {.receive = ask, .data = timeout ? &timeout : NULL};
        kit.ref[0] = kit_spawn_on(sys, &kit_plain, &answering, 0);
        motet_ref by = kit_spawn_on(sys, &kit_plain, &asking, workers - 1);
        assert_int_equal(kit_send(sys, by, tag), MOTET_OK);
        kit_await(counter, 1);
        if (counter == NONE) {
            assert_int_equal(kit_got(WRONG_WHY), why);
        }
        kit_stop(sys);
        assert_int_equal(kit_got(REPLIES) + kit_got(NONE), 1);
    }
}

static void an_ask_is_answered(void **state)
{
    (void)state;
    asks_on_both_sides(T_ECHO, 0, REPLIES, MOTET_OK);
}

static void an_answer_may_be_large(void **state)
{
    (void)state;
    asks_on_both_sides(T_LARGE, 0, REPLIES, MOTET_OK);
}

static void of_two_answers_the_first_counts(void **state)
{
    (void)state;
    asks_on_both_sides(T_TWICE, 0, REPLIES, MOTET_OK);
}

static void an_ask_that_is_not_answered_ends_in_time(void **state)
{
    (void)state;
    asks_on_both_sides(T_SILENT, 2 * KIT_MS, NONE, MOTET_ETIME);
}

static void an_ask_of_one_that_fails_waits_for_its_time(void **state)
{
    (void)state;
    asks_on_both_sides(T_KILL, 2 * KIT_MS, NONE, MOTET_ETIME);
}

static void an_ask_of_one_that_has_ended_is_refused(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script asking = {.receive = ask};
    kit.ref[0] = kit_spawn(sys, &answering);
    assert_int_equal(kit_send(sys, kit.ref[0], T_EXIT), MOTET_OK);
    kit_await_end(sys, 1);
    assert_int_equal(kit_send(sys, kit_spawn(sys, &asking), T_ECHO), MOTET_OK);
    kit_await(NONE, 1);
    kit_stop(sys);
    assert_int_equal(kit_got(REPLIES), 0);
}

static motet_status hang(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_count(ASKED);
    kit_hang();
    motet_exit(ctx);
    return MOTET_DONE;
}

static void an_ask_that_lies_in_the_mailbox_of_one_that_ends_is_over_at_once(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    struct kit_script asking = {.receive = ask}, hanging = {.receive = hang};
    kit.ref[0] = kit_spawn_on(sys, &kit_plain, &hanging, 0);
    assert_int_equal(kit_send(sys, kit.ref[0], T_GO), MOTET_OK);
    kit_await(ASKED, 1);
    assert_int_equal(kit_send(sys, kit_spawn_on(sys, &kit_plain, &asking, 1), T_ECHO), MOTET_OK);
    kit_await(SEEN, 1);
    atomic_store(&kit.go, 1);
    kit_await(NONE, 1);
    assert_int_equal(kit_got(WRONG_WHY), MOTET_EGONE);
    kit_stop(sys);
}

static void an_answer_of_a_later_turn_comes(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script asking = {.receive = ask};
    kit.ref[0] = kit_spawn(sys, &answering);
    assert_int_equal(kit_send(sys, kit_spawn(sys, &asking), T_LATER), MOTET_OK);
    kit_await(ASKED, 1);
    assert_int_equal(kit_send(sys, kit.ref[0], T_NOW), MOTET_OK);
    kit_await(REPLIES, 1);
    kit_stop(sys);
}

static void an_answer_that_comes_late_is_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(kit_workers());
        uint64_t timeout = KIT_MS;
        struct kit_script asking = {.receive = ask, .data = &timeout};
        kit.ref[0] = kit_spawn(sys, &answering);
        motet_ref by = kit_spawn(sys, &asking);
        assert_int_equal(kit_send(sys, by, T_LATER), MOTET_OK);
        kit_await(NONE, 1);
        assert_int_equal(kit_send(sys, kit.ref[0], T_NOW), MOTET_OK);
        kit_await(ASKED, 2);
        assert_int_equal(kit_send(sys, by, T_ECHO), MOTET_OK);
        kit_await(SEEN, 2);
        kit_nap(KIT_MS);
        kit_stop(sys);
        assert_int_equal(kit_got(REPLIES) + kit_got(NONE), 2);
    }
}

static motet_status asks_itself(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    uint64_t id;
    if (m->kind == MOTET_TOLD) {
        kit_check(motet_ask(ctx, motet_self(ctx), 7, NULL, 0, KIT_SECOND, &self->id) == MOTET_OK);
    } else if (m->kind == MOTET_ASKED) {
        kit_check(m->tag == 7 && m->data == NULL && m->size == 0);
        kit_check(motet_tell(ctx, m->from, 1, NULL, 0) == MOTET_ERIGHTS); /* who asks gives no rights */
        kit_check(motet_ask(ctx, m->from, 1, NULL, 0, 1, &id) == MOTET_ERIGHTS);
        kit_check(motet_kill(ctx, m->from) == MOTET_ERIGHTS);
        kit_check(motet_reply(ctx, m->from, m->id, NULL, 0) == MOTET_OK);
        kit_check(motet_reply(ctx, m->from, m->id + (UINT64_C(1) << 32), NULL, 0) == MOTET_OK);
        kit_check(motet_reply(ctx, m->from, 0, NULL, 0) == MOTET_OK);
        kit_check(motet_reply(ctx, m->from, UINT64_MAX, NULL, 0) == MOTET_OK);
        kit_check(motet_reply(ctx, MOTET_NOBODY, m->id, NULL, 0) != MOTET_OK);
    } else {
        kit_check(m->kind == MOTET_REPLY && m->id == self->id && m->tag == 7 && m->size == 0);
        kit_count(REPLIES);
    }
    return MOTET_DONE;
}

static void who_is_asked_can_answer_and_nothing_else(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = asks_itself};
    assert_int_equal(kit_send(sys, kit_spawn(sys, &script), T_GO), MOTET_OK);
    kit_await(REPLIES, 1);
    kit_stop(sys);
    assert_int_equal(kit_got(REPLIES), 1);
}

enum { MANY = 30000 };

static motet_status ask_many(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TOLD) {
        for (uint32_t i = 0; i < MANY; i++) {
            uint64_t id, timeout = i % 3 == 0 ? KIT_MS : KIT_BOUND_S * KIT_SECOND;
            kit_check(motet_ask(ctx, kit.ref[0], i % 3 ? T_ECHO : T_SILENT, &i, sizeof i, timeout, &id) == MOTET_OK);
        }
        self->n = 1;
    } else {
        kit_count(m->kind == MOTET_REPLY ? REPLIES : NONE);
    }
    return MOTET_DONE;
}

static void tens_of_thousands_may_be_open_at_once(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_actor_type vast = kit_type(MANY, MOTET_REFUSE);
    struct kit_script asking = {.receive = ask_many};
    kit.ref[0] = kit_spawn_as(sys, &vast, &answering);
    assert_int_equal(kit_send(sys, kit_spawn(sys, &asking), T_GO), MOTET_OK);
    kit_await(NONE, MANY / 3);
    kit_await(REPLIES, MANY - MANY / 3);
    kit_stop(sys);
    assert_int_equal(kit_got(REPLIES) + kit_got(NONE), MANY);
}

static void one_that_ends_leaves_its_asks(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_actor_type vast = kit_type(4 * MANY, MOTET_REFUSE);
    struct kit_script asking = {.receive = ask_many};
    kit.ref[0] = kit_spawn_as(sys, &vast, &answering);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(kit_send(sys, kit_spawn(sys, &asking), T_GO), MOTET_OK);
    }
    kit_stop(sys); /* in the midst of it */
}

static motet_status stash_reply(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TOLD && m->tag == T_GO) {
        kit_check(motet_ask(ctx, kit.ref[0], T_ECHO, "stashed, and longer than inline takes, by far.", 46, KIT_SECOND,
                            &self->id) == MOTET_OK);
    } else if (m->kind == MOTET_TOLD) {
        self->n = 2;
        motet_unstash(ctx);
    } else if (self->n < 1) {
        kit_check(m->kind == MOTET_REPLY && motet_stash(ctx) == MOTET_OK);
        self->n++;
        kit_count(SEEN);
    } else {
        kit_check(m->kind == MOTET_REPLY && m->id == self->id && m->tag == T_ECHO && m->size == 46);
        kit_check(memcmp(m->data, "stashed", 7) == 0);
        kit_count(REPLIES);
    }
    return MOTET_DONE;
}

static void an_answer_may_be_put_aside(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    struct kit_script script = {.receive = stash_reply};
    kit.ref[0] = kit_spawn(sys, &answering);
    motet_ref ref = kit_spawn(sys, &script);
    assert_int_equal(kit_send(sys, ref, T_GO), MOTET_OK);
    kit_await(SEEN, 1);
    assert_int_equal(kit_send(sys, ref, T_NOW), MOTET_OK);
    kit_await(REPLIES, 1);
    kit_stop(sys);
}

/* ---- calls from outside ---- */

static void a_call_is_answered(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        motet_system *sys = kit_start(workers);
        motet_ref to = kit_spawn(sys, &answering);
        static char text[5000], got[5000];
        for (size_t n = 0; n <= sizeof text; n = n * 2 + 1) {
            memset(text, (int)('a' + n % 26), sizeof text);
            size_t size = sizeof got;
            assert_int_equal(motet_call(sys, to, T_ECHO, text, n, KIT_SECOND * KIT_BOUND_S, got, &size), MOTET_OK);
            assert_int_equal(size, n);
            assert_memory_equal(got, text, n);
        }
        kit_stop(sys);
    }
}

static void an_answer_that_is_larger_than_the_room_is_cut_and_said_so(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = kit_spawn(sys, &answering);
    char room[8] = "xxxxxxx";
    for (size_t n = 0; n < 8; n++) {
        size_t size = n;
        assert_int_equal(motet_call(sys, to, T_ECHO, "longer than that", 16, KIT_SECOND * KIT_BOUND_S,
                                    n ? room : NULL, &size), MOTET_ELIMIT);
        assert_int_equal(size, 16);
        assert_memory_equal(room, "longer than that", n);
        assert_int_equal(room[n], n < 7 ? 'x' : 0);
    }
    kit_stop(sys);
}

static motet_err call(motet_system *sys, motet_ref to, uint32_t tag, uint64_t timeout)
{
    char room[64];
    size_t size = sizeof room;
    return motet_call(sys, to, tag, NULL, 0, timeout, room, &size);
}

static void a_call_that_is_not_answered_ends_in_time(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = kit_spawn(sys, &answering);
    assert_int_equal(call(sys, to, T_SILENT, KIT_MS), MOTET_ETIME);
    assert_int_equal(call(sys, to, T_SILENT, 0), MOTET_ETIME);
    assert_int_equal(call(sys, to, T_KILL, KIT_MS), MOTET_ETIME);
    assert_int_equal(call(sys, to, T_ECHO, KIT_MS), MOTET_EGONE);
    assert_int_equal(call(sys, MOTET_NOBODY, T_ECHO, KIT_MS), MOTET_EGONE);
    kit_stop(sys);
}

static void a_call_without_the_right_is_refused(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = kit_spawn(sys, &answering), less;
    assert_int_equal(motet_ref_attenuate(sys, to, MOTET_MAY_SEND(3), &less), MOTET_OK);
    assert_int_equal(call(sys, less, T_ECHO, KIT_MS), MOTET_ERIGHTS);
    assert_int_equal(call(sys, less, MOTET_TAG(3, 9), KIT_MS), MOTET_ETIME);
    kit_stop(sys);
}

static void late_answers_of_calls_harm_nobody(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = kit_spawn(sys, &answering);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(call(sys, to, T_LATER, 1000), MOTET_ETIME);
        assert_int_equal(kit_send(sys, to, T_NOW), MOTET_OK);
    }
    assert_int_equal(call(sys, to, T_ECHO, KIT_BOUND_S * KIT_SECOND), MOTET_OK);
    kit_stop(sys);
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(an_ask_that_is_not_answered_ends_in_time),
        kit_test(an_ask_of_one_that_fails_waits_for_its_time),
        kit_test(an_ask_of_one_that_has_ended_is_refused),
        kit_test(an_ask_that_lies_in_the_mailbox_of_one_that_ends_is_over_at_once),
        kit_test(an_answer_that_comes_late_is_dropped),
        kit_test(of_two_answers_the_first_counts),
        kit_test(who_is_asked_can_answer_and_nothing_else),
        kit_test(an_ask_is_answered),
        kit_test(an_answer_may_be_large),
        kit_test(an_answer_of_a_later_turn_comes),
        kit_test(an_answer_may_be_put_aside),
        kit_test(tens_of_thousands_may_be_open_at_once),
        kit_test(one_that_ends_leaves_its_asks),
        kit_test(a_call_that_is_not_answered_ends_in_time),
        kit_test(a_call_without_the_right_is_refused),
        kit_test(an_answer_that_is_larger_than_the_room_is_cut_and_said_so),
        kit_test(late_answers_of_calls_harm_nobody),
        kit_test(a_call_is_answered),
    };
    return cmocka_run_group_tests_name("asks", tests, NULL, NULL);
}
