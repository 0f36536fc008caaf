/* import_automata.c -- communicating automata, in the two notations of the k-multiparty compatibility checker.
 *
 *     A: rec x . { B!ask; B?yes; x, B!quit; end }        one local type a role, with its name
 *
 *     .outputs                                           one automaton after another, numbered from 0
 *     .state graph
 *     q0 1 ! ask q1                                      from q0, send `ask` to automaton 1, go to q1
 *     .marking q0                                        the initial state
 *     .end
 *
 * Both become local types and a session of them. A branch is an internal choice where all of it starts with sends, an
 * external one where all starts with receives, and mixed else.
 *
 * An automaton is written as a tree as far as it is one. A state that is reached again only from below itself is a
 * `rec` around its part of the tree. Every other state that is reached in more than one way (and the initial one, if at
 * all) is a `local` declaration of its own. So no state is written twice.
 */
#include <ctype.h>
#include <stdlib.h>

#include "import_internal.h"
#include "lexer.h"

enum { STARTS_SEND = 1, STARTS_RECEIVE = 2, STARTS_FUEL = 1000 };

static enum local_kind choice_kind(unsigned starts)
{
    if (starts == (STARTS_SEND | STARTS_RECEIVE))
        return LT_MIXED;
    return starts == STARTS_SEND ? LT_SELECT : LT_BRANCH;
}

static void declare_session(struct importer *x, const struct ident *roles, uint32_t n)
{
    struct ident id = {import_claim(x, import_title(x), "S"), {x->source, 0, 0}};
    struct decl *d = import_decl(x, D_SESSION, id);
    d->as.session.by_locals = true;
    for (uint32_t i = 0; i < n; i++)
        vec_push(x->a, d->as.session.roles, (struct role_decl){.name = roles[i]});
    import_declare_messages(x);
}

/* ---- local types with names ---- */

struct binder { /* a recursion variable in scope */
    name written, given;
    struct local *rec;
    struct binder *next;
};

struct typed {
    struct importer *x;
    struct import_map roles; /* by their names in the file */
    VEC(struct ident) names; /* in this language */
    struct binder *scope;
    struct binder *bound;    /* variables that names in the type stand for: those out of scope, too */
    uint32_t depth;
};

/* What the type can start with; follows recursion variables as far as they are read yet. */
static unsigned starts_of(const struct typed *t, const struct local *l, uint32_t *fuel)
{
    unsigned all = 0;
    while (l && (*fuel)-- > 0) {
        switch (l->kind) {
        case LT_ACTION:
            return l->send ? STARTS_SEND : STARTS_RECEIVE;
        case LT_REC:
            l = l->next;
            break;
        case LT_NAME: {
            const struct binder *b = t->bound;
            while (b && b->given != l->name.name)
                b = b->next;
            l = b ? b->rec->next : NULL;
            break;
        }
        default:
            for (uint32_t i = 0; i < l->branches.n && *fuel > 1; i++)
                all |= starts_of(t, l->branches.at[i], fuel);
            return all;
        }
    }
    return all;
}

static struct local *read_type(struct typed *t);

static struct local *read_branches(struct typed *t)
{
    struct importer *x = t->x;
    struct local *l = import_local(x, LT_BRANCH, x->tok.at);
    import_advance(x);
    if (++t->depth > IMPORT_MAX_DEPTH)
        import_fail(x, E0106, l->at, "more than %d choices inside each other", IMPORT_MAX_DEPTH);
    do {
        struct local *branch = read_type(t);
        vec_push(x->a, l->branches, branch);
    } while (import_accept(x, ','));
    import_expect(x, '}', "`,` or `}` after a branch");
    t->depth--;
    l->at = import_since(x, l->at);
    if (l->branches.n == 1)
        return l->branches.at[0];
    uint32_t fuel = STARTS_FUEL;
    l->kind = choice_kind(starts_of(t, l, &fuel));
    return l;
}

static struct ident role_named(struct typed *t, struct ident written)
{
    const uint32_t *role = import_find(&t->roles, written.name);
    if (!role && t->x->ok)
        import_fail(t->x, E0602, written.at, "no automaton is called `%s`", written.name);
    return (struct ident){role ? t->names.at[*role].name : NULL, written.at};
}

static struct local *read_action(struct typed *t)
{
    struct importer *x = t->x;
    struct local *l = import_local(x, LT_ACTION, x->tok.at);
    l->peer = role_named(t, import_word(x, "a role"));
    l->send = import_at(x, '!');
    import_advance(x);
    l->message = import_message(x, import_word(x, "a message"));
    l->at = import_since(x, l->at);
    import_expect(x, ';', "`;` and what follows this action");
    return l;
}

