/* exprs.c -- expressions: refinements of messages, contracts and invariants of actors; and the domains of verify blocks.
 *
 * An expression is a truth value or a number; it resolves to one or is poison, about which nothing more is said.
 * A bare name is, in this order: a field of the message that the expression stands at, or of the actor's state; a
 * field that exactly one other message of the session has; a value of the enum on the other side of `==`. What could
 * be two of the first kinds is ambiguous. Numbers are exact (see expr.h), so numbers of all integer types mix.
 */
#include "expr.h"
#include "sema_private.h"

typedef VEC(const struct decl *) decl_set;

struct context {
    struct sema *s;
    const struct decl *message; /* that the expression stands at; NULL: none */
    const struct decl *session; /* of a refinement; else NULL */
    const decl_set *exchanged;  /* with `session`: the messages of the session, what it inserts included */
    const struct decl *actor;   /* whose state is in scope, or NULL */
    bool ensures;               /* `old` is allowed */
};

enum sort { SORT_POISON, SORT_TRUTH, SORT_NUMBER, SORT_ENUM };

struct typed {
    enum sort sort;
    const struct decl *enum_; /* SORT_ENUM */
};

static const struct typed poison = {SORT_POISON, NULL};

static struct typed type_expr(struct context *c, struct expr *e, const struct decl *expected);

/* ---- the words for things ---- */

static const char *sort_text(struct context *c, struct typed t)
{
    switch (t.sort) {
    case SORT_TRUTH:
        return "true or false";
    case SORT_NUMBER:
        return "a number";
    case SORT_ENUM:
        return arena_printf(c->s->a, "a value of enum `%s`", t.enum_->name.name);
    case SORT_POISON:
        break;
    }
    return "?";
}

static const char *type_text(const struct type *t)
{
    static const char *const words[] = {
        [TY_BOOL] = "a bool", [TY_U8] = "a u8", [TY_U16] = "a u16", [TY_U32] = "a u32", [TY_U64] = "a u64",
        [TY_I8] = "an i8", [TY_I16] = "an i16", [TY_I32] = "an i32", [TY_I64] = "an i64",
        [TY_F32] = "a floating-point number", [TY_F64] = "a floating-point number", [TY_STRING] = "a string",
        [TY_BYTES] = "bytes", [TY_ARRAY] = "an array", [TY_LIST] = "a list", [TY_OPTIONAL] = "optional",
        [TY_NAMED] = "a struct", [TY_REF] = "a reference", [TY_POISON] = "?"};
    return words[t->kind];
}

static const char *path_text(struct context *c, const struct expr *e)
{
    const char *text = e->path.at[0].name;
    for (uint32_t i = 1; i < e->path.n; i++)
        text = arena_printf(c->s->a, "%s.%s", text, e->path.at[i].name);
    return text;
}

/* ---- fields ---- */

static uint32_t find_field(const field_vec *fields, name n)
{
    uint32_t i = 0;
    while (i < fields->n && fields->at[i].name.name != n)
        i++;
    return i;
}

static void suggest_field(struct context *c, struct diag *x, name wrong, const field_vec *fields)
{
    name *candidates = ARENA_ARRAY(c->s->a, name, fields->n);
    for (uint32_t i = 0; i < fields->n; i++)
        candidates[i] = fields->at[i].name.name;
    sema__suggest(c->s, x, wrong, candidates, fields->n);
}

