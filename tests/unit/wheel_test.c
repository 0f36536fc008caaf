/* wheel_test.c -- the timer wheel: its promises one by one, and all of them at random against a list. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wheel.h"

enum { N = 48 };
static motet__wheel w;
static motet__timer t[N];

static void begin(uint64_t now)
{
    memset(t, 0, sizeof t);
    motet__wheel_init(&w, now);
}

static int fresh(void **state)
{
    (void)state;
    begin(0);
    return 0;
}

static void expect_timer(uint64_t now, uint32_t want)
{
    motet__timer *got = motet__wheel_advance(&w, now);
    assert_non_null(got);
    assert_int_equal(got - t, want);
    assert_false(motet__timer_armed(got));
}

static void expect_none(uint64_t now)
{
    assert_null(motet__wheel_advance(&w, now));
}

/* ---- the invariants of wheel.h; `counts_as` is what is armed, by timer, where the model knows it ---- */
static void slot_holds(uint32_t i, const uint64_t *counts_as, uint64_t *count)
{
    uint32_t level = i / 64, digit = i % 64, shift = 6 * level;
    uint64_t begins = ((w.now >> shift & ~UINT64_C(63)) | digit) << shift, last = begins + ((UINT64_C(1) << shift) - 1);
    assert_true(begins >= w.open);
    assert_true(level == 0 ? begins >= w.now : begins > w.now);
    assert_true(w.earliest[i] >= begins && w.earliest[i] <= last);
    motet__timer *p = w.head[i];
    do {
        uint64_t due = counts_as != NULL ? counts_as[p - t] : p->due;
        assert_int_equal(p->slot, i + 1);
        assert_ptr_equal(p->next->prev, p);
        assert_true(due >= w.earliest[i] && due <= last);
        assert_true(++*count <= motet__wheel_count(&w));
        p = p->next;
    } while (p != w.head[i]);
}

static void invariants_hold(const uint64_t *counts_as)
{
    uint64_t count = 0;
    assert_true(w.open >= w.now);
    for (uint32_t i = 0; i < MOTET__WHEEL_SLOTS; i++) {
        assert_int_equal(w.occupied[i / 64] >> i % 64 & 1, w.head[i] != NULL);
        assert_int_equal(w.levels >> i / 64 & 1, w.occupied[i / 64] != 0);
        if (w.head[i] != NULL) {
            slot_holds(i, counts_as, &count);
        }
    }
    assert_int_equal(count, motet__wheel_count(&w));
}

/* ---- nothing, too early, too late ---- */
static void an_empty_wheel_gives_nothing_at_any_time(void **state)
{
    (void)state;
    assert_true(motet__wheel_next(&w) == UINT64_MAX);
    assert_int_equal(motet__wheel_count(&w), 0);
    expect_none(0);
    expect_none(1);
    expect_none(UINT64_MAX - 1);
    expect_none(UINT64_MAX);
    assert_true(motet__wheel_next(&w) == UINT64_MAX);
}

static void cancelling_what_is_not_armed_changes_nothing(void **state)
{
    (void)state;
    motet__wheel_arm(&w, &t[0], 100);
    motet__wheel_cancel(&w, &t[1]);
    motet__wheel_cancel(&w, &t[1]);
    assert_int_equal(motet__wheel_count(&w), 1);
    assert_int_equal(motet__wheel_next(&w), 100);
    expect_timer(100, 0);
    motet__wheel_cancel(&w, &t[0]);
    assert_int_equal(motet__wheel_count(&w), 0);
    invariants_hold(NULL);
}

static void what_is_cancelled_never_comes_out(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        motet__wheel_arm(&w, &t[i], 1000);
    }
    motet__wheel_cancel(&w, &t[0]); /* the first of the slot, one in its middle, and its last */
    motet__wheel_cancel(&w, &t[2]);
    motet__wheel_cancel(&w, &t[4]);
    invariants_hold(NULL);
    assert_int_equal(motet__wheel_count(&w), 2);
    expect_timer(2000, 1);
    expect_timer(2000, 3);
    expect_none(2000);
}

