/* actor_stress_test.c -- random traffic among some hundred actors that spawn, end, kill, link, ask and wait for room,
 * and books that balance: what was accepted was handled, lost by policy, or is a dead letter; every ask has one answer.
 */
#include <pthread.h>

#include "actor_kit.h"

enum { SENT, HANDLED, ASKED, ANSWERED, DONE, LEFT };
enum { SLOTS = 256, THREADS = 2 };
enum { T_GO = 1, T_NOTE, T_QUESTION, T_QUIT };

static _Atomic uint64_t board[SLOTS][2]; /* refs that actors wrote for others; torn ones are refused by their seal */
static _Atomic int64_t steps;            /* that are left to do */

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x * UINT64_C(0x2545f4914f6cdd1d) >> 32;
}

static void post_ref(uint64_t at, motet_ref r)
{
    uint64_t words[2];
    memcpy(words, &r, sizeof words);
    atomic_store(&board[at % SLOTS][0], words[0]);
    atomic_store(&board[at % SLOTS][1], words[1]);
}

static motet_ref some_ref(uint64_t at)
{
    uint64_t words[2] = {atomic_load(&board[at % SLOTS][0]), atomic_load(&board[at % SLOTS][1])};
    motet_ref r;
    memcpy(&r, words, sizeof r);
    return r;
}

static const motet_policy policies[] = {MOTET_BLOCK, MOTET_REFUSE, MOTET_DROP_NEWEST, MOTET_DROP_OLDEST};
static motet_actor_type types[16]; /* by policy and room; half of them trap exits */

static motet_status mingle(struct kit_self *self, motet_ctx *ctx, const motet_mail *m);
static motet_status begin(struct kit_self *self, motet_ctx *ctx);
static const struct kit_script mingling = {.init = begin, .receive = mingle};

static motet_status begin(struct kit_self *self, motet_ctx *ctx)
{
    self->id = kit_count(LEFT) * 2654435761u + 1u;
    post_ref(next_random(&self->id), motet_self(ctx));
    return next_random(&self->id) % 64 == 0 ? MOTET_FAIL : MOTET_DONE;
}

static void count_sent(motet_err e)
{
    kit_check(e == MOTET_OK || e == MOTET_EGONE || e == MOTET_EFULL || e == MOTET_ERIGHTS);
    if (e == MOTET_OK) {
        kit_count(SENT);
    }
}

static void spawn_some(struct kit_self *self, motet_ctx *ctx, uint64_t r)
{
    motet_ref ref;
    motet_spawn_options o = {.arg = &mingling,
                             .placement = r % 31 == 0 ? MOTET_ON_WORKER : MOTET_ANYWHERE,
                             .worker = (uint32_t)(r >> 4) % kit_workers(),
                             .link = r % 5 == 0};
    (void)self;
    motet_err e = motet_spawn(ctx, &types[r % 16], &o, &ref);
    kit_check(e == MOTET_OK || e == MOTET_EINIT || e == MOTET_EGONE);
}

static void do_something(struct kit_self *self, motet_ctx *ctx)
{
    static const unsigned char bytes[200];
    uint64_t r = next_random(&self->id), id;
    motet_ref other = some_ref(next_random(&self->id));
    switch (r % 32) {
    case 0: case 1: spawn_some(self, ctx, next_random(&self->id)); break;
    case 2: (void)!motet_kill(ctx, other); break;
    case 3: (void)!motet_stop(ctx, other); break;
    case 4: (void)!motet_link(ctx, other); break;
    case 5: motet_unlink(ctx, other); break;
    case 6: (void)!motet_monitor(ctx, other, &self->n); break;
    case 7: motet_demonitor(ctx, other, self->n); break;
    case 8: (void)!motet_timer_start(ctx, r % 100000, r % 3 ? 0 : 5000, T_NOTE, &id); break;
    case 9: post_ref(next_random(&self->id), motet_self(ctx)); break;
    case 10: case 11: case 12: case 13: {
        motet_err e = motet_ask(ctx, other, T_QUESTION, bytes, r % sizeof bytes, r % 2000000, &id);
        kit_check(e == MOTET_OK || e == MOTET_EGONE || e == MOTET_EFULL || e == MOTET_ERIGHTS);
        kit_count(e == MOTET_OK ? SENT : DONE);
        break;
    }
    default: count_sent(motet_tell(ctx, other, T_NOTE, bytes, r % sizeof bytes)); break;
    }
}

