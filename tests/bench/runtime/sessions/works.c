/* works.c -- s-count and s-mto1: a producer or several, each in a session of its own with the one consumer, whose lanes
 * hold 1000; handlers under the generated code of play.proto-session.
 *
 * A session's argument is how many messages it is to carry. They are numbered, so that the sum tells whether each came.
 */
#include "consumer.h"
#include "producer.h"
#include "works.h"

#include "bench.h"

/* ---- Producer: in one session at a time ---- */

struct producer {
    uint64_t sent;
};

const motet_actor_type producer_actor = PRODUCER_ACTOR(struct producer);

motet_status producer_init(struct producer *self, const motet_start *start)
{
    (void)self, (void)start;
    return MOTET_DONE;
}

void producer_fini(struct producer *self)
{
    (void)self;
}

motet_status producer_choose_item_or_last(struct producer *self, motet_session *s, motet_peer to,
                                          struct producer_item_or_last *out)
{
    (void)to;
    if (self->sent + 1 == motet_session_arg(s)) {
        out->tag = PRODUCER_LAST;
        out->last.number = self->sent++;
    } else {
        out->tag = PRODUCER_ITEM;
        out->item.number = self->sent++;
    }
    return MOTET_DONE;
}

void producer_completed(struct producer *self, motet_session *s)
{
    bench_check("messages that a producer sent", self->sent, motet_session_arg(s));
    self->sent = 0;
}

void producer_aborted(struct producer *self, motet_session *s, motet_abort_reason why)
{
    (void)self, (void)s;
    bench_fail("why the session ended", why, 0);
}

/* ---- Consumer: opens the sessions of the warm-up, and those of the measured part when these are over ---- */

struct consumer {
    bench *b;
    uint64_t each, sum, seen, rounds;
    uint32_t over; /* sessions of this part */
};

const motet_actor_type consumer_actor = CONSUMER_ACTOR(struct consumer);

static void open_all(bench *b, uint64_t each)
{
    bench_begin(b);
    for (uint32_t i = 0; i < b->arg; i++) {
        BENCH_MUST(works_open_stream(b->sys, each, NULL));
    }
}

static uint64_t messages_of_each(const bench *b, bool warm_up)
{
    uint64_t each = b->n / b->arg / (warm_up ? 10 : 1);
    return each ? each : 1;
}

motet_status consumer_init(struct consumer *self, const motet_start *start)
{
    self->b = start->env;
    self->each = messages_of_each(self->b, true);
    return MOTET_DONE;
}

void consumer_fini(struct consumer *self)
{
    (void)self;
}

motet_status consumer_on_item(struct consumer *self, motet_session *s, motet_peer from, const play_item *m)
{
    (void)s, (void)from;
    self->sum += m->number;
    self->seen++;
    return MOTET_DONE;
}

static void consumer_part_over(struct consumer *self)
{
    bench *b = self->b;
    bench_check("messages", self->seen, self->each * b->arg);
    bench_check("sum of all messages", self->sum, self->each * (self->each - 1) / 2 * b->arg);
    if (self->rounds++) {
        bench_end(b, self->seen);
        bench_over(b);
        return;
    }
    self->seen = self->sum = self->over = 0;
    self->each = messages_of_each(b, false);
    open_all(b, self->each);
}

motet_status consumer_on_last(struct consumer *self, motet_session *s, motet_peer from, const play_last *m)
{
    (void)s, (void)from;
    self->sum += m->number;
    self->seen++;
    if (++self->over == self->b->arg) {
        consumer_part_over(self);
    }
    return MOTET_DONE;
}

void consumer_completed(struct consumer *self, motet_session *s)
{
    (void)self, (void)s;
}

void consumer_aborted(struct consumer *self, motet_session *s, motet_abort_reason why)
{
    (void)self, (void)s;
    bench_fail("why the session ended", why, 0);
}

void bench_works_start(bench *b)
{
    open_all(b, messages_of_each(b, true));
}
