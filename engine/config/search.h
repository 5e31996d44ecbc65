/*
 * config_search: where plugin files are looked for, and what a misspelt one may have meant. Part of the room config.
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

/* Adds the folders of a list like that of PATH; empty entries are passed over. NULL is fine. */
void brb_config_search_add_list(brb_config_search *search, const char *list);

/*
 * Finds a file by its name in the folders; a name with a slash is a path of its own and is only looked at. Answers
 * its path, in the arena; else NULL, with why in `why` (in the arena; NULL when memory is short): "no such file in
 * plugins or /usr/lib/brabeion (did you mean "streak.so"?)".
 */
const char *brb_config_search_find(brb_config_search *search, const char *file, const char **why);

/*
 * All paths that brb_config_search_find looks at, in order, in the arena: `count` of them. NULL when memory is short, or
 * when there is no folder to look in.
 */
const char *const *brb_config_search_places(brb_config_search *search, const char *file, size_t *count);

void brb_config_search_finish(brb_config_search *search);

#endif
