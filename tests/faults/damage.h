/*
 * damage: gives damaged plugin files to hosts, each a process that opens an engine with the file and closes it, and counts
 * how the hosts end. The same seed makes the same files.
 */
#ifndef BRB_TESTS_DAMAGE_H
#define BRB_TESTS_DAMAGE_H

#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <brabeion/engine.h>

enum { DAMAGE_PATH_BYTES = 512, DAMAGE_FLIPS = 4, DAMAGE_HOST_SECONDS = 60 };

/* How a host ended. */
typedef enum damage_end {
	DAMAGE_LOADED,  /* loaded and closed */
	DAMAGE_CHECKED, /* refused by the checks of image/ or plugin/, or by ld.so */
	DAMAGE_TRIED,   /* refused by the probe */
	DAMAGE_PINNED,  /* refused by the pin */
	DAMAGE_FAILED,  /* refused with a status other than BRABEION_CONFIG */
	DAMAGE_DOWN,    /* crashed, hung, or called exit() */
	DAMAGE_ENDS
} damage_end;

typedef struct damage {
	char folder[DAMAGE_PATH_BYTES];
	char config[DAMAGE_PATH_BYTES];
	char plugin[DAMAGE_PATH_BYTES];
	char *bytes; /* of the undamaged plugin */
	size_t size_bytes;
	uint64_t random;
	long ends[DAMAGE_ENDS];
	int last_down; /* number of the last file that crashed its host; 0: none */
} damage;

static inline int damage_remove_entry(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)about, (void)type, (void)walk;
	return remove(path);
}

static inline void damage_give_up(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(99);
}

static inline void damage_write(const char *path, const void *bytes, size_t size_bytes)
{
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, size_bytes, file) != size_bytes || fclose(file) != 0)
		damage_give_up(path);
}

/* badges.yaml with one plugin, "damaged.so". `pin` and `probe` are whole lines, or "". */
static inline void damage_configure(damage *here, const char *probe, const char *pin)
{
	char text[1024];
	int length = snprintf(text, sizeof text, "%splugin_path: .\nplugins:\n  - file: damaged.so\n%s", probe, pin);
	damage_write(here->config, text, (size_t)length);
}

static inline void damage_init(damage *here, const char *plugin, uint64_t seed)
{
	const char *temporary = getenv("TMPDIR");
	*here = (damage){ .random = seed };
	snprintf(here->folder, sizeof here->folder, "%s/brabeion-damage-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(here->folder))
		damage_give_up(here->folder);
	snprintf(here->config, sizeof here->config, "%.400s/badges.yaml", here->folder);
	snprintf(here->plugin, sizeof here->plugin, "%.400s/damaged.so", here->folder);
	unsetenv("XDG_RUNTIME_DIR");
	FILE *file = fopen(plugin, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0 || ftell(file) <= 0)
		damage_give_up(plugin);
	here->size_bytes = (size_t)ftell(file);
	here->bytes = malloc(here->size_bytes);
	rewind(file);
	if (!here->bytes || fread(here->bytes, 1, here->size_bytes, file) != here->size_bytes)
		damage_give_up(plugin);
	fclose(file);
}

static inline void damage_finish(damage *here)
{
	nftw(here->folder, damage_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(here->bytes);
}

/* ---- a host ---- */

static inline damage_end damage_refusal(const brabeion_error *error)
{
	const char *message = error->message ? error->message : "";
	if (error->status != BRABEION_CONFIG) {
		printf("# status %d: %s\n", (int)error->status, message);
		return DAMAGE_FAILED;
	}
	if (strstr(message, ", not the pinned "))
		return DAMAGE_PINNED;
	bool tried = strstr(message, "\" crashed (") || strstr(message, "\" hung for ") ||
		     strstr(message, "\" called exit(");
	return tried ? DAMAGE_TRIED : DAMAGE_CHECKED;
}

static inline void damage_be_host(const damage *here)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = here->config);
	alarm(DAMAGE_HOST_SECONDS);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 1, 1 });
	signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would turn a crash into an exit */
	signal(SIGBUS, SIG_DFL);
	brabeion_status status = brabeion_open(&options, &engine, &error);
	damage_end end = status == BRABEION_OK ? DAMAGE_LOADED : damage_refusal(&error);
	brabeion_close(engine);
	fflush(stdout);
	_exit(100 + (int)end); /* codes that an exit() of the plugin does not use */
}

static inline damage_end damage_try(damage *here, int number)
{
	int status = 0;
	fflush(stdout);
	pid_t host = fork();
	if (host < 0)
		damage_give_up("fork");
	if (host == 0)
		damage_be_host(here);
	waitpid(host, &status, 0);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) - 100 : -1;
	damage_end end = code >= 0 && code < DAMAGE_DOWN ? (damage_end)code : DAMAGE_DOWN;
	here->ends[end]++;
	if (end == DAMAGE_DOWN)
		here->last_down = number;
	return end;
}

/* ---- damage ---- */

/* Knuth's MMIX generator; use the high bits. */
static inline size_t damage_random_below(damage *here, size_t bound)
{
	here->random = here->random * 6364136223846793005u + 1442695040888963407u;
	return (size_t)((here->random >> 33) % bound);
}

/* A copy with a few changed bytes. */
static inline void damage_flip(damage *here)
{
	size_t places[DAMAGE_FLIPS];
	char before[DAMAGE_FLIPS];
	for (int i = 0; i < DAMAGE_FLIPS; i++) {
		places[i] = damage_random_below(here, here->size_bytes);
		before[i] = here->bytes[places[i]];
		here->bytes[places[i]] = (char)(before[i] ^ (char)(1 + damage_random_below(here, 255)));
	}
	damage_write(here->plugin, here->bytes, here->size_bytes);
	for (int i = DAMAGE_FLIPS; i > 0; i--)
		here->bytes[places[i - 1]] = before[i - 1];
}

static inline void damage_try_flipped(damage *here, int count)
{
	for (int i = 1; i <= count; i++) {
		damage_flip(here);
		damage_try(here, i);
	}
}

/* Every prefix, in steps. */
static inline long damage_try_prefixes(damage *here, size_t step_bytes)
{
	long count = 0;
	for (size_t length = 0; length < here->size_bytes; length += step_bytes) {
		damage_write(here->plugin, here->bytes, length);
		damage_try(here, (int)++count);
	}
	return count;
}

#endif
