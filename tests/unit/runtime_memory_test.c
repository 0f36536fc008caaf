/* runtime_memory_test.c -- payloads in blocks on every way that they may end; what is not returned is found when the
 * system stops; dead letters are told of, each once. */
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime_fixture.h"

enum { PUT = 1, KEEP, HOLD, SEND_ON };
enum { LARGE = 3000 };

static struct {
    motet_policy policy;
    uint32_t inbox;
    motet_ref to, target;
    void *kept;
    _Atomic uint64_t got, bytes, wrong, told, gate, letters, ready;
    motet_dead_letter last;
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

static bool whole(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != (unsigned char)(i * 7)) {
            return false;
        }
    }
    return true;
}

static void fill(unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(i * 7);
    }
}

/* Reads every byte of what it gets, so that a payload that went too early is found. */
static motet_status reads(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)ctx;
    while (atomic_load(&at.gate)) {
        nap();
    }
    if (m->kind == MOTET_TOLD && m->size > 0 && !whole(m->data, m->size)) {
        atomic_fetch_add(&at.wrong, 1);
    }
    atomic_fetch_add(&at.bytes, m->size);
    atomic_fetch_add(&at.got, 1);
    return MOTET_DONE;
}

static motet_actor_type reading(void)
{
    return (motet_actor_type){.name = "reader", .receive = reads, .inbox = at.inbox, .inbox_policy = at.policy};
}

static void tell_of(void *env, const motet_dead_letter *letter)
{
    (void)env;
    at.last = *letter;
    atomic_fetch_add(&at.letters, 1);
}

static motet_system *start(uint32_t workers)
{
    motet_system *sys;
    motet_options o = {.workers = workers, .on_dead_letter = tell_of};
    assert_int_equal(motet_system_start(NULL, &o, &sys), MOTET_OK);
    return sys;
}

static uint64_t leaks_of(const motet_stats *s)
{
    const motet_leaks *l = &s->leaks;
    return l->actors + l->timers + l->mail + l->blocks + l->states + l->sessions + l->messages;
}

/* Nothing is missing, nothing was wrong, and each dead letter was told of. */
static motet_stats stop(motet_system *sys)
{
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(leaks_of(&s), 0);
    assert_int_equal(atomic_load(&at.wrong), 0);
    assert_int_equal(s.dead_letters, atomic_load(&at.letters));
    return s;
}

static motet_ref spawn_on(motet_system *sys, const motet_actor_type *type, uint32_t worker)
{
    motet_ref ref;
    motet_spawn_options o = {.placement = MOTET_ON_WORKER, .worker = worker};
    assert_int_equal(motet_system_spawn(sys, type, &o, &ref), MOTET_OK);
    return ref;
}

static void *filled(motet_ctx *ctx, size_t size)
{
    void *block = motet_block_new(ctx, size);
    fill(block, size);
    return block;
}

/* ---- what is kept is found ---- */

static motet_status keeps(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    if (m->kind == MOTET_TOLD && m->tag == KEEP) {
        at.kept = motet_block_new(ctx, LARGE);
    } else if (m->kind == MOTET_TOLD && m->tag == HOLD) {
        at.kept = motet_block_share(ctx, motet_mail_block(ctx, m));
    }
    atomic_fetch_add(&at.got, 1);
    return MOTET_DONE;
}

static const motet_actor_type keeping = {.name = "keeper", .receive = keeps};

static void a_block_that_nobody_drops_is_a_leak(void **state)
{
    (void)state;
    motet_system *sys = start(1);
    assert_int_equal(motet_send(sys, spawn_on(sys, &keeping, 0), KEEP, NULL, 0, 0), MOTET_OK);
    until(&at.got, 1);
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.leaks.blocks, 1);
    assert_int_equal(leaks_of(&s), 1);
}

static void a_share_that_nobody_drops_is_a_leak(void **state)
{
    (void)state;
    unsigned char bytes[LARGE] = {0};
    motet_system *sys = start(2);
    assert_int_equal(motet_send(sys, spawn_on(sys, &keeping, 1), HOLD, bytes, sizeof bytes, 0), MOTET_OK);
    until(&at.got, 1);
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.leaks.blocks, 1);
    assert_int_equal(leaks_of(&s), 1);
}

