/* c_types.c -- M_messages.h: enums, structs and message structs.
 *
 * Every type is by value and bounded: string<N> and bytes<N> are {n, at[N]}, list<T, N> alike, optional<T> is
 * {has, value}, ref<S.R> is {id}. There are no unions: a proof tool cannot see through them.
 */
#include "c_gen.h"

static const char *scalar(enum type_kind kind)
{
    switch (kind) {
    case TY_BOOL: return "bool";
    case TY_U8: return "uint8_t";
    case TY_U16: return "uint16_t";
    case TY_U32: return "uint32_t";
    case TY_U64: return "uint64_t";
    case TY_I8: return "int8_t";
    case TY_I16: return "int16_t";
    case TY_I32: return "int32_t";
    case TY_I64: return "int64_t";
    case TY_F32: return "float";
    case TY_F64: return "double";
    case TY_POISON: case TY_STRING: case TY_BYTES: case TY_ARRAY: case TY_LIST: case TY_OPTIONAL: case TY_NAMED:
    case TY_REF: break;
    }
    return NULL;
}

/* An unnamed struct with one or two members, the second one indented with all its lines. */
static const char *unnamed(struct c_gen *g, const char *first, const char *second, const char *declarator)
{
    struct emit e = emit_begin(g->a);
    emit(&e, first ? "struct {\n    ${first}\n    ${second}\n} ${d};" : "struct {\n    ${second}\n} ${d};", "first",
         first ? first : "", "second", second, "d", declarator);
    const char *text = arena_strndup(g->a, buf_cstr(&e.out), e.out.n);
    emit_end(&e);
    return text;
}

static const char *counted(struct c_gen *g, const char *member, const char *declarator)
{
    return unnamed(g, "uint32_t n;", member, declarator);
}

/* The C declaration of `declarator` with type `t`, which may be several lines. */
static const char *declare(struct c_gen *g, const struct type *t, const char *declarator)
{
    const char *word = scalar(t->kind);
    if (word)
        return arena_printf(g->a, "%s %s;", word, declarator);
    switch (t->kind) {
    case TY_STRING: return counted(g, arena_printf(g->a, "char at[%u];", t->bound), declarator);
    case TY_BYTES: return counted(g, arena_printf(g->a, "uint8_t at[%u];", t->bound), declarator);
    case TY_LIST: return counted(g, declare(g, t->elem, arena_printf(g->a, "at[%u]", t->bound)), declarator);
    case TY_ARRAY: return declare(g, t->elem, arena_printf(g->a, "%s[%u]", declarator, t->bound));
    case TY_OPTIONAL: return unnamed(g, "bool has;", declare(g, t->elem, "value"), declarator);
    case TY_REF: return unnamed(g, NULL, "uint64_t id;", declarator);
    case TY_NAMED: return arena_printf(g->a, "%s_%s %s;", g->low, c_snake(g->a, t->decl->name.name), declarator);
    default: return arena_printf(g->a, "int %s;", declarator); /* poison: an error was reported before */
    }
}

void c_emit_fields(struct c_gen *g, struct emit *e, const field_vec *fields)
{
    for (uint32_t i = 0; i < fields->n; i++)
        emit(e, "    ${field}\n", "field", declare(g, fields->at[i].type, fields->at[i].name.name));
}

/* ---- sizes ---- */

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* Rounded up to 8, the largest alignment of any type here. */
static uint64_t type_size(const struct type *t)
{
    switch (t->kind) {
    case TY_STRING: case TY_BYTES: return add(16, t->bound);
    case TY_ARRAY: return times(t->bound, type_size(t->elem));
    case TY_LIST: return add(8, times(t->bound, type_size(t->elem)));
    case TY_OPTIONAL: return add(8, type_size(t->elem));
    case TY_NAMED: return t->decl && t->decl->kind == D_STRUCT ? c_fields_size(&t->decl->as.struct_.fields) : 8;
    default: return 8;
    }
}

uint64_t c_fields_size(const field_vec *fields)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < fields->n; i++)
        size = add(size, type_size(fields->at[i].type));
    return size;
}

/* ---- declarations ---- */

