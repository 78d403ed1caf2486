import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Interrupted } from './interrupt.ts';
import { FakePlane, runFake, TestTerminal } from './test-kit.ts';
import { aHost, UUID } from './test-objects.ts';

function guest() {
  const [pipe, far] = duplexPair();
  const plane = new FakePlane({
    'host.list': () => [aHost()],
    'console.open': () => ({
      ticket: UUID.ticket,
      instanceId: UUID.instance,
      type: 'serial',
      password: null,
    }),
  });
  plane.pipes.set(UUID.ticket, pipe);
  let heard = '';
  far.on('data', (chunk) => (heard += String(chunk)));
  return { plane, far, heard: () => heard };
}

function atTerminal() {
  const terminal = new TestTerminal();
  const modes: boolean[] = [];
  terminal.stdin.isTTY = true;
  terminal.stdin.setRawMode = (on) => void modes.push(on);
  return { terminal, modes };
}

describe('console on a terminal', () => {
  it('passes keys and output through as they are, until Ctrl-]', async () => {
    const { plane, far, heard } = guest();
    const { terminal, modes } = atTerminal();
    const done = runFake(plane, ['console', 'web1'], { terminal });
    far.write('login: \u001b[1m');
    await expect.poll(() => terminal.out).toBe('login: \u001b[1m');
    terminal.stdin.write('root\r\u0003');
    await expect.poll(heard).toBe('root\r\u0003');
    terminal.stdin.write('x\u001dy');
    expect((await done).code).toBe(0);
    expect(heard()).toBe('root\r\u0003x');
    expect(modes).toEqual([true, false]);
    expect(plane.inputs('console.open')).toEqual([{ ref: 'web1', type: 'serial' }]);
  });

  it.each(['closed by the guest', 'interrupted'])('gives the terminal back when %s', async (how) => {
    const { plane, far } = guest();
    const { terminal, modes } = atTerminal();
    const controller = new AbortController();
    const done = runFake(plane, ['console', 'attach', 'web1'], { terminal, signal: controller.signal });
    await expect.poll(() => modes).toEqual([true]);
    if (how === 'interrupted') controller.abort(new Interrupted(130));
    else far.end();
    const { code, err } = await done;
    expect(code).toBe(how === 'interrupted' ? 130 : 1);
    expect(modes).toEqual([true, false]);
    expect(err.includes('closed from the other side')).toBe(how !== 'interrupted');
  });
});

describe('console in a script', () => {
  it('types what was piped in and leaves when the guest has answered', async () => {
    const { plane, far, heard } = guest();
    const terminal = new TestTerminal();
    const done = runFake(plane, ['console', 'web1', '--until', 'login:', '--linger', '60'], { terminal });
    terminal.stdin.end('\r');
    await expect.poll(heard).toBe('\r');
    far.write('web1 log');
    far.write('in: ');
    expect(await done).toMatchObject({ code: 0, out: 'web1 login: ', err: '' });
  });

  it('listens on for a while after the end of the input', async () => {
    const { plane, far, heard } = guest();
    const terminal = new TestTerminal();
    terminal.stdin.end('ls\r');
    const done = runFake(plane, ['console', 'web1', '--linger', '0.2'], { terminal });
    await expect.poll(heard).toBe('ls\r');
    far.write('file\r\n');
    expect(await done).toMatchObject({ code: 0, out: 'file\r\n' });
  });

  it('fails when the guest never wrote what was waited for', async () => {
    const { plane } = guest();
    const terminal = new TestTerminal();
    terminal.stdin.end();
    const { code, err } = await runFake(plane, ['console', 'web1', '--until', 'login:', '--linger', '0'], {
      terminal,
    });
    expect(code).toBe(1);
    expect(err).toContain('has not written “login:”');
  });
});

describe('console log', () => {
  const pieces = ['one\r\r\n', 'two \u001b[31mred\u001b[0m\r\n'];
  const plane = () =>
    new FakePlane({
      'host.list': () => [aHost()],
      'instance.consoleLog': ({ offset }) => ({
        text: pieces[offset ?? 0] ?? '',
        nextOffset: (offset ?? 0) + 1,
      }),
    });

  it('follows from where the last answer ended', async () => {
    const fake = plane();
    const terminal = new TestTerminal();
    const controller = new AbortController();
    const argv = ['console', 'log', 'show', 'web1', '--lines', '5', '--follow'];
    const done = runFake(fake, argv, { terminal, signal: controller.signal });
    await expect.poll(() => terminal.out, { timeout: 5000 }).toBe(pieces.join(''));
    controller.abort(new Interrupted(130));
    expect((await done).code).toBe(130);
    expect(fake.inputs('instance.consoleLog').slice(0, 2)).toEqual([
      { ref: 'web1', lines: 5 },
      { ref: 'web1', offset: 1 },
    ]);
  });

  it('sends no escapes to a terminal', async () => {
    const terminal = new TestTerminal();
    terminal.stdout.isTTY = true;
    const controller = new AbortController();
    const done = runFake(plane(), ['console', 'log', 'show', 'web1', '--follow'], {
      terminal,
      signal: controller.signal,
    });
    await expect.poll(() => terminal.out, { timeout: 5000 }).toBe('one\ntwo red\n');
    controller.abort(new Interrupted(130));
    await done;
  });
});

it('says where the screen can be seen', async () => {
  const { code, err } = await runFake(new FakePlane({}), ['vnc', 'web1']);
  expect(code).toBe(1);
  expect(err).toContain('Open “web1” in the window');
});