static void cancelling_the_only_one_empties_the_wheel(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < 64; bit++) {
        motet__wheel_arm(&w, &t[0], UINT64_C(1) << bit);
        motet__wheel_cancel(&w, &t[0]);
        assert_false(motet__timer_armed(&t[0]));
        assert_true(motet__wheel_next(&w) == UINT64_MAX);
        invariants_hold(NULL);
    }
    expect_none(UINT64_MAX);
}

static void none_comes_out_a_nanosecond_early(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < 64; bit++) {
        for (uint64_t off = 0; off < 3; off++) {
            uint64_t due = (UINT64_C(1) << bit) + off;
            begin(0);
            motet__wheel_arm(&w, &t[0], due);
            assert_true(motet__wheel_next(&w) == due);
            expect_none(due - 1);
            invariants_hold(NULL);
            assert_true(motet__wheel_next(&w) == due);
            expect_timer(due, 0);
            expect_none(due);
        }
    }
}

static void a_clock_that_goes_back_gives_nothing(void **state)
{
    (void)state;
    expect_none(1000);
    motet__wheel_arm(&w, &t[0], 500);
    motet__wheel_arm(&w, &t[1], 1001);
    expect_none(400);
    expect_none(999);
    assert_int_equal(w.now, 1000);
    expect_timer(1000, 0);
    expect_none(0);
    assert_int_equal(w.now, 1000);
    expect_timer(1001, 1);
}

/* ---- at once, far, at the edges ---- */
static void a_due_time_in_the_past_is_due_at_once(void **state)
{
    (void)state;
    expect_none(UINT64_C(1) << 40);
    motet__wheel_arm(&w, &t[0], 0);
    motet__wheel_arm(&w, &t[1], UINT64_C(1) << 40);
    motet__wheel_arm(&w, &t[2], 7);
    assert_int_equal(motet__wheel_next(&w), UINT64_C(1) << 40);
    expect_timer(UINT64_C(1) << 40, 0);
    expect_timer(UINT64_C(1) << 40, 1);
    expect_timer(UINT64_C(1) << 40, 2);
    assert_int_equal(t[2].due, 7);
    expect_none(UINT64_C(1) << 40);
}

static void the_last_nanosecond_of_all_can_be_waited_for(void **state)
{
    (void)state;
    motet__wheel_arm(&w, &t[0], UINT64_MAX);
    motet__wheel_arm(&w, &t[1], UINT64_MAX - 1);
    assert_true(motet__wheel_next(&w) == UINT64_MAX - 1);
    expect_timer(UINT64_MAX - 1, 1);
    expect_none(UINT64_MAX - 1);
    expect_timer(UINT64_MAX, 0);
    expect_none(UINT64_MAX);
    motet__wheel_arm(&w, &t[2], 3);
    expect_timer(UINT64_MAX, 2);
}

static void times_on_both_sides_of_every_boundary_come_in_order(void **state)
{
    (void)state;
    for (uint32_t shift = 0; shift < 64; shift += 6) {
        for (uint64_t digit = 1; digit <= (shift == 60 ? 15 : 64); digit++) {
            uint64_t edge = digit << shift;
            begin(edge - 1);
            motet__wheel_arm(&w, &t[2], edge + 1);
            motet__wheel_arm(&w, &t[1], edge);
            motet__wheel_arm(&w, &t[0], edge - 1);
            invariants_hold(NULL);
            expect_timer(edge - 1, 0);
            expect_none(edge - 1);
            expect_timer(edge, 1);
            expect_none(edge);
            invariants_hold(NULL);
            expect_timer(edge + 1, 2);
        }
    }
}

static void a_jump_over_everything_gives_all_in_order(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        motet__wheel_arm(&w, &t[N - 1 - i], UINT64_C(1) << (N - i));
    }
    for (uint32_t i = 0; i < N; i++) {
        expect_timer(UINT64_MAX, i);
        invariants_hold(NULL);
    }
    expect_none(UINT64_MAX);
}

