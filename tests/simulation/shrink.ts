import type { Script } from './script.ts';

/** Leaves out one thing after the other, as long as the script still breaks what it broke. */
export async function shrink(
  script: Script,
  isBroken: (script: Script) => Promise<boolean>,
): Promise<Script> {
  for (const smaller of eachWithout(script)) {
    if (await isBroken(smaller)) return await shrink(smaller, isBroken);
  }
  return script;
}

function* eachWithout(script: Script): Generator<Script> {
  const { commands, planned } = script;
  for (const left of commands) yield { ...script, commands: commands.filter((one) => one !== left) };
  for (const left of planned) yield { ...script, planned: planned.filter((one) => one !== left) };
}
