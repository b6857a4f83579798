"""Facts from the outside: what is stated of one thing is told with the clause that says so, what may be meant of several is asked
back, and what no document in force bears out is not told."""
import json

from paring import fill, korean_sample, test

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


# ---- Rates ---------------------------------------------------------------------------------------------------------

PREMIUMS = ("# 요금 표\n\n## 1. 유성우패스 요금\n\n| 나이 | 남자 | 여자 |\n|---|---|---|\n| 30세 | 3,100원 | 3,200원 |\n"
            "| 40~49세 | 4,100원 | 4,200원 |\n\n## 2. 달나라투어 요금\n\n| 기간 | 실속 | 고급형 |\n|---|---|---|\n"
            "| 3일 | 1,000원 | 2,000원 |\n| 7일 | 1,500원 | 3,000원 |\n")
RATE_ENTITIES = [{"id": "meteor", "kind": "product", "name": "유성우패스", "aliases": "별똥별패쓰"},
                 {"id": "space", "kind": "product", "name": "달나라투어", "aliases": "달여행투어"},
                 {"id": "plan", "kind": "key", "name": "플랜", "aliases": ""}]
RATE_PREDICATES = [{"name": "premium", "title": "요금", "aliases": "?얼마", "text": ""}]
METEOR, SPACE = "premiums#1. 유성우패스 요금", "premiums#2. 달나라투어 요금"


def rate(id, table, keys, value, source, start="2026-01-01", end=""):
    return {"id": id, "rate_table": table, "keys": keys, "value": value, "unit": "원", "effective_from": start, "effective_to": end,
            "source": source}


RATES = [rate("m1", "meteor_t", "age=30;sex=m", "3100", METEOR), rate("m2", "meteor_t", "age=30;sex=f", "3200", METEOR),
         rate("m3", "meteor_t", "age=40-49;sex=m", "4100", METEOR), rate("m4", "meteor_t", "age=40-49;sex=f", "4200", METEOR),
         rate("s1", "space_t", "days=3;plan=실속", "1000", SPACE), rate("s2", "space_t", "days=3;plan=고급형", "2000", SPACE),
         rate("s3", "space_t", "days=7;plan=실속", "1500", SPACE), rate("s4", "space_t", "days=7;plan=고급형", "3000", SPACE)]
RATE_STATEMENTS = [statement("p1", "meteor", "meteor_t", METEOR, "premium", "rate"),
                   statement("p2", "space", "space_t", SPACE, "premium", "rate")]
FROM_PREMIUMS = "\n\n출처: 요금 표, {} (2026-01-01 시행)"


def take_all(bot, **kinds):
    for kind, rows in kinds.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        bot.run("import", "--as", kind, bot.write(f"{kind}.jsonl", text))


def with_rates(bot, rates=RATES, statements=RATE_STATEMENTS):
    fill(bot)
    take_all(bot, documents=[{"id": "premiums", "title": "요금 표", "effective_from": "2026-01-01", "text": PREMIUMS}],
             entities=RATE_ENTITIES, predicates=RATE_PREDICATES, statements=statements, rates=rates)
    bot.run("train", "--set", "quote_from=1", status=None)
    bot.run("release", "activate", "1", "--override", "a test of rates")


def told(bot, question, *options):
    reply = bot.ask(question, "--as-of", "2026-11-24", *options)
    return reply["route"], reply["reply"]["text"].split("\n")[0], reply