static void a_share_that_is_dropped_is_none(void **state)
{
    (void)state;
    unsigned char bytes[LARGE] = {0};
    motet_system *sys = start(2);
    assert_int_equal(motet_send(sys, spawn_on(sys, &keeping, 1), HOLD, bytes, sizeof bytes, 0), MOTET_OK);
    until(&at.got, 1);
    motet_system_drop(sys, at.kept);
    stop(sys);
}

static void a_block_of_a_worker_may_be_dropped_from_elsewhere(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    assert_int_equal(motet_send(sys, spawn_on(sys, &keeping, 1), KEEP, NULL, 0, 0), MOTET_OK);
    until(&at.got, 1);
    motet_system_drop(sys, at.kept);
    stop(sys);
}

static void a_block_from_outside_that_nobody_drops_is_a_leak(void **state)
{
    (void)state;
    motet_system *sys = start(1);
    assert_non_null(motet_system_block(sys, 10));
    motet_stats s;
    motet_system_stop(sys, &s);
    assert_int_equal(s.leaks.blocks, 1);
}

/* ---- the ways of a block ---- */

/* Sends on all it is told, `arg` times, in one block that is shared. */
static motet_status fans_out(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    if (m->kind != MOTET_TOLD) {
        return MOTET_DONE;
    }
    uint64_t times;
    memcpy(&times, m->data, sizeof times);
    for (uint64_t i = 0; i < times; i++) {
        void *block = filled(ctx, LARGE);
        if (motet_tell_block(ctx, at.to, PUT, block) != MOTET_OK) {
            motet_block_drop(ctx, block);
            atomic_fetch_add(&at.told, 1);
        }
    }
    atomic_fetch_add(&at.ready, 1);
    return MOTET_DONE;
}

static const motet_actor_type sending = {.name = "sender", .receive = fans_out};

static void send_many(uint32_t workers, uint32_t from, uint32_t to, uint64_t n)
{
    motet_system *sys = start(workers);
    motet_actor_type type = reading();
    at.to = spawn_on(sys, &type, to);
    assert_int_equal(motet_send(sys, spawn_on(sys, &sending, from), PUT, &n, sizeof n, 0), MOTET_OK);
    until(&at.ready, 1);
    uint64_t lost = atomic_load(&at.told);
    if (at.policy == MOTET_BLOCK || at.policy == MOTET_REFUSE) {
        until(&at.got, n - lost);
    }
    motet_stats s = stop(sys);
    assert_int_equal(atomic_load(&at.bytes), atomic_load(&at.got) * LARGE);
    assert_true(atomic_load(&at.got) + s.mail_lost + lost + s.dead_letters == n);
}

static void blocks_within_a_worker(void **state)
{
    (void)state;
    at.inbox = 10000;
    send_many(1, 0, 0, 5000);
}

static void blocks_go_home_from_another_worker(void **state)
{
    (void)state;
    at.inbox = 10000;
    send_many(2, 1, 0, 5000);
}

static void blocks_that_are_refused_stay_the_senders(void **state)
{
    (void)state;
    at.policy = MOTET_REFUSE;
    at.inbox = 10;
    send_many(2, 0, 1, 2000);
    assert_true(atomic_load(&at.told) > 0);
}

static void blocks_that_find_no_room_are_dropped_newest_first(void **state)
{
    (void)state;
    for (uint32_t to = 0; to < 2; to++) {
        reset(state);
        at.policy = MOTET_DROP_NEWEST;
        at.inbox = 10;
        send_many(2, 0, to, 2000);
    }
}

static void blocks_that_find_no_room_are_dropped_oldest_first(void **state)
{
    (void)state;
    for (uint32_t to = 0; to < 2; to++) {
        reset(state);
        at.policy = MOTET_DROP_OLDEST;
        at.inbox = 10;
        send_many(2, 0, to, 2000);
    }
}

