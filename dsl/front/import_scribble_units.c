/* import_scribble_units.c -- modules of Scribble: what each declares, what it imports, and where names lead.
 *
 * A module is read twice. The first time only its heads: the module line, imports, payload types, and of each protocol
 * its name, its roles and where it stands. So a protocol may be used before it stands in its file, modules may import
 * each other, and of an imported module only the protocols that are needed are read to their end.
 */
#include "import_scribble.h"
#include "paths.h"

struct ident scribble_dotted(struct scribble *s, const char *what)
{
    struct importer *x = s->x;
    struct ident id = import_name(x, what);
    while (x->ok && import_accept(x, '.')) {
        struct ident part = import_name(x, "a name after `.`");
        if (x->ok)
            id.name = intern_cstr(x->names, arena_printf(x->a, "%s.%s", id.name, part.name));
        id.at = import_since(x, id.at);
    }
    if (x->ok && strlen(id.name) > 8 * IMPORT_MAX_DEPTH)
        import_fail(x, E0106, id.at, "a name of more than %d bytes", 8 * IMPORT_MAX_DEPTH);
    return id;
}

/* ---- heads ---- */

static struct scribble_unit *current(struct scribble *s) { return &s->units.at[s->unit]; }

static void read_module(struct scribble *s)
{
    struct importer *x = s->x;
    struct span at = x->tok.at;
    import_advance(x);
    struct ident id = scribble_dotted(s, "the name of the module");
    import_expect(x, ';', "`;` after the name of the module");
    if (!x->ok)
        return;
    current(s)->module = id.name;
    if (s->unit != 0)
        return;
    char *copy = arena_strndup(x->a, id.name, strlen(id.name));
    const char *dotted = "";
    for (char *part = copy, *next; part; part = next) {
        next = strchr(part, '.');
        if (next)
            *next++ = '\0';
        dotted = arena_printf(x->a, "%s%s%s", dotted, *dotted ? "." : "", import_legal(x, part, "m"));
    }
    x->f->module = (struct ident){intern_cstr(x->names, dotted), import_since(x, at)};
}

/* import a.b.c; | import a.b.c as d; | from a.b.c import P; | from a.b.c import P as Q; */
static void read_import(struct scribble *s)
{
    struct importer *x = s->x;
    struct scribble_import im = {.at = x->tok.at, .unit = (uint32_t)NO_UNIT};
    bool member = import_at_word(x, "from");
    import_advance(x);
    im.module = scribble_dotted(s, "the name of a module").name;
    if (member) {
        import_expect_word(x, "import");
        if (import_at_word(x, "type") || import_at_word(x, "sig") || import_at_word(x, "data"))
            import_advance(x);
        im.member = import_name(x, "what is imported").name;
    }
    if (import_accept_word(x, "as"))
        im.as = import_name(x, "another name for it").name;
    import_expect(x, ';', "`;` after an import");
    im.at = import_since(x, im.at);
    if (x->ok)
        vec_push(x->a, current(s)->imports, im);
}

static enum type_kind kind_of(const char *written)
{
    static const struct {
        const char *name;
        enum type_kind kind;
    } known[] = {
        {"bool", TY_BOOL},   {"boolean", TY_BOOL}, {"Boolean", TY_BOOL}, {"int", TY_I32},       {"Int", TY_I32},
        {"Integer", TY_I32}, {"long", TY_I64},     {"Long", TY_I64},     {"nat", TY_U32},       {"float", TY_F64},
        {"double", TY_F64},  {"Double", TY_F64},   {"string", TY_STRING}, {"String", TY_STRING},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, written) == 0)
            return known[i].kind;
    return TY_POISON;
}

/* type <java> "java.lang.Integer" from "rt.jar" as Int;   data, sig alike */
static void read_type(struct scribble *s)
{
    struct importer *x = s->x;
    struct scribble_type t = {.kind = TY_POISON};
    bool is_type = !import_at_word(x, "sig");
    import_advance(x);
    import_expect(x, '<', "`<` and a language");
    import_name(x, "a language");
    import_expect(x, '>', "`>` after the language");
    name external = import_at(x, IMPORT_STRING) ? x->tok.text : NULL;
    import_expect(x, IMPORT_STRING, "the name that it has there, in quotes");
    import_expect_word(x, "from");
    import_expect(x, IMPORT_STRING, "where it stands, in quotes");
    import_expect_word(x, "as");
    t.written = import_name(x, "its name here").name;
    import_expect(x, ';', "`;` after a payload type");
    if (!x->ok || !is_type)
        return;
    const char *dot = strrchr(external, '.');
    t.kind = kind_of(dot ? dot + 1 : external);
    vec_push(x->a, current(s)->types, t);
}

