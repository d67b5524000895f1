#!/usr/bin/env bash
# Reads the clean topics with plain kcat (Debian: apt-get install kcat jq) and prints, of every event that is a child's, the
# message by the highest decision: source, id, child and the event, separated by tabs.
#
#   ./clean_events_kcat.sh localhost:9092                # everything that there is now
#   ./clean_events_kcat.sh localhost:9092 2025-06-01     # what was published from that day on, midnight in London
#
# What is said of children is protected, so the messages go through `send-integration topics decrypt`, which opens them by the keys
# of the system (SEND_DATABASE, SEND_RECORD_KEYS), or with KEYS=keys.jsonl by a file that `send-integration keys export` wrote.
#
# Which of them stand once corrections and retractions are applied, `data.corrects` and `data.retracts` say: docs/clean-topics.md.
set -euo pipefail

broker="${1:?usage: $0 HOST:PORT [YYYY-MM-DD]}"
from=beginning
if [[ -n "${2:-}" ]]; then
  # kcat takes the moment in milliseconds: of each partition the first message published then or later
  from="s@$(TZ=Europe/London date --date "$2 00:00" +%s)000"
fi

topics=$(kcat -b "$broker" -L -J -q | jq -r '.topics[].topic | select(startswith("send.clean."))')
for topic in $topics; do
  # %h are the headers, as name=value with commas between; neither a decision nor a child's id holds a comma. -e: stop at the
  # end, of which the broker tells once it has waited so long for more: without this half a second
  kcat -b "$broker" -C -q -e -X fetch.wait.max.ms=10 -t "$topic" -o "$from" -f '%h\t%s\n'
done | send-integration topics decrypt ${KEYS:+--keys "$KEYS"} | jq --raw-input --raw-output --slurp '
  split("\n") | map(select(length > 0) | split("\t")
    | (.[0] | split(",") | map(split("=") | {key: .[0], value: (.[1:] | join("="))}) | from_entries) as $headers
    | select($headers | has("child"))
    | (.[1:] | join("\t")) as $body
    | ($body | fromjson) as $event
    | {key: [$event.source, $event.id], child: $headers.child, decision: ($headers.decision | tonumber),
       recorded: $event.recordedtime, body: $body})
  | group_by(.key) | map(
      (map(.decision) | max) as $highest | map(select(.decision == $highest)) | min_by([.recorded, .body]))
  | map(select(.child != "")) | .[] | [.key[0], .key[1], .child, .body] | join("\t")'
