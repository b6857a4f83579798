"""What the writers' grid and the pairs of contrasts ask for: many drafts at once, undone and done again, and pairs held against the release."""
import json
import os
import sqlite3

from paring import fill, test
from server import Server, wait_until
from test_console_writer import HOSTILE, Person, desk, first_answer

PAIR = ("kind,name", "text_a,intent_a,text_b,intent_b\n해지할래요,cancel_policy,대출 금리 몇이에요,loan_rate\n해지하기 싫어요,loan_rate,해지할래요,cancel_policy\n")


def rows(person, **more):
    return person.get("/api/rows", kind="answers", limit=200, **more)["rows"]


def item(row, stamp="", **fields):
    return {"kind": row["kind"], "id": row["id"], "base": row["base"], "stamp": stamp, "fields": {**row["fields"], **fields}}


def many(person, *items, status=200):
    return person.post("/api/drafts/many", {"drafts": list(items)}, status)


def back(told):
    """The call that undoes one, as the page makes it."""
    return [{"kind": one["kind"], "id": one["id"], "stamp": one["stamp"],
             **({"base": one["before"]["base"], "fields": one["before"]["fields"]} if one["before"] else {"discards": True})} for one in told["rows"]]


def drafts(person):
    return {row["id"]: row["fields"] for row in person.get("/api/drafts")["rows"]}


@test
def many_drafts_are_kept_undone_and_kept_again(bot):
    with Server(desk(bot)) as server:
        kim, lee = Person(server, "kim"), Person(server, "lee")
        one, two, three = rows(kim)[:3]
        kim.draft(one["id"], text="먼저 쓴 초안")
        lee.draft(two["id"], text="이의 초안")
        stamp = rows(kim)[0]["draft"]["stamp"]
        told = many(kim, item(one, stamp, effective_to="2027-12-31"), item(two, effective_to="2027-12-31"),
                    {"kind": "answers", "id": three["id"], "base": three["base"], "stamp": "", "fields": None})
        assert [row["before"] and row["before"]["fields"]["text"] for row in told["rows"]] == ["먼저 쓴 초안", None, None], told
        assert [other["author"] for other in told["rows"][1]["others"]] == ["lee"]
        shown = rows(kim)
        assert shown[0]["fields"] == one["fields"] and shown[0]["draft"]["fields"]["effective_to"] == "2027-12-31" and shown[2]["draft"]["fields"] is None
        assert [row["draft"]["stamp"] for row in shown[:3]] == [row["stamp"] for row in told["rows"]]
        undone = many(kim, *back(told))
        assert [row["stamp"] for row in undone["rows"]] == [stamp, "", ""] and drafts(kim) == {one["id"]: {**one["fields"], "text": "먼저 쓴 초안"}}
        again = many(kim, *back(undone))
        assert [row["stamp"] for row in again["rows"]] == [row["stamp"] for row in told["rows"]], "the same text has the same stamp"
        assert drafts(kim)[two["id"]]["effective_to"] == "2027-12-31" and drafts(kim)[three["id"]] is None
        assert drafts(lee) == {two["id"]: {**two["fields"], "text": "이의 초안"}}, "nobody else's is touched"
    events = [line for line in bot.run("audit", "export").lines() if line["event"] == "POST /api/drafts/many"]
    assert [line["detail"] for line in events] == ["3 drafts"] * 3, events


