/* spawn.c -- actors that live for one message (spawn1), and such as stay (idle). */
#include <stdio.h>

#include "bench.h"

enum { START, GO, ALL_GONE };

/* ---- spawn1 ---- */

struct mayfly {
    bench *b;
    motet_ref root;
};
BENCH_INIT(mayfly)

static motet_status mayfly_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct mayfly *m = self;
    (void)mail;
    if (atomic_fetch_sub_explicit(&m->b->left, 1, memory_order_acq_rel) == 1) {
        bench_tell(ctx, m->root, ALL_GONE, 0);
    }
    motet_exit(ctx);
    return MOTET_DONE;
}

static const motet_actor_type mayfly = {
    .name = "mayfly", .state_size = sizeof(struct mayfly), .init = mayfly_init, .receive = mayfly_receive};

struct spawner {
    bench *b;
    uint64_t made, until;
    bool warm;
};
BENCH_ROOT_INIT(spawner)

static void spawner_begin(struct spawner *s, motet_ctx *ctx, uint64_t n)
{
    s->made = 0;
    s->until = n ? n : 1;
    atomic_store_explicit(&s->b->left, s->until, memory_order_release);
    bench_begin(s->b);
    bench_tell(ctx, motet_self(ctx), GO, 0);
}

static void spawner_slice(struct spawner *s, motet_ctx *ctx)
{
    struct mayfly state = {s->b, motet_self(ctx)};
    for (int i = 0; i < BENCH_SLICE && s->made < s->until; i++, s->made++) {
        bench_tell(ctx, bench_spawn(ctx, &mayfly, &state), GO, 0);
    }
    if (s->made < s->until) {
        bench_tell(ctx, state.root, GO, 0);
    }
}

static motet_status spawner_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct spawner *s = self;
    if (mail->tag == START) {
        spawner_begin(s, ctx, s->b->n / 10);
    } else if (mail->tag == GO) {
        spawner_slice(s, ctx);
    } else if (!s->warm) {
        s->warm = true;
        spawner_begin(s, ctx, s->b->n);
    } else {
        bench_end(s->b, s->until);
        bench_over(s->b);
    }
    return MOTET_DONE;
}

const motet_actor_type bench_spawn1 = {
    .name = "spawner", .state_size = sizeof(struct spawner), .init = spawner_init, .receive = spawner_receive};

/* ---- idle: after all are there each is told one thing, so that none was only promised ---- */

struct crowd {
    bench *b;
    motet_ref self, *all; /* what a program that wants to reach them keeps */
    uint64_t made, told, memory;
};
BENCH_ROOT_INIT(crowd)

struct sleeper {
    const struct crowd *crowd;
};
BENCH_INIT(sleeper)

static motet_status sleeper_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    const struct crowd *c = ((struct sleeper *)self)->crowd;
    (void)mail;
    if (atomic_fetch_sub_explicit(&c->b->left, 1, memory_order_acq_rel) == 1) {
        bench_tell(ctx, c->self, ALL_GONE, 0);
    }
    return MOTET_DONE;
}

static const motet_actor_type sleeper = {
    .name = "sleeper", .state_size = sizeof(struct sleeper), .init = sleeper_init, .receive = sleeper_receive};

static void crowd_measure(struct crowd *c)
{
    bench_end(c->b, c->b->n);
    uint64_t now = bench_memory(), refs = c->b->n * sizeof *c->all;
    uint64_t bytes = now > c->memory ? now - c->memory : 0;
    printf("MEM %llu %llu\n", (unsigned long long)(bytes / c->b->n),
           (unsigned long long)(bytes > refs ? (bytes - refs) / c->b->n : 0));
}

static void crowd_begin(struct crowd *c, motet_ctx *ctx)
{
    c->self = motet_self(ctx);
    atomic_store_explicit(&c->b->left, c->b->n, memory_order_release);
    c->memory = bench_memory();
    bench_begin(c->b);
    c->all = bench_alloc(c->b->n, sizeof *c->all);
}

static void crowd_slice(struct crowd *c, motet_ctx *ctx)
{
    uint64_t n = c->b->n;
    for (int i = 0; i < BENCH_SLICE && c->made < n; i++) {
        c->all[c->made++] = bench_spawn(ctx, &sleeper, &(struct sleeper){c});
        if (c->made == n) {
            crowd_measure(c);
            return;
        }
    }
    for (int i = 0; i < BENCH_SLICE && c->made == n && c->told < n && !motet_is_blocked(ctx); i++) {
        bench_tell(ctx, c->all[c->told++], GO, 0);
    }
}

static motet_status crowd_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct crowd *c = self;
    if (mail->tag == ALL_GONE) {
        free(c->all);
        bench_over(c->b);
        return MOTET_DONE;
    }
    if (!c->all) {
        crowd_begin(c, ctx);
    }
    crowd_slice(c, ctx);
    if (c->told < c->b->n) {
        bench_tell(ctx, c->self, GO, 0);
    }
    return MOTET_DONE;
}

const motet_actor_type bench_idle = {
    .name = "crowd", .state_size = sizeof(struct crowd), .init = crowd_init, .receive = crowd_receive};
