#include "support/storm.h"

#include <stdarg.h>

/* ---- TAP ---- */
static int storm_tests, storm_failures;

void storm_expect(bool fine, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	storm_failures += !fine;
	printf("%s %d - ", fine ? "ok" : "not ok", ++storm_tests);
	vprintf(format, arguments);
	putchar('\n');
	fflush(stdout);
	va_end(arguments);
}

void storm_skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++storm_tests, what, why);
}

void storm_expect_count(const char *what, long got, long wanted)
{
	if (got != wanted)
		storm_expect(false, "%s: %ld instead of %ld", what, got, wanted);
	else
		storm_expect(true, "%s", what);
}

int storm_end(void)
{
	printf("1..%d\n", storm_tests);
	return storm_failures > 0;
}

void storm_give_up(const char *what, const char *message)
{
	printf("Bail out! %s: %s\n", what, message ? message : "no message");
	exit(99);
}

int storm_rounds(int usual, int in_full)
{
	const char *whole = getenv("BRB_LONG");
	return whole && whole[0] ? in_full : usual;
}

int storm_step(int usual)
{
	enum { SHORT_FACTOR = 4 };
	const char *brief = getenv("BRB_SHORT");
	int step = storm_rounds(brief && brief[0] ? usual * SHORT_FACTOR : usual, 1);
	if (step > usual)
		printf("# BRB_SHORT: trials at every %d, usually at every %d\n", step, usual);
	fflush(stdout); /* a child must not say it again */
	return step;
}

/* ---- the engine ---- */

void storm_config(const storm *here, const char *text)
{
	char aside[STORM_PATH_BYTES * 2];
	snprintf(aside, sizeof aside, "%s/badges.yaml.new", here->folder);
	FILE *file = fopen(aside, "w");
	if (!file)
		storm_give_up(aside, "cannot be written");
	fprintf(file, "database: badges.db\nplugin_path: ['%s']\n%s", BRB_TEST_PLUGIN_DIR, text);
	if (fclose(file) != 0 || rename(aside, here->config) != 0)
		storm_give_up(here->config, "cannot be written");
}

void storm_place(const storm *here, const char *plugin, const char *as, size_t cut_bytes)
{
	static char bytes[4 * 1024 * 1024];
	char from[STORM_PATH_BYTES * 2], aside[STORM_PATH_BYTES * 2], to[STORM_PATH_BYTES * 2];
	snprintf(from, sizeof from, "%s/%s", BRB_TEST_PLUGIN_DIR, plugin);
	snprintf(aside, sizeof aside, "%s/%s.new", here->folder, as);
	snprintf(to, sizeof to, "%s/%s", here->folder, as);
	FILE *source = fopen(from, "rb"), *target = fopen(aside, "wb");
	if (!source || !target)
		storm_give_up(as, "cannot be written");
	size_t length = fread(bytes, 1, sizeof bytes, source);
	length = cut_bytes && cut_bytes < length ? cut_bytes : length;
	bool written = fwrite(bytes, 1, length, target) == length;
	fclose(source);
	if (fclose(target) != 0 || !written || rename(aside, to) != 0)
		storm_give_up(as, "cannot be written");
}

void storm_init(storm *here, const char *text)
{
	memset(here, 0, sizeof *here);
	make_folder_in(here->folder, sizeof here->folder);
	snprintf(here->config, sizeof here->config, "%.400s/badges.yaml", here->folder);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("BRABEION_PLUGIN_PATH");
	setenv("BRABEION_PROBE", BRB_BUILD_DIR "/engine/probe/brabeion-probe", 0);
	storm_config(here, text);
}

void storm_open(storm *here)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = here->config);
	if (brabeion_open(&options, &here->engine, &error) != BRABEION_OK)
		storm_give_up("brabeion_open", error.message);
}

void storm_finish(storm *here)
{
	brabeion_close(here->engine);
	remove_folder(here->folder);
}

void storm_count_told(void *context, const brabeion_award_info *award)
{
	storm *here = context;
	(void)award;
	atomic_fetch_add(&here->told, 1);
}

long storm_count(const storm *here, const char *user)
{
	int64_t count = -1;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_count_awards(here->engine, user, &count, &error) != BRABEION_OK)
		storm_give_up("brabeion_count_awards", error.message);
	return (long)count;
}

long storm_count_badge(const storm *here, const char *slug)
{
	brabeion_award_list list;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_badge_awards(here->engine, slug, NULL, &list, &error) != BRABEION_OK)
		storm_give_up("brabeion_badge_awards", error.message);
	long count = (long)list.count;
	brabeion_award_list_finish(&list);
	return count;
}

/* ---- threads ---- */

static void *storm_run_thread(void *context)
{
	storm_thread *thread = context;
	pthread_barrier_wait(thread->together);
	thread->work(thread);
	return NULL;
}

void storm_run(storm *here, int count, void (*work)(storm_thread *thread), storm_thread *sum)
{
	storm_thread threads[STORM_THREADS_MOST];
	pthread_barrier_t together;
	*sum = (storm_thread){ .here = here };
	pthread_barrier_init(&together, NULL, (unsigned)count);
	for (int i = 0; i < count; i++) {
		threads[i] = (storm_thread){ .here = here, .number = i, .together = &together, .work = work };
		if (pthread_create(&threads[i].id, NULL, storm_run_thread, &threads[i]) != 0)
			storm_give_up("pthread_create", "failed");
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i].id, NULL);
		sum->judged += threads[i].judged;
		sum->duplicates += threads[i].duplicates;
		sum->awards += threads[i].awards;
		sum->errors += threads[i].errors;
	}
	pthread_barrier_destroy(&together);
}

void storm_fire(storm_thread *thread, const brabeion_event *event)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_status status = brabeion_possibly_award(thread->here->engine, event, &result);
	if (status != BRABEION_OK || result.failed) {
		printf("# status %d: %s\n", status, result.message ? result.message : "no message");
		thread->errors++;
	}
	thread->judged += result.outcome == BRABEION_JUDGED;
	thread->duplicates += result.outcome == BRABEION_DUPLICATE;
	thread->awards += result.award_count;
	brabeion_result_finish(&result);
}
