/* instantiate.c -- a session's text becomes a graph of positions.
 *
 * Statements are expanded from the last to the first, each with the position at which the protocol goes on after it
 * (its continuation). Families are unrolled in index order. A `do` is known by (session, roles, continuation, bodies of
 * `try` around it): the same is the same position, which is what makes tail recursion a loop; recursion with another
 * continuation would never end and is refused.
 *
 * Leaving the body of a `try`, at its end, by `continue` or by a recursive `do` in its last place, passes a POS_EXIT:
 * whoever acted last before it may still be called back by an event. Handlers are expanded once here, as if everyone
 * knew of the event; modes.c makes the copies in which they do not.
 */
#include "expansion.h"

enum { MAX_DEPTH = 5000 }; /* blocks within blocks, also through `do`: bounds the stack */

struct var { /* in scope, innermost first */
    name name;
    bool rec;       /* a recursion, whose name may be that of a role, too; else an index of foreach */
    uint32_t value; /* the position of the rec, or a role */
    uint32_t regions; /* of the rec */
    const struct var *next;
};

struct frame { /* a session being expanded */
    const struct decl *session;
    const uint32_t *roles; /* for each role declaration, its first role in the outermost session */
    uint32_t cont, regions;
    const struct branch *branch;
    const struct var *vars;
    const struct frame *caller;
    const struct stmt *stmt; /* the `do` that opened it; NULL for the outermost session */
};

static uint32_t expand_block(struct expansion *e, struct frame *f, const struct block *b, uint32_t cont);

static void too_large(struct expansion *e)
{
    if (!e->failed)
        diag_add(e->b->d, E0309, e->t->decl->name.at, "session `%s` expands to more than %d positions", e->t->name,
                 IR_MAX_POSITIONS);
    e->failed = true;
}

uint32_t expansion_place(struct expansion *e, struct place p)
{
    p.regions = e->regions;
    p.strand = e->strand;
    p.part = e->branch != NULL;
    if (e->nfa->at.n >= IR_MAX_POSITIONS)
        too_large(e);
    else
        vec_push(e->b->scratch, e->nfa->at, p);
    return e->nfa->at.n - 1;
}

static uint32_t new_epsilon(struct expansion *e, const struct stmt *st)
{
    return expansion_place(e, (struct place){.kind = POS_EPSILON, .stmt = st});
}

/* ---- roles ---- */

static const struct var *find_var(const struct frame *f, name n, bool rec)
{
    const struct var *v = f->vars;
    while (v && (v->name != n || v->rec != rec))
        v = v->next;
    return v;
}

static uint32_t resolve(const struct frame *f, const struct role_ref *r)
{
    const struct var *index = find_var(f, r->base.name, false);
    if (index)
        return index->value;
    const struct session_decl *sd = &f->session->as.session;
    uint32_t i = 0;
    while (i + 1 < sd->roles.n && sd->roles.at[i].name.name != r->base.name)
        i++;
    return f->roles[i] + (r->indexed ? r->index : 0);
}

/* The declaration of the role that is meant as a whole, or of the single one. */
static uint32_t role_size(const struct frame *f, const struct role_ref *r)
{
    for (uint32_t i = 0; i < f->session->as.session.roles.n; i++) {
        const struct role_decl *rd = &f->session->as.session.roles.at[i];
        if (rd->name.name == r->base.name)
            return rd->family && !r->indexed ? rd->size : 1;
    }
    return 1;
}

static uint32_t expand_message(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    uint32_t from = resolve(f, &st->from), to = resolve(f, &st->to);
    if (from == to) {
        if (!ir__reported(e->b, E0206, st->at)) {
            struct diag *x = diag_add(e->b->d, E0206, st->at, "here `%s` sends to itself", e->t->roles[from].name);
            diag_note(e->b->d, x, "`%s` and `%s` stand for the same role in one round of the expansion",
                      st->from.base.name, st->to.base.name);
        }
        e->failed = true;
        return cont;
    }
    return expansion_place(e, (struct place){.kind = POS_ACTION,
                                             .from = (uint16_t)from,
                                             .to = (uint16_t)to,
                                             .message = (uint16_t)st->decl->nth,
                                             .target = cont,
                                             .stmt = st});
}

