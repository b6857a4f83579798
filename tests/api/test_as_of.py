"""What held on a day: every row of as_of.csv is asked of the Korean sample, before and after something changed. `bot` says of which bot: the
sample as it is, where a script may answer, or its documents and facts alone."""
import functools
import json
import os

from paring import Bot, csv_of, korean_sample, rows_of, test

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "as_of.csv")
GRAPH = ("documents", "entities", "predicates", "statements", "rates")
ANIMALS = {"penguin": "펭귄 분양", "giraffe": "기린 산책"}


@functools.cache
def open_book():
    """The sample's documents and facts under a classifier that knows only penguins and giraffes."""
    import atexit
    bot = Bot()
    atexit.register(bot.__exit__)
    endings = ["신청", "하러 가자", "구경", "언제 하지", "재밌겠다", "또 하자", "끝났어", "시작"]
    rows = [{"text": f"{words} {end}", "intent": name} for name, words in ANIMALS.items() for end in endings]
    bot.take("intents.csv", csv_of([{"name": name, "title": words, "policy": "scripted"} for name, words in ANIMALS.items()]))
    bot.take("examples.csv", csv_of(rows))
    bot.take("answers.csv", csv_of([{"id": f"{name}_1", "intent": name, "text": words} for name, words in ANIMALS.items()]))
    for kind in GRAPH:
        bot.run("import", "--as", kind, bot.write(f"{kind}.csv", korean_sample().export(kind)))
    bot.run("train", "--set", "quote_from=0.5", status=None)
    bot.run("release", "activate", "1", "--override", "a test of dates")
    return bot


def cases():
    with open(CASES, encoding="utf-8") as file:
        return rows_of(file.read())


def wrong_of(which, bot):
    wrong = []
    for case in cases():
        if case["bot"] != which:
            continue
        reply = bot.ask(case["question"], "--no-journal", "--as-of", case["as_of"])
        text = reply["reply"]["text"].split("\n\n출처:")[0]
        others = {c["expected"] for c in cases() if c["question"] == case["question"] and c["bot"] == which} - {case["expected"]}
        if case["expected"] not in text or any(other in text.replace(case["expected"], "") for other in others):
            wrong.append((case["question"], case["as_of"], case["expected"], reply["route"], reply["reason"], text[:200]))
    return wrong


@test
def every_question_has_the_figure_of_its_day_by_script_or_document():
    wrong = wrong_of("sample", korean_sample())
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


@test
def every_question_has_the_figure_of_its_day_from_documents_and_facts_alone():
    wrong = wrong_of("book", open_book())
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


@test
def the_cases_stand_on_both_sides_of_every_change():
    days = {}
    for case in cases():
        days.setdefault((case["bot"], case["question"]), set()).add((case["as_of"], case["expected"]))
    assert len(days) >= 40 and all(len(sides) >= 2 for sides in days.values()), days
    assert all(len({expected for _, expected in sides}) == len(sides) for sides in days.values()), days
