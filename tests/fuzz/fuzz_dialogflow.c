/* Any bytes as the files of a Dialogflow agent. */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    foreign_split(&bundle, data, size);
    return foreign_close(imported, &bundle, dialogflow_read(imported, &bundle, &why), &why);
}
