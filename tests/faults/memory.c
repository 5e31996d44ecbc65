/*
 * Out of memory: the n-th allocation fails, for n over the whole scenario: alone, or with all later ones. This program
 * interposes malloc and related functions for the whole process, so the allocations of SQLite, libyaml, the loader and
 * the C library count and fail like the engine's own.
 *
 * Each time nothing may crash or leak, the caller must get an error with a message, the database must hold every event
 * whole or not at all, and the same engine must reach the right state once memory is available again.
 *
 *	faults_memory [N]: fails only the N-th allocation, to reproduce a failure of a long run.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <sys/auxv.h>

#include "support/fault.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/lsan_interface.h>
#endif

/* ---- failing allocators ---- */

/* The loader allocates before a sanitizer is ready. */
#define UNWATCHED __attribute__((no_sanitize("address", "undefined", "thread")))

static struct {
	bool armed;
	pthread_t thread; /* runs the scene; counting the library's threads would make n nondeterministic */
	bool lasting;     /* all from the n-th on fail */
	long countdown;
	long fired;
	bool loader; /* an allocation of the loader failed: it leaks then (glibc 2.36, in dlopen) */
} plan;

static uintptr_t loader_from, loader_to; /* the loader's code */

static long blocks; /* not freed yet; unused under ASan, which allocates some past this count */

#pragma GCC visibility push(default)

static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void (*free)(void *);
} real;

UNWATCHED static void find_real(void)
{
	if (real.free)
		return;
	*(void **)&real.malloc = dlsym(RTLD_NEXT, "malloc");
	*(void **)&real.calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&real.realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&real.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
	*(void **)&real.free = dlsym(RTLD_NEXT, "free");
}

/* True if this allocation must fail; `caller` is its return address. */
UNWATCHED static bool fails(const void *caller)
{
	find_real();
	if (!plan.armed || !pthread_equal(pthread_self(), plan.thread))
		return false;
	plan.countdown--;
	if (plan.countdown > 0 || (plan.countdown < 0 && !plan.lasting))
		return false;
	plan.fired++;
	plan.loader |= (uintptr_t)caller >= loader_from && (uintptr_t)caller < loader_to;
	errno = ENOMEM;
	return true;
}

UNWATCHED static void *counted(void *block)
{
	if (block)
		__atomic_add_fetch(&blocks, 1, __ATOMIC_RELAXED);
	return block;
}

UNWATCHED void *malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : counted(real.malloc(size));
}

UNWATCHED void *calloc(size_t count, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : counted(real.calloc(count, size));
}

UNWATCHED void *realloc(void *block, size_t size)
{
	if (fails(__builtin_return_address(0)))
		return NULL;
	return block ? real.realloc(block, size) : counted(real.realloc(block, size));
}

UNWATCHED void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, bytes);
}

UNWATCHED void *aligned_alloc(size_t alignment, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : counted(real.aligned_alloc(alignment, size));
}

UNWATCHED void *memalign(size_t alignment, size_t size);
UNWATCHED void *memalign(size_t alignment, size_t size)
{
	return aligned_alloc(alignment, size);
}

UNWATCHED int posix_memalign(void **block, size_t alignment, size_t size)
{
	void *made = aligned_alloc(alignment, size);
	if (!made)
		return ENOMEM;
	*block = made;
	return 0;
}

UNWATCHED void free(void *block)
{
	find_real();
	if (block)
		__atomic_sub_fetch(&blocks, 1, __ATOMIC_RELAXED);
	real.free(block);
}

