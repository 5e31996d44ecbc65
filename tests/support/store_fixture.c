#include "support/store_fixture.h"

char path[PATH_BYTES]; /* folder/badges.db */

void make_store_folder(void)
{
	make_folder(folder);
	join(path, folder, "badges.db");
}

void remove_store_folder(void)
{
	remove_folder(folder);
}

/* ---- opening ---- */

brb_store_options default_options(void)
{
	return (brb_store_options){ .path = path, .busy_timeout_ms = 50, .retention_us = INT64_MAX };
}

brb_store *open_with(const brb_store_options *options)
{
	brb_store *store = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_store_open(options, &store, &error), BRABEION_OK, "%s", error.message);
	cr_assert_null(error.message);
	return store;
}

brb_store *open_store(void)
{
	brb_store_options options = default_options();
	return open_with(&options);
}

void expect_no_opening(brabeion_status status, const char *words)
{
	char expected[PATH_BYTES + 512];
	brb_store_options options = default_options();
	brb_store *store = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	snprintf(expected, sizeof expected, "%s%s", path, words);
	cr_expect_eq(brb_store_open(&options, &store, &error), status, "%d, not %d", (int)error.status, (int)status);
	cr_expect_null(store);
	cr_expect_str_eq(error.message ? error.message : "(opened)", expected);
	brabeion_error_finish(&error);
	brb_store_close(store);
}

void expect_error(brabeion_status answer, brabeion_status status, brabeion_error *error, const char *words)
{
	cr_expect_eq(answer, status, "%d, not %d", (int)answer, (int)status);
	cr_expect_eq(error->status, status);
	cr_expect_str_eq(error->message ? error->message : "(none)", words);
	brabeion_error_finish(error);
}

void begin(brb_store *store)
{
	WELL(brb_store_begin(store, error));
}

void commit(brb_store *store)
{
	WELL(brb_store_commit(store, error));
}

void sweep_all(brb_store *store)
{
	for (bool done = false; !done;) {
		begin(store);
		WELL(brb_store_sweep_chores(store, 1000, &done, error));
		commit(store);
	}
}

/* ---- memory ---- */

/* In the order in which register_badges() registers them: 1 is the store's own. */
brb_store_memory numbers_of_things[2] = {
	{ .name = "numbers", .plugin = 1, .number = 2, .owner = BRB_OWNER_THING, .kind = BRB_CELL_NUMBER },
	{ .name = "numbers", .plugin = 2, .number = 3, .owner = BRB_OWNER_THING, .kind = BRB_CELL_NUMBER },
};
brb_store_memory texts_of_things[2] = {
	{ .name = "texts", .plugin = 1, .number = 4, .owner = BRB_OWNER_THING, .kind = BRB_CELL_TEXT },
	{ .name = "texts", .plugin = 2, .number = 5, .owner = BRB_OWNER_THING, .kind = BRB_CELL_TEXT },
};

static const char *owner_of(const char *subject)
{
	return subject[0] ? subject : "the site";
}

int64_t tally_of(brb_store *store, uint32_t plugin, const char *name, const char *subject)
{
	brb_cell_value value;
	brb_cell cell = { &numbers_of_things[plugin - 1], owner_of(subject), name };
	WELL(brb_store_cell(store, &cell, &value, error));
	return value.kind == BRB_CELL_NUMBER ? value.number : 0;
}

void set_tally_of(brb_store *store, uint32_t plugin, const char *name, const char *subject, int64_t number)
{
	brb_cell cell = { &numbers_of_things[plugin - 1], owner_of(subject), name };
	brb_cell_value value = { .kind = BRB_CELL_NUMBER, .number = number };
	WELL(brb_store_cell_set(store, &cell, &value, error));
}

int64_t tally(brb_store *store, const char *name)
{
	return tally_of(store, 1, name, "");
}

void set_tally(brb_store *store, const char *name, int64_t value)
{
	set_tally_of(store, 1, name, "", value);
}

