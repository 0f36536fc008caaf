/* ltl_search.c -- see ltl_search.h.
 *
 * A state of the product is a place, the letter that was read on entering it, and a state of the automaton. Places are
 * the states of the graph, and each of those in which no participant can act a second time: at rest, for ever, with no
 * event any more. All are found breadth first; then Tarjan's algorithm, without recursion, gives the parts, and the one
 * that is reached first of those that are accepted gives the run.
 */
#include "ltl_search.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buchi.h"
#include "lasso.h"
#include "ltl_atoms.h"

enum { LETTERS = 1 << 12, FIRST_SLOTS = 1 << 10, CLOCK_EVERY = 1 << 12 };

struct spot { /* a state of the product */
    uint32_t place;
    uint16_t letter, at; /* of the automaton */
};

struct origin {
    uint32_t parent, code;
};

struct move {
    uint32_t to, code; /* of the product; of the graph, or NO_STEP to come to rest */
};
#define NONE UINT32_MAX
#define NO_STEP UINT32_MAX

struct product {
    struct arena *a;   /* for what is handed out; */
    struct arena *own; /* for what is not */
    bool *served;      /* [participants] see struct duties; two of them, for what is being judged */
    bool *more;
    const struct state_graph *g;
    const struct semantics *s;
    const struct model *m;
    const struct buchi *b;
    const struct budget *budget;
    struct ltl_answer *out;
    bool fair;
    struct timespec start;
    uint64_t letters[LETTERS];
    uint32_t n_letters;
    struct spot *spots; /* [cap] */
    struct origin *origins;
    uint32_t n, cap;
    uint32_t *slots; /* [n_slots] index + 1; 0: free */
    uint32_t n_slots;
    uint64_t *first; /* [n + 1, of cap + 1]: state i has the moves first[i] .. first[i + 1] - 1 */
    struct move *moves;
    uint64_t n_moves, cap_moves;
    uint64_t bytes;
    const char *stopped;
};

static bool stop(struct product *x, const char *why)
{
    x->stopped = why;
    return false;
}

