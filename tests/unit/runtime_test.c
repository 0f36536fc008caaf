/* runtime_test.c -- sessions between actors: stepping, blocking, opening, ending, on several workers. */
#include "runtime_fixture.h"

enum { M0, M1, M2 };

/* ---- tables and options that the runtime refuses ---- */

static void one_message(void) /* a sends M0 to b */
{
    fx_send(0, 0, 1, M0, 1);
    fx_take(1, 0, 0, M0, 1);
    fx_ready(2, 1);
}

static void refused(motet_err why)
{
    motet_system *sys = (motet_system *)&fx;
    motet_options o = {.workers = 1};
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), why);
    assert_null(sys);
}

static void a_mailbox_without_room_is_refused(void **state)
{
    (void)state;
    one_message();
    fx.actors[1].mailbox = 0;
    refused(MOTET_EINVAL);
    fx.actors[1].mailbox = 65536;
    refused(MOTET_EINVAL);
}

static void a_wire_to_an_actor_that_does_not_play_the_role_is_refused(void **state)
{
    (void)state;
    one_message();
    fx.bind[1].child = 0;
    refused(MOTET_EINVAL);
}

static void a_wire_to_an_instance_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    one_message();
    fx.bind[1].instance = 1;
    refused(MOTET_EINVAL);
}

static void an_automaton_that_leaves_its_table_is_refused(void **state)
{
    (void)state;
    one_message();
    fx.roles[1].next[0] = 7;
    refused(MOTET_EINVAL);
}

static void a_send_that_names_a_label_of_another_message_is_refused(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M0, 1);
    fx_take(1, 0, 0, M1, 1);
    fx_ready(2, 2);
    fx.roles[0].labels[0].peer_label = 0;
    refused(MOTET_EINVAL);
}

static void a_session_that_nobody_begins_is_refused(void **state)
{
    (void)state;
    fx_take(0, 0, 1, M0, 1);
    fx_take(1, 0, 0, M0, 1);
    fx_ready(2, 1);
    refused(MOTET_EINVAL);
}

static void a_child_outside_of_the_tree_is_refused(void **state)
{
    (void)state;
    one_message();
    fx.supervisors[0].n_members = 1;
    refused(MOTET_EINVAL);
}

static void a_supervisor_below_itself_is_refused(void **state)
{
    (void)state;
    one_message();
    fx.members[0] = (motet_member){true, 0};
    refused(MOTET_EINVAL);
}

static void more_than_64_workers_are_refused(void **state)
{
    (void)state;
    one_message();
    motet_system *sys;
    motet_options o = {.workers = 65};
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), MOTET_EINVAL);
}

static void a_wire_number_out_of_range_is_refused(void **state)
{
    (void)state;
    one_message();
    motet_system *sys = fx_start(1);
    assert_int_equal(motet_session_open(sys, 1, 0, NULL), MOTET_EINVAL);
    assert_int_equal(fx_stop(sys).opened, 0);
}

/* ---- ping-pong: a sends ping (M0) and receives pong (M1) `arg` times, then sends stop (M2) ---- */

static motet_status ping_or_stop(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    *value = fx_slot(s)->n;
    if (motet_session_role(s).role == 0) {
        *message = fx_slot(s)->n == motet_session_arg(s) ? M2 : M0;
    }
    return MOTET_DONE;
}

static motet_status count_rounds(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    if (value != fx_slot(s)->n && message != M2) {
        atomic_fetch_add(&fx.wrong, 1);
    }
    fx_slot(s)->n += motet_session_role(s).role == 0 ? 1 : 0;
    return MOTET_DONE;
}

static motet_status remember_ping(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    if (motet_session_role(s).role == 1) {
        fx_slot(s)->n = value;
        return MOTET_DONE;
    }
    return count_rounds(self, s, message, value);
}

