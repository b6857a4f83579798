"""What goes wrong at a terminal, and whether the sentence says what it was."""
import json
import os
import re
import subprocess

import paring
from paring import SMALL_ANSWERS, SMALL_EXAMPLES, Bot, Skip, csv_of, fill, rows_of, run, test

NOBODY = 65534


def as_nobody(bot, *arguments, status=4, says="Permission denied"):
    """A command by somebody whom permissions hold."""
    binary = bot.write("paring", open(paring.BINARY, "rb").read())
    os.chmod(binary, 0o755)
    os.chmod(bot.folder, 0o755)
    more = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    return run(*arguments, "--bot", bot.path, binary=binary, status=status, says=says, **more)


@test
def a_folder_that_may_not_be_read_is_told_so(bot):
    fill(bot)
    bot.go_live()
    for mode in (0o000, 0o600):
        os.chmod(bot.path, mode)
        try:
            for command in (["ask", "hi"], ["chat"], ["eval"], ["classify"], ["train"], ["check"], ["config"], ["release", "list"],
                            ["export", "facts"], ["import", "x.csv"]):
                result = as_nobody(bot, *command)
                assert bot.path in result.err, result
        finally:
            os.chmod(bot.path, 0o755)


@test
def a_dry_run_needs_no_folder_it_may_write(bot):
    fill(bot)
    rows = bot.write("more.csv", "text,intent\na new message altogether,greet\n")
    os.chmod(rows, 0o644)
    names = [os.path.join(bot.path, name) for name in os.listdir(bot.path)]
    before = open(os.path.join(bot.path, "content.db"), "rb").read()
    for name in names:
        os.chmod(name, 0o444)
    os.chmod(bot.path, 0o555)
    try:
        result = as_nobody(bot, "import", "--dry-run", rows, status=0, says=None)
        assert "1 new" in result.out and "dry run: nothing was changed" in result.out, result
        as_nobody(bot, "import", rows, says="may not write it, or its folder")
    finally:
        os.chmod(bot.path, 0o755)
    assert open(os.path.join(bot.path, "content.db"), "rb").read() == before
    assert bot.run("import", "--dry-run", rows).out == result.out


@test
def a_bot_that_is_a_file_is_told_so():
    with Bot(makes=False) as bot:
        bot.write("bot", "a file")
        for command in (["ask", "hi"], ["chat"], ["eval"], ["classify"], ["train"], ["check"], ["config"], ["release", "list"],
                        ["export", "facts"], ["import", "x.csv"], ["explain", "x"], ["backup", "b.tar"]):
            bot.run(*command, status=3, says="not a folder|no bot")


@test
def a_bot_without_a_release_says_train(bot):
    for command in (["ask", "hi"], ["chat"], ["eval"], ["classify"], ["release", "verify"]):
        bot.run(*command, status=3, says="no release yet: run paring train")


@test
def a_current_that_names_no_release_exits_4(bot):
    fill(bot)
    bot.go_live()
    bot.write("bot/current", "7\n")
    for command in (["ask", "hi"], ["chat"]):
        bot.run(*command, status=4, says="current: names release 7, which is not there: run paring release activate")


@test
def a_line_that_is_too_long_is_told_so_in_chat(bot):
    fill(bot)
    bot.go_live()
    for text in ("가" * 2700, "가" * 3000, "x" * 8001, "가" * 2001):
        result = bot.run("chat", input=text + "\n해지 신청 궁금해요\n")
        assert re.search(r"longer than .*2,?000", result.err) and "UTF-8" not in result.err, result
        assert "해지" in result.out, result
    first, second = bot.run("chat", "--json", input="x" * 9000 + "\n해지 신청 궁금해요\n").lines()
    assert first["error"]["code"] == "limit" and second["reply"]["text"]


@test
def training_exits_1_when_its_content_keeps_it_from_going_live(bot):
    fill(bot)
    bot.take("answers.csv", "id,intent,condition,text\noffice_hours-1,office_hours,,{{fact:nosuchfact}}입니다.\n")
    result = bot.run("train", status=1, says="no release is live: release 1 is not fit to go live: .*office_hours")
    assert re.search(r"\b[0-9a-f]{64}\n$", result.out), result
    assert bot.run("train", "--json", status=1).json()["active"] is False
    fill(bot)
    assert "Release 2 is now active" in bot.run("train").out
    bot.take("facts.csv", "name,value,unit\nage,80,세\n")
    assert "Release 2 is active" in bot.run("train").out  # to wait is the owner's choice


