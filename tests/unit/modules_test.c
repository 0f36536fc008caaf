/* modules_test.c -- imports: which file is taken, what its names mean, what stays, and what is refused where. */
#include "front_kit.h"
#include "modules.h"
#include "paths.h"
#include "sema.h"

struct on_disk {
    const char *path, *text; /* text NULL: it cannot be read */
    const char *id;
};
struct disk { /* ends with a path of NULL */
    const struct on_disk *files;
};

static enum load_answer read_disk(void *ctx, const char *path, struct loaded *out)
{
    const struct on_disk *f = ((struct disk *)ctx)->files;
    while (f->path && strcmp(f->path, path) != 0)
        f++;
    *out = (struct loaded){0};
    if (!f->path)
        return LOAD_MISSING;
    if (!f->text) {
        out->why = "it is a directory";
        return LOAD_FAILED;
    }
    *out = (struct loaded){f->text, strlen(f->text), f->id, NULL};
    return LOAD_OK;
}

/* Parses, links and resolves the first of the files. */
static void link_files(struct world *w, const struct on_disk *files, const char *folder)
{
    arena_free(w->a);
    w->a = arena_new(0);
    w->s = sources_new(w->a);
    w->d = diags_new(w->a);
    struct interner *names = interner_new(w->a);
    struct disk disk = {files};
    struct loader loader = {&disk, read_disk, &folder, folder ? 1 : 0};
    w->f = parse_file(w->a, names, w->s, sources_add(w->s, files->path, files->text, strlen(files->text)), w->d);
    modules_link(w->a, names, w->s, w->f, &loader, w->d);
    sema_file(w->f, w->a, names, w->d);
    diags_sort(w->d);
}

/* "CODE@path:line:column ..." */
static const char *reports(struct world *w)
{
    buf_free(&w->out);
    for (uint32_t i = 0; i < w->d->n; i++) {
        struct span at = w->d->at[i]->at;
        struct position p = source_position(w->s, at.file, at.lo);
        buf_printf(&w->out, "%s%s@%s:%u:%u", i ? " " : "", diag_code_name(w->d->at[i]->code), w->s->at[at.file]->path,
                   p.line, p.column);
    }
    return buf_cstr(&w->out);
}

/* The names of all declarations that are left; `*` marks those that are imported. */
static const char *names_of(struct world *w)
{
    buf_free(&w->out);
    for (uint32_t i = 0; i < w->f->decls.n; i++) {
        const struct decl *d = w->f->decls.at[i];
        if (d->kind != D_VERIFY)
            buf_printf(&w->out, "%s%s%s", w->out.n ? " " : "", d->name.name, d->imported ? "*" : "");
    }
    return buf_cstr(&w->out);
}

#define FILES(...) ((const struct on_disk[]){__VA_ARGS__, {NULL, NULL, NULL}})
#define LINKS(files, folder, expected)                                                                                 \
    do {                                                                                                               \
        link_files(*state, files, folder);                                                                             \
        assert_string_equal(reports(*state), "");                                                                      \
        assert_string_equal(names_of(*state), expected);                                                               \
    } while (0)
#define REFUSES(files, expected)                                                                                       \
    do {                                                                                                               \
        link_files(*state, files, NULL);                                                                               \
        assert_string_equal(reports(*state), expected);                                                                \
    } while (0)
#define S(body) "session S(role A, role B) { " body " }"

/* ---- which file ---- */

static void a_path_goes_from_the_folder_of_the_file(void **state)
{
    LINKS(FILES({"x/a", "import \"../y/./b\"; " S("A -> B: M;"), 0}, {"y/b", "message M;", 0}), NULL, "M* S");
    LINKS(FILES({"a", "import \"y/b\"; " S("A -> B: M;"), 0}, {"y/b", "message M;", 0}), NULL, "M* S");
    LINKS(FILES({"a", "import \"/y/b\"; " S("A -> B: M;"), 0}, {"/y/b", "message M;", 0}), NULL, "M* S");
}

static void a_module_goes_from_the_root_of_the_own_one(void **state)
{
    LINKS(FILES({"p/x/a", "module x.a; import y.b; " S("A -> B: M;"), 0}, {"p/y/b.proto-session", "message M;", 0},
                {"p/x/y/b.proto-session", "", 0}),
          NULL, "M* S");
}

static void a_file_that_is_started_from_within_looks_above(void **state)
{
    LINKS(FILES({"a", "module x.a; import y.b; " S("A -> B: M;"), 0}, {"../y/b.proto-session", "message M;", 0}), NULL,
          "M* S");
}

