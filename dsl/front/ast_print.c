/* ast_print.c -- one function a construct; two blanks a level. */
#include "ast_print_internal.h"
#include "words.h"

enum { WIDTH = 100 }; /* where chains of actions go on in the next line */

void print_line(struct printer *w) { buf_repeat(w->out, ' ', 2 * w->level); }
void print_ident(struct printer *w, const struct ident *id) { buf_puts(w->out, id->name ? id->name : "?"); }

static void doc(struct printer *w, const char *text, const char *mark)
{
    while (text) {
        const char *end = strchr(text, '\n');
        size_t n = end ? (size_t)(end - text) : strlen(text);
        print_line(w);
        buf_puts(w->out, mark);
        if (n)
            buf_putc(w->out, ' ');
        buf_putn(w->out, text, n);
        buf_putc(w->out, '\n');
        text = end ? end + 1 : NULL;
    }
}

/* ---- payload types ---- */

static void type(struct printer *w, const struct type *t)
{
    static const char *const scalars[] = {
        [TY_BOOL] = "bool", [TY_U8] = "u8",   [TY_U16] = "u16", [TY_U32] = "u32", [TY_U64] = "u64", [TY_I8] = "i8",
        [TY_I16] = "i16",   [TY_I32] = "i32", [TY_I64] = "i64", [TY_F32] = "f32", [TY_F64] = "f64"};
    switch (t->kind) {
    case TY_POISON: buf_putc(w->out, '?'); return;
    case TY_BOOL:
    case TY_U8:
    case TY_U16:
    case TY_U32:
    case TY_U64:
    case TY_I8:
    case TY_I16:
    case TY_I32:
    case TY_I64:
    case TY_F32:
    case TY_F64: buf_puts(w->out, scalars[t->kind]); return;
    case TY_STRING: buf_printf(w->out, "string<%u>", t->bound); return;
    case TY_BYTES: buf_printf(w->out, "bytes<%u>", t->bound); return;
    case TY_ARRAY:
        type(w, t->elem);
        buf_printf(w->out, "[%u]", t->bound);
        return;
    case TY_LIST:
        buf_puts(w->out, "list<");
        type(w, t->elem);
        buf_printf(w->out, ", %u>", t->bound);
        return;
    case TY_OPTIONAL:
        buf_puts(w->out, "optional<");
        type(w, t->elem);
        buf_putc(w->out, '>');
        return;
    case TY_NAMED: print_ident(w, &t->name); return;
    case TY_REF:
        buf_puts(w->out, "ref<");
        print_ident(w, &t->name);
        buf_putc(w->out, '.');
        print_ident(w, &t->role);
        buf_putc(w->out, '>');
        return;
    }
}

void print_fields(struct printer *w, const field_vec *v)
{
    buf_puts(w->out, "{\n");
    w->level++;
    for (uint32_t i = 0; i < v->n; i++) {
        print_line(w);
        print_ident(w, &v->at[i].name);
        buf_puts(w->out, ": ");
        type(w, v->at[i].type);
        buf_puts(w->out, ";\n");
    }
    w->level--;
    print_line(w);
    buf_puts(w->out, "}\n");
}

static void enum_values(struct printer *w, const struct enum_decl *e)
{
    buf_puts(w->out, " {\n");
    for (uint32_t i = 0; i < e->values.n; i++) {
        buf_puts(w->out, "  ");
        print_ident(w, &e->values.at[i]);
        buf_puts(w->out, ",\n");
    }
    buf_puts(w->out, "}\n");
}

static void message(struct printer *w, const struct message_decl *m)
{
    if (m->tag.given)
        buf_printf(w->out, " = %llu", (unsigned long long)m->tag.value);
    if (!m->fields.n) {
        buf_puts(w->out, ";\n");
        return;
    }
    buf_putc(w->out, ' ');
    print_fields(w, &m->fields);
}

/* ---- expressions ---- */

enum { LOOSEST, TIGHTEST = 6, NO_OPERATOR };

/* How tightly an operator binds; NO_OPERATOR: it is none, or a unary one. */
static int tightness(enum expr_kind k)
{
    switch (k) {
    case EX_IMPLIES: return LOOSEST;
    case EX_OR: return 1;
    case EX_AND: return 2;
    case EX_LT:
    case EX_LE:
    case EX_GT:
    case EX_GE:
    case EX_EQ:
    case EX_NE: return 3;
    case EX_ADD:
    case EX_SUB: return 4;
    case EX_MUL:
    case EX_DIV:
    case EX_MOD: return 5;
    default: return NO_OPERATOR;
    }
}

/* An operand: in parentheses where it binds less tightly than `least`. */
static void expr_operand(struct printer *w, const struct expr *e, int least)
{
    bool parentheses = tightness(e->kind) < least;
    if (parentheses)
        buf_putc(w->out, '(');
    print_expr(w, e);
    if (parentheses)
        buf_putc(w->out, ')');
}

