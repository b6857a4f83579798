/* Stands in for libFuzzer's main where there is no clang: gives every file named on the command
 * line to the target once. A target that does not like its input aborts, so getting to the end is
 * the test. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long size = -1;
    bool is_read = false;
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (file && size >= 0) {
        rewind(file);
        /* Exactly as many bytes as there are, so that a sanitizer sees a read past them. */
        data = malloc(size ? (size_t)size : 1);
        is_read = data && fread(data, 1, (size_t)size, file) == (size_t)size;
    }
    if (is_read)
        (void)LLVMFuzzerTestOneInput(data, (size_t)size);
    else
        fprintf(stderr, "%s: cannot be read\n", path);
    free(data);
    if (file)
        fclose(file);
    return !is_read;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i]);
    return failed;
}
