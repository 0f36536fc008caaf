#!/usr/bin/env python3
"""shape.py DOCUMENTATION FILE...: each file is JSON as docs/json.md describes it.

A member has its type, is there, and is documented; one that is not is an error, too. Names and numbers lead to what they name, and
automata are deterministic. Ends with status 1 and says where, at the first thing that is wrong.
"""
import json
import re
import sys


class Wrong(Exception):
    pass


def need(what, where, text):
    if not what:
        raise Wrong(f"{where}: {text}")


# A shape is a type, a set of words, [shape] for an array, (shape, None) for what may be null, or the name of an object below.
NUMBERS = "bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64"
LINE = {"line": int, "in?": str}
OBJECTS = {
    "document": {"format": int, "module": str, "file": str, "doc?": str, "imports": ["import"], "types": ["declaration"],
                 "messages": ["message"], "sessions": ["session"], "actors": ["actor"], "systems": ["system"],
                 "verify": ["scope"], "assertions": ["assertion"]},
    "import": {"module?": str, "path?": str, "names": ["import name"], **LINE},
    "import name": {"name": str, "as?": str},
    "declaration": {"name": str, "doc?": str, "kind": {"enum", "struct"}, "values?": [str], "fields?": ["field"], **LINE},
    "message": {"name": str, "doc?": str, "tag": int, "fields": ["field"], **LINE},
    "field": {"name": str, "type": "type"},
    "type": {"kind": set(NUMBERS.split()) | {"string", "bytes", "array", "list", "optional", "enum", "struct", "ref"},
             "bound?": int, "element?": "type", "name?": str, "session?": str, "role?": str},
    "session": {"name": str, "doc?": str, "given_by": {"global type", "local types"}, "implementable": bool, "usable": bool,
                "initiator": (str, None), "roles": ["role"], "events": ["event"], "global": ("global", None),
                "locals": ["local"], **LINE},
    "role": {"name": str, "family": (str, None), "index?": int, **LINE},
    "event": {"name": str, "kind": {"timeout", "crash", "cancel"}, "catcher": str, "role?": str, "after_ns?": int,
              "level": int, **LINE},
    "global": {"states": ["global state"], "tries": ["try"]},
    "global state": {"final": bool, "tries?": [int], "edges": ["global edge"]},
    "global edge": {"from": str, "to": str, "message": str, "target": int, "interrupt?": bool, "where?": str,
                    "tries?": [int], "strand?": [[int]], **LINE},
    "try": {"catcher": str, "level": int, "handlers": ["handler"], **LINE},
    "handler": {"event": str, "start": int},
    "local": {"role": str, "states": ["local state"]},
    "local state": {"final": bool, "edges": ["local edge"], **LINE},
    "local edge": {"action": {"send", "receive", "event"}, "target": int, "peer?": str, "message?": str, "event?": str,
                   "interrupt?": bool, "where?": str, **LINE},
    "actor": {"name": str, "doc?": str, "plays": ["plays"], "mailbox": int, "shared": bool,
              "policy": {"block", "fail", "drop_newest", "drop_oldest"}, "inbox": (int, None),
              "inbox_policy?": {"block", "fail", "drop_newest", "drop_oldest"}, "sessions": (int, None),
              "isolation": {"none", "process"}, "state": ["field"], "invariants": [str], "contracts": ["contract"], **LINE},
    "plays": {"session": str, "roles": [str]},
    "contract": {"session": str, "role": str, "message": str, "requires": [str], "ensures": [str], **LINE},
    "system": {"name": str, "doc?": str, "root": "supervisor", "instances": [str], "wires": ["wire"], **LINE},
    "supervisor": {"supervisor": str, "strategy": {"one_for_one", "one_for_all", "rest_for_one"}, "intensity": int,
                   "window_ns": int, "members": ["member"]},
    "child": {"child": str, "actor": str, "size?": int, "restart": {"permanent", "transient", "temporary"},
              "shutdown_ns": int, "backoff_min_ns": int, "backoff_max_ns": int, "decide": "decide", **LINE},
    "decide": {f"{r}?": {"restart", "resume", "stop", "escalate"}
               for r in ("error", "timeout", "protocol_violation", "fatal")},
    "wire": {"session": str, "bindings": ["binding"], **LINE},
    "binding": {"role": str, "instance?": str, "any?": str},
    "scope": {"of": {"system", "session"}, "subject": str, "sessions": int, "crashes": ["crash"], "loss": int,
              "domains": ["domain"], "fair": {"weak", "none"}, "ltl": ["ltl"], **LINE},
    "crash": {"child": (str, None), "count": int},
    "domain": {"message": str, "field": str, "lo": int, "hi": int, **LINE},
    "ltl": {"name": str, "formula": str, **LINE},
    "assertion": {"left": str, "relation": {"<=", "=="}, "right": str, **LINE},
}


