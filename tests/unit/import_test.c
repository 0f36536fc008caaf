/* import_test.c -- protocols written for other tools: what they become, and what is refused where. */
#include "front_kit.h"
#include "import.h"

static struct file *import_text(struct world *w, const char *path, const char *text)
{
    arena_free(w->a);
    w->a = arena_new(0);
    w->s = sources_new(w->a);
    w->d = diags_new(w->a);
    w->f = import_file(w->a, interner_new(w->a), w->s, sources_add(w->s, path, text, strlen(text)),
                       import_format_of(path), w->d);
    return w->f;
}

/* The import prints as `want`, and that parses and prints the same. */
static void becomes(struct world *w, const char *path, const char *text, const char *want)
{
    import_text(w, path, text);
    assert_string_equal(places(w), "");
    buf_free(&w->out);
    ast_print(w->f, &w->out);
    assert_string_equal(buf_cstr(&w->out), want);
    parse(w, want);
    assert_string_equal(places(w), "");
    buf_free(&w->out);
    ast_print(w->f, &w->out);
    assert_string_equal(buf_cstr(&w->out), want);
}

/* The import prints as `want`, comments and all, and that parses. */
static void keeps(struct world *w, const char *path, const char *text, const char *want)
{
    import_text(w, path, text);
    assert_string_equal(places(w), "");
    buf_free(&w->out);
    ast_print(w->f, &w->out);
    assert_string_equal(buf_cstr(&w->out), want);
    parse(w, want);
    assert_string_equal(places(w), "");
}

static void refused(struct world *w, const char *path, const char *text, const char *where)
{
    import_text(w, path, text);
    assert_string_equal(places(w), where);
}

#define BECOMES(name, path, text, want)                                                                                \
    static void name(void **state) { becomes(*state, path, text, want); }
#define KEEPS(name, path, text, want)                                                                                  \
    static void name(void **state) { keeps(*state, path, text, want); }
#define REFUSED(name, path, text, where)                                                                               \
    static void name(void **state) { refused(*state, path, text, where); }

static void formats_go_by_the_extension(void **state)
{
    (void)state;
    assert_int_equal(import_format_of("a/b.txt"), IMPORT_AUTOMATA);
    assert_int_equal(import_format_of("b.scr"), IMPORT_SCRIBBLE);
    assert_int_equal(import_format_of("b.nuscr"), IMPORT_SCRIBBLE);
    assert_int_equal(import_format_of("b.proto-session"), IMPORT_NONE);
    assert_int_equal(import_format_of(".txt"), IMPORT_NONE);
    assert_int_equal(import_format_of("b.txt.bak"), IMPORT_NONE);
}

/* ---- automata with names ---- */

BECOMES(chain, "one-two.txt", "A: B!a; B?b; end\nB: A?a; A!b; end",
        "message a;\nmessage b;\n\nlocal A = B!a . B?b . end;\n\nlocal B = A?a . A!b . end;\n\nsession OneTwo(A, B);\n")
BECOMES(loop_and_choices, "f.txt", "A: rec x . {B!a; x, B!b; end}\nB: rec x . {A?a; x, A?b; end}",
        "message a;\nmessage b;\n\nlocal A = rec x . +{\n  B!a . x,\n  B!b . end,\n};\n\n"
        "local B = rec x . &{\n  A?a . x,\n  A?b . end,\n};\n\nsession F(A, B);\n")
BECOMES(mixed, "f.txt", "A: {B!a; end, B?b; end} B: {A?a; end, A!b; end}",
        "message a;\nmessage b;\n\nlocal A = mixed{\n  B!a . end,\n  B?b . end,\n};\n\n"
        "local B = mixed{\n  A?a . end,\n  A!b . end,\n};\n\nsession F(A, B);\n")
BECOMES(mixed_through_a_variable, "f.txt", "A: rec x . B!a; {B?b; end, x} B: end",
        "message a;\nmessage b;\n\nlocal A = rec x . B!a . mixed{\n  B?b . end,\n  x,\n};\n\nlocal B = end;\n\n"
        "session F(A, B);\n")
