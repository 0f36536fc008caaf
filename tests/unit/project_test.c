/* project_test.c -- projection: protocols that are implementable although merging projections refuse them, protocols
 * that are not and why, minimisation; then random protocols, whose verdicts are compared with what their automata do
 * over bounded lanes.
 */
#include "compiled.h"

#define M5 "message M; message N; message O; message L; message R;\n"
#define ABC M5 "session S(role A, role B, role C) {"
#define ABCD M5 "session S(role A, role B, role C, role D) {"

#define LOCAL(name, text, role, want)                                                                                  \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_local(text, role, want);                                                                                \
    }

#define ERRORS(name, text, want)                                                                                       \
    static void name(void **state)                                                                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        assert_codes(text, want);                                                                                      \
    }

/* ---- implementable ---- */

LOCAL(sequence, M5 "session S(role A, role B) { A -> B: M; B -> A: N; }", "A", "0: B!M>1 / 1: B?N>2 / 2*:")
LOCAL(role_that_does_nothing, ABC "A -> B: M; }", "C", "0*:")
LOCAL(choice_to_different_receivers, ABC "choice at A { A -> B: M; A -> C: M; } or { A -> C: N; A -> B: N; } }", "A",
      "0: B!M>1 C!N>2 / 1: C!M>3 / 2: B!N>3 / 3*:")
LOCAL(learns_from_different_senders, ABCD "choice at A { A -> B: L; B -> D: M; } or { A -> C: L; C -> D: N; } }", "D",
      "0: B?M>1 C?N>1 / 1*:")
LOCAL(told_later, ABC "choice at A { A -> B: L; B -> A: M; A -> C: M; C -> B: M; } or { A -> B: R; B -> A: M; A -> "
       "C: N; "
      "C -> B: N; } }", "C", "0: A?M>1 A?N>2 / 1: B!M>3 / 2: B!N>3 / 3*:")
LOCAL(told_in_one_branch_only, ABC "choice at A { A -> B: L; A -> C: M; } or { A -> B: R; } }", "C", "0*: A?M>1 / 1*:")
LOCAL(told_after_a_loop, ABC "rec X { choice at A { A -> B: M; continue X; } or { A -> B: N; A -> C: O; } } }", "C",
      "0: A?O>1 / 1*:")
LOCAL(told_in_another_loop, ABC "rec X { choice at A { A -> B: M; rec Y { choice at B { B -> C: M; continue Y; } or "
      "{ B -> C: N; } } C -> A: L; continue X; } or { A -> C: O; A -> B: O; } } }", "C",
      "0: A?O>1 B?M>2 B?N>3 / 1*: / 2: B?M>2 B?N>3 / 3: A!L>0")
LOCAL(loop_never_left, ABC "rec X { A -> B: M; B -> A: N; continue X; } }", "C", "0:")
LOCAL(same_message_needs_no_decision, ABC "choice at A { A -> B: L; B -> C: M; C -> A: O; } or "
      "{ A -> B: R; B -> C: M; C -> A: O; } }", "C", "0: B?M>1 / 1: A!O>2 / 2*:")
LOCAL(merged_and_split_again, ABC "choice at A { A -> B: L; B -> C: M; B -> C: N; C -> A: N; } or "
      "{ A -> B: R; B -> C: M; B -> C: O; C -> A: O; } }", "C", "0: B?M>1 / 1: B?N>2 B?O>3 / 2: A!N>4 / 3: A!O>4 / 4*:")
/* A syntactic merge has to equate two loops that are unrolled differently. */
LOCAL(loops_unrolled_differently, ABC "choice at A { A -> B: L; rec X { A -> C: M; C -> B: M; continue X; } } or "
      "{ A -> B: R; A -> C: M; C -> B: M; rec Y { A -> C: M; C -> B: M; continue Y; } } }", "C",
      "0: A?M>1 / 1: B!M>0")
/* Odd-even: B learns the branch from how many messages arrive before the last. */
LOCAL(odd_even, ABC "choice at A { A -> B: L; rec X { choice at A { A -> B: M; A -> B: M; continue X; } or { A -> "
       "B: N; "
      "B -> C: M; } } } or { A -> B: R; rec Y { choice at A { A -> B: M; A -> B: M; continue Y; } or { A -> B: N; "
      "B -> C: N; } } } }", "C", "0: B?M>1 B?N>1 / 1*:")
