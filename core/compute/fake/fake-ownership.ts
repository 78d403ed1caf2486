import { copyFile } from 'node:fs/promises';
import { ExpectedError } from '../../domain/errors.ts';
import { takenOver } from '../mark.ts';
import { type FoundGuest, guestGone, type OwnershipDriver } from '../ownership.ts';
import type { FakeConnection } from './fake-connection.ts';
import type { FakeDomain, FakeHost } from './fake-host.ts';

/** Of a guest that nobody described otherwise: what is reserved for it. */
function devicesOf({ reservations }: FakeHost, { spec, devices }: FakeDomain) {
  if (devices !== undefined) return devices;
  const held = reservations.get(spec.id);
  if (held === undefined) return { disks: [], nics: [], addresses: [] };
  const { mac, address } = held;
  return {
    disks: [],
    nics: [{ mac, type: 'network', network: 'default', model: null }],
    addresses: [{ network: 'default', mac, address, version: 4 as const }],
  };
}

function refusalOf({ transient }: FakeDomain): string | null {
  return transient ? 'it is transient: it has no definition that could be kept' : null;
}

/** Whose the guests are. */
export function fakeOwnership(at: FakeConnection): OwnershipDriver {
  const find = (uuid: string): FakeDomain => {
    const domain = at.host.domains.get(uuid);
    if (domain === undefined) throw guestGone(uuid);
    return domain;
  };
  return {
    describe(guest, options) {
      return at.change('describe', guest.id, options, () => {
        const domain = at.host.domains.get(guest.id);
        if (domain === undefined) return;
        domain.mark = guest;
        delete domain.badMark;
        if (guest.origin === 'launched') domain.title = guest.name;
        at.host.lifecycle(guest.id, 'marked');
      });
    },

    async takeOwnership(guest, expected, options) {
      await at.step('takeOwnership', options, () => {
        const domain = find(guest.id);
        const is = domain.mark?.control;
        if (is !== undefined && is.id !== guest.control.id) {
          const asExpected = is.id === expected?.controlId && is.generation === expected.generation;
          if (!asExpected) throw takenOver(domain.spec.domainName, is);
        }
        domain.mark = guest;
        at.host.lifecycle(guest.id, 'marked');
      });
      // Between the writing and this look another one may have written, too.
      await at.step('findGuest', options, () => {
        const holder = find(guest.id).mark?.control;
        if (holder && holder.id !== guest.control.id) throw takenOver(guest.domainName, holder);
      });
    },

    dropOwnership(guest, options) {
      return at.change('dropOwnership', guest.id, options, () => {
        const domain = at.host.domains.get(guest.id);
        if (domain === undefined) return;
        domain.mark = null;
        if (guest.origin === 'launched') domain.title = null;
        at.host.lifecycle(guest.id, 'marked');
      });
    },

    findGuest(uuid, options): Promise<FoundGuest> {
      return at.step('findGuest', options, () => {
        const domain = find(uuid);
        const { spec, powerState, mark, badMark, title } = domain;
        return {
          uuid,
          domainName: spec.domainName,
          title: title ?? null,
          powerState,
          vcpus: spec.flavor.vcpus,
          ram: spec.flavor.ram,
          ...devicesOf(at.host, domain),
          consoles: { serial: true, vnc: true, log: mark?.origin === 'launched' },
          description: mark ?? null,
          badMark: badMark ?? null,
          refusal: refusalOf(domain),
        };
      });
    },

    async downloadImage(image, file, options) {
      const source = await at.step('downloadImage', options, () => {
        const held = at.host.images.get(image.id);
        if (held?.complete === true) return held.file;
        throw new ExpectedError('image.not_found', `The host has no copy of the image “${image.name}”`);
      });
      if (source !== undefined) await copyFile(source, file).catch(() => undefined);
      options.onProgress(image.size, image.size);
    },
  };
}
