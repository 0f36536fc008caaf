/* actor_ref_test.c -- refs: stale ones, rights, seals; and what a tell carries. */
#include "actor_kit.h"

enum { GOT, SEEN, STALE, OUT_OF_ORDER };
enum { T_GO = 1, T_EXIT, T_FAIL };

static motet_status count_mail(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    kit_count(GOT);
    if (m->tag == T_EXIT) {
        motet_exit(ctx);
    }
    return m->tag == T_FAIL ? MOTET_FAIL : MOTET_DONE;
}

static const struct kit_script counting = {.receive = count_mail};

/* ---- stale refs ---- */

static void nobody_gets_nothing(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    motet_ref out;
    assert_int_equal(kit_send(sys, MOTET_NOBODY, T_GO), MOTET_EGONE);
    assert_int_equal(motet_ref_attenuate(sys, MOTET_NOBODY, MOTET_MAY_ALL, &out), MOTET_EGONE);
    assert_true(motet_ref_same(out, MOTET_NOBODY));
    kit_stop(sys);
}

static void use_stale(motet_ctx *ctx)
{
    motet_ref stale = kit.ref[0];
    uint64_t id;
    kit_check(motet_tell(ctx, stale, T_GO, NULL, 0) == MOTET_EGONE);
    kit_check(motet_ask(ctx, stale, T_GO, NULL, 0, KIT_SECOND, &id) == MOTET_EGONE);
    kit_check(motet_stop(ctx, stale) == MOTET_EGONE);
    kit_check(motet_kill(ctx, stale) == MOTET_EGONE);
    void *block = motet_block_new(ctx, 100);
    kit_check(block && motet_tell_block(ctx, stale, T_GO, block) == MOTET_EGONE);
    motet_block_drop(ctx, block); /* which is still the caller's */
    kit_count(STALE);
}

static void a_stale_ref_is_nobodys_though_its_slot_is_another_ones(void **state)
{
    (void)state;
    motet_system *sys = kit_start(kit_workers());
    motet_ref old[200];
    for (uint64_t i = 0; i < 200; i++) {
        old[i] = kit_spawn(sys, &counting);
        assert_int_equal(kit_send(sys, old[i], i % 2 ? T_EXIT : T_FAIL), MOTET_OK);
        kit_await_end(sys, i + 1);
    }
    for (int i = 0; i < 300; i++) { /* which take their slots */
        kit_spawn(sys, &counting);
    }
    for (uint64_t i = 0; i < 200; i++) {
        assert_int_equal(kit_send(sys, old[i], T_EXIT), MOTET_EGONE);
        kit.ref[0] = old[i];
        kit_do_on(sys, (uint32_t)i % kit_workers(), use_stale);
    }
    kit_stop(sys);
    assert_int_equal(kit_got(GOT), 200);
    assert_int_equal(kit_got(STALE), 200);
}

/* ---- rights ---- */

static motet_system *the_system;

static void each_right_alone(motet_ctx *ctx)
{
    for (uint32_t bit = 0; bit < 19; bit++) {
        motet_ref r;
        uint64_t id;
        kit_check(motet_ref_attenuate(the_system, kit.ref[0], (motet_rights)1 << bit, &r) == MOTET_OK);
        for (uint32_t class_ = 0; class_ < 16; class_++) {
            motet_err want = class_ == bit ? MOTET_OK : MOTET_ERIGHTS;
            kit_check(motet_tell(ctx, r, MOTET_TAG(class_, 7), NULL, 0) == want);
            kit_check(motet_tell(ctx, r, MOTET_TAG(class_, 0xffffff), "x", 1) == want);
            kit_check(motet_ask(ctx, r, MOTET_TAG(class_, 7), NULL, 0, KIT_SECOND, &id) == want);
        }
        kit_check((motet_monitor(ctx, r, &id) == MOTET_OK) == (bit == 17));
        kit_check((motet_link(ctx, r) == MOTET_OK) == (bit == 18));
        motet_unlink(ctx, r);
        if (bit != 16) {
            kit_check(motet_stop(ctx, r) == MOTET_ERIGHTS);
            kit_check(motet_kill(ctx, r) == MOTET_ERIGHTS);
        }
    }
    kit_count(SEEN);
}

static void each_right_allows_one_thing_and_no_other(void **state)
{
    (void)state;
    motet_system *sys = the_system = kit_start(kit_workers());
    kit.ref[0] = kit_spawn(sys, &counting);
    kit_do(sys, each_right_alone);
    kit_await(SEEN, 1);
    kit_await(GOT, 48);
    kit_stop(sys);
}

static void kill_by_right(motet_ctx *ctx)
{
    motet_ref r;
    kit_check(motet_ref_attenuate(the_system, kit.ref[0], MOTET_MAY_STOP, &r) == MOTET_OK);
    kit_check(motet_stop(ctx, r) == MOTET_OK);
    kit_check(motet_ref_attenuate(the_system, kit.ref[1], MOTET_MAY_STOP, &r) == MOTET_OK);
    kit_check(motet_kill(ctx, r) == MOTET_OK);
}

