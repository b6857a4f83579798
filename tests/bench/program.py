"""The program that is measured, run from the outside in folders that are removed afterwards, and what a run of it took."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time


class Run:
    """A command that has ended: what it printed, seconds on the wall and of CPU, and the most memory it held."""

    def __init__(self, command, stdin=None, limit=None):
        began = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen([str(word) for word in command], stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=err)
            status = self.wait(process, began, limit)
            self.seconds = time.monotonic() - began
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read().decode("utf-8"), err.read().decode("utf-8", "replace")
        self.status = os.waitstatus_to_exitcode(status)

    def wait(self, process, began, limit):
        """The most memory is read from /proc while it runs: what wait4 says begins with the memory of the process that started it."""
        self.timed_out, self.mebibytes = False, 0
        while True:
            self.mebibytes = max(self.mebibytes, peak_mebibytes(process.pid))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu = usage.ru_utime + usage.ru_stime
                return status
            if limit and time.monotonic() - began > limit and not self.timed_out:
                self.timed_out = True
                process.kill()
            time.sleep(0.005)


def peak_mebibytes(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return next((int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


def run(*command, **how):
    """Like Run, but what fails ends it all."""
    done = Run(command, **how)
    if done.status:
        sys.exit(f"{' '.join(map(str, command))}: status {done.status}\n{done.err[-2000:]}")
    return done


class Bot:
    """A bot of its own; use as `with Bot(paring) as bot`."""

    def __init__(self, paring, sample=None):
        self.paring, self.top = paring, tempfile.mkdtemp(prefix="paring-bench-")
        self.folder = os.path.join(self.top, "bot")
        self.call("init", *(["--sample", sample] if sample else []))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.top, name)

    def call(self, command, *words, **how):
        return run(self.paring, command, *words, "--bot", self.folder, **how)

    def train(self, text=None, **settings):
        """The report, with what the run took as `run`."""
        flags = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        done = self.call("train", "--json", *flags, *(["--text", text] if text else []))
        return {**json.loads(done.out), "run": done}

    def eval(self, path=None):
        return json.loads(self.call("eval", "--json", *(["--set", path] if path else [])).out)

    def classify(self, lines):
        """One reply a line of the file; the newest release."""
        with open(lines, "rb") as stdin:
            return [json.loads(line) for line in self.call("classify", stdin=stdin).out.splitlines()]

    def model(self):
        releases = os.path.join(self.folder, "releases")
        return os.path.join(releases, max(name for name in os.listdir(releases) if name.isdigit()), "model.bin")
