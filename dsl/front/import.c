/* import.c -- what the importers share; see import_internal.h. */
#include "import_internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "buf.h"
#include "lexer.h"

enum import_format import_format_of(const char *path)
{
    static const struct {
        const char *ends;
        enum import_format format;
    } known[] = {{".txt", IMPORT_AUTOMATA}, {".scr", IMPORT_SCRIBBLE}, {".nuscr", IMPORT_SCRIBBLE}};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t m = strlen(known[i].ends);
        if (n > m && strcmp(path + n - m, known[i].ends) == 0)
            return known[i].format;
    }
    return IMPORT_NONE;
}

/* ---- characters ---- */

static int byte(const struct importer *x, uint32_t ahead)
{
    return ahead < x->src->size - x->pos ? (unsigned char)x->src->text[x->pos + ahead] : -1;
}

static bool here(const struct importer *x, const char *s)
{
    size_t n = strlen(s);
    return n <= x->src->size - x->pos && memcmp(x->src->text + x->pos, s, n) == 0;
}

static bool is_word(int c) { return c >= 0 && c < 0x80 && (isalnum(c) || c == '_'); }
static bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

/* Keeps comments that have a line of their own; those on neighbouring lines are one. */
static void skip_line_comment(struct importer *x, uint32_t *line_ends, uint32_t after)
{
    uint32_t lo = x->pos;
    while (byte(x, 0) >= 0 && byte(x, 0) != '\n')
        x->pos++;
    remarks_add(x->f->remarks, (struct span){x->source, lo, x->pos}, after, *x->line_comment);
    if (*line_ends == 0)
        return;
    if (*line_ends != 1 || x->comment.hi == x->comment.lo)
        x->comment = (struct span){x->source, lo, lo};
    x->comment.hi = x->pos;
    *line_ends = 0;
}

static void skip_block_comment(struct importer *x, const char *end, uint32_t after)
{
    uint32_t lo = x->pos;
    bool pragma = here(x, "(*#"); /* of nuScr */
    x->pos += 2;
    while (byte(x, 0) >= 0 && !here(x, end))
        x->pos++;
    if (byte(x, 0) < 0)
        import_fail(x, E0601, (struct span){x->source, lo, lo + 2}, "a comment that does not end");
    else
        x->pos += 2;
    if (x->ok && !pragma)
        remarks_add(x->f->remarks, (struct span){x->source, lo, x->pos}, after, '*');
}

static void skip_blanks(struct importer *x)
{
    uint32_t after = x->pos; /* on this line; 0: nothing */
    uint32_t line_ends = x->pos <= 3; /* the file starts on a line of its own */
    x->comment = (struct span){x->source, 0, 0};
    for (;;) {
        int c = byte(x, 0);
        if (is_blank(c)) {
            line_ends += c == '\n';
            after = c == '\n' ? 0 : after;
            x->pos++;
        } else if (here(x, x->line_comment)) {
            skip_line_comment(x, &line_ends, after ? after : REMARK_OWN_LINE);
        } else if (x->block_comments && here(x, "/*")) {
            skip_block_comment(x, "*/", after ? after : REMARK_OWN_LINE);
        } else if (x->block_comments && here(x, "(*")) {
            skip_block_comment(x, "*)", after ? after : REMARK_OWN_LINE);
        } else {
            break;
        }
    }
    if (line_ends > 1)
        x->comment = (struct span){x->source, 0, 0};
}

/* ---- tokens ---- */

static void read_string(struct importer *x, struct import_token *t)
{
    uint32_t lo = ++x->pos;
    while (byte(x, 0) >= 0 && byte(x, 0) != '"' && byte(x, 0) != '\n')
        x->pos++;
    if (byte(x, 0) != '"') {
        import_fail(x, E0601, (struct span){x->source, lo - 1, lo}, "a string that does not end");
        return;
    }
    t->kind = IMPORT_STRING;
    t->text = intern(x->names, x->src->text + lo, x->pos - lo);
    x->pos++;
}

