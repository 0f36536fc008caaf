/* subtype_test.c -- subtyping on automata: known pairs, laws, and what the explorer says of the subtype in the place of
 * the supertype. */
#include "compiled.h"

#include "assertions.h"
#include "explorer.h"
#include "proto.h"
#include "starvation.h"

#define MESSAGES "message a; message b; message c; message d; message ready; message value;\n"

/* ---- pairs of texts ---- */

static struct decl *local_named(const struct compiled *c, const char *n)
{
    for (uint32_t i = 0; i < c->f->decls.n; i++)
        if (c->f->decls.at[i]->kind == D_LOCAL && strcmp(c->f->decls.at[i]->name.name, n) == 0)
            return c->f->decls.at[i];
    fail_msg("no local type %s", n);
    return NULL;
}

static struct local *named(struct compiled *c, const char *n)
{
    struct local *l = ARENA_NEW(c->a, struct local);
    struct decl *d = local_named(c, n);
    *l = (struct local){.kind = LT_NAME, .at = d->name.at, .name = d->name, .decl = d};
    return l;
}

static bool decide(struct compiled *c, enum assert_kind kind, struct assertion *out)
{
    struct decl *d = ARENA_NEW(c->a, struct decl);
    *d = (struct decl){.kind = D_ASSERT, .at = {0, 0, 1}};
    d->as.assert_ = (struct assert_decl){kind, named(c, "T"), named(c, "U")};
    return assertion_decide(c->ir, d, c->d, out);
}

/* "T <= U" is `want`: "yes 2" (ahead), "no", "unknown". */
static void assert_answer(const char *t, const char *u, enum assert_kind kind, const char *want, const char *why)
{
    char text[1024];
    snprintf(text, sizeof text, MESSAGES "local T = %s;\nlocal U = %s;\n", t, u);
    struct compiled c = compile_clean(text);
    struct assertion x;
    assert_true(decide(&c, kind, &x));
    const char *got = x.answer == SUBTYPE_YES  ? arena_printf(c.a, "yes %u", x.ahead)
                      : x.answer == SUBTYPE_NO ? "no"
                                               : "unknown";
    if (strcmp(got, want) != 0)
        print_error("T = %s, U = %s: %s\n", t, u, x.why ? x.why : "");
    assert_string_equal(got, want);
    assert_int_equal(x.answer == SUBTYPE_NO, c.d->n_errors > 0);
    assert_int_equal(x.answer == SUBTYPE_YES, x.why == NULL);
    if (why && !strstr(x.why, why))
        fail_msg("\"%s\" does not say \"%s\"", x.why, why);
    compiled_free(&c);
}

#define PAIR(name, t, u, want, why)                                                                                    \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_answer(t, u, ASSERT_SUBTYPE, want, why);                                                                \
    }

/* synchronous */
PAIR(sends_more, "+{ !a . end, !b . end }", "!a . end", "no",
     "at the start, `T` may do !b, which `U` may not do here")
PAIR(takes_less, "?a . end", "&{ ?a . end, ?b . end }", "no", "at the start, `U` takes ?b, and `T` does not")
PAIR(ends_early, "!a . end", "!a . ?b . end", "no", "after !a, `T` has ended, and `U` has still to do ?b")
PAIR(goes_on, "!a . !b . end", "!a . end", "no", "after !a, `U` has ended, and `T` goes on with !b")
PAIR(waits_first, "?a . !b . end", "!b . ?a . end", "no", "at the start, `T` waits for ?a, where `U` may first do !b")
PAIR(deep_in_a_loop, "rec X . !a . &{ ?b . X, ?c . !d . end }", "rec X . !a . &{ ?b . X, ?c . end }", "no",
     "after !a . ?c, `U` has ended, and `T` goes on with !d")
PAIR(sends_less, "!a . end", "+{ !a . end, !b . end }", "yes 0", NULL)
PAIR(takes_more, "&{ ?a . end, ?b . !c . end }", "?a . end", "yes 0", NULL)
PAIR(itself, "rec X . +{ !a . ?b . X, !c . end }", "rec X . +{ !a . ?b . X, !c . end }", "yes 0", NULL)
PAIR(unrolled, "!a . ?b . rec X . !a . ?b . !a . ?b . X", "rec X . !a . ?b . X", "yes 0", NULL)
PAIR(leaves_the_quit_out, "rec X . !a . ?b . X", "rec X . +{ !a . ?b . X, !c . end }", "yes 0", NULL)

