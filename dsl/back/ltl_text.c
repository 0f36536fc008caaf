/* ltl_text.c -- see ltl_text.h. Loosest first: <->, -> (to the right), ||, &&, U and W (to the right), unary. */
#include "ltl_text.h"

#include "buf.h"

enum level { IFF, IMPLIES, OR, AND, UNTIL, UNARY, ATOM };

static enum level level_of(const struct ltl *f)
{
    switch (f->kind) {
    case LTL_IFF: return IFF;
    case LTL_IMPLIES: return IMPLIES;
    case LTL_OR: return OR;
    case LTL_AND: return AND;
    case LTL_UNTIL:
    case LTL_WEAK_UNTIL: return UNTIL;
    case LTL_NOT:
    case LTL_NEXT:
    case LTL_ALWAYS:
    case LTL_EVENTUALLY: return UNARY;
    case LTL_TRUE:
    case LTL_FALSE:
    case LTL_SENT:
    case LTL_RECEIVED:
    case LTL_DONE:
    case LTL_CRASHED:
    case LTL_RESTARTED: return ATOM;
    }
    return ATOM;
}

/* The operator or the word that begins the atom. */
static const char *word_of(const struct ltl *f)
{
    switch (f->kind) {
    case LTL_TRUE: return "true";
    case LTL_FALSE: return "false";
    case LTL_NOT: return "!";
    case LTL_AND: return " && ";
    case LTL_OR: return " || ";
    case LTL_IMPLIES: return " -> ";
    case LTL_IFF: return " <-> ";
    case LTL_NEXT: return "X ";
    case LTL_ALWAYS: return "[] ";
    case LTL_EVENTUALLY: return "<> ";
    case LTL_UNTIL: return " U ";
    case LTL_WEAK_UNTIL: return " W ";
    case LTL_SENT: return "sent";
    case LTL_RECEIVED: return "received";
    case LTL_DONE: return "done";
    case LTL_CRASHED: return "crashed";
    case LTL_RESTARTED: return "restarted";
    }
    return "";
}

static void put_atom(const struct ltl *f, struct buf *out)
{
    buf_puts(out, word_of(f));
    if (f->kind == LTL_TRUE || f->kind == LTL_FALSE)
        return;
    buf_putc(out, '(');
    if (f->kind == LTL_SENT || f->kind == LTL_RECEIVED) {
        if (f->session.name)
            buf_printf(out, "%s.", f->session.name);
        buf_puts(out, f->role.base.name);
        if (f->role.indexed)
            buf_printf(out, "[%u]", f->role.index);
        buf_puts(out, ", ");
    }
    buf_puts(out, f->name.name);
    if (f->has_index)
        buf_printf(out, "[%u]", f->index);
    buf_putc(out, ')');
}

static void put(const struct ltl *f, enum level least, struct buf *out)
{
    enum level level = level_of(f);
    bool parentheses = level < least;
    if (parentheses)
        buf_putc(out, '(');
    if (level == ATOM) {
        put_atom(f, out);
    } else if (level == UNARY) {
        buf_puts(out, word_of(f));
        put(f->left, UNARY, out);
    } else {
        bool right = level == IMPLIES || level == UNTIL; /* the rest hang to the left */
        put(f->left, right ? level + 1 : level, out);
        buf_puts(out, word_of(f));
        put(f->right, right ? level : level + 1, out);
    }
    if (parentheses)
        buf_putc(out, ')');
}

void ltl_text(const struct ltl *f, struct buf *out) { put(f, IFF, out); }
