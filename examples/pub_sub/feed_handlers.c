/* feed_handlers.c -- what actor Feed does: publishes six events a session, one topic after the other. */
#include "feed.h"

#include "bus_tally.h"

struct feed {
    struct feed_state state;
    struct bus_tally *tally;
};

const motet_actor_type feed_actor = FEED_ACTOR(struct feed);

motet_status feed_init(struct feed *self, const motet_start *start)
{
    self->tally = start->env;
    return MOTET_DONE;
}

void feed_fini(struct feed *self)
{
    tally_add(&self->tally->published, self->state.published);
    tally_add(&self->tally->delivered, self->state.delivered);
}

/* ---- session PubSub ---- */

motet_status feed_make_advertise(struct feed *self, motet_session *s, motet_peer to, broker_advertise *out)
{
    (void)self;
    (void)s;
    (void)to;
    out->topics.n = TOPICS;
    for (uint32_t i = 0; i < TOPICS; i++)
        EXAMPLE_TEXT(out->topics.at[i], bus_topics[i]);
    return MOTET_DONE;
}

motet_status feed_choose_publish_or_close(struct feed *self, motet_session *s, motet_peer to,
                                          struct feed_publish_or_close *out)
{
    uint32_t *sent = example_memory(s, sizeof *sent);
    (void)to;
    if (!sent)
        return MOTET_FAIL;
    if (*sent == EVENTS) {
        out->tag = FEED_CLOSE;
        return MOTET_DONE;
    }
    out->tag = FEED_PUBLISH;
    EXAMPLE_TEXT(out->publish.topic, bus_topics[*sent % TOPICS]);
    out->publish.body.n = 1;
    out->publish.body.at[0] = (uint8_t)*sent;
    ++*sent;
    self->state.published++;
    return MOTET_DONE;
}

motet_status feed_on_routed(struct feed *self, motet_session *s, motet_peer from, const broker_routed *m)
{
    (void)s;
    (void)from;
    self->state.delivered += m->receivers;
    return MOTET_DONE;
}

void feed_completed(struct feed *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void feed_aborted(struct feed *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
