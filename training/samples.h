/* The sample bots that ride inside the binary (training/corpora/, by embed.sh). */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "training/import.h"

/* Calls `each` with the name of every sample: "insurance-en", "insurance-ko". */
void samples_each(void (*each)(void *data, struct str name), void *data);
bool sample_exists(struct str name);
/* A sample's file below its folder, "bot.conf"; STR_NONE when there is none. */
struct str sample_file(struct str name, const char *file);
/* Imports the sample's rows by the same code as anybody's files. */
MUST_USE enum err sample_import(struct str name, struct content *content,
                                const struct import_options *options, struct import_report *report,
                                struct fail *why);

#endif