/* Equal operators group to the left, but for `->`; comparisons do not group. */
static void expr_binary(struct printer *w, const struct expr *e)
{
    int t = tightness(e->kind);
    bool right = e->kind == EX_IMPLIES, compares = word_operator(e->kind)[0] && t == tightness(EX_LT);
    expr_operand(w, e->left, right || compares ? t + 1 : t);
    buf_printf(w->out, " %s ", word_operator(e->kind));
    expr_operand(w, e->right, right ? t : t + 1);
}

static void path(struct printer *w, const struct expr *e)
{
    for (uint32_t i = 0; i < e->path.n; i++) {
        buf_puts(w->out, i ? "." : "");
        print_ident(w, &e->path.at[i]);
    }
}

void print_expr(struct printer *w, const struct expr *e)
{
    switch (e->kind) {
    case EX_POISON: buf_putc(w->out, '?'); return;
    case EX_NUMBER: buf_printf(w->out, "%llu", (unsigned long long)e->number); return;
    case EX_TRUE: buf_puts(w->out, "true"); return;
    case EX_FALSE: buf_puts(w->out, "false"); return;
    case EX_NAME: path(w, e); return;
    case EX_LEN:
    case EX_OLD:
        buf_puts(w->out, e->kind == EX_LEN ? "len(" : "old(");
        path(w, e);
        buf_putc(w->out, ')');
        return;
    case EX_NOT:
    case EX_NEGATE:
        buf_puts(w->out, word_operator(e->kind));
        expr_operand(w, e->left, TIGHTEST);
        return;
    default: expr_binary(w, e); return;
    }
}

void ast_print_expr(const struct expr *e, struct buf *out)
{
    struct printer w = {.out = out};
    print_expr(&w, e);
}

/* ---- sessions ---- */

void print_role(struct printer *w, const struct role_ref *r)
{
    print_ident(w, &r->base);
    if (r->indexed)
        buf_printf(w->out, "[%u]", r->index);
}

static void block(struct printer *w, const struct block *b);

static void branches_of(struct printer *w, const struct stmt *s, const char *joint)
{
    for (uint32_t i = 0; i < s->blocks.n; i++) {
        buf_puts(w->out, i ? joint : " ");
        block(w, &s->blocks.at[i]);
    }
}

static void choice(struct printer *w, const struct stmt *s)
{
    buf_puts(w->out, "choice at ");
    print_role(w, &s->from);
    branches_of(w, s, " or ");
}

static void catch_event(struct printer *w, const struct catch_event *e)
{
    switch (e->kind) {
    case EV_TIMEOUT:
        buf_puts(w->out, "timeout ");
        word_duration(w->out, e->after);
        break;
    case EV_CRASH:
        buf_puts(w->out, "crash ");
        print_role(w, &e->who);
        break;
    case EV_CANCEL: buf_puts(w->out, "cancel"); break;
    }
    buf_puts(w->out, " at ");
    print_role(w, &e->catcher);
}

static void try_catch(struct printer *w, const struct stmt *s)
{
    buf_puts(w->out, "try ");
    block(w, &s->blocks.at[0]);
    for (uint32_t i = 0; i < s->catches.n; i++) {
        const struct catch_clause *c = &s->catches.at[i];
        buf_puts(w->out, " catch ");
        for (uint32_t k = 0; k < c->events.n; k++) {
            buf_puts(w->out, k ? ", " : "");
            catch_event(w, &c->events.at[k]);
        }
        buf_putc(w->out, ' ');
        block(w, &c->handler);
    }
}

static void do_session(struct printer *w, const struct stmt *s)
{
    buf_puts(w->out, "do ");
    print_ident(w, &s->name);
    buf_putc(w->out, '(');
    for (uint32_t i = 0; i < s->args.n; i++) {
        buf_puts(w->out, i ? ", " : "");
        print_role(w, &s->args.at[i]);
    }
    buf_puts(w->out, ");");
}

static void statement(struct printer *w, const struct stmt *s)
{
    switch (s->kind) {
    case ST_MESSAGE:
        print_role(w, &s->from);
        buf_puts(w->out, " -> ");
        print_role(w, &s->to);
        buf_puts(w->out, ": ");
        print_ident(w, &s->message);
        if (s->where) {
            buf_puts(w->out, " where ");
            print_expr(w, s->where);
        }
        buf_putc(w->out, ';');
        return;
    case ST_CHOICE: choice(w, s); return;
    case ST_REC:
        buf_puts(w->out, "rec ");
        print_ident(w, &s->name);
        buf_putc(w->out, ' ');
        block(w, &s->blocks.at[0]);
        return;
    case ST_CONTINUE:
        buf_puts(w->out, "continue ");
        print_ident(w, &s->name);
        buf_putc(w->out, ';');
        return;
    case ST_DO: do_session(w, s); return;
    case ST_FOREACH:
        buf_puts(w->out, s->parallel ? "par foreach " : "foreach ");
        print_ident(w, &s->name);
        buf_puts(w->out, " in ");
        print_ident(w, &s->family);
        buf_putc(w->out, ' ');
        block(w, &s->blocks.at[0]);
        return;
    case ST_PAR:
        buf_puts(w->out, "par");
        branches_of(w, s, " and ");
        return;
    case ST_TRY: try_catch(w, s); return;
    }
}

