/*
 * store, cells: what is remembered of users and things, by text, user and hashed keys; it follows users who are merged,
 * forgotten and renamed; what is much is spilled, and behaves the same.
 */
#include "store/snapshot_reader.h"
#include "support/store_fixture.h"

static brb_store *store;

/* Of plugin 1 or its badge "first". The numbers follow those of the fixture. */
static brb_store_memory points = { .name = "points", .kind = BRB_CELL_NUMBER };
static brb_store_memory best = { .name = "best", .kind = BRB_CELL_NUMBER, .merge = BRB_MERGE_MAX };
static brb_store_memory since = { .name = "since", .kind = BRB_CELL_NUMBER, .merge = BRB_MERGE_EARLIEST };
static brb_store_memory words = { .name = "words", .kind = BRB_CELL_TEXT, .merge = BRB_MERGE_KEEP };
static brb_store_memory met = { .name = "met", .kind = BRB_CELL_NUMBER, .keys = BRB_KEY_USER };
static brb_store_memory places = { .name = "places", .kind = BRB_CELL_NUMBER, .keys = BRB_KEY_HASHED };
static brb_store_memory author = {
	.name = "author", .owner = BRB_OWNER_THING, .kind = BRB_CELL_USER, .merge = BRB_MERGE_KEEP
};
static brb_store_memory voters = {
	.name = "voters", .owner = BRB_OWNER_THING, .kind = BRB_CELL_NUMBER, .keys = BRB_KEY_USER
};
static brb_store_memory own = { .name = "own", .kind = BRB_CELL_NUMBER, .merge = BRB_MERGE_OWN };
static brb_store_memory *const all[] = { &points, &best, &since, &words, &met, &places, &author, &voters, &own };

static void register_memory(void)
{
	badge_level level = { "A", "a" };
	brb_store_badge badge = { .slug = "first", .levels = &level, .level_count = 1 };
	const char *const ids[] = { "plugin-a" };
	uint32_t number;
	WELL(brb_store_register(store, &badge, 1, ids, &number, 1, error));
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		all[i]->plugin = number;
	best.badge = badge.number;
	WELL(brb_store_register_memories(store, all, sizeof all / sizeof *all, error));
}

static void open_room(void)
{
	make_store_folder();
	store = open_store();
	register_memory();
}

