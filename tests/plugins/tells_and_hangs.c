/* Its constructor writes "begun" into the file $BRB_TEST_BEGUN, and never returns. */
#include <brabeion/badge.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void construct(void)
{
	const char *path = getenv("BRB_TEST_BEGUN");
	int file = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	if (file < 0)
		return;
	dprintf(file, "begun");
	for (;;)
		pause();
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Never comes") };
static const char *const events[] = { "visit" };

BADGE("tells-and-hangs", levels, events, award);