LOCAL(overtaking_is_harmless_with_another_name, ABCD "choice at A { A -> B: L; A -> C: L; B -> D: M; } or "
      "{ A -> B: R; A -> C: R; C -> D: N; B -> D: O; } }", "D", "0: B?M>1 C?N>2 / 1*: / 2: B?O>1")
LOCAL(overtaking_is_hidden_by_an_earlier_message, ABCD "choice at A { A -> B: L; A -> C: L; B -> D: M; } or "
      "{ A -> B: R; A -> C: R; C -> D: N; B -> D: O; B -> D: M; } }", "D",
      "0: B?M>1 C?N>2 / 1*: / 2: B?O>3 / 3: B?M>1")
LOCAL(overtaking_is_stopped_by_waiting, ABCD "choice at A { A -> B: L; A -> C: L; B -> D: M; } or "
      "{ A -> B: R; A -> C: R; C -> D: N; D -> B: N; B -> D: M; } }", "D",
      "0: B?M>1 C?N>2 / 1*: / 2: B!N>3 / 3: B?M>1")
LOCAL(overtaking_is_stopped_by_waiting_for_who_waits, ABCD "choice at A { A -> B: L; A -> C: L; B -> D: M; } or "
      "{ A -> B: R; A -> C: R; C -> D: N; D -> C: N; C -> B: N; B -> D: M; } }", "D",
      "0: B?M>1 C?N>2 / 1*: / 2: C!N>3 / 3: B?M>1")
LOCAL(family_members_each_their_own, M5 "session S(role A, role P[3]) { foreach p in P { A -> p: M; } foreach p in P { "
      "choice at p { p -> A: M; } or { p -> A: N; } } }", "P[1]", "0: A?M>1 / 1: A!M>2 A!N>2 / 2*:")

/* ---- minimal, but with true source lines ---- */

LOCAL(same_text_is_one_state, M5 "session Ping(role X, role Y) { X -> Y: M; }\nsession S(role A, role B) { choice "
       "at A { "
      "A -> B: L; do Ping(A, B); A -> B: O; } or { A -> B: R; do Ping(A, B); A -> B: O; } }", "A",
      "0: B!L>1 B!R>2 / 1: B!M>3 / 2: B!M>4 / 3: B!O>5 / 4: B!O>5 / 5*:")
LOCAL(same_text_after_a_choice_is_one_state, M5 "session Ping(role X, role Y) { X -> Y: M; }\nsession S(role A, "
       "role B) { "
      "choice at A { A -> B: L; do Ping(A, B); } or { A -> B: R; do Ping(A, B); } }", "A",
      "0: B!L>1 B!R>1 / 1: B!M>2 / 2*:")
LOCAL(unrolled_loop_of_one_text_is_one_state, M5 "session Ping(role X, role Y) { X -> Y: M; }\n"
      "session S(role A, role B) { do Ping(A, B); rec X { do Ping(A, B); continue X; } }", "A", "0: B!M>0")
LOCAL(different_lines_stay_apart, M5 "session S(role A, role B) { A -> B: M; rec X { A -> B: M; continue X; } }", "A",
      "0: B!M>1 / 1: B!M>1")

static void long_chains_are_minimised_fast(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_puts(&b, M5 "session Ping(role X, role Y) { X -> Y: M; }\nsession S(role A, role B) { ");
    for (int i = 0; i < 20000; i++)
        buf_puts(&b, "do Ping(A, B);\n");
    buf_puts(&b, "}");
    struct compiled c = compile_clean(buf_cstr(&b));
    assert_int_equal(session_named(&c, "S")->locals[1].n_states, 20001);
    compiled_free(&c);
    buf_free(&b);
}

static void edges_tell_their_line(void **state)
{
    (void)state;
    struct compiled c = compile_clean(ABC "\nA -> B: M;\nB -> C: N;\n}");
    const struct automaton *b = &session_named(&c, "S")->locals[1];
    assert_int_equal(source_position(c.sources, 0, b->edges[b->states[0].first].at.lo).line, 3);
    assert_int_equal(source_position(c.sources, 0, b->edges[b->states[1].first].at.lo).line, 4);
    assert_int_equal(source_position(c.sources, 0, b->states[1].at.lo).line, 4);
    assert_int_equal(source_position(c.sources, 0, b->states[2].at.lo).line, 5);
    compiled_free(&c);
}

