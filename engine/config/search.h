/*
 * config/search: finds plugin files, and suggests one for a misspelt name.
 */
#ifndef BRB_CONFIG_SEARCH_H
#define BRB_CONFIG_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

typedef struct brb_config_search {
	brb_arena *arena;
	const char **folders; /* in order of search */
	size_t count;
	size_t capacity;
	bool memory_short;
} brb_config_search;

/* Adds a folder to the end. The text must live as long as the search. */
void brb_config_search_add(brb_config_search *search, const char *folder);

/* Adds the folders of a list like PATH; empty entries are skipped. NULL is allowed. */
void brb_config_search_add_list(brb_config_search *search, const char *list);

/*
 * Finds a file by its name in the folders; a name with a slash is a path itself. Returns the path, in the arena; else
 * NULL, with the reason in `why` (in the arena; NULL when memory is short): "no such file in plugins or
 * /usr/lib/brabeion (did you mean "streak.so"?)".
 */
const char *brb_config_search_find(brb_config_search *search, const char *file, const char **why);

/*
 * The `count` paths that brb_config_search_find tries, in order, in the arena. NULL when memory is short or there is no
 * folder.
 */
const char *const *brb_config_search_places(brb_config_search *search, const char *file, size_t *count);

void brb_config_search_finish(brb_config_search *search);

#endif
