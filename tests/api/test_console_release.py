"""From an approved change to what customers are told: jobs beside the server, publishing, rolling back, trials and work lists."""
import json
import os
import random
import sqlite3
import time

import paring
from paring import IS_LONG, fill, test
from server import Server, wait_until
from test_staff import live, people, sign_in


def staff(server, *names):
    return [sign_in(server, name) for name in names]


def post(server, session, path, body=None, status=200):
    reply = server.ask("POST", path, body or {}, session)
    assert reply.status == status, reply
    return reply.json()


def get(server, session, path, status=200):
    reply = server.ask("GET", path, None, session)
    assert reply.status == status, reply
    return reply.json()


def job_of(server, session, number):
    return next(job for job in get(server, session, "/api/jobs?limit=200")["rows"] if job["number"] == number)


def ended(server, session, number, state="done", seconds=120):
    wait_until(lambda: job_of(server, session, number)["state"] not in ("waiting", "running"), seconds)
    job = get(server, session, f"/api/jobs/{number}")
    assert job["state"] == state, job
    return job


def change(bot, text="해지는 전화로도 하실 수 있습니다."):
    bot.take("answers.csv", f"id,intent,text\ncancel_policy-1,cancel_policy,{text}\n")


def serving(server, session):
    return get(server, session, "/api/publish")["serving"]


@test
def publishing_trains_judges_and_goes_live(bot):
    people(live(bot), "writer", "reviewer")
    with Server(bot) as server:
        writer, reviewer = staff(server, "writer", "reviewer")
        before = get(server, writer, "/api/publish")
        assert (before["active"], before["newest"], before["serving"], before["changes"]["has_changed"]) == (1, 1, 1, False), before
        change(bot)
        assert get(server, writer, "/api/publish")["changes"]["has_changed"]
        post(server, writer, "/api/publish", {}, 403)
        number = post(server, reviewer, "/api/publish")["job"]
        assert post(server, reviewer, "/api/publish", {}, 409)["error"]["code"] == "refused"
        job = ended(server, reviewer, number)
        assert job["result"]["active"] and job["result"]["number"] == 2 and job["subject"] == "2", job
        wait_until(lambda: serving(server, writer) == 2)
        assert "전화로도" in server.turn("보험 해지 궁금해요")["reply"]["text"]
        after = get(server, writer, "/api/publish")
        assert (after["active"], after["before"], after["changes"]["has_changed"]) == (2, 1, False), after
        assert [line["author"] for line in after["history"] if line["release"] == 2] == ["reviewer", "reviewer"], after["history"]
        assert after["gate"]["number"] == number and after["gate"]["result"]["gate"]["bars"], after["gate"]
        assert after["gate"]["author"] == "reviewer" and after["jobs"] == []


@test
def one_action_goes_back_to_the_release_before(bot):
    people(live(bot), "reviewer")
    change(bot)
    bot.go_live()
    with Server(bot) as server:
        (reviewer,) = staff(server, "reviewer")
        assert serving(server, reviewer) == 2
        assert "next" not in post(server, reviewer, "/api/publish/rollback", {"release": 7}, 409)
        ended(server, reviewer, post(server, reviewer, "/api/publish/rollback", {"release": 1})["job"])
        wait_until(lambda: serving(server, reviewer) == 1)
        told = get(server, reviewer, "/api/publish")
        assert (told["active"], told["before"]) == (1, 2) and told["history"][-2]["event"] == "stepping back", told["history"]
        assert told["history"][-1]["author"] == "reviewer"


