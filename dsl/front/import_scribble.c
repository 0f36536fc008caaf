/* import_scribble.c -- global protocols of Scribble and nuScr.
 *
 *     module store.Shop;
 *     data <java> "java.lang.Integer" from "rt.jar" as Int;
 *     global protocol Shop(role Buyer, role Seller) {
 *         choice at Buyer { order(Int) from Buyer to Seller; do Shop(Buyer, Seller); }
 *         or { bye() from Buyer to Seller; }
 *     }
 *
 * A protocol becomes a session, an auxiliary one as well. Messages are told apart by label and payload; one without a
 * label is called `msg`. A choice of one branch is that branch. A payload type that says nothing here is a struct of
 * bytes.
 * Other modules, parameters of protocols, connections, delegation, parallel composition and refinements are refused.
 */
#include "buf.h"
#include "import_internal.h"

enum { OPAQUE_BYTES = 255 };

struct renamed { /* a role, or a recursion variable in scope */
    name written, given;
    struct renamed *next;
};

struct scribble {
    struct importer *x;
    struct import_map protocols; /* by their names in the file: index in names */
    VEC(struct ident) names;
    struct import_map types;     /* payload types that are declared as structs, by index in structs */
    VEC(struct ident) structs;
    struct renamed *roles, *variables; /* of the protocol being read */
    uint32_t depth;
};

static struct ident given_ident(name given, struct ident written) { return (struct ident){given, written.at}; }

static const struct renamed *find_renamed(const struct renamed *list, name written)
{
    while (list && list->written != written)
        list = list->next;
    return list;
}

static bool is_given(const struct renamed *list, name given)
{
    for (; list; list = list->next)
        if (list->given == given)
            return true;
    return false;
}

static name add_renamed(struct importer *x, struct renamed **list, name written, const char *prefix)
{
    struct renamed *r = ARENA_NEW(x->a, struct renamed);
    r->written = written;
    r->given = import_legal(x, written, prefix);
    while (is_given(*list, r->given))
        r->given = intern_cstr(x->names, arena_printf(x->a, "%s_", r->given));
    r->next = *list;
    *list = r;
    return r->given;
}

static void refuse(struct scribble *s, const char *what)
{
    import_fail(s->x, E0602, s->x->tok.at, "%s cannot be imported", what);
}

/* ---- payloads ---- */

static struct type *opaque_type(struct scribble *s, struct ident written)
{
    static const struct {
        const char *name;
        enum type_kind kind;
    } known[] = {{"bool", TY_BOOL}, {"int", TY_I32},    {"Int", TY_I32},       {"long", TY_I64},
                 {"nat", TY_U32},   {"double", TY_F64}, {"string", TY_STRING}, {"String", TY_STRING}};
    struct importer *x = s->x;
    struct type *t = ARENA_NEW(x->a, struct type);
    t->at = written.at;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, written.name) == 0) {
            t->kind = known[i].kind;
            t->bound = t->kind == TY_STRING ? OPAQUE_BYTES : 0;
            return t;
        }
    const uint32_t *i = import_find(&s->types, written.name);
    if (!i) {
        import_put(x, &s->types, written.name, s->structs.n);
        vec_push(x->a, s->structs, given_ident(import_claim(x, written.name, "T"), written));
    }
    t->kind = TY_NAMED;
    t->name = given_ident(s->structs.at[i ? *i : s->structs.n - 1].name, written);
    return t;
}

/* Before the sessions. */
static void declare_structs(struct scribble *s)
{
    struct importer *x = s->x;
    uint32_t n = x->f->decls.n;
    struct decl **sessions = x->f->decls.at;
    x->f->decls.at = NULL;
    x->f->decls.n = x->f->decls.cap = 0;
    for (uint32_t i = 0; i < s->structs.n; i++) {
        struct decl *d = import_decl(x, D_STRUCT, s->structs.at[i]);
        struct type *t = ARENA_NEW(x->a, struct type);
        *t = (struct type){.kind = TY_BYTES, .at = d->at, .bound = OPAQUE_BYTES};
        struct field f = {{intern_cstr(x->names, "bytes"), d->at}, t};
        vec_push(x->a, d->as.struct_.fields, f);
    }
    for (uint32_t i = 0; i < n; i++)
        vec_push(x->a, x->f->decls, sessions[i]);
}

