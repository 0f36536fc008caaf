/* json.h -- a streaming JSON writer: two-space indentation, commas and colons by itself.
 *
 * Keys must be given inside objects and must not be given (NULL) inside arrays and at the top.
 */
#ifndef MOTET_DSL_JSON_H
#define MOTET_DSL_JSON_H
#include <stdbool.h>
#include <stdint.h>

struct buf;

enum { JSON_DEPTH = 1024 }; /* types, formulas and supervisors may nest 200 deep, with several levels each */

struct json {
    struct buf *out;
    uint32_t depth;
    bool some[JSON_DEPTH]; /* has the level a member yet */
};

struct json json_begin(struct buf *out);
void json_end(struct json *j); /* final newline; every level must be closed */
void json_open_object(struct json *j, const char *key);
void json_close_object(struct json *j);
void json_open_array(struct json *j, const char *key);
void json_close_array(struct json *j);
void json_string(struct json *j, const char *key, const char *value); /* NULL value: null */
void json_uint(struct json *j, const char *key, uint64_t value);
void json_double(struct json *j, const char *key, double value); /* six significant digits */
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

#endif
