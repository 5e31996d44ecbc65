/*
 * engine_findings: the findings for given figures.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/doctor/findings.h"
#include "base/list.h"

#define MINUTE_US (INT64_C(60) * 1000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define MEBIBYTE (INT64_C(1024) * 1024)

enum { BADGES_MOST = 4 };

/* 2014-01-21 20:26:05 */
static const int64_t now_us = INT64_C(1390335965) * 1000000;

static brb_examination self;
static brb_health health;
static brb_generation generation;
static brb_badge badges[BADGES_MOST];
static brb_badge *in_order[BADGES_MOST];
static brb_route routes[BADGES_MOST];
static badge_level levels[BADGES_MOST];
static const char *names[BADGES_MOST];

static int32_t never(void *badge, badge_call *call)
{
	(void)badge;
	(void)call;
	return 0;
}

/* No findings: a small database, a large disk, no other process. */
static void enter(void)
{
	health = (brb_health){ .version = 5, .knows = 5, .wal_pages = -1, .seen_since_us = now_us - DAY_US };
	health.file = (brb_health_file){ .bytes = 4096,
					 .mode = S_IFREG | 0600,
					 .folder_mode = S_IFDIR | 0755,
					 .disk_free_bytes = 1024 * MEBIBYTE };
	generation = (brb_generation){ .badges = in_order };
	self = (brb_examination){ .now_us = now_us,
				  .config = "/nowhere/badges.yaml",
				  .database = "/nowhere/badges.db",
				  .health = &health,
				  .generation = &generation,
				  .has_settings = true,
				  .workers = 2,
				  .retention_us = 30 * DAY_US,
				  .mode = 0600 };
	self.arena = brb_list_memory();
	cr_assert_not_null(self.arena);
	self.found.memory = self.arena;
}

static void leave(void)
{
	brb_table_finish(&generation.slugs);
	brb_table_finish(&generation.routes);
	brabeion_examination_finish(&self.found);
}

TestSuite(findings, .init = enter, .fini = leave);

/* A badge that is loaded and listens to one event. */
static brb_badge *load(const char *slug, const char *event)
{
	size_t at = generation.badge_count++;
	cr_assert_lt(at, BADGES_MOST);
	names[at] = event;
	levels[at] = (badge_level){ slug, "" };
	badges[at] = (brb_badge){ .slug = slug,
				  .level_count = 1,
				  .levels = &levels[at],
				  .event_count = 1,
				  .events = &names[at],
				  .award = never };
	routes[at] = (brb_route){ .event = event };
	in_order[at] = &badges[at];
	cr_assert(brb_table_set(&generation.slugs, slug, &badges[at]));
	cr_assert(brb_table_set(&generation.routes, event, &routes[at]));
	return &badges[at];
}

/* A line "kind severity subject count: text | advice" for each finding of all checks. */
static const char *found(void)
{
	static char text[16384];
	brabeion_error error = BRABEION_NO_ERROR;
	size_t used = 0;
	brb_findings_of_store(&self);
	brb_findings_of_badges(&self);
	brb_findings_of_events(&self);
	brb_findings_of_jobs(&self);
	cr_assert_eq(brb_findings_settle(&self, &error), BRABEION_OK);
	text[0] = '\0';
	for (size_t i = 0; i < self.found.count; i++) {
		const brabeion_finding *finding = &self.found.findings[i];
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %d %s %lld: %s | %s\n", finding->kind,
					 (int)finding->severity, finding->subject, (long long)finding->count,
					 finding->text, finding->advice);
	}
	return text;
}

Test(findings, none_where_all_is_well)
{
	load("commentator", "comment");
	brb_health_badge known = { .slug = "commentator", .name = "commentator", .known_us = 1, .has_awards = true };
	health.badges = &known;
	health.badge_count = 1;
	cr_expect_str_eq(found(), "");
	cr_expect_str_eq(self.found.database, "/nowhere/badges.db");
	cr_expect_eq(self.found.database_bytes, 4096);
	cr_expect_eq(self.found.wal_bytes, 0);
	cr_expect_eq(self.found.disk_free_bytes, 1024 * MEBIBYTE);
}

