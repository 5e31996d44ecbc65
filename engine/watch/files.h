/*
 * watch/files: the files that make a badge set, and a digest of their contents: the state.
 *
 * A state covers badges.yaml and the plugin and picture files that it names. Equal states: there is nothing to reload.
 */
#ifndef BRB_WATCH_FILES_H
#define BRB_WATCH_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "badgeset/generation.h"
#include "base/sha256.h"
#include "base/text.h"
#include "config/config.h"

/* 64 hex digits, or why a file has no content; "": not known. */
typedef char brb_watch_digest[BRB_SHA256_TEXT_BYTES];

typedef struct brb_watch_files {
	brb_arena arena;
	const char **paths; /* absolute: badges.yaml, then the possible paths of each plugin, then the pictures */
	size_t count;
	size_t *ends;        /* of each plugin or picture: index behind its last path */
	size_t plugin_count; /* with the pictures */
} brb_watch_files;

/* The files of a configuration; NULL: badges.yaml alone. False: no memory. */
bool brb_watch_files_init(brb_watch_files *files, const char *config_path, const brb_config *config);
void brb_watch_files_finish(brb_watch_files *files);

/* The digest of a file now. False: there is no such file. */
bool brb_watch_files_content(const char *path, brb_watch_digest content);

/*
 * The state of the files now. `content` is the digest of badges.yaml; NULL: read it.
 * False: badges.yaml is a pipe or a device, which can be read only once: it never changes.
 */
bool brb_watch_files_state(const brb_watch_files *files, const char *content, brb_watch_digest state);

/* The state from which a generation was loaded. */
void brb_watch_files_loaded(const brb_generation *generation, const char *content, brb_watch_digest state);

#endif