static void ping_pong(void)
{
    fx_send(0, 0, 1, M0, 1);
    fx_take(0, 1, 1, M1, 0);
    fx_send(0, 0, 1, M2, 2);
    fx_take(1, 0, 0, M0, 1);
    fx_send(1, 1, 0, M1, 0);
    fx_take(1, 0, 0, M2, 2);
    fx_ready(2, 3);
    fx.messages[M2].size = 0;
    fx.on_produce = ping_or_stop;
    fx.on_receive = remember_ping;
}

static void play(uint32_t workers, uint64_t sessions, uint64_t rounds)
{
    ping_pong();
    motet_system *sys = fx_start(workers);
    fx_open(sys, sessions, rounds);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.opened, sessions);
    assert_int_equal(s.completed, sessions);
    assert_int_equal(s.messages, sessions * (2 * rounds + 1));
    assert_int_equal(s.dropped, 0);
    assert_int_equal(s.fidelity, 0);
    assert_int_equal(fx_get(&fx.received[0]), sessions * rounds);
    assert_int_equal(fx_get(&fx.done[0]), sessions);
    assert_int_equal(fx_get(&fx.done[1]), sessions);
    assert_int_equal(fx_sum(fx.inits), 2);
}

#define PLAY(name, workers, sessions, rounds)                                                                          \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        play(workers, sessions, rounds);                                                                               \
    }

PLAY(one_session_of_one_round_completes, 1, 1, 1)
PLAY(a_session_of_no_round_completes, 1, 1, 0)
PLAY(no_session_at_all_is_idle, 2, 0, 0)
PLAY(many_rounds_on_one_worker, 1, 1, 5000)
PLAY(many_rounds_on_two_workers, 2, 1, 5000)
PLAY(many_sessions_on_two_workers, 2, 500, 10)
PLAY(many_sessions_on_four_workers, 4, 500, 10)
PLAY(many_sessions_on_eight_workers, 8, 500, 10)
PLAY(as_many_workers_as_the_machine_offers, 0, 10, 10)

static void ids_differ_and_are_not_zero(void **state)
{
    (void)state;
    ping_pong();
    motet_system *sys = fx_start(1);
    uint64_t a = 0, b = 0;
    assert_int_equal(motet_session_open(sys, 0, 1, &a), MOTET_OK);
    assert_int_equal(motet_session_open(sys, 0, 1, &b), MOTET_OK);
    assert_int_not_equal(a, 0);
    assert_int_not_equal(b, 0);
    assert_int_not_equal(a, b);
    fx_idle(sys);
    fx_stop(sys);
}

static void two_systems_run_side_by_side(void **state)
{
    (void)state;
    ping_pong();
    motet_system *one = fx_start(1), *two = fx_start(2);
    fx_open(one, 50, 5);
    fx_open(two, 50, 5);
    fx_idle(one);
    fx_idle(two);
    motet_stats s;
    motet_system_stop(one, &s);
    assert_int_equal(s.completed, 50);
    motet_system_stop(two, &s);
    assert_int_equal(s.completed, 50);
    assert_int_equal(fx_sum(fx.done), 200);
}

/* ---- blocking ---- */

/* Four in a ring, each sends `n` to the next and then receives `n` from the one before. */
static void ring_of_four(uint16_t n, uint32_t mailbox)
{
    for (uint16_t r = 0; r < 4; r++) {
        for (uint16_t i = 0; i < n; i++) {
            fx_send(r, i, (uint16_t)((r + 1) % 4), M0, (uint16_t)(i + 1));
        }
        for (uint16_t i = 0; i < n; i++) {
            fx_take(r, (uint16_t)(n + i), (uint16_t)((r + 3) % 4), M0, (uint16_t)(n + i + 1));
        }
    }
    fx_ready(4, 1);
    for (int r = 0; r < 4; r++) {
        fx.actors[r].mailbox = mailbox;
    }
}

static void a_ring_with_room_for_what_it_sends_completes(void **state)
{
    (void)state;
    ring_of_four(2, 2);
    motet_system *sys = fx_start(2);
    fx_open(sys, 20, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 20);
    assert_int_equal(s.blocked, 0);
}

