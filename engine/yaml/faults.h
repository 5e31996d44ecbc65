/*
 * yaml_faults: the faults of one file, collected in any order, told in the file's. Part of the room yaml.
 */
#ifndef BRB_YAML_FAULTS_H
#define BRB_YAML_FAULTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

typedef struct brb_yaml_faults_item {
	uint32_t line, column;
	uint32_t number;  /* in order of arrival: decides between two at one place */
	const char *what; /* in the arena */
} brb_yaml_faults_item;

/* All zeroes is an empty list. */
typedef struct brb_yaml_faults {
	brb_arena arena;
	brb_yaml_faults_item *items;
	size_t count;
	size_t capacity;
	size_t dropped;    /* found after as many were kept as ever will be */
	bool memory_short; /* somewhere while the file was read: the verdict is that */
} brb_yaml_faults;

void brb_yaml_faults_add_va(brb_yaml_faults *faults, uint32_t line, uint32_t column, const char *format,
			    va_list arguments) BRB_PRINTF(4, 0);

/* Sorts them, tells the first BRB_YAML_FAULTS_TOLD and how many more there are. */
brabeion_status brb_yaml_faults_verdict(brb_yaml_faults *faults, const char *name, brabeion_error *error);

void brb_yaml_faults_finish(brb_yaml_faults *faults);

#endif
