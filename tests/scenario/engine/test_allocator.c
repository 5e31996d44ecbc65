/*
 * The host's allocator: the library takes all its memory from it, on every thread, and frees all of it; on a memory
 * shortage nothing leaks and calls report it; two engines use theirs separately.
 */
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>

#include "support/scene.h"

static const char badges[] =
	"plugins:\n  - file: good_one.so\n"
	"    badges: [{ badge: good-one, color: '#102030', levels: ["
	"{ name: { de: Erz, fr: Airain }, image: medal.gif }, { name: { de: Zwei } }, Three] }]\n"
	"  - file: good_many.so\n  - file: memory_user.so\n"
	"    badges: [{ badge: memory-user, slug: third, settings: { at: 2 } }]\n";

/* ---- a counting allocator ---- */

#define MARK UINT64_C(0x6272616265696f6e)

/* In front of each block: its allocator. */
typedef struct prefix {
	_Alignas(16) struct counting *owner;
	uint64_t mark;
} prefix;

typedef struct counting {
	brabeion_allocator functions;
	atomic_long living, taken, wrong;
	atomic_long fails_at; /* counts down; at 1 one allocation fails */
	brabeion_engine *engine;
	atomic_long refused; /* refused calls of `engine` from inside the allocator */
} counting;

static bool fails(counting *mine)
{
	return atomic_load(&mine->fails_at) && atomic_fetch_sub(&mine->fails_at, 1) == 1;
}

/* Calls that an allocator must not make: with a message, without a result, and with one. */
static void call_engine(counting *mine)
{
	brabeion_engine *engine = mine->engine;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_award_list awards;
	brabeion_result result = BRABEION_RESULT();
	const brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = "ada");
	const brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada", .badge = "first-visit");
	if (!engine)
		return;
	atomic_fetch_add(&mine->refused,
			 brabeion_user_awards(engine, "ada", NULL, &awards, &error) == BRABEION_REENTRANT &&
				 strncmp(error.message, "called from inside", 18) == 0);
	brabeion_error_finish(&error);
	atomic_fetch_add(&mine->refused, brabeion_possibly_award(engine, &visit, &result) == BRABEION_REENTRANT &&
						 strncmp(result.message, "called from inside", 18) == 0);
	brabeion_result_finish(&result);
	atomic_fetch_add(&mine->refused, brabeion_revoke(engine, &revocation, NULL, &error) == BRABEION_REENTRANT &&
						 strncmp(error.message, "called from inside", 18) == 0);
	brabeion_error_finish(&error);
	atomic_fetch_add(&mine->refused, brabeion_open(NULL, &engine, NULL) == BRABEION_REENTRANT);
	atomic_fetch_add(&mine->refused, brabeion_submit(engine, &visit, NULL, NULL) == BRABEION_REENTRANT);
}

static void *take(void *context, size_t size)
{
	counting *mine = context;
	call_engine(mine);
	prefix *given = !size || fails(mine) ? NULL : malloc(sizeof *given + size);
	if (!given) {
		atomic_fetch_add(&mine->wrong, !size);
		return NULL;
	}
	given->owner = mine;
	given->mark = MARK;
	atomic_fetch_add(&mine->living, 1);
	atomic_fetch_add(&mine->taken, 1);
	memset(given + 1, 0xa5, size);
	return given + 1;
}

static bool is_mine(counting *mine, const prefix *given)
{
	bool ours = given->owner == mine && given->mark == MARK;
	atomic_fetch_add(&mine->wrong, !ours);
	return ours;
}

static void *resize(void *context, void *block, size_t size)
{
	counting *mine = context;
	call_engine(mine);
	if (!is_mine(mine, (prefix *)block - 1) || fails(mine))
		return NULL;
	prefix *given = realloc((prefix *)block - 1, sizeof *given + size);
	return given ? given + 1 : NULL;
}

static void release(void *context, void *block)
{
	counting *mine = context;
	call_engine(mine);
	prefix *given = (prefix *)block - 1;
	if (!is_mine(mine, given))
		return;
	given->mark = 0;
	atomic_fetch_sub(&mine->living, 1);
	free(given);
}

static void configure(scene *here)
{
	scene_write(here, "medal.gif", "GIF89a");
	scene_config(here, badges);
}

static scene *scene_counting(counting *mine)
{
	scene *here = scene_new();
	*mine = (counting){ .functions = BRABEION_ALLOCATOR(.allocate = take, .reallocate = resize,
							    .release = release, .context = mine) };
	here->options.allocator = &mine->functions;
	configure(here);
	return here;
}

