/*
 * Random histories. See histories.h.
 */
#include "support/histories.h"

#define DAY_US INT64_C(86400000000)
#define BEGINNING_US INT64_C(1456790400000000) /* 2016-03-01 */

int64_t chance_below(chance *here, int64_t below)
{
	uint64_t mixed = here->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (int64_t)((mixed ^ mixed >> 31) % (uint64_t)below);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void add_int(happening *event, const char *name, int64_t value)
{
	event->fields[event->field_count++] = BRABEION_INT(name, value);
}

static void add_bool(happening *event, const char *name, bool value)
{
	event->fields[event->field_count++] = BRABEION_BOOL(name, value);
}

/* The text and, from 0 up, a number. */
static void add_text(happening *event, const char *name, const char *text, int64_t number)
{
	char *kept = event->texts[event->field_count];
	if (number < 0)
		snprintf(kept, sizeof event->texts[0], "%s", text);
	else
		snprintf(kept, sizeof event->texts[0], "%s%d", text, (int)number);
	event->fields[event->field_count++] = BRABEION_TEXT(name, kept);
}

static void next_points(chance *here, happening *event)
{
	event->name = "points_awarded";
	add_int(event, "points", chance_below(here, 12000));
}

static void next_commit(chance *here, happening *event)
{
	static const int64_t offsets[] = { 0, 60, 120, -300, 330 };
	static const int64_t deletions[] = { 0, 5, 2000, 20000 };
	event->name = "commit";
	add_int(event, "offset", offsets[chance_below(here, 5)]);
	add_int(event, "insertions", chance_below(here, 100));
	add_int(event, "deletions", deletions[chance_below(here, 4)]);
	add_bool(event, "merge", chance_below(here, 3) == 0);
	add_int(event, "words", chance_below(here, 3) * 200);
}

static void next_visit(chance *here, happening *event)
{
	(void)here;
	event->name = "visit";
}

/* For the badges without C: a number from 1 up and a word, neither in one of four. */
static void next_plain(chance *here, happening *event)
{
	event->name = "e";
	if (chance_below(here, 4) == 0)
		return;
	add_int(event, "number", 1 + chance_below(here, 3));
	add_text(event, "word", "word ", chance_below(here, 8));
}

static bool after_plain(size_t index, happening *event)
{
	event->name = "e";
	add_int(event, "number", 1);
	add_text(event, "word", "word ", 0);
	return index == 0;
}

static void next_piece(chance *here, happening *event)
{
	static const char *const names[] = { "x", "y", "z" };
	event->name = names[chance_below(here, 3)];
}

static bool after_pieces(size_t index, happening *event)
{
	static const char *const names[] = { "x", "y", "z" };
	event->name = index < 3 ? names[index] : "";
	return index < 3;
}

/* ---- a question-and-answer site ---------------------------------------------------------------------------------- */

/*
 * A post's id begins with who wrote it: each user has four questions, and an answer to each of three questions of cleo's. Who
 * edits, edits posts of cleo's.
 */
enum { OTHERS = 12, OWN_QUESTIONS = 4, OWN_ANSWERS = 3 };

static bool before_qa(size_t index, happening *event)
{
	static const char *const users[] = { "ann", "bob" };
	size_t per_user = OWN_QUESTIONS + OWN_ANSWERS;
	char author[96];
	if (index < OTHERS) {
		event->name = "question";
		snprintf(event->user, sizeof event->user, "cleo");
		add_text(event, "post", "cleo question ", (int64_t)index);
		return true;
	}
	index -= OTHERS;
	if (index >= 2 * per_user)
		return false;
	snprintf(event->user, sizeof event->user, "%s", users[index / per_user]);
	index %= per_user;
	event->name = index < OWN_QUESTIONS ? "question" : "answer";
	snprintf(author, sizeof author, "%.40s %.40s ", event->user, event->name);
	add_text(event, "post", author, (int64_t)(index < OWN_QUESTIONS ? index : index - OWN_QUESTIONS));
	if (index >= OWN_QUESTIONS)
		add_text(event, "parent", "cleo question ", (int64_t)index - OWN_QUESTIONS);
	return true;
}

static void next_qa(chance *here, happening *event)
{
	static const char *const names[] = { "upvote",    "upvote",  "upvote", "downvote",     "accept",
					     "edit_body", "comment", "views",  "user_snapshot" };
	static const char *const edits[] = { "edit_body", "edit_tags", "edit_title" };
	char own[80];
	bool on_answer = chance_below(here, 2) == 0;
	event->name = names[chance_below(here, 9)];
	if (strcmp(event->name, "accept") == 0)
		on_answer = true;
	if (strcmp(event->name, "views") == 0) {
		on_answer = false;
		add_int(event, "count", chance_below(here, 4) * 1000);
	}
	snprintf(own, sizeof own, "%s %s ", event->user, on_answer ? "answer" : "question");
	if (strcmp(event->name, "user_snapshot") == 0) {
		add_int(event, "upvotes_cast", chance_below(here, 400));
		add_int(event, "downvotes_cast", chance_below(here, 3));
		add_bool(event, "about", chance_below(here, 2) == 0);
	} else if (strcmp(event->name, "edit_body") == 0) {
		event->name = edits[chance_below(here, 3)];
		add_text(event, "post", "cleo question ", chance_below(here, OTHERS));
	} else {
		add_text(event, "post", own, chance_below(here, on_answer ? OWN_ANSWERS : OWN_QUESTIONS));
	}
}

static bool after_qa(size_t index, happening *event)
{
	static const char *const names[] = { "comment", "edit_body", "edit_tags", "upvote" };
	event->name = index < 4 ? names[index] : "";
	add_text(event, "post", index < 3 ? "cleo question " : "bob question ", 1);
	return index < 4;
}

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

#define PLUGIN(file) "workers: 0\nprobe: off\nplugins:\n  - file: " file ".so\n"
#define BADGE(file, badge, more) \
	PLUGIN(file) "    badges:\n      - { badge: " badge ", slug: b, events: [e], " more " }\n"
#define THRESHOLD(more) BADGE("threshold", "threshold", "levels: [A, B, C], settings: { " more " }")
#define EACH(more) BADGE("threshold", "threshold-each", "levels: [A, B, C], settings: { at: [2, 3, 5], " more " }")
#define STREAK(more) BADGE("streak", "streak", "levels: [A, B, C], settings: { at: [2, 5, 12], " more " }")
#define PLAIN .next = next_plain, .after = after_plain, .most = 60

const history_kind history_kinds[] = {
	{ "points", PLUGIN("points"), .span_days = 40, .most = 10, .next = next_points },
	{ "commits", PLUGIN("commits"), .span_days = 40, .most = 60, .next = next_commit },
	{ "addict", PLUGIN("addict"), .span_days = 31, .most = 300, .next = next_visit, .is_async = true },
	{ "first-each", BADGE("first", "first-each", "settings: { field: word }"), .span_days = 40, PLAIN },
	{ "collection",
	  PLUGIN("threshold") "    badges:\n"
			      "      - { badge: threshold, slug: x, events: [x], settings: { at: [2] } }\n"
			      "      - { badge: threshold, slug: y, events: [y], settings: { at: [3] } }\n"
			      "      - { badge: threshold, slug: z, events: [z], settings: { at: [4] } }\n"
			      "  - file: collection.so\n    badges:\n"
			      "      - { badge: collection, slug: all, events: [brabeion.awarded, x, y, z],\n"
			      "          levels: [Half, Whole], settings: { of: [x, y, z], at: [2, 3] } }\n",
	  .span_days = 40, .most = 12, .next = next_piece, .after = after_pieces, .given = "all earned " },
	{ "threshold of events", THRESHOLD("at: [3, 20, 40]"), .span_days = 400, PLAIN },
	{ "threshold of sums", THRESHOLD("at: [3, 20, 60], count: sum, field: number"), .span_days = 400, PLAIN },
	{ "threshold of values", THRESHOLD("at: [2, 5, 8], count: distinct, field: word"), .span_days = 400, PLAIN },
	{ "window of events", THRESHOLD("at: [3, 6, 12], within: { days: 10 }"), .span_days = 9, PLAIN },
	{ "window of sums", THRESHOLD("at: [3, 9, 27], within: { days: 10 }, count: sum, field: number"),
	  .span_days = 9, PLAIN },
	{ "window of values", THRESHOLD("at: [3, 6, 8], within: { days: 10 }, count: distinct, field: word"),
	  .span_days = 9, PLAIN },
	{ "weeks of events", THRESHOLD("at: [3, 6, 12], per: week"), .span_days = 60, PLAIN },
	{ "each day's events", EACH("per: day"), .span_days = 20, PLAIN },
	{ "each day's sum", EACH("per: day, count: sum, field: number"), .span_days = 20, PLAIN },
	{ "each month's values", EACH("per: month, count: distinct, field: word"), .span_days = 200, PLAIN },
	{ "streak", STREAK("grace: 0"), .span_days = 60, PLAIN },
	{ "streak with grace", STREAK("grace: 2"), .span_days = 200, PLAIN },
	{ "streak of weeks", STREAK("every: week"), .span_days = 400, PLAIN },
	{ "qa", PLUGIN("qa"), .span_days = 3, .most = 80, .next = next_qa, .before = before_qa, .after = after_qa },
};
const size_t history_kind_count = sizeof history_kinds / sizeof history_kinds[0];

/* ---- judging and looking ----------------------------------------------------------------------------------------- */

void history_judge(scene *here, const happening *event, const char *user)
{
	brabeion_event judged = BRABEION_EVENT(.name = event->name, .user = user, .has_at = true,
					       .at_us = BEGINNING_US + event->at_us, .fields = event->fields,
					       .field_count = event->field_count);
	brabeion_result result = scene_judge(here, &judged);
	cr_assert(result.status == BRABEION_OK && result.failed == 0, "%s of %s: %s", event->name, user,
		  result.message ? result.message : "failed");
	brabeion_result_finish(&result);
}

void history_work(scene *here, const history_kind *kind)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	if (kind->is_async)
		cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s",
			     here->error.message);
}

