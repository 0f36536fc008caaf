/* front_kit.h -- parse a text, compare what was reported and where; shared by the tests of dsl/front. */
#ifndef MOTET_TEST_FRONT_KIT_H
#define MOTET_TEST_FRONT_KIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ast_print.h"
#include "buf.h"
#include "lexer.h"
#include "parser.h"

struct world {
    struct arena *a;
    struct sources *s;
    struct diags *d;
    struct file *f;
    struct buf out;
};

static inline int setup(void **state)
{
    *state = test_calloc(1, sizeof(struct world));
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    arena_free(w->a);
    buf_free(&w->out);
    test_free(w);
    return 0;
}

static inline void parse_bytes(struct world *w, const char *text, size_t n)
{
    arena_free(w->a);
    w->a = arena_new(0);
    w->s = sources_new(w->a);
    w->d = diags_new(w->a);
    w->f = parse_file(w->a, interner_new(w->a), w->s, sources_add(w->s, "f", text, n), w->d);
    assert_non_null(w->f);
    diags_sort(w->d);
}

static inline void parse(struct world *w, const char *text) { parse_bytes(w, text, strlen(text)); }

/* "CODE@line:column ..." */
static inline const char *places(struct world *w)
{
    buf_free(&w->out);
    for (uint32_t i = 0; i < w->d->n; i++) {
        struct position p = source_position(w->s, 0, w->d->at[i]->at.lo);
        buf_printf(&w->out, "%s%s@%u:%u", i ? " " : "", diag_code_name(w->d->at[i]->code), p.line, p.column);
    }
    return buf_cstr(&w->out);
}

#define REPORTS(text, expected)                                                                                        \
    do {                                                                                                               \
        parse(w, text);                                                                                                \
        assert_string_equal(places(w), expected);                                                                      \
    } while (0)
#define ACCEPTS(text) REPORTS(text, "")
#define BODY(text) "session S(role A, role B) {\n" text "\n}\n"

static inline uint64_t random_next(uint64_t *seed) /* xorshift */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

/* One of everything. */
static const char sample[] = {
    "//! Two-phase commit.\n//! Sample.\nmodule store.tpc;\n"
    "import common.types;\nimport \"../net/http.proto-session\" { Get, Put as Store };\n"
    "import common.money { Euro as E };\n"
    "enum Reason { conflict, disk, shutdown, }\n"
    "struct Item { id: u32; tags: list<string<16>, 4>; grid: u8[3][4]; next: optional<Reason>; back: ref<Tpc.C>; }\n"
    "/// First phase.\n/// Asks.\nmessage Prepare { tx: u64; ops: bytes<1024>; }\n"
    "message No = 7 { why: Reason; }\nmessage Commit;\nmessage Abort {}\n"
    "session Tpc(role C, role P[3]) {\n"
    "  foreach p in P { C -> p: Prepare where tx > 0 && !(Prepare.tx - -1 >= 7 * (tx + 2)) || len(ops) != 3 -> true; }\n"
    "  rec Loop { choice at C { C -> P[1]: Commit; continue Loop; } or { do Other(C, P[2]); } }\n"
    "  par { C -> P[0]: No; } and { C -> P[1]: No; } and { }\n"
    "  par foreach p in P { p -> C: Commit; }\n"
    "  try { C -> P[0]: No; } catch timeout 2s at C, crash P at C { C -> P[1]: Abort; } catch cancel at C { }\n"
    "}\n"
    "local Client = rec X . +{ !Request . ?Response . X, Server!Quit . end };\n"
    "local Server = dual (Client);\n"
    "session Rpc(Client, Server);\n"
    "assert Client <= dual Server;\nassert dual(Client) == rec X . !Request . X;\n"
    "actor Coordinator plays Tpc.C, Rpc.Client { mailbox 2 block; sessions 10; state { x: u64; } }\n"
    "actor Participant plays Tpc.P[1];\n"
    "actor Auditor plays Tpc.P {\n"
    "  mailbox 8 shared drop_newest; inbox 3 drop_oldest; isolation process; state { x: u64; y: u8; } with invariant x <= 9;\n"
    "  invariant y < 3; on Tpc.P[1].Prepare requires tx > x ensures state.x == old(x) + 1 requires y == 0;\n"
    "}\n"
    "system Store {\n"
    "  supervisor root rest_for_one intensity 5 in 10s {\n"
    "    decide { timeout: stop; protocol_violation: restart; _: resume; }\n"
    "    child coordinator: Coordinator decide { fatal: escalate; };\n"
    "    child participant[3]: Participant transient shutdown 2s backoff 10ms..1s;\n"
    "    supervisor inner { child x: Y temporary; }\n"
    "  }\n"
    "  wire Tpc(C = coordinator, P = any participant);\n"
    "  wire Rpc(Client = coordinator, Server = participant[2]);\n"
    "}\n"
    "verify Store {\n"
    "  sessions 2; crashes 1 of participant; crashes 3; loss 2; domain Prepare.tx in 0..3; fair none;\n"
    "  ltl decides { [] (sent(C, Prepare) -> <> (sent(Tpc.C, Commit) || received(P[1], Abort))) }\n"
    "  ltl words { always not done(Tpc) U crashed(participant[1]) and next true <-> false implies restarted(x) }\n"
    "}\n"};

#endif
