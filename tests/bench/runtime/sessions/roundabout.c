/* roundabout.c -- s-ring: a token goes round the roles of one session; handlers under the generated code of circle.awk.
 *
 * The token carries the hops that it still has to go.
 */
#include "node.h"
#include "roundabout.h"

#include "bench.h"

struct node {
    bench *b;
    uint64_t hops;
    uint32_t parts; /* of the first: 1 in the warm-up, 2 in the measured part */
};

const motet_actor_type node_actor = NODE_ACTOR(struct node);

motet_status node_init(struct node *self, const motet_start *start)
{
    self->b = start->env;
    return MOTET_DONE;
}

void node_fini(struct node *self)
{
    (void)self;
}

motet_status node_on_token(struct node *self, motet_session *s, motet_peer from, const circle_token *m)
{
    uint32_t roles = self->b->arg;
    bench_check("the node before", from.index, (motet_session_role(s).index + roles - 1) % roles);
    self->hops = m->hops;
    return MOTET_DONE;
}

motet_status node_make_token(struct node *self, motet_session *s, motet_peer to, circle_token *out)
{
    (void)s, (void)to;
    out->hops = self->hops - 1;
    return MOTET_DONE;
}

/* Full rounds: as many as make up the operations of the part. */
static uint64_t node_hops(const struct node *self)
{
    uint64_t rounds = self->b->n / self->b->arg / (self->parts == 1 ? 10 : 1);
    return (rounds ? rounds : 1) * self->b->arg;
}

motet_status node_choose_token_or_over(struct node *self, motet_session *s, motet_peer to,
                                       struct node_token_or_over *out)
{
    (void)s, (void)to;
    if (!self->hops && self->parts == 2) {
        bench_end(self->b, node_hops(self));
        out->tag = NODE_OVER;
        return MOTET_DONE;
    }
    if (!self->hops) {
        self->parts++;
        self->hops = node_hops(self);
        bench_begin(self->b);
    }
    out->tag = NODE_TOKEN;
    out->token.hops = self->hops - 1;
    return MOTET_DONE;
}

motet_status node_on_over(struct node *self, motet_session *s, motet_peer from)
{
    (void)s, (void)from;
    bench_check("hops to go", self->hops, motet_session_role(s).index ? self->b->arg - motet_session_role(s).index : 0);
    return MOTET_DONE;
}

motet_status node_make_over(struct node *self, motet_session *s, motet_peer to)
{
    (void)self, (void)s, (void)to;
    return MOTET_DONE;
}

void node_completed(struct node *self, motet_session *s)
{
    if (motet_session_role(s).index == self->b->arg - 1) {
        bench_over(self->b);
    }
}

void node_aborted(struct node *self, motet_session *s, motet_abort_reason why)
{
    (void)self, (void)s;
    bench_fail("why the session ended", why, 0);
}

void bench_roundabout_start(bench *b)
{
    BENCH_MUST(roundabout_open_circle(b->sys, 0, NULL));
}
