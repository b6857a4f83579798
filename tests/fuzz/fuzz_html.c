/* Any bytes as a web page: text, or a sentence that says why not, in bounded memory. */
#include "tests/fuzz/foreign.h"
#include "training/import_document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    enum err e = document_read(imported, "page.html",
                               (struct str){size ? (const char *)data : "", size}, &why);
    assert(e || imported_count(imported) == 1);
    return foreign_close(imported, &bundle, e, &why);
}
