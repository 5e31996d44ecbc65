/*
 * watch_files: which files decide about a badge set, and what is in them. Part of the room watch/watch.
 *
 * A state is one digest over the content of badges.yaml and of the plugin and picture files that it names, as they are
 * found. Two equal states: there is nothing to reload.
 */
#ifndef BRB_WATCH_FILES_H
#define BRB_WATCH_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "badgeset/generation.h"
#include "base/sha256.h"
#include "base/text.h"
#include "config/config.h"

/* 64 hex digits, or for a content why there is none; "": nothing is known. */
typedef char brb_watch_digest[BRB_SHA256_TEXT_BYTES];

typedef struct brb_watch_files {
	brb_arena arena;
	const char **
		paths; /* absolute: first badges.yaml, then the places of each plugin, and of each picture, in turn */
	size_t count;
	size_t *ends;        /* of each plugin or picture: where in `paths` those of the next begin */
	size_t plugin_count; /* pictures count, too */
} brb_watch_files;

/* Those of a configuration; badges.yaml alone for NULL. False: no memory. */
bool brb_watch_files_init(brb_watch_files *files, const char *config_path, const brb_config *config);
void brb_watch_files_finish(brb_watch_files *files);

/* What a file holds now. False: there is no such file. */
bool brb_watch_files_content(const char *path, brb_watch_digest content);

/*
 * The state of the files now. `content` is badges.yaml's, NULL: read it.
 * False: badges.yaml is a pipe or a device, which can be read once: it never changes.
 */
bool brb_watch_files_state(const brb_watch_files *files, const char *content, brb_watch_digest state);

/* The state from which a generation was loaded: that of its files, as long as nobody changes them. */
void brb_watch_files_loaded(const brb_generation *generation, const char *content, brb_watch_digest state);

#endif
