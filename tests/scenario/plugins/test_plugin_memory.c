/*
 * The host reads and changes the memory of plugins: brabeion_memory, brabeion_memory_set, brabeion_memory_remove.
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
					 one->owner);
		used += one->kind == BRABEION_MEMORY_NUMBER
				? (size_t)snprintf(text + used, sizeof text - used, "%lld;", (long long)one->value)
				: (size_t)snprintf(text + used, sizeof text - used, "\"%s\";", one->text);
	}
	brabeion_memory_list_finish(&list);
	return text;
}

/* A change of memory-user's. */
#define CHANGE(...) (&(brabeion_memory_change)BRABEION_MEMORY_CHANGE(.plugin = "memory-user", __VA_ARGS__))

static void set(scene *here, const brabeion_memory_change *change)
{
	cr_assert_eq(brabeion_memory_set(here->engine, change, &here->error), BRABEION_OK, "%s", here->error.message);
}

static void set_tally(scene *here, const char *name, const char *subject, int64_t value)
{
	set(here, CHANGE(.name = name, .owner = subject, .kind = BRABEION_MEMORY_NUMBER, .value = value));
}

static void set_note(scene *here, const char *name, const char *subject, const char *text)
{
	set(here, CHANGE(.name = name, .owner = subject, .kind = BRABEION_MEMORY_TEXT, .text = text));
}

/* Returns whether there was something. */
static bool take_away(scene *here, const brabeion_memory_change *change)
{
	bool removed = false;
	cr_assert_eq(brabeion_memory_remove(here->engine, change, &removed, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return removed;
}

Test(plugin_memory, what_a_plugin_remembers_is_listed)
{
	scene *here = scene_with(badges);
	cr_assert_str_eq(remembered(here, NULL), "");
	scene_fire(here, "memory", "ada");
	scene_fire(here, "memory", "ada");
	scene_fire(here, "memory", "ben", BRABEION_TEXT("op", "note"), BRABEION_TEXT("value", "red"));
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada 2;memory-user text ben \"red\";");
	scene_finish(here);
}

static void keep_note(scene *here, const char *user, const char *key)
{
	scene_fire(here, "memory", user, BRABEION_TEXT("op", "note"), BRABEION_TEXT("value", "red"),
		   BRABEION_TEXT("key", key));
}

Test(plugin_memory, a_badge_that_wants_too_many_notes_of_a_user_fails)
{
	scene *here = scene_with("max_notes: 2\nplugins:\n  - file: memory_user.so\n");
	keep_note(here, "ada", "a");
	keep_note(here, "ada", "b");
	cr_expect_not_null(strstr(here->log,
				  "a user has 2 notes under \"text\"; a badge that keeps more than 2 fails "
				  "(\"max_notes\" in badges.yaml)"),
			   "%s", here->log);
	cr_expect_null(strstr(here->log, "memory-user failed"), "%s", here->log);
	keep_note(here, "ada", "c");
	keep_note(here, "ben", "c");
	cr_expect_not_null(strstr(here->log, "the user has 2 notes under \"text\", and may have no more "
					     "(\"max_notes\" in badges.yaml)"),
			   "%s", here->log);
	cr_expect_str_eq(remembered(here, NULL),
			 "memory-user text ada \"red\";memory-user text ada \"red\";memory-user "
			 "text ben \"red\";");
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
	set_note(here, "text", "ada", "first");
	set_note(here, "text", "ada", "second");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada -7;memory-user text ada \"second\";");
	cr_assert(take_away(here, CHANGE(.name = "text", .owner = "ada", .kind = BRABEION_MEMORY_TEXT)));
	set_tally(here, "count", "ada", 0);
	cr_assert_str_eq(remembered(here, NULL), "", "a removed note or a tally of 0 is listed");
	scene_finish(here);
}

Test(plugin_memory, the_list_is_of_what_the_filter_says)
{
	scene *here = scene_with(badges);
	set_tally(here, "count", "ada", 1);
	set_tally(here, "count", "adam", 2);
	set_tally(here, "other", "ada", 4);
	set_note(here, "text", "ada", "");
	cr_assert_str_eq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.user = "ada")),
			 "memory-user count ada 1;memory-user other ada 4;memory-user text ada \"\";");
	cr_assert_str_eq(
		remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.name = "count", .limit = 2)),
		"memory-user count ada 1;memory-user count adam 2;");
	cr_assert_str_neq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.badge = "")), "");
	cr_assert_str_eq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.badge = "memory-user")),
			 "");
	cr_assert_str_eq(remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.plugin = "nobody")), "");
	cr_assert_str_eq(
		remembered(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.plugin = "memory-user",
										 .name = "count", .user = "adam")),
		"memory-user count adam 2;");
	scene_finish(here);
}