/* path[from] and what follows it name a field of `fields` and fields of structs within it. */
static bool walk_fields(struct context *c, struct expr *e, uint32_t from, const field_vec *fields, const char *owner)
{
    for (uint32_t i = from; i < e->path.n; i++) {
        const struct ident *id = &e->path.at[i];
        uint32_t k = find_field(fields, id->name);
        if (k == fields->n) {
            struct diag *x = diag_add(c->s->d, E0202, id->at, "%s has no field `%s`", owner, id->name);
            suggest_field(c, x, id->name, fields);
            return false;
        }
        e->type = fields->at[k].type;
        vec_push(c->s->a, e->fields, k);
        if (i + 1 == e->path.n)
            return e->type && e->type->kind != TY_POISON;
        if (!e->type || e->type->kind == TY_POISON || (e->type->kind == TY_NAMED && !e->type->decl))
            return false;
        if (e->type->kind != TY_NAMED || e->type->decl->kind != D_STRUCT) {
            struct diag *x = diag_add(c->s->d, E0241, id->at, "`%s` has no fields: it is %s", id->name,
                                      e->type->kind == TY_NAMED ? "a value of an enum" : type_text(e->type));
            diag_label(c->s->d, x, fields->at[k].name.at, "it is declared here");
            return false;
        }
        fields = &e->type->decl->as.struct_.fields;
        owner = arena_printf(c->s->a, "struct `%s`", e->type->decl->name.name);
    }
    return false;
}

static bool of_message(struct context *c, struct expr *e, uint32_t from, const struct decl *message)
{
    e->ref = message == c->message ? REF_PAYLOAD : REF_SESSION;
    e->message = message;
    return walk_fields(c, e, from, &message->as.message.fields,
                       arena_printf(c->s->a, "message `%s`", message->name.name));
}

static bool of_state(struct context *c, struct expr *e, uint32_t from)
{
    e->ref = REF_STATE;
    return walk_fields(c, e, from, &c->actor->as.actor.state,
                       arena_printf(c->s->a, "the state of actor `%s`", c->actor->name.name));
}

static bool has_field(const struct decl *message, name n)
{
    return find_field(&message->as.message.fields, n) < message->as.message.fields.n;
}

/* ---- names ---- */

static bool contains(const decl_set *set, const struct decl *d)
{
    for (uint32_t i = 0; i < set->n; i++)
        if (set->at[i] == d)
            return true;
    return false;
}

/* `M.f`, where M is another message. */
static bool of_other_message(struct context *c, struct expr *e, const struct decl *message)
{
    const struct ident *id = &e->path.at[0];
    if (!c->session) {
        struct diag *x = diag_add(c->s->d, E0245, id->at, "a value of message `%s` is not known here", id->name);
        diag_help(c->s->d, x, "keep what is needed later in the actor's state");
        return false;
    }
    if (contains(c->exchanged, message))
        return of_message(c, e, 1, message);
    struct diag *x = diag_add(c->s->d, E0245, id->at, "session `%s` never exchanges `%s`", c->session->name.name,
                              id->name);
    diag_label(c->s->d, x, message->name.at, "the message is declared here");
    return false;
}

static bool of_enum(struct context *c, struct expr *e, const struct decl *d, const struct ident *value, bool quiet)
{
    for (uint32_t i = 0; i < d->as.enum_.values.n; i++)
        if (d->as.enum_.values.at[i].name == value->name) {
            e->ref = REF_ENUM;
            e->message = d;
            e->number = i;
            return true;
        }
    if (quiet)
        return false;
    name *candidates = ARENA_ARRAY(c->s->a, name, d->as.enum_.values.n);
    for (uint32_t i = 0; i < d->as.enum_.values.n; i++)
        candidates[i] = d->as.enum_.values.at[i].name;
    struct diag *x = diag_add(c->s->d, E0202, value->at, "enum `%s` has no value `%s`", d->name.name, value->name);
    sema__suggest(c->s, x, value->name, candidates, d->as.enum_.values.n);
    return false;
}

static struct diag *ambiguous(struct context *c, const struct ident *id)
{
    return diag_add(c->s->d, E0243, id->at, "`%s` may mean two things here", id->name);
}

