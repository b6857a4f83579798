"""Files that become documents: text in every encoding, HTML, FAQ tables, PDF; their versions, and what a new one touches; and files that are
bad in every way we know."""
import csv
import json
import os
import resource
import time
import unicodedata

from paring import IS_LONG, Bot, fill, is_sanitized, rows_of, test
from pdf import pdf

csv.field_size_limit(1 << 24)

TERMS = """---
id: cancer-{year}
series: cancer
title: 한결 암보험 약관
product: 암보험
effective_from: {year}-01-01
variants: 암보험 약관 | 암 보장
---

제1관 총칙

제1조(목적) 목적입니다.

제2조(면책기간) {wait}입니다.

{last}
"""
OLD = TERMS.format(year=2025, wait="90일", last="제3조(옛 조항) 없어집니다.")
NEW = TERMS.format(year=2026, wait="60일", last="제4조(새 조항) 생깁니다.")
PAGES = [["한결 암보험 약관", "", "제1관 총칙", "", "제1조(목적) 이 약관은 다음을 정합니다.", "",
          [(60, "구분"), (200, "지급사유"), (400, "금액")], [(60, "암"), (200, "진단 확정"), (400, "3,000만원")],
          [(60, "유사암"), (200, "진단 확정"), (400, "600만원")], "", "- 1 -"],
         ["한결 암보험 약관", "제2조(용어의 뜻) 암이란 악성신생물을 말합니다.", "", "- 2 -"],
         ["한결 암보험 약관", "제3조(보험금의 지급) 회사는 보험금을", "지급합니다.", "", "- 3 -"]]


def documents(bot):
    return {row["id"]: row for row in rows_of(bot.export("documents").decode())}


def only(bot):
    rows = documents(bot)
    assert len(rows) == 1, rows
    return next(iter(rows.values()))


def touched(report, what):
    return [row["name"] for row in report["touched"] if row["what"] == what]


@test
def front_matter_says_what_a_text_is(bot):
    bot.take("terms.md", OLD)
    row = only(bot)
    assert (row["id"], row["series"], row["title"], row["product"]) == ("cancer-2025", "cancer", "한결 암보험 약관", "암보험"), row
    assert (row["effective_from"], row["effective_to"], row["variants"]) == ("2025-01-01", "", "암보험 약관 | 암 보장"), row
    assert row["text"].startswith("제1관 총칙\n\n제1조"), row


@test
def front_matter_that_is_wrong_is_refused_with_its_line(bot):
    for name, text, says in (("a.md", "---\nid: a\nno end\n", r"a\.md:3: front matter"), ("b.md", "---\nid: a\n", r"b\.md:1: .*never closed"),
                             ("c.md", "---\nid: a\nid: b\n---\nx\n", r"c\.md:3: id is given twice"),
                             ("d.md", "---\nid: a\neffective_from: soon\n---\nx\n", r"d\.md:1: effective_from must be a date"),
                             ("e.md", "---\nid: two words\n---\nx\n", r"e\.md:1: id must be one word")):
        bot.take(name, text, status=3, says=says)
    assert documents(bot) == {}
    notes = bot.take("f.md", "---\ntags:\n  - x\nauthor: me\n---\nText.\n", "--json").json()["notes"]
    assert [note["text"] for note in notes] == ["front matter tags", "front matter author"], notes
    bot.take("g.md", "---\n\nA rule and no front matter.\n")
    assert documents(bot)["g"]["text"].startswith("---\n"), documents(bot)


@test
def a_folder_is_imported_whole(bot):
    folder = os.path.join(bot.folder, "docs")
    os.makedirs(os.path.join(folder, "more", "deep"))
    for name, content in (("one.md", "# One\n\nText.\n"), ("more/two.TXT", "두 번째\n"), ("more/deep/three.html", "<h1>Three</h1><p>Text."),
                          (".hidden.md", "no"), ("table.csv", "a,b\n"), ("four.pdf", pdf(PAGES[:1]))):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
    os.symlink("/etc", os.path.join(folder, "link"))
    report = bot.run("import", "--json", folder).json()
    assert set(documents(bot)) == {"one", "two", "three", "four"}, documents(bot)
    assert any("2 files that are no documents" in note["text"] for note in report["notes"]), report["notes"]
    assert bot.run("import", "--json", folder + "/").json()["unchanged"] == 4
    os.mkdir(os.path.join(bot.folder, "empty"))
    bot.run("import", "--as", "documents", os.path.join(bot.folder, "empty"), status=3, says="no documents")