/* The C library's call malloc, but a sanitizer's do not. */
UNWATCHED char *strndup(const char *text, size_t most)
{
	size_t length = strnlen(text, most);
	char *copy = malloc(length + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

UNWATCHED char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}

/* No test here cuts the power, and real syncs would take most of the time. */
int fsync(int file)
{
	(void)file;
	return 0;
}

int fdatasync(int file)
{
	(void)file;
	return 0;
}

#pragma GCC visibility pop

static void arm(long n, bool lasting)
{
	plan.lasting = lasting;
	plan.countdown = n;
	plan.fired = 0;
	plan.loader = false;
	plan.thread = pthread_self();
	plan.armed = true;
}

/* ---- leaks ---- */

static int find_loader(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size;
	(void)context;
	if (object->dlpi_addr != getauxval(AT_BASE))
		return 0;
	loader_from = object->dlpi_addr;
	for (size_t i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_LOAD &&
		    object->dlpi_addr + object->dlpi_phdr[i].p_vaddr + object->dlpi_phdr[i].p_memsz > loader_to)
			loader_to = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr + object->dlpi_phdr[i].p_memsz;
	return 1;
}

/*
 * True if more blocks are allocated than before. ASan detects leaks itself, and ignores the loader's, but its check is
 * slow: only where `look` is set.
 */
static bool has_leaked(long before, bool look)
{
#ifdef HAS_ASAN
	(void)before;
	return look && __lsan_do_recoverable_leak_check() != 0;
#else
	(void)look;
	return blocks > before && !plan.loader;
#endif
}

/* ---- rounds ---- */

typedef struct tally {
	long rounds, silent, violations, not_recovered, not_whole, leaks;
} tally;

static void explain(const fault_scene *scene, long n, const char *what)
{
	printf("# allocation %ld%s: %s; the first error: %s\n", n, plan.lasting ? " and all after" : "", what,
	       scene->first[0] ? scene->first : "none");
}

/* False if there were fewer than n allocations. */
static bool run_round(fault_scene *scene, long n, bool lasting, tally *sum)
{
	char first[FAULT_MESSAGE_BYTES];
	long before = blocks, wrong = scene->wrong;
	fault_start_over(scene);
	arm(n, lasting);
	fault_run(scene);
	plan.armed = false;
	long failed = scene->failed, violations = fault_count_violations(scene);
	memcpy(first, scene->first, sizeof first);
	if (violations || scene->wrong > wrong)
		explain(scene, n, violations ? "the database is half-written" : "a wrong answer");
	fault_run(scene); /* on the same engine, if it was opened */
	memcpy(scene->first, scene->failed ? scene->first : first, sizeof first);
	if (scene->failed)
		explain(scene, n, "the engine did not recover");
	plan.armed = true; /* closing allocates, too */
	fault_close(scene);
	bool fired = plan.fired > 0;
	plan.armed = false;
	bool whole = fault_count_violations(scene) == 0 && fault_is_whole(scene);
	if (!whole)
		explain(scene, n, "not the whole state after closing");
	bool leaked = has_leaked(before, sum->rounds % 64 == 0);
	if (leaked)
		explain(scene, n, "memory has leaked, here or since the last look");
	sum->rounds += fired;
	sum->silent += fired && !failed;
	sum->violations += violations;
	sum->not_recovered += scene->failed > 0;
	sum->not_whole += !whole;
	sum->leaks += leaked;
	return fired;
}

/* Folders of private copies: closing without memory may leave one until the next engine opens. */
static long count_homes(const fault_scene *scene)
{
	long count = 0;
	DIR *folder = opendir(scene->base.folder);
	for (const struct dirent *entry; folder && (entry = readdir(folder));)
		count += strncmp(entry->d_name, "brabeion-", 9) == 0;
	if (folder)
		closedir(folder);
	return count;
}

static void rest(storm_thread *thread)
{
	(void)thread;
}

/*
 * The C library caches the stacks of ended threads, with a block each. A round may start more threads than those
 * before: workers, if reading the jobs has failed.
 */
static void warm_threads(fault_scene *scene)
{
	enum { THREADS_MOST = 8 };
	storm_thread sum;
	storm_run(&scene->base, THREADS_MOST, rest, &sum);
}

static void test_scenario(fault_scene *scene)
{
	tally sum = { 0 };
	long step = storm_step(23);
	long n = 1;
	for (bool lasting = false; run_round(scene, n, lasting, &sum); lasting = !lasting)
		n += step;
	if (step == 1)
		for (n = 1; run_round(scene, n, n % 2 != 0, &sum);) /* the kind not tried above */
			n++;
	printf("# %ld rounds up to allocation %ld, %ld without an error for a caller\n", sum.rounds, n, sum.silent);
	storm_expect(sum.rounds > 50, "allocations fail in turn");
	storm_expect_count("  each error has a status and a message", scene->wrong, 0);
	storm_expect_count("  no event is stored by half, none acknowledged and lost", sum.violations, 0);
	storm_expect_count("  the same engine works again", sum.not_recovered, 0);
	storm_expect_count("  and ends in the right state", sum.not_whole, 0);
	storm_expect_count("  and nothing has leaked", sum.leaks, 0);
	fault_run(scene);
	fault_close(scene);
	storm_expect_count("  and the next engine sweeps what was left behind", count_homes(scene), 0);
}

/* ---- a badges.yaml with many faults ---- */

static const char wrong_config[] =
	"probe: off\n"
	"synchronous: perhaps\n"
	"busy_timeout: soon\n"
	"colour: [red, {green: blue}]\n"
	"language: no such one\n"
	"plugins:\n"
	"  - file: nowhere.so\n"
	"  - file: good_onee.so\n"
	"  - { file: wrong_magic.so, files: 3 }\n"
	"  - file: unread_setting.so\n"
	"    settings: { at: 3, text: \"a\\u00e4\", deep: { deeper: [1, 2, &here x, *here] } }\n"
	"  - file: memory_user.so\n"
	"    badges: [{ badge: memory-user, slug: A, settings: { at: 0 } }, { badge: none, color: red, levels: [\n"
	"      { name: { en: A, de: B, EN: C, d: D }, image: badges.yaml }, { description: { fr: E }, image: gone }] "
	"}]\n";

static bool refuse_once(fault_scene *scene, long n, long *refused, long *leaks)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = scene->base.config);
	long before = blocks;
	arm(n, n % 2 != 0);
	brabeion_config_check(&options, NULL, NULL, &error);
	plan.armed = false;
	bool fired = plan.fired > 0;
	*refused += error.status == BRABEION_CONFIG || error.status == BRABEION_NO_MEMORY ||
		    error.status == BRABEION_SYSTEM;
	fault_note_error(scene, "check", &error);
	bool leaked = has_leaked(before, n % 64 == 1);
	if (leaked)
		printf("# a wrong badges.yaml, allocation %ld: memory has leaked, here or since the last look\n", n);
	*leaks += leaked;
	return fired;
}

