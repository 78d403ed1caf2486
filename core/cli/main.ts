import { Interrupted } from './interrupt.ts';
import { EXIT } from './report.ts';
import { run } from './run.ts';
import { startControlPlane, VERSION } from './start.ts';

/** milliseconds after which a second Ctrl-C means “now”; a terminal may send the first one twice */
const INSIST = 500;

/** How a shell names the end by each signal: 128 and its number. */
const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129, SIGBREAK: EXIT.interrupted } as const;

/** Aborted when the process is asked to end, or when nobody reads what it writes. */
function endings(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const [name, code] of Object.entries(SIGNALS)) {
    if (name === 'SIGBREAK' && process.platform !== 'win32') continue;
    process.on(name, () => {
      if (controller.signal.aborted && Date.now() - first > INSIST) process.exit(code);
      first ||= Date.now();
      controller.abort(new Interrupted(code));
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    // `micronova server list | head`: not an error, only an end.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      controller.abort(new Interrupted(EXIT.ok));
    });
  }
  return controller.signal;
}

process.exitCode = await run(process.argv.slice(2), {
  io: process,
  version: VERSION,
  start: startControlPlane,
  signal: endings(),
});
// A terminal or an open pipe on standard input would keep the process waiting for more.
process.stdin.destroy();
