/* Any bytes as bot.conf: it is read, or refused in one sentence that names the file; what is read
 * has every key with a value, and a numeric one inside its range. */
#include "base/config.h"
#include "base/files.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct config *config)
{
    const double budget = config_double(config, CONFIG_WRONG_BUDGET);
    const int64_t choices = config_int(config, CONFIG_CLARIFY_CHOICES);
    const struct str language = config_text(config, CONFIG_LANGUAGE);
    assert(budget > 0 && budget < 1);
    assert(choices >= 2 && choices <= 5);
    assert(str_equal(language, STR("ko")) || str_equal(language, STR("en")));
    for (int key = 0; key < CONFIG_KEYS; key++) {
        const struct config_line line = config_line(config, (enum config_key)key);
        assert(line.name && line.value && line.source && line.help);
        assert(text_is_valid(str_of(line.value)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct config *config = NULL;
    struct fail why = {.text = ""};
    (void)snprintf(path, sizeof path, "/tmp/paring-fuzz-%ld.conf", (long)getpid());
    FILE *file = fopen(path, "wb");
    assert(file);
    size_t written = fwrite(data, 1, size, file);
    assert(written == size);
    int closed = fclose(file);
    assert(closed == 0);
    enum err e = config_open(path, NULL, 0, &config, &why);
    if (e) {
        assert(!config && why.code == e && strstr(why.text, path));
        assert(!strchr(why.text, '\n') && text_is_valid(str_of(why.text)));
    } else {
        look(config);
    }
    config_close(config);
    (void)unlink(path);
    return 0;
}
