/* court.c -- s-pp and s-ask: a ping-pong in one session, its handlers under the generated code of play.proto-session.
 *
 * The ball counts its hops. For s-ask a hop there and one back are a request and its reply.
 */
#include "court.h"
#include "far.h"
#include "near.h"

#include "bench.h"

/* ---- Far: plays the ball back ---- */

struct far {
    uint64_t hops;
};

const motet_actor_type far_actor = FAR_ACTOR(struct far);

motet_status far_init(struct far *self, const motet_start *start)
{
    (void)self, (void)start;
    return MOTET_DONE;
}

void far_fini(struct far *self)
{
    (void)self;
}

motet_status far_on_ball(struct far *self, motet_session *s, motet_peer from, const play_ball *m)
{
    (void)s, (void)from;
    self->hops = m->hops;
    return MOTET_DONE;
}

motet_status far_make_back(struct far *self, motet_session *s, motet_peer to, play_back *out)
{
    (void)s, (void)to;
    out->hops = self->hops + 1;
    return MOTET_DONE;
}

motet_status far_on_over(struct far *self, motet_session *s, motet_peer from)
{
    (void)self, (void)s, (void)from;
    return MOTET_DONE;
}

void far_completed(struct far *self, motet_session *s)
{
    (void)self, (void)s;
}

void far_aborted(struct far *self, motet_session *s, motet_abort_reason why)
{
    (void)self, (void)s;
    bench_fail("why the session ended", why, 0);
}

/* ---- Near: begins, and has enough after the warm-up and the measured part ---- */

struct near {
    bench *b;
    uint64_t rounds, until, last; /* a round is two hops */
    uint32_t *times;              /* s-ask: of each round */
    bool warm;
};

const motet_actor_type near_actor = NEAR_ACTOR(struct near);

motet_status near_init(struct near *self, const motet_start *start)
{
    self->b = start->env;
    self->until = self->b->n / 20 + 1;
    if (self->b->row->latency) {
        self->times = bench_alloc(self->b->n, sizeof *self->times);
        memset(self->times, 1, self->b->n * sizeof *self->times); /* in memory from now on */
    }
    return MOTET_DONE;
}

void near_fini(struct near *self)
{
    free(self->times);
}

motet_status near_on_back(struct near *self, motet_session *s, motet_peer from, const play_back *m)
{
    (void)s, (void)from;
    bench_check("hops", m->hops, 2 * self->rounds + 2);
    if (self->warm && self->times) {
        uint64_t t = bench_clock();
        self->times[self->rounds] = (uint32_t)(t - self->last);
        self->last = t;
    }
    self->rounds++;
    return MOTET_DONE;
}

static void near_begin(struct near *self)
{
    uint64_t n = self->b->n;
    self->warm = true;
    self->rounds = 0;
    self->until = self->times ? n : (n + 1) / 2;
    bench_begin(self->b);
    self->last = self->b->t0;
}

static void near_end(struct near *self)
{
    bench_end(self->b, self->times ? self->until : 2 * self->until);
    if (self->times) {
        bench_latency(self->times, self->until);
    }
}

motet_status near_choose_ball_or_over(struct near *self, motet_session *s, motet_peer to, struct near_ball_or_over *out)
{
    (void)s, (void)to;
    if (self->rounds == self->until && self->warm) {
        near_end(self);
        out->tag = NEAR_OVER;
        return MOTET_DONE;
    }
    if (self->rounds == self->until) {
        near_begin(self);
    }
    out->tag = NEAR_BALL;
    out->ball.hops = 2 * self->rounds + 1;
    return MOTET_DONE;
}

void near_completed(struct near *self, motet_session *s)
{
    (void)s;
    bench_over(self->b);
}

void near_aborted(struct near *self, motet_session *s, motet_abort_reason why)
{
    (void)self, (void)s;
    bench_fail("why the session ended", why, 0);
}

void bench_court_start(bench *b)
{
    BENCH_MUST(court_open_ping_pong(b->sys, 0, NULL));
}
