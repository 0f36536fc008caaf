/* lints.c -- see lints.h. One section a warning. */
#include "lints.h"

#include "buf.h"
#include "words.h"

struct linter {
    const struct ir *ir;
    struct arena *a;
    struct diags *d;
};

/* Too many of anything is no warning but noise, and what is kept of diagnostics is limited. */
enum { LINTS_MAX = 200 };
static bool enough(const struct linter *l) { return l->d->n >= LINTS_MAX; }

/* ---- what a fix takes away ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* A declaration with its documentation, and all of its lines where nothing else stands on them. */
static struct span with_lines(const struct linter *l, struct span at)
{
    const struct source *s = l->ir->sources->at[at.file];
    uint32_t lo = at.lo, hi = at.hi;
    while (lo && is_blank(s->text[lo - 1]))
        lo--;
    while (hi < s->size && is_blank(s->text[hi]))
        hi++;
    if (lo && s->text[lo - 1] != '\n')
        return at;
    for (uint32_t above = lo; above; lo = above) {
        for (above--; above && s->text[above - 1] != '\n';)
            above--;
        const char *line = s->text + above;
        while (is_blank(*line))
            line++;
        if (strncmp(line, "///", 3) != 0)
            break;
    }
    bool alone = hi == s->size || s->text[hi] == '\n';
    return (struct span){at.file, lo, alone ? hi + (hi < s->size) : at.hi};
}

static struct span with_blanks_before(const struct linter *l, struct span at)
{
    while (at.lo && is_blank(l->ir->sources->at[at.file]->text[at.lo - 1]))
        at.lo--;
    return at;
}

/* ---- roles ---- */

static bool takes_part(const struct session_type *t, uint32_t role) { return t->locals[role].n_edges > 0; }

/* The members of the family, or the one role, from `first` on; returns the role behind them. */
static uint32_t lint_family(struct linter *l, const struct session_type *t, uint32_t first)
{
    uint32_t end = first, used = 0;
    for (; end < t->n_roles && t->roles[end].base == t->roles[first].base; end++)
        used += takes_part(t, end);
    for (uint32_t r = first; r < end && !enough(l); r++) {
        if (takes_part(t, r))
            continue;
        const struct role *x = &t->roles[r];
        struct diag *w = diag_add(l->d, W0207, x->at, "%s `%s` takes part in nothing",
                                  x->in_family && !used ? "family" : "role", used ? x->name : x->base);
        diag_help(l->d, w, t->by_locals ? "leave it out of the session"
                           : used       ? "make the family smaller"
                                        : "leave it out of the list of roles");
        if (!used)
            break;
    }
    return end;
}

static void lint_roles(struct linter *l)
{
    for (uint32_t i = 0; i < l->ir->n_sessions; i++) {
        const struct session_type *t = &l->ir->sessions[i];
        for (uint32_t r = 0; t->usable && !t->decl->imported && r < t->n_roles;)
            r = lint_family(l, t, r);
    }
}

/* ---- messages ---- */

/* The file's own, by tag: these are unique in a file. */
static void mark_local(bool *used, const struct local *t)
{
    for (; t; t = t->next) {
        if (t->kind == LT_ACTION && t->decl && !t->decl->imported)
            used[t->decl->as.message.tag_value] = true;
        for (uint32_t i = 0; i < t->branches.n; i++)
            mark_local(used, t->branches.at[i]);
    }
}

static void mark_session(const struct ir *ir, const struct session_type *t, bool *used)
{
    for (uint32_t r = 0; r < t->n_roles; r++)
        for (uint32_t e = 0; e < t->locals[r].n_edges; e++)
            if (t->locals[r].edges[e].dir != DIR_EVENT) {
                const struct message *m = &ir->messages[t->locals[r].edges[e].message];
                used[m->tag] |= !m->decl->imported;
            }
}

/* Messages without a session go to inboxes, which take any. */
static bool may_be_used_elsewhere(const struct ir *ir)
{
    for (uint32_t i = 0; i < ir->n_actors; i++)
        if (ir->actors[i].inbox)
            return true;
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        if (!ir->sessions[i].usable)
            return true;
    return false;
}

