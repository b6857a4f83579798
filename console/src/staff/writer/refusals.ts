// Why a row is not taken, in the reader's language: by the key that the server gives its sentence, never by the sentence. A key that is
// not known here is told in the server's own words.
import { say, speaks } from "../words";
import { columnName, kindName } from "./data";

export type Refusal = { line: number; sheet: string; reason: string; key?: string | null; about?: string[] };

// about: what the sentence names, in the order in which the server gives it.
const korean: Record<string, (about: string[]) => string> = {
  empty: ([column]) => `‘${columnName(column!)}’ 칸이 비어 있습니다.`,
  missing: ([column]) => `‘${columnName(column!)}’ 칸이 있어야 합니다.`,
  invisible: ([column]) => `‘${columnName(column!)}’ 칸에 보이지 않는 글자만 있습니다.`,
  too_long: ([column, limit]) => `‘${columnName(column!)}’ 칸이 ${limit}자보다 깁니다.`,
  control: ([column, rune]) => `‘${columnName(column!)}’ 칸에 쓸 수 없는 제어 문자(${rune})가 있습니다.`,
  marks: ([column, most]) => `‘${columnName(column!)}’ 칸에 결합 문자가 ${most}개보다 많이 이어집니다.`,
  not_utf8: ([column, byte]) => `‘${columnName(column!)}’ 칸의 ${byte}번째 바이트가 UTF-8이 아닙니다.`,
  form_id: ([column]) => `‘${columnName(column!)}’은(는) 빈칸 없는 한 낱말이어야 합니다 (128바이트까지).`,
  form_name: ([column]) => `‘${columnName(column!)}’은(는) 한 줄이어야 합니다 (128바이트까지).`,
  form_symbol: ([column]) => `‘${columnName(column!)}’에는 글자, 숫자, _만 쓸 수 있고 숫자로 시작할 수 없습니다 (128바이트까지).`,
  form_tag: ([column]) => `‘${columnName(column!)}’에는 영문자, 숫자, -, _만 쓸 수 있습니다 (32자까지).`,
  form_line: ([column]) => `‘${columnName(column!)}’은(는) 한 줄이어야 합니다.`,
  form_date: ([column]) => `‘${columnName(column!)}’은(는) 2026-11-23 같은 날짜이거나 비어 있어야 합니다.`,
  form_policy: ([column]) => `‘${columnName(column!)}’은(는) scripted, never_generate, handoff 가운데 하나여야 합니다.`,
  form_slot_type: ([column]) => `‘${columnName(column!)}’은(는) amount, rate, term, date, count, list 가운데 하나여야 합니다.`,
  form_pages: ([column]) => `‘${columnName(column!)}’은(는) 빈칸으로 나눈, 커지는 숫자들이어야 합니다.`,
  days_crossed: ([from, to]) => `시행일 ${from}이(가) 종료일 ${to}보다 늦습니다.`,
  no_figure: ([value]) => `단위가 있으면 값은 숫자여야 합니다${value ? `: ‘${value}’` : ""}.`,
  pages_outside: ([at, size]) => `쪽이 ${at}바이트에서 시작한다고 되어 있지만 글은 ${size}바이트입니다.`,
  no_slot: ([slot]) => `항목 ‘${slot}’이(가) 없습니다. 항목을 먼저 만드세요.`,
  slot_no_list: ([slot]) => `항목 ‘${slot}’의 종류가 list가 아닙니다.`,
  no_free_id: () => "이 행에 줄 수 있는 ID가 없습니다. ID를 적어 주세요.",
  twin: ([id]) => `행 ‘${id}’이(가) 이미 같은 것을 말합니다.`,
  said_elsewhere: ([id, kind]) => `같은 파일의 앞 행에서 ‘${id}’을(를) ${kindName(kind!)}(으)로 적었습니다.`,
  row_twice: ([id]) => `같은 파일의 앞 행과 같은 행입니다 (ID ‘${id}’). 새 행이라면 ID와 숨은 열을 비워 두세요.`,
  split_unknown: () => "split은 train이나 eval이어야 합니다.",
  split_train: () => "split이 train인 행은 예문이라 평가 예문으로 받지 않습니다.",
  file_no_workbook: () => "엑셀 파일(.xlsx)이 아닙니다. .xls 파일은 엑셀에서 .xlsx로 저장해 주세요.",
  file_damaged: () => "파일이 손상되어 읽을 수 없습니다. 엑셀에서 열어 다시 저장해 주세요.",
  file_encrypted: () => "암호가 걸린 파일입니다. 암호를 풀고 저장해 주세요.",
  book_too_large: ([most]) => `엑셀 파일이 다시 올릴 수 있는 ${most}MB보다 큽니다. 서버에서 paring export --format xlsx로 종류마다 나누어 받을 수 있습니다.`,
  file_too_large: ([most]) => `풀면 ${most}MB보다 큰 파일입니다. 시트나 행을 나누어 올려 주세요.`,
  file_unpacks: ([times]) => `압축을 풀면 ${times}배보다 커지는 파일이라 열지 않았습니다.`,
  file_sheets: ([most]) => `시트가 ${most}개보다 많습니다.`,
  file_rows: ([most]) => `한 시트의 행이 ${Number(most).toLocaleString("ko")}개보다 많습니다.`,
  file_cell_error: ([sheet, line, error]) => `시트 ‘${sheet}’ ${line}행의 칸에 오류(${error})가 있습니다. 고쳐서 다시 올려 주세요.`,
  file_no_column: ([sheet, column]) => `시트 ‘${sheet}’에 열 ‘${column}’이(가) 없습니다. 첫 줄의 이름을 그대로 두세요.`,
  file_no_sheet: () => "첫 줄에 열 이름이 있는 시트가 없습니다. 내려받은 파일의 첫 줄을 그대로 두세요.",
  file_other_kind: ([kind]) => `‘${kindName(kind!)}’ 행은 이렇게 올릴 수 없습니다. 예문, 답변, 기준값, 평가 예문만 받습니다.`,
  own_draft: () => "이 행에 내 다른 초안이 있습니다. 그 초안을 마치거나 버린 뒤 다시 하세요.",
  moved: () => "예문을 평가 예문으로, 평가 예문을 예문으로 옮기는 것은 화면에서만 할 수 있습니다.",
};

export const refusal = (of: Refusal): string => {
  const told = speaks() === "ko" && of.key ? korean[of.key] : undefined;
  return told ? told(of.about ?? []) : of.reason;
};

// A file that could not be read at all, told by its key, or in the server's own sentence.
export const unread = (of: { message: string; body?: { error?: { key?: string; about?: string[] } } | null }): string => {
  const { key, about = [] } = of.body?.error ?? {};
  const told = key ? korean[key] : undefined;
  return say({ ko: told ? `${told(about)} 아무것도 저장하지 않았습니다.` : `이 파일을 읽을 수 없습니다. 아무것도 저장하지 않았습니다. (${of.message})`, en: of.message });
};