static int compare_lines(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The lines, in their order by bytes, as one text; frees them. */
static char *sort_lines(char **lines, size_t count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	cr_assert_not_null(out);
	qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
	fclose(out);
	return text;
}

char *history_awards(scene *here, const char *user)
{
	brabeion_award_list list = { 0 };
	cr_assert_eq(brabeion_user_awards(here->engine, user, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	char **lines = calloc(list.count + 1, sizeof *lines);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_award_info *award = brabeion_award_list_at(&list, i);
		cr_assert_gt(asprintf(&lines[i], "%s %u %s", award->badge, award->level, award->reason), 0);
	}
	size_t count = list.count;
	brabeion_award_list_finish(&list);
	return sort_lines(lines, count);
}

scene *history_twin(scene *here, const char *config)
{
	scene *twin = scene_with(config);
	scene_close(here);
	scene_close(twin);
	cr_assert_eq(unlink(twin->database), 0);
	copy_whole(here->database, twin->database);
	scene_open(here);
	scene_open(twin);
	return twin;
}

char *history_memory(scene *here)
{
	brabeion_memory_list list = { 0 };
	brabeion_memory_filter all = BRABEION_MEMORY_FILTER();
	cr_assert_eq(brabeion_memory(here->engine, &all, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	char **lines = calloc(list.count + 1, sizeof *lines);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_remembered *one = brabeion_memory_list_at(&list, i);
		cr_assert_gt(asprintf(&lines[i], "%s %s of %s under \"%s\": %lld \"%s\"", one->badge, one->name,
				      one->owner, one->key, (long long)one->value, one->text ? one->text : ""),
			     0);
	}
	size_t count = list.count;
	brabeion_memory_list_finish(&list);
	return sort_lines(lines, count);
}
