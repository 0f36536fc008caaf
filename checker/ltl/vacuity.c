#include "vacuity.h"

#include "ltl_atoms.h"
#include "ltl_search.h"

struct looking {
    struct arena *a;
    const struct state_graph *g;
    const struct ltl *whole;
    bool fair;
    const struct budget *b;
    struct vacuity out;
};

/* The formula with a constant in the place of one part. */
static const struct ltl *with(struct looking *k, const struct ltl *f, const struct ltl *part, bool value)
{
    if (!f)
        return NULL;
    struct ltl *copy = ARENA_NEW(k->a, struct ltl);
    *copy = *f;
    if (f == part) {
        *copy = (struct ltl){.kind = value ? LTL_TRUE : LTL_FALSE, .at = f->at};
        return copy;
    }
    copy->left = (struct ltl *)with(k, f->left, part, value);
    copy->right = (struct ltl *)with(k, f->right, part, value);
    return copy;
}

static bool does_not_matter(struct looking *k, const struct ltl *part, bool value)
{
    struct ltl_answer x = ltl_search(k->a, k->g, with(k, k->whole, part, value), k->fair, k->b);
    return !x.failed && x.result == VERDICT_HOLDS;
}

static void look(struct looking *k, const struct ltl *f, bool positive);

static void look_at_part(struct looking *k, const struct ltl *part, bool positive)
{
    if (!part || k->out.part || part->kind == LTL_TRUE || part->kind == LTL_FALSE)
        return;
    if (does_not_matter(k, part, !positive)) {
        k->out.part = part;
        k->out.value = !positive;
    } else {
        look(k, part, positive);
    }
}

static void look(struct looking *k, const struct ltl *f, bool positive)
{
    if (f->kind == LTL_IFF)
        return;
    look_at_part(k, f->left, f->kind == LTL_NOT || f->kind == LTL_IMPLIES ? !positive : positive);
    look_at_part(k, f->right, positive);
}

/* ---- what never happens ---- */

static bool ever(const struct state_graph *g, const struct ltl *atom)
{
    for (uint32_t i = 0; i < g->n; i++) {
        if (atom->kind == LTL_DONE && ltl_is_done(g->s, atom, state_graph_state(g, i)))
            return true;
        for (uint64_t e = g->first[i]; atom->kind != LTL_DONE && e < g->first[i + 1]; e++) {
            struct step s = semantics_decode(g->s, g->code[e]);
            if (ltl_is_event(g->s, atom, &s, state_graph_state(g, g->target[e])))
                return true;
        }
    }
    return false;
}

static void collect_never(struct looking *k, const struct ltl *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; ltl_is_atom(f) && i < k->out.n_never; i++)
        if (ltl_same_atom(k->out.never[i], f))
            return;
    if (ltl_is_atom(f) && k->out.n_never < NEVER_MAX && !ever(k->g, f))
        k->out.never[k->out.n_never++] = f;
    collect_never(k, f->left);
    collect_never(k, f->right);
}

struct vacuity vacuity_of(struct arena *a, const struct state_graph *g, const struct ltl *f, bool weakly_fair,
                          const struct budget *b)
{
    struct looking k = {.a = a, .g = g, .whole = f, .fair = weakly_fair, .b = b};
    look(&k, f, true);
    if (k.out.part)
        collect_never(&k, f);
    return k.out;
}