@test
def a_refusal_shows_its_rows_and_only_a_lead_overrides_it(bot):
    people(live(bot), "reviewer", "lead")
    bot.take("more.csv", "text,intent\n" + "".join(f"영업 시간 {i}번 물어요,cancel_policy\n" for i in range(30)), "--as", "cases")
    with Server(bot, gate_accuracy="0.9") as server:
        reviewer, lead = staff(server, "reviewer", "lead")
        job = ended(server, reviewer, post(server, reviewer, "/api/publish")["job"], "failed")
        assert "fails the gate" in job["progress"]["why"] and not job["result"]["active"], job
        bars = {bar["bar"]: bar for bar in job["result"]["gate"]["bars"]}
        assert bars["accuracy"]["verdict"] == "fail" and bars["accuracy"]["rows"], bars
        told = get(server, reviewer, "/api/publish")
        assert (told["active"], told["newest"]) == (1, 2) and told["gate"]["number"] == job["number"]
        ended(server, reviewer, post(server, reviewer, "/api/publish/activate", {"release": 2})["job"], "failed")
        body = {"release": 2, "reason": "약관이 오늘 바뀌었습니다"}
        post(server, reviewer, "/api/publish/override", body, 403)
        post(server, lead, "/api/publish/override", {"release": 2, "reason": " "}, 400)
        ended(server, lead, post(server, lead, "/api/publish/override", body)["job"])
        told = get(server, lead, "/api/publish")
        assert told["active"] == 2
        note = next(line for line in told["history"] if line["event"] == "overriding")
        assert note["author"] == "lead" and note["reason"].startswith("약관이 오늘"), note


@test
def what_is_scheduled_waits_and_outlives_a_restart(bot):
    people(live(bot), "reviewer")
    change(bot)
    moment = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    with Server(bot) as server:
        (reviewer,) = staff(server, "reviewer")
        post(server, reviewer, "/api/publish", {"at": "tomorrow"}, 400)
        post(server, reviewer, "/api/publish", {"at": moment(-7200)}, 400)
        far = post(server, reviewer, "/api/publish", {"at": moment(3600)})["job"]
        assert post(server, reviewer, "/api/jobs/cancel", {"number": far})["state"] == "cancelled"
        post(server, reviewer, "/api/jobs/cancel", {"number": far}, 409)
        post(server, reviewer, "/api/jobs/cancel", {"number": 99}, 404)
        number = post(server, reviewer, "/api/publish", {"at": moment(4)})["job"]
        assert job_of(server, reviewer, number)["state"] == "waiting"
    with Server(bot) as server:
        (reviewer,) = staff(server, "reviewer")
        ended(server, reviewer, number)
        assert get(server, reviewer, "/api/publish")["active"] == 2


@test
def a_training_shows_how_far_it_is_and_can_be_cancelled(bot):
    people(live(bot), "reviewer", "writer")
    bot.take("more.csv", "text,intent\n" + "".join(f"{a} {b} {c}번 {d},cancel_policy\n" for a in ("보험", "계약", "특약") for b in ("해지", "해약", "취소")
                                                  for c in range(150) for d in ("해 주세요", "할래요")), "--as", "examples")
    with Server(bot, train_threads="1") as server:
        reviewer, writer = staff(server, "reviewer", "writer")
        number = post(server, reviewer, "/api/publish/train")["job"]
        wait_until(lambda: job_of(server, reviewer, number)["progress"].get("what") or
                   job_of(server, reviewer, number)["state"] == "done", 60)
        post(server, writer, "/api/jobs/cancel", {"number": number}, 409)
        if job_of(server, reviewer, number)["state"] == "running":
            post(server, reviewer, "/api/jobs/cancel", {"number": number})
        wait_until(lambda: job_of(server, reviewer, number)["state"] in ("cancelled", "done"), 60)
        assert [name for name in os.listdir(os.path.join(bot.path, "releases")) if name.startswith(".new")] == []
        assert os.listdir(os.path.join(bot.path, "jobs")) == ["lock"]
        assert get(server, reviewer, "/api/publish")["active"] == 1


