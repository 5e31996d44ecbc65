/*
 * test_command_jobs: `brabeion jobs`, as text and as JSON.
 */
#include "support/command_jobs.h"

TestSuite(command_jobs, .init = enter_jobs, .fini = leave, .timeout = 120);

/* One event long ago and one far in the future, independent of the current time. */
#define EARN(user, id) \
	"{\"event\":\"earn\",\"user\":\"" user "\",\"id\":\"" id "\",\"at\":\"2014-01-21T20:26:05Z\"}\n"
#define FAILS(user, id)                                                                                         \
	"{\"event\":\"fails\",\"user\":\"" user "\",\"id\":\"" id "\",\"at\":\"2014-01-21T20:26:05Z\",\"n\":1," \
	"\"while\":\"badges.yaml\"}\n"

/* Two failing jobs, retried until they are parked. */
static void park_two(void)
{
	fire_lines(FAILS("bob", "f1") FAILS("eve", "f2"));
	command_process worker = start("worker", NULL);
	await_number(JOBS_PARKED, 2);
	cr_assert_eq(kill(worker.pid, SIGTERM), 0);
	command_outcome ended = wait_for(&worker);
	expect_exit(ended, 0);
	finish(&ended);
}

static void expect_part(const char *text, const char *part)
{
	cr_expect_not_null(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

/* ---- summary ---- */

Test(command_jobs, needs_a_database)
{
	command_outcome outcome = run("", "jobs", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "(\"brabeion run\" creates a database)\n");
	finish(&outcome);
}

Test(command_jobs, tells_that_there_are_none)
{
	fire_lines("");
	command_outcome text = run("", "jobs", NULL);
	command_outcome json = run("", "jobs", "--json", NULL);
	command_outcome list = run("", "jobs", "--parked", NULL);
	command_outcome json_list = run("", "jobs", "--parked", "--json", NULL);
	expect_exit(text, 0);
	expect_out(text, "0 waiting, 0 running, 0 delayed, 0 parked\n");
	expect_out(json, "{\"waiting\":0,\"running\":0,\"delayed\":0,\"parked\":0,\"oldest\":null,\"notes\":[]}\n");
	expect_out(list, "No such jobs.\n");
	expect_out(json_list, "{\"jobs\":[]}\n");
	finish(&text);
	finish(&json);
	finish(&list);
	finish(&json_list);
}

Test(command_jobs, says_that_nobody_judges_them)
{
	fire_lines(EARN("ada", "e1") EARN("bob", "e2"));
	command_outcome text = run("", "jobs", NULL);
	expect_exit(text, 0);
	expect_part(text.out, "2 waiting (the oldest since 2");
	expect_part(text.out,
		    " UTC), 0 running, 0 delayed, 0 parked\n\nnone is being judged, and a server judges none "
		    "(\"workers: 0\"): start \"brabeion worker\"\n");
	finish(&text);
}

Test(command_jobs, asks_for_a_worker_when_they_have_waited_for_long)
{
	sqlite3 *database = NULL;
	write_file("badges.yaml", JOBS_YAML("", JOB_USER));
	fire_lines(EARN("ada", "e1"));
	command_outcome young = run("", "jobs", NULL);
	cr_assert_eq(sqlite3_open("badges.db", &database), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(database, "UPDATE jobs SET due_us = due_us - 60000000", NULL, NULL, NULL),
		     SQLITE_OK);
	sqlite3_close(database);
	command_outcome old = run("", "jobs", NULL);
	cr_expect_null(strstr(young.out, "none is being judged"), "%s", young.out);
	expect_part(old.out, "\nnone is being judged: is a server with workers running, or \"brabeion worker\"?\n");
	finish(&young);
	finish(&old);
}

Test(command_jobs, says_which_badge_is_missing)
{
	fire_lines(EARN("ada", "e1"));
	write_file("badges.yaml", JOBS_YAML(QUICK, DEADLY));
	command_outcome waiting = run("", "jobs", NULL);
	expect_part(waiting.out, "\nbadge \"earner\" is not loaded: its jobs wait until it is\n");
	command_outcome worked = work_off();
	expect_err(worked,
		   "warning: 1 job of badge \"earner\" is parked until it is back: the badge is not loaded\n");
	command_outcome parked = run("", "jobs", NULL);
	expect_out(parked, "0 waiting, 0 running, 0 delayed, 1 parked\n\n"
			   "badge \"earner\" is not loaded: its jobs wait until it is\n");
	write_file("badges.yaml", JOBS_YAML(QUICK, JOB_USER));
	command_outcome back = run("", "jobs", NULL);
	expect_out(back, "0 waiting, 0 running, 0 delayed, 1 parked\n\n"
			 "badge \"earner\" is loaded again: a worker takes its parked jobs\n");
	command_outcome again = work_off();
	expect_exit(again, 0);
	cr_expect_eq(query_number(AWARDS), 2);
	finish(&waiting);
	finish(&worked);
	finish(&parked);
	finish(&back);
	finish(&again);
}

Test(command_jobs, says_that_a_history_judges_its_own)
{
	write_file("badges.yaml", JOBS_YAML("", "  - file: freezing.so\n"));
	/* cut short, so that the job due a second later stays in the history */
	command_outcome cut =
		run("{\"event\":\"visit\",\"user\":\"ada\",\"id\":\"e1\",\"at\":\"2024-02-29T23:59:50Z\","
		    "\"word\":\"again\"}\nnonsense\n",
		    "run", "--strict", NULL);
	expect_exit(cut, 1);
	command_outcome text = run("", "jobs", NULL);
	command_outcome list = run("", "jobs", "--delayed", NULL);
	expect_out(text, "0 waiting, 0 running, 1 delayed, 0 parked\n\n"
			 "delayed jobs belong to a history: its run judges them, or the next \"brabeion run\"; no "
			 "worker takes them\n");
	expect_part(list.out, "of a run over a history, which judges it, or the next \"brabeion run\"\n");
	finish(&cut);
	finish(&text);
	finish(&list);
}

/* ---- lists ---- */

Test(command_jobs, lists_what_is_asked_for)
{
	park_two();
	fire_lines(EARN("ada", "e1") EARN("eve", "e2"));
	command_outcome parked = run("", "jobs", "--parked", NULL);
	command_outcome one = run("", "jobs", "--limit", "1", NULL);
	command_outcome user = run("", "jobs", "--user", "eve", NULL);
	command_outcome badge = run("", "jobs", "--waiting", "--badge", "earner", NULL);
	command_outcome running = run("", "jobs", "--running", NULL);
	expect_exit(parked, 0);
	expect_out(parked, "job  state   badge  user  event     attempts  note\n"
			   "  1  parked  fails  bob   fails f1         3  the file is there\n"
			   "  2  parked  fails  eve   fails f2         3  the file is there\n");
	expect_out(one, "job  state   badge  user  event     attempts  note\n"
			"  1  parked  fails  bob   fails f1         3  the file is there\n");
	expect_out(user, "job  state    badge   user  event     attempts  note\n"
			 "  2  parked   fails   eve   fails f2         3  the file is there\n"
			 "  4  waiting  earner  eve   earn e2          0  \n");
	expect_out(badge, "job  state    badge   user  event    attempts  note\n"
			  "  3  waiting  earner  ada   earn e1         0  \n"
			  "  4  waiting  earner  eve   earn e2         0  \n");
	expect_out(running, "No such jobs.\n");
	finish(&parked);
	finish(&one);
	finish(&user);
	finish(&badge);
	finish(&running);
}

Test(command_jobs, lists_as_json)
{
	fire_lines(EARN("ada", "e1"));
	command_outcome list = run("", "jobs", "--waiting", "--json", NULL);
	expect_exit(list, 0);
	expect_part(list.out, "{\"jobs\":[{\"id\":1,\"state\":\"waiting\",\"badge\":\"earner\",\"loaded\":true,"
			      "\"user\":\"ada\",\"event\":\"earn\",\"event_id\":\"e1\","
			      "\"at\":\"2014-01-21T20:26:05.000Z\",\"due_at\":\"2");
	expect_part(list.out, "\",\"retry_at\":null,\"lease_until\":null,\"history\":0,\"attempts\":0,"
			      "\"parked_at\":null,\"parked_why\":\"\",\"error\":\"\"}]}\n");
	finish(&list);
}

/* ---- one job ---- */

Test(command_jobs, shows_one_with_its_frozen_state_and_every_attempt)
{
	park_two();
	command_outcome text = run("", "jobs", "show", "1", NULL);
	command_outcome json = run("", "jobs", "show", "1", "--json", NULL);
	expect_exit(text, 0);
	expect_part(text.out, "Job 1\n"
			      "  badge     fails\n"
			      "  user      bob\n"
			      "  state     parked\n"
			      "  note      the file is there\n"
			      "  event     fails\n"
			      "  event id  f1\n"
			      "  at        2014-01-21 20:26:05 UTC\n"
			      "  stored    2");
	expect_part(text.out,
		    " UTC\n\nFrozen state:\n  n: 1\n  while: \"badges.yaml\"\n\nAttempts that failed:\n  1  2");
	expect_part(text.out, " UTC  the file is there\n  3  2");
	expect_part(json.out,
		    ",\"frozen\":{\"n\": 1, \"while\": \"badges.yaml\"},\"failures\":[{\"number\":1,\"at\":\"2");
	expect_part(json.out, "\",\"error\":\"the file is there\"},{\"number\":2,");
	finish(&text);
	finish(&json);
}

Test(command_jobs, no_text_of_a_job_steers_the_terminal)
{
	fire_lines("{\"event\":\"earn\",\"user\":\"e\\u001b[31m\",\"id\":\"\\u202e\",\"word\":"
		   "\"\\u001b\\u009b\\u202e, }\","
		   "\"list\":[{\"a\":\"]\\\"\"},2]}\n");
	command_outcome text = run("", "jobs", "show", "1", NULL);
	command_outcome json = run("", "jobs", "show", "1", "--json", NULL);
	command_outcome list = run("", "jobs", "--waiting", NULL);
	expect_part(text.out, "  user      e\\x1b[31m\n");
	expect_part(text.out, "\n  list: [{\"a\":\"]\\\"\"},2]\n");
	expect_part(list.out, "e\\x1b[31m");
	for (const char *name = "\x1b\0\xc2\x9b\0\xe2\x80\xae\0"; *name; name += strlen(name) + 1) {
		cr_expect_null(strstr(text.out, name), "%s", text.out);
		cr_expect_null(strstr(json.out, name), "%s", json.out);
		cr_expect_null(strstr(list.out, name), "%s", list.out);
	}
	expect_part(json.out, "\\u009b\\u202e, }\"");
	finish(&text);
	finish(&json);
	finish(&list);
}

Test(command_jobs, says_when_one_is_not_there)
{
	fire_lines("");
	command_outcome absent = run("", "jobs", "show", "17", NULL);
	command_outcome wrong = run("", "jobs", "show", "e1", NULL);
	expect_exit(absent, 1);
	cr_expect_str_eq(absent.err, "job 17 does not exist: it has ended, or never was\n");
	expect_exit(wrong, 2);
	cr_expect_str_eq(wrong.err, "brabeion jobs: \"e1\" is not the number of a job\n");
	finish(&absent);
	finish(&wrong);
}

/* ---- retry and drop ---- */

Test(command_jobs, tries_those_again_that_are_named)
{
	park_two();
	fire_lines(EARN("ada", "e1"));
	command_outcome outcome = run("", "jobs", "retry", "2", "3", "9", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome, "1 job to retry\n");
	cr_expect_str_eq(outcome.err, "job 3 is waiting: unchanged\n"
				      "job 9 does not exist: it has ended, or never was\n");
	cr_expect_eq(query_number(JOBS_PARKED), 1);
	finish(&outcome);
}

Test(command_jobs, tries_all_of_a_badge_again)
{
	park_two();
	command_outcome other = run("", "jobs", "retry", "--badge", "earner", NULL);
	command_outcome badge = run("", "jobs", "retry", "--badge", "fails", "--json", NULL);
	expect_exit(other, 0);
	expect_out(other, "0 jobs to retry\n");
	expect_out(badge, "{\"jobs\":2}\n");
	cr_expect_eq(query_number(JOBS_PARKED), 0);
	finish(&other);
	finish(&badge);
}

Test(command_jobs, drops_what_is_parked_or_all)
{
	park_two();
	fire_lines(EARN("ada", "e1") EARN("ada", "e2"));
	command_outcome one = run("", "jobs", "drop", "1", NULL);
	expect_exit(one, 0);
	expect_out(one, "1 job dropped\n");
	command_outcome parked = run("", "jobs", "drop", "--all", "--parked", NULL);
	expect_out(parked, "1 job dropped\n");
	cr_expect_eq(query_number("SELECT count(*) FROM jobs"), 2);
	command_outcome all = run("", "jobs", "drop", "--all", NULL);
	expect_out(all, "2 jobs dropped\n");
	cr_expect_eq(query_number("SELECT count(*) FROM jobs"), 0);
	finish(&one);
	finish(&parked);
	finish(&all);
}

/* Arguments that select nothing or too much, and the messages. */
static void expect_refusal(const char *message, const char *word, const char *more)
{
	char whole[512];
	command_outcome outcome = run("", "jobs", word, more, NULL);
	snprintf(whole, sizeof whole, "brabeion jobs: %s\nTry \"brabeion jobs --help\".\n", message);
	expect_exit(outcome, 2);
	cr_expect_str_eq(outcome.err, whole, "%s", outcome.err);
	finish(&outcome);
}

Test(command_jobs, does_nothing_without_a_choice)
{
	fire_lines(EARN("ada", "e1"));
	expect_refusal("expected numbers of jobs, --badge SLUG or --all", "drop", NULL);
	expect_refusal("expected numbers of jobs, --badge SLUG or --all", "retry", NULL);
	expect_refusal("expected numbers of jobs, --badge SLUG or --all", "drop", "--parked");
	expect_refusal("retry and drop take numbers of jobs, --badge, --all and --parked", "drop", "--waiting");
	expect_refusal("retry and drop take numbers of jobs, --badge, --all and --parked", "drop", "--user=ada");
	expect_refusal("show takes the number of one job", "show", NULL);
	expect_refusal("--all needs retry or drop", "--all", NULL);
	expect_refusal("expected show, retry or drop, not \"shew\"", "shew", NULL);
	expect_refusal("only one of --waiting, --running, --delayed and --parked can be given", "--parked",
		       "--waiting");
	cr_expect_eq(query_number("SELECT count(*) FROM jobs"), 1);
}
