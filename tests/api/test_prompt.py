"""The prompt as content: its versions, the release that holds one, the pins that hang on it; its score by golden questions; and a
model's own suggestion for a better one, which nobody adopts but a person."""
import os
import re

from paring import test
from test_quoted import DOCUMENTS, QUESTION, with_documents
from test_selector import OFTEN, PARKING, SENTENCES, Model, at, flags, pointing, providers, shown

GOLDEN = f"text,documents\n{QUESTION},fees\n{PARKING},parking\n구내식당 평일 점심 제 번호는 010-1234-5678,\n"


def changed(text):
    return text.replace("사서입니다.", "꼼꼼한 사서입니다.")


def with_golden(bot, golden=GOLDEN):
    with_documents(bot, OFTEN, documents=DOCUMENTS)
    bot.run("import", "--as", "questions", bot.write("golden.csv", golden))


@test
def a_prompt_has_versions_that_can_be_read_and_compared(bot):
    with_documents(bot, OFTEN)
    own = bot.run("prompt", "show").out
    assert "=== user ===" in own and bot.run("prompt", "show", "0").out == own
    (only,) = bot.run("prompt", "list", "--json").json()["prompts"]
    assert only["number"] == 0 and only["is_live"] and only["is_next"] and re.fullmatch("[0-9a-f]{64}", only["hash"]), only
    path = bot.write("p.txt", changed(own))
    assert bot.run("prompt", "set", path, "--json").json() == {"number": 1, "is_new": True}
    assert bot.run("prompt", "set", path, "--json").json() == {"number": 1, "is_new": False}
    assert bot.run("prompt", "show").out == changed(own) == bot.run("prompt", "show", "1").out
    rows = bot.run("prompt", "list", "--json").json()["prompts"]
    assert [(r["number"], r["is_live"], r["is_next"]) for r in rows] == [(0, True, False), (1, False, True)], rows
    assert ", live" in bot.run("prompt", "list").out
    lines = bot.run("prompt", "diff", "0", "1").out.splitlines()
    assert [line[:1] for line in lines if line[:1] != " "] == ["-", "+"] and len(lines) == own.count("\n") + 1, lines
    assert not [line for line in bot.run("prompt", "diff", "1", path).out.splitlines() if line[:1] != " "]
    assert bot.run("prompt", "set", "0", "--json").json()["number"] == 2 and bot.run("prompt", "show").out == own


@test
def what_cannot_be_a_prompt_is_refused_in_a_sentence(bot):
    with_documents(bot, OFTEN)
    own = bot.run("prompt", "show").out
    for text in ("", "a", own.replace("{{question}}", ""), own.replace("{{passages}}", "{{passages}}{{passages}}"), own + "{{secret}}",
                 own.replace("=== user ===", ""), own.replace("{{canary}}", ""), own + "{{", own + "x" * 70000):
        result = bot.run("prompt", "set", bot.write("bad.txt", text), status=3)
        assert result.err.count("\n") == 1, result.err
    for words in (["show", "9"], ["diff", "0", "9"], ["set", "nowhere.txt"], ["eval"], ["improve"]):
        assert bot.run("prompt", *words, status=3).err.count("\n") == 1, words
    for words in ([], ["shew"], ["diff", "1"], ["set"], ["list", "--limit", "3"], ["eval", "--limit", "0"], ["eval", "--limit", "x"],
                  ["eval", "--out", "x"]):
        bot.run("prompt", *words, status=2)
    assert len(bot.run("prompt", "list", "--json").json()["prompts"]) == 1


@test
def a_release_with_another_prompt_repeats_no_pin(bot):
    with_documents(bot, OFTEN)
    own = bot.run("prompt", "show").out
    with Model(at(SENTENCES[0])) as model:
        settings = flags(providers(bot, model))
        first = bot.ask(QUESTION, *settings)["reply"]
        bot.run("prompt", "set", bot.write("p.txt", changed(own)))
        assert bot.ask(QUESTION, *settings)["reply"] == first and len(model.seen) == 1  # a set one changes nothing yet
        bot.run("train", "--set", OFTEN)
        with open(os.path.join(bot.path, "releases", "000002", "prompt.txt"), encoding="utf-8") as file:
            assert file.read() == changed(own)
        bot.run("release", "verify", "2")
        bot.run("release", "activate", "2", status=None)
        assert bot.ask(QUESTION, *settings)["route"] == "generated" and len(model.seen) == 2
        systems = [body["messages"][0]["content"] for _, body in model.seen]
        assert "꼼꼼한" not in systems[0] and "꼼꼼한" in systems[1], systems
        bot.ask(QUESTION, *settings)
        assert len(model.seen) == 2
    assert [r["is_live"] for r in bot.run("prompt", "list", "--json").json()["prompts"]] == [False, True]
    with open(os.path.join(bot.path, "releases", "000002", "prompt.txt"), "a", encoding="utf-8") as file:
        file.write("x")
    bot.run("release", "verify", "2", status=None)
    bot.run("ask", QUESTION, status=4)


