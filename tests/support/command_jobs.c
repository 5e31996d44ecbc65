#include "support/command_jobs.h"

void enter_jobs(void)
{
	enter();
	write_file("badges.yaml", JOBS_YAML(QUICK, DEADLY JOB_USER));
}

/* ---- the database ---- */

int64_t query_number(const char *sql)
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

void await_number(const char *sql, int64_t number)
{
	while (query_number(sql) != number)
		usleep(2000);
}

void fire_lines(const char *lines)
{
	command_outcome outcome = run(lines, "run", "--clock", "wall", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

command_outcome work_off(void)
{
	return run("", "worker", "--until-idle", NULL);
}
