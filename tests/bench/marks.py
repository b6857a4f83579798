#!/usr/bin/env python3
"""How right the classifier is on public sets, beside the targets of the design, and how right the sample bots are. Everything goes through
the program's own commands, as a stranger's rows would. usage: marks.py PARING"""
import collections
import csv
import json
import math
import os
import random
import sys
import tempfile

import data
import retrieval
from program import Bot

OOS_SHARE = 0.18  # of traffic, in the coverage rows
GROUP_LEAST, GROUP_PURE = 8, 0.8  # messages in a group that is looked at; share of one intent from which it is clean
IN_SCOPE = 0.928  # share of in-scope messages that must still be answered rightly where out-of-scope recall is read


def show(measure, value, target=None, is_least=True, digits=1, unit="%", note=""):
    """One row: what was reached, what was wanted, and whether that will do. Compared as shown."""
    shown = f"{value:.{digits}f} {unit}".strip()
    verdict = ""
    if target is not None:
        reached = round(value, digits) >= target if is_least else round(value, digits) <= target
        verdict = f"{'≥' if is_least else '≤'} {target:.{digits}f}  {'reached' if reached else 'SHORT'}"
    print(f"  {measure:<58} {shown:>9}  {verdict:<16} {note}".rstrip(), flush=True)


def heading(text):
    print(f"\n{text}", flush=True)


def recall_at(replies, rows):
    """Share of out-of-scope messages below the strictest confidence at which IN_SCOPE of the in-scope ones are right and above it."""
    inside = [(reply["confidence"], reply["intent"] == intent) for reply, (_, intent) in zip(replies, rows) if intent != data.OUT_OF_SCOPE]
    outside = [reply["confidence"] for reply, (_, intent) in zip(replies, rows) if intent == data.OUT_OF_SCOPE]
    right = sorted((confidence for confidence, is_right in inside if is_right), reverse=True)
    needed = math.ceil(IN_SCOPE * len(inside) - 1e-9)
    if len(right) < needed or not outside:
        return 0.0
    threshold = right[needed - 1]
    return sum(confidence < threshold for confidence in outside) / len(outside)


def mixed(replies, rows):
    """(coverage, wrong rate) with the out-of-scope rows weighted to OOS_SHARE of all."""
    total = {True: 0, False: 0}
    scripted, wrong = {True: 0, False: 0}, {True: 0, False: 0}
    for reply, (_, intent) in zip(replies, rows):
        outside = intent == data.OUT_OF_SCOPE
        total[outside] += 1
        scripted[outside] += reply["scripted"]
        wrong[outside] += reply["scripted"] and reply["intent"] != intent
    weight = {True: OOS_SHARE / total[True], False: (1 - OOS_SHARE) / total[False]}
    coverage, missed = (sum(weight[kind] * count[kind] for kind in weight) for count in (scripted, wrong))
    return coverage, missed / coverage if coverage else 0.0


class Marked:
    """A bot with a set's training rows, and its validation rows as a file."""

    def __init__(self, paring, name, rows):
        self.bot, (train, self.rows) = Bot(paring), rows
        self.set, self.lines = self.bot.path("validation.csv"), self.bot.path("validation.txt")
        data.rows_write(self.bot.path("train.csv"), train)
        data.rows_write(self.set, self.rows)
        data.lines_write(self.lines, self.rows)
        self.bot.call("import", self.bot.path("train.csv"))
        outside = sum(intent == data.OUT_OF_SCOPE for _, intent in train)
        heading(f"{name}: {len(train):,} rows to train on ({len({i for _, i in train} - {data.OUT_OF_SCOPE})} intents, "
                f"{outside} rows out of scope), {len(self.rows):,} to be marked on")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.bot.__exit__(*failure)


ALTERED = {"no_spaces": "spaces removed", "typos_3": "3 % typos", "typos_6": "6 % typos", "typos_10": "10 % typos"}


