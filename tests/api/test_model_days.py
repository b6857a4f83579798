"""A day with a model, as an operator sees it: the next provider takes over, one that fails rests, allowances and the switch hold over a restart,
every call is on record, and what was said is said again until something that it rests on changes."""
import json
import os
import sqlite3
import time

from paring import test
from server import Server
from test_quoted import DOCUMENTS, FEE, QUESTION, with_documents
from test_selector import OFTEN, PARKING, QUOTED, SENTENCES, Model, at, providers, table

def turns(server, *questions, start=0):
    return [server.turn(question, conversation=f"t{start + i}") for i, question in enumerate(questions)]


@test
def the_next_provider_takes_over_and_the_failed_one_rests(bot):
    with_documents(bot, OFTEN)
    with Model("status 500") as first, Model(at(SENTENCES[0])) as second:
        with Server(bot, workers=1, rate_per_address=0, **providers(bot, first, second)) as server:
            for reply in turns(server, *[f"{word} {QUESTION}" for word in ("혹시", "그럼", "저기", "그런데", "아까", "근데", "참고로", "내일", "오늘", "어제")]):
                assert reply["route"] == "generated" and SENTENCES[0] in reply["reply"]["text"], reply
        assert len(second.seen) == 10 and 5 <= len(first.seen) < 10, (len(first.seen), len(second.seen))
    lines = table(bot, "SELECT provider, outcome FROM model_calls ORDER BY run, call, attempt")
    assert lines.count(("p1", "whole")) == 10 and {provider for provider, outcome in lines if outcome != "whole"} == {"p0"}, lines


@test
def an_allowance_holds_over_a_restart(bot):
    with_documents(bot, OFTEN)
    words = iter(("혹시", "그럼", "저기", "그런데", "아까", "근데"))
    for key, most in (("model_calls_per_day", 1), ("model_tokens_per_day", 100000), ("model_won_per_day", 1000)):
        with Model(at(SENTENCES[0])) as model:
            settings = {"workers": 1, "rate_per_address": 0, key: most, **providers(bot, model)}
            with Server(bot, **settings) as server:
                (first,) = turns(server, f"{next(words)} {QUESTION}")
            assert first["route"] == "generated" and len(model.seen) == 1, (key, first)
            with sqlite3.connect(os.path.join(bot.path, "journal.db")) as journal:  # it was a dear one
                journal.execute("UPDATE model_calls SET tokens_in = 100000, micro_won = 1000000000")
            with Server(bot, **settings) as server:
                (second,) = turns(server, f"{next(words)} {QUESTION}")
            assert second["reply"]["text"] == QUOTED and second["reason"].endswith("model: capped") and len(model.seen) == 1, (key, second)
        with sqlite3.connect(os.path.join(bot.path, "journal.db")) as journal:
            journal.execute("UPDATE model_calls SET day = day - 1")  # tomorrow there is another allowance


@test
def the_switch_works_at_once_and_both_ways(bot):
    with_documents(bot, OFTEN)
    switch = os.path.join(bot.path, "models.off")
    with Model(at(SENTENCES[0])) as model, Server(bot, workers=1, rate_per_address=0, **providers(bot, model)) as server:
        for i, is_on in enumerate((True, False, True)):
            if not is_on:
                open(switch, "w").close()
            elif os.path.exists(switch):
                os.remove(switch)
            until, route = time.monotonic() + 5, ""
            while route != ("generated" if is_on else "quoted") and time.monotonic() < until:
                reply = server.turn(f"{'음 ' * i}{QUESTION}", conversation=os.urandom(4).hex())
                route = reply["route"]
            assert route == ("generated" if is_on else "quoted"), reply
            seen = len(model.seen)
            if not is_on:
                assert server.turn(PARKING)["generated"] is False and len(model.seen) == seen


@test
def every_call_is_on_record_masked_and_priced(bot):
    with_documents(bot, OFTEN)
    with Model(at(SENTENCES[0])) as model, Server(bot, workers=1, rate_per_address=0, model_deadline_ms=700, **providers(bot, model, first_byte_ms=300)) as server:
        turns(server, f"{QUESTION} 010-1234-5678")
        model.says = "hang"
        turns(server, f"저기 {QUESTION} 010-1234-5678", start=1)
    rows = table(bot, "SELECT provider, model, sent, tokens_in, tokens_out, micro_won, outcome, took_us, at_us FROM model_calls ORDER BY call, attempt")
    assert [row[6] for row in rows] == ["whole", "late"], rows
    for provider, name, sent, tokens_in, tokens_out, micro_won, _, took_us, at_us in rows:
        assert (provider, name) == ("p0", "small") and "1234-5678" not in sent and "(전화번호)" in sent, sent
        assert tokens_in > 0 and micro_won > 0 and took_us > 0 and at_us > 0, rows
    assert rows[0][3:6] == (50, 20, 50 * 2000 + 20 * 4000), rows


@test
def pins_last_until_what_they_rest_on_changes(bot):
    with_documents(bot, OFTEN)
    with Model(at(SENTENCES[0])) as model:
        def told(name="small"):
            """The reply, and whether the model was asked for it."""
            before = len(model.seen)
            with Server(bot, workers=1, rate_per_address=0, **providers(bot, model, name=name)) as server:
                reply = server.turn(QUESTION, conversation=os.urandom(4).hex())
            assert reply["generated"] is True, reply
            return reply["reply"]["text"], len(model.seen) > before

        def live():
            bot.run("train", "--set", OFTEN)
            bot.run("release", "activate", str(bot.releases()[-1]), status=None)

        def fees(**change):
            row = {**DOCUMENTS[0], **change}
            bot.run("import", "--as", "documents", bot.write("d.jsonl", json.dumps(row, ensure_ascii=False) + "\n"))
            live()
        text, was_asked = told()
        assert FEE.split(". ")[0] in text and was_asked
        assert told() == (text, False), "a restart is no change"
        bot.take("examples.csv", "text,intent\n보험 그만둘래요,cancel_policy\n", "--as", "examples")
        live()
        assert told() == (text, False), "nor is another script"
        assert told("large") == (text, True) and told("large") == (text, False), "another model"
        fees(effective_from="2024-02-01")
        dated = text.replace("2024-01-01", "2024-02-01")
        assert told("large") == (dated, True) and told("large") == (dated, False), "another date"
        model.says = at("3,000")
        fees(effective_from="2024-02-01", text=DOCUMENTS[0]["text"].replace("2,000", "3,000"))
        priced = dated.replace("2,000", "3,000")
        assert told("large") == (priced, True) and told("large") == (priced, False), "another text"
        prompt = bot.run("prompt", "show").out.replace("사서입니다.", "꼼꼼한 사서입니다.")
        bot.run("prompt", "set", bot.write("p.txt", prompt))
        live()
        assert told("large") == (priced, True) and told("large") == (priced, False), "another prompt"
        (pin,) = [pin for pin in bot.run("pins", "--json").json()["pins"] if pin["reply"] == priced][-1:]
        bot.run("pins", "--promote", pin["id"], "--intent", "reissue_fee")
        live()
        with Server(bot, workers=1, rate_per_address=0, **providers(bot, model)) as server:
            reply = server.turn(QUESTION)
        assert reply["route"] == "scripted" and reply["intent"] == "reissue_fee" and "3,000원" in reply["reply"]["text"], reply
