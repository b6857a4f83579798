"""Drafts in a model's own words, for agents alone: what it says is marked figure by figure, and no customer gets a word of it."""
import json
import os

from paring import test
from server import Server
from test_console_agent import posted
from test_quoted import QUESTION, with_documents
from test_selector import Model, providers
from test_staff import ROLES, people, sign_in

SAID = "재발급 수수료는 2,000원이고 7일 걸립니다. 자세한 것은 https://evil.example 를 보세요."


def drafting(text=SAID):
    return lambda user: json.dumps({"draft": text})


def marked(reply):
    raw = reply["text"].encode("utf-16-le")
    return [(raw[2 * m["begin"]:2 * m["end"]].decode("utf-16-le"), m["state"]) for m in reply["marks"]]


@test
def each_figure_is_found_or_not(bot):
    with_documents(bot)
    people(bot, "agent")
    with Model(drafting()) as model, Server(bot, **providers(bot, model)) as server:
        agent = sign_in(server, "agent")
        reply = posted(server, agent, "/api/draft", {"text": f"{QUESTION} 제 번호는 010-1234-5678"})
        assert reply["text"] == SAID and reply["model"] == "small", reply
        found = marked(reply)
        assert [state for _, state in found] == ["found", "not_found", "not_found"] and found[0][0].startswith("2,000"), found
        assert "2,000원" in reply["sources"][reply["marks"][0]["source"]]["text"], reply
        assert "1234-5678" not in model.sent()[0] and len(model.sent()) == 1, model.sent()
        assert server.rows() == [], "no turn"
        model.says = drafting("(전화번호#1) 로 연락드릴게요.")
        again = posted(server, agent, "/api/draft", {"text": "재발급 수수료 010-1234-5678"})
        assert marked(again) == [("010-1234-5678", "not_found")], again
    assert "POST /api/draft" in [line["event"] for line in bot.run("audit", "export").lines()]


@test
def anothers_figure_is_not_found(bot):
    with_documents(bot)
    people(bot, "agent")
    with Model(drafting("재발급 수수료는 500원입니다.")) as model, Server(bot, **providers(bot, model)) as server:
        agent = sign_in(server, "agent")
        question = "재발급 수수료와 지하 주차장 방문 고객 주차 요금"
        reply = posted(server, agent, "/api/draft", {"text": question})
        assert {source["document"] for source in reply["sources"]} >= {"fees", "parking"}, reply
        assert [state for _, state in marked(reply)] == ["elsewhere"], reply
        assert reply["sources"][reply["marks"][0]["source"]]["document"] == "parking", reply
        model.says = drafting("재발급 수수료는 2,000원, 주차는 두 시간 뒤 10분마다 500원입니다.")
        assert {state for _, state in marked(posted(server, agent, "/api/draft", {"text": question}))} == {"found"}


@test
def only_who_answers_callers_may_ask(bot):
    with_documents(bot)
    people(bot, *ROLES)
    with Model(drafting()) as model, Server(bot, rate_per_address=0, **providers(bot, model)) as server:
        assert server.ask("POST", "/api/draft", {"text": QUESTION}, {"Origin": "http://evil.example"}).status in (401, 403)
        assert server.turn(QUESTION)["reply"]["text"] != SAID
        refused = [role for role in ROLES if server.ask("POST", "/api/draft", {"text": QUESTION}, sign_in(server, role)).status == 403]
        assert "agent" not in refused and refused, refused


@test
def without_a_model_one_sentence_says_so(bot):
    with_documents(bot)
    people(bot, "agent")
    with Server(bot) as server:
        reply = server.ask("POST", "/api/draft", {"text": QUESTION}, sign_in(server, "agent"))
        assert reply.status == 409 and "no model" in reply.json()["error"]["message"], reply
    with Model(drafting()) as model:
        with Server(bot, model_calls_per_day=1, **providers(bot, model)) as server:
            agent = sign_in(server, "agent")
            posted(server, agent, "/api/draft", {"text": QUESTION})
            capped = posted(server, agent, "/api/draft", {"text": QUESTION}, 409)
            assert "allowance" in capped["error"]["message"], capped
            for body in ({}, {"text": 1}, {"text": "a", "more": 1}, {"text": "a", "as_of": "2026-02-30"}, {"text": "가" * 2001}):
                posted(server, agent, "/api/draft", body, 400)
            posted(server, agent, "/api/draft", {"text": "qwxz"}, 409)
        with open(os.path.join(bot.path, "models.off"), "w"):
            pass
        with Server(bot, **providers(bot, model)) as server:
            off = posted(server, sign_in(server, "agent"), "/api/draft", {"text": QUESTION}, 409)
            assert "switched off" in off["error"]["message"], off
        assert len(model.seen) == 1


@test
def the_prompt_of_drafts_is_content_with_versions(bot):
    with_documents(bot)
    people(bot, "agent")
    own, path = bot.run("prompt", "show", "--drafts").out, os.path.join(bot.folder, "drafts.txt")
    changed = own.replace("다섯 문장", "두 문장")
    assert changed != own != bot.run("prompt", "show").out
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)
    assert bot.run("prompt", "set", path, "--drafts", "--json").json() == {"number": 1, "is_new": True}
    bot.run("prompt", "show", "1", status=3)
    bot.run("prompt", "set", bot.write("bad.txt", own.replace("{{question}}", "")), "--drafts", status=3)
    bot.run("prompt", "list", "--drafts", status=2)
    bot.run("prompt", "eval", "--drafts", status=2)
    assert [line[:1] for line in bot.run("prompt", "diff", "0", "1", "--drafts").out.splitlines() if line[:1] != " "] == ["-", "+"]
    with Model(drafting()) as model:
        def asked():
            with Server(bot, **providers(bot, model)) as server:
                return posted(server, sign_in(server, "agent"), "/api/draft", {"text": QUESTION})["prompt"]
        first = asked()
        bot.run("train")
        bot.run("release", "activate", "2", status=None)
        second = asked()
        assert "다섯 문장" in str(model.seen[0][1]) and "두 문장" in str(model.seen[1][1]) and first != second
    listed = bot.run("prompt", "list", "--json").json()
    assert [(row["number"], row["hash"], row["is_live"], row["is_next"]) for row in listed["drafts"]] == [(0, first, False, False), (1, second, True, True)]
    assert [row["is_live"] for row in listed["prompts"]] == [True], "the other is as it was"
    assert f"{second[:8]}" in bot.run("prompt", "list").out and "for staff drafts, live, in the next release" in bot.run("prompt", "list").out


@test
def what_is_no_draft_is_not_shown(bot):
    with_documents(bot)
    people(bot, "agent")
    with Model("hang") as model, Server(bot, model_deadline_ms=700, **providers(bot, model, first_byte_ms=300)) as server:
        agent = sign_in(server, "agent")
        for says, status in (("hang", 503), ("status 500", 503), (lambda user: "2,000원", 409), (lambda user: user, 409), (drafting(), 200)):
            model.says = says
            posted(server, agent, "/api/draft", {"text": QUESTION}, status)
