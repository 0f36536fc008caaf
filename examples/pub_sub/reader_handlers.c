/* reader_handlers.c -- what actor Reader does: subscribes to the topic of its place and reads. */
#include "reader.h"

#include "bus_tally.h"

struct reader {
    struct reader_state state;
    uint32_t index;
    struct bus_tally *tally;
};

const motet_actor_type reader_actor = READER_ACTOR(struct reader);

motet_status reader_init(struct reader *self, const motet_start *start)
{
    self->index = start->index;
    self->tally = start->env;
    return MOTET_DONE;
}

void reader_fini(struct reader *self)
{
    tally_add(&self->tally->seen, self->state.seen);
}

/* In every other session reader 1 is for nothing that is on offer. */
static const char *topic_of(const struct reader *self, const motet_session *s)
{
    if (self->index == 0)
        return "weather";
    return motet_session_arg(s) % 2 ? "*" : "cooking";
}

/* ---- session PubSub ---- */

motet_status reader_on_announce(struct reader *self, motet_session *s, motet_peer from, const broker_announce *m)
{
    (void)self;
    (void)from;
    if (!example_memory(s, sizeof(uint64_t)))
        return MOTET_FAIL;
    return m->topics.n == TOPICS && EXAMPLE_IS(m->topics.at[0], "weather") ? MOTET_DONE : MOTET_FAIL;
}

motet_status reader_make_subscribe(struct reader *self, motet_session *s, motet_peer to, broker_subscribe *out)
{
    (void)to;
    EXAMPLE_TEXT(out->topic, topic_of(self, s));
    return MOTET_DONE;
}

motet_status reader_on_event(struct reader *self, motet_session *s, motet_peer from, const broker_event *m)
{
    uint64_t *events = example_memory(s, sizeof *events);
    bool mine = self->index == 1 || EXAMPLE_IS(m->topic, "weather");
    (void)from;
    ++*events;
    self->state.seen++;
    if (!mine || m->body.n != 1)
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

motet_status reader_on_closed(struct reader *self, motet_session *s, motet_peer from, const broker_closed *m)
{
    const uint64_t *events = example_memory(s, sizeof *events);
    (void)from;
    if (m->events != *events)
        tally_up(&self->tally->wrong);
    return MOTET_DONE;
}

void reader_completed(struct reader *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void reader_aborted(struct reader *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