/* A bare field of the message or of the state; *found when there is one. */
static bool of_own_fields(struct context *c, struct expr *e, bool *found)
{
    const struct ident *id = &e->path.at[0];
    bool payload = c->message && has_field(c->message, id->name);
    bool state = c->actor && find_field(&c->actor->as.actor.state, id->name) < c->actor->as.actor.state.n;
    *found = payload || state;
    if (payload && state) {
        struct diag *x = ambiguous(c, id);
        diag_help(c->s->d, x, "write `%s.%s` or `state.%s`", c->message->name.name, id->name, id->name);
        return false;
    }
    if (payload)
        return of_message(c, e, 0, c->message);
    return state && of_state(c, e, 0);
}

/* A bare field that some other message of the session has; *found when there is one. */
static bool of_session_fields(struct context *c, struct expr *e, bool *found)
{
    const struct ident *id = &e->path.at[0];
    const struct decl *one = NULL, *two = NULL;
    for (uint32_t i = 0; c->session && i < c->exchanged->n; i++) {
        if (!has_field(c->exchanged->at[i], id->name))
            continue;
        two = one ? c->exchanged->at[i] : NULL;
        one = one ? one : c->exchanged->at[i];
        if (two)
            break;
    }
    *found = one;
    if (!two)
        return one && of_message(c, e, 0, one);
    struct diag *x = ambiguous(c, id);
    diag_label(c->s->d, x, one->name.at, "`%s` has such a field", one->name.name);
    diag_label(c->s->d, x, two->name.at, "and so has `%s`", two->name.name);
    diag_help(c->s->d, x, "write the message too, as in `%s.%s`", one->name.name, id->name);
    return false;
}

static void unknown_value(struct context *c, const struct expr *e)
{
    const struct ident *id = &e->path.at[0];
    if (c->s->f->damaged)
        return;
    struct diag *x = diag_add(c->s->d, E0202, id->at, "unknown value `%s`", id->name);
    VEC(name) candidates = {0};
    for (uint32_t i = 0; c->message && i < c->message->as.message.fields.n; i++)
        vec_push(c->s->a, candidates, c->message->as.message.fields.at[i].name.name);
    for (uint32_t i = 0; c->actor && i < c->actor->as.actor.state.n; i++)
        vec_push(c->s->a, candidates, c->actor->as.actor.state.at[i].name.name);
    for (uint32_t k = 0; c->session && k < c->exchanged->n; k++)
        for (uint32_t i = 0; i < c->exchanged->at[k]->as.message.fields.n; i++)
            vec_push(c->s->a, candidates, c->exchanged->at[k]->as.message.fields.at[i].name.name);
    const char *near = candidates.n ? sema__nearest(c->s, id->name, candidates.at, candidates.n) : NULL;
    if (near)
        diag_help(c->s->d, x, "did you mean `%s`?", near);
    else if (c->session)
        diag_note(c->s->d, x, "an expression speaks of fields of `%s`, and as `M.f` of those of earlier messages",
                  c->message->name.name);
}

static bool qualified(struct context *c, struct expr *e, bool *found)
{
    const struct decl *d = sema__lookup(c->s, &e->path.at[0], KIND(D_MESSAGE) | KIND(D_ENUM));
    *found = true;
    if (d && d == c->message)
        return of_message(c, e, 1, d);
    if (d && d->kind == D_MESSAGE)
        return of_other_message(c, e, d);
    if (d && e->path.n == 2)
        return of_enum(c, e, d, &e->path.at[1], false);
    if (c->actor && strcmp(e->path.at[0].name, "state") == 0)
        return of_state(c, e, 1);
    *found = false;
    return false;
}

/* Fills in what the path means. False: it is poison, and that was said. */
static bool resolve(struct context *c, struct expr *e, const struct decl *expected)
{
    bool found = false, ok;
    for (uint32_t i = 0; i < e->path.n; i++)
        if (!e->path.at[i].name)
            return false;
    if (!e->path.n)
        return false;
    ok = of_own_fields(c, e, &found);
    if (!found && e->path.n > 1)
        ok = qualified(c, e, &found);
    if (!found && e->path.n == 1 && expected && of_enum(c, e, expected, &e->path.at[0], true))
        return true;
    if (!found)
        ok = of_session_fields(c, e, &found);
    if (!found && e->path.n == 1 && expected)
        return of_enum(c, e, expected, &e->path.at[0], false);
    if (!found)
        unknown_value(c, e);
    return ok;
}