@test
def encodings_are_told_apart(bot):
    text = "보험금 청구\n\n청구하려면 서류를 보내 주세요. 똠방각하 ① 3,000만원\n"
    plain = text.replace("똠방각하 ", "")
    for name, content in (("utf8", text.encode()), ("bom", b"\xef\xbb\xbf" + text.encode()), ("le", text.encode("utf-16")),
                          ("be", b"\xfe\xff" + text.encode("utf-16-be")), ("cp949", text.encode("cp949")),
                          ("crlf", text.replace("\n", "\r\n").encode("cp949")), ("nfd", unicodedata.normalize("NFD", text).encode())):
        bot.take(f"{name}.txt", content)
        assert documents(bot)[name]["text"] == text, (name, documents(bot)[name])
    bot.take("euckr.txt", plain.encode("euc-kr"))
    assert documents(bot)["euckr"]["text"] == plain
    assert documents(bot)["euckr"]["title"] == "보험금 청구"


@test
def text_that_is_broken_is_refused_with_its_line(bot):
    korean = "보험금\n"
    for name, content, says in (("mixed.txt", korean.encode() * 2 + korean.encode("cp949"), r"mixed\.txt:3: .*two encodings"),
                                ("cut.txt", korean.encode("cp949") + b"ok\n\xb0\xff\xff\n", r"cut\.txt:3: neither"),
                                ("latin.txt", "caf\u00e9 cr\u00e8me\n".encode("latin-1"), r"latin\.txt:1: "),
                                ("nul.txt", "a\nb\0c\n".encode(), r"nul\.txt:2: a NUL byte"),
                                ("bare16.txt", korean.encode("utf-16-le") + "abc\n".encode("utf-16-le"), r"bare16\.txt:\d+: a NUL byte"),
                                ("half.txt", korean.encode("utf-16") + b"\0\xd8", r"half\.txt:2: broken UTF-16"),
                                ("bell.txt", b"one\ntwo\x07\n", r"bell\.txt:2: .*U\+0007"), ("empty.txt", b"", "no text"),
                                ("a.docx", b"PK", "cannot be read"), ("a.hwp", b"", "cannot be read")):
        bot.take(name, content, status=3, says=says)
    assert documents(bot) == {}


@test
def what_is_too_long_is_refused_in_little_memory(bot):
    most = 400 << 20 if not is_sanitized() else None
    limits = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most))} if most else {}
    for name in ("big.txt", "big.html"):
        path = bot.write(name, b"")
        with open(path, "wb") as file:
            for _ in range(100):
                file.write(b"A line of text.\n" * (1 << 16))
        bot.run("import", path, status=3, says=rf"{name}: longer than", **limits)
        os.unlink(path)
    fits = "가나다라마바사 \n" * 40000
    bot.take("fits.txt", fits)
    assert only(bot)["text"] == fits
    bot.take("not.txt", "가나다라마바사 \n" * 50000, status=3, says="longer than")


