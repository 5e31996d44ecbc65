/*
 * probe/program/descriptors: which file descriptors are open, and whether they still are: a plugin that closes those of
 * others (closefrom(3), a number that is closed twice) would take a server's connections and database with it.
 */
#ifndef BRB_PROBE_PROGRAM_DESCRIPTORS_H
#define BRB_PROBE_PROGRAM_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BRB_DESCRIPTORS_MOST = 64 };

typedef struct brb_descriptors {
	size_t count;
	struct {
		int number;
		dev_t device;
		ino_t inode;
	} open[BRB_DESCRIPTORS_MOST];
} brb_descriptors;

/* Notes those with the numbers below BRB_DESCRIPTORS_MOST that are open now. */
void brb_descriptors_note(brb_descriptors *descriptors);

/* True when each that was noted is open and still the same file. */
bool brb_descriptors_are_kept(const brb_descriptors *descriptors);

#endif