static void a_ring_with_mailbox_1_deadlocks_without_holding_a_thread(void **state)
{
    (void)state;
    ring_of_four(2, 1);
    motet_system *sys = fx_start(1);
    fx_open(sys, 3, 0);
    motet_stats s;
    do {
        motet_system_stats(sys, &s);
    } while (s.blocked < 12); /* all of them, with the one thread */
    assert_int_equal(motet_system_wait_idle(sys, 0), MOTET_ETIME);
    assert_int_equal(s.open, 3);
    s = fx_stop(sys);
    assert_int_equal(s.aborted, 3);
    assert_int_equal(s.dropped, 12);
    assert_int_equal(fx_get(&fx.why[MOTET_ABORT_STOP]), 12);
}

/* a sends 100 numbered messages, b receives them. */
static motet_status number(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    *value = fx_slot(s)->n++;
    *message = *value < 99 ? M0 : M1;
    return MOTET_DONE;
}

static motet_status in_order(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    if (value != fx_slot(s)->n++ || (message == M1) != (value == 99)) {
        atomic_fetch_add(&fx.wrong, 1);
    }
    return MOTET_DONE;
}

static void stream(uint32_t workers, uint32_t mailbox)
{
    fx_send(0, 0, 1, M0, 0);
    fx_send(0, 0, 1, M1, 1);
    fx_take(1, 0, 0, M0, 0);
    fx_take(1, 0, 0, M1, 1);
    fx_ready(2, 2);
    fx.on_produce = number;
    fx.on_receive = in_order;
    fx.actors[1].mailbox = mailbox;
    motet_system *sys = fx_start(workers);
    fx_open(sys, 30, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 30);
    assert_int_equal(s.messages, 3000);
    if (mailbox < 100) {
        assert_true(s.blocked > 0);
    } else {
        assert_int_equal(s.blocked, 0);
    }
}

static void a_stream_through_mailbox_1_keeps_its_order(void **state)
{
    (void)state;
    stream(1, 1);
}

static void a_stream_through_mailbox_1_on_two_workers(void **state)
{
    (void)state;
    stream(2, 1);
}

static void a_stream_through_mailbox_3_on_four_workers(void **state)
{
    (void)state;
    stream(4, 3);
}

static void a_stream_with_room_for_all_never_blocks(void **state)
{
    (void)state;
    stream(2, 100);
}

/* ---- several lanes, rest, orphans, fidelity ---- */

static void gathering_serves_whichever_lane_has_a_message(void **state)
{
    (void)state;
    /* d collects one from a, b and c each, in any order. State: a bit for each one that came. */
    for (uint16_t r = 0; r < 3; r++) {
        fx_send(r, 0, 3, M0, 1);
    }
    for (uint16_t have = 0; have < 7; have++) {
        for (uint16_t r = 0; r < 3; r++) {
            if (!(have & 1u << r)) {
                fx_take(3, have, r, M0, (uint16_t)(have | 1u << r));
            }
        }
    }
    fx_ready(4, 1);
    motet_system *sys = fx_start(3);
    fx_open(sys, 100, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 100);
    assert_int_equal(fx_get(&fx.received[3]), 300);
}

/* a sends any number of M0 to b, which rests between them; c is never reached. */
static motet_status as_many_as_arg(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    *value = fx_slot(s)->n++;
    *message = *value < motet_session_arg(s) ? M0 : M1;
    return MOTET_DONE;
}

