/*
 * bench_generate: writes histories for the benchmarks as JSON lines to stdout.
 *
 *	bench_generate points COUNT USERS [ids]     points events of a fixed pseudo-random sequence
 *	bench_generate repeat COUNT HISTORY         a history repeated, each copy with other users, posts and ids
 *	bench_generate mixed COUNT USERS [random]   90 days of events for the badges of scale.yaml: half of them of at
 *	                                            most 1,000 busy users, the rest spread over all. Each has an id, a
 *	                                            serial number or random like a UUID, and one in 1,000 comes twice
 *
 * The same arguments give the same bytes. Of `mixed` the ids alone differ with `random`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES = 256, BUSY_MOST = 1000, HISTORY_S = 90 * 86400, REPEAT_EVERY = 1000, AMOUNTS = 500, PAGES = 200 };

#define HISTORY_BEGIN_S INT64_C(1704067200) /* 2024-01-01T00:00:00Z */

static uint64_t state = 42, id_state = 4711;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random_of(uint64_t *sequence)
{
	uint64_t z = *sequence += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t next_random(void)
{
	return next_random_of(&state);
}

static int generate_points(long count, long users, int ids)
{
	for (long i = 0; i < count; i++) {
		uint64_t random = next_random();
		printf("{\"event\":\"points_awarded\",\"user\":\"user-%" PRIu64 "\"", random % (uint64_t)users);
		if (ids)
			printf(",\"id\":\"event-%08ld\"", i);
		printf(",\"points\":%" PRIu64 "}\n", (random >> 32) % 12000);
	}
	return ferror(stdout) != 0;
}

/* ---- mixed ------------------------------------------------------------------------------------------------------- */

/* A busy user is one of all, every so many of them. */
static long choose_user(long users)
{
	long busy = users / 10 < BUSY_MOST ? users / 10 : BUSY_MOST;
	uint64_t random = next_random();
	if (busy > 0 && (random & 1) != 0)
		return (long)((random >> 1) % (uint64_t)busy) * (users / busy);
	return (long)((random >> 1) % (uint64_t)users);
}

static int format_id(char *to, size_t size, long number, int is_random)
{
	if (!is_random)
		return snprintf(to, size, "event-%09ld", number);
	uint64_t high = next_random_of(&id_state), low = next_random_of(&id_state);
	return snprintf(to, size, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
			(high >> 16) & 0xffff, high & 0xfff, 0x8000 | ((low >> 48) & 0x3fff), low & 0xffffffffffff);
}

static int format_time(char *to, size_t size, int64_t at_s)
{
	struct tm at;
	time_t seconds = (time_t)at_s;
	gmtime_r(&seconds, &at);
	return (int)strftime(to, size, "%Y-%m-%dT%H:%M:%SZ", &at);
}

/* One of the four events of scale.yaml, with its field if it has one. */
static int format_event(char *to, size_t size)
{
	uint64_t random = next_random();
	switch (random & 3) {
	case 0:
		return snprintf(to, size, "\"event\":\"posted\"");
	case 1:
		return snprintf(to, size, "\"event\":\"donated\",\"amount\":%" PRIu64, 1 + (random >> 2) % AMOUNTS);
	case 2:
		return snprintf(to, size, "\"event\":\"visited\",\"page\":\"page-%" PRIu64 "\"",
				(random >> 2) % PAGES);
	default:
		return snprintf(to, size, "\"event\":\"signed_in\"");
	}
}

static int generate_mixed(long count, long users, int has_random_ids)
{
	char again[LINE_BYTES] = "";
	for (long i = 0; i < count; i++) {
		char line[LINE_BYTES], event[LINE_BYTES / 4], id[LINE_BYTES / 4], at[LINE_BYTES / 4];
		if (i % REPEAT_EVERY == REPEAT_EVERY - 1) {
			fputs(again, stdout);
			continue;
		}
		format_event(event, sizeof event);
		format_id(id, sizeof id, i, has_random_ids);
		format_time(at, sizeof at, HISTORY_BEGIN_S + (int64_t)((double)i / (double)count * HISTORY_S));
		snprintf(line, sizeof line, "{%s,\"user\":\"user-%ld\",\"id\":\"%s\",\"at\":\"%s\"}\n", event,
			 choose_user(users), id, at);
		fputs(line, stdout);
		if (i % REPEAT_EVERY == 0)
			memcpy(again, line, sizeof again);
	}
	return ferror(stdout) != 0;
}

/* ---- repeat ------------------------------------------------------------------------------------------------------ */

/* True when `at` follows a key whose value differs from copy to copy. */
static int is_copied_key(const char *line, const char *at)
{
	static const char *const keys[] = { "\"id\":", "\"user\":", "\"by\":", "\"post\":", "\"parent\":" };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		size_t length = strlen(keys[i]);
		if ((size_t)(at - line) >= length && memcmp(at - length, keys[i], length) == 0)
			return 1;
	}
	return 0;
}

/* Writes the line, with "~COPY" appended to those texts and ten million per copy added to those numbers. */
static void write_copy(const char *line, long copy)
{
	for (const char *at = line; *at;) {
		if (!is_copied_key(line, at)) {
			putchar(*at++);
		} else if (*at == '"') {
			size_t length = strcspn(at + 1, "\"");
			printf("%.*s", (int)length + 1, at);
			if (length != strlen("deleted") || memcmp(at + 1, "deleted", length) != 0)
				printf("~%ld", copy);
			at += length + 1;
			putchar(*at++);
		} else {
			char *end;
			printf("%lld", strtoll(at, &end, 10) + copy * 10000000LL);
			at = end > at ? end : at + 1;
		}
	}
}

static int repeat(long count, const char *history)
{
	char line[65536];
	FILE *file = fopen(history, "r");
	if (!file) {
		perror(history);
		return 1;
	}
	long copy = 0, in_copy = 0;
	while (count) {
		if (fgets(line, sizeof line, file)) {
			write_copy(line, copy);
			in_copy++;
			count--;
		} else if (in_copy) {
			rewind(file);
			copy++;
			in_copy = 0;
		} else {
			fprintf(stderr, "%s is empty\n", history);
			break;
		}
	}
	fclose(file);
	return count != 0 || ferror(stdout) != 0;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "points") == 0)
		return generate_points(atol(argv[2]), atol(argv[3]), argc > 4 && strcmp(argv[4], "ids") == 0);
	if (argc >= 4 && strcmp(argv[1], "mixed") == 0)
		return generate_mixed(atol(argv[2]), atol(argv[3]), argc > 4 && strcmp(argv[4], "random") == 0);
	if (argc == 4 && strcmp(argv[1], "repeat") == 0)
		return repeat(atol(argv[2]), argv[3]);
	fprintf(stderr, "usage: bench_generate points COUNT USERS [ids] | repeat COUNT HISTORY |"
			" mixed COUNT USERS [random]\n");
	return 2;
}
