/*
 * base/number: numbers as text, and back.
 *
 * The grammar is JSON's (RFC 8259, section 6). Reading is exact: a real becomes the nearest double, whatever the host's
 * locale says about decimal points; writing gives the fewest digits from 15 on that read back as the same double.
 */
#ifndef BRB_BASE_NUMBER_H
#define BRB_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

typedef enum brb_number_kind {
	BRB_NUMBER_MALFORMED,
	BRB_NUMBER_INTEGER,
	BRB_NUMBER_REAL,        /* it has a fraction or an exponent */
	BRB_NUMBER_OUT_OF_RANGE /* an integer of more than 64 bits, or a real that is not finite */
} brb_number_kind;

typedef struct brb_number {
	brb_number_kind kind;
	const char *end; /* the byte behind it; of a malformed one NULL */
	int64_t integer;
	double real; /* also of an integer that is out of range */
} brb_number;

/* Reads the number at `text`. It is malformed unless a space, a comma, a bracket or NUL follows. */
brb_number brb_number_read(const char *text);

/* Reads as strtod(3) does in the C locale. False when the number is not finite. */
bool brb_number_real(const char *text, double *value);

enum { BRB_NUMBER_BYTES = 32 };

/* Writes a finite real. A whole one looks like an integer. Returns `text`. */
const char *brb_number_write(double real, char text[BRB_NUMBER_BYTES]);

#endif