BECOMES(single_branch, "f.txt", "A: {{B!a; end}} B: {A?a; end}",
        "message a;\n\nlocal A = B!a . end;\n\nlocal B = A?a . end;\n\nsession F(A, B);\n")
BECOMES(keywords_and_clashes, "f.txt", "or: A!rec; A!A; A!250; end A: or?rec; or?A; or?250; end",
        "message rec_;\nmessage A_;\nmessage m250;\n\nlocal or_ = A!rec_ . A!A_ . A!m250 . end;\n\n"
        "local A = or_?rec_ . or_?A_ . or_?m250 . end;\n\nsession F(or_, A);\n")
BECOMES(inner_variable_of_the_same_name, "f.txt", "A: rec x . B!a; rec x . B!b; x B: end",
        "message a;\nmessage b;\n\nlocal A = rec x . B!a . rec x_2 . B!b . x_2;\n\nlocal B = end;\n\n"
        "session F(A, B);\n")
KEEPS(comments, "9.txt", "-- About A\n--  and more\nA: B!a; -- not this\nend\nB: A?a; end",
        "message a;\n\n// not this\n/// About A\n/// and more\nlocal A = B!a . end;\n\n"
        "local B = A?a . end;\n\nsession S9(A, B);\n")
REFUSED(unknown_peer, "f.txt", "A: B!a;\n  C!b; end\nB: end", "E0602@2:3")
REFUSED(unknown_variable, "f.txt", "A: B!a; x\nB: end", "E0602@1:9")
REFUSED(variable_out_of_scope, "f.txt", "A: {rec x . B!a; x, B!b; x}\nB: end", "E0602@1:26")
REFUSED(two_of_one_name, "f.txt", "A: end\nA: end", "E0201@2:1")
REFUSED(no_semicolon, "f.txt", "A: B!a end\nB: end", "E0601@1:8")
REFUSED(unclosed_branches, "f.txt", "A: {B!a; end\nB: end", "E0601@2:1")
REFUSED(not_text, "f.txt", "A: \x01", "E0601@1:4")
REFUSED(channels, "f.txt", "-- x\nautomaton s :\ninitial : 0", "E0602@2:1")

/* ---- graphs ---- */

#define GRAPH(lines, initial) ".outputs\n.state graph\n" lines ".marking " initial "\n.end\n"

BECOMES(graphs, "f.txt", GRAPH("p 1 ! a q\nq 1 ? b p\n", "p") GRAPH("p 0 ? a q\nq 0 ! b p\n", "p"),
        "message a;\nmessage b;\n\nlocal P0 = P1!a . P1?b . P0;\n\nlocal P1 = P0?a . P0!b . P1;\n\n"
        "session F(P0, P1);\n")
BECOMES(inner_loop_is_a_rec, "f.txt", GRAPH("p 1 ! a q\nq 1 ! b q\nq 1 ! c r\n", "p") GRAPH("", "p"),
        "message a;\nmessage b;\nmessage c;\n\nlocal P0 = P1!a . rec q . +{\n  P1!b . q,\n  P1!c . end,\n};\n\n"
        "local P1 = end;\n\nsession F(P0, P1);\n")
BECOMES(shared_state_is_declared, "f.txt",
        GRAPH("p 1 ! a q\np 1 ! b r\nq 1 ! c s\nr 1 ! d s\ns 1 ? e t\n", "p") GRAPH("", "p"),
        "message a;\nmessage c;\nmessage b;\nmessage d;\nmessage e;\n\n"
        "local P0 = +{\n  P1!a . P1!c . P0_s,\n  P1!b . P1!d . P0_s,\n};\n\nlocal P0_s = P1?e . end;\n\n"
        "local P1 = end;\n\nsession F(P0, P1);\n")