/* ---- values ---- */

static struct typed refuse_type(struct context *c, const struct expr *e)
{
    const struct type *t = e->type;
    struct diag *x = diag_add(c->s->d, E0241, e->at, "`%s` is %s, which expressions do not take", path_text(c, e),
                              type_text(t));
    diag_label(c->s->d, x, t->at, "its type");
    if (t->kind == TY_F32 || t->kind == TY_F64)
        diag_help(c->s->d, x, "use an integer, for instance of cents or of microseconds: its arithmetic is exact");
    else if (t->kind == TY_STRING || t->kind == TY_BYTES || t->kind == TY_LIST)
        diag_help(c->s->d, x, "`len(%s)` is a number", path_text(c, e));
    else if (t->kind == TY_OPTIONAL)
        diag_help(c->s->d, x, "send a field that is always there");
    else if (t->kind == TY_NAMED)
        diag_help(c->s->d, x, "name a field of it, as in `%s.%s`", path_text(c, e),
                  t->decl->as.struct_.fields.n ? t->decl->as.struct_.fields.at[0].name.name : "field");
    return poison;
}

static struct typed value_type(struct context *c, struct expr *e)
{
    struct integer_range r;
    if (e->ref == REF_ENUM)
        return (struct typed){SORT_ENUM, e->message};
    if (e->type->kind == TY_BOOL) {
        e->truth = true;
        return (struct typed){SORT_TRUTH, NULL};
    }
    if (type_integers(e->type, &r))
        return (struct typed){SORT_NUMBER, NULL};
    if (e->type->kind == TY_NAMED && !e->type->decl)
        return poison;
    if (e->type->kind == TY_NAMED && e->type->decl->kind == D_ENUM)
        return (struct typed){SORT_ENUM, e->type->decl};
    return refuse_type(c, e);
}

static struct typed type_len(struct context *c, struct expr *e)
{
    if (!resolve(c, e, NULL))
        return poison;
    enum type_kind k = e->ref == REF_ENUM ? TY_U8 : e->type->kind;
    if (k == TY_STRING || k == TY_BYTES || k == TY_LIST)
        return (struct typed){SORT_NUMBER, NULL};
    struct diag *x = diag_add(c->s->d, E0241, e->at, "`%s` has no length: it is %s", path_text(c, e),
                              e->ref == REF_ENUM ? "a value of an enum" : type_text(e->type));
    if (k == TY_ARRAY)
        diag_note(c->s->d, x, "it always has %u elements", e->type->bound);
    return poison;
}

static struct typed type_old(struct context *c, struct expr *e)
{
    if (!c->ensures) {
        struct diag *x = diag_add(c->s->d, E0244, e->at, "`old` has a meaning in `ensures` only");
        diag_note(c->s->d, x, "`old(x)` is the field x of the state before the handler ran");
        return poison;
    }
    if (!resolve(c, e, NULL))
        return poison;
    if (e->ref == REF_STATE)
        return value_type(c, e);
    struct diag *x = diag_add(c->s->d, E0244, e->at, "`old` takes a field of the actor's state");
    diag_note(c->s->d, x, "a message does not change while its handler runs");
    return poison;
}

/* ---- operators ---- */

static const char *operator_text(enum expr_kind k)
{
    static const char *const words[] = {
        [EX_NOT] = "!", [EX_NEGATE] = "-", [EX_MUL] = "*", [EX_DIV] = "/", [EX_MOD] = "%", [EX_ADD] = "+",
        [EX_SUB] = "-", [EX_LT] = "<", [EX_LE] = "<=", [EX_GT] = ">", [EX_GE] = ">=", [EX_EQ] = "==",
        [EX_NE] = "!=", [EX_AND] = "&&", [EX_OR] = "||", [EX_IMPLIES] = "->"};
    return words[k];
}

