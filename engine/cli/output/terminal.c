/*
 * cli/output/terminal: see terminal.h.
 */
#include "cli/output/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_COLUMNS = 80, LEAST_COLUMNS = 20 };

static bool has_utf8_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/*
 * Texts are UTF-8 whatever the locale, so wcwidth(3) needs a UTF-8 locale. Only LC_CTYPE is set, so that decimal points stay.
 */
void brb_cli_terminal_prepare(void)
{
	if (!setlocale(LC_CTYPE, "") || !has_utf8_locale())
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* The user's environment, by POSIX's order of precedence: brb_cli_terminal_prepare() may have replaced the locale. */
static bool environment_has_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static size_t columns_of(int fd)
{
	struct winsize size;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col < LEAST_COLUMNS ? LEAST_COLUMNS : size.ws_col;
	return USUAL_COLUMNS;
}

brb_cli_terminal brb_cli_terminal_look(int fd)
{
	brb_cli_terminal terminal = { .is_terminal = isatty(fd) == 1 };
	if (!terminal.is_terminal)
		return terminal;
	const char *no_colour = getenv("NO_COLOR");
	const char *kind = getenv("TERM");
	bool dumb = !kind || !*kind || strcmp(kind, "dumb") == 0;
	terminal.colour = !dumb && !(no_colour && *no_colour);
	terminal.blocks = environment_has_utf8();
	terminal.columns = columns_of(fd);
	return terminal;
}