static void resting(uint32_t workers)
{
    fx_send(0, 0, 1, M0, 0);
    fx_send(0, 0, 3, M1, 1);
    fx_take(1, 0, 0, M0, 0);
    fx_take(2, 0, 0, M2, 0);
    fx_take(3, 0, 0, M1, 1);
    fx_ready(4, 3);
    fx.roles[1].states[0].kind = MOTET_AT_REST;
    fx.roles[2].states[0].kind = MOTET_AT_REST;
    fx.on_produce = as_many_as_arg;
    motet_system *sys = fx_start(workers);
    for (uint64_t n = 0; n < 100; n++) {
        fx_open(sys, 1, n % 10);
    }
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 100);
    assert_int_equal(fx_get(&fx.received[1]), 450);
    assert_int_equal(fx_get(&fx.done[1]), 90); /* where there was something to receive */
    assert_int_equal(fx_get(&fx.done[2]), 0);
}

static void a_role_at_rest_is_done_when_all_are(void **state)
{
    (void)state;
    resting(1);
}

static void a_role_at_rest_is_done_when_all_are_on_three_workers(void **state)
{
    (void)state;
    resting(3);
}

static void a_message_without_an_edge_aborts_its_session(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M0, 1);
    fx_take(0, 1, 1, M2, 2);
    fx_take(1, 0, 0, M1, 1);
    fx_send(1, 1, 0, M2, 2);
    fx_ready(2, 3);
    motet_system *sys = fx_start(2);
    fx_open(sys, 5, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.fidelity, 5);
    assert_int_equal(s.aborted, 5);
    assert_int_equal(s.dropped, 5);
    assert_int_equal(s.crashes, 0);
    assert_int_equal(fx_get(&fx.why[MOTET_ABORT_FIDELITY]), 5); /* b was never touched */
}

static void a_label_that_has_an_edge_elsewhere_only_aborts_too(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M1, 1); /* too early: b takes M1 after M0 */
    fx_send(0, 1, 1, M0, 2);
    fx_take(1, 0, 0, M0, 1);
    fx_take(1, 1, 0, M1, 2);
    fx_ready(2, 2);
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.fidelity, 1);
    assert_int_equal(s.dropped, 2);
}

static void a_message_that_is_early_waits_for_its_turn(void **state)
{
    (void)state;
    fx_send(0, 0, 2, M1, 1); /* c hears from a before b, and takes it after */
    fx_send(0, 1, 1, M2, 2);
    fx_take(1, 0, 0, M2, 1);
    fx_send(1, 1, 2, M0, 2);
    fx_take(2, 0, 0, M0, 2);
    fx_take(2, 0, 1, M0, 1);
    fx_take(2, 1, 0, M1, 2);
    fx_ready(3, 3);
    motet_system *sys = fx_start(2);
    fx_open(sys, 100, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.fidelity, 0);
    assert_int_equal(s.completed, 100);
    assert_int_equal(fx_get(&fx.received[2]), 200);
}

static void a_message_to_a_role_that_has_ended_is_an_orphan(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M0, 1);
    fx_send(0, 1, 1, M0, 2);
    fx_take(1, 0, 0, M0, 1);
    fx_ready(2, 1);
    motet_system *sys = fx_start(2);
    fx_open(sys, 10, 0);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 0);
    assert_int_equal(s.aborted, 10);
    assert_int_equal(s.fidelity, 10);
    assert_int_equal(s.dropped, 10);
}

static void a_message_to_a_role_that_never_acts_is_an_orphan(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M0, 1);
    fx_ready(2, 1);
    motet_system *sys = fx_start(1);
    fx_open(sys, 1, 0);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).fidelity, 1);
}

/* ---- `any`, `sessions`, waiting in order ---- */

static _Atomic uint64_t by_index[8], live, most_live;

static motet_status count_index(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)s;
    (void)message;
    (void)value;
    atomic_fetch_add(&by_index[self->index], 1);
    return MOTET_DONE;
}

static void any_takes_the_instances_in_turn(void **state)
{
    (void)state;
    memset(by_index, 0, sizeof by_index);
    one_message();
    fx.children[1].count = 4;
    fx.children[1].family = true;
    fx.bind[1].any = true;
    fx.on_receive = count_index;
    motet_system *sys = fx_start(2);
    fx_open(sys, 40, 0);
    fx_idle(sys);
    fx_stop(sys);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(fx_get(&by_index[i]), 10);
    }
}

