"""Facts from the outside: what is stated of one thing is told with the clause that says so, what may be meant of several is asked
back, and what no document in force bears out is not told."""
import json

from paring import fill, test

TERMS = "# 운석보험 약관\n\n## 제1조(목적)\n운석을 다룹니다.\n\n## 제2조(한도)\n파편은 30만원, 낙하는 90만원까지 드립니다.\n\n## 제12조(기타)\n없음\n"
OLD = TERMS.replace("30만원", "20만원")
DOCUMENTS = [{"id": "meteor", "title": "운석보험 약관", "effective_from": "2026-01-01", "text": TERMS},
             {"id": "meteor-old", "title": "운석보험 약관", "effective_to": "2025-12-31", "text": OLD}]
ENTITIES = [{"id": "shard", "kind": "coverage", "name": "운석 파편", "aliases": "운석|파편"},
            {"id": "fall", "kind": "coverage", "name": "운석 낙하", "aliases": "운석|낙하"}]
PREDICATES = [{"name": "limit", "title": "보상한도", "aliases": "?얼마까지", "text": ""},
              {"name": "wait", "title": "대기일", "aliases": "", "text": "{{entity}}: {{value}}, 문의 777번"}]
SOURCE = "meteor#제2조"


def statement(id, entity, value, source=SOURCE, predicate="limit", unit="원", start="2026-01-01", end=""):
    return {"id": id, "entity": entity, "predicate": predicate, "value": value, "unit": unit, "condition": "",
            "effective_from": start, "effective_to": end, "source": source}


STATEMENTS = [statement("s1", "shard", "300000"), statement("s2", "fall", "900000"),
              statement("s0", "shard", "200000", "meteor-old#제2조", start="2025-01-01", end="2025-12-31")]


def with_facts(bot, statements=STATEMENTS):
    fill(bot)
    for kind, rows in (("documents", DOCUMENTS), ("entities", ENTITIES), ("predicates", PREDICATES), ("statements", statements)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        bot.run("import", "--as", kind, bot.write(f"{kind}.jsonl", text))
    bot.run("train", "--set", "quote_from=1", status=None)
    bot.run("release", "activate", "1", "--override", "a test of facts")


@test
def a_fact_is_told_with_the_clause_that_says_so(bot):
    with_facts(bot)
    reply = bot.ask("파편 보상한도", "--as-of", "2026-11-24")
    assert reply["route"] == "quoted", reply
    assert reply["reply"]["text"] == ("운석 파편 보상한도: 300,000원\n\n"
                                      "출처: 운석보험 약관, 제2조(한도) (2026-01-01 시행)"), reply
    cited = reply["reply"]["citations"]
    assert len(cited) == 1 and cited[0]["document"] == "meteor" and cited[0]["heading"] == "제2조(한도)", cited
    assert cited[0]["quote"] in TERMS and "30만원" in cited[0]["quote"] and "제12조" not in cited[0]["quote"], cited


@test
def what_held_then_is_told_of_then(bot):
    with_facts(bot)
    then = bot.ask("파편 보상한도", "--as-of", "2025-06-01")
    assert then["route"] == "quoted" and "200,000원" in then["reply"]["text"], then


@test
def what_may_be_meant_of_two_is_asked_and_the_pick_answered(bot):
    with_facts(bot)
    for number, pick in enumerate(("1", "운석 낙하", "1번이요")):
        asked = bot.ask("운석 보상한도", "--conversation", f"c{number}")
        assert asked["route"] == "clarify" and asked["reply"]["choices"][:2] == ["운석 낙하", "운석 파편"], asked
        told = bot.ask(pick, "--conversation", f"c{number}")
        assert told["route"] == "quoted" and told["reply"]["text"].startswith("운석 낙하 보상한도: 900,000원"), told
        again = bot.run("explain", told["turn"]).out
        assert "byte-identical" in again and "fall × limit: s2" in again, again
        assert "facts        fall × limit → s2" in again, again
        assert bot.run("explain", "--json", told["turn"]).json()["facts"] == "fall × limit → s2"
    bot.ask("운석 보상한도", "--conversation", "p")
    assert bot.ask("3", "--conversation", "p")["route"] == "handoff"


@test
def what_no_document_in_force_bears_out_is_not_told(bot):
    with_facts(bot, [statement("s1", "shard", "300000", "meteor-old#제2조"), statement("s2", "fall", "900000", "meteor#제3조")])
    for question in ("파편 보상한도", "낙하 보상한도"):
        reply = bot.ask(question, "--as-of", "2026-11-24")
        assert reply["route"] == "handoff", reply
        assert "no source in force" in bot.run("explain", reply["turn"]).out


@test
def a_figure_that_only_the_template_has_is_stopped(bot):
    with_facts(bot, [statement("s1", "shard", "3", predicate="wait", unit="일")])
    reply = bot.ask("파편 대기일", "--as-of", "2026-11-24")
    assert reply["route"] == "handoff" and "777" not in reply["reply"]["text"], reply
    assert "stopped by the guard" in bot.run("explain", reply["turn"]).out


@test
def particles_and_missing_spaces_do_not_hide_a_name(bot):
    with_facts(bot)
    for question in ("운석파편의 보상한도는요", "파편보상한도", "운 석 파 편 보상 한도가", "파편은 보상한도를"):
        reply = bot.ask(question, "--as-of", "2026-11-24")
        assert reply["route"] == "quoted" and reply["reply"]["text"].startswith("운석 파편 보상한도: 300,000원"), (question, reply)


@test
def statements_that_contradict_are_never_told(bot):
    with_facts(bot, STATEMENTS[:1] + [statement("s9", "shard", "900000")])
    reply = bot.ask("파편 보상한도", "--as-of", "2026-11-24")
    assert reply["route"] == "handoff" and not reply["reply"].get("citations"), reply