Test(findings, none_where_nothing_is_known)
{
	self.health = NULL;
	self.database = NULL;
	self.generation = NULL;
	self.has_settings = false;
	self.retention_us = 0;
	cr_expect_str_eq(found(), "");
	cr_expect_str_eq(self.found.database, "");
	cr_expect_eq(self.found.database_bytes, -1);
}

/* ---- the database ---- */

Test(findings, a_database_that_cannot_be_read)
{
	health.fault = "is not a database; left untouched";
	cr_expect_str_eq(found(),
			 "database 3 /nowhere/badges.db 0: /nowhere/badges.db: is not a database; left untouched"
			 " | Nothing more is known of it, and this program writes nothing to it. Keep a copy "
			 "before you try to mend it, or put a backup in its place\n");
}

Test(findings, a_database_that_whoever_asks_may_not_write)
{
	health.fault = "attempt to write a readonly database";
	health.refused = true;
	cr_expect_str_eq(found(),
			 "database 3 /nowhere/badges.db 0: /nowhere/badges.db: attempt to write a readonly database"
			 " | Nothing is known of what is in it: examine it "
			 "as the server's user\n");
}

Test(findings, a_database_that_others_may_read)
{
	self.mode = 0600;
	health.file.mode = S_IFREG | 0644;
	cr_expect_str_eq(
		found(),
		"permissions 2 /nowhere/badges.db 0: /nowhere/badges.db can be read by anybody (mode 0644) | It names"
		" users, and whoever can read it can lock it, which stops the server: chmod 0600 /nowhere/badges.db, "
		"or"
		" let \"mode\" in /nowhere/badges.yaml say 0640 for a group that reads\n");
}

Test(findings, a_database_that_a_group_may_read_as_badges_yaml_says)
{
	self.mode = 0640;
	health.file.mode = S_IFREG | 0640;
	cr_expect_str_eq(found(), "");
}

Test(findings, an_older_database)
{
	health.version = 4;
	health.file.user = 17;
	health.file.user_count = 1;
	cr_expect_str_eq(found(),
			 "database-version 1 /nowhere/badges.db 0: the database is of version 4, and this program "
			 "of version 5 (process 17 has it open) | It is brought up to date when this program "
			 "next opens it for use; until then some checks are skipped\n");
}

Test(findings, a_damaged_database)
{
	health.damage = "row 3 missing from index awards_by_user";
	cr_expect_str_eq(found(),
			 "database-damaged 3 /nowhere/badges.db 0: /nowhere/badges.db is damaged: row 3 missing "
			 "from index awards_by_user | Stop the server, keep a copy, and put a backup in its "
			 "place; or save what can be saved: sqlite3 /nowhere/badges.db .recover\n");
}

Test(findings, a_disk_that_fills)
{
	health.file.disk_free_bytes = 512 * MEBIBYTE;
	cr_expect_str_eq(found(), "");
	health.file.disk_free_bytes = 512 * MEBIBYTE - 1;
	cr_expect_str_eq(found(),
			 "disk 2 /nowhere/badges.db 536870911: 511 MiB are left on the disk of /nowhere/badges.db"
			 " | When it is full no event that needs the database is judged: make room\n");
}

Test(findings, a_disk_that_is_full)
{
	health.file.disk_free_bytes = 4095;
	cr_expect_str_eq(found(),
			 "disk 3 /nowhere/badges.db 4095: 4095 bytes are left on the disk of /nowhere/badges.db"
			 " | When it is full no event that needs the database is judged: make room\n");
}

Test(findings, a_wal_that_somebody_holds)
{
	health.file.wal_bytes = 65920000;
	health.wal_pages = 16000;
	health.wal_behind = 15999;
	cr_expect_str_eq(found(), "");
	health.wal_behind = 16000;
	health.file.user = 17;
	health.file.user_count = 2;
	cr_expect_str_eq(found(),
			 "wal 2 /nowhere/badges.db 65920000: /nowhere/badges.db-wal has grown to 62 MiB, of which "
			 "16,000 pages are not in the database yet | Somebody reads for so long that it cannot "
			 "be emptied: find the process that keeps a transaction open (process 17 for one has it "
			 "open)\n");
}

