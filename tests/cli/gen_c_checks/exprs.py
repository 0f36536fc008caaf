#!/usr/bin/env python3
"""exprs.py SEED N FOLDER: N random refinements, and a program that holds them against their values.

Writes exprs.proto-session, in which state i + 1 of role A sends V refined by the i-th expression, and driver.c, which
asks the generated code about each expression for many values. What is true was computed here, with exact numbers.
"""
import random
import sys

seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rnd = random.Random(seed)
ROWS = 12

RANGES = {"u8": (0, 2**8 - 1), "u32": (0, 2**32 - 1), "u64": (0, 2**64 - 1), "i8": (-2**7, 2**7 - 1),
          "i32": (-2**31, 2**31 - 1), "i64": (-2**63, 2**63 - 1)}
FIELDS = {"a": "u8", "b": "u64", "c": "i64", "d": "i8", "f": "u32", "t.x": "i32", "t.y": "u64"}
COLOURS = ["red", "green", "blue"]
MESSAGE = "a: u8; b: u64; c: i64; d: i8; e: bool; f: u32; k: Colour; s: bytes<300>; t: In;"


def bits(n):
    return n.bit_length()


# An expression is (text, bits it may need, function of (seen, now)); a number or a truth value.

def number_leaf():
    kind = rnd.randrange(4)
    if kind == 0:
        n = rnd.choice([0, 1, 2, 7, 100, 255, 2**31, 2**32, 2**63, 2**64 - 1, rnd.randrange(2**64)])
        return (str(n), bits(n), lambda s, v: n, "literal")
    where = rnd.choice(["Seen.", ""])
    if kind == 1 and rnd.randrange(3) == 0:
        return (f"len({where}s)", 32, lambda s, v: (s if where else v)["s"], "value")
    name = rnd.choice(list(FIELDS))
    lo, hi = RANGES[FIELDS[name]]
    return (where + name, bits(hi) + (lo < 0), lambda s, v: (s if where else v)[name], "value")


def trunc(a, b):
    return abs(a) // b * (1 if a >= 0 else -1)


def number(depth):
    if depth == 0 or rnd.randrange(5) == 0:
        return number_leaf()
    kind = rnd.choice("+-*/%n+-*")
    text, n, f, _ = number(depth - 1)
    if kind == "n":
        return (f"(-({text}))", n, lambda s, v: -f(s, v), "")
    if kind in "/%":
        d = rnd.choice([1, 2, 3, 10, 2**32 - 1, 2**63 + 1, rnd.randrange(1, 2**64)])
        if kind == "/":
            return (f"(({text}) / {d})", n, lambda s, v: trunc(f(s, v), d), "")
        return (f"(({text}) % {d})", n, lambda s, v: f(s, v) - trunc(f(s, v), d) * d, "")
    text2, n2, f2, _ = number(depth - 1)
    if kind == "*":
        return (f"(({text}) * ({text2}))", n + n2, lambda s, v: f(s, v) * f2(s, v), "")
    if kind == "+":
        return (f"(({text}) + ({text2}))", max(n, n2) + 1, lambda s, v: f(s, v) + f2(s, v), "")
    return (f"(({text}) - ({text2}))", max(n, n2) + 1, lambda s, v: f(s, v) - f2(s, v), "")


COMPARE = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
           "==": lambda a, b: a == b, "!=": lambda a, b: a != b}


def edge():
    """A field and the least or the largest number that it can be: true of all values, or of none but that one."""
    name = rnd.choice(list(FIELDS))
    n, op = rnd.choice(RANGES[FIELDS[name]]), rnd.choice(list(COMPARE))
    return (f"{name} {op} {n}", 65, lambda s, v: COMPARE[op](v[name], n))


def comparison(depth):
    if rnd.randrange(8) == 0:
        return edge()
    while True:
        left, right = number(depth), number(depth)
        # of a field and a literal that it cannot reach the language says so; such are no tests of values
        if "literal" not in (left[3], right[3]) and not (left[0].startswith("(-(") or right[0].startswith("(-(")):
            break
        if left[3] == "" and right[3] == "":
            break
    op = rnd.choice(list(COMPARE))
    return (f"({left[0]}) {op} ({right[0]})", max(left[1], right[1]),
            lambda s, v: COMPARE[op](left[2](s, v), right[2](s, v)))