@test
def a_prompt_is_scored_on_golden_questions(bot):
    with_golden(bot)
    with Model(lambda user: at(SENTENCES[0])(user) if "얼마예요" in user else "nonsense") as model:
        settings = flags(providers(bot, model))
        marks = bot.run("prompt", "eval", "--json", *settings).json()["marks"]
        assert marks["asked"] == marks["suited"] == len(model.seen) == marks["calls"] and marks["questions"] == 3, marks
        assert marks["failed"]["count"] == 2 and marks["right"]["count"] == 1 and marks["won"] > 0 and marks["tokens"] > 0, marks
        seen = len(model.seen)
        model.says = lambda user: pointing(answerable=False)
        marks = bot.run("prompt", "eval", "--json", *settings).json()["marks"]
        assert marks["abstained_rightly"]["count"] == 1 and marks["abstained_wrongly"]["count"] == 2, marks
        model.says = lambda user: pointing(*list(shown(user))[:1])
        marks = bot.run("prompt", "eval", "--json", *settings).json()["marks"]
        assert marks["right"]["count"] == 2 and marks["wrong"]["count"] == 1, marks
        assert 0 < marks["right"]["low"] < 2 / 3 < marks["right"]["high"] < 1, marks
        assert len(model.seen) == 3 * seen
        assert bot.run("prompt", "eval", "--limit", "1", "--json", *settings).json()["marks"]["asked"] == 1
        assert len(model.seen) == 3 * seen + 1
        assert "won" in bot.run("prompt", "eval", *settings).out
        path = bot.write("p.txt", changed(bot.run("prompt", "show").out))
        bot.run("prompt", "eval", "--prompt", path, *settings)
        assert "꼼꼼한" in model.seen[-1][1]["messages"][0]["content"]
        assert not bot.run("pins", "--json").json()["pins"]  # scoring pins nothing


@test
def the_passage_is_scored_where_a_golden_question_names_one(bot):
    with_golden(bot, GOLDEN.replace(",fees", ",canteen fees#재발급"))
    says = {"right": at(SENTENCES[0]), "wrong": at("본점 창구에서"), "both": at(SENTENCES[0], "본점 창구에서"), "other": lambda user: pointing("S1")}
    with Model(None) as model:
        settings, seen = flags(providers(bot, model)), {}
        for name, says_it in says.items():
            model.says = lambda user, says_it=says_it: says_it(user) if "얼마예요" in user else pointing(answerable=False)
            marks = bot.run("prompt", "eval", "--json", *settings).json()["marks"]
            seen[name] = (marks["right"]["count"], marks["wrong"]["count"], marks["right_document"], marks["with_passage"])
        assert seen == {"right": (1, 0, 1, 1), "wrong": (0, 1, 1, 1), "both": (0, 1, 1, 1), "other": (1, 0, 1, 1)}, seen
        model.says = lambda user: says["wrong"](user) if "얼마예요" in user else pointing("S1")
        out = bot.run("prompt", "eval", *settings).out
        assert "right document" in out and "1 of the 3 asked name a passage" in " ".join(out.split()), out
        own = bot.run("prompt", "show").out
        model.says = lambda user: changed(own) if "What it did badly on" in user else says["wrong"](user) if "꼼꼼한" not in str(model.seen[-1]) else says["right"](user)
        improved = bot.run("prompt", "improve", "--json", *settings, "--out", os.path.join(bot.folder, "new.txt")).json()
        assert improved["before"]["right"]["count"] == 0 and improved["after"]["right"]["count"] == 1, improved
        (asked,) = [text for text in model.sent() if "What it did badly on" in text]
        assert "other_passage" in asked, asked
    bot.run("import", "--as", "questions", bot.write("q.csv", "text,documents\n재발급,fees#재발급 fees#없는조\n"))
    marks = bot.run("eval", "--retrieval", "--json").json()
    assert marks["questions"] == 4, marks


@test
def a_suggestion_is_checked_scored_and_adopted_by_nobody(bot):
    with_golden(bot, GOLDEN.rstrip() + "canteen\n")
    own, out = bot.run("prompt", "show").out, os.path.join(bot.path, "new.txt")
    suggestion = [changed(own)]
    with Model(lambda user: suggestion[0] if "What it did badly on" in user else pointing(answerable=False)) as model:
        settings = [*flags(providers(bot, model)), "--out", out]
        improved = bot.run("prompt", "improve", "--json", *settings).json()
        assert improved["before"]["asked"] == improved["after"]["asked"] == 3 and len(model.seen) == 7, improved
        assert "+" in improved["diff"] and "꼼꼼한" in improved["diff"], improved
        (asked,) = [text for text in model.sent() if "What it did badly on" in text]
        cases = asked.split("What it did badly on")[1]
        assert QUESTION in cases and "구내식당 평일 점심" in cases and "[전화번호#1]" in cases and "abstained_wrongly" in cases, asked
        assert not [text for text in model.sent() if "1234-5678" in text]
        with open(out, encoding="utf-8") as file:
            assert file.read() == changed(own)
        assert len(bot.run("prompt", "list", "--json").json()["prompts"]) == 1 and bot.run("prompt", "show").out == own
        bot.run("prompt", "improve", *settings, status=3)  # nothing is written over
        os.remove(out)
        for bad in ("Sorry.", own, own.replace("{{question}}", ""), "```\n" + own.replace("{{fence}}", "") + "```"):
            suggestion[0] = bad
            assert bot.run("prompt", "improve", *settings, status=1).err.count("\n") == 1 and not os.path.exists(out), bad
        suggestion[0], before = changed(own), len(model.seen)
        text = bot.run("prompt", "improve", "--limit", "3", *settings).out
        assert "before" in text and "after" in text and "nothing is adopted" in text and len(model.seen) == before + 3, text
        bot.run("prompt", "improve", "--limit", "2", *settings, status=2)
        bot.run("prompt", "set", out)
        assert "꼼꼼한" in bot.run("prompt", "show").out
