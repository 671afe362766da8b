/** What the tests need not cover, each with its reason; a line that is covered all the same must go. */

const NO_CLUSTER = 'cluster mode is still to come: both servers refuse the command as a whole';
const NO_REPLY = 'has no reply, and what gets none is not recorded';
const LATER_TOKEN = 'came after 7.0, which the documentation of Redis does not say of the token';
const NO_ACL = 'ACL is still to come; see test/server/permission.test.ts';
const SINCE_7_2 = 'came with 7.2';
const SINCE_7_4 = 'came with 7.4';

/** Reasons by gap, as `commandGaps` and `errorGaps` of coverage.ts name it. */
export const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ...onBoth('cluster|failover FORCE', NO_CLUSTER),
  ...onBoth('cluster|failover TAKEOVER', NO_CLUSTER),
  ...onBoth('cluster|reset HARD', NO_CLUSTER),
  ...onBoth('cluster|reset SOFT', NO_CLUSTER),
  ...onBoth('cluster|setslot IMPORTING', NO_CLUSTER),
  ...onBoth('cluster|setslot MIGRATING', NO_CLUSTER),
  ...onBoth('cluster|setslot NODE', NO_CLUSTER),
  ...onBoth('client|reply OFF', NO_REPLY),
  ...onBoth('client|reply SKIP', NO_REPLY),
  ['reference hscan NOVALUES', LATER_TOKEN],
  ['reference zrank WITHSCORE', LATER_TOKEN],
  ['reference zrevrank WITHSCORE', LATER_TOKEN],
  ...onBoth('ERR_HLL_SELF_TEST', 'a server that answers it is broken'),
  ...onBoth('ERR_STREAM_ELEMENTS', 'takes gigabytes'),
  ...onBoth('ERR_MONITOR_INSIDE', 'stands in the reply of EXEC, whose parts are not recorded'),
  ...onBoth('NOPERM_CHANNEL', NO_ACL),
  ...onBoth('NOPERM_COMMAND', NO_ACL),
  ...onBoth('NOPERM_KEY', NO_ACL),
  ['reference OOM_SYSTEM', 'the reference ends where it has no memory'],
  ['reference ERR_CLIENT_MAXAGE', SINCE_7_4],
  ['reference ERR_CLIENT_MAXAGE_POSITIVE', SINCE_7_4],
  ['reference ERR_FIELDS_COUNT', SINCE_7_4],
  ['reference ERR_FIELDS_COUNT_POSITIVE', SINCE_7_4],
  ['reference ERR_FIELDS_MATCH', SINCE_7_4],
  ['reference ERR_FIELDS_MISSING', SINCE_7_4],
  ['reference ERR_HASH_EXPIRE_NEGATIVE', SINCE_7_4],
  ['reference ERR_TIMEOUT_RANGE', `${SINCE_7_2}: 7.0 calls such a time negative`],
  ['reference ERR_XREADGROUP_PLUS', SINCE_7_4],
  ['reference errClientOption', SINCE_7_2],
  ['reference errUnbalancedStreams', 'worded differently in 7.0'],
]);

function onBoth(gap: string, reason: string): [gap: string, reason: string][] {
  return [
    [`redstart ${gap}`, reason],
    [`reference ${gap}`, reason],
  ];
}
