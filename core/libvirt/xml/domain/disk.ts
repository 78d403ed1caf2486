import { flag, one, text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** Limits in bytes or operations a second. nova: quota:disk_* */
const iotune = mapper('iotune', {
  totalBytes: whole('total_bytes_sec'),
  readBytes: whole('read_bytes_sec'),
  writeBytes: whole('write_bytes_sec'),
  totalIops: whole('total_iops_sec'),
  readIops: whole('read_iops_sec'),
  writeIops: whole('write_iops_sec'),
});

/** A disk or CD-ROM kept in a file. https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
export const disk = mapper('disk', {
  type: text('@type'),
  /** `disk` or `cdrom` */
  device: text('@device'),
  driver: text('driver/@name'),
  /** always pinned, so that QEMU never guesses a format from what the guest wrote */
  format: text('driver/@type'),
  cache: text('driver/@cache'),
  discard: text('driver/@discard'),
  file: text('source/@file'),
  target: text('target/@dev'),
  bus: text('target/@bus'),
  /** 1 is asked first; not beside the boot devices of `os` */
  bootOrder: whole('boot/@order'),
  readonly: flag('readonly'),
  serial: text('serial'),
  iotune: one(iotune),
});
