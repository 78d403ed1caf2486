import { run } from '../../lab/run.ts';
import type { Line } from '../pair.ts';
import { never, type World } from '../world.ts';

const DOMAINS = 100;

function xml(number: number): string {
  return `<domain type='qemu'><name>bench-${number}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;
}

async function define(world: World): Promise<void> {
  const files = Array.from({ length: DOMAINS }, (_, number) => xml(number));
  await world.host.sh(
    `cd "$(mktemp -d)"; i=0; while IFS= read -r -d '' x; do printf '%s' "$x" > $i.xml; virsh -q define $i.xml >/dev/null; i=$((i+1)); done`,
    { input: files.map((file) => `${file}\0`).join(''), timeout: 120_000 },
  );
}

function virshList(world: World): () => Promise<void> {
  const uri = `qemu+ssh://lab/system?command=${world.path('ssh')}`;
  return async () => {
    const { stdout } = await run(['virsh', '-c', uri, 'list', '--all']);
    if (stdout.split('bench-').length - 1 !== DOMAINS) throw new Error('virsh did not list every domain');
  };
}

/** From nothing to all rows, and from a connection to all rows once more, against `virsh list` over SSH. */
export async function inventoryLines(world: World): Promise<Line[]> {
  await define(world);
  const list = virshList(world);
  const peer = { name: 'virsh -c qemu+ssh list --all', run: list };
  const driver = await world.openDriver();
  const count = (guests: readonly unknown[]): void => {
    if (guests.length !== DOMAINS) throw new Error('the driver did not list every domain');
  };
  return [
    {
      name: `first inventory of ${DOMAINS} domains`,
      ratio: 'time',
      aim: 0.6,
      rounds: 9,
      peer,
      ours: {
        name: 'dial, log in, list',
        run: async () => {
          const fresh = await world.openDriver();
          count(await fresh.listGuests({ signal: never() }));
          await fresh.close();
        },
      },
    },
    {
      name: `warm refresh of ${DOMAINS} domains`,
      ratio: 'time',
      aim: 0.02,
      rounds: 9,
      peer,
      ours: {
        name: 'list on the open connection',
        run: async () => count(await driver.listGuests({ signal: never() })),
      },
    },
  ];
}
