/* xml: see xml.h. The few functions of expat are declared here, so that its headers are not needed (expat.h, 2.0 on). */
#include "xml.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

typedef struct XML_ParserStruct parser;
typedef void element_begins(void *context, const char *name, const char **attributes);
typedef void element_ends(void *context, const char *name);

typedef struct expat {
	void *library;
	parser *(*create)(const char *encoding);
	void (*set_context)(parser *, void *context);
	void (*set_elements)(parser *, element_begins *begins, element_ends *ends);
	int (*parse)(parser *, const char *text, int length, int is_final);
	int (*error)(parser *);
	const char *(*error_words)(int error);
	void (*release)(parser *);
} expat;

static const char *const svg_elements[] = { "circle", "defs", "desc",  "g",   "image", "linearGradient", "path",
					    "rect",   "stop", "style", "svg", "text",  "title",          NULL };
static const char *const junit_elements[] = { "testsuites", "testsuite", "testcase", "failure", "error", NULL };

/* NULL: there is none. */
static const expat *find_expat(void)
{
	static expat found;
	static bool looked;
	if (!looked && (found.library = dlopen("libexpat.so.1", RTLD_NOW))) {
		*(void **)&found.create = dlsym(found.library, "XML_ParserCreate");
		*(void **)&found.set_context = dlsym(found.library, "XML_SetUserData");
		*(void **)&found.set_elements = dlsym(found.library, "XML_SetElementHandler");
		*(void **)&found.parse = dlsym(found.library, "XML_Parse");
		*(void **)&found.error = dlsym(found.library, "XML_GetErrorCode");
		*(void **)&found.error_words = dlsym(found.library, "XML_ErrorString");
		*(void **)&found.release = dlsym(found.library, "XML_ParserFree");
		FUZZ_EXPECT(found.create && found.set_context && found.set_elements && found.parse && found.error &&
			    found.error_words && found.release);
	}
	if (!looked && !found.library)
		fprintf(stderr, "fuzz: skipped: there is no libexpat.so.1 here to check XML with\n");
	looked = true;
	return found.library ? &found : NULL;
}

static bool is_outside(const char *value)
{
	return strstr(value, "//") && strcmp(value, "http://www.w3.org/2000/svg") != 0;
}

static void begin(void *context, const char *name, const char **attributes)
{
	const char *const *elements = context;
	size_t i = 0;
	while (elements[i] && strcmp(elements[i], name) != 0)
		i++;
	FUZZ_EXPECT(elements[i]); /* an element that should not be there */
	for (; *attributes; attributes += 2) {
		FUZZ_EXPECT(strncmp(attributes[0], "on", 2) != 0);
		if (strcmp(attributes[0], "href") == 0 || strncmp(attributes[0], "xmlns", 5) == 0)
			FUZZ_EXPECT(strncmp(attributes[1], "data:", 5) == 0 || !is_outside(attributes[1]));
	}
}

static void end(void *context, const char *name)
{
	(void)context, (void)name;
}

static void expect(const char *text, size_t length, const char *const *elements)
{
	const expat *xml = find_expat();
	parser *one = xml ? xml->create(NULL) : NULL;
	if (!one)
		return;
	xml->set_context(one, (void *)elements);
	xml->set_elements(one, begin, end);
	if (xml->parse(one, text, (int)length, 1) != 1) {
		fprintf(stderr, "not well-formed: %s\n%.*s\n", xml->error_words(xml->error(one)), (int)length, text);
		fuzz_fail(__FILE__, __LINE__, "it is well-formed");
	}
	xml->release(one);
}

void xml_expect_svg(const char *text, size_t length)
{
	expect(text, length, svg_elements);
}

void xml_expect_junit(const char *text, size_t length)
{
	expect(text, length, junit_elements);
}
