"""Documents in, passages found, golden questions marked; and what cannot be read is refused by name."""
import csv
import io
import json
import os

from paring import Bot, fill, test

DOCUMENTS = [
    {"id": "loan", "title": "약관대출", "text": "약관대출 금리는 연 4.8%입니다. 해약환급금의 80%까지 빌릴 수 있습니다."},
    {"id": "claim", "title": "보험금 청구", "text": "보험금을 청구하려면 진단서와 영수증을 보내 주세요."},
    {"id": "old", "title": "옛 수수료", "text": "해지 수수료는 3%입니다.", "effective_to": "2001-01-01"},
    {"id": "fee", "title": "수수료", "text": "해지 수수료는 2%입니다.", "effective_from": "2001-01-02"},
]
QUESTIONS = "text,documents\n보험금 청구 서류는?,claim\n얼마까지 빌릴 수 있나요,loan\n해지수수료가 얼마예요,fee\n오늘 날씨 어때,\n"


def with_documents(bot):
    fill(bot)
    bot.run("import", "--as", "documents", bot.write("documents.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in DOCUMENTS)))
    bot.run("import", "--as", "questions", bot.write("questions.csv", QUESTIONS))


def index_of(bot):
    return os.path.join(bot.path, "releases", max(n for n in os.listdir(os.path.join(bot.path, "releases")) if n.isdigit()), "index.bin")


@test
def golden_questions_are_marked_on_the_release(bot):
    with_documents(bot)
    bot.run("train")
    marks = bot.run("eval", "--retrieval", "--json").json()
    assert (marks["questions"], marks["unanswerable"], marks["documents"]) == (4, 1, 4), marks
    assert marks["recall1"] == marks["recall10"] == marks["mrr10"] == marks["ndcg10"] == 1, marks
    assert marks["ece"] is None and marks["microseconds_per_question"] > 0 and len(marks["release"]) == 64
    other = bot.run("eval", "--retrieval", "--json", "--set", bot.write("set.csv", "text,documents\n보험금 청구,loan\n")).json()
    assert (other["questions"], other["recall1"], other["recall5"]) == (1, 0, 0), other
    assert "recall@1" in bot.run("eval", "--retrieval").out


TERMS = "# 약관\n\n## 1. 해지 수수료\n\n해지 수수료는 2%입니다.\n\n## 2. 대출 금리\n\n대출 금리는 연 4.8%입니다.\n\n## 3. 청구 서류\n\n진단서를 냅니다.\n"


@test
def a_question_that_names_its_passages_is_marked_by_them(bot):
    bot.run("import", bot.write("terms.md", TERMS), bot.write("other.txt", "공지\n\n쉽니다.\n"))

    def marks(*rows):
        path = bot.write("set.csv", "text,documents\n" + "".join(f"{text},{ids}\n" for text, ids in rows))
        told = bot.run("eval", "--retrieval", "--json", "--set", path).json()
        assert ("by passage" in bot.run("eval", "--retrieval", "--set", path).out) == (told["by_passage"]["questions"] > 0)
        return told

    right = marks(("해지 수수료는 얼마인가요", "terms#1.해지수수료"), ("대출 금리 몇 퍼센트", "terms#2.대출"), ("진단서를 내나요", "terms"), ("날씨", ""))
    assert right["by_passage"] == {"questions": 2, "recall1": 1, "recall5": 1, "recall10": 1, "mrr10": 1, "ndcg10": 1}, right
    assert right["recall1"] == right["ndcg10"] == 1, right
    wrong = marks(("해지 수수료는 얼마인가요", "terms#3.청구"))
    assert (wrong["recall1"], wrong["by_passage"]["recall1"]) == (1, 0), wrong
    both = marks(("해지 수수료는 얼마인가요", "terms#1.해지 terms#3.청구"))
    assert both["ndcg10"] == 1 and both["by_passage"]["recall1"] == 1, both  # one document, named twice
    none = marks(("해지 수수료는 얼마인가요", "terms"), ("대출 금리", "terms#2.대출 other"))
    assert none["by_passage"]["questions"] == 0 and none["recall1"] == 1, none


@test
def documents_alone_can_be_marked_before_any_release(bot):
    bot.run("import", bot.write("d.jsonl", json.dumps(DOCUMENTS[0]) + "\n"))
    marks = bot.run("eval", "--retrieval", "--json", "--set", bot.write("q.csv", QUESTIONS)).json()
    assert marks["release"] is None and marks["documents"] == 1


@test
def a_release_holds_the_same_index_whatever_the_order(bot):
    with_documents(bot)
    bot.run("train")
    with Bot() as other:
        fill(other)
        for row in reversed(DOCUMENTS):
            other.run("import", "--as", "documents", other.write("one.jsonl", json.dumps(row) + "\n"))
        other.run("import", "--as", "questions", other.write("q.csv", QUESTIONS))
        other.run("train", "--threads", "1")
        assert open(index_of(bot), "rb").read() == open(index_of(other), "rb").read()


@test
def a_broken_index_is_found(bot):
    with_documents(bot)
    bot.run("train")
    path = index_of(bot)
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    for command in (("release", "verify"), ("eval", "--retrieval")):
        result = bot.run(*command, status=4)
        assert "index.bin" in result.out + result.err, result


@test
def text_files_and_faq_tables_become_documents(bot):
    bot.run("import", bot.write("loan terms.md", "# 약관대출\n\n## 금리\n\n연 4.8%입니다.\n\n## 한도\n\n80%까지.\n"), bot.write("notice.txt", "공지\n\n쉽니다.\n"))
    bot.run("import", "--as", "documents", bot.write("faq.csv", "question,variants,answer\n언제 여나요?,몇 시 오픈|영업 시간,9시에 엽니다.\n"))
    rows = list(csv.DictReader(io.StringIO(bot.export("documents").decode())))
    by_title = {row["title"]: row for row in rows}
    assert set(by_title) == {"약관대출", "공지", "언제 여나요?"}, rows
    assert by_title["약관대출"]["id"] == "loan-terms" and by_title["언제 여나요?"]["variants"] == "몇 시 오픈|영업 시간"
    marks = bot.run("eval", "--retrieval", "--json", "--set",
                    bot.write("q.csv", f"text,documents\n영업시간이 어떻게 되나요,{by_title['언제 여나요?']['id']}\n")).json()
    assert marks["recall1"] == 1 and marks["passages"] == 4, marks


@test
def what_cannot_be_read_is_refused_by_name(bot):
    for name, content, reason in (("big.txt", b"a line\n" * (100 << 17), "longer than"), ("mixed.txt", "보험금\n".encode() + "청구\n".encode("euc-kr"), "mixed.txt:2: not UTF-8"),
                                  ("a.hwp", b"HWP", "cannot be read"), ("empty.md", b" \n", "no text")):
        path = bot.write(name, content)
        result = bot.run("import", path, status=3)
        assert name in result.err and reason in result.err, result
    assert bot.run("import", bot.write("euc.csv", "id,text\nd1,보험금\n".encode("euc-kr")), "--as", "documents", status=3).err
    bot.run("eval", "--retrieval", "--set", bot.write("q.csv", "text\nno documents\n"), status=3)
    bot.run("eval", "--retrieval", "--report", "x.html", status=2)
