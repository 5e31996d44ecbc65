/*
 * api/last_good: the last badge set that loaded, kept beside the database for a start while badges.yaml is broken
 * (`last_good: on`).
 *
 * It is a folder, <database>-last-good: badges.yaml as it was, the plugins under the numbers of their entries, and a manifest:
 * whose set it is and what is in it. A new one is made aside and exchanged for it, so that there is a whole one at any time.
 * That it exists is what allows its use, since the file that allows it cannot be read then; a set that loads without the key
 * removes it. Code lies there: nobody but root and the engine's user may write it (image/folder).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/internal.h"
#include "base/file.h"
#include "base/memory.h"
#include "image/folder.h"

#define ENDING "-last-good"
#define CONFIG_NAME "badges.yaml"
#define MANIFEST_NAME "manifest"

enum { FILE_BYTES_MOST = 256 * 1024 * 1024, NAME_BYTES = 32 };

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* Reads a regular file of root or this user that nobody else can change. False: there is none. */
static bool read_whole(int folder, const char *name, brb_builder *bytes)
{
	char block[16 * 1024];
	struct stat status;
	int file = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	bool trusted = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
		       (status.st_uid == 0 || status.st_uid == geteuid()) && !(status.st_mode & (S_IWGRP | S_IWOTH));
	ssize_t got = trusted ? 1 : -1;
	while (got > 0 && bytes->length < FILE_BYTES_MOST && !bytes->failed) {
		got = read(file, block, sizeof block);
		if (got > 0)
			brb_builder_add_length(bytes, block, (size_t)got);
	}
	if (file >= 0)
		close(file);
	return got == 0 && !bytes->failed;
}

/* False with errno. */
static bool write_whole(int folder, const char *name, const void *bytes, size_t size_bytes)
{
	int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
	if (file < 0)
		return false;
	bool written = brb_file_write_all(file, bytes, size_bytes) && fsync(file) == 0;
	int why = errno;
	close(file);
	errno = why;
	return written;
}

static void plugin_name(size_t entry, char name[NAME_BYTES])
{
	snprintf(name, NAME_BYTES, "%zu.so", entry);
}