/* ---- control ---- */

static uint32_t expand_choice(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    struct place p = {.kind = POS_EPSILON, .from = (uint16_t)resolve(f, &st->from), .stmt = st};
    for (uint32_t i = 0; i < st->blocks.n; i++)
        vec_push(e->b->scratch, p.targets, expand_block(e, f, &st->blocks.at[i], cont));
    return expansion_place(e, p);
}

static uint32_t expand_rec(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    uint32_t head = new_epsilon(e, st);
    struct var v = {st->name.name, true, head, e->regions, f->vars};
    f->vars = &v;
    uint32_t body = expand_block(e, f, &st->blocks.at[0], cont);
    f->vars = v.next;
    vec_push(e->b->scratch, e->nfa->at.at[head].targets, body);
    return head;
}

/* Leaving bodies of `try` on the way to `to`. */
static uint32_t new_exit(struct expansion *e, const struct stmt *st, uint32_t to)
{
    struct place p = {.kind = POS_EXIT, .stmt = st};
    vec_push(e->b->scratch, p.targets, to);
    return expansion_place(e, p);
}

static uint32_t expand_continue(struct expansion *e, struct frame *f, const struct stmt *st)
{
    const struct var *v = find_var(f, st->name.name, true);
    return v->regions == e->regions ? v->value : new_exit(e, st, v->value);
}

/* Bounds the time of an expansion, whatever it makes. */
static void count_step(struct expansion *e)
{
    e->b->work++;
    if (++e->steps > 8 * (uint64_t)IR_MAX_POSITIONS)
        too_large(e);
}

static uint32_t expand_par(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont);

static uint32_t expand_foreach(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    if (st->parallel)
        return expand_par(e, f, st, cont);
    struct role_ref family = {.base = st->family};
    uint32_t first = resolve(f, &family);
    for (uint32_t i = role_size(f, &family); i-- > 0 && !e->failed; count_step(e)) {
        struct var v = {st->name.name, false, first + i, 0, f->vars};
        f->vars = &v;
        cont = expand_block(e, f, &st->blocks.at[0], cont);
        f->vars = v.next;
    }
    return cont;
}

/* ---- par ---- */

/* One branch; `member`: of the family of a `par foreach`. Its end is a position of its own, which no `continue` and no
 * recursion from outside can share. */
static uint32_t expand_branch(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t instance,
                              uint32_t branch, uint32_t member)
{
    struct var v = {st->name.name, false, member, 0, f->vars};
    const uint32_t pair[] = {instance, branch};
    uint32_t strand = e->strand;
    struct branch b = {st, e->branch};
    e->strand = list_extend(e->b->scratch, &e->nfa->strands, strand, pair, 2);
    e->branch = &b;
    if (st->parallel)
        f->vars = &v;
    uint32_t end = expansion_place(e, (struct place){.kind = POS_JOIN, .stmt = st});
    uint32_t start = expand_block(e, f, &st->blocks.at[st->parallel ? 0 : branch], end);
    f->vars = st->parallel ? v.next : f->vars;
    e->branch = b.outer;
    e->strand = strand;
    return start;
}

static struct span par_word(const struct stmt *par)
{
    return (struct span){par->at.file, par->at.lo, par->at.lo + 3};
}

static uint32_t expand_par(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    struct role_ref family = {.base = st->family};
    uint32_t n = st->parallel ? role_size(f, &family) : st->blocks.n;
    uint32_t first = st->parallel ? resolve(f, &family) : 0;
    uint32_t *starts = ARENA_ARRAY(e->b->scratch, uint32_t, n), instance = e->n_pars++;
    for (uint32_t i = 0; i < n && !e->failed; i++) {
        starts[i] = expand_branch(e, f, st, instance, i, first + i);
        count_step(e);
    }
    return interleave(e, st, starts, n, cont);
}

/* ---- try ---- */

static bool same_event(const struct session_event *x, const struct session_event *y)
{
    return x->kind == y->kind && x->catcher == y->catcher && x->who == y->who && x->after_ns == y->after_ns &&
           x->level == y->level;
}