static void a_block_that_waits_for_room_ends_with_its_sender(void **state)
{
    (void)state;
    for (uint32_t to = 0; to < 2; to++) {
        reset(state);
        at.inbox = 3;
        atomic_store(&at.gate, to); /* on a worker of its own the reader hangs meanwhile */
        motet_system *sys = start(2);
        motet_actor_type type = reading();
        at.to = spawn_on(sys, &type, to);
        uint64_t n = 10; /* 3 or 4 in the inbox, 1 waits, the others are refused */
        assert_int_equal(motet_send(sys, spawn_on(sys, &sending, 0), PUT, &n, sizeof n, 0), MOTET_OK);
        until(&at.ready, 1);
        assert_true(atomic_load(&at.told) >= 5);
        atomic_store(&at.gate, 0);
        stop(sys);
    }
}

static void blocks_in_mailboxes_at_the_stop(void **state)
{
    (void)state;
    enum { N = 1000 };
    for (uint32_t to = 0; to < 2; to++) {
        reset(state);
        at.inbox = N;
        uint64_t n = N;
        atomic_store(&at.gate, 1);
        motet_system *sys = start(2);
        motet_actor_type type = reading();
        at.to = spawn_on(sys, &type, to);
        motet_ref sender = spawn_on(sys, &sending, 0);
        assert_int_equal(motet_send(sys, sender, PUT, &n, sizeof n, 0), MOTET_OK);
        until(&at.ready, 1);
        atomic_store(&at.gate, 0);
        motet_stats s = stop(sys);
        assert_int_equal(atomic_load(&at.got) + s.dead_letters, N);
    }
}

static void blocks_from_other_threads(void **state)
{
    (void)state;
    at.inbox = 100;
    motet_system *sys = start(2);
    motet_actor_type type = reading();
    motet_ref to[2] = {spawn_on(sys, &type, 0), spawn_on(sys, &type, 1)};
    for (int i = 0; i < 1000; i++) {
        void *block = motet_system_block(sys, LARGE);
        fill(block, LARGE);
        assert_int_equal(motet_send_block(sys, to[i % 2], PUT, block, 60 * FX_SECOND), MOTET_OK);
        unsigned char bytes[200];
        fill(bytes, sizeof bytes);
        assert_int_equal(motet_send(sys, to[i % 2], PUT, bytes, sizeof bytes, 60 * FX_SECOND), MOTET_OK);
    }
    until(&at.got, 2000);
    void *block = motet_system_block(sys, LARGE);
    assert_int_equal(motet_send_block(sys, MOTET_NOBODY, PUT, block, 0), MOTET_EGONE);
    assert_int_equal(at.last.size, LARGE);
    motet_system_drop(sys, block); /* it stayed the caller's */
    stop(sys);
}

/* One payload to many: shared, and read by all. */
static motet_ref audience[1000];

static motet_status to_all(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    void *block = filled(ctx, LARGE);
    for (int i = 0; i < 1000; i++) {
        if (motet_tell_block(ctx, audience[i], PUT, motet_block_share(ctx, block)) != MOTET_OK) {
            atomic_fetch_add(&at.wrong, 1);
        }
    }
    motet_block_drop(ctx, block);
    return MOTET_DONE;
}

static void one_block_to_a_thousand(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 2; workers++) {
        reset(state);
        motet_system *sys = start(workers);
        motet_actor_type type = reading(), speaker = {.name = "speaker", .receive = to_all};
        for (uint32_t i = 0; i < 1000; i++) {
            audience[i] = spawn_on(sys, &type, i % workers);
        }
        assert_int_equal(motet_send(sys, spawn_on(sys, &speaker, 0), PUT, NULL, 0, 0), MOTET_OK);
        until(&at.got, 1000);
        assert_int_equal(atomic_load(&at.bytes), 1000 * LARGE);
        stop(sys);
    }
}

/* Hands what it is told on, as it is, to itself on the other worker, `tag` times in all. */
static motet_status hands_on(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    if (m->kind != MOTET_TOLD || !whole(m->data, m->size)) {
        atomic_fetch_add(&at.wrong, 1);
        return MOTET_DONE;
    }
    if (m->tag == 0) {
        atomic_fetch_add(&at.got, 1);
        return MOTET_DONE;
    }
    motet_ref next = audience[m->tag % 2];
    void *block = motet_block_share(ctx, motet_mail_block(ctx, m));
    if (m->tag % 3 == 0) { /* and keeps no other reference: fails, with the mail in hand */
        motet_err e = motet_tell_block(ctx, next, m->tag - 1, block);
        motet_block_drop(ctx, e == MOTET_OK ? motet_block_share(ctx, motet_mail_block(ctx, m)) : block);
        return MOTET_DONE;
    }
    return motet_tell_block(ctx, next, m->tag - 1, block) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
}

