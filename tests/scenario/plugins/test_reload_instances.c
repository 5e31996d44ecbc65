/*
 * Reloads: instances are opened and closed once, a stuck badge blocks nothing else, memory belongs to a plugin's id,
 * counters continue, and reloads from callbacks are refused.
 */
#include "support/scene.h"

static brabeion_receipt reload(scene *here)
{
	brabeion_receipt receipt = BRABEION_RECEIPT();
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_OK, "%s", here->error.message);
	return receipt;
}

/* Sets an environment variable, for a plugin to read, to a path in the scene's folder. */
static void name_file(scene *here, const char *variable, char path[SCENE_PATH_BYTES * 2])
{
	snprintf(path, SCENE_PATH_BYTES * 2, "%s/%s", here->folder, variable);
	setenv(variable, path, 1);
}

/* ---- instances ---- */

static char diary_path[SCENE_PATH_BYTES * 2];

static scene *scene_with_diary(const char *text)
{
	scene *here = scene_new();
	name_file(here, "BRB_TEST_DIARY", diary_path);
	scene_config(here, text);
	scene_open(here);
	return here;
}

static const char *diary(void)
{
	static char text[4096];
	FILE *file = fopen(diary_path, "r");
	size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
	text[length] = '\0';
	if (file)
		fclose(file);
	return text;
}

/* Without trials, which would write to the diary, too. */
#define DIARY "probe: off\nplugins:\n  - file: diary.so\n    badges:\n      - { badge: diary, slug: a }\n"

Test(reload_instances, of_what_is_unchanged_are_opened_and_closed_once)
{
	scene *here = scene_with_diary(DIARY "      - { badge: diary, slug: b }\n");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "a 1 2;b 1 3;");
	for (int i = 0; i < 20; i++)
		reload(here);
	scene_expect_retiring(here, 0);
	cr_assert_str_eq(diary(), "+* +a +b ");
	cr_assert_str_eq(scene_fire(here, "visit", "ben"), "a 1 2;b 1 3;", "by the instances of the first badge set");
	scene_close(here);
	cr_assert_str_eq(diary(), "+* +a +b -a -b -* ");
	scene_finish(here);
}

Test(reload_instances, of_what_is_changed_are_closed_when_their_badge_set_is)
{
	scene *here = scene_with_diary(DIARY "      - { badge: diary, slug: b }\n");
	scene_config(here, DIARY "      - { badge: diary, slug: b, settings: { mood: merry } }\n");
	cr_assert_eq(reload(here).changed, 1);
	scene_expect_retiring(here, 0);
	cr_assert_str_eq(diary(), "+* +a +b +b -b ");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "a 1 2;b 1 4;");
	scene_config(here, DIARY);
	cr_assert_eq(reload(here).removed, 1);
	scene_expect_retiring(here, 0);
	cr_assert_str_eq(diary(), "+* +a +b +b -b -b ");
	scene_finish(here);
}

Test(reload_instances, of_a_refused_reload_are_closed_and_the_others_stay)
{
	scene *here = scene_with_diary(DIARY);
	scene_config(here, DIARY "      - { badge: diary, slug: b }\n"
				 "      - { badge: diary, slug: c, settings: { mood: bad } }\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), "badges.yaml:9:52: badge \"c\": must not be bad");
	cr_assert_str_eq(diary(), "+* +a +b -b ");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "a 1 2;");
	scene_finish(here);
}

/* Instances that still wait to be closed when the engine closes. */
Test(reload_instances, are_all_closed_when_the_engine_is)
{
	scene *here = scene_with_diary(DIARY);
	scene_config(here, DIARY "      - { badge: diary, slug: b }\n");
	reload(here);
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	reload(here);
	scene_close(here);
	cr_assert_str_eq(diary(), "+* +a +b -a -b -* ");
	scene_finish(here);
}

/* ---- a stuck badge ---- */

static void *wait_at_the_gate(void *context)
{
	scene *here = context;
	static char earned[64];
	snprintf(earned, sizeof earned, "%s", scene_fire(here, "wait", "ada"));
	return earned;
}

