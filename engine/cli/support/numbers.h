/*
 * cli/support/numbers: tells why a line's number was refused.
 *
 * simdjson has one code for a number that is written wrongly and one that is too large for 64 bits; only JSON's
 * grammar (RFC 8259, section 6) tells them apart. Used for lines that are bad already, so it may take its time.
 */
#ifndef BRB_CLI_SUPPORT_NUMBERS_H
#define BRB_CLI_SUPPORT_NUMBERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "number out of range" when every number in the line is written well, else "a malformed number". Static text. */
const char *brb_cli_numbers_fault(const char *line, size_t size);

#ifdef __cplusplus
}
#endif

#endif