static void the_right_to_stop_is_the_right_to_kill(void **state)
{
    (void)state;
    motet_system *sys = the_system = kit_start(kit_workers());
    kit.ref[0] = kit_spawn(sys, &counting);
    kit.ref[1] = kit_spawn(sys, &counting);
    kit_do(sys, kill_by_right);
    kit_await_end(sys, 3);
    kit_stop(sys);
}

static void rights_that_were_taken_do_not_come_back(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    motet_ref all = kit_spawn(sys, &counting), less, again, none;
    assert_int_equal(motet_ref_attenuate(sys, all, MOTET_MAY_SEND(2), &less), MOTET_OK);
    assert_int_equal(motet_ref_attenuate(sys, less, MOTET_MAY_ALL, &again), MOTET_OK);
    assert_int_equal(again.rights, MOTET_MAY_SEND(2));
    assert_int_equal(motet_ref_attenuate(sys, less, MOTET_MAY_SEND(3), &none), MOTET_OK);
    assert_int_equal(none.rights, 0);
    for (uint32_t c = 0; c < 16; c++) {
        assert_int_equal(kit_send(sys, none, MOTET_TAG(c, 1)), MOTET_ERIGHTS);
        assert_int_equal(kit_send(sys, again, MOTET_TAG(c, 1)), c == 2 ? MOTET_OK : MOTET_ERIGHTS);
    }
    kit_stop(sys);
}

static void whoever_edits_a_ref_breaks_its_seal(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    motet_ref all = kit_spawn(sys, &counting), less, out;
    kit_spawn(sys, &counting);
    assert_int_equal(motet_ref_attenuate(sys, all, MOTET_MAY_SEND(2), &less), MOTET_OK);
    for (uint32_t bit = 0; bit < 32; bit++) {
        motet_ref forged[] = {less, less, less, less};
        forged[0].rights ^= 1u << bit;
        forged[1].seal ^= 1u << bit;
        forged[2].slot ^= 1u << bit;
        forged[3].generation ^= 1u << bit;
        for (int i = 0; i < 4; i++) {
            motet_err e = forged[i].slot == 0 ? MOTET_EGONE : MOTET_ERIGHTS;
            assert_int_equal(kit_send(sys, forged[i], MOTET_TAG(2, 1)), e);
            assert_int_equal(motet_ref_attenuate(sys, forged[i], MOTET_MAY_ALL, &out), e);
            assert_true(motet_ref_same(out, MOTET_NOBODY));
        }
    }
    less.seal = all.seal;
    assert_int_equal(kit_send(sys, less, MOTET_TAG(2, 1)), MOTET_ERIGHTS);
    kit_stop(sys);
    assert_int_equal(kit_got(GOT), 0);
}

static void a_ref_of_another_system_does_not_fit(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1), *other = kit_start(1);
    motet_ref here = kit_spawn(sys, &counting), there = kit_spawn(other, &counting);
    assert_int_equal(kit_send(sys, there, T_GO), MOTET_ERIGHTS);
    assert_int_equal(kit_send(other, here, T_GO), MOTET_ERIGHTS);
    assert_int_equal(kit_send(other, there, T_GO), MOTET_OK);
    kit_await(GOT, 1);
    motet_system_stop(other, NULL);
    kit_stop(sys);
}

static void classes_beyond_15_are_none(void **state)
{
    (void)state;
    motet_system *sys = kit_start(1);
    motet_ref ref = kit_spawn(sys, &counting);
    for (uint32_t c = 16; c < 256; c += 17) {
        assert_int_equal(kit_send(sys, ref, c << 24), MOTET_EINVAL);
    }
    kit_stop(sys);
}

/* ---- what is told arrives as it was ---- */

static const size_t sizes[] = {0, 1, 7, 8, 31, 32, 33, 47, 48, 49, 63, 64, 4096, 1 << 20};
enum { SIZES = sizeof sizes / sizeof sizes[0] };
static unsigned char pattern[1 << 20];

static motet_status check_payload(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    (void)self;
    kit_check(m->size == sizes[m->tag & 0xff]);
    kit_check(m->size ? memcmp(m->data, pattern, m->size) == 0 : m->data == NULL);
    kit_check((uintptr_t)m->data % _Alignof(max_align_t) == 0);
    kit_check(motet_ref_same(m->from, MOTET_NOBODY));
    if (m->size > MOTET_INLINE && (m->tag & 0x100) == 0) { /* hand it on without a copy */
        const void *block = motet_mail_block(ctx, m);
        kit_check(block == m->data);
        void *mine = motet_block_share(ctx, block);
        kit_check(motet_tell_block(ctx, motet_self(ctx), m->tag | 0x100, mine) == MOTET_OK);
    } else {
        kit_check(motet_mail_block(ctx, m) == (m->size > MOTET_INLINE ? m->data : NULL));
        kit_count(GOT);
    }
    return MOTET_DONE;
}

