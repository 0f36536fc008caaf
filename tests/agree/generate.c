/* generate.c -- a random protocol file, one statement a line: generate SEED.
 *
 * What it writes is well-formed text; a good part of it is implementable, and of that a good part is safe. Choices tell all
 * roles at once, loops end by a choice, handlers tell everybody: now and then one of these is left out. Some files have
 * a second session, values with refinements and domains, or formulas. The same seed gives the same file. Used by `compare`,
 * which gives many to both engines.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_ROLES = 5 };

enum { MAX_MESSAGES = 512, MAX_EXCHANGES = 256 };

static uint64_t seed_state;
static uint32_t n_roles, n_messages, indent, budget;
static bool family; /* the last two roles are P[0] and P[1] */
static uint32_t n_loops;

static struct { /* what the text says may happen, for the atoms of formulas */
    char session; /* 'S', 'T' */
    bool sent;    /* else: received */
    uint32_t role, message;
} exchanges[MAX_EXCHANGES];
static uint32_t n_exchanges;
static char session = 'S';
static bool values;                  /* some messages have a field, */
static bool has_field[MAX_MESSAGES]; /* and which, */
static uint32_t parties[MAX_MESSAGES]; /* and who exchanged it last: a bit each */
static uint32_t pars;                  /* how many are open: no label may be in two branches */

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

static uint32_t new_label(void)
{
    if (n_messages < MAX_MESSAGES)
        has_field[n_messages] = values && chance(35);
    return n_messages < MAX_MESSAGES ? n_messages++ : below(n_messages);
}

/* A label that nothing else has, or, now and then, one that something has. */
static uint32_t label(void)
{
    return n_messages && !pars && chance(25) ? below(n_messages) : new_label();
}

static void note_exchange(bool sent, uint32_t role, uint32_t m)
{
    if (n_exchanges == MAX_EXCHANGES)
        return;
    exchanges[n_exchanges].session = session;
    exchanges[n_exchanges].sent = sent;
    exchanges[n_exchanges].role = role;
    exchanges[n_exchanges++].message = m;
}

/* " where f < 2", " where f != M3.f": values of domains are 0 .. 2. */
static void refinement(uint32_t m, uint32_t who)
{
    static const char *const kinds[] = {" < 2", " > 0", " != 1", " == 0", " <= 2"};
    uint32_t other = below(m + 1);
    put(" where f");
    if (other != m && has_field[other] && parties[other] == who) {
        put(chance(50) ? " == M" : " != M");
        put_number(other);
        put(".f");
    } else {
        put(kinds[below(5)]);
    }
}