@test
def html_becomes_markdown(bot):
    bot.take("fee.html", """<!DOCTYPE html><html lang=ko><head><meta charset=euc-kr><title>수수료
      안내</title><style>p{}</style><script>alert("x")</script></head><body><nav><a>홈</a></nav><h1>수수료</h1>
      <p>해지   수수료는 <b>2%</b>입니다.<p hidden>비밀<p style="Display : none">비밀<div aria-hidden=true>비밀</div>
      <ul><li>하나<li>둘<ol><li>첫째<li>둘째</ol></ul><table><caption>표</caption><tr><th>구분<th>율
      <tr><td>해지<td>2% | 3%<tr><td colspan=2>모두</table><h2></h2><template>비밀</template><noscript>비밀</noscript>
      <p>끝&nbsp;&amp; &eacute;<br>다음 줄<select><option>비밀</select></body></html>""".encode("cp949"))
    row = only(bot)
    assert row["title"] == "수수료       안내" or row["title"] == "수수료 안내", row
    assert row["text"] == ("# 수수료\n\n해지 수수료는 2%입니다.\n\n- 하나\n- 둘\n  1. 첫째\n  2. 둘째\n\n표\n\n| 구분 | 율 |\n| --- | --- |\n"
                           "| 해지 | 2% \\| 3% |\n| 모두 | |\n\n끝 & é\n다음 줄\n"), row["text"]
    bot.take("cafe.html", "<meta charset=windows-1252><p>caf\u00e9".encode("cp1252"))
    assert documents(bot)["cafe"]["text"] == "café\n"
    bot.take("nothing.html", "<html><script>x</script></html>", status=3, says="no text")


@test
def html_that_means_harm_is_bounded(bot):
    secret = bot.write("secret.txt", "secret words")
    bot.take("entity.html", f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}"><!ENTITY b "bbbb">]><p>Fine &a; &b;')
    assert "secret" not in only(bot)["text"] and "bbbb" not in only(bot)["text"].split("\n")[-2], only(bot)
    began = time.monotonic()
    for name, page, says in (("deep.html", "<div>" * 1000000, "nested deeper"), ("odd.html", "<b>" * 200000 + "</i>" * 200000, "nested deeper"),
                             ("lists.html", "<ul><li>" * 100000, "nested deeper"), ("table.html", "<table>" + "<tr><td>cell<td>cell" * 100000, "longer than"),
                             ("cell.html", "<table><tr><td>" + "word " * 400000, "longer than"),
                             ("span.html", "<table>" + "<tr><td colspan=64>x" * 100000, "longer than")):
        bot.take(name, page, status=3, says=f"{name}: .*{says}")
    bot.take("attributes.html", "<p " + " ".join(f"a{i}=x" for i in range(100000)) + ">Fine", status=3, says="a tag of more than")
    bot.take("tag.html", "<script " + "b " * 10000 + ">x</script>Fine", status=3, says="a tag of more than")
    bot.take("quotes.html", "<p a=it's " + "b " * 10000 + "'>Fine", status=3, says="a tag of more than")
    bot.take("script.html", "<script>if (a<b && '" + "x" * 5000 + "')</script><!-- <p " + "y " * 5000 + " --><img src='" + "z" * 5000 + "'><p>Fine")
    bot.take("open.html", "<!--" * 100000 + "<p>Fine", status=None)
    assert time.monotonic() - began < (20 if not is_sanitized() else 120)


@test
def an_faq_table_is_documents_and_another_answer_is_an_edit(bot):
    fill(bot)
    bot.take("faq.csv", "question,variants,answer,product\n언제 여나요?,몇 시 오픈|영업 시간,9시에 엽니다.,\n해지하려면?,,전화 주세요.,암보험\n해지하려면?,,앱에서.,실손\n")
    rows = documents(bot)
    assert len(rows) == 3 and {row["title"] for row in rows.values()} == {"언제 여나요?", "해지하려면?"}, rows
    bot.run("export", "--format", "xlsx", "--out", os.path.join(bot.folder, "all.xlsx"))
    bot.take("faq.csv", "question,answer\n언제 여나요?,10시에 엽니다.\n")
    after = documents(bot)
    assert set(after) == set(rows), (set(after), set(rows))
    assert sorted(row["text"] for row in after.values()) == ["10시에 엽니다.", "앱에서.", "전화 주세요."]
    assert bot.take("faq.jsonl", json.dumps({"question": "언제 여나요?", "answer": "10시에 엽니다."}) + "\n", "--json").json()["unchanged"] == 1


