/*
 * scenario: what the scenario tests share: a folder of their own with a badges.yaml, an engine on it, what it logged
 * and told, and short words for firing events.
 *
 * Each test makes a scene, and finishes it: the folder goes away, the engine is closed. The engine's private copies
 * of plugins live in the same folder, so that what is left behind can be counted. A step that must work, and does
 * not, ends the test with the engine's message.
 *
 * Leaves to others: what is expected. The public header alone is used here.
 */
#ifndef BRB_TESTS_SCENARIO_H
#define BRB_TESTS_SCENARIO_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <brabeion/engine.h>

enum { SCENE_PATH_BYTES = 512, SCENE_TEXT_BYTES = 64 * 1024 };

typedef struct scene {
	char folder[SCENE_PATH_BYTES];
	char config[SCENE_PATH_BYTES];   /* badges.yaml in it */
	char database[SCENE_PATH_BYTES]; /* badges.db in it */
	brabeion_engine *engine;
	brabeion_options options;
	brabeion_error error;
	pthread_mutex_t lock; /* guards the two texts */
	char log[SCENE_TEXT_BYTES];
	char told[SCENE_TEXT_BYTES]; /* what the callback of scene_listen heard: "user badge level reason;" each */
} scene;

/* ---- files ---- */

static inline int scene_remove_entry(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)about;
	(void)type;
	(void)walk;
	return remove(path);
}

__attribute__((format(printf, 3, 4))) static inline void scene_write(scene *here, const char *name,
								     const char *format, ...)
{
	char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/%s", here->folder, name);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "cannot write %s", path);
	va_list arguments;
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	cr_assert_eq(fclose(file), 0);
}

/* badges.yaml: two lines that name the database and the folders of plugins, then `text` from line 3 on. */
static inline void scene_config(scene *here, const char *text)
{
	scene_write(here, "badges.yaml", "database: badges.db\nplugin_path: [., \"%s\", \"%s\"]\n%s",
		    BRB_TEST_PLUGIN_DIR, BRB_BUILD_DIR "/plugins", text);
}

static inline void scene_copy(const char *from, const char *to)
{
	char bytes[65536];
	FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
	cr_assert(source && target, "cannot copy %s to %s", from, to);
	size_t count;
	while ((count = fread(bytes, 1, sizeof bytes, source)) > 0)
		cr_assert_eq(fwrite(bytes, 1, count, target), count);
	fclose(source);
	cr_assert_eq(fclose(target), 0);
}

/* Copies a built test plugin into the folder, under the name `as`. */
static inline void scene_copy_plugin(scene *here, const char *name, const char *as)
{
	char to[SCENE_PATH_BYTES * 2];
	snprintf(to, sizeof to, "%s/%s", here->folder, as);
	char from[SCENE_PATH_BYTES * 2];
	snprintf(from, sizeof from, "%s/%s", BRB_TEST_PLUGIN_DIR, name);
	scene_copy(from, to);
}

/* How many entries a folder has, "." and ".." apart. */
static inline size_t scene_count_entries(const char *path)
{
	size_t count = 0;
	DIR *folder = opendir(path);
	cr_assert_not_null(folder, "cannot read %s", path);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 2;
}

/* ---- the scene ---- */

static inline void scene_log(void *context, brabeion_log_level level, const char *message)
{
	static const char *const names[] = { "", "error", "warning", "info", "debug" };
	scene *here = context;
	pthread_mutex_lock(&here->lock);
	size_t used = strlen(here->log);
	snprintf(here->log + used, sizeof here->log - used, "%s: %s\n", names[level], message);
	pthread_mutex_unlock(&here->lock);
}

static inline scene *scene_new(void)
{
	scene *here = calloc(1, sizeof *here);
	cr_assert_not_null(here);
	const char *temporary = getenv("TMPDIR");
	snprintf(here->folder, sizeof here->folder, "%s/brabeion-scene-XXXXXX", temporary ? temporary : "/tmp");
	cr_assert_not_null(mkdtemp(here->folder), "no folder for the test");
	snprintf(here->config, sizeof here->config, "%.400s/badges.yaml", here->folder);
	snprintf(here->database, sizeof here->database, "%.400s/badges.db", here->folder);
	unsetenv("XDG_RUNTIME_DIR"); /* private copies of plugins land beside the database */
	unsetenv("BRABEION_PLUGIN_PATH");
	setenv("BRABEION_PROBE", BRB_BUILD_DIR "/engine/probe/program/brabeion-probe", 0);
	pthread_mutex_init(&here->lock, NULL);
	here->options = (brabeion_options){ .config = here->config, .log = scene_log, .log_context = here };
	return here;
}

static inline void scene_open(scene *here)
{
	brabeion_status status = brabeion_open(&here->options, &here->engine, &here->error);
	cr_assert_eq(status, BRABEION_OK, "brabeion_open: %s", here->error.message);
}

/* A scene with a badges.yaml of this text, opened; what opening logged is forgotten. */
static inline scene *scene_with(const char *text)
{
	scene *here = scene_new();
	scene_config(here, text);
	scene_open(here);
	here->log[0] = '\0';
	return here;
}

