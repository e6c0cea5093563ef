#!/bin/bash
# Runs when systemd has given up the worker's unit.
. "${FIFO_FLEET_ROOT:-}/usr/local/lib/fifo-fleet/tell.sh"
journalctl --unit $unit --lines 50 --no-pager >> "$log" 2>&1
end_instance 'the worker failed again and again'
