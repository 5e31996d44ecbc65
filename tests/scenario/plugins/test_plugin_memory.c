/*
 * The host reads and changes the memory of plugins: brabeion_memory, brabeion_tally_set, brabeion_note_set.
 */
#include <sys/wait.h>

#include "support/scene.h"

static const char badges[] =
	"plugins:\n  - file: memory_user.so\n    badges: [{ badge: memory-user, settings: { at: 5 } }]\n";

/* Entries that match the filter, as "plugin name subject value;" or "plugin name subject \"text\";" each. */
static const char *remembered(scene *here, const brabeion_memory_filter *filter)
{
	static _Thread_local char text[SCENE_TEXT_BYTES];
	brabeion_memory_list list = { 0 };
	size_t used = 0;
	text[0] = '\0';
	cr_assert_eq(brabeion_memory(here->engine, filter, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_remembered *one = &list.items[i];
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %s %s ", one->plugin, one->name,
					 one->subject);
		used += one->kind == BRABEION_MEMORY_TALLY
				? (size_t)snprintf(text + used, sizeof text - used, "%lld;", (long long)one->value)
				: (size_t)snprintf(text + used, sizeof text - used, "\"%s\";", one->text);
	}
	brabeion_memory_list_finish(&list);
	return text;
}

static void set_tally(scene *here, const char *name, const char *subject, int64_t value)
{
	cr_assert_eq(brabeion_tally_set(here->engine, "memory-user", name, subject, value, &here->error), BRABEION_OK,
		     "%s", here->error.message);
}

static void set_note(scene *here, const char *name, const char *subject, const char *text)
{
	cr_assert_eq(brabeion_note_set(here->engine, "memory-user", name, subject, text, &here->error), BRABEION_OK,
		     "%s", here->error.message);
}

Test(plugin_memory, what_a_plugin_remembers_is_listed)
{
	scene *here = scene_with(badges);
	cr_assert_str_eq(remembered(here, NULL), "");
	scene_fire(here, "memory", "ada");
	scene_fire(here, "memory", "ada");
	scene_fire(here, "memory", "ben", BRABEION_TEXT("op", "note"), BRABEION_TEXT("value", "red"));
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada 2;memory-user count ben \"red\";");
	scene_finish(here);
}

Test(plugin_memory, a_tally_that_is_set_is_what_the_plugin_reads)
{
	scene *here = scene_with(badges);
	set_tally(here, "count", "ada", 3);
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "memory-user 1 ;");
	set_tally(here, "count", "ben", 4);
	cr_assert_str_eq(scene_fire(here, "memory", "ben"), "memory-user 1 ;");
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada 5;memory-user count ben 5;");
	scene_finish(here);
}

Test(plugin_memory, what_is_set_replaces_what_was_cached_and_outlives_the_engine)
{
	scene *here = scene_with(badges);
	scene_fire(here, "memory", "ada");
	set_tally(here, "count", "ada", -7);
	set_note(here, "count", "ada", "first");
	set_note(here, "count", "ada", "second");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada -7;memory-user count ada \"second\";");
	set_note(here, "count", "ada", NULL);
	set_tally(here, "count", "ada", 0);
	cr_assert_str_eq(remembered(here, NULL), "", "a removed note or a tally of 0 is listed");
	scene_finish(here);
}

Test(plugin_memory, the_list_is_of_what_the_filter_says)
{
	scene *here = scene_with(badges);
	set_tally(here, "count", "ada", 1);
	set_tally(here, "count", "adam", 2);
	set_tally(here, "count", "", 3);
	set_tally(here, "other", "ada", 4);
	set_note(here, "other", "ada", "");
	cr_assert_str_eq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.subject = "ada")),
			 "memory-user count ada 1;memory-user other ada 4;memory-user other ada \"\";");
	cr_assert_str_eq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.subject = "")),
			 "memory-user count  3;");
	cr_assert_str_eq(
		remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.name = "count", .limit = 2)),
		"memory-user count  3;memory-user count ada 1;");
	cr_assert_str_eq(
		remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.kind = BRABEION_MEMORY_NOTE)),
		"memory-user other ada \"\";");
	cr_assert_str_eq(
		remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.kind = BRABEION_MEMORY_TALLY,
										 .name = "other")),
		"memory-user other ada 4;");
	cr_assert_str_eq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.plugin = "nobody")), "");
	cr_assert_str_eq(
		remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.plugin = "memory-user",
										 .name = "count", .subject = "adam")),
		"memory-user count adam 2;");
	scene_finish(here);
}

