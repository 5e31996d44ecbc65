/*
 * test_command_worker: `brabeion worker`, with badges that crash their process.
 */
#include "support/command_jobs.h"

#include <brabeion/engine.h>

TestSuite(command_worker, .init = enter_jobs, .fini = leave, .timeout = 120);

#define VENOM(user, how) "{\"event\":\"venom\",\"user\":\"" user "\",\"how\":\"" how "\"}\n"
#define WAITS "{\"event\":\"waits\",\"user\":\"ada\",\"id\":\"w1\",\"told\":\"told\",\"gate\":\"gate\"}\n"
#define EARN(user, id) "{\"event\":\"earn\",\"user\":\"" user "\",\"id\":\"" id "\"}\n"

static command_outcome end(command_process *worker)
{
	cr_assert_eq(kill(worker->pid, SIGTERM), 0);
	return wait_for(worker);
}

/* Runs `brabeion jobs show ID`, whose output must contain `part`. */
static void expect_job(const char *id, const char *part)
{
	command_outcome shown = run("", "jobs", "show", id, NULL);
	expect_exit(shown, 0);
	cr_expect_not_null(strstr(shown.out, part), "no \"%s\" in:\n%s", part, shown.out);
	finish(&shown);
}

/* ---- a job that waits at a gate ---- */

static void make_gate(void)
{
	cr_assert_eq(mkfifo("told", 0600) | mkfifo("gate", 0600), 0);
}

/* Returns a descriptor that reaches its end when the process that judges the job closes it or dies. */
static int await_arrival(void)
{
	int arrived = open("told", O_RDONLY | O_CLOEXEC);
	cr_assert_geq(arrived, 0);
	return arrived;
}

static void open_gate(void)
{
	int gate = open("gate", O_WRONLY | O_CLOEXEC);
	cr_assert_geq(gate, 0);
	close(gate);
}

static void await_end(int arrived)
{
	char byte;
	cr_assert_eq(read(arrived, &byte, 1), 0);
	close(arrived);
}

/* ---- success ---- */

Test(command_worker, judges_what_is_ready_and_ends_with_until_idle)
{
	fire_lines(EARN("ada", "e1") EARN("bob", "e2"));
	command_outcome worked = work_off();
	expect_exit(worked, 0);
	cr_expect_str_eq(worked.out, "");
	cr_expect_str_eq(worked.err, "");
	cr_expect_eq(query_number("SELECT count(*) FROM jobs"), 0);
	cr_expect_eq(query_number(AWARDS), 4);
	finish(&worked);
}

Test(command_worker, until_idle_leaves_what_is_tried_again_later)
{
	write_file("badges.yaml", JOBS_YAML("jobs: { backoff: 1h }\n", DEADLY JOB_USER));
	fire_lines(VENOM("eve", "segv") EARN("ada", "e1"));
	command_outcome worked = run("", "worker", "--until-idle", "--processes", "3", NULL);
	expect_exit(worked, 0);
	expect_err(worked, " was killed by SIGSEGV at job 1\n");
	cr_expect_eq(query_number(JOBS_LEFT), 1);
	cr_expect_eq(query_number(AWARDS), 2);
	finish(&worked);
}

Test(command_worker, judges_what_comes_while_it_waits)
{
	command_process worker = start("worker", "--processes", "2", NULL);
	make_gate();
	fire_lines(WAITS);
	int arrived = await_arrival();
	open_gate();
	await_end(arrived);
	fire_lines(EARN("ada", "e1"));
	await_number(AWARDS, 3);
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	finish(&ended);
}

Test(command_worker, two_of_them_beside_a_server_award_each_once)
{
	enum { EVENTS = 600 };
	write_file("badges.yaml", JOBS_YAML("workers: 1\n", JOB_USER));
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brabeion_open(NULL, &engine, &error), BRABEION_OK, "%s", error.message);
	command_process one = start("worker", "--processes", "2", NULL);
	command_process other = start("worker", NULL);
	for (int i = 0; i < EVENTS; i++) {
		char id[16], user[16];
		snprintf(id, sizeof id, "e%d", i);
		snprintf(user, sizeof user, "u%d", i % 20);
		brabeion_event event = BRABEION_EVENT(.name = "earn", .user = user, .id = id);
		cr_assert_eq(brabeion_possibly_award(engine, &event, NULL), BRABEION_OK);
	}
	await_number("SELECT count(*) FROM jobs", 0);
	brabeion_close(engine);
	command_outcome one_ended = end(&one), other_ended = end(&other);
	expect_exit(one_ended, 0);
	expect_exit(other_ended, 0);
	cr_expect_eq(query_number(AWARDS), 2 * EVENTS);
	finish(&one_ended);
	finish(&other_ended);
}

