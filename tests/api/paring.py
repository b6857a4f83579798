"""A bot in a temporary folder, driven as a person at a terminal would. The Python standard library and nothing else."""
import atexit
import csv
import functools
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile

BINARY = ""  # set by run.py
KINDS = ["intents", "examples", "cases", "contrasts", "answers", "facts", "slots", "values", "documents", "questions",
         "entities", "predicates", "statements", "rates"]
COMMANDS = ["init", "import", "export", "train", "release", "eval", "ask", "chat", "serve", "explain", "classify", "check",
            "config", "backup", "journal", "replay", "trial", "unanswered", "wrong", "facts", "pins", "prompt", "user", "audit"]
IS_LONG = bool(os.environ.get("LONG"))
TIMEOUT = 600


class Skip(Exception):
    """This machine cannot show it; the reason."""


def is_sanitized():
    return any(f"build/{variant}/" in BINARY for variant in ("asan", "tsan"))


def test(function):
    """Marks a function as a test; it is given a bot of its own if it asks for one, removed afterwards."""
    wants_bot = function.__code__.co_argcount == 1

    @functools.wraps(function)
    def run():
        if not wants_bot:
            return function()
        with Bot() as bot:
            return function(bot)

    run.is_test = True
    run.line = function.__code__.co_firstlineno
    return run


class Result:
    def __init__(self, command, status, out, err):
        self.command, self.status, self.bytes, self.err = command, status, out, err.decode("utf-8", "replace")
        self.out = out.decode("utf-8", "replace")

    def __str__(self):
        return f"{' '.join(map(str, self.command[1:]))}\nstatus {self.status}\n--- out\n{self.out[-3000:]}\n--- err\n{self.err[-3000:]}"

    def json(self):
        assert self.out.endswith("\n") and self.out.count("\n") == 1, f"not one line of JSON: {self}"
        value = json.loads(self.out)
        assert isinstance(value, dict), self
        return value

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments, status=0, says=None, input=b"", env=None, folder=None, **more):
    """Runs the binary; checks its exit status and, if asked, what it says on stderr (a regular expression)."""
    command = [more.pop("binary", BINARY), *(a if isinstance(a, bytes) else str(a) for a in arguments)]
    if isinstance(input, str):
        input = input.encode()
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
    done = subprocess.run(command, input=input, capture_output=True, cwd=folder, env=environment, timeout=TIMEOUT, **more)
    result = Result(command, done.returncode, done.stdout, done.stderr)
    assert status is None or result.status == status, f"status {status} was expected: {result}"
    assert "Sanitizer" not in result.err and "runtime error" not in result.err, result
    if status:
        assert result.err.strip(), f"a sentence was expected: {result}"
    if says:
        assert re.search(says, result.err), f"/{says}/ was expected: {result}"
    return result


def rows_of(text):
    """CSV text as a list of dictionaries."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def csv_of(rows, header=None):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Bot:
    """`with Bot() as bot:` there is a new, empty bot; all of its files are gone afterwards."""

    def __init__(self, sample=None, makes=True, parent=None):
        self.folder = tempfile.mkdtemp(prefix="paring-test-", dir=parent)
        self.path = os.path.join(self.folder, "bot")
        if makes:
            self.run("init", *(["--sample", sample] if sample else []))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, command, *arguments, **more):
        return run(command, "--bot", self.path, *arguments, folder=more.pop("folder", self.folder), **more)

    def write(self, name, content):
        """A file beside the bot; its path."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, name, content, *options, **more):
        """Imports a file with this content."""
        return self.run("import", *options, self.write(name, content), **more)

    def export(self, kind):
        return self.run("export", kind).bytes

    def content(self):
        """Everything people edit, as bytes by kind."""
        return {kind: self.export(kind) for kind in KINDS}

    def train(self, *options, **more):
        """The hash of the release that training wrote."""
        lines = self.run("train", *options, **more).out.strip().splitlines()
        assert lines and re.search(r"\b[0-9a-f]{64}$", lines[-1]), f"the last line is no hash: {lines[-1:]}"
        return lines[-1].split()[-1]

    def releases(self):
        folder = os.path.join(self.path, "releases")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [int(name) for name in names if name.isdigit()]

    def release_file(self, number, name):
        return os.path.join(self.path, "releases", f"{number:06}", name)

    def go_live(self):
        """Trains and activates; the release's hash."""
        release = self.train()
        self.run("release", "activate", self.releases()[-1])
        return release

    def ask(self, text, *options, **more):
        return self.run("ask", "--json", *options, "--", text, **more).json()

    def fingerprint(self):
        """The content, every release's files, and which one is active: what a failure must leave as it was."""
        releases = {}
        for number in self.releases():
            folder = os.path.join(self.path, "releases", f"{number:06}")
            for name in sorted(os.listdir(folder)):
                with open(os.path.join(folder, name), "rb") as file:
                    releases[number, name] = hashlib.sha256(file.read()).hexdigest()
        current = os.path.join(self.path, "current")
        active = open(current, "rb").read() if os.path.exists(current) else None
        return self.content(), releases, active


