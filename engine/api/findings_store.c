/*
 * api/findings_store: findings on the database, the files beside it, and their permissions.
 */
#include <string.h>
#include <sys/stat.h>

#include "api/findings.h"

static const int64_t mebibyte = 1024 * 1024;
static const int64_t hour_us = INT64_C(3600) * 1000000;

/* Twice the pages to which SQLite lets an unhindered WAL grow (store/sqlite/database.c). */
enum { WAL_PAGES_TOO_MANY = 16000, WAL_MEBIBYTES_TOO_MANY = 128 };
enum { DISK_MEBIBYTES_ALARM = 64, DISK_MEBIBYTES_WARNING = 512, FREE_MEBIBYTES = 64 };

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

static void check_permissions(brb_examination *self)
{
	struct stat about;
	const brb_health_file *file = self->health ? &self->health->file : NULL;
	if (self->config && stat(self->config, &about) == 0)
		check_writable(self, self->config, about.st_mode, "It names the code that runs in the server");
	if (!file)
		return;
	check_writable(self, self->database, file->mode, "Anyone who can write it can award and revoke badges");
	check_writable(self, folder_of(self, self->database), file->folder_mode,
		       "Anyone who can write the folder can replace the database");
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
			? brb_finding_text(self, "Examining it needs write access to it and its folder, though it "
						 "changes nothing: do it as the server's user")
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
		if (self->now_us - health->seen_since_us <= self->retention_us + self->retention_us)
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
	check_retention(examination);
	check_resident(examination);
	if (!examination->health)
		return;
	check_readable(examination);
	check_version(examination);
	check_damage(examination);
	check_disk(examination);
	check_wal(examination);
	check_free_pages(examination);
	check_seen(examination);
}
