"""Rows in and out: dry runs, round trips, edits, and nothing taken when something is wrong."""
import io
import json
import os
import sqlite3
import tarfile

from paring import (KINDS, SMALL_EXAMPLES, SMALL_FACTS, Bot, csv_of, fill, rows_of, run, small_examples, test)


def counts(result):
    report = result.json()
    return report["new"], report["changed"], report["unchanged"], report["refused"]


@test
def a_dry_run_changes_nothing_and_tells_rows_by_line(bot):
    fill(bot)
    before = bot.content()
    edited = SMALL_FACTS.replace("5.1", "5.2") + "max_age,80,세,2025-01-01,,notice\n"
    path = bot.write("facts.csv", edited)
    result = bot.run("import", "--dry-run", path)
    for line in (f"{path}:2: facts: 1 unchanged", f"{path}:3: facts: 1 changed", f"{path}:4: facts: 1 new"):
        assert line in result.out, result
    assert "nothing was changed" in result.out
    assert counts(bot.run("import", "--dry-run", "--json", path)) == (1, 1, 1, 0)
    assert bot.content() == before
    assert counts(bot.run("import", "--json", path)) == (1, 1, 1, 0)
    assert bot.content() != before


def round_trip(sample):
    with Bot(sample) as bot, Bot() as copy:
        exports = bot.content()
        files = []
        for number, (kind, content) in enumerate(exports.items()):
            assert content.endswith(b"\n"), kind
            path = bot.write(f"cases-{number}.csv" if kind == "examples" else f"{number}.csv", content)
            files.append(path)
            new, changed, same, refused = counts(bot.run("import", "--json", path))
            assert (new, changed, refused) == (0, 0, 0) and same == len(rows_of(content.decode())), kind
        assert bot.content() == exports
        copy.run("import", *files)
        assert copy.content() == exports


@test
def an_exported_korean_sample_comes_back_byte_for_byte():
    round_trip("insurance-ko")


@test
def an_exported_english_sample_comes_back_byte_for_byte():
    round_trip("insurance-en")


@test
def json_lines_come_back_byte_for_byte(bot):
    fill(bot)
    before = bot.content()
    for kind in KINDS:
        path = os.path.join(bot.folder, f"{kind}.jsonl")
        bot.run("export", kind, "--out", path)
        if os.path.getsize(path) == 0:
            continue
        other = os.path.join(bot.folder, "x.jsonl")
        os.rename(path, other)
        report = bot.run("import", "--json", other).json()
        assert (report["new"], report["changed"], report["refused"]) == (0, 0, 0), kind
        assert report["kinds"][kind]["unchanged"] == report["unchanged"] > 0, kind
    assert bot.content() == before


