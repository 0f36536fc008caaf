/* runtime_policy_test.c -- what becomes of messages without room, shared mailboxes, refinements, states that send and
 * receive; decisions by the reason of a failure are in runtime_decide_test.c. */
#include "runtime_fixture.h"

enum { M0, M1, M2, M3 };

static _Atomic uint64_t last_seen, out_of_order, missed;

/* Closed, it holds the one worker until all sessions are open: then all makers run before any reader does. */
static _Atomic int gate_closed;

static motet_status pass_gate(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    (void)self, (void)ctx, (void)mail;
    while (atomic_load(&gate_closed)) {
    }
    return MOTET_DONE;
}

static void hold_worker(motet_system *sys)
{
    static const motet_actor_type gate = {.name = "gate", .receive = pass_gate};
    motet_ref ref;
    assert_int_equal(motet_system_spawn(sys, &gate, NULL, &ref), MOTET_OK);
    assert_int_equal(motet_send(sys, ref, 0, NULL, 0, FX_SECOND), MOTET_OK);
}

/* ---- a sends M0 to b with the values 0, 1, ... while its slot counts below `arg`, then M1 to c; b may rest ---- */

static void stream(uint32_t mailbox, motet_policy policy, bool shared)
{
    fx_send(0, 0, 1, M0, 0);
    fx_send(0, 0, 2, M1, 1);
    fx_take(1, 0, 0, M0, 0);
    fx_take(2, 0, 0, M1, 1);
    fx_ready(3, 2);
    fx.roles[1].states[0].kind = MOTET_AT_REST;
    fx.actors[1].mailbox = mailbox;
    fx.actors[1].policy = policy;
    fx.actors[1].shared = shared;
    atomic_store(&last_seen, 0);
    atomic_store(&out_of_order, 0);
    atomic_store(&missed, 0);
}

static motet_status count_up(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    struct fx_slot *slot = fx_slot(s);
    *message = slot->n < motet_session_arg(s) ? M0 : M1;
    *value = ++slot->n;
    return MOTET_DONE;
}

/* b's slot holds the last value: they only grow. */
static motet_status growing(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    if (message == M0) {
        atomic_fetch_add(&out_of_order, value <= fx_slot(s)->n);
        fx_slot(s)->n = value;
        atomic_store(&last_seen, value);
    }
    return MOTET_DONE;
}

static motet_stats run(uint32_t workers, uint64_t sessions, uint64_t arg)
{
    motet_system *sys = fx_start(workers);
    if (atomic_load(&gate_closed)) {
        hold_worker(sys);
    }
    fx_open(sys, sessions, arg);
    atomic_store(&gate_closed, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(fx_get(&out_of_order), 0);
    return s;
}

static void a_full_mailbox_drops_the_newest(void **state)
{
    (void)state;
    stream(3, MOTET_DROP_NEWEST, false);
    fx.on_produce = count_up;
    fx.on_receive = growing;
    motet_stats s = run(1, 1, 10); /* on one worker b runs when a is done */
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.lost, 7);
    assert_int_equal(fx_get(&fx.received[1]), 3);
    assert_int_equal(fx_get(&last_seen), 3);
    assert_int_equal(s.blocked, 0);
}

static void a_full_mailbox_drops_the_oldest(void **state)
{
    (void)state;
    stream(3, MOTET_DROP_OLDEST, false);
    fx.on_produce = count_up;
    fx.on_receive = growing;
    motet_stats s = run(1, 1, 10);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.lost, 7);
    assert_int_equal(fx_get(&fx.received[1]), 3);
    assert_int_equal(fx_get(&last_seen), 10);
}

static void a_mailbox_with_room_drops_nothing(void **state)
{
    (void)state;
    stream(10, MOTET_DROP_OLDEST, false);
    fx.on_produce = count_up;
    fx.on_receive = growing;
    motet_stats s = run(1, 1, 10);
    assert_int_equal(s.lost, 0);
    assert_int_equal(fx_get(&fx.received[1]), 10);
}

