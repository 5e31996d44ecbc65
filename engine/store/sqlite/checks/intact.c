/*
 * store/sqlite/checks/intact: see intact.h. The formats are those of sqlite.org/fileformat.html, sections 1.3 and 4.1, and
 * sqlite.org/walformat.html, section 2.1.
 *
 * The file of the database changes by checkpoints alone, of any process, and one may be under way, held back by a reader, or
 * have been cut short by a kill. Then header and size need not agree. After one of the whole WAL, which alone truncates the file,
 * they do. Where the WAL's index says that no checkpoint has begun since the last look, neither changes at all. The count of
 * changes never goes back.
 */
#include "store/sqlite/checks/intact.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "store/sqlite/schema/schema.h"

enum {
	HEADER_BYTES = BRB_INTACT_HEADER_BYTES,
	PAGE_BYTES_AT = 16,
	CHANGES_AT = 24,
	PAGES_AT = 28,
	APPLICATION_ID_AT = 68
};
enum { WAL_HEADER_BYTES = 32, FRAME_HEADER_BYTES = 24, WAL_SALT_AT = 16, SALT_BYTES = BRB_INTACT_SALT_BYTES };
enum { INDEX_BYTES = 32768, LAST_FRAME_AT = 16, INDEX_SALT_AT = 32, DONE_AT = 96, BEGUN_AT = 128 };
enum { LOOK_AGAIN_NS = 1000000 };

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static brabeion_status refuse(const brb_database *database, const char *ending, const char *what,
			      brabeion_error *error)
{
	return brb_status_set(
		error, BRABEION_STORE,
		"%s: %s%s was %s while in use, and what is stored now would be lost; nothing more is stored "
		"until it is mended or replaced by a backup, and the engine is opened anew",
		database->path, database->path, ending, what);
}

/* ---- the index of the WAL ---- */

/* NULL: there is none. */
static const unsigned char *index_of(sqlite3_file *file)
{
	void volatile *mapped = NULL;
	if (file->pMethods->iVersion < 2 || !file->pMethods->xShmMap ||
	    file->pMethods->xShmMap(file, 0, INDEX_BYTES, 0, &mapped) != SQLITE_OK)
		return NULL;
	return (const unsigned char *)(uintptr_t)mapped;
}

static brb_intact_checkpoint checkpoint_of(const unsigned char *index)
{
	brb_intact_checkpoint read = { .is_known = index != NULL };
	if (!index)
		return read;
	atomic_thread_fence(memory_order_seq_cst); /* other processes write it */
	memcpy(&read.last, index + LAST_FRAME_AT, sizeof read.last);
	memcpy(&read.done, index + DONE_AT, sizeof read.done);
	memcpy(&read.begun, index + BEGUN_AT, sizeof read.begun);
	memcpy(read.salt, index + INDEX_SALT_AT, SALT_BYTES);
	atomic_thread_fence(memory_order_seq_cst);
	return read;
}

/* Whether no checkpoint was under way at either time, nor has been between them. */
static bool is_none_between(const brb_intact_checkpoint *before, const brb_intact_checkpoint *after)
{
	return before->is_known && after->is_known && before->begun == before->done &&
	       after->begun == before->begun && after->done == before->done &&
	       memcmp(after->salt, before->salt, SALT_BYTES) == 0;
}

/* Whether the last checkpoint has left the database as large as its header says. One that readers held back may not have. */
static bool is_complete(const brb_intact_checkpoint *now)
{
	return now->is_known && now->begun == now->done && (now->done == 0 || now->done == now->last);
}

/* ---- the database ---- */

/* As the header has it: 1 is 65,536. */
static int64_t size_of(uint32_t page_bytes)
{
	return page_bytes == 1 ? 65536 : page_bytes;
}

