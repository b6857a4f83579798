/* Finding a text of the report; the texts themselves are in the table of report_texts.h. */
#include "training/report_texts.h"

struct str report_text(enum report_text key, bool is_english)
{
    static const struct {
        const char *korean, *english;
    } texts[REPORT_TEXTS] = {
#define REPORT_TEXT_ROW(key, korean, english) [key] = {korean, english},
        REPORT_TEXT_TABLE(REPORT_TEXT_ROW)
#undef REPORT_TEXT_ROW
    };
    return str_of(is_english ? texts[key].english : texts[key].korean);
}
