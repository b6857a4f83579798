"""Vectors of passages from an embeddings endpoint, from the outside: on only where golden questions say that they help, never on a
script's way, and never missed when they do not come."""
import concurrent.futures
import json
import os
import re

from embeddings import DIMENSIONS, Embeddings, meant, noise
from paring import fill, test
from server import Server
from test_selector import Model, at, table

# What a document says, what customers say for it, and whether words alone could tell.
TOPICS = [("재발급", "분실", "증명서"), ("주차장", "차량보관", "이용"), ("해지환급금", "돌려받는", "금액"), ("구내식당", "점심밥", "시간"),
          ("방문상담", "찾아가서", "예약"), ("대출이자", "빌린돈", "비율"), ("납입유예", "미루기", "신청"), ("수익자", "받을사람", "변경"),
          ("보장개시일", "언제부터", "날짜"), ("청구서류", "준비물", "목록")]
WORDS = {word: topic[0] for topic in TOPICS for word in topic[:2]}
ASKS = ["{1} {2} 문의 어떻게 하나요", "혹시 {1} {2} 알려 주실 수 있나요", "{2} 관련 {1} 궁금해서 문의 드려요", "저는 {1} {2} 문의 하려고 합니다", "안내 부탁 {1} {2} 문의"]
QUESTION = "준비물 목록 문의 하나요 궁금 처리"
OFTEN = "quote_from=0.2"


def documents():
    return [{"id": f"d{i}", "title": "안내", "text": f"문의 안내입니다. {doc} {more} 문의는 본점 {i}번 창구에서 받습니다."}
            for i, (doc, _, more) in enumerate(TOPICS)] + [
            {"id": f"x{i}", "title": "안내", "text": f"문의 안내입니다. {more} {more} 문의 하나요 알려 관련 궁금 부탁 처리 {i}."}
            for i, (_, _, more) in enumerate(TOPICS)]


def golden():
    rows = ["text,documents"] + [f"{ask.format(*topic)},d{i}" for i, topic in enumerate(TOPICS) for ask in ASKS]
    return "\n".join(rows + [f"우주선 {i}번 표는 어디서 사나요," for i in range(20)]) + "\n"


def helpful(text):
    return meant(text, WORDS)


def made(bot, providers, *settings):
    fill(bot)
    bot.run("import", "--as", "documents", bot.write("documents.jsonl", "".join(json.dumps(row) + "\n" for row in documents())))
    bot.run("import", "--as", "questions", bot.write("golden.csv", golden()))
    keys = ["--set", f"providers_file={bot.write('providers', providers)}"]
    keys += [word for setting in (OFTEN, *settings) for word in ("--set", setting)]
    trained = bot.run("train", "--json", *keys).json()
    bot.run("release", "activate", str(trained["number"]), status=None)
    return trained, keys[:2] + [word for key in keys[2:] if key.startswith("model_") for word in ("--set", key)]


def calls(bot):
    return table(bot, "SELECT sent, outcome, provider, tokens_in, tokens_out, micro_won FROM model_calls ORDER BY at_us, call")


@test
def vectors_that_help_are_on_and_find_what_words_do_not(bot):
    with Embeddings(helpful) as endpoint:
        bot.write("vectors.key", "sesame")
        os.chmod(os.path.join(bot.folder, "vectors.key"), 0o600)
        trained, keys = made(bot, endpoint.section(key_file="vectors.key", won_per_1000_in=2))
        vectors = trained["vectors"]
        assert vectors["weight"] > 0 and vectors["right_with"] > vectors["right_without"] and vectors["questions"] == 50, vectors
        assert set(endpoint.keys) == {"Bearer sesame"} and vectors["asked"] == len(endpoint.texts()) == 90, vectors
        marks = bot.run("eval", "--retrieval", "--json").json()
        assert marks["vectors"]["weight"] == vectors["weight"] and marks["recall1"] < vectors["right_with"] / 50, marks
        assert "found first with them" in bot.run("eval", "--retrieval").out
        sent = [row[0] for row in calls(bot)]
        assert any(re.fullmatch("vectors of 20 passages, documents d0 … x9", line) for line in sent), sent
        assert any("우주선" in line for line in sent), sent
        before = len(endpoint.asked)
        reply = bot.ask(QUESTION, *keys)
        assert reply["route"] == "quoted" and reply["reply"]["citations"][0]["document"] == "d9", reply
        assert reply["reason"].endswith("; with vectors"), reply
        assert endpoint.asked[before:] == [[QUESTION]], endpoint.asked[before:]
        assert calls(bot)[-1][1:] == ("whole", "vectors", 7, 0, 14000), calls(bot)[-1]
        again = bot.ask(QUESTION.replace(" ", "   ") + "?!", *keys)  # the same question: nobody is asked
        assert again["reply"] == reply["reply"] and len(endpoint.asked) == before + 1, again
        scripted = bot.ask("보험 해지 궁금해요", *keys)
        assert scripted["route"] == "scripted" and len(endpoint.asked) == before + 1, scripted
    later = bot.ask(QUESTION, *keys)  # the endpoint is gone, its vector is not
    assert later["reply"] == reply["reply"], later
    why = bot.run("explain", reply["turn"], "--json").json()
    assert why["is_identical"] is True, why
    assert bot.run("replay", "--json").json()["own_changed"] == 0


