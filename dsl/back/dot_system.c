/* dot_system.c -- a system: its supervision tree from the root down, the wired sessions below the children. */
#include "ast_print.h"
#include "dot_private.h"
#include "words.h"

static const char *duration(const struct drawing *d, uint64_t ns)
{
    struct buf out = {0};
    word_duration(&out, ns);
    const char *text = arena_strndup(d->ir->a, buf_cstr(&out), out.n);
    buf_free(&out);
    return text;
}

static void small_line(struct buf *out, const char *text)
{
    buf_puts(out, "<br/><font point-size=\"9\" color=\"" DOT_GREY "\">");
    dot_html(out, text);
    buf_puts(out, "</font>");
}

static const char *member_node(const struct drawing *d, const struct member *x)
{
    return dot_node(d, x->is_supervisor ? "v" : "c", x->index);
}

/* Members stand side by side in start order, which rest_for_one depends on. */
static void put_member_order(struct drawing *d, const struct supervisor *v)
{
    if (v->n_members < 2)
        return;
    buf_puts(d->out, "    { rank=same; edge [style=invis];");
    for (uint32_t m = 0; m < v->n_members; m++)
        buf_printf(d->out, "%s%s", m ? " -> " : " ", member_node(d, &v->members[m]));
    buf_puts(d->out, "; }\n");
}

static void put_supervisor(struct drawing *d, const struct system *sys, uint32_t i)
{
    const struct supervisor *v = &sys->supervisors[i];
    const char *node = dot_node(d, "v", i);
    buf_printf(d->out, "    %s [shape=box, style=\"rounded,filled\", fillcolor=\"#e9edf1\", label=<<b>", node);
    dot_html(d->out, v->name);
    buf_puts(d->out, "</b>");
    small_line(d->out, word_strategy(v->strategy));
    small_line(d->out, arena_printf(d->ir->a, "at most %u in %s", v->intensity, duration(d, v->window_ns)));
    buf_puts(d->out, ">];\n");
    for (uint32_t m = 0; m < v->n_members; m++)
        buf_printf(d->out, "    %s -> %s;\n", node, member_node(d, &v->members[m]));
    put_member_order(d, v);
    if (!v->n_members)
        dot_bottom(d, node);
}

static void put_room(const struct drawing *d, const struct actor *a, const struct child *c)
{
    const char *policy = a->policy == POLICY_BLOCK ? "" : word_policy(a->policy);
    small_line(d->out, arena_printf(d->ir->a, "%s, mailbox %u%s%s%s", word_restart(c->restart), a->mailbox,
                                    a->shared ? " shared" : "", *policy ? " " : "", policy));
    if (a->inbox)
        small_line(d->out, arena_printf(d->ir->a, "inbox %u %s", a->inbox, word_policy(a->inbox_policy)));
    if (a->sessions)
        small_line(d->out, arena_printf(d->ir->a, "at most %u session%s", a->sessions, a->sessions == 1 ? "" : "s"));
    if (a->isolated)
        small_line(d->out, "a process of its own");
}

static void put_condition(const struct drawing *d, const char *what, const struct expr *e)
{
    struct buf text = {0};
    ast_print_expr(e, &text);
    small_line(d->out, arena_printf(d->ir->a, "%s %s", what, buf_cstr(&text)));
    buf_free(&text);
}

static void put_conditions(const struct drawing *d, const char *what, const expr_vec *all)
{
    for (uint32_t i = 0; i < all->n; i++)
        put_condition(d, what, all->at[i]);
}

static void put_contracts(const struct drawing *d, const struct actor_decl *a)
{
    put_conditions(d, "invariant", &a->invariants);
    for (uint32_t i = 0; i < a->contracts.n; i++) {
        const struct contract *k = &a->contracts.at[i];
        const char *index = k->role.indexed ? arena_printf(d->ir->a, "[%u]", k->role.index) : "";
        small_line(d->out, arena_printf(d->ir->a, "on %s.%s%s.%s", k->session_decl->name.name, k->role.base.name, index,
                                        k->message_decl->name.name));
        put_conditions(d, "requires", &k->requires);
        put_conditions(d, "ensures", &k->ensures);
    }
}

/* What is done about each failure, but for what the restart type says. */
static void put_decisions(const struct drawing *d, const struct child *c)
{
    bool same = true;
    for (int r = 1; r < REASONS; r++)
        same &= c->decide[r] == c->decide[0];
    if (same && c->decide[0] != DIRECTIVE_DEFAULT) {
        small_line(d->out, arena_printf(d->ir->a, "any failure: %s", word_directive(c->decide[0])));
        return;
    }
    for (int r = 0; r < REASONS; r++)
        if (c->decide[r] != DIRECTIVE_DEFAULT)
            small_line(d->out, arena_printf(d->ir->a, "%s: %s", word_reason((enum fail_reason)r),
                                            word_directive(c->decide[r])));
}

