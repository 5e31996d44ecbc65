/*
 * The plugin ABI: the header and the three forms of a plugin compile without a warning with each compiler and standard;
 * the layout of the structs; a plugin built with one command against the header alone; old compiled plugins.
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

/* ---- old compiled plugins ---- */

static scene *scene_with_old_plugin(const char *settings)
{
	char path[SCENE_PATH_BYTES * 2], text[1024];
	scene *here = scene_new();
	snprintf(path, sizeof path, "%s/old.so", here->folder);
	copy_whole(BRB_SOURCE_DIR "/tests/data/plugins-1.0/x86_64/points.so", path);
	snprintf(text, sizeof text,
		 "plugins:\n  - file: old.so\n    badges:\n      - badge: points\n        settings: %s\n"
		 "      - badge: deed\n      - badge: witness\n",
		 settings);
	scene_config(here, text);
	return here;
}

#ifdef __x86_64__
#define OLD_PLUGIN_TEST(name) Test(abi, name)
#else
#define OLD_PLUGIN_TEST(name)                                                                               \
	static void name(void);                                                                             \
	Test(abi, name##_is_skipped)                                                                        \
	{                                                                                                   \
		(void)name;                                                                                 \
		cr_skip_test("the compiled plugins in tests/data are for x86_64, this machine is another"); \
	}                                                                                                   \
	static void name(void)
#endif

OLD_PLUGIN_TEST(a_plugin_compiled_with_version_1_0_works)
{
	scene *here = scene_with_old_plugin("{ least: 1, share: 0.5, strict: true, word: good, more: { a: 1 } }");
	scene_open(here);
	here->log[0] = '\0';
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 50)), "points 2 ;");
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", -5)), "1 failed;");
	here->log[0] = '\0';
	brabeion_field fields[] = { BRABEION_BOOL("good", true), BRABEION_REAL("weight", 0.75),
				    BRABEION_TEXT("to", "ben"), BRABEION_INT("for", 17) };
	brabeion_event event = BRABEION_EVENT(.name = "deed", .user = "ada", .id = "d1", .has_at = true,
					      .at_us = 1234567, .fields = fields, .field_count = 4);
	cr_assert_str_eq(scene_earned(here, &event), "witness 1 ;deed 1 17;");
	event.id = "d2";
	cr_assert_str_eq(scene_earned(here, &event), "", "ben holds it for 17");
	cr_assert_str_eq(here->log,
			 "info: deed: ada did deed at 1234567, after nothing, seen 3 times, id \"d1\", holds 0 "
			 "of 1\n"
			 "info: deed: ada did deed at 1234567, after 17, seen 1 times, id \"d2\", holds 0 of "
			 "1\n");
	cr_assert_str_eq(scene_awards(here, "ada"), "witness 1 ;points 2 ;");
	cr_assert_str_eq(scene_awards(here, "ben"), "deed 1 17;");
	scene_finish(here);
}

OLD_PLUGIN_TEST(a_plugin_compiled_with_version_1_0_refuses_settings)
{
	static const char *const settings[] = { "{ share: 0.25 }", "{ word: bad }", "{ more: { a: 1 }, less: 1 }" };
	static const char *const messages[] = { "badges.yaml:7:28: badge \"points\": must be 0.5",
						"badges.yaml:7:27: badge \"points\": must be good",
						"badges.yaml:7:37: badge \"points\": unknown setting \"less\"" };
	for (int i = 0; i < 3; i++) {
		scene *here = scene_with_old_plugin(settings[i]);
		cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
		cr_assert(scene_message_begins(here, messages[i]), "%s", here->error.message);
		scene_finish(here);
	}
}

OLD_PLUGIN_TEST(a_plugin_compiled_with_version_1_2_works)
{
	char path[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	snprintf(path, sizeof path, "%s/telling.so", here->folder);
	copy_whole(BRB_SOURCE_DIR "/tests/data/plugins-1.2/x86_64/telling.so", path);
	scene_config(here, "plugins:\n  - file: ./telling.so\n");
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "pick", "ada"), "");
	cr_assert_str_eq(progress_of(here, "ada", NULL), "basket 1/2 0 0: 1/2;thief 1/1 0 0: never;");
	cr_assert_str_eq(scene_fire(here, "pick", "ada"), "basket 1 ;");
	cr_assert_str_eq(progress_of(here, "ada", NULL), "basket 2/2 1 1: 2/4;thief 1/1 0 0: never;");
	scene_finish(here);
}

OLD_PLUGIN_TEST(a_plugin_compiled_with_version_1_1_works)
{
	char path[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	snprintf(path, sizeof path, "%s/later.so", here->folder);
	copy_whole(BRB_SOURCE_DIR "/tests/data/plugins-1.1/x86_64/later.so", path);
	scene_config(here, "plugins:\n  - file: ./later.so\n");
	here->options.time = BRABEION_TIME_HISTORY;
	scene_open(here);
	brabeion_field fields[] = { BRABEION_INT("after", 500), BRABEION_TEXT("kind", "oak") };
	brabeion_event event = BRABEION_EVENT(.name = "seed", .user = "ada", .has_at = true, .at_us = 1000,
					      .fields = fields, .field_count = 2);
	cr_assert_str_eq(scene_earned(here, &event), "jar 1 1000 1.50 1 pickle;");
	event.at_us = 1499;
	cr_assert_str_eq(scene_earned(here, &event), "jar 1 1499 1.50 1 pickle;");
	event.at_us = 1500;
	cr_assert_str_eq(scene_earned(here, &event), "sprout 1 -7 0.25 1 oak [true,{}];jar 1 1500 1.50 1 pickle;");
	cr_assert_str_eq(progress_of(here, "ada", NULL), "sprout 1/1 1 1: -;jar 1/1 1 3: -;");
	scene_finish(here);
}
