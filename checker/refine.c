/* refine.c -- the questions about refinements, and what the answers mean. See refine.h. */
#include "refine.h"

#include "refine_private.h"

struct edge_questions { /* about one refined interaction */
    uint32_t edge;
    uint32_t on_runs; /* can it be fulfilled in one of the runs? IR_NONE: there is none */
    uint32_t at_all;  /* with what every run establishes? */
    uint32_t alone;   /* with any values of the other messages? */
    bool impossible;  /* and that was reported */
};

struct stuck_questions { /* about one state whose interactions are all refined */
    uint32_t state;
    number_vec levels; /* stuck in a run whose history has that many interactions? in ascending order */
    number_vec depths; /* [levels] */
    uint32_t at_all;   /* with what every run establishes? */
};

struct inquiry { /* all about one session */
    struct subject s;
    VEC(struct edge_questions) edges;
    VEC(struct stuck_questions) stuck;
    number_vec reach; /* [states] can it be reached with values? only for states with refined interactions */
};

struct witness { /* to be asked for, of one stuck state */
    struct inquiry *q;
    uint32_t state, question;
    number_vec spots;
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
    for (uint32_t i = 0; i < s->spots_at[state].n; i++)
        buf_printf(&b, " s%u_r%u", s->session, s->spots.at[s->spots_at[state].at[i]].history);
    buf_putc(&b, ')');
    return ask(s, text_of(s->a, &b), false, NULL);
}