@test
def a_rate_is_told_by_its_keys_with_its_source(bot):
    with_rates(bot)
    reply = bot.ask("30세 여자 유성우패스 요금", "--as-of", "2026-11-24")
    assert reply["route"] == "quoted", reply
    assert reply["reply"]["text"] == "유성우패스 요금: 3,200원 (30세, 여자)" + FROM_PREMIUMS.format("1. 유성우패스 요금"), reply
    assert "3,200원" in reply["reply"]["citations"][0]["quote"], reply
    for question, first in (("유성우패스 45세 남자 요금는요", "유성우패스 요금: 4,100원 (40~49세, 남자)"),
                            ("유성우패스 요금은 30살 남성", "유성우패스 요금: 3,100원 (30세, 남자)"),
                            ("여자40세유성우패스요금", "유성우패스 요금: 4,200원 (40~49세, 여자)"),
                            ("별똥별패스 만 30세 여성 요금", "유성우패스 요금: 3,200원 (30세, 여자)"),
                            ("달나라투어을 7일 고급형으로 들면 요금가", "달나라투어 요금: 3,000원 (7일, 고급형)"),
                            ("달나라투어 고급헝 3일 요금", "달나라투어 요금: 2,000원 (3일, 고급형)")):
        route, text, reply = told(bot, question)
        assert (route, text) == ("quoted", first), (question, reply)
    again = bot.run("explain", reply["turn"]).out
    assert "byte-identical" in again and "space × premium: p2 s2" in again, again


@test
def a_missing_key_is_asked_for_and_the_next_message_completes_it(bot):
    with_rates(bot)
    for number, (pick, first) in enumerate((("2", "3,200원 (30세, 여자)"), ("여자요", "3,200원 (30세, 여자)"), ("남성이에요", "3,100원 (30세, 남자)"),
                                            ("1번이요", "3,100원 (30세, 남자)"))):
        asked = bot.ask("30세 유성우패스 요금", "--conversation", f"s{number}")
        assert asked["route"] == "clarify" and asked["reply"]["choices"][:2] in (["남자", "여자"], ["여자", "남자"]), asked
        assert "성별을 알려 주세요" in asked["reply"]["text"], asked
        if pick[0].isdigit():
            pick = str(asked["reply"]["choices"].index("여자" if "여자" in first else "남자") + 1) + pick[1:]
        route, text, reply = told(bot, pick, "--conversation", f"s{number}")
        assert (route, text) == ("quoted", "유성우패스 요금: " + first), (pick, reply)
        assert "byte-identical" in bot.run("explain", reply["turn"]).out
    for number, pick in enumerate(("30세", "30", "30이요", "만 30살입니다")):
        asked = bot.ask("유성우패스 요금 여자", "--conversation", f"a{number}")
        assert asked["route"] == "clarify" and asked["reply"]["text"] == "나이를 알려 주세요. (30세, 40~49세)", asked
        assert asked["reply"]["choices"] == ["30세", "40~49세", "상담원 연결"], asked
        route, text, reply = told(bot, pick, "--conversation", f"a{number}")
        assert (route, text) == ("quoted", "유성우패스 요금: 3,200원 (30세, 여자)"), (pick, reply)


@test
def keys_are_asked_for_one_after_another(bot):
    with_rates(bot)
    first = bot.ask("달나라투어 요금 얼마", "--conversation", "c")
    assert first["reply"]["text"] == "일수를 알려 주세요. (3일, 7일)", first
    second = bot.ask("7일이요", "--conversation", "c")
    assert second["route"] == "clarify" and second["reply"]["text"].startswith("플랜을 알려 주세요.\n1. "), second
    route, text, reply = told(bot, "실속으로요", "--conversation", "c")
    assert (route, text) == ("quoted", "달나라투어 요금: 1,500원 (7일, 실속)"), reply


@test
def what_is_no_value_is_asked_again_and_then_a_person(bot):
    with_rates(bot)
    bot.ask("유성우패스 요금 여자", "--conversation", "c")
    again = bot.ask("77세", "--conversation", "c")
    assert again["route"] == "clarify" and "나이를 알려 주세요" in again["reply"]["text"], again
    assert bot.ask("77살이요", "--conversation", "c")["route"] == "handoff"
    bot.ask("유성우패스 요금 여자", "--conversation", "d")
    other = bot.ask("달나라투어 요금 3일 실속", "--conversation", "d")
    assert other["reply"]["text"].startswith("달나라투어 요금: 1,000원"), other
    bot.ask("유성우패스 요금 여자", "--conversation", "e")
    assert bot.ask("상담원 연결", "--conversation", "e")["route"] == "handoff"
    bot.ask("유성우패스 요금 여자", "--conversation", "f")
    assert bot.ask("됐어요", "--conversation", "f")["route"] == "form"