static void the_own_folder_comes_next(void **state)
{
    LINKS(FILES({"p/a", "module x.a; import y.b; " S("A -> B: M;"), 0}, {"p/y/b.proto-session", "message M;", 0}), NULL,
          "M* S");
}

static void other_folders_come_last(void **state)
{
    LINKS(FILES({"p/a", "import y.b; " S("A -> B: M;"), 0}, {"lib/y/b.proto-session", "message M;", 0}), "lib", "M* S");
}

static void a_missing_file_is_told_with_the_places(void **state)
{
    struct world *w = *state;
    link_files(w, FILES({"p/x/a", "module x.a;\nimport y.b;\n" S("A -> B: M;"), 0}), "lib");
    assert_string_equal(reports(w), "E0603@p/x/a:2:1");
    assert_int_equal(w->d->at[0]->notes.n, 3);
    assert_string_equal(w->d->at[0]->notes.at[0], "there is no file p/y/b.proto-session");
    assert_string_equal(w->d->at[0]->notes.at[1], "there is no file p/x/y/b.proto-session");
    assert_string_equal(w->d->at[0]->notes.at[2], "there is no file lib/y/b.proto-session");
}

static void a_file_that_cannot_be_read(void **state)
{
    REFUSES(FILES({"a", "import \"b\";\nmessage N; " S("A -> B: N;"), 0}, {"b", NULL, 0}), "E0501@a:1:1");
}

static void without_a_loader_nothing_is_there(void **state)
{
    struct world *w = *state;
    parse(w, "import b;\n" S("A -> B: M;"));
    modules_link(w->a, interner_new(w->a), w->s, w->f, NULL, w->d);
    assert_string_equal(places(w), "E0603@1:1");
}

static void another_name_than_the_one_asked_for(void **state)
{
    REFUSES(FILES({"a", "import b; " S("A -> B: M;"), 0}, {"b.proto-session", "module c; message M;", 0}),
            "E0606@a:1:1");
}

static void paths_are_cleaned(void **state)
{
    struct world *w = *state;
    w->a = arena_new(0);
    assert_string_equal(path_join(w->a, "a/b", "../c"), "a/c");
    assert_string_equal(path_join(w->a, "a", "../../c"), "../c");
    assert_string_equal(path_join(w->a, "", "./c//d"), "c/d");
    assert_string_equal(path_join(w->a, "..", "../c"), "../../c");
    assert_string_equal(path_join(w->a, "/a", "../../c"), "/c");
    assert_string_equal(path_join(w->a, "a", "/c"), "/c");
    assert_string_equal(path_folder(w->a, "a/b/c"), "a/b");
    assert_string_equal(path_folder(w->a, "/c"), "/");
    assert_string_equal(path_folder(w->a, "c"), "");
}

/* ---- circles and limits ---- */

static void a_circle_is_told_where_it_closes(void **state)
{
    REFUSES(FILES({"a", "import \"b\";", 0}, {"b", "\nimport \"c\";", 0}, {"c", " import \"a\";", 0}), "E0604@c:1:2");
    REFUSES(FILES({"a", "import \"a\";", 0}), "E0604@a:1:1");
}

static void one_file_by_two_paths_is_one(void **state)
{
    LINKS(FILES({"a", "import \"b\"; import \"c\"; " S("A -> B: M;"), 0}, {"b", "message M;", "1"},
                {"c", "message M;", "1"}),
          NULL, "M* S");
    LINKS(FILES({"a", "import \"b\"; import \"c\"; " S("A -> B: M; do T(A, B);"), 0}, {"b", "message M;", 0},
                {"c", "import \"b\"; session T(role A, role B) { A -> B: M; }", 0}),
          NULL, "M* T* S");
}

static void the_depth_is_limited(void **state)
{
    struct on_disk files[LOAD_MAX_DEPTH + 4] = {0};
    char path[LOAD_MAX_DEPTH + 4][8], text[LOAD_MAX_DEPTH + 4][32];
    for (int i = 0; i < LOAD_MAX_DEPTH + 3; i++) {
        snprintf(path[i], sizeof path[i], "f%d", i);
        snprintf(text[i], sizeof text[i], "import \"f%d\";", i + 1);
        files[i] = (struct on_disk){path[i], text[i], NULL};
    }
    link_files(*state, files, NULL);
    assert_string_equal(reports(*state), "E0106@f63:1:1");
}

