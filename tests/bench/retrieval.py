"""Passages and questions to measure retrieval on: made up from the sentences of a public set that lies beside the project, and the same
rows in SQLite's FTS5. usage: retrieval.py BUILD [PASSAGES …]"""
import csv
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time

import data
from program import run

SET = os.path.join(data.FOLDER, "retrieval", "welfare")
SIZES, QUESTIONS, FTS_QUESTIONS = (1_000, 10_000, 100_000), 1_000, 200


def is_there():
    return os.path.exists(os.path.join(SET, "documents.jsonl"))


def sentences():
    with open(os.path.join(SET, "documents.jsonl"), encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    return sorted({s.strip() for text in texts for s in re.split(r"(?<=다\.)\s+|\n", text) if len(s.strip()) > 15})


def questions():
    with open(os.path.join(SET, "questions.csv"), encoding="utf-8", newline="") as file:
        return [" ".join(row["text"].split()) for row in csv.DictReader(file)][:QUESTIONS]


def made_up(count):
    """Passages of two sentences each, drawn from a fixed seed."""
    pool, draw = sentences(), random.Random(7)
    return [f"{draw.choice(pool)} {draw.choice(pool)}" for _ in range(count)]


def fts5(passages, asked, tokenizer, path):
    """(microseconds a question, bytes, seconds to build) of the ten best by rank."""
    db = sqlite3.connect(path)
    try:
        db.execute(f"CREATE VIRTUAL TABLE f USING fts5(a, tokenize='{tokenizer}')")
    except sqlite3.OperationalError:
        return None
    began = time.monotonic()
    with db:
        db.executemany("INSERT INTO f(a) VALUES (?)", ((text,) for text in passages))
    built, spent = time.monotonic() - began, 0
    for text in asked:
        words = re.findall(r"\w+", text)
        terms = words if tokenizer == "unicode61" else [text[i:i + 3].replace('"', "") for i in range(len(text) - 2)]
        match = " OR ".join(f'"{word}"' for word in terms if len(word) > 2 or tokenizer == "unicode61")
        began = time.thread_time()
        db.execute("SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank LIMIT 10", (match,)).fetchall()
        spent += time.thread_time() - began
    db.close()
    return 1e6 * spent / len(asked), os.path.getsize(path), built


def measure(build, count, folder):
    passages, asked = made_up(count), questions()
    paths = [os.path.join(folder, name) for name in ("passages.txt", "questions.txt")]
    for path, lines in zip(paths, (passages, asked)):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
    ours = json.loads(run(os.path.join(build, "tests/bench/bench_retrieve"), *paths).out)
    peers = {name: fts5(passages, asked[: 20 if count > 10_000 else FTS_QUESTIONS], name, os.path.join(folder, f"{name}.db"))
             for name in ("unicode61", "trigram")}
    return ours, peers


def main(build, sizes):
    print("\nRetrieval: passages of two sentences, 1,000 questions; FTS5 on the same rows")
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="paring-retrieval-") as folder:
            ours, peers = measure(build, count, folder)
        print(f"  {count:>9,} passages  {ours['microseconds']:>9.1f} µs a question (middle {ours['middle']:.1f})  "
              f"{ours['bytes'] / 1e6:>8.1f} MB  built in {ours['build_seconds']:.1f} s  {ours['allocations']:.2f} allocations", flush=True)
        if ours["near"] >= 0:
            print(f"            with vectors of 384 dimensions {ours['near']:.0f} µs", flush=True)
        for name, peer in peers.items():
            if peer:
                print(f"            FTS5 {name:<10} {peer[0]:>9.0f} µs             {peer[1] / 1e6:>21.1f} MB  built in {peer[2]:.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], [int(word) for word in sys.argv[2:]] or SIZES)