/* False, after a diagnostic, when the operand of `of` is not of that sort; false, too, for poison. */
static bool want(struct context *c, const struct expr *of, const struct expr *operand, struct typed t, enum sort sort)
{
    if (t.sort == sort || t.sort == SORT_POISON)
        return t.sort == sort;
    struct diag *x = diag_add(c->s->d, E0240, operand->at, "`%s` takes %s here, and this is %s",
                              operator_text(of->kind), sort == SORT_TRUTH ? "true or false" : "a number",
                              sort_text(c, t));
    if (sort == SORT_TRUTH && t.sort == SORT_NUMBER)
        diag_help(c->s->d, x, "compare it, as in `... != 0`");
    else if (sort == SORT_NUMBER && t.sort == SORT_ENUM)
        diag_note(c->s->d, x, "values of an enum are compared by `==` and `!=`");
    return false;
}

static struct typed type_both(struct context *c, struct expr *e, enum sort operands, enum sort result)
{
    struct typed l = type_expr(c, e->left, NULL), r = type_expr(c, e->right, NULL);
    bool left = want(c, e, e->left, l, operands), right = want(c, e, e->right, r, operands);
    e->truth = result == SORT_TRUTH;
    return left && right ? (struct typed){result, NULL} : poison;
}

static struct typed type_division(struct context *c, struct expr *e)
{
    struct typed t = type_both(c, e, SORT_NUMBER, SORT_NUMBER);
    if (t.sort == SORT_POISON || (e->right->kind == EX_NUMBER && e->right->number > 0))
        return t;
    struct diag *x = diag_add(c->s->d, E0246, e->right->at, "a divisor is a number other than 0, written as such");
    diag_note(c->s->d, x, "so that the expression has a value whatever the messages hold");
    if (e->kind == EX_DIV)
        diag_help(c->s->d, x, "multiply the other side instead");
    return poison;
}

/* The literal `e` is, and whether a minus stands before it. */
static bool literal(const struct expr *e, bool *negative, uint64_t *value)
{
    *negative = e->kind == EX_NEGATE && e->left->kind == EX_NUMBER && e->left->number > 0;
    const struct expr *n = e->kind == EX_NEGATE ? e->left : e;
    *value = n->number;
    return n->kind == EX_NUMBER;
}

/* -1, 0, 1: the literal is below, within or above what the values of the type can be. */
static int beyond(const struct integer_range *r, bool negative, uint64_t value)
{
    if (negative)
        return r->lo == 0 || value > (uint64_t)(-(r->lo + 1)) + 1 ? -1 : 0;
    return value > r->hi ? 1 : 0;
}

/* A field compared with a number that no value of its type reaches: surely a slip. */
static void check_reach(struct context *c, const struct expr *e, const struct expr *value, const struct expr *number)
{
    struct integer_range r;
    bool negative, is_len = value->kind == EX_LEN;
    uint64_t n;
    bool field = is_len || ((value->kind == EX_NAME || value->kind == EX_OLD) && value->ref != REF_ENUM);
    if (!field || !literal(number, &negative, &n))
        return;
    if (is_len)
        r = (struct integer_range){0, value->type->bound};
    else if (!type_integers(value->type, &r))
        return;
    if (beyond(&r, negative, n) == 0)
        return;
    struct diag *x = diag_add(c->s->d, E0242, e->at, "this is %s, whatever `%s` is",
                              e->kind == EX_EQ ? "never true" : e->kind == EX_NE ? "always true" : "decided",
                              path_text(c, value));
    diag_label(c->s->d, x, value->type->at, "%s from %lld to %llu", is_len ? "a length" : type_text(value->type),
               (long long)r.lo, (unsigned long long)r.hi);
    diag_help(c->s->d, x, "correct the number, or leave the comparison out");
}