/* NULL: all is well, or *code is an error of the system's. *passing: a checkpoint was under way, and may look the same. */
static const char *compare_database(brb_intact *seen, sqlite3_file *file, int *code, bool *passing)
{
	sqlite3_int64 bytes = 0;
	unsigned char header[HEADER_BYTES] = { 0 };
	const unsigned char *index = index_of(file);
	const brb_intact_checkpoint before = checkpoint_of(index);
	*code = file->pMethods->xFileSize(file, &bytes);
	if (*code == SQLITE_OK && bytes >= HEADER_BYTES)
		*code = file->pMethods->xRead(file, header, sizeof header, 0);
	const brb_intact_checkpoint after = checkpoint_of(index);
	*passing = !is_none_between(&before, &after);
	if (*code == SQLITE_OK && bytes < HEADER_BYTES)
		return "truncated";
	if (*code != SQLITE_OK)
		return NULL;
	uint32_t page_bytes = (uint32_t)header[PAGE_BYTES_AT] << 8 | header[PAGE_BYTES_AT + 1];
	uint32_t changes = big_endian(header + CHANGES_AT);
	if (memcmp(header, "SQLite format 3", 16) != 0 ||
	    big_endian(header + APPLICATION_ID_AT) != BRB_SCHEMA_APPLICATION_ID)
		return "overwritten";
	if (seen->known && (page_bytes != seen->page_bytes || (int32_t)(changes - seen->change_count) < 0))
		return "overwritten";
	if (seen->known && is_none_between(&seen->checkpoint, &after) &&
	    (bytes != seen->bytes || memcmp(header, seen->header, sizeof header) != 0))
		return bytes < seen->bytes ? "truncated" : "overwritten";
	if (!*passing && is_complete(&after) && bytes < big_endian(header + PAGES_AT) * size_of(page_bytes))
		return "truncated";
	seen->bytes = bytes;
	seen->page_bytes = page_bytes;
	seen->change_count = changes;
	seen->checkpoint = before;
	memcpy(seen->header, header, sizeof header);
	return NULL;
}

/* What another process's checkpoint is about to complete is looked at again, for as long as the busy timeout. */
static brabeion_status check_database(brb_intact *seen, brb_database *database, sqlite3_file *file,
				      brabeion_error *error)
{
	const struct timespec pause = { 0, LOOK_AGAIN_NS };
	const int64_t until_us = brb_clock_monotonic_us() + database->busy_timeout_us;
	int code = SQLITE_OK;
	bool passing = false;
	const char *what = compare_database(seen, file, &code, &passing);
	while (what && passing && brb_clock_monotonic_us() < until_us) {
		nanosleep(&pause, NULL);
		what = compare_database(seen, file, &code, &passing);
	}
	if (code != SQLITE_OK)
		return brb_database_fault(database, code, error);
	return what ? refuse(database, "", what, error) : BRABEION_OK;
}

/* ---- the WAL and its index ---- */

/* Whether the WAL has the frames of which its index knows. */
static const char *compare_wal(sqlite3_file *file, sqlite3_file *wal, uint32_t page_bytes, int64_t wal_bytes)
{
	uint32_t last_frame;
	unsigned char header[WAL_HEADER_BYTES];
	const unsigned char *index = index_of(file);
	if (!index)
		return NULL;
	memcpy(&last_frame, index + LAST_FRAME_AT, sizeof last_frame);
	if (!last_frame)
		return NULL;
	int64_t frame_bytes = FRAME_HEADER_BYTES + size_of(page_bytes);
	if (wal_bytes < WAL_HEADER_BYTES + last_frame * frame_bytes)
		return "truncated";
	if (wal->pMethods->xRead(wal, header, sizeof header, 0) != SQLITE_OK ||
	    memcmp(header + WAL_SALT_AT, index + INDEX_SALT_AT, SALT_BYTES) != 0)
		return "overwritten";
	return NULL;
}

/* The file beside the database, which stays the same one as long as a connection is open. */
static const char *compare_place(const brb_intact *seen, const char *path, const char *ending, ino_t *inode,
				 struct stat *about)
{
	char *name = sqlite3_mprintf("%s%s", path, ending);
	bool there = !name || stat(name, about) == 0;
	sqlite3_free(name);
	if (!name)
		return NULL;
	if (!there)
		return "deleted";
	if (seen->known && about->st_ino != *inode)
		return "replaced";
	*inode = about->st_ino;
	return NULL;
}

static brabeion_status check_wal(brb_intact *seen, brb_database *database, sqlite3_file *file, brabeion_error *error)
{
	sqlite3_file *wal = NULL;
	struct stat about = { .st_size = 0 };
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	if (!wal || !wal->pMethods)
		return BRABEION_OK;
	const char *what = compare_place(seen, database->path, "-shm", &seen->index, &about);
	if (what)
		return refuse(database, "-shm", what, error);
	what = compare_place(seen, database->path, "-wal", &seen->wal, &about);
	if (!what)
		what = compare_wal(file, wal, seen->page_bytes, about.st_size);
	return what ? refuse(database, "-wal", what, error) : BRABEION_OK;
}

brabeion_status brb_intact_check(brb_intact *seen, brb_database *database, brabeion_error *error)
{
	sqlite3_file *file = NULL;
	int64_t now_us = brb_clock_monotonic_us();
	if (seen->known && now_us - seen->looked_us < database->options->compare_us)
		return BRABEION_OK;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (!file || !file->pMethods)
		return BRABEION_OK;
	brabeion_status status = check_database(seen, database, file, error);
	if (status == BRABEION_OK)
		status = check_wal(seen, database, file, error);
	if (status == BRABEION_OK) {
		seen->known = true;
		seen->looked_us = now_us;
	}
	return status;
}
