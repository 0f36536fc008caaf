#!/usr/bin/env python3
"""dress.py SEED < FILE: the file with random payloads, state and invariants, for what is generated from them.

A session at a time where a mailbox is shared: what a file says of one session need not hold of several that share it.
"""
import random
import re
import sys

rnd = random.Random(int(sys.argv[1]))
text = sys.stdin.read()
role = re.search(r"session S\((?:role )?(\w)", text)[1]
shared = " shared" in text
NUMBERS = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"]


def kind(depth):
    k = rnd.randrange(9 if depth else 6)
    if k < 2:
        return rnd.choice(NUMBERS)
    if k < 6:
        return rnd.choice(["bool", "f32", "f64", "Colour", "Inner", f"ref<S.{role}>", f"string<{rnd.randrange(1, 30)}>",
                           f"bytes<{rnd.randrange(1, 30)}>"])
    inner, n = kind(depth - 1), rnd.randrange(1, 5)
    return [f"list<{inner}, {n}>", f"optional<{inner}>", f"{inner}[{n}]"][k - 6]


def fields(n):
    return " ".join(f"f{i}: {kind(2)};" for i in range(n))


def message(m):
    tag = f" = {1000 + int(m[1])}" if rnd.randrange(4) == 0 else ""
    n = rnd.randrange(4)
    return f"message M{m[1]}{tag} {{ {fields(n)} }}" if n else f"message M{m[1]}{tag};"


def actor(m):
    items = m[2]
    if shared:
        items += " sessions 1;"
    if rnd.randrange(2):
        items += " state { n: %s; %s } with invariant n == 0 && state.n >= 0;" % (rnd.choice(NUMBERS), fields(2))
    return f"actor {m[1]} {{{items} }}"


text = re.sub(r"message M(\d+);", message, text)
text = re.sub(r"actor (\w+ plays [\w.]+) \{(.*?) \}", actor, text)
print("enum Colour { red, green }\nstruct Inner { a: u8; b: Colour; c: list<bool, 3>; }")
print(text, end="")
