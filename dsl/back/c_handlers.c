/* c_handlers.c -- the handlers of a face: their prototypes, and in words when each is called and what may follow.
 *
 * The words come from the automata: the states in which the handler is called with their lines, and the actions of
 * the states that these lead to. Members of a family count as one.
 */
#include "c_gen.h"

/* ---- when and what next ---- */

struct action { /* with a role or a family */
    enum dir dir;
    uint16_t peer, message;
};

enum { MOST_LISTED = 6 }; /* states named one by one */

struct context {
    VEC(struct action) next;
    struct buf states; /* "3, 4 (line 21)" */
    bool may_end;
};

static void add_action(struct c_gen *g, struct context *x, struct action a)
{
    for (uint32_t i = 0; i < x->next.n; i++)
        if (x->next.at[i].dir == a.dir && x->next.at[i].peer == a.peer && x->next.at[i].message == a.message)
            return;
    vec_push(g->a, x->next, a);
}

static void add_target(struct c_gen *g, struct context *x, const struct c_face *f, const struct automaton *m,
                       uint32_t s)
{
    x->may_end |= m->states[s].final;
    for (uint32_t k = 0; k < m->states[s].n; k++) {
        const struct edge *e = &m->edges[m->states[s].first + k];
        add_action(g, x, (struct action){e->dir, f->session->peer[e->peer], e->message});
    }
}

/* Is the handler called on this edge? For a receiver `message` is its message; for a maker it is IR_NONE. */
static bool concerns(const struct c_class *c, uint32_t state, const struct edge *e, uint32_t message, uint32_t maker)
{
    return e->dir == DIR_RECEIVE ? e->message == message : maker != IR_NONE && c->maker[state] == maker + 1;
}

/* The n-th state that is named; a line is told once for all states in a row that stand in it. */
static void put_state(struct buf *out, uint32_t n, uint32_t state, uint32_t line, uint32_t last_line)
{
    if (n > 1 && line != last_line)
        buf_printf(out, " (line %u)", last_line);
    buf_printf(out, "%s%u", n > 1 ? ", " : "", state);
}

/* How many states of the class call the handler; they are appended as "states 3, 4 (line 21)". */
static uint32_t add_states_of(struct c_gen *g, struct context *x, const struct c_face *f, const struct c_class *c,
                              uint32_t message, uint32_t maker)
{
    const struct automaton *m = c_class_automaton(f, c);
    struct buf named = {0};
    uint32_t n = 0, line = 0;
    for (uint32_t s = 0; s < m->n_states; s++) {
        bool here = false;
        for (uint32_t k = 0; k < m->states[s].n; k++) {
            const struct edge *e = &m->edges[m->states[s].first + k];
            if (!concerns(c, s, e, message, maker))
                continue;
            here = true;
            add_target(g, x, f, m, e->target);
        }
        if (here && n++ < MOST_LISTED) {
            put_state(&named, n, s, c_line(g, m->states[s].at), line);
            line = c_line(g, m->states[s].at);
        }
    }
    buf_printf(&x->states, "%s %s (line %u)", n == 1 ? "state" : "states", buf_cstr(&named), line);
    if (n > MOST_LISTED)
        buf_printf(&x->states, " and %u more", n - MOST_LISTED);
    buf_free(&named);
    return n;
}

static struct context context_of(struct c_gen *g, const struct c_face *f, uint32_t message, uint32_t maker)
{
    struct context x = {0};
    for (uint32_t i = 0; i < f->classes.n; i++) {
        const struct c_class *c = &f->classes.at[i];
        size_t before = x.states.n;
        if (f->classes.n > 1)
            buf_printf(&x.states, "%sas %s ", before ? ", " : "", f->session->type->roles[c->roles.at[0]].name);
        uint32_t n = add_states_of(g, &x, f, c, message, maker);
        if (n == 0 && !x.states.failed)
            x.states.n = before; /* this role never calls it */
    }
    return x;
}

static const char *peer_name(const struct c_face *f, uint16_t peer)
{
    for (uint32_t r = 0; r < f->session->type->n_roles; r++)
        if (f->session->peer[r] == peer)
            return f->session->type->roles[r].base;
    return "";
}

static bool same_group(const struct action *a, const struct action *b)
{
    return a->dir == b->dir && a->peer == b->peer;
}

static bool opens_group(const struct context *x, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (same_group(&x->next.at[k], &x->next.at[i]))
            return false;
    return true;
}

