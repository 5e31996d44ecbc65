/*
 * base/value: see value.h.
 */
#include "base/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

const brabeion_field *brb_value_find(const brabeion_field *fields, size_t count, const char *name)
{
	while (count--)
		if (fields[count].name[0] == name[0] && strcmp(fields[count].name, name) == 0)
			return fields[count].type == BRABEION_TYPE_NULL ? NULL : &fields[count];
	return NULL;
}

bool brb_value_int(const brabeion_field *field, int64_t *value)
{
	if (field->type == BRABEION_TYPE_INT) {
		*value = field->value.integer;
		return true;
	}
	/* 2^63 is exact as a double; the comparison is false for what no int64 holds */
	double real = field->value.real;
	if (field->type != BRABEION_TYPE_REAL || !(real >= -0x1p63 && real < 0x1p63) || real != (double)(int64_t)real)
		return false;
	*value = (int64_t)real;
	return true;
}

bool brb_value_real(const brabeion_field *field, double *value)
{
	if (field->type == BRABEION_TYPE_REAL)
		*value = field->value.real;
	else if (field->type == BRABEION_TYPE_INT)
		*value = (double)field->value.integer;
	else
		return false;
	return true;
}

bool brb_value_bool(const brabeion_field *field, bool *value)
{
	if (field->type != BRABEION_TYPE_BOOL)
		return false;
	*value = field->value.boolean;
	return true;
}

void brb_value_set_real(brabeion_field *field, double real)
{
	field->type = BRABEION_TYPE_REAL;
	field->value.real = real;
	int64_t whole;
	if (!brb_value_int(field, &whole))
		return;
	field->type = BRABEION_TYPE_INT;
	field->value.integer = whole;
}

static const char *write_number(const brabeion_field *field, char buffer[BRB_VALUE_TEXT_BYTES])
{
	int64_t whole;
	if (!brb_value_int(field, &whole))
		return brb_number_write(field->value.real, buffer);
	snprintf(buffer, BRB_VALUE_TEXT_BYTES, "%" PRId64, whole);
	return buffer;
}

const char *brb_value_text(const brabeion_field *field, char buffer[BRB_VALUE_TEXT_BYTES])
{
	switch (field->type) {
	case BRABEION_TYPE_TEXT:
	case BRABEION_TYPE_JSON:
		return field->value.text;
	case BRABEION_TYPE_BOOL:
		return field->value.boolean ? "true" : "false";
	case BRABEION_TYPE_INT:
	case BRABEION_TYPE_REAL:
		return write_number(field, buffer);
	case BRABEION_TYPE_NULL:
		break;
	}
	return NULL;
}

static brabeion_status check_field(const brabeion_field *field, brabeion_error *error)
{
	if (!field->name || !field->name[0])
		return brb_status_set(error, BRABEION_INVALID, "a field has no name");
	if (brb_text_checked_length(field->name, BRB_NAME_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(error, BRABEION_INVALID,
				      "the field name \"%.40s\" is longer than %d bytes or not UTF-8", field->name,
				      BRB_NAME_BYTES_MOST);
	switch (field->type) {
	case BRABEION_TYPE_NULL:
	case BRABEION_TYPE_INT:
	case BRABEION_TYPE_BOOL:
		return BRABEION_OK;
	case BRABEION_TYPE_REAL:
		if (isfinite(field->value.real))
			return BRABEION_OK;
		return brb_status_set(error, BRABEION_INVALID, "the field \"%s\" is not a finite number",
				      field->name);
	case BRABEION_TYPE_TEXT:
	case BRABEION_TYPE_JSON:
		if (field->value.text && brb_text_checked_length(field->value.text, BRB_TEXT_BYTES_MOST) != SIZE_MAX)
			return BRABEION_OK;
		return brb_status_set(error, BRABEION_INVALID, "the text of field \"%s\" is %s", field->name,
				      !field->value.text ? "NULL"
				      : strnlen(field->value.text, BRB_TEXT_BYTES_MOST + 1) > BRB_TEXT_BYTES_MOST
					      ? "longer than 1 MiB"
					      : "not UTF-8");
	}
	return brb_status_set(error, BRABEION_INVALID, "the field \"%s\" has no type of BRABEION_TYPE_*",
			      field->name);
}

brabeion_status brb_value_check(const brabeion_field *fields, size_t count, brabeion_error *error)
{
	if (count > BRB_FIELDS_MOST)
		return brb_status_set(error, BRABEION_INVALID, "the event has %zu fields, more than %d", count,
				      BRB_FIELDS_MOST);
	for (size_t i = 0; i < count; i++) {
		brabeion_status status = check_field(&fields[i], error);
		if (status != BRABEION_OK)
			return status;
	}
	return BRABEION_OK;
}