static const struct binder *in_scope(const struct typed *t, name written)
{
    const struct binder *b = t->scope;
    while (b && b->written != written)
        b = b->next;
    return b;
}

static bool is_given(const struct typed *t, name n)
{
    for (const struct binder *b = t->scope; b; b = b->next)
        if (b->given == n)
            return true;
    return import_find(&t->x->taken, n) != NULL;
}

static struct local *read_rec(struct typed *t)
{
    struct importer *x = t->x;
    struct local *l = import_local(x, LT_REC, x->tok.at);
    import_advance(x);
    struct ident written = import_word(x, "the name of the recursion");
    import_expect(x, '.', "`.` after `rec` and its name");
    if (!x->ok)
        return l;
    name legal = import_legal(x, written.name, "x"), n = legal;
    for (uint32_t i = 2; is_given(t, n); i++)
        n = intern_cstr(x->names, arena_printf(x->a, "%s_%u", legal, i));
    l->name = (struct ident){n, written.at};
    l->at = import_since(x, l->at);
    struct binder *b = ARENA_NEW(x->a, struct binder);
    *b = (struct binder){written.name, n, l, t->scope};
    t->scope = t->bound = b;
    return l;
}

static struct local *read_end_or_variable(struct typed *t)
{
    struct importer *x = t->x;
    struct local *l = import_local(x, LT_END, x->tok.at);
    const struct binder *b = import_at(x, IMPORT_WORD) ? in_scope(t, x->tok.text) : NULL;
    if (b) {
        l->kind = LT_NAME;
        l->name = (struct ident){b->given, x->tok.at};
    } else if (!import_at_word(x, "end")) {
        if (import_at(x, IMPORT_WORD))
            import_fail(x, E0602, x->tok.at, "`%s` is no recursion variable here", x->tok.text);
        else
            import_unexpected(x, "an action such as `A!m;`, `{`, `rec`, a recursion variable or `end`");
    }
    import_advance(x);
    return l;
}

/* A chain of actions and `rec`s is read in a loop; only branches nest. */
static struct local *read_type(struct typed *t)
{
    struct importer *x = t->x;
    struct local *first = NULL, **tail = &first;
    struct binder *scope = t->scope;
    for (uint32_t n = 0; x->ok; n++) {
        bool action = import_at(x, IMPORT_WORD) && (x->ahead.kind == '!' || x->ahead.kind == '?');
        bool rec = !action && import_at_word(x, "rec");
        if (n >= IMPORT_MAX_STATES)
            import_fail(x, E0106, x->tok.at, "more than %d actions in a row", IMPORT_MAX_STATES);
        *tail = action                ? read_action(t)
                : rec                 ? read_rec(t)
                : import_at(x, '{')   ? read_branches(t)
                                      : read_end_or_variable(t);
        if (!action && !rec)
            break;
        tail = &(*tail)->next;
    }
    t->scope = scope;
    return first;
}

/* The names of the roles, before their types refer to them: each stands before a colon. */
static void find_roles(struct typed *t)
{
    struct importer ahead = *t->x;
    for (; ahead.ok && !import_at(&ahead, IMPORT_END); import_advance(&ahead)) {
        if (!import_at(&ahead, IMPORT_WORD) || ahead.ahead.kind != ':')
            continue;
        if (import_find(&t->roles, ahead.tok.text)) {
            import_fail(t->x, E0201, ahead.tok.at, "two automata are called `%s`", ahead.tok.text);
            return;
        }
        import_put(t->x, &t->roles, ahead.tok.text, t->names.n);
        vec_push(t->x->a, t->names, (struct ident){import_claim(t->x, ahead.tok.text, "P"), ahead.tok.at});
    }
}

static void read_automaton(struct typed *t, uint32_t i)
{
    struct importer *x = t->x;
    const char *doc = import_doc(x, x->tok_comment);
    import_name(x, "the name of a role");
    import_expect(x, ':', "`:` after the name of a role");
    if (!x->ok)
        return;
    struct decl *d = import_decl(x, D_LOCAL, t->names.at[i]);
    d->doc = doc;
    t->scope = t->bound = NULL;
    t->depth = 0;
    d->as.local = read_type(t);
    d->at = import_since(x, d->name.at);
}