/* Every message is received or lost, in order, whoever runs when. */
static void nothing_is_lost_twice(motet_policy policy, uint32_t mailbox, bool shared, uint32_t workers)
{
    enum { SESSIONS = 60, EACH = 400 };
    stream(mailbox, policy, shared);
    fx.on_produce = count_up;
    fx.on_receive = growing;
    motet_stats s = run(workers, SESSIONS, EACH);
    assert_int_equal(s.completed, SESSIONS);
    assert_int_equal(fx_get(&fx.received[1]) + s.lost, SESSIONS * EACH);
}

static void a_lossy_lane_is_exact_between_workers(void **state)
{
    (void)state;
    nothing_is_lost_twice(MOTET_DROP_OLDEST, 1, false, 2);
    fx_setup(state);
    nothing_is_lost_twice(MOTET_DROP_OLDEST, 3, false, 4);
}

static void dropping_the_newest_is_exact_between_workers(void **state)
{
    (void)state;
    nothing_is_lost_twice(MOTET_DROP_NEWEST, 1, false, 2);
    fx_setup(state);
    nothing_is_lost_twice(MOTET_DROP_NEWEST, 2, true, 4);
}

static void newest_seen(void *self, motet_session *s)
{
    atomic_fetch_add(&missed, fx_slot(s)->n != motet_session_arg(s));
    fx_done(self, s);
}

static void the_newest_message_is_never_lost(void **state)
{
    (void)state;
    stream(2, MOTET_DROP_OLDEST, false);
    fx.on_produce = count_up;
    fx.on_receive = growing;
    fx.role_types[1].on_done = newest_seen;
    run(3, 50, 200);
    assert_int_equal(fx_get(&missed), 0);
}

/* ---- refused ---- */

/* On a refusal: c is told at once. */
static motet_status stop_when_full(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    count_up(self, s, message, value);
    if (motet_session_refused(s) == MOTET_FULL) {
        *message = M1;
    }
    return MOTET_DONE;
}

static void a_refused_sender_may_take_another_branch(void **state)
{
    (void)state;
    stream(3, MOTET_REFUSE, false);
    fx.on_produce = stop_when_full;
    motet_stats s = run(1, 1, 10);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.refused, 1);
    assert_int_equal(s.lost, 0);
    assert_int_equal(fx_get(&fx.received[1]), 3);
}

/* The value that was refused is given again. */
static motet_status insist(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    fx_slot(s)->n -= motet_session_refused(s) == MOTET_FULL;
    return count_up(self, s, message, value);
}

static void a_refused_sender_may_try_again(void **state)
{
    (void)state;
    stream(1, MOTET_REFUSE, false);
    fx.on_produce = insist;
    fx.on_receive = growing;
    motet_stats s = run(1, 1, 50);
    assert_int_equal(s.completed, 1);
    assert_true(s.refused >= 49);
    assert_int_equal(fx_get(&fx.received[1]), 50);
    fx_setup(state);
    stream(2, MOTET_REFUSE, true);
    fx.on_produce = insist;
    fx.on_receive = growing;
    run(3, 20, 50);
    assert_int_equal(fx_get(&fx.received[1]), 20 * 50);
}

static motet_status wait_when_full(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    if (motet_session_refused(s) == MOTET_FULL) {
        fx_slot(s)->n--;
        return MOTET_LATER; /* nobody calls motet_session_resume: room alone wakes it */
    }
    return count_up(self, s, message, value);
}

static void a_refused_sender_may_wait_for_room(void **state)
{
    (void)state;
    stream(1, MOTET_REFUSE, false);
    fx.on_produce = wait_when_full;
    fx.on_receive = growing;
    motet_stats s = run(1, 3, 40);
    assert_int_equal(s.completed, 3);
    assert_int_equal(fx_get(&fx.received[1]), 3 * 40);
    fx_setup(state);
    stream(2, MOTET_REFUSE, false);
    fx.on_produce = wait_when_full;
    fx.on_receive = growing;
    run(3, 30, 100);
    assert_int_equal(fx_get(&fx.received[1]), 30 * 100);
}