static void close_room(void)
{
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(store_cells, .init = open_room, .fini = close_room);

static int64_t number(const brb_store_memory *memory, const char *owner, const char *key)
{
	brb_cell_value value = { .kind = BRB_CELL_TEXT };
	WELL(brb_store_cell(store, &(brb_cell){ memory, owner, key }, &value, error));
	cr_assert(value.kind == BRB_CELL_NUMBER || value.kind == BRB_CELL_NONE);
	return value.kind == BRB_CELL_NUMBER ? value.number : 0;
}

static void set(const brb_store_memory *memory, const char *owner, const char *key, int64_t value)
{
	brb_cell_value set = { .kind = BRB_CELL_NUMBER, .number = value };
	WELL(brb_store_cell_set(store, &(brb_cell){ memory, owner, key }, &set, error));
}

static const char *text(const brb_store_memory *memory, const char *owner, const char *key)
{
	brb_cell_value value;
	WELL(brb_store_cell(store, &(brb_cell){ memory, owner, key }, &value, error));
	if (value.kind == BRB_CELL_NONE)
		return "(none)";
	cr_assert_eq(value.kind, memory->kind);
	return value.text ? value.text : "(nobody)";
}

static void set_text(const brb_store_memory *memory, const char *owner, const char *key, const char *value)
{
	brb_cell_value set = { .kind = memory->kind, .text = value };
	WELL(brb_store_cell_set(store, &(brb_cell){ memory, owner, key }, &set, error));
}

static int64_t count(const brb_store_memory *memory, const char *owner)
{
	int64_t keys = -42;
	WELL(brb_store_key_count(store, memory, owner, &keys, error));
	return keys;
}

/* All keys, each with a space. */
static const char *keys(const brb_store_memory *memory, const char *owner)
{
	static char told[200];
	const char *key = NULL;
	told[0] = '\0';
	for (;;) {
		WELL(brb_store_key_next(store, memory, owner, key, &key, error));
		if (!key)
			return told;
		snprintf(told + strlen(told), sizeof told - strlen(told), "%s ", key);
	}
}

static void merge(const char *from, const char *into)
{
	begin(store);
	WELL(brb_store_merge_users(store, from, into, NULL, error));
	commit(store);
}

static void forget(const char *user)
{
	int64_t awards;
	begin(store);
	WELL(brb_store_forget_user(store, user, &awards, error));
	commit(store);
	sweep_all(store);
}

/* ---- names and keys ---------------------------------------------------------------------------------------------- */

Test(store_cells, a_user_has_what_was_set_and_nobody_else)
{
	begin(store);
	set(&points, "ada", "", 7);
	set(&points, "ada", "home", 8);
	set(&best, "ada", "", 9);
	set_text(&words, "ada", "", "");
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_eq(number(&points, "ada", ""), 7);
	cr_expect_eq(number(&points, "ada", "home"), 8);
	cr_expect_eq(number(&best, "ada", ""), 9);
	cr_expect_str_eq(text(&words, "ada", ""), "");
	cr_expect_str_eq(text(&words, "bob", ""), "(none)");
	cr_expect_eq(number(&points, "bob", ""), 0);
	cr_expect_eq(count(&points, "ada"), 1);
	cr_expect_eq(count(&points, "bob"), 0);
	set(&points, "ada", "", 0);
	set(&points, "ada", "home", 0);
	set(&best, "ada", "", 0);
	set_text(&words, "ada", "", NULL);
	set(&points, "nobody", "", 0);
	commit(store);
	cr_expect_eq(own_number("SELECT length(state) FROM users"), 0, "and only one user is there");
}

Test(store_cells, keys_of_users_are_users)
{
	begin(store);
	set(&met, "ada", "bob", 1);
	set(&met, "ada", "cy", 1);
	cr_expect_eq(number(&met, "ada", "bob"), 1);
	cr_expect_eq(number(&met, "ada", "dan"), 0);
	cr_expect_str_eq(keys(&met, "ada"), "bob cy ");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE instr(state, 'bob')"), 0);
	forget("bob");
	begin(store);
	cr_expect_str_eq(keys(&met, "ada"), "cy ");
	cr_expect_eq(count(&met, "ada"), 2, "he was met all the same");
	cr_expect_eq(number(&met, "ada", "bob"), 0, "another one");
	commit(store);
}

Test(store_cells, hashed_keys_are_members_of_a_set)
{
	begin(store);
	for (int i = 0; i < 50; i++) {
		char place[16];
		snprintf(place, sizeof place, "place %d", i % 10);
		set(&places, "ada", place, 1);
	}
	cr_expect_eq(count(&places, "ada"), 10);
	cr_expect_eq(number(&places, "ada", "place 3"), 1);
	cr_expect_eq(number(&places, "ada", "place 10"), 0);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE instr(state, 'place')"), 0);
}

Test(store_cells, what_is_undone_was_never_there)
{
	begin(store);
	set(&points, "ada", "", 1);
	set(&voters, "post", "ada", 1);
	brb_store_mark(store);
	set(&points, "ada", "", 2);
	set(&points, "ada", "k", 2);
	set(&voters, "post", "bob", 1);
	set(&voters, "other", "ada", 1);
	brb_store_undo(store);
	cr_expect_eq(number(&points, "ada", ""), 1);
	cr_expect_eq(count(&points, "ada"), 0);
	cr_expect_str_eq(keys(&voters, "post"), "ada ");
	cr_expect_str_eq(keys(&voters, "other"), "");
	set(&points, "ada", "", 5);
	brb_store_undo(store);
	cr_expect_eq(number(&points, "ada", ""), 1);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM things"), 1);
}

/* ---- what is spilled --------------------------------------------------------------------------------------------- */

static const char *user_name(int i)
{
	static char name[16];
	snprintf(name, sizeof name, "user%04d", i);
	return name;
}

static void vote_many(int from, int to)
{
	for (int i = from; i < to; i++) {
		set(&voters, "post", user_name(i), i + 1);
		brb_store_mark(store);
	}
}

Test(store_cells, a_thousand_keys_are_rows_and_behave_the_same)
{
	begin(store);
	vote_many(0, 1000);
	cr_expect_eq(count(&voters, "post"), 1000);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM cells WHERE owner < 0"), 1000);
	cr_expect_leq(own_number("SELECT length(state) FROM things"), 20);
	begin(store);
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(number(&voters, "post", user_name(i)), i + 1);
	set(&voters, "post", user_name(7), 0);
	set(&voters, "post", user_name(8), 80);
	set(&voters, "post", "zoe", 1);
	cr_expect_eq(count(&voters, "post"), 1000);
	const char *key = NULL;
	int found = 0;
	bool gone = false, come = false;
	for (;; found++) {
		WELL(brb_store_key_next(store, &voters, "post", key, &key, error));
		if (!key)
			break;
		gone |= strcmp(key, user_name(7)) == 0;
		come |= strcmp(key, "zoe") == 0;
	}
	cr_expect_eq(found, 1000);
	cr_expect(!gone && come);
	brb_store_undo(store);
	cr_expect_eq(number(&voters, "post", user_name(8)), 9);
	cr_expect_eq(count(&voters, "post"), 1000);
	cr_expect_eq(number(&voters, "post", "zoe"), 0);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM cells WHERE owner < 0"), 1000);
}

Test(store_cells, an_undo_across_the_spill)
{
	int i = 0;
	begin(store);
	while (own_number("SELECT COUNT(*) FROM cells") == 0) {
		vote_many(i, i + 20);
		i += 20;
		commit(store);
		begin(store);
	}
	brb_store_rollback(store);
	begin(store);
	for (int k = 0; k < 300; k++)
		set(&points, "ada", user_name(k), k + 1);
	cr_expect_eq(count(&points, "ada"), 300);
	brb_store_undo(store);
	cr_expect_eq(count(&points, "ada"), 0);
	cr_expect_eq(number(&points, "ada", user_name(3)), 0);
	set(&points, "ada", user_name(3), 5);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM cells WHERE owner > 0"), 0);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_str_eq(keys(&points, "ada"), "user0003 ");
	commit(store);
}

Test(store_cells, a_large_text_is_a_row)
{
	char *large = malloc(60001);
	memset(large, 'x', 60000);
	large[60000] = '\0';
	begin(store);
	set(&points, "ada", "", 1);
	set_text(&words, "ada", "", large);
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_str_eq(text(&words, "ada", ""), large);
	set_text(&words, "ada", "", NULL);
	cr_expect_str_eq(text(&words, "ada", ""), "(none)");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM cells"), 0);
	cr_expect_leq(own_number("SELECT length(state) FROM users"), 6);
	free(large);
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

Test(store_cells, two_users_memory_is_united_by_each_names_rule)
{
	begin(store);
	set(&points, "ada", "", 5);
	set(&points, "bob", "", 7);
	set(&points, "ada", "k", 1);
	set(&best, "ada", "", 90);
	set(&best, "bob", "", 20);
	set(&since, "ada", "", 1000);
	set(&since, "bob", "", 2000);
	set_text(&words, "ada", "", "ada's");
	set_text(&words, "bob", "", "bob's");
	set_text(&words, "ada", "k", "only ada's");
	set(&places, "ada", "here", 1);
	set(&places, "bob", "there", 1);
	set(&own, "ada", "", 3);
	commit(store);
	merge("ada", "bob");
	begin(store);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "bob" : "ada";
		cr_expect_eq(number(&points, name, ""), 12);
		cr_expect_eq(number(&points, name, "k"), 1);
		cr_expect_eq(number(&best, name, ""), 90);
		cr_expect_eq(number(&since, name, ""), 1000);
		cr_expect_str_eq(text(&words, name, ""), "bob's");
		cr_expect_str_eq(text(&words, name, "k"), "only ada's");
		cr_expect_eq(count(&places, name), 2);
		cr_expect_eq(number(&own, name, ""), 3, "kept, for no plugin merges it");
	}
	commit(store);
	cr_expect_eq(own_number("SELECT SUM(length(state) > 0) FROM users"), 1);
}

Test(store_cells, where_one_was_a_key_or_value_is_the_other)
{
	begin(store);
	set(&voters, "post", "ada", 1);
	set(&voters, "post", "bob", 1);
	set(&voters, "post", "cy", 1);
	set(&voters, "page", "ada", 1);
	set(&met, "ada", "cy", 2);
	set(&met, "cy", "ada", 3);
	set(&met, "ada", "ada", 4);
	set_text(&author, "post", "", "ada");
	commit(store);
	merge("ada", "bob");
	begin(store);
	cr_expect_str_eq(keys(&voters, "post"), "bob cy ");
	cr_expect_eq(number(&voters, "post", "ada"), 2);
	cr_expect_eq(count(&voters, "post"), 2);
	cr_expect_str_eq(keys(&voters, "page"), "bob ");
	cr_expect_eq(number(&met, "cy", "bob"), 3);
	cr_expect_eq(number(&met, "bob", "cy"), 2);
	cr_expect_eq(number(&met, "bob", "bob"), 4);
	cr_expect_str_eq(text(&author, "post", ""), "bob");
	commit(store);
	merge("bob", "cy");
	begin(store);
	cr_expect_str_eq(keys(&voters, "post"), "cy ");
	cr_expect_eq(number(&voters, "post", "cy"), 3);
	cr_expect_str_eq(text(&author, "post", ""), "cy");
	cr_expect_eq(number(&met, "ada", "bob"), 9, "all are one");
	commit(store);
	forget("cy");
	begin(store);
	cr_expect_str_eq(text(&author, "post", ""), "(nobody)");
	cr_expect_str_eq(keys(&voters, "post"), "");
	cr_expect_eq(count(&voters, "post"), 1);
	commit(store);
}

Test(store_cells, large_memories_are_united_too)
{
	begin(store);
	for (int i = 0; i < 700; i++) {
		set(&points, "ada", user_name(i), 1);
		set(&points, "bob", user_name(i + 350), 1);
		set(&voters, user_name(i), "ada", 1);
		brb_store_mark(store);
	}
	vote_many(0, 300);
	set(&voters, "post", "ada", 1);
	commit(store);
	merge("ada", "bob");
	begin(store);
	cr_expect_eq(count(&points, "bob"), 1050);
	cr_expect_eq(number(&points, "bob", user_name(400)), 2);
	cr_expect_str_eq(keys(&voters, user_name(699)), "bob ");
	cr_expect_eq(number(&voters, "post", "bob"), 1);
	commit(store);
}

Test(store_cells, a_sum_that_is_too_much_is_cut)
{
	begin(store);
	set(&points, "ada", "", INT64_MAX);
	set(&points, "bob", "", 1);
	set(&points, "ada", "k", INT64_MIN);
	set(&points, "bob", "k", -1);
	commit(store);
	merge("ada", "bob");
	begin(store);
	cr_expect_eq(number(&points, "bob", ""), INT64_MAX);
	cr_expect_eq(number(&points, "bob", "k"), INT64_MIN);
	commit(store);
}

static brabeion_status add_own(void *context, const char *from, const char *into, brabeion_error *error)
{
	(void)context;
	(void)error;
	set(&own, into, "", number(&own, from, "") * 10 + number(&own, into, ""));
	return BRABEION_OK;
}

Test(store_cells, a_plugins_own_merging_sees_both)
{
	begin(store);
	set(&own, "ada", "", 3);
	set(&own, "bob", "", 4);
	commit(store);
	begin(store);
	WELL(brb_store_merge_users(store, "ada", "bob", &(brb_store_merge_own){ .merge = add_own }, error));
	cr_expect_eq(number(&own, "bob", ""), 34);
	commit(store);
}

/* ---- readers ----------------------------------------------------------------------------------------------------- */

Test(store_cells, a_reader_sees_what_is_committed)
{
	brb_snapshot_reader *reader = NULL;
	brb_arena arena = { 0 };
	brb_cell_value value;
	int64_t found = -42;
	const char *key = NULL;
	begin(store);
	vote_many(0, 400);
	set(&voters, "page", "ada", 7);
	set_text(&author, "page", "", "bob");
	set(&places, "ada", "here", 1);
	commit(store);
	WELL(brb_snapshot_reader_open(store, &reader, error));
	begin(store);
	set(&voters, "page", "ada", 8);
	WELL(brb_snapshot_reader_cell(reader, &(brb_cell){ &voters, "page", "ada" }, &arena, &value, error));
	cr_expect(value.kind == BRB_CELL_NUMBER && value.number == 7);
	commit(store);
	WELL(brb_snapshot_reader_cell(reader, &(brb_cell){ &voters, "post", user_name(77) }, &arena, &value, error));
	cr_expect(value.kind == BRB_CELL_NUMBER && value.number == 78);
	WELL(brb_snapshot_reader_cell(reader, &(brb_cell){ &author, "page", "" }, &arena, &value, error));
	cr_expect_str_eq(value.text, "bob");
	WELL(brb_snapshot_reader_cell(reader, &(brb_cell){ &places, "ada", "here" }, &arena, &value, error));
	cr_expect_eq(value.number, 1);
	WELL(brb_snapshot_reader_cell(reader, &(brb_cell){ &points, "nobody", "" }, &arena, &value, error));
	cr_expect_eq(value.kind, BRB_CELL_NONE);
	WELL(brb_snapshot_reader_key_count(reader, &voters, "post", &found, error));
	cr_expect_eq(found, 400);
	WELL(brb_snapshot_reader_key_next(reader, &voters, "page", NULL, &arena, &key, error));
	cr_expect_str_eq(key, "ada");
	WELL(brb_snapshot_reader_key_next(reader, &voters, "page", key, &arena, &key, error));
	cr_expect_null(key);
	found = 0;
	for (key = NULL;; found++) {
		WELL(brb_snapshot_reader_key_next(reader, &voters, "post", key, &arena, &key, error));
		if (!key)
			break;
	}
	cr_expect_eq(found, 400);
	brb_arena_finish(&arena);
	brb_snapshot_reader_close(reader);
}

/* ---- lists and declarations -------------------------------------------------------------------------------------- */

/* "owner/name/key=value " of each. */
static const char *listed(brabeion_memory_filter filter)
{
	static char told[500];
	brabeion_memory_list list = { 0 };
	told[0] = '\0';
	WELL(brb_store_list_memory(store, &filter, &list, error));
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_remembered *one = &list.items[i];
		snprintf(told + strlen(told), sizeof told - strlen(told), "%s/%s%s%s/%s=", one->owner, one->badge,
			 one->badge[0] ? "." : "", one->name, one->key);
		if (one->kind == BRABEION_MEMORY_NUMBER)
			snprintf(told + strlen(told), sizeof told - strlen(told), "%d ", (int)one->value);
		else
			snprintf(told + strlen(told), sizeof told - strlen(told), "%s ", one->text);
	}
	brabeion_memory_list_finish(&list);
	return told;
}

