/* big.c -- many actors, each of which pings a random one, waits for the answer, and pings the next; an operation is a
 * ping or an answer. */
#include "bench.h"

enum { START, BEGIN, PING, PONG, DONE };

struct talker {
    const motet_ref *all;
    motet_ref root;
    uint64_t left;
    uint32_t random, n;
};
BENCH_INIT(talker)

static void talker_ping(struct talker *t, motet_ctx *ctx)
{
    motet_ref self = motet_self(ctx);
    t->random = (t->random * 1103515245 + 12345) & 0x7fffffff;
    BENCH_MUST(motet_tell(ctx, t->all[(t->random >> 8) % t->n], PING, &self, sizeof self));
}

static motet_status talker_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct talker *t = self;
    motet_ref to;
    switch (mail->tag) {
    case PING:
        memcpy(&to, mail->data, sizeof to);
        BENCH_MUST(motet_tell(ctx, to, PONG, NULL, 0));
        return MOTET_DONE;
    case PONG:
        if (!--t->left) {
            bench_tell(ctx, t->root, DONE, 0);
            return MOTET_DONE;
        }
        break;
    default:
        break;
    }
    talker_ping(t, ctx);
    return MOTET_DONE;
}

struct big {
    bench *b;
    motet_ref *all;
    motet_actor_type talker;
    uint64_t each;
    uint32_t done;
    bool warm;
};
BENCH_ROOT_INIT(big)

static void big_begin(struct big *g, motet_ctx *ctx, uint64_t each)
{
    uint32_t n = g->b->arg;
    struct talker state = {g->all, motet_self(ctx), each ? each : 1, 0, n};
    g->each = state.left;
    g->done = 0;
    bench_begin(g->b);
    for (uint32_t i = 0; i < n; i++, state.random += 7919) {
        g->all[i] = bench_spawn(ctx, &g->talker, &state);
    }
    for (uint32_t i = 0; i < n; i++) {
        bench_tell(ctx, g->all[i], BEGIN, 0);
    }
}

/* All have their last answer, so nothing is on its way. */
static void big_stop(struct big *g, motet_ctx *ctx)
{
    for (uint32_t i = 0; i < g->b->arg; i++) {
        BENCH_MUST(motet_stop(ctx, g->all[i]));
    }
}

static motet_status big_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct big *g = self;
    uint64_t each = g->b->n / (2 * (uint64_t)g->b->arg);
    if (mail->tag == START) {
        g->all = bench_alloc(g->b->arg, sizeof *g->all);
        g->talker = (motet_actor_type){.name = "talker", .state_size = sizeof(struct talker), .init = talker_init,
            .receive = talker_receive, .inbox = g->b->arg + 1}; /* each may be pinged by all, and wait for one answer */
        big_begin(g, ctx, each / 10);
    } else if (++g->done == g->b->arg && g->warm) {
        bench_end(g->b, g->each * 2 * g->b->arg);
        big_stop(g, ctx);
        bench_over(g->b);
    } else if (g->done == g->b->arg) {
        g->warm = true;
        big_stop(g, ctx);
        big_begin(g, ctx, each);
    }
    return MOTET_DONE;
}

static void big_fini(void *self)
{
    free(((struct big *)self)->all);
}

const motet_actor_type bench_big = {.name = "big", .state_size = sizeof(struct big), .init = big_init,
                                    .fini = big_fini, .receive = big_receive};
