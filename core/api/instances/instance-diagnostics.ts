import type { DriverRegistry } from '../../compute/driver.ts';
import type { Output, Parsed } from '../../contract/index.ts';
import type { Database } from '../../state/database.ts';
import { onHostNow } from './find-instance.ts';

/** milliseconds */
const DEADLINE = 20_000;

export async function readDiagnostics(
  database: Database,
  drivers: DriverRegistry,
  { ref }: Parsed<'instance.diagnostics'>,
): Promise<Output<'instance.diagnostics'>> {
  const { instance, hostId } = onHostNow(database, ref, 'diagnostics');
  return await drivers.get(hostId).diagnostics(instance.id, { signal: AbortSignal.timeout(DEADLINE) });
}
