/* cache_test.c -- texts that are kept in a folder, and properties that are believed only as far as they replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

#include "buf.h"
#include "cache.h"
#include "explorer.h"
#include "property_file.h"
#include "tools_kit.h"

static struct cache_key key(const char *text)
{
    struct buf b = {0};
    buf_puts(&b, text);
    struct cache_key k = cache_key_of(&b);
    buf_free(&b);
    return k;
}

static struct cache *open_at(struct world *w, const char *folder, uint64_t most)
{
    return cache_open(w->a, arena_printf(w->a, "%s/%s", w->dir, folder), most);
}

static bool keep(struct cache *c, const char *under, const char *text)
{
    return cache_keep(c, key(under), text, strlen(text));
}

static const char *find(struct world *w, struct cache *c, const char *under)
{
    size_t n;
    return cache_find(c, w->a, key(under), &n);
}

/* ---- texts ---- */

static void what_was_not_kept_is_not_found(void **ctx)
{
    struct world *w = *ctx;
    struct cache *c = open_at(w, "c", 1 << 20);
    assert_true(keep(c, "a", "text"));
    assert_null(find(w, c, "b"));
    assert_null(find(w, c, ""));
}

static void the_last_text_counts(void **ctx)
{
    struct world *w = *ctx;
    struct cache *c = open_at(w, "deep/er/c", 1 << 20);
    assert_true(keep(c, "a", "one") && keep(c, "b", "") && keep(c, "a", "two"));
    assert_string_equal(find(w, c, "a"), "two");
    assert_string_equal(find(w, c, "b"), "");
    assert_int_equal(entries(arena_printf(w->a, "%s/deep/er/c", w->dir)), 2);
}

static void a_file_is_no_folder(void **ctx)
{
    struct world *w = *ctx;
    tool(w, "file", "");
    assert_null(open_at(w, "file", 1 << 20));
    assert_int_equal(errno, ENOTDIR);
    assert_null(open_at(w, "file/below", 1 << 20));
    assert_null(cache_open(w->a, "", 1 << 20));
}

