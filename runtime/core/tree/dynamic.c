/* dynamic.c -- dynamic children: actors that are spawned, and started again in place, in their slot.
 *
 * One that ends goes through motet__dynamic_end in its owner's core. Its supervisor's decision is taken there, under
 * control, without the queue of the tree: it concerns this child alone, unless it brings the supervisor down, and then
 * the group fails as a child does. Between two incarnations the actor keeps its slot, with a generation that nobody has
 * a ref to, and a due of its own brings it back.
 */
#include "dynamic.h"

#include <motet/dynamic.h>
#include <stdlib.h>

enum { SHIFT = 12, PER_CHUNK = 1 << SHIFT, CHUNKS = 1 << 17 };

struct motet__dynamics { /* chunks are made under control */
    _Atomic(motet__dynamic *) chunks[CHUNKS];
};

/* Of the child that a group is: it has no callbacks, and takes no mail. */
const motet_actor_type motet__group_type = {.name = "group", .mailbox = 1};

motet__group *motet__group_new(motet__child *c)
{
    motet__group *g = calloc(1, sizeof *g);
    if (g) {
        g->child = c;
    }
    return g;
}

/* ---- the table ---- */

motet_err motet__dynamics_init(motet_system *sys)
{
    for (uint16_t i = 0; i < sys->spec->n_children; i++) {
        if (sys->spec->children[i].dynamic && !sys->dynamics) {
            sys->dynamics = calloc(1, sizeof *sys->dynamics);
            if (!sys->dynamics) {
                return MOTET_ENOMEM;
            }
        }
    }
    return MOTET_OK;
}

void motet__dynamics_fini(motet_system *sys)
{
    for (uint32_t i = 0; sys->dynamics && i < CHUNKS; i++) {
        free(atomic_load_explicit(&sys->dynamics->chunks[i], memory_order_relaxed));
    }
    free(sys->dynamics);
}

/* Under control: the record of that slot, which exists from then on; NULL: no memory. */
static motet__dynamic *record_make(motet_system *sys, uint32_t slot)
{
    _Atomic(motet__dynamic *) *at = &sys->dynamics->chunks[slot >> SHIFT];
    motet__dynamic *chunk = atomic_load_explicit(at, memory_order_relaxed);
    if (!chunk) {
        chunk = sys->fixed ? NULL : calloc(PER_CHUNK, sizeof *chunk);
        atomic_store_explicit(at, chunk, memory_order_release); /* release: zeroes; partner: record_at */
    }
    return chunk ? &chunk[slot & (PER_CHUNK - 1u)] : NULL;
}

static motet__dynamic *record_at(const motet_system *sys, uint32_t slot)
{
    if (!sys->dynamics || slot >> SHIFT >= CHUNKS) {
        return NULL;
    }
    /* acquire: partner of the release in record_make. */
    motet__dynamic *chunk = atomic_load_explicit(&sys->dynamics->chunks[slot >> SHIFT], memory_order_acquire);
    return chunk ? &chunk[slot & (PER_CHUNK - 1u)] : NULL;
}

bool motet__dynamics_reserve(motet_system *sys, uint32_t n)
{
    bool done = true;
    for (uint32_t i = 0; sys->dynamics && done && i <= n >> SHIFT; i++) {
        done = record_make(sys, i << SHIFT) != NULL;
    }
    return done;
}

motet__dynamic *motet__dynamic_of(const motet_system *sys, const motet__actor *a)
{
    motet__dynamic *d = a->child ? NULL : record_at(sys, a->slot);
    return d && d->group ? d : NULL; /* by the owner: its own actor's record */
}

const motet_child_spec *motet__dynamic_spec(const motet__dynamic *d)
{
    return d->group->child->spec;
}

/* ---- under control ---- */

static bool is_open(const motet_system *sys, const motet__group *g)
{
    return motet__child_phase(g->child) == MOTET__UP && !g->child->doomed && !sys->sup.stopping;
}

static void enlist(motet__group *g, motet__dynamic *d)
{
    d->next = NULL;
    d->prev = g->last;
    if (g->last) {
        g->last->next = d;
    } else {
        g->first = d;
    }
    g->last = d;
    g->n++;
    atomic_fetch_add_explicit(&g->child->held, 1, memory_order_relaxed); /* relaxed: read in phases that control set */
}

/* It is gone, and its handle stale. */
static void delist(motet__dynamic *d)
{
    motet__group *g = d->group;
    if (d->prev) {
        d->prev->next = d->next;
    } else {
        g->first = d->next;
    }
    if (d->next) {
        d->next->prev = d->prev;
    } else {
        g->last = d->prev;
    }
    g->n--;
    d->group = NULL;
    d->serial++;
    /* relaxed: the group's turn that looks at it follows the poke. */
    if (atomic_fetch_sub_explicit(&g->child->held, 1, memory_order_relaxed) == 1 &&
        motet__child_phase(g->child) != MOTET__UP) {
        motet__child_wake(g->child);
    }
}