Test(findings, a_wal_that_holds_what_was_forgotten)
{
	health.forgotten_us = now_us - MINUTE_US + 1;
	cr_expect_str_eq(found(), "");
	health.forgotten_us = now_us - MINUTE_US;
	health.file.user = 17;
	health.file.user_count = 1;
	cr_expect_str_eq(
		found(),
		"forgotten-in-wal 2 /nowhere/badges.db 0: /nowhere/badges.db-wal may still hold a user who was "
		"forgotten at 2014-01-21 20:25:05 | A process that keeps a transaction open keeps it from "
		"being emptied (process 17 has it open): end that. A server then empties it within a minute of its "
		"next event, and so does brabeion forget\n");
}

Test(findings, a_clock_far_ahead_of_what_was_stored)
{
	health.newest_us = now_us - 30 * DAY_US;
	cr_expect_str_eq(found(), "");
	health.newest_us = now_us - 400 * DAY_US;
	health.seen = 3;
	health.seen_since_us = now_us - 400 * DAY_US; /* by that clock: no word of it */
	cr_expect_str_eq(
		found(),
		"clock 2 /nowhere/badges.db 0: the clock is 400 days ahead of the newest time in the database, "
		"2012-12-17 20:26:05: until an hour has confirmed it nothing is swept, and no job is given to a "
		"worker | If the clock is right, \"brabeion clock --confirm\" says so at once; a database that was "
		"not used for so long looks the same\n");
}

Test(findings, times_that_lie_ahead)
{
	health.newest_us = now_us + DAY_US;
	cr_expect_str_eq(found(), "");
	health.newest_us = now_us + DAY_US + 1;
	health.jobs_ahead = 2;
	cr_expect_str_eq(
		found(),
		"times-ahead 2 /nowhere/badges.db 2: times lie more than a day ahead of the clock: the newest time, "
		"2 jobs | A clock was far ahead when they were stored. If it is right now, \"brabeion clock "
		"--mend\" brings them back\n");
}

Test(findings, events_of_the_future)
{
	health.awards_ahead = 1;
	health.events_ahead = 3;
	cr_expect_str_eq(
		found(),
		"future-events 1 /nowhere/badges.db 4: 1 award and 3 events of the journal are of a time that has "
		"not come | What really happens may be too old for what badges remember of these users: \"brabeion "
		"memory\" shows and mends it; such events are refused unless \"future\" in /nowhere/badges.yaml lets "
		"them "
		"pass\n");
}

Test(findings, users_of_whom_something_is_left)
{
	health.chores = 2;
	cr_expect_str_eq(
		found(),
		"users-unswept 1 /nowhere/badges.db 2: 2 users were forgotten or merged, and rows are left of "
		"them | The next server that is started deletes them, and so does the next brabeion forget or merge; "
		"they are in no list meanwhile\n");
}

Test(findings, what_an_interrupted_backfill_has_left)
{
	self.backfill_left = true;
	cr_expect_str_eq(
		found(),
		"backfill-interrupted 1 /nowhere/badges.db 0: /nowhere/badges.db-backfill is left of a backfill "
		"that was interrupted | The same brabeion backfill goes on with it. It has names of users, so "
		"that brabeion forget removes it; to discard it yourself, remove all files whose names begin "
		"with /nowhere/badges.db-backfill\n");
}

Test(findings, a_wal_that_was_large_once)
{
	health.file.wal_bytes = 128 * MEBIBYTE;
	cr_expect_str_eq(found(),
			 "wal 1 /nowhere/badges.db 134217728: /nowhere/badges.db-wal has grown to 128 MiB, of which "
			 "0 pages are not in the database yet | It is cut when it is next begun anew; nothing "
			 "need be done\n");
}