static struct import_token next_token(struct importer *x)
{
    bool was_ok = x->ok;
    skip_blanks(x);
    uint32_t lo = x->pos;
    struct import_token t = {.kind = IMPORT_END};
    int c = byte(x, 0);
    if (is_word(c)) {
        while (is_word(byte(x, 0)))
            x->pos++;
        t.kind = IMPORT_WORD;
        t.text = intern(x->names, x->src->text + lo, x->pos - lo);
        if (x->pos - lo > FRONT_MAX_NAME)
            import_fail(x, E0106, (struct span){x->source, lo, x->pos}, "a name of more than %d bytes", FRONT_MAX_NAME);
    } else if (c == '"') {
        read_string(x, &t);
    } else if (c >= 0) {
        t.kind = c == 0 || c == IMPORT_WORD || c == IMPORT_STRING ? '?' : c;
        x->pos++;
    }
    t.at = (struct span){x->source, lo, x->pos};
    x->fatal |= was_ok && !x->ok;
    if (!x->ok)
        t.kind = IMPORT_END;
    return t;
}

void import_advance(struct importer *x)
{
    x->last = x->tok.at;
    x->tok = x->ahead;
    x->tok_comment = x->comment;
    x->ahead = next_token(x);
    if (!x->ok)
        x->tok.kind = IMPORT_END;
}

void import_enter(struct importer *x, uint32_t source, uint32_t pos)
{
    x->source = source;
    x->src = x->s->at[source];
    x->pos = pos;
    if (pos == 0 && here(x, "\xef\xbb\xbf"))
        x->pos = 3; /* a byte order mark */
    import_advance(x);
    import_advance(x);
    x->last = (struct span){source, pos, pos};
}

bool import_recover(struct importer *x, uint32_t from)
{
    if (x->ok || x->fatal)
        return false;
    x->ok = true;
    import_enter(x, x->source, from);
    return x->ok;
}

bool import_at(const struct importer *x, int kind) { return x->tok.kind == kind; }

bool import_at_word(const struct importer *x, const char *word)
{
    return x->tok.kind == IMPORT_WORD && strcmp(x->tok.text, word) == 0;
}

bool import_accept(struct importer *x, int kind)
{
    if (x->tok.kind != kind)
        return false;
    import_advance(x);
    return true;
}

bool import_accept_word(struct importer *x, const char *word)
{
    if (!import_at_word(x, word))
        return false;
    import_advance(x);
    return true;
}

struct span import_since(const struct importer *x, struct span from)
{
    return x->last.hi > from.lo ? (struct span){from.file, from.lo, x->last.hi} : from;
}

/* ---- errors ---- */

void import_fail(struct importer *x, enum diag_code code, struct span at, const char *fmt, ...)
{
    if (!x->ok)
        return;
    va_list args;
    va_start(args, fmt);
    char line[512];
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    diag_add(x->d, code, at, "%s", line);
    x->ok = false;
    x->fatal |= code == E0106 || ++x->n_errors == IMPORT_MAX_ERRORS;
    x->stuck = x->tok.at.lo;
    x->f->damaged = true;
    x->tok.kind = x->ahead.kind = IMPORT_END;
}

void import_unexpected(struct importer *x, const char *what)
{
    const char *found = "the end of the file";
    if (x->tok.kind == IMPORT_WORD)
        found = arena_printf(x->a, "`%s`", x->tok.text);
    else if (x->tok.kind == IMPORT_STRING)
        found = "a string";
    else if (x->tok.kind > ' ' && x->tok.kind < 0x7f)
        found = arena_printf(x->a, "`%c`", x->tok.kind);
    else if (x->tok.kind != IMPORT_END)
        found = "a byte that is not text";
    bool ended = x->ok && x->tok.kind == IMPORT_END;
    import_fail(x, E0601, x->tok.at, "expected %s, found %s", what, found);
    x->fatal |= ended;
}

void import_expect(struct importer *x, int kind, const char *what)
{
    if (!import_accept(x, kind))
        import_unexpected(x, what);
}

