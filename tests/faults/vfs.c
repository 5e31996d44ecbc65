/*
 * I/O errors: a VFS shim between SQLite and its default VFS fails the n-th operation of one kind, for every n of the
 * whole scenario: alone, with all later ones, and so that the process dies during it. Each time the caller must get an
 * error with a message, the database must hold every event whole or not at all, and the engine (the same, unless it
 * died) must reach the right state once nothing fails any more.
 *
 * Nothing is really synced: no test here cuts the power, and real syncs would take most of the time.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "support/fault.h"

/* ---- faults ---- */

typedef enum fault_kind {
	OPENS,
	READS,
	WRITES,
	FULLS,
	SYNCS,
	TRUNCATES,
	LOCKS,
	SHM_MAPS,
	SHM_LOCKS,
	SIZES,
	DELETES,
	KINDS
} fault_kind;

typedef enum fault_mode { ALONE, LASTING, DEADLY, MODES } fault_mode;

static const char *const mode_words[MODES] = { "", " and all after", ", and the process dies" };

static const struct {
	const char *name;
	int code;
} kinds[KINDS] = {
	[OPENS] = { "open", SQLITE_CANTOPEN },
	[READS] = { "read", SQLITE_IOERR_READ },
	[WRITES] = { "write", SQLITE_IOERR_WRITE },
	[FULLS] = { "write to a full disk", SQLITE_FULL },
	[SYNCS] = { "sync", SQLITE_IOERR_FSYNC },
	[TRUNCATES] = { "truncate", SQLITE_IOERR_TRUNCATE },
	[LOCKS] = { "lock", SQLITE_IOERR_LOCK },
	[SHM_MAPS] = { "map of shared memory", SQLITE_IOERR_SHMMAP },
	[SHM_LOCKS] = { "lock of shared memory", SQLITE_IOERR_SHMLOCK },
	[SIZES] = { "look at the size", SQLITE_IOERR_FSTAT },
	[DELETES] = { "delete", SQLITE_IOERR_DELETE },
};

/* Threads share it: those of a test, and the engine's own. */
static struct {
	atomic_bool armed;
	_Atomic fault_mode mode;
	_Atomic fault_kind kind;
	atomic_long every; /* not 0: fail each `every`th instead of the n-th */
	atomic_long countdown;
	atomic_long fired;
} plan;

/* SQLITE_OK, or the fault that is due. */
static int turn_of(fault_kind kind)
{
	if (!plan.armed || plan.kind != kind)
		return SQLITE_OK;
	long left = atomic_fetch_sub(&plan.countdown, 1) - 1;
	if (plan.every ? left % plan.every != 0 : left > 0 || (left < 0 && plan.mode != LASTING))
		return SQLITE_OK;
	atomic_fetch_add(&plan.fired, 1);
	return kinds[kind].code;
}

/* The end of an operation that failed. */
static int end_of(int code)
{
	if (code && plan.mode == DEADLY)
		_exit(0);
	return code;
}

/* ---- the shim ---- */

typedef struct shim_file {
	sqlite3_file head;
	sqlite3_file *real; /* behind this struct */
} shim_file;

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((shim_file *)(void *)file)->real;
}

#define PASS_ON(file, method, ...) real_of(file)->pMethods->method(real_of(file), __VA_ARGS__)

static int shim_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int shim_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
	int code = turn_of(READS);
	return code ? end_of(code) : PASS_ON(file, xRead, bytes, count, offset);
}

/* A failing or full disk may have written a part. */
static int shim_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
	int code = turn_of(plan.kind == FULLS ? FULLS : WRITES);
	if (code && count > 1)
		PASS_ON(file, xWrite, bytes, count / 2, offset);
	return code ? end_of(code) : PASS_ON(file, xWrite, bytes, count, offset);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = turn_of(TRUNCATES);
	return code ? end_of(code) : PASS_ON(file, xTruncate, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return end_of(turn_of(SYNCS));
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int code = turn_of(SIZES);
	return code ? end_of(code) : PASS_ON(file, xFileSize, size);
}

static int shim_lock(sqlite3_file *file, int lock)
{
	int code = turn_of(LOCKS);
	return code ? end_of(code) : PASS_ON(file, xLock, lock);
}

static int shim_unlock(sqlite3_file *file, int lock)
{
	return PASS_ON(file, xUnlock, lock);
}

static int shim_check_lock(sqlite3_file *file, int *out)
{
	return PASS_ON(file, xCheckReservedLock, out);
}

static int shim_control(sqlite3_file *file, int op, void *argument)
{
	return PASS_ON(file, xFileControl, op, argument);
}

