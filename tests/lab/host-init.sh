#!/bin/bash
# PID 1 of one lab host, already in namespaces of its own.
# host-init.sh FOLDER NAME ADDRESS GATEWAY LAB_KEY ; waits for a line on its input before it looks for its network card,
# prints "ready" when libvirt and sshd answer, and stays to reap what its daemons leave behind.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
folder=$1 name=$2 address=$3 gateway=$4 key=$5

over() { [ ! -e "$2" ] || mount --bind "$folder/$1" "$2"; }

# A sysfs of its own shows this network namespace's cards; the machine's cgroup mounts go with the old one.
own_sysfs() {
  local mounts=$folder/cgroup-mounts
  umount --recursive --lazy /sys/fs/cgroup 2>/dev/null || true
  mount -t sysfs sysfs /sys
  if [ -e "$folder/cgroup-v2" ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    # Controllers can be handed down only by a group without processes of its own.
    mkdir -p /sys/fs/cgroup/system
    echo $$ > /sys/fs/cgroup/system/cgroup.procs
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
      echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    done
  elif [ -s "$mounts" ]; then
    mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    while read -r controllers; do
      mkdir "/sys/fs/cgroup/$controllers"
      mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/$controllers"
    done < "$mounts"
  fi
}

own_run() {
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/sshd /run/lock /run/libvirt /run/home/root/.ssh
  # libvirt probes QEMU as root, then asks whether QEMU's own account may open /dev/kvm: where the machine's node is root's
  # alone it holds every probe for outdated and defining a domain takes 14 seconds.
  if [ -c /dev/kvm ]; then
    mknod -m 666 /run/kvm c 10 232
    mount --bind /run/kvm /dev/kvm
  fi
  local account
  for account in operator stream outsider noforward; do
    mkdir "/run/home/$account" && chown "$account:$account" "/run/home/$account"
  done
  # from host to host, as migration over SSH wants it
  cp "$key" /run/home/root/.ssh/id_ed25519
  printf 'Host *\n  User root\n  StrictHostKeyChecking accept-new\n' > /run/home/root/.ssh/config
  chmod -R go= /run/home/root
}

own_network() {
  ip link set lo up
  ip address add "$address/24" dev eth0
  ip link set eth0 up
  ip route add default via "$gateway"
}

mount --make-rprivate /
hostname "$name"
own_sysfs
for file in passwd group shadow hosts hostname machine-id; do over "$file" "/etc/$file"; done
over pam/sshd /etc/pam.d/sshd
over etc-libvirt /etc/libvirt
over var-lib-libvirt /var/lib/libvirt
over var-log-libvirt /var/log/libvirt
over var-cache-libvirt /var/cache/libvirt
own_run
export HOME=/run/home/root

read -r _
own_network
rm -f "$folder/ssh.sock"
/usr/sbin/sshd -f "$folder/sshd_config" -E "$folder/sshd.log"
# A path reaches across network namespaces where an address does not.
socat "UNIX-LISTEN:$folder/ssh.sock,fork,backlog=128" TCP:127.0.0.1:22,nodelay 2>>"$folder/socat.log" &
virtlogd -d
virtlockd -d
libvirtd -d
virsh -q uri >/dev/null
echo ready
exec >/dev/null <&-

while :; do sleep 86400 & wait $! || true; done
