/** CLIENT TRACKING, CACHING, GETREDIR and TRACKINGINFO. (Rules of networking.c and tracking.c, Redis 7.0, tried.) */
import { ErrorReply, token } from '../../../resp/index.js';
import type { Client } from '../../client.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_CACHING_MODE,
  ERR_CACHING_NO,
  ERR_CACHING_YES,
  ERR_NOT_INTEGER,
  ERR_SYNTAX,
  ERR_TRACKING_BCAST_OPT,
  ERR_TRACKING_OPT_BOTH,
  ERR_TRACKING_PREFIX,
  ERR_TRACKING_REDIRECT,
  ERR_TRACKING_REDIRECT_TWICE,
  ERR_TRACKING_SWITCH_BCAST,
  ERR_TRACKING_SWITCH_OPT,
  errPrefixOverlapsGiven,
  errPrefixOverlapsKnown,
} from '../../errors.js';
import type { TrackingOptions } from '../../tracking.js';

const ON = token('on');
const OFF = token('off');
const YES = token('yes');
const NO = token('no');
const BCAST = token('bcast');
const NOLOOP = token('noloop');
const OPTIN = token('optin');
const OPTOUT = token('optout');
const PREFIX = token('prefix');
const REDIRECT = token('redirect');

/** Not of this client, or no client at all. */
const NOT_TRACKING = -1;

export function clientTracking(c: CommandContext): void {
  const { argv, client, reply, tracking } = c;
  const options = parseOptions(c);
  if (options instanceof ErrorReply) return reply.error(options);
  if (argv.is(2, ON)) {
    const refusal = refusalOf(client, options);
    if (refusal !== null) return reply.error(refusal);
    // Without a prefix all keys are meant, the empty one being in front of each.
    const prefixes = options.bcast && options.prefixes.length === 0 ? [''] : options.prefixes;
    tracking.start(client, { ...options, prefixes });
  } else if (argv.is(2, OFF)) tracking.stop(client);
  else return reply.error(ERR_SYNTAX);
  reply.ok();
}

/** The options, or why they are none; what they mean together is seen to by {@link refusalOf}. */
function parseOptions({ argv, ports }: CommandContext): TrackingOptions | ErrorReply {
  let bcast = false;
  let optin = false;
  let optout = false;
  let noloop = false;
  let redirect = 0;
  const prefixes: string[] = [];
  for (let i = 3; i < argv.count; i++) {
    const hasValue = i + 1 < argv.count;
    if (argv.is(i, REDIRECT) && hasValue) {
      if (redirect !== 0) return ERR_TRACKING_REDIRECT_TWICE;
      redirect = argv.int(++i);
      if (Number.isNaN(redirect)) return ERR_NOT_INTEGER;
      if (ports.clients.byId(redirect) === undefined) return ERR_TRACKING_REDIRECT;
    } else if (argv.is(i, PREFIX) && hasValue) prefixes.push(argv.text(++i));
    else if (argv.is(i, BCAST)) bcast = true;
    else if (argv.is(i, OPTIN)) optin = true;
    else if (argv.is(i, OPTOUT)) optout = true;
    else if (argv.is(i, NOLOOP)) noloop = true;
    else return ERR_SYNTAX;
  }
  return { bcast, optin, optout, noloop, redirect, prefixes };
}

/** Why a client may not begin to track like this, or go over to it; null when it may. */
function refusalOf(client: Client, options: TrackingOptions): ErrorReply | null {
  const { bcast, optin, optout, prefixes } = options;
  const before = client.tracking?.options;
  if (!bcast && prefixes.length > 0) return ERR_TRACKING_PREFIX;
  if (before !== undefined && before.bcast !== bcast) return ERR_TRACKING_SWITCH_BCAST;
  if (bcast && (optin || optout)) return ERR_TRACKING_BCAST_OPT;
  if (optin && optout) return ERR_TRACKING_OPT_BOTH;
  if ((optin && before?.optout === true) || (optout && before?.optin === true)) return ERR_TRACKING_SWITCH_OPT;
  return bcast ? overlap(client, prefixes) : null;
}

/** A key must not be told of twice: no prefix may be the beginning of another one. */
function overlap(client: Client, prefixes: readonly string[]): ErrorReply | null {
  for (const [i, prefix] of prefixes.entries()) {
    for (const known of client.tracking?.prefixes ?? []) {
      if (overlaps(prefix, known)) return errPrefixOverlapsKnown(prefix, known);
    }
    for (const other of prefixes.slice(i + 1)) {
      if (overlaps(prefix, other)) return errPrefixOverlapsGiven(prefix, other);
    }
  }
  return null;
}

function overlaps(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether the next command's keys are remembered, for a client that decides that one by one. */
export function clientCaching(c: CommandContext): void {
  const { argv, client, reply } = c;
  const { tracking } = client;
  if (tracking === null || !(tracking.options.optin || tracking.options.optout)) return reply.error(ERR_CACHING_MODE);
  if (argv.is(2, YES)) {
    if (!tracking.options.optin) return reply.error(ERR_CACHING_YES);
  } else if (argv.is(2, NO)) {
    if (!tracking.options.optout) return reply.error(ERR_CACHING_NO);
  } else return reply.error(ERR_SYNTAX);
  tracking.caching = true;
  reply.ok();
}

export function clientGetredir({ client, reply }: CommandContext): void {
  reply.int(client.tracking?.options.redirect ?? NOT_TRACKING);
}

export function clientTrackinginfo({ client, reply }: CommandContext): void {
  const flags = trackingFlags(client);
  const prefixes = [...(client.tracking?.prefixes ?? [])].sort();
  reply.map(3);
  reply.bulkText('flags');
  reply.set(flags.length);
  for (const flag of flags) reply.bulkText(flag);
  reply.bulkText('redirect');
  reply.int(client.tracking?.options.redirect ?? NOT_TRACKING);
  reply.bulkText('prefixes');
  reply.array(prefixes.length);
  for (const prefix of prefixes) reply.bulkText(prefix);
}

function trackingFlags({ tracking }: Client): string[] {
  if (tracking === null) return ['off'];
  const { bcast, optin, optout, noloop } = tracking.options;
  const flags = ['on'];
  if (bcast) flags.push('bcast');
  if (optin) flags.push('optin');
  if (optin && tracking.caching) flags.push('caching-yes');
  if (optout) flags.push('optout');
  if (optout && tracking.caching) flags.push('caching-no');
  if (noloop) flags.push('noloop');
  if (tracking.isRedirectionBroken) flags.push('broken_redirect');
  return flags;
}
