"""What a lead reads: figures of periods, the turns behind them, sheets, and evaluations."""
import csv
import datetime
import io
import os
import sqlite3

import paring
from paring import test
from server import Server, wait_until
from test_staff import live, people, sign_in

PASSAGE = "보험금 청구 서류 알려 주세요"
STRANGE = "=1+1 화성 이주 비용은 얼마"


def today(offset=9):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=offset)).date()


def get(server, session, path, status=200):
    reply = server.ask("GET", path, None, session)
    assert reply.status == status, (path, reply)
    return reply.json()


def everything(server, session, path):
    """All pieces of a list."""
    rows, after = [], ""
    while after is not None:
        told = get(server, session, path + ("&after=" + after if after else ""))
        rows += told["rows"]
        after = told["next"]
    return rows


@test
def figures_count_contacts_routes_marks_and_the_period_before(bot):
    people(live(bot), "lead")
    with Server(bot, contact_won=4000) as server:
        lead = sign_in(server, "lead")
        empty = get(server, lead, "/api/figures")
        assert empty["now"]["turns"] == 0 and empty["now"]["containment"] == {"of": 0, "value": None} and empty["now"]["p99_us"] is None, empty
        assert len(empty["days"]) == 28
    with Server(bot, contact_won=4000) as server:
        lead = sign_in(server, "lead")
        said = [server.turn(PASSAGE, f"c{i}") for i in range(6)]
        strange = [server.turn(STRANGE, f"c{i}") for i in (0, 1)] + [server.turn("zzzz qqqq", "c9")]
        assert {turn["route"] for turn in said} == {"scripted"}, said
        bot.run("wrong", said[0]["turn"])
        bot.run("wrong", said[1]["turn"])
        bot.run("wrong", said[1]["turn"], "--undo")
        day = today().isoformat()
        path = f"/api/figures?from={day}&to={day}"
        wait_until(lambda: get(server, lead, path)["now"]["turns"] == 9)  # a count of today is kept for a second
        told = get(server, lead, path)
        now = told["now"]
        handed = {c for c, turn in zip(("c0", "c1", "c9"), strange) if turn["route"] == "handoff"}
        assert now["turns"] == 9 and now["contacts"] == 7 and now["contained"] == 7 - len(handed), (now, strange)
        kept = everything(server, lead, f"/api/turns?from={day}&to={day}&contained=1&limit=2")
        assert {turn["conversation"] for turn in kept} == {f"c{i}" for i in range(6)} - handed and len(kept) == 6 - len(handed - {"c9"}), (kept, handed)
        assert now["routes"]["scripted"] == 6 and sum(now["routes"].values()) == 9, now
        assert now["wrong"] == 1 and now["scripted_wrong"] == 1, now
        assert abs(now["wrong_per_1000"]["value"] - 1000 / 9) < 0.01 and now["wrong_per_1000"]["high"] > 200, now
        assert 0 < now["p50_us"] <= now["p90_us"] <= now["p99_us"], now
        assert told["cost"]["avoided_won"] == 4000 * now["contained"], told["cost"]
        assert told["before"]["turns"] == 0 and len(told["days"]) == 1, told
        assert told["budget"]["chosen"] == 0.02 and told["budget"]["release"] == 1, told["budget"]
        assert sum(row["turns"] for row in told["intents"]) == 9, told["intents"]
        tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
        assert get(server, lead, f"/api/figures?from={tomorrow}&to={tomorrow}")["before"]["turns"] == 9
        for wrong in ("from=yesterday", "from=2026-02-30", "from=2026-01-02&to=2026-01-01", "from=1900-01-01", "to=%27;DROP"):
            get(server, lead, "/api/figures?" + wrong, 400)


@test
def every_number_opens_its_turns(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        said = [server.turn(PASSAGE, f"c{i}", channel="kakao" if i % 2 else "web") for i in range(7)]
        strange = server.turn("zzzz qqqq", "0101234-5678")
        bot.run("wrong", said[3]["turn"], "--intent", "out_of_scope")
        all_rows = everything(server, lead, "/api/turns?limit=3")
        assert [row["id"] for row in all_rows] == [strange["turn"]] + [turn["turn"] for turn in reversed(said)], all_rows
        intent = said[0]["intent"]
        for query, count in ((f"intent={intent}", 7), ("route=scripted", 7), ("channel=kakao", 3), ("wrong=1", 1), ("release=1", 8), ("release=2", 0),
                             ("q=qqqq", 1), ("conversation=c2", 1), ("from=2020-01-01&to=2020-01-02", 0), (f"answer={all_rows[1]['answer'].split(' ')[0]}", 7),
                             ("answer=" + all_rows[1]["answer"].replace(" ", "%20"), 7), ("conversation=0101234-5678", 1),
                             ("route=%27%20OR%201=1--", 0), ("q=%25", 0), ("intent=-", 1 if strange["intent"] is None else 0)):
            rows = everything(server, lead, "/api/turns?limit=2&" + query)
            assert len(rows) == count, (query, rows)
        marked = everything(server, lead, "/api/turns?wrong=1")[0]
        assert marked["wrong"] is True and marked["meant"] == "out_of_scope" and marked["id"] == said[3]["turn"], marked
        for wrong in ("after=x", "after=1-", "limit=0", "limit=201", "release=x", "wrong=2", "from=1"):
            get(server, lead, "/api/turns?" + wrong, 400)
    events = [(line["event"], line["detail"]) for line in bot.run("audit", "export").lines() if line["event"].startswith("GET")]
    assert ("GET /api/turns", "wrong=1") in events and not any("5678" in detail and "conversation" not in detail for _, detail in events), events


@test
def sheets_open_in_a_spreadsheet_and_run_nothing(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        server.turn(STRANGE, "c1")
        server.turn(PASSAGE, "c2")
        reply = server.ask("GET", "/api/turns.csv", None, lead)
        assert reply.status == 200 and reply.headers["Content-Type"] == "text/csv; charset=utf-8", reply
        assert "attachment" in reply.headers["Content-Disposition"] and reply.body.startswith(b"\xef\xbb\xbf"), reply
        rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))
        assert len(rows) == 2 and rows[1]["message"].startswith("'=1+1"), rows
        reply = server.ask("GET", "/api/figures.csv", None, lead)
        rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))
        assert len(rows) == 28 and rows[-1]["day"] == today().isoformat() and rows[-1]["turns"] == "2", rows[-1]
        assert None not in rows[-1] and sum(int(rows[-1][route]) for route in ("scripted", "clarify", "form", "quoted", "generated", "handoff")) == 2