static void refused_senders_may_wait_for_a_shared_mailbox(void **state)
{
    (void)state;
    stream(2, MOTET_REFUSE, true);
    fx.on_produce = wait_when_full;
    fx.on_receive = growing;
    motet_stats s = run(1, 10, 40);
    assert_int_equal(s.completed, 10);
    assert_int_equal(fx_get(&fx.received[1]), 10 * 40);
    fx_setup(state);
    stream(3, MOTET_REFUSE, true);
    fx.on_produce = wait_when_full;
    fx.on_receive = growing;
    run(4, 30, 100);
    assert_int_equal(fx_get(&fx.received[1]), 30 * 100);
}

static motet_status not_asked_again(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    atomic_fetch_add(&missed, motet_session_refused(s) != MOTET_NOT_REFUSED);
    return count_up(self, s, message, value);
}

static void an_answer_that_was_sent_is_not_refused(void **state)
{
    (void)state;
    stream(20, MOTET_REFUSE, false);
    fx.on_produce = not_asked_again;
    assert_int_equal(run(1, 1, 20).refused, 0);
    assert_int_equal(fx_get(&missed), 0);
}

/* ---- shared mailboxes ---- */

static void a_shared_mailbox_that_drops_the_oldest_is_refused(void **state)
{
    (void)state;
    stream(2, MOTET_DROP_OLDEST, true);
    motet_system *sys;
    assert_int_equal(motet_system_start(&fx.spec, NULL, &sys), MOTET_EINVAL);
}

static void sessions_share_the_room(void **state)
{
    (void)state;
    stream(3, MOTET_REFUSE, true);
    fx.on_produce = stop_when_full;
    atomic_store(&gate_closed, 1);
    motet_stats s = run(1, 4, 10);
    assert_int_equal(s.completed, 4);
    assert_int_equal(fx_get(&fx.received[1]), 3);
    assert_int_equal(s.refused, 4);
}

static void a_shared_mailbox_drops_the_newest_of_all(void **state)
{
    (void)state;
    stream(3, MOTET_DROP_NEWEST, true);
    fx.on_produce = count_up;
    atomic_store(&gate_closed, 1);
    motet_stats s = run(1, 4, 10);
    assert_int_equal(fx_get(&fx.received[1]), 3);
    assert_int_equal(s.lost, 37);
}

static void places_that_become_free_go_to_those_that_wait(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        fx_setup(state);
        stream(2, MOTET_BLOCK, true);
        fx.on_produce = count_up;
        fx.on_receive = growing;
        motet_stats s = run(workers, 40, 60);
        assert_int_equal(s.completed, 40);
        assert_int_equal(fx_get(&fx.received[1]), 40 * 60);
        assert_true(s.blocked > 0);
    }
}

static _Atomic uint64_t crash_at;

static motet_status crash_once(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    return atomic_fetch_sub(&crash_at, 1) == 1 ? MOTET_FAIL : count_up(self, s, message, value);
}

static motet_status crash_in_b(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)value;
    (void)s;
    (void)self;
    return message == M0 && atomic_fetch_sub(&crash_at, 1) == 1 ? MOTET_FAIL : MOTET_DONE;
}

/* After crashes with senders that wait and messages that lie there, all places are free again: the last session is
 * alone and gets each of them without being refused. */
static void all_places_come_back(bool reader)
{
    enum { PLACES = 3 };
    stream(PLACES, MOTET_BLOCK, true);
    fx.children[0].count = 1;
    fx.supervisors[0].intensity = 100;
    fx.on_produce = reader ? count_up : crash_once;
    fx.on_receive = reader ? crash_in_b : NULL;
    motet_system *sys = fx_start(2);
    for (int round = 0; round < 10; round++) {
        atomic_store(&crash_at, 30);
        fx_open(sys, 20, 10);
        fx_idle(sys);
    }
    atomic_store(&crash_at, 1000000);
    motet_stats before, after;
    motet_system_stats(sys, &before);
    assert_int_equal(before.crashes, 10);
    assert_true(before.aborted > 0);
    fx_open(sys, 1, PLACES);
    fx_idle(sys);
    motet_system_stats(sys, &after);
    assert_int_equal(after.blocked, before.blocked);
    assert_int_equal(after.completed, before.completed + 1);
    fx_stop(sys);
}