static void a_named_instance_gets_all(void **state)
{
    (void)state;
    memset(by_index, 0, sizeof by_index);
    one_message();
    fx.children[1].count = 4;
    fx.children[1].family = true;
    fx.bind[1].instance = 2;
    fx.on_receive = count_index;
    motet_system *sys = fx_start(2);
    fx_open(sys, 10, 0);
    fx_idle(sys);
    fx_stop(sys);
    assert_int_equal(fx_get(&by_index[2]), 10);
}

/* Counts the sessions that b has begun and not ended: b's first message to its last. */
static motet_status track_live(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    if (motet_session_role(s).role == 1 && message == M0 && value == 0) {
        uint64_t now = atomic_fetch_add(&live, 1) + 1, most = atomic_load(&most_live);
        while (now > most && !atomic_compare_exchange_weak(&most_live, &most, now)) {
        }
    }
    if (message == M2) {
        atomic_fetch_sub(&live, 1);
    }
    return remember_ping(self, s, message, value);
}

static void limited(uint32_t workers, uint32_t limit_a, uint32_t limit_b, uint64_t want)
{
    atomic_store(&live, 0);
    atomic_store(&most_live, 0);
    ping_pong();
    fx.on_receive = track_live;
    fx.actors[0].sessions = limit_a;
    fx.actors[1].sessions = limit_b;
    motet_system *sys = fx_start(workers);
    fx_open(sys, 200, 3);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).completed, 200);
    assert_true(fx_get(&most_live) <= want);
}

static void an_open_past_the_limit_waits(void **state)
{
    (void)state;
    limited(2, 0, 1, 1);
}

static void the_smallest_limit_of_all_roles_counts(void **state)
{
    (void)state;
    limited(4, 3, 5, 3);
}

static void later_opens_wait_behind_earlier_ones(void **state)
{
    (void)state;
    ping_pong();
    fx.actors[0].sessions = 1;
    motet_system *sys = fx_start(1);
    fx_open(sys, 100, 1);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.opened, 100);
    assert_true(s.open <= 1);
    assert_int_equal(s.completed + s.open + s.waiting, 100);
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).completed, 100);
}

static motet_system *nested;

static motet_status open_more(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    (void)message;
    (void)value;
    uint64_t left = motet_session_arg(s);
    if (left > 0 && motet_session_open(nested, 0, left - 1, NULL) != MOTET_OK) {
        atomic_fetch_add(&fx.wrong, 1);
    }
    return MOTET_DONE;
}

static void a_handler_may_open_sessions(void **state)
{
    (void)state;
    one_message();
    fx.on_receive = open_more;
    nested = fx_start(2);
    fx_open(nested, 3, 20);
    fx_idle(nested);
    assert_int_equal(fx_stop(nested).completed, 63);
}

/* ---- postponing ---- */

static _Atomic uint64_t asked, allowed;

static motet_status wait_for_leave(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)s;
    (void)message;
    (void)value;
    atomic_fetch_add(&asked, 1);
    return atomic_load(&allowed) ? MOTET_DONE : MOTET_LATER;
}

