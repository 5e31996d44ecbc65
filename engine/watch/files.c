/*
 * watch/files: see files.h. As when a plugin is loaded, its first existing file in the search path counts.
 */
#include "watch/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static const char no_file[] = "not a regular file";

/* ---- which files ----------------------------------------------------------------------------------------------- */

static const char *absolute(brb_arena *arena, const char *working_folder, const char *path)
{
	return path[0] == '/' || !working_folder ? brb_arena_copy(arena, path)
						 : brb_arena_printf(arena, "%s/%s", working_folder, path);
}

static bool add_path(brb_watch_files *files, const char *working_folder, const char *path)
{
	files->paths[files->count] = absolute(&files->arena, working_folder, path);
	return files->paths[files->count++] != NULL;
}

static bool add_plugins(brb_watch_files *files, const char *working_folder, const brb_config *config)
{
	for (size_t i = 0; i < config->plugin_count; i++) {
		for (size_t place = 0; place < config->plugins[i].place_count; place++)
			if (!add_path(files, working_folder, config->plugins[i].places[place]))
				return false;
		files->ends[files->plugin_count++] = files->count;
	}
	return true;
}

/* A picture is like a plugin with one possible path. */
static bool add_pictures(brb_watch_files *files, const char *working_folder, const brb_config *config)
{
	for (size_t i = 0; i < config->picture_count; i++) {
		if (!add_path(files, working_folder, config->pictures[i].path))
			return false;
		files->ends[files->plugin_count++] = files->count;
	}
	return true;
}

bool brb_watch_files_init(brb_watch_files *files, const char *config_path, const brb_config *config)
{
	size_t plugin_count = config ? config->plugin_count : 0;
	size_t picture_count = config ? config->picture_count : 0;
	size_t path_count = 1 + picture_count;
	for (size_t i = 0; i < plugin_count; i++)
		path_count += config->plugins[i].place_count;
	*files = (brb_watch_files){ .count = 0 };
	files->paths = brb_arena_take(&files->arena, path_count * sizeof *files->paths);
	files->ends = brb_arena_take(&files->arena, (plugin_count + picture_count + 1) * sizeof *files->ends);
	char folder[PATH_MAX];
	const char *working_folder = getcwd(folder, sizeof folder);
	bool made = files->paths && files->ends && add_path(files, working_folder, config_path) &&
		    (!config ||
		     (add_plugins(files, working_folder, config) && add_pictures(files, working_folder, config)));
	if (!made)
		brb_watch_files_finish(files);
	return made;
}

void brb_watch_files_finish(brb_watch_files *files)
{
	brb_arena_finish(&files->arena);
	*files = (brb_watch_files){ .count = 0 };
}

/* ---- contents -------------------------------------------------------------------------------------------------- */

static void finish_digest(brb_sha256 *sha, brb_watch_digest text)
{
	uint8_t digest[BRB_SHA256_BYTES];
	brb_sha256_finish(sha, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static int read_content(int file, brb_watch_digest content)
{
	char piece[32 * 1024];
	brb_sha256 sha;
	ssize_t got;
	brb_sha256_init(&sha);
	while ((got = read(file, piece, sizeof piece)) != 0) {
		if (got > 0)
			brb_sha256_add(&sha, piece, (size_t)got);
		else if (errno != EINTR)
			return errno;
	}
	finish_digest(&sha, content);
	return 0;
}

/* O_NONBLOCK: a pipe must not block. */
bool brb_watch_files_content(const char *path, brb_watch_digest content)
{
	struct stat about = { .st_mode = 0 };
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int problem = file < 0 || fstat(file, &about) != 0 ? errno : 0;
	if (!problem && !S_ISREG(about.st_mode))
		strcpy(content, no_file);
	else if (!problem)
		problem = read_content(file, content);
	if (file >= 0)
		close(file);
	if (problem)
		snprintf(content, sizeof(brb_watch_digest), "error %d", problem);
	return problem != ENOENT && problem != ENOTDIR;
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

/* With the NUL bytes, so that two lists never look alike. */
static void add_file(brb_sha256 *sha, const char *path, const char *content)
{
	brb_sha256_add(sha, path, strlen(path) + 1);
	brb_sha256_add(sha, content, strlen(content) + 1);
}

static void add_plugin(brb_sha256 *sha, const char *const *places, size_t count)
{
	brb_watch_digest content = "";
	size_t i = 0;
	while (i < count && !brb_watch_files_content(places[i], content))
		i++;
	add_file(sha, i < count ? places[i] : "", i < count ? content : "");
}

bool brb_watch_files_state(const brb_watch_files *files, const char *content, brb_watch_digest state)
{
	brb_watch_digest own;
	brb_sha256 sha;
	if (!content)
		brb_watch_files_content(files->paths[0], own);
	if (!content && strcmp(own, no_file) == 0)
		return false;
	brb_sha256_init(&sha);
	add_file(&sha, "", content ? content : own);
	for (size_t i = 0; i < files->plugin_count; i++) {
		size_t begin = i ? files->ends[i - 1] : 1;
		add_plugin(&sha, files->paths + begin, files->ends[i] - begin);
	}
	finish_digest(&sha, state);
	return true;
}

void brb_watch_files_loaded(const brb_generation *generation, const char *content, brb_watch_digest state)
{
	brb_arena arena = { 0 };
	brb_sha256 sha;
	char folder[PATH_MAX];
	const char *working_folder = getcwd(folder, sizeof folder);
	brb_sha256_init(&sha);
	add_file(&sha, "", content);
	for (size_t i = 0; i < generation->plugin_count; i++) {
		const char *path = absolute(&arena, working_folder, generation->plugins[i]->path);
		add_file(&sha, path ? path : "", brb_image_sha256(generation->plugins[i]->image));
	}
	for (size_t i = 0; i < generation->picture_count; i++) {
		const char *path = absolute(&arena, working_folder, generation->pictures[i].path);
		add_file(&sha, path ? path : "", generation->pictures[i].picture->sha256);
	}
	finish_digest(&sha, state);
	brb_arena_finish(&arena);
}
