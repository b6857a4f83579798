"""What fell through, grouped, and written back as rows."""
import csv

from paring import fill, rows_of, run, test

PARKING = ["주차장 있나요", "주차장 자리 많나요", "건물 주차장 넓나요", "주차장 어디 있나요", "방문객 주차장 있나요",
           "주차장 요금 있나요"]
COFFEE = ["커피 쿠폰 있나", "커피 쿠폰 언제 오나", "이벤트 커피 쿠폰 못 받았어", "커피 쿠폰 또 있나"]


def fallen(bot):
    fill(bot)
    bot.go_live()
    for i, text in enumerate(PARKING + COFFEE):
        assert bot.ask(text, "--conversation", f"c{i}")["route"] != "scripted", text
    bot.ask(PARKING[0], "--conversation", "again")
    bot.ask("보험 해지 궁금해요", "--conversation", "answered")
    return bot.run("unanswered", "--json").json()


def group_of(told, text):
    return next(group for group in told["groups"] if any(m["text"] == text for m in group["messages"]))


@test
def alike_messages_come_together_largest_first(bot):
    told = fallen(bot)
    assert (told["turns"], told["messages"]) == (11, 10), told
    first = told["groups"][0]
    assert {m["text"] for m in first["messages"]} == set(PARKING) and first["turns"] == 7, told
    assert first["messages"][0] == {"text": PARKING[0], "turns": 2} and first["typical"] in PARKING
    assert {m["text"] for m in told["groups"][1]["messages"]} == set(COFFEE), told
    assert first["nearest"] and first["nearest"][0]["intent"] in ("office_hours", "cancel_policy", "loan_rate", "claim_documents")
    assert "7 turns of 6 different messages" in bot.run("unanswered").out
    assert bot.run("unanswered").out == bot.run("unanswered").out


@test
def a_list_from_which_something_was_chosen_is_answered(bot):
    fill(bot)
    bot.go_live()
    for customer, choice in (("a", "1"), ("b", "아니요")):
        reply = bot.ask("서류", "--conversation", customer)
        if reply["route"] != "clarify":
            return
        bot.ask(choice, "--conversation", customer)
    told = bot.run("unanswered", "--json").json()
    assert told["turns"] == 1, told


@test
def a_group_becomes_a_new_intent(bot):
    told = fallen(bot)
    group, others = group_of(told, PARKING[0]), group_of(told, COFFEE[0])
    before = bot.content()
    dry = bot.run("unanswered", "--group", group["id"], "--new", "parking", "--dry-run").out
    assert dry.startswith("would write 5 examples and 1 evaluation case of parking") and bot.content() == before
    told = bot.run("unanswered", "--group", group["id"], "--new", "parking", "--json").json()
    assert told == {"examples": 5, "cases": 1, "already_there": 0, "kept": True}, told
    examples = {row["text"] for row in rows_of(bot.export("examples").decode()) if row["intent"] == "parking"}
    cases = {row["text"] for row in rows_of(bot.export("cases").decode()) if row["intent"] == "parking"}
    assert len(examples) == 5 and len(cases) == 1 and examples | cases == set(PARKING)
    coffee = group_of(bot.run("unanswered", "--json").json(), COFFEE[0])
    assert coffee["id"] == others["id"], "the other groups keep their ids"
    left = bot.run("unanswered", "--json").json()
    assert (left["known"], left["turns"]) == (7, 4) and "7 turns are not shown" in bot.run("unanswered").out, left
    bot.run("unanswered", "--group", group["id"], "--to", "parking", status=3, says="may have changed")
    bot.take("answer.csv", "id,intent,text\nparking-1,parking,주차장은 2시간까지 무료입니다.\n", "--as", "answers")
    bot.go_live()
    assert bot.ask("주차장 있나요")["intent"] == "parking"


@test
def a_group_becomes_out_of_scope(bot):
    group = group_of(fallen(bot), COFFEE[0])
    bot.run("unanswered", "--group", group["id"], "--out-of-scope")
    rows = [row["text"] for row in rows_of(bot.export("examples").decode()) if row["intent"] == "out_of_scope"]
    assert set(COFFEE) <= set(rows), rows