static void lint_messages(struct linter *l)
{
    const struct ir *ir = l->ir;
    bool *used = ARENA_ARRAY(l->a, bool, UINT16_MAX + 1), library = true;
    if (may_be_used_elsewhere(ir))
        return;
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        mark_session(ir, &ir->sessions[i], used);
    for (uint32_t i = 0; i < ir->file->decls.n; i++) {
        const struct decl *d = ir->file->decls.at[i];
        library &= d->imported || (d->kind != D_LOCAL && d->kind != D_SESSION);
        mark_local(used, d->kind == D_LOCAL ? d->as.local : d->kind == D_ASSERT ? d->as.assert_.left : NULL);
        mark_local(used, d->kind == D_ASSERT ? d->as.assert_.right : NULL);
    }
    for (uint32_t i = 0; i < ir->n_messages && !library && !enough(l); i++) {
        const struct decl *m = ir->messages[i].decl;
        if (used[ir->messages[i].tag] || m->imported || ir->messages[i].base != i)
            continue;
        struct diag *w = diag_add(l->d, W0208, m->name.at, "message `%s` is never used", m->name.name);
        diag_help(l->d, w, "leave its declaration out");
        diag_fix(l->d, w, with_lines(l, m->at), "");
    }
}

/* ---- imports ---- */

/* With the comma that it leaves behind. Fixes of neighbours do not overlap; a list may end in a comma. */
static struct span without_item(const struct import_decl *x, uint32_t k)
{
    const struct import_name *n = &x->names.at[k];
    struct span at = {n->name.at.file, n->name.at.lo, n->as.name ? n->as.at.hi : n->name.at.hi};
    if (k + 1 < x->names.n)
        at.hi = n[1].name.at.lo;
    else if (k && n[-1].used)
        at.lo = n[-1].as.name ? n[-1].as.at.hi : n[-1].name.at.hi;
    return at;
}

static void lint_imports(struct linter *l)
{
    for (uint32_t i = 0; i < l->ir->file->imports.n && !enough(l); i++) {
        const struct import_decl *x = &l->ir->file->imports.at[i];
        if (!x->used) {
            struct diag *w = diag_add(l->d, W0209, x->at, "nothing of this import is used");
            diag_help(l->d, w, "leave it out");
            diag_fix(l->d, w, with_lines(l, x->at), "");
            continue;
        }
        for (uint32_t k = 0; k < x->names.n && !enough(l); k++) {
            const struct import_name *n = &x->names.at[k];
            if (n->used || !n->name.name)
                continue;
            struct diag *w = diag_add(l->d, W0209, n->name.at, "`%s` is imported and never used",
                                      n->as.name ? n->as.name : n->name.name);
            diag_help(l->d, w, "leave it out of the list");
            diag_fix(l->d, w, without_item(x, k), "");
        }
    }
}

/* ---- recursion ---- */

struct loop { /* is there a way out of a `rec`? */
    VEC(name) inside; /* the recursion variables bound by it or within it */
    bool escapes;     /* a `continue` leads to a `rec` around it */
    const struct decl *self; /* the session, when its recursion by `do` is looked at, or NULL */
    bool recurs;             /* there is such a `do` */
    VEC(const struct decl *) seen; /* local types that were followed */
    struct arena *a;
};
enum { MAX_FOLLOWED = 100 }; /* local types; more than that count as a way out */

static bool is_inside(const struct loop *k, name n)
{
    for (uint32_t i = 0; i < k->inside.n; i++)
        if (k->inside.at[i] == n)
            return true;
    return false;
}

static bool block_ends(struct loop *k, const struct block *b);

/* Can what comes behind the statement be reached? What is not known of `do` counts as yes. */
static bool statement_ends(struct loop *k, const struct stmt *s)
{
    bool any = false, all = true;
    if (s->kind == ST_DO && k->self && s->decl == k->self) {
        k->recurs = true;
        return false;
    }
    if (s->kind == ST_MESSAGE || s->kind == ST_DO)
        return true;
    if (s->kind == ST_CONTINUE) {
        k->escapes |= !is_inside(k, s->name.name);
        return false;
    }
    if (s->kind == ST_REC)
        vec_push(k->a, k->inside, s->name.name);
    for (uint32_t i = 0; i < s->blocks.n; i++) {
        bool ends = block_ends(k, &s->blocks.at[i]);
        any |= ends;
        all &= ends;
    }
    for (uint32_t i = 0; i < s->catches.n; i++)
        any |= block_ends(k, &s->catches.at[i].handler);
    return s->kind == ST_PAR ? all : any;
}

