/*
 * cli/output/tables: rows of text in aligned columns, cut to the terminal's width.
 *
 * Guarantees: cells are safe to display (cli/output/terminal_text). On a terminal the widest columns are cut first; elsewhere none.
 */
#ifndef BRB_CLI_OUTPUT_TABLES_H
#define BRB_CLI_OUTPUT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cli/output/out.h"
#include "cli/output/terminal.h"

enum { BRB_CLI_TABLE_COLUMNS = 8 };

typedef struct brb_cli_column {
	const char *title;
	bool right; /* numbers: aligned to the right */
	bool bold;  /* shown in bold on a terminal with colour */
} brb_cli_column;

typedef struct brb_cli_table {
	const brb_cli_column *columns;
	size_t column_count;
	size_t widths[BRB_CLI_TABLE_COLUMNS];
	brb_arena arena;
	const char **cells; /* row by row */
	size_t row_count, row_capacity;
	bool titled; /* the titles have been printed */
} brb_cli_table;

/* `columns` must outlive the table. */
void brb_cli_table_init(brb_cli_table *table, const brb_cli_column *columns, size_t column_count);
void brb_cli_table_finish(brb_cli_table *table);

/* Adds a row of `column_count` cells; they are copied. False: out of memory. */
bool brb_cli_table_row(brb_cli_table *table, const char *const *cells);

/* Prints the rows and removes them; titles are printed once, before the first rows. Widths are kept for the next rows. */
void brb_cli_table_print(brb_cli_table *table, brb_cli_out *out, const brb_cli_terminal *terminal);

#endif