/* "timeout", "crash_P[1]", "timeout_2" */
static name event_name(struct expansion *e, const struct session_event *x)
{
    static const char *const words[] = {[EV_TIMEOUT] = "timeout", [EV_CRASH] = "crash", [EV_CANCEL] = "cancel"};
    const char *base = words[x->kind];
    if (x->kind == EV_CRASH)
        base = arena_printf(e->b->a, "%s_%s", base, e->t->roles[x->who].name);
    uint32_t n = 1;
    for (uint32_t i = 0; i < e->nfa->events.n; i++)
        n += e->nfa->events.at[i].kind == x->kind && e->nfa->events.at[i].who == x->who;
    return intern_cstr(e->b->names, n > 1 ? arena_printf(e->b->a, "%s_%u", base, n) : base);
}

/* The events that a role can tell apart: what happened, and in how many bodies it is. */
static uint32_t event_index(struct expansion *e, struct session_event x)
{
    for (uint32_t i = 0; i < e->nfa->events.n; i++)
        if (same_event(&e->nfa->events.at[i], &x))
            return i;
    x.name = event_name(e, &x);
    vec_push(e->b->scratch, e->nfa->events, x);
    return e->nfa->events.n - 1;
}

static void add_handler(struct expansion *e, uint32_t in, const struct catch_event *ev, uint32_t who)
{
    struct nfa_try *t = &e->nfa->tries.at[in];
    struct session_event x = {.kind = ev->kind, .catcher = t->catcher, .who = who, .after_ns = ev->after,
                              .level = t->level, .at = ev->at};
    struct nfa_handler h = {event_index(e, x), 0, ev->at};
    for (uint32_t i = 0; i < t->handlers.n; i++) {
        if (t->handlers.at[i].event != h.event)
            continue;
        e->failed = true;
        if (!ir__reported(e->b, E0219, ev->at)) {
            struct diag *d = diag_add(e->b->d, E0219, ev->at, "here `%s` catches the same event again",
                                      e->t->roles[t->catcher].name);
            diag_label(e->b->d, d, t->handlers.at[i].at, "by this handler already");
        }
        return;
    }
    vec_push(e->b->scratch, t->handlers, h);
}

static void add_crash_handlers(struct expansion *e, struct frame *f, uint32_t in, const struct catch_event *ev)
{
    uint32_t first = resolve(f, &ev->who), n = role_size(f, &ev->who), catcher = e->nfa->tries.at[in].catcher;
    for (uint32_t i = first; i < first + n && !e->failed; i++) {
        if (i != catcher) {
            add_handler(e, in, ev, i);
            continue;
        }
        e->failed = true;
        if (!ir__reported(e->b, E0218, ev->at))
            diag_add(e->b->d, E0218, ev->at, "here `%s` would catch its own crash", e->t->roles[i].name);
    }
}

/* The events of a clause share its handler. */
static void add_handlers(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t in, uint32_t cont)
{
    for (uint32_t i = 0; i < st->catches.n && !e->failed; i++) {
        const struct catch_clause *c = &st->catches.at[i];
        uint32_t first = e->nfa->tries.at[in].handlers.n;
        for (uint32_t k = 0; k < c->events.n && !e->failed; k++) {
            if (c->events.at[k].kind == EV_CRASH)
                add_crash_handlers(e, f, in, &c->events.at[k]);
            else
                add_handler(e, in, &c->events.at[k], IR_NONE);
        }
        uint32_t start = expand_block(e, f, &c->handler, cont);
        for (uint32_t k = first; k < e->nfa->tries.at[in].handlers.n; k++)
            e->nfa->tries.at[in].handlers.at[k].start = start;
    }
}

/* An event raises the phase of the whole session, so the other branches would lose messages that they still need. */
static bool refuse_try(struct expansion *e, const struct stmt *st, uint32_t level)
{
    struct diag *x = NULL;
    if (e->branch) {
        if (!ir__reported(e->b, E0322, st->at)) {
            x = diag_add(e->b->d, E0322, st->at, "a `try` cannot stand in a branch of `par`");
            diag_label(e->b->d, x, par_word(e->branch->par), "the branches start here");
            diag_note(e->b->d, x, "an event ends what all roles are at, in every branch");
            diag_help(e->b->d, x, "put the `try` around the `par`");
        }
    } else if (level >= IR_MAX_TRY_DEPTH) {
        if (!ir__reported(e->b, E0309, st->at)) {
            x = diag_add(e->b->d, E0309, st->at, "here `try` stands in the bodies of %d others; that is the limit",
                         IR_MAX_TRY_DEPTH);
            diag_note(e->b->d, x, "those of sessions that `do` inserts count, too");
        }
    } else {
        return false;
    }
    e->failed = true;
    return true;
}

