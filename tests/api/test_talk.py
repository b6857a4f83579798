"""Asking, chatting and explaining: the same question, the same answer, and why."""
import json
import os
import re
import sqlite3

from paring import fill, korean_sample, rows_of, test

REPLY = {"turn", "route", "reply", "intent", "confidence", "reason", "release", "generated"}
ROUTES = {"scripted", "clarify", "form", "handoff"}


@test
def a_training_example_gets_its_own_answer(bot):
    fill(bot)
    release = bot.go_live()
    reply = bot.ask("보험 해지 궁금해요")
    assert set(reply) >= REPLY, reply
    assert reply["route"] == "scripted" and reply["intent"] == "cancel_policy" and reply["release"] == release
    assert reply["reply"]["text"] == "해지는 앱에서 하실 수 있습니다." and reply["generated"] is False
    assert "cancel_policy-1 v1" in reply["reason"] and "\n" not in reply["reason"]
    assert bot.run("ask", "보험", "해지", "궁금해요").out == reply["reply"]["text"] + "\n"


@test
def the_same_question_gets_the_same_answer(bot):
    fill(bot)
    bot.go_live()
    for text in ("청구 서류 좀요", "피자 시켜 줘", "해지할래요", "3천만 원 빌리면 대출 이율 궁금해요"):
        replies = [bot.ask(text, "--as-of", "2026-06-01", env={"PARING_NOW": str(now)}) for now in (1780000000000000, 1790000000000000)]
        for reply in replies:
            del reply["turn"]
        assert replies[0] == replies[1]


@test
def facts_are_those_of_the_date(bot):
    fill(bot)
    bot.go_live()
    assert "연 4.5%" in bot.ask("대출 이율 알려 주세요", "--as-of", "2026-12-31")["reply"]["text"]
    assert "연 5.1%" in bot.ask("대출 이율 알려 주세요", "--as-of", "2027-01-01")["reply"]["text"]
    late = bot.ask("대출 이율 알려 주세요", "--as-of", "2024-12-31")
    assert late["route"] == "handoff" and "{{" not in late["reply"]["text"], late


@test
def figures_are_exact(bot):
    fill(bot)
    bot.go_live()
    reply = bot.ask("대출 이율 궁금해요 3천5백만 원이요", "--as-of", "2026-12-31", "--conversation", "x")["reply"]["text"]
    if "한 달 이자" not in reply:
        reply = bot.ask("대출 이율 알려 주세요", "--as-of", "2026-12-31", "--conversation", "x")["reply"]["text"]
    assert "35,000,000원" in reply and "131,250원" in reply, reply


@test
def explain_runs_a_turn_again_byte_for_byte(bot):
    fill(bot)
    bot.go_live()
    for text in ("보험 해지 궁금해요", "피자 시켜 줘", "서류", "대출 금리 1,200만원"):
        reply = bot.ask(text)
        told = bot.run("explain", reply["turn"]).out
        assert "byte-identical" in told and reply["release"] in told and reply["reason"] in told, told
        again = bot.run("explain", "--json", reply["turn"]).json()
        assert again["reply"] == reply["reply"]["text"] or again["reply"]["text"] == reply["reply"]["text"]
    bot.take("answers.csv", "id,intent,text\ncancel_policy-1,cancel_policy,이제는 다릅니다.\n")
    turn = bot.ask("보험 해지 궁금해요")["turn"]
    bot.go_live()
    assert "byte-identical" in bot.run("explain", turn).out


@test
def explain_says_so_when_the_reply_in_the_journal_is_another(bot):
    fill(bot)
    bot.go_live()
    turn = bot.ask("보험 해지 궁금해요")["turn"]
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(turns)")]
        assert "reply" in columns, columns
        db.execute("UPDATE turns SET reply = 'something else'")
    bot.run("explain", turn, status=1)


@test
def a_turn_is_in_the_journal_once_it_is_answered(bot):
    fill(bot)
    bot.go_live()
    turns = [bot.ask("해지할래요")["turn"] for _ in range(5)]
    assert len(set(turns)) == 5 and turns == sorted(turns)
    for turn in turns:
        bot.run("explain", turn)
    assert not bot.ask("해지할래요", "--no-journal")["turn"]