/* ---- order ---- */
static void equal_times_come_in_order_of_arming(void **state)
{
    (void)state;
    uint64_t due = (UINT64_C(1) << 33) + 12345;
    for (uint32_t i = 0; i < N; i++) { /* each from nearer, so that they start at many levels */
        motet__wheel_arm(&w, &t[i], due);
        expect_none(due - (UINT64_C(1) << 33 >> i) / 2 - 1);
    }
    invariants_hold(NULL);
    for (uint32_t i = 0; i < N; i++) {
        expect_timer(due, i);
    }
    expect_none(due);
}

static void times_within_one_microsecond_come_in_order(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        motet__wheel_arm(&w, &t[i], 1000000000 + (i * 29) % N);
    }
    uint64_t last = 0;
    for (uint32_t i = 0; i < N; i++) {
        motet__timer *got = motet__wheel_advance(&w, 2000000000);
        assert_non_null(got);
        assert_true(got->due > last);
        last = got->due;
    }
    expect_none(2000000000);
}

static void what_is_armed_for_the_past_comes_after_what_was_due_before(void **state)
{
    (void)state;
    motet__wheel_arm(&w, &t[0], 100);
    motet__wheel_arm(&w, &t[1], 100);
    motet__wheel_arm(&w, &t[2], 101);
    expect_timer(1000, 0);
    motet__wheel_arm(&w, &t[0], 50);
    expect_timer(1000, 1);
    expect_timer(1000, 0);
    expect_timer(1000, 2);
}

/* ---- reactions ---- */
static void a_periodic_timer_that_was_slept_through_makes_up_for_it(void **state)
{
    (void)state;
    motet__wheel_arm(&w, &t[0], 10);
    motet__wheel_arm(&w, &t[1], 25);
    for (uint64_t due = 10; due <= 20; due += 10) {
        expect_timer(45, 0);
        assert_int_equal(t[0].due, due);
        motet__wheel_arm(&w, &t[0], due + 10);
    }
    expect_timer(45, 1);
    expect_timer(45, 0);
    motet__wheel_arm(&w, &t[0], 40);
    expect_timer(45, 0);
    motet__wheel_arm(&w, &t[0], 50);
    expect_none(45);
    assert_int_equal(motet__wheel_next(&w), 50);
}

static void a_reaction_may_cancel_what_is_due_too(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        motet__wheel_arm(&w, &t[i], 5 + i / 2);
    }
    expect_timer(9, 0);
    motet__wheel_cancel(&w, &t[1]);
    motet__wheel_cancel(&w, &t[2]);
    expect_timer(9, 3);
    expect_none(9);
}

static void a_series_that_is_left_off_goes_on_later(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        motet__wheel_arm(&w, &t[i], 100 * (i + 1));
    }
    expect_timer(350, 0);
    assert_int_equal(motet__wheel_next(&w), 200);
    motet__wheel_arm(&w, &t[0], 250);
    expect_timer(10000, 1);
    expect_timer(10000, 0);
    expect_timer(10000, 2);
    expect_timer(10000, 3);
}

/* ---- next ---- */
static void next_is_exact_where_nothing_was_cancelled(void **state)
{
    (void)state;
    motet__wheel_arm(&w, &t[0], UINT64_C(123456789012));
    motet__wheel_arm(&w, &t[1], UINT64_C(123456789011));
    assert_int_equal(motet__wheel_next(&w), UINT64_C(123456789011));
    expect_none(UINT64_C(123456700000));
    assert_int_equal(motet__wheel_next(&w), UINT64_C(123456789011));
    expect_timer(UINT64_C(123456789011), 1);
    assert_int_equal(motet__wheel_next(&w), UINT64_C(123456789012));
}

static void next_moves_on_after_a_cancelled_time(void **state)
{
    (void)state;
    motet__wheel_arm(&w, &t[0], UINT64_C(123456789011));
    motet__wheel_arm(&w, &t[1], UINT64_C(123456789912));
    motet__wheel_cancel(&w, &t[0]);
    uint64_t next = motet__wheel_next(&w);
    assert_true(next <= UINT64_C(123456789912));
    if (next < UINT64_C(123456789912)) {
        expect_none(next);
        assert_true(motet__wheel_next(&w) > next);
    }
    expect_timer(UINT64_C(123456789912), 1);
}