/* "Yes or No from P; Commit to P; or the end" */
static void put_next(struct c_gen *g, struct buf *out, const struct context *x, const struct c_face *f)
{
    bool some = false;
    for (uint32_t i = 0; i < x->next.n; i++) {
        const struct action *first = &x->next.at[i];
        if (!opens_group(x, i))
            continue;
        buf_puts(out, some ? "; " : "");
        for (uint32_t k = i; k < x->next.n; k++)
            if (same_group(first, &x->next.at[k]))
                buf_printf(out, "%s%s", k == i ? "" : " or ", g->ir->messages[x->next.at[k].message].name);
        buf_printf(out, " %s %s", first->dir == DIR_SEND ? "to" : "from", peer_name(f, first->peer));
        some = true;
    }
    if (x->may_end)
        buf_puts(out, some ? "; or the end" : "the end");
}

static const char *about(struct c_gen *g, const struct c_face *f, const char *what, uint32_t message, uint32_t maker)
{
    struct context x = context_of(g, f, message, maker);
    struct buf b = {0};
    buf_printf(&b, "%s In %.*s. Next: ", what, (int)x.states.n, buf_cstr(&x.states));
    put_next(g, &b, &x, f);
    buf_putc(&b, '.');
    const char *text = arena_strndup(g->a, buf_cstr(&b), b.n);
    buf_free(&b);
    buf_free(&x.states);
    return text;
}

/* ---- what may be refused ---- */

/* Does an actor whose full mailbox refuses messages play the role? */
static bool refuses(const struct c_gen *g, const struct c_session *s, uint32_t role)
{
    for (uint32_t i = 0; i < g->ir->n_actors; i++) {
        const struct actor *a = &g->ir->actors[i];
        for (uint32_t k = 0; k < a->n_plays && a->policy == POLICY_FAIL; k++) {
            const struct actor_plays *p = &a->plays[k];
            if (&g->ir->sessions[p->session] == s->type && role >= p->first_role && role - p->first_role < p->n_roles)
                return true;
        }
    }
    return false;
}

/* What is added to a maker's words where its answer may not be sent. */
static const char *refusal_text(struct c_gen *g, const struct c_face *f, uint32_t maker)
{
    bool full = false, broken = false;
    for (uint32_t i = 0; i < f->classes.n; i++) {
        const struct c_class *c = &f->classes.at[i];
        const struct automaton *m = c_class_automaton(f, c);
        for (uint32_t s = 0; s < m->n_states; s++)
            for (uint32_t k = 0; k < m->states[s].n && c->maker[s] == maker + 1; k++) {
                const struct edge *e = &m->edges[m->states[s].first + k];
                full |= e->dir == DIR_SEND && refuses(g, f->session, e->peer);
                broken |= e->dir == DIR_SEND && e->where;
            }
    }
    if (!full && !broken)
        return "";
    return arena_printf(g->a, " Asked again when the answer is refused: motet_session_refused says %s.",
                        !full ? "MOTET_BROKEN" : !broken ? "MOTET_FULL" : "MOTET_FULL or MOTET_BROKEN");
}

static const char *question(struct c_gen *g, const struct c_face *f, const char *what, uint32_t maker)
{
    return arena_printf(g->a, "%s%s", about(g, f, what, IR_NONE, maker), refusal_text(g, f, maker));
}

/* ---- prototypes ---- */

static const char *self_of(struct c_gen *g, const struct c_actor *a)
{
    return arena_printf(g->a, "struct %s *self", a->low);
}

static struct c_handler receiver(struct c_gen *g, const struct c_actor *a, const struct c_face *f, uint16_t message)
{
    const char *low = g->message[message];
    bool fields = c_has_fields(g, message);
    return (struct c_handler){
        .name = arena_printf(g->a, "%son_%s", f->low, low),
        .returns = "motet_status",
        .parameters = arena_printf(g->a, fields ? "%s, motet_session *s, motet_peer from, const %s_%s *m"
                                                : "%s, motet_session *s, motet_peer from",
                                   self_of(g, a), g->low, low),
        .unused = fields ? "(void)self;\n(void)s;\n(void)from;\n(void)m;" : "(void)self;\n(void)s;\n(void)from;",
        .about = about(g, f, arena_printf(g->a, "%s arrived.", g->ir->messages[message].name), message, IR_NONE),
    };
}

static const char *first_field(const struct c_gen *g, uint32_t message)
{
    const struct field *f = &c_fields(g, message)->at[0];
    return f->name.name;
}

static struct c_handler maker(struct c_gen *g, const struct c_actor *a, const struct c_face *f, uint32_t index)
{
    const struct c_maker *k = &f->makers.at[index];
    uint16_t message = k->branches.at[0].message;
    bool fields = c_has_fields(g, message);
    return (struct c_handler){
        .name = arena_printf(g->a, "%smake_%s", f->low, k->name),
        .returns = "motet_status",
        .parameters = arena_printf(g->a, fields ? "%s, motet_session *s, motet_peer to, %s_%s *out"
                                                : "%s, motet_session *s, motet_peer to",
                                   self_of(g, a), g->low, g->message[message]),
        .unused = fields ? "(void)self;\n(void)s;\n(void)to;\n(void)out;" : "(void)self;\n(void)s;\n(void)to;",
        .about = question(g, f, arena_printf(g->a, "%s is to be sent.", g->ir->messages[message].name), index),
        .hint = fields ? arena_printf(g->a, "Fill *out (%s ...); it is zeroed.", first_field(g, message)) : NULL,
    };
}

