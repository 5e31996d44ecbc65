/*
 * External faults of a database that the engine has open: the disk is full, its files may not grow, another process
 * keeps it locked, it is deleted, replaced or made read-only. Each time the caller gets an error that names the cause,
 * nothing is half-written, and the engine works again once the cause is gone.
 *
 * The full disk is a small tmpfs in a mount namespace of this process, which needs root; skipped, with the reason, if
 * that is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "support/fault.h"

enum { NOBODY = 65534 };

/* ---- expectations of every case ---- */

/* The scenario fails with an error that contains these words, and nothing is half-written. */
static void expect_trouble(fault_scene *scene, const char *what, const char *words)
{
	scene->wrong = 0;
	fault_run(scene);
	storm_expect(scene->failed > 0 && strstr(scene->first, words), "%s: an error says \"%s\"%s%s", what, words,
		     scene->failed && strstr(scene->first, words) ? "" : ", not ",
		     scene->failed && strstr(scene->first, words) ? "" : scene->first);
	storm_expect_count("  each error has a status and a message", scene->wrong, 0);
}

static void expect_nothing_half_written(const fault_scene *scene)
{
	storm_expect_count("  nothing is half-written", fault_count_violations(scene), 0);
}

static void expect_recovery(fault_scene *scene, const char *how)
{
	fault_run(scene);
	bool whole = fault_count_violations(scene) == 0 && fault_is_whole(scene);
	storm_expect(scene->failed == 0 && whole, "  %s%s%s", how, scene->failed ? ": " : "", scene->first);
}

static void skip(const char *what, const char *why)
{
	char reason[256];
	snprintf(reason, sizeof reason, "%s: %s", why, strerror(errno));
	storm_skip(what, reason);
}

/* ---- a full disk ---- */

static bool mount_small(const char *folder)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0;
}

/* Writes a file until the disk is full. */
static void fill(const char *path)
{
	static const char bytes[4096];
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (file >= 0 && write(file, bytes, sizeof bytes) > 0)
		;
	if (file < 0 || close(file) != 0)
		storm_give_up(path, strerror(errno));
}