/* `T` or `x: T`, behind which nuScr may have a refinement. */
static void read_payload(struct scribble *s, field_vec *fields, struct renamed **used, struct buf *key)
{
    struct importer *x = s->x;
    struct ident first = import_name(x, "a payload type"), label = {NULL, first.at};
    if (import_accept(x, ':')) {
        label = first;
        first = import_name(x, "a payload type");
    }
    if (import_at(x, '@') || import_at(x, '.'))
        refuse(s, "delegation");
    if (import_at(x, '{'))
        refuse(s, "a refinement");
    if (!x->ok)
        return;
    name wanted = label.name ? label.name : intern_cstr(x->names, arena_printf(x->a, "value%u", fields->n + 1));
    struct field f = {{add_renamed(x, used, wanted, "f"), label.at}, opaque_type(s, first)};
    vec_push(x->a, *fields, f);
    buf_printf(key, "%s%s", fields->n == 1 ? "" : ",", first.name);
}

/* `label(payloads)`, `label` or `(payloads)`, as the message of that name and payload. */
static struct ident read_signature(struct scribble *s)
{
    struct importer *x = s->x;
    struct ident label = {intern_cstr(x->names, "msg"), x->tok.at};
    struct buf key = {0};
    field_vec fields = {0};
    struct renamed *used = NULL;
    if (import_at(x, IMPORT_WORD))
        label = import_word(x, "a message");
    buf_printf(&key, "%s(", label.name ? label.name : "");
    if (import_accept(x, '(') && !import_accept(x, ')')) {
        do
            read_payload(s, &fields, &used, &key);
        while (import_accept(x, ','));
        import_expect(x, ')', "`,` or `)` after a payload type");
    }
    label.at = import_since(x, label.at);
    struct ident m = {NULL, label.at};
    if (x->ok)
        m = import_message_with(x, intern(x->names, buf_cstr(&key), key.n), label, &fields);
    buf_free(&key);
    return m;
}

/* ---- statements ---- */

static void read_block(struct scribble *s, struct block *b);

static struct stmt *add_stmt(struct scribble *s, struct block *b, enum stmt_kind kind, struct span at)
{
    struct stmt *st = ARENA_NEW(s->x->a, struct stmt);
    st->kind = kind;
    st->at = at;
    vec_push(s->x->a, b->stmts, st);
    return st;
}

static struct role_ref read_role(struct scribble *s)
{
    struct ident written = import_name(s->x, "a role");
    const struct renamed *r = find_renamed(s->roles, written.name);
    struct ident id = written;
    if (r)
        id.name = r->given;
    else if (s->x->ok)
        import_fail(s->x, E0202, written.at, "unknown role `%s`", written.name);
    return (struct role_ref){.base = id, .at = written.at};
}

static void read_message(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct span at = x->tok.at;
    uint32_t first = b->stmts.n;
    struct ident message = read_signature(s);
    import_expect_word(x, "from");
    struct role_ref from = read_role(s);
    import_expect_word(x, "to");
    do {
        struct stmt *st = add_stmt(s, b, ST_MESSAGE, at);
        st->from = from;
        st->to = read_role(s);
        st->message = message;
    } while (import_accept(x, ','));
    import_expect(x, ';', "`;` after a message");
    for (uint32_t i = first; i < b->stmts.n; i++)
        b->stmts.at[i]->at = import_since(x, at);
}

static void read_choice(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct stmt st = {.kind = ST_CHOICE, .at = x->tok.at};
    import_advance(x);
    import_expect_word(x, "at");
    st.from = read_role(s);
    st.at = import_since(x, st.at);
    do {
        struct block branch = {0};
        read_block(s, &branch);
        vec_push(x->a, st.blocks, branch);
    } while (import_accept_word(x, "or"));
    if (st.blocks.n == 1) {
        for (uint32_t i = 0; i < st.blocks.at[0].stmts.n; i++)
            vec_push(x->a, b->stmts, st.blocks.at[0].stmts.at[i]);
        return;
    }
    *add_stmt(s, b, ST_CHOICE, st.at) = st;
}

