/**
 * One thing to time. `run` is timed, `prepare` and `clean` are not; one that answers with a figure, in milliseconds, has
 * measured itself: a percentile, say.
 */
export interface Contender {
  readonly name: string;
  readonly prepare?: () => Promise<void>;
  readonly run: () => Promise<number | undefined | void>;
  readonly clean?: () => Promise<void>;
}

/** A figure that was measured elsewhere, on a machine of this size, and not in this run. */
export interface Known {
  readonly name: string;
  readonly knownMs: number;
}

export interface Line {
  readonly name: string;
  /** what the ratio compares: time of ours over time of the peer, or speed of ours over speed of the peer */
  readonly ratio: 'time' | 'speed';
  readonly aim: number;
  readonly ours: Contender;
  readonly peer: Contender | Known;
  readonly rounds: number;
  /** of the figures; left out: milliseconds */
  readonly unit?: 'MiB';
}

export interface Result {
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  /** of the two figures that follow */
  readonly unit: 'ms' | 'MiB';
  /** median */
  readonly oursMs: number;
  readonly peerMs: number;
  /** median of the ratios of the pairs */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly kind: Line['ratio'];
  readonly aim: number;
  readonly met: boolean;
  readonly rounds: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

async function time(contender: Contender | Known): Promise<number> {
  if ('knownMs' in contender) return contender.knownMs;
  await contender.prepare?.();
  try {
    const begun = performance.now();
    const figure = await contender.run();
    return figure ?? performance.now() - begun;
  } finally {
    await contender.clean?.();
  }
}

/**
 * Times both in turn, A B B A A B …, after one round that does not count. The machine's speed drifts, so only the ratio
 * within a pair is believed, and the order alternates so that neither always runs second.
 */
export async function pair(line: Line): Promise<Result> {
  await time(line.ours);
  await time(line.peer);
  const pairs: { ours: number; peer: number }[] = [];
  for (let round = 0; round < line.rounds; round++) {
    if (round % 2 === 0) {
      const ours = await time(line.ours);
      pairs.push({ ours, peer: await time(line.peer) });
    } else {
      const peer = await time(line.peer);
      pairs.push({ ours: await time(line.ours), peer });
    }
  }
  const ratios = pairs.map(({ ours, peer }) => (line.ratio === 'time' ? ours / peer : peer / ours));
  const ratio = median(ratios);
  return {
    name: line.name,
    ours: line.ours.name,
    peer: line.peer.name,
    unit: line.unit ?? 'ms',
    oursMs: median(pairs.map((each) => each.ours)),
    peerMs: median(pairs.map((each) => each.peer)),
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    kind: line.ratio,
    aim: line.aim,
    met: line.ratio === 'time' ? ratio <= line.aim : ratio >= line.aim,
    rounds: line.rounds,
  };
}
