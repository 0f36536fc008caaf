/* generate.c -- a random protocol file, one statement a line: generate SEED.
 *
 * What it writes is well-formed text; a good part of it is implementable, and of that a good part is safe. Choices tell all
 * roles at once, loops end by a choice, handlers tell everybody: now and then one of these is left out. The same seed
 * gives the same file. Used by `compare`, which gives many to both engines.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_ROLES = 5 };

static uint64_t seed_state;
static uint32_t n_roles, n_messages, indent, budget;
static bool family; /* the last two roles are P[0] and P[1] */
static uint32_t n_loops;

static uint32_t below(uint32_t n) /* splitmix64 */
{
    uint64_t z = seed_state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static bool chance(uint32_t percent) { return below(100) < percent; }

/* ---- text ---- */

static char body[1 << 16];
static size_t used;

static void put(const char *s)
{
    while (*s && used + 1 < sizeof body)
        body[used++] = *s++;
    body[used] = '\0';
}

static void put_number(uint32_t n)
{
    char digits[12];
    snprintf(digits, sizeof digits, "%u", n);
    put(digits);
}

static void line(void)
{
    for (uint32_t i = 0; i < indent; i++)
        put("  ");
}

static void open_block(const char *head)
{
    line();
    put(head);
    put(" {\n");
    indent++;
}

static void close_block(const char *tail)
{
    indent--;
    line();
    put("}");
    put(tail);
}

static void put_role(uint32_t r)
{
    if (family && r + 2 >= n_roles) {
        put("P[");
        put_number(r + 2 - n_roles);
        put("]");
    } else {
        char name[2] = {(char)('A' + r), '\0'};
        put(name);
    }
}

/* A label that nothing else has, or, now and then, one that something has. */
static uint32_t label(void)
{
    return n_messages && chance(25) ? below(n_messages) : n_messages++;
}

static void message(uint32_t from, uint32_t to, uint32_t m)
{
    line();
    put_role(from);
    put(" -> ");
    put_role(to);
    put(": M");
    put_number(m);
    put(";\n");
    budget -= budget > 0;
}

static uint32_t other(uint32_t r)
{
    uint32_t x = below(n_roles - 1);
    return x + (x >= r);
}

/* ---- global types ---- */

static void block(uint32_t depth);

static void random_message(void)
{
    uint32_t from = below(n_roles);
    message(from, other(from), label());
}

/* `who` tells everybody else, from a random one on; all but the first only with this chance. */
static void tell_all(uint32_t who, uint32_t percent)
{
    uint32_t first = below(n_roles);
    bool told = false;
    for (uint32_t i = 0; i < n_roles; i++) {
        uint32_t to = (first + i) % n_roles;
        if (to == who || (told && !chance(percent)))
            continue;
        message(who, to, n_messages++);
        told = true;
    }
}

static void next_block(const char *between)
{
    indent--;
    line();
    put(between);
    indent++;
}

/* The first `again` branches go back to the loop. */
static void choice(uint32_t depth, uint32_t loop, uint32_t again)
{
    uint32_t who = below(n_roles), n = 2 + below(2);
    line();
    put("choice at ");
    put_role(who);
    put(" {\n");
    indent++;
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            next_block("} or {\n");
        tell_all(who, 94);
        if (chance(60))
            block(depth + 1);
        if (i < again) {
            line();
            put("continue X");
            put_number(loop);
            put(";\n");
        }
    }
    close_block("\n");
}

static void loop_statement(uint32_t depth)
{
    uint32_t loop = ++n_loops;
    line();
    put("rec X");
    put_number(loop);
    put(" {\n");
    indent++;
    if (chance(50))
        block(depth + 1);
    choice(depth + 1, loop, 1);
    close_block("\n");
}

static void par_statement(uint32_t depth)
{
    open_block("par");
    block(depth + 2);
    next_block("} and {\n");
    block(depth + 2);
    close_block("\n");
}

static void put_event(uint32_t catcher)
{
    uint32_t kind = below(3);
    put(kind == 0 ? "timeout 1s" : kind == 1 ? "cancel" : "crash ");
    if (kind == 2)
        put_role(other(catcher));
    put(" at ");
    put_role(catcher);
}

static void try_statement(uint32_t depth)
{
    uint32_t catcher = below(n_roles);
    open_block("try");
    block(depth + 1);
    indent--;
    line();
    put("} catch ");
    put_event(catcher);
    put(" {\n");
    indent++;
    tell_all(catcher, 93);
    if (chance(30))
        block(depth + 2);
    close_block("\n");
}

static void statement(uint32_t depth)
{
    uint32_t k = below(100);
    if (depth >= 3 || budget < 4 || k < 60)
        random_message();
    else if (k < 74)
        choice(depth, 0, 0);
    else if (k < 82)
        loop_statement(depth);
    else if (k < 89)
        par_statement(depth);
    else
        try_statement(depth);
}

static void block(uint32_t depth)
{
    uint32_t n = 1 + below(depth ? 2 : 4);
    for (uint32_t i = 0; i < n; i++)
        statement(depth);
}