static void put_child(struct drawing *d, const struct system *sys, uint32_t i)
{
    const struct child *c = &sys->children[i];
    const struct actor *actor = &d->ir->actors[c->actor];
    const char *node = dot_node(d, "c", i);
    buf_printf(d->out, "    %s [shape=%s, style=filled, fillcolor=\"#ffffff\", margin=\"0.12,0.08\", label=<<b>", node,
               c->family ? "box3d" : "box");
    dot_html(d->out, c->family ? arena_printf(d->ir->a, "%s[0..%u]", c->name, c->size - 1) : c->name);
    buf_puts(d->out, "</b><br/>");
    dot_html(d->out, actor->name);
    put_room(d, actor, c);
    if (c->backoff_max_ns)
        small_line(d->out, arena_printf(d->ir->a, "backoff %s..%s", duration(d, c->backoff_min_ns),
                                        duration(d, c->backoff_max_ns)));
    put_decisions(d, c);
    put_contracts(d, &actor->decl->as.actor);
    buf_puts(d->out, ">];\n");
    dot_bottom(d, node);
}

/* ---- wires: one line from a child to the session for each run of roles that it plays ---- */

struct line {
    uint32_t first, last; /* roles */
    uint32_t child;
    bool whole; /* the line stands for all instances that it should: no index needs to be said */
};

static uint32_t child_of(const struct system *sys, const struct wire *w, uint32_t role)
{
    return sys->instances[w->bind[role]].child;
}

/* The longest run of a family from `first` on whose members are played by successive instances of one child. */
static struct line next_line(const struct system *sys, const struct session_type *s, const struct wire *w,
                             uint32_t first)
{
    uint32_t child = child_of(sys, w, first), last = first;
    while (!w->any[first] && s->roles[first].in_family && last + 1 < s->n_roles &&
           dot_role_base(s, last + 1) == dot_role_base(s, first) && !w->any[last + 1] &&
           child_of(sys, w, last + 1) == child && w->bind[last + 1] == w->bind[last] + 1)
        last++;
    bool whole = last - first + 1 == sys->children[child].size && w->bind[first] == sys->children[child].first_instance;
    return (struct line){ first, last, child, whole };
}

static const char *line_text(const struct drawing *d, const struct system *sys, const struct session_type *s,
                             const struct wire *w, const struct line *l)
{
    const char *roles = dot_role_range(d->ir, s, l->first, l->last);
    const struct child *c = &sys->children[l->child];
    if (w->any[l->first])
        return arena_printf(d->ir->a, "%s = any", roles);
    if (l->whole)
        return roles;
    uint32_t from = w->bind[l->first] - c->first_instance, to = w->bind[l->last] - c->first_instance;
    if (from == to)
        return arena_printf(d->ir->a, "%s = [%u]", roles, from);
    return arena_printf(d->ir->a, "%s = [%u..%u]", roles, from, to);
}

static void put_wire(struct drawing *d, const struct system *sys, uint32_t i)
{
    const struct wire *w = &sys->wires[i];
    const struct session_type *s = &d->ir->sessions[w->session];
    const char *node = dot_node(d, "w", i);
    buf_printf(d->out, "    %s [shape=hexagon, style=filled, fillcolor=\"#fff8dc\", label=<session<br/><b>", node);
    dot_html(d->out, s->name);
    buf_puts(d->out, "</b>>];\n");
    for (uint32_t r = 0; r < s->n_roles; r++) {
        struct line l = next_line(sys, s, w, r);
        buf_printf(d->out, "    %s -> %s [dir=none, style=dashed, color=\"%s\", label=<", dot_node(d, "c", l.child),
                   node, dot_ink(s, r));
        buf_puts(d->out, "&nbsp;");
        dot_html_role(d->out, s, r, line_text(d, sys, s, w, &l));
        buf_puts(d->out, "&nbsp;>];\n");
        r = l.last;
    }
    dot_bottom(d, node);
}

void dot_system(struct drawing *d, const struct system *sys)
{
    dot_open_cluster(d, sys->name, "system");
    d->top = dot_node(d, "v", 0);
    for (uint32_t i = 0; i < sys->n_supervisors; i++)
        put_supervisor(d, sys, i);
    for (uint32_t i = 0; i < sys->n_children; i++)
        put_child(d, sys, i);
    for (uint32_t i = 0; i < sys->n_wires; i++)
        put_wire(d, sys, i);
    dot_close_cluster(d);
}
