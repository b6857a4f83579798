/* The page as a whole: its head, its look, and the order of its sections. Everything in it are the
 * owner's own cases, so it is made to be safe to open and to send on: no script, no address of
 * another place, a policy that forbids both, and every text escaped (report_page.c). */
#include "training/report.h"

#include "training/report_parts.h"

static const char policy[] =
    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-"
    "scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
    " style-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n";

static const char colours[] =
    "<style>\n"
    ":root{--paper:#fff;--ink:#1d2329;--quiet:#5d6772;--rule:#dfe3e8;--soft:#f5f6f8;"
    "--line:#2f5d8a;--good:#2c6e49;--good-soft:#e9f4ee;--unsure:#8a6100;--unsure-soft:#fbf3df;"
    "--bad:#a3302a;--bad-soft:#fbecea;--r0:#2f6f8f;--r1:#b98a2e;--r2:#5aa0a8;--r3:#7a6aa8;"
    "--r4:#b0628a;--r5:#9aa3ad;--on:#fff}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e3e7eb;"
    "--quiet:#9aa5b1;--rule:#333a42;--soft:#1e2328;--line:#7fb0dd;--good:#7fc9a0;"
    "--good-soft:#16291f;--unsure:#e0b95a;--unsure-soft:#2b2411;--bad:#ee8f88;"
    "--bad-soft:#341d1b;--r0:#3f86a8;--r1:#a67c2a;--r2:#4b8f97;--r3:#7768a8;--r4:#a3567e;"
    "--r5:#66707a}}\n";

static const char layout[] =
    "body{margin:0 auto;max-width:58rem;padding:2rem 1.25rem 4rem;background:var(--paper);"
    "color:var(--ink);font:15px/1.6 system-ui,-apple-system,\"Segoe UI\","
    "\"Apple SD Gothic Neo\",\"Malgun Gothic\",\"Noto Sans KR\",\"Noto Sans CJK KR\","
    "sans-serif;overflow-wrap:anywhere}\n"
    ":lang(ko){word-break:keep-all}\n"
    "h1{font-size:1.6rem;line-height:1.3;margin:0}"
    "h2{font-size:1.2rem;line-height:1.35;margin:0 0 .4rem}"
    "h3{font-size:1rem;margin:1.4rem 0 .4rem}\n"
    "header{margin-bottom:1.5rem}header p{margin:.2rem 0;color:var(--quiet)}p{margin:.4rem 0}\n"
    "section{margin-top:2.6rem}"
    "section.verdict{margin-top:0;padding:1.1rem 1.3rem;border-left:5px solid var(--ink);"
    "border-radius:4px;background:var(--soft)}\n"
    ".verdict h2{font-size:1.45rem}"
    ".verdict.good{border-color:var(--good);background:var(--good-soft)}"
    ".good h2{color:var(--good)}"
    ".verdict.unsure{border-color:var(--unsure);background:var(--unsure-soft)}"
    ".unsure h2{color:var(--unsure)}"
    ".verdict.bad{border-color:var(--bad);background:var(--bad-soft)}"
    ".verdict.bad h2{color:var(--bad)}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.8rem;"
    "margin:1rem 0}.tile{border:1px solid var(--rule);border-radius:4px;padding:.7rem .9rem}"
    ".tile span{display:block}"
    ".tile b{font-size:1.5rem;line-height:1.3;font-weight:600;"
    "font-variant-numeric:tabular-nums}.tile .name{font-size:.85rem}\n"
    ".note,small{color:var(--quiet);font-size:.85rem}"
    "code{font:.8em ui-monospace,Menlo,Consolas,monospace;color:var(--quiet)}"
    "h1 code,header code{font-size:.85em}\n";