static void above(struct printer *w, uint32_t lo) { remarks_above(&w->remarks, lo, w->out, 2 * w->level); }

static uint32_t end_of(const struct stmt *s)
{
    return s->blocks.n ? s->blocks.at[s->blocks.n - 1].at.hi : s->at.hi;
}

/* Ends behind the `}`. */
static void block(struct printer *w, const struct block *b)
{
    buf_putc(w->out, '{');
    remark_opening(&w->remarks, b->stmts.n ? b->stmts.at[0]->at.lo : b->at.hi, w->out);
    buf_putc(w->out, '\n');
    w->level++;
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *s = b->stmts.at[i];
        above(w, s->blocks.n ? s->at.lo : s->at.hi);
        remarks_blank(&w->remarks, s->at, w->out);
        print_line(w);
        statement(w, s);
        remark_behind(&w->remarks, end_of(s), w->out);
        buf_putc(w->out, '\n');
    }
    above(w, b->at.hi);
    w->level--;
    print_line(w);
    buf_putc(w->out, '}');
}

static void session(struct printer *w, const struct session_decl *s)
{
    buf_putc(w->out, '(');
    for (uint32_t i = 0; i < s->roles.n; i++) {
        buf_puts(w->out, i ? ", " : "");
        buf_puts(w->out, s->by_locals ? "" : "role ");
        print_ident(w, &s->roles.at[i].name);
        if (s->roles.at[i].family)
            buf_printf(w->out, "[%u]", s->roles.at[i].size);
    }
    buf_puts(w->out, s->by_locals ? ");" : ") ");
    if (!s->by_locals)
        block(w, &s->body);
    buf_putc(w->out, '\n');
}

/* ---- local types ---- */

static void local(struct printer *w, const struct local *l);

static void branches(struct printer *w, const struct local *l)
{
    buf_puts(w->out, l->kind == LT_SELECT ? "+{\n" : l->kind == LT_BRANCH ? "&{\n" : "mixed{\n");
    w->level++;
    for (uint32_t i = 0; i < l->branches.n; i++) {
        above(w, l->branches.at[i]->at.lo);
        print_line(w);
        local(w, l->branches.at[i]);
        buf_puts(w->out, ",\n");
    }
    w->level--;
    print_line(w);
    buf_putc(w->out, '}');
}

/* A chain that grows too long goes on in the next line. */
static void wrap(struct printer *w)
{
    size_t column = 0;
    while (column < w->out->n && w->out->p[w->out->n - 1 - column] != '\n')
        column++;
    if (column < WIDTH)
        return;
    w->out->n--; /* the blank after the dot */
    buf_putc(w->out, '\n');
    buf_repeat(w->out, ' ', 2 * (w->level + 2));
}

static void local(struct printer *w, const struct local *l)
{
    for (; l; l = l->next) {
        switch (l->kind) {
        case LT_END: buf_puts(w->out, "end"); return;
        case LT_NAME: print_ident(w, &l->name); return;
        case LT_SELECT:
        case LT_BRANCH:
        case LT_MIXED: branches(w, l); return;
        case LT_DUAL: buf_puts(w->out, "dual "); break;
        case LT_REC:
            buf_puts(w->out, "rec ");
            print_ident(w, &l->name);
            buf_puts(w->out, " . ");
            break;
        case LT_ACTION:
            wrap(w);
            if (l->peer.name)
                print_ident(w, &l->peer);
            buf_putc(w->out, l->send ? '!' : '?');
            print_ident(w, &l->message);
            buf_puts(w->out, " . ");
            break;
        }
    }
}

void ast_print_local(const struct local *l, struct buf *out)
{
    struct printer w = {.out = out};
    local(&w, l);
}

/* ---- declarations ---- */

static void assertion(struct printer *w, const struct assert_decl *a)
{
    local(w, a->left);
    buf_puts(w->out, a->kind == ASSERT_SUBTYPE ? " <= " : " == ");
    local(w, a->right);
    buf_puts(w->out, ";\n");
}

