/* Options and arguments of the command, a line each: they are taken, or what is told about them can be shown. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/shell/options.h"

enum { WORDS_MOST = 32, TOLD_BYTES = 64 * 1024 };

/* What was written to stderr meanwhile. */
static bool read_options(int count, char **words, char told[TOLD_BYTES])
{
	brb_cli_options options = { 0 };
	int saved = dup(STDERR_FILENO), file = memfd_create("stderr", MFD_CLOEXEC);
	FUZZ_EXPECT(saved >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0);
	bool taken = brb_cli_options_read(count, words, 3, &options);
	dup2(saved, STDERR_FILENO);
	ssize_t length = pread(file, told, TOLD_BYTES - 1, 0);
	told[length > 0 ? length : 0] = '\0';
	close(saved);
	close(file);
	if (taken)
		FUZZ_EXPECT((options.help || options.argument_count <= 3) &&
			    options.badges.count <= BRB_CLI_BADGES_MAX);
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static char told[TOLD_BYTES];
	char *words[WORDS_MOST + 1] = { NULL };
	char *text = fuzz_copy(bytes, size, 1);
	int count = 0;
	for (char *line = strtok(text, "\n"); line && count < WORDS_MOST; line = strtok(NULL, "\n"))
		words[count++] = line;
	if (count && brb_cli_options_next(words[0], NULL)) { /* main looks for the subcommand first */
		bool taken = read_options(count, words, told);
		FUZZ_EXPECT(taken == !*told && fuzz_is_shown(told, true));
	}
	free(text);
	return 0;
}
