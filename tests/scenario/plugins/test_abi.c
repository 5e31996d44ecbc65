/*
 * The plugin ABI: the header and the three forms of a plugin compile without a warning with each compiler and standard;
 * the layout of the structs; a plugin built with one command against the header alone; plugins compiled with the header of
 * another version.
 *
 * Compilers that are not installed are skipped; gcc must be there.
 */
#include <spawn.h>
#include <sys/wait.h>

#include "support/progress_text.h"

extern char **environ;

/* ---- running a compiler ---- */

/* Runs a command, its arguments ended by NULL, with output to the scene's file `output`. Returns the exit status. */
static int run(scene *here, char *const *words)
{
	char output[SCENE_PATH_BYTES * 2];
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status = -1;
	snprintf(output, sizeof output, "%s/output", here->folder);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	int problem = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (problem)
		return 127;
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *output_of(scene *here)
{
	static char text[4096];
	char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/output", here->folder);
	FILE *file = fopen(path, "r");
	size_t count = file ? fread(text, 1, sizeof text - 1, file) : 0;
	text[count] = '\0';
	if (file)
		fclose(file);
	return text;
}

static bool is_installed(scene *here, const char *compiler)
{
	return run(here, (char *[]){ (char *)(uintptr_t)compiler, "--version", NULL }) == 0;
}

/* Copies the header alone to a folder, as a plugin's author has it installed. */
static void install_header(scene *here)
{
	char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/include", here->folder);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/include/brabeion", here->folder);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/include/brabeion/badge.h", here->folder);
	copy_whole(BRB_SOURCE_DIR "/sdk/include/brabeion/badge.h", path);
}

/* Compiles a source of this folder to plugin.so, or only checks it. The standard gives the language. */
static int compile(scene *here, const char *compiler, const char *standard, const char *source, bool link)
{
	char include[SCENE_PATH_BYTES * 2], plugin[SCENE_PATH_BYTES * 2], file[SCENE_PATH_BYTES * 2];
	char language[16], option[32];
	snprintf(include, sizeof include, "-I%s/include", here->folder);
	snprintf(plugin, sizeof plugin, "%s/plugin.so", here->folder);
	snprintf(file, sizeof file, "%s/tests/scenario/plugins/%s", BRB_SOURCE_DIR, source);
	snprintf(language, sizeof language, "-x%s", strstr(standard, "++") ? "c++" : "c");
	snprintf(option, sizeof option, "-std=%s", standard);
	char *words[] = { (char *)(uintptr_t)compiler,
			  option,
			  language,
			  "-Wall",
			  "-Wextra",
			  "-pedantic",
			  "-Werror",
			  "-O2",
			  "-fPIC",
			  "-fvisibility=hidden",
			  include,
			  file,
			  link ? "-shared" : "-fsyntax-only",
			  "-Wl,-Bsymbolic",
			  "-o",
			  plugin,
			  NULL };
	if (!link)
		words[13] = NULL;
	return run(here, words);
}

static const char *const c_compilers[] = { "gcc", "clang" };
static const char *const cxx_compilers[] = { "g++", "clang++" };

/* With each installed compiler and each standard, it compiles without output, loads and earns. */
static void expect_works(const char *source, const char *const *standards, const char *earned)
{
	for (; *standards; standards++) {
		const char *const *compilers = strstr(*standards, "++") ? cxx_compilers : c_compilers;
		for (int i = 0; i < 2; i++) {
			scene *here = scene_new();
			install_header(here);
			if (i > 0 && !is_installed(here, compilers[i])) {
				scene_finish(here);
				continue;
			}
			cr_assert_eq(compile(here, compilers[i], *standards, source, true), 0, "%s -std=%s: %s",
				     compilers[i], *standards, output_of(here));
			cr_assert_str_eq(output_of(here), "");
			scene_config(here, "plugins:\n  - file: plugin.so\n");
			scene_open(here);
			cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 7600),
						    BRABEION_TEXT("post", "p1")),
					 earned, "%s -std=%s", compilers[i], *standards);
			scene_finish(here);
		}
	}
}

Test(abi, the_short_form_is_c11_cxx17_and_cxx20, .timeout = 120)
{
	expect_works("abi_short.c", (const char *[]){ "c11", "c++17", "c++20", NULL }, "points 2 ;");
}

Test(abi, the_form_with_named_fields_is_c11_and_cxx20, .timeout = 120)
{
	expect_works("abi_named.c", (const char *[]){ "c11", "c++20", NULL }, "liked 1 p1;");
}

