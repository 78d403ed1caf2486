import type { Command } from 'commander';
import { z } from 'zod';
import type { ClaimProblem } from '../../contract/index.ts';
import { addCommand, option, repeatable, Texts, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';

const COLUMNS = ['Problem', 'Host', 'Consumer', 'Detail', 'Healable', 'Consumer ID'];

function showProblems(context: Context, problems: readonly ClaimProblem[]): void {
  context.list(
    COLUMNS,
    problems.map((one) => [
      one.kind,
      one.hostName,
      one.consumerName,
      one.detail,
      one.healable,
      one.consumerId,
    ]),
    COLUMNS.slice(0, 5),
  );
}

/** `CLASS=AMOUNT`, as osc-placement has it. */
const Resources = Texts.transform((texts, context) => {
  const resources: Record<string, number> = {};
  for (const text of texts) {
    const [, name, amount] = /^([A-Z][A-Z0-9_]*)=([1-9]\d{0,14})$/.exec(text) ?? [];
    if (name === undefined) {
      context.issues.push({ code: 'custom', message: `takes CLASS=AMOUNT, not “${text}”`, input: text });
    } else resources[name] = Number(amount);
  }
  return resources;
});

function addCandidates(program: Command, context: () => Context): void {
  addCommand(
    program
      .command('allocation')
      .description('Claims on hosts')
      .command('candidate')
      .description('Hosts that could give something'),
    {
      usage: 'list',
      about: 'List which hosts could give this now, and why the others could not',
      options: [
        repeatable('--resource <class=amount>', 'what is asked for, e.g. VCPU=4'),
        repeatable('--required <trait>', 'a trait that the host must have'),
        repeatable('--forbidden <trait>', 'a trait that it must not have'),
        option('--limit <n>', 'show no more than this many'),
      ],
      input: z.object({
        resource: Resources,
        required: Texts,
        forbidden: Texts,
        limit: Whole.optional(),
      }),
      run: async (ctx, { resource: resources, required, forbidden, limit }) => {
        const session = await connectWithHosts(ctx);
        const all = await session.call('placement.candidates', { resources, required, forbidden });
        const sorted = all.toSorted((a, b) => Number(a.refusal !== null) - Number(b.refusal !== null));
        ctx.list(
          ['Resource Provider', 'UUID', 'Fits', 'Reason'],
          sorted.slice(0, limit).map((one) => [one.hostName, one.hostId, one.refusal === null, one.refusal]),
        );
      },
    },
    context,
  );
}

/** The names of `nova-manage placement`. */
export function addPlacement(program: Command, context: () => Context): void {
  addCandidates(program, context);
  const placement = program.command('placement').description('Whether the claims agree with the instances');
  addCommand(
    placement,
    {
      usage: 'audit',
      about: 'List claims that are missing, orphaned, of the wrong size or more than there is',
      input: z.object({}),
      run: async (ctx) => showProblems(ctx, await (await ctx.connect()).call('placement.audit', {})),
    },
    context,
  );
  addCommand(
    placement,
    {
      usage: 'heal',
      about: 'Mend what can be mended, and list what was found; instances at work are left alone',
      input: z.object({}),
      run: async (ctx) => showProblems(ctx, await (await ctx.connect()).call('placement.heal', {})),
    },
    context,
  );
}
