"""Commands as a server runs them beside itself: progress by lines, an end with the server's, and who did it."""
import json
import subprocess
import time

import paring
from paring import fill, test


def beside(bot, *arguments):
    return subprocess.Popen([paring.BINARY, *arguments, "--bot", bot.path, "--json", "--beside"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@test
def progress_is_json_lines(bot):
    fill(bot)
    child = beside(bot, "train")
    out, err = child.stdout.read(), child.stderr.read()  # standard input stays open
    assert child.wait() == 0 and json.loads(out)["number"] == 1, err
    lines = [json.loads(line) for line in err.decode().splitlines()]
    assert {line["what"] for line in lines} >= {"intents", "confidence"}, lines
    assert all(set(line) == {"what", "done", "total"} for line in lines)
    child.stdin.close()


@test
def the_end_of_standard_input_ends_it_as_ctrl_c_would(bot):
    fill(bot)
    for _ in range(5):
        child = beside(bot, "train")
        child.stdin.close()
        began = time.monotonic()
        child.wait(timeout=paring.TIMEOUT)
        out, err = child.stdout.read(), child.stderr.read()
        assert time.monotonic() - began < 60
        if child.returncode == 0:
            continue  # it had been done before
        assert child.returncode in (143, -15), (child.returncode, err)
        assert bot.releases() == [], err
    bot.train()


@test
def faults_and_groups_come_a_line_each_with_the_sums_last(bot):
    fill(bot)
    told = bot.run("check", "--json").json()
    lines = bot.run("check", "--json", "--lines").lines()
    assert lines[:-1] == told["faults"] and lines[-1] == {k: v for k, v in told.items() if k != "faults"}
    bot.go_live()
    for text in ("주차장 있나요", "주차장 어디 있나요", "커피 쿠폰 언제 오나"):
        bot.ask(text, "--conversation", text)
    told = bot.run("unanswered", "--json").json()
    lines = bot.run("unanswered", "--json", "--lines").lines()
    groups, turns = [line for line in lines[:-1] if "id" in line], [line for line in lines[:-1] if "turns_of" in line]
    assert told["groups"] and groups == told["groups"] and lines[-1]["turns"] == told["turns"], lines
    assert [len(line["turns"].split()) for line in turns] == [group["turns"] for group in groups], turns


@test
def a_release_says_who_activated_it(bot):
    fill(bot)
    bot.train()
    bot.run("release", "activate", 1, "--author", "김검토")
    history = bot.run("release", "list", "--json").json()["releases"][0]["history"]
    assert history[-1]["author"] == "김검토" and history[0]["author"].startswith("user "), history
    bot.run("release", "gate", 1, "--author", "x", status=2, says="author")
