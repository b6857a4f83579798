"""The report page, two releases side by side, and the same numbers as JSON."""
import html.parser
import os
import re

from paring import SMALL_CASES, csv_of, fill, korean_sample, rows_of, test

VOID = {"meta", "br", "line", "circle", "rect", "path", "polyline"}


class Page(html.parser.HTMLParser):
    """What a browser would fetch, run or show."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text, self.headings = [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]

    def handle_data(self, data):
        if self.tags and self.tags[-1] != "style":
            self.text += data


def page_of(bot, *options, **how):
    path = os.path.join(bot.folder, "report.html")
    bot.run("eval", "--report", path, *options, **how)
    with open(path, encoding="utf-8") as file:
        return file.read()


def untimed(page):
    return re.sub(r'<p class="measured">.*?</p>', "", page)


@test
def the_page_stands_alone(bot):
    fill(bot)
    bot.train()
    text = page_of(bot)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & set(page.tags)
    assert not [a for a in page.attributes if a[1] in ("src", "href", "action") or a[1].startswith("on")]
    assert "http://" not in text and "https://" not in text and "@import" not in text
    assert "평가 보고서" in page.text and page.tags.count("svg") > 3
    assert "{1}" not in text and "nan" not in page.text and "inf" not in re.sub(r"[a-z_]*inf[a-z_]+", "", page.text)


@test
def the_page_speaks_the_language_of_the_bot(bot):
    fill(bot)
    bot.train()
    korean = page_of(bot)
    bot.train(env={"PARING_LANGUAGE": "en"})
    english = page_of(bot)
    assert 'lang="ko"' in korean and 'lang="en"' in english and "Evaluation report" in english
    assert not re.search("[가-힣]", re.sub(r"<code>.*?</code>", "", english.split("Every intent")[0].split("</header>")[1])), "Korean of ours"


@test
def what_is_counted_twice_differently_says_why(bot):
    """A sure intent that is for a person is a scripted reply in the marks, and handed over in what customers get."""
    fill(bot)
    bot.take("pairs.csv", "text_a,intent_a,text_b,intent_b\n해지 신청 궁금해요,cancel_policy,영업시간 궁금해요,office_hours\n")
    bot.train()
    page = page_of(bot)
    assert "다른 경로에 있습니다" not in page and "1쌍을 모두 구별했습니다" in page
    bot.take("intents.csv", "name,policy\ncancel_policy,handoff\n")
    bot.train()
    assert "다른 경로에 있습니다" in page_of(bot)


@test
def the_page_is_the_same_bytes_each_time_but_for_the_clock(bot):
    fill(bot)
    bot.train()
    first, second = page_of(bot), page_of(bot)
    assert untimed(first) == untimed(second) and first != untimed(first)


@test
def messages_and_names_are_escaped(bot):
    fill(bot)
    bot.train()
    cases = bot.write("odd.csv", csv_of([{"text": "<script>alert('x')</script> & \"해지\"", "intent": "loan_interest"},
                                         {"text": "보험 해지 <b>궁금</b>해요", "intent": "<img src=x onerror=1>"}]))
    text = page_of(bot, "--set", cases)
    page = Page(text)
    assert "script" not in page.tags and "img" not in page.tags and "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;" in text
    assert "<script>alert('x')</script>" in page.text


@test
def a_release_without_answers_still_reports(bot):
    bot.take("rows.csv", csv_of([{"text": f"{frame} {word}", "intent": word} for word in ("alpha", "beta", "gamma")
                                 for frame in ("give me", "i want", "what is", "tell me about", "more on")]))
    bot.train()
    cases = bot.write("set.csv", "text,intent\nplease give alpha,alpha\ni need beta,beta\ngamma now,beta\n")
    assert "아직 답변이 없어" in page_of(bot, "--set", cases)
    marks = bot.run("eval", "--json", "--set", cases).json()
    assert marks["routes"] is None and marks["consistency"]["rate"] <= 1 and len(marks["robustness"]) == 4


@test
def json_has_routes_robustness_and_consistency_that_add_up(bot):
    fill(bot)
    bot.train()
    marks = bot.run("eval", "--json").json()
    routes = marks["routes"]
    assert sum(routes["in_scope"].values()) == marks["in_scope"] and sum(routes["out_of_scope"].values()) == marks["out_of_scope"]
    assert [row["change"] for row in marks["robustness"]] == ["no_spaces", "typos_3", "typos_6", "typos_10"]
    assert marks["wrong_rate_lower"] <= marks["wrong_rate"] <= marks["wrong_rate_upper"]
    wrong = sum(row["cases"] for row in marks["confusions"])
    assert wrong == sum(row["cases"] - row["correct"] for row in marks["intents"]) + sum(
        row["cases"] for row in marks["confusions"] if row["expected"] == "out_of_scope")
    assert "against" not in marks and "learning" not in marks


@test
def spaces_removed_are_marked_as_eval_marks_them(bot):
    fill(bot)
    bot.train()
    joined = bot.write("joined.csv", csv_of([{"text": "".join(row["text"].split()), "intent": row["intent"]} for row in rows_of(SMALL_CASES)]))
    expected = bot.run("eval", "--json", "--set", joined).json()
    seen = bot.run("eval", "--json").json()["robustness"][0]
    assert (seen["accuracy"], seen["scripted"], seen["scripted_wrong"]) == (
        expected["accuracy"], expected["scripted"], expected["scripted_wrong"]), (seen, expected)


@test
def two_releases_stand_side_by_side(bot):
    fill(bot)
    bot.train()
    case = rows_of(SMALL_CASES)[0]
    other = next(row["intent"] for row in rows_of(SMALL_CASES) if row["intent"] != case["intent"])
    bot.take("more.csv", csv_of([{"text": case["text"], "intent": other}]), "--as", "examples")  # a label that is wrong
    bot.train()
    told = bot.run("eval", "--json", "--against", "1").json()["against"]
    assert told["number"] == 1 and case["text"] in [row["text"] for row in told["worse_cases"]], told
    assert len(told["worse_cases"]) == told["worse"] and len(told["better_cases"]) == told["better"]
    back = bot.run("eval", "--json", "--release", "1", "--against", "2").json()["against"]
    assert (back["worse"], back["better"]) == (told["better"], told["worse"])
    assert back["answered"]["gained"] == told["answered"]["lost"]
    assert "against release 1" in bot.run("eval", "--against", "1").out
    assert case["text"] in page_of(bot, "--against", "1") and "릴리스 1에서 2" in page_of(bot, "--against", "1")
    same = bot.run("eval", "--json", "--against", "2").json()["against"]
    assert same["worse"] == same["better"] == 0 and same["answered"]["p"] == 1
    bot.run("eval", "--against", "9", status=3)
    bot.run("eval", "--against", "x", status=2)


@test
def the_learning_curve_says_which_intents_need_more(bot):
    fill(bot)
    bot.train()
    learning = bot.run("eval", "--json", "--learning").json()["learning"]
    examples = [step["examples"] for step in learning["steps"]]
    assert len(examples) == 4 and examples == sorted(examples) and examples[0] < examples[3]
    assert {row["need"] for row in learning["intents"]} <= {"enough", "more", "otherwise", "unknown"}
    assert "네 번 새로 학습" in page_of(bot, "--learning") and "--learning" in page_of(bot)


@test
def the_korean_sample_is_consistent_and_stands_typing_errors():
    marks = korean_sample().run("eval", "--json").json()
    by_name = {row["change"]: row for row in marks["robustness"]}
    assert marks["consistency"]["rate"] > 0.97 and marks["consistency"]["pairs"] > 1000, marks["consistency"]
    told = marks["consistency"]
    assert f"같은 뜻 {told['pairs']:,}쌍 중 {told['pairs_alike']:,}쌍이 같은 답" in page_of(korean_sample()), "the tile counts what its share is of"
    assert by_name["no_spaces"]["accuracy"] > 0.93 and by_name["typos_10"]["accuracy"] > 0.90, by_name


@test
def cases_of_another_share_out_of_scope_than_promised_are_told(bot):
    fill(bot)
    bot.go_live()
    rows = [("보험 해지할래요", "cancel_policy"), ("대출 금리 몇이에요", "loan_rate")]
    rows += [(text, "out_of_scope") for text in ("달이 몇 개야", "라면 끓여 줘")]
    half = bot.write("half.csv", csv_of([{"text": text, "intent": intent} for text, intent in rows]))
    told = bot.run("eval", "--set", half).out
    assert "note: 50 % of these cases are out of scope; out_of_scope_share in bot.conf expects 10 %" in told, told
    some = bot.write("some.csv", csv_of([{"text": text, "intent": intent} for text, intent in rows[:2] * 3 + rows[2:3]]))
    assert "note:" not in bot.run("eval", "--set", some).out
