/* check_file.c -- see check_file.h. Where one subject cannot be checked the others still are. */
#include "check_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "assertions.h"
#include "buf.h"
#include "check_cache.h"
#include "check_capacity.h"
#include "check_ltl.h"
#include "check_refinements.h"
#include "coverage.h"
#include "domains.h"
#include "progress.h"
#include "early.h"
#include "lint_file.h"
#include "promela.h"
#include "recovery.h"
#include "spin.h"
#include "starvation.h"

static const char *const safety_titles[SAFETY_KINDS] = {
    [SAFETY_DEADLOCK] = "deadlock-free",
    [SAFETY_FIDELITY] = "fidelity",
    [SAFETY_ORPHAN] = "no-orphans",
    [SAFETY_GAVE_UP] = "recovery",
};

static const char *const progress_titles[PROGRESS_KINDS] = {
    [PROGRESS] = "progress",
    [NO_UNFINISHED] = "no-unfinished",
    [NO_LEFTOVERS] = "no-leftovers",
};

enum { REDUCE_FROM = 1000000 }; /* a system with fewer states is searched in full */

struct checking {
    const struct unit *u;
    const struct check_options *o;
    struct report *r;
    struct arena *a;
    bool no_spin; /* found missing */
    struct coverage *coverage;
};

/* ---- the scope, in words ---- */

static void put_part(struct buf *b, const char *fmt, uint32_t n, const char *text)
{
    buf_puts(b, b->n ? ", " : "");
    buf_printf(b, fmt, n, n == 1 ? "" : text);
}

static void put_crashes(struct buf *b, const struct model *m)
{
    for (uint32_t i = 0; i < m->n_crashes; i++) {
        const struct verify_crash *c = &m->crashes[i];
        put_part(b, "at most %u crash%s", c->count, "es");
        if (c->child != IR_NONE)
            buf_printf(b, " of %s", m->system->children[c->child].name);
    }
}

static void put_domains(struct buf *b, const struct verify *v)
{
    for (uint32_t i = 0; v && i < v->n_domains; i++) {
        const struct domain *k = &v->domains[i];
        buf_printf(b, "%s%s.%s in %llu..%llu", b->n ? ", " : "", k->message.name, k->field.name,
                   (unsigned long long)k->lo, (unsigned long long)k->hi);
    }
}

/* The capacity of all lanes, or 0 when they differ. */
static uint32_t common_capacity(const struct model *m)
{
    for (uint32_t l = 1; l < m->n_lanes; l++)
        if (m->lanes[l].capacity != m->lanes[0].capacity)
            return 0;
    return m->n_lanes ? m->lanes[0].capacity : 0;
}

