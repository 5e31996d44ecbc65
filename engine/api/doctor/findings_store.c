/*
 * api/doctor/findings_store: findings on the database, the files beside it, and their permissions.
 */
#include <string.h>
#include <sys/stat.h>

#include "api/doctor/findings.h"
#include "base/duration.h"

static const int64_t mebibyte = 1024 * 1024;
static const int64_t hour_us = INT64_C(3600) * 1000000;

/* Twice the pages to which SQLite lets an unhindered WAL grow (store/sqlite/opening/opening.c). */
enum { WAL_PAGES_TOO_MANY = 16000, WAL_MEBIBYTES_TOO_MANY = 128 };
enum { DISK_MEBIBYTES_ALARM = 64, DISK_MEBIBYTES_WARNING = 512, FREE_MEBIBYTES = 64 };

/* A user is forgotten, and the WAL emptied, in less. */
#define FORGETTING_US (INT64_C(60) * 1000000)

/* ---- permissions ---- */

static void check_writable(brb_examination *self, const char *path, mode_t mode, const char *meaning)
{
	if (!(mode & S_IWOTH) || ((mode & S_IFMT) == S_IFDIR && mode & S_ISVTX))
		return;
	brabeion_finding finding = { .kind = "permissions", .severity = BRABEION_ALARM, .subject = path };
	finding.text =
		brb_finding_text(self, "%s can be changed by anybody (mode %04o)", path, (unsigned)mode & 07777);
	finding.advice = brb_finding_text(self, "%s: chmod o-w %s", meaning, path);
	brb_finding_add(self, &finding);
}

static const char *folder_of(brb_examination *self, const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash          ? brb_finding_text(self, ".")
	       : slash == path ? brb_finding_text(self, "/")
			       : brb_finding_text(self, "%.*s", (int)(slash - path), path);
}

/* Of the database and the files beside it. A lock on them that a stranger holds stops the server, too. */
static void check_mode(brb_examination *self, const char *path, mode_t mode)
{
	mode_t more = mode & (S_IRWXG | S_IRWXO) & ~(mode_t)self->mode;
	brabeion_finding finding = { .kind = "permissions", .severity = BRABEION_WARNING, .subject = path };
	if (!self->has_settings || self->health->fault || !more || mode & S_IWOTH) /* who may write is said above */
		return;
	finding.text = brb_finding_text(self, "%s can be %s by %s (mode %04o)", path,
					more & (S_IWGRP | S_IWOTH) ? "changed" : "read",
					more & S_IRWXO ? "anybody" : "its group", (unsigned)mode & 07777);
	finding.advice =
		brb_finding_text(self,
				 "It names users, and whoever can read it can lock it, which stops the server: chmod "
				 "%04o %s, or let \"mode\" in %s say 0640 for a group that reads",
				 (unsigned)self->mode, path, self->config);
	brb_finding_add(self, &finding);
}

static void check_mode_beside(brb_examination *self, const char *ending)
{
	struct stat about;
	const char *path = brb_finding_text(self, "%s%s", self->database, ending);
	if (path && stat(path, &about) == 0)
		check_mode(self, path, about.st_mode);
}

static void check_permissions(brb_examination *self)
{
	struct stat about;
	const brb_health_file *file = self->health ? &self->health->file : NULL;
	if (self->config && stat(self->config, &about) == 0)
		check_writable(self, self->config, about.st_mode, "It names the code that runs in the server");
	if (!file)
		return;
	check_writable(self, self->database, file->mode, "Anyone who can write it can award and revoke badges");
	check_mode(self, self->database, file->mode);
	check_mode_beside(self, "-wal");
	check_mode_beside(self, "-runs");
	check_writable(self, folder_of(self, self->database), file->folder_mode,
		       "Anyone who can write the folder can replace the database");
}

static void check_last_good(brb_examination *self)
{
	brabeion_finding finding = { .kind = "last-good", .severity = BRABEION_ALARM, .subject = self->config };
	if (!self->last_good_fault)
		return;
	finding.text =
		brb_finding_text(self,
				 "the engine works with the last badge set that worked, for at its start there "
				 "were faults: %s",
				 self->last_good_fault);
	finding.advice = "Mend badges.yaml or the plugin, then reload";
	brb_finding_add(self, &finding);
}

static void check_copies(brb_examination *self)
{
	brabeion_finding finding = { .kind = "copies", .severity = BRABEION_ALARM, .subject = self->config };
	if (!self->copies_fault)
		return;
	finding.text = self->copies_fault;
	finding.advice =
		"No engine can start until one of them is mended, or \"cache_dir\" in badges.yaml names another that "
		"only root and the server's user can change";
	brb_finding_add(self, &finding);
}