def robust(marks):
    """The same rows as hurried thumbs would have typed them: eval's own robustness rows."""
    for row in marks["robustness"]:
        note = f"scripted {100 * row['coverage']:.1f} %, of them wrong {100 * row['wrong_rate']:.2f} %"
        show(f"  accuracy, {ALTERED[row['change']]}", 100 * row["accuracy"], note=note if row["scripted"] else "none scripted")


def clinc(paring, rows, texts):
    with Marked(paring, "CLINC150", rows) as marked:
        for text, note in ((None, "without general text"), (texts, "with general text"))[: 2 if texts else 1]:
            marked.bot.train(text, out_of_scope_share=OOS_SHARE)
            marks, replies = marked.bot.eval(marked.set), marked.bot.classify(marked.lines)
            is_target = text or not texts
            show(f"in-scope accuracy, {note}", 100 * marks["accuracy"], 94.6 if is_target else None)
            if is_target:
                robust(marks)
            show("  out of scope: AUROC", marks["oos_auroc"], 0.970 if is_target else None, digits=3, unit="")
            show(f"  out of scope: recall at in-scope ≥ {100 * IN_SCOPE:.1f}", 100 * recall_at(replies, marked.rows), 70 if is_target else None)
        for budget, target in ((0.02, 55), (0.05, 72)):
            report = marked.bot.train(texts, wrong_budget=budget, out_of_scope_share=OOS_SHARE)
            coverage, wrong = mixed(marked.bot.classify(marked.lines), marked.rows)
            found = report["budget"]
            said = "certified" if found["certified"] else f"NOT certified, about {found['rows_missing']} more held-out rows needed"
            show(f"coverage at ≤ {100 * budget:.0f} % wrong, 95 % sure", 100 * coverage, target, note=f"{said} by {found['held_out']}")
            show("  wrong among those scripted, on validation", 100 * wrong, 100 * budget, is_least=False, digits=2)
    print(f"""  AUROC is eval's. Recall: the strictest confidence (classify's, six decimals) at which {100 * IN_SCOPE:.1f} % of the in-scope rows are still
  right and at or above it; the share of out-of-scope rows below it. Coverage: thresholds from training's own held-out rows with
  out_of_scope_share {OOS_SHARE}; on validation the out-of-scope rows are weighted to {100 * OOS_SHARE:.0f} % of all.""")


def banking(paring, rows, texts):
    with Marked(paring, "Banking77 (every tenth row of each intent held out)", rows) as marked:
        marked.bot.train()
        show("accuracy, without general text", 100 * marked.bot.eval(marked.set)["accuracy"], None if texts else 92.3)
        if texts:
            marked.bot.train(texts)
            show("accuracy, with general text", 100 * marked.bot.eval(marked.set)["accuracy"], 92.3)


def parakqc(paring, rows, _):
    with Marked(paring, "paraKQC (Korean)", rows) as marked:
        marked.bot.train()
        show("accuracy", 100 * marked.bot.eval(marked.set)["accuracy"], 98.5)
        joined = marked.bot.path("joined.csv")
        data.rows_write(joined, [("".join(text.split()), intent) for text, intent in marked.rows])
        show("accuracy, spaces removed from the validation texts", 100 * marked.bot.eval(joined)["accuracy"], 98.0)
        robust(marked.bot.eval(marked.set))


def majority(group, truth):
    """(intent, share) that most of a group's messages have, as a content writer would see on reading it."""
    counts = collections.Counter()
    for message in group["messages"]:
        counts[truth[message["text"]]] += 1
    intent, count = counts.most_common(1)[0]
    return intent, count / len(group["messages"])


def accept(bot, groups, truth, made):
    """Every group of GROUP_LEAST messages or more is written under the intent that most of it has."""
    for group in groups:
        intent, _ = majority(group, truth)
        how = ["--out-of-scope"] if intent == data.OUT_OF_SCOPE else ["--to" if intent in made else "--new", intent]
        bot.call("unanswered", "--release", "1", "--group", group["id"], *how, bot.path("messages.txt"))
        made.add(intent)