/* several peers */
PAIR(another_peer, "A!a . B!b . end", "A!a . C!b . end", "no", "after A!a, `T` may do B!b")
PAIR(one_of_two_receivers, "A!a . end", "+{ A!a . end, B!a . end }", "yes 0", NULL)
PAIR(one_receiver_for_ever, "rec X . A!a . X", "rec X . +{ A!a . X, B!b . end }", "unknown", NULL)
PAIR(fed_for_ever, "rec X . C?d . A!a . X", "rec X . C?d . +{ A!a . X, B!b . end }", "unknown", NULL)
PAIR(one_receiver_that_answers, "rec X . A!a . A?c . X", "rec X . +{ A!a . A?c . X, B!b . end }", "yes 0", NULL)
PAIR(both_senders, "&{ A?a . end, B?a . end }", "&{ A?a . end, B?a . end }", "yes 0", NULL)
PAIR(one_of_two_senders, "A?a . end", "&{ A?a . end, B?a . end }", "no", "`U` takes B?a, and `T` does not")
PAIR(reads_a_lane_too_early, "&{ A?a . B?b . end, B?b . end }", "A?a . B?b . end", "unknown", NULL)
PAIR(either_order, "&{ A?a . B?b . end, B?b . A?a . end }", "A?a . B?b . end", "unknown", NULL)
PAIR(mixed_as_it_is, "mixed{ A!a . end, A?b . end }", "mixed{ A!a . end, A?b . end }", "yes 0", NULL)
PAIR(mixed_with_less, "A!a . end", "mixed{ A!a . end, A?b . end }", "unknown", NULL)

/* asynchronous, one peer */
PAIR(send_first, "!b . ?a . end", "?a . !b . end", "yes 1", NULL)
PAIR(send_two_first, "!c . !d . ?a . ?b . end", "?a . ?b . !c . !d . end", "yes 2", NULL)
PAIR(send_before_a_choice, "!c . &{ ?a . end, ?b . !d . end }", "&{ ?a . !c . end, ?b . !c . !d . end }", "yes 1", NULL)
PAIR(not_on_both_ways, "!c . &{ ?a . end, ?b . end }", "&{ ?a . !c . end, ?b . !d . end }", "no",
     "to which `U` need not come")
PAIR(one_round_ahead, "!a . rec X . !a . ?b . X", "rec X . !a . ?b . X", "yes 1", NULL)
PAIR(sends_reordered, "!b . !a . end", "!a . !b . end", "no", NULL)
PAIR(receives_reordered, "?b . ?a . end", "?a . ?b . end", "no", NULL)
PAIR(never_takes_the_answer, "rec X . !a . X", "rec X . !a . ?b . X", "no", "without the ?b of `U`")
PAIR(never_takes_the_first, "rec X . !a . X", "?b . rec X . !a . X", "no", "for ever without the ?b of `U`")
PAIR(drops_what_comes, "!b . end", "?a . !b . end", "no", "`T` has ended, and `U` has still to do ?a")
PAIR(may_read_for_ever, "!c . rec X . &{ ?a . X, ?b . end }", "rec X . &{ ?a . X, ?b . !c . end }", "no", NULL)
PAIR(ahead_without_bound, "rec X . !a . !a . ?b . X", "rec X . !a . ?b . X", "unknown", "further ahead")
PAIR(grows_with_the_choice, "rec X . +{ !a . X, !b . rec Y . &{ ?c . Y, ?d . end } }",
     "rec X . &{ ?c . X, ?d . rec Y . +{ !a . Y, !b . end } }", "no", NULL)

/* asynchronous, several peers */
PAIR(ring, "rec X . B!a . A?a . X", "rec X . A?a . B!a . X", "yes 1", NULL)
PAIR(ring_backwards, "rec X . A?a . B!a . X", "rec X . B!a . A?a . X", "no", "`T` waits for A?a")
PAIR(ring_with_a_choice, "rec X . +{ B!a . &{ A?a . X, A?b . X }, B!b . &{ A?a . X, A?b . X } }",
     "rec X . &{ A?a . +{ B!a . X, B!b . X }, A?b . +{ B!a . X, B!b . X } }", "yes 1", NULL)
