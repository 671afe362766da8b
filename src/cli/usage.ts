/**
 * What redstart-server answers to a first argument that is no configuration: help and version. Only here is an option
 * parser of use, and only then is it loaded: a server that starts does without its 10 ms.
 */
import { Command } from 'commander';
import { BUILD_ID, REDIS_VERSION } from '../util/version.js';

/** The line of `--version`, in Redis' form. */
export const VERSION_LINE = `Redis server v=${REDIS_VERSION} sha=00000000:0 malloc=slab bits=64 build=${BUILD_ID}`;

/** Prints help or version, whichever the arguments ask for. */
export async function answerUsage(args: readonly string[]): Promise<void> {
  await program().parseAsync(args.slice(0, 1), { from: 'user' });
}

function program(): Command {
  return new Command('redstart-server')
    .usage('[/path/to/redis.conf] [--directive value...] [-]')
    .description('A Redis-compatible server. Directives are those of the configuration file, with two dashes in front.')
    .argument('[args...]', 'a configuration file, directives, and - for more of them from standard input')
    .version(VERSION_LINE, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--test-memory <megabytes>', 'not supported: use a memory tester of your system')
    .option('--check-system', 'look for settings of the system that would get in the way')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', EXAMPLES)
    .action(() => {});
}

const EXAMPLES = `
Examples:
  redstart-server                                   run with the defaults on port 6379
  redstart-server /etc/redis/6379.conf              run with a configuration file
  redstart-server --port 7777 --maxmemory 1gb       run with directives
  redstart-server a.conf --loglevel verbose -       file, then standard input, then directives
  echo 'maxmemory 128mb' | redstart-server -        configuration from standard input`;