/* After an error: to the next automaton. */
static void skip_automaton(struct importer *x)
{
    while (x->ok && !import_at(x, IMPORT_END) && !(import_at(x, IMPORT_WORD) && x->ahead.kind == ':'))
        import_advance(x);
}

static void import_typed(struct importer *x)
{
    struct typed t = {.x = x};
    find_roles(&t);
    for (uint32_t i = 0; i < t.names.n && x->ok && !import_at(x, IMPORT_END); i++) {
        read_automaton(&t, i);
        if (import_recover(x, x->stuck))
            skip_automaton(x);
    }
    if (x->ok && !import_at(x, IMPORT_END))
        import_unexpected(x, "the name of a role");
    if (x->ok && !x->f->damaged)
        declare_session(x, t.names.at, t.names.n);
}

/* ---- graphs ---- */

struct transition {
    uint32_t from, to, peer;
    bool send;
    struct ident message;
    struct span at, peer_at;
};

struct node {
    name written;
    struct span at;
    uint32_t first, n;  /* its transitions */
    bool own;           /* a declaration of its own, called `given` */
    bool looped;        /* a `rec`, called `given` */
    name given;
    uint32_t region;    /* the declaration in which it is written, or IMPORT_NO_NODE */
    bool open;          /* on the way from there */
};
enum { NO_NODE = -1 };

struct graph {
    struct ident role;
    const char *doc;
    struct import_map states;
    VEC(struct node) nodes;
    VEC(struct transition) moves; /* by state, once they are sorted */
    uint32_t initial;
    bool changed;
};

static uint32_t state_named(struct importer *x, struct graph *g, struct ident id)
{
    const uint32_t *known = import_find(&g->states, id.name);
    if (known || !id.name)
        return known ? *known : 0;
    if (g->nodes.n == IMPORT_MAX_STATES)
        import_fail(x, E0106, id.at, "more than %d states in one automaton", IMPORT_MAX_STATES);
    import_put(x, &g->states, id.name, g->nodes.n);
    vec_push(x->a, g->nodes, (struct node){.written = id.name, .at = id.at});
    return g->nodes.n - 1;
}

static uint32_t read_number(struct importer *x)
{
    struct ident id = import_word(x, "the number of an automaton");
    char *end = NULL;
    unsigned long n = id.name ? strtoul(id.name, &end, 10) : 0;
    if (id.name && (*end != '\0' || n > IMPORT_MAX_NAMES))
        import_fail(x, E0601, id.at, "expected the number of an automaton, found `%s`", id.name);
    return (uint32_t)n;
}

static void read_transition(struct importer *x, struct graph *g)
{
    struct transition t = {.at = x->tok.at};
    t.from = state_named(x, g, import_word(x, "a state"));
    t.peer_at = x->tok.at;
    t.peer = read_number(x);
    t.send = import_at(x, '!');
    if (!t.send && !import_at(x, '?'))
        import_unexpected(x, "`!` or `?`");
    import_advance(x);
    t.message = import_word(x, "a message");
    t.to = state_named(x, g, import_word(x, "a state"));
    t.at = import_since(x, t.at);
    if (g->moves.n == IMPORT_MAX_EDGES)
        import_fail(x, E0106, t.at, "more than %d transitions in one automaton", IMPORT_MAX_EDGES);
    vec_push(x->a, g->moves, t);
}

static void read_section(struct importer *x, const char *word)
{
    import_expect(x, '.', arena_printf(x->a, "`.%s`", word));
    import_expect_word(x, word);
}

static void read_graph(struct importer *x, struct graph *g)
{
    g->doc = import_doc(x, x->tok_comment);
    g->role.at = x->tok.at;
    read_section(x, "outputs");
    while (import_at(x, IMPORT_WORD))
        import_advance(x);
    read_section(x, "state");
    import_expect_word(x, "graph");
    while (import_at(x, IMPORT_WORD))
        read_transition(x, g);
    read_section(x, "marking");
    uint32_t known = g->nodes.n;
    struct ident initial = import_word(x, "the initial state");
    g->initial = state_named(x, g, initial);
    if (g->initial == known && g->moves.n)
        import_fail(x, E0602, initial.at, "no transition leads from or to the state `%s`", initial.name);
    read_section(x, "end");
    remarks_move(x->f->remarks, import_since(x, g->role.at), g->role.at.lo); /* states stand in another order then */
}