static void a_block_goes_to_and_fro_between_workers(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    motet_actor_type type = {.name = "hand", .receive = hands_on};
    audience[0] = spawn_on(sys, &type, 0);
    audience[1] = spawn_on(sys, &type, 1);
    for (int i = 0; i < 20; i++) {
        void *block = motet_system_block(sys, LARGE);
        fill(block, LARGE);
        assert_int_equal(motet_send_block(sys, audience[0], 500, block, 60 * FX_SECOND), MOTET_OK);
    }
    until(&at.got, 20);
    stop(sys);
}

/* Asks with a block, and gets it back as the answer. */
static motet_status gives_back(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    void *block = motet_block_share(ctx, motet_mail_block(ctx, m));
    bool right = m->kind == MOTET_ASKED && block == m->data && motet_block_size(block) == LARGE;
    if (!right || motet_reply_block(ctx, m->from, m->id, block) != MOTET_OK) {
        motet_block_drop(ctx, block);
        atomic_fetch_add(&at.wrong, 1);
    }
    return MOTET_DONE;
}

static motet_status asks_for_it(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    uint64_t id;
    if (m->kind == MOTET_TOLD) {
        at.kept = filled(ctx, LARGE);
        if (motet_ask_block(ctx, MOTET_NOBODY, PUT, at.kept, 1, &id) != MOTET_EGONE || id != 0 ||
            motet_ask_block(ctx, at.to, PUT, at.kept, 60 * FX_SECOND, &id) != MOTET_OK) {
            atomic_fetch_add(&at.wrong, 1);
        }
        return MOTET_DONE;
    }
    if (m->kind != MOTET_REPLY || m->data != at.kept || !whole(m->data, m->size)) {
        atomic_fetch_add(&at.wrong, 1);
    }
    atomic_fetch_add(&at.got, 1);
    return MOTET_DONE;
}

static void a_block_asks_and_answers_without_a_copy(void **state)
{
    (void)state;
    static const motet_actor_type giving = {.name = "giver", .receive = gives_back},
                                  asking = {.name = "asker", .receive = asks_for_it};
    motet_system *sys = start(2);
    at.to = spawn_on(sys, &giving, 0);
    for (uint32_t i = 0; i < 2; i++) {
        motet_ref ref = spawn_on(sys, &asking, i);
        for (uint64_t k = 1; k <= 20; k++) {
            assert_int_equal(motet_send(sys, ref, PUT, NULL, 0, 0), MOTET_OK);
            until(&at.got, i * 20 + k);
        }
    }
    assert_int_equal(stop(sys).dead_letters, 40);
}

/* Asks, and ends, so that the answers find nobody. */
static motet_status asks_and_ends(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    (void)m;
    for (int i = 0; i < 10; i++) {
        uint64_t id;
        if (motet_ask_block(ctx, at.to, PUT, filled(ctx, LARGE), 60 * FX_SECOND, &id) != MOTET_OK) {
            atomic_fetch_add(&at.wrong, 1);
        }
    }
    atomic_fetch_add(&at.ready, 1);
    motet_exit(ctx);
    return MOTET_DONE;
}

static void answers_that_find_nobody_are_released(void **state)
{
    (void)state;
    static const motet_actor_type giving = {.name = "giver", .receive = gives_back},
                                  asking = {.name = "asker", .receive = asks_and_ends};
    motet_system *sys = start(2);
    at.to = spawn_on(sys, &giving, 0);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(motet_send(sys, spawn_on(sys, &asking, i % 2), PUT, NULL, 0, 0), MOTET_OK);
    }
    until(&at.ready, 20);
    stop(sys);
}

/* Fails with a block in hand, one stashed, one asked, and more in the mailbox. */
static motet_status fails(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    atomic_fetch_add(&at.got, 1);
    while (atomic_load(&at.gate)) {
        nap();
    }
    if (m->tag == HOLD) {
        return motet_stash(ctx);
    }
    motet_fail(ctx, 5);
}

