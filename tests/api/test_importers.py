"""Files of other systems and workbooks: what is taken, changed and left, by line; what is malformed or meant to harm."""
import io
import json
import os
import re
import resource
import shutil
import time
import zipfile
from xml.sax.saxutils import escape

from paring import Bot, csv_of, fill, is_sanitized, rows_of, run, small_examples, test

FORMATS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "formats")


def path_of(name):
    return os.path.join(FORMATS, name)


def table(bot, kind):
    return rows_of(bot.export(kind).decode())


def texts(bot, kind="examples", intent=None):
    return {row["text"] for row in table(bot, kind) if intent in (None, row["intent"])}


def answers(bot):
    return {row["id"]: row["text"] for row in table(bot, "answers")}


def notes(result):
    """Every note as (file's last part, line, changed or left, text)."""
    return [(os.path.basename(n["file"]), n["line"], n["what"], n["text"]) for n in result.json()["notes"]]


def has_note(found, file, line, what, words):
    assert any(n[:3] == (file, line, what) and words in n[3] for n in found), (file, line, what, words, found)


def zip_of(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def zip_of_folder(name):
    root = path_of(name)
    found = [os.path.join(folder, file) for folder, _, files in os.walk(root) for file in files]
    return zip_of([(os.path.relpath(path, root), open(path, "rb").read()) for path in sorted(found)])


# ---- Rasa ----------------------------------------------------------------------------------------------------------

@test
def a_rasa_project_becomes_a_bot_that_answers(bot):
    result = bot.run("import", path_of("rasa"))
    for line in ('nlu.yml:9: changed: entity markup removed, "실손" kept as a value of slot product',
                 "domain.yml:29: left: buttons of utter_claim_documents",
                 "nlu.yml:55: left: regular expressions of policy_no",
                 "stories.yml:3: left: story 청구", "stories.yml:8: left: rule 인사"):
        assert line in result.out, (line, result)
    bot.go_live()
    asked = bot.ask("약관대출 이율이 얼마예요")
    assert asked["intent"] == "faq/ask_loan_rate" and asked["reply"]["text"] == "약관대출 이율은 연 4.8%입니다.", asked
    asked = bot.ask("실손보험 청구 서류가 뭐예요")
    assert asked["intent"] == "claim_documents" and "실손" in asked["reply"]["text"], asked


@test
def rasa_markup_synonyms_and_lookups_become_values(bot):
    bot.run("import", path_of("rasa"))
    values = {(row["slot"], row["value"]): set(filter(None, row["aliases"].split("|"))) for row in table(bot, "values")}
    assert values == {("product", "실손"): {"실손보험", "실비", "실손의료보험"}, ("product", "암보험"): set(),
                      ("product", "운전자보험"): set(), ("disease", "cancer"): {"암"}}, values
    claims = texts(bot, intent="claim_documents")
    assert {"실손 청구 서류가 뭐예요", "실손보험 서류 뭐 내야 해요", "암 진단금 청구 서류", "진단서랑 영수증 둘 다 내나요 [필수]"} <= claims
    assert not any("](" in text or "{" in text for text in claims), claims
    assert "안녕하세요\n반갑습니다" in texts(bot, intent="greet")
    assert len(texts(bot, intent="out_of_scope")) == 3


@test
def rasa_responses_answer_their_intents(bot):
    found = notes(bot.run("import", "--json", path_of("rasa")))
    told = answers(bot)
    assert told["claim_documents-1"].startswith("{{slot:product}} 청구에는"), told
    assert told["greet-1"] == "안녕하세요, 가온손해보험입니다.\n무엇을 도와드릴까요?", told
    assert set(told) == {"claim_documents-1", "claim_documents-kakao-1", "greet-1", "office_hours-1", "faq/ask_loan_rate-1",
                         "faq/ask_refund-1"}
    has_note(found, "domain.yml", 43, "left", "there is no intent ask_name")
    has_note(found, "domain.yml", 33, "left", "another wording")
    has_note(found, "nlu.yml", 45, "left", "no item of a list")


@test
def rasa_conditions_flows_and_channels_are_told_by_line(bot):
    found = notes(bot.run("import", "--json", path_of("rasa-flows")))
    for line, what, words in ((15, "changed", "channel custom.KakaoInput is called custom_KakaoInput"),
                              (20, "left", 'utter_hi for when slot vip is "true"'),
                              (28, "changed", "utter_ask_vip is the question of slot vip"),
                              (30, "left", "buttons of utter_ask_vip"), (32, "left", "another wording of utter_ask_vip"),
                              (39, "left", "form claim_form"), (42, "left", "form other_form"),
                              (44, "left", "story one"), (46, "left", "story two"),
                              (49, "left", "rule only when asked, with its condition"), (53, "left", "actions")):
        has_note(found, "domain.yml", line, what, words)
    assert {(row["intent"], row["channel"], row["text"]) for row in table(bot, "answers")} == {
        ("bye", "", "Bye."), ("bye", "custom_KakaoInput", "Bye, Kakao"), ("bye", "slack", "Bye, Slack"), ("hi", "", "Hi")}
    slot, = table(bot, "slots")
    assert (slot["name"], slot["question"]) == ("vip", "Are you one?"), slot


@test
def rasa_files_may_come_one_by_one_and_again(bot):
    files = [path_of("rasa/domain.yml"), path_of("rasa/data/nlu.yml"), path_of("rasa/data/responses.yml")]
    bot.run("import", *files)
    before = bot.content()
    report = bot.run("import", "--json", *reversed(files)).json()
    assert (report["new"], report["changed"], report["refused"]) == (0, 0, 0), report
    assert bot.content() == before


@test
def old_markdown_is_read_too(bot):
    found = notes(bot.run("import", "--json", path_of("rasa-md")))
    assert texts(bot, intent="cancel_policy") == {"cancel my policy", "I want to end my car insurance",
                                                  "please terminate the contract", "stop my cover"}
    assert answers(bot)["faq/ask_excess-1"] == "Your excess is on page one of your policy."
    assert answers(bot)["payout_date-1"] == "Claims are paid within {{slot:days}} days."
    assert {row["value"]: row["aliases"] for row in table(bot, "values")} == {"car": "car insurance|auto cover", "home": ""}
    has_note(found, "domain.yml", 7, "changed", "define that slot")
    has_note(found, "stories.md", 2, "left", "stories")


@test
def markdown_that_is_no_rasa_is_a_document(bot):
    bot.take("terms.md", "# Terms\n\n## Cover\n* fire\n  - of any kind\n\n## Intents: ours\n- none\n")
    assert len(table(bot, "documents")) == 1
    bot.take("responses.md", "## excess\n* faq/ask_excess\n  - See page one.\n", "--as", "documents")
    bot.take("nlu.md", "\n## intent:excess\n- what is my excess\n")
    assert len(table(bot, "documents")) == 2
    assert texts(bot, "examples") == {"what is my excess"}


@test
def crlf_and_a_byte_order_mark_change_nothing(bot):
    with open(path_of("rasa/data/nlu.yml"), "rb") as file:
        content = file.read()
    bot.take("nlu.yml", content)
    report = bot.take("other.yml", b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"), "--json").json()
    assert (report["new"], report["changed"]) == (0, 0), report
    with open(path_of("rasa-md/data/nlu.md"), "rb") as file:
        content = file.read()
    bot.take("nlu.md", content)
    report = bot.take("other.md", b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"), "--json").json()
    assert (report["new"], report["changed"]) == (0, 0), report


# ---- nlp.js, Dialogflow, CLU, custom question answering -------------------------------------------------------------

@test
def an_nlpjs_corpus_keeps_its_tests_apart(bot):
    found = notes(bot.run("import", "--json", path_of("corpus.json")))
    assert texts(bot, "cases") == {"청구할 때 서류 뭐예요", "서류 목록 좀 \U0001f600", "몇시에 닫아요", "축구 몇 대 몇이야"}
    assert texts(bot, "cases", "out_of_scope") == {"축구 몇 대 몇이야"} and len(texts(bot, intent="out_of_scope")) == 3
    assert "실손 청구 서류" in texts(bot, intent="claim_documents")
    assert answers(bot) == {"claim_documents-1": "{{slot:product}} 청구에는 청구서와 영수증이 필요합니다.",
                            "office_hours-1": "평일 9시부터 6시까지 엽니다."}
    assert [row["question"] for row in table(bot, "slots")] == ["어떤 보험인가요?"]
    has_note(found, "corpus.json", 11, "left", "trim of entity fromCity")
    has_note(found, "corpus.json", 31, "left", "the condition isClosed")
    assert {row["language"] for row in table(bot, "examples")} == {"ko"}


@test
def a_dialogflow_agent_is_the_same_as_folder_and_zip(bot):
    bot.run("import", path_of("agent"))
    before = bot.content()
    with Bot() as other:
        found = notes(other.take("agent.zip", zip_of_folder("agent"), "--json"))
        assert other.content() == before
    assert texts(bot, intent="Claim documents") == {"실비 청구 서류", "서류 뭐 내야 해요", "내일까지 낼 서류", "claim papers",
                                                    "what documents do I need to claim"}
    assert texts(bot, intent="out_of_scope") == {"오늘 날씨 어때"} and texts(bot, intent="Hours") == {"몇 시까지 해요", "영업 시간"}
    told = answers(bot)
    assert told == {"Claim_documents-ko-1": "{{slot:product}} 청구에는 영수증이 필요합니다.", "Claim_documents-en-1": "Please send the receipt.",
                    "Hours-ko-1": "평일 9시부터 6시까지 엽니다."}, told
    assert [row["question"] for row in table(bot, "slots")] == ["어떤 보험인가요?"]
    has_note(found, "Claim.json", 26, "left", "webhook")
    has_note(found, "Claim_usersays_ko.json", 2, "changed", '"실손" kept as a value of slot product')
    has_note(found, "policy-no.json", 1, "left", "regular expressions")


@test
def a_clu_project_keeps_its_test_set_apart(bot):
    found = notes(bot.run("import", "--json", path_of("project.json")))
    assert texts(bot, "cases") == {"has my claim been decided", "sing a song"}
    assert texts(bot, "cases", "out_of_scope") == {"sing a song"}
    values = {row["value"]: row["aliases"] for row in table(bot, "values")}
    assert values == {"home": "home cover|house insurance", "boat": ""}, values
    has_note(found, "project.json", 7, "left", "Unused")
    has_note(found, "project.json", 22, "left", '"500" marked as Amount')


@test
def questions_of_one_answer_are_one_intent(bot):
    bot.run("import", path_of("questions.tsv"))
    assert texts(bot, intent="qna_7") == {"해지하면 얼마 받아요", "환급금 조회"}
    assert texts(bot, intent="qna_8") == {'따옴표가 든 "질문" 하나'} and texts(bot, intent="qna_9") == {'"해지" 버튼이 없어요'}
    assert answers(bot)["qna_7-1"] == "환급금은 앱에서 보실 수 있어요.\n\n지점에서도 됩니다."
    assert answers(bot)["qna_8-1"] == "답이 두 줄\n이에요."
    assert {row["name"]: row["title"] for row in table(bot, "intents")}["qna_7"] == "해지하면 얼마 받아요"


@test
def one_id_with_two_answers_is_refused(bot):
    """Else the second question would get the first one's answer."""
    before = bot.content()
    bot.take("q.tsv", "Question\tAnswer\tQnaId\nA?\tyes\t1\nB?\tyes\t1\nC?\tno\t1\n", status=3, says=r"q\.tsv:4: QnaId 1 has another answer on line 2")
    assert bot.content() == before


@test
def every_import_again_changes_nothing_and_a_dry_run_too(bot):
    for name in ("rasa", "rasa-md", "corpus.json", "project.json", "questions.tsv", "agent"):
        with Bot() as other:
            empty = other.content()
            dry = other.run("import", "--dry-run", "--json", path_of(name)).json()
            assert other.content() == empty and dry["new"] > 0, name
            done = other.run("import", "--json", path_of(name)).json()
            assert (done["new"], done["changed"]) == (dry["new"], dry["changed"]), name
            again = other.run("import", "--json", path_of(name)).json()
            assert (again["new"], again["changed"], again["refused"]) == (0, 0, 0), (name, again)


@test
def as_names_a_format(bot):
    with open(path_of("corpus.json"), "rb") as file:
        content = file.read()
    bot.run("import", "-", "--as", "nlpjs", input=content)
    assert len(texts(bot, "cases")) == 4
    bot.take("x.txt", content, "--as", "rasal", status=2, says="no kind and no format")
    bot.take("x.txt", content, "--as", "clu", status=3, says=r"x\.txt:1: a project needs assets")


# ---- workbooks -----------------------------------------------------------------------------------------------------

def workbook(bot, name="book.xlsx", *kinds):
    path = os.path.join(bot.folder, name)
    bot.run("export", *kinds, "--format", "xlsx", "--out", path)
    return path


class Sheet:
    """One sheet of a workbook, its cells as texts; saved as a writer's spreadsheet would, ids and hidden columns kept."""

    def __init__(self, path, name):
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.parts = {n: archive.read(n) for n in archive.namelist()}
        book = self.parts["xl/workbook.xml"].decode()
        names = re.findall(r'<sheet name="([^"]+)"', book)
        self.part = f"xl/worksheets/sheet{names.index(name) + 1}.xml"
        shared = [re.sub(r"<[^>]+>", "", s) for s in re.findall(r"<si>(.*?)</si>", self.parts["xl/sharedStrings.xml"].decode(), re.S)]
        self.rows = []
        for row in re.findall(r"<row [^>]*>(.*?)</row>", self.parts[self.part].decode(), re.S):
            cells = {}
            for column, value in re.findall(r'<c r="([A-Z]+)\d+"[^>]*t="s"[^>]*><v>(\d+)</v></c>', row):
                cells[column] = shared[int(value)].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            self.rows.append(cells)
        self.columns = {value: column for column, value in self.rows[0].items()}

    def find(self, name, value):
        return next(row for row in self.rows[1:] if row.get(self.columns[name]) == value)

    def put(self, row, name, value):
        row[self.columns[name]] = value

    def save(self):
        lines = []
        for number, row in enumerate(self.rows, 1):
            cells = "".join(f'<c r="{column}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
                            for column, value in row.items() if value != "")
            lines.append(f'<row r="{number}">{cells}</row>')
        sheet = re.sub(r"<sheetData>.*</sheetData>", lambda _: f"<sheetData>{''.join(lines)}</sheetData>",
                       self.parts[self.part].decode(), flags=re.S)
        self.parts[self.part] = sheet.encode()
        with open(self.path, "wb") as file:
            file.write(zip_of(self.parts.items()))


@test
def an_unchanged_workbook_changes_nothing():
    with Bot("insurance-ko") as bot:
        before = bot.content()
        path = workbook(bot)
        report = bot.run("import", "--json", path).json()
        kinds = report["kinds"]
        assert (report["new"], report["changed"], report["conflict"]) == (0, 0, 0), report
        assert all(kinds[kind]["unchanged"] == len(rows_of(before[kind].decode())) for kind in ("examples", "answers", "facts", "cases"))
        assert bot.content() == before
        with Bot() as copy:
            copy.run("import", path)
            for kind in ("examples", "answers", "facts", "cases"):
                assert copy.export(kind) == before[kind], kind


@test
def what_was_edited_on_one_side_only_is_merged(bot):
    fill(bot)
    path = workbook(bot)
    bot.take("theirs.csv", "id,intent,condition,text\noffice_hours-1,office_hours,,평일 9시부터 5시까지입니다.\n")
    sheet = Sheet(path, "answers")
    sheet.put(sheet.find("id", "cancel_policy-1"), "text", "=해지는 <앱>에서 & 지점에서")
    sheet.rows.append({sheet.columns["intent"]: "greet", sheet.columns["text"]: "안녕하세요", sheet.columns["id"]: "greet-1"})
    sheet.save()
    before = bot.content()
    dry = bot.run("import", "--dry-run", "--json", path).json()
    assert bot.content() == before and (dry["new"], dry["changed"], dry["conflict"]) == (1, 1, 0), dry
    bot.run("import", path)
    told = answers(bot)
    assert told["cancel_policy-1"] == "=해지는 <앱>에서 & 지점에서" and told["greet-1"] == "안녕하세요", told
    assert told["office_hours-1"] == "평일 9시부터 5시까지입니다.", "somebody else's edit was undone"


@test
def what_was_edited_on_both_sides_is_a_conflict_and_stays(bot):
    fill(bot)
    path = workbook(bot)
    theirs = "평일 9시부터 5시까지입니다."
    bot.take("theirs.csv", f"id,intent,condition,text\noffice_hours-1,office_hours,,{theirs}\n")
    sheet = Sheet(path, "answers")
    sheet.put(sheet.find("id", "office_hours-1"), "text", "주말에도 엽니다.")
    sheet.put(sheet.find("id", "cancel_policy-1"), "text", "해지는 앱에서 됩니다.")
    sheet.save()
    before = bot.content()
    for options in (["--dry-run"], []):
        result = bot.run("import", *options, path, status=1, says="1 row was edited here and meanwhile by somebody else")
        assert re.search(r"book\.xlsx/answers:\d+: conflict: answers office_hours-1 was changed by user \d+ at 20", result.out), result
        for line in ("was    평일 9시부터 6시까지입니다.", f"theirs {theirs}", "yours  주말에도 엽니다."):
            assert line in result.out, (line, result)
        assert bot.content() == before
    report = json.loads(bot.run("import", "--json", path, status=1).out)
    conflict, = report["conflicts"]
    assert conflict["id"] == "office_hours-1" and report["conflict"] == 1 and not report["imported"], report
    assert conflict["fields"] == [{"name": "text", "was": "평일 9시부터 6시까지입니다.", "theirs": theirs, "yours": "주말에도 엽니다."}]
    bot.run("import", "--take-rest", path, status=1, says="those stay as they are, the rest was taken")
    assert answers(bot)["office_hours-1"] == theirs and answers(bot)["cancel_policy-1"] == "해지는 앱에서 됩니다."


@test
def two_halves_of_a_row_are_a_conflict_and_the_same_edit_is_none(bot):
    fill(bot)
    path = workbook(bot)
    bot.take("theirs.csv", "id,intent,channel,text\noffice_hours-1,office_hours,kakao,평일 9시부터 6시까지입니다.\n"
                           "cancel_policy-1,cancel_policy,,해지는 앱에서 됩니다.\n")
    sheet = Sheet(path, "answers")
    sheet.put(sheet.find("id", "cancel_policy-1"), "text", "해지는 앱에서 됩니다.")
    sheet.save()
    assert bot.run("import", "--json", path).json()["conflict"] == 0
    sheet.put(sheet.find("id", "office_hours-1"), "text", "평일 9시부터 7시까지입니다.")
    sheet.save()
    bot.run("import", path, status=1)


@test
def a_row_moves_between_examples_and_cases(bot):
    fill(bot)
    path = workbook(bot)
    sheet = Sheet(path, "examples")
    row = sheet.find("text", "보험 해지 궁금해요")
    sheet.put(row, "split", "eval")
    sheet.save()
    assert bot.run("import", "--dry-run", "--json", path).json()["changed"] == 1
    report = bot.run("import", "--json", path).json()
    assert (report["new"], report["changed"], report["kinds"]["cases"]["changed"]) == (0, 1, 1), report
    assert "보험 해지 궁금해요" in texts(bot, "cases") and "보험 해지 궁금해요" not in texts(bot)
    assert [r["id"] for r in table(bot, "cases") if r["text"] == "보험 해지 궁금해요"] == [row[sheet.columns["id"]]]
    report = bot.run("import", "--json", path).json()
    assert (report["new"], report["changed"], report["conflict"]) == (0, 0, 0), report


@test
def a_move_of_what_others_have_edited_is_a_conflict(bot):
    fill(bot)
    path = workbook(bot)
    sheet = Sheet(path, "examples")
    row = sheet.find("text", "보험 해지 궁금해요")
    bot.take("theirs.csv", csv_of([{"id": row[sheet.columns["id"]], "text": "보험을 해지하려면요", "intent": "cancel_policy"}]))
    sheet.put(row, "split", "eval")
    sheet.save()
    result = bot.run("import", path, status=1)
    for line in ("    split\n      was    train\n      theirs train\n      yours  eval\n",
                 "      was    보험 해지 궁금해요\n      theirs 보험을 해지하려면요\n      yours  보험 해지 궁금해요\n"):
        assert line in result.out, result
    assert "보험을 해지하려면요" in texts(bot) and len(texts(bot, "cases")) == 5
    fields = bot.run("import", "--json", path, status=1).json()["conflicts"][0]["fields"]
    assert fields[0] == {"name": "split", "was": "train", "theirs": "train", "yours": "eval"}, fields


@test
def csv_for_spreadsheets_is_neutral_and_merges_too(bot):
    fill(bot)
    risky = ["=1+1", "+82 2 000", "-5도", "@here", "'=x", "평범한 문장"]
    bot.take("more.csv", csv_of([{"text": text, "intent": "greet"} for text in risky]))
    content = bot.run("export", "examples", "--format", "csv").bytes
    assert content.startswith(b"\xef\xbb\xbfid,text,intent,language,split,base_revision\n")
    cells = [row["text"] for row in rows_of(content.decode("utf-8-sig"))]
    assert {"'=1+1", "'+82 2 000", "'-5도", "'@here", "''=x", "평범한 문장"} <= set(cells)
    assert not any(cell[0] in "=+-@" for cell in cells)
    before = bot.content()
    assert bot.take("sheet.csv", content, "--json").json()["unchanged"] == len(cells)
    assert bot.content() == before
    rows = rows_of(content.decode("utf-8-sig"))
    row = next(row for row in rows if row["text"] == "평범한 문장")
    bot.take("theirs.csv", csv_of([{"id": row["id"], "text": "남이 고친 문장", "intent": "greet"}]))
    row["text"] = "내가 고친 문장"
    bot.take("sheet.csv", csv_of(rows), status=1, says="1 row was edited")
    assert "남이 고친 문장" in texts(bot) and "내가 고친 문장" not in texts(bot)
    folder = os.path.join(bot.folder, "sheets")
    bot.run("export", "--format", "csv", "--out", folder)
    assert sorted(os.listdir(folder)) == ["answers.csv", "cases.csv", "examples.csv", "facts.csv"]


@test
def a_row_copied_with_its_id_is_refused(bot):
    fill(bot)
    path = workbook(bot)
    sheet = Sheet(path, "answers")
    sheet.rows.append(dict(sheet.find("id", "office_hours-1")))
    sheet.put(sheet.rows[-1], "text", "주말에도 엽니다.")
    sheet.save()
    before = bot.content()
    bot.run("import", path, status=3, says=r"answers:7: an earlier row of this import is the same row")
    assert bot.content() == before


@test
def cells_that_a_spreadsheet_made_numbers_and_dates_are_read(bot):
    cells = ('<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>value</t></is></c>'
             '<c r="C1" t="inlineStr"><is><t>effective_from</t></is></c><c r="D1" t="inlineStr"><is><t>memo</t></is></c></row>'
             '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><f>4+0.5</f><v>4.5000000000000000</v></c><c r="C3" s="1"><v>46349</v></c></row>')
    names = "<sst><si><r><t>loan</t></r><r><t>_rate</t></r><rPh sb='0' eb='1'><t>읽기</t></rPh></si></sst>"
    path = bot.write("numbers.xlsx", xlsx_of(cells, names))
    found = notes(bot.run("import", "--json", path))
    row, = table(bot, "facts")
    assert (row["name"], row["value"], row["effective_from"]) == ("loan_rate", "4.5", "2026-11-23"), row
    has_note(found, "Sheet1", 3, "changed", "a formula")
    has_note(found, "Sheet1", 1, "left", "column memo")


def xlsx_of(rows, strings="<sst/>", head=""):
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zip_of([
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", f'<workbook xmlns:r="{relation}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", f"{head}<worksheet><sheetData>{rows}</sheetData></worksheet>")])


# ---- malformed, and meant to harm ------------------------------------------------------------------------------------

MALFORMED = [
    ("a.yml", "nlu:\n- intent: a\n  examples: |\n    - x\n bad: [\n", r"a\.yml:\d+: "),
    ("a.yml", "nlu:\n- intent: a\n  examples:\n  - 1\n- name: b\n", r"a\.yml:5: an entry of nlu needs intent"),
    ("a.yml", "nlu:\n- intent: a\n  examples: {x: y}\n", r"a\.yml:3: examples must be a text or a list"),
    ("a.yml", "nlu:\n- intent: a\n  examples: |\n    - go\n    - [x]{\"entity\": } y\n", r"a\.yml:5: entity markup that is not JSON"),
    ("a.yml", "nlu: []\nresponses: {}\nnlu: []\n", r"a\.yml:3: \"nlu\" is there twice"),
    ("a.yml", b"version: '3'\nnlu:\n- intent: \xb0\xa1\n", r"a\.yml:3: not UTF-8"),
    ("a.yml", "\ufeffversion: '3'".encode("utf-16"), r"a\.yml:1: this is UTF-16"),
    ("a.yml", "nlu:\n- intent: a\n  examples: *b\n", r"a\.yml:3: there is no anchor"),
    ("a.yml", "config: 1\n", r"there is nothing of Rasa in it"),
    ("a.yml", "", r"there is nothing of Rasa in it"),
    ("a.yml", "- a\n- b\n", r"a\.yml:1: a file of Rasa must have names at its top"),
    ("a.md", b"## intent:a\n- ok\n- \xff\n", r"a\.md:3: not UTF-8"),
    ("a.json", '{"locale": "ko",\n "data": [{"intent": "a",\n "utterances": ["x",]}]}', r"a\.json:3: a value is expected here"),
    ("a.json", '{"locale": "ko",\n "data": [{"utterances": ["x"]}]}', r"a\.json:2: an entry of data needs"),
    ("a.json", '{"locale": "ko", "data": [{"intent": "a",\n "utterances": [["x"]]}]}', r"a\.json:2: an utterance must be a text"),
    ("a.json", '{"locale": "ko", "data": [\n', r"a\.json:2: the file ends in the middle"),
    ("a.json", '{"locale": "ko", "data": []}\n{}', r"a\.json:2: there is more after the end"),
    ("a.json", '{"locale": "\\ud800", "data": []}', r"a\.json:1: half of a character"),
    ("a.json", '{"assets": {\n"utterances": [{"text": "x"}]}}', r"a\.json:2: an utterance needs a text and an intent"),
    ("a.json", '{"assets": {"utterances": [\n{"text": "x", "intent": "a", "dataset": "Dev"}]}}', r"a\.json:2: dataset must be"),
    ("a.json", '{"assets": {"utterances": [{"text": "x", "intent": "a",\n"entities": [{"category": "p", "offset": 9, "length": 1}]}]}}',
     r"a\.json:2: the entity lies outside its text"),
    ("a.tsv", "Question\tAnswer\nq\ta\n\ta\n", r"a\.tsv:3: Question is empty"),
    ("a.tsv", "Question\tAnswer\nq\ta\tmore\n", r"a\.tsv:2: 3 fields, but the header has 2"),
    ("a.xlsx", b"no zip", r"a\.xlsx: is no \.xlsx workbook"),
    ("a.xlsx", zip_of([("x.xml", "<a/>")]), r"there is no xl/workbook\.xml"),
    ("a.xlsx", xlsx_of("<row>"), r"sheet1\.xml:1: "),
    ("a.xlsx", xlsx_of('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), r"Sheet1:1: a cell names a shared text"),
    ("a.xlsx", xlsx_of('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>'), r"Sheet1:1: a cell holds an error"),
    ("a.zip", "hello", r"a\.zip: is no zip archive"),
    ("a.zip", "", r"a\.zip: is no zip archive"),
    ("a.zip", zip_of([("readme.txt", "x")]), r"a\.zip: holds nothing that is known"),
    ("a.zip", zip_of([("intents/a.json", "{}")]), r"a\.zip/intents/a\.json:1: an intent needs a \"name\""),
    ("a.zip", zip_of_folder("agent")[:-300], r"a\.zip.*: the archive cannot be read"),
]


@test
def malformed_files_fail_by_line_and_change_nothing(bot):
    before = bot.content()
    for name, content, says in MALFORMED:
        bot.take(name, content, status=3, says=says)
    assert bot.content() == before


def bounded(bot, path, says, megabytes=300):
    """Refused within bounds: 5 s, and an address space that a bomb would burst."""
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    began = time.monotonic()
    bot.run("import", path, status=3, says=says, **({} if is_sanitized() else {"preexec_fn": limit}))
    assert time.monotonic() - began < (60 if is_sanitized() else 5), path


@test
def bombs_are_refused_within_memory_and_time(bot):
    before = bot.content()
    bounded(bot, bot.write("bomb.zip", zip_of([("intents/a.json", b" " * (24 << 20))])), "unpacks to more than 200 times its size")
    bounded(bot, bot.write("book.xlsx", zip_of([("xl/workbook.xml", b" " * (40 << 20))])), "unpacks to more|larger than")
    bounded(bot, bot.write("many.zip", zip_of([(f"intents/{i}.json", "") for i in range(20001)])), "more than 20000 entries")
    nine = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 12))
    bounded(bot, bot.write("laughs.yml", "l0: &l0 [ha]\n" + nine + "nlu: *l11\n"), r"laughs\.yml:\d+: more than 2000000 values")
    text = "big: &big |\n" + "  - xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n" * 30000 + "nlu:\n" + "- {intent: a, examples: *big}\n" * 20000
    bounded(bot, bot.write("again.yml", text), r"again\.yml:\d+: more than 2000000 values")
    bounded(bot, bot.write("deep.yml", "nlu: " + "[" * 100000), r"deep\.yml:1: nested deeper than 64")
    bounded(bot, bot.write("deep.json", '{"locale": 1, "data": ' + "[" * 1000000), r"deep\.json:1: nested deeper than 64")
    bounded(bot, bot.write("wide.json", '{"locale": 1, "data": [' + "[]," * 3000000 + "[]]}"), r"more than 2000000 values")
    with open(os.path.join(bot.folder, "huge.yml"), "wb") as file:
        file.write(b"nlu:\n")
        for _ in range(200):
            file.write(b"- intent: a\n" * ((1 << 20) // 12))
    bounded(bot, file.name, r"huge\.yml: larger than 33554432 bytes")
    os.unlink(file.name)
    assert bot.content() == before


@test
def entities_of_xml_are_refused(bot):
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&lol;</t></is></c></row>'
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    for head in (f'<!DOCTYPE worksheet [<!ENTITY l0 "lol">{laughs}<!ENTITY lol "&l9;">]>',
                 '<!DOCTYPE worksheet [<!ENTITY lol SYSTEM "file:///etc/passwd">]>',
                 '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:1/x.dtd">', ""):
        bounded(bot, bot.write("book.xlsx", xlsx_of(rows, head=head)), r"sheet1\.xml:1: ")
    deep = "<a>" * 300
    bounded(bot, bot.write("book.xlsx", xlsx_of(deep)), r"sheet1\.xml:1: ")


@test
def names_that_lead_out_of_an_archive_are_refused_and_named(bot):
    for name in ("../intents/a.json", "intents/../../a.json", "/etc/intents/a.json", "intents\\..\\a.json", "C:/intents/a.json"):
        path = bot.write("agent.zip", zip_of([("agent.json", "{}"), (name, "{}")]))
        result = bot.run("import", path, status=3, says="no safe name")
        assert name.replace("\\", "/") in result.err.replace("\\", "/"), result
    link = zipfile.ZipInfo("intents/link.json")
    link.external_attr = 0o120777 << 16
    path = bot.write("agent.zip", zip_of([("agent.json", "{}"), (link, "/etc/passwd")]))
    bot.run("import", path, status=3, says="no folder intents")


@test
def a_folder_of_another_system_is_told_by_what_is_in_it(bot):
    for file in ("corpus.json", "project.json"):
        folder = os.path.join(bot.folder, "of-" + file)
        os.mkdir(folder)
        shutil.copy(path_of(file), folder)
        for other, text in (("README.md", "# About\n\nHow to begin.\n"), ("package.json", '{"name":"x"}')):
            with open(os.path.join(folder, other), "w", encoding="utf-8") as out:
                out.write(text)
        shown = bot.run("import", "--dry-run", "--json", folder)
        alone = bot.run("import", "--dry-run", "--json", path_of(file)).json()
        assert shown.json()["kinds"] == alone["kinds"] and alone["new"] > 0, shown
        has_note(notes(shown), "package.json", 1, "left", "the file")
    os.mkdir(os.path.join(bot.folder, "tables"))
    bot.write("tables/a.csv", "text,intent\na,b\n")
    bot.run("import", os.path.join(bot.folder, "tables"), status=3, says=r"nothing in this folder is known.*\*\.csv")


@test
def rows_of_one_line_name_that_line_once(bot):
    path = bot.write("c.json", '{"name":"c","locale":"en","data":[{"intent":"a","utterances":["x","y"]}]}')
    assert "c.json:1: examples: 2 new" in bot.run("import", "--dry-run", path).out


@test
def a_korean_name_in_an_archive_and_a_link_in_a_folder(bot):
    entries = [("agent.json", "{}"), ("intents/서류.json", '{"name": "서류", "responses": []}'),
               ("intents/서류_usersays_ko.json", '[{"data": [{"text": "서류 뭐 내요"}]}]')]
    for environment in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
        bot.run("import", bot.write("agent.zip", zip_of(entries)), env=environment)
        assert texts(bot, intent="서류") == {"서류 뭐 내요"}
    folder = os.path.join(bot.folder, "project")
    shutil.copytree(path_of("rasa"), folder)
    os.symlink("/", os.path.join(folder, "data", "loop"))
    os.symlink("/etc/passwd", os.path.join(folder, "data", "passwd.yml"))
    told = bot.run("import", folder).out
    assert f"{folder}:1: left: 2 other files or links in it, which are not read" in told, told
    assert not any("root:" in text for text in texts(bot))


@test
def one_refused_row_of_another_system_and_nothing_is_taken(bot):
    before = bot.content()
    long = "가" * 2001
    bot.take("nlu.yml", f"nlu:\n- intent: a\n  examples: |\n    - fine\n    - {long}\n", status=3, says=r"nlu\.yml:5: text.*nothing was imported")
    assert bot.content() == before
