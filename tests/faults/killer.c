/*
 * SIGKILL under load: processes that judge a stream of numbered events, each acknowledged through a pipe once its
 * commit is done, are killed at random moments and started again after (or a little before) the last acknowledged
 * event. At the end every acknowledged award must be there under its sequence, none twice, each tally exact.
 *
 * Runs with one process, and with four on one database, each with its own users and users that all share. The seed is
 * fixed; at which instruction a process is killed depends on the machine.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "support/fault.h"

enum { PROCESSES_MOST = 4, OWN_USERS = 5, SHARED_USERS = 2, BATCH = 3, AGAIN = 7 };

static const char config[] = "busy_timeout: 60s\n"
			     "journal: keep 30d\n"
			     "plugins:\n"
			     "  - file: memory_user.so\n"
			     "    badges:\n"
			     "      - { badge: memory-user, slug: first, settings: { name: a, at: 1 } }\n"
			     "      - { badge: memory-user, slug: fifty, settings: { name: b, at: 50 } }\n"
			     "  - file: obedient.so\n"
			     "    badges: [{ badge: many, events: [memory] }]\n"
			     "  - file: good_one.so\n"
			     "    badges: [{ badge: good-one, events: [memory] }]\n";

/* A process's report of one event; smaller than PIPE_BUF, so written atomically. */
typedef struct acknowledgement {
	int32_t number; /* of the event, from 1; 0: an error */
	int32_t duplicate;
	int64_t sequence; /* of its award of "many" */
} acknowledgement;

typedef struct stream {
	pid_t process;
	int pipe;
	int acknowledged; /* the last event */
	int64_t *sequences;
} stream;

typedef struct killing {
	fault_scene scene;
	int process_count;
	int event_count; /* of each stream */
	stream streams[PROCESSES_MOST];
	uint64_t random;
	long kills, starts, errors, judged_twice;
} killing;

/* Knuth's MMIX generator; use the high bits. */
static int random_below(killing *here, int bound)
{
	here->random = here->random * 6364136223846793005u + 1442695040888963407u;
	return (int)((here->random >> 33) % (uint64_t)bound);
}

/* ---- the stream: event `number` of process `which` ---- */

typedef struct numbered {
	char user[32], id[32];
	brabeion_field points;
	brabeion_event event;
} numbered;

static int shared_user_of(int number)
{
	return number % 4 == 3 ? number / 4 % SHARED_USERS : -1;
}

static void make_event(numbered *made, int which, int number)
{
	static const int points[] = { 5, 50, 500 };
	int shared = shared_user_of(number);
	if (shared >= 0)
		snprintf(made->user, sizeof made->user, "shared%d", shared);
	else
		snprintf(made->user, sizeof made->user, "own%d-%d", which, number % OWN_USERS);
	snprintf(made->id, sizeof made->id, "p%d-%d", which, number);
	made->points = BRABEION_INT("points", points[number % 3]);
	made->event = (brabeion_event)BRABEION_EVENT(.name = "memory", .user = made->user, .id = made->id,
						     .fields = &made->points, .field_count = 1);
}

/* ---- a process ---- */

static bool acknowledge(int pipe, int number, brabeion_result *result)
{
	acknowledgement answer = { .number = number, .duplicate = result->outcome == BRABEION_DUPLICATE };
	for (uint32_t i = 0; i < result->award_count; i++)
		if (strcmp(result->awards[i].badge, "many") == 0)
			answer.sequence = result->awards[i].sequence;
	bool fine = result->status == BRABEION_OK && !result->failed && (answer.duplicate || answer.sequence);
	if (!fine) {
		printf("# event %d: %s\n", number, result->message ? result->message : "no award");
		answer.number = 0;
	}
	brabeion_result_finish(result);
	return write(pipe, &answer, sizeof answer) == (ssize_t)sizeof answer && fine;
}

/* Judges the events from `number` on, some in batches; each is acknowledged after its commit. */
static bool judge_stream(const killing *here, brabeion_engine *engine, int which, int number, int pipe)
{
	numbered made[BATCH];
	brabeion_event events[BATCH];
	brabeion_result results[BATCH] = { BRABEION_RESULT() };
	bool fine = true;
	while (number <= here->event_count && fine) {
		int count = number % 10 == 0 && number + BATCH <= here->event_count ? BATCH : 1;
		for (int i = 0; i < count; i++) {
			make_event(&made[i], which, number + i);
			events[i] = made[i].event;
		}
		if (count == 1)
			brabeion_possibly_award(engine, events, results);
		else
			brabeion_possibly_award_batch(engine, events, (size_t)count, results);
		for (int i = 0; i < count; i++)
			fine = acknowledge(pipe, number + i, &results[i]) && fine;
		number += count;
	}
	return fine;
}