static void blocks_of_one_that_fails(void **state)
{
    (void)state;
    motet_system *sys = start(2);
    motet_actor_type type = {.name = "failing", .receive = fails};
    for (uint32_t i = 0; i < 2; i++) {
        unsigned char bytes[LARGE] = {0};
        atomic_store(&at.gate, 1);
        motet_ref to = spawn_on(sys, &type, i);
        assert_int_equal(motet_send(sys, to, HOLD, bytes, sizeof bytes, 0), MOTET_OK);
        until(&at.got, i * 2 + 1);
        for (int k = 0; k < 5; k++) {
            assert_int_equal(motet_send(sys, to, PUT, bytes, sizeof bytes, 0), MOTET_OK);
        }
        atomic_store(&at.gate, 0);
        until(&at.letters, (i + 1) * 5); /* the stashed one, and four that came after the failure */
    }
    stop(sys);
    assert_int_equal(atomic_load(&at.got), 4);
    assert_int_equal(atomic_load(&at.letters), 10);
}

/* ---- uses after the end are seen ---- */

#if defined(__SANITIZE_ADDRESS__)
#define SEEN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEEN 1
#endif
#endif

#ifdef SEEN
static const unsigned char *volatile stale;

/* Keeps what it is told for longer than it may. */
static motet_status reads_stale(void *self, motet_ctx *ctx, const motet_mail *m)
{
    uint64_t id;
    (void)self;
    if (m->kind == MOTET_TIMER) {
        _exit(*stale == 1 ? 3 : 4);
    }
    stale = m->data;
    return motet_timer_start(ctx, 1, 0, 0, &id) == MOTET_OK ? MOTET_DONE : MOTET_FAIL;
}

static void use_stale(size_t size)
{
    unsigned char bytes[LARGE] = {1};
    motet_system *sys;
    motet_options o = {.workers = 1};
    motet_actor_type type = {.name = "late", .receive = reads_stale};
    if (!freopen("/dev/null", "w", stderr) || motet_system_start(NULL, &o, &sys) != MOTET_OK) {
        _exit(5);
    }
    motet_ref to = spawn_on(sys, &type, 0);
    if (motet_send(sys, to, PUT, bytes, size, 0) != MOTET_OK) {
        _exit(6);
    }
    for (;;) {
        nap();
    }
}

static void a_payload_that_is_used_after_its_handler_is_found(void **state)
{
    (void)state;
    static const size_t sizes[] = {8, LARGE};
    for (int i = 0; i < 2; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            alarm(60);
            use_stale(sizes[i]);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1); /* the sanitizer's */
    }
}
#else
static void a_payload_that_is_used_after_its_handler_is_found(void **state)
{
    (void)state;
    skip();
}
#endif

/* ---- dead letters ---- */

static motet_status tells_the_dead(void *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    uint64_t id;
    char large[200] = "";
    if (m->kind != MOTET_TOLD) {
        return MOTET_DONE;
    }
    bool right = motet_tell(ctx, at.to, 7, "abc", 3) == MOTET_EGONE && at.last.tag == 7 && at.last.size == 3 &&
                 at.last.kind == MOTET_TOLD && motet_ref_same(at.last.to, at.to) && at.last.to.rights == 0 &&
                 at.last.why == MOTET_EGONE;
    right = right && motet_tell(ctx, at.to, 8, large, sizeof large) == MOTET_EGONE && at.last.size == sizeof large;
    right = right && motet_ask(ctx, at.to, 9, large, sizeof large, 1, &id) == MOTET_EGONE &&
            at.last.kind == MOTET_ASKED && at.last.size == sizeof large && at.last.tag == 9;
    right = right && motet_tell(ctx, MOTET_NOBODY, 10, NULL, 0) == MOTET_EGONE && at.last.tag == 10;
    if (!right) {
        atomic_fetch_add(&at.wrong, 1);
    }
    atomic_fetch_add(&at.ready, 1);
    return MOTET_DONE;
}

