#!/usr/bin/env python3
"""drawn.py FILE.json FOLDER: what the JSON says of sessions and systems is in the drawings of FOLDER, which are of the same file.

Of global types each interaction and each handler with its events; of local automata each action, event and refinement; of systems all
members, in start order as Graphviz lays them out, with what is said of mailboxes, sessions, decisions, contracts and invariants.
"""
import glob
import html
import json
import re
import subprocess
import sys

wrong = []


def text_of(dot):
    """Labels as they are read."""
    inner = dot.replace("->", " ").replace("label=<", "label ")
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^<>]*>", " ", inner).replace("&nbsp;", " ")))


def squeeze(text):
    return re.sub(r"\s+", "", text)


def want(where, dot, texts):
    have = squeeze(text_of(dot))
    wrong.extend(f"{where} lacks {t}" for t in texts if squeeze(t) not in have)


def read(name):
    with open(name) as f:
        return f.read()


def duration(ns):
    for unit, size in (("h", 3600 * 10**9), ("m", 60 * 10**9), ("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)):
        if ns % size == 0:
            return f"{ns // size}{unit}"


def event_text(e):
    return {"timeout": lambda: "timeout " + duration(e["after_ns"]), "crash": lambda: "crash " + e["role"],
            "cancel": lambda: "cancel"}[e["kind"]]()


def whole_family(role):
    return role.split("[")[0]


def check_global(s, folder):
    name = f"{folder}/{s['name']}.global.dot"
    dot, events = read(name), {e["name"]: e for e in s["events"]}
    handlers = [h for t in s["global"]["tries"] for h in t["handlers"]]
    want(name, dot, {event_text(events[h["event"]]) for h in handlers})
    drawn = sum(len(re.findall(r"timeout |crash |cancel", text_of(note))) for note in re.findall(r"label=<<b>.*?catches.*", dot))
    if drawn != len(handlers):
        wrong.append(f"{name} has {drawn} of {len(handlers)} events")
    edges = [e for q in s["global"]["states"] for e in q["edges"]]
    want(name, dot, {whole_family(e["from"]) for e in edges} | {e["message"] for e in edges} |
         {"where " + e["where"] for e in edges if "where" in e})
    if any(e.get("interrupt") for e in edges):
        want(name, dot, ["(interrupt)"])


def local_drawing(s, role, folder):
    """Members of a family with equal automata share one: NAME-first-last."""
    family = role["family"]
    if family is None:
        return f"{folder}/{s['name']}.{role['name']}.local.dot"
    for name in glob.glob(f"{folder}/{s['name']}.{family}-*.local.dot"):
        ends = [int(n) for n in re.search(r"-(\d+(?:-\d+)?)\.local", name)[1].split("-")]
        if ends[0] == role["index"]:
            return name
        if ends[0] < role["index"] <= ends[-1]:
            return None
    return f"{folder}: no drawing of {role['name']}"


def check_local(s, role, automaton, folder):
    name = local_drawing(s, role, folder)
    if name is None:
        return
    dot, events = read(name), {e["name"]: e for e in s["events"]}
    for e in (e for q in automaton["states"] for e in q["edges"]):
        if e["action"] == "event":
            want(name, dot, [event_text(events[e["event"]])])
            continue
        action = e["peer"] + ("!" if e["action"] == "send" else "?") + e["message"]
        want(name, dot, [action + (" (interrupt)" if e.get("interrupt") else "")] +
             (["where " + e["where"]] if "where" in e else []))
    for q in range(len(automaton["states"])):
        if f'label="{q}"' not in dot:
            wrong.append(f"{name} lacks state {q}")


def members(supervisor):
    yield supervisor
    for m in supervisor["members"]:
        if "supervisor" in m:
            yield from members(m)


def label(dot, text):
    return next((node for node, body in re.findall(r"^ *(\w+) \[shape=[^\n]*label=<<b>(.*)$", dot, re.M)
                 if text_of(body.split("</b>")[0]).strip() == text), None)


def check_order(name, dot, supervisor):
    def title(m):
        return m.get("supervisor") or (f"{m['child']}[0..{m['size'] - 1}]" if "size" in m else m["child"])
    nodes = [label(dot, title(m)) for m in supervisor["members"]]
    plain = subprocess.run(["dot", "-Tplain", name], capture_output=True, text=True, check=True).stdout
    at = {f[1]: float(f[2]) for f in (line.split() for line in plain.splitlines()) if f[0] == "node"}
    if None in nodes:
        wrong.append(f"{name} lacks a member of {supervisor['supervisor']}")
    elif sorted(nodes, key=at.get) != nodes:
        wrong.append(f"{name} has the members of {supervisor['supervisor']} in another order")


def child_texts(c, actor):
    yield c["child"]
    yield c["restart"] + f", mailbox {actor['mailbox']}" + (" shared" if actor["shared"] else "") + \
        ("" if actor["policy"] == "block" else " " + actor["policy"])
    if actor["inbox"]:
        yield f"inbox {actor['inbox']} {actor['inbox_policy']}"
    if actor["sessions"]:
        yield f"at most {actor['sessions']} session"
    if actor["isolation"] == "process":
        yield "a process of its own"
    if c["backoff_max_ns"]:
        yield f"backoff {duration(c['backoff_min_ns'])}..{duration(c['backoff_max_ns'])}"
    if len(c["decide"]) == 4 and len(set(c["decide"].values())) == 1:
        yield f"any failure: {c['decide']['error']}"
    else:
        yield from (f"{r}: {d}" for r, d in c["decide"].items())
    yield from ("invariant " + i for i in actor["invariants"])
    for k in actor["contracts"]:
        yield f"on {k['session']}.{k['role']}.{k['message']}"
        yield from ["requires " + x for x in k["requires"]] + ["ensures " + x for x in k["ensures"]]


def check_system(system, doc, folder):
    name = f"{folder}/{system['name']}.system.dot"
    dot, actors = read(name), {a["name"]: a for a in doc["actors"]}
    for v in members(system["root"]):
        want(name, dot, [v["supervisor"], v["strategy"], f"at most {v['intensity']} in {duration(v['window_ns'])}"])
        check_order(name, dot, v)
        for c in v["members"]:
            if "child" in c:
                want(name, dot, child_texts(c, actors[c["actor"]]))
    want(name, dot, ["session " + w["session"] for w in system["wires"]])


with open(sys.argv[1]) as file:
    document = json.load(file)
for session in document["sessions"]:
    if session["global"]:
        check_global(session, sys.argv[2])
    for r, m in zip(session["roles"], session["locals"]):
        check_local(session, r, m, sys.argv[2])
for x in document["systems"]:
    check_system(x, document, sys.argv[2])
if wrong:
    sys.exit("\n".join(wrong[:20]))
