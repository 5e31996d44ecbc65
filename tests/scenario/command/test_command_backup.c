/*
 * test_command_backup: `brabeion backup`: what it writes, refuses and leaves, also when it is killed.
 */
#include <dirent.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <time.h>

#include "support/command.h"

TestSuite(command_backup, .init = enter, .fini = leave, .timeout = 60);

#define ASIDE ".brabeion-backup-"

static void earn(const char *lines)
{
	command_outcome outcome = run(lines, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

static void expect_awards(const char *database, const char *lines)
{
	command_outcome outcome = run("", "awards", "--json", "--database", database, NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, lines);
	finish(&outcome);
}

static void expect_refused(const char *file, const char *message, const char *option)
{
	command_outcome outcome = run("", "backup", file, option, NULL);
	expect_exit(outcome, 3);
	expect_out(outcome, "");
	cr_expect_str_eq(outcome.err, message, "%s", outcome.err);
	finish(&outcome);
}

/* Finds a file that is being written aside; NULL: there is none. */
static const char *find_aside(void)
{
	static char name[256];
	DIR *entries = opendir(".");
	struct dirent *entry;
	cr_assert_not_null(entries);
	name[0] = '\0';
	while ((entry = readdir(entries)))
		if (strncmp(entry->d_name, ASIDE, strlen(ASIDE)) == 0)
			snprintf(name, sizeof name, "%s", entry->d_name);
	closedir(entries);
	return name[0] ? name : NULL;
}

/* ---- what it writes ---- */

#define AWARD_LINE(user, id, sequence)                                                                 \
	"{\"user\":\"" user "\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\"," \
	"\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"" id          \
	"\",\"sequence\":" sequence "}\n"

Test(command_backup, a_copy_has_what_the_database_has)
{
	struct stat about;
	earn(EVENT("ada", "e1"));
	command_outcome outcome = run("", "backup", "copy.db", NULL);
	expect_exit(outcome, 0);
	cr_expect_str_eq(outcome.err, "");
	cr_expect_eq(strncmp(outcome.out, "copy.db: ", 9), 0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, " bytes\n"), "%s", outcome.out);
	finish(&outcome);
	cr_assert_eq(stat("copy.db", &about), 0);
	cr_expect_eq(about.st_mode & 07777, 0600);
	expect_awards("copy.db", AWARD_LINE("ada", "e1", "1"));
	cr_expect_null(find_aside());
}

Test(command_backup, json_has_the_file_and_its_size)
{
	char expected[128];
	struct stat about;
	earn("");
	command_outcome outcome = run("", "backup", "--json", "copy.db", NULL);
	expect_exit(outcome, 0);
	cr_assert_eq(stat("copy.db", &about), 0);
	snprintf(expected, sizeof expected, "{\"file\":\"copy.db\",\"bytes\":%lld}\n", (long long)about.st_size);
	expect_out(outcome, expected);
	finish(&outcome);
}

/* ---- what it refuses ---- */

Test(command_backup, a_file_is_replaced_with_force_alone)
{
	earn("");
	write_file("copy.db", "precious");
	expect_refused("copy.db", "copy.db: File exists (--force replaces it)\n", NULL);
	size_t length;
	char *kept = read_whole("copy.db", &length);
	cr_expect_str_eq(kept, "precious");
	free(kept);
	command_outcome outcome = run("", "backup", "--force", "copy.db", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	expect_awards("copy.db", "");
}

Test(command_backup, force_replaces_neither_the_database_nor_a_folder)
{
	earn(EVENT("ada", "e1"));
	cr_assert_eq(mkdir("folder", 0700), 0);
	cr_assert_eq(symlink("badges.db", "link.db"), 0);
	expect_refused("badges.db", "badges.db: is the database itself\n", "--force");
	expect_refused("link.db", "link.db: is the database itself\n", "--force");
	expect_refused("folder", "folder: Is a directory\n", "--force");
	expect_refused("nowhere/copy.db", "nowhere/copy.db: No such file or directory\n", NULL);
	expect_awards("badges.db", AWARD_LINE("ada", "e1", "1"));
}

Test(command_backup, a_wal_that_would_be_taken_for_the_copy_s_is_refused)
{
	earn("");
	write_file("copy.db-wal", "another's");
	expect_refused("copy.db",
		       "copy.db-wal: exists, and would be taken for a part of the copy: is copy.db in use?\n", NULL);
	cr_expect_neq(access("copy.db", F_OK), 0);
	cr_expect_null(find_aside());
}

Test(command_backup, it_says_what_is_missing)
{
	command_outcome outcome = run("", "backup", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion backup: FILE is missing\n");
	finish(&outcome);
	outcome = run("", "backup", "copy.db", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "(\"brabeion run\" creates a database)");
	finish(&outcome);
	cr_expect_neq(access("copy.db", F_OK), 0);
}

/* ---- killed ---- */

/* So much that a copy takes a while: names of users who have nothing. */
static void fill_database(void)
{
	sqlite3 *handle = NULL;
	cr_assert_eq(sqlite3_open("badges.db", &handle), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(handle,
				  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
				  " INSERT INTO users(name) SELECT 'user' || i || hex(randomblob(30)) FROM n",
				  NULL, NULL, NULL),
		     SQLITE_OK, "%s", sqlite3_errmsg(handle));
	sqlite3_close(handle);
}

static bool is_written_aside(void)
{
	struct stat about;
	const char *name = find_aside();
	return name && stat(name, &about) == 0 && about.st_size > 0;
}

static void kill_in_the_middle(const char *option)
{
	int status;
	command_process process = start("backup", "copy.db", option, NULL);
	while (!is_written_aside() && waitpid(process.pid, &status, WNOHANG) == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
	cr_assert_eq(kill(process.pid, SIGKILL), 0, "it must not have ended");
	command_outcome outcome = wait_for(&process);
	finish(&outcome);
	cr_assert_not_null(find_aside(), "it was killed before its end");
}

Test(command_backup, a_killed_one_leaves_no_file_and_the_next_one_tidies_up)
{
	earn(EVENT("ada", "e1"));
	fill_database();
	kill_in_the_middle(NULL);
	cr_expect_neq(access("copy.db", F_OK), 0);
	command_outcome outcome = run("", "backup", "copy.db", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	cr_expect_null(find_aside());
	expect_awards("copy.db", AWARD_LINE("ada", "e1", "1"));
}

Test(command_backup, a_killed_one_leaves_the_old_file_as_it_was)
{
	earn(EVENT("ada", "e1"));
	fill_database();
	write_file("copy.db", "precious");
	kill_in_the_middle("--force");
	size_t length;
	char *kept = read_whole("copy.db", &length);
	cr_expect_str_eq(kept, "precious");
	free(kept);
}

Test(command_backup, the_file_of_one_that_is_running_is_left_alone)
{
	earn("");
	write_file(ASIDE "abcdef", "of another process");
	write_file(ASIDE "abcdef-journal", "of another process");
	write_file(ASIDE "notes.txt", "of nobody's");
	int file = open(ASIDE "abcdef", O_RDONLY);
	cr_assert_eq(flock(file, LOCK_EX), 0);
	command_outcome outcome = run("", "backup", "one.db", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	cr_expect_eq(access(ASIDE "abcdef", F_OK), 0);
	close(file);
	outcome = run("", "backup", "two.db", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	cr_expect_neq(access(ASIDE "abcdef", F_OK), 0);
	cr_expect_neq(access(ASIDE "abcdef-journal", F_OK), 0);
	cr_expect_eq(access(ASIDE "notes.txt", F_OK), 0);
}
