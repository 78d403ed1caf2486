// A Micronova that kills itself: node crash-process.ts FOLDER STEP MOMENT METHOD INPUT ; the input as JSON.
import { z } from 'zod';
import { type Moment, MOMENTS, atStep } from './at-step.ts';
import { startControlPlane } from './control-plane-start.ts';

const [folder = '', step = '', moment, method = '', input = '{}'] = process.argv.slice(2);
const Hosts = z.array(z.object({ connection: z.string() }));

const point: { step: string; moment: Moment } = { step, moment: z.enum(MOMENTS).parse(moment) };
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const plane = await startControlPlane(folder, { around: atStep(point, die) });
const { promise: connected, resolve } = Promise.withResolvers<void>();
const look = async (): Promise<void> => {
  const hosts = Hosts.parse(await plane.call('host.list', {}, { user: 'me' }));
  if (hosts.every(({ connection }) => connection === 'connected')) resolve();
};
plane.subscribe((event) => void (event.type === 'host.changed' && look()));
await look();
await connected;
await plane.call(method, JSON.parse(input), { user: 'me' });
