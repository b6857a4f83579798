#!/usr/bin/env python3
"""The rules of the house that no compiler knows: which folder may include which, what may not be called, how files begin and how long they
are. usage: house.py [FILE.c FILE.h …], from the root; without files, all of them. Prints `file:line: rule`, exits 1 if there is any."""
import os
import re
import sys

# Calls go down only: a folder includes itself and the folders of a lower floor.
FLOORS = {"base": 0, "store": 1, "classifier": 1, "responses": 2, "fallback": 2, "bot": 3, "training": 4, "server": 5, "cli": 6}
BANNED = "strcpy strcat sprintf vsprintf gets strtok atoi atol system alloca".split()
OURS_ALONE = "malloc calloc realloc reallocarray strdup strndup free".split()  # base/ has them; others use mem_take and mem_give
PRINTERS = "printf fprintf dprintf snprintf vsnprintf asprintf fail fail_within fail_errno buf_add_format buf_add_vformat log_line".split()
LINES_TO_LOOK, LINES_TO_SPLIT = 500, 800


def without_comments(text):
    """The same lines with comments, and what is in quotes, blanked out."""
    def blank(match):
        kept = "".join(c if c == "\n" else " " for c in match.group())
        return kept if match.group()[0] == "/" else match.group()[0] + kept[1:-1] + match.group()[0]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def layers(path, text):
    folder = path.split("/")[0]
    for match in re.finditer(r'^\s*#\s*include\s+(["<])([^">]+)[">]', text, re.M):
        line, is_ours, name = line_of(text, match.start()), match.group(1) == '"', match.group(2)
        target = name.split("/")[0]
        if is_ours and "/" not in name and folder in FLOORS:
            yield line, f'#include "{name}": includes are from the root'
        if is_ours and folder in FLOORS and target != folder and FLOORS.get(target, 99) >= FLOORS[folder]:
            yield line, f'#include "{name}": {folder}/ may not call {target}/, which is not below it'
        if name in ("sqlite3.h", "libpq-fe.h") and folder not in ("store", "tests"):
            yield line, f"<{name}> is for store/ alone"


def calls(path, code):
    folder = path.split("/")[0]
    for name in BANNED + ([] if folder in ("base", "tests") else OURS_ALONE):
        for match in re.finditer(rf"(?<![\w.>]){name}\s*\(", code):
            yield line_of(code, match.start()), f"{name}() is not used here"


def statements(text, code):
    """SQL is written, never printed: no statement inside a printf-like call."""
    for match in re.finditer(rf"(?<!\w)({'|'.join(PRINTERS)})\s*\(", code):
        end = code.find(";", match.end())
        if re.search(r"\b(SELECT\s.*\bFROM|INSERT\s+INTO|UPDATE\s.*\bSET|DELETE\s+FROM)\b", text[match.end():end], re.S):
            yield line_of(code, match.start()), f"{match.group(1)}() holds SQL; bind parameters instead"


def shape(path, text):
    lines = text.count("\n")
    if path.endswith(".c") and not re.match(r"/\*\s*\w", text):
        yield 1, "a .c file opens with a paragraph that a newcomer can read"
    if lines > LINES_TO_SPLIT:
        yield lines, f"{lines} lines; {LINES_TO_SPLIT} is the most: find the second noun"
    elif lines > LINES_TO_LOOK and not path.startswith("tests/"):
        print(f"{path}: {lines} lines: look for the second noun", file=sys.stderr)
    for at, line in enumerate(text.splitlines(), 1):
        if line.rstrip() != line or "\r" in line:
            yield at, "white space at the end of the line"
    for match in re.finditer(r"^[a-z][\w ]*[ *](\w+)\s*(\[[^\]]*\])?\s*(=[^=].*)?;", without_comments(text), re.M):
        words = match.group().split()
        if "atomic_" in match.group():
            continue  # the two test and log switches that every thread reads
        if path.endswith(".c") and not {"const", "extern", "typedef", "struct", "enum", "_Thread_local"} & set(words[:3]) and path.split("/")[0] in FLOORS:
            yield line_of(text, match.start()), f"{match.group(1)}: no globals but static const"
    if path.endswith(".h"):
        guard = re.sub(r"\W", "_", os.path.basename(path)).upper()
        if not re.search(rf"^#ifndef (\w+_)?{guard}$", text, re.M):
            yield 1, f"#ifndef {guard} is missing"


def sources():
    for folder in [*FLOORS, "tests"]:
        for path, _, files in os.walk(folder):
            yield from (os.path.join(path, name) for name in files if name.endswith((".c", ".h")))


def main():
    found = 0
    for path in sorted(sys.argv[1:] or sources()):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        code = without_comments(text)
        for line, rule in sorted([*layers(path, text), *calls(path, code), *statements(text, code), *shape(path, text)]):
            print(f"{path}:{line}: {rule}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
