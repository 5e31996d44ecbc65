/*
 * The memory budget of an engine in a server: as many users come by as one likes, by events of their own and in batches,
 * and the process grows no further once the budget is used. With BRB_LONG five million users.
 */
#include "support/scene.h"

#include <malloc.h>

enum { BATCH = 500, WARM = 60000, MORE = BRB_SANITIZED ? 10000 : 240000, MORE_LONG = 5000000, GROWN_KB_MOST = 4096 };

static const char config[] = "memory: 8MiB\n"
			     "synchronous: normal\n"
			     "plugins:\n"
			     "  - file: threshold.so\n"
			     "    badges:\n"
			     "      - badge: threshold\n"
			     "        slug: rich\n"
			     "        events: [points_awarded]\n"
			     "        settings: { at: [1000], count: sum, field: points }\n";

static long resident_kb(void)
{
	long size = 0, resident = 0;
	malloc_trim(0);
	FILE *file = fopen("/proc/self/statm", "r");
	cr_assert_not_null(file);
	cr_assert_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* One event each of the users from `first` on; every batch is followed by an event of its own. */
static void visit(scene *here, int first, int count)
{
	static char users[BATCH][24], ids[BATCH][24];
	static brabeion_field fields[BATCH];
	static brabeion_event events[BATCH];
	static brabeion_result results[BATCH];
	for (int at = first; at < first + count; at += BATCH) {
		for (int i = 0; i < BATCH; i++) {
			snprintf(users[i], sizeof users[i], "user-%d", at + i);
			snprintf(ids[i], sizeof ids[i], "event-%d", at + i);
			fields[i] = BRABEION_INT("points", 10);
			events[i] =
				(brabeion_event)BRABEION_EVENT(.name = "points_awarded", .user = users[i],
							       .id = ids[i], .fields = &fields[i], .field_count = 1);
			results[i] = (brabeion_result)BRABEION_RESULT();
		}
		cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, BATCH, results), BRABEION_OK, "%s",
			     results[0].message);
		for (int i = 0; i < BATCH; i++)
			brabeion_result_finish(&results[i]);
		cr_assert_str_eq(scene_fire(here, "points_awarded", users[BATCH - 1], BRABEION_INT("points", 10)),
				 "");
	}
}

Test(memory_budget, a_server_grows_no_further, .timeout = 1200)
{
	scene *here = scene_with(config);
	visit(here, 0, WARM);
	long warm_kb = resident_kb();
	visit(here, WARM, getenv("BRB_LONG") ? MORE_LONG : MORE);
	long after_kb = resident_kb();
	if (!BRB_SANITIZED) /* their allocators keep freed memory */
		cr_expect_leq(after_kb, warm_kb + GROWN_KB_MOST, "%ld kB, then %ld kB", warm_kb, after_kb);
	cr_expect_str_eq(scene_fire(here, "points_awarded", "user-0", BRABEION_INT("points", 990)), "rich 1 ;",
			 "what was 10 has left the cache, and counts");
	scene_finish(here);
}
