/* refine.c -- the questions about refinements, and what the answers mean. See refine.h. */
#include "refine.h"

#include "refine_private.h"

enum {
    MAX_ASKED = 2000,   /* refined interactions of a session */
    MAX_OPEN = 100,     /* states whose runs are looked at */
    MAX_RUNS_ASKED = 64 /* in one question */
};

struct edge_questions { /* about one refined interaction */
    uint32_t edge;
    uint32_t on_runs; /* can it be fulfilled in one of the runs? IR_NONE: there is none */
    uint32_t at_all;  /* with what every run establishes? */
    uint32_t alone;   /* with any values of the other messages? */
    bool some_runs;   /* and there are more */
    bool impossible;  /* and that was reported */
};

struct level { /* some runs to a state with equally many interactions that matter: stuck after one of them? */
    uint32_t question;
    number_vec spots;
};

struct stuck_questions { /* about one state whose interactions are all refined */
    uint32_t state;
    uint32_t at_all;          /* stuck, with what every run establishes? */
    VEC(struct level) levels; /* asked in the second round, where that is not settled; shortest runs first */
};

struct inquiry { /* all about one session */
    struct subject s;
    VEC(struct edge_questions) edges;
    VEC(struct stuck_questions) stuck;
    uint32_t *reach; /* [states] can it be reached with values? IR_NONE: not asked, as nothing is refined there */
};

/* ---- asking ---- */

static const char *text_of(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_cstr(b), b->n);
    buf_free(b);
    return text;
}

static uint32_t ask(struct subject *s, const char *condition, bool quantified, const char *values)
{
    s->out->questions++;
    return solver_ask(s->solver, condition, quantified, values);
}

/* Some run to the state takes place. */
static uint32_t ask_reach(struct subject *s, uint32_t state)
{
    struct buf b = {0};
    buf_puts(&b, "(or false");
    for (uint32_t i = 0; i < s->spots_at[state].n; i++) /* short: all of them */
        buf_printf(&b, " s%u_r%u", s->session, s->spots.at[s->spots_at[state].at[i]].history);
    buf_putc(&b, ')');
    return ask(s, text_of(s->a, &b), false, NULL);
}

static void ask_edge(struct inquiry *q, uint32_t edge)
{
    struct subject *s = &q->s;
    uint32_t state = s->source[edge], n = s->spots_at[state].n;
    struct edge_questions x = {.edge = edge, .on_runs = IR_NONE, .some_runs = n > MAX_RUNS_ASKED};
    struct buf b = {0};
    buf_puts(&b, "(or false");
    for (uint32_t i = 0; i < n && i < MAX_RUNS_ASKED; i++) {
        uint32_t h = s->spots.at[s->spots_at[state].at[i]].history;
        buf_printf(&b, " (and s%u_r%u %s)", s->session, h, refine__fulfilled(s, edge, h));
    }
    buf_putc(&b, ')');
    const char *on_runs = text_of(s->a, &b);
    if (n)
        x.on_runs = ask(s, on_runs, false, NULL);
    const char *fulfilled = refine__fulfilled(s, edge, IR_NONE);
    x.alone = ask(s, fulfilled, false, NULL);
    x.at_all = ask(s, arena_printf(s->a, "(and %s %s)", refine__established(s, state), fulfilled), false, NULL);
    vec_push(s->a, q->edges, x);
}

static void ask_stuck(struct inquiry *q, uint32_t state)
{
    struct subject *s = &q->s;
    struct stuck_questions x = {.state = state};
    const char *known = refine__established(s, state);
    x.at_all = ask(s, arena_printf(s->a, "(and %s %s)", known, refine__stuck(s, state, IR_NONE)), true, NULL);
    vec_push(s->a, q->stuck, x);
}