@test
def a_pdf_is_read_page_by_page(bot):
    bot.take("cancer.pdf", pdf(PAGES))
    row = only(bot)
    assert row["title"] == "한결 암보험 약관", row
    assert row["text"] == ("한결 암보험 약관\n\n제1관 총칙\n\n제1조(목적) 이 약관은 다음을 정합니다.\n\n| 구분 | 지급사유 | 금액 |\n| --- | --- | --- |\n"
                           "| 암 | 진단 확정 | 3,000만원 |\n| 유사암 | 진단 확정 | 600만원 |\n\n제2조(용어의 뜻) 암이란 악성신생물을 말합니다.\n"
                           "제3조(보험금의 지급) 회사는 보험금을\n지급합니다.\n"), row["text"]
    text = row["text"].encode()
    places = [int(place) for place in row["pages"].split()]
    assert [text[place:].lstrip().startswith(f"제{n}조".encode()) for place, n in zip(places, (2, 3))] == [True, True], row
    assert bot.take("cancer.pdf", pdf(PAGES), "--json").json()["unchanged"] == 1
    bot.take("korea1.pdf", pdf(PAGES, encoding=b"UniKS-UCS2-H"))
    assert "암이란" in documents(bot)["korea1"]["text"], documents(bot)["korea1"]
    bot.take("locked-open.pdf", pdf(PAGES, password=b""))
    assert documents(bot)["locked-open"]["text"] == row["text"]


@test
def a_bad_pdf_is_refused_by_name(bot):
    good = pdf(PAGES)
    for name, content, says in (("locked.pdf", pdf(PAGES, password=b"secret"), "is encrypted"), ("cut.pdf", good[:700], "damaged"),
                                ("tail.pdf", good[:-300], "damaged"), ("junk.pdf", b"%PDF-1.4\njunk" * 100, "damaged"), ("text.pdf", b"hello", "is no PDF"),
                                ("none.pdf", b"", "is no PDF"), ("scan.pdf", pdf([b"0 0 100 100 re f"] * 3), "no text on its 3 pages"),
                                ("loop.pdf", good.replace(b"/Kids [10 0 R", b"/Kids [ 2 0 R"), "")):
        began = time.monotonic()
        result = bot.take(name, content, status=None)
        assert time.monotonic() - began < 20
        if says:
            assert result.status == 3 and name in result.err and says in result.err, result
    bot.run("import", os.path.join(bot.folder, "absent.pdf"), status=3)
    assert set(documents(bot)) <= {"loop"}


@test
def a_pdf_of_a_thousand_pages_is_read(bot):
    began = time.monotonic()
    pages = [["한결 약관", f"제{n}조(조항 {n}) 본문 {n}입니다.", f"{n} / 1000"] for n in range(1, 1001)]
    bot.take("long.pdf", pdf(pages))
    row = only(bot)
    assert row["text"].count("한결 약관") == 1 and "1000 / 1000" not in row["text"] and "제1000조" in row["text"]
    assert len(row["pages"].split()) == 999 and time.monotonic() - began < (30 if not is_sanitized() else 120)
    if IS_LONG:
        bot.take("longer.pdf", pdf([["x"]] * 5001), status=3, says="more than 5000 pages")