PAIR(double_buffering, "S!ready . rec X . S!ready . S?value . K?ready . K!value . X",
     "rec X . S!ready . S?value . K?ready . K!value . X", "yes 3", NULL)
PAIR(triple_buffering, "S!ready . S!ready . rec X . S!ready . S?value . K?ready . K!value . X",
     "rec X . S!ready . S?value . K?ready . K!value . X", "yes 6", NULL)
PAIR(buffering_the_other_way, "rec X . S!ready . S?value . K?ready . K!value . X",
     "S!ready . rec X . S!ready . S?value . K?ready . K!value . X", "no", NULL)
/* A source that has the first value ready before it is asked, and one that asks twice before it looks. */
PAIR(streaming, "T!value . rec X . T?ready . +{ T!value . X, T!b . T?ready . end }",
     "rec X . T?ready . +{ T!value . X, T!b . end }", "yes 1", NULL)
PAIR(streaming_and_forgetting, "T!value . rec X . T?ready . +{ T!value . X, T!b . end }",
     "rec X . T?ready . +{ T!value . X, T!b . end }", "no", "`T` has ended, and `U` has still to do ?ready")
PAIR(sends_to_two_commute, "B!b . A!a . end", "A!a . B!b . end", "yes 1", NULL)
PAIR(receives_of_two_commute, "B?b . A?a . end", "A?a . B?b . end", "yes 1", NULL)
PAIR(choices_of_two_belong_together, "&{ B?a . A?c . end, B?b . A?d . end }",
     "&{ A?c . B?a . end, A?d . B?b . end }", "yes 1", NULL)
PAIR(decides_later, "B!c . +{ A!a . end, A!b . end }", "+{ A!a . B!c . end, A!b . B!c . end }", "yes 1", NULL)
PAIR(decides_what_is_left, "B!c . +{ A!a . end, A!b . end }", "+{ A!a . B!c . end, A!b . B!d . end }", "no", NULL)
PAIR(alternating_bit, "rec X . R!a . rec W . &{ R?b . W, R?a . R!b . rec V . &{ R?a . V, R?b . X } }",
     "rec X . R!a . rec W . &{ R?b . W, R?a . R!b . rec V . &{ R?a . V, R?b . X } }", "yes 0", NULL)
PAIR(alternating_bit_ahead, "rec X . +{ R!a . R?c . R!b . R?d . X }",
     "rec X . R!a . R?c . R!b . R?d . X", "yes 0", NULL)
PAIR(alternating_bit_window, "R!a . rec X . R!b . R?c . R!a . R?d . X",
     "rec X . R!a . R?c . R!b . R?d . X", "yes 1", NULL)

static void equal_both_ways(void **state)
{
    (void)state;
    assert_answer("rec X . !a . X", "!a . rec Y . !a . !a . Y", ASSERT_EQUAL, "yes 0", NULL);
    assert_answer("!a . end", "+{ !a . end, !b . end }", ASSERT_EQUAL, "no",
                  "`U` may do !b, which `T` may not do here");
}

static void of_a_dual(void **state)
{
    (void)state;
    assert_answer("dual (B!a . B?b . end)", "A?a . A!b . end", ASSERT_EQUAL, "yes 0", NULL);
    assert_answer("dual dual (A!a . B?b . end)", "A!a . B?b . end", ASSERT_EQUAL, "yes 0", NULL);
}

static void who_is_the_peer(void **state)
{
    (void)state;
    struct compiled c = compile_clean(MESSAGES "local T = !a . end;\nlocal U = A!a . B!a . end;\n");
    struct assertion x;
    assert_false(decide(&c, ASSERT_SUBTYPE, &x));
    assert_string_equal(codes(&c), "E0214:2");
    compiled_free(&c);
}

/* ---- random types of one peer ---- */

static uint64_t seed;
static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 11) % n);
}

struct garden { /* where types grow: a binary session, whose automata are replaced */
    struct compiled c;
    struct session_type *s;
    const struct decl *messages[4];
    struct local *vars[4]; /* the `rec` around */
    uint32_t n_vars, guarded; /* the first so many have an action inside */
};