def truth(depth):
    kind = rnd.randrange(8) if depth else rnd.randrange(2)
    where = rnd.choice(["Seen.", ""])
    if kind == 0:
        if rnd.randrange(2):
            return (where + "e", 0, lambda s, v: (s if where else v)["e"])
        i, op = rnd.randrange(3), rnd.choice(["==", "!="])
        return (f"({where}k {op} {COLOURS[i]})", 0,
                lambda s, v: ((s if where else v)["k"] == i) == (op == "=="))
    if kind <= 3:
        return comparison(rnd.randrange(4))
    text, n, f = truth(depth - 1)
    if kind == 4:
        return (f"!({text})", n, lambda s, v: not f(s, v))
    text2, n2, f2 = truth(depth - 1)
    op = rnd.choice(["&&", "||", "->", "==", "!="])
    what = {"&&": lambda a, b: a and b, "||": lambda a, b: a or b, "->": lambda a, b: not a or b,
            "==": lambda a, b: a == b, "!=": lambda a, b: a != b}[op]
    return (f"({text}) {op} ({text2})", max(n, n2), lambda s, v: what(f(s, v), f2(s, v)))


def values():
    row = {}
    for name, kind in FIELDS.items():
        lo, hi = RANGES[kind]
        row[name] = rnd.choice([lo, hi, hi - 1, 0, 1, max(lo, -1), rnd.randint(lo, hi), rnd.randint(0, 100)])
    row["e"], row["k"], row["s"] = rnd.random() < 0.5, rnd.randrange(3), rnd.choice([0, 1, 299, 300])
    return row


def literal(n):
    if n < 0:
        return f"(-INT64_C({-(n + 1)}) - 1)"
    return f"UINT64_C({n})"


def initialiser(row):
    part = {k: literal(row[k]) for k in FIELDS}
    return ("{ .a = %s, .b = %s, .c = %s, .d = %s, .f = %s, .t = { .x = %s, .y = %s }, .e = %s, .k = %d, .s.n = %d }"
            % (part["a"], part["b"], part["c"], part["d"], part["f"], part["t.x"], part["t.y"],
               "true" if row["e"] else "false", row["k"], row["s"]))


exprs = []
while len(exprs) < count:
    e = truth(rnd.randrange(4))
    if e[1] <= 255:
        exprs.append(e)

with open(f"{folder}/exprs.proto-session", "w") as out:
    out.write("module exprs;\nenum Colour { red, green, blue }\nstruct In { x: i32; y: u64; }\n")
    out.write(f"message Seen {{ {MESSAGE} }}\nmessage V {{ {MESSAGE} }}\nsession S(role A, role B) {{\n  A -> B: Seen;\n")
    for e in exprs:
        out.write(f"  A -> B: V where {e[0]};\n")
    out.write("}\nactor Left plays S.A;\n")

rows = [(values(), values()) for _ in range(ROWS)]
with open(f"{folder}/driver.c", "w") as out:
    out.write('/* generated by exprs.py */\n#include <stdio.h>\n\n#include "left.h"\n\n')
    for which, name in ((0, "seen"), (1, "v")):
        out.write(f"static const exprs_{name} {name}s[] = {{\n")
        for r in rows:
            out.write(f"    {initialiser(r[which])},\n")
        out.write("};\n")
    out.write("static const char *const want[] = {\n")
    for e in exprs:
        out.write('    "' + "".join("1" if e[2](s, v) else "0" for s, v in rows) + '",\n')
    out.write("};\n")
    out.write(r"""
int main(void)
{
    const motet_role_type *role = &left__roles[0];
    static uint64_t memory[64];
    int wrong = role->memory_size > sizeof memory;
    for (size_t row = 0; row < sizeof vs / sizeof *vs && !wrong; row++) {
        role->learn(memory, 0, &seens[row]);
        for (uint16_t i = 0; i < sizeof want / sizeof *want; i++) {
            const char *broken = role->holds(memory, (uint16_t)(i + 1), 1, &vs[row]);
            if ((broken == NULL) == (want[i][row] == '1'))
                continue;
            printf("row %zu, line %u: expected %c, got: %s\n", row, i + 8u, want[i][row], broken ? broken : "true");
            wrong++;
        }
    }
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
""")