static int be_process(const killing *here, int which, int from, int pipe)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = here->scene.base.config);
	acknowledgement failure = { .number = 0 };
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK) {
		printf("# open: %s\n", error.message);
		fflush(stdout);
		return write(pipe, &failure, sizeof failure) > 0;
	}
	bool fine = judge_stream(here, engine, which, from, pipe);
	brabeion_close(engine);
	fflush(stdout);
	return !fine;
}

static void start(killing *here, int which)
{
	int ends[2];
	stream *one = &here->streams[which];
	int from = one->acknowledged + 1 - random_below(here, AGAIN); /* some are sent again */
	if (from < 1)
		from = 1;
	if (pipe(ends) != 0)
		storm_give_up("pipe", "failed");
	fflush(stdout);
	one->process = fork();
	if (one->process == 0) {
		close(ends[0]);
		_exit(be_process(here, which, from, ends[1]));
	}
	if (one->process < 0)
		storm_give_up("fork", "failed");
	close(ends[1]);
	one->pipe = ends[0];
	here->starts++;
}

/* ---- the killer ---- */

static void take_acknowledgement(killing *here, stream *one, const acknowledgement *answer)
{
	if (answer->number == 0) {
		here->errors++;
		return;
	}
	if (answer->sequence) {
		here->judged_twice += one->sequences[answer->number] != 0 || answer->number <= one->acknowledged;
		one->sequences[answer->number] = answer->sequence;
	}
	if (answer->number > one->acknowledged)
		one->acknowledged = answer->number;
}

/* Reads one acknowledgement; at the end of the pipe closes it, reaps the process and returns false. */
static bool hear(killing *here, stream *one)
{
	acknowledgement answer;
	if (read(one->pipe, &answer, sizeof answer) == (ssize_t)sizeof answer) {
		take_acknowledgement(here, one, &answer);
		return true;
	}
	int status = -1;
	close(one->pipe);
	waitpid(one->process, &status, 0);
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	here->errors += !killed && status != 0;
	one->process = 0;
	return false;
}

/* Reads from every process that has written; false after `timeout_ms` without any, or when no process is left. */
static bool hear_any(killing *here, int timeout_ms, int *heard)
{
	struct pollfd waiting[PROCESSES_MOST];
	int which[PROCESSES_MOST];
	nfds_t count = 0;
	for (int i = 0; i < here->process_count; i++) {
		if (!here->streams[i].process)
			continue;
		which[count] = i;
		waiting[count++] = (struct pollfd){ .fd = here->streams[i].pipe, .events = POLLIN };
	}
	if (!count || poll(waiting, count, timeout_ms) <= 0)
		return false;
	for (nfds_t i = 0; i < count; i++)
		if (waiting[i].revents)
			*heard += hear(here, &here->streams[which[i]]);
	return true;
}

static void kill_one(killing *here, int which)
{
	stream *one = &here->streams[which];
	if (!one->process)
		return;
	kill(one->process, SIGKILL);
	here->kills++;
	while (hear(here, one)) /* what was acknowledged before the end counts */
		;
}

/* Waits for a random number of acknowledgements and up to 600 us; every fourth time less, while still opening. */
static void wait_for_moment(killing *here, int round)
{
	int heard = 0, wanted = random_below(here, 80);
	if (round % 4 == 3) {
		hear_any(here, random_below(here, 12), &heard);
		return;
	}
	while (heard < wanted && hear_any(here, 60000, &heard))
		;
	struct timespec while_more = { 0, random_below(here, 600) * 1000 };
	nanosleep(&while_more, NULL);
}

static void kill_again_and_again(killing *here, int rounds)
{
	for (int i = 0; i < here->process_count; i++)
		start(here, i);
	for (int round = 0; round < rounds; round++) {
		int which = random_below(here, here->process_count);
		wait_for_moment(here, round);
		kill_one(here, which);
		for (int i = 0; i < here->process_count; i++) /* also those that finished their stream */
			if (!here->streams[i].process)
				start(here, i);
	}
	int heard = 0;
	while (hear_any(here, 60000, &heard))
		;
	for (int i = 0; i < here->process_count; i++)
		if (here->streams[i].process) {
			printf("# process %d hangs\n", i);
			here->errors++;
			kill_one(here, i);
		}
}

/* ---- final checks ---- */

