/* ast_test.c -- dsl/front: what the AST says, that it prints as text again, and that the reference is right. */
#include "front_kit.h"

/* ---- the AST ---- */

static struct decl *decl_named(struct world *w, const char *n)
{
    for (uint32_t i = 0; i < w->f->decls.n; i++)
        if (w->f->decls.at[i]->name.name && strcmp(w->f->decls.at[i]->name.name, n) == 0)
            return w->f->decls.at[i];
    fail_msg("no declaration %s", n);
    return NULL;
}

static void file_module_and_docs(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    assert_string_equal(w->f->doc, "Two-phase commit.\nSample.");
    assert_string_equal(w->f->module.name, "store.tpc");
    assert_string_equal(decl_named(w, "Prepare")->doc, "First phase.\nAsks.");
    assert_null(decl_named(w, "No")->doc);
}

static void payload_types(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const field_vec *f = &decl_named(w, "Item")->as.struct_.fields;
    assert_int_equal(f->n, 5);
    assert_int_equal(f->at[1].type->kind, TY_LIST);
    assert_int_equal(f->at[1].type->bound, 4);
    assert_int_equal(f->at[1].type->elem->kind, TY_STRING);
    assert_int_equal(f->at[2].type->kind, TY_ARRAY);
    assert_int_equal(f->at[2].type->bound, 4); /* 4 arrays of 3 */
    assert_int_equal(f->at[2].type->elem->bound, 3);
    assert_int_equal(f->at[3].type->elem->kind, TY_NAMED);
    assert_string_equal(f->at[4].type->name.name, "Tpc");
    assert_string_equal(f->at[4].type->role.name, "C");
}

static void messages_and_tags(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    assert_true(decl_named(w, "No")->as.message.tag.given);
    assert_int_equal(decl_named(w, "No")->as.message.tag.value, 7);
    assert_false(decl_named(w, "Commit")->as.message.tag.given);
    assert_int_equal(decl_named(w, "Abort")->as.message.fields.n, 0);
}

static void global_types(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const struct session_decl *s = &decl_named(w, "Tpc")->as.session;
    assert_false(s->by_locals);
    assert_true(s->roles.at[1].family);
    assert_int_equal(s->roles.at[1].size, 3);
    assert_int_equal(s->body.stmts.n, 5);
    const struct stmt *each = s->body.stmts.at[0], *loop = s->body.stmts.at[1];
    assert_int_equal(each->kind, ST_FOREACH);
    assert_string_equal(each->name.name, "p");
    assert_string_equal(each->family.name, "P");
    const struct stmt *choice = loop->blocks.at[0].stmts.at[0];
    assert_int_equal(choice->blocks.n, 2);
    const struct stmt *send = choice->blocks.at[0].stmts.at[0];
    assert_int_equal(send->kind, ST_MESSAGE);
    assert_true(send->to.indexed);
    assert_int_equal(send->to.index, 1);
    assert_string_equal(choice->blocks.at[1].stmts.at[0]->args.at[1].base.name, "P");
}

static void par_and_try(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const stmt_vec *stmts = &decl_named(w, "Tpc")->as.session.body.stmts;
    const struct stmt *par = stmts->at[2], *each = stmts->at[3], *t = stmts->at[4];
    assert_int_equal(par->kind, ST_PAR);
    assert_int_equal(par->blocks.n, 3);
    assert_int_equal(par->blocks.at[2].stmts.n, 0);
    assert_int_equal(each->kind, ST_FOREACH);
    assert_true(each->parallel);
    assert_int_equal(t->kind, ST_TRY);
    assert_int_equal(t->blocks.n, 1);
    assert_int_equal(t->catches.n, 2);
    const struct catch_clause *c = &t->catches.at[0];
    assert_int_equal(c->events.n, 2);
    assert_int_equal(c->events.at[0].kind, EV_TIMEOUT);
    assert_int_equal(c->events.at[0].after, 2000000000u);
    assert_int_equal(c->events.at[1].kind, EV_CRASH);
    assert_string_equal(c->events.at[1].who.base.name, "P");
    assert_string_equal(c->events.at[1].catcher.base.name, "C");
    assert_int_equal(c->handler.stmts.n, 1);
    assert_int_equal(t->catches.at[1].events.at[0].kind, EV_CANCEL);
    const char *text = w->s->at[0]->text;
    assert_memory_equal(text + c->events.at[1].at.lo, "crash P at C {", 14);
    assert_int_equal(c->events.at[1].at.hi - c->events.at[1].at.lo, 12);
    assert_memory_equal(text + c->at.lo, "catch timeout", 13);
    assert_int_equal(text[c->at.hi - 1], '}');
}

