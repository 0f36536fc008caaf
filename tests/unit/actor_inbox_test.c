/* actor_inbox_test.c -- room in inboxes: exact capacities by each policy, whoever sends; senders that wait. */
#include <pthread.h>

#include "actor_kit.h"

enum { GOT, SENT, FULL, HUNG, OUT_OF_ORDER, DONE, MOST, DROPPED };
enum { T_GO = 1, T_HANG, T_COUNT, T_KILL, T_FLOOD };
enum { ROOM = 5 };

static _Atomic int64_t inside; /* accepted and not handled yet: what an inbox holds at most */

static motet_status take(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)ctx;
    if (m->tag == T_HANG) {
        kit_count(HUNG);
        kit_hang();
        return MOTET_DONE;
    }
    uint32_t n;
    memcpy(&n, m->data, sizeof n);
    kit_note(n);
    if (n != self->n++) {
        kit_count(OUT_OF_ORDER);
    }
    kit_count(GOT);
    return MOTET_DONE;
}

static motet_err tell_n(motet_ctx *ctx, motet_ref to, uint32_t n)
{
    return motet_tell(ctx, to, T_COUNT, &n, sizeof n);
}

/* A receiver whose handler hangs, on the first worker; its inbox is empty but for that mail. */
static motet_ref hanging_receiver(motet_system *sys, motet_policy policy)
{
    static motet_actor_type type;
    type = kit_type(ROOM, policy);
    struct kit_script script = {.receive = take};
    kit.ref[0] = kit_spawn_on(sys, &type, &script, 0);
    assert_int_equal(kit_send(sys, kit.ref[0], T_HANG), MOTET_OK);
    kit_await(HUNG, 1);
    return kit.ref[0];
}

/* What was handled is `got` mails in order, from `first` on. Of an inbox that drops its oldest one more may be left,
 * when its worker looked at them only after the hanging handler returned. */
static void check_log(motet_policy policy, uint64_t *got, uint32_t *first)
{
    if (policy == MOTET_DROP_OLDEST && kit_got(GOT) == *got + 1) {
        ++*got;
        --*first;
    }
    assert_int_equal(kit_got(GOT), *got);
    for (uint32_t i = 0; i < *got; i++) {
        assert_int_equal(kit.log[i], *first + i);
    }
}

/* ---- from another worker: tells until it is refused ---- */

static motet_status fill(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    for (uint32_t i = 0; i < 3 * ROOM; i++) {
        motet_err e = tell_n(ctx, kit.ref[0], i);
        kit_check(e == MOTET_OK || e == MOTET_EFULL);
        kit_count(e == MOTET_OK ? SENT : FULL);
    }
    kit_check(motet_is_blocked(ctx) == (self->script.data != NULL));
    kit_count(DONE);
    return MOTET_DONE;
}

/* The mail in hand keeps its place until its handler returns. */
static motet_stats remote_sender(motet_policy policy, uint64_t sent, uint64_t got, uint32_t first)
{
    motet_system *sys = kit_start(2);
    hanging_receiver(sys, policy);
    struct kit_script filler = {.receive = fill, .data = policy == MOTET_BLOCK ? &kit : NULL};
    motet_ref by = kit_spawn_on(sys, &kit_plain, &filler, 1);
    assert_int_equal(kit_send(sys, by, T_GO), MOTET_OK);
    kit_await(DONE, 1);
    assert_int_equal(kit_got(SENT), sent);
    assert_int_equal(kit_got(FULL), 3 * ROOM - sent);
    atomic_store(&kit.go, 1);
    kit_await(GOT, got);
    motet_stats s = kit_stop(sys);
    check_log(policy, &got, &first);
    assert_int_equal(s.mail_lost, sent - got);
    assert_int_equal(s.mail_refused, 3 * ROOM - sent);
    return s;
}

static void from_another_worker_a_refusing_inbox_takes_what_it_has_room_for(void **state)
{
    (void)state;
    remote_sender(MOTET_REFUSE, ROOM - 1, ROOM - 1, 0);
}

static void from_another_worker_a_blocking_inbox_takes_one_more_that_waits(void **state)
{
    (void)state;
    remote_sender(MOTET_BLOCK, ROOM, ROOM, 0);
}

