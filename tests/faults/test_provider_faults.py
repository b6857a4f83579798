"""The model client when memory runs out: whichever allocation fails, libcurl's too, once or for good, it ends by itself and tells the truth."""
import json
import os
import subprocess
import tempfile

import paring
from hostile import GOOD, Hostile
from paring import test

ENDS = {"whole", "memory", "too_large", "connect", "dropped", "broken", "refused"}


def ask(providers, library, **environment):
    program = os.path.join(os.path.dirname(paring.BINARY), "tests", "api", "ask_model")
    return subprocess.run([program, providers], input=b"5000 case good\n", capture_output=True, 
                          env={**os.environ, "LD_PRELOAD": library, "FAIL_CALL": "memory", **environment}, timeout=60, check=False)


@test
def memory_that_runs_out_during_a_call_is_told():
    library = os.path.join(os.path.dirname(paring.BINARY), "tests/faults/fail_nth.so")
    if paring.is_sanitized():
        raise paring.Skip("a sanitizer has an allocator of its own")
    with Hostile() as hostile, tempfile.TemporaryDirectory(prefix="paring-provider-") as path:
        providers, count = os.path.join(path, "providers"), os.path.join(path, "count")
        with open(providers, "w", encoding="utf-8") as out:
            out.write(f"[one]\nform = openai\nurl = {hostile.url}\nmodel = m\n")
        assert ask(providers, library, FAIL_COUNT=count).returncode == 0
        with open(count, encoding="utf-8") as read:
            calls = int(read.read())
        for nth in range(1, calls + 1, 1 if paring.IS_LONG else calls // 25):
            for more in ({}, {"FAIL_FOR_GOOD": "1"}):
                done = ask(providers, library, FAIL_NTH=str(nth), **more)
                assert done.returncode in (0, 4), (nth, more, done)
                if done.returncode == 4:
                    assert b"memory" in done.stderr or b"libcurl" in done.stderr, (nth, done)
                    continue
                for result in map(json.loads, done.stdout.splitlines()[:1]):
                    outcome = result.get("outcome")  # without one, it was the test program that had no memory to say it
                    assert outcome in ENDS | {None} and (outcome != "whole" or result["text"] == GOOD), (nth, more, result)