@test
def killed_while_publishing_nothing_is_half_there(bot):
    people(live(bot), "reviewer")
    rounds = 200 if IS_LONG else 20
    took = 2.0
    for i in range(rounds):
        change(bot, f"해지는 {i}번 창구에서 하실 수 있습니다.")
        with Server(bot) as server:
            (reviewer,) = staff(server, "reviewer")
            was = get(server, reviewer, "/api/publish")
            began = time.monotonic()
            number = post(server, reviewer, "/api/publish")["job"]
            if i == 0:
                ended(server, reviewer, number)
                took = time.monotonic() - began
            else:
                time.sleep(took * 1.1 * (i / rounds))
            server.kill()
        bot.run("release", "verify", status=None if not bot.releases() else 0)
        with Server(bot) as server:
            (reviewer,) = staff(server, "reviewer")
            wait_until(lambda: job_of(server, reviewer, number)["state"] != "running", 20)
            job = job_of(server, reviewer, number)
            # One that waited has run by now, and what it made is served a moment after it is active.
            wait_until(lambda: serving(server, reviewer) == get(server, reviewer, "/api/publish")["active"], 20)
            now = get(server, reviewer, "/api/publish")
            assert now["serving"] == now["active"] >= was["active"], (was, now)
            assert job["state"] in ("done", "failed", "waiting"), job
            if job["state"] == "failed":
                assert job["progress"]["why"] == "stopped with the server", job
            if job["state"] == "done":
                assert now["active"] > was["active"] or i == 0
            if now["active"] != was["active"]:
                assert any(line["release"] == now["active"] and line["event"] in ("activating", "activated") for line in now["history"])
            if job["state"] == "waiting":
                ended(server, reviewer, number)
    db = sqlite3.connect(os.path.join(bot.path, "content.db"))
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT COUNT(*) FROM jobs WHERE state = 'running'").fetchone() == (0,)
    db.close()
    bot.run("audit", "verify")


@test
def killed_while_editing_or_rolling_back_there_is_no_half(bot):
    """A draft is as it was or as it was sent, with its line in the audit; the release in use is the one or the other, and answers."""
    people(live(bot), "writer", "reviewer")
    change(bot)
    bot.go_live()
    rng, drafted, lines, stepped = random.Random(20261124), {}, 0, 0
    for i in range(100 if IS_LONG else 15):
        with Server(bot) as server:
            writer, reviewer = staff(server, "writer", "reviewer")
            was = get(server, reviewer, "/api/publish")
            drafts = {row["fields"]["text"] for row in get(server, writer, "/api/drafts")["rows"]}
            text, row = f"{i}번째로 쓰던 답변", get(server, writer, "/api/row?kind=answers&id=cancel_policy-1")["row"]
            path, who, body = (("/api/publish/rollback", reviewer, {}) if i % 2 else
                               ("/api/drafts", writer, {"kind": "answers", "id": "cancel_policy-1", "base": row["base"], "fields": {**row["fields"], "text": text}}))
            with server.connect() as client:
                data = json.dumps(body).encode()
                head = "".join(f"{name}: {value}\r\n" for name, value in who.items())
                client.send(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
                            f"Content-Length: {len(data)}\r\n{head}\r\n".encode() + data)
                time.sleep(rng.random() * (0.4 if i % 2 else 0.01))
                server.kill()
        bot.run("release", "verify")
        with Server(bot) as server:
            writer, reviewer = staff(server, "writer", "reviewer")
            wait_until(lambda: not get(server, reviewer, "/api/publish")["jobs"], 30)
            wait_until(lambda: serving(server, reviewer) == get(server, reviewer, "/api/publish")["active"], 20)
            now = get(server, reviewer, "/api/publish")
            assert now["active"] in (1, 2) and (i % 2 or now["active"] == was["active"]), (was, now)
            stepped += now["active"] != was["active"]
            left = {row["fields"]["text"] for row in get(server, writer, "/api/drafts")["rows"]}
            assert left in (drafts, {text}) and len(left) <= 1, (drafts, left)
            kept = sum(line["event"] == "POST /api/drafts" for line in bot.run("audit", "export").lines())
            assert kept == lines + (left != drafts), "a draft that is there has its line, and no other has"
            lines = kept
            assert server.turn("보험 해지 궁금해요", f"k{i}")["route"] == "scripted"
    bot.run("audit", "verify")
    assert stepped and lines, (stepped, lines)