/* ---- the library's calls of malloc ---- */

/*
 * This program's malloc, calloc and so on replace the C library's. A call whose return address is in libbrabeion should
 * have gone to the host's allocator. Not under a sanitizer, which has a malloc of its own.
 */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
#define WATCHES_MALLOC 1
#include <link.h>

static uintptr_t library_from, library_to;
static atomic_long elsewhere;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static void note(const void *caller)
{
	if ((uintptr_t)caller >= library_from && (uintptr_t)caller < library_to)
		atomic_fetch_add(&elsewhere, 1);
}

#pragma GCC visibility push(default)

/* Not inlined, which would change the return address. */
__attribute__((noinline)) void *malloc(size_t size)
{
	note(__builtin_return_address(0));
	return __libc_malloc(size);
}

__attribute__((noinline)) void *calloc(size_t count, size_t size)
{
	note(__builtin_return_address(0));
	return __libc_calloc(count, size);
}

__attribute__((noinline)) void *realloc(void *block, size_t size)
{
	note(__builtin_return_address(0));
	return __libc_realloc(block, size);
}

#pragma GCC visibility pop

static int find_library(struct dl_phdr_info *object, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	if (!strstr(object->dlpi_name, "/libbrabeion.so"))
		return 0;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		if (object->dlpi_phdr[i].p_type != PT_LOAD || !(object->dlpi_phdr[i].p_flags & PF_X))
			continue;
		library_from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
		library_to = library_from + object->dlpi_phdr[i].p_memsz;
	}
	return 1;
}
#endif

/* ---- using the whole API ---- */

static void completed(void *context, const brabeion_result *result)
{
	(void)result;
	++*(int *)context;
}

static void submit_and_dispatch(brabeion_engine *engine)
{
	int done = 0, expected = 0;
	for (int i = 0; i < 3; i++) {
		brabeion_field points = BRABEION_INT("points", 5);
		brabeion_event event =
			BRABEION_EVENT(.name = "visit", .user = "sub", .fields = &points, .field_count = 1);
		expected += brabeion_submit(engine, &event, completed, &done) == BRABEION_OK;
	}
	struct pollfd wait = { .fd = brabeion_completions_fd(engine), .events = POLLIN };
	while (done < expected && poll(&wait, 1, -1) > 0)
		brabeion_dispatch(engine);
}

static void judge_events(brabeion_engine *engine)
{
	brabeion_field points = BRABEION_INT("points", 500);
	const brabeion_event events[] = {
		BRABEION_EVENT(.name = "visit", .user = "ada", .id = "v1", .fields = &points, .field_count = 1),
		BRABEION_EVENT(.name = "memory", .user = "ada", .id = "m1", .fields = &points, .field_count = 1),
		BRABEION_EVENT(.name = "memory", .user = "ada", .fields = &points, .field_count = 1),
		BRABEION_EVENT(.name = "visit", .user = ""),
	};
	brabeion_result results[4] = { BRABEION_RESULT() };
	brabeion_possibly_award_batch(engine, events, 4, results);
	for (int i = 0; i < 4; i++)
		brabeion_result_finish(&results[i]);
	for (int i = 0; i < 4; i++) {
		brabeion_possibly_award(engine, &events[i], &results[i]);
		brabeion_result_finish(&results[i]);
	}
	const brabeion_grant grant = BRABEION_GRANT(.user = "bob", .badge = "first-visit", .comment = "for tea");
	brabeion_award(engine, &grant, &results[0]);
	brabeion_result_finish(&results[0]);
}

static void look_after(brabeion_engine *engine, const char *folder)
{
	char copy[SCENE_PATH_BYTES * 2];
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_change_list changes = { 0 };
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	const brabeion_revocation revocation =
		BRABEION_REVOCATION(.user = "bob", .badge = "first-visit", .comment = "no tea");
	brabeion_revoke(engine, &revocation, &changes, &error);
	brabeion_change_list_finish(&changes);
	brabeion_error_finish(&error);
	brabeion_reload(engine, NULL, &error);
	brabeion_error_finish(&error);
	brabeion_merge_users(engine, "bob", "cyd", NULL, NULL, &error);
	brabeion_error_finish(&error);
	brabeion_forget_user(engine, "cyd", NULL, NULL, &error);
	brabeion_error_finish(&error);
	snprintf(copy, sizeof copy, "%s/copy.db", folder);
	unlink(copy);
	brabeion_backup(engine, copy, NULL, &error);
	brabeion_error_finish(&error);
	brabeion_stats(engine, &report, &error);
	brabeion_stats_finish(&report);
	brabeion_error_finish(&error);
}

