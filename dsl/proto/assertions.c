/* assertions.c -- see assertions.h.
 *
 * An assertion has no session, so its peers are those that the types name. A type that names none, or is a dual, speaks
 * of a binary session, in which there is only one other role whatever it is called.
 */
#include "assertions.h"

#include "buf.h"
#include "proto.h"

/* ---- peers ---- */

struct side { /* what one type says of its peers */
    VEC(name) names;
    const struct local *nameless; /* the first action without a peer */
    bool dual;
    VEC(const struct decl *) seen;
};

static void put_name(struct arena *a, struct side *s, name n)
{
    for (uint32_t i = 0; i < s->names.n; i++)
        if (s->names.at[i] == n)
            return;
    vec_push(a, s->names, n);
}

static void collect(struct arena *a, struct side *s, const struct local *l)
{
    for (; l; l = l->next) {
        s->dual |= l->kind == LT_DUAL;
        if (l->kind == LT_ACTION && l->peer.name)
            put_name(a, s, l->peer.name);
        else if (l->kind == LT_ACTION && !s->nameless)
            s->nameless = l;
        for (uint32_t i = 0; i < l->branches.n; i++)
            collect(a, s, l->branches.at[i]);
        if (l->kind != LT_NAME || !l->decl)
            continue;
        bool seen = false;
        for (uint32_t i = 0; i < s->seen.n; i++)
            seen |= s->seen.at[i] == l->decl;
        if (!seen) {
            vec_push(a, s->seen, l->decl);
            collect(a, s, l->decl->as.local);
        }
    }
}

struct comparison {
    struct builder b;
    const struct decl *d;
    struct session_type session; /* role 0 is the one that the types describe */
    bool binary;
    const char *sides[2]; /* how they are called in messages */
    struct automaton automata[2];
};

static bool assign_roles(struct comparison *c, struct side *left, struct side *right)
{
    bool loose = left->nameless || right->nameless || left->dual || right->dual;
    uint32_t most = left->names.n > right->names.n ? left->names.n : right->names.n;
    for (uint32_t i = 0; i < right->names.n; i++)
        put_name(c->b.scratch, left, right->names.at[i]);
    c->binary = most <= 1 && (loose || left->names.n <= 1);
    uint32_t n = c->binary ? 2 : left->names.n + 1;
    c->session.n_roles = n;
    c->session.roles = ARENA_ARRAY(c->b.a, struct role, n);
    for (uint32_t i = 1; i < n && i <= left->names.n; i++)
        c->session.roles[i] = (struct role){.name = left->names.at[i - 1], .base = left->names.at[i - 1]};
    c->session.roles[0] = (struct role){.name = "the role", .base = "the role", .at = c->d->at};
    const struct local *nameless = left->nameless ? left->nameless : right->nameless;
    if (c->binary || !nameless)
        return true;
    struct diag *x = diag_add(c->b.d, E0214, nameless->at, "with whom? the types of this assertion have several peers");
    diag_label(c->b.d, x, c->d->at, "the assertion");
    diag_help(c->b.d, x, "write the peer before the `%c`", nameless->send ? '!' : '?');
    return false;
}

/* ---- words ---- */

static const char *take_text(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_cstr(b), b->n);
    buf_free(b);
    return text;
}

/* The source text, blanks of any kind as one. */
static const char *text_of(const struct comparison *c)
{
    const struct source *f = c->b.sources->at[c->d->at.file];
    struct buf b = {0};
    bool blank = false;
    for (uint32_t i = c->d->at.lo; i < c->d->at.hi; i++) {
        char ch = f->text[i];
        bool space = ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
        if (!space && blank && b.n)
            buf_putc(&b, ' ');
        if (!space && ch != ';')
            buf_putc(&b, ch);
        blank = space;
    }
    const char *text = take_text(c->b.a, &b);
    return strncmp(text, "assert ", 7) == 0 ? text + 7 : text;
}

static const char *side_name(struct arena *a, const struct local *l, const char *otherwise)
{
    if (l->kind == LT_NAME && l->name.name)
        return arena_printf(a, "`%s`", l->name.name);
    if (l->kind == LT_DUAL && l->next && l->next->kind == LT_NAME && l->next->name.name)
        return arena_printf(a, "`dual %s`", l->next->name.name);
    return otherwise;
}

static void put_action(const struct comparison *c, struct buf *b, const struct edge *e)
{
    if (!c->binary)
        buf_puts(b, c->session.roles[e->peer].name);
    buf_putc(b, e->dir == DIR_SEND ? '!' : '?');
    buf_puts(b, c->b.ir->messages[e->message].name);
}

static const char *action(const struct comparison *c, const struct edge *e)
{
    struct buf b = {0};
    put_action(c, &b, e);
    return take_text(c->b.a, &b);
}

enum { PATH_SHOWN = 12 }; /* of a longer path, the end */

static const char *path_text(const struct comparison *c, const struct subtype_result *r)
{
    struct buf b = {0};
    uint32_t first = r->n_path > PATH_SHOWN ? r->n_path - PATH_SHOWN : 0;
    if (!r->n_path)
        return "at the start";
    buf_puts(&b, first ? "after ... " : "after ");
    for (uint32_t i = first; i < r->n_path; i++) {
        buf_puts(&b, i > first ? " . " : "");
        put_action(c, &b, r->path[i]);
    }
    return take_text(c->b.a, &b);
}

