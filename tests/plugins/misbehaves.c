/*
 * Misbehaves in one function (WHERE) in one way (HOW); built for each pair.
 * WHERE: BRB_CONSTRUCTOR, BRB_OPEN, BRB_AWARD, BRB_OBSERVE, BRB_PROGRESS, BRB_CLOSE, BRB_DESTRUCTOR.
 * HOW: BRB_CRASHES, BRB_HANGS, BRB_EXITS, BRB_FORKS (leaves a child process and crashes), BRB_ESCAPES (the same, with the
 * child in a session of its own), BRB_CLOSES (the descriptors of others), BRB_SCRIBBLES (over all memory that it shares with
 * another process, and crashes).
 */
#include <brabeion/badge.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BRB_CONSTRUCTOR, BRB_OPEN, BRB_AWARD, BRB_OBSERVE, BRB_PROGRESS, BRB_CLOSE, BRB_DESTRUCTOR };
enum { BRB_CRASHES, BRB_HANGS, BRB_EXITS, BRB_FORKS, BRB_ESCAPES, BRB_CLOSES, BRB_SCRIBBLES };

/* As fork, but returns to the parent once the child has its own session. */
static pid_t escape(void)
{
	int ends[2];
	char ignored;
	if (pipe(ends) != 0)
		return -1;
	pid_t child = fork();
	if (child == 0)
		setsid();
	close(ends[1]);
	if (child > 0 && read(ends[0], &ignored, 1) < 0)
		return -1;
	close(ends[0]);
	return child;
}

static void scribble(void)
{
	char line[512], rights[8];
	unsigned long from, to;
	FILE *maps = fopen("/proc/self/maps", "re");
	while (maps && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && strcmp(rights, "rw-s") == 0 &&
		    strstr(line, "/dev/zero"))
			memset((void *)from, 1, to - from);
	if (maps)
		fclose(maps);
	abort();
}

static void be_at(int where)
{
	static int *volatile nowhere;
	if (where != WHERE)
		return;
	if (HOW == BRB_CRASHES || (HOW == BRB_FORKS && fork() > 0) || (HOW == BRB_ESCAPES && escape() > 0))
		*nowhere = 1;
	else if (HOW == BRB_EXITS)
		exit(3);
	else if (HOW == BRB_CLOSES)
		for (int number = 3; number < 1024; number++)
			close(number);
	else if (HOW == BRB_SCRIBBLES)
		scribble();
	while (HOW == BRB_HANGS || HOW == BRB_FORKS || HOW == BRB_ESCAPES)
		pause();
}

__attribute__((constructor)) static void construct(void)
{
	be_at(BRB_CONSTRUCTOR);
}

__attribute__((destructor)) static void destruct(void)
{
	be_at(BRB_DESTRUCTOR);
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	(void)setup;
	*self = NULL;
	be_at(BRB_OPEN);
	return BADGE_OK;
}

static void close_badge(void *self)
{
	(void)self;
	be_at(BRB_CLOSE);
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	be_at(BRB_AWARD);
	return 1;
}

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	be_at(BRB_OBSERVE);
	return BADGE_OK;
}

static int32_t progress(void *self, badge_call *call, int32_t level)
{
	(void)self;
	(void)call;
	(void)level;
	be_at(BRB_PROGRESS);
	return BADGE_OK;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(odd, .slug = "odd", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award, .open = open_badge,
	     .close = close_badge, .progress = progress);

static const badge_definition *const badges[] = { &odd };

BADGE_PACK("misbehaves", BADGE_BADGES(badges), BADGE_WATCHES(events), .observe = observe);
