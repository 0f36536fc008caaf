/* compiled.h -- for tests: a text through all passes, and ways to look at what came out. */
#ifndef MOTET_TEST_COMPILED_H
#define MOTET_TEST_COMPILED_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "ir_build.h"
#include "model.h"
#include "parser.h"
#include "sema.h"

struct compiled {
    struct arena *a;
    struct interner *names;
    struct sources *sources;
    struct diags *d;
    struct file *f;
    struct ir *ir; /* NULL when sema found errors */
};

static inline struct compiled compile(const char *text)
{
    struct compiled c = {.a = arena_new(0)};
    c.names = interner_new(c.a);
    c.sources = sources_new(c.a);
    c.d = diags_new(c.a);
    uint32_t source = sources_add(c.sources, "test.proto-session", text, strlen(text));
    c.f = parse_file(c.a, c.names, c.sources, source, c.d);
    if (sema_file(c.f, c.a, c.names, c.d) && c.d->n_errors == 0)
        c.ir = ir_build(c.a, c.names, c.sources, c.f, c.d);
    else
        ir_check(c.a, c.names, c.sources, c.f, c.d);
    diags_sort(c.d);
    return c;
}

static inline void compiled_free(struct compiled *c) { arena_free(c->a); }

/* The codes with their lines, "E0201:3 E0202:4", or "". */
static inline const char *codes(const struct compiled *c)
{
    const char *text = "";
    for (uint32_t i = 0; i < c->d->n; i++) {
        const struct diag *x = c->d->at[i];
        text = arena_printf(c->a, "%s%s%s:%u", text, i ? " " : "", diag_code_name(x->code),
                            source_position(c->sources, x->at.file, x->at.lo).line);
    }
    return text;
}

static inline void assert_codes(const char *text, const char *want)
{
    struct compiled c = compile(text);
    if (strcmp(codes(&c), want) != 0) {
        struct buf b = {0};
        diags_render_text(c.d, c.sources, &b, false);
        print_error("%s", buf_cstr(&b));
        buf_free(&b);
    }
    assert_string_equal(codes(&c), want);
    compiled_free(&c);
}

/* A text whose errors are exactly none. */
static inline struct compiled compile_clean(const char *text)
{
    struct compiled c = compile(text);
    if (c.d->n_errors) {
        struct buf b = {0};
        diags_render_text(c.d, c.sources, &b, false);
        print_error("%s", buf_cstr(&b));
        buf_free(&b);
    }
    assert_int_equal(c.d->n_errors, 0);
    assert_non_null(c.ir);
    return c;
}

/* The rendering of all diagnostics has this text in it. */
static inline void assert_says(const struct compiled *c, const char *part)
{
    struct buf b = {0};
    diags_render_text(c->d, c->sources, &b, false);
    bool found = strstr(buf_cstr(&b), part) != NULL;
    if (!found)
        print_error("does not say \"%s\":\n%s", part, buf_cstr(&b));
    buf_free(&b);
    assert_true(found);
}

static inline const struct session_type *session_named(const struct compiled *c, const char *n)
{
    for (uint32_t i = 0; i < c->ir->n_sessions; i++)
        if (strcmp(c->ir->sessions[i].name, n) == 0)
            return &c->ir->sessions[i];
    fail_msg("no session %s", n);
    return NULL;
}

/* "P[0]!M", on the interrupt lane "P[0]!!M", "@timeout". */
static inline const char *edge_text(const struct compiled *c, const struct session_type *t, const struct edge *e)
{
    if (e->dir == DIR_EVENT)
        return arena_printf(c->a, "@%s", t->events[e->message].name);
    static const char *const marks[2][2] = {{"!", "?"}, {"!!", "??"}};
    return arena_printf(c->a, "%s%s%s", t->roles[e->peer].name, marks[e->interrupt][e->dir == DIR_RECEIVE],
                        c->ir->messages[e->message].name);
}

/* "0: B!M>1 / 1: B?N>0 C?N>2 / 2*:" -- states in order, `*` for final, edges in order. */
static inline const char *automaton_text(const struct compiled *c, const struct session_type *t, const char *role)
{
    for (uint32_t r = 0; r < t->n_roles; r++) {
        if (strcmp(t->roles[r].name, role) != 0)
            continue;
        const struct automaton *m = &t->locals[r];
        const char *text = "";
        for (uint32_t s = 0; s < m->n_states; s++) {
            text = arena_printf(c->a, "%s%s%u%s:", text, s ? " / " : "", s, m->states[s].final ? "*" : "");
            for (uint32_t i = m->states[s].first; i < m->states[s].first + m->states[s].n; i++)
                text = arena_printf(c->a, "%s %s>%u", text, edge_text(c, t, &m->edges[i]), m->edges[i].target);
        }
        return text;
    }
    fail_msg("no role %s", role);
    return NULL;
}

/* The automaton of `role` in session S of the text. */
static inline void assert_local(const char *text, const char *role, const char *want)
{
    struct compiled c = compile_clean(text);
    assert_string_equal(automaton_text(&c, session_named(&c, "S"), role), want);
    compiled_free(&c);
}

#endif
