/*
 * The life cycle of engines: two in one process are independent, and hundreds (with BRB_LONG a thousand) opened and
 * closed leave no memory, mapping, descriptor, thread or file behind.
 */
#include "support/decisions.h"

#include <malloc.h>

static const char everything[] = "plugins:\n"
				 "  - file: obedient.so\n"
				 "    badges: [{ badge: one }, { badge: many }]\n"
				 "  - file: good_one.so\n"
				 "  - file: good_many.so\n";

/* ---- two at once ---- */

Test(lifecycle, two_engines_on_two_databases_do_not_know_of_each_other)
{
	scene *here = scene_with(everything), *there = scene_with(everything);
	scene_listen(here);
	scene_listen(there);
	scene_fire(here, "visit", "ada");
	scene_fire(there, "visit", "ben");
	scene_fire(there, "visit", "ada", BRABEION_INT("points", 5));
	cr_expect_str_eq(here->told, "ada first-visit 1 ;");
	cr_expect_str_eq(there->told, "ben first-visit 1 ;ada good-one 1 ;ada first-visit 1 ;");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada first-visit 1 ;");
	scene_config(there, "plugins:\n  - file: good_one.so\n");
	cr_assert_eq(brabeion_reload(there->engine, NULL, NULL), BRABEION_OK);
	cr_expect_str_eq(scene_fire(there, "visit", "cy"), "");
	cr_expect_str_eq(scene_fire(here, "visit", "cy"), "first-visit 1 ;");
	scene_finish(there);
	cr_expect_str_eq(scene_fire(here, "visit", "dan"), "first-visit 1 ;");
	scene_finish(here);
}

Test(lifecycle, two_engines_on_one_database_share_what_is_stored_and_nothing_else)
{
	scene *here = scene_with(everything);
	scene there = *here;
	there.options.log_context = &there;
	scene_open(&there);
	scene_listen(here);
	cr_expect_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	cr_expect_str_eq(scene_fire(&there, "visit", "ada"), "");
	cr_expect_str_eq(scene_fire(here, "visit", "ada"), "third-visit 1 ;");
	cr_expect_str_eq(scene_fire(&there, "visit", "ben"), "first-visit 1 ;");
	cr_expect_str_eq(here->told, "ada first-visit 1 ;ada third-visit 1 ;");
	cr_expect_str_eq(here->log, "");
	scene_close(&there);
	cr_expect_str_eq(scene_fire(here, "visit", "ben"), "");
	cr_expect_str_eq(scene_fire(here, "visit", "ben"), "third-visit 1 ;");
	scene_finish(here);
}

/* ---- a thousand in turn ---- */

typedef struct holdings {
	size_t descriptors, threads, mappings, files;
	long resident_kb;
} holdings;

static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s", path);
	size_t lines = 0;
	for (int c; (c = getc(file)) != EOF;)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static holdings look(scene *here)
{
	holdings now = { 0 };
	malloc_trim(0);
	now.descriptors = scene_count_entries("/proc/self/fd");
	now.threads = scene_count_entries("/proc/self/task");
	now.mappings = count_lines("/proc/self/maps");
	now.files = scene_count_entries(here->folder);
	long size = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	cr_assert_not_null(file);
	cr_assert_eq(fscanf(file, "%ld %ld", &size, &now.resident_kb), 2);
	fclose(file);
	now.resident_kb *= sysconf(_SC_PAGESIZE) / 1024;
	return now;
}

static void complete(void *context, const brabeion_result *result)
{
	(void)result;
	*(bool *)context = true;
}

/* Opens an engine, uses everything that is created on first use, and closes it. */
static void live(scene *here, int number)
{
	char user[16];
	bool completed = false;
	snprintf(user, sizeof user, "u%d", number % 20);
	scene_open(here);
	cr_assert_geq(brabeion_changes_fd(here->engine), 0);
	scene_listen(here);
	here->told[0] = '\0';
	scene_fire(here, "visit", user, BRABEION_INT("points", 5));
	decide_award(here, user, "many", .reason = "alive");
	decide_revoke(here, user, "many");
	decide_feed(here, 0, 10);
	scene_count(here, NULL);
	cr_assert_str_eq(here->log, "");
	if (number % 10 == 0)
		cr_assert_eq(brabeion_reload(here->engine, NULL, NULL), BRABEION_OK);
	here->log[0] = '\0'; /* the reload is logged */
	cr_assert_eq(brabeion_submit(here->engine, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = user),
				     complete, &completed),
		     BRABEION_OK);
	scene_close(here);
	cr_assert_null(strstr(here->log, "warning: "), "%s", here->log);
	cr_assert_null(strstr(here->log, "error: "), "%s", here->log);
	here->log[0] = '\0';
}

/* Far fewer than lives; the allocators of sanitizers map more memory as they see fit. */
enum { MAPPINGS_MORE = BRB_SANITIZED ? 16 : 2 };

Test(lifecycle, a_thousand_engines_leave_nothing_behind)
{
	int lives = getenv("BRB_LONG") ? 1000 : BRB_SANITIZED ? 60 : 200;
	scene *here = scene_new();
	scene_config(here, everything);
	holdings first = look(here);
	for (int i = 0; i < 20; i++) /* creates what a process has once, and the users */
		live(here, i);
	holdings before = look(here);
	for (int i = 0; i < lives; i++)
		live(here, i);
	holdings after = look(here);
	cr_expect_eq(after.descriptors, first.descriptors, "%zu, then %zu", first.descriptors, after.descriptors);
	cr_expect_eq(after.threads, first.threads, "%zu, then %zu", first.threads, after.threads);
	cr_expect_eq(after.files, before.files, "%zu, then %zu", before.files, after.files);
	cr_expect_leq(after.mappings, before.mappings + MAPPINGS_MORE, "%zu, then %zu", before.mappings,
		      after.mappings);
	if (!BRB_SANITIZED) /* their allocators keep freed memory */
		cr_expect_leq(after.resident_kb, before.resident_kb + 1024, "%ld kB, then %ld kB", before.resident_kb,
			      after.resident_kb);
	scene_finish(here);
}

Test(lifecycle, engines_that_do_not_open_leave_nothing_behind)
{
	int lives = getenv("BRB_LONG") ? 1000 : BRB_SANITIZED ? 60 : 200;
	scene *here = scene_new();
	brabeion_engine *engine = NULL;
	holdings before = { 0 };
	for (int i = 0; i < lives + 20; i++) {
		if (i == 20)
			before = look(here);
		scene_config(here, i % 2 ? "plugins:\n  - file: good_one.so\n  - file: open_fails.so\n"
					 : "plugins:\n  - file: nowhere.so\n");
		cr_assert_eq(brabeion_open(&here->options, &engine, NULL), BRABEION_CONFIG);
	}
	holdings after = look(here);
	cr_expect_eq(after.descriptors, before.descriptors);
	cr_expect_eq(after.threads, before.threads);
	cr_expect_eq(after.files, 1, "badges.yaml alone, not %zu", after.files);
	cr_expect_leq(after.mappings, before.mappings + MAPPINGS_MORE);
	if (!BRB_SANITIZED)
		cr_expect_leq(after.resident_kb, before.resident_kb + 1024, "%ld kB, then %ld kB", before.resident_kb,
			      after.resident_kb);
	scene_finish(here);
}