def check(value, shape, where):
    if isinstance(shape, tuple):
        if value is not None:
            check(value, shape[0], where)
    elif isinstance(shape, list):
        need(isinstance(value, list), where, "is no array")
        for i, x in enumerate(value):
            check(x, shape[0], f"{where}[{i}]")
    elif isinstance(shape, set):
        need(value in shape, where, f"is {value!r}")
    elif isinstance(shape, str):
        check_object(value, shape, where)
    else:
        need(type(value) is shape, where, f"is {value!r}")


def check_object(value, name, where):
    need(isinstance(value, dict), where, "is no object")
    if name == "member":
        name = next(iter(value), "")
        need(name in ("supervisor", "child"), where, f"begins with {name!r}")
    shape = OBJECTS[name]
    for key in value:
        need(key in shape or key + "?" in shape, where, f"has {key!r}, which is not documented of a {name}")
    for key, of in shape.items():
        bare = key.rstrip("?")
        need(bare in value or key != bare, where, f"has no {bare!r}")
        if bare in value:
            check(value[bare], of, f"{where}.{bare}")
    if name == "type":
        check_type(value, where)


TYPE_MEMBERS = {"string": {"bound"}, "bytes": {"bound"}, "array": {"element", "bound"}, "list": {"element", "bound"},
                "optional": {"element"}, "enum": {"name"}, "struct": {"name"}, "ref": {"session", "role"}}


def check_type(t, where):
    need(set(t) - {"kind"} == TYPE_MEMBERS.get(t["kind"], set()), where, f"of kind {t['kind']} has {sorted(t)}")


# ---- what names and numbers lead to ----

def names(array, key="name"):
    return {x[key] for x in array}


def check_global(s, messages, where):
    g, roles = s["global"], names(s["roles"])
    for i, q in enumerate(g["states"]):
        seen = set()
        need(all(t < len(g["tries"]) for t in q.get("tries", [])), f"{where}.states[{i}]", "is in no such try")
        for e in q["edges"]:
            key = (e["from"], e["to"], e["message"], e.get("interrupt", False))
            need(key not in seen, f"{where}.states[{i}]", f"has {key} twice")
            seen.add(key)
            need({e["from"], e["to"]} <= roles and e["message"] in messages, f"{where}.states[{i}]", f"says {e}")
            need(e["target"] < len(g["states"]), f"{where}.states[{i}]", f"leads to {e['target']}")
            need(all(len(p) == 2 for p in e.get("strand", [])), f"{where}.states[{i}]", "has strands that are no pairs")
    for t in g["tries"]:
        need(t["catcher"] in roles, where, f"has {t}")
        for h in t["handlers"]:
            need(h["event"] in names(s["events"]) and h["start"] < len(g["states"]), where, f"has {h}")
    caught = {h["event"] for t in g["tries"] for h in t["handlers"]}
    need(caught == names(s["events"]), where, "tries catch other events than the session has")


def check_local(s, m, messages, where):
    for i, q in enumerate(m["states"]):
        seen = set()
        for e in q["edges"]:
            event = e["action"] == "event"
            need(("event" in e) == event and ("peer" in e) == ("message" in e) == (not event), where, f"has {e}")
            key = tuple(e.get(k) for k in ("action", "peer", "message", "event", "interrupt"))
            need(key not in seen, f"{where}.states[{i}]", f"has {key} twice")
            seen.add(key)
            need(e["target"] < len(m["states"]), f"{where}.states[{i}]", f"leads to {e['target']}")
            need(event or (e["peer"] in names(s["roles"]) and e["message"] in messages), where, f"has {e}")
            need(not event or e["event"] in names(s["events"]), where, f"has {e}")


