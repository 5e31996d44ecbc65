/*
 * Blocks: on the event "wait" its badge creates the file $BRB_TEST_GATE, and returns when the file is removed.
 */
#include <brabeion/badge.h>

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	const char *gate = getenv("BRB_TEST_GATE");
	int file = gate ? open(gate, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (file < 0)
		return badge_fail(call, "no gate");
	close(file);
	while (access(gate, F_OK) == 0)
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("Patient", "Has waited") };
static const char *const events[] = { "wait" };

BADGE("stuck", levels, events, award);
