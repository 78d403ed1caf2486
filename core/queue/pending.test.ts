import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { silentLog } from '../domain/log.ts';
import { openDatabase } from '../state/database.ts';
import { enqueue } from './enqueue.ts';
import { listPending } from './pending.ts';

it('is in the order in which it was asked for, also where the clock was set back meanwhile', () => {
  let now = Date.UTC(2026, 0, 2);
  const database = openDatabase(':memory:', { log: silentLog, now: () => now });
  const instanceId = randomUUID();
  const ask = (kind: 'instance.stop' | 'instance.start') =>
    database.write((tx) =>
      enqueue(tx, {
        kind,
        input: { instanceId },
        subject: 'web',
        instanceId,
        requestId: 'req-1',
        cancellable: false,
        lane: 'conductor',
      }),
    );
  const first = ask('instance.stop');
  now = Date.UTC(2026, 0, 1);
  const second = ask('instance.start');
  expect(listPending(database).map(({ id }) => id)).toEqual([first, second]);
  database.close();
});
