/* queue_test.c -- the scheduler's lock-free queues: order from one thread, nothing lost or doubled from several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "port.h"
#include "queue.h"

enum { THREADS = 3, EACH = 20000 };

struct item {
    motet__link link;
    uint32_t thread, number;
};

static motet__inbox inbox;

static struct item *pop(void)
{
    return (struct item *)(void *)motet__inbox_pop(&inbox);
}

static void an_empty_inbox_has_nothing(void **state)
{
    (void)state;
    motet__inbox_init(&inbox);
    assert_null(pop());
    assert_false(motet__inbox_ready(&inbox));
}

static void an_inbox_keeps_the_order(void **state)
{
    (void)state;
    static struct item items[10];
    motet__inbox_init(&inbox);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10; i++) {
            motet__inbox_push(&inbox, &items[i].link);
        }
        for (int i = 0; i < 10; i++) {
            assert_true(motet__inbox_ready(&inbox));
            assert_ptr_equal(pop(), &items[i]);
        }
        assert_null(pop());
        assert_false(motet__inbox_ready(&inbox));
    }
}

static void an_item_may_be_pushed_again_once_popped(void **state)
{
    (void)state;
    static struct item one, two;
    motet__inbox_init(&inbox);
    for (int i = 0; i < 5; i++) {
        motet__inbox_push(&inbox, &one.link);
        assert_ptr_equal(pop(), &one);
        motet__inbox_push(&inbox, &two.link);
        motet__inbox_push(&inbox, &one.link);
        assert_ptr_equal(pop(), &two);
        assert_ptr_equal(pop(), &one);
    }
}

static void a_push_that_is_not_complete_hides_what_follows(void **state)
{
    (void)state;
    static struct item one, two;
    motet__inbox_init(&inbox);
    /* the first half of a push of `one`, then a whole push of `two` */
    motet__link *before = atomic_exchange(&inbox.head, &one.link);
    motet__inbox_push(&inbox, &two.link);
    assert_null(pop());
    assert_false(motet__inbox_ready(&inbox));
    atomic_store(&before->next, &one.link);
    assert_true(motet__inbox_ready(&inbox));
    assert_ptr_equal(pop(), &one);
    assert_ptr_equal(pop(), &two);
}

static struct item pool[THREADS][EACH];

static void produce(void *arg)
{
    struct item *items = arg;
    for (uint32_t i = 0; i < EACH; i++) {
        motet__inbox_push(&inbox, &items[i].link);
    }
}

static void an_inbox_loses_nothing_from_several_threads(void **state)
{
    (void)state;
    motet__inbox_init(&inbox);
    motet__thread *threads[THREADS];
    uint32_t next[THREADS] = {0}, got = 0;
    for (uint32_t t = 0; t < THREADS; t++) {
        for (uint32_t i = 0; i < EACH; i++) {
            pool[t][i].thread = t;
            pool[t][i].number = i;
        }
        threads[t] = motet__thread_start(produce, pool[t]);
        assert_non_null(threads[t]);
    }
    while (got < THREADS * EACH) {
        struct item *i = pop();
        if (i) {
            assert_int_equal(i->number, next[i->thread]++); /* each thread's items in its order */
            got++;
        }
    }
    assert_null(pop());
    for (uint32_t t = 0; t < THREADS; t++) {
        motet__thread_join(threads[t]);
    }
}

/* ---- run queue ---- */

static motet__runq runq;
static _Atomic uint32_t seen[EACH], stolen;
static _Atomic int over;

static void a_run_queue_is_first_in_first_out_and_bounded(void **state)
{
    (void)state;
    static int items[MOTET__RUNQ + 1];
    uint32_t backlog = 0;
    motet__runq_init(&runq);
    assert_null(motet__runq_pop(&runq));
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < MOTET__RUNQ; i++) {
            assert_true(motet__runq_push(&runq, &items[i], &backlog));
            assert_int_equal(backlog, i + 1);
        }
        assert_false(motet__runq_push(&runq, &items[MOTET__RUNQ], &backlog));
        assert_true(motet__runq_busy(&runq));
        for (uint32_t i = 0; i < MOTET__RUNQ; i++) {
            assert_ptr_equal(motet__runq_pop(&runq), &items[i]);
        }
        assert_false(motet__runq_busy(&runq));
    }
}

static void mark(void *item)
{
    atomic_fetch_add(&seen[(uintptr_t)item - 1], 1);
}

static void thief(void *arg)
{
    (void)arg;
    while (!atomic_load(&over)) {
        void *item = motet__runq_pop(&runq);
        if (item) {
            mark(item);
            atomic_fetch_add(&stolen, 1);
        }
    }
}

static void thieves_and_owner_take_each_item_once(void **state)
{
    (void)state;
    motet__runq_init(&runq);
    atomic_store(&over, 0);
    motet__thread *threads[THREADS];
    for (int t = 0; t < THREADS; t++) {
        threads[t] = motet__thread_start(thief, NULL);
        assert_non_null(threads[t]);
    }
    uint32_t own = 0, backlog;
    for (uintptr_t i = 1; i <= EACH; i++) {
        while (!motet__runq_push(&runq, (void *)i, &backlog)) {
            void *item = motet__runq_pop(&runq);
            if (item) {
                mark(item);
                own++;
            }
        }
    }
    while (own + atomic_load(&stolen) < EACH) {
        void *item = motet__runq_pop(&runq);
        if (item) {
            mark(item);
            own++;
        }
    }
    atomic_store(&over, 1);
    for (int t = 0; t < THREADS; t++) {
        motet__thread_join(threads[t]);
    }
    for (uint32_t i = 0; i < EACH; i++) {
        assert_int_equal(atomic_load(&seen[i]), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_inbox_has_nothing),
        cmocka_unit_test(an_inbox_keeps_the_order),
        cmocka_unit_test(an_item_may_be_pushed_again_once_popped),
        cmocka_unit_test(a_push_that_is_not_complete_hides_what_follows),
        cmocka_unit_test(an_inbox_loses_nothing_from_several_threads),
        cmocka_unit_test(a_run_queue_is_first_in_first_out_and_bounded),
        cmocka_unit_test(thieves_and_owner_take_each_item_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