/* ---- the database ---- */

/* The processes that have it open, in words; "" if none is seen. */
static const char *users_of(brb_examination *self)
{
	const brb_health_file *file = &self->health->file;
	if (!file->user_count)
		return "";
	const char *text = brb_finding_text(self, " (process %lld%s has it open)", (long long)file->user,
					    file->user_count > 1 ? " for one" : "");
	return text ? text : "";
}

static void check_readable(brb_examination *self)
{
	const brb_health *health = self->health;
	brabeion_finding finding = { .kind = "database", .severity = BRABEION_ALARM, .subject = self->database };
	if (!health->fault)
		return;
	finding.text = brb_finding_text(self, "%s: %s", self->database, health->fault);
	finding.advice =
		health->refused
			? brb_finding_text(self, "Nothing is known of what is in it: examine it as the server's user")
			: brb_finding_text(self,
					   "Nothing more is known of it, and this program writes nothing to it. "
					   "Keep a copy before you try to mend it, or put a backup in its place");
	brb_finding_add(self, &finding);
}

static void check_version(brb_examination *self)
{
	const brb_health *health = self->health;
	brabeion_finding finding = { .kind = "database-version",
				     .severity = BRABEION_NOTE,
				     .subject = self->database };
	if (health->fault || health->version >= health->knows)
		return;
	finding.text = brb_finding_text(self, "the database is of version %lld, and this program of version %lld%s",
					(long long)health->version, (long long)health->knows, users_of(self));
	finding.advice = brb_finding_text(self, "It is brought up to date when this program next opens it for use; "
						"until then some checks are skipped");
	brb_finding_add(self, &finding);
}

static void check_damage(brb_examination *self)
{
	brabeion_finding finding = { .kind = "database-damaged",
				     .severity = BRABEION_ALARM,
				     .subject = self->database };
	if (!self->health->damage)
		return;
	finding.text = brb_finding_text(self, "%s is damaged: %s", self->database, self->health->damage);
	finding.advice = brb_finding_text(self,
					  "Stop the server, keep a copy, and put a backup in its place; or save "
					  "what can be saved: sqlite3 %s .recover",
					  self->database);
	brb_finding_add(self, &finding);
}

static void check_disk(brb_examination *self)
{
	int64_t left = self->health->file.disk_free_bytes;
	brabeion_finding finding = { .kind = "disk", .subject = self->database, .count = left };
	if (left < 0 || left >= DISK_MEBIBYTES_WARNING * mebibyte)
		return;
	finding.severity = left < DISK_MEBIBYTES_ALARM * mebibyte ? BRABEION_ALARM : BRABEION_WARNING;
	finding.text = brb_finding_text(self, "%s are left on the disk of %s", brb_finding_bytes(self, left),
					self->database);
	finding.advice =
		brb_finding_text(self, "When it is full no event that needs the database is judged: make room");
	brb_finding_add(self, &finding);
}

static void check_wal(brb_examination *self)
{
	const brb_health *health = self->health;
	int64_t bytes = health->file.wal_bytes;
	bool is_held = health->wal_behind >= WAL_PAGES_TOO_MANY;
	brabeion_finding finding = { .kind = "wal", .subject = self->database, .count = bytes };
	if (!is_held && bytes < WAL_MEBIBYTES_TOO_MANY * mebibyte)
		return;
	finding.severity = is_held ? BRABEION_WARNING : BRABEION_NOTE;
	finding.text = brb_finding_text(self, "%s-wal has grown to %s, of which %s are not in the database yet",
					self->database, brb_finding_bytes(self, bytes),
					brb_finding_count(self, health->wal_behind, "page", "pages"));
	finding.advice =
		is_held ? brb_finding_text(
				  self,
				  "Somebody reads for so long that it cannot be emptied: find the process that "
				  "keeps a transaction open%s",
				  users_of(self))
			: brb_finding_text(self, "It is cut when it is next begun anew; nothing need be done");
	brb_finding_add(self, &finding);
}

/* The process that has forgotten the user empties the WAL within seconds, unless another one reads from it. */
static void check_forgotten(brb_examination *self)
{
	int64_t since_us = self->health->forgotten_us;
	brabeion_finding finding = { .kind = "forgotten-in-wal",
				     .severity = BRABEION_WARNING,
				     .subject = self->database,
				     .since_us = since_us };
	if (!since_us || self->now_us - since_us < FORGETTING_US)
		return;
	finding.text = brb_finding_text(self, "%s-wal may still hold a user who was forgotten at %s", self->database,
					brb_finding_time(self, since_us));
	finding.advice = brb_finding_text(self,
					  "A process that keeps a transaction open keeps it from being emptied%s: "
					  "end that. A server then empties it "
					  "within a minute of its next event, and so does brabeion forget",
					  users_of(self));
	brb_finding_add(self, &finding);
}

