/* dot.c -- which drawings there are, and how they share a graph. See dot.h. */
#include "dot.h"

#include "ast_print.h"
#include "dot_private.h"
#include "words.h"

/* ---- colours: dark enough for text on white, light enough behind black text, and apart in grey ---- */

static const struct color {
    const char *ink, *tint;
} palette[] = {
    { "#0b5394", "#d6e6f5" }, { "#a63d00", "#fbe0cf" }, { "#0a6b4f", "#d2efe4" }, { "#7a2f85", "#eedcf1" },
    { "#7a5a00", "#f6ebc5" }, { "#a3123a", "#f9d9e0" }, { "#37525f", "#dde6ea" }, { "#4a6300", "#e6efcb" },
};
enum { N_COLORS = sizeof palette / sizeof *palette };

uint32_t dot_role_base(const struct session_type *s, uint32_t role)
{
    return s->roles[role].in_family ? role - s->roles[role].index : role;
}

/* A family counts as one, so that the first eight names of a session differ. */
static const struct color *color_of(const struct session_type *s, uint32_t role)
{
    uint32_t bases = 0, base = dot_role_base(s, role);
    for (uint32_t r = 0; r < base; r++)
        bases += dot_role_base(s, r) == r;
    return &palette[bases % N_COLORS];
}

const char *dot_ink(const struct session_type *s, uint32_t role) { return color_of(s, role)->ink; }
const char *dot_tint(const struct session_type *s, uint32_t role) { return color_of(s, role)->tint; }

/* ---- text ---- */

void dot_html(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': buf_puts(out, "&amp;"); break;
        case '<': buf_puts(out, "&lt;"); break;
        case '>': buf_puts(out, "&gt;"); break;
        case '"': buf_puts(out, "&quot;"); break;
        default: buf_putc(out, *text);
        }
    }
}

void dot_html_role(struct buf *out, const struct session_type *s, uint32_t role, const char *text)
{
    buf_printf(out, "<font color=\"%s\">", dot_ink(s, role));
    dot_html(out, text);
    buf_puts(out, "</font>");
}

void dot_small(struct buf *out, const char *text)
{
    buf_puts(out, "<font point-size=\"9\" color=\"" DOT_GREY "\">");
    dot_html(out, text);
    buf_puts(out, "</font>");
}

void dot_where(struct buf *out, const struct expr *e, const char *before)
{
    struct buf text = { 0 };
    buf_puts(&text, "where ");
    ast_print_expr(e, &text);
    buf_puts(out, before);
    dot_small(out, buf_cstr(&text));
    buf_free(&text);
}

void dot_event(const struct drawing *d, const struct session_type *s, uint32_t event)
{
    const struct session_event *e = &s->events[event];
    switch (e->kind) {
    case EV_TIMEOUT:
        buf_puts(d->out, "timeout ");
        word_duration(d->out, e->after_ns);
        return;
    case EV_CRASH:
        buf_puts(d->out, "crash ");
        dot_html_role(d->out, s, e->who, s->roles[e->who].name);
        return;
    case EV_CANCEL: buf_puts(d->out, "cancel"); return;
    }
}

const char *dot_role_range(const struct ir *ir, const struct session_type *s, uint32_t first, uint32_t last)
{
    const struct role *a = &s->roles[first], *b = &s->roles[last];
    return first == last ? a->name : arena_printf(ir->a, "%s[%u..%u]", a->base, a->index, b->index);
}

const char *dot_node(const struct drawing *d, const char *kind, uint32_t n)
{
    return arena_printf(d->ir->a, "d%u_%s%u", d->id, kind, n);
}

/* ---- clusters ---- */

void dot_bottom(struct drawing *d, const char *node) { vec_push(d->ir->a, d->bottoms, node); }

void dot_open_cluster(struct drawing *d, const char *title, const char *what)
{
    buf_printf(d->out, "  subgraph cluster_d%u {\n    label=<<b>", d->id);
    dot_html(d->out, title);
    buf_puts(d->out, "</b>&nbsp;<font point-size=\"10\" color=\"" DOT_GREY "\">");
    dot_html(d->out, what);
    buf_puts(d->out, "</font>>;\n");
}

void dot_start(struct drawing *d)
{
    buf_printf(d->out, "    %s [shape=circle, style=filled, fillcolor=\"#2b3138\", width=0.12, fixedsize=true, "
                       "label=\"\"];\n", d->top);
}

void dot_close_cluster(struct drawing *d) { buf_puts(d->out, "  }\n"); }

/* ---- the graph around them ---- */

