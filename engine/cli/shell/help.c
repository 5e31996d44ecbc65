/*
 * cli/shell/help: what --help prints. The man pages in man/ say more.
 */
#include "cli/shell/commands.h"

#include <string.h>
#include <unistd.h>

static const char general[] =
	"brabeion turns events into badges.\n"
	"\n"
	"Usage: brabeion SUBCOMMAND [OPTION]... [ARGUMENT]...\n"
	"\n"
	"  run       judge events, read as JSON lines from files or standard input\n"
	"  badges    list the badges that are loaded, and how many users hold them\n"
	"  show      show a user's trophies, or the users who hold most\n"
	"  awards    tell awards and revocations as stored, or as they come\n"
	"  award     grant an award by your own decision\n"
	"  revoke    take awards back\n"
	"  explain   tell why a user has a badge, or has not\n"
	"  svg       draw a badge as a medal, or a user's trophy case\n"
	"  release   put badges to work again that were set aside\n"
	"  worker    judge what is judged later, in processes of their own\n"
	"  jobs      what is to be judged later: look at it, try it again, drop it\n"
	"  check     load badges.yaml and its plugins and report every fault\n"
	"  doctor    what is wrong or odd with badges, events, jobs and the database\n"
	"  backfill  judge the past by the badges of today, and take over what it earns\n"
	"  diff      how awards would change between two badge sets\n"
	"  new       begin a badge of your own: a folder that compiles and passes at once\n"
	"  try       do badges do what files of scenarios say?\n"
	"  help      tell more about a subcommand: brabeion help run\n"
	"\n"
	"  --help, --version\n"
	"\n"
	"Plugins are looked for in the folders of badges.yaml's plugin_path, then in those of the\n"
	"environment variable BRABEION_PLUGIN_PATH (colons between them), then in the system's.\n"
	"\n"
	"Exit codes: 0 fine, 1 some input was bad, 2 usage or configuration, 3 the database.\n";

static const char run[] =
	"Usage: brabeion run [OPTION]... [FILE|-]...\n"
	"\n"
	"Reads events, one JSON object a line, from the files in turn or from standard input, and\n"
	"writes the awards that they earn to standard output, one JSON object a line.\n"
	"\n"
	"  {\"event\":\"comment\",\"user\":\"ada\",\"id\":\"c17\",\"at\":\"2014-01-21T20:26:05Z\",\"length\":120}\n"
	"\n"
	"event and user are required. An event with an id is judged once, however often it is sent.\n"
	"at is when it happened: RFC 3339, or microseconds since 1970. All other keys are the\n"
	"event's state, which badges look at.\n"
	"\n"
	"  --config FILE      badges.yaml, unless it is in this folder\n"
	"  --database FILE    the database, in place of badges.yaml's\n"
	"  --format json|text how awards are written; text is for people\n"
	"  --strict           stop at the first bad line\n"
	"  --batch N          commit at least every N events (10000); sooner when the input is idle\n"
	"  --clock events|wall\n"
	"                     by whose time badges are judged that fall due or are async; wall is for\n"
	"                     events as they happen (events)\n"
	"  --until TIME       go on to a time behind the last event, like 2014-01-21T20:26:05Z\n"
	"  --progress auto|always|never\n"
	"                     the progress bar on standard error; auto: if that is a terminal\n"
	"  --watch[=on|off]   reload when badges.yaml or a plugin changes, whatever badges.yaml says\n"
	"  --help\n"
	"\n"
	"A bad line is reported, skipped and counted. SIGINT and SIGTERM commit what is judged, then\n"
	"end the run (130, 143). SIGHUP reloads badges.yaml and its plugins. Exit codes: 0 fine,\n"
	"1 some input was bad, 2 usage or configuration, 3 the database.\n";

