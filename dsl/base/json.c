/* json.c -- see json.h. */
#include "json.h"

#include <assert.h>
#include <string.h>

#include "buf.h"

struct json json_begin(struct buf *out) { return (struct json){.out = out}; }

void json_end(struct json *j)
{
    assert(j->depth == 0);
    buf_putc(j->out, '\n');
}

static void member(struct json *j, const char *key)
{
    if (j->depth) {
        if (j->some[j->depth])
            buf_putc(j->out, ',');
        j->some[j->depth] = true;
        buf_putc(j->out, '\n');
        buf_repeat(j->out, ' ', 2 * j->depth);
    }
    if (key) {
        buf_json_string(j->out, key, strlen(key));
        buf_puts(j->out, ": ");
    }
}

static void open_level(struct json *j, const char *key, char c)
{
    member(j, key);
    buf_putc(j->out, c);
    assert(j->depth + 1 < JSON_DEPTH);
    j->some[++j->depth] = false;
}

static void close_level(struct json *j, char c)
{
    bool some = j->some[j->depth--];
    if (some) {
        buf_putc(j->out, '\n');
        buf_repeat(j->out, ' ', 2 * j->depth);
    }
    buf_putc(j->out, c);
}

void json_open_object(struct json *j, const char *key) { open_level(j, key, '{'); }
void json_close_object(struct json *j) { close_level(j, '}'); }
void json_open_array(struct json *j, const char *key) { open_level(j, key, '['); }
void json_close_array(struct json *j) { close_level(j, ']'); }

void json_string(struct json *j, const char *key, const char *value)
{
    member(j, key);
    if (value)
        buf_json_string(j->out, value, strlen(value));
    else
        buf_puts(j->out, "null");
}

void json_uint(struct json *j, const char *key, uint64_t value)
{
    member(j, key);
    buf_printf(j->out, "%llu", (unsigned long long)value);
}

void json_double(struct json *j, const char *key, double value)
{
    member(j, key);
    buf_printf(j->out, "%.6g", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
    member(j, key);
    buf_puts(j->out, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
    member(j, key);
    buf_puts(j->out, "null");
}
