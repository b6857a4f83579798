"""A workbook leaves over HTTP, is edited, and comes back: told row by row, kept as drafts, and never written over the rows."""
import base64
import io
import os
import random
import zipfile

import paring
from paring import test
from server import Server, wait_until
from test_console_writer import Person, desk, first_answer
from test_importers import Sheet, xlsx_of, zip_of

BYTES = {"Content-Type": "application/octet-stream"}


def download(bot, person, name="book.xlsx"):
    reply = person.server.ask("GET", "/api/workbook", None, person.session)
    assert reply.status == 200, reply
    assert reply.headers["Content-Disposition"] == 'attachment; filename="paring-workbook.xlsx"', reply.headers
    assert reply.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    path = os.path.join(bot.folder, name)
    with open(path, "wb") as file:
        file.write(reply.body)
    return path


def upload(person, what, keep="", status=200):
    if isinstance(what, str):
        with open(what, "rb") as file:
            what = file.read()
    reply = person.server.ask("POST", "/api/workbook" + (f"?keep={keep}" if keep else ""), what, {**person.session, **BYTES})
    assert reply.status == status, (status, reply)
    return reply.json()


def edit(path, id, text, sheet="answers"):
    sheet = Sheet(path, sheet)
    sheet.put(sheet.find("id", id), "text", text)
    sheet.save()