Test(abi, the_form_without_names_is_cxx17_and_cxx20, .timeout = 120)
{
	expect_works("abi_positional.cc", (const char *[]){ "c++17", "c++20", NULL }, "hundred 1 ;");
}

Test(abi, the_form_of_packs_is_c11_and_cxx20, .timeout = 120)
{
	expect_works("abi_pack.c", (const char *[]){ "c11", "c++20", NULL }, "first 1 ;many 1 ;");
}

Test(abi, the_structs_are_version_1_0s_byte_by_byte, .timeout = 120)
{
	static const char *const standards[] = { "c11", "c17", "c++17", "c++20" };
	scene *here = scene_new();
	install_header(here);
	for (int i = 0; i < 8; i++) {
		const char *standard = standards[i / 2];
		const char *compiler = strstr(standard, "++") ? cxx_compilers[i % 2] : c_compilers[i % 2];
		if (i % 2 && !is_installed(here, compiler))
			continue;
		cr_assert_eq(compile(here, compiler, standard, "abi_layout.c", false), 0, "%s -std=%s: %s", compiler,
			     standard, output_of(here));
	}
	scene_finish(here);
}

/* ---- one command ---- */

Test(abi, a_plugin_built_by_the_headers_own_line_against_the_header_alone_loads)
{
	scene *here = scene_new();
	install_header(here);
	char include[SCENE_PATH_BYTES * 2], plugin[SCENE_PATH_BYTES * 2], file[SCENE_PATH_BYTES * 2];
	snprintf(include, sizeof include, "-I%s/include", here->folder);
	snprintf(plugin, sizeof plugin, "%s/points.so", here->folder);
	snprintf(file, sizeof file, "%s/tests/scenario/plugins/abi_short.c", BRB_SOURCE_DIR);
	char *words[] = {
		"cc",   "-std=c11", "-O2",   "-fPIC", "-fvisibility=hidden", "-shared", "-Wl,-Bsymbolic", "-o",
		plugin, file,       include, NULL
	};
	cr_assert_eq(run(here, words), 0, "%s", output_of(here));
	scene_config(here, "plugins:\n  - file: ./points.so\n");
	brabeion_badge_list list;
	cr_assert_eq(brabeion_config_check(&here->options, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(list.count, 1);
	cr_assert_str_eq(list.badges[0].slug, "points");
	cr_assert_str_eq(list.badges[0].plugin, "points");
	cr_assert_eq(list.badges[0].level_count, 3);
	cr_assert_str_eq(list.badges[0].levels[2].description, "More than 10,000 points");
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

/* ---- compiled plugins of other versions ---- */

#ifdef __x86_64__
#define COMPILED_TEST(name) Test(abi, name)
#else
#define COMPILED_TEST(name)                                                                                 \
	static void name(void);                                                                             \
	Test(abi, name##_is_skipped)                                                                        \
	{                                                                                                   \
		(void)name;                                                                                 \
		cr_skip_test("the compiled plugins in tests/data are for x86_64, this machine is another"); \
	}                                                                                                   \
	static void name(void)
#endif

static scene *scene_with_compiled(const char *file)
{
	char path[SCENE_PATH_BYTES * 2], source[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	snprintf(source, sizeof source, BRB_SOURCE_DIR "/tests/data/%s", file);
	snprintf(path, sizeof path, "%s/compiled.so", here->folder);
	copy_whole(source, path);
	scene_config(here, "plugins:\n  - file: ./compiled.so\n");
	return here;
}

COMPILED_TEST(a_plugin_compiled_before_version_1_0_is_refused)
{
	scene *here = scene_with_compiled("plugins-before-1.0/x86_64/points.so");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert(scene_message_begins(here, "badges.yaml:4:11: plugin \"./compiled.so\" was compiled before version "
					     "1.0 of the plugin ABI: compile it again with today's brabeion/badge.h"),
		  "%s", here->error.message);
	scene_finish(here);
}

/* Its structs are larger, an optional flag of each is unknown, and it asks the engine for a function that it lacks. */
COMPILED_TEST(a_plugin_compiled_with_a_later_minor_works)
{
	scene *here = scene_with_compiled("plugins-later/x86_64/later.so");
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "pick", "ada"), "", "the engine has no such function");
	cr_assert_str_eq(scene_fire(here, "pick", "ada"), "basket 1 ;", "memory of a larger declaration counts");
	cr_assert_str_eq(progress_of(here, "ada", NULL), "basket 2/2 1 1: 2/4;");
	scene_finish(here);
}
