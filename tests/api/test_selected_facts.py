"""Facts that a model points at, from the outside: only what the question may be about is offered, what is pointed at is told by the
program with its source, and anything else changes nothing."""
import json
import re

from paring import fill, test
from server import Server
from test_facts import ENTITIES, PREDICATES, STATEMENTS, statement
from test_selector import Model, flags, providers, shown, table

SENTENCE = "운석 낙하 보상한도는 90만원, 운석 파편 보상한도는 30만원이고 면책기간은 30일 또는 45일입니다."
TERMS = f"# 운석보험 약관\n\n## 제1조(목적)\n운석을 다룹니다.\n\n## 제2조(한도)\n{SENTENCE}\n\n## 제12조(기타)\n없음\n"
DOCUMENTS = [{"id": "meteor", "title": "운석보험 약관", "effective_from": "2026-01-01", "text": TERMS},
             {"id": "meteor-old", "title": "운석보험 약관", "effective_to": "2025-12-31", "text": TERMS.replace("30만원", "20만원")}]
OTHER = [{"id": "comet", "kind": "coverage", "name": "혜성 충돌", "aliases": "혜성"}]
MORE = STATEMENTS + [statement("s4", "fall", "30", predicate="pause", unit="일"), statement("s8", "comet", "70000")]
NAMES = PREDICATES + [{"name": "pause", "title": "면책기간", "aliases": "", "text": ""}]
QUESTION = "운석 낙하에 대한 면책기간이랑 보상한도 얼마"
LEAD, LABEL = "문의하신 내용은 문서에 이렇게 나와 있습니다.", "※ AI가 찾은 내용을 문서와 등록된 기준값에서 옮긴 답변입니다."
SOURCE = "출처: 운석보험 약관, 제2조(한도) (2026-01-01 시행)"


def facts_in(bot, statements):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in statements)
    bot.run("import", "--as", "statements", bot.write("statements.jsonl", text))