static void from_another_worker_the_newest_is_dropped(void **state)
{
    (void)state;
    remote_sender(MOTET_DROP_NEWEST, 3 * ROOM, ROOM - 1, 0);
}

static void from_another_worker_the_oldest_is_dropped(void **state)
{
    (void)state;
    remote_sender(MOTET_DROP_OLDEST, 3 * ROOM, ROOM - 1, 2 * ROOM + 1);
}

/* ---- from the same worker: in one callback nothing is handled meanwhile ---- */

static motet_stats local_sender(motet_policy policy, uint64_t sent, uint64_t got, uint32_t first)
{
    motet_system *sys = kit_start(1);
    motet_actor_type type = kit_type(ROOM, policy);
    struct kit_script script = {.receive = take}, filler = {.receive = fill, .data = policy == MOTET_BLOCK ? &kit : NULL};
    kit.ref[0] = kit_spawn_as(sys, &type, &script);
    assert_int_equal(kit_send(sys, kit_spawn(sys, &filler), T_GO), MOTET_OK);
    kit_await(DONE, 1);
    assert_int_equal(kit_got(SENT), sent);
    kit_await(GOT, got);
    motet_stats s = kit_stop(sys);
    for (uint32_t i = 0; i < got; i++) {
        assert_int_equal(kit.log[i], first + i);
    }
    assert_int_equal(s.mail_lost, sent - got);
    assert_int_equal(s.mail_refused, 3 * ROOM - sent);
    return s;
}

static void a_refusing_inbox_takes_what_it_has_room_for(void **state)
{
    (void)state;
    local_sender(MOTET_REFUSE, ROOM, ROOM, 0);
}

static void a_blocking_inbox_takes_one_more_that_waits(void **state)
{
    (void)state;
    local_sender(MOTET_BLOCK, ROOM + 1, ROOM + 1, 0);
}

static void the_newest_is_dropped(void **state)
{
    (void)state;
    local_sender(MOTET_DROP_NEWEST, 3 * ROOM, ROOM, 0);
}

static void the_oldest_is_dropped(void **state)
{
    (void)state;
    local_sender(MOTET_DROP_OLDEST, 3 * ROOM, ROOM, 2 * ROOM);
}

/* ---- from outside ---- */

static void outside_sender(motet_policy policy, uint64_t sent, motet_err full, uint64_t got, uint32_t first)
{
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = hanging_receiver(sys, policy);
    for (uint32_t i = 0; i < 3 * ROOM; i++) {
        assert_int_equal(motet_send(sys, to, T_COUNT, &i, sizeof i, KIT_MS), i < sent ? MOTET_OK : full);
    }
    atomic_store(&kit.go, 1);
    kit_await(GOT, got);
    motet_stats s = kit_stop(sys);
    check_log(policy, &got, &first);
    assert_int_equal(s.mail_lost, sent - got);
}

static void from_outside_a_refusing_inbox_says_so(void **state)
{
    (void)state;
    outside_sender(MOTET_REFUSE, ROOM - 1, MOTET_EFULL, ROOM - 1, 0);
}

static void from_outside_a_blocking_inbox_is_waited_for_in_vain(void **state)
{
    (void)state;
    outside_sender(MOTET_BLOCK, ROOM - 1, MOTET_ETIME, ROOM - 1, 0);
}

static void from_outside_the_newest_is_dropped(void **state)
{
    (void)state;
    outside_sender(MOTET_DROP_NEWEST, 3 * ROOM, MOTET_OK, ROOM - 1, 0);
}

static void from_outside_the_oldest_is_dropped(void **state)
{
    (void)state;
    outside_sender(MOTET_DROP_OLDEST, 3 * ROOM, MOTET_OK, ROOM - 1, 2 * ROOM + 1);
}

static void *let_go_soon(void *arg)
{
    (void)arg;
    kit_nap(5 * KIT_MS);
    atomic_store(&kit.go, 1);
    return NULL;
}

static void from_outside_a_blocking_inbox_is_waited_for(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = hanging_receiver(sys, MOTET_BLOCK);
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, let_go_soon, NULL), 0);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(motet_send(sys, to, T_COUNT, &i, sizeof i, KIT_BOUND_S * KIT_SECOND), MOTET_OK);
    }
    pthread_join(t, NULL);
    kit_await(GOT, 100);
    kit_stop(sys);
}

