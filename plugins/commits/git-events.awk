# git-events.awk: the second half of git-events, which says what it is for. Runs under mawk and gawk in the C locale,
# where a character is a byte.

BEGIN {
	for (i = 0; i < 256; i++)
		byte_of[sprintf("%c", i)] = i
	for (i = 0; i < 32; i++)
		escape_of[sprintf("%c", i)] = sprintf("\\u%04x", i)
	escape_of["\""] = "\\\""
	escape_of["\\"] = "\\\\"
	replacement = "\357\277\275" # U+FFFD
	user_bytes_most = 255
}

# Length of the UTF-8 character that starts at `at`, 0 where there is none (Unicode 15, table 3-7).
function character_length(text, at,   first, second, length_, i, next_) {
	first = byte_of[substr(text, at, 1)]
	if (first < 128)
		return 1
	if (first < 194 || first > 244)
		return 0
	length_ = first < 224 ? 2 : first < 240 ? 3 : 4
	second = byte_of[substr(text, at + 1, 1)]
	if ((first == 224 && second < 160) || (first == 237 && second > 159) ||
	    (first == 240 && second < 144) || (first == 244 && second > 143))
		return 0
	for (i = 1; i < length_; i++) {
		next_ = at + i <= length(text) ? byte_of[substr(text, at + i, 1)] : 0
		if (next_ < 128 || next_ > 191)
			return 0
	}
	return length_
}

# A name as JSON text: what is no UTF-8 becomes U+FFFD, what is too long for the engine is cut between characters.
function json(name,   at, step, piece, size, out) {
	if (name in json_of)
		return json_of[name]
	out = ""
	size = 0
	for (at = 1; at <= length(name); at += step) {
		step = character_length(name, at)
		piece = step ? substr(name, at, step) : replacement
		step = step ? step : 1
		size += length(piece)
		if (size > user_bytes_most)
			break
		out = out (piece in escape_of ? escape_of[piece] : piece)
	}
	return json_of[name] = "\"" out "\""
}

# Minutes east of UTC from the end of an ISO 8601 time; 0 where a history holds nonsense.
function minutes_east(iso,   sign, hours, minutes) {
	if (iso !~ /[+-][0-9][0-9]:[0-9][0-9]$/)
		return 0
	sign = substr(iso, length(iso) - 5, 1) == "-" ? -1 : 1
	hours = substr(iso, length(iso) - 4, 2) + 0
	minutes = substr(iso, length(iso) - 1, 2) + 0
	return hours > 14 || minutes > 59 ? 0 : sign * (hours * 60 + minutes)
}

# Seconds that git could read, and that lie before the year 5138.
function sane(seconds) {
	return seconds ~ /^[0-9]+$/ && length(seconds) < 12
}

# As the engine reads it: microseconds, but a number of before March of 1973 would be taken for another unit.
function time_json(seconds,   day, year, month, days) {
	if (length(seconds) > 8)
		return seconds "000000"
	split("31 28 31 30 31 30 31 31 30 31 30 31", days, " ")
	day = int(seconds / 86400)
	for (year = 1970; day >= (year == 1972 ? 366 : 365); year++)
		day -= year == 1972 ? 366 : 365
	days[2] = year == 1972 ? 29 : 28
	for (month = 1; day >= days[month]; month++)
		day -= days[month]
	seconds %= 86400
	return sprintf("\"%d-%02d-%02dT%02d:%02d:%02dZ\"", year, month, day + 1, int(seconds / 3600),
		       int(seconds / 60) % 60, seconds % 60)
}

function finish_commit(   user, at, offset, merge) {
	if (hash == "")
		return
	user = author ~ /[^ \t]/ ? author : address ~ /[^ \t]/ ? address : "unknown"
	at = sane(authored) ? authored : sane(committed) ? committed : ""
	offset = minutes_east(sane(authored) ? authored_iso : committed_iso)
	at = at == "" ? "" : ",\"at\":" time_json(at)
	merge = parents > 1 ? "true" : "false"
	printf "{\"event\":\"commit\",\"user\":%s,\"id\":\"%s\"%s,\"offset\":%d,", json(user), hash, at, offset
	printf "\"files\":%s,\"insertions\":%s,\"deletions\":%s,", files, insertions, deletions
	printf "\"merge\":%s,\"words\":%d}\n", merge, words
	hash = ""
	if (total > 0 && ++count % 1000 == 0)
		printf "\r%d of %d commits read", count, total > "/dev/stderr"
}

# The number in front of a word in "3 files changed, 10 insertions(+), 2 deletions(-)".
function number_before(line, word) {
	if (!match(line, "[0-9]+ " word))
		return 0
	return substr(line, RSTART, RLENGTH - length(word) - 1)
}

/^c / { finish_commit(); hash = $2; parents = words = files = insertions = deletions = in_message = 0; next }
/^p/ { parents = NF - 1; next }
/^t/ { authored = $2; authored_iso = $3; next }
/^T/ { committed = $2; committed_iso = $3; next }
/^n/ { author = substr($0, 3); next }
/^e/ { address = substr($0, 3); next }
/^m$/ { in_message = 1; next }
/^s$/ { in_message = 0; next }
/^f$/ { failed = 1; exit }
in_message { words += NF; next }
/^ .*changed/ {
	files = number_before($0, "file")
	insertions = number_before($0, "insertion")
	deletions = number_before($0, "deletion")
}

END {
	finish_commit()
	if (failed)
		exit 2
	if (total > 0 && count >= 1000)
		printf "\r%40s\r", "" > "/dev/stderr"
}