static inline void scene_close(scene *here)
{
	brabeion_close(here->engine);
	here->engine = NULL;
}

static inline void scene_finish(scene *here)
{
	scene_close(here);
	brabeion_error_finish(&here->error);
	nftw(here->folder, scene_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	pthread_mutex_destroy(&here->lock);
	free(here);
}

/* Waits until no more than this many old badge sets are left: the thread that closes them needs a moment. */
static inline void scene_expect_retiring(scene *here, uint32_t count)
{
	uint32_t retiring = UINT32_MAX;
	for (int i = 0; i < 100000; i++) {
		brabeion_stats_report report;
		cr_assert_eq(brabeion_stats(here->engine, &report, NULL), BRABEION_OK);
		retiring = report.retiring;
		brabeion_stats_finish(&report);
		if (retiring == count)
			return;
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	}
	cr_assert_fail("%u old badge sets are left, not %u", retiring, count);
}

/* The error's message with the scene's folder taken out of it: "badges.yaml:3:5: ...". */
static inline const char *scene_message(scene *here)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	char prefix[SCENE_PATH_BYTES + 2];
	snprintf(prefix, sizeof prefix, "%s/", here->folder);
	size_t length = strlen(prefix), used = 0;
	for (const char *from = here->error.message ? here->error.message : ""; *from && used < sizeof text - 1;) {
		if (strncmp(from, prefix, length) == 0)
			from += length;
		else
			text[used++] = *from++;
	}
	text[used] = '\0';
	return text;
}

/* True when the error's message, the scene's folder taken out, begins with this. */
static inline bool scene_message_begins(scene *here, const char *beginning)
{
	return strncmp(scene_message(here), beginning, strlen(beginning)) == 0;
}

/* ---- listening ---- */

static inline void scene_hear(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	pthread_mutex_lock(&here->lock);
	size_t used = strlen(here->told);
	snprintf(here->told + used, sizeof here->told - used, "%s %s %u %s;", award->user, award->badge, award->level,
		 award->reason);
	pthread_mutex_unlock(&here->lock);
}

static inline void scene_listen(scene *here)
{
	cr_assert_eq(brabeion_on_award(here->engine, scene_hear, here), BRABEION_OK);
}

/* ---- firing ---- */

/* Fires the event; the caller finishes the result. */
static inline brabeion_result scene_judge(scene *here, const brabeion_event *event)
{
	brabeion_result result;
	memset(&result, 0xa5, sizeof result); /* "need not be initialised" */
	brabeion_status status = brabeion_possibly_award(here->engine, event, &result);
	cr_assert_eq(status, result.status, "returned %d, the result says %d", status, result.status);
	return result;
}

/* What an event earned, as "badge level reason;" each; "duplicate", "unheard", or the error where it was abandoned. */
static inline const char *scene_earned(scene *here, const brabeion_event *event)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_result result = scene_judge(here, event);
	size_t used = 0;
	text[0] = '\0';
	if (result.outcome == BRABEION_ABANDONED)
		snprintf(text, sizeof text, "%s: %s", brabeion_status_name(result.status), result.message);
	else if (result.outcome != BRABEION_JUDGED)
		snprintf(text, sizeof text, "%s", result.outcome == BRABEION_DUPLICATE ? "duplicate" : "unheard");
	else if (result.failed)
		used = (size_t)snprintf(text, sizeof text, "%u failed;", result.failed);
	for (uint32_t i = 0; i < result.award_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %u %s;", result.awards[i].badge,
					 result.awards[i].level, result.awards[i].reason);
	brabeion_result_finish(&result);
	return text;
}

/* Fires an event with fields up to one without a name. */
static inline const char *scene_fire_fields(scene *here, const char *id, const char *name, const char *user, ...)
{
	brabeion_field fields[64];
	size_t count = 0;
	va_list arguments;
	va_start(arguments, user);
	while (count < 64 && (fields[count] = va_arg(arguments, brabeion_field)).name)
		count++;
	va_end(arguments);
	return scene_earned(
		here,
		&(brabeion_event){ .name = name, .user = user, .id = id, .fields = fields, .field_count = count });
}

#define SCENE_LAST_FIELD ((brabeion_field){ .name = NULL })

/* scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), with any number of fields; answers as scene_earned. */
#define scene_fire(here, ...) scene_fire_fields(here, NULL, __VA_ARGS__, SCENE_LAST_FIELD)
#define scene_fire_id(here, id, ...) scene_fire_fields(here, id, __VA_ARGS__, SCENE_LAST_FIELD)

/* A user's awards, newest first, as "badge level reason;" each. */
static inline const char *scene_awards(scene *here, const char *user)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_award_list list = { 0 };
	size_t used = 0;
	text[0] = '\0';
	cr_assert_eq(brabeion_user_awards(here->engine, user, 0, 0, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %u %s;", list.awards[i].badge,
					 list.awards[i].level, list.awards[i].reason);
	brabeion_award_list_finish(&list);
	return text;
}

static inline int64_t scene_count(scene *here, const char *user)
{
	int64_t count = -1;
	cr_assert_eq(brabeion_count_awards(here->engine, user, &count, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return count;
}

#endif