@functools.cache
def korean_sample():
    """The Korean sample bot, trained and live; made once, for tests that only talk to it."""
    bot = Bot("insurance-ko")
    atexit.register(bot.__exit__)
    bot.go_live()
    return bot


# ---- A small bot ---------------------------------------------------------------------------------------------------

TOPICS = {
    "claim_documents": ("보험금 청구 서류", ["보험금 청구 서류", "청구할 때 필요한 서류", "서류 뭐 내야", "진단서랑 영수증"]),
    "cancel_policy": ("보험 해지", ["보험 해지", "계약 해약", "보험 그만두는 것", "해지 신청"]),
    "loan_rate": ("대출 이율", ["대출 이율", "약관대출 금리", "이자율", "대출 이자 몇 퍼센트"]),
    "office_hours": ("영업 시간", ["영업 시간", "몇 시까지 하는지", "지점 여는 시간", "상담 시간"]),
}
ENDINGS = ["알려 주세요", "궁금해요", "가르쳐 주실래요", "좀 물어볼게요", "어떻게 되나요", "확인하고 싶습니다"]
OTHERS = ["오늘 날씨 어때", "점심 뭐 먹지", "노래 추천해 줘", "주식 올랐어", "축구 몇 대 몇이야", "영화 재미있어", "버스 언제 와",
          "강아지 이름 지어 줘", "로또 번호 알려 줘", "심심해 놀아 줘"]


def small_examples():
    rows = [{"text": f"{start} {end}", "intent": intent}
            for intent, (_, starts) in TOPICS.items() for start in starts for end in ENDINGS]
    return rows + [{"text": text, "intent": "out_of_scope"} for text in OTHERS]


SMALL_INTENTS = csv_of([{"name": name, "title": title, "policy": "scripted"} for name, (title, _) in TOPICS.items()])
SMALL_EXAMPLES = csv_of(small_examples())
SMALL_CASES = "text,intent\n청구 서류 좀요,claim_documents\n해지할래요,cancel_policy\n대출 금리 몇이에요,loan_rate\n몇시까지 해요,office_hours\n" \
              "피자 시켜 줘,out_of_scope\n"
SMALL_FACTS = "name,value,unit,effective_from,effective_to,source\nloan_rate,4.5,%,2025-01-01,2026-12-31,notice\n" \
              "loan_rate,5.1,%,2027-01-01,,notice\n"
SMALL_SLOTS = "name,type,question\namount,amount,금액이 얼마인가요?\n"
SMALL_ANSWERS = """id,intent,condition,text
claim_documents-1,claim_documents,,"청구서, 신분증, 영수증이 필요합니다."
cancel_policy-1,cancel_policy,,해지는 앱에서 하실 수 있습니다.
loan_rate-1,loan_rate,,지금 이율은 연 {{fact:loan_rate}}입니다.
loan_rate-2,loan_rate,has(slot:amount),"{{slot:amount}}의 한 달 이자는 {{= floor(slot:amount * fact:loan_rate / 12)}}입니다."
office_hours-1,office_hours,,평일 9시부터 6시까지입니다.
"""


def fill(bot):
    """The small bot's rows, in one import."""
    files = {"intents": SMALL_INTENTS, "examples": SMALL_EXAMPLES, "cases": SMALL_CASES, "facts": SMALL_FACTS,
             "slots": SMALL_SLOTS, "answers": SMALL_ANSWERS}
    return bot.run("import", *(bot.write(f"{kind}.csv", text) for kind, text in files.items()))
