"""Writing and reviewing in a real browser."""
from console import people, story
from paring import fill, test


@test
def an_answer_goes_from_a_writer_to_a_reviewer(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer", "reviewer")
    story(bot, "writer.js", "edit")