def hidden(paring, rows):
    """Every fifth intent of CLINC150 taken out of training; its messages arrive among others and must come back as groups."""
    train, validation = rows
    intents = sorted({intent for _, intent in train} - {data.OUT_OF_SCOPE})
    gone = set(intents[::5])
    with Bot(paring) as bot:
        data.rows_write(bot.path("train.csv"), [row for row in train if row[1] not in gone])
        data.rows_write(bot.path("validation.csv"), validation)
        arriving = [row for row in train if row[1] in gone] + validation
        data.lines_write(bot.path("messages.txt"), arriving)
        truth = {" ".join(text.split()): intent for text, intent in arriving}
        bot.call("import", bot.path("train.csv"))
        bot.train(out_of_scope_share=OOS_SHARE)
        before = bot.eval(bot.path("validation.csv"))
        told = json.loads(bot.call("unanswered", "--json", "--release", "1", bot.path("messages.txt")).out)
        groups = [group for group in told["groups"] if len(group["messages"]) >= GROUP_LEAST]
        found = [(group, *majority(group, truth)) for group in groups]
        ours = [(group, intent, share) for group, intent, share in found if intent in gone]
        clean = [(group, intent) for group, intent, share in ours if share >= GROUP_PURE]
        heading(f"CLINC150 with {len(gone)} of its {len(intents)} intents hidden: {len(arriving):,} messages arrive, {told['messages']:,} of them fall "
                f"through, {len(groups)} groups of {GROUP_LEAST} or more")
        count = sum(len(group["messages"]) for group, _, _ in found)
        show("purity: messages that are of their group's intent",
             100 * sum(share * len(group["messages"]) for group, _, share in found) / max(count, 1))
        show(f"hidden intents that have a group at least {100 * GROUP_PURE:.0f} % theirs", len({intent for _, intent in clean}), digits=0, unit=f"of {len(gone)}")
        show("their messages that are in such a group",
             100 * sum(sum(truth[m["text"]] == intent for m in group["messages"]) for group, intent in clean)
             / sum(intent in gone for _, intent in train))
        accept(bot, groups, truth, set(intents) - gone)
        bot.train(out_of_scope_share=OOS_SHARE)
        after = bot.eval(bot.path("validation.csv"))
        for name, marks in (("before", before), ("after the groups were accepted", after)):
            show(f"coverage of validation, {name}", 100 * marks["coverage"], note=f"{100 * marks['wrong_rate']:.2f} % wrong of those scripted")


def damaged(text, draw):
    """A tenth of the syllables lose their final consonant, get another vowel, or go."""
    out = []
    for rune in text:
        code = ord(rune) - 0xAC00
        if 0 <= code < 11172 and draw.random() < 0.1:
            way = draw.randrange(3)
            if way == 0:
                continue
            lead, vowel, tail = code // 588, code // 28 % 21, code % 28
            vowel, tail = (vowel, 0) if way == 1 else ((vowel + 1 + draw.randrange(20)) % 21, tail)
            rune = chr(0xAC00 + (lead * 21 + vowel) * 28 + tail)
        out.append(rune)
    return "".join(out)