/* ---- crashes ---- */

Test(command_worker, poison_is_parked_and_all_that_is_healthy_is_judged)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&lines, &size);
	for (int i = 1; i <= 40; i++) {
		fprintf(stream, "{\"event\":\"venom\",\"user\":\"u%d\",\"how\":\"%s\"}\n", i, i % 10 ? "" : "segv");
		fprintf(stream, "{\"event\":\"earn\",\"user\":\"u%d\",\"id\":\"e%d\"}\n", i, i);
	}
	cr_assert_eq(fclose(stream), 0);
	fire_lines(lines);
	free(lines);
	command_process worker = start("worker", "--processes", "2", NULL);
	await_number(JOBS_PARKED, 4);
	await_number(JOBS_LEFT, 0);
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	cr_expect_eq(query_number("SELECT count(*) FROM awards AS a JOIN badges AS b ON b.id = a.badge"
				  " WHERE b.slug = 'venom'"),
		     36);
	cr_expect_eq(query_number(AWARDS), 36 + 40 + 40);
	cr_expect_eq(query_number(ATTEMPTS " WHERE error = 'its worker was killed by SIGSEGV'"), 12);
	expect_err(ended, " is parked after 3 attempts: its worker was killed by SIGSEGV\n");
	expect_err(ended, "of badge \"venom\" for user \"u40\"");
	finish(&ended);
}

static void expect_parked_for(const char *line, const char *why)
{
	char sql[256];
	fire_lines(line);
	command_process worker = start("worker", NULL);
	await_number(JOBS_PARKED, 1);
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM job_attempts WHERE error GLOB '%s'", why);
	cr_expect_eq(query_number(sql), 3, "not for \"%s\"", why);
	finish(&ended);
}

Test(command_worker, a_badge_that_aborts_is_parked)
{
	expect_parked_for(VENOM("eve", "abort"), "its worker was killed by SIGABRT");
}

Test(command_worker, a_badge_that_exits_is_parked)
{
	expect_parked_for(VENOM("eve", "exit"), "its worker exited with status 0");
}

Test(command_worker, a_badge_that_exits_with_a_status_is_parked)
{
	expect_parked_for("{\"event\":\"venom\",\"user\":\"eve\",\"how\":\"exit\",\"status\":7}\n",
			  "its worker exited with status 7");
}

Test(command_worker, a_badge_that_never_returns_is_parked)
{
	write_file("badges.yaml", JOBS_YAML("jobs: { max_attempts: 3, backoff: 10ms, time_limit: 200ms }\n", DEADLY));
	expect_parked_for(VENOM("eve", "loop"), "exceeded the time limit of 200 ms");
}

/* Over the page in which the worker tells its supervisor which job it is at. Either the badge or the supervisor ends it. */
#define SCRIBBLE(how, value) "{\"event\":\"venom\",\"user\":\"eve\",\"how\":\"" how "\",\"status\":" value "}\n"

Test(command_worker, a_badge_that_writes_over_the_workers_page_is_parked)
{
	expect_parked_for(SCRIBBLE("scribble", "0"), "its worker was killed by SIG*");
}

Test(command_worker, a_badge_that_writes_over_the_workers_page_that_all_is_well_is_parked)
{
	expect_parked_for(SCRIBBLE("scribble", "2") EARN("ada", "e1"), "its worker was killed by SIG*");
	cr_expect_eq(query_number(JOBS_LEFT), 0, "the others are judged");
}

Test(command_worker, a_badge_that_hides_so_and_never_returns_is_parked)
{
	write_file("badges.yaml", JOBS_YAML("jobs: { max_attempts: 3, backoff: 10ms, time_limit: 200ms }\n", DEADLY));
	expect_parked_for(SCRIBBLE("hide", "0"), "its worker was killed by SIGKILL");
}

#define LIMITED(limit) JOBS_YAML("watch: on\njobs: { max_attempts: 1, time_limit: " limit " }\n", DEADLY)

Test(command_worker, a_time_limit_that_was_changed_holds_for_the_job_at_hand)
{
	write_file("badges.yaml", LIMITED("1h"));
	fire_lines(VENOM("eve", "loop"));
	command_process worker = start("worker", NULL);
	await_number("SELECT count(*) FROM jobs WHERE claim <> 0", 1);
	write_file("badges.yaml.new", LIMITED("200ms"));
	cr_assert_eq(rename("badges.yaml.new", "badges.yaml"), 0);
	await_number(JOBS_PARKED, 1);
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	cr_expect_eq(query_number(ATTEMPTS " WHERE error = 'exceeded the time limit of 200 ms'"), 1);
	finish(&ended);
}