def review(bot, rows, author="writer"):
    """A review of new rows, as area two's tables keep it; its number."""
    db = sqlite3.connect(os.path.join(bot.path, "content.db"))
    number = db.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM reviews").fetchone()[0]
    db.execute("INSERT INTO reviews (number, title, note, source, state, author, created_at) VALUES (?, '새 예문', '', 'drafts', 'open', ?, 1)",
               (number, author))
    for i, (kind, fields) in enumerate(rows):
        db.execute("INSERT INTO review_rows (review, kind, row_id, base, was, now) VALUES (?, ?, ?, '', '', ?)",
                   (number, kind, f"+{i:04x}", json.dumps(fields, ensure_ascii=False)))
    db.commit()
    db.close()
    return number


@test
def a_trial_shows_what_a_review_would_change_and_leaves_nothing(bot):
    people(live(bot), "writer")
    for i in range(12):
        bot.ask("주차장 있나요", "--conversation", f"c{i}")
    bot.ask("보험 해지 궁금해요", "--conversation", "other")
    texts = ["주차장 있나요", "주차장 어디예요", "주차장 넓나요", "주차 되나요", "주차장 요금 있나요", "방문 주차 되나요"]
    number = review(bot, [("intents", {"name": "parking", "title": "주차", "policy": "scripted", "description": ""}),
                          ("answers", {"id": "parking-1", "intent": "parking", "condition": "", "channel": "", "language": "", "effective_from": "",
                                       "effective_to": "", "text": "주차장은 지하 2층입니다."}),
                          *(("examples", {"id": "", "text": text, "intent": "parking", "language": ""}) for text in texts)])
    before = bot.fingerprint()
    with Server(bot) as server:
        (writer,) = staff(server, "writer")
        post(server, writer, "/api/reviews/trial", {"review": 99}, 404)
        post(server, writer, "/api/reviews/trial", {"review": "1"}, 400)
        job = post(server, writer, "/api/reviews/trial", {"review": number})["job"]
        assert post(server, writer, "/api/reviews/trial", {"review": number})["job"] == job
        result = ended(server, writer, job)["result"]
        assert result["gate"]["bars"] and result["gate"]["against"] == 1, result["gate"]
        assert result["replay"]["turns"] == 13 and result["replay"]["changed"] == 12 and result["replay"]["customers"] == 12, result["replay"]
        assert result["replay"]["groups"][0]["samples"][0]["message"] == "주차장 있나요"
        assert result["replay"]["already"] == 0
        listed = get(server, writer, f"/api/jobs?kind=trial&subject={number}")["rows"]
        assert [one["number"] for one in listed] == [job] and "result" not in listed[0], listed
        assert os.listdir(os.path.join(bot.path, "jobs")) == ["lock"]
    assert bot.fingerprint() == before
    lines = bot.run("audit", "export").lines()
    assert any(line["event"] == "GET /api/jobs/*" and line["detail"] == str(job) for line in lines), lines[-3:]


@test
def a_trial_that_cannot_be_says_why_and_one_that_is_killed_leaves_nothing(bot):
    people(live(bot), "writer")
    bad = review(bot, [("examples", {"id": "", "text": "", "intent": "cancel_policy", "language": ""})])
    good = review(bot, [("examples", {"id": "", "text": "해지해 주세요 제발", "intent": "cancel_policy", "language": ""})])
    with Server(bot) as server:
        (writer,) = staff(server, "writer")
        job = ended(server, writer, post(server, writer, "/api/reviews/trial", {"review": bad})["job"], "failed")
        assert job["progress"]["why"], job
        number = post(server, writer, "/api/reviews/trial", {"review": good})["job"]
        wait_until(lambda: os.path.isdir(os.path.join(bot.path, "jobs", f"trial-{good}")) or job_of(server, writer, number)["state"] == "done")
        server.kill()
    with Server(bot) as server:
        (writer,) = staff(server, "writer")
        wait_until(lambda: job_of(server, writer, number)["state"] not in ("running", "waiting"))
        wait_until(lambda: os.listdir(os.path.join(bot.path, "jobs")) == ["lock"])
        ended(server, writer, post(server, writer, "/api/reviews/trial", {"review": good})["job"])