static void test_full(void)
{
	fault_scene scene;
	char disk[STORM_PATH_BYTES], filler[STORM_PATH_BYTES], text[STORM_PATH_BYTES * 8];
	fault_init(&scene, FAULT_CONFIG);
	snprintf(disk, sizeof disk, "%.400s/disk", scene.base.folder);
	snprintf(filler, sizeof filler, "%.400s/filler", disk);
	snprintf(scene.database, sizeof scene.database, "%.400s/badges.db", disk);
	if (mkdir(disk, 0700) != 0 || !mount_small(disk)) {
		skip("full disk", "a tmpfs of its own needs root");
		fault_finish(&scene);
		return;
	}
	/* badges.yaml without its first line, which names another database; plugins are copied elsewhere */
	snprintf(text, sizeof text, "database: %s\ncache_dir: %s\nplugin_path: ['%s']\n%s", scene.database,
		 scene.base.folder, BRB_TEST_PLUGIN_DIR, FAULT_CONFIG);
	FILE *file = fopen(scene.base.config, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		storm_give_up(scene.base.config, "cannot be written");

	fill(filler);
	expect_trouble(&scene, "open on a full disk", "full");
	storm_expect(!scene.base.engine, "  there is no engine");
	unlink(filler);
	fault_open(&scene);
	fill(filler);
	expect_trouble(&scene, "full disk", "full");
	expect_nothing_half_written(&scene);
	unlink(filler);
	expect_recovery(&scene, "the same engine works again when there is room");
	fault_close(&scene);
	expect_recovery(&scene, "and after closing and opening");
	fault_close(&scene);
	umount(disk);
	fault_finish(&scene);
}

/* A file size limit, like a quota: a write error other than "full". Needs no root. */
static void test_limited(void)
{
	fault_scene scene;
	struct rlimit before = { 0 }, small;
	struct stat log;
	char path[STORM_PATH_BYTES + 8];
	fault_init(&scene, FAULT_CONFIG);
	fault_open(&scene);
	snprintf(path, sizeof path, "%s-wal", scene.database);
	if (stat(path, &log) != 0 || getrlimit(RLIMIT_FSIZE, &before) != 0)
		storm_give_up(path, strerror(errno));
	fflush(stdout);
	signal(SIGXFSZ, SIG_IGN);
	small = before;
	small.rlim_cur = (rlim_t)log.st_size + 6000;
	setrlimit(RLIMIT_FSIZE, &small);
	scene.wrong = 0;
	fault_run(&scene);
	long failed = scene.failed;
	setrlimit(RLIMIT_FSIZE, &before);
	storm_expect(failed > 0 && strstr(scene.first, "I/O"), "files may not grow: an error says so: %s",
		     scene.first);
	storm_expect_count("  each error has a status and a message", scene.wrong, 0);
	expect_nothing_half_written(&scene);
	expect_recovery(&scene, "the same engine works again when they may");
	fault_finish(&scene);
}

/* ---- locked by another process ---- */

typedef struct locker {
	pid_t process;
	int release;
} locker;

static void hold_lock(const fault_scene *scene, int locked, int release)
{
	char byte = 0;
	sqlite3 *handle = fault_connect(scene);
	if (sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK || write(locked, &byte, 1) != 1 ||
	    read(release, &byte, 1) != 0)
		_exit(1);
	sqlite3_close(handle);
	_exit(0);
}

static locker lock_elsewhere(const fault_scene *scene)
{
	int locked[2], release[2];
	char byte;
	if (pipe(locked) != 0 || pipe(release) != 0)
		storm_give_up("pipe", strerror(errno));
	fflush(stdout);
	pid_t process = fork();
	if (process == 0) {
		close(release[1]);
		hold_lock(scene, locked[1], release[0]);
	}
	close(locked[1]);
	close(release[0]);
	if (process < 0 || read(locked[0], &byte, 1) != 1)
		storm_give_up("the locking process", "failed");
	close(locked[0]);
	return (locker){ .process = process, .release = release[1] };
}

static void unlock(locker *by)
{
	close(by->release);
	waitpid(by->process, NULL, 0);
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_locked(void)
{
	fault_scene scene, late;
	brabeion_result result = BRABEION_RESULT();
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_field points = BRABEION_INT("points", 5);
	brabeion_event event = fault_make_event(&fault_events[0], &points);
	brabeion_event unheard = BRABEION_EVENT(.name = "unheard", .user = "ada");
	int64_t count = -1;
	fault_init(&scene, FAULT_CONFIG);
	fault_open(&scene);
	locker other = lock_elsewhere(&scene);

	long began_ms = now_ms();
	brabeion_status status = brabeion_possibly_award(scene.base.engine, &event, &result);
	long took_ms = now_ms() - began_ms;
	storm_expect(status == BRABEION_BUSY && result.message && strstr(result.message, "longer than 100 ms"),
		     "locked by another process: busy: %s", result.message ? result.message : "no message");
	storm_expect(took_ms >= 100 && took_ms < 20000, "  after the busy timeout");
	storm_expect(result.outcome == BRABEION_ABANDONED && !result.award_count, "  nothing is earned");
	brabeion_result_finish(&result);
	storm_expect(brabeion_possibly_award(scene.base.engine, &unheard, NULL) == BRABEION_OK,
		     "  an event that needs no store is judged");
	storm_expect(brabeion_count_awards(scene.base.engine, NULL, &count, NULL) == BRABEION_OK && count == 0,
		     "  reading works");
	expect_trouble(&scene, "  all the rest meanwhile", "another process");
	late = scene;
	late.base.engine = NULL;
	late.failed = 0;
	storm_expect(fault_open(&late), "  a second engine opens, for nothing is new to the database: %s",
		     late.first);
	expect_trouble(&late, "  and is busy like the first", "another process");
	fault_close(&late);
	unlock(&other);
	expect_nothing_half_written(&scene);
	expect_recovery(&scene, "the same engine works again when the lock is gone");
	brabeion_error_finish(&error);
	fault_finish(&scene);
}

/* ---- deleted, replaced ---- */

/* The first bytes of a file and its length: enough to see most writes. */
static long sum_of(const char *path)
{
	unsigned char bytes[4096];
	unsigned long sum = 5381;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count;
	while (file >= 0 && (count = read(file, bytes, sizeof bytes)) > 0)
		for (ssize_t i = 0; i < count; i++)
			sum = sum * 33 + bytes[i];
	if (file < 0)
		return -1;
	close(file);
	return (long)(sum >> 1);
}

static void test_deleted(void)
{
	fault_scene scene;
	fault_init(&scene, FAULT_CONFIG);
	fault_open(&scene);
	fault_judge_singles(&scene);
	unlink(scene.database);
	expect_trouble(&scene, "deleted while open", "moved, deleted or replaced");
	storm_expect(access(scene.database, F_OK) != 0, "  it is not made again behind the operator's back");
	fault_close(&scene);
	storm_expect(access(scene.database, F_OK) != 0, "  nor by closing");
	scene.acknowledged = 0; /* gone with the file */
	expect_recovery(&scene, "an engine opened anew begins a new one");
	fault_finish(&scene);
}

static void test_moved_and_back(void)
{
	fault_scene scene;
	char away[STORM_PATH_BYTES + 8];
	fault_init(&scene, FAULT_CONFIG);
	fault_open(&scene);
	fault_judge_singles(&scene);
	snprintf(away, sizeof away, "%s.away", scene.database);
	rename(scene.database, away);
	expect_trouble(&scene, "moved away while open", "moved, deleted or replaced");
	storm_expect(access(scene.database, F_OK) != 0, "  no file takes its place");
	rename(away, scene.database);
	expect_nothing_half_written(&scene);
	expect_recovery(&scene, "the same engine works again when it is back");
	fault_finish(&scene);
}

/* Another brabeion database, with an award, replaces the one in use. */
static void test_replaced(void)
{
	fault_scene scene, other;
	char away[STORM_PATH_BYTES + 8];
	fault_init(&other, FAULT_CONFIG);
	fault_run(&other);
	fault_close(&other);
	long sum = sum_of(other.database);

	fault_init(&scene, FAULT_CONFIG);
	fault_open(&scene);
	fault_judge_singles(&scene);
	snprintf(away, sizeof away, "%s.away", scene.database);
	rename(scene.database, away);
	rename(other.database, scene.database);
	expect_trouble(&scene, "replaced while open", "moved, deleted or replaced");
	storm_expect_count("  what was put there is not written to", sum_of(scene.database), sum);
	fault_close(&scene);
	storm_expect_count("  nor by closing", sum_of(scene.database), sum);
	storm_expect(fault_is_whole(&scene), "  and is what it was for whoever opens it next");
	expect_recovery(&scene, "an engine opened anew works on it");
	fault_close(&scene);

	/* the moved file has all that was committed */
	snprintf(scene.database, sizeof scene.database, "%.500s", away);
	scene.acknowledged = (1U << FAULT_SINGLE) - 1;
	expect_nothing_half_written(&scene);
	fault_finish(&scene);
	fault_finish(&other);
}

/* ---- read-only ---- */

static void set_modes(const fault_scene *scene, mode_t file, mode_t folder)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	char path[STORM_PATH_BYTES + 8];
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		snprintf(path, sizeof path, "%s%s", scene->database, endings[i]);
		chmod(path, file);
	}
	chmod(scene->base.folder, folder);
}

