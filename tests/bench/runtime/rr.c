/* rr.c -- one actor tells each of many in turn, round after round: what an actor costs that is not in the cache. */
#include "bench.h"

enum { START, GO, ALL_TOLD };

struct told {
    bench *b;
    motet_ref root;
};
BENCH_INIT(told)

static motet_status told_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct told *t = self;
    (void)mail;
    if (atomic_fetch_sub_explicit(&t->b->left, 1, memory_order_acq_rel) == 1) {
        bench_tell(ctx, t->root, ALL_TOLD, 0);
    }
    return MOTET_DONE;
}

static const motet_actor_type told = {
    .name = "told", .state_size = sizeof(struct told), .init = told_init, .receive = told_receive};

struct teller {
    bench *b;
    motet_ref *all;
    uint32_t made, next;
    uint64_t left, total;
    bool warm;
};
BENCH_ROOT_INIT(teller)

/* Makes a slice of them. */
static void teller_make(struct teller *t, motet_ctx *ctx)
{
    struct told state = {t->b, motet_self(ctx)};
    for (int i = 0; i < BENCH_SLICE && t->made < t->b->arg; i++) {
        t->all[t->made++] = bench_spawn(ctx, &told, &state);
    }
    bench_tell(ctx, state.root, t->made < t->b->arg ? START : ALL_TOLD, 0);
}

static void teller_slice(struct teller *t, motet_ctx *ctx)
{
    for (int i = 0; i < BENCH_SLICE && t->left && !motet_is_blocked(ctx); i++, t->left--) {
        bench_tell(ctx, t->all[t->next], GO, 0);
        t->next = t->next + 1 == t->b->arg ? 0 : t->next + 1;
    }
    if (t->left) {
        bench_tell(ctx, motet_self(ctx), GO, 0);
    }
}

/* The next part: one round of warm-up, then as many as make up n messages. */
static void teller_turn(struct teller *t, motet_ctx *ctx)
{
    uint64_t rounds = t->b->n / t->b->arg;
    if (t->warm) {
        bench_end(t->b, t->total);
        bench_over(t->b);
        return;
    }
    t->warm = t->total != 0;
    t->total = t->left = (t->warm && rounds ? rounds : 1) * t->b->arg;
    bench_begin(t->b);
    atomic_store_explicit(&t->b->left, t->left, memory_order_release);
    teller_slice(t, ctx);
}

static motet_status teller_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct teller *t = self;
    if (!t->all) {
        t->all = bench_alloc(t->b->arg, sizeof *t->all);
    }
    if (mail->tag == START) {
        teller_make(t, ctx);
    } else if (mail->tag == GO) {
        teller_slice(t, ctx);
    } else {
        teller_turn(t, ctx);
    }
    return MOTET_DONE;
}

static void teller_fini(void *self)
{
    free(((struct teller *)self)->all);
}

const motet_actor_type bench_rr = {.name = "teller", .state_size = sizeof(struct teller), .init = teller_init,
                                   .fini = teller_fini, .receive = teller_receive};