static void to_one_that_has_ended_nobody_waits(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref to = hanging_receiver(sys, MOTET_BLOCK);
    uint32_t i = 0;
    while (motet_send(sys, to, T_COUNT, &i, sizeof i, KIT_MS) == MOTET_OK) {
        i++;
    }
    kit_stop(sys);
}

/* ---- senders that wait ---- */

struct burst {
    uint32_t from, n;
};

enum { SENDERS = 12, BURST = 300 };
static uint32_t next_of[SENDERS + 4];

static motet_status take_bursts(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)ctx;
    (void)self;
    if (m->tag == T_HANG) {
        kit_count(HUNG);
        kit_hang();
        return MOTET_DONE;
    }
    struct burst b;
    memcpy(&b, m->data, sizeof b);
    int64_t now = atomic_fetch_sub(&inside, 1);
    if (now > (int64_t)kit_got(MOST)) {
        atomic_store(&kit.count[MOST], (uint64_t)now);
    }
    if (b.n < next_of[b.from]) {
        kit_count(OUT_OF_ORDER);
    }
    next_of[b.from] = b.n + 1;
    kit_count(GOT);
    return MOTET_DONE;
}

/* Sends until it is blocked or refused, and goes on in a later turn. */
static motet_status send_burst(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    uint32_t from;
    memcpy(&from, m->data, sizeof from);
    while (self->n < BURST && !motet_is_blocked(ctx)) {
        struct burst b = {from, (uint32_t)self->n};
        motet_err e = motet_tell(ctx, kit.ref[0], T_COUNT, &b, sizeof b);
        kit_check(e == MOTET_OK || e == MOTET_EFULL);
        if (e != MOTET_OK) {
            kit_count(FULL);
            break;
        }
        kit_count(SENT);
        self->n++;
    }
    if (self->n < BURST) {
        kit_check(motet_tell(ctx, motet_self(ctx), T_GO, &from, sizeof from) == MOTET_OK);
    } else {
        kit_count(DONE);
    }
    return MOTET_DONE;
}

static void *send_from_outside(void *arg)
{
    motet_system *sys = arg;
    static _Atomic uint32_t threads;
    uint32_t from = SENDERS + atomic_fetch_add(&threads, 1) % 4;
    for (uint32_t i = 0; i < BURST;) {
        struct burst b = {from, i};
        motet_err e = motet_send(sys, kit.ref[0], T_COUNT, &b, sizeof b, KIT_BOUND_S * KIT_SECOND);
        kit_check(e == MOTET_OK || e == MOTET_EFULL);
        if (e == MOTET_OK) {
            kit_count(SENT);
            i++;
        } else {
            kit_nap(10000);
        }
    }
    kit_count(DONE);
    return NULL;
}

/* Local and remote senders and two threads at once: nothing is lost but by policy, the order of each is kept. */
static void all_at_once(motet_policy policy)
{
    for (uint32_t room = 1; room <= 64; room *= 8) {
        kit_setup(NULL);
        memset(next_of, 0, sizeof next_of);
        motet_system *sys = kit_start(kit_workers());
        motet_actor_type type = kit_type(room, policy);
        struct kit_script taking = {.receive = take_bursts}, sending = {.receive = send_burst};
        kit.ref[0] = kit_spawn_as(sys, &type, &taking);
        for (uint32_t i = 0; i < SENDERS; i++) {
            motet_ref by = i % 3 == 0 ? kit_spawn(sys, &sending)
                                      : kit_spawn_on(sys, &kit_plain, &sending, i % kit_workers());
            assert_int_equal(motet_send(sys, by, T_GO, &i, sizeof i, KIT_SECOND), MOTET_OK);
        }
        pthread_t t[2];
        for (int i = 0; i < 2; i++) {
            assert_int_equal(pthread_create(&t[i], NULL, send_from_outside, sys), 0);
        }
        kit_await(DONE, SENDERS + 2);
        pthread_join(t[0], NULL);
        pthread_join(t[1], NULL);
        if (policy == MOTET_BLOCK || policy == MOTET_REFUSE) {
            kit_await(GOT, (SENDERS + 2) * BURST);
        }
        motet_stats s = kit_stop(sys);
        assert_int_equal(kit_got(SENT), (SENDERS + 2) * BURST);
        assert_int_equal(kit_got(SENT), kit_got(GOT) + s.mail_lost + s.dead_letters);
        assert_int_equal(kit_got(OUT_OF_ORDER), 0);
        if (policy == MOTET_BLOCK || policy == MOTET_REFUSE) {
            assert_int_equal(s.mail_lost + s.dead_letters, 0);
        }
    }
}

