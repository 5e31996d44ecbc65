/*
 * rules: badges without C, of the kinds that a count cannot say: days, best, ratio, run, then, after, every-event, all. Each has a
 * file of its own, which says what its settings mean.
 */
#include "kinds.h"
#include "window.h"

/* A default that badges.yaml replaces. */
static const badge_level levels[] = { BADGE_LEVEL("Earned", "Did what the badge is for") };
static const char *const events[] = { "event" };

static const badge_memory days_memory[] = {
	BADGE_MEMORY("day", BADGE_MERGE_OWN),    /* by day: 1, it counts */
	BADGE_MEMORY("amount", BADGE_MERGE_OWN), /* by day: what came together */
	BADGE_MEMORY(COUNTER_LATEST, BADGE_MERGE_MAX),
	ZONE_REMEMBERED,
};
static const badge_memory best_memory[] = {
	BADGE_MEMORY("best", BADGE_MERGE_OWN),
	BADGE_MEMORY("events", BADGE_MERGE_OWN),
	BADGE_TALLY("sum"),
};
static const badge_memory ratio_memory[] = { BADGE_TALLY("part"), BADGE_TALLY("total") };
static const badge_memory run_memory[] = { BADGE_MEMORY(WINDOW_MEMORY, BADGE_KIND_TEXT | BADGE_MERGE_OWN) };
static const badge_memory then_memory[] = {
	BADGE_TALLY("times"),
	BADGE_MEMORY("done", BADGE_KEYS_HASHED | BADGE_MERGE_OR), /* by value: 1, it has counted */
	BADGE_MEMORY("step1", BADGE_KEYS_HASHED | BADGE_MERGE_MAX),
	BADGE_MEMORY("step2", BADGE_KEYS_HASHED | BADGE_MERGE_MAX),
	BADGE_MEMORY("step3", BADGE_KEYS_HASHED | BADGE_MERGE_MAX),
	BADGE_MEMORY("step4", BADGE_KEYS_HASHED | BADGE_MERGE_MAX),
	BADGE_MEMORY("met", BADGE_OF_THING), /* of a value: when the first event of `unless` came */
};
static const badge_memory after_memory[] = {
	BADGE_MEMORY("since", BADGE_MERGE_EARLIEST), BADGE_TALLY("with"), /* by the number of the time */
};
static const badge_memory all_memory[] = {
	BADGE_TALLY("count"), /* by the place of the condition */
	BADGE_MEMORY("seen1", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen2", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen3", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen4", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen5", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen6", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen7", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen8", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen9", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen10", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen11", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	BADGE_MEMORY("seen12", BADGE_KEYS_HASHED | BADGE_MERGE_OR),
	ZONE_REMEMBERED,
};

BADGE_DEFINE(days_badge, .slug = "days", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(days_memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = days_award, .open = days_open, .close = days_close,
	     .progress = days_progress, .merge = days_merge);
BADGE_DEFINE(best_badge, .slug = "best", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(best_memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = best_award, .open = best_open, .close = best_close,
	     .progress = best_progress, .merge = best_merge);
BADGE_DEFINE(ratio_badge, .slug = "ratio", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(ratio_memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = ratio_award, .open = ratio_open, .close = ratio_close,
	     .progress = ratio_progress);
BADGE_DEFINE(run_badge, .slug = "run", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(run_memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = run_award, .open = run_open, .close = run_close,
	     .progress = run_progress, .merge = run_merge);
BADGE_DEFINE(then_badge, .slug = "then", BADGE_LEVELS(levels), BADGE_REMEMBERS(then_memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG | BADGE_PERMANENT, .award = then_award, .open = then_open,
	     .close = then_close, .progress = then_progress);
BADGE_DEFINE(after_badge, .slug = "after", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(after_memory),
	     .flags = BADGE_PERMANENT, .award = after_award, .open = after_open, .close = after_close,
	     .progress = after_progress);
BADGE_DEFINE(every_badge, .slug = "every-event", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = every_award, .open = every_open, .close = every_close);
BADGE_DEFINE(all_badge, .slug = "all", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(all_memory),
	     .award = all_award, .open = all_open, .close = all_close, .progress = all_progress);

static const badge_definition *const badges[] = { &days_badge, &best_badge,  &ratio_badge, &run_badge,
						  &then_badge, &after_badge, &every_badge, &all_badge };
BADGE_PACK("rules", BADGE_BADGES(badges));