Test(reload_instances, a_stuck_badge_holds_up_no_reload_and_keeps_its_badge_set_alone)
{
	static const char with_stuck[] = "probe: off\nplugins:\n  - file: stuck.so\n  - file: good_many.so\n";
	static const char without[] = "plugins:\n  - file: good_many.so\n";
	char gate[SCENE_PATH_BYTES * 2];
	pthread_t thread;
	void *earned;
	scene *here = scene_with(with_stuck);
	name_file(here, "BRB_TEST_GATE", gate);
	cr_assert_eq(pthread_create(&thread, NULL, wait_at_the_gate, here), 0);
	while (access(gate, F_OK) != 0)
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	for (int i = 0; i < 10; i++) {
		scene_config(here, i % 2 ? with_stuck : without);
		cr_assert_eq(reload(here).generation, (uint64_t)i + 2);
		cr_assert_str_eq(scene_fire(here, "elsewhere", "ben"), "unhandled");
	}
	scene_expect_retiring(here, 1);
	cr_assert_eq(unlink(gate), 0);
	pthread_join(thread, &earned);
	cr_assert_str_eq(earned, "stuck 1 ;", "on the badge set that it began with");
	scene_expect_retiring(here, 0);
	scene_finish(here);
}

/* ---- memory ---- */

/* Changed content with the same id: memory_user with one more byte at its end. */
Test(reload_instances, what_a_plugin_remembers_belongs_to_its_id_whatever_its_file)
{
	char path[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	scene_copy_plugin(here, "memory_user.so", "copy.so");
	scene_config(here, "plugins:\n  - file: copy.so\n");
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	snprintf(path, sizeof path, "%s/copy.so", here->folder);
	FILE *file = fopen(path, "a");
	cr_assert_not_null(file);
	fputc('x', file);
	fclose(file);
	cr_assert_eq(reload(here).changed, 1);
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	scene_config(here, "plugins:\n  - file: memory_user.so\n");
	reload(here);
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "memory-user 1 ;", "the third event");
	scene_finish(here);
}

/* The id in the file is replaced by another of the same length. */
Test(reload_instances, another_id_remembers_nothing_of_it)
{
	char path[SCENE_PATH_BYTES * 2];
	static char bytes[1024 * 1024];
	scene *here = scene_with("plugins:\n  - file: memory_user.so\n");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	scene_copy_plugin(here, "memory_user.so", "copy.so");
	snprintf(path, sizeof path, "%s/copy.so", here->folder);
	FILE *file = fopen(path, "r+");
	cr_assert_not_null(file);
	size_t length = fread(bytes, 1, sizeof bytes, file);
	char *id = memmem(bytes, length, "memory-user", 12);
	cr_assert_not_null(id);
	memcpy(id, "mammoth-too", 11);
	rewind(file);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	fclose(file);
	scene_config(here, "plugins:\n  - file: copy.so\n");
	reload(here);
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "", "its first event");
	scene_finish(here);
}

/* ---- counters ---- */

/* Calls of award and awards since the open, as "slug judged/earned " each. */
static const char *counted(scene *here)
{
	static char text[256];
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	text[0] = '\0';
	cr_assert_eq(brabeion_stats(here->engine, &report, NULL), BRABEION_OK);
	for (size_t i = 0; i < report.badge_count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s %llu/%llu ", report.badges[i].slug,
			 (unsigned long long)report.badges[i].judged, (unsigned long long)report.badges[i].earned);
	brabeion_stats_finish(&report);
	return text;
}

static void *visit_once(void *context)
{
	scene_fire(context, "visit", "ben", BRABEION_INT("points", 5));
	return NULL;
}

static void visit_on_a_thread(scene *here)
{
	pthread_t thread;
	cr_assert_eq(pthread_create(&thread, NULL, visit_once, here), 0);
	pthread_join(thread, NULL);
}

Test(reload_instances, what_was_counted_of_a_badge_stays_with_its_slug)
{
	static const char many[] = "plugins:\n  - file: good_many.so\n";
	static const char both[] = "plugins:\n  - file: good_one.so\n  - file: good_many.so\n";
	scene *here = scene_with(many);
	scene_fire(here, "visit", "ada");
	visit_on_a_thread(here);
	cr_assert_str_eq(counted(here), "first-visit 2/2 third-visit 2/0 ");
	scene_config(here, both);
	reload(here);
	cr_assert_str_eq(counted(here), "good-one 0/0 first-visit 2/2 third-visit 2/0 ");
	scene_fire(here, "visit", "ada");
	visit_on_a_thread(here);
	cr_assert_str_eq(counted(here), "good-one 2/1 first-visit 4/2 third-visit 4/0 ");
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	reload(here);
	cr_assert_str_eq(counted(here), "good-one 2/1 ");
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	scene_config(here, both);
	reload(here);
	visit_on_a_thread(here);
	cr_assert_str_eq(counted(here), "good-one 4/3 first-visit 5/2 third-visit 5/1 ");
	scene_finish(here);
}