static void the_number_of_files_is_limited(void **state)
{
    enum { N = LOAD_MAX_FILES + 8 };
    struct on_disk *files = test_calloc(N + 1, sizeof *files);
    char(*path)[8] = test_calloc(N, sizeof *path);
    struct buf all = {0};
    for (int i = 1; i < N; i++) {
        snprintf(path[i], sizeof path[i], "f%d", i);
        buf_printf(&all, "import \"%s\";\n", path[i]);
        files[i] = (struct on_disk){path[i], "", NULL};
    }
    files[0] = (struct on_disk){"a", buf_cstr(&all), NULL};
    link_files(*state, files, NULL);
    assert_string_equal(reports(*state), "E0106@a:256:1");
    buf_free(&all);
    test_free(path);
    test_free(files);
}

/* ---- names ---- */

static void only_what_is_needed_stays(void **state)
{
    LINKS(FILES({"a", "import \"b\"; " S("A -> B: M;"), 0},
                {"b", "struct T { x: u8; } struct U { x: u8; } message M { t: T; } message N { u: U; } "
                      "session Z(role A, role B) { A -> B: N; } verify Z { sessions 2; } actor Za plays Z.A;", 0}),
          NULL, "T* M* S");
}

static void what_an_import_imports_is_usable_there_and_not_here(void **state)
{
    LINKS(FILES({"a", "import \"b\"; " S("do T(A, B);"), 0},
                {"b", "import \"c\"; session T(role A, role B) { A -> B: M; }", 0}, {"c", "message M;", 0}),
          NULL, "M* T* S");
    REFUSES(FILES({"a", "import \"b\";\n" S("do T(A, B); A -> B: M;"), 0},
                  {"b", "import \"c\"; session T(role A, role B) { A -> B: M; }", 0}, {"c", "message M;", 0}),
            "E0202@a:2:49");
}

static void an_imported_file_does_not_see_the_importing_one(void **state)
{
    REFUSES(FILES({"a", "import \"b\"; message M; " S("A -> B: M;"), 0},
                  {"b", "session T(role A, role B) { A -> B: M; }", 0}),
            "E0202@b:1:37");
}

static void names_are_selected_and_changed(void **state)
{
    LINKS(FILES({"a", "import \"b\" { M as N, X }; " S("A -> B: N; A -> B: X;"), 0},
                {"b", "message M; message X; message Y;", 0}),
          NULL, "N* X* S");
    REFUSES(FILES({"a", "import \"b\" { M as N };\n" S("A -> B: M;"), 0}, {"b", "message M;", 0}), "E0202@a:2:37");
}

static void a_name_that_is_not_there(void **state)
{
    struct world *w = *state;
    REFUSES(FILES({"a", "import \"b\" { Mesage };", 0}, {"b", "message Message;", 0}), "E0605@a:1:14");
    assert_string_equal(w->d->at[0]->help, "did you mean `Message`?");
}

static void two_of_a_name_clash(void **state)
{
    REFUSES(FILES({"a", "import \"b\";\nmessage M;", 0}, {"b", "message M;", 0}), "E0201@a:2:9");
    REFUSES(FILES({"a", "import \"b\";\nimport \"c\";", 0}, {"b", "message M;", 0}, {"c", "struct M { x: u8; }", 0}),
            "E0201@a:2:1");
    REFUSES(FILES({"a", "import \"b\"; import \"b\" { M as N };", 0}, {"b", "message M;", 0}), "E0201@a:1:31");
}

static void kinds_that_nobody_mixes_up_do_not_clash(void **state)
{
    LINKS(FILES({"a", "import \"b\"; message M = 5; session S(role A, role B) { A -> B: M; do M(A, B); }", 0},
                {"b", "message N; session M(role A, role B) { A -> B: N; }", 0}),
          NULL, "N* M* M S");
}

static void hidden_names_give_way(void **state)
{
    LINKS(FILES({"a", "import \"x/b.proto-session\"; message M = 7; " S("A -> B: M; do T(A, B);"), 0},
                {"x/b.proto-session",
                 "import \"c.proto-session\" { M as N }; session T(role A, role B) { A -> B: N; }", 0},
                {"x/c.proto-session", "message M;", 0}),
          NULL, "c_M* T* M S");
}

static void local_types_and_references_follow(void **state)
{
    LINKS(FILES({"a", "import \"b\" { R }; message M { who: ref<R.A>; } actor X plays R.A, R.B; "
                      "system Sy { supervisor r one_for_one intensity 1 in 1s { "
                      "child x: X permanent; child y: X permanent; } "
                      "wire R(A = x, B = y); }", 0},
                {"b", "message Q; local A = B!Q . end; local B = A?Q . end; local C = end; session R(A, B);", 0}),
          NULL, "Q* A* B* R* M X Sy");
}

