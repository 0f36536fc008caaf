/* parser.c -- files: the module line, imports and the list of declarations. */
#include "parser_internal.h"

/* NAME { '.' NAME }, as one name. */
static struct ident parse_dotted(struct parser *p)
{
    struct ident part = expect_name(p, "the module's name");
    const char *dotted = part.name;
    struct span where = part.at;
    while (accept_dot(p)) {
        if (at(p, T_STAR)) {
            slip(p, p->tok.at, "leave out `.*`", "an import brings all that the file declares");
            advance(p);
            break;
        }
        part = expect_name(p, "a name after `.`");
        where = since(p, where);
        dotted = dotted && part.name ? arena_printf(p->a, "%s.%s", dotted, part.name) : NULL;
    }
    return (struct ident){dotted ? intern_cstr(p->lex.names, dotted) : NULL, where};
}

static void parse_module(struct parser *p, struct file *f)
{
    struct span lo = p->tok.at;
    bool first = !f->module.at.hi && f->decls.n == 0 && f->imports.n == 0;
    if (!first) {
        struct diag *g = f->module.at.hi ? fail_at(p, lo, "a file has one `module` line")
                                         : fail_at(p, lo, "the `module` line comes before all else");
        if (f->module.at.hi)
            label(p, g, f->module.at, "the first one");
    }
    advance(p);
    struct ident dotted = parse_dotted(p);
    if (first)
        f->module = dotted;
    expect_semi(p, "the module line");
}

/* ---- imports ---- */

/* The text between the quotes of the string that stands here. */
static const char *parse_path(struct parser *p)
{
    struct span at = p->tok.at;
    const char *path = arena_strndup(p->a, p->lex.src->text + at.lo + 1, at.hi - at.lo - 2);
    if (!*path)
        slip(p, at, "write `import \"folder/file.proto-session\";`", "the path of an import is empty");
    else if (strchr(path, '\\') || strlen(path) != at.hi - at.lo - 2)
        slip(p, at, "the parts of a path are separated by `/`", "a path has no `\\` and no NUL in it");
    advance(p);
    return path;
}

static void parse_import_name(struct parser *p, struct import_decl *x)
{
    struct import_name n = {.name = expect_name(p, "a name that is imported")};
    if (accept(p, K_AS))
        n.as = expect_name(p, "its name in this file");
    if (n.name.name)
        push_limited(p, x->names, FRONT_MAX_LIST, "names in one import", n);
    if (missing_comma(p, "a name"))
        return;
    if (at(p, T_SEMI) && p->ahead.kind != T_EOF && !is_decl_start(p->ahead.kind)) {
        slip(p, p->tok.at, "write `,`", "the names of an import are separated by commas");
        p->tok.kind = T_COMMA; /* read it as one */
    } else if (!at(p, T_COMMA) && !at(p, T_RBRACE) && !at_block_end(p)) {
        fail_expected(p, "`,` or `}` after a name");
    }
    sync_list(p, T_RBRACE);
}

/* { X, Y as Z } */
static void parse_import_names(struct parser *p, struct import_decl *x)
{
    struct span open = p->tok.at;
    x->selective = true;
    advance(p);
    do {
        if (at(p, T_RBRACE) && x->names.n)
            break; /* a final comma */
        parse_import_name(p, x);
    } while (accept(p, T_COMMA) || (!p->panic && at_name(p)));
    expect_close(p, T_RBRACE, open);
}

/* To behind the next `;`, or to the next line. */
static void skip_line(struct parser *p)
{
    while (!at(p, T_EOF) && !at(p, T_SEMI) && !p->tok.first)
        advance(p);
    accept(p, T_SEMI);
    p->panic = false;
}

/* import a.b.c; | import "path"; | either with { X, Y as Z } */
static void parse_import(struct parser *p, struct file *f)
{
    struct import_decl x = {.at = p->tok.at};
    if (f->decls.n)
        slip(p, p->tok.at, "move it to the head of the file", "the imports of a file come before its declarations");
    advance(p);
    if (at(p, T_STRING) && !p->tok.tainted)
        x.path = parse_path(p);
    else
        x.module = parse_dotted(p);
    if (!x.path && !x.module.name) {
        f->damaged = true; /* what it would bring is unknown */
        skip_line(p);
        return;
    }
    if (at(p, T_LBRACE))
        parse_import_names(p, &x);
    if (at(p, K_AS))
        help(p, fail_expected(p, "`;` after an import"), "names are changed one by one: `import a.b { X as Y };`");
    expect_semi(p, "an import");
    x.at = since(p, x.at);
    push_limited(p, f->imports, FRONT_MAX_LIST, "imports", x);
}

/* ---- declarations ---- */

static const struct {
    enum token_kind token;
    enum decl_kind kind;
    const char *name; /* NULL: it has none */
    void (*parse)(struct parser *p, struct decl *d);
} decl_parsers[] = {
    {K_ENUM, D_ENUM, "the name of an enum", parse_enum},
    {K_STRUCT, D_STRUCT, "the name of a struct", parse_struct},
    {K_MESSAGE, D_MESSAGE, "the name of a message", parse_message},
    {K_LOCAL, D_LOCAL, "the name of a local type", parse_local},
    {K_SESSION, D_SESSION, "the name of a session", parse_session},
    {K_ACTOR, D_ACTOR, "the name of an actor", parse_actor},
    {K_SYSTEM, D_SYSTEM, "the name of a system", parse_system},
    {K_VERIFY, D_VERIFY, "the system or session to verify", parse_verify},
    {K_ASSERT, D_ASSERT, NULL, parse_assert},
};

