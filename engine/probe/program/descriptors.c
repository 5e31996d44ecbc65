/*
 * probe/program/descriptors: see descriptors.h.
 */
#include "probe/program/descriptors.h"

#include <sys/stat.h>

void brb_descriptors_note(brb_descriptors *descriptors)
{
	descriptors->count = 0;
	for (int number = 0; number < BRB_DESCRIPTORS_MOST; number++) {
		struct stat status;
		if (fstat(number, &status) != 0)
			continue;
		size_t at = descriptors->count++;
		descriptors->open[at].number = number;
		descriptors->open[at].device = status.st_dev;
		descriptors->open[at].inode = status.st_ino;
	}
}

bool brb_descriptors_are_kept(const brb_descriptors *descriptors)
{
	for (size_t i = 0; i < descriptors->count; i++) {
		struct stat status;
		if (fstat(descriptors->open[i].number, &status) != 0 ||
		    status.st_dev != descriptors->open[i].device || status.st_ino != descriptors->open[i].inode)
			return false;
	}
	return true;
}
