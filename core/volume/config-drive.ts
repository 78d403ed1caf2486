import { randomBytes } from 'node:crypto';
import { writeIso } from './iso9660/writer.ts';

/** What a guest is told about itself. */
export interface ConfigDriveInput {
  readonly id: string;
  readonly name: string;
  readonly hostname: string;
  readonly keyName: string | null;
  readonly publicKey: string | null;
  /** base64 */
  readonly userData: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly mac: string;
  readonly createdAt: string;
}

/** cloud-init takes the newest dated folder that it knows, and `latest` when it knows none. nova/api/metadata/base.py */
const VERSIONS = ['2018-08-27', '2020-10-14', 'latest'] as const;

/** The label by which cloud-init finds it. */
const LABEL = 'config-2';

function metaData(guest: ConfigDriveInput): object {
  const key = guest.publicKey?.trim();
  const keyName = guest.keyName ?? 'default';
  return {
    uuid: guest.id,
    name: guest.name,
    hostname: guest.hostname,
    launch_index: 0,
    availability_zone: 'nova',
    meta: guest.metadata,
    ...(key && { public_keys: { [keyName]: key }, keys: [{ name: keyName, type: 'ssh', data: key }] }),
    devices: [],
    random_seed: randomBytes(512).toString('base64'),
  };
}

/** One card that asks for its address: the host's network holds the reservation. nova/virt/netutils.py */
function networkData(guest: ConfigDriveInput): object {
  const link = `tap${guest.mac.replaceAll(':', '').slice(-8)}`;
  return {
    links: [{ id: link, vif_id: guest.id, type: 'bridge', ethernet_mac_address: guest.mac, mtu: null }],
    networks: [{ id: 'network0', type: 'ipv4_dhcp', link, network_id: guest.id }],
    services: [],
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The files of an OpenStack config drive, by path. nova/virt/configdrive.py */
export function configDriveFiles(guest: ConfigDriveInput): Record<string, Buffer> {
  const contents: Record<string, Buffer> = {
    'meta_data.json': json(metaData(guest)),
    'network_data.json': json(networkData(guest)),
    'vendor_data.json': json({}),
    'vendor_data2.json': json({}),
  };
  if (guest.userData !== null) contents['user_data'] = Buffer.from(guest.userData, 'base64');
  const entries = VERSIONS.flatMap((version) =>
    Object.entries(contents).map(([name, bytes]) => [`openstack/${version}/${name}`, bytes] as const),
  );
  return Object.fromEntries(entries);
}

/** The whole drive as an ISO 9660 image. */
export function buildConfigDrive(guest: ConfigDriveInput): Buffer {
  return writeIso(configDriveFiles(guest), { label: LABEL, at: new Date(guest.createdAt) });
}