@test
def rates_that_contradict_are_an_error_and_never_told(bot):
    with_rates(bot, RATES + [rate("m9", "meteor_t", "sex=f;age=30", "9900", METEOR),
                             rate("m8", "meteor_t", "sex=m;age=30", "3,100", METEOR)])
    faults = bot.run("check", "--json", status=None).json()["faults"]
    contradicts = [f for f in faults if f["kind"] == "facts_contradict"]
    repeats = [f for f in faults if f["kind"] == "facts_repeat"]
    assert len(contradicts) == 1 and {r["id"] for r in contradicts[0]["rows"]} == {"m2", "m9"}, faults
    assert contradicts[0]["level"] == "error" and repeats[0]["level"] == "warning", faults
    assert len(repeats) == 1 and {r["id"] for r in repeats[0]["rows"]} == {"m1", "m8"}, faults
    assert bot.ask("30세 여자 유성우패스 요금", "--as-of", "2026-11-24")["route"] == "handoff"
    assert told(bot, "30세 남자 유성우패스 요금")[1] == "유성우패스 요금: 3,100원 (30세, 남자)"


@test
def what_is_stated_twice_alike_is_a_warning_and_told_once(bot):
    with_facts(bot, STATEMENTS + [statement("s9", "shard", "300000", start="2026-02-01")])
    faults = [f for f in bot.run("check", "--json", status=None).json()["faults"] if f["kind"].startswith("facts_")]
    assert [(f["kind"], f["level"]) for f in faults] == [("facts_repeat", "warning")], faults
    assert told(bot, "파편 보상한도")[1] == "운석 파편 보상한도: 300,000원"


# ---- Joins ---------------------------------------------------------------------------------------------------------

PASSES = ("# 이용권 약관\n\n## 제1조(구성)\n유성우패스와 달나라투어에는 장비 옵션과 우주복 대여, 간식이 있습니다.\n\n"
          "## 제2조(유성우패스)\n망원경 대여는 3회, 파편 보관은 70만원까지입니다.\n\n## 제3조(달나라투어)\n망원경 대여는 5회, 산소통은 2개까지입니다.\n")
JOINED = [{"id": "meteor", "kind": "product", "name": "유성우패스", "aliases": "유성우 이용권|별똥별"},
          {"id": "moon", "kind": "product", "name": "달나라투어", "aliases": "달나라 이용권|달투어"},
          {"id": "gear", "kind": "rider", "name": "장비 옵션", "aliases": "장비옵션"},
          {"id": "scope", "kind": "coverage", "name": "유성우 망원경 대여", "aliases": "망원경|망원경 대여"},
          {"id": "shard", "kind": "coverage", "name": "파편 보관", "aliases": "파편|운석파편보관함"},
          {"id": "moonscope", "kind": "coverage", "name": "달나라 망원경 대여", "aliases": "망원경|망원경 대여"},
          {"id": "air", "kind": "coverage", "name": "산소통", "aliases": "산소통 지원|산소"}]
JOINED_PREDICATES = [{"name": "parts", "title": "구성", "aliases": "옵션 목록", "text": ""},
                     {"name": "limit", "title": "이용한도", "aliases": "?얼마까지|?몇 번까지|최대이용한도액", "text": ""}]
JOINED_STATEMENTS = [statement("j1", "meteor", "gear shard", "passes#제1조", "parts", "entity"),
                     statement("j2", "gear", "scope", "passes#제1조", "parts", "entity"),
                     statement("j3", "moon", "moonscope air", "passes#제1조", "parts", "entity"),
                     statement("j4", "scope", "3", "passes#제2조", "limit", "회"),
                     statement("j5", "shard", "700000", "passes#제2조"),
                     statement("j6", "moonscope", "5", "passes#제3조", "limit", "회"),
                     statement("j7", "air", "2", "passes#제3조", "limit", "개")]