@test
def what_was_written_meanwhile_is_not_undone_over(bot):
    with Server(desk(bot)) as server:
        kim, park = Person(server, "kim"), Person(server, "park")
        one, two = rows(kim)[:2]
        told = many(kim, item(one, text="하나"), item(two, text="둘"))
        kim.draft(one["id"], text="다른 창에서 더 씀")
        reply = many(kim, *back(told), status=409)
        assert [(row["id"], row["draft"]["fields"]["text"]) for row in reply["rows"]] == [(one["id"], "다른 창에서 더 씀")] and reply["error"]["code"] == "conflict"
        assert {fields["text"] for fields in drafts(kim).values()} == {"다른 창에서 더 씀", "둘"}, "nothing is half undone"
        many(kim, back(told)[1])
        assert list(drafts(kim)) == [one["id"]]
        redone = many(kim, item(two, text="둘"))
        park.decide(kim.review(two["id"]))
        reply = many(kim, *back(redone), status=409)
        assert reply["rows"][0]["draft"] is None and kim.row(two["id"])["fields"]["text"] == "둘", "what is approved is not undone by a draft"
        stale = many(kim, item(two, text="옛 것에서"))["rows"][0]
        assert stale["is_stale"] and stale["was"]["text"] == two["fields"]["text"] and stale["row"]["fields"]["text"] == "둘"