static void initiator_is_the_only_first_sender(void **state)
{
    (void)state;
    struct compiled c = compile_clean(ABC "A -> B: M; B -> C: M; }\n"
                                          "session T(role A, role B, role C) { A -> B: M; C -> B: M; }");
    assert_int_equal(session_named(&c, "S")->initiator, 0);
    assert_int_equal(session_named(&c, "T")->initiator, IR_NONE);
    compiled_free(&c);
}

/* ---- not implementable ---- */

ERRORS(send_not_told, ABC "choice at A { A -> B: L;\n C -> B: M; } or { A -> B: R;\n C -> B: N; } }", "E0301:3")
ERRORS(send_or_nothing, ABC "choice at A { A -> B: L;\n C -> B: M; } or { A -> B: R; } }", "E0301:3")
ERRORS(send_told_the_same, ABC "choice at A { A -> B: L; B -> C: O;\n C -> B: M; } or { A -> B: R; B -> C: O;\n"
       " C -> B: N; } }", "E0301:3")
ERRORS(send_after_a_loop_it_does_not_see, ABC "rec X { choice at A { A -> B: M; continue X; } or { A -> B: N; } }\n"
       " C -> A: M; rec Y { choice at A { A -> B: M; C -> A: L; continue Y; } or { A -> B: O; } } }", "E0301:3")
ERRORS(send_or_receive, ABC "choice at A { A -> B: L;\n C -> B: M; } or { A -> B: R; A -> C: R; } }", "E0303:3")
ERRORS(send_while_the_chooser_may_write, ABCD "choice at A { A -> B: L; } or { A -> C: R;\n B -> C: M; } }", "E0303:3")
ERRORS(receive_overtaken, ABCD "choice at A { A -> B: L; A -> C: L; B -> D: M; C -> D: M; } or "
       "{ A -> B: R; A -> C: R; C -> D: M;\n B -> D: M; } }", "E0302:3")
ERRORS(receive_overtaken_far_ahead, ABCD "choice at A { A -> B: L; B -> D: M; } or "
       "{ A -> C: R; C -> D: N; A -> C: N; A -> C: N; A -> B: R;\n B -> D: M; } }", "E0302:3")
ERRORS(receive_overtaken_after_a_loop, ABCD "choice at A { A -> B: L; B -> D: M; } or "
       "{ A -> B: R; B -> C: R; C -> D: N; rec X { choice at B { B -> C: M; continue X; } or { B -> C: N;\n"
       " B -> D: M; } } } }", "E0302:3")
ERRORS(two_roles_each_told_of, ABCD "choice at A { A -> B: L;\n C -> B: M;\n D -> B: M; } or { A -> B: R; } }",
       "E0301:3 E0301:4")
ERRORS(two_choices_each_told_of, ABC "choice at A { A -> B: L; A -> C: O;\n C -> B: M; } or { A -> B: R; A -> C: O; "
       "B -> A: L; A -> C: O; }\n}\nsession T(role A, role B, role C) { choice at B { B -> A: M;\n C -> A: M; } or "
       "{ B -> A: N; } }", "E0303:3 E0301:6")

static void members_of_a_family_share_a_report(void **state)
{
    (void)state;
    struct compiled c = compile(M5 "session S(role C, role P[3]) {\nchoice at C { foreach p in P { C -> p: M; }\n"
                                   "foreach p in P { p -> C: N; } } or { C -> P[0]: O; C -> P[1]: M; C -> P[2]: M; "
                                   "} }");
    assert_string_equal(codes(&c), "E0301:4");
    assert_says(&c, "`P[1]` cannot know whether to send `N` to `C`");
    assert_says(&c, "the same holds for `P[2]`");
    compiled_free(&c);
}

static void a_failed_send_shows_both_branches(void **state)
{
    (void)state;
    struct compiled c = compile(ABC "\nA -> C: O;\nchoice at A {\nA -> B: L;\nC -> B: M;\n} or {\nA -> B: R;\nC -> "
       "B: N;\n} }");
    assert_string_equal(codes(&c), "E0301:6");
    assert_says(&c, "`C` cannot know whether to send `M` to `B`");
    assert_says(&c, "in this branch `C` must send `M` to `B`");
    assert_says(&c, "in this one it must send `N` to `B`");
    assert_says(&c, "in both branches `C` has seen the same so far: it received `O` from `A`");
    assert_says(&c, "let `A`, which decides, tell `C`: send it a different message in each branch before line 6");
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[0].at.lo).line, 5);
    assert_int_equal(source_position(c.sources, 0, c.d->at[0]->labels.at[1].at.lo).line, 8);
    assert_false(session_named(&c, "S")->usable);
    assert_false(session_named(&c, "S")->implementable);
    compiled_free(&c);
}

