#include "support/sqlite/wal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/folder.h"

enum { HEADER_BYTES = 32, FRAME_HEADER_BYTES = 24, SALT_BYTES = 8 };

static uint32_t number_at(const char *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes;
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int count_commits(const char *database)
{
	char path[PATH_BYTES];
	size_t length = 0;
	int commits = 0;
	snprintf(path, sizeof path, "%.4000s-wal", database);
	if (access(path, F_OK) != 0)
		return 0;
	char *wal = read_whole(path, &length);
	size_t frame_bytes = length < HEADER_BYTES ? 0 : FRAME_HEADER_BYTES + number_at(wal + 8);
	for (size_t at = HEADER_BYTES; frame_bytes && at + frame_bytes <= length; at += frame_bytes) {
		if (memcmp(wal + at + 8, wal + 16, SALT_BYTES) != 0)
			break; /* of a WAL before */
		commits += number_at(wal + at + 4) != 0;
	}
	free(wal);
	return commits;
}