static void statements_have_their_source_text(void **state)
{
    struct world *w = *state;
    ACCEPTS(BODY("  A -> B: M;\n  rec X {\n continue X; }"));
    const struct block *b = &w->f->decls.at[0]->as.session.body;
    const char *text = w->s->at[0]->text;
    assert_memory_equal(text + b->stmts.at[0]->at.lo, "A -> B: M;", 10);
    assert_int_equal(b->stmts.at[0]->at.hi - b->stmts.at[0]->at.lo, 10);
    assert_memory_equal(text + b->stmts.at[1]->at.lo, "rec X {", 7);
    assert_int_equal(text[b->stmts.at[1]->at.hi - 1], '}');
    assert_int_equal(text[b->at.lo], '{');
    assert_int_equal(text[w->f->decls.at[0]->at.hi - 1], '}');
}

static void local_types(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const struct local *l = decl_named(w, "Client")->as.local;
    assert_int_equal(l->kind, LT_REC);
    assert_int_equal(l->next->kind, LT_SELECT);
    assert_int_equal(l->next->branches.n, 2);
    const struct local *first = l->next->branches.at[0], *quit = l->next->branches.at[1];
    assert_true(first->send);
    assert_null(first->peer.name);
    assert_false(first->next->send);
    assert_int_equal(first->next->next->kind, LT_NAME);
    assert_string_equal(quit->peer.name, "Server");
    assert_int_equal(quit->next->kind, LT_END);
    assert_int_equal(decl_named(w, "Server")->as.local->kind, LT_DUAL);
    assert_true(decl_named(w, "Rpc")->as.session.by_locals);
}

static void parentheses_in_local_types_mean_nothing(void **state)
{
    struct world *w = *state;
    ACCEPTS("local A = (B!M . (B?M . rec X . (+{ (B!M . X), B!N . (end) })));");
    struct buf with = {0}, without = {0};
    ast_print(w->f, &with);
    ACCEPTS("local A = B!M . B?M . rec X . +{ B!M . X, B!N . end };");
    ast_print(w->f, &without);
    assert_string_equal(with.p, without.p);
    buf_free(&with);
    buf_free(&without);
    REPORTS("local A = (B!M . end) . end;", "E0104@1:23");
    REPORTS("local A = (B!M);", "E0104@1:15");
}

static void actors(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const struct actor_decl *a = &decl_named(w, "Coordinator")->as.actor;
    assert_int_equal(a->plays.n, 2);
    assert_string_equal(a->plays.at[1].role.base.name, "Client");
    assert_int_equal(a->mailbox.value, 2);
    assert_int_equal(a->sessions.value, 10);
    assert_int_equal(a->state.n, 1);
    assert_false(decl_named(w, "Participant")->as.actor.mailbox.given);
}

static void systems(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const struct system_decl *s = &decl_named(w, "Store")->as.system;
    const struct supervisor_decl *root = s->supervisors.at[0];
    assert_int_equal(root->strategy, REST_FOR_ONE);
    assert_int_equal(root->intensity, 5);
    assert_int_equal(root->window, 10000000000u);
    const struct child_decl *c = &root->children.at[1];
    assert_int_equal(c->size, 3);
    assert_int_equal(c->restart, RESTART_TRANSIENT);
    assert_int_equal(c->backoff_min.value, 10000000);
    assert_int_equal(c->backoff_max.value, 1000000000);
    const struct supervisor_decl *inner = root->children.at[2].supervisor;
    assert_int_equal(inner->strategy, ONE_FOR_ONE);
    assert_int_equal(inner->intensity, 3);
    assert_int_equal(inner->window, 5000000000u);
    assert_true(s->wires.at[0].bindings.at[1].any);
    assert_int_equal(s->wires.at[1].bindings.at[1].index, 2);
}

static void verify_blocks(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    const struct decl *d = vec_last(w->f->decls);
    assert_int_equal(d->kind, D_VERIFY);
    const struct verify_decl *v = &d->as.verify;
    assert_int_equal(v->sessions.value, 2);
    assert_int_equal(v->crashes.n, 2);
    assert_null(v->crashes.at[1].child.name);
    assert_false(v->fair_weak);
    ACCEPTS("verify S { }");
    assert_true(w->f->decls.at[0]->as.verify.fair_weak);
}

static const char *formula(struct world *w, const char *text)
{
    buf_free(&w->out);
    buf_printf(&w->out, "verify S { ltl p { %s } }", text);
    parse_bytes(w, w->out.p, w->out.n);
    assert_int_equal(w->d->n, 0);
    buf_free(&w->out);
    ast_print(w->f, &w->out);
    char *from = strstr(w->out.p, "ltl p { ") + 8;
    *strstr(from, " }\n") = 0;
    return from;
}

