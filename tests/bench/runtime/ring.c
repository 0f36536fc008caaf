/* ring.c -- a token goes round a ring of actors; what it carries is how many hops it still has to go. */
#include "bench.h"

enum { START, NEXT, TOKEN, HOME };

struct node {
    motet_ref root, next;
};
BENCH_INIT(node)

/* The last node is made first, so the ring is closed by a message to it. */
static motet_status node_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct node *n = self;
    if (mail->tag == NEXT) {
        memcpy(&n->next, mail->data, sizeof n->next);
        return MOTET_DONE;
    }
    uint64_t left = bench_value(mail);
    if (left) {
        bench_tell(ctx, n->next, TOKEN, left - 1);
    } else {
        bench_tell(ctx, n->root, HOME, 0);
    }
    return MOTET_DONE;
}

static const motet_actor_type node = {
    .name = "node", .state_size = sizeof(struct node), .init = node_init, .receive = node_receive};

struct ring {
    bench *b;
    motet_ref first, last;
    uint32_t made;
    bool warm;
};
BENCH_ROOT_INIT(ring)

/* Makes a slice of the ring; whether all of it is there. */
static bool ring_make(struct ring *r, motet_ctx *ctx)
{
    motet_ref self = motet_self(ctx);
    for (uint32_t i = 0; i < BENCH_SLICE && r->made < r->b->arg; i++, r->made++) {
        r->first = bench_spawn(ctx, &node, &(struct node){self, r->first});
        if (!r->made) {
            r->last = r->first;
        }
    }
    if (r->made < r->b->arg) {
        bench_tell(ctx, self, START, 0);
        return false;
    }
    BENCH_MUST(motet_tell(ctx, r->last, NEXT, &r->first, sizeof r->first));
    return true;
}

static motet_status ring_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct ring *r = self;
    if (mail->tag == START) {
        if (ring_make(r, ctx)) {
            bench_tell(ctx, r->first, TOKEN, r->b->n / 10);
        }
    } else if (!r->warm) {
        r->warm = true;
        bench_begin(r->b);
        bench_tell(ctx, r->first, TOKEN, r->b->n);
    } else {
        bench_end(r->b, r->b->n);
        bench_over(r->b);
    }
    return MOTET_DONE;
}

const motet_actor_type bench_ring = {
    .name = "ring", .state_size = sizeof(struct ring), .init = ring_init, .receive = ring_receive};
