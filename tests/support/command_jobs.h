/*
 * command_jobs.h: what scenario tests of `brabeion jobs` and `brabeion worker` have in common.
 *
 * The folder's badges.yaml loads the badges that misbehave (tests/plugins/deadly.c, job_user.c); tests may write their own
 * with JOBS_YAML. States are waited for in the database, as long as the test may take.
 */
#ifndef BRB_TESTS_COMMAND_JOBS_H
#define BRB_TESTS_COMMAND_JOBS_H

#include "support/command.h"

#include <inttypes.h>
#include <sqlite3.h>

#define JOBS_YAML(settings, plugins)                           \
	"database: badges.db\n"                                \
	"plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"cache_dir: cache\n" settings "plugins:\n" plugins

#define QUICK "workers: 0\njobs: { max_attempts: 3, backoff: 10ms }\n"
#define DEADLY "  - file: deadly.so\n"
#define JOB_USER "  - file: job_user.so\n"

static UNUSED void enter_jobs(void)
{
	enter();
	write_file("badges.yaml", JOBS_YAML(QUICK, DEADLY JOB_USER));
}

/* ---- the database ---- */

static UNUSED int64_t query_number(const char *sql)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_open("badges.db", &database), SQLITE_OK);
	sqlite3_busy_timeout(database, 60000);
	cr_assert_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK, "%s",
		     sqlite3_errmsg(database));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "%s", sqlite3_errmsg(database));
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return number;
}

/* Until it is so; the test's own time limit ends it otherwise. */
static UNUSED void await_number(const char *sql, int64_t number)
{
	while (query_number(sql) != number)
		usleep(2000);
}

#define JOBS_LEFT "SELECT count(*) FROM jobs WHERE parked_us = 0"
#define JOBS_PARKED "SELECT count(*) FROM jobs WHERE parked_us <> 0"
#define ATTEMPTS "SELECT count(*) FROM job_attempts"
#define AWARDS "SELECT count(*) FROM awards"

/* Feeds live events to `brabeion run`, which judges no jobs. */
static UNUSED void fire(const char *lines)
{
	command_outcome outcome = run(lines, "run", "--clock", "wall", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

/* Works off what is ready. */
static UNUSED command_outcome work_off(void)
{
	return run("", "worker", "--until-idle", NULL);
}

#endif