Test(findings, a_database_full_of_nothing)
{
	health.page_bytes = 4096;
	health.pages = 65536;
	health.free_pages = 16383;
	cr_expect_str_eq(found(), "");
	health.free_pages = 16384;
	cr_expect_str_eq(found(),
			 "free-pages 1 /nowhere/badges.db 67108864: 64 MiB of 256 MiB in /nowhere/badges.db are free"
			 " | What comes is stored there. To give it back to the disk, stop the server and: "
			 "sqlite3 /nowhere/badges.db VACUUM\n");
}

Test(findings, files_that_anybody_may_write)
{
	health.file.mode = S_IFREG | 0666;
	health.file.folder_mode = S_IFDIR | 0777;
	cr_expect_str_eq(found(),
			 "permissions 3 /nowhere/badges.db 0: /nowhere/badges.db can be changed by anybody (mode "
			 "0666) | Anyone who can write it can award and revoke badges: chmod o-w "
			 "/nowhere/badges.db\n"
			 "permissions 3 /nowhere 0: /nowhere can be changed by anybody (mode 0777) | Anyone who can "
			 "write the folder can replace the database: chmod o-w /nowhere\n");
}

Test(findings, a_folder_such_as_tmp_is_fine)
{
	health.file.folder_mode = S_IFDIR | S_ISVTX | 0777;
	cr_expect_str_eq(found(), "");
}

Test(findings, ids_that_are_forgotten_too_soon)
{
	self.retention_us = 10 * MINUTE_US;
	cr_expect_str_eq(found(),
			 "retention 2 /nowhere/badges.yaml 0: ids of events are remembered for 10 min only | An "
			 "event that is sent again after that is judged again: set \"retention\" in "
			 "/nowhere/badges.yaml to as long as a server may be down and catch up, 30d without "
			 "it\n");
}

Test(findings, ids_that_are_never_forgotten)
{
	self.retention_us = INT64_MAX;
	health.seen = 999999;
	cr_expect_str_eq(found(), "");
	health.seen = 1000000;
	cr_expect_str_eq(found(),
			 "seen-ids 1 /nowhere/badges.db 1000000: at least 1,000,000 ids of events are remembered, "
			 "and none is ever forgotten | The database grows with each event that has an id, unless "
			 "\"retention\" in /nowhere/badges.yaml is a time, such as 30d\n");
}

Test(findings, ids_that_are_kept_for_too_long)
{
	health.seen = 12;
	health.seen_since_us = now_us - 60 * DAY_US;
	cr_expect_str_eq(found(), "");
	health.seen_since_us = now_us - 60 * DAY_US - 1000000;
	cr_expect_str_eq(found(),
			 "seen-ids 1 /nowhere/badges.db 12: 12 ids of events are remembered, of which some are from "
			 "2013-11-22 20:26:04 | That is longer than \"retention\" in /nowhere/badges.yaml says: "
			 "they go as events with an id come, and few have come\n");
}

Test(findings, plugin_files_that_stay)
{
	generation.plugin_count = 2;
	self.resident = 2;
	cr_expect_str_eq(found(), "");
	self.resident = 5;
	cr_expect_str_eq(found(),
			 "resident 1 /nowhere/badges.yaml 5: 5 plugin files stay in memory for good, and 2 are "
			 "loaded | They cannot be unloaded when they are replaced (brabeion check PLUGIN.so says "
			 "why): a restart of the server frees them\n");
}

/* ---- badges ---- */

Test(findings, a_badge_that_is_quarantined)
{
	brb_health_quarantined quarantined = { .slug = "visits",
					       .since_us = now_us - HOUR_US,
					       .reason = "it failed for 3 users in a row" };
	health.quarantined = &quarantined;
	health.quarantined_count = 1;
	cr_expect_str_eq(
		found(),
		"badge-quarantined 3 visits 0: badge \"visits\" is quarantined since 2014-01-21 19:26:05: it "
		"failed for 3 users in a row | Events are judged without it. "
		"Mend it, then reload, or: brabeion release visits. What it is passed over is counted, and judged "
		"by: brabeion backfill --badge visits FILE (there is no journal)\n");
}

