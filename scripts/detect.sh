#!/usr/bin/env bash
# How often the gate of docs/gate.yaml is green where nothing changed, and red where service times are longer: a line a
# comparison, then the table. TIMES=20 of each take about four and a half minutes each.
set -euo pipefail
cd "$(dirname "$0")/.."
times=${TIMES:-20} out=${OUT:-runs/detect-$(date +%Y-%m-%dT%H-%M-%S)}
mkdir -p "$out"
for slower in 0 10 20; do
  sed "s/^load:/flow: {work: {order: $(awk "BEGIN{print 5*(1+$slower/100)}")ms, payment: $(awk "BEGIN{print 5*(1+$slower/100)}")ms, fraud: $(awk "BEGIN{print 5*(1+$slower/100)}")ms, risk: $(awk "BEGIN{print 20*(1+$slower/100)}")ms, inventory: $(awk "BEGIN{print 5*(1+$slower/100)}")ms}}\nload:/" docs/gate.yaml >"$out/plan-$slower.yaml"
  red=0
  for ((i = 1; i <= times; i++)); do
    code=0
    PLAN="$out/plan-0.yaml" NEW_PLAN="$out/plan-$slower.yaml" DIFFERS=flow.work OUT="$out/$slower-$i" scripts/compare.sh HEAD >"$out/$slower-$i.txt" 2>&1 || code=$?
    case $code in 0) ;; 3) red=$((red + 1)) ;; *) echo "$slower %, $i: exit code $code" >&2; exit "$code" ;; esac
    echo "$slower % slower, comparison $i: exit code $code"
  done
  echo "| $slower % | $red of $times |" >>"$out/table.md"
done
printf '| service times | gate red |\n| --- | --- |\n'
cat "$out/table.md"
