/*
 * threshold: badges without C. Counts something for each user, and gives a level at each number that badges.yaml names.
 *
 *	- badge: threshold
 *	  slug: commentator
 *	  events: [comment]
 *	  levels:
 *	    - { name: Talker, description: Left ten comments }
 *	    - { name: Commentator, description: Left a hundred comments }
 *	  settings: { count: events, at: [10, 100] }
 *
 * count: events           how many of the events the user had; the default
 * count: sum              the sum of a field with whole numbers, which `field` names
 * count: distinct         how many different values, compared as text, a field had, which `field` names
 * at: [10, 100]           one number per level, ascending; the default is [1]
 *
 * An event without the field is not counted. Whoever jumps past several numbers gets every level on the way. Each use
 * counts under its own slug, so any number of badges may share this definition.
 */
#include <brabeion/badge.h>

#include <inttypes.h>
#include <stdlib.h>

enum {
	NAME_SIZE = 101,    /* names of memory: at most 100 bytes and a NUL */
	SUBJECT_SIZE = 256, /* subjects: at most 255 */
};

typedef struct threshold {
	int64_t (*count)(const struct threshold *self, badge_call *call);
	char tally[NAME_SIZE]; /* where the count is kept: sum:SLUG */
	char seen[NAME_SIZE];  /* where the values that were counted are kept: seen:SLUG */
	char field[NAME_SIZE];
	uint32_t level_count;
	int64_t at[];
} threshold;

/* ---- counting: each returns the new count, 0 when the event doesn't count ---------------------------------------- */

static int64_t count_events(const threshold *self, badge_call *call)
{
	return badge_tally_add(call, self->tally, badge_user(call), 1);
}

static int64_t count_sum(const threshold *self, badge_call *call)
{
	int64_t value = badge_int(call, self->field, 0);
	return value == 0 ? 0 : badge_tally_add(call, self->tally, badge_user(call), value);
}

/* FNV-1a over the text, from its first byte to its last or the other way. */
static uint64_t hash(const char *text, size_t length, int backwards)
{
	uint64_t value = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		value = (value ^ (unsigned char)text[backwards ? length - 1 - i : i]) * UINT64_C(1099511628211);
	return value;
}

/*
 * One subject for a user and a value. The user's length in front keeps "ab" + "c" apart from "a" + "bc"; what is too
 * long for a subject is told apart by 128 bits of hash and its lengths.
 */
static void make_subject(const char *user, const char *value, char subject[SUBJECT_SIZE])
{
	size_t user_length = strlen(user);
	size_t length = strlen(value);
	int written = snprintf(subject, SUBJECT_SIZE, "%zu:%s:%s", user_length, user, value);
	if (written < 0 || written >= SUBJECT_SIZE)
		snprintf(subject, SUBJECT_SIZE, "#%zu:%zu:%016" PRIx64 "%016" PRIx64 "%016" PRIx64, user_length,
			 length, hash(user, user_length, 0), hash(value, length, 0), hash(value, length, 1));
}

