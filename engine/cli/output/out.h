/*
 * cli/output/out: buffered output to stdout or stderr.
 *
 * A reader that is slow is waited for. Once a SIGINT or SIGTERM was caught (cli/support/signals), one that has not read for a
 * second is not: that is the error ECANCELED.
 *
 * Guarantees: after the first error nothing more is written, so that only the caller of brb_cli_out_flush() has to check.
 * While it is held nothing is written at all, however long it gets.
 */
#ifndef BRB_CLI_OUTPUT_OUT_H
#define BRB_CLI_OUTPUT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct brb_cli_out {
	int fd;
	int error; /* errno of the first failed write, ENOMEM when what is held cannot be kept; 0: none */
	bool is_held;
	char *held; /* what did not fit `data` */
	size_t held_size, held_capacity;
	size_t used;
	char data[64 * 1024];
} brb_cli_out;

void brb_cli_out_init(brb_cli_out *out, int fd);

void brb_cli_out_bytes(brb_cli_out *out, const char *bytes, size_t size);
void brb_cli_out_text(brb_cli_out *out, const char *text);
void brb_cli_out_format(brb_cli_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void brb_cli_out_spaces(brb_cli_out *out, size_t count);

/* A number for people, "23,481". */
void brb_cli_out_number(brb_cli_out *out, uint64_t number);

/* A count with its noun, "1 award", "4,445 awards". */
void brb_cli_out_count(brb_cli_out *out, uint64_t count, const char *one, const char *many);

/* From now on nothing is written, until it is flushed or dropped. */
void brb_cli_out_hold(brb_cli_out *out);

/* Forgets what was not written. */
void brb_cli_out_drop(brb_cli_out *out);

/* What is not written yet, in bytes. */
size_t brb_cli_out_size(const brb_cli_out *out);

/* Writes the buffer. Returns the errno of the first error so far, 0: none; EPIPE: nobody reads any more, ECANCELED likewise. */
int brb_cli_out_flush(brb_cli_out *out);

#endif