@test
def export_out_writes_what_export_prints(bot):
    fill(bot)
    path = os.path.join(bot.folder, "out.csv")
    bot.run("export", "answers", "--out", path)
    with open(path, "rb") as file:
        content = file.read()
    assert content == bot.export("answers")
    assert bot.run("export", "answers", "--bom").bytes == b"\xef\xbb\xbf" + content
    bot.take("bom.csv", b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert bot.export("answers") == content


@test
def an_edited_row_keeps_its_id(bot):
    fill(bot)
    rows = rows_of(bot.export("examples").decode())
    rows[0]["text"] += " (급해요)"
    assert counts(bot.take("edited.csv", csv_of(rows), "--json")) == (0, 1, len(rows) - 1, 0)
    after = {row["id"]: row["text"] for row in rows_of(bot.export("examples").decode())}
    assert after == {row["id"]: row["text"] for row in rows}


@test
def category_and_label_may_stand_for_intent(bot):
    for header in ("text,category", "text,label", "label,text"):
        cells = "greet,hello" if header.startswith("label") else "hello,greet"
        bot.take("rows.csv", f"{header}\n{cells} {header[-4:]}\n" if header.endswith("text") else f"{header}\n{cells}\n", "--as", "examples")
    assert b"greet" in bot.export("intents")
    assert {row["intent"] for row in rows_of(bot.export("examples").decode())} == {"greet"}


@test
def split_sends_rows_to_the_cases(bot):
    bot.take("rows.csv", "text,intent,split\nhello,greet,train\nhi,greet,\nhey there,greet,eval\n")
    assert [row["text"] for row in rows_of(bot.export("examples").decode())] == ["hello", "hi"]
    assert [row["text"] for row in rows_of(bot.export("cases").decode())] == ["hey there"]


@test
def exported_cases_stay_cases_under_any_name(bot):
    bot.take("rows.csv", "text,intent,split\nhello,greet,train\nhey there,greet,eval\n")
    before = bot.content()
    assert before["cases"].splitlines()[0].endswith(b",split") and b",eval\n" in before["cases"]
    for name, kind in (("x.csv", "cases"), ("examples.csv", "cases"), ("cases.csv", "examples")):
        report = bot.take(name, before[kind], "--json").json()
        assert report["kinds"][kind]["unchanged"] == report["unchanged"] == 1 and report["new"] == 0, (name, report)
        assert report["columns_not_used"] == "", report
        with Bot() as copy:
            copy.take(name, before[kind])
            assert copy.export(kind) == before[kind]
    assert bot.content() == before
    bot.take("x.csv", before["examples"], "--as", "cases", status=3, says=r"x\.csv:2: split is train")


@test
def an_export_of_nothing_imports_as_nothing(bot):
    before = bot.content()
    for kind, content in before.items():
        assert bot.take("x.csv", content).out == "no rows\n", kind
    assert bot.content() == before


@test
def answers_that_cannot_be_given_are_warned_of(bot):
    fill(bot)
    rows = "id,intent,condition,text\n" + "".join(f"bad-{i},greet,,{{{{fact:nosuchfact}}}}\n" for i in range(7))
    for options in (["--dry-run"], []):
        result = bot.take("answers.csv", rows, *options)
        lines = result.err.splitlines()
        assert len(lines) == 6 and lines[0].startswith("answer bad-0: ") and "nosuchfact" in lines[0], result
        assert lines[4].endswith("; paring check tells all") and lines[5].startswith("2 more"), result
    assert bot.take("facts.csv", SMALL_FACTS).err == ""


@test
def standard_input_is_a_file_too(bot):
    result = bot.run("import", "-", "--json", input=SMALL_EXAMPLES)
    assert counts(result)[0] == len(small_examples())
    bot.run("import", "-", "--as", "facts", input='{"name":"age","value":"80","unit":"세"}\n')
    assert b"age" in bot.export("facts")


@test
def out_of_scope_is_no_intent(bot):
    fill(bot)
    assert b"out_of_scope" not in bot.export("intents") and b"out_of_scope" in bot.export("examples")


@test
def one_refused_row_and_no_file_is_taken(bot):
    good = bot.write("good.csv", SMALL_EXAMPLES)
    bad = bot.write("bad.csv", "name,value,unit,effective_from\nage,80,,2026-01-01\nrate,3,%,2026-13-01\n")
    bot.run("import", good, bad, status=3, says=r"bad\.csv:3: ")
    assert all(len(rows_of(content.decode())) == 0 for content in bot.content().values())
    report = json.loads(bot.run("import", "--json", good, bad, status=3).out)
    assert report["refused"] == 1 and report["refusals"][0]["line"] == 3 and not report["imported"], report


@test
def what_an_edit_replaced_is_kept(bot):
    fill(bot)
    bot.take("facts.csv", SMALL_FACTS.replace("5.1", "5.2"))
    with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
        before = db.execute("SELECT revision, content FROM revisions WHERE kind = 'facts'").fetchall()
        now = db.execute("SELECT revision, value FROM facts ORDER BY value").fetchall()
    assert [revision for revision, content in before if '"5.1"' in content] == [1], before
    assert now == [(1, "4.5"), (2, "5.2")], now


@test
def a_backup_is_a_whole_bot(bot):
    fill(bot)
    bot.go_live()
    bot.ask("해지 신청 궁금해요")
    path = os.path.join(bot.folder, "backup.tar")
    assert bot.run("backup", "--json", path).json()["bytes"] == os.path.getsize(path)
    bot.run("backup", path, status=2, says="exists")
    with Bot(makes=False) as other:
        with tarfile.open(path) as tar:
            tar.extractall(other.path)
        assert other.fingerprint() == bot.fingerprint()
        assert other.ask("해지 신청 궁금해요")["reply"] == bot.ask("해지 신청 궁금해요")["reply"]