static void ask_edge(struct inquiry *q, uint32_t edge)
{
    struct subject *s = &q->s;
    uint32_t state = s->source[edge], n = s->spots_at[state].n;
    struct edge_questions x = {.edge = edge, .on_runs = IR_NONE};
    struct buf b = {0};
    buf_puts(&b, "(or false");
    for (uint32_t i = 0; i < n; i++) {
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

/* Stuck in one of the runs to the state with so many interactions that matter; the runs go to *spots. */
static uint32_t ask_level(struct subject *s, uint32_t state, uint32_t depth, const char *values, number_vec *spots)
{
    struct buf b = {0};
    uint32_t found = 0;
    buf_puts(&b, "(or false");
    for (uint32_t i = 0; i < s->spots_at[state].n; i++) {
        uint32_t spot = s->spots_at[state].at[i], h = s->spots.at[spot].history;
        if (s->histories.at[h].depth != depth)
            continue;
        buf_printf(&b, " (and s%u_r%u %s)", s->session, h, refine__stuck(s, state, h));
        found++;
        if (spots)
            vec_push(s->a, *spots, spot);
    }
    buf_putc(&b, ')');
    const char *condition = text_of(s->a, &b);
    return found ? ask(s, condition, true, values) : IR_NONE;
}

static void ask_stuck(struct inquiry *q, uint32_t state)
{
    struct subject *s = &q->s;
    struct stuck_questions x = {.state = state};
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < s->spots_at[state].n; i++) {
        uint32_t depth = s->histories.at[s->spots.at[s->spots_at[state].at[i]].history].depth;
        deepest = depth > deepest ? depth : deepest;
    }
    for (uint32_t depth = 0; depth <= deepest; depth++) {
        uint32_t level = ask_level(s, state, depth, NULL, NULL);
        if (level == IR_NONE)
            continue;
        vec_push(s->a, x.levels, level);
        vec_push(s->a, x.depths, depth);
    }
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

static void ask_all(struct inquiry *q)
{
    struct subject *s = &q->s;
    refine__define(s);
    for (uint32_t state = 0; state < s->g->n_states; state++) {
        const struct global_state *st = &s->g->states[state];
        uint32_t reach = IR_NONE;
        for (uint32_t e = st->first; e < st->first + st->n; e++) {
            if (!refine__is_refined(s, e))
                continue;
            if (reach == IR_NONE)
                reach = ask_reach(s, state);
            ask_edge(q, e);
        }
        vec_push(s->a, q->reach, reach);
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
    if (answer(s, q->reach.at[state]) == ANSWER_UNSAT || answer(s, x->on_runs) == ANSWER_SAT)
        return; /* what keeps the state from being reached is reported there */
    bool never = answer(s, x->at_all) == ANSWER_UNSAT;
    bool on_no_run = answer(s, x->on_runs) == ANSWER_UNSAT && !s->incomplete[state];
    if (!never && (!on_no_run || answer(s, q->reach.at[state]) != ANSWER_SAT)) {
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

/* The first level at which the state is stuck, or IR_NONE; *unsure when some level was not settled. */
static uint32_t stuck_level(const struct subject *s, const struct stuck_questions *x, bool *unsure)
{
    *unsure = false;
    for (uint32_t i = 0; i < x->levels.n; i++) {
        enum answer a = answer(s, x->levels.at[i]);
        if (a == ANSWER_SAT)
            return i;
        *unsure = *unsure || a == ANSWER_UNKNOWN;
    }
    return IR_NONE;
}

/* True when the state is stuck in a run of the level *depth: then its values are worth asking for. */
static bool judge_stuck(struct inquiry *q, const struct stuck_questions *x, uint32_t *depth)
{
    struct subject *s = &q->s;
    bool unsure;
    if (answer(s, q->reach.at[x->state]) == ANSWER_UNSAT || all_impossible(q, x->state))
        return false;
    uint32_t level = stuck_level(s, x, &unsure);
    if (level != IR_NONE) {
        *depth = x->depths.at[level];
        return true;
    }
    if ((unsure || s->incomplete[x->state]) && answer(s, x->at_all) != ANSWER_UNSAT)
        worsen(s, VERDICT_INCONCLUSIVE,
               arena_printf(s->a, "can `%s` always be sent when its turn comes, or another? In the runs that were followed, "
                            "yes, as far as could be told", interaction(s, s->g->states[x->state].first)));
    return false;
}

/* ---- witnesses ---- */

static const char *witness_values(struct subject *s, const number_vec *spots)
{
    struct buf b = {0};
    for (uint32_t i = 0; i < spots->n; i++) {
        uint32_t h = s->spots.at[spots->at[i]].history;
        buf_printf(&b, "s%u_w%u ", s->session, h);
        for (; h != 0; h = s->histories.at[h].parent)
            for (uint32_t k = 0; k < s->keys.n; k++)
                if (s->keys.at[k].sample->message == s->ir->messages[s->g->edges[s->histories.at[h].edge].message].decl)
                    buf_printf(&b, "%s ", refine__constant(s, h, k));
    }
    return text_of(s->a, &b);
}

/* In a second round, with a constant that says which of the runs it is. */
static void ask_witness(struct witness *w, uint32_t depth)
{
    struct subject *s = &w->q->s;
    struct buf b = {0};
    for (uint32_t i = 0; i < s->spots_at[w->state].n; i++) {
        uint32_t spot = s->spots_at[w->state].at[i], h = s->spots.at[spot].history;
        if (s->histories.at[h].depth == depth)
            vec_push(s->a, w->spots, spot);
    }
    buf_puts(&b, "(and");
    for (uint32_t i = 0; i < w->spots.n; i++) {
        uint32_t h = s->spots.at[w->spots.at[i]].history;
        buf_printf(&s->solver->text, "(declare-const s%u_w%u Bool)\n", s->session, h);
        buf_printf(&b, " (=> s%u_w%u (and s%u_r%u %s))", s->session, h, s->session, h, refine__stuck(s, w->state, h));
    }
    buf_puts(&b, " (or false");
    for (uint32_t i = 0; i < w->spots.n; i++)
        buf_printf(&b, " s%u_w%u", s->session, s->spots.at[w->spots.at[i]].history);
    buf_puts(&b, "))");
    w->question = ask(s, text_of(s->a, &b), true, witness_values(s, &w->spots));
}

static void tell_witness(struct witness *w)
{
    struct subject *s = &w->q->s;
    const char *values = s->solver->questions.at[w->question].values;
    for (uint32_t i = 0; values && i < w->spots.n; i++) {
        const char *which = arena_printf(s->a, "s%u_w%u", s->session, s->spots.at[w->spots.at[i]].history);
        const char *it = solver_value(s->a, values, which);
        if (!it || strcmp(it, "true") != 0)
            continue;
        refine__report_stuck(s, w->spots.at[i], values);
        worsen(s, VERDICT_VIOLATED, NULL);
        return;
    }
    worsen(s, VERDICT_INCONCLUSIVE, arena_printf(s->a, "`%s` may be stuck, but no run with values was found in the time",
                                                 s->t->roles[s->g->edges[s->g->states[w->state].first].from].name));
}

/* ---- all of it ---- */

struct checking {
    struct arena *a;
    const struct ir *ir;
    struct diags *d;
    struct solver solver;
    struct refine_check *out;
    VEC(struct inquiry *) inquiries;
    VEC(struct witness) witnesses;
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

static void judge(struct checking *c)
{
    for (uint32_t i = 0; i < c->inquiries.n; i++) {
        struct inquiry *q = c->inquiries.at[i];
        for (uint32_t k = 0; k < q->edges.n; k++)
            judge_edge(q, &q->edges.at[k]);
        for (uint32_t k = 0; k < q->stuck.n; k++) {
            struct witness w = {.q = q, .state = q->stuck.at[k].state};
            uint32_t depth;
            if (judge_stuck(q, &q->stuck.at[k], &depth)) {
                w.question = depth; /* until it is asked */
                vec_push(c->a, c->witnesses, w);
            }
        }
    }
}

/* The answers of the first round are used up by now; the definitions are needed again. */
static bool find_witnesses(struct checking *c, double seconds, uint64_t memory)
{
    if (!c->witnesses.n)
        return true;
    solver_free(&c->solver);
    solver_init(&c->solver, c->a);
    for (uint32_t i = 0; i < c->inquiries.n; i++)
        refine__define(&c->inquiries.at[i]->s);
    for (uint32_t i = 0; i < c->witnesses.n; i++)
        ask_witness(&c->witnesses.at[i], c->witnesses.at[i].question);
    if (!run(c, seconds, memory))
        return false;
    for (uint32_t i = 0; i < c->witnesses.n; i++)
        tell_witness(&c->witnesses.at[i]);
    return true;
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
            judge(&c);
            find_witnesses(&c, seconds, memory);
        }
        process_guard_end();
    }
    solver_free(&c.solver);
    return c.out;
}
