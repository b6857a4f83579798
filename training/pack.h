/* What training found, as the bytes of model.bin. */
#ifndef PACK_H
#define PACK_H

#include "training/solve.h"

/* Weights as the solver's sink leaves them: int8, feature-major. */
struct packed_weights {
    size_t rows, stride; /* features + DENSE; columns rounded up */
    int8_t *weights;
    float *scale, *bias;
};
MUST_USE enum err packed_weights_open(const struct dataset *dataset, struct packed_weights *out,
                                      struct fail *why);
void packed_weights_close(struct packed_weights *weights);
/* A solve_sink; data is a struct packed_weights. */
void packed_weights_put(void *data, int column, const float *weights, size_t step, double bias);

/* Appends the model. The confidence is that of an untrained judge (everything at threshold +inf)
 * until model_image_confide. */
MUST_USE enum err model_image(const struct dataset *dataset, const struct packed_weights *weights,
                              const struct vectors *vectors, struct buf *out, struct fail *why);
/* Puts confidence and thresholds (columns of them) into an image and seals it with its hash. */
void model_image_confide(struct buf *image, const struct model_confidence *confidence,
                         const float *thresholds);

#endif