@test
def a_bot_of_examples_alone_trains_and_says_that_none_is_live(bot):
    bot.take("examples.csv", SMALL_EXAMPLES)
    assert "No release is live" in bot.run("train").out


@test
def a_bot_too_small_to_test_says_so(bot):
    bot.take("rows.csv", "text,intent\nhello,greet\nbye,leave\n")
    out = bot.run("train").out
    assert "No rows were left to test on: add evaluation cases, or at least 5 examples for each intent." in out, out
    assert "surest" not in out and "of 0 held-out" not in out and "accuracy" not in out, out


@test
def answers_that_tie_are_told_by_check(bot):
    fill(bot)
    def overlaps():
        told = bot.run("check", "--json", status=None).json()["faults"]
        return {tuple(row["id"] for row in f["rows"]): f["text"] for f in told if f["kind"] == "answers_overlap"}
    assert not overlaps()
    header = "id,intent,condition,channel,language,effective_from,effective_to,text\n"
    rows = ["office_hours-0,office_hours,,,,,,하나", "cancel_policy-2,cancel_policy,,,,2026-01-01,,나중",
            "claim_documents-2,claim_documents,,kakao,,,,카카오", "loan_rate-3,loan_rate,has(slot:amount) ,,,,2020-01-01,옛날"]
    bot.take("more.csv", header + "\n".join(rows) + "\n")
    told = overlaps()
    assert set(told) == {("office_hours-1", "office_hours-0"), ("cancel_policy-1", "cancel_policy-2")}, told
    assert "2026-01-01부터는" in told["cancel_policy-1", "cancel_policy-2"]


@test
def verify_says_each_thing_once(bot):
    fill(bot)
    bot.go_live()
    path = bot.release_file(1, "settings.conf")
    os.chmod(path, 0o644)
    with open(path, "a", encoding="utf-8") as file:
        file.write("\n")
    result = bot.run("release", "verify", "1", status=4, says="^1 of 1 release is not whole\n$")
    assert (result.out + result.err).count("settings.conf") == 1, result
    assert bot.run("release", "verify", "--json", status=4).json()["releases"][0]["whole"] is False
    assert bot.run("release", "verify", "99", status=3).out == ""