static void check_backfill(brb_examination *self)
{
	brabeion_finding finding = { .kind = "backfill-interrupted",
				     .severity = BRABEION_NOTE,
				     .subject = self->database };
	if (!self->backfill_left)
		return;
	finding.text =
		brb_finding_text(self, "%s-backfill is left of a backfill that was interrupted", self->database);
	finding.advice =
		brb_finding_text(self,
				 "The same brabeion backfill goes on with it. It has names of users, so that "
				 "brabeion forget removes it; to discard it yourself, remove all files whose "
				 "names begin with %s-backfill",
				 self->database);
	brb_finding_add(self, &finding);
}

static void check_chores(brb_examination *self)
{
	int64_t chores = self->health->chores;
	brabeion_finding finding = {
		.kind = "users-unswept", .severity = BRABEION_NOTE, .subject = self->database, .count = chores
	};
	if (!chores)
		return;
	finding.text = brb_finding_text(self, "%s forgotten or merged, and rows are left of them",
					brb_finding_count(self, chores, "user was", "users were"));
	finding.advice = brb_finding_text(
		self, "The next server that is started deletes them, and so does the next brabeion forget or merge; "
		      "they are in no list meanwhile");
	brb_finding_add(self, &finding);
}

static void check_free_pages(brb_examination *self)
{
	const brb_health *health = self->health;
	int64_t bytes = health->free_pages * health->page_bytes;
	brabeion_finding finding = {
		.kind = "free-pages", .severity = BRABEION_NOTE, .subject = self->database, .count = bytes
	};
	if (bytes < FREE_MEBIBYTES * mebibyte || health->free_pages < health->pages / 4)
		return;
	finding.text = brb_finding_text(self, "%s of %s in %s are free", brb_finding_bytes(self, bytes),
					brb_finding_bytes(self, health->pages * health->page_bytes), self->database);
	finding.advice = brb_finding_text(self,
					  "What comes is stored there. To give it back to the disk, stop the server "
					  "and: sqlite3 %s VACUUM",
					  self->database);
	brb_finding_add(self, &finding);
}

#define CLOCK_AHEAD_US (30 * BRB_DAY_US)

/* Then nothing can be said of ages. */
static bool is_clock_far_ahead(const brb_examination *self)
{
	int64_t newest_us = self->health->newest_us;
	return newest_us && self->now_us - newest_us > CLOCK_AHEAD_US;
}

/* ---- event ids ---- */

static void check_retention(brb_examination *self)
{
	int64_t minutes = self->retention_us / (60 * 1000000);
	brabeion_finding finding = { .kind = "retention", .severity = BRABEION_WARNING, .subject = self->config };
	if (!self->has_settings || self->retention_us >= hour_us)
		return;
	finding.text =
		minutes ? brb_finding_text(self, "ids of events are remembered for %lld min only", (long long)minutes)
			: brb_finding_text(self, "ids of events are remembered for %lld s only",
					   (long long)(self->retention_us / 1000000));
	finding.advice = brb_finding_text(self,
					  "An event that is sent again after that is judged again: set \"retention\" "
					  "in %s to as long as a server may be down and catch up, 30d without it",
					  self->config);
	brb_finding_add(self, &finding);
}

static void check_seen(brb_examination *self)
{
	const brb_health *health = self->health;
	const char *ids = health->seen ? brb_finding_count(self, health->seen, "id", "ids") : "";
	brabeion_finding finding = { .kind = "seen-ids",
				     .severity = BRABEION_NOTE,
				     .subject = self->database,
				     .count = health->seen,
				     .since_us = health->seen_since_us };
	if (!self->has_settings || !health->seen)
		return;
	if (self->retention_us == INT64_MAX) {
		if (health->seen < BRB_HEALTH_COUNTED_MOST)
			return;
		finding.text = brb_finding_text(self, "%s of events are remembered, and none is ever forgotten", ids);
		finding.advice = brb_finding_text(self,
						  "The database grows with each event that has an id, unless "
						  "\"retention\" in %s is a time, such as 30d",
						  self->config);
	} else {
		bool is_old = self->now_us - health->seen_since_us > self->retention_us + self->retention_us;
		if (!is_old || is_clock_far_ahead(self))
			return;
		finding.text = brb_finding_text(self, "%s of events are remembered, of which some are from %s", ids,
						brb_finding_time(self, health->seen_since_us));
		finding.advice = brb_finding_text(self,
						  "That is longer than \"retention\" in %s says: they go as events "
						  "with an id come, and few have come",
						  self->config);
	}
	brb_finding_add(self, &finding);
}

