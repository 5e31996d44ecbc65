/*
 * watch/set: see set.h. A path is resolved as by the kernel (path_resolution(7)), component by component and through
 * symbolic links. Each folder is watched before the next name is looked up in it, so a later change is in the queue.
 */
#include "watch/set.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MOST = 40 }; /* as the kernel has it */

/* No IN_MODIFY: the database may be in the folder, and each of its writes would be an event. */
static const uint32_t folder_events = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE;
static const uint32_t file_events = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE;

typedef struct path_walk {
	brb_watch_set *set;
	int inotify;
	brabeion_error *error;
	const char *folder; /* a real path without a slash at its end; "": the root */
	const char *rest;   /* still to be resolved from there */
	int links;          /* followed so far */
	bool is_over;       /* no memory */
} path_walk;

/* ---- watches --------------------------------------------------------------------------------------------------- */

/* False. */
static bool no_memory(path_walk *walk)
{
	walk->is_over = true;
	brb_status_no_memory(walk->error);
	return false;
}

static brb_watch_entry *find_entry(const brb_watch_set *set, int descriptor)
{
	brb_watch_entry *entry = set->entries;
	while (entry && entry->descriptor != descriptor)
		entry = entry->next;
	return entry;
}

/* For events of the entry itself (name "") or of a name in its folder. */
static bool add_key(path_walk *walk, brb_watch_entry *entry, const char *name)
{
	const char *slash = *name ? "/" : "";
	const char *key = brb_arena_printf(&walk->set->arena, "%d%s%s", entry->descriptor, slash, name);
	return (key && brb_table_set(&walk->set->events, key, entry)) || no_memory(walk);
}

/* The entry of a descriptor, which several paths may share. NULL: no memory. */
static brb_watch_entry *enter_descriptor(path_walk *walk, int descriptor)
{
	brb_watch_entry *entry = find_entry(walk->set, descriptor);
	if (entry)
		return entry;
	entry = brb_arena_take(&walk->set->arena, sizeof *entry);
	if (!entry) {
		no_memory(walk);
		return NULL;
	}
	*entry = (brb_watch_entry){ .next = walk->set->entries, .descriptor = descriptor };
	walk->set->entries = entry;
	return add_key(walk, entry, "") ? entry : NULL;
}

/*
 * ENOSPC: the kernel has no watch left; the walk goes on, since existing watches can be kept. Other problems are ignored:
 * the parent folder reports what has gone.
 */
static void report_problem(path_walk *walk, const char *path, int problem)
{
	if (problem == ENOSPC && walk->error->status == BRABEION_OK)
		brb_status_set(walk->error, BRABEION_SYSTEM,
			       "cannot watch %s: all inotify watches of this user are in use; raise the limit: "
			       "sysctl fs.inotify.max_user_watches",
			       path);
	else if (problem == ENOMEM)
		no_memory(walk);
}

/* Watches the folder of the walk. NULL: it cannot be watched, see `problem`. */
static brb_watch_entry *watch_folder(path_walk *walk, int *problem)
{
	brb_watch_entry *entry = brb_table_get(&walk->set->folders, walk->folder);
	if (entry)
		return entry;
	const char *path = *walk->folder ? walk->folder : "/";
	int descriptor = inotify_add_watch(walk->inotify, path, folder_events | IN_ONLYDIR | IN_DONT_FOLLOW);
	if (descriptor < 0) {
		*problem = errno;
		report_problem(walk, path, *problem);
		return NULL;
	}
	entry = enter_descriptor(walk, descriptor);
	if (entry && !brb_table_set(&walk->set->folders, walk->folder, entry))
		no_memory(walk);
	return entry;
}

/* An unreadable file cannot be watched (inotify_add_watch(2)): then its folder reports changes of its mode. */
static void watch_file(path_walk *walk, const char *path)
{
	int descriptor = inotify_add_watch(walk->inotify, path, file_events | IN_DONT_FOLLOW);
	int problem = descriptor < 0 ? errno : 0;
	if (problem == EACCES)
		inotify_add_watch(walk->inotify, *walk->folder ? walk->folder : "/", IN_ATTRIB | IN_MASK_ADD);
	else if (problem)
		report_problem(walk, path, problem);
	else
		enter_descriptor(walk, descriptor);
}

/* ---- resolving ------------------------------------------------------------------------------------------------- */