static uint32_t expand_try(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    uint32_t outer = e->regions, in = e->nfa->tries.n;
    struct nfa_try t = {.stmt = st, .level = e->nfa->regions.at[outer].n,
                        .catcher = resolve(f, &st->catches.at[0].events.at[0].catcher)};
    if (refuse_try(e, st, t.level))
        return cont;
    vec_push(e->b->scratch, e->nfa->tries, t);
    add_handlers(e, f, st, in, cont);
    e->regions = list_extend(e->b->scratch, &e->nfa->regions, outer, &in, 1);
    uint32_t body = expand_block(e, f, &st->blocks.at[0], new_exit(e, st, cont));
    e->regions = outer;
    return body;
}

/* ---- do ---- */

static bool same_roles(const struct decl *session, const uint32_t *a, const uint32_t *b)
{
    return memcmp(a, b, session->as.session.roles.n * sizeof *a) == 0;
}

static uint64_t hash_do(const struct decl *session, const uint32_t *roles, uint32_t cont, uint32_t regions)
{
    uint64_t h = (uint64_t)(uintptr_t)session ^ ((uint64_t)cont << 32) ^ regions;
    for (uint32_t i = 0; i < session->as.session.roles.n; i++)
        h = (h ^ (h >> 29) ^ roles[i]) * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    return h ^ (h >> 33);
}

static void rehash(struct expansion *e)
{
    e->n_slots = e->n_slots ? e->n_slots * 2 : 64;
    e->slots = ARENA_ARRAY(e->b->scratch, uint32_t, e->n_slots);
    for (uint32_t i = 0; i < e->memo.n; i++) {
        uint32_t k = (uint32_t)e->memo.at[i].hash & (e->n_slots - 1);
        while (e->slots[k])
            k = (k + 1) & (e->n_slots - 1);
        e->slots[k] = i + 1;
    }
}

/* The entry of that inlined session; *fresh when it is new and still empty. */
static uint32_t enter(struct expansion *e, const struct decl *session, const uint32_t *roles, uint32_t cont,
                      const struct stmt *st, bool *fresh)
{
    if (e->memo.n * 2 >= e->n_slots)
        rehash(e);
    uint64_t h = hash_do(session, roles, cont, e->regions);
    uint32_t k = (uint32_t)h & (e->n_slots - 1);
    for (; e->slots[k]; k = (k + 1) & (e->n_slots - 1)) {
        const struct inlined *m = &e->memo.at[e->slots[k] - 1];
        if (m->session == session && m->cont == cont && m->regions == e->regions &&
            same_roles(session, m->roles, roles)) {
            *fresh = false;
            return m->entry;
        }
    }
    *fresh = true;
    struct inlined m = {session, roles, cont, e->regions, new_epsilon(e, st), h};
    vec_push(e->b->scratch, e->memo, m);
    e->slots[k] = e->memo.n;
    return m.entry;
}

/* The place of the innermost frame of that session. */
static const struct frame **open_frame(const struct expansion *e, const struct decl *session)
{
    return &e->b->open[session->nth];
}

/* Of the chain of `do`s that leads back to a session, the innermost that something follows. */
static const struct stmt *not_last(const struct frame *f, const struct stmt *st, uint32_t cont)
{
    while (f->stmt && f->cont == cont) {
        st = f->stmt;
        f = f->caller;
    }
    return st;
}

static void report_recursion(struct expansion *e, const struct stmt *st)
{
    struct diag *x = diag_add(e->b->d, E0306, st->at, "`do %s` is recursive, and something follows it", st->name.name);
    diag_label(e->b->d, x, st->decl->name.at, "this session leads back to itself");
    diag_note(e->b->d, x, "each round would leave more to do after it, so no finite protocol describes this");
    diag_help(e->b->d, x, "let `do %s` be the last statement, or use `rec` and `continue`", st->name.name);
}