static brb_health_failing failing;

static void fail_last(int64_t last_us)
{
	failing = (brb_health_failing){ .slug = "visits",
					.count = 1200,
					.first_us = now_us - 3 * DAY_US,
					.last_us = last_us,
					.event = "visit",
					.error = "no field\n\"page\"" };
	health.failing = &failing;
	health.failing_count = 1;
}

Test(findings, a_badge_that_is_slow)
{
	fail_last(now_us);
	failing.kind = BRB_TROUBLE_SLOW;
	failing.error = "it took 2000 ms, its budget is 1000 ms";
	cr_expect_str_eq(
		found(),
		"badge-slow 2 visits 1200: badge \"visits\" exceeded its budget 1,200 times since 2014-01-18 "
		"20:26:05, the last time at 2014-01-21 20:26:05 on event \"visit\": it took 2000 ms, its budget "
		"is 1000 ms | Other events wait meanwhile. Mend the badge, make it async, or raise its budget "
		"(quarantine: in badges.yaml)\n");
}

Test(findings, a_badge_that_was_passed_over)
{
	fail_last(now_us);
	failing.kind = BRB_TROUBLE_PASSED;
	cr_expect_str_eq(
		found(),
		"badge-passed-over 2 visits 1200: badge \"visits\" was passed over in 1,200 events while it was "
		"quarantined, from 2014-01-18 20:26:05 to 2014-01-21 20:26:05 | Once it does well again: brabeion "
		"backfill --badge visits FILE (there is no journal)\n");
}

Test(findings, a_badge_that_fails)
{
	fail_last(now_us - DAY_US + 1);
	cr_expect_str_eq(found(),
			 "badge-failing 2 visits 1200: badge \"visits\" failed 1,200 times since 2014-01-18 "
			 "20:26:05, the last time at 2014-01-20 20:26:05 on event \"visit\": no field?\"page\" | "
			 "What it would have earned then is lost; the log has each case. Mend the badge or its "
			 "settings\n");
	cr_expect_eq(self.found.findings[0].since_us, now_us - 3 * DAY_US);
	cr_expect_eq(self.found.findings[0].last_us, now_us - DAY_US + 1);
}

Test(findings, a_badge_that_failed)
{
	fail_last(now_us - DAY_US);
	cr_expect_str_eq(found(),
			 "badge-failing 1 visits 1200: badge \"visits\" failed 1,200 times since 2014-01-18 "
			 "20:26:05, the last time at 2014-01-20 20:26:05 on event \"visit\": no field?\"page\" | "
			 "Not within a day: it is forgotten a week after the last time\n");
}

static brb_health_badge known;

static void know(const char *slug, const char *name, int64_t known_us, bool has_awards)
{
	known = (brb_health_badge){ .slug = slug, .name = name, .known_us = known_us, .has_awards = has_awards };
	health.badges = &known;
	health.badge_count = 1;
}

Test(findings, a_new_badge_is_not_blamed)
{
	load("commentator", "comment");
	know("commentator", "", now_us - 7 * DAY_US + 1, false);
	cr_expect_str_eq(found(), "");
}

Test(findings, a_badge_that_nobody_has_earned)
{
	load("commentator", "comment");
	know("commentator", "", now_us - 7 * DAY_US, false);
	cr_expect_str_eq(found(),
			 "badge-never-earned 1 commentator 0: badge \"commentator\" has never been earned; it is "
			 "known since 2014-01-14 20:26:05 | Are its events sent under these names, with all that "
			 "it looks at? It listens to: comment\n");
}

Test(findings, a_badge_that_is_only_granted_need_not_be_earned)
{
	load("founder", "comment")->award = NULL;
	know("founder", "", now_us - 70 * DAY_US, false);
	cr_expect_str_eq(found(), "");
}

