/* count.c -- producers that send as fast as they are let, and a consumer that counts: one producer (count, countb, and
 * countu without a bound), or several (mto1).
 *
 * The producers number their messages, so that the sum tells whether each came.
 */
#include "bench.h"

enum { START, ITEM, GO_ON, FULL_COUNT };

/* ---- the consumer ---- */

struct consumer {
    motet_ref root;
    uint64_t left, sum;
};
BENCH_INIT(consumer)

static motet_status consumer_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct consumer *c = self;
    c->sum += bench_value(mail);
    if (!--c->left) {
        bench_tell(ctx, c->root, FULL_COUNT, c->sum);
        motet_exit(ctx);
    }
    return MOTET_DONE;
}

static const motet_actor_type bounded = {.name = "consumer", .state_size = sizeof(struct consumer),
    .init = consumer_init, .receive = consumer_receive, .inbox = BENCH_INBOX};
static const motet_actor_type unbounded = {.name = "consumer", .state_size = sizeof(struct consumer),
    .init = consumer_init, .receive = consumer_receive, .inbox = BENCH_HUGE};

/* ---- a producer ---- */

struct producer {
    motet_ref consumer;
    uint64_t sent, until;
};
BENCH_INIT(producer)

static motet_status producer_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct producer *p = self;
    (void)mail;
    for (int i = 0; i < BENCH_SLICE && p->sent < p->until && !motet_is_blocked(ctx); i++) {
        bench_tell(ctx, p->consumer, ITEM, p->sent++);
    }
    if (p->sent < p->until) {
        bench_tell(ctx, motet_self(ctx), GO_ON, 0);
    } else {
        motet_exit(ctx);
    }
    return MOTET_DONE;
}

static const motet_actor_type producer = {
    .name = "producer", .state_size = sizeof(struct producer), .init = producer_init, .receive = producer_receive};

/* ---- the root ---- */

struct count {
    bench *b;
    uint64_t each; /* messages of a producer */
    bool warm;
};
BENCH_ROOT_INIT(count)

static void count_begin(struct count *c, motet_ctx *ctx, uint64_t n)
{
    c->each = n / c->b->arg ? n / c->b->arg : 1;
    bench_begin(c->b);
    motet_ref consumer = bench_spawn(ctx, c->b->row->bound == BENCH_INBOX ? &bounded : &unbounded,
                                     &(struct consumer){motet_self(ctx), c->each * c->b->arg, 0});
    for (uint32_t i = 0; i < c->b->arg; i++) {
        bench_tell(ctx, bench_spawn(ctx, &producer, &(struct producer){consumer, 0, c->each}), START, 0);
    }
}

static motet_status count_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct count *c = self;
    if (mail->tag == START) {
        count_begin(c, ctx, c->b->n / 10);
        return MOTET_DONE;
    }
    bench_check("sum of all messages", bench_value(mail), c->each * (c->each - 1) / 2 * c->b->arg);
    if (!c->warm) {
        c->warm = true;
        count_begin(c, ctx, c->b->n);
        return MOTET_DONE;
    }
    bench_end(c->b, c->each * c->b->arg);
    bench_over(c->b);
    return MOTET_DONE;
}

const motet_actor_type bench_count = {
    .name = "count", .state_size = sizeof(struct count), .init = count_init, .receive = count_receive};