static void tell_all_sizes(motet_ctx *ctx)
{
    for (uint32_t i = 0; i < SIZES; i++) {
        kit_check(motet_tell(ctx, kit.ref[0], i, sizes[i] ? pattern : NULL, sizes[i]) == MOTET_OK);
    }
}

static void payloads_of_all_sizes_arrive_whole_and_aligned(void **state)
{
    (void)state;
    memset(pattern, 'p', sizeof pattern);
    for (size_t i = 0; i < sizeof pattern; i += 4096) {
        pattern[i] = (unsigned char)i;
    }
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        kit_setup(NULL);
        motet_system *sys = kit_start(workers);
        struct kit_script script = {.receive = check_payload};
        kit.ref[0] = kit_spawn_on(sys, &kit_plain, &script, 0);
        for (uint32_t w = 0; w < workers; w++) {
            kit_do_on(sys, w, tell_all_sizes);
        }
        for (uint32_t i = 0; i < SIZES; i++) {
            assert_int_equal(motet_send(sys, kit.ref[0], i, sizes[i] ? pattern : NULL, sizes[i], KIT_SECOND), MOTET_OK);
        }
        kit_await(GOT, (workers + 1) * SIZES);
        kit_stop(sys);
    }
}

/* ---- order between each pair ---- */

enum { PAIRS = 8, NUMBERS = 3000 };

struct number {
    uint32_t from, n;
    unsigned char more[56]; /* half of them in blocks */
};

static motet_ref all_of_them[PAIRS];

static motet_status numbers_in_order(struct kit_self *self, motet_ctx *ctx, const motet_mail *m)
{
    uint32_t *next = self->script.data;
    struct number x = {.n = (uint32_t)self->n, .from = (uint32_t)self->id};
    if (m->tag == T_GO) {
        for (int k = 0; k < 30 && self->n < NUMBERS; k++, self->n++, x.n++) {
            for (int i = 0; i < PAIRS; i++) {
                size_t size = x.n % 2 ? sizeof x : 8;
                kit_check(motet_tell(ctx, all_of_them[i], 0, &x, size) == MOTET_OK);
            }
        }
        if (self->n < NUMBERS) {
            kit_check(motet_tell(ctx, motet_self(ctx), T_GO, NULL, 0) == MOTET_OK);
        }
        return MOTET_DONE;
    }
    memcpy(&x, m->data, 8);
    if (next[x.from]++ != x.n) {
        kit_count(OUT_OF_ORDER);
    }
    kit_count(GOT);
    return MOTET_DONE;
}

static motet_status number_itself(struct kit_self *self, motet_ctx *ctx)
{
    (void)ctx;
    self->id = kit_count(SEEN);
    return MOTET_DONE;
}

static void mail_between_any_two_arrives_in_order(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        kit_setup(NULL);
        static uint32_t next[PAIRS][PAIRS];
        memset(next, 0, sizeof next);
        motet_system *sys = kit_start(workers);
        motet_actor_type vast = kit_type(1u << 20, MOTET_REFUSE);
        for (uint32_t i = 0; i < PAIRS; i++) {
            struct kit_script script = {.init = number_itself, .receive = numbers_in_order, .data = next[i]};
            all_of_them[i] =
                i % 2 ? kit_spawn_on(sys, &vast, &script, i % workers) : kit_spawn_as(sys, &vast, &script);
        }
        for (uint32_t i = 0; i < PAIRS; i++) {
            assert_int_equal(kit_send(sys, all_of_them[i], T_GO), MOTET_OK);
        }
        kit_await(GOT, (uint64_t)PAIRS * PAIRS * NUMBERS);
        kit_stop(sys);
        assert_int_equal(kit_got(OUT_OF_ORDER), 0);
    }
}

int main(int argc, char **argv)
{
    kit_only(argc, argv);
    const struct CMUnitTest tests[] = {
        kit_test(nobody_gets_nothing),
        kit_test(a_stale_ref_is_nobodys_though_its_slot_is_another_ones),
        kit_test(whoever_edits_a_ref_breaks_its_seal),
        kit_test(a_ref_of_another_system_does_not_fit),
        kit_test(rights_that_were_taken_do_not_come_back),
        kit_test(classes_beyond_15_are_none),
        kit_test(each_right_allows_one_thing_and_no_other),
        kit_test(the_right_to_stop_is_the_right_to_kill),
        kit_test(payloads_of_all_sizes_arrive_whole_and_aligned),
        kit_test(mail_between_any_two_arrives_in_order),
    };
    return cmocka_run_group_tests_name("refs and tells", tests, NULL, NULL);
}
