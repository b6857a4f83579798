"""Facts as their writers work on them: searched, drafted, held against one another at once, asked of a day, pasted, and proposed by documents."""
import csv
import io
import json
import time
import urllib.parse

from paring import test
from server import Server
from test_console_writer import HOSTILE, Person, staff
from test_facts import statement, with_facts

COLUMNS = ["id", "rate_table", "keys", "value", "unit", "effective_from", "effective_to", "source", "base_revision"]
BYTES = {"Content-Type": "application/octet-stream"}
RATES = [{"id": f"premium-{age}-{sex}", "rate_table": "premium", "keys": f"age={age};sex={sex}", "value": str(1000 * age + (sex == "f")), "unit": "원",
          "effective_from": "2026-01-01", "effective_to": "", "source": "meteor#제2조"} for age in (30, 40, 50) for sex in "mf"]
TABLED = ("# 운석보험 약관\n\n## 제1조(목적)\n운석을 다룹니다.\n\n## 제2조(한도)\n파편은 30만원, 낙하는 90만원까지 드립니다.\n\n## 제3조(대기일)\n\n"
          "| 보장 | 대기일 |\n|---|---|\n| 운석 파편 | 30일 |\n| 운석 낙하 | 60일 |\n")


def desk(bot):
    with_facts(bot)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in RATES)
    bot.run("import", "--as", "rates", bot.write("rates.jsonl", lines))
    bot.run("import", "--as", "documents", bot.write("tabled.jsonl", json.dumps({"id": "meteor-table", "title": "운석보험 대기일", "text": TABLED}, ensure_ascii=False) + "\n"))
    return staff(bot, kim="writer", lee="writer", park="reviewer", ann="agent")


def new(person, kind, row="", /, **fields):
    return person.post("/api/drafts", {"kind": kind, "id": row, "base": "", "fields": fields})


def faults(person, **of):
    return person.get("/api/facts/faults", **of)