static void read_all(brabeion_engine *engine)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_award_list awards = { 0 };
	brabeion_user_list users = { 0 };
	brabeion_badge_list list = { 0 };
	brabeion_change_list changes = { 0 };
	brabeion_progress_list progress = { 0 };
	brabeion_user_awards(engine, "ada", NULL, &awards, &error);
	brabeion_award_list_finish(&awards);
	brabeion_error_finish(&error);
	brabeion_badge_awards(engine,
			      "no such badge, and a name too long for one: "
			      "0123456789012345678901234567890123456789012345678901234567890",
			      NULL, &awards, &error);
	brabeion_award_list_finish(&awards);
	brabeion_error_finish(&error);
	brabeion_users(engine, NULL, 0, &users, &error);
	brabeion_user_list_finish(&users);
	brabeion_error_finish(&error);
	brabeion_badges(engine, NULL, &list, &error);
	brabeion_badge_list_finish(&list);
	brabeion_error_finish(&error);
	brabeion_changes_since(engine, 0, NULL, &changes, &error);
	brabeion_change_list_finish(&changes);
	brabeion_error_finish(&error);
	for (int i = 0; i < 2; i++) {
		brabeion_user_progress(engine, "ada", NULL, &progress, &error);
		brabeion_progress_list_finish(&progress);
		brabeion_error_finish(&error);
	}
}

/* Names in a language, and pictures. */
static void show_all(brabeion_engine *engine)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_badge_list list = { 0 };
	brabeion_level_words words = BRABEION_LEVEL_WORDS();
	brabeion_picture picture = BRABEION_PICTURE();
	brabeion_badges(engine, "de", &list, &error);
	brabeion_badge_list_finish(&list);
	brabeion_error_finish(&error);
	brabeion_translate_level(engine, "good-one", 2, "de", &words, &error);
	brabeion_level_words_finish(&words);
	brabeion_error_finish(&error);
	brabeion_level_image(engine, "good-one", 1, "de", &picture, &error);
	brabeion_picture_finish(&picture);
	brabeion_error_finish(&error);
	brabeion_draw_badge(engine, "good-one", 1, "not a language", &picture, &error);
	brabeion_error_finish(&error);
	brabeion_draw_badge(engine, "good-one", 3, "de", &picture, &error);
	brabeion_picture_finish(&picture);
	brabeion_error_finish(&error);
	brabeion_draw_user(engine, "ada", "de", &picture, &error);
	brabeion_picture_finish(&picture);
	brabeion_error_finish(&error);
}

static void use_all(scene *here)
{
	judge_events(here->engine);
	submit_and_dispatch(here->engine);
	look_after(here->engine, here->folder);
	read_all(here->engine);
	show_all(here->engine);
}

/* ---- counting ---- */

Test(allocator, what_is_taken_is_given_back_by_the_end)
{
	counting mine;
	scene *here = scene_counting(&mine);
	scene_open(here);
	cr_assert_gt(atomic_load(&mine.living), 10);
	use_all(here);
	scene_close(here);
	cr_assert_gt(atomic_load(&mine.taken), 100);
	cr_assert_eq(atomic_load(&mine.living), 0);
	cr_assert_eq(atomic_load(&mine.wrong), 0);
	scene_finish(here);
}

Test(allocator, nothing_of_the_library_s_comes_from_elsewhere)
{
#ifdef WATCHES_MALLOC
	scene *here = scene_new();
	configure(here);
	dl_iterate_phdr(find_library, NULL);
	cr_assert_lt(library_from, library_to);
	scene_open(here);
	scene_close(here);
	cr_assert_gt(atomic_load(&elsewhere), 10, "without an allocator it is the C library's");
	scene_finish(here);
	counting mine;
	here = scene_counting(&mine);
	atomic_store(&elsewhere, 0);
	scene_open(here);
	use_all(here);
	scene_close(here);
	cr_assert_eq(atomic_load(&elsewhere), 0);
	scene_finish(here);
#else
	cr_skip_test("a sanitizer's malloc cannot be watched");
#endif
}