@test
def a_new_version_tells_the_statements_rates_and_answers_that_hang_on_it(bot):
    fill(bot)
    facts = "name,value,unit,source\nwait_days,90,일,cancer-2025#제2조\nother,1,,other#1\n"
    bot.take("facts.csv", facts, "--as", "facts")
    bot.take("answers.csv", "id,intent,condition,text\nuses-1,claim_documents,,{{fact:wait_days}} 동안은 안 됩니다.\n"
             "asks-1,loan_rate,fact:wait_days > 0,네.\nlonger-1,cancel_policy,,{{fact:wait_days_more}} 지나야 합니다.\n", "--as", "answers")
    bot.take("entities.csv", "id,kind,name\ncancer,product,암보험\n", "--as", "entities")
    bot.take("predicates.csv", "name,title\nwait,면책기간\naim,목적\n", "--as", "predicates")
    bot.take("statements.csv", "id,entity,predicate,value,unit,condition,effective_from,effective_to,source\n"
             "s1,cancer,wait,90,일,,2025-01-01,,cancer-2025#제2조\ns2,cancer,aim,보장,text,,2025-01-01,,cancer-2025#제1조\n"
             "s3,cancer,wait,90,일,옛,2025-01-01,2025-12-31,cancer-2025#제2조\ns4,cancer,aim,전부,text,다른,2025-01-01,,cancer-2025#제3조\n"
             "s5,cancer,aim,남,text,또,2025-01-01,,else#제2조\n", "--as", "statements")
    bot.take("rates.csv", "id,rate_table,keys,value,unit,effective_from,effective_to,source\n"
             "r1,t,age=40,90,일,2025-01-01,,cancer-2025#제2조\nr2,t,age=50,90,일,2025-01-01,,else#제2조\n", "--as", "rates")
    bot.take("v1.md", OLD)
    dry = bot.take("v2.md", NEW, "--json", "--dry-run").json()
    report = bot.take("v2.md", NEW, "--json").json()
    assert report["touched"] == dry["touched"]
    told = {(row["what"], row["name"]): row["more"] for row in report["touched"]}
    assert sorted(touched(report, "statement")) == ["s1", "s2", "s4"] and touched(report, "rate") == ["r1"], report["touched"]
    assert told["statement", "s1"] == "cancer wait = 90일, cancer-2025#제2조: its clause changed", told
    assert told["statement", "s2"].endswith("제1조: its version ended, the clause is as it was"), told
    assert told["statement", "s4"].endswith("제3조: no such clause any more"), told
    assert told["rate", "r1"] == "t age=40 = 90일, cancer-2025#제2조: its clause changed", told
    assert len(touched(report, "fact")) == 1, told
    assert sorted(touched(report, "answer")) == ["asks-1", "uses-1"], told
    assert told["answer", "uses-1"] == "fact:wait_days", told
    same = bot.take("v2.md", NEW.replace("60일", "61일"), "--json", "--dry-run").json()
    assert not touched(same, "statement"), same["touched"]  # those of the version before are not this one's
    bot.take("more.csv", "id,entity,predicate,value,unit,condition,effective_from,effective_to,source\n"
             "s6,cancer,wait,60,일,,2026-01-01,,cancer-2026#제2조\ns7,cancer,aim,보장,text,,2026-01-01,,cancer-2026#제1조\n", "--as", "statements")
    same = bot.take("v2.md", NEW.replace("60일", "61일"), "--json", "--dry-run").json()
    assert touched(same, "statement") == ["s6"], same["touched"]
    assert "cancer-2026: statement: s6: cancer wait = 60일" in bot.take("v2.md", NEW.replace("60일", "61일"), "--dry-run").out


@test
def a_new_version_ends_the_old_and_tells_what_it_touches(bot):
    fill(bot)
    bot.take("questions.csv", "text,documents\n면책기간은?,cancer#제2조\n목적은?,cancer-2025\n다른 것?,other\n", "--as", "questions")
    bot.take("facts.csv", "name,value,source\nwait,90일,cancer-2025#제2조\nother,1,other#1\n", "--as", "facts")
    bot.take("answers.csv", "id,intent,text\nwait-1,hello,면책기간은 90일입니다.\nfine-1,hello,60일이면 됩니다.\n", "--as", "answers")
    assert bot.take("v1.md", OLD, "--json").json()["touched"] == []
    before = bot.content()
    dry = bot.take("v2.md", NEW, "--json", "--dry-run").json()
    assert bot.content() == before and dry["imported"] is False
    report = bot.take("v2.md", NEW, "--json").json()
    assert report["touched"] == dry["touched"]
    assert touched(report, "ended") == ["2025-12-31"], report["touched"]
    assert touched(report, "passage changed") == ["제1관 총칙 > 제2조(면책기간)"], report["touched"]
    assert touched(report, "passage new") == ["제1관 총칙 > 제4조(새 조항)"] and touched(report, "passage gone") == ["제1관 총칙 > 제3조(옛 조항)"]
    assert len(touched(report, "question")) == 2 and len(touched(report, "fact")) == 1 and touched(report, "answer") == ["wait-1"], report["touched"]
    rows = documents(bot)
    assert rows["cancer-2025"]["effective_to"] == "2025-12-31" and rows["cancer-2026"]["effective_to"] == ""
    assert rows["cancer-2025"]["text"] == OLD.split("---\n\n")[1]
    for name, text in (("v2.md", NEW), ("v1.md", OLD)):
        again = bot.take(name, text, "--json").json()
        assert (again["new"], again["changed"], again["unchanged"], again["touched"]) == (0, 0, 1, []), again
    bot.take("other.md", NEW.replace("cancer-2026", "cancer-b"), status=3, says="take effect on the same day")
    assert documents(bot) == rows


