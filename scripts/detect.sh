#!/usr/bin/env bash
# How often the gate of docs/gate.yaml is green where nothing changed, and red where service times are 10 and 20 % longer. In each
# of ROUNDS=6 rounds one program runs the plan, the plan again, and the plan with longer times, in turn and back, with one seed;
# then each of the latter three is put against the first, as scripts/compare.sh does. TIMES=20 of that take two hours.
# OUT=runs/detect-TIME: what is there already is not run again.
set -euo pipefail
cd "$(dirname "$0")/.."
times=${TIMES:-20} rounds=${ROUNDS:-6} out=${OUT:-runs/detect-$(date +%Y-%m-%dT%H-%M-%S)}
sides=(base 0 10 20)
mkdir -p "$out"
make build >/dev/null

# plan PERCENT: docs/gate.yaml with the default service times, so much longer.
plan() {
  awk -v f="$((100 + $1))" '
    /^load:/ { printf "flow: {work: {order: %gms, payment: %gms, fraud: %gms, risk: %gms, inventory: %gms, shipping: %gms}}\n", f/20, f/20, f/20, f/5, f/20, f/20 }
    { print }' docs/gate.yaml
}
for side in "${sides[@]}"; do plan "${side/base/0}" >"$out/$side.yaml"; done

# run COMPARISON ROUND SIDE: 3 is a gate, which is put to all rounds later; 4 an invalid trial, which is left out.
run() {
  local code=0 seed=$((rounds * ($1 - 1) + $2))
  bin/faultline run --plan "$out/$3.yaml" --seed "$seed" --trials 1 --out "$out/$1/$3/$(printf %03d "$2")" >"$out/last.txt" 2>&1 || code=$?
  case $code in 0 | 3 | 4) ;; *) cat "$out/last.txt" >&2; exit "$code" ;; esac
}

for ((i = 1; i <= times; i++)); do
  [ ! -e "$out/$i/results" ] || continue
  rm -rf "${out:?}/$i"
  for ((round = 1; round <= rounds; round++)); do
    order=("${sides[@]}")
    ((round % 2)) || order=(20 10 0 base)
    for side in "${order[@]}"; do run "$i" "$round" "$side"; done
  done
  for side in 0 10 20; do
    code=0
    bin/faultline compare "$out/$i/base" "$out/$i/$side" --differs flow.work >"$out/$i/$side.txt" 2>&1 || code=$?
    case $code in 0 | 3) echo "$side $code" ;; *) cat "$out/$i/$side.txt" >&2; exit "$code" ;; esac
  done >"$out/$i/seen"
  mv "$out/$i/seen" "$out/$i/results"
  echo "comparison $i: $(awk '{ printf "%s %% slower: %s  ", $1, $2 == 3 ? "red" : "green" }' "$out/$i/results")"
done

printf '| service times longer by | gate red |\n| --- | --- |\n'
for side in 0 10 20; do
  echo "| $side % | $(cat "$out"/*/results | awk -v s="$side" '$1 == s && $2 == 3' | wc -l) of $times |"
done