static const char backfill[] =
	"Usage: brabeion backfill [OPTION]... [FILE|-]\n"
	"\n"
	"Judges the past by the badges of today: the events of FILE, written as for run, each with its\n"
	"time; without FILE those of the journal (\"journal:\" in badges.yaml). It is judged in a database\n"
	"beside the live one, from nothing, in event time; what is earned and not held is then awarded,\n"
	"with the events' times. Servers may go on meanwhile. A plugin that remembered nothing keeps what\n"
	"it has come to remember; that of others is dropped. What a person revoked stays revoked.\n"
	"\n"
	"  --badge SLUG     only awards of this badge, and of others that are named likewise (all)\n"
	"  --dry-run        change nothing: tell what would be gained (+), and what is held and would\n"
	"                   not be earned any more (-)\n"
	"  --revoke         take that away; without it nothing is taken. It may be earned again\n"
	"  --replace-memory the plugins of these badges lose what they remember, for what they come to\n"
	"                   over the journal\n"
	"  --until TIME     go on to a time behind the last event of FILE\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --strict         stop at the first bad line, and hand nothing over\n"
	"  --batch N        commit every N events (10000)\n"
	"  --progress auto|always|never\n"
	"                   the progress bar on standard error; auto: if that is a terminal\n"
	"  --json           one JSON object a line\n"
	"  --help\n"
	"\n"
	"What is interrupted goes on where it ended when the same command is given again. Exit codes: 0\n"
	"fine, 1 some input was bad, 2 usage or configuration, 3 the database, or another backfill is\n"
	"under way on it.\n";

static const char diff[] =
	"Usage: brabeion diff [OPTION]... OLD.yaml NEW.yaml HISTORY|-\n"
	"\n"
	"Tells how awards would change between two badge sets: judges the events of HISTORY, written as\n"
	"for run, each with its time, by both, and tells what only NEW.yaml gives (+) and what only\n"
	"OLD.yaml gives (-). No database is touched.\n"
	"\n"
	"  --until TIME     go on to a time behind the last event\n"
	"  --strict         stop at the first bad line\n"
	"  --batch N        commit every N events (10000)\n"
	"  --progress auto|always|never\n"
	"                   the progress bar on standard error; auto: if that is a terminal\n"
	"  --json           one JSON object a line\n"
	"  --help\n"
	"\n"
	"Exit codes: 0 fine, also when there are differences, 1 some input was bad, 2 usage or\n"
	"configuration, 3 a database.\n";

static const char badges[] =
	"Usage: brabeion badges [OPTION]...\n"
	"\n"
	"Lists the badges that badges.yaml loads: slug, levels, events, plugin, and how many users\n"
	"hold each; then those that are set aside, since when and why.\n"
	"\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --lang LANG      the levels' names in this language, like de or pt-BR (badges.yaml's)\n"
	"  --json           one JSON document\n"
	"  --help\n";

static const char show[] = "Usage: brabeion show [OPTION]... [USER]\n"
			   "\n"
			   "Shows a user's trophies, newest first; without a user, who holds most.\n"
			   "\n"
			   "  --progress       how far the user is: of each badge what comes next\n"
			   "  --history        all that a user was ever awarded, granted or lost, and why\n"
			   "  --config FILE    badges.yaml, unless it is in this folder\n"
			   "  --database FILE  the database, in place of badges.yaml's\n"
			   "  --limit N        at most N trophies (all), or N users (20)\n"
			   "  --lang LANG      names in this language, like de or pt-BR (badges.yaml's)\n"
			   "  --json           one JSON document\n"
			   "  --help\n";

static const char awards[] =
	"Usage: brabeion awards [OPTION]...\n"
	"\n"
	"Tells awards and revocations in the order in which they were stored, oldest first, whichever\n"
	"process stored them. Each has a sequence: come back with the last one and --since, and nothing\n"
	"is told twice or left out.\n"
	"\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --since N        only what came after the sequence N (0: from the beginning)\n"
	"  --follow         do not end: wait for more, and tell it when it comes\n"
	"  --limit N        end after N of them\n"
	"  --lang LANG      names in this language, like de or pt-BR (badges.yaml's)\n"
	"  --json           one JSON object a line, as run writes awards, with \"sequence\"; of a\n"
	"                   revocation with \"revoked\":true; with \"note\" where there is one\n"
	"  --help\n"
	"\n"
	"SIGINT and SIGTERM end it (130, 143).\n";

static const char award[] =
	"Usage: brabeion award [OPTION]... --note TEXT USER BADGE\n"
	"\n"
	"Grants a user an award, whatever the badge says, also one that was revoked. Tells what is\n"
	"stored; what the user holds already is no fault, and changes nothing.\n"
	"\n"
	"  --note TEXT      why, for the record\n"
	"  --level N        the level (1)\n"
	"  --reason TEXT    what for, of a badge that is earned many times (a fresh number)\n"
	"  --at TIME        when it was earned, like 2014-01-21T20:26:05Z (now)\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --json           one JSON object a line, as \"brabeion awards\" writes them\n"
	"  --help\n";