@test
def a_full_disk_is_called_a_full_disk():
    with Bot(makes=False) as bot:
        small = os.path.join(bot.folder, "disk")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], capture_output=True).returncode:
            raise Skip("a small disk cannot be mounted here")
        try:
            bot.path = os.path.join(small, "bot")
            bot.run("init")
            rows = "text,intent\n" + "".join(f"message number {i} that takes some room,greet\n" for i in range(20000))
            bot.take("rows.csv", rows, status=4, says="content.db: the disk is full")
            with open(os.path.join(small, "rest"), "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 512)
                except OSError:
                    pass
            for command in (["import", bot.write("one.csv", "text,intent\nhi,greet\n")], ["export", "facts"]):
                result = bot.run(*command, status=None)
                assert result.status == 0 or "disk is full" in result.err or "No space" in result.err, result
        finally:
            subprocess.run(["umount", small], check=True)


@test
def an_edited_split_moves_the_row(bot):
    fill(bot)
    rows = rows_of(bot.export("examples").decode())
    count = len(rows_of(bot.export("cases").decode()))
    rows[0]["split"] = "eval"
    assert "1 changed" in bot.take("edited.csv", csv_of(rows)).out
    assert bot.run("import", os.path.join(bot.folder, "edited.csv"), "--json").json()["changed"] == 0
    examples, cases = (rows_of(bot.export(kind).decode()) for kind in ("examples", "cases"))
    assert rows[0]["id"] not in {row["id"] for row in examples} and len(examples) == len(rows) - 1
    assert [row["text"] for row in cases if row["id"] == rows[0]["id"]] == [rows[0]["text"]] and len(cases) == count + 1
    for split, kind in (("train", "examples"), ("eval", "cases"), ("train", "examples")):
        rows[0]["split"] = split
        rows[0]["language"] = "ko" if split == "train" else ""
        bot.take("edited.csv", csv_of(rows))
        assert rows[0]["id"] in {row["id"] for row in rows_of(bot.export(kind).decode())}
    twice = [{**rows[0], "split": split} for split in ("train", "eval")]
    bot.take("twice.csv", csv_of(twice), status=3, says="twice.csv:3: an earlier row")
    bot.take("dry.csv", csv_of(twice[1:]), "--dry-run")
    assert rows[0]["id"] in {row["id"] for row in rows_of(bot.export("examples").decode())}


@test
def the_same_id_in_both_sets_is_two_rows(bot):
    bot.take("a.csv", "id,text,intent,split\n1,hello,greet,train\n")
    bot.take("b.csv", "id,text,intent,split\n1,hi there,greet,eval\n")
    assert len(rows_of(bot.export("examples").decode())) == len(rows_of(bot.export("cases").decode())) == 1


@test
def a_header_alone_is_no_rows_and_a_warning(bot):
    result = bot.take("rows.csv", "text,intent\n")
    assert result.out == "no rows\n" and result.err.endswith("rows.csv: only a header, no rows\n"), result
    assert bot.run("import", "--json", os.path.join(bot.folder, "rows.csv")).json()["files_without_rows"] == 1


@test
def an_export_of_nothing_imports_again(bot):
    for kind in ("examples", "answers", "entities"):
        name = os.path.join(bot.folder, kind + ".jsonl")
        bot.run("export", kind, "--out", name)
        result = bot.run("import", name)
        assert result.out == "no rows\n" and result.err.endswith(kind + ".jsonl: no rows\n"), result


@test
def every_failure_with_json_is_one_object(bot):
    for command in (["ask", "hi"], ["ask"], ["chat"], ["eval"], ["classify"], ["train"], ["release", "verify", "9"], ["release"],
                    ["explain", "x"], ["export", "recipes"], ["import", "nothing.csv"], ["import"], ["init"], ["config", "x"],
                    ["check", "--frob"], ["backup"], ["frobnicate"]):
        result = run(command[0], *command[1:], "--bot", bot.path, "--json", status=None, folder=bot.folder)
        assert result.status > 0 and result.json()["error"]["message"] in result.err, result
        assert result.json()["error"]["code"], result


@test
def a_reader_that_went_away_ends_it_quietly(bot):
    fill(bot)
    rows = "text,intent\n" + "".join(f"message {i} {'x' * 100},greet\n" for i in range(3000))
    bot.take("many.csv", rows)
    done = subprocess.run(["sh", "-c", '"$0" export examples --bot "$1" | head -n 1', paring.BINARY, bot.path], capture_output=True)
    assert done.stdout.startswith(b"id,text") and done.stderr == b"", done


@test
def a_bot_may_lie_anywhere():
    with Bot(makes=False) as bot:
        for path in ("my bot", "보험 봇", "./봇", "a#b%20?c", os.path.join(bot.folder, "whole"), "slash/", "../" + os.path.basename(bot.folder) + "/up"):
            def call(command, *arguments):
                return run(command, "--bot", path, *arguments, folder=bot.folder)

            call("init")
            files = [bot.write("examples.csv", SMALL_EXAMPLES), bot.write("answers.csv", SMALL_ANSWERS.replace("{{fact:loan_rate}}", "4")
                     .replace("has(slot:amount)", "").replace("{{slot:amount}}", "").replace("{{= floor(slot:amount * fact:loan_rate / 12)}}", ""))]
            call("import", *files)
            call("train")
            assert "해지" in json.loads(call("ask", "--json", "해지 신청 궁금해요").out)["reply"]["text"]


@test
def an_unknown_command_names_one_like_it():
    for wrong, right in (("trian", "train"), ("relaese", "release"), ("evla", "eval"), ("clasify", "classify"), ("improt", "import"),
                         ("aks", "ask"), ("chek", "check"), ("cofnig", "config"), ("hcat", "chat")):
        run(wrong, status=2, says=f'there is "{right}"')