/* A set has files only; of a link, unlinkat removes the link. */
static void remove_set(int parent, const char *name)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = folder < 0 ? NULL : fdopendir(folder);
	const struct dirent *entry;
	if (!list) {
		if (folder >= 0)
			close(folder);
		return;
	}
	while ((entry = readdir(list)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(folder, entry->d_name, 0);
	closedir(list);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* ---- the place --------------------------------------------------------------------------------------------------- */

typedef struct place {
	int parent; /* descriptor of the database's folder */
	char path[PATH_MAX];
	char name[NAME_MAX + 1]; /* of the set */
} place;

/* False: `why` says why a set cannot be kept there. `parent` is the caller's to close. */
static bool open_place(const brabeion_engine *engine, const char *database, place *at,
		       char why[BRB_FOLDER_TEXT_BYTES])
{
	char *path = brb_engine_path_at_open(engine, database);
	char *folder = path ? brb_file_folder(path) : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;
	at->parent = -1;
	int length = path ? snprintf(at->name, sizeof at->name, "%.200s" ENDING, slash ? slash + 1 : path) : -1;
	if (folder && length > 0 && realpath(folder, at->path))
		at->parent = brb_folder_open(at->path, geteuid(), why);
	else
		snprintf(why, BRB_FOLDER_TEXT_BYTES, "%s", strerror(errno));
	brb_memory_release(folder);
	brb_memory_release(path);
	return at->parent >= 0;
}

/* Whose set it is: badges.yaml's absolute path, as far as known. For brb_memory_release(). */
static char *owner_of(const brabeion_engine *engine)
{
	return brb_engine_path_at_open(engine, engine->source.name);
}

/* The first line of a manifest. */
static bool is_owned(const brb_builder *manifest, const char *owner)
{
	size_t length = owner ? strlen(owner) : 0;
	return owner && manifest->length > length && strncmp(manifest->text, owner, length) == 0 &&
	       manifest->text[length] == '\n';
}

/* ---- keeping ----------------------------------------------------------------------------------------------------- */

static void describe_set(const char *owner, const brb_config *config, const brb_generation *generation,
			 brb_builder *manifest)
{
	brb_builder_printf(manifest, "%s\n%s %s\n", owner ? owner : "", brb_yaml_sha256(config->yaml), CONFIG_NAME);
	for (size_t i = 0; i < generation->plugin_count; i++)
		brb_builder_printf(manifest, "%s %zu.so\n", brb_image_sha256(generation->plugins[i]->image), i);
}

static bool copy_plugin(int folder, size_t entry, const brb_image *image)
{
	char name[NAME_BYTES];
	brb_builder bytes = { 0 };
	plugin_name(entry, name);
	bool copied = read_whole(AT_FDCWD, brb_image_copy_path(image), &bytes);
	copied = copied && write_whole(folder, name, bytes.text, bytes.length);
	brb_builder_finish(&bytes);
	return copied;
}

static bool write_set(int folder, const brb_config *config, const brb_generation *generation,
		      const brb_builder *manifest)
{
	bool written = write_whole(folder, CONFIG_NAME, config->text, config->text_bytes);
	for (size_t i = 0; i < generation->plugin_count && written; i++)
		written = copy_plugin(folder, i, generation->plugins[i]->image);
	return written && write_whole(folder, MANIFEST_NAME, manifest->text, manifest->length);
}

/* Makes the set aside, then exchanges the two. False with errno. */
static bool replace_set(const place *at, const brb_config *config, const brb_generation *generation,
			const brb_builder *manifest)
{
	char aside[NAME_MAX + 1];
	snprintf(aside, sizeof aside, "%.200s.%ld", at->name, (long)getpid());
	remove_set(at->parent, aside);
	if (mkdirat(at->parent, aside, 0700) != 0)
		return false;
	int folder = openat(at->parent, aside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool made = folder >= 0 && write_set(folder, config, generation, manifest);
	int why = errno;
	if (folder >= 0)
		close(folder);
	if (made && renameat2(at->parent, aside, at->parent, at->name, RENAME_EXCHANGE) != 0) {
		remove_set(at->parent, at->name); /* there is none, or the file system exchanges none */
		made = renameat(at->parent, aside, at->parent, at->name) == 0;
		why = errno;
	}
	remove_set(at->parent, aside);
	errno = why;
	return made;
}

void brb_last_good_keep(brabeion_engine *engine, const brb_config *config, const brb_generation *generation)
{
	place at;
	char why[BRB_FOLDER_TEXT_BYTES];
	brb_builder kept = { 0 }, manifest = { 0 };
	char *owner = owner_of(engine);
	const char *database = brb_store_path(engine->store);
	bool fine = open_place(engine, database, &at, why), exists = false;
	if (fine) {
		int folder = openat(at.parent, at.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		exists = folder >= 0 && read_whole(folder, MANIFEST_NAME, &kept);
		if (folder >= 0)
			close(folder);
	}
	describe_set(owner, config, generation, &manifest);
	bool same = exists && kept.length == manifest.length && memcmp(kept.text, manifest.text, kept.length) == 0;
	if (config->last_good && fine && !same && !manifest.failed) {
		fine = replace_set(&at, config, generation, &manifest);
		if (!fine)
			snprintf(why, sizeof why, "%s", strerror(errno));
	} else if (!config->last_good && exists && is_owned(&kept, owner)) {
		remove_set(at.parent, at.name);
	}
	if (config->last_good && !fine)
		brb_log_write(
			&engine->log, BRABEION_LOG_WARNING,
			"%s: this badge set cannot be kept for a start with a broken file (last_good): %s%s: %s",
			config->name, database, ENDING, why);
	if (at.parent >= 0)
		close(at.parent);
	brb_builder_finish(&kept);
	brb_builder_finish(&manifest);
	brb_memory_release(owner);
}

/* ---- starting with it -------------------------------------------------------------------------------------------- */

brb_config *brb_last_good_read(brabeion_engine *engine, const char *database)
{
	place at;
	char why[BRB_FOLDER_TEXT_BYTES], path[PATH_MAX];
	brb_builder manifest = { 0 }, content = { 0 };
	brb_config *config = NULL;
	brabeion_error ignored = BRABEION_NO_ERROR;
	char *owner = owner_of(engine);
	int folder = -1;
	bool fine = open_place(engine, database, &at, why);
	if (fine && snprintf(path, sizeof path, "%s/%s", strcmp(at.path, "/") ? at.path : "", at.name) < PATH_MAX)
		folder = brb_folder_open(path, geteuid(), why);
	fine = folder >= 0 && read_whole(folder, MANIFEST_NAME, &manifest) && is_owned(&manifest, owner) &&
	       read_whole(folder, CONFIG_NAME, &content);
	if (fine)
		brb_config_read_kept(&engine->source, &content, path, &config, &ignored);
	if (folder >= 0)
		close(folder);
	if (at.parent >= 0)
		close(at.parent);
	brb_builder_finish(&content);
	brb_builder_finish(&manifest);
	brabeion_error_finish(&ignored);
	brb_memory_release(owner);
	return config;
}

bool brb_last_good_begin(brabeion_engine *engine, brabeion_error *fault)
{
	engine->last_good_fault = fault->message ? brb_memory_copy(fault->message) : NULL;
	if (!engine->last_good_fault)
		return false;
	atomic_store(&engine->is_last_good, true);
	brb_log_write(
		&engine->log, BRABEION_LOG_ERROR,
		"started with the last badge set that worked (last_good), for badges.yaml or a plugin has faults: %s",
		fault->message);
	brabeion_error_finish(fault);
	return true;
}

void brb_last_good_end(brabeion_engine *engine)
{
	atomic_store(&engine->is_last_good, false);
	brb_memory_release(engine->last_good_fault);
	engine->last_good_fault = NULL;
}
