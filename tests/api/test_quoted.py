"""Quoted replies from the outside: what no script fits is answered with a document's own words and their source, over every channel,
the same again after any restart, and explained from the journal."""
import json
import re
import sqlite3

from paring import fill, test
from server import Server

FEE = "증명서를 다시 발급하려면 재발급 수수료 2,000원을 냅니다. 다만, 첫 발급은 무료입니다."
DOCUMENTS = [
    {"id": "fees", "title": "제증명 안내", "effective_from": "2024-01-01",
     "text": f"# 제증명 안내\n\n## 재발급\n{FEE}\n\n## 방문\n본점 창구에서 신청합니다.\n"},
    {"id": "fees-old", "title": "제증명 안내", "effective_to": "2023-12-31", "text": "증명서를 다시 발급하려면 재발급 수수료 1,000원을 냅니다."},
    {"id": "parking", "title": "주차", "text": "지하 주차장은 방문 고객에게 두 시간 무료입니다. 이후 10분마다 500원입니다."},
    {"id": "canteen", "title": "구내식당", "text": "구내식당은 평일 점심에만 엽니다."},
]
QUESTION = "증명서 재발급 수수료가 얼마예요?"


def with_documents(bot, *settings, documents=DOCUMENTS):
    fill(bot)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in documents)
    if documents:
        bot.run("import", "--as", "documents", bot.write("documents.jsonl", text))
    bot.run("train", *(word for setting in settings for word in ("--set", setting)))
    bot.run("release", "activate", "1", status=None)


@test
def a_question_no_script_fits_is_quoted_with_its_source(bot):
    with_documents(bot)
    reply = bot.ask(QUESTION)
    assert reply["route"] == "quoted" and reply["generated"] is False and reply["intent"] is None, reply
    text = reply["reply"]["text"]
    assert text == f"{FEE}\n\n출처: 제증명 안내, 제증명 안내 > 재발급 (2024-01-01 시행)", text
    assert reply["reply"]["citations"] == [{"document": "fees", "title": "제증명 안내", "heading": "제증명 안내 > 재발급",
                                            "effective_from": "2024-01-01", "quote": FEE}], reply
    assert bot.run("ask", QUESTION).out.startswith(FEE)
    assert FEE in DOCUMENTS[0]["text"]


@test
def what_was_in_force_then_is_quoted(bot):
    with_documents(bot)
    then = bot.ask(QUESTION, "--as-of", "2023-06-01")
    assert then["route"] == "quoted" and "1,000원" in then["reply"]["text"] and "2,000" not in then["reply"]["text"], then


@test
def the_rest_goes_to_a_person_and_scripts_come_first(bot):
    with_documents(bot)
    for text in ("화성까지 가는 우주선 표를 어디서 사나요", "😀😀😀", "수수료", "재발급 " * 300 + "우주선 표"):
        reply = bot.ask(text)
        assert reply["route"] != "quoted" and "citations" not in reply["reply"], reply
    assert bot.ask("보험 해지 궁금해요")["route"] == "scripted"


@test
def explain_repeats_it_and_shows_the_passages(bot):
    with_documents(bot)
    turn = bot.ask(QUESTION)["turn"]
    why = bot.run("explain", turn, "--json").json()
    assert why["is_identical"] is True and why["route"] == "quoted", why
    assert why["passages"]["found"][0]["document"] == "fees" and why["passages"]["answerable"] >= why["passages"]["quoted_from"], why
    kept = json.loads(why["citations_kept"])
    assert kept[0]["quote"] == FEE and re.fullmatch("[0-9a-f]{16}", kept[0]["version"]), kept
    assert DOCUMENTS[0]["text"].encode()[kept[0]["from"]:kept[0]["to"]].decode() == FEE
    shown = bot.run("explain", turn).out
    assert "byte-identical" in shown and "quoted       fees, bytes" in shown, shown
    with sqlite3.connect(f"{bot.path}/journal.db") as journal: # somebody has been at it
        journal.execute("UPDATE turns SET citations = replace(citations, 'fees', 'fines') WHERE id = ?", (turn,))
    bot.run("explain", turn, status=1)
    assert bot.run("replay", "--json").json()["own_changed"] == 0


@test
def a_message_sent_twice_gets_its_citations_again(bot):
    with_documents(bot)
    with Server(bot) as server:
        first = server.turn(QUESTION, "again", message_id="m-1")
        again = server.turn(QUESTION, "again", message_id="m-1")
        assert first["reply"]["citations"] and {**first, "reason": ""} == {**again, "reason": ""}, (first, again)


@test
def every_channel_shows_the_source(bot):
    with_documents(bot)
    source = "출처: 제증명 안내"
    with Server(bot) as server:
        chat = server.ask("POST", "/v1/chat/completions", {"model": "x", "messages": [{"role": "user", "content": QUESTION}]}).json()
        assert source in chat["choices"][0]["message"]["content"], chat
        rasa = server.ask("POST", "/webhooks/rest/webhook", {"sender": "s", "message": QUESTION}).json()
        assert source in rasa[0]["text"], rasa
        kakao = server.ask("POST", "/kakao/skill", {"userRequest": {"utterance": QUESTION, "user": {"id": "u"}}}).json()
        bubble = kakao["template"]["outputs"][0]["simpleText"]["text"]
        assert FEE in bubble and source in bubble and len(bubble) <= 1000, kakao


@test
def settings_decide_and_are_part_of_the_release(bot):
    with_documents(bot, "quote_from=1")
    reply = bot.ask(QUESTION)
    assert reply["route"] == "handoff" and "never quoted" in reply["reason"], reply
    bot.run("train", "--set", "quote_from=0.01")
    bot.run("release", "activate", "2", status=None)
    assert bot.ask(QUESTION, status=0)["route"] == "quoted"
    bot.run("train", "--set", "quote_from=1.5", status=2)


@test
def a_bot_without_documents_is_as_before(bot):
    with_documents(bot, documents=[])
    assert bot.ask(QUESTION)["route"] in ("handoff", "clarify")


@test
def the_same_questions_in_another_order_and_process_get_the_same_bytes(bot):
    with_documents(bot)
    questions = [QUESTION, "주차장 몇 시간 무료인가요", "구내식당은 언제 여나요", "우주선 표", QUESTION + " 😀", "지하 주차장 요금 10분"]
    first = {text: bot.run("ask", "--no-journal", text).out for text in questions}
    with Server(bot, workers=3) as server:
        for text in reversed(questions):
            assert server.turn(text)["reply"]["text"] + "\n" == first[text], text


@test
def huge_documents_do_not_harm(bot):
    sentence = "관리 규정 {0}호는 창고 {0}번의 열쇠를 관리인이 보관한다고 정합니다. "
    huge = {"id": "huge", "title": "관리 규정", "text": "".join(sentence.format(i) + ("\n\n" if i % 9 == 0 else "") for i in range(5000))[:1_000_000]}
    with_documents(bot, documents=[*DOCUMENTS, huge])
    assert bot.ask(QUESTION)["reply"]["citations"][0]["document"] == "fees"
    reply = bot.ask("관리 규정 4321호에서 창고 4321번 열쇠는 누가 보관하나요")
    assert len(reply["reply"]["text"]) <= 1000, reply
    if reply["route"] == "quoted":
        assert "4321호" in reply["reply"]["text"], reply