static struct garden garden(void)
{
    struct garden g = {.c = compile_clean(MESSAGES "local X = !a . end;\nlocal Y = dual X;\nsession S(X, Y);\n")};
    g.s = &g.c.ir->sessions[0];
    for (uint32_t i = 0; i < 4; i++)
        g.messages[i] = g.c.ir->messages[i].decl;
    return g;
}

static struct local *node(struct garden *g, enum local_kind kind)
{
    struct local *l = ARENA_NEW(g->c.a, struct local);
    l->kind = kind;
    return l;
}

static struct local *act(struct garden *g, bool send, uint32_t message, struct local *next)
{
    struct local *l = node(g, LT_ACTION);
    l->send = send;
    l->decl = g->messages[message];
    l->message = l->decl->name;
    l->next = next;
    return l;
}

static struct local *random_type(struct garden *g, uint32_t depth);

static struct local *random_after_action(struct garden *g, uint32_t depth)
{
    uint32_t guarded = g->guarded;
    g->guarded = g->n_vars;
    struct local *l = random_type(g, depth);
    g->guarded = guarded;
    return l;
}

/* Half of the choices of the peer are answered alike. */
static struct local *random_choice(struct garden *g, uint32_t depth, bool send)
{
    struct local *l = node(g, send ? LT_SELECT : LT_BRANCH);
    bool alike = !send && below(2);
    for (uint32_t m = below(2); m < 3; m++) {
        struct local *next = random_after_action(g, depth - 1);
        vec_push(g->c.a, l->branches, act(g, send, m, alike ? act(g, true, 3, next) : next));
    }
    return l;
}

static struct local *random_type(struct garden *g, uint32_t depth)
{
    if (depth == 0 || below(12) == 0) {
        if (!g->guarded || below(4) == 0)
            return node(g, LT_END);
        struct local *l = node(g, LT_NAME);
        l->name = g->vars[below(g->guarded)]->name;
        return l;
    }
    uint32_t pick = below(10);
    if (pick < 2 && g->n_vars < 4) {
        struct local *l = node(g, LT_REC);
        l->name.name = intern_cstr(g->c.names, arena_printf(g->c.a, "X%u", g->n_vars));
        g->vars[g->n_vars++] = l;
        l->next = random_type(g, depth - 1);
        g->n_vars--;
        g->guarded = g->guarded < g->n_vars ? g->guarded : g->n_vars;
        if (l->next->kind == LT_NAME || l->next->kind == LT_END)
            l->next = act(g, true, 0, node(g, LT_END));
        return l;
    }
    if (pick < 5)
        return random_choice(g, depth, pick == 4);
    return act(g, below(2), below(4), random_after_action(g, depth - 1));
}

static uint32_t message_of(const struct garden *g, const struct local *l)
{
    uint32_t m = 0;
    while (g->messages[m] != l->decl)
        m++;
    return m;
}

/* A copy with changes: most, but not all of them, lead to a subtype. */
static struct local *change(struct garden *g, const struct local *l, bool in_choice)
{
    struct local *x = node(g, l->kind);
    *x = *l;
    x->branches.n = x->branches.cap = 0;
    x->branches.at = NULL;
    bool swaps = !in_choice && l->kind == LT_ACTION && l->next->kind == LT_ACTION && l->send != l->next->send;
    if (swaps && below(l->send ? 12 : 2) == 0)
        return act(g, l->next->send, message_of(g, l->next),
                   act(g, l->send, message_of(g, l), change(g, l->next->next, false)));
    if (l->next)
        x->next = change(g, l->next, false);
    bool alike = l->kind == LT_BRANCH;
    for (uint32_t i = 0; i < l->branches.n; i++)
        alike = alike && l->branches.at[i]->next->kind == LT_ACTION && l->branches.at[i]->next->send &&
                l->branches.at[i]->next->decl == g->messages[3];
    alike = alike && below(2);
    for (uint32_t i = 0; i < l->branches.n; i++) {
        if (i && below(4) == 0 && l->kind == LT_SELECT)
            continue;
        if (i && below(20) == 0 && l->kind == LT_BRANCH)
            continue;
        struct local *b = change(g, l->branches.at[i], true);
        if (alike) {
            b = node(g, LT_ACTION);
            *b = *l->branches.at[i];
            b->next = change(g, l->branches.at[i]->next->next, false);
        }
        vec_push(g->c.a, x->branches, b);
    }
    bool has_first = false;
    for (uint32_t i = 0; i < l->branches.n; i++)
        has_first |= l->branches.at[i]->decl == g->messages[0];
    if (l->kind == LT_BRANCH && below(4) == 0 && !has_first)
        vec_push(g->c.a, x->branches, act(g, false, 0, node(g, LT_END)));
    return alike ? act(g, true, 3, x) : x;
}

