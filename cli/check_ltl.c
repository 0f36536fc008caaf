#include "check_ltl.h"

#include "buf.h"
#include "ltl_search.h"
#include "ltl_text.h"
#include "vacuity.h"

/* A verdict is looked at for vacuity where this many states of the product are enough for all searches together: a
 * number and no time, so that what is said does not come and go. */
enum { VACUITY_STATES = 4000000, VACUITY_SEARCHES = 8 };

static const char *text_of(struct arena *a, const struct ltl *f)
{
    struct buf b = { 0 };
    ltl_text(f, &b);
    const char *text = arena_strndup(a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static const char *vacuous(const struct ltl_check *c, const struct ltl *f, bool fair, uint64_t states)
{
    if (states > VACUITY_STATES / VACUITY_SEARCHES)
        return NULL;
    struct vacuity v = vacuity_of(c->a, c->g, f, fair, c->budget);
    if (!v.part)
        return NULL;
    const char *text = arena_printf(c->a, "it holds with `%s` in place of `%s`, too", v.value ? "true" : "false",
                                    text_of(c->a, v.part));
    for (uint32_t i = 0; i < v.n_never; i++)
        text = arena_printf(c->a, "%s%s`%s`%s", text, i ? ", nor does " : "; ", text_of(c->a, v.never[i]),
                            i ? "" : " never happens");
    return text;
}

/* The verdict under the other fairness, where it is another one: each fair run is a run. */
static const char *otherwise(const struct ltl_check *c, const struct ltl *f, bool fair, enum verdict is)
{
    bool may_differ = fair ? is == VERDICT_HOLDS : is == VERDICT_VIOLATED;
    if (!may_differ)
        return NULL;
    struct ltl_answer other = ltl_search(c->a, c->g, f, !fair, c->budget);
    return other.failed || other.result == is || other.result == VERDICT_INCONCLUSIVE ? NULL
                                                                                     : verdict_word(other.result);
}

static struct story *story_of(const struct ltl_check *c, struct trail t, uint32_t cycle)
{
    struct story *story = ARENA_NEW(c->a, struct story);
    *story = (struct story){ c->s, t, cycle, SAFETY_KINDS };
    return story;
}

static void ask_explorer(const struct ltl_check *c, const struct ltl *f, bool fair, struct property *p)
{
    struct engine_result *r = &p->engines[p->n_engines++];
    *r = (struct engine_result){ .engine = "explorer", .result = VERDICT_INCONCLUSIVE, .why = c->no_graph };
    if (!c->g)
        return;
    struct ltl_answer x = ltl_search(c->a, c->g, f, fair, c->budget);
    *r = (struct engine_result){ "explorer", x.result, x.failed, x.states, x.seconds, x.why, NULL };
    if (x.failed || x.result == VERDICT_INCONCLUSIVE)
        return;
    if (x.result == VERDICT_VIOLATED)
        p->story = story_of(c, x.trail, x.cycle);
    else
        p->vacuous = vacuous(c, f, fair, x.states);
    p->otherwise = otherwise(c, f, fair, x.result);
}

struct property check_ltl(const struct ltl_check *c, uint32_t i)
{
    const struct model *m = semantics_model(c->s);
    const struct ltl_decl *d = &m->verify->ltls[i];
    struct property p = { .title = arena_printf(c->a, "ltl %s", d->name.name), .subject = m->subject,
                          .scope = c->scope, .fairness = m->fair_weak ? "weak" : "none" };
    if (c->g || c->no_graph)
        ask_explorer(c, d->formula, m->fair_weak, &p);
    if (c->spin)
        p.engines[p.n_engines++] = *c->spin;
    if (!p.story && c->spin_trail)
        p.story = story_of(c, *c->spin_trail, c->spin_cycle);
    return p;
}
