/*
 * Async badges that crash or block their process, as the frozen state says.
 *
 * "venom"  on "venom": as the text `how` says: "segv", "abort", "exit" and "loop" do that, "exit" with the status
 *           `status`; "scribble" writes bytes of the value `status` over all memory that is shared with another process, and
 *           aborts, "hide" writes them and loops; otherwise it earns.
 * "waits"   on "waits", multiple: opens the named pipe `told` to write, then waits until the named pipe `gate` has a
 *           writer, and earns.
 * "bait"    on "bait": earns.
 * "trap"    on "brabeion.awarded" of "bait", sync: dies by SIGSEGV.
 */
#include <brabeion/badge.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without the handler of a sanitizer. */
static void segfault(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void scribble(int value)
{
	char line[512], rights[8];
	unsigned long from, to;
	FILE *maps = fopen("/proc/self/maps", "re");
	while (maps && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && strcmp(rights, "rw-s") == 0 &&
		    strstr(line, "/dev/zero"))
			memset((void *)from, value, to - from);
	if (maps)
		fclose(maps);
}

static int32_t judge_venom(void *self, badge_call *call)
{
	(void)self;
	const char *how = badge_text(call, "how", "");
	if (strcmp(how, "segv") == 0)
		segfault();
	if (strcmp(how, "scribble") == 0 || strcmp(how, "hide") == 0)
		scribble((int)badge_int(call, "status", 0));
	if (strcmp(how, "abort") == 0 || strcmp(how, "scribble") == 0)
		abort();
	if (strcmp(how, "exit") == 0)
		exit((int)badge_int(call, "status", 0));
	while (strcmp(how, "loop") == 0 || strcmp(how, "hide") == 0)
		pause();
	return 1;
}

static int32_t judge_waits(void *self, badge_call *call)
{
	(void)self;
	int told = open(badge_text(call, "told", ""), O_WRONLY | O_CLOEXEC);
	int gate = open(badge_text(call, "gate", ""), O_RDONLY | O_CLOEXEC);
	close(told);
	close(gate);
	return told >= 0 && gate >= 0 ? 1 : badge_fail(call, "no pipes");
}

static int32_t judge_bait(void *self, badge_call *call)
{
	(void)self, (void)call;
	return 1;
}

static int32_t judge_trap(void *self, badge_call *call)
{
	(void)self;
	if (strcmp(badge_text(call, "slug", ""), "bait") == 0)
		segfault();
	return BADGE_NOT_EARNED;
}

static const badge_level one[] = { BADGE_LEVEL("One", "") };

static const char *const venom_events[] = { "venom" };
BADGE_DEFINE(venom, .slug = "venom", BADGE_LEVELS(one), BADGE_EVENTS(venom_events), .flags = BADGE_ASYNC,
	     .award = judge_venom);

static const char *const waits_events[] = { "waits" };
BADGE_DEFINE(waits, .slug = "waits", BADGE_LEVELS(one), BADGE_EVENTS(waits_events),
	     .flags = BADGE_ASYNC | BADGE_MULTIPLE, .award = judge_waits);

static const char *const bait_events[] = { "bait" };
BADGE_DEFINE(bait, .slug = "bait", BADGE_LEVELS(one), BADGE_EVENTS(bait_events), .flags = BADGE_ASYNC,
	     .award = judge_bait);

static const char *const awarded[] = { "brabeion.awarded" };
BADGE_DEFINE(trap, .slug = "trap", BADGE_LEVELS(one), BADGE_EVENTS(awarded), .award = judge_trap);

static const badge_definition *const badges[] = { &venom, &waits, &bait, &trap };

BADGE_PACK("deadly", BADGE_BADGES(badges));