static void set_age(struct world *w, struct cache_key k, int seconds)
{
    const char *path = arena_printf(w->a, "%s/c/%016llx%016llx", w->dir, (unsigned long long)k.at[0],
                                    (unsigned long long)k.at[1]);
    struct timespec then[2] = {{1000000000 - seconds, 0}, {1000000000 - seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
}

static void what_was_used_least_recently_goes(void **ctx)
{
    struct world *w = *ctx;
    struct cache *c = open_at(w, "c", 1900);
    char text[401];
    memset(text, 'x', 400);
    text[400] = '\0';
    tool(w, "c/mine", ""); /* what is not ours stays, and does not count */
    for (int i = 0; i < 3; i++) {
        const char *name_ = arena_printf(w->a, "%d", i);
        assert_true(keep(c, name_, text));
        set_age(w, key(name_), 100 - i);
    }
    assert_non_null(find(w, c, "0")); /* used: now "1" is the oldest */
    assert_true(keep(c, "3", text));
    assert_null(find(w, c, "1"));
    assert_non_null(find(w, c, "0"));
    assert_non_null(find(w, c, "3"));
    assert_int_equal(access(arena_printf(w->a, "%s/c/mine", w->dir), F_OK), 0);
}

static void what_a_dead_writer_left_goes_too(void **ctx)
{
    struct world *w = *ctx;
    struct cache *c = open_at(w, "c", 100);
    tool(w, "c/.new-abcdef", "a long text, of which nobody will ever take care if we do not, as its writer is gone");
    keep(c, "a", "text");
    assert_int_equal(access(arena_printf(w->a, "%s/c/.new-abcdef", w->dir), F_OK), -1);
}

/* ---- properties ---- */

static struct property violated(struct world *w, struct semantics *s)
{
    struct exploration *x = explore(w->a, s, &(struct budget){10, 1 << 24});
    struct story *t = ARENA_NEW(w->a, struct story);
    *t = (struct story){s, x->trail[SAFETY_DEADLOCK], IR_NONE, SAFETY_DEADLOCK};
    return (struct property){.title = "deadlock-free", .subject = semantics_model(s)->subject, .n_engines = 1,
                             .result = VERDICT_VIOLATED, .story = t,
                             .engines = {{"explorer", VERDICT_VIOLATED, false, x->states, 0.5, NULL}}};
}

static struct semantics *deadlock(struct world *w)
{
    kit_role(w->k, "A", "0 B!x 1, 1 B?y 2");
    kit_role(w->k, "B", "0 A?x 1, 1 A?x 2");
    return semantics_new(w->a, kit_model(w->k, 1, 1));
}

static char *written(struct world *w, const struct property *p)
{
    struct buf b = {0};
    assert_true(properties_write(&b, w->a, p, 1));
    char *text = arena_strndup(w->a, buf_cstr(&b), b.n);
    buf_free(&b);
    return text;
}

static bool reads(struct world *w, const struct semantics *s, const char *text)
{
    struct properties out;
    return properties_read(w->a, s, text, strlen(text), &out);
}

static void a_counterexample_comes_back(void **ctx)
{
    struct world *w = *ctx;
    struct semantics *s = deadlock(w);
    struct property p = violated(w, s);
    struct properties out;
    const char *text = written(w, &p);
    assert_true(properties_read(w->a, s, text, strlen(text), &out));
    assert_int_equal(out.n, 1);
    assert_true(out.at[0].cached);
    assert_int_equal(out.at[0].result, VERDICT_VIOLATED);
    assert_int_equal(out.at[0].engines[0].states, p.engines[0].states);
    assert_int_equal(out.at[0].story->trail.n, 2);
    assert_int_equal(out.at[0].story->broken, SAFETY_DEADLOCK);
}

static void what_is_not_definite_is_not_written(void **ctx)
{
    struct world *w = *ctx;
    struct buf b = {0};
    struct property p = violated(w, deadlock(w)), q = p;
    q.engines[0].result = VERDICT_INCONCLUSIVE;
    assert_false(properties_write(&b, w->a, &q, 1));
    q = p;
    q.result = VERDICT_INCONCLUSIVE;
    assert_false(properties_write(&b, w->a, &q, 1));
    q = p;
    q.error = "they disagree";
    assert_false(properties_write(&b, w->a, &q, 1));
    q = p;
    q.engines[0].failed = true;
    assert_false(properties_write(&b, w->a, &q, 1));
    assert_int_equal(b.n, 0);
}

/* The text with its first `from` replaced by `to`. */
static char *with(struct world *w, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    return arena_printf(w->a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void what_does_not_replay_is_not_read(void **ctx)
{
    struct world *w = *ctx;
    struct semantics *s = deadlock(w);
    struct property p = violated(w, s);
    const char *text = written(w, &p);
    assert_true(reads(w, s, text));
    assert_false(reads(w, s, with(w, text, "A sends x to B", "A sends y to B")));
    assert_false(reads(w, s, with(w, text, "\"B takes x from A\"", "")));
    assert_false(reads(w, s, with(w, text, "deadlock-free", "fidelity")));
    assert_false(reads(w, s, with(w, text, "\"steps\"", "\"stops\"")));
}

static void what_is_no_list_of_properties_is_not_read(void **ctx)
{
    struct world *w = *ctx;
    struct semantics *s = deadlock(w);
    struct property p = violated(w, s);
    const char *text = written(w, &p);
    static const char *const wrong[] = {"", "[]", "{}", "[1]", "[{}]", "null", "[[]]", "[{\"title\": \"x\"}]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(reads(w, s, wrong[i]));
    assert_false(reads(w, s, with(w, text, "\"violated\"", "\"inconclusive\"")));
    assert_false(reads(w, s, with(w, text, "\"violated\"", "1")));
    assert_false(reads(w, s, with(w, text, "\"states\"", "\"state\"")));
    assert_false(reads(w, s, with(w, text, "\"subject\": \"", "\"subject\": \"un")));
    for (size_t n = 0; n + 2 < strlen(text); n += 7)
        assert_false(reads(w, s, arena_strndup(w->a, text, n)));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(what_was_not_kept_is_not_found),
        T(the_last_text_counts),
        T(a_file_is_no_folder),
        T(what_was_used_least_recently_goes),
        T(what_a_dead_writer_left_goes_too),
        T(a_counterexample_comes_back),
        T(what_is_not_definite_is_not_written),
        T(what_does_not_replay_is_not_read),
        T(what_is_no_list_of_properties_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
