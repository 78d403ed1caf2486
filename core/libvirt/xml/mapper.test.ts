import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domain } from './domain/domain.ts';
import { toItems } from './domain/metadata.ts';
import { buildXml, patchXml, readXml } from './mapper.ts';
import { network } from './network.ts';

const NASTY = [
  ']]>',
  '<!--',
  '-->',
  '&lt;',
  '&#0;',
  '&amp;amp;',
  '"',
  "'",
  '</name>',
  '<domain>',
  '<![CDATA[x]]>',
  '<?xml version="1.0"?>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  'xmlns:a="b"',
  '\t\r\n',
  '  ',
  '\u0085\u2028\u2029',
  '𝕏',
  '%s;$(reboot)`id`',
];

// Everything that XML 1.0 can hold, with a taste for what breaks out of quotes and tags.
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...NASTY),
      fc
        .string({ unit: 'binary', maxLength: 6 })
        .map((s) => s.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));

function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(
    ([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0),
  );
  return Object.fromEntries(present.map(([k, v]) => [k, withoutAbsent(v)]));
}

describe('the domain mapper', () => {
  it('gives back 10,000 hostile names and metadata values, and nothing else', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (name, key, value, spec) => {
        const given = {
          type: 'qemu',
          name,
          title: value,
          metadata: {
            id: 'i',
            name,
            keyName: key,
            flavor: { name: value, description: spec, extraSpecs: toItems({ [key]: spec }) },
            image: { name: key },
            metadata: toItems({ [key]: value, [value]: spec }),
          },
          disks: [{ device: 'disk', file: name, readonly: false }],
        };
        const xml = buildXml(domain, given);
        expect(withoutAbsent(readXml(domain, xml))).toEqual(withoutAbsent(given));
        // and no element but those that carry the values
        expect(xml.match(/<[a-z]/g)).toHaveLength(13 + given.metadata.metadata.length);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each(['\0', '\u001b[2J', '\uffff', '\ud800', 'a\udc00b'])('refuses %j, which XML cannot hold', (bad) => {
    expect(() => buildXml(domain, { title: `x${bad}` })).toThrow(/XML cannot carry/);
    expect(() => buildXml(domain, { metadata: { metadata: [{ key: 'k', value: bad }] } })).toThrow(
      /XML cannot carry/,
    );
  });

  it('keeps what it does not know when it patches a live document', () => {
    const live =
      '<domain type="kvm"><name>a</name><metadata><nova:x xmlns:nova="urn:n">1</nova:x></metadata>' +
      '<devices><disk device="disk"><mystery a="b"/></disk><hostdev/></devices><!-- by hand --></domain>';
    const patched = patchXml(domain, live, { title: 'new', metadata: { id: 'i' } });
    expect(patched).toContain('<nova:x xmlns:nova="urn:n">1</nova:x>');
    expect(patched).toContain('<mystery a="b"/>');
    expect(patched).toContain('<hostdev/>');
    expect(patched).toContain('<!-- by hand -->');
    expect(readXml(domain, patched)).toMatchObject({ name: 'a', title: 'new', metadata: { id: 'i' } });
  });

  it('refuses what is no XML, or another document', () => {
    expect(() => readXml(domain, '<domain><a></domain>')).toThrow('cannot be read');
    expect(() => readXml(domain, '')).toThrow('cannot be read');
    expect(() => readXml(domain, '<network/>')).toThrow('Expected a <domain>');
  });
});

describe('the network mapper', () => {
  it('reads addresses, ranges and reservations', () => {
    const read = readXml(
      network,
      `<network><name>n</name><forward mode='nat'/><ip address='10.0.0.1' prefix='24'><dhcp>
       <range start='10.0.0.2' end='10.0.0.9'/><host mac='52:54:00:00:00:01' ip='10.0.0.3'/></dhcp></ip></network>`,
    );
    expect(read.ips?.[0]).toMatchObject({
      address: '10.0.0.1',
      prefix: 24,
      dhcp: { ranges: [{ start: '10.0.0.2', end: '10.0.0.9' }], hosts: [{ ip: '10.0.0.3' }] },
    });
  });
});
