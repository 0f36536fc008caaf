/* schedule_file.c -- see schedule_file.h. */
#include "schedule_file.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "schedule.h"

enum { FORMAT = 1, MAX_STEPS = 1000000 };

/* ---- out ---- */

void schedule_write(struct buf *out, struct arena *a, const struct schedule *about, const struct story *story)
{
    struct json j = json_begin(out);
    json_open_object(&j, NULL);
    json_uint(&j, "format", FORMAT);
    json_string(&j, "file", about->file);
    json_string(&j, "subject", about->subject);
    if (about->scope < 0)
        json_null(&j, "scope");
    else
        json_uint(&j, "scope", (uint64_t)about->scope);
    json_uint(&j, "capacity", about->capacity);
    json_string(&j, "property", about->property);
    if (story->cycle == IR_NONE)
        json_null(&j, "cycle");
    else
        json_uint(&j, "cycle", story->cycle);
    json_open_array(&j, "steps");
    for (uint32_t i = 0; i < story->trail.n; i++)
        json_string(&j, NULL, step_text(a, semantics_model(story->s), &story->trail.steps[i]));
    json_close_array(&j);
    json_close_object(&j);
    json_end(&j);
}

/* ---- in ---- */

struct reading {
    struct arena *a;
    const cJSON *root;
    const char *problem;
};

static void wrong(struct reading *r, const char *key, const char *expected)
{
    if (!r->problem)
        r->problem = arena_printf(r->a, "`%s` is not %s", key, expected);
}

static const cJSON *member(const struct reading *r, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(r->root, key);
    return cJSON_IsNull(v) ? NULL : v;
}

static const char *copy(struct reading *r, const cJSON *string)
{
    return arena_strndup(r->a, string->valuestring, strlen(string->valuestring));
}

static const char *take_string(struct reading *r, const char *key, bool optional)
{
    const cJSON *v = member(r, key);
    if (!v && optional)
        return NULL;
    if (cJSON_IsString(v))
        return copy(r, v);
    wrong(r, key, "a string");
    return "";
}

/* A whole number of lo..hi; -1 where the member is null or left out and that is allowed. */
static int64_t take_number(struct reading *r, const char *key, int32_t lo, int32_t hi, bool optional)
{
    const cJSON *v = member(r, key);
    if (!v && optional)
        return -1;
    if (cJSON_IsNumber(v) && v->valuedouble >= lo && v->valuedouble <= hi && v->valuedouble == v->valueint)
        return v->valueint;
    wrong(r, key, arena_printf(r->a, "a whole number from %d to %d", (int)lo, (int)hi));
    return lo;
}

static void take_steps(struct reading *r, struct schedule *out)
{
    const cJSON *v = member(r, "steps"), *step;
    int n = cJSON_IsArray(v) ? cJSON_GetArraySize(v) : MAX_STEPS + 1;
    if (n > MAX_STEPS) {
        wrong(r, "steps", arena_printf(r->a, "an array of at most %d steps", MAX_STEPS));
        return;
    }
    out->steps = ARENA_ARRAY(r->a, const char *, n);
    cJSON_ArrayForEach(step, v) {
        if (!cJSON_IsString(step))
            wrong(r, arena_printf(r->a, "steps[%u]", out->n), "a string");
        out->steps[out->n++] = cJSON_IsString(step) ? copy(r, step) : "";
    }
}

static uint32_t line_of(const char *text, const char *at)
{
    uint32_t line = 1;
    for (const char *s = text; s < at; s++)
        line += *s == '\n';
    return line;
}

bool schedule_read(struct arena *a, const char *text, size_t size, struct schedule *out, const char **problem)
{
    const char *end = text;
    cJSON *root = cJSON_ParseWithLengthOpts(text, size, &end, false);
    struct reading r = {.a = a, .root = root};
    *out = (struct schedule){0};
    if (!root)
        r.problem = arena_printf(a, "line %u: this is not JSON", line_of(text, end));
    else if (!cJSON_IsObject(root))
        r.problem = "it is not a JSON object";
    if (!r.problem) {
        if (take_number(&r, "format", 1, INT32_MAX, false) != FORMAT)
            wrong(&r, "format", arena_printf(a, "%d, the only one that this version reads", FORMAT));
        out->file = take_string(&r, "file", true);
        out->subject = take_string(&r, "subject", false);
        out->scope = take_number(&r, "scope", 0, INT32_MAX, true);
        out->capacity = (uint32_t)take_number(&r, "capacity", 1, 255, false);
        out->property = take_string(&r, "property", true);
        out->cycle = take_number(&r, "cycle", 0, MAX_STEPS, true);
        take_steps(&r, out);
    }
    cJSON_Delete(root);
    *problem = r.problem;
    return !r.problem;
}
