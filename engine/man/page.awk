# Completes a manual page from the rows of subcommands.def and options.def: what @SUMMARY@, @SUBCOMMANDS@ and @SEE_ALSO@ stand
# for, and all options under "# OPTIONS". What the page says there of an option follows the sentence from its row.
#
# awk -v subcommand=run -f page.awk subcommands.def options.def brabeion-run.1.scd
#
# Fails when the page describes an option that the subcommand does not have.

function sentence(text, argument) {
	text = toupper(substr(text, 1, 1)) substr(text, 2)
	if (argument ~ /^[A-Z]/)
		gsub(" " argument " ", " _" argument "_ ", text)
	gsub(/--[a-z]+(-[a-z]+)*/, "*&*", text)
	if (match(text, / \([^()]*\)$/))
		text = substr(text, 1, RSTART - 1) ". Default: " substr(text, RSTART + 2, RLENGTH - 3)
	return text "."
}

function heading(name, argument) {
	if (argument ~ /[a-z]/)
		gsub(/[a-z]+/, "*&*", argument)
	else if (argument != "")
		argument = "_" argument "_"
	return "*--" name "*" (argument == "" || argument ~ /^\[/ ? "" : " ") argument
}

# Takes a row, with adjacent strings joined.
function take_row(row, part, name) {
	gsub(/"[ \t]+"/, "", row)
	split(row, part, "\"")
	if (row ~ /^SUBCOMMAND/) {
		name = row
		sub(/^SUBCOMMAND\(/, "", name)
		sub(/,.*/, "", name)
		summary[name] = part[4]
		list = list "*" name "*\n\t" sentence(part[4]) " See *brabeion-" name "*(1).\n\n"
		see_also = see_also "*brabeion-" name "*(1), "
	} else if (row ~ /^OPTION/ && index(" " part[2] " ", " " subcommand " ")) {
		option[++count] = part[4]
		heading_of[count] = heading(part[4], part[6])
		sentence_of[count] = sentence(part[8], part[6])
	}
}

function print_options(i, name) {
	for (i = 1; i <= count; i++) {
		name = option[i]
		printf "%s\n\t%s\n%s\n", heading_of[i], sentence_of[i], detail[name]
		delete detail[name]
	}
	for (name in detail) {
		print FILENAME ": \"brabeion " subcommand "\" has no option " name >"/dev/stderr"
		failed = 1
	}
	in_options = 0
}

FILENAME ~ /\.def$/ {
	row = $0 ~ /^[A-Z]+\(/ ? $0 : row " " $0
	if ($0 ~ /\)$/)
		take_row(row)
	next
}

/^# / && in_options {
	print_options()
}

in_options && /^\*--/ {
	match($0, /--[a-z]+(-[a-z]+)*/)
	described = substr($0, RSTART + 2, RLENGTH - 2)
	detail[described]
	next
}

in_options {
	if ($0 == "")
		blank = "\n"
	else {
		detail[described] = detail[described] (detail[described] == "" ? "" : blank) $0 "\n"
		blank = ""
	}
	next
}

{
	if ($0 == "@SUBCOMMANDS@")
		$0 = substr(list, 1, length(list) - 1)
	gsub(/@SUMMARY@/, summary[subcommand])
	gsub(/@SEE_ALSO@/, see_also)
	print
}

/^# OPTIONS/ {
	in_options = 1
	print ""
}

END {
	if (in_options)
		print_options()
	exit failed
}
