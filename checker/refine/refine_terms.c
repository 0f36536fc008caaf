/* refine_terms.c -- expressions, ranges and runs as terms of SMT-LIB 2.
 *
 * Constants: s0_h12_3 is key 3 of the last message of history 12 of session 0; s0_c_3 the same of the last such message,
 * whatever the run; s0_n_3 of the message in question, which is bound by a quantifier where it is about all of them.
 */
#include "refine_private.h"

/* ---- names ---- */

uint32_t refine__key_of(const struct subject *s, const struct expr *value)
{
    for (uint32_t i = 0; i < s->keys.n; i++)
        if (expr_same_value(s->keys.at[i].sample, value))
            return i;
    return IR_NONE;
}

static const struct decl *message_at(const struct subject *s, uint32_t history)
{
    return s->ir->messages[s->g->edges[s->histories.at[history].edge].message].decl;
}

const char *refine__constant(const struct subject *s, uint32_t history, uint32_t key)
{
    return arena_printf(s->a, "s%u_h%u_%u", s->session, history, key);
}

static const char *last_one(const struct subject *s, uint32_t key) { return arena_printf(s->a, "s%u_c_%u", s->session, key); }
static const char *new_one(const struct subject *s, uint32_t key) { return arena_printf(s->a, "s%u_n_%u", s->session, key); }

static const char *name_of(const struct subject *s, const struct naming *n, const struct expr *value)
{
    uint32_t key = refine__key_of(s, value);
    if (value->ref == REF_PAYLOAD && !n->all_current)
        return n->payload == IR_NONE ? new_one(s, key) : refine__constant(s, n->payload, key);
    for (uint32_t h = n->before; h != IR_NONE && h != 0; h = s->histories.at[h].parent)
        if (message_at(s, h) == value->message)
            return refine__constant(s, h, key);
    return last_one(s, key);
}

/* ---- expressions ---- */

static const char *word_of(enum expr_kind k)
{
    static const char *const words[] = {
        [EX_NOT] = "not", [EX_NEGATE] = "-", [EX_MUL] = "*", [EX_DIV] = "quotient", [EX_MOD] = "remainder",
        [EX_ADD] = "+", [EX_SUB] = "-", [EX_LT] = "<", [EX_LE] = "<=", [EX_GT] = ">", [EX_GE] = ">=", [EX_EQ] = "=",
        [EX_NE] = "distinct", [EX_AND] = "and", [EX_OR] = "or", [EX_IMPLIES] = "=>"};
    return words[k];
}

static void put_expr(const struct subject *s, struct buf *out, const struct naming *n, const struct expr *e)
{
    switch (e->kind) {
    case EX_NUMBER:
        buf_printf(out, "%llu", (unsigned long long)e->number);
        return;
    case EX_TRUE:
    case EX_FALSE:
    case EX_POISON:
        buf_puts(out, e->kind == EX_TRUE ? "true" : "false");
        return;
    case EX_NAME:
    case EX_LEN:
    case EX_OLD:
        if (e->ref == REF_ENUM)
            buf_printf(out, "%llu", (unsigned long long)e->number);
        else
            buf_puts(out, name_of(s, n, e));
        return;
    default:
        break;
    }
    buf_printf(out, "(%s ", word_of(e->kind));
    put_expr(s, out, n, e->left);
    if (e->right) {
        buf_putc(out, ' ');
        put_expr(s, out, n, e->right);
    }
    buf_putc(out, ')');
}

/* ---- keys ---- */

static bool is_bool(const struct key *k) { return k->sample->kind != EX_LEN && k->sample->type->kind == TY_BOOL; }

static void put_range(struct buf *out, const struct key *k, const char *constant)
{
    struct integer_range r = {0, 0};
    if (is_bool(k)) {
        buf_puts(out, " true");
        return;
    }
    if (k->sample->kind == EX_LEN)
        r.hi = k->sample->type->bound;
    else
        type_values(k->sample->type, &r);
    if (r.lo < 0)
        buf_printf(out, " (<= (- %llu) %s %llu)", (unsigned long long)-(uint64_t)r.lo, constant,
                   (unsigned long long)r.hi);
    else
        buf_printf(out, " (<= 0 %s %llu)", constant, (unsigned long long)r.hi);
}

static void declare(struct buf *out, const struct key *k, const char *constant)
{
    buf_printf(out, "(declare-const %s %s)\n", constant, is_bool(k) ? "Bool" : "Int");
}

static const char *taken(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_cstr(b), b->n);
    buf_free(b);
    return text;
}

/* ---- histories ---- */