static struct typed type_order(struct context *c, struct expr *e)
{
    struct typed t = type_both(c, e, SORT_NUMBER, SORT_TRUTH);
    if (t.sort != SORT_POISON) {
        check_reach(c, e, e->left, e->right);
        check_reach(c, e, e->right, e->left);
    }
    return t;
}

/* A name that only the enum on the other side can give a meaning. */
static bool needs_other_side(struct context *c, const struct expr *e)
{
    if (e->kind != EX_NAME || e->path.n != 1 || !e->path.at[0].name)
        return false;
    name n = e->path.at[0].name;
    if ((c->message && has_field(c->message, n)) ||
        (c->actor && find_field(&c->actor->as.actor.state, n) < c->actor->as.actor.state.n))
        return false;
    return true;
}

static struct typed type_equality(struct context *c, struct expr *e)
{
    struct typed l, r;
    if (needs_other_side(c, e->left)) {
        r = type_expr(c, e->right, NULL);
        l = type_expr(c, e->left, r.enum_);
    } else {
        l = type_expr(c, e->left, NULL);
        r = type_expr(c, e->right, l.enum_);
    }
    e->truth = true;
    if (l.sort == SORT_POISON || r.sort == SORT_POISON)
        return poison;
    if (l.sort != r.sort || l.enum_ != r.enum_) {
        diag_add(c->s->d, E0240, e->at, "`%s` compares %s with %s", operator_text(e->kind), sort_text(c, l),
                 sort_text(c, r));
        return poison;
    }
    check_reach(c, e, e->left, e->right);
    check_reach(c, e, e->right, e->left);
    return (struct typed){SORT_TRUTH, NULL};
}

static struct typed type_unary(struct context *c, struct expr *e, enum sort sort)
{
    struct typed t = type_expr(c, e->left, NULL);
    e->truth = sort == SORT_TRUTH;
    return want(c, e, e->left, t, sort) ? (struct typed){sort, NULL} : poison;
}

static struct typed type_expr(struct context *c, struct expr *e, const struct decl *expected)
{
    if (!e)
        return poison;
    switch (e->kind) {
    case EX_POISON:
        return poison;
    case EX_NUMBER:
        return (struct typed){SORT_NUMBER, NULL};
    case EX_TRUE:
    case EX_FALSE:
        e->truth = true;
        return (struct typed){SORT_TRUTH, NULL};
    case EX_NAME:
        return resolve(c, e, expected) ? value_type(c, e) : poison;
    case EX_LEN:
        return type_len(c, e);
    case EX_OLD:
        return type_old(c, e);
    case EX_NOT:
        return type_unary(c, e, SORT_TRUTH);
    case EX_NEGATE:
        return type_unary(c, e, SORT_NUMBER);
    case EX_MUL:
    case EX_ADD:
    case EX_SUB:
        return type_both(c, e, SORT_NUMBER, SORT_NUMBER);
    case EX_DIV:
    case EX_MOD:
        return type_division(c, e);
    case EX_LT:
    case EX_LE:
    case EX_GT:
    case EX_GE:
        return type_order(c, e);
    case EX_EQ:
    case EX_NE:
        return type_equality(c, e);
    case EX_AND:
    case EX_OR:
    case EX_IMPLIES:
        return type_both(c, e, SORT_TRUTH, SORT_TRUTH);
    }
    return poison;
}

static void type_condition(struct context *c, struct expr *e, const char *what)
{
    struct typed t = type_expr(c, e, NULL);
    if (t.sort == SORT_POISON || t.sort == SORT_TRUTH)
        return;
    struct diag *x = diag_add(c->s->d, E0240, e->at, "%s is true or false, and this is %s", what, sort_text(c, t));
    if (t.sort == SORT_NUMBER)
        diag_help(c->s->d, x, "compare it with something");
}