static void tell(motet_system *sys, const motet__dynamic *d, const char *name, motet_event_kind kind,
                 motet_status status, uint64_t delay)
{
    const motet_child_spec *s = motet__dynamic_spec(d);
    if (sys->events) {
        motet__event(sys, (motet_event){.kind = kind,
                                        .supervisor = sys->spec->supervisors[s->supervisor].name,
                                        .child = name,
                                        .group = s->name,
                                        .instance = d->slot,
                                        .incarnation = d->incarnation,
                                        .status = status,
                                        .delay_ns = delay});
    }
}

/* It has ended with that status: whether it comes back, and when. */
static bool comes_back(motet_system *sys, motet__dynamic *d, motet_status status, uint64_t *delay)
{
    const motet_child_spec *s = motet__dynamic_spec(d);
    motet__child *group = d->group->child;
    bool normal = status == MOTET_DONE;
    motet_directive directive = normal ? MOTET_AS_USUAL : s->decide[motet_status_reason(status)];
    if (d->stopping || !is_open(sys, d->group)) {
        return false;
    }
    bool stays_away = d->restart == MOTET_TEMPORARY || directive == MOTET_STOP ||
                      (normal && d->restart == MOTET_TRANSIENT);
    if (stays_away && directive != MOTET_ESCALATE) {
        return false;
    }
    uint64_t now = motet__system_clock(sys);
    if (directive == MOTET_ESCALATE ||
        !motet__window_record(&sys->sup.windows[sys->sup.owner[group->number]], now)) {
        motet__sup_escalate(group, status);
        return false;
    }
    *delay = motet__restart_delay(sys, s, &d->pace, d->slot, d->incarnation, now);
    return true;
}

static void count_end(motet_system *sys, motet__dynamic *d, const char *name, motet_status status)
{
    d->failure = status;
    d->up = false;
    if (status != MOTET_DONE) {
        sys->crashes++;
        sys->failures[motet_status_reason(status)]++;
        tell(sys, d, name, MOTET_EVENT_FAILED, status, 0);
    } else {
        tell(sys, d, name, d->stopping ? MOTET_EVENT_STOPPED : MOTET_EVENT_EXITED, MOTET_DONE, 0);
    }
}

/* ---- ends and restarts; by the owner ---- */

/* Decides about one that is cleared. False: it is gone. */
static bool decide(motet__worker *w, motet__actor *a, motet__dynamic *d, motet_status status, uint64_t *delay)
{
    motet_system *sys = w->sys;
    const char *name = a->type->name;
    motet__lock_take(sys->control);
    d->generation = motet__generation(a);
    if (!d->down) {
        count_end(sys, d, name, status);
    }
    bool back = comes_back(sys, d, status, delay);
    if (back && *delay > 0) {
        tell(sys, d, name, MOTET_EVENT_DELAYED, status, *delay);
    }
    if (!back) {
        if (!d->stopping && is_open(sys, d->group)) {
            tell(sys, d, name, MOTET_EVENT_GONE, status, 0);
        }
        delist(d);
    }
    motet__lock_release(sys->control);
    return back;
}

static void came_up(motet__worker *w, motet__actor *a, motet__dynamic *d)
{
    motet_system *sys = w->sys;
    const motet_child_spec *s = motet__dynamic_spec(d);
    motet__lock_take(sys->control);
    d->up = true;
    d->pace.up_since = s->backoff_max_ns || s->backoff_min_ns ? motet__system_clock(sys) : 0;
    sys->restarts += d->incarnation > 0;
    tell(sys, d, a->type->name, d->incarnation > 0 ? MOTET_EVENT_RESTARTED : MOTET_EVENT_STARTED, MOTET_DONE, 0);
    motet__lock_release(sys->control);
}

/* Under control: the next incarnation is about to run its init. False: it is not to. */
static bool may_begin(motet__worker *w, motet__dynamic *d)
{
    motet__lock_take(w->sys->control);
    bool may = !d->stopping && motet__child_phase(d->group->child) == MOTET__UP;
    d->incarnation += may;
    motet__lock_release(w->sys->control);
    return may;
}

static motet_status run_init(motet__worker *w, motet__actor *a, const motet__dynamic *d)
{
    motet_start start = {.index = d->slot, .incarnation = d->incarnation, .failure = d->failure, .arg = d->arg};
    return motet__actor_init(w, a, &start);
}

