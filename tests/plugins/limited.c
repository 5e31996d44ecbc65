/*
 * Crashes when it is loaded in a trial without the limits that a trial has.
 */
#include <brabeion/badge.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static int is_limited(__rlimit_resource_t which, rlim_t most)
{
	struct rlimit limit;
	return getrlimit(which, &limit) == 0 && limit.rlim_cur <= most && limit.rlim_max <= most;
}

__attribute__((constructor)) static void construct(void)
{
	if (strcmp(program_invocation_short_name, "brabeion-probe") != 0)
		return;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE) != 0 ||
	    !is_limited(RLIMIT_AS, (rlim_t)4 << 30) || !is_limited(RLIMIT_NPROC, 1 << 22) ||
	    !is_limited(RLIMIT_CORE, 1))
		abort();
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("limited", levels, events, award);