@test
def vectors_that_do_not_help_are_off_and_nobody_is_asked(bot):
    with Embeddings(noise) as endpoint:
        trained, keys = made(bot, endpoint.section())
        vectors = trained["vectors"]
        assert vectors["weight"] == 0 and vectors["questions"] == 50 and "left_out_because" not in vectors, vectors
        before = len(endpoint.asked)
        reply = bot.ask(QUESTION, *keys)
        assert len(endpoint.asked) == before and "vectors" not in reply["reason"], reply
        assert "off, no help" in bot.run("eval", "--retrieval").out
        out = bot.run("train", *keys).out
        assert re.search(r"Vectors by vec-1: no help, so off; of 50 golden questions .* first with them, .* without \(0 texts asked, 90 known\)", out), out
        assert len(endpoint.asked) == before


@test
def training_again_asks_only_for_what_is_new(bot):
    with Embeddings(helpful) as endpoint:
        trained, keys = made(bot, endpoint.section())
        keys += ["--set", OFTEN]
        assert bot.run("train", "--json", *keys).json()["hash"] == trained["hash"]
        bot.run("import", "--as", "documents", bot.write("more.jsonl", json.dumps({"id": "new", "text": "새로 온 문서입니다."}) + "\n"))
        before = len(endpoint.texts())
        again = bot.run("train", "--json", *keys).json()
        assert again["vectors"]["asked"] == 1 and endpoint.texts()[before:] == ["새로 온 문서입니다."], again
        with open(os.path.join(bot.path, "vectors.cache"), "r+b") as file:
            file.write(b"?")
        assert bot.run("train", "--json", *keys).json()["hash"] == again["hash"]
        assert len(endpoint.texts()) == before + 1 + 91


WRONG = {"hang": "late", "status 500": "status", "status 429": "limited", "dimensions": "has 65 dimensions; dimensions = 64 is set",
         "short": "vectors came for", "twice": "came twice", "huge": "no number", "nan": "no JSON", "stream": "broken", "error": "reported",
         "page": "no JSON", "cut": "dropped"}


@test
def an_endpoint_that_fails_leaves_a_release_without_vectors(bot):
    with Embeddings(helpful) as endpoint:
        endpoint.does = "dimensions"
        trained, keys = made(bot, endpoint.section())
        assert trained["vectors"]["weight"] == 0, trained
        for does in ("status 500", "dimensions", "short", "stream", "cut", "hang"):
            said, endpoint.does = WRONG[does], does
            if does == "hang":
                bot.write("providers", endpoint.section(deadline_ms=300, first_byte_ms=300))
            vectors = bot.run("train", "--json", *keys).json()["vectors"]
            assert said in vectors["left_out_because"] and vectors["weight"] == 0, (does, vectors)
        bot.write("providers", endpoint.section())
        endpoint.does = "dimensions"
        assert "Vectors by vec-1: left out, words alone: " in bot.run("train", *keys).out
        endpoint.does = "well"
        open(os.path.join(bot.path, "models.off"), "w").close()
        before = len(endpoint.asked)
        assert bot.run("train", "--json", *keys).json()["vectors"]["left_out_because"] == "off"
        assert len(endpoint.asked) == before


