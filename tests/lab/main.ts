// `npm run lab [N]`: N hosts for work by hand, until Ctrl-C.
import { once } from 'node:events';
import { Lab } from './lab.ts';

const lab = await Lab.up({ hosts: Number(process.argv[2] ?? 2) });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`Folder: ${lab.info.folder}    Password of operator: ${lab.password}`);
for (const host of lab.hosts) {
  say(
    `\n${host.name}: ssh -i ${lab.key} -p ${host.port} root@127.0.0.1   (also operator, stream, outsider, noforward)`,
  );
  say(`  as another host of the lab: ${host.address}   host key: ${await host.fingerprint()}`);
  say(
    `  micronova host add ${host.name} ${host.url()} --identity ${lab.key} --accept-host-key ${await host.fingerprint()}`,
  );
}
say('\nCtrl-C takes everything down.');
const alive = setInterval(() => undefined, 60_000);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
clearInterval(alive);
await lab.down();
