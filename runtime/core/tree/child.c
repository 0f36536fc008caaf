/* child.c -- children of the supervision tree: what their phases ask of their actors.
 *
 * A child has one actor for good, with a new generation for each incarnation. Control changes its phase and pokes it;
 * the actor does what the phase asks for in its own turn: runs init, or, once the last of its participants has been
 * told, fini. Mail outside of sessions is for a child that is up; in all other phases it bounces.
 */
#include "core.h"

void motet__child_wake(motet__child *c)
{
    /* acq_rel: the phase that was set before is seen by the turn that takes the poke; partner: the exchange
     * in poked. */
    if (atomic_exchange_explicit(&c->poked, 1, memory_order_acq_rel) == 0) {
        motet__post(c->sys, c->actor, &c->poke);
    }
}

struct init_call {
    motet__child *child;
    motet__start start;
    motet_status status;
};

static void call_init(void *call)
{
    struct init_call *c = call;
    motet_ctx *w = c->start.start.ctx;
    c->status = w->sim && motet__sim_crashes(w) ? motet__sim_crash(w)
                                                : c->child->type->init(c->child->state, &c->start.start);
}

static void start(motet__worker *w, motet__child *c)
{
    struct init_call call = {.child = c,
                             .start = {.actor = c,
                                       .start = {.name = c->name,
                                                 .index = c->index,
                                                 .incarnation = c->incarnation,
                                                 .env = c->sys->env,
                                                 .failure = c->failure,
                                                 .system = c->sys,
                                                 .ctx = w}}};
    if (c->type->state_size > 0) {
        memset(c->state, 0, c->type->state_size);
    }
    motet__actor_begin(c->actor, c->type);
    if (c->type->init && !motet__guarded(w, call_init, &call)) {
        call.status = w->fail_status;
    }
    if (call.status != MOTET_DONE) { /* what it left behind is not the next one's */
        motet__actor_clear(w, c->actor, call.status);
        c->actor->flags = MOTET__STAYING;
    }
    motet__sup_started(c, call.status);
}

/* Whether the child is to end and has no participant left that must be told. */
static bool may_end(motet__child *c)
{
    motet__phase phase = motet__child_phase(c);
    /* relaxed: no session joins in these phases, and only this context counts down. */
    return (phase == MOTET__FAILING || phase == MOTET__EXITING || phase == MOTET__STOPPING) &&
           atomic_load_explicit(&c->held, memory_order_relaxed) == 0;
}

static void call_fini(void *child)
{
    motet__child *c = child;
    c->type->fini(c->state);
    motet__sim_crash_behind();
}

static void begin_again(motet__worker *w, motet__child *c)
{
    w->current = c->actor;
    start(w, c);
    w->current = NULL;
}

static void end(motet__worker *w, motet__child *c)
{
    if (c->type->fini) {
        w->current = c->actor;
        motet__guarded(w, call_fini, c);
        w->current = NULL;
    }
    motet__actor_clear(w, c->actor, motet__child_phase(c) == MOTET__FAILING ? c->failure : MOTET_DONE);
    c->actor->flags = MOTET__STAYING;
    if (motet__sup_ended(c)) {
        begin_again(w, c);
    }
}

void motet__child_fail(motet__worker *w, motet__child *c, motet_status status)
{
    (void)w;
    if (motet__child_phase(c) == MOTET__UP) {
        motet__sup_failed(c, status);
        if (c->actor->state != MOTET__RUNNING) { /* else its turn ends with motet__child_finish */
            motet__child_wake(c);
        }
    }
}

static void poked(motet__worker *w, motet__child *c)
{
    /* acq_rel: partner of the exchange in motet__child_wake. */
    atomic_exchange_explicit(&c->poked, 0, memory_order_acq_rel);
    if (motet__child_phase(c) == MOTET__STARTING) {
        start(w, c);
    }
}

motet_status motet__child_mail(motet__worker *w, motet__child *c, motet__link *l)
{
    switch ((motet__kind)l->kind) {
    case MOTET__PARTICIPANT: return motet__session_run(w, (motet_session *)(void *)l);
    case MOTET__POKE: poked(w, c); return MOTET_DONE;
    default: break;
    }
    if (motet__child_phase(c) != MOTET__UP) {
        motet__mail_bounce(w, c->actor, l);
        return MOTET_DONE;
    }
    return motet__turn_mail(w, c->actor, l);
}

/* motet_exit was called, or motet_stop has come. */
static void mind_exit(motet__child *c)
{
    if (c->actor->flags & MOTET__LEAVING) {
        c->actor->flags &= (uint8_t)~MOTET__LEAVING;
        motet__sup_exits(c);
    }
}

/* A group ends when all of its actors have. */
static void mind_group(motet__worker *w, motet__child *c)
{
    motet__phase phase = motet__child_phase(c);
    if (phase == MOTET__FAILING || phase == MOTET__STOPPING) {
        motet__group_stop(w, c->group);
    }
}

void motet__child_finish(motet__worker *w, motet__child *c)
{
    mind_exit(c);
    if (c->group) {
        mind_group(w, c);
    }
    if (may_end(c)) {
        end(w, c);
        mind_exit(c); /* it may have started again, and its init have called motet_exit */
        if (may_end(c)) {
            motet__child_wake(c);
        }
    }
}
