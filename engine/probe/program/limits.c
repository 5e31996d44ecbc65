/*
 * probe/program/limits: see limits.h. A limit that is lower already stays.
 */
#include "probe/program/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "probe/program/sanitized.h"

/* As much as is mapped; the largest plugin file (image/image.c) and what judging it takes are far below. */
#define MEMORY_BYTES ((rlim_t)4 << 30)

/* Processes and threads beyond those that there are. */
#define PROCESSES_MORE 256

static void lower(__rlimit_resource_t which, rlim_t most)
{
	struct rlimit limit;
	if (getrlimit(which, &limit) != 0)
		return;
	if (limit.rlim_max > most)
		limit.rlim_max = most;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	setrlimit(which, &limit);
}

/*
 * RLIMIT_NPROC counts all processes and threads of the user, wherever they were started; those of the whole system, the
 * fourth field of /proc/loadavg (proc(5)), are at least as many. 0: not known.
 */
static rlim_t count_processes(void)
{
	char line[128] = "";
	FILE *file = fopen("/proc/loadavg", "re");
	if (!file)
		return 0;
	const char *all = fgets(line, sizeof line, file) ? strchr(line, '/') : NULL;
	fclose(file);
	return all ? strtoul(all + 1, NULL, 10) : 0;
}

/*
 * A core limit of 1 byte is too small for a file, and the one value that also keeps the kernel from piping the core to a
 * program (fs/coredump.c). LeakSanitizer traces its own process, which one that is not dumpable refuses.
 */
void brb_limits_set_for_all(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 1, 1 });
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!BRB_SANITIZED)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void brb_limits_set_for_trial(void)
{
	rlim_t processes = count_processes();
	if (processes)
		lower(RLIMIT_NPROC, processes + PROCESSES_MORE);
	if (!BRB_SANITIZED) /* their shadow memory alone is larger */
		lower(RLIMIT_AS, MEMORY_BYTES);
}
