/*
 * backfill: the engine that judges past events again never keeps a journal, not even while opening; what was judged for
 * some seconds is committed.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#include "api/backfill/backfill.h"

#ifndef BRB_TEST_PLUGIN_DIR
#define BRB_TEST_PLUGIN_DIR BRB_BUILD_DIR "/tests/plugins"
#endif

static char folder[256], config[300], database[300];

static void enter(void)
{
	const char *temporary = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%.200s/test-backfill-XXXXXX", temporary ? temporary : "/tmp");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(config, sizeof config, "%s/badges.yaml", folder);
	snprintf(database, sizeof database, "%s/badges.db", folder);
	FILE *file = fopen(config, "w");
	cr_assert_not_null(file);
	fputs("journal: keep 30d\nplugin_path: " BRB_TEST_PLUGIN_DIR "\nplugins:\n  - file: good_one.so\n", file);
	cr_assert_eq(fclose(file), 0);
}

static void leave(void)
{
	char command[300];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	cr_expect_eq(system(command), 0);
}

Test(backfill, no_journal_is_in_the_generation_when_it_is_published, .init = enter, .fini = leave)
{
	brabeion_engine *engine = NULL;
	brabeion_backfill *backfill = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = config, .database = database);
	cr_assert_eq(brabeion_open(&options, &engine, &error), BRABEION_OK, "%s", error.message);
	brb_route *live = brb_table_get(&atomic_load(&engine->registry.current)->routes, "visit");
	cr_expect_eq(atomic_load(&live->hint->warmth), BRB_ROUTE_WARMEST, "every event goes into the journal");
	cr_assert_eq(brabeion_backfill_open(engine, NULL, &backfill, &error), BRABEION_OK, "%s", error.message);
	const brb_generation *generation = atomic_load(&backfill->sandbox->registry.current);
	brb_route *route = brb_table_get(&generation->routes, "visit");
	cr_expect_eq(generation->journal.keep_us, 0);
	cr_expect_eq(atomic_load(&route->hint->warmth), 0, "built with a journal that was switched off later");
	brabeion_backfill_close(backfill, false);
	brabeion_close(engine);
}

/* Judges a visit as the number that the checkpoint tells. */
static void judge(brabeion_backfill *backfill, int64_t number)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_checkpoint checkpoint = BRABEION_CHECKPOINT(.number = number);
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada", .has_at = true, .at_us = 1000000);
	cr_assert_eq(brabeion_backfill_judge(backfill, &event, 1, &checkpoint, &result), BRABEION_OK);
	brabeion_result_finish(&result);
}

Test(backfill, after_five_seconds_the_next_batch_is_committed, .init = enter, .fini = leave)
{
	brabeion_engine *engine = NULL;
	brabeion_backfill *backfill = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = config, .database = database);
	cr_assert_eq(brabeion_open(&options, &engine, &error), BRABEION_OK, "%s", error.message);
	cr_assert_eq(brabeion_backfill_open(engine, NULL, &backfill, &error), BRABEION_OK, "%s", error.message);
	for (int64_t number = 1; number <= 3; number += 2) {
		judge(backfill, number);
		cr_expect_eq(backfill->stored.checkpoint.number, number - 1);
		cr_expect_eq(backfill->reached.checkpoint.number, number);
		backfill->begun_us -= 5000000;
		judge(backfill, number + 1);
		cr_expect_eq(backfill->stored.checkpoint.number, number + 1);
	}
	brabeion_backfill_close(backfill, false);
	brabeion_close(engine);
}
