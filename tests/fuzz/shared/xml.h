/*
 * xml: asks a parser that is not ours, libexpat, whether a document is well-formed, and whether it has only the elements that
 * it should have: text that was not escaped would show as others. Loaded when first needed; where there is none, that
 * is said once, and nothing is checked.
 */
#ifndef BRB_TESTS_XML_H
#define BRB_TESTS_XML_H

#include <stddef.h>

/* As engine/drawing writes them: no scripts, no links to what is elsewhere. */
void xml_expect_svg(const char *text, size_t length);

/* A report of `brabeion try`. */
void xml_expect_junit(const char *text, size_t length);

#endif
