"""Writing and reviewing in a real browser."""
import os

from console import people, story
from paring import fill, test
from test_importers import Sheet, workbook


@test
def an_answer_goes_from_a_writer_to_a_reviewer(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer", "reviewer")
    story(bot, "writer.js", "edit")


@test
def who_opens_a_draft_that_was_overtaken_merges_it(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer", "reviewer", "lead")
    story(bot, "writer.js", "merge")


@test
def a_workbook_is_looked_at_and_kept_as_drafts(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer")
    sheet = Sheet(workbook(bot), "answers")
    sheet.put(sheet.rows[1], "text", "표에서 고친 답변입니다.")
    sheet.save()
    os.environ["BOOK"] = sheet.path
    story(bot, "writer.js", "workbook")
