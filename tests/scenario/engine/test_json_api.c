/*
 * brabeion/json.h: events from JSON, results and lists as JSON. Not here: which texts are events
 * (tests/unit/cli/test_event_json.c).
 */
#include <stdbool.h>

#include "support/scene.h"

/* ---- output ---- */

static struct {
	char text[4096];
	size_t length;
} written;

static void keep(void *context, const char *text, size_t length)
{
	cr_assert_eq(context, &written);
	cr_assert_lt(written.length + length, sizeof written.text);
	memcpy(written.text + written.length, text, length);
	written.length += length;
}

static void expect(const char *json)
{
	written.text[written.length] = '\0';
	cr_expect_str_eq(written.text, json);
	written.length = 0;
}

#define EXPECT_JSON(type, value, json) (type##_write_json(value, keep, &written), expect(json))

/* ---- an allocator that fails ---- */

typedef struct scarce {
	long left;                     /* allocations before they fail */
	long live;                     /* blocks */
	brabeion_event_memory *called; /* the allocator reads an event into it, unless NULL */
	brabeion_status answer;
} scarce;

static void *scarce_allocate(void *context, size_t size)
{
	scarce *self = context;
	brabeion_event event = BRABEION_EVENT();
	if (self->called)
		self->answer = brabeion_event_read_json("{}", 2, self->called, &event, NULL);
	if (self->left-- <= 0)
		return NULL;
	self->live++;
	return malloc(size);
}

static void *scarce_reallocate(void *context, void *block, size_t size)
{
	scarce *self = context;
	return self->left-- <= 0 ? NULL : realloc(block, size);
}

static void scarce_release(void *context, void *block)
{
	((scarce *)context)->live--;
	free(block);
}

static brabeion_allocator allocator_of(scarce *self)
{
	return (brabeion_allocator)BRABEION_ALLOCATOR(scarce_allocate, scarce_reallocate, scarce_release, self);
}

/* ---- reading ---- */

static brabeion_status read_event(const char *json, brabeion_event_memory *memory, brabeion_event *event)
{
	return brabeion_event_read_json(json, strlen(json), memory, event, NULL);
}

Test(json_api, events_stay_until_their_memory_is_reset)
{
	brabeion_event_memory *memory = NULL;
	brabeion_event first = BRABEION_EVENT(), second = BRABEION_EVENT();
	cr_assert_eq(brabeion_event_memory_open(NULL, &memory, NULL), BRABEION_OK);
	for (int round = 0; round < 3; round++) {
		cr_assert_eq(read_event("{\"event\":\"a\",\"user\":\"ada\",\"n\":1}", memory, &first), BRABEION_OK);
		cr_assert_eq(read_event("{\"event\":\"b\",\"user\":7,\"n\":[2, 3]}", memory, &second), BRABEION_OK);
		cr_expect_str_eq(first.name, "a");
		cr_expect_str_eq(first.user, "ada");
		cr_expect_eq(first.fields[0].value.integer, 1);
		cr_expect_str_eq(second.user, "7");
		cr_expect_str_eq(second.fields[0].value.text, "[2,3]");
		brabeion_event_memory_reset(memory);
	}
	brabeion_event_memory_close(memory);
	brabeion_event_memory_reset(NULL);
	brabeion_event_memory_close(NULL);
}