static void message(uint32_t from, uint32_t to, uint32_t m)
{
    line();
    put_role(from);
    put(" -> ");
    put_role(to);
    put(": M");
    put_number(m);
    if (has_field[m] && chance(60))
        refinement(m, 1u << from | 1u << to);
    parties[m] = 1u << from | 1u << to;
    put(";\n");
    note_exchange(true, from, m);
    note_exchange(false, to, m);
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

/* All members hear, or speak. */
static void with_family(void)
{
    uint32_t who = below(n_roles - 2), m = new_label();
    bool hear = chance(50);
    line();
    put("foreach p in P { ");
    put(hear ? "" : "p -> ");
    put_role(who);
    put(hear ? " -> p: M" : ": M");
    put_number(m);
    put("; }\n");
    for (uint32_t r = n_roles - 2; r < n_roles; r++)
        note_exchange(!hear, r, m);
    note_exchange(hear, who, m);
    budget -= budget > 0;
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
        message(who, to, new_label());
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
    pars++;
    block(depth + 2);
    next_block("} and {\n");
    block(depth + 2);
    close_block("\n");
    pars--;
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
    message(catcher, other(catcher), label());
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
    if (family && n_roles > 2 && k < 8)
        with_family();
    else if (depth >= 3 || budget < 4 || k < 60)
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
    indent = 1;
    used = 0;
    block(0);
    printf("session %c(", session);
    for (uint32_t i = 0; i < n_roles - (family ? 2 : 0); i++)
        printf("%srole %c", i ? ", " : "", 'A' + (int)i);
    printf("%s) {\n%s}\n", family ? ", role P[2]" : "", body);
}

static void first_session(void)
{
    n_roles = 2 + below(MAX_ROLES - 1);
    family = n_roles >= 3 && chance(30);
    global_session();
}

/* Of A and B, and small. */
static void second_session(void)
{
    uint32_t roles = n_roles;
    bool with_p = family;
    n_roles = 2;
    family = false;
    session = 'T';
    budget = 3;
    global_session();
    n_roles = roles;
    family = with_p;
}

/* ---- local types: mostly wrong together, which is what they are for ---- */

static void local_type(uint32_t self, uint32_t depth, uint32_t loops);

static void action(uint32_t self, char sign, uint32_t m, uint32_t depth, uint32_t loops)
{
    put_role(other(self));
    put(sign == '!' ? "!M" : "?M");
    put_number(m);
    put(" . ");
    note_exchange(sign == '!', self, m);
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

static void actors(bool second)
{
    for (uint32_t i = 0; i < n_children(); i++) {
        bool members = family && i + 1 == n_children();
        printf("actor Actor%u plays S.%c", i, members ? 'P' : 'A' + (int)i);
        if (second && i < 2)
            printf(", T.%c", 'A' + (int)i);
        printf(" { mailbox %u%s; }\n", 1 + below(chance(50) ? 3 : 2), mailbox());
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

static void wires(bool second)
{
    printf("  wire S(");
    for (uint32_t i = 0; i < n_children(); i++)
        printf("%s%c = c%u", i ? ", " : "", family && i + 1 == n_children() ? 'P' : 'A' + (int)i, i);
    printf(");\n");
    if (second)
        printf("  wire T(A = c0, B = %sc1);\n", family && n_children() == 2 ? "any " : "");
}

static void system_of(bool second)
{
    static const char *const strategy[] = {"one_for_one", "one_for_all", "rest_for_one"};
    uint32_t nested = chance(30) ? 1 + below(n_children()) : n_children();
    actors(second);
    printf("system Sys {\n  supervisor root %s intensity %u in 5s {\n", strategy[below(3)], below(4));
    for (uint32_t i = 0; i < nested; i++)
        child(i);
    if (nested < n_children())
        printf("    supervisor inner %s intensity %u in 5s {\n", strategy[below(3)], below(3));
    for (uint32_t i = nested; i < n_children(); i++)
        child(i);
    printf("%s  }\n", nested < n_children() ? "    }\n" : "");
    wires(second);
    printf("}\n");
}

/* ---- formulas ---- */

static void put_exchange(uint32_t i)
{
    put(exchanges[i].sent ? "sent(" : "received(");
    char of[3] = {exchanges[i].session, '.', '\0'};
    put(of);
    put_role(exchanges[i].role);
    put(", M");
    put_number(exchanges[i].message);
    put(")");
}

static void atom(bool in_system)
{
    uint32_t k = below(10);
    if (in_system && k < 2) {
        put(k ? "crashed(c" : "restarted(c");
        put_number(below(n_children()));
        put(")");
    } else if (k < 4 || n_exchanges == 0) {
        put("done(S)");
    } else {
        put_exchange(below(n_exchanges));
    }
}

/* Without <->, and with few operators: SPIN's translation of others may take hours. */
static void formula(bool in_system)
{
    static const char *const unary[] = {"[] ", "<> ", "!", "X ", "[] <> ", "<> [] "};
    static const char *const binary[] = {" && ", " || ", " -> ", " U ", " W "};
    put(chance(70) ? unary[below(6)] : "");
    put("(");
    put(chance(25) ? unary[below(3)] : "");
    atom(in_system);
    if (chance(60)) {
        put(binary[below(5)]);
        put(chance(25) ? unary[below(4)] : "");
        atom(in_system);
    }
    put(")");
}

/* Such as people write. */
static void usual_formula(bool in_system)
{
    static const char *const before[] = {"[] (", "!", "[] (!", "<> ("}, *const between[] = {" -> <> ", " W ", " || ", " && <> "},
                                     *const after[] = {")", "", ")", ")"};
    uint32_t k = below(4);
    put(before[k]);
    atom(in_system);
    put(between[k]);
    atom(in_system);
    put(after[k]);
}

static void formulas(bool in_system)
{
    if (chance(35))
        printf("  fair none;\n");
    for (uint32_t i = 0, n = 1 + below(2); i < n; i++) {
        used = 0;
        if (chance(50))
            usual_formula(in_system);
        else
            formula(in_system);
        printf("  ltl f%u { %s }\n", i, body);
    }
}

/* ---- the scope ---- */

static void scope(bool in_system)
{
    printf("verify %s {\n", in_system ? "Sys" : "S");
    bool small = n_roles <= 3 && n_messages <= 8;
    if (chance(small ? 30 : 4))
        printf("  sessions 2;\n");
    if (in_system && chance(50))
        printf("  crashes %u;\n", 1 + (chance(small ? 50 : 10) ? 1 : 0));
    if (chance(20))
        printf("  loss 1;\n");
    for (uint32_t m = 0; m < n_messages; m++)
        if (has_field[m] && chance(85))
            printf("  domain M%u.f in 0..%u;\n", m, 1 + below(2));
    if (chance(35))
        formulas(in_system);
    printf("}\n");
}

int main(int argc, char **argv)
{
    seed_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    for (int i = 0; i < 8; i++)
        below(2);
    budget = 6 + below(10);
    bool locals = chance(18), second = !locals && chance(20);
    values = !locals && chance(10);
    if (locals)
        local_session();
    else
        first_session();
    if (second)
        second_session();
    for (uint32_t m = 0; m < n_messages; m++)
        printf("message M%u%s\n", m, has_field[m] ? " { f: u8; }" : ";");
    bool in_system = second || chance(75);
    if (in_system)
        system_of(second);
    if (in_system || chance(50))
        scope(in_system);
    return 0;
}