static void an_equal_message_is_named(void **state)
{
    (void)state;
    struct compiled c = compile(ABC "choice at A { A -> B: L;\nB -> C: O; C -> B: M; } or { A -> B: R;\nB -> C: O; "
       "} }");
    assert_says(&c, "nothing more is expected of it");
    assert_says(&c, "let `B` send `C` different messages at lines 3 and 4: now it is `O` in both branches");
    compiled_free(&c);
}

static void runs_part_as_late_as_possible(void **state)
{
    (void)state;
    struct compiled c = compile(ABC "rec X { choice at B { B -> A: L; continue X; } or { B -> A: R; } }\n"
                                    "choice at A {\nA -> B: L; C -> B: M;\n} or {\nA -> B: R; } }");
    assert_string_equal(codes(&c), "E0301:4");
    for (uint32_t i = 0; i < c.d->at[0]->labels.n; i++)
        assert_true(source_position(c.sources, 0, c.d->at[0]->labels.at[i].at.lo).line >= 4);
    compiled_free(&c);
}

static void an_overtaken_receive_shows_what_overtakes(void **state)
{
    (void)state;
    struct compiled c = compile(ABCD "\nchoice at A {\nA -> B: L;\nB -> D: M;\n} or {\nA -> B: R;\nB -> C: R;\nC -> "
       "D: N;\n"
                                     "B -> D: M;\n} }");
    assert_string_equal(codes(&c), "E0302:10");
    assert_says(&c, "`D` may take `M` from `B` too early");
    assert_says(&c, "`B` can send this before `D` has received `N`");
    assert_says(&c, "so `D` may take it for this one");
    assert_says(&c, "`D` has seen nothing before");
    compiled_free(&c);
}

/* ---- random protocols ---- */

enum { ROLES = 4, LABELS = 3, CAPACITY = 2, MAX_CONFIGS = 30000 };

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 11) % n);
}

static uint32_t other_than(uint32_t r)
{
    uint32_t x = below(ROLES - 1);
    return x < r ? x : x + 1;
}

static void random_message(struct buf *b, uint32_t from)
{
    buf_printf(b, "R%u -> R%u: M%u; ", from, other_than(from), below(LABELS));
}

/* `loops`: how many recs are around; a block that ends in `continue` has nothing after it. */
static bool random_block(struct buf *b, uint32_t depth, uint32_t loops);

static bool random_choice(struct buf *b, uint32_t depth, uint32_t loops)
{
    uint32_t chooser = below(ROLES), n = 2 + below(2);
    bool reaches = false;
    buf_printf(b, "choice at R%u ", chooser);
    for (uint32_t i = 0; i < n; i++) {
        buf_puts(b, i ? "or { " : "{ ");
        random_message(b, chooser);
        reaches = random_block(b, depth + 1, loops) || reaches;
        buf_puts(b, "} ");
    }
    return reaches;
}

static bool random_block(struct buf *b, uint32_t depth, uint32_t loops)
{
    for (uint32_t n = below(3) + (depth == 0); n > 0; n--) {
        uint32_t what = below(6);
        if (what < 3 || depth > 2) {
            random_message(b, below(ROLES));
        } else if (what < 5) {
            if (!random_choice(b, depth, loops))
                return false;
        } else {
            buf_printf(b, "rec X%u { ", loops);
            random_message(b, below(ROLES));
            bool reaches = random_choice(b, depth, loops + 1);
            buf_puts(b, "} ");
            if (!reaches)
                return false;
        }
    }
    if (loops && below(2)) {
        buf_printf(b, "continue X%u; ", below(loops));
        return false;
    }
    return true;
}

static void random_protocol(struct buf *b)
{
    b->n = 0;
    for (int i = 0; i < LABELS; i++)
        buf_printf(b, "message M%d; ", i);
    buf_puts(b, "session S(role R0, role R1, role R2, role R3) { ");
    random_block(b, 0, 0);
    buf_puts(b, "}");
}

