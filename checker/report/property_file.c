/* property_file.c -- see property_file.h. */
#include "property_file.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "judge.h"
#include "schedule.h"

/* ---- out ---- */

static bool definite(const struct property *p)
{
    for (uint32_t i = 0; i < p->n_engines; i++)
        if (p->engines[i].failed || p->engines[i].result != p->result)
            return false;
    return !p->error && p->result != VERDICT_INCONCLUSIVE && p->n_engines != 0;
}

static void put_story(struct json *j, struct arena *a, const struct story *t)
{
    if (t->cycle == IR_NONE)
        json_null(j, "cycle");
    else
        json_uint(j, "cycle", t->cycle);
    json_open_array(j, "steps");
    for (uint32_t i = 0; i < t->trail.n; i++)
        json_string(j, NULL, step_text(a, semantics_model(t->s), &t->trail.steps[i]));
    json_close_array(j);
}

static void put_property(struct json *j, struct arena *a, const struct property *p)
{
    json_open_object(j, NULL);
    json_string(j, "title", p->title);
    json_string(j, "subject", p->subject);
    json_string(j, "scope", p->scope);
    json_string(j, "fairness", p->fairness);
    json_string(j, "otherwise", p->otherwise);
    json_string(j, "vacuous", p->vacuous);
    json_string(j, "result", verdict_word(p->result));
    json_open_array(j, "engines");
    for (uint32_t i = 0; i < p->n_engines; i++) {
        json_open_object(j, NULL);
        json_string(j, "engine", p->engines[i].engine);
        json_uint(j, "states", p->engines[i].states);
        json_double(j, "seconds", p->engines[i].seconds);
        json_string(j, "reduction", p->engines[i].reduction);
        json_close_object(j);
    }
    json_close_array(j);
    if (p->story)
        put_story(j, a, p->story);
    json_close_object(j);
}

bool properties_write(struct buf *out, struct arena *a, const struct property *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!definite(&p[i]))
            return false;
    struct json j = json_begin(out);
    json_open_array(&j, NULL);
    for (uint32_t i = 0; i < n; i++)
        put_property(&j, a, &p[i]);
    json_close_array(&j);
    json_end(&j);
    return true;
}

/* ---- in ---- */

struct reading {
    struct arena *a;
    const struct semantics *s;
    bool wrong;
};

static const char *take_string(struct reading *r, const cJSON *object, const char *key, bool optional)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsString(v))
        return arena_strndup(r->a, v->valuestring, strlen(v->valuestring));
    r->wrong |= !(optional && (!v || cJSON_IsNull(v)));
    return NULL;
}

static double take_number(struct reading *r, const cJSON *object, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsNumber(v) && v->valuedouble >= 0 && v->valuedouble < 9e15)
        return v->valuedouble;
    r->wrong = true;
    return 0;
}

static enum verdict take_verdict(struct reading *r, const cJSON *object)
{
    const char *word = take_string(r, object, "result", false);
    for (int v = VERDICT_HOLDS; word && v <= VERDICT_VIOLATED; v++)
        if (strcmp(word, verdict_word((enum verdict)v)) == 0 && v != VERDICT_INCONCLUSIVE)
            return (enum verdict)v;
    r->wrong = true;
    return VERDICT_INCONCLUSIVE;
}

static void take_engines(struct reading *r, const cJSON *object, struct property *p)
{
    const cJSON *engines = cJSON_GetObjectItemCaseSensitive(object, "engines"), *e;
    int n = cJSON_IsArray(engines) ? cJSON_GetArraySize(engines) : 0;
    if (n < 1 || n > (int)(sizeof p->engines / sizeof *p->engines)) {
        r->wrong = true;
        return;
    }
    cJSON_ArrayForEach(e, engines) {
        struct engine_result *x = &p->engines[p->n_engines++];
        x->engine = take_string(r, e, "engine", false);
        x->states = (uint64_t)take_number(r, e, "states");
        x->seconds = take_number(r, e, "seconds");
        x->reduction = take_string(r, e, "reduction", true);
        x->result = p->result;
    }
}

static bool is_still_violated(struct reading *r, const struct property *p, struct story *t, const char **names)
{
    uint8_t *state = arena_alloc(r->a, semantics_size(r->s));
    semantics_initial(r->s, state);
    if (run_take(r->a, r->s, names, t->trail.n, t->trail.steps, state) < t->trail.n)
        return false;
    int64_t cycle = t->cycle == IR_NONE ? -1 : (int64_t)t->cycle;
    switch (run_judge(r->a, r->s, p->title, t->trail.steps, t->trail.n, cycle, state)) {
    case RUN_VIOLATES: return true;
    case RUN_UNJUDGED: /* a matter of all runs: only that this one is possible can be seen */
        t->broken = SAFETY_KINDS;
        return strncmp(p->title, "ltl ", 4) != 0;
    case RUN_IMPOSSIBLE:
    case RUN_HARMLESS: break;
    }
    return false;
}

static struct story *take_story(struct reading *r, const cJSON *object, const struct property *p)
{
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(object, "steps"), *step;
    const cJSON *cycle = cJSON_GetObjectItemCaseSensitive(object, "cycle");
    int n = cJSON_IsArray(steps) ? cJSON_GetArraySize(steps) : 0;
    struct story *t = ARENA_NEW(r->a, struct story);
    const char **names = ARENA_ARRAY(r->a, const char *, n);
    *t = (struct story){r->s, {(uint32_t)n, ARENA_ARRAY(r->a, struct step, n)}, IR_NONE, run_safety(p->title)};
    if (!cJSON_IsNull(cycle))
        t->cycle = (uint32_t)take_number(r, object, "cycle");
    r->wrong |= !cJSON_IsArray(steps) || (t->cycle != IR_NONE && t->cycle > (uint32_t)n);
    uint32_t i = 0;
    cJSON_ArrayForEach(step, steps) {
        r->wrong |= !cJSON_IsString(step);
        names[i++] = cJSON_IsString(step) ? step->valuestring : "";
    }
    r->wrong = r->wrong || !is_still_violated(r, p, t, names);
    return t;
}

static void take_property(struct reading *r, const cJSON *object, struct property *p)
{
    const char *subject = take_string(r, object, "subject", false);
    *p = (struct property){.cached = true, .subject = semantics_model(r->s)->subject};
    p->title = take_string(r, object, "title", false);
    p->scope = take_string(r, object, "scope", true);
    p->fairness = take_string(r, object, "fairness", true);
    p->otherwise = take_string(r, object, "otherwise", true);
    p->vacuous = take_string(r, object, "vacuous", true);
    p->result = take_verdict(r, object);
    take_engines(r, object, p);
    r->wrong = r->wrong || strcmp(subject, p->subject) != 0;
    if (!r->wrong && p->result == VERDICT_VIOLATED)
        p->story = take_story(r, object, p);
}

bool properties_read(struct arena *a, const struct semantics *s, const char *text, size_t n, struct properties *out)
{
    cJSON *root = cJSON_ParseWithLength(text, n);
    struct reading r = {a, s, !cJSON_IsArray(root)};
    const cJSON *object;
    *out = (struct properties){0, ARENA_ARRAY(a, struct property, r.wrong ? 1 : cJSON_GetArraySize(root))};
    if (!r.wrong) {
        cJSON_ArrayForEach(object, root) {
            if (!r.wrong)
                take_property(&r, object, &out->at[out->n++]);
        }
    }
    cJSON_Delete(root);
    return !r.wrong && out->n != 0;
}
