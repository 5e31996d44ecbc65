/*
 * The clause `where`. See where.h.
 */
#include "where.h"

#include <inttypes.h>
#include <stdlib.h>

#include "limits.h"

enum {
	TESTS_MOST = 32,   /* of one `where` */
	VALUES_MOST = 200, /* of one list */
	TEXT_MOST = 1000,  /* bytes of a text to compare with */
	PATH_SIZE = 400,
	EXPECTED_MOST = 16, /* values that badge_setup_expect takes */
	EXPECTED_TEXT_MOST = 255,
};

typedef enum where_kind {
	WHERE_EQUAL,
	WHERE_NOT,
	WHERE_AT_LEAST,
	WHERE_AT_MOST,
	WHERE_ABOVE,
	WHERE_BELOW,
	WHERE_PRESENT,
	WHERE_BEGINS,
	WHERE_CONTAINS,
} where_kind;

typedef enum value_kind { VALUE_INT, VALUE_REAL, VALUE_BOOL, VALUE_TEXT } value_kind;

typedef struct where_value {
	value_kind kind;
	int64_t integer; /* of true and false 1 and 0 */
	double real;
	char *text;
} where_value;

struct where_test {
	where_kind kind;
	char field[NAME_SIZE];
	uint32_t value_count;
	where_value *values;
};

static const struct {
	const char *word;
	const char *wanted; /* what is needed, for badge_explain */
} kinds[] = {
	[WHERE_EQUAL] = { "", "" },
	[WHERE_NOT] = { "not", "another than " },
	[WHERE_AT_LEAST] = { "at_least", "from " },
	[WHERE_AT_MOST] = { "at_most", "up to " },
	[WHERE_ABOVE] = { "above", "more than " },
	[WHERE_BELOW] = { "below", "less than " },
	[WHERE_PRESENT] = { "present", "" },
	[WHERE_BEGINS] = { "begins", "one that begins with " },
	[WHERE_CONTAINS] = { "contains", "one that contains " },
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static char *copy_of(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);
	if (copy)
		memcpy(copy, text, size);
	return copy;
}

static int32_t no_memory(badge_setup *setup)
{
	return badge_setup_fail(setup, "", "out of memory");
}

/* What a kind compares with: numbers, texts, or anything. */
static int is_of_numbers(where_kind kind)
{
	return kind >= WHERE_AT_LEAST && kind <= WHERE_BELOW;
}

static int is_of_texts(where_kind kind)
{
	return kind == WHERE_BEGINS || kind == WHERE_CONTAINS;
}

static int32_t read_text(badge_setup *setup, const char *path, where_value *value)
{
	const char *text = badge_setting_text(setup, path, "");
	value->kind = VALUE_TEXT;
	if (strlen(text) > TEXT_MOST)
		return badge_setup_fail(setup, path, "a text to compare with has at most %d bytes", TEXT_MOST);
	value->text = copy_of(text);
	return value->text ? BADGE_OK : no_memory(setup);
}

static int32_t read_value(badge_setup *setup, const char *path, where_kind kind, where_value *value)
{
	uint32_t type = badge_setting_type(setup, path);
	int is_number = type == BADGE_TYPE_INT || type == BADGE_TYPE_REAL;
	if (is_of_numbers(kind) && !is_number)
		return badge_setup_fail(setup, path, "%s needs a number", kinds[kind].word);
	if (is_of_texts(kind) && type != BADGE_TYPE_TEXT)
		return badge_setup_fail(setup, path, "%s needs a text", kinds[kind].word);
	switch (type) {
	case BADGE_TYPE_INT:
		*value = (where_value){ .kind = VALUE_INT, .integer = badge_setting_int(setup, path, 0) };
		return BADGE_OK;
	case BADGE_TYPE_REAL:
		*value = (where_value){ .kind = VALUE_REAL, .real = badge_setting_real(setup, path, 0) };
		return BADGE_OK;
	case BADGE_TYPE_BOOL:
		*value = (where_value){ .kind = VALUE_BOOL, .integer = badge_setting_bool(setup, path, 0) };
		return BADGE_OK;
	case BADGE_TYPE_TEXT:
		return read_text(setup, path, value);
	}
	return badge_setup_fail(setup, path,
				"a field is compared with a text, a number, true or false, or a list of them");
}

