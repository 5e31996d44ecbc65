/*
 * What the generic plugins share: a list of whole numbers in the settings, one for each level, and the climb over them.
 */
#ifndef SHARED_LIMITS_H
#define SHARED_LIMITS_H

#include <inttypes.h>

#include <brabeion/badge.h>

enum { NAME_SIZE = 101 }; /* names of fields and slugs: at most 100 bytes and a NUL */

/*
 * Reads the numbers of `count` levels, from 1 to `most`, each more than the one before it: a list, or { every: 5, to: 100 }. Where
 * the setting is missing and there is one level, that level's number is `otherwise`, unless that is 0. With a scale (decimal.h) all
 * are in its units. BADGE_OK or BADGE_FAILED, with every mistake reported.
 */
int32_t limits_read(badge_setup *setup, const char *name, int64_t otherwise, int64_t most, uint32_t count,
		    int64_t limits[]);
int32_t limits_read_scaled(badge_setup *setup, const char *name, int64_t scale, int64_t otherwise, int64_t most,
			   uint32_t count, int64_t limits[]);

/*
 * Grants the levels below, the lowest first, and returns this one, or what else `award` answers: BADGE_UNCHANGED. The engine
 * ignores those already held. All were earned at the time of badge_earned_at, else the event's.
 */
static inline int32_t limits_grant(badge_call *call, int32_t level, const char *reason)
{
	for (int32_t lower = 1; lower < level; lower++) {
		if (badge_grant(call, badge_slug(call), lower, NULL, reason) != BADGE_OK)
			return BADGE_FAILED;
	}
	return level;
}

/* How many of the ascending limits the value has reached. */
static inline int32_t limits_level(const int64_t limits[], uint32_t count, int64_t value)
{
	int32_t level = 0;
	while ((uint32_t)level < count && limits[level] <= value)
		level++;
	return level;
}

/* What `progress` answers for one of the limits. */
static inline int32_t limits_progress(badge_call *call, const int64_t limits[], int32_t level, int64_t value)
{
	return badge_progress(call, value, limits[level - 1]);
}

/* A setting that names a field of the event, into `field`; empty when it is missing. */
static inline int32_t field_read(badge_setup *setup, const char *name, char field[NAME_SIZE])
{
	const char *given = badge_setting_text(setup, name, NULL);
	if (!given && badge_setting_type(setup, name) != BADGE_TYPE_NONE)
		return BADGE_FAILED; /* the engine has reported that it is no text */
	if (given && strlen(given) >= NAME_SIZE)
		return badge_setup_fail(setup, name, "a field's name has at most 100 bytes");
	snprintf(field, NAME_SIZE, "%s", given ? given : "");
	return BADGE_OK;
}

/*
 * The value of a field, as text of 1 to `most` bytes. BADGE_OK; or what `award` answers: BADGE_UNCHANGED when it is missing
 * or empty, BADGE_REFUSED for an array, an object or a longer text.
 */
static inline int32_t field_value(badge_call *call, const char *field, size_t most, const char **value)
{
	*value = "";
	switch (badge_read_text(call, field, value)) {
	case BADGE_FIELD_MISSING:
		return BADGE_UNCHANGED;
	case BADGE_FIELD_WRONG_KIND:
		return badge_refuse_field(call, field, "a text, a number, or true or false");
	}
	if (strlen(*value) > most)
		return badge_refuse(call, "field \"%s\" has more than %u bytes", field, (unsigned)most);
	return **value != '\0' ? BADGE_OK : BADGE_UNCHANGED;
}

#endif
