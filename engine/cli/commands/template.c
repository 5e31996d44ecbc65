/*
 * cli/commands/template: see template.h.
 */
#include "cli/commands/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPLATE_BYTES_MOST = 64 * 1024 };

typedef struct template_file {
	const char *from; /* in the templates; "%": the folder of the language, or of the kind */
	const char *to;   /* in the new folder; NULL: the source, which has the badge's name */
} template_file;

/* Ended by a row without `from`. */
static const template_file code_files[] = {
	{ "%badge", NULL },
	{ "%Makefile", "Makefile" },
	{ "%meson.build", "meson.build" },
	{ "common/badges.yaml", "badges.yaml" },
	{ "common/scenarios.try.yaml", "scenarios.try.yaml" },
	{ "common/README.md", "README.md" },
	{ "common/gitignore", ".gitignore" },
	{ NULL, NULL },
};

static const template_file yaml_files[] = {
	{ "%badges.yaml", "badges.yaml" },
	{ "%badge", NULL },
	{ NULL, NULL },
};

static const char *const kinds[] = {
	"threshold",  "threshold-each", "streak",    "streak-cycle", "collection", "first",
	"first-each", "rank",           "rank-each", "days",         "best",       "ratio",
	"run",        "then",           "after",     "every-event",  "all",
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

typedef struct maker {
	const char *name;
	const template_file *files;
	brb_cli_report *report;
	char language[64];  /* what "%" stands for */
	const char *ending; /* of the source, in the templates and in the new folder */
	char title[BRB_CLI_SLUG_BYTES_MOST + 1];
	char source[BRB_CLI_SLUG_BYTES_MOST + 16]; /* the source file's name */
	int folder;
} maker;

/* ---- names ---- */

static bool is_letter_or_digit(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

const char *brb_cli_template_slug_fault(const char *name)
{
	size_t length = strlen(name);
	if (length == 0)
		return "is empty";
	if (length > BRB_CLI_SLUG_BYTES_MOST)
		return "is longer than 100 bytes";
	if (!is_letter_or_digit(name[0]))
		return "must begin with one of a-z and 0-9";
	for (; *name; name++)
		if (!is_letter_or_digit(*name) && !strchr("._-", *name))
			return "is not a slug: only a-z, 0-9, \".\", \"_\" and \"-\" are allowed";
	return NULL;
}

bool brb_cli_template_has_kind(const char *kind, brb_cli_report *report)
{
	char list[256] = "";
	for (size_t i = 0, used = 0; i < KIND_COUNT; i++, used = strlen(list)) {
		if (strcmp(kinds[i], kind) == 0)
			return true;
		snprintf(list + used, sizeof list - used, "%s%s",
			 i == 0               ? ""
			 : i + 1 < KIND_COUNT ? ", "
					      : " and ",
			 kinds[i]);
	}
	brb_cli_report_say(report, "brabeion new: --yaml: there is no kind \"%s\"; the kinds are %s", kind, list);
	return false;
}

/* "night-owl": "Night Owl". */
static void make_title(maker *self)
{
	bool begins = true;
	size_t used = 0;
	for (const char *byte = self->name; *byte; byte++) {
		bool gap = !is_letter_or_digit(*byte);
		char shown = gap ? ' ' : begins && *byte >= 'a' ? (char)(*byte - 'a' + 'A') : *byte;
		if (!gap || (used > 0 && self->title[used - 1] != ' '))
			self->title[used++] = shown;
		begins = gap;
	}
	while (used > 0 && self->title[used - 1] == ' ')
		used--;
	self->title[used] = '\0';
}

/* ---- one file ---- */

static bool refuse(const maker *self, const char *path, const char *why)
{
	brb_cli_report_say(self->report, "brabeion new: %s: %s", path, why);
	return false;
}

static const char *templates_folder(void)
{
	const char *named = getenv("BRABEION_TEMPLATES");
	return named && *named ? named : BRABEION_TEMPLATES_DIR;
}

/* The template's text, which the caller frees. NULL: failed and reported. */
static char *read_template(const maker *self, const template_file *file)
{
	char path[4096];
	const char *language = file->from[0] == '%' ? self->language : "";
	const char *ending = file->to ? "" : self->ending;
	int length = snprintf(path, sizeof path, "%s/%s%s%s", templates_folder(), language,
			      file->from + strspn(file->from, "%"), ending);
	if (length >= (int)sizeof path) {
		refuse(self, templates_folder(), strerror(ENAMETOOLONG));
		return NULL;
	}
	FILE *stream = fopen(path, "re");
	char *text = stream ? calloc(1, TEMPLATE_BYTES_MOST) : NULL;
	size_t got = text ? fread(text, 1, TEMPLATE_BYTES_MOST - 1, stream) : 0;
	if (!text || (got < TEMPLATE_BYTES_MOST - 1 && ferror(stream))) {
		brb_cli_report_say(self->report,
				   "brabeion new: %s: %s (where brabeion is not installed, the environment variable "
				   "BRABEION_TEMPLATES names the folder of templates)",
				   path, strerror(errno));
		free(text);
		text = NULL;
	}
	if (stream)
		fclose(stream);
	return text;
}

static void write_filled(const maker *self, const char *text, FILE *stream)
{
	const struct {
		const char *mark;
		const char *meaning;
	} words[] = { { "@NAME@", self->name }, { "@TITLE@", self->title }, { "@SOURCE@", self->source } };
	while (*text) {
		size_t plain = strcspn(text, "@");
		const char *meaning = NULL;
		fwrite(text, 1, plain, stream);
		text += plain;
		for (size_t i = 0; i < sizeof words / sizeof *words && !meaning; i++) {
			if (strncmp(text, words[i].mark, strlen(words[i].mark)) != 0)
				continue;
			meaning = words[i].meaning;
			text += strlen(words[i].mark);
		}
		if (meaning)
			fputs(meaning, stream);
		else if (*text)
			fputc(*text++, stream);
	}
}

static bool make_file(const maker *self, const template_file *file)
{
	char *text = read_template(self, file);
	if (!text)
		return false;
	const char *name = file->to ? file->to : self->source;
	int fd = openat(self->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool written = false;
	if (stream) {
		write_filled(self, text, stream);
		written = !ferror(stream);
		written = fclose(stream) == 0 && written;
	}
	free(text);
	return written || refuse(self, name, strerror(errno));
}

/* ---- the folder ---- */

static void remove_made(const maker *self)
{
	for (const template_file *file = self->files; file->from; file++)
		unlinkat(self->folder, file->to ? file->to : self->source, 0);
	rmdir(self->name);
}

static void set_language(maker *self, brb_cli_template_language language, const char *kind)
{
	static const char *const folders[] = { "c/", "cxx/" }, *const endings[] = { ".c", ".cc", ".try.yaml" };
	bool is_yaml = language == BRB_CLI_TEMPLATE_YAML;
	self->files = is_yaml ? yaml_files : code_files;
	self->ending = endings[language];
	snprintf(self->language, sizeof self->language, "%s%s%s", is_yaml ? "yaml/" : folders[language],
		 is_yaml ? kind : "", is_yaml ? "/" : "");
	snprintf(self->source, sizeof self->source, "%s%s", self->name, self->ending);
}

bool brb_cli_template_make(const char *name, brb_cli_template_language language, const char *kind,
			   brb_cli_report *report)
{
	maker self = { .name = name, .report = report };
	make_title(&self);
	set_language(&self, language, kind);
	if (mkdir(name, 0777) != 0)
		return refuse(&self, name,
			      errno == EEXIST ? "already exists; nothing has been changed" : strerror(errno));
	self.folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool made = self.folder >= 0 || refuse(&self, name, strerror(errno));
	for (const template_file *file = self.files; file->from && made; file++)
		made = make_file(&self, file);
	if (!made)
		remove_made(&self);
	if (self.folder >= 0)
		close(self.folder);
	return made;
}