static bool charge(struct product *x, uint64_t bytes)
{
    x->bytes += bytes;
    return !x->budget->bytes || x->bytes <= x->budget->bytes || stop(x, "the memory budget was used up");
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

static bool in_time(struct product *x, uint64_t turn)
{
    if (x->stopped || turn % CLOCK_EVERY != CLOCK_EVERY - 1 || x->budget->seconds <= 0)
        return !x->stopped;
    return seconds_since(&x->start) < x->budget->seconds || stop(x, "the time budget was used up");
}

/* An array with room for `n` elements, of which it had `had`. */
static bool resize(struct product *x, void **array, size_t size, uint64_t had, uint64_t n)
{
    if (!charge(x, (n - had) * size))
        return false;
    void *grown = realloc(*array, n * size);
    if (!grown)
        return stop(x, "the system has no more memory");
    *array = grown;
    return true;
}

/* ---- letters ---- */

static uint16_t letter_index(struct product *x, uint64_t letter)
{
    uint32_t i = 0;
    while (i < x->n_letters && x->letters[i] != letter)
        i++;
    if (i == LETTERS) {
        stop(x, "too many of the formula's atoms are true in different ways");
        return 0;
    }
    if (i == x->n_letters)
        x->letters[x->n_letters++] = letter;
    return (uint16_t)i;
}

/* What is true in `state` right after `step`, or at rest (NULL). */
static uint16_t letter_of(struct product *x, const struct step *step, uint32_t state)
{
    const uint8_t *bytes = state_graph_state(x->g, state);
    uint64_t letter = 0;
    for (uint32_t i = 0; i < x->b->n_atoms; i++) {
        const struct ltl *f = x->b->atoms[i];
        bool is = f->kind == LTL_DONE ? ltl_is_done(x->s, f, bytes) : step && ltl_is_event(x->s, f, step, bytes);
        letter |= (uint64_t)is << i;
    }
    return letter_index(x, letter);
}

/* ---- the set of states ---- */

static uint32_t slot_of(const struct product *x, struct spot s)
{
    uint64_t h = ((uint64_t)s.place << 32 | (uint32_t)s.letter << 16 | s.at) * 0x9e3779b97f4a7c15u;
    uint32_t i = (uint32_t)(h >> 32) & (x->n_slots - 1);
    while (x->slots[i] && memcmp(&x->spots[x->slots[i] - 1], &s, sizeof s) != 0)
        i = (i + 1) & (x->n_slots - 1);
    return i;
}

static bool grow_slots(struct product *x)
{
    uint32_t n = x->n_slots ? x->n_slots * 2 : FIRST_SLOTS;
    if (!charge(x, (uint64_t)(n - x->n_slots) * sizeof *x->slots))
        return false;
    free(x->slots);
    x->n_slots = n;
    x->slots = calloc(n, sizeof *x->slots);
    if (!x->slots)
        return stop(x, "the system has no more memory");
    for (uint32_t i = 0; i < x->n; i++)
        x->slots[slot_of(x, x->spots[i])] = i + 1;
    return true;
}

/* The number of a state, known or new; NONE when the search must stop. */
static uint32_t number_of(struct product *x, struct spot s, struct origin from)
{
    uint32_t slot = slot_of(x, s);
    if (x->slots[slot])
        return x->slots[slot] - 1;
    if (x->n == x->cap) {
        uint32_t cap = x->cap ? x->cap * 2 : FIRST_SLOTS;
        if (cap < x->cap || !resize(x, (void **)&x->spots, sizeof *x->spots, x->cap, cap) ||
            !resize(x, (void **)&x->origins, sizeof *x->origins, x->cap, cap) ||
            !resize(x, (void **)&x->first, sizeof *x->first, x->cap, (uint64_t)cap + 1))
            return NONE;
        x->cap = cap;
    }
    x->spots[x->n] = s;
    x->origins[x->n] = from;
    x->slots[slot] = ++x->n;
    return x->n * 2 < x->n_slots || grow_slots(x) ? x->n - 1 : NONE;
}

/* ---- steps of the product ---- */

static bool add_move(struct product *x, struct spot to, uint32_t from, uint32_t code)
{
    if (x->n_moves == x->cap_moves) {
        uint64_t cap = x->cap_moves ? x->cap_moves * 2 : FIRST_SLOTS;
        if (!resize(x, (void **)&x->moves, sizeof *x->moves, x->cap_moves, cap))
            return false;
        x->cap_moves = cap;
    }
    uint32_t i = number_of(x, to, (struct origin){from, code});
    if (i == NONE)
        return false;
    x->moves[x->n_moves++] = (struct move){i, code};
    return true;
}

/* To a place, with a letter, in each state of the automaton that reads it. */
static bool add_moves(struct product *x, uint32_t from, uint32_t place, uint16_t letter, uint32_t code)
{
    const struct buchi_state *q = &x->b->states[x->spots[from].at];
    for (uint32_t i = 0; i < q->n_next; i++)
        if (buchi_reads(&x->b->states[q->next[i]], x->letters[letter]) &&
            !add_move(x, (struct spot){place, letter, (uint16_t)q->next[i]}, from, code))
            return false;
    return true;
}

static bool at_rest(const struct product *x, uint32_t place) { return place >= x->g->n; }

/* The moves of state i, behind those of the states before it. False: the search must stop. */
static bool make_moves(struct product *x, uint32_t i)
{
    const struct state_graph *g = x->g;
    uint32_t place = x->spots[i].place, state = at_rest(x, place) ? place - g->n : place;
    bool acts = false;
    x->first[i] = x->n_moves;
    for (uint64_t e = g->first[state]; place == state && e < g->first[state + 1]; e++) {
        struct step step = semantics_decode(x->s, g->code[e]);
        acts |= step.kind != STEP_CRASH;
        if (!add_moves(x, i, g->target[e], letter_of(x, &step, g->target[e]), g->code[e]))
            return false;
    }
    return acts || add_moves(x, i, g->n + state, letter_of(x, NULL, state), NO_STEP);
}

static bool find_all(struct product *x)
{
    if (x->g->n > UINT32_MAX / 2)
        return stop(x, "more states than can be counted");
    if (!grow_slots(x))
        return false;
    uint16_t letter = letter_of(x, NULL, 0);
    for (uint32_t i = 0; i < x->b->n_initial; i++)
        if (buchi_reads(&x->b->states[x->b->initial[i]], x->letters[letter]) &&
            number_of(x, (struct spot){0, letter, (uint16_t)x->b->initial[i]}, (struct origin){NONE, NO_STEP}) == NONE)
            return false;
    for (uint32_t i = 0; i < x->n; i++)
        if (!in_time(x, i) || !make_moves(x, i))
            return false;
    if (x->n)
        x->first[x->n] = x->n_moves;
    return true;
}

/* ---- parts ---- */

struct parts {
    struct product *x;
    uint32_t *number; /* [n] order of discovery from 1; 0: not seen */
    uint32_t *low;    /* [n] */
    uint32_t *part;   /* [n] from 1; 0: not complete */
    uint32_t *stack;  /* [n] states whose part is not complete */
    uint32_t *way;    /* [n] states being followed */
    uint32_t *next;   /* [n] the move to follow next, counted from the state's first */
    uint32_t n_stack, n_parts, found;
    uint32_t best, best_part; /* the accepted part that is reached first, and its first state; or NONE */
};

/* What a run must do again and again, and what of it some states and steps do. */
struct duties {
    uint64_t accepts; /* acceptance conditions */
    bool *served;     /* [participants] acts, or cannot */
    bool moves;
};

static bool parts_init(struct parts *p, struct product *x)
{
    uint32_t **all[] = {&p->number, &p->low, &p->part, &p->stack, &p->way, &p->next};
    *p = (struct parts){.x = x, .best = NONE};
    if (!charge(x, ((uint64_t)x->n + 1) * sizeof **all * (sizeof all / sizeof *all)))
        return false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        *all[i] = calloc((size_t)x->n + 1, sizeof ***all);
        if (!*all[i])
            return stop(x, "the system has no more memory");
    }
    return true;
}