static void parse_decl(struct parser *p, struct file *f, size_t which)
{
    struct decl *d = ARENA_NEW(p->a, struct decl);
    struct span lo = p->tok.at;
    d->kind = decl_parsers[which].kind;
    d->doc = p->tok.doc;
    advance(p);
    if (decl_parsers[which].name)
        d->name = expect_name(p, decl_parsers[which].name);
    uint32_t fails = p->n_fails;
    decl_parsers[which].parse(p, d);
    d->damaged |= d->kind != D_SESSION && p->n_fails != fails;
    f->damaged |= !d->name.name && d->kind != D_ASSERT;
    d->at = since(p, lo);
    push_limited(p, f->decls, FRONT_MAX_DECLS, "declarations in one file", d);
}

/* `}` too many, unless it closes what was reported as not closed. */
static void stray_close(struct parser *p)
{
    if (p->unclosed)
        p->unclosed--;
    else
        slip(p, p->tok.at, NULL, "this `}` closes nothing");
    advance(p);
}

/* Skips what is left of a damaged declaration: to behind its `;` or block, or to the next one. */
static void sync_decl(struct parser *p, struct file *f)
{
    f->damaged |= p->panic;
    while (p->panic && !at(p, T_EOF) && !is_decl_start(p->tok.kind)) {
        bool ends = at(p, T_LBRACE) || at(p, T_SEMI);
        if (at(p, T_LBRACE))
            skip_last_block(p);
        else
            advance(p);
        p->panic = !ends;
    }
}

/* What stands here belongs to a block that was closed too early: skips all of it. */
static void skip_stranded(struct parser *p)
{
    while (!at(p, T_EOF) && !at_decl_line(p))
        advance(p);
    p->panic = false;
}

static bool spells(const struct token *t, const char *word) { return t->name && strcmp(t->name, word) == 0; }

/* Declarations as Scribble and others have them; T_EOF, with the parser in panic, where nothing can be made of one. */
static enum token_kind foreign_decl(struct parser *p)
{
    if (spells(&p->tok, "global") && p->ahead.kind == K_SESSION) {
        slip(p, p->tok.at, "leave it out", "a session is always global");
        advance(p);
        return K_SESSION;
    }
    if (spells(&p->ahead, "protocol")) {
        help(p, fail_at(p, p->tok.at, "this is a protocol of Scribble"),
             "`motet import FILE.scr` translates it; by hand: `session S(role A, role B) { A -> B: M; }`");
        advance(p); /* `local` would start a declaration */
    } else if (spells(&p->tok, "from")) {
        help(p, fail_at(p, p->tok.at, "expected a declaration, found %s", token_describe(&p->lex, &p->tok)),
             "write `import a.b { X };`");
        while (!at(p, T_SEMI) && !at(p, T_EOF) && !p->ahead.first)
            advance(p);
        accept(p, T_SEMI);
    }
    return T_EOF;
}

static void parse_top(struct parser *p, struct file *f)
{
    if (at(p, T_SEMI)) {
        slip(p, p->tok.at, "leave it out: a declaration that ends with `}` takes no `;`", "stray `;`");
        advance(p);
        return;
    }
    p->forgiven = 0;
    p->item = p->tok.at;
    uint32_t fails = p->n_fails;
    enum token_kind kind = at(p, T_NAME) || at(p, K_LOCAL) ? foreign_decl(p) : T_EOF;
    if (kind == T_EOF && p->n_fails == fails)
        kind = item_kind(p, decl_starts, N_DECL_STARTS, "a declaration");
    if (kind == T_EOF && p->n_fails != fails && starts_item(p))
        skip_stranded(p);
    if (kind == K_MODULE)
        parse_module(p, f);
    else if (kind == K_IMPORT)
        parse_import(p, f);
    for (size_t i = 0; i < sizeof decl_parsers / sizeof *decl_parsers; i++)
        if (kind == decl_parsers[i].token)
            parse_decl(p, f, i);
    sync_decl(p, f);
    settle(p);
}

struct file *parse_file(struct arena *a, struct interner *names, const struct sources *s, uint32_t source,
                        struct diags *d)
{
    struct file *f = ARENA_NEW(a, struct file);
    f->source = source;
    if (s->at[source]->size > FRONT_MAX_FILE) {
        diag_add(d, E0106, (struct span){source, 0, 0}, "this file has %u bytes; at most %d are allowed",
                 s->at[source]->size, FRONT_MAX_FILE);
        return f;
    }
    struct parser p = {.a = a, .last = {source, 0, 0}};
    lexer_init(&p.lex, a, names, s, source, d);
    p.tok = lex_next(&p.lex);
    p.ahead = p.tok.kind == T_EOF ? p.tok : lex_next(&p.lex);
    while (!at(&p, T_EOF)) {
        if (at(&p, T_RBRACE))
            stray_close(&p);
        else
            parse_top(&p, f);
        p.panic = false;
    }
    f->doc = lex_file_doc(&p.lex);
    return f;
}