static const char legend[] =
    "solid: sends (P!Yes); dashed: receives (C?Prepare); dotted: catches an event; filled: the role acts; "
    "white: it waits; diamond: several ways on; double circle: it may end";

/* Members of a supervisor stand in start order, which Graphviz forgets within clusters when it looks again for
 * crossings. */
static void open_graph(struct buf *out, const struct ir *ir, bool has_system)
{
    buf_puts(out, "digraph ");
    buf_json_string(out, ir->module, strlen(ir->module));
    buf_puts(out, " {\n"
                  "  graph [fontname=\"Helvetica,Arial,sans-serif\", fontsize=13, style=\"rounded\", color=\"#b8c0c8\","
                  " labeljust=l, nodesep=0.3, ranksep=0.35, pad=0.2");
    buf_puts(out, has_system ? ", remincross=false];\n" : "];\n");
    buf_puts(out, "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, margin=\"0.08,0.04\","
                  " color=\"#2b3138\"];\n"
                  "  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, arrowsize=0.7, color=\"#2b3138\"];\n");
}

/* The legend comes last, for clusters take over what is set before them. */
static void close_graph(struct buf *out, bool has_locals)
{
    if (has_locals)
        buf_printf(out, "  label=<<font point-size=\"9\" color=\"" DOT_GREY "\">%s</font>>;\n  labelloc=b;\n", legend);
    buf_puts(out, "}\n");
}

/* ---- selection ---- */

enum drawing_kind { DRAW_SYSTEM, DRAW_GLOBAL, DRAW_LOCAL };

struct pick {
    enum drawing_kind kind;
    uint32_t subject;     /* in ir.systems or ir.sessions */
    uint32_t first, last; /* DRAW_LOCAL: roles */
};

struct picks {
    struct pick *at;
    uint32_t n, cap;
};

static bool same_automaton(const struct automaton *a, const struct automaton *b)
{
    if (a->n_states != b->n_states || a->n_edges != b->n_edges)
        return false;
    for (uint32_t i = 0; i < a->n_states; i++)
        if (a->states[i].n != b->states[i].n || a->states[i].final != b->states[i].final)
            return false;
    for (uint32_t i = 0; i < a->n_edges; i++) {
        const struct edge *x = &a->edges[i], *y = &b->edges[i];
        if (x->dir != y->dir || x->interrupt != y->interrupt || x->peer != y->peer ||
            x->message != y->message || x->target != y->target)
            return false;
    }
    return true;
}

static bool role_selected(const struct session_type *s, uint32_t role, const char *wanted)
{
    return !wanted || strcmp(s->roles[role].name, wanted) == 0 || strcmp(s->roles[role].base, wanted) == 0;
}

/* The last role of the family of `first` up to which the automata are equal and selected. */
static uint32_t equal_members(const struct session_type *s, uint32_t first, const char *wanted)
{
    uint32_t last = first, base = dot_role_base(s, first);
    while (s->roles[first].in_family && last + 1 < s->n_roles && dot_role_base(s, last + 1) == base &&
           role_selected(s, last + 1, wanted) && same_automaton(&s->locals[first], &s->locals[last + 1]))
        last++;
    return last;
}

static void pick_locals(const struct ir *ir, uint32_t session, const char *wanted, struct picks *out)
{
    const struct session_type *s = &ir->sessions[session];
    for (uint32_t r = 0; s->usable && r < s->n_roles; r++) {
        if (!role_selected(s, r, wanted))
            continue;
        uint32_t last = equal_members(s, r, wanted);
        vec_push(ir->a, *out, (struct pick){ DRAW_LOCAL, session, r, last });
        r = last;
    }
}

static void pick_drawings(const struct ir *ir, const struct dot_selection *sel, struct picks *out)
{
    bool all = sel->what == DOT_ALL;
    if (sel->what == DOT_SYSTEM || (all && !sel->session && !sel->role))
        for (uint32_t i = 0; i < ir->n_systems; i++)
            vec_push(ir->a, *out, (struct pick){ .kind = DRAW_SYSTEM, .subject = i });
    for (uint32_t i = 0; i < ir->n_sessions; i++) {
        const struct session_type *s = &ir->sessions[i];
        if (sel->session && strcmp(s->name, sel->session) != 0)
            continue;
        if (s->global && ((all && !sel->role) || sel->what == DOT_GLOBAL))
            vec_push(ir->a, *out, (struct pick){ .kind = DRAW_GLOBAL, .subject = i });
        if (all || sel->what == DOT_LOCAL)
            pick_locals(ir, i, sel->role, out);
    }
}

