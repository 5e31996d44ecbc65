/*
 * cli/output/tables: see tables.h.
 */
#include "cli/output/tables.h"

#include <stdlib.h>
#include <string.h>

#include "cli/output/terminal_text.h"

enum { GAP = 2, LEAST_WIDTH = 6 };

void brb_cli_table_init(brb_cli_table *table, const brb_cli_column *columns, size_t column_count)
{
	*table = (brb_cli_table){ .columns = columns, .column_count = column_count };
	for (size_t i = 0; i < column_count; i++)
		table->widths[i] = brb_cli_terminal_text_width(columns[i].title);
}

void brb_cli_table_finish(brb_cli_table *table)
{
	brb_arena_finish(&table->arena);
	free(table->cells);
	*table = (brb_cli_table){ 0 };
}

static bool make_room(brb_cli_table *table)
{
	if (table->row_count < table->row_capacity)
		return true;
	size_t capacity = table->row_capacity ? 2 * table->row_capacity : 64;
	const char **cells = reallocarray(table->cells, capacity * table->column_count, sizeof *cells);
	if (!cells)
		return false;
	table->cells = cells;
	table->row_capacity = capacity;
	return true;
}

bool brb_cli_table_row(brb_cli_table *table, const char *const *cells)
{
	if (!make_room(table))
		return false;
	const char **row = table->cells + table->row_count * table->column_count;
	for (size_t i = 0; i < table->column_count; i++) {
		row[i] = brb_arena_copy_length(&table->arena, cells[i], strlen(cells[i]));
		if (!row[i])
			return false;
		size_t width = brb_cli_terminal_text_width(cells[i]);
		if (width > table->widths[i])
			table->widths[i] = width;
	}
	table->row_count++;
	return true;
}

/* Narrows the widest column until the row fits, none below LEAST_WIDTH. */
static void fit(const brb_cli_table *table, size_t columns, size_t *widths)
{
	size_t total = (table->column_count - 1) * GAP;
	for (size_t i = 0; i < table->column_count; i++)
		total += widths[i] = table->widths[i];
	while (columns > 0 && total > columns) {
		size_t widest = 0;
		for (size_t i = 1; i < table->column_count; i++)
			if (widths[i] >= widths[widest])
				widest = i;
		if (widths[widest] <= LEAST_WIDTH)
			return;
		widths[widest]--;
		total--;
	}
}

static void print_cell(brb_cli_out *out, const char *cell, size_t width, bool right, bool last)
{
	size_t taken = brb_cli_terminal_text_width(cell);
	size_t rest = taken < width ? width - taken : 0;
	if (right)
		brb_cli_out_spaces(out, rest);
	brb_cli_terminal_text_write_cut(out, cell, width);
	if (!right && !last)
		brb_cli_out_spaces(out, rest);
}

static void print_titles(const brb_cli_table *table, brb_cli_out *out, const size_t *widths, bool colour)
{
	for (size_t i = 0; i < table->column_count; i++) {
		brb_cli_out_spaces(out, i > 0 ? GAP : 0);
		if (colour)
			brb_cli_out_text(out, "\x1b[2m");
		print_cell(out, table->columns[i].title, widths[i], table->columns[i].right,
			   i + 1 == table->column_count);
		if (colour)
			brb_cli_out_text(out, "\x1b[0m");
	}
	brb_cli_out_text(out, "\n");
}

static void print_row(const brb_cli_table *table, brb_cli_out *out, const char *const *row, const size_t *widths,
		      bool colour)
{
	for (size_t i = 0; i < table->column_count; i++) {
		bool bold = colour && table->columns[i].bold;
		brb_cli_out_spaces(out, i > 0 ? GAP : 0);
		if (bold)
			brb_cli_out_text(out, "\x1b[1m");
		print_cell(out, row[i], widths[i], table->columns[i].right, i + 1 == table->column_count);
		if (bold)
			brb_cli_out_text(out, "\x1b[0m");
	}
	brb_cli_out_text(out, "\n");
}

void brb_cli_table_print(brb_cli_table *table, brb_cli_out *out, const brb_cli_terminal *terminal)
{
	size_t widths[BRB_CLI_TABLE_COLUMNS] = { 0 };
	fit(table, terminal->columns, widths);
	if (!table->titled)
		print_titles(table, out, widths, terminal->colour);
	table->titled = true;
	for (size_t i = 0; i < table->row_count; i++)
		print_row(table, out, table->cells + i * table->column_count, widths, terminal->colour);
	table->row_count = 0;
	brb_arena_reset(&table->arena);
}
