"""The gate before a release goes live: refused with the rows named, overridden on record, stepped back from, and shown without activating."""
import os
import sqlite3

from paring import SMALL_ANSWERS, Bot, csv_of, fill, korean_sample, rows_of, test

ENGLISH = {"claim": ["file a claim", "send my claim", "claim form", "report a claim"],
           "cancel": ["cancel my policy", "end the contract", "stop my insurance", "close my policy"],
           "hours": ["opening hours", "when do you open", "closing time", "hours on saturday"]}
FRAMES = ["please {}", "i want to know about {}", "can you help with {}", "question: {}", "{} thanks", "tell me {}"]
HISTORY = "SELECT release, event, author, reason FROM releases_log ORDER BY number"


def english(bot):
    bot.write("bot/bot.conf", "language = en\n")
    rows = [{"text": frame.format(text), "intent": intent} for intent, texts in ENGLISH.items() for text in texts for frame in FRAMES]
    bot.take("examples.csv", csv_of(rows))
    bot.take("cases.csv", "text,intent\nhow to send a claim,claim\ncancel the policy now,cancel\nyour hours on saturday,hours\n", "--as", "cases")
    bot.take("answers.csv", csv_of([{"id": f"{intent}-1", "intent": intent, "text": f"About {intent}."} for intent in ENGLISH]))


def mislabel(bot, wrong, right):
    """Every example of one intent goes to another."""
    rows = rows_of(bot.export("examples").decode())
    bad = [{**row, "intent": right} for row in rows if row["intent"] == wrong]
    bot.take("bad.csv", csv_of(bad[1:]))


def history(bot, query=HISTORY):
    with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
        rows = db.execute(query).fetchall()
    db.close()
    return rows


def active(bot):
    with open(os.path.join(bot.path, "current"), encoding="ascii") as file:
        return int(file.readline())


def bars_of(result):
    return {bar["bar"]: bar for bar in result.json()["gate"]["bars"]}


def broken(bot):
    """Release 1 is live; release 2 takes cancellations for opening hours."""
    fill(bot)
    bot.go_live()
    mislabel(bot, "cancel_policy", "office_hours")
    bot.train()


@test
def a_release_that_loses_a_case_is_refused_and_the_case_named(bot):
    broken(bot)
    before, noted = bot.fingerprint(), history(bot)
    result = bot.run("release", "activate", "2", status=1, says="release 2 fails the gate: .*cases: 1 of 5 lost")
    assert "FAIL  cases" in result.out and "해지할래요\n        expected cancel_policy, got office_hours" in result.out, result
    assert "nothing has changed" in result.out and "release diff 1 2" in result.out and "--override" in result.out
    assert bot.fingerprint() == before and history(bot) == noted
    told = bot.run("release", "activate", "2", "--json", status=1)
    assert told.json()["active"] is False and bars_of(told)["cases"]["rows"][0]["text"] == "해지할래요"
    assert bars_of(told)["cases"]["rows"][0]["expected"] == "cancel_policy"


@test
def an_english_bot_is_refused_too(bot):
    english(bot)
    bot.go_live()
    mislabel(bot, "cancel", "hours")
    bot.train()
    result = bot.run("release", "activate", "2", status=1)
    assert "cancel the policy now\n        expected cancel, got hours" in result.out, result
    assert active(bot) == 1 and bot.ask("please cancel my policy")["release"] == bot.run("release", "list", "--json").json()["releases"][0]["hash"]


@test
def the_gate_is_shown_without_activating(bot):
    broken(bot)
    before, noted = bot.fingerprint(), history(bot)
    newest = bot.run("release", "gate", status=1)
    assert newest.out == bot.run("release", "gate", "2", status=1).out and "Gate of release 2" in newest.out
    assert bars_of(bot.run("release", "gate", "--json", status=1))["cases"]["figure"] == 1
    good = bot.run("release", "gate", "1", "--json").json()["gate"]
    assert good["passes"] and good["against"] == 1 and all(bar["verdict"] != "fail" for bar in good["bars"])
    assert bot.fingerprint() == before and history(bot) == noted
    bot.run("release", "gate", "9", status=3)
    bot.run("release", "gate", "x", status=2)


