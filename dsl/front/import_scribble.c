/* import_scribble.c -- global protocols of Scribble and nuScr.
 *
 *     module store.Shop;
 *     import store.Pay as Pay;
 *     data <java> "java.lang.Integer" from "rt.jar" as Int;
 *     global protocol Shop(role Buyer, role Seller) {
 *         choice at Buyer { order(Int) from Buyer to Seller; do Pay.Card(Buyer, Seller); }
 *         or { bye() from Buyer to Seller; }
 *     }
 *
 * A protocol becomes a session, an auxiliary one as well; of other modules those that are needed. Messages are told
 * apart by label and payload; one without a label is called `msg`. A choice of one branch is that branch; a recursion
 * that does nothing is left out, as that tool does. A payload type that says nothing here is a struct of bytes.
 * Parameters that are no roles, connections, delegation, interrupts, nested protocols and refinements are refused.
 */
#include "buf.h"
#include "import_scribble.h"
#include "lexer.h"

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

void scribble_refuse(struct scribble *s, const char *what)
{
    import_fail(s->x, E0602, s->x->tok.at, "%s cannot be imported", what);
}

/* After a block: more of the same statement. */
static bool goes_on(const struct importer *x)
{
    return import_at_word(x, "or") || import_at_word(x, "and") || import_at_word(x, "with");
}

void scribble_skip(struct scribble *s)
{
    struct importer *x = s->x;
    uint32_t depth = 0, parens = 0;
    for (; x->ok && !import_at(x, IMPORT_END); import_advance(x)) {
        if (import_at(x, '}') && depth == 0)
            return;
        bool closes = import_at(x, '}') && --depth == 0 && parens == 0, ends = import_at(x, ';') && depth == 0;
        depth += import_at(x, '{');
        parens += import_at(x, '(') || import_at(x, '[');
        parens -= (import_at(x, ')') || import_at(x, ']')) && parens > 0;
        if (!closes && !ends)
            continue;
        import_advance(x);
        if (ends || !goes_on(x))
            return;
    }
}

/* ---- payloads ---- */

static struct type *payload_type(struct scribble *s, struct ident written)
{
    struct importer *x = s->x;
    struct type *t = ARENA_NEW(x->a, struct type);
    t->at = written.at;
    t->kind = scribble_type_named(s, written.name);
    t->bound = t->kind == TY_STRING ? OPAQUE_BYTES : 0;
    if (t->kind != TY_POISON)
        return t;
    const char *dot = strrchr(written.name, '.');
    name last = dot ? intern_cstr(x->names, dot + 1) : written.name;
    const uint32_t *i = import_find(&s->structs_by_name, last);
    if (!i) {
        import_put(x, &s->structs_by_name, last, s->structs.n);
        vec_push(x->a, s->structs, given_ident(import_claim(x, last, "T"), written));
    }
    t->kind = TY_NAMED;
    t->name = given_ident(s->structs.at[i ? *i : s->structs.n - 1].name, written);
    return t;
}

/* Before the messages. */
static void declare_structs(struct scribble *s)
{
    struct importer *x = s->x;
    uint32_t n = x->f->decls.n;
    struct decl **rest = x->f->decls.at;
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
        vec_push(x->a, x->f->decls, rest[i]);
}

/* `T` or `x: T`, behind which nuScr may have a refinement. `number` tells nameless ones apart, 0: there is only one. */
static void read_payload(struct scribble *s, field_vec *fields, struct renamed **used, uint32_t number, struct buf *key)
{
    struct importer *x = s->x;
    struct ident first = scribble_dotted(s, "a payload type"), label = {NULL, first.at};
    if (import_accept(x, ':')) {
        label = first;
        first = scribble_dotted(s, "a payload type");
    }
    if (import_at(x, '@'))
        scribble_refuse(s, "delegation");
    if (import_at(x, '{'))
        scribble_refuse(s, "a refinement");
    if (!x->ok)
        return;
    name wanted = label.name ? label.name
                             : intern_cstr(x->names, number ? arena_printf(x->a, "value%u", number) : "value");
    struct field f = {{add_renamed(x, used, wanted, "f"), label.at}, payload_type(s, first)};
    vec_push(x->a, *fields, f);
    buf_printf(key, "%s%s", fields->n == 1 ? "" : ",", first.name);
}