static void report_leaving_branch(struct expansion *e, const struct stmt *st)
{
    struct diag *x = diag_add(e->b->d, E0321, st->at, "`do %s` is recursive, and would leave this branch of `par`",
                              st->name.name);
    diag_label(e->b->d, x, par_word(e->branch->par), "the branches start here");
    diag_help(e->b->d, x, "a branch of `par` is done when it ends: repeat behind the `par`, or loop within the branch");
}

static bool refuse_recursion(struct expansion *e, const struct frame *f, const struct stmt *st, uint32_t cont)
{
    const struct frame *outer = *open_frame(e, st->decl); /* those around it go on as it does */
    if (!outer || outer->cont == cont)
        return false;
    e->failed = true;
    bool leaves = outer->branch != e->branch;
    st = leaves ? st : not_last(f, st, cont);
    if (!ir__reported(e->b, leaves ? E0321 : E0306, st->at))
        (leaves ? report_leaving_branch : report_recursion)(e, st);
    return true;
}

/* `do S(p, P[1])` names one role twice when p is P[1]. */
static bool refuse_overlap(struct expansion *e, const struct frame *f, const struct stmt *st, const uint32_t *roles)
{
    for (uint32_t i = 0; i < st->args.n; i++)
        for (uint32_t j = 0; j < i; j++) {
            uint32_t ni = role_size(f, &st->args.at[i]), nj = role_size(f, &st->args.at[j]);
            if (roles[i] >= roles[j] + nj || roles[j] >= roles[i] + ni)
                continue;
            if (!ir__reported(e->b, E0212, st->args.at[i].at)) {
                struct diag *x = diag_add(e->b->d, E0212, st->args.at[i].at, "here `%s` would play two roles of `%s`",
                                          e->t->roles[roles[i]].name, st->name.name);
                diag_label(e->b->d, x, st->args.at[j].at, "it is given here already");
            }
            e->failed = true;
            return true;
        }
    return false;
}

static uint32_t insert(struct expansion *e, struct frame *f, const struct stmt *st, const uint32_t *roles,
                       uint32_t cont)
{
    bool fresh;
    uint32_t entry = enter(e, st->decl, roles, cont, st, &fresh);
    if (!fresh || refuse_recursion(e, f, st, cont))
        return entry;
    struct frame inner = {st->decl, roles, cont, e->regions, e->branch, NULL, f, st};
    const struct frame **open = open_frame(e, st->decl), *outer = *open;
    *open = &inner;
    uint32_t body = expand_block(e, &inner, &st->decl->as.session.body, cont);
    *open = outer;
    vec_push(e->b->scratch, e->nfa->at.at[entry].targets, body);
    return entry;
}

/* The session being expanded to which a `do` in the last place of its body, or of a `try` there, goes back: what comes
 * next is what comes after it. NULL when this is no such `do`. */
static const struct frame *goes_back(const struct expansion *e, const struct stmt *st, uint32_t cont)
{
    for (;; cont = e->nfa->at.at[cont].targets.at[0]) {
        const struct frame *g = *open_frame(e, st->decl);
        if (g && g->cont == cont)
            return g;
        if (e->nfa->at.at[cont].kind != POS_EXIT)
            return NULL;
    }
}

static uint32_t expand_do(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    uint32_t *roles = ARENA_ARRAY(e->b->scratch, uint32_t, st->args.n);
    for (uint32_t i = 0; i < st->args.n; i++)
        roles[i] = resolve(f, &st->args.at[i]);
    if (refuse_overlap(e, f, st, roles))
        return cont;
    const struct frame *back = e->regions ? goes_back(e, st, cont) : NULL;
    if (!back || back->regions == e->regions)
        return insert(e, f, st, roles, cont);
    uint32_t regions = e->regions;
    e->regions = back->regions;
    uint32_t entry = insert(e, f, st, roles, back->cont);
    e->regions = regions;
    return new_exit(e, st, entry);
}

