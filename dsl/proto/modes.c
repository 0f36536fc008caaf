/* modes.c -- what follows when an event is caught.
 *
 * From a handler on, the protocol runs in a mode: who is dead, who caught the event, who has been told of it so far. A
 * position in a mode is a copy of the position: interactions with the dead are skipped, and the first action of a role
 * that has not been told must be a message from the catcher (its interrupt). The copy of a `try` has handlers of its
 * own, as far as they depend on who is dead.
 *
 * Only what still matters is kept: of the dead and of those told, the roles that act from the position on. When all of
 * these are told and none of them is dead, the position is the original one again. So copies are finite, and a
 * protocol that recovers comes back to where it was.
 */
#include "proto.h"

struct copy {
    uint32_t original, mode, at;
};

struct region_copy { /* of nfa.tries or nfa.regions */
    uint32_t original;
    struct role_set dead;
    uint32_t at;
};

struct copying {
    struct builder *b;
    const struct session_type *t;
    struct nfa *nfa;
    uint32_t n_originals;        /* positions before any copy */
    struct role_set *acts;       /* [originals] who acts from there on, or catches, or may crash so that it matters */
    struct role_set *try_acts;   /* [tries before any copy] as above, in the handlers */
    VEC(struct nfa_try) texts;   /* those tries, with the original handlers */
    VEC(struct copy) copies;
    uint32_t *slots, n_slots;    /* copies + 1 */
    uint32_t *mode_slots, n_mode_slots; /* modes + 1 */
    VEC(struct region_copy) tries, lists;
    struct role_set last_dead; /* what regions_copy was last asked, and its answer */
    uint32_t last_list, last_copy;
    bool failed;
};

/* ---- sets of roles ---- */

static bool add_all(struct role_set *to, const struct role_set *more)
{
    bool grew = !roles_within(more, to);
    for (int i = 0; i < 4; i++)
        to->bits[i] |= more->bits[i];
    return grew;
}

static struct role_set common(struct role_set a, const struct role_set *b)
{
    for (int i = 0; i < 4; i++)
        a.bits[i] &= b->bits[i];
    return a;
}

static struct role_set minus(struct role_set a, const struct role_set *b)
{
    for (int i = 0; i < 4; i++)
        a.bits[i] &= ~b->bits[i];
    return a;
}

static bool same_roles(const struct role_set *a, const struct role_set *b)
{
    return roles_within(a, b) && roles_within(b, a);
}

/* ---- who acts from a position on ---- */

static bool update_acts(struct copying *c, uint32_t i)
{
    const struct place *p = &c->nfa->at.at[i];
    struct role_set *out = &c->acts[i];
    bool grew = false;
    if (p->kind == POS_ACTION) {
        role_add(out, p->from);
        role_add(out, p->to);
        grew = add_all(out, &c->acts[p->target]);
    }
    for (uint32_t k = 0; k < p->targets.n; k++)
        grew = add_all(out, &c->acts[p->targets.at[k]]) || grew;
    const struct index_list *in = &c->nfa->regions.at[p->regions];
    for (uint32_t k = 0; k < in->n; k++)
        grew = add_all(out, &c->try_acts[in->at[k]]) || grew;
    return grew;
}

static bool update_try(struct copying *c, uint32_t i)
{
    const struct nfa_try *t = &c->texts.at[i];
    bool grew = false;
    role_add(&c->try_acts[i], t->catcher);
    for (uint32_t k = 0; k < t->handlers.n; k++) {
        uint32_t who = c->nfa->events.at[t->handlers.at[k].event].who;
        if (who != IR_NONE)
            role_add(&c->try_acts[i], who);
        grew = add_all(&c->try_acts[i], &c->acts[t->handlers.at[k].start]) || grew;
    }
    return grew;
}

/* Targets mostly have lower numbers, so that few rounds are needed. */
static void find_acts(struct copying *c)
{
    c->acts = ARENA_ARRAY(c->b->scratch, struct role_set, c->n_originals);
    c->try_acts = ARENA_ARRAY(c->b->scratch, struct role_set, c->texts.n);
    for (bool grew = true; grew;) {
        grew = false;
        for (uint32_t i = 0; i < c->texts.n; i++)
            grew = update_try(c, i) || grew;
        for (uint32_t i = 0; i < c->n_originals; i++)
            grew = update_acts(c, i) || grew;
    }
}

/* ---- modes ---- */

