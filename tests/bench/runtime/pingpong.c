/* pingpong.c -- two actors that talk in turn: by messages (pp, ppx), by requests and replies (ask, askx). */
#include "bench.h"

enum { START, BALL };

/* ---- pp: the ball counts its hops ---- */

struct ponger {
    motet_ref pinger;
};
BENCH_INIT(ponger)

static motet_status ponger_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    bench_tell(ctx, ((struct ponger *)self)->pinger, BALL, bench_value(mail) + 1);
    return MOTET_DONE;
}

static const motet_actor_type ponger = {
    .name = "ponger", .state_size = sizeof(struct ponger), .init = ponger_init, .receive = ponger_receive};

struct pinger {
    bench *b;
    motet_ref ponger;
    uint64_t hops, until;
    bool warm;
};
BENCH_ROOT_INIT(pinger)

/* The warm-up is over, or all is. */
static void pinger_turn(struct pinger *p, motet_ctx *ctx)
{
    if (p->warm) {
        bench_end(p->b, p->until);
        bench_over(p->b);
        return;
    }
    p->warm = true;
    p->hops = 0;
    p->until = (p->b->n + 1) / 2 * 2;
    bench_begin(p->b);
    bench_tell(ctx, p->ponger, BALL, 1);
}

static motet_status pinger_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct pinger *p = self;
    if (mail->tag == START) {
        p->ponger = bench_spawn_other(ctx, p->b, &ponger, &(struct ponger){motet_self(ctx)});
        p->until = p->b->n / 20 * 2 + 2;
        bench_tell(ctx, p->ponger, BALL, 1);
        return MOTET_DONE;
    }
    p->hops += 2;
    bench_check("hops", bench_value(mail), p->hops);
    if (p->hops == p->until) {
        pinger_turn(p, ctx);
    } else {
        bench_tell(ctx, p->ponger, BALL, p->hops + 1);
    }
    return MOTET_DONE;
}

const motet_actor_type bench_pp = {
    .name = "pinger", .state_size = sizeof(struct pinger), .init = pinger_init, .receive = pinger_receive};

/* ---- ask: the answer to i is i + 1; each ask has a deadline ---- */

enum { DEADLINE_S = 30 };

static motet_status server_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    uint64_t answer = bench_value(mail) + 1;
    (void)self;
    BENCH_MUST(motet_reply(ctx, mail->from, mail->id, &answer, sizeof answer));
    return MOTET_DONE;
}

static const motet_actor_type server = {.name = "server", .receive = server_receive};

struct asker {
    bench *b;
    motet_ref server;
    uint64_t asked, until, id, last;
    uint32_t *times;
    bool warm;
};
BENCH_ROOT_INIT(asker)

static void asker_ask(struct asker *a, motet_ctx *ctx)
{
    BENCH_MUST(motet_ask(ctx, a->server, BALL, &a->asked, sizeof a->asked, DEADLINE_S * UINT64_C(1000000000), &a->id));
}

static void asker_over(struct asker *a)
{
    bench_end(a->b, a->until);
    bench_latency(a->times, a->until);
    free(a->times);
    bench_over(a->b);
}

static void asker_begin(struct asker *a, motet_ctx *ctx)
{
    a->warm = true;
    a->asked = 0;
    a->until = a->b->n;
    bench_begin(a->b);
    a->last = a->b->t0;
    asker_ask(a, ctx);
}

static motet_status asker_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct asker *a = self;
    if (mail->kind == MOTET_TOLD) {
        a->server = bench_spawn_other(ctx, a->b, &server, NULL);
        a->times = bench_alloc(a->b->n, sizeof *a->times);
        memset(a->times, 1, a->b->n * sizeof *a->times); /* in memory from now on */
        a->until = a->b->n / 10 + 1;
        asker_ask(a, ctx);
        return MOTET_DONE;
    }
    bench_check("kind of answer", mail->kind, MOTET_REPLY);
    bench_check("ask that was answered", mail->id, a->id);
    bench_check("answer", bench_value(mail), a->asked + 1);
    if (a->warm) {
        uint64_t t = bench_clock();
        a->times[a->asked] = (uint32_t)(t - a->last);
        a->last = t;
    }
    if (++a->asked < a->until) {
        asker_ask(a, ctx);
    } else if (a->warm) {
        asker_over(a);
    } else {
        asker_begin(a, ctx);
    }
    return MOTET_DONE;
}

const motet_actor_type bench_ask = {
    .name = "asker", .state_size = sizeof(struct asker), .init = asker_init, .receive = asker_receive};
