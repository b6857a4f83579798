"""What people and disks do wrong. In each: one clear sentence, the right exit code, the bot as it was."""
import os
import re
import shutil

from paring import Bot, SMALL_EXAMPLES, SMALL_INTENTS, Skip, fill, is_sanitized, rows_of, run, small_examples, csv_of, test

MEGABYTES_50 = 50 * 1024 * 1024


def refuses(bot, name, content, says, status=3, options=()):
    """Importing it fails with that sentence and changes nothing."""
    before = bot.fingerprint()
    result = bot.take(name, content, *options, status=status, says=says)
    assert len(result.err.splitlines()[0]) < 600, result
    assert bot.fingerprint() == before
    return result


@test
def csv_that_is_not_utf8_is_refused_with_its_line(bot):
    fill(bot)
    rows = "text,intent\n안녕하세요,greet\n보험금 청구,claim\n"
    refuses(bot, "rows.csv", rows.encode("euc-kr"), r"rows\.csv:2: .*UTF-8")
    refuses(bot, "rows.csv", b"text,intent\nfine,greet\nlatin \xe9,greet\n", r"rows\.csv:3: .*UTF-8")
    refuses(bot, "rows.csv", rows.encode("utf-16"), r"rows\.csv:1: ")


@test
def a_quote_that_is_never_closed_is_refused_with_its_line(bot):
    fill(bot)
    refuses(bot, "rows.csv", 'text,intent\nfine,greet\n"never closed,greet\nmore,greet\n', r"rows\.csv:3: .*quot")
    refuses(bot, "rows.csv", 'text,intent\n"closed"too early,greet\n', r"rows\.csv:2: ")


@test
def missing_and_repeated_columns_are_refused(bot):
    fill(bot)
    refuses(bot, "rows.csv", "text,mood\nhello,good\n", r"rows\.csv(:1)?: ")
    refuses(bot, "rows.csv", "text\nhello\n", "intent", options=["--as", "examples"])
    refuses(bot, "rows.csv", "text,intent,text\na,b,c\n", r"rows\.csv:1: .*text")
    refuses(bot, "rows.csv", "text,intent\nonly one field\n", r"rows\.csv:2: ")
    refuses(bot, "rows.csv", "text,intent\na,b,c,d\n", r"rows\.csv:2: ")


@test
def an_empty_field_that_must_be_there_is_refused(bot):
    fill(bot)
    refuses(bot, "rows.csv", "text,intent\nhello,\n", r"rows\.csv:2: .*intent")
    refuses(bot, "rows.csv", "text,intent\n ,greet\n", r"rows\.csv:2: .*text")


@test
def fifty_megabytes_in_one_field_are_refused(bot):
    fill(bot)
    refuses(bot, "rows.csv", b'text,intent\n"' + b"x" * MEGABYTES_50 + b'",greet\n', r"rows\.csv:2: ")
    refuses(bot, "rows.jsonl", b'{"text":"' + b"x" * MEGABYTES_50 + b'","intent":"greet"}\n', r"rows\.jsonl:1: ")
    refuses(bot, "rows.csv", b"x" * MEGABYTES_50, r"rows\.csv:1: ")


@test
def an_empty_file_is_refused(bot):
    fill(bot)
    refuses(bot, "rows.csv", "", r"rows\.csv:1: ")
    refuses(bot, "rows.json", "", r"rows\.json:1: the file is empty")


@test
def wrong_json_lines_are_refused_with_their_line(bot):
    fill(bot)
    good = '{"text":"hello","intent":"greet"}\n'
    refuses(bot, "rows.jsonl", good + "{not json}\n", r"rows\.jsonl:2: ")
    refuses(bot, "rows.jsonl", good + '{"text":["a"],"intent":"greet"}\n', r"rows\.jsonl:2: .*text")
    refuses(bot, "rows.jsonl", good + '{"text":"a","text":"b","intent":"greet"}\n', r"rows\.jsonl:2: ")
    refuses(bot, "rows.jsonl", good + '[1,2]\n', r"rows\.jsonl:2: ")
    refuses(bot, "rows.jsonl", good + '{"text":"' + "[" * 100 + "\n", r"rows\.jsonl:2: ")


@test
def control_characters_and_overlong_messages_are_refused(bot):
    fill(bot)
    refuses(bot, "rows.csv", b"text,intent\nbell \x07,greet\n", r"rows\.csv:2: ")
    refuses(bot, "rows.csv", b"text,intent\nnul \x00,greet\n", r"rows\.csv:2: ")
    refuses(bot, "rows.csv", "text,intent\n" + "가" * 2001 + ",greet\n", r"rows\.csv:2: .*2,?000")
    bot.take("rows.csv", "text,intent\n" + "가" * 2000 + ",greet\n")


