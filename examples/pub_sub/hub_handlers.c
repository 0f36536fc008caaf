/* hub_handlers.c -- what actor Hub does: remembers who reads what, and routes.
 *
 * Of a published event it first decides who gets it; the choices that the protocol then asks for follow from that.
 */
#include "hub.h"

#include "bus_tally.h"

struct bus { /* one session */
    broker_advertise offer;
    broker_subscribe subscriptions[READERS];
    broker_publish event;  /* being routed */
    bool wanted[READERS];  /* who gets it */
    uint64_t events[READERS];
};

struct hub {
    struct hub_state state;
};

const motet_actor_type hub_actor = HUB_ACTOR(struct hub);

motet_status hub_init(struct hub *self, const motet_start *start)
{
    (void)self;
    (void)start;
    return MOTET_DONE;
}

void hub_fini(struct hub *self)
{
    (void)self;
}

static struct bus *bus_of(motet_session *s)
{
    return example_memory(s, sizeof(struct bus));
}

static bool matches(const broker_subscribe *sub, const broker_publish *event)
{
    return EXAMPLE_IS(sub->topic, "*") ||
           (sub->topic.n == event->topic.n && memcmp(sub->topic.at, event->topic.at, event->topic.n) == 0);
}

static void fill_event(struct hub *self, struct bus *b, uint32_t reader, broker_event *out)
{
    out->sequence = self->state.sequence;
    out->topic.n = b->event.topic.n;
    memcpy(out->topic.at, b->event.topic.at, b->event.topic.n);
    out->body.n = b->event.body.n;
    memcpy(out->body.at, b->event.body.at, b->event.body.n);
    b->events[reader]++;
}

static void fill_routed(const struct hub *self, const struct bus *b, broker_routed *out)
{
    *out = (broker_routed){ .sequence = self->state.sequence, .receivers = (uint8_t)(b->wanted[0] + b->wanted[1]) };
}

/* ---- session PubSub ---- */

motet_status hub_on_advertise(struct hub *self, motet_session *s, motet_peer from, const broker_advertise *m)
{
    struct bus *b = bus_of(s);
    (void)self;
    (void)from;
    if (!b)
        return MOTET_FAIL;
    b->offer = *m;
    return MOTET_DONE;
}

motet_status hub_make_announce(struct hub *self, motet_session *s, motet_peer to, broker_announce *out)
{
    const struct bus *b = bus_of(s);
    (void)self;
    (void)to;
    out->topics.n = b->offer.topics.n;
    for (uint32_t i = 0; i < b->offer.topics.n; i++) {
        out->topics.at[i].n = b->offer.topics.at[i].n;
        memcpy(out->topics.at[i].at, b->offer.topics.at[i].at, b->offer.topics.at[i].n);
    }
    return MOTET_DONE;
}

motet_status hub_on_subscribe(struct hub *self, motet_session *s, motet_peer from, const broker_subscribe *m)
{
    (void)self;
    bus_of(s)->subscriptions[from.index] = *m;
    return MOTET_DONE;
}

motet_status hub_on_publish(struct hub *self, motet_session *s, motet_peer from, const broker_publish *m)
{
    struct bus *b = bus_of(s);
    (void)from;
    self->state.sequence++;
    b->event = *m;
    for (uint32_t r = 0; r < READERS; r++)
        b->wanted[r] = matches(&b->subscriptions[r], m);
    return MOTET_DONE;
}

motet_status hub_choose_routed_to_publisher_or_event_to_subscriber0_or_event_to_subscriber1(struct hub *self,
        motet_session *s, struct hub_routed_to_publisher_or_event_to_subscriber0_or_event_to_subscriber1 *out)
{
    struct bus *b = bus_of(s);
    if (b->wanted[0]) {
        out->tag = HUB_EVENT_TO_SUBSCRIBER0;
        fill_event(self, b, 0, &out->event_to_subscriber0);
    } else if (b->wanted[1]) {
        out->tag = HUB_EVENT_TO_SUBSCRIBER1;
        fill_event(self, b, 1, &out->event_to_subscriber1);
    } else {
        out->tag = HUB_ROUTED_TO_PUBLISHER;
        fill_routed(self, b, &out->routed_to_publisher);
    }
    return MOTET_DONE;
}

/* Reader 0 has its event. */
motet_status hub_choose_routed_to_publisher_or_event_to_subscriber1(struct hub *self, motet_session *s,
        struct hub_routed_to_publisher_or_event_to_subscriber1 *out)
{
    struct bus *b = bus_of(s);
    if (b->wanted[1]) {
        out->tag = HUB_EVENT_TO_SUBSCRIBER1;
        fill_event(self, b, 1, &out->event_to_subscriber1);
    } else {
        out->tag = HUB_ROUTED_TO_PUBLISHER;
        fill_routed(self, b, &out->routed_to_publisher);
    }
    return MOTET_DONE;
}

motet_status hub_make_routed(struct hub *self, motet_session *s, motet_peer to, broker_routed *out)
{
    (void)to;
    fill_routed(self, bus_of(s), out);
    return MOTET_DONE;
}

motet_status hub_on_close(struct hub *self, motet_session *s, motet_peer from)
{
    (void)self;
    (void)s;
    (void)from;
    return MOTET_DONE;
}

motet_status hub_make_closed(struct hub *self, motet_session *s, motet_peer to, broker_closed *out)
{
    (void)self;
    out->events = bus_of(s)->events[to.index];
    return MOTET_DONE;
}

void hub_completed(struct hub *self, motet_session *s)
{
    (void)self;
    example_forget(s);
}

void hub_aborted(struct hub *self, motet_session *s, motet_abort_reason why)
{
    (void)self;
    (void)why;
    example_forget(s);
}
