/* events.c -- see events.h. */
#include "events.h"

#include "buf.h"
#include "words.h"

/* A step with the states around it. */
struct telling {
    struct arena *a;
    const struct semantics *s;
    const struct model *m;
    const struct step *step;
    const uint8_t *before, *after;
};

static const char *take_text(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_cstr(b), b->n);
    buf_free(b);
    *b = (struct buf){0};
    return text;
}

/* ---- crashes ---- */

static bool is_gone(const struct semantics *s, const uint8_t *state, uint32_t p)
{
    return semantics_at(s, state, p) == SEMANTICS_GONE;
}

static uint32_t end_of_run(const struct model *m, uint32_t run)
{
    return run + 1 < m->n_runs ? m->runs[run + 1].first_participant : m->n_participants;
}

/* A participant became gone and another did not: the crash was caught in the run. */
static bool is_caught(const struct telling *t, uint32_t run)
{
    bool gone = false, live = false;
    for (uint32_t p = t->m->runs[run].first_participant; p < end_of_run(t->m, run); p++) {
        live |= !is_gone(t->s, t->after, p);
        gone |= is_gone(t->s, t->after, p) && !is_gone(t->s, t->before, p);
    }
    return gone && live;
}

/* Who took an event's edge while the crash was settled. */
static void find_catchers(const struct telling *t, struct event *e)
{
    e->catchers = ARENA_ARRAY(t->a, uint32_t, t->m->n_participants);
    for (uint32_t r = 0; r < t->m->n_runs; r++) {
        if (!is_caught(t, r))
            continue;
        for (uint32_t p = t->m->runs[r].first_participant; p < end_of_run(t->m, r); p++)
            if (!is_gone(t->s, t->after, p) && semantics_at(t->s, t->before, p) != semantics_at(t->s, t->after, p))
                e->catchers[e->n_catchers++] = p;
    }
}

/* "Tpc starts anew", "Tpc is closed", "C catches it in Tpc": what a crash did to the runs. */
static void note_runs(struct buf *b, const struct telling *t, const struct event *e)
{
    const struct model *m = t->m;
    for (uint32_t r = 0; r < m->n_runs; r++) {
        uint32_t first = m->runs[r].first_participant;
        bool closed = true, moved = false, caught = is_caught(t, r);
        for (uint32_t p = first; p < end_of_run(m, r); p++) {
            moved |= semantics_at(t->s, t->before, p) != semantics_at(t->s, t->after, p);
            closed &= is_gone(t->s, t->after, p);
        }
        if (!moved)
            continue;
        buf_puts(b, "; ");
        for (uint32_t i = 0, n = 0; caught && i < e->n_catchers; i++)
            if (m->participants[e->catchers[i]].run == r)
                buf_printf(b, "%s%s", n++ ? " and " : "", m->ir->sessions[m->runs[r].session]
                                                               .roles[m->participants[e->catchers[i]].role].name);
        buf_printf(b, "%s%s", caught ? " catches it in " : "", m->ir->sessions[m->runs[r].session].name);
        if (m->n_runs > 1)
            buf_printf(b, " (run %u)", r + 1);
        buf_puts(b, caught ? "" : closed ? " is closed" : " starts anew");
    }
}

static void note_supervision(struct buf *b, const struct telling *t)
{
    const struct system *sys = t->m->system;
    const struct child *c = &sys->children[sys->instances[t->step->instance].child];
    enum directive d = t->step->directive;
    uint32_t v = c->supervisor;
    if (d == DIRECTIVE_STOP) {
        buf_puts(b, "it is to stop and stays down");
        return;
    }
    for (uint32_t k = 0; k < t->step->outcome; k++) {
        bool at_once = d == DIRECTIVE_ESCALATE && k == 0;
        buf_printf(b, "%s gives up%s; ", sys->supervisors[v].name, at_once ? " at once" : "");
        v = sys->supervisors[v].parent;
    }
    if (v == IR_NONE)
        buf_puts(b, "the system stops");
    else if (c->restart == RESTART_TEMPORARY && d == DIRECTIVE_DEFAULT)
        buf_puts(b, "it is temporary and stays down");
    else
        buf_printf(b, "%s restarts it", sys->supervisors[v].name);
}