def welfare(paring):
    """Passages of a public Korean set, and its questions as they are, without spaces and mistyped."""
    with Bot(paring) as bot:
        bot.call("import", os.path.join(retrieval.SET, "documents.jsonl"), "--as", "documents")
        with open(os.path.join(retrieval.SET, "questions.csv"), encoding="utf-8", newline="") as file:
            rows = [(row["text"], row["documents"]) for row in csv.DictReader(file)]
        draw = random.Random(7)
        changed = (("", rows), (", spaces removed", [("".join(text.split()), ids) for text, ids in rows]),
                   (", mistyped", [(damaged(text, draw), ids) for text, ids in rows]))
        heading(f"Retrieval, Korean welfare documents, {len(rows):,} questions, no variants")
        for note, changed_rows in changed:
            path = bot.path("questions.csv")
            with open(path, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([("text", "documents"), *changed_rows])
            marks = json.loads(bot.call("eval", "--retrieval", "--json", "--set", path).out)
            show(f"recall@1{note}", 100 * marks["recall1"], None if note else 76)
            show(f"recall@10{note}", 100 * marks["recall10"], None if note else 92.5)
            show(f"  MRR@10 · nDCG@10 {marks['ndcg10']:.3f}", marks["mrr10"], digits=3, unit="")
            if not note:
                show("  answerable: calibration error", marks["ece"], digits=3, unit="")
                for share in (90, 95):
                    show(f"  answerable: of those with an answer, answered with {share} of 100 right", 100 * marks[f"coverage_at_precision_{share}"],
                         note="a third asked without their documents")


def quoted(paring):
    """The threshold from half of the questions, on the other half."""
    with open(os.path.join(retrieval.SET, "questions.csv"), encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["documents"]) for row in csv.DictReader(file)]
    with Bot(paring) as bot:
        paths = [bot.path(f"{name}.csv") for name in ("fitted", "held-out")]
        for path, half in zip(paths, (rows[::2], rows[1::2])):
            with open(path, "w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([("text", "documents"), *half])
        bot.call("import", os.path.join(retrieval.SET, "documents.jsonl"), "--as", "documents")
        bot.call("import", paths[0], "--as", "questions")
        marks = json.loads(bot.call("eval", "--retrieval", "--json", "--set", paths[1]).out)
        heading(f"Quoting, {len(rows[::2]):,} golden questions, {marks['questions']:,} held out, {marks['stand_ins']:,} of them without their documents")
        show("quoted and right, of those with an answer", 100 * marks["quoted_coverage"], note=f"from a chance of {marks['quoted_from']:.3f}")
        show("from the wrong document, of those quoted", 100 * marks["quoted_wrong"] / max(1, marks["quoted"]), 5, is_least=False, digits=2,
             note=f"{marks['quoted_wrong']} of {marks['quoted']}")


def sample(paring, name, is_target):
    """A sample bot on the evaluation cases and contrast pairs that it brings."""
    with Bot(paring, name) as bot:
        report, marks = bot.train(), bot.eval()
        heading(f"sample {name}: {report['examples']:,} examples of {report['intents']} intents, {marks['cases']:,} cases "
                f"({marks['out_of_scope']} out of scope), {marks['contrasts']} contrast pairs")
        show("forced-choice accuracy", 100 * marks["accuracy"], 90 if is_target else None)
        show("coverage, out-of-scope cases among all", 100 * marks["coverage"], note="certified" if report["budget"]["certified"] else "NOT certified")
        show("wrong among those scripted", 100 * marks["wrong_rate"], 2 if is_target else None, is_least=False, digits=2,
             note=f"at most {100 * marks['wrong_rate_upper95']:.2f} %, 95 % sure")
        show("out of scope: AUROC", marks["oos_auroc"], digits=3, unit="")
        robust(marks)
        show("paraphrases both answered: with the same text", 100 * marks["consistency"]["rate"],
             note=f"{marks['consistency']['pairs']:,} pairs; {marks['consistency']['groups_split']} of {marks['consistency']['groups']} groups differ")
        show("contrast pairs not apart", len(marks["contrasts_failed"]), 0 if is_target else None, is_least=False, digits=0, unit="")


def main(paring):
    with tempfile.TemporaryDirectory(prefix="paring-text-") as top:
        texts = os.path.join(top, "text")
        made_of = data.general_text(texts)
        print(f"General text: {made_of}." if made_of else "General text: none; wordnet-base and dict-gcide are not installed.")
        for name, mark in (("clinc150", clinc), ("banking77", banking), ("parakqc", parakqc)):
            rows = data.labelled(name)
            if rows:
                mark(paring, rows, texts if made_of else None)
                if name == "clinc150":
                    hidden(paring, rows)
            else:
                heading(f"{name}: skipped, there is no {os.path.join(data.FOLDER, name)} (DATA=FOLDER names another place)")
    if retrieval.is_there():
        welfare(paring)
        quoted(paring)
    else:
        heading(f"retrieval: skipped, there is no {retrieval.SET}")
    sample(paring, "insurance-ko", True)
    sample(paring, "insurance-en", False)


if __name__ == "__main__":
    main(sys.argv[1])
