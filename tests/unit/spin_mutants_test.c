/* spin_mutants_test.c -- renderings that are wrong in one place: the comparison with the explorer notices.
 *
 * Each row of the table is a way to be wrong, tried at each place where it fits. Some places make no difference to the
 * model at hand (a counter that is 0 anyway): how many, is in the table, and must not become more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <regex.h>

#include "buf.h"
#include "spin_kit.h"

enum { MOST_PLACES = 16, GROUPS = 4 };

/* ---- models in which nearly everything matters ---- */

/* A asks for one of two things and waits for what B answers; C is told at the end. */
static struct model *by_labels(struct kit *k)
{
    kit_role(k, "A", "0 B!x 1, 0 B!y 2, 1 B?u 3, 2 B?v 3, 3 C!u 4, 3 C!v 4, 4 C?x 5");
    kit_role(k, "B", "0 A?x 1, 0 A?y 2, 1 A!u 3, 2 A!v 3, 3 C!y 4");
    kit_role(k, "C", "0 A?u 1, 0 A?v 1, 1 B?y 2, 2 A!x 3");
    return kit_model(k, 1, 1);
}

/* A runs ahead of B as far as there is room, and ends with a message that B takes as its last one only. */
static struct model *that_runs_ahead(struct kit *k)
{
    kit_role(k, "A", "0 B!x 1, 1 B!x 2, 2 B!x 3, 3 B!y 4");
    kit_role(k, "B", "0 A?x 1, 1 A?x 2, 2 A?x 3, 3 A?y 4");
    return kit_model(k, 1, 2);
}

static struct model *that_is_unexpected(struct kit *k)
{
    kit_role(k, "A", "0 B!x 1, 1 B!y 2, 2 B?u 3");
    kit_role(k, "B", "0 A?x 1, 1 A?x 2, 2 A!u 3");
    return kit_model(k, 1, 2);
}

static struct model *that_leaves_an_orphan(struct kit *k)
{
    kit_role(k, "A", "0 B!x 1, 1 B!y 2");
    kit_role(k, "B", "0 A?x 1");
    return kit_model(k, 1, 2);
}

/* Two supervisors that each give up at the second crash, and one crash more than it takes to end it all. */
static struct model *with_crashes(struct kit *k)
{
    kit_role(k, "A", "0 B!x 1, 1 B!x 2, 2 B!x 3, 3 B?y 4");
    kit_role(k, "B", "0 A?x 1, 1 A?x 2, 2 A?x 3, 3 A!y 4");
    uint32_t root = kit_supervisor(k, IR_NONE, REST_FOR_ONE, 1), group = kit_supervisor(k, root, ONE_FOR_ALL, 1);
    kit_child(k, group, "a", 1, RESTART_PERMANENT);
    kit_child(k, group, "b", 1, RESTART_TRANSIENT);
    kit_crashes(k, 5, IR_NONE);
    return kit_model(k, 1, 2);
}

