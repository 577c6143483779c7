#!/usr/bin/env bash
# How often the gates of docs/gate.yaml are green where nothing changed, and red where service times are 10 and 20 % longer. In each
# of ROUNDS=12 rounds one program runs the plan, the plan again, and the plan with longer times, in turn and back, with one seed;
# then each of the latter three is put against the first, as scripts/compare.sh does. TIMES=20 of that take two and a half hours.
# OUT=runs/detect-TIME: what ran there already is not run again, and judged by the gates as they are now.
set -euo pipefail
cd "$(dirname "$0")/.."
times=${TIMES:-20} rounds=${ROUNDS:-12} out=${OUT:-runs/detect-$(date +%Y-%m-%dT%H-%M-%S)}
sides=(base 0 10 20)
mkdir -p "$out"
make build >/dev/null

# part WANTED: the gates of docs/gate.yaml (1), or all but them (0).
part() { awk -v wanted="$1" '/^[^ #]/ { gates = /^gates:/ } gates == wanted' docs/gate.yaml; }

# plan PERCENT: docs/gate.yaml without its gates, with the default service times, so much longer.
plan() {
  part 0
  awk -v f="$((100 + $1))" 'BEGIN { printf "flow: {work: {order: %gms, payment: %gms, fraud: %gms, risk: %gms, inventory: %gms, shipping: %gms}}\n", f/20, f/20, f/20, f/5, f/20, f/20 }'
}
for side in "${sides[@]}"; do plan "${side/base/0}" >"$out/$side.yaml"; done
gates=()
while read -r gate; do gates+=(--gate "$gate"); done < <(part 1 | sed -n 's/^ *- *//; T; s/ *#.*//; p')

# run COMPARISON ROUND SIDE: 4 is an invalid trial, which is left out.
run() {
  local code=0 seed=$((rounds * ($1 - 1) + $2))
  bin/faultline run --plan "$out/$3.yaml" --seed "$seed" --trials 1 --out "$out/$1/$3/$(printf %03d "$2")" >"$out/last.txt" 2>&1 || code=$?
  case $code in 0 | 4) ;; *) cat "$out/last.txt" >&2; exit "$code" ;; esac
}

# run_all COMPARISON: all its rounds.
run_all() {
  rm -rf "${out:?}/$1"
  for ((round = 1; round <= rounds; round++)); do
    order=("${sides[@]}")
    ((round % 2)) || order=(20 10 0 base)
    for side in "${order[@]}"; do run "$1" "$round" "$side"; done
  done
  touch "$out/$1/ran"
}

# judge COMPARISON SIDE: red or green.
judge() {
  local code=0
  bin/faultline compare "$out/$1/base" "$out/$1/$2" --differs flow.work "${gates[@]}" >"$out/$1/$2.txt" 2>&1 || code=$?
  case $code in 0) echo green ;; 3) echo red ;; *) cat "$out/$1/$2.txt" >&2; exit "$code" ;; esac
}

declare -A red=([0]=0 [10]=0 [20]=0)
for ((i = 1; i <= times; i++)); do
  [ -e "$out/$i/ran" ] || run_all "$i"
  line="comparison $i:"
  for side in 0 10 20; do
    colour=$(judge "$i" "$side")
    [ "$colour" = green ] || red[$side]=$((red[$side] + 1))
    line+=" $side % slower: $colour "
  done
  echo "$line"
done

printf '| service times longer by | gate red |\n| --- | --- |\n'
for side in 0 10 20; do echo "| $side % | ${red[$side]} of $times |"; done
