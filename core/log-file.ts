import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { destination, pino, stdSerializers } from 'pino';
import { type Log, silentLog } from './domain/log.ts';

/** bytes: what is larger at a start makes way for a new file */
const LARGE = 10 * 1024 * 1024;

// No caller logs these; should one ever do so by mistake, the file does not get them.
const SECRETS = ['password', 'passphrase', 'privateKey', 'secrets', 'userData', 'user_data'];

function rotate(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGE) renameSync(file, `${file}.1`);
}

export interface LogFile extends Disposable {
  readonly log: Log;
}

function openStream(home: string) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = join(home, 'micronova.log');
  rotate(file);
  const stream = destination({ dest: file, mode: 0o600, sync: true });
  // A full disk must not take the control plane down with its log.
  stream.on('error', () => undefined);
  return stream;
}

/**
 * Opens `micronova.log` of the data folder, readable by its owner only; one JSON object a line. Where it cannot be
 * written there is no log: what keeps it from being written is told by whoever needs the folder.
 */
export function openLogFile(home: string): LogFile {
  try {
    const stream = openStream(home);
    const log = pino(
      {
        base: { pid: process.pid },
        level: 'info',
        redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
        serializers: { err: stdSerializers.errWithCause },
      },
      stream,
    );
    return { log, [Symbol.dispose]: () => stream.end() };
  } catch {
    return { log: silentLog, [Symbol.dispose]: () => undefined };
  }
}
