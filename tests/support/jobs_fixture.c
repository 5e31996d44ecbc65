#include "support/jobs_fixture.h"

const uint32_t both_badges[2] = { 1, 2 };

/* ---- adding ---- */

void add_job(brb_store *store, const brb_store_job *job)
{
	WELL(brb_store_job_add(store, job, error));
}

void add_in_run(brb_store *store, int64_t run, uint32_t badge, const char *user, int64_t due_us)
{
	add_job(store, &(brb_store_job){ .badge = badge,
					 .user = user,
					 .event = "visit",
					 .event_id = "",
					 .at_us = due_us,
					 .due_us = due_us,
					 .history_id = run });
}

void add(brb_store *store, uint32_t badge, const char *user, int64_t due_us)
{
	add_in_run(store, 0, badge, user, due_us);
}

/* ---- claiming ---- */

brb_store_claim claim_of(int64_t number, int64_t now_us, size_t most)
{
	return (brb_store_claim){ .number = number,
				  .now_us = now_us,
				  .lease_until_us = now_us + LEASE_US,
				  .most = most,
				  .badges = both_badges,
				  .badge_count = 2 };
}

const char *told_jobs(const brb_store_claimed_list *list)
{
	static char text[4096];
	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const brb_store_claimed *job = &list->jobs[i];
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d:%u:%s@%d ", (int)job->id, job->badge,
			 job->user, (int)job->due_us);
	}
	for (size_t i = 0; i < list->parked_count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s*%d:%s ", list->parked[i].slug,
			 (int)list->parked[i].count, list->parked[i].why);
	return text;
}

const char *claim_with(brb_store *store, const brb_store_claim *claim)
{
	brb_store_claimed_list list = { 0 };
	WELL(brb_store_jobs_claim(store, claim, &list, error));
	const char *text = told_jobs(&list);
	brb_store_claimed_list_finish(&list);
	return text;
}

const char *claim(brb_store *store, int64_t number, int64_t now_us, size_t most)
{
	brb_store_claim asked = claim_of(number, now_us, most);
	return claim_with(store, &asked);
}

bool is_claimed(brb_store *store, int64_t id, int64_t number)
{
	bool answer = false;
	WELL(brb_store_job_is_claimed(store, id, number, &answer, error));
	return answer;
}

/* ---- ending ---- */

void end_job(brb_store *store, int64_t id)
{
	WELL(brb_store_job_end(store, id, error));
}

bool fail_job(brb_store *store, int64_t id, int64_t at_us, int64_t retry_at_us, uint32_t attempts_most)
{
	bool parked = false;
	brb_store_failure failure = {
		.error = "no luck", .at_us = at_us, .retry_at_us = retry_at_us, .attempts_most = attempts_most
	};
	WELL(brb_store_job_fail(store, id, &failure, &parked, error));
	return parked;
}

int64_t next_due(brb_store *store, int64_t run)
{
	int64_t at_us = -42;
	WELL(brb_store_jobs_next_due(store, run, &at_us, error));
	return at_us;
}

/* ---- invariants of what is committed ---- */

int64_t count_violations(void)
{
	return own_number(
		"SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE parked_us = 0"
		"  GROUP BY user, badge, run HAVING SUM(ready_us IS NOT NULL) <> 1))"
		" + (SELECT COUNT(*) FROM jobs AS j WHERE ready_us IS NOT NULL AND claim = 0 AND EXISTS"
		"  (SELECT 1 FROM jobs AS b WHERE b.user = j.user AND b.badge = j.badge AND b.run = j.run"
		"   AND b.parked_us = 0 AND (b.due_us, b.id) < (j.due_us, j.id)))"
		" + (SELECT COUNT(*) FROM jobs WHERE parked_us <> 0 AND (ready_us IS NOT NULL OR claim <> 0))"
		" + (SELECT COUNT(*) FROM jobs WHERE (parked_us = 0) <> (parked_why = ''))"
		" + (SELECT COUNT(*) FROM job_attempts WHERE job NOT IN (SELECT id FROM jobs))");
}