/* Is there one payload, without a comma behind it? The token is its first. */
static bool one_payload(const struct importer *x)
{
    struct importer ahead = *x;
    while (import_at(&ahead, IMPORT_WORD) || import_at(&ahead, '.') || import_at(&ahead, ':'))
        import_advance(&ahead);
    return import_at(&ahead, ')');
}

/* A label that is taken by a message of other payload: with that of this one behind it, "order_int_string". */
static name label_with_payload(struct importer *x, name label, const struct buf *key)
{
    const char *list = strchr(buf_cstr(key), '(') + 1;
    if (!*list || !import_find(&x->taken, import_legal(x, label, "m")))
        return label;
    const char *text = label;
    while (*list) {
        size_t n = strcspn(list, ",");
        const char *part = arena_strndup(x->a, list, n), *dot = strrchr(part, '.');
        text = arena_printf(x->a, "%s_%s", text, dot ? dot + 1 : part);
        list += n + (list[n] == ',');
    }
    return strlen(text) <= FRONT_MAX_NAME ? intern_cstr(x->names, text) : label;
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
        bool one = one_payload(x);
        do
            read_payload(s, &fields, &used, one ? 0 : fields.n + 1, &key);
        while (import_accept(x, ','));
        import_expect(x, ')', "`,` or `)` after a payload type");
    }
    label.at = import_since(x, label.at);
    struct ident m = {NULL, label.at};
    name id = intern(x->names, buf_cstr(&key), key.n);
    if (x->ok && !import_find(&x->messages, id))
        label.name = label_with_payload(x, label.name, &key);
    if (x->ok)
        m = import_message_with(x, id, label, &fields);
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

/* Who sends first in a block; name NULL: that cannot be seen here. */
static struct ident first_sender(const struct block *b)
{
    const struct stmt *st = b->stmts.n ? b->stmts.at[0] : NULL;
    if (st && (st->kind == ST_MESSAGE || st->kind == ST_CHOICE))
        return st->from.base;
    if (st && st->kind == ST_REC && st->blocks.n)
        return first_sender(&st->blocks.at[0]);
    return (struct ident){0};
}

/* A choice of one branch is that branch. */
static void take_only_branch(struct scribble *s, struct block *b, const struct stmt *choice)
{
    struct importer *x = s->x;
    const struct block *only = &choice->blocks.at[0];
    struct ident first = first_sender(only);
    if (x->ok && first.name && choice->from.base.name && first.name != choice->from.base.name)
        import_fail(x, E0304, first.at, "a branch of a choice at `%s` begins with `%s`", choice->from.base.name,
                    first.name);
    for (uint32_t i = 0; i < only->stmts.n; i++)
        vec_push(x->a, b->stmts, only->stmts.at[i]);
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
    if (st.blocks.n == 1)
        take_only_branch(s, b, &st);
    else
        *add_stmt(s, b, ST_CHOICE, st.at) = st;
}

static void read_par(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct stmt st = {.kind = ST_PAR, .at = x->tok.at};
    import_advance(x);
    do {
        struct block branch = {0};
        read_block(s, &branch);
        vec_push(x->a, st.blocks, branch);
    } while (import_accept_word(x, "and"));
    st.at = import_since(x, st.at);
    if (st.blocks.n > 1) {
        *add_stmt(s, b, ST_PAR, st.at) = st;
        return;
    }
    for (uint32_t i = 0; i < st.blocks.at[0].stmts.n; i++)
        vec_push(x->a, b->stmts, st.blocks.at[0].stmts.at[i]);
}

