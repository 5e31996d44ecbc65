/*
 * drawing/emblem: the outline of a medal's metal and the figure on it, chosen by the bits of a hash. Paths around 0,0.
 */
#ifndef BRB_DRAWING_EMBLEM_H
#define BRB_DRAWING_EMBLEM_H

#include <stdint.h>

#include "base/text.h"

/* The data of a path that reaches 92 units far. */
void brb_emblem_outline(brb_builder *svg, uint32_t choice);

/* The data of a path, for fill-rule evenodd, that reaches 46 units far. */
void brb_emblem_figure(brb_builder *svg, uint32_t choice);

#endif
