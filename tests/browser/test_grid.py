"""The writers' grid, pairs of contrasts and bad days, in a real browser."""
from console import people, story
from paring import fill, test


@test
def the_grid_is_moved_in_written_in_and_undone_by_keyboard(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer")
    bot.take("answers.csv", "id,intent,text\n" + "".join(f"more-{i:03},office_hours,\"{i}번째 답변입니다. 평일 9시부터 6시까지 엽니다.\"\n" for i in range(140)))
    story(bot, "grid.js", "keys")


@test
def five_thousand_answers_stay_smooth(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer")
    bot.take("answers.csv", "id,intent,text\n" + "".join(f"bulk-{i:04},office_hours,\"{i}번째 답변입니다. 평일 9시부터 6시까지 여는 지점은 {i % 97}곳입니다.\"\n" for i in range(5000)))
    story(bot, "grid.js", "speed")


@test
def nothing_typed_is_lost_on_a_bad_day(bot):
    fill(bot)
    bot.go_live()
    people(bot, "writer", "reviewer")
    story(bot, "grid.js", "badDay")


@test
def contrast_pairs_are_beside_the_examples(bot):
    fill(bot)
    bot.take("examples.csv", "text,intent\n" + "".join(f"{word} 해지 {end},cancel_policy\n{word} 해지 안 {end},keep_policy\n" for word, end in
                                                      (("보험", "할래요"), ("계약", "할게요"), ("특약", "하고 싶어요"), ("연금", "합니다"))))
    bot.take("answers.csv", "id,intent,text\nkeep_policy-1,keep_policy,계속 유지됩니다.\n")
    bot.go_live()
    people(bot, "writer")
    story(bot, "grid.js", "pairs")
