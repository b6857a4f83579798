"""Settings: what a release holds, what bot.conf says now, and what --set does where."""
import os

from paring import Bot, SMALL_CASES, fill, run, test


def live():
    bot = Bot()
    fill(bot)
    bot.go_live()
    return bot


@test
def a_setting_of_the_release_is_refused_where_a_release_answers():
    with live() as bot:
        for command in (["ask", "해지"], ["chat"], ["classify"], ["eval"]):
            for setting in ("wrong_budget=0.01", "clarify_choices=5", "language=en"):
                name = setting.split("=")[0]
                bot.run(*command, "--set", setting, status=2, says=f"^--set {name}: .*part of the release.*paring train")
            bot.run(*command, "--set", "train_threads=1")
        bot.run("ask", "해지", "--set", "frob=1", status=2, says="frob")
        bot.run("ask", "해지", "--set", "wrong_budget=7", status=2, says="wrong_budget")


@test
def a_bot_conf_that_says_otherwise_than_the_release_is_told():
    with live() as bot:
        assert bot.run("ask", "해지").err == ""
        bot.write("bot/bot.conf", "wrong_budget = 0.01\nclarify_share = 0.8\n")
        told = r"^wrong_budget is 0\.01 \(bot\.conf:1\), but release 1 was made with 0\.02: \"paring train\" makes a release with it\n$"
        for command in (["ask", "해지"], ["chat"], ["classify"], ["eval"]):
            bot.run(*command, says=told)
        assert bot.run("ask", "해지", "--release", "1").err == ""
        bot.run("ask", "해지", env={"PARING_CLARIFY_CHOICES": "4"}, says=r"; clarify_choices is 4 \(environment\), .* with them\n")
        number = bot.train() and bot.releases()[-1]
        bot.run("release", "activate", number)
        assert bot.run("ask", "해지").err == ""
        bot.write("bot/bot.conf", "nonsense\n")
        bot.run("ask", "해지", says="bot.conf:1: .*release 2 keeps")


@test
def config_says_which_settings_are_the_releases():
    with Bot() as bot:
        assert "holds from the next" in bot.run("config").out
    with live() as bot:
        bot.write("bot/bot.conf", "wrong_budget = 0.01\n")
        settings = bot.run("config", "--json").json()
        assert settings["wrong_budget"]["in_release"] and settings["wrong_budget"]["release_value"] == "0.02"
        assert not settings["train_threads"]["in_release"] and "release_value" not in settings["train_threads"]
        assert 'release 1 was made with "0.02"' in bot.run("config").out


@test
def init_writes_what_set_says():
    with Bot(makes=False) as bot:
        bot.run("init", "--set", "language=fr", status=2, says="language")
        bot.run("init", "--set", "handoff_text=a\nb", status=2, says="one line")
        assert not os.path.exists(bot.path) and os.listdir(bot.folder) == []
        bot.run("init", "--set", "language=en", "--set", "wrong_budget=0.01")
        settings = bot.run("config", "--json").json()
        assert settings["language"]["value"] == "en" and settings["language"]["source"].startswith("bot.conf:")
        assert settings["wrong_budget"]["value"] == "0.01" and settings["clarify_choices"]["source"] == "default"
    with Bot(makes=False) as bot:
        bot.run("init", "--sample", "insurance-ko", "--set", "wrong_budget=0.03", "--set", "keep_releases=4")
        settings = bot.run("config", "--json").json()
        assert (settings["wrong_budget"]["value"], settings["keep_releases"]["value"]) == ("0.03", "4")


@test
def set_names_a_file_or_a_setting_in_eval():
    with live() as bot:
        cases = bot.write("held=out.csv", SMALL_CASES)
        assert bot.run("eval", "--json", "--set", cases).json()["cases"] == 5
        assert bot.run("eval", "--json", "--set", cases, "--set", "train_threads=1").json()["cases"] == 5
        assert bot.run("eval", "--json", f"--set={cases}").json()["cases"] == 5
        bot.run("eval", "--set", cases, "--set", "other.csv", status=2, says="two files")
        assert "--set FILE" in run("eval", "--help").out
