#include "lasso.h"

#include <string.h>

#include "ltl_atoms.h"

/* The positions of the infinite word: state i is the one after i steps. */
struct word {
    struct arena *a;
    const struct semantics *s;
    const struct model *m;
    const struct lasso *l;
    uint32_t n;    /* positions before they repeat */
    uint32_t loop; /* the position after the last */
    uint8_t *states;
};

static uint8_t *state_at(const struct word *w, uint32_t i)
{
    return w->states + (size_t)i * semantics_size(w->s);
}

static uint32_t next(const struct word *w, uint32_t i)
{
    return i + 1 < w->n ? i + 1 : w->loop;
}

/* Replays the steps; false when one is not enabled. */
static bool word_new(struct arena *a, const struct semantics *s, const struct lasso *l, struct word *w)
{
    bool rests = l->cycle >= l->n;
    *w = (struct word){.a = a, .s = s, .m = semantics_model(s), .l = l};
    w->n = l->n + (rests ? 2 : 1); /* the state in which it rests has no event: a position of its own */
    w->loop = rests ? w->n - 1 : l->cycle + 1;
    w->states = arena_array(a, semantics_size(s), w->n);
    semantics_initial(s, w->states);
    for (uint32_t i = 0; i < l->n; i++) {
        if (!semantics_enabled(s, state_at(w, i), &l->steps[i]))
            return false;
        semantics_apply(s, state_at(w, i), &l->steps[i], state_at(w, i + 1));
    }
    if (rests)
        memcpy(state_at(w, w->n - 1), state_at(w, w->n - 2), semantics_size(s));
    return true;
}

/* ---- is it a run? ---- */

/* The first step of a participant (any when `who` is IR_NONE), or false. */
static bool some_step(const struct semantics *s, const uint8_t *state, uint32_t who, struct step *room,
                      struct step *found)
{
    uint32_t n = semantics_steps(s, state, room);
    for (uint32_t i = 0; i < n; i++)
        if (room[i].kind != STEP_CRASH &&
            (who == IR_NONE || step_participant(semantics_model(s), &room[i]) == who)) {
            *found = room[i];
            return true;
        }
    return false;
}

static struct step *room_for_steps(struct arena *a, const struct semantics *s)
{
    return ARENA_ARRAY(a, struct step, semantics_max_steps(s) + 1);
}

bool lasso_is_run(struct arena *a, const struct semantics *s, const struct lasso *l)
{
    struct word w;
    struct step any;
    if (!word_new(a, s, l, &w))
        return false;
    if (l->cycle < l->n)
        return memcmp(state_at(&w, l->cycle), state_at(&w, l->n), semantics_size(s)) == 0;
    return !some_step(s, state_at(&w, l->n), IR_NONE, room_for_steps(a, s), &any);
}

static bool acts_in_cycle(const struct word *w, uint32_t who)
{
    for (uint32_t i = w->l->cycle; i < w->l->n; i++)
        if (w->l->steps[i].kind != STEP_CRASH && step_participant(w->m, &w->l->steps[i]) == who)
            return true;
    return false;
}

bool lasso_is_fair(struct arena *a, const struct semantics *s, const struct lasso *l)
{
    struct word w;
    struct step *room = room_for_steps(a, s), any;
    if (!word_new(a, s, l, &w))
        return false;
    for (uint32_t who = 0; who < w.m->n_participants; who++) {
        bool always = l->cycle < l->n && !acts_in_cycle(&w, who);
        for (uint32_t i = l->cycle; always && i < l->n; i++)
            always = some_step(s, state_at(&w, i), who, room, &any);
        if (always)
            return false;
    }
    return true;
}

/* ---- formulas: for each position, does it hold there? ---- */

static bool *eval(const struct word *w, const struct ltl *f);

/* v = now || (keep && next v), from `start`: false for the least solution, true for the greatest. The second round
 * brings what holds at the start of the loop to its end. */
