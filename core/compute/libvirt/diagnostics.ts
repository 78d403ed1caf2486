import type { Diagnostics } from '../../contract/index.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { connect, STATS } from '../../libvirt/protocol/connect.ts';
import { domain as procedures } from '../../libvirt/protocol/domain.ts';
import { paramMap } from '../../libvirt/protocol/types.ts';
import { domain as domainXml, type Domain } from '../../libvirt/xml/domain/domain.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import { powerStateOf } from './guests.ts';
import type { Session } from './session.ts';

const KIB = 1024;
const ALL = STATS.state | STATS.cpuTotal | STATS.balloon | STATS.vcpu | STATS.interface | STATS.block;

type Params = ReturnType<typeof paramMap>;

function figure(params: Params, field: string): number | null {
  const value = params.get(field);
  return value === undefined || Number.isNaN(Number(value)) ? null : Math.max(0, Number(value));
}

const counted = (params: Params, field: string): number => figure(params, field) ?? 0;

/** `block.count` and its siblings say how many there are; a hole in the numbers (an offline CPU) is passed over. */
function each<T>(
  params: Params,
  group: string,
  count: string,
  read: (at: string, index: number) => T[],
): T[] {
  const most = counted(params, count);
  return Array.from({ length: most }, (_, index) => read(`${group}.${index}`, index)).flat();
}

function memoryOf(params: Params): Diagnostics['memory'] {
  const bytes = (field: string): number | null => {
    const kib = figure(params, field);
    return kib === null ? null : kib * KIB;
  };
  // Both come from the guest's balloon driver: without one nobody knows what is used in it.
  const [available, unused] = [bytes('balloon.available'), bytes('balloon.unused')];
  return {
    maximum: bytes('balloon.maximum') ?? 0,
    used: available === null || unused === null ? null : Math.max(0, available - unused),
    resident: bytes('balloon.rss'),
  };
}

function disksOf(params: Params): Diagnostics['disks'] {
  return each(params, 'block', 'block.count', (at) => [
    {
      device: String(params.get(`${at}.name`) ?? at),
      readBytes: counted(params, `${at}.rd.bytes`),
      readRequests: counted(params, `${at}.rd.reqs`),
      writeBytes: counted(params, `${at}.wr.bytes`),
      writeRequests: counted(params, `${at}.wr.reqs`),
      capacity: figure(params, `${at}.capacity`),
      allocation: figure(params, `${at}.allocation`),
    },
  ]);
}

function nicsOf(params: Params, interfaces: Domain['interfaces']): Diagnostics['nics'] {
  return each(params, 'net', 'net.count', (at) => {
    const device = String(params.get(`${at}.name`) ?? at);
    const mac = interfaces?.find(({ target }) => target === device)?.mac ?? null;
    const of = (field: string): number => counted(params, `${at}.${field}`);
    return [
      {
        device,
        mac,
        rxBytes: of('rx.bytes'),
        rxPackets: of('rx.pkts'),
        rxErrors: of('rx.errs'),
        txBytes: of('tx.bytes'),
        txPackets: of('tx.pkts'),
        txErrors: of('tx.errs'),
      },
    ];
  });
}

/** What the host's figures say. Source: virConnectGetAllDomainStats in libvirt's src/libvirt-domain.c */
export function diagnosticsOf(params: Params, interfaces: Domain['interfaces'] = []): Diagnostics {
  return {
    powerState: powerStateOf(counted(params, 'state.state')),
    // No call of libvirt tells when a guest was started.
    uptime: null,
    cpus: each(params, 'vcpu', 'vcpu.maximum', (at, id) => {
      const time = figure(params, `${at}.time`);
      return time === null ? [] : [{ id, time }];
    }),
    memory: memoryOf(params),
    disks: disksOf(params),
    nics: nicsOf(params, interfaces),
  };
}

/** One bulk call for the figures; the definition only for which card is whose. */
export async function readDiagnostics(
  session: Session,
  guestId: string,
  options: CallOptions,
): Promise<Diagnostics> {
  const domain = await session.domain(guestId, options);
  const { connection } = session;
  const [{ records }, { xml }] = await Promise.all([
    connection.call(connect.getAllDomainStats, { domains: [domain], stats: ALL, flags: 0 }, options),
    connection.call(procedures.getXmlDesc, { domain, flags: 0 }, options),
  ]);
  return diagnosticsOf(paramMap(records[0]?.params ?? []), readXml(domainXml, xml).interfaces);
}
