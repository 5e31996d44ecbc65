/*
 * cli/support/numbers: why a line's number was refused.
 *
 * simdjson has one code for a malformed number and for one that is out of range; JSON's grammar (RFC 8259, section 6)
 * distinguishes them. Only used for lines that were refused.
 */
#ifndef BRB_CLI_SUPPORT_NUMBERS_H
#define BRB_CLI_SUPPORT_NUMBERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "number out of range" if every number of the line is well-formed, else "a malformed number". A static text. */
const char *brb_cli_numbers_fault(const char *line, size_t size);

#ifdef __cplusplus
}
#endif

#endif