@test
def two_windows_of_one_person_do_not_write_over_each_other(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        one = first_answer(kim)
        body = {"kind": "answers", "id": one["id"], "base": one["base"], "stamp": "", "fields": {**one["fields"], "text": "첫째 창"}}
        first = kim.post("/api/drafts", body)
        reply = kim.post("/api/drafts", {**body, "fields": {**one["fields"], "text": "둘째 창"}}, 409)
        assert reply["draft"]["fields"]["text"] == "첫째 창" and reply["draft"]["stamp"] == first["stamp"], reply
        kim.post("/api/drafts", {**body, "stamp": first["stamp"], "fields": {**one["fields"], "text": "둘째 창"}})
        assert drafts(kim)[one["id"]]["text"] == "둘째 창"
        kim.post("/api/drafts", {**body, "stamp": 7}, 400)


@test
def many_takes_all_of_them_or_none(bot):
    with Server(desk(bot)) as server:
        kim, han = Person(server, "kim"), Person(server, "han")
        one, two = rows(kim)[:2]
        for wrong in ({**item(two), "kind": "nothing"}, {**item(two), "id": ""}, {"kind": "answers", "id": two["id"], "stamp": "", "base": two["base"]},
                      {**item(two), "fields": {"nothing": "x"}}, {**item(two), "more": 1}, {**item(two), "stamp": None}, 7,
                      {**item(two), "id": "nobody"}, {**item(two), "fields": {"text": "x" * 1100000}}):
            many(kim, item(one, text="반쪽"), wrong, status=400)
        assert drafts(kim) == {}
        many(kim, status=400)
        many(kim, *[item(one)] * 201, status=400)
        kim.post("/api/drafts/many", {"drafts": "x"}, 400)
        many(kim, {"kind": "answers", "id": one["id"], "stamp": "", "discards": True})  # nothing to discard is no failure
        for text in HOSTILE:
            told = many(kim, item(one, rows(kim)[0]["draft"]["stamp"] if rows(kim)[0]["draft"] else "", text=text))
            assert drafts(kim)[one["id"]]["text"] == text, told
        assert rows(han)[0]["draft"] is None and rows(han)[0]["drafts"] == ["kim"]


@test
def the_grid_finds_what_one_is_writing(bot):
    with Server(desk(bot)) as server:
        kim, lee = Person(server, "kim"), Person(server, "lee")
        one = first_answer(kim)
        kim.draft(one["id"], text="고래상어 이야기")
        new = kim.draft("", intent=one["fields"]["intent"], text="고래상어 새 답변")["id"]
        assert {row["id"] for row in rows(kim, q="고래상어")} == {one["id"], new}
        assert [row["id"] for row in rows(kim, draft="mine")] == [new, one["id"]] and rows(lee, draft="mine") == [] == rows(lee, q="고래상어")
        fresh = rows(kim, draft="mine")[0]
        assert fresh["revision"] == 0 and fresh["base"] == "" and fresh["draft"]["fields"]["text"] == "고래상어 새 답변"
        assert rows(kim, draft="mine", intent="nothing") == []
        kim.get("/api/rows", draft="yours", status=400)
        total = kim.get("/api/rows", kind="answers")["total"]
        pages = [kim.get("/api/rows", kind="answers", after=at, limit=2)["rows"] for at in range(0, total, 2)]
        ids = [row["id"] for page in pages for row in page]
        assert len(ids) == len(set(ids)) == total


@test
def pairs_are_held_against_the_release_as_the_gate_does(bot):
    fill(bot)
    bot.take("contrasts.csv", PAIR[1])
    with Server(desk(bot)) as server:
        kim, park = Person(server, "kim"), Person(server, "park")
        told = kim.get("/api/contrasts", intent="cancel_policy")
        assert told["total"] == 2 and [row["is_apart"] for row in told["rows"]] == [True, False], told
        report = json.load(open(os.path.join(bot.path, "releases", "000001", "report.json"), encoding="utf-8"))
        assert (report["contrasts"], report["contrasts_failed"]) == (2, 1), report
        wrong = told["rows"][1]
        assert not wrong["a"]["holds"] and wrong["a"]["intent"] == "cancel_policy" and wrong["b"]["holds"]
        assert kim.get("/api/contrasts", intent="office_hours")["rows"] == []
        kim.get("/api/contrasts", status=400)
        now = kim.post("/api/contrast-check", {"text_a": "해지할래요", "intent_a": "cancel_policy", "text_b": "피자 시켜 줘", "intent_b": "out_of_scope"})
        assert now["is_apart"] and now["release"] == 1, now
        half = kim.post("/api/contrast-check", {"text_a": "해지할래요", "intent_a": "cancel_policy"})
        assert half["b"] is None and not half["is_apart"] and half["a"]["holds"]
        kim.post("/api/contrast-check", {"text_a": "x" * 2001}, 400)
        kim.post("/api/contrast-check", {"text_a": 1}, 400)
        for text in HOSTILE:
            kim.post("/api/contrast-check", {"text_a": text, "intent_a": text, "text_b": text, "intent_b": text})
            kim.get("/api/contrasts", intent=text)
        # Changed, added and removed as drafts; approved they are rows.
        kim.draft(wrong["id"], kind="contrasts", text_a="금리가 궁금해요")
        kim.draft("", kind="contrasts", text_a="해지 서류 보내 줘", intent_a="cancel_policy", text_b="청구 서류 보내 줘", intent_b="claim_documents")
        mine = kim.get("/api/contrasts", intent="cancel_policy")
        assert [row["row"] is None for row in mine["rows"]] == [True, False, False] and mine["rows"][2]["is_apart"], mine
        assert park.get("/api/contrasts", intent="cancel_policy")["total"] == 2, "a draft is one person's"
        park.decide(kim.review(*[row["id"] for row in mine["rows"] if row["stamp"]], kind="contrasts"))
        assert kim.get("/api/contrasts", intent="claim_documents")["total"] == 1


def job_done(person, number):
    wait_until(lambda: person.get(f"/api/jobs/{number}")["state"] == "done", 60)


@test
def a_missing_pair_is_put_in_with_one_key(bot):
    fill(bot)
    extra = "".join(f"{word} 해지 {end},cancel_policy\n{word} 해지 안 {end},keep_policy\n" for word, end in
                    (("보험", "할래요"), ("계약", "할게요"), ("특약", "하고 싶어요"), ("연금", "합니다")))
    bot.take("examples.csv", "text,intent\n" + extra)
    bot.take("answers.csv", "id,intent,text\nkeep_policy-1,keep_policy,계속 유지됩니다.\n")
    with Server(desk(bot)) as server:
        kim, lee = Person(server, "kim"), Person(server, "lee")
        assert kim.get("/api/contrasts", intent="keep_policy")["checked_at"] is None
        job_done(kim, kim.post("/api/check/run", {})["job"])
        told = kim.get("/api/contrasts", intent="keep_policy")
        assert len(told["suggestions"]) == 1 and told["checked_at"], told
        asked = told["suggestions"][0]
        assert {asked["fields"]["intent_a"], asked["fields"]["intent_b"]} == {"cancel_policy", "keep_policy"} and "안" in asked["text"], asked
        made = kim.post("/api/check/mend", {"fault": asked["fault"], "action": "contrast"})
        assert made["kind"] == "contrasts" and made["id"].startswith("+")
        kim.post("/api/check/mend", {"fault": asked["fault"], "action": "contrast"}, 409)
        told = kim.get("/api/contrasts", intent="cancel_policy")
        assert told["suggestions"] == [] and told["rows"][0]["fields"]["text_a"] == asked["fields"]["text_a"]
        assert len(lee.get("/api/contrasts", intent="cancel_policy")["suggestions"]) == 1
        other = next(fault for fault in kim.get("/api/check")["rows"] if fault["kind"] != "no_contrast")
        kim.post("/api/check/mend", {"fault": other["id"], "action": "contrast"}, 409)


@test
def five_thousand_answers_are_listed_and_changed_many_at_once(bot):
    desk(bot)
    bot.take("answers.csv", "id,intent,text\n" + "".join(f"bulk-{i},office_hours,\"{i}번째 답변입니다. 평일 9시부터 6시까지 여는 지점은 {i % 97}곳입니다.\"\n" for i in range(5000)))
    with Server(bot) as server:
        kim = Person(server, "kim")
        assert {kim.get("/api/rows", kind="answers", after=at, limit=200, q="지점은 42곳")["total"] for at in (0, 40, 4800)} == {len(range(42, 5000, 97))}
        assert kim.get("/api/rows", kind="answers", q="없는말")["total"] == 0
        listed = [row for at in range(0, 1000, 200) for row in kim.get("/api/rows", kind="answers", after=at, limit=200)["rows"]]
        assert len({row["id"] for row in listed}) == 1000
        for at in range(0, 1000, 200):
            many(kim, *[item(row, effective_to="2028-01-01") for row in listed[at:at + 200]])
        assert kim.get("/api/rows", kind="answers", draft="mine")["total"] == 1000


def drafts_fill(bot, name, count):
    """So many own drafts; a third are of answers that are not there yet."""
    db = sqlite3.connect(os.path.join(bot.path, "content.db"))
    with db:
        for i in range(count):
            id, text = (f"bulk-{i:04}" if i % 3 else f"+{i:012x}"), f"{i}번째 답변을 이렇게 고칩니다." + " 평일 9시부터 6시까지 엽니다." * 20
            fields = {"intent": "office_hours", "text": text, **({"id": id} if i % 3 else {})}
            db.execute("INSERT INTO drafts (kind, row_id, author, base, fields, changed_at) VALUES ('answers', ?, ?, ?, ?, 1)",
                       (id, name, "1.0000" if i % 3 else "", json.dumps(fields, ensure_ascii=False)))
    db.close()


@test
def a_list_beside_a_thousand_drafts_is_whole(bot):
    desk(bot)
    bot.take("answers.csv", "id,intent,text\n" + "".join(f"bulk-{i:04},office_hours,\"{i}번째 답변입니다. 평일 9시부터 6시까지 엽니다.\"\n" for i in range(5000)))
    drafts_fill(bot, "kim", 1000)
    with Server(bot) as server:
        kim = Person(server, "kim")
        for asked in ({}, {"kind": ""}, {"after": 2000}, {"draft": "mine"}, {"q": "고칩니다"}, {"kind": "answers", "q": "고칩니다", "draft": "mine", "after": 300}):
            told = kim.get("/api/rows", limit=100, **{"kind": "answers", **asked})
            least = 1000 if "draft" in asked or "q" in asked else 5334
            assert told["total"] >= least, (asked, told["total"])
