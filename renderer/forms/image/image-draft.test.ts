import { describe, expect, it } from 'vitest';
import { image } from '../../../tests/fakes/data.ts';
import { toPairs } from '../../ui/PairsEditor.tsx';
import {
  createRequest,
  draftOf,
  emptyImageDraft,
  nameFromFile,
  setRequest,
  withFile,
} from './image-draft.ts';

const file = (name: string) => ({ path: `/home/me/${name}`, name, size: 1 });

describe('nameFromFile', () => {
  it.each([
    ['debian-12.qcow2', 'debian-12'],
    ['Fedora-40.1.14.raw', 'Fedora-40.1.14'],
    ['cirros-0.6.2-x86_64-disk.IMG', 'cirros-0.6.2-x86_64-disk'],
    ['no-ending', 'no-ending'],
    ['.img', '.img'],
  ])('%s → %s', (from, name) => {
    expect(nameFromFile(from)).toBe(name);
  });
});

describe('withFile', () => {
  it('names a new image after its file, and again after another one', () => {
    const first = withFile(emptyImageDraft, null, file('a.img'));
    expect(first.name).toBe('a');
    expect(withFile(first, file('a.img'), file('b.img')).name).toBe('b');
  });

  it('leaves a name that was typed', () => {
    const typed = { ...emptyImageDraft, name: 'mine' };
    expect(withFile(typed, file('a.img'), file('b.img')).name).toBe('mine');
  });
});

describe('createRequest', () => {
  it('takes the file’s whole path and leaves out pairs without a key', () => {
    const draft = { ...emptyImageDraft, name: ' a ', properties: toPairs({ hw_disk_bus: 'scsi', '': 'x' }) };
    expect(createRequest(draft, file('a.img'), ['h1'])).toEqual({
      name: 'a',
      file: '/home/me/a.img',
      minDisk: 0,
      minRam: 0,
      properties: { hw_disk_bus: 'scsi' },
      uploadTo: ['h1'],
    });
  });
});

describe('setRequest', () => {
  it('takes away the properties that were removed, and no other', () => {
    const old = image('a', { properties: { os_distro: 'debian', hw_disk_bus: 'virtio' } });
    const properties = toPairs({ os_distro: 'alpine', os_admin_user: 'me' });
    expect(setRequest(old, { ...draftOf(old), properties })).toMatchObject({
      properties: { os_distro: 'alpine', os_admin_user: 'me' },
      unsetProperties: ['hw_disk_bus'],
    });
  });
});