static uint64_t hash_mode(const struct mode *m)
{
    uint64_t h = m->catcher;
    for (int i = 0; i < 4; i++) {
        h = (h ^ m->dead.bits[i] ^ h >> 29) * 0x9e3779b97f4a7c15u;
        h = (h ^ m->told.bits[i] ^ h >> 31) * 0xbf58476d1ce4e5b9u;
    }
    return h ^ h >> 32;
}

static void grow_modes(struct copying *c)
{
    c->n_mode_slots = c->n_mode_slots ? c->n_mode_slots * 2 : 64;
    c->mode_slots = ARENA_ARRAY(c->b->scratch, uint32_t, c->n_mode_slots);
    for (uint32_t i = 0; i < c->nfa->modes.n; i++) {
        uint32_t k = (uint32_t)hash_mode(&c->nfa->modes.at[i]) & (c->n_mode_slots - 1);
        while (c->mode_slots[k])
            k = (k + 1) & (c->n_mode_slots - 1);
        c->mode_slots[k] = i + 1;
    }
}

/* The event of a mode is but one of those that lead to it. */
static uint32_t mode_index(struct copying *c, const struct mode *m)
{
    if (c->nfa->modes.n * 2 >= c->n_mode_slots)
        grow_modes(c);
    uint32_t k = (uint32_t)hash_mode(m) & (c->n_mode_slots - 1);
    for (; c->mode_slots[k]; k = (k + 1) & (c->n_mode_slots - 1)) {
        const struct mode *x = &c->nfa->modes.at[c->mode_slots[k] - 1];
        if (x->catcher == m->catcher && same_roles(&x->dead, &m->dead) && same_roles(&x->told, &m->told))
            return c->mode_slots[k] - 1;
    }
    vec_push(c->b->scratch, c->nfa->modes, *m);
    c->mode_slots[k] = c->nfa->modes.n;
    return c->nfa->modes.n - 1;
}

/* What of the mode matters at an original position. */
static uint32_t mode_at(struct copying *c, uint32_t position, struct mode m)
{
    const struct role_set *acts = &c->acts[position];
    m.dead = common(m.dead, acts);
    struct role_set live = minus(*acts, &m.dead);
    if (m.catcher != IR_NONE && roles_within(&live, &m.told))
        m.catcher = IR_NONE;
    m.told = m.catcher == IR_NONE ? (struct role_set){{0}} : common(m.told, acts);
    return mode_index(c, &m);
}

/* ---- copies ---- */

