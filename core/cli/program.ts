import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { dataFolder } from '../transport/platform.ts';
import { option, repeatable, Text, Texts, Whole } from './command-spec.ts';
import { addAggregates } from './commands/aggregate.ts';
import { addAvailabilityZones } from './commands/availability-zone.ts';
import { addBackups } from './commands/backup.ts';
import { addComplete } from './commands/complete.ts';
import { addConsoles } from './commands/console.ts';
import { addFindings } from './commands/finding.ts';
import { addFlavors } from './commands/flavor.ts';
import { addGuests } from './commands/guest.ts';
import { addHosts } from './commands/host.ts';
import { addHypervisors } from './commands/hypervisor.ts';
import { addImageReads } from './commands/image-read.ts';
import { addImageWrites } from './commands/image-write.ts';
import { addKeypairs } from './commands/keypair.ts';
import { addScheduler } from './commands/scheduler.ts';
import { addPlacement } from './commands/placement.ts';
import { addResourceProviders } from './commands/resource-provider.ts';
import { addRecovery } from './commands/recovery.ts';
import { addProjects } from './commands/project.ts';
import { addQuotas } from './commands/quota.ts';
import { addServe } from './commands/serve.ts';
import { addServerActs } from './commands/server-act.ts';
import { addServerCreate } from './commands/server-create.ts';
import { addServerEvents } from './commands/server-event.ts';
import { addServerGroups } from './commands/server-group.ts';
import { addServerReads } from './commands/server-read.ts';
import { addServerRescues } from './commands/server-rescue.ts';
import { addServerSets } from './commands/server-set.ts';
import { addSettings } from './commands/settings.ts';
import { addSystem } from './commands/system.ts';
import { addTasks } from './commands/task.ts';
import type { Context, GlobalOptions } from './context.ts';
import type { Io } from './io.ts';
import { FORMATS, QUOTES } from './output/formats.ts';
import { EXIT_CODES_HELP } from './report.ts';

const Globals = z.object({
  format: z.enum(FORMATS),
  column: Texts,
  sortColumn: Texts,
  sortDescending: z.boolean().default(false),
  maxWidth: Whole.optional(),
  quote: z.enum(QUOTES),
  home: Text.optional(),
  debug: z.boolean().default(false),
});

const HELP = `${EXIT_CODES_HELP}

MICRONOVA_HOME names the data folder where --home does not. The command talks to the Micronova that owns it: the window
or “micronova serve”. Where none runs, it does the work itself and ends once what it started is done.`;

function addGlobals(program: Command, version: string): void {
  program
    .addOption(option('-f, --format <format>', 'form of the output').choices(FORMATS).default('table'))
    .addOption(repeatable('-c, --column <column>', 'show only this column'))
    .addOption(repeatable('--sort-column <column>', 'sort a list by this column'))
    .addOption(option('--sort-ascending', 'sort upwards (default)').conflicts('sortDescending'))
    .addOption(option('--sort-descending', 'sort downwards'))
    .addOption(option('--max-width <columns>', "width of a table; 0 is no limit (default: the terminal's)"))
    .addOption(option('--quote <what>', 'what CSV puts in quotes').choices(QUOTES).default('nonnumeric'))
    .addOption(option('--home <folder>', 'data folder'))
    .addOption(option('--debug', 'tell more about errors'))
    .version(`micronova ${version}`, '--version', 'print the version')
    .addHelpText('after', HELP);
}

/** The options that every command takes, as typed before or after its name. @throws ZodError never: commander checked */
export function readGlobals(program: Command, io: Io): GlobalOptions {
  const typed = Globals.parse(program.opts());
  // A terminal that does not know its width says 0.
  const width = io.stdout.isTTY === true ? io.stdout.columns || undefined : undefined;
  return {
    format: typed.format,
    columns: typed.column,
    sortBy: typed.sortColumn,
    descending: typed.sortDescending,
    maxWidth: typed.maxWidth === undefined ? width : typed.maxWidth || undefined,
    quote: typed.quote,
    home: typed.home === undefined ? dataFolder() : resolve(typed.home),
    debug: typed.debug,
  };
}

/** The whole command line. `context` is called once a line has been parsed. */
export function createProgram(version: string, io: Io, context: () => Context): Command {
  const program = new Command('micronova')
    .description('OpenStack Nova, small enough for a desk: a few KVM hosts, managed like a cloud')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .showHelpAfterError('See “--help” after the command.');
  addGlobals(program, version);
  const server = program.command('server').description('Instances');
  addServerCreate(server, context);
  addServerReads(server, context);
  addServerActs(server, context);
  addServerRescues(server, context);
  addServerSets(server, context);
  addServerEvents(server, context);
  addServerGroups(server, context);
  addConsoles(program, context);
  addFindings(program, context);
  addFlavors(program, context);
  const image = program.command('image').description('Disk images to boot from');
  addImageWrites(image, context);
  addImageReads(image, context);
  addKeypairs(program, context);
  addHosts(program, context);
  addHypervisors(program, context);
  addGuests(program, context);
  addRecovery(program, context);
  addAggregates(program, context);
  addAvailabilityZones(program, context);
  addScheduler(program, context);
  addResourceProviders(program, context);
  addPlacement(program, context);
  addProjects(program, context);
  addQuotas(program, context);
  addTasks(program, context);
  addBackups(program, context);
  addServe(program, context);
  addSystem(program, context);
  addSettings(program, context);
  addComplete(program, context);
  return program;
}
