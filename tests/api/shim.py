"""The library that makes a call of the program fail (tests/faults/fail_nth.c)."""
import os

import paring
from paring import Skip


def shim():
    library = os.path.join(os.path.dirname(paring.BINARY), "tests/faults/fail_nth.so")
    if not os.path.exists(library):
        raise Skip(f"{library} is not built")
    return library


def preloaded(library, kind, **more):
    """The environment that puts the library between the program and the system."""
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return {"LD_PRELOAD": library, "FAIL_CALL": kind, "ASAN_OPTIONS": sanitizer, **more}