/* ---- refinements ---- */

static void collect_block(struct sema *s, const struct block *b, decl_set *messages, decl_set *sessions);

static void collect_session(struct sema *s, const struct decl *session, decl_set *messages, decl_set *sessions)
{
    if (contains(sessions, session) || session->as.session.by_locals)
        return;
    vec_push(s->a, *sessions, session);
    collect_block(s, &session->as.session.body, messages, sessions);
}

static void collect_block(struct sema *s, const struct block *b, decl_set *messages, decl_set *sessions)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *st = b->stmts.at[i];
        if (st->kind == ST_MESSAGE && st->decl && !contains(messages, st->decl))
            vec_push(s->a, *messages, st->decl);
        if (st->kind == ST_DO && st->decl)
            collect_session(s, st->decl, messages, sessions);
        for (uint32_t k = 0; k < st->blocks.n; k++)
            collect_block(s, &st->blocks.at[k], messages, sessions);
        for (uint32_t k = 0; k < st->catches.n; k++)
            collect_block(s, &st->catches.at[k].handler, messages, sessions);
    }
}

static void type_block(struct sema *s, const struct decl *session, const struct block *b, const decl_set *exchanged)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *st = b->stmts.at[i];
        if (st->kind == ST_MESSAGE && st->where && st->decl) {
            struct context c = {.s = s, .message = st->decl, .session = session, .exchanged = exchanged};
            type_condition(&c, st->where, "a refinement");
        }
        for (uint32_t k = 0; k < st->blocks.n; k++)
            type_block(s, session, &st->blocks.at[k], exchanged);
        for (uint32_t k = 0; k < st->catches.n; k++)
            type_block(s, session, &st->catches.at[k].handler, exchanged);
    }
}

static bool has_refinement(const struct block *b)
{
    for (uint32_t i = 0; i < b->stmts.n; i++) {
        const struct stmt *st = b->stmts.at[i];
        bool found = st->kind == ST_MESSAGE && st->where;
        for (uint32_t k = 0; k < st->blocks.n && !found; k++)
            found = has_refinement(&st->blocks.at[k]);
        for (uint32_t k = 0; k < st->catches.n && !found; k++)
            found = has_refinement(&st->catches.at[k].handler);
        if (found)
            return true;
    }
    return false;
}

static void type_session(struct sema *s, const struct decl *session)
{
    decl_set messages = {0}, sessions = {0};
    const struct session_decl *sd = &session->as.session;
    if (sd->by_locals || !has_refinement(&sd->body))
        return;
    collect_session(s, session, &messages, &sessions);
    type_block(s, session, &sd->body, &messages);
}

/* ---- contracts and invariants ---- */

static bool plays(const struct decl *actor, const struct contract *k)
{
    for (uint32_t i = 0; i < actor->as.actor.plays.n; i++) {
        const struct plays *p = &actor->as.actor.plays.at[i];
        if (!p->decl)
            return true; /* poison: it may have been meant */
        if (p->decl == k->session_decl && p->role.base.name == k->role.base.name &&
            (!p->role.indexed || !k->role.indexed || p->role.index == k->role.index))
            return true;
    }
    return false;
}

/* Resolves what the contract is about; false after a diagnostic. */
static bool resolve_contract(struct sema *s, const struct decl *actor, struct contract *k)
{
    k->session_decl = sema__find(s, &k->session, KIND(D_SESSION));
    k->message_decl = sema__find(s, &k->message, KIND(D_MESSAGE));
    const struct role_decl *r = k->session_decl ? sema__find_role(s, k->session_decl, &k->role.base) : NULL;
    if (!r || !k->message_decl || !sema__check_index(s, r, &k->role, true))
        return false;
    if (plays(actor, k))
        return true;
    struct diag *x = diag_add(s->d, E0247, k->role.at, "actor `%s` does not play `%s.%s`",
                              actor->name.name ? actor->name.name : "?", k->session.name, k->role.base.name);
    if (actor->as.actor.plays.n)
        diag_label(s->d, x, actor->as.actor.plays.at[0].role.at, "this is what it plays");
    return false;
}