static void read_rec(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct stmt *st = add_stmt(s, b, ST_REC, x->tok.at);
    struct renamed *outer = s->variables;
    struct block body = {0};
    import_advance(x);
    struct ident written = import_name(x, "the name of the recursion");
    if (import_at(x, '['))
        refuse(s, "a recursion with values");
    if (x->ok)
        st->name = given_ident(add_renamed(x, &s->variables, written.name, "X"), written);
    st->at = import_since(x, st->at);
    read_block(s, &body);
    vec_push(x->a, st->blocks, body);
    s->variables = outer;
}

static void read_continue(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct stmt *st = add_stmt(s, b, ST_CONTINUE, x->tok.at);
    import_advance(x);
    struct ident written = import_name(x, "the name of a recursion");
    const struct renamed *r = find_renamed(s->variables, written.name);
    if (r)
        st->name = given_ident(r->given, written);
    else if (x->ok)
        import_fail(x, E0209, written.at, "`continue %s` stands in no `rec %s`", written.name, written.name);
    if (import_at(x, '['))
        refuse(s, "a recursion with values");
    import_expect(x, ';', "`;` after `continue` and its name");
    st->at = import_since(x, st->at);
}

/* The name of a protocol: the last part of a name that may say the module first. */
static struct ident read_protocol_name(struct scribble *s)
{
    struct importer *x = s->x;
    struct ident id = import_name(x, "a protocol");
    const char *module = "";
    while (x->ok && import_accept(x, '.')) {
        module = arena_printf(x->a, "%s%s%s", module, *module ? "." : "", id.name);
        id = import_name(x, "a protocol");
    }
    bool own = !*module || (x->f->module.name && strcmp(module, x->f->module.name) == 0);
    if (x->ok && !own)
        import_fail(x, E0602, id.at, "a protocol of another module, `%s`, cannot be imported", module);
    return id;
}

static void read_do(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct stmt *st = add_stmt(s, b, ST_DO, x->tok.at);
    import_advance(x);
    struct ident written = read_protocol_name(s);
    const uint32_t *known = import_find(&s->protocols, written.name);
    if (known)
        st->name = given_ident(s->names.at[*known].name, written);
    else if (x->ok)
        import_fail(x, E0202, written.at, "unknown protocol `%s`", written.name);
    if (import_at(x, '<'))
        refuse(s, "an argument that is no role");
    import_expect(x, '(', "`(` and the roles");
    do {
        struct role_ref role = read_role(s);
        vec_push(x->a, st->args, role);
        if (import_at_word(x, "as"))
            refuse(s, "a role argument by name");
    } while (import_accept(x, ','));
    import_expect(x, ')', "`,` or `)` after a role");
    import_expect(x, ';', "`;` after `do`");
    st->at = import_since(x, st->at);
}