SCOPE, MOON, SHARD = "유성우 망원경 대여 이용한도: 3회", "달나라 망원경 대여 이용한도: 5회", "파편 보관 이용한도: 700,000원"


def with_joins(bot):
    fill(bot)
    take_all(bot, documents=[{"id": "passes", "title": "이용권 약관", "effective_from": "2026-01-01", "text": PASSES}],
             entities=JOINED, predicates=JOINED_PREDICATES, statements=JOINED_STATEMENTS)
    bot.run("train", "--set", "quote_from=1", status=None)
    bot.run("release", "activate", "1", "--override", "a test of joins")


@test
def a_product_leads_over_a_rider_to_a_coverage_and_its_limit(bot):
    with_joins(bot)
    for question, expected, clause in (("유성우패스 망원경 이용한도", SCOPE, "제2조(유성우패스)"),
                                       ("유성우패스 장비 옵션 망원경 이용한도는", SCOPE, "제2조(유성우패스)"),
                                       ("장비옵션의 이용한도가 궁금", SCOPE, "제2조(유성우패스)"),
                                       ("달나라투어에서 망원경은 몇 번까지", MOON, "제3조(달나라투어)"),
                                       ("유성우패스 파편 얼마까지", SHARD, "제2조(유성우패스)"),
                                       ("산소 이용한도를", "산소통 이용한도: 2개", "제3조(달나라투어)"),
                                       ("장비 옵션 구성", "장비 옵션 구성: 유성우 망원경 대여", "제1조(구성)")):
        route, text, reply = told(bot, question)
        assert (route, text) == ("quoted", expected), (question, reply)
        assert reply["reply"]["citations"][0]["heading"] == clause, reply


@test
def names_are_known_with_particles_without_spaces_and_mistyped(bot):
    with_joins(bot)
    for question, expected in (("별똥별에서는 망원경 이용한도를", SCOPE), ("유성우이용권망원경이용한도", SCOPE), ("달나라이용권은 망원경대여가 몇번까지", MOON),
                               ("유성우페스 망원경 이용한도", SCOPE), ("달나라투여 망원경 이용한도", MOON), ("유성우패스 파편 이용한됴", SHARD),
                               ("운석파편보간함 이용한도", SHARD), ("달나라투어 망언경 이용한도는요", MOON), ("달 나 라 투 어 망 원 경 이 용 한 도", MOON)):
        route, text, reply = told(bot, question)
        assert (route, text) == ("quoted", expected), (question, reply)
    for question in ("달나라투표 파편 이용한도", "유성우패스 달나라투어 파편 이용한도"):
        reply = bot.ask(question, "--as-of", "2026-11-24")
        assert SHARD not in reply["reply"]["text"] or "달나라투표" in question, (question, reply)


@test
def an_ambiguous_coverage_is_asked_back_and_each_answer_told(bot):
    with_joins(bot)
    for number, (pick, expected) in enumerate((("유성우 망원경 대여", SCOPE), ("달나라 망원경 대여요", MOON), ("달나라투어요", MOON))):
        asked = bot.ask("망원경 이용한도", "--conversation", f"j{number}")
        assert asked["route"] == "clarify", asked
        assert sorted(asked["reply"]["choices"][:2]) == ["달나라 망원경 대여", "유성우 망원경 대여"], asked
        route, text, reply = told(bot, pick, "--conversation", f"j{number}")
        assert (route, text) == ("quoted", expected), (pick, reply)


# ---- Proposals -----------------------------------------------------------------------------------------------------