static void add_protocol(struct scribble *s, struct scribble_protocol p)
{
    struct importer *x = s->x;
    if (import_find(&current(s)->protocols, p.written.name)) {
        import_fail(x, E0201, p.written.at, "two protocols are called `%s`", p.written.name);
        return;
    }
    if (s->protocols.n >= IMPORT_MAX_NAMES)
        import_fail(x, E0106, p.written.at, "more than %d protocols", IMPORT_MAX_NAMES);
    import_put(x, &current(s)->protocols, p.written.name, s->protocols.n);
    vec_push(x->a, s->protocols, p);
}

/* The head of a protocol; its block is skipped. */
static void scan_protocol(struct scribble *s)
{
    struct importer *x = s->x;
    struct scribble_protocol p = {.unit = s->unit, .pos = x->last.hi};
    if (import_at_word(x, "local") || import_at_word(x, "nested"))
        scribble_refuse(s, "a local or nested protocol");
    while (import_at_word(x, "aux") || import_at_word(x, "explicit") || import_at_word(x, "global"))
        import_advance(x);
    if (!import_at_word(x, "protocol"))
        import_unexpected(x, "`protocol`, `import` or a payload type");
    import_advance(x);
    p.written = import_name(x, "the name of a protocol");
    for (; x->ok && !import_at(x, '{') && !import_at(x, ';') && !import_at(x, IMPORT_END); import_advance(x))
        if (import_at_word(x, "role") && x->ahead.kind == IMPORT_WORD)
            vec_push(x->a, p.roles, x->ahead.text);
    if (x->ok)
        add_protocol(s, p);
    scribble_skip(s);
}

static void scan_unit(struct scribble *s, uint32_t unit)
{
    struct importer *x = s->x;
    s->unit = unit;
    import_enter(x, s->units.at[unit].source, 0);
    if (unit == 0)
        x->f->doc = import_at_word(x, "module") ? import_doc(x, x->tok_comment) : NULL;
    if (import_at_word(x, "module"))
        read_module(s);
    if (import_recover(x, x->stuck))
        scribble_skip(s);
    while (x->ok && !import_at(x, IMPORT_END)) {
        uint32_t start = x->tok.at.lo;
        if (import_at_word(x, "import") || import_at_word(x, "from"))
            read_import(s);
        else if (import_at_word(x, "type") || import_at_word(x, "data") || import_at_word(x, "sig"))
            read_type(s);
        else
            scan_protocol(s);
        if (import_recover(x, start))
            scribble_skip(s);
        if (import_at(x, '}')) /* one too many */
            import_unexpected(x, "a protocol");
        if (import_recover(x, x->stuck))
            import_advance(x);
    }
}

/* ---- imports ---- */

static uint32_t find_unit(const struct scribble *s, const char *id)
{
    for (uint32_t i = 0; i < s->units.n; i++)
        if (strcmp(s->units.at[i].id, id) == 0)
            return i;
    return (uint32_t)NO_UNIT;
}

static bool within_limits(struct scribble *s, struct span at, size_t size)
{
    s->total += size;
    if (s->units.n >= LOAD_MAX_FILES)
        import_fail(s->x, E0106, at, "more than %d modules", LOAD_MAX_FILES);
    else if (s->total > LOAD_MAX_TOTAL)
        import_fail(s->x, E0106, at, "the modules have more than %d MiB together", LOAD_MAX_TOTAL >> 20);
    return s->x->ok;
}

static void add_unit(struct scribble *s, uint32_t source, const char *id)
{
    vec_push(s->x->a, s->units, (struct scribble_unit){.source = source, .id = id});
}

static uint32_t load_unit(struct scribble *s, uint32_t from, const struct scribble_import *im)
{
    struct importer *x = s->x;
    const char *path = x->s->at[s->units.at[from].source]->path;
    struct place_list places = module_places(x->a, path, s->units.at[from].module, im->module, ".scr", x->loader);
    struct place_list more = module_places(x->a, path, s->units.at[from].module, im->module, ".nuscr", x->loader);
    for (uint32_t i = 0; i < more.paths.n; i++)
        vec_push(x->a, places.paths, more.paths.at[i]);
    struct loaded text;
    const char *found = module_read(&places, im->module, im->at, x->loader, x->d, &text);
    if (!found) {
        x->f->damaged = true;
        return (uint32_t)NO_UNIT;
    }
    const char *id = text.id ? text.id : found;
    uint32_t known = find_unit(s, id);
    if (known != (uint32_t)NO_UNIT || !within_limits(s, im->at, text.size))
        return known;
    add_unit(s, sources_add(x->s, found, text.text, text.size), id);
    return s->units.n - 1;
}

