"""From rows to a release: training, evaluation, releases, checks, and the same bytes every time."""
import json
import os
import random
import subprocess
import sys

import paring
from paring import (SMALL_ANSWERS, SMALL_CASES, SMALL_EXAMPLES, SMALL_FACTS, SMALL_INTENTS, TOPICS, Bot, Skip, csv_of, fill,
                    is_sanitized, korean_sample, rows_of, small_examples, test)

MARKS = {"cases", "in_scope", "out_of_scope", "accuracy", "macro_f1", "scripted", "scripted_wrong", "coverage", "wrong_rate",
         "wrong_rate_upper95", "oos_recall", "oos_auroc", "ece", "microseconds_per_message", "release"}


@test
def training_writes_a_whole_release_and_its_hash_is_that_of_the_manifest(bot):
    fill(bot)
    release = bot.train()
    assert bot.releases() == [1]
    listed = subprocess.run(["sha256sum", bot.release_file(1, "MANIFEST")], capture_output=True, check=True).stdout
    assert listed.decode().split()[0] == release
    subprocess.run(["sha256sum", "--quiet", "--check", "MANIFEST"], cwd=os.path.dirname(bot.release_file(1, "x")), check=True)
    with open(bot.release_file(1, "MANIFEST"), encoding="utf-8") as file:
        names = {line.split()[1] for line in file}
    assert names >= {"model.bin", "scripts.jsonl", "settings.conf", "report.json"}
    assert names | {"MANIFEST"} == set(os.listdir(os.path.dirname(bot.release_file(1, "x"))))


@test
def the_first_release_goes_live_and_later_ones_wait(bot):
    fill(bot)
    first = bot.run("train", "--json").json()
    assert first["active"] and bot.ask("해지 신청 궁금해요")["release"] == first["hash"]
    bot.take("more.csv", "text,intent\n지점이 어디 있는지,office_hours\n")
    second = bot.run("train", "--json").json()
    assert not second["active"] and second["hash"] != first["hash"]
    assert bot.ask("해지 신청 궁금해요")["release"] == first["hash"]


@test
def training_again_without_a_change_gives_the_same_release(bot):
    fill(bot)
    assert bot.train() == bot.train()
    assert bot.releases() == [1]
    bot.take("more.csv", "text,intent\n지점이 어디 있는지,office_hours\n")
    other = bot.train()
    assert bot.releases() == [1, 2] and other != bot.train("--set", "clarify_choices=5")


@test
def one_step_back_is_one_command(bot):
    fill(bot)
    bot.go_live()
    assert "6시" in bot.ask("영업 시간 알려 주세요")["reply"]["text"]
    bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "5시"))
    bot.go_live()
    assert "5시" in bot.ask("영업 시간 알려 주세요")["reply"]["text"]
    bot.run("release", "activate", "1")
    assert "6시" in bot.ask("영업 시간 알려 주세요")["reply"]["text"]
    assert "office_hours" in bot.run("release", "diff", "1", "2").out
    listing = bot.run("release", "list", "--json").json()
    assert len(json.dumps(listing)) > 100 and bot.run("release", "list").out.count("\n") >= 2


@test
def older_releases_are_pruned_but_the_active_one_and_the_one_before(bot):
    fill(bot)
    bot.go_live()
    first = bot.ask("해지 신청 궁금해요")["turn"]
    with open(os.path.join(bot.path, "bot.conf"), "a", encoding="utf-8") as conf:
        conf.write("\nkeep_releases = 1\n")
    for opens in "5678":
        bot.take("answers.csv", SMALL_ANSWERS.replace("6시", f"{opens}시"))
        assert bot.run("train", "--json").json()["pruned"] == (opens > "5"), opens
    assert bot.releases() == [1, 5]
    assert bot.run("release", "activate", "5", "--json").json()["pruned"] == 0
    assert bot.run("explain", first, "--json").json()["is_identical"]
    bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "9시"))
    bot.train()
    assert bot.run("release", "activate", "6", "--json").json()["pruned"] == 1
    assert bot.releases() == [5, 6]
    gone = bot.run("explain", first, "--json", status=3, says="release 1 is gone: it was pruned").json()
    assert gone["release_is_gone"] and gone["release_number"] == 1 and gone["reply"] and "is_identical" not in gone
    assert "release 1 is gone" in bot.run("explain", first, status=3).out
    for command in (["release", "activate", "1"], ["release", "verify", "1"], ["release", "diff", "1", "6"], ["eval", "--release", "1"]):
        bot.run(*command, status=3, says="release 1")
    bot.run("release", "activate", "5")  # one step back is there