@test
def personal_data_is_masked_in_what_is_kept(bot):
    fill(bot)
    bot.go_live()
    secrets = ["900101-1234567", "010-9876-5432", "4111 1111 1111 1111", "someone@mail.example"]
    for secret in secrets:
        reply = bot.ask(f"보험 해지 궁금해요 제 번호는 {secret} 입니다")
        assert secret not in bot.run("explain", reply["turn"]).out
    for name in os.listdir(bot.path):
        path = os.path.join(bot.path, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                content = file.read()
            assert not any(secret.encode() in content for secret in secrets), name


@test
def chat_answers_line_by_line_without_a_terminal(bot):
    fill(bot)
    bot.go_live()
    out = bot.run("chat", input="보험 해지 궁금해요\n\n영업 시간 알려 주세요\n").out
    assert out == "해지는 앱에서 하실 수 있습니다.\n평일 9시부터 6시까지입니다.\n", out
    assert bot.run("chat", input="").out == ""
    replies = bot.run("chat", "--json", input="보험 해지 궁금해요\n영업 시간 알려 주세요").lines()
    assert [reply["intent"] for reply in replies] == ["cancel_policy", "office_hours"]
    assert "byte-identical" in bot.run("chat", input="보험 해지 궁금해요\n/why\n/quit\n보험 해지 궁금해요\n").out


@test
def a_bad_line_does_not_end_the_chat(bot):
    fill(bot)
    bot.go_live()
    result = bot.run("chat", input=b"\xff\xfe\n" + ("가" * 2001 + "\n보험 해지 궁금해요\n").encode())
    assert result.out == "해지는 앱에서 하실 수 있습니다.\n" and len(result.err.splitlines()) == 2, result


@test
def a_list_takes_a_number_a_title_or_something_else():
    bot = korean_sample()
    cases = [row["text"] for row in rows_of(bot.export("cases").decode())]
    for text in cases:
        first = bot.ask(text, "--conversation", text[:40])
        assert first["route"] in ROUTES
        if first["route"] == "clarify" and len(first["reply"]["choices"]) >= 3:
            break
    else:
        raise AssertionError("no message got a list")
    choices = first["reply"]["choices"]
    assert all(f"{i}. {choice}" in first["reply"]["text"] for i, choice in enumerate(choices, 1)), first
    intents = []
    for said in ("1", "1번이요", choices[0]):
        bot.ask(text, "--conversation", f"say {said}")
        taken = bot.ask(said, "--conversation", f"say {said}")
        assert taken["route"] in ("scripted", "form"), taken
        intents.append(taken["intent"])
    assert len(set(intents)) == 1, intents
    bot.ask(text, "--conversation", "person")
    assert bot.ask(str(len(choices)), "--conversation", "person")["route"] == "handoff"
    bot.ask(text, "--conversation", "not on it")
    assert bot.ask("9", "--conversation", "not on it")["route"] == "clarify"
    example = next(row for row in rows_of(bot.export("examples").decode()) if row["intent"] == "claim_documents")
    bot.ask(text, "--conversation", "other")
    assert bot.ask(example["text"], "--conversation", "other")["intent"] == "claim_documents"


@test
def a_missing_slot_is_asked_for_and_then_used(bot):
    fill(bot)
    bot.take("answers.csv", "id,intent,condition,text\nloan_rate-1,loan_rate,,{{slot:amount}}의 한 달 이자는 {{= floor(slot:amount * fact:loan_rate / 12)}}입니다.\n")
    bot.go_live()
    asked = bot.ask("대출 이율 알려 주세요", "--conversation", "c", "--as-of", "2026-05-01")
    assert asked["route"] == "form" and "금액이 얼마인가요?" in asked["reply"]["text"], asked
    told = bot.ask("1200만원이요", "--conversation", "c", "--as-of", "2026-05-01")
    assert told["route"] == "scripted" and "12,000,000원의 한 달 이자는 45,000원입니다." in told["reply"]["text"], told
    assert "byte-identical" in bot.run("explain", told["turn"]).out


@test
def the_korean_sample_answers_every_evaluation_case_without_a_hole():
    bot = korean_sample()
    cases = [row["text"] for row in rows_of(bot.export("cases").decode())]
    texts = [text for text in cases if "\n" not in text][::4]
    replies = bot.run("chat", "--json", "--as-of", "2026-11-23", input="\n".join(texts)).lines()
    assert len(replies) == len(texts)
    for text, reply in zip(texts, replies):
        said = reply["reply"]["text"]
        assert said.strip() and "{{" not in said and "}}" not in said, (text, reply)
    assert sum(reply["route"] == "scripted" for reply in replies) > len(replies) / 10


@test
def the_korean_sample_keeps_what_it_promises():
    marks = korean_sample().run("eval", "--json").json()
    assert marks["accuracy"] >= 0.90, marks
    assert marks["wrong_rate"] <= 0.02, marks
    assert korean_sample().run("check", "--json", status=0)


@test
def a_rate_of_a_month_is_not_passed_over():
    bot = korean_sample()
    reply = bot.ask("월 1 %로 500만원 1년 빌리면 약관대출 이자 얼마예요?", "--conversation", "monthly")
    assert reply["route"] == "form" and "연 이율로 적어 주세요" in reply["reply"]["text"], reply
    reply = bot.ask("연 12%", "--conversation", "monthly")
    assert reply["route"] == "scripted" and "연 12%로 5,000,000원을 12개월" in reply["reply"]["text"], reply
