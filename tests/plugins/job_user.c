/*
 * Async badges for tests of workers. The frozen state says what each does.
 *
 * "quiet"   on "quiet": nothing.
 * "earner"  on "earn", multiple: one award for each event's id; kills its process likewise, BRB_END_DURING_AWARD.
 * "counter" on "count": adds 1 to the tally "counted" of the user; notes the order: the event's number `n` must be one
 *           more than the last of that user, else it adds to the tally "disorder" of "all".
 * "hot"     on "hot", multiple: adds 1 to the tally "hot" of "all", and earns; such judgements conflict.
 * "gate"    on "gate", multiple: reads the tally "hot" of "all", writes a byte to the descriptor `told`, waits for a
 *           byte from the descriptor `gate`, and earns.
 * "fails"   on "fails", multiple: sets the tally "spoilt" and fails, while the file `while` is there; then it earns.
 * "poison"  on "poison": kills its process with SIGKILL when `deadly` is true; then nothing.
 * "bump"    on "bump", sync: adds 1 to the tally "hot" of "all".
 * "twice"   on "brabeion.awarded" of "earner", sync, multiple: earns for the reason of that award; kills its process
 *           with SIGKILL when the environment's BRB_END_BEFORE_COMMIT is that reason.
 */
#include <brabeion/badge.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int32_t judge_quiet(void *self, badge_call *call)
{
	(void)self, (void)call;
	return BADGE_NOT_EARNED;
}

static int32_t judge_earner(void *self, badge_call *call)
{
	(void)self;
	const char *end = getenv("BRB_END_DURING_AWARD");
	if (end && strcmp(end, badge_event_id(call)) == 0)
		kill(getpid(), SIGKILL);
	return 1;
}

static int32_t judge_counter(void *self, badge_call *call)
{
	(void)self;
	int64_t number = badge_int(call, "n", 0);
	if (badge_tally(call, "last") + 1 != number)
		badge_tally_add_of(call, "disorder", "all", NULL, 1);
	badge_tally_set(call, "last", number);
	badge_tally_add(call, "counted", 1);
	return BADGE_NOT_EARNED;
}

static int32_t judge_hot(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add_of(call, "hot", "all", NULL, 1);
	return 1;
}

static int32_t judge_gate(void *self, badge_call *call)
{
	(void)self;
	char byte = '.';
	badge_tally_of(call, "hot", "all", NULL);
	if (write((int)badge_int(call, "told", -1), &byte, 1) != 1)
		return badge_fail(call, "nobody to tell");
	if (read((int)badge_int(call, "gate", -1), &byte, 1) != 1)
		return badge_fail(call, "the gate is gone");
	return 1;
}

static int32_t judge_fails(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add_of(call, "spoilt", "all", NULL, 1);
	if (access(badge_text(call, "while", ""), F_OK) == 0)
		return badge_fail(call, "the file is there");
	return badge_tally_of(call, "spoilt", "all", NULL) == 1 ? 1 : 2;
}

static int32_t judge_poison(void *self, badge_call *call)
{
	(void)self;
	if (badge_bool(call, "deadly", 0))
		kill(getpid(), SIGKILL);
	return BADGE_NOT_EARNED;
}

static int32_t judge_bump(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add_of(call, "hot", "all", NULL, 1);
	return BADGE_NOT_EARNED;
}

static int32_t judge_twice(void *self, badge_call *call)
{
	(void)self;
	const char *end = getenv("BRB_END_BEFORE_COMMIT");
	if (strcmp(badge_text(call, "slug", ""), "earner") != 0)
		return BADGE_NOT_EARNED;
	if (end && strcmp(end, badge_text(call, "reason", "")) == 0)
		kill(getpid(), SIGKILL);
	badge_for(call, badge_text(call, "reason", ""));
	return 1;
}

static const badge_level one[] = { BADGE_LEVEL("One", "") };
static const badge_level two[] = { BADGE_LEVEL("One", ""), BADGE_LEVEL("Two", "") };

#define JUDGED_LATER(name, event, its_levels, its_flags)                                         \
	static const char *const name##_events[] = { event };                                    \
	BADGE_DEFINE(name, .slug = #name, BADGE_LEVELS(its_levels), BADGE_EVENTS(name##_events), \
		     .flags = BADGE_ASYNC | (its_flags), .award = judge_##name)

JUDGED_LATER(quiet, "quiet", one, 0);
JUDGED_LATER(earner, "earn", one, BADGE_MULTIPLE);
JUDGED_LATER(counter, "count", one, 0);
JUDGED_LATER(hot, "hot", one, BADGE_MULTIPLE);
JUDGED_LATER(gate, "gate", one, BADGE_MULTIPLE);
JUDGED_LATER(fails, "fails", two, BADGE_MULTIPLE);
JUDGED_LATER(poison, "poison", one, 0);

static const char *const bump_events[] = { "bump" };
BADGE_DEFINE(bump, .slug = "bump", BADGE_LEVELS(one), BADGE_EVENTS(bump_events), .award = judge_bump);

static const char *const awarded[] = { "brabeion.awarded" };
BADGE_DEFINE(twice, .slug = "twice", BADGE_LEVELS(one), BADGE_EVENTS(awarded), .flags = BADGE_MULTIPLE,
	     .award = judge_twice);

static const badge_definition *const badges[] = { &quiet, &earner, &counter, &hot,  &gate,
						  &fails, &poison, &bump,    &twice };

static const badge_memory memory[] = {
	BADGE_TALLY("last"),
	BADGE_TALLY("counted"),
	BADGE_MEMORY("disorder", BADGE_OF_THING),
	BADGE_MEMORY("hot", BADGE_OF_THING),
	BADGE_MEMORY("spoilt", BADGE_OF_THING),
};

BADGE_PACK("job-user", BADGE_BADGES(badges), BADGE_REMEMBERS(memory));