/* The block exchanges nothing and leads nowhere but round in the recursions that begin in it or at `own`. */
static bool does_nothing(const struct block *b, const struct renamed *own, const struct renamed *inside)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *st = b->stmts.at[i];
        struct renamed here = {st->name.name, st->name.name, (struct renamed *)inside};
        if (st->kind == ST_CONTINUE && (st->name.name == own->given || is_given(inside, st->name.name)))
            continue;
        if (st->kind != ST_CHOICE && st->kind != ST_REC)
            return false;
        for (uint32_t k = 0; k < st->blocks.n; k++)
            if (!does_nothing(&st->blocks.at[k], own, st->kind == ST_REC ? &here : inside))
                return false;
    }
    return true;
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
        scribble_refuse(s, "a recursion with values");
    if (x->ok)
        st->name = given_ident(add_renamed(x, &s->variables, written.name, "X"), written);
    st->at = import_since(x, st->at);
    read_block(s, &body);
    vec_push(x->a, st->blocks, body);
    if (x->ok && s->variables != outer && does_nothing(&body, s->variables, NULL))
        b->stmts.n--;
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
        scribble_refuse(s, "a recursion with values");
    import_expect(x, ';', "`;` after `continue` and its name");
    st->at = import_since(x, st->at);
}

/* The session that a protocol becomes; from now on it is needed. */
static name session_of(struct scribble *s, uint32_t protocol)
{
    struct importer *x = s->x;
    struct scribble_protocol *p = &s->protocols.at[protocol];
    if (p->given)
        return p->given;
    const char *wanted = p->written.name, *module = s->units.at[p->unit].module;
    if (module && import_find(&x->taken, import_legal(x, wanted, "P"))) {
        const char *dot = strrchr(module, '.');
        wanted = arena_printf(x->a, "%s_%s", dot ? dot + 1 : module, wanted);
    }
    p->given = import_claim(x, wanted, "P");
    vec_push(x->a, s->queue, protocol);
    return p->given;
}

static void read_args(struct scribble *s, struct stmt *st, uint32_t protocol)
{
    struct importer *x = s->x;
    struct named_args named = {.st = st, .protocol = protocol};
    bool any = false;
    import_expect(x, '(', "`(` and the roles");
    do {
        struct role_ref role = read_role(s);
        struct ident as = {0};
        if (import_accept_word(x, "as"))
            as = import_name(x, "a role of that protocol");
        any |= as.name != NULL;
        vec_push(x->a, st->args, role);
        vec_push(x->a, named.names, as);
    } while (import_accept(x, ','));
    import_expect(x, ')', "`,` or `)` after a role");
    if (x->ok && any)
        vec_push(x->a, s->named, named);
}

static void read_do(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    struct stmt *st = add_stmt(s, b, ST_DO, x->tok.at);
    import_advance(x);
    struct ident written = scribble_dotted(s, "a protocol");
    uint32_t protocol = scribble_protocol_named(s, written);
    if (x->ok)
        st->name = given_ident(session_of(s, protocol), written);
    if (import_at(x, '<'))
        scribble_refuse(s, "an argument that is no role");
    read_args(s, st, protocol);
    import_expect(x, ';', "`;` after `do`");
    st->at = import_since(x, st->at);
}

/* Puts arguments that were given by name in the order of the roles. */
static void order_args(struct scribble *s, const struct named_args *n)
{
    struct importer *x = s->x;
    const struct scribble_protocol *p = &s->protocols.at[n->protocol];
    role_ref_vec args = {0};
    for (uint32_t r = 0; r < p->roles.n; r++)
        for (uint32_t i = 0; i < n->names.n; i++)
            if (n->names.at[i].name ? n->names.at[i].name == p->roles.at[r] : i == r) {
                vec_push(x->a, args, n->st->args.at[i]);
                break;
            }
    if (args.n != p->roles.n || n->names.n != p->roles.n)
        import_fail(x, E0212, n->st->at, "the roles of `%s` are not each given once", p->written.name);
    n->st->args = args;
}