static void crashed_senders_give_their_places_back(void **state)
{
    (void)state;
    all_places_come_back(false);
}

static void a_crashed_reader_gives_its_places_back(void **state)
{
    (void)state;
    all_places_come_back(true);
}

static void a_stop_while_senders_wait_is_clean(void **state)
{
    (void)state;
    stream(1, MOTET_BLOCK, true);
    fx.on_produce = count_up;
    motet_system *sys = fx_start(2);
    fx_open(sys, 100, 1000);
    motet_err e = motet_system_wait_idle(sys, 2 * FX_MS);
    assert_true(e == MOTET_OK || e == MOTET_ETIME); /* on a fast machine all is done */
    fx_stop(sys);
}

/* ---- refinements ---- */

/* What a participant remembers: the last value, sent or received. Each must be larger than the one before. */
struct remembered {
    uint64_t last;
};

static const char *holds(const void *memory, uint16_t state, uint16_t label, const void *payload)
{
    (void)state;
    (void)label;
    const struct remembered *r = memory;
    return ((const struct fx_payload *)payload)->value > r->last ? NULL : "value > last";
}

static void learn(void *memory, uint16_t label, const void *payload)
{
    (void)label;
    ((struct remembered *)memory)->last = ((const struct fx_payload *)payload)->value;
}

static void refine(uint16_t role)
{
    fx.role_types[role].memory_size = sizeof(struct remembered);
    fx.role_types[role].holds = holds;
    fx.role_types[role].learn = learn;
}

static void values_that_hold_pass(void **state)
{
    (void)state;
    stream(2, MOTET_BLOCK, false);
    refine(0);
    refine(1);
    fx.on_produce = count_up;
    motet_stats s = run(2, 20, 30); /* blocks come back from the pool: what they remember is forgotten */
    assert_int_equal(s.completed, 20);
    assert_int_equal(s.refused, 0);
    assert_int_equal(fx_get(&fx.received[1]), 20 * 30);
}

/* 1, 2, 2: the third is refused, and 3 is sent instead. */
static motet_status stumble(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    motet_refusal why = motet_session_refused(s);
    motet_status status = count_up(self, s, message, value);
    if (*value == 3 && why == MOTET_NOT_REFUSED) {
        *value = 2;
        fx_slot(s)->n = 2;
    } else if (*value == 3) {
        atomic_fetch_add(&missed, why != MOTET_BROKEN);
    }
    return status;
}

static void a_maker_hears_of_what_it_broke(void **state)
{
    (void)state;
    stream(20, MOTET_BLOCK, false);
    refine(0);
    fx.on_produce = stumble;
    fx.on_receive = growing;
    motet_stats s = run(1, 1, 5);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.refused, 1);
    assert_int_equal(fx_get(&fx.received[1]), 5);
    assert_int_equal(fx_get(&missed), 0);
}

static motet_status always_seven(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    motet_status status = count_up(self, s, message, value);
    *value = 7;
    return status;
}

static void the_same_mistake_twice_fails_the_actor(void **state)
{
    (void)state;
    stream(20, MOTET_BLOCK, false);
    refine(0);
    fx.on_produce = always_seven;
    motet_stats s = run(1, 1, 5);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(s.crashes, 1);
    assert_int_equal(s.failures[MOTET_BY_PROTOCOL_VIOLATION], 1);
}

static void a_reader_does_not_trust_the_writer(void **state)
{
    (void)state;
    stream(20, MOTET_BLOCK, false);
    refine(1); /* the writer does not look */
    fx.on_produce = always_seven;
    motet_stats s = run(1, 1, 5);
    assert_int_equal(s.aborted, 1);
    assert_int_equal(s.fidelity, 1);
    assert_int_equal(s.crashes, 0);
    assert_int_equal(fx_get(&fx.received[1]), 1);
    assert_int_equal(fx_get(&fx.why[MOTET_ABORT_FIDELITY]), fx_sum(fx.aborted));
}