static const char revoke_text[] =
	"Usage: brabeion revoke [OPTION]... --note TEXT USER BADGE\n"
	"\n"
	"Takes a user's awards of a badge back, and tells which. They stay on record, and are not\n"
	"earned again unless badges.yaml says \"rearn: true\". Exit code 1 when there is none.\n"
	"\n"
	"  --note TEXT      why, for the record\n"
	"  --level N        only this level (all)\n"
	"  --reason TEXT    only what was awarded for that (all)\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --json           one JSON object a line, as \"brabeion awards\" writes them\n"
	"  --help\n";

static const char release[] =
	"Usage: brabeion release [OPTION]... SLUG...\n"
	"       brabeion release [OPTION]... --all\n"
	"\n"
	"Puts badges to work again that were set aside because they failed or were too slow, too often\n"
	"in a row. Engines at work on the database notice within about a second. \"brabeion badges\"\n"
	"tells which are set aside.\n"
	"\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --all            all that are set aside\n"
	"  --help\n";

static const char worker[] =
	"Usage: brabeion worker [OPTION]...\n"
	"\n"
	"Judges what badges judge later (async ones, and what has fallen due), in processes of their\n"
	"own: a plugin that crashes or never returns takes down one of them, and another takes its\n"
	"place. Any number may run on one database, beside servers that judge for themselves. What\n"
	"they award is told by \"brabeion awards --follow\".\n"
	"\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --processes N    how many (1)\n"
	"  --until-idle     end when nothing is ready; what is due or tried again later stays\n"
	"  --help\n"
	"\n"
	"A job that outruns the time limit of badges.yaml (jobs: time_limit) is ended with its\n"
	"process. One that fails or ends its process is tried again, max_attempts times in all, and\n"
	"then parked: see \"brabeion jobs\".\n"
	"\n"
	"SIGTERM and SIGINT: the jobs at hand are finished, within jobs: grace; a second one ends all\n"
	"at once (143, 130). Nothing is lost. SIGHUP: badges.yaml is read again. Exit codes: 0 ended as\n"
	"told, 2 usage or configuration, 3 the database.\n";

static const char jobs[] =
	"Usage: brabeion jobs [OPTION]...\n"
	"       brabeion jobs show [OPTION]... JOB\n"
	"       brabeion jobs retry|drop [OPTION]... JOB...\n"
	"       brabeion jobs retry|drop [OPTION]... [--parked] --badge SLUG|--all\n"
	"\n"
	"Tells what is to be judged later: how many jobs wait, run, are delayed or parked; with an\n"
	"option that chooses, which. show: one with its frozen state and every attempt that failed.\n"
	"retry: tries parked ones again, and at once those that wait for another attempt. drop: takes\n"
	"them away for good.\n"
	"\n"
	"  --waiting        list those that are ready, or wait for one before them\n"
	"  --running        list those that a worker holds\n"
	"  --delayed        list those that are due or tried again later, or belong to a history\n"
	"  --parked         list those set aside: failed too often, or their badge is not loaded\n"
	"  --badge SLUG     only this badge's\n"
	"  --user USER      only this user's\n"
	"  --limit N        list at most N\n"
	"  --all            of retry and drop: all there are; with --parked all that are parked\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --json           one JSON document\n"
	"  --help\n"
	"\n"
	"Exit code 1 when a job is not there.\n";

static const char check[] =
	"Usage: brabeion check [OPTION]...\n"
	"       brabeion check [--json] PLUGIN.so...\n"
	"\n"
	"Reads badges.yaml, loads its plugins and reports every fault. Touches no database.\n"
	"Of plugin files it says what is in them, without badges.yaml: badges, ABI, what they need,\n"
	"and what is wrong. Their code runs in a process of its own.\n"
	"Exit code 2 when there is a fault.\n"
	"\n"
	"  --config FILE  badges.yaml, unless it is in this folder\n"
	"  --json         one JSON document\n"
	"  --help\n";

static const char doctor[] =
	"Usage: brabeion doctor [OPTION]...\n"
	"\n"
	"Looks for what is wrong or odd, beside a server that may be at work: badges that are set\n"
	"aside, fail or were never earned; events that come and that no badge listens to; jobs that\n"
	"wait or are parked; the database, its files and who may write them; faults of badges.yaml.\n"
	"Each finding is an alarm, a warning or a note, with what it means and what to do. Nothing\n"
	"is changed.\n"
	"\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --thorough       have each page of the database looked at, which may take its time\n"
	"  --json           one JSON document\n"
	"  --help\n"
	"\n"
	"Exit codes: 0 nothing but notes, 1 alarms or warnings, 2 usage, 3 there is no database.\n";

