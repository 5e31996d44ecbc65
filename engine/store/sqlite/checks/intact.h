/*
 * store/sqlite/checks/intact: whether the files that are open still hold what was stored in them. A file can be truncated,
 * overwritten or deleted under SQLite, which goes on to write into its WAL, and answers OK to commits that nobody will find
 * again.
 *
 * What is compared at a commit, while no other process can write: the database's header and size, the WAL's size, place and
 * header, and the place of the WAL's index. Not found is what overwrites other pages of the database than its first. A look
 * takes some system calls, so that a host with thousands of commits a second compares once in a millisecond: what happens to
 * a file just after a commit is not prevented either.
 */
#ifndef BRB_STORE_SQLITE_INTACT_H
#define BRB_STORE_SQLITE_INTACT_H

#include "store/sqlite/database.h"

enum { BRB_INTACT_HEADER_BYTES = 100, BRB_INTACT_SALT_BYTES = 8 };

/* How far the WAL has been checkpointed, by its index. */
typedef struct brb_intact_checkpoint {
	uint32_t last, done, begun; /* frames */
	unsigned char salt[BRB_INTACT_SALT_BYTES];
	bool is_known;
} brb_intact_checkpoint;

/* What was seen last. All zeroes: nothing yet. */
typedef struct brb_intact {
	bool known;
	int64_t looked_us; /* when, by the monotonic clock */
	int64_t bytes;     /* of the database */
	uint32_t page_bytes;
	uint32_t change_count; /* of its header */
	unsigned char header[BRB_INTACT_HEADER_BYTES];
	brb_intact_checkpoint checkpoint;
	ino_t wal, index;
} brb_intact;

/* In a transaction that has begun to write. BRABEION_STORE says what is lost. */
brabeion_status brb_intact_check(brb_intact *seen, brb_database *database, brabeion_error *error);

#endif
