/* Any bytes as a CLU project. */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    foreign_add(&bundle, "fuzz.json", data, size);
    return foreign_close(imported, &bundle, clu_read(imported, &bundle, &why), &why);
}