Test(store_cells, what_is_remembered_can_be_looked_at)
{
	begin(store);
	set(&points, "ada", "", 5);
	set(&best, "ada", "", 6);
	set(&met, "ada", "bob", 7);
	set_text(&author, "post", "", "bob");
	set(&voters, "post", "ada", 1);
	commit(store);
	cr_expect_str_eq(listed((brabeion_memory_filter){ 0 }),
			 "ada/points/=5 ada/first.best/=6 ada/met/bob=7 post/author/=bob post/voters/ada=1 ");
	cr_expect_str_eq(listed((brabeion_memory_filter){ .user = "ada", .limit = 1 }), "ada/points/=5 ");
	cr_expect_str_eq(listed((brabeion_memory_filter){ .user = "nobody" }), "");
	cr_expect_str_eq(listed((brabeion_memory_filter){ .thing = "post" }), "post/author/=bob post/voters/ada=1 ");
	cr_expect_str_eq(listed((brabeion_memory_filter){ .badge = "first" }), "ada/first.best/=6 ");
	cr_expect_str_eq(listed((brabeion_memory_filter){ .name = "met", .key = "bob" }), "ada/met/bob=7 ");
	cr_expect_str_eq(listed((brabeion_memory_filter){ .plugin = "plugin-b" }), "");
}