def check_session(s, messages, where):
    roles = names(s["roles"])
    need(s["initiator"] is None or s["initiator"] in roles, where, "has no such initiator")
    need((s["global"] is None) or s["given_by"] == "global type", where, "has a global automaton of local types")
    need(all((r["family"] is None) != ("index" in r) for r in s["roles"]), where, "has an index without a family")
    for e in s["events"]:
        need(e["catcher"] in roles and ("role" in e) == (e["kind"] == "crash"), where, f"has {e}")
        need(("after_ns" in e) == (e["kind"] == "timeout") and e.get("role", e["catcher"]) in roles, where, f"has {e}")
    if s["global"]:
        check_global(s, messages, where + ".global")
    need([m["role"] for m in s["locals"]] == ([r["name"] for r in s["roles"]] if s["usable"] else []), where,
         "has not one automaton a role")
    for m in s["locals"]:
        check_local(s, m, messages, f"{where}.locals({m['role']})")


def children(supervisor):
    for m in supervisor["members"]:
        yield from [m] if "child" in m else children(m)


def check_system(system, doc, where):
    kids = list(children(system["root"]))
    need(all(c["actor"] in names(doc["actors"]) for c in kids), where, "has children of no actor")
    want = [f"{c['child']}[{i}]" if "size" in c else c["child"] for c in kids for i in range(c.get("size", 1))]
    need(sorted(want) == sorted(system["instances"]), where, "has other instances than its children")
    sessions = {s["name"]: s for s in doc["sessions"]}
    for w in system["wires"]:
        need(w["session"] in sessions, where, f"wires {w['session']}")
        need([b["role"] for b in w["bindings"]] == [r["name"] for r in sessions[w["session"]]["roles"]], where,
             f"does not bind each role of {w['session']}")
        for b in w["bindings"]:
            need(("any" in b) != ("instance" in b), where, f"has {b}")
            need(b.get("instance", system["instances"][0]) in system["instances"], where, f"has {b}")
            need(b.get("any", kids[0]["child"]) in names(kids, "child"), where, f"has {b}")


def check_document(doc, where):
    check(doc, "document", where)
    need(doc["format"] == 2, where, "is of another format")
    messages, sessions = names(doc["messages"]), {s["name"]: s for s in doc["sessions"]}
    need(len({m["tag"] for m in doc["messages"]}) == len(messages) or any("in" in m for m in doc["messages"]), where,
         "has a tag twice")
    for d in doc["types"]:
        need(("values" in d) == (d["kind"] == "enum") and ("fields" in d) == (d["kind"] == "struct"), where, f"has {d}")
    for s in doc["sessions"]:
        check_session(s, messages, f"{where}: session {s['name']}")
    for a in doc["actors"]:
        for p in a["plays"]:
            need(set(p["roles"]) <= names(sessions[p["session"]]["roles"]), where, f"actor {a['name']} has {p}")
        need((a["inbox"] is None) == ("inbox_policy" not in a), where, f"actor {a['name']} has half an inbox")
        need(all(k["session"] in sessions and k["message"] in messages for k in a["contracts"]), where,
             f"actor {a['name']} has contracts about nothing")
    for system in doc["systems"]:
        check_system(system, doc, f"{where}: system {system['name']}")
    for v in doc["verify"]:
        need(v["subject"] in (names(doc["systems"]) if v["of"] == "system" else sessions), where, f"verifies {v['subject']}")
    for x in doc["imports"]:
        need(("module" in x) != ("path" in x), where, f"has {x}")


def main(documentation, files):
    words = set(re.findall(r"`\"?(\w+)\"?`", open(documentation).read()))
    for name, shape in OBJECTS.items():
        for key, of in shape.items():
            need(key.rstrip("?") in words, documentation, f"does not document {key} of a {name}")
            for word in of if isinstance(of, set) else ():
                need(word in words or not word.isidentifier(), documentation, f"does not document {word} as {key} of a {name}")
    for path in files:
        with open(path) as f:
            check_document(json.load(f), path.rsplit("/", 1)[-1])


try:
    main(sys.argv[1], sys.argv[2:])
except (Wrong, ValueError) as wrong:
    sys.exit(str(wrong))