static void expect_refused(scene *here, const char *plugin, const char *name, const char *subject, const char *text,
			   const char *message)
{
	cr_assert_eq(brabeion_note_set(here->engine, plugin, name, subject, text, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, message);
}

Test(plugin_memory, what_a_plugin_could_not_set_is_refused)
{
	scene *here = scene_with(badges);
	static char long_name[102], long_subject[257], long_text[65538];
	memset(long_name, 'n', 101);
	memset(long_subject, 's', 256);
	memset(long_text, 't', 65537);
	expect_refused(here, "memory-user", "", "ada", "x", "the name of the tally or note is empty");
	expect_refused(here, "memory-user", NULL, "ada", "x", "the name of the tally or note is NULL");
	expect_refused(here, "memory-user", "count", NULL, "x", "the subject of the tally or note is NULL");
	expect_refused(here, NULL, "count", "ada", "x", "the id of the plugin is NULL");
	expect_refused(here, "memory-user", long_name, "ada", "x",
		       "the name of the tally or note is longer than 100 bytes or not UTF-8");
	expect_refused(here, "memory-user", "count", long_subject, "x",
		       "the subject of the tally or note is longer than 255 bytes or not UTF-8");
	expect_refused(here, "memory-user", "count", "ada", long_text,
		       "the text of the note is longer than 65536 bytes or not UTF-8");
	expect_refused(here, "memory-user", "count", "ada", "\xff",
		       "the text of the note is longer than 65536 bytes or not UTF-8");
	expect_refused(here, "memory-usr", "count", "ada", "x",
		       "no plugin of the id \"memory-usr\" has ever been loaded with this database");
	cr_assert_eq(brabeion_tally_set(here->engine, "memory-usr", "count", "ada", 1, NULL), BRABEION_INVALID);
	brabeion_memory_list list;
	cr_assert_eq(brabeion_memory(here->engine,
				     &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.subject = long_subject), &list,
				     NULL),
		     BRABEION_INVALID);
	cr_assert_str_eq(remembered(here, NULL), "");
	scene_finish(here);
}

Test(plugin_memory, the_memory_of_a_plugin_that_is_no_longer_loaded_is_still_there)
{
	scene *here = scene_with(badges);
	scene_fire(here, "memory", "ada");
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	set_tally(here, "count", "ada", 9);
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada 9;");
	scene_finish(here);
}

/* ---- refused calls ---- */

typedef struct caller {
	brabeion_engine **engine;
	brabeion_status tally, note, list;
	int calls;
} caller;

static void call_from_log(void *context, brabeion_log_level level, const char *message)
{
	caller *mine = context;
	brabeion_memory_list list;
	(void)message;
	if (!*mine->engine || level > BRABEION_LOG_WARNING)
		return;
	mine->calls++;
	mine->tally = brabeion_tally_set(*mine->engine, "answers", "n", "s", 1, NULL);
	mine->note = brabeion_note_set(*mine->engine, "answers", "n", "s", "t", NULL);
	mine->list = brabeion_memory(*mine->engine, NULL, &list, NULL);
}

Test(plugin_memory, a_call_from_the_log_callback_is_answered_reentrant)
{
	scene *here = scene_new();
	caller mine = { .engine = &here->engine };
	scene_config(here, "plugins:\n  - file: answers.so\n");
	here->options.log = call_from_log;
	here->options.log_context = &mine;
	scene_open(here);
	scene_fire(here, "visit", "ada");
	cr_assert_gt(mine.calls, 0);
	cr_assert_eq(mine.tally, BRABEION_REENTRANT);
	cr_assert_eq(mine.note, BRABEION_REENTRANT);
	cr_assert_eq(mine.list, BRABEION_REENTRANT);
	scene_finish(here);
}

Test(plugin_memory, a_call_in_a_child_of_fork_is_answered_forked)
{
	scene *here = scene_with(badges);
	pid_t child = fork();
	if (child == 0) {
		brabeion_memory_list list;
		bool refused =
			brabeion_tally_set(here->engine, "memory-user", "n", "s", 1, NULL) == BRABEION_FORKED &&
			brabeion_note_set(here->engine, "memory-user", "n", "s", "t", NULL) == BRABEION_FORKED &&
			brabeion_memory(here->engine, NULL, &list, NULL) == BRABEION_FORKED;
		_exit(refused ? 0 : 1);
	}
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	scene_finish(here);
}
