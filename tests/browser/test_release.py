"""Publishing, refusals, the way back and the work lists, in a real browser."""
import os
import sqlite3

from console import people, story
from paring import fill, test


def live(bot):
    fill(bot)
    bot.go_live()
    return bot


def change(bot):
    bot.take("answers.csv", "id,intent,text\ncancel_policy-1,cancel_policy,해지는 전화로도 하실 수 있습니다.\n")


@test
def a_change_is_published_and_taken_back(bot):
    people(live(bot), "writer", "reviewer")
    change(bot)
    story(bot, "release.js", "publish")


@test
def a_refusal_shows_the_rows_and_a_lead_gives_a_reason(bot):
    people(live(bot), "reviewer", "lead")
    bot.take("more.csv", "text,intent\n" + "".join(f"영업 시간 {i}번 물어요,cancel_policy\n" for i in range(30)), "--as", "cases")
    story(bot, "release.js", "refused", gate_accuracy="0.9")


@test
def a_fault_is_mended_with_one_key_as_a_draft(bot):
    people(live(bot), "writer")
    bot.take("conflict.csv", "text,intent\n보험 해지 알려 주세요,office_hours\n", "--as", "examples")
    story(bot, "release.js", "check")


@test
def an_unanswered_group_becomes_a_new_intent_to_review(bot):
    people(live(bot), "writer")
    for i, text in enumerate(["주차장 있나요", "주차장 자리 많나요", "건물 주차장 넓나요", "주차장 어디 있나요", "방문객 주차장 있나요", "주차장 요금 있나요",
                              "커피 쿠폰 있나", "커피 쿠폰 언제 오나", "이벤트 커피 쿠폰 못 받았어", "커피 쿠폰 또 있나"]):
        bot.ask(text, "--conversation", f"c{i}")
    story(bot, "release.js", "unanswered")


@test
def a_wrong_reply_becomes_an_example_and_is_settled(bot):
    people(live(bot), "writer")
    db = sqlite3.connect(os.path.join(bot.path, "content.db"))
    db.execute("INSERT INTO tasks (number, turn, message, answered, intent, note, trace, state, author, at_us) VALUES"
               " (1, '', '해지하면 얼마 받나요', 'loan_rate', 'cancel_policy', '이율이 아니라 해지를 물었습니다', '{}', 'open', 'agent', 1)")
    db.commit()
    db.close()
    story(bot, "release.js", "wrong")
