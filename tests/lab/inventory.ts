import type { LabHost } from './host.ts';

/** Everything on a host that a test could leave behind. Compare one from before with one from after. */
export interface Inventory {
  readonly domains: readonly string[];
  readonly pools: readonly string[];
  /** `pool/volume` */
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** `network mac ip` of every DHCP reservation */
  readonly reservations: readonly string[];
  /** files in the default pool's folder, also those that libvirt does not list */
  readonly files: readonly string[];
  readonly filters: readonly string[];
  /** names of running QEMU processes */
  readonly guests: readonly string[];
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .toSorted();

async function volumes(host: LabHost, pools: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pool of pools) {
    await host.virsh('pool-refresh', pool);
    // Names may hold spaces; the path column begins at the first slash.
    const table = lines(await host.virsh('-q', 'vol-list', pool));
    found.push(...table.map((row) => `${pool}/${row.replace(/\s+\/.*$/, '')}`));
  }
  return found.toSorted();
}

async function reservations(host: LabHost, networks: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const network of networks) {
    const xml = await host.virsh('net-dumpxml', network);
    for (const [, attributes = ''] of xml.matchAll(/<host ([^>]*)\/?>/g)) {
      const mac = /mac='([^']*)'/.exec(attributes)?.[1] ?? '-';
      const ip = /ip='([^']*)'/.exec(attributes)?.[1] ?? '-';
      found.push(`${network} ${mac} ${ip}`);
    }
  }
  return found.toSorted();
}

export async function takeInventory(host: LabHost): Promise<Inventory> {
  const list = async (...args: string[]): Promise<string[]> => lines(await host.virsh('-q', ...args));
  const pools = await list('pool-list', '--name');
  const networks = await list('net-list', '--all', '--name');
  const running = await host.sh("pgrep -af '^[^ ]*qemu-system' || true");
  const guests = [...running.matchAll(/guest=([^,]*)/g)].map(([, name = '']) => name);
  return {
    domains: await list('list', '--all', '--name'),
    pools: await list('pool-list', '--all', '--name'),
    volumes: await volumes(host, pools),
    networks,
    reservations: await reservations(host, networks),
    files: lines(await host.sh('ls -A /var/lib/libvirt/images')),
    filters: (await list('nwfilter-list')).map((row) => row.replace(/^\S+\s+/, '')),
    guests: guests.toSorted(),
  };
}