@test
def an_override_needs_a_reason_and_is_on_record(bot):
    broken(bot)
    for reason in ("", "  ", "a\x07b", "x" * 1001):
        bot.run("release", "activate", "2", "--override", reason, status=2, says="override")
    bot.run("release", "gate", "2", "--override", "why", status=2)
    bot.run("release", "list", "--accept", "x.csv", status=2)
    assert active(bot) == 1
    out = bot.run("release", "activate", "2", "--override", "해지는 콜센터가 받기로 함").out
    assert active(bot) == 2 and "although it fails the gate" in out
    hash_2 = bot.run("release", "list", "--json").json()["releases"][1]["hash"]
    release, event, author, reason = history(bot)[-2]
    assert (release, event) == (2, "overriding") and author == f"user {os.getuid()}"
    assert reason.startswith("해지는 콜센터가 받기로 함 | fails ") and "cases: 1 of 5 lost (at most 0)" in reason
    assert history(bot)[-1][:2] == (2, "activated")
    audit = history(bot, "SELECT event, actor, detail FROM audit_chain ORDER BY number")[-2]
    assert audit[0] == "overriding" and audit[1] == author and hash_2 in audit[2] and reason in audit[2]
    told = [line for line in bot.run("audit", "export").lines() if line["event"] == "overriding"]
    assert len(told) == 1 and told[0]["actor"] == author and reason in told[0]["detail"], told
    bot.run("audit", "verify")
    assert reason in bot.run("release", "list").out
    listed = bot.run("release", "list", "--json").json()["releases"][1]["history"]
    assert [note["event"] for note in listed] == ["overriding", "activated"] and listed[0]["reason"] == reason


@test
def an_override_that_is_not_needed_is_not_recorded(bot):
    fill(bot)
    bot.go_live()
    bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "5시"))
    bot.train()
    assert "No override was needed" in bot.run("release", "activate", "2", "--override", "just in case").out
    assert [row[1:] for row in history(bot)[-2:]] == [("activating", history(bot)[-1][2], ""), ("activated", history(bot)[-1][2], "")]


@test
def no_override_helps_against_an_intent_without_an_answer(bot):
    fill(bot)
    bot.go_live()
    bot.take("more.csv", csv_of([{"text": f"주차장 {n}층 자리 있나요", "intent": "parking"} for n in range(6)]))
    bot.train()
    before, noted = bot.fingerprint(), history(bot)
    result = bot.run("release", "activate", "2", "--override", "today only", status=1, says="parking.*--override does not help")
    assert "FAIL  scripts" in result.out and "add --override" not in result.out
    assert bot.fingerprint() == before and history(bot) == noted


@test
def one_step_back_is_held_up_by_no_bar(bot):
    broken(bot)
    bot.run("release", "activate", "2", "--override", "a test")
    with open(os.path.join(bot.path, "bot.conf"), "a", encoding="utf-8") as conf:
        conf.write("\ngate_budget = certified\ngate_accuracy = 1\ngate_warnings = 0\n")
    result = bot.run("release", "activate", "1")
    assert active(bot) == 1 and "one step back" in result.out and "FAIL  budget" in result.out, result
    assert history(bot)[-2][1] == "stepping back" and "fails budget" in history(bot)[-2][3]
    bot.run("release", "activate", "2", status=1)  # forward again is up to the gate
    assert active(bot) == 1


@test
def a_step_back_works_when_the_active_release_is_damaged(bot):
    fill(bot)
    bot.go_live()
    bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "5시"))
    bot.go_live()
    os.unlink(bot.release_file(2, "model.bin"))
    assert "but cannot be read" in bot.run("release", "activate", "1").out and active(bot) == 1


@test
def a_step_back_works_when_the_gate_cannot_be_judged(bot):
    fill(bot)
    bot.go_live()
    bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "5시"))
    bot.go_live()
    history(bot, "DROP TABLE contrasts")
    bot.run("release", "activate", "2", status=4)  # not a step back
    assert "could not be judged" in bot.run("release", "activate", "1").out and active(bot) == 1
    assert history(bot)[-2][1] == "stepping back"


@test
def lost_cases_are_accepted_by_name_and_with_a_reason(bot):
    broken(bot)
    lost = os.path.join(bot.folder, "lost.csv")
    bot.run("release", "gate", "--out", lost, status=1)
    with open(lost, encoding="utf-8-sig") as file:
        rows = rows_of(file.read())
    assert [(row["text"], row["expected"], row["got"], row["reason"]) for row in rows] == [("해지할래요", "cancel_policy", "office_hours", "")]
    bot.run("release", "activate", "2", "--accept", lost, status=3, says=r"lost\.csv:2: .*without a reason")
    bot.run("release", "activate", "2", "--accept", "nothing.csv", status=3)
    bot.write("lost.csv", csv_of([{**rows[0], "reason": "영업 시간 안내로 합침"}, {**rows[0], "id": "zz", "reason": "기타"}]))
    shown = bot.run("release", "gate", "2", "--accept", lost, status=None)
    assert "0 of 5 lost, 1 more accepted" in shown.out and "accepted, but not lost: case zz" in shown.out, shown
    quiet = ("--set", "gate_accuracy=0", "--set", "gate_consistency=0", "--set", "gate_contrasts=1000000")
    bot.run("release", "activate", "2", "--accept", lost, *quiet)
    assert active(bot) == 2 and history(bot)[-2][1] == "activating"
    assert f"accepts case {rows[0]['id']}: 영업 시간 안내로 합침" in history(bot)[-2][3] and "zz" not in history(bot)[-2][3]
    assert "영업 시간 안내로 합침" in bot.run("release", "list").out
    mislabel(bot, "claim_documents", "loan_rate")  # the next release starts from nothing accepted
    bot.train()
    assert bars_of(bot.run("release", "gate", "--json", status=1))["cases"]["accepted"] == 0


