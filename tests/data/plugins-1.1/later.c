/*
 * A plugin of ABI 1.1 as it was compiled in 2026, kept as a binary in x86_64/later.so: every engine of major 1 that is
 * as new has to load it, forever. It uses what 1.1 brought, and freeze, which the plugin of 1.0 leaves out. Never build it
 * anew because the header has changed; a later minor gets a folder of its own.
 *
 *	gcc -std=c11 -Os -s -fPIC -fvisibility=hidden -shared -Wl,-Bsymbolic -Wl,-z,noseparate-code \
 *		-Isdk/include -o tests/data/plugins-1.1/x86_64/later.so tests/data/plugins-1.1/later.c
 *
 * All listen to "seed". sprout: asks to be judged `after` microseconds later, and earns then, for a reason that is made
 * of the state it gave along. jar: async, freezes a value of each type, and earns for a reason made of them.
 */
#include <brabeion/badge.h>

static int32_t award_sprout(void *self, badge_call *call)
{
	(void)self;
	char reason[200];
	if (!badge_is_due(call)) {
		badge_field state[] = { badge_field_int("int", -7), badge_field_real("real", 0.25),
					badge_field_bool("bool", 1),
					badge_field_text("text", badge_text(call, "kind", "")),
					badge_field_json("json", "[true,{}]") };
		int64_t at = badge_at(call) + badge_int(call, "after", 0);
		if (badge_later(call, at, state, 5) == BADGE_UNSUPPORTED)
			return badge_fail(call, "this engine cannot judge later");
		return BADGE_NOT_EARNED;
	}
	snprintf(reason, sizeof reason, "%lld %.2f %d %s %s", (long long)badge_int(call, "int", 0),
		 badge_real(call, "real", 0), (int)badge_bool(call, "bool", 0), badge_text(call, "text", ""),
		 badge_text(call, "json", ""));
	badge_for(call, reason);
	return 1;
}

static void freeze_jar(void *self, badge_call *call)
{
	(void)self;
	badge_set_int(call, "int", badge_at(call));
	badge_set_real(call, "real", 1.5);
	badge_set_bool(call, "bool", 1);
	badge_set_text(call, "kind", "pickle");
}

static int32_t award_jar(void *self, badge_call *call)
{
	(void)self;
	char reason[200];
	snprintf(reason, sizeof reason, "%lld %.2f %d %s", (long long)badge_int(call, "int", 0),
		 badge_real(call, "real", 0), (int)badge_bool(call, "bool", 0), badge_text(call, "kind", ""));
	badge_for(call, reason);
	return 1;
}

static const badge_level one_level[] = { BADGE_LEVEL("One", "Level 1") };
static const char *const events[] = { "seed" };

BADGE_DEFINE(sprout, .slug = "sprout", BADGE_LEVELS(one_level), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award_sprout);
BADGE_DEFINE(jar, .slug = "jar", BADGE_LEVELS(one_level), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE | BADGE_ASYNC,
	     .award = award_jar, .freeze = freeze_jar);

static const badge_definition *const badges[] = { &sprout, &jar };

BADGE_PACK("later-1.1", .version = "1.1", BADGE_BADGES(badges));
