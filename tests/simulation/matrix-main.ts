import { SCENARIOS } from './scenarios.ts';
import type { TaskKind } from '../../core/queue/kinds.ts';
import { MATRIX_FAULTS, meets, pointsOf, runCell, type MatrixFault } from './matrix.ts';

const only = process.argv[2];
const faults = (process.argv[3]?.split(',') ?? Object.keys(MATRIX_FAULTS)) as MatrixFault[];
let runs = 0;
const start = process.cpuUsage().user;
for (const [kind, scenarios] of Object.entries(SCENARIOS) as [TaskKind, (typeof SCENARIOS)[TaskKind]][]) {
  if (only && kind !== only && only !== 'all') continue;
  for (const scenario of scenarios) {
    const points = await pointsOf(scenario, 7).catch(
      (error: unknown) => (console.log(kind, String(error)), []),
    );
    const bad = new Map<string, string[]>();
    for (const fault of faults)
      for (const point of points) {
        if (!meets(fault, point.moment)) continue;
        runs += 1;
        const { findings } = await runCell({ kind, scenario, fault, point }, 7);
        for (const finding of findings) {
          const k =
            fault +
            ': ' +
            finding.replaceAll(/[0-9a-f]{8}-[-0-9a-f]{27}/g, 'ID').replaceAll(/revision fell.*/g, 'rev');
          bad.set(k, [...(bad.get(k) ?? []), `${point.at} ${point.step}/${point.moment}/${point.call}`]);
        }
      }
    console.log(
      kind,
      scenario.variant,
      points.length,
      'points',
      [...bad].map(([k, v]) => `\n   ${v.length} × ${k} @ ${v.slice(0, 2).join(' ; ')}`).join(''),
    );
  }
}
console.log(runs, 'runs', (process.cpuUsage().user - start) / 1000 / runs, 'ms each');