@test
def contrast_pairs_count_when_they_are_lost(bot):
    fill(bot)
    bot.take("pairs.csv", csv_of([{"text_a": "보험 해지 궁금해요", "intent_a": "cancel_policy", "text_b": "영업 시간 궁금해요", "intent_b": "office_hours"},
                                  {"text_a": "서류 뭐 내야", "intent_a": "loan_rate", "text_b": "이자율 궁금해요", "intent_b": "loan_rate"}]))
    bot.go_live()
    mislabel(bot, "cancel_policy", "office_hours")
    bot.train()
    result = bot.run("release", "gate", status=1)
    assert "1 of 2 pairs lost, 1 not apart as before" in result.out and "expected cancel_policy, got office_hours" in result.out, result
    assert bars_of(bot.run("release", "gate", "--json", "--set", "gate_contrasts=1", status=None))["contrasts"]["verdict"] == "pass"


@test
def the_bars_are_those_of_bot_conf(bot):
    fill(bot)
    bot.go_live()
    shown = bot.run("release", "gate", "--json").json()["gate"]
    assert shown["passes"]
    bot.run("release", "gate", "--set", "gate_budget=certified", status=1, says="budget: not certified")
    bot.run("release", "gate", env={"PARING_GATE_WARNINGS": "0"}, status=None)
    for wrong in ("gate_accuracy = 1.5", "gate_cases = -1", "gate_consistency = 90", "gate_budget = perhaps", "gate_faults = some"):
        with open(os.path.join(bot.path, "bot.conf"), encoding="utf-8") as conf:
            before = conf.read()
        bot.write("bot/bot.conf", before + f"\n{wrong}\n")
        bot.run("release", "activate", "1", status=3, says=rf"bot\.conf:\d+: {wrong.split()[0]}")
        bot.run("release", "gate", status=3)
        bot.write("bot/bot.conf", before)


@test
def warnings_of_check_can_be_a_bar(bot):
    fill(bot)
    bot.go_live()
    bot.take("twice.csv", "text,intent\n보험 해지 궁금해요,office_hours\n", "--as", "examples")
    bot.train()
    warned = bot.run("check", "--json", status=None).json()
    count = sum(fault["level"] == "warning" for fault in warned["faults"])
    assert count > 0, warned
    assert bars_of(bot.run("release", "gate", "--json", "--set", f"gate_warnings={count}", status=None))["warnings"]["verdict"] == "pass"
    result = bot.run("release", "gate", "--set", f"gate_warnings={count - 1}", status=1, says="warnings")
    assert "FAIL  warnings" in result.out and "보험 해지 궁금해요" in result.out, result


@test
def a_first_release_goes_through_the_gate_too(bot):
    fill(bot)
    out = bot.run("train", "--set", "gate_budget=certified", status=1, says="fails the gate: budget").out
    assert "No release is live" in out and not os.path.exists(os.path.join(bot.path, "current"))
    bot.run("release", "activate", "1")
    assert active(bot) == 1


@test
def both_samples_pass_at_once_and_stricter_bars_too():
    strict = ("--set", "gate_budget=certified", "--set", "gate_warnings=0", "--set", "gate_accuracy=0.9", "--set", "gate_consistency=0.95")
    assert korean_sample().run("release", "gate", *strict, "--json").json()["gate"]["passes"]
    with Bot("insurance-en") as bot:
        bot.train()
        assert active(bot) == 1
        assert bot.run("release", "gate", *strict, "--json").json()["gate"]["passes"]


@test
def a_writer_at_work_makes_it_wait_and_changes_nothing(bot):
    fill(bot)
    bot.go_live()
    bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "5시"))
    bot.train()
    before = bot.fingerprint()
    with sqlite3.connect(os.path.join(bot.path, "content.db"), isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        bot.run("release", "activate", "2", status=4, says="somebody else is writing")
        db.execute("ROLLBACK")
    db.close()
    assert bot.fingerprint() == before
