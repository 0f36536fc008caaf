/* events.c -- see events.h. */
#include "events.h"

#include "buf.h"

/* ---- steps ---- */

static uint32_t lane_of_edge(const struct model *m, const struct step *t)
{
    return m->lane_of[t->edge];
}

/* "Tpc starts anew", "Tpc is closed": what a crash did to the runs, each session once. */
static void note_runs(struct buf *b, const struct semantics *s, const uint8_t *before, const uint8_t *after)
{
    const struct model *m = semantics_model(s);
    for (uint32_t r = 0; r < m->n_runs; r++) {
        uint32_t first = m->runs[r].first_participant;
        bool closed = semantics_at(s, after, first) == SEMANTICS_GONE;
        bool was_closed = semantics_at(s, before, first) == SEMANTICS_GONE;
        bool moved = false;
        for (uint32_t p = first; p < m->n_participants && m->participants[p].run == r; p++)
            moved |= semantics_at(s, before, p) != semantics_at(s, after, p);
        if (!moved || (closed && was_closed))
            continue;
        buf_printf(b, "; %s", m->ir->sessions[m->runs[r].session].name);
        if (m->n_runs > 1)
            buf_printf(b, " (run %u)", r + 1);
        buf_puts(b, closed ? " is closed" : " starts anew");
    }
}