static const char *crash_note(const struct telling *t, const struct event *e)
{
    struct buf b = {0};
    const char *who = t->m->system->instances[t->step->instance].name;
    if (t->step->directive == DIRECTIVE_RESUME) {
        const struct edge *edge = step_edge(t->m, t->step);
        uint32_t peer = model_peer(t->m, step_participant(t->m, t->step), edge->peer);
        buf_printf(&b, "%s fails at %s from %s and resumes: the message is lost", who,
                   t->m->ir->messages[edge->message].name, t->m->participants[peer].name);
        return take_text(t->a, &b);
    }
    buf_printf(&b, "%s crashes; ", who);
    note_supervision(&b, t);
    note_runs(&b, t, e);
    return take_text(t->a, &b);
}

static struct event crash_event(const struct telling *t)
{
    const struct instance *i = &t->m->system->instances[t->step->instance];
    struct event e = {.kind = STEP_CRASH, .from = IR_NONE, .to = IR_NONE, .lane = IR_NONE,
                      .instance = t->step->instance, .from_name = i->name,
                      .at = t->m->system->children[i->child].at};
    find_catchers(t, &e);
    e.note = crash_note(t, &e);
    return e;
}

/* ---- other steps ---- */

/* "; 2 messages to B are dropped": because B is in a later phase now. */
static void note_purged(struct buf *b, const struct telling *t, uint32_t who, uint32_t taken)
{
    uint32_t n = 0;
    for (uint32_t l = 0; l < t->m->n_lanes; l++)
        if (t->m->lanes[l].to == who)
            n += semantics_lane_length(t->s, t->before, l) - semantics_lane_length(t->s, t->after, l);
    if (n > taken)
        buf_printf(b, "; %u message%s to %s %s outdated and dropped", n - taken, n - taken == 1 ? "" : "s",
                   t->m->participants[who].name, n - taken == 1 ? "is" : "are");
}

static struct event caught_event(const struct telling *t)
{
    uint32_t who = step_participant(t->m, t->step);
    const struct model_participant *p = &t->m->participants[who];
    const struct session_event *ev =
        &t->m->ir->sessions[t->m->runs[p->run].session].events[step_edge(t->m, t->step)->message];
    struct event e = {.kind = STEP_EVENT, .from = who, .to = IR_NONE, .lane = IR_NONE, .instance = IR_NONE,
                      .from_name = p->name, .event = ev->name, .at = ev->at};
    struct buf b = {0};
    buf_printf(&b, "%s %s", p->name, ev->kind == EV_CANCEL ? "cancels" : "times out after ");
    if (ev->kind == EV_TIMEOUT)
        word_duration(&b, ev->after_ns);
    note_purged(&b, t, who, 0);
    e.note = take_text(t->a, &b);
    return e;
}

static void note_send(struct buf *b, const struct telling *t, struct event *e)
{
    enum fate fate = semantics_fate(t->s, t->before, t->step->edge);
    e->lost = t->step->kind == STEP_LOSS || (fate != FATE_ARRIVES && fate != FATE_PUSHES_OUT);
    if (t->step->kind == STEP_LOSS)
        buf_puts(b, "lost in transit");
    else if (fate == FATE_GONE)
        buf_printf(b, "dropped, as %s has crashed", e->to_name);
    else if (fate == FATE_OUTDATED)
        buf_printf(b, "outdated and dropped, as %s has moved on", e->to_name);
    else if (fate == FATE_NO_ROOM)
        buf_printf(b, "dropped, as there is no room");
    else if (fate == FATE_PUSHES_OUT)
        buf_printf(b, "drops %s, the oldest in the lane",
                   t->m->ir->messages[semantics_lane_message(t->s, t->before, e->lane, 0)].name);
    else if (e->interrupt)
        buf_puts(b, "an interrupt");
}

static struct event message_event(const struct telling *t)
{
    const struct model *m = t->m;
    const struct edge *edge = step_edge(m, t->step);
    uint32_t self = step_participant(m, t->step), peer = model_peer(m, self, edge->peer);
    bool sends = t->step->kind != STEP_RECEIVE;
    uint32_t from = sends ? self : peer, to = sends ? peer : self;
    struct event e = {.kind = t->step->kind, .from = from, .to = to, .lane = m->lane_of[t->step->edge],
                      .instance = IR_NONE, .from_name = m->participants[from].name,
                      .to_name = m->participants[to].name, .message = m->ir->messages[edge->message].name,
                      .at = edge->at, .interrupt = edge->interrupt};
    struct buf b = {0};
    if (sends) {
        note_send(&b, t, &e);
    } else if (e.interrupt) {
        buf_printf(&b, "interrupts %s", e.to_name);
        note_purged(&b, t, to, 1);
    }
    e.note = b.n ? take_text(t->a, &b) : NULL;
    return e;
}