static void sends_to_one_that_is_gone_are_dead_letters(void **state)
{
    (void)state;
    motet_system *sys = start(1);
    motet_actor_type gone = {.name = "gone", .receive = fails}, teller = {.name = "teller", .receive = tells_the_dead};
    at.to = spawn_on(sys, &gone, 0);
    assert_int_equal(motet_send(sys, at.to, PUT, NULL, 0, 0), MOTET_OK);
    until(&at.got, 1);
    assert_int_equal(motet_send(sys, spawn_on(sys, &teller, 0), PUT, NULL, 0, 0), MOTET_OK);
    until(&at.ready, 1);
    assert_int_equal(atomic_load(&at.letters), 4);
    assert_int_equal(motet_send(sys, at.to, 11, "x", 1, 0), MOTET_EGONE);
    assert_int_equal(at.last.tag, 11);
    assert_int_equal(motet_send(sys, MOTET_NOBODY, 12, "x", 1, 0), MOTET_EGONE);
    size_t none = 0;
    assert_int_equal(motet_call(sys, at.to, 13, "x", 1, FX_SECOND, NULL, &none), MOTET_EGONE);
    assert_int_equal(at.last.tag, 13);
    assert_int_equal(at.last.kind, MOTET_ASKED);
    assert_int_equal(stop(sys).dead_letters, 7);
}

static void an_actor_without_receive_takes_no_mail(void **state)
{
    (void)state;
    fx_send(0, 0, 1, 0, 1);
    fx_take(1, 0, 0, 0, 1);
    fx_ready(2, 1);
    motet_system *sys;
    motet_options o = {.workers = 2, .on_dead_letter = tell_of};
    assert_int_equal(motet_system_start(&fx.spec, &o, &sys), MOTET_OK);
    motet_ref child;
    assert_int_equal(motet_child_ref(sys, 0, 0, &child), MOTET_OK);
    assert_int_equal(motet_send(sys, child, PUT, "x", 1, FX_SECOND), MOTET_EGONE);
    at.to = child;
    uint64_t n = 3;
    for (uint32_t from = 0; from < 2; from++) {
        assert_int_equal(motet_send(sys, spawn_on(sys, &sending, from), PUT, &n, sizeof n, FX_SECOND), MOTET_OK);
    }
    until(&at.ready, 2);
    assert_int_equal(atomic_load(&at.told), 6);
    assert_int_equal(stop(sys).dead_letters, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_block_that_nobody_drops_is_a_leak, reset),
        cmocka_unit_test_setup(a_share_that_nobody_drops_is_a_leak, reset),
        cmocka_unit_test_setup(a_share_that_is_dropped_is_none, reset),
        cmocka_unit_test_setup(a_block_of_a_worker_may_be_dropped_from_elsewhere, reset),
        cmocka_unit_test_setup(a_block_from_outside_that_nobody_drops_is_a_leak, reset),
        cmocka_unit_test_setup(blocks_within_a_worker, reset),
        cmocka_unit_test_setup(blocks_go_home_from_another_worker, reset),
        cmocka_unit_test_setup(blocks_that_are_refused_stay_the_senders, reset),
        cmocka_unit_test_setup(blocks_that_find_no_room_are_dropped_newest_first, reset),
        cmocka_unit_test_setup(blocks_that_find_no_room_are_dropped_oldest_first, reset),
        cmocka_unit_test_setup(a_block_that_waits_for_room_ends_with_its_sender, reset),
        cmocka_unit_test_setup(blocks_in_mailboxes_at_the_stop, reset),
        cmocka_unit_test_setup(blocks_from_other_threads, reset),
        cmocka_unit_test_setup(one_block_to_a_thousand, reset),
        cmocka_unit_test_setup(a_block_goes_to_and_fro_between_workers, reset),
        cmocka_unit_test_setup(a_block_asks_and_answers_without_a_copy, reset),
        cmocka_unit_test_setup(answers_that_find_nobody_are_released, reset),
        cmocka_unit_test_setup(blocks_of_one_that_fails, reset),
        cmocka_unit_test_setup(a_payload_that_is_used_after_its_handler_is_found, reset),
        cmocka_unit_test_setup(sends_to_one_that_is_gone_are_dead_letters, reset),
        cmocka_unit_test_setup(an_actor_without_receive_takes_no_mail, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
