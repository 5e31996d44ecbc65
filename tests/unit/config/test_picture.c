/*
 * test_picture: pictures are recognized by content, not by file name.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/picture.h"

static char path[64];

static void enter(void)
{
	strcpy(path, "/tmp/brabeion-picture-XXXXXX");
	int file = mkstemp(path);
	cr_assert_geq(file, 0);
	close(file);
}

static void leave(void)
{
	remove(path);
}

TestSuite(picture, .init = enter, .fini = leave);

static const char *type_of(const char *text)
{
	const char *type = brb_picture_media_type((const unsigned char *)text, strlen(text));
	return type ? type : "none";
}

Test(picture, is_known_by_how_it_begins)
{
	cr_expect_str_eq(type_of("\x89PNG\r\n\x1a\n"), "image/png");
	cr_expect_str_eq(type_of("\xff\xd8\xff\xe0"), "image/jpeg");
	cr_expect_str_eq(type_of("GIF87a"), "image/gif");
	cr_expect_str_eq(type_of("GIF89a"), "image/gif");
	cr_expect_str_eq(type_of("RIFF1234WEBPVP8 "), "image/webp");
	cr_expect_str_eq(type_of("<svg/>"), "image/svg+xml");
	cr_expect_str_eq(type_of("\xef\xbb\xbf\n<?xml version='1.0'?>\n<!-- <b> --><!DOCTYPE svg>\n<svg\n>"),
			 "image/svg+xml");
}

Test(picture, is_nothing_else)
{
	static const char *const others[] = {
		"",     "\x89PNG", "\x89PNG\n",   "GIF88a",     "RIFF1234WAVE", "RIFF1234", "<html>",     "<svgx>",
		"<svg", "svg",     "<?xml <svg>", "<!-- <svg>", "#!/bin/sh",    "\177ELF",  "text <svg>", "<a><svg>"
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		cr_expect_str_eq(type_of(others[i]), "none", "%s", others[i]);
}

static const char *fault(void)
{
	static char message[256];
	brb_picture *picture = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_picture_open(path, &picture, &error), BRABEION_CONFIG);
	cr_expect_null(picture);
	snprintf(message, sizeof message, "%s", error.message ? error.message : "");
	brabeion_error_finish(&error);
	return message;
}

static void put(const char *text, size_t size)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
	cr_assert_eq(ftruncate(fileno(file), (off_t)size) | fclose(file), 0);
}

Test(picture, has_at_most_1_mib)
{
	brb_picture *picture = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_str_eq(fault(), "the file is empty");
	put("GIF89a", 1024 * 1024 + 1);
	cr_expect_str_eq(fault(), "the file has more than 1 MiB");
	put("GIF89a", 1024 * 1024 + 4096);
	cr_expect_str_eq(fault(), "the file has more than 1 MiB");
	put("GIF89a", 1024 * 1024);
	cr_assert_eq(brb_picture_open(path, &picture, &error), BRABEION_OK, "%s", error.message);
	cr_expect_eq(picture->size_bytes, 1024 * 1024);
	cr_expect_str_eq(picture->media_type, "image/gif");
	brb_picture_release(picture);
}

Test(picture, is_a_file)
{
	put("hello", 5);
	cr_expect_str_eq(fault(), "what is in the file is neither SVG, PNG, JPEG, WebP nor GIF");
	cr_assert_eq(remove(path), 0);
	cr_expect_str_eq(fault(), "No such file or directory");
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_str_eq(fault(), "not a regular file");
	cr_assert_eq(remove(path), 0);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_expect_str_eq(fault(), "not a regular file");
}

Test(picture, stays_as_long_as_somebody_holds_it)
{
	brb_picture *picture = NULL;
	put("GIF89a", 6);
	cr_assert_eq(brb_picture_open(path, &picture, NULL), BRABEION_OK);
	cr_assert_eq(brb_picture_acquire(picture), picture);
	brb_picture_release(picture);
	cr_expect_eq(memcmp(picture->bytes, "GIF89a", 7), 0, "a NUL stands behind it");
	brb_picture_release(picture);
	brb_picture_release(brb_picture_acquire(NULL));
}