/* "Door" of "Door = 1" for automaton 1; NULL: the line says something else. */
static const char *name_in(struct importer *x, const char *line, uint32_t number)
{
    const char *end = line, *rest;
    while (isalnum((unsigned char)*end) || *end == '_')
        end++;
    rest = end + strspn(end, " ");
    if (isdigit((unsigned char)*line) || end == line || end - line > FRONT_MAX_NAME / 2 || *rest != '=')
        return NULL;
    rest += strspn(rest, "= ");
    bool right = strcmp(rest, arena_printf(x->a, "%u", number)) == 0;
    return right ? arena_strndup(x->a, line, (size_t)(end - line)) : NULL;
}

/* What the last line of the comment above an automaton calls it: that line is no documentation then. Or P1. */
static const char *called(struct importer *x, struct graph *g, uint32_t number)
{
    const char *before = g->doc ? strrchr(g->doc, '\n') : NULL;
    const char *given = g->doc ? name_in(x, before ? before + 1 : g->doc, number) : NULL;
    if (!given)
        return arena_printf(x->a, "P%u", number);
    g->doc = before ? arena_strndup(x->a, g->doc, (size_t)(before - g->doc)) : NULL;
    return given;
}

/* Counting sort by state, which keeps the order of the file. */
static void sort_moves(struct importer *x, struct graph *g)
{
    struct transition *sorted = ARENA_ARRAY(x->a, struct transition, g->moves.n);
    for (uint32_t i = 0; i < g->moves.n; i++)
        g->nodes.at[g->moves.at[i].from].n++;
    uint32_t first = 0;
    for (uint32_t q = 0; q < g->nodes.n; q++) {
        g->nodes.at[q].first = first;
        first += g->nodes.at[q].n;
        g->nodes.at[q].n = 0;
    }
    for (uint32_t i = 0; i < g->moves.n; i++) {
        struct node *q = &g->nodes.at[g->moves.at[i].from];
        sorted[q->first + q->n++] = g->moves.at[i];
    }
    g->moves.at = sorted;
}

static void make_own(struct graph *g, uint32_t q)
{
    g->nodes.at[q].own = true;
    g->changed = true;
}

/* Writes out in mind what is below `q` in the declaration of `region`. */
static void walk(struct graph *g, uint32_t q, uint32_t region, uint32_t depth)
{
    struct node *from = &g->nodes.at[q];
    from->region = region;
    from->open = true;
    for (uint32_t i = from->first; i < from->first + from->n; i++) {
        uint32_t to = g->moves.at[i].to;
        struct node *t = &g->nodes.at[to];
        if (t->own || t->n == 0)
            continue;
        if (t->region == (uint32_t)NO_NODE && depth < IMPORT_MAX_DEPTH)
            walk(g, to, region, depth + (from->n > 1));
        else if (t->region == region && t->open)
            t->looped = true;
        else
            make_own(g, to);
    }
    from->open = false;
}

/* Decides which states are declarations; each round makes at least one more of them. */
static void find_regions(struct graph *g)
{
    make_own(g, g->initial);
    while (g->changed) {
        g->changed = false;
        for (uint32_t q = 0; q < g->nodes.n; q++) {
            g->nodes.at[q].region = (uint32_t)NO_NODE;
            g->nodes.at[q].looped = false;
        }
        for (uint32_t q = 0; q < g->nodes.n && !g->changed; q++)
            if (g->nodes.at[q].own)
                walk(g, q, q, 0);
    }
}

/* Declarations have names of their own in the file; those of recursion need to differ from these alone. */
static void name_states(struct importer *x, struct graph *g)
{
    g->nodes.at[g->initial].given = g->role.name;
    for (uint32_t q = 0; q < g->nodes.n; q++) {
        struct node *s = &g->nodes.at[q];
        if (s->own && q != g->initial)
            s->given = import_claim(x, arena_printf(x->a, "%s_%s", g->role.name, s->written), "P");
    }
}

static void name_variables(struct importer *x, struct graph *g)
{
    for (uint32_t q = 0; q < g->nodes.n; q++) {
        struct node *s = &g->nodes.at[q];
        if (!s->looped || s->own)
            continue;
        s->given = import_legal(x, s->written, "q");
        while (import_find(&x->taken, s->given))
            s->given = intern_cstr(x->names, arena_printf(x->a, "%s_", s->given));
    }
}

struct writing {
    struct importer *x;
    struct graph *g;
    const struct ident *roles;
    uint32_t n_roles;
};

static struct local *write_state(struct writing *w, uint32_t q);

