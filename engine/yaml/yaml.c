/*
 * yaml: opens a file within its bounds and looks values up. The tree is built in yaml/tree.c.
 */
#include "yaml/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "yaml/tree.h"

#define MEGABYTE (1024 * 1024)

/* ---- the file -------------------------------------------------------------------------------------------------- */

static brabeion_status refuse_file(const char *name, int number, brabeion_error *error)
{
	char buffer[128];
	bool ours = number == EMFILE || number == ENFILE || number == ENOMEM || number == EIO;
	return brb_status_set(error, ours ? BRABEION_SYSTEM : BRABEION_CONFIG, "%s: %s", name,
			      strerror_r(number, buffer, sizeof buffer));
}

/*
 * A pipe has no end while somebody may write to it, and a reload would find it empty. A directory is refused when it is
 * read, with the usual words.
 */
static brabeion_status check_kind(int file, const char *name, brabeion_error *error)
{
	struct stat status;
	if (fstat(file, &status) != 0)
		return refuse_file(name, errno, error);
	if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_CONFIG, "%s: is a %s, not a regular file", name,
			      S_ISFIFO(status.st_mode)   ? "pipe"
			      : S_ISSOCK(status.st_mode) ? "socket"
							 : "device");
}

/* Reads to the end, at most one block more than is allowed: the file may grow meanwhile. */
static brabeion_status read_all(int file, const char *name, brb_builder *content, brabeion_error *error)
{
	char block[16 * 1024];
	while (content->length <= BRB_YAML_BYTES_MOST) {
		ssize_t got = read(file, block, sizeof block);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return refuse_file(name, errno, error);
		if (!got)
			return BRABEION_OK;
		brb_builder_add_length(content, block, (size_t)got);
		if (content->failed)
			return brb_status_no_memory(error);
	}
	return brb_status_set(error, BRABEION_CONFIG, "%s: larger than %d MiB", name, BRB_YAML_BYTES_MOST / MEGABYTE);
}

brabeion_status brb_yaml_read_file(const char *path, const char *name, brb_builder *content, brabeion_error *error)
{
	int file = open(path,
			O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY); /* a pipe without a writer is not waited for */
	if (file < 0 && errno == ENXIO)
		return brb_status_set(error, BRABEION_CONFIG, "%s: is a socket or device, not a regular file", name);
	if (file < 0)
		return refuse_file(name, errno, error);
	brabeion_status status = check_kind(file, name, error);
	if (status == BRABEION_OK)
		status = read_all(file, name, content, error);
	close(file);
	return status;
}

/* ---- parsing --------------------------------------------------------------------------------------------------- */

brabeion_status brb_yaml_parse(const char *bytes, size_t length, const char *name, brb_yaml **out,
			       brabeion_error *error)
{
	if (length > BRB_YAML_BYTES_MOST)
		return brb_status_set(error, BRABEION_CONFIG, "%s: larger than %d MiB", name,
				      BRB_YAML_BYTES_MOST / MEGABYTE);
	brabeion_status status = BRABEION_OK;
	brb_yaml *yaml = brb_memory_take_zeroed(1, sizeof *yaml);
	if (!yaml)
		return brb_status_no_memory(error);
	brb_sha256_text(bytes, length, yaml->sha256);
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* the byte order mark some editors begin with */
		bytes += 3;
		length -= 3;
	}
	yaml->name = brb_arena_copy(&yaml->arena, name);
	if (!yaml->name) {
		status = brb_status_no_memory(error);
		goto fail;
	}
	bool whole = brb_yaml_tree_build(yaml, bytes, length);
	if (!whole || yaml->memory_short)
		status = brb_yaml_verdict(yaml, error);
	if (status != BRABEION_OK)
		goto fail;
	*out = yaml;
	return BRABEION_OK;
fail:
	brb_yaml_close(yaml);
	return status;
}

void brb_yaml_close(brb_yaml *yaml)
{
	if (!yaml)
		return;
	brb_memory_release(yaml->faults);
	brb_arena_finish(&yaml->arena);
	brb_memory_release(yaml);
}

/* ---- look-ups ------------------------------------------------------------------------------------------------- */

const brb_yaml_node *brb_yaml_root(const brb_yaml *yaml)
{
	return yaml->root;
}

const brb_yaml_node *brb_yaml_get(const brb_yaml_node *node, const char *key)
{
	if (!node || node->kind != BRB_YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < node->count; i++) {
		if (strcmp(node->entries[i].key, key) == 0)
			return node->entries[i].value;
	}
	return NULL;
}

const char *brb_yaml_sha256(const brb_yaml *yaml)
{
	return yaml->sha256;
}
