#!/bin/sh
#
# check.sh PLUGIN: is the plugin well, and do the events of events.jsonl earn what expected.jsonl says?
#
# Works in a folder of its own, which is gone afterwards. BRABEION names another command than `brabeion`.
set -eu

plugin=${1:?usage: check.sh PLUGIN}
here=$(cd "$(dirname "$0")" && pwd)
brabeion=${BRABEION:-brabeion}
case $brabeion in
/*) ;;
*/*) brabeion=$PWD/$brabeion ;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

command -v "$brabeion" >/dev/null || {
	echo "check.sh: there is no $brabeion: install brabeion, or name it: BRABEION=/path/to/brabeion" >&2
	exit 2
}
cp "$plugin" "$scratch/@NAME@.so"
cp "$here/badges.yaml" "$scratch"
cd "$scratch"

"$brabeion" check @NAME@.so
"$brabeion" check
"$brabeion" run "$here/events.jsonl" >awards.jsonl
diff -u "$here/expected.jsonl" awards.jsonl
echo "events.jsonl earns what expected.jsonl says."