/* Acknowledged awards of "many", one per event, that are missing or have another sequence. */
static long count_lost(const killing *here)
{
	sqlite3 *handle = fault_connect(&here->scene);
	sqlite3_stmt *statement = NULL;
	long expected = 0, found = 0;
	for (int i = 0; i < here->process_count; i++)
		for (int number = 1; number <= here->event_count; number++)
			expected += here->streams[i].sequences[number] != 0;
	sqlite3_prepare_v2(
		handle, "SELECT reason, sequence FROM awards JOIN badges AS b ON b.id = badge WHERE b.slug = 'many'",
		-1, &statement, NULL);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		int which = -1, number = -1;
		const char *reason = (const char *)sqlite3_column_text(statement, 0);
		if (!reason || sscanf(reason, "p%d-%d", &which, &number) != 2 || which < 0 ||
		    which >= here->process_count || number < 1 || number > here->event_count)
			continue;
		int64_t sequence = here->streams[which].sequences[number];
		found += sequence && sequence == sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	printf("# %ld awards acknowledged\n", expected);
	return expected - found;
}

/* Users whose tally, levels or threshold differ from those of the streams with each event counted once. */
static long count_wrong_users(const killing *here)
{
	char sql[512];
	long wrong = 0;
	for (int slot = 0; slot < PROCESSES_MOST * OWN_USERS + SHARED_USERS; slot++) {
		numbered made;
		char user[32] = "";
		long events = 0;
		unsigned levels = 0;
		for (int which = 0; which < here->process_count; which++)
			for (int number = 1; number <= here->event_count; number++) {
				int shared = shared_user_of(number);
				int is = shared >= 0 ? PROCESSES_MOST * OWN_USERS + shared
						     : which * OWN_USERS + number % OWN_USERS;
				if (is != slot)
					continue;
				make_event(&made, which, number);
				memcpy(user, made.user, sizeof user);
				events++;
				levels |= 1U << number % 3;
			}
		if (!events)
			continue;
		snprintf(sql, sizeof sql,
			 "SELECT (SELECT group_concat(value) FROM tallies WHERE subject = '%s') = '%ld,%ld' AND"
			 " (SELECT count(*) FROM awards AS a JOIN users AS u ON u.id = a.user JOIN badges AS b"
			 "   ON b.id = badge WHERE u.name = '%s' AND b.slug <> 'many') = %d",
			 user, events, events, user, 1 + (events >= 50) + __builtin_popcount(levels));
		if (fault_ask_number(&here->scene, sql) != 1) {
			printf("# %s is not as %ld events leave a user\n", user, events);
			wrong++;
		}
	}
	return wrong;
}

static void test_killing(const char *what, int process_count, int rounds, uint64_t seed)
{
	static killing here;
	here = (killing){ .process_count = process_count, .random = seed };
	here.event_count = rounds * 80 / process_count + 300;
	fault_init(&here.scene, config);
	for (int i = 0; i < process_count; i++) {
		here.streams[i].sequences = calloc((size_t)here.event_count + 1, sizeof(int64_t));
		if (!here.streams[i].sequences)
			storm_give_up("calloc", "out of memory");
	}
	kill_again_and_again(&here, rounds);
	long all = (long)process_count * here.event_count;
	printf("# %s: %ld kills, %ld starts, %ld events\n", what, here.kills, here.starts, all);
	storm_expect(here.kills > rounds / 2, "%s: killed again and again", what);
	storm_expect_count("  no process failed or hung otherwise", here.errors, 0);
	storm_expect_count("  no acknowledged event is judged again", here.judged_twice, 0);
	storm_expect_count("  each acknowledged award is there under its sequence", count_lost(&here), 0);
	storm_expect_count("  each event is seen once", fault_ask_number(&here.scene, "SELECT count(*) FROM seen"),
			   all);
	storm_expect_count("  and awarded once",
			   fault_ask_number(&here.scene, "SELECT count(*) FROM awards WHERE reason <> ''"), all);
	storm_expect_count("  each event is in the journal once",
			   fault_ask_number(&here.scene,
					    "SELECT count(DISTINCT seen_hash(event_id, event, user)) FROM journal"
					    " WHERE kind = 1 AND seen_hash(event_id, event, user) IN"
					    " (SELECT hash FROM seen)"),
			   all);
	storm_expect_count("  and nothing else is", fault_ask_number(&here.scene, "SELECT count(*) FROM journal"),
			   all);
	storm_expect_count("  each user has the tallies and levels of each event once", count_wrong_users(&here), 0);
	storm_expect_count(
		"  the database is sound",
		fault_ask_number(&here.scene,
				 "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
		0);
	for (int i = 0; i < process_count; i++)
		free(here.streams[i].sequences);
	fault_finish(&here.scene);
}

int main(void)
{
	int rounds = storm_rounds(20, 200);
	signal(SIGPIPE, SIG_IGN);
	test_killing("one process", 1, rounds, 20140121);
	test_killing("four processes", PROCESSES_MOST, rounds, 20140122);
	return storm_end();
}
