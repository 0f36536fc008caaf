/* c_expr.c -- expressions in C, with the meaning that they have in the language: of numbers, which never overflow.
 *
 * A truth value becomes a C condition. A number becomes a motet_int (motet/check.h); where two values are compared
 * that are both unsigned or both signed, they stay as they are. Comparisons are calls, as a compiler would warn of an
 * operator between what a file may well compare: a u8 with 255, a field with itself. c_expr_bits says how many bits a
 * number may need, so that what a motet_int cannot hold is refused before anything is written.
 */
#include "ast_print.h"
#include "c_gen.h"
#include "expr.h"

/* ---- sizes ---- */

static uint32_t bits_of(uint64_t n)
{
    uint32_t bits = 0;
    for (; n > 0; n >>= 1)
        bits++;
    return bits;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t value_bits(const struct expr *e)
{
    struct integer_range r;
    if (e->kind == EX_LEN || !type_integers(e->type, &r))
        return 32;
    return r.lo < 0 ? bits_of(r.hi) + 1 : bits_of(r.hi); /* -(hi + 1) needs one more than hi */
}

/* |e| < 2 to that power; *most is the largest of all numbers in e. */
static uint32_t number_bits(const struct expr *e, uint32_t *most)
{
    uint32_t left = e->left ? number_bits(e->left, most) : 0, right = e->right ? number_bits(e->right, most) : 0;
    uint32_t bits = 0;
    switch (e->kind) {
    case EX_NUMBER: bits = bits_of(e->number); break;
    case EX_NAME: case EX_LEN: case EX_OLD: bits = value_bits(e); break;
    case EX_MUL: bits = left + right; break;
    case EX_ADD: case EX_SUB: bits = larger(left, right) + 1; break;
    case EX_DIV: case EX_MOD: case EX_NEGATE: bits = left; break;
    default: break; /* truth values */
    }
    *most = larger(*most, bits);
    return bits;
}

uint32_t c_expr_bits(const struct expr *e)
{
    uint32_t most = 0;
    number_bits(e, &most);
    return most;
}

/* ---- values ---- */

static const char *fields_text(struct c_gen *g, const char *base, const field_vec *fields, const struct expr *e)
{
    const char *text = base;
    for (uint32_t i = 0; i < e->fields.n; i++) {
        const struct field *f = &fields->at[e->fields.at[i]];
        text = arena_printf(g->a, "%s%s%s", text, i ? "." : "", f->name.name);
        if (f->type->kind == TY_NAMED && f->type->decl->kind == D_STRUCT)
            fields = &f->type->decl->as.struct_.fields;
    }
    return e->kind == EX_LEN ? arena_printf(g->a, "%s.n", text) : text;
}

const char *c_expr_payload(struct c_gen *g, const struct expr *e)
{
    return fields_text(g, "m->", &e->message->as.message.fields, e);
}

static const char *enum_value(struct c_gen *g, const struct expr *e)
{
    const char *type = c_snake(g->a, e->message->name.name);
    const struct ident *value = &e->message->as.enum_.values.at[e->number];
    return arena_printf(g->a, "%s_%s_%s", g->up, c_upper(g->a, type), c_upper(g->a, c_snake(g->a, value->name)));
}

static const char *value_text(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e)
{
    switch (e->ref) {
    case REF_PAYLOAD: return c_expr_payload(g, e);
    case REF_SESSION: return arena_printf(g->a, "known->%s", c_known_name(s->known, e));
    case REF_STATE: return fields_text(g, e->kind == EX_OLD ? "old." : "state->", s->state, e);
    case REF_ENUM: return enum_value(g, e);
    case REF_NONE: break;
    }
    return "";
}

/* ---- numbers ---- */

enum kind { NATURAL, SIGNED, COMPUTED };

bool c_expr_is_signed(const struct expr *e)
{
    struct integer_range r;
    return e->kind != EX_LEN && type_integers(e->type, &r) && r.lo < 0;
}

static enum kind kind_of(const struct expr *e)
{
    if (e->kind == EX_NUMBER)
        return NATURAL;
    if (e->kind != EX_NAME && e->kind != EX_LEN && e->kind != EX_OLD)
        return COMPUTED;
    return e->ref != REF_ENUM && c_expr_is_signed(e) ? SIGNED : NATURAL;
}

/* A value or a number as C has it. */
static const char *plain(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e)
{
    if (e->kind == EX_NUMBER)
        return arena_printf(g->a, e->number <= INT32_MAX ? "%lluu" : "UINT64_C(%llu)", (unsigned long long)e->number);
    return value_text(g, s, e);
}

static const char *binary(struct c_gen *g, const struct c_expr_scope *s, const char *function, const struct expr *e);

static const char *number_text(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e)
{
    switch (e->kind) {
    case EX_MUL: return binary(g, s, "mul", e);
    case EX_ADD: return binary(g, s, "add", e);
    case EX_SUB: return binary(g, s, "sub", e);
    case EX_NEGATE: return arena_printf(g->a, "motet_int_negate(%s)", number_text(g, s, e->left));
    case EX_DIV: case EX_MOD:
        return arena_printf(g->a, "motet_int_%s(%s, %s)", e->kind == EX_DIV ? "div" : "mod",
                            number_text(g, s, e->left), plain(g, s, e->right));
    default:
        return arena_printf(g->a, "motet_int_of_%s(%s)", kind_of(e) == SIGNED ? "i" : "u", plain(g, s, e));
    }
}

static const char *binary(struct c_gen *g, const struct c_expr_scope *s, const char *function, const struct expr *e)
{
    return arena_printf(g->a, "motet_int_%s(%s, %s)", function, number_text(g, s, e->left),
                        number_text(g, s, e->right));
}

/* ---- truth ---- */

static const char *comparison(enum expr_kind kind)
{
    switch (kind) {
    case EX_LT: return "<";
    case EX_LE: return "<=";
    case EX_GT: return ">";
    case EX_GE: return ">=";
    case EX_NE: return "!=";
    default: return "==";
    }
}

static const char *compare(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e)
{
    enum kind left = kind_of(e->left), right = kind_of(e->right);
    if (left == right && left != COMPUTED)
        return arena_printf(g->a, "motet_compare_%s(%s, %s) %s 0", left == SIGNED ? "i" : "u", plain(g, s, e->left),
                            plain(g, s, e->right), comparison(e->kind));
    return arena_printf(g->a, "%s %s 0", binary(g, s, "compare", e), comparison(e->kind));
}

/* An operand that is itself a condition: each that is not a value stands in parentheses. */
static const char *operand(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e)
{
    const char *text = c_expr_truth(g, s, e);
    bool atom = e->kind == EX_TRUE || e->kind == EX_FALSE || e->kind == EX_NAME || e->kind == EX_OLD;
    return atom ? text : arena_printf(g->a, "(%s)", text);
}

const char *c_expr_truth(struct c_gen *g, const struct c_expr_scope *s, const struct expr *e)
{
    switch (e->kind) {
    case EX_TRUE: return "true";
    case EX_FALSE: return "false";
    case EX_NOT: return arena_printf(g->a, "!%s", operand(g, s, e->left));
    case EX_AND: return arena_printf(g->a, "%s && %s", operand(g, s, e->left), operand(g, s, e->right));
    case EX_OR: return arena_printf(g->a, "%s || %s", operand(g, s, e->left), operand(g, s, e->right));
    case EX_IMPLIES: return arena_printf(g->a, "!%s || %s", operand(g, s, e->left), operand(g, s, e->right));
    case EX_LT: case EX_LE: case EX_GT: case EX_GE: return compare(g, s, e);
    case EX_EQ: case EX_NE:
        if (!e->left->truth)
            return compare(g, s, e);
        return arena_printf(g->a, "motet_compare_u(%s, %s) %s 0", c_expr_truth(g, s, e->left),
                            c_expr_truth(g, s, e->right), comparison(e->kind));
    default: return value_text(g, s, e);
    }
}

/* ---- in words ---- */

const char *c_expr_quoted(struct c_gen *g, const char *what, const struct expr *e, const char *then)
{
    struct buf text = {0}, out = {0};
    const char *path = g->ir->sources->at[e->at.file]->path, *slash = strrchr(path, '/');
    ast_print_expr(e, &text);
    buf_printf(&out, "\"%s:%u: %s `", slash ? slash + 1 : path, c_line(g, e->at), what);
    for (const char *c = buf_cstr(&text); *c; c++) {
        if (*c == '"' || *c == '\\' || *c == '?')
            buf_putc(&out, '\\');
        buf_putc(&out, *c);
    }
    buf_printf(&out, "`%s\"", then);
    const char *quoted = arena_strndup(g->a, buf_cstr(&out), out.n);
    buf_free(&text);
    buf_free(&out);
    return quoted;
}