@test
def a_file_that_is_not_there_or_is_a_folder_is_refused(bot):
    before = bot.fingerprint()
    bot.run("import", "nothing.csv", status=3, says="nothing.csv")
    bot.run("import", ".", status=3)
    assert bot.fingerprint() == before


@test
def wrong_answers_facts_and_slots_are_refused(bot):
    fill(bot)
    refuses(bot, "facts.csv", "name,value,effective_from\nage,80,yesterday\n", r"facts\.csv:2: .*effective_from")
    refuses(bot, "slots.csv", "name,type,question\nage,integer,?\n", r"slots\.csv:2: ")
    refuses(bot, "intents.csv", "name,title,policy\na,A,sometimes\n", r"intents\.csv:2: ")


@test
def an_answer_that_cannot_be_rendered_is_found_and_never_goes_live(bot):
    fill(bot)
    bad = "id,intent,condition,text\noffice_hours-1,office_hours,,{{fact:nosuchfact}}입니다.\n"
    result = bot.take("answers.csv", bad, status=None)
    if result.status == 3:  # refused at once is as good
        return
    assert result.status == 0, result
    assert "nosuchfact" in bot.run("check", status=1).out
    bot.train(status=None)
    if bot.releases():
        bot.run("release", "activate", bot.releases()[-1], status=1, says="office_hours|nosuchfact")


@test
def an_intent_with_one_example_trains_and_is_reported(bot):
    fill(bot)
    bot.take("rows.csv", "text,intent\n단 하나뿐인 예문,lonely\n")
    bot.train(status=1)
    assert "lonely" in bot.run("check", status=None).out


@test
def two_intents_with_the_same_example_are_reported(bot):
    fill(bot)
    text = small_examples()[0]["text"]
    result = bot.take("rows.csv", f"text,intent\n{text},cancel_policy\n", status=None)
    assert result.status in (0, 3), result
    if result.status == 0:
        bot.train()
        told = bot.run("check", status=None).out
        assert text in told and "claim_documents" in told and "cancel_policy" in told


@test
def a_bot_without_examples_does_not_train(bot):
    before = bot.fingerprint()
    bot.run("train", status=3, says="example")
    bot.take("intents.csv", SMALL_INTENTS)
    bot.run("train", status=3, says="example")
    bot.take("rows.csv", "text,intent\nhello,greet\nhi,greet\n")
    bot.run("train", status=None)
    assert bot.fingerprint()[2] == before[2]


@test
def a_truncated_or_edited_release_is_refused(bot):
    fill(bot)
    bot.go_live()
    for name in ("model.bin", "scripts.jsonl", "settings.conf", "MANIFEST"):
        path = bot.release_file(1, name)
        with open(path, "rb") as file:
            whole = file.read()
        for damaged in (whole[:len(whole) // 2], b"", whole[:-1], flipped(whole, len(whole) // 2), flipped(whole, 0), whole + b"\n"):
            overwrite(path, damaged)
            result = bot.run("ask", "해지", status=None)
            assert result.status == 4, (name, len(whole), len(damaged), result)
            assert re.search(r"MANIFEST|model|scripts|settings", result.err), result
            bot.run("release", "verify", "1", status=4)
            if name == "model.bin":
                bot.run("classify", input="해지\n", status=4)
        os.chmod(os.path.dirname(path), 0o755)
        os.unlink(path)
        bot.run("ask", "해지", status=None)
        bot.run("release", "verify", "1", status=None)
        assert bot.run("ask", "해지", status=None).status in (3, 4)
        overwrite(path, whole)
    bot.run("release", "verify", "1")
    bot.ask("해지")


@test
def a_damaged_database_or_current_is_refused(bot):
    fill(bot)
    bot.go_live()
    overwrite(os.path.join(bot.path, "current"), b"seven\n")
    assert bot.run("ask", "해지", status=None).status in (3, 4)
    overwrite(os.path.join(bot.path, "current"), b"../../etc\n")
    assert bot.run("ask", "해지", status=None).status in (3, 4)
    overwrite(os.path.join(bot.path, "content.db"), b"this is no database at all, but a text of some length" * 100)
    assert bot.run("export", "facts", status=None).status == 4
    assert bot.run("train", status=None).status == 4


@test
def bad_messages_are_refused(bot):
    fill(bot)
    bot.go_live()
    bot.run("ask", "--", b"\xff\xfe", status=3)
    bot.run("ask", "--", "가" * 2001, status=3)
    lines = bot.run("classify", input=b"fine\n\xff\xfe\n\n" + "해지할래요\n".encode()).lines()
    assert len(lines) == 4, lines


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1:]


def overwrite(path, content):
    if os.path.exists(path):
        os.chmod(path, 0o644)
    with open(path, "wb") as file:
        file.write(content)
