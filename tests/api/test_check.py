"""The faults of the content: told most harmful first with what mends them, accepted, back when their row changes; none on the samples."""
import json
import os
import sqlite3
import time

from paring import Bot, fill, rows_of, test


def told(bot, *options, status=None):
    return bot.run("check", "--json", *options, status=status).json()


def of_kind(result, kind):
    return [fault for fault in result["faults"] if fault["kind"] == kind]


def samples_report_nothing_unexplained(name):
    with Bot(f"insurance-{name}") as sample:
        began = time.monotonic()
        result = told(sample, status=0)
        assert time.monotonic() - began < 30, "a check takes seconds"  # 1 to 4 s when nothing else runs
        assert result["count"] == 0, [(f["kind"], f["text"], f["rows"]) for f in result["faults"]]
        shown = told(sample, "--all")
        assert len(shown["faults"]) == result["accepted"] > 0
        assert all(f["accepted"] and f["reason"] for f in shown["faults"]), shown


@test
def the_korean_sample_has_no_fault_that_is_not_explained(bot):
    samples_report_nothing_unexplained("ko")


@test
def the_english_sample_has_no_fault_that_is_not_explained(bot):
    samples_report_nothing_unexplained("en")


@test
def a_golden_question_that_names_what_is_not_there_is_told(bot):
    fill(bot)
    document = {"id": "terms-2026", "series": "terms", "title": "약관", "text": "# 약관\n\n## 제1조(목적)\n\n가\n\n## 제2조(해지 수수료)\n\n나\n"}
    bot.take("d.jsonl", json.dumps(document) + "\n", "--as", "documents")
    good = "text,documents\n하나,terms#제1조 terms-2026#제2조(해지수수료)\n둘,terms\n셋,\n"
    bot.take("good.csv", good, "--as", "questions")
    assert of_kind(told(bot), "question_names") == []
    bot.take("bad.csv", "id,text,documents\nq4,넷,terms#제1조 terms#제12조\nq5,다섯,term#제1조\n", "--as", "questions")
    faults = of_kind(told(bot), "question_names")
    assert [f["row"] for f in faults] == ["q4", "q5"] and "terms#제12조" in faults[0]["text"], faults
    assert all(f["level"] == "warning" and not f["stops_release"] for f in faults) and "term 문서" in faults[1]["text"], faults


@test
def half_of_an_intent_put_into_another_is_told():
    """Each of the examples has its like on both sides, so none of them alone looks misplaced."""
    with Bot("insurance-ko") as sample:
        db = sqlite3.connect(os.path.join(sample.path, "content.db"))
        half = [row[0] for row in db.execute("SELECT id FROM examples WHERE intent = 'loan_interest' ORDER BY id")][::2]
        db.executemany("UPDATE examples SET intent = 'loan_repay' WHERE id = ?", [(row,) for row in half])
        db.commit()
        db.close()
        fault = of_kind(told(sample), "indistinct_intents")
        assert [row["id"] for row in fault[0]["rows"][:2]] == ["loan_interest", "loan_repay"] and len(fault) == 1, fault
        assert {row["intent"] for row in fault[0]["rows"][2:]} == {"loan_interest", "loan_repay"}, fault


