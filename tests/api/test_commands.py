"""What every command does alike: exit codes, help, options, settings, closed and full outputs."""
import os
import re
import subprocess

import paring
from paring import COMMANDS, SMALL_EXAMPLES, Bot, fill, run, test

MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../cli/paring.1")


@test
def without_a_command_it_lists_them_and_exits_2():
    result = run(status=2)
    assert all(command in result.out for command in COMMANDS), result


@test
def help_of_every_command_exits_0():
    listing = run("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", listing, re.M), command
        text = run(command, "--help").out
        assert text.startswith(f"usage: paring {command}") and "--bot DIR" in text, text
        assert run("help", command).out == text


@test
def an_unknown_command_exits_2_and_names_one_like_it():
    run("frobnicate", status=2, says="no command \"frobnicate\"")
    run("exprot", status=2, says="there is \"export\"")
    run("--bot", "x", status=2, says="command comes first")


@test
def an_unknown_option_exits_2(bot):
    for command in COMMANDS:
        bot.run(command, "--frobnicate", status=2, says="--frobnicate")


@test
def a_missing_or_unwanted_value_exits_2(bot):
    bot.run("export", "facts", "--out", status=2, says="--out needs a value")
    bot.run("release", "activate", "1", "--override", "--json", status=2, says="--override needs a value")
    bot.run("import", "--dry-run=yes", "x.csv", status=2, says="takes no value")
    bot.run("ask", "--release", "zero", "hello", status=2)
    bot.run("ask", "--as-of", "2026-02-30", "hello", status=2)
    bot.run("export", "recipes", status=2, says="recipes")
    bot.run("export", status=2)
    bot.run("import", status=2)
    bot.run("release", "activate", status=2)
    bot.run("release", "frobnicate", status=2)


@test
def a_value_may_follow_an_equals_sign(bot):
    fill(bot)
    result = run("export", f"--bot={bot.path}", "facts")
    assert result.bytes == bot.export("facts") and b"loan_rate" in result.bytes


@test
def two_dashes_end_the_options(bot):
    bot.run("export", "--", "--out", status=2, says="--out.* is no kind")


@test
def a_bot_that_does_not_exist_exits_3():
    with Bot(makes=False) as bot:
        for command in (["export", "facts"], ["train"], ["release", "list"], ["eval"], ["ask", "hello"], ["chat"],
                        ["explain", "x"], ["classify"], ["check"], ["config"], ["backup", "x.tar"]):
            bot.run(*command, status=3, says="bot")
        assert not os.path.exists(bot.path)


@test
def without_an_active_release_ask_exits_3(bot):
    bot.take("examples.csv", SMALL_EXAMPLES)
    bot.run("ask", "hello", status=3, says="release")
    bot.train()  # and there are no answers, so it does not go live
    bot.run("ask", "hello", status=3, says="activate")


@test
def an_unknown_turn_or_release_exits_3(bot):
    fill(bot)
    bot.go_live()
    bot.run("explain", "nosuchturn", status=3)
    bot.run("release", "verify", "99", status=3)
    bot.run("release", "activate", "99", status=3)
    bot.run("eval", "--release", "99", status=3)


@test
def init_twice_exits_2_and_leaves_the_bot(bot):
    fill(bot)
    before = bot.fingerprint()
    bot.run("init", status=2, says="already")
    bot.run("init", "--sample", "insurance-en", status=2, says="already")
    assert bot.fingerprint() == before


@test
def init_in_a_folder_with_files_exits_2():
    with Bot(makes=False) as bot:
        os.mkdir(bot.path)
        bot.write("bot/notes.txt", "mine")
        bot.run("init", status=2)
        assert os.listdir(bot.path) == ["notes.txt"]


@test
def init_knows_its_samples():
    with Bot(makes=False) as bot:
        bot.run("init", "--sample", "bakery", status=2, says="insurance-ko")
        assert not os.path.exists(bot.path)


