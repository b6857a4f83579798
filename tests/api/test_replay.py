"""The journal against a release: who would now be told something else."""
import csv
import sqlite3

from paring import csv_of, fill, korean_sample, run, test

TALK = ["보험 해지 궁금해요", "대출 이율 알려 주세요", "3천만 원이요", "청구 서류 좀요", "?", "네", "서류", "피자 시켜 줘"]


def talked(bot):
    fill(bot)
    bot.go_live()
    for customer in ("a", "b"):
        bot.run("chat", "--conversation", customer, input="\n".join(TALK) + "\n/quit\n")


@test
def a_release_repeats_its_own_journal(bot):
    talked(bot)
    told = bot.run("replay", "--json").json()
    assert (told["turns"], told["own"], told["changed"], told["own_changed"]) == (16, 16, 0, 0), told
    assert "nothing would change" in bot.run("replay").out


@test
def the_sample_repeats_its_own_journal():
    bot = korean_sample()
    bot.run("chat", "--conversation", "replayed",
            input="실손 청구 서류요\n약관대출 이자 얼마예요\n500만원 12개월\n아니 300만원\n네\n어제 사고났어요\n서류\n1\n")
    told = bot.run("replay", "--json").json()
    assert told["own"] >= 8 and told["own_changed"] == 0, told


@test
def an_edited_answer_shows_whom_it_touches(bot):
    talked(bot)
    bot.take("answers.csv", csv_of([{"id": "cancel_policy-1", "intent": "cancel_policy", "text": "해지는 지점에서 하실 수 있습니다."}]), "--as", "answers")
    bot.train()
    told = bot.run("replay", "--json").json()
    assert told["changed"] == 2 and told["customers"] == 2 and told["own"] == 0, told
    group, = told["groups"]
    assert group["change"] == "answer" and group["from"] == "scripted cancel_policy, answer cancel_policy-1 v1", group
    assert group["to"].endswith("v2") and group["samples"][0]["message"] == "보험 해지 궁금해요"
    text = bot.run("replay").out
    assert "2 would change, of 2 customers" in text and "2 customers, 2 turns · answer" in text, text
    path = bot.folder + "/changed.csv"
    bot.run("replay", "--out", path)
    rows = list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
    assert [row["reply_after"] for row in rows] == ["해지는 지점에서 하실 수 있습니다."] * 2
    assert {row["conversation"] for row in rows} == {"a", "b"}


@test
def the_old_release_still_changes_nothing(bot):
    talked(bot)
    bot.take("answers.csv", csv_of([{"id": "cancel_policy-1", "intent": "cancel_policy", "text": "해지는 지점에서 하실 수 있습니다."}]), "--as", "answers")
    bot.train()
    assert bot.run("replay", "--json", "--release", "1").json()["changed"] == 0


@test
def a_reply_that_does_not_repeat_is_an_alarm(bot):
    talked(bot)
    with sqlite3.connect(bot.path + "/journal.db") as journal:
        journal.execute("UPDATE turns SET reply = '다른 말' WHERE message = '청구 서류 좀요' AND conversation = 'a'")
    result = bot.run("replay", status=1, says="does not repeat its own replies")
    assert "1 of this release's own 16 turns" in result.out, result


@test
def only_turns_since_a_day_are_replayed(bot):
    talked(bot)
    with sqlite3.connect(bot.path + "/journal.db") as journal:
        journal.execute("UPDATE turns SET release = 'an older one'")
        # The last microsecond of 31 December in Korea, and the first of the year.
        journal.execute("UPDATE turns SET at_us = 1767193199999999 WHERE conversation = 'a'")
        journal.execute("UPDATE turns SET at_us = 1767193200000000 WHERE conversation = 'b'")
    assert bot.run("replay", "--json", "--since", "2026-01-01").json()["turns"] == 8
    assert bot.run("replay", "--json", "--since", "2025-12-31").json()["turns"] == 16
    assert "no turns of that time" in bot.run("replay", "--since", "2027-01-01").out
    bot.run("replay", "--since", "yesterday", status=2, says="--since yesterday: not a date")


@test
def a_message_cannot_become_a_formula(bot):
    fill(bot)
    bot.go_live()
    bot.ask("=1+1 보험 해지 궁금해요", "--conversation", "=2")
    bot.take("examples.csv", "text,intent\n=1+1 보험 해지 궁금해요,office_hours\n")
    bot.train()
    path = bot.folder + "/changed.csv"
    bot.run("replay", "--out", path)
    rows = list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
    assert rows and all(not cell.startswith("=") for row in rows for cell in row.values()), rows


@test
def there_must_be_a_journal_and_a_release(bot):
    bot.run("replay", status=3)
    fill(bot)
    bot.go_live()
    bot.run("replay", status=3, says="journal.db")
    bot.run("replay", "--release", "7", status=3)
    bot.run("replay", "more", status=2, says="takes no argument")
    assert "--since" in run("replay", "--help").out
