/*
 * test_post: what a worker process notes is seen by another, whole, also after its death.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/supervisor/shared_status.h"

static brb_cli_shared_status *post;

static void enter(void)
{
	post = brb_cli_shared_status_open();
	cr_assert_not_null(post);
	brb_cli_shared_status_clear(post);
}

static void leave(void)
{
	brb_cli_shared_status_close(post);
}

TestSuite(post, .init = enter, .fini = leave);

Test(post, a_new_one_is_of_a_worker_that_opens_and_has_no_job)
{
	brb_cli_read_entry sight = { .job = 9, .claim = 9, .since_us = 9 };
	cr_expect_eq(atomic_load(&post->stage), BRB_CLI_STAGE_OPENING);
	cr_assert(brb_cli_shared_status_look(post, &sight));
	cr_expect_eq(sight.job, 0);
	cr_expect_eq(sight.claim, 0);
	cr_expect_eq(sight.since_us, 0);
}

Test(post, tells_the_job_at_hand_and_since_when)
{
	brb_cli_read_entry sight = { 0 };
	brb_cli_shared_status_note(post, 0, 77);
	cr_expect_eq(atomic_load(&post->ended), 0, "that is the claim alone");
	brb_cli_shared_status_note(post, 5, 77);
	cr_assert(brb_cli_shared_status_look(post, &sight));
	cr_expect_eq(sight.job, 5);
	cr_expect_eq(sight.claim, 77);
	cr_expect_gt(sight.since_us, 0);
	brb_cli_shared_status_note(post, 0, 77);
	cr_assert(brb_cli_shared_status_look(post, &sight));
	cr_expect_eq(sight.job, 0);
	cr_expect_eq(sight.claim, 77);
	cr_expect_eq(sight.since_us, 0);
	cr_expect_eq(atomic_load(&post->ended), 1);
}

Test(post, is_not_believed_while_it_is_written)
{
	brb_cli_read_entry sight = { .job = 9 };
	atomic_fetch_add(&post->turn, 1);
	cr_expect_not(brb_cli_shared_status_look(post, &sight));
	cr_expect_eq(sight.job, 9, "untouched");
}

Test(post, outlives_who_wrote_it)
{
	brb_cli_read_entry sight = { 0 };
	int status = 0;
	pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		brb_cli_shared_status_note(post, 5, 77);
		kill(getpid(), SIGKILL);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(brb_cli_shared_status_look(post, &sight));
	cr_expect_eq(sight.job, 5);
	cr_expect_eq(sight.claim, 77);
}

Test(post, keeps_a_message_within_its_bounds)
{
	static char message[2 * BRB_CLI_SHARED_STATUS_MESSAGE_BYTES];
	brb_cli_shared_status_fail(post, "no such file");
	cr_expect_eq(atomic_load(&post->stage), BRB_CLI_STAGE_FAILED);
	cr_expect_str_eq(post->message, "no such file");
	memset(message, 'x', sizeof message - 1);
	brb_cli_shared_status_fail(post, message);
	cr_expect_eq(strlen(post->message), BRB_CLI_SHARED_STATUS_MESSAGE_BYTES - 1);
}