@test
def every_command_with_json_prints_one_object(bot):
    fill(bot)
    bot.run("train", "--json").json()
    bot.run("release", "activate", "1", "--json").json()
    bot.run("check", "--json", status=None).json()
    for command in (["release", "list"], ["release", "verify"], ["release", "diff", "1", "1"], ["eval"], ["config"],
                    ["ask", "해지"], ["backup", "b.tar"], ["export", "facts", "--out", "f.csv"],
                    ["import", bot.write("facts.csv", bot.export("facts"))]):
        bot.run(*command, "--json").json()
    turn = bot.ask("해지 신청 궁금해요")["turn"]
    bot.run("explain", turn, "--json").json()
    with Bot(makes=False) as other:
        assert other.run("init", "--json").json()["bot"] == other.path


@test
def settings_come_from_flags_then_environment_then_file_then_default(bot):
    def setting(name, *options, **more):
        return bot.run("config", "--json", *options, **more).json()[name]

    bot.write("bot/bot.conf", "# mine\nwrong_budget = 0.03\n")
    assert setting("clarify_choices")["source"] == "default"
    assert setting("wrong_budget") == {**setting("wrong_budget"), "value": "0.03", "source": "bot.conf:2"}
    assert setting("wrong_budget", env={"PARING_WRONG_BUDGET": "0.04"})["value"] == "0.04"
    assert setting("wrong_budget", "--set", "wrong_budget=0.05", env={"PARING_WRONG_BUDGET": "0.04"})["value"] == "0.05"


@test
def a_wrong_setting_stops_the_start_and_says_where(bot):
    bot.write("bot/bot.conf", "language = ko\nwrong_bugdet = 0.03\n")
    bot.run("config", status=3, says=r"bot\.conf:2: .*wrong_bugdet")
    bot.write("bot/bot.conf", "wrong_budget = 3\n")
    bot.run("config", status=3, says=r"bot\.conf:1: wrong_budget")
    bot.write("bot/bot.conf", "")
    bot.run("config", "--set", "frob=1", status=2, says="frob")
    bot.run("config", env={"PARING_CLARIFY_CHOICES": "99"}, status=3, says="PARING_CLARIFY_CHOICES")


@test
def a_full_standard_output_exits_4(bot):
    fill(bot)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([paring.BINARY, "export", "examples", "--bot", bot.path], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4 and b"No space" in done.stderr, done


@test
def a_closed_standard_output_exits_4(bot):
    fill(bot)
    for command in (["export", "facts", "--bot", bot.path], ["ask", "--bot", bot.path, "hello"], ["--help"]):
        done = subprocess.run(["sh", "-c", '"$0" "$@" >&-', paring.BINARY, *command], stderr=subprocess.PIPE)
        assert done.returncode == 4 and done.stderr.startswith(b"standard output is closed"), (command, done)


@test
def a_closed_standard_output_never_becomes_the_database(bot):
    fill(bot)
    before = bot.content()
    subprocess.run(["sh", "-c", '"$0" import --bot "$1" "$2" >&- 2>&- <&-', paring.BINARY, bot.path,
                    bot.write("facts.csv", bot.export("facts"))], check=False)
    assert bot.content() == before


@test
def the_manual_tells_every_command_option_setting_and_function():
    def plain(text):
        return text.replace("\\-", "-").replace("\\(dq", '"')

    with open(MANUAL, encoding="utf-8") as file:
        manual = plain(file.read())
    with Bot() as bot:
        settings = bot.run("config", "--json").json()
    for word in [*COMMANDS, *settings, *paring.KINDS]:
        assert re.search(rf"\b{word}\b", manual), word
    for command in COMMANDS:
        for option in re.findall(r"^  (--[a-z-]+)", run(command, "--help").out, re.M):
            assert option in manual, f"{command} {option}"
    source = os.path.join(os.path.dirname(MANUAL), "../responses/functions.c")
    if os.path.exists(source):
        with open(source, encoding="utf-8") as file:
            for name in re.findall(r'^ *\{"([a-z_]+)", \d', file.read(), re.M):
                assert name + "(" in manual, name