static void emit_doc(struct emit *e, const struct decl *d)
{
    if (!d->doc)
        return;
    struct buf text = {0};
    for (const char *c = d->doc; *c; c++) { /* one paragraph, in which no comment can begin or end */
        bool pair = (c[0] == '*' && c[1] == '/') || (c[0] == '/' && c[1] == '*');
        if (c[0] == '\n')
            buf_puts(&text, c[1] ? " " : "");
        else
            buf_puts(&text, (char[]){*c, pair ? ' ' : 0, 0});
    }
    emit(e, "/* ${doc} */\n", "doc", arena_strndup(e->a, buf_cstr(&text), text.n));
    buf_free(&text);
}

static void emit_enum(struct c_gen *g, struct emit *e, const struct decl *d)
{
    const char *low = arena_printf(g->a, "%s_%s", g->low, c_snake(g->a, d->name.name));
    emit(e, "\n");
    emit_doc(e, d);
    emit(e, "typedef enum ${low} {\n", "low", low);
    for (uint32_t i = 0; i < d->as.enum_.values.n; i++)
        emit(e, "    ${up}_${value}${comma}\n", "up", c_upper(g->a, low), "value",
             c_upper(g->a, c_snake(g->a, d->as.enum_.values.at[i].name)), "comma",
             i + 1 < d->as.enum_.values.n ? "," : "");
    emit(e, "} ${low};\n", "low", low);
}

static void emit_record(struct c_gen *g, struct emit *e, const struct decl *d, const field_vec *fields)
{
    const char *low = arena_printf(g->a, "%s_%s", g->low, c_snake(g->a, d->name.name));
    emit(e, "\n");
    emit_doc(e, d);
    if (fields->n == 0 && d->kind == D_MESSAGE) {
        emit(e, "/* ${name} has no fields and so no struct. */\n", "name", d->name.name);
        return;
    }
    emit(e, "typedef struct ${low} {\n", "low", low);
    c_emit_fields(g, e, fields);
    if (fields->n == 0)
        emit(e, "    uint8_t empty; /* C has no empty structs */\n");
    emit(e, "} ${low};\n", "low", low);
}

/* A C struct must stand after those that it contains. */
struct order {
    VEC(const struct decl *) done;
};

static void emit_struct(struct c_gen *g, struct emit *e, struct order *o, const struct decl *d);

static void emit_needed(struct c_gen *g, struct emit *e, struct order *o, const struct type *t)
{
    for (; t; t = t->elem)
        if (t->kind == TY_NAMED && t->decl && t->decl->kind == D_STRUCT)
            emit_struct(g, e, o, t->decl);
}

static void emit_struct(struct c_gen *g, struct emit *e, struct order *o, const struct decl *d)
{
    for (uint32_t i = 0; i < o->done.n; i++)
        if (o->done.at[i] == d)
            return;
    vec_push(g->a, o->done, d);
    for (uint32_t i = 0; i < d->as.struct_.fields.n; i++)
        emit_needed(g, e, o, d->as.struct_.fields.at[i].type);
    emit_record(g, e, d, &d->as.struct_.fields);
}

void c_render_messages(struct c_gen *g)
{
    struct emit e = c_file_begin(g);
    struct order order = {0};
    const struct file *file = g->ir->file;
    emit(&e, "/* ${low}_messages.h -- payload types of module ${module}.\n${generated} */\n"
             "#ifndef ${up}_MESSAGES_H\n#define ${up}_MESSAGES_H\n#include <stdbool.h>\n#include <stdint.h>\n");
    for (uint32_t i = 0; i < file->decls.n; i++)
        if (file->decls.at[i]->kind == D_ENUM)
            emit_enum(g, &e, file->decls.at[i]);
    for (uint32_t i = 0; i < file->decls.n; i++)
        if (file->decls.at[i]->kind == D_STRUCT)
            emit_struct(g, &e, &order, file->decls.at[i]);
    for (uint32_t i = 0; i < g->ir->n_messages; i++)
        emit_record(g, &e, g->ir->messages[i].decl, c_fields(g, i));
    emit(&e, "\n#endif\n");
    c_file_end(g, &e, arena_printf(g->a, "%s_messages.h", g->low), false);
}
