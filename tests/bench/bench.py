#!/usr/bin/env python3
"""How fast the program is and what memory it takes: a message classified, a scripted turn, turns over HTTP, a training on CLINC150 and on a made-up table of
100,000 rows and 1,000 intents, with fastText and scikit-learn on the same rows in the same run. Each figure stands beside its floor in
tests/bench/floors. A slow machine fails nothing; heap allocations in a scripted turn do. usage: bench.py BUILD"""
import json
import os
import sys

import data
import peers
import retrieval
import serve
from program import Bot, run

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, INTENTS, ROWS_TO_MARK = 100_000, 1_000, 5_000
PEER_SECONDS, PEER_SECONDS_OF_BIG = 300, 900  # after which a peer is stopped


def floors_read():
    with open(os.path.join(HERE, "floors"), encoding="utf-8") as file:
        words = (line.split() for line in file if line.strip() and not line.startswith("#"))
        return {line[0]: float(line[1]) for line in words}


FLOORS = floors_read()


def heading(text):
    print(f"\n{text}", flush=True)


def figure(x):
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:.4g}"


def show(measure, value, unit, floor=None, note=""):
    beside = ""
    if floor:
        beside = f"floor {figure(FLOORS[floor])}  {'within' if value <= FLOORS[floor] else 'OVER'}"
    print(f"  {measure:<44} {figure(value):>9} {unit:<4} {beside:<20} {note}".rstrip(), flush=True)


def message_show(name, done):
    """A line of bench_classify or bench_turn; true when nothing of ours came from the heap."""
    show(f"{name}, CPU", done["microseconds"], "µs", f"{name}_us",
         f"middle of the rounds {done['middle']:.1f}; {done['messages']:,} messages, {done['scripted']:,} scripted")
    libraries = done["allocations_of_libraries"]
    show(f"{name}, heap allocations of ours", done["allocations"], "", f"{name}_allocations",
         f"and {libraries:.2f} of libraries" + (" (GMP's, in answers with figures)" if libraries else ""))
    return done["allocations"] == 0


def training_show(prefix, report, note):
    done, steps = report["run"], report["seconds_by_step"]
    show(f"training, {note}", done.seconds, "s", f"{prefix}train_s" if prefix is not None else None,
         f"CPU {done.cpu:.1f} s; " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in steps.items()))
    show("  its peak memory", done.mebibytes, "MiB", f"{prefix}train_mib" if prefix is not None else None)


def peers_show(train, validation, folder, limit):
    """fastText's and scikit-learn's rows; what each said, by name."""
    found = {}
    for name, label, measure in (("fasttext", "fastText", peers.fasttext), ("svc", "scikit-learn TF-IDF + LinearSVC", peers.svc)):
        done = measure(train, validation, folder, limit)
        if done is None:
            print(f"  {label}: not installed")
        elif "stopped" in done:
            print(f"  {label}: {done['stopped']}")
        else:
            found[name] = done
            show(f"{label}, training", done["seconds"], "s", None, f"CPU {done['cpu']:.1f} s, {done['mebibytes']:,.0f} MiB")
            show("  its accuracy", 100 * done["accuracy"], "%")
            show("  one message, CPU, many at a time", done["microseconds"], "µs")
    return found


def ratio_show(measure, ours, floor, peer, field):
    if peer and peer[field] > 0:
        show(measure, ours / peer[field], "×", floor)


def rows_bot(paring, train, validation):
    """A bot with the rows of a set, and where its messages and validation rows lie."""
    bot = Bot(paring)
    data.rows_write(bot.path("train.csv"), train)
    data.rows_write(bot.path("validation.csv"), validation)
    data.lines_write(bot.path("messages.txt"), validation)
    show("import of the rows", bot.call("import", bot.path("train.csv")).seconds, "s")
    return bot