REFUSED(peer_that_is_not_there, "f.txt", GRAPH("p 1 ! a q\np 2 ! a q\n", "p") GRAPH("", "p"), "E0602@4:3")
REFUSED(peer_without_a_number, "f.txt", GRAPH("p x ! a q\n", "p"), "E0601@3:3")
REFUSED(no_direction, "f.txt", GRAPH("p 1 a q\n", "p"), "E0601@3:5")
REFUSED(no_marking, "f.txt", ".outputs\n.state graph\np 1 ! a q\n.end\n", "E0601@4:2")

/* ---- Scribble ---- */

#define SCR(body) "module m;\nglobal protocol P(role A, role B) {\n" body "}\n"

BECOMES(messages, "f.scr", SCR("a() from A to B; b(int, x: Thing) from B to A; 1() from A to B; () from A to B;"),
        "module m;\n\nstruct Thing {\n  bytes: bytes<255>;\n}\n\n"
        "message a;\n\nmessage b {\n  value1: i32;\n  x: Thing;\n}\n\nmessage m1;\nmessage msg;\n\n"
        "session P(role A, role B) {\n  A -> B: a;\n  B -> A: b;\n  A -> B: m1;\n  A -> B: msg;\n}\n")
BECOMES(same_label_other_payload, "f.scr", SCR("a() from A to B; a(int) from A to B;"),
        "module m;\n\nmessage a;\n\nmessage a_int {\n  value: i32;\n}\n\n"
        "session P(role A, role B) {\n  A -> B: a;\n  A -> B: a_int;\n}\n")
BECOMES(control, "f.nuscr", SCR("rec X { choice at A { a() from A to B; continue X; } or { do Q(B, A); } }")
        "aux global protocol Q(role C, role D) { c() from D to C; }",
        "module m;\n\nmessage a;\nmessage c;\n\nsession P(role A, role B) {\n  rec X {\n    choice at A {\n"
        "      A -> B: a;\n      continue X;\n    } or {\n      do Q(B, A);\n    }\n  }\n}\n\n"
        "session Q(role C, role D) {\n  D -> C: c;\n}\n")
BECOMES(choice_of_one, "f.scr", SCR("choice at A { a() from A to B; }"),
        "module m;\n\nmessage a;\n\nsession P(role A, role B) {\n  A -> B: a;\n}\n")
BECOMES(several_receivers, "f.scr", "global protocol P(role A, role B, role C) { a() from A to B, C; }",
        "message a;\n\nsession P(role A, role B, role C) {\n  A -> B: a;\n  A -> C: a;\n}\n")
BECOMES(declared_payload, "f.scr", "type <java> \"java.lang.Integer\" from \"rt.jar\" as Int;\n"
        "global protocol P(role A, role B) { a(Int) from A to B; }",
        "message a {\n  value: i32;\n}\n\nsession P(role A, role B) {\n  A -> B: a;\n}\n")
REFUSED(unknown_role, "f.scr", SCR("a() from A to C;"), "E0202@3:15")
REFUSED(unknown_protocol, "f.scr", SCR("do Q(A, B);"), "E0202@3:4")
REFUSED(unbound_continue, "f.scr", SCR("rec X { a() from A to B; }\ncontinue X;"), "E0209@4:10")
REFUSED(parameters, "f.scr", "global protocol P<type T>(role A, role B) {}", "E0602@1:18")
REFUSED(other_module, "f.scr", "module m;\nimport n;\n", "E0603@2:1")
REFUSED(module_that_is_not_imported, "f.scr", SCR("do n.P(A, B);"), "E0202@3:4")
REFUSED(interrupts, "f.scr", SCR("interruptible { a() from A to B; } with { b() by A; }"), "E0602@3:1")
REFUSED(nested_protocols, "f.nuscr",
        "nested protocol P(role A) { }\n" SCR("A calls P(B);"), "E0602@1:1 E0601@2:1 E0602@4:1")
REFUSED(arguments_that_are_not_each_given_once, "f.scr", SCR("a() from A to B; do P(A as A, B as A);"), "E0212@3:18")
REFUSED(one_branch_of_another_role, "f.scr", SCR("choice at A { a() from B to A; }"), "E0304@3:24")
REFUSED(all_that_is_wrong_is_told, "f.scr",
        SCR("a() from A to C;\nchoice at A { b( from A to B; c() to B; } or { d() from A to B; }\ncontinue X;"),
        "E0202@3:15 E0601@4:23 E0601@4:35 E0209@5:10")