static struct event event_of(const struct telling *t)
{
    switch (t->step->kind) {
    case STEP_CRASH:
        return crash_event(t);
    case STEP_EVENT:
        return caught_event(t);
    case STEP_SEND:
    case STEP_RECEIVE:
    case STEP_LOSS:
        break;
    }
    return message_event(t);
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
        es.at[es.n] = event_of(&(struct telling){a, s, semantics_model(s), step, state, next});
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
    bool left = r->wait.edge == IR_NONE; /* a message that it does not wait for */
    if (r->wait.kind == WAIT_VALUES)
        return;
    r->n_messages = left ? 1 : r->wait.n_edges;
    r->messages = ARENA_ARRAY(a, name, r->n_messages);
    for (uint32_t i = 0; i < r->n_messages; i++) {
        struct step t = left ? (struct step){0} : semantics_decode(s, r->wait.edge + i);
        r->messages[i] = m->ir->messages[left ? r->wait.message : step_edge(m, &t)->message].name;
    }
    if (!left) {
        struct step t = semantics_decode(s, r->wait.edge);
        r->at = step_edge(m, &t)->at;
    }
}

static bool would_send(const struct wait *w) { return w->kind == WAIT_FULL || w->kind == WAIT_POOL; }

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
    if (n && waits[0].kind == WAIT_VALUES)
        buf_puts(b, " itself has no values to go on with");
    for (uint32_t i = 0; i < n && waits[i].edge != IR_NONE; i++) {
        struct reason r = {.wait = waits[i], .peer = m->participants[waits[i].peer].name};
        name_messages(a, s, &r);
        buf_puts(b, i ? " or " : " itself waits ");
        buf_puts(b, would_send(&r.wait) ? "to send " : "for ");
        put_messages(b, r.messages, r.n_messages);
        buf_printf(b, would_send(&r.wait) ? " to %s" : " from %s", r.peer);
    }
}

static void put_what(struct buf *b, const struct reason *r)
{
    if (r->wait.kind == WAIT_ORPHAN) {
        buf_puts(b, "is done");
        return;
    }
    if (r->wait.kind == WAIT_VALUES) {
        buf_puts(b, "has no values to go on with");
        return;
    }
    if (r->wait.kind == WAIT_INTERRUPT) {
        buf_printf(b, "does not take %s from %s", r->messages[0], r->peer);
        return;
    }
    buf_puts(b, would_send(&r->wait) ? "waits to send " : "waits for ");
    put_messages(b, r->messages, r->n_messages);
    buf_printf(b, would_send(&r->wait) ? " to %s" : " from %s", r->peer);
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

/* "the mailbox of Sink is full (2 of 2, that all its lanes share)" */
static void put_why_no_room(struct buf *b, struct arena *a, const struct semantics *s, const uint8_t *state,
                            const struct reason *r)
{
    const struct model *m = semantics_model(s);
    uint32_t pool = m->lanes[r->wait.lane].pool, n = 0;
    for (uint32_t l = 0; l < m->n_lanes; l++)
        if (m->lanes[l].pool == pool)
            n += semantics_lane_length(s, state, l);
    buf_printf(b, "the mailbox that all lanes to %s share is full (%u of %u), and ", r->peer, n,
               m->pools[pool].capacity);
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
    case WAIT_POOL:
        put_why_no_room(b, a, s, state, r);
        break;
    case WAIT_LATER:
        buf_printf(b, "the next message from %s is %s, sent after an event that %s has not been told of", r->peer, head,
                   r->participant);
        break;
    case WAIT_INTERRUPT:
        buf_printf(b, "it is an interrupt, and %s is not, or no longer, where it takes it", r->participant);
        break;
    case WAIT_VALUES:
        buf_puts(b, "none in the domains of the verify block fulfils what is refined here");
        break;
    case WAIT_ORPHAN:
        buf_printf(b, "%s from %s is left in the lane, and nobody will ever take it", head, r->peer);
        break;
    }
}

static struct reason reason_of(struct arena *a, const struct semantics *s, const uint8_t *state, struct wait w)
{
    const struct model *m = semantics_model(s);
    struct reason r = {.wait = w, .participant = m->participants[w.participant].name,
                       .peer = m->participants[w.peer].name};
    name_messages(a, s, &r);
    if (w.kind == WAIT_VALUES)
        r.at = m->participants[w.participant].automaton->states[semantics_at(s, state, w.participant)].at;
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