Test(findings, a_badge_that_cannot_be_earned_need_not_be_earned)
{
	brb_badge *badge = load("commentator", "comment");
	know("commentator", "", now_us - 70 * DAY_US, false);
	badge->earnable.retired = true;
	cr_expect_str_eq(found(), "");
	badge->earnable = (brb_config_earnable){ .until_us = now_us };
	cr_expect_str_eq(found(), "", "its time is over");
	badge->earnable = (brb_config_earnable){ .from_us = now_us - 7 * DAY_US + 1 };
	cr_expect_str_eq(found(), "", "its time has just begun");
	badge->earnable = (brb_config_earnable){ .from_us = now_us - 7 * DAY_US, .until_us = now_us + 1 };
	cr_expect_eq(strncmp(found(), "badge-never-earned 1 commentator 0: ", 36), 0);
}

Test(findings, a_badge_that_is_gone)
{
	load("commentator", "comment");
	know("visits", "Regular", now_us, true);
	cr_expect_str_eq(found(),
			 "badge-gone 1 visits 0: badge \"visits\" is held, and not loaded | Its awards show as "
			 "before; nobody can earn it\n");
}

Test(findings, a_badge_that_is_gone_and_was_never_held)
{
	load("commentator", "comment");
	know("visits", "Regular", now_us, false);
	cr_expect_str_eq(found(), "");
}

Test(findings, a_level_that_moved)
{
	brb_badge *badge = load("commentator", "comment");
	brb_health_level held[] = { { .slug = "commentator", .level = 2, .name = badge->levels[0].name },
				    { .slug = "commentator", .level = 1, .name = badge->levels[0].name },
				    { .slug = "commentator", .level = 3, .name = "Left" },
				    { .slug = "gone", .level = 1, .name = "Gone" } };
	health.levels = held;
	health.level_count = 4;
	char wanted[512];
	snprintf(wanted, sizeof wanted,
		 "level-moved 2 commentator 0: \"%s\" was level 2 of badge \"commentator\" and is level 1 now: who "
		 "holds "
		 "level 2 can earn it anew | Put a new level after the others, or give the changed badge a slug of "
		 "its "
		 "own: awards keep their number and the name they were earned under\n",
		 badge->levels[0].name);
	cr_expect_str_eq(found(), wanted);
	health.levels = NULL;
	health.level_count = 0;
}

#define RENAMED(slug)                                                                                                \
	"badge-gone 2 " slug " 0: badge \"" slug "\" is held, and not loaded: is it \"commentator\" now? | A badge " \
	"of another slug is another badge, to be earned anew: give it the slug it had (slug: " slug ")\n"

Test(findings, a_badge_that_was_renamed_by_a_letter)
{
	load("commentator", "comment");
	know("comentator", "Talker", now_us, true);
	cr_expect_str_eq(found(), RENAMED("comentator"));
}

Test(findings, a_badge_that_was_renamed_and_shows_by_its_level)
{
	load("commentator", "comment");
	know("talker", "commentator", now_us, true);
	cr_expect_str_eq(found(), RENAMED("talker"));
}

/* ---- events ---- */

static brb_store_unhandled unheard[16];

static void hear(const char *name, int64_t count, int64_t last_us)
{
	unheard[health.unhandled_count++] = (brb_store_unhandled){
		.name = name, .count = count, .first_us = now_us - 2 * DAY_US, .last_us = last_us
	};
	health.unhandled = unheard;
}

Test(findings, an_event_that_nobody_listens_to)
{
	load("commentator", "comment");
	hear("login", 12000, now_us - MINUTE_US);
	cr_expect_str_eq(
		found(),
		"event-unhandled 1 login 12000: event \"login\" came 12,000 times since 2014-01-19 20:26:05, "
		"last at 2014-01-21 20:25:05, and no badge listens to it | That is fine unless a badge "
		"was meant to\n");
}

#define MEANT(severity)                                                                       \
	"event-unhandled " severity                                                           \
	" comment_posted 12000: event \"comment_posted\" came 12,000 times since 2014-01-19 " \
	"20:26:05, last at 2014-01-2"

