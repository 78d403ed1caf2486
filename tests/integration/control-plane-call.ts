// A Micronova in a process of its own, to be killed: asks for one thing, tells that it was answered, and stays.
// node control-plane-call.ts FOLDER METHOD INPUT ; the input as JSON
import { startControlPlane } from './control-plane-start.ts';

const [folder = '', method = '', input = '{}'] = process.argv.slice(2);
const plane = await startControlPlane(folder);
await plane.call(method, JSON.parse(input), { user: 'me' });
process.stdout.write('answered\n');