REFUSED(no_protocol, "f.scr", "// nothing\n", "E0601@1:1")
REFUSED(no_automaton, "f.txt", "-- nothing\n", "E0601@2:1")
REFUSED(values_of_a_recursion, "f.nuscr",
        SCR("rec X [x<A>: int{x > 0}] { a() from A to B; continue X[x + 1]; } a() from A to C;"),
        "E0602@3:7 E0202@3:80")
REFUSED(initial_state_that_is_nowhere, "f.txt", GRAPH("p 1 ! a q\n", "r") GRAPH("", "p"), "E0602@4:10")
REFUSED(all_automata_are_read, "f.txt",
        "A: B!a end\nB: A?a; C!x; end\nC: Q!x; end", "E0601@1:8 E0602@3:4")
BECOMES(parallel, "f.scr", SCR("par { a() from A to B; } and { b() from B to A; }"),
        "module m;\n\nmessage a;\nmessage b;\n\nsession P(role A, role B) {\n  par {\n    A -> B: a;\n  } and {\n"
        "    B -> A: b;\n  }\n}\n")
BECOMES(parallel_with_nothing, "f.scr", SCR("par { a() from A to B; }"),
        "module m;\n\nmessage a;\n\nsession P(role A, role B) {\n  A -> B: a;\n}\n")
BECOMES(recursion_that_does_nothing, "f.scr",
        SCR("a() from A to B; rec X { choice at A { continue X; } or { rec Y { continue X; } } } "
            "rec Z { continue Z; }"),
        "module m;\n\nmessage a;\n\nsession P(role A, role B) {\n  A -> B: a;\n}\n")
BECOMES(recursion_to_an_outer_one_stays, "f.scr", SCR("rec X { a() from A to B; rec Y { continue X; } }"),
        "module m;\n\nmessage a;\n\nsession P(role A, role B) {\n  rec X {\n    A -> B: a;\n    rec Y {\n"
        "      continue X;\n    }\n  }\n}\n")
#define FOUR(body) "global protocol P(role A, role B, role C, role D) {\n" body "\n}\n"
#define FOUR_BECOMES(body) "message a;\nmessage b;\n\nsession P(role A, role B, role C, role D) {\n" body "}\n"
BECOMES(others_pass_an_endless_loop, "f.scr", 
        FOUR("rec X { a() from A to B; continue X; } b() from C to D; b() from D to C;"),
        FOUR_BECOMES("  par {\n    rec X {\n      A -> B: a;\n      continue X;\n    }\n  } and {\n"
                     "    C -> D: b;\n    D -> C: b;\n  }\n"))
BECOMES(one_of_them_does_not, "f.scr", FOUR("rec X { a() from A to B; continue X; } b() from C to A;"),
        FOUR_BECOMES("  rec X {\n    A -> B: a;\n    continue X;\n  }\n  C -> A: b;\n"))
BECOMES(the_loop_has_an_exit, "f.scr",
        FOUR("rec X { choice at A { a() from A to B; continue X; } or { b() from A to B; } } b() from C to D;"),
        FOUR_BECOMES("  rec X {\n    choice at A {\n      A -> B: a;\n      continue X;\n    } or {\n      A -> B: b;\n"
                     "    }\n  }\n  C -> D: b;\n"))
BECOMES(the_loop_goes_back_to_one_around_it, "f.scr",
        FOUR("rec X { rec Y { choice at A { a() from A to B; continue X; } or { b() from A to B; continue Y; } }"
             " b() from C to D; }"),
        FOUR_BECOMES("  rec X {\n    rec Y {\n      choice at A {\n        A -> B: a;\n        continue X;\n"
                     "      } or {\n        A -> B: b;\n        continue Y;\n      }\n    }\n    C -> D: b;\n  }\n"))