Test(allocator, a_check_takes_its_memory_there_too)
{
	counting mine;
	scene *here = scene_counting(&mine);
	brabeion_badge_list list = { 0 };
	cr_assert_eq(brabeion_config_check(&here->options, NULL, &list, &here->error), BRABEION_OK);
	cr_assert_eq(list.count, 4);
	cr_assert_gt(atomic_load(&mine.living), 0);
	brabeion_badge_list_finish(&list);
	scene_config(here, "plugins:\n  - file: no_such.so\n");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_eq(atomic_load(&mine.living), 1, "the message");
	brabeion_error_finish(&here->error);
	cr_assert_eq(atomic_load(&mine.living), 0);
	scene_finish(here);
}

Test(allocator, results_lists_and_errors_outlive_the_engine)
{
	counting mine;
	scene *here = scene_counting(&mine);
	brabeion_award_list awards = { 0 };
	scene_open(here);
	brabeion_result result = scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"));
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &awards, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_backup(here->engine, "/no/such/folder/copy.db", NULL, &here->error), BRABEION_STORE);
	scene_close(here);
	cr_assert_str_eq(result.awards[0].badge, "first-visit");
	cr_assert_str_eq(awards.awards[0].badge, "first-visit");
	cr_assert_gt(atomic_load(&mine.living), 3);
	brabeion_result_finish(&result);
	brabeion_award_list_finish(&awards);
	brabeion_error_finish(&here->error);
	cr_assert_eq(atomic_load(&mine.living), 0);
	scene_finish(here);
}

Test(allocator, one_with_a_function_missing_is_refused)
{
	counting mine;
	scene *here = scene_counting(&mine);
	mine.functions.reallocate = NULL;
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_INVALID);
	cr_assert_null(here->engine);
	cr_assert_str_eq(here->error.message,
			 "options.allocator: allocate, reallocate and release must all be given");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_INVALID);
	cr_assert_eq(atomic_load(&mine.taken), 0);
	scene_finish(here);
}

/* ---- memory shortage ---- */

Test(allocator, whichever_time_it_has_none_nothing_leaks)
{
	counting mine;
	scene *here = scene_counting(&mine);
	long n = 0, failed_opens = 0;
	for (bool fired = true; fired;) {
		atomic_store(&mine.fails_at, ++n);
		brabeion_status status = brabeion_open(&here->options, &here->engine, &here->error);
		if (status == BRABEION_OK) {
			use_all(here);
			scene_close(here);
		} else {
			failed_opens++;
			cr_assert_not_null(here->error.message);
			brabeion_error_finish(&here->error);
		}
		fired = atomic_load(&mine.fails_at) <= 0;
		cr_assert_eq(atomic_load(&mine.living), 0, "%ld blocks are left when the %ldth was refused",
			     atomic_load(&mine.living), n);
	}
	cr_assert_gt(failed_opens, 10);
	cr_assert_gt(n, 100);
	cr_assert_eq(atomic_load(&mine.wrong), 0);
	scene_finish(here);
}

Test(allocator, the_engine_works_on_when_there_is_memory_again)
{
	counting mine;
	scene *here = scene_counting(&mine);
	scene_open(here);
	for (long n = 1; n < 40; n++) {
		char user[16];
		snprintf(user, sizeof user, "user%ld", n);
		const brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = user);
		atomic_store(&mine.fails_at, n);
		brabeion_result result = BRABEION_RESULT();
		brabeion_status status = brabeion_possibly_award(here->engine, &visit, &result);
		cr_assert(status == BRABEION_OK || status == BRABEION_NO_MEMORY, "%d", status);
		cr_assert_not_null(status == BRABEION_OK ? "" : result.message);
		brabeion_result_finish(&result);
		atomic_store(&mine.fails_at, 0);
		cr_assert_str_eq(scene_earned(here, &visit), status == BRABEION_OK ? "" : "first-visit 1 ;");
	}
	scene_finish(here);
	cr_assert_eq(atomic_load(&mine.living), 0);
}

/* ---- calls from the allocator ---- */

