/* Any bytes as a zip archive: what comes out stays within the limits, under safe names. */
#include "base/limits.h"
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool wants_all(struct str name)
{
    assert(text_is_valid(name) && name.p[0] != '/');
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    enum err e = bundle_add_zip(&bundle, "fuzz.zip", (struct str){(const char *)data, size},
                                wants_all, &why);
    assert(bundle.bytes <= LIMIT_IMPORT_BYTES && bundle.count <= LIMIT_IMPORT_ENTRIES);
    return foreign_close(imported, &bundle, e, &why);
}