static bool block_ends(struct loop *k, const struct block *b)
{
    bool ends = true;
    for (uint32_t i = 0; i < b->stmts.n; i++)
        ends &= statement_ends(k, b->stmts.at[i]);
    return ends;
}

static void warn_endless(struct linter *l, const struct ident *var, struct span at, const char *help)
{
    if (enough(l))
        return;
    struct diag *w = diag_add(l->d, W0210, var->name ? var->at : at, "there is no way out of this recursion");
    diag_note(l->d, w, "a session that never ends stays open for as long as its actors run");
    diag_help(l->d, w, "%s", help);
}

/* A session that takes place again in each of its branches. */
static void lint_self(struct linter *l, const struct decl *d)
{
    struct loop k = {.a = l->a, .self = d};
    if (!block_ends(&k, &d->as.session.body) && k.recurs)
        warn_endless(l, &d->name, d->at, "let a role choose: a branch without `do` ends it");
}

/* The outermost ones only. In the body of a `try` an event is the way out. */
static void lint_block(struct linter *l, const struct block *b)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *s = b->stmts.at[i];
        struct loop k = {.a = l->a};
        if (s->kind == ST_REC && !statement_ends(&k, s) && !k.escapes) {
            warn_endless(l, &s->name, s->at, "let a role choose: a branch without `continue` ends it");
            continue;
        }
        for (uint32_t j = 0; j < s->blocks.n && s->kind != ST_TRY; j++)
            lint_block(l, &s->blocks.at[j]);
        for (uint32_t j = 0; j < s->catches.n; j++)
            lint_block(l, &s->catches.at[j].handler);
    }
}

static bool local_ends(struct loop *k, const struct local *t);

static bool follow(struct loop *k, const struct decl *d)
{
    for (uint32_t i = 0; i < k->seen.n; i++)
        if (k->seen.at[i] == d)
            return false;
    if (k->seen.n >= MAX_FOLLOWED)
        return true;
    vec_push(k->a, k->seen, d);
    return local_ends(k, d->as.local);
}

static bool local_ends(struct loop *k, const struct local *t)
{
    for (; t; t = t->next) {
        if (t->kind == LT_END)
            return true;
        if (t->kind == LT_REC)
            vec_push(k->a, k->inside, t->name.name);
        if (t->kind == LT_NAME && !t->decl) {
            k->escapes |= !is_inside(k, t->name.name);
            return false;
        }
        if (t->kind == LT_NAME)
            return follow(k, t->decl);
        bool any = false;
        for (uint32_t i = 0; i < t->branches.n; i++)
            any |= local_ends(k, t->branches.at[i]);
        if (t->branches.n)
            return any;
    }
    return true; /* cut short by a syntax error */
}

static void lint_local(struct linter *l, const struct local *t)
{
    for (; t; t = t->next) {
        struct loop k = {.a = l->a};
        if (t->kind == LT_REC && !local_ends(&k, t) && !k.escapes) {
            warn_endless(l, &t->name, t->at, "add a branch that comes to `end`");
            return;
        }
        for (uint32_t i = 0; i < t->branches.n; i++)
            lint_local(l, t->branches.at[i]);
    }
}

static void lint_recursion(struct linter *l)
{
    for (uint32_t i = 0; i < l->ir->file->decls.n; i++) {
        const struct decl *d = l->ir->file->decls.at[i];
        if (d->imported)
            continue;
        if (d->kind == D_SESSION && !d->as.session.by_locals) {
            lint_block(l, &d->as.session.body);
            lint_self(l, d);
        } else if (d->kind == D_LOCAL) {
            lint_local(l, d->as.local);
        }
    }
}

/* ---- supervision ---- */