def clinc(build, rows):
    train, validation = rows
    heading(f"CLINC150: {len(train):,} rows of 150 intents")
    with rows_bot(os.path.join(build, "paring"), train, validation) as bot:
        measure = lambda: json.loads(run(os.path.join(build, "tests/bench/bench_classify"), bot.model(), bot.path("messages.txt")).out)
        report = bot.train()
        training_show("", report, "the rows alone")
        show("  its accuracy", 100 * bot.eval(bot.path("validation.csv"))["accuracy"], "%")
        classified = measure()
        message_show("classify", classified)
        if data.general_text(bot.path("text")):
            training_show(None, bot.train(bot.path("text")), "with general text of 43 MB")
            show("  its accuracy", 100 * bot.eval(bot.path("validation.csv"))["accuracy"], "%")
            message_show("classify", measure())
        found = peers_show(train, validation, bot.top, PEER_SECONDS)
    ratio_show("training's CPU time, of fastText's", report["run"].cpu, "train_cpu_of_fasttext", found.get("fasttext"), "cpu")
    ratio_show("classify's CPU time, of fastText's", classified["microseconds"], "classify_us_of_fasttext", found.get("fasttext"), "microseconds")


def sample(build, name, classifies):
    """The sample bot: a scripted turn, and a classified message where there is no bigger set. True when a turn took nothing from the heap."""
    with Bot(os.path.join(build, "paring"), name) as bot:
        bot.train()
        cases = bot.path("cases.csv")
        bot.call("export", "cases", "--out", cases)
        data.lines_write(bot.path("messages.txt"), data.rows_read(cases))
        tool = lambda program, of: json.loads(run(os.path.join(build, "tests/bench", program), of, bot.path("messages.txt")).out)
        heading(f"Sample bot {name}, on its evaluation cases")
        if classifies:
            message_show("classify", tool("bench_classify", bot.model()))
        turn = tool("bench_turn", bot.folder)
        if not turn["scripted"]:
            sys.exit("No message gets a script, so there is no turn to measure.")
        keeps_heap = message_show("turn", turn)
        serve.show_all(os.path.join(build, "paring"), bot, show)
        return keeps_heap


def big(build):
    heading(f"Made up: {ROWS:,} rows of {INTENTS:,} intents")
    rows = data.made_up(ROWS + ROWS_TO_MARK, INTENTS)
    train, validation = rows[:ROWS], rows[ROWS:]
    with rows_bot(os.path.join(build, "paring"), train, validation) as bot:
        report = bot.train()
        training_show("big_", report, "the rows alone")
        show("  its accuracy", 100 * bot.eval(bot.path("validation.csv"))["accuracy"], "%")
        classified = json.loads(run(os.path.join(build, "tests/bench/bench_classify"), bot.model(), bot.path("messages.txt")).out)
        show("classify, CPU", classified["microseconds"], "µs", None, f"middle of the rounds {classified['middle']:.1f}")
        found = peers_show(train, validation, bot.top, PEER_SECONDS_OF_BIG)
    ratio_show("training's CPU time, of scikit-learn's", report["run"].cpu, "big_train_cpu_of_svc", found.get("svc"), "cpu")


def main(build):
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}. CPU times of a message are of the best round; wall times hang on what else runs.")
    rows = data.labelled("clinc150")
    keeps_heap = sample(build, "insurance-ko", not rows)
    if rows:
        clinc(build, rows)
    else:
        heading(f"CLINC150: skipped, there is no {os.path.join(data.FOLDER, 'clinc150')} (DATA=FOLDER names another place)")
    if retrieval.is_there():
        retrieval.main(build, retrieval.SIZES if os.environ.get("BENCH") == "quick" else (*retrieval.SIZES, 1_000_000))
    else:
        heading(f"Retrieval: skipped, there is no {retrieval.SET}")
    if os.environ.get("BENCH") == "quick":
        heading("The made-up table of 100,000 rows: skipped, BENCH=quick")
    else:
        big(build)
    if not keeps_heap:
        sys.exit("A scripted turn takes from the heap.")


if __name__ == "__main__":
    main(sys.argv[1])