static void draw(struct drawing *d, const struct pick *p)
{
    switch (p->kind) {
    case DRAW_SYSTEM: dot_system(d, &d->ir->systems[p->subject]); break;
    case DRAW_GLOBAL: dot_global(d, &d->ir->sessions[p->subject]); break;
    case DRAW_LOCAL: dot_local(d, &d->ir->sessions[p->subject], p->first, p->last); break;
    }
}

/* ---- documents ---- */

/* A row holds the systems, or the drawings of one session; a long row is broken. */
enum { ROW = 6 };

static bool starts_row(const struct pick *p, const struct pick *before, uint32_t in_row)
{
    bool same_kind = (p->kind == DRAW_SYSTEM) == (before->kind == DRAW_SYSTEM);
    return !same_kind || (p->kind != DRAW_SYSTEM && p->subject != before->subject) || in_row == ROW;
}

/* An invisible node under everything in the row above and over everything in the row below keeps them apart. */
static void join_rows(struct buf *out, uint32_t row, const struct drawing *above, const struct drawing *below)
{
    buf_printf(out, "  row%u [shape=point, style=invis, width=0, height=0];\n", row);
    for (const struct drawing *d = above; d < below; d++)
        for (uint32_t i = 0; i < d->bottoms.n; i++)
            buf_printf(out, "  %s -> row%u [style=invis, weight=0];\n", d->bottoms.at[i], row);
}

static void hang_row(struct buf *out, uint32_t row, const struct drawing *first, const struct drawing *end)
{
    for (const struct drawing *d = first; d < end; d++)
        buf_printf(out, "  row%u -> %s [style=invis, weight=0];\n", row, d->top);
}

bool dot_document(const struct ir *ir, const struct dot_selection *sel, struct buf *out)
{
    struct picks picks = { 0 };
    pick_drawings(ir, sel, &picks);
    if (!picks.n)
        return false;
    struct drawing *all = ARENA_ARRAY(ir->a, struct drawing, picks.n);
    bool has_locals = false, has_system = false;
    for (uint32_t i = 0; i < picks.n; i++) {
        has_locals |= picks.at[i].kind == DRAW_LOCAL;
        has_system |= picks.at[i].kind == DRAW_SYSTEM;
    }
    open_graph(out, ir, has_system);
    for (uint32_t i = 0; i < picks.n; i++) {
        all[i] = (struct drawing){ .ir = ir, .out = out, .id = i };
        draw(&all[i], &picks.at[i]);
    }
    uint32_t row = 0, row_start = 0;
    for (uint32_t i = 1; i <= picks.n; i++) {
        if (i < picks.n && !starts_row(&picks.at[i], &picks.at[i - 1], i - row_start))
            continue;
        if (row)
            hang_row(out, row, &all[row_start], &all[i]);
        if (i < picks.n)
            join_rows(out, ++row, &all[row_start], &all[i]);
        row_start = i;
    }
    close_graph(out, has_locals);
    return true;
}

static const char *file_name(const struct ir *ir, const struct pick *p)
{
    if (p->kind == DRAW_SYSTEM)
        return arena_printf(ir->a, "%s.system.dot", ir->systems[p->subject].name);
    const struct session_type *s = &ir->sessions[p->subject];
    if (p->kind == DRAW_GLOBAL)
        return arena_printf(ir->a, "%s.global.dot", s->name);
    const struct role *first = &s->roles[p->first], *last = &s->roles[p->last];
    if (!first->in_family)
        return arena_printf(ir->a, "%s.%s.local.dot", s->name, first->base);
    if (p->first == p->last)
        return arena_printf(ir->a, "%s.%s-%u.local.dot", s->name, first->base, first->index);
    return arena_printf(ir->a, "%s.%s-%u-%u.local.dot", s->name, first->base, first->index, last->index);
}

void dot_render(const struct ir *ir, struct outputs *out)
{
    struct picks picks = { 0 };
    pick_drawings(ir, &(struct dot_selection){ .what = DOT_ALL }, &picks);
    for (uint32_t i = 0; i < picks.n; i++) {
        struct buf text = { 0 };
        struct drawing d = { .ir = ir, .out = &text };
        open_graph(&text, ir, picks.at[i].kind == DRAW_SYSTEM);
        draw(&d, &picks.at[i]);
        close_graph(&text, picks.at[i].kind == DRAW_LOCAL);
        outputs_add(out, file_name(ir, &picks.at[i]), &text, false);
        buf_free(&text);
    }
}