/* ---- tags ---- */

static uint16_t tag_of(struct world *w, const char *n)
{
    for (uint32_t i = 0; i < w->f->decls.n; i++)
        if (w->f->decls.at[i]->kind == D_MESSAGE && strcmp(w->f->decls.at[i]->name.name, n) == 0)
            return w->f->decls.at[i]->as.message.tag_value;
    fail();
    return 0;
}

static void a_message_keeps_the_tag_of_its_file(void **state)
{
    struct world *w = *state;
    LINKS(FILES({"a", "import \"b\"; message M = 9; " S("A -> B: M; A -> B: Y;"), 0},
                {"b", "message X; message Y;", 0}),
          NULL, "Y* M S");
    assert_int_equal(tag_of(w, "Y"), 1);
}

static void one_tag_twice_in_a_session(void **state)
{
    REFUSES(FILES({"a", "import \"b\";\nmessage M;\n" S("A -> B: M; A -> B: X;"), 0}, {"b", "message X;", 0}),
            "E0205@a:3:9");
    REFUSES(FILES({"a", "import \"b\";\nmessage M;\n" S("A -> B: M; do T(A, B);"), 0},
                  {"b", "message X; session T(role A, role B) { A -> B: X; }", 0}),
            "E0205@a:3:9");
}

static void different_sessions_may_use_one_tag(void **state)
{
    LINKS(FILES({"a", "import \"b\"; message M; session T(role A, role B) { A -> B: X; } " S("A -> B: M;"), 0},
                {"b", "message X;", 0}),
          NULL, "X* M T S");
}

/* ---- errors ---- */

static void errors_stand_in_their_own_file(void **state)
{
    REFUSES(FILES({"a", "import \"b\"; " S("A -> B: M; A -> B: N;"), 0}, {"b", "message M;\nsession ;", 0}),
            "E0104@b:2:9");
    REFUSES(FILES({"a", "import \"b\"; " S("A -> B: M;"), 0}, {"b", "message M { x: T; }", 0}), "E0202@b:1:16");
}

static void uses_of_imports_are_known(void **state)
{
    struct world *w = *state;
    link_files(w, FILES({"a", "import \"b\"; import \"c\" { X, Y }; " S("A -> B: X;"), 0}, {"b", "message M;", 0},
                        {"c", "message X; message Y;", 0}),
               NULL);
    assert_false(w->f->imports.at[0].used);
    assert_true(w->f->imports.at[1].used);
    assert_true(w->f->imports.at[1].names.at[0].used);
    assert_false(w->f->imports.at[1].names.at[1].used);
}

static void protocols_of_other_tools_can_be_imported(void **state)
{
    LINKS(FILES({"a", "import \"p.scr\"; " S("do P(A, B);"), 0},
                {"p.scr", "global protocol P(role A, role B) { m(Foo) from A to B; do Q(A, B); } "
                          "global protocol Q(role A, role B) { n() from A to B; }", 0}),
          NULL, "Foo* m* n* P* Q* S");
    REFUSES(FILES({"a", "import \"p.scr\"; " S("do P(A, B);"), 0}, {"p.scr", "global protocol P(role A) { x", 0}),
            "E0601@p.scr:1:30");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_path_goes_from_the_folder_of_the_file), T(a_module_goes_from_the_root_of_the_own_one),
        T(a_file_that_is_started_from_within_looks_above), T(the_own_folder_comes_next),
        T(other_folders_come_last), T(a_missing_file_is_told_with_the_places), T(a_file_that_cannot_be_read),
        T(without_a_loader_nothing_is_there), T(another_name_than_the_one_asked_for), T(paths_are_cleaned),
        T(a_circle_is_told_where_it_closes), T(one_file_by_two_paths_is_one), T(the_depth_is_limited),
        T(the_number_of_files_is_limited), T(only_what_is_needed_stays),
        T(what_an_import_imports_is_usable_there_and_not_here), T(an_imported_file_does_not_see_the_importing_one),
        T(names_are_selected_and_changed), T(a_name_that_is_not_there), T(two_of_a_name_clash),
        T(kinds_that_nobody_mixes_up_do_not_clash), T(hidden_names_give_way), T(local_types_and_references_follow),
        T(a_message_keeps_the_tag_of_its_file), T(one_tag_twice_in_a_session), T(different_sessions_may_use_one_tag),
        T(errors_stand_in_their_own_file), T(uses_of_imports_are_known), T(protocols_of_other_tools_can_be_imported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