static void expect_refused(scene *here, const char *plugin, const char *name, const char *subject, const char *text,
			   const char *message)
{
	brabeion_memory_change change = BRABEION_MEMORY_CHANGE(.plugin = plugin, .name = name, .owner = subject,
							       .kind = BRABEION_MEMORY_TEXT, .text = text);
	cr_assert_eq(brabeion_memory_set(here->engine, &change, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, message);
}

Test(plugin_memory, what_a_plugin_could_not_set_is_refused)
{
	scene *here = scene_with(badges);
	static char long_name[102], long_subject[257], long_text[65538];
	memset(long_name, 'n', 101);
	memset(long_subject, 's', 256);
	memset(long_text, 't', 65537);
	expect_refused(here, "memory-user", "", "ada", "x", "the name of the memory is empty");
	expect_refused(here, "memory-user", NULL, "ada", "x", "the name of the memory is NULL");
	expect_refused(here, "memory-user", "count", NULL, "x", "the owner of the memory is NULL");
	expect_refused(here, NULL, "count", "ada", "x", "the id of the plugin is NULL");
	expect_refused(here, "memory-user", long_name, "ada", "x",
		       "the name of the memory is longer than 100 bytes or not UTF-8");
	expect_refused(here, "memory-user", "count", long_subject, "x",
		       "the owner of the memory is longer than 255 bytes or not UTF-8");
	expect_refused(here, "memory-user", "text", "ada", long_text,
		       "the text of the memory is longer than 65536 bytes or not UTF-8");
	expect_refused(here, "memory-user", "text", "ada", "\xff",
		       "the text of the memory is longer than 65536 bytes or not UTF-8");
	expect_refused(here, "memory-usr", "count", "ada", "x",
		       "no plugin of the id \"memory-usr\" has ever been loaded with this database");
	expect_refused(here, "memory-user", "count", "ada", "x", "\"count\" is a number");
	expect_refused(here, "memory-user", "word", "ada", "x",
		       "the plugin \"memory-user\" remembers nothing of its own under the name \"word\"");
	expect_refused(here, "memory-user", "votes", "ada", "x", "\"votes\" is remembered of things, not of users");
	cr_assert_eq(brabeion_memory_set(here->engine,
					 CHANGE(.name = "count", .owner = "ada", .badge = "x", .text = "1"),
					 &here->error),
		     BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "the badge \"x\" remembers nothing under the name \"count\"");
	brabeion_memory_list list;
	cr_assert_eq(brabeion_memory(here->engine,
				     &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.user = long_subject), &list,
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

/* ---- kinds and the record ---- */

Test(plugin_memory, a_value_without_a_kind_is_of_the_kind_that_is_there)
{
	scene *here = scene_with(badges);
	set(here, CHANGE(.name = "count", .owner = "ada", .text = "12"));
	set(here, CHANGE(.name = "text", .owner = "ada", .text = "twelve"));
	set(here, CHANGE(.name = "text", .owner = "ada", .text = "12"));
	cr_assert_str_eq(remembered(here, NULL), "memory-user count ada 12;memory-user text ada \"12\";");
	cr_assert_eq(brabeion_memory_set(here->engine, CHANGE(.name = "count", .owner = "ada", .text = "many"),
					 &here->error),
		     BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "\"count\" is a number, and \"many\" is none");
	cr_assert(take_away(here, CHANGE(.name = "count", .owner = "ada")));
	cr_assert(take_away(here, CHANGE(.name = "text", .owner = "ada")));
	cr_assert_not(take_away(here, CHANGE(.name = "text", .owner = "ada")));
	cr_assert_str_eq(remembered(here, NULL), "");
	scene_finish(here);
}

/* As "owner name: before > after (comment);" each, the latest first. */
static const char *changes(scene *here, const brabeion_memory_filter *filter)
{
	static char text[SCENE_TEXT_BYTES];
	brabeion_memory_record record = { 0 };
	size_t used = 0;
	text[0] = '\0';
	cr_assert_eq(brabeion_memory_changes(here->engine, filter, &record, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < record.count; i++) {
		const brabeion_memory_entry *one = brabeion_memory_record_at(&record, i);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s %s: %s > %s (%s);",
					 one->owner_kind == BRABEION_OWNER_THING ? "thing " : "", one->owner,
					 one->name, one->key, one->before, one->after, one->comment);
	}
	brabeion_memory_record_finish(&record);
	return text;
}

Test(plugin_memory, a_change_with_a_comment_is_on_record_until_its_user_is_forgotten)
{
	scene *here = scene_with(badges);
	set(here, CHANGE(.name = "count", .owner = "ada", .text = "3", .comment = "lost in May"));
	set(here, CHANGE(.name = "count", .owner = "ada", .text = "4"));
	set(here, CHANGE(.name = "count", .owner = "ada", .text = "5", .comment = "and June"));
	set(here, CHANGE(.name = "votes", .owner = "4711", .owner_kind = BRABEION_OWNER_THING, .key = "ada",
			 .text = "1", .comment = "by hand"));
	take_away(here, CHANGE(.name = "text", .owner = "ben", .comment = "there is none"));
	cr_assert_str_eq(changes(here, NULL), "thing 4711 votes ada:  > 1 (by hand);ada count : 4 > 5 (and June);"
					      "ada count :  > 3 (lost in May);");
	cr_assert_str_eq(changes(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.user = "ada", .limit = 1)),
			 "ada count : 4 > 5 (and June);");
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", "ben", NULL, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(changes(here, &(brabeion_memory_filter)BRABEION_MEMORY_FILTER(.user = "ben")),
			 "ben count : 4 > 5 (and June);ben count :  > 3 (lost in May);");
	cr_assert_eq(brabeion_forget_user(here->engine, "ben", NULL, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(changes(here, NULL), "thing 4711 votes :  > 1 (by hand);", "the key was the user");
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
	brabeion_memory_change change =
		BRABEION_MEMORY_CHANGE(.plugin = "answers", .name = "n", .owner = "s", .text = "t");
	mine->tally = brabeion_memory_set(*mine->engine, &change, NULL);
	mine->note = brabeion_memory_remove(*mine->engine, &change, NULL, NULL);
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
		bool refused = brabeion_memory_set(here->engine, CHANGE(.name = "n", .owner = "s", .text = "t"),
						   NULL) == BRABEION_FORKED &&
			       brabeion_memory_remove(here->engine, CHANGE(.name = "n", .owner = "s"), NULL, NULL) ==
				       BRABEION_FORKED &&
			       brabeion_memory(here->engine, NULL, &list, NULL) == BRABEION_FORKED;
		_exit(refused ? 0 : 1);
	}
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	scene_finish(here);
}