def run_job(server, session, path):
    return ended(server, session, post(server, session, path)["job"])


@test
def faults_are_a_work_list_mended_by_drafts_or_accepted(bot):
    people(live(bot), "writer", "agent")
    bot.take("conflict.csv", "text,intent\n보험 해지 알려 주세요,office_hours\n", "--as", "examples")
    with Server(bot) as server:
        writer, agent = staff(server, "writer", "agent")
        empty = get(server, writer, "/api/check")
        assert empty["job"] is None and empty["is_stale"] and empty["rows"] == [] and empty["running"] == [], empty
        get(server, agent, "/api/check", 403)
        run_job(server, writer, "/api/check/run")
        told = get(server, writer, "/api/check")
        assert told["job"]["state"] == "done" and not told["is_stale"] and told["total"] == len(told["rows"]) == told["sums"]["count"], told
        fault = next(row for row in told["rows"] if row["kind"] == "conflict")
        assert get(server, writer, "/api/check?after=1&limit=1")["rows"] == told["rows"][1:2]
        wrong = next(row for row in fault["rows"] if row["intent"] == "office_hours")
        mend = {"fault": fault["id"], "row": wrong["id"], "action": "move", "intent": "cancel_policy"}
        post(server, writer, "/api/check/mend", {**mend, "row": "nothing"}, 400)
        post(server, writer, "/api/check/mend", {**mend, "action": "burn"}, 400)
        post(server, writer, "/api/check/mend", {**mend, "fault": "0123456789ab"}, 409)
        assert post(server, writer, "/api/check/mend", mend)["kind"] == "examples"
        assert get(server, writer, "/api/check")["drafts"] == [
            {"kind": "examples", "id": wrong["id"], "removes": False, "intent": "cancel_policy"}]
        post(server, writer, "/api/check/mend", {**mend, "action": "remove"})
        assert get(server, writer, "/api/check")["drafts"][0]["removes"]
        mild = next(row for row in told["rows"] if not row["stops_release"])
        post(server, writer, "/api/check/accept", {"fault": mild["id"], "reason": " "}, 400)
        post(server, writer, "/api/check/accept", {"fault": mild["id"], "reason": "일부러 그렇게 두었습니다"})
        after = get(server, writer, "/api/check")
        assert after["total"] == told["total"] - 1 and mild["id"] not in [row["id"] for row in after["rows"]], after
        post(server, writer, "/api/check/reopen", {"fault": mild["id"]})
        assert get(server, writer, "/api/check")["total"] == told["total"]
        stops = [row for row in told["rows"] if row["stops_release"]]
        if stops:
            post(server, writer, "/api/check/accept", {"fault": stops[0]["id"], "reason": "아무튼"}, 400)
        change(bot)
        assert get(server, writer, "/api/check")["is_stale"]
    bot.run("audit", "verify")


