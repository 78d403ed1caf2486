import type { FileBytes } from './file-bytes.ts';

interface Signature {
  readonly name: string;
  /** from the start of the file, or from its end where negative */
  readonly at: number;
  readonly bytes: Buffer;
  readonly kind: 'disk' | 'archive' | 'iso' | 'other';
}

function disk(name: string, at: number, magic: string): Signature {
  return { name, at, bytes: Buffer.from(magic, 'latin1'), kind: 'disk' };
}

function other(kind: 'archive' | 'iso' | 'other', name: string, magic: string, at = 0): Signature {
  return { name, at, bytes: Buffer.from(magic, 'latin1'), kind };
}

/**
 * Formats that would be taken for raw if one believed the file's name. A hypervisor that guesses would open them with
 * another driver than was checked, and some can name files of the host as their data.
 * Source for the disk formats: oslo_utils/imageutils/format_inspector.py and QEMU's block drivers.
 */
const SIGNATURES: readonly Signature[] = [
  disk('VMDK', 0, 'KDMV'),
  disk('VMDK', 0, 'COWD'),
  disk('VMDK', 0, '# Disk DescriptorFile'),
  disk('VHD', 0, 'conectix'),
  disk('VHD', -512, 'conectix'),
  disk('VHDX', 0, 'vhdxfile'),
  disk('VDI', 64, '\x7f\x10\xda\xbe'),
  disk('QED', 0, 'QED\0'),
  disk('LUKS', 0, 'LUKS\xba\xbe'),
  disk('Parallels', 0, 'WithoutFreeSpace'),
  disk('Parallels', 0, 'WithouFreSpacExt'),
  disk('Bochs', 0, 'Bochs Virtual HD Image'),
  disk('cloop', 0, '#!/bin/sh\n#V2.0 Format'),
  disk('DMG', -512, 'koly'),
  other('iso', 'ISO 9660', 'CD001', 32_769),
  other('iso', 'UDF', 'BEA01', 32_769),
  other('archive', 'gzip', '\x1f\x8b'),
  other('archive', 'xz', '\xfd7zXZ\0'),
  other('archive', 'Zstandard', '\x28\xb5\x2f\xfd'),
  other('archive', 'bzip2', 'BZh'),
  other('archive', 'LZ4', '\x04\x22\x4d\x18'),
  other('archive', 'zip', 'PK\x03\x04'),
  other('archive', '7-Zip', '7z\xbc\xaf\x27\x1c'),
  other('archive', 'tar', 'ustar', 257),
  other('other', 'PDF', '%PDF-'),
  other('other', 'PNG', '\x89PNG\r\n'),
  other('other', 'JPEG', '\xff\xd8\xff'),
  other('other', 'ELF program', '\x7fELF'),
];

/** The foreign format that a file has, whatever its name says; null where none is known. */
export async function findDisguise(file: FileBytes): Promise<Signature | null> {
  for (const signature of SIGNATURES) {
    const at = signature.at < 0 ? file.size + signature.at : signature.at;
    if (at < 0) continue;
    const found = await file.read(at, signature.bytes.length);
    if (found.equals(signature.bytes)) return signature;
  }
  return null;
}

/** Plain text: no NUL and no other control character than white space in the first 4 KiB. */
export function looksLikeText(head: Buffer): boolean {
  const part = head.subarray(0, 4096);
  return part.length > 0 && part.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
}