static bool refuse_statement(struct scribble *s)
{
    static const struct {
        const char *word, *what;
    } refused[] = {
        {"connect", "a connection"}, {"disconnect", "a connection"},       {"wrap", "a connection"},
        {"accept", "a connection"},  {"interruptible", "an interrupt"},    {"spawn", "a nested protocol"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (import_at_word(s->x, refused[i].word) && s->x->ahead.kind != '(') {
            scribble_refuse(s, refused[i].what);
            return true;
        }
    if (import_at(s->x, IMPORT_WORD) && s->x->ahead.kind == IMPORT_WORD && strcmp(s->x->ahead.text, "calls") == 0) {
        scribble_refuse(s, "a call of a nested protocol");
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
    else if (!label && import_at_word(x, "par"))
        read_par(s, b);
    else if (!label && import_at_word(x, "do"))
        read_do(s, b);
    else if (import_at(x, IMPORT_WORD) || import_at(x, '('))
        read_message(s, b);
    else
        import_unexpected(x, "a message, `choice`, `par`, `rec`, `continue`, `do` or `}`");
}

static void read_block(struct scribble *s, struct block *b)
{
    struct importer *x = s->x;
    b->at = x->tok.at;
    import_expect(x, '{', "`{`");
    if (++s->depth > IMPORT_MAX_DEPTH)
        import_fail(x, E0106, b->at, "more than %d blocks inside each other", IMPORT_MAX_DEPTH);
    while (x->ok && !import_at(x, '}') && !import_at(x, IMPORT_END)) {
        uint32_t start = x->tok.at.lo;
        read_statement(s, b);
        if (import_recover(x, start)) {
            scribble_skip(s);
            x->fatal |= import_at(x, IMPORT_END); /* what is around it does not end either */
            x->ok &= !x->fatal;
        }
    }
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
            scribble_refuse(s, "a role with two names");
        if (x->ok && find_renamed(s->roles, written.name))
            import_fail(x, E0201, written.at, "two roles are called `%s`", written.name);
        if (!x->ok)
            return;
        struct role_decl role = {.name = given_ident(add_renamed(x, &s->roles, written.name, "R"), written)};
        vec_push(x->a, d->roles, role);
    } while (import_accept(x, ','));
    import_expect(x, ')', "`,` or `)` after a role");
}

static void read_protocol(struct scribble *s, uint32_t which)
{
    struct importer *x = s->x;
    struct scribble_protocol p = s->protocols.at[which];
    s->unit = p.unit;
    s->roles = s->variables = NULL;
    s->depth = 0;
    import_enter(x, s->units.at[p.unit].source, p.pos);
    const char *doc = import_doc(x, x->tok_comment);
    for (; x->ok && !import_at_word(x, "protocol"); import_advance(x))
        if (import_at_word(x, "explicit"))
            scribble_refuse(s, "a protocol with connections");
    import_advance(x);
    struct ident written = import_name(x, "the name of a protocol");
    struct decl *d = import_decl(x, D_SESSION, given_ident(p.given, written));
    d->doc = doc;
    if (import_at(x, '<'))
        scribble_refuse(s, "a parameter that is no role");
    read_roles(s, &d->as.session);
    if (x->ok && !import_at(x, '{'))
        scribble_refuse(s, "an instance of a protocol");
    read_block(s, &d->as.session.body);
    if (!x->f->damaged)
        scribble_apart(x, &d->as.session.body);
    d->at = import_since(x, written.at);
}

void import_scribble(struct importer *x)
{
    struct scribble s = {.x = x};
    uint32_t source = x->source;
    scribble_scan(&s);
    for (uint32_t i = 0; i < s.protocols.n; i++)
        if (s.protocols.at[i].unit == 0)
            session_of(&s, i);
    for (uint32_t i = 0; i < s.queue.n && !x->fatal; i++) {
        x->ok = true;
        read_protocol(&s, s.queue.at[i]);
    }
    x->ok = !x->fatal;
    if (!x->f->damaged && s.protocols.n == 0 && !x->f->module.name)
        import_fail(x, E0601, (struct span){source, 0, 0}, "there is no protocol in this file");
    for (uint32_t i = 0; i < s.named.n && !x->f->damaged; i++)
        order_args(&s, &s.named.at[i]);
    x->source = source;
    if (x->f->damaged)
        return;
    import_declare_messages(x);
    declare_structs(&s);
}
