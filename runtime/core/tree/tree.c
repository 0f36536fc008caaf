/* tree.c -- the supervision tree of a system as the kernel wants it: numbers in place of a spec's names.
 *
 * Supervisors are numbered depth first, parents first; instances as they start. A spec whose members and parents do not
 * fit together, or from whose root something cannot be reached, is refused.
 */
#include "core.h"

#include <stdlib.h>

/* Numbers of supervisors in spec order are mapped to depth-first ones, and instances are numbered as they start. */
struct walk {
    motet_system *sys;
    uint32_t next_sup, next_actor;
    bool *seen_sup, *seen_child; /* by spec index */
};

static motet_err walk_child(struct walk *k, uint16_t child, uint32_t owner, uint16_t supervisor)
{
    motet_system *sys = k->sys;
    if (child >= sys->spec->n_children || k->seen_child[child]) {
        return MOTET_EINVAL;
    }
    k->seen_child[child] = true;
    const motet_child_spec *spec = &sys->spec->children[child];
    if (spec->supervisor != supervisor) {
        return MOTET_EINVAL;
    }
    sys->child_first[child] = k->next_actor;
    for (uint32_t i = 0; i < spec->count; i++) {
        motet__child *a = &sys->actors[k->next_actor];
        a->number = k->next_actor;
        a->index = i;
        a->spec = spec;
        a->type = spec->dynamic ? &motet__group_type : spec->actor;
        sys->sup.owner[a->number] = owner;
        k->next_actor++;
    }
    return MOTET_OK;
}

/* Depth is bounded by the number of supervisors, each of which is walked once. */
static motet_err walk_supervisor(struct walk *k, uint16_t index, uint32_t parent)
{
    const motet_system_spec *spec = k->sys->spec;
    if (index >= spec->n_supervisors || k->seen_sup[index]) {
        return MOTET_EINVAL;
    }
    k->seen_sup[index] = true;
    const motet_supervisor_spec *s = &spec->supervisors[index];
    motet__supervisor *sup = &k->sys->sup;
    uint32_t number = k->next_sup++;
    sup->spec_of[number] = index;
    motet_err e = s->strategy <= MOTET_REST_FOR_ONE ? MOTET_OK : MOTET_EINVAL;
    sup->sups[number] = (motet__sup){.strategy = (uint8_t)s->strategy, .parent = parent, .lo = k->next_actor};
    for (uint16_t i = 0; i < s->n_members && e == MOTET_OK; i++) {
        const motet_member *m = &s->members[i];
        if (!m->is_supervisor) {
            e = walk_child(k, m->index, number, index);
        } else if (m->index >= spec->n_supervisors || spec->supervisors[m->index].parent != index) {
            e = MOTET_EINVAL;
        } else {
            e = walk_supervisor(k, m->index, number);
        }
    }
    sup->sups[number].hi = k->next_actor;
    uint64_t *times = calloc((size_t)s->intensity + 1u, sizeof *times);
    motet__window_init(&sup->windows[number], times, times ? s->intensity : 0, s->window_ns);
    return e == MOTET_OK && !times ? MOTET_ENOMEM : e;
}

static motet_err walk_tree(motet_system *sys)
{
    const motet_system_spec *spec = sys->spec;
    struct walk k = {.sys = sys};
    k.seen_sup = calloc(spec->n_supervisors + 1u, sizeof *k.seen_sup);
    k.seen_child = calloc(spec->n_children + 1u, sizeof *k.seen_child);
    motet_err e = MOTET_ENOMEM;
    if (k.seen_sup && k.seen_child) {
        e = spec->supervisors[0].parent == MOTET_NONE ? walk_supervisor(&k, 0, MOTET__NO_SUP) : MOTET_EINVAL;
    }
    if (e == MOTET_OK && (k.next_sup != spec->n_supervisors || k.next_actor != sys->n_actors)) {
        e = MOTET_EINVAL; /* something is not reachable from the root */
    }
    free(k.seen_sup);
    free(k.seen_child);
    return e;
}

motet_err motet__sup_init(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    size_t n = sys->n_actors;
    sup->late_at = MOTET__NEVER;
    sup->in_flight = MOTET__NO_ACTOR;
    sup->sups = calloc(sys->spec->n_supervisors, sizeof *sup->sups);
    sup->spec_of = calloc(sys->spec->n_supervisors, sizeof *sup->spec_of);
    sup->windows = calloc(sys->spec->n_supervisors, sizeof *sup->windows);
    sup->owner = calloc(n + 1u, sizeof *sup->owner);
    sup->temporary = calloc(n + 1u, sizeof *sup->temporary);
    sup->stop = calloc(n + 1u, sizeof *sup->stop);
    sup->start = calloc(n + 1u, sizeof *sup->start);
    sup->when = calloc(n + 1u, sizeof *sup->when);
    sup->order = calloc(n + 1u, sizeof *sup->order);
    sup->place = calloc(n + 1u, sizeof *sup->place);
    if (!sup->sups || !sup->spec_of || !sup->windows || !sup->owner || !sup->temporary || !sup->stop ||
        !sup->start || !sup->when || !sup->order || !sup->place) {
        return MOTET_ENOMEM;
    }
    motet__timers_init(&sup->timers, sys->n_actors, sup->when, sup->order, sup->place);
    sup->tree = (motet__tree){.n_sups = sys->spec->n_supervisors,
                              .n_instances = sys->n_actors,
                              .sups = sup->sups,
                              .owner = sup->owner,
                              .temporary = sup->temporary};
    return walk_tree(sys);
}

void motet__sup_fini(motet_system *sys)
{
    motet__supervisor *sup = &sys->sup;
    for (uint32_t i = 0; sup->windows && i < sys->spec->n_supervisors; i++) {
        free(sup->windows[i].at);
    }
    free(sup->sups);
    free(sup->spec_of);
    free(sup->windows);
    free(sup->owner);
    free(sup->temporary);
    free(sup->stop);
    free(sup->start);
    free(sup->when);
    free(sup->order);
    free(sup->place);
}