/* ---- many ---- */
static void a_million_timers_come_out_in_order(void **state)
{
    (void)state;
    const uint32_t many = 1000000;
    motet__timer *all = calloc(many, sizeof *all);
    assert_non_null(all);
    uint64_t x = 5, last = 0, cancelled = 0;
    for (uint32_t i = 0; i < many; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        motet__wheel_arm(&w, &all[i], i % 4 == 0 ? UINT64_C(60000000000) : x >> 28);
    }
    assert_int_equal(motet__wheel_count(&w), many);
    for (uint32_t i = 0; i < many; i += 10) {
        motet__wheel_cancel(&w, &all[i]);
        cancelled++;
    }
    for (uint32_t i = 0; i < many - cancelled; i++) {
        motet__timer *got = motet__wheel_advance(&w, UINT64_C(1) << 36);
        assert_non_null(got);
        assert_true(got->due >= last);
        last = got->due;
    }
    expect_none(UINT64_C(1) << 36);
    assert_int_equal(motet__wheel_count(&w), 0);
    free(all);
}

/* ---- against a list: what is armed, with the time at which it counts as due and when it was armed ---- */
static struct model {
    uint64_t now, armed; /* the wheel's time; how many were armed so far */
    uint64_t counts_as[N], order[N];
    uint64_t seed, x; /* seed: 0 when none is being tried */
} m;

static uint64_t any(void)
{
    m.x = m.x * 6364136223846793005u + 1442695040888963407u;
    return (m.x >> 32) | (m.x * 0x9e3779b97f4a7c15u >> 32 << 32);
}

/* Of any magnitude: as likely a few nanoseconds as years. */
static uint64_t any_span(uint32_t bits)
{
    return any() >> (64 - 1 - any() % bits);
}

static uint64_t later(uint64_t from, uint64_t span)
{
    return from + span < from ? UINT64_MAX : from + span;
}

static void model_arm(uint32_t i, uint64_t due)
{
    m.counts_as[i] = due > m.now ? due : m.now;
    m.order[i] = m.armed++;
    motet__wheel_arm(&w, &t[i], due);
}

static uint32_t model_first(void)
{
    uint32_t best = N;
    for (uint32_t i = 0; i < N; i++) {
        if (motet__timer_armed(&t[i]) && (best == N || m.counts_as[i] < m.counts_as[best] ||
            (m.counts_as[i] == m.counts_as[best] && m.order[i] < m.order[best]))) {
            best = i;
        }
    }
    return best;
}

static uint64_t any_due(uint32_t bits)
{
    uint32_t other = (uint32_t)any() % N;
    switch (any() % 8) {
    case 0: return m.now - any_span(bits) % (m.now | 1);
    case 1: return m.counts_as[other];
    case 2: return later(m.counts_as[other], any() % 3) - 1;
    case 3: return (later(m.now, any_span(bits)) & ~(any_span(60))) - any() % 2;
    default: return later(m.now, any_span(bits));
    }
}

static void one_timer_changes(uint32_t bits)
{
    uint32_t i = (uint32_t)any() % N;
    if (motet__timer_armed(&t[i]) && any() % 2 == 0) {
        motet__wheel_cancel(&w, &t[i]);
        return;
    }
    motet__wheel_cancel(&w, &t[i]);
    model_arm(i, any_due(bits));
}

/* One call of advance. Whether there is more. */
static int both_advance(uint64_t now)
{
    uint32_t first = model_first();
    motet__timer *got = motet__wheel_advance(&w, now);
    if (first == N || m.counts_as[first] > now) {
        assert_null(got);
        m.now = now > m.now ? now : m.now;
        assert_true(w.now == m.now);
        return 0;
    }
    assert_ptr_equal(got, &t[first]);
    assert_true(got->due <= now);
    m.now = m.counts_as[first];
    assert_true(w.now == m.now);
    return 1;
}

static void next_is_a_bound(void)
{
    uint32_t first = model_first();
    assert_true(motet__wheel_next(&w) <= (first == N ? UINT64_MAX : m.counts_as[first]));
    assert_true(first != N || motet__wheel_next(&w) == UINT64_MAX);
}