static void global_session(void)
{
    n_roles = 2 + below(MAX_ROLES - 1);
    family = n_roles >= 3 && chance(30);
    indent = 1;
    block(0);
    printf("session S(");
    for (uint32_t i = 0; i < n_roles - (family ? 2 : 0); i++)
        printf("%srole %c", i ? ", " : "", 'A' + (int)i);
    printf("%s) {\n%s}\n", family ? (n_roles > 2 ? ", role P[2]" : "role P[2]") : "", body);
}

/* ---- local types: mostly wrong together, which is what they are for ---- */

static void local_type(uint32_t self, uint32_t depth, uint32_t loops);

static void action(uint32_t self, char sign, uint32_t m, uint32_t depth, uint32_t loops)
{
    put_role(other(self));
    put(sign == '!' ? "!M" : "?M");
    put_number(m);
    put(" . ");
    local_type(self, depth + 1, loops);
}

static void local_type(uint32_t self, uint32_t depth, uint32_t loops)
{
    uint32_t k = below(100);
    if (depth > 5 || (depth > 1 && k < 15)) {
        if (loops && depth > 1 && chance(60)) {
            put("X");
            put_number(below(loops));
        } else {
            put("end");
        }
    } else if (k < 70) {
        action(self, chance(50) ? '!' : '?', below(n_messages), depth, loops);
    } else if (k < 88) {
        char sign = chance(50) ? '!' : '?';
        put(sign == '!' ? "+{ " : "&{ ");
        action(self, sign, 0, depth, loops);
        put(", ");
        action(self, sign, 1, depth, loops);
        put(" }");
    } else {
        put("rec X");
        put_number(loops);
        put(" . ");
        action(self, chance(50) ? '!' : '?', below(n_messages), depth, loops + 1);
    }
}

static void local_session(void)
{
    n_roles = 2 + below(2);
    n_messages = 2 + below(2);
    for (uint32_t r = 0; r < n_roles; r++) {
        put("local ");
        put_role(r);
        put(" = ");
        local_type(r, 0, 0);
        put(";\n");
    }
    printf("%ssession S(", body);
    for (uint32_t r = 0; r < n_roles; r++)
        printf("%s%c", r ? ", " : "", 'A' + (int)r);
    printf(");\n");
}

/* ---- who plays it, supervised how, checked in what scope ---- */

static const char *mailbox(void)
{
    static const char *const kinds[] = {"", "", "", "", " shared", " fail", " drop_newest", " drop_oldest", " shared drop_newest"};
    return kinds[below(sizeof kinds / sizeof *kinds)];
}

static uint32_t n_children(void) { return n_roles - (family ? 1 : 0); }

static void actors(void)
{
    for (uint32_t i = 0; i < n_children(); i++) {
        bool members = family && i + 1 == n_children();
        printf("actor Actor%u plays S.%c { mailbox %u%s; }\n", i, members ? 'P' : 'A' + (int)i, 1 + below(3), mailbox());
    }
}

static void child(uint32_t i)
{
    static const char *const restart[] = {"permanent", "permanent", "transient", "temporary"};
    static const char *const decide[] = {"", "", "", " decide { error: stop; _: restart; }", " decide { error: resume; }",
                                         " decide { fatal: escalate; _: restart; }"};
    bool members = family && i + 1 == n_children();
    printf("    child c%u%s: Actor%u %s%s;\n", i, members ? "[2]" : "", i, restart[below(4)], decide[below(6)]);
}

static void system_and_scope(void)
{
    static const char *const strategy[] = {"one_for_one", "one_for_all", "rest_for_one"};
    uint32_t nested = chance(30) ? 1 + below(n_children()) : n_children();
    actors();
    printf("system Sys {\n  supervisor root %s intensity %u in 5s {\n", strategy[below(3)], below(3));
    for (uint32_t i = 0; i < nested; i++)
        child(i);
    if (nested < n_children())
        printf("    supervisor inner %s intensity %u in 5s {\n", strategy[below(3)], below(2));
    for (uint32_t i = nested; i < n_children(); i++)
        child(i);
    printf("%s  }\n  wire S(", nested < n_children() ? "    }\n" : "");
    for (uint32_t i = 0; i < n_children(); i++)
        printf("%s%c = c%u", i ? ", " : "", family && i + 1 == n_children() ? 'P' : 'A' + (int)i, i);
    printf(");\n}\nverify Sys {\n");
    if (chance(20))
        printf("  sessions 2;\n");
    if (chance(60))
        printf("  crashes %u;\n", 1 + below(2));
    if (chance(20))
        printf("  loss 1;\n");
    printf("}\n");
}

int main(int argc, char **argv)
{
    seed_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    for (int i = 0; i < 8; i++)
        below(2);
    budget = 6 + below(10);
    bool locals = chance(25);
    if (locals)
        local_session();
    else
        global_session();
    for (uint32_t m = 0; m < n_messages; m++)
        printf("message M%u;\n", m);
    if (chance(75))
        system_and_scope();
    return 0;
}