static void later_waits_for_resume(void **state)
{
    (void)state;
    atomic_store(&asked, 0);
    atomic_store(&allowed, 0);
    one_message();
    fx.on_produce = wait_for_leave;
    motet_system *sys = fx_start(2);
    uint64_t id;
    assert_int_equal(motet_session_open(sys, 0, 0, &id), MOTET_OK);
    while (fx_get(&asked) == 0) {
    }
    assert_int_equal(motet_system_wait_idle(sys, FX_MS), MOTET_ETIME);
    assert_int_equal(fx_get(&asked), 1);
    assert_int_equal(motet_session_resume(sys, id, 9), MOTET_EINVAL);
    assert_int_equal(motet_session_resume(sys, id, 0), MOTET_OK);
    while (fx_get(&asked) == 1) {
    }
    assert_int_equal(motet_system_wait_idle(sys, FX_MS), MOTET_ETIME);
    assert_int_equal(fx_get(&asked), 2); /* one resume, one question */
    atomic_store(&allowed, 1);
    assert_int_equal(motet_session_resume(sys, id, 0), MOTET_OK);
    fx_idle(sys);
    assert_int_equal(fx_get(&asked), 3);
    assert_int_equal(motet_session_resume(sys, id, 0), MOTET_EGONE);
    assert_int_equal(motet_session_resume(sys, id + 1, 0), MOTET_EGONE);
    assert_int_equal(fx_stop(sys).completed, 1);
}

/* b takes one message from a and then postpones; a's second must find the credit, before b goes on. */
static motet_status b_postpones(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    return motet_session_role(s).role == 1 ? wait_for_leave(self, s, message, value) : MOTET_DONE;
}

static void a_credit_comes_back_though_the_reader_waits(void **state)
{
    (void)state;
    atomic_store(&allowed, 0);
    fx_send(0, 0, 1, M0, 1);
    fx_send(0, 1, 1, M0, 2);
    fx_send(0, 2, 2, M1, 3);
    fx_take(1, 0, 0, M0, 1);
    fx_send(1, 1, 2, M2, 2);
    fx_take(1, 2, 0, M0, 3);
    fx_take(2, 0, 0, M1, 1);
    fx_take(2, 1, 1, M2, 2);
    fx_ready(3, 3);
    fx.actors[1].mailbox = 1;
    fx.on_produce = b_postpones;
    motet_system *sys = fx_start(1);
    uint64_t id;
    assert_int_equal(motet_session_open(sys, 0, 0, &id), MOTET_OK);
    while (fx_get(&fx.received[2]) == 0) { /* a has sent all */
    }
    atomic_store(&allowed, 1);
    assert_int_equal(motet_session_resume(sys, id, 1), MOTET_OK);
    fx_idle(sys);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.completed, 1);
    assert_int_equal(s.blocked, 1);
}

static void one_actor_in_two_roles_counts_once(void **state)
{
    (void)state;
    atomic_store(&asked, 0);
    atomic_store(&allowed, 0);
    one_message();
    static motet_role_type both[2];
    both[0] = fx.role_types[0];
    both[1] = fx.role_types[1];
    fx.actors[0].roles = both;
    fx.actors[0].n_roles = 2;
    fx.actors[0].sessions = 2;
    fx.bind[1].child = 0;
    fx.on_produce = wait_for_leave;
    motet_system *sys = fx_start(2);
    uint64_t id[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(motet_session_open(sys, 0, 0, &id[i]), MOTET_OK);
    }
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.open, 2);
    assert_int_equal(s.waiting, 1);
    while (fx_get(&asked) < 2) {
    }
    atomic_store(&allowed, 1);
    for (int i = 0; i < 3; i++) {
        (void)!motet_session_resume(sys, id[i], 0); /* the third may have ended already */
    }
    fx_idle(sys);
    assert_int_equal(fx_stop(sys).completed, 3);
}

static motet_status resume_itself(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)message;
    (void)value;
    if (fx_slot(s)->n++ == 5) {
        return MOTET_DONE;
    }
    /* the resume comes before the answer it resumes */
    return motet_session_resume(nested, motet_session_id(s), 0) == MOTET_OK ? MOTET_LATER : MOTET_FAIL;
}

static void a_resume_before_the_answer_is_not_lost(void **state)
{
    (void)state;
    one_message();
    fx.on_produce = resume_itself;
    nested = fx_start(2);
    fx_open(nested, 20, 0);
    fx_idle(nested);
    assert_int_equal(fx_stop(nested).completed, 20);
}

/* ---- scheduling ---- */

static _Atomic uint64_t b_has_run;