@test
def a_workbook_that_comes_back_unchanged_changes_nothing(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        before = bot.content()
        path = download(bot, kim)
        for keep in ("", "drafts"):
            told = upload(kim, path, keep)
            assert (told["new"], told["changed"], told["refused"], told["conflicts"], told["rows"], told["kept"]) == (0, 0, [], [], [], 0), told
        assert told["unchanged"] == sum(kim.get("/api/rows", kind=kind)["total"] for kind in ("examples", "answers", "facts", "cases")) > 0
        assert kim.get("/api/drafts")["rows"] == []
        assert not [name for name in os.listdir(bot.path) if "workbook" in name]
    assert bot.content() == before


@test
def an_edited_answer_becomes_a_draft_and_not_a_row(bot):
    with Server(desk(bot)) as server:
        kim, park = Person(server, "kim"), Person(server, "park")
        one, before = first_answer(kim), bot.content()
        path = download(bot, kim)
        edit(path, one["id"], "표에서 고친 답변입니다.")
        sheet = Sheet(path, "examples")
        sheet.rows.append({sheet.columns["text"]: "표에서 새로 쓴 예문", sheet.columns["intent"]: one["fields"]["intent"]})
        sheet.save()
        told = upload(kim, path)
        assert (told["new"], told["changed"], told["kept"]) == (1, 1, 0) and kim.get("/api/drafts")["total"] == 0, told
        assert {row["kind"]: row["yours"]["text"] for row in told["rows"]} == {"answers": "표에서 고친 답변입니다.", "examples": "표에서 새로 쓴 예문"}
        for _ in range(2):  # sent twice, kept once
            told = upload(kim, path, "drafts")
            assert (told["kept"], told["left"]) == (2, 0), told
            drafts = {row["kind"]: row for row in kim.get("/api/drafts")["rows"]}
            assert len(drafts) == kim.get("/api/drafts")["total"] == 2
        assert drafts["answers"]["base"] == one["base"] and drafts["answers"]["id"] == one["id"] and drafts["examples"]["id"].startswith("+")
        assert bot.content() == before, "no row is touched"
        assert park.get("/api/drafts")["rows"] == [], "they are kim's"
        number = kim.post("/api/reviews", {"title": "표", "drafts": [{"kind": row["kind"], "id": row["id"]} for row in drafts.values()]})["number"]
        park.decide(number)
        assert kim.row(one["id"])["fields"]["text"] == "표에서 고친 답변입니다."
        assert kim.get("/api/rows", kind="examples", q="표에서 새로 쓴 예문")["total"] == 1
    lines = [line["detail"] for line in bot.run("audit", "export").lines() if line["event"] == "POST /api/workbook"]
    assert lines == ["1 new, 1 changed, 0 drafts"] + ["1 new, 1 changed, 2 drafts"] * 2, lines
    bot.run("audit", "verify")


@test
def a_draft_that_says_something_else_is_not_written_over(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        one = first_answer(kim)
        path = download(bot, kim)
        edit(path, one["id"], "표에서 고친 답변")
        kim.draft(one["id"], text="화면에서 고친 답변")
        told = upload(kim, path, "drafts")
        assert (told["kept"], told["left"]) == (0, 1) and "another draft" in told["rows"][0]["left"], told
        assert kim.get("/api/drafts")["rows"][0]["fields"]["text"] == "화면에서 고친 답변"


@test
def what_somebody_else_changed_meanwhile_is_shown_and_not_kept(bot):
    with Server(desk(bot)) as server:
        kim, lee, park = (Person(server, name) for name in ("kim", "lee", "park"))
        one = first_answer(kim)
        path = download(bot, kim)
        edit(path, one["id"], "김의 답변")
        lee.draft(one["id"], text="이의 답변")
        park.decide(lee.review(one["id"]))
        for keep in ("", "drafts"):
            told = upload(kim, path, keep)
            assert (told["changed"], told["kept"], len(told["conflicts"])) == (0, 0, 1), told
            conflict = told["conflicts"][0]
            assert (conflict["kind"], conflict["id"], conflict["changed_by"]) == ("answers", one["id"], "lee"), conflict
            texts = [conflict[side]["text"] for side in ("was", "theirs", "yours")]
            assert texts == [one["fields"]["text"], "이의 답변", "김의 답변"], texts
        assert kim.get("/api/drafts")["rows"] == [] and kim.row(one["id"])["fields"]["text"] == "이의 답변"


@test
def a_row_that_is_none_is_told_by_sheet_and_line_and_nothing_is_kept(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        one = first_answer(kim)
        path = download(bot, kim)
        edit(path, one["id"], "고친 답변")
        sheet = Sheet(path, "facts")
        sheet.rows.append({sheet.columns["name"]: "no_day", sheet.columns["value"]: "1", sheet.columns["effective_from"]: "soon"})
        sheet.save()
        told = upload(kim, path, "drafts")
        refused = told["refused"]
        assert [(row["sheet"], row["line"]) for row in refused] == [("facts", len(sheet.rows))] and "effective_from" in refused[0]["reason"], told
        assert told["kept"] == 0 and kim.get("/api/drafts")["rows"] == []


@test
def garbage_bombs_and_what_is_too_large_are_refused(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        before = bot.content()
        for body, reason, key in ((b"", "must be", "no_workbook"), (b"no workbook", "is no .xlsx workbook", "no_workbook"), (b"PK\x03\x04" + b"\0" * 400, "", "damaged"),
                                  (zip_of([("x.xml", "<a/>")]), "workbook.xml", "no_workbook"), (xlsx_of("<row>"), "sheet1.xml", "damaged"),
                                  (xlsx_of('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'), "#REF!", "cell_error"), (xlsx_of(""), "columns", "no_sheet"),
                                  (zip_of([("xl/workbook.xml", b" " * (24 << 20))]), "unpacks to more|larger than", "unpacks"),
                                  (zip_of([(f"xl/{i}.xml", "") for i in range(20001)]), "entries", "damaged")):
            error = upload(kim, body, "drafts", 400)["error"]
            assert any(word in error["message"] for word in reason.split("|")), (reason, error)
            assert error["key"] == f"file_{key}", (reason, error)
        assert upload(kim, xlsx_of('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'), "drafts", 400)["error"]["about"][1:] == ["1", "#REF!"]
        told = server.ask("POST", "/api/workbook", None, {**kim.session, **BYTES, "Content-Length": str(33 << 20)}, timeout=5)
        assert told.status == 413, told
        upload(kim, download(bot, kim), "rows", 400)
        assert kim.get("/api/drafts")["rows"] == []
        assert server.ask("GET", "/alive").status == 200
    assert bot.content() == before


@test
def an_example_moved_to_the_cases_is_told_and_left(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        before = bot.content()
        path = download(bot, kim)
        sheet = Sheet(path, "examples")
        sheet.put(sheet.rows[-1], "split", "eval")
        sheet.save()
        told = upload(kim, path, "drafts")
        assert (told["changed"], told["kept"], told["left"]) == (1, 0, 1) and "on the page" in told["rows"][0]["left"], told
        assert kim.get("/api/drafts")["rows"] == []
    assert bot.content() == before


@test
def a_sheet_of_another_kind_is_refused(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        rows = "".join(f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in zip("AB", texts)) + "</row>"
                       for n, texts in enumerate((("name", "type"), ("a_slot", "amount")), 1))
        message = upload(kim, xlsx_of(rows), "drafts", 400)["error"]["message"]
        assert "slots" in message, message


def open_files(server):
    folder = f"/proc/{server.process.pid}/fd"
    names = []
    for fd in os.listdir(folder):
        try:
            names.append(os.readlink(f"{folder}/{fd}"))
        except OSError:
            pass  # closed meanwhile
    return [name for name in names if "workbook" in name]


def held_mb(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) >> 10 for line in file if line.startswith("VmRSS"))


@test
def five_thousand_long_answers_leave_off_the_disk_and_nothing_is_left_behind(bot):
    rng = random.Random(20261124)
    desk(bot)
    rows = [{"id": f"long-{n}", "intent": f"long_{n % 50}", "text": base64.b64encode(rng.randbytes(2900)).decode()} for n in range(5000)]
    bot.run("import", bot.write("long.csv", paring.csv_of(rows)), "--as", "answers")
    with Server(bot) as server:
        kim = Person(server, "kim")
        head = f"GET /api/workbook HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {kim.session['Cookie']}\r\n\r\n"
        with server.connect() as client:  # what comes next on the connection comes after the whole file
            reply = client.send(head.encode()).reply()
            assert client.send(head.encode().replace(b"/api/workbook", b"/api/me")).reply().json()["name"] == "kim"
        assert reply.status == 200 and len(reply.body) == int(reply.headers["Content-Length"]) > 14 << 20, reply.headers
        with zipfile.ZipFile(io.BytesIO(reply.body)) as book:
            assert book.testzip() is None
            texts = book.read("xl/sharedStrings.xml").decode()
        assert rows[0]["text"] in texts and rows[-1]["text"] in texts
        assert open_files(server) == [] and not [name for name in os.listdir(bot.path) if "workbook" in name]
        if not paring.is_sanitized():
            assert held_mb(server) < 200, held_mb(server)
        with server.connect() as client:  # goes away in the middle
            assert client.send(head.encode()).socket.recv(4096).startswith(b"HTTP/1.1 200 ")
        wait_until(lambda: open_files(server) == [])
