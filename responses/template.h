/* An answer's text with holes: {{fact:name}}, {{slot:name}}, {{= expression}}. A hole that cannot
 * be filled fails the whole text: a customer never sees a hole. "{{" that opens none of these is an
 * error; a lone "{" is text. After a hole a writer may put both forms of a Korean particle in
 * parentheses, 은(는) 이(가) 을(를) 과(와) 으로(로), and the one that fits the value is written. */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "responses/expression.h"

struct template; /* immutable; memory is the arena's */

MUST_USE enum err template_compile(struct arena *arena, struct str text,
                                   const struct expression_names *names,
                                   const struct template **out, struct fail *why);
/* Appends the rendered text. ERR_MISSING (with *missing_slot, or -1 for a fact) or ERR_INPUT or
 * ERR_LIMIT: `out` is as before. */
MUST_USE enum err template_render(const struct template *template,
                                  const struct expression_world *world, struct str language,
                                  struct buf *out, int *missing_slot, struct fail *why);
void template_each_name(const struct template *template,
                        void (*each)(void *data, bool is_fact, int index), void *data);

#endif