static const char *branch_list(struct c_gen *g, const struct c_maker *k)
{
    const char *text = "";
    for (uint32_t i = 0; i < k->branches.n; i++)
        text = arena_printf(g->a, "%s%s%s", text, i ? " or " : "", g->ir->messages[k->branches.at[i].message].name);
    return text;
}

static const char *choice_hint(struct c_gen *g, const struct c_maker *k)
{
    const struct c_branch *b = &k->branches.at[0];
    const char *fill = c_has_fields(g, b->message) ? arena_printf(g->a, " and fill out->%s", b->low) : "";
    return arena_printf(g->a, "Set out->tag = %s%s, or another branch; *out is zeroed.", b->tag, fill);
}

static struct c_handler chooser(struct c_gen *g, const struct c_actor *a, const struct c_face *f, uint32_t index)
{
    const struct c_maker *k = &f->makers.at[index];
    return (struct c_handler){
        .name = arena_printf(g->a, "%schoose_%s", f->low, k->name),
        .returns = "motet_status",
        .parameters = arena_printf(g->a, "%s, motet_session *s,%s struct %s%s *out", self_of(g, a),
                                   k->one_peer ? " motet_peer to," : "", f->low, k->name),
        .unused = k->one_peer ? "(void)self;\n(void)s;\n(void)to;\n(void)out;" : "(void)self;\n(void)s;\n(void)out;",
        .about = question(g, f, arena_printf(g->a, "Choose: %s.", branch_list(g, k)), index),
        .hint = choice_hint(g, k),
    };
}

static struct c_handler hook(struct c_gen *g, const struct c_actor *a, const struct c_face *f, bool done)
{
    return (struct c_handler){
        .name = arena_printf(g->a, done ? "%scompleted" : "%saborted", f->low),
        .returns = "void",
        .parameters = arena_printf(g->a, done ? "%s, motet_session *s" : "%s, motet_session *s, motet_abort_reason why",
                                   self_of(g, a)),
        .unused = done ? "(void)self;\n(void)s;" : "(void)self;\n(void)s;\n(void)why;",
        .about = done ? "This role's part of the session is complete; nothing more is called for it."
                      : "The session is lost, through a failure of this actor or of another one: free what it holds. "
                           "Nothing more is called for it.",
    };
}

c_handler_vec c_handlers(struct c_gen *g, const struct c_actor *a, const struct c_face *f)
{
    c_handler_vec all = {0};
    for (uint32_t i = 0; i < f->receives.n; i++)
        vec_push(g->a, all, receiver(g, a, f, f->receives.at[i]));
    for (uint32_t i = 0; i < f->makers.n; i++)
        vec_push(g->a, all, f->makers.at[i].choice ? chooser(g, a, f, i) : maker(g, a, f, i));
    vec_push(g->a, all, hook(g, a, f, true));
    vec_push(g->a, all, hook(g, a, f, false));
    return all;
}

c_handler_vec c_lifecycle(struct c_gen *g, const struct c_actor *a)
{
    c_handler_vec all = {0};
    vec_push(g->a, all,
             (struct c_handler){
                 .name = arena_printf(g->a, "%s_init", a->low),
                 .returns = "motet_status",
                 .parameters = arena_printf(g->a, "%s, const motet_start *start", self_of(g, a)),
                 .unused = "(void)self;\n(void)start;",
                 .about = "At the start and after each restart; *self is zeroed. MOTET_DONE, or the start has failed.",
             });
    vec_push(g->a, all,
             (struct c_handler){
                 .name = arena_printf(g->a, "%s_fini", a->low),
                 .returns = "void",
                 .parameters = self_of(g, a),
                 .unused = "(void)self;",
                 .about = "At the end, and after a crash before the restart: free what *self holds.",
             });
    if (a->type->inbox > 0)
        vec_push(g->a, all,
                 (struct c_handler){
                     .name = arena_printf(g->a, "%s_mail", a->low),
                     .returns = "motet_status",
                     .parameters = arena_printf(g->a, "%s, motet_ctx *ctx, const motet_mail *mail", self_of(g, a)),
                     .unused = "(void)self;\n(void)ctx;\n(void)mail;",
                     .about = "Mail outside of sessions: what was told or asked, replies, timers, notices (motet/mail.h).",
                 });
    return all;
}