Test(findings, an_event_that_a_badge_nearly_listens_to)
{
	load("commentator", "comment");
	hear("comment_posted", 12000, now_us - DAY_US + 1);
	cr_expect_str_eq(
		found(),
		MEANT("2") "0 20:26:05, and no badge listens to it: was \"comment\" meant? | Have it sent "
			   "as \"comment\", or name \"comment_posted\" among the events of the badge that is "
			   "to judge it\n");
}

Test(findings, an_event_that_came_once_and_not_of_late)
{
	load("commentator", "comment");
	hear("coment", 1, now_us - DAY_US);
	cr_expect_str_eq(
		found(),
		"event-unhandled 1 coment 1: event \"coment\" came once, at 2014-01-20 20:26:05, and no badge "
		"listens to it: was \"comment\" meant? | Have it sent as \"comment\", or name \"coment\" "
		"among the events of the badge that is to judge it\n");
}

Test(findings, an_event_that_somebody_listens_to_by_now)
{
	load("commentator", "comment");
	hear("comment", 12000, now_us);
	cr_expect_str_eq(found(), "");
}

Test(findings, a_badge_whose_event_comes_under_another_name)
{
	load("commentator", "comment");
	know("commentator", "", now_us - 8 * DAY_US, false);
	hear("comment_posted", 1, now_us);
	cr_expect_str_eq(found(),
			 "badge-never-earned 2 commentator 0: badge \"commentator\" has never been earned; it is "
			 "known since 2014-01-13 20:26:05 | It listens to \"comment\", and nobody to "
			 "\"comment_posted\", which comes\n"
			 "event-unhandled 2 comment_posted 1: event \"comment_posted\" came once, at 2014-01-21 "
			 "20:26:05, and no badge listens to it: was \"comment\" meant? | Have it sent as "
			 "\"comment\", or name \"comment_posted\" among the events of the badge that is to judge "
			 "it\n");
}

Test(findings, too_many_names)
{
	load("commentator", "comment");
	hear("", 5000, now_us);
	cr_expect_str_eq(found(),
			 "events-many 2 events 5000: events of more names than the 256 that are kept came 5,000 "
			 "times since 2014-01-19 20:26:05, last at 2014-01-21 20:26:05, and no badge listens | "
			 "Names of events are few and short: an id or a user belongs into a field\n");
}

Test(findings, ten_names_are_told_and_the_rest_counted)
{
	static const char *const others[] = {
		"a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8", "i9", "j0", "k1", "l2"
	};
	load("commentator", "comment");
	for (size_t i = 0; i < 12; i++)
		hear(others[i], 20, now_us);
	const char *text = found();
	cr_expect_eq(self.found.count, 11);
	cr_expect_not_null(strstr(text, "event-unhandled 1 j0 20: "));
	cr_expect_not_null(
		strstr(text, "\nevent-unhandled 1 events 40: events of 2 other names came 40 times, and no badge "
			     "listens to them | That is fine unless a badge was meant to\n"));
}

/* ---- jobs ---- */

Test(findings, jobs_that_nobody_works_on)
{
	health.jobs.ready = 3;
	health.jobs.ready_since_us = now_us - 5 * MINUTE_US + 1;
	cr_expect_str_eq(found(), "");
	health.jobs.ready_since_us = now_us - 5 * MINUTE_US;
	cr_expect_str_eq(found(),
			 "jobs-unworked 3 jobs 3: 3 jobs wait since 2014-01-21 20:21:05, and nobody works | Start "
			 "\"brabeion worker\", or set \"workers\" in /nowhere/badges.yaml for the server to do "
			 "it\n");
}

Test(findings, jobs_that_are_late)
{
	health.jobs.ready = 1;
	health.jobs.leased = 1;
	health.jobs.ready_since_us = now_us - HOUR_US + 1;
	cr_expect_str_eq(found(), "");
	health.jobs.ready_since_us = now_us - HOUR_US;
	cr_expect_str_eq(found(),
			 "jobs-late 2 jobs 1: 1 job waits, the oldest since 2014-01-21 19:26:05, though workers are "
			 "at it | Workers do not keep up: more of them (brabeion worker --processes, "
			 "\"workers\" in /nowhere/badges.yaml), or a badge that takes less\n");
}