/* The values at a path, one or a list, of one test. */
static int32_t read_values(badge_setup *setup, const char *path, where_test *test)
{
	int is_list = badge_setting_type(setup, path) == BADGE_TYPE_JSON;
	int64_t count = is_list ? badge_setting_count(setup, path) : 1;
	int32_t status = BADGE_OK;
	if (count == 0)
		return badge_setup_fail(setup, path, "an empty list fits nothing");
	if (count > VALUES_MOST)
		return badge_setup_fail(setup, path, "a list of a condition has at most %d values", VALUES_MOST);
	test->values = calloc((size_t)count, sizeof *test->values);
	if (!test->values)
		return no_memory(setup);
	for (int64_t i = 0; i < count; i++) {
		char item[PATH_SIZE];
		if (is_list)
			snprintf(item, sizeof item, "%s.%" PRId64, path, i);
		else
			snprintf(item, sizeof item, "%s", path);
		status |= read_value(setup, item, test->kind, &test->values[i]);
		test->value_count++;
	}
	return status;
}

static int32_t add_test(badge_setup *setup, const char *path, const char *field, where_kind kind, where *conditions)
{
	if (conditions->count == TESTS_MOST)
		return badge_setup_fail(setup, path, "at most %d conditions in one \"where\"", TESTS_MOST);
	where_test *test = &conditions->tests[conditions->count++];
	test->kind = kind;
	snprintf(test->field, sizeof test->field, "%s", field);
	if (kind == WHERE_PRESENT && badge_setting_type(setup, path) != BADGE_TYPE_BOOL)
		return badge_setup_fail(setup, path, "present needs true or false");
	if (is_of_numbers(kind) && badge_setting_type(setup, path) == BADGE_TYPE_JSON)
		return badge_setup_fail(setup, path, "%s needs a number", kinds[kind].word);
	return read_values(setup, path, test);
}

static int32_t add_word(badge_setup *setup, const char *path, const char *field, const char *word, where *conditions)
{
	char whole[PATH_SIZE];
	int length = snprintf(whole, sizeof whole, "%s.%s", path, word);
	if (length >= PATH_SIZE)
		return badge_setup_fail(setup, path, "there is no such condition");
	for (where_kind kind = WHERE_NOT; kind <= WHERE_CONTAINS; kind++)
		if (strcmp(word, kinds[kind].word) == 0)
			return add_test(setup, whole, field, kind, conditions);
	return badge_setup_fail(setup, whole,
				"a condition is at_least, at_most, above, below, not, present, begins or contains, "
				"not \"%.100s\"",
				word);
}

static int32_t read_field(badge_setup *setup, const char *path, const char *field, where *conditions)
{
	const char *word = badge_setting_key(setup, path, 0);
	int32_t status = BADGE_OK;
	if (badge_setting_type(setup, path) == BADGE_TYPE_NONE)
		return badge_setup_fail(setup, path,
					"nothing to compare field \"%.100s\" with; { present: false } fits one that "
					"is missing",
					field);
	if (!word)
		return add_test(setup, path, field, WHERE_EQUAL, conditions);
	for (uint32_t i = 0; (word = badge_setting_key(setup, path, i)); i++)
		status |= add_word(setup, path, field, word, conditions);
	return status;
}