@test
def every_fault_says_what_where_why_and_what_mends_it(bot):
    fill(bot)
    bot.take("more.csv", "id,text,intent\nx1,청구할때 필요한 서류 궁금해요,cancel_policy\nx2,피자 주문,loan_rate\n")
    bot.take("typed.csv", "id,intent,condition,text\nt1,office_hours,has(slot:amount),지금 이율은 연 4.7%입니다.\n")
    result = told(bot)
    assert {"id", "level", "kind", "row", "rows", "text", "mend", "stops_release", "accepted"} <= set(result["faults"][0])
    twin = of_kind(result, "near_conflict")[0]
    assert {row["id"] for row in twin["rows"]} > {"x1"} and twin["level"] == "warning" and twin["mend"], twin
    wrong = of_kind(result, "figure_contradicts")[0]
    assert wrong["rows"][0]["id"] == "t1" and "4.7%" in wrong["text"] and "{{fact:loan_rate}}" in wrong["mend"], wrong
    assert (result["errors"], result["count"]) == (0, result["warnings"] + result["notes"])
    out = bot.run("check").out
    assert out.startswith("경고 ") and "  고치는 법: " in out and wrong["id"] in out and "4.7%" in out, out
    assert out == bot.run("check").out
    levels = [fault["level"] for fault in result["faults"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


@test
def an_english_bot_is_told_in_english(bot):
    with Bot(makes=False) as english:
        english.run("init", "--set", "language=en")
        english.take("rows.csv", "text,intent\nhello there,greeting\nHELLO there,thanks\n")
        out = english.run("check", status=1).out
        assert "are the same message" in out and out.isascii(), out


@test
def a_slip_in_a_word_that_is_nowhere_else_is_told(bot):
    fill(bot)
    bot.take("more.csv", "id,text,intent\n"
             "r1,펭귄 분양 신청 되나요,cancel_policy\nr2,팽귄 분양 신청 되나요,loan_rate\n"
             "d1,오늘 말고 내일 해지할게요,cancel_policy\nd2,내일 말고 오늘 해지할게요,loan_rate\n")
    pairs = [{row["id"] for row in fault["rows"]} for fault in of_kind(told(bot), "near_conflict")]
    assert {"r1", "r2"} in pairs and {"d1", "d2"} not in pairs, pairs


@test
def what_is_meant_is_accepted_and_comes_back_with_its_row(bot):
    fill(bot)
    bot.take("more.csv", "id,text,intent\nx1,청구할때 필요한 서류 궁금해요,cancel_policy\n")
    before = told(bot)
    fault = of_kind(before, "near_conflict")[0]
    bot.run("check", "--accept", fault["id"], status=2, says="reason")
    bot.run("check", "--accept", "000000000000", "--reason", "x", status=3, says="no fault")
    bot.run("check", "--reason", "x", status=2, says="--accept")
    bot.run("check", "--accept", fault["id"], "그렇게 말하는 고객이 있습니다")
    after = told(bot)
    assert (after["count"], after["accepted"]) == (before["count"] - 1, 1) and not of_kind(after, "near_conflict")
    assert "확인하고 두기로 한 것 1개" in bot.run("check").out
    assert of_kind(told(bot, "--all"), "near_conflict")[0]["reason"] == "그렇게 말하는 고객이 있습니다"
    bot.take("more.csv", "id,text,intent\nx1,청구할때 필요한서류 궁금해요,cancel_policy\n")
    assert of_kind(told(bot), "near_conflict") and told(bot)["accepted"] == 0
    bot.run("check", "--accept", of_kind(told(bot), "near_conflict")[0]["id"], "--reason", "meant")
    bot.run("check", "--reopen", of_kind(told(bot, "--all"), "near_conflict")[0]["id"])
    assert told(bot)["accepted"] == 0
    bot.run("check", "--reopen", "000000000000", status=3)


@test
def an_error_cannot_be_accepted(bot):
    fill(bot)
    bot.take("broken.csv", "id,intent,condition,text\nb1,office_hours,,{{fact:nosuchfact}}\n", status=None)
    broken = next(f for f in told(bot, status=1)["faults"] if f["level"] == "error")
    bot.run("check", "--accept", broken["id"], "--reason", "never mind", status=3, says="an error must be mended")
    assert rows_of(bot.export("answers").decode())


TERMS = "# 운석보험 약관\n\n## 제1조(목적)\n운석을 다룹니다.\n\n## 제2조(한도)\n파편은 30만원까지 드립니다.\n"
STATED = "id,entity,predicate,value,unit,condition,effective_from,effective_to,source\n"


def with_graph(bot, statements, entities="e1,coverage,운석 파편,파편\ne2,coverage,운석 낙하,낙하\n", documents=None):
    fill(bot)
    bot.take("documents.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in documents or [
        {"id": "meteor", "title": "운석보험 약관", "effective_from": "2026-01-01", "text": TERMS}]))
    bot.take("entities.csv", "id,kind,name,aliases\n" + entities)
    bot.take("predicates.csv", "name,title,aliases,text\nlimit,보상한도,,\nparts,구성,,\n")
    bot.take("statements.csv", STATED + statements)
    return told(bot)


