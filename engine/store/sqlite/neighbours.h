/*
 * store/sqlite/neighbours: which other connections have the same database open, whether one of them waits to
 * write, and whether one is being fed a file.
 *
 * Each open database holds a lock on a byte of its folder, another one while it waits for a transaction, and
 * a third one while it is fed. They are open file description locks (fcntl(2), F_OFD_SETLK) for reading, which a folder takes, too: no file beside the database, and
 * the kernel drops them with the process, however it ends. The bytes' place is the database's inode.
 *
 * Not here: waiting itself (database.c), and what follows from it (api/bulk).
 *
 * Threads: that of the transaction; brb_neighbours_set_fed any, one at a time.
 */
#ifndef BRB_STORE_SQLITE_NEIGHBOURS_H
#define BRB_STORE_SQLITE_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct brb_neighbours {
	int folder; /* descriptor; -1: not known */
	int64_t place;
	bool waits; /* this database waits */
} brb_neighbours;

/* Locks the first byte. On a file system without such locks, neighbours are always taken to be there. */
void brb_neighbours_open(brb_neighbours *neighbours, const char *path);
void brb_neighbours_close(brb_neighbours *neighbours);

/* Tells the others whether this database waits for a transaction. */
void brb_neighbours_set_waits(brb_neighbours *neighbours, bool waits);

/* Whether another connection has the database open, in this process or another; whether one waits. */
bool brb_neighbours_are_there(const brb_neighbours *neighbours);
bool brb_neighbours_wait(const brb_neighbours *neighbours);

/* Tells the others whether this database is being fed a file, and whether another one is. False: not known. */
void brb_neighbours_set_fed(const brb_neighbours *neighbours, bool fed);
bool brb_neighbours_are_fed(const brb_neighbours *neighbours);

#endif
