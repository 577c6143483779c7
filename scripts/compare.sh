#!/usr/bin/env bash
# Builds two revisions and has them run a plan in turn, ABBA: each round with a seed of its own, the same for both, so that
# rounds are pairs and a machine that drifts favours none. Ends with the exit code of faultline compare: 3 if a gate fails.
#   scripts/compare.sh BASE [NEW]      BASE and NEW are revisions; without NEW the working copy
# ROUNDS=12, PLAN=docs/gate.yaml, NEW_PLAN=PLAN (another plan for the new one, with DIFFERS=the fields that are meant to
# differ), OUT=runs/compare-TIME, SECONDS_MOST=0 (no further round is begun after so many seconds; 0: all rounds).
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:?usage: scripts/compare.sh BASE [NEW]}
new=${2-}
rounds=${ROUNDS:-12} plan=${PLAN:-docs/gate.yaml} out=${OUT:-runs/compare-$(date +%Y-%m-%dT%H-%M-%S)} most=${SECONDS_MOST:-0}
new_plan=${NEW_PLAN:-$plan}
git rev-parse --verify --quiet "$base^{commit}" >/dev/null || { echo "BASE=$base is no revision" >&2; exit 2; }
[ ! -e "$out" ] || { echo "OUT=$out is there already" >&2; exit 2; }
mkdir -p "$out"

tree=$(mktemp -d)
trap 'git worktree remove --force "$tree/src" >/dev/null 2>&1 || true; rm -rf "$tree"' EXIT

# build REVISION NAME: the working copy where REVISION is empty.
build() {
  local from=. commit
  if [ -n "$1" ]; then
    git worktree add --detach --quiet "$tree/src" "$1"
    from=$tree/src
  fi
  commit=$(git -C "$from" rev-parse --short HEAD)
  (cd "$from" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.commit=$commit" -o "$tree/$2" ./cmd/faultline)
  [ -z "$1" ] || git worktree remove --force "$tree/src"
}
build "$base" base
build "$new" new

# run NAME PLAN ROUND: 3 is a gate, which is put to all rounds later; 4 an invalid trial, which is left out.
run() {
  local code=0
  "$tree/$1" run --plan "$2" --seed "$3" --trials 1 --out "$out/$1/$(printf %03d "$3")" >/dev/null || code=$?
  case $code in 0 | 3 | 4) ;; *) exit "$code" ;; esac
}
SECONDS=0
for ((round = 1; round <= rounds; round++)); do
  if ((most > 0 && SECONDS >= most)); then
    echo "$((round - 1)) rounds in $SECONDS s" >&2
    break
  fi
  if ((round % 2)); then
    run base "$plan" "$round"
    run new "$new_plan" "$round"
  else
    run new "$new_plan" "$round"
    run base "$plan" "$round"
  fi
done
differs=${DIFFERS:+--differs $DIFFERS}
code=0
# shellcheck disable=SC2086 # no field, no words
for format in md html json junit text; do
  file=$out/compare.$format
  "$tree/new" compare "$out/base" "$out/new" $differs --format "$format" -o "$file" 2>"$out/gates.txt" || code=$?
done
cat "$out/compare.text" "$out/gates.txt"
echo "facts and reports: $out"
exit "$code"