/* a's second message is made only once b has received the first: b must not wait behind a. */
static motet_status wait_for_b(struct fx_instance *self, motet_session *s, uint16_t *message, uint64_t *value)
{
    (void)self;
    (void)message;
    (void)value;
    if (fx_slot(s)->n++ == 1) {
        while (atomic_load(&b_has_run) == 0) {
        }
    }
    return MOTET_DONE;
}

static motet_status b_runs(struct fx_instance *self, motet_session *s, uint16_t message, uint64_t value)
{
    (void)self;
    (void)s;
    (void)message;
    (void)value;
    atomic_store(&b_has_run, 1);
    return MOTET_DONE;
}

static void a_handler_that_runs_long_does_not_hold_up_others(void **state)
{
    (void)state;
    fx_send(0, 0, 1, M0, 1);
    fx_send(0, 1, 1, M0, 2);
    fx_take(1, 0, 0, M0, 1);
    fx_take(1, 1, 0, M0, 2);
    fx_ready(2, 1);
    fx.on_produce = wait_for_b;
    fx.on_receive = b_runs;
    motet_system *sys = fx_start(2);
    for (int i = 0; i < 5; i++) {
        atomic_store(&b_has_run, 0);
        fx_open(sys, 1, 0);
        fx_idle(sys);
    }
    assert_int_equal(fx_stop(sys).completed, 5);
}

/* ---- stopping ---- */

static void a_stop_in_mid_session_tells_those_that_began(void **state)
{
    (void)state;
    atomic_store(&asked, 0);
    atomic_store(&allowed, 0);
    one_message();
    fx.on_produce = wait_for_leave;
    fx.actors[0].sessions = 3;
    motet_system *sys = fx_start(2);
    fx_open(sys, 8, 0);
    while (fx_get(&asked) < 3) {
    }
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.opened, 8);
    assert_int_equal(s.aborted, 8);
    assert_int_equal(fx_get(&fx.aborted[0]), 3); /* five never began, b was never reached */
    assert_int_equal(fx_get(&fx.aborted[1]), 0);
    assert_int_equal(fx_get(&fx.why[MOTET_ABORT_STOP]), 3);
    assert_int_equal(s.actors, 0);
    assert_false(s.gave_up);
}

static void a_stop_during_much_traffic_is_clean(void **state)
{
    (void)state;
    ping_pong();
    motet_system *sys = fx_start(4);
    fx_open(sys, 300, 100000);
    motet_stats s = fx_stop(sys);
    assert_int_equal(s.aborted, 300);
}