static void solve(const struct word *w, bool *v, const bool *now, const bool *keep, bool start)
{
    memset(v, start, w->n);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = w->n; i-- > 0;)
            v[i] = (now != NULL && now[i]) || ((keep == NULL || keep[i]) && v[next(w, i)]);
}

static void eval_binary(const struct word *w, const struct ltl *f, bool *v)
{
    const bool *l = eval(w, f->left), *r = eval(w, f->right);
    if (f->kind == LTL_UNTIL || f->kind == LTL_WEAK_UNTIL) {
        solve(w, v, r, l, f->kind == LTL_WEAK_UNTIL);
        return;
    }
    for (uint32_t i = 0; i < w->n; i++)
        v[i] = f->kind == LTL_AND       ? l[i] && r[i]
               : f->kind == LTL_OR      ? l[i] || r[i]
               : f->kind == LTL_IMPLIES ? !l[i] || r[i]
                                        : l[i] == r[i];
}

static void eval_unary(const struct word *w, const struct ltl *f, bool *v)
{
    const bool *l = eval(w, f->left);
    if (f->kind == LTL_ALWAYS)
        solve(w, v, NULL, l, true);
    else if (f->kind == LTL_EVENTUALLY)
        solve(w, v, l, NULL, false);
    else
        for (uint32_t i = 0; i < w->n; i++)
            v[i] = f->kind == LTL_NOT ? !l[i] : l[next(w, i)];
}

static bool *eval(const struct word *w, const struct ltl *f)
{
    bool *v = ARENA_ARRAY(w->a, bool, w->n);
    switch (f->kind) {
    case LTL_TRUE:
    case LTL_FALSE: memset(v, f->kind == LTL_TRUE, w->n); break;
    case LTL_NOT:
    case LTL_NEXT:
    case LTL_ALWAYS:
    case LTL_EVENTUALLY: eval_unary(w, f, v); break;
    case LTL_AND:
    case LTL_OR:
    case LTL_IMPLIES:
    case LTL_IFF:
    case LTL_UNTIL:
    case LTL_WEAK_UNTIL: eval_binary(w, f, v); break;
    case LTL_SENT:
    case LTL_RECEIVED:
    case LTL_CRASHED:
    case LTL_RESTARTED:
        for (uint32_t i = 0; i < w->n; i++)
            v[i] = i > 0 && i <= w->l->n && ltl_is_event(w->s, f, &w->l->steps[i - 1], state_at(w, i));
        break;
    case LTL_DONE:
        for (uint32_t i = 0; i < w->n; i++)
            v[i] = ltl_is_done(w->s, f, state_at(w, i));
        break;
    }
    return v;
}

bool lasso_satisfies(struct arena *a, const struct semantics *s, const struct lasso *l, const struct ltl *formula)
{
    struct word w;
    return word_new(a, s, l, &w) && eval(&w, formula)[0];
}

/* ---- from a finite run to an infinite one ---- */

struct lasso lasso_extend(struct arena *a, const struct semantics *s, const struct step *steps, uint32_t n,
                          uint32_t most)
{
    size_t size = semantics_size(s);
    struct step *all = ARENA_ARRAY(a, struct step, (size_t)n + most), *room = room_for_steps(a, s);
    uint8_t *seen = arena_array(a, size, (size_t)most + 1); /* the states after step n, n + 1, ... */
    semantics_initial(s, seen);
    for (uint32_t i = 0; i < n; i++) {
        all[i] = steps[i];
        semantics_apply(s, seen, &steps[i], seen);
    }
    for (uint32_t k = 0; k < most; k++) {
        uint8_t *now = seen + k * size;
        if (!some_step(s, now, IR_NONE, room, &all[n + k]))
            return (struct lasso){n + k, all, n + k};
        semantics_apply(s, now, &all[n + k], now + size);
        for (uint32_t back = 0; back <= k; back++)
            if (memcmp(seen + back * size, now + size, size) == 0)
                return (struct lasso){n + k + 1, all, n + back};
    }
    return (struct lasso){0, NULL, 0};
}
