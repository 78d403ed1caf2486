import { describe, expect, it } from 'vitest';
import { UsageError } from './usage-error.ts';
import { formatAddress, parseAddress } from './commands/host-model.ts';
import { FakePlane, runFake, TestTerminal } from './test-kit.ts';
import { aHost, anUnknownKey, PASSED, UUID } from './test-objects.ts';

const KEY = `SHA256:${'A'.repeat(43)}`;
const JUMP_KEY = `SHA256:${'B'.repeat(43)}`;

/** Adds the host once every key in order was accepted. */
function trusting(...keys: string[]): FakePlane {
  const left = [...keys];
  return new FakePlane({
    'host.add': ({ acceptHostKey }) => {
      if (acceptHostKey !== undefined && acceptHostKey === left[0]) left.shift();
      return left[0] === undefined
        ? { host: aHost(), test: PASSED }
        : { host: null, test: anUnknownKey(left[0]) };
    },
  });
}

function person(...answers: string[]): TestTerminal {
  const terminal = new TestTerminal();
  terminal.stdin.isTTY = true;
  terminal.stderr.isTTY = true;
  const left = [...answers];
  terminal.stderr.on('data', (text: string) => {
    if (/(\[yes\/no\]|Password:|file:) $/.test(text)) terminal.stdin.write(`${left.shift() ?? ''}\n`);
  });
  return terminal;
}

describe('an address', () => {
  it.each([
    ['ssh://root@10.0.0.1', { user: 'root', address: '10.0.0.1' }],
    ['ssh://me@host.example:2222', { user: 'me', address: 'host.example', port: 2222 }],
    ['me@[fe80::1%eth0]:22', { user: 'me', address: 'fe80::1%eth0', port: 22 }],
    ['alias', { address: 'alias' }],
    ['qemu:///session', 'session'],
  ])('%s is understood', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    'ssh://',
    'ssh://a b',
    'ssh://h:99999',
    'ssh://h:0',
    'qemu+ssh://h/system',
    'http://h',
    'ssh://u:p@h',
    'ssh://h/x',
  ])('“%s” is refused', (text) => {
    expect(() => parseAddress(text)).toThrow(UsageError);
  });

  it('is shown as it was typed', () => {
    for (const text of ['ssh://root@10.0.0.1', 'ssh://me@[fe80::1]:22', 'ssh://alias']) {
      const parsed = parseAddress(text);
      if (typeof parsed === 'string') throw new Error('not an SSH address');
      const rest = { identityFiles: [], jumps: [], useAgent: true, uri: 'qemu:///system' };
      expect(formatAddress({ kind: 'ssh', ...parsed, ...rest })).toBe(text);
    }
  });
});