static void operators_bind_as_documented(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"true -> false -> true", "true -> (false -> true)"},
        {"true && false || true", "(true && false) || true"},
        {"true || false && true", "true || (false && true)"},
        {"true || false -> true", "(true || false) -> true"},
        {"true -> false <-> true", "(true -> false) <-> true"},
        {"true U false && true", "(true U false) && true"},
        {"true U false W true", "true U (false W true)"},
        {"! true U false", "!true U false"},
        {"[] true && false", "[] true && false"},
        {"[] <> X ! true", "[] <> X !true"},
        {"always eventually next not true", "[] <> X !true"},
        {"true until false weak_until true", "true U (false W true)"},
        {"true and false or true implies false", "((true && false) || true) -> false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = formula(w, cases[i].in);
        assert_string_equal(got, cases[i].out);
    }
}

static void words_are_names_where_they_mean_nothing(void **state)
{
    struct world *w = *state;
    ACCEPTS("message Done { state: u8; list: u8; next: u8; at: u8; any: u8; none: u8; }\n"
            "enum E { on, off, weak, in, of }\n"
            "session S(role at, role X) { rec U { at -> X: sent; choice at at { at -> X: W; continue U; } "
            "or { at -> X: done; } } }\n"
            "system Y { supervisor block { child any: A; child of: A; } wire S(at = any, X = any of); }\n"
            "verify Y { ltl next { sent(at, done) U done(S) } }");
    assert_false(decl_named(w, "Y")->as.system.wires.at[0].bindings.at[0].any);
    assert_true(decl_named(w, "Y")->as.system.wires.at[0].bindings.at[1].any);
}

static void empty_files_are_valid(void **state)
{
    struct world *w = *state;
    ACCEPTS("");
    ACCEPTS("// nothing\n");
    ACCEPTS("module m;");
    assert_int_equal(w->f->decls.n, 0);
}

static void module_stands_first_and_once(void **state)
{
    struct world *w = *state;
    REPORTS("module a;\nmodule b;", "E0104@2:1");
    REPORTS("message M;\nmodule b;", "E0104@2:1");
    assert_string_equal(decl_named(w, "M")->name.name, "M");
}

/* ---- printing ---- */

static void printing_is_a_fixed_point(void **state)
{
    struct world *w = *state;
    ACCEPTS(sample);
    struct buf once = {0}, twice = {0};
    ast_print(w->f, &once);
    parse_bytes(w, once.p, once.n);
    assert_string_equal(places(w), "");
    ast_print(w->f, &twice);
    assert_string_equal(once.p, twice.p);
    assert_true(once.n > sizeof sample - 200);
    buf_free(&once);
    buf_free(&twice);
}

/* ---- the reference ---- */

static char *read_reference(void)
{
    FILE *f = fopen("docs/language.md", "r"); /* tests run at the root of the tree */
    assert_non_null(f);
    char *text = test_calloc(1, 1 << 16);
    size_t n = fread(text, 1, (1 << 16) - 1, f);
    fclose(f);
    assert_true(n > 1000 && n < (1 << 16) - 1);
    return text;
}

static void documented_examples_parse(void **state)
{
    struct world *w = *state;
    char *text = read_reference();
    static const char fence[] = "```proto-session\n";
    uint32_t examples = 0;
    for (char *from = strstr(text, fence); from; from = strstr(from, fence)) {
        from += strlen(fence);
        char *to = strstr(from, "```");
        assert_non_null(to);
        parse_bytes(w, from, (size_t)(to - from));
        assert_string_equal(places(w), "");
        assert_true(w->f->decls.n > 2);
        examples++;
    }
    assert_true(examples >= 2);
    test_free(text);
}

static void every_keyword_is_documented(void **state)
{
    (void)state;
    char *text = read_reference();
    char *from = strstr(text, "These words are keywords"), *to = strstr(text, "Other words, such as");
    assert_true(from && to);
    *to = 0;
    for (char *c = from; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    for (int k = 0; k < TOKEN_KINDS; k++) {
        enum token_class class = token_class((enum token_kind)k);
        if (class != TC_KEYWORD)
            continue;
        char word[32];
        snprintf(word, sizeof word, " %s ", token_spelling((enum token_kind)k));
        if (!strstr(from, word))
            fail_msg("docs/language.md does not list%s", word);
    }
    test_free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(file_module_and_docs), T(payload_types), T(messages_and_tags), T(global_types), T(par_and_try),
        T(statements_have_their_source_text), T(local_types),
        T(parentheses_in_local_types_mean_nothing), T(actors), T(systems), T(verify_blocks),
        T(operators_bind_as_documented), T(words_are_names_where_they_mean_nothing), T(empty_files_are_valid),
        T(module_stands_first_and_once), T(printing_is_a_fixed_point), T(documented_examples_parse),
        T(every_keyword_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
