/* spin_kit.h -- a model by hand (model_kit.h), rendered and given to both engines. */
#ifndef MOTET_TESTS_SPIN_KIT_H
#define MOTET_TESTS_SPIN_KIT_H
#include "model_kit.h"
#include "promela.h"
#include "spin.h"

struct engines {
    struct arena *a;
    const struct model *m;
    struct semantics *s;
    struct promela text;
    struct spin_model spin;
};

static const struct budget plenty = {120, (uint64_t)2 << 30};

/* Takes any text for the rendering, so that tests can change it. */
static inline struct spin_model spin_model_of(const struct promela *p, const char *text)
{
    return (struct spin_model){text, p->lines, p->n_lines, p->n_processes, p->claims, p->n_claims};
}

static inline struct engines engines_new(struct arena *a, const struct model *m)
{
    struct engines e = {.a = a, .m = m, .s = semantics_new(a, m)};
    if (!promela_render(a, m, &e.text)) {
        fprintf(stderr, "%s\n", e.text.problem);
        abort();
    }
    e.spin = spin_model_of(&e.text, e.text.text);
    return e;
}

/* ---- formulas ---- */

static inline struct ltl *ltl_op(struct kit *k, enum ltl_kind kind, struct ltl *left, struct ltl *right)
{
    struct ltl *f = ARENA_NEW(k->a, struct ltl);
    f->kind = kind;
    f->left = left;
    f->right = right;
    return f;
}

/* LTL_SENT, LTL_RECEIVED */
static inline struct ltl *ltl_event(struct kit *k, enum ltl_kind kind, const char *role, const char *message)
{
    struct ltl *f = ltl_op(k, kind, NULL, NULL);
    f->role.base.name = k->roles[kit_named_role(k, role)].base;
    f->name.name = k->messages[kit_message(k, message)].name;
    return f;
}

static inline struct ltl *ltl_done(struct kit *k)
{
    struct ltl *f = ltl_op(k, LTL_DONE, NULL, NULL);
    f->name.name = k->session.name;
    return f;
}

/* LTL_CRASHED, LTL_RESTARTED */
static inline struct ltl *ltl_child(struct kit *k, enum ltl_kind kind, uint32_t child)
{
    struct ltl *f = ltl_op(k, kind, NULL, NULL);
    f->name.name = k->children[child].name;
    return f;
}

/* Gives the model, made before, one more formula. */
static inline void kit_ltl(struct kit *k, struct model *m, struct ltl *f)
{
    struct ltl_decl *all = ARENA_ARRAY(k->a, struct ltl_decl, k->verify.n_ltls + 1);
    for (uint32_t i = 0; i < k->verify.n_ltls; i++)
        all[i] = k->verify.ltls[i];
    all[k->verify.n_ltls].name.name = arena_printf(k->a, "f%u", (unsigned)k->verify.n_ltls);
    all[k->verify.n_ltls++].formula = f;
    k->verify.ltls = all;
    m->verify = &k->verify;
}

/* Two-phase commit for ever, a coordinator and n participants. */
static inline void kit_two_phase_commit(struct kit *k, uint32_t n)
{
    char c[2048] = "";
    size_t at = 0;
#define PUT(...) at += (size_t)snprintf(c + at, sizeof c - at, __VA_ARGS__)
    uint32_t s = 0;
    for (uint32_t i = 1; i <= n; i++, s++)
        PUT("%u P%u!Prepare %u, ", s, i, s + 1);
    /* votes: s, s + 2, ... while all said Yes; odd ones once somebody said No */
    uint32_t vote = s, end = vote + 2 * n;
    PUT("%u P1?Yes %u, %u P1?No %u, ", vote, n == 1 ? end : vote + 2, vote, n == 1 ? end + n : vote + 3);
    for (uint32_t i = 2; i <= n; i++) {
        uint32_t yes = vote + 2 * (i - 1), no = yes + 1, all = i == n ? end : yes + 2, some = i == n ? end + n : no + 2;
        PUT("%u P%u?Yes %u, %u P%u?No %u, ", yes, i, all, yes, i, some);
        PUT("%u P%u?Yes %u, %u P%u?No %u, ", no, i, some, no, i, some);
    }
    uint32_t ack = end + 2 * n;
    for (uint32_t i = 1; i <= n; i++) {
        PUT("%u P%u!Commit %u, ", end + i - 1, i, i == n ? ack : end + i);
        PUT("%u P%u!Abort %u, ", end + n + i - 1, i, i == n ? ack : end + n + i);
    }
    for (uint32_t i = 1; i <= n; i++)
        PUT("%u P%u?Ack %u%s", ack + i - 1, i, i == n ? 0 : ack + i, i == n ? "" : ", ");
#undef PUT
    kit_role(k, "C", c);
    for (uint32_t i = 1; i <= n; i++) {
        char name_[16];
        snprintf(name_, sizeof name_, "P%u", i);
        kit_role(k, name_, "0 C?Prepare 1, 0 end, 1 C!Yes 2, 1 C!No 2, 2 C?Commit 3, 2 C?Abort 3, 3 C!Ack 0");
    }
}

#endif