static const char new[] =
	"Usage: brabeion new [OPTION]... NAME\n"
	"\n"
	"Makes the folder NAME with a badge in C that compiles and passes at once: its source with\n"
	"settings, a Makefile and a meson.build, a badges.yaml, scenarios (events and what they earn),\n"
	"and a README. NAME is the badge's slug: a-z, 0-9, \".\", \"_\" and \"-\".\n"
	"\n"
	"  --cxx   in C++17\n"
	"  --help\n"
	"\n"
	"Then: cd NAME && make check\n";

static const char explain[] =
	"Usage: brabeion explain [OPTION]... USER BADGE\n"
	"\n"
	"Tells why a user has a badge or has not: what is held, since when and by which event; each\n"
	"event that could have earned it, what the badge answered, what it read in memory and what\n"
	"was held then; or what keeps it from being judged at all. Events are told as far back as the\n"
	"journal reaches: it is off unless badges.yaml says \"journal: keep 30d\".\n"
	"\n"
	"  --since TIME     events from then on, like 2014-01-21T20:26:05Z\n"
	"  --limit N        the latest N (20)\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --json           one JSON document\n"
	"  --help\n"
	"\n"
	"Exit code 1 when there never was such a badge.\n";

static const char svg[] =
	"Usage: brabeion svg [OPTION]... BADGE\n"
	"       brabeion svg [OPTION]... --user USER\n"
	"\n"
	"Writes a picture as SVG to standard output: a badge as badges.yaml pictures it, else as a\n"
	"medal; or a user's trophy case, a card for a README or a profile.\n"
	"\n"
	"  --user USER      what this user holds\n"
	"  --level N        the badge's level (the highest)\n"
	"  --lang LANG      names in this language, like de or pt-BR (badges.yaml's)\n"
	"  --config FILE    badges.yaml, unless it is in this folder\n"
	"  --database FILE  the database, in place of badges.yaml's\n"
	"  --help\n"
	"\n"
	"The same badge is the same picture, byte for byte: brabeion svg points >points.svg\n";

static const char try_text[] =
	"Usage: brabeion try [OPTION]... FILE...\n"
	"\n"
	"Plays the scenarios of the files, each on a fresh database, and shows what is not as they\n"
	"expect. A file says which badges, what is given, which events come when, and then what is\n"
	"earned, lapses, fails and is remembered:\n"
	"\n"
	"  plugins:\n"
	"    - file: points.so\n"
	"  scenarios:\n"
	"    - name: more than 5,000 points are Bronze\n"
	"      steps:\n"
	"        - { event: points_awarded, points: 5000 }\n"
	"        - earns: []\n"
	"        - { event: points_awarded, points: 5001 }\n"
	"        - earns: [points]\n"
	"\n"
	"  --format text|tap|junit  how to tell it (text)\n"
	"  --plugin-path DIRS       look for plugins there first; colons between them\n"
	"  --deadline SECONDS       of a scenario, which runs in a process of its own (30)\n"
	"  --help\n"
	"\n"
	"Exit codes: 0 all is as expected, 1 it is not, 2 a file or its badges are wrong.\n"
	"man brabeion-scenario tells all that a file may say.\n";

static const struct {
	const char *command;
	const char *text;
} texts[] = {
	{ "run", run },     { "badges", badges },      { "show", show },       { "awards", awards },
	{ "award", award }, { "revoke", revoke_text }, { "release", release }, { "worker", worker },
	{ "jobs", jobs },   { "check", check },        { "new", new },         { "explain", explain },
	{ "svg", svg },     { "try", try_text },       { "doctor", doctor },   { "backfill", backfill },
	{ "diff", diff },
};

int brb_cli_help(const char *command)
{
	const char *text = general;
	brb_cli_report report;
	brb_cli_out out;
	for (size_t i = 0; command && i < sizeof texts / sizeof *texts; i++)
		if (strcmp(texts[i].command, command) == 0)
			text = texts[i].text;
	brb_cli_report_init(&report, false);
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_out_text(&out, text);
	int exit_code = brb_cli_finish_output(&out, &report);
	brb_cli_report_finish(&report);
	return exit_code;
}
