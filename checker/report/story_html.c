/* story_html.c -- a counterexample as one page that steps through it. The page (page/story.html) is fixed and loads
 * nothing; what it shows is the JSON in its middle. */
#include <string.h>

#include "buf.h"
#include "frames.h"
#include "json.h"
#include "story.html.h"


static void put_participants(struct json *j, struct arena *a, const struct frames *f, uint32_t frame)
{
    const struct semantics *s = f->story->s;
    json_open_array(j, "participants");
    for (uint32_t p = 0; p < f->m->n_participants; p++) {
        uint32_t at = semantics_at(s, f->states[frame], p);
        bool gone = at == SEMANTICS_GONE;
        json_open_object(j, NULL);
        json_bool(j, "gone", gone);
        json_bool(j, "final", semantics_is_final(s, f->states[frame], p));
        json_string(j, "words", frame_words(a, f, frame, p));
        if (!gone) {
            struct span span = f->m->participants[p].automaton->states[at].at;
            json_uint(j, "state", at);
            if (span.hi > span.lo)
                json_uint(j, "line", source_position(f->m->ir->sources, span.file, span.lo).line);
        }
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_contents(struct json *j, const struct frames *f, uint32_t frame)
{
    const struct semantics *s = f->story->s;
    json_open_array(j, "lanes");
    for (uint32_t l = 0; l < f->m->n_lanes; l++) {
        json_open_array(j, NULL);
        for (uint32_t i = 0; i < semantics_lane_length(s, f->states[frame], l); i++)
            json_string(j, NULL, f->m->ir->messages[semantics_lane_message(s, f->states[frame], l, i)].name);
        json_close_array(j);
    }
    json_close_array(j);
}

static void put_event(struct json *j, struct arena *a, const struct frames *f, uint32_t i)
{
    const struct event *e = &f->events.at[i];
    const struct sources *s = f->m->ir->sources;
    uint32_t actor = e->kind == STEP_RECEIVE ? e->to : e->from;
    json_open_object(j, NULL);
    json_string(j, "who", event_actor(e));
    json_string(j, "what", event_words(a, e));
    if (actor != IR_NONE)
        json_uint(j, "actor", actor);
    if (e->at.hi > e->at.lo) {
        json_string(j, "file", s->at[e->at.file]->path);
        json_uint(j, "line", source_position(s, e->at.file, e->at.lo).line);
    }
    json_close_object(j);
}

static void put_lanes(struct json *j, const struct frames *f)
{
    json_open_array(j, "lanes");
    for (uint32_t l = 0; l < f->m->n_lanes; l++) {
        json_open_object(j, NULL);
        json_uint(j, "from", f->m->lanes[l].from);
        json_uint(j, "to", f->m->lanes[l].to);
        json_uint(j, "capacity", f->m->lanes[l].capacity);
        json_bool(j, "interrupt", f->m->lanes[l].interrupt);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_sources(struct json *j, const struct sources *s)
{
    json_open_object(j, "sources");
    for (uint32_t i = 0; i < s->n; i++)
        json_string(j, s->at[i]->path, s->at[i]->text);
    json_close_object(j);
}

static void put_story(struct buf *out, struct arena *a, const struct frames *f, const char *title)
{
    struct json j = json_begin(out);
    json_open_object(&j, NULL);
    json_string(&j, "title", title);
    if (f->story->cycle != IR_NONE)
        json_uint(&j, "cycle", f->story->cycle);
    json_open_array(&j, "participants");
    for (uint32_t p = 0; p < f->m->n_participants; p++)
        json_string(&j, NULL, f->m->participants[p].name);
    json_close_array(&j);
    put_lanes(&j, f);
    json_open_array(&j, "events");
    for (uint32_t i = 0; i < f->events.n; i++)
        put_event(&j, a, f, i);
    json_close_array(&j);
    json_open_array(&j, "frames");
    for (uint32_t i = 0; i <= f->events.n; i++) {
        json_open_object(&j, NULL);
        put_participants(&j, a, f, i);
        put_contents(&j, f, i);
        json_close_object(&j);
    }
    json_close_array(&j);
    put_sources(&j, f->m->ir->sources);
    json_close_object(&j);
    json_end(&j);
}

void story_html(struct buf *out, struct arena *a, const struct story *story, const char *title)
{
    static const char hole[] = "@STORY@";
    const char *cut = strstr(skel_story_html, hole);
    struct buf json = {0};
    put_story(&json, a, frames_of(a, story), title);
    buf_putn(out, skel_story_html, (size_t)(cut - skel_story_html));
    for (const char *s = buf_cstr(&json); *s; s++) { /* "</script>" in a text must not end the element */
        if (*s == '<')
            buf_puts(out, "\\u003c");
        else
            buf_putc(out, *s);
    }
    buf_puts(out, cut + sizeof hole - 1);
    buf_free(&json);
}
