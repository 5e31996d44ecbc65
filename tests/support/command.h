/*
 * command: runs the real `brabeion` in a temporary folder with a badges.yaml: points, commentator (two comments) and the
 * badges that fail. Its database is badges.db.
 */
#ifndef BRB_TESTS_COMMAND_H
#define BRB_TESTS_COMMAND_H

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/folder.h"

#define BADGES_YAML                                                                           \
	"database: badges.db\n"                                                               \
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\", \"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"busy_timeout: 50ms\n"                                                                \
	"cache_dir: cache\n"                                                                  \
	"plugins:\n"                                                                          \
	"  - file: points.so\n"                                                               \
	"  - file: threshold.so\n"                                                            \
	"    badges:\n"                                                                       \
	"      - badge: threshold\n"                                                          \
	"        slug: commentator\n"                                                         \
	"        events: [comment]\n"                                                         \
	"        levels:\n"                                                                   \
	"          - { name: Commentator, description: Left two comments }\n"                 \
	"        settings: { count: events, at: [2] }\n"                                      \
	"  - file: answers.so\n"

/* An event line that earns the points badge's first level, and the award line it gives. */
#define EVENT(user, id)                                                    \
	"{\"event\":\"points_awarded\",\"user\":\"" user "\",\"id\":\"" id \
	"\",\"at\":\"2014-01-21T20:26:05.383Z\",\"points\":5001}\n"
#define AWARD(user, id)                                                                                \
	"{\"user\":\"" user "\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\"," \
	"\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"" id "\"}\n"

/* free with finish() */
typedef struct command_outcome {
	int exit_code;
	char *out;
	char *err;
} command_outcome;

/* A running command. */
typedef struct command_process {
	pid_t pid;
	int in; /* its standard input; -1: closed */
	int out;
	int err;
} command_process;

extern char folder[PATH_BYTES]; /* of the current test */

/* Makes the folder and enters it; leaves and removes it. */
void enter(void);
void leave(void);

/* Reads to the end. The caller frees the text. */
char *read_all(int fd);

/* Reads one line with its newline. */
void read_line(int fd, char *line, size_t capacity);

/* Runs `brabeion` with the arguments that follow; the last is NULL. The caller calls finish(). */
command_outcome run(const char *input, const char *word, ...);

/* The same with a file as standard output; "" closes it. */
command_outcome run_into(const char *path, const char *input, const char *word, ...);

void finish(command_outcome *outcome);

/* Starts `brabeion` with pipes as its standard streams. */
command_process start(const char *word, ...);

void feed(const command_process *process, const char *text);

/* Closes its input and waits until it ends. */
command_outcome wait_for(command_process *process);

#define expect_exit(outcome, code)                                                                        \
	cr_assert_eq((outcome).exit_code, code, "exit code %d, standard error:\n%s", (outcome).exit_code, \
		     (outcome).err)
/* Removes each `,"stored_at":"..."` from the text, and returns it. */
char *command_without_stored(char *text);

/* Standard output, but for the time of the machine in "stored_at" of JSON: see command_without_stored. */
#define expect_out(outcome, text) \
	cr_assert_str_eq(command_without_stored((outcome).out), text, "standard output:\n%s", (outcome).out)
#define expect_err(outcome, part) \
	cr_assert_not_null(strstr((outcome).err, part), "no \"%s\" in standard error:\n%s", part, (outcome).err)
#define expect_no_err(outcome, part) \
	cr_assert_null(strstr((outcome).err, part), "\"%s\" in standard error:\n%s", part, (outcome).err)

#endif
