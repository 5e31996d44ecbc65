/*
 * command_jobs: the fixture of `brabeion jobs` and `brabeion worker`: a badges.yaml with the badges of
 * tests/plugins/deadly.c and job_user.c (JOBS_YAML writes another), and waiting for states in the database.
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

void enter_jobs(void);

/* ---- the database ---- */

int64_t query_number(const char *sql);

/* Waits until the query returns the number, at most for the test's time limit. */
void await_number(const char *sql, int64_t number);

#define JOBS_LEFT "SELECT count(*) FROM jobs WHERE parked_us = 0"
#define JOBS_PARKED "SELECT count(*) FROM jobs WHERE parked_us <> 0"
#define ATTEMPTS "SELECT count(*) FROM job_attempts"
#define AWARDS "SELECT count(*) FROM awards"

/* Fires live events by `brabeion run`, which works on no jobs. */
void fire_lines(const char *lines);

/* Runs all ready jobs. */
command_outcome work_off(void);

#endif
