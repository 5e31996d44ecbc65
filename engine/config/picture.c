/*
 * config/picture: see picture.h.
 */
#include "config/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* ---- media type ---- */

static bool begins(const unsigned char *bytes, size_t count, const char *beginning, size_t length)
{
	return count >= length && memcmp(bytes, beginning, length) == 0;
}

#define BEGINS(bytes, count, literal) begins(bytes, count, literal, sizeof(literal) - 1)

/* The offset after `end`; 0: it is not found. */
static size_t offset_after(const char *text, const char *end)
{
	const char *found = strstr(text, end);
	return found ? (size_t)(found - text) + strlen(end) : 0;
}

/*
 * Skips what may precede the root element in XML 1.0 (section 2.8): the declaration, comments, a document type. `text`
 * ends with NUL.
 */
static bool is_svg(const char *text)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (;;) {
		text += strspn(text, " \t\r\n");
		size_t length = strncmp(text, "<?", 2) == 0          ? offset_after(text, "?>")
				: strncmp(text, "<!--", 4) == 0      ? offset_after(text, "-->")
				: strncmp(text, "<!DOCTYPE", 9) == 0 ? offset_after(text, ">")
								     : 0;
		if (!length)
			return strncmp(text, "<svg", 4) == 0 && text[4] && strchr(" \t\r\n>/", text[4]) != NULL;
		text += length;
	}
}

const char *brb_picture_media_type(const unsigned char *bytes, size_t count)
{
	if (BEGINS(bytes, count, "\x89PNG\r\n\x1a\n"))
		return "image/png";
	if (BEGINS(bytes, count, "\xff\xd8\xff"))
		return "image/jpeg";
	if (BEGINS(bytes, count, "GIF87a") || BEGINS(bytes, count, "GIF89a"))
		return "image/gif";
	if (BEGINS(bytes, count, "RIFF") && count >= 12 && memcmp(bytes + 8, "WEBP", 4) == 0)
		return "image/webp";
	return is_svg((const char *)bytes) ? "image/svg+xml" : NULL;
}

/* ---- reading ---- */

static brabeion_status refuse(brabeion_error *error, int problem)
{
	char buffer[128];
	return brb_status_set(error, BRABEION_CONFIG, "%s", strerror_r(problem, buffer, sizeof buffer));
}

/* Up to one byte more than a picture may have, to detect a larger file. */
static int read_bytes(int file, brb_picture *picture)
{
	while (picture->size_bytes <= BRB_PICTURE_BYTES_MOST) {
		ssize_t got = read(file, picture->bytes + picture->size_bytes,
				   BRB_PICTURE_BYTES_MOST + 1 - picture->size_bytes);
		if (got == 0)
			break;
		if (got > 0)
			picture->size_bytes += (size_t)got;
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

static brb_picture *shrunk(brb_picture *picture)
{
	brb_picture *smaller = brb_memory_resize(picture, 1, sizeof *picture + picture->size_bytes + 1);
	return smaller ? smaller : picture;
}

static brabeion_status check(brb_picture *picture, brabeion_error *error)
{
	if (picture->size_bytes == 0)
		return brb_status_set(error, BRABEION_CONFIG, "the file is empty");
	if (picture->size_bytes > BRB_PICTURE_BYTES_MOST)
		return brb_status_set(error, BRABEION_CONFIG, "the file has more than 1 MiB");
	picture->bytes[picture->size_bytes] = '\0';
	picture->media_type = brb_picture_media_type(picture->bytes, picture->size_bytes);
	if (!picture->media_type)
		return brb_status_set(error, BRABEION_CONFIG,
				      "what is in the file is neither SVG, PNG, JPEG, WebP nor GIF");
	brb_sha256_text(picture->bytes, picture->size_bytes, picture->sha256);
	return BRABEION_OK;
}

static brabeion_status read_picture(int file, brb_picture **out, brabeion_error *error)
{
	brb_picture *picture = brb_memory_take(sizeof *picture + BRB_PICTURE_BYTES_MOST + 2);
	if (!picture)
		return brb_status_no_memory(error);
	*picture = (brb_picture){ .references = 1 };
	int problem = read_bytes(file, picture);
	brabeion_status status = problem ? refuse(error, problem) : check(picture, error);
	if (status == BRABEION_OK)
		*out = shrunk(picture);
	else
		brb_memory_release(picture);
	return status;
}

/* O_NONBLOCK: a pipe of that name must not block. */
brabeion_status brb_picture_open(const char *path, brb_picture **out, brabeion_error *error)
{
	struct stat about = { .st_mode = 0 };
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return refuse(error, errno);
	brabeion_status status = BRABEION_OK;
	if (fstat(file, &about) != 0)
		status = refuse(error, errno);
	else if (!S_ISREG(about.st_mode))
		status = brb_status_set(error, BRABEION_CONFIG, "not a regular file");
	else
		status = read_picture(file, out, error);
	close(file);
	return status;
}

brb_picture *brb_picture_acquire(brb_picture *picture)
{
	if (picture)
		atomic_fetch_add_explicit(&picture->references, 1, memory_order_relaxed);
	return picture;
}

void brb_picture_release(brb_picture *picture)
{
	if (picture && atomic_fetch_sub_explicit(&picture->references, 1, memory_order_acq_rel) == 1)
		brb_memory_release(picture);
}
