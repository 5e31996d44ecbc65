/*
 * The numbers of levels. See limits.h.
 */
#include "limits.h"

#include "decimal.h"

static int32_t read_number(badge_setup *setup, const char *path, const char *name, int64_t scale, int64_t most,
			   int64_t *number)
{
	if (scale == 1 && badge_setting_type(setup, path) != BADGE_TYPE_INT)
		return badge_setup_fail(setup, path, "%s must have whole numbers", name);
	if (decimal_setting(setup, path, scale, number) != BADGE_OK)
		return BADGE_FAILED;
	if (*number < 1)
		return badge_setup_fail(
			setup, path, scale == 1 ? "%s must have numbers from 1 up" : "%s must have numbers above 0",
			name);
	if (*number > most)
		return badge_setup_fail(setup, path, "%s must have numbers up to %" PRId64, name, most / scale);
	return BADGE_OK;
}

/* { every: 5, to: 100 }: 5, 10, and so on. */
static int32_t read_steps(badge_setup *setup, const char *name, int64_t scale, int64_t most, uint32_t count,
			  int64_t limits[])
{
	char every_path[NAME_SIZE], to_path[NAME_SIZE];
	int64_t every = 0, to = 0;
	snprintf(every_path, sizeof every_path, "%s.every", name);
	snprintf(to_path, sizeof to_path, "%s.to", name);
	int32_t status = read_number(setup, every_path, name, scale, most, &every);
	status |= read_number(setup, to_path, name, scale, most, &to);
	if (status != BADGE_OK)
		return status;
	if (to % every != 0)
		return badge_setup_fail(setup, to_path, "to must be a multiple of every");
	if (to / every != count)
		return badge_setup_fail(setup, name, "%s has %" PRId64 " steps, and the badge %" PRIu32 " %s", name,
					to / every, count, count == 1 ? "level" : "levels");
	for (uint32_t i = 0; i < count; i++)
		limits[i] = every * (i + 1);
	return BADGE_OK;
}

int32_t limits_read_scaled(badge_setup *setup, const char *name, int64_t scale, int64_t otherwise, int64_t most,
			   uint32_t count, int64_t limits[])
{
	if (badge_setting_type(setup, name) == BADGE_TYPE_NONE && count == 1 && otherwise > 0) {
		limits[0] = otherwise * scale;
		return BADGE_OK;
	}
	if (badge_setting_key(setup, name, 0))
		return read_steps(setup, name, scale, most, count, limits);
	if (badge_setting_count(setup, name) != count)
		return badge_setup_fail(setup, name, "%s must be a list of %" PRIu32 " %s, one for each level", name,
					count, count == 1 ? "number" : "numbers");
	for (uint32_t i = 0; i < count; i++) {
		char path[NAME_SIZE];
		snprintf(path, sizeof path, "%s.%" PRIu32, name, i);
		if (read_number(setup, path, name, scale, most, &limits[i]) != BADGE_OK)
			return BADGE_FAILED;
		if (i > 0 && limits[i] <= limits[i - 1])
			return badge_setup_fail(setup, path, "%s must ascend: this is not more than %" PRId64, name,
						limits[i - 1] / scale);
	}
	return BADGE_OK;
}

int32_t limits_read(badge_setup *setup, const char *name, int64_t otherwise, int64_t most, uint32_t count,
		    int64_t limits[])
{
	return limits_read_scaled(setup, name, 1, otherwise, most, count, limits);
}
