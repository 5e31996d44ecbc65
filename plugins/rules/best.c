/*
 * best: the highest, the lowest or the average value of a field.
 *
 *	- badge: best
 *	  slug: long-run
 *	  events: [run]
 *	  levels: [Half Marathon, Marathon]
 *	  settings: { field: km, scale: 10000, at: [21.0975, 42.195] }
 *
 * take: highest          the default; or lowest, whose numbers descend, or average
 * least: 10              average: of at least so many events
 */
#include "kinds.h"

#include "date.h"

#define AMOUNT_MOST (INT64_MAX / 2)

typedef enum take { TAKE_HIGHEST, TAKE_LOWEST, TAKE_AVERAGE } take;

typedef struct best {
	take takes;
	char field[NAME_SIZE];
	int64_t scale;
	int64_t least;
	kind head;
} best;

static const char *const takes[] = { "highest", "lowest", "average" };

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static void keep_extreme(const best *rules, badge_call *call, int64_t value)
{
	int64_t kept = badge_tally(call, "best");
	int is_better = rules->takes == TAKE_LOWEST ? value < kept : value > kept;
	if (badge_tally(call, "events") == 0 || is_better)
		badge_tally_set(call, "best", value);
}

/* What has been reached, and whether it is anything yet. */
static int64_t value_now(const best *rules, badge_call *call, int *is_there)
{
	int64_t count = badge_tally(call, "events");
	*is_there = count >= (rules->takes == TAKE_AVERAGE ? rules->least : 1);
	if (rules->takes != TAKE_AVERAGE)
		return badge_tally(call, "best");
	return *is_there ? divide_down(badge_tally(call, "sum"), count) : 0;
}

static int32_t level_of(const best *rules, int64_t value)
{
	int32_t level = 0;
	if (rules->takes != TAKE_LOWEST)
		return limits_level(rules->head.at, rules->head.level_count, value);
	while ((uint32_t)level < rules->head.level_count && rules->head.at[level] >= value)
		level++;
	return level;
}

int32_t best_award(void *self, badge_call *call)
{
	const best *rules = self;
	int64_t value = 0;
	int is_there;
	int32_t answer = rule_fits(call, &rules->head.clauses);
	if (answer == BADGE_OK)
		answer = decimal_read(call, rules->field, rules->scale, &value);
	if (answer != BADGE_OK)
		return answer;
	if (value > AMOUNT_MOST || value < -AMOUNT_MOST)
		return badge_refuse(call, "field \"%s\" is too large", rules->field);
	if (rules->takes == TAKE_AVERAGE)
		badge_tally_add(call, "sum", value);
	else
		keep_extreme(rules, call, value);
	badge_tally_add(call, "events", 1);
	value = value_now(rules, call, &is_there);
	return is_there ? limits_grant(call, level_of(rules, value), NULL) : BADGE_NOT_EARNED;
}

/* Of the lowest there is no part that is done. */
int32_t best_progress(void *self, badge_call *call, int32_t level)
{
	const best *rules = self;
	int is_there;
	int64_t value = value_now(rules, call, &is_there);
	if (rules->takes == TAKE_LOWEST)
		return badge_progress(call, is_there && level_of(rules, value) >= level, 1);
	if (rules->takes == TAKE_AVERAGE && !is_there)
		return badge_progress(call, badge_tally(call, "events"), rules->least);
	return limits_progress(call, rules->head.at, level, value);
}

int32_t best_merge(void *self, badge_call *call)
{
	const best *rules = self;
	int64_t theirs = badge_merged_tally(call, "events", NULL), other = badge_merged_tally(call, "best", NULL);
	if (theirs > 0)
		keep_extreme(rules, call, other);
	if (theirs != 0)
		badge_tally_add(call, "events", theirs);
	return BADGE_OK;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

void best_close(void *self)
{
	best *rules = self;
	kind_finish(&rules->head);
	free(rules);
}

static int32_t read_take(badge_setup *setup, best *rules)
{
	const char *word = badge_setting_text(setup, "take", takes[TAKE_HIGHEST]);
	take found = TAKE_HIGHEST;
	while (found <= TAKE_AVERAGE && strcmp(word, takes[found]) != 0)
		found++;
	if (found > TAKE_AVERAGE)
		return badge_setup_fail(setup, "take", "take must be highest, lowest or average, not \"%.100s\"",
					word);
	rules->takes = found;
	rules->least = badge_setting_int(setup, "least", 1);
	if (rules->takes != TAKE_AVERAGE && badge_setting_type(setup, "least") != BADGE_TYPE_NONE)
		return badge_setup_fail(setup, "least", "least is for take: average");
	return rules->least >= 1 ? BADGE_OK : badge_setup_fail(setup, "least", "least must be from 1 up");
}

static int32_t read_descending(badge_setup *setup, best *rules)
{
	int32_t status = BADGE_OK;
	if (badge_setting_key(setup, "at", 0) || badge_setting_count(setup, "at") != rules->head.level_count)
		return badge_setup_fail(setup, "at", "at must be a list of %" PRIu32 " %s, one for each level",
					rules->head.level_count, rules->head.level_count == 1 ? "number" : "numbers");
	for (uint32_t i = 0; i < rules->head.level_count; i++) {
		char path[NAME_SIZE];
		snprintf(path, sizeof path, "at.%" PRIu32, i);
		status |= decimal_setting(setup, path, rules->scale, &rules->head.at[i]);
		if (status == BADGE_OK && i > 0 && rules->head.at[i] >= rules->head.at[i - 1])
			status |= badge_setup_fail(setup, path, "of the lowest value at must descend");
	}
	return status;
}

static int32_t read_field(badge_setup *setup, best *rules)
{
	if (field_read(setup, "field", rules->field) != BADGE_OK)
		return BADGE_FAILED;
	return rules->field[0] != '\0' ? BADGE_OK
				       : badge_setup_fail(setup, "field", "field must name the value that counts");
}

int32_t best_open(badge_setup *setup, void **self)
{
	best *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = kind_begin(setup, 0, &rules->head);
	status |= read_field(setup, rules);
	status |= scale_read(setup, "scale", &rules->scale);
	status |= read_take(setup, rules);
	if (status == BADGE_OK)
		status = rules->takes == TAKE_LOWEST ? read_descending(setup, rules)
						     : limits_read_scaled(setup, "at", rules->scale, 0, AMOUNT_MOST,
									  rules->head.level_count, rules->head.at);
	if (status != BADGE_OK) {
		best_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