Test(json_api, a_bad_event_leaves_everything_as_it_was)
{
	brabeion_event_memory *memory = NULL;
	brabeion_event event = BRABEION_EVENT(.name = "before");
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brabeion_event_memory_open(NULL, &memory, &error), BRABEION_OK);
	cr_expect_eq(brabeion_event_read_json("{\"event\":\"e\"}", 13, memory, &event, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message, "no \"user\"");
	cr_expect_eq(brabeion_event_read_json("{\"event\":\"e\"", 12, memory, &event, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message, "expected , or } at byte 13");
	cr_expect_str_eq(event.name, "before");
	brabeion_error_finish(&error);
	brabeion_event_memory_close(memory);
}

Test(json_api, a_mebibyte_and_no_more)
{
	brabeion_event_memory *memory = NULL;
	brabeion_event event = BRABEION_EVENT();
	brabeion_error error = BRABEION_NO_ERROR;
	size_t most = 1024 * 1024;
	char *text = malloc(most + 1);
	memset(text, ' ', most + 1);
	memcpy(text, "{\"event\":\"e\",\"user\":\"u\"}", 24);
	cr_assert_eq(brabeion_event_memory_open(NULL, &memory, &error), BRABEION_OK);
	cr_expect_eq(brabeion_event_read_json(text, most, memory, &event, &error), BRABEION_OK);
	cr_expect_eq(brabeion_event_read_json(text, most + 1, memory, &event, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message, "longer than 1 MiB");
	brabeion_error_finish(&error);
	brabeion_event_memory_close(memory);
	free(text);
}

Test(json_api, an_allocator_with_a_function_missing_is_refused)
{
	scarce supply = { .left = 100 };
	brabeion_allocator allocator = allocator_of(&supply);
	brabeion_event_memory *memory = NULL;
	allocator.release = NULL;
	cr_expect_eq(brabeion_event_memory_open(&allocator, &memory, NULL), BRABEION_INVALID);
	cr_expect_null(memory);
}

Test(json_api, whichever_allocation_fails_the_event_is_whole_or_not_there)
{
	static const char json[] =
		"{\"event\":\"e\",\"user\":12,\"id\":34,\"x\":[1,{\"k\":\"\\u00e9\"}],\"t\":\"text\"}";
	long n = 0;
	brabeion_status status;
	do {
		scarce supply = { .left = n++ };
		brabeion_allocator allocator = allocator_of(&supply);
		brabeion_event_memory *memory = NULL;
		brabeion_event event = BRABEION_EVENT(.name = "before");
		brabeion_error error = BRABEION_NO_ERROR;
		status = brabeion_event_memory_open(&allocator, &memory, &error);
		if (status == BRABEION_OK)
			status = brabeion_event_read_json(json, sizeof json - 1, memory, &event, &error);
		if (status != BRABEION_OK) {
			cr_assert_eq(status, BRABEION_NO_MEMORY, "after %ld: %s", n, error.message);
			cr_assert_str_eq(event.name, "before");
			cr_assert_not_null(error.message);
		}
		if (memory && status != BRABEION_OK) {
			supply.left = 100;
			cr_assert_eq(brabeion_event_read_json(json, sizeof json - 1, memory, &event, &error),
				     BRABEION_OK);
			cr_assert_str_eq(event.fields[0].value.text, "[1,{\"k\":\"\xC3\xA9\"}]");
		}
		brabeion_error_finish(&error);
		brabeion_event_memory_close(memory);
		cr_assert_eq(supply.live, 0, "after %ld", n);
	} while (status != BRABEION_OK && n < 100);
	cr_expect_eq(status, BRABEION_OK);
	cr_expect_geq(n, 4);
}

Test(json_api, an_allocator_that_calls_it_is_refused)
{
	scarce supply = { .left = 100 };
	brabeion_allocator allocator = allocator_of(&supply);
	brabeion_event_memory *memory = NULL;
	brabeion_event event = BRABEION_EVENT();
	cr_assert_eq(brabeion_event_memory_open(&allocator, &memory, NULL), BRABEION_OK);
	supply.called = memory;
	cr_expect_eq(read_event("{\"event\":\"e\",\"user\":\"u\"}", memory, &event), BRABEION_OK);
	cr_expect_eq(supply.answer, BRABEION_REENTRANT);
	supply.called = NULL;
	brabeion_event_memory_close(memory);
}

/* ---- writing ---- */

#define AWARD                                                                                    \
	"\"user\":\"ada\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\"," \
	"\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"e\\\"1\\u202e\""
#define LAPSED                                                                                     \
	"{" AWARD ",\"sequence\":14,\"revoked\":true,\"revoked_at\":\"1970-01-01T00:00:00.000Z\"," \
	"\"award_sequence\":12,\"lapsed\":true,\"note\":\"on event vote\"}"

static brabeion_award_info award = { .sequence = 12,
				     .user = "ada",
				     .badge = "points",
				     .level = 1,
				     .name = "Bronze",
				     .description = "More than 5,000 points",
				     .reason = "",
				     .event = "points_awarded",
				     .event_id = "e\"1\xE2\x80\xAE",
				     .at_us = 1390335965383000 };

static brabeion_change lapse_of_award(void)
{
	return (brabeion_change){
		.sequence = 14, .kind = BRABEION_CHANGE_LAPSED, .comment = "on event vote", .award = &award
	};
}

Test(json_api, awards_and_changes)
{
	brabeion_change changes[] = {
		lapse_of_award(), { .sequence = 12, .kind = BRABEION_CHANGE_AWARDED, .comment = "", .award = &award }
	};
	brabeion_change_list feed = { .count = 2, .changes = changes };
	brabeion_award_list list = { .count = 1, .awards = &award };
	EXPECT_JSON(brabeion_award, &award, "{" AWARD "}");
	EXPECT_JSON(brabeion_change, &changes[0], LAPSED);
	EXPECT_JSON(brabeion_change_list, &feed, "[" LAPSED ",{" AWARD ",\"sequence\":12}]");
	EXPECT_JSON(brabeion_award_list, &list,
		    "[{\"sequence\":12," AWARD ",\"description\":\"More than 5,000 points\"}]");
	list.count = feed.count = 0;
	EXPECT_JSON(brabeion_award_list, &list, "[]");
	EXPECT_JSON(brabeion_change_list, &feed, "[]");
}

Test(json_api, results)
{
	brabeion_change lapse = lapse_of_award();
	brabeion_failure failures[] = { { .plugin = "p", .slug = "b", .message = "why\n" },
					{ .plugin = "q", .message = "" } };
	brabeion_result result =
		BRABEION_RESULT(.status = BRABEION_BUSY, .outcome = BRABEION_ABANDONED, .message = "held");
	EXPECT_JSON(brabeion_result, &result,
		    "{\"status\":\"busy\",\"outcome\":\"abandoned\",\"failed\":0,\"refused\":0,\"message\":\"held\","
		    "\"failures\":[],"
		    "\"awards\":[],\"lapsed\":[]}");
	result = (brabeion_result)BRABEION_RESULT(.failed = 2, .failure_count = 2, .failures = failures,
						  .award_count = 1, .awards = &award, .lapsed_count = 1,
						  .lapsed = &lapse);
	EXPECT_JSON(brabeion_result, &result,
		    "{\"status\":\"ok\",\"outcome\":\"judged\",\"failed\":2,\"refused\":0,"
		    "\"failures\":[{\"plugin\":\"p\",\"badge\":\"b\",\"message\":\"why\\n\"},"
		    "{\"plugin\":\"q\",\"badge\":null,\"message\":\"\"}],"
		    "\"awards\":[{" AWARD "}],\"lapsed\":[" LAPSED "]}");
}

Test(json_api, badges_and_users)
{
	static const char *const events[] = { "vote", "comment" };
	static const brabeion_level level = { .name = "Gold", .description = "many", .holders = 2 };
	brabeion_badge badges[] = {
		{ .slug = "b",
		  .plugin = "p",
		  .plugin_file = "/p.so",
		  .multiple = true,
		  .level_count = 1,
		  .levels = &level,
		  .event_count = 2,
		  .events = events,
		  .holders = 3 },
		{ .slug = "c",
		  .plugin = "p",
		  .plugin_file = "/p.so",
		  .async = true,
		  .quarantined = true,
		  .quarantined_since_us = INT64_MAX,
		  .quarantine_reason = "it failed" },
	};
	brabeion_badge_list list = { .generation = 4, .count = 2, .badges = badges };
	brabeion_user user = { .user = "ada", .awards = 5, .badges = 2, .latest_at_us = 0 };
	brabeion_user_list users = { .count = 1, .users = &user };
	EXPECT_JSON(brabeion_badge_list, &list,
		    "{\"generation\":4,\"badges\":[{\"slug\":\"b\",\"plugin\":\"p\",\"plugin_file\":\"/p.so\","
		    "\"multiple\":true,\"async\":false,\"holders\":3,\"events\":[\"vote\",\"comment\"],"
		    "\"levels\":[{\"level\":1,\"name\":\"Gold\",\"description\":\"many\",\"holders\":2}],"
		    "\"quarantined\":null},"
		    "{\"slug\":\"c\",\"plugin\":\"p\",\"plugin_file\":\"/"
		    "p.so\",\"multiple\":false,\"async\":true,\"holders\":0,"
		    "\"events\":[],\"levels\":[],\"quarantined\":{\"since\":9223372036854775807,\"reason\":\"it "
		    "failed\"}}]}");
	EXPECT_JSON(brabeion_user_list, &users,
		    "[{\"user\":\"ada\",\"awards\":5,\"badges\":2,\"latest_at\":\"1970-01-01T00:00:00.000Z\"}]");
}

Test(json_api, progress)
{
	brabeion_progress badges[] = {
		{ .badge = "b",
		  .held = 1,
		  .held_level = 1,
		  .level_count = 3,
		  .level = 2,
		  .name = "Silver",
		  .description = "more",
		  .has_progress = true,
		  .done = 7,
		  .goal = 10,
		  .error = "" },
		{ .badge = "c", .level_count = 1, .name = "", .description = "", .quarantined = true, .error = "no" },
	};
	brabeion_progress_list list = { .count = 2, .badges = badges };
	EXPECT_JSON(
		brabeion_progress_list, &list,
		"[{\"badge\":\"b\",\"held\":1,\"held_level\":1,\"levels\":3,\"level\":2,\"name\":\"Silver\","
		"\"description\":\"more\",\"done\":7,\"goal\":10},"
		"{\"badge\":\"c\",\"held\":0,\"held_level\":0,\"levels\":1,\"quarantined\":true,\"error\":\"no\"}]");
}

#define JOB(loaded)                                                                                      \
	"{\"id\":3,\"state\":\"parked\",\"badge\":\"b\"," loaded "\"user\":\"ada\",\"event\":\"vote\","  \
	"\"event_id\":\"\",\"at\":\"1970-01-01T00:00:00.000Z\",\"due_at\":\"1970-01-01T00:00:01.000Z\"," \
	"\"retry_at\":null,\"lease_until\":null,\"history\":0,\"attempts\":2,"                           \
	"\"parked_at\":\"1970-01-01T00:00:02.000Z\",\"parked_why\":\"failed\",\"error\":\"why\""

Test(json_api, jobs)
{
	brabeion_job_info job = { .id = 3,
				  .state = BRABEION_JOB_PARKED,
				  .badge = "b",
				  .user = "ada",
				  .event = "vote",
				  .event_id = "",
				  .due_us = 1000000,
				  .retry_us = 5,
				  .attempts = 2,
				  .parked_us = 2000000,
				  .parked_why = "failed",
				  .error = "why" };
	brabeion_job_attempt attempt = { .number = 1, .at_us = 0, .error = "first" };
	brabeion_job_page page = BRABEION_JOB_PAGE(.found = true, .job = &job, .frozen = "{\"a\": [1,\n2]}",
						   .attempt_count = 1, .attempts = &attempt);
	brabeion_job_list list = { .count = 1, .jobs = &job };
	brabeion_badge badge = { .slug = "b" };
	brabeion_badge_list one = { .count = 1, .badges = &badge }, none = { 0 };
	brabeion_job_write_json(&job, NULL, keep, &written);
	expect(JOB("") "}");
	brabeion_job_write_json(&job, &none, keep, &written);
	expect(JOB("\"loaded\":false,") "}");
	brabeion_job_list_write_json(&list, &one, keep, &written);
	expect("[" JOB("\"loaded\":true,") "}]");
	brabeion_job_page_write_json(&page, NULL, keep, &written);
	expect(JOB("") ",\"frozen\":{\"a\": [1, 2]},\"failures\":[{\"number\":1,\"at\":\"1970-01-01T00:00:00.000Z\","
		       "\"error\":\"first\"}]}");
}

Test(json_api, from_json_to_json)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\n");
	brabeion_event_memory *memory = NULL;
	brabeion_event event = BRABEION_EVENT();
	cr_assert_eq(brabeion_event_memory_open(NULL, &memory, NULL), BRABEION_OK);
	cr_assert_eq(
		read_event("{\"event\":\"points\",\"user\":\"ada\",\"id\":\"p9\",\"at\":\"2014-01-21T20:26:05.383Z\","
			   "\"points\":50}",
			   memory, &event),
		BRABEION_OK);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.award_count, 1);
	EXPECT_JSON(brabeion_result, &result,
		    "{\"status\":\"ok\",\"outcome\":\"judged\",\"failed\":0,\"refused\":0,\"failures\":[],\"awards\":"
		    "[{\"user\":"
		    "\"ada\","
		    "\"badge\":\"good-one\",\"level\":2,\"name\":\"Silver\",\"reason\":\"\",\"at\":\"2014-01-21T20:"
		    "26:05.383Z\","
		    "\"event\":\"points\",\"event_id\":\"p9\"}],\"lapsed\":[]}");
	brabeion_result_finish(&result);
	brabeion_event_memory_close(memory);
	scene_finish(here);
}