int32_t where_read(badge_setup *setup, const char *path, where *conditions)
{
	const char *field = badge_setting_key(setup, path, 0);
	int32_t status = BADGE_OK;
	if (badge_setting_type(setup, path) == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (!field)
		return badge_setup_fail(setup, path,
					"where has conditions on fields, as in { score: { at_least: 10 } }");
	conditions->tests = calloc(TESTS_MOST, sizeof *conditions->tests);
	if (!conditions->tests)
		return no_memory(setup);
	for (uint32_t i = 0; (field = badge_setting_key(setup, path, i)); i++) {
		char whole[PATH_SIZE];
		int length = snprintf(whole, sizeof whole, "%s.%s", path, field);
		if (strlen(field) >= NAME_SIZE || length >= PATH_SIZE - 50)
			return badge_setup_fail(setup, path, "a field's name has at most 100 bytes");
		status |= read_field(setup, whole, field, conditions);
	}
	return status;
}

void where_free(where *conditions)
{
	for (uint32_t i = 0; i < conditions->count; i++) {
		where_test *test = &conditions->tests[i];
		for (uint32_t k = 0; k < test->value_count; k++)
			free(test->values[k].text);
		free(test->values);
	}
	free(conditions->tests);
	*conditions = (where){ 0 };
}

/* ---- what the engine checks itself ------------------------------------------------------------------------------- */

/* As badge_text has the value, with which the engine compares. Reals have several texts. */
static const char *expected_text(const where_value *value, char buffer[32])
{
	switch (value->kind) {
	case VALUE_INT:
		snprintf(buffer, 32, "%" PRId64, value->integer);
		return buffer;
	case VALUE_BOOL:
		return value->integer ? "true" : "false";
	case VALUE_TEXT:
		return strlen(value->text) <= EXPECTED_TEXT_MOST ? value->text : NULL;
	case VALUE_REAL:
		break;
	}
	return NULL;
}

static int can_be_expected(const where_test *test, uint32_t expected)
{
	char buffer[32];
	uint32_t i = 0;
	if (test->kind != WHERE_EQUAL || expected + test->value_count > EXPECTED_MOST)
		return 0;
	while (i < test->value_count && expected_text(&test->values[i], buffer))
		i++;
	return i == test->value_count;
}

/* The values of a second test of the same field would be added to the first one's. */
static int is_first_of_field(const where *conditions, uint32_t index)
{
	uint32_t i = 0;
	while (strcmp(conditions->tests[i].field, conditions->tests[index].field) != 0)
		i++;
	return i == index;
}

void where_expect(badge_setup *setup, const char *event, const where *conditions)
{
	char buffer[32];
	uint32_t expected = 0;
	for (uint32_t i = 0; i < conditions->count; i++) {
		const where_test *test = &conditions->tests[i];
		if (!can_be_expected(test, expected) || !is_first_of_field(conditions, i))
			continue;
		expected += test->value_count;
		for (uint32_t k = 0; k < test->value_count; k++) {
			const char *text = expected_text(&test->values[k], buffer);
			if (event)
				badge_setup_expect_in(setup, event, test->field, text);
			else
				badge_setup_expect(setup, test->field, text);
		}
	}
}

/* ---- fitting ----------------------------------------------------------------------------------------------------- */

/*
 * Less than 0, 0, more than 0: as an integer and a real compare by their exact values. A real of 2^63 and beyond is greater
 * than every integer; one below that is an integer and a fraction, both of which a double holds.
 */
static int compare_mixed(int64_t integer, double real)
{
	if (real >= 9223372036854775808.0)
		return -1;
	if (real < -9223372036854775808.0)
		return 1;
	int64_t whole = (int64_t)real;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	double fraction = real - (double)whole;
	return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

/* Compares a number of the event with one of the settings. 0 in *is_number: the field is none. */
static int compare_number(badge_call *call, const char *field, const where_value *value, int *is_number)
{
	int64_t integer;
	double real;
	uint32_t type = badge_type(call, field);
	*is_number = 1;
	if (type == BADGE_TYPE_INT && badge_read_int(call, field, &integer) == BADGE_FIELD_FOUND) {
		if (value->kind == VALUE_REAL)
			return compare_mixed(integer, value->real);
		return integer < value->integer ? -1 : integer > value->integer;
	}
	if (type == BADGE_TYPE_REAL && badge_read_real(call, field, &real) == BADGE_FIELD_FOUND && real == real) {
		if (value->kind == VALUE_INT)
			return -compare_mixed(value->integer, real);
		return real < value->real ? -1 : real > value->real;
	}
	*is_number = 0;
	return 0;
}

static int is_equal(badge_call *call, const char *field, const where_value *value)
{
	int32_t truth;
	int is_number;
	switch (value->kind) {
	case VALUE_TEXT:
		return badge_type(call, field) == BADGE_TYPE_TEXT &&
		       strcmp(badge_text(call, field, ""), value->text) == 0;
	case VALUE_BOOL:
		return badge_type(call, field) == BADGE_TYPE_BOOL &&
		       badge_read_bool(call, field, &truth) == BADGE_FIELD_FOUND && (truth != 0) == value->integer;
	case VALUE_INT:
	case VALUE_REAL:
		return compare_number(call, field, value, &is_number) == 0 && is_number;
	}
	return 0;
}

static int is_in_order(badge_call *call, const where_test *test)
{
	int is_number;
	int order = compare_number(call, test->field, &test->values[0], &is_number);
	if (!is_number)
		return 0;
	switch (test->kind) {
	case WHERE_AT_LEAST:
		return order >= 0;
	case WHERE_AT_MOST:
		return order <= 0;
	case WHERE_ABOVE:
		return order > 0;
	default:
		return order < 0;
	}
}

static int has_part(badge_call *call, const where_test *test, const where_value *value)
{
	const char *text = badge_text(call, test->field, "");
	if (badge_type(call, test->field) != BADGE_TYPE_TEXT)
		return 0;
	if (test->kind == WHERE_BEGINS)
		return strncmp(text, value->text, strlen(value->text)) == 0;
	return strstr(text, value->text) != NULL;
}

/* Whether any value of the test is equal, or a part of the field. */
static int fits_any(badge_call *call, const where_test *test)
{
	for (uint32_t i = 0; i < test->value_count; i++)
		if (is_of_texts(test->kind) ? has_part(call, test, &test->values[i])
					    : is_equal(call, test->field, &test->values[i]))
			return 1;
	return 0;
}

static int fits(badge_call *call, const where_test *test)
{
	int is_there = badge_type(call, test->field) != BADGE_TYPE_NONE;
	if (test->kind == WHERE_PRESENT)
		return is_there == test->values[0].integer;
	if (!is_there)
		return 0;
	if (is_of_numbers(test->kind))
		return is_in_order(call, test);
	return fits_any(call, test) == (test->kind != WHERE_NOT);
}

/* ---- explaining -------------------------------------------------------------------------------------------------- */

static void put_value(char *text, size_t size, const where_value *value)
{
	switch (value->kind) {
	case VALUE_INT:
		snprintf(text, size, "%" PRId64, value->integer);
		return;
	case VALUE_REAL:
		snprintf(text, size, "%.15g", value->real);
		return;
	case VALUE_BOOL:
		snprintf(text, size, "%s", value->integer ? "true" : "false");
		return;
	case VALUE_TEXT:
		snprintf(text, size, "\"%.60s\"", value->text);
		return;
	}
}

/* "score is 8, from 10 is needed" */
static void explain(badge_call *call, const where_test *test)
{
	char wanted[100], is[100];
	if (!badge_is_explained(call))
		return;
	if (test->kind == WHERE_PRESENT) {
		badge_explain(call, "%s is %s", test->field,
			      test->values[0].integer ? "missing" : "there, and must be missing");
		return;
	}
	put_value(wanted, sizeof wanted, &test->values[0]);
	const char *quote = badge_type(call, test->field) == BADGE_TYPE_TEXT ? "\"" : "";
	snprintf(is, sizeof is, "%s%.60s%s", quote, badge_text(call, test->field, "missing"), quote);
	badge_explain(call, "%s is %s, %s%s%s is needed", test->field, is, kinds[test->kind].wanted, wanted,
		      test->value_count > 1 ? " or another of the list" : "");
}

int32_t where_fits(badge_call *call, const where *conditions)
{
	for (uint32_t i = 0; i < conditions->count; i++) {
		if (fits(call, &conditions->tests[i]))
			continue;
		explain(call, &conditions->tests[i]);
		return 0;
	}
	return 1;
}
