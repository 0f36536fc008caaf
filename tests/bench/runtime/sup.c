/* sup.c -- failures: of a child of the tree, which its supervisor restarts (sup), and of an actor that another monitors
 * and replaces (rawsup). An operation begins with the message on which the handler fails, and ends when the one who
 * sent it hears of the new incarnation. */
#include "bench.h"

enum { START, CRASH, UP };

/* ---- sup ---- */

struct driver {
    bench *b;
    uint64_t crashes, until, seen;
    bool warm;
};

static motet_ref the_driver; /* written before the first crash, and so before the first restart */

struct child {
    uint32_t incarnation;
};

static motet_status child_init(void *self, const motet_start *start)
{
    motet_ref me = motet_self(start->ctx);
    ((struct child *)self)->incarnation = start->incarnation;
    if (start->incarnation) {
        BENCH_MUST(motet_tell(start->ctx, the_driver, UP, &me, sizeof me));
    }
    return MOTET_DONE;
}

static motet_status child_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    (void)self, (void)ctx, (void)mail;
    return MOTET_FAIL;
}

static const motet_actor_type child = {
    .name = "child", .state_size = sizeof(struct child), .mailbox = 1, .init = child_init, .receive = child_receive};
static const motet_supervisor_spec supervisors[] = {{.name = "root", .strategy = MOTET_ONE_FOR_ONE,
    .intensity = 1000000, .window_ns = 100000000, .parent = MOTET_NONE, .n_members = 1,
    .members = &(motet_member){false, 0}}};
static const motet_child_spec children[] = {{.name = "child", .actor = &child, .count = 1}};
const motet_system_spec bench_sup = {.name = "sup", .n_supervisors = 1, .n_children = 1, .supervisors = supervisors,
                                     .children = children};

static void driver_over(struct driver *d)
{
    motet_stats s;
    bench_end(d->b, d->until);
    motet_system_stats(d->b->sys, &s);
    bench_check("restarts", s.restarts, d->seen);
    bench_check("crashes", s.crashes, d->seen);
    bench_over(d->b);
}

static motet_status driver_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct driver *d = self;
    motet_ref to;
    memcpy(&to, mail->data, sizeof to);
    if (mail->tag == UP) {
        d->seen++;
        if (++d->crashes == d->until) {
            if (d->warm) {
                driver_over(d);
                return MOTET_DONE;
            }
            d->warm = true;
            d->crashes = 0;
            d->until = d->b->n;
            bench_begin(d->b);
        }
    }
    BENCH_MUST(motet_tell(ctx, to, CRASH, NULL, 0));
    return MOTET_DONE;
}

static motet_status driver_init(void *self, const motet_start *start)
{
    struct driver *d = self;
    d->b = *(bench *const *)start->arg;
    d->until = d->b->n / 10 + 1;
    the_driver = motet_self(start->ctx);
    return MOTET_DONE;
}

static const motet_actor_type driver = {
    .name = "driver", .state_size = sizeof(struct driver), .init = driver_init, .receive = driver_receive};

void bench_sup_start(bench *b)
{
    motet_ref d, c;
    BENCH_MUST(motet_child_ref(b->sys, 0, 0, &c));
    BENCH_MUST(motet_system_spawn(b->sys, &driver, &(motet_spawn_options){.arg = &b}, &d));
    BENCH_MUST(motet_send(b->sys, d, START, &c, sizeof c, UINT64_C(1000000000)));
}

/* ---- rawsup ---- */

static const motet_actor_type fragile = {.name = "fragile", .receive = child_receive};

struct guard {
    bench *b;
    uint64_t crashes, until, monitor;
    bool warm;
};
BENCH_ROOT_INIT(guard)

static void guard_next(struct guard *g, motet_ctx *ctx)
{
    motet_ref f = bench_spawn(ctx, &fragile, NULL);
    BENCH_MUST(motet_monitor(ctx, f, &g->monitor));
    BENCH_MUST(motet_tell(ctx, f, CRASH, NULL, 0));
}

static motet_status guard_receive(void *self, motet_ctx *ctx, const motet_mail *mail)
{
    struct guard *g = self;
    if (mail->kind == MOTET_TOLD) {
        g->until = g->b->n / 10 + 1;
        guard_next(g, ctx);
        return MOTET_DONE;
    }
    bench_check("kind of mail", mail->kind, MOTET_DOWN);
    bench_check("monitor", mail->id, g->monitor);
    bench_check("status", (uint64_t)mail->status, MOTET_FAIL);
    if (++g->crashes == g->until) {
        if (g->warm) {
            bench_end(g->b, g->until);
            bench_over(g->b);
            return MOTET_DONE;
        }
        g->warm = true;
        g->crashes = 0;
        g->until = g->b->n;
        bench_begin(g->b);
    }
    guard_next(g, ctx);
    return MOTET_DONE;
}

const motet_actor_type bench_rawsup = {
    .name = "guard", .state_size = sizeof(struct guard), .init = guard_init, .receive = guard_receive};