@test
def an_unanswered_group_becomes_a_review_or_is_set_aside(bot):
    people(live(bot), "writer", "reviewer")
    parking = ["주차장 있나요", "주차장 자리 많나요", "건물 주차장 넓나요", "주차장 어디 있나요", "방문객 주차장 있나요", "주차장 요금 있나요"]
    coffee = ["커피 쿠폰 있나", "커피 쿠폰 언제 오나", "이벤트 커피 쿠폰 못 받았어", "커피 쿠폰 또 있나"]
    for i, text in enumerate(parking + coffee):
        bot.ask(text, "--conversation", f"c{i}")
    with Server(bot) as server:
        writer, reviewer = staff(server, "writer", "reviewer")
        assert get(server, writer, "/api/unanswered")["rows"] == []
        run_job(server, writer, "/api/unanswered/run")
        told = get(server, writer, "/api/unanswered")
        assert told["total"] == len(told["rows"]) >= 2 and told["sums"]["turns"] >= 10, told
        group = next(row for row in told["rows"] if any(m["text"] == parking[0] for m in row["messages"]))
        other = next(row for row in told["rows"] if any(m["text"] == coffee[0] for m in row["messages"]))
        post(server, writer, "/api/unanswered/take", {"group": group["id"], "intent": "nothing"}, 400)
        post(server, writer, "/api/unanswered/take", {"group": group["id"], "intent": "office_hours", "out_of_scope": True}, 400)
        post(server, writer, "/api/unanswered/take", {"group": group["id"], "new": {"name": "office_hours", "title": "x"}}, 400)
        post(server, writer, "/api/unanswered/take", {"group": "0123456789ab", "intent": "office_hours"}, 409)
        content = bot.content()
        taken = post(server, writer, "/api/unanswered/take", {"group": group["id"], "new": {"name": "parking", "title": "주차"}})
        assert (taken["examples"], taken["cases"]) == (5, 1), taken
        assert bot.content() == content  # nothing goes live unreviewed
        post(server, reviewer, "/api/unanswered/take", {"group": group["id"], "intent": "office_hours"}, 409)
        post(server, writer, "/api/unanswered/ignore", {"group": other["id"], "reason": "행사는 끝났습니다"})
        left = [row["id"] for row in get(server, writer, "/api/unanswered")["rows"]]
        assert group["id"] not in left and other["id"] not in left, left
    db = sqlite3.connect(os.path.join(bot.path, "content.db"))
    rows = db.execute("SELECT kind, now FROM review_rows WHERE review = ?", (taken["review"],)).fetchall()
    source = db.execute("SELECT source, state FROM reviews").fetchone()
    db.close()
    assert sorted(kind for kind, _ in rows) == ["cases"] + ["examples"] * 5 + ["intents"] and source == (f"unanswered:{group['id']}", "open"), rows
    assert any(line["event"] == "GET /api/unanswered" for line in bot.run("audit", "export").lines())


@test
def an_unanswered_group_goes_out_of_scope(bot):
    people(live(bot), "writer")
    for i, text in enumerate(["커피 쿠폰 있나", "커피 쿠폰 언제 오나", "이벤트 커피 쿠폰 못 받았어", "커피 쿠폰 또 있나"]):
        bot.ask(text, "--conversation", f"c{i}")
    with Server(bot) as server:
        (writer,) = staff(server, "writer")
        run_job(server, writer, "/api/unanswered/run")
        group = get(server, writer, "/api/unanswered")["rows"][0]
        taken = post(server, writer, "/api/unanswered/take", {"group": group["id"], "out_of_scope": True})
        job = ended(server, writer, post(server, writer, "/api/reviews/trial", {"review": taken["review"]})["job"])
        assert job["result"]["gate"]["bars"]


def wanted(bot, kind, subject=""):
    """A row as any route may add it; its number."""
    db = sqlite3.connect(os.path.join(bot.path, "content.db"), timeout=20)
    number = db.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM jobs").fetchone()[0]
    db.execute("INSERT INTO jobs (number, kind, subject, state, wanted_at, author, reason, created_at, progress, result)"
               " VALUES (?, ?, ?, 'waiting', 0, 'lead', '', 1, '{}', '')", (number, kind, subject))
    db.commit()
    db.close()
    return number


@test
def backups_replays_and_the_end_of_old_turns_are_jobs_too(bot):
    people(live(bot), "lead")
    bot.ask("보험 해지 궁금해요", "--conversation", "c")
    with Server(bot, journal_days="30") as server:
        (lead,) = staff(server, "lead")
        job = ended(server, lead, wanted(bot, "backup"))
        assert os.path.getsize(job["result"]["file"]) == job["result"]["bytes"] > 0, job
        assert ended(server, lead, wanted(bot, "replay", "1"))["result"]["turns"] == 1
        ended(server, lead, wanted(bot, "retire"))
        assert ended(server, lead, wanted(bot, "frobnicate"), "failed")["progress"]["why"]
        assert ended(server, lead, wanted(bot, "activate", "77"), "failed")["progress"]["why"]
