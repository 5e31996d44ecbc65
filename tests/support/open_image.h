/*
 * open_image: prepares and links an image in one call.
 */
#ifndef BRB_TESTS_OPEN_IMAGE_H
#define BRB_TESTS_OPEN_IMAGE_H

#include "image/image.h"

brabeion_status open_image(brb_image_copies *in, const char *path, brb_image **out, brabeion_error *error);

#endif
