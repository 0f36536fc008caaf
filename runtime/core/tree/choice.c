/* choice.c -- pools: which instance of a child gets a message.
 *
 * Nothing is locked. An instance is up when its phase says so, its ref is of the generation that was read before: if
 * it ended in between, the send says so, and the next one is tried.
 */
#include "core.h"
#include "backoff.h"

#include <motet/pool.h>

/* The ref of an instance that is up; false: it is not. */
static bool take(motet_system *sys, motet__child *c, motet_ref *out)
{
    uint32_t generation = motet__generation(c->actor);
    bool up = motet__child_phase(c) == MOTET__UP;
    if (up) {
        *out = motet__ref_make(sys, c->actor->slot, generation, MOTET_MAY_ALL);
    }
    return up;
}

static bool from(motet_system *sys, const motet_child_spec *spec, motet__child *first, uint32_t begin, motet_ref *out)
{
    for (uint32_t i = 0; i < spec->count; i++) {
        if (take(sys, &first[(begin + i) % spec->count], out)) {
            return true;
        }
    }
    return false;
}

/* How many places are taken in its inbox. Counted where only the owner sees it, it is moved to where all can. */
static uint32_t load_of(motet_system *sys, motet__worker *w, motet__actor *a)
{
    uint64_t word = atomic_load_explicit(&a->inbox, memory_order_acquire); /* acquire: partner of motet__share */
    if (!(word & MOTET__INBOX_SHARED)) {
        if (w && motet__slot_owner(a) == w->index) {
            return a->used;
        }
        motet__share(sys, w, a);
        word = atomic_load_explicit(&a->inbox, memory_order_acquire); /* acquire: as above */
    }
    return MOTET__INBOX_USED(word);
}

static bool least(motet_system *sys, motet__worker *w, const motet_child_spec *spec, motet__child *first,
                  uint32_t begin, motet_ref *out)
{
    uint32_t best = UINT32_MAX;
    motet_ref ref;
    for (uint32_t i = 0; i < spec->count && best > 0; i++) {
        motet__child *c = &first[(begin + i) % spec->count];
        if (!take(sys, c, &ref)) {
            continue;
        }
        uint32_t load = load_of(sys, w, c->actor);
        if (load < best) {
            best = load;
            *out = ref;
        }
    }
    return best != UINT32_MAX;
}

static bool is_pool(const motet_system *sys, uint16_t child)
{
    return child < sys->spec->n_children && !sys->spec->children[child].dynamic &&
           sys->spec->children[child].actor->receive;
}

motet_err motet_pool_pick(motet_system *sys, uint16_t child, motet_choice how, uint64_t key, motet_ref *out)
{
    *out = MOTET_NOBODY;
    if (motet__is_isolated) {
        return motet__isolated_refuse("motet_pool_pick");
    }
    if (!is_pool(sys, child) || how > MOTET_BY_KEY) {
        return MOTET_EINVAL;
    }
    const motet_child_spec *spec = &sys->spec->children[child];
    motet__child *first = &sys->actors[sys->child_first[child]];
    if (how == MOTET_BY_KEY) {
        uint32_t begin = (uint32_t)(motet__backoff_draw(key, 0, 0) % spec->count);
        return from(sys, spec, first, begin, out) ? MOTET_OK : MOTET_EGONE;
    }
    uint32_t begin = atomic_fetch_add_explicit(&sys->turns[child], 1, memory_order_relaxed); /* relaxed: a count */
    if (how == MOTET_IN_TURN) {
        return from(sys, spec, first, begin % spec->count, out) ? MOTET_OK : MOTET_EGONE;
    }
    motet__worker *w = motet__come(sys);
    bool found = least(sys, w, spec, first, begin % spec->count, out);
    motet__go(w);
    return found ? MOTET_OK : MOTET_EGONE;
}

motet_err motet_pool_tell(motet_ctx *w, uint16_t child, motet_choice how, uint64_t key, uint32_t tag, const void *data,
                          size_t size)
{
    motet_ref ref;
    motet_err e = MOTET_EGONE;
    uint32_t most = child < w->sys->spec->n_children ? w->sys->spec->children[child].count : 1u;
    for (uint32_t i = 0; i < most && e == MOTET_EGONE; i++) {
        e = motet_pool_pick(w->sys, child, how, key, &ref);
        if (e != MOTET_OK) {
            return e;
        }
        e = motet_tell(w, ref, tag, data, size);
    }
    return e;
}