static bool automaton_of(struct garden *g, const struct local *l, bool dual, uint32_t role, struct automaton *out)
{
    struct builder b = {.a = g->c.a, .scratch = g->c.a, .names = g->c.names, .sources = g->c.sources, .f = g->c.f,
                        .d = g->c.d, .ir = g->c.ir};
    struct local *flip = node(g, LT_DUAL);
    flip->next = (struct local *)l;
    return local_automaton(&b, g->s, role, dual ? flip : l, l->at, out);
}

static void print_local(struct garden *g, const struct local *l, struct buf *out)
{
    for (; l; l = l->next) {
        if (l->kind == LT_END)
            buf_puts(out, "end");
        else if (l->kind == LT_NAME)
            buf_puts(out, l->name.name);
        else if (l->kind == LT_REC)
            buf_printf(out, "rec %s . ", l->name.name);
        else if (l->kind == LT_ACTION)
            buf_printf(out, "%c%s . ", l->send ? '!' : '?', l->message.name);
        for (uint32_t i = 0; i < l->branches.n; i++) {
            buf_puts(out, i ? ", " : l->kind == LT_SELECT ? "+{ " : "&{ ");
            print_local(g, l->branches.at[i], out);
        }
        if (l->branches.n)
            buf_puts(out, " }");
    }
}

static void show(struct garden *g, const char *what, const struct local *l)
{
    struct buf b = {0};
    print_local(g, l, &b);
    print_error("%s = %s\n", what, buf_cstr(&b));
    buf_free(&b);
}

/* The subtype against the supertype's dual. */
static bool safe(struct garden *g, const struct automaton *t, const struct local *u, uint32_t capacity)
{
    g->s->locals[0] = *t;
    assert_true(automaton_of(g, u, true, 1, &g->s->locals[1]));
    struct model *m = model_of_session(g->c.ir, 0, NULL, capacity, g->c.d);
    const struct exploration *e = explore(g->c.a, semantics_new(g->c.a, m), &(struct budget){0, 0});
    assert_true(e->complete);
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (e->result[k] != VERDICT_HOLDS)
            return false;
    return true;
}

/* Is the path one of `t`, and what it does there an action of it? */
static bool is_walk(const struct automaton *t, const struct subtype_result *r)
{
    uint32_t state = 0;
    for (uint32_t i = 0; i <= r->n_path; i++) {
        const struct edge *e = i < r->n_path ? r->path[i] : r->sub, *all = &t->edges[t->states[state].first];
        if (e && (e < all || e >= all + t->states[state].n))
            return false;
        state = e ? e->target : state;
    }
    return true;
}

/* `t`, which of what it may send sends what is on the path, and behind it what is wrong there. */
static struct automaton along(struct arena *a, const struct automaton *t, const struct subtype_result *r)
{
    uint32_t n = r->n_path + 1, state = 0;
    struct automaton x = {.n_states = n + t->n_states};
    x.states = ARENA_ARRAY(a, struct state, x.n_states);
    x.edges = ARENA_ARRAY(a, struct edge, t->n_edges * (n + 1));
    for (uint32_t i = 0; i < n; i++) {
        const struct edge *on = i < r->n_path ? r->path[i] : r->sub;
        struct state *s = &x.states[i];
        *s = (struct state){.first = x.n_edges, .final = t->states[state].final};
        for (uint32_t k = t->states[state].first; k < t->states[state].first + t->states[state].n; k++) {
            if (on && on->dir == DIR_SEND && on != &t->edges[k])
                continue;
            struct edge e = t->edges[k];
            e.target = on == &t->edges[k] && i + 1 < n ? i + 1 : n + e.target;
            x.edges[x.n_edges++] = e;
        }
        s->n = x.n_edges - s->first;
        state = on && i + 1 < n ? on->target : state;
    }
    for (uint32_t i = 0; i < t->n_states; i++) {
        x.states[n + i] = t->states[i];
        x.states[n + i].first += x.n_edges;
    }
    for (uint32_t k = 0; k < t->n_edges; k++) {
        x.edges[x.n_edges + k] = t->edges[k];
        x.edges[x.n_edges + k].target += n;
    }
    x.n_edges += t->n_edges;
    return x;
}

