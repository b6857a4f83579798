/* Any bytes as the parts of a workbook. */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    foreign_split(&bundle, data, size);
    return foreign_close(imported, &bundle,
                         xlsx_read(imported, &bundle, "fuzz.xlsx", KIND_UNKNOWN, &why), &why);
}