static struct local *write_target(struct writing *w, uint32_t q, struct span at)
{
    struct node *s = &w->g->nodes.at[q];
    if (s->own || s->open) {
        struct local *l = import_local(w->x, s->n ? LT_NAME : LT_END, at);
        l->name = (struct ident){s->given, at};
        return l;
    }
    struct local *body = write_state(w, q);
    if (!s->looped)
        return body;
    struct local *l = import_local(w->x, LT_REC, s->at);
    l->name = (struct ident){s->given, s->at};
    l->next = body;
    return l;
}

static struct local *write_move(struct writing *w, const struct transition *t)
{
    struct importer *x = w->x;
    struct local *l = import_local(x, LT_ACTION, t->at);
    if (t->peer < w->n_roles)
        l->peer = (struct ident){w->roles[t->peer].name, t->peer_at};
    else
        import_fail(x, E0602, t->peer_at, "there is no automaton %u; the last one is %u", t->peer, w->n_roles - 1);
    l->send = t->send;
    l->message = import_message(x, t->message);
    l->next = write_target(w, t->to, t->at);
    return l;
}

static struct local *write_state(struct writing *w, uint32_t q)
{
    struct node *s = &w->g->nodes.at[q];
    if (s->n == 0)
        return import_local(w->x, LT_END, s->at);
    s->open = true;
    struct local *l = NULL;
    if (s->n == 1) {
        l = write_move(w, &w->g->moves.at[s->first]);
    } else {
        unsigned starts = 0;
        for (uint32_t i = s->first; i < s->first + s->n; i++)
            starts |= w->g->moves.at[i].send ? STARTS_SEND : STARTS_RECEIVE;
        l = import_local(w->x, choice_kind(starts), s->at);
        for (uint32_t i = s->first; i < s->first + s->n; i++) {
            struct local *branch = write_move(w, &w->g->moves.at[i]);
            vec_push(w->x->a, l->branches, branch);
        }
    }
    s->open = false;
    return l;
}

static void declare_state(struct writing *w, uint32_t q)
{
    struct node *s = &w->g->nodes.at[q];
    bool first = q == w->g->initial;
    struct ident id = {s->given, first ? w->g->role.at : s->at};
    struct decl *d = import_decl(w->x, D_LOCAL, id);
    d->doc = first ? w->g->doc : NULL;
    d->as.local = write_state(w, q);
}

static void write_graph(struct writing *w)
{
    name_variables(w->x, w->g);
    declare_state(w, w->g->initial);
    for (uint32_t q = 0; q < w->g->nodes.n && w->x->ok; q++)
        if (w->g->nodes.at[q].own && q != w->g->initial)
            declare_state(w, q);
}

/* After an error: to the next automaton. */
static void skip_graph(struct importer *x)
{
    while (x->ok && !import_at(x, IMPORT_END) &&
           !(import_at(x, '.') && x->ahead.kind == IMPORT_WORD && strcmp(x->ahead.text, "outputs") == 0))
        import_advance(x);
}

static void import_graphs(struct importer *x)
{
    VEC(struct graph) graphs = {0};
    VEC(struct ident) roles = {0};
    while (x->ok && !import_at(x, IMPORT_END)) {
        struct graph g = {0};
        read_graph(x, &g);
        g.role.name = import_claim(x, called(x, &g, graphs.n), "P");
        vec_push(x->a, roles, g.role);
        vec_push(x->a, graphs, g);
        if (import_recover(x, x->stuck))
            skip_graph(x);
    }
    for (uint32_t i = 0; i < graphs.n && x->ok && !x->f->damaged; i++) {
        sort_moves(x, &graphs.at[i]);
        find_regions(&graphs.at[i]);
        name_states(x, &graphs.at[i]);
    }
    for (uint32_t i = 0; i < graphs.n && x->ok && !x->f->damaged; i++)
        write_graph(&(struct writing){x, &graphs.at[i], roles.at, roles.n});
    if (x->ok && !x->f->damaged)
        declare_session(x, roles.at, roles.n);
}

void import_automata(struct importer *x)
{
    if (import_at(x, IMPORT_END))
        import_fail(x, E0601, x->tok.at, "there is no automaton in this file");
    else if (import_at(x, '.'))
        import_graphs(x);
    else if (import_at_word(x, "automaton") && x->ahead.kind == IMPORT_WORD)
        import_fail(x, E0602, x->tok.at, "automata that name channels instead of each other cannot be imported");
    else
        import_typed(x);
}