Test(allocator, the_engine_cannot_be_called_from_inside_it)
{
	counting mine;
	scene *here = scene_counting(&mine);
	scene_open(here);
	mine.engine = here->engine;
	long before = atomic_load(&mine.taken);
	cr_assert_str_eq(scene_earned(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada")),
			 "first-visit 1 ;");
	long calls = atomic_load(&mine.taken) - before;
	cr_assert_gt(calls, 0);
	cr_assert_geq(atomic_load(&mine.refused), calls * 5, "each of the five calls, each time");
	mine.engine = NULL;
	scene_finish(here);
	cr_assert_eq(atomic_load(&mine.living), 0);
}

/* ---- two allocators ---- */

/* A call that is refused for its arguments, with a message. */
static brabeion_status ask_wrongly(brabeion_engine *engine, int which, brabeion_error *error)
{
	const brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada");
	brabeion_award_list awards;
	switch (which) {
	case 0:
		return brabeion_revoke(engine, &revocation, NULL, error);
	case 1:
		return brabeion_forget_user(engine, "", NULL, NULL, error);
	case 2:
		return brabeion_merge_users(engine, "a", "a", NULL, NULL, error);
	case 3:
		return brabeion_backup(engine, "", NULL, error);
	case 4:
		return brabeion_user_awards(engine, NULL, NULL, &awards, error);
	default:
		return brabeion_badge_awards(engine, "\xff", NULL, &awards, error);
	}
}

Test(allocator, the_message_of_a_wrong_call_is_not_from_the_engine_before)
{
	counting before, mine;
	scene *there = scene_counting(&before), *here = scene_counting(&mine);
	scene_open(here);
	for (int i = 0; i < 6; i++) {
		scene_open(there);
		scene_close(there); /* the allocator that this thread used last; it may be freed */
		long taken = atomic_load(&before.taken), own = atomic_load(&mine.taken);
		cr_assert_eq(ask_wrongly(here->engine, i, &here->error), BRABEION_INVALID, "call %d", i);
		cr_assert_eq(atomic_load(&before.taken), taken, "call %d", i);
		cr_assert_gt(atomic_load(&mine.taken), own, "call %d", i);
	}
	scene_finish(there);
	scene_finish(here);
}

/* Calls without an engine; each fails with a message. */
static brabeion_status ask_without_engine(int which, const brabeion_options *options, brabeion_error *error)
{
	brabeion_work_settings settings = BRABEION_WORK_SETTINGS();
	brabeion_badge_list list;
	brabeion_picture picture = BRABEION_PICTURE();
	switch (which) {
	case 0:
		return brabeion_config_work_settings(options, &settings, error);
	case 1:
		return brabeion_config_check(options, NULL, NULL, error);
	case 2:
		return brabeion_config_check(options, "not a language", &list, error);
	case 3:
		return brabeion_config_draw_badge(options, "good-one", 1, "not a language", &picture, error);
	default:
		return brabeion_open(options, &(brabeion_engine *){ NULL }, error);
	}
}

Test(allocator, calls_without_an_engine_take_nothing_from_the_engine_before)
{
	static const brabeion_status expected[] = { BRABEION_CONFIG, BRABEION_CONFIG, BRABEION_INVALID,
						    BRABEION_INVALID, BRABEION_CONFIG };
	counting before;
	scene *there = scene_counting(&before);
	const brabeion_options options = BRABEION_OPTIONS(.config = "/no/such/badges.yaml");
	brabeion_error error = BRABEION_NO_ERROR;
	scene_open(there);
	scene_close(there);
	long taken = atomic_load(&before.taken);
	for (int i = 0; i < 5; i++) {
		cr_expect_eq(ask_without_engine(i, &options, &error), expected[i], "call %d", i);
		cr_expect_not_null(error.message, "call %d", i);
		cr_expect_eq(atomic_load(&before.taken), taken, "call %d", i);
	}
	brabeion_error_finish(&error);
	for (int i = 0; i < 5; i++)
		cr_expect_eq(ask_without_engine(i, &options, NULL), expected[i], "call %d", i);
	scene_finish(there);
}

Test(allocator, calls_without_an_engine_use_that_of_their_options)
{
	counting mine;
	scene *here = scene_counting(&mine);
	const brabeion_options options =
		BRABEION_OPTIONS(.config = "/no/such/badges.yaml", .allocator = &mine.functions);
	for (int i = 0; i < 5; i++) {
		cr_expect_neq(ask_without_engine(i, &options, &here->error), BRABEION_OK, "call %d", i);
		cr_expect_eq(atomic_load(&mine.living), 1, "call %d: the message", i);
		brabeion_error_finish(&here->error);
	}
	scene_finish(here);
}

static int64_t ask_from_clock(void *context)
{
	brabeion_status *statuses = context;
	const brabeion_options options = BRABEION_OPTIONS(.config = "/no/such/badges.yaml");
	for (int i = 0; i < 5; i++)
		statuses[i] = ask_without_engine(i, &options, NULL);
	return 1700000000000000;
}

Test(allocator, calls_without_an_engine_are_refused_from_inside_the_clock)
{
	brabeion_status statuses[5] = { 0 };
	scene *here = scene_new();
	here->options.clock = ask_from_clock;
	here->options.clock_context = statuses;
	configure(here);
	scene_open(here);
	scene_fire(here, "visit", "ada");
	for (int i = 0; i < 5; i++)
		cr_expect_eq(statuses[i], BRABEION_REENTRANT, "call %d: %d", i, statuses[i]);
	scene_finish(here);
}

/* Fires a visit on one engine, which must not allocate from the other's allocator. */
static void visit_one(scene *here, const char *user, counting *mine, const counting *others)
{
	brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = user);
	long mine_before = atomic_load(&mine->taken), others_before = atomic_load(&others->taken);
	brabeion_possibly_award(here->engine, &visit, NULL);
	cr_assert_gt(atomic_load(&mine->taken), mine_before);
	cr_assert_eq(atomic_load(&others->taken), others_before);
}