static const char *duration(struct linter *l, uint64_t ns)
{
    struct buf b = {0};
    word_duration(&b, ns);
    const char *text = arena_strndup(l->a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static uint64_t plus(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/* The least time between a crash and the n-th after it, when the child crashes as soon as it runs: the delays double.
 * */
static uint64_t crash_loop_ns(const struct child_decl *c, uint32_t n)
{
    uint64_t delay = c->backoff_min.value, max = c->backoff_max.given ? c->backoff_max.value : delay, sum = 0;
    for (; n && delay < max; n--) {
        sum = plus(sum, delay);
        delay = plus(delay, delay) > max ? max : plus(delay, delay);
    }
    return n && delay > (UINT64_MAX - sum) / n ? UINT64_MAX : sum + n * delay;
}

static bool is_restarted(const struct supervisor_decl *s, const struct child_decl *c)
{
    enum directive by_reason[REASONS] = {DIRECTIVE_DEFAULT};
    const decide_vec *lists[] = {&s->decide, &c->decide}; /* the child's own last: they count */
    for (int k = 0; k < 2; k++)
        for (int named = 0; named < 2; named++)
            for (uint32_t i = 0; i < lists[k]->n; i++)
                for (int r = 0; r < REASONS; r++)
                    if (lists[k]->at[i].any ? !named : named && (int)lists[k]->at[i].reason == r)
                        by_reason[r] = lists[k]->at[i].directive;
    for (int r = 0; r < REASONS; r++)
        if (by_reason[r] == DIRECTIVE_RESTART || (by_reason[r] == DIRECTIVE_DEFAULT && c->restart != RESTART_TEMPORARY))
            return true;
    return false;
}

static void lint_child(struct linter *l, const struct supervisor_decl *s, const struct child_decl *c)
{
    if (!c->backoff_min.given || c->backoff_min.value == 0 || enough(l))
        return;
    struct span at = c->backoff_max.given ? span_join(c->backoff_min.at, c->backoff_max.at) : c->backoff_min.at;
    if (!is_restarted(s, c) || s->intensity == 0) {
        struct diag *w = diag_add(l->d, W0403, at, "this backoff is never waited for");
        diag_label(l->d, w, s->intensity ? c->name.at : s->name.at,
                   s->intensity ? "`%s` is never restarted" : "`%s` gives up at the first crash",
                   s->intensity ? c->name.name : s->name.name);
        diag_help(l->d, w, s->intensity ? "leave it out" : "leave it out, or let the intensity be 1 or more");
        diag_fix(l->d, w, with_blanks_before(l, at), "");
        return;
    }
    uint64_t least = crash_loop_ns(c, s->intensity);
    if (least <= s->window)
        return;
    struct diag *w = diag_add(l->d, W0402, at, "`%s` may crash and be restarted for ever", c->name.name);
    diag_label(l->d, w, s->name.at, "`%s` gives up after more than %u restart%s within %s", s->name.name, s->intensity,
               s->intensity == 1 ? "" : "s", duration(l, s->window));
    diag_note(l->d, w, "with this backoff %u restart%s in a row %s %s at least", s->intensity,
              s->intensity == 1 ? "" : "s", s->intensity == 1 ? "takes" : "take", duration(l, least));
    diag_help(l->d, w, "let the window be longer than that, or the backoff shorter");
}

static void lint_supervisor(struct linter *l, const struct supervisor_decl *s)
{
    for (uint32_t i = 0; i < s->children.n; i++) {
        if (s->children.at[i].supervisor)
            lint_supervisor(l, s->children.at[i].supervisor);
        else
            lint_child(l, s, &s->children.at[i]);
    }
}

static void lint_supervision(struct linter *l)
{
    for (uint32_t i = 0; i < l->ir->file->decls.n; i++) {
        const struct decl *d = l->ir->file->decls.at[i];
        for (uint32_t k = 0; d->kind == D_SYSTEM && !d->imported && k < d->as.system.supervisors.n; k++)
            lint_supervisor(l, d->as.system.supervisors.at[k]);
    }
}

void lints_check(const struct ir *ir, struct diags *d)
{
    struct linter l = {ir, ir->a, d};
    lint_imports(&l);
    lint_messages(&l);
    lint_roles(&l);
    lint_recursion(&l);
    lint_supervision(&l);
}
