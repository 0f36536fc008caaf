/* modules.c -- see modules.h. Files are read depth first, each once; then each gets its scope.
 *
 * A file is known by what the loader says it is, so that two paths to one file are one module. A file that is being
 * read when something below imports it again closes a circle.
 */
#include "modules.h"

#include <ctype.h>

#include "import.h"
#include "parser.h"
#include "paths.h"

struct module {
    const char *path, *id;
    struct file *file; /* NULL: it could not be read */
    struct span via;   /* the import by which it was reached; of the root: nowhere */
    bool open;         /* what it imports is being read */
    uint32_t n_own;    /* its own declarations, before others came in front */
    struct decl **own;
    VEC(uint32_t) imports; /* the module of each import; NO_MODULE: not there */
};
enum { NO_MODULE = -1 };

struct named { /* what a name stands for while a scope is built */
    name name;
    int space;
    const struct decl *decl;
    struct span at; /* its import, or its declaration */
    bool own;
};

struct name_table {
    struct named *slots;
    uint32_t n, cap;
};

struct linker {
    struct arena *a;
    struct interner *names;
    struct sources *s;
    struct diags *d;
    const struct loader *loader;
    VEC(struct module) modules; /* the root is number 0 */
    VEC(uint32_t) owners;       /* by source: that of the module, which importing a protocol may read several for */
    VEC(uint32_t) order;        /* of the declarations: what is imported first */
    uint64_t total;             /* bytes read */
    uint32_t n_brought;         /* names that imports bring, of all files */
    bool full;                  /* a limit was reported */
};

/* ---- reading ---- */

static const char *extension_of_modules = ".proto-session";

static bool within_limits(struct linker *l, const struct import_decl *im, size_t size, uint32_t depth)
{
    l->total += size;
    if (l->modules.n >= LOAD_MAX_FILES)
        diag_add(l->d, E0106, im->at, "more than %d files import each other", LOAD_MAX_FILES);
    else if (depth >= LOAD_MAX_DEPTH)
        diag_add(l->d, E0106, im->at, "more than %d files import each other in a row", LOAD_MAX_DEPTH);
    else if (l->total > LOAD_MAX_TOTAL)
        diag_add(l->d, E0106, im->at, "the files that are imported have more than %d MiB together",
                 LOAD_MAX_TOTAL >> 20);
    else
        return true;
    l->full = true;
    return false;
}

static struct file *parse_module(struct linker *l, uint32_t source)
{
    enum import_format format = import_format_of(l->s->at[source]->path);
    if (format == IMPORT_NONE)
        return parse_file(l->a, l->names, l->s, source, l->d);
    struct file *f = import_file_with(l->a, l->names, l->s, source, format, l->loader, l->d);
    if (f->damaged)
        f->decls.n = 0; /* worth nothing */
    return f;
}

/* The sources since the last call belong to that one. */
static void own_sources(struct linker *l, uint32_t source)
{
    while (l->owners.n < l->s->n)
        vec_push(l->a, l->owners, source);
}

static uint32_t add_module(struct linker *l, const char *path, const char *id, struct file *f, struct span via)
{
    struct module m = {.path = path, .id = id, .file = f, .via = via};
    if (f) {
        m.n_own = f->decls.n;
        m.own = f->decls.at;
    }
    vec_push(l->a, l->modules, m);
    return l->modules.n - 1;
}

static uint32_t find_module(const struct linker *l, const char *id)
{
    for (uint32_t i = 0; i < l->modules.n; i++)
        if (strcmp(l->modules.at[i].id, id) == 0)
            return i;
    return (uint32_t)NO_MODULE;
}

static struct place_list places_of(struct linker *l, const struct module *from, const struct import_decl *im)
{
    if (!im->path)
        return module_places(l->a, from->path, from->file->module.name, im->module.name, extension_of_modules,
                             l->loader);
    struct place_list one = {0};
    vec_push(l->a, one.paths, path_join(l->a, path_folder(l->a, from->path), im->path));
    return one;
}