/* ---- exhaustive exploration over bounded lanes ---- */

enum outcome { SAFE, DEADLOCK, UNEXPECTED, ORPHAN, TOO_LARGE, OUTCOMES };

struct config {
    uint16_t at[ROLES];
    uint8_t length[ROLES][ROLES];
    uint8_t lane[ROLES][ROLES][CAPACITY];
};

struct exploration {
    const struct session_type *t;
    struct config *all;
    uint32_t n, *slots, n_slots;
    bool strict_unexpected; /* a head that its reader does not take in this state, though it could wait for another */
};

static void add_config(struct exploration *x, const struct config *c)
{
    const unsigned char *p = (const unsigned char *)c;
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *c; i++)
        h = (h ^ p[i]) * 1099511628211u;
    uint32_t k = (uint32_t)(h ^ (h >> 32)) & (x->n_slots - 1);
    for (; x->slots[k]; k = (k + 1) & (x->n_slots - 1))
        if (memcmp(&x->all[x->slots[k] - 1], c, sizeof *c) == 0)
            return;
    if (x->n == MAX_CONFIGS)
        return;
    x->all[x->n++] = *c;
    x->slots[k] = x->n;
}

static const struct state *state_of(const struct exploration *x, const struct config *c, uint32_t r)
{
    return &x->t->locals[r].states[c->at[r]];
}

static bool step(struct exploration *x, const struct config *c, uint32_t r, const struct edge *e)
{
    struct config next = *c;
    next.at[r] = (uint16_t)e->target;
    if (e->dir == DIR_SEND) {
        if (c->length[r][e->peer] == CAPACITY)
            return false;
        next.lane[r][e->peer][next.length[r][e->peer]++] = (uint8_t)(e->message + 1);
    } else {
        uint8_t *lane = next.lane[e->peer][r];
        if (!c->length[e->peer][r] || lane[0] != e->message + 1)
            return false;
        memmove(lane, lane + 1, CAPACITY - 1);
        lane[CAPACITY - 1] = 0;
        next.length[e->peer][r]--;
    }
    add_config(x, &next);
    return true;
}

/* A role that waits, where each lane that it reads from holds a message that it does not take. */
static bool unexpected(struct exploration *x, const struct config *c, uint32_t r)
{
    const struct automaton *m = &x->t->locals[r];
    const struct state *s = state_of(x, c, r);
    bool reads = false, all = true;
    for (uint32_t i = s->first; i < s->first + s->n; i++) {
        const struct edge *e = &m->edges[i];
        if (e->dir == DIR_SEND)
            return false;
        reads = true;
        bool bad = c->length[e->peer][r] &&
                   automaton_find(m, c->at[r], DIR_RECEIVE, e->peer, c->lane[e->peer][r][0] - 1u) == IR_NONE;
        x->strict_unexpected = x->strict_unexpected || bad;
        all = all && bad;
    }
    return reads && all && !s->final;
}

static bool has_mail(const struct config *c, uint32_t r)
{
    for (uint32_t q = 0; q < ROLES; q++)
        if (c->length[q][r])
            return true;
    return false;
}

static enum outcome judge(struct exploration *x, const struct config *c, bool moved)
{
    bool waiting = false, orphan = false;
    for (uint32_t r = 0; r < ROLES; r++) {
        const struct state *s = state_of(x, c, r);
        if (unexpected(x, c, r))
            return UNEXPECTED;
        waiting = waiting || !s->final;
        orphan = orphan || (s->final && has_mail(c, r) && (!moved || s->n == 0));
    }
    return !moved && waiting ? DEADLOCK : orphan ? ORPHAN : SAFE;
}

static enum outcome explore(struct exploration *x, const struct session_type *t)
{
    *x = (struct exploration){.t = t, .n_slots = 1u << 17};
    x->all = malloc(MAX_CONFIGS * sizeof *x->all);
    x->slots = calloc(x->n_slots, sizeof *x->slots);
    struct config first;
    memset(&first, 0, sizeof first);
    add_config(x, &first);
    enum outcome out = SAFE;
    for (uint32_t h = 0; h < x->n && out == SAFE; h++) {
        struct config c = x->all[h];
        bool moved = false;
        for (uint32_t r = 0; r < ROLES; r++) {
            const struct state *s = state_of(x, &c, r);
            for (uint32_t i = s->first; i < s->first + s->n; i++)
                moved = step(x, &c, r, &t->locals[r].edges[i]) || moved;
        }
        out = judge(x, &c, moved);
    }
    if (out == SAFE && x->n == MAX_CONFIGS)
        out = TOO_LARGE;
    free(x->all);
    free(x->slots);
    return out;
}

