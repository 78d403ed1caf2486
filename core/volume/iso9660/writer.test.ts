import { describe, expect, it } from 'vitest';
import { configDriveFiles } from '../config-drive.ts';
import { writeIso } from './writer.ts';

const SECTOR = 2048;
const AT = new Date('2026-01-02T03:04:05Z');

function utf16(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString('utf16le');
}

/** Reads one view of an image the way a guest does: descriptor, directory records, system use areas. */
function readIso(
  image: Buffer,
  view: 'rock-ridge' | 'joliet',
): { label: string; files: Map<string, Buffer> } {
  const at = (view === 'joliet' ? 17 : 16) * SECTOR;
  const label = image.subarray(at + 40, at + 72);
  const files = new Map<string, Buffer>();
  const walk = (extent: Buffer, path: string) => {
    for (let o = 0; o < extent.length;) {
      const length = extent[o] ?? 0;
      if (length === 0) {
        o = (Math.floor(o / SECTOR) + 1) * SECTOR;
        continue;
      }
      const record = extent.subarray(o, o + length);
      o += length;
      const idLength = record[32] ?? 0;
      const id = record.subarray(33, 33 + idLength);
      if (idLength === 1 && (id[0] ?? 2) < 2) continue;
      const use = record.subarray(33 + idLength + (idLength % 2 === 0 ? 1 : 0));
      const name = view === 'joliet' ? utf16(id).replace(/;1$/, '') : rockRidgeName(image, use);
      const sector = record.readUInt32LE(2);
      expect(record.readUInt32BE(6)).toBe(sector);
      const content = image.subarray(sector * SECTOR, sector * SECTOR + record.readUInt32LE(10));
      if ((record[25] ?? 0) & 2) walk(content, `${path}${name}/`);
      else files.set(path + name, content);
    }
  };
  const root = image.readUInt32LE(at + 158) * SECTOR;
  walk(image.subarray(root, root + image.readUInt32LE(at + 166)), '');
  return { label: (view === 'joliet' ? utf16(label) : label.toString('ascii')).trim(), files };
}

function rockRidgeName(image: Buffer, use: Buffer): string {
  for (let o = 0; o + 4 <= use.length; o += use[o + 2] ?? 255) {
    const signature = use.toString('ascii', o, o + 2);
    const payload = use.subarray(o + 4, o + (use[o + 2] ?? 0));
    if (signature === 'NM') return payload.toString('utf8', 1);
    if (signature === 'CE') {
      const start = payload.readUInt32LE(0) * SECTOR + payload.readUInt32LE(8);
      return rockRidgeName(image, image.subarray(start, start + payload.readUInt32LE(16)));
    }
  }
  return '';
}

describe('the ISO 9660 writer', () => {
  const files: Record<string, Buffer> = {
    'openstack/latest/meta_data.json': Buffer.from('{"a":1}'),
    'openstack/latest/vendor_data.json': Buffer.from('{}'),
    'openstack/2018-08-27/meta_data.json': Buffer.from('{"a":1}'),
    'a/b/c/d/deep.txt': Buffer.alloc(5000, 'd'),
    empty: Buffer.alloc(0),
    'quá dài/tên.txt': Buffer.from('vi'),
    [`long/${'n'.repeat(180)}.txt`]: Buffer.from('long'),
  };
  for (let i = 0; i < 100; i += 1)
    files[`many/a file with a name of some length ${i}.json`] = Buffer.from(`${i}`);
  const image = writeIso(files, { label: 'config-2', at: AT });

  it('gives every file its full name with Rock Ridge', () => {
    const read = readIso(image, 'rock-ridge');
    expect(read.label).toBe('config-2');
    expect(Object.fromEntries(read.files)).toEqual(files);
  });

  it('gives every file a name of at most 64 characters with Joliet', () => {
    const read = readIso(image, 'joliet');
    expect(read.label).toBe('config-2');
    const long = `long/${'n'.repeat(62)}`;
    const expected = Object.fromEntries(
      Object.entries(files).map(([k, v]) => [k.startsWith('long/') ? long : k, v]),
    );
    expect(Object.fromEntries(read.files)).toEqual(expected);
  });

  it('tells names apart that plain ISO 9660 would write alike', () => {
    const clash = writeIso(
      { 'user-data': Buffer.from('1'), user_data: Buffer.from('2'), 'user.data': Buffer.from('3') },
      { label: 'x', at: AT },
    );
    expect([...readIso(clash, 'rock-ridge').files.values()].map(String).toSorted()).toEqual(['1', '2', '3']);
    const plain = clash.toString('latin1').match(/USER_DATA1?\.;1/g);
    expect(new Set(plain).size).toBe(2);
  });

  it('is deterministic, whole sectors long, and says its size', () => {
    expect(writeIso(files, { label: 'config-2', at: AT }).equals(image)).toBe(true);
    expect(image.length % SECTOR).toBe(0);
    expect(image.readUInt32LE(16 * SECTOR + 80)).toBe(image.length / SECTOR);
  });

  it('refuses a path that is none', () => {
    expect(() => writeIso({ 'a//b': Buffer.alloc(1) }, { label: 'x', at: AT })).toThrow('not a path');
    expect(() => writeIso({ a: Buffer.alloc(1), 'a/b': Buffer.alloc(1) }, { label: 'x', at: AT })).toThrow(
      'both a file and a folder',
    );
  });
});

describe('the config drive', () => {
  const guest = {
    id: '11111111-2222-4333-8444-555555555555',
    name: 'web "1"',
    hostname: 'web-1',
    keyName: 'me',
    publicKey: 'ssh-ed25519 AAAA me@desk\n',
    userData: Buffer.from('#cloud-config\n').toString('base64'),
    metadata: { role: '<web>' },
    mac: '52:54:00:00:00:01',
    createdAt: '2026-01-02T03:04:05.000Z',
  };

  it('holds what cloud-init looks for', () => {
    const drive = configDriveFiles(guest);
    expect(JSON.parse(String(drive['openstack/latest/meta_data.json']))).toMatchObject({
      uuid: guest.id,
      hostname: 'web-1',
      name: 'web "1"',
      public_keys: { me: 'ssh-ed25519 AAAA me@desk' },
      meta: { role: '<web>' },
    });
    expect(String(drive['openstack/latest/user_data'])).toBe('#cloud-config\n');
    expect(JSON.parse(String(drive['openstack/2020-10-14/network_data.json']))).toMatchObject({
      links: [{ ethernet_mac_address: guest.mac }],
      networks: [{ type: 'ipv4_dhcp' }],
    });
  });

  it('has no user data file when there is none', () => {
    expect(Object.keys(configDriveFiles({ ...guest, userData: null })).join()).not.toContain('user_data');
  });
});