static void type_actor(struct sema *s, struct decl *actor)
{
    struct actor_decl *ad = &actor->as.actor;
    struct context c = {.s = s, .actor = actor};
    for (uint32_t i = 0; i < ad->invariants.n; i++)
        type_condition(&c, ad->invariants.at[i], "an invariant");
    for (uint32_t i = 0; i < ad->contracts.n; i++) {
        struct contract *k = &ad->contracts.at[i];
        if (!resolve_contract(s, actor, k))
            continue;
        c.message = k->message_decl;
        for (uint32_t j = 0; j < k->requires.n; j++)
            type_condition(&c, k->requires.at[j], "`requires`");
        c.ensures = true;
        for (uint32_t j = 0; j < k->ensures.n; j++)
            type_condition(&c, k->ensures.at[j], "`ensures`");
        c.ensures = false;
    }
}

void sema__exprs(struct sema *s)
{
    for (uint32_t i = 0; i < s->f->decls.n; i++) {
        struct decl *d = s->f->decls.at[i];
        if (d->kind == D_SESSION)
            type_session(s, d);
        else if (d->kind == D_ACTOR)
            type_actor(s, d);
    }
}

/* ---- domains ---- */

static void check_domain_values(struct sema *s, const struct domain *k, const struct field *f)
{
    struct integer_range r;
    if (!type_values(f->type, &r) || r.lo != 0) {
        struct diag *x = diag_add(s->d, E0248, k->field.at, "`%s` cannot have a domain: it is %s", k->field.name,
                                  r.lo != 0 ? "signed" : type_text(f->type));
        diag_label(s->d, x, f->type->at, "its type");
        diag_note(s->d, x, "domains are for unsigned integers, enums and bool");
    } else if (k->lo > k->hi) {
        diag_add(s->d, E0248, k->at, "this domain is empty: %llu is above %llu", (unsigned long long)k->lo,
                 (unsigned long long)k->hi);
    } else if (k->hi > r.hi) {
        struct diag *x = diag_add(s->d, E0248, k->at, "`%s` is never above %llu", k->field.name,
                                  (unsigned long long)r.hi);
        diag_label(s->d, x, f->type->at, "its type");
    } else if (k->hi - k->lo >= SEMA_MAX_DOMAIN) {
        diag_add(s->d, E0248, k->at, "a domain has at most %d values", SEMA_MAX_DOMAIN);
    }
}

void sema__domain(struct sema *s, struct verify_decl *v, uint32_t i)
{
    struct domain *k = &v->domains.at[i];
    k->decl = sema__find(s, &k->message, KIND(D_MESSAGE));
    if (!k->decl || !k->field.name)
        return;
    const field_vec *fields = &k->decl->as.message.fields;
    k->field_index = find_field(fields, k->field.name);
    if (k->field_index == fields->n) {
        struct context c = {.s = s};
        struct diag *x = diag_add(s->d, E0202, k->field.at, "message `%s` has no field `%s`", k->message.name,
                                  k->field.name);
        suggest_field(&c, x, k->field.name, fields);
        k->decl = NULL;
        return;
    }
    for (uint32_t j = 0; j < i; j++)
        if (v->domains.at[j].decl == k->decl && v->domains.at[j].field_index == k->field_index) {
            struct diag *x = diag_add(s->d, E0201, k->at, "`%s.%s` has two domains", k->message.name, k->field.name);
            diag_label(s->d, x, v->domains.at[j].at, "the first one");
        }
    if (fields->at[k->field_index].type && fields->at[k->field_index].type->kind != TY_POISON)
        check_domain_values(s, k, &fields->at[k->field_index]);
}