Test(store_cells, a_name_with_data_stays_what_it_is)
{
	brb_store_memory other = { .name = "points", .kind = BRB_CELL_TEXT, .merge = BRB_MERGE_KEEP };
	brb_store_memory *const others[] = { &other };
	char expected[2 * PATH_BYTES];
	brabeion_error wrong = BRABEION_NO_ERROR;
	other.plugin = points.plugin;
	begin(store);
	set(&points, "ada", "", 5);
	commit(store);
	snprintf(expected, sizeof expected,
		 "%s: the plugin \"plugin-a\" declares its memory \"points\" as texts of users; the database has it "
		 "as "
		 "numbers of users. Give it another name, or remove what it remembers first",
		 path);
	expect_error(brb_store_register_memories(store, others, 1, &wrong), BRABEION_CONFIG, &wrong, expected);
	begin(store);
	set(&points, "ada", "", 0);
	commit(store);
	WELL(brb_store_register_memories(store, others, 1, error));
	cr_expect_eq(other.number, points.number);
	other.kind = BRB_CELL_NUMBER;
	other.merge = BRB_MERGE_MIN;
	WELL(brb_store_register_memories(store, others, 1, error));
	cr_expect_eq(own_number("SELECT merge FROM memories WHERE name = 'points'"), BRB_MERGE_MIN);
}

