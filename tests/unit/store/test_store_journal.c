/*
 * store, the journal: rows written with their transaction, read back unchanged, swept from the oldest on, and forgotten
 * with their user.
 */
#include "store/journal.h"
#include "store/sqlite/journal_sql.h"

#include "support/store_fixture.h"

#define SECOND INT64_C(1000000)
#define START (INT64_C(1700000000) * SECOND)
#define HOUR (3600 * SECOND)

static int64_t now_us = START;
static brb_store *store;
static brb_store_journal_bounds bounds = { .keep_us = HOUR, .max_bytes = 1 << 20 };

static int64_t read_now(void *context)
{
	return *(int64_t *)context;
}

static void open_room(void)
{
	brb_store_options options;
	make_store_folder();
	options = default_options();
	options.clock = (brb_clock){ read_now, &now_us };
	store = open_with(&options);
	register_badges(store);
}

static void close_room(void)
{
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(store_journal, .init = open_room, .fini = close_room);

/* ---- rows as text ---- */

static int64_t add_with(const char *user, const char *id, brabeion_entry_kind kind, int64_t cause,
			const brb_verdict_codec *encoded, const brabeion_field *fields, size_t field_count)
{
	int64_t sequence = 0;
	brb_store_entry entry = { .kind = kind,
				  .cause = cause,
				  .arrived_us = now_us,
				  .at_us = 1000,
				  .user = user,
				  .event = "visit",
				  .event_id = id,
				  .fields = fields,
				  .field_count = field_count,
				  .verdicts = encoded };
	WELL(brb_store_journal_next(store, &sequence, error));
	entry.sequence = sequence;
	WELL(brb_store_journal_add(store, &entry, &bounds, error));
	return sequence;
}

static int64_t add(const char *user, const char *id)
{
	static const brb_verdict_codec none;
	return add_with(user, id, BRABEION_ENTRY_EVENT, 0, &none, NULL, 0);
}

/* In a transaction of its own. */
static int64_t add_one(const char *user, const char *id)
{
	begin(store);
	int64_t sequence = add(user, id);
	commit(store);
	return sequence;
}

static char text[8192];
static size_t used;

BRB_PRINTF(1, 2) static void put(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	used += (size_t)vsnprintf(text + used, sizeof text - used, format, arguments);
	va_end(arguments);
}

static void put_verdict(const brabeion_verdict *verdict)
{
	put(" [%s %d level %u held %u%s%s%s", verdict->badge, (int)verdict->answer, verdict->level,
	    verdict->held_level, verdict->stored ? " stored" : "", verdict->held_already ? " already" : "",
	    verdict->lapsed ? " lapsed" : "");
	if (verdict->has_later)
		put(" later %lld", (long long)verdict->later_us);
	put("%s%s%s%s", verdict->to[0] ? " to " : "", verdict->to, verdict->message[0] ? " said " : "",
	    verdict->message);
	for (size_t i = 0; i < verdict->read_count; i++) {
		const brabeion_read *read = &verdict->reads[i];
		put(" %d:%s/%s%s%s=", (int)read->kind, read->name, read->owner, read->key[0] ? "/" : "", read->key);
		if (read->kind == BRABEION_READ_NOTE || read->kind == BRABEION_READ_USER)
			put("%s%s", read->text ? read->text : "(none)", read->cut ? "..." : "");
		else
			put("%lld", (long long)read->number);
	}
	if (verdict->reads_left_out)
		put(" and %zu", verdict->reads_left_out);
	put("]");
}

static bool put_entry(void *context, const brabeion_entry *entry)
{
	(void)context;
	put("%lld/%lld %d %s %s %s %lld", (long long)entry->sequence, (long long)entry->cause, (int)entry->kind,
	    entry->event->user, entry->event->name, entry->event->id, (long long)entry->event->at_us);
	for (size_t i = 0; i < entry->event->field_count; i++)
		put(" %s", entry->event->fields[i].name);
	for (size_t i = 0; i < entry->verdict_count; i++)
		put_verdict(&entry->verdicts[i]);
	put(";");
	return true;
}

/* Each row as "sequence/cause kind user event id at fields [verdicts];". */
static const char *read_range(const brb_store_journal_range *range)
{
	brb_arena arena = { 0 };
	used = 0;
	text[0] = '\0';
	WELL(brb_store_journal_read(store, range, &arena, put_entry, NULL, error));
	brb_arena_finish(&arena);
	return text;
}

static const char *read_all(void)
{
	return read_range(&(brb_store_journal_range){ .after = 0 });
}

static int64_t rows(void)
{
	return own_number("SELECT COUNT(*) FROM journal");
}

/* ---- writing and reading ---- */

Test(store_journal, rows_come_back_in_their_order)
{
	brabeion_field fields[] = { BRABEION_INT("points", 7), BRABEION_TEXT("by", "bob") };
	static const brb_verdict_codec none;
	begin(store);
	cr_expect_eq(add("ada", "e1"), 1);
	cr_expect_eq(add_with("bob", "", BRABEION_ENTRY_JOB, 1, &none, fields, 2), 2);
	cr_expect_str_eq(read_all(), "", "not committed");
	commit(store);
	cr_expect_eq(add_one("ada", "e3"), 3);
	cr_expect_str_eq(read_all(),
			 "1/0 1 ada visit e1 1000;2/1 3 bob visit  1000 points by;3/0 1 ada visit e3 1000;");
	cr_expect_str_eq(read_range(&(brb_store_journal_range){ .after = 1, .limit = 1 }),
			 "2/1 3 bob visit  1000 points by;");
	cr_expect_str_eq(read_range(&(brb_store_journal_range){ .events_only = true, .until = 2 }),
			 "1/0 1 ada visit e1 1000;");
}

Test(store_journal, a_rollback_takes_rows_back_and_their_sequences)
{
	add_one("ada", "e1");
	begin(store);
	cr_expect_eq(add("ada", "e2"), 2);
	brb_store_rollback(store);
	cr_expect_eq(add_one("ada", "e3"), 2);
	cr_expect_str_eq(read_all(), "1/0 1 ada visit e1 1000;2/0 1 ada visit e3 1000;");
}

Test(store_journal, an_undone_stretch_keeps_its_row)
{
	begin(store);
	set_tally(store, "visits", 1);
	add("ada", "e1");
	brb_store_undo(store);
	commit(store);
	cr_expect_eq(kept_tally("visits"), 0);
	cr_expect_str_eq(read_all(), "1/0 1 ada visit e1 1000;");
}

Test(store_journal, sequences_go_on_in_another_process)
{
	add_one("ada", "e1");
	brb_store *here = store;
	store = open_store();
	cr_expect_eq(add_one("bob", "e2"), 2);
	brb_store_close(store);
	store = here;
	cr_expect_eq(add_one("ada", "e3"), 3);
}

Test(store_journal, what_is_no_json_is_left_out_of_the_state)
{
	static const brb_verdict_codec none;
	brabeion_field fields[] = { BRABEION_INT("good", 1), BRABEION_REAL("bad", 1.0 / 0.0 * 0.0),
				    BRABEION_JSON("worse", "[1") };
	begin(store);
	add_with("ada", "e1", BRABEION_ENTRY_EVENT, 0, &none, fields, 3);
	commit(store);
	cr_expect_str_eq(read_all(), "1/0 1 ada visit e1 1000 good;");
}

/* ---- verdicts ---- */

static brb_verdict_codec encoded;

static void add_verdict(uint32_t badge, brabeion_verdict verdict)
{
	brb_verdict_codec_verdict one = { .badge = badge, .is = verdict };
	brb_verdict_codec_add(&encoded, &one);
}

static void write_tape(const char *user)
{
	begin(store);
	add_with(user, "e1", BRABEION_ENTRY_EVENT, 0, &encoded, NULL, 0);
	commit(store);
	brb_builder_finish(&encoded);
}

Test(store_journal, verdicts_come_back_as_they_were)
{
	brabeion_read reads[] = {
		{ .kind = BRABEION_READ_TALLY, .name = "visits", .owner = "ada", .key = "home", .number = -5 },
		{ .kind = BRABEION_READ_NOTE,
		  .name = "last",
		  .of_thing = true,
		  .owner = "a post",
		  .text = "yesterday" },
		{ .kind = BRABEION_READ_NOTE, .name = "none", .owner = "ada" },
		{ .kind = BRABEION_READ_HELD, .name = "second", .owner = "bob", .number = 3 },
		{ .kind = BRABEION_READ_USER,
		  .name = "author",
		  .of_thing = true,
		  .owner = "a post",
		  .key = "cy",
		  .user_keys = true,
		  .text = "dan" },
	};
	add_verdict(1, (brabeion_verdict){ .answer = BRABEION_ANSWER_LEVEL,
					   .level = 100,
					   .held_level = 99,
					   .stored = true,
					   .has_later = true,
					   .later_us = -1,
					   .to = "bob",
					   .reads = reads,
					   .read_count = 5 });
	add_verdict(2, (brabeion_verdict){ .answer = BRABEION_ANSWER_FAILED,
					   .held_already = true,
					   .lapsed = true,
					   .message = "why" });
	write_tape("ada");
	cr_expect_str_eq(read_all(), "1/0 1 ada visit e1 1000 [first 1 level 100 held 99 stored later -1 to bob "
				     "1:visits/ada/home=-5 2:last/a post=yesterday 2:none/ada=(none) 3:second/bob=3 "
				     "4:author/a post/cy=dan]"
				     " [second 2 level 0 held 0 already lapsed said why];");
}

Test(store_journal, long_texts_and_many_reads_are_cut)
{
	char long_text[300], expected[1000];
	brabeion_read reads[17];
	memset(long_text, 'x', sizeof long_text);
	memcpy(long_text + 255, "\xc3\xa4", 2); /* a character that the limit would cut */
	long_text[299] = '\0';
	for (int i = 0; i < 17; i++)
		reads[i] =
			(brabeion_read){ .kind = BRABEION_READ_NOTE, .name = "n", .owner = "ada", .text = long_text };
	add_verdict(1, (brabeion_verdict){ .reads = reads, .read_count = 17 });
	write_tape("ada");
	snprintf(expected, sizeof expected, " 2:n/ada=%.255s... and 1];", long_text);
	const char *found = read_all();
	cr_assert_gt(strlen(found), strlen(expected));
	const char *last = strstr(found, " and 1];");
	cr_assert_not_null(last);
	last += strlen(" and 1];") - strlen(expected);
	cr_expect_str_eq(last, expected);
}

Test(store_journal, an_empty_tape_has_no_verdicts)
{
	brb_arena arena = { 0 };
	brabeion_verdict *verdicts = NULL;
	uint32_t *badges = NULL;
	size_t count = 42;
	bool damaged = true;
	WELL(brb_verdict_codec_read(NULL, 0, &arena, NULL, NULL, &verdicts, &badges, &count, &damaged, error));
	cr_expect_not(damaged);
	cr_expect_eq(count, 0);
}

Test(store_journal, a_damaged_tape_is_no_verdict_and_no_crash)
{
	add_verdict(1, (brabeion_verdict){ .answer = BRABEION_ANSWER_FAILED, .message = "because" });
	brb_arena arena = { 0 };
	brabeion_verdict *verdicts = NULL;
	uint32_t *badges = NULL;
	size_t count = 0;
	bool damaged;
	for (size_t length = 1; length < encoded.length; length++) {
		damaged = false;
		WELL(brb_verdict_codec_read(encoded.text, length, &arena, NULL, NULL, &verdicts, &badges, &count,
					    &damaged, error));
		cr_expect(damaged, "of %zu bytes", length);
	}
	for (size_t i = 0; i < encoded.length; i++) {
		char bad[64];
		memcpy(bad, encoded.text, encoded.length);
		bad[i] = (char)(bad[i] ^ 0xff);
		WELL(brb_verdict_codec_read(bad, encoded.length, &arena, NULL, NULL, &verdicts, &badges, &count,
					    &damaged, error));
	}
	WELL(brb_verdict_codec_read(encoded.text, encoded.length, &arena, NULL, NULL, &verdicts, &badges, &count,
				    &damaged, error));
	cr_expect_not(damaged);
	cr_expect_eq(count, 1);
	brb_arena_finish(&arena);
	write_tape("ada");
	sqlite3 *own = open_own();
	own_run(own, "UPDATE journal SET verdicts = x'ffffffffffffffffffffff', state = '{'");
	sqlite3_close(own);
	cr_expect_str_eq(read_all(), "1/0 1 ada visit e1 1000;");
}

Test(store_journal, of_one_user_and_badge_the_newest_come_first)
{
	size_t left_out = 0;
	for (int i = 0; i < 3; i++) {
		add_verdict(1, (brabeion_verdict){ .level = (uint32_t)i });
		add_verdict(2, (brabeion_verdict){ .level = 9 });
		write_tape(i == 1 ? "bob" : "ada");
	}
	add_one("ada", "unasked");
	brb_store_journal_range range = {
		.user = "ada", .badge = 1, .since_us = INT64_MIN, .limit = 1, .left_out = &left_out
	};
	cr_expect_str_eq(read_range(&range), "3/0 1 ada visit e1 1000 [first 0 level 2 held 0];");
	cr_expect_eq(left_out, 1);
	range.limit = 0;
	cr_expect_str_eq(read_range(&range), "3/0 1 ada visit e1 1000 [first 0 level 2 held 0];"
					     "1/0 1 ada visit e1 1000 [first 0 level 0 held 0];");
	range.since_us = 1001;
	cr_expect_str_eq(read_range(&range), "");
}

/* ---- sweeping ---- */

Test(store_journal, what_is_older_than_the_keep_time_leaves_as_new_rows_come)
{
	begin(store);
	for (int i = 0; i < 50; i++)
		add("ada", "old");
	commit(store);
	now_us = START + HOUR; /* as old as allowed */
	add_one("ada", "edge");
	cr_expect_eq(rows(), 51);
	now_us = START + HOUR + 1;
	add_one("ada", "new");
	cr_expect_eq(rows(), 52 - 18, "in small steps: 16, and two for each that came");
	add_one("ada", "new");
	add_one("ada", "new");
	add_one("ada", "new");
	cr_expect_eq(rows(), 5, "the edge and what came after");
	now_us = START;
}

Test(store_journal, what_there_is_no_room_for_leaves)
{
	bounds.max_bytes = 500; /* a row takes 84 */
	for (int i = 0; i < 10; i++)
		add_one("ada", "e1");
	cr_expect_eq(rows(), 5);
	cr_expect_eq(own_number("SELECT value FROM counters WHERE name = 'journal_bytes'"), 5 * 84);
	cr_expect_eq(own_number("SELECT MIN(sequence) FROM journal"), 6);
}

Test(store_journal, what_is_kept_forever_stays)
{
	bounds.keep_us = INT64_MAX;
	add_one("ada", "e1");
	now_us = START * 2;
	add_one("ada", "e2");
	cr_expect_eq(rows(), 2);
	now_us = START;
}

Test(store_journal, a_journal_that_is_written_no_more_is_swept_all_the_same)
{
	add_one("ada", "e1");
	brb_store_close(store);
	now_us = START + 2 * HOUR;
	brb_store_options options = default_options();
	options.clock = (brb_clock){ read_now, &now_us };
	store = open_with(&options);
	begin(store);
	commit(store);
	cr_expect_eq(rows(), 0);
	cr_expect_eq(own_number("SELECT value FROM counters WHERE name = 'journal_bytes'"), 0);
	begin(store);
	cr_expect_eq(add("ada", "e2"), 2, "no sequence is given twice");
	commit(store);
	now_us = START;
}

/* ---- totals ---- */

Test(store_journal, what_there_is)
{
	brabeion_journal_info info = { .first = -42 };
	WELL(brb_store_journal_info(store, &info, error));
	cr_expect_eq(info.first, 0);
	cr_expect_eq(info.used_bytes, 0);
	add_one("ada", "e1");
	now_us = START + 5;
	add_one("bob", "e2");
	WELL(brb_store_journal_info(store, &info, error));
	cr_expect_eq(info.first, 1);
	cr_expect_eq(info.last, 2);
	cr_expect_eq(info.since_us, START);
	cr_expect_eq(info.until_us, START + 5);
	cr_expect_eq(info.used_bytes, 2 * 84);
	brabeion_heard heard = { .event = "visit" };
	WELL(brb_store_journal_heard(store, "ada", &heard, error));
	cr_expect_eq(heard.of_user_us, START);
	WELL(brb_store_journal_heard(store, "eve", &heard, error));
	cr_expect_eq(heard.of_user_us, INT64_MIN);
	cr_expect_eq(heard.of_anyone_us, START + 5);
	heard.event = "vote";
	WELL(brb_store_journal_heard(store, "ada", &heard, error));
	cr_expect_eq(heard.of_anyone_us, INT64_MIN);
	now_us = START;
}

/* ---- users ---- */

/* The counted bytes match the rows after some have changed their length. */
static void expect_bytes(int64_t bytes)
{
	brabeion_journal_info info;
	WELL(brb_store_journal_info(store, &info, error));
	cr_expect_eq(info.used_bytes, bytes, "%lld", (long long)info.used_bytes);
	cr_expect_eq(own_number("SELECT SUM(" BRB_JOURNAL_BYTES_OF_ROW ") FROM journal"), bytes);
}

static void write_others(void)
{
	static const brabeion_read read = {
		.kind = BRABEION_READ_TALLY, .name = "visits", .owner = "ada", .number = 1
	};
	add_one("ada", "e1");
	add_verdict(1, (brabeion_verdict){ .to = "ada", .reads = &read, .read_count = 1 });
	add_verdict(1, (brabeion_verdict){ .to = "adam" });
	write_tape("bob");
}

Test(store_journal, a_user_is_forgotten_also_in_what_others_came_to)
{
	int64_t awards = -42;
	write_others();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM journal WHERE instr(verdicts, 'ada')"), 0, "by number");
	begin(store);
	WELL(brb_store_forget_user(store, "ada", &awards, error));
	commit(store);
	cr_expect_str_eq(read_all(), "2/0 1 bob visit e1 1000 [first 0 level 0 held 0 "
				     "1:visits/=1] [first 0 level 0 held 0 to adam];");
	sweep_all(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM journal"), 1);
	expect_bytes(own_number("SELECT SUM(" BRB_JOURNAL_BYTES_OF_ROW ") FROM journal"));
	brabeion_journal_info info;
	WELL(brb_store_journal_info(store, &info, error));
	cr_expect_eq(info.first, 2);
	cr_expect_eq(add_one("ada", "e3"), 3);
}

Test(store_journal, two_users_are_made_one)
{
	write_others();
	begin(store);
	WELL(brb_store_merge_users(store, "ada", "evelyn", NULL, error));
	commit(store);
	sweep_all(store);
	cr_expect_str_eq(read_all(), "1/0 1 evelyn visit e1 1000;2/0 1 bob visit e1 1000 [first 0 level 0 held 0 to "
				     "evelyn 1:visits/evelyn=1] [first 0 level 0 held 0 to adam];");
	expect_bytes(own_number("SELECT SUM(" BRB_JOURNAL_BYTES_OF_ROW ") FROM journal"));
}
