#!/bin/bash
# Builds the tiny guest image: Debian's cloud kernel, and busybox, dropbear and the QEMU guest agent in its initramfs,
# on one FAT partition that syslinux boots. Needs no root and no loop device.
#
#   build.sh KERNEL_FOLDER OUTPUT.qcow2
#
# KERNEL_FOLDER is where the kernel package was unpacked (dpkg-deb -x).
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin

kernel=$(realpath "$1")
output=$(realpath "$2")
recipe=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
version=$(ls "$kernel/lib/modules")

# Disks, network, console channels, balloon, entropy, power button and CD-ROM, as QEMU offers them on machine types
# pc and q35; atkbd and the VGA console are part of the kernel itself.
modules='virtio_pci virtio_blk virtio_net virtio_console virtio_balloon virtio-rng virtio_scsi virtio_input
         ata_piix sd_mod sr_mod isofs button evdev qemu_fw_cfg'

mib=1048576
disk_mib=48

make_folders() {
  mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,dev,proc,sys,run,tmp,mnt,lib/modules,etc/dropbear,var/log}
  mkdir -m 700 -p "$root/root/.ssh"
  ln -s ../run "$root/var/run"
  cp -r "$recipe/root/." "$root/"
  chmod 755 "$root/init" "$root"/etc/rc "$root"/etc/*.sh "$root"/sbin/{shutdown,chpasswd} "$root/etc/acpi/PWRF/00000080"
}

add_busybox() {
  cp "$(command -v busybox)" "$root/bin/busybox"
  for applet in $(busybox --list); do
    # Ours go before busybox's own; `busybox` would point at itself.
    [ "$applet" = busybox ] || [ -e "$root/sbin/$applet" ] || ln -s busybox "$root/bin/$applet"
  done
}

# A program with the libraries that it is linked to.
add_program() {
  local program library
  program=$(command -v "$1")
  cp "$(realpath "$program")" "$root/usr/sbin/$1"
  ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -Lu "$library" "$root$library"
  done
}

# Each module once, whatever needs it first before what needs it.
add_modules() {
  depmod -b "$kernel" "$version"
  local module file
  for module in $modules; do
    modprobe -d "$kernel" -S "$version" --show-depends "$module" 2>/dev/null | awk '/^insmod/ { print $2 }' || true
  done | awk '!seen[$0]++' | while read -r file; do
    case $file in
      *.xz) xz -dc "$file" > "$root/lib/modules/$(basename "$file" .xz)" ;;
      *) cp "$file" "$root/lib/modules/" ;;
    esac
    basename "$file" .xz >> "$root/lib/modules/order"
  done
}

pack_initramfs() {
  (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | zstd -q -10 > "$work/initrd.img"
}

# Four bytes, lowest first, for printf.
little_endian() {
  printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# One active FAT16 partition from the first mebibyte on.
partition() {
  local first=$((mib / 512)) count=$(((disk_mib - 1) * mib / 512))
  head -c 440 /usr/lib/syslinux/mbr/mbr.bin | dd of="$1" conv=notrunc status=none
  # shellcheck disable=SC2059
  printf "\x80\xfe\xff\xff\x0e\xfe\xff\xff$(little_endian $first)$(little_endian $count)" |
    dd of="$1" bs=1 seek=446 conv=notrunc status=none
  printf '\x55\xaa' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
}

make_disk() {
  local disk=$work/disk.raw
  truncate -s "${disk_mib}M" "$disk"
  partition "$disk"
  mkfs.vfat -F 16 -n TINY -h 2048 --offset 2048 "$disk" $(((disk_mib - 1) * 1024)) > "$work/mkfs.log"
  cp "$kernel/boot/vmlinuz-$version" "$work/vmlinuz"
  mcopy -i "$disk@@1M" "$work/vmlinuz" "$work/initrd.img" "$recipe/syslinux.cfg" ::
  syslinux --offset $mib --install "$disk"
  qemu-img convert -O qcow2 -c "$disk" "$output.$$.part"
  mv "$output.$$.part" "$output"
}

make_folders
add_busybox
for program in dropbear dropbearkey qemu-ga; do add_program "$program"; done
add_modules
pack_initramfs
make_disk