static void actors_start_in_order_and_stop_in_reverse(void **state)
{
    (void)state;
    ring_of_four(1, 1);
    fx.children[2].count = 2;
    fx.children[2].family = true;
    motet_system *sys = fx_start(4);
    motet_stats s;
    motet_system_stats(sys, &s);
    assert_int_equal(s.actors, 5);
    fx_stop(sys);
    assert_string_equal(fx.order, "+a0+b0+c0+c1+d0-d0-c1-c0-b0-a0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_mailbox_without_room_is_refused, fx_setup),
        cmocka_unit_test_setup(a_wire_to_an_actor_that_does_not_play_the_role_is_refused, fx_setup),
        cmocka_unit_test_setup(a_wire_to_an_instance_that_does_not_exist_is_refused, fx_setup),
        cmocka_unit_test_setup(an_automaton_that_leaves_its_table_is_refused, fx_setup),
        cmocka_unit_test_setup(a_send_that_names_a_label_of_another_message_is_refused, fx_setup),
        cmocka_unit_test_setup(a_session_that_nobody_begins_is_refused, fx_setup),
        cmocka_unit_test_setup(a_child_outside_of_the_tree_is_refused, fx_setup),
        cmocka_unit_test_setup(a_supervisor_below_itself_is_refused, fx_setup),
        cmocka_unit_test_setup(more_than_64_workers_are_refused, fx_setup),
        cmocka_unit_test_setup(a_wire_number_out_of_range_is_refused, fx_setup),
        cmocka_unit_test_setup(one_session_of_one_round_completes, fx_setup),
        cmocka_unit_test_setup(a_session_of_no_round_completes, fx_setup),
        cmocka_unit_test_setup(no_session_at_all_is_idle, fx_setup),
        cmocka_unit_test_setup(many_rounds_on_one_worker, fx_setup),
        cmocka_unit_test_setup(many_rounds_on_two_workers, fx_setup),
        cmocka_unit_test_setup(many_sessions_on_two_workers, fx_setup),
        cmocka_unit_test_setup(many_sessions_on_four_workers, fx_setup),
        cmocka_unit_test_setup(many_sessions_on_eight_workers, fx_setup),
        cmocka_unit_test_setup(as_many_workers_as_the_machine_offers, fx_setup),
        cmocka_unit_test_setup(ids_differ_and_are_not_zero, fx_setup),
        cmocka_unit_test_setup(two_systems_run_side_by_side, fx_setup),
        cmocka_unit_test_setup(a_ring_with_room_for_what_it_sends_completes, fx_setup),
        cmocka_unit_test_setup(a_ring_with_mailbox_1_deadlocks_without_holding_a_thread, fx_setup),
        cmocka_unit_test_setup(a_stream_through_mailbox_1_keeps_its_order, fx_setup),
        cmocka_unit_test_setup(a_stream_through_mailbox_1_on_two_workers, fx_setup),
        cmocka_unit_test_setup(a_stream_through_mailbox_3_on_four_workers, fx_setup),
        cmocka_unit_test_setup(a_stream_with_room_for_all_never_blocks, fx_setup),
        cmocka_unit_test_setup(gathering_serves_whichever_lane_has_a_message, fx_setup),
        cmocka_unit_test_setup(a_role_at_rest_is_done_when_all_are, fx_setup),
        cmocka_unit_test_setup(a_role_at_rest_is_done_when_all_are_on_three_workers, fx_setup),
        cmocka_unit_test_setup(a_message_without_an_edge_aborts_its_session, fx_setup),
        cmocka_unit_test_setup(a_label_that_has_an_edge_elsewhere_only_aborts_too, fx_setup),
        cmocka_unit_test_setup(a_message_that_is_early_waits_for_its_turn, fx_setup),
        cmocka_unit_test_setup(a_message_to_a_role_that_has_ended_is_an_orphan, fx_setup),
        cmocka_unit_test_setup(a_message_to_a_role_that_never_acts_is_an_orphan, fx_setup),
        cmocka_unit_test_setup(any_takes_the_instances_in_turn, fx_setup),
        cmocka_unit_test_setup(a_named_instance_gets_all, fx_setup),
        cmocka_unit_test_setup(an_open_past_the_limit_waits, fx_setup),
        cmocka_unit_test_setup(the_smallest_limit_of_all_roles_counts, fx_setup),
        cmocka_unit_test_setup(later_opens_wait_behind_earlier_ones, fx_setup),
        cmocka_unit_test_setup(one_actor_in_two_roles_counts_once, fx_setup),
        cmocka_unit_test_setup(a_handler_may_open_sessions, fx_setup),
        cmocka_unit_test_setup(later_waits_for_resume, fx_setup),
        cmocka_unit_test_setup(a_credit_comes_back_though_the_reader_waits, fx_setup),
        cmocka_unit_test_setup(a_resume_before_the_answer_is_not_lost, fx_setup),
        cmocka_unit_test_setup(a_handler_that_runs_long_does_not_hold_up_others, fx_setup),
        cmocka_unit_test_setup(a_stop_in_mid_session_tells_those_that_began, fx_setup),
        cmocka_unit_test_setup(a_stop_during_much_traffic_is_clean, fx_setup),
        cmocka_unit_test_setup(actors_start_in_order_and_stop_in_reverse, fx_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
