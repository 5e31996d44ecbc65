/*
 * bench_generate: writes histories for the benchmarks as JSON lines to stdout.
 *
 *	bench_generate points COUNT USERS [ids]     points events of a fixed pseudo-random sequence
 *	bench_generate repeat COUNT HISTORY         a history repeated, each copy with other users, posts and ids
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 42;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
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
	if (argc == 4 && strcmp(argv[1], "repeat") == 0)
		return repeat(atol(argv[2]), argv[3]);
	fprintf(stderr, "usage: bench_generate points COUNT USERS [ids] | repeat COUNT HISTORY\n");
	return 2;
}
