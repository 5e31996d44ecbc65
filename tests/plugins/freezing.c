/*
 * An async badge with `freeze`. Event "visit": freeze adds "frozen_at" to the state and makes its "word" "frozen WORD";
 * award earns level 1 for the reason "WORD at TIME" of the state. The word "fail" fails in freeze, "late" in award; "again"
 * asks for another judgement, a second after the event, which earns for the reason "again".
 */
#include <brabeion/badge.h>

static void freeze(void *self, badge_call *call)
{
	(void)self;
	char text[256];
	const char *word = badge_text(call, "word", "none");
	if (strcmp(word, "fail") == 0)
		badge_fail(call, "cannot freeze %s", word);
	snprintf(text, sizeof text, "frozen %s", word);
	badge_set_text(call, "word", text);
	badge_set_int(call, "frozen_at", badge_at(call));
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	char reason[256];
	const char *word = badge_text(call, "word", "none");
	if (badge_is_due(call)) {
		badge_for(call, word);
		return 1;
	}
	if (strcmp(word, "frozen late") == 0)
		return badge_fail(call, "cannot judge %s", word);
	if (strcmp(word, "frozen again") == 0) {
		badge_field state[] = { badge_field_text("word", "again") };
		badge_later(call, badge_at(call) + 1000000, state, 1);
		return BADGE_NOT_EARNED;
	}
	snprintf(reason, sizeof reason, "%s at %lld", word, (long long)badge_int(call, "frozen_at", 0));
	badge_for(call, reason);
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("Frozen", "Was kept for later") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("freezing", .slug = "freezing", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE | BADGE_ASYNC, .award = award, .freeze = freeze);