static const char *scope_of(struct arena *a, const struct model *m)
{
    struct buf b = { 0 };
    uint32_t runs = m->verify ? m->verify->sessions : 1, capacity = common_capacity(m);
    if (m->system)
        put_part(&b, "%u session%s of each wire", runs, "s");
    else
        put_part(&b, "%u session%s on its own", runs, "s");
    if (capacity)
        put_part(&b, "lanes hold %u%s", capacity, "");
    put_crashes(&b, m);
    put_domains(&b, m->verify);
    if (m->verify && m->verify->n_ltls)
        buf_puts(&b, m->fair_weak ? ", ltl under weak fairness" : ", ltl without fairness");
    const char *text = arena_strndup(a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

/* ---- projection ---- */

/* A global type that was well-formed up to projection. */
static bool was_projected(const struct session_type *t)
{
    return !t->by_locals && t->global != NULL;
}

static bool is_projection_error(enum diag_code code)
{
    return code == E0301 || code == E0302 || code == E0303;
}

/* How the projections of a session ended is only known through what was reported about it: a limit (E0309) is not
 * a verdict. */
static void add_implementable(struct checking *c, const struct session_type *t)
{
    struct property p = { .title = "implementable", .subject = t->name, .n_engines = 1 };
    uint64_t states = 0;
    for (uint32_t i = 0; t->implementable && i < t->n_roles; i++)
        states += t->locals[i].n_states;
    p.engines[0] = (struct engine_result){ .engine = "projection", .states = states,
                                           .result = t->implementable ? VERDICT_HOLDS : VERDICT_VIOLATED };
    property_conclude(&p, c->a);
    vec_push(c->a, c->r->properties, p);
}

static void add_early(struct checking *c, uint32_t i)
{
    const struct session_type *t = &c->u->ir->sessions[i];
    static const enum verdict verdicts[] = {
        [EARLY_HOLDS] = VERDICT_HOLDS, [EARLY_VIOLATED] = VERDICT_VIOLATED, [EARLY_TOO_LARGE] = VERDICT_INCONCLUSIVE
    };
    struct property p = { .title = "early-choice", .subject = t->name, .n_engines = 1 };
    uint64_t states;
    enum early found = early_choices(c->u->ir, i, c->u->diags, &states);
    p.engines[0] = (struct engine_result){ .engine = "projection", .states = states, .result = verdicts[found] };
    if (found == EARLY_TOO_LARGE)
        p.engines[0].why = "the session is too large";
    property_conclude(&p, c->a);
    vec_push(c->a, c->r->properties, p);
}

static bool projection_failed(const struct unit *u)
{
    for (uint32_t i = 0; i < u->diags->n; i++)
        if (is_projection_error(u->diags->at[i]->code))
            return true;
    return false;
}

/* ---- the engines ---- */

static const char *reduction_words(const struct exploration *e)
{
    static const char *const words[] = { NULL, "partial order", "symmetry", "symmetry, partial order" };
    return words[e->reduced & (REDUCE_ORDER | REDUCE_SYMMETRY)];
}

static struct engine_result explorer_result(struct arena *a, const struct exploration *e, enum safety k)
{
    struct engine_result x = { "explorer", e->result[k], false, e->states, e->seconds, NULL, NULL };
    x.reduction = reduction_words(e);
    if (x.result == VERDICT_INCONCLUSIVE)
        x.why = arena_printf(a, "%s after %llu states, of which %llu were followed up", e->stopped,
                             (unsigned long long)e->states, (unsigned long long)e->expanded);
    return x;
}

static struct engine_result spin_engine_result(const struct spin_result *r)
{
    static const enum verdict verdicts[] = {
        [SPIN_HOLDS] = VERDICT_HOLDS,
        [SPIN_VIOLATED] = VERDICT_VIOLATED,
        [SPIN_INCONCLUSIVE] = VERDICT_INCONCLUSIVE,
        [SPIN_ERROR] = VERDICT_INCONCLUSIVE,
        [SPIN_NO_TOOL] = VERDICT_INCONCLUSIVE,
    };
    bool failed = r->answer == SPIN_ERROR;
    return (struct engine_result){ "spin", verdicts[r->answer], failed, r->states, r->seconds, r->why, NULL };
}

/* SPIN on the model, or a check in which every answer says why there is none. */
static const struct spin_check *run_spin(struct checking *c, const struct semantics *s, const struct budget *b)
{
    struct promela p;
    const struct model *m = semantics_model(s);
    if (!promela_render(c->a, m, &p)) {
        struct spin_check *none = ARENA_NEW(c->a, struct spin_check);
        struct spin_result r = { .answer = SPIN_INCONCLUSIVE, .why = p.problem };
        none->n_ltl = m->verify ? m->verify->n_ltls : 0;
        none->ltl = ARENA_ARRAY(c->a, struct spin_result, none->n_ltl);
        for (uint32_t k = 0; k < SAFETY_KINDS; k++)
            none->safety[k] = r;
        for (uint32_t i = 0; i < none->n_ltl; i++)
            none->ltl[i] = r;
        return none;
    }
    struct spin_model sm = { p.text, p.lines, p.n_lines, p.n_processes, p.claims, p.n_claims };
    return spin_check_how(c->a, s, &sm, b, &c->o->how);
}

static void report_missing(struct checking *c, const struct spin_check *check)
{
    c->no_spin = true;
    c->r->wrong = true;
    struct span nowhere = { 0, 0, 0 };
    if (check->trouble) {
        struct diag *d = diag_add(c->u->diags, E0503, nowhere, "SPIN cannot run: %s", check->trouble);
        diag_help(c->u->diags, d, "let TMPDIR name a folder that can be written, or check with --engine=explorer");
        return;
    }
    struct diag *d = diag_add(c->u->diags, E0503, nowhere, "%s is not installed", check->missing);
    diag_help(c->u->diags, d, "install the Debian package `%s`, or check with --engine=explorer", check->package);
}

/* ---- properties of a model ---- */

static void add_property(struct checking *c, struct property *p)
{
    property_conclude(p, c->a);
    c->r->internal |= p->error != NULL;
    vec_push(c->a, c->r->properties, *p);
}

static struct story *story_of(struct arena *a, const struct semantics *s, struct trail t, uint32_t cycle, enum safety k)
{
    struct story *story = ARENA_NEW(a, struct story);
    *story = (struct story){ s, t, cycle, k };
    return story;
}

static void add_safety(struct checking *c, const struct semantics *s, const char *scope, enum safety k,
                       const struct exploration *e, const struct spin_check *spin)
{
    struct property p = { .title = safety_titles[k], .subject = semantics_model(s)->subject, .scope = scope };
    if (e)
        p.engines[p.n_engines++] = explorer_result(c->a, e, k);
    if (spin)
        p.engines[p.n_engines++] = spin_engine_result(&spin->safety[k]);
    if (e && e->result[k] == VERDICT_VIOLATED) /* the shortest */
        p.story = story_of(c->a, s, e->trail[k], IR_NONE, k);
    else if (spin && spin->safety[k].answer == SPIN_VIOLATED)
        p.story = story_of(c->a, s, spin->safety[k].trail, IR_NONE, k);
    add_property(c, &p);
}

static const char *why_no_graph(const struct exploration *e)
{
    return e->stopped ? e->stopped : "the states with all steps between them need more memory";
}

/* The formulas, each by the explorer where there is a graph, and by SPIN where it was asked. */
static void check_ltls(struct checking *c, const struct semantics *s, const char *scope, const struct exploration *e,
                       const struct state_graph *g, const struct spin_check *spin, const struct budget *b)
{
    const struct verify *v = semantics_model(s)->verify;
    struct budget rest = *b; /* beside the graph */
    struct ltl_check k = { .a = c->a, .s = s, .scope = scope, .g = g, .budget = &rest };
    if (g && rest.bytes)
        rest.bytes = e->bytes + 1 < rest.bytes ? rest.bytes - e->bytes : 1;
    if (e && !g)
        k.no_graph = why_no_graph(e);
    for (uint32_t i = 0; (e || spin) && v && i < v->n_ltls; i++) {
        struct engine_result x = { 0 };
        k.spin = NULL;
        if (spin) {
            x = spin_engine_result(&spin->ltl[i]);
            k.spin = &x;
            k.spin_trail = spin->ltl[i].answer == SPIN_VIOLATED ? &spin->ltl[i].trail : NULL;
            k.spin_cycle = spin->ltl[i].cycle;
        }
        struct property p = check_ltl(&k, i);
        add_property(c, &p);
    }
}

/* What only the graph of all states tells: broken in `state`. `g` is NULL where it is not known. */
static void add_of_graph(struct checking *c, const struct semantics *s, const char *title, const char *scope,
                         const struct exploration *e, const struct state_graph *g, bool broken, uint32_t state)
{
    struct property p = { .title = title, .subject = semantics_model(s)->subject, .scope = scope, .n_engines = 1 };
    p.engines[0] = (struct engine_result){ "explorer", VERDICT_INCONCLUSIVE, false, e->states, e->seconds, NULL, NULL };
    if (!g)
        p.engines[0].why = why_no_graph(e);
    else
        p.engines[0].result = broken ? VERDICT_VIOLATED : VERDICT_HOLDS;
    if (g && broken)
        p.story = story_of(c->a, s, state_graph_trail(g, c->a, state), IR_NONE, SAFETY_KINDS);
    add_property(c, &p);
}

static void check_progress(struct checking *c, const struct semantics *s, const char *scope,
                           const struct exploration *e, const struct state_graph *g)
{
    struct progress found = { 0 };
    struct starvation starving = { 0 };
    bool decided = g && progress_check(g, &found);
    for (uint32_t k = 0; k < PROGRESS_KINDS; k++)
        add_of_graph(c, s, progress_titles[k], scope, e, decided ? g : NULL, found.broken[k], found.state[k]);
    decided = g && c->o->unfair && starvation_check(g, &starving);
    if (c->o->unfair) {
        add_of_graph(c, s, "no-starvation", scope, e, decided ? g : NULL, starving.found, starving.state);
        vec_last(c->r->properties).fairness = "weak";
    }
}

static struct engine_result recovery_result(const struct exploration *e, bool gave_up, bool decided, bool stuck)
{
    struct engine_result x = { "explorer", VERDICT_INCONCLUSIVE, false, e->states, e->seconds, NULL, NULL };
    if (gave_up || decided)
        x.result = gave_up || stuck ? VERDICT_VIOLATED : VERDICT_HOLDS;
    else
        x.why = why_no_graph(e);
    return x;
}

/* The explorer decides all of it, SPIN that no supervisor gives up for good: its answer counts where that settles it. */
static void add_recovery(struct checking *c, const struct semantics *s, const char *scope, const struct exploration *e,
                         const struct state_graph *g, const struct spin_check *spin)
{
    struct property p = { .title = safety_titles[SAFETY_GAVE_UP], .subject = semantics_model(s)->subject,
                          .scope = scope };
    const struct spin_result *other = spin ? &spin->safety[SAFETY_GAVE_UP] : NULL;
    struct recovery found = { 0 };
    bool gave_up = e && e->result[SAFETY_GAVE_UP] == VERDICT_VIOLATED, decided = g && recovery_check(g, &found);
    if (e)
        p.engines[p.n_engines++] = recovery_result(e, gave_up, decided, found.stuck);
    bool stuck = !gave_up && decided && found.stuck, holds = !gave_up && decided && !found.stuck;
    if (other && (gave_up || holds || other->answer == SPIN_VIOLATED || other->answer == SPIN_ERROR))
        p.engines[p.n_engines++] = spin_engine_result(other);
    if (gave_up)
        p.story = story_of(c->a, s, e->trail[SAFETY_GAVE_UP], IR_NONE, SAFETY_GAVE_UP);
    else if (stuck)
        p.story = story_of(c->a, s, state_graph_trail(g, c->a, found.state), IR_NONE, SAFETY_KINDS);
    else if (other && other->answer == SPIN_VIOLATED)
        p.story = story_of(c->a, s, other->trail, IR_NONE, SAFETY_GAVE_UP);
    if (p.n_engines)
        add_property(c, &p);
}

/* With the graph where some property needs it. A graph that is too large must not cost the other properties theirs. */
static const struct exploration *run_explorer(const struct checking *c, const struct semantics *s,
                                              const struct budget *b, struct state_graph **g)
{
    *g = NULL;
    if (!c->o->explorer)
        return NULL;
    const struct model *m = semantics_model(s);
    const struct explore_options o = { .reduce = c->o->reduce, .workers = (uint32_t)c->o->workers,
                                       .full_first = c->o->reduce_at_once ? 0 : REDUCE_FROM };
    if (!c->o->progress && !model_has_crashes(m) && !(m->verify && m->verify->n_ltls))
        return explore_with(c->a, s, b, &o);
    const struct exploration *e = explore_graph(c->a, s, b, g);
    bool too_large = !*g && (b->seconds <= 0 || e->seconds < b->seconds);
    if (!too_large)
        return e;
    struct exploration *without = explore_with(c->a, s, b, &o);
    without->advice = without->advice ? without->advice : e->advice;
    return without;
}

/* Of a budget what this process does not use yet, less a sixteenth for what is not counted; but some at least. */
static uint64_t memory_left(uint64_t budget)
{
    unsigned long all = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    bool known = f && fscanf(f, "%lu %lu", &all, &resident) == 2;
    if (f)
        fclose(f);
    uint64_t used = known ? (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
    used += budget / 16;
    return used < budget / 2 ? budget - used : budget / 2;
}

static void add_advice(struct checking *c, const struct model *m, const struct exploration *e)
{
    for (uint32_t k = 0; e && k < SAFETY_KINDS; k++)
        if (e->longer[k])
            vec_push(c->a, c->r->notes,
                     arena_printf(c->a, "the counterexample to %s of %s may not be a shortest one: %s", safety_titles[k],
                                  m->subject, "the budget did not reach for a search of all orders"));
    if (e && e->advice)
        vec_push(c->a, c->r->notes, arena_printf(c->a, "%s has %s", m->subject, e->advice));
}

/* Do the model's properties, from number `first` on, leave anything open that could happen otherwise? */
static bool is_sound(const struct checking *c, uint32_t first)
{
    bool sound = true;
    for (uint32_t i = first; i < c->r->properties.n; i++)
        for (uint32_t k = 0; k < SAFETY_GAVE_UP; k++)
            sound &= strcmp(c->r->properties.at[i].title, safety_titles[k]) != 0 ||
                     c->r->properties.at[i].result == VERDICT_HOLDS;
    return sound;
}

static void cover(struct checking *c, const struct model *m, uint32_t first, const bool *taken)
{
    coverage_add(c->coverage, m, is_sound(c, first) ? taken : NULL);
}

/* Of the formulas among the model's properties, from number `first` on. */
static void warn_vacuous(struct checking *c, const struct model *m, uint32_t first)
{
    for (uint32_t i = first; i < c->r->properties.n; i++) {
        const struct property *p = &c->r->properties.at[i];
        for (uint32_t k = 0; p->vacuous && k < m->verify->n_ltls; k++) {
            const struct ident *f = &m->verify->ltls[k].name;
            if (strcmp(p->title + strlen("ltl "), f->name) != 0)
                continue;
            struct diag *w = diag_add(c->u->diags, W0404, f->at, "`%s` holds vacuously", f->name);
            diag_note(c->u->diags, w, "%s", p->vacuous);
            diag_help(c->u->diags, w, "check it in a scope in which all of it can happen, or ask for that, too");
        }
    }
}

static void check_model(struct checking *c, const struct model *m)
{
    if (!m) { /* a limit, and a diagnostic says which */
        c->r->wrong = true;
        return;
    }
    const struct semantics *s = semantics_new(c->a, m);
    const struct budget budget = { (double)c->o->seconds, c->o->mib << 20 };
    const struct budget own = { (double)c->o->seconds, memory_left(c->o->mib << 20) };
    const char *scope = scope_of(c->a, m);
    struct cache_key key = { { 0 } };
    uint32_t first = c->r->properties.n;
    const bool *taken = NULL;
    if (check_cache_find(c->o, s, scope, c->r, &key, &taken)) {
        warn_vacuous(c, m, first);
        cover(c, m, first, taken);
        return;
    }
    struct state_graph *g;
    const struct exploration *e = run_explorer(c, s, &own, &g);
    const struct spin_check *spin = c->o->spin && !c->no_spin ? run_spin(c, s, &budget) : NULL;
    if (spin && (spin->missing || spin->trouble)) {
        report_missing(c, spin);
        spin = NULL;
    }
    if (e || spin)
        for (uint32_t k = 0; k < SAFETY_GAVE_UP; k++)
            add_safety(c, s, scope, (enum safety)k, e, spin);
    if (model_has_crashes(m))
        add_recovery(c, s, scope, e, g, spin);
    if (e && c->o->progress)
        check_progress(c, s, scope, e, g);
    check_ltls(c, s, scope, e, g, spin, &own);
    state_graph_free(g);
    taken = e && e->complete ? e->taken : NULL;
    add_advice(c, m, e);
    if (!c->no_spin)
        check_cache_keep(c->o, key, c->r, first, taken, m->n_edges);
    warn_vacuous(c, m, first);
    cover(c, m, first, taken);
}

/* ---- subjects ---- */

static bool is_wired(const struct ir *ir, uint32_t session)
{
    for (uint32_t i = 0; i < ir->n_systems; i++)
        for (uint32_t w = 0; w < ir->systems[i].n_wires; w++)
            if (ir->systems[i].wires[w].session == session)
                return true;
    return false;
}

static bool system_usable(const struct ir *ir, const struct system *sys)
{
    for (uint32_t w = 0; w < sys->n_wires; w++)
        if (!ir->sessions[sys->wires[w].session].usable)
            return false;
    return true;
}

static uint32_t check_scopes(struct checking *c, bool of_system, uint32_t subject)
{
    const struct ir *ir = c->u->ir;
    uint32_t n = 0;
    for (uint32_t i = 0; i < ir->n_verifies; i++) {
        const struct verify *v = &ir->verifies[i];
        if (v->of_system != of_system || v->subject != subject)
            continue;
        check_model(c, domains_model(ir, of_system, subject, v, (uint32_t)c->o->capacity, c->u->diags));
        n++;
    }
    return n;
}

static bool explores(const struct checking *c)
{
    return c->o->explorer || c->o->spin;
}

static void check_session(struct checking *c, uint32_t i)
{
    const struct ir *ir = c->u->ir;
    const struct session_type *t = &ir->sessions[i];
    bool own = !t->decl->imported; /* others are judged where they stand, here only as far as something asks for it */
    if (was_projected(t) && (t->implementable ? own : projection_failed(c->u)))
        add_implementable(c, t);
    if (own && c->o->early && was_projected(t) && t->usable)
        add_early(c, i);
    if (!t->usable || !explores(c))
        return;
    if (check_scopes(c, false, i) == 0 && own && !is_wired(ir, i))
        check_model(c, model_of_session(ir, i, NULL, (uint32_t)c->o->capacity, c->u->diags));
}

static void check_system(struct checking *c, uint32_t i)
{
    const struct ir *ir = c->u->ir;
    if (!explores(c) || !system_usable(ir, &ir->systems[i]))
        return;
    if (check_scopes(c, true, i) == 0 && !ir->systems[i].decl->imported)
        check_model(c, model_of_system(ir, i, NULL, c->u->diags));
}

/* ---- assertions on local types ---- */

static void add_assertion(struct checking *c, const struct decl *d)
{
    static const enum verdict verdicts[] = {
        [SUBTYPE_YES] = VERDICT_HOLDS,
        [SUBTYPE_NO] = VERDICT_VIOLATED,
        [SUBTYPE_UNKNOWN] = VERDICT_INCONCLUSIVE,
    };
    struct assertion x;
    if (!assertion_decide(c->u->ir, d, c->u->diags, &x)) {
        c->r->wrong = true;
        return;
    }
    struct property p = { .title = d->as.assert_.kind == ASSERT_EQUAL ? "equal" : "subtype", .subject = x.text,
                          .n_engines = 1 };
    p.at = d->at;
    if (x.ahead)
        p.scope = arena_printf(c->a, "asynchronous, up to %u ahead: lanes need room for that", x.ahead);
    p.engines[0] = (struct engine_result){ "subtyping", verdicts[x.answer], false, x.pairs, 0, x.why, NULL };
    add_property(c, &p);
}

/* How many assertions the file has. */
static uint32_t check_assertions(struct checking *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->u->ir->file->decls.n; i++) {
        const struct decl *d = c->u->ir->file->decls.at[i];
        if (d->kind != D_ASSERT || d->imported)
            continue;
        add_assertion(c, d);
        n++;
    }
    return n;
}

/* Properties of sessions and systems are placed where these are declared. They are looked for from the last one found
 * on, since both stand in the order of the file. */
static void place_properties(const struct ir *ir, struct report *r)
{
    uint32_t n = ir->n_sessions + ir->n_systems, last = 0;
    for (uint32_t i = 0; i < r->properties.n; i++) {
        struct property *p = &r->properties.at[i];
        for (uint32_t k = 0; k < n && !p->at.hi; k++) {
            uint32_t x = (last + k) % n;
            bool session = x < ir->n_sessions;
            const struct decl *d = session ? ir->sessions[x].decl : ir->systems[x - ir->n_sessions].decl;
            if (strcmp(session ? ir->sessions[x].name : ir->systems[x - ir->n_sessions].name, p->subject) != 0)
                continue;
            p->at = d->name.at;
            last = x;
        }
    }
}

void check_file(const struct unit *u, const struct check_options *o, struct report *r)
{
    struct checking c = { .u = u, .o = o, .r = r, .a = u->a };
    *r = (struct report){ .a = u->a, .path = u->path, .sources = u->sources, .diags = u->diags };
    for (uint32_t i = 0; i < u->diags->n; i++) {
        enum diag_code code = u->diags->at[i]->code;
        r->wrong |= diag_code_severity(code) == SEV_ERROR && !is_projection_error(code);
    }
    if (!u->ir)
        return;
    bool subjects = u->ir->n_sessions > 0 || u->ir->n_systems > 0;
    bool for_others = u->file->module.name || (o->may_be_for_others && u->file->decls.n);
    if (check_assertions(&c) == 0 && !subjects && !for_others) {
        r->wrong = true;
        diag_add(u->diags, E0502, (struct span){ 0, 0, 0 },
                 "nothing to check: no session, no system and no assertion is declared");
    }
    c.coverage = coverage_new(u);
    check_refinements(u, o, r);
    if (explores(&c))
        note_unmodelled(u, r);
    for (uint32_t i = 0; i < u->ir->n_sessions; i++)
        check_session(&c, i);
    for (uint32_t i = 0; i < u->ir->n_systems; i++)
        check_system(&c, i);
    if (o->explorer && o->any_capacity)
        check_any_capacity(u, o, r);
    if (!explores(&c) && subjects && r->properties.n == 0 && !r->wrong) {
        r->wrong = true;
        diag_add(u->diags, E0502, (struct span){ 0, 0, 0 },
                 "nothing to check without an engine: no session has a global type");
    }
    place_properties(u->ir, r);
    lint_file(u, o->explorer, (uint32_t)o->capacity);
    if (o->explorer && !unit_is_imported(u->path)) {
        coverage_report(c.coverage, r);
        diags_sort(u->diags);
    }
}