/* ---- the clock ---- */

static void check_clock(brb_examination *self)
{
	int64_t newest_us = self->health->newest_us;
	brabeion_finding finding = {
		.kind = "clock", .severity = BRABEION_WARNING, .subject = self->database, .since_us = newest_us
	};
	if (!is_clock_far_ahead(self))
		return;
	finding.text = brb_finding_text(
		self,
		"the clock is %lld days ahead of the newest time in the database, %s: until an hour "
		"has confirmed it nothing is swept, and no job is given to a worker",
		(long long)((self->now_us - newest_us) / BRB_DAY_US), brb_finding_time(self, newest_us));
	finding.advice =
		brb_finding_text(self, "If the clock is right, \"brabeion clock --confirm\" says so at once; "
				       "a database that was not used for so long looks the same");
	brb_finding_add(self, &finding);
}

/* The period of an id ends an eighth of the retention after its arrival at the latest, or a year. */
static void check_times_ahead(brb_examination *self)
{
	const brb_health *health = self->health;
	int64_t period_us = self->retention_us / 8 < 366 * BRB_DAY_US ? self->retention_us / 8 : 366 * BRB_DAY_US;
	bool newest = health->newest_us - BRB_DAY_US > self->now_us;
	bool ids = self->has_settings && health->seen_until_us - period_us - BRB_DAY_US > self->now_us;
	brabeion_finding finding = { .kind = "times-ahead",
				     .severity = BRABEION_WARNING,
				     .subject = self->database,
				     .count = health->jobs_ahead };
	if (!newest && !ids && !health->jobs_ahead)
		return;
	finding.text = brb_finding_text(
		self, "times lie more than a day ahead of the clock: %s%s%s%s%s", newest ? "the newest time" : "",
		newest && (ids || health->jobs_ahead) ? ", " : "", ids ? "arrivals of ids" : "",
		ids && health->jobs_ahead ? ", " : "",
		health->jobs_ahead ? brb_finding_count(self, health->jobs_ahead, "job", "jobs") : "");
	finding.advice = brb_finding_text(self, "A clock was far ahead when they were stored. If it is right now, "
						"\"brabeion clock --mend\" brings them back");
	brb_finding_add(self, &finding);
}

static void check_future(brb_examination *self)
{
	const brb_health *health = self->health;
	brabeion_finding finding = { .kind = "future-events",
				     .severity = BRABEION_NOTE,
				     .subject = self->database,
				     .count = health->awards_ahead + health->events_ahead };
	if (!finding.count)
		return;
	finding.text = brb_finding_text(self, "%s and %s of the journal are of a time that has not come",
					brb_finding_count(self, health->awards_ahead, "award", "awards"),
					brb_finding_count(self, health->events_ahead, "event", "events"));
	finding.advice =
		brb_finding_text(self,
				 "What really happens may be too old for what badges remember of these users: "
				 "\"brabeion memory\" shows and mends it; such events are refused unless "
				 "\"future\" in %s lets them pass",
				 self->config);
	brb_finding_add(self, &finding);
}

/* ---- the whole ---- */

static void check_resident(brb_examination *self)
{
	size_t loaded = self->generation ? self->generation->plugin_count : 0;
	brabeion_finding finding = { .kind = "resident",
				     .severity = BRABEION_NOTE,
				     .subject = self->config,
				     .count = (int64_t)self->resident };
	if (self->resident <= loaded)
		return;
	finding.text =
		brb_finding_text(self, "%s stay in memory for good, and %s loaded",
				 brb_finding_count(self, (int64_t)self->resident, "plugin file", "plugin files"),
				 brb_finding_count(self, (int64_t)loaded, "is", "are"));
	finding.advice =
		brb_finding_text(self, "They cannot be unloaded when they are replaced (brabeion check PLUGIN.so "
				       "says why): a restart of the server frees them");
	brb_finding_add(self, &finding);
}

void brb_findings_of_store(brb_examination *examination)
{
	check_permissions(examination);
	check_copies(examination);
	check_last_good(examination);
	check_retention(examination);
	check_resident(examination);
	if (!examination->health)
		return;
	check_readable(examination);
	check_version(examination);
	check_damage(examination);
	check_disk(examination);
	check_wal(examination);
	check_forgotten(examination);
	check_backfill(examination);
	check_chores(examination);
	check_free_pages(examination);
	check_seen(examination);
	check_clock(examination);
	check_times_ahead(examination);
	check_future(examination);
}