static void parts_fini(struct parts *p)
{
    free(p->number);
    free(p->low);
    free(p->part);
    free(p->stack);
    free(p->way);
    free(p->next);
}

/* State i of the product: its acceptance conditions, and the participants that cannot act in it. */
static void serve_state(const struct product *x, uint32_t i, struct duties *d)
{
    const struct state_graph *g = x->g;
    uint32_t place = x->spots[i].place;
    uint64_t able = 0; /* of the participants from `base` on */
    d->accepts |= x->b->states[x->spots[i].at].accepts;
    for (uint32_t base = 0; base < x->m->n_participants; base += 64, able = 0) {
        for (uint64_t e = place < g->n ? g->first[place] : 0; place < g->n && e < g->first[place + 1]; e++) {
            struct step s = semantics_decode(x->s, g->code[e]);
            uint32_t p = s.kind == STEP_CRASH ? NONE : step_participant(x->m, &s);
            if (p >= base && p - base < 64)
                able |= UINT64_C(1) << (p - base);
        }
        for (uint32_t p = base; p < x->m->n_participants && p - base < 64; p++)
            d->served[p] |= !(able >> (p - base) & 1);
    }
}

static void serve_move(const struct product *x, const struct move *v, struct duties *d)
{
    d->moves = true;
    if (v->code == NO_STEP)
        return;
    struct step s = semantics_decode(x->s, v->code);
    if (s.kind != STEP_CRASH)
        d->served[step_participant(x->m, &s)] = true;
}

static bool all_served(const struct product *x, const struct duties *d)
{
    for (uint32_t p = 0; x->fair && p < x->m->n_participants; p++)
        if (!d->served[p])
            return false;
    return d->moves && (d->accepts & x->b->conditions) == x->b->conditions;
}

static struct duties no_duties(const struct product *x, bool *served)
{
    memset(served, 0, x->m->n_participants * sizeof *served);
    return (struct duties){0, served, false};
}

/* The part on stack[from ..], which is numbered n_parts. */
static void judge(struct parts *p, uint32_t from)
{
    struct product *x = p->x;
    struct duties d = no_duties(x, x->served);
    uint32_t first = NONE;
    for (uint32_t k = from; k < p->n_stack; k++) {
        uint32_t i = p->stack[k];
        first = i < first ? i : first;
        serve_state(x, i, &d);
        for (uint64_t v = x->first[i]; v < x->first[i + 1]; v++)
            if (p->part[x->moves[v].to] == p->n_parts)
                serve_move(x, &x->moves[v], &d);
    }
    if (first < p->best && all_served(x, &d)) {
        p->best = first;
        p->best_part = p->n_parts;
    }
}