/* Against the supertype's dual, does something wait for ever? */
static bool starves(struct garden *g, const struct automaton *t, const struct local *u, uint32_t capacity)
{
    struct starvation found = {0};
    struct state_graph *graph;
    g->s->locals[0] = *t;
    assert_true(automaton_of(g, u, true, 1, &g->s->locals[1]));
    struct model *m = model_of_session(g->c.ir, 0, NULL, capacity, g->c.d);
    explore_graph(g->c.a, semantics_new(g->c.a, m), &(struct budget){0, 0}, &graph);
    assert_true(graph && starvation_check(graph, &found));
    state_graph_free(graph);
    return found.found;
}

enum { LONGEST = 10 }; /* lanes with room for a longer path can hold more than can be explored */

/* Does the path of a no lead to something that goes wrong? */
static bool is_shown(struct garden *g, const struct automaton *t, const struct local *u, const struct subtype_result *r)
{
    if (r->n_path > LONGEST)
        return is_walk(t, r);
    struct automaton x = along(g->c.a, t, r);
    return is_walk(t, r) && (!safe(g, &x, u, r->n_path + 1) || starves(g, &x, u, r->n_path + 1));
}

enum { TYPES = 4000, DEPTH = 5 };

static void the_laws_hold(void **state)
{
    (void)state;
    uint32_t yes[2] = {0, 0}, no = 0, unknown = 0, chains = 0;
    seed = 0x5eed;
    for (int i = 0; i < TYPES; i++) {
        struct garden g = garden();
        struct local *u = random_type(&g, DEPTH), *t = change(&g, u, false), *v = change(&g, t, false);
        struct automaton au, at, av, du, dt;
        bool ok = automaton_of(&g, u, false, 0, &au) && automaton_of(&g, t, false, 0, &at) &&
                  automaton_of(&g, v, false, 0, &av) && automaton_of(&g, u, true, 0, &du) &&
                  automaton_of(&g, t, true, 0, &dt);
        if (!ok) {
            show(&g, "T", t);
            show(&g, "U", u);
            fail_msg("type %d: %s", i, codes(&g.c));
        }
        struct subtype_result r = subtype_check(g.c.a, &at, &au);
        bool wrong = subtype_check(g.c.a, &au, &au).answer != SUBTYPE_YES;
        bool sync = subtype_check_ahead(g.c.a, &at, &au, 0).answer == SUBTYPE_YES;
        wrong |= sync != (subtype_check_ahead(g.c.a, &du, &dt, 0).answer == SUBTYPE_YES);
        wrong |= sync && (r.answer != SUBTYPE_YES || r.ahead != 0);
        if (sync && subtype_check_ahead(g.c.a, &av, &at, 0).answer == SUBTYPE_YES) {
            chains++;
            wrong |= subtype_check_ahead(g.c.a, &av, &au, 0).answer != SUBTYPE_YES;
        }
        uint32_t capacity = r.ahead > 0 ? r.ahead : 1;
        if (r.answer == SUBTYPE_YES)
            wrong |= !safe(&g, &at, u, capacity) || !safe(&g, &at, u, capacity + 2) || starves(&g, &at, u, capacity);
        if (r.answer == SUBTYPE_NO && r.reason != SUBTYPE_SENDS)
            wrong |= safe(&g, &at, u, r.n_path + 1);
        if (r.answer == SUBTYPE_NO)
            wrong |= !is_shown(&g, &at, u, &r);
        if (wrong) {
            show(&g, "T", t);
            show(&g, "U", u);
            fail_msg("type %d: answer %d, reason %d, ahead %u", i, r.answer, r.reason, r.ahead);
        }
        yes[r.ahead > 0] += r.answer == SUBTYPE_YES;
        no += r.answer == SUBTYPE_NO;
        unknown += r.answer == SUBTYPE_UNKNOWN;
        compiled_free(&g.c);
    }
    print_message("synchronous %u, asynchronous %u, no %u, unknown %u, chains %u\n",
                  yes[0], yes[1], no, unknown, chains);
    assert_true(yes[0] > 500 && yes[1] > 200 && no > 200 && chains > 200);
}