/* The next component, in the arena. NULL: there is none, or no memory. */
static const char *take_component(path_walk *walk)
{
	walk->rest += strspn(walk->rest, "/");
	size_t length = strcspn(walk->rest, "/");
	const char *name = length ? brb_arena_copy_length(&walk->set->arena, walk->rest, length) : NULL;
	if (length && !name)
		no_memory(walk);
	walk->rest += length;
	return name;
}

static bool go_up(path_walk *walk)
{
	const char *slash = strrchr(walk->folder, '/');
	size_t length = slash ? (size_t)(slash - walk->folder) : 0;
	const char *parent = brb_arena_copy_length(&walk->set->arena, walk->folder, length);
	if (!parent)
		return no_memory(walk);
	walk->folder = parent;
	return true;
}

static bool follow_link(path_walk *walk, const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof target - 1);
	if (length <= 0 || ++walk->links > LINKS_MOST)
		return false;
	target[length] = '\0';
	walk->rest = brb_arena_printf(&walk->set->arena, "%s/%s", target, walk->rest);
	if (!walk->rest)
		return no_memory(walk);
	if (target[0] == '/')
		walk->folder = "";
	return true;
}

static bool is_at_end(const path_walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}

/* A folder that only leads to others need not be readable. */
static void check_watched(path_walk *walk, const char *name, int problem)
{
	if (problem == EACCES && walk->error->status == BRABEION_OK)
		brb_status_set(walk->error, BRABEION_SYSTEM,
			       "cannot watch %s for \"%s\": %s: what happens there is not noticed", walk->folder,
			       name, strerror(problem));
}

/* Resolves one component. False: the walk has ended. */
static bool take_step(path_walk *walk, const char *name)
{
	int problem = 0;
	struct stat about;
	if (strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0)
		return go_up(walk);
	brb_watch_entry *entry = watch_folder(walk, &problem);
	if ((entry && !add_key(walk, entry, name)) || (!entry && problem != EACCES && problem != ENOSPC))
		return false;
	const char *path = brb_arena_printf(&walk->set->arena, "%s/%s", walk->folder, name);
	if (!path)
		return no_memory(walk);
	bool is_there = lstat(path, &about) == 0;
	if (!is_there || S_ISLNK(about.st_mode) || is_at_end(walk))
		check_watched(walk, name, problem);
	if (is_there && S_ISLNK(about.st_mode))
		return follow_link(walk, path);
	if (is_there && is_at_end(walk) && S_ISREG(about.st_mode))
		watch_file(walk, path);
	walk->folder = path;
	return is_there && !is_at_end(walk);
}

static void walk_path(path_walk *walk, const char *path)
{
	walk->folder = "";
	walk->rest = path;
	walk->links = 0;
	for (const char *name = take_component(walk); name && take_step(walk, name);)
		name = take_component(walk);
}

/* ---- the set --------------------------------------------------------------------------------------------------- */

brabeion_status brb_watch_set_change(brb_watch_set *set, int inotify, const char *const *paths, size_t count,
				     brabeion_error *error)
{
	brb_watch_set made = { .entries = NULL };
	path_walk walk = { .set = &made, .inotify = inotify, .error = error };
	for (size_t i = 0; i < count && !walk.is_over; i++)
		walk_path(&walk, paths[i]);
	for (const brb_watch_entry *old = set->entries; old; old = old->next)
		if (!find_entry(&made, old->descriptor))
			inotify_rm_watch(inotify, old->descriptor); /* may be gone by itself */
	brb_watch_set_finish(set);
	*set = made;
	return error->status;
}

bool brb_watch_set_concerns(brb_watch_set *set, const struct inotify_event *event)
{
	char key[sizeof "2147483647/" + NAME_MAX];
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	snprintf(key, sizeof key, "%d%s%s", event->wd, event->len ? "/" : "", event->len ? event->name : "");
	brb_watch_entry *entry = brb_table_get(&set->events, key);
	if (entry && !event->len && event->mask & IN_MODIFY)
		entry->is_open = true;
	else if (entry && !event->len && event->mask & (IN_CLOSE_WRITE | IN_IGNORED))
		entry->is_open = false;
	return entry != NULL;
}

bool brb_watch_set_is_open(const brb_watch_set *set)
{
	const brb_watch_entry *entry = set->entries;
	while (entry && !entry->is_open)
		entry = entry->next;
	return entry != NULL;
}

void brb_watch_set_finish(brb_watch_set *set)
{
	brb_table_finish(&set->folders);
	brb_table_finish(&set->events);
	brb_arena_finish(&set->arena);
	*set = (brb_watch_set){ .entries = NULL };
}
