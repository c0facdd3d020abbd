#!/usr/bin/env bash
# Measures other MQTT servers with the same load as run.sh puts on this one: those of mosquitto, nats-server and rumqttd
# that are on the PATH, each on free loopback ports with defaults but for what is written here. One JSON line a run.
# Usage: peers.sh [mosquitto|nats|rumqttd]:[pairs|pairs-qos1|pairs-qos2|fanout|churn|idle] ...
set -euo pipefail
cd "$(dirname "$0")/../.."

bench=${CARGO_TARGET_DIR:-./target}/release/deskwire-bench
data=$(mktemp -d)
peer_pid=
stop() {
  if [ -n "$peer_pid" ]; then
    kill "$peer_pid" 2>/dev/null && wait "$peer_pid" 2>/dev/null || true
  fi
  peer_pid=
}
trap 'stop; rm -rf "$data"' EXIT

# Below the ports that the system gives to clients: thousands of these linger after a run.
free_ports() {
  python3 -c 'import random, socket
def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
print(*filter(is_free, random.sample(range(10_000, 32_000), 8)))'
}

start_mosquitto() {
  cat >"$data/mosquitto.conf" <<EOF
listener $tcp 127.0.0.1
listener $ws 127.0.0.1
protocol websockets
allow_anonymous true
set_tcp_nodelay true
user root
max_inflight_messages 0
EOF
  mosquitto -c "$data/mosquitto.conf" >"$data/log" 2>&1 &
}

start_nats() {
  cat >"$data/nats.conf" <<EOF
server_name: bench
listen: "127.0.0.1:$other"
jetstream { store_dir: "$data/nats" }
mqtt { listen: "127.0.0.1:$tcp", max_ack_pending: 4096 }
websocket { listen: "127.0.0.1:$ws", no_tls: true }
EOF
  nats-server -c "$data/nats.conf" >"$data/log" 2>&1 &
}

start_rumqttd() {
  local limits='max_payload_size = 1048576
max_inflight_count = 4096
dynamic_filters = true
connection_timeout_ms = 60000'
  cat >"$data/rumqttd.toml" <<EOF
id = 0
[router]
id = 0
max_connections = 60000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v4.1]
name = "tcp"
listen = "127.0.0.1:$tcp"
next_connection_delay_ms = 0
[v4.1.connections]
$limits
[ws.1]
name = "ws"
listen = "127.0.0.1:$ws"
next_connection_delay_ms = 0
[ws.1.connections]
$limits
EOF
  rumqttd -c "$data/rumqttd.toml" >"$data/log" 2>&1 &
}

run() {
  local peer=$1 scenario=$2 path=/
  read -r tcp ws other _ < <(free_ports)
  [ "$peer" = nats ] && path=/mqtt
  "start_$peer"
  peer_pid=$!
  until (exec 3<>"/dev/tcp/127.0.0.1/$ws") 2>/dev/null; do
    kill -0 "$peer_pid" 2>/dev/null || { cat "$data/log" >&2; exit 1; }
    sleep 0.05
  done
  local arguments
  case $scenario in
    pairs) arguments='pairs --publish mqtt-ws --subscribe mqtt-ws' ;;
    pairs-qos1) arguments='pairs --publish mqtt-ws --subscribe mqtt-ws --qos 1' ;;
    pairs-qos2) arguments='pairs --publish mqtt-ws --subscribe mqtt-ws --qos 2' ;;
    fanout) arguments='fanout --publish mqtt-ws --subscribe mqtt-ws' ;;
    churn) arguments='churn --subscribe mqtt-ws' ;;
    idle) arguments="idle --subscribe mqtt-ws --connections ${CONNECTIONS:-10000}" ;;
    *) echo "unknown scenario $scenario" >&2; exit 2 ;;
  esac
  # shellcheck disable=SC2086 # several words
  "$bench" $arguments --url "ws://127.0.0.1:$ws" --mqtt-url "mqtt://127.0.0.1:$tcp" --mqtt-path "$path" \
    --pid "$peer_pid" --seconds "${SECONDS_EACH:-5}" | sed "s/^{/{\"peer\":\"$peer\",/" || echo "$peer: $scenario failed" >&2
  stop
  rm -rf "${data:?}"/*
}

all=(mosquitto:{pairs,fanout,churn,idle} nats:{pairs,fanout,churn,idle} rumqttd:{pairs,fanout,churn,idle})
[ $# -gt 0 ] || set -- "${all[@]}"
for wanted; do
  peer=${wanted%%:*}
  program=${peer/#nats/nats-server}
  command -v "$program" >/dev/null || { echo "$program is not on the PATH" >&2; continue; }
  run "$peer" "${wanted#*:}"
done