static void senders_of_all_kinds_wait_for_a_blocking_inbox(void **state)
{
    (void)state;
    all_at_once(MOTET_BLOCK);
}

static void senders_of_all_kinds_are_refused_by_a_full_inbox(void **state)
{
    (void)state;
    all_at_once(MOTET_REFUSE);
}

static void of_senders_of_all_kinds_the_newest_are_dropped(void **state)
{
    (void)state;
    all_at_once(MOTET_DROP_NEWEST);
}

static void of_senders_of_all_kinds_the_oldest_are_dropped(void **state)
{
    (void)state;
    all_at_once(MOTET_DROP_OLDEST);
}

/* The receiver hangs until all senders have stopped: what was accepted is what there is room for, exactly. */
static motet_status send_until_full(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    uint32_t n = 0;
    while (tell_n(ctx, kit.ref[0], n) == MOTET_OK) {
        kit_count(SENT);
    }
    kit_count(DONE);
    return MOTET_DONE;
}

static void *send_until_full_outside(void *arg)
{
    uint32_t n = 0;
    while (motet_send(arg, kit.ref[0], T_COUNT, &n, sizeof n, 0) == MOTET_OK) {
        kit_count(SENT);
    }
    kit_count(DONE);
    return NULL;
}

static void the_capacity_is_exact_under_contention(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(kit_workers() < 2 ? 2 : kit_workers());
        motet_actor_type type = kit_type(1000, MOTET_REFUSE);
        struct kit_script taking = {.receive = take}, sending = {.receive = send_until_full};
        kit.ref[0] = kit_spawn_on(sys, &type, &taking, 0);
        assert_int_equal(kit_send(sys, kit.ref[0], T_HANG), MOTET_OK);
        kit_await(HUNG, 1);
        pthread_t t[2];
        for (int i = 0; i < 2; i++) {
            assert_int_equal(pthread_create(&t[i], NULL, send_until_full_outside, sys), 0);
        }
        for (uint32_t i = 0; i < 8; i++) {
            motet_ref by = kit_spawn_on(sys, &kit_plain, &sending, 1 + i % (kit_workers() < 2 ? 1 : kit_workers() - 1));
            assert_int_equal(kit_send(sys, by, T_GO), MOTET_OK);
        }
        kit_await(DONE, 10);
        pthread_join(t[0], NULL);
        pthread_join(t[1], NULL);
        assert_int_equal(kit_got(SENT), 1000 - 1);
        atomic_store(&kit.go, 1);
        kit_await(GOT, 1000 - 1);
        kit_stop(sys);
    }
}

static motet_status kill_receiver(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    kit_check(motet_kill(ctx, kit.ref[0]) == MOTET_OK);
    return MOTET_DONE;
}

static motet_status block_then_count(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->tag == T_GO) {
        uint32_t n = (uint32_t)self->n;
        while (!motet_is_blocked(ctx)) {
            kit_check(tell_n(ctx, kit.ref[0], n++) == MOTET_OK);
            kit_count(SENT);
        }
        self->n = n;
        kit_check(tell_n(ctx, kit.ref[0], n) == MOTET_EFULL);
        kit_count(DONE);
    } else {
        kit_count(DROPPED);
    }
    return MOTET_DONE;
}

static void senders_go_on_when_the_one_they_wait_for_ends(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    motet_ref to = hanging_receiver(sys, MOTET_BLOCK);
    struct kit_script blocking = {.receive = block_then_count}, killer = {.receive = kill_receiver};
    motet_ref by[4];
    for (uint32_t i = 0; i < 4; i++) {
        by[i] = kit_spawn_on(sys, &kit_plain, &blocking, 1);
        assert_int_equal(kit_send(sys, by[i], T_GO), MOTET_OK);
        kit_await(DONE, i + 1);
        assert_int_equal(kit_send(sys, by[i], T_COUNT), MOTET_OK);
    }
    assert_int_equal(kit_got(DROPPED), 0);
    assert_int_equal(kit_send(sys, kit_spawn_on(sys, &kit_plain, &killer, 1), T_GO), MOTET_OK);
    atomic_store(&kit.go, 1);
    kit_await(DROPPED, 4);
    assert_int_equal(kit_send(sys, to, T_HANG), MOTET_EGONE);
    motet_stats s = kit_stop(sys);
    assert_int_equal(kit_got(SENT) , kit_got(GOT) + s.dead_letters - 1);
}

