// A Micronova in a process of its own, to be killed: builds one instance and tells every step that begins, a line each.
// node control-plane-process.ts FOLDER INPUT ; the input of instance.create as JSON
import { startControlPlane } from './control-plane-start.ts';

const [folder = '', input = '{}'] = process.argv.slice(2);
const plane = await startControlPlane(folder);
plane.subscribe((event) => {
  if (event.type !== 'task.changed' || event.value.kind !== 'instance.create') return;
  const step = event.value.steps.at(-1);
  if (step !== undefined) process.stdout.write(`${step.name} ${step.state}\n`);
});
const hosts = async () => (await plane.call('host.list', {}, { user: 'me' })) as { connection: string }[];
while ((await hosts()).some(({ connection }) => connection !== 'connected')) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await plane.call('instance.create', JSON.parse(input), { user: 'me' });
