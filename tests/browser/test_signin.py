"""Signing in at the console, in a real browser."""
from console import people, story
from paring import fill, test


def live(bot):
    fill(bot)
    bot.go_live()
    return bot


@test
def the_sign_in_page_and_the_menu_are_for_everybody(bot):
    people(live(bot))
    story(bot, "signin.js", "looks")


@test
def the_menu_is_what_the_role_may_open(bot):
    people(live(bot))
    story(bot, "signin.js", "roles")


@test
def who_signs_out_is_out_and_a_reload_keeps_who_is_in(bot):
    people(live(bot), "agent")
    story(bot, "signin.js", "out")


@test
def the_first_administrator_is_made_in_the_browser(bot):
    story(live(bot), "signin.js", "first")