Test(command_worker, a_badge_that_listens_to_an_award_and_crashes_parks_the_job)
{
	expect_parked_for("{\"event\":\"bait\",\"user\":\"eve\"}\n", "its worker was killed by SIGSEGV");
	cr_expect_eq(query_number(AWARDS), 0);
}

Test(command_worker, a_worker_that_is_killed_is_replaced)
{
	char path[64], children[32] = "";
	char line[256];
	command_process worker = start("worker", NULL);
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)worker.pid, (int)worker.pid);
	make_gate();
	fire_lines(WAITS);
	int arrived = await_arrival();
	int fd = open(path, O_RDONLY);
	cr_assert_geq(fd, 0);
	cr_assert_gt(read(fd, children, sizeof children - 1), 0);
	close(fd);
	cr_assert_eq(kill((pid_t)atoi(children), SIGKILL), 0);
	await_end(arrived);
	read_line(worker.err, line, sizeof line);
	cr_assert_not_null(strstr(line, " was killed by SIGKILL at job 1\n"), "%s", line);
	arrived = await_arrival();
	open_gate();
	await_end(arrived);
	await_number(AWARDS, 1);
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	finish(&ended);
}

/* ---- ending ---- */

Test(command_worker, ends_with_the_job_at_hand)
{
	char line[256];
	make_gate();
	fire_lines(WAITS);
	command_process worker = start("worker", NULL);
	int arrived = await_arrival();
	cr_assert_eq(kill(worker.pid, SIGTERM), 0);
	read_line(worker.err, line, sizeof line);
	cr_assert_str_eq(line, "ending after the current jobs; a second signal ends at once\n");
	open_gate();
	command_outcome ended = wait_for(&worker);
	expect_exit(ended, 0);
	cr_expect_eq(query_number(AWARDS), 1);
	cr_expect_eq(query_number("SELECT count(*) FROM jobs"), 0);
	close(arrived);
	finish(&ended);
}

Test(command_worker, what_is_not_done_in_time_is_left_to_others)
{
	write_file("badges.yaml", JOBS_YAML("jobs: { grace: 100ms, lease: 500ms }\n", DEADLY));
	make_gate();
	fire_lines(WAITS);
	command_process worker = start("worker", NULL);
	int arrived = await_arrival();
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	expect_err(ended, " did not finish job 1 in the 100 ms of grace and is killed; ");
	expect_no_err(ended, "SIGKILL");
	await_end(arrived);
	cr_expect_eq(query_number(ATTEMPTS), 0);
	finish(&ended);
	worker = start("worker", NULL);
	arrived = await_arrival();
	open_gate();
	await_number(AWARDS, 1);
	ended = end(&worker);
	expect_exit(ended, 0);
	close(arrived);
	finish(&ended);
}

Test(command_worker, a_second_signal_ends_at_once)
{
	char line[256];
	write_file("badges.yaml", JOBS_YAML("jobs: { grace: 1h }\n", DEADLY));
	make_gate();
	fire_lines(WAITS);
	command_process worker = start("worker", NULL);
	int arrived = await_arrival();
	cr_assert_eq(kill(worker.pid, SIGINT), 0);
	read_line(worker.err, line, sizeof line);
	cr_assert_eq(kill(worker.pid, SIGINT), 0);
	await_end(arrived);
	command_outcome ended = wait_for(&worker);
	expect_exit(ended, 130);
	cr_expect_eq(query_number("SELECT count(*) FROM jobs"), 1);
	finish(&ended);
}

Test(command_worker, no_process_outlives_a_supervisor_that_is_killed_and_others_take_over)
{
	write_file("badges.yaml", JOBS_YAML("jobs: { lease: 500ms }\n", DEADLY));
	make_gate();
	fire_lines(WAITS);
	command_process killed = start("worker", "--processes", "2", NULL);
	int arrived = await_arrival();
	command_process other = start("worker", NULL);
	cr_assert_eq(kill(killed.pid, SIGKILL), 0);
	await_end(arrived);
	command_outcome killed_ended = wait_for(&killed); /* its pipes end with its last process */
	expect_exit(killed_ended, -SIGKILL);
	arrived = await_arrival();
	open_gate();
	await_number(AWARDS, 1);
	command_outcome ended = end(&other);
	expect_exit(ended, 0);
	close(arrived);
	finish(&killed_ended);
	finish(&ended);
}

