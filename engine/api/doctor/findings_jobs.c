/*
 * api/doctor/findings_jobs: findings on jobs: waiting without a worker, parked, too many of one user.
 */
#include "api/doctor/findings.h"

static const int64_t minute_us = INT64_C(60) * 1000000;

enum { MINUTES_UNWORKED = 5, MINUTES_LATE = 60 };

static void check_waiting(brb_examination *self)
{
	const brb_health_jobs *jobs = &self->health->jobs;
	int64_t waits_us = jobs->ready ? self->now_us - jobs->ready_since_us : 0;
	bool is_unworked = !jobs->leased && waits_us >= MINUTES_UNWORKED * minute_us;
	bool is_late = jobs->leased && waits_us >= MINUTES_LATE * minute_us;
	brabeion_finding finding = { .kind = is_unworked ? "jobs-unworked" : "jobs-late",
				     .severity = is_unworked ? BRABEION_ALARM : BRABEION_WARNING,
				     .subject = brb_finding_text(self, "jobs"),
				     .count = jobs->ready,
				     .since_us = jobs->ready_since_us };
	if (!is_unworked && !is_late)
		return;
	const char *count = brb_finding_count(self, jobs->ready, "job waits", "jobs wait");
	const char *since = brb_finding_time(self, jobs->ready_since_us);
	finding.text = is_unworked ? brb_finding_text(self, "%s since %s, and nobody works", count, since)
				   : brb_finding_text(self, "%s, the oldest since %s, though workers are at it",
						      count, since);
	finding.advice = is_unworked ? brb_finding_text(self,
							"Start \"brabeion worker\", or set \"workers\" in %s for the "
							"server to do it",
							self->config)
				     : brb_finding_text(self,
							"Workers do not keep up: more of them (brabeion worker "
							"--processes, \"workers\" in %s), or a badge that takes less",
							self->config);
	brb_finding_add(self, &finding);
}

static void check_parked(brb_examination *self)
{
	const brb_health_jobs *jobs = &self->health->jobs;
	int64_t failed = jobs->parked - jobs->unloaded;
	brabeion_finding finding = { .kind = "jobs-parked",
				     .severity = BRABEION_WARNING,
				     .subject = brb_finding_text(self, "jobs"),
				     .count = failed,
				     .since_us = jobs->parked_since_us };
	if (failed <= 0)
		return;
	const char *count = brb_finding_count(self, failed, "job is parked", "jobs are parked");
	const char *since = brb_finding_time(self, jobs->parked_since_us);
	finding.text = jobs->error ? brb_finding_text(self, "%s, since %s; most often (%s): %s", count, since,
						      brb_finding_count(self, jobs->error_times, "time", "times"),
						      jobs->error)
				   : brb_finding_text(self, "%s, since %s", count, since);
	finding.advice =
		brb_finding_text(self, "They failed too often, and wait for you: brabeion jobs --parked; when the "
				       "badge is mended: brabeion jobs retry --parked --all");
	brb_finding_add(self, &finding);
}

static void check_unloaded(brb_examination *self)
{
	int64_t count = self->health->jobs.unloaded;
	brabeion_finding finding = { .kind = "jobs-unloaded",
				     .severity = BRABEION_WARNING,
				     .subject = brb_finding_text(self, "jobs"),
				     .count = count };
	if (!count)
		return;
	finding.text = brb_finding_text(self, "%s for a badge that is not loaded",
					brb_finding_count(self, count, "job waits", "jobs wait"));
	finding.advice =
		brb_finding_text(self, "They go on when it is loaded again; to drop them: brabeion jobs drop "
				       "--parked --badge SLUG");
	brb_finding_add(self, &finding);
}

static void check_total(brb_examination *self)
{
	const brb_health_jobs *jobs = &self->health->jobs;
	int64_t count = jobs->waiting + jobs->parked;
	brabeion_finding finding = { .kind = "jobs-many",
				     .severity = BRABEION_WARNING,
				     .subject = brb_finding_text(self, "jobs"),
				     .count = count };
	if (count < brb_finding_many(BRB_MANY_JOBS, self->jobs_most))
		return;
	const char *are = brb_finding_count(self, count, "job is", "jobs are");
	finding.text = self->jobs_most ? brb_finding_text(self, "%s in the database, which may have %lld", are,
							  (long long)self->jobs_most)
				       : brb_finding_text(self, "%s in the database", are);
	finding.advice =
		brb_finding_text(self,
				 "They take place on the disk, and badges that ask for more will fail: more "
				 "workers, or a badge that asks for fewer; parked ones can be dropped "
				 "(brabeion jobs drop --parked). \"jobs: max_total\" in %s sets how many may be",
				 self->config);
	brb_finding_add(self, &finding);
}

static void check_users(brb_examination *self)
{
	const brb_health_jobs *jobs = &self->health->jobs;
	size_t named = jobs->crowd_count < 3 ? jobs->crowd_count : 3;
	for (size_t i = 0; i < named; i++) {
		const char *user = jobs->crowd[i].user;
		brabeion_finding finding = { .kind = "jobs-of-user",
					     .severity = BRABEION_WARNING,
					     .subject = brb_finding_text(self, "%s", user),
					     .count = jobs->crowd[i].jobs };
		finding.text =
			brb_finding_text(self, "user \"%s\" has %s%s", user,
					 brb_finding_count(self, jobs->crowd[i].jobs, "job", "jobs"),
					 i == 2 && jobs->crowd_count > 3 ? ", and others have too many as well" : "");
		finding.advice = brb_finding_text(self,
						  "Jobs of one user and badge are judged one after the other: does a "
						  "badge ask for one at each event? brabeion jobs --user %s",
						  user);
		brb_finding_add(self, &finding);
	}
}

/* ---- workers ---- */

static void check_workers(brb_examination *self)
{
	const brb_generation *generation = self->generation;
	const char *slugs = NULL;
	int64_t count = 0;
	if (!generation || !self->has_settings || self->workers || (self->health && self->health->jobs.leased))
		return;
	for (size_t i = 0; i < generation->badge_count; i++) {
		if (!generation->badges[i]->async)
			continue;
		slugs = slugs ? brb_finding_text(self, "%s, %s", slugs, generation->badges[i]->slug)
			      : generation->badges[i]->slug;
		count++;
	}
	brabeion_finding finding = {
		.kind = "no-workers", .severity = BRABEION_NOTE, .subject = self->config, .count = count
	};
	if (!slugs)
		return;
	finding.text = brb_finding_text(self, "workers judge %s, and %s asks for none: %s",
					brb_finding_count(self, count, "badge", "badges"), self->config, slugs);
	finding.advice = brb_finding_text(
		self, "That is fine where \"brabeion worker\" runs; else set \"workers\" in %s", self->config);
	brb_finding_add(self, &finding);
}

void brb_findings_of_jobs(brb_examination *examination)
{
	if (examination->health) {
		check_waiting(examination);
		check_parked(examination);
		check_unloaded(examination);
		check_total(examination);
		check_users(examination);
	}
	check_workers(examination);
}