/* What is wrong behind the path; `sub` and `super` are how the types are called. */
static const char *reason_text(const struct comparison *c, const struct subtype_result *r, const char *sub,
                               const char *super)
{
    struct arena *a = c->b.a;
    switch (r->reason) {
    case SUBTYPE_FINE: return "";
    case SUBTYPE_SENDS:
        return arena_printf(a, "%s may do %s, %s %s %s", sub, action(c, r->sub),
                            r->super->dir == DIR_RECEIVE ? "to which" : "which", super,
                            r->super->dir == DIR_RECEIVE ? "need not come" : "may not do here");
    case SUBTYPE_LACKS: return arena_printf(a, "%s takes %s, and %s does not", super, action(c, r->super), sub);
    case SUBTYPE_WAITS:
        return r->super ? arena_printf(a, "%s waits for %s, where %s may first do %s", sub, action(c, r->sub), super,
                                       action(c, r->super))
                        : arena_printf(a, "%s waits for %s, and %s does not", sub, action(c, r->sub), super);
    case SUBTYPE_ENDS:
        return arena_printf(a, "%s has ended, and %s has still to do %s", sub, super, action(c, r->super));
    case SUBTYPE_GOES_ON: return arena_printf(a, "%s has ended, and %s goes on with %s", super, sub, action(c, r->sub));
    case SUBTYPE_NEVER:
        return arena_printf(a, "%s may go on for ever without the %s of %s", sub, action(c, r->super), super);
    case SUBTYPE_TOO_FAR:
        return arena_printf(a, "%s runs further ahead of %s than the %d actions that are followed", sub, super,
                            SUBTYPE_MAX_AHEAD);
    case SUBTYPE_TOO_LARGE: return arena_printf(a, "there are more than %d situations to compare", SUBTYPE_MAX_PAIRS);
    case SUBTYPE_BEYOND:
        return arena_printf(a, "%s differs from %s where a role may send and wait, or deals with several peers, at "
                               "once", sub, super);
    }
    return "";
}

/* ---- the decision ---- */

/* The path once more, on the lines on which it is written. */
static void report(struct comparison *c, const struct subtype_result *r, const char *sub, const char *super,
                   const char *why)
{
    struct diags *d = c->b.d;
    struct diag *x = diag_add(d, E0310, c->d->at, "%s is not a subtype of %s", sub, super);
    diag_caret(d, x, "does not hold");
    if (r->sub)
        diag_label(d, x, r->sub->at, "%s does %s here", sub, action(c, r->sub));
    if (r->super)
        diag_label(d, x, r->super->at, "%s stands here", super);
    diag_note(d, x, "%s", why);
    if (r->reason == SUBTYPE_SENDS || r->reason == SUBTYPE_LACKS)
        diag_note(d, x, "a subtype may send less and take more, and send before it takes, but not the other way round");
}

/* automata[sub] <= automata[1 - sub] */
static void compare(struct comparison *c, uint32_t sub, struct assertion *out)
{
    const char *names[2] = {c->sides[sub], c->sides[1 - sub]};
    struct subtype_result r = subtype_check(c->b.a, &c->automata[sub], &c->automata[1 - sub]);
    out->pairs += r.pairs;
    out->ahead = r.ahead > out->ahead ? r.ahead : out->ahead;
    if (r.answer == SUBTYPE_YES || out->answer == SUBTYPE_NO)
        return;
    const char *why = reason_text(c, &r, names[0], names[1]);
    if (r.answer == SUBTYPE_NO || r.reason == SUBTYPE_BEYOND)
        why = arena_printf(c->b.a, "%s, %s", path_text(c, &r), why);
    if (r.answer == SUBTYPE_NO)
        report(c, &r, names[0], names[1], why);
    if (r.answer == SUBTYPE_NO || out->answer == SUBTYPE_YES) {
        out->answer = r.answer;
        out->why = why;
    }
}

static bool decide(struct comparison *c, struct assertion *out)
{
    const struct assert_decl *x = &c->d->as.assert_;
    const struct local *types[2] = {x->left, x->right};
    struct side sides[2] = {{.dual = false}, {.dual = false}};
    if (!x->left || !x->right)
        return false;
    for (int i = 0; i < 2; i++)
        collect(c->b.scratch, &sides[i], types[i]);
    if (!assign_roles(c, &sides[0], &sides[1]))
        return false;
    c->sides[0] = side_name(c->b.a, x->left, "the left type");
    c->sides[1] = side_name(c->b.a, x->right, "the right type");
    for (int i = 0; i < 2; i++)
        if (!local_automaton(&c->b, &c->session, 0, types[i], c->d->at, &c->automata[i]))
            return false;
    *out = (struct assertion){.text = text_of(c), .answer = SUBTYPE_YES};
    compare(c, 0, out);
    if (x->kind == ASSERT_EQUAL)
        compare(c, 1, out);
    return true;
}

bool assertion_decide(const struct ir *ir, const struct decl *d, struct diags *diags, struct assertion *out)
{
    struct ir all = *ir;
    struct comparison c = {.b = {.a = ir->a, .scratch = arena_new(0), .names = ir->names, .sources = ir->sources,
                                 .f = ir->file, .d = diags, .ir = &all},
                           .d = d};
    bool ok = decide(&c, out);
    arena_free(c.b.scratch);
    return ok;
}
