/* frames.c -- see frames.h. */
#include "frames.h"

#include <string.h>

#include "buf.h"

/* ---- who takes what ---- */

typedef VEC(int32_t) event_vec;

struct matching {
    struct arena *a;
    struct frames *f;
    event_vec *waiting; /* [lanes] the sends whose messages are in the lane, from its head */
};

static void drop_first(event_vec *v, uint32_t n)
{
    memmove(v->at, v->at + n, (v->n - n) * sizeof *v->at);
    v->n -= n;
}

/* Brings a lane up to date after event i: what a receive takes is matched, what else is missing was at its head. */
static void follow_lane(struct matching *k, uint32_t lane, uint32_t i)
{
    event_vec *v = &k->waiting[lane];
    const struct event *e = &k->f->events.at[i];
    uint32_t length = semantics_lane_length(k->f->story->s, k->f->states[i + 1], lane);
    bool mine = e->lane == lane;
    if (mine && e->kind == STEP_RECEIVE && v->n) {
        k->f->match[i] = v->at[0];
        k->f->match[v->at[0]] = (int32_t)i;
        drop_first(v, 1);
    }
    if (mine && e->kind == STEP_SEND && length > 0) {
        if (v->n == length && semantics_lane_length(k->f->story->s, k->f->states[i], lane) == length)
            drop_first(v, k->f->m->lanes[lane].policy == POLICY_DROP_OLDEST ? 1 : 0);
        if (v->n < length)
            vec_push(k->a, *v, (int32_t)i);
    }
    if (v->n > length)
        drop_first(v, v->n - length);
}

static void match_events(struct arena *a, struct frames *f)
{
    struct matching k = {a, f, ARENA_ARRAY(a, event_vec, f->m->n_lanes)};
    f->match = ARENA_ARRAY(a, int32_t, f->events.n);
    for (uint32_t i = 0; i < f->events.n; i++)
        f->match[i] = FRAME_NONE;
    for (uint32_t i = 0; i < f->events.n; i++)
        for (uint32_t lane = 0; lane < f->m->n_lanes; lane++)
            follow_lane(&k, lane, i);
}

/* ---- the frames ---- */

static void take_steps(struct arena *a, struct frames *f)
{
    const struct semantics *s = f->story->s;
    f->states = ARENA_ARRAY(a, const uint8_t *, f->events.n + 1);
    uint8_t *state = arena_alloc(a, semantics_size(s));
    semantics_initial(s, state);
    f->states[0] = state;
    for (uint32_t i = 0; i < f->events.n; i++) {
        uint8_t *next = arena_alloc(a, semantics_size(s));
        semantics_apply(s, state, &f->story->trail.steps[i], next);
        f->states[i + 1] = state = next;
    }
}

struct frames *frames_of(struct arena *a, const struct story *story)
{
    struct frames *f = ARENA_NEW(a, struct frames);
    *f = (struct frames){.story = story, .m = semantics_model(story->s)};
    f->events = events_of(a, story->s, &story->trail);
    f->stuck = story->cycle == IR_NONE || story->cycle == f->events.n;
    if (f->stuck)
        f->reasons = reasons_of(a, story->s, f->events.end, story->cycle == IR_NONE ? story->broken : SAFETY_KINDS);
    take_steps(a, f);
    match_events(a, f);
    return f;
}

const char *frame_words(struct arena *a, const struct frames *f, uint32_t frame, uint32_t participant)
{
    const struct semantics *s = f->story->s;
    const uint8_t *state = f->states[frame];
    if (semantics_at(s, state, participant) == SEMANTICS_GONE)
        return "gone";
    struct reasons r = reasons_of(a, s, state, SAFETY_KINDS);
    const char *text = NULL;
    for (uint32_t i = 0; i < r.n; i++)
        if (r.at[i].wait.participant == participant)
            text = text ? arena_printf(a, "%s or %s: %s", text, r.at[i].what, r.at[i].why)
                        : arena_printf(a, "%s: %s", r.at[i].what, r.at[i].why);
    if (text)
        return text;
    return semantics_is_final(s, state, participant) ? "done" : "can go on";
}

/* ---- words ---- */

const char *event_words(struct arena *a, const struct event *e)
{
    if (e->note && !e->message)
        return e->note;
    const char *what = e->kind == STEP_RECEIVE ? arena_printf(a, "takes %s from %s", e->message, e->from_name)
                                               : arena_printf(a, "sends %s to %s", e->message, e->to_name);
    return e->note ? arena_printf(a, "%s (%s)", what, e->note) : what;
}

name event_actor(const struct event *e)
{
    return e->kind == STEP_RECEIVE ? e->to_name : e->from_name;
}
