#include "support/scene.h"

#include <dirent.h>
#include <stdarg.h>

/* ---- files ---- */

void scene_write(scene *here, const char *name, const char *format, ...)
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

void scene_config(scene *here, const char *text)
{
	scene_write(here, "badges.yaml", "database: badges.db\nplugin_path: [., \"%s\", \"%s\"]\n%s",
		    BRB_TEST_PLUGIN_DIR, BRB_BUILD_DIR "/plugins", text);
}

void scene_copy_plugin(scene *here, const char *name, const char *as)
{
	char to[SCENE_PATH_BYTES * 2];
	snprintf(to, sizeof to, "%s/%s", here->folder, as);
	char from[SCENE_PATH_BYTES * 2];
	snprintf(from, sizeof from, "%s/%s", BRB_TEST_PLUGIN_DIR, name);
	copy_whole(from, to);
}

size_t scene_count_entries(const char *path)
{
	size_t count = 0;
	DIR *stream = opendir(path);
	cr_assert_not_null(stream, "cannot read %s", path);
	while (readdir(stream))
		count++;
	closedir(stream);
	return count - 2;
}

/* ---- the scene ---- */

void scene_log(void *context, brabeion_log_level level, const char *message)
{
	static const char *const names[] = { "", "error", "warning", "info", "debug" };
	scene *here = context;
	pthread_mutex_lock(&here->lock);
	size_t used = strlen(here->log);
	snprintf(here->log + used, sizeof here->log - used, "%s: %s\n", names[level], message);
	pthread_mutex_unlock(&here->lock);
}

scene *scene_new(void)
{
	scene *here = calloc(1, sizeof *here);
	cr_assert_not_null(here);
	make_folder_in(here->folder, sizeof here->folder);
	snprintf(here->config, sizeof here->config, "%.400s/badges.yaml", here->folder);
	snprintf(here->database, sizeof here->database, "%.400s/badges.db", here->folder);
	unsetenv("XDG_RUNTIME_DIR"); /* private copies of plugins go beside the database */
	unsetenv("BRABEION_PLUGIN_PATH");
	setenv("BRABEION_PROBE", BRB_BUILD_DIR "/engine/probe/brabeion-probe", 0);
	pthread_mutex_init(&here->lock, NULL);
	here->options =
		(brabeion_options)BRABEION_OPTIONS(.config = here->config, .log = scene_log, .log_context = here);
	return here;
}

void scene_open(scene *here)
{
	brabeion_status status = brabeion_open(&here->options, &here->engine, &here->error);
	cr_assert_eq(status, BRABEION_OK, "brabeion_open: %s", here->error.message);
}

scene *scene_with(const char *text)
{
	scene *here = scene_new();
	scene_config(here, text);
	scene_open(here);
	here->log[0] = '\0';
	return here;
}

void scene_close(scene *here)
{
	brabeion_close(here->engine);
	here->engine = NULL;
}

void scene_finish(scene *here)
{
	scene_close(here);
	brabeion_error_finish(&here->error);
	remove_folder(here->folder);
	pthread_mutex_destroy(&here->lock);
	free(here);
}

void scene_expect_retiring(scene *here, uint32_t count)
{
	uint32_t retiring = UINT32_MAX;
	for (int i = 0; i < 100000; i++) {
		brabeion_stats_report report = BRABEION_STATS_REPORT();
		cr_assert_eq(brabeion_stats(here->engine, &report, NULL), BRABEION_OK);
		retiring = report.retiring;
		brabeion_stats_finish(&report);
		if (retiring == count)
			return;
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	}
	cr_assert_fail("%u old generations are left, not %u", retiring, count);
}

const char *scene_message(scene *here)
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

bool scene_message_begins(scene *here, const char *beginning)
{
	return strncmp(scene_message(here), beginning, strlen(beginning)) == 0;
}

/* ---- award callbacks ---- */

void scene_hear(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	pthread_mutex_lock(&here->lock);
	size_t used = strlen(here->told);
	snprintf(here->told + used, sizeof here->told - used, "%s %s %u %s;", award->user, award->badge, award->level,
		 award->reason);
	pthread_mutex_unlock(&here->lock);
}

void scene_listen(scene *here)
{
	cr_assert_eq(brabeion_on_award(here->engine, scene_hear, here), BRABEION_OK);
}

/* ---- firing ---- */

brabeion_result scene_judge(scene *here, const brabeion_event *event)
{
	brabeion_result result = BRABEION_RESULT();
	memset(&result, 0xa5, sizeof result); /* only the size is needed */
	result.struct_size = sizeof result;
	brabeion_status status = brabeion_possibly_award(here->engine, event, &result);
	cr_assert_eq(status, result.status, "returned %d, the result says %d", status, result.status);
	return result;
}

const char *scene_earned(scene *here, const brabeion_event *event)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_result result = scene_judge(here, event);
	size_t used = 0;
	text[0] = '\0';
	if (result.outcome == BRABEION_ABANDONED)
		snprintf(text, sizeof text, "%s: %s", brabeion_status_name(result.status), result.message);
	else if (result.outcome != BRABEION_JUDGED)
		snprintf(text, sizeof text, "%s", result.outcome == BRABEION_DUPLICATE ? "duplicate" : "unhandled");
	else if (result.failed)
		used = (size_t)snprintf(text, sizeof text, "%u failed;", result.failed);
	if (result.outcome == BRABEION_JUDGED && result.refused)
		used += (size_t)snprintf(text + used, sizeof text - used, "%u refused;", result.refused);
	for (uint32_t i = 0; i < result.award_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %u %s;", result.awards[i].badge,
					 result.awards[i].level, result.awards[i].reason);
	brabeion_result_finish(&result);
	return text;
}

const char *scene_fire_fields(scene *here, const char *id, const char *name, const char *user, ...)
{
	brabeion_field fields[64];
	size_t count = 0;
	va_list arguments;
	va_start(arguments, user);
	while (count < 64 && (fields[count] = va_arg(arguments, brabeion_field)).name)
		count++;
	va_end(arguments);
	return scene_earned(here, &(brabeion_event)BRABEION_EVENT(.name = name, .user = user, .id = id,
								  .fields = fields, .field_count = count));
}

const char *scene_awards(scene *here, const char *user)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_award_list list = { 0 };
	size_t used = 0;
	text[0] = '\0';
	cr_assert_eq(brabeion_user_awards(here->engine, user, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %u %s;", list.awards[i].badge,
					 list.awards[i].level, list.awards[i].reason);
	brabeion_award_list_finish(&list);
	return text;
}

int64_t scene_count(scene *here, const char *user)
{
	int64_t count = -1;
	cr_assert_eq(brabeion_count_awards(here->engine, user, &count, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return count;
}