@test
def a_new_text_of_the_same_id_puts_the_old_aside(bot):
    one = "---\neffective_from: {}\n---\n# 수수료\n\n수수료는 {}입니다.\n"
    for date, fee in (("2025-01-01", "2%"), ("2026-01-01", "3%")):
        bot.take("fee.md", one.format(date, fee))
    rows = documents(bot)
    assert set(rows) == {"fee", "fee@2025-01-01"} and "3%" in rows["fee"]["text"] and "2%" in rows["fee@2025-01-01"]["text"], rows
    assert (rows["fee@2025-01-01"]["series"], rows["fee@2025-01-01"]["effective_to"]) == ("fee", "2025-12-31"), rows
    assert bot.take("fee.md", one.format("2025-01-01", "2%"), "--json").json()["unchanged"] == 1
    bot.take("fee.md", one.format("2024-07-01", "1%"))
    assert documents(bot)["fee@2024-07-01"]["effective_to"] == "2024-12-31", documents(bot)
    changed = bot.take("fee.md", one.format("2026-01-01", "3.5%"), "--json").json()
    assert changed["changed"] == 1 and touched(changed, "passage changed") == ["수수료"] and len(documents(bot)) == 3, changed


@test
def versions_of_one_import_are_put_in_order(bot):
    bot.run("import", bot.write("b.md", NEW), bot.write("a.md", OLD), bot.write("c.md", NEW.replace("2026", "2027").replace("60일", "30일")))
    assert [row["effective_to"] for _, row in sorted(documents(bot).items())] == ["2025-12-31", "2026-12-31", ""]
    with Bot() as other:
        for text in (NEW.replace("2026", "2027").replace("60일", "30일"), NEW, OLD):
            other.take("terms.md", text)
        assert other.export("documents") == bot.export("documents")


@test
def a_question_is_answered_by_the_version_of_its_day(bot):
    fill(bot)
    bot.run("import", bot.write("a.md", OLD), bot.write("b.md", NEW), bot.write("c.md", NEW.replace("2026", "2099").replace("60일", "30일")))
    marks = bot.run("eval", "--retrieval", "--json", "--set", bot.write("q.csv", "text,documents\n암 면책기간 60일,cancer-2026\n암 면책기간,cancer\n")).json()
    assert marks["recall1"] == 1, marks
    marks = bot.run("eval", "--retrieval", "--json", "--set", bot.write("q.csv", "text,documents\n암 면책기간 90일,cancer-2025\n")).json()
    assert marks["recall10"] == 0, marks


@test
def an_export_imported_again_changes_nothing(bot):
    bot.run("import", bot.write("a.md", OLD), bot.write("b.md", NEW), bot.write("c.pdf", pdf(PAGES)), bot.write("d.html", "<p>Text, \"quoted\"."))
    for name, kind in (("documents.csv", []), ("documents.jsonl", ["--json"])):
        exported = bot.run("export", "documents", *kind).bytes
        report = bot.take(name, exported, "--as", "documents", "--json").json()
        assert (report["new"], report["changed"], report["unchanged"], report["touched"]) == (0, 0, 4, []), report
        with Bot() as other:
            other.take(name, exported, "--as", "documents")
            assert other.export("documents") == bot.export("documents")
    bot.take("pages.csv", "id,text,pages\nc,short,99\n", "--as", "documents", status=3, says="pages")