static uint32_t expand_stmt(struct expansion *e, struct frame *f, const struct stmt *st, uint32_t cont)
{
    count_step(e);
    if (e->failed)
        return cont;
    switch (st->kind) {
    case ST_MESSAGE:
        return expand_message(e, f, st, cont);
    case ST_CHOICE:
        return expand_choice(e, f, st, cont);
    case ST_REC:
        return expand_rec(e, f, st, cont);
    case ST_CONTINUE:
        return expand_continue(e, f, st);
    case ST_DO:
        return expand_do(e, f, st, cont);
    case ST_FOREACH:
        return expand_foreach(e, f, st, cont);
    case ST_PAR:
        return expand_par(e, f, st, cont);
    case ST_TRY:
        return expand_try(e, f, st, cont);
    }
    return cont;
}

static uint32_t expand_block(struct expansion *e, struct frame *f, const struct block *b, uint32_t cont)
{
    if (e->depth == MAX_DEPTH && !e->failed) {
        diag_add(e->b->d, E0309, e->t->decl->name.at,
                 "in session `%s` blocks and inserted sessions nest deeper than %d",
                 e->t->name, MAX_DEPTH);
        e->failed = true;
    }
    e->depth++;
    for (uint32_t i = b->stmts.n; i-- > 0 && !e->failed;)
        cont = expand_stmt(e, f, b->stmts.at[i], cont);
    e->depth--;
    return cont;
}

/* ---- what must hold of the graph ---- */

static void report_cycle(struct expansion *e, const struct place *p)
{
    struct span at = p->stmt ? p->stmt->at : e->t->decl->name.at;
    e->failed = true;
    if (ir__reported(e->b, E0210, at))
        return;
    struct diag *x = diag_add(e->b->d, E0210, at, "this recursion may come back here without a message");
    mode_note(e->b, e->t, e->nfa, p->mode, x);
}

/* A cycle of positions without an action, found by depth-first search without recursion. */
static void check_cycles(struct expansion *e)
{
    struct nfa *n = e->nfa;
    uint8_t *colour = ARENA_ARRAY(e->b->scratch, uint8_t, n->at.n);
    uint32_t *next = ARENA_ARRAY(e->b->scratch, uint32_t, n->at.n);
    uint32_t *stack = ARENA_ARRAY(e->b->scratch, uint32_t, n->at.n);
    for (uint32_t root = 0; root < n->at.n; root++) {
        uint32_t depth = 0;
        if (!colour[root])
            stack[depth++] = root;
        while (depth) {
            uint32_t i = stack[depth - 1];
            const struct place *p = &n->at.at[i];
            colour[i] = 1;
            if (next[i] >= p->targets.n) {
                colour[i] = 2;
                depth--;
                continue;
            }
            uint32_t to = p->targets.at[next[i]++];
            if (!colour[to])
                stack[depth++] = to;
            if (colour[to] != 1)
                continue;
            report_cycle(e, &n->at.at[to]);
        }
    }
}

struct guard { /* of one branch of a choice */
    struct expansion *e;
    const struct place *choice;
    uint32_t branch;
};

static void unguarded_branch(struct guard *g, const struct place *p)
{
    struct builder *b = g->e->b;
    const struct stmt *st = g->choice->stmt;
    const struct block *block = &st->blocks.at[g->branch];
    name chooser = g->e->t->roles[g->choice->from].name;
    bool inside = p->stmt && p->stmt->at.lo >= block->at.lo && p->stmt->at.hi <= block->at.hi;
    struct span at = inside ? p->stmt->at : block->at;
    g->e->failed = true;
    if (ir__reported(b, E0304, at))
        return;
    struct diag *x;
    if (p->kind == POS_END)
        x = diag_add(b->d, E0304, at, "this branch may end without a message from `%s`", chooser);
    else
        x = diag_add(b->d, E0304, at, "this branch starts with `%s`, but `%s` decides", g->e->t->roles[p->from].name,
                     chooser);
    diag_label(b->d, x, st->from.at, "the choice is at `%s`", chooser);
    mode_note(b, g->e->t, g->e->nfa, g->choice->mode, x);
    diag_help(b->d, x, "let each branch start with a message from `%s`: others learn of its decision by that", chooser);
}

/* Where others take turns with the choice, what they do meanwhile does not open a branch. */
static bool opens(const struct expansion *e, const struct place *choice, const struct place *q)
{
    return !strands_concurrent(e->nfa->strands.at, choice->strand, q->strand);
}