/* Calls until NULL, mostly; the reactions arm and cancel, fewer and fewer. */
static void a_series(uint64_t now, uint32_t bits)
{
    for (uint32_t calls = 0; both_advance(now); calls++) {
        next_is_a_bound();
        if (any() % 16 == 0) {
            return;
        }
        if (calls < 2 * N && any() % 2 == 0) {
            one_timer_changes(bits);
        }
    }
    if (now == m.now && now < UINT64_MAX) {
        assert_true(motet__wheel_next(&w) > now);
        assert_true(w.open > now); /* so that asking again is one compare */
    }
}

/* The clock goes from one value of next to the next until a timer comes out: each is later, and soon one does. */
static void follow_next(void)
{
    uint64_t last = 0;
    for (uint32_t calls = 0; motet__wheel_count(&w) > 0; calls++) {
        assert_true(calls <= N * MOTET__WHEEL_LEVELS);
        uint64_t next = motet__wheel_next(&w);
        assert_true(calls == 0 || next > last);
        if (both_advance(next)) {
            return;
        }
        last = next;
    }
}

static void one_step(uint32_t bits)
{
    switch (any() % 8) {
    case 0: a_series(later(m.now, any_span(bits)), bits); break;
    case 1: a_series(m.counts_as[any() % N] - any() % 2, bits); break;
    case 2: follow_next(); break;
    default: one_timer_changes(bits); break;
    }
    next_is_a_bound();
}

static void it_agrees_with_a_list(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        memset(&m, 0, sizeof m);
        m.seed = seed;
        m.x = seed;
        uint32_t bits = seed % 5 == 0 ? 8 : seed % 3 == 0 ? 62 : 44; /* the longest span */
        m.now = seed % 7 == 0 ? UINT64_MAX - any_span(62) : any_span(62);
        begin(m.now);
        for (uint32_t step = 0; step < 500; step++) {
            one_step(bits);
            if (step % 8 == 0) {
                invariants_hold(m.counts_as);
            }
        }
        a_series(UINT64_MAX, bits);
        m.seed = 0;
    }
}

static int name_the_seed(void **state)
{
    (void)state;
    if (m.seed != 0) {
        print_error("with seed %" PRIu64 "\n", m.seed);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_wheel_gives_nothing_at_any_time, fresh),
        cmocka_unit_test_setup(cancelling_what_is_not_armed_changes_nothing, fresh),
        cmocka_unit_test_setup(what_is_cancelled_never_comes_out, fresh),
        cmocka_unit_test_setup(cancelling_the_only_one_empties_the_wheel, fresh),
        cmocka_unit_test_setup(none_comes_out_a_nanosecond_early, fresh),
        cmocka_unit_test_setup(a_clock_that_goes_back_gives_nothing, fresh),
        cmocka_unit_test_setup(a_due_time_in_the_past_is_due_at_once, fresh),
        cmocka_unit_test_setup(the_last_nanosecond_of_all_can_be_waited_for, fresh),
        cmocka_unit_test_setup(times_on_both_sides_of_every_boundary_come_in_order, fresh),
        cmocka_unit_test_setup(a_jump_over_everything_gives_all_in_order, fresh),
        cmocka_unit_test_setup(equal_times_come_in_order_of_arming, fresh),
        cmocka_unit_test_setup(times_within_one_microsecond_come_in_order, fresh),
        cmocka_unit_test_setup(what_is_armed_for_the_past_comes_after_what_was_due_before, fresh),
        cmocka_unit_test_setup(a_periodic_timer_that_was_slept_through_makes_up_for_it, fresh),
        cmocka_unit_test_setup(a_reaction_may_cancel_what_is_due_too, fresh),
        cmocka_unit_test_setup(a_series_that_is_left_off_goes_on_later, fresh),
        cmocka_unit_test_setup(next_is_exact_where_nothing_was_cancelled, fresh),
        cmocka_unit_test_setup(next_moves_on_after_a_cancelled_time, fresh),
        cmocka_unit_test_setup(a_million_timers_come_out_in_order, fresh),
        cmocka_unit_test_setup_teardown(it_agrees_with_a_list, fresh, name_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
