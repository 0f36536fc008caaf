/* ring_test.c -- ring positions against a counted model, and lanes, which are made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "lane.h"
#include "ring.h"

static void an_empty_ring_counts_0_at_every_position(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 5; c++) {
        for (uint32_t p = 0; p < 2 * c; p++) {
            assert_int_equal(motet__ring_count(c, p, p), 0);
        }
    }
}

static void a_full_ring_differs_from_an_empty_one(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 5; c++) {
        for (uint32_t head = 0; head < 2 * c; head++) {
            uint32_t tail = head;
            for (uint32_t i = 0; i < c; i++) {
                assert_int_equal(motet__ring_count(c, head, tail), i);
                tail = motet__ring_next(c, tail);
            }
            assert_int_equal(motet__ring_count(c, head, tail), c);
            assert_int_not_equal(head, tail);
            assert_int_equal(motet__ring_slot(c, head), motet__ring_slot(c, tail));
        }
    }
}

static void slots_follow_each_other_and_wrap(void **state)
{
    (void)state;
    uint32_t p = 0;
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(motet__ring_slot(7, p), i % 7);
        p = motet__ring_next(7, p);
    }
}

static void the_largest_capacity_does_not_overflow(void **state)
{
    (void)state;
    uint32_t c = MOTET__RING_MAX;
    assert_int_equal(motet__ring_next(c, 2 * c - 1), 0);
    assert_int_equal(motet__ring_slot(c, 2 * c - 1), c - 1);
    assert_int_equal(motet__ring_count(c, 2 * c - 1, c - 1), c);
}

/* ---- lanes, from one thread ---- */

static motet__message *slots[3], messages[8];

static motet__lane lane_of(uint32_t capacity)
{
    motet__lane l = {.capacity = capacity, .slots = slots};
    motet__lane_init(&l);
    return l;
}

/* As a writer does: only into room. */
static bool put(motet__lane *l, motet__message *m)
{
    bool room = motet__lane_room(l);
    if (room) {
        motet__lane_push(l, m);
    }
    return room;
}

static void a_new_lane_is_empty(void **state)
{
    (void)state;
    motet__lane l = lane_of(3);
    assert_null(motet__lane_peek(&l));
    assert_true(motet__lane_empty(&l));
    assert_false(motet__lane_settle(&l));
}

static void a_lane_takes_its_capacity_and_keeps_the_order(void **state)
{
    (void)state;
    motet__lane l = lane_of(3);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 3; i++) {
            assert_true(put(&l, &messages[i]));
        }
        assert_false(put(&l, &messages[3]));
        for (int i = 0; i < 3; i++) {
            assert_ptr_equal(motet__lane_peek(&l), &messages[i]);
            motet__lane_pop(&l);
        }
        assert_true(motet__lane_empty(&l));
        assert_true(put(&l, &messages[4])); /* so that rounds begin at every position */
        motet__lane_pop(&l);
    }
}

static void a_writer_that_waits_is_reported_once(void **state)
{
    (void)state;
    motet__lane l = lane_of(1);
    assert_true(put(&l, &messages[0]));
    assert_false(put(&l, &messages[1]));
    assert_true(motet__lane_wait(&l));
    motet__lane_pop(&l);
    assert_true(motet__lane_settle(&l));
    assert_false(motet__lane_settle(&l));
}

static void a_writer_does_not_wait_when_room_came_in_between(void **state)
{
    (void)state;
    motet__lane l = lane_of(1);
    assert_true(put(&l, &messages[0]));
    assert_false(put(&l, &messages[1]));
    motet__lane_pop(&l);
    assert_false(motet__lane_wait(&l));
    assert_false(motet__lane_settle(&l)); /* and nobody is told to wake it */
    assert_true(put(&l, &messages[1]));
}

static void a_lossy_lane_gives_up_its_oldest_only_when_full(void **state)
{
    (void)state;
    motet__lane l = lane_of(2);
    assert_null(motet__lane_push_lossy(&l, &messages[0]));
    assert_null(motet__lane_push_lossy(&l, &messages[1]));
    assert_ptr_equal(motet__lane_push_lossy(&l, &messages[2]), &messages[0]);
    assert_ptr_equal(motet__lane_peek(&l), &messages[1]);
    motet__lane_pop(&l);
    assert_null(motet__lane_push_lossy(&l, &messages[3]));
    assert_ptr_equal(motet__lane_peek(&l), &messages[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_counts_0_at_every_position),
        cmocka_unit_test(a_full_ring_differs_from_an_empty_one),
        cmocka_unit_test(slots_follow_each_other_and_wrap),
        cmocka_unit_test(the_largest_capacity_does_not_overflow),
        cmocka_unit_test(a_new_lane_is_empty),
        cmocka_unit_test(a_lane_takes_its_capacity_and_keeps_the_order),
        cmocka_unit_test(a_writer_that_waits_is_reported_once),
        cmocka_unit_test(a_writer_does_not_wait_when_room_came_in_between),
        cmocka_unit_test(a_lossy_lane_gives_up_its_oldest_only_when_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