/* A file that says that it is another module than the one asked for was taken from the wrong place. */
static void check_module_name(struct linker *l, const struct import_decl *im, const struct file *f)
{
    if (im->path || !f->module.name || f->module.name == im->module.name)
        return;
    struct diag *x = diag_add(l->d, E0606, im->at, "the file that `%s` leads to calls itself `%s`", im->module.name,
                              f->module.name);
    diag_label(l->d, x, f->module.at, "its name");
    diag_help(l->d, x, "import it by its path, as in `import \"%s\";`", l->s->at[f->source]->path);
}

static void report_circle(struct linker *l, uint32_t to, struct span at)
{
    struct diag *x = diag_add(l->d, E0604, at, "these files import each other in a circle");
    diag_caret(l->d, x, "leads back to %s", l->modules.at[to].path);
    for (uint32_t i = to + 1; i < l->modules.n; i++)
        if (l->modules.at[i].open)
            diag_label(l->d, x, l->modules.at[i].via, "imports %s", l->modules.at[i].path);
    diag_help(l->d, x, "move what several of them need into a file of its own, which imports none of them");
}

static void read_imports(struct linker *l, uint32_t which, uint32_t depth);

/* The module of an import, read with all that it imports; NO_MODULE after an error. */
static uint32_t read_import(struct linker *l, uint32_t from, const struct import_decl *im, uint32_t depth)
{
    if (l->full || (!im->path && !im->module.name))
        return (uint32_t)NO_MODULE;
    struct place_list places = places_of(l, &l->modules.at[from], im);
    const char *what = im->path ? im->path : im->module.name;
    struct loaded text;
    const char *path = module_read(&places, what, im->at, l->loader, l->d, &text);
    if (!path)
        return (uint32_t)NO_MODULE;
    const char *id = text.id ? text.id : path;
    uint32_t known = find_module(l, id);
    if (known != (uint32_t)NO_MODULE) {
        if (l->modules.at[known].open)
            report_circle(l, known, im->at);
        return l->modules.at[known].open ? (uint32_t)NO_MODULE : known;
    }
    if (!within_limits(l, im, text.size, depth))
        return (uint32_t)NO_MODULE;
    uint32_t source = sources_add(l->s, path, text.text, text.size);
    struct file *f = parse_module(l, source);
    own_sources(l, source);
    check_module_name(l, im, f);
    uint32_t added = add_module(l, path, id, f, im->at);
    read_imports(l, added, depth + 1);
    return added;
}

static void read_imports(struct linker *l, uint32_t which, uint32_t depth)
{
    struct file *f = l->modules.at[which].file;
    l->modules.at[which].open = true;
    for (uint32_t i = 0; i < f->imports.n; i++) {
        uint32_t to = read_import(l, which, &f->imports.at[i], depth);
        struct module *m = &l->modules.at[which]; /* the vector may have moved */
        vec_push(l->a, m->imports, to);
        f->damaged |= to == (uint32_t)NO_MODULE || l->modules.at[to].file->damaged;
    }
    l->modules.at[which].open = false;
    vec_push(l->a, l->order, which);
}

/* ---- names ---- */

/* As sema: types, local types, sessions and systems, and actors have names of their own. */
static int space_of(enum decl_kind kind)
{
    switch (kind) {
    case D_ENUM:
    case D_STRUCT:
    case D_MESSAGE:
        return 0;
    case D_LOCAL:
        return 1;
    case D_SESSION:
    case D_SYSTEM:
        return 2;
    case D_ACTOR:
        return 3;
    case D_VERIFY:
    case D_ASSERT:
        break;
    }
    return -1;
}

static bool is_exported(const struct decl *d) { return space_of(d->kind) >= 0 && d->name.name; }

