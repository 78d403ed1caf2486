#!/bin/sh
# Takes name, keys and user data from the disk of the cloud: OpenStack's config drive (label config-2) or NoCloud (cidata).

# An ISO 9660 volume's label stands 40 bytes into its 17th sector.
label() { dd if="$1" bs=1 skip=32808 count=8 2>/dev/null; }

find_seed() {
  for _ in 1 2 3 4 5; do
    for disk in /dev/sr? /dev/vd? /dev/sd?; do
      [ -b "$disk" ] || continue
      case $(label "$disk") in config-2 | CONFIG-2 | cidata* | CIDATA*) echo "$disk" && return ;; esac
    done
    usleep 200000
  done
}

# Public keys, one a line, out of JSON or YAML.
keys() {
  grep -ohE '(ssh-(rsa|ed25519)|ecdsa-sha2-nistp[0-9]+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/=]+' "$@" 2>/dev/null
}

read_openstack() {
  name=$(sed -n 's/.*"hostname": *"\([^"]*\)".*/\1/p' /mnt/openstack/latest/meta_data.json)
  data=/mnt/openstack/latest/user_data
  keys /mnt/openstack/latest/meta_data.json
}

read_nocloud() {
  name=$(sed -n 's/^local-hostname: *//p' /mnt/meta-data)
  data=/mnt/user-data
  keys /mnt/meta-data
}

disk=$(find_seed)
[ -n "$disk" ] && mount -t iso9660 -o ro "$disk" /mnt || exit 0
if [ -d /mnt/openstack ]; then read_openstack; else read_nocloud; fi > /run/keys
if [ -f "$data" ]; then
  case $(head -c 2 "$data") in
    '#!') cp "$data" /run/user-data && chmod 700 /run/user-data ;;
    *) keys "$data" >> /run/keys && : "${name:=$(sed -n 's/^hostname: *//p' "$data")}" ;;
  esac
fi
umount /mnt
sort -u /run/keys >> /root/.ssh/authorized_keys
chmod 600 /root/.ssh/authorized_keys
# A name may be a full one; the prompt wants its first part.
[ -z "$name" ] || { echo "${name%%.*}" > /etc/hostname && hostname -F /etc/hostname; }
echo "tiny: $(hostname) set up from $disk"