/* ---- reloads from callbacks ---- */

/* Reloads from a callback, and keeps the status. */
typedef struct asker {
	scene *here;
	int asked;
	brabeion_status status;
	brabeion_receipt receipt;
	char message[256];
} asker;

static void ask(asker *mine)
{
	brabeion_error error = BRABEION_NO_ERROR;
	mine->asked++;
	mine->status = brabeion_reload(mine->here->engine, &mine->receipt, &error);
	snprintf(mine->message, sizeof mine->message, "%s", error.message ? error.message : "");
	brabeion_error_finish(&error);
}

static void ask_on_award(void *context, const brabeion_award_info *award)
{
	(void)award;
	ask(context);
}

static void ask_on_log(void *context, brabeion_log_level level, const char *message)
{
	(void)level;
	(void)message;
	asker *mine = context;
	if (mine->here->engine && !mine->asked)
		ask(mine);
}

Test(reload_instances, an_on_award_callback_may_ask_for_a_reload)
{
	scene *here = scene_with("plugins:\n  - file: good_many.so\n");
	asker mine = { .here = here, .receipt = BRABEION_RECEIPT() };
	cr_assert_eq(brabeion_on_award(here->engine, ask_on_award, &mine), BRABEION_OK);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	cr_assert_eq(mine.asked, 1);
	cr_assert_eq(mine.status, BRABEION_OK, "%s", mine.message);
	cr_assert_eq(mine.receipt.generation, 2);
	cr_assert_eq(mine.receipt.kept, 2);
	scene_expect_retiring(here, 0);
	scene_finish(here);
}

/* The log callback of a reload calls reload: the inner one is refused, the outer one succeeds. */
Test(reload_instances, the_log_callback_is_refused_a_reload)
{
	scene *here = scene_new();
	asker mine = { .here = here, .receipt = BRABEION_RECEIPT() };
	here->options.log = ask_on_log;
	here->options.log_context = &mine;
	scene_config(here, "plugins:\n  - file: good_many.so\n");
	scene_open(here);
	cr_assert_eq(reload(here).generation, 2);
	cr_assert_eq(mine.asked, 1);
	cr_assert_eq(mine.status, BRABEION_REENTRANT);
	cr_assert_str_eq(mine.message,
			 "called from inside a plugin's function, the log callback, the clock or the allocator");
	scene_finish(here);
}

enum { ASKERS = 4, RELOADS_EACH = 25 };

static void *reload_many(void *context)
{
	scene *here = context;
	static _Thread_local uint64_t last;
	for (int i = 0; i < RELOADS_EACH; i++) {
		brabeion_receipt receipt = BRABEION_RECEIPT(.generation = 0);
		if (brabeion_reload(here->engine, &receipt, NULL) != BRABEION_OK || receipt.generation <= last ||
		    receipt.kept != 1)
			return "a reload went wrong";
		last = receipt.generation;
	}
	return NULL;
}

Test(reload_instances, several_threads_that_ask_take_turns)
{
	pthread_t threads[ASKERS];
	scene *here = scene_with_diary(DIARY);
	for (int i = 0; i < ASKERS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, reload_many, here), 0);
	for (int i = 0; i < ASKERS; i++) {
		void *wrong;
		pthread_join(threads[i], &wrong);
		cr_expect_null(wrong);
	}
	cr_assert_eq(reload(here).generation, ASKERS * RELOADS_EACH + 2);
	scene_close(here);
	cr_assert_str_eq(diary(), "+* +a -a -* ");
	scene_finish(here);
}

/* ---- the log ---- */

Test(reload_instances, each_reload_leaves_one_line_in_the_log)
{
	scene *here = scene_with("plugins:\n  - file: good_many.so\n  - file: thread_key.so\n");
	scene_config(here, "plugins:\n  - file: good_many.so\n  - file: good_one.so\n");
	reload(here);
	static const char end[] = "/badges.yaml: generation 2, 1 added, 0 changed, 1 removed, 2 kept, 1 resident\n";
	cr_assert(strncmp(here->log, "info: reloaded ", 15) == 0, "%s", here->log);
	cr_assert(strstr(here->log, end) != NULL, "%s", here->log);
	cr_assert_eq(strchr(here->log, '\n')[1], '\0', "%s", here->log);
	scene_finish(here);
}
