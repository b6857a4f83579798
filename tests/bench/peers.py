#!/usr/bin/env python3
"""What others make of the same rows in the same run: fastText and scikit-learn's TF-IDF with LinearSVC, as Debian packages them. They are
given the rows that belong to an intent, since neither has a notion of out of scope, and are marked by forced choice.
usage: peers.py svc TRAIN.csv VALIDATION.csv (prints JSON; the part that needs scikit-learn runs as a process of its own)"""
import json
import os
import re
import shutil
import sys
import time

import data
from program import Run, run

# The best of four settings on CLINC150's validation rows (word pairs; pieces of words cost it two points and more). Big tables get fewer
# epochs, or it would take an hour.
FASTTEXT = "-dim 100 -lr 0.5 -wordNgrams 2 -bucket 200000 -verbose 0".split()
EPOCHS, EPOCHS_OF_BIG, BIG_ROWS = 50, 10, 50000
REPEATS = 10  # of the validation rows, so that loading the model can be taken away
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable  # the one that Debian's packages are for


def in_scope(rows):
    return [(text, intent) for text, intent in rows if intent != data.OUT_OF_SCOPE]


def fasttext_lines(rows, path, times=1, labels=True):
    with open(path, "w", encoding="utf-8") as file:
        for text, intent in rows * times:
            words = " ".join(re.findall(r"\w+|[^\w\s]", text.lower()))
            file.write(f"__label__{intent} {words}\n" if labels else words + "\n")


def stopped(done):
    return {"stopped": f"stopped after {done.seconds:.0f} s" if done.timed_out else "failed: " + (done.err.strip().splitlines() or ["?"])[-1]}


def fasttext(train, validation, folder, limit):
    """None where it is not installed; else a dict, with `stopped` when it failed or took longer than the limit in seconds."""
    if not shutil.which("fasttext"):
        return None
    train, validation = in_scope(train), in_scope(validation)
    path = lambda name: os.path.join(folder, "fasttext." + name)
    fasttext_lines(train, path("train"))
    epochs = EPOCHS_OF_BIG if len(train) > BIG_ROWS else EPOCHS
    done = Run(["fasttext", "supervised", "-input", path("train"), "-output", path("model"), "-epoch", epochs, "-thread", os.cpu_count(), *FASTTEXT],
               limit=limit)
    if done.status:
        return stopped(done)
    cpu = []
    for times in (1, 1 + REPEATS):
        fasttext_lines(validation, path("rows"), times, labels=False)
        predicted = run("fasttext", "predict", path("model.bin"), path("rows"))
        cpu.append(predicted.cpu)
    right = sum(said == f"__label__{intent}" for said, (_, intent) in zip(predicted.out.split(), validation))
    return {"accuracy": right / len(validation), "seconds": done.seconds, "cpu": done.cpu, "mebibytes": done.mebibytes,
            "microseconds": max(0, cpu[1] - cpu[0]) / REPEATS / len(validation) * 1e6}


def svc_here(train, validation):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    began = time.monotonic()
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+|[^\w\s]")
    machine = LinearSVC().fit(vectorizer.fit_transform([text for text, _ in train]), [intent for _, intent in train])
    seconds, cpu = time.monotonic() - began, time.process_time()
    said = machine.predict(vectorizer.transform([text for text, _ in validation]))
    return {"accuracy": sum(a == b for a, (_, b) in zip(said, validation)) / len(validation), "seconds": seconds,
            "microseconds": (time.process_time() - cpu) / len(validation) * 1e6}


def svc(train, validation, folder, limit):
    """Like fasttext()."""
    if Run([PYTHON, "-c", "import sklearn.svm"]).status:
        return None
    paths = [os.path.join(folder, name) for name in ("svc.train.csv", "svc.validation.csv")]
    for path, rows in zip(paths, (train, validation)):
        data.rows_write(path, in_scope(rows))
    done = Run([PYTHON, "-B", os.path.abspath(__file__), "svc", *paths], limit=limit)
    if done.status:
        return stopped(done)
    return {**json.loads(done.out), "cpu": done.cpu, "mebibytes": done.mebibytes}


if __name__ == "__main__":
    print(json.dumps(svc_here(*map(data.rows_read, sys.argv[2:4]))))