@test
def a_turn_whose_vector_does_not_come_goes_by_words(bot):
    with Embeddings(helpful) as endpoint:
        _, keys = made(bot, endpoint.section(deadline_ms=400, first_byte_ms=400), "model_deadline_ms=2000")
        settings = dict(word.split("=", 1) for word in keys if "=" in word)
        with Server(bot, workers=1, rate_per_address=0, access_log="no", **settings) as server:
            for i, (does, _) in enumerate(WRONG.items()):
                endpoint.does = does
                reply = server.turn(f"{QUESTION} {i}", conversation=f"c{i}")
                assert re.search("; by words alone, vectors: [a-z]+$", reply["reason"]), (does, reply)
                assert reply["route"] in ("quoted", "handoff", "clarify"), (does, reply)
            endpoint.does = "well"
            open(os.path.join(bot.path, "models.off"), "w").close()
            before = len(endpoint.asked)
            reply = server.turn(QUESTION, conversation="off")
            assert reply["reason"].endswith("; by words alone, vectors: off") and len(endpoint.asked) == before, reply
            os.unlink(os.path.join(bot.path, "models.off"))
    assert bot.run("replay", "--json").json()["own_changed"] == 0


@test
def a_server_stops_while_a_vector_is_asked_for(bot):
    with Embeddings(helpful) as endpoint, Model(at("본점 9번")) as model:
        _, keys = made(bot, endpoint.section() + f"[words]\nform = openai\nurl = {model.url}\nmodel = small\n")
        settings = dict(word.split("=", 1) for word in keys if "=" in word)
        endpoint.does = "hang"
        with Server(bot, workers=1, rate_per_address=0, model_deadline_ms=60000, access_log="no", **settings) as server:
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                before = len(endpoint.asked)
                waiting = pool.submit(server.turn, QUESTION, conversation="a")
                while len(endpoint.asked) == before:
                    assert not waiting.done(), waiting.result()
                server.stop()
                reply = waiting.result()
        assert "by words alone, vectors: " in reply["reason"] and len(model.seen) == 0, reply


@test
def personal_data_does_not_leave_with_a_question(bot):
    with Embeddings(helpful) as endpoint:
        _, keys = made(bot, endpoint.section())
        bot.ask(f"제 번호는 010-2345-6789 입니다 {QUESTION}", *keys)
        assert "2345" not in json.dumps(endpoint.texts()) and "준비물" in endpoint.texts()[-1], endpoint.texts()[-1]


@test
def a_model_is_shown_what_vectors_found(bot):
    with Embeddings(helpful) as endpoint, Model(at("본점 9번")) as model:
        text = endpoint.section() + f"[words]\nform = openai\nurl = {model.url}\nmodel = small\n"
        _, keys = made(bot, text)
        settings = dict(word.split("=", 1) for word in keys if "=" in word)
        with Server(bot, workers=1, rate_per_address=0, access_log="no", **settings) as server:
            reply = server.turn(QUESTION, conversation="a")
            assert reply["route"] == "generated" and reply["reply"]["citations"][0]["document"] == "d9", reply
            asked = len(endpoint.asked)
            pinned = server.turn(QUESTION + "?", conversation="b")
            assert pinned["reply"] == reply["reply"] and len(endpoint.asked) == asked and len(model.seen) == 1, pinned
        same = bot.ask(QUESTION, *keys)
        assert same["reply"] == reply["reply"], same
    assert bot.run("replay", "--json").json()["own_changed"] == 0


@test
def few_golden_questions_ask_nobody(bot):
    with Embeddings(helpful) as endpoint:
        fill(bot)
        bot.run("import", "--as", "documents", bot.write("documents.jsonl", "".join(json.dumps(row) + "\n" for row in documents())))
        keys = ["--set", f"providers_file={bot.write('providers', endpoint.section())}"]
        vectors = bot.run("train", "--json", *keys).json()["vectors"]
        assert "it takes 40 golden questions" in vectors["left_out_because"] and not endpoint.asked, vectors


@test
def a_providers_file_says_how_long_vectors_are(bot):
    fill(bot)
    bot.run("train")
    for section, said in (("form = embeddings\nurl = http://127.0.0.1:1/v1\nmodel = m\n", "dimensions"),
                          (f"form = openai\nurl = http://127.0.0.1:1/v1\nmodel = m\ndimensions = {DIMENSIONS}\n", "dimensions"),
                          ("form = embeddings\nurl = http://127.0.0.1:1/v1\nmodel = m\ndimensions = 5000\n", "4096")):
        told = bot.run("ask", "네", "--set", f"providers_file={bot.write('providers', '[a]' + chr(10) + section)}", status=3)
        assert said in told.err, told.err
