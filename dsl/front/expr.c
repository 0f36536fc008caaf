#include "expr.h"

/* ---- ranges ---- */

bool type_integers(const struct type *t, struct integer_range *out)
{
    if (!t || t->kind < TY_U8 || t->kind > TY_I64)
        return false;
    bool is_signed = t->kind >= TY_I8;
    uint32_t bits = UINT32_C(8) << (t->kind - (is_signed ? TY_I8 : TY_U8));
    uint64_t half = UINT64_C(1) << (bits - 1);
    out->lo = is_signed ? -(int64_t)(half - 1) - 1 : 0;
    out->hi = is_signed ? half - 1 : half - 1 + half;
    return true;
}

bool type_values(const struct type *t, struct integer_range *out)
{
    if (type_integers(t, out))
        return true;
    if (!t)
        return false;
    *out = (struct integer_range){0, 1};
    if (t->kind == TY_BOOL)
        return true;
    bool is_enum = t->kind == TY_NAMED && t->decl && t->decl->kind == D_ENUM && t->decl->as.enum_.values.n;
    if (is_enum)
        out->hi = t->decl->as.enum_.values.n - 1;
    return is_enum;
}

/* ---- walking ---- */

static bool is_value(const struct expr *e)
{
    return (e->kind == EX_NAME && e->ref != REF_ENUM) || e->kind == EX_LEN || e->kind == EX_OLD;
}

bool expr_each_value(const struct expr *e, expr_visit_fn *fn, void *ctx)
{
    if (!e)
        return true;
    if (is_value(e))
        return fn(ctx, e);
    return expr_each_value(e->left, fn, ctx) && expr_each_value(e->right, fn, ctx);
}

bool expr_same_value(const struct expr *a, const struct expr *b)
{
    bool of_state = a->ref == REF_STATE || b->ref == REF_STATE;
    if ((of_state && a->ref != b->ref) || a->message != b->message || a->fields.n != b->fields.n)
        return false;
    for (uint32_t i = 0; i < a->fields.n; i++)
        if (a->fields.at[i] != b->fields.at[i])
            return false;
    return true;
}

bool expr_same(const struct expr *a, const struct expr *b)
{
    if (!a || !b || a == b)
        return a == b;
    if (a->kind != b->kind || a->ref != b->ref || a->number != b->number)
        return false;
    if (a->ref == REF_ENUM)
        return a->message == b->message;
    if (is_value(a))
        return expr_same_value(a, b);
    return expr_same(a->left, b->left) && expr_same(a->right, b->right);
}

/* ---- values ---- */

struct reader {
    expr_read_fn *read;
    void *ctx;
};

static bool number_of(const struct reader *r, const struct expr *e, int64_t *out);

static bool combine(enum expr_kind kind, int64_t a, int64_t b, int64_t *out)
{
    switch (kind) {
    case EX_ADD:
        return !__builtin_add_overflow(a, b, out);
    case EX_SUB:
        return !__builtin_sub_overflow(a, b, out);
    case EX_MUL:
        return !__builtin_mul_overflow(a, b, out);
    case EX_DIV:
        *out = b ? a / b : 0; /* a divisor is a positive number */
        return b > 0;
    case EX_MOD:
        *out = b ? a % b : 0;
        return b > 0;
    default:
        return false;
    }
}

static bool is_truth(const struct expr *e)
{
    switch (e->kind) {
    case EX_TRUE:
    case EX_FALSE:
    case EX_NOT:
    case EX_AND:
    case EX_OR:
    case EX_IMPLIES:
        return true;
    default:
        return e->kind >= EX_LT && e->kind <= EX_NE;
    }
}

static bool number_of(const struct reader *r, const struct expr *e, int64_t *out)
{
    int64_t a, b;
    if (is_truth(e)) {
        enum truth t = expr_truth(e, r->read, r->ctx);
        *out = t == TRUTH_TRUE;
        return t != TRUTH_UNKNOWN;
    }
    if (is_value(e))
        return r->read(r->ctx, e, out);
    if (e->kind == EX_NUMBER || e->kind == EX_NAME) {
        *out = (int64_t)e->number;
        return e->number <= INT64_MAX;
    }
    if (e->kind == EX_NEGATE)
        return number_of(r, e->left, &a) && combine(EX_SUB, 0, a, out);
    return e->left && e->right && number_of(r, e->left, &a) && number_of(r, e->right, &b) &&
           combine(e->kind, a, b, out);
}

static enum truth truth_of(bool b) { return b ? TRUTH_TRUE : TRUTH_FALSE; }

static enum truth compare(const struct reader *r, const struct expr *e)
{
    int64_t a, b;
    if (!number_of(r, e->left, &a) || !number_of(r, e->right, &b))
        return TRUTH_UNKNOWN;
    switch (e->kind) {
    case EX_LT:
        return truth_of(a < b);
    case EX_LE:
        return truth_of(a <= b);
    case EX_GT:
        return truth_of(a > b);
    case EX_GE:
        return truth_of(a >= b);
    case EX_EQ:
        return truth_of(a == b);
    default:
        return truth_of(a != b);
    }
}

static enum truth negated(enum truth t)
{
    return t == TRUTH_UNKNOWN ? t : t == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

/* Kleene: what decides alone is enough. */
static enum truth either(enum truth a, enum truth b)
{
    if (a == TRUTH_TRUE || b == TRUTH_TRUE)
        return TRUTH_TRUE;
    return a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

enum truth expr_truth(const struct expr *e, expr_read_fn *read, void *ctx)
{
    struct reader r = {read, ctx};
    int64_t value;
    switch (e->kind) {
    case EX_TRUE:
        return TRUTH_TRUE;
    case EX_FALSE:
        return TRUTH_FALSE;
    case EX_NOT:
        return negated(expr_truth(e->left, read, ctx));
    case EX_AND:
        return negated(either(negated(expr_truth(e->left, read, ctx)), negated(expr_truth(e->right, read, ctx))));
    case EX_OR:
        return either(expr_truth(e->left, read, ctx), expr_truth(e->right, read, ctx));
    case EX_IMPLIES:
        return either(negated(expr_truth(e->left, read, ctx)), expr_truth(e->right, read, ctx));
    case EX_LT:
    case EX_LE:
    case EX_GT:
    case EX_GE:
    case EX_EQ:
    case EX_NE:
        return compare(&r, e);
    case EX_NAME:
        return number_of(&r, e, &value) ? truth_of(value != 0) : TRUTH_UNKNOWN;
    default:
        return TRUTH_UNKNOWN;
    }
}
