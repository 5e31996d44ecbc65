/*
 * driver: runs a target where the compiler has no libFuzzer: first every file of a corpus, then inputs that are made of them
 * by chance. It knows nothing of what the code did, so it finds less; what it finds is repeated by the same seed, and by the
 * input, which it writes to a file.
 *
 * Its options are those of libFuzzer that it needs: -runs=N (inputs made by chance; 0 unless given), -max_total_time=SECONDS,
 * -seed=N, -artifact_prefix=PATH; then folders and files. Prints TAP.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum { FILES_MOST = 1000, FILE_BYTES_MOST = 1024 * 1024, MADE_BYTES_MOST = 8192, INPUT_SECONDS = 30 };

typedef struct input {
	uint8_t *bytes;
	size_t size;
} input;

static input files[FILES_MOST];
static size_t file_count;
static input tried; /* what the target has now, for the handler */

static uint64_t chance_state;

static uint32_t chance(size_t below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((chance_state >> 33) % below);
}

/* ---- the corpus ---- */

static void read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file || file_count == FILES_MOST) {
		fprintf(stderr, "%s: %s\n", path, file ? "too many files" : "cannot be read");
		exit(2);
	}
	input *into = &files[file_count++];
	into->bytes = fuzz_copy("", 0, FILE_BYTES_MOST);
	into->size = fread(into->bytes, 1, FILE_BYTES_MOST, file);
	fclose(file);
}

static int compare_paths(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_path(const char *path)
{
	struct stat facts;
	struct dirent **entries = NULL;
	if (stat(path, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
		read_file(path);
		return;
	}
	int count = scandir(path, &entries, NULL, compare_paths);
	for (int i = 0; i < count; i++) {
		char inner[4096];
		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			read_file(inner);
		free(entries[i]);
	}
	free(entries);
}

/* ---- inputs by chance ---- */

/* Puts `size` bytes in place of `removed` ones. */
static size_t replace(uint8_t *made, size_t length, size_t at, size_t removed, const void *bytes, size_t size)
{
	if (length - removed + size > MADE_BYTES_MOST)
		return length;
	memmove(made + at + size, made + at + removed, length - at - removed);
	memmove(made + at, bytes, size);
	return length - removed + size;
}

static size_t change(uint8_t *made, size_t length)
{
	static const char *const words[] = { "\xff",
					     "\xc3\x28",
					     "\xe2\x80\xae",
					     "\x1b[",
					     "\x7f",
					     "-",
					     "0",
					     "9223372036854775808",
					     "1e999",
					     "null",
					     "\"",
					     "\\u0000",
					     "\n",
					     ": ",
					     "- ",
					     "&a",
					     "*a",
					     "[",
					     "{",
					     "]]>",
					     "<!--" };
	size_t at = chance(length + 1);
	size_t run = length - at ? 1 + chance(length - at < 16 ? length - at : 16) : 0;
	const input *other = &files[chance(file_count)];
	switch (chance(7)) {
	case 0:
		if (run)
			made[at] ^= (uint8_t)(1u << chance(8));
		return length;
	case 1:
		if (run)
			made[at] = (uint8_t)chance(256);
		return length;
	case 2:
		return replace(made, length, at, run, "", 0);
	case 3:
		return replace(made, length, at, 0, made + at, run);
	case 4: {
		const char *word = words[chance(sizeof words / sizeof *words)];
		return replace(made, length, at, 0, word, strlen(word));
	}
	case 5:
		return replace(made, length, at, 0, "", chance(8) ? 1 : 0);
	default: {
		size_t from = chance(other->size + 1);
		size_t taken = other->size - from;
		return replace(made, length, at, run, other->bytes + from, taken < 64 ? taken : 64);
	}
	}
}

static size_t make(uint8_t made[MADE_BYTES_MOST])
{
	const input *from = &files[chance(file_count)];
	size_t length = from->size < MADE_BYTES_MOST ? from->size : MADE_BYTES_MOST;
	memcpy(made, from->bytes, length);
	for (uint32_t i = chance(8) + 1; i > 0; i--)
		length = change(made, length);
	return length;
}

/* ---- the target ---- */

static char crash_path[4096], timeout_path[4096];

static void name_found(const char *prefix)
{
	snprintf(crash_path, sizeof crash_path, "%scrash", prefix);
	snprintf(timeout_path, sizeof timeout_path, "%stimeout", prefix);
}

/* Keeps the input that ends the process. */
static void keep_input(int signal_number)
{
	static const char words[] = "the input is kept in a file\n";
	int file = open(signal_number == SIGALRM ? timeout_path : crash_path,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0 || write(file, tried.bytes, tried.size) != (ssize_t)tried.size ||
	    write(STDERR_FILENO, words, sizeof words - 1) < 0)
		_exit(3);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* From a block of its own, so that a sanitizer detects an overrun. */
static void try(const uint8_t *bytes, size_t size)
{
	tried.bytes = fuzz_copy(bytes, size, 0);
	tried.size = size;
	alarm(INPUT_SECONDS);
	LLVMFuzzerTestOneInput(tried.bytes, size);
	alarm(0);
	free(tried.bytes);
}

static bool is_option(const char *word, const char *name, const char **value)
{
	size_t length = strlen(name);
	*value = word + length;
	return strncmp(word, name, length) == 0;
}

int main(int count, char **words)
{
	const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM };
	const char *value = NULL;
	unsigned long runs = 0, made_count = 0;
	long seconds = 0;
	name_found("");
	for (int i = 1; i < count; i++) {
		if (is_option(words[i], "-runs=", &value))
			runs = strtoul(value, NULL, 10);
		else if (is_option(words[i], "-max_total_time=", &value))
			seconds = strtol(value, NULL, 10);
		else if (is_option(words[i], "-seed=", &value))
			chance_state = strtoull(value, NULL, 10);
		else if (is_option(words[i], "-artifact_prefix=", &value))
			name_found(value);
		else
			read_path(words[i]);
	}
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		signal(fatal[i], keep_input);
	for (size_t i = 0; i < file_count; i++)
		try(files[i].bytes, files[i].size);
	time_t end = time(NULL) + seconds;
	for (; file_count && (made_count < runs || (seconds && time(NULL) < end)); made_count++) {
		uint8_t made[MADE_BYTES_MOST];
		try(made, make(made));
	}
	const char *name = strrchr(words[0], '/');
	printf("1..1\n%s 1 - %s: %zu files of its corpus, %lu inputs made of them\n", file_count ? "ok" : "not ok",
	       name ? name + 1 : words[0], file_count, made_count);
	for (size_t i = 0; i < file_count; i++)
		free(files[i].bytes);
	return file_count ? 0 : 1;
}
