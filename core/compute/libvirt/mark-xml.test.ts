import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareInstanceMetadata } from '../../libvirt/xml/domain/metadata.ts';
import { buildXml } from '../../libvirt/xml/mapper.ts';
import type { GuestDescription } from '../mark.ts';
import { PLAIN } from '../test-kit.ts';
import { metadataOf, novaMetadataOf, readMark } from './mark-xml.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const DOMAIN = { uuid: ID, name: 'micronova-1' };

const GUEST: GuestDescription = {
  ...PLAIN,
  id: ID,
  name: 'web <&"> 𝕏',
  hostname: 'web',
  domainName: DOMAIN.name,
  control: {
    ...PLAIN.control,
    generation: 7,
    previous: { id: ID, name: 'bob@lap', at: '2026-01-01T00:00:00.000Z' },
  },
  flavor: {
    id: '1',
    name: 'm1.tiny',
    vcpus: 1,
    ram: 512,
    disk: 1,
    ephemeral: 2,
    swap: 64,
    isPublic: false,
    description: 'small\nand cheap',
    extraSpecs: { 'hw:cpu_policy': 'shared' },
  },
  image: {
    id: ID,
    name: 'tiny',
    diskFormat: 'qcow2',
    size: 10,
    virtualSize: 20,
    sha256: 'ab'.repeat(32),
    properties: { os_distro: 'debian' },
  },
  keyName: 'mine',
  publicKey: 'ssh-ed25519 AAAA me',
  hasUserData: true,
  rescue: { imageId: '00000000-0000-4000-8000-0000000000cc', imageName: 'tools', from: 'stopped' },
  deletedFrom: 'rescued',
  description: 'two\nlines',
  metadata: { 'a b': ']]>', '': '' },
  tags: ['one', 'two'],
  group: { id: ID, name: 'g', policy: 'anti-affinity', maxServerPerHost: 2 },
  hints: { group: 'g', different_host: ['a', 'b'] },
  requestedZone: 'nova',
  origin: 'launched',
  lock: { by: 'me', at: '2026-01-01T00:00:00.000Z', reason: null },
  mac: '52:54:00:00:00:01',
  createdAt: '2026-01-01T00:00:00.000Z',
};

const xmlOf = (guest: GuestDescription): string => buildXml(bareInstanceMetadata, metadataOf(guest));
const read = (xml: string) => readMark(xml, DOMAIN);

describe('a mark', () => {
  it('comes back whole', () => {
    const guest = { ...GUEST, metadata: { 'a b': ']]>' } };
    expect(read(xmlOf(guest))).toEqual({ problem: null, description: guest });
    const bare = { ...guest, ...PLAIN, image: null, keyName: null, publicKey: null };
    expect(read(xmlOf(bare))).toEqual({ problem: null, description: bare });
  });

  it('carries no user data, only whether there was any', () => {
    expect(xmlOf(GUEST)).toContain('userData="yes"');
    const secret = { ...GUEST, userData: 'c2VjcmV0' };
    expect(xmlOf(secret)).not.toContain('c2VjcmV0');
  });

  it.each([
    ['no XML', '<instance', 'no XML'],
    ['something else', '<other/>', 'no XML'],
    ['empty', '<instance/>', 'whose it is'],
    ['huge', `<instance>${'x'.repeat(1024 * 1024)}</instance>`, 'larger'],
    [
      'another guest’s',
      xmlOf({ ...GUEST, id: '99999999-2222-4333-8444-555555555555', metadata: {} }),
      'UUIDs',
    ],
    ['with a name of control characters', xmlOf({ ...GUEST, name: 'a\tb', metadata: {} }), 'name'],
    [
      'with a control id that is none',
      xmlOf({ ...GUEST, control: { ...GUEST.control, id: '../../x' } }),
      'id',
    ],
    ['of generation 0', xmlOf({ ...GUEST, control: { ...GUEST.control, generation: 0 } }), 'generation'],
    ['with half a flavor', xmlOf({ ...GUEST, metadata: {} }).replace('vcpus="1"', 'vcpus="many"'), 'vcpus'],
    [
      'with hints that are no JSON',
      xmlOf({ ...GUEST, metadata: {} }).replace(/hints="[^"]*"/, 'hints="{"'),
      'hints',
    ],
    [
      'with an image path',
      xmlOf({ ...GUEST, metadata: {}, image: { ...image(), id: '../../etc/passwd' } }),
      'image',
    ],
    ['with a MAC that is none', xmlOf({ ...GUEST, metadata: {}, mac: '$(reboot)' }), 'mac'],
    ['with an empty key', xmlOf(GUEST), 'metadata'],
  ])('that is %s is not believed, and says why', (_name, xml, why) => {
    const { description, problem } = read(xml);
    expect(description).toBeNull();
    expect(problem).toContain(why);
  });

  it('never throws, whatever stands there', () => {
    const good = xmlOf({ ...GUEST, metadata: {} });
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.nat(40),
        fc.string({ unit: 'binary', maxLength: 8 }),
        (at, cut, put) => {
          const { description, problem } = read(good.slice(0, at) + put + good.slice(at + cut));
          expect((description === null) !== (problem === null)).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('stands beside Nova’s own words', () => {
    expect(novaMetadataOf(GUEST)).toMatchObject({
      name: GUEST.name,
      creationTime: '2026-01-01 00:00:00',
      flavor: { name: 'm1.tiny', memory: 512, vcpus: 1 },
      rootType: 'image',
      rootId: ID,
    });
  });
});

function image() {
  if (GUEST.image === null) throw new Error('the guest has an image');
  return GUEST.image;
}
