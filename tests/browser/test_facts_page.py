"""Facts and rate tables in a real browser, and what a workbook is refused for in the reader's language."""
import glob
import os
import re

from console import people, story
from paring import fill, test
from test_console_facts import desk
from test_importers import Sheet, workbook

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")


@test
def a_writer_works_on_facts(bot):
    desk(bot)
    people(bot, "writer")
    story(bot, "facts.js", "facts")


@test
def a_rate_table_is_edited_by_keys_and_by_pasting(bot):
    desk(bot)
    people(bot, "writer")
    story(bot, "facts.js", "rates")


@test
def what_a_workbook_is_refused_for_is_said_in_korean(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer")
    sheet = Sheet(workbook(bot), "facts")
    sheet.rows.append({sheet.columns["name"]: "no_day", sheet.columns["value"]: "1", sheet.columns["effective_from"]: "soon"})
    sheet.rows.append({sheet.columns["name"]: "no_value"})
    sheet.save()
    os.environ["BOOK"] = sheet.path
    story(bot, "facts.js", "refused")


@test
def every_refusal_of_a_row_has_a_sentence_in_korean():
    """The keys in the source are the keys of the page's table, so that a new one is not forgotten."""
    keys = set()
    for path in [os.path.join(ROOT, "base", "text.c"), *glob.glob(os.path.join(ROOT, "responses", "*.c")), *glob.glob(os.path.join(ROOT, "training", "columns.c")),
                 os.path.join(ROOT, "server", "staff_workbook.c")]:
        with open(path, encoding="utf-8") as file:
            source = file.read()
        keys |= set(re.findall(r'why,\s*"([a-z_0-9]+)",\s*"%', source)) | set(re.findall(r'about,\s*"([a-z_0-9]+)",\s*"%', source))
        keys |= set(re.findall(r'\.key = "([a-z_0-9]+)"', source)) | set(re.findall(r'return "(form_[a-z_]+)";', source))
    with open(os.path.join(ROOT, "console", "src", "staff", "writer", "refusals.ts"), encoding="utf-8") as file:
        told = set(re.findall(r"^  ([a-z_0-9]+): \(", file.read(), re.M))
    assert len(keys) > 20 and keys <= told, (keys - told, keys)
