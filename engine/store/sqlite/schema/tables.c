/*
 * store/sqlite/schema/tables: the tables, by the versions of the schema. No step is ever changed once released.
 */
#include "store/sqlite/schema/schema.h"

static const char version_1[] =
	/* by name: the last numbers used, the parts of the key under which hashes are made, and others */
	"CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"INSERT INTO counters(name, value) VALUES('hash_key_0', random()), ('hash_key_1', random());"

	/*
	 * Names of users are in this table alone; all else has their numbers, which are never used again. `merged_into` is
	 * the number of the user into whom this one was merged, 0: none; then the name is another one of that user.
	 * `awards` counts what is held, `badges` the badges of it, and `latest_us` is the time of the latest. `state` is
	 * what plugins remember of the user (store/packed_state.h).
	 */
	"CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, merged_into INTEGER NOT NULL DEFAULT 0,"
	" awards INTEGER NOT NULL DEFAULT 0, badges INTEGER NOT NULL DEFAULT 0, latest_us INTEGER NOT NULL DEFAULT 0,"
	" version INTEGER NOT NULL DEFAULT 0, state BLOB NOT NULL DEFAULT x'') STRICT;"
	"CREATE UNIQUE INDEX users_by_name ON users(name) WHERE name IS NOT NULL;"
	"CREATE INDEX users_by_awards ON users(awards DESC, id) WHERE awards > 0;"
	"CREATE INDEX users_merged ON users(merged_into) WHERE merged_into <> 0;"

	"CREATE TABLE events(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE plugins(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE badges(id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, known_s INTEGER NOT NULL) STRICT;"

	/*
	 * The names under which awards show, also when their badge is no longer loaded: of an award the latest one that its
	 * level had by its sequence.
	 */
	"CREATE TABLE levels(badge INTEGER NOT NULL, level INTEGER NOT NULL, since INTEGER NOT NULL,"
	" name TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY(badge, level, since)) STRICT, WITHOUT ROWID;"

	/*
	 * The names under which plugins (badge 0) and badges remember; the rest are the enums of store/types.h. Number 1 is
	 * the store's own: in whose state a user is a key.
	 */
	"CREATE TABLE memories(id INTEGER PRIMARY KEY, plugin INTEGER NOT NULL, badge INTEGER NOT NULL,"
	" name TEXT NOT NULL, owner INTEGER NOT NULL, kind INTEGER NOT NULL, keys INTEGER NOT NULL,"
	" merge INTEGER NOT NULL, UNIQUE(plugin, badge, name)) STRICT;"
	"INSERT INTO memories VALUES(1, 0, 0, '', 0, 1, 0, 5);"

	/* what plugins remember of what is no user */
	"CREATE TABLE things(id INTEGER PRIMARY KEY, plugin INTEGER NOT NULL, name TEXT NOT NULL,"
	" version INTEGER NOT NULL DEFAULT 0, state BLOB NOT NULL, UNIQUE(plugin, name)) STRICT;"

	/* what is too much for a state; `owner` is a user's number, or a thing's, negative */
	"CREATE TABLE cells(owner INTEGER NOT NULL, memory INTEGER NOT NULL, key BLOB NOT NULL, value ANY NOT NULL,"
	" PRIMARY KEY(owner, memory, key)) STRICT, WITHOUT ROWID;"

	/*
	 * The unique key guarantees that no award is stored twice. `revoked` is 0, or the sequence of the revocation: a
	 * revoked award stays on record, and the same may be held anew beside it. `lapsed` 1: nobody revoked it, but its
	 * condition no longer held (temporary badges); then it may be earned again.
	 */
	"CREATE TABLE awards(sequence INTEGER PRIMARY KEY, user INTEGER NOT NULL, badge INTEGER NOT NULL,"
	" level INTEGER NOT NULL CHECK(level > 0), reason TEXT NOT NULL, event INTEGER NOT NULL,"
	" event_id TEXT NOT NULL, at_us INTEGER NOT NULL, stored_us INTEGER NOT NULL, note TEXT NOT NULL,"
	" revoked INTEGER NOT NULL DEFAULT 0,"
	" revoked_at_us INTEGER NOT NULL DEFAULT 0, revoked_note TEXT NOT NULL DEFAULT '',"
	" lapsed INTEGER NOT NULL DEFAULT 0, UNIQUE(user, badge, level, reason, revoked)) STRICT;"
	"CREATE INDEX awards_by_badge ON awards(badge);"
	"CREATE UNIQUE INDEX awards_revoked ON awards(revoked) WHERE revoked > 0;"

	/* users who hold the badge: at a level, and (level 0) at any */
	"CREATE TABLE holders(badge INTEGER NOT NULL, level INTEGER NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(badge, level)) STRICT, WITHOUT ROWID;"

	/*
	 * Events with an id are judged once, as long as they are remembered: hashes of (id, event, user), by the time in
	 * seconds at which their period ends.
	 */
	"CREATE TABLE seen(period INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(period, hash)) STRICT, WITHOUT "
	"ROWID;";

