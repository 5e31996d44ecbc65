#include "child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

bench_child bench_child_start(const char *command)
{
	bench_child child = { .began_s = bench_now_s(), .command = command };
	fflush(stdout);
	child.pid = fork();
	if (child.pid < 0)
		bench_fail("fork: %s", strerror(errno));
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a benchmark that fails leaves nothing running */
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return child;
}

/* Waits, and leaves the process for wait4. */
static bool wait_for_end(const bench_child *child, int options)
{
	siginfo_t info = { .si_pid = 0 };
	int code;
	do
		code = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT | options);
	while (code != 0 && errno == EINTR);
	if (code != 0)
		bench_fail("waitid: %s", strerror(errno));
	return info.si_pid != 0;
}

bool bench_child_has_ended(const bench_child *child)
{
	return wait_for_end(child, WNOHANG);
}

/* A quick run shows that a row works, wherever its files are; any other is there for the figure. */
static void not_measured(const char *why)
{
	if (!getenv("BENCH_QUICK"))
		bench_fail("what is written cannot be measured: %s", why);
	fprintf(stderr, "bench: skipped: bytes written: %s\n", why);
}

/*
 * proc(5): the bytes that the process, and those that it has waited for, caused to be sent to a disk. A page that is
 * written again before the kernel has sent it counts once. The file is there until the process is reaped.
 */
static double written_mb(const bench_child *child)
{
	char path[64], line[128];
	uint64_t bytes = 0;
	snprintf(path, sizeof path, "/proc/%d/io", (int)child->pid);
	FILE *file = fopen(path, "r");
	if (!file)
		bench_fail("what is written cannot be measured: %s: %s", path, strerror(errno));
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "write_bytes: %" SCNu64, &bytes) == 1)
			break;
	fclose(file);
	if (bytes == 0)
		not_measured("nothing went to a disk; is TMPDIR on a tmpfs?");
	return (double)bytes / 1e6;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

bench_costs bench_child_wait(const bench_child *child)
{
	int status;
	struct rusage usage;
	wait_for_end(child, 0);
	bench_costs costs = { .wall_s = bench_now_s() - child->began_s };
	costs.written_mb = written_mb(child);
	if (wait4(child->pid, &status, 0, &usage) < 0 || status != 0)
		bench_fail("failed with wait status 0x%x: %s", (unsigned)status, child->command);
	costs.processor_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	costs.peak_mib = (double)usage.ru_maxrss / 1024;
	return costs;
}