def block(cells, **more):
    """A pasted block as the page sends it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({"rate_table": "premium", "unit": "원", "effective_from": "2026-01-01", "source": "meteor#제2조", **more, **cell} for cell in cells)
    return out.getvalue().encode()


def paste(person, body, keep="", status=200, kind="rates"):
    reply = person.server.ask("POST", f"/api/workbook?kind={kind}" + (f"&keep={keep}" if keep else ""), body, {**person.session, **BYTES})
    assert reply.status == status, reply
    return reply.json()


@test
def every_kind_of_fact_is_drafted_reviewed_and_then_there(bot):
    rows = {"entities": {"id": "dust", "kind": "coverage", "name": "운석 먼지", "aliases": "먼지"},
            "predicates": {"name": "deductible", "title": "자기부담금", "aliases": "공제", "text": ""},
            "statements": {"entity": "dust", "predicate": "deductible", "value": "10000", "unit": "원", "effective_from": "2026-01-01", "source": "meteor#제2조"},
            "rates": {"rate_table": "premium", "keys": "age=60;sex=f", "value": "60001", "unit": "원", "effective_from": "2026-01-01"},
            "facts": {"name": "dust_limit", "value": "10000", "unit": "원", "effective_from": "2026-01-01"}}
    with Server(desk(bot)) as server:
        kim, park, ann = Person(server, "kim"), Person(server, "park"), Person(server, "ann")
        before = bot.content()
        drafts = []
        for kind, fields in rows.items():
            told = new(kim, kind, fields.get("id", fields.get("name", "") if kind == "predicates" else ""), **fields)
            assert told["faults"] == [], (kind, told)
            drafts.append({"kind": kind, "id": told["id"]})
        assert bot.content() == before
        park.decide(kim.post("/api/reviews", {"title": "먼지", "drafts": drafts})["number"])
        for kind, fields in rows.items():
            found = kim.get("/api/rows", kind=kind, q=fields["value"] if "value" in fields else fields.get("title") or fields["name"])
            assert any(fields.items() <= row["fields"].items() for row in found["rows"]), (kind, found)
        used = kim.get("/api/row", kind="entities", id="dust")["used"]
        assert used["statement_count"] == 1 and used["statements"][0]["fields"]["predicate"] == "deductible", used
        assert kim.get("/api/row", kind="predicates", id="limit")["used"]["statement_count"] == 3
        assert kim.get("/api/row", kind="rates", id="premium-30-m")["used"]["statement_count"] == 0
        for path in ("/api/facts/faults", "/api/facts/ask?q=x", "/api/rates", "/api/proposals"):
            assert server.ask("GET", path, None, ann.session).status == 403, path


@test
def two_values_on_one_day_are_told_while_they_are_drafted(bot):
    with Server(desk(bot)) as server:
        kim, lee = Person(server, "kim"), Person(server, "lee")
        assert faults(kim)["total"] == 0
        told = new(kim, "statements", entity="shard", predicate="limit", value="400000", unit="원", effective_from="2026-06-01", source="meteor#제2조")
        one = faults(kim)["rows"]
        assert [(row["fault"], {row["id"], row["other"]}) for row in one] == [("contradicts", {"s1", told["id"]})], one
        assert {row["value"] for row in one[0]["rows"]} == {"300000", "400000"} and one[0]["rows"][0]["entity_name"] == "운석 파편", one
        assert faults(kim, kind="statements", id="s1")["total"] == 1 and faults(kim, kind="statements", id="s2")["total"] == 0
        assert faults(kim, kind="rates", id="s1")["total"] == 0
        assert faults(lee)["total"] == 0, "it is kim's draft"
        row = kim.row("s1", "statements")
        kim.post("/api/drafts", {"kind": "statements", "id": "s1", "base": row["base"], "fields": {**row["fields"], "effective_to": "2026-05-31"}})
        assert faults(kim)["total"] == 0, "the earlier one ends the day before"
        rate = kim.row("premium-40-f", "rates")
        again = new(kim, "rates", **{**{k: v for k, v in rate["fields"].items() if k != "id"}, "keys": "sex=f;age=40", "value": "1", "effective_from": "2026-02-01"})
        two = faults(kim, kind="rates", id="premium-40-f")
        assert two["total"] == 1 and {two["rows"][0]["id"], two["rows"][0]["other"]} == {"premium-40-f", again["id"]}, two
        fact = {"name": "dust_limit", "value": "1", "unit": "원", "effective_from": "2026-01-01", "effective_to": "2026-12-31"}
        first, second = new(kim, "facts", **fact), new(kim, "facts", **{**fact, "value": "2", "effective_from": "2026-12-31", "effective_to": ""})
        three = faults(kim, kind="facts", id=second["id"])
        assert three["total"] == 1 and [row["id"] for row in three["rows"][0]["rows"]] == [first["id"], second["id"]], three
        kim.post("/api/drafts", {"kind": "facts", "id": first["id"], "base": "", "fields": {**fact, "effective_to": ""}})
        assert faults(kim, kind="facts", id=second["id"])["total"] == 0, "an open one ends where the next begins"
        new(kim, "statements", entity="shard", predicate="limit", value="9", unit="원", effective_from="soon")
        assert faults(kim)["left"] == 1, "what is no row yet is left out, and said"
        nothing = new(kim, "statements", entity="nobody", predicate="limit", value="9", unit="원")
        assert [(row["fault"], row["other"]) for row in faults(kim, kind="statements", id=nothing["id"])["rows"]] == [("no_entity", "nobody")]


@test
def a_name_of_two_entities_is_told(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        assert [(one["name"], [entity["id"] for entity in one["entities"]]) for one in faults(kim)["shared"]] == [("운석", ["fall", "shard"])]
        new(kim, "entities", "dust", id="dust", kind="coverage", name="운석 먼지", aliases="낙하|먼지")
        shared = faults(kim, kind="entities", id="dust")["shared"]
        assert [(one["name"], {entity["id"] for entity in one["entities"]}) for one in shared] == [("낙하", {"dust", "fall"})], shared


@test
def a_question_is_asked_of_a_day_of_the_drafts_and_of_the_release(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")

        def ask(q, **more):
            return kim.get("/api/facts/ask", q=q, **more)
        now = ask("파편 보상한도", as_of="2026-11-24")
        assert now["outcome"] == "tells" and now["text"] == "운석 파편 보상한도: 300,000원" and now["source_state"] == "in_force", now
        then = ask("파편 보상한도", as_of="2025-06-01")
        assert "200,000원" in then["text"] and then["statements"][0]["id"] == "s0", then
        row = kim.row("s1", "statements")
        kim.post("/api/drafts", {"kind": "statements", "id": "s1", "base": row["base"], "fields": {**row["fields"], "value": "350000", "source": "meteor#제9조"}})
        drafted, released = ask("파편 보상한도", as_of="2026-11-24", of="drafts"), ask("파편 보상한도", as_of="2026-11-24", of="release")
        assert "350,000원" in drafted["text"] and drafted["source_state"] == "no_clause", drafted
        assert "300,000원" in released["text"] and released["release"] == 1, released
        assert ask("운석 보상한도")["entities"] == [{"id": "fall", "name": "운석 낙하"}, {"id": "shard", "name": "운석 파편"}]
        assert ask("오늘 날씨")["outcome"] == "nothing"
        new(kim, "statements", entity="fall", predicate="wait", value="premium", unit="rate", effective_from="2026-01-01", source="meteor#제2조")
        asked = ask("낙하 대기일 40세")
        assert asked["outcome"] == "asks_key" and len(asked["values"]) == 2, asked
        rate = ask("낙하 대기일 40세 여자")
        assert rate["outcome"] == "tells" and rate["rates"][0]["id"] == "premium-40-f" and "40,001원" in rate["text"], rate
        source = kim.get("/api/facts/source", source="meteor#제2조", as_of="2026-11-24")
        assert source["state"] == "in_force" and source["heading"] == "제2조(한도)" and "30만원" in source["text"] and "제12조" not in source["text"], source
        for where, as_of, state in (("meteor#제2조", "2025-01-01", "not_in_force"), ("meteor#제9조", "", "no_clause"), ("meteor", "", "no_clause"), ("nothing#제2조", "", "no_document"), ("", "", "no_document")):
            assert kim.get("/api/facts/source", source=where, as_of=as_of)["state"] == state, where
        kim.get("/api/facts/source", 400, source="meteor#제2조", as_of="soon")
        for wrong in ({"q": ""}, {"q": " "}, {"q": "x" * 2001}, {"q": "x", "as_of": "soon"}, {"q": "x", "of": "content"}):
            kim.get("/api/facts/ask", 400, **wrong)
        for text in HOSTILE:
            server.ask("GET", "/api/facts/ask?" + urllib.parse.urlencode({"q": text, "product": text}), None, kim.session)


@test
def a_rate_table_is_told_with_ones_drafts(bot):
    with Server(desk(bot)) as server:
        kim, lee = Person(server, "kim"), Person(server, "lee")
        assert kim.get("/api/rates")["tables"] == [{"name": "premium", "rows": 6}]
        kim.draft("premium-40-f", kind="rates", value="7")
        added = new(kim, "rates", rate_table="premium", keys="age=60;sex=f", value="60", effective_from="2026-01-01")
        rows = {row["id"]: row for row in kim.get("/api/rates", table="premium")["rows"]}
        assert len(rows) == 7 and rows["premium-40-f"]["fields"]["value"] == "7" and rows["premium-40-f"]["row"]["value"] == "40001"
        assert rows["premium-40-f"]["is_draft"] and rows[added["id"]]["row"] is None and not rows["premium-30-m"]["is_draft"]
        assert lee.get("/api/rates", table="premium")["total"] == 6
        assert kim.get("/api/rates", table="nothing")["rows"] == []


@test
def a_pasted_block_is_tried_and_then_kept_as_drafts(bot):
    with Server(desk(bot)) as server:
        kim, lee, park = (Person(server, name) for name in ("kim", "lee", "park"))
        before = bot.content()
        rows = {row["id"]: row for row in kim.get("/api/rates", table="premium")["rows"]}
        cells = [{"id": id, "keys": row["row"]["keys"], "value": "5" if id == "premium-30-m" else row["row"]["value"], "base_revision": row["base"]} for id, row in rows.items()]
        cells.append({"keys": "age=60;sex=m", "value": "60000"})
        for keep, kept in (("", 0), ("drafts", 2)):
            told = paste(kim, block(cells), keep)
            assert (told["new"], told["changed"], told["unchanged"], told["kept"], told["refused"]) == (1, 1, 5, kept, []), told
            assert {row["yours"]["keys"]: (row["was"] or {}).get("value") for row in told["rows"]} == {"age=30;sex=m": "30000", "age=60;sex=m": None}, told
        assert bot.content() == before and kim.get("/api/drafts")["total"] == 2
        wrong = paste(kim, block([{"keys": "", "value": "5"}, {"keys": "age=1", "value": ""}]), "drafts")
        assert [row["line"] for row in wrong["refused"]] == [2, 3] and wrong["kept"] == 0, wrong
        lee.draft("premium-50-m", kind="rates", value="8")
        park.decide(lee.review("premium-50-m", kind="rates"))
        told = paste(kim, block([{"id": "premium-50-m", "keys": "age=50;sex=m", "value": "9", "base_revision": rows["premium-50-m"]["base"]}]), "drafts")
        assert told["kept"] == 0 and told["conflicts"][0]["theirs"]["value"] == "8" and told["conflicts"][0]["yours"]["value"] == "9", told
        for body, kind in ((b"", "rates"), (b"a,b\n1,2\n", "rates"), (block([]), "answers"), (block([]), "nothing"), (b"\xff\xfe", "rates")):
            paste(kim, body, "", 400, kind)


@test
def what_documents_propose_is_a_work_list(bot):
    with Server(desk(bot)) as server:
        kim, lee, park = (Person(server, name) for name in ("kim", "lee", "park"))
        told = kim.get("/api/proposals")
        assert told["total"] == 2 and {row["table_row"] for row in told["rows"]} == {"| 운석 파편 | 30일 |", "| 운석 낙하 | 60일 |"}, told
        one, two = told["rows"]
        assert one["fields"]["predicate"] == "wait" and one["drafts"] == [] and one["fields"]["source"] == "meteor-table#제3조(대기일)", one
        kept = new(kim, one["kind"], one["id"], **one["fields"])
        assert kept["id"] == one["id"] and kept["faults"] == [], kept
        assert [row["drafts"] for row in lee.get("/api/proposals")["rows"]] == [["kim"], []]
        lee.post("/api/proposals/refuse", {"proposal": two["id"], "is_refused": True})
        lee.post("/api/proposals/refuse", {"proposal": two["id"], "is_refused": True})
        assert [row["id"] for row in kim.get("/api/proposals")["rows"]] == [one["id"]]
        assert [(row["id"], row["refused_by"]) for row in kim.get("/api/proposals", state="refused")["rows"]] == [(two["id"], "lee")]
        kim.post("/api/proposals/refuse", {"proposal": two["id"], "is_refused": False})
        assert kim.get("/api/proposals")["total"] == 2
        park.decide(kim.review(one["id"], kind="statements"))
        assert [row["id"] for row in kim.get("/api/proposals")["rows"]] == [two["id"]] and kim.row(one["id"], "statements")["fields"]["value"] == "30"
        for body in ({"proposal": "x", "is_refused": True}, {"proposal": two["id"]}, {"proposal": two["id"], "is_refused": "yes"}, {"proposal": "proposed_0123456789AB", "is_refused": True}):
            kim.post("/api/proposals/refuse", body, 400)
        kim.get("/api/proposals", 400, state="x")
        kim.get("/api/proposals", 400, document="nothing")
    events = [(line["event"], line["detail"]) for line in bot.run("audit", "export").lines() if "refuse" in line["event"]]
    assert len(events) == 3 and events[0][1] == f"{two['id']} refused", events
    bot.run("audit", "verify")


@test
def the_samples_facts_are_quick_to_look_at(bot):
    """Of the Korean sample's size; a writer waits for none of it."""
    desk(bot)
    rates = [{**RATES[0], "id": f"r{n}", "rate_table": f"t{n % 7}", "keys": f"age={n // 7 + 1};sex=m", "value": str(n)} for n in range(700)]
    bot.run("import", "--as", "rates", bot.write("many.jsonl", "".join(json.dumps(row) + "\n" for row in rates)))
    with Server(bot) as server:
        kim = Person(server, "kim")
        for path in ("/api/facts/faults", "/api/facts/ask?q=" + urllib.parse.quote("파편 보상한도"), "/api/rates", "/api/rates?table=t1", "/api/proposals"):
            took = []
            for _ in range(5):
                began = time.monotonic()
                assert server.ask("GET", path, None, kim.session).status == 200
                took.append(time.monotonic() - began)
            assert min(took) < 1, (path, took)