static const char *crash_note(struct arena *a, const struct semantics *s, const struct step *t, const uint8_t *before,
                              const uint8_t *after)
{
    const struct system *sys = semantics_model(s)->system;
    const struct child *c = &sys->children[sys->instances[t->instance].child];
    struct buf b = {0};
    uint32_t v = c->supervisor;
    buf_printf(&b, "%s crashes; ", sys->instances[t->instance].name);
    for (uint32_t k = 0; k < t->outcome; k++) {
        buf_printf(&b, "%s gives up; ", sys->supervisors[v].name);
        v = sys->supervisors[v].parent;
    }
    if (v == IR_NONE)
        buf_puts(&b, "the system stops");
    else if (c->restart == RESTART_TEMPORARY)
        buf_puts(&b, "it is temporary and stays down");
    else
        buf_printf(&b, "%s restarts it", sys->supervisors[v].name);
    note_runs(&b, s, before, after);
    const char *text = arena_strndup(a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static struct event message_event(const struct semantics *s, const struct step *t)
{
    const struct model *m = semantics_model(s);
    const struct edge *e = step_edge(m, t);
    uint32_t self = step_participant(m, t), peer = model_peer(m, self, e->peer);
    uint32_t from = t->kind == STEP_SEND ? self : peer, to = t->kind == STEP_SEND ? peer : self;
    return (struct event){t->kind, from, to, lane_of_edge(m, t), IR_NONE, m->participants[from].name,
                          m->participants[to].name, m->ir->messages[e->message].name, e->at, NULL};
}

static struct event crash_event(const struct semantics *s, const struct step *t)
{
    const struct system *sys = semantics_model(s)->system;
    const struct instance *i = &sys->instances[t->instance];
    return (struct event){STEP_CRASH, IR_NONE, IR_NONE, IR_NONE, t->instance, i->name, NULL, NULL,
                          sys->children[i->child].at, NULL};
}

struct events events_of(struct arena *a, const struct semantics *s, const struct trail *t)
{
    uint8_t *state = arena_alloc(a, semantics_size(s)), *next = arena_alloc(a, semantics_size(s));
    struct events es = {0, ARENA_ARRAY(a, struct event, t->n), state, true};
    semantics_initial(s, state);
    for (; es.n < t->n; es.n++) {
        const struct step *step = &t->steps[es.n];
        if (!semantics_enabled(s, state, step)) {
            es.ok = false;
            break;
        }
        semantics_apply(s, state, step, next);
        es.at[es.n] = step->kind == STEP_CRASH ? crash_event(s, step) : message_event(s, step);
        if (step->kind == STEP_CRASH)
            es.at[es.n].note = crash_note(a, s, step, state, next);
        memcpy(state, next, semantics_size(s));
    }
    return es;
}

/* ---- reasons ---- */

/* "Yes", "Yes or No", "A, B or C" */
static void put_messages(struct buf *b, const name *messages, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        buf_printf(b, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", messages[i]);
}

static void name_messages(struct arena *a, const struct semantics *s, struct reason *r)
{
    const struct model *m = semantics_model(s);
    bool orphan = r->wait.kind == WAIT_ORPHAN;
    r->n_messages = orphan ? 1 : r->wait.n_edges;
    r->messages = ARENA_ARRAY(a, name, r->n_messages);
    for (uint32_t i = 0; i < r->n_messages; i++) {
        struct step t = orphan ? (struct step){0} : semantics_decode(s, r->wait.edge + i);
        r->messages[i] = m->ir->messages[orphan ? r->wait.message : step_edge(m, &t)->message].name;
    }
    if (!orphan) {
        struct step t = semantics_decode(s, r->wait.edge);
        r->at = step_edge(m, &t)->at;
    }
}

/* What a participant is doing, as "B ...". Told of the one that another waits for. */
static void put_doing(struct buf *b, struct arena *a, const struct semantics *s, const uint8_t *state, uint32_t p)
{
    const struct model *m = semantics_model(s);
    struct wait *waits = ARENA_ARRAY(a, struct wait, semantics_max_waits(s) + 1);
    uint32_t n = semantics_waits(s, state, p, waits);
    buf_puts(b, m->participants[p].name);
    if (semantics_at(s, state, p) == SEMANTICS_GONE) {
        buf_puts(b, " is gone");
    } else if (semantics_is_final(s, state, p)) {
        buf_puts(b, " is done");
    } else if (n == 0) {
        buf_puts(b, " can still go on");
    }
    for (uint32_t i = 0; i < n && waits[i].kind != WAIT_ORPHAN; i++) {
        struct reason r = {.wait = waits[i], .peer = m->participants[waits[i].peer].name};
        name_messages(a, s, &r);
        buf_puts(b, i ? " or " : " itself waits ");
        buf_puts(b, waits[i].kind == WAIT_FULL ? "to send " : "for ");
        put_messages(b, r.messages, r.n_messages);
        buf_printf(b, waits[i].kind == WAIT_FULL ? " to %s" : " from %s", r.peer);
    }
}

static void put_what(struct buf *b, const struct reason *r)
{
    if (r->wait.kind == WAIT_ORPHAN) {
        buf_puts(b, "is done");
        return;
    }
    buf_puts(b, r->wait.kind == WAIT_FULL ? "waits to send " : "waits for ");
    put_messages(b, r->messages, r->n_messages);
    buf_printf(b, r->wait.kind == WAIT_FULL ? " to %s" : " from %s", r->peer);
}

static void put_why_full(struct buf *b, struct arena *a, const struct semantics *s, const uint8_t *state,
                         const struct reason *r)
{
    const struct model *m = semantics_model(s);
    uint32_t lane = r->wait.lane, n = semantics_lane_length(s, state, lane);
    buf_printf(b, "the lane %s -> %s is full (%u of %u:", r->participant, r->peer, n, m->lanes[lane].capacity);
    for (uint32_t i = 0; i < n && i < 4; i++)
        buf_printf(b, "%s %s", i ? "," : "", m->ir->messages[semantics_lane_message(s, state, lane, i)].name);
    buf_puts(b, n > 4 ? ", ...), and " : "), and ");
    put_doing(b, a, s, state, r->wait.peer);
}

static void put_why(struct buf *b, struct arena *a, const struct semantics *s, const uint8_t *state,
                    const struct reason *r)
{
    const char *head = r->wait.message == IR_NONE ? "" : semantics_model(s)->ir->messages[r->wait.message].name;
    switch (r->wait.kind) {
    case WAIT_FULL:
        put_why_full(b, a, s, state, r);
        break;
    case WAIT_EMPTY:
        if (r->wait.lane == IR_NONE) {
            buf_printf(b, "%s never sends anything to %s", r->peer, r->participant);
            break;
        }
        buf_printf(b, "the lane %s -> %s is empty, and ", r->peer, r->participant);
        put_doing(b, a, s, state, r->wait.peer);
        break;
    case WAIT_UNEXPECTED:
        buf_printf(b, "the next message from %s is %s, which %s does not take here", r->peer, head, r->participant);
        break;
    case WAIT_ORPHAN:
        buf_printf(b, "%s from %s is left in the lane, and nobody will ever take it", head, r->peer);
        break;
    }
}

static const char *take_text(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_cstr(b), b->n);
    buf_free(b);
    *b = (struct buf){0};
    return text;
}

static struct reason reason_of(struct arena *a, const struct semantics *s, const uint8_t *state, struct wait w)
{
    const struct model *m = semantics_model(s);
    struct reason r = {.wait = w, .participant = m->participants[w.participant].name,
                       .peer = m->participants[w.peer].name};
    name_messages(a, s, &r);
    struct buf b = {0};
    put_what(&b, &r);
    r.what = take_text(a, &b);
    put_why(&b, a, s, state, &r);
    r.why = take_text(a, &b);
    return r;
}

/* The participant that breaks the property in this state, or IR_NONE. */
static uint32_t violator(const struct semantics *s, const uint8_t *state, enum safety broken)
{
    struct violation v;
    bool there = (broken == SAFETY_FIDELITY && semantics_fidelity_violation(s, state, &v)) ||
                 (broken == SAFETY_ORPHAN && semantics_orphan(s, state, &v));
    return there ? v.participant : IR_NONE;
}

struct reasons reasons_of(struct arena *a, const struct semantics *s, const uint8_t *state, enum safety broken)
{
    VEC(struct reason) all = {0};
    struct wait *waits = ARENA_ARRAY(a, struct wait, semantics_max_waits(s) + 1);
    bool everyone = broken == SAFETY_KINDS || semantics_is_deadlock(s, state);
    uint32_t only = violator(s, state, broken);
    for (uint32_t p = 0; p < semantics_model(s)->n_participants; p++) {
        uint32_t n = everyone || p == only ? semantics_waits(s, state, p, waits) : 0;
        for (uint32_t i = 0; i < n; i++)
            vec_push(a, all, reason_of(a, s, state, waits[i]));
    }
    return (struct reasons){all.n, all.at};
}