static motet_status kill_told(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    motet_ref who;
    memcpy(&who, m->data, sizeof who);
    kit_check(motet_kill(ctx, who) == MOTET_OK);
    return MOTET_DONE;
}

static void a_sender_that_waits_may_be_killed_and_the_next_one_gets_the_place(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    hanging_receiver(sys, MOTET_BLOCK);
    struct kit_script blocking = {.receive = block_then_count}, killer = {.receive = kill_told};
    motet_ref by[4], killing = kit_spawn_on(sys, &kit_plain, &killer, 1);
    for (uint32_t i = 0; i < 4; i++) {
        by[i] = kit_spawn_on(sys, &kit_plain, &blocking, 1);
        assert_int_equal(kit_send(sys, by[i], T_GO), MOTET_OK);
        kit_await(DONE, i + 1);
    }
    assert_int_equal(motet_send(sys, killing, T_KILL, &by[0], sizeof by[0], KIT_SECOND), MOTET_OK);
    assert_int_equal(motet_send(sys, killing, T_KILL, &by[2], sizeof by[2], KIT_SECOND), MOTET_OK);
    kit_await_end(sys, 2);
    atomic_store(&kit.go, 1);
    kit_await(GOT, ROOM - 1 + 2);
    assert_int_equal(kit_send(sys, by[1], T_COUNT), MOTET_OK);
    assert_int_equal(kit_send(sys, by[3], T_COUNT), MOTET_OK);
    kit_await(DROPPED, 2);
    uint32_t n = 0;
    assert_int_equal(motet_send(sys, kit.ref[0], T_COUNT, &n, sizeof n, KIT_SECOND), MOTET_OK);
    kit_await(GOT, ROOM - 1 + 3);
    motet_stats s = kit_stop(sys);
    assert_int_equal(s.dead_letters, 2);
}

static motet_status flood_itself(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)m;
    self->n++;
    kit_count(GOT);
    for (uint32_t i = 0; i < 2 && !motet_is_blocked(ctx) && self->n < 1000; i++) {
        kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
        kit_count(SENT);
    }
    return MOTET_DONE;
}

static void one_that_fills_its_own_inbox_goes_on(void **state)
{
    (void)state;
    for (uint32_t room = 1; room < 4; room++) {
        kit_setup(NULL);
        motet_system *sys = kit_start(kit_workers());
        motet_actor_type type = kit_type(room, MOTET_BLOCK);
        struct kit_script script = {.receive = flood_itself};
        assert_int_equal(kit_send(sys, kit_spawn_as(sys, &type, &script), T_GO), MOTET_OK);
        kit_await(GOT, 1000);
        kit_stop(sys);
    }
}

static motet_status tell_each_other(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)m;
    motet_err e = MOTET_OK;
    while (e == MOTET_OK && !motet_is_blocked(ctx)) {
        e = motet_tell(ctx, kit.ref[kit.ref[0].slot == motet_self(ctx).slot], T_GO, NULL, 0);
        kit_check(e == MOTET_OK || e == MOTET_EGONE); /* the other one is killed first */
    }
    if (self->n++ == 0) {
        kit_count(DONE);
    }
    return MOTET_DONE;
}

static void two_that_wait_for_each_other_may_be_killed(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_actor_type type = kit_type(1, MOTET_BLOCK);
    struct kit_script script = {.receive = tell_each_other}, killer = {.receive = kill_told};
    kit.ref[0] = kit_spawn_as(sys, &type, &script);
    kit.ref[1] = kit_spawn_as(sys, &type, &script);
    motet_ref killing = kit_spawn(sys, &killer);
    assert_int_equal(kit_send(sys, kit.ref[0], T_GO), MOTET_OK);
    kit_await(DONE, 1);
    assert_int_equal(motet_send(sys, killing, T_KILL, &kit.ref[0], sizeof kit.ref[0], KIT_SECOND), MOTET_OK);
    assert_int_equal(motet_send(sys, killing, T_KILL, &kit.ref[1], sizeof kit.ref[1], KIT_SECOND), MOTET_OK);
    kit_await_end(sys, 2);
    kit_stop(sys);
}