static int shim_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	int code = turn_of(SHM_MAPS);
	return code ? end_of(code) : PASS_ON(file, xShmMap, page, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	int code = flags & SQLITE_SHM_LOCK ? turn_of(SHM_LOCKS) : SQLITE_OK; /* unlocking does not fail */
	return code ? end_of(code) : PASS_ON(file, xShmLock, offset, count, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_shm_unmap(sqlite3_file *file, int remove_it)
{
	return PASS_ON(file, xShmUnmap, remove_it);
}

static const sqlite3_io_methods shim_methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_check_lock,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector_size,
	.xDeviceCharacteristics = shim_characteristics,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)vfs;
	shim_file *shim = (shim_file *)(void *)file;
	shim->head.pMethods = NULL;
	shim->real = (sqlite3_file *)(void *)(shim + 1);
	int code = turn_of(OPENS);
	if (code == SQLITE_OK)
		code = real_vfs->xOpen(real_vfs, name, shim->real, flags, out_flags);
	else
		shim->real->pMethods = NULL;
	if (shim->real->pMethods)
		shim->head.pMethods = &shim_methods;
	return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	int code = turn_of(DELETES);
	return code ? end_of(code) : real_vfs->xDelete(real_vfs, name, sync_folder);
}

static void register_shim(void)
{
	static sqlite3_vfs shim;
	real_vfs = sqlite3_vfs_find(NULL);
	shim = *real_vfs;
	shim.szOsFile = (int)sizeof(shim_file) + real_vfs->szOsFile;
	shim.zName = "brabeion-faults";
	shim.xOpen = shim_open;
	shim.xDelete = shim_delete;
	shim.pNext = NULL;
	if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
		storm_give_up("sqlite3_vfs_register", "failed");
}

/* ---- the rounds ---- */

typedef struct tally {
	long rounds, silent, violations, not_recovered, not_whole;
} tally;

static void arm(fault_kind kind, long n, fault_mode mode)
{
	plan.kind = kind;
	atomic_store(&plan.countdown, n);
	plan.mode = mode;
	plan.every = 0;
	atomic_store(&plan.fired, 0);
	plan.armed = true;
}

static void explain(const fault_scene *scene, long n, const char *what)
{
	printf("# %s %ld%s: %s; the first error: %s\n", kinds[plan.kind].name, n, mode_words[plan.mode], what,
	       scene->first[0] ? scene->first : "none");
}

/* The part with the fault; in a process that is to die, includes closing. */
static void run_with_fault(fault_scene *scene)
{
	if (plan.mode != DEADLY) {
		fault_run(scene);
		return;
	}
	pid_t child = fork();
	if (child == 0) {
		fault_run(scene);
		fault_close(scene);
		_exit(1); /* the fault never became due */
	}
	int status = -1;
	waitpid(child, &status, 0);
	if (child < 0 || !WIFEXITED(status))
		storm_give_up("the child", "was killed");
	atomic_store(&plan.fired, WEXITSTATUS(status) == 0);
	scene->failed = 0;
	scene->base.engine = NULL; /* the child's */
}

/* One round; false if there were fewer than n operations. */
static bool run_round(fault_scene *scene, long n, tally *sum)
{
	char first[FAULT_MESSAGE_BYTES];
	fault_start_over(scene);
	run_with_fault(scene);
	long failed = scene->failed;
	plan.armed = false;
	memcpy(first, scene->first, sizeof first);
	long violations = fault_count_violations(scene);
	if (violations)
		explain(scene, n, "the database is half-written");
	sum->violations += violations;
	fault_run(scene); /* on the same engine, if it is open */
	memcpy(scene->first, scene->failed ? scene->first : first, sizeof first);
	if (scene->failed)
		explain(scene, n, "the engine did not recover");
	sum->not_recovered += scene->failed > 0;
	plan.armed = plan.mode != DEADLY; /* closing does I/O, too */
	fault_close(scene);
	bool fired = atomic_load(&plan.fired) > 0;
	plan.armed = false;
	if (fault_count_violations(scene) || !fault_is_whole(scene)) {
		explain(scene, n, "not the whole state after closing");
		sum->not_whole++;
	}
	sum->rounds += fired;
	sum->silent += fired && !failed;
	return fired;
}

/* The first eight n, then every `step`th. */
static void run_kind(fault_scene *scene, fault_kind kind, fault_mode mode, long step, tally *sum)
{
	long n = 1;
	arm(kind, n, mode);
	while (run_round(scene, n, sum)) {
		n += n < 8 ? 1 : step;
		arm(kind, n, mode);
	}
	plan.armed = false;
}