int64_t kept_tally(const char *name)
{
	brb_store *other = open_store();
	begin(other);
	int64_t value = tally(other, name);
	brb_store_rollback(other);
	brb_store_close(other);
	return value;
}

const char *note_of(brb_store *store, uint32_t plugin, const char *name, const char *subject)
{
	brb_cell_value value;
	brb_cell cell = { &texts_of_things[plugin - 1], owner_of(subject), name };
	WELL(brb_store_cell(store, &cell, &value, error));
	return value.kind == BRB_CELL_TEXT ? value.text : "(none)";
}

void set_note_of(brb_store *store, uint32_t plugin, const char *name, const char *subject, const char *text)
{
	brb_cell cell = { &texts_of_things[plugin - 1], owner_of(subject), name };
	brb_cell_value value = { .kind = text ? BRB_CELL_TEXT : BRB_CELL_NONE, .text = text };
	WELL(brb_store_cell_set(store, &cell, &value, error));
}

const char *note(brb_store *store, const char *name)
{
	return note_of(store, 1, name, "");
}

void set_note(brb_store *store, const char *name, const char *text)
{
	set_note_of(store, 1, name, "", text);
}

const char *kept_note(const char *name)
{
	static char text[64];
	brb_store *other = open_store();
	begin(other);
	snprintf(text, sizeof text, "%s", note(other, name));
	brb_store_rollback(other);
	brb_store_close(other);
	return text;
}

/* ---- awards ---- */

void register_badges(brb_store *store)
{
	static badge_level levels[100];
	for (int i = 0; i < 100; i++)
		levels[i] = (badge_level){ "A level", "Its description" };
	levels[0] = (badge_level){ "Bronze", "The first" };
	brb_store_badge badges[] = { { .slug = "first", .levels = levels, .level_count = 100 },
				     { .slug = "second", .levels = levels, .level_count = 100 } };
	const char *const ids[] = { "plugin-a", "plugin-b" };
	uint32_t numbers[2] = { 0, 0 };
	brb_store_memory *const memories[] = { &numbers_of_things[0], &numbers_of_things[1], &texts_of_things[0],
					       &texts_of_things[1] };
	WELL(brb_store_register(store, badges, 2, ids, numbers, 2, error));
	WELL(brb_store_register_memories(store, memories, 4, error));
	for (int i = 0; i < 4; i++)
		cr_assert_eq(memories[i]->number, (uint32_t)i + 2);
	cr_assert_eq(badges[0].number, 1);
	cr_assert_eq(badges[1].number, 2);
	cr_assert_eq(numbers[0], 1);
	cr_assert_eq(numbers[1], 2);
}

int64_t award(brb_store *store, const char *user, uint32_t badge, uint32_t level, const char *reason)
{
	int64_t sequence = -42;
	brb_store_award added = { .user = user,
				  .badge = badge,
				  .level = level,
				  .reason = reason,
				  .event = "visit",
				  .event_id = "e1",
				  .at_us = 1000 };
	WELL(brb_store_award_add(store, &added, &sequence, error));
	return sequence;
}

const char *held(brb_store *store, const char *user, const char *slug)
{
	static char answer[64];
	int64_t count = -42;
	int32_t level = -42;
	WELL(brb_store_held(store, user, slug, &count, &level, error));
	snprintf(answer, sizeof answer, "%lld, %d", (long long)count, level);
	return answer;
}

/* ---- a second connection ---- */

sqlite3 *open_own(void)
{
	sqlite3 *own = NULL;
	cr_assert_eq(sqlite3_open(path, &own), SQLITE_OK);
	return own;
}

void own_run(sqlite3 *own, const char *sql)
{
	char *message = NULL;
	cr_assert_eq(sqlite3_exec(own, sql, NULL, NULL, &message), SQLITE_OK, "%s: %s", sql, message);
}

int64_t own_number(const char *sql)
{
	sqlite3 *own = open_own();
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_prepare_v2(own, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(own));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "%s", sql);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(own);
	return number;
}
