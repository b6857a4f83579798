/* Any bytes as an old Markdown file of Rasa. */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    foreign_add(&bundle, "fuzz.md", data, size);
    return foreign_close(imported, &bundle, rasa_read(imported, &bundle, &why), &why);
}