static void a_system_stops_though_senders_wait(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_actor_type type = kit_type(1, MOTET_BLOCK);
    struct kit_script script = {.receive = tell_each_other};
    kit.ref[0] = kit_spawn_as(sys, &type, &script);
    kit.ref[1] = kit_spawn_as(sys, &type, &script);
    assert_int_equal(kit_send(sys, kit.ref[0], T_GO), MOTET_OK);
    kit_await(DONE, 1);
    kit_stop(sys);
}

static motet_status ask_one_that_is_full(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TOLD) {
        while (!motet_is_blocked(ctx)) {
            kit_check(motet_ask(ctx, kit.ref[0], T_COUNT, &self->n, 4, 5 * KIT_MS, &self->id) == MOTET_OK);
            kit_count(SENT);
        }
    } else {
        kit_check(m->kind == MOTET_NO_REPLY && m->why == MOTET_ETIME);
        kit_count(DONE);
    }
    return MOTET_DONE;
}

static void an_ask_that_waits_for_room_ends_in_time(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    hanging_receiver(sys, MOTET_BLOCK);
    struct kit_script asking = {.receive = ask_one_that_is_full};
    assert_int_equal(kit_send(sys, kit_spawn_on(sys, &kit_plain, &asking, 1), T_GO), MOTET_OK);
    kit_await(DONE, ROOM);
    motet_stats s = kit_stop(sys);
    assert_int_equal(kit_got(SENT), ROOM);
    assert_int_equal(s.mail_lost, 1);
}

static void a_call_to_one_that_is_full_ends_in_time(void **state)
{
    (void)state;
    motet_system *sys = kit_start(2);
    motet_ref to = hanging_receiver(sys, MOTET_BLOCK);
    char answer[8];
    for (int i = 0; i < 2 * ROOM; i++) {
        size_t size = sizeof answer;
        assert_int_equal(motet_call(sys, to, T_COUNT, "four", 4, KIT_MS, answer, &size), MOTET_ETIME);
    }
    kit_stop(sys);
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(from_another_worker_a_refusing_inbox_takes_what_it_has_room_for),
        kit_test(from_another_worker_a_blocking_inbox_takes_one_more_that_waits),
        kit_test(from_another_worker_the_newest_is_dropped),
        kit_test(from_another_worker_the_oldest_is_dropped),
        kit_test(a_refusing_inbox_takes_what_it_has_room_for),
        kit_test(a_blocking_inbox_takes_one_more_that_waits),
        kit_test(the_newest_is_dropped),
        kit_test(the_oldest_is_dropped),
        kit_test(from_outside_a_refusing_inbox_says_so),
        kit_test(from_outside_a_blocking_inbox_is_waited_for_in_vain),
        kit_test(from_outside_the_newest_is_dropped),
        kit_test(from_outside_the_oldest_is_dropped),
        kit_test(from_outside_a_blocking_inbox_is_waited_for),
        kit_test(to_one_that_has_ended_nobody_waits),
        kit_test(senders_of_all_kinds_wait_for_a_blocking_inbox),
        kit_test(senders_of_all_kinds_are_refused_by_a_full_inbox),
        kit_test(of_senders_of_all_kinds_the_newest_are_dropped),
        kit_test(of_senders_of_all_kinds_the_oldest_are_dropped),
        kit_test(the_capacity_is_exact_under_contention),
        kit_test(senders_go_on_when_the_one_they_wait_for_ends),
        kit_test(a_sender_that_waits_may_be_killed_and_the_next_one_gets_the_place),
        kit_test(one_that_fills_its_own_inbox_goes_on),
        kit_test(two_that_wait_for_each_other_may_be_killed),
        kit_test(a_system_stops_though_senders_wait),
        kit_test(an_ask_that_waits_for_room_ends_in_time),
        kit_test(a_call_to_one_that_is_full_ends_in_time),
    };
    return cmocka_run_group_tests_name("room in inboxes", tests, NULL, NULL);
}