@test
def a_sheet_of_many_turns_comes_whole_in_pieces(bot):
    people(live(bot), "lead")
    bot.ask(STRANGE, "--conversation", "c1")
    db = sqlite3.connect(os.path.join(bot.path, "journal.db"))
    model = db.execute("SELECT * FROM turns")
    names = [column[0] for column in model.description]
    one = dict(zip(names, model.fetchone()))
    with db:
        db.executemany(f"INSERT INTO turns ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                       [[{**one, "id": f"turn{i:06d}", "message_id": None, "conversation": f"many{i}", "position": 1, "at_us": one["at_us"] - i // 3}[name]
                         for name in names] for i in range(1, 6000)])
    db.close()
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        whole, after, pieces, told = b"", "", 0, 0
        while after is not None:
            reply = server.ask("GET", "/api/turns.csv?intent=-&after=" + after if after else "/api/turns.csv?intent=-", None, lead)
            assert reply.status == 200, reply
            rows = reply.body.decode("utf-8-sig").count("\n")
            assert reply.body.startswith(b"\xef\xbb\xbfturn,at,") == (not after) and rows <= 2001, reply.body[:200]
            told += int(reply.headers["Paring-Rows"])
            whole, after, pieces = whole + reply.body, reply.headers.get("Paring-Next"), pieces + 1
        rows = list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"))))
        assert len(rows) == len({row["turn"] for row in rows}) == told == 6000 and pieces >= 3, (len(rows), told, pieces)
        assert all(row["message"].startswith("'=1+1") for row in rows), "nothing in any piece runs"
        get(server, lead, "/api/turns.csv?after=x", 400)


@test
def an_unanswered_group_opens_just_its_own_turns(bot):
    people(live(bot), "lead")
    parking = ["주차장 있나요", "주차장 자리 많나요", "건물 주차장 넓나요", "주차장 어디 있나요", "방문객 주차장 있나요", "주차장 요금 있나요"]
    asked = [bot.ask(text, "--conversation", f"c{i}")["turn"] for i, text in enumerate(parking + parking[:2])]
    bot.ask("커피 쿠폰 있나", "--conversation", "other")
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        get(server, lead, "/api/turns?group=0123456789ab", 404)
        assert server.ask("POST", "/api/unanswered/run", {}, lead).status == 200
        wait_until(lambda: get(server, lead, "/api/unanswered")["rows"], 30)
        group = next(row for row in get(server, lead, "/api/unanswered?limit=10")["rows"] if row["typical"] in parking)
        assert group["turns"] == 8 and group["nearest"] and "turn_ids" not in group, group
        late = server.turn(parking[0], "later")["turn"]
        rows = everything(server, lead, f"/api/turns?limit=3&group={group['id']}")
        assert {row["id"] for row in rows} == set(asked) and late not in [row["id"] for row in rows], rows
        assert [row["conversation"] for row in everything(server, lead, f"/api/turns?group={group['id']}&conversation=c2")] == ["c2"]
        sheet = server.ask("GET", f"/api/turns.csv?group={group['id']}", None, lead)
        assert int(sheet.headers["Paring-Rows"]) == 8, sheet
        for wrong in ("0123456789ab", group["id"][:-1], "%22,%22", "%27"):
            get(server, lead, "/api/turns?group=" + wrong, 404)


@test
def evaluations_are_those_of_the_releases(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        told = get(server, sign_in(server, "lead"), "/api/evaluations")
        row = told["rows"][0]
        assert row["number"] == 1 and row["active"] and len(row["hash"]) == 64 and row["bytes"] > 1000 and 0 <= row["accuracy"] <= 1, row
        assert told["notes"][-1]["event"] == "activated" and told["notes"][-1]["release"] == 1, told["notes"]


@test
def figures_of_a_past_day_are_its_own(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        server.turn(PASSAGE, "c1")
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        at, = db.execute("SELECT at_us FROM turns").fetchone()
        db.execute("UPDATE turns SET at_us = ?", (at - 3 * 86400 * 1000000,))
    db.close()
    with Server(bot) as server:
        told = get(server, sign_in(server, "lead"), "/api/figures")
        assert [day["turns"] for day in told["days"]][-5:] == [0, 1, 0, 0, 0], told["days"][-5:]