static motet_status mingle(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    if (m->kind == MOTET_TOLD || m->kind == MOTET_ASKED) {
        kit_count(HANDLED);
    }
    if (m->kind == MOTET_ASKED && next_random(&self->id) % 4) {
        kit_check(motet_reply(ctx, m->from, m->id, m->data, m->size) == MOTET_OK);
    }
    for (int i = 0; i < 3 && !motet_is_blocked(ctx) && atomic_fetch_sub(&steps, 1) > 0; i++) {
        do_something(self, ctx);
    }
    uint64_t r = next_random(&self->id) % 512;
    if (r == 0) {
        motet_exit(ctx);
    } else if (r == 1) {
        motet_fail(ctx, 5);
    }
    return r == 2 ? 6 : MOTET_DONE;
}

static void *poke_from_outside(void *arg)
{
    motet_system *sys = arg;
    uint64_t x = 88172645463325252u ^ (uint64_t)(uintptr_t)&x;
    motet_spawn_options o = {.arg = &mingling};
    while (atomic_load(&steps) > 0) {
        motet_ref ref;
        motet_err e = motet_system_spawn(sys, &types[next_random(&x) % 16], &o, &ref);
        kit_check(e == MOTET_OK || e == MOTET_EINIT);
        for (int i = 0; i < 32; i++) {
            e = motet_send(sys, some_ref(next_random(&x)), T_GO, NULL, 0, 0);
            kit_check(e == MOTET_OK || e == MOTET_EGONE || e == MOTET_EFULL || e == MOTET_ETIME || e == MOTET_ERIGHTS);
            if (e == MOTET_OK) {
                kit_count(SENT);
            }
        }
    }
    return NULL;
}

static void make_types(void)
{
    static const uint32_t rooms[] = {1, 3, 16, 1000};
    for (int i = 0; i < 16; i++) {
        types[i] = kit_type(rooms[i / 4], policies[i % 4]);
        types[i].traps_exits = i % 3 == 0;
    }
}

static void traffic(uint32_t workers)
{
    make_types();
    memset(board, 0, sizeof board);
    atomic_store(&steps, 40000 / (int64_t)workers); /* several workers hold each other up, more so on few cores */
    setenv("MOTET_TEST_WORKERS", workers == 1 ? "1" : workers == 2 ? "2" : workers == 4 ? "4" : "8", 1);
    motet_system *sys = kit_start(workers);
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&t[i], NULL, poke_from_outside, sys), 0);
    }
    uint64_t until = kit_clock() + KIT_BOUND_S * 3 * KIT_SECOND;
    while (atomic_load(&steps) > 0 && kit_clock() < until) {
        kit_nap(KIT_MS);
    }
    assert_true(atomic_load(&steps) <= 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], NULL);
    }
    motet_stats s = kit_stop(sys);
    assert_int_equal(s.leaks.actors + s.leaks.messages + s.leaks.timers, 0);
    /* Dead letters count refused sends to those that had ended, too, so they are more than what is missing. */
    assert_true(kit_got(HANDLED) <= kit_got(SENT));
    assert_true(kit_got(SENT) - kit_got(HANDLED) <= s.dead_letters + s.mail_lost);
}

static void traffic_on_1_worker(void **state)
{
    (void)state;
    traffic(1);
}

static void traffic_on_2_workers(void **state)
{
    (void)state;
    traffic(2);
}

static void traffic_on_4_workers(void **state)
{
    (void)state;
    traffic(4);
}

static void traffic_on_8_workers(void **state)
{
    (void)state;
    traffic(8);
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(traffic_on_1_worker),
        kit_test(traffic_on_2_workers),
        kit_test(traffic_on_4_workers),
        kit_test(traffic_on_8_workers),
    };
    return cmocka_run_group_tests_name("random traffic", tests, NULL, NULL);
}
