/* parse_types.c -- payload types, and the declarations made of them: enums, structs, messages. */
#include "parser_internal.h"

static enum type_kind scalar_kind(enum token_kind kind)
{
    switch (kind) {
    case K_BOOL: return TY_BOOL;
    case K_U8: return TY_U8;
    case K_U16: return TY_U16;
    case K_U32: return TY_U32;
    case K_U64: return TY_U64;
    case K_I8: return TY_I8;
    case K_I16: return TY_I16;
    case K_I32: return TY_I32;
    case K_I64: return TY_I64;
    case K_F32: return TY_F32;
    case K_F64: return TY_F64;
    default: return TY_POISON;
    }
}

static uint32_t parse_bound(struct parser *p, const char *what)
{
    return (uint32_t)expect_number(p, what, 1, FRONT_MAX_BOUND);
}

/* At `<`: the arguments of string, bytes, list and optional. */
static void parse_arguments(struct parser *p, struct type *t, enum token_kind built_in)
{
    struct span open = p->tok.at;
    const char *word = token_spelling(built_in);
    const char *arguments = built_in == K_LIST ? "<u8, 16>" : built_in == K_OPTIONAL ? "<u8>" : "<64>";
    const char *shape = arena_printf(p->a, "%s%s", word, arguments);
    if (!accept(p, T_LT)) {
        help(p, fail_expected(p, arena_printf(p->a, "`<` after `%s`", word)),
             "every type has a largest size: write it as `%s`", shape);
        return;
    }
    if (t->kind == TY_LIST || t->kind == TY_OPTIONAL)
        t->elem = parse_type(p);
    if (t->kind == TY_LIST && !accept(p, T_COMMA))
        help(p, fail_expected(p, "`,` and the most elements the list may have"), "write it as `%s`", shape);
    if (t->kind != TY_OPTIONAL)
        t->bound = parse_bound(p, t->kind == TY_LIST ? "the most elements of a list" : "the most bytes of this type");
    expect_close(p, T_GT, open);
}

static void parse_ref(struct parser *p, struct type *t)
{
    struct span open = p->tok.at;
    if (!expect(p, T_LT, "`<` after `ref`"))
        return;
    t->name = expect_name(p, "the session of the reference");
    if (!accept_dot(p))
        fail_expected(p, "`.` and a role of that session");
    t->role = expect_name(p, "a role of that session");
    expect_close(p, T_GT, open);
}

static enum type_kind wide_kind(enum token_kind kind)
{
    switch (kind) {
    case K_STRING: return TY_STRING;
    case K_BYTES: return TY_BYTES;
    case K_LIST: return TY_LIST;
    case K_OPTIONAL: return TY_OPTIONAL;
    case K_REF: return TY_REF;
    default: return TY_NAMED;
    }
}

/* At the start of a type; that of a built-in one which is misspelt is reported and put right. */
static enum token_kind type_start(struct parser *p)
{
    bool unknown = at(p, T_NAME) && p->ahead.kind == T_LT;
    return unknown ? ITEM_KIND(p, "a type", K_STRING, K_BYTES, K_LIST, K_OPTIONAL, K_REF) : p->tok.kind;
}

static void parse_base(struct parser *p, struct type *t)
{
    enum token_kind kind = type_start(p);
    if (kind == T_EOF)
        return;
    t->kind = scalar_kind(kind);
    if (t->kind != TY_POISON) {
        advance(p);
        return;
    }
    t->kind = wide_kind(kind);
    if (t->kind == TY_NAMED) {
        t->name = expect_name(p, "a type");
        if (!t->name.name)
            t->kind = TY_POISON;
        return;
    }
    advance(p);
    if (t->kind == TY_REF)
        parse_ref(p, t);
    else
        parse_arguments(p, t, kind);
}

struct type *parse_type(struct parser *p)
{
    struct span lo = p->tok.at;
    struct type *t = ARENA_NEW(p->a, struct type);
    t->at = lo;
    if (!enter(p)) {
        leave(p);
        return t;
    }
    parse_base(p, t);
    t->at = since(p, lo);
    uint32_t dimensions = p->depth;
    for (uint32_t n; optional_index(p, "the length of an array", 1, FRONT_MAX_BOUND, &n);) {
        struct type *array = ARENA_NEW(p->a, struct type);
        *array = (struct type){.kind = TY_ARRAY, .at = since(p, lo), .bound = n, .elem = t};
        t = array;
        if (!enter(p))
            break;
    }
    p->depth = dimensions; /* the dimensions nest, too */
    leave(p);
    return t;
}

/* ---- fields ---- */

struct field_context {
    field_vec *fields;
    const char *of;
};

/* "u32 n;" */
static struct field type_first(struct parser *p, const struct ident *type)
{
    struct diag *g = fail_at(p, p->tok.at, "expected `:` and the field's type, found %s",
                             token_describe(&p->lex, &p->tok));
    struct field f = {.name = {p->tok.name, p->tok.at}, .type = ARENA_NEW(p->a, struct type)};
    f.type->at = type->at;
    if (p->ahead.kind != T_SEMI) {
        help(p, g, "write `name: type;`");
        return f;
    }
    help(p, g, "the name comes first: write `%s: %s;`", f.name.name, type->name);
    advance(p);
    advance(p);
    return f;
}