static void test_wrong_config(fault_scene *scene)
{
	long rounds = 1, refused = 0, leaks = 0, step = storm_rounds(3, 1);
	scene->wrong = 0;
	storm_config(&scene->base, wrong_config);
	refuse_once(scene, 1000000, &refused, &leaks);
	for (long n = 1; refuse_once(scene, n, &refused, &leaks); n += step)
		rounds++;
	storm_expect(rounds > 50, "a wrong badges.yaml while allocations fail in turn");
	storm_expect_count("  is refused each time", refused, rounds + 1);
	storm_expect_count("  with a status and a message", scene->wrong, 0);
	storm_expect_count("  and nothing has leaked", leaks, 0);
}

/*
 * The trial runs in another process, where no allocation fails: the request for it and what follows it do. Each of some
 * thousand allocations costs a process, so the usual run takes one of nine.
 */
static void test_trial(fault_scene *scene)
{
	long rounds = 1, refused = 0, leaks = 0, step = storm_step(9);
	scene->wrong = 0;
	storm_config(&scene->base, "plugins:\n  - file: good_one.so\n");
	refuse_once(scene, 1000000, &refused, &leaks);
	storm_expect_count("with memory a plugin passes its trial", refused, 0);
	for (long n = 1; refuse_once(scene, n, &refused, &leaks); n += step)
		rounds++;
	storm_expect(rounds > 20, "a trial while allocations fail in turn");
	storm_expect_count("  with a status and a message", scene->wrong, 0);
	storm_expect_count("  and nothing has leaked", leaks, 0);
}

int main(int argc, char **argv)
{
	static fault_scene scene;
	static char output[1 << 16];
	setvbuf(stdout, output, _IOLBF, sizeof output); /* printf allocates nothing later */
	dl_iterate_phdr(find_loader, NULL);
	fault_init(&scene, "journal: keep 30d\n" FAULT_CONFIG);
	for (int warm = 0; warm < 2; warm++) { /* makes the allocations that are made once per process */
		fault_start_over(&scene);
		fault_run(&scene);
		storm_expect(scene.failed == 0 && fault_is_whole(&scene), "with memory the scenario ends well");
		fault_close(&scene);
	}
	warm_threads(&scene);
	if (argc > 1) {
		tally sum = { 0 };
		run_round(&scene, atol(argv[1]), false, &sum);
		run_round(&scene, atol(argv[1]), true, &sum);
	} else {
		test_scenario(&scene);
		test_wrong_config(&scene);
		test_trial(&scene);
	}
	fault_finish(&scene);
	return storm_end();
}
