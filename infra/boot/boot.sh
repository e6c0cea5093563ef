# Installs Docker, pulls the image and starts the worker's unit. Fetches nothing that the AMI already contains. Whatever
# fails, and however the script ends, the handler below ends the instance.
step='prepare'
booted=no
on_exit() {
  local code=$?
  trap - EXIT
  set +e
  if [[ $booted == yes ]]; then
    say "booted in $SECONDS s"
    ship "$(tail -c 100000 "$log")" "$(metric BootSeconds Seconds "$SECONDS")"
  else
    end_instance "the boot failed at the step: $step (exit code $code)"
  fi
}
trap on_exit EXIT
exec >> "$log" 2>&1

# `set -e` does not hold inside functions that `again` calls, so that every step in them is joined by &&.
metadata() {
  local at=http://169.254.169.254/latest token
  token=$(curl --silent --show-error --fail --max-time 5 --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' $at/api/token) &&
    curl --silent --show-error --fail --max-time 5 --header "X-aws-ec2-metadata-token: $token" "$at/meta-data/$1"
}
write_instance() {
  local id total
  id=$(metadata instance-id) && [[ $id == i-* ]] &&
    total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' "$root/proc/meminfo") &&
    printf 'INSTANCE_ID=%s\nMEMORY_MB=%s\nTMP_MB=%s\n' "$id" $((total - 512)) $((total / 4)) > "$root/etc/fifo-fleet/instance.env"
}
install_docker() { timeout 300 dnf install --assumeyes --setopt=install_weak_deps=False docker; }
sign_in() { timeout 60 aws ecr get-login-password --region "$REGION" | docker login --username AWS --password-stdin "$REGISTRY"; }
pull() { sign_in && timeout 300 docker pull --quiet "$IMAGE"; }

step='read the metadata'
again write_instance
. "$root/etc/fifo-fleet/instance.env"
step='install Docker'
command -v docker > /dev/null || again install_docker
step='start Docker'
again systemctl enable --now docker
step='pull the image'
docker image inspect "$IMAGE" > /dev/null 2>&1 || again pull
step='start the worker'
systemctl daemon-reload
systemctl enable --now $unit fifo-fleet-health.timer
booted=yes
