/* lint_file.c -- see lint_file.h. The warnings that the text and its automata show are of dsl/proto/lints.c; here are
 * those that ask the explorer. A search that finds too much, or anything broken, warns of nothing. */
#include "lint_file.h"

#include "explorer.h"
#include "lints.h"
#include "words.h"

static const struct budget small = { 0, 48 << 20 }; /* in bytes and not in seconds: a warning must not come and go */

struct explored_lints {
    const struct unit *u;
    uint32_t capacity;
    struct diags *ignored; /* limits that the check itself reports */
};

static bool is_safe(const struct exploration *e)
{
    for (uint32_t k = 0; k < SAFETY_KINDS; k++)
        if (e->result[k] != VERDICT_HOLDS)
            return false;
    return true;
}

static struct model *model_of(const struct explored_lints *l, uint32_t session)
{
    return model_of_session(l->u->ir, session, NULL, l->capacity, l->ignored);
}

/* ---- mailboxes that drop what the protocol cannot miss ---- */

static bool plays(const struct actor *a, uint32_t session, uint32_t role)
{
    for (uint32_t i = 0; i < a->n_plays; i++)
        if (a->plays[i].session == session && role >= a->plays[i].first_role &&
            role < a->plays[i].first_role + a->plays[i].n_roles)
            return true;
    return false;
}

/* All lanes but those of the actor block; these do as `policy` says. */
static const struct exploration *explore_policy(const struct explored_lints *l, const struct actor *actor,
                                                uint32_t session, enum policy policy)
{
    struct model *m = model_of(l, session);
    for (uint32_t i = 0; m && i < m->n_lanes; i++) {
        bool its = plays(actor, session, m->participants[m->lanes[i].to].role);
        if (!m->lanes[i].interrupt)
            m->lanes[i].policy = its ? policy : POLICY_BLOCK;
        if (its && policy == POLICY_DROP_OLDEST)
            m->lanes[i].pool = IR_NONE; /* which is the oldest of several lanes is not known */
    }
    return m ? explore(l->u->a, semantics_new(l->u->a, m), &small) : NULL;
}

/* "drop_newest", which stands between the mailbox and the next `;`. */
static void fix_policy(const struct explored_lints *l, struct diag *w, const struct actor *actor)
{
    struct span at = actor->decl->as.actor.mailbox.at;
    const char *text = l->u->sources->at[at.file]->text, *word = word_policy(actor->policy);
    const char *end = strchr(text + at.hi, ';'), *found = strstr(text + at.hi, word);
    if (!found || !end || found > end)
        return;
    at.lo = (uint32_t)(found - text);
    at.hi = at.lo + (uint32_t)strlen(word);
    diag_fix(l->u->diags, w, at, word_policy(POLICY_BLOCK));
}

static void lint_policy(const struct explored_lints *l, const struct actor *actor, uint32_t session)
{
    static const char *const consequences[SAFETY_KINDS] = {
        [SAFETY_DEADLOCK] = "the others wait for ever for what would have followed",
        [SAFETY_FIDELITY] = "a message arrives that nobody expects",
        [SAFETY_ORPHAN] = "a message is left that nobody takes",
        [SAFETY_GAVE_UP] = NULL, /* there are no supervisors */
    };
    const struct exploration *e = explore_policy(l, actor, session, actor->policy);
    uint32_t broken = 0;
    while (e && broken < SAFETY_KINDS && e->result[broken] != VERDICT_VIOLATED)
        broken++;
    if (!e || broken == SAFETY_KINDS)
        return;
    const struct exploration *blocking = explore_policy(l, actor, session, POLICY_BLOCK);
    if (!is_safe(blocking))
        return; /* it is broken anyway */
    struct diags *d = l->u->diags;
    struct diag *w = diag_add(d, W0401, actor->decl->as.actor.mailbox.at,
                              "this mailbox may lose a message that session `%s` cannot miss",
                              l->u->ir->sessions[session].name);
    diag_note(d, w, "with `%s`, %s; with `block` this cannot happen", word_policy(actor->policy), consequences[broken]);
    diag_help(d, w, "write `block`, which is what a mailbox does when nothing is said");
    fix_policy(l, w, actor);
}

static void lint_policies(const struct explored_lints *l)
{
    const struct ir *ir = l->u->ir;
    for (uint32_t i = 0; i < ir->n_actors; i++) {
        const struct actor *a = &ir->actors[i];
        bool drops = a->policy == POLICY_DROP_NEWEST || a->policy == POLICY_DROP_OLDEST;
        for (uint32_t p = 0; drops && !a->decl->imported && p < a->n_plays; p++)
            if (ir->sessions[a->plays[p].session].usable)
                lint_policy(l, a, a->plays[p].session);
    }
}

void lint_file(const struct unit *u, bool explore, uint32_t capacity)
{
    if (!u->ir || unit_is_imported(u->path))
        return;
    lints_check(u->ir, u->diags);
    if (explore) {
        struct explored_lints l = { u, capacity, diags_new(u->a) };
        lint_policies(&l);
    }
    diags_sort(u->diags);
}