/* ---- badges.yaml ---- */

Test(command_worker, what_is_wrong_with_badges_yaml_is_reported_once)
{
	write_file("badges.yaml", "nonsense: 1\n" JOBS_YAML("", DEADLY));
	command_outcome outcome = run("", "worker", "--processes", "3", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "badges.yaml:1:1: unknown key \"nonsense\"");
	cr_expect_null(strstr(strstr(outcome.err, "badges.yaml") + 1, "badges.yaml"), "%s", outcome.err);
	finish(&outcome);
}

Test(command_worker, what_is_wrong_with_a_plugin_is_reported_once)
{
	write_file("badges.yaml", JOBS_YAML("", "  - file: no_levels.so\n"));
	command_outcome outcome = run("", "worker", "--processes", "3", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "badges.yaml:5:11: ");
	char *again = strstr(outcome.err, "badges.yaml:5:11: ");
	cr_expect_null(strstr(again + 1, "badges.yaml:5:11: "), "%s", outcome.err);
	finish(&outcome);
}

Test(command_worker, reads_badges_yaml_again_on_sighup)
{
	char line[512];
	fire_lines(EARN("ada", "e1"));
	write_file("badges.yaml", JOBS_YAML(QUICK, DEADLY));
	command_process worker = start("worker", "--processes", "2", NULL);
	await_number(JOBS_PARKED, 1);
	read_line(worker.err, line, sizeof line);
	cr_assert_str_eq(line, "warning: 1 job of badge \"earner\" is parked until it is back: the badge is not "
			       "loaded\n");
	expect_job("1", "  note      its badge is not loaded\n");
	write_file("badges.yaml", "nonsense: 1\n" JOBS_YAML(QUICK, DEADLY));
	cr_assert_eq(kill(worker.pid, SIGHUP), 0);
	read_line(worker.err, line, sizeof line);
	cr_assert_not_null(strstr(line, "not reloaded, the badges stay as they are: badges.yaml:1:1: unknown key "),
			   "%s", line);
	write_file("badges.yaml", JOBS_YAML(QUICK, DEADLY JOB_USER));
	cr_assert_eq(kill(worker.pid, SIGHUP), 0);
	read_line(worker.err, line, sizeof line);
	cr_assert_str_eq(line, "reloaded badges.yaml: generation 2, 9 added, 0 changed, 0 removed, 4 kept\n");
	await_number(AWARDS, 2);
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	finish(&ended);
}

Test(command_worker, a_file_that_breaks_while_it_works_is_reported_once_and_tried_again)
{
	char line[512];
	write_file("worker.yaml", JOBS_YAML(QUICK, DEADLY));
	fire_lines(EARN("ada", "e1"));
	command_process worker = start("worker", "--config", "worker.yaml", NULL);
	await_number(JOBS_PARKED, 1);
	read_line(worker.err, line, sizeof line); /* its badge is not loaded */
	write_file("worker.yaml", JOBS_YAML(QUICK, "  - file: no_levels.so\n"));
	fire_lines(VENOM("eve", "segv"));
	read_line(worker.err, line, sizeof line);
	cr_assert_not_null(strstr(line, " was killed by SIGSEGV at job 2\n"), "%s", line);
	read_line(worker.err, line, sizeof line);
	cr_assert_not_null(strstr(line, "worker.yaml:7:11: "), "%s", line);
	read_line(worker.err, line, sizeof line);
	cr_assert_str_eq(line, "(trying again)\n");
	cr_assert_eq(query_number(ATTEMPTS), 0);
	write_file("worker.yaml", JOBS_YAML(QUICK, DEADLY));
	await_number(JOBS_PARKED, 2);
	cr_expect_eq(query_number(ATTEMPTS), 3, "a crash is not forgotten");
	command_outcome ended = end(&worker);
	expect_exit(ended, 0);
	expect_no_err(ended, "worker.yaml");
	finish(&ended);
}

Test(command_worker, a_database_that_cannot_be_opened_is_reported)
{
	command_outcome outcome = run("", "worker", "--database", "no/where.db", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "no/where.db");
	finish(&outcome);
}

/* ---- arguments ---- */

Test(command_worker, refuses_what_it_does_not_know)
{
	command_outcome number = run("", "worker", "--processes", "0", NULL);
	expect_exit(number, 2);
	expect_err(number, "brabeion worker: --processes: 0 is not a whole number from 1 to 256\n");
	command_outcome word = run("", "worker", "now", NULL);
	expect_exit(word, 2);
	expect_err(word, "brabeion worker: one word too many: now\n");
	finish(&number);
	finish(&word);
}
