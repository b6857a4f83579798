"""What is measured on: labelled sets that lie beside the project and are never part of it, general text from Debian's dictionaries, and a
made-up table as large as a big company's. All of it is the same on every machine."""
import csv
import glob
import gzip
import os
import random
import re

OUT_OF_SCOPE = "out_of_scope"
FOLDER = os.environ.get("DATA", "../shared/data")
WORDNET, GCIDE = "/usr/share/wordnet/data.*", "/usr/share/dictd/gcide.dict.dz"


def rows_read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


def rows_write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["text", "intent"])
        writer.writerows(rows)


def lines_write(path, rows):
    """The messages alone, one a line."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(" ".join(text.split()) + "\n" for text, _ in rows)


def held_out(rows, every=10):
    """Rows to train on and rows to be marked on, for a set that has no validation part: every tenth row of each intent, in file order."""
    seen, train, validation = {}, [], []
    for text, intent in rows:
        seen[intent] = seen.get(intent, 0) + 1
        (train if seen[intent] % every else validation).append((text, intent))
    return train, validation


def labelled(name):
    """(train, validation) of a set, or None where it is not there."""
    train, validation = (os.path.join(FOLDER, name, part) for part in ("train.csv", "validation.csv"))
    if not os.path.exists(train):
        return None
    return (rows_read(train), rows_read(validation)) if os.path.exists(validation) else held_out(rows_read(train))


def wordnet_glosses():
    for path in sorted(glob.glob(WORDNET)):
        with open(path, encoding="utf-8", errors="replace") as file:
            yield from (line.split(" | ", 1)[1].strip() for line in file if " | " in line)


def gcide_entries():
    """Webster's 1913 as running text, without tags in brackets, signs of markup, and the names after quotations."""
    with gzip.open(GCIDE, "rt", encoding="utf-8", errors="replace") as file:
        return re.sub(r"\[[^\]\n]*\]|--[A-Z][\w. ]*\.?$|[{}\\*]", "", file.read(), flags=re.M)


def general_text(folder):
    """Fills the folder for `train --text`; the names of what it is made from, or None where the dictionaries are not installed."""
    glosses = "\n\n".join(wordnet_glosses())
    if not glosses or not os.path.exists(GCIDE):
        return None
    os.makedirs(folder)
    for name, text in (("wordnet.txt", glosses), ("gcide.txt", gcide_entries())):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return "WordNet's glosses and GCIDE"


def made_up(rows, intents, seed=20261123):
    """A table that nobody wrote. Ten intents share a topic; a message mixes words of its intent (three in ten), its topic and everyday
    ones, so that some messages hold nothing of their own. random() alone is used: it is the same in every version of Python."""
    dice = random.Random(seed)
    pick = lambda items: items[int(dice.random() * len(items))]
    syllables = [a + b for a in "bdfghjklmnprstvz" for b in "aeiou"]
    words = sorted({"".join(pick(syllables) for _ in range(2 + int(dice.random() * 3))) for _ in range(24000)})
    everyday = [pick(words) for _ in range(2000)]
    topics = [[pick(words) for _ in range(30)] for _ in range(intents // 10 + 1)]
    own = [[pick(words) for _ in range(12)] for _ in range(intents)]

    def word(intent):
        die = dice.random()
        if die < 0.30:
            return pick(own[intent])
        return pick(topics[intent // 10]) if die < 0.55 else everyday[int(2000 ** dice.random()) - 1]

    return [(" ".join(word(i % intents) for _ in range(5 + int(dice.random() * 8))), f"intent_{i % intents:04d}") for i in range(rows)]