static const char tables[] =
    "table{border-collapse:collapse;width:100%;margin:.8rem 0;font-size:.92rem}"
    "th{font-weight:600;color:var(--quiet);font-size:.82rem;vertical-align:bottom}"
    "td,th{padding:.35rem .55rem;text-align:left;border-bottom:1px solid var(--rule);"
    "vertical-align:top}td:first-child,th:first-child{padding-left:.3rem}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "th.n{white-space:normal}td,th{overflow-wrap:break-word}"
    "td code,.say{overflow-wrap:anywhere}.quiet{color:var(--quiet)}"
    "tr.bad td{background:var(--bad-soft)}td.wrong{color:var(--bad)}.say{font-weight:500}"
    "thead{display:table-header-group}tr,.pair,.tile,svg.plot{break-inside:avoid}"
    "h2,h3,p:has(+svg.plot){break-after:avoid}\n"
    ".pair{border-left:3px solid var(--rule);padding:.1rem 0 .1rem .9rem;margin:.9rem 0}"
    ".pair.bad{border-color:var(--bad)}.pair p{margin:0}"
    ".pair ul{margin:.2rem 0;padding-left:1.1rem}.pair li{margin:.25rem 0}"
    "kbd{font:inherit;font-size:.8rem;background:var(--soft);border:1px solid var(--rule);"
    "border-radius:3px;padding:0 .35em;white-space:pre-wrap}.halves td{width:50%}"
    ".intents td:first-child{min-width:8.5rem}.learning td:last-child{min-width:6.5rem}.moves "
    "td{width:33%}\n"
    "svg.plot{display:block;width:100%;max-width:44rem;height:auto;margin:.8rem 0 0}"
    "svg text{font-size:12px;fill:var(--quiet);paint-order:stroke;stroke:var(--paper);"
    "stroke-width:3px;stroke-linejoin:round}"
    "svg text.on{fill:var(--on);stroke:none;font-weight:600}.grid{stroke:var(--rule);fill:none}"
    ".line{stroke:var(--line);stroke-width:2;fill:none}"
    ".upper{stroke:var(--line);stroke-width:1.5;stroke-dasharray:5 4;fill:none}"
    ".budget{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:2 3}"
    ".ideal{stroke:var(--quiet);stroke-dasharray:4 4}"
    ".whisker{stroke:var(--ink);stroke-width:1.5;fill:none}.chosen{fill:var(--ink)}"
    ".mark{fill:var(--line)}.count{fill:var(--rule)}"
    "svg.cell{width:5rem;height:.7rem;vertical-align:middle;margin-left:.5rem}\n"
    ".legend{font-size:.85rem;color:var(--quiet)}"
    ".legend i.l{display:inline-block;width:1.6rem;border-top:2px solid var(--line);"
    "vertical-align:middle;margin:0 .3rem 0 .6rem}.legend i.upper{border-top-style:dashed}"
    ".legend i.budget{border-top:2px dotted var(--bad)}"
    "i.key{display:inline-block;width:.75rem;height:.75rem;border-radius:2px;"
    "margin-right:.5rem}.r0{fill:var(--r0);background:var(--r0)}"
    ".r1{fill:var(--r1);background:var(--r1)}.r2{fill:var(--r2);background:var(--r2)}"
    ".r3{fill:var(--r3);background:var(--r3)}.r4{fill:var(--r4);background:var(--r4)}"
    ".r5{fill:var(--r5);background:var(--r5)}\n";

static const char media[] =
    "@media (max-width:40rem){body{padding:1.2rem .9rem 3rem}table{font-size:.85rem}"
    "th{font-size:.74rem}td,th{padding:.3rem .22rem}svg.cell{display:none}.n small{display:block}"
    ".intents code{display:none}.intents td:first-child{min-width:5.2rem}"
    "svg text{font-size:16px}td code{display:block}}\n"
    "@media print{body{max-width:none;padding:0;font-size:10.5pt}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}section{margin-top:1.6rem}"
    ".tiles{grid-template-columns:repeat(5,1fr);gap:.5rem}.tile{padding:.5rem .6rem}"
    ".tile b{font-size:1.25rem}svg.plot{max-width:34rem}table{font-size:.8rem}"
    "svg.cell{width:3rem}}\n"
    "@page{margin:16mm}\n"
    "</style>\n";

static void head_print(const struct page *page)
{
    const struct report *r = page->report;
    char date[DATE_TEXT_BYTES];
    buf_add_format(page->out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n",
                   page->is_english ? "en" : "ko");
    page_html(page, policy);
    page_element(page, "title", TEXT_R_TITLE, PAGE_END);
    page_html(page, colours);
    page_html(page, layout);
    page_html(page, tables);
    page_html(page, media);
    page_html(page, "</head>\n<body>\n<header>\n");
    page_element(page, "h1", TEXT_R_TITLE, PAGE_END);
    date_format(r->as_of, date);
    page_element(page, "p", TEXT_R_HEAD, cell_whole((size_t)r->now.number).text,
                 cell_whole(r->now.marks->cases).text, date, PAGE_END);
    page_html(page, "<p><code>");
    page_text(page, str_of(r->now.hash));
    page_html(page, "</code></p>\n</header>\n");
}

enum err report_print(const struct report *report, struct buf *out, struct fail *why)
{
    const struct page page = {report, out, str_equal(report->language, STR("en"))};
    head_print(&page);
    verdict_section(&page);
    versus_section(&page);
    coverage_section(&page);
    reliability_section(&page);
    routes_section(&page);
    beyond_section(&page);
    enum err e = intents_section(&page, why);
    if (e)
        return e;
    confusions_section(&page);
    contrasts_section(&page);
    consistency_section(&page);
    robust_section(&page);
    learning_section(&page);
    cost_section(&page);
    mistakes_section(&page);
    page_html(&page, "</body>\n</html>\n");
    return buf_error(out, "the report", why);
}
