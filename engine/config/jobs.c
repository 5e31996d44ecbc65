/*
 * config_jobs: `workers:` and `jobs:`, how jobs are judged. Part of the room config.
 */
#include "config/reading.h"

#define LEAST_MS 100 /* of what is measured in steps of polling and committing */

/* True when the node is an integer of the range; else the fault is on record. */
static bool read_count(brb_config_reading *reading, const brb_yaml_node *value, const char *what, int64_t least,
		       int64_t most, uint32_t *count)
{
	if (value->kind != BRB_YAML_INT) {
		brb_config_wrong_kind(reading, what, value, "an integer");
		return false;
	}
	if (value->value.integer < least || value->value.integer > most) {
		BRB_CONFIG_FAULT(reading, value, "%s must be %lld to %lld, not %lld", what, (long long)least,
				 (long long)most, (long long)value->value.integer);
		return false;
	}
	*count = (uint32_t)value->value.integer;
	return true;
}

static void read_duration(brb_config_reading *reading, const brb_yaml_node *value, const char *what, int64_t least_ms,
			  int64_t *duration_us)
{
	int64_t duration_ms =
		brb_config_duration_ms(reading, value, what, "a duration such as 30s", BRB_CONFIG_DAY_MS, "1d");
	if (duration_ms >= 0 && duration_ms < least_ms)
		BRB_CONFIG_FAULT(reading, value, "%s must be at least %lldms", what, (long long)least_ms);
	else if (duration_ms >= 0)
		*duration_us = duration_ms * 1000;
}

static void read_max_attempts(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_jobs *jobs = target;
	read_count(reading, value, "\"max_attempts\"", 1, 1000, &jobs->attempts_most);
}

static void read_lease(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_jobs *jobs = target;
	read_duration(reading, value, "\"lease\"", LEAST_MS, &jobs->lease_us);
}

static void read_time_limit(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_jobs *jobs = target;
	read_duration(reading, value, "\"time_limit\"", LEAST_MS, &jobs->time_limit_us);
}

static void read_backoff(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_jobs *jobs = target;
	read_duration(reading, value, "\"backoff\"", 1, &jobs->backoff_us);
}

static void read_grace(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_jobs *jobs = target;
	read_duration(reading, value, "\"grace\"", 0, &jobs->grace_us);
}

void brb_config_set_job_defaults(brb_config_jobs *jobs)
{
	*jobs = (brb_config_jobs){ .workers = 1,
				   .attempts_most = 5,
				   .lease_us = 30 * BRB_CONFIG_SECOND_MS * 1000,
				   .time_limit_us = 60 * BRB_CONFIG_SECOND_MS * 1000,
				   .backoff_us = BRB_CONFIG_SECOND_MS * 1000,
				   .grace_us = 10 * BRB_CONFIG_SECOND_MS * 1000 };
}

void brb_config_read_workers(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	read_count(reading, value, "\"workers\"", 0, BRB_CONFIG_WORKERS_MOST, &reading->config->jobs.workers);
}

void brb_config_read_jobs(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	static const brb_config_key keys[] = {
		{ "max_attempts", read_max_attempts, false },
		{ "lease", read_lease, false },
		{ "time_limit", read_time_limit, false },
		{ "backoff", read_backoff, false },
		{ "grace", read_grace, false },
	};
	(void)key, (void)target;
	brb_config_read_mapping(reading, "\"jobs\"", value, keys, sizeof keys / sizeof keys[0],
				&reading->config->jobs);
}