/* mark[position] is `stamp` once it was visited for this branch. */
static void check_branch(struct guard *g, uint32_t *mark, uint32_t stamp, uint32_t *stack)
{
    const struct nfa *n = g->e->nfa;
    uint32_t depth = 0, first = g->choice->targets.at[g->branch];
    stack[depth++] = first;
    mark[first] = stamp;
    while (depth) {
        const struct place *q = &n->at.at[stack[--depth]];
        if (q->kind == POS_END || (q->kind == POS_ACTION && q->from != g->choice->from && opens(g->e, g->choice, q))) {
            unguarded_branch(g, q);
            return;
        }
        for (uint32_t k = 0; k < q->targets.n; k++)
            if (mark[q->targets.at[k]] != stamp) {
                mark[q->targets.at[k]] = stamp;
                stack[depth++] = q->targets.at[k];
            }
    }
}

static void check_choices(struct expansion *e)
{
    struct nfa *n = e->nfa;
    uint32_t *mark = ARENA_ARRAY(e->b->scratch, uint32_t, n->at.n);
    uint32_t *stack = ARENA_ARRAY(e->b->scratch, uint32_t, n->at.n);
    uint32_t stamp = 0;
    for (uint32_t i = 0; i < n->at.n; i++) {
        const struct place *p = &n->at.at[i];
        if (p->kind != POS_EPSILON || !p->stmt || p->stmt->kind != ST_CHOICE || p->part)
            continue;
        for (uint32_t branch = 0; branch < p->targets.n; branch++)
            check_branch(&(struct guard){e, p, branch}, mark, ++stamp, stack);
    }
}

/* ---- all of it ---- */

uint32_t list_extend(struct arena *a, list_vec *all, uint32_t list, const uint32_t *more, uint32_t n_more)
{
    struct index_list x = {all->at[list].n + n_more, NULL};
    x.at = ARENA_ARRAY(a, uint32_t, x.n);
    if (all->at[list].n)
        memcpy(x.at, all->at[list].at, all->at[list].n * sizeof *x.at);
    memcpy(x.at + all->at[list].n, more, n_more * sizeof *x.at);
    vec_push(a, *all, x);
    return all->n - 1;
}

bool strands_concurrent(const struct index_list *all, uint32_t a, uint32_t b)
{
    if (a == b)
        return false;
    const struct index_list *x = &all[a], *y = &all[b];
    for (uint32_t i = 0; i < x->n && i < y->n && x->at[i] == y->at[i]; i += 2)
        if (x->at[i + 1] != y->at[i + 1])
            return true;
    return false;
}

bool instantiate(struct builder *b, const struct session_type *t, struct nfa *out)
{
    struct expansion e = {.b = b, .t = t, .nfa = out};
    const struct session_decl *sd = &t->decl->as.session;
    if (!b->open)
        b->open = ARENA_ARRAY(b->a, const struct frame *, b->ir->n_sessions);
    vec_push(b->scratch, out->regions, (struct index_list){0});
    vec_push(b->scratch, out->strands, (struct index_list){0});
    vec_push(b->scratch, out->modes, (struct mode){.catcher = IR_NONE, .event = IR_NONE});
    uint32_t *roles = ARENA_ARRAY(b->scratch, uint32_t, sd->roles.n);
    for (uint32_t i = 0; i < sd->roles.n; i++)
        roles[i] = ir__first_role(t, sd->roles.at[i].name.name);
    uint32_t end = expansion_place(&e, (struct place){.kind = POS_END});
    bool fresh;
    out->start = enter(&e, t->decl, roles, end, NULL, &fresh);
    struct frame f = {.session = t->decl, .roles = roles, .cont = end};
    *open_frame(&e, t->decl) = &f;
    uint32_t body = expand_block(&e, &f, &sd->body, end);
    *open_frame(&e, t->decl) = NULL;
    vec_push(b->scratch, out->at.at[out->start].targets, body);
    if (!e.failed && out->tries.n)
        e.failed = !instantiate_modes(b, t, out);
    if (!e.failed)
        check_cycles(&e);
    if (!e.failed)
        check_choices(&e);
    return !e.failed;
}