static struct named *slot_of(const struct name_table *t, name n, int space)
{
    size_t i = (((uintptr_t)n >> 4) * 4 + (size_t)space) * 2654435761u & (t->cap - 1);
    while (t->slots[i].name && !(t->slots[i].name == n && t->slots[i].space == space))
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

static void reserve(struct linker *l, struct name_table *t)
{
    if (2 * t->n + 2 < t->cap)
        return;
    struct name_table old = *t;
    t->cap = old.cap ? 2 * old.cap : 64;
    t->slots = ARENA_ARRAY(l->a, struct named, t->cap);
    for (uint32_t i = 0; i < old.cap; i++)
        if (old.slots[i].name)
            *slot_of(t, old.slots[i].name, old.slots[i].space) = old.slots[i];
}

/* The entry of that name, made from `what` when it is new. */
static struct named *enter_name(struct linker *l, struct name_table *t, struct named what, bool *fresh)
{
    reserve(l, t);
    struct named *e = slot_of(t, what.name, what.space);
    *fresh = e->name == NULL;
    if (*fresh) {
        *e = what;
        t->n++;
    }
    return e;
}

/* ---- scopes ---- */

struct scoping { /* the scope of one file while it is built */
    struct linker *l;
    const struct module *m;
    struct scope *scope;
    struct name_table table;   /* by name */
    struct name_table by_decl; /* the name that an imported declaration has here, by its address */
};

static struct ident visible_as(const struct decl *d, const struct import_decl *im, const struct import_name *item)
{
    if (!item)
        return (struct ident){d->name.name, im->at};
    return item->as.name ? item->as : item->name;
}

static const char *module_text(const struct linker *l, const struct import_decl *im)
{
    return im->path ? arena_printf(l->a, "\"%s\"", im->path) : im->module.name;
}

static void report_clash(struct scoping *c, const struct decl *d, const struct import_decl *im, struct ident as,
                         const struct named *other)
{
    struct diags *ds = c->l->d;
    struct diag *x;
    if (other->own) {
        x = diag_add(ds, E0201, other->at, "`%s` is declared here and imported, too", as.name);
        diag_label(ds, x, as.at, "imported here");
    } else {
        x = diag_add(ds, E0201, as.at, "two imports bring a `%s`", as.name);
        diag_label(ds, x, other->at, "the first");
        diag_label(ds, x, other->decl->name.at, "what the first brings");
    }
    diag_label(ds, x, d->name.at, other->own ? "what it brings" : "what the second brings");
    diag_help(ds, x, "give it another name here: `import %s { %s as ... };`", module_text(c->l, im), d->name.name);
}

static void report_alias(struct scoping *c, struct ident as, const struct named *other)
{
    struct diag *x = diag_add(c->l->d, E0201, as.at, "`%s` is imported under two names", other->decl->name.name);
    diag_label(c->l->d, x, other->at, "and here");
}

static void bring(struct scoping *c, struct decl *d, struct import_decl *im, struct import_name *item)
{
    struct ident as = visible_as(d, im, item);
    if (!as.name || !is_exported(d))
        return;
    bool fresh;
    struct named what = {as.name, space_of(d->kind), d, as.at, false};
    struct named *e = enter_name(c->l, &c->table, what, &fresh);
    if (!fresh && e->decl != d)
        report_clash(c, d, im, as, e);
    if (!fresh)
        return;
    e = enter_name(c->l, &c->by_decl, (struct named){(name)(const void *)d, 0, d, as.at, false}, &fresh);
    if (!fresh)
        report_alias(c, as, e);
    else if (c->l->n_brought++ < LOAD_MAX_NAMES)
        vec_push(c->l->a, c->scope->names, (struct visible){as.name, d, im, item});
    else if (c->l->n_brought == LOAD_MAX_NAMES + 1)
        diag_add(c->l->d, E0106, im->at, "all imports together bring more than %d names", LOAD_MAX_NAMES);
}

static void report_missing(struct scoping *c, const struct module *from, const struct import_decl *im,
                           const struct import_name *item)
{
    const char **known = ARENA_ARRAY(c->l->a, const char *, from->n_own);
    uint32_t n = 0;
    for (uint32_t i = 0; i < from->n_own; i++)
        if (is_exported(from->own[i]))
            known[n++] = from->own[i]->name.name;
    const char *near = diag_nearest(item->name.name, known, n);
    c->l->modules.at[0].file->damaged = true; /* the name that it would have here is no mistake of its own */
    if (from->file->damaged && !near)
        return; /* its declaration may be what an error swallowed */
    struct diag *x = diag_add(c->l->d, E0605, item->name.at, "%s declares no `%s`", module_text(c->l, im),
                              item->name.name);
    if (near)
        diag_help(c->l->d, x, "did you mean `%s`?", near);
}

static void bring_named(struct scoping *c, const struct module *from, struct import_decl *im, struct import_name *item,
                        const struct name_table *exports)
{
    bool found = false;
    for (int space = 0; space < 4 && item->name.name; space++) {
        const struct named *e = exports->cap ? slot_of(exports, item->name.name, space) : NULL;
        if (e && e->name) {
            bring(c, (struct decl *)e->decl, im, item);
            found = true;
        }
    }
    if (!found && item->name.name)
        report_missing(c, from, im, item);
}

static struct name_table exports_of(struct linker *l, const struct module *m)
{
    struct name_table t = {0};
    bool fresh;
    for (uint32_t i = 0; i < m->n_own; i++) {
        const struct decl *d = m->own[i];
        if (is_exported(d))
            enter_name(l, &t, (struct named){d->name.name, space_of(d->kind), d, d->name.at, true}, &fresh);
    }
    return t;
}

static void bring_import(struct scoping *c, struct import_decl *im, const struct module *from)
{
    if (!im->selective) {
        for (uint32_t i = 0; i < from->n_own; i++)
            bring(c, from->own[i], im, NULL);
        return;
    }
    struct name_table exports = exports_of(c->l, from);
    for (uint32_t i = 0; i < im->names.n; i++)
        bring_named(c, from, im, &im->names.at[i], &exports);
}

/* "types" of module store.types, or of "../types.proto-session" */
static const char *label_of(const struct linker *l, const struct module *m)
{
    const char *text = m->file->module.name, *dot = text ? strrchr(text, '.') : NULL;
    if (text)
        return dot ? dot + 1 : text;
    const char *slash = strrchr(m->path, '/'), *from = slash ? slash + 1 : m->path;
    char *label = arena_strndup(l->a, from, strcspn(from, "."));
    for (char *p = label; *p; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return isalpha((unsigned char)*label) ? label : arena_printf(l->a, "m%s", label);
}

static void build_scope(struct linker *l, const struct module *m, struct scope *scope)
{
    struct scoping c = {.l = l, .m = m, .scope = scope, .table = exports_of(l, m)};
    scope->source = m->file->source;
    scope->label = label_of(l, m);
    for (uint32_t i = 0; i < m->file->imports.n; i++)
        if (m->imports.at[i] != (uint32_t)NO_MODULE)
            bring_import(&c, &m->file->imports.at[i], &l->modules.at[m->imports.at[i]]);
}

/* ---- linking ---- */

static void add_declarations(struct linker *l, struct file *root, const struct module *m)
{
    for (uint32_t i = 0; i < m->n_own; i++) {
        struct decl *d = m->own[i];
        d->imported = m->file != root;
        if (!d->imported || is_exported(d))
            vec_push(l->a, root->decls, d);
    }
}

void modules_link(struct arena *a, struct interner *names, struct sources *s, struct file *root,
                  const struct loader *loader, struct diags *d)
{
    struct linker l = {.a = a, .names = names, .s = s, .d = d, .loader = loader};
    if (root->imports.n == 0)
        return;
    const char *path = s->at[root->source]->path;
    struct loaded self = {0};
    bool known = loader && loader->read(loader->ctx, path, &self) == LOAD_OK;
    add_module(&l, path, known && self.id ? self.id : path, root, (struct span){0, 0, 0});
    own_sources(&l, root->source);
    read_imports(&l, 0, 1);
    own_sources(&l, root->source);
    root->decls.at = NULL;
    root->decls.n = root->decls.cap = 0;
    for (uint32_t i = 0; i < l.order.n; i++)
        add_declarations(&l, root, &l.modules.at[l.order.at[i]]);
    for (uint32_t i = 0; i < s->n; i++)
        vec_push(a, root->scopes, (struct scope){.source = l.owners.at[i]});
    for (uint32_t i = 0; i < l.modules.n; i++)
        build_scope(&l, &l.modules.at[i], &root->scopes.at[l.modules.at[i].file->source]);
}
