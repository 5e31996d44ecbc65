#include "support/open_image.h"

brabeion_status open_image(brb_image_copies *in, const char *path, brb_image **out, brabeion_error *error)
{
	brb_image *image = NULL;
	brabeion_status status = brb_image_prepare(in, path, NULL, &image, error);
	if (status == BRABEION_OK)
		status = brb_image_link(image, error);
	if (status == BRABEION_OK)
		*out = image;
	else
		brb_image_close(image);
	return status;
}
