"""A reply that somebody says was wrong: marked, listed, mended."""
import sqlite3

from paring import csv_of, fill, run, test


def wrongly_answered(bot):
    """A turn that a script answered, and one more of the same message."""
    fill(bot)
    bot.go_live()
    first = bot.ask("보험 해지 궁금해요", "--conversation", "a")
    again = bot.ask("보험 해지 궁금해요", "--conversation", "b")
    assert first["route"] == "scripted" and first["intent"] == "cancel_policy", first
    return first["turn"], again["turn"]


@test
def a_turn_is_marked_and_explained(bot):
    turn, _ = wrongly_answered(bot)
    told = bot.run("wrong", turn, "--intent", "loan_rate", "--note", "제 번호 010-1234-5678 로 전화 달래요", "--json").json()
    assert told["turn"] == turn and told["wrong"] and told["intent"] == "loan_rate", told
    assert "010" not in told["note"] and "[전화번호]" in told["note"], told
    explained = bot.run("explain", turn, "--json").json()["marked_wrong"]
    assert explained["intent"] == "loan_rate" and explained["note"] == told["note"] and explained["author"], explained
    assert "meant was loan_rate" in bot.run("explain", turn).out
    db = sqlite3.connect(bot.path + "/journal.db")
    assert "1234" not in str(db.execute("SELECT * FROM feedback").fetchall())
    db.close()
    assert "no longer marked" in bot.run("wrong", turn, "--undo").out
    assert bot.run("explain", turn, "--json").json()["marked_wrong"] is None
    bot.run("wrong", turn, "--undo", status=1, says="is not marked wrong")


@test
def wrong_use_is_told(bot):
    turn, _ = wrongly_answered(bot)
    bot.run("wrong", status=2, says="needs one turn")
    bot.run("wrong", turn, turn, status=2, says="needs one turn")
    bot.run("wrong", turn, "--undo", "--intent", "loan_rate", status=2, says="--undo")
    bot.run("wrong", "0nosuchturn", status=3, says='no turn "0nosuchturn"')
    bot.run("wrong", turn, "--intent", "loan_rat", status=3, says='no intent "loan_rat"')
    bot.run("wrong", turn, "--note", "ㄱ" * 2001, status=3, says="--note")
    bot.run("wrong", turn, "--intent", "out_of_scope")
    run("wrong", "--bot", bot.folder + "/none", turn, status=3)


@test
def what_is_marked_wrong_is_on_the_work_list(bot):
    turn, again = wrongly_answered(bot)
    assert bot.run("unanswered", "--json").json()["turns"] == 0
    bot.run("wrong", turn, "--intent", "loan_rate")
    told = bot.run("unanswered", "--json").json()
    assert (told["turns"], told["wrong"], len(told["groups"])) == (1, 1, 1), told
    group = told["groups"][0]
    assert group["wrong"] == 1 and group["suggested"] == [{"intent": "loan_rate", "turns": 1}], group
    bot.run("wrong", again, "--intent", "claim_documents")
    bot.run("wrong", turn, "--intent", "claim_documents")
    group = bot.run("unanswered", "--json").json()["groups"][0]
    assert group["wrong"] == 2 and group["suggested"] == [{"intent": "claim_documents", "turns": 2}], group
    text = bot.run("unanswered").out
    assert "2 turns unanswered or marked wrong (2)" in text and "2 marked wrong" in text, text
    assert "nearest intents " in text and "--group ID" in text, text
    assert "people say it is claim_documents (2)" in text, text
    bot.run("unanswered", "--group", group["id"], "--to", "claim_documents")
    assert bot.run("unanswered", "--json").json()["turns"] == 0, "it is a row now"


@test
def an_example_that_answers_wrongly_is_not_thought_dealt_with(bot):
    wrongly_answered(bot)
    example = next(line.split(",")[1] for line in bot.export("examples").decode().splitlines() if ",cancel_policy," in line)
    turn = bot.ask(example, "--conversation", "c")["turn"]
    bot.run("wrong", turn)
    told = bot.run("unanswered", "--json").json()
    assert told["turns"] == 1 and told["known"] == 0, told


@test
def a_replay_says_which_marks_a_release_mends(bot):
    wrongly_answered(bot)
    turn = bot.ask("보험 해지 확인요", "--conversation", "d")["turn"]
    claim = bot.ask("대출 이율 알려 주세요", "--conversation", "c")
    bot.run("wrong", turn, "--intent", "loan_rate")
    bot.run("wrong", claim["turn"])
    told = bot.run("replay", "--json").json()
    assert (told["changed"], told["wrong_changed"], told["wrong_unchanged"]) == (0, 0, 2), told
    assert "of the turns marked wrong, 2 would get the same reply again" in bot.run("replay").out
    bot.take("more.csv", csv_of([{"text": text, "intent": "loan_rate"} for text in ("보험 해지 확인요",)]))
    bot.train()
    told = bot.run("replay", "--json").json()
    assert (told["wrong_changed"], told["wrong_unchanged"]) == (1, 1), told
    mended = next(mark for mark in told["marked_wrong"] if mark["change"] != "same")
    assert mended["turn"] == turn and mended["as_meant"] and mended["meant"] == "loan_rate", mended
    text = bot.run("replay").out
    assert "of the turns marked wrong, 1 would get another reply" in text and ", as was meant" in text, text


@test
def a_journal_from_before_marks_is_read(bot):
    turn, _ = wrongly_answered(bot)
    db = sqlite3.connect(bot.path + "/journal.db")
    db.executescript("DROP TABLE model_calls; DROP TABLE pins; ALTER TABLE turns DROP COLUMN evidence; DROP INDEX turns_vector; ALTER TABLE turns DROP COLUMN vector; ALTER TABLE turns DROP COLUMN vector_key; DROP TABLE outbox; DROP TABLE retention; DROP TABLE handoff_events; DROP TABLE handoffs; DROP TABLE feedback; ALTER TABLE turns DROP COLUMN citations; PRAGMA user_version=2")
    db.close()
    assert bot.run("unanswered", "--json").json()["wrong"] == 0
    assert bot.run("replay", "--json").json()["marked_wrong"] == []
    assert bot.run("explain", turn, "--json").json()["marked_wrong"] is None
    bot.run("wrong", turn)
    assert bot.run("unanswered", "--json").json()["wrong"] == 1