static void test_kind(fault_scene *scene, fault_kind kind)
{
	static const int usual_steps[KINDS] = {
		[READS] = 11, [WRITES] = 11, [FULLS] = 19, [SYNCS] = 4, [SHM_LOCKS] = 17
	};
	tally sum = { 0 };
	long step = storm_step(usual_steps[kind] ? usual_steps[kind] : 2);
	scene->wrong = 0;
	run_kind(scene, kind, ALONE, step, &sum);
	run_kind(scene, kind, LASTING, step, &sum);
	if (kind == WRITES || kind == SYNCS || kind == TRUNCATES || kind == SHM_LOCKS || kind == DELETES)
		run_kind(scene, kind, DEADLY, step, &sum);
	printf("# %s: %ld rounds, %ld without an error for a caller\n", kinds[kind].name, sum.rounds, sum.silent);
	storm_expect(sum.rounds > 0, "%s fails in turn", kinds[kind].name);
	storm_expect_count("  each error has a status and a message", scene->wrong, 0);
	storm_expect_count("  no event is stored by half, none acknowledged and lost", sum.violations, 0);
	storm_expect_count("  the engine works again", sum.not_recovered, 0);
	storm_expect_count("  and ends in the right state", sum.not_whole, 0);
}

/* ---- callers that share a commit share its failure ---- */

enum { THREADS = 4, EVENTS_PER_THREAD = 60, TRIES_MOST = 100 };

static atomic_long refused, mute, lost;

/* Sends one event with the same id until it is stored, as the public header requires. */
static void insist(storm_thread *thread, const brabeion_event *event)
{
	for (int tries = 0; tries < TRIES_MOST; tries++) {
		brabeion_result result = BRABEION_RESULT();
		brabeion_status status = brabeion_possibly_award(thread->here->engine, event, &result);
		bool has_message = result.message && result.message[0];
		thread->awards += result.award_count;
		brabeion_result_finish(&result);
		if (status == BRABEION_OK)
			return;
		atomic_fetch_add(&refused, 1);
		atomic_fetch_add(&mute, !has_message || status != BRABEION_STORE);
	}
	atomic_fetch_add(&lost, 1);
}

static void insist_on_all(storm_thread *thread)
{
	brabeion_field points = BRABEION_INT("points", 5);
	for (int i = 0; i < EVENTS_PER_THREAD; i++) {
		char id[32];
		snprintf(id, sizeof id, "t%d-%d", thread->number, i);
		insist(thread, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = "all", .id = id,
							       .fields = &points, .field_count = 1));
	}
}

static void test_threads(fault_scene *scene)
{
	enum { EVENTS = THREADS * EVENTS_PER_THREAD };
	storm_thread sum;
	fault_start_over(scene);
	fault_open(scene);
	brabeion_on_award(scene->base.engine, storm_count_told, &scene->base);
	arm(SYNCS, 3, LASTING);
	plan.every = 3;
	storm_run(&scene->base, THREADS, insist_on_all, &sum);
	plan.armed = false;
	storm_expect(atomic_load(&refused) > 0, "threads: each third sync fails");
	storm_expect_count("  each caller of that commit gets the error", atomic_load(&mute), 0);
	storm_expect_count("  each event is stored in the end", atomic_load(&lost), 0);
	storm_expect_count("  the tally has counted each once",
			   fault_ask_number(scene, "SELECT value FROM tallies JOIN memories AS m ON m.id = memory"
						   " WHERE m.name = 'a'"),
			   EVENTS);
	storm_expect_count("  each is awarded once",
			   fault_ask_number(scene, "SELECT count(*) FROM awards WHERE reason <> ''"), EVENTS);
	/* first, third, good-one; an award whose commit failed may be stored all the same, unreported */
	storm_expect(storm_count(&scene->base, NULL) == EVENTS + 3 && sum.awards <= EVENTS + 3, "  as lists tell");
	storm_expect_count("  and each that a result held was told once", atomic_load(&scene->base.told), sum.awards);
	fault_close(scene);
}

int main(void)
{
	/* shared with children, which record what they have acknowledged */
	fault_scene *scene = mmap(NULL, sizeof *scene, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene == MAP_FAILED || !scene)
		storm_give_up("mmap", "failed");
	fault_init(scene, "journal: keep 30d\n" FAULT_CONFIG);
	register_shim();
	fault_run(scene);
	storm_expect(scene->failed == 0 && fault_count_violations(scene) == 0 && fault_is_whole(scene),
		     "without faults the scenario ends in the state that it must");
	fault_close(scene);
	for (int kind = 0; kind < KINDS; kind++)
		test_kind(scene, (fault_kind)kind);
	test_threads(scene);
	fault_finish(scene);
	munmap(scene, sizeof *scene);
	return storm_end();
}
