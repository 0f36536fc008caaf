/* refine_report.c -- what is wrong with refinements, told so that no one needs to know what a solver is. */
#include "buf.h"
#include "refine_private.h"

enum { SHOWN = 8, WIDTH = 72 };

static const char *text_of(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_cstr(b), b->n);
    buf_free(b);
    return text;
}

/* ---- words ---- */

static name role(const struct subject *s, uint32_t r) { return s->t->roles[r].name; }
static name message(const struct subject *s, uint32_t edge) { return s->ir->messages[s->g->edges[edge].message].name; }

/* The expression as written, on one line. */
static const char *source_text(const struct subject *s, const struct expr *e)
{
    const struct source *src = s->ir->sources->at[e->at.file];
    struct buf b = {0};
    for (uint32_t i = e->at.lo; i < e->at.hi && i < src->size; i++) {
        char c = src->text[i];
        bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            buf_putc(&b, c);
        else if (b.n && b.p[b.n - 1] != ' ')
            buf_putc(&b, ' ');
    }
    const char *text = text_of(s->a, &b);
    return strlen(text) > WIDTH ? arena_printf(s->a, "%.*s...", WIDTH, text) : text;
}

/* "price", "item.size", "len(data)" */
static const char *field_text(const struct subject *s, const struct key *k)
{
    const field_vec *fields = &k->sample->message->as.message.fields;
    const char *text = NULL;
    for (uint32_t i = 0; i < k->sample->fields.n; i++) {
        const struct field *f = &fields->at[k->sample->fields.at[i]];
        text = text ? arena_printf(s->a, "%s.%s", text, f->name.name) : f->name.name;
        if (i + 1 < k->sample->fields.n)
            fields = &f->type->decl->as.struct_.fields;
    }
    return k->sample->kind == EX_LEN ? arena_printf(s->a, "len(%s)", text) : text;
}

/* "255", "disk", "true" */
static const char *value_text(const struct key *k, const char *value)
{
    const struct type *t = k->sample->type;
    if (!value)
        return "?";
    if (k->sample->kind == EX_LEN || t->kind != TY_NAMED)
        return value;
    unsigned long i = 0;
    for (const char *p = value; *p >= '0' && *p <= '9'; p++)
        i = i * 10 + (unsigned long)(*p - '0');
    return i < t->decl->as.enum_.values.n ? t->decl->as.enum_.values.at[i].name : value;
}

/* "`A -> B: Offer` with price = 255" */
static void put_step(struct subject *s, struct buf *b, uint32_t edge, uint32_t history, const char *values)
{
    const struct global_edge *e = &s->g->edges[edge];
    const char *before = " with ";
    buf_printf(b, "`%s -> %s: %s`", role(s, e->from), role(s, e->to), message(s, edge));
    for (uint32_t k = 0; history != IR_NONE && k < s->keys.n; k++) {
        if (s->keys.at[k].sample->message != s->ir->messages[e->message].decl)
            continue;
        const char *value = solver_value(s->a, values, refine__constant(s, history, k));
        buf_printf(b, "%s%s = %s", before, field_text(s, &s->keys.at[k]), value_text(&s->keys.at[k], value));
        before = " and ";
    }
}

static void note_run(struct subject *s, struct diag *x, uint32_t spot, const char *values)
{
    number_vec steps = {0};
    struct buf b = {0};
    for (uint32_t i = spot; s->spots.at[i].from != IR_NONE; i = s->spots.at[i].from)
        vec_push(s->a, steps, i);
    if (steps.n > SHOWN)
        buf_puts(&b, "..., ");
    for (uint32_t i = steps.n < SHOWN ? steps.n : SHOWN; i-- > 0;) {
        const struct spot *at = &s->spots.at[steps.at[i]];
        bool told = at->edge != IR_NONE && s->spots.at[at->from].history != at->history;
        if (at->edge == IR_NONE)
            buf_puts(&b, "an event that ends the body of a `try`");
        else
            put_step(s, &b, at->edge, told ? at->history : IR_NONE, values);
        buf_puts(&b, i ? ", " : "");
    }
    if (b.n)
        diag_note(s->d, x, "it happens after %s", text_of(s->a, &b));
    else
        diag_note(s->d, x, "it happens at the very beginning");
}

/* ---- never ---- */

static bool reported(const struct subject *s, enum diag_code code, struct span at)
{
    for (uint32_t i = 0; i < s->d->n; i++) {
        const struct diag *x = s->d->at[i];
        if (x->code == code && x->at.file == at.file && x->at.lo == at.lo && x->at.hi == at.hi)
            return true;
    }
    return false;
}

/* The refinements that stand before it on the first run. */
static void label_others(struct subject *s, struct diag *x, uint32_t edge)
{
    uint32_t state = s->source[edge];
    if (!s->spots_at[state].n)
        return;
    uint32_t h = s->spots.at[s->spots_at[state].at[0]].history;
    for (; h != 0; h = s->histories.at[h].parent) {
        const struct expr *where = s->g->edges[s->histories.at[h].edge].where;
        if (where && where != s->g->edges[edge].where)
            diag_label(s->d, x, where->at, "this holds before");
    }
}

void refine__report_unsatisfiable(struct subject *s, uint32_t edge, bool alone)
{
    const struct global_edge *e = &s->g->edges[edge];
    if (reported(s, E0341, e->where->at))
        return;
    struct diag *x = diag_add(s->d, E0341, e->where->at, "no values fulfil this: `%s` can never send this `%s`",
                              role(s, e->from), message(s, edge));
    if (alone)
        diag_note(s->d, x, "it is false for all values that the types of the fields allow");
    else
        label_others(s, x, edge);
    diag_help(s->d, x, alone ? "correct the refinement, or leave the message out"
                             : "correct one of the refinements, or leave the message out");
}

/* ---- stuck ---- */

/* "`Bid`", "`Bid` or `Pass`" */
static const char *what_is_left(const struct subject *s, const struct global_state *st)
{
    const char *text = NULL;
    for (uint32_t e = st->first; e < st->first + st->n; e++)
        text = text ? arena_printf(s->a, "%s%s`%s`", text, e + 1 < st->first + st->n ? ", " : " or ", message(s, e))
                    : arena_printf(s->a, "`%s`", message(s, e));
    return text;
}

void refine__report_stuck(struct subject *s, uint32_t spot, const char *values)
{
    const struct global_state *st = &s->g->states[s->spots.at[spot].state];
    const struct global_edge *first = &s->g->edges[st->first];
    if (reported(s, E0342, first->at))
        return;
    struct diag *x = diag_add(s->d, E0342, first->at, "`%s` may be stuck here: no values let it send %s",
                              role(s, first->from), what_is_left(s, st));
    diag_caret(s->d, x, "needs `%s`", source_text(s, first->where));
    for (uint32_t e = st->first + 1; e < st->first + st->n; e++)
        diag_label(s->d, x, s->g->edges[e].at, "needs `%s`", source_text(s, s->g->edges[e].where));
    note_run(s, x, spot, values);
    diag_help(s->d, x, "add a branch that can always be taken, or exclude these values by an earlier refinement");
}