/* A compiler need not take strings of more than 4,095 bytes. */
static const char version_1_too[] =
	/* badges that failed or were too slow too often in a row */
	"CREATE TABLE quarantine(badge INTEGER PRIMARY KEY, since_us INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;"

	/*
	 * `ready_us` is set of the head of a queue alone: of all jobs of one user, badge and run that are not parked, the
	 * first by (due_us, id). `claim` 0: none. `run`: the id of a history, 0: the live clock. `clock` is the offset of
	 * the event's clock in minutes. `made_us` is when the job was stored. `state` is JSON, and the last column, so that reading the others need not skip it.
	 */
	"CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, badge INTEGER NOT NULL,"
	" run INTEGER NOT NULL, event INTEGER NOT NULL, event_id TEXT NOT NULL, at_us INTEGER NOT NULL, clock "
	"INTEGER,"
	" due_us INTEGER NOT NULL, ready_us INTEGER, retry_us INTEGER NOT NULL DEFAULT 0,"
	" claim INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,"
	" parked_us INTEGER NOT NULL DEFAULT 0, parked_why TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',"
	" journal INTEGER NOT NULL DEFAULT 0, made_us INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL) STRICT;"
	"CREATE INDEX jobs_queue ON jobs(user, badge, run, due_us, id) WHERE parked_us = 0;"
	"CREATE INDEX jobs_ready ON jobs(run, ready_us, id) WHERE ready_us IS NOT NULL;"
	"CREATE INDEX jobs_claimed ON jobs(claim) WHERE claim <> 0;"
	"CREATE INDEX jobs_unloaded ON jobs(run, badge, user) WHERE parked_why = 'unloaded';"
	"CREATE INDEX jobs_parked ON jobs(parked_us) WHERE parked_us <> 0;"
	"CREATE INDEX jobs_parked_of_user ON jobs(user) WHERE parked_us <> 0;"
	"CREATE INDEX jobs_of_runs ON jobs(run) WHERE run <> 0;"
	"CREATE TABLE job_attempts(job INTEGER NOT NULL, number INTEGER NOT NULL, at_us INTEGER NOT NULL,"
	" error TEXT NOT NULL, PRIMARY KEY(job, number)) STRICT, WITHOUT ROWID;"

	/*
	 * What was judged (store/journal.h). `cause` is the row of the event by which another came about, 0 of the event
	 * itself. `verdicts` is written by store/verdict_codec. A job has the row of its event.
	 */
	"CREATE TABLE journal(sequence INTEGER PRIMARY KEY, cause INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" arrived_us INTEGER NOT NULL, at_us INTEGER NOT NULL, clock INTEGER, user INTEGER NOT NULL,"
	" event INTEGER NOT NULL, event_id TEXT NOT NULL, state TEXT NOT NULL, verdicts BLOB NOT NULL) STRICT;"
	"CREATE INDEX journal_of_user ON journal(user);"

	/* events that no badge listened to; the name '': all beyond the bound on names */
	"CREATE TABLE unhandled(name TEXT PRIMARY KEY, count INTEGER NOT NULL, first_us INTEGER NOT NULL,"
	" last_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* badges that failed, were too slow or passed over lately: `kind` is a brb_trouble_kind (store/types.h) */
	"CREATE TABLE failures(badge INTEGER NOT NULL, count INTEGER NOT NULL, first_us INTEGER NOT NULL,"
	" last_us INTEGER NOT NULL, event TEXT NOT NULL, error TEXT NOT NULL, kind INTEGER NOT NULL,"
	" PRIMARY KEY(badge, kind)) STRICT, WITHOUT ROWID;"

	/*
	 * Changes of memory by hand (store/operator/memory_change.h): `user` 0 is a thing's, whose name is `thing`. Names of users
	 * are numbers here, too: those that are not 0 stand in place of the text.
	 */
	"CREATE TABLE memory_changes(id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, user INTEGER NOT NULL,"
	" thing TEXT NOT NULL, plugin INTEGER NOT NULL, badge TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL,"
	" before TEXT NOT NULL, after TEXT NOT NULL, note TEXT NOT NULL, key_user INTEGER NOT NULL,"
	" before_user INTEGER NOT NULL, after_user INTEGER NOT NULL) STRICT;"
	"CREATE INDEX memory_changes_of_user ON memory_changes(user) WHERE user > 0;"

	/* what is left to be done, in slices, of users forgotten (`into_user` 0) and merged */
	"CREATE TABLE chores(id INTEGER PRIMARY KEY, user INTEGER NOT NULL, into_user INTEGER NOT NULL) STRICT;";

static const brb_schema_step steps[] = { { .sql = version_1, .last_sql = version_1_too } };

const brb_schema brb_schema_ours = { .steps = steps, .version = sizeof steps / sizeof *steps };