BECOMES(arguments_by_name, "f.scr",
        "global protocol P(role A, role B) { do Q(B as C, A as D); } aux global protocol Q(role C, role D) {}",
        "session P(role A, role B) {\n  do Q(B, A);\n}\n\nsession Q(role C, role D) {\n}\n")
KEEPS(pragmas_and_comments_of_nuscr, "f.nuscr", "(*# SenderValidateRefinements #*)\n(* no ; { *)\n"
        "global protocol P(role A, role B) { a() from A to B; }",
        "message a;\n\n// no ; {\nsession P(role A, role B) {\n  A -> B: a;\n}\n")
BECOMES(types_by_what_they_mean_elsewhere, "f.scr", "type <java> \"java.lang.Long\" from \"rt.jar\" as Num;\n"
        "data <java> \"x.Blob\" from \"x.jar\" as Blob;\n"
        "global protocol P(role A, role B) { a(Num, b: Blob) from A to B; }",
        "struct Blob {\n  bytes: bytes<255>;\n}\n\nmessage a {\n  value1: i64;\n  b: Blob;\n}\n\n"
        "session P(role A, role B) {\n  A -> B: a;\n}\n")
KEEPS(comments_stay_where_they_are, "f.scr",
      "// head\n\n/* block\n * of two */\nmodule m; // here\n\n// of nothing\n\n// P\n"
      "global protocol P(role A, role B)\n{ // open\n  // first\n  a() from A to B; // one\n\n"
      "  // two\n  choice at A // who\n  {\n    a() from A to B; /* x */\n    // last\n  } // brace\n  or {\n"
      "    b() /* mid */ from A to B;\n  } // done\n  // end\n} // P\n// eof",
      "// head\n\n// block\n// of two\nmodule m; // here\n\nmessage a;\nmessage b;\n\n// of nothing\n\n/// P\n"
      "session P(role A, role B) { // open\n  // first\n  A -> B: a; // one\n\n  // two\n  choice at A { // who\n"
      "    A -> B: a; // x\n    // last\n  } or { // brace\n    // mid\n    A -> B: b;\n  } // done\n  // end\n"
      "} // P\n\n// eof\n")
KEEPS(empty_lines_within_stay, "f.scr", SCR("\n\n  a() from A to B;\n\n\n  b() from A to B;\n  a() from A to B;\n\n"),
      "module m;\n\nmessage a;\nmessage b;\n\nsession P(role A, role B) {\n"
      "  A -> B: a;\n\n  A -> B: b;\n  A -> B: a;\n}\n")
KEEPS(comments_of_graphs_stand_above_them, "f.txt",
      "-- all\n\n-- one\n" GRAPH("p 1 ! a q -- why\n-- not\n", "p") "-- two\n" GRAPH("p 0 ? a q\n", "p") "-- end\n",
      "// all\n\nmessage a;\n\n// why\n// not\n/// one\nlocal P0 = P1!a . end;\n\n/// two\n"
      "local P1 = P0?a . end;\n\nsession F(P0, P1);\n\n// end\n")
KEEPS(comments_call_graphs, "f.txt",
      "-- all\n-- Lift = 0\n" GRAPH("p 1 ! a q\n", "p") "-- Door = 1\n" GRAPH("p 0 ? a q\n-- or\np 2 ! a q\n", "p")
      "-- Gate = 7\n" GRAPH("p 1 ? a q\n", "p"),
      "message a;\n\n/// all\nlocal Lift = Door!a . end;\n\n// or\nlocal Door = mixed{\n  Lift?a . end,\n"
      "  P2!a . end,\n};\n\n/// Gate = 7\nlocal P2 = Door?a . end;\n\nsession F(Lift, Door, P2);\n")
KEEPS(comments_of_branches_stand_above_them, "f.txt",
      "A: {\n  -- go\n  B!a; end, -- stop\n  B!b; end }\n-- B\nB: {A?a; end, A?b; end}",
      "message a;\nmessage b;\n\nlocal A = +{\n  // go\n  B!a . end,\n  // stop\n  B!b . end,\n};\n\n"
      "/// B\nlocal B = &{\n  A?a . end,\n  A?b . end,\n};\n\nsession F(A, B);\n")
