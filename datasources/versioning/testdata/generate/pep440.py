"""Writes ../pep440/order.txt and ../pep440/ranges.txt: what Python's packaging
says of versions and specifiers that are made up, the same each time."""

import json
import pathlib
import random

import packaging
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

rng = random.Random(20260401)
HEAD = f"# What packaging {packaging.__version__} says. Made by generate/pep440.py; see there."

NUMBERS = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "99", "01", "2024", "12345678901234567890"]
PRE = ["a", "b", "rc", "alpha", "beta", "c", "pre", "preview", "RC", "A"]
ODD = ["", "v", "1.", ".1", "1..2", "latest", "1.2.x", "1.2.3-", "1+", "1+a..b", "1!", "!1", "1.0.dev0.post1", "1a1a1",
       "1.0+é", "١", "1-a", "1.2.3-beta.11.x", "1_1", "1.0-_1", "1.0--1", "1.0+a+b", "a1", "1.0rc1dev", "1.0postdev"]


def number():
    return rng.choice(NUMBERS)


def label(names):
    return rng.choice(["", "", ".", "-", "_"]) + rng.choice(names) + rng.choice(["", "", "", ".", "-"]) + rng.choice(["", "1", "2", "10", "0"])


def version(local=True, odd=True):
    if odd and rng.randrange(40) == 0:
        return rng.choice(ODD)
    text = rng.choice(["v", ""]) if rng.randrange(12) == 0 else ""
    if rng.randrange(15) == 0:
        text += rng.choice(["0!", "1!", "2!"])
    text += ".".join(number() for _ in range(rng.choice([1, 2, 2, 3, 3, 3, 4])))
    if rng.randrange(4) == 0:
        text += label(PRE)
    if rng.randrange(6) == 0:
        text += rng.choice([label(["post", "rev", "r"]), "-1", "-10"])
    if rng.randrange(6) == 0:
        text += label(["dev", "DEV"])
    if local and rng.randrange(8) == 0:
        text += "+" + rng.choice(["1", "a", "ubuntu.1", "ubuntu-1", "Ubuntu_2", "10", "9", "cu118", "1.a", "a.1", "01"])
    return text


def near(text):
    """A version that has a chance to be at the edge of a specifier."""
    if rng.randrange(5) == 0:
        return version()
    word = rng.choice(text.split(",")).strip(" =<>!~").removesuffix(".*")
    try:
        base = Version(word)
    except InvalidVersion:
        return version()
    release = list(base.release) + [0] * rng.choice([0, 0, 1])
    i = rng.randrange(len(release) + 1)
    if i < len(release):
        release[i] = max(0, release[i] + rng.choice([-1, 1]))
    out = f"{base.epoch}!" if base.epoch else ""
    out += ".".join(map(str, release))
    if base.pre and rng.randrange(3):
        out += f"{base.pre[0]}{max(0, base.pre[1] + rng.choice([-1, 0, 0, 1]))}"
    elif rng.randrange(5) == 0:
        out += label(PRE)
    if base.post is not None and rng.randrange(3):
        out += f".post{base.post}"
    elif rng.randrange(5) == 0:
        out += label(["post"])
    if rng.randrange(5) == 0:
        out += label(["dev"])
    if rng.randrange(5) == 0:
        out += "+" + (base.local if base.local and rng.randrange(2) else rng.choice(["1", "local.1"]))
    return out


def specifier():
    op = rng.choice(["==", "==", "~=", "~=", "!=", ">", ">=", "<", "<=", "==="])
    text = version(local=op in ("==", "!=") or rng.randrange(20) == 0, odd=rng.randrange(4) == 0)
    if op in ("==", "!=") and rng.randrange(3) == 0 or rng.randrange(40) == 0:
        text = ".".join(number() for _ in range(rng.randrange(1, 4))) + ".*"
    return op + rng.choice(["", "", " "]) + text


def valid(text):
    try:
        Version(text)
        return True
    except InvalidVersion:
        return False


order = [HEAD]
for _ in range(1300):
    a = version()
    b = near(a) if rng.randrange(2) else version()
    order += [f"invalid {json.dumps(v)}" for v in (a, b) if not valid(v)]
    if valid(a) and valid(b):
        x, y = Version(a), Version(b)
        order.append(f"{a} {'<' if x < y else '>' if x > y else '='} {b}")

ranges = [HEAD]
for _ in range(850):
    text = rng.choice([",", ", ", " , "]).join(specifier() for _ in range(rng.choice([1, 1, 1, 2, 2, 3])))
    try:
        spec = SpecifierSet(text)
    except InvalidSpecifier:
        ranges.append(f"{json.dumps(text)} invalid")
        continue
    for v in sorted({near(text) for _ in range(3)}):
        if valid(v):
            ranges.append(f"{json.dumps(text)} {v} {'yes' if spec.contains(v, prereleases=True) else 'no'}")

out = pathlib.Path(__file__).parent.parent / "pep440"
out.mkdir(parents=True, exist_ok=True)
(out / "order.txt").write_text("\n".join(order) + "\n", encoding="utf-8")
(out / "ranges.txt").write_text("\n".join(ranges) + "\n", encoding="utf-8")
