#!/bin/bash
# Asks the worker whether it lives; a timer runs this. Ends the instance when it has not answered so many times in a row, and
# sooner when its unit has ended: a worker that drained is not started again, and its instance would stand idle.
. "${FIFO_FLEET_ROOT:-}/usr/local/lib/fifo-fleet/tell.sh"
misses=$state/misses
if curl --silent --fail --max-time 5 --output /dev/null http://127.0.0.1:8081/live; then
  rm -f "$misses"
  exit 0
fi
count=$(($(cat "$misses" 2> /dev/null || echo 0) + 1))
echo $count > "$misses"
most=$MOST_MISSES
[[ $(systemctl is-active $unit) != inactive ]] || most=$MOST_ENDED
say "the worker does not answer: $count of $most"
((count < most)) || end_instance "the worker did not answer $count times in a row"