static bool may_be_stuck(const struct subject *s, uint32_t state)
{
    const struct global_state *st = &s->g->states[state];
    if (!st->n || st->final || (s->g->n_regions && s->g->regions[st->regions].n))
        return false;
    for (uint32_t e = st->first; e < st->first + st->n; e++)
        if (!refine__is_refined(s, e))
            return false;
    return true;
}

/* What is asked is judged all the same. */
static void give_up(struct subject *s)
{
    s->out->result = VERDICT_INCONCLUSIVE;
    s->out->why = arena_printf(s->a, "it has more than %d refined interactions, and the others were not looked at", MAX_ASKED);
}

static void ask_all(struct inquiry *q)
{
    struct subject *s = &q->s;
    refine__define(s);
    q->reach = ARENA_ARRAY(s->a, uint32_t, s->g->n_states);
    memset(q->reach, 0xff, s->g->n_states * sizeof *q->reach);
    for (uint32_t state = 0; state < s->g->n_states; state++) {
        const struct global_state *st = &s->g->states[state];
        for (uint32_t e = st->first; e < st->first + st->n; e++) {
            if (!refine__is_refined(s, e))
                continue;
            if (q->edges.n == MAX_ASKED) {
                give_up(s);
                return;
            }
            if (q->reach[state] == IR_NONE)
                q->reach[state] = ask_reach(s, state);
            ask_edge(q, e);
        }
        if (may_be_stuck(s, state))
            ask_stuck(q, state);
    }
}

/* ---- judging ---- */

static enum answer answer(const struct subject *s, uint32_t question)
{
    return question == IR_NONE ? ANSWER_UNKNOWN : s->solver->questions.at[question].answer;
}

static void worsen(struct subject *s, enum verdict v, const char *why)
{
    if (v <= s->out->result)
        return;
    s->out->result = v;
    s->out->why = v == VERDICT_INCONCLUSIVE ? why : NULL;
}

static const char *interaction(const struct subject *s, uint32_t edge)
{
    const struct global_edge *e = &s->g->edges[edge];
    return arena_printf(s->a, "%s -> %s: %s", s->t->roles[e->from].name, s->t->roles[e->to].name,
                        s->ir->messages[e->message].name);
}

static void judge_edge(struct inquiry *q, struct edge_questions *x)
{
    struct subject *s = &q->s;
    uint32_t state = s->source[x->edge];
    if (answer(s, q->reach[state]) == ANSWER_UNSAT || answer(s, x->on_runs) == ANSWER_SAT)
        return; /* what keeps the state from being reached is reported there */
    bool never = answer(s, x->at_all) == ANSWER_UNSAT;
    bool on_no_run = answer(s, x->on_runs) == ANSWER_UNSAT && !s->incomplete[state] && !x->some_runs;
    if (!never && (!on_no_run || answer(s, q->reach[state]) != ANSWER_SAT)) {
        worsen(s, VERDICT_INCONCLUSIVE,
               arena_printf(s->a, "can `%s` ever be sent? Not in the runs that were followed", interaction(s, x->edge)));
        return;
    }
    x->impossible = true;
    refine__report_unsatisfiable(s, x->edge, answer(s, x->alone) == ANSWER_UNSAT);
    worsen(s, VERDICT_VIOLATED, NULL);
}

static bool all_impossible(const struct inquiry *q, uint32_t state)
{
    for (uint32_t i = 0; i < q->edges.n; i++)
        if (q->s.source[q->edges.at[i].edge] == state && !q->edges.at[i].impossible)
            return false;
    return true;
}

/* Does it take looking at runs to tell whether the state is stuck? */
static bool is_open(const struct inquiry *q, const struct stuck_questions *x)
{
    return answer(&q->s, x->at_all) != ANSWER_UNSAT && answer(&q->s, q->reach[x->state]) != ANSWER_UNSAT &&
           !all_impossible(q, x->state);
}

/* ---- runs that get stuck ---- */

/* "s0_w12": the run of history 12 is the one. */
static const char *choice(const struct subject *s, uint32_t spot)
{
    return arena_printf(s->a, "s%u_w%u", s->session, s->spots.at[spot].history);
}