struct tally {
    uint32_t implementable, ambiguous, refused[3], misbehave[3], too_large, strict;
};

static void one_random_protocol(struct tally *n, uint64_t number, struct buf *text)
{
    seed = number * 0x9e3779b97f4a7c15u + 1;
    random_protocol(text);
    struct compiled c = compile(buf_cstr(text));
    if (!c.ir)
        fail_msg("seed %llu does not compile (%s): %s", (unsigned long long)number, codes(&c), buf_cstr(text));
    const struct session_type *t = session_named(&c, "S");
    struct exploration x;
    if (!t->global) {
        n->ambiguous++;
    } else if (t->usable) {
        enum outcome o = explore(&x, t);
        n->implementable++;
        n->too_large += o == TOO_LARGE;
        n->strict += x.strict_unexpected;
        if (o != SAFE && o != TOO_LARGE)
            fail_msg("seed %llu: implementable, but outcome %d: %s", (unsigned long long)number, o, buf_cstr(text));
    } else {
        int kind = c.d->at[0]->code == E0301 ? 0 : c.d->at[0]->code == E0302 ? 1 : 2;
        enum outcome o = explore(&x, t);
        for (uint32_t i = 1; i < c.d->n; i++)
            if (c.d->at[i]->code != c.d->at[0]->code)
                kind = -1; /* tells nothing about one condition alone */
        if (kind >= 0) {
            n->refused[kind]++;
            n->misbehave[kind] += o == DEADLOCK || o == UNEXPECTED || o == ORPHAN;
        }
    }
    compiled_free(&c);
}

/* What projection accepts is safe; what each condition refuses does go wrong without it, often enough for this test
 * to mean something. */
static void random_protocols_agree_with_exploration(void **state)
{
    (void)state;
    struct tally n = {0};
    struct buf text = {0};
    for (uint64_t i = 0; i < 12000; i++)
        one_random_protocol(&n, i, &text);
    print_message("%u implementable (%u too large to explore, %u with a message that waits for another), "
                  "%u not well-formed\nrefused and misbehaving without the condition: send %u of %u, receive %u of %u, "
                  "mixed %u of %u\n", n.implementable, n.too_large, n.strict, n.ambiguous, n.misbehave[0], n.refused[0],
                  n.misbehave[1], n.refused[1], n.misbehave[2], n.refused[2]);
    assert_true(n.implementable > 200);
    for (int k = 0; k < 3; k++) {
        assert_true(n.refused[k] > 20);
        assert_true(n.misbehave[k] > 0);
    }
    buf_free(&text);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(sequence), T(role_that_does_nothing), T(choice_to_different_receivers), T(learns_from_different_senders),
        T(told_later), T(told_in_one_branch_only), T(told_after_a_loop), T(told_in_another_loop), T(loop_never_left),
        T(same_message_needs_no_decision), T(merged_and_split_again), T(loops_unrolled_differently), T(odd_even),
        T(overtaking_is_harmless_with_another_name), T(overtaking_is_hidden_by_an_earlier_message),
        T(overtaking_is_stopped_by_waiting), T(overtaking_is_stopped_by_waiting_for_who_waits),
        T(family_members_each_their_own), T(same_text_is_one_state), T(same_text_after_a_choice_is_one_state),
        T(unrolled_loop_of_one_text_is_one_state), T(different_lines_stay_apart), T(long_chains_are_minimised_fast),
        T(edges_tell_their_line), T(initiator_is_the_only_first_sender), T(send_not_told), T(send_or_nothing),
        T(send_told_the_same), T(send_after_a_loop_it_does_not_see), T(send_or_receive),
        T(send_while_the_chooser_may_write), T(receive_overtaken),
        T(receive_overtaken_far_ahead), T(receive_overtaken_after_a_loop), T(two_roles_each_told_of),
        T(two_choices_each_told_of), T(members_of_a_family_share_a_report), T(a_failed_send_shows_both_branches),
        T(an_equal_message_is_named), T(runs_part_as_late_as_possible),
        T(an_overtaken_receive_shows_what_overtakes), T(random_protocols_agree_with_exploration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
