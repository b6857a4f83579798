/* paring backup: a whole bot as one file (bot/backup.h). */
#include "bot/backup.h"

#include "base/json.h"
#include "cli/cli.h"

enum { PRINT_BYTES = 32 * 1024 };

enum err command_backup(struct cli *cli, int argc, char **argv, struct fail *why)
{
    struct backup_size backup = {.files = 0};
    struct buf out;
    struct json_writer w;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, NULL, 0, &count, why);
    if (!e && count != 1)
        e = fail(why, ERR_USE, "backup needs the name of the file to write");
    if (e)
        return e;
    e = backup_make(cli->bot_folder, argv[0], &backup, why);
    if (e)
        return e;
    buf_init(&out, PRINT_BYTES);
    if (cli->json) {
        json_begin(&w, &out);
        json_object(&w, NULL);
        json_put_text(&w, "file", argv[0]);
        json_put_int(&w, "files", (int64_t)backup.files);
        json_put_int(&w, "bytes", (int64_t)backup.bytes);
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else {
        buf_add_format(&out, "%s: %zu files, %llu bytes; tar -xf brings them back\n", argv[0],
                       backup.files, (unsigned long long)backup.bytes);
    }
    e = buf_error(&out, "the output", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}