static void import(struct printer *w, const struct import_decl *x)
{
    buf_puts(w->out, "import ");
    if (x->path)
        buf_printf(w->out, "\"%s\"", x->path);
    else
        print_ident(w, &x->module);
    for (uint32_t i = 0; i < x->names.n; i++) {
        buf_puts(w->out, i ? ", " : " { ");
        print_ident(w, &x->names.at[i].name);
        if (x->names.at[i].as.name) {
            buf_puts(w->out, " as ");
            print_ident(w, &x->names.at[i].as);
        }
    }
    buf_puts(w->out, x->selective ? " };\n" : ";\n");
}

static void declaration(struct printer *w, const struct decl *d)
{
    static const char *const words[] = {
        [D_ENUM] = "enum",       [D_STRUCT] = "struct", [D_MESSAGE] = "message", [D_LOCAL] = "local",
        [D_SESSION] = "session", [D_ACTOR] = "actor",   [D_SYSTEM] = "system",   [D_VERIFY] = "verify",
        [D_ASSERT] = "assert"};
    doc(w, d->doc, "///");
    buf_printf(w->out, "%s ", words[d->kind]);
    if (d->kind != D_ASSERT)
        print_ident(w, &d->name);
    switch (d->kind) {
    case D_ENUM: enum_values(w, &d->as.enum_); return;
    case D_STRUCT:
        buf_putc(w->out, ' ');
        print_fields(w, &d->as.struct_.fields);
        return;
    case D_MESSAGE: message(w, &d->as.message); return;
    case D_LOCAL:
        buf_puts(w->out, " = ");
        local(w, d->as.local);
        buf_puts(w->out, ";\n");
        return;
    case D_SESSION: session(w, &d->as.session); return;
    case D_ACTOR: print_actor(w, &d->as.actor); return;
    case D_SYSTEM: print_system(w, &d->as.system); return;
    case D_VERIFY: print_verify(w, &d->as.verify); return;
    case D_ASSERT: assertion(w, &d->as.assert_); return;
    }
}

/* Messages that need one line each stand together. */
static bool short_message(const struct decl *d)
{
    return d->kind == D_MESSAGE && !d->doc && d->as.message.fields.n == 0;
}

/* ---- declarations that were imported ---- */

static bool has_remarks(const struct file *f, const struct decl *d)
{
    return f->remarks && (d->kind == D_SESSION || d->kind == D_LOCAL) && d->at.file == f->source;
}

/* What has no place within it stands above it. */
static void remarked(struct printer *w, struct remark_cursor *rest, struct remarks *r, const struct decl *d)
{
    remarks_above(rest, d->at.lo + 1, w->out, 0); /* those moved there, too */
    if (remarks_blank_below(rest))
        buf_putc(w->out, '\n');
    struct buf text = {0};
    struct printer inner = {.out = &text, .remarks = remarks_within(r, d->at)};
    declaration(&inner, d);
    text.n -= text.n > 0; /* the line end */
    inner.remarks = remarks_within(r, d->at);
    remarks_above(&inner.remarks, d->at.hi, w->out, 0);
    remark_behind(rest, d->at.hi, &text);
    buf_putn(w->out, buf_cstr(&text), text.n);
    buf_putc(w->out, '\n');
    buf_free(&text);
}

/* What stands at the top of the file, apart from what follows. */
static void header(struct printer *w, struct remark_cursor *rest, const struct file *f)
{
    uint32_t lo = f->module.name ? f->module.at.lo : 0;
    for (uint32_t i = 0; i < f->decls.n && !f->module.name && lo == 0; i++)
        if (has_remarks(f, f->decls.at[i]))
            lo = remarks_apart(rest, f->decls.at[i]->at.lo);
    remarks_above(rest, lo, w->out, 0);
    if (f->module.name && w->out->n && remarks_blank_below(rest))
        buf_putc(w->out, '\n');
}

void ast_print(const struct file *f, struct buf *out)
{
    struct printer w = {.out = out};
    struct remark_cursor rest = remarks_within(f->remarks, (struct span){f->source, 0, UINT32_MAX});
    header(&w, &rest, f);
    doc(&w, f->doc, "//!");
    if (f->module.name) {
        buf_printf(out, "module %s;", f->module.name);
        remark_behind(&rest, f->module.at.hi, out);
        buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < f->imports.n; i++) {
        buf_puts(out, i == 0 && out->n ? "\n" : "");
        import(&w, &f->imports.at[i]);
    }
    for (uint32_t i = 0; i < f->decls.n; i++) {
        bool together = i > 0 && short_message(f->decls.at[i - 1]) && short_message(f->decls.at[i]);
        if (out->n && !together)
            buf_putc(out, '\n');
        if (has_remarks(f, f->decls.at[i]))
            remarked(&w, &rest, f->remarks, f->decls.at[i]);
        else
            declaration(&w, f->decls.at[i]);
    }
    remarks_rest(&rest, out);
}