enum { OUT_OF_REACH = 77 }; /* a folder above the build is closed to others */

/* Runs in a process of a user without root's rights. The exit status says what failed, or OUT_OF_REACH. */
static int be_bound(fault_scene *scene)
{
	fault_scene late;
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		return 1;
	if (access(BRB_TEST_PLUGIN_DIR, R_OK | X_OK) != 0)
		return OUT_OF_REACH;
	if (!fault_open(scene))
		return 2;
	fault_judge_singles(scene);
	if (scene->failed)
		return 2;
	set_modes(scene, 0444, 0555);
	scene->wrong = 0;
	fault_run(scene); /* open files stay writable; opening more may fail */
	if (scene->wrong)
		return 3;
	late = *scene;
	late.base.engine = NULL;
	late.failed = 0;
	if (fault_open(&late) || late.base.engine)
		return 4;
	printf("# read-only: %s\n", late.first);
	set_modes(scene, 0644, 0755);
	if (fault_count_violations(scene))
		return 5;
	fault_run(scene);
	fault_close(scene);
	fault_run(scene);
	if (scene->failed || !fault_is_whole(scene))
		return 6;
	fault_close(scene);
	return 0;
}

static void test_read_only(void)
{
	static const char *const what[] = { "",
					    ": it could not drop its rights",
					    ": it could not begin",
					    ": a wrong answer",
					    ": opened all the same",
					    ": half-written",
					    ": it did not recover" };
	fault_scene scene;
	int status = -1;
	fault_init(&scene, FAULT_CONFIG);
	if (geteuid() == 0 && (chown(scene.base.folder, NOBODY, NOBODY) != 0 || chmod(scene.base.folder, 0755) != 0))
		storm_give_up(scene.base.folder, strerror(errno));
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		int failed = be_bound(&scene);
		if (failed && failed != OUT_OF_REACH)
			printf("# %s\n", scene.first);
		fflush(stdout);
		_exit(failed);
	}
	waitpid(child, &status, 0);
	int failed = WIFEXITED(status) ? WEXITSTATUS(status) : 3;
	if (failed == OUT_OF_REACH)
		storm_skip("made read-only while open, and writable again",
			   "another user than root cannot reach the build's folder");
	else
		storm_expect(failed == 0, "made read-only while open, and writable again%s",
			     failed < (int)(sizeof what / sizeof what[0]) ? what[failed] : "");
	fault_finish(&scene);
}

int main(void)
{
	test_locked();
	test_limited();
	test_deleted();
	test_moved_and_back();
	test_replaced();
	test_read_only();
	test_full(); /* last: it changes the namespace of the process */
	return storm_end();
}