typedef struct nested {
	scene *here, *there;
	counting *mine, *others;
	int depth;
} nested;

static void visit_both(void *context, const brabeion_award_info *award)
{
	nested *two = context;
	(void)award;
	if (++two->depth > 1)
		return;
	visit_one(two->there, "bob", two->others, two->mine);
	visit_one(two->here, "bob", two->mine, two->others);
	visit_one(two->there, "cyd", two->others, two->mine);
}

Test(allocator, two_engines_on_one_thread_take_each_from_its_own)
{
	counting mine, others;
	scene *here = scene_counting(&mine), *there = scene_counting(&others);
	nested two = { here, there, &mine, &others, 0 };
	scene_open(here);
	scene_open(there);
	visit_one(here, "ada", &mine, &others);
	visit_one(there, "ada", &others, &mine);
	cr_assert_eq(brabeion_on_award(here->engine, visit_both, &two), BRABEION_OK);
	brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = "dot");
	brabeion_possibly_award(here->engine, &visit, NULL);
	cr_assert_eq(two.depth, 2, "dot's award and bob's");
	scene_finish(here);
	scene_finish(there);
	cr_assert_eq(atomic_load(&mine.living) + atomic_load(&others.living), 0);
}

static void fire_on_other(void *context, const brabeion_award_info *award)
{
	scene *other = context;
	brabeion_award_list awards = { 0 };
	brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = award->user);
	brabeion_possibly_award(other->engine, &visit, NULL);
	brabeion_user_awards(other->engine, award->user, NULL, &awards, NULL);
	brabeion_award_list_finish(&awards);
}

static void fire_on_own(void *context, const brabeion_award_info *award)
{
	char friend[64];
	scene *here = context;
	if (strlen(award->user) > 8)
		return;
	snprintf(friend, sizeof friend, "%.16s+", award->user);
	brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = friend);
	brabeion_possibly_award(here->engine, &visit, NULL);
}

Test(allocator, two_engines_in_each_other_s_callbacks_keep_theirs)
{
	counting mine, others;
	scene *here = scene_counting(&mine), *there = scene_counting(&others);
	scene_open(here);
	scene_open(there);
	cr_assert_eq(brabeion_on_award(here->engine, fire_on_other, there), BRABEION_OK);
	cr_assert_eq(brabeion_on_award(here->engine, fire_on_own, here), BRABEION_OK);
	cr_assert_eq(brabeion_on_award(there->engine, fire_on_other, here), BRABEION_OK);
	long mine_before = atomic_load(&mine.living), others_before = atomic_load(&others.living);
	scene_fire(here, "visit", "ada");
	submit_and_dispatch(there->engine);
	read_all(here->engine);
	int64_t count = 0, there_count = 0;
	cr_assert_eq(brabeion_count_awards(here->engine, NULL, &count, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_count_awards(there->engine, NULL, &there_count, NULL), BRABEION_OK);
	cr_assert_eq(count, 21, "ada, sub, and six friends each, some on their third visit: %d", (int)count);
	cr_assert_eq(there_count, 16, "first visits, and what sub earned: %d", (int)there_count);
	cr_assert_geq(atomic_load(&mine.living), mine_before);
	cr_assert_geq(atomic_load(&others.living), others_before);
	scene_close(here);
	cr_assert_eq(atomic_load(&mine.living), 0);
	cr_assert_gt(atomic_load(&others.living), 0);
	scene_close(there);
	cr_assert_eq(atomic_load(&others.living), 0);
	cr_assert_eq(atomic_load(&mine.wrong) + atomic_load(&others.wrong), 0);
	scene_finish(here);
	scene_finish(there);
}