TABLES = ("# 요금 표\n\n## 1. 유성우패스 요금 (평일)\n\n| 나이 | 남자 | 여자 | 기타 |\n|---|---|---|---|\n| 30세 | 3,100원 | 1억 5,000만원 | 무료 |\n"
          "| 40~49세 | 4,100원 | 약 4천원 | - |\n\n## 2. 한도\n\n| 구분 | 이용한도 | 비고 |\n|---|---|---|\n| 파편 보관(옵션) | 70만원 | 90일 |\n"
          "| 산소통 | 12.5% | 없음 |\n| 망원경 | 3회 | 3회 |\n| 모르는 것 | 5회 | 5회 |\n\n## 3. 요약\n\n| 구분 | 내용 |\n|---|---|\n| 이용한도 | 3,5회 |\n"
          "| 대기일 | 90일 |\n")


@test
def tables_are_proposed_with_their_spans_and_only_an_import_adds_them(bot):
    fill(bot)
    take_all(bot, documents=[{"id": "tables", "title": "요금 표", "product": "유성우패스", "effective_from": "2026-01-01", "text": TABLES}],
             entities=JOINED, predicates=JOINED_PREDICATES + [{"name": "wait", "title": "대기일", "aliases": "", "text": ""},
                                                              {"name": "price", "title": "요금", "aliases": "", "text": ""}],
             statements=[statement("k1", "shard", "600000", "tables#2. 한도")])
    before = bot.content()
    got = bot.run("facts", "propose", "--json").json()
    assert bot.content() == before
    said = {(p["entity"], p["predicate"]): (p["value"], p["unit"], p["source"]) for p in got["proposals"] if p["kind"] == "statements"}
    assert said == {("shard", "limit"): ("700000", "원", "tables#2. 한도"), ("air", "limit"): ("12.5", "%", "tables#2. 한도"),
                    ("meteor", "wait"): ("90", "일", "tables#3. 요약"),
                    ("meteor", "price"): ("tables_1", "rate", "tables#1. 유성우패스 요금 (평일)")}, said
    rates = {p["keys"]: (p["value"], p["unit"], p["rate_table"]) for p in got["proposals"] if p["kind"] == "rates"}
    assert rates == {"age=30;sex=m": ("3100", "원", "tables_1"), "age=30;sex=f": ("150000000", "원", "tables_1"),
                     "age=40-49;sex=m": ("4100", "원", "tables_1")}, rates
    spans = {TABLES.encode()[p["from"]:p["to"]].decode() for p in got["proposals"] if p.get("unit") != "rate"}
    assert spans == {"70만원", "12.5%", "90일", "3,100원", "1억 5,000만원", "4,100원"}, spans
    assert all(p["row"] in TABLES and p["effective_from"] == "2026-01-01" for p in got["proposals"]), got
    assert (got["tables"], got["statements"], got["rates"], got["known"], got["contrary"]) == (3, 4, 3, 0, 1) and got["unread"] == 10, got
    out = bot.folder + "/proposed"
    assert "2 statements" not in bot.run("facts", "propose", "--out", out).out
    assert bot.content() == before
    bot.run("import", f"{out}/statements.csv", f"{out}/rates.csv")
    again = bot.run("facts", "propose", "--json").json()
    assert not again["proposals"] and again["known"] == 6, again
    bot.run("facts", status=2)
    bot.run("facts", "propose", "--document", "none", status=3, says="no document none")


@test
def a_fact_that_is_all_that_is_asked_for_comes_before_a_list():
    bot = korean_sample()
    told = {"40세 여자 암보험 보험료": "42,000원", "40세여자암보험보험료 얼마예요": "42,000원", "펫보험 최고 가입나이": "10세", "치아보험 임플란트 얼마 나와요": "1,000,000원"}
    for question, figure in told.items():
        reply = bot.ask(question, "--no-journal", "--as-of", "2026-11-24")
        assert reply["route"] == "quoted" and figure in reply["reply"]["text"], (question, reply)
    for question in ("2세대 실손 통원 한도 얼마였죠", "월세 세액공제는 몇프로예요", "타사 약관대출 금리 몇프로인가요", "백프로 상대과실이면 자차 자기부담금 내야하나요",
                     "45세 여자 암보험 보험료"):  # something besides, or no such rate
        assert bot.ask(question, "--no-journal", "--as-of", "2026-11-24")["route"] != "quoted", question
