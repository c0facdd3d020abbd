#!/usr/bin/env bash
# Measures one, two and three nodes on this machine: starts a PostgreSQL, a Redis and nodes of its own on free ports with
# temporary folders, runs each scenario, prints one JSON line a run with the name of the arrangement in front, and stops
# everything. PostgreSQL refuses to run as root: it is run as the user `postgres` then.
#
#   run-cluster.sh [ARRANGEMENT ...] -- [SCENARIO ...]
#
# Arrangements: sqlite (one node, a file), postgres (one node, PostgreSQL alone), 1, 2, 3 (nodes with PostgreSQL and Redis).
# Scenarios: one-way, one-way-full, chat, chat-full, chat-together, desk, fanout, pairs, pairs-together, idle, assign.
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=${CARGO_TARGET_DIR:-./target}/${PROFILE:-release}
seconds=${SECONDS_EACH:-10}
folder=$(mktemp -d)
chmod 755 "$folder"
postgres_programs=${POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)}
stop_order=()   # process ids, the first to be stopped first

stop_all() {
  for pid in "${stop_order[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  stop_order=()
}
trap 'stop_all; rm -rf "$folder"' EXIT

as_postgres=()
if [ "$(id -u)" = 0 ]; then as_postgres=(setpriv --reuid postgres --regid postgres --init-groups --); fi

free_port() {
  python3 -c 'import random, socket
for port in random.sample(range(10_000, 32_000), 100):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            print(port)
            break'
}

wait_for() {   # NAME COMMAND...
  local name=$1
  shift
  for _ in $(seq 600); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  echo "$name does not answer" >&2
  exit 1
}

start_postgres() {
  local data=$folder/postgres-$1
  mkdir "$data"
  if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
  postgres_port=$(free_port)
  "${as_postgres[@]}" "$postgres_programs/initdb" -D "$data/db" -U deskwire --auth=trust --encoding=UTF8 --locale=C >"$data.log" 2>&1
  # Each commit waits for the disk, as in production; shared_buffers is what a small server would have.
  "${as_postgres[@]}" "$postgres_programs/postgres" -D "$data/db" -p "$postgres_port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c max_connections=200 -c shared_buffers=512MB -c max_wal_size=4GB \
    ${POSTGRES_OPTIONS:-} >>"$data.log" 2>&1 &
  postgres_pid=$!
  stop_order=("$postgres_pid" "${stop_order[@]}")
  wait_for PostgreSQL "$postgres_programs/pg_isready" -h 127.0.0.1 -p "$postgres_port" -U deskwire
  "$postgres_programs/createdb" -h 127.0.0.1 -p "$postgres_port" -U deskwire deskwire
  services+=(--service "postgres=$postgres_pid")
  export DESKWIRE__STORE__URL=postgres://deskwire@127.0.0.1:$postgres_port/deskwire
}

start_redis() {
  redis_port=$(free_port)
  redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" \
    >"$folder/redis.log" 2>&1 &
  redis_pid=$!
  stop_order=("$redis_pid" "${stop_order[@]}")
  wait_for Redis redis-cli -p "$redis_port" PING
  services+=(--service "redis=$redis_pid")
  export DESKWIRE__CLUSTER__REDIS=redis://127.0.0.1:$redis_port/
}

start_node() {   # ARRANGEMENT NAME
  local log=$folder/$1-$2.log
  DESKWIRE__CLUSTER__NODE=$2 "$programs/deskwire" serve --data "$folder/$1-$2" --listen http://127.0.0.1:0 \
    --listen stomp://127.0.0.1:0 --listen mqtt://127.0.0.1:0 >"$log" 2>&1 &
  local pid=$! url stomp mqtt
  stop_order=("$pid" "${stop_order[@]}")
  wait_for "$2" grep -q 'mqtt://127.0.0.1:[0-9]' "$log"
  url=$(grep -om1 'http://127.0.0.1:[0-9]*' "$log")
  stomp=$(grep -om1 'stomp://127.0.0.1:[0-9]*' "$log")
  mqtt=$(grep -om1 'mqtt://127.0.0.1:[0-9]*' "$log")
  wait_for "$2" curl -sf "$url/readyz"
  nodes+=(--url "${url/http/ws}" --stomp-url "$stomp" --mqtt-url "$mqtt" --pid "$pid")
  node_urls+=("$url")
}