static int64_t count_distinct(const threshold *self, badge_call *call)
{
	char subject[SUBJECT_SIZE];
	const char *value = badge_text(call, self->field, NULL);
	if (!value)
		return 0;
	make_subject(badge_user(call), value, subject);
	if (badge_tally(call, self->seen, subject) > 0)
		return 0;
	badge_tally_set(call, self->seen, subject, 1);
	return badge_tally_add(call, self->tally, badge_user(call), 1);
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* Grants the lower levels and returns the highest. Those that are held already are passed over by the engine. */
static int32_t award(void *self, badge_call *call)
{
	const threshold *limits = self;
	int64_t count = limits->count(limits, call);
	int32_t level = 0;
	while ((uint32_t)level < limits->level_count && limits->at[level] <= count)
		level++;
	for (int32_t lower = 1; lower < level; lower++) {
		if (badge_grant(call, badge_slug(call), lower, NULL, NULL) != BADGE_OK)
			return BADGE_FAILED;
	}
	return level;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t read_count(badge_setup *setup, threshold *limits)
{
	const char *count = badge_setting_text(setup, "count", "events");
	if (strcmp(count, "events") == 0)
		limits->count = count_events;
	else if (strcmp(count, "sum") == 0)
		limits->count = count_sum;
	else if (strcmp(count, "distinct") == 0)
		limits->count = count_distinct;
	else
		return badge_setup_fail(setup, "count", "count must be events, sum or distinct, not \"%.100s\"",
					count);

	/* Of the count's kind, too: who changes it in badges.yaml starts afresh. */
	int written = snprintf(limits->tally, sizeof limits->tally, "%s:%s", count, badge_setup_slug(setup));
	if (written < 0 || (size_t)written >= sizeof limits->tally)
		return badge_setup_fail(setup, "", "a threshold's slug has at most 91 bytes");
	snprintf(limits->seen, sizeof limits->seen, "seen:%s", badge_setup_slug(setup));
	return BADGE_OK;
}

static int32_t read_field(badge_setup *setup, threshold *limits)
{
	const char *field = badge_setting_text(setup, "field", "");
	int wanted = limits->count != count_events;
	if (wanted && *field == '\0')
		return badge_setup_fail(setup, "field", "field must name what is counted");
	if (!wanted && badge_setting_type(setup, "field") != BADGE_TYPE_NONE)
		return badge_setup_fail(setup, "field", "field is for count: sum and count: distinct");
	if (strlen(field) >= sizeof limits->field)
		return badge_setup_fail(setup, "field", "a field's name has at most 100 bytes");
	snprintf(limits->field, sizeof limits->field, "%s", field);
	return BADGE_OK;
}

static int32_t read_at(badge_setup *setup, threshold *limits)
{
	if (badge_setting_type(setup, "at") == BADGE_TYPE_NONE && limits->level_count == 1) {
		limits->at[0] = 1;
		return BADGE_OK;
	}
	int64_t count = badge_setting_count(setup, "at");
	if (count != limits->level_count)
		return badge_setup_fail(setup, "at", "at must be a list of %" PRIu32 " %s, one for each level",
					limits->level_count, limits->level_count == 1 ? "number" : "numbers");
	for (uint32_t i = 0; i < limits->level_count; i++) {
		char path[16];
		snprintf(path, sizeof path, "at.%" PRIu32, i);
		if (badge_setting_type(setup, path) != BADGE_TYPE_INT)
			return badge_setup_fail(setup, path, "at must have whole numbers");
		limits->at[i] = badge_setting_int(setup, path, 0);
		if (limits->at[i] < 1)
			return badge_setup_fail(setup, path, "at must have numbers from 1 up");
		if (i > 0 && limits->at[i] <= limits->at[i - 1])
			return badge_setup_fail(setup, path, "at must ascend: this is not more than %" PRId64,
						limits->at[i - 1]);
	}
	return BADGE_OK;
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	threshold *limits = calloc(1, sizeof *limits + level_count * sizeof limits->at[0]);
	if (!limits)
		return badge_setup_fail(setup, "", "out of memory");
	limits->level_count = level_count;

	/* On after a fault, so that the operator sees all of them at once. */
	int32_t faults = read_at(setup, limits);
	faults |= read_count(setup, limits);
	if (limits->count)
		faults |= read_field(setup, limits);
	if (faults != BADGE_OK) {
		free(limits);
		return BADGE_FAILED;
	}
	*self = limits;
	return BADGE_OK;
}

static void close_badge(void *self)
{
	free(self);
}

/* What badges.yaml is expected to replace. */
static const badge_level levels[] = { BADGE_LEVEL("Reached", "Reached the threshold") };
static const char *const events[] = { "event" };

BADGE_PLUGIN("threshold", .slug = "threshold", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge, .close = close_badge);
