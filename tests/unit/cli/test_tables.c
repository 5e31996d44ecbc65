/*
 * cli/output/tables: columns are aligned and fit into the terminal.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "cli/output/tables.h"

static brb_cli_out out;
static brb_cli_table table;

static const brb_cli_column columns[] = {
	{ .title = "user", .bold = true },
	{ .title = "awards", .right = true },
	{ .title = "rarest" },
};

static void enter(void)
{
	brb_cli_terminal_prepare();
	brb_cli_out_init(&out, -1);
	brb_cli_table_init(&table, columns, 3);
}

static void leave(void)
{
	brb_cli_table_finish(&table);
}

TestSuite(tables, .init = enter, .fini = leave);

static void add(const char *user, const char *awards, const char *rarest)
{
	const char *cells[] = { user, awards, rarest };
	cr_assert(brb_cli_table_row(&table, cells));
}

static void expect(brb_cli_terminal terminal, const char *text)
{
	brb_cli_table_print(&table, &out, &terminal);
	cr_assert_eq(out.used, strlen(text), "%.*s", (int)out.used, out.data);
	cr_assert_eq(memcmp(out.data, text, out.used), 0, "%.*s", (int)out.used, out.data);
	out.used = 0;
}

Test(tables, aligns_columns)
{
	add("ada", "12", "Gold, Night Owl");
	add("\xE9\x87\x91", "1,204", "Bronze");
	expect((brb_cli_terminal){ 0 }, "user  awards  rarest\n"
					"ada       12  Gold, Night Owl\n"
					"\xE9\x87\x91     1,204  Bronze\n");
}

Test(tables, prints_titles_alone_when_there_is_no_row)
{
	expect((brb_cli_terminal){ 0 }, "user  awards  rarest\n");
}

Test(tables, prints_titles_once_and_keeps_widths)
{
	add("ada", "12", "Gold");
	expect((brb_cli_terminal){ 0 }, "user  awards  rarest\nada       12  Gold\n");
	add("charlotte", "1", "Gold");
	expect((brb_cli_terminal){ 0 }, "charlotte       1  Gold\n");
	add("ada", "12", "Gold");
	expect((brb_cli_terminal){ 0 }, "ada            12  Gold\n");
}

Test(tables, lets_the_widest_column_give_way)
{
	add("ada", "12", "Gold, Night Owl, Early Bird");
	expect((brb_cli_terminal){ .is_terminal = true, .columns = 24 }, "user  awards  rarest\n"
									 "ada       12  Gold, Nig\xE2\x80\xA6\n");
}

Test(tables, makes_cells_safe)
{
	add("\x1b[2J", "1", "a\nb");
	expect((brb_cli_terminal){ 0 }, "user     awards  rarest\n\\x1b[2J       1  a\\x0ab\n");
}

Test(tables, shows_the_telling_column_in_bold)
{
	add("ada", "12", "Gold");
	expect((brb_cli_terminal){ .is_terminal = true, .colour = true, .columns = 80 },
	       "\x1b[2muser\x1b[0m  \x1b[2mawards\x1b[0m  \x1b[2mrarest\x1b[0m\n"
	       "\x1b[1mada \x1b[0m      12  Gold\n");
}