@test
def statements_that_contradict_stop_a_release(bot):
    one = "s1,e1,limit,300000,원,,2026-01-01,{},meteor#제2조\n"
    other = "s2,e1,limit,200000,원,{},{},,meteor#제2조\n"
    for end, condition, start, count in (("", "", "2026-03-01", 1), ("2026-02-28", "", "2026-03-01", 0),
                                         ("2026-03-01", "", "2026-03-01", 1), ("", "첫해", "2026-03-01", 0)):
        with Bot() as again:
            result = with_graph(again, one.format(end) + other.format(condition, start))
            faults = of_kind(result, "facts_contradict")
            assert len(faults) == count and all(f["level"] == "error" for f in faults), (end, start, faults)
            if count:
                assert [row["id"] for row in faults[0]["rows"]] == ["s1", "s2"], faults


@test
def a_release_with_a_contradiction_does_not_go_live(bot):
    with_graph(bot, "s1,e1,limit,300000,원,,2026-01-01,,meteor#제2조\ns2,e1,limit,200000,원,,2026-01-01,,meteor#제2조\n")
    trained = bot.run("train", status=1)
    assert "fails the gate: faults: 1 fault" in trained.err, trained
    assert bot.run("release", "activate", "1", status=None).status == 1


@test
def a_statement_needs_a_source_that_says_it(bot):
    sources = {"good": "300000,원,,2026-01-01,,meteor#제2조", "document": "300000,원,,2026-01-01,,comet#제2조",
               "clause": "300000,원,,2026-01-01,,meteor#제12조", "none": "300000,원,,2026-01-01,,meteor",
               "figure": "310000,원,,2026-01-01,,meteor#제2조", "unit": "300000,일,,2026-01-01,,meteor#제2조",
               "past": "300000,원,,2025-01-01,2025-12-31,old#제2조", "superseded": "300000,원,,2025-01-01,,old#제2조"}
    names = "".join(f"e{i},coverage,대상{i},\n" for i in range(len(sources)))
    result = with_graph(bot, "".join(f"{name},e{i},limit,{rest}\n" for i, (name, rest) in enumerate(sources.items())), names, [
        {"id": "meteor", "title": "운석보험 약관", "effective_from": "2026-01-01", "text": TERMS},
        {"id": "old", "title": "운석보험 약관", "effective_to": "2025-12-31", "text": TERMS}])
    faults = of_kind(result, "fact_source")
    assert sorted(f["rows"][0]["id"] for f in faults) == ["clause", "document", "figure", "none", "superseded", "unit"], faults


@test
def what_statements_point_to_and_lead_to_is_looked_at(bot):
    result = with_graph(bot, "s1,e9,limit,300000,원,,,,meteor#제2조\ns2,e1,width,300000,원,,,,meteor#제2조\n"
                        "s3,e1,parts,e2,entity,,,,meteor#제2조\ns4,e2,parts,e1,entity,,,,meteor#제2조\n",
                        "e1,coverage,운석 파편,파편|운석\ne2,coverage,운석 낙하,낙하|운석\ne3,coverage,혜성,\n")
    rows = {kind: [[row["id"] for row in f["rows"]] for f in of_kind(result, kind)]
            for kind in ("fact_of_nothing", "facts_circle", "name_shared", "entity_unused")}
    assert rows == {"fact_of_nothing": [["s1"], ["s2"]], "facts_circle": [["e1"], ["e2"]],
                    "name_shared": [["e1", "e2"]], "entity_unused": [["e3"]]}, rows