static void complete(struct parts *p, uint32_t state)
{
    uint32_t from = p->n_stack;
    p->n_parts++;
    do
        p->part[p->stack[--from]] = p->n_parts;
    while (p->stack[from] != state);
    judge(p, from);
    p->n_stack = from;
}

static void enter(struct parts *p, uint32_t state, uint32_t *depth)
{
    p->number[state] = p->low[state] = ++p->found;
    p->stack[p->n_stack++] = state;
    p->way[(*depth)++] = state;
}

/* What the end of `state` means for the one before it on the way. */
static void leave(struct parts *p, uint32_t state, uint32_t *depth)
{
    (*depth)--;
    if (p->low[state] == p->number[state])
        complete(p, state);
    if (*depth && p->low[state] < p->low[p->way[*depth - 1]])
        p->low[p->way[*depth - 1]] = p->low[state];
}

static bool follow(struct parts *p, uint32_t root)
{
    const struct product *x = p->x;
    uint32_t depth = 0;
    enter(p, root, &depth);
    while (depth) {
        uint32_t state = p->way[depth - 1];
        uint64_t i = x->first[state] + p->next[state];
        if (!in_time(p->x, i))
            return false;
        if (i == x->first[state + 1]) {
            leave(p, state, &depth);
            continue;
        }
        uint32_t to = x->moves[i].to;
        p->next[state]++;
        if (!p->number[to])
            enter(p, to, &depth);
        else if (!p->part[to] && p->number[to] < p->low[state])
            p->low[state] = p->number[to];
    }
    return true;
}

static bool find_parts(struct parts *p)
{
    for (uint32_t i = 0; i < p->x->n; i++)
        if (!p->number[i] && !follow(p, i))
            return false;
    return true;
}

/* ---- the run ---- */

typedef VEC(struct step) step_vec;

struct tour { /* round the accepted part, from its first state and back */
    struct parts *p;
    struct duties done;
    step_vec steps;
    uint32_t at, round; /* of the search */
};

/* Does the move do what has not been done yet, or lead home when all has? */
static bool helps(struct tour *t, const struct move *v)
{
    struct product *x = t->p->x;
    struct duties more = no_duties(x, x->more);
    if (all_served(x, &t->done))
        return v->to == t->p->best;
    serve_state(x, v->to, &more);
    serve_move(x, v, &more);
    bool helps = (more.accepts & ~t->done.accepts & x->b->conditions) != 0 || !t->done.moves;
    for (uint32_t q = 0; x->fair && q < x->m->n_participants; q++)
        helps |= more.served[q] && !t->done.served[q];
    return helps;
}

/* Writes down the way to `last`, which was found from t->at, and the move from there. */
static void take_way(struct tour *t, uint32_t last, const struct move *v)
{
    struct product *x = t->p->x;
    uint32_t n = 0, *codes, *states;
    for (uint32_t i = last; i != t->at; i = t->p->low[i])
        n++;
    codes = ARENA_ARRAY(x->own, uint32_t, n + 1);
    states = ARENA_ARRAY(x->own, uint32_t, n + 1);
    codes[n] = v->code;
    states[n] = v->to;
    for (uint32_t i = last, k = n; k-- > 0; i = t->p->low[i]) {
        codes[k] = t->p->next[i];
        states[k] = i;
    }
    for (uint32_t k = 0; k <= n; k++) {
        struct move m = {states[k], codes[k]};
        serve_move(x, &m, &t->done);
        serve_state(x, m.to, &t->done);
        vec_push(x->a, t->steps, semantics_decode(x->s, m.code));
    }
    t->at = v->to;
}

/* Goes on to the nearest move that helps, within the part. `number` marks what was seen in this round, `low` and `next`
 * say from where and how. */
