"""From an approved change to what customers are told: jobs beside the server, publishing, rolling back, trials and work lists."""
import json
import os
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
