/*
 * test_shared_status: another process reads what a worker process publishes consistently, also after its death.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/supervisor/shared_status.h"

static brb_cli_shared_status *shared;

#define SECRET UINT64_C(0x1234567890abcdef)

static void enter(void)
{
	shared = brb_cli_shared_status_open();
	cr_assert_not_null(shared);
	brb_cli_shared_status_clear(shared, SECRET);
}

static void leave(void)
{
	brb_cli_shared_status_close(shared);
}

TestSuite(shared_status, .init = enter, .fini = leave);

Test(shared_status, begins_as_opening_without_a_job)
{
	brb_cli_current_job current = { .job = 9, .claim = 9, .since_us = 9 };
	cr_expect_eq(brb_cli_shared_status_stage(shared, SECRET), BRB_CLI_STAGE_OPENING);
	cr_assert_eq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_FINE);
	cr_expect_eq(current.job, 0);
	cr_expect_eq(current.claim, 0);
	cr_expect_eq(current.since_us, 0);
}

Test(shared_status, holds_the_current_job_and_its_start)
{
	brb_cli_current_job current = { 0 };
	brb_cli_shared_status_set_job(shared, SECRET, 0, 77);
	cr_expect_eq(atomic_load(&shared->jobs_done), 0, "only a claim was set");
	brb_cli_shared_status_set_job(shared, SECRET, 5, 77);
	cr_assert_eq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_FINE);
	cr_expect_eq(current.job, 5);
	cr_expect_eq(current.claim, 77);
	cr_expect_gt(current.since_us, 0);
	brb_cli_shared_status_set_job(shared, SECRET, 0, 77);
	cr_assert_eq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_FINE);
	cr_expect_eq(current.job, 0);
	cr_expect_eq(current.claim, 77);
	cr_expect_eq(current.since_us, 0);
	cr_expect_eq(atomic_load(&shared->jobs_done), 1);
}

Test(shared_status, is_not_read_while_it_is_written)
{
	brb_cli_current_job current = { .job = 9 };
	atomic_fetch_add(&shared->sequence, 1);
	cr_expect_eq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_BUSY);
	cr_expect_eq(current.job, 9, "untouched");
}

Test(shared_status, outlives_its_writer)
{
	brb_cli_current_job current = { 0 };
	int status = 0;
	pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		brb_cli_shared_status_set_job(shared, SECRET, 5, 77);
		kill(getpid(), SIGKILL);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_FINE);
	cr_expect_eq(current.job, 5);
	cr_expect_eq(current.claim, 77);
}

Test(shared_status, truncates_a_long_message)
{
	static char message[2 * BRB_CLI_SHARED_STATUS_MESSAGE_BYTES];
	brb_cli_shared_status_fail(shared, SECRET, "no such file");
	cr_expect_eq(brb_cli_shared_status_stage(shared, SECRET), BRB_CLI_STAGE_FAILED);
	cr_expect_str_eq(shared->message, "no such file");
	memset(message, 'x', sizeof message - 1);
	brb_cli_shared_status_fail(shared, SECRET, message);
	cr_expect_eq(strlen(shared->message), BRB_CLI_SHARED_STATUS_MESSAGE_BYTES - 1);
}

/* A plugin's wild write. */
Test(shared_status, is_not_believed_once_something_else_wrote_there)
{
	brb_cli_current_job current = { .job = 9 };
	static const unsigned char bytes[] = { 0, 2, 0x7f, 0xff };
	for (size_t i = 0; i < sizeof bytes; i++) {
		brb_cli_shared_status_clear(shared, SECRET);
		brb_cli_shared_status_set_stage(shared, SECRET, BRB_CLI_STAGE_WORKING);
		brb_cli_shared_status_set_job(shared, SECRET, 5, 77);
		memset(shared, bytes[i], sizeof *shared);
		cr_expect_neq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_FINE);
		cr_expect_eq(brb_cli_shared_status_stage(shared, SECRET), BRB_CLI_STAGE_DAMAGED);
	}
	brb_cli_shared_status_clear(shared, SECRET);
	brb_cli_shared_status_set_stage(shared, SECRET, BRB_CLI_STAGE_WORKING);
	brb_cli_shared_status_set_job(shared, SECRET, 5, 77);
	atomic_store(&shared->job, 0);
	cr_expect_eq(brb_cli_shared_status_read_job(shared, SECRET, &current), BRB_CLI_READING_DAMAGED);
	atomic_store(&shared->stage, BRB_CLI_STAGE_FINISHED);
	cr_expect_eq(brb_cli_shared_status_stage(shared, SECRET), BRB_CLI_STAGE_DAMAGED);
	cr_expect_eq(current.job, 9, "untouched");
}