REFUSED(refinement, "f.nuscr", SCR("a(x: int{x > 0}) from A to B;"), "E0602@3:9")
REFUSED(delegation, "f.scr", SCR("a(P@A) from A to B;"), "E0602@3:4")
REFUSED(connections, "f.scr", "explicit global protocol P(role A, role B) {}", "E0602@1:1")
REFUSED(two_roles_of_one_name, "f.scr", "global protocol P(role A, role A) {}", "E0201@1:32")
REFUSED(unclosed_comment, "f.scr", "module m; /* ", "E0601@1:11")
REFUSED(unclosed_block, "f.scr", "global protocol P(role A, role B) {", "E0601@1:36")

static void nesting_is_limited(void **state)
{
    struct world *w = *state;
    struct buf b = {0};
    for (int i = 0; i < 100000; i++)
        buf_puts(&b, i ? "{A!m; " : "A: {");
    import_text(w, "f.txt", buf_cstr(&b));
    assert_int_equal(w->d->n, 1);
    assert_int_equal(w->d->at[0]->code, E0106);
    buf_free(&b);
}

/* ---- modules of Scribble ---- */

struct other { /* the one other module that there is */
    const char *path, *text;
};

static enum load_answer read_other(void *ctx, const char *path, struct loaded *out)
{
    const struct other *o = ctx;
    *out = (struct loaded){o->text, strlen(o->text), NULL, NULL};
    return strcmp(path, o->path) == 0 ? LOAD_OK : LOAD_MISSING;
}

static void import_two(struct world *w, const char *text, const char *other, const char *want, const char *where)
{
    struct other o = {"x/lib.scr", other};
    struct loader loader = {&o, read_other, NULL, 0};
    arena_free(w->a);
    w->a = arena_new(0);
    w->s = sources_new(w->a);
    w->d = diags_new(w->a);
    w->f = import_file_with(w->a, interner_new(w->a), w->s, sources_add(w->s, "f.scr", text, strlen(text)),
                            IMPORT_SCRIBBLE, &loader, w->d);
    assert_string_equal(places(w), where);
    buf_free(&w->out);
    if (want)
        ast_print(w->f, &w->out);
    assert_string_equal(buf_cstr(&w->out), want ? want : "");
}

#define LIB "module x.lib; global protocol P(role C, role D) { m() from C to D; do Q(D, C); } "                        \
    "global protocol Q(role C, role D) { n() from C to D; } global protocol R(role C, role D) { }"
#define WANT "message m;\nmessage n;\n\nsession Main(role A, role B) {\n  do P(A, B);\n}\n\n"                        \
    "session P(role C, role D) {\n  C -> D: m;\n  do Q(D, C);\n}\n\nsession Q(role C, role D) {\n  C -> D: n;\n}\n"
#define MAIN(body) "global protocol Main(role A, role B) { " body " }"

static void protocols_of_other_modules(void **state)
{
    import_two(*state, "import x.lib; " MAIN("do x.lib.P(A, B);"), LIB, WANT, "");
    import_two(*state, "import x.lib as L; " MAIN("do L.P(A, B);"), LIB, WANT, "");
    import_two(*state, "from x.lib import P; " MAIN("do P(A, B);"), LIB, WANT, "");
    import_two(*state, "from x.lib import P as Z; " MAIN("do Z(A, B);"), LIB, WANT, "");
    import_two(*state, "import x.lib as L; " MAIN("do x.lib.P(A, B);"), LIB, NULL, "E0202@1:62");
    import_two(*state, "import x.lib as L; " MAIN("do L.N(A, B);"), LIB, NULL, "E0202@1:62");
    import_two(*state, "import y.lib; " MAIN(""), LIB, NULL, "E0603@1:1");
    import_two(*state, "import x.lib; " MAIN(""), "module y.lib;", NULL, "E0606@1:1");
}