static bool go_on(struct tour *t)
{
    struct parts *p = t->p;
    struct product *x = p->x;
    uint32_t n = 0;
    p->way[n++] = t->at;
    p->number[t->at] = --t->round;
    for (uint32_t k = 0; k < n; k++) {
        for (uint64_t i = x->first[p->way[k]]; i < x->first[p->way[k] + 1]; i++) {
            struct move v = x->moves[i];
            if (p->part[v.to] != p->best_part)
                continue;
            if (helps(t, &v)) {
                take_way(t, p->way[k], &v);
                return true;
            }
            if (p->number[v.to] == t->round)
                continue;
            p->number[v.to] = t->round;
            p->low[v.to] = p->way[k];
            p->next[v.to] = v.code;
            p->way[n++] = v.to;
        }
    }
    return stop(x, "an accepted part has no way round");
}

static bool add_cycle(struct parts *p, step_vec *steps)
{
    struct tour t = {.p = p, .done = no_duties(p->x, p->x->served), .steps = *steps, .at = p->best, .round = NONE};
    serve_state(p->x, p->best, &t.done);
    while (!all_served(p->x, &t.done) || t.at != p->best)
        if (!go_on(&t))
            return false;
    *steps = t.steps;
    return true;
}

/* The way to the part, and round it. */
static bool make_run(struct parts *p)
{
    struct product *x = p->x;
    struct ltl_answer *out = x->out;
    step_vec steps = {0};
    uint32_t n = 0;
    for (uint32_t i = p->best; i != NONE; i = x->origins[i].parent)
        n += x->origins[i].code != NO_STEP;
    steps.at = ARENA_ARRAY(x->a, struct step, n);
    steps.n = steps.cap = n;
    for (uint32_t i = p->best; i != NONE; i = x->origins[i].parent)
        if (x->origins[i].code != NO_STEP)
            steps.at[--n] = semantics_decode(x->s, x->origins[i].code);
    out->cycle = steps.n;
    if (!at_rest(x, x->spots[p->best].place) && !add_cycle(p, &steps))
        return false;
    out->trail = (struct trail){steps.n, steps.at};
    return true;
}

/* What is wrong with the run that was found, or NULL. */
static const char *trouble(const struct product *x, const struct ltl *f)
{
    const struct lasso l = {x->out->trail.n, x->out->trail.steps, x->out->cycle};
    if (!lasso_is_run(x->own, x->s, &l))
        return "what was found against the formula is no run";
    if (x->fair && !lasso_is_fair(x->own, x->s, &l))
        return "what was found against the formula is not fair";
    return lasso_satisfies(x->own, x->s, &l, f) ? "the formula is true of the run that was found against it" : NULL;
}

/* ---- the search ---- */

static bool search(struct product *x, const struct ltl *f)
{
    struct parts p = {.x = x};
    struct ltl_answer *out = x->out;
    bool ok = find_all(x) && parts_init(&p, x) && find_parts(&p);
    if (ok && p.best != NONE) {
        ok = make_run(&p);
        out->result = VERDICT_VIOLATED;
        out->why = ok ? trouble(x, f) : NULL;
        out->failed = out->why != NULL;
    } else if (ok) {
        out->result = VERDICT_HOLDS;
    }
    parts_fini(&p);
    return ok;
}

struct ltl_answer ltl_search(struct arena *a, const struct state_graph *g, const struct ltl *f, bool weakly_fair,
                             const struct budget *b)
{
    struct ltl_answer out = {.result = VERDICT_INCONCLUSIVE};
    struct arena *own = arena_new(0);
    struct product *x = ARENA_NEW(own, struct product);
    *x = (struct product){.a = a, .own = own, .g = g, .s = g->s, .m = semantics_model(g->s), .budget = b, .out = &out,
                          .fair = weakly_fair};
    clock_gettime(CLOCK_MONOTONIC, &x->start);
    x->b = buchi_new(own, f, true);
    x->served = ARENA_ARRAY(own, bool, x->m->n_participants);
    x->more = ARENA_ARRAY(own, bool, x->m->n_participants);
    if (!x->b)
        out.why = "the formula is too large";
    else if (!search(x, f))
        out = (struct ltl_answer){.result = VERDICT_INCONCLUSIVE, .why = x->stopped};
    out.states = x->n;
    out.seconds = seconds_since(&x->start);
    free(x->spots);
    free(x->origins);
    free(x->slots);
    free(x->first);
    free(x->moves);
    arena_free(own);
    return out;
}