static void put_constants(const struct subject *s, struct buf *b, uint32_t history)
{
    for (uint32_t h = history; h != 0; h = s->histories.at[h].parent) {
        const struct decl *message = s->ir->messages[s->g->edges[s->histories.at[h].edge].message].decl;
        for (uint32_t k = 0; k < s->keys.n; k++)
            if (s->keys.at[k].sample->message == message)
                buf_printf(b, " %s", refine__constant(s, h, k));
    }
}

static const char *values_of(const struct subject *s, const number_vec *spots)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < spots->n; i++) {
        buf_printf(&b, " %s", choice(s, spots->at[i]));
        put_constants(s, &b, s->spots.at[spots->at[i]].history);
    }
    return text_of(s->a, &b);
}

static void ask_level(struct inquiry *q, struct stuck_questions *x, struct level *l)
{
    struct subject *s = &q->s;
    struct buf all = {0}, some = {0};
    buf_puts(&all, "(and");
    for (uint32_t i = 0; i < l->spots.n; i++) {
        uint32_t spot = l->spots.at[i], h = s->spots.at[spot].history;
        buf_printf(&all, " (=> %s (and s%u_r%u %s))", choice(s, spot), s->session, h, refine__stuck(s, x->state, h));
        buf_printf(&some, " %s", choice(s, spot));
    }
    buf_printf(&all, " (or false%s))", buf_cstr(&some));
    buf_free(&some);
    l->question = ask(s, text_of(s->a, &all), true, values_of(s, &l->spots));
}

/* Histories were found in the order of their length, and so were the runs to a state. */
static void ask_levels(struct inquiry *q, struct stuck_questions *x)
{
    struct subject *s = &q->s;
    const number_vec *spots = &s->spots_at[x->state];
    for (uint32_t i = 0; i < spots->n;) {
        struct level l = {0};
        uint32_t depth = s->histories.at[s->spots.at[spots->at[i]].history].depth;
        for (; i < spots->n && l.spots.n < MAX_RUNS_ASKED &&
               s->histories.at[s->spots.at[spots->at[i]].history].depth == depth; i++)
            vec_push(s->a, l.spots, spots->at[i]);
        ask_level(q, x, &l);
        vec_push(s->a, x->levels, l);
    }
}

static void tell_stuck(struct subject *s, const struct level *l)
{
    const char *values = s->solver->questions.at[l->question].values;
    uint32_t found = l->spots.at[0];
    for (uint32_t i = 0; i < l->spots.n; i++) {
        const char *it = solver_value(s->a, values, choice(s, l->spots.at[i]));
        if (it && strcmp(it, "true") == 0)
            found = l->spots.at[i];
    }
    refine__report_stuck(s, found, values);
    worsen(s, VERDICT_VIOLATED, NULL);
}

static void judge_stuck(struct inquiry *q, const struct stuck_questions *x)
{
    struct subject *s = &q->s;
    bool unsure = s->incomplete[x->state];
    for (uint32_t i = 0; i < x->levels.n; i++) {
        const struct level *l = &x->levels.at[i];
        if (answer(s, l->question) == ANSWER_SAT) {
            tell_stuck(s, l);
            return;
        }
        unsure = unsure || answer(s, l->question) == ANSWER_UNKNOWN;
    }
    if (unsure)
        worsen(s, VERDICT_INCONCLUSIVE,
               arena_printf(s->a, "is there always a value with which `%s` can be sent, or another message in its place? "
                                  "No run that was followed shows that there is none",
                            interaction(s, s->g->states[x->state].first)));
}

/* ---- all of it ---- */

struct checking {
    struct arena *a;
    const struct ir *ir;
    struct diags *d;
    struct solver solver;
    struct refine_check *out;
    VEC(struct inquiry *) inquiries;
};

