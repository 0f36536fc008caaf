/* frames.h -- a counterexample state by state: what each picture of it is drawn from.
 *
 * Frame 0 is the initial state, frame i the state after event i - 1. A send and the receive that takes its message are
 * matched by following the lanes, whatever else empties them on the way.
 */
#ifndef MOTET_CHECKER_FRAMES_H
#define MOTET_CHECKER_FRAMES_H
#include "chart.h"

enum { FRAME_NONE = -1 };

struct frames {
    const struct story *story;
    const struct model *m;
    struct events events;
    struct reasons reasons; /* at the end, where it ends in a state */
    const uint8_t **states; /* [events.n + 1] */
    int32_t *match;         /* [events.n]: of a send the event that takes its message, of a receive its send; or FRAME_NONE */
    bool stuck;             /* it ends in a state, or stays in the last one for ever */
};

struct frames *frames_of(struct arena *a, const struct story *story);

/* A participant in a frame, in words: "done", "gone", "can go on", or what it waits for. */
const char *frame_words(struct arena *a, const struct frames *f, uint32_t frame, uint32_t participant);

/* What happens in the event, of whom: "sends M to B". */
const char *event_words(struct arena *a, const struct event *e);
name event_actor(const struct event *e); /* the participant, or instance, that acts */

/* The same story for other eyes. */
void story_html(struct buf *out, struct arena *a, const struct story *story, const char *title);
void story_mermaid(struct buf *out, struct arena *a, const struct story *story, const char *title);
void story_dot(struct buf *out, struct arena *a, const struct story *story, const char *title);

#endif