/* It is cleared. Comes back, or is gone. */
static void end_as(motet__worker *w, motet__actor *a, motet__dynamic *d, motet_status status, bool at_once);

/* After init, as for any actor that is spawned. */
static void settle(motet__worker *w, motet__actor *a, motet__dynamic *d)
{
    if (a->flags & (MOTET__KILLED | MOTET__LEAVING)) {
        motet_status status = a->flags & MOTET__KILLED ? a->status : MOTET_DONE;
        motet__actor_fini(w, a);
        motet__actor_clear(w, a, status);
        end_as(w, a, d, status, false);
        return;
    }
    a->state = MOTET__IDLE;
    if (a->pending > 0) {
        motet__actor_ready(w, a);
    }
}

static void begin(motet__worker *w, motet__actor *a, motet__dynamic *d)
{
    if (a->self) {
        memset(a->self, 0, a->type->state_size);
    }
    motet__actor_begin(a, a->type);
    a->state = MOTET__RUNNING;
    d->down = false;
    motet_status status = run_init(w, a, d);
    if (status == MOTET_DONE) {
        came_up(w, a, d);
        settle(w, a, d);
    } else {
        motet__actor_clear(w, a, status);
        end_as(w, a, d, status, false);
    }
}

/* `at_once`: here and now, when there is no delay; else by a due of its own, so that nothing goes round for ever. */
static void end_as(motet__worker *w, motet__actor *a, motet__dynamic *d, motet_status status, bool at_once)
{
    uint64_t delay = 0;
    if (!decide(w, a, d, status, &delay)) {
        motet__actor_release(w, a);
        return;
    }
    d->down = true;
    a->flags &= MOTET__PINNED;
    a->receive = NULL;
    a->state = MOTET__IDLE;
    if (at_once && delay == 0 && may_begin(w, d)) {
        begin(w, a, d);
    } else if (!motet__revive_after(w, a, delay)) {
        motet__fatal("no memory to start an actor again");
    }
}

void motet__dynamic_end(motet__worker *w, motet__actor *a, motet__dynamic *d, motet_status status, bool killed)
{
    bool was_down = d->down;
    if (was_down && !killed && may_begin(w, d)) {
        begin(w, a, d);
        return;
    }
    if (!was_down) {
        motet__actor_fini(w, a);
    }
    motet__actor_clear(w, a, status);
    end_as(w, a, d, status, w->current == NULL && !was_down);
}

/* ---- starting ---- */

/* The record of an actor that exists and has not run init. */
static motet_err bind(motet__worker *w, motet__actor *a, const motet__spawning *s)
{
    motet_system *sys = w->sys;
    motet__lock_take(sys->control);
    bool open = is_open(sys, s->group);
    motet__dynamic *d = open ? record_make(sys, a->slot) : NULL;
    if (d) {
        *d = (motet__dynamic){.group = s->group,
                              .arg = s->options ? s->options->arg : NULL,
                              .slot = a->slot,
                              .serial = d->serial ? d->serial : 1u,
                              .generation = motet__generation(a),
                              .restart = (uint8_t)s->restart};
        enlist(s->group, d);
        *s->child = (motet_dynamic){a->slot, d->serial};
    }
    motet__lock_release(sys->control);
    return d ? MOTET_OK : open ? MOTET_ENOMEM : MOTET_EGONE;
}

motet_err motet__dynamic_begin(motet__worker *w, motet__actor *a, const motet__spawning *s, motet_status *status)
{
    motet_err e = bind(w, a, s);
    if (e != MOTET_OK) {
        return e;
    }
    motet__dynamic *d = record_at(w->sys, a->slot);
    *status = run_init(w, a, d);
    if (*status == MOTET_DONE) {
        came_up(w, a, d);
        return MOTET_OK;
    }
    motet__lock_take(w->sys->control);
    delist(d);
    motet__lock_release(w->sys->control);
    return MOTET_EINIT;
}

struct start {
    motet__spawning what;
    motet_ref ref;
    motet_err e;
};

static void start_here(motet__worker *w, void *arg)
{
    struct start *s = arg;
    s->e = motet__spawn(w, &s->what, &s->ref);
}

static motet__group *group_of(const motet_system *sys, uint16_t group)
{
    bool is = group < sys->spec->n_children && sys->spec->children[group].dynamic;
    return is ? sys->actors[sys->child_first[group]].group : NULL;
}

