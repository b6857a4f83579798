/* Vectors that an endpoint gave for texts, by the hash of model and text, kept in one file between
 * trainings. A file that is missing, damaged or another model's counts as empty. One thread. */
#ifndef VECTOR_CACHE_H
#define VECTOR_CACHE_H

#include "base/files.h"

struct vector_cache;
MUST_USE enum err vector_cache_open(const char *bot_folder, struct str model, int dimensions,
                                    struct vector_cache **out, struct fail *why);
void vector_cache_close(struct vector_cache *cache);
/* The row of a text; NULL: not known. Good until the next put. */
const float *vector_cache_find(const struct vector_cache *cache, struct str text);
MUST_USE enum err vector_cache_put(struct vector_cache *cache, struct str text, const float *row,
                                   struct fail *why);
/* Writes those that were found or put since it was opened; the others' texts are gone. */
MUST_USE enum err vector_cache_save(const struct vector_cache *cache, const char *bot_folder,
                                    struct fail *why);

#endif
