import { floorOf, NEVER, RENDERER_MAY_IMPORT, roomOf, SIDEWAYS } from './floors.ts';
import { isConfig, isTest, resolve, specifiers, type Source } from './sources.ts';

/** Each rule answers with what breaks it, in words; nothing when all is well. */
type Rule = (sources: readonly Source[]) => string[];

const MAX_LINES = 400;

interface Import {
  readonly from: string;
  readonly to: string;
}

function imports(sources: readonly Source[]): Import[] {
  return sources.flatMap(({ path, text }) =>
    specifiers(text).map((name) => ({ from: path, to: resolve(path, name) })),
  );
}

/** Imports of the product itself, between its own files. */
function inner(sources: readonly Source[]): Import[] {
  const known = new Set(sources.map(({ path }) => path));
  return imports(sources).filter(({ from, to }) => !isTest(from) && known.has(to));
}

/** Imports run down, never up, and sideways only where the table says so. */
export const floors: Rule = (sources) =>
  inner(sources).flatMap(({ from, to }) => {
    const [room, other] = [roomOf(from), roomOf(to)];
    const [own, theirs] = [floorOf(room), floorOf(other)];
    if (room === other || own === undefined) return [];
    if (theirs === undefined) return [`${from} imports ${to}, which is no room of the product`];
    const beside = theirs === own && SIDEWAYS[room]?.includes(other) === true;
    return theirs < own || beside ? [] : [`${from} (floor ${own}) imports ${to} (floor ${theirs})`];
  });

/** No room reaches one that it must never touch, through however many others. */
export const never: Rule = (sources) => {
  const edges = Map.groupBy(inner(sources), ({ from }) => roomOf(from));
  return Object.entries(NEVER).flatMap(([room, forbidden]) => {
    const reached = new Set([room]);
    for (const at of reached) for (const { to } of edges.get(at) ?? []) reached.add(roomOf(to));
    return forbidden.filter((other) => reached.has(other)).map((other) => `${room} reaches ${other}`);
  });
};

/** No file imports itself through others. */
export const circles: Rule = (sources) => {
  const edges = Map.groupBy(inner(sources), ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const { to } of edges.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
};

/** A page knows the contract, the rules, and packages of the web; nothing of Node or Electron. */
export const rendererKnowsLittle: Rule = (sources) =>
  imports(sources)
    .filter(({ from }) => roomOf(from) === 'renderer' && !isTest(from))
    .filter(({ to }) => {
      if (/^(node:|electron(\/|$))/.test(to)) return true;
      return /^(core|electron|resources|tests)\//.test(to) && !RENDERER_MAY_IMPORT.includes(roomOf(to));
    })
    .map(({ from, to }) => `${from} imports ${to}`);

/** The parts that the window draws with know nothing of its data. */
export const uiKnowsNothing: Rule = (sources) =>
  imports(sources)
    .filter(({ from, to }) => from.startsWith('renderer/ui/') && /^renderer\/(api|stores)\//.test(to))
    .map(({ from, to }) => `${from} imports ${to}`);

export const contractKnowsZodOnly: Rule = (sources) =>
  imports(sources)
    .filter(
      ({ from, to }) => roomOf(from) === 'core/contract' && !isTest(from) && roomOf(to) !== 'core/contract',
    )
    .filter(({ to }) => to !== 'zod')
    .map(({ from, to }) => `${from} imports ${to}`);

export const coreKnowsNoWindow: Rule = (sources) =>
  imports(sources)
    .filter(({ from }) => from.startsWith('core/'))
    .filter(({ to }) => /^(electron|react|react-dom|@mantine|zustand|@tanstack|@xterm|@novnc)(\/|$)/.test(to))
    .map(({ from, to }) => `${from} imports ${to}`);

/** A byte stream is all that the RPC client needs; which way it came is not its business. */
export const rpcKnowsNoSsh: Rule = (sources) =>
  imports(sources)
    .filter(
      ({ from, to }) =>
        from.startsWith('core/libvirt/') && !isTest(from) && /^(ssh2|core\/transport\/)/.test(to),
    )
    .map(({ from, to }) => `${from} imports ${to}`);

export const shortFiles: Rule = (sources) =>
  sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${MAX_LINES}`);

/** A file that only hands on what others export hides where things are. The contract is the one front door. */
export const noBarrels: Rule = (sources) =>
  sources
    .filter(({ path }) => path !== 'core/contract/index.ts')
    .filter(({ text }) => /^export\s+(type\s+)?(\*|\{[^}]*\})\s+from\s/m.test(text))
    .map(({ path }) => `${path} re-exports from another file`);

export const noDefaultExports: Rule = (sources) =>
  sources
    .filter(({ path, text }) => !isConfig(path) && /^export\s+(default\b|\{[^}]*\bas default\b)/m.test(text))
    .map(({ path }) => `${path} has a default export`);