@test
def a_slip_of_the_pen_writes_nothing(bot):
    group = group_of(fallen(bot), PARKING[0])
    before = bot.content()
    bot.run("unanswered", "--group", group["id"], "--to", "parkin", status=3, says='no intent "parkin"')
    bot.run("unanswered", "--group", group["id"], "--new", "loan_rate", status=3, says="already; --to")
    bot.run("unanswered", "--group", "0" * 12, "--to", "loan_rate", status=3, says="no group")
    bot.run("unanswered", "--to", "loan_rate", status=2, says="which group")
    bot.run("unanswered", "--group", group["id"], "--to", "a", "--new", "b", status=2, says="one of them")
    bot.run("unanswered", "--since", "soon", status=2, says="not a date")
    assert bot.content() == before


@test
def a_group_that_grew_has_another_id(bot):
    group = group_of(fallen(bot), PARKING[0])
    bot.ask("주차장 자리 있나요", "--conversation", "new")
    bot.run("unanswered", "--group", group["id"], "--new", "parking", status=3, says="may have changed")


@test
def messages_may_come_from_a_file(bot):
    fill(bot)
    bot.go_live()
    path = bot.write("old.txt", "\n".join(PARKING + ["", "보험 해지 궁금해요", "전화 010-1234-5678 주차장 있나요"]) + "\n")
    told = bot.run("unanswered", "--json", path).json()
    texts = [m["text"] for group in told["groups"] for m in group["messages"]]
    assert set(PARKING) <= set(texts) and "보험 해지 궁금해요" not in texts, texts
    assert not any("1234-5678" in text for text in texts), texts
    bad = bot.write("bad.txt", b"fine\n\xff\xfe\n")
    bot.run("unanswered", bad, status=3, says=r"bad.txt:2: ")


@test
def the_messages_go_to_a_spreadsheet_and_back(bot):
    fallen(bot)
    path = bot.folder + "/work.csv"
    bot.run("unanswered", "--out", path)
    rows = list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
    assert {row["text"] for row in rows} == set(PARKING + COFFEE) and all(row["intent"] == "" for row in rows)
    with open(path, encoding="utf-8-sig", newline="") as table:
        labelled = table.read().replace("\n주차장 있나요,,", "\n주차장 있나요,parking,").replace("\n커피 쿠폰 있나,,", "\n커피 쿠폰 있나,out_of_scope,")
    bot.write("labelled.csv", labelled)
    told = bot.run("import", bot.folder + "/labelled.csv")
    assert "examples   2 new, 0 changed, 0 unchanged\n8 rows without an intent left as they are\n" in told.out, told.out
    assert bot.run("unanswered", "--json").json()["messages"] == 8
    assert "10 rows without an intent left as they are\n" in bot.run("import", path).out
    bot.run("import", bot.write("plain.csv", "text,intent\n커피 또 줘,\n"), status=3, says="intent is empty")


@test
def what_a_customer_wrote_does_not_run_in_a_spreadsheet(bot):
    fallen(bot)
    path = bot.folder + "/work.csv"
    bot.run("unanswered", bot.write("said.txt", "=1+1\n@here\n평범한 말\n"), "--out", path)
    with open(path, "rb") as file:
        assert file.read(3) == b"\xef\xbb\xbf", "a spreadsheet shows Korean as rubbish"
    rows = list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
    assert {row["text"] for row in rows} == {"'=1+1", "'@here", "평범한 말"}, rows
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows({**row, "intent": "odd"} for row in rows)
    bot.run("import", path)
    assert {row["text"] for row in rows_of(bot.run("export", "examples").out) if row["intent"] == "odd"} == \
        {"=1+1", "@here", "평범한 말"}


@test
def there_is_nothing_where_nothing_was_said(bot):
    fill(bot)
    bot.go_live()
    bot.run("unanswered", status=3, says="no turn has been recorded yet")
    bot.ask("보험 해지 궁금해요", "--conversation", "x")
    assert bot.run("unanswered").out.startswith("0 turns unanswered")
    assert "--out-of-scope" in run("unanswered", "--help").out
