#!/usr/bin/env bash
# Measures the release build on this machine (PROFILE=debug: to see that it works): starts a server of its own on a free port with a temporary data folder,
# runs each scenario, prints one JSON line a run, and stops the server.
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=${CARGO_TARGET_DIR:-./target}/${PROFILE:-release}
data=$(mktemp -d)
log="$data/server.log"
server_pid=
cleanup() {
  if [ -n "$server_pid" ]; then
    kill "$server_pid" 2>/dev/null && wait "$server_pid" 2>/dev/null || true
  fi
  rm -rf "$data"
}
trap cleanup EXIT

. crates/bench/settings.sh

"$programs/deskwire" serve --data "$data/data" --listen http://127.0.0.1:0 --listen stomp://127.0.0.1:0 \
  --listen mqtt://127.0.0.1:0 \
  >"$log" 2>&1 &
server_pid=$!
until url=$(grep -om1 'http://127.0.0.1:[0-9]*' "$log") && stomp_url=$(grep -om1 'stomp://127.0.0.1:[0-9]*' "$log") &&
  mqtt_url=$(grep -om1 'mqtt://127.0.0.1:[0-9]*' "$log"); do
  kill -0 "$server_pid" || { cat "$log" >&2; exit 1; }
  sleep 0.05
done

bench() {
  "$programs/deskwire-bench" "$@" --url "${url/http/ws}" --stomp-url "$stomp_url" --mqtt-url "$mqtt_url" --pid "$server_pid" \
    --login bench --passcode bench-secret --seconds "${seconds:-${SECONDS_EACH:-5}}"
}

# The store alone, without a server.
example() {
  cargo run --release --quiet -p deskwire-store --example "$@"
}

scenarios=${*:-chat chat-rate pairs-stomp pairs-sockjs pairs-mqtt pairs-mqtt-qos1 pairs-mqtt-qos2 pairs-mqtt-durable
  fanout fanout-sockjs fanout-mqtt churn churn-mqtt idle idle-mqtt}
for scenario in $scenarios; do
  case $scenario in
    chat) bench chat --conversations 200 --window 8 --agent-password "$DESKWIRE_AGENT_PASSWORD" ;;
    chat-rate) bench chat --conversations 200 --rate 2000 --agent-password "$DESKWIRE_AGENT_PASSWORD" ;;
    pairs-stomp) bench pairs --publish stomp-ws --subscribe stomp-ws ;;
    pairs-sockjs) bench pairs --publish stomp-sockjs --subscribe stomp-sockjs ;;
    pairs-tcp) bench pairs --publish stomp-tcp --subscribe stomp-tcp ;;
    pairs-mqtt) bench pairs --publish mqtt-ws --subscribe mqtt-ws ;;
    pairs-mqtt-tcp) bench pairs --publish mqtt-tcp --subscribe mqtt-tcp ;;
    pairs-mqtt-qos1) bench pairs --publish mqtt-ws --subscribe mqtt-ws --qos 1 ;;
    pairs-mqtt-qos2) bench pairs --publish mqtt-ws --subscribe mqtt-ws --qos 2 ;;
    pairs-mqtt-durable) bench pairs --publish mqtt-ws --subscribe mqtt-ws --qos 1 --durable ;;
    fanout) bench fanout --publish stomp-ws --subscribe stomp-ws ;;
    fanout-sockjs) bench fanout --publish stomp-sockjs --subscribe stomp-sockjs ;;
    fanout-tcp) bench fanout --publish stomp-tcp --subscribe stomp-tcp ;;
    fanout-mqtt) bench fanout --publish mqtt-ws --subscribe mqtt-ws ;;
    fanout-mqtt-tcp) bench fanout --publish mqtt-tcp --subscribe mqtt-tcp ;;
    churn) bench churn --subscribe stomp-ws ;;
    churn-sockjs) bench churn --subscribe stomp-sockjs ;;
    churn-mqtt) bench churn --subscribe mqtt-ws ;;
    churn-mqtt-tcp) bench churn --subscribe mqtt-tcp ;;
    # 2,000 messages a second for a minute, whatever SECONDS_EACH says; CONNECTIONS and CONVERSATIONS make it smaller.
    desk) seconds=${DESK_SECONDS:-60} bench desk --connections "${CONNECTIONS:-12000}" --conversations "${CONVERSATIONS:-8000}" \
      --agents "${AGENTS:-100}" --rate "${RATE:-2000}" --admin-password "$DESKWIRE_ADMIN_PASSWORD" ;;
    assign) bench assign --waiting "${WAITING:-1000}" --agents "${AGENTS:-50}" \
      --admin-password "$DESKWIRE_ADMIN_PASSWORD" ;;
    reports) example report_speed "${MESSAGES:-1000000}" ;;
    search) example search_million "$data" "${MESSAGES:-1000000}" ;;
    idle) bench idle --connections "${CONNECTIONS:-10000}" --subscribe stomp-ws ;;
    idle-sockjs) bench idle --connections "${CONNECTIONS:-10000}" --subscribe stomp-sockjs ;;
    idle-mqtt) bench idle --connections "${CONNECTIONS:-10000}" --subscribe mqtt-ws ;;
    idle-mqtt-tcp) bench idle --connections "${CONNECTIONS:-10000}" --subscribe mqtt-tcp ;;
    *) echo "unknown scenario $scenario" >&2; exit 2 ;;
  esac
done