static bool refuse_statement(struct scribble *s)
{
    static const struct {
        const char *word, *what;
    } refused[] = {
        {"par", "parallel composition"},     {"connect", "a connection"},  {"disconnect", "a connection"},
        {"wrap", "a connection"},            {"interruptible", "an interrupt"}, {"accept", "a connection"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (import_at_word(s->x, refused[i].word) && s->x->ahead.kind != '(') {
            refuse(s, refused[i].what);
            return true;
        }
    return false;
}

static void read_statement(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    bool label = x->ahead.kind == '('; /* `do(...)` is a message */
    if (refuse_statement(s))
        return;
    if (!label && import_at_word(x, "choice"))
        read_choice(s, b);
    else if (!label && import_at_word(x, "rec"))
        read_rec(s, b);
    else if (!label && import_at_word(x, "continue"))
        read_continue(s, b);
    else if (!label && import_at_word(x, "do"))
        read_do(s, b);
    else if (import_at(x, IMPORT_WORD) || import_at(x, '('))
        read_message(s, b);
    else
        import_unexpected(x, "a message, `choice`, `rec`, `continue`, `do` or `}`");
}

static void read_block(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    b->at = x->tok.at;
    import_expect(x, '{', "`{`");
    if (++s->depth > IMPORT_MAX_DEPTH)
        import_fail(x, E0106, b->at, "more than %d blocks inside each other", IMPORT_MAX_DEPTH);
    while (x->ok && !import_at(x, '}'))
        read_statement(s, b);
    s->depth--;
    import_expect(x, '}', "`}`");
    b->at = import_since(x, b->at);
}

/* ---- declarations ---- */

static void read_roles(struct scribble *s, struct session_decl *d)
{
    struct importer *x = s->x;
    import_expect(x, '(', "`(` and the roles");
    do {
        import_expect_word(x, "role");
        struct ident written = import_name(x, "a role");
        if (import_at_word(x, "as"))
            refuse(s, "a role with two names");
        if (x->ok && find_renamed(s->roles, written.name))
            import_fail(x, E0201, written.at, "two roles are called `%s`", written.name);
        if (!x->ok)
            return;
        struct role_decl role = {.name = given_ident(add_renamed(x, &s->roles, written.name, "R"), written)};
        vec_push(x->a, d->roles, role);
    } while (import_accept(x, ','));
    import_expect(x, ')', "`,` or `)` after a role");
}

static void read_protocol(struct scribble *s)
{
    struct importer *x = s->x;
    const char *doc = import_doc(x, x->tok_comment);
    if (import_at_word(x, "explicit"))
        refuse(s, "a protocol with connections");
    import_accept_word(x, "aux");
    import_accept_word(x, "global");
    if (import_at_word(x, "local") || import_at_word(x, "nested"))
        refuse(s, "a local or nested protocol");
    import_expect_word(x, "protocol");
    struct ident written = import_name(x, "the name of a protocol");
    const uint32_t *known = import_find(&s->protocols, written.name);
    if (!known)
        return; /* an error was reported */
    struct decl *d = import_decl(x, D_SESSION, given_ident(s->names.at[*known].name, written));
    d->doc = doc;
    if (import_at(x, '<'))
        refuse(s, "a parameter that is no role");
    s->roles = s->variables = NULL;
    read_roles(s, &d->as.session);
    if (x->ok && !import_at(x, '{'))
        refuse(s, "an instance of a protocol");
    read_block(s, &d->as.session.body);
    d->at = import_since(x, written.at);
}

/* `type <java> "java.lang.Integer" from "rt.jar" as Int;`: only the name matters, where it is used. */
static void skip_payload_declaration(struct scribble *s)
{
    while (s->x->ok && !import_at(s->x, ';') && !import_at(s->x, IMPORT_END))
        import_advance(s->x);
    import_expect(s->x, ';', "`;` after a payload type");
}

static void read_module(struct scribble *s)
{
    struct importer *x = s->x;
    struct span at = x->tok.at;
    const char *dotted = "";
    import_advance(x);
    do {
        struct ident part = import_name(x, "the name of the module");
        if (x->ok)
            dotted = arena_printf(x->a, "%s%s%s", dotted, *dotted ? "." : "", import_legal(x, part.name, "m"));
    } while (import_accept(x, '.'));
    import_expect(x, ';', "`;` after the name of the module");
    x->f->module = (struct ident){intern_cstr(x->names, dotted), import_since(x, at)};
}

/* Protocols may be used before they stand in the file. */
static void find_protocols(struct scribble *s)
{
    struct importer ahead = *s->x;
    for (; ahead.ok && !import_at(&ahead, IMPORT_END); import_advance(&ahead)) {
        if (!import_at_word(&ahead, "protocol") || ahead.ahead.kind != IMPORT_WORD)
            continue;
        name written = ahead.ahead.text;
        if (import_find(&s->protocols, written)) {
            import_fail(s->x, E0201, ahead.ahead.at, "two protocols are called `%s`", written);
            return;
        }
        import_put(s->x, &s->protocols, written, s->names.n);
        vec_push(s->x->a, s->names, (struct ident){import_claim(s->x, written, "P"), ahead.ahead.at});
    }
}

void import_scribble(struct importer *x)
{
    struct scribble s = {.x = x};
    x->f->doc = import_at_word(x, "module") ? import_doc(x, x->tok_comment) : NULL;
    if (import_at_word(x, "module"))
        read_module(&s);
    find_protocols(&s);
    while (x->ok && !import_at(x, IMPORT_END)) {
        if (import_at_word(x, "import"))
            refuse(&s, "another module");
        else if (import_at_word(x, "type") || import_at_word(x, "data") || import_at_word(x, "sig"))
            skip_payload_declaration(&s);
        else
            read_protocol(&s);
    }
    if (!x->ok)
        return;
    declare_structs(&s);
    import_declare_messages(x);
}
