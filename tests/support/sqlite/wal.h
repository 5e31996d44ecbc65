/*
 * wal: reads the WAL of a SQLite database from outside, to count what was committed.
 */
#ifndef BRB_TESTS_WAL_H
#define BRB_TESTS_WAL_H

/*
 * The commits in <database>-wal since it was begun, the last time by a checkpoint of all of it. 0 without the file. Frames are
 * as in https://www.sqlite.org/fileformat2.html#walformat.
 */
int count_commits(const char *database);

#endif