@test
def a_bot_with_examples_only_trains_and_evaluates_but_does_not_go_live(bot):
    bot.take("examples.csv", SMALL_EXAMPLES)
    bot.train()
    cases = bot.write("cases.csv", SMALL_CASES)
    assert bot.run("eval", "--json", "--set", cases).json()["cases"] == 5
    assert bot.run("classify", input="보험 해지 궁금해요\n").lines()[0]["intent"] == "cancel_policy"
    bot.run("release", "activate", "1", status=1, says="answer|claim_documents|cancel_policy")
    assert not os.path.exists(os.path.join(bot.path, "current"))
    out = bot.run("check", status=1).out
    assert all(intent in out for intent in TOPICS), out


@test
def marks_agree_with_one_another(bot):
    fill(bot)
    release = bot.train()
    marks = bot.run("eval", "--json").json()
    assert MARKS <= set(marks), MARKS - set(marks)
    assert marks["release"] == release
    assert marks["cases"] == 5 and marks["out_of_scope"] == 1 and marks["in_scope"] == 4
    assert abs(marks["coverage"] - marks["scripted"] / marks["cases"]) < 1e-3
    assert marks["scripted_wrong"] <= marks["scripted"]
    if marks["scripted"]:
        assert abs(marks["wrong_rate"] - marks["scripted_wrong"] / marks["scripted"]) < 1e-3
    assert marks["wrong_rate"] <= marks["wrong_rate_upper95"] <= 1
    for mark in ("accuracy", "macro_f1", "oos_recall", "oos_auroc", "ece"):
        assert 0 <= marks[mark] <= 1, mark


@test
def eval_takes_a_set_and_a_release(bot):
    fill(bot)
    bot.train()
    cases = bot.write("set.csv", "text,label\n보험 해지 궁금해요,cancel_policy\n대출 이율 궁금해요,cancel_policy\n")
    marks = bot.run("eval", "--json", "--set", cases, "--release", "1").json()
    assert marks["cases"] == 2 and marks["accuracy"] == 0.5
    bot.run("eval", "--set", "nothing.csv", status=3)
    bot.run("eval", "--set", bot.write("none.csv", "text,intent\n"), status=3)


@test
def eval_writes_a_report_page(bot):
    fill(bot)
    bot.train()
    report = os.path.join(bot.folder, "report.html")
    result = bot.run("eval", "--report", report, status=None)
    if "no report page yet" in result.err:
        raise Skip(result.err.strip())
    with open(report, encoding="utf-8") as file:
        page = file.read()
    assert result.status == 0 and "<html" in page and "cancel_policy" in page and "<script" not in page


@test
def check_is_content_with_the_small_bot(bot):
    fill(bot)
    result = bot.run("check", "--json")
    assert isinstance(result.json(), dict)
    bot.take("answers.csv", SMALL_ANSWERS.replace("fact:loan_rate", "fact:lone_rate"), status=None)
    bot.take("facts.csv", SMALL_FACTS)
    bot.run("check", status=None)


@test
def check_finds_a_fact_that_runs_out(bot):
    fill(bot)
    after = {"PARING_NOW": "1830000000000000"}  # 2027-12-28
    bot.run("check", env=after)
    rows = rows_of(bot.export("facts").decode())
    rows[1]["effective_to"] = "2027-06-30"
    bot.take("facts.csv", csv_of(rows))
    assert "loan_rate" in bot.run("check", status=1, env=after).out