static bool has_refinements(const struct session_type *t)
{
    for (uint32_t e = 0; t->global && e < t->global->n_edges; e++)
        if (t->global->edges[e].where)
            return true;
    return false;
}

/* False when there are no answers; *out says why. */
static bool run(struct checking *c, double seconds, uint64_t memory)
{
    struct solver_result r = solver_run(&c->solver, seconds, memory);
    c->out->seconds += r.seconds;
    if (r.end == SOLVER_MISSING) {
        c->out->missing = "z3";
        c->out->package = "z3";
    } else if (r.end != SOLVER_DONE) {
        c->out->trouble = r.end == SOLVER_FAILED ? r.why : "it was interrupted";
    }
    return r.end == SOLVER_DONE;
}

static void inquire(struct checking *c, uint32_t session)
{
    struct inquiry *q = ARENA_NEW(c->a, struct inquiry);
    const struct session_type *t = &c->ir->sessions[session];
    struct refine_session *out = &c->out->sessions[c->out->n++];
    *out = (struct refine_session){.session = session, .result = VERDICT_HOLDS};
    q->s = (struct subject){.a = c->a, .ir = c->ir, .session = session, .t = t, .g = t->global,
                            .solver = &c->solver, .d = c->d, .out = out};
    refine__runs(&q->s);
    ask_all(q);
    vec_push(c->a, c->inquiries, q);
}

static void judge_edges(struct checking *c)
{
    for (uint32_t i = 0; i < c->inquiries.n; i++)
        for (uint32_t k = 0; k < c->inquiries.at[i]->edges.n; k++)
            judge_edge(c->inquiries.at[i], &c->inquiries.at[i]->edges.at[k]);
}

/* The second round, where the first leaves something open: are there runs that get stuck, and with which values? */
static void look_at_runs(struct checking *c, double seconds, uint64_t memory)
{
    VEC(struct inquiry *) of = {0};
    VEC(struct stuck_questions *) open = {0};
    for (uint32_t i = 0; i < c->inquiries.n; i++)
        for (uint32_t k = 0; k < c->inquiries.at[i]->stuck.n; k++)
            if (is_open(c->inquiries.at[i], &c->inquiries.at[i]->stuck.at[k])) {
                if (open.n == MAX_OPEN) {
                    worsen(&c->inquiries.at[i]->s, VERDICT_INCONCLUSIVE,
                           arena_printf(c->a, "more than %d states may be stuck, and the others were not looked at", MAX_OPEN));
                    break;
                }
                vec_push(c->a, of, c->inquiries.at[i]);
                vec_push(c->a, open, &c->inquiries.at[i]->stuck.at[k]);
            }
    if (!open.n)
        return;
    solver_free(&c->solver);
    solver_init(&c->solver, c->a);
    for (uint32_t i = 0; i < c->inquiries.n; i++)
        refine__define(&c->inquiries.at[i]->s);
    for (uint32_t i = 0; i < open.n; i++)
        ask_levels(of.at[i], open.at[i]);
    if (run(c, seconds, memory))
        for (uint32_t i = 0; i < open.n; i++)
            judge_stuck(of.at[i], open.at[i]);
}

const struct refine_check *refine_check(struct arena *a, const struct ir *ir, double seconds, uint64_t memory,
                                        struct diags *d)
{
    struct checking c = {.a = a, .ir = ir, .d = d, .out = ARENA_NEW(a, struct refine_check)};
    c.out->sessions = ARENA_ARRAY(a, struct refine_session, ir->n_sessions);
    solver_init(&c.solver, a);
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        if (ir->sessions[i].usable && !ir->sessions[i].decl->imported && has_refinements(&ir->sessions[i]))
            inquire(&c, i);
    if (c.out->n) {
        process_guard_begin();
        if (run(&c, seconds, memory)) {
            judge_edges(&c);
            look_at_runs(&c, seconds, memory);
        }
        process_guard_end();
    }
    solver_free(&c.solver);
    return c.out;
}
