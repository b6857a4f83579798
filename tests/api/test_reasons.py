"""Why the bot did what it did is kept in English, clause by clause. The console says each clause in the reader's language: here every clause
that the source can write is looked for among the console's words."""
import glob
import os
import re

from paring import test

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def source(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def calls(text, name):
    """The inside of every call, up to its own closing bracket, with neighbouring literals made one."""
    for found in re.finditer(rf"\b{name}\((?!char )", text):
        depth, at = 1, found.end()
        while depth:
            depth += (text[at] == "(") - (text[at] == ")")
            at += 1
        yield re.sub(r'"\s*\n?\s*"', "", text[found.end():at - 1])


def reasons():
    """What is added to a reason, and what stands for its %s."""
    found = set()
    for path in glob.glob(os.path.join(ROOT, "bot", "*.c")):
        for inside in calls(source(os.path.relpath(path, ROOT)), "reason_add"):
            if re.match(r"\S*(because|reason)\b", inside):
                found.update(TEXT.findall(inside))
    assert len(found) > 50, "reason_add is written in another way now"
    conversation, facts = source("bot/conversation.c"), source("bot/book_facts.c")
    words = TEXT.findall(re.search(r"says_little\(const.*?\n}", conversation, re.S).group())
    assert len(words) == 4, words
    words = TEXT.findall(re.search(r"choice_reason\(const.*?\n}", source("responses/answers.c"), re.S).group())
    assert len(words) == 9, words
    found.update(words, re.findall(r'why_chosen = "([^"]+)"', source("responses/answers.c")))
    found.update(TEXT.findall(re.search(r"says_little\(const.*?\n}", conversation, re.S).group()), re.findall(r'trouble = "([^"]+)"', facts))
    for path, table in (("fallback/outcome.c", r"names\[\w*\] = \{(.*?)\};"), ("fallback/selection.c", r"names\[\w*\] = \{(.*?)\};"),
                        ("fallback/guard.c", r"names\[\] = \{(.*?)\};")):
        words = TEXT.findall(re.search(table, source(path), re.S).group(1))
        assert len(words) > 5, path
        found.update(words)
    selector = source("bot/selector.c")
    for name in ("word_put", "snprintf"):
        found.update(text for inside in calls(selector, name) if name == "word_put" or "evidence->why" in inside for text in TEXT.findall(inside))
    return found


def clauses(reason):
    for clause in re.split(r" → |, |; ", reason):
        if re.search(r"[a-z]", re.sub(r"%(\.\*s|\.2f|zu|[sd])", "", clause)):
            yield clause.strip()


@test
def every_reason_has_words_in_korean():
    words = dict(re.findall(r'^  (?:"(.*?)"|\w+): \{ ko: "(.*?)", en: ".+?"', source("console/src/staff/reasons.ts"), re.M))
    bare = re.findall(r'^  (\w+): \{ ko: "', source("console/src/staff/reasons.ts"), re.M)
    known = set(words) | set(bare)
    missing = sorted(clause for reason in reasons() for clause in clauses(reason) if not {clause, clause.removesuffix("%s")} & known and clause != "again")
    assert not missing, f"console/src/staff/reasons.ts has no words for {missing}"
    korean = [key for key, text in words.items() if key and not re.search("[가-힣]", text)]
    assert not korean, korean
