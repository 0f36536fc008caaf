/* subject.c -- see subject.h. */
#include "subject.h"

#include <string.h>

#include "domains.h"

struct choice {
    bool found, of_system;
    uint32_t index;
};

static struct choice choose(const struct ir *ir, const char *wanted)
{
    for (uint32_t i = 0; i < ir->n_systems; i++)
        if (!wanted || strcmp(ir->systems[i].name, wanted) == 0)
            return (struct choice){ true, true, i };
    for (uint32_t i = 0; i < ir->n_sessions; i++)
        if (wanted ? strcmp(ir->sessions[i].name, wanted) == 0 : ir->sessions[i].usable)
            return (struct choice){ true, false, i };
    return (struct choice){ 0 };
}

static const struct session_type *unusable(const struct ir *ir, struct choice c)
{
    if (!c.of_system)
        return ir->sessions[c.index].usable ? NULL : &ir->sessions[c.index];
    const struct system *sys = &ir->systems[c.index];
    for (uint32_t w = 0; w < sys->n_wires; w++)
        if (!ir->sessions[sys->wires[w].session].usable)
            return &ir->sessions[sys->wires[w].session];
    return NULL;
}

static const struct verify *nth_scope(const struct ir *ir, struct choice c, int64_t n)
{
    for (uint32_t i = 0; i < ir->n_verifies; i++) {
        const struct verify *v = &ir->verifies[i];
        if (v->of_system == c.of_system && v->subject == c.index && n-- == 0)
            return v;
    }
    return NULL;
}

struct model *subject_model(const struct unit *u, const char *wanted, int64_t scope, uint32_t capacity,
                            const char **problem)
{
    const struct ir *ir = u->ir;
    struct choice c = choose(ir, wanted);
    *problem = NULL;
    if (!c.found) {
        *problem = wanted ? arena_printf(u->a, "%s has no system and no session %s", u->path, wanted)
                        : arena_printf(u->a, "%s has no system and no session that can be run", u->path);
        return NULL;
    }
    const struct session_type *t = unusable(ir, c);
    if (t) {
        *problem = arena_printf(u->a, "session %s of %s cannot be run: see its errors", t->name, u->path);
        return NULL;
    }
    const struct verify *v = scope == SCOPE_NONE ? NULL : nth_scope(ir, c, scope == SCOPE_FIRST ? 0 : scope);
    if (!v && scope >= 0) {
        *problem = arena_printf(u->a, "%s has no verify block %lld of that subject", u->path, (long long)scope + 1);
        return NULL;
    }
    return domains_model(ir, c.of_system, c.index, v, capacity, u->diags);
}

int64_t subject_scope(const struct unit *u, const struct model *m)
{
    int64_t n = 0;
    for (uint32_t i = 0; m->verify && i < u->ir->n_verifies; i++) {
        const struct verify *v = &u->ir->verifies[i];
        if (v->at.file == m->verify->at.file && v->at.lo == m->verify->at.lo)
            return n;
        n += v->of_system == m->verify->of_system && v->subject == m->verify->subject;
    }
    return SCOPE_NONE;
}