describe('host add', () => {
  const typed = ['host', 'add', 'lab 1', 'ssh://root@10.0.0.1:2201', '--identity', '/k', '--jump', 'j@x:22'];

  it('hands over the whole way in', async () => {
    const plane = trusting();
    expect((await runFake(plane, typed)).code).toBe(0);
    expect(plane.inputs('host.add')).toEqual([
      {
        name: 'lab 1',
        address: {
          kind: 'ssh',
          address: '10.0.0.1',
          port: 2201,
          user: 'root',
          identityFiles: ['/k'],
          jumps: ['j@x:22'],
          useAgent: true,
          uri: 'qemu:///system',
        },
        force: false,
      },
    ]);
  });

  it('tells warnings of the test', async () => {
    expect((await runFake(trusting(), typed)).err).toContain(
      'Warning: storage: no pool yet It will be made.',
    );
  });

  it('prints the command to repeat where nobody can be asked', async () => {
    const { code, out, err } = await runFake(trusting(KEY), [...typed, '--accept-host-key', JUMP_KEY]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/micronova --home \S+ host add 'lab 1' ssh:\/\/root@10\.0\.0\.1:2201 --identity \/k/);
    expect(err.match(/--accept-host-key/g)).toHaveLength(1);
    expect(err).toContain(`--accept-host-key ${KEY}`);
  });

  it('asks for each key on the way, and takes no for an answer', async () => {
    const plane = trusting(JUMP_KEY, KEY);
    const yes = await runFake(plane, typed, { terminal: person('yes', 'yes') });
    expect(yes.code).toBe(0);
    expect(yes.err).toContain(KEY);
    const no = await runFake(trusting(KEY), typed, { terminal: person('no') });
    expect(no.code).toBe(1);
  });

  it.each([
    ['password', '--password-stdin'],
    ['passphrase', '--passphrase-stdin'],
  ] as const)('takes a %s from standard input or the keyboard, and shows it nowhere', async (kind, flag) => {
    const plane = () =>
      new FakePlane({
        'host.add': ({ secrets }) =>
          secrets?.[kind] === 's3cret ä'
            ? { host: aHost(), test: PASSED }
            : { host: null, test: { ...anUnknownKey(KEY), unknownHostKey: null, needs: kind } },
      });
    const piped = new TestTerminal();
    piped.stdin.end('s3cret ä\n');
    const fromPipe = await runFake(plane(), [...typed, flag], { terminal: piped });
    const fromKeyboard = await runFake(plane(), typed, { terminal: person('s3cret ä') });
    for (const outcome of [fromPipe, fromKeyboard]) {
      expect(outcome.code).toBe(0);
      expect(outcome.out + outcome.err).not.toContain('s3cret');
    }
    const nobody = await runFake(plane(), typed);
    expect(nobody.code).toBe(1);
    expect(nobody.err).toContain(flag);
    // A wrong one is not asked for again and again.
    expect((await runFake(plane(), typed, { terminal: person('wrong', 'wrong') })).code).toBe(1);
  });
});

describe('host add --force', () => {
  const typed = ['host', 'add', 'lab1', 'ssh://10.0.0.1', '--force'];
  const failing = (): FakePlane => {
    const test = { ...anUnknownKey(KEY), unknownHostKey: null, needs: 'password' } as const;
    return new FakePlane({ 'host.add': ({ force }) => ({ host: force ? aHost() : null, test }) });
  };

  it('adds at once where nobody can be asked', async () => {
    const plane = failing();
    expect((await runFake(plane, typed)).code).toBe(0);
    expect(plane.inputs('host.add')).toMatchObject([{ force: true }]);
  });

  it('first asks for what is missing where somebody can be', async () => {
    const plane = failing();
    expect((await runFake(plane, typed, { terminal: person('s3cret') })).code).toBe(0);
    const secrets = { password: 's3cret', remember: false };
    expect(plane.inputs('host.add')).toMatchObject([
      { force: false },
      { force: false, secrets },
      { force: true, secrets },
    ]);
  });
});

describe('host', () => {
  it('test shows the steps and fails with them', async () => {
    const failed = { ...anUnknownKey(KEY), unknownHostKey: null };
    const plane = new FakePlane({ 'host.test': () => failed });
    const { code, out } = await runFake(plane, ['host', 'test', 'lab1']);
    expect(code).toBe(1);
    expect(out).toContain('host-key');
    expect(plane.inputs('host.test')).toEqual([{ ref: 'lab1' }]);
  });

  it('set disables with a reason', async () => {
    const plane = new FakePlane({ 'host.set': () => aHost() });
    await runFake(plane, ['host', 'set', 'lab1', '--disable', '--reason', 'new disks', '--cpu-ratio', '1.5']);
    expect(plane.inputs('host.set')).toEqual([
      { ref: 'lab1', enabled: false, disabledReason: 'new disks', cpuRatio: 1.5 },
    ]);
  });
});

it('shows a hostile guest name harmlessly', async () => {
  const plane = new FakePlane({
    'host.list': () => [aHost()],
    'guest.list': () => [
      {
        hostId: UUID.host,
        uuid: UUID.instance,
        name: '\u001b]0;x\u0007evil\u009b2J',
        state: 'running',
        vcpus: 1,
        ram: 64,
        kind: 'unmanaged' as const,
        owner: null,
        refusal: null,
      },
    ],
  });
  const { out } = await runFake(plane, ['hypervisor', 'guest', 'list']);
  expect(out).toContain('evil');
  expect(out).not.toMatch(/[^\P{Cc}\n]/u);
});