Test(findings, jobs_that_are_parked)
{
	health.jobs.parked = 999999;
	health.jobs.unloaded = 1;
	health.jobs.parked_since_us = now_us - DAY_US;
	health.jobs.error = "in trouble";
	health.jobs.error_times = 900;
	cr_expect_str_eq(found(),
			 "jobs-parked 2 jobs 999998: 999,998 jobs are parked, since 2014-01-20 20:26:05; most often "
			 "(900 times): in trouble | They failed too often, and wait for you: brabeion jobs "
			 "--parked; when the badge is mended: brabeion jobs retry --parked --all\n"
			 "jobs-unloaded 2 jobs 1: 1 job waits for a badge that is not loaded | They go on when it "
			 "is loaded again; to drop them: brabeion jobs drop --parked --badge SLUG\n");
}

Test(findings, users_with_too_many_jobs)
{
	health.jobs.crowd_count = 4;
	for (size_t i = 0; i < 4; i++) {
		health.jobs.crowd[i].user = (const char *[]){ "ada", "bob", "cyn", "dan" }[i];
		health.jobs.crowd[i].jobs = 4000 - (int64_t)i;
	}
#define ORDER                                                                                                 \
	"Jobs of one user and badge are judged one after the other: does a badge ask for one at each event? " \
	"brabeion "                                                                                           \
	"jobs --user "
	cr_expect_str_eq(found(),
			 "jobs-of-user 2 ada 4000: user \"ada\" has 4,000 jobs | " ORDER "ada\n"
			 "jobs-of-user 2 bob 3999: user \"bob\" has 3,999 jobs | " ORDER "bob\n"
			 "jobs-of-user 2 cyn 3998: user \"cyn\" has 3,998 jobs, and others have too many as well "
			 "| " ORDER "cyn\n");
}

#define MANY                                                                                                  \
	"They take place on the disk, and badges that ask for more will fail: more workers, or a badge that " \
	"asks for fewer; parked ones can be dropped (brabeion jobs drop --parked). \"jobs: max_total\" in "   \
	"/nowhere/badges.yaml sets how many may be\n"

Test(findings, a_million_jobs)
{
	health.jobs.waiting = 999999;
	cr_expect_str_eq(found(), "");
	health.jobs.waiting = 1000000;
	self.jobs_most = 10000000;
	cr_expect_str_eq(found(), "jobs-many 2 jobs 1000000: at least 1,000,000 jobs are in the database, which may "
				  "have 10000000 | " MANY);
}

Test(findings, nearly_as_many_jobs_as_may_be)
{
	self.jobs_most = 100;
	health.jobs.waiting = 79;
	cr_expect_str_eq(found(), "");
	health.jobs.waiting = 80;
	cr_expect_str_eq(found(), "jobs-many 2 jobs 80: 80 jobs are in the database, which may have 100 | " MANY);
}

Test(findings, async_badges_and_no_workers)
{
	load("slow", "visit")->async = true;
	load("slower", "comment")->async = true;
	load("quick", "vote");
	cr_expect_str_eq(found(), "");
	self.workers = 0;
	cr_expect_str_eq(found(),
			 "no-workers 1 /nowhere/badges.yaml 2: workers judge 2 badges, and /nowhere/badges.yaml asks "
			 "for none: slow, slower | That is fine where \"brabeion worker\" runs; else set "
			 "\"workers\" in /nowhere/badges.yaml\n");
}

/* ---- the order ---- */

Test(findings, alarms_come_first)
{
	load("commentator", "comment");
	hear("login", 1, now_us);
	hear("coment", 1, now_us);
	health.jobs.ready = 1;
	health.jobs.ready_since_us = 1;
	found();
	cr_expect_eq(self.found.count, 3);
	cr_expect_str_eq(self.found.findings[0].kind, "jobs-unworked");
	cr_expect_str_eq(self.found.findings[1].subject, "coment");
	cr_expect_str_eq(self.found.findings[2].subject, "login");
}