/* A plugin with a badge and a name of memory, of which nothing is known yet. */
static brabeion_status register_newcomer(const char *id, brb_store_memory *memory, brabeion_error *error)
{
	uint32_t number = 0;
	badge_level level = { "A", "a" };
	brb_store_badge badge = { .slug = id, .levels = &level, .level_count = 1 };
	brb_store_memory *const memories[] = { memory };
	brb_store_register_begin(store);
	brabeion_status status = brb_store_register(store, &badge, 1, &id, &number, 1, error);
	if (!memory->plugin)
		memory->plugin = number;
	if (status == BRABEION_OK)
		status = brb_store_register_memories(store, memories, 1, error);
	return brb_store_register_end(store, status, error);
}

Test(store_cells, all_names_are_registered_in_one_commit)
{
	brb_store_memory memory = { .name = "points", .kind = BRB_CELL_NUMBER };
	uint64_t before = brb_store_commit_count(store);
	WELL(register_newcomer("plugin-b", &memory, error));
	cr_expect_eq(brb_store_commit_count(store) - before, 1);
	cr_expect_neq(memory.number, 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM badges WHERE slug = 'plugin-b'"), 1);
	WELL(register_newcomer("plugin-b", &(brb_store_memory){ .name = "points", .kind = BRB_CELL_NUMBER }, error));
	cr_expect_eq(brb_store_commit_count(store) - before, 1, "nothing is new");
}

Test(store_cells, a_refused_name_leaves_nothing_registered)
{
	brabeion_error wrong = BRABEION_NO_ERROR;
	brb_store_memory other = {
		.name = "points", .plugin = points.plugin, .kind = BRB_CELL_TEXT, .merge = BRB_MERGE_KEEP
	};
	begin(store);
	set(&points, "ada", "", 5);
	commit(store);
	cr_expect_eq(register_newcomer("plugin-b", &other, &wrong), BRABEION_CONFIG);
	brabeion_error_finish(&wrong);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM plugins WHERE name = 'plugin-b'"), 0);
	begin(store);
	commit(store);
}

/* ---- bounds ---- */

static brabeion_status keep_note(const char *user, const char *key, brabeion_error *error)
{
	const brb_cell_value text = { .kind = BRB_CELL_TEXT, .text = "t" };
	return brb_store_cell_set(store, &(brb_cell){ &words, user, key }, &text, error);
}

Test(store_cells, a_user_may_have_so_many_notes_under_a_name)
{
	brb_store_set_bounds(store, &(brb_store_bounds){ .notes_of_user = 2 });
	brabeion_error fault = BRABEION_NO_ERROR;
	begin(store);
	WELL(keep_note("ada", "", error));
	WELL(keep_note("ada", "a", error));
	WELL(keep_note("ada", "b", error));
	WELL(keep_note("ada", "b", error));
	WELL(keep_note("ben", "c", error));
	expect_error(keep_note("ada", "c", &fault), BRABEION_INVALID, &fault,
		     "the user has 2 notes under \"words\", and may have no more (\"max_notes\" in badges.yaml)");
	brb_store_rollback(store);
}

Test(store_cells, notes_that_are_kept_can_be_changed_under_a_lower_bound)
{
	begin(store);
	WELL(keep_note("ada", "a", error));
	WELL(keep_note("ada", "b", error));
	commit(store);
	brb_store_set_bounds(store, &(brb_store_bounds){ .notes_of_user = 1 });
	begin(store);
	WELL(keep_note("ada", "b", error));
	WELL(brb_store_cell_set(store, &(brb_cell){ &words, "ada", "a" }, &(brb_cell_value){ .kind = BRB_CELL_NONE },
				error));
	commit(store);
}