/* Types that have nothing to do with each other: a yes is safe, and each way to say no is shown. */
static void answers_about_strangers_are_right(void **state)
{
    (void)state;
    uint32_t by_reason[SUBTYPE_BEYOND + 1] = {0};
    seed = 0xa11;
    for (int i = 0; i < 2 * TYPES; i++) {
        struct garden g = garden();
        struct local *u = random_type(&g, 3), *t = random_type(&g, 3);
        struct automaton at, au;
        assert_true(automaton_of(&g, u, false, 0, &au) && automaton_of(&g, t, false, 0, &at));
        struct subtype_result r = subtype_check(g.c.a, &at, &au);
        uint32_t capacity = r.ahead > 0 ? r.ahead : 1;
        bool right = r.answer == SUBTYPE_YES  ? safe(&g, &at, u, capacity) && !starves(&g, &at, u, capacity)
                     : r.answer == SUBTYPE_NO ? is_shown(&g, &at, u, &r)
                                              : true;
        if (!right) {
            show(&g, "T", t);
            show(&g, "U", u);
            fail_msg("pair %d: answer %d, reason %d, ahead %u, path of %u", i, r.answer, r.reason, r.ahead, r.n_path);
        }
        by_reason[r.reason]++;
        compiled_free(&g.c);
    }
    for (int k = SUBTYPE_FINE; k <= SUBTYPE_NEVER; k++)
        assert_true(by_reason[k] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_more), cmocka_unit_test(takes_less), cmocka_unit_test(ends_early),
        cmocka_unit_test(goes_on), cmocka_unit_test(waits_first), cmocka_unit_test(deep_in_a_loop),
        cmocka_unit_test(sends_less), cmocka_unit_test(takes_more), cmocka_unit_test(itself),
        cmocka_unit_test(unrolled), cmocka_unit_test(leaves_the_quit_out), cmocka_unit_test(another_peer),
        cmocka_unit_test(one_of_two_receivers), cmocka_unit_test(one_receiver_for_ever), cmocka_unit_test(fed_for_ever),
        cmocka_unit_test(one_receiver_that_answers), cmocka_unit_test(both_senders),
        cmocka_unit_test(one_of_two_senders),
        cmocka_unit_test(reads_a_lane_too_early), cmocka_unit_test(either_order), cmocka_unit_test(mixed_as_it_is),
        cmocka_unit_test(mixed_with_less), cmocka_unit_test(send_first), cmocka_unit_test(send_two_first),
        cmocka_unit_test(send_before_a_choice), cmocka_unit_test(not_on_both_ways), cmocka_unit_test(one_round_ahead),
        cmocka_unit_test(sends_reordered), cmocka_unit_test(receives_reordered),
        cmocka_unit_test(never_takes_the_answer), cmocka_unit_test(never_takes_the_first),
        cmocka_unit_test(drops_what_comes), cmocka_unit_test(may_read_for_ever), cmocka_unit_test(ahead_without_bound),
        cmocka_unit_test(grows_with_the_choice), cmocka_unit_test(ring), cmocka_unit_test(ring_backwards),
        cmocka_unit_test(ring_with_a_choice), cmocka_unit_test(double_buffering), cmocka_unit_test(triple_buffering),
        cmocka_unit_test(buffering_the_other_way), cmocka_unit_test(streaming), cmocka_unit_test(streaming_and_forgetting), cmocka_unit_test(sends_to_two_commute),
        cmocka_unit_test(receives_of_two_commute), cmocka_unit_test(choices_of_two_belong_together),
        cmocka_unit_test(decides_later), cmocka_unit_test(decides_what_is_left), cmocka_unit_test(alternating_bit),
        cmocka_unit_test(alternating_bit_ahead), cmocka_unit_test(alternating_bit_window),
        cmocka_unit_test(equal_both_ways), cmocka_unit_test(of_a_dual), cmocka_unit_test(who_is_the_peer),
        cmocka_unit_test(the_laws_hold), cmocka_unit_test(answers_about_strangers_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
