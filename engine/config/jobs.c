/*
 * config/jobs: `jobs:`, how jobs are judged.
 */
#include <inttypes.h>

#include "config/reading.h"

#define LEAST_US 100000 /* of what is measured in steps of polling and committing */

static void read_duration(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	int64_t duration_us = brb_config_duration_us(reading, key, value, "a duration such as 30s", BRB_DAY_US, "1d");
	if (duration_us >= 0 && duration_us < key->least)
		BRB_YAML_FAULT(reading, value, "\"%s\" must be at least %" PRId64 "ms", key->name, key->least / 1000);
	else if (duration_us >= 0)
		*(int64_t *)brb_config_member(key, target) = duration_us;
}

#define DURATION(key, to, least_us)                                                                                \
	{                                                                                                          \
		.name = (key), .read = read_duration, .member = offsetof(brb_config_jobs, to), .least = (least_us) \
	}

void brb_config_read_jobs(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	static const brb_yaml_key keys[] = {
		{ .name = "max_attempts",
		  .read = brb_config_read_count,
		  .member = offsetof(brb_config_jobs, attempts_most),
		  .least = 1,
		  .most = 1000 },
		{ .name = "max_per_user",
		  .read = brb_config_read_count,
		  .member = offsetof(brb_config_jobs, most_of_user),
		  .least = 1,
		  .most = 1000000000 },
		{ .name = "max_total",
		  .read = brb_config_read_count,
		  .member = offsetof(brb_config_jobs, most),
		  .least = 1,
		  .most = 1000000000 },
		DURATION("lease", lease_us, LEAST_US),
		DURATION("time_limit", time_limit_us, LEAST_US),
		DURATION("backoff", backoff_us, 1000),
		DURATION("grace", grace_us, 0),
	};
	(void)key;
	brb_config *config = target;
	brb_yaml_read_mapping(reading, "\"jobs\"", value, keys, sizeof keys / sizeof keys[0], NULL, &config->jobs);
}
