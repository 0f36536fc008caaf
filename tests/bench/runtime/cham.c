/* cham.c -- chameneos: creatures ask a mall for a partner, which pairs them as they come; two that meet change their
 * colours. An operation is a meeting. */
#include "bench.h"

enum { START, BEGIN, ARRIVE, MET, CLOSED, MEETINGS };

struct arrival {
    motet_ref who;
    uint32_t colour;
};

struct creature {
    motet_ref mall, root;
    uint32_t colour;
    uint64_t met;
};
BENCH_INIT(creature)

static void creature_arrive(struct creature *c, motet_ctx *ctx)
{
    BENCH_MUST(motet_tell(ctx, c->mall, ARRIVE, &(struct arrival){motet_self(ctx), c->colour}, sizeof(struct arrival)));
}

static motet_status creature_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct creature *c = self;
    if (mail->tag == CLOSED) {
        bench_tell(ctx, c->root, MEETINGS, c->met);
        motet_exit(ctx);
        return MOTET_DONE;
    }
    if (mail->tag == MET) {
        uint32_t other = (uint32_t)bench_value(mail);
        c->colour = other == c->colour ? other : 3 - other - c->colour;
        c->met++;
    }
    creature_arrive(c, ctx);
    return MOTET_DONE;
}

static const motet_actor_type creature = {
    .name = "creature", .state_size = sizeof(struct creature), .init = creature_init, .receive = creature_receive};

struct mall {
    uint64_t left;
    uint32_t here; /* creatures that were not yet sent home */
    bool waits;
    struct arrival first;
};
BENCH_INIT(mall)

static motet_status mall_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct mall *m = self;
    struct arrival second;
    memcpy(&second, mail->data, sizeof second);
    if (!m->left) {
        bench_tell(ctx, second.who, CLOSED, 0);
        if (!--m->here) {
            motet_exit(ctx);
        }
    } else if (!m->waits) {
        m->first = second;
        m->waits = true;
    } else {
        m->waits = false;
        m->left--;
        bench_tell(ctx, m->first.who, MET, second.colour);
        bench_tell(ctx, second.who, MET, m->first.colour);
    }
    return MOTET_DONE;
}

struct cham {
    bench *b;
    motet_actor_type mall;
    uint64_t n, met;
    uint32_t gone;
    bool warm;
};
BENCH_ROOT_INIT(cham)

static void cham_begin(struct cham *c, motet_ctx *ctx, uint64_t n)
{
    uint32_t creatures = c->b->arg;
    c->n = n ? n : 1;
    c->met = c->gone = 0;
    bench_begin(c->b);
    struct creature state = {bench_spawn(ctx, &c->mall, &(struct mall){.left = c->n, .here = creatures}),
                             motet_self(ctx), 0, 0};
    for (uint32_t i = 0; i < creatures; i++) {
        state.colour = i % 3;
        bench_tell(ctx, bench_spawn(ctx, &creature, &state), BEGIN, 0);
    }
}

static motet_status cham_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct cham *c = self;
    if (mail->tag == START) {
        c->mall = (motet_actor_type){.name = "mall", .state_size = sizeof(struct mall), .init = mall_init,
                                     .receive = mall_receive, .inbox = c->b->arg};
        cham_begin(c, ctx, c->b->n / 10);
        return MOTET_DONE;
    }
    c->met += bench_value(mail);
    if (++c->gone < c->b->arg) {
        return MOTET_DONE;
    }
    bench_check("creatures that met", c->met, 2 * c->n);
    if (!c->warm) {
        c->warm = true;
        cham_begin(c, ctx, c->b->n);
        return MOTET_DONE;
    }
    bench_end(c->b, c->n);
    bench_over(c->b);
    return MOTET_DONE;
}

const motet_actor_type bench_cham = {
    .name = "cham", .state_size = sizeof(struct cham), .init = cham_init, .receive = cham_receive};