static uint64_t hash_copy(uint32_t original, uint32_t mode)
{
    uint64_t h = ((uint64_t)original << 32 | mode) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

static void grow(struct copying *c)
{
    c->n_slots = c->n_slots ? c->n_slots * 2 : 64;
    c->slots = ARENA_ARRAY(c->b->scratch, uint32_t, c->n_slots);
    for (uint32_t i = 0; i < c->copies.n; i++) {
        uint32_t k = (uint32_t)hash_copy(c->copies.at[i].original, c->copies.at[i].mode) & (c->n_slots - 1);
        while (c->slots[k])
            k = (k + 1) & (c->n_slots - 1);
        c->slots[k] = i + 1;
    }
}

static void too_large(struct copying *c)
{
    if (!c->failed) {
        struct diag *x = diag_add(c->b->d, E0309, c->t->decl->name.at,
                                  "session `%s` expands to more than %d positions, with what follows its events",
                                  c->t->name, IR_MAX_POSITIONS);
        diag_note(c->b->d, x, "a session that goes on after crashes is expanded for each set of roles that are gone");
    }
    c->failed = true;
}

/* The position in that mode; filled in later when it is new. */
static uint32_t copy_at(struct copying *c, uint32_t original, struct mode m)
{
    uint32_t mode = mode_at(c, original, m);
    if (mode == 0 || c->nfa->at.at[original].kind == POS_END)
        return original;
    if (c->copies.n * 2 >= c->n_slots)
        grow(c);
    uint32_t k = (uint32_t)hash_copy(original, mode) & (c->n_slots - 1);
    for (; c->slots[k]; k = (k + 1) & (c->n_slots - 1)) {
        const struct copy *x = &c->copies.at[c->slots[k] - 1];
        if (x->original == original && x->mode == mode)
            return x->at;
    }
    if (c->nfa->at.n >= IR_MAX_POSITIONS) {
        too_large(c);
        return original;
    }
    struct place p = c->nfa->at.at[original];
    vec_push(c->b->scratch, c->copies, (struct copy){original, mode, c->nfa->at.n});
    vec_push(c->b->scratch, c->nfa->at, p);
    c->slots[k] = c->copies.n;
    return c->nfa->at.n - 1;
}

/* ---- copies of regions ---- */

static struct mode raised(struct copying *c, const struct role_set *dead, uint32_t catcher, uint32_t event)
{
    struct mode m = {.dead = *dead, .catcher = catcher, .event = event};
    role_add(&m.told, catcher);
    if (c->nfa->events.at[event].who != IR_NONE)
        role_add(&m.dead, c->nfa->events.at[event].who);
    return m;
}

/* The handlers of that text, where these roles are dead already. */
static void fill_try(struct copying *c, uint32_t at, uint32_t text, const struct role_set *dead)
{
    struct nfa_try t = c->texts.at[text];
    const struct nfa_handler *handlers = t.handlers.at;
    uint32_t n = t.handlers.n;
    memset(&t.handlers, 0, sizeof t.handlers);
    for (uint32_t i = 0; i < n; i++) {
        struct nfa_handler h = handlers[i];
        uint32_t who = c->nfa->events.at[h.event].who;
        if (who != IR_NONE && role_in(dead, who))
            continue;
        h.start = copy_at(c, h.start, raised(c, dead, t.catcher, h.event));
        vec_push(c->b->scratch, t.handlers, h);
    }
    c->nfa->tries.at[at] = t;
}

static uint32_t try_copy(struct copying *c, uint32_t text, struct role_set dead)
{
    dead = common(dead, &c->try_acts[text]);
    for (uint32_t i = 0; i < c->tries.n; i++)
        if (c->tries.at[i].original == text && same_roles(&c->tries.at[i].dead, &dead))
            return c->tries.at[i].at;
    uint32_t at = c->nfa->tries.n;
    vec_push(c->b->scratch, c->nfa->tries, c->texts.at[text]);
    vec_push(c->b->scratch, c->tries, (struct region_copy){text, dead, at});
    fill_try(c, at, text, &dead);
    return at;
}

/* The regions of an original position, where these roles are dead. A dead role catches nothing. */
static uint32_t regions_copy(struct copying *c, uint32_t list, const struct role_set *dead)
{
    if (!list)
        return 0;
    if (list == c->last_list && same_roles(dead, &c->last_dead))
        return c->last_copy;
    c->last_list = list;
    c->last_dead = *dead;
    for (uint32_t i = c->lists.n; i-- > 0;)
        if (c->lists.at[i].original == list && same_roles(&c->lists.at[i].dead, dead))
            return c->last_copy = c->lists.at[i].at;
    struct index_list in = c->nfa->regions.at[list];
    uint32_t out = 0;
    for (uint32_t i = 0; i < in.n; i++)
        if (!role_in(dead, c->texts.at[in.at[i]].catcher)) {
            uint32_t one = try_copy(c, in.at[i], *dead);
            out = list_extend(c->b->scratch, &c->nfa->regions, out, &one, 1);
        }
    vec_push(c->b->scratch, c->lists, (struct region_copy){list, *dead, out});
    c->last_copy = out;
    return out;
}

/* ---- rules ---- */

static const char *event_words(const struct copying *c, uint32_t event)
{
    const struct session_event *e = &c->nfa->events.at[event];
    if (e->kind == EV_CRASH)
        return arena_printf(c->b->a, "the crash of `%s`", c->t->roles[e->who].name);
    return e->kind == EV_TIMEOUT ? "the timeout" : "the cancel";
}

static void report_untold(struct copying *c, const struct place *p, const struct mode *m)
{
    struct builder *b = c->b;
    uint32_t role = role_in(&m->told, p->from) ? p->to : p->from, other = p->from + p->to - role;
    name me = c->t->roles[role].name, catcher = c->t->roles[m->catcher].name;
    c->failed = true;
    if (ir__reported(b, E0323, p->stmt->at))
        return;
    const char *what = role == p->from ? "sends `%s` to `%s`" : "waits for `%s` from `%s`";
    const char *does = arena_printf(b->a, what, b->ir->messages[p->message].name, c->t->roles[other].name);
    struct diag *x = diag_add(b->d, E0323, p->stmt->at, "`%s` %s before `%s` has told it of %s", me, does, catcher,
                              event_words(c, m->event));
    diag_caret(b->d, x, "the first that `%s` does after it", me);
    diag_label(b->d, x, c->nfa->events.at[m->event].at, "`%s` catches it here, and `%s` is still in the body", catcher,
               me);
    diag_note(b->d, x, "in a handler, the first action of each other role is to receive a message from the catcher");
    diag_help(b->d, x, "let `%s` send `%s` a message in the handler, before line %u", catcher, me,
              ir__line(b, p->stmt->at));
}

static void report_dead_chooser(struct copying *c, const struct place *p, const struct mode *m)
{
    struct builder *b = c->b;
    name who = c->t->roles[p->from].name;
    c->failed = true;
    if (ir__reported(b, E0324, p->stmt->from.at))
        return;
    struct diag *x = diag_add(b->d, E0324, p->stmt->from.at, "here `%s` cannot decide: it has crashed", who);
    diag_label(b->d, x, c->nfa->events.at[m->event].at, "after %s the protocol comes to this choice",
               event_words(c, m->event));
    diag_note(b->d, x, "after a crash that was caught, interactions to and from `%s` are skipped; a choice cannot be",
              who);
    diag_help(b->d, x, "let another role decide, or let the handler lead elsewhere");
}

void mode_note(const struct builder *b, const struct session_type *t, const struct nfa *nfa, uint32_t mode,
               struct diag *x)
{
    const struct mode *m = &nfa->modes.at[mode];
    const char *text = NULL;
    for (uint32_t i = 0; i < t->n_roles; i++)
        if (role_in(&m->dead, i))
            text = text ? arena_printf(b->a, "%s, `%s`", text, t->roles[i].name)
                        : arena_printf(b->a, "`%s`", t->roles[i].name);
    if (!text)
        return;
    diag_label(b->d, x, nfa->events.at[m->event].at, "after this");
    diag_note(b->d, x, "this is so after a crash: what is sent to and from %s is skipped", text);
}

/* Skips, or tells, or refuses; *m becomes the mode behind the interaction. */
static void copy_action(struct copying *c, struct place *p, struct mode *m)
{
    if (role_in(&m->dead, p->from) || role_in(&m->dead, p->to)) {
        p->kind = POS_EPSILON;
        return;
    }
    if (m->catcher == IR_NONE)
        return;
    if (p->from == m->catcher && !role_in(&m->told, p->to))
        p->interrupt = true;
    else if (!role_in(&m->told, p->from) || !role_in(&m->told, p->to))
        report_untold(c, p, m);
    role_add(&m->told, p->from);
    role_add(&m->told, p->to);
}

static void fill_copy(struct copying *c, struct copy x)
{
    struct place p = c->nfa->at.at[x.original];
    struct mode m = c->nfa->modes.at[x.mode];
    u32_vec targets = {0};
    bool action = p.kind == POS_ACTION;
    p.mode = x.mode;
    p.regions = regions_copy(c, p.regions, &m.dead);
    if (p.kind == POS_EPSILON && p.stmt && p.stmt->kind == ST_CHOICE && role_in(&m.dead, p.from))
        report_dead_chooser(c, &p, &m);
    if (action)
        copy_action(c, &p, &m);
    if (p.kind == POS_ACTION)
        p.target = copy_at(c, p.target, m);
    else if (action)
        vec_push(c->b->scratch, targets, copy_at(c, p.target, m));
    for (uint32_t i = 0; i < p.targets.n; i++)
        vec_push(c->b->scratch, targets, copy_at(c, p.targets.at[i], m));
    memcpy(&p.targets, &targets, sizeof p.targets);
    c->nfa->at.at[x.at] = p;
}

bool instantiate_modes(struct builder *b, const struct session_type *t, struct nfa *nfa)
{
    struct copying c = {.b = b, .t = t, .nfa = nfa, .n_originals = nfa->at.n};
    struct role_set nobody = {{0}};
    for (uint32_t i = 0; i < nfa->tries.n; i++) {
        vec_push(b->scratch, c.texts, nfa->tries.at[i]);
        vec_push(b->scratch, c.tries, (struct region_copy){i, nobody, i});
    }
    uint32_t n_lists = nfa->regions.n;
    for (uint32_t i = 0; i < n_lists; i++)
        vec_push(b->scratch, c.lists, (struct region_copy){i, nobody, i});
    find_acts(&c);
    for (uint32_t i = 0; i < c.texts.n; i++)
        fill_try(&c, i, i, &nobody);
    for (uint32_t i = 0; i < c.copies.n && !(c.failed && nfa->at.n >= IR_MAX_POSITIONS); i++)
        fill_copy(&c, c.copies.at[i]);
    return !c.failed;
}