static void parse_field(struct parser *p, void *ctx)
{
    struct field_context *c = ctx;
    struct field f = {.name = expect_name(p, arena_printf(p->a, "a field of %s, as `name: type;`", c->of))};
    if (f.name.name && at_name(p) && !p->tok.first) {
        f = type_first(p, &f.name);
        if (!p->panic)
            push_limited(p, *c->fields, FRONT_MAX_FIELDS, arena_printf(p->a, "fields of %s", c->of), f);
        return;
    }
    if (at(p, T_EQ) || at(p, T_COLON_EQ)) {
        slip(p, p->tok.at, "write `name: type;`", "a field's type stands behind `:`, not behind `%s`",
             token_spelling(p->tok.kind));
        advance(p);
    } else if (!accept(p, T_COLON)) {
        help(p, fail_expected(p, "`:` and the field's type"), "write `name: type;`");
    }
    bool next_field = p->tok.first && at_name(p) && p->ahead.kind == T_COLON;
    if (next_field) {
        fail_expected(p, "the field's type");
        p->panic = false;
        return;
    }
    f.type = parse_type(p);
    if (at(p, K_WHERE)) {
        slip(p, p->tok.at, "write it where the message is sent: `A -> B: M where ...;`",
             "a refinement does not stand at a field");
        advance(p);
        parse_expr(p);
    }
    expect_semi(p, "a field");
    push_limited(p, *c->fields, FRONT_MAX_FIELDS, arena_printf(p->a, "fields of %s", c->of), f);
}

void parse_fields(struct parser *p, field_vec *fields, const char *of)
{
    struct field_context c = {fields, of};
    parse_block(p, "fields", parse_field, &c);
}

/* ---- declarations ---- */

/* Names of built-in types cannot be declared: a type that starts with one is always the built-in. */
static void not_built_in(struct parser *p, const struct ident *id)
{
    static const enum token_kind built_in[] = {K_BOOL, K_U8,  K_U16, K_U32,    K_U64,   K_I8,   K_I16,      K_I32,
                                               K_I64,  K_F32, K_F64, K_STRING, K_BYTES, K_LIST, K_OPTIONAL, K_REF};
    for (size_t i = 0; id->name && i < sizeof built_in / sizeof *built_in; i++)
        if (strcmp(id->name, token_spelling(built_in[i])) == 0)
            slip(p, id->at, "choose another name", "`%s` is a built-in type", id->name);
}

void parse_enum(struct parser *p, struct decl *d)
{
    not_built_in(p, &d->name);
    struct span open = p->tok.at;
    if (!expect(p, T_LBRACE, "`{` and the values of the enum"))
        return;
    bool said = false;
    do {
        if (at(p, T_RBRACE) && d->as.enum_.values.n)
            break; /* a final comma */
        struct ident value = expect_name(p, "a value of the enum");
        push_limited(p, d->as.enum_.values, FRONT_MAX_VALUES, "values of an enum", value);
        if (missing_comma(p, "a value"))
            continue;
        if (at(p, T_SEMI)) {
            if (!said)
                slip(p, p->tok.at, "write `,`", "the values of an enum are separated by commas");
            said = true;
            p->tok.kind = T_COMMA; /* read it as one */
        } else if (at(p, T_EQ)) {
            struct diag *g = said ? NULL : fail_expected(p, "`,` or `}` after a value");
            help(p, g, "values of an enum have no numbers of their own: they count from 0");
            said = p->panic = true;
        } else if (!at(p, T_COMMA) && !at(p, T_RBRACE) && !at_block_end(p)) {
            fail_expected(p, "`,` or `}` after a value");
        }
        sync_list(p, T_RBRACE);
    } while (accept(p, T_COMMA) || (!p->panic && at_name(p)));
    expect_close(p, T_RBRACE, open);
}

void parse_struct(struct parser *p, struct decl *d)
{
    not_built_in(p, &d->name);
    parse_fields(p, &d->as.struct_.fields, "a struct");
}

/* message M; | message M { fields } | message M = tag ... */
void parse_message(struct parser *p, struct decl *d)
{
    struct message_decl *m = &d->as.message;
    struct span lo = p->tok.at;
    if (accept(p, T_EQ)) {
        m->tag = (struct opt_u64){.given = true, .value = expect_number(p, "the tag of a message", 0, UINT16_MAX)};
        m->tag.at = since(p, lo);
    }
    if (at(p, T_LBRACE) || (at_name(p) && p->ahead.kind == T_COLON))
        parse_fields(p, &m->fields, "a message");
    else if (at(p, T_LPAREN))
        help(p, fail_expected(p, "`{` or `;` after a message's name"), "fields stand in braces: `{ name: type; }`");
    else if (!accept(p, T_SEMI)) {
        if (p->tok.first || at(p, T_EOF))
            expect_semi(p, "a message without fields");
        else if (at(p, T_COMMA))
            help(p, fail_expected(p, "`{` or `;` after a message's name"), "each message has a declaration of its own");
        else
            fail_expected(p, "`{` or `;` after a message's name");
    }
}