@test
def classify_gives_one_json_line_for_each_line(bot):
    fill(bot)
    bot.train()
    texts = [row["text"] for row in small_examples()][:40] + ["해지", "", "zzz qqq", "😀"]
    lines = bot.run("classify", input="\n".join(texts) + "\n").lines()
    assert len(lines) == len(texts)
    assert all("intent" in line and 0 <= line["confidence"] <= 1 for line in lines if line.get("intent")), lines[0]
    rows = small_examples()[:40]
    assert [line["intent"] for line in lines[:40]] == [row["intent"] for row in rows]
    scored = bot.run("classify", "--scores", input="해지\n").lines()[0]
    assert all(intent in json.dumps(scored) for intent in TOPICS)
    assert bot.run("classify", input="").out == ""
    assert len(bot.run("classify", input="no newline at the end").lines()) == 1
    assert bot.run("classify", input="\r\n".join(texts[:5]) + "\r\n").lines() == lines[:5]


# ---- The same rows, the same release --------------------------------------------------------------------------------

def hash_of_rows_in_order(files, seed):
    """Of a bot whose rows were imported in a random order: files are (kind, header, rows) with rows as dictionaries."""
    order = random.Random(seed)
    with Bot() as bot:
        for kind, rows in order.sample(files, len(files)):
            if kind in ("values",):
                continue
            bot.take(f"{kind}.csv", csv_of(order.sample(rows, len(rows))), "--as", kind)
        return bot.train()


@test
def rows_in_any_order_give_the_same_release():
    files = [(kind, rows_of(text)) for kind, text in (("intents", SMALL_INTENTS), ("examples", SMALL_EXAMPLES), ("cases", SMALL_CASES),
                                                      ("facts", SMALL_FACTS), ("slots", paring.SMALL_SLOTS),
                                                      ("answers", SMALL_ANSWERS))]
    with Bot() as bot:
        fill(bot)
        expected = bot.train()
    seeds = range(20 if paring.IS_LONG else 3)
    assert {hash_of_rows_in_order([*files[:1], *files[1:]], seed) for seed in seeds} == {expected}


@test
def rows_that_came_and_went_leave_no_trace(bot):
    fill(bot)
    expected = bot.train()
    rows = rows_of(bot.export("examples").decode())
    first = rows[0]["text"]
    rows[0]["text"] = "잠깐 다른 말"
    bot.take("rows.csv", csv_of(rows))
    assert bot.train() != expected
    rows[0]["text"] = first
    bot.take("rows.csv", csv_of(rows))
    assert bot.train() == expected


# As glibc 2.36 spells them, and as 2.33 and before did; unknown names are passed over.
WITHOUT_FMA = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable,-FMA4_Usable"


@test
def the_tunable_really_changes_what_glibc_does():
    """Else the test after this one shows nothing: without FMA some exp() in a few thousand has another last bit."""
    program = "import math; print([math.exp(i * 0.0137) + math.log(1 + i) for i in range(20000)])"
    with_fma, without = (subprocess.run([sys.executable, "-c", program], capture_output=True, check=True,
                                        env={**os.environ, **env}).stdout for env in ({}, {"GLIBC_TUNABLES": WITHOUT_FMA}))
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        if " fma " not in file.read():
            raise Skip("this CPU has no FMA")
    assert with_fma != without


@test
def the_sample_bot_trains_to_the_same_release_everywhere():
    """In another row order, on one thread and on two, and without the CPU's AVX2 and FMA as glibc sees them."""
    bot = korean_sample()
    expected = bot.train("--threads", "2")
    kinds = ["intents", "slots", "values", "facts", "answers", "examples", "cases", "contrasts", "documents", "questions", "entities", "predicates",
             "statements", "rates"]
    with Bot() as other:
        order = random.Random(7)
        for kind in kinds:
            rows = rows_of(bot.export(kind).decode())
            if rows:
                other.take(f"{kind}.csv", csv_of(order.sample(rows, len(rows)), header=list(rows[0])), "--as", kind)
        with open(os.path.join(bot.path, "bot.conf"), encoding="utf-8") as file:
            other.write("bot/bot.conf", file.read())
        assert other.train("--threads", "1") == expected, "another row order, one thread"
    if is_sanitized():
        return  # the same again would show nothing more
    with Bot("insurance-ko") as other:
        tunables = {"GLIBC_TUNABLES": WITHOUT_FMA}
        assert other.train("--threads", "2", env=tunables) == expected, "without AVX2 and FMA"
