# What boot, health check and end of a worker share: telling the console and CloudWatch, and ending the instance. Sourced.
# FIFO_FLEET_ROOT is set in tests only.
root=${FIFO_FLEET_ROOT:-}
unit=fifo-fleet-worker.service
state=$root/run/fifo-fleet
log=$root/var/log/fifo-fleet.log
INSTANCE_ID=unknown
. "$root/etc/fifo-fleet/fleet.env"
[[ ! -f $root/etc/fifo-fleet/instance.env ]] || . "$root/etc/fifo-fleet/instance.env"
mkdir -p "$state" "${log%/*}"

# Writes a line to the log and to the system console.
say() {
  local line
  line="$(date --utc +%FT%TZ) fifo-fleet: $*"
  echo "$line" >> "$log"
  { echo "$line" >> "$root/dev/console"; } 2> /dev/null || true
}

# Repeats a command with growing pauses for about four minutes.
again() {
  local pause
  for pause in 2 5 10 20 40 60 60 60; do
    "$@" && return
    say "failed, again in $pause s: $*"
    sleep "$pause"
  done
  "$@"
}

# A text as the inside of a JSON string; what is not printable ASCII is left out.
quoted() { LC_ALL=C tr -cd '\11\12\40-\176' | sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/ /g' | awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }'; }

# A metric of the fleet and of this version, in CloudWatch's embedded metric format.
metric() {
  printf '{"_aws":{"Timestamp":%s,"CloudWatchMetrics":[{"Namespace":"FifoFleet","Dimensions":[["Fleet"],["Fleet","Version"]],"Metrics":[{"Name":"%s","Unit":"%s"}]}]},"Fleet":"%s","Version":"%s","instance":"%s","reason":"%s","%s":%s}' \
    "$(date +%s%3N)" "$1" "$2" "$FLEET" "$VERSION" "$INSTANCE_ID" "$(quoted <<< "${4:-}")" "$1" "$3"
}

# Sends each argument as an event to CloudWatch Logs. Never fails: the console has the same lines.
ship() {
  local events='' message stream=$INSTANCE_ID/host
  for message in "$@"; do
    events+="${events:+,}{\"timestamp\":$(date +%s%3N),\"message\":\"$(quoted <<< "$message")\"}"
  done
  echo "[$events]" > "$state/events.json"
  timeout 30 aws logs create-log-stream --region "$REGION" --log-group-name "$LOG_GROUP" --log-stream-name "$stream" > /dev/null 2>&1 || true
  timeout 30 aws logs put-log-events --region "$REGION" --log-group-name "$LOG_GROUP" --log-stream-name "$stream" \
    --log-events "file://$state/events.json" > /dev/null 2>&1 || say 'CloudWatch Logs did not take the log'
}

# Ends this instance, which has no working worker: Auto Scaling is told, so that it starts another, and the machine shuts
# down, which terminates it, whatever the calls answered.
end_instance() {
  say "this instance ends: $1"
  ship "$(tail -c 100000 "$log")" "$(metric InstancesFailed Count 1 "$1")"
  timeout 30 aws autoscaling complete-lifecycle-action --region "$REGION" --auto-scaling-group-name "$GROUP" \
    --lifecycle-hook-name "$READY_HOOK" --lifecycle-action-result ABANDON --instance-id "$INSTANCE_ID" > /dev/null 2>&1 || true
  timeout 30 aws autoscaling set-instance-health --region "$REGION" --instance-id "$INSTANCE_ID" \
    --health-status Unhealthy --no-should-respect-grace-period > /dev/null 2>&1 || say 'Auto Scaling was not told'
  shutdown -h now || systemctl poweroff --force
}