static void define_history(struct subject *s, uint32_t h)
{
    const struct history *x = &s->histories.at[h];
    const struct global_edge *e = h ? &s->g->edges[x->edge] : NULL;
    struct naming n = {h, x->parent, false};
    struct buf *out = &s->solver->text;
    for (uint32_t k = 0; h && k < s->keys.n; k++)
        if (s->keys.at[k].sample->message == message_at(s, h))
            declare(out, &s->keys.at[k], refine__constant(s, h, k));
    buf_printf(out, "(define-fun s%u_r%u () Bool (and true", s->session, h);
    if (h)
        buf_printf(out, " s%u_r%u", s->session, x->parent);
    for (uint32_t k = 0; h && k < s->keys.n; k++)
        if (s->keys.at[k].sample->message == message_at(s, h))
            put_range(out, &s->keys.at[k], refine__constant(s, h, k));
    if (e && e->where) {
        buf_putc(out, ' ');
        put_expr(s, out, &n, e->where);
    }
    buf_puts(out, "))\n");
}

void refine__define(struct subject *s)
{
    for (uint32_t k = 0; k < s->keys.n; k++) {
        declare(&s->solver->text, &s->keys.at[k], last_one(s, k));
        declare(&s->solver->text, &s->keys.at[k], new_one(s, k));
    }
    for (uint32_t h = 0; h < s->histories.n; h++) {
        define_history(s, h);
        buf_printf(&s->solver->text, "(declare-const s%u_w%u Bool)\n", s->session, h);
    }
}

/* ---- questions ---- */

struct payload_keys {
    const struct subject *s;
    number_vec keys;
};

static bool add_payload_key(void *ctx, const struct expr *value)
{
    struct payload_keys *p = ctx;
    uint32_t key = refine__key_of(p->s, value);
    for (uint32_t i = 0; i < p->keys.n; i++)
        if (p->keys.at[i] == key)
            return true;
    if (value->ref == REF_PAYLOAD)
        vec_push(p->s->a, p->keys, key);
    return true;
}

/* The message in question is one that its types allow. */
static void put_ranges(const struct subject *s, struct buf *out, const number_vec *keys)
{
    buf_puts(out, "(and true");
    for (uint32_t i = 0; i < keys->n; i++)
        put_range(out, &s->keys.at[keys->at[i]], new_one(s, keys->at[i]));
    buf_putc(out, ')');
}

const char *refine__fulfilled(const struct subject *s, uint32_t edge, uint32_t before)
{
    struct payload_keys p = {.s = s};
    struct naming n = {IR_NONE, before, false};
    struct buf out = {0};
    expr_each_value(s->g->edges[edge].where, add_payload_key, &p);
    buf_puts(&out, "(and ");
    put_ranges(s, &out, &p.keys);
    buf_putc(&out, ' ');
    put_expr(s, &out, &n, s->g->edges[edge].where);
    buf_putc(&out, ')');
    return taken(s->a, &out);
}

/* No message fulfils the refinement of the edge. */
static void put_blocked(const struct subject *s, struct buf *out, uint32_t edge, uint32_t before)
{
    struct payload_keys p = {.s = s};
    expr_each_value(s->g->edges[edge].where, add_payload_key, &p);
    if (p.keys.n)
        buf_puts(out, " (forall (");
    for (uint32_t i = 0; i < p.keys.n; i++)
        buf_printf(out, "(%s %s)", new_one(s, p.keys.at[i]), is_bool(&s->keys.at[p.keys.at[i]]) ? "Bool" : "Int");
    buf_printf(out, "%s(not %s)%s", p.keys.n ? ") " : " ", refine__fulfilled(s, edge, before), p.keys.n ? ")" : "");
}

const char *refine__stuck(const struct subject *s, uint32_t state, uint32_t before)
{
    struct buf out = {0};
    buf_puts(&out, "(and true");
    for (uint32_t e = s->g->states[state].first; e < s->g->states[state].first + s->g->states[state].n; e++)
        put_blocked(s, &out, e, before);
    buf_putc(&out, ')');
    return taken(s->a, &out);
}

const char *refine__established(const struct subject *s, uint32_t state)
{
    const struct naming n = {IR_NONE, IR_NONE, true};
    struct buf out = {0};
    buf_puts(&out, "(and true");
    for (uint32_t k = 0; k < s->keys.n; k++)
        put_range(&out, &s->keys.at[k], last_one(s, k));
    for (uint32_t i = 0; i < s->facts.n; i++) {
        if (!(s->known[(size_t)state * s->words + i / 64] >> (i % 64) & 1))
            continue;
        buf_putc(&out, ' ');
        put_expr(s, &out, &n, s->facts.at[i]);
    }
    buf_putc(&out, ')');
    return taken(s->a, &out);
}