motet_err motet_dynamic_start(motet_system *sys, uint16_t group, const motet_actor_type *type,
                              const motet_dynamic_options *options, motet_dynamic *child, motet_ref *ref)
{
    motet_dynamic ignored;
    child = child ? child : &ignored;
    *child = (motet_dynamic){0, 0};
    if (ref) {
        *ref = MOTET_NOBODY;
    }
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_dynamic_start");
    }
    motet__group *g = group_of(sys, group);
    if (!g || (options && options->restart > MOTET_TEMPORARY)) {
        return MOTET_EINVAL;
    }
    const motet_child_spec *spec = g->child->spec;
    struct start s = {.what = {.type = type ? type : spec->actor,
                               .options = options ? &options->spawn : NULL,
                               .group = g,
                               .restart = options ? options->restart : spec->restart,
                               .child = child}};
    motet__do(sys, s.what.options, start_here, &s);
    if (ref && s.e == MOTET_OK) {
        *ref = s.ref;
    }
    return s.e;
}

/* ---- questions, and stops ---- */

/* Under control; NULL: it is gone. */
static motet__dynamic *find(const motet_system *sys, motet_dynamic child)
{
    motet__dynamic *d = record_at(sys, child.number);
    return d && d->group && d->serial == child.generation ? d : NULL;
}

motet_err motet_dynamic_ref(motet_system *sys, motet_dynamic child, motet_ref *ref)
{
    *ref = MOTET_NOBODY;
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_dynamic_ref");
    }
    motet__worker *w = motet__come(sys);
    motet__lock_take(sys->control);
    const motet__dynamic *d = find(sys, child);
    bool up = d && d->up;
    if (up) {
        *ref = motet__ref_make(sys, d->slot, d->generation, MOTET_MAY_ALL);
    }
    motet__lock_release(sys->control);
    motet__go(w);
    return up ? MOTET_OK : MOTET_EGONE;
}

uint32_t motet_dynamic_list(motet_system *sys, uint16_t group, motet_dynamic *out, uint32_t room)
{
    if (motet__is_isolated) {
        (void)motet__isolated_refuse("motet_dynamic_list");
        return 0;
    }
    motet__group *g = group_of(sys, group);
    uint32_t n = 0;
    if (!g) {
        return 0;
    }
    motet__worker *w = motet__come(sys);
    motet__lock_take(sys->control);
    for (const motet__dynamic *d = g->first; d && n < room; d = d->next) {
        out[n++] = (motet_dynamic){d->slot, d->serial};
    }
    n = g->n;
    motet__lock_release(sys->control);
    motet__go(w);
    return n;
}

/* The signal that ends it, as a stop does. If it is another incarnation's when it arrives, that one's end finds
 * `stopping`. */
static motet__parcel end_of(const motet__dynamic *d)
{
    motet__parcel p = {.to = {d->slot, d->generation}, .kind = MOTET__KILL};
    motet__ended e = {.status = MOTET_DONE};
    memcpy(p.bytes, &e, sizeof e);
    return p;
}

motet_err motet_dynamic_stop(motet_system *sys, motet_dynamic child)
{
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_dynamic_stop");
    }
    motet__parcel p = {.kind = MOTET__KILL};
    motet__worker *w = motet__come(sys);
    motet__letter *letter = w ? NULL : motet__letter_take(sys);
    if (!w && !letter) {
        return MOTET_ENOMEM;
    }
    motet__lock_take(sys->control);
    motet__dynamic *d = find(sys, child);
    bool is = d && !d->stopping;
    if (is) {
        d->stopping = true;
        p = end_of(d);
    }
    motet__lock_release(sys->control);
    if (is && w) {
        motet__send(w, &p);
    } else if (is) {
        letter->parcel = p;
        motet__inject(sys, letter);
    } else if (letter) {
        motet__letter_put(sys, letter);
    }
    motet__go(w);
    return is ? MOTET_OK : MOTET_EGONE;
}

/* The first that was not told; marks it, and puts it behind those that were not. */
static bool next_to_stop(motet_system *sys, motet__group *g, motet__parcel *p)
{
    motet__lock_take(sys->control);
    motet__dynamic *d = g->first;
    while (d && d->stopping) { /* by motet_dynamic_stop: few, and each is passed over once for all */
        d = d->next;
    }
    if (d) {
        d->stopping = true;
        *p = end_of(d);
        if (d->next) { /* to the end of the list, so that the search above is short */
            *(d->prev ? &d->prev->next : &g->first) = d->next;
            d->next->prev = d->prev;
            d->prev = g->last;
            d->next = NULL;
            g->last->next = d;
            g->last = d;
        }
    }
    motet__lock_release(sys->control);
    return d != NULL;
}

void motet__group_stop(motet__worker *w, motet__group *g)
{
    motet__parcel p;
    while (next_to_stop(w->sys, g, &p)) {
        motet__send(w, &p);
    }
}
