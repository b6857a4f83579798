"""The same question, the same answer: what no script fits is asked in several orders, by one caller and by many at once, on one worker and
on more, before a restart and after; every reply is the same to the byte. LONG=1 asks all 1,000 questions."""
import concurrent.futures
import csv
import os
import random
import shutil

from paring import korean_sample, test
from server import Server
from test_selector import Model, pointing, providers, shown

QUESTIONS = os.path.join(os.path.dirname(__file__), "..", "..", "training", "corpora", "insurance-ko", "questions.csv")
ALL = 1000


def questions():
    """Golden questions, and some of them again without their spaces."""
    with open(QUESTIONS, encoding="utf-8") as file:
        asked = [row["text"] for row in csv.DictReader(file)]
    asked = (asked + [text.replace(" ", "") for text in asked])[:ALL]
    assert len(asked) == ALL
    return asked if os.environ.get("LONG") else asked[::11]


def ask(server, text, name):
    reply = server.turn(text, conversation=name)
    return reply["route"], reply["reply"], reply.get("intent"), reply["reason"].removesuffix(", as before"), reply["generated"], reply["release"]


def ask_all(server, asked, order, prefix, threads=1):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return dict(zip(order, pool.map(lambda i: ask(server, asked[i], f"{prefix}-{i}"), order)))


def compare(bot, **settings):
    asked = questions()
    order = list(range(len(asked)))
    shuffled = random.Random(5).sample(order, len(order))
    with Server(bot, workers=2, rate_per_address=0, **settings) as server:
        first = ask_all(server, asked, order, "a")
        again = ask_all(server, asked, shuffled, "b", threads=8)
    with Server(bot, workers=1, rate_per_address=0, **settings) as server:
        restarted = ask_all(server, asked, order[::-1], "c", threads=3)
    for other in (again, restarted):
        differ = [(asked[i], first[i], other[i]) for i in order if other[i] != first[i]]
        assert not differ, (len(differ), differ[0])
    return first.values()


@test
def what_no_script_fits_is_answered_alike_in_any_order_on_any_threads():
    replies = compare(korean_sample())
    assert "quoted" in {reply[0] for reply in replies}


def smallest(user):
    """Points at what comes first in byte order, whatever number it was shown under."""
    number, _ = min(shown(user).items(), key=lambda item: item[1])
    return pointing(number)


@test
def so_it_is_where_a_model_points_and_pins_repeat(bot):
    shutil.rmtree(bot.path)
    shutil.copytree(korean_sample().path, bot.path)
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        if os.path.exists(os.path.join(bot.path, name)):
            os.unlink(os.path.join(bot.path, name))
    with Model(smallest) as model:
        replies = compare(bot, **providers(bot, model))
        generated = [reply for reply in replies if reply[0] == "generated"]
        assert len(generated) > 0 and all("출처" in reply[1]["text"] for reply in generated), len(generated)
        calls = len(model.seen)
    assert calls <= 2 * len(replies), calls  # pins: what was accepted is not asked again