void import_expect_word(struct importer *x, const char *word)
{
    if (!import_accept_word(x, word))
        import_unexpected(x, arena_printf(x->a, "`%s`", word));
}

struct ident import_word(struct importer *x, const char *what)
{
    struct ident id = {x->tok.text, x->tok.at};
    import_expect(x, IMPORT_WORD, what);
    return x->ok ? id : (struct ident){NULL, id.at};
}

struct ident import_name(struct importer *x, const char *what)
{
    if (import_at(x, IMPORT_WORD) && isdigit((unsigned char)*x->tok.text)) {
        import_unexpected(x, what);
        return (struct ident){NULL, x->tok.at};
    }
    return import_word(x, what);
}

/* ---- names ---- */

static struct import_entry *slot_of(const struct import_map *m, name key)
{
    size_t i = ((uintptr_t)key >> 4) & (m->cap - 1);
    while (m->slots[i].key && m->slots[i].key != key)
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

uint32_t *import_find(const struct import_map *m, name key)
{
    struct import_entry *e = m->cap && key ? slot_of(m, key) : NULL;
    return e && e->key ? &e->value : NULL;
}

void import_put(struct importer *x, struct import_map *m, name key, uint32_t value)
{
    if (m->n * 2 >= m->cap) {
        struct import_map old = *m;
        m->cap = old.cap ? old.cap * 2 : 64;
        m->slots = ARENA_ARRAY(x->a, struct import_entry, m->cap);
        for (uint32_t i = 0; i < old.cap; i++)
            if (old.slots[i].key)
                *slot_of(m, old.slots[i].key) = old.slots[i];
    }
    struct import_entry *e = slot_of(m, key);
    m->n += e->key == NULL;
    *e = (struct import_entry){key, value};
}

static bool is_keyword(const char *s)
{
    for (int k = 0; k < TOKEN_KINDS; k++) {
        enum token_class c = token_class((enum token_kind)k);
        if (c == TC_KEYWORD && strcmp(token_spelling((enum token_kind)k), s) == 0)
            return true;
    }
    return false;
}

name import_legal(struct importer *x, const char *wanted, const char *prefix)
{
    if (!is_word((unsigned char)*wanted) || isdigit((unsigned char)*wanted))
        return intern_cstr(x->names, arena_printf(x->a, "%s%s", prefix, wanted));
    return intern_cstr(x->names, is_keyword(wanted) ? arena_printf(x->a, "%s_", wanted) : wanted);
}

name import_claim(struct importer *x, const char *wanted, const char *prefix)
{
    name legal = import_legal(x, wanted, prefix), n = legal;
    if (import_find(&x->taken, n))
        n = intern_cstr(x->names, arena_printf(x->a, "%s_", legal));
    uint32_t *last = import_find(&x->taken, legal); /* the number that made a name of it last */
    for (uint32_t i = last ? *last : 2; import_find(&x->taken, n); i++) {
        n = intern_cstr(x->names, arena_printf(x->a, "%s_%u", legal, i));
        *last = i + 1;
    }
    if (x->taken.n >= IMPORT_MAX_NAMES)
        import_fail(x, E0106, x->tok.at, "more than %d names in one imported file", IMPORT_MAX_NAMES);
    import_put(x, &x->taken, n, 2);
    return n;
}

struct ident import_message_with(struct importer *x, name key, struct ident as_written, const field_vec *fields)
{
    uint32_t *known = import_find(&x->messages, key);
    if (known)
        return (struct ident){x->message_list.at[*known].name.name, as_written.at};
    import_put(x, &x->messages, key, x->message_list.n);
    struct ident id = {import_claim(x, as_written.name, "m"), as_written.at};
    vec_push(x->a, x->message_list, (struct import_message){id, *fields});
    return id;
}

struct ident import_message(struct importer *x, struct ident as_written)
{
    static const field_vec none;
    return as_written.name ? import_message_with(x, as_written.name, as_written, &none) : as_written;
}

const char *import_title(struct importer *x)
{
    const char *path = x->src->path, *slash = strrchr(path, '/'), *from = slash ? slash + 1 : path;
    const char *dot = strrchr(from, '.');
    size_t n = dot && dot > from ? (size_t)(dot - from) : strlen(from), m = 0;
    char *title = arena_alloc(x->a, n + 1);
    bool up = true;
    for (size_t i = 0; i < n && m < FRONT_MAX_NAME / 2; i++) {
        if (is_word((unsigned char)from[i]) && from[i] != '_') {
            title[m++] = up ? (char)toupper((unsigned char)from[i]) : from[i];
            up = false;
        } else {
            up = true;
        }
    }
    return m ? title : "Imported";
}

/* ---- building ---- */

struct local *import_local(struct importer *x, enum local_kind kind, struct span at)
{
    struct local *l = ARENA_NEW(x->a, struct local);
    l->kind = kind;
    l->at = at;
    return l;
}

struct decl *import_decl(struct importer *x, enum decl_kind kind, struct ident id)
{
    struct decl *d = ARENA_NEW(x->a, struct decl);
    d->kind = kind;
    d->name = id;
    d->at = id.at;
    vec_push(x->a, x->f->decls, d);
    return d;
}

void import_declare_messages(struct importer *x)
{
    struct file *f = x->f;
    uint32_t n = f->decls.n;
    struct decl **rest = f->decls.at;
    f->decls.at = NULL;
    f->decls.n = f->decls.cap = 0;
    for (uint32_t i = 0; i < x->message_list.n; i++)
        import_decl(x, D_MESSAGE, x->message_list.at[i].name)->as.message.fields = x->message_list.at[i].fields;
    for (uint32_t i = 0; i < n; i++)
        vec_push(x->a, f->decls, rest[i]);
}

/* The text of one line of comment, without its mark and the blanks around it. */
static void add_doc_line(struct importer *x, struct buf *out, const char *line, size_t n)
{
    const char *mark = x->line_comment;
    while (n && is_blank((unsigned char)*line))
        line++, n--;
    while (n && *line == *mark)
        line++, n--;
    while (n && is_blank((unsigned char)*line))
        line++, n--;
    while (n && is_blank((unsigned char)line[n - 1]))
        n--;
    if (out->n && n)
        buf_putc(out, '\n');
    for (size_t i = 0; i < n; i++)
        buf_putc(out, line[i] >= ' ' && line[i] < 0x7f ? line[i] : '?');
}

const char *import_doc(struct importer *x, struct span comment)
{
    const char *p = x->src->text + comment.lo, *end = x->src->text + comment.hi;
    struct buf text = {0};
    remarks_are_doc(x->f->remarks, comment);
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
        add_doc_line(x, &text, p, (size_t)(stop - p));
        p = stop + 1;
    }
    const char *doc = text.n ? arena_strndup(x->a, buf_cstr(&text), text.n) : NULL;
    buf_free(&text);
    return doc;
}

/* ---- the whole file ---- */

struct file *import_file_with(struct arena *a, struct interner *names, struct sources *s, uint32_t source,
                              enum import_format format, const struct loader *loader, struct diags *d)
{
    struct importer x = {.a = a, .names = names, .d = d, .s = s, .ok = true};
    x.loader = loader;
    x.f = ARENA_NEW(a, struct file);
    x.f->source = source;
    x.f->remarks = remarks_new(a, s);
    x.line_comment = format == IMPORT_AUTOMATA ? "--" : "//";
    x.block_comments = format == IMPORT_SCRIBBLE;
    import_enter(&x, source, 0);
    if (format == IMPORT_AUTOMATA)
        import_automata(&x);
    else
        import_scribble(&x);
    return x.f;
}

struct file *import_file(struct arena *a, struct interner *names, struct sources *s, uint32_t source,
                         enum import_format format, struct diags *d)
{
    return import_file_with(a, names, s, source, format, NULL, d);
}