static void check_name(struct scribble *s, const struct scribble_import *im)
{
    const struct scribble_unit *u = &s->units.at[im->unit];
    if (!u->module || u->module == im->module)
        return;
    diag_add(s->x->d, E0606, im->at, "the file that `%s` leads to calls itself `%s`", im->module, u->module);
    s->x->f->damaged = true;
}

static const char *own_id(struct scribble *s)
{
    struct importer *x = s->x;
    const char *path = x->s->at[x->source]->path;
    struct loaded self = {0};
    bool known = x->loader && x->loader->read(x->loader->ctx, path, &self) == LOAD_OK;
    return known && self.id ? self.id : path;
}

void scribble_scan(struct scribble *s)
{
    struct importer *x = s->x;
    add_unit(s, x->source, own_id(s));
    for (uint32_t u = 0; u < s->units.n && !x->fatal; u++) {
        x->ok = true;
        scan_unit(s, u);
        for (uint32_t i = 0; i < s->units.at[u].imports.n && !x->fatal; i++) {
            uint32_t found = load_unit(s, u, &s->units.at[u].imports.at[i]);
            s->units.at[u].imports.at[i].unit = found; /* units may have moved */
        }
    }
    for (uint32_t u = 0; u < s->units.n; u++)
        for (uint32_t i = 0; i < s->units.at[u].imports.n; i++)
            if (s->units.at[u].imports.at[i].unit != (uint32_t)NO_UNIT)
                check_name(s, &s->units.at[u].imports.at[i]);
    s->unit = 0;
}

/* ---- names ---- */

static const char *last_part(const char *dotted)
{
    const char *dot = strrchr(dotted, '.');
    return dot ? dot + 1 : dotted;
}

/* The unit that `module` means in the current one: itself, or one that it imports, under its name, the last part of
 * that or the one given instead. */
static uint32_t unit_named(const struct scribble *s, const char *module)
{
    const struct scribble_unit *u = &s->units.at[s->unit];
    if (u->module && (strcmp(module, u->module) == 0 || strcmp(module, last_part(u->module)) == 0))
        return s->unit;
    for (uint32_t i = 0; i < u->imports.n; i++) {
        const struct scribble_import *im = &u->imports.at[i];
        if (!im->member && (im->as ? strcmp(module, im->as) == 0
                                   : strcmp(module, im->module) == 0 || strcmp(module, last_part(im->module)) == 0))
            return im->unit == (uint32_t)NO_UNIT ? s->units.n : im->unit;
    }
    return (uint32_t)NO_UNIT;
}

static uint32_t unknown(struct scribble *s, struct ident written, const char *what, const char *text)
{
    if (s->x->ok)
        import_fail(s->x, E0202, written.at, "unknown %s `%s`", what, text);
    return (uint32_t)NO_UNIT;
}

static uint32_t member_named(struct scribble *s, struct ident written)
{
    const struct scribble_unit *u = &s->units.at[s->unit];
    for (uint32_t i = 0; i < u->imports.n; i++) {
        const struct scribble_import *im = &u->imports.at[i];
        if (!im->member || (im->as ? im->as : im->member) != written.name)
            continue;
        const uint32_t *p = im->unit == (uint32_t)NO_UNIT ? NULL
                                                          : import_find(&s->units.at[im->unit].protocols, im->member);
        if (p)
            return *p;
    }
    return unknown(s, written, "protocol", written.name);
}

uint32_t scribble_protocol_named(struct scribble *s, struct ident written)
{
    if (!s->x->ok)
        return (uint32_t)NO_UNIT;
    const char *dot = strrchr(written.name, '.');
    if (!dot) {
        const uint32_t *own = import_find(&s->units.at[s->unit].protocols, written.name);
        return own ? *own : member_named(s, written);
    }
    const char *module = arena_strndup(s->x->a, written.name, (size_t)(dot - written.name));
    uint32_t unit = unit_named(s, module);
    if (unit == (uint32_t)NO_UNIT)
        return unknown(s, written, "module", module);
    const uint32_t *p = unit < s->units.n ? import_find(&s->units.at[unit].protocols, intern_cstr(s->x->names, dot + 1))
                                          : NULL;
    return p ? *p : unknown(s, written, "protocol", written.name);
}

enum type_kind scribble_type_named(const struct scribble *s, name written)
{
    const char *dot = strrchr(written, '.'), *last = last_part(written);
    uint32_t unit = s->unit;
    if (dot)
        unit = unit_named(s, arena_strndup(s->x->a, written, (size_t)(dot - written)));
    for (uint32_t i = 0; unit < s->units.n && i < s->units.at[unit].types.n; i++)
        if (strcmp(s->units.at[unit].types.at[i].written, last) == 0) {
            enum type_kind kind = s->units.at[unit].types.at[i].kind;
            return kind == TY_POISON ? kind_of(last) : kind;
        }
    return kind_of(last);
}