static void what_was_refused_is_not_learnt(void **state)
{
    (void)state;
    stream(1, MOTET_REFUSE, false);
    refine(0);
    refine(1);
    fx.on_produce = insist; /* the same value again: had it been learnt, it would break its refinement now */
    fx.on_receive = growing;
    motet_stats s = run(1, 1, 20);
    assert_int_equal(s.completed, 1);
    assert_true(s.refused >= 19);
}

/* ---- states that send and receive ---- */

/* a and b each send a stream of the other's mailbox's size and more, and receive meanwhile: of blocking states, both
 * would wait for ever. */
static void crossing(uint16_t n)
{
    for (uint16_t role = 0; role < 2; role++) {
        for (uint16_t sent = 0; sent <= n; sent++) {
            for (uint16_t got = 0; got <= n; got++) {
                uint16_t at = (uint16_t)(sent * (n + 1u) + got);
                if (got < n) {
                    fx_take(role, at, role ^ 1u, role ? M0 : M1, (uint16_t)(at + 1u));
                }
                if (sent < n) {
                    fx_send(role, at, role ^ 1u, role ? M1 : M0, (uint16_t)(at + n + 1u));
                }
                fx.roles[role].states[at].kind = got < n && sent < n ? MOTET_AT_BOTH : fx.roles[role].states[at].kind;
            }
        }
    }
    fx_ready(2, 2);
    fx.actors[0].mailbox = fx.actors[1].mailbox = 1;
}

static void what_crosses_does_not_block(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 3; workers++) {
        fx_setup(state);
        crossing(5);
        motet_stats s = run(workers, 50, 0);
        assert_int_equal(s.completed, 50);
        assert_int_equal(s.messages, 50 * 10);
    }
}

static motet_status a_waits_for_b(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)message;
    (void)value;
    return motet_session_role(s).role == 0 && fx_slot(s)->n == 0 ? MOTET_LATER : MOTET_DONE;
}

static motet_status note_it(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    (void)message;
    (void)value;
    fx_slot(s)->n++;
    return MOTET_DONE;
}

static void a_message_brings_the_question_again(void **state)
{
    (void)state;
    crossing(2);
    fx.on_produce = a_waits_for_b;
    fx.on_receive = note_it;
    assert_int_equal(run(1, 5, 0).completed, 5);
}

static void a_send_that_a_receive_takes_away_is_refused(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M0, 1);
    fx_take(0, 0, 1, M1, 2);
    fx_take(1, 0, 0, M0, 1);
    fx_ready(2, 2);
    fx.roles[0].states[0].kind = MOTET_AT_BOTH;
    motet_system *sys;
    assert_int_equal(motet_system_start(&fx.spec, NULL, &sys), MOTET_EINVAL);
}

#define TEST(f) cmocka_unit_test_setup(f, fx_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_full_mailbox_drops_the_newest),
        TEST(a_full_mailbox_drops_the_oldest),
        TEST(a_mailbox_with_room_drops_nothing),
        TEST(a_lossy_lane_is_exact_between_workers),
        TEST(dropping_the_newest_is_exact_between_workers),
        TEST(the_newest_message_is_never_lost),
        TEST(a_refused_sender_may_take_another_branch),
        TEST(a_refused_sender_may_try_again),
        TEST(a_refused_sender_may_wait_for_room),
        TEST(refused_senders_may_wait_for_a_shared_mailbox),
        TEST(an_answer_that_was_sent_is_not_refused),
        TEST(a_shared_mailbox_that_drops_the_oldest_is_refused),
        TEST(sessions_share_the_room),
        TEST(a_shared_mailbox_drops_the_newest_of_all),
        TEST(places_that_become_free_go_to_those_that_wait),
        TEST(crashed_senders_give_their_places_back),
        TEST(a_crashed_reader_gives_its_places_back),
        TEST(a_stop_while_senders_wait_is_clean),
        TEST(values_that_hold_pass),
        TEST(a_maker_hears_of_what_it_broke),
        TEST(the_same_mistake_twice_fails_the_actor),
        TEST(a_reader_does_not_trust_the_writer),
        TEST(what_was_refused_is_not_learnt),
        TEST(what_crosses_does_not_block),
        TEST(a_message_brings_the_question_again),
        TEST(a_send_that_a_receive_takes_away_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