static struct model *with_a_temporary_child(struct kit *k)
{
    kit_role(k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(k, "B", "0 A?x 1, 1 A!y 2");
    uint32_t root = kit_supervisor(k, IR_NONE, ONE_FOR_ALL, 1);
    kit_child(k, root, "a", 1, RESTART_TEMPORARY);
    kit_child(k, root, "b", 1, RESTART_PERMANENT);
    kit_crashes(k, 2, IR_NONE);
    return kit_model(k, 2, 1);
}

/* A may cancel at any time; B answers as long as it has not heard of it. */
static struct model *with_a_handler(struct kit *k)
{
    kit_cancel(k, "A", 0);
    kit_role(k, "A", "0 B!ask 1, 0 @0 3, 1 B?tell 2, 1 @0 3, 3 B!!stop 2");
    kit_role(k, "B", "0 A?ask 1, 0 A??stop 3, 1 A!tell 2, 1 A??stop 3, 2 A??stop 3, 2 end");
    return kit_model(k, 1, 1);
}

/* B crashes, and A tells C something else then. */
static struct model *with_a_crash_handler(struct kit *k)
{
    kit_named_role(k, "A"); /* roles are bound in the order in which they are named */
    kit_crash_of(k, "B", "A", 0);
    kit_role(k, "A", "0 B!x 1, 0 @0 3, 1 B?y 2, 1 @0 3, 2 C!u 4, 3 C!v 4");
    kit_role(k, "B", "0 A?x 1, 1 A!y 2");
    kit_role(k, "C", "0 A?u 1, 0 A?v 2");
    uint32_t root = kit_supervisor(k, IR_NONE, ONE_FOR_ONE, 3);
    kit_child(k, root, "a", 1, RESTART_PERMANENT);
    kit_child(k, root, "b", 1, RESTART_PERMANENT);
    kit_child(k, root, "c", 1, RESTART_PERMANENT);
    kit_crashes(k, 1, 1);
    return kit_model(k, 1, 1);
}

static struct model *that_loses(struct kit *k, enum policy policy)
{
    kit_role(k, "A", "0 B!x 1, 1 B!y 2, 2 B!y 3");
    kit_role(k, "B", "0 A?x 1, 0 A?y 2, 1 A?y 3, 2 A?x 4, 3 A?y 5, 3 end"); /* y is no way to start */
    struct model *m = kit_model(k, 1, 2);
    m->lanes[0].policy = policy;
    return m;
}

static struct model *that_drops_newest(struct kit *k)
{
    return that_loses(k, POLICY_DROP_NEWEST);
}

static struct model *that_drops_oldest(struct kit *k)
{
    return that_loses(k, POLICY_DROP_OLDEST);
}

/* One message gets lost: who waits for it waits for ever. */
static struct model *that_may_lose_one(struct kit *k)
{
    k->verify.loss = 1;
    return by_labels(k);
}

/* ---- ways to be wrong ---- */

struct wrong {
    const char *what;
    struct model *(*of)(struct kit *k);
    const char *from, *to;      /* an extended regular expression; \1 is its first group */
    uint32_t places, unnoticed; /* at least so many, and of these at most so many */
};

static const struct wrong table[] = {
    {"a step is left out", by_labels, "STEP\\(([^,]*), 0\\);", "false;", 16, 0},
    {"a step goes elsewhere", by_labels, "goto (end_)?S[1-9]", "goto S0", 16, 0},
    {"another message is sent", by_labels, "!m_[xyuv]", "!m_w", 8, 0},
    {"another lane is written", by_labels, "STEP\\(c_A_C!", "STEP(c_C_A!", 2, 0},
    {"a lane has more room", that_runs_ahead, "= \\[2\\]", "= [3]", 1, 0},
    {"a lane has less room", that_runs_ahead, "= \\[2\\]", "= [1]", 1, 0},
    {"the end is no end", that_runs_ahead, "end_S4", "S4", 4, 0},
    {"what is unexpected is not asserted", that_is_unexpected, "^ *UNEXPECTED\\(c_A_B, m_y\\)", "", 2, 1},
    {"what is left is not asserted", that_leaves_an_orphan, "ORPHAN\\([^)]*\\)$", "", 3, 1},
    {"a loss is left out", that_may_lose_one, "LOSE\\(", "if :: false fi; LOSE(", 9, 2}, /* two sends do the same */
    {"losses are not counted", that_may_lose_one, "-> loss--", "-> skip", 1, 0},
    {"a full lane takes no more", that_drops_newest, "SEND_OR_DROP\\([^,]*, ([^,]*), ([^,]*), 0\\)", "\\1!\\2", 3, 2},
    {"the newest is kept", that_drops_newest, "len\\(c_A_B\\) < 2,", "len(c_A_B) < 1,", 3, 1},
    {"the newest goes instead of the oldest", that_drops_oldest, ": DROP_AND_SEND", ": SEND_OR_DROP", 3, 2},

    {"a step is left out", with_crashes, "\\{ (AT\\([AB], [0-9]\\))", "{ false \\&\\& \\1", 8, 0},
    {"a step needs no room", with_crashes, "(AT\\(A, 2\\)) && [^>]*->", "\\1 ->", 1, 0},
    {"a step is possible elsewhere", with_crashes, "AT\\(([AB]), 1\\)", "AT(\\1, 0)", 2, 0},
    {"a step goes elsewhere", with_crashes, "(pc_[AB]) = [1-4] EVENT", "\\1 = 0 EVENT", 8, 0},
    {"a lane is smaller", with_crashes, "(AT\\(A, 1\\) && len_c_A_B) < 2 ->", "\\1 < 1 ->", 1, 0},
    {"a budget is not used up", with_crashes, "budget_0--;", "skip;", 6, 0},
    {"a restart is not counted", with_crashes, "COUNT\\(count_[01], 1\\);", "skip;", 4, 0},
    {"a count is not asked", with_crashes, " && count_[01] == 1 ->", " ->", 4, 0},
    {"a count is compared with another limit", with_crashes, "(count_[01]) == 1 ->", "\\1 == 0 ->", 4, 0},
    {"a count is not cleared", with_crashes, "count_[01] = 0;", "skip;", 6, 0},
    {"some live on without the root", with_crashes, "gone_[01] = 1;", "skip;", 4, 0},
    {"a run is not closed", with_crashes, "DOWN_0 -> close_0\\(\\)", "DOWN_0 -> skip", 1, 0},
    {"a lane is not cleared", with_crashes, "clear_c_A_B\\(\\);", "skip;", 2, 0},
    {"the root is not watched", with_crashes, "atomic \\{ gone_[01] ->", "atomic { false ->", 1, 0},

    {"a crash is left out", with_a_temporary_child, "READY && !gone_[01] &&", "false \\&\\&", 3, 0},
    {"a temporary child is restarted", with_a_temporary_child, "gone_0 = 1;", "skip;", 3, 1},
    {"one that is gone crashes again", with_a_temporary_child, "READY && !gone_0", "READY", 1, 0},
    {"the other runs are not settled", with_a_temporary_child, "        run_[01]\\(\\);", "        skip;", 2, 0},
    {"a run is not closed", with_a_temporary_child, "DOWN_([01]) -> close_[01]\\(\\)", "DOWN_\\1 -> skip", 2, 0},

    {"a step is left out", with_a_handler, "\\{ (AT\\([AB], [0-9]\\))", "{ false \\&\\& \\1", 8, 1},
    {"a step goes elsewhere", with_a_handler, "(pc_[AB]) = [1-3]( |;)", "\\1 = 0\\2", 8, 0},
    {"a purge is left out", with_a_handler, "purge_[AB]\\(\\);", "skip;", 2, 0},
    {"a phase is not raised", with_a_handler, "phase_A = \\(phase_A / 1 \\+ 1\\) \\* 1;", "skip;", 2, 0},
    {"a message is not dropped when it is outdated", with_a_handler, ":: phase_[AB] < phase_[AB] -> skip",
     ":: false -> skip", 2, 2},
    {"an interrupt is taken late", with_a_handler, "AT\\(B, 2\\)", "AT(B, 9)", 1, 0},

    {"nobody is hit", with_a_crash_handler, "hit\\[1\\] = 1;", "skip;", 1, 0},
    {"a crash is not caught", with_a_crash_handler, "dead == 1 && DEAD", "dead == 9 \\&\\& DEAD", 1, 0},
    {"a crash leads elsewhere", with_a_crash_handler, "-> pc_A = 3", "-> pc_A = 2", 1, 0},
    {"who crashed is not gone", with_a_crash_handler, "pc_B = GONE; phase_B = 0; clear", "clear", 1, 0},
};

/* ---- trying them ---- */

static bool verdicts_agree(struct arena *a, const struct engines *e, const struct exploration *x,
                           const struct spin_model *text)
{
    static const enum spin_answer answers[] = {[VERDICT_HOLDS] = SPIN_HOLDS, [VERDICT_VIOLATED] = SPIN_VIOLATED,
                                               [VERDICT_INCONCLUSIVE] = SPIN_INCONCLUSIVE};
    struct spin_check *c = spin_check(a, e->s, text, &plenty);
    for (int k = 0; k < SAFETY_KINDS; k++)
        if (c->safety[k].answer != answers[x->result[k]])
            return false;
    return true;
}

/* The count first: it notices most, and is cheap. */
static bool noticed(struct arena *a, const struct engines *e, const struct exploration *x, const char *text)
{
    struct spin_model m = spin_model_of(&e->text, text);
    struct spin_result n = spin_count(a, e->s, &m, &plenty);
    return n.answer != SPIN_HOLDS || n.states != x->states + (e->m->n_crashes != 0) || !verdicts_agree(a, e, x, &m);
}

/* `to` with \1 to \3 replaced by the groups, and \& by itself. */
static void put_replacement(struct buf *out, const char *to, const char *text, const regmatch_t *groups)
{
    for (const char *p = to; *p; p++) {
        if (*p != '\\' || p[1] == '\0') {
            buf_putc(out, *p);
            continue;
        }
        p++;
        if (*p >= '1' && *p < '0' + GROUPS)
            buf_putn(out, text + groups[*p - '0'].rm_so, (size_t)(groups[*p - '0'].rm_eo - groups[*p - '0'].rm_so));
        else
            buf_putc(out, *p);
    }
}

/* The text that is wrong at the next place from `from` on, which is then behind it; NULL when there is none. */
static char *wrong_text(struct arena *a, const struct wrong *w, const regex_t *r, const char *text, size_t *from)
{
    regmatch_t g[GROUPS];
    if (regexec(r, text + *from, GROUPS, g, 0) != 0)
        return NULL;
    struct buf out = {0};
    buf_putn(&out, text, *from + (size_t)g[0].rm_so);
    put_replacement(&out, w->to, text + *from, g);
    buf_puts(&out, text + *from + g[0].rm_eo);
    char *result = arena_strndup(a, buf_cstr(&out), out.n);
    buf_free(&out);
    *from += (size_t)g[0].rm_eo;
    return result;
}

/* How many of the places that were tried make no difference. */
static uint32_t try_all(struct arena *a, const struct wrong *w, uint32_t *places)
{
    struct kit *k = kit_new(a);
    struct engines e = engines_new(a, w->of(k));
    const struct exploration *x = explore(a, e.s, &plenty);
    regex_t r;
    size_t from = 0;
    uint32_t unnoticed = 0;
    assert_int_equal(regcomp(&r, w->from, REG_EXTENDED | REG_NEWLINE), 0);
    *places = 0;
    for (char *text; *places < MOST_PLACES && (text = wrong_text(a, w, &r, e.text.text, &from)) != NULL; ++*places)
        if (!noticed(a, &e, x, text)) {
            if (getenv("MOTET_SHOW"))
                print_message("unnoticed: %s: %.*s\n", w->what, 90, e.text.text + (from > 60 ? from - 60 : 0));
            unnoticed++;
        }
    regfree(&r);
    return unnoticed;
}

static void wrong_renderings_are_noticed(void **ctx)
{
    (void)ctx;
    bool good = true;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *a = arena_new(0);
        uint32_t places, unnoticed = try_all(a, &table[i], &places);
        bool fine = places >= table[i].places && unnoticed <= table[i].unnoticed;
        if (!fine || getenv("MOTET_SHOW"))
            print_message("%zu %s: %u places, %u unnoticed\n", i, table[i].what, (unsigned)places, (unsigned)unnoticed);
        good = good && fine;
        arena_free(a);
    }
    assert_true(good);
}

/* Nothing is noticed where nothing is wrong: else the table would prove nothing. */
static void right_renderings_are_not(void **ctx)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena *a = arena_new(0);
        struct engines e = engines_new(a, table[i].of(kit_new(a)));
        if (i == 0 || table[i].of != table[i - 1].of)
            assert_false(noticed(a, &e, explore(a, e.s, &plenty), e.text.text));
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_renderings_are_not),
        cmocka_unit_test(wrong_renderings_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
