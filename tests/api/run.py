#!/usr/bin/env python3
"""Runs the tests in a folder against a built binary from the outside, one line a test, counts last.

usage: run.py FOLDER PARING [WORDS]     WORDS: only tests whose sentence contains them
"""
import importlib.util
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import paring  # noqa: E402


def tests_of(folder):
    """Every @test function of test_*.py, in the order of the files and of their lines."""
    for name in sorted(os.listdir(folder)):
        if not (name.startswith("test_") and name.endswith(".py")):
            continue
        spec = importlib.util.spec_from_file_location(name[:-3], os.path.join(folder, name))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found = [f for f in vars(module).values() if getattr(f, "is_test", False)]
        yield from sorted(found, key=lambda f: f.line)


def trouble_of(error):
    """Where in the tests it went wrong, and what was seen."""
    places = [f"    {os.path.basename(place.filename)}:{place.lineno}: {place.line}\n"
              for place in traceback.extract_tb(error.__traceback__) if place.name not in ("main", "run")]
    seen = "".join(traceback.format_exception_only(type(error), error))
    return "".join(places) + "".join(f"    {line}\n" for line in seen.splitlines())


def main():
    folder, binary = sys.argv[1:3]
    sys.path.insert(1, os.path.abspath(folder))
    words = " ".join(sys.argv[3:])
    paring.BINARY = os.path.abspath(binary)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for function in tests_of(folder):
        sentence = function.__name__.replace("_", " ")
        if words not in sentence:
            continue
        began = time.monotonic()
        trouble = ""
        try:
            function()
            outcome = "passed"
        except paring.Skip as reason:
            outcome, trouble = "skipped", f"    {reason}\n"
        except Exception as error:  # a test may fail in any way
            outcome, trouble = "failed", trouble_of(error)
        counts[outcome] += 1
        print(f"{outcome:8}{time.monotonic() - began:6.1f} s  {sentence}\n{trouble}", end="", flush=True)
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] or not counts["passed"] + counts["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main())
