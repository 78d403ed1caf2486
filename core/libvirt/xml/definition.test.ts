import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparableDefinition, definedSize, diskFiles, withMarksOf, withPasswords } from './definition.ts';

const MARK = "<mn:instance xmlns:mn='https://micronova/1'><mn:name>web</mn:name></mn:instance>";

type Parts = { name?: string; mark?: string; os?: string; devices?: string; vcpu?: number };

function definition({ name = 'web', mark = MARK, os = '<os/>', devices = '', vcpu = 2 }: Parts = {}): string {
  return `<domain type='kvm' id='3'>
  <name>${name}</name><title>${name}</title><metadata>${mark}</metadata>
  <memory unit='KiB'>524289</memory><vcpu placement='static'>${vcpu}</vcpu>${os}
  <devices>${devices}</devices>
</domain>`;
}

describe('a definition', () => {
  it('is told line by line', () => {
    const disk = "<disk device='disk' type='file'><source file='/p/a&amp;b&apos;.qcow2'/></disk>";
    expect(comparableDefinition(definition({ devices: disk }))).toBe(
      [
        "<domain type='kvm'>",
        "  <memory unit='KiB'>524289</memory>",
        "  <vcpu placement='static'>2</vcpu>",
        '  <os/>',
        '  <devices>',
        "    <disk device='disk' type='file'>",
        "      <source file='/p/a&amp;b&apos;.qcow2'/>",
        '    </disk>',
        '  </devices>',
        '</domain>',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['name and marks', { name: 'other', mark: '' }],
    [
      'a display’s password',
      { devices: "<graphics passwd='x' type='vnc'/>" },
      { devices: "<graphics type='vnc'/>" },
    ],
    [
      'the firmware that libvirt picked',
      { os: "<os firmware='efi'><loader>/x</loader><nvram>/y</nvram></os>" },
      { os: "<os firmware='efi'/>" },
    ],
    [
      'the order of attributes',
      { devices: "<disk type='file' device='disk'/>" },
      { devices: "<disk device='disk' type='file'/>" },
    ],
  ] as const)('is the same with another %s', (_what, one: Parts, other: Parts = {}) => {
    expect(comparableDefinition(definition(one))).toBe(comparableDefinition(definition(other)));
  });

  it.each([
    ['size', { vcpu: 3 }],
    ['device', { devices: '<watchdog/>' }],
    ['firmware of one’s own choice', { os: '<os><loader>/x</loader></os>' }],
    ['text', { devices: '<emulator>/usr/bin/a</emulator>' }],
  ])('is another one with another %s', (_what, one) => {
    expect(comparableDefinition(definition(one))).not.toBe(comparableDefinition(definition()));
  });

  it('that was told once is told the same again, whatever its texts are', () => {
    const text = fc.string().filter((value) => !/[^\u0020-\uD7FF]/.test(value));
    const escape = (value: string) =>
      value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    fc.assert(
      fc.property(text, text, (value, attribute) => {
        const devices = `<a b="${escape(attribute)}">${escape(value)}</a>`;
        const once = comparableDefinition(definition({ devices }));
        expect(comparableDefinition(once)).toBe(once);
      }),
    );
  });

  it('tells the size in MiB, rounded up', () => {
    expect(definedSize(definition())).toEqual({ vcpus: 2, ram: 513 });
    expect(definedSize("<domain><memory unit='GB'>1</memory><vcpu>1</vcpu></domain>")).toBeNull();
  });

  it('takes over the marks of the one that is there', () => {
    const marked = withMarksOf(definition({ vcpu: 4 }), definition({ name: 'renamed', mark: '<x/>' }));
    expect(marked).toContain('<name>renamed</name>');
    expect(marked).toContain('<metadata><x/></metadata>');
    expect(marked.match(/<(name|title|metadata)>/g)).toHaveLength(3);
    expect(comparableDefinition(marked)).toBe(comparableDefinition(definition({ vcpu: 4 })));
  });

  it('gets a password where its display is reached over TCP', () => {
    const devices =
      "<graphics type='vnc'><listen type='address'/></graphics><graphics type='vnc'><listen type='socket'/></graphics>";
    const xml = withPasswords(definition({ devices }), () => 'secret');
    expect(xml.match(/passwd="secret"/g)).toHaveLength(1);
    expect(xml).toMatch(/passwd="secret"><listen type="address"/);
  });

  it('names the files of its disks', () => {
    const devices = "<disk type='file'><source file='/a'/></disk><disk type='file' device='cdrom'/>";
    expect(diskFiles(definition({ devices }))).toEqual(['/a']);
  });
});