static void protocols_of_one_name(void **state)
{
    import_two(*state, "import x.lib; global protocol P(role A, role B) { do x.lib.P(A, B); }",
               "module x.lib; global protocol P(role C, role D) { m() from C to D; }",
               "message m;\n\nsession P(role A, role B) {\n  do lib_P(A, B);\n}\n\n"
               "session lib_P(role C, role D) {\n  C -> D: m;\n}\n", "");
}

static void modules_may_import_each_other(void **state)
{
    import_two(*state, "module f; import x.lib; " MAIN("do x.lib.P(A, B);"),
               "module x.lib; import x.lib; global protocol P(role C, role D) { m() from C to D; do x.lib.P(C, D); }",
               "module f;\n\nmessage m;\n\nsession Main(role A, role B) {\n  do P(A, B);\n}\n\n"
               "session P(role C, role D) {\n  C -> D: m;\n  do P(C, D);\n}\n", "");
}

/* Whatever is cut off: one error, and no crash. */
static void every_prefix_ends_in_at_most_one_error(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *path, *text;
    } samples[] = {
        {"f.txt", "-- c\nA: rec x . {B!a; x, B!b; {B?c; end, B!d; x}}\nB: rec y . A?a; y"},
        {"f.txt", GRAPH("p 1 ! a q\nq 1 ? b p\n", "p") GRAPH("p 0 ? a q\nq 0 ! b p\n", "p")},
        {"f.scr", SCR("rec X { choice at A { a(int, T) from A to B; continue X; } or { do P(A, B); } }")},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        for (size_t n = 0; n < strlen(samples[i].text); n++) {
            char *cut = test_calloc(1, n + 1);
            memcpy(cut, samples[i].text, n);
            import_text(w, samples[i].path, cut);
            assert_in_range(w->d->n, 0, 1);
            test_free(cut);
        }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(formats_go_by_the_extension), T(chain), T(loop_and_choices), T(mixed), T(mixed_through_a_variable),
        T(single_branch), T(keywords_and_clashes), T(inner_variable_of_the_same_name), T(comments), T(unknown_peer),
        T(unknown_variable), T(variable_out_of_scope), T(two_of_one_name), T(no_semicolon), T(unclosed_branches),
        T(not_text), T(channels), T(graphs), T(inner_loop_is_a_rec), T(shared_state_is_declared),
        T(peer_that_is_not_there), T(peer_without_a_number), T(no_direction), T(no_marking), T(messages),
        T(same_label_other_payload), T(control), T(choice_of_one), T(several_receivers), T(declared_payload),
        T(unknown_role), T(unknown_protocol), T(unbound_continue), T(parameters), T(other_module),
        T(module_that_is_not_imported), T(interrupts), T(nested_protocols),
        T(arguments_that_are_not_each_given_once), T(one_branch_of_another_role), T(all_that_is_wrong_is_told),
        T(all_automata_are_read), T(parallel), T(parallel_with_nothing), T(recursion_that_does_nothing),
        T(recursion_to_an_outer_one_stays), T(others_pass_an_endless_loop), T(one_of_them_does_not),
        T(the_loop_has_an_exit), T(the_loop_goes_back_to_one_around_it), T(arguments_by_name),
        T(pragmas_and_comments_of_nuscr),
        T(types_by_what_they_mean_elsewhere), T(protocols_of_other_modules), T(protocols_of_one_name),
        T(modules_may_import_each_other), T(comments_stay_where_they_are), T(empty_lines_within_stay),
        T(comments_of_graphs_stand_above_them), T(comments_call_graphs), T(comments_of_branches_stand_above_them),
        T(refinement), T(no_protocol), T(no_automaton),
        T(values_of_a_recursion), T(initial_state_that_is_nowhere), T(delegation),
        T(connections),
        T(two_roles_of_one_name), T(unclosed_comment), T(unclosed_block), T(nesting_is_limited),
        T(every_prefix_ends_in_at_most_one_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