def with_all(bot):
    fill(bot)
    for kind, rows in (("documents", DOCUMENTS), ("entities", ENTITIES + OTHER), ("predicates", NAMES)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        bot.run("import", "--as", kind, bot.write(f"{kind}.jsonl", text))
    facts_in(bot, MORE)
    trained(bot, 1)


def trained(bot, number):
    bot.run("train", "--set", "quote_from=0.01", status=None)
    bot.run("release", "activate", str(number), "--override", "a test of facts")


def offered(user):
    return dict(re.findall(r"^\[(F\d+)\] (.*)$", user.replace("▁", " "), re.M))


def picking(sentences, facts, answerable=True):
    return json.dumps({"answerable": answerable, "sentence_ids": list(sentences), "fact_ids": list(facts)})


def facts_with(*words):
    return lambda user: picking([], [n for n, text in offered(user).items() if any(word in text for word in words)])


@test
def facts_that_are_pointed_at_are_told_with_their_source(bot):
    with_all(bot)
    with Model(facts_with("낙하")) as model:
        settings = flags(providers(bot, model))
        reply = bot.ask(QUESTION, *settings)
        assert offered(model.sent()[0]) == {"F1": "운석 낙하 | 보상한도 | 900,000원 |  | 2026-01-01~",
                                            "F2": "운석 낙하 | 면책기간 | 30일 |  | 2026-01-01~"}, model.sent()
        assert reply["route"] == "generated", reply
        assert reply["reply"]["text"] == f"{LEAD}\n\n운석 낙하 보상한도: 900,000원\n운석 낙하 면책기간: 30일\n\n{SOURCE}\n\n{LABEL}", reply
        assert [c["document"] for c in reply["reply"]["citations"]] == ["meteor"], reply
        why = bot.run("explain", reply["turn"], "--json").json()
        assert why["is_identical"] is True, why
        assert [(f["fact"], f["id"], f["document"]) for f in json.loads(why["evidence"])["facts"]] == [(1, "s2", "meteor"), (2, "s4", "meteor")], why
        assert bot.run("replay", "--json").json()["own_changed"] == 0
        again = bot.ask(QUESTION, *settings)
        assert again["reply"] == reply["reply"] and len(model.seen) == 1
        assert table(bot, "SELECT sent FROM model_calls") == [(model.sent()[0],)]
        assert bot.run("pins", "--json").json()["pins"][0]["documents"] == ["meteor", "meteor"]
        facts_in(bot, [statement("s4", "fall", "45", predicate="pause", unit="일")])
        trained(bot, 2)
        fresh = bot.ask(QUESTION, *settings)["reply"]["text"]
        assert "45일" in fresh and "30일" not in fresh and len(model.seen) == 2, fresh
        model.says = "hang"
        assert bot.ask(QUESTION, *settings)["reply"]["text"] == fresh and len(model.seen) == 2
    assert bot.run("replay", "--release", "1", "--json").json()["own_changed"] == 0


@test
def a_fact_and_a_sentence_come_in_one_order(bot):
    with_all(bot)
    with Model(lambda user: picking([n for n, text in shown(user).items() if text == SENTENCE], ["F2"])) as model:
        text = bot.ask(QUESTION, *flags(providers(bot, model)))["reply"]["text"]
    assert text.startswith(f"{LEAD}\n\n운석 낙하 면책기간: 30일\n\n{SOURCE}\n\n함께 확인해 주세요.\n\n{SENTENCE}\n\n출처: "), text
    assert text.endswith(LABEL), text


WRONG = [["F0"], ["F3"], ["F99"], ["F1", "F1"], ["F1", "F3"], ["f1"], ["S1"], ["F01"], ["F1 "], [""], ["s2"], ["fact:fall/limit"], [1], [None], [["F1"]],
         ["F1 900,000원→1,000원"], ["F1", "s8"], ["F4294967297"], ["F" + "1" * 400], ["F1", "F2", "F1"], [f"F{i}" for i in range(1, 20)], "F1", None, {"0": "F1"}]


@test
def wrong_facts_are_no_selection(bot):
    with_all(bot)
    plain = bot.ask(QUESTION)["reply"]["text"]
    with Model("hang") as model, Server(bot, workers=1, access_log="no", rate_per_address=0, **providers(bot, model)) as server:
        for i, ids in enumerate(WRONG):
            for sentences in ([], ["S1"]):
                model.says = lambda user: json.dumps({"answerable": True, "sentence_ids": sentences, "fact_ids": ids})
                reply = server.turn(f"{QUESTION} {'?' * i}", conversation=f"c{i}-{len(sentences)}")
                assert reply["generated"] is False and reply["reply"]["text"] == plain, (ids, reply)
        model.says = lambda user: picking([], ["F1"], answerable=False)
        assert server.turn(QUESTION, conversation="n")["generated"] is False
    assert not table(bot, "SELECT * FROM pins")
    whys = {json.loads(e)["why"] for (e,) in table(bot, "SELECT evidence FROM turns WHERE evidence != ''")}
    assert whys == {"unknown_id", "repeated_id", "wrong_form", "contradicts"}, whys
    assert all("facts" not in json.loads(e) for (e,) in table(bot, "SELECT evidence FROM turns WHERE evidence != ''"))


@test
def a_fact_of_something_else_or_another_day_is_not_offered(bot):
    with_all(bot)
    with Model(lambda user: picking([], [], answerable=False)) as model:
        settings = flags(providers(bot, model))
        bot.ask(QUESTION, *settings)
        bot.ask("운석 파편에 대한 면책기간이랑 보상한도 얼마", *settings)
        bot.ask("운석 파편에 대한 면책기간이랑 보상한도 얼마", "--as-of", "2025-06-01", *settings)
    sent = [offered(user) for user in model.sent()]
    assert not any("혜성" in text for facts in sent for text in facts.values()), sent
    assert list(sent[1].values()) == ["운석 파편 | 보상한도 | 300,000원 |  | 2026-01-01~"], sent
    assert list(sent[2].values()) == ["운석 파편 | 보상한도 | 200,000원 |  | 2025-01-01~2025-12-31"], sent


@test
def a_prompt_is_scored_on_a_golden_fact(bot):
    with_all(bot)
    for name, ids, right in (("g", "meteor#제12조 fact:fall/limit", 1), ("h", "meteor#제12조 fact:shard/limit", 0)):
        bot.run("import", "--as", "questions", bot.write(f"{name}.jsonl", json.dumps(
            {"id": "g1", "text": QUESTION, "documents": ids}, ensure_ascii=False) + "\n"))
        with Model(facts_with("보상한도")) as model:
            marks = bot.run("prompt", "eval", "--json", *flags(providers(bot, model))).json()["marks"]
        assert marks["right"]["count"] == right and marks["wrong"]["count"] == 1 - right and marks["asked"] == 1, (ids, marks)
    bot.run("import", "--as", "questions", bot.write("x.jsonl", json.dumps(
        {"id": "g1", "text": QUESTION, "documents": "fact:fall/none"}, ensure_ascii=False) + "\n"))
    with Model(facts_with("보상한도")) as model:
        bot.run("prompt", "eval", *flags(providers(bot, model)), status=3, says="documents: nothing is stated as fact:fall/none")
        assert not model.seen