# What is counted: Redis' commands and bytes, PostgreSQL's transactions and write-ahead log, the nodes' commits and hints.
write_counters() {
  {
    echo '#!/bin/sh'
    for url in "${node_urls[@]}"; do
      echo "curl -sf $url/metrics | sed -nE 's/^deskwire_(commit_seconds_count|commit_batch_entries_sum|bus_published_total|bus_heard_total|bus_missed_total|bus_dropped_total)(\{[^}]*\})? /\1 /p'"
    done
    if [ -n "$redis_port" ]; then
      echo "redis-cli -p $redis_port INFO stats | sed -nE 's/^(total_commands_processed|total_net_input_bytes|total_net_output_bytes):/redis_\1 /p'"
      echo "redis-cli -p $redis_port INFO commandstats | sed -nE 's/^cmdstat_([a-z|]+):calls=([0-9]+),.*/redis_\1 \2/p'"
    fi
    if [ -n "$postgres_port" ]; then
      echo "$postgres_programs/psql -h 127.0.0.1 -p $postgres_port -U deskwire -d deskwire -qAtX -F ' ' -c \"
        SELECT 'postgres_transactions', xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'deskwire'
        UNION ALL SELECT 'postgres_wal_bytes', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')
        UNION ALL SELECT 'postgres_wal_syncs', wal_sync FROM pg_stat_wal
        UNION ALL SELECT 'postgres_entries', n_tup_ins FROM pg_stat_user_tables WHERE relname = 'entry'
        UNION ALL SELECT 'postgres_rows_written', sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables
        UNION ALL SELECT 'postgres_disk_bytes', pg_database_size('deskwire')\""
    fi
  } >"$folder/counters"
  chmod 755 "$folder/counters"
}

arrange() {
  stop_all
  nodes=() services=() node_urls=() redis_port= postgres_port=
  unset DESKWIRE__STORE__URL DESKWIRE__CLUSTER__REDIS
  local count=1
  case $1 in
    sqlite) ;;
    postgres) start_postgres "$1" ;;
    [1-9]) start_postgres "$1"; start_redis; count=$1 ;;
    *) echo "unknown arrangement $1" >&2; exit 2 ;;
  esac
  # The first one makes the tables.
  for number in $(seq "$count"); do start_node "$1" "n$number"; done
  write_counters
}

bench() {
  printf '{"arrangement":"%s","run":"%s","report":' "$arrangement" "$scenario"
  "$programs/deskwire-bench" "$@" "${nodes[@]}" "${services[@]}" --counters "$folder/counters" \
    --login bench --passcode bench-secret --warmup "${WARMUP:-3}" --seconds "$seconds" | tr -d '\n'
  printf '}\n'
}

. crates/bench/settings.sh

arrangements=() scenarios=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do arrangements+=("$1"); shift; done
[ $# = 0 ] || shift
scenarios=("$@")
[ ${#arrangements[@]} -gt 0 ] || arrangements=(sqlite postgres 1 2 3)
[ ${#scenarios[@]} -gt 0 ] || scenarios=(one-way chat desk fanout pairs idle one-way-full chat-full)

chat=(--agent-password "$DESKWIRE_AGENT_PASSWORD" --conversations 200)
admin=(--admin-password "$DESKWIRE_ADMIN_PASSWORD")
for arrangement in "${arrangements[@]}"; do
  arrange "$arrangement"
  for scenario in "${scenarios[@]}"; do
    case $scenario in
      one-way) bench chat --one-way --rate "${RATE:-1000}" "${chat[@]}" ;;
      one-way-full) bench chat --one-way --window 8 "${chat[@]}" ;;
      chat) bench chat --rate "${RATE:-1000}" "${chat[@]}" ;;
      chat-full) bench chat --window 8 "${chat[@]}" ;;
      chat-together) bench chat --meeting together --rate "${RATE:-1000}" "${chat[@]}" ;;
      desk) bench desk --connections "${CONNECTIONS:-6000}" --conversations "${CONVERSATIONS:-4000}" \
        --agents "${AGENTS:-50}" --rate "${RATE:-1000}" "${admin[@]}" ;;
      assign) bench assign --waiting "${WAITING:-1000}" --agents "${AGENTS:-50}" "${admin[@]}" ;;
      fanout) bench fanout --publish stomp-ws --subscribe stomp-ws --subscribers 300 --rate "${FANOUT_RATE:-100}" ;;
      pairs) bench pairs --publish stomp-ws --subscribe stomp-ws --rate "${PAIRS_RATE:-5000}" ;;
      pairs-together) bench pairs --meeting together --publish stomp-ws --subscribe stomp-ws --rate "${PAIRS_RATE:-5000}" ;;
      idle) bench idle --connections "${CONNECTIONS:-6000}" --subscribe stomp-ws ;;
      *) echo "unknown scenario $scenario" >&2; exit 2 ;;
    esac
  done
done
